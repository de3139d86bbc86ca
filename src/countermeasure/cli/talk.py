"""What commands share: data to stdout, talk to stderr, colour and progress on a terminal alone."""

from __future__ import annotations

import io
import re
import sys
from typing import IO, TYPE_CHECKING, TextIO, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import Console, RenderableType

    from countermeasure.io.faultlog import FaultLog

__all__ = ["PLAIN_WIDTH", "fault_report", "out", "plural", "progress", "show_parts", "talk", "told_files"]

PLAIN_WIDTH = 110
"""Columns of text that is not written to a terminal."""

Item = TypeVar("Item")


def out() -> Console:
    """Console for answers: colour on a terminal, plain text elsewhere."""
    return _console(stderr=False)


def talk() -> Console:
    """Console for what is no answer: faults, progress, hints."""
    return _console(stderr=True)


def show_parts(parts: Iterable[RenderableType]) -> None:
    """Write the parts of an answer, one below the other."""
    page = out()
    for part in parts:
        page.print(part)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    file = stream if stream.isatty() else cast("IO[str]", _Trimmed(stream))
    return Console(file=file, markup=False, highlight=False, emoji=False, width=width)


class _Trimmed(io.TextIOBase):
    """Passes text on without the spaces that tables leave at the ends of lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text that ends with its line."""
        self._stream.write(re.sub(r" +(?=\n)", "", text))
        return len(text)

    def flush(self) -> None:
        """Hand on what is held."""
        self._stream.flush()


def progress(items: Iterable[Item], total: int, label: str, least: int = 200) -> Iterator[Item]:
    """Walk through items; on a terminal a bar on stderr says how far it is.

    Args:
        items: What is walked.
        total: How many there are.
        label: What is being done.
        least: Below this many no bar is shown.
    """
    if total < least or not sys.stderr.isatty():
        yield from items
        return
    from rich import progress as bars

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=talk(), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)


def fault_report(log: FaultLog, rows: int, answered: int) -> None:
    """Write faults to stderr: the first ones in full, then a count by kind, then what became of the rows."""
    if not log.kinds:
        return
    console = talk()
    for fault in log.kept:
        console.print(f"{fault.severity}: {fault}", soft_wrap=True)
    total = sum(log.kinds.values())
    if total > len(log.kept):
        console.print(f"{len(log.kept)} of {total:,} shown; all by kind:")
        for severity, code, count in log.by_kind():
            console.print(f"  {count:>10,}  {severity} {code}")
    if log.errors:
        console.print(f"{plural(rows, 'row')}: {answered:,} answered, {rows - answered:,} not; {plural(log.errors, 'fault')}")


def plural(count: int, noun: str, many: str = "") -> str:
    """A count with its noun: :func:`countermeasure.codes.words.plural`, imported on first use."""
    from countermeasure.codes import words

    return words.plural(count, noun, many)


def told_files(count: int, folder: Path) -> None:
    """Say on stderr how many files were written where, and which to open."""
    talk().print(f"{plural(count, 'file')} in {folder}; open {folder / 'report.html'}")

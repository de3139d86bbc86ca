"""Tables for many lines on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from countermeasure.cli.duty_screen import READING_WORDS, rate_words, usd_words
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.duty.answer import LineAnswer

__all__ = ["lines_table", "new_table", "stamp"]


def new_table(*, plain: bool, title: str = "") -> Table:
    """A table with a rule under its head, or with none in plain text."""
    if plain:
        return Table(box=None, padding=(0, 2, 0, 0), title=title or None, title_justify="left", title_style="bold")
    return Table(
        box=box.SIMPLE_HEAD, padding=(0, 1), header_style="bold", title=title or None, title_justify="left", title_style="bold"
    )


def lines_table(answers: Sequence[LineAnswer], *, plain: bool) -> Iterator[RenderableType]:
    """One row per line, and a second where the readings differ.

    Args:
        answers: The lines, in their order.
        plain: No rules and colours.
    """
    table = new_table(plain=plain)
    table.add_column("line", overflow="fold")
    table.add_column("number", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("entered", no_wrap=True)
    table.add_column("rate")
    table.add_column("USD", justify="right")
    table.add_column("changes on", no_wrap=True)
    table.add_column("open facts", overflow="fold")
    for answer in answers:
        for place, one in enumerate(answer.answers):
            second = f"  {READING_WORDS[one.reading]}"
            table.add_row(
                answer.line_id or "-" if not place else second,
                answer.hts if not place else "",
                (f"{answer.origin} to CN" if answer.into == "CN" else answer.origin) if not place else "",
                format_day(answer.on) if not place else "",
                rate_words(one),
                usd_words(one.duty_usd_low, one.duty_usd_high).removesuffix(" USD"),
                "" if one.changes_on is None else format_day(one.changes_on),
                ", ".join(m.fact for m in one.missing),
                style="dim" if place else None,
            )
    yield table
    yield from stamp(answers)


def stamp(answers: Sequence[LineAnswer]) -> Iterator[RenderableType]:
    """What the answers stand on and what they leave out."""
    if not answers:
        yield Text("No line was answered.", style="yellow")
        return
    first = answers[0]
    known = "all it holds" if first.known_on is None else f"as known on {format_day(first.known_on)}"
    hashes = dict.fromkeys(f"{a.into} {a.book_hash[:12]}" for a in answers)
    yield Text(f"Book {first.book_version} ({', '.join(hashes)}), {known}", style="dim")
    yield Text(f"Not covered: {', '.join(first.not_covered)}. Not legal advice.", style="dim")

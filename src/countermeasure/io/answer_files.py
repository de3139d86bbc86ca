"""Answers into files: JSON, JSON Lines, CSV, Excel, Parquet, by the suffix of the name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.io import answers as records
from countermeasure.io.workbook import write_workbook
from countermeasure.io.write import _replace, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from countermeasure.duty.answer import LineAnswer

__all__ = ["json_chunks", "replace_text", "write_answers"]


def json_chunks(answers: Iterable[LineAnswer], *, single: bool = False) -> Iterator[str]:
    """Answers as JSON text, piece by piece.

    Args:
        answers: The lines.
        single: One object instead of an array.
    """
    if single:
        yield from (json.dumps(answer.to_json(), indent=2, ensure_ascii=False) + "\n" for answer in answers)
        return
    yield "["
    for place, answer in enumerate(answers):
        yield (",\n" if place else "\n") + json.dumps(answer.to_json(), ensure_ascii=False)
    yield "\n]\n"


def replace_text(path: Path | str, text: str) -> None:
    """Write a text file that appears whole or not at all.

    Raises:
        InputError: If it cannot be written.
    """
    _replace(Path(path), text.encode())


def write_answers(
    path: Path, answers: Sequence[LineAnswer], source: str, scenarios: Sequence[str] = (), *, single: bool = False
) -> None:
    """Write answers in the format that the suffix names.

    Args:
        path: Target; ``.json`` and ``.jsonl`` hold all that is known of a line, ``.xlsx`` the sheets lines, components,
            open facts and sources, other formats one row per line and reading.
        answers: The lines.
        source: Where the lines came from.
        scenarios: Scenarios that were played.
        single: A ``.json`` file holds one object instead of an array.

    Raises:
        InputError: If the suffix is not known or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        replace_text(path, "".join(json_chunks(answers, single=single)))
    elif suffix in {".jsonl", ".ndjson"}:
        replace_text(path, "".join(f"{json.dumps(a.to_json(), ensure_ascii=False)}\n" for a in answers))
    elif suffix == ".xlsx":
        sheets = {
            "lines": (records.LINE_COLUMNS, [r for a in answers for r in records.line_records(a)]),
            "components": (records.COMPONENT_COLUMNS, [r for a in answers for r in records.component_records(a)]),
            "open facts": (records.OPEN_COLUMNS, [r for a in answers for r in records.open_records(a)]),
            "sources": (records.SOURCE_COLUMNS, records.source_records(answers, source, scenarios)),
        }
        write_workbook(path, sheets)
    else:
        rows = [record for answer in answers for record in records.line_records(answer)]
        write_table(path, rows or dict.fromkeys(records.LINE_COLUMNS, ()))

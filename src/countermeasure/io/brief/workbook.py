"""A brief as an Excel file: every table whole, numbers as numbers, text never read as a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import to_date
from countermeasure.io.brief.first import first_sheets
from countermeasure.io.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from countermeasure.brief.model import Brief

__all__ = ["brief_sheets", "brief_workbook"]

Table = tuple[tuple[str, ...], list[dict[str, Any]]]


def brief_workbook(path: Path, brief: Brief) -> Path:
    """Write the file.

    Raises:
        InputError: If it cannot be written.
    """
    return write_workbook(path, brief_sheets(brief))


def brief_sheets(brief: Brief) -> dict[str, Table]:
    """Sheets by their names, each with its columns and records."""
    found: dict[str, Table] = {}

    def add(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        heads = tuple(columns)
        found[_name(name, found)] = (heads, [dict(zip(heads, row, strict=True)) for row in rows])

    add("brief", ("part", "words"), _words(brief))
    for sheet in first_sheets(brief):
        add(sheet.name, sheet.columns, sheet.rows)
    actions = [
        (n, a.kind, None if a.by is None else to_date(a.by), a.what, a.who, a.why, "; ".join(a.lines), a.usd,
         "" if a.citation is None else a.citation.words, "" if a.citation is None else a.citation.url)
        for n, a in enumerate(brief.first.actions, start=1)
    ]  # fmt: skip
    add("actions", ("number", "kind", "by", "what", "who", "why", "about", "USD", "text", "address"), actions)
    for section in brief.sections:
        for one in section.sheets:
            add(one.name, one.columns, one.rows)
        for run in section.runs:
            for one in run.part.sheets:
                add(f"{run.word} {one.name}", one.columns, one.rows)
    figures = [(r.case, s.title, word, v) for s in brief.sections for r in s.runs for word, v in r.part.figures.items()]
    add("figures", ("scenario", "section", "figure", "value"), figures)
    assumed = [(s.title, "", *row) for s in brief.sections for row in s.assumptions]
    assumed += [(s.title, r.case, *row) for s in brief.sections for r in s.runs for row in r.part.assumptions]
    add("assumptions", ("section", "scenario", "what", "value", "confidence", "source"), assumed)
    texts = [(s.title, c.words, c.url, c.confidence, c.used_for) for s in brief.sections for c in s.citations]
    add("texts", ("section", "text", "address", "confidence", "used for"), texts)
    limits = [("all", line) for line in brief.limits] + [(s.title, line) for s in brief.sections for line in s.limits]
    limits += [(f"{s.title}, {r.case}", note) for s in brief.sections for r in s.runs for note in r.part.notes]
    add("limits", ("section", "what it does not say"), limits)
    add("repeat", ("name", "value"), [*brief.stamp, *((what, command) for command, what in brief.commands)])
    return found


def _words(brief: Brief) -> list[tuple[str, str]]:
    rows = [("title", brief.title), ("about", brief.about)]
    rows += [("rests on", one) for one in brief.first.assumed]
    rows += [("said", one) for one in brief.first.said]
    rows += [(section.title, said) for section in brief.sections for said in section.said]
    return rows + [(f"{s.title}, {run.case}", run.part.said) for s in brief.sections for run in s.runs]


def _name(name: str, taken: dict[str, Table]) -> str:
    """A name that Excel takes: at most 31 letters, none of its signs, not twice whatever the case."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ") or "sheet"
    held = {one.lower() for one in taken}
    short, number = plain[:31], 2
    while short.lower() in held:
        tail = f" {number}"
        short, number = plain[: 31 - len(tail)] + tail, number + 1
    return short

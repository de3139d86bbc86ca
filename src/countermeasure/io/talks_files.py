"""Talks as files: tables, sentences and pictures of a question become a folder with a page.

What was assumed stands first on the page, and the last line is the answer, in a sentence that needs nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io.report_folder import write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from countermeasure.codes.sheet import Sheet

__all__ = ["LIMITS", "Picture", "TalksReport", "talks_json", "talks_page", "write_talks"]

LIMITS = (
    "Stable says that nobody gains by moving if all rank the states as assumed. It is no probability and no forecast.",
    "Rankings say what a party prefers, not by how much; what it does not know, or gets wrong, is left out.",
)
"""Hold for every answer of this kind."""
KIND = "An analysis of assumed preferences, not a forecast."
_DRAWN = 400
"""Rows of a table on the page; all are in the files."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the table of its figures.

    Attributes:
        name: File name without suffix.
        title: Heading.
        svg: SVG document.
        sheet: Name of the sheet that holds its figures.
        text: What it shows and what it does not.
    """

    name: str
    title: str
    svg: str
    sheet: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TalksReport:
    """An answer before it becomes files.

    Attributes:
        title: Heading.
        closing: The answer in a sentence, the last line of the page.
        about: What was asked.
        sheets: Tables.
        sentences: By name of a sheet, what its rows say in words; paragraphs apart by an empty line.
        pictures: Pictures, in the order of the page.
        assumptions: What, value, confidence (``A`` to ``D`` or ``U``), source or reason.
        limits: What it does not say, besides ``LIMITS``.
        sources: Name and address of documents; the address may be empty.
        stamp: Names and values that let it be repeated.
        found: What else the JSON holds.
    """

    title: str
    closing: str
    about: str = ""
    sheets: Sequence[Sheet] = ()
    sentences: Mapping[str, str] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    assumptions: Sequence[tuple[str, str, str, str]] = ()
    limits: Sequence[str] = ()
    sources: Sequence[tuple[str, str]] = ()
    stamp: Sequence[tuple[str, str]] = ()
    found: Mapping[str, Any] = field(default_factory=dict)


def talks_json(report: TalksReport) -> dict[str, Any]:
    """An answer as one JSON object; what is not known is ``null``."""
    kept: dict[str, Any] = _plain(
        {
            "title": report.title,
            "answer": report.closing,
            "run": dict(report.stamp),
            "assumptions": [dict(zip(("what", "value", "confidence", "source"), a, strict=True)) for a in report.assumptions],
            "limits": [*LIMITS, *report.limits],
            "sentences": dict(report.sentences),
            "tables": {one.name: one.records() for one in report.sheets},
            **report.found,
        }
    )
    return kept


def write_talks(folder: Path, report: TalksReport) -> list[Path]:
    """Write everything of an answer into a folder, made if it is not there.

    Returns:
        The files, in the order of writing: tables, JSON, pictures, page.

    Raises:
        InputError: If the folder cannot be made, two tables or two pictures share a name, or a picture has no table.
    """
    sections, meta = talks_page(report)
    return write_report(
        folder,
        sheets=report.sheets,
        pictures={one.name: one.svg for one in report.pictures},
        meta=meta,
        sections=sections,
        found=talks_json(report),
    )


def talks_page(report: TalksReport) -> tuple[list[Section], Meta]:
    """Sections of the page, pictures first, and what stands around them.

    Raises:
        InputError: If two tables or two pictures share a name, a picture has no table, or sentences belong to none.
    """
    sheets = {one.name: one for one in report.sheets}
    _check(report, sheets)
    drawn = {one.sheet for one in report.pictures}
    said = dict(report.sentences)
    sections = []
    for one in report.pictures:
        sheet = sheets[one.sheet]
        parts = [one.text, said.pop(one.sheet, ""), _cut(sheet)]
        sections.append(Section(one.title, "\n\n".join(p for p in parts if p), one.svg, _grid(sheet)))
    for sheet in report.sheets:
        if sheet.name not in drawn and sheet.name != "assumptions":
            parts = [said.get(sheet.name, ""), _cut(sheet)]
            sections.append(Section(sheet.title, "\n\n".join(p for p in parts if p), "", _grid(sheet)))
    meta = Meta(
        report.title,
        "",
        report.about,
        [Assumption(*row) for row in report.assumptions],
        [*LIMITS, *report.limits],
        [Source(*row) for row in report.sources],
        report.stamp,
        kind=KIND,
        closing=report.closing,
    )
    return sections, meta


def _check(report: TalksReport, sheets: Mapping[str, Sheet]) -> None:
    faults = []
    for what, names in (("tables", [s.name for s in report.sheets]), ("pictures", [p.name for p in report.pictures])):
        twice = sorted({name for name in names if names.count(name) > 1})
        faults += [f"two {what} are called {name!r}; give each a name of its own" for name in twice]
    faults += [
        f"picture {p.name!r} has no table: there is no sheet {p.sheet!r}" for p in report.pictures if p.sheet not in sheets
    ]
    faults += [f"sentences of {name!r} belong to no sheet" for name in report.sentences if name not in sheets]
    if faults:
        known = ", ".join(sheets) or "none"
        raise InputError(faults[0], code="bad_report", cure=f"Sheets are: {known}.", faults=faults[1:])


def _cut(sheet: Sheet) -> str:
    if len(sheet.rows) <= _DRAWN:
        return ""
    return f"The table shows {_DRAWN} of {len(sheet.rows):,} rows; {sheet.name}.csv has all."


def _grid(sheet: Sheet) -> Grid:
    return Grid(sheet.columns, list(sheet.rows[:_DRAWN]))


def _plain(value: Any) -> Any:  # noqa: ANN401 - cells are of any type
    """A value as JSON can hold it: numbers of arrays become plain ones, what is not finite becomes nothing."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

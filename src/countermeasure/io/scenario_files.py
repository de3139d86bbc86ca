"""A whole scenario as files: tables, JSON, pictures and one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.io.report_folder import write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source
from countermeasure.io.scenario_pictures import pictures_of_part
from countermeasure.scenario.whole.engines import before_words, common_assumptions, known_words, unheard
from countermeasure.scenario.whole.plain import outcome_json
from countermeasure.scenario.whole.words import TITLES, closing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from countermeasure.scenario.whole.model import Outcome, Part

__all__ = ["assumptions_once", "figures_sheet", "notes_once", "scenario_json", "write_outcome_folder"]

Row = TypeVar("Row")
_DRAWN = 30
"""Rows of a table on the page; all are in the files."""
_LONG = 200
"""A table without a picture that has more rows stands in the files alone."""
_COLUMNS = {
    "provisions": ("provision", "name", "what", "us_tariff_lines", "control_items", "listed_parties", "reading", "instruments"),
    "lines": ("line_id", "hts", "origin", "reading", "rate_before", "rate_low", "rate", "rate_high", "duty_usd", "more_usd"),
    "transactions": ("transaction", "regime", "reading", "answer_before", "answer", "possible", "provisions", "changes_next"),
    "parameters": ("name", "value", "low", "high", "unit", "confidence", "meaning"),
}
"""Columns on the page where a table has more than a page can hold; all are in the files."""
LIMITS = (
    "Parts stand beside one another: what stopped plants do to trade is in no figure unless a link of the scenario says so.",
    "Bands of the chain are 5 to 95 % of draws of parameters, low and high of trade are horizons; neither is a probability.",
)
_WORDS = frozenset({"what", "answer", "answer_before", "possible"})
KIND = "A run of models under assumptions, not a forecast and no legal advice."


def scenario_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as one JSON object, with its sentence."""
    return {"answer": closing(outcome), **outcome_json(outcome)}


def figures_sheet(outcome: Outcome) -> Sheet:
    """Headline numbers of all parts."""
    rows = tuple((name, word, value) for name, part in outcome.parts.items() for word, value in part.figures.items())
    return Sheet("figures", "Headline figures", ("part", "figure", "value"), rows)


def assumptions_once(outcome: Outcome) -> dict[str, list[tuple[str, str, str, str]]]:
    """Assumptions that all parts share under ``all``, then those of each part by its name."""
    shared = common_assumptions(outcome.scenario)
    return _once(shared, {name: part.assumptions for name, part in outcome.parts.items()})


def notes_once(outcome: Outcome) -> dict[str, list[str]]:
    """Notes that all parts share under ``all``, then those of each part by its name."""
    return _once(unheard(outcome.scenario), {name: part.notes for name, part in outcome.parts.items()})


def _once(shared: Sequence[Row], held: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    return {"all": list(shared), **{name: [row for row in rows if row not in shared] for name, rows in held.items()}}


def write_outcome_folder(folder: Path, outcome: Outcome) -> list[Path]:
    """Write everything of an outcome into a folder, made if it is not there.

    Returns:
        The files, in the order of writing: tables, JSON, pictures, page.

    Raises:
        InputError: If the folder cannot be made or written.
    """
    groups = assumptions_once(outcome)
    rows = tuple((name, *row) for name, held in groups.items() for row in held)
    assumed = Sheet("assumptions", "What the figures rest on", ("part", "what", "value", "confidence", "source"), rows)
    sheets = [figures_sheet(outcome), assumed]
    pictures: dict[str, str] = {}
    expect = outcome.scenario.expect
    sections = [Section("Expected, written beforehand", expect)] if expect else []
    notes = notes_once(outcome)
    for name, part in outcome.parts.items():
        sheets += [replace(sheet, name=f"{name}_{sheet.name}") for sheet in part.sheets]
        pictures |= {picture.name: picture.svg for picture in pictures_of_part(part)}
        sections += _sections(part, notes[name])
    return write_report(
        folder, sheets=sheets, pictures=pictures, meta=_meta(outcome, rows), sections=sections, found=scenario_json(outcome)
    )


def _sections(part: Part, notes: Sequence[str]) -> Iterator[Section]:
    """A part of the page: its sentence and notes, its pictures, the tables without one."""
    drawn = pictures_of_part(part)
    shown = {picture.sheet.name for picture in drawn}
    others = [sheet for sheet in part.sheets if sheet.name not in shown]
    left = [f"{part.name}_{sheet.name}" for sheet in others if len(sheet.rows) > _LONG]
    told = [f"In the files alone: {', '.join(left)}."] if left else []
    yield Section(TITLES[part.name], "\n\n".join((part.said, *notes, *told)))
    for picture in drawn:
        yield Section(picture.title, _cut(picture.sheet), picture.svg, _grid(picture.sheet))
    for sheet in others:
        if len(sheet.rows) <= _LONG:
            yield Section(sheet.title, _cut(sheet), "", _grid(sheet))


def _cut(sheet: Sheet) -> str:
    return f"The first {_DRAWN} of {len(sheet.rows):,} rows; all are in the files." if len(sheet.rows) > _DRAWN else ""


def _grid(sheet: Sheet) -> Grid:
    """Rows and columns of a table that a page can hold."""
    wanted = [name for name in _COLUMNS.get(sheet.name, sheet.columns) if name in sheet.columns]
    records = sheet.records()
    if len({row.get("reading") for row in records}) == 1:
        wanted = [name for name in wanted if name != "reading"]
    rows = [tuple(_shown(name, row[name]) for name in wanted) for row in records[:_DRAWN]]
    return Grid([name.replace("_", " ") for name in wanted], rows)


def _shown(name: str, value: object) -> object:
    """A cell on the page: states and answers without the marks of a file."""
    return value.replace("state: ", "").replace("_", " ") if name in _WORDS and isinstance(value, str) else value


def _meta(outcome: Outcome, rows: tuple[tuple[str, ...], ...]) -> Meta:
    scenario = outcome.scenario
    about = f"{scenario.intent} {format_day(scenario.on)} against {before_words(scenario)}; {known_words(scenario)}."
    stamp = [
        ("scenario", scenario.id),
        ("book", scenario.book.hash[:16]),
        ("draws", str(scenario.draws)),
        ("seed", str(scenario.seed)),
        ("version", scenario.book.version),
    ]
    return Meta(
        scenario.title,
        "",
        about,
        [Assumption(what if name == "all" else f"{TITLES[name]}: {what}", *rest) for name, what, *rest in rows],
        [*LIMITS, *notes_once(outcome)["all"]],
        [Source(source["cite"], source.get("url", "")) for source in scenario.sources],
        stamp,
        kind=KIND,
        closing=closing(outcome),
    )

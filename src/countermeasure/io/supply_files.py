"""A supply run as files: tables (CSV and Parquet), JSON, pictures (SVG) and one page (HTML)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.io.pictures import curve_band
from countermeasure.io.report_folder import made_folder, write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source, report_page
from countermeasure.io.supply_pictures import pictures_of
from countermeasure.io.write import write_table
from countermeasure.supply.sheets import sheets_of
from countermeasure.supply.summary import answer_of, assumptions_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from countermeasure.codes.sheet import Sheet
    from countermeasure.io.supply_pictures import Picture
    from countermeasure.supply.firm.answer import FirmAnswer
    from countermeasure.supply.outcome import Outcome
    from countermeasure.supply.projects import Alternatives

__all__ = ["outcome_json", "supply_page", "write_outcome", "write_outlook"]

LIMITS = (
    "Bands hold what is not known of parameters; they are no probabilities of what will happen.",
    "Buyers in China are left out: they are not behind a license.",
    "Most regional splits of use and of suppliers are judgements (D and U in the tables of the chain).",
    "Controls on named parties, military use and Chinese technology abroad are not followed; the run lists them.",
)
_DRAWN = 400
"""Rows of a table on the page; all are in the files."""


def stamp_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Names and values that let a run be repeated."""
    scenario, simulation = outcome.scenario, outcome.simulation
    return [
        ("scenario", f"{scenario.id} ({scenario.name})"),
        ("book", f"{scenario.book.version}, {scenario.book.hash[:12]}"),
        ("known on", "all that is in the book" if scenario.known_on is None else format_day(scenario.known_on)),
        ("reading", scenario.reading.value),
        ("first week", format_day(simulation.plan.day0)),
        ("weeks", str(simulation.plan.weeks)),
        ("draws", str(len(simulation.draws["approval"]))),
        ("seed", str(simulation.seed)),
    ]


def outcome_json(outcome: Outcome, firm: FirmAnswer | None = None) -> dict[str, Any]:
    """A run as one JSON object: answer, stamp, assumptions, tables as records; the firm's answer if there is one."""
    found: dict[str, Any] = {
        "answer": answer_of(outcome),
        "run": dict(stamp_of(outcome)),
        "assumptions": [
            dict(zip(("what", "value", "confidence", "source"), row, strict=True)) for row in assumptions_of(outcome)
        ],
        "not_followed": list(outcome.simulation.plan.notes),
        "tables": {
            s.name: [dict(zip(s.columns, row, strict=True)) for row in s.rows]
            for s in sheets_of(outcome)
            if s.name != "exports"
        },
    }
    if firm is not None:
        found["firm"] = firm.to_json()
    return found


def write_outcome(folder: Path, outcome: Outcome, firm: FirmAnswer | None = None) -> list[Path]:
    """Write everything of a run into a folder, made if it is not there.

    Returns:
        The files, in the order of writing: tables, JSON, pictures, page.

    Raises:
        InputError: If the folder cannot be made.
    """
    sheets, pictures = sheets_of(outcome), pictures_of(outcome)
    sections, meta = _page(outcome, firm, sheets, pictures)
    svgs = {name: svg for name, (_, svg, _) in pictures.items()}
    return write_report(folder, sheets=sheets, pictures=svgs, meta=meta, sections=sections, found=outcome_json(outcome, firm))


def write_outlook(folder: Path, found: Alternatives, level: float) -> list[Path]:
    """Write the curves of new supply: CSV, Parquet and two pictures.

    Returns:
        The files.

    Raises:
        InputError: If the folder cannot be made.
    """
    made_folder(folder)
    share, cover = found.china_share(), found.cover()
    days = [format_day(found.day0 + 7 * w) for w in range(found.need.shape[0])]
    rows = [
        {
            "week": day,
            "product": product,
            **{f"china_share_{name}": float(share[q, w, p]) for q, name in enumerate(("low", "median", "high"))},
            **{f"cover_{name}": float(cover[q, w, p]) for q, name in enumerate(("low", "median", "high"))},
        }
        for p, product in enumerate(found.products)
        for w, day in enumerate(days)
    ]
    written = [write_table(folder / f"projects{suffix}", rows) for suffix in (".csv", ".parquet")]
    for name, values, title, line in (
        ("china_share", share, "China's share of supply from ore", level),
        ("cover", cover, "Supply outside China over what is used there", 1.0),
    ):
        series = [(p, *values[:, :, i].tolist()) for i, p in enumerate(found.products)]
        path = folder / f"{name}.svg"
        path.write_text(curve_band(title, days, series, "%", line), "utf-8")
        written.append(path)
    return written


def supply_page(outcome: Outcome, firm: FirmAnswer | None = None, sheets: Sequence[Sheet] | None = None) -> str:
    """The page of a run: answer, assumptions, pictures each with its table, limits, sources, stamp."""
    return report_page(*_page(outcome, firm, sheets_of(outcome) if sheets is None else sheets, pictures_of(outcome)))


def _page(
    outcome: Outcome, firm: FirmAnswer | None, sheets: Sequence[Sheet], pictures: Mapping[str, Picture]
) -> tuple[list[Section], Meta]:
    """Sections of the page and what stands around them."""
    by_name = {s.name: s for s in sheets}
    sections = []
    if firm is not None:
        sections.append(Section("Your own firm", firm.text()))
    for title, svg, table in pictures.values():
        sheet = table if not isinstance(table, str) else by_name[table]
        note = (
            ""
            if len(sheet.rows) <= _DRAWN
            else f"The table shows {_DRAWN} of {len(sheet.rows):,} rows; {sheet.name}.csv has all."
        )
        sections.append(Section(title, note, svg, Grid(sheet.columns, [_row(r) for r in sheet.rows[:_DRAWN]])))
    for sheet in (by_name[name] for name in ("gdp", "sectors_implied", "studies", "parameters") if name in by_name):
        sections += [Section(sheet.title, "", "", Grid(sheet.columns, [_row(r) for r in sheet.rows]))]
    scenario = outcome.scenario
    notes = outcome.simulation.plan.notes
    meta = Meta(
        title=scenario.title,
        answer=answer_of(outcome),
        about=f"{scenario.intent} {scenario.notes}".strip(),
        assumptions=[Assumption(*row) for row in assumptions_of(outcome, leading=True)],
        limits=[*LIMITS, *notes],
        sources=[Source(s) for s in scenario.sources],
        stamp=stamp_of(outcome),
    )
    return sections, meta


def _row(row: tuple[Any, ...]) -> list[object]:
    return [round(v, 4) if isinstance(v, float) else v for v in row]

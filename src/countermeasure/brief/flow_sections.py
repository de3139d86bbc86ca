"""Sections of the engines of flows: supply, trade, talks. Their parts come from scenarios that were run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from countermeasure.brief.model import Citation, Run, Section
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from countermeasure.brief.model import Stop
    from countermeasure.brief.supplies import FirmCase
    from countermeasure.scenario.whole.model import Outcome

__all__ = ["part_sections", "scenario_law", "supply_section"]

_TITLES = {"supply": "Supply", "trade": "Trade", "talks": "Talks"}
_LABELS = {
    "trade": "Equilibria of a model with assumed elasticities; effects on economies, not on the firm.",
    "talks": "A model with assumed rankings of what each side prefers; it says what would last if they were right, and what "
    "was assumed stands first. It bears on the firm only through the measures that a side would keep or drop.",
}


def supply_section(cases: Sequence[FirmCase], outcomes: Sequence[Outcome]) -> Section:
    """The firm's parts under each scenario, then the chain itself."""
    stops = [stop for case in cases for stop in case.stops]
    notes = list(dict.fromkeys(note for case in cases if case.answer is not None for note in case.answer.notes))
    sheets = [
        Sheet(
            "firm_stops",
            "Lines and parts that stop",
            (
                "scenario",
                "kind",
                "name",
                "share of draws that stop",
                "first stop 5 %",
                "first stop 50 %",
                "first stop 95 %",
                "weeks lost 5 %",
                "weeks lost 50 %",
                "weeks lost 95 %",
                "lost USD 50 %",
                "stock now, weeks",
                "stock to hold, weeks",
            ),
            tuple(map(_stop_row, stops)),
        ),
        Sheet(
            "firm_by_week",
            "Share of draws that have stopped by each week",
            ("scenario", "line or part", "week of", "share of draws"),
            tuple(row for stop in stops for row in _weeks(stop)),
        ),
        Sheet(
            "firm_cover",
            "Stock that keeps each part and its line running in nine of ten draws",
            (
                "scenario",
                "part",
                "line",
                "stock now, weeks",
                "stock to hold, weeks",
                "share of draws that may stop",
                "longest tried, weeks",
            ),
            tuple((case.case, c.part, c.line, c.now, c.hold, c.level, c.most) for case in cases for c in case.covers),
        ),
        Sheet(
            "firm_changes",
            "What a change would buy",
            ("scenario", "kind", "name", "change", "stops before", "stops after", "weeks later, median", "weeks saved, mean"),
            tuple(
                (case.case, c.kind, c.name, c.label, c.before, c.after, c.weeks_later, c.weeks_saved)
                for case in cases
                if case.answer is not None
                for c in case.answer.changes
            ),
        ),
    ]
    played = [case.note for case in cases if case.note]
    return Section(
        "supply",
        _TITLES["supply"],
        (f"{_lines_and_parts(len({stop.name for stop in stops}))} played on the chain of each scenario.",) if stops else (),
        (
            *(("from which week", note, "D", "choice of this project") for note in played),
            *(("the firm's parts", note, "U", "supply engine") for note in notes),
        ),
        tuple(sheet for sheet in sheets if sheet.rows),
        (),
        (),
        _runs("supply", outcomes),
    )


def _stop_row(stop: Stop) -> tuple[object, ...]:
    first = [None if day is None else format_day(day) for day in stop.first]
    lost = None if stop.lost_usd is None else stop.lost_usd[1]
    return (stop.case, stop.kind, stop.name, stop.share, *first, *stop.weeks_lost, lost, stop.cover_weeks, stop.hold_weeks)


def _weeks(stop: Stop) -> Iterator[tuple[object, ...]]:
    for week, share in enumerate(stop.by_week):
        yield stop.case, stop.name, format_day(stop.day0 + 7 * week), share


def part_sections(outcomes: Sequence[Outcome], names: Sequence[str] = ("trade", "talks")) -> Iterator[Section]:
    """A section for each part that any scenario has."""
    for name in names:
        runs = _runs(name, outcomes)
        if runs:
            yield Section(name, _TITLES.get(name, name.capitalize()), (_LABELS[name],) if name in _LABELS else (), runs=runs)


def scenario_law(section: Section, outcomes: Sequence[Outcome]) -> Section:
    """The section of the law with what scenarios change in it."""
    return replace(section, citations=(*section.citations, *_sources(outcomes)), runs=_runs("law", outcomes))


def _runs(name: str, outcomes: Sequence[Outcome]) -> tuple[Run, ...]:
    return tuple(Run(one.scenario.title, one.scenario.id, one.parts[name]) for one in outcomes if name in one.parts)


def _sources(outcomes: Sequence[Outcome]) -> Iterator[Citation]:
    for outcome in outcomes:
        for source in outcome.scenario.sources:
            yield Citation(source["cite"], source.get("url", ""), "", f"scenario {outcome.scenario.id}")


def _lines_and_parts(count: int) -> str:
    return "1 line or part of the firm is" if count == 1 else f"{count:,} lines and parts of the firm are"

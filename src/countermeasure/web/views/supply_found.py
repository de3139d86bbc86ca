"""A supply run as it is shown and kept: sentence, assumptions, pictures with their tables, stamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from countermeasure.io.faults import Fault
    from countermeasure.supply.firm.answer import FirmAnswer
    from countermeasure.supply.outcome import Outcome
    from countermeasure.web.views.supply_asked import Asked

__all__ = ["Shown", "SupplyFound", "found_of"]

WORDS = {
    "firm": "Your lines", "exports": "Exports", "stoppages_implied": "Stoppages, stocks as 2025 implies",
    "stoppages_reported": "Stoppages, stocks as firms report them", "chain": "Chain", "prices": "Prices", "stocks": "Stocks",
    "unmet_use": "Use not met",
}  # fmt: skip
"""Pictures in a few words."""
_ORDER = ("exports", "stoppages_implied", "stoppages_reported", "chain", "prices", "stocks", "unmet_use")
"""Pictures in the order of the page; others follow."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a run.

    Attributes:
        name: Its word.
        title: What it shows.
        svg: An SVG element.
        sheet: Name of the table of its figures.
        spec: A Vega-Lite chart of the same figures, where touching them helps; or ``None``.
    """

    name: str
    title: str
    svg: str
    sheet: str
    spec: dict[str, Any] | None = None

    @property
    def short(self) -> str:
        """What it shows, in a few words."""
        return WORDS.get(self.name, self.title)


@dataclass(frozen=True, slots=True)
class SupplyFound:
    """What a run found, as plain values: small enough to be kept.

    Attributes:
        asked: What was asked.
        title: Title of the scenario.
        about: What it is for, and its author's words.
        said: The answer in some sentences.
        assumptions: What, value, letter, source: dated practice, fitted parameters and those that matter most.
        own: How many of the assumptions are those of the scenario itself; they come first.
        count: Assumptions in all, and how many of them are unverified.
        pictures: In the order of the page.
        tables: All tables, the main one first.
        not_followed: Measures of the book that the chain does not follow.
        sources: Citations of the scenario.
        run: Names and values that let it be repeated.
        firm: The firm's answer in words, where there is one.
        firm_json: The same as plain values.
        faults: What is wrong with the firm's table.
    """

    asked: Asked
    title: str
    about: str
    said: str
    assumptions: tuple[tuple[str, str, str, str], ...]
    own: int
    count: tuple[int, int]
    pictures: tuple[Shown, ...]
    tables: tuple[Sheet, ...]
    not_followed: tuple[str, ...]
    sources: tuple[str, ...]
    run: tuple[tuple[str, str], ...]
    firm: str = ""
    firm_json: dict[str, Any] | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def limits(self) -> tuple[str, ...]:
        """What the run does not say."""
        from countermeasure.io.supply_files import LIMITS

        return LIMITS

    def sheet(self, name: str) -> Sheet:
        """A table by its name."""
        return next(one for one in self.tables if one.name == name)

    def sheets(self) -> tuple[Sheet, ...]:
        """All tables."""
        return self.tables

    def to_json(self) -> dict[str, Any]:
        """Plain values; the long table of weekly exports is left to CSV."""
        names = ("what", "value", "confidence", "source")
        found: dict[str, Any] = {
            "answer": self.said,
            "run": dict(self.run),
            "assumptions": [dict(zip(names, row, strict=True)) for row in self.sheet("assumptions").rows],
            "not_followed": list(self.not_followed),
            "limits": list(self.limits),
            "tables": {s.name: s.records() for s in self.tables if s.name not in ("exports", "assumptions")},
        }
        return found if self.firm_json is None else found | {"firm": self.firm_json}


def found_of(asked: Asked, outcome: Outcome, firm: FirmAnswer | None = None, faults: tuple[Fault, ...] = ()) -> SupplyFound:
    """Everything a page needs of a run.

    Args:
        asked: What was asked.
        outcome: The run.
        firm: The firm's answer on the same draws.
        faults: What is wrong with the firm's table.
    """
    from countermeasure.io.stoppage_picture import firm_picture, stoppage_picture
    from countermeasure.io.supply_files import stamp_of
    from countermeasure.io.supply_pictures import pictures_of
    from countermeasure.supply.sheets import sheets_of
    from countermeasure.supply.summary import answer_of, assumptions_of, further

    drawn = dict(pictures_of(outcome))
    for reading in outcome.buyers:
        drawn[f"stoppages_{reading}"] = stoppage_picture(outcome, reading)
        drawn.pop(f"stopped_{reading}", None)
    tables = {sheet.name: sheet for sheet in sheets_of(outcome)}
    main = tables.pop("magnet_exports_by_month")
    order = [*(n for n in _ORDER if n in drawn), *(n for n in drawn if n not in _ORDER)]
    if firm is not None:
        drawn["firm"], order = firm_picture(firm), ["firm", *order]
    pictures = []
    for name in order:
        title, svg, table = drawn[name]
        if not isinstance(table, str):
            tables[table.name] = table
            table = table.name
        pictures.append(Shown(name, title, svg, table, exports_spec(main) if name == "exports" else None))
    rows = assumptions_of(outcome)
    assumed = Sheet("assumptions", "What the run rests on", ("what", "value", "confidence", "source"), tuple(rows))
    firm_tables = () if firm is None else _firm_sheets(firm)
    scenario = outcome.scenario
    return SupplyFound(
        asked=asked,
        title=scenario.title,
        about=f"{scenario.intent} {scenario.notes}".strip(),
        said=answer_of(outcome),
        assumptions=tuple(assumptions_of(outcome, leading=True)),
        own=len(scenario.practice) + len(further(scenario)),
        count=(len(rows), sum(letter == "U" for _, _, letter, _ in rows)),
        pictures=tuple(pictures),
        tables=(*firm_tables, main, assumed, *tables.values()),
        not_followed=tuple(outcome.simulation.plan.notes),
        sources=tuple(scenario.sources),
        run=tuple(stamp_of(outcome)),
        firm="" if firm is None else firm.text(),
        firm_json=None if firm is None else firm.to_json(),
        faults=faults,
    )


def exports_spec(sheet: Sheet) -> dict[str, Any]:
    """The exports by month as a Vega-Lite chart: band, median and what was observed, with values under the pointer."""
    names = ("month", "low", "median", "high", "observed")
    values = [dict(zip(names, row, strict=True)) for row in sheet.rows]
    day = {"field": "month", "type": "temporal", "title": None, "timeUnit": "utcyearmonth", "axis": {"format": "%b %Y"}}
    shown = [
        {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": "month", "format": "%Y-%m"},
        *(
            {"field": name, "type": "quantitative", "title": words, "format": ",.0f"}
            for name, words in (("low", "5 %"), ("median", "median"), ("high", "95 %"), ("observed", "observed"))
        ),
    ]
    amount = {"type": "quantitative", "title": "t a month"}
    drawn = ["median", "observed"] if any(row["observed"] is not None for row in values) else ["median"]
    key = {
        "scale": {"domain": drawn},
        "legend": {"orient": "top", "title": None, "symbolOpacity": 1} if len(drawn) > 1 else None,
    }
    line = {"color": {"datum": "median", **key}}
    dots: dict[str, Any] = {
        "transform": [{"filter": "isValid(datum.observed)"}],
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {"y": {"field": "observed", **amount}, "color": {"datum": "observed", **key}},
    }
    near = {"type": "point", "fields": ["month"], "nearest": True, "on": "pointerover", "clear": "pointerout"}
    return {
        "data": {"values": values},
        "height": 300,
        "encoding": {"x": day},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22},
                "encoding": {"y": {"field": "low", **amount}, "y2": {"field": "high"}, **line},
            },
            {"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": {"y": {"field": "median", **amount}, **line}},
            *([dots] if len(drawn) > 1 else []),
            {
                "params": [{"name": "near", "select": near}],
                "mark": "rule",
                "encoding": {
                    "opacity": {"condition": {"param": "near", "empty": False, "value": 0.5}, "value": 0},
                    "tooltip": shown,
                },
            },
        ],
    }


def _firm_sheets(firm: FirmAnswer) -> tuple[Sheet, Sheet]:
    """The firm's outlooks, and what changes would buy."""
    outlooks = []
    for one in firm.outlooks:
        record = one.to_json()
        lost, usd = record["weeks_lost"], record["lost_usd"] or {}
        first = record["first_week_where_it_stops"] or {}
        outlooks.append(
            (one.kind, one.name, "; ".join(one.parts), one.share_of_draws, first.get("p5"), first.get("p50"), first.get("p95"),
             *(round(lost[q], 2) for q in ("p5", "p50", "p95")), usd.get("p50"))
        )  # fmt: skip
    columns = (
        "kind", "name", "parts", "share_of_draws_stopped", "first_week_low", "first_week_median", "first_week_high",
        "weeks_lost_low", "weeks_lost_median", "weeks_lost_high", "lost_usd_median",
    )  # fmt: skip
    changes = tuple(tuple(one.to_json().values()) for one in firm.changes)
    heads = (
        "change", "label", "kind", "name", "share_of_draws_stopped_before", "share_of_draws_stopped_after",
        "share_of_draws_avoided", "weeks_later_where_it_stops", "mean_weeks_saved",
    )  # fmt: skip
    return (
        Sheet("firm", "Your lines and parts: when they stop, weeks from the first week of the run", columns, tuple(outlooks)),
        Sheet("firm_changes", "What a change would buy, on the same draws", heads, changes),
    )

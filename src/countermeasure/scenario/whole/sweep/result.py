"""What a sweep found: a row for every point, the figures that move, and how each dial moves them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.scenario.whole.sweep.grid import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.scenario.whole.model import Part, Scenario
    from countermeasure.scenario.whole.sweep.dials import Dial
    from countermeasure.scenario.whole.sweep.grid import Grid
    from countermeasure.scenario.whole.sweep.plan import Plan

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["HEADLINES", "SweepResult", "plain_word", "shown", "unit_of"]

HEADLINES = (
    "trade.real_income_us_change",
    "supply.worst_standing_share",
    "trade.real_income_china_change",
    "supply.first_stop_week",
    "trade.us_china_goods_change",
    "supply.gdp_us_change",
    "duty.us_average_on_china_share",
    "trade.us_duties_musd",
    "trade.rare_earths_dearest_times",
    "duty.duty_usd",
)
"""Figures that lead where they are there and move."""


def unit_of(figure: str) -> str:
    """Unit of a figure by the end of its word, for pictures; shares begin with ``%``."""
    return next((unit for end, unit in _UNITS.items() if figure.endswith(f"_{end}")), "")


_UNITS = {
    "share": "% of one",
    "change": "% change",
    "usd": "USD",
    "musd": "million USD",
    "week": "week",
    "times": "times normal",
    "count": "count",
    "flag": "1 for yes",
}
"""Unit by the last word of a figure."""


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A sweep that was run.

    Attributes:
        scenario: What was swept.
        grid: Over which values; the last axis runs fastest.
        dials: Dials of the grid, in its order.
        plan: What was computed for which point.
        parts: A part for every job of the plan.
        kept: Count of jobs that were read from the folder.
        broken: Files of the folder that could not be used; their jobs were computed again.
        stamp: Names and values that let it be repeated.
    """

    scenario: Scenario
    grid: Grid
    dials: tuple[Dial, ...]
    plan: Plan
    parts: tuple[Part, ...]
    kept: int
    broken: tuple[str, ...]
    stamp: tuple[tuple[str, str], ...]

    def at(self, point: int) -> Mapping[str, Part]:
        """The parts of a point, by name."""
        return {name: self.parts[places[point]] for name, places in self.plan.index.items()}

    @cached_property
    def figures(self) -> dict[str, Array]:
        """Every figure as ``part.word``, a value for each point, (n,); NaN where a point has none."""
        found: dict[str, Array] = {}
        for name, places in self.plan.index.items():
            words = dict.fromkeys(word for place in places for word in self.parts[place].figures)
            for word in words:
                values = [self.parts[place].figures.get(word) for place in places]
                found[f"{name}.{word}"] = np.array([math.nan if v is None else float(v) for v in values])
        return found

    def feels(self, figure: str) -> tuple[str, ...]:
        """Dials that the part of a figure feels, in the order of the grid; the figure is the same along all others."""
        return self.plan.feels[figure.partition(".")[0]]

    def over(self, figure: str) -> Array:
        """A figure over the dials that its part feels, one axis for each in the order of the grid."""
        values = self.figures[figure].reshape(self.grid.shape)
        felt = self.feels(figure)
        return values[tuple(slice(None) if name in felt else 0 for name in self.grid.dials)]

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """Figures that differ between points, those of ``HEADLINES`` first."""
        names = [name for name, values in self.figures.items() if _spread(values) > 0]
        return tuple(sorted(names, key=lambda name: HEADLINES.index(name) if name in HEADLINES else len(HEADLINES)))

    def sheets(self) -> tuple[Sheet, ...]:
        """Points, dials, spans of figures, what the points rest on, and what could not be done."""
        return (self.points(), self.dial_sheet(), self.spans(), self.assumptions(), *self._note_sheets())

    def points(self) -> Sheet:
        """A row for each point: dials, then every figure."""
        columns = (*self.grid.dials, *self.figures)
        values = list(self.figures.values())
        rows = tuple(
            (*(words_of(v) if math.isinf(v) else v for v in at), *(_cell(one[n]) for one in values))
            for n, at in enumerate(self.grid.points())
        )
        return Sheet("points", f"Points of the sweep of {self.scenario.title}", columns, rows)

    def dial_sheet(self) -> Sheet:
        """What was moved."""
        rows = tuple(
            (one.name, one.unit, " ".join(map(words_of, axis.values)), self._felt_by(one.name), one.what)
            for one, axis in zip(self.dials, self.grid.axes, strict=True)
        )
        return Sheet("dials", "What is moved", ("dial", "unit", "values", "parts_that_feel_it", "what"), rows)

    def _felt_by(self, dial: str) -> str:
        return " ".join(part for part, names in self.plan.feels.items() if dial in names)

    def spans(self) -> Sheet:
        """For each figure that moves: least, greatest and where."""
        rows = []
        points = list(self.grid.points())
        for name in self.moving:
            values = self.figures[name]
            low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
            none = int(np.isnan(values).sum())
            where = [self._where(points[n], self.feels(name)) for n in (low, high)]
            rows.append((name, float(values[low]), where[0], float(values[high]), where[1], none))
        columns = ("figure", "least", "least_at", "greatest", "greatest_at", "points_without")
        return Sheet("spans", "How far figures move", columns, tuple(rows))

    def _where(self, values: tuple[float, ...], felt: tuple[str, ...]) -> str:
        """A point in words, with the dials that matter for a figure."""
        return " ".join(f"{name}={words_of(v)}" for name, v in zip(self.grid.dials, values, strict=True) if name in felt)

    def assumptions(self) -> Sheet:
        """What all points rest on; what differs between points is said once, with the words of the first and a mark."""
        rows: dict[tuple[str, str, str], list[str]] = {}
        for part in self.parts:
            for what, value, letter, source in part.assumptions:
                held = rows.setdefault((what, letter, source), [])
                if value not in held:
                    held.append(value)
        told = tuple(
            (
                what,
                values[0] if len(values) == 1 else f"{values[0]} (of {len(values)} that differ between points)",
                letter,
                source,
            )
            for (what, letter, source), values in rows.items()
        )
        return Sheet("assumptions", "What the points rest on", ("what", "value", "confidence", "source"), told)

    def _note_sheets(self) -> tuple[Sheet, ...]:
        rows: dict[tuple[str, str], int] = {}
        for name, places in self.plan.index.items():
            for place in places:
                for note in self.parts[place].notes:
                    rows[name, note] = rows.get((name, note), 0) + 1
        told = tuple((name, count, note) for (name, note), count in rows.items())
        return (
            (Sheet("notes", "What the points do not say, and what could not be done", ("part", "points", "note"), told),)
            if told
            else ()
        )

    def said(self) -> str:
        """The answer in some sentences: how many points, and how far the leading figures move."""
        parts = [f"{plural(len(self.grid), 'point')} over {_listed([d.name for d in self.dials])}"]
        if not self.moving:
            return f"{parts[0]}: no figure moves."
        spans = {row[0]: row for row in self.spans().rows}
        for name in self.moving[:4]:
            _, low, at_low, high, at_high, none = spans[name]
            missing = f" ({plural(none, 'point has', 'points have')} none)" if none else ""
            parts.append(f"{plain_word(name)} from {shown(name, low)} at {at_low} to {shown(name, high)} at {at_high}{missing}")
        return "; ".join(parts) + "."


_NAMES = {
    "us": "US",
    "cn": "China",
    "eu": "EU",
    "jp": "Japan",
    "kr": "Korea",
    "sea": "South-East Asia",
    "row": "rest of the world",
    "gdp": "GDP",
    "china": "China",
    "india": "India",
}
"""Words of figures as they are shown."""


def _spread(values: Array) -> float:
    kept = values[np.isfinite(values)]
    if not len(kept):
        return 0.0
    return float(kept.max() - kept.min()) or float(0 < len(kept) < len(values))


def _cell(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def plain_word(name: str) -> str:
    """Words of a figure: its part, and its word without what stands for the unit."""
    part, _, word = name.partition(".")
    word = word.replace("gdp_in_", "gdp_india_").replace("us_china_goods", "goods_between_us_and_china")
    for end in ("_share", "_change", "_musd", "_usd", "_count", "_times"):
        word = word.removesuffix(end)
    return f"{part}: {' '.join(_NAMES.get(w, w) for w in word.split('_'))}"


def shown(name: str, value: float) -> str:
    """A figure in words; shares and changes in percent."""
    if name.endswith(("_share", "_change")):
        return f"{100 * value:+.2f} %" if name.endswith("_change") else f"{100 * value:.1f} %"
    unit = unit_of(name)
    return f"{value:,.0f} {unit}" if unit.endswith("USD") else f"{value:,.4g}"

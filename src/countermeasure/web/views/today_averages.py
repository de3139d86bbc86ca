"""Average duties over time: what others publish, and what the book itself gives on every day of change."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.cache import cache_dir, write_atomically
from countermeasure.book.load import shipped_data
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import CountermeasureError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.io.build_averages import EngineAverages
    from countermeasure.web.held import Held

__all__ = ["EVENTS", "SERIES", "Averages", "Point", "averages_of", "chart_spec", "compute_averages"]

SERIES = {
    "us_china": "US on China, this book",
    "us_world": "US on all, this book",
    "piie_us": "US on China, Peterson Institute",
    "piie_cn": "China on US, Peterson Institute",
}
EVENTS = (
    ("2018-07-06", "section 301, list 1"), ("2018-09-24", "list 3"), ("2020-02-14", "Phase One"), ("2025-04-10", "125 %"),
    ("2025-05-14", "Geneva"), ("2025-11-10", "Busan"), ("2026-02-24", "IEEPA duties end"),
)  # fmt: skip
"""Days that the chart names, all found in the book or the record."""
SINCE = "2018-01-01"
AHEAD = 200
"""Days to come that the chart shows."""
CLOSE = 150
"""Events that lie closer, in days, have labels below one another; on a phone a day is less than a tenth of a pixel."""
LETTER = 6
"""Room of a letter of such a label, in pixels."""
COLUMNS = "containerSize()[0] < 560 ? 1 : containerSize()[0] < 1040 ? 2 : 4"
"""Columns of the legend, by the width of its place: that of the chart itself moves with the legend."""
SOURCE = "Peterson Institute for International Economics, tariff chart by C. Bown"


@dataclass(frozen=True, slots=True)
class Point:
    """A step of a series: from this day on.

    Attributes:
        standing: ``computed``, or how the maker published it: ``printed``, ``derived``, ``quoted``, ``remembered``.
    """

    series: str
    on: int
    rate: float
    standing: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Averages:
    """All series up to a day, and what is known of days after it.

    Attributes:
        points: Steps by series and day.
        on: Epoch day that is looked at.
        notes: What the book's own series is averaged over.
        stale: Whether the book's own series is of an earlier book.
    """

    points: tuple[Point, ...]
    on: int
    notes: str
    stale: bool

    def now(self, series: str) -> Point | None:
        """The step in which the day lies."""
        past = [p for p in self.points if p.series == series and p.on <= self.on]
        return past[-1] if past else None

    @property
    def sheet(self) -> Sheet:
        """The figures of the chart."""
        rows = tuple((format_day(p.on), SERIES[p.series], p.rate, p.standing, p.note) for p in self.points)
        return Sheet(
            "averages", "Average duties by day of change, fractions", ("from", "series", "rate", "standing", "note"), rows
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "series": {
                name: [
                    {"from": format_day(p.on), "rate": p.rate, "standing": p.standing} for p in self.points if p.series == name
                ]
                for name in SERIES
            },
            "notes": self.notes,
            "of_an_earlier_book": self.stale,
            "source": SOURCE,
        }


def averages_of(held: Held, on: int) -> Averages:
    """All series; the book's own come from the shipped table, or from the cache where the book is another."""
    engine, stale = held.thing(("averages", held.book.hash), lambda: _own(held))
    own = [
        Point(series, step.on, rate, "computed")
        for step in engine.steps
        for series, rate in (("us_china", step.china), ("us_world", step.world))
    ]
    points = sorted([*own, *held.thing(("published",), _published)], key=lambda p: (tuple(SERIES).index(p.series), p.on))
    return Averages(tuple(points), on, engine.notes, stale)


def _own(held: Held) -> tuple[EngineAverages, bool]:
    from countermeasure.io.build_averages import read, shipped

    found = shipped()
    if found.book == held.book.hash:
        return found, False
    folder = cache_dir()
    path = folder / f"averages-{held.book.hash[:24]}.csv" if folder else None
    if path is not None and path.is_file():
        kept = read(path.read_text("utf-8"), path.name)
        if kept.book == held.book.hash:
            return kept, False
    return found, True


def compute_averages(progress: Callable[[float, str], None]) -> str:
    """Compute the book's own series and keep it in the cache; a run of some minutes.

    Returns:
        Hash of the book it was made from.
    """
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.io.build_averages import compute, write

    found = compute(DutyEngine.shipped(), progress)
    folder = cache_dir()
    if folder is None or not write_atomically(folder / f"averages-{found.book[:24]}.csv", write(found).encode()):
        raise CountermeasureError("there is no cache folder to keep the averages in", cure="Set COUNTERMEASURE_CACHE.")
    return found.book


def _published() -> list[Point]:
    path = shipped_data() / "averages" / "us_china_averages.csv"
    rows = csv.DictReader(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    names = {("US", "CN"): "piie_us", ("CN", "US"): "piie_cn"}
    return [
        Point(
            names[row["importer"], row["exporter"]], parse_day(row["date"]), float(row["value"]), row["standing"], row["note"]
        )
        for row in rows
        if row["maker"] == "piie"
        and (row["importer"], row["exporter"]) in names
        and row["standing"] not in ("planned", "superseded")
    ]


def chart_spec(found: Averages, since: str = SINCE) -> dict[str, Any]:
    """The chart: one step line for each series, labelled events, a line for the day, days to come dashed."""
    first = parse_day(since)
    values = []
    for name, label in SERIES.items():
        mine = [p for p in found.points if p.series == name and p.on <= found.on + AHEAD]
        before = [p for p in mine if p.on < first]
        inside = [p for p in mine if p.on >= first]
        if before:
            values.append(_value(label, first, before[-1].rate, before[-1].standing))
        values += [_value(label, p.on, p.rate, p.standing) for p in inside]
        if mine and mine[-1].standing == "computed":
            values.append(_value(label, found.on + AHEAD, mine[-1].rate, mine[-1].standing))
    events = _events(first)
    labels = list(SERIES.values())
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": 340,
        "layer": [_event_rules(events), _lines(values, labels), _today_layer(found.on), *_event_labels(events)],
        "resolve": {"scale": {"color": "shared"}},
    }


def _events(first: int) -> list[dict[str, Any]]:
    """Events from a day on; the label of one that follows closely stands right of its line, below that of the one before."""
    found: list[dict[str, Any]] = []
    for day, label in EVENTS:
        if parse_day(day) < first:
            continue
        near = found and parse_day(day) - parse_day(found[-1]["day"]) < CLOSE
        before = found[-1] if near else None
        down = 0 if before is None or before["down"] else LETTER * len(before["label"]) + 12
        found.append({"day": day, "label": label, "down": down})
    return found


def _value(label: str, day: int, rate: float, standing: str) -> dict[str, Any]:
    return {"series": label, "day": format_day(day), "rate": rate, "standing": standing}


def _lines(values: Sequence[dict[str, Any]], labels: Sequence[str]) -> dict[str, Any]:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2, "point": {"size": 30, "filled": True}},
        "encoding": {
            "x": {
                "field": "day", "type": "temporal", "title": None,
                "axis": {"format": "%Y", "tickCount": "year", "grid": False},
            },
            "y": {"field": "rate", "type": "quantitative", "title": "average duty, % of value", "axis": {"format": "%"}},
            "color": {
                "field": "series", "type": "nominal", "title": None, "scale": {"domain": list(labels)},
                "legend": {"orient": "top", "columns": {"expr": COLUMNS}, "labelLimit": 300, "symbolType": "stroke"},
            },
            "strokeDash": {
                "condition": {"test": "indexof(datum.series, 'Peterson') >= 0", "value": [5, 3]}, "value": [1, 0],
            },
            "tooltip": [
                {"field": "series", "title": "series"},
                {"field": "day", "type": "temporal", "title": "from", "format": "%Y-%m-%d"},
                {"field": "rate", "type": "quantitative", "title": "average", "format": ".1%"},
                {"field": "standing", "title": "standing"},
            ],
        },
    }  # fmt: skip


def _event_rules(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    mark = {"type": "rule", "strokeDash": [2, 3], "opacity": 0.6}
    return {"data": {"values": list(events)}, "mark": mark, "encoding": {"x": {"field": "day", "type": "temporal"}}}


def _event_labels(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Upright labels from the top down, left of their lines; those that begin further down right of them."""
    encoding = {
        "x": {"field": "day", "type": "temporal"},
        "y": {"field": "down", "type": "quantitative", "scale": None},
        "text": {"field": "label"},
    }
    layers = []
    for side, base, away in (("left", "bottom", -3), ("right", "top", 3)):
        mark = {"type": "text", "angle": 270, "align": "right", "baseline": base, "dx": -4, "dy": away, "fontSize": 11}
        mine = [e for e in events if bool(e["down"]) == (side == "right")]
        layers.append({"data": {"values": mine}, "mark": mark, "encoding": encoding})
    return layers


def _today_layer(on: int) -> dict[str, Any]:
    return {
        "data": {"values": [{"day": format_day(on)}]},
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {"x": {"field": "day", "type": "temporal"}},
    }

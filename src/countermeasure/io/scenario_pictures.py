"""Pictures of a whole scenario, made from the tables of its parts: a part from the cache draws as one just computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.pictures import Panel, fan_chart, matrix, small_multiples, stack_bars
from countermeasure.io.trade_files import MATRIX_TITLE
from countermeasure.scenario.critical import SECTOR_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.codes.sheet import Sheet
    from countermeasure.scenario.whole.model import Part

    Row = Mapping[str, Any]

__all__ = ["PartPicture", "pictures_of_part"]

_PANELS = 6
"""Charts in a grid."""
_LINES = 4
"""Lines in a chart."""
_PRODUCTS = ("ox_dy", "ox_tb", "ox_y", "ox_ndpr", "mag_heavy", "mag_light")


@dataclass(frozen=True, slots=True)
class PartPicture:
    """A picture of a part.

    Attributes:
        name: File name without suffix.
        title: Heading.
        svg: SVG document.
        sheet: The table whose figures it shows.
    """

    name: str
    title: str
    svg: str
    sheet: Sheet


def pictures_of_part(part: Part) -> tuple[PartPicture, ...]:
    """Pictures of a part, in the order of its tables; none where it has no table to draw."""
    found = []
    for sheet in part.sheets:
        draw = _DRAWN.get((part.name, sheet.name))
        svg = draw(sheet) if draw is not None else ""
        if svg:
            found.append(PartPicture(f"{part.name}_{sheet.name}", sheet.title, svg, sheet))
    return tuple(found)


def _number(value: Any) -> float:  # noqa: ANN401 - cells are of any type
    return float("nan") if value is None else float(value)


def _duties(sheet: Sheet) -> str:
    """US averages on goods of China by sector, of the first reading: before, and what is added."""
    records = sheet.records()
    rows = [r for r in records if r["reading"] == records[0]["reading"]]
    rows = [r for r in rows if r["share"] is not None and r["share_before"] is not None]
    rows.sort(key=lambda r: -r["share"])
    before = [_number(r["share_before"]) for r in rows]
    more = [_number(r["share"]) - _number(r["share_before"]) for r in rows]
    names = [r["sector"].replace("_", " ") for r in rows]
    if all(m >= 0 for m in more):
        return stack_bars(sheet.title, names, ["before", "added"], [before, more], "%")
    return stack_bars(sheet.title, names, ["on the day"], [[_number(r["share"]) for r in rows]], "%")


def _exports(sheet: Sheet) -> str:
    rows = sheet.records()
    months = [r["month"] for r in rows]
    low, mid, high = ([_number(r[f"t_{side}"]) for r in rows] for side in ("low", "median", "high"))
    series = [("all destinations", low, mid, high)]
    seen = [(r["month"], float(r["t_observed"])) for r in rows if r["t_observed"] is not None]
    return fan_chart(sheet.title, months, series, "t", observed=seen)


def _grid(
    sheet: Sheet, rows: Sequence[Row], panel: str, line: str, unit: str, measure: str, order: Sequence[str], *, same_scale: bool
) -> str:
    """One chart for each word of a column, one line for each word of another, over weeks; then the greatest first."""
    weeks = list(dict.fromkeys(r["week"] for r in rows))
    place = {week: n for n, week in enumerate(weeks)}
    values: dict[tuple[str, str], np.ndarray[Any, np.dtype[np.float64]]] = {}
    for r in rows:
        held = values.setdefault((r[panel], r[line]), np.zeros((3, len(weeks))))
        held[:, place[r["week"]]] = [_number(r[f"{measure}_{side}"]) for side in ("low", "median", "high")]
    peak = {key: float(np.nanmax(held[1])) for key, held in values.items()}
    highest = {word: max(v for k, v in peak.items() if k[0] == word) for word in {key[0] for key in values}}
    panels = sorted(highest, key=lambda word: (order.index(word) if word in order else len(order), -highest[word]))
    panels = [word for word in panels if highest[word] > 0][:_PANELS]
    drawn = []
    for word in panels:
        lines = sorted((k for k in values if k[0] == word), key=lambda k: -peak[k])[:_LINES]
        series = [(str(k[1]), values[k][0].tolist(), values[k][1].tolist(), values[k][2].tolist()) for k in lines]
        drawn.append(Panel(str(word).replace("_", " "), series))
    return small_multiples(sheet.title, weeks, drawn, unit, same_scale=same_scale) if drawn else ""


def _stopped(sheet: Sheet) -> str:
    return _grid(sheet, sheet.records(), "industry", "region", "% of use", "share", tuple(SECTOR_OF), same_scale=True)


def _prices(sheet: Sheet) -> str:
    rows = [r for r in sheet.records() if r["product"] in _PRODUCTS]
    return _grid(sheet, rows, "product", "market", "times normal", "times", _PRODUCTS, same_scale=False) if rows else ""


def _welfare(sheet: Sheet) -> str:
    rows = sorted(sheet.records(), key=lambda r: _number(r["real_income_pct"]))
    values = [_number(r["real_income_pct"]) / 100 for r in rows]
    return stack_bars("Real income, change by economy", [r["economy"] for r in rows], ["real income"], [values], "%")


def _matrix(sheet: Sheet) -> str:
    records = sheet.records()
    names = list(dict.fromkeys(r["origin"] for r in records))
    before, after = (_cells(records, names, side) for side in ("before", "after"))
    unit = sheet.title.rpartition(", ")[2]
    scale, word = (1e-3, f"billion {unit.removeprefix('million ')}") if unit.startswith("million ") else (1.0, unit)
    return matrix(MATRIX_TITLE, names, names, before * scale, after * scale, word, row_title="from", column_title="to")


def _cells(records: Iterable[Row], names: Sequence[str], side: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    grid = np.full((len(names), len(names)), np.nan)
    for r in records:
        grid[names.index(r["origin"]), names.index(r["importer"])] = _number(r[side])
    return grid


_DRAWN = {
    ("duty", "averages_on_china"): _duties,
    ("supply", "magnet_exports_by_month"): _exports,
    ("supply", "stopped_implied"): _stopped,
    ("supply", "prices"): _prices,
    ("trade", "economies"): _welfare,
    ("trade", "matrix"): _matrix,
}
"""How a table of a part is drawn."""

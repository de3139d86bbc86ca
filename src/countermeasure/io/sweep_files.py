"""A sweep and a comparison as files: tables, JSON, pictures and a page."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.pictures import curve_band
from countermeasure.io.pictures.heat import heat_map
from countermeasure.io.report_folder import write_report
from countermeasure.io.report_page import Assumption, Grid, Meta, Section, Source
from countermeasure.scenario.whole.sweep.grid import words_of
from countermeasure.scenario.whole.sweep.result import plain_word, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from countermeasure.codes.sheet import Sheet
    from countermeasure.scenario.whole.compare import Comparison
    from countermeasure.scenario.whole.sweep.grid import Axis
    from countermeasure.scenario.whole.sweep.result import SweepResult

    Picture = tuple[str, str, str, Grid]
    """File name, title, SVG and table."""

__all__ = ["comparison_json", "sweep_json", "write_comparison", "write_sweep"]

PICTURES = 8
"""Figures that are drawn; tables have all."""
_ROWS = 20
_MAPS = 6
"""Maps of one figure where there are more than two dials."""
LIMITS = (
    "A point is a run of models, not a chance: the number of points where something holds is no probability.",
    "Between two points nothing was computed.",
)


def sweep_json(result: SweepResult) -> dict[str, Any]:
    """A sweep as one JSON object."""
    return {
        "answer": result.said(),
        "scenario": result.scenario.id,
        "dials": [
            {"name": d.name, "unit": d.unit, "what": d.what, "values": [_value(v) for v in axis.values]}
            for d, axis in zip(result.dials, result.grid.axes, strict=True)
        ],
        "jobs": {"computed": len(result.parts) - result.kept, "kept": result.kept, "of": len(result.parts)},
        "broken_files": list(result.broken),
        "stamp": dict(result.stamp),
        "tables": {sheet.name: sheet.records() for sheet in result.sheets()},
    }


def _value(value: float) -> float | str:
    return words_of(value) if math.isinf(value) else value


def write_sweep(folder: Path, result: SweepResult) -> list[Path]:
    """Write everything of a sweep into a folder, made if it is not there; what is done of it stays beside.

    Raises:
        InputError: If the folder cannot be made or written.
    """
    pictures = _pictures(result)
    sections = [Section(title, "", svg, table) for _, title, svg, table in pictures]
    sheets = result.sheets()
    dials, spans = result.dial_sheet(), result.spans()
    sections.insert(0, Section(dials.title, "", "", _grid(dials)))
    lead = [row for row in spans.rows if "_low_" not in row[0] and "_high_" not in row[0]][:_ROWS]
    told = f"{len(lead)} of {len(spans.rows)} figures that are not the same at all points; spans.csv and points.csv have all."
    sections.append(Section(spans.title, told, "", Grid(spans.columns, lead)))
    sections += [Section(s.title, "", "", _grid(s)) for s in sheets if s.name == "notes"]
    scenario = result.scenario
    meta = Meta(
        f"Sweep: {scenario.title}",
        result.said(),
        scenario.intent,
        [Assumption(str(a), str(b), str(c), str(d)) for a, b, c, d in result.assumptions().rows],
        LIMITS,
        [Source(one["cite"], one.get("url", "")) for one in scenario.sources],
        result.stamp,
    )
    svgs = {name: svg for name, _, svg, _ in pictures}
    return write_report(folder, sheets=sheets, pictures=svgs, meta=meta, sections=sections, found=sweep_json(result))


def _grid(sheet: Sheet) -> Grid:
    return Grid(sheet.columns, list(sheet.rows))


def _pictures(result: SweepResult) -> list[Picture]:
    """Leading figures: a curve where one dial moves a figure, a map where two do, some maps where more do."""
    found: list[Picture] = []
    for name in result.moving:
        if len(found) >= PICTURES:
            break
        if np.isfinite(result.figures[name]).sum() < 2 or "_low_" in name or "_high_" in name:
            continue
        axes = [axis for axis in result.grid.axes if axis.dial in result.feels(name)]
        if len(axes) == 1:
            found.append(_curve(result, name, axes[0]))
            continue
        fixed = list(product(*(axis.values for axis in axes[:-2])))[:_MAPS]
        found += [_map(result, name, axes, at) for at in fixed]
    return found


def _title(result: SweepResult, dial: str) -> str:
    return next(f"{d.name}, {d.unit}" for d in result.dials if d.name == dial)


def _curve(result: SweepResult, name: str, axis: Axis) -> Picture:
    """A figure over the one dial that moves it."""
    values = result.over(name)
    order = np.argsort(axis.values)
    at = [words_of(axis.values[n]) for n in order]
    x = at if any(map(math.isinf, axis.values)) else [axis.values[n] for n in order]
    title, words = f"{plain_word(name)}, by {axis.dial}", _title(result, axis.dial)
    ends = [_end(name, level) for level in ("low", "high")]
    banded = all(end in result.figures and result.feels(end) == result.feels(name) for end in ends)
    low, high = (result.over(end)[order] for end in ends) if banded else (values[order], values[order])
    said = "5 to 95 % of draws" if banded else "no band: one run a point"
    line = (plain_word(name), low.tolist(), values[order].tolist(), high.tolist())
    svg = curve_band(title, x, [line], unit_of(name), band=said, x_title=words)
    heads, columns = [axis.dial, name], [at, _cells(values[order])]
    if banded:
        heads, columns = [*heads, *ends], [*columns, _cells(low), _cells(high)]
    return _file(name), title, svg, Grid(heads, list(zip(*columns, strict=True)))


def _end(name: str, level: str) -> str:
    """Word of the end of a figure's band: the unit stands last."""
    head, _, unit = name.rpartition("_")
    return f"{head}_{level}_{unit}"


def _map(result: SweepResult, name: str, axes: Sequence[Axis], fixed: tuple[float, ...]) -> Picture:
    """A map over the last two dials that move a figure, the others held."""
    values = result.over(name)
    held = []
    for axis, value in zip(axes, fixed, strict=False):
        values = values[axis.values.index(value)]
        held.append(f"{axis.dial} {words_of(value)}")
    down, across = axes[-2:]
    rows, columns = list(map(words_of, down.values)), list(map(_short, across.values))
    title = f"{plain_word(name)}, by {down.dial} and {across.dial}" + (f", {', '.join(held)}" if held else "")
    svg = heat_map(title, rows, [_short(v) for v in across.values], values, unit_of(name),
                   row_title=_title(result, down.dial), column_title=_title(result, across.dial))  # fmt: skip
    table = Grid(
        (f"{down.dial} down, {across.dial} across", *columns), [(r, *_cells(row)) for r, row in zip(rows, values, strict=True)]
    )
    return "_".join([_file(name), *(h.replace(" ", "_") for h in held)]), title, svg, table


def _short(value: float) -> str:
    return words_of(value) if math.isinf(value) else f"{value:.4g}"


def _cells(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [float(v) if math.isfinite(v) else None for v in values]


def _file(name: str) -> str:
    return name.replace(".", "_")


def comparison_json(found: Comparison) -> dict[str, Any]:
    """A comparison as one JSON object."""
    return {
        "answer": found.said,
        "scenarios": list(found.names),
        "notes": list(found.notes),
        "said": {n: {part: p.said for part, p in o.parts.items()} for n, o in zip(found.names, found.outcomes, strict=True)},
        "tables": {sheet.name: sheet.records() for sheet in found.sheets},
    }


def write_comparison(folder: Path, found: Comparison) -> list[Path]:
    """Write a comparison into a folder, made if it is not there.

    Raises:
        InputError: If the folder cannot be made or written.
    """
    assumed: dict[tuple[str, str, str, str], list[str]] = {}
    for name, one in zip(found.names, found.outcomes, strict=True):
        for part in one.parts.values():
            for row in part.assumptions:
                held = assumed.setdefault(row, [])
                if name not in held:
                    held.append(name)
    rows = [
        Assumption(what if len(who) == len(found.names) else f"{what} ({', '.join(who)})", value, letter, source)
        for (what, value, letter, source), who in assumed.items()
    ]
    sources = dict.fromkeys((s["cite"], s.get("url", "")) for one in found.outcomes for s in one.scenario.sources)
    words = [
        Section(name, "\n\n".join(part.said for part in one.parts.values()))
        for name, one in zip(found.names, found.outcomes, strict=True)
    ]
    meta = Meta(
        f"Compared: {', '.join(found.names)}",
        found.said,
        " ".join(dict.fromkeys(one.scenario.intent for one in found.outcomes)),
        rows,
        found.notes,
        [Source(*one) for one in sources],
        [("book", " ".join(dict.fromkeys(one.scenario.book.hash[:12] for one in found.outcomes)))],
    )
    sections = [*(Section(s.title, "", "", _grid(s)) for s in found.sheets), *words]
    return write_report(folder, sheets=found.sheets, pictures={}, meta=meta, sections=sections, found=comparison_json(found))

"""Curves that approach a level: when does the middle line cross it, and when do the edges of its band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.io.pictures.axis import Amount, FloatArray, Steps, numbers, span_of
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, empty
from countermeasure.io.pictures.fan import BAND_WORDS, NO_VALUES
from countermeasure.io.pictures.frame import (
    Band,
    Frame,
    bands_of,
    draw_axes,
    draw_band,
    draw_hits,
    draw_key,
    draw_marks,
    draw_names,
    lanes_of,
    left_of,
    names_room,
)
from countermeasure.io.pictures.palette import slots_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.fan import Series

__all__ = ["crossing", "curve_band"]


def crossing(values: FloatArray, level: float) -> float:
    """Where a line first meets a level, coming from either side.

    Args:
        values: Shape (n,). NaN is a gap; a line that passes the level within a gap meets it at the first place after.
        level: The level.

    Returns:
        Place from 0 to n - 1, between two places by straight interpolation; NaN if the line never meets the level.
    """
    seen = np.flatnonzero(np.isfinite(values))
    for n, place in enumerate(seen):
        now = float(values[place]) - level
        if now == 0:
            return float(place)
        if n == 0:
            continue
        before = float(values[seen[n - 1]]) - level
        if (before < 0) != (now < 0):
            whole = seen[n - 1] + 1 == place
            return float(place) - (now / (now - before) if whole else 0.0)
    return math.nan


def curve_band(
    title: str,
    x: Sequence[object],
    series: Sequence[Series],
    unit: str,
    level: float | None = None,
    *,
    level_words: str = "",
    band: str = BAND_WORDS,
    x_title: str = "",
) -> str:
    """Draw curves within their bands, a level, and where each median crosses it.

    Args:
        title: What the picture says.
        x: Shape (n,). Days, months, numbers or names, as for ``fan_chart``.
        series: Name, low, middle, high; arrays of shape (n,), NaN for a gap.
        unit: Unit of the values; shares of one if it begins with ``%``.
        level: Where to draw the level line; none if absent.
        level_words: What the level means, as ``half the need``.
        band: What the band holds, in words.
        x_title: What the axis counts.

    Returns:
        An SVG document. Below the chart a sentence for each curve tells when it meets the level.

    Raises:
        InputError: If the length of an array is not that of ``x``, or a value is not a number.
    """
    steps = Steps.of(x)
    bands = bands_of(series, len(steps.values), slots_of([clean(name) for name, *_ in series]))
    read = float(numbers([level], 1, "the level")[0])
    level = None if math.isnan(read) else read
    span = span_of(a for b in bands for a in (b.low, b.mid, b.high))
    if span is None:
        return empty(title, NO_VALUES)
    span = span if level is None else (min(span[0], level), max(span[1], level))
    amount = Amount.of(unit, max(map(abs, span)))
    sheet = Canvas(title)
    y = draw_key(sheet, sheet.heading() + 20, amount, [("line", "median"), ("band", band)])
    left, right = 20 + left_of(span, amount), WIDE - 38 - names_room(bands)
    flat = Frame.of((left, 0, right, 1), steps, span)
    met = [] if level is None else [(b, _at(steps, crossing(b.mid, level))) for b in bands]
    several = len(bands) > 1
    words = [
        (flat.x.at(at), f"{b.name} {_when(steps, at)}" if several else _when(steps, at)) for b, at in met if not math.isnan(at)
    ]
    lanes = lanes_of(words, left, WIDE - 20)
    top = y + 18 + 17 * len({row for _, _, row, _ in lanes})
    frame = Frame.of((left, top, right, top + max(300, 18 * len(bands))), steps, span)
    draw_axes(sheet, frame, steps, amount, x_title=x_title)
    draw_marks(sheet, frame, lanes)
    for one in bands:
        draw_band(sheet, frame, steps, one, pale=len(bands) > 4)
    if level is not None:
        _draw_level(sheet, frame, steps, met, level, f"{amount.text(level)} {clean(level_words)}".strip())
    draw_hits(sheet, frame, steps, bands, amount)
    draw_names(sheet, frame, steps, bands, amount)
    notes = [] if level is None else [_told(steps, one, at, level, amount) for one, at in met]
    sheet.height = sheet.notes(notes, frame.bottom + 38) + 16
    return sheet.finish(" ".join([*(b.told(steps, amount) for b in bands), *notes]))


def _at(steps: Steps, place: float) -> float:
    """Value on the axis of a place from 0 to n - 1."""
    return math.nan if math.isnan(place) else float(np.interp(place, np.arange(len(steps.values)), steps.values))


def _when(steps: Steps, at: float) -> str:
    """A crossing in words: to the month on long axes of days."""
    words = steps.words(at)
    return words[:7] if steps.kind == "day" and steps.values[-1] - steps.values[0] > 730 else words


def _draw_level(sheet: Canvas, frame: Frame, steps: Steps, met: Sequence[tuple[Band, float]], level: float, words: str) -> None:
    """Draw the level, a bar from the first to the last crossing of each band, and a dot where the median crosses."""
    y = frame.y.at(level)
    sheet.line(frame.left, y, frame.right, y, "cm-rule")
    starts = [float(one.mid[np.isfinite(one.mid)][0]) for one, _ in met if np.isfinite(one.mid).any()]
    above = sum(start > level for start in starts) * 2 > len(starts)
    sheet.text(frame.left + 6, y + 17 if above else y - 7, words, 12, bold=True, halo=True)
    for one, at in met:
        ends = sorted(v for v in (_at(steps, crossing(edge, level)) for edge in (one.low, one.high)) if not math.isnan(v))
        if len(ends) == 2:
            x1, x2 = (frame.x.at(v) for v in ends)
            sheet.path(
                f"M {x1:.1f} {y:.1f} H {x2:.1f}", f"cm-none cm-l{one.slot}", more='stroke-width="5" stroke-opacity=".45"'
            )
        if not math.isnan(at):
            sheet.dot(frame.x.at(at), y, 5.5, f"cm-f{one.slot} cm-part", says=f"{one.name}: {_when(steps, at)}")


def _told(steps: Steps, one: Band, at: float, level: float, amount: Amount) -> str:
    """When a curve meets the level, in a sentence."""
    if not np.isfinite(one.mid).any():
        return f"{one.name}: no values."
    shown = amount.text(level, unit=True)
    edges = [_at(steps, crossing(edge, level)) for edge in (one.low, one.high)]
    if math.isnan(at):
        head = f"{one.name}: the median does not meet {shown} within the picture"
    else:
        head = f"{one.name}: the median meets {shown} at {_when(steps, at)}"
    seen = sorted(v for v in edges if not math.isnan(v))
    if len(seen) == 2:
        return f"{head}; the edges of the band do so at {_when(steps, seen[0])} and {_when(steps, seen[1])}."
    if len(seen) == 1:
        return f"{head}; one edge of the band does so at {_when(steps, seen[0])}, the other does not."
    return f"{head}; neither does an edge of the band." if math.isnan(at) else f"{head}; no edge of the band does."

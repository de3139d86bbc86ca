"""Stacked bars: parts of a total over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Amount, FloatArray, Scale, Steps, numbers, span_of
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, spread
from countermeasure.io.pictures.fan import BAND_WORDS, NO_VALUES
from countermeasure.io.pictures.frame import Frame, draw_key, draw_ticks, draw_values, left_of, room_for, runs
from countermeasure.io.pictures.palette import slots_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["stack_bars"]

PARTS = 10
"""As many colours as there are; smaller parts beyond are drawn as one."""

WHISKER = 22.0
"""Least distance of bars, in pixels, at which each has a whisker of its own."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """Parts of bars, with the lower and upper edge of each.

    Attributes:
        values: Shape (parts, n); NaN where a part has no value.
        low: Same shape; edge nearer to zero.
        high: Same shape; edge farther from zero. Parts below zero hang below the line.
    """

    names: list[str]
    slots: list[int]
    values: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, names: list[str], values: FloatArray) -> _Stack:
        known = np.nan_to_num(values)
        up, down = np.maximum(known, 0), np.minimum(known, 0)
        ends = np.where(known >= 0, np.cumsum(up, axis=0), np.cumsum(down, axis=0))
        return cls(names, slots_of(names), values, ends - known, ends)

    def total(self) -> FloatArray:
        """Shape (n,). Sum of what is known, NaN where nothing is."""
        known = np.isfinite(self.values).any(axis=0)
        return np.where(known, np.nansum(self.values, axis=0), np.nan)


def stack_bars(
    title: str,
    x_labels: Sequence[object],
    names: Sequence[str],
    values: Sequence[Sequence[float]],
    unit: str,
    band: tuple[Sequence[float], Sequence[float]] | None = None,
    *,
    band_words: str = BAND_WORDS,
    x_title: str = "",
) -> str:
    """Draw bars made of parts, the first name at the bottom.

    Args:
        title: What the picture says.
        x_labels: Shape (n,). Days, months, numbers or names, as for ``fan_chart``; every bar takes the same room.
        names: Names of the parts. Beyond ten the smallest are drawn as one.
        values: Shape (names, n). NaN leaves a gap; values below zero hang below the line.
        unit: Unit of the values; shares of one if it begins with ``%``.
        band: Low and high of the total, each of shape (n,), drawn as whiskers or dashed lines.
        band_words: What the whiskers hold, in words.
        x_title: What the labels count.

    Returns:
        An SVG document.

    Raises:
        InputError: If a row is not as long as the labels, there is not one row for each name, or a value is not a number.
    """
    steps = Steps.of(x_labels)
    stack = _stack(names, values, len(steps.values))
    edges = [numbers(side, len(steps.values), "the band of the total") for side in band] if band is not None else []
    if len(edges) == 2:
        edges = [np.fmin(*edges), np.fmax(*edges)]
    seen = np.where(np.isfinite(stack.values), stack.high, np.nan)
    span = span_of([*seen, *edges]) if np.isfinite(stack.values).any() else None
    if span is None:
        return empty(title, NO_VALUES)
    amount = Amount.of(unit, max(map(abs, span)))
    sheet = Canvas(title)
    left = 20 + left_of(span, amount)
    right = WIDE - 56 - room_for(stack.names, 13, 80, 210)
    pitch = (right - left) / len(steps.values)
    key = [("whisker" if pitch >= WHISKER else "edge", f"total, {clean(band_words)}")] if edges else []
    top = draw_key(sheet, sheet.heading() + 20, amount, key) + 24
    frame = Frame.of((left, top, right, top + max(300, 19 * len(stack.names))), steps, span)
    bars = Scale(0, max(len(steps.values) - 1, 0), left + pitch / 2, right - pitch / 2)
    wide = min(pitch * (0.86 if pitch < 20 else 0.72), 64)
    draw_values(sheet, frame, amount)
    _draw_labels(sheet, frame, bars, steps, x_title)
    _draw_bars(sheet, frame, bars, stack, steps, amount, wide)
    if edges:
        _draw_edges(sheet, frame, bars, edges, whiskers=pitch >= WHISKER)
    if pitch >= 42:
        _draw_totals(sheet, frame, bars, stack, edges, amount)
    _draw_names(sheet, frame, bars, stack, wide)
    sheet.height = frame.bottom + 50
    return sheet.finish(_told(stack, steps, amount))


def _stack(names: Sequence[str], values: Sequence[Sequence[float]], count: int) -> _Stack:
    if len(names) != len(values):
        raise InputError(f"{len(names)} names but {len(values)} rows of values", cure="Give one row of values for each name.")
    read = [numbers(row, count, f"the part {clean(name)!r}") for name, row in zip(names, values, strict=True)]
    grid = np.array(read, dtype=np.float64).reshape(len(read), count)
    plain = [clean(name) for name in names]
    if len(plain) > PARTS:
        size = np.nansum(np.abs(grid), axis=1)
        kept = sorted(np.argsort(-size, kind="stable")[: PARTS - 1])
        rest = np.delete(grid, kept, axis=0)
        other = np.where(np.isfinite(rest).any(axis=0), np.nansum(rest, axis=0), np.nan)
        grid = np.vstack([grid[kept], other])
        plain = [plain[n] for n in kept] + [f"{len(rest)} others"]
    return _Stack.of(plain, grid)


def _draw_labels(sheet: Canvas, frame: Frame, bars: Scale, steps: Steps, x_title: str) -> None:
    room = frame.right - frame.left
    draw_ticks(sheet, frame, [(bars.at(steps.evened(v)), words, below) for v, words, below in steps.ticks(room)])
    if x_title:
        sheet.text(frame.right, frame.bottom + 35, cut(clean(x_title), 12, 400), 12, "cm-soft", anchor="end")


def _draw_bars(sheet: Canvas, frame: Frame, bars: Scale, stack: _Stack, steps: Steps, amount: Amount, wide: float) -> None:
    for n in range(len(steps.values)):
        for part, name in enumerate(stack.names):
            value = float(stack.values[part, n])
            if not value or math.isnan(value):
                continue
            y1, y2 = sorted(frame.y.at(float(edge)) for edge in (stack.low[part, n], stack.high[part, n]))
            says = f"{steps.labels[n]}, {name}: {amount.text(value, unit=True)}"
            look = f"cm-f{stack.slots[part]}" + (" cm-part" if wide > 5 and y2 - y1 > 2.5 else "")
            sheet.rect(bars.at(n) - wide / 2, y1, wide, y2 - y1, look, says=says)


def _draw_edges(sheet: Canvas, frame: Frame, bars: Scale, edges: list[FloatArray], *, whiskers: bool) -> None:
    """Draw the band of the total: a whisker on each bar, or two dashed lines where bars stand close."""
    ways = []
    if whiskers:
        for n, (low, high) in enumerate(zip(*edges, strict=True)):
            if math.isfinite(low) and math.isfinite(high):
                x, y1, y2 = bars.at(n), frame.y.at(float(low)), frame.y.at(float(high))
                ways.append(f"M {x - 4:.1f} {y1:.1f} h 8 m -4 0 V {y2:.1f} m -4 0 h 8")
    else:
        for edge in edges:
            for start, after in runs(np.isfinite(edge)):
                places = (f"{bars.at(n):.1f} {frame.y.at(float(edge[n])):.1f}" for n in range(start, after))
                ways.append(f"M {' L '.join(places)}" + (" h 2" if after - start == 1 else ""))
    more = "" if whiskers else 'stroke-dasharray="5 3"'
    for way in ways:
        sheet.path(way, "cm-none cm-under", more='stroke-opacity=".8"')
        sheet.path(way, "cm-none cm-rule", more=more)


def _draw_totals(sheet: Canvas, frame: Frame, bars: Scale, stack: _Stack, edges: list[FloatArray], amount: Amount) -> None:
    """Write the total above each bar and its whisker."""
    total = stack.total()
    digits = max(2 - math.floor(math.log10(max(float(np.nanmax(np.abs(total))), 1e-12))), 0)
    for n, value in enumerate(total):
        if math.isfinite(value):
            tops = [float(np.nansum(np.maximum(stack.values[:, n], 0))), *(float(e[n]) for e in edges if math.isfinite(e[n]))]
            y = frame.y.at(max(tops)) - 6
            sheet.text(bars.at(n), y, amount.text(round(float(value), digits)), 12, "cm-ink cm-num", anchor="middle", halo=True)


def _draw_names(sheet: Canvas, frame: Frame, bars: Scale, stack: _Stack, wide: float) -> None:
    """Write each name level with its part of the last bar, or of the longest if the last is too short to tell."""
    ends = stack.values.shape[1] - 1
    edge = bars.at(ends) + wide / 2
    seen = max(abs(frame.y.at(float(v)) - frame.y.at(0)) for v in stack.high[:, ends]) > 6
    beside = ends if seen else int(np.argmax(np.abs(stack.high).max(axis=0)))
    middle = (stack.low[:, beside] + stack.high[:, beside]) / 2
    wanted = [frame.y.at(float(v)) for v in middle]
    order = sorted(range(len(wanted)), key=lambda n: (middle[n] >= 0, n if middle[n] >= 0 else -n))
    level = [wanted[n] - place * 1e-3 for place, n in enumerate(order)]
    left = frame.right + 26
    for n, y in zip(order, spread(level, [18.0] * len(level), frame.top - 6, frame.bottom + 8), strict=True):
        name, value = stack.names[n], stack.values[n, ends]
        sheet.rect(left, y - 6, 12, 12, f"cm-f{stack.slots[n]}")
        sheet.text(left + 18, y + 4.5, cut(name, 13, WIDE - 12 - left - 18), 13)
        if (
            seen
            and math.isfinite(value)
            and abs(frame.y.at(float(stack.high[n, ends])) - frame.y.at(float(stack.low[n, ends]))) > 2
        ):
            way = f"M {edge + 2:.1f} {wanted[n]:.1f} H {frame.right + 8:.1f} L {left - 4:.1f} {y:.1f}"
            sheet.path(way, f"cm-none cm-l{stack.slots[n]}", more='stroke-width="1.2"')


def _told(stack: _Stack, steps: Steps, amount: Amount) -> str:
    """The picture in sentences: the greatest total, and the greatest value of each part."""
    total = stack.total()
    most = int(np.nanargmax(total))
    said = [f"Greatest total {amount.text(float(total[most]), unit=True)} at {steps.labels[most]}."]
    for name, row in zip(stack.names, stack.values, strict=True):
        if not np.isfinite(row).any():
            said.append(f"{name}: no values.")
            continue
        n = int(np.nanargmax(row))
        said.append(f"{name}: most {amount.text(float(row[n]), unit=True)} at {steps.labels[n]}.")
    return " ".join(said)

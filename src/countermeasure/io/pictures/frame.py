"""The parts fan charts and curves share: a frame with its axes, bands with their middle line, labels at their ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.io.pictures.axis import Amount, FloatArray, Scale, Steps, nice_ticks, numbers
from countermeasure.io.pictures.canvas import WIDE, clean, cut, spread, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

    from countermeasure.io.pictures.canvas import Canvas

__all__ = [
    "Band",
    "Frame",
    "bands_of",
    "draw_axes",
    "draw_band",
    "draw_hits",
    "draw_key",
    "draw_marks",
    "draw_names",
    "lanes_of",
    "left_of",
    "located",
    "room_for",
]


@dataclass(frozen=True, slots=True)
class Band:
    """A middle line with a band around it. Arrays of shape (n,); NaN is a gap."""

    name: str
    low: FloatArray
    mid: FloatArray
    high: FloatArray
    slot: int

    def told(self, steps: Steps, amount: Amount) -> str:
        """The band in a sentence."""
        seen = np.flatnonzero(np.isfinite(self.mid))
        if not seen.size:
            return f"{self.name}: no values."
        first, last = int(seen[0]), int(seen[-1])
        least, most = int(np.nanargmin(self.mid)), int(np.nanargmax(self.mid))
        return (
            f"{self.name}: "
            + ", ".join(
                f"{word} {amount.text(float(self.mid[n]), unit=True)} at {steps.words(float(steps.values[n]))}"
                for word, n in (("first", first), ("least", least), ("most", most), ("last", last))
            )
            + "."
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a chart lies on the sheet, with its two scales."""

    left: float
    top: float
    right: float
    bottom: float
    x: Scale
    y: Scale
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, box: tuple[float, float, float, float], steps: Steps, span: tuple[float, float], most: int = 6) -> Frame:
        """Fit scales into a box of left, top, right and bottom."""
        left, top, right, bottom = box
        ticks = nice_ticks(*span, most)
        first, last = (float(steps.values[0]), float(steps.values[-1])) if len(steps.values) else (0.0, 0.0)
        return cls(
            left, top, right, bottom, Scale(first, last, left, right), Scale(ticks[0], ticks[-1], bottom, top), tuple(ticks)
        )


def bands_of(
    series: Iterable[tuple[str, Sequence[float], Sequence[float], Sequence[float]]], length: int, slots: Sequence[int]
) -> list[Band]:
    """Read series of name, low, middle and high; low and high change places where they are the wrong way round."""
    found = []
    for (name, low, mid, high), slot in zip(series, slots, strict=True):
        read = [
            numbers(values, length, f"{clean(name)!r}, {part}")
            for values, part in ((low, "low"), (mid, "middle"), (high, "high"))
        ]
        found.append(Band(clean(name), np.fmin(read[0], read[2]), read[1], np.fmax(read[0], read[2]), slot))
        gaps = np.isnan(read[0]) | np.isnan(read[2])
        found[-1].low[gaps] = found[-1].high[gaps] = np.nan
    return found


def located(steps: Steps, pairs: Iterable[tuple[object, T]], what: str) -> tuple[list[tuple[float, T]], list[str]]:
    """Find pairs of a place and something on the axis; a remark tells how many lie off it."""
    found = [(steps.at(place), thing) for place, thing in pairs]
    kept = [(at, thing) for at, thing in found if not math.isnan(at)]
    lost = len(found) - len(kept)
    return kept, [f"{lost} of {len(found)} {what} lie off the axis and are not drawn."] if lost else []


def room_for(words: Iterable[str], size: float, low: float, high: float, *, bold: bool = False) -> float:
    """Room the widest of some words needs, within bounds."""
    return min(max([low, *(width_of(w, size, bold=bold) for w in words)]), high)


def left_of(span: tuple[float, float], amount: Amount, most: int = 6) -> float:
    """Room for the numbers beside the frame."""
    ticks = nice_ticks(*span, most)
    return room_for((amount.tick(t, ticks[1] - ticks[0]) for t in ticks), 12, 14, 120) + 14


def names_room(bands: Iterable[Band]) -> float:
    """Room for the names beside the frame."""
    return room_for((b.name for b in bands), 13, 112, 230, bold=True)


def draw_values(sheet: Canvas, frame: Frame, amount: Amount) -> None:
    """Draw grid lines with their numbers."""
    step = frame.ticks[1] - frame.ticks[0]
    for value in frame.ticks:
        y = frame.y.at(value)
        sheet.line(frame.left, y, frame.right, y, "cm-axis" if value == 0 else "cm-grid")
        sheet.text(frame.left - 8, y + 4, amount.tick(value, step), 12, "cm-soft cm-num", anchor="end")


def draw_ticks(sheet: Canvas, frame: Frame, ticks: Iterable[tuple[float, str, str]]) -> None:
    """Draw ticks below the frame with their words, kept on the sheet."""
    for x, words, below in ticks:
        shown, under = cut(words, 12, 110), cut(below, 12, 110)
        half = max(width_of(shown, 12), width_of(under, 12)) / 2
        middle = min(max(x, half + 4), WIDE - half - 4)
        sheet.line(x, frame.bottom, x, frame.bottom + 4, "cm-axis")
        sheet.text(middle, frame.bottom + 18, shown, 12, "cm-soft", anchor="middle")
        sheet.text(middle, frame.bottom + 33, under, 12, "cm-soft", anchor="middle")


def draw_axes(sheet: Canvas, frame: Frame, steps: Steps, amount: Amount, *, x_title: str = "", small: bool = False) -> None:
    """Draw grid lines with their numbers, the base line and the labels below it."""
    draw_values(sheet, frame, amount)
    draw_ticks(sheet, frame, [(frame.x.at(v), words, below) for v, words, below in steps.ticks(frame.right - frame.left)])
    if x_title and not small:
        sheet.text(frame.right, frame.bottom + 34, cut(clean(x_title), 12, 400), 12, "cm-soft", anchor="end")


def runs(seen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Unbroken stretches of places that hold, as first and after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], seen.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def draw_band(sheet: Canvas, frame: Frame, steps: Steps, band: Band, *, pale: bool = False) -> None:
    """Draw the band and the line above it; a place that stands alone becomes a bar and a dot."""
    xs = [frame.x.at(float(v)) for v in steps.values]
    see = f'fill-opacity="{".1" if pale else ".2"}"'

    def way(places: Iterable[int], values: FloatArray) -> str:
        return " L ".join(f"{xs[n]:.1f} {frame.y.at(float(values[n])):.1f}" for n in places)

    for start, after in runs(np.isfinite(band.low)):
        if after - start == 1:
            wide = f"M {xs[start] - 3:.1f} {frame.y.at(float(band.low[start])):.1f} h 6 "
            sheet.path(
                f"{wide}V {frame.y.at(float(band.high[start])):.1f} h -6 Z", f"cm-f{band.slot}", more='fill-opacity=".2"'
            )
            continue
        outline = f"M {way(range(start, after), band.high)} L {way(range(after - 1, start - 1, -1), band.low)} Z"
        sheet.path(outline, f"cm-f{band.slot}", more=see)
    for start, after in runs(np.isfinite(band.mid)):
        if after - start == 1:
            sheet.dot(xs[start], frame.y.at(float(band.mid[start])), 3, f"cm-f{band.slot}")
            continue
        sheet.path(
            f"M {way(range(start, after), band.mid)}",
            f"cm-none cm-l{band.slot}",
            more='stroke-width="2.2" stroke-linejoin="round"',
        )


def draw_names(sheet: Canvas, frame: Frame, steps: Steps, bands: Sequence[Band], amount: Amount) -> None:
    """Write each name at the end of its line, moved apart where lines end close together."""
    shown = [(b, int(np.flatnonzero(np.isfinite(b.mid))[-1])) for b in bands if np.isfinite(b.mid).any()]
    size = 33.0 if len(shown) * 33 <= frame.bottom - frame.top + 30 else 17.0
    wanted = [frame.y.at(float(b.mid[n])) for b, n in shown]
    middles = spread(wanted, [size] * len(shown), frame.top - 12, frame.bottom + 18)
    left = frame.right + 26
    for (band, last), y, at in zip(shown, middles, wanted, strict=True):
        x = frame.x.at(float(steps.values[last]))
        ends = f"M {x:.1f} {at:.1f} L {max(x, frame.right) + 4:.1f} {at:.1f} L {left - 9:.1f} {y:.1f} h 5"
        dash = ' stroke-dasharray="2 3"' if x < frame.right - 1 else ""
        sheet.path(ends, f"cm-none cm-l{band.slot}", more=f'stroke-width="1.4"{dash}')
        value = amount.text(float(band.mid[last]))
        room = WIDE - 12 - left
        if size > 20:
            sheet.text(left, y, cut(band.name, 13, room, bold=True), 13, bold=True)
            sheet.text(left, y + 15, f"{value} at the end" if x >= frame.right - 1 else f"{value} at last", 12, "cm-soft")
        else:
            name = cut(band.name, 12, room - width_of(f" {value}", 12), bold=True)
            sheet.text(left, y + 4, name, 12, bold=True)
            sheet.text(left + width_of(f"{name} ", 12, bold=True), y + 4, value, 12, "cm-soft")


def draw_key(sheet: Canvas, y: float, amount: Amount, parts: Sequence[tuple[str, str]], left: float = 20) -> float:
    """Write the unit and what line, band and dots mean; returns the lower edge."""
    x = left
    if amount.words:
        sheet.text(x, y, cut(amount.words, 13, 420), 13, "cm-soft")
        x += min(width_of(amount.words, 13), 420) + 26
    for kind, words in ((k, clean(w)) for k, w in parts if clean(w)):
        if x + 26 + width_of(words, 12) > 940 and x > left:
            x, y = left, y + 19
        if kind == "line":
            sheet.path(f"M {x:.1f} {y - 4:.1f} h 18", "cm-none cm-rule", more='stroke-width="2.2"')
        elif kind == "band":
            sheet.rect(x, y - 9, 18, 10, "cm-soft", more='fill-opacity=".25"')
        elif kind.startswith("cm-"):
            sheet.path(f"M {x:.1f} {y - 4:.1f} h 18", f"cm-none {kind}", more='stroke-width="3"')
        elif kind == "edge":
            sheet.path(f"M {x:.1f} {y - 4:.1f} h 18", "cm-none cm-rule", more='stroke-dasharray="5 3"')
        elif kind == "mark":
            sheet.path(f"M {x + 9:.1f} {y - 12:.1f} v 16", "cm-none cm-mark")
        elif kind == "whisker":
            sheet.path(f"M {x + 9:.1f} {y - 10:.1f} v 12 m -4 0 h 8 m -8 -12 h 8", "cm-none cm-rule")
        elif kind == "dot":
            sheet.dot(x + 9, y - 4, 4, "cm-dot")
        x += 24 if kind else 0
        sheet.text(x, y, words, 12, "cm-soft")
        x += width_of(words, 12) + 20
    return y + 6


def lanes_of(marks: Sequence[tuple[float, str]], left: float, right: float) -> list[tuple[float, str, int, bool]]:
    """Rows for the words of marks so that none lies on another.

    Returns:
        Pixel, words, row from the bottom, and whether the words stand left of the line.
    """
    found: list[tuple[float, str, int, bool]] = []
    starts: list[float] = []
    for x, text in sorted(marks, reverse=True):
        words = cut(clean(text), 12, 300)
        wide = width_of(words, 12) + 12
        back = x + wide > right and x - wide >= left
        start, end = (x - wide, x) if back else (x, x + wide)
        crossed = [one[2] for one in found if start < one[0] < end]
        free = (n for n in range(max(crossed, default=0), len(starts)) if end <= starts[n])
        row = next(free, len(starts))
        starts[row : row + 1] = [start]
        found.append((x, words, row, back))
    return found


def draw_marks(sheet: Canvas, frame: Frame, lanes: Sequence[tuple[float, str, int, bool]]) -> None:
    """Draw marks: a dashed line each with its words above the frame."""
    for x, words, row, back in lanes:
        y = frame.top - 10 - 17 * row
        sheet.line(x, y - 10, x, frame.bottom, "cm-mark")
        sheet.text(x - 5 if back else x + 5, y, words, 12, anchor="end" if back else "start", halo=True)


def draw_hits(sheet: Canvas, frame: Frame, steps: Steps, bands: Sequence[Band], amount: Amount) -> None:
    """Lay unseen boxes over the chart that tell the values of a place under the pointer."""
    count = len(steps.values)
    if count > 400:
        return
    xs = [frame.x.at(float(v)) for v in steps.values]
    edges = [frame.left, *((a + b) / 2 for a, b in pairwise(xs)), frame.right]
    for n in range(count):
        lines = [f"{b.name} {_reading(b, n, amount)}" for b in bands if math.isfinite(b.mid[n])]
        if lines:
            says = f"{steps.labels[n]}: {'; '.join(lines)}"
            sheet.rect(edges[n], frame.top, edges[n + 1] - edges[n], frame.bottom - frame.top, "cm-hit", says=says)


def _reading(band: Band, place: int, amount: Amount) -> str:
    middle = amount.text(float(band.mid[place]))
    if not math.isfinite(band.low[place]):
        return middle
    return f"{middle} ({amount.text(float(band.low[place]))} to {amount.text(float(band.high[place]))})"

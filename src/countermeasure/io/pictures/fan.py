"""Fan charts: a middle line in its band of uncertainty, one chart or a grid of small ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.io.pictures.axis import Amount, FloatArray, Steps, numbers, span_of
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty
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
    located,
    names_room,
    room_for,
)
from countermeasure.io.pictures.palette import slots_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    Series = tuple[str, Sequence[float], Sequence[float], Sequence[float]]
    Marks = Sequence[tuple[object, str]]
    Observed = Sequence[tuple[object, float]]

__all__ = ["BAND_WORDS", "NO_VALUES", "Panel", "fan_chart", "small_multiples"]

BAND_WORDS = "5 to 95 % of draws"
NO_VALUES = "There are no values to draw."


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of a grid.

    Attributes:
        title: Shown above the chart.
        series: Name, low, middle and high of each line; arrays with one value for each label of the axis.
        marks: Places on the axis where a line is drawn, with the words the pointer shows.
        observed: Places on the axis with an observed value.
    """

    title: str
    series: Sequence[Series]
    marks: Marks = ()
    observed: Observed = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What a chart holds, read and checked."""

    bands: list[Band]
    dots: list[tuple[float, float]]
    posts: list[tuple[float, str]]
    notes: list[str]

    @classmethod
    def of(cls, steps: Steps, series: Sequence[Series], marks: Marks, observed: Observed, slots: Sequence[int]) -> _Read:
        bands = bands_of(series, len(steps.values), slots)
        values = numbers((v for _, v in observed), len(observed), "the observed values")
        pairs = [(place, float(v)) for (place, _), v in zip(observed, values, strict=True) if not math.isnan(v)]
        dots, lost = located(steps, pairs, "observed values")
        posts, more = located(steps, [(place, clean(text)) for place, text in marks], "marks")
        return cls(bands, dots, posts, lost + more)

    def arrays(self) -> list[FloatArray]:
        seen = numbers((v for _, v in self.dots), len(self.dots), "the observed values")
        return [seen, *(a for b in self.bands for a in (b.low, b.mid, b.high))]

    def told(self, steps: Steps, amount: Amount) -> str:
        said = [band.told(steps, amount) for band in self.bands]
        said += [f"Marked at {steps.words(at)}: {text}." for at, text in self.posts]
        if self.dots:
            said.append("Observed: " + ", ".join(f"{steps.words(at)} {amount.text(v)}" for at, v in self.dots[:60]) + ".")
        return " ".join(said)


def fan_chart(
    title: str,
    x_labels: Sequence[object],
    series: Sequence[Series],
    unit: str,
    *,
    marks: Marks = (),
    observed: Observed = (),
    band: str = BAND_WORDS,
    line: str = "median",
    x_title: str = "",
) -> str:
    """Draw lines over time, each within its band.

    Args:
        title: What the picture says.
        x_labels: Shape (n,). Days (``2025-04-07``), months (``2025-04``), numbers such as weeks, or names.
        series: Name, low, middle, high; arrays of shape (n,), NaN for a gap.
        unit: Unit of the values. One that begins with ``%`` says that the values are shares of one.
        marks: Places given as the labels are given, with the words of a line drawn there.
        observed: Places with observed values, drawn as dots.
        band: What the band holds, in words.
        line: What the line is, in words.
        x_title: What the labels count, as ``weeks from 7 April 2025``.

    Returns:
        An SVG document.

    Raises:
        InputError: If the length of an array is not that of the labels, or a value is not a number.
    """
    steps = Steps.of(x_labels)
    read = _Read.of(steps, series, marks, observed, slots_of([clean(name) for name, *_ in series]))
    span = span_of(read.arrays())
    if span is None:
        return empty(title, NO_VALUES)
    amount = Amount.of(unit, max(map(abs, span)))
    sheet = Canvas(title)
    key = draw_key(sheet, sheet.heading() + 20, amount, _key(read, band, line))
    left = 20 + left_of(span, amount)
    right = WIDE - 38 - names_room(read.bands)
    place = Frame.of((left, 0, right, 1), steps, span)
    lanes = lanes_of([(place.x.at(at), text) for at, text in read.posts], left, WIDE - 20)
    top = key + 18 + 17 * len({row for _, _, row, _ in lanes})
    frame = Frame.of((left, top, right, top + max(300, 18 * len(read.bands))), steps, span)
    draw_axes(sheet, frame, steps, amount, x_title=x_title)
    draw_marks(sheet, frame, lanes)
    _draw(sheet, frame, steps, read, amount)
    draw_names(sheet, frame, steps, read.bands, amount)
    sheet.height = sheet.notes(read.notes, frame.bottom + 36) + 16
    return sheet.finish(read.told(steps, amount))


def small_multiples(
    title: str,
    x_labels: Sequence[object],
    panels: Sequence[Panel],
    unit: str,
    *,
    same_scale: bool = True,
    band: str = BAND_WORDS,
    line: str = "median",
) -> str:
    """Draw a grid of small fan charts over the same axis, three to a row.

    Args:
        title: What the picture says.
        x_labels: Shape (n,). As for ``fan_chart``.
        panels: One chart each. Lines of the same name have the same colour in all.
        unit: Unit of the values; shares of one if it begins with ``%``.
        same_scale: Whether all charts share the scale of values. If not, the picture says so.
        band: What the bands hold, in words.
        line: What the lines are, in words.

    Returns:
        An SVG document.

    Raises:
        InputError: If the length of an array is not that of the labels, or a value is not a number.
    """
    steps = Steps.of(x_labels)
    names = list(dict.fromkeys(clean(name) for panel in panels for name, *_ in panel.series))
    slot = dict(zip(names, slots_of(names), strict=True))
    read = [_Read.of(steps, p.series, p.marks, p.observed, [slot[clean(name)] for name, *_ in p.series]) for p in panels]
    whole = span_of(a for one in read for a in one.arrays())
    if whole is None:
        return empty(title, NO_VALUES)
    amount = Amount.of(unit, max(map(abs, whole)) if same_scale else 0.0)
    lone = all(len(one.bands) < 2 for one in read)
    posts = list(dict.fromkeys(post for one in read for post in one.posts))
    sheet = Canvas(title)
    merged = _Read([b for one in read for b in one.bands], [d for one in read for d in one.dots], [], [])
    key = _key(merged, band, line) + ([] if lone else [(f"cm-l{slot[name]}", name) for name in names])
    key += [("mark", f"{text}, {steps.words(at)}") for at, text in posts] if len(posts) < 4 else []
    key += [] if same_scale or len(read) < 2 else [("", "each chart has its own scale")]
    y = draw_key(sheet, sheet.heading() + 20, amount, key) + 12
    across = {1: 1, 2: 2, 4: 2}.get(len(read), 3)
    gap, down = 26.0, 216.0
    room = (WIDE - 40 - gap * (across - 1)) / across
    side = room_for((_last(one, amount) for one in read), 12, 0, 80) if lone else 0.0
    for n, (panel, one) in enumerate(zip(panels, read, strict=True)):
        own = whole if same_scale else span_of(one.arrays())
        box = (20 + (room + gap) * (n % across), y + down * (n // across), room)
        _small(sheet, box, panel.title, steps, one, own, amount, side)
    notes = [f"{clean(p.title)}: {note}" for p, one in zip(panels, read, strict=True) for note in one.notes]
    sheet.height = sheet.notes(notes, y + down * math.ceil(len(read) / across) - 6) + 14
    return sheet.finish(" ".join(f"{clean(p.title)}. {r.told(steps, amount)}" for p, r in zip(panels, read, strict=True)))


def _small(
    sheet: Canvas,
    box: tuple[float, float, float],
    title: str,
    steps: Steps,
    read: _Read,
    span: tuple[float, float] | None,
    amount: Amount,
    side: float,
) -> None:
    """Draw one chart of a grid into a box of left, top and width; the last value in a margin, where there is one."""
    x, y, room = box
    sheet.text(x, y + 14, cut(clean(title), 13, room - 4, bold=True), 13, bold=True)
    if span is None:
        sheet.text(x, y + 90, "no values", 12, "cm-soft")
        return
    frame = Frame.of((x + left_of(span, amount, 4), y + 32, x + room - side - 8, y + 160), steps, span, 4)
    draw_axes(sheet, frame, steps, amount, small=True)
    for at, text in read.posts:
        sheet.path(f"M {frame.x.at(at):.1f} {frame.top:.1f} V {frame.bottom:.1f}", "cm-none cm-mark", says=text)
    _draw(sheet, frame, steps, read, amount)
    seen = [float(v) for v in read.bands[0].mid if not math.isnan(v)] if read.bands else []
    if side and seen:
        sheet.text(frame.right + 6, frame.y.at(seen[-1]) + 4, _last(read, amount), 12, "cm-ink cm-num")
    elif not seen and not read.dots:
        sheet.text((frame.left + frame.right) / 2, y + 90, "no values", 12, "cm-soft", anchor="middle", halo=True)


def _last(read: _Read, amount: Amount) -> str:
    """The last value of the first line."""
    seen = [float(v) for v in read.bands[0].mid if not math.isnan(v)] if read.bands else []
    return amount.text(seen[-1]) if seen else ""


def _draw(sheet: Canvas, frame: Frame, steps: Steps, read: _Read, amount: Amount) -> None:
    for one in read.bands:
        draw_band(sheet, frame, steps, one, pale=len(read.bands) > 4)
    draw_hits(sheet, frame, steps, read.bands, amount)
    for at, value in read.dots:
        says = f"{steps.words(at)}, observed: {amount.text(value, unit=True)}"
        sheet.dot(frame.x.at(at), frame.y.at(value), 4.5, "cm-dot", says=says)


def _key(read: _Read, band: str, line: str) -> list[tuple[str, str]]:
    drawn = any(not math.isnan(v) for b in read.bands for v in b.low)
    return [("line", line), *([("band", band)] if drawn else []), *([("dot", "observed")] if read.dots else [])]

"""What two parties would gain from packages: points on two axes, the front that no package beats, the status quo at zero."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Amount, Scale, nice_ticks, numbers
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of
from countermeasure.io.pictures.frame import room_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.axis import FloatArray

    Box = tuple[float, float, float, float]

__all__ = ["front_of", "front_picture"]

FRONT, INSIDE, BOTH = 0, 9, 2
"""Places in the palette of packages on the front, of those inside, and of the quarter where both gain."""
_NAMED = 60
"""Packages whose words are tried; more are points alone."""
_ROOM = 230.0


def front_picture(
    title: str,
    points: Sequence[tuple[str, float, float]],
    names: tuple[str, str],
    units: tuple[str, str],
    *,
    joined: bool = False,
) -> str:
    """Draw packages by what two parties gain over the status quo.

    Args:
        title: What the picture says.
        points: Words of a package, gain of the first party, gain of the second; a package without both gains is left
            out, and a remark tells how many.
        names: Of the two parties, the first across.
        units: Of the two gains; shares of one where it begins with ``%``.
        joined: Whether packages can be mixed. Then the front is a straight line from one to the next; else it has steps,
            since nothing lies between two packages.

    Returns:
        An SVG document.

    Raises:
        InputError: If there are not two names and two units, or a gain is not a number.
    """
    if len(names) != 2 or len(units) != 2:
        raise InputError(f"{len(names)} names and {len(units)} units", cure="Give two of each, the party across first.")
    columns = [numbers(side, len(points), "the gains") for side in ([p[1] for p in points], [p[2] for p in points])]
    gains = np.column_stack(columns)
    kept = np.flatnonzero(np.isfinite(gains).all(axis=1)).tolist()
    if not kept:
        return empty(title, "There are no packages to draw.")
    words, gains = [clean(points[n][0]) for n in kept], gains[kept]
    front = front_of(gains)
    amounts = [Amount.of(unit, float(np.abs(gains[:, k]).max())) for k, unit in enumerate(units)]
    sheet = Canvas(title)
    top = _key(sheet, sheet.heading() + 20, joined, bool((~front).any()), bool((gains > 0).all(axis=1).any())) + 34
    ticks = [nice_ticks(min(0.0, float(g.min())), max(0.0, float(g.max())), 7) for g in gains.T]
    left = 28 + room_for((amounts[1].tick(value, ticks[1][1] - ticks[1][0]) for value in ticks[1]), 12, 30, 130)
    right, bottom = WIDE - 40.0, top + 430
    x, y = Scale(ticks[0][0], ticks[0][-1], left, right), Scale(ticks[1][0], ticks[1][-1], bottom, top)
    _grid(sheet, x, y, ticks, amounts, names)
    places = [(x.at(float(a)), y.at(float(b))) for a, b in gains]
    line = _front_line(gains, front, x, y, joined=joined)
    way = "M " + " L ".join(f"{a:.1f} {b:.1f}" for a, b in line)
    sheet.path(way, f"cm-none cm-l{FRONT}", more='stroke-width="1.8" stroke-opacity=".8" stroke-linejoin="round"')
    home = (x.at(0.0), y.at(0.0))
    for n in sorted(range(len(places)), key=lambda n: bool(front[n])):
        says = f"{words[n]}: {_told(gains[n], names, amounts)}"
        if front[n]:
            sheet.dot(*places[n], 6, f"cm-f{FRONT} cm-part", says=says)
        else:
            sheet.dot(*places[n], 4.5, f"cm-f{INSIDE} cm-part", says=says)
    hx, hy = home
    sheet.path(f"M {hx:.1f} {hy - 8:.1f} l 8 8 l -8 8 l -8 -8 Z", "cm-paper cm-rule", says="status quo: no gain for either")
    named = [("status quo", home, True), *zip(words, places, front.tolist(), strict=True)]
    mute = _labels(sheet, named, (left, top - 8, right + 30, bottom), line)
    notes = []
    if mute:
        notes.append(f"Packages without room for words, which show under the pointer: {mute} of {len(words)}.")
    if len(kept) < len(points):
        notes.append(f"Packages without a gain for both, which are not drawn: {len(points) - len(kept)} of {len(points)}.")
    sheet.height = sheet.notes(notes, bottom + 44) + 18
    both = [n for n in range(len(words)) if (gains[n] > 0).all()]
    best = "; ".join(f"{words[n]}: {_told(gains[n], names, amounts)}" for n in _along(gains, front)[:12])
    head = f"{len(words)} packages, {len(both)} of them better for both than the status quo."
    return sheet.finish(f"{head} On the front: {best}. {' '.join(notes)}")


def front_of(gains: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which packages no other beats: none gives one party more and the other no less.

    Args:
        gains: Of two parties, (n, 2).

    Returns:
        Shape (n,). Packages with equal gains are on the front together.
    """
    kept = np.zeros(len(gains), dtype=np.bool_)
    order = np.lexsort((-gains[:, 1], -gains[:, 0]))
    best, across = -math.inf, math.nan
    for n in order:
        first, second = float(gains[n, 0]), float(gains[n, 1])
        if second > best:
            best, across = second, first
            kept[n] = True
        elif second == best and first == across:
            kept[n] = True
    return kept


def _along(gains: FloatArray, front: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    """Packages of the front from left to right."""
    return sorted(np.flatnonzero(front).tolist(), key=lambda n: (float(gains[n, 0]), n))


def _told(gain: FloatArray, names: Sequence[str], amounts: Sequence[Amount]) -> str:
    return ", ".join(f"{clean(w)} {a.text(float(g), unit=True)}" for w, a, g in zip(names, amounts, gain, strict=True))


def _grid(
    sheet: Canvas, x: Scale, y: Scale, ticks: Sequence[Sequence[float]], amounts: Sequence[Amount], names: Sequence[str]
) -> None:
    """Draw the quarter where both gain, grid lines with numbers, and the names of the axes."""
    sheet.rect(x.at(0), y.end, x.end - x.at(0), y.at(0) - y.end, f"cm-f{BOTH}", more='fill-opacity=".09"')
    said = [amount.tick(value, side[1] - side[0]) for side, amount in zip(ticks, amounts, strict=True) for value in side]
    below, beside = said[: len(ticks[0])], said[len(ticks[0]) :]
    every = math.ceil((max(width_of(words, 12) for words in below) + 12) * (len(below) - 1) / (x.end - x.start))
    for place, (value, words) in enumerate(zip(ticks[0], below, strict=True)):
        at = x.at(value)
        sheet.line(at, y.end, at, y.start, "cm-axis" if value == 0 else "cm-grid")
        if place % every == 0:
            half = width_of(words, 12) / 2
            sheet.text(min(at, WIDE - 4 - half), y.start + 18, words, 12, "cm-soft cm-num", anchor="middle")
    for value, words in zip(ticks[1], beside, strict=True):
        at = y.at(value)
        sheet.line(x.start, at, x.end, at, "cm-axis" if value == 0 else "cm-grid")
        sheet.text(x.start - 8, at + 4, cut(words, 12, x.start - 24), 12, "cm-soft cm-num", anchor="end")
    across, up = (f"gain of {clean(name)}, {amount.words}".rstrip(", ") for name, amount in zip(names, amounts, strict=True))
    sheet.text(x.end, y.start + 37, cut(across, 12, 700), 12, "cm-ink", anchor="end", bold=True)
    sheet.text(20, y.end - 16, cut(up, 12, 700), 12, "cm-ink", bold=True)


def _front_line(
    gains: FloatArray, front: np.ndarray[tuple[int], np.dtype[np.bool_]], x: Scale, y: Scale, *, joined: bool
) -> list[tuple[float, float]]:
    """Corners of the line through the packages that no other beats."""
    corners = [(x.at(float(gains[n, 0])), y.at(float(gains[n, 1]))) for n in _along(gains, front)]
    if joined:
        return corners
    found = [(x.start, corners[0][1])]
    for place, (across, down) in enumerate(corners):
        low = corners[place + 1][1] if place + 1 < len(corners) else y.start
        found += [(across, down), (across, low)]
    return found


def _labels(
    sheet: Canvas, named: Sequence[tuple[str, tuple[float, float], bool]], box: Box, lines: Sequence[tuple[float, float]]
) -> int:
    """Write words beside points, off the lines where that can be; returns how many points stay without.

    Args:
        sheet: To draw on.
        named: Words, place, and whether the words are strong; the status quo first.
        box: Where words may lie.
        lines: Corners of the front.
    """
    held: list[Box] = [(px - 7, py - 7, px + 7, py + 7) for _, (px, py), _ in named]
    home_x, home_y = named[0][1]
    thin: list[Box] = [(box[0], home_y - 1, box[2], home_y + 1), (home_x - 1, box[1], home_x + 1, box[3])]
    thin += _along_line(lines)
    mute = 0
    order = sorted(range(len(named)), key=lambda n: (n > 0, not named[n][2], n))
    for count, n in enumerate(order):
        text, (px, py), strong = named[n]
        shown = cut(text, 12, _ROOM, bold=strong)
        if not shown:
            continue
        wide = width_of(shown, 12, bold=strong)
        left, middle = px - wide, px - wide / 2
        beside = [(px + 10, py - 8), (px + 5, py - 24), (px + 5, py + 8), (left - 10, py - 8)]
        spots = [*beside, (left - 5, py - 24), (left - 5, py + 8), (middle, py - 26), (middle, py + 10)]
        boxes = [(at, high, at + wide, high + 16) for at, high in spots if count <= _NAMED]
        free = [b for b in boxes if _within(b, box) and not any(_meet(b, o) for m, o in enumerate(held) if m != n)]
        clear = [b for b in free if not any(_meet(b, line) for line in thin)]
        if free:
            at, high, _, _ = mine = (clear or free)[0]
            sheet.text(at, high + 12, shown, 12, "cm-ink" if strong else "cm-soft", bold=strong, halo=True)
            held.append(mine)
        else:
            mute += 1
    return mute


def _along_line(corners: Sequence[tuple[float, float]]) -> list[Box]:
    """Small boxes along a line."""
    found: list[Box] = []
    for (x1, y1), (x2, y2) in pairwise(corners):
        count = max(int(math.hypot(x2 - x1, y2 - y1) / 8), 1)
        middles = [(x1 + (x2 - x1) * n / count, y1 + (y2 - y1) * n / count) for n in range(count + 1)]
        found += [(x - 2, y - 2, x + 2, y + 2) for x, y in middles]
    return found


def _within(one: Box, box: Box) -> bool:
    return box[0] <= one[0] and one[2] <= box[2] and box[1] <= one[1] and one[3] <= box[3]


def _meet(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _key(sheet: Canvas, y: float, joined: bool, inside: bool, both: bool) -> float:
    """Write what points, line and shade mean; returns the lower edge."""
    line = "front: no package gives one more and the other no less" + ("" if joined else "; it has steps, packages do not mix")
    x = 20.0
    sheet.path(f"M {x:.1f} {y - 4:.1f} h 22", f"cm-none cm-l{FRONT}", more='stroke-width="1.8"')
    sheet.dot(x + 11, y - 4, 5, f"cm-f{FRONT}")
    sheet.text(x + 28, y, line, 12, "cm-soft")
    x += 48 + width_of(line, 12)
    for kind, words in (("inside", "other package"), ("both", "both gain")):
        if kind == "inside" and inside:
            sheet.dot(x + 6, y - 4, 4.5, f"cm-f{INSIDE}")
        elif kind == "both" and both:
            sheet.rect(x - 4, y - 10, 16, 12, f"cm-f{BOTH}", more='fill-opacity=".2"')
        else:
            continue
        sheet.text(x + 18, y, words, 12, "cm-soft")
        x += 38 + width_of(words, 12)
    return y + 6

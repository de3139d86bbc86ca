"""The life of measures: a row for each, its spells as bars on a true scale of days, by state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Scale, Steps
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of
from countermeasure.io.pictures.frame import Frame, draw_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LOOKS", "Life", "Spell", "spells_picture"]

LOOKS = {"in_force": "in force", "suspended": "suspended", "collected": "collected against law"}
"""States that have a bar, with their words; in all others there is none."""
_SLOTS = {"in_force": 0, "suspended": 0, "collected": 1}
_EPOCH = date(1970, 1, 1).toordinal()
_RIGHT = WIDE - 20.0
_ROW, _HEAD = 22.0, 28.0
_ROOM = (150.0, 330.0)
"""Least and greatest room for the names."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in one state.

    Attributes:
        start: First day, days since 1970-01-01; parts of a day count. ``-inf`` if it was always so.
        end: First day after it; ``inf`` if open.
        look: A word of ``LOOKS``.
        words: What shows under the pointer.
    """

    start: float
    end: float
    look: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """A row of the picture.

    Attributes:
        name: What stands beside it.
        spells: Its states.
        other: Its states under another reading; drawn as a thin bar where they are not the same.
        href: Address that the name leads to, or empty.
        group: Heading it stands under, or empty; rows of one group must follow each other.
    """

    name: str
    spells: Sequence[Spell]
    other: Sequence[Spell] = ()
    href: str = ""
    group: str = ""


def spells_picture(
    title: str,
    lives: Sequence[Life],
    first: int,
    after: int,
    *,
    mark: int | None = None,
    other: str = "",
    notes: Sequence[str] = (),
) -> str:
    """Draw measures over time.

    Args:
        title: What the picture says.
        lives: Rows from top to bottom.
        first: First day of the sheet, days since 1970-01-01.
        after: First day after it.
        mark: A day that is marked with a line.
        other: Words for the thin bars, where any row has them.
        notes: Remarks below the picture.

    Returns:
        An SVG document.

    Raises:
        InputError: If the span is empty or a look is unknown.
    """
    if after <= first:
        raise InputError("the first day is not before the last", code="bad_span", cure="Give the earlier day first.")
    odd = sorted({s.look for life in lives for s in (*life.spells, *life.other)} - set(LOOKS))
    if odd:
        raise InputError(f"{odd[0]!r} is not a look", code="bad_look", cure=f"Use one of {', '.join(LOOKS)}.")
    if not lives:
        return empty(title, " ".join(("There is nothing to draw.", *notes)))
    sheet = Canvas(title)
    twofold = any(life.other for life in lives)
    top = _key(sheet, sheet.heading() + 20, lives, other if twofold else "") + 12
    left = 24 + min(max([_ROOM[0], *(width_of(clean(life.name), 12) for life in lives)]), _ROOM[1])
    scale = Scale(float(first), float(after), left, _RIGHT)
    places = _places(lives, top)
    foot = places[-1] + _ROW
    ticks = _ticks(first, after, scale)
    for x, _, _ in ticks:
        sheet.line(x, top, x, foot, "cm-grid")
    draw_ticks(sheet, Frame(left, top, _RIGHT, foot, scale, scale, ()), ticks)
    for n, (life, y) in enumerate(zip(lives, places, strict=True)):
        if life.group and (not n or lives[n - 1].group != life.group):
            sheet.text(20, y - 7, cut(clean(life.group), 13, WIDE - 40, bold=True), 13, bold=True, halo=True)
        _name(sheet, life, y, left)
        for spell in life.spells:
            _bar(sheet, spell, scale, y + 4, 9.0 if life.other else 13.0)
        for spell in life.other:
            _bar(sheet, spell, scale, y + 14, 4.0)
    if mark is not None and first <= mark < after:
        sheet.line(scale.at(mark), top, scale.at(mark), foot, "cm-mark")
    remarks = list(notes)
    if mark is not None and first <= mark < after:
        remarks.insert(0, f"The dashed line is {_iso(mark)}.")
    sheet.height = sheet.notes(remarks, foot + 36) + 18
    drawn = sheet.finish(_said(lives, first, after, remarks))
    linked = any(life.href for life in lives)
    return drawn.replace('role="img"', 'role="group"', 1) if linked else drawn


def _places(lives: Sequence[Life], top: float) -> list[float]:
    """Upper edge of each row; a group begins with room for its heading."""
    found, y = [], top
    for n, life in enumerate(lives):
        if life.group and (not n or lives[n - 1].group != life.group):
            y += _HEAD
        found.append(y)
        y += _ROW
    return found


def _ticks(first: int, after: int, scale: Scale) -> list[tuple[float, str, str]]:
    span = range(first, after + 1) if after - first < 75 else (first, after)
    steps = Steps.of([_iso(day) for day in span])
    return [(scale.at(value - _EPOCH), words, below) for value, words, below in steps.ticks(_RIGHT - scale.start)]


def _name(sheet: Canvas, life: Life, y: float, left: float) -> None:
    words = cut(clean(life.name), 12, left - 28)
    if life.href:
        sheet.parts.append(f'<a href="{escape(life.href)}"><title>{escape(clean(life.name))}</title>')
    sheet.text(20, y + 15, words, 12)
    if life.href:
        sheet.parts.append("</a>")


def _bar(sheet: Canvas, spell: Spell, scale: Scale, y: float, tall: float) -> None:
    """A bar; a spell of a day or less still has a width that is seen, one beyond the sheet is left out."""
    if spell.end <= scale.low or spell.start >= scale.high or spell.end <= spell.start:
        return
    start, end = scale.at(max(spell.start, scale.low)), scale.at(min(spell.end, scale.high))
    slot = _SLOTS[spell.look]
    wide = max(end - start, 2.0)
    if spell.look == "suspended":
        sheet.rect(start, y, wide, tall, "", says=spell.words, more=f'{sheet.hatch(slot)} class="cm-l{slot}"')
    else:
        sheet.rect(start, y, wide, tall, f"cm-f{slot} cm-part", says=spell.words)


def _key(sheet: Canvas, y: float, lives: Sequence[Life], other: str) -> float:
    """Write what the bars mean; returns the lower edge."""
    used = {s.look for life in lives for s in (*life.spells, *life.other)}
    x = 20.0
    for look, words in LOOKS.items():
        if look not in used:
            continue
        _bar(sheet, Spell(0, 1, look), Scale(0, 1, x, x + 24), y - 10, 12.0)
        sheet.text(x + 31, y, words, 12, "cm-soft")
        x += 54 + width_of(words, 12)
    if other:
        _bar(sheet, Spell(0, 1, "in_force"), Scale(0, 1, x, x + 24), y - 6, 4.0)
        sheet.text(x + 31, y, other, 12, "cm-soft")
    return y + 6


def _said(lives: Sequence[Life], first: int, after: int, notes: Sequence[str]) -> str:
    """The picture in sentences."""
    said = [f"{len(lives)} rows from {_iso(first)} to {_iso(after)}."]
    for life in lives[:40]:
        here = [s for s in life.spells if s.end > first and s.start < after]
        told = ", ".join(f"{LOOKS[s.look]} from {_edge(s.start)} to {_edge(s.end)}" for s in here[:6])
        said.append(f"{clean(life.name)}: {told or 'nothing in this span'}.")
    if len(lives) > 40:
        said.append(f"{len(lives) - 40} more rows.")
    return " ".join((*said, *notes))


def _edge(day: float) -> str:
    return ("always" if day < 0 else "open") if math.isinf(day) else _iso(int(day))


def _iso(day: int) -> str:
    return date.fromordinal(day + _EPOCH).isoformat()

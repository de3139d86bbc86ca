"""Where the marks of a timeline stand: heaps on either side of a lane, and rows of words that lie on nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

from countermeasure.io.pictures.axis import MONTHS
from countermeasure.io.pictures.canvas import WIDE, clean, cut, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.axis import Scale

__all__ = ["LEFT", "RIGHT", "Clock", "Mark", "Moment", "actors_of", "baseline", "marks_of", "settled"]

LANES = 6
"""Actors with a lane of their own; the rest share one."""
LEFT, RIGHT = 118.0, WIDE - 22
_STEP, _ROW = 12.0, 16.0
"""Height of a mark in a heap, and of a row of words."""
_ROWS = 5
"""Rows of words on either side of a lane."""
_WIDEST = 230.0
"""Room of the words of an event."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something an actor did.

    Attributes:
        day: ``YYYY-MM-DD``, or ``YYYY-MM`` for its first day.
        actor: Whose lane.
        words: What, in a few words.
        direction: Above 0 a step up, below 0 a step back, 0 neither.
        id: Name by which others refer to it.
        answers: Ids of events that it answers.
        weight: Words of events of greater weight are kept first where not all have room.
    """

    day: str
    actor: str
    words: str
    direction: int = 0
    id: str = ""
    answers: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Clock:
    """A time that runs: a truce, a suspension, a deadline.

    Attributes:
        words: Which.
        start: First day.
        end: Last day, empty where that is open. A bar that runs on past the sheet has no line at its end.
    """

    words: str
    start: str
    end: str = ""


@dataclass(slots=True)
class Mark:
    """An event on the sheet."""

    event: Moment
    at: int
    x: float
    lane: int
    side: int
    heap: int
    y: float = 0.0
    row: int = -1
    back: bool = False
    text: str = ""

    @property
    def span(self) -> tuple[float, float]:
        """First and last pixel of the words."""
        wide = width_of(self.text, 12) + 6
        return (self.x - wide, self.x + 1) if self.back else (self.x - 1, self.x + wide)


def actors_of(events: Sequence[Moment]) -> tuple[list[str], list[str]]:
    """Lanes in the order in which actors first appear, and the actors that share the last."""
    counts: dict[str, int] = {}
    for one in events:
        counts[clean(one.actor) or "nobody"] = counts.get(clean(one.actor) or "nobody", 0) + 1
    names = list(counts)
    if len(names) <= LANES:
        return names, []
    kept = set(sorted(names, key=lambda n: (-counts[n], names.index(n)))[: LANES - 1])
    return [*(n for n in names if n in kept), "others"], [n for n in names if n not in kept]


def marks_of(events: Sequence[Moment], days: Sequence[int], scale: Scale, lanes: Sequence[str]) -> list[Mark]:
    """Marks by day; those of one side of a lane that would lie on each other are heaped away from the line."""
    found: list[Mark] = []
    heaps: dict[tuple[int, int], list[float]] = {}
    years = len({date.fromordinal(day).year for day in days}) > 1
    for n in sorted(range(len(events)), key=lambda n: (days[n], n)):
        one, x = events[n], scale.at(days[n])
        name = clean(one.actor) or "nobody"
        lane = lanes.index(name) if name in lanes else len(lanes) - 1
        side = -1 if one.direction < 0 else 1
        ends = heaps.setdefault((lane, side), [])
        heap = next((h for h, end in enumerate(ends) if x - end >= _STEP), len(ends))
        ends[heap : heap + 1] = [x]
        text = cut(" ".join((_short(days[n], years=years), clean(one.words))), 12, _WIDEST)
        found.append(Mark(one, days[n], x, lane, side, heap, text=text))
    return found


def _short(day: int, *, years: bool) -> str:
    found = date.fromordinal(day)
    return f"{found.day} {MONTHS[found.month - 1]}" + (f" {found.year}" if years else "")


def _tallest(marks: Sequence[Mark], lane: int, side: int) -> int:
    return max((m.heap + 1 for m in marks if (m.lane, m.side) == (lane, side)), default=0)


def settled(marks: Sequence[Mark], lanes: int, top: float) -> tuple[list[float], float]:
    """Give each mark its height and each that has room a row of words; middles of the lanes, and the lower edge."""
    middles, y = [], top
    for lane in range(lanes):
        for side in (1, -1):
            _rowed([m for m in marks if (m.lane, m.side) == (lane, side)])
        room = {
            side: _STEP * _tallest(marks, lane, side)
            + _ROW * max((m.row + 1 for m in marks if (m.lane, m.side) == (lane, side)), default=0)
            for side in (1, -1)
        }
        middles.append(y + room[1] + 14)
        y = middles[-1] + room[-1] + 14
    for mark in marks:
        mark.y = middles[mark.lane] - mark.side * (8 + _STEP * mark.heap)
        if not mark.event.direction and not mark.heap:
            mark.y = middles[mark.lane]
    return middles, y


def _rowed(marks: Sequence[Mark]) -> None:
    """Rows for words, nearest the lane first, so that neither words nor the lines to them cross words."""
    held: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (-m.event.weight, not m.event.direction, -m.at, -m.heap)):
        for back, row in product((False, True), range(_ROWS)):
            mark.back = back
            if _free(mark, row, held):
                mark.row = row
                held.append(mark)
                break


def _free(mark: Mark, row: int, held: Sequence[Mark]) -> bool:
    """Whether the words of a mark may stand in a row beside those that stand already."""
    start, end = mark.span
    if start < LEFT - 4 or end > RIGHT + 16:
        return False
    return all(
        (other.row != row or end + 6 <= other.span[0] or other.span[1] + 6 <= start)
        and (other.row >= row or not other.span[0] - 3 < mark.x < other.span[1] + 3)
        and (other.row <= row or not start - 3 < other.x < end + 3)
        for other in held
    )


def baseline(mark: Mark, middles: Sequence[float], marks: Sequence[Mark]) -> float:
    """Where the words of a mark stand, beyond all marks of its side of the lane."""
    far = 10 + _STEP * _tallest(marks, mark.lane, mark.side) + _ROW * mark.row
    return middles[mark.lane] - far - 1 if mark.side > 0 else middles[mark.lane] + far + 11

"""Who did what when: a lane for each actor, steps up and steps back on a true scale of days, answers, and clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Scale, Steps
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of, wrap
from countermeasure.io.pictures.frame import Frame, draw_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Clock", "Moment", "timeline_picture"]

UP, BACK = 6, 2
"""Places in the palette of a step up and of a step back; shape and side of the lane tell them apart as well."""
LANES = 6
"""Actors with a lane of their own; the rest share one."""
_LEFT, _RIGHT = 118.0, WIDE - 22
_STEP, _ROW = 12.0, 16.0
"""Height of a mark in a heap, and of a row of words."""
_ROWS = 5
"""Rows of words on either side of a lane."""
_WIDEST = 190.0
"""Room of the words of an event."""
_RUNS = 'fill-opacity=".28" rx="2"'


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
class _Mark:
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


def timeline_picture(title: str, events: Sequence[Moment], *, clocks: Sequence[Clock] = ()) -> str:
    """Draw events by day, a lane for each actor.

    Args:
        title: What the picture says.
        events: In any order; they are drawn by day.
        clocks: Bars below the lanes.

    Returns:
        An SVG document. Words that would lie on others are left out of the sheet, not of what shows under the pointer;
        a remark tells how many.

    Raises:
        InputError: If a day is no date, or a clock ends before it starts.
    """
    days = [_day(one.day, f"event {clean(one.words)!r}") for one in events]
    spans = [_span(clock) for clock in clocks]
    if not events and not clocks:
        return empty(title, "There are no events to draw.")
    steps = _steps(*_ends(days, spans))
    scale = Scale(float(steps.values[0]), float(steps.values[-1]), _LEFT + 10, _RIGHT - 10)
    lanes, others = _lanes(events)
    marks = _marks(events, days, scale, lanes)
    sheet = Canvas(title)
    top = _key(sheet, sheet.heading() + 20, events, bool(clocks)) + 10
    middles, bottom = _settled(marks, len(lanes), top)
    foot = bottom + 12 + 22 * len(clocks)
    frame = Frame(_LEFT, top, _RIGHT, foot, scale, scale, ())
    ticks = [(scale.at(value), words, below) for value, words, below in steps.ticks(_RIGHT - _LEFT)]
    for x, _, _ in ticks:
        sheet.line(x, top, x, foot, "cm-grid")
    draw_ticks(sheet, frame, ticks)
    for name, y in zip(lanes, middles, strict=True):
        sheet.line(_LEFT, y, _RIGHT, y, "cm-axis")
        lines = wrap(name, 13, _LEFT - 32, bold=True, most=2)
        for n, line in enumerate(lines):
            sheet.text(20, y + 4.5 + 16 * (n - (len(lines) - 1) / 2), line, 13, bold=True)
    answered = _answers(sheet, marks)
    for mark in marks:
        if mark.row >= 0:
            sheet.line(mark.x, mark.y - 5 * mark.side, mark.x, _baseline(mark, middles, marks) - 4 + 3 * mark.side, "cm-grid")
    for mark in marks:
        _draw(sheet, mark)
    for mark in marks:
        if mark.row >= 0:
            x = mark.x - 3 if mark.back else mark.x + 3
            y = _baseline(mark, middles, marks)
            sheet.text(x, y, mark.text, 12, "cm-ink", anchor="end" if mark.back else "start", halo=True)
    for n, (clock, span) in enumerate(zip(clocks, spans, strict=True)):
        _clock(sheet, clock, span, scale, bottom + 12 + 22 * n)
    notes = [f"The lane of others holds {len(others)} actors: {', '.join(others)}."] if others else []
    mute = sum(mark.row < 0 for mark in marks)
    if mute:
        notes.append(f"{mute} of {len(marks)} events have no room for words; they show under the pointer.")
    if answered:
        notes.append(f"Answers to events that are not in the picture: {answered}.")
    sheet.height = sheet.notes(notes, foot + 40) + 18
    return sheet.finish(_said(marks, lanes, clocks, scale, notes))


def _day(label: object, what: str) -> int:
    """Ordinal of a day."""
    steps = Steps.of([label])
    if steps.kind != "day":
        raise InputError(f"{what}: {clean(label)!r} is no day", code="bad_day", cure="Write days as 2025-10-09.")
    return int(steps.values[0])


def _span(clock: Clock) -> tuple[int, int | None]:
    what = f"clock {clean(clock.words)!r}"
    start = _day(clock.start, what)
    end = _day(clock.end, what) if clock.end else None
    if end is not None and end < start:
        raise InputError(f"{what} ends on {clock.end}, before it starts on {clock.start}", code="bad_span")
    return start, end


def _ends(days: Sequence[int], spans: Sequence[tuple[int, int | None]]) -> tuple[int, int]:
    """First and last day of the sheet: those of the events, and of clocks as far as they leave the events room."""
    running = [day for span in spans for day in span if day is not None]
    if not days:
        return min(running), max(running)
    first, last = min(days), max(days)
    more = max((last - first) // 6, 14)
    return max(min([first, *running]), first - more), min(max([last, *running]), last + more)


def _steps(first: int, last: int) -> Steps:
    """Even steps of days from first to last, so that ticks are evenly apart."""
    if last == first:
        first, last = max(first - 1, 1), min(last + 1, date.max.toordinal())
    places = range(first, last + 1) if last - first < 75 else (first, last)
    return Steps.of([date.fromordinal(n).isoformat() for n in places])


def _lanes(events: Sequence[Moment]) -> tuple[list[str], list[str]]:
    """Lanes in the order in which actors first appear, and the actors that share the last."""
    counts: dict[str, int] = {}
    for one in events:
        counts[clean(one.actor) or "nobody"] = counts.get(clean(one.actor) or "nobody", 0) + 1
    names = list(counts)
    if len(names) <= LANES:
        return names, []
    kept = set(sorted(names, key=lambda n: (-counts[n], names.index(n)))[: LANES - 1])
    return [*(n for n in names if n in kept), "others"], [n for n in names if n not in kept]


def _marks(events: Sequence[Moment], days: Sequence[int], scale: Scale, lanes: Sequence[str]) -> list[_Mark]:
    """Marks by day; those of one side of a lane that would lie on each other are heaped away from the line."""
    found: list[_Mark] = []
    heaps: dict[tuple[int, int], list[float]] = {}
    for n in sorted(range(len(events)), key=lambda n: (days[n], n)):
        one, x = events[n], scale.at(days[n])
        name = clean(one.actor) or "nobody"
        lane = lanes.index(name) if name in lanes else len(lanes) - 1
        side = -1 if one.direction < 0 else 1
        ends = heaps.setdefault((lane, side), [])
        heap = next((h for h, end in enumerate(ends) if x - end >= _STEP), len(ends))
        ends[heap : heap + 1] = [x]
        text = cut(" ".join((_short(days[n]), clean(one.words))), 12, _WIDEST)
        found.append(_Mark(one, days[n], x, lane, side, heap, text=text))
    return found


def _short(day: int) -> str:
    found = date.fromordinal(day)
    return f"{found.day} {found:%b}"


def _tallest(marks: Sequence[_Mark], lane: int, side: int) -> int:
    return max((m.heap + 1 for m in marks if (m.lane, m.side) == (lane, side)), default=0)


def _settled(marks: Sequence[_Mark], lanes: int, top: float) -> tuple[list[float], float]:
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


def _rowed(marks: Sequence[_Mark]) -> None:
    """Rows for words, nearest the lane first, so that neither words nor the lines to them cross words."""
    held: list[_Mark] = []
    for mark in sorted(marks, key=lambda m: (-m.event.weight, not m.event.direction, -len(m.event.answers), m.at)):
        for row, back in ((row, back) for row in range(_ROWS) for back in (False, True)):
            mark.back = back
            if _free(mark, row, held):
                mark.row = row
                held.append(mark)
                break


def _free(mark: _Mark, row: int, held: Sequence[_Mark]) -> bool:
    """Whether the words of a mark may stand in a row beside those that stand already."""
    start, end = mark.span
    if start < _LEFT - 4 or end > _RIGHT + 16:
        return False
    return all(
        (other.row != row or end + 6 <= other.span[0] or other.span[1] + 6 <= start)
        and (other.row >= row or not other.span[0] - 3 < mark.x < other.span[1] + 3)
        and (other.row <= row or not start - 3 < other.x < end + 3)
        for other in held
    )


def _baseline(mark: _Mark, middles: Sequence[float], marks: Sequence[_Mark]) -> float:
    far = 10 + _STEP * _tallest(marks, mark.lane, mark.side) + _ROW * mark.row
    return middles[mark.lane] - far - 1 if mark.side > 0 else middles[mark.lane] + far + 11


def _draw(sheet: Canvas, mark: _Mark) -> None:
    one, x, y = mark.event, mark.x, mark.y
    kind = "step up" if one.direction > 0 else "step back" if one.direction < 0 else "neither"
    says = f"{date.fromordinal(mark.at).isoformat()}, {clean(one.actor)}, {kind}: {clean(one.words)}"
    if one.direction > 0:
        sheet.path(f"M {x - 5.5:.1f} {y + 4.5:.1f} h 11 l -5.5 -9.5 Z", f"cm-f{UP} cm-part", says=says)
    elif one.direction < 0:
        sheet.path(f"M {x - 5.5:.1f} {y - 4.5:.1f} h 11 l -5.5 9.5 Z", f"cm-f{BACK} cm-part", says=says)
    else:
        sheet.dot(x, y, 4.5, "cm-soft cm-part", says=says)


def _answers(sheet: Canvas, marks: Sequence[_Mark]) -> int:
    """Draw a thread from each event to what answers it; returns how many have no beginning here."""
    by_id: Mapping[str, _Mark] = {m.event.id: m for m in marks if m.event.id}
    lost = 0
    for mark in marks:
        for name in mark.event.answers:
            cause = by_id.get(name)
            if cause is None:
                lost += 1
                continue
            says = f"{clean(mark.event.words)} answers {clean(cause.event.words)} after {mark.at - cause.at} days"
            side = 1 if mark.x >= cause.x else -1
            reach = max(abs(mark.x - cause.x) * 0.5, 14.0) * side
            lift = 26.0 * mark.side if mark.lane == cause.lane else 0.0
            x1, x2 = min(cause.x + reach, _RIGHT), max(mark.x - reach, 1.0)
            way = (
                f"M {cause.x:.1f} {cause.y:.1f} C {x1:.1f} {cause.y - lift:.1f} "
                f"{x2:.1f} {mark.y - lift:.1f} {mark.x:.1f} {mark.y:.1f}"
            )
            sheet.path(way, "cm-none cm-axis", says=says, more='stroke-opacity=".75"')
    return lost


def _clock(sheet: Canvas, clock: Clock, span: tuple[int, int | None], scale: Scale, y: float) -> None:
    """Draw a clock as a bar with its words in it or beside it."""
    start, end = span
    x1, x2 = scale.at(start), _RIGHT if end is None or end > scale.high else scale.at(end)
    until = "no end given" if end is None else f"to {date.fromordinal(end).isoformat()}"
    words = f"{clean(clock.words)}, {until}"
    wide = max(x2 - x1, 2.0)
    sheet.rect(x1, y + 2, wide, 15, "cm-f9", says=f"{words}, from {date.fromordinal(start).isoformat()}", more=_RUNS)
    if start >= scale.low:
        sheet.line(x1, y + 2, x1, y + 17, "cm-axis")
    if end is not None and end <= scale.high:
        sheet.line(x1 + wide, y + 2, x1 + wide, y + 17, "cm-axis")
    room = width_of(words, 12) + 8
    if room <= wide or (x1 + wide + room > _RIGHT and x1 - room < 20):
        sheet.text(x1 + 5, y + 13.5, cut(words, 12, max(_RIGHT - x1 - 8, 40)), 12, "cm-ink")
    elif x1 + wide + room <= _RIGHT:
        sheet.text(x1 + wide + 5, y + 13.5, words, 12, "cm-ink", halo=True)
    else:
        sheet.text(x1 - 5, y + 13.5, words, 12, "cm-ink", anchor="end", halo=True)


def _key(sheet: Canvas, y: float, events: Sequence[Moment], clocks: bool) -> float:
    """Write what the shapes mean; returns the lower edge."""
    x = 20.0
    seen = {(e.direction > 0) - (e.direction < 0) for e in events}
    parts = [(1, "step up"), (-1, "step back"), (0, "neither")]
    for sign, words in ((s, w) for s, w in parts if s in seen):
        if sign:
            up = sign > 0
            tip = f"M {x:.1f} {y - (0 if up else 9):.1f} h 11 l -5.5 {'-9.5' if up else '9.5'} Z"
            sheet.path(tip, f"cm-f{UP if up else BACK}")
        else:
            sheet.dot(x + 5.5, y - 4, 4.5, "cm-soft")
        sheet.text(x + 18, y, words, 12, "cm-soft")
        x += 38 + width_of(words, 12)
    if any(e.answers for e in events):
        sheet.path(f"M {x:.1f} {y - 1:.1f} c 8 -8 14 -8 22 0", "cm-none cm-axis")
        sheet.text(x + 28, y, "answers", 12, "cm-soft")
        x += 48 + width_of("answers", 12)
    if clocks:
        sheet.rect(x, y - 10, 22, 12, "cm-f9", more=_RUNS)
        sheet.text(x + 28, y, "runs", 12, "cm-soft")
    return y + 6


def _said(marks: Sequence[_Mark], lanes: Sequence[str], clocks: Sequence[Clock], scale: Scale, notes: Sequence[str]) -> str:
    """The picture in sentences: how many steps of each kind, the first and the last, the clocks."""
    first, last = (date.fromordinal(round(v)).isoformat() for v in (scale.low, scale.high))
    said = [f"From {first} to {last}."]
    for place, name in enumerate(lanes):
        own = [m for m in marks if m.lane == place]
        up, back = sum(m.event.direction > 0 for m in own), sum(m.event.direction < 0 for m in own)
        said.append(f"{name}: {len(own)} events, {up} up, {back} back; last {_named(own[-1])}.")
    said += [f"{clean(c.words)}: {clean(c.start)} to {clean(c.end) or 'open'}." for c in clocks]
    return " ".join((*said, *notes))


def _named(mark: _Mark) -> str:
    return f"{clean(mark.event.words)} on {date.fromordinal(mark.at).isoformat()}"

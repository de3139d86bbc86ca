"""Who did what when: a lane for each actor, steps up and steps back on a true scale of days, answers, and clocks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Scale, Steps
from countermeasure.io.pictures.canvas import Canvas, clean, cut, empty, width_of, wrap
from countermeasure.io.pictures.frame import Frame, draw_ticks
from countermeasure.io.pictures.lanes import LEFT, RIGHT, actors_of, baseline, marks_of, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.io.pictures.lanes import Clock, Mark, Moment

__all__ = ["timeline_picture"]

UP, BACK = 6, 2
"""Places in the palette of a step up and of a step back; shape and side of the lane tell them apart as well."""
_RUNS = 'fill-opacity=".28" rx="2"'
"""Look of a clock."""


def timeline_picture(title: str, events: Sequence[Moment], *, clocks: Sequence[Clock] = (), notes: Sequence[str] = ()) -> str:
    """Draw events by day, a lane for each actor.

    Args:
        title: What the picture says.
        events: In any order; they are drawn by day.
        clocks: Bars below the lanes.
        notes: Remarks below the picture.

    Returns:
        An SVG document. Words that would lie on others are left out of the sheet, not of what shows under the pointer;
        a remark tells how many.

    Raises:
        InputError: If a day is no date, or a clock ends before it starts.
    """
    days = [_day(one.day, f"event {clean(one.words)!r}") for one in events]
    spans = [_span(clock) for clock in clocks]
    if not events and not clocks:
        return empty(title, " ".join(("There are no events to draw.", *notes)))
    steps = _steps(*_ends(days, spans))
    scale = Scale(float(steps.values[0]), float(steps.values[-1]), LEFT + 10, RIGHT - 10)
    lanes, others = actors_of(events)
    marks = marks_of(events, days, scale, lanes)
    sheet = Canvas(title)
    top = _key(sheet, sheet.heading() + 20, events, bool(clocks)) + 10
    middles, bottom = settled(marks, len(lanes), top)
    foot = bottom + 12 + 22 * len(clocks)
    frame = Frame(LEFT, top, RIGHT, foot, scale, scale, ())
    ticks = [(scale.at(value), words, below) for value, words, below in steps.ticks(RIGHT - LEFT)]
    for x, _, _ in ticks:
        sheet.line(x, top, x, foot, "cm-grid")
    draw_ticks(sheet, frame, ticks)
    for name, y in zip(lanes, middles, strict=True):
        sheet.line(LEFT, y, RIGHT, y, "cm-axis")
        lines = wrap(name, 13, LEFT - 32, bold=True, most=2)
        for n, line in enumerate(lines):
            sheet.text(20, y + 4.5 + 16 * (n - (len(lines) - 1) / 2), line, 13, bold=True)
    lost = _answers(sheet, marks)
    for mark in marks:
        if mark.row >= 0:
            sheet.line(mark.x, mark.y - 5 * mark.side, mark.x, baseline(mark, middles, marks) - 4 + 3 * mark.side, "cm-grid")
    for mark in marks:
        _draw(sheet, mark)
    for mark in marks:
        if mark.row >= 0:
            x = mark.x - 3 if mark.back else mark.x + 3
            y = baseline(mark, middles, marks)
            sheet.text(x, y, mark.text, 12, "cm-ink", anchor="end" if mark.back else "start", halo=True)
    for n, (clock, span) in enumerate(zip(clocks, spans, strict=True)):
        _clock(sheet, clock, span, scale, bottom + 12 + 22 * n)
    remarks = [*notes]
    remarks += [f"The lane of others holds {len(others)} actors: {', '.join(others)}."] if others else []
    mute = sum(mark.row < 0 for mark in marks)
    if mute:
        remarks.append(f"Events without room for words, which show under the pointer: {mute} of {len(marks)}.")
    if lost:
        remarks.append(f"Answers to events that are not in the picture: {lost}.")
    sheet.height = sheet.notes(remarks, foot + 40) + 18
    return sheet.finish(_said(marks, lanes, clocks, scale, remarks))


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


def _draw(sheet: Canvas, mark: Mark) -> None:
    one, x, y = mark.event, mark.x, mark.y
    kind = "step up" if one.direction > 0 else "step back" if one.direction < 0 else "neither"
    says = f"{date.fromordinal(mark.at).isoformat()}, {clean(one.actor)}, {kind}: {clean(one.words)}"
    if one.direction > 0:
        sheet.path(f"M {x - 5.5:.1f} {y + 4.5:.1f} h 11 l -5.5 -9.5 Z", f"cm-f{UP} cm-part", says=says)
    elif one.direction < 0:
        sheet.path(f"M {x - 5.5:.1f} {y - 4.5:.1f} h 11 l -5.5 9.5 Z", f"cm-f{BACK} cm-part", says=says)
    else:
        sheet.dot(x, y, 4.5, "cm-soft cm-part", says=says)


def _answers(sheet: Canvas, marks: Sequence[Mark]) -> int:
    """Draw a thread from each event to what answers it; returns how many have no beginning here."""
    by_id: Mapping[str, Mark] = {m.event.id: m for m in marks if m.event.id}
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
            x1, x2 = min(cause.x + reach, RIGHT), max(mark.x - reach, 1.0)
            way = (
                f"M {cause.x:.1f} {cause.y:.1f} C {x1:.1f} {cause.y - lift:.1f} "
                f"{x2:.1f} {mark.y - lift:.1f} {mark.x:.1f} {mark.y:.1f}"
            )
            sheet.path(way, "cm-none cm-axis", says=says, more='stroke-opacity=".75"')
    return lost


def _clock(sheet: Canvas, clock: Clock, span: tuple[int, int | None], scale: Scale, y: float) -> None:
    """Draw a clock as a bar with its words in it or beside it; words alone where it runs before or after the sheet."""
    start, end = span
    x1, x2 = scale.at(start), RIGHT if end is None or end > scale.high else scale.at(end)
    until = "no end given" if end is None else f"to {date.fromordinal(end).isoformat()}"
    words = f"{clean(clock.words)}, {until}"
    later = start > scale.high
    if later or (end is not None and end < scale.low):
        words = cut(f"{clean(clock.words)}, from {date.fromordinal(start).isoformat()} {until}", 12, RIGHT - LEFT - 20)
        at, anchor = (RIGHT, "end") if later else (LEFT, "start")
        sheet.text(at, y + 13.5, f"{words} →" if later else f"← {words}", 12, "cm-soft", anchor=anchor, halo=True)
        return
    wide = max(x2 - x1, 2.0)
    sheet.rect(x1, y + 2, wide, 15, "cm-f9", says=f"{words}, from {date.fromordinal(start).isoformat()}", more=_RUNS)
    if start >= scale.low:
        sheet.line(x1, y + 2, x1, y + 17, "cm-axis")
    if end is not None and end <= scale.high:
        sheet.line(x1 + wide, y + 2, x1 + wide, y + 17, "cm-axis")
    room = width_of(words, 12) + 8
    if room <= wide or (x1 + wide + room > RIGHT and x1 - room < 20):
        sheet.text(x1 + 5, y + 13.5, cut(words, 12, max(RIGHT - x1 - 8, 40)), 12, "cm-ink")
    elif x1 + wide + room <= RIGHT:
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


def _said(marks: Sequence[Mark], lanes: Sequence[str], clocks: Sequence[Clock], scale: Scale, notes: Sequence[str]) -> str:
    """The picture in sentences: how many steps of each kind, the first and the last, the clocks."""
    first, last = (date.fromordinal(round(v)).isoformat() for v in (scale.low, scale.high))
    said = [f"From {first} to {last}."]
    for place, name in enumerate(lanes):
        own = [m for m in marks if m.lane == place]
        up, back = sum(m.event.direction > 0 for m in own), sum(m.event.direction < 0 for m in own)
        said.append(f"{name}: {len(own)} events, {up} up, {back} back; last {_named(own[-1])}.")
    said += [f"{clean(c.words)}: {clean(c.start)} to {clean(c.end) or 'open'}." for c in clocks]
    return " ".join((*said, *notes))


def _named(mark: Mark) -> str:
    return f"{clean(mark.event.words)} on {date.fromordinal(mark.at).isoformat()}"

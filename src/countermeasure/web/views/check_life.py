"""How the duty of a line went, from each day of change to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import NotFoundError
from countermeasure.io.duty_words import READING_WORDS
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer
from countermeasure.web.views.check import shown
from countermeasure.web.views.check_line import duty_stamp, line_fields, read_line
from countermeasure.web.views.check_query import FaultyQuestionError, Question, question_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.duty.answer import LineAnswer
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.duty.line import Line

__all__ = ["LifeFound", "Stretch", "answer_life", "router"]

router = APIRouter()
STARTS = ("2018-01-01", "2022-01-27", "2025-01-01", "2026-01-01")
"""First days that are tried: a number may be younger than the book."""
MOST = 150


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the duty stays: rates are fractions, ``None`` where they cannot be told."""

    on: int
    reading: str
    low: float | None
    rate: float | None
    high: float | None
    headings: str


@dataclass(frozen=True, slots=True)
class LifeFound:
    """The duty of a line over time."""

    question: Question
    last: LineAnswer
    steps: tuple[Stretch, ...]
    cut: bool
    today: int
    stamp: Stamp

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "question": dict(self.question.given), "hts": self.last.hts, "origin": self.last.origin, "into": self.last.into,
            "steps": [dict(zip(_COLUMNS, self._row(s), strict=True)) for s in self.steps], "stamp": self.stamp.to_json(),
        }  # fmt: skip

    def sheets(self) -> Sequence[Sheet]:
        """One table."""
        title = "Duty from each day of change on, fractions of the value"
        return [Sheet("life", title, _COLUMNS, tuple(map(self._row, self.steps)))]

    @staticmethod
    def _row(s: Stretch) -> tuple[Any, ...]:
        return (format_day(s.on), READING_WORDS[s.reading], s.low, s.rate, s.high, s.headings)

    @property
    def spec(self) -> dict[str, Any]:
        """The chart: ordinary duty as a step line, the range that open facts leave behind it."""
        end = max(self.today + 200, self.steps[-1].on)
        values = []
        for reading in dict.fromkeys(s.reading for s in self.steps):
            mine = [s for s in self.steps if s.reading == reading]
            stops = [*(s.on for s in mine[1:]), end]
            values += [
                {"from": format_day(s.on), "until": format_day(max(stop, s.on)), "rate": s.rate, "low": s.low, "high": s.high,
                 "reading": READING_WORDS[reading], "headings": s.headings}
                for s, stop in zip(mine, stops, strict=True)
            ]  # fmt: skip
        x = {"field": "from", "type": "temporal", "title": None, "axis": {"grid": False}}
        colour = {"field": "reading", "type": "nominal", "title": None, "legend": {"orient": "top"}}
        rate = {"type": "quantitative", "format": ".1%"}
        day = {"type": "temporal", "format": "%Y-%m-%d"}
        tooltip = [{"field": "from", **day}, {"field": "until", **day}]
        tooltip += [{"field": name, **rate} for name in ("low", "rate", "high")] + [{"field": "headings"}]
        y = {"field": "rate", "type": "quantitative", "title": "duty, % of value", "axis": {"format": "%"}}
        until = {"field": "until"}
        band = {"x": x, "x2": until, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "color": colour}
        line = {"x": x, "x2": until, "y": y, "color": colour, "tooltip": tooltip}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "height": 280,
            "data": {"values": values},
            "layer": [
                {"mark": {"type": "rect", "opacity": 0.18}, "encoding": band},
                {"mark": {"type": "rule", "strokeWidth": 3}, "encoding": line},
                {
                    "data": {"values": [{"day": format_day(self.today)}]},
                    "mark": {"type": "rule", "strokeDash": [2, 3]},
                    "encoding": {"x": {"field": "day", "type": "temporal"}},
                },
            ],
        }


_COLUMNS = ("from", "reading", "rate_low", "rate", "rate_high", "headings")


def answer_life(held: Held, question: Question) -> LifeFound:
    """The duty of a line from 2018, or from the first day on which its number is known, to the last change the book holds.

    Raises:
        FaultyQuestionError: If fields cannot be read, or the number is not known.
    """
    today = held.today()
    return held.answer(("life", *question.about, today), lambda: _lived(held, question, today))


def _lived(held: Held, question: Question, today: int) -> LifeFound:
    engine = held.duty(question.known_on, question.reading, question.scenarios)
    line = read_line(held, question)
    answers = _walk(engine, line)
    if not answers:
        raise FaultyQuestionError({"hts": "This number is in no edition of the schedule held here. Check it."}, status=404)
    steps = []
    readings = dict.fromkeys(one.reading for found in answers for one in found.answers)
    for reading in readings:
        before: tuple[Any, ...] | None = None
        for found in answers:
            one = next((a for a in found.answers if a.reading == reading), found.answers[0])
            now = (one.rate_low, one.rate, one.rate_high, " ".join(c.heading for c in one.components if c.heading))
            if now != before:
                steps.append(Stretch(found.on, reading, *now))
            before = now
    nearest = max((a for a in answers if a.on <= today), key=lambda a: a.on, default=answers[0])
    stamp = replace(duty_stamp(nearest, question), on=today)
    return LifeFound(question, nearest, tuple(steps), len(answers) >= MOST, today, stamp)


def _walk(engine: DutyEngine, line: Line) -> list[LineAnswer]:
    """Answers from day of change to day of change."""
    found: list[LineAnswer] = []
    day: int | None = None
    for start in STARTS:
        try:
            found.append(engine.duty_on(replace(line, on=parse_day(start))))
        except NotFoundError:
            continue
        day = found[0].changes_next
        break
    while day is not None and len(found) < MOST:
        try:
            found.append(engine.duty_on(replace(line, on=day)))
        except NotFoundError:
            break
        day = found[-1].changes_next
    return found


@router.get("/check/life", include_in_schema=False)
def life_page(request: Request, held: HeldIn) -> Response:
    """The duty over time."""
    question = question_of(request.query_params.multi_items(), line_fields(held))
    found = answer_life(held, question)
    title = f"Duty on {found.last.hts} of {found.last.origin} since {format_day(found.steps[0].on)}"
    context = shown(held) | {"path": "/check/life", "given": question.given, "stamp": found.stamp}
    return answer(request, found, "check_life.html", title=title, **context)

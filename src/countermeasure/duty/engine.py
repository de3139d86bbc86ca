"""The door of the duty room: one line in, one answer out."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from countermeasure._version import __version__
from countermeasure.book.compile import compiled_for, compiled_of
from countermeasure.book.compiled import LAST_DAY
from countermeasure.book.load import book_hash, shipped_data
from countermeasure.book.model import Reading
from countermeasure.codes.country import country, origin_index
from countermeasure.codes.hts import HtsCode, parse_hts
from countermeasure.duty.answer import Answer, LineAnswer, percent
from countermeasure.duty.explain import Case, explain
from countermeasure.duty.reach import Reaches
from countermeasure.duty.schedule import Schedule
from countermeasure.duty.solve import alternatives, solve
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.load import Book
    from countermeasure.codes.yamltext import Loaded
    from countermeasure.duty.line import Line
    from countermeasure.duty.reach import Reach
    from countermeasure.duty.solve import Alternatives, Solution

TERRITORIES = ("US", "CN")
"""Customs territories of import that the book covers."""


class DutyEngine:
    """A book and a schedule, ready to price lines.

    Args:
        folder: Book folder; ``None`` for the shipped book.
        scenarios: Files or folders of more instruments, or those that were read already.
        known_on: Epoch day of knowledge; ``None`` for all that the book holds.
        readings: Readings to answer under.
        schedule: Schedule for goods entering the United States; ``None`` for the shipped one.
        book: A book that was read already, in place of a folder and scenarios.
    """

    def __init__(
        self,
        folder: Path | None = None,
        scenarios: Sequence[Path | Loaded] = (),
        known_on: int | None = None,
        readings: Sequence[Reading] = (Reading.TEXT, Reading.ANNOUNCED),
        schedule: Schedule | None = None,
        book: Book | None = None,
    ) -> None:
        self.folder = folder
        self.scenarios = tuple(scenarios)
        self.known_on = known_on
        self.readings = tuple(readings)
        self.book = book
        self._schedule = schedule
        self._digest: str | None = None
        self._compiled: dict[tuple[str, Reading], Compiled] = {}
        self._reaches = Reaches()

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> DutyEngine:
        """The engine on the shipped book, with all knowledge and both readings."""
        return DutyEngine()

    @property
    def us_schedule(self) -> Schedule:
        """The tariff schedule of the United States."""
        if self._schedule is None:
            self._schedule = Schedule.shipped()
        return self._schedule

    def schedule(self, into: str) -> Schedule | None:
        """The schedule of a customs territory, or ``None`` where none is held."""
        return self.us_schedule if into == "US" else None

    def compiled(self, into: str, reading: Reading) -> Compiled:
        """The compiled book for a destination and a reading."""
        key = (into, reading)
        if key not in self._compiled and self.book is not None:
            self._compiled[key] = compiled_of(self.book, into, self.known_on, reading)
        if key not in self._compiled:
            if self._digest is None:
                self._digest = book_hash(self.folder or shipped_data())
            self._compiled[key] = compiled_for(self.folder, self.scenarios, into, self.known_on, reading, self._digest)
        return self._compiled[key]

    def duty_on(self, line: Line) -> LineAnswer:
        """Price one line and explain it.

        Raises:
            CodeError: If number or origin cannot be read.
            NotFoundError: If no line of the schedule of that day bears the number, or the destination is not covered.
        """
        if line.into not in TERRITORIES:
            raise NotFoundError(
                f"no book of duties for goods entering {line.into!r}",
                code="unknown_destination",
                cure=f"use one of {', '.join(TERRITORIES)}",
            )
        code = parse_hts(line.hts)
        case = Case(line, code, country(line.origin).iso2)
        answers = self._answers(case)
        notes = ("a leading zero was restored; Excel drops it from numbers",) if code.repaired else ()
        schedule = self.schedule(line.into)
        return LineAnswer(
            line_id=line.line_id,
            hts=code.dotted,
            description=_described(schedule, code, line.on),
            origin=case.origin,
            on=line.on,
            known_on=self.known_on,
            into=line.into,
            value_usd=line.value_usd,
            book_version=__version__,
            book_hash=self.compiled(line.into, self.readings[0]).book_hash,
            answers=tuple(answers),
            notes=notes,
        )

    def _answers(self, case: Case) -> list[Answer]:
        """The answer of the first reading, then those of others that differ; what must be alike is not computed."""
        answers: list[Answer] = []
        first: tuple[object, ...] = ()
        for reading in self.readings:
            compiled = self.compiled(case.line.into, reading)
            found = alternatives(case.code, case.line.on, compiled, self.schedule(case.line.into))
            reaches = [self._reaches.of(compiled, one.goods, origin_index(case.origin)) for one in found[0]]
            life = tuple((one.codes, one.row, reach.life) for one, reach in zip(found[0], reaches, strict=True))
            if answers and life == first and not found[1]:
                continue
            answer = self._answer(case, compiled, found, reaches)
            if not answers or _differs(answers[0], answer):
                answers.append(answer)
            first = first or life
        return answers

    def _answer(self, case: Case, compiled: Compiled, found: Alternatives, reaches: Sequence[Reach]) -> Answer:
        schedule = self.schedule(case.line.into)
        solution = solve(case.line, case.code, case.origin, case.line.on, compiled, schedule, found)
        return explain(case, solution, compiled, schedule, reaches[0], self._next_change(case, solution, compiled, reaches))

    def _next_change(self, case: Case, now: Solution, compiled: Compiled, reaches: Sequence[Reach]) -> tuple[int | None, str]:
        """First later day on which totals or provisions differ, and what they are then.

        A day on which the number means the same lines and the kernel finds the same clauses in scope is not settled again.
        """
        line, schedule = case.line, self.schedule(case.line.into)
        lines = set() if schedule is None else _schedule_days(schedule, case.code)
        days = sorted(d for d in lines.union(*(reach.days for reach in reaches)) if d > line.on)
        found = tuple(outcome.alternative for outcome in now.outcomes), now.suffix_unknown
        steady_until = _steady_until(case.code, found, lines, line.on)
        digest = now.digest()
        signs = [reach.sign(line.on) for reach in reaches]
        for day in days:
            try:
                then_found = found if day < steady_until else alternatives(case.code, day, compiled, schedule)
                if then_found == found and [reach.sign(day) for reach in reaches] == signs:
                    continue
                then = solve(line, case.code, case.origin, day, compiled, schedule, then_found)
            except NotFoundError:
                return day, "the number is discontinued"
            if then.digest() != digest:
                same = then.digest()[:3] == digest[:3]
                return day, _words(then) + (", the same, under other numbers or texts" if same else "")
        return None, ""


def _steady_until(code: HtsCode, found: Alternatives, lines: set[int], day: int) -> int:
    """Day up to which a number certainly means the lines that it means on a day.

    Args:
        code: The number.
        found: What it means.
        lines: Days on which a line under it begins, ends or changes.
        day: The day.
    """
    low, after = code.range10()
    own = not found[1] and all(low <= number < after for one in found[0] for number in one.codes)
    return min((d for d in lines if d > day), default=LAST_DAY) if own else day


def _described(schedule: Schedule | None, code: HtsCode, day: int) -> str:
    if schedule is None:
        return ""
    rows = schedule.children(code.digits, day)
    if len(rows) == 1:
        return schedule.description(int(rows[0]))
    return f"{len(rows)} statistical lines" if len(rows) else ""


def _schedule_days(schedule: Schedule, code: HtsCode) -> set[int]:
    """Days on which a line under a number begins, ends or changes."""
    low, high = code.range10()
    first, last = np.searchsorted(schedule.codes, [low, high])
    return set(schedule.from_day[first:last].tolist()) | set(schedule.until_day[first:last].tolist()) - {2**31 - 1}


def _words(solution: Solution) -> str:
    low, ordinary, high = solution.low, solution.ordinary, solution.high
    if not math.isnan(ordinary) and abs(high - low) < 1e-9:
        return percent(ordinary)
    middle = f", ordinarily {percent(ordinary)}" if not math.isnan(ordinary) else ""
    return f"{percent(low)} to {percent(high)}{middle}"


def _differs(a: Answer, b: Answer) -> bool:
    """Whether two readings differ in what is owed on the day or in when and how it changes."""

    def core(x: Answer) -> tuple[object, ...]:
        rates = tuple(None if r is None else round(r, 9) for r in (x.rate_low, x.rate, x.rate_high))
        return (*rates, tuple(c.provision for c in x.components), x.changes_on, x.changes_to)

    return core(a) != core(b)


def duty_on(line: Line, engine: DutyEngine | None = None) -> LineAnswer:
    """Price one line with the shipped book, or with an engine of your own.

    Example:
        >>> from countermeasure.codes import parse_day
        >>> from countermeasure.duty import Line, duty_on
        >>> line = Line("8505.11.00.70", "CN", parse_day("2026-04-10"), value_usd=10000.0)
        >>> duty_on(line).answers[0].duty_usd
        2710.0
    """
    return (engine or DutyEngine.shipped()).duty_on(line)


__all__ = ["TERRITORIES", "DutyEngine", "duty_on"]

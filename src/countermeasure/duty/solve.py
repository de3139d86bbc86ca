"""Put a line to the kernel: alternatives of a short number, worlds of unknown facts, totals. No words are made here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from countermeasure.book.compile import code_range
from countermeasure.book.kernel import Settled, Sums, add_up, asked, reach, settle
from countermeasure.codes.country import origin_index
from countermeasure.codes.day import parse_day
from countermeasure.codes.hts import HtsCode
from countermeasure.duty.formula import Totals, totals
from countermeasure.duty.line import SHARES, Line
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.plan import Plan
    from countermeasure.duty.rates import Rate
    from countermeasure.duty.schedule import Schedule

Floats = npt.NDArray[np.float64]
MEMO = 20_000
"""Distinct class tuples kept resolved."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One reading of the number: a goods class with its rates in the schedule.

    Attributes:
        code: Ten-digit integer that stands for it.
        row: Row of the schedule, -1 where it has none.
        goods: Goods class.
        codes: All ten-digit integers that are alike.
    """

    code: int
    row: int
    goods: int
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Resolved:
    """A distinct class tuple after the kernel.

    Attributes:
        plan: Plan of the interval.
        inside: Shape (l,). Clauses in whose scope it lies, facts aside.
        regions: Shape (w, facts). Region of each asked fact per world, -1 where not asked.
        settled: The kernel's outcome for w worlds; the first world is the ordinary one.
        totals: Bounds per world, chapter 98 share included.
        schedule: Column 1 and column 2 as fractions of the value.
    """

    plan: Plan
    inside: npt.NDArray[np.bool_]
    regions: npt.NDArray[np.int8]
    settled: Settled
    sums: Sums
    totals: Totals
    schedule: Floats

    @cached_property
    def digest(self) -> tuple[object, ...]:
        """Bounds, ordinary total, and in the ordinary world the duties that apply and the claims that free from one."""
        low, high = float(self.totals.low.min()), float(self.totals.high.max())
        applied = self.settled.applied[0] & self.plan.duty
        told = sorted({*np.flatnonzero(applied).tolist(), *self.useful})
        return low, float(self.totals.ordinary[0]), high, tuple(sorted(self.plan.names[i] for i in told))

    @cached_property
    def useful(self) -> frozenset[int]:
        """Positions of clauses that freed or limited a duty in the ordinary world."""
        found: set[int] = set()
        if self.settled.because is not None:
            on_duties = self.settled.because[0][self.inside & self.plan.duty]
            found |= {int(b) for b in on_duties if b >= 0}
        for position in np.flatnonzero(self.settled.applied[0] & self.plan.duty).tolist():
            found |= {by for by, _ in self.plan.limited_by[position] if self.settled.applied[0, by]}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An alternative and what the kernel made of it."""

    alternative: Alternative
    resolved: Resolved

    @property
    def plan(self) -> Plan:
        """Plan of the interval."""
        return self.resolved.plan

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Shape (l,). Clauses in whose scope it lies, facts aside."""
        return self.resolved.inside

    @property
    def regions(self) -> npt.NDArray[np.int8]:
        """Shape (w, facts). Region of each asked fact per world."""
        return self.resolved.regions

    @property
    def settled(self) -> Settled:
        """The kernel's outcome per world."""
        return self.resolved.settled

    @property
    def sums(self) -> Sums:
        """Sums of rates per world."""
        return self.resolved.sums

    @property
    def totals(self) -> Totals:
        """Totals per world."""
        return self.resolved.totals

    @property
    def schedule(self) -> Floats:
        """Column 1 and column 2 as fractions of the value."""
        return self.resolved.schedule


@dataclass(frozen=True, slots=True)
class Solution:
    """All alternatives of a line on a day.

    Attributes:
        suffix_unknown: The ten-digit number is in no edition held for the day; its eight digits are.
    """

    outcomes: tuple[Outcome, ...]
    suffix_unknown: bool

    @property
    def low(self) -> float:
        """Least total."""
        return min(o.resolved.digest[0] for o in self.outcomes)  # type: ignore[type-var, return-value]

    @property
    def high(self) -> float:
        """Greatest total; NaN where it is unbounded."""
        highs = [float(o.resolved.digest[2]) for o in self.outcomes]  # type: ignore[arg-type]
        return math.nan if any(math.isnan(h) for h in highs) else max(highs)

    @property
    def ordinary(self) -> float:
        """Total in the ordinary world; NaN where the full number decides."""
        first = [float(o.resolved.digest[1]) for o in self.outcomes]  # type: ignore[arg-type]
        told = not any(math.isnan(f) for f in first) and max(first) - min(first) < 1e-12
        return first[0] if told else math.nan

    def digest(self) -> tuple[object, ...]:
        """What must change for the answer to change: totals and provisions that apply."""
        figures = tuple(None if math.isnan(f) else round(f, 9) for f in (self.low, self.ordinary, self.high))
        return (*figures, tuple(o.resolved.digest[3] for o in self.outcomes))


Alternatives = tuple[tuple[Alternative, ...], bool]
"""The lines a number can mean, and whether its suffix is unknown."""


def alternatives(code: HtsCode, day: int, compiled: Compiled, schedule: Schedule | None) -> Alternatives:
    """The lines a number can mean on a day, those that are alike taken together, and whether its suffix is unknown.

    Raises:
        NotFoundError: If no line of the schedule of that day bears the number.
    """
    if schedule is None:
        low, high = code_range(code.digits)
        first, last = np.searchsorted(compiled.points, [low, high - 1], side="right") - 1
        classes = {int(compiled.point_class[i]): int(max(compiled.points[i], low)) for i in range(first, last + 1)}
        return tuple(Alternative(c, -1, g, (c,)) for g, c in classes.items()), False
    rows, unknown = schedule_rows(code, day, schedule, compiled)
    if unknown:
        number = code.to_int10()
        return (Alternative(number, rows[0], int(compiled.goods_class(number)), (number,)),), True
    codes = schedule.codes[rows]
    classes_of = compiled.goods_class(codes)
    groups: dict[tuple[int, int, int], list[int]] = {}
    for i, row in enumerate(rows):
        key = (int(classes_of[i]), int(schedule.general_rate_id[row]), int(schedule.column_2_rate_id[row]))
        groups.setdefault(key, []).append(i)
    found = tuple(
        Alternative(int(codes[g[0]]), int(rows[g[0]]), key[0], tuple(int(codes[i]) for i in g)) for key, g in groups.items()
    )
    return found, False


def schedule_rows(code: HtsCode, day: int, schedule: Schedule, compiled: Compiled) -> tuple[list[int], bool]:
    """Rows of the schedule that a number can mean on a day, and whether only its suffix is unknown for that day.

    A suffix is taken on trust only outside the span of the editions held, and only where another edition or a code list of the
    book names it; its eight digits give the rate then.

    Raises:
        NotFoundError: If no line of that day bears the number; it names near numbers, or the legal line above it.
    """
    if code.is_chapter_98_99:
        raise NotFoundError(
            f"{code.dotted} is a number of chapter {code.chapter}",
            code="chapter_98_99",
            cure="give the number of chapters 1 to 97; claim chapter 98 in the column chapter_98",
        )
    cure = "check the number against the schedule of the day of entry"
    if code.level == 10:
        number = code.to_int10()
        row = int(schedule.lookup(np.array([number]), np.array([day]))[0])
        if row >= 0:
            return [row], False
        padded = _unpadded(code, day, schedule)
        if padded:
            return padded, False
        siblings = schedule.children(code.digits[:8], day).tolist()
        if siblings:
            held = covered(schedule, day)
            rates = {(schedule.general_rate_id[r], schedule.column_2_rate_id[r]) for r in siblings}
            if not held and len(rates) == 1 and (number in schedule.codes or compiled.names(number)):
                return siblings[:1], True
            head = HtsCode(code.digits[:8]).dotted
            cure = f"check the suffix; if it is newer than the editions held, give the eight digits {head}"
    else:
        rows = schedule.children(code.digits, day).tolist()
        if rows:
            return rows, False
    raise NotFoundError(schedule.explain_missing(code.digits, day).message, code="unknown_number", cure=cure)


def _unpadded(code: HtsCode, day: int, schedule: Schedule) -> list[int]:
    """Lines under a number that was filled up with zeros: 4202.92.3100 for 4202.92.31."""
    digits = code.digits
    while digits.endswith("00") and len(digits) > 4:
        digits = digits[:-2]
        rows: list[int] = schedule.children(digits, day).tolist()
        if rows:
            return rows
    return []


def covered(schedule: Schedule, day: int) -> bool:
    """Whether a day lies between the oldest and the newest edition behind the schedule."""
    known = schedule.known_to
    edges = schedule.boundaries()
    return bool(len(edges)) and int(edges[0]) <= day and (known is None or day < parse_day(known))


def solve(
    line: Line,
    code: HtsCode,
    origin: str,
    day: int,
    compiled: Compiled,
    schedule: Schedule | None,
    found: Alternatives | None = None,
) -> Solution:
    """Answer a line in numbers.

    Args:
        line: The line; its own ``on`` is not used.
        code: Its number.
        origin: ISO code of its origin.
        day: Epoch day of entry.
        compiled: The book for its destination.
        schedule: The tariff schedule, or ``None`` where none is held.
        found: What :func:`alternatives` gave for the day, where it was asked already.
    """
    several, unknown = alternatives(code, day, compiled, schedule) if found is None else found
    interval = int(compiled.interval(day))
    place = origin_index(origin)
    known = {**line.shares, **line.facts}
    if line.chapter_98.replace(".", "").startswith("9801"):
        known["chapter_9801"] = 1.0
    facts = tuple(sorted(known.items()))
    shares = tuple(known.get(name, math.nan) for name in SHARES)
    outcomes = []
    for one in several:
        rates = schedule_fractions(line, one.row, schedule)
        case = _Case(interval, one.goods, int(compiled.origin_class[place]), rates, facts, shares, line.dutiable_share)
        outcomes.append(Outcome(one, _settled(compiled, case, place)))
    return Solution(tuple(outcomes), unknown)


class _Case(NamedTuple):
    """A distinct class tuple: all that the outcome depends on."""

    interval: int
    goods: int
    origin_class: int
    rates: tuple[float, float]
    facts: tuple[tuple[str, float], ...]
    shares: tuple[float, ...]
    part: float | None


def _settled(compiled: Compiled, case: _Case, place: int) -> Resolved:
    """Resolve a distinct class tuple, once."""
    key = tuple(str(part) for part in case[3:]) + case[:3]
    memo: dict[Any, Any] = compiled.resolved
    if key in memo:
        kept: Resolved = memo[key]
        return kept
    plan = compiled.plan(case.interval)
    known = {f.id: f.region(value) for name, value in case.facts for f in plan.facts if f.id == name}
    inside = in_scope(compiled, case.interval, case.goods, place)
    atoms, regions = plan.worlds(int(asked(plan, inside)[0]), known)
    n = len(atoms)
    settled = settle(plan, np.repeat(inside, n, axis=0), atoms, explain=True)
    sums = add_up(plan, settled.applied)
    rates, shares = np.array([case.rates]), np.array([case.shares])
    total = totals(sums, np.repeat(rates, n, axis=0), np.repeat(shares, n, axis=0))
    if case.part != 1.0:
        total = _partly(total, case.part)
    resolved = Resolved(plan, inside[0], regions, settled, sums, total, rates[0])
    _keep(compiled, key, resolved)
    return resolved


def in_scope(compiled: Compiled, interval: int, goods: int, place: int) -> npt.NDArray[np.bool_]:
    """Clauses in whose scope a goods class of an origin lies in an interval, shape (1, l); shared, not to be changed."""
    key = ("scope", interval, goods, int(compiled.origin_class[place]))
    found: npt.NDArray[np.bool_] | None = compiled.resolved.get(key)
    if found is None:
        found = reach(compiled, compiled.plan(interval), np.array([goods], np.int32), np.array([place], np.int32))
        _keep(compiled, key, found)
    return found


def _keep(compiled: Compiled, key: object, value: object) -> None:
    if len(compiled.resolved) >= MEMO:
        compiled.resolved.clear()
    compiled.resolved[key] = value


def _partly(total: Totals, part: float | None) -> Totals:
    if part is None:
        nothing = np.full_like(total.low, np.nan)
        return Totals(np.zeros_like(total.low), nothing, total.high)
    return Totals(total.low * part, total.ordinary * part, total.high * part)


def schedule_fractions(line: Line, row: int, schedule: Schedule | None) -> tuple[float, float]:
    """Column 1 and column 2 as fractions of the value; NaN where a quantity is missing or the text is no formula."""
    if schedule is None or row < 0:
        return math.nan, math.nan
    first, second = (_fraction(schedule.rate(row, column), line.value_usd, line.quantities) for column in (1, 2))
    return first, second


def _fraction(rate: Rate, value_usd: float | None, quantities: Mapping[str, float]) -> float:
    if not rate.computable:
        return float("nan")
    if not rate.specific:
        return rate.ad_valorem
    if not value_usd:
        return float("nan")
    amount = rate.duty(value_usd, quantities)
    return float("nan") if amount.missing else rate.ad_valorem + amount.specific_usd / value_usd

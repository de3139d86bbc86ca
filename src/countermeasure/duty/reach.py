"""What of a compiled book can ever touch a goods class of an origin, so that a line is not settled where nothing differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.model import ALWAYS, DAY, NEVER
from countermeasure.duty.solve import in_scope

if TYPE_CHECKING:
    from collections.abc import Hashable

    from countermeasure.book.compiled import Clause, Compiled

Longs = npt.NDArray[np.int64]
KEPT = 5_000
"""Pairs of a goods class and an origin class kept in hand."""


@dataclass(frozen=True)
class Reach:
    """Clauses in whose scope a goods class of an origin lies, on some day.

    Attributes:
        compiled: The book.
        goods: Goods class.
        place: An origin, as index in ``ORIGINS``; those that no selector tells apart share a reach.
        numbers: Per clause of the book, the number of what it says.
        spans: Shape (k, 4). First instant, instant after, clause, and number of what the clause says; a span is a stretch of
            the clause's life in which its lists hold both goods and origin, ordered by clause and instant.
        living: Shape (k,). Whether the clause of the span is not suspended.
        days: Days on which a clause that is not suspended, or its scope, begins, ends or changes.
        ever: Clauses that are in reach on some day, whether or not they live then.
    """

    compiled: Compiled
    goods: int
    place: int
    numbers: Longs
    spans: Longs
    living: npt.NDArray[np.bool_]
    days: tuple[int, ...]
    ever: frozenset[int]
    _signs: dict[int, bytes] = field(default_factory=dict, repr=False, compare=False)

    def suspended(self, day: int) -> list[int]:
        """Clauses that are suspended on a day and would reach the pair, ascending."""
        here = (self.spans[:, 0] < (day + 1) * DAY) & (self.spans[:, 1] > day * DAY) & ~self.living
        return [int(c) for c in self.spans[here, 2]]

    def sign(self, day: int) -> bytes:
        """What the clauses say that can apply on a day, and at which minutes; days with one sign are settled alike."""
        interval = int(self.compiled.interval(day))
        if interval not in self._signs:
            self._signs[interval] = self._sign(interval)
        return self._signs[interval]

    def _sign(self, interval: int) -> bytes:
        plan = self.compiled.plan(interval)
        inside = in_scope(self.compiled, interval, self.goods, self.place)[0].copy()
        for position in np.flatnonzero(inside).tolist():  # in settling order: what hangs on nothing in scope cannot apply
            given = plan.given[position]
            inside[position] = given is None or inside[list(given)].any()
        clauses = plan.clauses[inside]
        midnight = int(self.compiled.days[interval]) * DAY
        lives = np.array([(self.compiled.clauses[i].start, self.compiled.clauses[i].end) for i in clauses], np.int64)
        minutes = np.clip(lives.reshape(-1, 2) - midnight, 0, DAY)
        rows = np.column_stack([self.numbers[clauses], minutes])
        return rows[np.lexsort(rows.T[::-1])].tobytes()

    @cached_property
    def life(self) -> bytes:
        """What the clauses say, and when; books in which a pair has one life answer alike on every day."""
        rows = self.spans[self.living][:, [3, 0, 1]]
        return rows[np.lexsort(rows.T[::-1])].tobytes() + repr(self.days).encode()


class Reaches:
    """Makes the reach of pairs, each once. What clauses say is numbered alike over all books that it is asked for."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._tables: dict[int, _Table] = {}
        self._made: dict[tuple[int, int, int], Reach] = {}

    def of(self, compiled: Compiled, goods: int, place: int) -> Reach:
        """The reach of a goods class and an origin (its index in ``ORIGINS``) in a compiled book that stays in hand."""
        key = (id(compiled), goods, int(compiled.origin_class[place]))
        if key not in self._made:
            if len(self._made) >= KEPT:
                self._made.clear()
            self._made[key] = self._table(compiled).reach(goods, place)
        return self._made[key]

    def _table(self, compiled: Compiled) -> _Table:
        if id(compiled) not in self._tables:
            said = [(c.provision, c.body) for c in compiled.clauses]
            numbers = [self._numbers.setdefault(one, len(self._numbers)) for one in said]
            self._tables[id(compiled)] = _Table(compiled, np.array(numbers, np.int64))
        return self._tables[id(compiled)]


class _Table:
    """Clauses of a compiled book as columns.

    Args:
        compiled: The book.
        numbers: Per clause, the number of what it says.
    """

    def __init__(self, compiled: Compiled, numbers: Longs) -> None:
        self.compiled = compiled
        self.numbers = numbers

    def reach(self, goods: int, place: int) -> Reach:
        """The reach of a goods class and an origin."""
        found = self.compiled.ever_reached(goods, place).tolist()
        spans: list[tuple[int, int, int, int]] = []
        living: list[bool] = []
        days: set[int] = set()
        for index in found:
            clause = self.compiled.clauses[index]
            here = self._spans(clause, goods, place)
            spans += [(first, after, index, int(self.numbers[index])) for first, after in here]
            living += [not clause.suspended] * len(here)
            if not clause.suspended:
                days |= self._days(clause, goods)
        table = np.array(spans, np.int64).reshape(-1, 4)
        return Reach(
            self.compiled, goods, place, self.numbers, table, np.array(living, bool), tuple(sorted(days)), frozenset(found)
        )

    def _spans(self, clause: Clause, goods: int, place: int) -> list[tuple[int, int]]:
        """Stretches of a clause's life in which its lists hold both goods and origin."""
        compiled = self.compiled
        spans = [(clause.start, clause.end)]
        for versions, bits, row, selector in (
            (compiled.goods, compiled.class_bits, goods, clause.goods),
            (compiled.origins, compiled.origin_bits, place, clause.origin),
        ):
            if selector < 0:
                continue
            columns = versions.columns[selector]
            if len(columns) == 1:
                spans = spans if bits[row, columns[0]] else []
                continue
            held = bits[row, list(columns)].tolist()
            edges = [ALWAYS, *(d * DAY for d in versions.starts[selector][1:]), NEVER]
            stretches = [(a, b) for a, b, inside in zip(edges, edges[1:], held, strict=False) if inside]
            spans = [(max(a, c), min(b, d)) for a, b in spans for c, d in _merged(stretches) if max(a, c) < min(b, d)]
        return spans

    def _days(self, clause: Clause, goods: int) -> set[int]:
        """Days on which a clause or its scope begins, ends or changes, and days that its conditions name."""
        days: set[int] = {-(-clause.start // DAY)}
        if clause.goods >= 0:
            starts, columns = self.compiled.goods.starts[clause.goods], self.compiled.goods.columns[clause.goods]
            held = self.compiled.class_bits[goods, list(columns)].tolist()
            flips = {starts[i] for i in range(1, len(starts)) if held[i] != held[i - 1]}
            days |= {d for d in flips if clause.start <= d * DAY < clause.end}
        if clause.origin >= 0:
            days |= set(self.compiled.origins.starts[clause.origin][1:])
        if clause.start % DAY:
            days.add(clause.start // DAY)
        if clause.end < NEVER:
            days |= {-(-clause.end // DAY), clause.end // DAY}
        return days | {int(c.value) for c in clause.body.facts if c.fact.endswith("_on")}


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that touch, as one."""
    found: list[tuple[int, int]] = []
    for first, after in spans:
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], after)
        else:
            found.append((first, after))
    return found


__all__ = ["Reach", "Reaches"]

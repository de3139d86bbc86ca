"""The plan of an interval: its clauses in the order in which they must be settled, and the facts they ask for.

Within an interval nothing changes but the case. The order follows from who frees, limits or depends on whom; a circle is an
error of the book. Conditions on facts become *atoms*, one bit each; a fact's values that no atom tells apart form a *region*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.compiled import LAST_DAY, Compiled, distinct_rows
from countermeasure.book.model import BASES, DAY, FactCondition, Role
from countermeasure.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.book.compiled import Clause

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
MAX_WORLDS = 4096
"""More combinations of unknown facts than this are not enumerated; the least telling facts stay at their ordinary value."""


@dataclass(frozen=True, slots=True)
class LiveFact:
    """A fact that some clause of the interval asks for.

    Attributes:
        id: Id of the fact.
        bit: Its place in a clause's fact mask.
        type: ``flag``, ``share``, ``day`` or ``minute``.
        edges: Values at which the answer of an atom can change, ascending.
        values: One value per region.
        atoms: Atoms that hold in each region.
        ordinary: Region behind the ordinary figure.
        branches: Whether an absent fact is computed both ways.
    """

    id: str
    bit: int
    type: str
    edges: tuple[float, ...]
    values: tuple[float, ...]
    atoms: tuple[int, ...]
    ordinary: int
    branches: bool

    def region(self, value: float) -> int:
        """Region of a known value."""
        return int(np.searchsorted(self.edges, value, side="right"))


@dataclass(frozen=True)
class Plan:
    """Clauses of an interval in settling order, as parallel arrays of length ``l``.

    Attributes:
        interval: Index of the interval.
        clauses: Index of each clause in the compiled book.
        goods: Column of the goods matrix, -1 for all goods.
        origin: Column of the origin matrix, -1 for all origins.
        need: Atoms that must hold.
        asks: Facts that the atoms belong to.
        duty: Whether the clause adds money.
        rate: Rate of a duty.
        basis: Index in ``BASES``.
        given: Per clause, positions of which one must apply, or ``None``.
        freed_by: Per clause, positions that free it.
        limited_by: Per clause, pairs (position, basis index).
        targets: Per clause that is not a duty, positions it frees or limits.
        facts: Facts asked for.
        names: Per clause, provision and heading.
    """

    interval: int
    clauses: npt.NDArray[np.int32]
    goods: npt.NDArray[np.int32]
    origin: npt.NDArray[np.int32]
    need: UInts
    asks: UInts
    duty: npt.NDArray[np.bool_]
    rate: npt.NDArray[np.float64]
    basis: npt.NDArray[np.int32]
    given: tuple[tuple[int, ...] | None, ...]
    freed_by: tuple[tuple[int, ...], ...]
    limited_by: tuple[tuple[tuple[int, int], ...], ...]
    targets: tuple[tuple[int, ...] | None, ...]
    facts: tuple[LiveFact, ...]
    names: tuple[str, ...] = ()
    _tables: list[Bools] = field(default_factory=list, repr=False, compare=False)
    _alike: list[Ints] = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def reliefs(self) -> tuple[tuple[int, list[int]], ...]:
        """Positions of reliefs and rules with the positions they free or limit."""
        return tuple((i, list(t)) for i, t in enumerate(self.targets) if t is not None)

    def tables(self, compiled: Compiled) -> tuple[Bools, Bools]:
        """Whether each goods class, shape (classes, l), and each origin, shape (origins, l), is in each clause's scope."""
        if not self._tables:
            found = []
            for bits, columns in ((compiled.class_bits, self.goods), (compiled.origin_bits, self.origin)):
                table = np.ones((len(bits), len(columns)), np.bool_)
                some = np.flatnonzero(columns >= 0)
                table[:, some] = bits[:, columns[some]]
                found.append(table)
            self._tables.extend(found)
        return self._tables[0], self._tables[1]

    def alike(self, compiled: Compiled) -> tuple[Ints, Ints, Ints, Ints]:
        """Goods classes and origins that no clause of the interval tells apart.

        Returns:
            Number of each goods class, shape (classes,), one sample class per number, and the same for origins.
        """
        if not self._alike:
            for table in self.tables(compiled):
                sample, number = distinct_rows(table)
                self._alike.extend([number, sample])
        first, second, third, fourth = self._alike
        return first, second, third, fourth

    def worlds(self, asked: int, known: dict[str, int], limit: int = MAX_WORLDS) -> tuple[UInts, npt.NDArray[np.int8]]:
        """Every way the unknown facts can turn out.

        Args:
            asked: Mask of the facts that matter for the case.
            known: Region of every fact that is known.
            limit: Most worlds to make.

        Returns:
            Atoms of each world, shape (w,), the ordinary world first; and the region of each asked fact, shape
            (w, facts), -1 where not asked.
        """
        regions: list[tuple[int, ...]] = []
        size = 1
        for fact in self.facts:
            if not asked >> fact.bit & 1:
                regions.append((-1,))
                continue
            if fact.id in known:
                options: tuple[int, ...] = (known[fact.id],)
            elif fact.branches and size * len(fact.values) <= limit:
                others = [r for r in range(len(fact.values)) if r != fact.ordinary]
                options = (fact.ordinary, *others)
            else:
                options = (fact.ordinary,)
            size *= len(options)
            regions.append(options)
        table = np.array(list(product(*regions)), np.int8).reshape(size, len(self.facts))
        atoms = np.zeros(size, np.uint64)
        for i, fact in enumerate(self.facts):
            if asked >> fact.bit & 1:
                atoms |= np.array(fact.atoms, np.uint64)[table[:, i]]
        return atoms, table


def make_plan(compiled: Compiled, interval: int) -> Plan:
    """Order the clauses of an interval and compile their conditions.

    Raises:
        BookError: If clauses free each other in a circle, or an interval asks for more than 64 different tests.
    """
    day = int(compiled.days[interval])
    after = int(compiled.days[interval + 1]) if interval + 1 < len(compiled.days) else LAST_DAY
    live = [i for i in clauses_between(compiled, day, after) if not compiled.clauses[i].suspended]
    clauses = [compiled.clauses[i] for i in live]
    relations = _Relations(clauses)
    order = _settling_order(clauses, relations)
    place = {old: new for new, old in enumerate(order)}
    ordered = [clauses[i] for i in order]
    conditions = [_conditions(c, day) for c in ordered]
    atoms = sorted({c for cs in conditions for c in cs})
    if len(atoms) > 64:
        raise BookError(f"{len(atoms)} different tests on facts on one day; 64 can be held", where=str(day))
    bit = {atom: i for i, atom in enumerate(atoms)}
    facts = _live_facts(compiled, atoms, bit)
    fact_bit = {f.id: f.bit for f in facts}
    return Plan(
        interval=interval,
        clauses=np.array([live[i] for i in order], np.int32),
        goods=np.array([compiled.goods.column(c.goods, day) for c in ordered], np.int32),
        origin=np.array([compiled.origins.column(c.origin, day) for c in ordered], np.int32),
        need=np.array([sum(1 << bit[a] for a in cs) for cs in conditions], np.uint64),
        asks=np.array([_mask(fact_bit[a.fact] for a in cs) for cs in conditions], np.uint64),
        duty=np.array([c.body.role is Role.DUTY for c in ordered], bool),
        rate=np.array([c.body.rate for c in ordered], np.float64),
        basis=np.array([BASES.index(c.body.basis) for c in ordered], np.int32),
        given=tuple(
            None if relations.given[i] is None else tuple(sorted(place[j] for j in relations.given[i] or ())) for i in order
        ),
        freed_by=tuple(tuple(_by_heading((place[j] for j in relations.freed_by[i]), ordered)) for i in order),
        limited_by=tuple(
            tuple(sorted((place[j], BASES.index(clauses[j].body.limits_to)) for j in relations.limited_by[i])) for i in order
        ),
        targets=tuple(
            None if clauses[i].body.role is Role.DUTY else tuple(place[j] for j in relations.targets[i]) for i in order
        ),
        facts=facts,
        names=tuple(f"{c.provision} {c.body.heading}" for c in ordered),
    )


def _by_heading(places: Iterable[int], ordered: list[Clause]) -> list[int]:
    """Places by heading and id, so that of several reliefs the same one is named on every day."""
    return sorted(places, key=lambda p: (ordered[p].body.heading or "~", ordered[p].provision))


def clauses_between(compiled: Compiled, day: int, after: int) -> list[int]:
    """Clauses, suspended ones included, that overlap the days from ``day`` up to ``after``."""
    return [i for i, c in enumerate(compiled.clauses) if c.start < after * DAY and c.end > day * DAY]


def _mask(bits: Iterable[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


class _Relations:
    """Who frees, limits and depends on whom, by position.

    A wildcard names duties only; an exact id may name any clause. No clause names itself.
    """

    def __init__(self, clauses: list[Clause]) -> None:
        n = len(clauses)
        self.freed_by: list[list[int]] = [[] for _ in range(n)]
        self.limited_by: list[list[int]] = [[] for _ in range(n)]
        self.given: list[list[int] | None] = [None] * n
        self.targets: list[list[int]] = [[] for _ in range(n)]
        memo: dict[str, list[int]] = {}
        for i, clause in enumerate(clauses):
            for j in _named(clause.body.frees, clauses, memo):
                if j != i and clauses[j].provision != clause.provision:
                    self.freed_by[j].append(i)
                    self.targets[i].append(j)
            for j in _named(clause.body.limits, clauses, memo):
                if j != i:
                    self.limited_by[j].append(i)
                    self.targets[i].append(j)
            if clause.body.given:
                self.given[i] = [j for j in _named(clause.body.given, clauses, memo) if j != i]


def _named(patterns: tuple[str, ...], clauses: list[Clause], memo: dict[str, list[int]]) -> list[int]:
    found: list[int] = []
    for pattern in patterns:
        if pattern not in memo:
            memo[pattern] = [i for i, c in enumerate(clauses) if _matches(pattern, c)]
        found += [i for i in memo[pattern] if i not in found]
    return found


def _matches(pattern: str, clause: Clause) -> bool:
    if pattern.startswith("programme:"):
        return clause.body.role is Role.DUTY and fnmatchcase(clause.body.programme, pattern[10:])
    if "*" in pattern:
        return clause.body.role is Role.DUTY and fnmatchcase(clause.provision, pattern)
    return clause.provision == pattern


def _settling_order(clauses: list[Clause], relations: _Relations) -> list[int]:
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for i in range(len(clauses)):
        before = set(relations.freed_by[i]) | set(relations.limited_by[i]) | set(relations.given[i] or ())
        sorter.add(i, *before)
    try:
        return list(sorter.static_order())
    except CycleError as error:
        names = " -> ".join(clauses[i].provision for i in error.args[1])
        raise BookError(
            f"these provisions wait for each other: {names}",
            where=clauses[error.args[1][0]].provision,
            cure="let only one of two provisions free the other, or make one `given` the other",
        ) from None


def _conditions(clause: Clause, day: int) -> list[FactCondition]:
    """Conditions of a clause, with the minute of the day where it starts or ends inside the day."""
    found = list(clause.body.facts)
    if clause.start // DAY == day and clause.start % DAY:
        found.append(FactCondition("entry_minute", "from", float(clause.start % DAY)))
    if clause.end // DAY == day and clause.end % DAY:
        found.append(FactCondition("entry_minute", "before", float(clause.end % DAY)))
    return found


def _live_facts(compiled: Compiled, atoms: list[FactCondition], bit: dict[FactCondition, int]) -> tuple[LiveFact, ...]:
    names = sorted({a.fact for a in atoms})
    found: list[LiveFact] = []
    for place, name in enumerate(names):
        fact = compiled.facts[name]
        mine = [a for a in atoms if a.fact == name]
        edges = (1.0,) if fact.type == "flag" else tuple(sorted({a.value for a in mine}))
        if fact.type == "flag":
            values: tuple[float, ...] = (0.0, 1.0)
        else:
            below = edges[0] - 1 if fact.type != "share" else 0.0
            values = (below, *edges)
        held = tuple(_mask(bit[a] for a in mine if _holds(a, v)) for v in values)
        ordinary = (
            len(values) - 1 if fact.ordinary == "late" else int(np.searchsorted(edges, _number(fact.ordinary), side="right"))
        )
        found.append(LiveFact(name, place, fact.type, edges, values, held, ordinary, fact.absent == "unknown"))
    return tuple(found)


def _number(text: str) -> float:
    return float(text == "yes") if text in ("yes", "no") else float(text)


def _holds(atom: FactCondition, value: float) -> bool:
    if atom.op == "is":
        return value == atom.value
    return value < atom.value if atom.op in ("before", "below") else value >= atom.value

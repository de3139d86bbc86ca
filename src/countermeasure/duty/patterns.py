"""Solve many cases at once: each distinct reach of clauses is settled once, in all its worlds.

A *cell* is an interval, a goods class and an origin. Cells whose clauses in scope are the same make one *pattern*; a day of
2025 has some hundreds. A pattern's worlds are settled together and kept as sums; only column 1, quantities and declared
shares are left for the rows.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.kernel import WEIGHTED, Sums, add_up, asked, reach, settle
from countermeasure.duty.formula import totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.plan import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
CHUNK = 1 << 18
"""Worlds settled at a time."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Worlds of all patterns, one after the other.

    Attributes:
        starts: Shape (p + 1,). First world of each pattern; the first world is the ordinary one.
        sums: Sums of all worlds.
        plain: Shape (p,). Neither floors nor a schedule column that depends on a fact: totals add to the schedule's rate.
        column: Shape (p,). Schedule column of the ordinary world.
        content: Shape (p,). Some world takes a rate of a part of the value.
    """

    starts: npt.NDArray[np.int64]
    sums: Sums
    plain: npt.NDArray[np.bool_]
    column: npt.NDArray[np.int8]
    content: npt.NDArray[np.bool_]

    def joined(self, more: Patterns) -> Patterns:
        """These patterns and then others."""
        if not len(self.plain):
            return more
        sums = Sums(
            np.concatenate([self.sums.rates, more.sums.rates]),
            np.concatenate([self.sums.floors, more.sums.floors]),
            np.concatenate([self.sums.floor_basis, more.sums.floor_basis]),
            np.concatenate([self.sums.column, more.sums.column]),
        )
        return Patterns(
            np.concatenate([self.starts, more.starts[1:] + self.starts[-1]]),
            sums,
            np.concatenate([self.plain, more.plain]),
            np.concatenate([self.column, more.column]),
            np.concatenate([self.content, more.content]),
        )

    def evaluate(self, which: Ints, schedule: Floats, shares: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Least, ordinary and greatest total of m pairs of a pattern and a schedule rate.

        Args:
            which: Shape (m,). Pattern of each pair.
            schedule: Shape (m, 2). Column 1 and 2 as fractions of the value.
            shares: Shape (m, 4) or ``None`` where none is known.

        Returns:
            Three arrays of shape (m,).
        """
        low, ordinary, high = (np.empty(len(which)) for _ in range(3))
        counts = (self.starts[which + 1] - self.starts[which]).astype(np.int64)
        edges = np.concatenate([[0], np.cumsum(counts)])
        begin = 0
        while begin < len(which):
            end = max(int(np.searchsorted(edges, edges[begin] + CHUNK, side="right")) - 1, begin + 1)
            part = slice(begin, end)
            owner = np.repeat(np.arange(begin, end), counts[part])
            inner = np.arange(len(owner)) - np.repeat(edges[begin:end] - edges[begin], counts[part])
            world = self.starts[which[owner]] + inner
            own = self.sums
            sums = Sums(own.rates[world], own.floors[world], own.floor_basis[world], own.column[world])
            given = np.full((len(owner), 4), np.nan) if shares is None else shares[owner]
            result = totals(sums, schedule[owner], given)
            at = edges[begin:end] - edges[begin]
            low[part] = np.minimum.reduceat(result.low, at)
            high[part] = np.maximum.reduceat(result.high, at)
            ordinary[part] = result.ordinary[at]
            begin = end
        return low, ordinary, high


TABLE = 1 << 26
"""Cells for which a table of patterns is kept; above it the distinct cells of a batch are sorted instead."""


class Cells:
    """Cells solved so far, for one compiled book and one set of known facts.

    A cell's key is ``((profile * intervals + interval) * classes + goods) * origins + origin class``.
    """

    def __init__(self, compiled: Compiled, known: Sequence[dict[str, float]] = ({},), bounds: bool = True) -> None:
        self.compiled = compiled
        self.known = known
        self.bounds = bounds
        self.patterns = _patterns([], [])
        self._memo: dict[tuple[int, bytes], int] = {}
        self._sample = np.zeros(int(compiled.origin_class.max()) + 1, np.int32)
        self._sample[compiled.origin_class] = np.arange(len(compiled.origin_class))
        self._shape = (len(known), len(compiled.days), len(compiled.class_bits), len(self._sample))
        size = int(np.prod(np.array(self._shape, np.float64)))
        self._place = np.full(size, -1, np.int32) if size <= TABLE else None

    def pattern(self, interval: Ints, goods: Ints, origin: npt.NDArray[np.int16], profile: Ints | None = None) -> Ints:
        """Pattern of each row, shape (n,); cells that are new are solved first.

        Args:
            interval: Shape (n,). Interval of each row.
            goods: Shape (n,). Goods class.
            origin: Shape (n,). Origin index.
            profile: Shape (n,). Index into the known facts.
        """
        _, k, c, o = self._shape
        outer = interval if profile is None else profile.astype(np.int64) * k + interval
        key = (outer.astype(np.int64) * c + goods) * o + self.compiled.origin_class[origin]
        if self._place is None:
            distinct, inverse = np.unique(key, return_inverse=True)
            sorted_out: Ints = self._solve(distinct)[inverse.reshape(-1)]
            return sorted_out
        found: Ints = self._place[key]
        if (found < 0).any():
            seen = np.zeros(len(self._place), bool)
            seen[key] = True
            new = np.flatnonzero(seen & (self._place < 0))
            self._place[new] = self._solve(new)
            found = self._place[key]
        return found

    def _solve(self, keys: npt.NDArray[np.int64]) -> Ints:
        _, k, c, o = self._shape
        rest, which = np.divmod(keys, o)
        rest, goods = np.divmod(rest, c)
        profile, interval = np.divmod(rest, k)
        pattern, patterns = solve_cells(
            self.compiled,
            interval.astype(np.int32),
            goods.astype(np.int32),
            self._sample[which],
            profile.astype(np.int32),
            self.known,
            self.bounds,
            self._memo,
            len(self.patterns.plain),
        )
        if len(patterns.plain):
            self.patterns = self.patterns.joined(patterns)
        return pattern


def solve_cells(
    compiled: Compiled,
    intervals: Ints,
    goods: Ints,
    origins: Ints,
    profiles: Ints | None = None,
    known: Sequence[dict[str, float]] = ({},),
    bounds: bool = True,
    memo: dict[tuple[int, bytes], int] | None = None,
    before: int = 0,
) -> tuple[Ints, Patterns]:
    """Settle distinct cells.

    Args:
        compiled: The compiled book.
        intervals: Shape (c,). Interval of each cell.
        goods: Shape (c,). Goods class.
        origins: Shape (c,). Origin index.
        profiles: Shape (c,). Index into ``known``; ``None`` for all zero.
        known: Known facts of each profile, by id.
        bounds: Compute all worlds; ``False`` computes the ordinary one alone.
        memo: Numbers of patterns settled earlier, by interval and reach; new ones are added.
        before: Number of the first new pattern.

    Returns:
        Pattern of each cell, shape (c,), counted from the memo's first, and the new patterns.
    """
    memo = {} if memo is None else memo
    pattern = np.empty(len(goods), np.int32)
    parts: list[Sums] = []
    counts: list[npt.NDArray[np.int64]] = []
    made = before
    order = np.argsort(intervals, kind="stable")
    edges = np.flatnonzero(np.diff(intervals[order], prepend=-1, append=-1))
    for first, last in itertools.pairwise(edges):
        cells = order[first:last]
        plan = compiled.plan(int(intervals[cells[0]]))
        goods_number, goods_sample, origin_number, origin_sample = plan.alike(compiled)
        profile = np.zeros(len(cells), np.int64) if profiles is None else profiles[cells].astype(np.int64)
        wide = len(origin_sample)
        key = (profile * len(goods_sample) + goods_number[goods[cells]]) * wide + origin_number[origins[cells]]
        distinct, place = np.unique(key, return_inverse=True)
        rest, which = np.divmod(distinct, wide)
        profile, number = np.divmod(rest, len(goods_sample))
        inside = reach(compiled, plan, goods_sample[number], origin_sample[which])
        packed = np.concatenate([np.packbits(inside, axis=1), profile.astype("<i4").view(np.uint8).reshape(-1, 4)], axis=1)
        flat = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").reshape(-1)
        _, sample, inverse = np.unique(flat, return_index=True, return_inverse=True)
        inverse = inverse.reshape(-1)[place.reshape(-1)]
        keys = [(plan.interval, one.tobytes()) for one in flat[sample]]
        number_of = np.array([memo.get(k, -1) for k in keys], np.int32)
        new = np.flatnonzero(number_of < 0)
        if new.size:
            order_of = _settle_new(plan, inside[sample[new]], profile[sample[new]], known, bounds, parts, counts)
            number_of[new] = made + order_of
            memo.update(zip([keys[i] for i in new.tolist()], number_of[new].tolist(), strict=True))
            made += len(new)
        pattern[cells] = number_of[inverse]
    return pattern, _patterns(parts, counts)


def _settle_new(
    plan: Plan,
    inside: npt.NDArray[np.bool_],
    profile: npt.NDArray[np.int64],
    known: Sequence[dict[str, float]],
    bounds: bool,
    parts: list[Sums],
    counts: list[npt.NDArray[np.int64]],
) -> Ints:
    """Settle patterns in groups that ask for the same facts; gives the place of each among those added."""
    masks = asked(plan, inside)
    rank = np.empty(len(inside), np.int32)
    groups = np.unique(np.stack([masks, profile.astype(np.uint64)], axis=1), axis=0, return_inverse=True)
    which_group = groups[1].reshape(-1)
    done = 0
    for number, (mask, facts) in enumerate(groups[0].tolist()):
        members = np.flatnonzero(which_group == number)
        regions = {f.id: f.region(known[facts][f.id]) for f in plan.facts if f.id in known[facts]}
        atoms, _ = plan.worlds(int(mask), regions, *(() if bounds else (1,)))
        step = max(CHUNK // len(atoms), 1)
        for at in range(0, len(members), step):
            some = members[at : at + step]
            worlds = np.asfortranarray(np.repeat(inside[some], len(atoms), axis=0))
            settled = settle(plan, worlds, np.tile(atoms, len(some)))
            parts.append(add_up(plan, settled.applied))
            counts.append(np.full(len(some), len(atoms), np.int64))
        rank[members] = done + np.arange(len(members))
        done += len(members)
    return rank


def _patterns(parts: list[Sums], counts: list[npt.NDArray[np.int64]]) -> Patterns:
    if not parts:
        empty = Sums(np.zeros((0, WEIGHTED)), np.zeros((0, 2)), np.zeros((0, 2), np.int8), np.zeros(0, np.int8))
        none = np.zeros(0, bool)
        return Patterns(np.zeros(1, np.int64), empty, none, np.zeros(0, np.int8), none)
    sums = Sums(
        np.concatenate([p.rates for p in parts]),
        np.concatenate([p.floors for p in parts]),
        np.concatenate([p.floor_basis for p in parts]),
        np.concatenate([p.column for p in parts]),
    )
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    at = starts[:-1]
    steady = np.minimum.reduceat(sums.column, at) == np.maximum.reduceat(sums.column, at)
    floors = np.logical_or.reduceat(~np.isnan(sums.floors[:, 0]), at)
    content = np.logical_or.reduceat((sums.rates[:, 1:] > 0).any(axis=1), at)
    return Patterns(starts, sums, steady & ~floors, sums.column[at], content)

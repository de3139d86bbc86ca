"""Best and worst of what movers can reach, for all states at once.

Every class holds the moves of one mover, or the sequences of several, and answers ``most``: the greatest of a value over
the states that can be reached and the state itself; ``least`` is the other side. The state itself does no harm where these
are used, see ``solve``. Three forms give the same answers:

- ``Groups``: moves that can be undone split the states into groups in which each reaches each; a group is a run of one sort.
- ``Cube``: one sweep over the cube of all combinations for each option, one way for an option that cannot be undone.
- ``Matrix``: who reaches whom, for small spaces.

``Climbs`` are moves that the mover itself strictly prefers: runs of a group sorted by preference, and one look-up for each
set of one-way options switched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from countermeasure.talks.model import Codes, Conflict, Ranks

    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Places = np.ndarray[Any, np.dtype[np.int32]]

__all__ = ["MATRIX_STATES", "Answers", "Climbs", "Closure", "Cube", "Groups", "Matrix", "Reach", "closure_of", "moves_of"]

MATRIX_STATES = 4096
"""States of which a matrix of who reaches whom is built at most."""
_SMALL = 512
_LOWEST = np.int32(-1)


class Reach(Protocol):
    """Moves of one mover, or sequences of moves of several."""

    def most(self, values: Ranks) -> Ranks:
        """Greatest value over a state and those it reaches, (n,)."""

    def least(self, values: Ranks) -> Ranks:
        """Least value over a state and those it reaches, (n,)."""


class Groups:
    """States that all reach each other.

    Args:
        keys: Group of each state, any integers, (n,).
    """

    def __init__(self, keys: Codes) -> None:
        self.order = np.argsort(keys, kind="stable").astype(np.int32)
        sorted_keys = keys[self.order]
        first = np.ones(len(keys), dtype=np.bool_)
        first[1:] = sorted_keys[1:] != sorted_keys[:-1]
        self.starts = np.flatnonzero(first)
        self.of = np.empty(len(keys), dtype=np.int32)
        self.of[self.order] = np.cumsum(first, dtype=np.int32) - 1

    def most(self, values: Ranks) -> Ranks:
        """Greatest value of the group, (n,)."""
        return np.asarray(np.maximum.reduceat(values[self.order], self.starts)[self.of])

    def least(self, values: Ranks) -> Ranks:
        """Least value of the group, (n,)."""
        return np.asarray(np.minimum.reduceat(values[self.order], self.starts)[self.of])


class Cube:
    """Moves by sweeps over all combinations of options; a move may pass over states that are not feasible.

    Args:
        conflict: Of which.
        mask: Options of the mover.
    """

    def __init__(self, conflict: Conflict, mask: int) -> None:
        self.codes, self.size = conflict.space.codes, 1 << conflict.space.bits
        self.whole = conflict.space.whole
        bits = [j for j in range(conflict.space.bits) if mask >> j & 1]
        self.sweeps = [(j, not conflict.only_off >> j & 1, not conflict.only_on >> j & 1) for j in bits]

    def most(self, values: Ranks) -> Ranks:
        """Greatest value within one move, (n,)."""
        full = values.copy() if self.whole else np.full(self.size, _LOWEST, dtype=np.int32)
        if not self.whole:
            full[self.codes] = values
        for j, can_on, can_off in self.sweeps:
            halves = full.reshape(-1, 2, 1 << j)
            off, on = halves[:, 0], halves[:, 1]
            if can_on:
                np.maximum(off, on, out=off)
                if can_off:
                    on[...] = off
            else:
                np.maximum(on, off, out=on)
        return full if self.whole else full[self.codes]

    def least(self, values: Ranks) -> Ranks:
        """Least value within one move, (n,)."""
        top = values.max()
        return np.asarray(top - self.most(top - values))


class Matrix:
    """Who reaches whom.

    Args:
        arcs: Whether a state reaches another, (n, n); the diagonal is set here.
    """

    def __init__(self, arcs: Flags) -> None:
        self.arcs = arcs
        self.starts, self.ends = _rows_of(arcs | np.eye(len(arcs), dtype=np.bool_))

    @staticmethod
    def of(conflict: Conflict, mask: int) -> Matrix:
        """Moves with the options of a mask, each in its direction."""
        codes = conflict.space.codes.astype(np.int32)
        start, end = codes[:, None], codes[None, :]
        changed = start ^ end
        arcs = (changed != 0) & (changed & ~mask == 0)
        arcs &= (changed & start & conflict.only_on == 0) & (changed & end & conflict.only_off == 0)
        return Matrix(arcs)

    def most(self, values: Ranks) -> Ranks:
        """Greatest value within one step, (n,)."""
        return np.asarray(np.maximum.reduceat(values[self.ends], self.starts))

    def least(self, values: Ranks) -> Ranks:
        """Least value within one step, (n,)."""
        return np.asarray(np.minimum.reduceat(values[self.ends], self.starts))


def _rows_of(arcs: Flags) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Where the row of each state starts in the list of ends, and the ends."""
    rows, ends = np.nonzero(arcs)
    return np.searchsorted(rows, np.arange(len(arcs))), ends


class Closure:
    """Sequences of several movers: their moves again and again until nothing changes.

    Args:
        movers: Moves of each.
    """

    def __init__(self, movers: Sequence[Reach]) -> None:
        self.movers = list(movers)

    def most(self, values: Ranks) -> Ranks:
        """Greatest value of all sequences, (n,)."""
        top = values.max()
        return np.asarray(top - self.least(top - values))

    def least(self, values: Ranks) -> Ranks:
        """Least value of all sequences, (n,)."""
        found, still = values, 0
        while still < len(self.movers):
            for mover in self.movers:
                after = mover.least(found)
                still = still + 1 if np.array_equal(after, found) else 1  # twice running is once
                found = after
                if still >= len(self.movers):
                    break
        return found


class Answers:
    """One move, or sequences in which each mover moves once at most.

    Args:
        movers: Moves of each.
        once: Whether all may move, each once; else one of them moves.
    """

    def __init__(self, movers: Sequence[Reach], *, once: bool) -> None:
        self.movers, self.once = list(movers), once

    def most(self, values: Ranks) -> Ranks:
        """Greatest value of all answers, (n,)."""
        top = values.max()
        return np.asarray(top - self.least(top - values))

    def least(self, values: Ranks) -> Ranks:
        """Least value of all answers, (n,)."""
        if not self.once:
            found = values
            for mover in self.movers:
                found = np.minimum(found, mover.least(values))
            return found
        least: dict[int, Ranks] = {0: values}
        for some in range(1, 1 << len(self.movers)):
            found = values
            for d, mover in enumerate(self.movers):
                if some >> d & 1:
                    found = np.minimum(found, mover.least(least[some & ~(1 << d)]))
            least[some] = found
        return least[(1 << len(self.movers)) - 1]


def moves_of(conflict: Conflict, mask: int) -> Reach:
    """Moves with the options of a mask, in the form that suits the space."""
    if not mask & (conflict.only_on | conflict.only_off):
        return Groups(conflict.space.codes & ~mask)
    if len(conflict.space) <= _SMALL:
        return Matrix.of(conflict, mask)
    return Cube(conflict, mask)


def closure_of(conflict: Conflict, masks: Sequence[int]) -> Reach:
    """Sequences of moves of several movers, in any order."""
    union = 0
    for mask in masks:
        union |= mask
    if conflict.space.whole or len(masks) < 2:
        return moves_of(conflict, union)
    if union & (conflict.only_on | conflict.only_off):
        return Closure([moves_of(conflict, mask) for mask in masks])
    return Groups(_components(conflict.space.codes, masks))


def _components(codes: Codes, masks: Sequence[int]) -> Codes:
    """Number of the part of the space in which movers can go from each state to each, (n,)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    found = np.unique(codes & ~masks[0], return_inverse=True)[1].reshape(-1)
    for mask in masks[1:]:
        other = np.unique(codes & ~mask, return_inverse=True)[1].reshape(-1)
        size = int(found.max()) + 1
        total = size + int(other.max()) + 1
        arcs = coo_matrix((np.ones(len(codes), dtype=np.int8), (found, other + size)), shape=(total, total))
        found = connected_components(arcs, directed=False)[1][found]
    return np.asarray(found, dtype=np.int64)


class Climbs:
    """Moves of one party that it strictly prefers.

    Args:
        conflict: Of which.
        mask: Options of the party.
        ranks: Its ranks, (n,).

    Attributes:
        order: States by group, in each the best first, (n,).
        steps: For sets of one-way options switched: places of states from which that is a move to something better, and how
            far down the order of the group that they then are in these better states reach.
    """

    def __init__(self, conflict: Conflict, mask: int, ranks: Ranks) -> None:
        codes = conflict.space.codes
        one_way = mask & (conflict.only_on | conflict.only_off)
        free = mask & ~one_way
        span = int(ranks.max()) + 1
        keys = (codes & ~free) * span + (span - 1 - ranks)
        self.order = np.argsort(keys, kind="stable").astype(np.int32)
        sorted_keys = keys[self.order]
        groups = sorted_keys // span
        first = np.ones(len(codes), dtype=np.bool_)
        first[1:] = groups[1:] != groups[:-1]
        number = np.cumsum(first, dtype=np.int64) - 1
        self.starts = np.flatnonzero(first)
        self.shift = -number * (np.int64(1) << 32)
        self.steps = [self._within(sorted_keys, number)]
        if one_way:
            self.steps += list(self._across(conflict, one_way, free, span, ranks, sorted_keys))

    def _within(self, sorted_keys: Codes, number: Codes) -> tuple[Places, Places]:
        """Moves that switch no one-way option."""
        level = np.ones(len(sorted_keys), dtype=np.bool_)
        level[1:] = sorted_keys[1:] != sorted_keys[:-1]
        at = np.flatnonzero(level)[np.cumsum(level) - 1]  # where the states as good as this one begin
        better = np.flatnonzero(at > self.starts[number])
        return self.order[better], (at[better] - 1).astype(np.int32)

    def _across(
        self, conflict: Conflict, one_way: int, free: int, span: int, ranks: Ranks, sorted_keys: Codes
    ) -> Iterator[tuple[Places, Places]]:
        """Moves that switch each set of one-way options."""
        codes = conflict.space.codes
        heads = sorted_keys[self.starts] // span
        change = one_way
        while change:
            ready = (codes & change) == (change & conflict.only_off)
            places = np.flatnonzero(ready)
            target = (codes[places] ^ change) & ~free
            group = np.minimum(np.searchsorted(heads, target), len(heads) - 1)
            there = heads[group] == target
            places, target, group = places[there], target[there], group[there]
            at = np.searchsorted(sorted_keys, target * span + (span - 1 - ranks[places]))
            better = at > self.starts[group]
            if better.any():
                yield places[better].astype(np.int32), (at[better] - 1).astype(np.int32)
            change = (change - 1) & one_way

    def least(self, values: Ranks) -> Ranks:
        """Least value over a state and those better for the party that it reaches in one move, (n,)."""
        sorted_values = values[self.order] + self.shift
        running = (np.minimum.accumulate(sorted_values) - self.shift).astype(np.int32)
        found = values.copy()
        for places, last in self.steps:
            found[places] = np.minimum(found[places], running[last])
        return found

    def most(self, values: Ranks) -> Ranks:
        """Greatest value over the same, (n,)."""
        top = values.max()
        return np.asarray(top - self.least(top - values))

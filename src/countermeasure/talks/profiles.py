"""Stability under many profiles of preferences at once: the same moves, other ranks.

A profile is one ranking of every party. Each notion is an inequality between the rank of a state and the best that a
party can secure by leaving it (Fang, Hipel and Kilgour, 1993, in maximin form), so the ranks of all profiles pass
through the same tables of moves as columns of one array.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.stability import NOTIONS, SEMANTICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.model import Conflict

    Places = np.ndarray[Any, np.dtype[np.intp]]
    Ints = np.ndarray[Any, np.dtype[Any]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["answers", "check_asked", "ranks_of_values", "stable_under", "steps_of"]

MOST_STEPS = 1 << 23
"""Cells of the tables of moves; beyond, each profile is solved by itself."""
_CELLS = 1 << 24
"""Moves times profiles that are held at once."""


def check_asked(notion: str, semantics: str) -> None:
    """Refuse a notion or a reading of sanctions that does not exist.

    Raises:
        InputError: With the words there are.
    """
    for what, word, known in (("notion", notion, NOTIONS), ("semantics", semantics, SEMANTICS)):
        if word not in known:
            raise InputError(f"there is no {what} {word!r}", code=f"unknown_{what}", cure=f"Write one of {', '.join(known)}.")


def steps_of(conflict: Conflict) -> tuple[Places, ...] | None:
    """Moves of every party as tables, (moves, n): row by row a state each state can move to, itself where none is left.

    ``None`` where the tables would have more than ``MOST_STEPS`` cells.
    """
    if len(conflict.space) * sum((1 << mask.bit_count()) - 1 for mask in conflict.masks) > MOST_STEPS:
        return None
    codes, own = conflict.space.codes, np.arange(len(conflict.space))
    found = []
    for mask in conflict.masks:
        changes = np.zeros(1, dtype=np.int64)
        for j in range(conflict.space.bits):
            if mask >> j & 1:
                changes = np.concatenate([changes, changes | 1 << j])
        ends = codes ^ changes[1:, None]
        bad = (codes & ~ends & conflict.only_on) | (ends & ~codes & conflict.only_off)
        places = conflict.space.places(ends)
        table = np.where((bad != 0) | (places < 0), own, places)
        table = np.take_along_axis(table, np.argsort(table == own, axis=0, kind="stable"), axis=0)
        found.append(np.ascontiguousarray(table[(table != own).any(axis=1)]))
    return tuple(found)


def stable_under(
    conflict: Conflict,
    ranks: Ints,
    *,
    notions: Sequence[str] = NOTIONS,
    semantics: str = "legal_sequence",
    steps: tuple[Places, ...] | None = None,
) -> Flags:
    """Which states are stable for whom, under each of many profiles.

    Args:
        conflict: Gives the moves; its own preferences are not used.
        ranks: Shape (profiles, parties, n); greater is better.
        notions: Which of ``NOTIONS``.
        semantics: One of ``SEMANTICS``.
        steps: Moves, if ``steps_of`` was asked before.

    Returns:
        Shape (profiles, notions, parties, n).

    Raises:
        InputError: If a notion or the semantics is unknown.
    """
    for notion in notions:
        check_asked(notion, semantics)
    tables = steps_of(conflict) if steps is None else steps
    if tables is None:
        return _one_by_one(conflict, ranks, notions, semantics)
    profiles, parties, n = ranks.shape
    size = max(1, _CELLS // max(1, n * sum(len(table) + 1 for table in tables)))
    found = np.empty((profiles, len(notions), parties, n), dtype=np.bool_)
    for first in range(0, profiles, size):
        part = np.ascontiguousarray(ranks[first : first + size].transpose(1, 2, 0))
        found[first : first + size] = _stable(tables, part, notions, semantics).transpose(3, 0, 1, 2)
    return found


def _one_by_one(conflict: Conflict, ranks: Ints, notions: Sequence[str], semantics: str) -> Flags:
    from countermeasure.talks.solve import solve

    kept, found = [NOTIONS.index(notion) for notion in notions], []
    for profile in ranks:
        changed = tuple(replace(one, ranks=own) for one, own in zip(conflict.preferences, profile, strict=True))
        found.append(solve(replace(conflict, preferences=changed), semantics=semantics).stable[kept])
    return np.array(found)


def _stable(tables: tuple[Places, ...], ranks: Ints, notions: Sequence[str], semantics: str) -> Flags:
    """Stability, (notions, parties, n, profiles), of ranks (parties, n, profiles)."""
    found = np.empty((len(notions), *ranks.shape), dtype=np.bool_)
    better = [ranks[d][table] > ranks[d] for d, table in enumerate(tables)] if "seq" in notions else []
    for i, own in enumerate(ranks):
        others = [d for d in range(len(tables)) if d != i]
        for k, notion in enumerate(notions):
            if notion == "nash":
                secured = own
            elif notion == "gmr":
                secured = _least(tables, None, others, own, semantics)
            elif notion == "seq":
                secured = _least(tables, better, others, own, semantics)
            else:
                secured = np.minimum(own, _least(tables, None, others, _best(tables[i], own), semantics))
            found[k, i] = _best(tables[i], secured) <= own
    return found


def _best(table: Places, values: Ints) -> Ints:
    """Greatest value among each state and what its mover can reach from it."""
    found = values.copy()
    for row in table:
        np.maximum(found, values[row], out=found)
    return found


def _least(tables: tuple[Places, ...], better: list[Flags] | None, others: list[int], values: Ints, semantics: str) -> Ints:
    """Least value among each state and what the others can bring about from it; only by improvements if these are given."""
    if semantics == "each_opponent_once":
        return _least_once(tables, better, frozenset(others), values, {})
    found = values.copy()
    while True:
        before = found.copy()
        for d in others:
            _lower(found, values if semantics == "single_move" else found, tables[d], None if better is None else better[d])
        if semantics == "single_move" or np.array_equal(before, found):
            return found


def _least_once(
    tables: tuple[Places, ...],
    better: list[Flags] | None,
    left: frozenset[int],
    values: Ints,
    known: dict[frozenset[int], Ints],
) -> Ints:
    """The same where each of those left moves once at most."""
    if left not in known:
        found = values.copy()
        for d in sorted(left):
            after = _least_once(tables, better, left - {d}, values, known)
            _lower(found, after, tables[d], None if better is None else better[d])
        known[left] = found
    return known[left]


def _lower(found: Ints, values: Ints, table: Places, better: Flags | None) -> None:
    """Lower what is found to the values one move away."""
    for k, row in enumerate(table):
        moved = values[row]
        if better is not None:
            moved = np.where(better[k], moved, found)
        np.minimum(found, moved, out=found)


def answers(
    conflict: Conflict, party: int, start: int, *, improving: bool, semantics: str = "legal_sequence"
) -> tuple[int, ...]:
    """Places that the others can bring about after a party has moved to a state, rising.

    Args:
        conflict: Conflict.
        party: Place of the party that moved.
        start: Place of the state it moved to.
        improving: Only by moves that are better for their movers, as sequential stability asks.
        semantics: One of ``SEMANTICS``.
    """
    from countermeasure.talks.moves import improvements, moves

    others = frozenset(range(len(conflict.parties))) - {party}
    step = improvements if improving else moves
    seen, front, found = {(start, others)}, [(start, others)], set()
    while front:
        state, left = front.pop()
        for d in left:
            after = (
                others if semantics == "legal_sequence" else left - {d} if semantics == "each_opponent_once" else frozenset()
            )
            for end in step(conflict, d, state).tolist():
                found.add(end)
                if (end, after) not in seen:
                    seen.add((end, after))
                    front.append((end, after))
    return tuple(sorted(found))


def ranks_of_values(values: Floats, epsilon: float = 0.0) -> Ints:
    """Ranks of many sets of values, as ``Preference.of_values`` makes them of one.

    Args:
        values: Shape (sets, n).
        epsilon: Values that lie within it of the least of their class share a rank.

    Returns:
        Shape (sets, n), dense from 0.
    """
    order = np.argsort(values, axis=1, kind="stable")
    risen = np.take_along_axis(values, order, axis=1)
    ranks = np.zeros(values.shape, dtype=np.int32)
    rank, least = np.zeros(len(values), dtype=np.int32), risen[:, 0].copy()
    for n in range(1, values.shape[1]):
        above = risen[:, n] - least > epsilon
        rank += above
        least = np.where(above, risen[:, n], least)
        ranks[:, n] = rank
    found = np.empty_like(ranks)
    np.put_along_axis(found, order, ranks, axis=1)
    return found

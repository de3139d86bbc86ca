"""Preferences near to given ones: orders a few swaps away, statements moved or dropped, one number shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.profiles import ranks_of_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.talks.model import Conflict, Preference

    Ints = np.ndarray[Any, np.dtype[Any]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = [
    "Shifts",
    "epsilon_of",
    "goal_weights",
    "neighbours",
    "orders_near",
    "random_steps",
    "ranks_after",
    "ranks_of_orders",
    "shifts_of",
    "statements_near",
    "truths_behind",
]

_TOLERANCE = 1e-9
"""Values that differ by less, relative to the range of all, count as equal when one of them is shifted."""


# -------------------------------------------------------------------------------------------------------------- orders


def neighbours(ranks: Ints, *, strict: bool) -> Ints:
    """Rankings one change away from each of several.

    In a ranking without ties one change swaps two neighbours. Where there are ties one change takes one state out of its
    class, to stand just above or just below it, or lets a state that stands alone join or pass its neighbour.

    Args:
        ranks: Shape (rankings, n), dense from 0.
        strict: Whether there are no ties and none shall arise.

    Returns:
        Shape (found, n); each ranking's own without repetition, those of several may meet.
    """
    fits = _fitting(ranks, strict=strict)
    which = np.argwhere(fits)
    found = np.empty((len(which), ranks.shape[1]), dtype=ranks.dtype)
    for first in range(0, len(which), 1 << 15):
        way, row, x = which[first : first + (1 << 15)].T
        found[first : first + len(row)] = _moved(ranks[row], x, way)
    return found


_WAYS = np.array([3, 1, -1, 2, -2])
"""Twice the ranks by which a state moves: past its neighbour; out of its class, up or down; into the next, up or down."""


def _fitting(ranks: Ints, *, strict: bool) -> Flags:
    """Which of ``_WAYS`` each state can take, each resulting ranking once, (ways, rankings, n)."""
    many, n = ranks.shape
    at = ranks.astype(np.int64) + (n + 2) * np.arange(many)[:, None] + 1
    sizes = np.bincount(at.ravel(), minlength=many * (n + 2))
    own, above, below = sizes[at], sizes[at + 1], sizes[at - 1]
    found = np.zeros((1 if strict else len(_WAYS), many, n), dtype=np.bool_)
    found[0] = (own == 1) & (above == 1)
    if not strict:
        found[1:] = own > 1, own > 2, (own == 1) & (above > 0), (own == 1) & (below > 1)
    return found


def _moved(ranks: Ints, x: Ints, way: Ints) -> Ints:
    """Rankings after one state of each has moved, dense."""
    rows = np.arange(len(ranks))
    moved = 2 * ranks.astype(np.int64) + 2
    moved[rows, x] += _WAYS[way]
    there = np.zeros((len(ranks), 2 * ranks.shape[1] + 4), dtype=np.int64)
    np.put_along_axis(there, moved, 1, axis=1)
    return np.take_along_axis(there.cumsum(axis=1) - 1, moved, axis=1)


def random_steps(ranks: Ints, steps: int, draws: int, generator: np.random.Generator) -> Ints:
    """Rankings after random changes, each one of those that ``neighbours`` lists, with equal chances.

    Args:
        ranks: Dense ranks, (n,).
        steps: Changes, one after another.
        draws: Rankings.
        generator: Source of chance.

    Returns:
        Shape (draws, n).
    """
    found = np.repeat(ranks[None], draws, axis=0)
    strict = bool(ranks.max() == len(ranks) - 1)
    for _ in range(steps if len(ranks) > 1 else 0):
        fits = _fitting(found, strict=strict).transpose(1, 0, 2).reshape(draws, -1)
        nth = generator.integers(fits.sum(axis=1))
        place = np.argmax(fits.cumsum(axis=1) > nth[:, None], axis=1)
        way, x = np.divmod(place, len(ranks))
        found = _moved(found, x, way).astype(ranks.dtype)
    return found


def orders_near(ranks: Ints, limit: int) -> Iterator[Ints]:
    """Rankings at one change, at two, at three and so on from a given one.

    Args:
        ranks: Dense ranks, (n,).
        limit: Rankings of one distance that are listed at most; it ends where there would be more.

    Yields:
        Shape (rankings, n), each distance in full; an empty one after the last.
    """
    start = ranks[None].astype(np.int8 if len(ranks) < 120 else np.int16)
    strict = bool(ranks.max() == len(ranks) - 1)
    before, level = start[:0], start
    while len(level) * len(ranks) <= 4 * limit:
        whole = np.concatenate([before, level, neighbours(level, strict=strict)])
        rows = np.ascontiguousarray(whole).view(np.dtype((np.void, whole.itemsize * whole.shape[1])))[:, 0]
        first = np.sort(np.unique(rows, return_index=True)[1])
        before, level = level, whole[first[first >= len(before) + len(level)]]
        if len(level) > limit:
            return
        yield level
        if not len(level):
            return


# ---------------------------------------------------------------------------------------------------------- statements


def truths_behind(conflict: Conflict, preference: Preference) -> Flags:
    """Whether each statement, or goal, of a preference holds in each state, (statements, n).

    Raises:
        InputError: If it has none.
    """
    from countermeasure.talks.statements import read_statement, truths_of

    if not preference.statements:
        raise InputError(
            f"a preference of kind {preference.kind} has no statements",
            code="no_statements",
            cure="Vary its ranking, or write statements into the model.",
        )
    ids = [option.id for option in conflict.options]
    goals = preference.kind == "goals"
    texts = [text.rpartition(":")[0] if goals else text for text in preference.statements]
    return truths_of([read_statement(text, ids) for text in texts], conflict.space.codes)


def goal_weights(preference: Preference) -> Floats:
    """Weights of the goals of a preference, (goals,)."""
    return np.array([float(text.rpartition(":")[2]) for text in preference.statements])


def ranks_of_orders(truths: Flags, orders: list[tuple[int, ...]]) -> Ints:
    """Ranks of states under several orders of the same statements.

    Args:
        truths: Whether each statement holds, (statements, n).
        orders: Places of statements, most important first; a statement may be left out.

    Returns:
        Shape (orders, n), dense from 0.
    """
    from countermeasure.talks.statements import ranks_of_truths

    return np.array([ranks_of_truths(truths[list(order)]) for order in orders], dtype=np.int32)


def statements_near(count: int, limit: int, *, drop: bool = True) -> Iterator[list[tuple[int, ...]]]:
    """Orders of statements at one change, at two and so on: a swap of neighbours, or a statement dropped.

    Args:
        count: Statements.
        limit: Orders of one distance that are listed at most.
        drop: Whether statements may be dropped.

    Yields:
        Orders as places of statements, each distance in full; an empty one after the last.
    """
    level = [tuple(range(count))]
    seen = set(level)
    while True:
        found: dict[tuple[int, ...], None] = {}
        for order in level:
            for n in range(len(order) - 1):
                found[(*order[:n], order[n + 1], order[n], *order[n + 2 :])] = None
            if drop:
                found.update({(*order[:n], *order[n + 1 :]): None for n in range(len(order))})
        level = [order for order in found if order not in seen]
        seen.update(level)
        if len(level) > limit:
            return
        yield level
        if not level:
            return


# -------------------------------------------------------------------------------------------------------------- shifts


@dataclass(frozen=True, eq=False)
class Shifts:
    """Shifts of one number at which a ranking changes, smallest first.

    Attributes:
        size: Shift without its sign, (shifts,); 0 where any shift is enough.
        beyond: Whether the ranking is that of a greater shift, up to the next, rather than of this one, (shifts,).
        used: A shift with its sign that gives the ranking, (shifts,).
    """

    size: Floats
    beyond: Flags
    used: Floats


def epsilon_of(preference: Preference) -> float:
    """Distance within which values share a rank: the one kept, or the smallest that makes the ranks as they are."""
    values = preference.values
    assert values is not None  # noqa: S101 - callers have asked
    if np.array_equal(ranks_of_values(values[None], preference.epsilon)[0], preference.ranks):
        return preference.epsilon
    return max(float(np.ptp(values[preference.ranks == rank])) for rank in np.unique(preference.ranks))


def shifts_of(values: Floats, direction: Floats, epsilon: float) -> Shifts:
    """Every ranking that values take as they move along one direction, each with the least shift that gives it.

    Two values change places where they are equal, or a class of equals gains or loses one where they are epsilon apart;
    between these points nothing changes, so a look at each point and beyond each is exact.

    Args:
        values: Shape (n,).
        direction: Change of every value by a shift of one, (n,).
        epsilon: Values that lie within it of the least of their class share a rank.
    """
    moves = np.flatnonzero(direction != direction[0]) if np.unique(direction).size < 3 else np.arange(len(values))
    apart, slope = values[None] - values[moves, None], direction[moves, None] - direction[None]
    apart, slope = apart[slope != 0], slope[slope != 0]
    points = np.concatenate([(apart + edge) / slope for edge in ((0.0, epsilon, -epsilon) if epsilon > 0 else (0.0,))])
    scale = (float(np.ptp(values)) or float(np.abs(values).max()) or 1.0) / (float(np.abs(direction).max()) or 1.0)
    size, beyond, used = [], [], []
    for sign in (1.0, -1.0):
        side = np.unique(np.append(sign * points[sign * points > 0], 0.0))
        side = side[np.append(True, np.diff(side) > _TOLERANCE * scale)]
        between = np.append((side[1:] + side[:-1]) / 2, side[-1] + scale)
        size += [side[1:], side]
        beyond += [np.zeros(len(side) - 1, dtype=np.bool_), np.ones(len(side), dtype=np.bool_)]
        used += [sign * side[1:], sign * between]
    sizes, flags = np.concatenate(size), np.concatenate(beyond)
    order = np.lexsort((flags, sizes))
    return Shifts(sizes[order], flags[order], np.concatenate(used)[order])


def ranks_after(values: Floats, epsilon: float) -> Ints:
    """Ranks of shifted values, (shifts, n), where values that rounding alone parts are equal."""
    return ranks_of_values(values, epsilon + _TOLERANCE * float(np.ptp(values, axis=1).max()))

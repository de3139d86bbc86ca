"""Changes of one party's preferences, nearest first and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.nearby import (
    epsilon_of,
    goal_weights,
    orders_near,
    ranks_after,
    ranks_of_orders,
    shifts_of,
    statements_near,
    truths_behind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.talks.model import Conflict, Preference

    Ints = np.ndarray[Any, np.dtype[Any]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["WAYS", "Change", "Ladder", "Slide", "ladder_of", "listed", "slide_of", "way_of"]

WAYS = ("swaps", "statements", "weights", "payoffs")
"""What may change: places of states in a ranking; places of statements; weights of goals; payoffs of states."""
_BY_KIND = {"ranking": "swaps", "statements": "statements", "goals": "weights", "payoffs": "payoffs"}


@dataclass(frozen=True, eq=False)
class Change:
    """A change of one party's preferences.

    Attributes:
        party: Place of the party.
        how: One of ``WAYS``.
        preference: What it prefers afterwards.
        words: What changed, in a sentence without its end.
    """

    party: int
    how: str
    preference: Preference
    words: str


def way_of(preference: Preference, how: str | None) -> str | None:
    """How a preference changes, if asked for one of ``WAYS`` or for what it is made of; ``None`` if it cannot so.

    Raises:
        InputError: If the way is unknown.
    """
    if how is not None and how not in WAYS:
        raise InputError(f"there is no way {how!r} to change preferences", code="unknown_way", cure=f"Write {', '.join(WAYS)}.")
    own = _BY_KIND[preference.kind]
    return own if how in (None, own) else "swaps" if how == "swaps" else None


class Ladder:
    """Rankings of one party by the count of changes that lead to them."""

    def __init__(self, conflict: Conflict, party: int, how: str, limit: int) -> None:
        self.conflict, self.party, self.how = conflict, party, how
        self._preference = conflict.preferences[party]
        self._levels: list[tuple[Ints, list[tuple[int, ...]]]] = []
        self._more = self._rising(limit)

    def _rising(self, limit: int) -> Iterator[tuple[Ints, list[tuple[int, ...]]]]:
        if self.how == "swaps":
            for ranks in orders_near(self._preference.ranks, limit):
                yield ranks, []
            return
        truths = truths_behind(self.conflict, self._preference)
        for orders in statements_near(len(truths), limit):
            yield (ranks_of_orders(truths, orders) if orders else np.empty((0, truths.shape[1]), dtype=np.int32)), orders

    def level(self, changes: int) -> Ints | None:
        """Rankings at a count of changes, from 1, (rankings, n); none if all were nearer, ``None`` if they are too many."""
        while len(self._levels) < changes:
            if self._levels and not len(self._levels[-1][0]):
                return self._levels[-1][0]
            found = next(self._more, None)
            if found is None:
                return None
            self._levels.append(found)
        return self._levels[changes - 1][0]

    def change(self, changes: int, place: int) -> Change:
        """One of the rankings of a level as a change."""
        ranks, orders = self._levels[changes - 1]
        before, after = self._preference, ranks[place].astype(np.int32)
        name = self.conflict.parties[self.party].name
        if self.how == "swaps":
            told = f"{name} ranks {_pairs_told(self.conflict, before.ranks, after)}"
            return Change(self.party, self.how, replace(before, ranks=after, kind="ranking", values=None, statements=()), told)
        kept = tuple(before.statements[k] for k in orders[place])
        told = f"{name} {_orders_told(before.statements, orders[place])}"
        return Change(self.party, self.how, replace(before, ranks=after, values=None, statements=kept), told)


def listed(words: list[str], most: int = 12) -> str:
    """Words in a row, cut where there are many."""
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _pairs_told(conflict: Conflict, before: Ints, after: Ints) -> str:
    """Pairs of states whose order changed, told by as few states as will do."""
    label, parts = conflict.space.label, []
    sign = np.sign(after[:, None].astype(np.int64) - after[None])
    new = sign != np.sign(before[:, None].astype(np.int64) - before[None])
    while new.any():
        ups, downs, levels = (new & (sign == side) for side in (1, -1, 0))
        word, pairs = max((("above", ups), ("below", downs), ("level with", levels)), key=lambda one: one[1].sum(axis=1).max())
        x = int(pairs.sum(axis=1).argmax())
        others = np.flatnonzero(pairs[x])
        parts.append(f"{label(x)} {word} {listed([label(y) for y in others.tolist()], 6)}")
        new[x, others] = new[others, x] = False
    return "; ".join(parts)


def _orders_told(statements: tuple[str, ...], order: tuple[int, ...]) -> str:
    """Statements that were dropped, and pairs whose order changed."""
    dropped = [f"drops '{statements[k]}'" for k in range(len(statements)) if k not in order]
    passed = [
        f"puts '{statements[first]}' before '{statements[second]}'"
        for n, first in enumerate(order)
        for second in order[n + 1 :]
        if second < first
    ]
    return " and ".join(passed + dropped)


class Slide:
    """Rankings of one party by the size of the shift of one payoff or weight that leads to them."""

    def __init__(self, conflict: Conflict, party: int, how: str, limit: int) -> None:
        self.conflict, self.party, self.how = conflict, party, how
        preference = conflict.preferences[party]
        assert preference.values is not None  # noqa: S101 - payoffs and goals have values
        self._preference, self._values, self._epsilon = preference, preference.values, epsilon_of(preference)
        if how == "weights":
            self._directions = truths_behind(conflict, preference).astype(np.float64)
        else:
            self._directions = np.eye(len(preference.values))
        found = [shifts_of(self._values, direction, self._epsilon) for direction in self._directions]
        size = np.concatenate([one.size for one in found])
        beyond = np.concatenate([one.beyond for one in found])
        order = np.lexsort((beyond, size))[:limit]
        self.size, self.beyond = size[order], beyond[order]
        self._used = np.concatenate([one.used for one in found])[order]
        self._number = np.repeat(np.arange(len(found)), [len(one.size) for one in found])[order]

    def _moved(self, places: slice | list[int]) -> Floats:
        return np.asarray(self._values + self._used[places, None] * self._directions[self._number[places]])

    def ranks(self, first: int, many: int) -> Ints:
        """Rankings after some of the shifts, (many, n)."""
        return ranks_after(self._moved(slice(first, first + many)), self._epsilon)

    def change(self, place: int) -> Change:
        """One of the shifts as a change."""
        before, number, rise = self._preference, int(self._number[place]), self._used[place] > 0
        name, values = self.conflict.parties[self.party].name, self._moved([place])[0]
        size, beyond = float(self.size[place]), bool(self.beyond[place])
        if self.how == "weights":
            now = float(goal_weights(before)[number])
            texts = list(before.statements)
            goal = texts[number].rpartition(":")[0]
            texts[number] = f"{goal}: {now + self._used[place]:g}"
            what, statements = f"gives '{goal}' the weight", tuple(texts)
        else:
            now = float(self._values[number])
            what, statements = f"values {self.conflict.space.label(number)} at", before.statements
        bound = now + size if rise else now - size
        told = f"{'more' if rise else 'less'} than {bound:g}" if beyond else f"{bound:g}"
        words = f"{name} {what} {told} instead of {now:g}"
        ranks = ranks_after(values[None], self._epsilon)[0]
        return Change(self.party, self.how, replace(before, ranks=ranks, values=values, statements=statements), words)


def ladder_of(conflict: Conflict, party: int, how: str | None, limit: int) -> Ladder | None:
    """Changes of a party's order of states or statements, if it changes so."""
    way = way_of(conflict.preferences[party], how)
    return Ladder(conflict, party, way, limit) if way in ("swaps", "statements") else None


def slide_of(conflict: Conflict, party: int, how: str | None, limit: int) -> Slide | None:
    """Shifts of a party's payoffs or weights, if it changes so."""
    way = way_of(conflict.preferences[party], how)
    return Slide(conflict, party, way, limit) if way in ("weights", "payoffs") else None

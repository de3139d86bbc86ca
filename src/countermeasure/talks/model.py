"""A conflict: parties, their options, the states these make, and how each party ranks them.

A state is a vector of options that are taken or not, held as an integer whose bit j is option j of the list. As text the
options stand from left to right in the order of the list: ``10`` is option 0 taken and option 1 not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    Codes = np.ndarray[Any, np.dtype[np.int64]]
    Ranks = np.ndarray[Any, np.dtype[np.int32]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["DIRECTIONS", "MOST_OPTIONS", "Conflict", "Option", "Party", "Preference", "StateSpace"]

DIRECTIONS = ("both", "fwd", "back")
"""An option may be switched both ways, on only, or off only."""
MOST_OPTIONS = 22
"""States are held in one cube of 2 to this power at most."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who moves.

    Attributes:
        id: Short word.
        name: In words.
    """

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something a party may do or leave.

    Attributes:
        id: Short word.
        name: In words.
        party: Place of its party.
        direction: One of ``DIRECTIONS``.
        measures: Provisions of the book that carry it out, ``instrument/provision`` with ``*`` allowed.
        on_when: When it counts as taken on a day: ``any`` or ``all`` of the measures in force.
    """

    id: str
    name: str
    party: int
    direction: str = "both"
    measures: tuple[str, ...] = ()
    on_when: str = "any"


@dataclass(frozen=True, eq=False)
class StateSpace:
    """Feasible states.

    Attributes:
        bits: Options, k.
        codes: Feasible states, rising, (n,).
        labels: A label of each, (n,); ``None`` where states go by their bits.
    """

    bits: int
    codes: Codes
    labels: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def whole(self) -> bool:
        """Whether every combination of options is feasible."""
        return len(self.codes) == 1 << self.bits

    @cached_property
    def _by_label(self) -> dict[str, int]:
        return {label: n for n, label in enumerate(self.labels or ())}

    def places(self, codes: Codes) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Places of states by code, -1 where a state is not feasible, of any shape."""
        found = np.searchsorted(self.codes, codes)
        found = np.minimum(found, len(self.codes) - 1)
        return np.asarray(np.where(self.codes[found] == codes, found, -1))

    def text(self, place: int) -> str:
        """Bits of a state, option 0 first."""
        code = int(self.codes[place])
        return "".join("1" if code >> j & 1 else "0" for j in range(self.bits))

    def label(self, place: int) -> str:
        """Label of a state, or its bits."""
        return self.text(place) if self.labels is None else self.labels[place]

    def place(self, word: str) -> int:
        """Place of a state by its label or its bits.

        Raises:
            InputError: If it is neither, or not feasible.
        """
        if word in self._by_label:
            return self._by_label[word]
        if len(word) == self.bits and set(word) <= {"0", "1"}:
            code = sum(1 << j for j, bit in enumerate(word) if bit == "1")
            found = int(self.places(np.array([code]))[0])
            if found >= 0:
                return found
            raise InputError(f"state {word} is not feasible", code="unknown_state", cure="Take one that solve lists.")
        known = ", ".join(self.label(n) for n in range(min(len(self), 12)))
        raise InputError(
            f"there is no state {word!r}", code="unknown_state", cure=f"Give a label or {self.bits} bits, as {known}."
        )


@dataclass(frozen=True, eq=False)
class Preference:
    """How a party ranks states.

    Attributes:
        ranks: Of each state, greater is better, equal is as good, (n,); dense from 0.
        kind: ``ranking``, ``statements``, ``goals`` or ``payoffs``.
        source: Where it comes from, in a line.
        values: Scores or payoffs behind the ranks, (n,), where there are any.
        statements: Statements in their order, most important first, where there are any.
        epsilon: Values as close as this share a rank.
    """

    ranks: Ranks
    kind: str = "ranking"
    source: str = ""
    values: Floats | None = None
    statements: tuple[str, ...] = ()
    epsilon: float = 0.0

    @staticmethod
    def of_values(values: Floats, epsilon: float = 0.0, kind: str = "payoffs", source: str = "") -> Preference:
        """Ranks of values; values that lie within epsilon of the least of their class share a rank."""
        order = np.argsort(values, kind="stable")
        ranks = np.zeros(len(values), dtype=np.int32)
        rank, least = 0, -np.inf
        for n, place in enumerate(order):
            if n and values[place] - least > epsilon:
                rank += 1
                least = values[place]
            elif not n:
                least = values[place]
            ranks[place] = rank
        return Preference(ranks, kind, source, np.asarray(values, dtype=np.float64), epsilon=epsilon)

    def classes(self) -> list[list[int]]:
        """Places of states best first, states as good as each other together."""
        found: dict[int, list[int]] = {}
        for place, rank in enumerate(self.ranks.tolist()):
            found.setdefault(rank, []).append(place)
        return [found[rank] for rank in sorted(found, reverse=True)]


@dataclass(frozen=True, eq=False)
class Conflict:
    """A conflict.

    Attributes:
        id: Short word.
        title: In a line.
        parties: Parties.
        options: Options, all parties'.
        space: Feasible states.
        preferences: Of each party.
        status_quo: Place of today's state, if one is named.
        assumption: Whether the preferences are an assumption rather than a finding.
        source: Citation.
        notes: What else is to be known.
        views: What a party believes others prefer, by party, then by the other: preferences that replace the true ones.
    """

    id: str
    title: str
    parties: tuple[Party, ...]
    options: tuple[Option, ...]
    space: StateSpace
    preferences: tuple[Preference, ...]
    status_quo: int | None = None
    assumption: bool = False
    source: str = ""
    notes: tuple[str, ...] = ()
    views: dict[int, dict[int, Preference]] = field(default_factory=dict)

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """Bits of each party's options."""
        found = [0] * len(self.parties)
        for j, option in enumerate(self.options):
            found[option.party] |= 1 << j
        return tuple(found)

    @cached_property
    def only_on(self) -> int:
        """Bits of options that can be switched on only."""
        return sum(1 << j for j, option in enumerate(self.options) if option.direction == "fwd")

    @cached_property
    def only_off(self) -> int:
        """Bits of options that can be switched off only."""
        return sum(1 << j for j, option in enumerate(self.options) if option.direction == "back")

    @cached_property
    def ranks(self) -> Ranks:
        """Ranks, (parties, n)."""
        return np.array([preference.ranks for preference in self.preferences], dtype=np.int32)

    def party(self, word: str) -> int:
        """Place of a party by id or name.

        Raises:
            InputError: If there is none.
        """
        for place, one in enumerate(self.parties):
            if word.casefold() in (one.id.casefold(), one.name.casefold()):
                return place
        ids = ", ".join(p.id for p in self.parties)
        raise InputError(f"there is no party {word!r}", code="unknown_party", cure=f"Parties are {ids}.")

    def mask_of(self, movers: Iterable[int]) -> int:
        """Bits of the options of several parties."""
        found = 0
        for mover in movers:
            found |= self.masks[mover]
        return found

    def taken(self, place: int) -> tuple[int, ...]:
        """Places of options taken in a state."""
        code = int(self.space.codes[place])
        return tuple(j for j in range(len(self.options)) if code >> j & 1)

    def words(self, place: int) -> str:
        """A state in words: its label and the options taken."""
        taken = ", ".join(self.options[j].id for j in self.taken(place)) or "none"
        return f"{self.space.label(place)} {{{taken}}}"

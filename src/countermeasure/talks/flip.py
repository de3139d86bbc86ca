"""What would break or make an equilibrium: the smallest change of preferences that changes the answer for one state.

Changes are counted where preferences are ordinal: swaps of neighbouring states in a ranking, swaps of neighbouring
statements or a statement dropped. Where they are numbers, the change is the shift of one payoff or of one weight. Every
change up to the answer is tried, nearest first, so that none is nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.changes import ladder_of, listed, slide_of
from countermeasure.talks.inverse import NAMES
from countermeasure.talks.profiles import check_asked, stable_under, steps_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.changes import Change, Ladder, Slide
    from countermeasure.talks.model import Conflict

    Ints = np.ndarray[Any, np.dtype[Any]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Step = tuple[int, int, int]  # party, count of changes, place among the rankings at that count
    Steps = tuple[Step, ...]

__all__ = ["MOST_PROFILES", "MOST_WAYS", "Flip", "Way", "flip"]

MOST_PROFILES = 200_000
"""Profiles of preferences that are tried at one distance, and shifts that are tried of one party."""
MOST_WAYS = 24
"""Equally small changes that are told."""
_MOST_TOLD = 12


@dataclass(frozen=True, eq=False)
class Way:
    """A change of preferences after which the answer for the target is the other one.

    Attributes:
        changes: Of one party, or of several together.
        size: Changes counted, or the shift of the number; 0 where any shift is enough.
        counted: Whether ``size`` counts changes rather than shifts a number.
        beyond: Whether the shift must exceed ``size``.
        equilibria: Places of the equilibria afterwards.
        words: All of it in a sentence.
    """

    changes: tuple[Change, ...]
    size: float
    counted: bool
    beyond: bool
    equilibria: tuple[int, ...]
    words: str


@dataclass(frozen=True, eq=False)
class Flip:
    """The smallest changes that flip the answer for one state.

    Attributes:
        conflict: Conflict.
        target: Place of the state.
        notion: One of ``NOTIONS``.
        stable: Whether the state is an equilibrium as it is.
        equilibria: Places of the equilibria as they are.
        ways: The nearest first; counted changes all of one size, and for each party with numbers its least shift.
        searched: Counted changes up to which every one was tried; 0 where no party has an order to change.
        words: In a line.
    """

    conflict: Conflict
    target: int
    notion: str
    stable: bool
    equilibria: tuple[int, ...]
    ways: tuple[Way, ...]
    searched: int
    words: str

    @property
    def nearest(self) -> Way | None:
        """The first of the ways."""
        return self.ways[0] if self.ways else None


def flip(
    conflict: Conflict,
    target: int,
    notion: str = "seq",
    *,
    parties: Sequence[int | str] = (),
    how: str | None = None,
    most: int = 6,
    limit: int = MOST_PROFILES,
    semantics: str = "legal_sequence",
) -> Flip:
    """Find the smallest change of preferences that makes a state an equilibrium, or breaks it.

    Args:
        conflict: Conflict.
        target: Place of the state.
        notion: One of ``NOTIONS``.
        parties: Whose preferences may change; all if absent.
        how: What changes: ``swaps`` of states, ``statements``, ``weights`` or ``payoffs``; by default what each preference
            is made of. Changes of orders are sought for one party and for two together; where a notion looks at a party's
            own ranking alone (all but sequential stability), for any number of parties.
        most: Counted changes that are tried at most.
        limit: Profiles tried at one distance at most; a search that would need more ends, and says how far it came.
        semantics: One of ``SEMANTICS``.

    Raises:
        InputError: If a notion, party or way is unknown, or no party has preferences that can change so.
    """
    check_asked(notion, semantics)
    who = [conflict.party(one) if isinstance(one, str) else one for one in parties] or range(len(conflict.parties))
    ladders = {party: ladder for party in who if (ladder := ladder_of(conflict, party, how, limit)) is not None}
    slides = {party: slide for party in who if (slide := slide_of(conflict, party, how, limit)) is not None}
    if not ladders and not slides:
        raise InputError(
            f"no party named has preferences that change by {how}",
            code="nothing_to_change",
            cure="Leave how out, or write swaps: every preference ranks states.",
        )
    search = _Search(conflict, target, notion, semantics)
    found, searched = _counted(search, ladders, most, limit) if ladders else ([], 0)
    ways = [search.way(steps, ladders) for steps in found[:MOST_WAYS]]
    shifted = [way for slide in slides.values() if (way := _shifted(search, slide)) is not None]
    ways += sorted(shifted, key=lambda way: (way.size, way.beyond))
    return Flip(
        conflict,
        target,
        notion,
        search.stable,
        search.equilibria(()),
        tuple(ways),
        searched,
        search.told(ways, bool(ladders), searched),
    )


class _Search:
    """The question: does the answer for the target differ under other preferences?"""

    def __init__(self, conflict: Conflict, target: int, notion: str, semantics: str) -> None:
        self.conflict, self.target, self.notion, self.semantics = conflict, target, notion, semantics
        self.steps = steps_of(conflict)
        self.own = notion != "seq"
        self.kept: dict[tuple[int, int], Ints] = {}
        self.flags: Flags = self.stable_for({}, 1)[0]
        self.stable = bool(self.flags.all())
        # what is sequentially stable is GMR, which hangs on the own ranking alone: rankings that are not need no trial
        self.bound = _Search(conflict, target, "gmr", semantics) if not (self.own or self.stable) else None

    def stable_for(self, ranks: dict[int, Ints], many: int) -> Flags:
        """Whether the target is stable for each party, (many, parties), where some parties rank otherwise, (many, n) each."""
        found = np.empty((many, len(self.conflict.parties)), dtype=np.bool_)
        size = max(1, (1 << 22) // self.conflict.ranks.size)
        for first in range(0, many, size):
            last = min(many, first + size)
            profiles = np.repeat(self.conflict.ranks[None], last - first, axis=0)
            for party, other in ranks.items():
                profiles[:, party] = other[first:last]
            flags = stable_under(self.conflict, profiles, notions=(self.notion,), semantics=self.semantics, steps=self.steps)
            found[first:last] = flags[:, 0, :, self.target]
        return found

    def flipped(self, ranks: dict[int, Ints], many: int) -> list[int]:
        """Which of many profiles give the other answer."""
        return np.flatnonzero(self.stable_for(ranks, many).all(axis=1) != self.stable).tolist()

    def worth(self, ladder: Ladder, changes: int) -> Ints | None:
        """Places of the rankings at a count of changes that can give the other answer; ``None`` if they are too many."""
        level = ladder.level(changes)
        if level is None:
            return None
        key = ladder.party, changes
        if key not in self.kept:
            party, many = ladder.party, len(level)
            every = np.ones(many, dtype=np.bool_)
            held = every if self.bound is None else self.bound.stable_for({party: level}, many)[:, party]
            self.kept[key] = np.flatnonzero(held)
        return self.kept[key]

    def lets(self, *changed: int) -> bool:
        """Whether changes of these parties alone can give the other answer."""
        return self.bound is None or set(np.flatnonzero(~self.bound.flags).tolist()) <= set(changed)

    def equilibria(self, changes: Sequence[Change]) -> tuple[int, ...]:
        """Places of the equilibria after changes."""
        ranks = self.conflict.ranks.copy()
        for change in changes:
            ranks[change.party] = change.preference.ranks
        flags = stable_under(self.conflict, ranks[None], notions=(self.notion,), semantics=self.semantics, steps=self.steps)
        return tuple(np.flatnonzero(flags[0, 0].all(axis=0)).tolist())

    def way(self, steps: Steps, ladders: dict[int, Ladder]) -> Way:
        """Counted changes as a way."""
        changes = tuple(ladders[party].change(count, place) for party, count, place in steps)
        return self._way(changes, sum(count for _, count, _ in steps), counted=True, beyond=False)

    def shift(self, slide: Slide, place: int) -> Way:
        """A shift as a way."""
        return self._way((slide.change(place),), float(slide.size[place]), counted=False, beyond=bool(slide.beyond[place]))

    def _way(self, changes: tuple[Change, ...], size: float, *, counted: bool, beyond: bool) -> Way:
        equilibria, label = self.equilibria(changes), self.conflict.space.label
        then = f"state {label(self.target)} is {'no longer ' if self.stable else ''}an equilibrium ({NAMES[self.notion]})"
        now = self.equilibria(())
        if len(equilibria) <= _MOST_TOLD:
            left = f"equilibria then: {listed([label(place) for place in equilibria]) or 'none'}"
        else:
            gone, new = ([label(place) for place in a if place not in b] for a, b in ((now, equilibria), (equilibria, now)))
            left = f"in all, gone: {listed(gone) or 'none'}; new: {listed(new) or 'none'}"
        words = f"If {'; and '.join(change.words for change in changes)}: {then}; {left}."
        return Way(changes, size, counted, beyond, equilibria, words)

    def told(self, ways: Sequence[Way], counting: bool, searched: int) -> str:
        """The finding in a line."""
        state, answer = self.conflict.space.label(self.target), "an" if self.stable else "not an"
        is_now = f"state {state} is {answer} equilibrium ({NAMES[self.notion]})"
        verb, parts = "breaks" if self.stable else "makes", []
        counted = [way for way in ways if way.counted]
        if counted:
            size, ways_told = int(counted[0].size), "in one way" if len(counted) == 1 else f"in {len(counted)} ways"
            more = " or more" if len(counted) == MOST_WAYS else ""
            does = verb.removesuffix("s") if size > 1 else verb
            parts.append(f"{size} change{'s' if size > 1 else ''} {does} it, {ways_told}{more}")
        elif counting:
            parts.append(f"none within {searched} change{'s' if searched != 1 else ''} {verb} it")
        for way in ways:
            if not way.counted:
                name = self.conflict.parties[way.changes[0].party].name
                size_told = "any shift" if way.size == 0 else f"a shift of {'more than ' if way.beyond else ''}{way.size:g}"
                parts.append(
                    f"{size_told} of one {'weight' if way.changes[0].how == 'weights' else 'payoff'} of {name} {verb} it"
                )
        return f"{is_now}; {'; '.join(parts or [f'no shift of one number {verb} it'])}."


def _counted(search: _Search, ladders: dict[int, Ladder], most: int, limit: int) -> tuple[list[Steps], int]:
    """Nearest counted changes, and the count up to which all were tried."""
    if search.own and not search.stable:
        return _each_alone(search, ladders, most)
    for changes in range(1, most + 1):
        found: list[Steps] = []
        for party, ladder in ladders.items():
            places = search.worth(ladder, changes)
            if places is None:
                return [], changes - 1
            if search.lets(party) and len(places):
                level = ladder.level(changes)
                assert level is not None  # noqa: S101 - there are places in it
                hits = search.flipped({party: level[places]}, len(places))
                found += [((party, changes, int(places[hit])),) for hit in hits]
        if not found and not search.own:
            for pair in combinations(ladders, 2):
                pairs = _of_two(search, ladders, pair, changes, limit) if search.lets(*pair) else []
                if pairs is None:
                    return [], changes - 1
                found += pairs
        if found:
            return found, changes
    return [], most


def _of_two(search: _Search, ladders: dict[int, Ladder], pair: tuple[int, int], changes: int, limit: int) -> list[Steps] | None:
    """Changes of two parties together; ``None`` if they are too many to try."""
    one, two = pair
    found: list[Steps] = []
    for first in range(1, changes):
        places = search.worth(ladders[one], first), search.worth(ladders[two], changes - first)
        levels = ladders[one].level(first), ladders[two].level(changes - first)
        if places[0] is None or places[1] is None or levels[0] is None or levels[1] is None:
            return None
        left, right = levels[0][places[0]], levels[1][places[1]]
        if len(left) * len(right) > limit:
            return None
        ranks = {one: np.repeat(left, len(right), axis=0), two: np.tile(right, (len(left), 1))}
        for hit in search.flipped(ranks, len(left) * len(right)):
            a, b = divmod(hit, len(right))
            found.append(((one, first, int(places[0][a])), (two, changes - first, int(places[1][b]))))
    return found


def _each_alone(search: _Search, ladders: dict[int, Ladder], most: int) -> tuple[list[Steps], int]:
    """Changes that make a state stable for every party that it is not stable for, where each looks at its own ranking alone."""
    hits: list[list[Step]] = []
    total = 0
    for party in np.flatnonzero(~search.flags).tolist():
        if party not in ladders:
            return [], most
        for changes in range(1, most + 1):
            level = ladders[party].level(changes)
            if level is None:
                return [], changes - 1
            stable = search.stable_for({party: level}, len(level))[:, party]
            if stable.any():
                hits.append([(party, changes, place) for place in np.flatnonzero(stable).tolist()])
                total += changes
                break
        else:
            return [], most
    return (list(islice(product(*hits), MOST_WAYS)), total) if total <= most else ([], most)


def _shifted(search: _Search, slide: Slide) -> Way | None:
    """The least shift of one number of a party."""
    for first in range(0, len(slide.size), 4096):
        ranks = slide.ranks(first, 4096)
        hits = search.flipped({slide.party: ranks}, len(ranks))
        if hits:
            return search.shift(slide, first + hits[0])
    return None

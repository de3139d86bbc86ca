"""Inverse questions: which preferences would make a state an equilibrium, how many rankings do, and on what conditions.

Counts are exact: every ranking is tried. Where two parties are varied together, a state is stable for a party according
to what that party prefers to the state and to the whole ranking of the other, so pairs are counted by these.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.moves import moves
from countermeasure.talks.profiles import answers, check_asked, stable_under, steps_of
from countermeasure.talks.stability import NOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.model import Conflict

    Ints = np.ndarray[Any, np.dtype[Any]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["MOST_RANKED", "Clause", "Condition", "RankingCounts", "conditions", "count_rankings"]

MOST_RANKED = 8
"""Rankings are counted for conflicts of this many states at most: 40,320 rankings of a party."""
MOST_PAIRED = 6
"""Rankings of two parties among more, of this many states at most: 518,400 pairs."""
NAMES = {"nash": "Nash", "gmr": "GMR", "smr": "SMR", "seq": "SEQ"}
"""Notions in short, as the literature writes them."""


@dataclass(frozen=True, slots=True)
class RankingCounts:
    """How many rankings make a state an equilibrium.

    Attributes:
        target: Place of the state.
        varied: Places of the parties whose rankings were varied; the others rank as they do.
        total: Profiles counted: all strict rankings of the states, for every varied party.
        counts: Profiles under which the state is an equilibrium, by notion.
    """

    target: int
    varied: tuple[int, ...]
    total: int
    counts: dict[str, int]

    def share(self, notion: str) -> float:
        """Share of the profiles; it counts rankings and says nothing of which are likely."""
        return self.counts[notion] / self.total


@dataclass(frozen=True, slots=True)
class Clause:
    """What keeps a party from one move: any of the alternatives is enough.

    Attributes:
        move: Place of the state it could move to.
        alternatives: Sets of places none of which the party may prefer to the state it leaves; the move itself, or an
            answer with, for symmetric metarationality, all it could reach from there.
        met: Whether one of them holds as the party ranks now.
    """

    move: int
    alternatives: tuple[tuple[int, ...], ...]
    met: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """When a state is stable for a party: if every clause is met.

    Attributes:
        party: Place of the party.
        notion: One of ``NOTIONS``.
        clauses: One for each move it has.
        words: The same in a sentence.
    """

    party: int
    notion: str
    clauses: tuple[Clause, ...]
    words: str

    @property
    def met(self) -> bool:
        """Whether the state is stable for the party as it ranks now."""
        return all(clause.met for clause in self.clauses)


# ------------------------------------------------------------------------------------------------------------ counting


def count_rankings(
    conflict: Conflict,
    target: int,
    party: int | str | None = None,
    *,
    vary: Sequence[int | str] = (),
    semantics: str = "legal_sequence",
) -> RankingCounts:
    """Count the strict rankings that make a state an equilibrium.

    Args:
        conflict: Conflict; parties that are not varied rank as they do.
        target: Place of the state.
        party: The party whose ranking is varied, by place, id or name; the first if nothing is said.
        vary: Parties whose rankings are varied together, in place of ``party``; two at most.
        semantics: One of ``SEMANTICS``.

    Returns:
        Exact counts, by notion, of all rankings or pairs of rankings.

    Raises:
        InputError: If there are more than ``MOST_RANKED`` states (``MOST_PAIRED`` for two parties among more), more than two
            varied parties, or a party is unknown.
    """
    check_asked("nash", semantics)
    asked = tuple(vary) or (0 if party is None else party,)
    varied = tuple(dict.fromkeys(conflict.party(one) if isinstance(one, str) else one for one in asked))
    n, parties = len(conflict.space), len(conflict.parties)
    most = MOST_PAIRED if len(varied) == 2 and parties > 2 else MOST_RANKED
    if n > most or len(varied) > 2:
        what = f"{n} states, varied for {_listed([conflict.parties[d].name for d in varied])},"
        raise InputError(
            f"the rankings of {what} are too many to count",
            code="too_many_rankings",
            cure=f"Count for {most} states and two parties at most; robust samples rankings, and flip finds the nearest.",
        )
    rankings = np.array(list(permutations(range(n))), dtype=np.int16)
    if len(varied) == 1:
        counts = _count_one(conflict, target, varied[0], rankings, semantics)
    else:
        count = _count_two if parties == 2 else _count_pairs
        counts = count(conflict, target, (varied[0], varied[1]), rankings, semantics)
    return RankingCounts(target, varied, factorial(n) ** len(varied), counts)


def _count_one(conflict: Conflict, target: int, party: int, rankings: Ints, semantics: str) -> dict[str, int]:
    profiles = np.repeat(conflict.ranks[None].astype(np.int16), len(rankings), axis=0)
    profiles[:, party] = rankings
    stable = stable_under(conflict, profiles, semantics=semantics)[..., target].all(axis=2)
    return dict(zip(NOTIONS, stable.sum(axis=0).tolist(), strict=True))


def _count_pairs(conflict: Conflict, target: int, varied: tuple[int, int], rankings: Ints, semantics: str) -> dict[str, int]:
    """Pairs of rankings one by one, as the stability of a third party may hang on both."""
    steps, counts = steps_of(conflict), np.zeros(len(NOTIONS), dtype=np.int64)
    for ranking in rankings:
        profiles = np.repeat(conflict.ranks[None].astype(np.int16), len(rankings), axis=0)
        profiles[:, varied[0]] = ranking
        profiles[:, varied[1]] = rankings
        stable = stable_under(conflict, profiles, semantics=semantics, steps=steps)[..., target]
        counts += stable.all(axis=2).sum(axis=0)
    return dict(zip(NOTIONS, counts.tolist(), strict=True))


def _count_two(conflict: Conflict, target: int, varied: tuple[int, int], rankings: Ints, semantics: str) -> dict[str, int]:
    """Pairs of rankings of the only two parties: the own one matters by what it prefers to the target, the other in full."""
    kinds, kind = np.unique(rankings > rankings[:, [target]], axis=0, return_inverse=True)
    kind, steps, tables = kind.reshape(-1), steps_of(conflict), []
    profiles = np.empty((len(rankings), 2, len(conflict.space)), dtype=np.int16)
    for own, other in (varied, varied[::-1]):
        profiles[:, other] = rankings
        table = np.empty((len(NOTIONS), len(kinds), len(kinds)), dtype=np.int64)
        for k, prefers in enumerate(kinds):
            profiles[:, own] = prefers
            holds = stable_under(conflict, profiles, semantics=semantics, steps=steps)[:, :, own, target]
            table[:, k] = [np.bincount(kind[flags], minlength=len(kinds)) for flags in holds.T]
        tables.append(table)
    first, second = tables  # rankings of the other by (kind of the own, kind of the other)
    return {notion: int((first[m] * second[m].T).sum()) for m, notion in enumerate(NOTIONS)}


# ---------------------------------------------------------------------------------------------------------- conditions


def conditions(conflict: Conflict, target: int, *, semantics: str = "legal_sequence") -> tuple[Condition, ...]:
    """On what pairwise comparisons the stability of a state rests, party by party and notion by notion.

    Args:
        conflict: Conflict. For sequential stability the answers are those that the others, as they rank now, gain by.
        target: Place of the state.
        semantics: One of ``SEMANTICS``.

    Returns:
        Parties in their order, notions in the order of ``NOTIONS``.

    Raises:
        InputError: If the semantics is unknown.
    """
    check_asked("nash", semantics)
    found = []
    for party in range(len(conflict.parties)):
        reached = moves(conflict, party, target).tolist()
        for notion in NOTIONS:
            clauses = tuple(_clause(conflict, party, notion, target, move, semantics) for move in reached)
            found.append(Condition(party, notion, clauses, _words(conflict, party, notion, target, clauses)))
    return tuple(found)


def _clause(conflict: Conflict, party: int, notion: str, target: int, move: int, semantics: str) -> Clause:
    alternatives = [frozenset((move,))]
    if notion != "nash":
        for answer in answers(conflict, party, move, improving=notion == "seq", semantics=semantics):
            after = moves(conflict, party, answer).tolist() if notion == "smr" else ()
            alternatives.append(frozenset((answer, *after)) - {target})
    needed: list[frozenset[int]] = []  # a larger set is never easier to satisfy
    for one in sorted(set(alternatives), key=lambda places: (len(places), sorted(places))):
        if not any(kept <= one for kept in needed):
            needed.append(one)
    ranks = conflict.ranks[party]
    met = any(all(ranks[place] <= ranks[target] for place in one) for one in needed)
    return Clause(move, tuple(tuple(sorted(one)) for one in needed), met)


def _words(conflict: Conflict, party: int, notion: str, target: int, clauses: tuple[Clause, ...]) -> str:
    name, label = conflict.parties[party].name, conflict.space.label
    binding = [clause.alternatives for clause in clauses if () not in clause.alternatives]
    if not binding:
        why = "the others can undo every move" if clauses else "there is no move"
        return f"{NAMES[notion]}: {name} in any case, {why} from {label(target)}."
    plain = sorted({place for ways in binding if len(ways) == 1 for place in ways[0]})
    parts = [_listed([label(place) for place in plain])] if plain else []
    parts += [", or else ".join(_listed([label(place) for place in one]) for one in ways) for ways in binding if len(ways) > 1]
    given = ", while the others rank as they do" if notion == "seq" else ""
    return f"{NAMES[notion]}: {name} ranks {label(target)} no lower than {'; and no lower than '.join(parts)}{given}."


def _listed(words: list[str]) -> str:
    return " and ".join(", ".join(words).rsplit(", ", 1))

"""Which states are stable: one inequality for four notions.

A state s is stable for party i iff the greatest q(u) over the states u that i can move to is not above P_i(s), where

- Nash: q = P_i(u);
- GMR: q = the least P_i over u and what opponents can make of it;
- SMR: the same, each t of those counted at the best that i can still reach from t;
- SEQ: as GMR with improvements of the opponents only.

Each follows from its definition (Fang, Hipel and Kilgour 1993) by negation: s is unstable iff some improvement has no
answer. Ties count as answers, for the test is "not above". Sets may hold their start, for q contains P_i(u) already; and
no one need be kept from moving twice running, for two moves of one party are one move of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.kernel import MATRIX_STATES, Answers, Climbs, Closure, Matrix, Reach, closure_of, moves_of
from countermeasure.talks.stability import NOTIONS, SEMANTICS, Stability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.talks.model import Conflict, Ranks

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Engine", "coalition_of", "solve"]

SIMULTANEOUS_STATES = 1 << 14


def coalition_of(conflict: Conflict, members: Iterable[int | str]) -> tuple[int, ...]:
    """Places of the members of a coalition, rising.

    Raises:
        InputError: If a member is unknown, or there are fewer than two.
    """
    found = sorted({member if isinstance(member, int) else conflict.party(member) for member in members})
    if len(found) < 2 or not 0 <= found[0] <= found[-1] < len(conflict.parties):
        ids = ", ".join(party.id for party in conflict.parties)
        raise InputError("a coalition has two parties at least", code="bad_coalition", cure=f"Name two or more of {ids}.")
    return tuple(found)


@dataclass(eq=False)
class Engine:
    """Moves of a conflict, each built once.

    Args:
        conflict: Of which.
        semantics: One of ``SEMANTICS``.
        joint: Coalitions of opponents that may answer as one, besides each alone.
    """

    conflict: Conflict
    semantics: str = "legal_sequence"
    joint: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        self._moves: dict[tuple[int, ...], Reach] = {}
        self._climbs: dict[tuple[int, ...], Reach] = {}

    def moves(self, movers: tuple[int, ...]) -> Reach:
        """Moves of a party or coalition."""
        if movers not in self._moves:
            self._moves[movers] = moves_of(self.conflict, self.conflict.mask_of(movers))
        return self._moves[movers]

    def climbs(self, movers: tuple[int, ...]) -> Reach:
        """Moves of a party or coalition that every member strictly prefers."""
        if movers not in self._climbs:
            conflict, mask = self.conflict, self.conflict.mask_of(movers)
            if len(movers) == 1:
                self._climbs[movers] = Climbs(conflict, mask, conflict.ranks[movers[0]])
            else:
                arcs = Matrix.of(conflict, mask).arcs
                for mover in movers:
                    arcs &= conflict.ranks[mover][None, :] > conflict.ranks[mover][:, None]
                self._climbs[movers] = Matrix(arcs)
        return self._climbs[movers]

    def opponents(self, movers: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Those who may answer a party or coalition."""
        alone = [(d,) for d in range(len(self.conflict.parties)) if d not in movers]
        return alone + [one for one in self.joint if not set(one) & set(movers)]

    def answers(self, movers: tuple[int, ...]) -> Reach:
        """Answers of the opponents by any move."""
        opponents = self.opponents(movers)
        if self.semantics == "legal_sequence" and not self.joint:
            return closure_of(self.conflict, [self.conflict.mask_of(one) for one in opponents])
        return self._sequences([self.moves(one) for one in opponents])

    def improving_answers(self, movers: tuple[int, ...]) -> Reach:
        """Answers of the opponents by steps that each improves on for its mover."""
        return self._sequences([self.climbs(one) for one in self.opponents(movers)])

    def _sequences(self, movers: Sequence[Reach]) -> Reach:
        if self.semantics == "legal_sequence":
            return Closure(movers)
        return Answers(movers, once=self.semantics == "each_opponent_once")

    def values(self, mover: int) -> tuple[Ranks, ...]:
        """The q of each notion, (n,) each; see the head of the module."""
        own: tuple[int, ...] = (mover,)
        ranks: Ranks = self.conflict.ranks[mover]
        answers, moves = self.answers(own), self.moves(own)
        seq = self.improving_answers(own).least(ranks)
        return ranks, answers.least(ranks), np.minimum(ranks, answers.least(moves.most(ranks))), seq

    def stable(self, mover: int) -> Flags:
        """Whether each state is stable for a party, (notions, n)."""
        moves, ranks = self.moves((mover,)), self.conflict.ranks[mover]
        return np.array([moves.most(q) <= ranks for q in self.values(mover)])

    def stable_for(self, members: tuple[int, ...]) -> Flags:
        """Whether each state is stable for a coalition, (notions, n).

        The coalition improves where every member does; an answer holds where some member is then not better off than
        before. Under SMR it holds if the coalition has no reply that all members prefer to where it began.
        """
        ranks, moves = self.conflict.ranks[list(members)], self.moves(members)
        answers, climbing = self.answers(members), self.improving_answers(members)
        levels = {
            "nash": ranks,
            "gmr": np.array([answers.least(row) for row in ranks]),
            "seq": np.array([climbing.least(row) for row in ranks]),
        }
        arcs = Matrix.of(self.conflict, self.conflict.mask_of(members)).arcs
        found = np.ones((len(NOTIONS), len(self.conflict.space)), dtype=np.bool_)
        for place in range(len(self.conflict.space)):
            above = (ranks > ranks[:, place, None]).all(axis=0)
            if not (arcs[place] & above).any():
                continue
            for n, notion in enumerate(NOTIONS):
                if notion == "smr":
                    escapes = answers.least(moves.most(np.asarray(above, dtype=np.int32))) > 0
                    found[n, place] = not (arcs[place] & above & escapes).any()
                else:
                    found[n, place] = not (arcs[place] & (levels[notion] > ranks[:, place, None]).all(axis=0)).any()
        return found

    def simultaneous(self, seq: Flags) -> Flags:
        """Stability of two parties where their improvements may fall together, (parties, n).

        To the states that are sequentially stable come those from which both would move and every improvement that no
        answer deters may meet one of the other's, so that the two together leave the mover not better off (Fraser and
        Hipel 1984).

        Args:
            seq: Sequential stability, (parties, n).
        """
        from countermeasure.talks.moves import improvements

        conflict, found = self.conflict, seq.copy()
        levels = [self.improving_answers((mover,)).least(conflict.ranks[mover]) for mover in (0, 1)]
        codes = conflict.space.codes
        for place in np.flatnonzero(~seq.any(axis=0)).tolist():
            open_ = []
            for mover in (0, 1):
                better = improvements(conflict, mover, place)
                open_.append(better[levels[mover][better] > conflict.ranks[mover, place]])
            joint = conflict.space.places(codes[open_[0]][:, None] ^ codes[open_[1]][None, :] ^ codes[place])
            for mover in (0, 1):
                meets = (joint >= 0) & (conflict.ranks[mover][joint] <= conflict.ranks[mover, place])
                found[mover, place] = meets.any(axis=1 - mover).all()
        return found


def solve(
    conflict: Conflict,
    *,
    semantics: str = "legal_sequence",
    coalitions: Sequence[Iterable[int | str]] = (),
    simultaneous: bool = False,
    joint_answers: bool = False,
) -> Stability:
    """Stability of every state for every party.

    Args:
        conflict: Parties, states and preferences.
        semantics: How opponents may answer; one of ``SEMANTICS``.
        coalitions: Parties, by place or id, that may also act as one; each is examined beside the parties alone.
        simultaneous: Whether to add stability with simultaneous answers, for two parties.
        joint_answers: Whether the coalitions may also answer as one; else opponents answer one by one.

    Returns:
        Flags of each notion and mover: the parties in their order, then the coalitions.

    Raises:
        InputError: If the semantics or a coalition is unknown, or the space is too large for what is asked.

    Source:
        Fang, Hipel and Kilgour (1993), Interactive Decision Making; coalitions as in Kilgour, Hipel, Fang and Peng (2001).
    """
    if semantics not in SEMANTICS:
        raise InputError(
            f"there are no sanction semantics {semantics!r}", code="unknown_semantics", cure=f"Use {', '.join(SEMANTICS)}."
        )
    groups = tuple(dict.fromkeys(coalition_of(conflict, members) for members in coalitions))
    states = len(conflict.space)
    if groups and states > MATRIX_STATES:
        raise InputError(
            f"coalitions are solved up to {MATRIX_STATES} states, and there are {states}",
            code="too_many_states",
            cure="Leave out options, or solve without coalitions.",
        )
    if simultaneous and (len(conflict.parties) != 2 or states > SIMULTANEOUS_STATES):
        raise InputError(
            f"simultaneous answers are for two parties and {SIMULTANEOUS_STATES} states at most",
            code="not_simultaneous",
            cure="Leave simultaneous out.",
        )
    engine = Engine(conflict, semantics, groups if joint_answers else ())
    found = [engine.stable(mover) for mover in range(len(conflict.parties))]
    found += [engine.stable_for(members) for members in groups]
    stable = np.stack(found, axis=1)
    both = engine.simultaneous(stable[NOTIONS.index("seq"), :2]) if simultaneous else None
    movers = (*((mover,) for mover in range(len(conflict.parties))), *groups)
    return Stability(conflict, semantics, stable, movers, both, joint_answers)

"""Which states are stable, for whom, in which sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from countermeasure.talks.model import Conflict

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["NOTIONS", "SEMANTICS", "Stability"]

NOTIONS = ("nash", "gmr", "smr", "seq")
"""Nash; general metarationality; symmetric metarationality; sequential stability."""
SEMANTICS = ("legal_sequence", "each_opponent_once", "single_move")
"""How opponents may answer: in any order with no one twice running; each at most once; one of them with one move."""


@dataclass(frozen=True, eq=False)
class Stability:
    """Stable states of a conflict.

    Attributes:
        conflict: Of which.
        semantics: One of ``SEMANTICS``.
        stable: Whether a state is stable for a party, (notions, parties, n).
        movers: Parties or coalitions that moved, as places of parties; by default each party alone.
        simultaneous: Stability with simultaneous sanctions of two parties, (parties, n), where it was asked.
        joint_answers: Whether coalitions may also answer as one.
    """

    conflict: Conflict
    semantics: str
    stable: Flags
    movers: tuple[tuple[int, ...], ...]
    simultaneous: Flags | None = None
    joint_answers: bool = False

    def of(self, notion: str) -> Flags:
        """Whether a state is stable for each mover, (movers, n)."""
        return np.asarray(self.stable[NOTIONS.index(notion)])

    def equilibria(self, notion: str) -> tuple[int, ...]:
        """Places of the states that are stable for all."""
        return tuple(int(n) for n in np.flatnonzero(self.of(notion).all(axis=0)))

    def notions_of(self, place: int) -> tuple[str, ...]:
        """Notions under which a state is an equilibrium."""
        return tuple(notion for notion in NOTIONS if self.of(notion)[:, place].all())

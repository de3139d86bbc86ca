"""Misperception: what each party would expect if the others preferred what it believes they do.

Every party has its own view of the conflict: its own preferences, and for the others those it believes in. Each view is a
conflict and is solved as one; laid over one another they show where the parties expect different outcomes. What is stable
for each party within its own view is an equilibrium of the hypergame (Bennett, 1977, Omega 5:749-751).
Nothing else in this package looks at views: an analyst who wants them asks here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.profiles import check_asked
from countermeasure.talks.stability import NOTIONS

if TYPE_CHECKING:
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Overlay", "overlay", "view_of"]


@dataclass(frozen=True, eq=False)
class Overlay:
    """The views of all parties, one over another.

    Attributes:
        conflict: The conflict with the preferences that the parties have.
        truth: Its stability.
        seen: Stability in the view of each party, by place of the party.
        mistaken: Places of the parties whose view differs from the truth.
    """

    conflict: Conflict
    truth: Stability
    seen: tuple[Stability, ...]
    mistaken: tuple[int, ...]

    def expected(self, notion: str) -> Flags:
        """Whether a party expects a state as an equilibrium, (parties, n)."""
        return np.array([stability.of(notion).all(axis=0) for stability in self.seen])

    def agreed(self, notion: str) -> tuple[int, ...]:
        """Places of the states that every party expects."""
        return tuple(np.flatnonzero(self.expected(notion).all(axis=0)).tolist())

    def disputed(self, notion: str) -> tuple[int, ...]:
        """Places of the states that some parties expect and others do not."""
        expected = self.expected(notion)
        return tuple(np.flatnonzero(expected.any(axis=0) & ~expected.all(axis=0)).tolist())

    def held(self, notion: str) -> tuple[int, ...]:
        """Places of the states that each party, in its own view, has no reason to leave: equilibria of the hypergame."""
        own = np.array([stability.of(notion)[party] for party, stability in enumerate(self.seen)])
        return tuple(np.flatnonzero(own.all(axis=0)).tolist())

    def surprises(self, notion: str, party: int) -> tuple[int, ...]:
        """Places of the states that stand in truth and that a party does not expect."""
        truth, expected = self.truth.of(notion).all(axis=0), self.expected(notion)[party]
        return tuple(np.flatnonzero(truth & ~expected).tolist())

    def illusions(self, notion: str, party: int) -> tuple[int, ...]:
        """Places of the states that a party expects and that do not stand in truth."""
        truth, expected = self.truth.of(notion).all(axis=0), self.expected(notion)[party]
        return tuple(np.flatnonzero(expected & ~truth).tolist())

    def lines(self, notion: str) -> tuple[str, ...]:
        """What each party expects, and where they differ, line by line."""
        label, expected = self.conflict.space.label, self.expected(notion)

        def told(places: tuple[int, ...]) -> str:
            return ", ".join(label(place) for place in places) or "none"

        found = [f"In truth: {told(self.truth.equilibria(notion))}."]
        for party, one in enumerate(self.conflict.parties):
            wrong = "" if party in self.mistaken else " (it sees the others as they are)"
            found.append(f"{one.name} expects: {told(tuple(np.flatnonzero(expected[party]).tolist()))}{wrong}.")
        found.append(f"Expected by all: {told(self.agreed(notion))}; by some only: {told(self.disputed(notion))}.")
        found.append(f"Left by nobody, each in its own view: {told(self.held(notion))}.")
        return tuple(found)


def view_of(conflict: Conflict, party: int) -> Conflict:
    """The conflict as a party sees it.

    Args:
        conflict: Conflict with views.
        party: Place of the party; one without views sees the preferences as they are.
    """
    believed = conflict.views.get(party, {})
    seen = tuple(
        believed.get(other, preference) if other != party else preference
        for other, preference in enumerate(conflict.preferences)
    )
    return replace(conflict, preferences=seen, views={})


def overlay(conflict: Conflict, *, semantics: str = "legal_sequence") -> Overlay:
    """Solve the conflict as it is and as each party sees it.

    Args:
        conflict: Conflict with views.
        semantics: One of ``SEMANTICS``.

    Raises:
        InputError: If no party has a view of its own.
    """
    from countermeasure.talks.solve import solve

    check_asked(NOTIONS[0], semantics)
    if not any(conflict.views.values()):
        raise InputError(
            f"no party of {conflict.id} has a view of its own",
            code="no_views",
            cure="Write under views what a party believes the others prefer.",
        )
    seen = [view_of(conflict, party) for party in range(len(conflict.parties))]
    mistaken = tuple(party for party, one in enumerate(seen) if not np.array_equal(one.ranks, conflict.ranks))
    return Overlay(
        conflict,
        solve(conflict, semantics=semantics),
        tuple(solve(one, semantics=semantics) for one in seen),
        mistaken,
    )

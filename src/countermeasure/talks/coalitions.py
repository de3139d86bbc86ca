"""What changes when parties act as one, or when a third party acts at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.model import Preference, StateSpace
from countermeasure.talks.moves import improvements
from countermeasure.talks.paths import PathResult, joined, parties_of, paths, start_of
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

__all__ = ["CoalitionEffect", "ThirdPartyEffect", "coalition_effect", "coalitions_sheet", "frozen", "third_party_effect"]

_TOLD = 8
"""States told of one kind at most; those that are firm, Nash or SEQ, stand first."""


@dataclass(frozen=True, eq=False)
class CoalitionEffect:
    """What a coalition changes.

    Attributes:
        conflict: Of which.
        members: Places of the parties.
        stability: Stable states of the parties, and of the coalition as a further mover.
        improvements: Places of the states that the coalition can reach and all members prefer, by place of a state; states
            without any are left out.
        before: Equilibria of the parties alone, by notion.
        falls: Equilibria that the coalition leaves, by notion: it has an improvement there that is not answered.
        rises: States that become equilibria if the members bind themselves to act only together, by notion.
        opens: Ways from the start that need a joint move and no move against interest.
    """

    conflict: Conflict
    members: tuple[int, ...]
    stability: Stability
    improvements: dict[int, tuple[int, ...]]
    before: dict[str, tuple[int, ...]]
    falls: dict[str, tuple[int, ...]]
    rises: dict[str, tuple[int, ...]]
    opens: tuple[PathResult, ...]

    def says(self) -> str:
        """The effect in words."""
        space = self.conflict.space
        lines = [f"{joined([self.conflict.parties[n].id for n in self.members])} as one:"]
        fallen = {place for found in self.falls.values() for place in found}
        told = [place for place in self.improvements if place in fallen] or list(self.improvements)[:_TOLD]
        lines += [
            f"  from {space.label(place)} they all prefer {_some([space.label(end) for end in self.improvements[place]])}"
            for place in told[:_TOLD]
        ]
        if len(self.improvements) > len(told[:_TOLD]):
            lines.append(f"  they prefer a joint move from {len(self.improvements)} of {len(space)} states in all")
        if not self.improvements:
            lines.append("  there is no state from which all of them prefer a joint move")
        lines += _change_lines(self.conflict, "falls", self.falls, "no equilibrium falls")
        lines += _change_lines(self.conflict, "rises if they act only together", self.rises, "")
        for way in self.opens[:_TOLD]:
            states = " -> ".join(space.label(n) for n in (way.start, *(step.end for step in way.steps)))
            lines.append(f"  opens a way to {self.conflict.words(way.target)} ({', '.join(way.notions)}): {states}")
        if len(self.opens) > _TOLD:
            lines.append(f"  opens {len(self.opens) - _TOLD} more ways")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class ThirdPartyEffect:
    """What a party changes by acting, against leaving its options as they are.

    Attributes:
        conflict: Of which, with all its parties.
        party: Place of the party.
        start: Place of the state whose options it would keep.
        passive: Equilibria while it keeps them, by notion, as places in the whole conflict.
        falls: Those that are none once it acts.
        rises: Equilibria once it acts that leave its options as they are, and are none while it is passive.
        new: Equilibria that it reaches by options of its own.
    """

    conflict: Conflict
    party: int
    start: int
    passive: dict[str, tuple[int, ...]]
    falls: dict[str, tuple[int, ...]]
    rises: dict[str, tuple[int, ...]]
    new: dict[str, tuple[int, ...]]

    def says(self) -> str:
        """The effect in words."""
        lines = [f"{self.conflict.parties[self.party].id} acting, against leaving its options as they are:"]
        lines += _change_lines(self.conflict, "falls", self.falls, "no equilibrium falls")
        lines += _change_lines(self.conflict, "rises", self.rises, "no equilibrium rises")
        lines += _change_lines(self.conflict, "new, with other options of its own", self.new, "")
        return "\n".join(lines)


def _change_lines(conflict: Conflict, what: str, by_notion: dict[str, tuple[int, ...]], nothing: str) -> list[str]:
    """A line for each state, with its notions."""
    notions: dict[int, list[str]] = {}
    for notion, found in by_notion.items():
        for place in found:
            notions.setdefault(place, []).append(notion)
    if not notions:
        return [f"  {nothing}"] if nothing else []
    firm = sorted(notions, key=lambda place: ("nash" not in notions[place], "seq" not in notions[place], place))
    lines = [f"  {what}: {conflict.words(place)} ({', '.join(notions[place])})" for place in firm[:_TOLD]]
    return lines + ([f"  {what}: {len(firm) - _TOLD} more"] if len(firm) > _TOLD else [])


def _some(words: list[str]) -> str:
    return ", ".join(words[:_TOLD]) + (f" and {len(words) - _TOLD} more" if len(words) > _TOLD else "")


def coalition_effect(
    conflict: Conflict,
    members: Iterable[str | int],
    *,
    start: int | str | None = None,
    semantics: str = "legal_sequence",
) -> CoalitionEffect:
    """What parties change by acting as one mover beside each of them alone.

    A joint move improves if every member strictly prefers where it leads. Members may still move alone, so that equilibria can
    only fall; ``rises`` tells which states would be added if they bound themselves.

    Args:
        conflict: The conflict.
        members: Parties, two at least and not all that move.
        start: Where ways begin; the status quo if absent, and without one no ways are sought.
        semantics: How opponents may answer, see ``SEMANTICS``.

    Raises:
        InputError: If a party or the state is not there, there are fewer than two members, or too many states.

    Source:
        Kilgour, Hipel, Fang and Peng (2001), Group Decision and Negotiation 10:159-175.
    """
    group = parties_of(conflict, members)
    stability = solve(conflict, semantics=semantics, coalitions=[group])
    row = stability.movers.index(group)
    alone = list(range(len(conflict.parties)))
    bound = [n for n in alone if n not in group] + [row]
    better: dict[int, tuple[int, ...]] = {}
    for place in range(len(conflict.space)):
        ends = improvements(conflict, group, place)
        if len(ends):
            better[place] = tuple(ends.tolist())
    before, falls, rises = {}, {}, {}
    for notion in NOTIONS:
        flags = stability.of(notion)
        lasting = flags[alone].all(axis=0)
        before[notion] = _places(lasting)
        falls[notion] = _places(lasting & ~flags[row])
        rises[notion] = _places(flags[bound].all(axis=0) & ~lasting)
    opens: tuple[PathResult, ...] = ()
    if start is not None or conflict.status_quo is not None:
        without = {way.target: way for way in paths(conflict, stability, start, coalitions=())}
        opens = tuple(
            way
            for way in paths(conflict, stability, start, coalitions=[group])
            if way.improving and not without[way.target].improving
        )
    return CoalitionEffect(conflict, group, stability, better, before, falls, rises, opens)


def _places(flags: ArrayLike) -> tuple[int, ...]:
    return tuple(int(n) for n in np.flatnonzero(flags))


def frozen(conflict: Conflict, parties: Iterable[str | int], start: int | str | None = None) -> Conflict:
    """The conflict with the options of some parties kept as they are in a state.

    Args:
        conflict: The conflict.
        parties: Parties that keep their options.
        start: State that tells which; the status quo if absent.

    Returns:
        A conflict with the states that are left; parties and options stay, so that the ones kept have no move. Values behind
        the ranks are kept, what parties believe of each other is not.

    Raises:
        InputError: If a party or the state is not there.
    """
    first = start_of(conflict, start)
    mask = conflict.mask_of(parties_of(conflict, parties))
    codes = conflict.space.codes
    kept = np.flatnonzero(((codes ^ codes[first]) & mask) == 0)
    labels = conflict.space.labels
    space = StateSpace(conflict.space.bits, codes[kept], None if labels is None else tuple(labels[n] for n in kept.tolist()))
    preferences = []
    for one in conflict.preferences:
        ranks = np.unique(one.ranks[kept], return_inverse=True)[1].astype(np.int32)
        values = None if one.values is None else one.values[kept]
        preferences.append(Preference(ranks, one.kind, one.source, values, one.statements))
    quo = conflict.status_quo
    place = None if quo is None or quo not in kept else int(np.searchsorted(kept, quo))
    return replace(conflict, space=space, preferences=tuple(preferences), status_quo=place, views={})


def third_party_effect(
    conflict: Conflict, party: str | int, *, start: int | str | None = None, semantics: str = "legal_sequence"
) -> ThirdPartyEffect:
    """What a party changes by acting at all.

    Args:
        conflict: The conflict, with the party among its movers.
        party: The party.
        start: State whose options it would keep; the status quo if absent.
        semantics: How opponents may answer, see ``SEMANTICS``.

    Raises:
        InputError: If the party has no options, or a party or state is not there.
    """
    first = start_of(conflict, start)
    (who,) = parties_of(conflict, [party])
    if not conflict.masks[who]:
        raise InputError(
            f"{conflict.parties[who].id} has no options", code="unknown_party", cure="Take a party that can do something."
        )
    small = frozen(conflict, [who], first)
    where = conflict.space.places(small.space.codes)
    active, held = solve(conflict, semantics=semantics), solve(small, semantics=semantics)
    passive, falls, rises, new = {}, {}, {}, {}
    for notion in NOTIONS:
        without = {int(where[n]) for n in held.equilibria(notion)}
        now, same = set(active.equilibria(notion)), {int(n) for n in where}
        passive[notion] = tuple(sorted(without))
        falls[notion] = tuple(sorted(without - now))
        rises[notion] = tuple(sorted((now & same) - without))
        new[notion] = tuple(sorted(now - same))
    return ThirdPartyEffect(conflict, who, first, passive, falls, rises, new)


def coalitions_sheet(effects: Sequence[CoalitionEffect]) -> Sheet:
    """A row for each coalition and state that it changes."""
    rows = []
    for effect in effects:
        ids = " ".join(effect.conflict.parties[n].id for n in effect.members)
        for what, by_notion in (("falls", effect.falls), ("rises", effect.rises)):
            for place in sorted({n for found in by_notion.values() for n in found}):
                notions = " ".join(notion for notion, found in by_notion.items() if place in found)
                rows.append((ids, what, effect.conflict.space.label(place), notions))
    return Sheet("coalitions", "What coalitions change", ("members", "what", "state", "notions"), tuple(rows))

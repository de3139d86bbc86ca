"""Ways from today's state to states that would last, one move at a time, and who has to give way first."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.moves import improvements, moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["KINDS", "PathResult", "Step", "change_words", "joined", "parties_of", "paths", "paths_sheet", "start_of"]

KINDS = ("improvement", "coalition improvement", "move")
"""A move its party prefers; one that several make together and all of them prefer; a move its party does not prefer."""
_STEP = 1 << 32
"""A move that is no improvement weighs more than any number of improvements."""
_FEW = 64
"""Moves from one state that are kept at most."""
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Step:
    """One move.

    Attributes:
        movers: Places of the parties that make it, several for a coalition.
        start: Place of the state it leaves.
        end: Place of the state it reaches.
        kind: One of ``KINDS``.
        gained: Ranks that each mover gains, less than 0 where it falls.
    """

    movers: tuple[int, ...]
    start: int
    end: int
    kind: str
    gained: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PathResult:
    """A way to a state.

    Attributes:
        conflict: Of which.
        start: Place of the first state.
        target: Place of the last.
        notions: Notions under which the last is an equilibrium.
        steps: Moves in order; empty where the start is the target, or there is no way.
        reached: Whether there is a way.
        givers: For each party that can be the first to move against its interest on a way with as few such moves, that move;
            the party of ``first_against`` is among them. Where there is one only, that party has to.
    """

    conflict: Conflict
    start: int
    target: int
    notions: tuple[str, ...]
    steps: tuple[Step, ...]
    reached: bool
    givers: tuple[Step, ...] = ()

    @property
    def against(self) -> tuple[Step, ...]:
        """Moves that their parties do not prefer, in order."""
        return tuple(step for step in self.steps if step.kind == "move")

    @property
    def improving(self) -> bool:
        """Whether each move is an improvement for all who make it."""
        return self.reached and not self.against

    @property
    def first_against(self) -> Step | None:
        """The first move that its party does not prefer, if there is one: who makes it has to give way."""
        return next(iter(self.against), None)

    def cost(self) -> str:
        """Who has to give way first, or can, and what that costs it, in words; empty where nobody has to."""
        told = []
        for step in self.givers:
            (mover,), (gained,) = step.movers, step.gained
            classes = int(self.conflict.ranks[mover].max()) + 1
            lost = f"costs it {-gained} of {classes} ranks" if gained else "leaves it as well off"
            where = "" if step.start == self.start else f" at {self.conflict.space.label(step.start)}"
            told.append(f"{change_words(self.conflict, step.start, step.end)}{where}, which {lost}")
        return "; or ".join(told)

    def says(self) -> str:
        """The way in words, a line per move."""
        conflict = self.conflict
        aim = conflict.words(self.target) + (f" ({', '.join(self.notions)})" if self.notions else "")
        if not self.reached:
            return f"to {aim}: no sequence of moves leads there"
        if not self.steps:
            return f"{aim}: the start"
        lines = [f"to {aim}: " + ("improvements only" if self.improving else f"{len(self.against)} against interest")]
        lines += [
            f"  {n}. {change_words(conflict, s.start, s.end)} [{s.kind}] -> {conflict.words(s.end)}"
            for n, s in enumerate(self.steps, 1)
        ]
        if self.givers:
            lines.append(f"  first against interest: {self.cost()}")
        return "\n".join(lines)


def joined(words: Sequence[str]) -> str:
    """Words with commas and an ``and``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def change_words(conflict: Conflict, start: int, end: int) -> str:
    """What is switched from one state to another and by whom: ``US drops tariff; CN takes purchases``."""
    before, after = set(conflict.taken(start)), set(conflict.taken(end))
    told = []
    for place, party in enumerate(conflict.parties):
        done = []
        for verb, switched in (("drops", before - after), ("takes", after - before)):
            own = [conflict.options[j].id for j in sorted(switched) if conflict.options[j].party == place]
            done += [f"{verb} {joined(own)}"] if own else []
        told += [f"{party.id} {' and '.join(done)}"] if done else []
    return "; ".join(told) or "nothing changes"


def parties_of(conflict: Conflict, parties: Iterable[str | int]) -> tuple[int, ...]:
    """Places of parties given by id, name or place, rising.

    Raises:
        InputError: If there is no such party, or one is named twice.
    """
    found = []
    for one in parties:
        if isinstance(one, str):
            found.append(conflict.party(one))
        elif 0 <= one < len(conflict.parties):
            found.append(int(one))
        else:
            last = len(conflict.parties) - 1
            raise InputError(f"there is no party {one}", code="unknown_party", cure=f"Places of parties are 0 to {last}.")
    if len(set(found)) < len(found):
        raise InputError("a party is named twice", code="unknown_party", cure="Name each party once.")
    return tuple(sorted(found))


def start_of(conflict: Conflict, start: int | str | None) -> int:
    """Place of a state given by label, bits or place; the status quo if absent.

    Raises:
        InputError: If there is no such state, or neither a start nor a status quo.
    """
    if isinstance(start, str):
        return conflict.space.place(start)
    found = conflict.status_quo if start is None else int(start)
    if found is None:
        raise InputError(f"{conflict.id} names no status quo", code="no_status_quo", cure="Give the state to start from.")
    if not 0 <= found < len(conflict.space):
        raise InputError(
            f"there is no state at place {found}", code="unknown_state", cure=f"Places are 0 to {len(conflict.space) - 1}."
        )
    return found


def paths(
    conflict: Conflict,
    stability: Stability,
    start: int | str | None = None,
    targets: Iterable[int | str] | None = None,
    *,
    coalitions: Iterable[Sequence[str | int]] | None = None,
) -> tuple[PathResult, ...]:
    """The way to each target that needs the fewest moves against the interest of whoever makes them.

    Among those the shortest is taken: where improvements alone lead there, the shortest way of improvements. A party alone
    may make any move; a coalition makes those only that all its members prefer. No way has one party move twice running,
    for it could do the same at once.

    Args:
        conflict: The conflict.
        stability: Its stable states; names the equilibria.
        start: Where the way begins; the status quo if absent.
        targets: States; all equilibria under any notion if absent.
        coalitions: Parties that may also act as one; those of the stability analysis if absent.

    Returns:
        Ways: improvements only first, then those with fewer moves against interest, shorter ones first; states without a way
        come last.

    Raises:
        InputError: If a state or party is not there.
    """
    first = start_of(conflict, start)
    if targets is None:
        wanted = [int(n) for n in np.flatnonzero(stability.stable.all(axis=1).any(axis=0))]
    else:
        wanted = list(dict.fromkeys(start_of(conflict, target) for target in targets))
    groups = stability.movers if coalitions is None else [parties_of(conflict, group) for group in coalitions]
    movers = [(n,) for n in range(len(conflict.parties))] + [tuple(group) for group in groups if len(group) > 1]
    arcs = _Arcs(conflict, movers)
    parent, key = _search(arcs, {first: 0}, set(wanted))
    far = {n for n in wanted if _STEP <= key[n] < _NEVER}
    givers = _givers(arcs, key, far)
    found = []
    for target in wanted:
        steps: list[Step] = []
        place = target
        while place in parent:
            before, who = parent[place]
            steps.append(_step(conflict, who, before, place))
            place = before
        notions = stability.notions_of(target)
        first_moves = tuple(givers.get(target, ()))
        found.append(PathResult(conflict, first, target, notions, tuple(reversed(steps)), place == first, first_moves))
    return tuple(sorted(found, key=lambda way: (not way.reached, int(key[way.target]), way.target)))


def _step(conflict: Conflict, who: tuple[int, ...], start: int, end: int) -> Step:
    gained = tuple(int(conflict.ranks[n, end]) - int(conflict.ranks[n, start]) for n in who)
    better = all(gain > 0 for gain in gained)
    return Step(who, start, end, KINDS[2] if not better else KINDS[1] if len(who) > 1 else KINDS[0], gained)


class _Arcs:
    """Moves of parties and coalitions, found once each where they are few."""

    def __init__(self, conflict: Conflict, movers: Sequence[tuple[int, ...]]) -> None:
        self.conflict, self.movers = conflict, movers
        self.known: dict[tuple[tuple[int, ...], int], tuple[Places, Places]] = {}

    def of(self, who: tuple[int, ...], place: int) -> tuple[Places, Places]:
        """Where a mover can go, and what each move weighs; a coalition goes only where all members prefer it."""
        known = self.known.get((who, place))
        if known is not None:
            return known
        if len(who) > 1:
            ends = improvements(self.conflict, who, place)
            weights = np.ones(len(ends), dtype=np.intp)
        else:
            ends, ranks = moves(self.conflict, who[0], place), self.conflict.ranks[who[0]]
            weights = np.where(ranks[ends] > ranks[place], 1, 1 + _STEP)
        if len(ends) <= _FEW:
            self.known[who, place] = ends, weights
        return ends, weights


def _search(arcs: _Arcs, sources: dict[int, int], wanted: set[int]) -> tuple[dict[int, tuple[int, tuple[int, ...]]], Places]:
    """Least keys, moves against interest before moves, (n,), and from where and by whom each state is reached.

    Args:
        arcs: Moves of parties and coalitions.
        sources: Key at which each first state starts.
        wanted: States; the search ends when all have their key.
    """
    key: Places = np.full(len(arcs.conflict.space), _NEVER, dtype=np.intp)
    for place, cost in sources.items():
        key[place] = cost
    parent: dict[int, tuple[int, tuple[int, ...]]] = {}
    heap, left = sorted((cost, place) for place, cost in sources.items()), set(wanted)
    while heap and left:
        cost, place = heappop(heap)
        if cost > key[place]:
            continue
        left.discard(place)
        last = parent[place][1] if place in parent else ()
        for who in arcs.movers:
            if who == last and len(who) == 1:
                continue  # it could have gone there at once
            ends, weights = arcs.of(who, place)
            costs = cost + weights
            nearer = costs < key[ends]
            for end, weight in zip(ends[nearer].tolist(), costs[nearer].tolist(), strict=True):
                key[end] = weight
                parent[end] = (place, who)
                heappush(heap, (weight, end))
    return parent, key


def _givers(arcs: _Arcs, key: Places, far: set[int]) -> dict[int, list[Step]]:
    """For states that improvements do not lead to, the first moves against interest, one of each party that can make it.

    Args:
        arcs: Moves of parties and coalitions.
        key: Keys of the search from the start, complete below those of the states.
        far: States.
    """
    conflict = arcs.conflict
    found: dict[int, list[Step]] = {}
    if not far:
        return found
    near = np.flatnonzero(key < _STEP)
    near = near[np.argsort(key[near], kind="stable")]
    for party in range(len(conflict.parties)):
        entry: dict[int, int] = {}
        for place in near.tolist():
            ends, weights = arcs.of((party,), place)
            for end in ends[weights > 1].tolist():
                entry.setdefault(end, place)
        sources = {end: int(key[place]) + 1 + _STEP for end, place in entry.items()}
        parent, reached = _search(arcs, sources, far)
        for target in sorted(far):
            if reached[target] // _STEP != key[target] // _STEP:
                continue
            place = target
            while place in parent:
                place = parent[place][0]
            found.setdefault(target, []).append(_step(conflict, (party,), entry[place], place))
    return found


def paths_sheet(ways: Sequence[PathResult]) -> Sheet:
    """A row for each move of each way."""
    rows: list[tuple[Any, ...]] = []
    for way in ways:
        conflict = way.conflict
        aim, notions = conflict.space.label(way.target), " ".join(way.notions)
        if not way.steps:
            rows.append((aim, notions, 0, "", "start" if way.reached else "no way", "", "", None))
        for n, step in enumerate(way.steps, 1):
            ids = " ".join(conflict.parties[mover].id for mover in step.movers)
            words = change_words(conflict, step.start, step.end)
            rows.append((aim, notions, n, ids, step.kind, words, conflict.space.label(step.end), min(step.gained)))
    columns = ("target", "equilibrium", "step", "mover", "kind", "change", "state", "ranks_gained")
    return Sheet("paths", "Ways to states that would last", columns, tuple(rows))

"""Answers of a rule for every entity of a graph: restricted, not, possible, or silence of the law."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.parties.owned.fixpoint import CONTROL, Reach, run
from countermeasure.parties.owned.graph import KINDS, Edge, Graph
from countermeasure.parties.owned.rules import UNIT, Rule, in_744_8, lives, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

STATUSES = ("restricted", "possible", "law_silent", "not_restricted")


@dataclass(frozen=True, slots=True)
class Listing:
    """An entity on a list.

    Attributes:
        list: Code of the list, as ``us-el``, with a footnote as ``us-el/4``.
        programmes: Sanctions programmes.
        certain: Whether it is the listed party for sure, rather than a name that a person should look at.
        start: First day, or ``None``.
        end: First day after, or ``None``.
        words: How to call it in a reason.
    """

    list: str
    programmes: tuple[str, ...] = ()
    certain: bool = True
    start: int | None = None
    end: int | None = None
    words: str = ""
    requirement: str = ""

    def holds(self, day: int | None) -> bool:
        """Whether the listing lives on a day."""
        return day is None or ((self.start is None or day >= self.start) and (self.end is None or day < self.end))

    def tokens(self) -> set[str]:
        """Tokens of the lists it stands for."""
        base = self.list.split("/")[0]
        found = {self.list, base}
        if base == "us-sdn" and in_744_8(self.programmes):
            found.add("us-sdn/744.8")
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One holding that carried an entity over the line, or counts towards it."""

    owner: str
    owned: str
    low: int
    high: int
    kind: str
    round: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says of one entity.

    Attributes:
        status: Of ``STATUSES``.
        flags: Words for what a person should look at.
        low: Share that restricted owners hold for sure, in ``UNIT``.
        high: Share that they may hold.
        owners: Restricted owners that count, certain ones first.
        governing: Lists and footnotes of the listed behind it, whatever their share: the most restrictive governs.
        depends: Conditions, as "if party 17 is the listed one".
    """

    entity: str
    rule: str
    status: str
    flags: tuple[str, ...]
    low: int
    high: int
    owners: tuple[str, ...] = ()
    governing: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()


@dataclass
class Result:
    """All answers of one rule on one day."""

    graph: Graph
    rule: Rule
    on: int | None
    in_force: bool
    listings: Mapping[str, Sequence[Listing]]
    edges: Sequence[Edge]
    lower: Reach
    upper: Reach
    narrow: Reach | None = None
    before: Callable[[], Result | None] | None = None
    _earlier: tuple[Result | None] | None = field(default=None, repr=False)

    def of(self, entity: str) -> Answer:
        """The answer for one entity."""
        i = self.graph.number(entity)
        seeded = any(self._counts(s) and s.holds(self.on) for s in self.listings.get(entity, ()))
        if i is None:
            status = "restricted" if seeded and self.in_force else "not_restricted"
            return Answer(entity, self.rule.id, status, (), 0, 0)
        status = self._status(i)
        flags = self._flags(entity, i, status)
        shown = status
        if not self.in_force and status != "not_restricted" and not self._branch_of_listed(i) and not seeded:
            shown = "not_restricted"
            flags = [*[f for f in flags if f in ("unknown_percentage", "control_link")], "rule_not_in_force"]
        owners = self._owners(i)
        return Answer(
            entity,
            self.rule.id,
            shown,
            tuple(dict.fromkeys(flags)),
            int(self.lower.held[:, i].max(initial=0)),
            min(int(self.upper.held[:, i].max(initial=0)), UNIT),
            owners,
            self._governing(i),
            self._depends(i) if status == "possible" else (),
        )

    def _counts(self, listing: Listing) -> bool:
        return any(fnmatchcase(t, p) for t in listing.tokens() for p in self.rule.lists)

    def _status(self, i: int) -> str:
        if self.lower.round[i] >= 0:
            narrow = self.narrow
            return "law_silent" if narrow is not None and narrow.round[i] < 0 else "restricted"
        return "possible" if self.upper.round[i] >= 0 else "not_restricted"

    def _into(self, i: int) -> list[int]:
        return [int(e) for e in np.flatnonzero(self.graph.owned == i)]

    def _branch_of_listed(self, i: int) -> bool:
        return any(KINDS[self.graph.kind[e]] == "branch" and self.lower.round[self.graph.owner[e]] == 0 for e in self._into(i))

    def _owners(self, i: int) -> tuple[str, ...]:
        found = [
            (self.lower.round[o] < 0, self.graph.names[o])
            for e in self._into(i)
            if self.upper.round[o := int(self.graph.owner[e])] >= 0
        ]
        return tuple(dict.fromkeys(name for _, name in sorted(found)))

    def _governing(self, i: int) -> tuple[str, ...]:
        """Lists of the listed at the top of every chain that counts."""
        seen: set[int] = set()
        stack, found = [i], dict[str, None]()
        while stack:
            here = stack.pop()
            if here in seen:
                continue
            seen.add(here)
            for listing in self.listings.get(self.graph.names[here], ()):
                if self._counts(listing) and listing.holds(self.on):
                    found[listing.list] = None
            for e in self._into(here):
                owner = int(self.graph.owner[e])
                if self.upper.round[owner] >= 0:
                    stack.append(owner)
        return tuple(sorted(found))

    def _depends(self, i: int) -> tuple[str, ...]:
        words = []
        for e in self._into(i):
            name = self.graph.names[int(self.graph.owner[e])]
            for listing in self.listings.get(name, ()):
                if self._counts(listing) and not listing.certain and listing.holds(self.on):
                    words.append(f"if {name} is the listed {listing.words or listing.list}")
            if not self.graph.known[e] and self.upper.round[self.graph.owner[e]] >= 0:
                words.append(f"if {name} holds enough: its share is not known")
        return tuple(dict.fromkeys(words))

    def _flags(self, entity: str, i: int, status: str) -> list[str]:
        flags: list[str] = []
        for e in self._into(i):
            owner = int(self.graph.owner[e])
            name = self.graph.names[owner]
            kind = KINDS[self.graph.kind[e]]
            near = self.upper.round[owner] >= 0
            if near and self.graph.kind[e] == CONTROL:
                flags.append("control_link")
            elif near and status in ("not_restricted", "possible") and kind in self.rule.classes:
                if not self.graph.known[e]:
                    flags.append("unknown_percentage")
                elif self.graph.low[e] != self.graph.high[e] and status == "possible":
                    flags.append("range_holding")
                elif status == "not_restricted" and self.graph.high[e] > 0:
                    flags.append("minority_holding")
            if near and kind == "votes" and kind not in self.rule.classes:
                flags.append("votes_only")
            if self.graph.conflict[e]:
                flags.append("sources_differ")
            out = [s for s in self.listings.get(name, ()) if s.holds(self.on) and not self._counts(s)]
            if out and not near:
                flags.append("out_of_scope_list")
        if any(e.owned == entity and e.owner == entity and e.holds(self.on) for e in self.edges):
            flags.append("self_holding")
        into = [e for e in self._into(i) if KINDS[self.graph.kind[e]] == "shares"]
        if sum(int(self.graph.low[e]) for e in into) > UNIT:
            flags.append("owners_above_100")
        if status == "not_restricted" and self.before is not None and self._was(entity):
            flags.append("recently_restricted")
        return flags

    def _was(self, entity: str) -> bool:
        if self._earlier is None:
            self._earlier = (self.before() if self.before else None,)
        earlier = self._earlier[0]
        while earlier is not None:
            i = earlier.graph.number(entity)
            if i is not None and earlier._status(i) == "restricted" and earlier.in_force:  # noqa: SLF001 - same class
                return True
            earlier = earlier.before() if earlier.before else None
        return False

    def steps(self, entity: str) -> tuple[Step, ...]:
        """The holdings that bear the answer, from the listed down to the entity."""
        i = self.graph.number(entity)
        if i is None:
            return ()
        reach = self.lower if self.lower.round[i] >= 0 else self.upper
        found: dict[tuple[int, int, int], Step] = {}
        stack, seen = [i], set[int]()
        while stack:
            here = stack.pop()
            if here in seen:
                continue
            seen.add(here)
            for e in self._into(here):
                owner = int(self.graph.owner[e])
                before = reach.round[owner] >= 0 and (reach.round[owner] < reach.round[here] or reach.round[here] < 0)
                if before:
                    found[owner, here, int(self.graph.kind[e])] = Step(
                        self.graph.names[owner],
                        self.graph.names[here],
                        int(self.graph.low[e]),
                        int(self.graph.high[e]),
                        KINDS[self.graph.kind[e]],
                        int(reach.round[here]),
                        self.lower.round[owner] >= 0,
                    )
                    stack.append(owner)
        return tuple(sorted(found.values(), key=lambda s: (s.round if s.round >= 0 else 10**9, s.owned, s.owner)))


def restricted(
    edges: Sequence[Edge],
    listings: Mapping[str, Sequence[Listing]],
    rule: str | Rule,
    on: int | None = None,
    *,
    in_force: bool | None = None,
) -> Result:
    """Answer a rule for all entities.

    Args:
        edges: Holdings of all days.
        listings: Lists on which entities stand, by name.
        rule: Its id, or a rule of your own.
        on: Epoch day; ``None`` takes all edges and a rule in force.
        in_force: Whether the rule lives on the day; by its provision in the shipped book if absent.
    """
    chosen = rule if isinstance(rule, Rule) else rule_of(rule)
    graph = Graph.from_edges(edges, on)
    live = in_force if in_force is not None else (on is None or lives(chosen, on))

    def numbers(*, certain: bool) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        found = []
        for name, rows in listings.items():
            i = graph.number(name)
            hits = [s for s in rows if s.holds(on) and _counts(chosen, s)]
            if i is not None and hits and (not certain or any(s.certain and not _perhaps(chosen, s) for s in hits)):
                found.append(i)
        return np.array(found, np.int64)

    add = chosen.aggregate != "no"
    lower = run(graph, numbers(certain=True), chosen, possible=False, aggregate=add)
    upper = run(graph, numbers(certain=False), chosen, possible=True, aggregate=add)
    narrow = None
    if "silent" in (chosen.aggregate, chosen.chain):
        narrow = run(
            graph,
            numbers(certain=True),
            chosen,
            possible=False,
            aggregate=chosen.aggregate == "yes",
            chain=chosen.chain == "yes",
        )
    made = Result(graph, chosen, on, live, listings, edges, lower, upper, narrow)
    made.before = _before(edges, listings, chosen, on, in_force)
    return made


def _before(
    edges: Sequence[Edge], listings: Mapping[str, Sequence[Listing]], rule: Rule, on: int | None, in_force: bool | None
) -> Callable[[], Result | None] | None:
    """The answer just before the last day on which anything changed, or nothing."""
    if on is None:
        return None
    days = {d for e in edges for d in (e.start, e.end) if d is not None and d <= on}
    days |= {d for rows in listings.values() for s in rows for d in (s.start, s.end) if d is not None and d <= on}
    if not days:
        return None
    return lambda: restricted(edges, listings, rule, max(days) - 1, in_force=in_force)


def _counts(rule: Rule, listing: Listing) -> bool:
    return any(fnmatchcase(t, p) for t in listing.tokens() for p in rule.lists) or _perhaps(rule, listing)


def _perhaps(rule: Rule, listing: Listing) -> bool:
    """An SDN whose programmes are not told may be one that 15 CFR 744.8 names."""
    return "us-sdn/744.8" in rule.lists and listing.list == "us-sdn" and not listing.programmes


def maker_share(edges: Iterable[Edge], entity: str, countries: Mapping[str, str], on: int | None = None) -> tuple[float, float]:
    """Least and greatest cumulative share that Chinese holders have of a maker, for the crane duty (US note 31(l)(v)).

    Votes, board seats and equity are looked at one by one, and the class with the greatest cumulative share counts; holders are
    direct. A holder whose country is not told may be Chinese.

    Args:
        edges: Holdings of the maker.
        entity: The maker.
        countries: Country of each holder.
        on: Epoch day.
    """
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    others: dict[str, int] = {}
    for edge in edges:
        if edge.owned != entity or not edge.holds(on) or edge.kind not in ("shares", "votes"):
            continue
        country = countries.get(edge.owner, "")
        if country == "CN":
            low[edge.kind] = low.get(edge.kind, 0) + edge.low
        if country in ("CN", ""):
            high[edge.kind] = high.get(edge.kind, 0) + edge.high
        else:
            others[edge.kind] = others.get(edge.kind, 0) + edge.low
    least = max(low.values(), default=0)
    most = max((min(v, UNIT - min(others.get(k, 0), UNIT)) for k, v in high.items()), default=0)
    return least / UNIT, max(most, least) / UNIT


__all__ = ["STATUSES", "Answer", "Listing", "Result", "Step", "maker_share", "restricted"]

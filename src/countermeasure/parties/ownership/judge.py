"""A rule put to a graph: for every entity the status, and the reasons to look closer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.errors import InputError
from countermeasure.parties.ownership.fixpoint import Reach, part_of_listed, tables_of, walk, walk_apart
from countermeasure.parties.ownership.holdings import spread_rows
from countermeasure.parties.ownership.model import Flag, Listing, Mark, Standing, Status, percent_of_code
from countermeasure.parties.ownership.rules import Rule, Scope, gate_of, rule_of, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.parties.ownership.graph import Graph, View
    from countermeasure.parties.ownership.holdings import Ids
    from countermeasure.parties.ownership.rules import InForce

__all__ = ["STATUSES", "Result", "Seeds", "flag_names", "listings_of", "restricted"]

STATUSES: tuple[Status, ...] = (Status.NOT_RESTRICTED, Status.POSSIBLE, Status.LAW_SILENT, Status.RESTRICTED)
"""Statuses by their number in arrays."""
NOT, POSSIBLE, SILENT, RESTRICTED = range(4)


def listings_of(seeds: Iterable[Listing] | Mapping[str, Iterable[str | Listing]]) -> tuple[Listing, ...]:
    """Listings from the forms in which callers give them.

    Args:
        seeds: Listings, or by party the lists it stands on, as ``{"X": ["SDN:RUSSIA-EO14024"]}``.
    """
    if not isinstance(seeds, Mapping):
        return tuple(seeds)
    return tuple(
        one if isinstance(one, Listing) else Listing(party, one) for party, several in seeds.items() for one in several
    )


@dataclass(frozen=True, slots=True)
class Seeds:
    """Listings of a day as a rule sees them.

    Attributes:
        sure: Those that count.
        possible: Those that may count: names to be looked at, and parties whose programme is not told.
        outside: Those of lists that do not count.
        review: Which of the possible are names to be looked at.
        unclear: Which of the possible have no programme told.
        groups: Group of each party, by its number in the graph; parties of one group are taken as one person.
    """

    sure: tuple[Listing, ...]
    possible: tuple[Listing, ...]
    outside: tuple[Listing, ...]
    review: frozenset[str]
    unclear: frozenset[str]
    groups: Mapping[int, int]

    @staticmethod
    def sort(rule: Rule, graph: Graph, seeds: Sequence[Listing], possible: Sequence[Listing], day: int | None) -> Seeds:
        """Sort listings by how far they count.

        Raises:
            InputError: If a listing is dated and no day is given.
        """
        if day is None and any(s.start is not None or s.end is not None for s in (*seeds, *possible)):
            raise InputError("some listings hold on some days only", code="no_day", cure="Give the day that is asked about.")
        sure: list[Listing] = []
        may: list[Listing] = []
        outside: list[Listing] = []
        for listing in seeds:
            if listing.on(day):
                {Scope.IN: sure, Scope.UNKNOWN: may, Scope.OUT: outside}[scope_of(rule, listing)].append(listing)
        unclear = frozenset(s.party for s in may)
        hits = [s for s in possible if s.on(day) and scope_of(rule, s) != Scope.OUT]
        firm = {s.party for s in sure}
        may = [s for s in (*may, *hits) if s.party not in firm]
        names: dict[str, int] = {}
        groups: dict[int, int] = {}
        for listing in (*sure, *may):
            number = graph.number(listing.party)
            if number is not None:
                groups[number] = names.setdefault(f"={listing.linked}" if listing.linked else listing.party, len(names))
        return Seeds(tuple(sure), tuple(may), tuple(outside), frozenset(s.party for s in hits) - firm, unclear - firm, groups)

    def numbers(self, graph: Graph, listings: Iterable[Listing]) -> Ids:
        """Numbers of the parties of some listings that are in the graph."""
        found = {n for s in listings if (n := graph.number(s.party)) is not None}
        return np.array(sorted(found), np.int32)


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule says on one day.

    Attributes:
        graph: What it was put to.
        view: The holdings of the day.
        rule: The rule.
        day: The day, or ``None`` where nothing is dated.
        reading: ``text`` or ``announced``.
        in_force: Whether the rule is in force.
        seeds: Listings as the rule sees them.
        status: Places in ``STATUSES``, shape (size,), uint8.
        would_be: The same as if the rule were in force.
        flags: Of ``Flag``, shape (size,), uint32.
        lower: The certain walk; where the law is silent, the one in which owners add up and chains count.
        upper: The possible walk.
        narrow: Where the law is silent, both walks in the narrow reading.
        listed: Rounds of the listed and their branches, shape (size,).
        unverified: What could not be verified of the rule's state on that day.
    """

    graph: Graph
    view: View
    rule: Rule
    day: int | None
    reading: str
    in_force: bool
    seeds: Seeds
    status: npt.NDArray[np.uint8]
    would_be: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint32]
    lower: Reach
    upper: Reach
    narrow: tuple[Reach, Reach] | None
    listed: npt.NDArray[np.int32]
    unverified: str = ""
    _shown: dict[str, Standing] = field(default_factory=dict, repr=False, compare=False)

    def of(self, entity: str | int) -> Standing:
        """What the rule says of an entity; one that no edge names is restricted where it is listed itself, and else not."""
        number = self.graph.number(entity)
        if number is None:
            return self._outside_graph(str(entity))
        name = self.graph.id(number)
        if name not in self._shown:
            from countermeasure.parties.ownership.trace import conditions, held

            low, high = held(self, number)
            status = STATUSES[self.status[number]]
            self._shown[name] = Standing(
                entity=name,
                rule=self.rule.id,
                status=status,
                flags=flag_names(int(self.flags[number])),
                because=self.because(number),
                low=percent_of_code(low),
                high=percent_of_code(high, up=True),
                readings=self._readings(number),
                would_be=STATUSES[self.would_be[number]],
                depends_on=conditions(self, number) if self.would_be[number] == POSSIBLE else (),
            )
        return self._shown[name]

    def _outside_graph(self, name: str) -> Standing:
        if any(s.party == name for s in self.seeds.sure):
            return Standing(name, self.rule.id, Status.RESTRICTED, (), "listed", would_be=Status.RESTRICTED)
        if any(s.party == name for s in self.seeds.possible):
            flags = (*(("review_hit",) if name in self.seeds.review else ()),
                     *(("programme_unknown",) if name in self.seeds.unclear else ()))  # fmt: skip
            return Standing(name, self.rule.id, Status.POSSIBLE, flags, "listed", would_be=Status.POSSIBLE)
        outside = any(s.party == name for s in self.seeds.outside)
        return Standing(name, self.rule.id, Status.NOT_RESTRICTED, ("out_of_scope_list",) if outside else ())

    def because(self, number: int) -> str:
        """``listed``, ``branch``, ``control``, ``owned``, or empty where it is not reached."""
        if self.would_be[number] == NOT:
            return ""
        if self.listed[number] == 0:
            return "listed"
        if self.listed[number] > 0:
            return "branch"
        reach = self.lower if self.lower.round[number] >= 0 else self.upper
        before = int(reach.round[number]) - 1
        if before < 0:
            return "listed"
        for kind in ("branch", "control") if self.rule.control_counts else ("branch",):
            link = self.view.links[kind]
            if bool((reach.round[link.owner[link.into(number)]] == before).any()):
                return kind
        return "owned"

    def _readings(self, number: int) -> dict[str, Status]:
        if self.narrow is None:
            return {}

        def read(lower: Reach, upper: Reach) -> Status:
            if lower.round[number] >= 0:
                return Status.RESTRICTED
            return Status.POSSIBLE if upper.round[number] >= 0 else Status.NOT_RESTRICTED

        return {"narrow": read(*self.narrow), "broad": read(self.lower, self.upper)}

    def entities(self, least: Status = Status.POSSIBLE) -> npt.NDArray[np.intp]:
        """Numbers of the entities whose status is at least as grave."""
        return np.flatnonzero(self.status >= STATUSES.index(least))

    def counts(self) -> dict[str, int]:
        """Entities by status."""
        found = np.bincount(self.status, minlength=len(STATUSES))
        return {status.value: int(found[place]) for place, status in enumerate(STATUSES)}


def flag_names(bits: int) -> tuple[str, ...]:
    """Flags of a row by name, in the order of ``FLAGS``."""
    return tuple((flag.name or "").lower() for flag in Flag if bits & flag)


def restricted(
    graph: Graph,
    seeds: Iterable[Listing] | Mapping[str, Iterable[str | Listing]],
    rule: Rule | str,
    *,
    as_of: int | None = None,
    possible_seeds: Iterable[Listing] | Mapping[str, Iterable[str | Listing]] = (),
    in_force: InForce | None = None,
    reading: str = "text",
    look_back: bool = True,
) -> Result:
    """Put a rule to every entity of a graph.

    Args:
        graph: Owners and entities.
        seeds: Listed parties; those of lists that the rule does not name only raise a flag.
        rule: Its name or a rule of your own.
        as_of: Days since 1970-01-01; needed where edges, listings or the rule hold on some days only.
        possible_seeds: Names that may be listed parties, so that they seed only what is possible.
        in_force: Whether rules are in force, by rule and day; the table shipped if absent (see ``book_gate``).
        reading: ``text`` or ``announced``, for the table shipped.
        look_back: Whether to say which entities were restricted within the last year.

    Raises:
        InputError: If a day is needed and not given.
        NotFoundError: If there is no such rule.
    """
    chosen = rule_of(rule)
    live = gate_of(chosen, as_of, reading, in_force)
    sure, may = listings_of(seeds), listings_of(possible_seeds)
    sorted_seeds = Seeds.sort(chosen, graph, sure, may, as_of)
    view = graph.on(as_of)
    lower, upper, narrow = _walks(chosen, graph, view, sorted_seeds)
    firm = sorted_seeds.numbers(graph, sorted_seeds.sure)
    open_seeds = sorted_seeds.numbers(graph, sorted_seeds.possible)
    listed = part_of_listed(view, graph.size, firm)
    would = np.zeros(graph.size, np.uint8)
    would[upper.round >= 0] = POSSIBLE
    if narrow is None:
        would[lower.round >= 0] = RESTRICTED
    else:
        would[lower.round >= 0] = SILENT
        would[narrow[0].round >= 0] = RESTRICTED
    flags = _flags(chosen, graph, view, sorted_seeds, lower, upper)
    if narrow is not None:
        flags[(would == POSSIBLE) & (narrow[1].round < 0)] |= np.uint32(Flag.LAW_SILENT)
    own = listed >= 0
    maybe_own = part_of_listed(view, graph.size, open_seeds) >= 0 if len(open_seeds) else own
    if chosen.foreign_only:
        home = np.array([n for n, code in graph.countries.items() if code == chosen.foreign_only], np.intp)
        home = home[(would[home] != NOT) & ~own[home] & ~maybe_own[home]]
        would[home] = NOT
        flags[home] = Flag.US_ENTITY
    _settle(flags, would, own)
    status = would
    if not live:
        off = (would != NOT) & ~own & ~maybe_own
        status = np.where(off, NOT, would).astype(np.uint8)
        flags[off] = Flag.RULE_NOT_IN_FORCE
    if look_back and as_of is not None:
        from countermeasure.parties.ownership.recent import recently_restricted

        was = recently_restricted(graph, (*sure, *may), sure, chosen, as_of, in_force, reading)
        was = was[(status[was] == NOT) & ((flags[was] & (Flag.RULE_NOT_IN_FORCE | Flag.US_ENTITY)) == 0)]
        flags[was] |= np.uint32(Flag.RECENTLY_RESTRICTED)
    gate = chosen.gate(as_of) if as_of is not None else None
    return Result(
        graph, view, chosen, as_of, reading, live, sorted_seeds, status, would, flags, lower, upper, narrow, listed,
        gate.unverified if gate is not None else "",
    )  # fmt: skip


def _walks(rule: Rule, graph: Graph, view: View, seeds: Seeds) -> tuple[Reach, Reach, tuple[Reach, Reach] | None]:
    firm = seeds.numbers(graph, seeds.sure)
    every = seeds.numbers(graph, (*seeds.sure, *seeds.possible))
    tables = tables_of(view, rule)
    plain = len(every) == len(firm) and not view.treasury and all(t.exact and t.excess is None for t in tables)

    def both(*, apart: bool, chain: bool) -> tuple[Reach, Reach]:
        def one(numbers: Ids, *, upper: bool) -> Reach:
            if not apart:
                return walk(view, graph.size, numbers, rule, upper=upper, chain=chain)
            groups = np.array([seeds.groups[int(n)] for n in numbers], np.int32)
            return walk_apart(view, graph.size, numbers, groups, rule, upper=upper, chain=chain)

        lower = one(firm, upper=False)
        return lower, lower if plain else one(every, upper=True)

    if not rule.silent:
        return (*both(apart=rule.aggregate == "no", chain=True), None)
    narrow = both(apart=rule.aggregate != "yes", chain=rule.chain == "yes")
    return (*both(apart=rule.aggregate == "no", chain=True), narrow)


def _flags(rule: Rule, graph: Graph, view: View, seeds: Seeds, lower: Reach, upper: Reach) -> npt.NDArray[np.uint32]:
    """Everything that is seen on the stakes and links of restricted and possibly restricted owners."""
    flags = np.zeros(graph.size, np.uint32)
    owners = np.flatnonzero(upper.round >= 0).astype(np.int32)
    for table in tables_of(view, rule):
        rows = spread_rows(table, owners)
        rows = rows[(table.owner[rows] != table.owned[rows]) & (table.high[rows] > 0)]
        marks, target = table.marks[rows], table.owned[rows]
        unknown = (marks & Mark.UNKNOWN) != 0
        indirect = (marks & Mark.INDIRECT) != 0
        bits = np.full(len(rows), Flag.MINORITY_HOLDING, np.uint32)
        for seen, flag in (
            (unknown, Flag.UNKNOWN_PERCENTAGE),
            ((table.low[rows] < table.high[rows]) & ~unknown & ~indirect, Flag.RANGE_HOLDING),
            (lower.round[table.owner[rows]] < 0, Flag.OWNER_UNCERTAIN),
            ((marks & Mark.CONFLICT) != 0, Flag.SOURCES_DIFFER),
            (indirect, Flag.INDIRECT_UNRESOLVED),
            ((marks & Mark.VOTES_ONLY) != 0, Flag.VOTES_WITHOUT_SHARES),
        ):
            bits[seen] |= np.uint32(flag)
        if table.excess is not None:
            bits[table.excess[target] > 0] |= np.uint32(Flag.OWNERS_ABOVE_100)
        np.bitwise_or.at(flags, target, bits)
    control = view.links["control"]
    flags[control.owned[control.of(owners)]] |= np.uint32(Flag.CONTROL_LINK)
    for node in view.treasury:
        if flags[node] & Flag.MINORITY_HOLDING:
            flags[node] |= np.uint32(Flag.TREASURY_SHARES)
    for names, flag in ((seeds.review, Flag.REVIEW_HIT), (seeds.unclear, Flag.PROGRAMME_UNKNOWN)):
        numbers = [n for name in names if (n := graph.number(name)) is not None]
        flags[np.array(numbers, np.intp)] |= np.uint32(flag)
    unclear = seeds.numbers(graph, (s for s in seeds.possible if s.party in seeds.unclear))
    for table in tables_of(view, rule):
        flags[table.owned[spread_rows(table, unclear)]] |= np.uint32(Flag.PROGRAMME_UNKNOWN)
    if seeds.outside:
        flags[_touched_outside(rule, graph, view, seeds, upper)] |= np.uint32(Flag.OUT_OF_SCOPE_LIST)
    return flags


def _touched_outside(rule: Rule, graph: Graph, view: View, seeds: Seeds, upper: Reach) -> npt.NDArray[np.bool_]:
    """Parties of lists that do not count, what they hold, and what would be reached if they did count."""
    outside = seeds.numbers(graph, seeds.outside)
    every = seeds.numbers(graph, (*seeds.sure, *seeds.possible, *seeds.outside))
    touched = (walk(view, graph.size, every, rule, upper=True).round >= 0) & (upper.round < 0)
    for table in tables_of(view, rule):
        rows = spread_rows(table, outside)
        touched[table.owned[rows[table.high[rows] > 0]]] = True
    found: npt.NDArray[np.bool_] = touched & (upper.round != 0)
    return found


def _settle(flags: npt.NDArray[np.uint32], would: npt.NDArray[np.uint8], own: npt.NDArray[np.bool_]) -> None:
    """Keep what says something beside the status."""
    flags[would == RESTRICTED] &= np.uint32(Flag.CONTROL_LINK)
    flags[own] = 0
    flags[(would == POSSIBLE) | (would == SILENT)] &= ~np.uint32(Flag.MINORITY_HOLDING)
    flags[would == SILENT] &= ~np.uint32(Flag.OWNER_UNCERTAIN)

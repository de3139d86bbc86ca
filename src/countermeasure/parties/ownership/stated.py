"""One party with the owners that a caller states, put to the rules: for a transaction that knows no more than that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from countermeasure.parties.ownership.graph import Graph
from countermeasure.parties.ownership.judge import restricted
from countermeasure.parties.ownership.model import Edge, EdgeKind, Listing, Share, Status
from countermeasure.parties.ownership.proof import Proof, prove
from countermeasure.parties.ownership.rules import RULES, rule_of, split_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.parties.ownership.rules import InForce, Rule

__all__ = ["PartyStatus", "StatedOwner", "status_of"]


@dataclass(frozen=True, slots=True)
class StatedOwner:
    """An owner as a caller states it.

    Attributes:
        name: As written.
        share: The stake, or ``None`` where it is not known.
        lists: Lists on which it stands for sure, as ``us-el``, ``us-el/4`` or ``SDN:RUSSIA-EO14024``.
        possible: Lists on which it may stand: names that a person has to look at.
        country: Two-letter code, or empty.
        kind: What is held.
    """

    name: str
    share: Share | None = None
    lists: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    country: str = ""
    kind: EdgeKind = EdgeKind.SHARES


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """What a rule says of a party.

    Attributes:
        status: The answer.
        flags: Reasons to look closer.
        in_force: Whether the rule is in force on the day.
        would_be: The answer if it were.
        words: One sentence.
        proof: The whole of it.
        footnotes: Footnotes of the Entity List that travel from owners.
        readings: Where the law is silent, the answer in each reading.
    """

    status: Status
    flags: tuple[str, ...]
    in_force: bool
    would_be: Status
    words: str
    proof: Proof
    footnotes: tuple[str, ...] = ()
    readings: dict[str, Status] = field(default_factory=dict)


def status_of(
    party: str,
    owners: Sequence[StatedOwner],
    *,
    rules: Iterable[Rule | str] = RULES,
    as_of: int | None = None,
    country: str = "",
    lists: Sequence[str] = (),
    edges: Iterable[Edge] = (),
    listings: Sequence[Listing] = (),
    in_force: InForce | None = None,
    reading: str = "text",
) -> dict[str, PartyStatus]:
    """Put rules to one party and the owners that are stated.

    Args:
        party: Its name.
        owners: Its owners.
        rules: Names of rules, or rules.
        as_of: The day.
        country: Where it is incorporated, or empty.
        lists: Lists on which the party itself stands.
        edges: Further edges, as those of a file of owners above the stated ones.
        listings: Further listed parties among them.
        in_force: Whether rules are in force; the table shipped if absent.
        reading: ``text`` or ``announced``.

    Returns:
        By name of the rule.

    Raises:
        InputError: If a day is needed and not given.
    """
    stated = [Edge(o.name, party, o.share, o.kind, source="as stated") for o in owners]
    countries = {o.name: o.country for o in owners if o.country} | ({party: country} if country else {})
    graph = Graph.from_edges((*stated, *edges), countries=countries, parties=(party, *(o.name for o in owners)))
    sure = [_listing(party, name) for name in lists] + [_listing(o.name, name) for o in owners for name in o.lists]
    may = [_listing(o.name, name) for o in owners for name in o.possible]
    found: dict[str, PartyStatus] = {}
    for one in rules:
        rule = rule_of(one)
        result = restricted(
            graph, (*sure, *listings), rule, as_of=as_of, possible_seeds=may, in_force=in_force, reading=reading
        )
        proof = prove(result, party)
        standing = proof.standing
        found[rule.id] = PartyStatus(
            standing.status, standing.flags, result.in_force, standing.would_be, proof.conclusion, proof,
            proof.carried.footnotes, standing.readings,
        )  # fmt: skip
    return found


def _listing(party: str, name: str) -> Listing:
    code, more = split_list(name)
    listing = Listing(party, name)
    if code == "us-el" and more:
        return replace(listing, list="us-el", footnotes=tuple(note for note in more if note.isdigit()))
    return listing

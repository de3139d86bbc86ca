"""Listed parties for a graph of owners: by name search over the lists, where no table of them is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.parties.model import Band, Query
from countermeasure.parties.ownership import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.parties.model import ListedParty, PartyList
    from countermeasure.parties.ownership import Graph

__all__ = ["listing_of", "seeds_by_name"]


def listing_of(party: str, entry: ListedParty) -> Listing:
    """The listing of a party that is, or may be, an entry of a list."""
    return Listing(
        party, entry.list, entry.programmes, entry.start, entry.end, entry.footnotes, entry.requirement, entry.review,
        f"{entry.name} ({entry.id})",
    )  # fmt: skip


def seeds_by_name(
    graph: Graph, lists: Sequence[PartyList], numbers: Iterable[int] | None = None
) -> tuple[list[Listing], list[Listing]]:
    """Search the names of a graph in lists.

    Args:
        graph: Its labels are searched, or ids where there is none.
        lists: What is searched.
        numbers: Entities to be searched; all if absent.

    Returns:
        Listings of confirmed hits, and of those that a person has to look at.
    """
    from countermeasure.io.party_index import party_index

    chosen = list(range(graph.size) if numbers is None else numbers)
    queries = [Query(graph.labels.get(n, graph.id(n)), graph.countries.get(n, "")) for n in chosen]
    sure: list[Listing] = []
    possible: list[Listing] = []
    for number, hits in zip(chosen, party_index(lists).search(queries), strict=True):
        for hit in hits:
            if hit.band is not Band.NONE:
                (sure if hit.band is Band.CONFIRMED else possible).append(listing_of(graph.id(number), hit.party))
    return sure, possible

"""Which entities were restricted not long ago: what was blocked then may still be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.parties.ownership.rules import gate_of, recent_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.parties.ownership.graph import Graph
    from countermeasure.parties.ownership.model import Listing
    from countermeasure.parties.ownership.rules import InForce, Rule

__all__ = ["recently_restricted"]


def recently_restricted(
    graph: Graph,
    listings: Sequence[Listing],
    seeds: Sequence[Listing],
    rule: Rule,
    day: int,
    in_force: InForce | None,
    reading: str,
) -> npt.NDArray[np.intp]:
    """Entities that a rule restricted for certain on the eve of some change within the last year.

    Only what lies downstream of an edge or listing that ended in that time can have been freed, so only these entities, with
    all their owners, are looked at again, on the day before each end.

    Args:
        graph: All edges.
        listings: All listings, possible ones too.
        seeds: Those that are certain.
        rule: The rule.
        day: The day that is asked about.
        in_force: Gate of the caller, or ``None``.
        reading: For the table shipped.

    Returns:
        Numbers of entities, whatever their status on the day itself.
    """
    from countermeasure.parties.ownership.judge import RESTRICTED, restricted

    since = day - recent_days()
    ends = {s.end for s in listings if s.end is not None and since < s.end <= day}
    touched = np.zeros(graph.size, bool)
    for listing in listings:
        number = graph.number(listing.party)
        if listing.end in ends and number is not None:
            touched[number] = True
    if graph.end is not None:
        ended = (graph.end > since) & (graph.end <= day)
        ends |= {int(d) for d in np.unique(graph.end[ended])}
        touched[graph.owned[ended]] = True
    if not touched.any() or not ends:
        return np.zeros(0, np.intp)
    below = _closure(touched, graph.owner, graph.owned)
    wanted = _closure(below.copy(), graph.owned, graph.owner)
    small, numbers = _part(graph, wanted)
    was = np.zeros(small.size, bool)
    names = set(small.names)
    mine = [s for s in seeds if s.party in names]
    for end in sorted(ends):
        eve = end - 1
        if gate_of(rule, eve, reading, in_force):
            before = restricted(small, mine, rule, as_of=eve, in_force={rule.id: True}, look_back=False)
            was |= before.status == RESTRICTED
    found = numbers[was]
    return found[below[found]]


def _closure(mask: npt.NDArray[np.bool_], heads: npt.NDArray[np.int32], tails: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """All that edges lead to from some entities, these included."""
    while True:
        fresh = tails[mask[heads] & ~mask[tails]]
        if not len(fresh):
            return mask
        mask[fresh] = True


def _part(graph: Graph, wanted: npt.NDArray[np.bool_]) -> tuple[Graph, npt.NDArray[np.intp]]:
    """The graph of some entities with everything that is held in them, and the numbers they had."""
    from dataclasses import replace

    numbers = np.flatnonzero(wanted)
    place = np.full(graph.size, -1, np.int32)
    place[numbers] = np.arange(len(numbers), dtype=np.int32)
    edge = np.flatnonzero(wanted[graph.owned])
    new = {int(place[n]): code for n, code in graph.countries.items() if wanted[n]}

    def take(column: npt.NDArray[np.int32] | None) -> npt.NDArray[np.int32] | None:
        return None if column is None else column[edge]

    return replace(
        graph,
        size=len(numbers),
        owner=place[graph.owner[edge]],
        owned=place[graph.owned[edge]],
        low=graph.low[edge],
        high=graph.high[edge],
        unknown=graph.unknown[edge],
        kind=graph.kind[edge],
        start=take(graph.start),
        end=take(graph.end),
        source=take(graph.source),
        row=None,
        names=tuple(graph.id(int(n)) for n in numbers),
        countries=new,
        labels={},
        _numbers={},
        _views={},
    ), numbers

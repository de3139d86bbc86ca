"""How much of a maker Chinese persons hold: US note 31(l)(v) to chapter 99, for cranes.

Reading. A holder of China is an entity of the state, a citizen, or a company of China. Each of board seats, votes and equity is
added up over such holders, direct and indirect, and the greatest of the three counts. Subdivision (v)(d): what a holder of
China has at half or more is taken as part of it, so the holdings of that subsidiary count in full; below half they count in
proportion. Several holders of China are added ("cumulatively"), and half is tested on what they hold together: the reading
that catches more. A holder whose country is not told may be Chinese, so it counts in the greater bound only.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import NotFoundError
from countermeasure.parties.ownership.model import FULL

if TYPE_CHECKING:
    from countermeasure.parties.ownership.graph import Graph, View

__all__ = ["maker_share"]

CLASSES = ("shares", "votes", "board")
MOST_ROUNDS = 400
SETTLED = 1e-12
HALF = 0.5


def maker_share(graph: Graph, entity: str | int, country: str = "CN", *, as_of: int | None = None) -> tuple[float, float]:
    """Least and greatest cumulative share of a maker that holders of a country have.

    Args:
        graph: Owners with the countries that are known.
        entity: The maker.
        country: Two-letter code.
        as_of: The day, where edges are dated.

    Returns:
        Fractions of a whole, 0.25 is 25 percent. In circles of holdings the share is the limit, to within a millionth.

    Raises:
        NotFoundError: If the maker is not in the graph.
        InputError: If edges are dated and no day is given.

    Source:
        US note 31(l)(v)(a) and (d) to chapter 99, subchapter III; heading 9903.91.14.
    """
    number = graph.number(entity)
    if number is None:
        raise NotFoundError(f"no edge names {entity!r}", code="unknown_party", cure="Use an entity of the graph.")
    if graph.countries.get(number) == country:
        return 1.0, 1.0
    view = graph.on(as_of)
    order = _above(view, number)
    low = _attributed(graph, view, order, country, upper=False)
    high = _attributed(graph, view, order, country, upper=True)
    least, most = low.get(number, 0.0), high.get(number, 0.0)
    return min(round(least, 9), 1.0), min(round(max(least, most), 9), 1.0)


def _above(view: View, number: int) -> list[int]:
    seen = {number: None}
    queue = deque([number])
    while queue:
        here = queue.popleft()
        owners = [int(table.owner[p]) for name in CLASSES for table in (view.tables[name],) for p in table.stakes_in(here)]
        owners += [int(o) for o in view.links["branch"].owner[view.links["branch"].into(here)]]
        for owner in owners:
            if owner not in seen:
                seen[owner] = None
                queue.append(owner)
    return list(seen)


def _attributed(graph: Graph, view: View, order: list[int], country: str, *, upper: bool) -> dict[int, float]:
    """Share of each entity that counts as held by the country, from below, round by round."""
    held: dict[int, float] = {}
    for one in order:
        told = graph.countries.get(one)
        owned = any(len(view.tables[name].stakes_in(one)) for name in CLASSES)
        held[one] = 1.0 if told == country or (upper and told is None and not owned) else 0.0
    fixed = {one for one, share in held.items() if share == 1.0}
    for _ in range(MOST_ROUNDS):
        moved = 0.0
        for one in reversed(order):
            if one in fixed:
                continue
            share = _share(view, one, held, upper=upper)
            branch = view.links["branch"]
            share = max([share, *(held[int(o)] for o in branch.owner[branch.into(one)])])
            if upper and graph.countries.get(one) is None and one != order[0]:
                share = 1.0
            counted = 1.0 if share >= HALF and one != order[0] else share
            moved = max(moved, counted - held[one])
            held[one] = max(held[one], counted)
        if moved < SETTLED:
            break
    return held


def _share(view: View, entity: int, held: dict[int, float], *, upper: bool) -> float:
    best = 0.0
    for name in CLASSES:
        table = view.tables[name]
        rows = np.fromiter(table.stakes_in(entity), np.intp)
        rows = rows[table.owner[rows] != entity]
        if not len(rows):
            continue
        weight = np.array([held[int(o)] for o in table.owner[rows]])
        low = table.low[rows] / FULL
        total = float((low * weight).sum())
        if upper:
            free = max(0.0, 1.0 - float(table.sure[entity]) / FULL)
            spare = np.maximum(table.high[rows] / FULL - low, 0.0)
            for place in np.argsort(-weight):
                more = min(float(spare[place]), free)
                total += more * float(weight[place])
                free -= more
        elif table.excess is not None:
            total = max(0.0, total - float(table.excess[entity]) / FULL)
        best = max(best, total)
    return min(best, 1.0)

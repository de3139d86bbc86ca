"""The least fixed point over direct holdings, round by round from the listed: once for what is certain, once for what may be.

An owner that is restricted counts with its whole stake; percentages are never multiplied. The certain walk adds the least
shares. Where the stated stakes of an entity come to more than the whole, the excess is taken off, since any stake may be
overstated by it. The possible walk adds the greatest shares, but no more than the whole less what others hold for sure. For
each entity that is the exact least and greatest sum under the stated bounds, and since entities share no stake the greatest
sums can all hold together: both walks are exact. They are monotone, so the order does not matter and circles need no care:
restrictions come from lists alone.

Each stake is walked once, so the work is proportional to what is reached, not to the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.parties.ownership.holdings import spread_rows
from countermeasure.parties.ownership.model import FULL

if TYPE_CHECKING:
    from countermeasure.parties.ownership.graph import View
    from countermeasure.parties.ownership.holdings import Codes, Holdings, Ids, Links
    from countermeasure.parties.ownership.rules import Rule

__all__ = ["Reach", "bounded", "part_of_listed", "tables_of", "walk", "walk_apart"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a walk reached.

    Attributes:
        round: Round in which each entity was reached, shape (size,), int32: 0 for seeds, -1 for none.
        group: Where holdings of different seeds do not add up, the group of seeds that reached each entity, shape (size,).
        rounds: Number of rounds.
        walked: Stakes walked.
    """

    round: npt.NDArray[np.int32]
    group: npt.NDArray[np.int32] | None
    rounds: int
    walked: int


def part_of_listed(view: View, size: int, seeds: Ids) -> npt.NDArray[np.int32]:
    """Rounds of the seeds and of their branches, which are the same person, shape (size,); -1 elsewhere."""
    rounds = np.full(size, -1, np.int32)
    frontier, number = np.unique(seeds), 0
    rounds[frontier] = 0
    while len(frontier) and len(view.links["branch"].owner):
        number += 1
        found = np.unique(view.links["branch"].owned[view.links["branch"].of(frontier)])
        frontier = found[rounds[found] < 0]
        rounds[frontier] = number
    return rounds


def tables_of(view: View, rule: Rule) -> list[Holdings]:
    """Holdings of the kinds that count, those without any left out."""
    votes_too = "votes" in rule.classes
    found = [view.table(name, votes_too=votes_too) for name in rule.classes]
    return [table for table in found if table.count] or found[:1]


def _links(view: View, rule: Rule) -> list[Links]:
    names = ("branch", "control") if rule.control_counts else ("branch",)
    return [view.links[name] for name in names if len(view.links[name].owner)]


def _over(total: Codes, rule: Rule) -> npt.NDArray[np.bool_]:
    over: npt.NDArray[np.bool_] = total > rule.threshold if rule.more_than else total >= rule.threshold
    return over


def bounded(table: Holdings, entity: Ids, low: Codes, high: Codes, *, upper: bool) -> Codes:
    """Least or greatest sum of some stakes in entities.

    Args:
        table: All stakes of the class.
        entity: Shape (k,).
        low: Sum of the least shares of the stakes meant, shape (k,).
        high: Sum of the greatest.
        upper: Which of the two.

    Returns:
        Codes, shape (k,).
    """
    excess = table.excess[entity] if table.excess is not None else None
    if not upper:
        return low if excess is None else np.maximum(low - excess, 0)
    room = FULL - (table.sure[entity] - low)
    if excess is not None:
        room = np.where(excess > 0, FULL, room)
    least: Codes = np.minimum(high, room)
    return least


def _own_shares(view: View, size: int, rule: Rule) -> Codes | None:
    """What an entity's shares in itself may add to the weight of the others, at the line; ``None`` where there are none."""
    if not view.treasury:
        return None
    relief = np.zeros(size, np.int64)
    for node, code in view.treasury.items():
        relief[node] = code * rule.threshold // FULL
    return relief


def walk(view: View, size: int, seeds: Ids, rule: Rule, *, upper: bool, chain: bool = True) -> Reach:
    """Walk with all seeds together.

    Args:
        view: Holdings of the day.
        size: Entities.
        seeds: Numbers of the listed.
        rule: Line, classes, control.
        upper: Greatest shares instead of least.
        chain: Whether an entity that is reached passes its stakes on.
    """
    tables, links = tables_of(view, rule), _links(view, rule)
    relief = _own_shares(view, size, rule) if upper else None
    sums = [(np.zeros(size, np.int64), np.zeros(size, np.int64) if upper else None) for _ in tables]
    rounds = part_of_listed(view, size, seeds) if not chain else np.full(size, -1, np.int32)
    frontier = np.flatnonzero(rounds >= 0).astype(np.int32) if not chain else np.unique(seeds).astype(np.int32)
    rounds[frontier[rounds[frontier] < 0]] = 0
    number, walked = int(rounds.max(initial=0)) if not chain else 0, 0
    passing = True
    while len(frontier):
        number += 1
        fresh = [link.owned[link.of(frontier)] for link in links]
        for table, (low, high) in zip(tables if passing else (), sums, strict=False):
            rows = spread_rows(table, frontier)
            rows = rows[rounds[table.owned[rows]] < 0]
            if not len(rows):
                continue
            walked += len(rows)
            target = table.owned[rows]
            np.add.at(low, target, table.low[rows])
            if high is not None:
                np.add.at(high, target, table.high[rows])
            target = np.unique(target)
            total = bounded(table, target, low[target], low[target] if high is None else high[target], upper=upper)
            if relief is not None:
                total = np.where(total > 0, total + relief[target], total)
            fresh.append(target[_over(total, rule)])
        frontier = np.unique(np.concatenate(fresh)) if fresh else np.zeros(0, np.int32)
        frontier = frontier[rounds[frontier] < 0]
        rounds[frontier] = number
        passing = chain
    return Reach(rounds, None, max(number - 1, 0), walked)


def walk_apart(view: View, size: int, seeds: Ids, groups: Ids, rule: Rule, *, upper: bool, chain: bool = True) -> Reach:
    """Walk with each group of seeds by itself: what one group holds, through whatever it owns, is never added to another's.

    Args:
        view: Holdings of the day.
        size: Entities.
        seeds: Numbers of the listed, shape (s,).
        groups: Group of each, shape (s,); seeds of one group count as one person.
        rule: Line, classes, control.
        upper: Greatest shares instead of least.
        chain: Whether an entity that is reached passes its stakes on.
    """
    tables, links = tables_of(view, rule), _links(view, rule)
    relief = _own_shares(view, size, rule) if upper else None
    rounds, by = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    done = np.unique(groups.astype(np.int64) * size + seeds)
    frontier = done
    sums = [_Sums() for _ in tables]
    number = walked = 0
    passing: npt.NDArray[np.bool_] = np.ones(len(frontier), bool)
    while len(frontier):
        node, group = frontier % size, (frontier // size).astype(np.int32)
        new = rounds[node] < 0
        rounds[node[new]], by[node[new]] = number, group[new]
        number += 1
        fresh: list[Codes] = []
        branches: list[Codes] = []
        for link in links:
            pairs, heads = _linked(link, node, group, size)
            fresh.append(pairs)
            branches.append(pairs[passing[heads]])
        go = np.ones(len(frontier), bool) if chain else passing
        for table, held in zip(tables, sums, strict=True):
            owners = node[go].astype(np.int32)
            rows = spread_rows(table, owners)
            if not len(rows):
                continue
            counts = table.out[owners + 1] - table.out[owners]
            pair = np.repeat(group[go], counts).astype(np.int64) * size + table.owned[rows]
            walked += len(rows)
            at = held.add(pair, table.low[rows], table.high[rows])
            target = (held.keys[at] % size).astype(np.int32)
            total = bounded(table, target, held.low[at], held.high[at] if upper else held.low[at], upper=upper)
            if relief is not None:
                total = np.where(total > 0, total + relief[target], total)
            fresh.append(held.keys[at][_over(total, rule)])
        candidates = np.unique(np.concatenate(fresh)) if fresh else np.zeros(0, np.int64)
        frontier = candidates[~_within(candidates, done)]
        done = np.union1d(done, frontier)
        passing = _within(frontier, np.unique(np.concatenate(branches))) if branches else np.zeros(len(frontier), bool)
    return Reach(rounds, by, max(number - 1, 0), walked)


def _linked(link: Links, node: Codes, group: Ids, size: int) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Pairs of group and entity behind links, and the places of the frontier they come from."""
    first, last = np.searchsorted(link.owner, node), np.searchsorted(link.owner, node, side="right")
    heads = np.repeat(np.arange(len(node)), last - first)
    places = link.of(node.astype(np.int32))
    return group[heads].astype(np.int64) * size + link.owned[places], heads


def _within(values: Codes, ordered: Codes) -> npt.NDArray[np.bool_]:
    """Whether each value is among some that are sorted."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    place = np.searchsorted(ordered, values)
    place[place == len(ordered)] = 0
    found: npt.NDArray[np.bool_] = ordered[place] == values
    return found


class _Sums:
    """Sums by pair of group and entity, as sorted arrays that grow."""

    def __init__(self) -> None:
        self.keys: Codes = np.zeros(0, np.int64)
        self.low: Codes = np.zeros(0, np.int64)
        self.high: Codes = np.zeros(0, np.int64)

    def add(self, pair: Codes, low: Codes, high: Codes) -> npt.NDArray[np.intp]:
        """Add stakes; returns the places of the pairs that were touched."""
        distinct, place = np.unique(pair, return_inverse=True)
        new = distinct[~_within(distinct, self.keys)]
        if len(new):
            keys = np.union1d(self.keys, new)
            at = np.searchsorted(keys, self.keys)
            grown_low, grown_high = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
            grown_low[at], grown_high[at] = self.low, self.high
            self.keys, self.low, self.high = keys, grown_low, grown_high
        touched = np.searchsorted(self.keys, distinct)
        np.add.at(self.low, touched[place], low)
        np.add.at(self.high, touched[place], high)
        return touched

"""Holdings of one class on one day as sorted arrays, and how edges become one stake per owner and entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.parties.ownership.model import FULL, Mark

if TYPE_CHECKING:
    from countermeasure.parties.ownership.graph import Graph

Ids = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int64]

__all__ = ["Codes", "Holdings", "Ids", "Links", "merge_stakes", "reaches", "spread_rows"]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Stakes of one class, sorted by entity and owner.

    Attributes:
        owner: Shape (h,).
        owned: Shape (h,).
        low: Least share as a code, shape (h,).
        high: Greatest share, shape (h,).
        marks: Of ``Mark``, shape (h,).
        edge: An edge of the graph behind each stake, shape (h,).
        into: First stake of each entity, shape (size + 1,).
        out: First place in ``by_owner`` of each owner, shape (size + 1,).
        by_owner: Stakes sorted by owner, shape (h,).
        sure: Sum of the least shares of all owners of each entity, shape (size,).
        excess: By how much that sum is above the whole, shape (size,); ``None`` where it never is.
        exact: Whether every stake is one number.
    """

    owner: Ids
    owned: Ids
    low: Codes
    high: Codes
    marks: npt.NDArray[np.uint8]
    edge: Ids
    into: Ids
    out: Ids
    by_owner: Ids
    sure: Codes
    excess: Codes | None
    exact: bool

    @property
    def count(self) -> int:
        """Number of stakes."""
        return len(self.owner)

    def stakes_in(self, entity: int) -> range:
        """Places of the stakes in an entity."""
        return range(int(self.into[entity]), int(self.into[entity + 1]))


@dataclass(frozen=True, slots=True)
class Links:
    """Edges without a share.

    Attributes:
        owner: Shape (l,), sorted.
        owned: Shape (l,).
        edge: Edge of the graph, shape (l,).
    """

    owner: Ids
    owned: Ids
    edge: Ids

    @staticmethod
    def build(graph: Graph, rows: Ids) -> Links:
        """Take links out of the graph."""
        rows = rows[graph.owner[rows] != graph.owned[rows]]
        rows = rows[np.argsort(graph.owner[rows], kind="stable")]
        return Links(graph.owner[rows], graph.owned[rows], rows)

    def of(self, owners: Ids) -> npt.NDArray[np.intp]:
        """Places of the links of some owners."""
        if not len(self.owner):
            return np.zeros(0, np.intp)
        first, last = np.searchsorted(self.owner, owners), np.searchsorted(self.owner, owners, side="right")
        places: npt.NDArray[np.intp] = _ranges(first, last)
        return places

    def into(self, entity: int) -> npt.NDArray[np.intp]:
        """Places of the links to an entity."""
        return np.flatnonzero(self.owned == entity)


def _ranges(first: npt.NDArray[Any], last: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """All places of several ranges, one after the other."""
    sizes = (last - first).astype(np.intp)
    total = int(sizes.sum())
    if not total:
        return np.zeros(0, np.intp)
    ends = np.cumsum(sizes)
    places: npt.NDArray[np.intp] = np.arange(total) + np.repeat(first - (ends - sizes), sizes)
    return places


def spread_rows(table: Holdings, owners: Ids) -> Ids:
    """Stakes that some owners hold, owner after owner."""
    rows: Ids = table.by_owner[_ranges(table.out[owners], table.out[owners + 1])]
    return rows


def merge_stakes(graph: Graph, rows: Ids, marks: npt.NDArray[np.uint8]) -> Holdings:
    """Bring edges of one class to one stake per owner and entity.

    Equal statements are one stake. Two sources whose spans meet give what both allow; where they contradict each other the
    stake runs from the least to the greatest of them. Different statements of one source may be parts that add up or
    corrections: the stake runs from the least of them to their sum. A consolidated child or a stake of unknown size may be
        anything.

    Args:
        graph: Where the edges are.
        rows: Edges, shape (k,).
        marks: Their marks, shape (k,).
    """
    key = graph.owned[rows].astype(np.int64) * max(graph.size, 1) + graph.owner[rows]
    in_order = len(key) < 2 or bool((key[1:] >= key[:-1]).all())
    order = np.arange(len(key)) if in_order else np.argsort(key)
    key, rows, marks = key[order], rows[order], marks[order]
    low, high = graph.low[rows], graph.high[rows]
    loose = (marks & (Mark.CONSOLIDATED | Mark.VOTES_ONLY)) != 0
    low[loose], high[loose] = 0, FULL
    high[(marks & Mark.INDIRECT) != 0] = FULL
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    if not first.all():
        rows, low, high, marks = _join(graph, rows, low, high, marks, first)
    return _sorted(graph, rows, low, high, marks)


def _join(
    graph: Graph, rows: Ids, low: Codes, high: Codes, marks: npt.NDArray[np.uint8], first: npt.NDArray[np.bool_]
) -> tuple[Ids, Codes, Codes, npt.NDArray[np.uint8]]:
    """Join the statements of each stake; most stakes have one and are left alone."""
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(rows)))
    group = np.repeat(np.arange(len(starts)), sizes)
    several = np.flatnonzero(sizes[group] > 1)
    out_low, out_high, out_marks = low[starts], high[starts], marks[starts].copy()
    source = np.zeros(len(several), np.int64) if graph.source is None else graph.source[rows[several]].astype(np.int64)
    # One source: equal statements once, different ones from the least to the sum.
    order = np.lexsort((high[several], low[several], source, group[several]))
    at, by = several[order], source[order]
    same = np.zeros(len(at), bool)
    same[1:] = (group[at[1:]] == group[at[:-1]]) & (by[1:] == by[:-1])
    again = same.copy()
    again[1:] &= (low[at[1:]] == low[at[:-1]]) & (high[at[1:]] == high[at[:-1]])
    at, by, same = at[~again], by[~again], same[~again]
    head = np.flatnonzero(~same)
    blank = (np.bitwise_and.reduceat(marks[at], head) & Mark.UNKNOWN) != 0
    told_low = np.where((marks[at] & Mark.UNKNOWN) != 0, FULL, low[at])
    part_low = np.where(blank, 0, np.minimum.reduceat(told_low, head))
    part_high = np.minimum(np.add.reduceat(high[at], head), FULL)
    part_mark = np.bitwise_or.reduceat(marks[at], head)
    part_mark[~blank] &= ~np.uint8(Mark.UNKNOWN)
    part_mark[np.diff(np.append(head, len(at))) > 1] |= np.uint8(Mark.REPEATED)
    owner_group = group[at[head]]
    # Several sources: what all allow, or from the least to the greatest where nothing is allowed by all.
    lead = np.flatnonzero(np.append(True, owner_group[1:] != owner_group[:-1]))
    most_low, least_high = np.maximum.reduceat(part_low, lead), np.minimum.reduceat(part_high, lead)
    clash = most_low > least_high
    which = owner_group[lead]
    out_low[which] = np.where(clash, np.minimum.reduceat(part_low, lead), most_low)
    out_high[which] = np.where(clash, np.maximum.reduceat(part_high, lead), least_high)
    joined = np.bitwise_or.reduceat(part_mark, lead)
    known = np.bitwise_and.reduceat(part_mark, lead)
    joined = (joined & ~np.uint8(Mark.UNKNOWN | Mark.CONSOLIDATED | Mark.VOTES_ONLY | Mark.INDIRECT)) | (
        known & np.uint8(Mark.UNKNOWN | Mark.CONSOLIDATED | Mark.VOTES_ONLY | Mark.INDIRECT)
    )
    out_marks[which] = joined | np.where(clash, np.uint8(Mark.CONFLICT), np.uint8(0))
    return rows[starts], out_low, out_high, out_marks


def _sorted(graph: Graph, rows: Ids, low: Codes, high: Codes, marks: npt.NDArray[np.uint8]) -> Holdings:
    owner, owned = graph.owner[rows], graph.owned[rows]
    into = np.zeros(graph.size + 1, np.int32)
    np.cumsum(np.bincount(owned, minlength=graph.size), out=into[1:])
    out = np.zeros(graph.size + 1, np.int32)
    np.cumsum(np.bincount(owner, minlength=graph.size), out=out[1:])
    by_owner = np.argsort(owner.astype(np.int64) * max(len(rows), 1) + np.arange(len(rows))).astype(np.int32)
    sure = np.zeros(graph.size, np.int64)
    filled = np.flatnonzero(into[1:] > into[:-1])
    if len(filled):
        sure[filled] = np.add.reduceat(low, into[filled])
    over = sure > FULL
    excess = np.where(over, sure - FULL, 0) if over.any() else None
    return Holdings(
        owner, owned, low, high, marks, rows, into, out, by_owner, sure, excess, bool((low == high).all())
    )  # fmt: skip


def reaches(size: int, heads: Ids, tails: Ids, owners: Ids, owned: Ids) -> npt.NDArray[np.bool_]:
    """Whether each owner reaches its entity over at least two edges, so that the components of its stake are there.

    Args:
        size: Number of entities.
        heads: Owners of the edges that may be walked, shape (k,).
        tails: Their entities, shape (k,).
        owners: Shape (q,).
        owned: Shape (q,).

    Returns:
        Shape (q,).
    """
    order = np.argsort(tails, kind="stable")
    above = heads[order]
    first = np.searchsorted(tails[order], np.arange(size + 1))
    found = np.zeros(len(owners), bool)
    for entity in np.unique(owned):
        asked = np.flatnonzero(owned == entity) if len(owners) < 64 else _equal(owned, entity)
        wanted = set(owners[asked].tolist())
        direct = np.unique(above[first[entity] : first[entity + 1]])
        seen = set(direct.tolist()) | {int(entity)}
        frontier = direct[direct != entity]
        hit: set[int] = set()
        while len(frontier) and hit != wanted:
            step = np.unique(above[_ranges(first[frontier], first[frontier + 1])])
            hit |= wanted.intersection(step.tolist())
            frontier = np.array([n for n in step.tolist() if n not in seen], np.int64)
            seen.update(frontier.tolist())
        found[asked] = [int(o) in hit for o in owners[asked]]
    return found


def _equal(values: Ids, wanted: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero(values == wanted)

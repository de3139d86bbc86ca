"""Who holds what of whom, on which days: edges, and their form as arrays.

Shares are integers in ``UNIT``. A stake is a band from its least to its greatest value; exact stakes have both equal, unknown ones run
from 0 to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.parties.owned.rules import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Ints = npt.NDArray[np.int64]
KINDS = ("shares", "votes", "control", "branch", "indirect_reported", "consolidation", "treasury")
"""Kinds of edges."""
FAR = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Edge:
    """One statement that an owner holds something of an entity.

    Attributes:
        low: Least share in ``UNIT``.
        high: Greatest share.
        known: Whether a share was told at all.
        kind: Of ``KINDS``.
        start: First day, or ``None``.
        end: First day after, or ``None``.
        source: Register or file that says so.
    """

    owner: str
    owned: str
    low: int = 0
    high: int = UNIT
    known: bool = False
    kind: str = "shares"
    start: int | None = None
    end: int | None = None
    source: str = ""

    def holds(self, day: int | None) -> bool:
        """Whether the edge lives on a day; always where no day is asked for."""
        return day is None or ((self.start is None or day >= self.start) and (self.end is None or day < self.end))


@dataclass(frozen=True)
class Graph:
    """Edges as arrays, sorted by owner.

    Attributes:
        names: Names of entities by number; empty where they are numbers alone.
        size: Entities.
        owner, owned: Shape (e,).
        low, high: Shape (e,), in ``UNIT``.
        kind: Shape (e,), places in ``KINDS``.
        first: First edge of each owner, shape (size + 1,).
        start, end: Days, shape (e,).
        edges: The edges behind the rows, where they were given one by one.
        notes: What was found while edges were joined, by owned entity.
    """

    names: Sequence[str]
    size: int
    owner: Ints
    owned: Ints
    low: Ints
    high: Ints
    kind: npt.NDArray[np.int8]
    first: Ints
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    known: npt.NDArray[np.bool_]
    conflict: npt.NDArray[np.bool_]

    @staticmethod
    def from_arrays(
        owner: Ints,
        owned: Ints,
        low: Ints,
        high: Ints,
        *,
        size: int | None = None,
        kind: npt.NDArray[np.int8] | None = None,
        start: npt.NDArray[np.int32] | None = None,
        end: npt.NDArray[np.int32] | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        conflict: npt.NDArray[np.bool_] | None = None,
        names: Sequence[str] = (),
    ) -> Graph:
        """Build from columns of equal length, shape (e,); one row is one stake."""
        n = int(size if size is not None else max(int(owner.max(initial=-1)), int(owned.max(initial=-1))) + 1)
        order = np.argsort(owner, kind="stable")
        first = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(owner, minlength=n), out=first[1:])
        count = len(owner)
        return Graph(
            names,
            n,
            owner[order].astype(np.int64),
            owned[order].astype(np.int64),
            low[order].astype(np.int64),
            high[order].astype(np.int64),
            (np.zeros(count, np.int8) if kind is None else kind)[order],
            first,
            (np.full(count, -FAR, np.int32) if start is None else start)[order],
            (np.full(count, FAR, np.int32) if end is None else end)[order],
            (np.ones(count, bool) if known is None else known)[order],
            (np.zeros(count, bool) if conflict is None else conflict)[order],
        )

    @staticmethod
    def from_edges(edges: Iterable[Edge], on: int | None = None) -> Graph:
        """Build from edges that live on a day, one stake per owner, entity and class.

        Two registers for one stake are one stake: equal values are kept, others become the band that holds both. An indirect
        holding that a register sums up is dropped where its direct components are there, else its share is not known.
        Consolidated accounts tell no share. A stake in oneself is left out.
        """
        live = [e for e in edges if e.holds(on)]
        names = list(dict.fromkeys(n for e in live for n in (e.owner, e.owned)))
        number = {name: i for i, name in enumerate(names)}
        direct: dict[str, set[str]] = {}
        for edge in live:
            if edge.kind not in ("indirect_reported", "control") and edge.owner != edge.owned:
                direct.setdefault(edge.owner, set()).add(edge.owned)
        merged: dict[tuple[int, int, str], list[Edge]] = {}
        for edge in live:
            kind = edge.kind
            if edge.owner == edge.owned or kind == "treasury":
                continue
            if kind == "indirect_reported":
                if _reaches(direct, edge.owner, edge.owned):
                    continue
                edge = Edge(edge.owner, edge.owned, 0, edge.high if edge.known else UNIT, False, "shares", source=edge.source)
                kind = "shares"
            elif kind == "consolidation":
                edge = Edge(edge.owner, edge.owned, source=edge.source)
                kind = "shares"
            merged.setdefault((number[edge.owner], number[edge.owned], kind), []).append(edge)
        rows = []
        for (owner, owned, kind), same in merged.items():
            told = [e for e in same if e.known] or same
            low, high = min(e.low for e in told), max(e.high for e in told)
            differs = len({(e.low, e.high) for e in told}) > 1
            rows.append((owner, owned, low, high, KINDS.index(kind), any(e.known for e in same), differs))
        table = np.array([r[:5] for r in rows], np.int64).reshape(-1, 5)
        return Graph.from_arrays(
            table[:, 0],
            table[:, 1],
            table[:, 2],
            table[:, 3],
            size=len(names),
            kind=table[:, 4].astype(np.int8),
            known=np.array([r[5] for r in rows], bool),
            conflict=np.array([r[6] for r in rows], bool),
            names=names,
        )

    def on(self, day: int) -> npt.NDArray[np.bool_]:
        """Which edges live on a day, shape (e,)."""
        return (self.start <= day) & (day < self.end)

    def number(self, name: str) -> int | None:
        """Number of an entity, or ``None``."""
        try:
            return self.names.index(name)
        except ValueError:
            return None


def _reaches(direct: dict[str, set[str]], owner: str, owned: str) -> bool:
    """Whether an entity is reached through at least one other: the components of an indirect holding."""
    seen: set[str] = set()
    frontier = direct.get(owner, set()) - {owned}
    while frontier:
        if any(owned in direct.get(middle, ()) for middle in frontier):
            return True
        seen |= frontier
        frontier = {n for middle in frontier for n in direct.get(middle, ())} - seen
    return False


__all__ = ["FAR", "KINDS", "Edge", "Graph"]

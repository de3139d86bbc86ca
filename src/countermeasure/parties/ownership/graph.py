"""Owners and entities as arrays: all edges of all days, and the holdings that live on one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.errors import InputError
from countermeasure.parties.ownership.holdings import Holdings, Links, merge_stakes, reaches
from countermeasure.parties.ownership.model import ALWAYS, FULL, NEVER, PPM, STEP, Edge, EdgeKind, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Ids = npt.NDArray[np.int32]
    Codes = npt.NDArray[np.int64]

__all__ = ["KINDS", "Graph", "View"]

KINDS: tuple[EdgeKind, ...] = tuple(EdgeKind)
"""Kinds by their number in arrays."""
_NUMBER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Graph:
    """All edges of all days.

    Attributes:
        size: Number of entities.
        owner: Shape (e,), int32.
        owned: Shape (e,), int32.
        low: Least share of each edge as a code, shape (e,), int64.
        high: Greatest share.
        unknown: Whether no share was told, shape (e,).
        kind: Places in ``KINDS``, shape (e,), int8.
        start: First day, shape (e,), or ``None`` where no edge is dated.
        end: First day after.
        source: Places in ``sources``, shape (e,), or ``None`` where there is one source.
        row: Row in the source, shape (e,), or ``None``.
        sources: Registers and files.
        names: Names of entities by number; empty where they are numbers alone.
        countries: Two-letter codes by number of the entities whose country is known.
        labels: What a person calls an entity, by number, where its id is not its name.
    """

    size: int
    owner: Ids
    owned: Ids
    low: Codes
    high: Codes
    unknown: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int8]
    start: Ids | None = None
    end: Ids | None = None
    source: Ids | None = None
    row: npt.NDArray[np.int64] | None = None
    sources: tuple[str, ...] = ("",)
    names: Sequence[str] = ()
    countries: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _views: dict[int | None, View] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def from_edges(
        edges: Iterable[Edge],
        *,
        countries: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        parties: Iterable[str] = (),
    ) -> Graph:
        """Build from edges one by one.

        Args:
            edges: In any order.
            countries: Country of incorporation or nationality by id, where known.
            labels: Names by id, where the id is not the name.
            parties: Further entities, that no edge may name.
        """
        rows = list(edges)
        numbers: dict[str, int] = {}
        owner = np.fromiter((numbers.setdefault(e.owner, len(numbers)) for e in rows), np.int32, len(rows))
        owned = np.fromiter((numbers.setdefault(e.owned, len(numbers)) for e in rows), np.int32, len(rows))
        for name in parties:
            numbers.setdefault(name, len(numbers))
        codes = np.array([e.share.codes if e.share is not None else (0, FULL) for e in rows], np.int64).reshape(-1, 2)
        sources: dict[str, int] = {}
        dated = any(e.start is not None or e.end is not None for e in rows)
        return Graph(
            size=len(numbers),
            owner=owner,
            owned=owned,
            low=codes[:, 0].copy(),
            high=codes[:, 1].copy(),
            unknown=np.array([e.share is None for e in rows], bool),
            kind=np.array([_NUMBER[e.kind] for e in rows], np.int8),
            start=np.array([ALWAYS if e.start is None else e.start for e in rows], np.int32) if dated else None,
            end=np.array([NEVER if e.end is None else e.end for e in rows], np.int32) if dated else None,
            source=np.array([sources.setdefault(e.source, len(sources)) for e in rows], np.int32),
            row=np.array([e.row for e in rows], np.int64),
            sources=tuple(sources) or ("",),
            names=tuple(numbers),
            countries={numbers[n]: c for n, c in (countries or {}).items() if n in numbers and c},
            labels={numbers[n]: t for n, t in (labels or {}).items() if n in numbers and t and t != n},
            _numbers=numbers,
        )

    @staticmethod
    def from_arrays(
        owner: npt.ArrayLike,
        owned: npt.ArrayLike,
        min_ppm: npt.ArrayLike,
        max_ppm: npt.ArrayLike,
        kind: npt.ArrayLike | None = None,
        start: npt.ArrayLike | None = None,
        end: npt.ArrayLike | None = None,
        *,
        min_excl: npt.ArrayLike | None = None,
        max_excl: npt.ArrayLike | None = None,
        source: npt.ArrayLike | None = None,
        row: npt.ArrayLike | None = None,
        sources: Sequence[str] = ("",),
        names: Sequence[str] = (),
        size: int | None = None,
        countries: Mapping[int, str] | None = None,
        labels: Mapping[int, str] | None = None,
    ) -> Graph:
        """Build from columns of equal length, shape (e,).

        Args:
            owner: Number of the owner, from 0.
            owned: Number of the entity.
            min_ppm: Least share, ppm; negative where no share is told.
            max_ppm: Greatest share; negative where no share is told.
            kind: Places in ``KINDS``; shares if absent.
            start: First day.
            end: First day after.
            min_excl: Whether the least is exclusive.
            max_excl: Whether the greatest is exclusive.
            source: Places in ``sources``.
            row: Rows in the source.
            sources: Registers and files.
            names: Names of entities by number.
            size: Number of entities; one more than the greatest number if absent.
            countries: Country by number.
            labels: Name by number.

        Raises:
            InputError: If columns differ in length, a share lies outside 0 to 100 percent, or a number names no entity.
        """
        head, tail = np.asarray(owner, np.int32), np.asarray(owned, np.int32)
        least, most = np.asarray(min_ppm, np.int64), np.asarray(max_ppm, np.int64)
        if not head.shape == tail.shape == least.shape == most.shape or head.ndim != 1:
            raise InputError("the columns of edges differ in length", code="bad_edges", cure="Give one value per edge.")
        count = len(head)
        unknown = (least < 0) | (most < 0)
        if bool(((least > most) | (most > PPM))[~unknown].any()):
            raise InputError("a share lies outside 0 to 100 percent", code="bad_share", cure="Give ppm, 1,000,000 for a whole.")
        most_number = max(int(head.max(initial=-1)), int(tail.max(initial=-1))) + 1
        entities = len(names) or (most_number if size is None else size)
        if most_number > entities or min(int(head.min(initial=0)), int(tail.min(initial=0))) < 0:
            raise InputError("an edge names an entity that is not there", code="bad_edges", cure="Number entities from 0.")
        low, high = least * STEP, most * STEP
        if min_excl is not None:
            low += np.asarray(min_excl, bool)
        if max_excl is not None:
            high -= np.asarray(max_excl, bool)
        low[unknown], high[unknown] = 0, FULL
        dated = start is not None or end is not None
        return Graph(
            size=entities,
            owner=head,
            owned=tail,
            low=low,
            high=high,
            unknown=unknown,
            kind=np.zeros(count, np.int8) if kind is None else np.asarray(kind, np.int8),
            start=(np.full(count, ALWAYS, np.int32) if start is None else np.asarray(start, np.int32)) if dated else None,
            end=(np.full(count, NEVER, np.int32) if end is None else np.asarray(end, np.int32)) if dated else None,
            source=None if source is None else np.asarray(source, np.int32),
            row=None if row is None else np.asarray(row, np.int64),
            sources=tuple(sources),
            names=names,
            countries=dict(countries or {}),
            labels=dict(labels or {}),
        )

    @property
    def dated(self) -> bool:
        """Whether any edge has a first or last day."""
        return self.start is not None

    def number(self, entity: str | int) -> int | None:
        """Number of an entity by its id or number, or ``None``."""
        if isinstance(entity, int):
            return entity if 0 <= entity < self.size else None
        if not self._numbers and len(self.names):
            self._numbers.update({name: place for place, name in enumerate(self.names)})
        if not len(self.names):
            return int(entity) if entity.isdigit() and int(entity) < self.size else None
        return self._numbers.get(entity)

    def id(self, number: int) -> str:
        """Id of an entity."""
        return str(self.names[number]) if len(self.names) else str(number)

    def label(self, number: int) -> str:
        """What a person calls an entity: its name, with the id where they differ."""
        name = self.labels.get(number)
        return f"{name} ({self.id(number)})" if name else self.id(number)

    def alive(self, day: int | None) -> npt.NDArray[np.bool_] | None:
        """Which edges live on a day, shape (e,); ``None`` for all."""
        if self.start is None or self.end is None or day is None:
            return None
        return (self.start <= day) & (day < self.end)

    def on(self, day: int | None) -> View:
        """The holdings of a day; kept, so that several rules share them.

        Raises:
            InputError: If edges are dated and no day is given.
        """
        if day is None and self.dated:
            raise InputError("some edges hold on some days only", code="no_day", cure="Give the day that is asked about.")
        key = day if self.dated else None
        if key not in self._views:
            while len(self._views) > 3:
                self._views.pop(next(iter(self._views)))
            self._views[key] = View.build(self, key)
        return self._views[key]


@dataclass(frozen=True, slots=True)
class View:
    """Holdings of one day, one stake per owner, entity and class.

    Attributes:
        tables: Holdings by class: ``shares``, ``votes``, ``board``. ``shares+`` are the shares and, for owners whose votes are
            told and whose shares are not, a stake of unknown size; it is there only where it differs.
        links: Edges without a share, ``branch`` and ``control``.
        treasury: Share of itself that an entity may hold, as a code, by number.
    """

    tables: dict[str, Holdings]
    links: dict[str, Links]
    treasury: dict[int, int]

    def table(self, kind: str, *, votes_too: bool) -> Holdings:
        """Holdings of a class.

        Args:
            kind: The class.
            votes_too: Whether votes are a class of their own, so that they say nothing of shares.
        """
        if kind == "shares" and not votes_too and "shares+" in self.tables:
            return self.tables["shares+"]
        return self.tables[kind]

    @staticmethod
    def build(graph: Graph, day: int | None) -> View:
        """Merge the edges that live on a day."""
        alive = graph.alive(day)
        edge = np.arange(len(graph.owner), dtype=np.int32) if alive is None else np.flatnonzero(alive).astype(np.int32)
        kind = graph.kind[edge]
        links = {name: Links.build(graph, edge[kind == _NUMBER[EdgeKind(name)]]) for name in ("branch", "control")}
        plain = kind == _NUMBER[EdgeKind.SHARES]
        if plain.all():
            chosen, marks = edge, graph.unknown[edge].astype(np.uint8)
        else:
            chosen, marks = _share_rows(graph, edge, kind, links["branch"])
        shares = merge_stakes(graph, chosen, marks)
        tables = {"shares": shares}
        for name in ("votes", "board"):
            rows = edge[kind == _NUMBER[EdgeKind(name)]]
            tables[name] = merge_stakes(graph, rows, graph.unknown[rows].astype(np.uint8))
        if tables["votes"].count:
            more = _votes_alone(graph, edge[kind == _NUMBER[EdgeKind.VOTES]], shares)
            if len(more):
                both = np.concatenate([chosen, more])
                extra = np.full(len(more), Mark.UNKNOWN | Mark.VOTES_ONLY, np.uint8)
                tables["shares+"] = merge_stakes(graph, both, np.concatenate([marks, extra]))
        own = shares.owner == shares.owned
        treasury: dict[int, int] = {}
        if own.any():
            for node, high in zip(shares.owned[own].tolist(), shares.high[own].tolist(), strict=True):
                treasury[node] = min(FULL, treasury.get(node, 0) + high)
        return View(tables, links, treasury)


def _share_rows(graph: Graph, edge: Ids, kind: npt.NDArray[np.int8], branch: Links) -> tuple[Ids, npt.NDArray[np.uint8]]:
    """Edges that are stakes in shares, with their marks; reported indirect stakes only where their route is not there."""
    direct = np.isin(kind, [_NUMBER[EdgeKind.SHARES], _NUMBER[EdgeKind.CONSOLIDATION], _NUMBER[EdgeKind.TREASURY]])
    rows, kinds = edge[direct], kind[direct]
    marks = graph.unknown[rows].astype(np.uint8)
    marks[kinds == _NUMBER[EdgeKind.CONSOLIDATION]] |= np.uint8(Mark.UNKNOWN | Mark.CONSOLIDATED)
    reported = edge[kind == _NUMBER[EdgeKind.INDIRECT]]
    if len(reported):
        through = rows[graph.owner[rows] != graph.owned[rows]]
        heads = np.concatenate([graph.owner[through], branch.owner])
        tails = np.concatenate([graph.owned[through], branch.owned])
        left = reported[~reaches(graph.size, heads, tails, graph.owner[reported], graph.owned[reported])]
        rows = np.concatenate([rows, left])
        marks = np.concatenate([marks, graph.unknown[left].astype(np.uint8) | np.uint8(Mark.INDIRECT)])
    return rows, marks


def _votes_alone(graph: Graph, votes: Ids, shares: Holdings) -> Ids:
    """Edges of votes whose owner has no stated shares in the entity."""
    keys = graph.owned[votes].astype(np.int64) * graph.size + graph.owner[votes]
    there = shares.owned.astype(np.int64) * graph.size + shares.owner
    place = np.searchsorted(there, keys)
    place[place == len(there)] = 0
    known = there[place] == keys if len(there) else np.zeros(len(keys), bool)
    alone: Ids = votes[~known]
    return alone

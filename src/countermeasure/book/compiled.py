"""The compiled book: plain arrays that the kernel works on, and their trip to bytes and back.

A *clause* is a provision's stretch of unchanged life. A *selector* is the set of codes (or origins) that clauses name; its
*versions* are what it holds between two changes of its lists. The whole is about a megabyte, cached by content hash.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure._version import __version__
from countermeasure.book.model import ALWAYS, DAY, NEVER, Gap, Reading, body_in, body_out

if TYPE_CHECKING:
    from countermeasure.book.model import Body, Fact, Programme
    from countermeasure.book.plan import Plan

IntArray = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FIRST_DAY = -(2**31)
LAST_DAY = 2**31 - 1
FORM = 4
"""Number of the cached form; raise it when the arrays change their meaning."""


def distinct_rows(bits: Bools) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Distinct rows of a matrix of bits.

    Args:
        bits: Shape (n, m).

    Returns:
        The first row of each distinct kind, shape (k,), and the kind of every row, shape (n,).
    """
    if not bits.shape[1]:
        return np.zeros(min(len(bits), 1), np.int32), np.zeros(len(bits), np.int32)
    packed = np.ascontiguousarray(np.packbits(bits, axis=1))
    _, first, kind = np.unique(packed.view(f"V{packed.shape[1]}").reshape(-1), return_index=True, return_inverse=True)
    return first.astype(np.int32), kind.reshape(-1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Clause:
    """A provision's stretch of unchanged life.

    Attributes:
        provision: Id of the provision.
        start: First instant.
        end: First instant after.
        body: What it says.
        instruments: Ids of the instruments behind it, in order.
        citation: Citation of the instrument that last shaped it.
        confidence: ``high``, ``medium`` or ``memory``.
        against_law: Collected though struck down.
        suspended: Not applied in this stretch; kept so that an answer can say what would apply.
        goods: Index of the goods selector, -1 for all goods.
        origin: Index of the origin selector, -1 for all origins.
    """

    provision: str
    start: int
    end: int
    body: Body
    instruments: tuple[str, ...]
    citation: str
    confidence: str
    against_law: bool
    suspended: bool
    goods: int
    origin: int


@dataclass(frozen=True, slots=True)
class Versions:
    """What each selector holds over time, as rows of one boolean matrix.

    Attributes:
        starts: Per selector, days on which a version begins, ascending.
        columns: Per selector, the column of the matrix for each of these versions.
    """

    starts: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[int, ...], ...]

    def column(self, selector: int, day: int) -> int:
        """Column of the version valid on a day; -1 for the selector of everything."""
        if selector < 0:
            return -1
        starts = self.starts[selector]
        at = int(np.searchsorted(starts, day, side="right")) - 1
        return self.columns[selector][max(at, 0)]


@dataclass(frozen=True)
class Compiled:
    """A book in the form the kernel works on.

    Attributes:
        into: Customs territory of import.
        known_on: Epoch day of knowledge, or ``None`` for all.
        reading: ``text`` or ``announced``.
        book_hash: Hash of the book it came from.
        clauses: All clauses.
        points: Shape (p,). First ten-digit integer of each stretch of codes that no selector divides.
        point_class: Shape (p,). Goods class of each stretch.
        class_bits: Shape (classes, goods versions). Whether a class is in a version.
        goods: Versions of goods selectors.
        origin_bits: Shape (origins, origin versions), origins in the order of ``ORIGINS``.
        origins: Versions of origin selectors.
        days: Shape (k,). First day of each interval; the first is ``FIRST_DAY``.
        facts: Facts by id.
        programmes: Programmes by id.
        statements: Ids of statements that were honoured.
        gaps: What the book leaves out.
        resolved: Distinct class tuples that an engine has resolved already.
    """

    into: str
    known_on: int | None
    reading: Reading
    book_hash: str
    clauses: tuple[Clause, ...]
    points: IntArray
    point_class: npt.NDArray[np.int32]
    class_bits: Bools
    goods: Versions
    origin_bits: Bools
    origins: Versions
    days: npt.NDArray[np.int32]
    facts: dict[str, Fact]
    programmes: dict[str, Programme]
    statements: tuple[str, ...] = ()
    version: str = __version__
    gaps: tuple[Gap, ...] = ()
    resolved: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _plans: dict[int, Plan] = field(default_factory=dict, repr=False, compare=False)

    def interval(self, day: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Index of the interval that holds each day."""
        found: npt.NDArray[np.int32] = (np.searchsorted(self.days, day, side="right") - 1).astype(np.int32)
        return found

    def goods_class(self, codes: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Goods class of each ten-digit integer."""
        return self.point_class[np.searchsorted(self.points, codes, side="right") - 1]

    def names(self, code: int) -> bool:
        """Whether some code list or scope of the book names a ten-digit number by itself."""
        at = int(np.searchsorted(self.points, code))
        return at + 1 < len(self.points) and self.points[at] == code and self.points[at + 1] == code + 1

    @cached_property
    def origin_class(self) -> npt.NDArray[np.int32]:
        """Shape (origins,). Origins that every selector treats alike share a number."""
        return distinct_rows(self.origin_bits)[1]

    def ever_reached(self, goods: int, origin: int) -> npt.NDArray[np.int64]:
        """Clauses in whose scope a goods class and an origin lie on any day, ascending."""
        listed, named = self._ever
        of_goods, of_origin = self._selectors
        return np.flatnonzero(listed[of_goods, goods] & named[of_origin, origin])

    @cached_property
    def _ever(self) -> tuple[Bools, Bools]:
        """Whether each is in a selector on any day, shape (goods selectors + 1, classes) and (origin selectors + 1, origins).

        The last row is the selector of everything.
        """
        listed, named = (
            np.array([*(bits[:, list(columns)].any(axis=1) for columns in versions.columns), np.ones(len(bits))], bool)
            for bits, versions in ((self.class_bits, self.goods), (self.origin_bits, self.origins))
        )
        return listed, named

    @cached_property
    def _selectors(self) -> tuple[IntArray, IntArray]:
        """Goods selector and origin selector of each clause, -1 for everything."""
        return np.array([c.goods for c in self.clauses], np.int64), np.array([c.origin for c in self.clauses], np.int64)

    @cached_property
    def stated(self) -> dict[int, tuple[str, ...]]:
        """Clauses that a statement had a hand in, with the statements."""
        honoured = set(self.statements)
        found = ((n, tuple(i for i in c.instruments if i in honoured)) for n, c in enumerate(self.clauses))
        return {n: names for n, names in found if names}

    @cached_property
    def fact_edges(self) -> dict[str, tuple[float, ...]]:
        """Values at which the law looks at each fact, on any day, ascending; (1,) for flags."""
        edges: dict[str, set[float]] = {name: set() for name in self.facts}
        for clause in self.clauses:
            for condition in clause.body.facts:
                edges[condition.fact].add(1.0 if condition.op == "is" else condition.value)
            for instant in (clause.start, clause.end):
                if instant % DAY and ALWAYS < instant < NEVER:
                    edges["entry_minute"].add(float(instant % DAY))
        return {name: tuple(sorted(values)) for name, values in edges.items()}

    def plan(self, interval: int) -> Plan:
        """The kernel's plan for an interval, made once."""
        if interval not in self._plans:
            from countermeasure.book.plan import make_plan

            self._plans[interval] = make_plan(self, interval)
        return self._plans[interval]

    def to_bytes(self) -> bytes:
        """Self-contained bytes: safe to cache or to send to workers."""
        meta = {
            "form": FORM,
            "into": self.into,
            "known_on": self.known_on,
            "reading": self.reading.value,
            "book_hash": self.book_hash,
            "version": self.version,
            "clauses": [_clause_out(c) for c in self.clauses],
            "goods": [self.goods.starts, self.goods.columns],
            "origins": [self.origins.starts, self.origins.columns],
            "facts": [asdict(f) for f in self.facts.values()],
            "programmes": [asdict(p) for p in self.programmes.values()],
            "statements": self.statements,
            "gaps": [asdict(g) for g in self.gaps],
        }
        out = io.BytesIO()
        np.savez(
            out,
            meta=np.frombuffer(json.dumps(meta).encode(), np.uint8),
            points=self.points,
            point_class=self.point_class,
            class_bits=np.packbits(self.class_bits, axis=1),
            origin_bits=np.packbits(self.origin_bits, axis=1),
            widths=np.array([self.class_bits.shape[1], self.origin_bits.shape[1]]),
            days=self.days,
        )
        return out.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> Compiled:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ValueError: If the bytes are of another form.
        """
        from countermeasure.book.model import Fact, Programme

        with np.load(io.BytesIO(content), allow_pickle=False) as store:
            meta = json.loads(store["meta"].tobytes())
            if meta["form"] != FORM:
                raise ValueError("compiled book of another form")
            wide = store["widths"]
            return Compiled(
                into=meta["into"],
                known_on=meta["known_on"],
                reading=Reading(meta["reading"]),
                book_hash=meta["book_hash"],
                version=meta["version"],
                clauses=tuple(_clause_in(c) for c in meta["clauses"]),
                points=store["points"],
                point_class=store["point_class"],
                class_bits=np.unpackbits(store["class_bits"], axis=1, count=int(wide[0])).astype(bool),
                goods=_versions_in(meta["goods"]),
                origin_bits=np.unpackbits(store["origin_bits"], axis=1, count=int(wide[1])).astype(bool),
                origins=_versions_in(meta["origins"]),
                days=store["days"],
                facts={f["id"]: Fact(**f) for f in meta["facts"]},
                programmes={p["id"]: Programme(**p) for p in meta["programmes"]},
                statements=tuple(meta["statements"]),
                gaps=tuple(Gap(**{**g, "origins": tuple(g["origins"]), "goods": tuple(g["goods"])}) for g in meta["gaps"]),
            )


def _clause_out(clause: Clause) -> dict[str, Any]:
    out = {f.name: getattr(clause, f.name) for f in fields(Clause)}
    out["body"] = body_out(clause.body)
    return out


def _clause_in(row: dict[str, Any]) -> Clause:
    row["body"] = body_in(row["body"])
    row["instruments"] = tuple(row["instruments"])
    return Clause(**row)


def _versions_in(pair: list[list[list[int]]]) -> Versions:
    return Versions(tuple(tuple(s) for s in pair[0]), tuple(tuple(c) for c in pair[1]))

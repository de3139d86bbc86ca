"""Compile a book into arrays: goods classes, origin classes, day intervals, clauses.

The law is low-rank. Codes that satisfy the same selectors form one class; so do origins. A *clause* is a provision's stretch
of unchanged, payable life. A *selector* is the set of codes (or origins) that clauses name; its *versions* are what it
holds between two changes of its lists. The result is a few megabytes of plain arrays, cached by content hash.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure._version import __version__
from countermeasure.book.cache import write_atomically
from countermeasure.book.lists import CodeList, digits_of
from countermeasure.book.model import ALWAYS, DAY, NEVER, Body, FactCondition, Gap, Reading, Role, Scope, State
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import parse_day
from countermeasure.codes.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from countermeasure.book.load import Book, Fact, Programme
    from countermeasure.book.plan import Plan

IntArray = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FIRST_DAY = -(2**31)
LAST_DAY = 2**31 - 1
FORM = 3
"""Number of the cached form; raise it when the arrays change their meaning."""


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
        if not self.origin_bits.shape[1]:
            return np.zeros(len(self.origin_bits), np.int32)
        _, inverse = np.unique(np.packbits(self.origin_bits, axis=1), axis=0, return_inverse=True)
        return inverse.reshape(-1).astype(np.int32)

    @cached_property
    def stated(self) -> tuple[tuple[Clause, tuple[str, ...]], ...]:
        """Clauses that a statement had a hand in, with the statements."""
        honoured = set(self.statements)
        found = ((c, tuple(i for i in c.instruments if i in honoured)) for c in self.clauses)
        return tuple((c, names) for c, names in found if names)

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
        from countermeasure.book.load import Fact, Programme

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


def compiled_for(
    folder: Path | None,
    scenarios: Sequence[Path] = (),
    into: str = "US",
    known_on: int | None = None,
    reading: Reading = Reading.TEXT,
) -> Compiled:
    """The compiled book of a folder, from the cache where it can be had.

    Args:
        folder: Book folder; ``None`` for the shipped one.
        scenarios: Files or folders of more instruments.
        into: Customs territory of import.
        known_on: Epoch day of knowledge.
        reading: ``text`` or ``announced``.
    """
    from countermeasure.book.cache import cache_dir, content_hash
    from countermeasure.book.load import Book, book_hash, shipped_data

    home = folder or shipped_data()
    cache = cache_dir()
    extra = [(p.name, p.read_bytes()) for s in scenarios for p in (sorted(s.rglob("*.yaml")) if s.is_dir() else [s])]
    key = content_hash(
        [(f"{FORM}/{__version__}/{into}/{known_on}/{reading.value}", b""), ("book", book_hash(home).encode()), *extra]
    )
    path = cache / f"book-{key[:24]}.npz" if cache else None
    if path is not None and path.exists():
        try:
            return Compiled.from_bytes(path.read_bytes())
        except (ValueError, KeyError, OSError, TypeError):
            path.unlink(missing_ok=True)
    book = Book.shipped() if folder is None else Book.load(folder)
    if scenarios:
        book = book.with_(*scenarios)
    compiled = book.compile(into, known_on, reading)
    if path is not None:
        write_atomically(path, compiled.to_bytes())
    return compiled


def compile_book(book: Book, into: str, known_on: int | None, reading: Reading) -> Compiled:
    """Make the arrays.

    Args:
        book: The book.
        into: Customs territory of import.
        known_on: Epoch day of knowledge.
        reading: ``text`` or ``announced``.
    """
    record = book.replayed(known_on, reading)
    lists = book.known_lists(record)
    goods_keys: dict[Scope, int] = {}
    origin_keys: dict[Scope, int] = {}
    clauses: list[Clause] = []
    for provision in record.provisions.values():
        for spell in provision.spells:
            body = spell.body
            if body is None or not (spell.payable or spell.state is State.SUSPENDED):
                continue
            author = book.by_id[spell.instruments[0]]
            if (body.into or author.issuer) != into:
                continue
            latest = book.by_id[spell.instruments[-1]]
            # A ruling ends a duty; the duty's own citation stays the one that imposed or last changed it.
            shaping = next((i for i in reversed(spell.instruments) if book.by_id[i].kind != "ruling"), latest.id)
            clauses.append(
                Clause(
                    provision.id,
                    spell.start,
                    spell.end,
                    body,
                    spell.instruments,
                    book.by_id[shaping].citation,
                    body.confidence or book.by_id[shaping].confidence,
                    spell.collected,
                    spell.state is State.SUSPENDED,
                    _selector(body.goods, goods_keys),
                    _selector(body.origin, origin_keys),
                )
            )
    goods, points, point_class, class_bits, goods_days = _goods_versions(list(goods_keys), lists)
    origins, origin_bits, origin_days = _origin_versions(list(origin_keys))
    edges = {_first_day(c.start) for c in clauses} | {_end_day(c.end) for c in clauses}
    edges |= {c.start // DAY + 1 for c in clauses if c.start % DAY and c.start > ALWAYS}
    edges |= {c.end // DAY for c in clauses if c.end % DAY and c.end < NEVER}
    days = sorted({d for d in edges | goods_days | origin_days if FIRST_DAY < d < LAST_DAY})
    statements = tuple(sorted(i.id for i in book.instruments if i.kind == "statement" and i.id in record.honoured))
    gaps = tuple(_expanded(g) for i in book.instruments if i.id in record.honoured for g in i.not_modelled)
    return Compiled(
        into=into,
        known_on=known_on,
        reading=reading,
        book_hash=book.hash,
        clauses=tuple(clauses),
        points=points,
        point_class=point_class,
        class_bits=class_bits,
        goods=goods,
        origin_bits=origin_bits,
        origins=origins,
        days=np.array([FIRST_DAY, *days], np.int32),
        facts=dict(book.facts),
        programmes=dict(book.programmes),
        statements=statements,
        gaps=gaps,
    )


def _expanded(gap: Gap) -> Gap:
    """A gap with the members of groups in place of their names, as of its first day."""
    if not any(o.startswith("group:") for o in gap.origins):
        return gap
    groups = Groups.load()
    day = gap.start // DAY if gap.start > ALWAYS else parse_day("2025-01-01")
    origins: list[str] = []
    for origin in gap.origins:
        origins += sorted(groups.members(origin[6:], day)) if origin.startswith("group:") else [origin]
    return replace(gap, origins=tuple(origins))


def _first_day(instant: int) -> int:
    return FIRST_DAY if instant <= ALWAYS else instant // DAY


def _end_day(instant: int) -> int:
    return LAST_DAY if instant >= NEVER else -(-instant // DAY)


def _selector(scope: Scope, keys: dict[Scope, int]) -> int:
    if not scope.members and not scope.exceptions:
        return -1
    return keys.setdefault(scope, len(keys))


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Half-open code ranges with windows: four parallel arrays."""

    low: IntArray
    high: IntArray
    start: IntArray
    end: IntArray

    def days(self) -> set[int]:
        inner = np.concatenate([self.start[self.start > ALWAYS], self.end[self.end < NEVER]])
        return {int(d) for d in np.unique(inner // DAY)}

    def on(self, day: int) -> tuple[IntArray, IntArray]:
        live = (self.start <= day * DAY) & (day * DAY < self.end)
        return self.low[live], self.high[live]


def _ranges(members: Iterable[str], lists: dict[str, CodeList]) -> _Ranges:
    rows: list[tuple[int, int, int, int]] = []
    for member in members:
        if member.startswith("list:"):
            one = lists.get(member[5:])
            rows += [(*code_range(r.digits), r.start, r.end) for r in one.rows] if one else []
        else:
            rows.append((*code_range(digits_of(member)), ALWAYS, NEVER))
    table = np.array(rows, np.int64).reshape(-1, 4)
    return _Ranges(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def code_range(digits: str) -> tuple[int, int]:
    """Half-open range of ten-digit integers under a prefix."""
    step = 10 ** (10 - len(digits))
    low = int(digits) * step
    return low, low + step


def _goods_versions(
    scopes: list[Scope], lists: dict[str, CodeList]
) -> tuple[Versions, IntArray, npt.NDArray[np.int32], Bools, set[int]]:
    built = [(_ranges(s.members, lists), _ranges(s.exceptions, lists), not s.members) for s in scopes]
    points = np.unique(
        np.concatenate([[0, 10**10], *(np.concatenate([r.low, r.high]) for inc, exc, _ in built for r in (inc, exc))])
    ).astype(np.int64)[:-1]
    columns: list[Bools] = []
    starts: list[tuple[int, ...]] = []
    numbers: list[tuple[int, ...]] = []
    all_days: set[int] = set()
    for included, excluded, everything in built:
        days = sorted(included.days() | excluded.days())
        all_days |= set(days)
        mine: list[int] = []
        for day in [FIRST_DAY, *days]:
            column = np.ones(len(points), bool) if everything else _inside(points, *included.on(day))
            column &= ~_inside(points, *excluded.on(day))
            mine.append(len(columns))
            columns.append(column)
        starts.append((FIRST_DAY, *days))
        numbers.append(tuple(mine))
    matrix = np.stack(columns, axis=1) if columns else np.zeros((len(points), 0), bool)
    if matrix.shape[1]:
        packed = np.packbits(matrix, axis=1)
        _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        return (
            Versions(tuple(starts), tuple(numbers)),
            points,
            inverse.reshape(-1).astype(np.int32),
            matrix[first],
            all_days,
        )
    return Versions((), ()), points, np.zeros(len(points), np.int32), np.zeros((1, 0), bool), all_days


def _inside(points: IntArray, low: IntArray, high: IntArray) -> Bools:
    """Whether each stretch lies in any of the ranges."""
    depth = np.zeros(len(points) + 1, np.int64)
    np.add.at(depth, np.searchsorted(points, low), 1)
    np.add.at(depth, np.searchsorted(points, high), -1)
    inside: Bools = np.cumsum(depth)[:-1] > 0
    return inside


def _origin_versions(scopes: list[Scope]) -> tuple[Versions, Bools, set[int]]:
    groups = Groups.load()
    index = {code: i for i, code in enumerate(ORIGINS)}
    columns: list[Bools] = []
    starts: list[tuple[int, ...]] = []
    numbers: list[tuple[int, ...]] = []
    all_days: set[int] = set()
    for scope in scopes:
        named = [c[6:] for c in (*scope.members, *scope.exceptions) if c.startswith("group:")]
        days = sorted({d for name in named for d in groups.changes(name)})
        all_days |= set(days)
        mine: list[int] = []
        for day in [FIRST_DAY, *days]:
            column = np.zeros(len(ORIGINS), bool) if scope.members else np.ones(len(ORIGINS), bool)
            for codes, value in ((scope.members, True), (scope.exceptions, False)):
                for code in codes:
                    inner = groups.members(code[6:], day) if code.startswith("group:") else (code,)
                    for member in inner:
                        column[index[member]] = value
            mine.append(len(columns))
            columns.append(column)
        starts.append((FIRST_DAY, *days))
        numbers.append(tuple(mine))
    matrix = np.stack(columns, axis=1) if columns else np.zeros((len(ORIGINS), 0), bool)
    return Versions(tuple(starts), tuple(numbers)), matrix, all_days


def _clause_out(clause: Clause) -> dict[str, Any]:
    out = {f.name: getattr(clause, f.name) for f in fields(Clause)}
    body = {f.name: getattr(clause.body, f.name) for f in fields(Body)}
    for key in ("goods", "origin"):
        body[key] = [body[key].members, body[key].exceptions]
    body["facts"] = [[c.fact, c.op, c.value] for c in body["facts"]]
    out["body"] = body
    return out


def _clause_in(row: dict[str, Any]) -> Clause:
    body = row["body"]
    for key in ("goods", "origin"):
        body[key] = Scope(tuple(body[key][0]), tuple(body[key][1]))
    body["facts"] = tuple(FactCondition(*c) for c in body["facts"])
    for key in ("given", "frees", "limits"):
        body[key] = tuple(body[key])
    body["role"] = Role(body["role"])
    row["body"] = Body(**body)
    row["instruments"] = tuple(row["instruments"])
    return Clause(**row)


def _versions_in(pair: list[list[list[int]]]) -> Versions:
    return Versions(tuple(tuple(s) for s in pair[0]), tuple(tuple(c) for c in pair[1]))

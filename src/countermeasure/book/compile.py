"""Compile a book into arrays: goods classes, origin classes, day intervals, clauses.

The law is low-rank. Codes that satisfy the same selectors form one class; so do origins. The number line of ten-digit codes
is cut wherever any list begins or ends, and each stretch gets its class once for all time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure._version import __version__
from countermeasure.book.cache import cache_dir, content_hash, write_atomically
from countermeasure.book.compiled import FIRST_DAY, FORM, LAST_DAY, Bools, Clause, Compiled, IntArray, Versions, distinct_rows
from countermeasure.book.lists import CodeList, digits_of
from countermeasure.book.model import ALWAYS, DAY, NEVER, Gap, Reading, Role, Scope, State
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import parse_day
from countermeasure.codes.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from countermeasure.book.load import Book
    from countermeasure.codes.yamltext import Loaded


def compiled_for(
    folder: Path | None,
    scenarios: Sequence[Path | Loaded] = (),
    into: str = "US",
    known_on: int | None = None,
    reading: Reading = Reading.TEXT,
    digest: str | None = None,
) -> Compiled:
    """The compiled book of a folder, from the cache where it can be had.

    Args:
        folder: Book folder; ``None`` for the shipped one.
        scenarios: Files or folders of more instruments, or those that were read already.
        into: Customs territory of import.
        known_on: Epoch day of knowledge.
        reading: ``text`` or ``announced``.
        digest: Hash of the folder where the caller has it; else its files are read for it.
    """
    from countermeasure.book.load import Book, book_hash, contents_of, shipped_data

    home = folder or shipped_data()
    parts = [("book", (digest or book_hash(home)).encode()), *contents_of(scenarios)]

    def book() -> Book:
        held = Book.shipped() if folder is None else Book.load(folder)
        return held.with_(*scenarios) if scenarios else held

    return _from_cache(parts, book, into, known_on, reading)


def compiled_of(book: Book, into: str = "US", known_on: int | None = None, reading: Reading = Reading.TEXT) -> Compiled:
    """The compiled form of a book that was read already, from the cache where it can be had."""
    return _from_cache([("book", book.hash.encode())], lambda: book, into, known_on, reading)


def _from_cache(
    parts: Sequence[tuple[str, bytes]], book: Callable[[], Book], into: str, known_on: int | None, reading: Reading
) -> Compiled:
    """What is kept under the hash of some parts, or made of the book and kept."""
    cache = cache_dir()
    key = content_hash([(f"{FORM}/{__version__}/{into}/{known_on}/{reading.value}", b""), *parts])
    path = cache / f"book-{key[:24]}.npz" if cache else None
    if path is not None and path.exists():
        try:
            return Compiled.from_bytes(path.read_bytes())
        except (ValueError, KeyError, OSError, TypeError):
            path.unlink(missing_ok=True)
    compiled = book().compile(into, known_on, reading)
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
            if body is None or body.role is Role.CONTROL or not (spell.payable or spell.state is State.SUSPENDED):
                continue
            author = book.by_id[spell.instruments[0]]
            if (body.into or author.issuer) != into:
                continue
            # A ruling ends a duty; the duty's own citation stays the one that imposed or last changed it.
            shaping = next((i for i in reversed(spell.instruments) if book.by_id[i].kind != "ruling"), spell.instruments[-1])
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
    first, kind = distinct_rows(matrix)
    return Versions(tuple(starts), tuple(numbers)), points, kind, matrix[first], all_days


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

"""Controls compiled: the provisions of one regime as conditions on classes, settled for one case or a million by one path.

A case has a value on each dimension: place of dispatch, destination, origin, item, day, facts, tests of parties. Values that
satisfy
the same conditions share a row of two bit tables over the clauses, *must* (the condition holds) and *may* (it could hold, a
value
being unknown). A clause applies where all its rows say so. ``given`` asks that another clause applies before any exemption;
``frees`` takes clauses away: ``must = base_must & ~free_may``, ``may = base_may & ~free_must``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.model import ALWAYS, DAY, NEVER, REVIEWS, Body, PartyTest, Reading, Role, Scope, Spell, State
from countermeasure.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Fact, Gap, Provision
    from countermeasure.codes.groups import Groups

Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
"""Bits over the clauses, 64 to a word, shape (..., w)."""
Rows = tuple[Words, Words]
"""Must and may, shape (w,) each: one row over the clauses."""

_FEW = 256
"""Below so many cases one pass over all words is quicker than one for each word that is asked."""
NO, YES, OPEN = 0, 1, 2
"""Values of flags and party tests: no, yes, not known."""


@dataclass(frozen=True, slots=True)
class ControlClause:
    """A stretch of unchanged life of a control.

    Attributes:
        state: ``in_force``, ``suspended`` or ``not_yet`` (published, and due later).
        published: Epoch day on which the first instrument was published.
    """

    provision: str
    start: int
    end: int
    state: State
    body: Body
    instruments: tuple[str, ...]
    citation: str
    confidence: str
    published: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class ItemSign:
    """What is known of an item, as tokens: ``list:NAME``, ``code:1C905.a.4``, ``eccn:3A090.a``.

    Attributes:
        known: Tokens that hold.
        possible: Tokens that may hold.
        open: Kinds (``cn``, ``us``) under which any other token may hold as well.
    """

    known: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()


def pack(bits: Bools) -> Words:
    """Bits over the clauses as words, shape (..., n) to (..., w)."""
    padded = np.zeros((*bits.shape[:-1], -(-max(bits.shape[-1], 1) // 64) * 64), bool)
    padded[..., : bits.shape[-1]] = bits
    return np.packbits(padded, axis=-1, bitorder="little").view(np.uint64)


@dataclass(frozen=True, slots=True)
class Settled:
    """Which clauses apply, for sure and possibly.

    Attributes:
        sure: Words, shape (cases, w).
        open: The same for what may apply.
        n: Clauses.
    """

    sure: Words
    open: Words
    n: int

    @property
    def must(self) -> Bools:
        """What applies for sure, shape (cases, n)."""
        return self._bits(self.sure)

    @property
    def may(self) -> Bools:
        """What may apply, shape (cases, n)."""
        return self._bits(self.open)

    def _bits(self, words: Words) -> Bools:
        return np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=-1, count=self.n, bitorder="little").astype(bool)


@dataclass(frozen=True)
class Controls:
    """The controls of one regime, for one knowledge day and reading."""

    regime: str
    known_on: int | None
    reading: Reading
    book_hash: str
    clauses: tuple[ControlClause, ...]
    facts: Mapping[str, Fact]
    gaps: tuple[Gap, ...]
    statements: tuple[str, ...]
    groups: Groups
    _rows: dict[tuple[object, ...], Rows] = field(default_factory=dict, repr=False, compare=False)

    # ------------------------------------------------------------------------------------------- days

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days on which any clause or any group that a clause names begins, ends or changes, sorted."""
        return tuple(sorted(self.edges(np.ones(len(self.clauses), bool))))

    def edges(self, clauses: Bools) -> set[int]:
        """Days on which any of these clauses begins, ends or changes.

        Args:
            clauses: Shape (n,).
        """
        found = set(self._group_days)
        for clause in (c for c, hit in zip(self.clauses, clauses, strict=True) if hit):
            found |= {-(-i // DAY) for i in (clause.start, clause.end) if ALWAYS < i < NEVER}
            if clause.state is State.NOT_YET:
                found.add(clause.published)
        return found

    @cached_property
    def _group_days(self) -> frozenset[int]:
        named = {
            m[6:]
            for c in self.clauses
            for scope in (c.body.origin, c.body.sent_from, c.body.sent_to)
            for m in (*scope.members, *scope.exceptions)
            if m.startswith("group:")
        }
        return frozenset(d for name in named for d in self.groups.changes(name))

    def dated_places(self, dimension: str) -> Words:
        """Clauses whose places on a dimension change with a group, shape (w,)."""
        key = ("dated", dimension)
        if key not in self._rows:
            row = pack(np.array([_grouped(getattr(c.body, dimension)) for c in self.clauses], bool))
            self._rows[key] = (row, row)
        return self._rows[key][0]

    def interval(self, day: int) -> int:
        """Number of the stretch of days that holds a day; nothing changes within one."""
        return bisect_right(self.days, day)

    def live(self, day: int, *, asleep: bool = False) -> Words:
        """Clauses that live on a day, shape (w,); with ``asleep`` those suspended or due later as well."""
        key = ("live", self.interval(day), asleep)
        if key not in self._rows:
            at = day * DAY
            alive = [
                c.start <= at < c.end and (c.state is State.IN_FORCE or (asleep and c.published <= day)) for c in self.clauses
            ]
            row = pack(np.array(alive, bool))
            self._rows[key] = (row, row)
        return self._rows[key][0]

    def by_provision(self, name: str, day: int) -> ControlClause | None:
        """The clause of a provision on a day, living or asleep."""
        at = day * DAY
        return next((c for c in self._named.get(name, ()) if c.start <= at < c.end), None)

    @cached_property
    def _named(self) -> dict[str, list[ControlClause]]:
        found: dict[str, list[ControlClause]] = {}
        for clause in self.clauses:
            found.setdefault(clause.provision, []).append(clause)
        return found

    # ------------------------------------------------------------------------------------------- rows

    def place_row(self, dimension: str, code: str | None, day: int) -> Rows:
        """Row of ``origin``, ``sent_from`` or ``sent_to``; ``None`` is not known."""
        key = (dimension, code, self.interval(day))
        if key not in self._rows:
            scopes = [getattr(c.body, dimension) for c in self.clauses]
            self._rows[key] = _pair([self._place(scope, code, day) for scope in scopes])
        return self._rows[key]

    def _place(self, scope: Scope, code: str | None, day: int) -> tuple[bool, bool]:
        if not scope.members and not scope.exceptions:
            return True, True
        if code is None:
            return False, True
        inside = (not scope.members or self._among(scope.members, code, day)) and not self._among(scope.exceptions, code, day)
        return inside, inside

    def _among(self, members: Iterable[str], code: str, day: int) -> bool:
        return any(self.groups.has(m[6:], code, day) if m.startswith("group:") else m == code for m in members)

    def item_row(self, sign: ItemSign) -> Rows:
        """Row of an item by what is named outright; members ``programme:`` depend on what lives and wait for :meth:`settle`."""
        key = ("item", sign)
        if key not in self._rows:
            if len(self._rows) > 200_000:
                self._rows.clear()
            self._rows[key] = _pair([_item(c.body.items, sign) for c in self.clauses])
        return self._rows[key]

    def flag_row(self, fact: str, value: int) -> Rows:
        """Row of a flag: ``NO``, ``YES`` or ``OPEN``."""
        key = ("flag", fact, value)
        if key not in self._rows:
            self._rows[key] = _pair([_flag(c.body, fact, value) for c in self.clauses])
        return self._rows[key]

    def bins(self, fact: str) -> tuple[Fraction, ...]:
        """Values at which clauses cut a share, sorted."""
        found = {Fraction(str(t.value)) for c in self.clauses for t in c.body.facts if t.fact == fact and t.op != "is"}
        return tuple(sorted(found))

    def share_row(self, fact: str, low: int, high: int) -> Rows:
        """Row of a share that lies between two bins (numbers of cuts at or below its bounds)."""
        key = ("share", fact, low, high)
        if key not in self._rows:
            cuts = self.bins(fact)
            self._rows[key] = _pair([_share(c.body, fact, low, high, cuts) for c in self.clauses])
        return self._rows[key]

    @cached_property
    def fact_ids(self) -> tuple[str, ...]:
        """Facts that any clause asks for, in the order of the table of facts."""
        asked = {t.fact for c in self.clauses for t in c.body.facts}
        return tuple(name for name in self.facts if name in asked)

    @cached_property
    def tests(self) -> tuple[PartyTest, ...]:
        """Distinct tests of parties."""
        return tuple(dict.fromkeys(c.body.parties for c in self.clauses if c.body.parties is not None))

    def test_row(self, number: int, value: int) -> Rows:
        """Row of a test of parties: ``NO``, ``YES`` or ``OPEN``."""
        key = ("test", number, value)
        if key not in self._rows:
            test = self.tests[number]
            pairs = [(True, True) if c.body.parties != test else (value == YES, value != NO) for c in self.clauses]
            self._rows[key] = _pair(pairs)
        return self._rows[key]

    # ------------------------------------------------------------------------------------------- settle

    def mask(self, clauses: Iterable[int]) -> Words:
        """Words with the bits of some clauses set, shape (w,)."""
        bits = np.zeros(len(self.clauses), bool)
        bits[list(clauses)] = True
        return pack(bits)

    @cached_property
    def _programme_items(self) -> list[tuple[int, Words]]:
        """Clauses whose items are those of a programme, with the clauses of that programme."""
        found = []
        for i, clause in enumerate(self.clauses):
            names = [m[10:] for m in clause.body.items.members if m.startswith("programme:")]
            if names:
                of = [
                    j
                    for j, other in enumerate(self.clauses)
                    if any(fnmatchcase(other.body.programme, n) for n in names)
                    and not any(m.startswith("programme:") for m in other.body.items.members)
                    and (other.body.items.members or other.body.items.exceptions)
                ]
                found.append((i, self.mask(of)))
        return found

    @cached_property
    def _relations(self) -> tuple[list[tuple[int, Words]], list[tuple[int, Words]]]:
        """``given`` and the inverse of ``frees``, each in an order in which nothing is asked before it is settled."""
        given: dict[int, set[int]] = {}
        freed: dict[int, set[int]] = {}
        for i, clause in enumerate(self.clauses):
            body = clause.body
            if body.given:
                given[i] = {j for j, c in enumerate(self.clauses) if j != i and _matches(body.given, c)}
            for j, other in enumerate(self.clauses):
                if body.frees and other.provision != clause.provision and _matches(body.frees, other):
                    freed.setdefault(j, set()).add(i)
        return self._ordered(given, "given"), self._ordered(freed, "frees")

    def _ordered(self, relation: Mapping[int, set[int]], name: str) -> list[tuple[int, Words]]:
        order: list[int] = []
        mark: dict[int, int] = {}

        def visit(i: int) -> None:
            if mark.get(i) == 1:
                raise BookError(f"{self.clauses[i].provision} stands in a circle of {name}", cure="Break the circle.")
            if i in mark:
                return
            mark[i] = 1
            for j in sorted(relation.get(i, ())):
                visit(j)
            mark[i] = 2
            if i in relation:
                order.append(i)

        for i in sorted(relation):
            visit(i)
        return [(i, self.mask(relation[i])) for i in order]

    def settle(self, must: Words, may: Words, items: Rows, live: Words) -> Settled:
        """Settle cases.

        Args:
            must: Shape (cases, w). AND of the rows of every dimension but the item; overwritten.
            may: Shape (cases, w). The same for what may hold; overwritten.
            items: Rows of the items, shape (cases, w) each, or (w,) for one item.
            live: Shape (w,) or (cases, w). Clauses that live.

        Returns:
            What applies.
        """
        item_must, item_may = (np.broadcast_to(row, must.shape) for row in items)
        live = np.broadcast_to(live, must.shape)
        dynamic = self.mask(i for i, _ in self._programme_items)
        must &= (item_must | dynamic) & live
        may &= (item_may | dynamic) & live
        there_must, there_may = item_must & live, item_may & live
        reached = [int(word) for word in np.bitwise_or.reduce(may, axis=0)]
        for i, of in self._programme_items:
            if reached[i // 64] >> (i % 64) & 1:  # in some case; what follows only takes away
                _keep(must, i, _hit_any(there_must, of) | _has(item_must, i))
                _keep(may, i, _hit_any(there_may, of) | _has(item_may, i))
        given, freed = self._relations
        for i, by in given:
            if reached[i // 64] >> (i % 64) & 1:
                _keep(must, i, _hit_any(must, by))
                _keep(may, i, _hit_any(may, by))
        for i, by in freed:
            if reached[i // 64] >> (i % 64) & 1:
                free_may, free_must = _hit_any(may, by), _hit_any(must, by)
                _keep(must, i, ~free_may)
                _keep(may, i, ~free_must)
        return Settled(must, may, len(self.clauses))

    @cached_property
    def rank_masks(self) -> tuple[Words, ...]:
        """Clauses of each review, in the order of ``REVIEWS``, shape (w,) each."""
        return tuple(self.mask(np.flatnonzero(self.rank == r)) for r in range(len(REVIEWS)))

    def ranks(self, table: Words) -> npt.NDArray[np.int8]:
        """Rank of the strictest review in each case, shape (cases,); that of ``notice_duty`` where no answer applies."""
        none = REVIEWS.index("notice_duty")
        found = np.full(len(table), none, np.int8)
        for r in reversed(range(none)):
            found[_hit_any(table, self.rank_masks[r])] = r
        return found

    @cached_property
    def rank(self) -> npt.NDArray[np.int8]:
        """Place of every clause's review in ``REVIEWS``, shape (n,)."""
        return np.array([REVIEWS.index(c.body.review) for c in self.clauses], np.int8)


def _has(table: Words, i: int) -> Bools:
    """Whether each case has the bit of a clause, shape (cases,)."""
    found: Bools = (table[:, i // 64] >> np.uint64(i % 64)) & np.uint64(1) != 0
    return found


def _hit_any(table: Words, mask: Words) -> Bools:
    """Whether each case has any bit of a mask, shape (cases,)."""
    if len(table) < _FEW:
        few: Bools = np.any(table & mask, axis=1)
        return few
    found = np.zeros(len(table), bool)
    for w in np.flatnonzero(mask):
        found |= (table[:, w] & mask[w]) != 0
    return found


def _keep(table: Words, i: int, where: Bools) -> None:
    """Take the bit of a clause away in the cases where something does not hold."""
    bit = np.uint64(1) << np.uint64(i % 64)
    table[:, i // 64] &= np.where(where, ~np.uint64(0), ~bit)


def _grouped(scope: Scope) -> bool:
    return any(m.startswith("group:") for m in (*scope.members, *scope.exceptions))


def _pair(rows: Sequence[tuple[bool, bool]]) -> Rows:
    return pack(np.array([m for m, _ in rows], bool)), pack(np.array([y for _, y in rows], bool))


def _matches(patterns: Iterable[str], clause: ControlClause) -> bool:
    for pattern in patterns:
        if pattern.startswith("programme:"):
            if fnmatchcase(clause.body.programme, pattern[10:]):
                return True
        elif fnmatchcase(clause.provision, pattern):
            return True
    return False


def _item(scope: Scope, sign: ItemSign) -> tuple[bool, bool]:
    if not scope.members and not scope.exceptions:
        return True, True
    inside, maybe = _held(scope.members, sign) if scope.members else (True, True)
    out, out_maybe = _held(scope.exceptions, sign)
    # What is open in general does not speak against an item that is known to be inside.
    sure_out = any(_hit(m, t) for m in scope.exceptions for t in (sign.known | sign.possible))
    return inside and not sure_out, maybe and not (out and out_maybe)


def _held(members: Iterable[str], sign: ItemSign) -> tuple[bool, bool]:
    must = may = False
    for member in members:
        if member.startswith("programme:"):
            continue
        must = must or any(_hit(member, token) for token in sign.known)
        kind = "us" if member.startswith("eccn:") else "cn"
        may = may or kind in sign.open or any(_hit(member, token) for token in sign.possible)
    return must, must or may


def _hit(member: str, token: str) -> bool:
    """Whether a token is a member or stands under it: ``code:1C902`` holds ``code:1C902.a.4``."""
    if member == token:
        return True
    if member.endswith(":*"):
        return token.startswith(member[:-1]) and not token.endswith((":EAR99", ":none"))
    return not member.startswith("list:") and token.startswith(member + ".")


def _flag(body: Body, fact: str, value: int) -> tuple[bool, bool]:
    must = may = True
    for test in body.facts:
        if test.fact == fact and test.op == "is":
            must = must and value != OPEN and value == int(test.value)
            may = may and (value == OPEN or value == int(test.value))
    return must, may


def _share(body: Body, fact: str, low: int, high: int, cuts: tuple[Fraction, ...]) -> tuple[bool, bool]:
    must = may = True
    for test in body.facts:
        if test.fact != fact or test.op == "is":
            continue
        place = cuts.index(Fraction(str(test.value))) + 1  # a value at or above this cut has at least so many cuts below it
        if test.op == "at_least":
            must, may = must and low >= place, may and high >= place
        else:
            must, may = must and high < place, may and low < place
    return must, may


def compile_controls(book: Book, regime: str, known_on: int | None = None, reading: Reading = Reading.TEXT) -> Controls:
    """Compile the controls of a regime.

    Args:
        book: The book.
        regime: Issuer, ``CN`` or ``US``.
        known_on: Epoch day of knowledge.
        reading: ``text`` or ``announced``.
    """
    record = book.replayed(known_on, reading)
    clauses: list[ControlClause] = []
    for provision in record.provisions.values():
        for spell, body in _alive(provision):
            author = book.by_id[spell.instruments[0]]
            if body.role is not Role.CONTROL or (body.into or author.issuer) != regime:
                continue
            if spell.state is State.NOT_YET and spell.end <= author.published_on * DAY:
                continue  # in force as soon as it was published
            shaping = book.by_id[next((i for i in reversed(spell.instruments) if book.by_id[i].kind != "ruling"), author.id)]
            first = book.by_id[spell.instruments[0]]
            clauses.append(
                ControlClause(
                    provision.id,
                    spell.start,
                    spell.end,
                    spell.state,
                    body,
                    spell.instruments,
                    first.citation if first is shaping else f"{first.citation}; {shaping.citation}",
                    body.confidence or shaping.confidence,
                    first.published_on,
                    next((s.url for s in first.sources if s.url), ""),
                )
            )
    statements = tuple(sorted(i.id for i in book.instruments if i.kind == "statement" and i.id in record.honoured))
    gaps = tuple(g for i in book.instruments if i.id in record.honoured and i.issuer == regime for g in i.not_modelled)
    return Controls(regime, known_on, reading, book.hash, tuple(clauses), book.control_facts, gaps, statements, _groups())


@cache
def _groups() -> Groups:
    from countermeasure.codes.groups import Groups

    return Groups.load()


def _alive(provision: Provision) -> Iterable[tuple[Spell, Body]]:
    """Spells in force, suspended, or due later; what is due later bears the body of the spell after it."""
    from dataclasses import replace

    for place, spell in enumerate(provision.spells):
        if spell.body is not None and spell.state in (State.IN_FORCE, State.SUSPENDED):
            yield spell, spell.body
        elif spell.state is State.NOT_YET and place + 1 < len(provision.spells):
            after = provision.spells[place + 1]
            if after.body is not None and after.state in (State.IN_FORCE, State.SUSPENDED):
                yield replace(spell, instruments=after.instruments[:1]), after.body


__all__ = [
    "NO", "OPEN", "YES", "Bools", "ControlClause", "Controls", "ItemSign", "Rows", "Settled", "Words",
    "compile_controls", "pack",
]  # fmt: skip

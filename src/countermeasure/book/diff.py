"""What differs between two days, or between two books: provisions, and the goods and origins they touch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.model import ALWAYS, DAY, NEVER, Body, Reading, Scope, Spell, State
from countermeasure.codes.day import format_day
from countermeasure.codes.hts import dotted_int10

if TYPE_CHECKING:
    from countermeasure.book.compile import Compiled
    from countermeasure.book.load import Book

SHOWN = 60
_WORDS = {"limits_to": "limits to", "per_item_usd": "dollars per item", "heading_if_zero": "heading if zero"}


@dataclass(frozen=True, slots=True)
class Change:
    """A provision that differs.

    Attributes:
        provision: Id.
        heading: Chapter 99 number, or empty.
        what: What differs, as ``state: in_force -> suspended``.
        goods: Prefixes that come into the scope (``+``) or leave it (``-``); for a provision that begins or ends, its scope.
        origins: Origins it is about, as written.
    """

    provision: str
    heading: str
    name: str
    what: tuple[str, ...]
    goods: tuple[str, ...]
    origins: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {f.name: list(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in fields(self)}


def diff_days(
    book: Book, first: int, second: int, known_on: int | None = None, reading: Reading = Reading.TEXT
) -> list[Change]:
    """Provisions that differ between the start of one day and the start of another."""
    a, b = book.state(first, known_on, reading), book.state(second, known_on, reading)
    lists = _Lists(book, book, first, second, known_on, reading)
    return _changes(a, b, lists)


def diff_books(old: Book, new: Book, on: int | None = None, reading: Reading = Reading.TEXT) -> list[Change]:
    """Provisions that differ between two books, on a day or over all time.

    Args:
        old: The one book.
        new: The other.
        on: Epoch day; ``None`` compares the whole life of every provision.
        reading: Whether statements are honoured.
    """
    if on is not None:
        return _changes(old.state(on, None, reading), new.state(on, None, reading), _Lists(old, new, on, on, None, reading))
    before, after = old.replayed(None, reading).provisions, new.replayed(None, reading).provisions
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, two = before.get(name), after.get(name)
        lives = [() if p is None else tuple((s.start, s.end, s.state, s.body) for s in p.spells) for p in (one, two)]
        if lives[0] != lives[1]:
            body = next(s.body for p in (two, one) if p is not None for s in reversed(p.spells) if s.body)
            what = tuple(f"{mark} {line}" for mark, line in _life_lines(one, two))
            found.append(Change(name, body.heading, body.name, what, _written(body.goods), _scope_words(body.origin)))
    return found


def _life_lines(one: Any, two: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - Provision or None
    lines = [set() if p is None else {spell_words(s) for s in p.spells if s.body} for p in (one, two)]
    return [("-", line) for line in sorted(lines[0] - lines[1])] + [("+", line) for line in sorted(lines[1] - lines[0])]


def spell_words(spell: Spell) -> str:
    """A spell in one line: window, state, rate."""
    start = "always" if spell.start <= ALWAYS else format_day(spell.start // DAY)
    end = "open" if spell.end >= NEVER else format_day(spell.end // DAY)
    rate = f", rate {spell.body.rate:g}" if spell.body and spell.body.rate else ""
    return f"{start} to {end}: {spell.state.value}{rate}"


class _Lists:
    """Goods that enter or leave a scope, from the compiled classes of both sides."""

    def __init__(self, old: Book, new: Book, first: int, second: int, known_on: int | None, reading: Reading) -> None:
        self.sides = ((old, first), (new, second))
        self.known_on, self.reading = known_on, reading
        self._compiled: dict[tuple[int, str], Compiled] = {}

    def moved(self, a: Body, b: Body, into: str) -> tuple[str, ...]:
        """Prefixes that come (+) or go (-)."""
        if not (a.goods.members or b.goods.members or a.goods.exceptions or b.goods.exceptions):
            return ()
        columns = [self._column(book, day, body, into) for (book, day), body in zip(self.sides, (a, b), strict=True)]
        points = np.union1d(columns[0][0], columns[1][0])
        inside = [bits[np.searchsorted(own, points, side="right") - 1] for own, bits in columns]
        found = []
        for mark, hit in (("+", inside[1] & ~inside[0]), ("-", inside[0] & ~inside[1])):
            where = np.flatnonzero(hit)
            ends = np.append(points[1:], 10**10)
            found += [f"{mark}{_prefix(int(points[i]), int(ends[i]))}" for i in where[:SHOWN]]
            if len(where) > SHOWN:
                found.append(f"{mark}{len(where) - SHOWN} more")
        return tuple(found)

    def _column(self, book: Book, day: int, body: Body, into: str) -> tuple[Any, Any]:
        key = (id(book), into)
        if key not in self._compiled:
            self._compiled[key] = book.compile(into, self.known_on, self.reading)
        compiled = self._compiled[key]
        clause = next((c for c in compiled.clauses if c.body.goods == body.goods), None)
        column = -1 if clause is None else compiled.goods.column(clause.goods, day)
        if column < 0:
            return compiled.points, np.ones(len(compiled.points), bool)
        return compiled.points, compiled.class_bits[compiled.point_class, column]


def _prefix(low: int, high: int) -> str:
    """A code range as the shortest prefix that starts it."""
    for digits in (2, 4, 6, 8, 10):
        step = 10 ** (10 - digits)
        if low % step == 0 and (high - low) % step == 0:
            text = dotted_int10(low, digits) if digits > 2 else f"{low // step:02d}"
            return text if high - low == step else f"{text} and {(high - low) // step - 1} after it"
    return dotted_int10(low)


def _changes(a: dict[str, Spell], b: dict[str, Spell], lists: _Lists) -> list[Change]:
    found = []
    for name in sorted(a.keys() | b.keys()):
        one, two = a.get(name), b.get(name)
        before, after = (State.NOT_YET if s is None else s.state for s in (one, two))
        bodies = [s.body for s in (one, two) if s is not None and s.body is not None]
        if not bodies:
            continue
        what = [] if before is after else [f"state: {before.value} -> {after.value}"]
        if one is not None and two is not None and one.collected != two.collected:
            what.append("collected against law" if two.collected else "no longer collected")
        goods: tuple[str, ...] = ()
        if len(bodies) == 2 and State.IN_FORCE in (before, after):
            what += _body_changes(*bodies)
            if before is after is State.IN_FORCE:
                goods = lists.moved(bodies[0], bodies[1], bodies[1].into or _issuer(name))
        if goods and not what:
            what = ["goods in scope"]
        if what:
            body = bodies[-1]
            found.append(
                Change(name, body.heading, body.name, tuple(what), goods or _written(body.goods), _scope_words(body.origin))
            )
    return found


def _issuer(provision: str) -> str:
    return provision.split("-", 1)[0].upper()


def _body_changes(a: Body, b: Body) -> list[str]:
    found = []
    for field in fields(Body):
        one, two = getattr(a, field.name), getattr(b, field.name)
        if one != two and field.name not in ("name", "scope", "note", "certainty", "confidence"):
            label = _WORDS.get(field.name, field.name)
            found.append(f"{label}: {_value_words(one)} -> {_value_words(two)}")
    return found


def _value_words(value: object) -> str:
    if isinstance(value, Scope):
        return _scope_words(value)
    if isinstance(value, tuple):
        return ", ".join(str(v) for v in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _written(scope: Scope) -> tuple[str, ...]:
    return scope.members or ("all goods",)


def _scope_words(scope: Scope) -> str:
    text = ", ".join(scope.members) or "all"
    return f"{text} except {', '.join(scope.exceptions)}" if scope.exceptions else text


__all__ = ["Change", "diff_books", "diff_days", "spell_words"]

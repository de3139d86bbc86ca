"""What differs between two days, or between two books: provisions, and the goods and origins they touch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.model import ALWAYS, DAY, NEVER, Body, Reading, Scope, Spell, State
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import format_day
from countermeasure.codes.groups import Groups
from countermeasure.codes.hts import dotted_int10

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from countermeasure.book.compiled import Bools, Compiled, IntArray
    from countermeasure.book.load import Book
    from countermeasure.book.model import Provision

SHOWN = 40
"""Prefixes shown one by one; more of them are counted by subheading, heading or chapter."""
_WORDS = {"limits_to": "limits to", "per_item_usd": "dollars per item", "heading_if_zero": "heading if zero"}
_SILENT = frozenset({"name", "scope", "note", "certainty", "confidence"})
_Moved = tuple[tuple[str, ...], tuple[str, ...]]
"""What enters a scope, and what leaves it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A provision that differs.

    Attributes:
        provision: Id.
        heading: Chapter 99 number, or empty.
        name: What a person calls it.
        what: What differs, as ``state: in_force -> suspended``.
        goods: Scope as written (``8505.11``, ``list:NAME``, ``all goods``), or, where goods enter or leave the scope of a
            provision that stays, these in short, with ``+`` or ``-`` and a count where many stand under one number.
        origins: Origins it is about, as written.
        goods_entered: All prefixes that come into the scope, none left out.
        goods_left: All prefixes that leave it.
        origins_entered: Countries that come into the scope.
        origins_left: Countries that leave it.
    """

    provision: str
    heading: str
    name: str
    what: tuple[str, ...]
    goods: tuple[str, ...]
    origins: str
    goods_entered: tuple[str, ...] = ()
    goods_left: tuple[str, ...] = ()
    origins_entered: tuple[str, ...] = ()
    origins_left: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {f.name: list(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in fields(self)}


def diff_days(
    book: Book, first: int, second: int, known_on: int | None = None, reading: Reading = Reading.TEXT
) -> list[Change]:
    """Provisions that differ between the start of one day and the start of another.

    Args:
        book: The book.
        first: The one epoch day.
        second: The other; what a notice changes at a minute of a day is seen from the day after.
        known_on: Epoch day of knowledge; ``None`` for all.
        reading: Whether statements are honoured.

    Returns:
        One change per provision, in the order of ids.
    """
    side = _Side(book, known_on, reading)
    return _changes((side, side), (first, second))


def diff_between(
    old: tuple[Book, int],
    new: tuple[Book, int],
    known_on: int | None = None,
    reading: Reading = Reading.TEXT,
    compiled: Callable[[Book, str], Compiled] | None = None,
) -> list[Change]:
    """Provisions that differ between one book on one day and another book on another.

    Args:
        old: The one book and its epoch day.
        new: The other.
        known_on: Epoch day of knowledge; ``None`` for all.
        reading: Whether statements are honoured.
        compiled: Gives the compiled form of a book for a customs territory, where the caller has it at hand.

    Returns:
        One change per provision, in the order of ids.
    """
    sides = (_Side(old[0], known_on, reading, compiled), _Side(new[0], known_on, reading, compiled))
    return _changes(sides, (old[1], new[1]))


def diff_readings(
    book: Book, on: int, known_on: int | None = None, compiled: Callable[[str, Reading], Compiled] | None = None
) -> list[Change]:
    """Provisions that differ at the start of a day between the law alone and the law with statements honoured.

    Args:
        book: The book.
        on: Epoch day.
        known_on: Epoch day of knowledge; ``None`` for all.
        compiled: Gives the compiled form for a customs territory and a reading, where the caller has it at hand.

    Returns:
        One change per provision, in the order of ids.
    """

    def side(reading: Reading) -> _Side:
        at_hand = None if compiled is None else (lambda _book, into: compiled(into, reading))
        return _Side(book, known_on, reading, at_hand)

    sides = (side(Reading.TEXT), side(Reading.ANNOUNCED))
    return _changes(sides, (on, on))


def diff_books(old: Book, new: Book, on: int | None = None, reading: Reading = Reading.TEXT) -> list[Change]:
    """Provisions that differ between two books, on a day or over all time.

    Args:
        old: The one book.
        new: The other.
        on: Epoch day; ``None`` compares the whole life of every provision, and what its scope holds on every day of it.
        reading: Whether statements are honoured.

    Returns:
        One change per provision, in the order of ids.
    """
    sides = (_Side(old, None, reading), _Side(new, None, reading))
    if on is not None:
        return _changes(sides, (on, on))
    before, after = (side.book.replayed(None, reading).provisions for side in sides)
    found = []
    for name in sorted(before.keys() | after.keys()):
        lives = (_life(before.get(name)), _life(after.get(name)))
        what = _life_lines(*lives)
        goods = _goods_over_time(sides, lives) if not what else ((), ())
        if what or any(goods):
            body = next(s.body for life in reversed(lives) for s in reversed(life) if s.body)
            found.append(_change(name, body, what or ("goods in scope",), goods))
    return found


def spell_words(spell: Spell) -> str:
    """A spell in one line: window, state, rate."""
    start = "always" if spell.start <= ALWAYS else _moment(spell.start)
    end = "open" if spell.end >= NEVER else _moment(spell.end)
    rate = f", rate {spell.body.rate:g}" if spell.body and spell.body.rate else ""
    collected = ", collected" if spell.collected else ""
    return f"{start} to {end}: {spell.state.value}{rate}{collected}"


def prefixes(ranges: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """The fewest prefixes of even length that cover ranges of ten-digit integers.

    Args:
        ranges: First code and first code after; in any order, overlapping or not.

    Returns:
        Prefixes with dots, ascending.

    Example:
        >>> prefixes([(8505110000, 8505110050), (8505110050, 8505120000), (2700000000, 2800000000)])
        ('27', '8505.11')
    """
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    found = []
    for low, high in joined:
        at = low
        while at < high:
            digits = next(d for d in (2, 4, 6, 8, 10) if at % 10 ** (10 - d) == 0 and at + 10 ** (10 - d) <= high)
            found.append(dotted_int10(at, digits))
            at += 10 ** (10 - digits)
    return tuple(found)


def in_short(codes: Iterable[str], most: int = SHOWN) -> tuple[str, ...]:
    """Prefixes as they are, or counted by the longest number under which there are few enough.

    Example:
        >>> in_short(["2903.51.10", "2903.59.10", "2924.29.01"], most=2)
        ('2903 (2)', '2924.29.01')
    """
    codes = tuple(codes)
    for digits in (10, 6, 4, 2):
        groups = Counter(_shortened(code, digits) for code in codes)
        if len(groups) <= most:
            break
    first = {_shortened(code, digits): code for code in codes}
    lines = [f"{group} ({count})" if count > 1 else first[group] for group, count in groups.items()]
    return tuple(lines) if len(lines) <= most else (*lines[:most], f"{sum(list(groups.values())[most:])} more")


class _Side:
    """A book with what of it is known, and its compiled forms as they are asked for."""

    def __init__(
        self,
        book: Book,
        known_on: int | None,
        reading: Reading,
        compiled: Callable[[Book, str], Compiled] | None = None,
    ) -> None:
        self.book, self.known_on, self.reading = book, known_on, reading
        self._make = compiled or (lambda held, into: held.compile(into, known_on, reading))
        self._compiled: dict[str, Compiled] = {}

    def state(self, day: int) -> dict[str, Spell]:
        return self.book.state(day, self.known_on, self.reading)

    def into(self, spell: Spell) -> str:
        """Customs territory of a spell."""
        named = spell.body.into if spell.body else ""
        return named or self.book.by_id[spell.instruments[0]].issuer

    def inside(self, spell: Spell, day: int) -> tuple[IntArray, Bools]:
        """Stretches of codes and whether each is in the goods of a spell on a day."""
        compiled, selector = self._selector(spell)
        if selector < 0:
            return compiled.points, np.ones(len(compiled.points), bool)
        return compiled.points, compiled.class_bits[compiled.point_class, compiled.goods.column(selector, day)]

    def days(self, spell: Spell) -> set[int]:
        """Days within a spell on which its goods may change, its first day included."""
        compiled, selector = self._selector(spell)
        starts = compiled.goods.starts[selector] if selector >= 0 else ()
        first = spell.start // DAY
        return {first} | {d for d in starts if first < d and d * DAY < spell.end}

    def _selector(self, spell: Spell) -> tuple[Compiled, int]:
        into = self.into(spell)
        if into not in self._compiled:
            self._compiled[into] = self._make(self.book, into)
        compiled = self._compiled[into]
        goods = spell.body.goods if spell.body else Scope()
        return compiled, next((c.goods for c in compiled.clauses if c.body.goods == goods), -1)


def _moved(sides: tuple[_Side, _Side], spells: tuple[Spell, Spell], days: Iterable[tuple[int, int]]) -> _Moved:
    """Prefixes that enter and that leave the goods of a spell, over pairs of days."""
    ranges: tuple[set[tuple[int, int]], set[tuple[int, int]]] = (set(), set())
    for pair in days:
        columns = [side.inside(spell, day) for side, spell, day in zip(sides, spells, pair, strict=True)]
        same = columns[0][0] is columns[1][0] or np.array_equal(columns[0][0], columns[1][0])
        points = columns[0][0] if same else np.union1d(columns[0][0], columns[1][0])
        ends = np.append(points[1:], 10**10)
        old, new = (bits[np.searchsorted(own, points, side="right") - 1] for own, bits in columns)
        for place, hit in enumerate((new & ~old, old & ~new)):
            ranges[place].update(zip(points[hit].tolist(), ends[hit].tolist(), strict=True))
    return prefixes(ranges[0]), prefixes(ranges[1])


def _goods_over_time(sides: tuple[_Side, _Side], lives: tuple[list[Spell], list[Spell]]) -> _Moved:
    """What enters and leaves the goods of a provision whose life is the same in both books."""
    entered: list[str] = []
    left: list[str] = []
    for pair in zip(*lives, strict=True):
        spell = pair[0]
        compiled = spell.payable or spell.state is State.SUSPENDED
        if spell.body is None or not compiled or not _by_list(spell.body.goods):
            continue
        days = sides[0].days(pair[0]) | sides[1].days(pair[1])
        moved = _moved(sides, pair, ((day, day) for day in sorted(days)))
        entered += moved[0]
        left += moved[1]
    return tuple(dict.fromkeys(entered)), tuple(dict.fromkeys(left))


def _by_list(scope: Scope) -> bool:
    return any(code.startswith("list:") for code in (*scope.members, *scope.exceptions))


def _changes(sides: tuple[_Side, _Side], days: tuple[int, int]) -> list[Change]:
    a, b = (side.state(day) for side, day in zip(sides, days, strict=True))
    groups = Groups.load()
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
        goods: _Moved = ((), ())
        origins: _Moved = ((), ())
        if one is not None and two is not None and len(bodies) == 2 and State.IN_FORCE in (before, after):
            what += _body_changes(*bodies)
            if before is after and (bodies[0].goods != bodies[1].goods or _by_list(bodies[1].goods)):
                goods = _moved(sides, (one, two), (days,))
            if before is after:
                origins = _origins_moved(groups, bodies, days)
        if not what:
            what = [word for word, moved in (("goods in scope", goods), ("origins in scope", origins)) if any(moved)]
        if what:
            found.append(_change(name, bodies[-1], tuple(what), goods, origins))
    return found


def _change(
    name: str,
    body: Body,
    what: tuple[str, ...],
    goods: _Moved,
    origins: _Moved = ((), ()),
) -> Change:
    shown = tuple(mark + code for mark, codes in zip("+-", goods, strict=True) for code in in_short(codes))
    shown = shown or body.goods.members or ("all goods",)
    return Change(name, body.heading, body.name, what, shown, _scope_words(body.origin), *goods, *origins)


def _origins_moved(groups: Groups, bodies: list[Body], days: tuple[int, int]) -> _Moved:
    old, new = (_countries(groups, body.origin, day) for body, day in zip(bodies, days, strict=True))
    return tuple(sorted(new - old)), tuple(sorted(old - new))


def _countries(groups: Groups, scope: Scope, day: int) -> frozenset[str]:
    def named(codes: tuple[str, ...]) -> frozenset[str]:
        sets = (groups.members(c[6:], day) if c.startswith("group:") else frozenset((c,)) for c in codes)
        return frozenset().union(*sets)

    return (named(scope.members) if scope.members else frozenset(ORIGINS)) - named(scope.exceptions)


def _life(provision: Provision | None) -> list[Spell]:
    """Spells joined where neighbours differ in the instruments behind them alone."""
    life: list[Spell] = []
    for spell in provision.spells if provision else ():
        if life and _key(life[-1])[2:] == _key(spell)[2:] and life[-1].body == spell.body:
            life[-1] = replace(life[-1], end=spell.end)
        else:
            life.append(spell)
    return life


def _key(spell: Spell) -> tuple[int, int, State, bool]:
    return spell.start, spell.end, spell.state, spell.collected


def _life_lines(one: list[Spell], two: list[Spell]) -> tuple[str, ...]:
    """Spells that stand in one life alone; where only the words of a spell differ, what differs in its body."""
    old, new = ({_key(s): s for s in life if s.body} for life in (one, two))
    lines = [(s.start, "-", spell_words(s)) for key, s in old.items() if key not in new]
    lines += [(s.start, "+", spell_words(s)) for key, s in new.items() if key not in old]
    for key in old.keys() & new.keys():
        a, b = old[key].body, new[key].body
        if a is not None and b is not None and a != b:
            lines.append((key[0], "~", f"{spell_words(old[key])}: {'; '.join(_body_changes(a, b)) or 'wording'}"))
    return tuple(f"{mark} {line}" for _, mark, line in sorted(lines))


def _body_changes(a: Body, b: Body) -> list[str]:
    found = []
    for field in fields(Body):
        one, two = getattr(a, field.name), getattr(b, field.name)
        if one != two and field.name not in _SILENT:
            label = _WORDS.get(field.name, field.name)
            found.append(f"{label}: {_value_words(one)} -> {_value_words(two)}")
    return found


def _value_words(value: object) -> str:
    if isinstance(value, Scope):
        return _scope_words(value)
    if isinstance(value, tuple):
        return ", ".join(str(v) for v in value) or "none"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _scope_words(scope: Scope) -> str:
    text = ", ".join(scope.members) or "all"
    return f"{text} except {', '.join(scope.exceptions)}" if scope.exceptions else text


def _moment(instant: int) -> str:
    minute = instant % DAY
    return format_day(instant // DAY) + (f" {minute // 60:02d}:{minute % 60:02d}" if minute else "")


def _shortened(code: str, digits: int) -> str:
    bare = code.replace(".", "")[:digits]
    return dotted_int10(int(bare.ljust(10, "0")), len(bare))


__all__ = ["Change", "diff_between", "diff_books", "diff_days", "diff_readings", "in_short", "prefixes", "spell_words"]

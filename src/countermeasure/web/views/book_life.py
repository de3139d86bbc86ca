"""The life of measures as a picture: programmes over time, or the provisions of one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from countermeasure.book.describe import window_words
from countermeasure.book.diff import spell_words
from countermeasure.book.model import ALWAYS, DAY, NEVER, Reading, State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.pictures.spells import Life, Spell, spells_picture
from countermeasure.web.views.book_state import SIDES, Choice, chosen, heads, state_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Provision
    from countermeasure.web.views.book_state import Head

__all__ = ["MOST", "LifeAnswer", "answer_life", "bars_of", "life_of_provision"]

MOST = 70
"""More provisions than this are drawn by programme."""
_ROLES = ("duty", "control")
"""What a programme is drawn by; reliefs and rules of order do not make it live."""
OTHER = "with statements honoured, where that differs"


@dataclass(frozen=True, slots=True)
class LifeAnswer:
    """Measures over a span of days.

    Attributes:
        first: First day of the span.
        after: First day after it.
        mark: The day asked about.
        known_on: Day of knowledge.
        choice: Which provisions.
        lives: Rows of the picture: of provisions, or of programmes where there are many.
        by_programme: Whether rows are programmes.
        names: Provisions that are drawn, or stand behind the programmes that are.
        table: The figures of the picture.
    """

    first: int
    after: int
    mark: int
    known_on: int | None
    choice: Choice
    lives: tuple[Life, ...]
    by_programme: bool
    names: tuple[str, ...]
    table: Sheet

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        what = "programme" if self.by_programme else "provision"
        rows = f"1 {what}" if len(self.lives) == 1 else f"{len(self.lives)} {what}s"
        live = sum(any(s.start <= self.mark < s.end and s.look == "in_force" for s in life.spells) for life in self.lives)
        split = sum(bool(life.other) for life in self.lives)
        told = f"{rows}, {live} in force on {format_day(self.mark)} by the law as published"
        return f"{told}; the readings differ on {split} at some time." if split else f"{told}; the readings agree."

    @property
    def picture(self) -> str:
        """The picture, an SVG element."""
        title = "Measures over time, by programme" if self.by_programme else "Measures over time"
        notes = (
            ["A programme is in force while any of its duties or controls is; it is suspended while all that live are."]
            if self.by_programme
            else []
        )
        return spells_picture(title, self.lives, self.first, self.after, mark=self.mark, other=OTHER, notes=notes)

    def sheets(self) -> tuple[Sheet, ...]:
        """The table of spells."""
        return (self.table,)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "from": format_day(self.first),
            "to": format_day(self.after),
            "on": format_day(self.mark),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "answer": self.said,
            "by": "programme" if self.by_programme else "provision",
            "spells": self.table.records(),
        }


def answer_life(book: Book, first: int, after: int, mark: int, known_on: int | None, choice: Choice) -> LifeAnswer:
    """The life of what is chosen, under both readings.

    Args:
        book: The book.
        first: First epoch day of the picture.
        after: First epoch day after it.
        mark: Epoch day that is marked.
        known_on: Only instruments published by this day count.
        choice: Which provisions; ``state`` is the state on the marked day under either reading.

    Raises:
        InputError: If the span is empty or a word of the choice is unknown.
    """
    if first >= after:
        raise InputError(
            "the first day is not before the last", where="from", code="bad_span", cure="Give the earlier day first."
        )
    choice.checked(book)
    known = chosen(heads(book, known_on), book, choice)
    lives: list[Mapping[str, Provision]] = [book.replayed(known_on, reading).provisions for reading in Reading]
    if choice.state:
        known = [h for h in known if any(_is(life.get(h.provision), mark, choice.state) for life in lives)]
    drawn = [h for h in known if any(_seen(life.get(h.provision), first, after) for life in lives)]
    by_programme = len(drawn) > MOST
    rows = _programmes(book, drawn, lives) if by_programme else _provisions(book, drawn, lives, choice)
    names = tuple(head.provision for head in drawn)
    table = _table(drawn, lives, first, after)
    return LifeAnswer(first, after, mark, known_on, choice, tuple(rows), by_programme, names, table)


def life_of_provision(text: Provision | None, announced: Provision | None, title: str, mark: int) -> str:
    """Picture of one provision over its whole life, under both readings."""
    kinds = [(name, bars_of(p)) for name, p in (("Law as published", text), ("Statements honoured", announced)) if p]
    ends = [day for _, bars in kinds for s in bars for day in (s.start, s.end) if math.isfinite(day)]
    first, last = int(min([*ends, mark - 30])), int(max([*ends, mark + 30]))
    room = max((last - first) // 12, 20)
    return spells_picture(title, [Life(name, bars) for name, bars in kinds], first - room, last + room, mark=mark)


def bars_of(provision: Provision | None) -> tuple[Spell, ...]:
    """Spells of a provision that have a bar; neighbours that look alike are joined."""
    bars: list[Spell] = []
    for spell in provision.spells if provision else ():
        look = "collected" if spell.collected else spell.state.value
        if spell.body is None or look not in ("collected", "in_force", "suspended"):
            continue
        start, end = _days(spell.start), _days(spell.end)
        if bars and bars[-1].end == start and bars[-1].look == look:
            bars[-1] = Spell(bars[-1].start, end, look, f"{bars[-1].words}; {spell_words(spell)}")
        else:
            bars.append(Spell(start, end, look, spell_words(spell)))
    return tuple(bars)


def _days(instant: int) -> float:
    return -math.inf if instant <= ALWAYS else math.inf if instant >= NEVER else instant / DAY


def _shape(bars: Iterable[Spell]) -> list[tuple[float, float, str]]:
    return [(s.start, s.end, s.look) for s in bars]


def _provisions(book: Book, drawn: Sequence[Head], lives: Sequence[Mapping[str, Provision]], choice: Choice) -> Iterable[Life]:
    several = len({h.programme for h in drawn}) > 1 or not choice.programme
    for head in drawn:
        text, announced = (bars_of(life.get(head.provision)) for life in lives)
        other = announced if _shape(text) != _shape(announced) else ()
        name = f"{head.heading} {head.name}".strip() or head.provision
        group = f"{SIDES[head.side]}: {book.programmes[head.programme].name}" if several else ""
        yield Life(name, text, other, f"/book/provision/{head.provision}", group)


def _programmes(book: Book, drawn: Sequence[Head], lives: Sequence[Mapping[str, Provision]]) -> Iterable[Life]:
    groups: dict[tuple[str, str], list[str]] = {}
    for head in drawn:
        if head.role in _ROLES:
            groups.setdefault((head.side, head.programme), []).append(head.provision)
    for (side, programme), names in groups.items():
        text, announced = (_merged([bars_of(life.get(name)) for name in names]) for life in lives)
        other = announced if _shape(text) != _shape(announced) else ()
        href = f"/book?side={side}&programme={programme}"
        yield Life(book.programmes[programme].name, text, other, href, SIDES[side])


def _merged(lives: Sequence[Sequence[Spell]]) -> tuple[Spell, ...]:
    """Spells of a programme: in force where any is, else collected where any is, else suspended."""
    edges = sorted({day for bars in lives for s in bars for day in (s.start, s.end)})
    found: list[Spell] = []
    for start, end in pairwise(edges):
        here = [s.look for bars in lives for s in bars if s.start <= start < s.end]
        look = next((word for word in ("in_force", "collected", "suspended") if word in here), None)
        if look is None:
            continue
        if found and found[-1].end == start and found[-1].look == look:
            found[-1] = Spell(found[-1].start, end, look)
        else:
            found.append(Spell(start, end, look))
    return tuple(Spell(s.start, s.end, s.look, _merged_words(s)) for s in found)


def _merged_words(spell: Spell) -> str:
    start = "always" if math.isinf(spell.start) else format_day(int(spell.start))
    end = "open" if math.isinf(spell.end) else format_day(int(spell.end))
    return f"{start} to {end}: {state_words(spell.look)}"


def _is(provision: Provision | None, day: int, state: str) -> bool:
    return provision is not None and provision.state(day * DAY).value == state


def _seen(provision: Provision | None, first: int, after: int) -> bool:
    return any(s.end > first and s.start < after for s in bars_of(provision))


def _table(drawn: Sequence[Head], lives: Sequence[Mapping[str, Provision]], first: int, after: int) -> Sheet:
    """Every spell within the span, one row each."""
    rows = []
    for head in drawn:
        for reading, life in zip(Reading, lives, strict=True):
            provision = life.get(head.provision)
            for spell in provision.spells if provision else ():
                live = spell.collected or spell.state in (State.IN_FORCE, State.SUSPENDED)
                if spell.body is None or not live or spell.end <= first * DAY or spell.start >= after * DAY:
                    continue
                start, end = window_words(spell.start, spell.end)
                state = spell.state.value + (" (collected)" if spell.collected else "")
                by = "; ".join(spell.instruments)
                rows.append((head.provision, head.name, head.side, head.programme, reading.value, start, end, state, by))
    columns = ("provision", "name", "side", "programme", "reading", "from", "until", "state", "by")
    title = f"Spells from {format_day(first)} to {format_day(after)}, in force, suspended or collected"
    return Sheet("book_life", title, columns, tuple(rows))

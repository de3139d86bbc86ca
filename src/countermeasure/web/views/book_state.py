"""Which provisions are there, and in which state under each reading: rows for pages, JSON and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.describe import window_words
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Body, Provision, Spell
    from countermeasure.web.stamp import Stamp

__all__ = [
    "CONFIDENCES", "SIDES", "Choice", "Standing", "StateAnswer", "answer_state", "chosen", "heads", "last_body", "stamp_for",
    "state_words",
]  # fmt: skip

CONFIDENCES = ("high", "medium", "memory")
"""How well an instrument was read, the best first."""
SIDES = {"US": "United States", "CN": "China"}
STATE_COLUMNS = (
    "provision", "name", "side", "programme", "role", "heading", "rate", "basis", "state", "since", "until", "state_announced",
    "since_announced", "until_announced", "confidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen of the provisions; empty words choose all.

    Attributes:
        side: ``US`` or ``CN``: whose measure it is.
        programme: Id of a programme.
        role: ``duty``, ``control``, ``relief`` or ``rule``.
        state: A state, under either reading.
        confidence: The least confidence.
        words: Words that must stand in id, name, number or programme.
    """

    side: str = ""
    programme: str = ""
    role: str = ""
    state: str = ""
    confidence: str = ""
    words: str = ""

    def checked(self, book: Book) -> Choice:
        """The choice itself, after every word was looked up.

        Raises:
            InputError: With every word that is unknown.
        """
        known: dict[str, tuple[str, Sequence[str]]] = {
            "side": (self.side, tuple(SIDES)),
            "programme": (self.programme, tuple(book.programmes)),
            "role": (self.role, ("duty", "control", "relief", "rule")),
            "state": (self.state, tuple(State)),
            "confidence": (self.confidence, CONFIDENCES),
        }
        faults = [
            f"{name}: {word!r} is not known; use one of {', '.join(words)}"
            for name, (word, words) in known.items()
            if word and word not in words
        ]
        if faults:
            raise InputError(faults[0], faults=faults[1:], code="bad_choice")
        return self


@dataclass(frozen=True, slots=True)
class Head:
    """What of a provision does not change with the day that is asked about."""

    provision: str
    name: str
    heading: str
    programme: str
    side: str
    role: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A provision on a day.

    Attributes:
        head: The provision.
        text: Its spell by the law alone, ``None`` where this reading does not know it.
        announced: Its spell where statements are honoured.
        state: State by the law alone.
        state_announced: State where statements are honoured.
    """

    head: Head
    text: Spell | None
    announced: Spell | None
    state: str
    state_announced: str

    @property
    def differs(self) -> bool:
        """Whether the readings give two states."""
        return self.state != self.state_announced

    def record(self) -> dict[str, Any]:
        """A flat record with the columns of the table."""
        own, other = (_window(spell) for spell in (self.text, self.announced))
        spell = self.text or self.announced
        body = spell.body if spell else None
        duty = body is not None and self.head.role == "duty"
        return {
            "provision": self.head.provision,
            "name": self.head.name,
            "side": self.head.side,
            "programme": self.head.programme,
            "role": self.head.role,
            "heading": self.head.heading,
            "rate": body.rate if duty and body else None,
            "basis": body.basis if duty and body else None,
            "state": self.state,
            "since": own[0],
            "until": own[1],
            "state_announced": self.state_announced,
            "since_announced": other[0],
            "until_announced": other[1],
            "confidence": self.head.confidence,
        }


@dataclass(frozen=True, slots=True)
class StateAnswer:
    """The provisions that were chosen, on a day."""

    on: int
    known_on: int | None
    choice: Choice
    rows: tuple[Standing, ...]

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        counts = {state: sum(r.state == state for r in self.rows) for state in dict.fromkeys(r.state for r in self.rows)}
        told = ", ".join(f"{n:,} {state_words(state)}" for state, n in sorted(counts.items(), key=lambda item: -item[1]))
        differ = sum(r.differs for r in self.rows)
        split = f"; the readings differ on {differ:,}" if differ else "; the readings agree on all of them" if self.rows else ""
        count = "1 provision" if len(self.rows) == 1 else f"{len(self.rows):,} provisions"
        return f"{count} at the start of {format_day(self.on)}{f': {told}' if told else ''}{split}."

    @property
    def groups(self) -> list[tuple[str, str, list[Standing]]]:
        """Rows by side and programme, in their order."""
        found: dict[tuple[str, str], list[Standing]] = {}
        for row in self.rows:
            found.setdefault((SIDES[row.head.side], row.head.programme), []).append(row)
        return [(side, programme, rows) for (side, programme), rows in found.items()]

    def sheets(self) -> tuple[Sheet, ...]:
        """The table."""
        records = [row.record() for row in self.rows]
        cells = tuple(tuple(record[column] for column in STATE_COLUMNS) for record in records)
        return (Sheet("book_state", f"Provisions at the start of {format_day(self.on)}", STATE_COLUMNS, cells),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "on": format_day(self.on),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "answer": self.said,
            "provisions": [row.record() for row in self.rows],
        }


def answer_state(book: Book, on: int, known_on: int | None, choice: Choice) -> StateAnswer:
    """Provisions on a day, under both readings.

    Args:
        book: The book.
        on: Epoch day; its start is meant.
        known_on: Only instruments published by this day count.
        choice: Which provisions.
    """
    choice.checked(book)
    found = []
    lives = [book.replayed(known_on, reading).provisions for reading in Reading]
    for head in chosen(heads(book, known_on), book, choice):
        text, announced = (life.get(head.provision) for life in lives)
        row = Standing(head, _spell(text, on), _spell(announced, on), _state(text, on), _state(announced, on))
        if not choice.state or choice.state in (row.state, row.state_announced):
            found.append(row)
    return StateAnswer(on, known_on, choice, tuple(found))


def heads(book: Book, known_on: int | None = None) -> dict[str, Head]:
    """Every provision that either reading knows, by programme in filing order, then by number."""
    known: dict[str, Provision] = {}
    for reading in Reading:
        known |= book.replayed(known_on, reading).provisions
    found = [head for provision in known.values() if (head := _head(book, provision)) is not None]
    order = {name: (one.order, name) for name, one in book.programmes.items()}
    found.sort(key=lambda h: (tuple(SIDES).index(h.side), order[h.programme], h.heading or "~", h.provision))
    return {head.provision: head for head in found}


def chosen(known: Mapping[str, Head], book: Book, choice: Choice) -> list[Head]:
    """Heads that a choice takes; states are looked at elsewhere."""
    words = choice.words.casefold().split()
    least = CONFIDENCES.index(choice.confidence) if choice.confidence else len(CONFIDENCES)
    found = []
    for head in known.values():
        text = f"{head.provision} {head.name} {head.heading} {book.programmes[head.programme].name}".casefold()
        if (
            choice.side in ("", head.side)
            and choice.programme in ("", head.programme)
            and choice.role in ("", head.role)
            and CONFIDENCES.index(head.confidence) <= least
            and all(word in text for word in words)
        ):
            found.append(head)
    return found


def last_body(provision: Provision) -> Body | None:
    """What a provision says last."""
    return next((s.body for s in reversed(provision.spells) if s.body), None)


def stamp_for(book: Book, on: int | None, known_on: int | None, names: Sequence[str], reading: str = "both") -> Stamp:
    """What an answer about some provisions stands on, and the next day on which one of them changes."""
    from countermeasure._version import __version__
    from countermeasure.web.stamp import Stamp

    changes = () if on is None else _next_change(book, on, known_on, names)
    limits = ("what instruments say and the engine does not compute; the page of each instrument lists it",)
    return Stamp(__version__, book.hash, on, known_on, reading, limits=limits, changes=changes)


def _next_change(book: Book, on: int, known_on: int | None, names: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """The first day after one on which any of some provisions changes, under either reading, and which ones."""
    days: dict[int, set[str]] = {}
    for reading in Reading:
        known = book.replayed(known_on, reading).provisions
        for name in names:
            provision = known.get(name)
            edge = next((s.start for s in provision.spells if s.start > on * DAY), None) if provision else None
            if edge is not None:
                days.setdefault(edge // DAY, set()).add(name)
    if not days:
        return ()
    first = min(days)
    moved = sorted(days[first])
    more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
    return ((first, f"{', '.join(moved[:3])}{more}"),)


def state_words(state: str) -> str:
    """A state as a person says it."""
    return state.replace("_", " ")


def _head(book: Book, provision: Provision) -> Head | None:
    body = last_body(provision)
    first = next((s for s in provision.spells if s.body and s.instruments), None)
    if body is None or first is None:
        return None
    behind = {book.by_id[i].confidence for s in provision.spells for i in s.instruments}
    least = max(behind, key=CONFIDENCES.index)
    return Head(
        provision.id,
        body.name,
        body.heading,
        body.programme,
        body.into or book.by_id[first.instruments[0]].issuer,
        body.role.value,
        body.confidence or least,
    )


def _spell(provision: Provision | None, day: int) -> Spell | None:
    return None if provision is None else provision.at(day * DAY)


def _state(provision: Provision | None, day: int) -> str:
    if provision is None:
        return State.NOT_YET.value
    collected = " (collected)" if provision.at(day * DAY).collected else ""
    return provision.state(day * DAY).value + collected


def _window(spell: Spell | None) -> tuple[str, str]:
    return ("", "") if spell is None or spell.body is None else window_words(spell.start, spell.end)

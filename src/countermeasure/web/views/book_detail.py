"""One provision, one instrument, one code list: everything the book says of it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from countermeasure.book.describe import instrument_words, list_words, provision_words
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import NotFoundError
from countermeasure.web.views.book_life import life_of_provision
from countermeasure.web.views.book_state import SIDES, last_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Body, Instrument, Provision, Source

__all__ = ["InstrumentAnswer", "ListAnswer", "ProvisionAnswer", "answer_instrument", "answer_list", "answer_provision"]

_TABLES = ("life", "sources", "name")
"""What of the words of an item is a table, or is shown elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class ProvisionAnswer:
    """A provision under both readings.

    Attributes:
        id: Its id.
        name: What a person calls it.
        side: Whose measure.
        words: What it says last, by the first reading that knows it.
        lives: Spells by reading, as records.
        states: State on the day by reading.
        differs: Whether the readings give it different lives.
        behind: Instruments that made it so, in the order of publication.
        clauses: What of a control is asked: review, parties, items, places, obligations.
        named_by: Provisions that name it, by what they do.
        picture: Its life, an SVG element.
    """

    id: str
    name: str
    side: str
    on: int
    known_on: int | None
    words: dict[str, Any]
    lives: dict[str, list[dict[str, Any]]]
    states: dict[str, str]
    differs: bool
    behind: tuple[Instrument, ...]
    clauses: tuple[tuple[str, str], ...]
    named_by: tuple[tuple[str, str], ...]
    picture: str

    @property
    def confidence(self) -> str:
        """The words of the instruments behind it on how well they were read."""
        return ", ".join(dict.fromkeys(i.confidence for i in self.behind))

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        text, announced = (self.states[r.value] for r in Reading)
        day = format_day(self.on)
        if text == announced:
            return f"{self.name}: {_plain(text)} at the start of {day}, under both readings."
        return (
            f"{self.name}: {_plain(text)} at the start of {day} by the law as published; {_plain(announced)} where statements "
            "are honoured."
        )

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """What it says, in the order of reading, without tables."""
        shown = [(key.replace("_", " "), value) for key, value in self.words.items() if key not in _TABLES and value]
        return [*shown, *self.clauses]

    def sheets(self) -> tuple[Sheet, ...]:
        """Spells under both readings, and the instruments behind them."""
        spells = tuple(
            (reading, s["from"], s["until"], s["state"], s["rate"], s["basis"], "; ".join(s["by"]))
            for reading, life in self.lives.items()
            for s in life
        )
        columns = ("reading", "from", "until", "state", "rate", "basis", "by")
        return (
            Sheet("provision_life", f"Spells of {self.id}", columns, spells),
            _instruments_sheet("provision_instruments", f"Instruments behind {self.id}", self.behind),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self.words | {
            "on": format_day(self.on),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "answer": self.said,
            "side": self.side,
            "states": self.states,
            "readings_differ": self.differs,
            "life": self.lives,
            "clauses": dict(self.clauses),
            "named_by": [{"provision": name, "does": what} for name, what in self.named_by],
            "instruments": self.sheets()[1].records(),
        }


@dataclass(frozen=True, slots=True)
class InstrumentAnswer:
    """An instrument with its acts.

    Attributes:
        instrument: As read.
        words: It as plain values.
        acts: What each act does: kind, targets with whether each is a provision, window, and what else it says.
    """

    instrument: Instrument
    words: dict[str, Any]
    acts: tuple[dict[str, Any], ...]

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        one = self.instrument
        acts = "1 act" if len(one.acts) == 1 else f"{len(one.acts)} acts"
        return f"{one.title}. Published {format_day(one.published_on)}; {acts}; confidence {one.confidence}."

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where it can be read."""
        return self.instrument.sources

    def sheets(self) -> tuple[Sheet, ...]:
        """The acts."""
        columns = ("act", "on", "from", "until", "says", "rate", "codes")
        rows = tuple(
            (a["act"], "; ".join(a["on"]), a.get("from"), a.get("until"), a.get("says"), a.get("rate"), len(a.get("codes", ())))
            for a in self.words["acts"]
        )
        return (Sheet("instrument_acts", f"Acts of {self.instrument.id}", columns, rows),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"answer": self.said, **self.words}


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """A code list."""

    words: dict[str, Any]

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        count = len(self.words["codes"])
        return f"{self.words['title']}: {'1 row' if count == 1 else f'{count:,} rows'}; confidence {self.words['confidence']}."

    @property
    def undated(self) -> list[str]:
        """Codes that stand in it as long as it lives."""
        return [row["code"] for row in self.words["codes"] if not (row["from"] or row["until"])]

    @property
    def dated(self) -> Sheet:
        """Codes that came or went by themselves."""
        whole = self.sheets()[0]
        return Sheet(whole.name, whole.title, whole.columns, tuple(row for row in whole.rows if row[1] or row[2]))

    def sheets(self) -> tuple[Sheet, ...]:
        """The codes."""
        columns = ("code", "from", "until", "by")
        rows = tuple(tuple(row[c] for c in columns) for row in self.words["codes"])
        return (Sheet(f"list_{self.words['list']}", self.words["title"], columns, rows),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"answer": self.said, **self.words}


def answer_provision(book: Book, name: str, on: int, known_on: int | None = None) -> ProvisionAnswer:
    """A provision.

    Args:
        book: The book.
        name: Its id.
        on: Epoch day whose state is told.
        known_on: Only instruments published by this day count.

    Raises:
        NotFoundError: If neither reading knows it; near names are offered.
    """
    lives = {reading: book.replayed(known_on, reading).provisions for reading in Reading}
    found = {reading: life.get(name) for reading, life in lives.items()}
    shown = next((p for p in found.values() if p is not None and last_body(p) is not None), None)
    if shown is None:
        raise _absent("provision", name, list(lives[Reading.ANNOUNCED]), known_on)
    body = last_body(shown)
    assert body is not None  # noqa: S101 - just looked at
    words = {r.value: (provision_words(book, p)["life"] if p else []) for r, p in found.items()}
    names = dict.fromkeys(i for p in found.values() if p for s in p.spells for i in s.instruments)
    behind = tuple(sorted((book.by_id[i] for i in names), key=lambda i: i.published_on))
    text, announced = (found[r] for r in Reading)
    return ProvisionAnswer(
        name,
        body.name or name,
        SIDES[body.into or behind[0].issuer],
        on,
        known_on,
        provision_words(book, shown),
        words,
        {r.value: _state_on(p, on) for r, p in found.items()},
        words[Reading.TEXT.value] != words[Reading.ANNOUNCED.value],
        behind,
        tuple(_clauses(body)),
        tuple(_naming(lives[Reading.ANNOUNCED], name)),
        life_of_provision(text, announced, f"{body.name or name}: its life", on),
    )


def answer_instrument(book: Book, name: str) -> InstrumentAnswer:
    """An instrument.

    Raises:
        NotFoundError: If there is none of that id; near ids are offered.
    """
    one = book.by_id.get(name)
    if one is None:
        raise _absent("instrument", name, list(book.by_id))
    words = instrument_words(one)
    known = book.replayed(None, Reading.ANNOUNCED).provisions
    acts = []
    for row in words["acts"]:
        more = {k: v for k, v in row.items() if k not in ("act", "on", "from", "until", "codes")}
        acts.append(
            {
                "act": row["act"],
                "on": [(target, _link_of(target, known, book)) for target in row["on"]],
                "from": row.get("from", ""),
                "until": row.get("until", ""),
                "more": more,
                "codes": row.get("codes", []),
            }
        )
    return InstrumentAnswer(one, words, tuple(acts))


def answer_list(book: Book, name: str) -> ListAnswer:
    """A code list.

    Raises:
        NotFoundError: If there is none of that name.
    """
    if name not in book.lists:
        raise _absent("code list", name, list(book.lists))
    return ListAnswer(list_words(book, name))


def _absent(what: str, name: str, known: Sequence[str], known_on: int | None = None) -> NotFoundError:
    near = get_close_matches(name, known, n=4, cutoff=0.5)
    cure = f"Did you mean {', '.join(near)}?" if near else "The page of the book lists all."
    day = f" that was published by {format_day(known_on)}" if known_on is not None else ""
    return NotFoundError(f"there is no {what} {name!r}{day}", code="unknown_id", cure=cure)


def _link_of(target: str, known: dict[str, Provision], book: Book) -> str:
    """Address of what an act names, or empty for a pattern."""
    if target in known:
        return f"/book/provision/{target}"
    return f"/book/list/{target}" if target in book.lists else ""


def _state_on(provision: Provision | None, on: int) -> str:
    if provision is None:
        return State.NOT_YET.value
    return provision.state(on * DAY).value + (" (collected)" if provision.at(on * DAY).collected else "")


def _clauses(body: Body) -> list[tuple[str, str]]:
    """What a control asks for, beside what every provision says."""
    found = [("review", body.review.replace("_", " "))] if body.review else []
    for word, scope in (("items", body.items), ("sent from", body.sent_from), ("sent to", body.sent_to)):
        if scope.members or scope.exceptions:
            left_out = f"; except {', '.join(scope.exceptions)}" if scope.exceptions else ""
            found.append((word, f"{', '.join(scope.members) or 'all'}{left_out}"))
    if body.parties is not None:
        roles = f" as {', '.join(body.parties.roles).replace('_', ' ')}" if body.parties.roles else ""
        through = f", {body.parties.through}" if body.parties.through != "direct" else ""
        rule = f" by the rule {body.parties.rule}" if body.parties.rule else ""
        found.append(("parties", f"on {', '.join(body.parties.lists)}{roles}{through}{rule}"))
    if body.obligations:
        found.append(("obligations", "; ".join(body.obligations)))
    return found


def _naming(known: dict[str, Provision], name: str) -> list[tuple[str, str]]:
    """Provisions whose last words name this one, and what they do to it."""
    found = []
    for other, provision in known.items():
        body = last_body(provision)
        if body is None or other == name:
            continue
        found += [
            (other, what)
            for what, names in (("frees", body.frees), ("asks for", body.given), ("limits", body.limits))
            if any(fnmatchcase(name, pattern) for pattern in names)
        ]
    return found


def _instruments_sheet(name: str, title: str, behind: Sequence[Instrument]) -> Sheet:
    columns = ("instrument", "published_on", "kind", "citation", "title", "confidence")
    rows = tuple((i.id, format_day(i.published_on), i.kind, i.citation, i.title, i.confidence) for i in behind)
    return Sheet(name, title, columns, rows)


def _plain(state: str) -> str:
    return state.replace("_", " ")

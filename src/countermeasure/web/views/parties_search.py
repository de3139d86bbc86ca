"""Is this name on a list, and what does a list say of a party: answers for pages, JSON and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.describe import window_words
from countermeasure.book.model import DAY, Reading
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.screening import (
    HIT_COLUMNS,
    RESULTS,
    Screened,
    hit_records,
    list_records,
    query_of,
    screened_json,
)
from countermeasure.parties.model import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Provision
    from countermeasure.parties.model import Hit, ListedParty, PartyList
    from countermeasure.parties.search import PartyIndex

    Indexed = Callable[[tuple[PartyList, ...]], PartyIndex]

__all__ = [
    "EntryAnswer", "Question", "SearchAnswer", "answer_entry", "answer_search", "dated", "hits_sheet", "lists_of",
    "lists_sheet",
]  # fmt: skip

MOST_HITS = 50


@dataclass(frozen=True, slots=True)
class Question:
    """A name that is looked for.

    Attributes:
        name: In any script.
        country: Code or name, or empty.
        address: Text, or empty.
        number: A number that identifies it, as ``IMO=9187629``, or empty.
        born: Birth date of a person, or empty.
        kind: Kind of party, or empty.
        lists: Codes of lists; empty for all.
        on: Epoch day on which entries must be listed, or ``None``.
        least: Hits below this score are left out, 0 to 1.
    """

    name: str
    country: str = ""
    address: str = ""
    number: str = ""
    born: str = ""
    kind: str = ""
    lists: tuple[str, ...] = ()
    on: int | None = None
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was found for a name.

    Attributes:
        question: What was asked.
        found: The hits that are shown.
        lists: What was searched.
        below: Hits left out for their score.
    """

    question: Question
    found: Screened
    lists: tuple[PartyList, ...]
    below: int

    @property
    def said(self) -> str:
        """The answer in a sentence; a name that is not found is never called cleared."""
        query = self.found.query
        head = f"{query.name}{f' ({query.country})' if query.country else ''}"
        if self.found.result == "not_found":
            left = f" {self.below} with a lower score are left out." if self.below else ""
            return f"{head}: not found in {dated(self.lists)}. That is not the same as cleared.{left}"
        count = "1 entry" if len(self.found.hits) == 1 else f"{len(self.found.hits)} entries"
        left = f"; {self.below} with a lower score left out" if self.below else ""
        return f"{head}: {RESULTS[self.found.result]}. {count} in {dated(self.lists)}{left}."

    @property
    def partial(self) -> list[str]:
        """Codes of the lists of which only a part is held."""
        return [one.code for one in self.lists if not one.complete]

    def sheets(self) -> tuple[Sheet, ...]:
        """Hits, then the lists."""
        return (hits_sheet([self.found], self.lists), lists_sheet(self.lists))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return screened_json(self.found) | {
            "answer": self.said,
            "on": None if self.question.on is None else format_day(self.question.on),
            "least_score": self.question.least,
            "left_out_below": self.below,
            "lists": list_records(self.lists),
        }


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """An entry of a list.

    Attributes:
        party: The entry.
        held: Its list.
        on: The day asked about.
        provision: Id of the provision that gives the listing its effect, where there is one.
        spells: Reading, from, until, state of that provision.
        states: State on the day by reading; empty where no provision is behind the entry.
        others: Entries of any list that may be the same party, with their score.
    """

    party: ListedParty
    held: PartyList
    on: int
    provision: str
    spells: tuple[tuple[str, str, str, str], ...]
    states: dict[str, str]
    others: tuple[Hit, ...]

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        party, day = self.party, format_day(self.on)
        if not party.listed_on(self.on):
            state = f"not listed on {day}, by the days the list gives"
        elif party.start is None:
            state = f"listed; the list as held does not say since when, so that {day} is taken to be within"
        else:
            state = f"listed on {day}, since {format_day(party.start)}"
        if not self.states:
            return f"{party.name}: {state} ({self.held.title})."
        text, announced = (self.states[r.value].replace("_", " ") for r in Reading)
        same = f"the listing is {text} under both readings"
        both = f"the listing is {text} by the law as published and {announced} where statements are honoured"
        return f"{party.name}: {state} ({self.held.title}); {same if text == announced else both}."

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the list says, in the order of reading."""
        party = self.party
        rows = [
            ("list", f"{self.held.code}, {self.held.title}"),
            ("other names", "; ".join(party.aliases)),
            ("weak names", "; ".join(party.weak_aliases)),
            ("kind", str(party.kind)),
            ("countries", ", ".join(party.countries)),
            ("addresses", "; ".join(party.addresses)),
            ("numbers", "; ".join(f"{kind} {number}" for kind, number in party.identifiers)),
            ("birth dates", "; ".join(party.birth_dates)),
            ("programmes", "; ".join(party.programmes)),
            ("license requirement", party.requirement),
            ("license review", party.review),
            ("footnotes", ", ".join(party.footnotes)),
            ("citation", party.citation),
            ("listed from", "" if party.start is None else format_day(party.start)),
            ("listed until", "" if party.end is None else format_day(party.end)),
            ("confidence", party.confidence),
            ("note", party.note),
        ]
        return [(name, value) for name, value in rows if value]

    def sheets(self) -> tuple[Sheet, ...]:
        """Spells of the listing; the entry itself where there are none."""
        entry = Sheet("entry", f"{self.party.name}, {self.held.code}", ("what", "value"), tuple(self.facts))
        columns = ("reading", "from", "until", "state")
        spells = Sheet("listing", f"States of the listing by {self.provision}", columns, self.spells)
        return (spells, entry) if self.spells else (entry,)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        hit = Screened(0, Query(self.party.name), ())
        found = {"query": screened_json(hit)["query"]["name"], "answer": self.said, "id": self.party.id}
        return found | {
            "on": format_day(self.on),
            "list": list_records([self.held])[0],
            "entry": {name.replace(" ", "_"): value for name, value in self.facts},
            "provision": self.provision or None,
            "states": self.states,
            "spells": self.sheets()[0].records() if self.spells else [],
            "others": [{"id": h.party.id, "name": h.party.name, "list": h.party.list, "score": h.score} for h in self.others],
        }


def answer_search(question: Question, held: tuple[PartyList, ...], indexed: Indexed) -> SearchAnswer:
    """Look a name up.

    Args:
        question: The name and what is known beside it.
        held: The lists that are there.
        indexed: Gives the index over some lists.

    Raises:
        CodeError: If a part of the question cannot be read.
        InputError: If the least score is not one.
        NotFoundError: If a list is not there.
    """
    if not 0.0 <= question.least <= 1.0:
        raise InputError("the least score is not between 0 and 1", where="score", code="bad_score", cure="Write 0.6.")
    query = query_of(
        question.name,
        country_text=question.country,
        address=question.address,
        identifiers=(question.number,),
        born=question.born,
        kind=question.kind,
    )
    lists = lists_of(held, question.lists)
    hits = indexed(lists).search([query], limit=MOST_HITS, on=question.on)[0]
    kept = tuple(hit for hit in hits if hit.score >= question.least)
    return SearchAnswer(question, Screened(0, query, kept), lists, len(hits) - len(kept))


def answer_entry(book: Book, held: tuple[PartyList, ...], index: PartyIndex, name: str, on: int) -> EntryAnswer:
    """An entry of a list, with the provision that gives it effect.

    Raises:
        NotFoundError: If no list that is held has it.
    """
    found = next(((p, one) for one in held for p in one.parties if p.id == name), None)
    if found is None:
        raise NotFoundError(
            f"no list that is held has an entry {name!r}",
            code="unknown_entry",
            cure="Search for the name; ids change where a list names the party anew.",
        )
    party, one = found
    lives = {reading: book.replayed(None, reading).provisions.get(party.by) for reading in Reading} if party.by else {}
    known = {reading: p for reading, p in lives.items() if p is not None}
    spells = tuple(row for reading, p in known.items() for row in _spells(reading, p))
    states = {reading.value: known[reading].state(on * DAY).value for reading in known} if len(known) == len(Reading) else {}
    others = tuple(
        h for h in index.search([Query(party.name, next(iter(party.countries), ""))], limit=12)[0] if h.party.id != name
    )
    return EntryAnswer(party, one, on, party.by if known else "", spells, states, others)


def lists_of(held: tuple[PartyList, ...], codes: Sequence[str]) -> tuple[PartyList, ...]:
    """The lists of some codes; all where none is named.

    Raises:
        NotFoundError: If one is not there.
    """
    there = {one.code for one in held}
    absent = [code for code in codes if code not in there]
    if absent:
        raise NotFoundError(
            f"there is no list {absent[0]!r}", code="unknown_list", cure=f"There are {', '.join(sorted(there))}."
        )
    return tuple(one for one in held if not codes or one.code in codes)


def dated(lists: Sequence[PartyList]) -> str:
    """``9 lists dated 2025-01-02 to 2026-07-31, 5 of them held in part``."""
    days = sorted(one.as_of for one in lists if one.as_of is not None)
    span = "" if not days else f" dated {format_day(days[0])}" + (f" to {format_day(days[-1])}" if days[0] != days[-1] else "")
    undated = len(lists) - len(days)
    part = sum(not one.complete for one in lists)
    told = [f"{undated} undated"] if undated and days else []
    told += [f"{part} of them held in part"] if part else []
    count = "1 list" if len(lists) == 1 else f"{len(lists)} lists"
    return f"{count}{span}{', ' if told else ''}{', '.join(told)}"


def lists_sheet(lists: Sequence[PartyList]) -> Sheet:
    """What was searched."""
    columns = ("list", "title", "as_of", "entries", "complete", "coverage", "source")
    rows = tuple(tuple(record[c] for c in columns) for record in list_records(lists))
    return Sheet("lists", "Lists that were searched", columns, rows)


def hits_sheet(found: Sequence[Screened], lists: Sequence[PartyList]) -> Sheet:
    """One row for each hit, or one that says that nothing was found."""
    rows = tuple(tuple(record[c] for c in HIT_COLUMNS) for record in hit_records(found, lists))
    return Sheet("hits", "Entries that may be the parties asked for", HIT_COLUMNS, rows)


def _spells(reading: Reading, provision: Provision) -> list[tuple[str, str, str, str]]:
    rows = []
    for spell in provision.spells:
        if spell.body is not None:
            start, end = window_words(spell.start, spell.end)
            rows.append((reading.value, start, end or "open", spell.state.value))
    return rows

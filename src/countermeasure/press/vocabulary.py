"""The small tables of the field: names of measures, words for acts and moods, meetings, words for countries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.tables import read_table, text_at
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError
from countermeasure.press.model import ACTS, OFS
from countermeasure.press.tokens import Phrases

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.book.tables import Row, Table

__all__ = ["Gathering", "Named", "Vocabulary", "read_vocabulary", "vocabulary"]

MEASURE_COLUMNS = ("key", "issuer", "what", "words", "provisions", "total", "source", "confidence")
WORD_COLUMNS = ("kind", "value", "how", "words", "source", "confidence")
TALKS_COLUMNS = ("key", "words", "needs", "events", "since", "source", "confidence")
PLACE_COLUMNS = ("code", "words", "source", "confidence")
_WHATS = ("duty", "relief", "control", "fee", "pause")
_MOODS = ("not", "would", "threat", "asked")
_SPANS = ("day", "month", "year")
_RATES = (*OFS[:1], *OFS[2:], "field")
_UNIONS = ("EU", "-")


@dataclass(frozen=True, slots=True)
class Named:
    """A measure as the press names it.

    Attributes:
        key: Its word.
        issuer: Country code, or empty where both sides have one.
        what: ``duty``, ``relief``, ``control``, ``fee`` or ``pause``.
        patterns: Provisions of the book; empty where it holds none.
        total: Whether its rate is the sum of its groups.
        source: Where the name is from.
        confidence: A letter.
    """

    key: str
    issuer: str
    what: str
    patterns: tuple[str, ...]
    total: bool
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting: words that must stand beside its name (any of them), rows of the record, first day."""

    key: str
    needs: tuple[str, ...]
    events: tuple[str, ...]
    since: int


@dataclass(frozen=True)
class Vocabulary:
    """The tables as phrases.

    Attributes:
        measures: To ``Named``.
        named: Measures by key.
        acts: To act and where its measure stands.
        moods: To moods.
        rates: To what a rate is of.
        spans: Words for lengths of time, to ``day``, ``month``, ``year``.
        talks: To gatherings.
        places: To country codes; a dash names no place.
        stops: Folded words that name no party.
    """

    measures: Phrases[Named]
    named: dict[str, Named]
    acts: Phrases[tuple[str, str]]
    moods: Phrases[str]
    rates: Phrases[str]
    spans: dict[str, str]
    talks: Phrases[Gathering]
    places: Phrases[str]
    stops: frozenset[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The shipped tables."""
    return read_vocabulary(shipped_data() / "press")


def read_vocabulary(folder: Path) -> Vocabulary:
    """Read the four tables of a folder.

    Raises:
        NotFoundError: If one is not there.
        InputError: With every fault of all of them, each with its line.
    """
    faults: list[str] = []
    shapes = {"measures": MEASURE_COLUMNS, "words": WORD_COLUMNS, "talks": TALKS_COLUMNS, "places": PLACE_COLUMNS}
    tables = {
        name: read_table(text_at(folder / f"{name}.csv"), f"{name}.csv", columns, faults=faults)
        for name, columns in shapes.items()
    }
    for table in tables.values():
        for row in table.rows:
            table.letter(row)
    named = [_named(tables["measures"], row) for row in tables["measures"].rows]
    tables["measures"].once(("key",))
    measures: Phrases[Named] = Phrases()
    for one, row in zip(named, tables["measures"].rows, strict=True):
        for words in _split(tables["measures"], row):
            measures.add(words, one)
    acts, moods, rates, spans, stops = _words(tables["words"])
    talks: Phrases[Gathering] = Phrases()
    for row in tables["talks"].rows:
        gathering = _gathering(tables["talks"], row)
        for words in _split(tables["talks"], row):
            talks.add(words, gathering)
    places: Phrases[str] = Phrases(cased=True)
    for row in tables["places"].rows:
        tables["places"].one_of(row, "code", (*ORIGINS, *_UNIONS), "country")
        for words in _split(tables["places"], row):
            places.add(words, row["code"])
    tables["measures"].refuse("the vocabulary of the press")
    return Vocabulary(measures, {one.key: one for one in named}, acts, moods, rates, spans, talks, places, stops)


def _split(table: Table, row: Row) -> list[str]:
    words = [one.strip() for one in row["words"].split("|") if one.strip()]
    if not words:
        table.fault(row, "words is empty; write one at least, several parted by a bar")
    return words


def _named(table: Table, row: Row) -> Named:
    if row["issuer"]:
        table.one_of(row, "issuer", ("US", "CN"))
    table.one_of(row, "what", _WHATS)
    if row["total"]:
        table.one_of(row, "total", ("sum",))
    patterns = tuple(one.strip() for one in row["provisions"].split(";") if one.strip())
    return Named(row["key"], row["issuer"], row["what"], patterns, row["total"] == "sum", row["source"], row["confidence"])


def _words(
    table: Table,
) -> tuple[Phrases[tuple[str, str]], Phrases[str], Phrases[str], dict[str, str], frozenset[str]]:
    acts: Phrases[tuple[str, str]] = Phrases()
    moods: Phrases[str] = Phrases()
    rates: Phrases[str] = Phrases()
    spans: dict[str, str] = {}
    stops: set[str] = set()
    known = {"act": ACTS, "mood": _MOODS, "rate": _RATES, "span": _SPANS, "stop": ("party",)}
    for row in table.rows:
        kind = table.one_of(row, "kind", tuple(known))
        if kind not in known:
            continue
        value = table.one_of(row, "value", known[kind])
        if kind == "act":
            table.one_of(row, "how", ("after", "before"))
        for words in _split(table, row):
            if kind == "act":
                acts.add(words, (value, row["how"]))
            elif kind == "mood":
                moods.add(words, value)
            elif kind == "rate":
                rates.add(words, value)
            elif kind == "span":
                spans[words] = value
            else:
                stops.add(words.casefold())
    return acts, moods, rates, spans, frozenset(stops)


def _gathering(table: Table, row: Row) -> Gathering:
    try:
        since = parse_day(row["since"])
    except CodeError as error:
        table.fault(row, f"since: {error}")
        since = 0
    needs = tuple(one.strip() for one in row["needs"].split("|") if one.strip())
    return Gathering(row["key"], needs, tuple(filter(None, row["events"].split(";"))), since)

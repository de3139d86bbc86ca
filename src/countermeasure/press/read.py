"""From a text to an account of it: sentences, what is in them, claims, and how these stand to the book."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day, to_date
from countermeasure.errors import InputError
from countermeasure.parties.lists import shipped_lists
from countermeasure.press.claims import claims_in
from countermeasure.press.compare import Ledger, check_claim
from countermeasure.press.days import day_of, days_in
from countermeasure.press.events import best_of, events_in
from countermeasure.press.goods import goods_in
from countermeasure.press.heads import head_day
from countermeasure.press.measures import gazetteer, measures_in
from countermeasure.press.model import Account, Found
from countermeasure.press.parties import parties_in, party_phrases
from countermeasure.press.places import places_in
from countermeasure.press.rates import rates_in
from countermeasure.press.sentences import sentences
from countermeasure.press.talks import talks_in
from countermeasure.press.tokens import words_of
from countermeasure.press.vocabulary import vocabulary
from countermeasure.talks.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.parties.model import PartyList
    from countermeasure.press.heads import HeadDay
    from countermeasure.press.measures import Gazetteer
    from countermeasure.press.model import Claim, Sentence
    from countermeasure.press.parties import Party
    from countermeasure.press.tokens import Phrases, Token
    from countermeasure.press.vocabulary import Vocabulary
    from countermeasure.talks.timeline import Timeline

__all__ = ["MOST", "Sources", "read_text", "sources_of"]

MOST = 200_000
"""Characters of a text that is read."""
_SPOKEN = 2
"""Names of measures from which on a whole text counts as one on trade."""
_BACK = 3
"""Sentences over which a number without a noun may still be of the duty spoken of before."""


@dataclass(frozen=True)
class Sources:
    """What a text is held against; made once, used for many texts.

    Attributes:
        book: The book.
        names: All names of measures.
        words: The vocabulary.
        parties: Names of listed parties.
        record: Dated moves.
    """

    book: Book
    names: Gazetteer
    words: Vocabulary
    parties: Phrases[Party]
    record: Timeline


def sources_of(book: Book, lists: Sequence[PartyList] | None = None, record: Timeline | None = None) -> Sources:
    """Gather the names of a book, of lists of parties and of the record of moves.

    Args:
        book: The book.
        lists: Lists of parties; the shipped ones if absent.
        record: Record of moves; the shipped one if absent.
    """
    if lists is None and record is None:
        if book.hash not in _KEPT:
            _KEPT[book.hash] = _gathered(book, None, None)
        return _KEPT[book.hash]
    return _gathered(book, lists, record)


_KEPT: dict[str, Sources] = {}
"""Sources of books that were asked for before, by the hash of the book."""


def _gathered(book: Book, lists: Sequence[PartyList] | None, record: Timeline | None) -> Sources:
    words = vocabulary()
    parties = party_phrases(shipped_lists() if lists is None else lists, words.stops)
    return Sources(book, gazetteer(book, words), words, parties, timeline() if record is None else record)


def read_text(
    text: str, sources: Sources, *, name: str = "text", dated: int | None = None, known_on: int | None = None
) -> Account:
    """Read a text.

    Args:
        text: Plain text.
        sources: What it is held against.
        name: For messages and files.
        dated: Epoch day of the text; a day with its year at its head, or in its dateline, if absent.
        known_on: Only what was published by this day counts; ``None`` for all.

    Returns:
        The account; nothing in it is written into the book.

    Raises:
        InputError: If the text is empty or too long.
    """
    if not text.strip():
        raise InputError("there is no text", code="empty_text", where=name, cure="Give a text with at least one sentence.")
    if len(text) > MOST:
        raise InputError(
            f"the text has {len(text):,} characters, more than {MOST:,}",
            code="long_text",
            where=name,
            cure="Cut it to the part that speaks of measures.",
        )
    head = head_day(text) if dated is None else None
    day = dated if dated is not None else None if head is None else head.day
    parts = sentences(text)
    found: list[Found] = []
    claims: list[Claim] = []
    state = _Before()
    whole = len(sources.words.measures.find(words_of(text))) >= _SPOKEN
    for sentence in parts:
        tokens = words_of(sentence.text)
        own = _found_in(sentence, tokens, sources, day, state, whole=whole)
        said = claims_in(sentence, tokens, own, sources.names, state.day)
        own += events_in(sentence, own, said, sources.record, day)
        found += own
        claims += said
        state = state.after(own, tokens, sources)
    found = best_of(found)
    ledger = Ledger.of(sources.book, known_on, sources.record.observed_until)
    main = _main_place(found)
    checks = tuple(check_claim(one, ledger, day, main) for one in claims)
    return Account(
        name,
        day,
        "given" if dated is not None else "" if head is None else head.how,
        known_on,
        parts,
        tuple(found),
        tuple(claims),
        checks,
        _unknown(found, sources),
        _notes(day, head, found, sources),
        (
            ("text", hashlib.sha256(text.encode()).hexdigest()[:16]),
            ("book", sources.book.hash[:16]),
            ("version", sources.book.version),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What the sentences before spoke of.

    Attributes:
        field: Sentences since trade was spoken of.
        duty: Sentences since a rate of duty stood.
        announced: Whether announcements were spoken of.
        day: Day named last.
    """

    field: int = _BACK + 1
    duty: int = _BACK + 1
    announced: bool = False
    day: int | None = None

    def after(self, found: Sequence[Found], tokens: Sequence[Token], sources: Sources) -> _Before:
        duty = any(one.kind == "rate" and one.role in ("duty", "points") for one in found)
        field = _in_field(found, tokens, sources)
        announced = self.announced or any(one.value.startswith(("cn-mofcom", "cn-tc")) for one in found)
        told = [day for one in found if one.kind == "day" and one.role in ("on", "from") and (day := day_of(one)) is not None]
        day = told[-1] if told else self.day
        return _Before(0 if field else self.field + 1, 0 if duty else self.duty + 1, announced, day)


def _in_field(found: Sequence[Found], tokens: Sequence[Token], sources: Sources) -> bool:
    if any(one.kind == "measure" for one in found):
        return True
    return any(match.value == "field" for match in sources.words.rates.find(tokens))


def _found_in(
    sentence: Sentence, tokens: Sequence[Token], sources: Sources, day: int | None, before: _Before, *, whole: bool
) -> list[Found]:
    """Everything in a sentence but claims and moves of the record."""
    year = None if day is None else to_date(day).year
    measures = measures_in(sentence, tokens, sources.names, year, context=before.announced)
    parties = parties_in(sentence, tokens, sources.parties)
    taken = [(one.start, one.end) for one in parties]
    field = _in_field(measures, tokens, sources) or before.field < _BACK or whole
    numbered = [(m.start, m.end) for m in measures if m.value != "points-24" and any(c in m.words for c in "%0123456789")]
    rates = rates_in(sentence, tokens, sources.words, numbered, in_field=field, carried=before.duty < _BACK)
    found = [*measures, *rates, *days_in(sentence, day), *parties]
    found += places_in(sentence, tokens, sources.words, taken)
    found += goods_in(sentence, sources.book)
    found += talks_in(sentence, tokens, sources.words, day)
    return sorted(found, key=lambda one: (one.start, one.kind))


def _main_place(found: Sequence[Found]) -> str:
    """The country besides the United States that the text names most."""
    counts: dict[str, int] = {}
    for one in found:
        if one.kind == "place" and one.value != "US":
            counts[one.value] = counts.get(one.value, 0) + 1
    return max(counts, key=lambda place: counts[place]) if counts else ""


def _unknown(found: Sequence[Found], sources: Sources) -> tuple[tuple[str, str], ...]:
    """Measures that the text names and the book does not hold."""
    told: dict[tuple[str, str], None] = {}
    for one in found:
        if one.kind != "measure":
            continue
        named = sources.names.named(one.value)
        if not one.value or one.note:
            told[one.words, one.note or "the book has no instrument of this number"] = None
        elif named is not None and not named.patterns:
            told[one.words, f"the book has no provision for it ({named.source})"] = None
    return tuple(told)


def _notes(day: int | None, head: HeadDay | None, found: Sequence[Found], sources: Sources) -> tuple[str, ...]:
    notes = []
    if day is None:
        notes.append("The day of the text is not known: days without a year and words as Friday stay open; give --dated.")
    elif head is not None:
        where = "its dateline" if head.how == "dateline" else "a line at its head"
        notes.append(
            f"The day of the text, {format_day(head.day)}, was taken from {where} ({head.words}); --dated sets another."
        )
    if day is not None and day > sources.record.observed_until:
        notes.append("The text is later than the record of the book: what it tells may be true and unknown here.")
    if any(one.kind == "party" for one in found):
        notes.append("Parties are looked up by whole names on the shipped lists alone; use screen to be sure.")
    return tuple(notes)

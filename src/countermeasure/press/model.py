"""What a text says, in plain values: sentences, what was found in them, claims, and how they stand to the book."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ACTS", "KINDS", "MOODS", "OFS", "ROLES", "VERDICTS", "Account", "Check", "Claim", "Draft", "Found", "Sentence"]

KINDS = ("measure", "rate", "day", "place", "party", "talks", "goods", "event")
"""What is looked for in a sentence."""
ACTS = ("impose", "raise", "cut", "suspend", "resume", "extend", "end", "strike_down", "list", "delist", "state")
"""What a claim says is done to a measure; ``state`` says how it stands."""
MOODS = ("said", "not", "would", "threat", "asked")
"""How a claim is made: asserted, denied, supposed or planned, threatened, asked for."""
ROLES = ("on", "from", "until", "by", "for", "month")
"""What a day does in a sentence. ``until`` is the last day as the text names it; ``for`` is a length of time."""
OFS = ("duty", "points", "ownership", "content", "other")
"""What a rate is of."""
VERDICTS = ("agrees", "disagrees", "not_in_book", "cannot_tell")
"""How a claim stands to the book."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its place.

    Attributes:
        place: Its number, from 0.
        start: Offset of its first character in the text.
        text: Its words, as they stand, line ends as spaces.
    """

    place: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """Something found in a sentence.

    Attributes:
        kind: One of ``KINDS``.
        sentence: Number of the sentence.
        start: Offset in the sentence.
        end: Offset after it.
        words: As they stand in the text.
        value: What it means: key of a measure, fraction of a rate, ISO day, country code, list of a party, key of talks.
        role: Of a day one of ``ROLES``, of a rate one of ``OFS``; else empty.
        links: Ids in the book or the record: provisions, instruments, rows.
        note: What a reader should know of it, as that a year was inferred.
    """

    kind: str
    sentence: int
    start: int
    end: int
    words: str
    value: str
    role: str = ""
    links: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says is done to a measure.

    Attributes:
        sentence: Number of the sentence.
        act: One of ``ACTS``.
        mood: One of ``MOODS``.
        measure: Key of the measure, as in ``Found.value``.
        issuer: Country whose measure it is, or empty.
        patterns: Provisions meant, as patterns or groups of alternatives.
        links: Instruments named in it.
        rate: Fraction that it gives, or ``None``.
        points: Percentage points that it gives, or ``None``.
        on: Epoch days that it names without a role.
        start: Epoch day from which it holds, or ``None``.
        until: Last epoch day as named, or ``None``.
        places: Country codes in the sentence.
        actor: Country that acts, where the sentence says so.
        words: The sentence.
        average: Whether it speaks of an average.
    """

    sentence: int
    act: str
    mood: str
    measure: str
    issuer: str = ""
    patterns: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    rate: float | None = None
    points: float | None = None
    on: tuple[int, ...] = ()
    start: int | None = None
    until: int | None = None
    places: tuple[str, ...] = ()
    actor: str = ""
    words: str = ""
    average: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """How a claim stands to the book.

    Attributes:
        claim: The claim.
        verdict: One of ``VERDICTS``.
        how: On what they differ: ``rate``, ``from``, ``until``, ``state``; empty where they do not.
        words: In a sentence, with what the book says.
        provisions: Those looked at, the most telling first.
        citations: Of the instruments behind the book's side.
        reading: ``announced`` where the claim holds only if statements are honoured; else empty.
    """

    claim: Claim
    verdict: str
    how: tuple[str, ...] = ()
    words: str = ""
    provisions: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file for the user to edit.

    Attributes:
        name: File name.
        what: ``instrument`` or ``scenario``.
        text: Content.
        open: What is left to fill in, in words.
        faults: What a reader of the form says of it as it stands; empty where it is valid.
        acts: Of an instrument: how many of its acts do something as it stands.
    """

    name: str
    what: str
    text: str
    open: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    acts: int = 0


@dataclass(frozen=True)
class Account:
    """What a text says, and how that stands to the book.

    Attributes:
        name: Of the text.
        dated: Epoch day of the text, or ``None`` where nobody says.
        dated_by: ``given``, ``text`` (a day in a line at its head), ``dateline`` or empty.
        known_on: Only what was published by this day counts; ``None`` for all.
        sentences: All.
        found: All that was found, in the order of the text.
        claims: In the order of the text.
        checks: One for each claim.
        unknown: What the text names and the book does not hold: words and reason.
        notes: What else a reader should know.
        stamp: Names and values that let it be repeated.
        drafts: Files for the user to edit.
    """

    name: str
    dated: int | None
    dated_by: str
    known_on: int | None
    sentences: tuple[Sentence, ...]
    found: tuple[Found, ...]
    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    unknown: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    stamp: tuple[tuple[str, str], ...] = ()
    drafts: tuple[Draft, ...] = field(default_factory=tuple)

    def counts(self) -> Mapping[str, int]:
        """How many were found of each kind."""
        return {kind: sum(one.kind == kind for one in self.found) for kind in KINDS}

    def of(self, verdict: str) -> tuple[Check, ...]:
        """Checks with a verdict."""
        return tuple(one for one in self.checks if one.verdict == verdict)

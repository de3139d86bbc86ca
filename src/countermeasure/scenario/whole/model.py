"""A scenario over all engines as read, what a run brings with it, and what it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import from_date, to_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from countermeasure.book.load import Book
    from countermeasure.book.model import Reading
    from countermeasure.codes.sheet import Sheet
    from countermeasure.duty.line import Line
    from countermeasure.licensing.transaction import Transaction
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex

__all__ = ["PARTS", "Inputs", "Outcome", "Part", "Scenario"]

PARTS = ("law", "duty", "license", "supply", "trade", "talks")
"""Parts of an outcome, in the order of reading."""


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says, its parents' words merged into it.

    Attributes:
        id: Its word.
        title: In a line.
        intent: What it is for, a sentence.
        expect: What a reader should see in it, in words written beforehand; may be empty.
        sources: Citations: ``cite``, and ``url`` where there is one.
        inherits: Ids of its parents, the nearest first.
        on: Epoch day whose law is meant.
        before: Epoch day it is compared with; the same day without the scenario's own instruments where ``None``.
        known_on: Only instruments published by this day count.
        readings: Readings of the book; the first is the one that the engines of flows take.
        book: The book with the scenario's own instruments.
        instruments: Ids of its own instruments.
        supply: Keys of a supply scenario (``scenario`` names one that they are laid upon), or ``None`` for no such part.
        trade: Keys of a trade scenario, or ``None``.
        talks: ``model`` and further keys, or ``None``.
        draws: Sets of parameters of the chain.
        seed: Seed.
        path: The file.
        base: The book without the scenario's own instruments; ``book`` itself where it has none.
    """

    id: str
    title: str
    intent: str
    expect: str
    sources: tuple[Mapping[str, str], ...]
    inherits: tuple[str, ...]
    on: int
    before: int | None
    known_on: int | None
    readings: tuple[Reading, ...]
    book: Book
    instruments: tuple[str, ...]
    supply: Mapping[str, Any] | None
    trade: Mapping[str, Any] | None
    talks: Mapping[str, Any] | None
    draws: int
    seed: int
    path: Path
    base: Book | None = None

    @property
    def without(self) -> Book:
        """The book without the scenario's own instruments."""
        return self.base or self.book

    @property
    def compared(self) -> int:
        """Epoch day of comparison: ``before``; else the same day where the scenario has instruments; else a year earlier."""
        if self.before is not None:
            return self.before
        return self.on if self.instruments else year_before(self.on)


def year_before(day: int) -> int:
    """The same day a year earlier; 28 February for 29 February."""
    date = to_date(day)
    last = date.replace(year=date.year - 1, day=min(date.day, 28)) if date.month == 2 else date.replace(year=date.year - 1)
    return from_date(last)


@dataclass(frozen=True)
class Inputs:
    """What the asker brings to a run, beside the scenario.

    Attributes:
        lines: Lines whose duty is asked, with their ids; the scenario's own day is put in.
        transactions: Transactions whose license is asked.
        parties: Index of the lists that parties are looked up on, and the lists; ``None`` for no screening.
        executor: For draws and for points of a sweep.
        progress: Called with the part, how far it is, and of how many.
        cache: Folder of parts that are done; ``None`` to keep none.
    """

    lines: tuple[Line, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    parties: tuple[PartyIndex, tuple[PartyList, ...]] | None = None
    executor: Executor | None = None
    progress: Callable[[str, int, int], None] | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Part:
    """One engine's answer, plain enough to be kept in a file and read back.

    Attributes:
        name: One of ``PARTS``.
        said: The answer in a sentence or two.
        figures: Headline numbers by word, for comparing and sweeping; the unit stands at the end of the word, fractions end in
            ``_share`` or ``_change``.
        sheets: Tables.
        assumptions: What, value, confidence, source; printed before the answer.
        notes: What the answer does not say, and what could not be done.
        stamp: Names and values that let it be repeated: hashes, seed, versions of data.
    """

    name: str
    said: str
    figures: Mapping[str, float | None] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    assumptions: tuple[tuple[str, str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    stamp: tuple[tuple[str, str], ...] = ()

    def sheet(self, name: str) -> Sheet | None:
        """A table by its name."""
        return next((one for one in self.sheets if one.name == name), None)


@dataclass(frozen=True)
class Outcome:
    """A scenario that was run.

    Attributes:
        scenario: What was asked.
        parts: By name, in the order of ``PARTS``; a part that was not asked for is absent.
        kept: Names of parts that were read from the cache.
    """

    scenario: Scenario
    parts: Mapping[str, Part]
    kept: tuple[str, ...] = ()

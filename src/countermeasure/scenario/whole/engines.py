"""The engines of law on a scenario's book, and what its days of comparison are called."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.licensing.engine import LicenseEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Instrument
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex
    from countermeasure.scenario.whole.model import Inputs, Scenario

__all__ = ["before_words", "common_assumptions", "duty_engine_of", "known_words", "license_engine_of", "unheard"]


def duty_engine_of(scenario: Scenario, *, before: bool = False) -> DutyEngine:
    """The duty engine on a scenario's book, or on the book without the scenario."""
    book = scenario.without if before else scenario.book
    return _duty_engine(_Held(book), scenario.known_on, scenario.readings)


class _Held:
    """A book that is equal to another of the same hash, so that engines can be kept."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.book.hash == self.book.hash

    def __hash__(self) -> int:
        return hash(self.book.hash)


@lru_cache(maxsize=8)
def _duty_engine(held: _Held, known_on: int | None, readings: tuple[Reading, ...]) -> DutyEngine:
    return DutyEngine(book=held.book, known_on=known_on, readings=readings)


def license_engine_of(scenario: Scenario, inputs: Inputs, *, before: bool = False) -> LicenseEngine:
    """The license engine on a scenario's book, or on the book without the scenario; with the lists that the asker brings."""
    index, lists = inputs.parties or (None, ())
    held = _Held(scenario.without if before else scenario.book)
    return _license_engine(held, scenario.known_on, scenario.readings, index, lists)


@lru_cache(maxsize=4)
def _license_engine(
    held: _Held, known_on: int | None, readings: tuple[Reading, ...], index: PartyIndex | None, lists: tuple[PartyList, ...]
) -> LicenseEngine:
    return LicenseEngine(held.book, known_on, readings, index, lists)


def known_words(scenario: Scenario) -> str:
    """``known on 2025-10-20``, or ``all that the book holds``."""
    return "all that the book holds" if scenario.known_on is None else f"known on {format_day(scenario.known_on)}"


def before_words(scenario: Scenario) -> str:
    """What the scenario is compared with, in words."""
    day = format_day(scenario.compared)
    without = " without the scenario's own instruments" if scenario.instruments else ""
    return f"{day}{without}"


def common_assumptions(scenario: Scenario) -> list[tuple[str, str, str, str]]:
    """What every part rests on: days, knowledge, readings, the scenario's instruments."""
    why = (
        "the scenario names it"
        if scenario.before is not None
        else "the same day, since the scenario has instruments of its own"
        if scenario.instruments
        else "a year earlier, since the scenario names no day and has no instruments of its own"
    )
    rows = [
        ("Day whose law is meant", format_day(scenario.on), "D", f"scenario {scenario.id}"),
        ("Compared with", f"{before_words(scenario)}: {why}", "D", f"scenario {scenario.id}"),
        ("Knowledge", known_words(scenario), "D", f"scenario {scenario.id}"),
    ]
    for name in scenario.instruments:
        one = scenario.book.by_id[name]
        rows.append((f"Instrument of the scenario: {one.title}", f"{name}, {one.kind}", "U", one.citation))
    return rows


def unheard(scenario: Scenario) -> Sequence[str]:
    """Words for instruments of the scenario that its day of knowledge leaves out, or that statements of the book repeat."""
    return (*_late(scenario), *_repeated(scenario))


def _repeated(scenario: Scenario) -> Sequence[str]:
    """Under the reading ``announced`` a statement acts beside an instrument that plays it."""
    if Reading.ANNOUNCED not in scenario.readings:
        return ()
    own = [scenario.book.by_id[name] for name in scenario.instruments]
    said = [one for one in scenario.without.instruments if one.kind == "statement"]
    return tuple(
        f"Under the reading announced {one.id} and the statement {other.id} of the same day both act: if they are the same "
        "threat, it counts twice; take the reading text."
        for one in own
        for other in said
        if (one.issuer, one.published_on) == (other.issuer, other.published_on) and _roles(one) & _roles(other)
    )


def _roles(instrument: Instrument) -> set[str]:
    """What an instrument imposes: duties, controls."""
    return {str(act.changes.get("role", "duty")) for act in instrument.acts if act.kind == "impose"}


def _late(scenario: Scenario) -> Sequence[str]:
    if scenario.known_on is None:
        return ()
    late = [one for one in map(scenario.book.by_id.__getitem__, scenario.instruments) if one.published_on > scenario.known_on]
    return tuple(
        f"{one.id} does nothing: it is published on {format_day(one.published_on)}, after {format_day(scenario.known_on)}, the "
        "day of knowledge; move one of the two."
        for one in late
    )

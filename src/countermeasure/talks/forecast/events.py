"""What is counted: days of escalation by side, days of relief, weekly origins and what came after them.

Everything that a forecast at an origin uses lies before it: moves of earlier days, and outcomes of origins whose window
had closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.talks.timeline import Event, Timeline

    Days = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["ESCALATING", "FIRST", "SIDES", "STEP", "Counted", "escalations", "origins", "outcomes", "relief"]

SIDES = ("US", "CN")
"""Parties whose escalation is forecast."""
ESCALATING = ("tariff", "control", "listing", "threat")
"""Types of moves that count as escalation where their direction is 1."""
FIRST = parse_day("2024-12-01")
"""First origin."""
STEP = 7
"""Days from one origin to the next."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Days that models see, rising, each day once.

    Attributes:
        by_side: Days of escalation of each of ``SIDES``.
        relief: Days of a move of direction -1 in which the United States take part.
        until: Last day on which the record was kept up.
    """

    by_side: tuple[Days, Days]
    relief: Days
    until: int

    @staticmethod
    def of(record: Timeline) -> Counted:
        """Count a record."""
        us, cn = (escalations(record, side) for side in SIDES)
        return Counted((us, cn), relief(record), record.observed_until)

    def own(self, side: str) -> Days:
        """Days of escalation of a side.

        Raises:
            InputError: If it is none of ``SIDES``.
        """
        if side not in SIDES:
            raise InputError(f"{side!r} is no side", code="unknown_side", cure=f"Write {' or '.join(SIDES)}.")
        return self.by_side[SIDES.index(side)]

    def before(self, day: int) -> Counted:
        """What was there at the beginning of a day."""
        us, cn = (days[days < day] for days in self.by_side)
        return Counted((us, cn), self.relief[self.relief < day], min(self.until, day))


def _meets(event: Event) -> bool:
    """Whether a move is aimed at the other side: named alone or first, or among all countries."""
    return "all" in event.targets or event.targets[0] in SIDES


def _days(events: Iterable[Event]) -> Days:
    return np.unique(np.array([event.day for event in events], dtype=np.int64))


def escalations(record: Timeline, side: str) -> Days:
    """Days on which a side alone took a step up: at least one move of ``ESCALATING`` whose day is known, in force or not."""
    return _days(
        event
        for event in record
        if event.actors == (side,)
        and event.direction == 1
        and event.type in ESCALATING
        and event.status != "scheduled"
        and event.precision == "day"
        and _meets(event)
    )


def relief(record: Timeline) -> Days:
    """Days on which the United States, alone or with others, took a step down."""
    return _days(e for e in record if e.direction == -1 and e.status != "scheduled" and "US" in e.actors)


def origins(days: int, until: int, first: int = FIRST) -> Days:
    """Origins whose window has closed: every ``STEP`` days from the first while origin plus window does not pass ``until``.

    Args:
        days: Length of the window.
        until: Last day of the record, days since 1970-01-01.
        first: First origin.

    Raises:
        InputError: If there is none.
    """
    if days < 1:
        raise InputError(f"a window of {days} days is none", code="bad_window", cure="Give one day or more.")
    found = np.arange(first, until - days + 1, STEP, dtype=np.int64)
    if not len(found):
        raise InputError(
            f"no window of {days} days from {format_day(first)} on had closed by {format_day(until)}",
            code="no_record",
            cure="Ask for a later day or a shorter window.",
        )
    return found


def outcomes(happened: Days, starts: Days, days: int) -> Flags:
    """Whether anything happened in ``[start, start + days)``, (n,).

    Args:
        happened: Days, rising, (m,).
        starts: First days of windows, (n,).
        days: Length of the window.
    """
    return np.asarray(np.searchsorted(happened, starts + days) > np.searchsorted(happened, starts))

"""The statutory clock: 45 working days from acceptance, by a dated table of China's public holidays."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from countermeasure.codes.day import format_day, parse_day, to_date

STATUTORY_DAYS = 45
"""Working days from acceptance to decision (Dual-Use Items Regulations, article 17(1))."""


@dataclass(frozen=True, slots=True)
class Due:
    """Last day of a clock.

    Attributes:
        day: Epoch day.
        known_to: Last day for which holidays are known; weekends alone are counted after it.
        sure: Whether every day counted is in the table's years.
    """

    day: int
    known_to: int
    sure: bool

    def __str__(self) -> str:
        text = f"about {format_day(self.day)}"
        return text if self.sure else f"{text} (holidays are known to {format_day(self.known_to)} only)"


@lru_cache(maxsize=1)
def _table() -> tuple[frozenset[int], frozenset[int], int]:
    from countermeasure.book.load import shipped_data

    off: set[int] = set()
    worked: set[int] = set()
    lines = (shipped_data() / "licensing" / "cn_holidays.csv").read_text("utf-8").splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        days = range(parse_day(row["from"]), parse_day(row["until"]))
        (off if row["kind"] == "holiday" else worked).update(days)
    last = to_date(max(off | worked))
    return frozenset(off), frozenset(worked), parse_day(f"{last.year}-12-31")


def working(day: int) -> bool:
    """Whether a day is worked in China."""
    off, worked, _ = _table()
    return day in worked or (day not in off and to_date(day).weekday() < 5)


def due(accepted: int, days: int = STATUTORY_DAYS) -> Due:
    """Last day of a clock of working days that starts on the day after acceptance."""
    day, left = accepted, days
    while left:
        day += 1
        left -= working(day)
    known_to = _table()[2]
    return Due(day, known_to, day <= known_to)


__all__ = ["STATUTORY_DAYS", "Due", "due", "working"]

"""What differs between two days, and between the two readings on one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.diff import diff_between, diff_readings
from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.diff import Change
    from countermeasure.book.load import Book

__all__ = ["CompareAnswer", "answer_compare"]

COLUMNS = ("comparison", "provision", "heading", "name", "what", "goods", "origins")


@dataclass(frozen=True, slots=True)
class CompareAnswer:
    """Changes between two days, and between readings on the later one.

    Attributes:
        first: The one epoch day.
        second: The other.
        known_on: Day of knowledge.
        reading: Reading under which the days are compared.
        changes: What differs between the starts of the days.
        readings: What the reading ``announced`` changes on the second day.
    """

    first: int
    second: int
    known_on: int | None
    reading: Reading
    changes: tuple[Change, ...]
    readings: tuple[Change, ...]

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        first, second = format_day(self.first), format_day(self.second)
        days = f"{_count(self.changes)} between the start of {first} and the start of {second}"
        return f"{days}; on {second} the readings differ on {len(self.readings) or 'none'}."

    def sheets(self) -> tuple[Sheet, ...]:
        """One row for each change, of days first."""
        days = f"{format_day(self.first)} to {format_day(self.second)}, {self.reading.value}"
        both = f"text to announced, {format_day(self.second)}"
        rows = [_row(days, c) for c in self.changes] + [_row(both, c) for c in self.readings]
        return (Sheet("book_compare", f"What differs: {days}", COLUMNS, tuple(rows)),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "a": format_day(self.first),
            "b": format_day(self.second),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "reading": self.reading.value,
            "answer": self.said,
            "changes": [c.to_json() for c in self.changes],
            "readings_differ": [c.to_json() for c in self.readings],
        }


def answer_compare(
    book: Book,
    first: int,
    second: int,
    known_on: int | None,
    reading: Reading,
    compiled: Callable[[str, Reading], Compiled] | None = None,
) -> CompareAnswer:
    """Compare two days, and the two readings on the second.

    Args:
        book: The book.
        first: The one epoch day; its start is meant.
        second: The other.
        known_on: Only instruments published by this day count.
        reading: Reading under which the days are compared.
        compiled: Gives the compiled form for a customs territory and a reading, where the caller has it at hand.
    """
    at_hand = None if compiled is None else (lambda _book, into: compiled(into, reading))
    changes = diff_between((book, first), (book, second), known_on, reading, at_hand)
    return CompareAnswer(
        first, second, known_on, reading, tuple(changes), tuple(diff_readings(book, second, known_on, compiled))
    )


def _count(changes: Sequence[Change]) -> str:
    return "1 provision differs" if len(changes) == 1 else f"{len(changes):,} provisions differ"


def _row(comparison: str, change: Change) -> tuple[Any, ...]:
    return (
        comparison, change.provision, change.heading, change.name, "; ".join(change.what), ", ".join(change.goods),
        change.origins,
    )  # fmt: skip

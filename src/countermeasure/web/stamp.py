"""What an answer stands on, at the foot of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["READINGS", "Stamp"]

READINGS = {
    "text": "law as published",
    "announced": "statements honoured",
    "both": "law as published, and statements honoured where the two differ",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Names and values that let an answer be repeated.

    Attributes:
        book_version: Version of the package that holds the book.
        book_hash: Hash of the book.
        on: Epoch day asked about, or ``None``.
        known_on: Epoch day of knowledge, or ``None`` for all that the book holds.
        reading: ``text``, ``announced`` or ``both``.
        scenarios: Scenarios on top of the book.
        limits: What is not covered.
        changes: Next changes, epoch day and words.
        more: Further names and values: seed, draws, hash of a run.
    """

    book_version: str
    book_hash: str
    on: int | None = None
    known_on: int | None = None
    reading: str = "both"
    scenarios: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    changes: tuple[tuple[int, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> Sequence[tuple[str, str]]:
        """Names and values, for the page."""
        known = "all that the book holds" if self.known_on is None else format_day(self.known_on)
        found = [("book", f"{self.book_version} ({self.book_hash[:12]})")]
        if self.on is not None:
            found.append(("on", format_day(self.on)))
        found += [("known on", known), ("reading", READINGS.get(self.reading, self.reading))]
        if self.scenarios:
            found.append(("scenarios", ", ".join(self.scenarios)))
        return [*found, *self.more]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "book": {"version": self.book_version, "hash": self.book_hash},
            "on": None if self.on is None else format_day(self.on),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "reading": self.reading,
            "scenarios": list(self.scenarios),
            "limits": list(self.limits),
            "changes": [{"on": format_day(day), "what": words} for day, words in self.changes],
            **dict(self.more),
        }

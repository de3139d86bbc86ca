"""Every instrument of the book, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from countermeasure.book.load import Book
    from countermeasure.book.model import Instrument

__all__ = ["InstrumentsAnswer", "answer_instruments"]

COLUMNS = ("instrument", "published_on", "issuer", "kind", "citation", "title", "confidence", "acts", "not_computed")


@dataclass(frozen=True, slots=True)
class InstrumentsAnswer:
    """Instruments that were chosen, of all that are there."""

    chosen: tuple[Instrument, ...]
    total: int

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        if not self.chosen:
            return f"None of {self.total:,} instruments holds these words."
        first, last = (format_day(f(i.published_on for i in self.chosen)) for f in (min, max))
        return f"{len(self.chosen):,} of {self.total:,} instruments, published {first} to {last}."

    def sheets(self) -> tuple[Sheet, ...]:
        """One row for each."""
        rows = tuple(
            (i.id, format_day(i.published_on), i.issuer, i.kind, i.citation, i.title, i.confidence, len(i.acts),
             len(i.not_modelled))
            for i in self.chosen
        )  # fmt: skip
        return (Sheet("instruments", "Instruments of the book", COLUMNS, rows),)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"answer": self.said, "instruments": self.sheets()[0].records()}


def answer_instruments(book: Book, words: str = "", side: str = "") -> InstrumentsAnswer:
    """Instruments whose id, citation or title holds all of some words.

    Args:
        book: The book.
        words: Words; none chooses all.
        side: ``US`` or ``CN``; empty for both.
    """
    wanted = words.casefold().split()
    found = [
        one
        for one in book.instruments
        if side in ("", one.issuer) and all(w in f"{one.id} {one.citation} {one.title}".casefold() for w in wanted)
    ]
    found.sort(key=lambda i: (-i.published_on, i.id))
    return InstrumentsAnswer(tuple(found), len(book.instruments))

"""The book: instruments, their replay, and the compiled form the kernel works on."""

from countermeasure.book.load import Book
from countermeasure.book.model import Act, Body, Fact, Instrument, Programme, Provision, Reading, Spell, State

__all__ = ["Act", "Body", "Book", "Fact", "Instrument", "Programme", "Provision", "Reading", "Spell", "State"]

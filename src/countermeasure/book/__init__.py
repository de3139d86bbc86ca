"""The book: instruments, their replay, and the compiled form the kernel works on."""

from countermeasure.book.load import Book, Fact, Programme
from countermeasure.book.model import Act, Body, Instrument, Provision, Reading, Spell, State

__all__ = ["Act", "Body", "Book", "Fact", "Instrument", "Programme", "Provision", "Reading", "Spell", "State"]

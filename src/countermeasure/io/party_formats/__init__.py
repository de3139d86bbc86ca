"""Readers of official lists of parties, one module a format; each gives a :class:`Reading` and writes nothing."""

from countermeasure.io.party_formats._reading import Reading

__all__ = ["Reading"]

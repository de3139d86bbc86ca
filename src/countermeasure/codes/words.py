"""Counts in words, for every room that writes sentences."""

from __future__ import annotations

__all__ = ["plural"]


def plural(count: int, noun: str, many: str = "") -> str:
    """A count with its noun, or with the noun and its verb.

    Args:
        count: How many.
        noun: For one, as ``line`` or ``line pays``.
        many: For none or several, as ``lines pay``; the noun with an s if absent.
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {many or f'{noun}s'}"

"""A duty in words: what is held of it, what is not, and never a zero that only means that nothing is held."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from countermeasure.duty.answer import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.duty.answer import Answer

__all__ = ["NOT_HELD", "NOT_TOLD", "bare", "dollars", "lacking", "left_out", "rate_words", "usd_of", "without"]

NOT_TOLD = "not told"
NOT_HELD = "+ not held"
"""Stands behind a rate or a sum of which a part is not held."""
_OPEN = "the answer depends on "
_NO_PART = (_OPEN, "the ten-digit number is in no edition held")
"""How reasons begin that name a doubt and no part that is left out."""
_NO_DOLLARS = "its value, or a number that its duty needs, is not known"
_MOST = 6


def left_out(one: Answer) -> str:
    """What an answer leaves out beside open facts."""
    return "; ".join(words for words in one.because if not words.startswith(_OPEN))


def lacking(one: Answer) -> bool:
    """Whether a part of the duty is not held, so that rate and dollars are those of the rest."""
    return any(not words.startswith(_NO_PART) for words in one.because)


def bare(one: Answer) -> bool:
    """Whether nothing that is held adds up to more than zero while a part is not held: no duty of zero, but one not told."""
    return lacking(one) and one.rate_high == 0


def usd_of(one: Answer) -> tuple[float | None, float | None, float | None]:
    """Least, ordinary and greatest duty, USD; ``None`` where it cannot be told."""
    return (None, None, None) if bare(one) else (one.duty_usd_low, one.duty_usd, one.duty_usd_high)


def rate_words(one: Answer) -> str:
    """A rate, or its span."""
    if bare(one):
        return NOT_TOLD
    low, high = percent(one.rate_low), percent(one.rate_high)
    words = low if low == high else f"{low} to {high}"
    return f"{words} {NOT_HELD}" if lacking(one) else words


def dollars(low: float | None, usd: float | None, high: float | None, *, held: bool = True) -> str:
    """A duty in whole dollars: one figure, or the ordinary one within its span.

    Args:
        low: Least; ``None`` where it cannot be told.
        usd: Ordinary.
        high: Greatest.
        held: Whether every part of it is held.
    """
    if low is None and usd is None and high is None:
        return NOT_TOLD
    middle = usd if usd is not None or low != high else low
    words = _whole(middle) if low == high else f"{_whole(middle)} ({_whole(low)} to {_whole(high)})"
    return words if held else f"{words} {NOT_HELD}"


def _whole(usd: float | None) -> str:
    return "?" if usd is None else f"{usd:,.0f}"


def without(answers: Mapping[str, Answer]) -> str:
    """What a sum over entries is without: entries, or parts of them, with the reason; empty where it is whole.

    Args:
        answers: Answers of entries under one reading, by id.
    """
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line, one in answers.items():
        if None in usd_of(one):
            rows["", left_out(one) if bare(one) else _NO_DOLLARS].append(line)
        elif lacking(one):
            rows["a part of ", left_out(one)].append(line)
    return "; ".join(f"{part}{_ids(lines)} ({why})" for (part, why), lines in rows.items())


def _ids(lines: list[str]) -> str:
    more = f" and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
    return ", ".join(lines[:_MOST]) + more

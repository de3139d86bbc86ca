"""Cells of a transaction, each read to its type; what cannot be read says what would."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from countermeasure.codes.country import country
from countermeasure.codes.money import parse_money
from countermeasure.errors import CodeError
from countermeasure.licensing.derive import END_USES
from countermeasure.licensing.transaction import Value

if TYPE_CHECKING:
    from countermeasure.licensing.transaction import Span

_UNKNOWN = frozenset({"", "unknown", "?", "n/a", "not known"})
_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})
_RANGE = re.compile(r"\s*(?:\.\.|–|—|\bto\b)\s*")


def place(text: str) -> str | None:
    """A country; ``None`` where it is said to be unknown."""
    return None if text.casefold() in _UNKNOWN else country(text).iso2


def flag(text: str) -> bool | None:
    """Yes, no, or ``None`` for unknown."""
    word = text.strip().casefold()
    if word in _UNKNOWN:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise CodeError(f"{text!r} is not yes or no", code="bad_flag", cure="Write yes, no or unknown.")


def value(text: str, currency: str = "USD") -> Value | None:
    """An amount, or two bounds as ``100..250 CNY``; ``None`` where unknown."""
    if text.strip().casefold() in _UNKNOWN:
        return None
    ends = _RANGE.split(text.strip())
    if len(ends) > 2:
        raise CodeError(f"{text!r} is not a value or a range", code="bad_amount", cure="Write 100 USD or 100..250 USD.")
    last = parse_money(ends[-1], currency)
    first = parse_money(ends[0], last.currency)
    if first.amount < 0 or last.amount < 0:
        raise CodeError(
            f"the value {text!r} is negative", code="negative_value", cure="Write the value of the goods, 0 or more."
        )
    if first.currency != last.currency:
        raise CodeError(f"{text!r} names two currencies", code="mixed_currency", cure="Write both ends in one currency.")
    if first.amount > last.amount:
        raise CodeError(f"the range {text!r} runs backwards", code="bad_amount", cure="Write the smaller amount first.")
    return Value(first.amount, last.amount, last.currency)


def fraction(text: str) -> Fraction:
    """An exact share from ``0.35`` or ``35 %``.

    Raises:
        CodeError: If it is no number, outside 0 to 1, or a bare number above 1, whose meaning is open.
    """
    trimmed = text.strip()
    percent = trimmed.endswith("%")
    try:
        number = Decimal(trimmed.rstrip("%").strip())
    except InvalidOperation:
        raise CodeError(f"{text!r} is not a share", code="bad_share", cure="Write 0.35 or 35%.") from None
    if not number.is_finite():
        raise CodeError(f"{text!r} is not a share", code="bad_share", cure="Write 0.35 or 35%.")
    if not percent and number > 1:
        raise CodeError(
            f"{text!r} may be {number} % or a mistake", code="ambiguous_share", cure=f"Write {number}% if it is a percentage."
        )
    found = Fraction(number) / (100 if percent else 1)
    if not 0 <= found <= 1:
        raise CodeError(f"the share {text!r} is outside 0 to 100 %", code="share_outside", cure="Write a share of the whole.")
    return found


def span(text: str) -> Span:
    """A share or two bounds, as ``5%..10%``; unknown is open at both ends."""
    if text.strip().casefold() in _UNKNOWN:
        return None, None
    ends = _RANGE.split(text.strip())
    if len(ends) > 2:
        raise CodeError(f"{text!r} is not a share or a range", code="bad_share", cure="Write 35% or 5%..10%.")
    if len(ends) == 2 and ends[1].rstrip().endswith("%") and not ends[0].rstrip().endswith("%"):
        ends[0] += "%"
    low, high = fraction(ends[0]), fraction(ends[-1])
    if low > high:
        raise CodeError(f"the range {text!r} runs backwards", code="bad_share", cure="Write the smaller share first.")
    return low, high


def quantity(text: str) -> Decimal:
    """A number of pieces above 0."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        raise CodeError(f"{text!r} is not a quantity", code="bad_quantity", cure="Write a number above 0.")
    return number


def words(text: str) -> tuple[str, ...]:
    """Several words split by comma or semicolon."""
    return tuple(w.strip() for w in re.split(r"[;,|]", text) if w.strip())


def end_uses(text: str) -> tuple[str, ...]:
    """Words for end uses."""
    found = tuple(w.casefold().replace(" ", "_").replace("-", "_") for w in words(text))
    strange = [w for w in found if w not in END_USES and w not in _UNKNOWN]
    if strange:
        from difflib import get_close_matches

        near = get_close_matches(strange[0], END_USES, n=3)
        cure = (
            f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(END_USES)}; or leave it out and state facts."
        )
        raise CodeError(f"{strange[0]!r} is not an end use that is known", code="unknown_end_use", cure=cure)
    return tuple(w for w in found if w in END_USES)


__all__ = ["end_uses", "flag", "fraction", "place", "quantity", "span", "value", "words"]

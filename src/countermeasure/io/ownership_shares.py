"""Shares as people and registers write them: ``25 %``, ``25-50``, ``over 25 up to 50``, ``75-to-100-percent``, ``unknown``."""

from __future__ import annotations

import re
from decimal import Decimal

from countermeasure.errors import CodeError
from countermeasure.parties.ownership.model import Share

__all__ = ["UNITS", "in_doubt", "read_share"]

UNITS = ("percent", "fraction")
"""What a number without a sign may mean: 25 is a quarter, or 0.25 is."""

_NUMBER = r"(\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?"
_UNKNOWN = frozenset({"", "unknown", "n/a", "na", "n.a.", "?", "-", "none", "null", "nan", "not known", "undisclosed"})
_OVER = r"(?:>=|≥|at least|from|min(?:imum)?|>|over|more than|above)"
_UNDER = r"(?:<=|≤|at most|up to|max(?:imum)?|<|under|less than|below)"
_EXCLUSIVE = frozenset({">", "over", "more than", "above", "<", "under", "less than", "below"})
_PSC = re.compile(r"(?:.*?-)?(25|50|75)-to-(50|75|100)-percent(?:-.*)?$")
_PLAIN = re.compile(rf"({_OVER}|{_UNDER})?\s*{_NUMBER}\s*(%|percent|per cent|pct)?$")
_RANGE = re.compile(
    rf"(?:between\s+)?({_OVER})?\s*{_NUMBER}\s*(%|percent|pct)?\s*(?:-|–|—|to|and|,|;)?\s*({_UNDER})?\s*{_NUMBER}\s*(%|percent|pct)?$"
)
_CURE = "Write a number as 25 or 25%, a range as 25-50 or >25-50, or leave it empty where it is not known."


def read_share(text: str, unit: str = "percent") -> Share | None:
    """Read a share.

    Args:
        text: As written; a percent sign settles the unit.
        unit: What a number without a sign means: ``percent`` or ``fraction``.

    Returns:
        The share, or ``None`` where it is said not to be known.

    Raises:
        CodeError: If it cannot be read or lies outside 0 and 100 percent.

    Example:
        >>> str(read_share("over 25 up to 50"))
        'over 25 to 50 %'
    """
    plain = text.strip().casefold()
    if plain in _UNKNOWN:
        return None
    band = _PSC.match(plain)
    if band:
        # Bands of the UK register: over 25 up to 50, over 50 under 75, 75 or more.
        low, high = band[1], band[2]
        return Share.percent(low, high, over=low != "75", under=high == "75")
    one = _PLAIN.match(plain)
    if one:
        value = _percent(one[2], one[3], one[4], unit, text)
        word = one[1] or ""
        if not word:
            return Share.percent(value)
        if re.fullmatch(_UNDER, word):
            return Share.percent(Decimal(0), value, under=word in _EXCLUSIVE)
        return Share.percent(value, Decimal(100), over=word in _EXCLUSIVE)
    two = _RANGE.match(plain)
    if two is None:
        signed = plain.lstrip("(").startswith(("-", "−")) and any(c.isdigit() for c in plain)
        said = "is negative" if signed else "is not a share"
        raise CodeError(f"{text!r} {said}", code="negative_share" if signed else "bad_share", cure=_CURE)
    sign = two[4] or two[8] or ""
    low, high = _percent(two[2], two[3], sign, unit, text), _percent(two[6], two[7], sign, unit, text)
    if low > high:
        raise CodeError(f"{text!r} runs from more to less", code="bad_share", cure="Write the least share first.")
    return Share.percent(low, high, over=(two[1] or "") in _EXCLUSIVE, under=(two[5] or "") in _EXCLUSIVE)


def in_doubt(text: str) -> bool | None:
    """Whether a number may be a percentage as well as a fraction.

    Returns:
        ``True`` for a number above 0 and up to 1 without a sign, ``False`` for one above 1 without a sign, else ``None``.
    """
    one = _PLAIN.match(text.strip().casefold())
    if one is None or one[4] or one[1]:
        return None
    value = _number(one[2], one[3])
    return None if value == 0 else value <= 1


def _number(digits: str, power: str | None) -> Decimal:
    value = Decimal(digits.replace(",", "."))
    return value.scaleb(int(power)) if power else value


def _percent(digits: str, power: str | None, sign: str | None, unit: str, text: str) -> Decimal:
    value = _number(digits, power)
    if unit == "fraction" and not sign:
        value *= 100
    if value > 100:
        raise CodeError(
            f"{text!r} is above 100 percent",
            code="share_above_100",
            cure="A stake is 100 percent at most; check the decimal point, or the unit of the column.",
        )
    return value

"""Values of a brief as words: dollars, shares, days, the columns of its tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.duty.answer import percent

if TYPE_CHECKING:
    from countermeasure.codes.sheet import Sheet

__all__ = ["between", "day", "days", "is_share", "plain", "series", "share", "span", "usd", "weeks"]

_SHARE_STARTS = ("rate ", "share ", "stops ")
_SHARE_ENDS = ("_share", "_change", " share", " change")


def usd(value: float | None) -> str:
    """Whole dollars; a question mark where they cannot be told."""
    return "?" if value is None else f"{value:,.0f}"


def span(low: float | None, high: float | None) -> str:
    """Dollars from least to greatest; one figure where both are the same."""
    return usd(low) if low == high else f"{usd(low)} to {usd(high)}"


def day(value: int | None) -> str:
    """A day, or nothing."""
    return "" if value is None else format_day(value)


def between(days_: tuple[int, int] | None) -> str:
    """A day, or the first and the last of several."""
    if days_ is None:
        return ""
    first, last = days_
    return format_day(first) if first == last else f"{format_day(first)} to {format_day(last)}"


def series(lines: tuple[str, ...]) -> str:
    """Ids, those that share a stem shortened: ``T-01.1, .2, .3``."""
    found: list[str] = []
    stem = ""
    for line in lines:
        base, dot, number = line.rpartition(".")
        found.append(f".{number}" if dot and base == stem else line)
        stem = base
    return ", ".join(found)


def days(values: tuple[int | None, ...]) -> str:
    """The middle of three days and the outer ones."""
    low, middle, high = (format_day(v) if v is not None else "past the end" for v in values)
    return middle if low == high else f"{middle} ({low} to {high})"


def share(value: float) -> str:
    """A share of draws; never 0 % or 100 % of some draws unless it is none or all."""
    if 0 < value < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 < value < 1 else f"{100 * value:.0f} %"


def weeks(value: float | None, most: float = math.inf) -> str:
    """Weeks of stock."""
    return f"over {most:.0f}" if value is None else f"{value:.1f}".removesuffix(".0")


def is_share(column: str, sheet: Sheet | None = None, at: int = 0) -> bool:
    """Whether a column holds fractions that a person reads as percent."""
    name = column.lower()
    shaped = name in ("rate", "share") or name.startswith(_SHARE_STARTS) or name.endswith(_SHARE_ENDS)
    if not shaped or sheet is None:
        return shaped
    known = [row[at] for row in sheet.rows if row[at] is not None]
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)


def plain(value: object, *, fraction: bool = False) -> str:
    """A cell of a table as text."""
    if value is None:
        return ""
    if fraction and isinstance(value, int | float):
        return percent(float(f"{value:.5g}"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)

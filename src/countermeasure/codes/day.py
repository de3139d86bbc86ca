"""Days and instants, read strictly.

Inside the engine a day is a whole number: days since 1970-01-01 (an int32 is enough). Text becomes a day only
in the form ``YYYY-MM-DD``: ``"0"``, ``"20250409"``, ``"2025-W15-3"`` and Unix times are refused, because
other readers take them and mean something else.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes._columns import encode_distinct
from countermeasure.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = [
    "NO_DAY",
    "format_day",
    "format_instant",
    "from_date",
    "parse_day",
    "parse_days",
    "parse_instant",
    "to_date",
]

NO_DAY = -(2**31)
"""Marks a row without a readable day in int32 arrays."""

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::00)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def parse_day(text: str) -> int:
    """Read ``YYYY-MM-DD``.

    Args:
        text: A day; space around it is ignored.

    Returns:
        Days since 1970-01-01.

    Raises:
        CodeError: If the form is another one or the day does not exist.

    Example:
        >>> parse_day("2025-04-09")
        20187
    """
    trimmed = text.strip()
    if not _DAY.fullmatch(trimmed):
        raise CodeError(
            f"{text!r} is not a day",
            code="bad_day",
            cure="Write days as YYYY-MM-DD, for example 2025-04-09.",
        )
    try:
        return date.fromisoformat(trimmed).toordinal() - _EPOCH
    except ValueError as error:
        raise CodeError(
            f"{text!r} is not a day of the calendar ({error})",
            code="bad_day",
            cure="Write days as YYYY-MM-DD, for example 2025-04-09.",
        ) from None


def format_day(day: int) -> str:
    """Write a day as ``YYYY-MM-DD``.

    Raises:
        CodeError: If the number lies outside the years 1 to 9999.
    """
    return to_date(day).isoformat()


def to_date(day: int) -> date:
    """Turn days since 1970-01-01 into a ``datetime.date``."""
    try:
        return date.fromordinal(int(day) + _EPOCH)
    except (ValueError, OverflowError):
        raise CodeError(
            f"{day} is not a day number between the years 1 and 9999",
            code="bad_day",
            cure="Give days since 1970-01-01.",
        ) from None


def from_date(value: date) -> int:
    """Turn a ``date`` or ``datetime`` into days since 1970-01-01; the time of day is dropped."""
    return value.toordinal() - _EPOCH


def parse_instant(text: str) -> tuple[int, int]:
    """Read an instant, or a day when the source fixes no minute.

    Args:
        text: ``2025-11-10T13:01+08:00`` (offset required) or ``2025-11-10``.

    Returns:
        Day since 1970-01-01 and minute of that day, both by the clock of the place whose offset is given. A
        bare day has minute 0.

    Raises:
        CodeError: If the form is another one, the offset is missing, or the instant does not exist.

    Example:
        >>> parse_instant("2025-11-10T13:01+08:00")
        (20402, 781)
    """
    trimmed = text.strip()
    if "T" not in trimmed:
        return parse_day(trimmed), 0
    match = _INSTANT.fullmatch(trimmed)
    if match is None or int(match[2]) > 23 or int(match[3]) > 59 or not _offset_holds(match[4]):
        raise CodeError(
            f"{text!r} is not an instant",
            code="bad_instant",
            cure="Write YYYY-MM-DDTHH:MM with the offset of the place, for example 2025-11-10T13:01+08:00.",
        )
    return parse_day(match[1]), int(match[2]) * 60 + int(match[3])


def _offset_holds(offset: str) -> bool:
    return offset == "Z" or (int(offset[1:3]) <= 14 and int(offset[4:]) <= 59)


def format_instant(day: int, minute: int, offset: str = "") -> str:
    """Write an instant; minute 0 without an offset is written as the bare day."""
    if minute == 0 and not offset:
        return format_day(day)
    return f"{format_day(day)}T{minute // 60:02d}:{minute % 60:02d}{offset}"


def parse_days(
    values: Sequence[object] | npt.NDArray[np.generic],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Read a column of days; each distinct value is parsed once.

    Args:
        values: Shape (n,). Texts ``YYYY-MM-DD``, ``date`` or ``datetime`` objects, None for absent; or an
            array of text or ``datetime64``. A time of day is dropped. Few distinct values make this fast (ten
            million in about a second).

    Returns:
        Days since 1970-01-01, shape (n,), int32, with ``NO_DAY`` where nothing could be read; and the mask of
        these rows, shape (n,). Absent values are masked too; the caller knows which were absent.
    """
    if isinstance(values, np.ndarray) and np.issubdtype(values.dtype, np.datetime64):
        bad = np.isnat(values)
        whole = values.astype("datetime64[D]").astype(np.int64)
        return np.where(bad, NO_DAY, whole).astype(np.int32), bad
    days = encode_distinct(values, _day_or_mark, np.int32)
    return days, days == NO_DAY


def _day_or_mark(value: object) -> int:
    if isinstance(value, str):
        try:
            return parse_day(value)
        except CodeError:
            return NO_DAY
    return from_date(value) if isinstance(value, date) else NO_DAY

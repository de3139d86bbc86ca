"""What all readers hand to ``tables``: rows of text with their numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.io.faults import Fault

__all__ = ["RawRows", "cell_text"]


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows of a source before columns are matched.

    Attributes:
        header: Column names as written.
        header_row: Row of the header, or None where the format has none.
        rows: Row numbers of the lines that could be read, shape (n,).
        take: Gives the cells of a column by its place, shape (n,), stripped text or None.
        faults: Faults of the file and its rows.
        number_cells: By place of a column, how many cells were stored as numbers.
    """

    header: list[str | None]
    header_row: int | None
    rows: list[int]
    take: Callable[[int], list[str | None]]
    faults: list[Fault] = field(default_factory=list)
    number_cells: dict[int, int] = field(default_factory=dict)


def cell_text(value: object) -> str | None:
    """Write a cell of a typed source as text.

    Whole floats lose their point, days become YYYY-MM-DD, flags yes and no; NaN and blank text are absent.
    """
    text: str | None
    if value is None:
        text = None
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = _float_text(value)
    elif isinstance(value, datetime):
        midnight = value.timetz() == time(tzinfo=value.tzinfo)
        text = value.date().isoformat() if midnight else value.isoformat(timespec="minutes")
    else:
        text = str(value).strip()
    return text or None


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)

"""What all readers hand to ``tables``: rows of text with their numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.io.faults import Fault

__all__ = ["ERRORS", "ERROR_WORD", "Lost", "RawRows", "cell_text"]

ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA", "#EXTERNAL!",
    "#NV", "#BEZUG!", "#WERT!", "#ZAHL!",
    "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!",
    "#¡REF!", "#¡VALOR!", "#¡DIV/0!", "#¿NOMBRE?", "#¡NUM!", "#¡NULO!",
})  # fmt: skip
"""Errors as spreadsheets write them into text, in English, German, French and Spanish."""
ERROR_WORD = re.compile("#(?:" + "|".join(sorted(re.escape(word[1:]) for word in ERRORS)) + ")")
"""Found in every text that holds one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A cell of a workbook whose value is lost: it reads as blank and is not.

    Attributes:
        row: Row, from 1.
        place: Place of its column, from 0.
        text: The error, as ``#REF!``; empty for a formula whose value is not saved.
    """

    row: int
    place: int
    text: str


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
        lost: Cells whose value is lost.
        merged: Ranges of merged cells, as ``B3:B5``; only the first cell of each holds the value.
        clean: Whether it is known that no text is an error of a spreadsheet, as ``#REF!``.
    """

    header: list[str | None]
    header_row: int | None
    rows: list[int]
    take: Callable[[int], list[str | None]]
    faults: list[Fault] = field(default_factory=list)
    number_cells: dict[int, int] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    clean: bool = False


def cell_text(value: object) -> str | None:
    """Write a cell of a typed source as text.

    Whole floats lose their point, days become YYYY-MM-DD, flags yes and no; NaN and blank text are absent.
    """
    text: str | None
    if type(value) is str:
        text = value.strip()
    elif value is None:
        text = None
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = _float_text(value)
    elif isinstance(value, datetime):
        text = _time_text(value)
    else:
        text = str(value).strip()
    return text or None


@lru_cache(4096)
def _time_text(value: datetime) -> str:
    midnight = value.timetz() == time(tzinfo=value.tzinfo)
    return value.date().isoformat() if midnight else value.isoformat(timespec="minutes")


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)

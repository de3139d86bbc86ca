"""Tables of figures: CSV with a head, read column by column; every fault is told with its line.

A reader asks a :class:`Table` for numbers and words, which gathers what is wrong, and refuses once at the end. Several
tables may share one list of faults.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from countermeasure.book.lists import read_head, read_header
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["CONFIDENCE", "Row", "Table", "read_table", "refuse", "text_at", "unknown"]

CONFIDENCE = {
    "A": "primary document or data file read",
    "B": "reputable secondary text",
    "C": "weak secondary text",
    "D": "derived here, formula in the note",
    "U": "unverified or assumed",
}
"""What the letters of the column ``confidence`` mean."""

_MAX_TOLD = 50
_NEAR = 3
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells by column, and its place for messages."""

    cells: dict[str, str]
    where: str

    def __getitem__(self, column: str) -> str:
        """Text of a cell, stripped."""
        return self.cells[column]


@dataclass(slots=True)
class Table:
    """A table that is being read: head, rows, and the faults found so far.

    Attributes:
        name: For messages.
        header: Values of the head by key; empty where the head or the columns are not as they must be.
        columns: In order.
        rows: Those with a cell for each column.
        faults: Texts ``name:line: message``; the list may be that of other tables too.
        code: Machine word of the error.
    """

    name: str
    header: dict[str, str]
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    code: str = "bad_table"

    def fault(self, row: Row, message: str) -> None:
        """Keep a fault of a row."""
        self.faults.append(f"{row.where}: {message}")

    def number(
        self,
        row: Row,
        column: str,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        above: float = -math.inf,
        absent: float | None = None,
    ) -> float:
        """A number of a row; what is none is a fault and answered with nan.

        Args:
            row: The row.
            column: Its column.
            low: Least number that is accepted.
            high: Greatest number that is accepted.
            above: Bound that the number must exceed.
            absent: What an empty cell stands for; a fault if not given.
        """
        text = row[column]
        if not text and absent is not None:
            return absent
        try:
            value = float(text)
        except ValueError:
            self.fault(row, f"{column} {text!r} is not a number; write digits with a point")
            return math.nan
        if not math.isfinite(value):
            self.fault(row, f"{column} is {text}; write a finite number")
            return math.nan
        if not low <= value <= high:
            bound = f"below {low:g}" if value < low else f"above {high:g}"
            self.fault(row, f"{column} is {text}, {bound}; write a number {_between(low, high)}")
        elif not value > above:
            self.fault(row, f"{column} is {text}, not above {above:g}; write a number above {above:g}")
        return value

    def one_of(self, row: Row, column: str, known: Iterable[str], what: str = "") -> str:
        """A word of a row that must be known; near names are offered.

        Args:
            row: The row.
            column: Its column.
            known: Words that can stand there.
            what: What they are; the column if absent.
        """
        text = row[column]
        known = tuple(known)
        if text not in known:
            self.fault(row, unknown(what or column, text, known))
        return text

    def once(self, columns: Iterable[str]) -> None:
        """Check that no two rows have the same words in these columns."""
        columns = tuple(columns)
        seen: dict[tuple[str, ...], str] = {}
        for row in self.rows:
            key = tuple(row[c] for c in columns)
            if key in seen:
                line = seen[key].rpartition(":")[2]
                self.fault(row, f"{', '.join(key)} stands already in line {line}; keep one of the two")
            seen.setdefault(key, row.where)

    def in_order(self, row: Row, values: Sequence[float], columns: Sequence[str]) -> None:
        """Check that some numbers of a row do not fall."""
        if any(a > b for a, b in pairwise(values)):
            told = ", ".join(f"{c} {v:g}" for c, v in zip(columns, values, strict=True))
            self.fault(row, f"{told} are not in order; none may be below the one before it")

    def letter(self, row: Row) -> None:
        """Check source and confidence of a row."""
        if row["confidence"] not in CONFIDENCE:
            self.fault(row, f"confidence {row['confidence']!r} is unknown; write A, B, C, D or U")
        if not row["source"]:
            self.fault(row, "there is no source; every figure carries one")

    def refuse(self, what: str) -> None:
        """Raise one error with the faults, if there are any.

        Args:
            what: What the table holds, as ``the flows``.

        Raises:
            InputError: See ``refuse``.
        """
        refuse(self.faults, what, self.name, self.code)


def _between(low: float, high: float) -> str:
    if math.isinf(low):
        return f"of {high:g} or less"
    return f"of {low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"


def refuse(faults: Iterable[str], what: str, where: str, code: str = "bad_table") -> None:
    """Raise one error with each fault once, if there are any.

    Args:
        faults: Texts with their place.
        what: What was read, as ``the flows``.
        where: File or folder.
        code: Machine word of the error.

    Raises:
        InputError: With the first fifty faults, and how many more there are.
    """
    told = list(dict.fromkeys(faults))
    if not told:
        return
    count = "1 fault" if len(told) == 1 else f"{len(told)} faults"
    more = [f"and {len(told) - _MAX_TOLD} more"] if len(told) > _MAX_TOLD else []
    raise InputError(f"{count} in {what}", code=code, where=where, cure="Mend these lines:", faults=[*told[:_MAX_TOLD], *more])


def unknown(what: str, text: str, known: Sequence[str]) -> str:
    """Words for a name that is not known, with near ones."""
    from difflib import get_close_matches

    near = get_close_matches(text, known, _NEAR, 0.5) or list(known)[:_SHOWN]
    return f"unknown {what} {text!r}; there are {', '.join(near)}"


def text_at(path: Path, *, code: str = "bad_table", cure: str | None = None) -> str:
    """Content of a table.

    Args:
        path: The file.
        code: Machine word of the error where it is not UTF-8.
        cure: What to do where it is not there.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it is not UTF-8 text.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise NotFoundError("there is no such table", code="file_not_found", where=str(path), cure=cure) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError("this is not UTF-8 text", code=code, where=f"{path}:{line}", cure="Save the file as UTF-8.") from None


def read_table(
    text: str,
    name: str,
    columns: tuple[str, ...] | None = None,
    *,
    faults: list[str] | None = None,
    code: str = "bad_table",
) -> Table:
    """Read a table with a head.

    Args:
        text: Content.
        name: For messages.
        columns: Columns, in order; those of the file if absent.
        faults: List to which faults are added; the table's own if absent.
        code: Machine word of the error with which the table refuses.
    """
    faults = [] if faults is None else faults
    if columns is None:
        _, lines, start = read_header(text)
        columns = tuple(c.strip() for c in next(csv.reader(lines[start : start + 1]), []))
    found = read_head(text, name, columns, faults)
    if found is None:
        return Table(name, {}, columns, faults=faults, code=code)
    header, body, start = found
    table = Table(name, header, columns, faults=faults, code=code)
    reader = csv.reader(body[1:])
    line = 0
    for cells in reader:
        where, line = f"{name}:{start + 2 + line}", reader.line_num
        if not any(cells):
            continue
        if len(cells) != len(columns):
            faults.append(f"{where}: {len(cells)} cells, {len(columns)} columns; quote cells that hold commas")
            continue
        table.rows.append(Row(dict(zip(columns, (c.strip() for c in cells), strict=True)), where))
    return table

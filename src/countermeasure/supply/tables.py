"""The room's tables: CSV with a head, read column by column, every fault with its line."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from countermeasure.book.lists import read_head
from countermeasure.book.load import shipped_data
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["CONFIDENCE", "Row", "Table", "read_text_table", "refuse", "shipped_folder", "shipped_text"]

CONFIDENCE = {
    "A": "primary document or data file read",
    "B": "reputable secondary text",
    "C": "weak secondary text",
    "D": "derived here, formula in the note",
    "U": "unverified or assumed",
}
"""What the letters of the column ``confidence`` mean."""


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
    """A table that is being read: its rows, and the faults found so far."""

    name: str
    header: dict[str, str]
    rows: list[Row]
    faults: list[str] = field(default_factory=list)
    seen: dict[tuple[str, ...], str] = field(default_factory=dict)

    def once(self, row: Row, *columns: str) -> None:
        """Check that no row above has the same words in these columns."""
        key = tuple(row[c] for c in columns)
        if key in self.seen:
            line = self.seen[key].rpartition(":")[2]
            self.faults.append(f"{row.where}: {', '.join(key)} stands already in line {line}; keep one of the two")
        self.seen.setdefault(key, row.where)

    def number(
        self, row: Row, column: str, *, low: float = -math.inf, high: float = math.inf, absent: float | None = None
    ) -> float:
        """A number of a row, within its bounds; faults are kept and answered with nan."""
        text = row[column]
        if not text and absent is not None:
            return absent
        try:
            value = float(text)
        except ValueError:
            self.faults.append(f"{row.where}: {column} {text!r} is not a number; write digits with a point")
            return math.nan
        if not math.isfinite(value):
            self.faults.append(f"{row.where}: {column} is {text}; write a finite number")
            return math.nan
        if not low <= value <= high:
            bound = f"below {low:g}" if value < low else f"above {high:g}"
            self.faults.append(f"{row.where}: {column} is {text}, {bound}; write a number {_between(low, high)}")
        return value

    def in_order(self, row: Row, values: Sequence[float], columns: Sequence[str]) -> None:
        """Check that some numbers of a row do not fall."""
        if any(a > b for a, b in pairwise(values)):
            told = ", ".join(f"{c} {v:g}" for c, v in zip(columns, values, strict=True))
            self.faults.append(f"{row.where}: {told} are not in order; none may be below the one before it")

    def one_of(self, row: Row, column: str, known: Iterable[str], what: str = "") -> str:
        """A word of a row that must be known; near names are offered."""
        text = row[column]
        known = tuple(known)
        if text not in known:
            self.faults.append(f"{row.where}: {unknown(what or column, text, known)}")
        return text

    def letter(self, row: Row) -> None:
        """Check source and confidence of a row."""
        if row["confidence"] not in CONFIDENCE:
            self.faults.append(f"{row.where}: confidence {row['confidence']!r} is unknown; write A, B, C, D or U")
        if not row["source"]:
            self.faults.append(f"{row.where}: there is no source; every figure carries one")


def _between(low: float, high: float) -> str:
    return f"of {low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"


def unknown(what: str, text: str, known: Sequence[str]) -> str:
    """Words for a name that is not known, with near ones."""
    from difflib import get_close_matches

    near = get_close_matches(text, known, 3, 0.5) or list(known)[:12]
    return f"unknown {what} {text!r}; there are {', '.join(near)}"


def read_text_table(text: str, path: str, columns: tuple[str, ...], faults: list[str]) -> Table:
    """Read a table with a head.

    Args:
        text: Content.
        path: Name for messages.
        columns: Columns, in order.
        faults: Faults are appended as ``path:line: message``; the table shares the list.
    """
    found = read_head(text, path, columns, faults)
    if found is None:
        return Table(path, {}, [], faults)
    header, body, start = found
    rows = []
    reader = csv.reader(body[1:])
    line = 0
    for cells in reader:
        place, line = f"{path}:{start + 2 + line}", reader.line_num
        if not any(cells):
            continue
        if len(cells) != len(columns):
            faults.append(f"{place}: {len(cells)} cells, {len(columns)} columns; quote cells that hold commas")
            continue
        rows.append(Row(dict(zip(columns, (c.strip() for c in cells), strict=True)), place))
    return Table(path, header, rows, faults)


def refuse(faults: list[str], what: str, where: str) -> None:
    """Raise one error with every fault, if there are any.

    Raises:
        InputError: With all faults.
    """
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InputError(
            f"{count} in {what}", code="bad_supply_table", where=where, cure="Mend these lines:", faults=dict.fromkeys(faults)
        )


def shipped_folder() -> Path:
    """Folder of the chain's tables in the wheel."""
    return shipped_data() / "supply"


def shipped_text(name: str, folder: Path | None = None) -> str:
    """Content of a table: of the wheel, read once, or of another chain's folder, read each time.

    Raises:
        NotFoundError: If the folder has no such table.
        InputError: If it is not UTF-8 text.
    """
    return _shipped_text(name) if folder is None else _text(folder / name)


@lru_cache(maxsize=64)
def _shipped_text(name: str) -> str:
    return _text(shipped_folder() / name)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise NotFoundError(
            "there is no such table", code="file_not_found", where=str(path), cure="A chain needs all its tables."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(
            "this is not UTF-8 text", code="bad_supply_table", where=f"{path}:{line}", cure="Save the file as UTF-8."
        ) from None

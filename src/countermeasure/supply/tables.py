"""The room's tables: CSV with a head, read column by column, every fault with its line."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from functools import lru_cache
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
            self.faults.append(f"{row.where}: {column} is {text}, {bound}; mend it")
        return value

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
    for cells in reader:
        place = f"{path}:{start + 1 + reader.line_num}"
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


@lru_cache(maxsize=64)
def shipped_text(name: str, folder: Path | None = None) -> str:
    """Content of a table of the room.

    Raises:
        NotFoundError: If the folder has no such table.
    """
    path = (folder or shipped_folder()) / name
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise NotFoundError(
            "there is no such table", code="file_not_found", where=str(path), cure="A chain needs all its tables."
        ) from None

"""The room's tables: CSV with a head, every fault with its line."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from countermeasure.book.lists import read_head, read_header
from countermeasure.book.load import shipped_data
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Row", "Table", "read_rows", "text_of", "trade_folder"]

_MAX_TOLD = 50


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of a row by column, and its place for messages."""

    cells: dict[str, str]
    where: str

    def __getitem__(self, column: str) -> str:
        """Text of a cell, stripped."""
        return self.cells[column]


@dataclass(slots=True)
class Table:
    """A table that is being read: head, columns, rows, and the faults found so far."""

    name: str
    header: dict[str, str]
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def number(self, row: Row, column: str, *, low: float = -math.inf, above: float = -math.inf) -> float:
        """A number of a row; faults are kept and answered with nan.

        Args:
            row: The row.
            column: Its column.
            low: Least number that is accepted.
            above: Bound that the number must exceed.
        """
        text = row[column]
        try:
            value = float(text or 0)
        except ValueError:
            self.faults.append(f"{row.where}: {column} {text!r} is not a number; write digits with a point")
            return math.nan
        if not math.isfinite(value):
            self.faults.append(f"{row.where}: {column} is {text}; write a finite number")
        elif value < low:
            self.faults.append(f"{row.where}: {column} is {text}, below {low:g}")
        elif value <= above:
            self.faults.append(f"{row.where}: {column} is {text}, not above {above:g}")
        return value

    def one_of(self, row: Row, column: str, known: Sequence[str]) -> str:
        """A word of a row that must be known; near names are offered."""
        text = row[column]
        if text not in known:
            self.faults.append(f"{row.where}: {unknown(column, text, known)}")
        return text

    def once(self, columns: Iterable[str]) -> None:
        """Check that no two rows have the same words in these columns."""
        seen: dict[tuple[str, ...], str] = {}
        for row in self.rows:
            key = tuple(row[c] for c in columns)
            if key in seen:
                first = seen[key].rpartition(":")[2]
                self.faults.append(f"{row.where}: {', '.join(key)} stands already in line {first}; keep one of the two")
            seen.setdefault(key, row.where)

    def refuse(self, what: str) -> None:
        """Raise one error with every fault, if there are any.

        Raises:
            InputError: With all faults.
        """
        if self.faults:
            count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            raise InputError(
                f"{count} in {what}",
                code="bad_trade_table",
                where=self.name,
                cure="Mend these lines:",
                faults=list(dict.fromkeys(self.faults))[:_MAX_TOLD],
            )


def unknown(what: str, text: str, known: Sequence[str]) -> str:
    """Words for a name that is not known, with near ones."""
    from difflib import get_close_matches

    near = get_close_matches(text, known, 3, 0.5) or list(known)[:12]
    return f"unknown {what} {text!r}; there are {', '.join(near)}"


def trade_folder() -> Path:
    """Folder of the room's tables in the wheel."""
    return shipped_data() / "trade"


def text_of(name: str, folder: Path | None = None) -> str:
    """Content of a table of the wheel, or of another folder.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it is not UTF-8 text.
    """
    path = (trade_folder() if folder is None else folder) / name
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise NotFoundError(
            "there is no such table", code="file_not_found", where=str(path), cure="A baseline needs all its tables."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(
            "this is not UTF-8 text", code="bad_trade_table", where=f"{path}:{line}", cure="Save the file as UTF-8."
        ) from None


def read_rows(text: str, name: str, columns: tuple[str, ...] | None = None) -> Table:
    """Read a table with a head.

    Args:
        text: Content.
        name: For messages.
        columns: Columns, in order; those of the file if absent.
    """
    faults: list[str] = []
    if columns is None:
        _, lines, start = read_header(text)
        columns = tuple(c.strip() for c in next(csv.reader(lines[start : start + 1]), []))
    found = read_head(text, name, columns, faults)
    if found is None:
        return Table(name, {}, columns, [], faults)
    header, body, start = found
    table = Table(name, header, columns, [], faults)
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

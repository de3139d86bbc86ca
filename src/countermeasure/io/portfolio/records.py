"""Rows of a sheet as records: heads matched, cells read one by one, every fault kept with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from countermeasure.brief.portfolio import Place
from countermeasure.codes.day import format_day, from_date, parse_day
from countermeasure.errors import CodeError, CountermeasureError
from countermeasure.io.columns import match_columns
from countermeasure.io.faults import Fault
from countermeasure.io.portfolio.sheets import EXAMPLE
from countermeasure.io.tables import _numbers_as_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from countermeasure.io._cells import RawRows
    from countermeasure.io.faults import Severity
    from countermeasure.io.portfolio.sheets import SheetSpec

__all__ = ["Book", "Record", "day", "records_of"]

_T = TypeVar("_T")
_SERIAL = re.compile(r"[34567]\d{4}", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})", re.ASCII)


@dataclass(slots=True)
class Record:
    """A row that is being read.

    Attributes:
        place: Sheet and row.
        file: For messages.
        cells: Texts by column; empty cells are absent.
        faults: What was found in it.
        left_out: Whether it points to a row that has faults, or has one itself.
    """

    place: Place
    file: str
    cells: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    left_out: bool = False

    def tell(self, column: str | None, message: str, cure: str, code: str, severity: Severity = "error") -> None:
        """Keep a fault of this row."""
        value = None if column is None else self.cells.get(column)
        self.faults.append(Fault(self.file, self.place.row, column, value, message, cure, code, severity))
        self.left_out = self.left_out or severity == "error"

    def text(self, column: str) -> str:
        """Text of a cell, or empty."""
        return self.cells.get(column, "")

    def read(self, column: str, reader: Callable[[str], _T]) -> _T | None:
        """A cell by its reader; ``None`` where it is empty or after its fault was kept."""
        text = self.cells.get(column)
        if text is None:
            return None
        try:
            return reader(text)
        except CountermeasureError as error:
            self.tell(column, error.message, error.cure or "", error.code)
            return None

    def words(self, column: str, reader: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """Several words of a cell."""
        return self.read(column, reader) or ()


@dataclass(slots=True)
class Book:
    """All sheets while they are read.

    Attributes:
        ids: By sheet the ids that stand in it, each with its row; those with faults too.
        broken: By sheet the ids whose rows are left out.
        torn: Sheets of which rows are lost.
        unread: Sheets whose head lacks a column, so that none of their rows is read.
        faults: Of files, heads and sheets as a whole.
    """

    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    broken: dict[str, set[str]] = field(default_factory=dict)
    torn: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def refer(self, record: Record, column: str, sheet: str, *, or_empty: bool = True) -> str:
        """An id of another sheet; what it points to must be there."""
        text = record.text(column)
        if not text:
            if not or_empty and not any(fault.column == column for fault in record.faults):
                record.tell(column, f"the cell {column} is empty", f"Give an id of the sheet {sheet}.", "empty_cell")
            return ""
        ids = self.ids.get(sheet, {})
        if sheet in self.unread:
            record.left_out = True
        elif text not in ids:
            record.tell(column, f"{text!r} is no id of the sheet {sheet}", self._cure(text, sheet), "unknown_id")
        elif text in self.broken.get(sheet, ()):
            said = f"it points to {text} in {sheet}, row {ids[text]}, which has faults; this row is left out with it"
            record.tell(column, said, "Mend that row.", "left_out", "warning")
            record.left_out = True
        return text

    def near(self, text: str, sheet: str) -> list[str]:
        """Ids of a sheet that are written much like a text."""
        from rapidfuzz import fuzz, process, utils

        ids = list(self.ids.get(sheet, ()))
        hits = process.extract(text, ids, scorer=fuzz.ratio, processor=utils.default_process, limit=3, score_cutoff=60)
        return [hit[0] for hit in hits]

    def _cure(self, text: str, sheet: str) -> str:
        if not self.ids.get(sheet):
            return f"The sheet {sheet} holds no rows: add it there."
        near = self.near(text, sheet)
        return f"Did you mean {' or '.join(near)}?" if near else f"Add it to the sheet {sheet}."


def records_of(
    sheet: SheetSpec,
    place: str,
    rows: RawRows,
    columns: Mapping[str, Sequence[str]],
    book: Book,
    most: int,
    rows_in_doubt: AbstractSet[int] = frozenset(),
) -> list[Record]:
    """Records of a sheet.

    Args:
        sheet: What it should hold.
        place: File and sheet for messages.
        rows: As written.
        columns: Columns that are understood, each with its other names.
        book: Takes the faults of the head, and the ids.
        most: Faults after which further rows are not looked at.
        rows_in_doubt: Rows with a cell whose value is lost: an error, a formula without its value, a merged cell.
    """
    if not any(rows.header):
        book.faults += [*rows.faults, _no_rows(sheet, place, example=False)]
        book.ids[sheet.name] = {}
        return []
    required = [column.name for column in sheet.columns if column.required]
    found, faults = match_columns(rows.header, columns, required, place, rows.header_row)
    places = {name: index for name, index in found.items() if name in ("hts", "hs")}
    told = _numbers_as_codes(rows, {name: rows.take(index) for name, index in places.items()}, places, list(places), place)
    book.faults += [*rows.faults, *faults, *told]
    if any(fault.code == "missing_column" for fault in faults):
        book.ids[sheet.name] = {}
        book.unread.add(sheet.name)
        return []
    cells = {name: rows.take(index) for name, index in found.items()}
    odd = {fault.row for fault in rows.faults if fault.severity == "error" and fault.row is not None} | rows_in_doubt
    if odd - set(rows.rows) - {rows.header_row}:
        book.torn.add(sheet.name)
    spoilt = 0
    records: list[Record] = []
    examples: list[int] = []
    seen: dict[tuple[str, ...], Record] = {}
    book.ids[sheet.name] = {}
    for at, row in enumerate(rows.rows):
        if spoilt >= most:
            said = f"{spoilt} rows or more have faults; rows from {row} on are not looked at"
            book.faults.append(Fault(place, row, None, None, said, "Mend those that are told first.", "too_many_faults"))
            book.torn.add(sheet.name)
            break
        record = Record(
            Place(sheet.name, row), place, {n: text for n, texts in cells.items() if (text := texts[at]) is not None}
        )
        first = record.cells.get(sheet.columns[0].name, "")
        if first.startswith(EXAMPLE):
            examples.append(row)
            continue
        if not record.cells and row not in odd:
            continue
        record.left_out = row in odd
        for name in required:
            if name not in record.cells and row not in odd:
                record.tell(name, f"the cell {name} is empty", sheet.by_name[name].note, "empty_cell")
        _once(sheet, record, seen)
        _choices(sheet, record)
        records.append(record)
        spoilt += any(fault.severity == "error" for fault in record.faults)
    if not records and not faults:
        book.faults.append(_no_rows(sheet, place, example=bool(examples)))
    elif examples:
        said = "the example row is not read"
        book.faults.append(Fault(place, examples[0], None, None, said, "Delete it.", "example_row", "note"))
    if sheet.key:
        book.ids[sheet.name] = {r.text(sheet.key[0]): r.place.row for r in reversed(records) if r.text(sheet.key[0])}
    return records


def _no_rows(sheet: SheetSpec, place: str, *, example: bool) -> Fault:
    severity: Severity = "error" if sheet.required else "note"
    said = f"the sheet holds no rows{' but the example' if example else ''}"
    said += "" if sheet.required else ": nothing is known of this"
    return Fault(place, None, None, None, said, sheet.what, "no_rows", severity)


def _once(sheet: SheetSpec, record: Record, seen: dict[tuple[str, ...], Record]) -> None:
    key = tuple(record.text(name) for name in sheet.key)
    if not key or not all(key):
        return
    if key in seen:
        cure = "Give each its own." if len(key) == 1 else "Put the two rows together, or name them apart."
        what = " for ".join(repr(text) for text in reversed(key))
        record.tell(sheet.key[-1], f"{what} stands in row {seen[key].place.row} already", cure, "repeated_id")
        seen[key].left_out = True
    else:
        seen[key] = record


def _choices(sheet: SheetSpec, record: Record) -> None:
    """Words that must be of a list; flags and modes have readers of their own."""
    for column in sheet.columns:
        text = record.cells.get(column.name)
        if text is None or not column.choices or column.kind == "flag" or column.name in ("mode", "license", "unit"):
            continue
        word = next((choice for choice in column.choices if choice.casefold() == text.casefold()), None)
        if word is None:
            cure = f"Write {', '.join(column.choices[:-1])} or {column.choices[-1]}."
            record.tell(column.name, f"{text!r} is no {column.name} that is known", cure, f"unknown_{column.name}")
        else:
            record.cells[column.name] = word


def day(text: str) -> int:
    """A day; where a spreadsheet left a number or another form, the message says which day that may be.

    Raises:
        CodeError: If it is not of the form ``YYYY-MM-DD``.
    """
    if _SERIAL.fullmatch(text):
        meant = format_day(from_date_serial(int(text)))
        raise CodeError(
            f"{text!r} is a number; as a day of a spreadsheet it would be {meant}", code="day_as_number",
            cure=f"Format the column as a date, or write {meant}.",
        )  # fmt: skip
    slashed = _SLASHED.fullmatch(text.strip())
    if slashed is not None:
        one, two, year = int(slashed[1]), int(slashed[3]), slashed[4]
        either = f"{year}-{two:02d}-{one:02d} or {year}-{one:02d}-{two:02d}"
        raise CodeError(f"{text!r} may be {either}", code="day_of_two_meanings", cure="Write days as YYYY-MM-DD.")
    return parse_day(text)


def from_date_serial(number: int) -> int:
    """Epoch day of a spreadsheet's number of a day (day 1 is 1900-01-01, and 1900 counted as a leap year)."""
    from datetime import date

    return number - 25_569 + from_date(date(1970, 1, 1))

"""Cells that read as blank and are not: errors of a spreadsheet, formulas without a value, merged cells.

Taken for blanks they would be read as *not told*, and an answer would rest on that. So their rows are left out and told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.io._cells import ERRORS
from countermeasure.io.faults import Fault
from countermeasure.io.xlsx_scan import cell_area, cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from countermeasure.io._cells import RawRows

__all__ = ["lost_rows"]

_MEND = "Mend the formula, or enter the value."
_CALCULATE = "Open the workbook in a spreadsheet, let it calculate and save it; or enter the value."
_UNMERGE = "Unmerge them and fill every cell."


def lost_rows(
    raw: RawRows, places: Mapping[str, int], cells: Mapping[str, Sequence[str | None]], name: str
) -> tuple[list[Fault], set[int]]:
    """Rows in which the value of a cell that is read is lost.

    Args:
        raw: Rows of the source.
        places: Place of each column that is read, from 0.
        cells: Its cells.
        name: For messages.

    Returns:
        Faults, and the numbers of the rows that cannot be used. Columns that are not read do not matter.
    """
    columns = {place: column for column, place in places.items()}
    faults = [*_lost(raw, columns, name), *_written(raw, cells, name)]
    gone = {fault.row for fault in faults if fault.row is not None and fault.severity == "error"}
    for fault in _merged(raw, columns, name) if raw.merged else ():
        if fault.row is not None and fault.row not in gone:
            faults.append(fault)
            gone.add(fault.row)
    return faults, gone


def _lost(raw: RawRows, columns: Mapping[int, str], name: str) -> Iterator[Fault]:
    """Cells that hold an error or a formula without a value."""
    for cell in raw.lost:
        at = cell_name(cell.row, cell.place + 1)
        if cell.row == raw.header_row:
            held = f"the error {cell.text}" if cell.text else "a formula whose value is not saved"
            said = f"cell {at}, the head of a column, holds {held}"
            yield Fault(name, cell.row, None, cell.text or None, said, "Write its name as text.", "cell_error", "warning")
        elif cell.place in columns and cell.text:
            said = f"cell {at} holds the error {cell.text}; the row is left out"
            yield Fault(name, cell.row, columns[cell.place], cell.text, said, _MEND, "cell_error")
        elif cell.place in columns:
            said = f"cell {at} holds a formula whose value is not saved; the row is left out"
            yield Fault(name, cell.row, columns[cell.place], None, said, _CALCULATE, "formula_without_value")


def _written(raw: RawRows, cells: Mapping[str, Sequence[str | None]], name: str) -> Iterator[Fault]:
    """Errors that a spreadsheet wrote as text, as into a CSV file."""
    for column, texts in () if raw.clean else cells.items():
        if ERRORS.isdisjoint(texts):
            continue
        for row, text in zip(raw.rows, texts, strict=True):
            if text in ERRORS:
                said = f"the cell holds the error {text} of a spreadsheet; the row is left out"
                yield Fault(name, row, column, text, said, _MEND, "cell_error")


def _merged(raw: RawRows, columns: Mapping[int, str], name: str) -> Iterator[Fault]:
    """Rows in which merged cells leave a value open; each is told, since each is a line that is not answered."""
    there = set(raw.rows)
    for area in raw.merged:
        for row in _doubtful(raw, columns, area):
            if row in there:
                said = f"the cells {area} are merged and only the first holds the value; the row is left out"
                yield Fault(name, row, None, None, said, _UNMERGE, "merged_cells")


def _doubtful(raw: RawRows, columns: Mapping[int, str], area: str) -> range:
    """Rows below the header in which a range makes a blank of a cell that is read, or leaves open for which row a value is."""
    ends = cell_area(area)
    if ends is None or raw.header_row is None:
        return range(0)
    first, left, last, right = ends
    read = [place for place in columns if left - 1 <= place <= right - 1]
    if last <= raw.header_row or not read or (first == last and read == [left - 1]):
        return range(0)
    return range(max(first, raw.header_row + 1), last + 1)

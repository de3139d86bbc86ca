"""Excel and Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io._cells import RawRows, cell_text
from countermeasure.io.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_excel", "read_parquet"]


def read_excel(data: bytes, name: str, sheet: str | None) -> RawRows:
    """Read one sheet of an Excel file; the first row that is not empty is the header."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if sheet is not None and sheet not in book.sheet_names:
            raise NotFoundError(
                f"there is no sheet {sheet!r}",
                code="sheet_not_found",
                where=name,
                cure=f"Sheets: {', '.join(book.sheet_names)}.",
            )
        if not book.sheet_names:
            return RawRows([], None, [], lambda _: [])
        grid = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise InputError(
            f"the Excel file cannot be read ({error})",
            code="damaged_file",
            where=name,
            cure="Open it in a spreadsheet and save it again as .xlsx, without password.",
        ) from None
    return _from_grid(grid, name)


def _from_grid(grid: Sequence[Sequence[object]], name: str) -> RawRows:
    header: list[str | None] = []
    header_row: int | None = None
    rows: list[int] = []
    cells: list[list[str | None]] = []
    numbers: dict[int, int] = {}
    faults: list[Fault] = []
    for row, values in enumerate(grid, start=1):
        texts = [cell_text(value) for value in values]
        if not any(texts):
            continue
        if header_row is None:
            header, header_row = texts, row
            continue
        faults.extend(
            Fault(
                name,
                row,
                head,
                text,
                "the cell holds an error of the spreadsheet",
                "Correct the formula or enter the value.",
                "cell_error",
            )
            for head, text in zip(header, texts, strict=False)
            if text is not None and text in _ERRORS
        )
        for index, value in enumerate(values):
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers[index] = numbers.get(index, 0) + 1
        rows.append(row)
        cells.append(texts)
    return RawRows(header, header_row, rows, lambda index: [texts[index] for texts in cells], faults, numbers)


_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


def read_parquet(data: bytes, name: str) -> RawRows:
    """Read a Parquet file; columns of any plain type become text."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"the Parquet file cannot be read ({str(error).splitlines()[0]})",
            code="damaged_file",
            where=name,
            cure="Write the file again; it may have been cut off.",
        ) from None
    nested = [entry.name for entry in table.schema if pa.types.is_nested(entry.type)]
    faults = [
        Fault(
            name,
            None,
            column,
            None,
            "the column holds lists or records",
            "Give one plain value per cell.",
            "nested_column",
        )
        for column in nested
    ]
    numbers = {
        index: table.num_rows
        for index, entry in enumerate(table.schema)
        if pa.types.is_integer(entry.type) or pa.types.is_floating(entry.type)
    }

    def take(index: int) -> list[str | None]:
        column = table.column(index)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_nested(column.type):
            return [None] * len(column)
        return [cell_text(value) for value in column.to_pylist()]

    return RawRows(list(table.column_names), None, list(range(1, table.num_rows + 1)), take, faults, numbers)

"""Excel and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io._cells import RawRows, cell_text
from countermeasure.io.faults import Fault
from countermeasure.io.limits import TABLE
from countermeasure.io.xlsx import open_workbook, rows_of

if TYPE_CHECKING:
    from countermeasure.io.limits import Limits

__all__ = ["read_excel", "read_parquet"]


def read_excel(data: bytes, name: str, sheet: str | None, limits: Limits = TABLE) -> RawRows:
    """Read one sheet of an Excel file; the first row that is not empty is the header.

    Args:
        data: The file.
        name: For messages.
        sheet: Name of the sheet; the first that is not hidden if absent.
        limits: Bounds.

    Raises:
        NotFoundError: If there is no such sheet.
        InputError: If it cannot be read, is of the old kind or protected, or is beyond the limits.
    """
    book = open_workbook(data, name, limits)
    if book is None:
        raise InputError(
            "this packed file is no Excel workbook of the .xlsx kind",
            code="wrong_format",
            where=name,
            cure="Open it in a spreadsheet and save it as .xlsx, or as CSV.",
        )
    if sheet is not None and sheet not in book.paths:
        raise NotFoundError(
            f"there is no sheet {sheet!r}", code="sheet_not_found", where=name, cure=f"Sheets: {', '.join(book.paths)}."
        )
    title = sheet or book.first
    if title is None:
        return RawRows([], None, [], lambda _: [])
    return rows_of(*book.read([title])[title])


def read_parquet(data: bytes, name: str, limits: Limits = TABLE) -> RawRows:
    """Read a Parquet file; columns of any plain type become text.

    Raises:
        InputError: If it cannot be read, or holds more cells than the limits.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        about = parquet.read_metadata(pa.BufferReader(data))
        if about.num_rows * about.num_columns > limits.cells:
            said = f"the Parquet file holds {about.num_rows * about.num_columns:,} cells, and {limits.cells:,} are read"
            raise InputError(said, code="table_too_large", where=name, cure="Give it in parts, or fewer columns.")
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

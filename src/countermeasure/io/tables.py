"""Read a user's table: CSV, Excel, Parquet or JSON, from a file or standard input, to columns of text.

Nothing is guessed and nothing is lost: cells stay text for the caller to read, every row keeps its number in
the source, and what is wrong with the file, its columns or its rows becomes a ``Fault`` with a cure while the
good rows are still given. Only a file that cannot be read at all, or would fill the memory, raises.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io import _csv, _json, _sheets
from countermeasure.io.columns import match_columns
from countermeasure.io.faults import Fault
from countermeasure.io.limits import TABLE
from countermeasure.io.lost import lost_rows
from countermeasure.io.unpack import OLD_EXCEL
from countermeasure.io.xlsx import PACKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.io._cells import RawRows
    from countermeasure.io.limits import Limits

__all__ = ["FORMATS", "RawTable", "fetch", "read_table"]

FORMATS: dict[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
"""File suffixes and what they mean; other files and standard input are told by their content."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it was written.

    Attributes:
        columns: For each known column its cells, shape (n,): stripped text, or None where empty.
        rows: Row of each line in the source, shape (n,), from 1. In CSV and Excel the header is counted, as a
            spreadsheet shows it, and a cell with line breaks is part of one row; in JSON and Parquet the
            first record is 1.
        source: File name, or ``<stdin>``.
        faults: What is wrong or worth saying, in the order of the file.
    """

    columns: dict[str, list[str | None]]
    rows: list[int]
    source: str
    faults: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def errors(self) -> list[Fault]:
        """The faults of severity ``error``."""
        return [fault for fault in self.faults if fault.severity == "error"]


def read_table(
    source: Path | str,
    columns: Mapping[str, Sequence[str]],
    required: Sequence[str] = (),
    *,
    tariff_columns: Sequence[str] = ("hts",),
    sheet: str | None = None,
    content: bytes | None = None,
    limits: Limits = TABLE,
) -> RawTable:
    """Read a table to columns of text.

    Args:
        source: A file, or ``-`` for standard input.
        columns: The columns that are understood, each with its other names, as ``{"hts": ["hts_code", "tariff
            number"]}``. Case, spaces, underscores and dashes do not matter.
        required: Columns without which the table is of no use; a missing one is a fault.
        tariff_columns: Columns that hold tariff numbers; where a spreadsheet stored them as numbers, a note
            says that leading zeros are lost.
        sheet: Sheet of an Excel file; the first that is not hidden if absent.
        content: The content, where the caller has it already (an upload); ``source`` is then only its name.
        limits: Bounds of an Excel or Parquet file.

    Returns:
        The rows that could be read, and the faults. A row in which the value of a cell is lost (an error of the spreadsheet, a
        formula without a saved value, merged cells) is left out and told; columns that are not read do not matter.

    Raises:
        NotFoundError: If the file or sheet is not there.
        InputError: If the content cannot be read at all (damaged, or no known format).
    """
    name, data = fetch(source, content)
    if not data.strip():
        return RawTable({}, [], name, [_empty(name)])
    kind = _kind(name, data)
    raw: RawRows
    if kind == "excel":
        raw = _sheets.read_excel(data, name, sheet, limits)
    elif kind == "parquet":
        raw = _sheets.read_parquet(data, name, limits)
    elif kind == "json":
        raw = _json.read_json(data, name)
    else:
        raw = _csv.read_csv(data, name)
    places: dict[str, int] = {}
    faults: list[Fault] = []
    if raw.header:
        places, faults = match_columns(raw.header, columns, required, name, raw.header_row)
    cells = {column: raw.take(index) for column, index in places.items()}
    lost, gone = lost_rows(raw, places, cells, name)
    faults = [*raw.faults, *faults, *lost, *_numbers_as_codes(raw, cells, places, tariff_columns, name)]
    if not raw.rows and not any(fault.severity == "error" for fault in faults):
        faults.append(_empty(name))
    faults.sort(key=lambda fault: -1 if fault.row is None else fault.row)
    rows = raw.rows
    if gone:
        stay = [row not in gone for row in rows]
        rows = list(compress(rows, stay))
        cells = {column: list(compress(texts, stay)) for column, texts in cells.items()}
    return RawTable(cells, rows, name, faults)


def fetch(source: Path | str, content: bytes | None = None) -> tuple[str, bytes]:
    """Name and content of a file, or of standard input for ``-``.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If it cannot be read.
    """
    if content is not None:
        return str(source), content
    if str(source) == "-":
        return "<stdin>", sys.stdin.buffer.read()
    path = Path(source)
    try:
        return path.name, path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(source), cure="Check the path.") from None
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror})",
            code="unreadable_file",
            where=str(source),
            cure="Give a file that you may read, not a folder.",
        ) from None


def _kind(name: str, data: bytes) -> str:
    """Tell the format, by the first bytes where they are clear and else by the suffix."""
    if data.startswith((*PACKED, OLD_EXCEL)):
        return "excel"
    if data.startswith(b"PAR1"):
        return "parquet"
    suffix = Path(name).suffix.lower()
    by_suffix = FORMATS.get(suffix)
    if by_suffix in ("excel", "parquet"):
        raise InputError(
            f"the file is named {suffix} but its content is something else",
            code="wrong_format",
            where=name,
            cure="Save it again in that format, or give it the suffix of what it holds.",
        )
    if by_suffix is not None:
        return by_suffix
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "json" if start in (b"[", b"{") else "csv"


def _empty(name: str) -> Fault:
    return Fault(name, None, None, None, "the table holds no rows", "Give a header and at least one line.", "no_rows")


def _numbers_as_codes(
    raw: RawRows,
    cells: Mapping[str, Sequence[str | None]],
    places: Mapping[str, int],
    tariff_columns: Sequence[str],
    name: str,
) -> list[Fault]:
    """Say where a spreadsheet stored tariff numbers as numbers."""
    notes = []
    for column in tariff_columns:
        count = raw.number_cells.get(places.get(column, -1), 0)
        if not count:
            continue
        short = [
            (row, text) for row, text in zip(raw.rows, cells[column], strict=True) if text and text.isdigit() and len(text) % 2
        ]
        said = f"{count} tariff number(s) are stored as numbers, not as text"
        if short:
            said += f"; {len(short)} of them lost a leading zero, the first in row {short[0][0]}"
        notes.append(
            Fault(
                name,
                short[0][0] if short else None,
                column,
                short[0][1] if short else None,
                said,
                "Format the column as text, so that leading and trailing zeros stay.",
                "tariff_number_as_number",
                "note",
            )
        )
    return notes

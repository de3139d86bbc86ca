"""Write answers as CSV, JSON, JSON Lines, Excel or Parquet.

Files appear whole or not at all: the text goes to a temporary file beside the target, which then takes its
place. Absent values (None and NaN) are empty cells in CSV and Excel and null in JSON and Parquet; never zero.
Texts that a spreadsheet would take for a formula stay texts: see :mod:`countermeasure.io.guard`.
"""

from __future__ import annotations

import io
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from countermeasure.book.cache import umask
from countermeasure.errors import InputError
from countermeasure.io.guard import CsvWriter, is_guarded
from countermeasure.io.xlsx_scan import LONGEST, cell_name

__all__ = ["WRITABLE", "render", "write_table"]

WRITABLE: dict[str, str] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
"""File suffixes that can be written."""

_EXCEL_ROWS = 1_048_575

Records = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Sequence[Any]]


def write_table(
    path: Path | str,
    table: Records | Columns,
    *,
    sources: Records | None = None,
    sheet: str = "answers",
) -> Path:
    """Write a table in the format that the suffix of the path names.

    Args:
        path: Target; its folder must exist.
        table: Flat records, or columns of equal length. Columns appear in the order in which records first
            name them.
        sources: Records for a second sheet "sources" of an Excel file; other formats leave them out.
        sheet: Name of the first sheet of an Excel file.

    Returns:
        The path.

    Raises:
        InputError: If the suffix is not known, the folder is not there, columns differ in length, or an Excel
            sheet would have more rows than Excel can hold.
    """
    target = Path(path)
    kind = WRITABLE.get(target.suffix.lower())
    if kind is None:
        raise InputError(
            f"files {target.suffix or 'without suffix'} cannot be written",
            code="unknown_format",
            where=str(path),
            cure=f"Use one of {', '.join(WRITABLE)}.",
        )
    columns = _columns(table)
    if kind == "xlsx":
        content = _xlsx(columns, sheet, None if sources is None else _columns(sources), str(path))
    elif kind == "parquet":
        content = _parquet(columns)
    else:
        content = _render(columns, kind).encode()
    _replace(target, content)
    return target


def render(table: Records | Columns, kind: str) -> str:
    """Return a table as text.

    Args:
        table: Flat records, or columns of equal length.
        kind: ``csv``, ``tsv``, ``json`` or ``jsonl``.
    """
    if kind not in ("csv", "tsv", "json", "jsonl"):
        raise InputError(f"{kind!r} is not a text format", code="unknown_format", cure="Use csv, tsv, json or jsonl.")
    return _render(_columns(table), kind)


def _columns(table: Records | Columns) -> dict[str, list[Any]]:
    if isinstance(table, Mapping):
        columns = {name: [_plain(value) for value in values] for name, values in table.items()}
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            raise InputError(f"columns differ in length: {lengths}", code="ragged_columns", cure="Give equal lengths.")
        return columns
    names = dict.fromkeys(name for record in table for name in record)
    return {name: [_plain(record.get(name)) for record in table] for name in names}


def _plain(value: Any) -> Any:  # noqa: ANN401 - cells are of any type
    """Bring numpy scalars to Python, and NaN to None."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if not isinstance(value, float | Decimal | date) and hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _render(columns: Mapping[str, Sequence[Any]], kind: str) -> str:
    names = list(columns)
    rows = zip(*columns.values(), strict=True)
    out = io.StringIO()
    if kind in ("csv", "tsv"):
        writer = CsvWriter(out, "," if kind == "csv" else "\t")
        writer.writerow(names)
        writer.writerows([_cell(value) for value in row] for row in rows)
        return out.getvalue()
    records = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_json) for row in rows)
    if kind == "jsonl":
        return "".join(f"{record}\n" for record in records)
    body = ",\n".join(records)
    return f"[\n{body}\n]\n" if body else "[]\n"


def _cell(value: Any) -> Any:  # noqa: ANN401 - cells are of any type
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False, default=_json) if isinstance(value, Mapping) else value


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _xlsx(columns: Mapping[str, Sequence[Any]], sheet: str, sources: Mapping[str, Sequence[Any]] | None, where: str) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        looks = _looks(book)
        sheets = {sheet: columns} if sources is None else {sheet: columns, "sources": sources}
        for title, content in sheets.items():
            page = book.add_worksheet(title[:31])
            page.freeze_panes(1, 0)
            for place, (name, values) in enumerate(content.items()):
                if len(values) > _EXCEL_ROWS:
                    raise InputError(
                        f"an Excel sheet holds {_EXCEL_ROWS:,} lines, the table has {len(values):,}",
                        code="too_many_rows",
                        where=where,
                        cure="Write CSV or Parquet.",
                    )
                page.write_string(0, place, name, looks["head"])
                page.set_column(place, place, min(60, max(len(name), *(len(str(v)) for v in values[:100]), 6) + 2))
                for row, value in enumerate(values, start=1):
                    _put(page, row, place, value, looks)
    return buffer.getvalue()


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter has no types
    """Formats of cells: heads, days, and texts that begin like a formula, which stay texts when they are edited."""
    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "quoted": book.add_format({"quote_prefix": True}),
    }


def _put(page: Any, row: int, place: int, value: Any, looks: Mapping[str, Any]) -> None:  # noqa: ANN401 - xlsxwriter has no types
    if value is None:
        return
    if isinstance(value, bool):
        page.write_string(row, place, "yes" if value else "no")
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, place, value)
    elif isinstance(value, date):
        at = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        page.write_datetime(row, place, at, looks["day"])
    else:
        text = str(_cell(value))
        if len(text) > LONGEST:
            raise InputError(
                f"a text has {len(text):,} characters, and a cell of Excel holds {LONGEST:,}", code="cell_too_long",
                where=f"{page.get_name()}, {cell_name(row + 1, place + 1)}", cure="Write CSV, JSON or Parquet.",
            )  # fmt: skip
        page.write_string(row, place, text, looks["quoted"] if is_guarded(text) else None)


def _parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    arrays = {}
    for name, values in columns.items():
        try:
            arrays[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            arrays[name] = pa.array([None if value is None else str(_cell(value)) for value in values], pa.string())
    buffer = io.BytesIO()
    parquet.write_table(pa.table(arrays), buffer, compression="zstd")
    return buffer.getvalue()


def _replace(target: Path, content: bytes) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InputError(
            f"the file cannot be written ({error.strerror})",
            code="unwritable_file",
            where=str(target),
            cure="Check that the folder exists and that you may write there.",
        ) from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(temporary).chmod(0o666 & ~umask())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

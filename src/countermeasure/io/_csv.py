"""CSV in the forms that spreadsheets and systems write.

UTF-8 with or without mark, UTF-16, Windows-1252; delimiter comma, semicolon or tab.

A well-formed file goes through Arrow. One with blank or ragged rows, or quotes that do not close, is read row
by row to say where the faults are.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io._cells import ERROR_WORD, RawRows
from countermeasure.io.faults import Fault
from countermeasure.io.guard import GUARDED, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

__all__ = ["read_csv"]

_DELIMITERS = (",", ";", "\t")
_MAX_LINES_IN_A_ROW = 50


def read_csv(data: bytes, name: str) -> RawRows:
    """Read CSV; see ``tables.read_table``."""
    text, faults = _decode(data, name)
    del data
    delimiter = _delimiter(text)
    simple = "\n\n" not in text and "\n\r\n" not in text and "\r\r" not in text and _quotes_close(text)
    fast = _read_fast(text, delimiter, faults) if simple else None
    found = fast if fast is not None else _read_slowly(text, delimiter, name, faults)
    if "#" not in text or not ERROR_WORD.search(text):
        found = replace(found, clean=True)
    return _unguarded(found) if "'" in text and GUARDED.search(text) else found


def _unguarded(found: RawRows) -> RawRows:
    """Take off the apostrophe that keeps a text from being taken for a formula."""

    def bare(text: str | None) -> str | None:
        return text if text is None or not text.startswith("'") else unguarded(text).strip() or None

    header = [bare(head) for head in found.header]
    return replace(found, header=header, take=lambda place: [bare(text) for text in found.take(place)])


def _quotes_close(text: str) -> bool:
    """Whether no cell spans lines and no quote is left open, so that lines are rows."""
    return '"' not in text or not any(line.count('"') % 2 for line in text.split("\n"))


def _decode(data: bytes, name: str) -> tuple[str, list[Fault]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise InputError(
            "the text is neither UTF-8 nor Windows-1252",
            code="unknown_encoding",
            where=f"{name}, line {row}",
            cure='Save the file as "CSV UTF-8".',
        ) from None
    said = f"the file is not UTF-8 (first at line {row}); it was read as Windows-1252"
    return text, [
        Fault(
            name,
            None,
            None,
            None,
            said,
            'Save it as "CSV UTF-8" if letters look wrong.',
            "encoding",
            "warning",
        )
    ]


def _delimiter(text: str) -> str:
    """The delimiter seen most often outside quotes in the first line that is not blank."""
    for line in io.StringIO(text[:65536], newline=None):
        if line.strip():
            bare = "".join(line.split('"')[::2])
            return max(_DELIMITERS, key=bare.count)
    return ","


def _read_fast(text: str, delimiter: str, faults: list[Fault]) -> RawRows | None:
    """Read through Arrow, or return None where a fault must be located."""
    end = text.find("\n")
    first = text[:end] if end >= 0 else text
    if end < 0 or not first.strip() or first.count('"') % 2 or "\r" in first.rstrip("\r"):
        return None
    header = next(csv.reader([first], delimiter=delimiter))
    if len(header) < 2:
        return None

    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow_csv

    keys = [str(index) for index in range(len(header))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text[end + 1 :].encode()),
            read_options=arrow_csv.ReadOptions(column_names=keys, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(keys, pa.string())),
        )
    except pa.ArrowInvalid:
        return None
    trimmed = [_trim(column) for column in table.columns]
    filled = pc.is_valid(trimmed[0])
    for column in trimmed[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    if pc.all(filled).as_py() in (True, None):
        rows = list(range(2, table.num_rows + 2))
    else:
        rows = (pc.indices_nonzero(filled).to_numpy() + 2).tolist()
        trimmed = [column.filter(filled) for column in trimmed]
    return RawRows(list(header), 1, rows, lambda index: _listed(trimmed[index]), faults)


def _trim(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    stripped = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(stripped, ""), pa.scalar(None, pa.string()), stripped)


def _listed(column: pa.ChunkedArray) -> list[str | None]:
    """Turn text into a list; equal texts of columns with few distinct values share one object."""
    out: list[str | None] = []
    for chunk in column.chunks:
        encoded = chunk.dictionary_encode()
        if len(encoded.dictionary) * 4 > len(chunk):
            out.extend(chunk.to_pylist())
            continue
        words = [*encoded.dictionary.to_pylist(), None]
        places = encoded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        out.extend(map(words.__getitem__, places.tolist()))
    return out


def _read_slowly(text: str, delimiter: str, name: str, faults: list[Fault]) -> RawRows:
    header: list[str | None] = []
    header_row: int | None = None
    rows: list[int] = []
    cells: list[list[str]] = []
    for row, values in _records(text, delimiter, name, faults):
        if not any(value.strip() for value in values):
            continue
        if header_row is None:
            header, header_row = list(values), row
            continue
        extra = len(values) - len(header)
        if extra > 0 and not any(value.strip() for value in values[len(header) :]):
            extra = 0
        if extra:
            faults.append(_ragged(name, row, len(header), len(values), delimiter))
            continue
        rows.append(row)
        cells.append(values)
    return RawRows(header, header_row, rows, lambda index: [values[index].strip() or None for values in cells], faults)


def _ragged(name: str, row: int, expected: int, found: int, delimiter: str) -> Fault:
    shown = "tab" if delimiter == "\t" else delimiter
    return Fault(
        name,
        row,
        None,
        None,
        f"the row has {found} cells, the header {expected}; the row is left out",
        f"Put texts that hold the delimiter ({shown}) between double quotes, and keep empty cells.",
        "ragged_row",
    )


def _records(text: str, delimiter: str, name: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with their numbers; a row whose quote does not close is a fault, and reading goes on."""
    numbers: list[int] = []
    reader = csv.reader(_chunks(text, delimiter, name, faults, numbers), delimiter=delimiter)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(
                Fault(
                    name,
                    numbers[-1],
                    None,
                    None,
                    f"the row cannot be read ({error}); it is left out",
                    "Check its quotes and the length of its cells.",
                    "unreadable_row",
                )
            )
            continue
        yield numbers[-1], values


def _chunks(text: str, delimiter: str, name: str, faults: list[Fault], numbers: list[int]) -> Iterator[str]:
    """Yield the text of one row at a time, joining lines while a quote is open."""
    lines = io.StringIO(text, newline=None).readlines()
    index = row = 0
    while index < len(lines):
        row += 1
        chunk = lines[index]
        last = index + 1
        if chunk.count('"') % 2:
            last = _close(lines, index, delimiter)
            if last < 0:
                faults.append(
                    Fault(
                        name,
                        row,
                        None,
                        None,
                        "a double quote is opened and not closed; the row is left out",
                        "Close the quote, or write it twice inside a quoted text.",
                        "open_quote",
                    )
                )
                index += 1
                continue
            chunk = "".join(lines[index:last])
        index = last
        numbers[:] = [row]
        yield chunk


def _close(lines: list[str], start: int, delimiter: str) -> int:
    """Index after the line in which a quote opened in line ``start`` closes, or -1.

    The quote that closes must stand before a delimiter or the end of a line; else it is the opening quote of
    a later row, and joining the lines would lose rows.
    """
    quotes = 0
    for index in range(start, min(start + _MAX_LINES_IN_A_ROW, len(lines))):
        quotes += lines[index].count('"')
        if quotes % 2:
            continue
        try:
            parsed = list(csv.reader(lines[start : index + 1], delimiter=delimiter, strict=True))
        except csv.Error:
            return -1
        return index + 1 if len(parsed) == 1 else -1
    return -1

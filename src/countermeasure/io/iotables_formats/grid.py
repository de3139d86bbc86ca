"""Labelled grids of numbers in text files: header rows above, label columns at the left, numbers in between."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Grid", "content_of", "delimiter_of", "line_at", "read_grid"]

_MAX_TOLD = 20


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A grid as it was written.

    Attributes:
        name: File name.
        heads: Header rows without the label columns, each of k texts.
        labels: Labels of the rows, each of as many texts as there are label columns.
        values: Shape (rows, k). Empty cells are 0.
    """

    name: str
    heads: tuple[tuple[str, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    values: Floats


def content_of(path: Path, member: str | None = None) -> bytes:
    """Content of a file, or of the one file with that name in a folder or a zip archive, without a byte-order mark.

    Args:
        path: File, folder or archive.
        member: Name of the file wanted, as ``Z.txt``; the first if absent.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it cannot be read.
    """
    missing = NotFoundError(
        f"there is no file {member or path.name}", code="file_not_found", where=path.name, cure="Check the path."
    )
    try:
        if path.is_dir():
            found = sorted(p for p in path.rglob(member or "*") if p.is_file())
            if not found:
                raise missing
            data = found[0].read_bytes()
        elif path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                hits = [n for n in archive.namelist() if not n.endswith("/") and member in (None, n.rpartition("/")[2])]
                if not hits:
                    raise missing
                data = archive.read(hits[0])
        else:
            data = path.read_bytes()
    except FileNotFoundError:
        raise missing from None
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"the file cannot be read ({error})", code="damaged_file", where=path.name) from None
    return data.removeprefix(b"\xef\xbb\xbf")


def line_at(data: bytes, start: int) -> tuple[str, int]:
    """Text of the line that begins at a place, and where the next one begins."""
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    return data[start:end].rstrip(b"\r").decode("utf-8", "replace"), end + 1


def delimiter_of(data: bytes) -> str:
    """Tab, semicolon or comma, whichever the first line has most of."""
    return max("\t;,", key=line_at(data, 0)[0].count)


def read_grid(data: bytes, name: str, *, heads: int, labels: int) -> Grid:
    """Read a grid.

    A row below the headers that holds only names of the label columns (as pandas writes it) is passed over.

    Args:
        data: Content, UTF-8.
        name: For messages.
        heads: Header rows.
        labels: Label columns.

    Raises:
        InputError: If rows are ragged or cells are not numbers; each with its line.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    delimiter = delimiter_of(data)
    top, start = _top(data, name, heads, delimiter)
    width = len(top[0])
    line, after = line_at(data, start)
    if line.strip() and not any(c.strip() for c in line.split(delimiter)[labels:]):
        start = after
    keys = [str(k) for k in range(width)]
    types = {key: pa.string() if k < labels else pa.float64() for k, key in enumerate(keys)}
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(memoryview(data)[start:]),
            read_options=arrow_csv.ReadOptions(column_names=keys, block_size=1 << 26),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(column_types=types, null_values=[""]),
        )
    except pa.ArrowInvalid as error:
        raise _located(data, name, top, labels, delimiter, str(error)) from None
    values = np.empty((table.num_rows, width - labels))
    for k in range(labels, width):
        values[:, k - labels] = table.column(k).fill_null(0.0).to_numpy()
    names = [[(v or "").strip() for v in table.column(k).to_pylist()] for k in range(labels)]
    return Grid(name, tuple(tuple(row[labels:]) for row in top), tuple(zip(*names, strict=True)), values)


def _top(data: bytes, name: str, heads: int, delimiter: str) -> tuple[list[list[str]], int]:
    """Header rows, and where the rest begins."""
    start = 0
    top = []
    for _ in range(heads):
        if start >= len(data):
            raise InputError(f"the file ends within its {heads} header rows", code="bad_grid", where=name)
        line, start = line_at(data, start)
        top.append([c.strip() for c in next(csv.reader([line], delimiter=delimiter), [])])
    widths = sorted({len(row) for row in top})
    if len(widths) > 1 or widths == [0]:
        raise InputError(f"the header rows have {widths} cells", code="bad_grid", where=f"{name}:1")
    return top, start


def _located(data: bytes, name: str, top: list[list[str]], labels: int, delimiter: str, said: str) -> InputError:
    """The error with the lines and columns that are wrong."""
    faults = []
    width = len(top[0])
    for number, row in enumerate(csv.reader(io.StringIO(data.decode("utf-8", "replace")), delimiter=delimiter), start=1):
        if number <= len(top) or not row or (number == len(top) + 1 and not any(c.strip() for c in row[labels:])):
            continue
        if len(row) != width:
            faults.append(f"{name}:{number}: {len(row)} cells, {width} columns")
        for k, cell in enumerate(row[labels:width], start=labels):
            try:
                float(cell or 0)
            except ValueError:
                faults.append(f"{name}:{number}: column {top[-1][k] or k + 1}: {cell!r} is not a number")
        if len(faults) >= _MAX_TOLD:
            break
    return InputError("the grid cannot be read", code="bad_grid", where=name, cure="Mend:", faults=faults or [said])

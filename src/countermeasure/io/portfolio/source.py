"""From a workbook, a folder of CSV or a packed folder to one table for each sheet."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io import _csv
from countermeasure.io.columns import plain_name
from countermeasure.io.faults import Fault
from countermeasure.io.limits import Limits
from countermeasure.io.portfolio.sheets import SHEETS
from countermeasure.io.unpack import OLD_EXCEL, refuse_old, too_large, unpack
from countermeasure.io.xlsx import PACKED, open_workbook, rows_of
from countermeasure.io.xlsx_scan import cell_area, cell_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.io._cells import RawRows
    from countermeasure.io.faults import Severity
    from countermeasure.io.xlsx import Workbook
    from countermeasure.io.xlsx_scan import Scan

__all__ = ["Source", "open_source"]

_CSV = (".csv", ".tsv", ".txt")
_NOT_READ = frozenset({"readme", "guide", "notes", "lists", "about these sheets"})
_MERGED_SHOWN = 5


@dataclass(slots=True)
class Source:
    """Tables as they were written.

    Attributes:
        name: Of the file or folder.
        tables: By the name of the sheet the place for messages, and the rows.
        doubt: By the name of the sheet the rows in which the value of a cell is lost.
        faults: Of the file as a whole, and of the structure of its sheets.
    """

    name: str
    tables: dict[str, tuple[str, RawRows]] = field(default_factory=dict)
    doubt: dict[str, set[int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def open_source(source: Path | str, content: bytes | None = None, limits: Limits | None = None) -> Source:
    """Open what the user gave.

    Args:
        source: A workbook ``.xlsx``, a folder with one CSV for each sheet, or such a folder packed as ``.zip``.
        content: The content of a file, where the caller has it already; ``source`` is then only its name.
        limits: Bounds; those for a file of one's own if absent.

    Raises:
        NotFoundError: If it is not there.
        InputError: If it cannot be read at all, or is beyond the limits.
    """
    limits = limits or Limits()
    path = Path(source)
    if content is None and path.is_dir():
        return _folder(path, limits)
    name = str(source) if content is not None else path.name
    if content is None:
        content = _read(path, limits)
    if len(content) > limits.size:
        raise too_large(len(content), limits.size, name)
    if not content.strip():
        raise InputError(
            "the file is empty", code="empty_file", where=name, cure="countermeasure portfolio template gives one."
        )
    if content.startswith(OLD_EXCEL):
        refuse_old(content, name)
    if not content.startswith(PACKED):
        cure = "Give an Excel workbook (.xlsx), a folder with one CSV for each sheet, or such a folder packed as .zip."
        raise InputError("this is no workbook and no packed folder", code="wrong_format", where=name, cure=cure)
    book = open_workbook(content, name, limits)
    if book is not None:
        return _workbook(book)
    tables = unpack(content, name, limits, _is_csv)
    if not tables:
        raise InputError(
            "it holds neither a workbook of the .xlsx kind nor CSV files", code="wrong_format", where=name,
            cure="Save it as .xlsx, or pack goods.csv, shipments.csv and so on.",
        )  # fmt: skip
    return _tables(name, tables.items(), limits)


def _read(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.size:
            raise too_large(size, limits.size, path.name)
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(path), cure="Check the path.") from None
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror})", code="unreadable_file", where=str(path),
            cure="Give a file that you may read.",
        ) from None  # fmt: skip


def _is_csv(path: str) -> bool:
    last = path.rpartition("/")[2]
    return Path(last).suffix.lower() in _CSV and not last.startswith(".") and "__MACOSX" not in path


# ------------------------------------------------------------------------------------------------- CSV


def _folder(path: Path, limits: Limits) -> Source:
    members = sorted(member for member in path.iterdir() if member.is_file() and _is_csv(member.name))
    if not members:
        cure = "Give a folder with goods.csv, shipments.csv and so on; countermeasure portfolio template writes one."
        raise InputError("the folder holds no CSV files", code="empty_folder", where=str(path), cure=cure)
    size = sum(member.stat().st_size for member in members)
    if size > limits.size:
        raise too_large(size, limits.size, path.name)
    return _tables(path.name, ((member.name, member.read_bytes()) for member in members), limits)


def _tables(name: str, members: Iterable[tuple[str, bytes]], limits: Limits) -> Source:
    found = Source(name)
    for member, data in members:
        place = member.rpartition("/")[2]
        sheet = _meant(Path(place).stem, place, found)
        if sheet is None:
            continue
        if not data.strip():
            found.faults.append(
                Fault(place, None, None, None, "the file is empty", f"Fill it, or delete it. {_WHAT}", "no_rows")
            )
            continue
        _narrow(data, place, limits)
        rows = _csv.read_csv(data, place)
        if len(rows.rows) > limits.rows:
            raise InputError(
                f"the table has {len(rows.rows):,} rows, and {limits.rows:,} are read", code="sheet_too_large", where=place,
                cure="Leave out rows that are not needed.",
            )  # fmt: skip
        _keep(found, sheet, place, rows)
    return found


_WHAT = "countermeasure portfolio template shows what belongs in it."


def _narrow(data: bytes, place: str, limits: Limits) -> None:
    """Refuse a table with more columns than anybody fills."""
    first = data[: max(data.find(b"\n"), 0) or len(data)]
    wide = max(first.count(sign) for sign in (b",", b";", b"\t")) + 1
    if wide > limits.columns:
        raise InputError(
            f"the head has {wide:,} columns, and {limits.columns:,} are read", code="sheet_too_large", where=place,
            cure="Keep the columns that are needed.",
        )  # fmt: skip
    if len(first) > csv.field_size_limit():
        raise InputError("the first row is too long", code="sheet_too_large", where=place, cure="Check its line breaks.")


def _keep(found: Source, sheet: str, place: str, rows: RawRows) -> None:
    if sheet in found.tables:
        said = f"there are two tables of {sheet}: {found.tables[sheet][0]} and {place}; the first is read"
        found.faults.append(Fault(place, None, None, None, said, "Put them together.", "repeated_sheet"))
    else:
        found.tables[sheet] = (place, rows)


def _meant(written: str, place: str, found: Source) -> str | None:
    """The sheet that a name means; another name is told with near ones."""
    plain = plain_name(written)
    meant = {plain_name(word): sheet.name for sheet in SHEETS.values() for word in (sheet.name, *sheet.others)}
    if plain in meant:
        return meant[plain]
    if written.strip().casefold() in _NOT_READ:
        return None
    from rapidfuzz import fuzz, process

    hits = process.extract(plain, list(meant), scorer=fuzz.ratio, limit=3, score_cutoff=70)
    near = list(dict.fromkeys(meant[word] for word, _, _ in hits))
    cure = f"Did you mean {' or '.join(near)}?" if near else f"Sheets are: {', '.join(SHEETS)}."
    said = f"the sheet {written!r} is not known and is not read"
    severity: Severity = "error" if near else "warning"
    found.faults.append(Fault(place, None, None, None, said, cure, "unknown_sheet", severity))
    return None


# -------------------------------------------------------------------------------------------- workbook


def _workbook(book: Workbook) -> Source:
    name, found = book.name, Source(book.name)
    if book.macros:
        said = "the workbook holds macros; they are neither read nor run"
        found.faults.append(Fault(name, None, None, None, said, "Save it as .xlsx to be rid of them.", "macros", "note"))
    wanted = {title: sheet for title in book.paths if (sheet := _meant(title, f"{name}, sheet {title}", found)) is not None}
    for title, (grid, scan) in book.read(wanted).items():
        place, sheet = f"{name}, sheet {title}", wanted[title]
        rows = rows_of(grid, scan, scan.lost)
        rows.faults.extend(_odd(place, scan, rows.header))
        _keep(found, sheet, place, rows)
        found.doubt.setdefault(sheet, {row for row in scan.odd if row <= max(scan.last_row, *scan.lost, 0)})
    return found


def _odd(place: str, scan: Scan, header: Sequence[str | None]) -> list[Fault]:
    """Faults of what is no value."""
    found = []
    for row, column, text in scan.errors:
        cure = "Mend the formula, or enter the value."
        found.append(Fault(place, row, _head(header, column), text,
                           f"cell {cell_name(row, column)} holds the error {text}", cure, "cell_error"))  # fmt: skip
    for row, column in scan.unsaved:
        said = f"cell {cell_name(row, column)} holds a formula whose value is not saved"
        cure = "Open the workbook in a spreadsheet, let it calculate and save it; or enter the value."
        found.append(Fault(place, row, _head(header, column), None, said, cure, "formula_without_value"))
    told = {row for row, *_ in (*scan.errors, *scan.unsaved)}
    if scan.lost - told:
        said = f"{len(scan.lost - told)} more rows hold errors, or formulas whose value is not saved"
        cure = "Mend the formulas, let the spreadsheet calculate, and save it."
        found.append(Fault(place, min(scan.lost - told), None, None, said, cure, "cell_error"))
    for area in scan.merged[:_MERGED_SHOWN]:
        row = (cell_area(area) or (1,))[0]
        said = f"the cells {area} are merged: only the first holds the value"
        found.append(Fault(place, row, None, None, said, "Unmerge them and fill every cell.", "merged_cells"))
    if len(scan.merged) > _MERGED_SHOWN:
        said = f"{len(scan.merged)} ranges are merged in all"
        found.append(Fault(place, None, None, None, said, "Unmerge them and fill every cell.", "merged_cells"))
    return found


def _head(header: Sequence[str | None], column: int) -> str | None:
    return header[column - 1] if column <= len(header) else None

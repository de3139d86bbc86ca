"""Excel workbooks (.xlsx, .xlsm), read with care.

What a workbook says it holds is looked at before it is unpacked, each sheet is looked through before its grid is made, and the
reader of values gets nothing but the parts that are needed.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io._cells import Lost, RawRows, cell_text
from countermeasure.io.unpack import OLD_EXCEL, refuse_old, repack, too_large, unpack
from countermeasure.io.xlsx_quick import lengths_of, look_through
from countermeasure.io.xlsx_scan import SHEETS, sheet_paths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from countermeasure.io.limits import Limits
    from countermeasure.io.xlsx_scan import Scan

__all__ = ["PACKED", "Workbook", "look_into", "open_workbook", "rows_of"]

PACKED = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of packed files."""
_BOOK = "xl/workbook.xml"
_TEXTS = "xl/sharedStrings.xml"
_FEW = frozenset({"[content_types].xml", _BOOK, _TEXTS.casefold(), "xl/styles.xml", "_rels/.rels",
                  "xl/_rels/workbook.xml.rels"})  # fmt: skip
_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_MACROS = "xl/vbaproject.bin"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose sheets are still packed.

    Attributes:
        name: For messages.
        data: The packed file.
        limits: Beyond them it is refused.
        parts: Parts that all sheets need, by path.
        paths: Path of each sheet's part by its name, in the order of the workbook.
        hidden: Names of hidden sheets.
        macros: Whether it holds macros, which are neither read nor run.
    """

    name: str
    data: bytes
    limits: Limits
    parts: Mapping[str, bytes]
    paths: Mapping[str, str]
    hidden: Collection[str]
    macros: bool

    @property
    def first(self) -> str | None:
        """The first sheet that is not hidden; the first where all are."""
        return next((title for title in self.paths if title not in self.hidden), next(iter(self.paths), None))

    def scans(self, titles: Collection[str]) -> tuple[dict[str, Scan], dict[str, bytes]]:
        """Look through sheets.

        Returns:
            What each holds beside its values; and the parts, by path.

        Raises:
            InputError: If one is damaged, or reaches beyond the limits.
        """
        wanted = {self.paths[title] for title in titles}
        parts = unpack(self.data, self.name, self.limits, wanted.__contains__)
        texts = next((path for path in self.parts if path.casefold() == _TEXTS.casefold()), "")
        lengths = lengths_of(self.parts[texts], self.name) if texts else []
        places = {title: f"{self.name}, sheet {title}" for title in titles}
        found = {title: look_through(parts[self.paths[title]], place, lengths, self.limits) for title, place in places.items()}
        return found, parts

    def read(self, titles: Collection[str]) -> dict[str, tuple[Sequence[Sequence[object]], Scan]]:
        """Grids of sheets, from their first cell on, each with what it holds beside its values.

        Raises:
            InputError: If one is damaged, or reaches beyond the limits.
        """
        from python_calamine import CalamineError, CalamineWorkbook

        scans, parts = self.scans(titles)
        others = dict.fromkeys(set(self.paths.values()) - parts.keys(), _EMPTY)
        packed = repack({**self.parts, **others, **parts})
        del parts
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(packed)) as book:
                grids = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in titles}
        except (CalamineError, OSError, ValueError) as error:
            raise InputError(
                f"the Excel file cannot be read ({error})", code="damaged_file", where=self.name,
                cure="Open it in a spreadsheet and save it again as .xlsx.",
            ) from None  # fmt: skip
        return {title: (grids[title], scans[title]) for title in titles}


def open_workbook(data: bytes, name: str, limits: Limits) -> Workbook | None:
    """Open a workbook.

    Args:
        data: The packed file.
        name: For messages.
        limits: Bounds.

    Returns:
        The workbook; ``None`` if it is a packed file of another kind.

    Raises:
        InputError: If it is no packed file, an old or protected workbook, damaged, or beyond the limits.
    """
    if data.startswith(OLD_EXCEL):
        refuse_old(data, name)
    if len(data) > limits.size:
        raise too_large(len(data), limits.size, name)
    members: list[str] = []

    def few(path: str) -> bool:
        members.append(path)
        return path.casefold() in _FEW

    parts = unpack(data, name, limits, few)
    if _BOOK not in parts:
        return None
    paths, hidden = sheet_paths(parts, members, name)
    return Workbook(name, data, limits, parts, paths, hidden, any(path.casefold() == _MACROS for path in members))


def look_into(data: bytes, name: str, limits: Limits) -> None:
    """Look through all that a packed file holds, workbook or not.

    Raises:
        InputError: If it is damaged, or beyond the limits.
    """
    if len(data) > limits.size:
        raise too_large(len(data), limits.size, name)
    parts = unpack(data, name, limits, lambda _: True)
    lengths = [length for path in parts if path.casefold() == _TEXTS.casefold() for length in lengths_of(parts[path], name)]
    for path, part in parts.items():
        if path.casefold().startswith(SHEETS) and path.casefold().endswith(".xml"):
            look_through(part, f"{name}, {path}", lengths, limits)


def rows_of(grid: Sequence[Sequence[object]], scan: Scan, kept: Collection[int] = ()) -> RawRows:
    """Rows of a sheet; the first that is not empty is the header.

    Args:
        grid: Rows of equal length, as :meth:`Workbook.read` gives them.
        scan: What the sheet holds beside its values.
        kept: Rows that stand even where they hold no value.
    """
    lost = [Lost(row, column - 1, text) for row, column, text in scan.errors]
    lost += [Lost(row, column - 1, "") for row, column in scan.unsaved]
    held = (row for row, values in enumerate(grid, start=1) if row in kept or any(map(cell_text, values)))
    top = next(held, min(kept, default=0))
    if not top:
        return RawRows([], None, [], lambda _: [])
    header = [cell_text(value) for value in grid[top - 1]] if top <= len(grid) else []
    body = grid[top:]
    columns: list[list[str | None]] = []
    numbers: dict[int, int] = {}
    for place in range(len(header)):
        values = [row[place] for row in body]
        kinds = Counter(map(type, values))
        if kinds[float] + kinds[int]:
            numbers[place] = kinds[float] + kinds[int]
        columns.append([value.strip() or None if type(value) is str else cell_text(value) for value in values])
    filled = [any(texts) for texts in zip(*columns, strict=True)]
    extra = sorted(row for row in kept if row > max(top, len(grid)))
    stay = [full or row in kept for row, full in enumerate(filled, start=top + 1)]
    rows = [*compress(range(top + 1, len(grid) + 1), stay), *extra]
    if not all(stay) or extra:
        columns = [[*compress(texts, stay), *[None] * len(extra)] for texts in columns]
    return RawRows(header, top, rows, columns.__getitem__, [], numbers, lost, scan.merged)

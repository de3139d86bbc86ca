"""What a sheet of a workbook holds beside its values: errors, formulas without a value, merged cells, how far it reaches.

The reader of values leaves these out or makes blanks of them, which would be read as *not told*.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from countermeasure.io.limits import Limits

__all__ = ["LONGEST", "SHEETS", "Scan", "cell_area", "cell_name", "column_number", "scan_sheet", "sheet_paths", "text_lengths"]

LONGEST = 32_767
"""Characters that a cell can hold."""
SHEETS = "xl/worksheets/"
"""Where the parts of sheets are, in small letters."""
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


@dataclass(slots=True)
class Scan:
    """What a sheet holds beside its values.

    Attributes:
        errors: Place and text of cells with an error, as ``(4, 2, "#REF!")``; the first ones.
        unsaved: Places of formulas that have no saved value; the first ones.
        odd: Rows in which the value of a cell is lost, all of them; those of merged cells too.
        lost: Rows with an error or a formula whose value is not saved, all of them.
        merged: Ranges of merged cells, as ``B3:B5``.
        rows: Rows that hold anything.
        last_row: Last row with a value, an empty one too.
        last_column: Last column with a value, an empty one too.
        text: Characters of all cells.
    """

    errors: list[tuple[int, int, str]] = field(default_factory=list)
    unsaved: list[tuple[int, int]] = field(default_factory=list)
    odd: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    text: int = 0

    def error(self, row: int, column: int, text: str, limits: Limits, name: str) -> None:
        """Keep a cell that holds an error."""
        self._lose(row, limits, name)
        if len(self.errors) < limits.kept:
            self.errors.append((row, column, text or "#ERROR"))

    def unset(self, row: int, column: int, limits: Limits, name: str) -> None:
        """Keep a formula that has no saved value."""
        self._lose(row, limits, name)
        if len(self.unsaved) < limits.kept:
            self.unsaved.append((row, column))

    def _lose(self, row: int, limits: Limits, name: str) -> None:
        if len(self.lost) > limits.rows or row > limits.area:
            raise InputError(
                "the sheet holds more errors than rows are read", code="sheet_too_large", where=name,
                cure="Mend the formulas, or enter values.",
            )  # fmt: skip
        self.odd.add(row)
        self.lost.add(row)


def cell_name(row: int, column: int) -> str:
    """Name of a cell, as ``C5``, from its row and column, both from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def cell_area(area: str) -> tuple[int, int, int, int] | None:
    """First row and column, last row and column of a range as ``B3:C5``, all from 1; ``None`` if it is none."""
    ends = [_CELL.fullmatch(end) for end in area.split(":")]
    places = [(int(end[2]), column_number(end[1])) for end in ends if end is not None]
    if not places or len(places) < len(ends):
        return None
    rows, columns = [row for row, _ in places], [column for _, column in places]
    return min(rows), min(columns), max(rows), max(columns)


def _parse(content: bytes, name: str, start: Callable[[str, dict[str, str]], None], **handlers: Callable[..., None]) -> None:
    """Run a parser over a part of a workbook; a document type, which a workbook never has, is refused."""

    def doctype(*_: object) -> None:
        raise InputError(
            "the workbook holds a document type, which no spreadsheet writes", code="damaged_file", where=name,
            cure="Save it again from a spreadsheet.",
        )  # fmt: skip

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    if "end" in handlers:
        parser.EndElementHandler = handlers["end"]
    if "text" in handlers:
        parser.CharacterDataHandler = handlers["text"]
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError) as error:  # an encoding that nobody knows is a LookupError
        raise InputError(
            f"the workbook is damaged ({error})", code="damaged_file", where=name, cure="Save it again from a spreadsheet."
        ) from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def sheet_paths(files: Mapping[str, bytes], members: Iterable[str], name: str) -> tuple[dict[str, str], set[str]]:
    """Where the sheets of a workbook are.

    Args:
        files: Parts that are unpacked; ``xl/workbook.xml`` and its relations are read.
        members: Paths of all parts. Letters may differ in case, as readers of workbooks take them.
        name: For messages.

    Returns:
        Path of each sheet's part by the sheet's name, in the order of the workbook; and the names of hidden sheets.
    """
    targets: dict[str, str] = {}
    found: dict[str, str] = {}
    hidden: set[str] = set()
    there = {path.casefold(): path for path in members}

    def relation(tag: str, of: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and of.get("TargetMode") != "External":
            target = of.get("Target", "")
            inside = target.startswith(("/", "xl/"))
            path = target.lstrip("/") if inside else posixpath.normpath(posixpath.join("xl", target))
            targets[of.get("Id", "")] = path

    def sheet(tag: str, of: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            key = next((value for key, value in of.items() if _local(key) == "id"), "")
            path = targets.get(key, "")
            if path.casefold() in there and path.casefold().startswith(SHEETS):
                found[of.get("name", "")] = there[path.casefold()]
                if of.get("state", "visible") != "visible":
                    hidden.add(of.get("name", ""))

    _parse(files.get("xl/_rels/workbook.xml.rels", b"<x/>"), name, relation)
    _parse(files["xl/workbook.xml"], name, sheet)
    return found, hidden


def text_lengths(content: bytes, name: str) -> list[int]:
    """Length of each shared text.

    Raises:
        InputError: If one is longer than a cell can hold.
    """
    lengths: list[int] = []
    inside = False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal inside
        local = _local(tag)
        if local == "si":
            lengths.append(0)
        inside = local == "t" or inside

    def end(tag: str) -> None:
        nonlocal inside
        if _local(tag) == "t":
            inside = False

    def text(data: str) -> None:
        if inside and lengths:
            lengths[-1] += len(data)
            if lengths[-1] > LONGEST:
                raise _too_long(name)

    _parse(content, name, start, end=end, text=text)
    return lengths


def _too_long(name: str) -> InputError:
    return InputError(
        f"a cell holds more than {LONGEST:,} characters",
        code="cell_too_long",
        where=name,
        cure="Shorten the text of that cell.",
    )


class _Sheet:
    """Handlers for one sheet."""

    def __init__(self, name: str, lengths: Sequence[int], limits: Limits) -> None:
        self.found = Scan()
        self.name = name
        self.lengths = lengths
        self.limits = limits
        self.row = self.column = self.line = 0
        self.kind = ""
        self.formula = self.valued = self.held = False
        self.reading = False
        self.value = ""
        self.filled = 0
        self.spanned = 0

    def start(self, tag: str, of: dict[str, str]) -> None:
        local = _local(tag)
        if local == "c":
            self._place(of.get("r", ""))
            self.kind, self.value = of.get("t", ""), ""
            self.formula = self.valued = self.held = False
        elif local == "row":
            self.line = int(of["r"]) if of.get("r", "").isdigit() else self.line + 1
            self.column = 0
        elif local == "f":
            self.formula = True
        elif local in ("v", "t"):
            self.valued = self.reading = self.held = True
        elif local == "is":
            self.held = True
        elif local == "mergeCell":
            self._merge(of.get("ref", ""))

    def _place(self, reference: str) -> None:
        """Note where a cell stands; one that does not say so follows the one before."""
        place = _CELL.fullmatch(reference.upper())
        if place is not None:
            self.row, self.column = int(place[2]), column_number(place[1])
        elif reference:
            raise InputError(
                f"the workbook is damaged (a cell is named {reference[:20]!r})", code="damaged_file", where=self.name,
                cure="Save it again from a spreadsheet.",
            )  # fmt: skip
        else:
            self.row, self.column = self.line, self.column + 1

    def text(self, data: str) -> None:
        if self.reading:
            self.value += data
            if len(self.value) > LONGEST:
                raise _too_long(self.name)

    def end(self, tag: str) -> None:
        local = _local(tag)
        if local in ("v", "t"):
            self.reading = False
        elif local == "c":
            self._cell()

    def _cell(self) -> None:
        found = self.found
        if self.kind == "e":
            found.error(self.row, self.column, self.value, self.limits, self.name)
        elif self.formula and not self.value and not (self.valued and self.kind == "str"):
            found.unset(self.row, self.column, self.limits, self.name)
        if not self.held:  # readers make room for a cell with an empty value too
            return
        if self.value and self.row != self.filled:
            self.filled = self.row
            found.rows += 1
        found.last_row = max(found.last_row, self.row)
        found.last_column = max(found.last_column, self.column)
        shared = self.kind == "s" and self.value.isdigit() and int(self.value) < len(self.lengths)
        found.text += self.lengths[int(self.value)] if shared else len(self.value)
        self._bounds()

    def _merge(self, area: str) -> None:
        """Keep a range of merged cells; all its rows are in doubt."""
        limits, ends = self.limits, cell_area(area)
        first, _, last, _ = ends or (1, 1, 0, 1)
        self.spanned += last - first + 1
        far = last - first > limits.rows or self.spanned > limits.area
        if ends is None or far or len(self.found.merged) >= limits.merged:
            raise InputError(
                f"more than {limits.merged:,} ranges of cells are merged, or a very large one", code="merged_cells",
                where=self.name, cure="Unmerge them and fill every cell.",
            )  # fmt: skip
        self.found.merged.append(area)
        self.found.odd.update(range(first, last + 1))

    def _bounds(self) -> None:
        found, limits = self.found, self.limits
        if found.last_column > limits.columns:
            said = f"a value stands in column {found.last_column:,}, and {limits.columns:,} columns are read"
        elif found.rows > limits.rows:
            said = f"the sheet has more than {limits.rows:,} rows with values"
        elif found.last_row * found.last_column > limits.area:
            said = f"values stand as far as {cell_name(found.last_row, found.last_column)}, and {limits.area:,} cells are read"
        elif found.text > limits.text:
            said = f"the sheet holds more than {limits.text:,} characters"
        else:
            return
        raise InputError(said, code="sheet_too_large", where=self.name, cure="Delete what stands far off, and further rows.")


def column_number(letters: str) -> int:
    """Number of a column, from 1, by its letters."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found


def scan_sheet(content: bytes, name: str, lengths: Sequence[int], limits: Limits) -> Scan:
    """Look through a sheet's part.

    Args:
        content: The part.
        name: For messages.
        lengths: Of the shared texts; see :func:`text_lengths`.
        limits: Beyond them it is refused.

    Raises:
        InputError: If it is damaged, or reaches beyond the limits.
    """
    sheet = _Sheet(name, lengths, limits)
    _parse(content, name, sheet.start, end=sheet.end, text=sheet.text)
    return sheet.found

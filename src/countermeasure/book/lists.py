"""Code lists of the law: prefixes of two to ten digits, each with its own window and the instrument that put it there."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.book.model import ALWAYS, DAY, NEVER
from countermeasure.codes.day import parse_day
from countermeasure.errors import CountermeasureError

if TYPE_CHECKING:
    from countermeasure.book.replay import ListChange

COLUMNS = ("code", "from", "until", "by", "until_by", "note")


@dataclass(frozen=True, slots=True)
class ListRow:
    """One code of a list.

    Attributes:
        digits: The prefix without dots.
        start: First instant; ``ALWAYS`` where the row gives none.
        end: First instant after; ``NEVER`` where the row gives none.
        by: Instrument that put it on the list, or empty.
        until_by: Instrument that took it off, or empty.
    """

    digits: str
    start: int = ALWAYS
    end: int = NEVER
    by: str = ""
    until_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list with the words of its header."""

    name: str
    title: str
    source: str
    licence: str
    confidence: str
    notes: str
    rows: tuple[ListRow, ...]

    def known(self, honoured: frozenset[str]) -> CodeList:
        """The list as it stood when only the honoured instruments were known."""
        rows = []
        for row in self.rows:
            if row.by and row.by not in honoured:
                continue
            if row.until_by and row.until_by not in honoured:
                rows.append(replace(row, end=NEVER))
            else:
                rows.append(row)
        return replace(self, rows=tuple(rows))

    def changed(self, change: ListChange) -> CodeList:
        """The list after a ``list`` or ``delist`` act."""
        digits = [digits_of(code) for code in change.codes]
        if change.added:
            added = tuple(ListRow(d, change.start, change.end, change.instrument) for d in digits)
            return replace(self, rows=self.rows + added)
        gone = set(digits)
        rows = tuple(replace(r, end=min(r.end, change.start)) if r.digits in gone else r for r in self.rows)
        return replace(self, rows=rows)


def digits_of(code: str) -> str:
    """Digits of a prefix written with or without dots.

    Raises:
        ValueError: If it is not two to ten digits.
    """
    digits = code.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 10):
        raise ValueError(f"{code!r} is not a prefix of two to ten digits")
    return digits


def read_header(text: str) -> tuple[dict[str, str], list[str], int]:
    """Read the ``# key: value`` lines at the head of a table.

    Returns:
        Values by key (a line without key continues the one above), all lines, and the place of the first line below the head.
    """
    header: dict[str, str] = {}
    lines = text.splitlines()
    key = ""
    start = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    for line in lines[:start]:
        name, colon, value = line[1:].strip().partition(": ")
        if colon and name.replace("_", "").isalpha():
            key = name
            header[key] = value
        elif key:
            header[key] += " " + line[1:].strip()
    return header, lines, start


def read_head(
    text: str, path: str, columns: tuple[str, ...], faults: list[str]
) -> tuple[dict[str, str], list[str], int] | None:
    """Header values, lines from the column row on, and the place of that row; ``None`` after the fault was told."""
    header, lines, start = read_header(text)
    missing = [k for k in ("name", "title", "source", "licence", "confidence") if not header.get(k)]
    if missing:
        faults.append(f"{path}:1: header lines are missing: {', '.join('# ' + m + ':' for m in missing)}")
        return None
    body = lines[start:]
    if not body or tuple(c.strip() for c in body[0].split(",")) != columns:
        faults.append(f"{path}:{start + 1}: the columns must be {','.join(columns)}")
        return None
    return header, body, start


def parse_list(text: str, path: str, faults: list[str]) -> CodeList | None:
    """Read a list file.

    Args:
        text: Content of the file.
        path: Name for messages.
        faults: Every fault is appended as ``path:line: message``.

    Returns:
        The list, or ``None`` where the header is unusable.
    """
    found = read_head(text, path, COLUMNS, faults)
    if found is None:
        return None
    header, body, start = found
    rows: list[ListRow] = []
    seen: set[tuple[str, int]] = set()
    for number, cells in enumerate(csv.reader(body[1:]), start=start + 2):
        if not cells:
            continue
        if len(cells) != len(COLUMNS):
            faults.append(f"{path}:{number}: {len(cells)} cells, {len(COLUMNS)} columns")
            continue
        try:
            row = _row(cells)
        except (ValueError, CountermeasureError) as error:
            faults.append(f"{path}:{number}: {error}")
            continue
        if (row.digits, row.start) in seen:
            faults.append(f"{path}:{number}: {cells[0]} is listed twice from the same day; remove one")
        seen.add((row.digits, row.start))
        rows.append(row)
    return CodeList(
        header["name"],
        header["title"],
        header["source"],
        header["licence"],
        header["confidence"],
        header.get("notes", ""),
        tuple(rows),
    )


def _row(cells: list[str]) -> ListRow:
    code, start, end, by, until_by, note = (c.strip() for c in cells)
    first = parse_day(start) * DAY if start else ALWAYS
    last = parse_day(end) * DAY if end else NEVER
    if first >= last:
        raise ValueError(f"{code}: the window from {start} until {end} is empty; until is the first day after")
    return ListRow(digits_of(code), first, last, by, until_by, note)

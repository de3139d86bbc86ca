"""Text of others in files that a spreadsheet opens: it must stay text.

A spreadsheet takes a text of a CSV file that begins with ``=`` and some other signs for a formula, and runs it. Such a text
gets one apostrophe before it, and :func:`unguarded` takes it off again: a table that is written and read back holds the same
texts. Numbers, and dashes that stand for nothing, stay as they are. Excel files hold texts as texts; there the cell is marked
as quoted instead, so that it stays a text when it is edited, and its value is exact.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["GUARDED", "CsvWriter", "csv_text", "guarded", "is_guarded", "unguarded"]

_LEAD = re.compile(r"[\s']*")
_BREAKS = re.compile(r"[\t\r\n]")
_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20")
"""The last four are the wide forms of the first four."""
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*%?"
_BAND = rf"{_NUMBER}\s*to\s*{_NUMBER}"
_PLAIN = re.compile(rf"{_BAND}|{_NUMBER}(?:\s*\({_BAND}\))?|-{{1,3}}", re.ASCII)
"""A number, alone or with its band, a band, and dashes for nothing."""
GUARDED = re.compile(r"'[\s']*(?:[\t\r\n]|[=+\-@|%\uff1d\uff0b\uff0d\uff20])")
"""Found in every table that holds a guarded text."""


def is_guarded(text: str) -> bool:
    """Whether a text needs an apostrophe before it, however many it has already."""
    lead = _LEAD.match(text)
    end = 0 if lead is None else lead.end()
    if end == len(text):
        return False
    if _BREAKS.search(text, 0, end):
        return True
    return text[end] in _STARTS and not _PLAIN.fullmatch(text[end:].strip())


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe before it.

    Numbers stay as they are. A text that has its apostrophe already gets another, so that nothing is lost on the way back.

    Example:
        >>> guarded("=HYPERLINK(1)"), guarded("-4.5"), guarded("-")
        ("'=HYPERLINK(1)", '-4.5', '-')
    """
    return f"'{text}" if text and not text[0].isalnum() and is_guarded(text) else text


def unguarded(text: str) -> str:
    """The text that :func:`guarded` was given.

    Example:
        >>> unguarded("'=HYPERLINK(1)"), unguarded("'tis")
        ('=HYPERLINK(1)', "'tis")
    """
    return text[1:] if text.startswith("'") and is_guarded(text[1:]) else text


class CsvWriter:
    """Writes rows as CSV with guarded texts; ``None`` is an empty cell.

    Args:
        stream: Where the text goes.
        delimiter: Between cells.
    """

    def __init__(self, stream: TextIO | io.StringIO, delimiter: str = ",") -> None:
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")

    def writerow(self, row: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write several."""
        self._writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A table as CSV with guarded texts; ``None`` is an empty cell."""
    out = io.StringIO()
    writer = CsvWriter(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()

"""Look through a large sheet without parsing it cell by cell.

Most sheets are written in one plain form: ``<row r="2"><c r="A2" t="s"><v>0</v></c>...``. There the places of all tags are
found in a few passes over the bytes, and the far end, errors and formulas without a value follow from them. A sheet in any
other form (comments, other encodings, prefixes, attributes in another order) is left to the parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.io.xlsx_scan import LONGEST, Scan, column_number, scan_sheet, text_lengths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from countermeasure.io.limits import Limits

    Bytes = NDArray[np.uint8]
    Places = NDArray[np.int64]

__all__ = ["SMALL", "lengths_of", "look_through"]

SMALL = 300_000
"""Bytes below which the parser is quick enough."""
_STEP = 1 << 24
_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_START, _END = b"<sheetData>", b"</sheetData>"
_LETTERS = frozenset(b"cvfitr/")
_APART = re.compile(rb"=(?<=[ \t\r\n]=)")
_E = re.compile(rb"[\"']e[\"']")
_KIND = re.compile(rb"\st\s*=\s*[\"']([^\"']*)[\"']")
_REF = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"')
_VALUE = re.compile(rb"<[vt](?: [^>]*)?>([^<]*)</[vt]>")
_BARE_FORMULA = re.compile(rb"(?:<f(?: [^>]*)?/>|</f>)\s*(?:<v(?: [^>]*)?/>|<v(?: [^>]*)?></v>)?\s*</c>")
_SHARED = re.compile(rb'<c r="[A-Z0-9]*"[^>]*? t="s"[^>]*><v>(\d+)</v>')


def look_through(content: bytes, name: str, lengths: Sequence[int], limits: Limits) -> Scan:
    """What a sheet holds beside its values, as :func:`countermeasure.io.xlsx_scan.scan_sheet` gives it.

    ``rows``, ``last_row``, ``last_column`` and ``text`` may be above the true ones where that is within the limits.

    Args:
        content: The sheet's part.
        name: For messages.
        lengths: Of the shared texts, or more; see :func:`lengths_of`.
        limits: Beyond them it is refused.

    Raises:
        InputError: If it is damaged, or reaches beyond the limits.
    """
    found = _quickly(content, name, lengths, limits) if len(content) >= SMALL else None
    return found if found is not None else scan_sheet(content, name, lengths, limits)


def lengths_of(content: bytes, name: str) -> list[int]:
    """Length of each shared text, or somewhat more.

    Raises:
        InputError: If one is longer than a cell can hold.
    """
    if len(content) >= SMALL and _plain_text(content):
        lengths = [len(part) for part in content.split(b"</si>")[:-1]]
        if lengths and max(lengths) <= LONGEST:
            return lengths
    return text_lengths(content, name)


def _plain_text(content: bytes) -> bool:
    """Whether it is UTF-8 as far as its head says, without comments and the like."""
    head = content[:200]
    return head.lstrip(b"\xef\xbb\xbf").startswith(b"<") and not _ENCODING.search(head) and b"<!" not in content


def _quickly(content: bytes, name: str, lengths: Sequence[int], limits: Limits) -> Scan | None:
    """The scan, or ``None`` where the sheet is not of the plain form or may be beyond the limits."""
    start, end = content.find(_START), content.rfind(_END)
    if start < 0 or end < start or not _plain_text(content[:start]):
        return None
    start += len(_START)
    about = _about(content, start, end)
    if about is None:
        return None
    rows, columns, cells, formulas = about
    found = scan_sheet(content[:start] + content[end:], name, lengths, limits)  # what stands before and after the rows
    text = end - start + cells * max(lengths, default=0)
    if text > limits.text:
        text = end - start + _shared(content, start, end, lengths)
    if found.rows or rows > limits.rows or columns > limits.columns or rows * columns > limits.area or text > limits.text:
        return None
    found.rows, found.last_row, found.last_column, found.text = rows, rows, columns, text
    if b'"e"' in content or b"'e'" in content:
        for row, column, word in _errors(content, start, end):
            found.error(row, column, word, limits, name)
    saved = content.count(b"</f><v>") == formulas and b"<v></v>" not in content
    if formulas and not saved:
        for row, column in _unset(content, start, end):
            found.unset(row, column, limits, name)
    found.errors.sort()
    found.unsaved.sort()
    return found


def _about(content: bytes, start: int, end: int) -> tuple[int, int, int, int] | None:
    """Last row, last column, cells and formulas of the rows between two places; ``None`` if they are not of the plain form."""
    import numpy as np

    data = np.frombuffer(content, np.uint8)
    rows = columns = cells = formulas = lines = 0
    for low in range(start, end, _STEP):
        high = min(low + _STEP, end)
        tags = np.flatnonzero(data[low:high] == ord("<")) + low
        if len(tags) and (tags[-1] + 20 > len(data) or np.diff(tags).max(initial=0) > LONGEST):
            return None
        first = data[tags + 1]
        if not set(np.flatnonzero(np.bincount(first, minlength=256)).tolist()) <= _LETTERS:
            return None
        seen = _references(data, tags[first == ord("c")])
        numbered = _rows(data, tags[first == ord("r")])
        if seen is None or numbered is None or not _known(data, tags, first):
            return None
        rows, columns = max(rows, seen[0], numbered), max(columns, seen[1])
        cells += int((first == ord("c")).sum())
        lines += int((first == ord("r")).sum())
        formulas += int((first == ord("f")).sum())
    return (rows, columns, cells, formulas) if _once(content, start, end, cells + lines) else None


def _once(content: bytes, start: int, end: int, places: int) -> bool:
    """Whether cells and rows say their place once each; readers differ on which one counts."""
    exactly = content.count(b'r="', start, end) == content.count(b"r=", start, end) == places
    return exactly and not _APART.search(content, start, end)


def _known(data: Bytes, tags: Places, first: Bytes) -> bool:
    """Whether tags other than cells and rows are those of values, formulas and texts."""
    import numpy as np

    ends = b" />"
    for letter, follow in ((b"v", ends), (b"f", ends), (b"t", ends), (b"i", b"s")):
        after = np.bincount(data[tags[first == letter[0]] + 2], minlength=256)
        if not set(np.flatnonzero(after).tolist()) <= set(follow):
            return False
    return True


def _digits(data: Bytes, at: Places) -> Places | None:
    """Numbers of up to seven digits that end at a quote."""
    import numpy as np

    value = np.zeros(len(at), np.int64)
    open_ = np.ones(len(at), bool)
    for place in range(8):
        sign = data[at + place].astype(np.int64)
        open_ &= sign != ord('"')
        if not open_.any():
            return value if place else None
        digit = sign - ord("0")
        if ((digit < 0) | (digit > 9))[open_].any():
            return None
        value = np.where(open_, 10 * value + digit, value)
    return None


def _rows(data: Bytes, at: Places) -> int | None:
    """Last row by the numbers of rows; ``None`` where a row has none in its plain place."""
    if not len(at):
        return 0
    for place, sign in enumerate(b'row r="', start=1):
        if (data[at + place] != sign).any():
            return None
    numbers = _digits(data, at + 8)
    return None if numbers is None else int(numbers.max())


def _references(data: Bytes, at: Places) -> tuple[int, int] | None:
    """Last row and column by the references of cells; ``None`` where a cell has none in its plain place."""
    import numpy as np

    if not len(at):
        return 0, 0
    for place, sign in enumerate(b'c r="', start=1):
        if (data[at + place] != sign).any():
            return None
    at = at + 6
    column = np.zeros(len(at), np.int64)
    width = np.zeros(len(at), np.int64)
    letters = np.ones(len(at), bool)
    for place in range(4):
        letter = data[at + place].astype(np.int64) - ord("A") + 1
        letters &= (letter >= 1) & (letter <= 26)
        if not letters.any():
            break
        column = np.where(letters, 26 * column + letter, column)
        width += letters
    if width.min() < 1 or width.max() > 3:
        return None
    rows = _digits(data, at + width)
    return None if rows is None or rows.min() < 1 else (int(rows.max()), int(column.max()))


def _cells(content: bytes, start: int, end: int, mark: re.Pattern[bytes]) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Row, column, opening tag and content of cells in which a mark stands."""
    last = -1
    for hit in mark.finditer(content, start, end):
        at = content.rfind(b"<c ", start, hit.start() + 1)
        place = _REF.match(content, at) if at > last else None
        if place is None:
            continue
        last = at
        close = content.find(b">", at)
        until = close if content[close - 1 : close] == b"/" else content.find(b"</c>", close)
        yield int(place[2]), column_number(place[1].decode()), content[at:close], content[close + 1 : max(until, close + 1)]


def _errors(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for row, column, tag, inside in _cells(content, start, end, _E):
        kind = _KIND.search(tag)
        if kind is not None and kind[1] == b"e":
            value = _VALUE.search(inside)
            yield row, column, value[1].decode("utf-8", "replace") if value is not None else ""


def _unset(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    for row, column, tag, inside in _cells(content, start, end, _BARE_FORMULA):
        kind = _KIND.search(tag)
        empty = kind is not None and (kind[1] == b"e" or (kind[1] == b"str" and b"<v" in inside))
        if not empty and not any(value[1] for value in _VALUE.finditer(inside)):
            yield row, column


def _shared(content: bytes, start: int, end: int, lengths: Sequence[int]) -> int:
    """Characters of all cells that hold a shared text; the longest for a cell whose number is not understood."""
    import numpy as np

    numbers = np.array(_SHARED.findall(content, start, end), dtype="S10").astype(np.int64)
    known = np.array(lengths, np.int64)
    others = content.count(b't="s"', start, end) - len(numbers)
    inside = numbers < len(known)
    return int(known[numbers[inside]].sum()) + (others + int((~inside).sum())) * int(known.max(initial=0))

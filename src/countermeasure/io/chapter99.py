"""Code lists of the notes to chapter 99, from the plain text of the PDF.

The text has page headers inside the lists, tables of three to five columns, compiler's notes in brackets,
and sometimes two lists side by side. What is read here is what is printed: a code counts as **listed** in
the subdivision above it when it stands in a table row or as a numbered item, and as **named** when it
stands in prose. Lists printed side by side are marked doubtful, since plain text does not keep them apart.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NoteCode", "NoteLists", "parse_notes", "read_notes"]

_PAGE = re.compile(r"^\s*99 - ([IVX]+) - (\d+)\s*$")
_RUNNING = re.compile(r"Harmonized Tariff Schedule of the United States|Annotated for Statistical|^\s*XXII\s*$")
_NOTE = re.compile(r"^(\d{1,2})\.(?=\s|$)\s*")
_SUBDIVISION = re.compile(r"^(\s{0,14})\(([a-z]{1,4})\)(?=\s|$|The )\s*")
_BACK_REFERENCE = re.compile(r"(?:of|to) (?:this|U\.S\.|the) |and |or |through |in |under ")
_CODE = re.compile(r"(?<![\d.])\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?(?![\d.]*\d)")
_DOTTED = re.compile(r"(?<![\d.])\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?(?![\d.]*\d)")
_TABLE_ROW = re.compile(r"^\s*(?:\(\d+\)\s*)?(?:\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?[\s;,.]*)+(?:and|or)?\s*$")
_NUMBERED = re.compile(r"^\s*\(\d+\)\s+(\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)\b")
_SIDE = re.compile(r"\s{3,}((?:\d{4}\.\d{2}\S*[\s]*)+)$")
_ROMAN = (
    "", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi",
    "xvii", "xviii", "xix", "xx",
)  # fmt: skip
_TABLE_HEAD = re.compile(r"^\s*Heading/\s+Stat\.")
_CURE = "Give the plain text of chapter 99, with its notes."
_NOTE_GAP = 6


class NoteCode(NamedTuple):
    """A code as found.

    Attributes:
        subchapter: Roman numeral of the subchapter of chapter 99.
        note: Number of the US note.
        subdivision: ``b``, ``s(i)``; empty before the first subdivision.
        code: Digits without dots, as many as printed (four to ten).
        line: Line of the text, from 1.
        how: ``listed``, ``named`` (in prose) or ``side_by_side`` (doubtful).
    """

    subchapter: str
    note: str
    subdivision: str
    code: str
    line: int
    how: str


@dataclass(frozen=True, slots=True)
class NoteLists:
    """All codes of the notes of a text, in its order."""

    source: str
    lines: int
    codes: tuple[NoteCode, ...]

    def lists(self, subchapter: str = "III", *, doubtful: bool = True) -> dict[str, dict[str, list[str]]]:
        """Listed codes by note and subdivision, without repetition, in the order of the text.

        Args:
            subchapter: The additional duties of sections 232, 301 and the emergency powers are in III.
            doubtful: Whether to include lists printed side by side.
        """
        wanted = {"listed", "side_by_side"} if doubtful else {"listed"}
        return self._grouped(subchapter, wanted)

    def named(self, subchapter: str = "III") -> dict[str, dict[str, list[str]]]:
        """Codes of chapters 1 to 97 that stand in prose, by note and subdivision."""
        return self._grouped(subchapter, {"named"})

    def _grouped(self, subchapter: str, how: set[str]) -> dict[str, dict[str, list[str]]]:
        grouped: dict[str, dict[str, dict[str, None]]] = {}
        for one in self.codes:
            if one.subchapter == subchapter and one.how in how:
                grouped.setdefault(one.note, {}).setdefault(one.subdivision, {})[one.code] = None
        return {note: {key: list(codes) for key, codes in found.items()} for note, found in grouped.items()}


def read_notes(path: Path) -> NoteLists:
    """Read a text of chapter 99, plain or gzip, UTF-8 or Latin-1.

    Raises:
        InputError: If the file cannot be read or holds no notes.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name, cure=_CURE) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return parse_notes(text, path.name)


def parse_notes(text: str, source: str) -> NoteLists:
    """As :func:`read_notes`, from the text."""
    place = _Place()
    found: list[NoteCode] = []
    rows = text.splitlines()
    for number, row in enumerate(rows, 1):
        page = _PAGE.match(row)
        if page:
            place.turn(page.group(1))
            continue
        if not row.strip() or _RUNNING.search(row):
            continue
        body = place.enter(row)
        if place.note and not place.closed:
            found.extend(
                NoteCode(place.subchapter, place.note, place.subdivision, code.replace(".", ""), number, how)
                for code, how in _codes(body)
            )
    if not found:
        raise InputError("no notes with codes found", where=source, cure=_CURE)
    return NoteLists(source, len(rows), tuple(found))


def _codes(row: str) -> list[tuple[str, str]]:
    """Codes of a row and how they stand there."""
    if _TABLE_ROW.match(row):
        row = re.sub(r"^\s*\(\d+\)", "", row)
        return [(code, "listed") for code in _CODE.findall(row)]
    item = _NUMBERED.match(row)
    if item:
        return [(item.group(1), "listed")]
    side = _SIDE.search(row)
    if side:
        return [(code, "side_by_side") for code in _DOTTED.findall(side.group(1))]
    return [(code, "named") for code in _DOTTED.findall(row) if code[:2] < "98"]


class _Place:
    """Where in the notes a row stands: subchapter, note, subdivision."""

    def __init__(self) -> None:
        self.subchapter = ""
        self.note = ""
        self.closed = False
        self._top = ""
        self._roman = 0

    @property
    def subdivision(self) -> str:
        return f"{self._top}({_ROMAN[self._roman]})" if self._roman else self._top

    def turn(self, subchapter: str) -> None:
        """A new page."""
        if subchapter != self.subchapter:
            self.subchapter, self.note, self._top, self._roman, self.closed = subchapter, "", "", 0, False

    def enter(self, row: str) -> str:
        """Follow a row; gives what is left of it after its numbers."""
        if _TABLE_HEAD.match(row):
            self.closed = True  # the notes of the subchapter are over, its table begins
        note = _NOTE.match(row)
        if note:
            number, last = int(note.group(1)), int(self.note or 0)
            if last < number <= last + _NOTE_GAP and not _TABLE_ROW.match(row[note.end() :] or "x"):
                self.note, self._top, self._roman = str(number), "", 0
                row = row[note.end() :]
        mark = _SUBDIVISION.match(row)
        while mark and self.note:
            rest = row[mark.end() :]
            if not self._step(mark.group(2), rest):
                break
            row = rest
            mark = _SUBDIVISION.match(row)
        return row

    def _step(self, mark: str, rest: str) -> bool:
        """Take a mark as the next subdivision or the next roman number in it; False when it is neither."""
        if _BACK_REFERENCE.match(rest):
            return False
        roman = _ROMAN.index(mark) if mark in _ROMAN else 0
        follows = roman == self._roman + 1
        ahead = _following(self._top)
        is_next = mark == ahead[0] or (not roman and mark in ahead)
        if is_next and not (follows and (self._roman or not rest[:1].isupper())):
            self._top, self._roman = mark, 0
            return True
        if follows and self._top:
            self._roman = roman
            return True
        return False


def _following(top: str) -> tuple[str, ...]:
    """Marks that may come after a subdivision: the next one, or a few further ones when some were deleted."""
    if not top:
        return ("a", "b")
    marks: list[str] = []
    for _ in range(3 if len(top) == 1 else 7):
        top = "a" * (len(top) + 1) if top[0] == "z" else chr(ord(top[0]) + 1) * len(top)
        marks.append(top)
    return tuple(marks)

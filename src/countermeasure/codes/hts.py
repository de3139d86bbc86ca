"""Tariff numbers of the Harmonized System (HS) and of the United States (HTS).

A number is a prefix of two to ten digits: chapter, heading, subheading, tariff line, statistical line. For
arrays it becomes an integer of ten digits, padded with zeros on the right, so that all lines below a prefix
form one half-open range.

Spreadsheets damage numbers in three ways, and each is told apart:

- a leading zero is lost (``101210010`` for 0101.21.00.10): restored where the number has 3, 5, 7 or 9 digits
  and the heading with the zero exists in chapters 1 to 9, and marked ``repaired`` so that the caller can say
  so;
- a trailing zero is lost (``8505.1`` for 8505.10): refused, since 8505.1 may also be meant;
- digits are lost to ``8.50511E+09``: refused, since they cannot be had back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes._columns import encode_distinct
from countermeasure.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = [
    "HTS_FAULT_TEXT",
    "HtsCode",
    "HtsFault",
    "dotted_int10",
    "encode_codes",
    "near",
    "parse_hts",
]

_LAST_HEADING = (0, 6, 10, 9, 10, 11, 4, 14, 14, 10)
"""Last heading of chapters 1 to 9 in the Harmonized System 2022 (0309 is new there, the rest are older)."""

_DROP = re.compile("[\u00a0\u2000-\u200b\u202f\u2060\ufeff]")
_MARKS = re.compile(r"[\s.\u00b7\u2010-\u2015\u2212_-]+")
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+", re.ASCII)
_FLOAT = re.compile(r"\d{5,10}\.0", re.ASCII)


class HtsFault(IntEnum):
    """What is wrong with a tariff number; ``OK`` and ``REPAIRED`` are usable."""

    OK = 0
    REPAIRED = 1
    EMPTY = 2
    NOT_DIGITS = 3
    LENGTH = 4
    SCIENTIFIC = 5
    CHAPTER = 6
    LOST_DIGIT = 7


HTS_FAULT_TEXT: dict[HtsFault, tuple[str, str]] = {
    HtsFault.OK: ("", ""),
    HtsFault.REPAIRED: (
        "leading zero restored",
        "Keep tariff numbers as text, so that the spreadsheet keeps the zero.",
    ),
    HtsFault.EMPTY: ("the tariff number is empty", "Give two to ten digits, for example 8505.11.00.70."),
    HtsFault.NOT_DIGITS: (
        "is not a tariff number: it holds other signs than digits and dots",
        "Give two to ten digits, for example 8505.11.00.70.",
    ),
    HtsFault.LENGTH: (
        "is not a tariff number: it has the wrong count of digits",
        "Give 2, 4, 6, 8 or 10 digits; leave out national digits after the tenth.",
    ),
    HtsFault.SCIENTIFIC: (
        "is a number in scientific notation: digits are lost",
        "Format the column as text in the spreadsheet and enter the number again.",
    ),
    HtsFault.CHAPTER: (
        "begins with a chapter that does not exist (00, and 77 which is reserved)",
        "Chapters are 01 to 76, 78 to 97, and 98 and 99 in the United States.",
    ),
    HtsFault.LOST_DIGIT: (
        "lacks a digit, and it cannot be told which",
        "Write the number in full, with its zeros, for example 8505.10 and not 8505.1.",
    ),
}
"""For each fault what was wrong and what to do."""


@dataclass(frozen=True, slots=True, order=True)
class HtsCode:
    """A tariff number.

    Attributes:
        digits: Two, four, six, eight or ten digits, without dots.
        repaired: Whether a leading zero was restored; takes no part in comparison.
    """

    digits: str
    repaired: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.dotted

    @property
    def dotted(self) -> str:
        """The number as the schedule prints it: ``8505``, ``8505.11``, ``8505.11.00``, ``8505.11.00.70``."""
        return _dot(self.digits)

    @property
    def level(self) -> int:
        """Count of digits: 2, 4, 6, 8 or 10."""
        return len(self.digits)

    @property
    def chapter(self) -> int:
        """Chapter, 1 to 99."""
        return int(self.digits[:2])

    @property
    def is_chapter_98_99(self) -> bool:
        """Whether the number is a US provision of chapter 98 or 99 and not a class of goods."""
        return self.chapter in (98, 99)

    @property
    def parents(self) -> tuple[HtsCode, ...]:
        """The shorter numbers above, from the nearest to the chapter."""
        return tuple(HtsCode(self.digits[:size]) for size in range(len(self.digits) - 2, 0, -2))

    def starts_with(self, prefix: HtsCode) -> bool:
        """Whether this number lies at or below ``prefix``."""
        return self.digits.startswith(prefix.digits)

    def to_int10(self) -> int:
        """The number padded on the right with zeros to ten digits, as an integer."""
        return int(self.digits.ljust(10, "0"))

    def range10(self) -> tuple[int, int]:
        """Half-open range of ten-digit integers at or below this number."""
        low = self.to_int10()
        return low, low + 10 ** (10 - len(self.digits))


def parse_hts(text: str | int) -> HtsCode:
    """Read a tariff number, with dots or without.

    Args:
        text: As ``8505.11.00.70``, ``8505110070``, ``8505 11``, ``8505-11-0070``, or what a spreadsheet made
            of it (``8505110070.0``, ``101210010``).

    Returns:
        The number; ``repaired`` is set where a leading zero was restored, which the caller should tell.

    Raises:
        CodeError: With the reason and the cure; see ``HtsFault``.

    Example:
        >>> parse_hts("8505.11.0070").dotted
        '8505.11.00.70'
    """
    digits, fault = _read(str(text))
    if fault > HtsFault.REPAIRED:
        what, cure = HTS_FAULT_TEXT[fault]
        raise CodeError(
            what if fault is HtsFault.EMPTY else f"{str(text)!r} {what}",
            code=f"hts_{fault.name.lower()}",
            cure=cure,
        )
    return HtsCode(digits, repaired=fault is HtsFault.REPAIRED)


def encode_codes(
    values: Sequence[str | None] | npt.NDArray[np.generic],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Read a column of tariff numbers; each distinct text is read once.

    Args:
        values: Shape (n,). Texts, None where absent.

    Returns:
        Ten-digit integers (int64, -1 where unreadable), digits given (int8, 0 where unreadable, counted after
        a leading zero was restored), and faults (int8, values of ``HtsFault``); each of shape (n,).
    """
    packed = encode_distinct(values, _pack, np.int64)
    fault = (packed % 16).astype(np.int8)
    level = (packed // 16 % 16).astype(np.int8)
    code = np.where(fault <= HtsFault.REPAIRED, packed // 256, -1)
    return code, level, fault


def _pack(value: object) -> int:
    digits, fault = _read("" if value is None else str(value))
    if fault > HtsFault.REPAIRED:
        return int(fault)
    return int(digits.ljust(10, "0")) * 256 + len(digits) * 16 + int(fault)


def _read(text: str) -> tuple[str, HtsFault]:
    """Return digits and fault; digits are empty unless the fault is OK or REPAIRED."""
    groups, fault = _groups(text)
    digits = "".join(groups)
    if fault is HtsFault.OK:
        fault = _digits_fault(digits, groups)
    if fault is HtsFault.REPAIRED:
        return "0" + digits, fault
    return (digits if fault is HtsFault.OK else ""), fault


def _groups(text: str) -> tuple[list[str], HtsFault]:
    """Split a text at dots, dashes and spaces."""
    if text.isdigit():
        return [text], HtsFault.OK
    trimmed = _DROP.sub(" ", text).strip().strip("'\"").strip()
    if not trimmed:
        return [], HtsFault.EMPTY
    if _SCIENTIFIC.fullmatch(trimmed):
        return [], HtsFault.SCIENTIFIC
    if _FLOAT.fullmatch(trimmed):
        trimmed = trimmed[:-2]
    return [group for group in _MARKS.split(trimmed) if group], HtsFault.OK


def _digits_fault(digits: str, groups: list[str]) -> HtsFault:
    if not (digits.isascii() and digits.isdigit()):
        return HtsFault.NOT_DIGITS
    if any(len(group) % 2 for group in groups[1:]):
        return HtsFault.LOST_DIGIT
    if not 2 <= len(digits) <= 10:
        return HtsFault.LENGTH
    if len(digits) % 2:
        exists = digits[0] != "0" and 1 <= int(digits[1:3]) <= _LAST_HEADING[int(digits[0])]
        return HtsFault.REPAIRED if exists else HtsFault.LOST_DIGIT
    return HtsFault.CHAPTER if digits[:2] in ("00", "77") else HtsFault.OK


def dotted_int10(code: int, level: int = 10) -> str:
    """Write a ten-digit integer as a dotted number of ``level`` digits."""
    return _dot(f"{int(code):010d}"[:level])


def _dot(digits: str) -> str:
    parts = [digits[:4], *(digits[start : start + 2] for start in range(4, len(digits), 2))]
    return ".".join(parts)


def near(code: HtsCode | str, universe: npt.NDArray[np.int64], n: int = 5) -> tuple[str, ...]:
    """Find numbers that may have been meant.

    Numbers that share at least a heading come first, the longest shared prefix before others and then the
    nearest in value; the rest is filled with numbers of small edit distance (exchanged or mistyped digits).

    Args:
        code: The number that was not found.
        universe: Shape (m,), sorted ten-digit integers that exist.
        n: How many to return at most.

    Returns:
        Dotted numbers of ten digits, best first.
    """
    digits = code.digits if isinstance(code, HtsCode) else re.sub(r"\D", "", code)[:10]
    if not digits or universe.size == 0 or n <= 0:
        return ()
    target = int(digits.ljust(10, "0"))
    found: dict[int, None] = {}
    for size in range(min(len(digits), 10) // 2 * 2, 3, -2):
        low = int(digits[:size].ljust(10, "0"))
        start, stop = np.searchsorted(universe, [low, low + 10 ** (10 - size)])
        block = universe[start:stop]
        for value in block[np.argsort(np.abs(block - target), kind="stable")][:n].tolist():
            found.setdefault(value)
        if len(found) >= n:
            break
    if len(found) < n:
        for value in _by_edits(digits, universe, n):
            found.setdefault(value)
    return tuple(dotted_int10(value) for value in list(found)[:n])


def _by_edits(digits: str, universe: npt.NDArray[np.int64], n: int) -> list[int]:
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    size = len(digits)
    prefixes = np.unique(universe // 10 ** (10 - size)) * 10 ** (10 - size)
    texts = [f"{value:010d}"[:size] for value in prefixes.tolist()]
    hits = process.extract(digits, texts, scorer=DamerauLevenshtein.distance, limit=n, score_cutoff=2)
    first = [universe[np.searchsorted(universe, prefixes[index])] for _, _, index in hits]
    return [int(value) for value in first]

"""Read one edition of the Harmonized Tariff Schedule: the JSON or the CSV export of the USITC.

An edition is a flat list; its ``Indent`` column makes it a tree. Rates stand on the legal line, mostly of
eight digits; the ten-digit lines below are empty and take the rate of their **nearest ancestor by indent**. A
sibling never lends its rate: a child of a line at 4.4 cents a kilogram pays 4.4 cents a kilogram.

Chapters 98 and 99 are kept apart. A line that finds no rate is listed in :attr:`Edition.missing`; it is never
given a rate of zero.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from countermeasure.duty.rates import clean_rate_text
from countermeasure.duty.units import clean_text
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Edition", "HtsLine", "Problem", "SpecialLine", "read_edition"]

_CURE = "Give a JSON or CSV export of the whole schedule from hts.usitc.gov."
_NUMBER = re.compile(r"(?:\d{4}(?:\d{2}){0,3})?", re.ASCII)
_VAGUE = frozenset({"other", "other:", "other: "})
_CSV_COLUMNS = {
    "hts number": "htsno", "indent": "indent", "description": "description", "unit of quantity": "units",
    "general rate of duty": "general", "special rate of duty": "special", "column 2 rate of duty": "other",
}  # fmt: skip
_NEEDED = frozenset({"htsno", "indent", "description", "units", "general", "other"})


class HtsLine(NamedTuple):
    """A line of chapters 1 to 97 (or 98) to which goods are entered.

    Attributes:
        code: Ten digits; a line printed with eight digits and no suffixes ends in ``00``.
        general: Column 1 general, text; own or of the nearest ancestor; empty when there is none.
        column_2: Column 2, likewise.
        special: Column 1 special, likewise.
        units: Units of quantity joined by ``;`` (``No.;kg``).
        description: Own text.
        parent: Text of the nearest ancestor that says more than "Other".
        printed: Digits as printed (eight or ten).
    """

    code: str
    general: str
    column_2: str
    special: str
    units: str
    description: str
    parent: str
    printed: str


class SpecialLine(NamedTuple):
    """A line of chapter 99, or a heading of chapter 98, with its texts as printed."""

    htsno: str
    general: str
    column_2: str
    special: str
    description: str


class Problem(NamedTuple):
    """Something that does not look right in an edition: ``kind`` is a stable word, ``row`` counts from 1."""

    kind: str
    row: int
    htsno: str
    detail: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, read.

    Attributes:
        source: Name of the file.
        sha256: Of the content (of the JSON or CSV text, not of the gzip wrapper).
        rows: Rows in the file.
        lines: Lines of chapters 1 to 97, by code.
        chapter_98: Lines of chapter 98.
        chapter_99: Numbered rows of chapter 99.
        missing: Codes of ``lines`` that have no rate in column 1 or column 2.
        problems: Duplicates, numbers that do not fit their place in the tree, malformed rows.
    """

    source: str
    sha256: str
    rows: int
    lines: tuple[HtsLine, ...]
    chapter_98: tuple[HtsLine, ...]
    chapter_99: tuple[SpecialLine, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...] = field(default=())


def read_edition(path: Path) -> Edition:
    """Read an edition from JSON or CSV, plain or gzip.

    Args:
        path: ``.json``, ``.csv``, ``.json.gz`` or ``.csv.gz``; the content decides, not the name.

    Raises:
        InputError: If the file cannot be read as an edition. Says file, and the columns found and needed.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name, cure=_CURE) from error
    return parse_edition(raw, path.name)


def parse_edition(raw: bytes, source: str) -> Edition:
    """As :func:`read_edition`, from the bytes of the export."""
    text = raw.removeprefix(b"\xef\xbb\xbf")
    rows = list(_json_rows(text, source) if text.lstrip()[:1] == b"[" else _csv_rows(text, source))
    if not rows:
        raise InputError("no rows", where=source, cure=_CURE)
    return _tree(rows, source, hashlib.sha256(raw).hexdigest())


class _Row(NamedTuple):
    htsno: str
    indent: int
    description: str
    units: str
    general: str
    special: str
    other: str


def _json_rows(text: bytes, source: str) -> Iterator[_Row]:
    try:
        items = json.loads(text)
    except ValueError as error:
        raise InputError(f"broken JSON ({error})", where=source, cure="Download the export again.") from error
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or not item.keys() >= _NEEDED:
            lacking = sorted(_NEEDED - item.keys()) if isinstance(item, dict) else sorted(_NEEDED)
            raise InputError(f"no key {', '.join(lacking)}", where=f"{source}, item {number}", cure=_CURE)
        yield _Row(
            (item["htsno"] or "").strip(),
            _indent(item["indent"], source, number),
            clean_text(item["description"]),
            _units(item["units"] or ()),
            clean_rate_text(item["general"] or ""),
            clean_text(item.get("special")),
            clean_rate_text(item["other"] or ""),
        )


def _csv_rows(text: bytes, source: str) -> Iterator[_Row]:
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 ({error})", where=source, cure="Save it as UTF-8.") from error
    reader = csv.reader(io.StringIO(decoded, newline=""))
    header = [name.strip().casefold() for name in next(reader, [])]
    place = {_CSV_COLUMNS[name]: at for at, name in enumerate(header) if name in _CSV_COLUMNS}
    if not place.keys() >= _NEEDED:
        needed = [name for name, key in _CSV_COLUMNS.items() if key in _NEEDED - place.keys()]
        found = ", ".join(header[:12]) or "an empty file"
        raise InputError(f"no column {', '.join(needed)}; found {found}", where=source, cure=_CURE)
    special = place.get("special")
    for number, cells in enumerate(reader, 2):
        if not cells:
            continue
        if len(cells) < len(header):
            raise InputError(
                f"{len(cells)} cells where the header has {len(header)}",
                where=f"{source}, row {number}",
                cure="Download the export again; the file seems to be cut.",
            )
        units = cells[place["units"]]
        yield _Row(
            cells[place["htsno"]].strip(),
            _indent(cells[place["indent"]], source, number),
            clean_text(cells[place["description"]]),
            _units(json.loads(units) if units.startswith("[") else ((units,) if units else ())),
            clean_rate_text(cells[place["general"]]),
            clean_text(cells[special]) if special is not None else "",
            clean_rate_text(cells[place["other"]]),
        )


def _indent(value: object, source: str, number: int) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise InputError(f"indent is {value!r}, not a whole number", where=f"{source}, row {number}", cure=_CURE) from error


def _units(units: Iterable[str]) -> str:
    return ";".join(name for name in map(clean_text, units) if name)


class _Above(NamedTuple):
    """A row as its descendants see it: what it has itself or was handed down."""

    indent: int
    digits: str
    general: str
    other: str
    special: str
    units: str
    informative: str


_ROOT = _Above(-1, "", "", "", "", "", "")


def _ancestor(stack: list[_Above], code: str) -> tuple[_Above, bool]:
    """The nearest ancestor by indent and True; or, where the number does not fit, one it fits and False."""
    nearest = stack[-1] if stack else _ROOT
    if code[:2] >= "98" or not code or code.startswith(nearest.digits):
        return nearest, True
    return next((one for one in reversed(stack) if one.digits and code.startswith(one.digits)), _ROOT), False


def _tree(rows: list[_Row], source: str, sha256: str) -> Edition:
    """Walk the rows with a stack of ancestors and hand rates down."""
    digits = [row.htsno.replace(".", "") for row in rows]
    split = {code[:8] for code in digits if len(code) == 10}
    stack: list[_Above] = []
    lines: list[HtsLine] = []
    chapter_98: list[HtsLine] = []
    chapter_99: list[SpecialLine] = []
    problems: list[Problem] = []
    for number, (row, code) in enumerate(zip(rows, digits, strict=True), 1):
        while stack and stack[-1].indent >= row.indent:
            stack.pop()
        if not re.fullmatch(_NUMBER, code):
            problems.append(Problem("malformed", number, row.htsno, "not a number of the schedule"))
            continue
        above, fits = _ancestor(stack, code)
        if not fits:
            under = f"stands under {stack[-1].digits} by its indent"
            problems.append(Problem("misplaced", number, row.htsno, under))
        text = row.description.rstrip(": ")
        here = _Above(
            row.indent,
            code or above.digits,
            row.general or above.general,
            row.other or above.other,
            row.special or above.special,
            row.units or above.units,
            above.informative if row.description.casefold() in _VAGUE else text,
        )
        stack.append(here)
        if code[:2] == "99":
            chapter_99.append(SpecialLine(row.htsno, row.general, row.other, row.special, row.description))
        elif len(code) == 10 or (len(code) == 8 and code not in split):
            rates = here.general, here.other, here.special, here.units
            line = HtsLine(code.ljust(10, "0"), *rates, text, above.informative, code)
            (chapter_98 if code[:2] == "98" else lines).append(line)
    for code, times in Counter(line.code for line in lines).items():
        if times > 1:
            problems.append(Problem("duplicate", 0, code, f"printed {times} times"))
    lines.sort(key=lambda line: line.code)
    return Edition(
        source=source,
        sha256=sha256,
        rows=len(rows),
        lines=tuple(lines),
        chapter_98=tuple(chapter_98),
        chapter_99=tuple(chapter_99),
        missing=tuple(line.code for line in lines if not (line.general and line.column_2)),
        problems=tuple(problems),
    )

"""From dated editions of the schedule to spells: one row per line and time in which nothing changed."""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["COLUMNS", "Entry", "Spell", "merge_editions", "read_spells", "write_spells"]

COLUMNS = ("code", "from", "until", "general", "column_2", "unit", "description")

_SAME_GOODS = 0.9
"""Two descriptions this alike (ratio of matching characters) are one text with a correction of spelling."""


class Entry(NamedTuple):
    """What an edition says of one line."""

    general: str
    column_2: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A line of the schedule over a half-open window of days.

    Attributes:
        code: Ten digits.
        from_day: First day, days since 1970-01-01; None when the source does not go back to its start.
        until_day: First day after the last; None when it still stands in the newest edition.
        entry: Rates, unit and description.
    """

    code: str
    from_day: int | None
    until_day: int | None
    entry: Entry


def merge_editions(
    editions: Iterable[tuple[int, Mapping[str, Entry]]],
    legal_days: Mapping[tuple[int, str], int] | None = None,
) -> list[Spell]:
    """Merge editions into spells.

    Args:
        editions: Pairs of first day and lines, in the order of the days. The lines of the first edition get
            no
            start: they may be older.
        legal_days: Day on which the change of a line between edition ``number - 1`` and ``number`` took legal
            effect, keyed by (number, ten digits); the day of the edition where absent.

    Returns:
        Spells sorted by code and day. A change of description alone begins a new spell only when the text
        describes other goods; a corrected spelling replaces the older text.

    Raises:
        InputError: If the editions are not in order of days.
    """
    legal_days = legal_days or {}
    standing: dict[str, Spell] = {}
    ended: list[Spell] = []
    last: int | None = None
    for number, (day, lines) in enumerate(editions):
        if last is not None and day < last:
            raise InputError(
                f"edition of {format_day(day)} stands after the one of {format_day(last)}",
                cure="Give the editions in the order of their days.",
            )
        last = day
        gone = [code for code in standing if code not in lines]
        ended += [replace(standing.pop(code), until_day=legal_days.get((number, code), day)) for code in gone]
        for code, entry in lines.items():
            spell = standing.get(code)
            if spell is None:
                begins = None if number == 0 else legal_days.get((number, code), day)
                standing[code] = Spell(code, begins, None, entry)
            elif spell.entry == entry:
                continue
            elif spell.entry[:3] == entry[:3] and _same_goods(spell.entry.description, entry.description):
                standing[code] = replace(spell, entry=entry)
            else:
                changed = legal_days.get((number, code), day)
                if spell.from_day is None or spell.from_day < changed:
                    ended.append(replace(spell, until_day=changed))
                standing[code] = Spell(code, changed, None, entry)
    spells = ended + list(standing.values())
    return sorted(spells, key=lambda spell: (spell.code, -(2**31) if spell.from_day is None else spell.from_day))


def _same_goods(old: str, new: str) -> bool:
    """Whether two descriptions name the same goods; of "PARENT: other" only "other" is its own text."""
    old, new = (one.rpartition(": ")[2] if one.casefold().endswith(": other") else one for one in (old, new))
    return difflib.SequenceMatcher(None, old.casefold(), new.casefold(), autojunk=False).ratio() >= _SAME_GOODS


def write_spells(spells: Iterable[Spell], header: Iterable[str]) -> str:
    """The spells as CSV with leading comment lines; the same input gives the same text."""
    out = io.StringIO()
    for line in header:
        out.write(f"# {line}".rstrip() + "\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for spell in spells:
        code = spell.code
        writer.writerow(
            (
                f"{code[:4]}.{code[4:6]}.{code[6:8]}.{code[8:]}",
                "" if spell.from_day is None else format_day(spell.from_day),
                "" if spell.until_day is None else format_day(spell.until_day),
                *spell.entry,
            )
        )
    return out.getvalue()


def read_spells(
    text: str, where: str
) -> tuple[tuple[str, ...], list[list[str]], list[int], list[int | None], list[int | None]]:
    """Read the CSV of :func:`write_spells`.

    Returns:
        Comment lines; rows of seven texts; codes as ten-digit integers; first days; days after the last.

    Raises:
        InputError: All faults with their rows.
    """
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = tuple(line[1:].strip() for line in lines[:start])
    reader = csv.reader(lines[start:])
    if tuple(next(reader, ())) != COLUMNS:
        raise InputError(
            "the first row after the comments does not name the columns",
            where=where,
            cure=f"Write {','.join(COLUMNS)}.",
        )
    days: dict[str, int | None] = {"": None}
    rows: list[list[str]] = []
    codes: list[int] = []
    first: list[int | None] = []
    after: list[int | None] = []
    faults: list[str] = []
    for number, row in enumerate(reader, start + 2):
        try:
            digits = row[0].replace(".", "")
            if len(row) != len(COLUMNS) or len(digits) != 10 or not digits.isdigit():
                faults.append(f"row {number}: needs {len(COLUMNS)} cells and a code of ten digits")
                continue
            for cell in row[1:3]:
                if cell not in days:
                    days[cell] = parse_day(cell)
        except (ValueError, IndexError) as error:
            faults.append(f"row {number}: {error}")
            continue
        rows.append(row)
        codes.append(int(digits))
        first.append(days[row[1]])
        after.append(days[row[2]])
    if faults:
        raise InputError(f"{len(faults)} rows cannot be read", where=where, faults=faults[:50])
    return header, rows, codes, first, after

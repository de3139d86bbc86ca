"""Control lists: what a control names, item by item, with the words by which goods are recognised.

One CSV per announcement or annex under ``data/controls``. A row is one item: its code where one is printed, the
elements and the form it is about, the threshold in words, and customs numbers for reference (a number never decides).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

COLUMNS = ("id", "code", "element", "form", "description", "threshold", "hs", "confidence", "note")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*", re.ASCII)
_CONFIDENCE = frozenset({"high", "medium", "memory"})
_HS = re.compile(r"\d{4,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ControlItem:
    """One item of a control list.

    Attributes:
        list: Name of the list.
        id: Unique within the list.
        code: Control code as printed, or empty.
        elements: Chemical symbols, ``REE`` for rare earths in general, or words such as ``superhard``.
        forms: What it is: ``metal``, ``alloy``, ``oxide``, ``compound``, ``target``, ``magnet``, ``equipment``...
        description: In our words.
        threshold: Technical limit in words, or empty.
        hs: Customs numbers printed for reference, digits only.
        confidence: ``high``, ``medium`` or ``memory``.
        note: What is doubtful.
    """

    list: str
    id: str
    code: str
    elements: tuple[str, ...]
    forms: tuple[str, ...]
    description: str
    threshold: str
    hs: tuple[str, ...]
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ControlList:
    """A control list with the words of its header."""

    name: str
    title: str
    source: str
    licence: str
    confidence: str
    notes: str
    items: tuple[ControlItem, ...]


def parse_control_list(text: str, path: str, faults: list[str]) -> ControlList | None:
    """Read a control list.

    Args:
        text: Content of the file.
        path: Name for messages.
        faults: Every fault is appended as ``path:line: message``.

    Returns:
        The list, or ``None`` where header or columns are unusable.
    """
    from countermeasure.book.lists import read_head

    found = read_head(text, path, COLUMNS, faults)
    if found is None:
        return None
    header, body, start = found
    items: list[ControlItem] = []
    seen: set[str] = set()
    for number, cells in enumerate(csv.reader(body[1:]), start=start + 2):
        if not cells:
            continue
        fault = _fault(cells, seen)
        if fault:
            faults.append(f"{path}:{number}: {fault}")
            continue
        row = dict(zip(COLUMNS, (c.strip() for c in cells), strict=True))
        seen.add(row["id"])
        items.append(
            ControlItem(
                header["name"],
                row["id"],
                row["code"],
                _split(row["element"]),
                _split(row["form"]),
                row["description"],
                row["threshold"],
                _split(row["hs"]),
                row["confidence"] or header["confidence"],
                row["note"],
            )
        )
    return ControlList(
        header["name"],
        header["title"],
        header["source"],
        header["licence"],
        header["confidence"],
        header.get("notes", ""),
        tuple(items),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _fault(cells: list[str], seen: set[str]) -> str:
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells, {len(COLUMNS)} columns"
    row = dict(zip(COLUMNS, (c.strip() for c in cells), strict=True))
    if not _ID.fullmatch(row["id"]):
        return f"{row['id']!r} is not an id; use lower case letters, digits, points and dashes"
    if row["id"] in seen:
        return f"the id {row['id']} stands twice; ids are unique within a list"
    if not row["description"]:
        return f"{row['id']} has no description"
    if row["confidence"] and row["confidence"] not in _CONFIDENCE:
        return f"confidence {row['confidence']!r} is unknown; write high, medium or memory"
    strange = [n for n in _split(row["hs"]) if not _HS.fullmatch(n)]
    if strange:
        return f"{strange[0]!r} is not a customs number of four to ten digits"
    return ""


__all__ = ["COLUMNS", "ControlItem", "ControlList", "parse_control_list"]

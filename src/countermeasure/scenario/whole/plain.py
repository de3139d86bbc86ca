"""Parts as plain values: numbers without array types, absent ones as None, and JSON both ways exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.scenario.whole.model import PARTS, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.scenario.whole.model import Outcome

__all__ = ["made", "outcome_json", "part_from_json", "part_json", "plain_sheet"]


def plain(value: Any) -> Any:  # noqa: ANN401 - cells are of any type
    """A cell as JSON can hold it; NaN and infinity are absent."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "item"):
        return plain(value.item())
    return str(value)


def plain_sheet(sheet: Sheet) -> Sheet:
    """A table with plain cells."""
    return Sheet(sheet.name, sheet.title, tuple(sheet.columns), tuple(tuple(plain(v) for v in row) for row in sheet.rows))


def made(
    name: str,
    said: str,
    *,
    figures: Mapping[str, float | None] | None = None,
    sheets: Iterable[Sheet] = (),
    assumptions: Iterable[tuple[str, str, str, str]] = (),
    notes: Iterable[str] = (),
    stamp: Iterable[tuple[str, str]] = (),
) -> Part:
    """A part of plain values; tables without rows are left out, notes that stand twice stand once."""
    return Part(
        name,
        said,
        {word: plain(value) for word, value in (figures or {}).items()},
        tuple(plain_sheet(sheet) for sheet in sheets if sheet.rows),
        tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in dict.fromkeys(assumptions)),
        tuple(dict.fromkeys(notes)),
        tuple((str(key), str(value)) for key, value in stamp),
    )


def part_json(part: Part) -> dict[str, Any]:
    """A part as JSON values, read back by ``part_from_json``."""
    return {
        "name": part.name,
        "said": part.said,
        "figures": dict(part.figures),
        "sheets": [
            {"name": s.name, "title": s.title, "columns": list(s.columns), "rows": [list(row) for row in s.rows]}
            for s in part.sheets
        ],
        "assumptions": [list(row) for row in part.assumptions],
        "notes": list(part.notes),
        "stamp": [list(row) for row in part.stamp],
    }


def part_from_json(data: Mapping[str, Any]) -> Part:
    """The part that ``part_json`` gave.

    Raises:
        ValueError: If it is not one.
    """
    try:
        if data["name"] not in PARTS:
            raise ValueError(f"{data['name']!r} is no part")
        sheets = tuple(
            Sheet(s["name"], s["title"], tuple(s["columns"]), tuple(tuple(row) for row in s["rows"])) for s in data["sheets"]
        )
        if any(len(row) != len(sheet.columns) for sheet in sheets for row in sheet.rows):
            raise ValueError("a row is not as long as its head")
        what, value, letter, source = 0, 1, 2, 3
        return Part(
            data["name"],
            data["said"],
            dict(data["figures"]),
            sheets,
            tuple((row[what], row[value], row[letter], row[source]) for row in data["assumptions"]),
            tuple(data["notes"]),
            tuple((row[0], row[1]) for row in data["stamp"]),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"this is no part: {error!r}") from None


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as one JSON object; tables as records."""
    scenario = outcome.scenario
    return {
        "scenario": {
            "id": scenario.id,
            "title": scenario.title,
            "intent": scenario.intent,
            "expect": scenario.expect,
            "sources": [dict(source) for source in scenario.sources],
            "inherits": list(scenario.inherits),
            "on": format_day(scenario.on),
            "compared_with": format_day(scenario.compared),
            "known_on": None if scenario.known_on is None else format_day(scenario.known_on),
            "readings": [reading.value for reading in scenario.readings],
            "instruments": list(scenario.instruments),
            "draws": scenario.draws,
            "seed": scenario.seed,
            "book_hash": scenario.book.hash,
        },
        "parts": {name: _part_records(part) for name, part in outcome.parts.items()},
        "kept": list(outcome.kept),
    }


def _part_records(part: Part) -> dict[str, Any]:
    return {
        "said": part.said,
        "figures": dict(part.figures),
        "assumptions": [dict(zip(("what", "value", "confidence", "source"), row, strict=True)) for row in part.assumptions],
        "notes": list(part.notes),
        "tables": {sheet.name: sheet.records() for sheet in part.sheets},
        "stamp": dict(part.stamp),
    }

"""Engines made from what a person asked for: book, scenarios, readings, knowledge day, lists of parties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.model import Reading
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.licensing.engine import LicenseEngine

__all__ = ["duty_engine", "license_engine", "readings_of", "scenario_paths"]


def scenario_paths(names: Sequence[str]) -> list[Path]:
    """Files of scenarios; a bare name means one of those shipped.

    Raises:
        NotFoundError: If there is no such file and no such name.
    """
    from countermeasure.book.load import shipped_data

    found = []
    folder = shipped_data() / "scenarios"
    for name in names:
        path = Path(name)
        if not path.exists():
            path = folder / f"{name}.yaml"
        if not path.exists():
            shipped = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
            raise NotFoundError(
                f"there is no scenario {name!r}", code="unknown_scenario", cure=f"Give a file, or one of: {shipped}."
            )
        found.append(path)
    return found


def readings_of(reading: str) -> tuple[Reading, ...]:
    """Readings for the word ``text``, ``announced`` or ``both``.

    Raises:
        CodeError: If it is not one that is known.
    """
    from countermeasure.book.model import Reading

    readings = {"text": (Reading.TEXT,), "announced": (Reading.ANNOUNCED,), "both": (Reading.TEXT, Reading.ANNOUNCED)}
    if reading not in readings:
        raise CodeError(f"{reading!r} is not a reading", code="unknown_reading", cure="Use text, announced or both.")
    return readings[reading]


def duty_engine(
    known_on: str | None = None, reading: str = "both", scenarios: Sequence[str] = (), book: Path | None = None
) -> DutyEngine:
    """The engine that says what a line pays.

    Raises:
        CodeError: If the day or the reading cannot be read.
        NotFoundError: If a scenario is not there.
        BookError: If a scenario is not valid.
    """
    from countermeasure.duty.engine import DutyEngine

    known = None if known_on is None else parse_day(known_on)
    return DutyEngine(book, scenario_paths(scenarios), known, readings_of(reading))


def license_engine(
    known_on: str | None = None,
    reading: str = "both",
    scenarios: Sequence[str] = (),
    book: Path | None = None,
    *,
    screening: bool = True,
) -> LicenseEngine:
    """The engine that says which license a transaction needs, on the shipped and the imported lists.

    Raises:
        CodeError: If the day or the reading cannot be read.
        NotFoundError: If a scenario is not there.
        BookError: If a scenario is not valid.
    """
    from countermeasure.book.load import Book
    from countermeasure.licensing.engine import LicenseEngine

    held = Book.shipped() if book is None else Book.load(book)
    if scenarios:
        held = held.with_(*scenario_paths(scenarios))
    known = None if known_on is None else parse_day(known_on)
    if not screening:
        return LicenseEngine(held, known, readings_of(reading))
    from countermeasure.io.party_index import party_index
    from countermeasure.io.party_lists import party_lists

    lists = party_lists()
    return LicenseEngine(held, known, readings_of(reading), party_index(lists), lists)

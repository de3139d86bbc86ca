"""Engines made from what a person asked for: book, scenarios, readings, knowledge day, lists of parties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.model import Reading
    from countermeasure.codes.yamltext import Loaded
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.licensing.engine import LicenseEngine

__all__ = ["duty_engine", "license_engine", "readings_of", "scenario_paths"]


def scenario_paths(names: Sequence[str]) -> list[Path | Loaded]:
    """What the instruments of scenarios are read from: files and folders of instruments, and those of whole scenarios.

    A bare name means an instrument that is shipped, or else a whole scenario. Of a whole scenario its instruments act and
    those it inherits; its days, readings and other parts do not.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: If a whole scenario has faults.
    """
    from countermeasure.book.load import shipped_data

    found: list[Path | Loaded] = []
    folder = shipped_data() / "scenarios"
    for name in names:
        path = Path(name)
        if not path.exists():
            path = folder / f"{name}.yaml"
        if not path.exists():
            found += _of_whole(name)
        elif path.is_file() and _is_whole(path):
            found += _of_whole(path)
        else:
            found.append(path)
    return found


def _is_whole(path: Path) -> bool:
    """Whether a file holds a whole scenario and no instrument, which has acts."""
    from countermeasure.codes.yamltext import load_text

    data = load_text(path, path.name).data
    return isinstance(data, dict) and "acts" not in data and "kind" not in data and "intent" in data


def _of_whole(name: str | Path) -> list[Path | Loaded]:
    """Instruments of a whole scenario."""
    from countermeasure.book.load import shipped_data
    from countermeasure.scenario.whole.instruments import instruments_of
    from countermeasure.scenario.whole.layers import story_names, story_path

    if story_path(name) is None:
        shipped = sorted(p.stem for p in (shipped_data() / "scenarios").glob("*.yaml"))
        names = ", ".join(dict.fromkeys([*shipped, *story_names()]))
        raise NotFoundError(f"there is no scenario {name!r}", code="unknown_scenario", cure=f"Give a file, or one of: {names}.")
    return instruments_of(name)


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

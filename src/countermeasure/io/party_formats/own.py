"""A list of the user's own: any table with a column for the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.party_formats._reading import Raw, Reading, read_entries
from countermeasure.io.tables import read_table

if TYPE_CHECKING:
    from countermeasure.io.party_formats._source import Source

__all__ = ["COLUMNS", "code_of_name", "read_own"]

COLUMNS: dict[str, list[str]] = {
    "name": ["party", "party_name", "company", "entity", "entity_name", "full_name"],
    "aliases": ["alias", "aka", "other_names", "alt_names", "names"],
    "weak_aliases": ["weak_alias", "weak"],
    "id": ["number", "entity_number", "key"],
    "kind": ["type", "schema"],
    "country": ["countries", "nationality", "nationalities", "country_code"],
    "address": ["addresses"],
    "identifiers": ["ids", "identifier"],
    "birth_date": ["birth_dates", "date_of_birth", "dob", "born"],
    "programme": ["programmes", "program", "programs"],
    "requirement": ["license_requirement"],
    "review": ["license_policy"],
    "citation": ["source", "reference"],
    "start": ["from", "listed_on", "start_date", "effective_date"],
    "end": ["until", "end_date"],
    "note": ["notes", "remark", "remarks", "reason"],
}
"""Columns that are understood, each with its other names. Several values in a cell are parted by semicolons or bars;
identifiers are written ``kind: number``."""


def code_of_name(name: str) -> str:
    """Code of a list of one's own: ``own-`` and its name in small letters.

    Raises:
        InputError: If the name has no letter or digit.
    """
    slug = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")
    if not slug:
        raise InputError(
            f"{name!r} is not a name for a list", code="missing_option", cure="Add --name, as --name blocked-customers."
        )
    return f"own-{slug}"


def read_own(source: Source, name: str) -> Reading:
    """Read a list of the user's own: CSV, Excel, Parquet or JSON with a column ``name``.

    Args:
        source: The file.
        name: What the list is to be called.

    Raises:
        InputError: If there is no column for the name, or no row.
    """
    code = code_of_name(name)
    table = read_table(source.name.removesuffix(".gz"), COLUMNS, ["name"], tariff_columns=(), content=source.data)
    if "name" not in table.columns or not table.rows:
        faults = [str(fault) for fault in table.errors] or ["there are no rows"]
        raise InputError("not a list of parties", where=source.name, faults=faults, cure="Give a table with a column name.")
    reading = Reading(source.name, source.sha256, titles={code: name})
    reading.faults += table.faults
    reading.rows = len(table)
    entries = []
    for at, row in enumerate(table.rows):
        cell = {key: (values[at] or "") for key, values in table.columns.items()}
        entries.append(
            Raw(
                list=code,
                name=cell["name"],
                row=row,
                number=cell.get("id", ""),
                aliases=_several(cell.get("aliases", "")),
                weak=_several(cell.get("weak_aliases", "")),
                kind=cell.get("kind", "") if cell.get("kind", "").lower() != "legalentity" else "entity",
                addresses=[cell["address"].replace("|", ";")] if cell.get("address") else [],
                countries=_several(cell.get("country", "")),
                identifiers=[_identifier(piece) for piece in _several(cell.get("identifiers", ""))],
                birth_dates=_several(cell.get("birth_date", "")),
                programmes=_several(cell.get("programme", "")),
                requirement=cell.get("requirement", ""),
                review=cell.get("review", ""),
                citation=cell.get("citation", ""),
                start=cell.get("start", ""),
                end=cell.get("end", ""),
                note=cell.get("note", ""),
            )
        )
    read_entries(reading, entries)
    return reading


def _several(cell: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[;|]", cell) if piece.strip()]


def _identifier(text: str) -> tuple[str, str]:
    kind, colon, number = text.partition(":")
    return (kind.strip(), number.strip()) if colon and number.strip() else ("number", text.strip())

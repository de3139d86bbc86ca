"""The consolidated list of the UN Security Council, XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.party_formats._reading import Raw, Reading, read_entries
from countermeasure.io.party_formats._source import parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from countermeasure.io.party_formats._source import Source

__all__ = ["read_un"]

_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")


def read_un(source: Source) -> Reading:
    """Read the consolidated list.

    Names in the original script are aliases; aliases of low quality are weak.

    Raises:
        InputError: If it is another file.
    """
    root = parse_xml(source)
    reading = Reading(source.name, source.sha256)
    found = [*root.findall("INDIVIDUALS/INDIVIDUAL"), *root.findall("ENTITIES/ENTITY")]
    if root.tag != "CONSOLIDATED_LIST" or not found:
        cure = "Give the consolidated list of the Security Council as XML."
        raise InputError(f"not the UN list: its root is {root.tag}", code="wrong_format", where=source.name, cure=cure)
    made = root.get("dateGenerated", "")[:10]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", made):
        reading.as_of, reading.basis = made, "said in the file"
    entries = []
    for row, element in enumerate(found, start=1):
        reading.rows += 1
        entries.append(_entry(element, row))
    read_entries(reading, entries)
    return reading


def _entry(element: Element, row: int) -> Raw:
    tag = element.tag
    name = " ".join(filter(None, (_text(element, key) for key in _NAMES)))
    first, *others = [part.strip() for part in name.split(" ; ")]
    strong: list[str] = [*others, _text(element, "NAME_ORIGINAL_SCRIPT")]
    weak: list[str] = []
    for alias in element.findall(f"{tag}_ALIAS"):
        quality = _text(alias, "QUALITY").lower()
        for piece in _text(alias, "ALIAS_NAME").split(";"):
            (weak if quality == "low" else strong).append(piece.strip())
    addresses, countries = [], _values(element, "NATIONALITY")
    for place in element.findall(f"{tag}_ADDRESS"):
        said = [_text(place, key) for key in _PLACE]
        if any(said[:-1]):
            addresses.append(", ".join(part.replace(";", ",") for part in said if part))
        countries.append(said[-1])
    numbers = []
    for paper in element.findall(f"{tag}_DOCUMENT"):
        number = _text(paper, "NUMBER")
        if number:
            numbers.append((_text(paper, "TYPE_OF_DOCUMENT") or "document", number))
    return Raw(
        list="un-sc",
        name=first,
        row=row,
        number=_text(element, "REFERENCE_NUMBER") or _text(element, "DATAID"),
        aliases=[a for a in strong if a],
        weak=[a for a in weak if a],
        separator="\n",
        kind="individual" if tag == "INDIVIDUAL" else "entity",
        addresses=addresses,
        countries=[c for c in countries if c],
        identifiers=numbers,
        birth_dates=[d for d in (_born(b) for b in element.findall(f"{tag}_DATE_OF_BIRTH")) if d],
        programmes=[p for p in [_text(element, "UN_LIST_TYPE")] if p],
        citation=_text(element, "REFERENCE_NUMBER"),
        start=_text(element, "LISTED_ON")[:10],
    )


def _born(element: Element) -> str:
    if day := _text(element, "DATE"):
        return day[:10]
    if year := _text(element, "YEAR"):
        about = "circa " if _text(element, "TYPE_OF_DATE").lower().startswith("approx") else ""
        return about + year
    years = (_text(element, "FROM_YEAR"), _text(element, "TO_YEAR"))
    return " to ".join(year for year in years if year)


def _text(element: Element, key: str) -> str:
    return " ".join((element.findtext(key) or "").split())


def _values(element: Element, key: str) -> list[str]:
    return [" ".join((value.text or "").split()) for value in element.findall(f"{key}/VALUE") if (value.text or "").strip()]

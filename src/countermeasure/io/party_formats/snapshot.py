"""Lists of the United States as JSON with a head: ``{"list_id": ..., "extracted": ..., "count": ..., "entities": [...]}``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io.party_formats._reading import Raw, Reading, iso2, read_entries

if TYPE_CHECKING:
    from countermeasure.io.party_formats._source import Source

__all__ = ["SNAPSHOTS", "is_snapshot", "read_snapshot"]

SNAPSHOTS = {
    "bis-entity-list": "us-el",
    "bis-meu": "us-meu",
    "bis-dpl": "us-dpl",
    "bis-uvl": "us-uvl",
    "ofac-nscmic": "us-cmic",
    "ofac-sdn": "us-sdn",
    "dow-1260h": "us-1260h",
    "dod-1260h": "us-1260h",
    "dhs-uflpa": "us-uflpa",
}
"""Names of lists in such files, and our codes."""

_MORE_PLACES = re.compile(r"[;,.]\s*and\s+(?=(?:[A-Z0-9#]|No\b))|;\s*")
_SEE = re.compile(r"\(?\s*See (?:also )?alternate address(?:es)? (?:under|in)[^)]*\)?\.?", re.IGNORECASE)


def is_snapshot(source: Source) -> bool:
    """Whether a file is of this form, told from its first bytes."""
    return b'"list_id"' in source.data[:2000] and source.data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"


def read_snapshot(source: Source) -> Reading:
    """Read such a file.

    Raises:
        InputError: If it is not valid JSON, or has no entities.
    """
    try:
        content = json.loads(source.text()[0])
    except ValueError as error:
        raise InputError(
            f"not valid JSON ({error})", code="bad_json", where=source.name, cure="Fetch the file again."
        ) from None
    entities = content.get("entities") if isinstance(content, dict) else None
    if not isinstance(entities, list) or not entities:
        raise InputError("there are no entities", code="no_rows", where=source.name, cure="Give the whole file.")
    reading = Reading(source.name, source.sha256)
    said = str(content.get("list_id"))
    code = SNAPSHOTS.get(said) or "us-" + re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")
    if said not in SNAPSHOTS:
        reading.titles[code] = f"US list {said}"
    day = str(content.get("extracted") or "")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        reading.as_of, reading.basis = day, "said in the file"
    if isinstance(content.get("count"), int) and content["count"] != len(entities):
        reading.incomplete = f"the file says that it holds {content['count']:,} entries and holds {len(entities):,}"
        reading.warn(None, reading.incomplete, "record_count", "Fetch the file again.")
    entries = []
    for row, record in enumerate(entities, start=1):
        reading.rows += 1
        if isinstance(record, dict):
            entries.append(_entry(record, row, code))
        else:
            reading.drop(row, "the record is no object", "Fetch the file again.", "odd_record")
    read_entries(reading, entries)
    return reading


def _entry(record: dict[str, Any], row: int, code: str) -> Raw:
    notes = str(record.get("notes") or "")
    country = str(record.get("country") or "")
    cell = _SEE.sub("", str(record.get("address") or "")).strip(" .;")
    places = [place.strip(" .,;") for place in _MORE_PLACES.split(cell)] if code in ("us-el", "us-meu") else [cell]
    requirement = notes if code == "us-el" else ""
    if code == "us-dpl" and "standard" in notes.lower():
        requirement = "standard order"
    return Raw(
        list=code,
        name=str(record.get("name") or ""),
        row=row,
        aliases=[str(alias) for alias in record.get("aliases") or () if alias],
        separator="\n",
        addresses=[place for place in places if place and iso2(place) == ""],
        countries=[c.strip() for c in country.split(";") if c.strip()],
        requirement=requirement,
        citation=str(record.get("federal_register") or ""),
        start=str(record.get("effective_date") or ""),
        note="" if requirement else notes,
        kind=str(record.get("type") or ""),
    )

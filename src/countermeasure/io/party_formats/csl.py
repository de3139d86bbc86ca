"""The Consolidated Screening List of the US International Trade Administration: CSV of 2019 and of today, reduced CSV, JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io.party_formats._ids import identifiers_of
from countermeasure.io.party_formats._reading import Raw, Reading, read_entries
from countermeasure.io.party_formats._source import Source, csv_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["SOURCES", "read_csl"]

SOURCES = {
    "EL": "us-el",
    "MEU": "us-meu",
    "DPL": "us-dpl",
    "UVL": "us-uvl",
    "SDN": "us-sdn",
    "SSI": "us-ssi",
    "CMIC": "us-cmic",
    "NS-CMIC": "us-cmic",
    "NS-MBS": "us-mbs",
    "MBS": "us-mbs",
    "PLC": "us-plc",
    "CAP": "us-cap",
    "CAPTA": "us-cap",
    "FSE": "us-fse",
    "DTC": "us-dtc",
    "ISN": "us-isn",
}
"""Abbreviations of the lists inside, and our codes."""

_ABBREVIATION = re.compile(r"\(([A-Z0-9-]+)(?: List)?\)")
_NUMBERED = ("us-sdn", "us-ssi", "us-cmic", "us-mbs", "us-plc", "us-cap", "us-fse")


def read_csl(source: Source) -> Reading:
    """Read a Consolidated Screening List.

    Args:
        source: CSV with the header of 2019 (from ``source``) or of today (``_id`` first), the reduced CSV whose columns start
            with ``list,name`` and part values by a bar, or JSON: ``{"results": [...]}`` or a list of records.

    Raises:
        InputError: If it is none of these.
    """
    reading = Reading(source.name, source.sha256)
    text, windows = source.text()
    if windows:
        reading.note(None, "the file is not UTF-8; read as Windows-1252", "windows_1252")
    start = text.lstrip()[:1]
    records = _json_records(text, source.name, reading) if start in ("{", "[") else _csv_records(text, source.name, reading)
    entries = []
    for row, record in records:
        reading.rows += 1
        entry = _entry(record, row, reading)
        if entry is not None:
            entries.append(entry)
    if not reading.rows:
        raise InputError("the list holds no entries", code="no_rows", where=source.name, cure="Fetch the file again.")
    read_entries(reading, entries)
    return reading


def _csv_records(text: str, name: str, reading: Reading) -> Iterable[tuple[int, dict[str, Any]]]:
    rows = csv_rows(text)
    _, header = next(rows, (1, []))
    columns = [cell.strip().lower() for cell in header]
    if not {"name", "alt_names"} <= set(columns) or not {"source", "list"} & set(columns):
        raise InputError(
            f"not a Consolidated Screening List: its columns are {', '.join(header[:6])}",
            code="wrong_format",
            where=f"{name}:1",
            cure="Give consolidated.csv or consolidated.json of trade.gov, with its header.",
        )
    reduced = "list" in columns
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            reading.rows += 1
            reading.drop(
                row, f"{len(cells)} cells under {len(columns)} columns", "The file is cut off or damaged there.", "ragged_row"
            )
            continue
        record: dict[str, Any] = dict(zip(columns, cells, strict=True))
        record["reduced"] = reduced
        yield row, record


def _json_records(text: str, name: str, reading: Reading) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(f"not valid JSON ({error})", code="bad_json", where=name, cure="Fetch the file again.") from None
    results = content.get("results") if isinstance(content, dict) else content
    if not isinstance(results, list):
        raise InputError(
            "there is no list of results", code="wrong_format", where=name, cure="Give consolidated.json of trade.gov."
        )
    if isinstance(content, dict):
        total = content.get("total")
        if isinstance(total, int) and total > len(results):
            reading.incomplete = f"the file holds {len(results):,} of {total:,} entries"
        generated = content.get("search_performed_at") or content.get("generated_at")
        if isinstance(generated, str) and re.match(r"\d{4}-\d{2}-\d{2}", generated):
            reading.as_of, reading.basis = generated[:10], "said in the file"
    for row, record in enumerate(results, start=1):
        if isinstance(record, dict):
            yield row, record
        else:
            reading.rows += 1
            reading.drop(row, "the record is no object", "Fetch the file again.", "odd_record")


def _entry(record: Mapping[str, Any], row: int, reading: Reading) -> Raw | None:
    said = str(record.get("list") or record.get("source") or "").strip()
    if not said:
        reading.drop(row, "the entry names no list", "Look at the row; columns may be shifted.", "no_list")
        return None
    code = _code(said, reading, row)
    bar = "|" if record.get("reduced") else ";"
    number = str(record.get("entity_number") or "").strip() if code in _NUMBERED else ""
    citizens = (*_several(record.get("citizenships"), bar), *_several(record.get("nationalities"), bar))
    countries = (*_several(record.get("address_countries"), "|"), *citizens, str(record.get("vessel_flag") or ""))
    identifiers = identifiers_of(record.get("ids"))
    if call_sign := str(record.get("call_sign") or "").strip():
        identifiers.append(("call sign", call_sign))
    requirement = str(record.get("license_requirement") or "")
    if code == "us-dpl" and not requirement:
        order = str(record.get("standard_order") or "").strip().upper()
        requirement = {"Y": "standard order", "N": "order with terms of its own"}.get(order, "")
    return Raw(
        list=code,
        name=str(record.get("name") or ""),
        row=row,
        number=number,
        aliases=_cells(record.get("alt_names")),
        separator=bar,
        kind=str(record.get("type") or ""),
        addresses=_addresses(record.get("addresses")),
        countries=[c for c in countries if c],
        identifiers=identifiers,
        birth_dates=_several(record.get("dates_of_birth"), bar),
        programmes=_several(record.get("programs"), bar),
        requirement=requirement,
        review=str(record.get("license_policy") or ""),
        citation=str(record.get("federal_register_notice") or ""),
        start=str(record.get("start_date") or ""),
        end=str(record.get("end_date") or ""),
        comma_means_person=code == "us-dtc",
    )


def _code(said: str, reading: Reading, row: int) -> str:
    found = _ABBREVIATION.search(said)
    word = found.group(1) if found else said
    if word in SOURCES:
        return SOURCES[word]
    code = "us-" + re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:24]
    if code not in reading.titles:
        reading.titles[code] = said
        reading.warn(
            row, f"the list {said!r} is not known; kept as {code}", "unknown_list", "Nothing is lost; it can be searched."
        )
    return code


def _several(cell: object, separator: str) -> list[str]:
    if isinstance(cell, list):
        return [str(item).strip() for item in cell if item]
    text = str(cell or "").replace("|", ";") if separator == "|" else str(cell or "")
    return [piece.strip() for piece in text.split(";") if piece.strip()]


def _cells(cell: object) -> list[str]:
    return [str(item) for item in cell if item] if isinstance(cell, list) else [str(cell or "")]


def _addresses(cell: object) -> list[str]:
    if not isinstance(cell, list):
        return [str(cell or "")]
    found = []
    for item in cell:
        if isinstance(item, dict):
            parts = (item.get(key) for key in ("address", "city", "state", "postal_code", "country"))
            found.append(", ".join(str(part).strip() for part in parts if part))
        elif item:
            found.append(str(item))
    return found

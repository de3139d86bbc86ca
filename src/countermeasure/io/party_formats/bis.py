"""Lists of the Bureau of Industry and Security as it publishes them, CSV or tab separated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.party_formats._reading import Raw, Reading, iso2, read_entries
from countermeasure.io.party_formats._source import csv_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.io.party_formats._source import Source

__all__ = ["BIS_LISTS", "read_bis"]

BIS_LISTS = {"bis-el": "us-el", "bis-dpl": "us-dpl", "bis-uvl": "us-uvl", "bis-meu": "us-meu"}
"""Kinds of import, and the list each gives."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "list": ("source list",),
    "name": ("name", "entity", "entity name", "listed person"),
    "alias": ("alternate name", "alternative names", "aliases", "alias", "alt_names"),
    "street": ("street_address", "street address", "address", "addresses"),
    "city": ("city",),
    "state": ("state", "state/province"),
    "postal": ("postal_code", "postal code", "zip"),
    "country": ("country",),
    "citation": ("fr_citation", "federal register notice", "federal register citation", "fr citation", "citation"),
    "start": ("effective_date", "effective date", "start_date"),
    "end": ("expiration_date", "expiration date", "date lifted/waived/expired", "end_date"),
    "order": ("standard_order", "standard order"),
    "requirement": ("license requirement", "license_requirement"),
    "review": ("license policy", "license review policy", "license_policy"),
}


def read_bis(source: Source, kind: str) -> Reading:
    """Read a list of BIS.

    The files print one row for each pair of alias and address of a party; rows of one party (same name, notice, first day and
    words, in any order) become one entry. Denied persons keep one entry for each order; the same order with another address
    is one entry.

    Args:
        source: CSV or tab separated with a header, in UTF-8 or Windows-1252.
        kind: One of ``BIS_LISTS``.

    Raises:
        InputError: If a column for the name is not there, or nothing is in it.
    """
    reading = Reading(source.name, source.sha256)
    text, windows = source.text()
    if windows:
        reading.note(None, "the file is not UTF-8; read as Windows-1252", "windows_1252")
    first_line = text.split("\n", 1)[0]
    delimiter = "\t" if first_line.count("\t") > first_line.count(",") else ","
    rows = csv_rows(text, delimiter)
    _, header = next(rows, (1, []))
    columns = _columns(header, source.name)
    _must_be(kind, set(columns), source.name)
    grouped: dict[tuple[str, ...], Raw] = {}
    latest = ""
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            if cells:
                reading.rows += 1
                reading.drop(row, "the row is empty", "Nothing needs to be done.", "blank_row", "note")
            continue
        reading.rows += 1
        record = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        _take(record, row, BIS_LISTS[kind], grouped, reading)
        update = _iso(cells[columns["update"]]) if columns.get("update", 99) < len(cells) else ""
        latest = max(latest, update)
    if not grouped:
        raise InputError("the list holds no entries", code="no_rows", where=source.name, cure="Fetch the file again.")
    if latest:
        reading.as_of, reading.basis = latest, "the latest update of a row"
    read_entries(reading, list(grouped.values()))
    return reading


def _columns(header: Iterable[str], name: str) -> dict[str, int]:
    at = {cell.strip().strip("\ufeff").lower(): i for i, cell in reversed(list(enumerate(header)))}
    found = {key: at[word] for key, words in _COLUMNS.items() for word in reversed(words) if word in at}
    if "name" not in found:
        raise InputError(
            f"there is no column for the name; the columns are {', '.join(list(at)[:6][::-1]) or 'none'}",
            code="missing_column",
            where=f"{name}:1",
            cure="Keep the header of the official file; the column is Name.",
        )
    if "last_update" in at:
        found["update"] = at["last_update"]
    return found


def _must_be(kind: str, columns: set[str], name: str) -> None:
    """Refuse a file whose columns are those of another list: one list would take the place of another."""
    if kind in ("bis-el", "bis-meu"):
        good, what = "requirement" in columns, "there is no column for the license requirement"
    elif kind == "bis-dpl":
        good, what = bool(columns & {"order", "end"}), "there is no column for the order or its end"
    else:
        good, what = not columns & {"requirement", "order"}, "it has columns of another list"
    if not good:
        raise InputError(
            f"not the list {kind}: {what}", code="other_list", where=f"{name}:1", cure="Give the file of that list."
        )


def _take(record: Mapping[str, str], row: int, code: str, grouped: dict[tuple[str, ...], Raw], reading: Reading) -> None:
    """Make an entry of a row, or add its address and alias to the entry it belongs to."""
    said = record.get("list", "")
    key = tuple(record.get(k, "") for k in ("name", "citation", "start", "end", "requirement", "review", "order"))
    if code in ("us-el", "us-meu"):
        key = (*key, record.get("country", ""))
    address = _address(record)
    alias = record.get("alias", "")
    country = record.get("country", "")
    entry = grouped.get(key) if record["name"] else None
    if entry is not None:
        reading.merged += 1
        entry.addresses = list(dict.fromkeys((*entry.addresses, *filter(None, (address,)))))
        entry.aliases = list(dict.fromkeys((*entry.aliases, *filter(None, (alias,)))))
        entry.countries = list(dict.fromkeys((*entry.countries, *filter(None, (country,)))))
        return
    if not record["name"]:
        key = (*key, str(row))
    if said and said.upper() not in (code.removeprefix("us-").upper(), ""):
        reading.warn(
            row, f"the row says that it is of the list {said}", "other_list", "Import it as what it is.", record["name"]
        )
    order = {"Y": "standard order", "N": "order with terms of its own"}.get(record.get("order", "").upper(), "")
    grouped[key] = Raw(
        list=code,
        name=record["name"],
        row=row,
        aliases=[alias] if alias else [],
        addresses=[address] if address else [],
        countries=[country] if country else [],
        requirement=record.get("requirement", "") or (order if code == "us-dpl" else ""),
        review=record.get("review", ""),
        citation=record.get("citation", ""),
        start=record.get("start", ""),
        end=record.get("end", ""),
        comma_means_person=code == "us-dpl",
    )


def _address(record: Mapping[str, str]) -> str:
    said = [record.get(key, "").replace(";", ",") for key in ("street", "city", "state", "postal")]
    if not any(said):
        return ""
    country = record.get("country", "")
    return ", ".join(filter(None, (*said, iso2(country) or country)))


def _iso(text: str) -> str:
    from countermeasure.codes.day import format_day
    from countermeasure.parties.repair import day_of

    day, _ = day_of(text.strip())
    return format_day(day) if day is not None else ""

"""Transactions from a table: one row each, one item, parties in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.io.shipment_columns import PARTY_ROLES
from countermeasure.io.tables import read_table
from countermeasure.io.transactions import ITEM_KEYS, Read, Reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from countermeasure.book.model import Fact

_OTHER = {
    "id": ("transaction", "transaction id", "reference", "ref", "line_id", "line"),
    "on": ("date", "day", "export date", "ship date", "entry_on", "exported_on"),
    "from": ("sent_from", "dispatched from", "country of dispatch", "export country"),
    "to": ("sent_to", "destination", "destination country", "country of destination"),
    "end_use": ("use", "end use"),
    "currency": ("curr", "ccy"),
    "numerator": (),
}
_ITEM = {
    "description": ("goods", "product", "item", "item description"),
    "control_code": ("code", "cn code", "chinese control code"),
    "eccn": ("us classification",),
    "hs": ("hts", "hs code", "tariff number", "commodity code"),
    "origin": ("made_in", "country of origin", "coo"),
    "value": ("value_usd", "amount"),
    "cn_content": ("cn_content_share", "chinese content"),
    "us_content": ("us_content_share", "us content"),
}


def columns_of(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """Columns that are understood, each with its other names."""
    found: dict[str, tuple[str, ...]] = dict(_OTHER)
    found |= {key: _ITEM.get(key, ()) for key in ITEM_KEYS if key != "parts"}
    for role in PARTY_ROLES:
        found |= {role: (f"{role} name",), f"{role}_country": (), f"{role}_lists": (), f"{role}_address": ()}
        found |= {f"{role}_owner": (), f"{role}_owner_share": (), f"{role}_owner_lists": (), f"{role}_military": ()}
    taken = {name for names in (*found.values(), found.keys()) for name in names}
    found |= {name: () for name in facts if name not in taken}
    return found


def read_table_of_transactions(source: Path | str, facts: Mapping[str, Fact], sheet: str | None) -> Read:
    """Read a table; see :func:`countermeasure.io.transactions.read_transactions`."""
    table = read_table(source, columns_of(facts), ("on",), tariff_columns=("hs",), sheet=sheet)
    found = Read(faults=[*table.faults], rows=len(table), source=table.source)
    if "on" not in table.columns:
        return found
    for place, row in enumerate(table.rows):
        cells = {name: column[place] for name, column in table.columns.items() if column[place] is not None}
        reader = Reader(table.source, row, lambda _: table.source, (), facts)
        made = reader.transaction(nested(cells, facts))
        found.faults += reader.faults
        if made is not None and not reader.errors:
            found.transactions.append(made)
    return found


def nested(cells: Mapping[str, str | None], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """A flat row in the nested form."""
    parties: list[dict[str, Any]] = []
    for role in PARTY_ROLES:
        party: dict[str, Any] = {
            key: cells[f"{role}_{key}"] for key in ("country", "address", "lists", "military") if cells.get(f"{role}_{key}")
        }
        if cells.get(role):
            party["name"] = cells[role]
        owner = {key: cells[f"{role}_owner_{key}"] for key in ("share", "lists") if cells.get(f"{role}_owner_{key}")}
        if cells.get(f"{role}_owner"):
            owner["name"] = cells[f"{role}_owner"]
        if owner:
            party["owners"] = [owner]
        if party:
            parties.append({"role": role, **party})
    row: dict[str, Any] = {key: cells[key] for key in (*_OTHER, *ITEM_KEYS) if cells.get(key) is not None}
    row["parties"] = parties or None
    row["facts"] = {name: cells[name] for name in facts if cells.get(name) is not None} or None
    return row


__all__ = ["PARTY_ROLES", "columns_of", "nested", "read_table_of_transactions"]

"""Columns about licenses that a table of shipments may have beside those of a line."""

from __future__ import annotations

PARTY_ROLES = ("exporter", "seller", "buyer", "importer", "intermediate_consignee", "consignee", "end_user", "person")
"""Roles that a table may name, each with columns for name, country, lists and owners."""

_COLUMNS = ("control_code", "eccn", "elements", "form", "end_use", "description", "sent_from", "cn_content", "us_content")


def shipment_columns() -> dict[str, tuple[str, ...]]:
    """Columns about licenses that a table of shipments may have beside those of a line."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_COLUMNS, ())
    found["description"] = ("goods", "product")
    found["sent_from"] = ("dispatched from",)
    for role in PARTY_ROLES:
        found |= {role: (), f"{role}_country": (), f"{role}_lists": (), f"{role}_address": ()}
        found |= {f"{role}_owner": (), f"{role}_owner_share": (), f"{role}_owner_lists": (), f"{role}_military": ()}
    return found


__all__ = ["PARTY_ROLES", "shipment_columns"]

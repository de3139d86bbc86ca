"""Relationship records of GLEIF (RR-CDF 2.1), as XML or as the CSV of the golden copy.

A parent that consolidates a child in its accounts need not hold half of it, and the amounts in the records have no clear
scale: both become stakes of unknown size. Ultimate parents are sums over direct ones, so they count only where these are
missing. International branches are branches.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.parties.ownership.graph import KINDS
from countermeasure.parties.ownership.model import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.io.ownership_formats.rows import EdgeRows
    from countermeasure.io.tables import RawTable

__all__ = ["GLEIF_COLUMNS", "is_gleif_csv", "read_gleif_csv", "read_gleif_xml"]

_KINDS = {
    "IS_DIRECTLY_CONSOLIDATED_BY": EdgeKind.CONSOLIDATION,
    "IS_ULTIMATELY_CONSOLIDATED_BY": EdgeKind.INDIRECT,
    "IS_INTERNATIONAL_BRANCH_OF": EdgeKind.BRANCH,
}
GLEIF_COLUMNS: dict[str, tuple[str, ...]] = {
    "child": ("Relationship.StartNode.NodeID",),
    "parent": ("Relationship.EndNode.NodeID",),
    "type": ("Relationship.RelationshipType",),
    "status": ("Relationship.RelationshipStatus",),
    "start": ("Relationship.Period.1.startDate",),
    "end": ("Relationship.Period.1.endDate",),
    "period": ("Relationship.Period.1.periodType",),
}
"""Columns of the golden copy that are read."""


def is_gleif_csv(head: bytes) -> bool:
    """Whether the start of a file is the header of the golden copy."""
    return b"Relationship.StartNode.NodeID" in head[:4096]


def read_gleif_csv(table: RawTable, rows: EdgeRows) -> None:
    """Read the CSV of the golden copy."""
    blank: list[str | None] = [None] * len(table)
    cells = [table.columns.get(name, blank) for name in ("child", "parent", "type", "status", "start", "end", "period")]
    for row, *found in zip(table.rows, *cells, strict=True):
        rows.rows += 1
        child, parent, name, status, start, end, period = found
        dated = period in (None, "RELATIONSHIP_PERIOD")
        _record(row, child, parent, name, status, start if dated else None, end if dated else None, rows)


def read_gleif_xml(stream: IO[bytes], rows: EdgeRows) -> None:
    """Read XML record by record, so that a large file needs little memory.

    Raises:
        InputError: If it is not well-formed.
    """
    import xml.etree.ElementTree as ET  # a file of the user's own choice; the parser limits expansion

    try:
        for number, (_, element) in enumerate(_records(ET.iterparse(stream)), start=1):  # noqa: S314 - as above
            rows.rows += 1
            texts: dict[str, str] = {}
            period: dict[str, str] = {}
            for node in element.iter():
                tag = node.tag.rpartition("}")[2]
                text = (node.text or "").strip()
                if tag in ("StartNode", "EndNode"):
                    inner = next((n.text for n in node if n.tag.rpartition("}")[2] == "NodeID"), "")
                    texts[tag] = (inner or "").strip()
                elif tag == "RelationshipPeriod":
                    parts = {n.tag.rpartition("}")[2]: (n.text or "").strip() for n in node}
                    if parts.get("PeriodType") == "RELATIONSHIP_PERIOD":
                        period = parts
                elif tag in ("RelationshipType", "RelationshipStatus"):
                    texts[tag] = text
            _record(
                number, texts.get("StartNode"), texts.get("EndNode"), texts.get("RelationshipType"),
                texts.get("RelationshipStatus"), period.get("StartDate"), period.get("EndDate"), rows,
            )  # fmt: skip
            element.clear()
    except ET.ParseError as error:
        raise InputError(
            f"the file is not well-formed XML ({error})", code="bad_xml", where=rows.file, cure="Fetch it again."
        ) from None


def _records(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for event, element in events:
        if element.tag.rpartition("}")[2] == "RelationshipRecord":
            yield event, element


def _record(
    row: int, child: str | None, parent: str | None, name: str | None, status: str | None, start: str | None,
    end: str | None, rows: EdgeRows,
) -> None:  # fmt: skip
    kind = _KINDS.get(name or "")
    if kind is None or (status and status not in ("ACTIVE", "INACTIVE")):
        return
    if not child or not parent:
        rows.fault(row, "NodeID", None, "the record lacks a node", "Fetch the file again.", "empty_name")
        return
    first, last = rows.day(row, start, "start"), rows.day(row, end, "end")
    if isinstance(first, bool) or isinstance(last, bool):
        return
    if status == "INACTIVE" and last is None:
        return
    rows.add(row, rows.party(parent), rows.party(child), None, KINDS.index(kind), first, last)

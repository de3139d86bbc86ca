"""Our own form: one edge per row, in CSV, Excel, Parquet or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.errors import CodeError
from countermeasure.io.ownership_formats.rows import KIND_WORDS, EdgeRows, kind_of
from countermeasure.parties.ownership.model import Share

if TYPE_CHECKING:
    from countermeasure.io.tables import RawTable

__all__ = ["EDGE_COLUMNS", "REQUIRED", "read_edges"]

EDGE_COLUMNS: dict[str, tuple[str, ...]] = {
    "owner": ("owner_id", "shareholder", "parent", "holder", "owner lei"),
    "owned": ("owned_id", "entity", "company", "subsidiary", "child", "investee", "held", "owned lei"),
    "share": ("stake", "holding", "ownership", "share of", "interest share"),
    "percent": ("pct", "percentage", "share_pct", "share percent", "ownership_pct", "ownership percent", "stake_pct", "%"),
    "fraction": ("share_fraction", "ownership fraction"),
    "min": ("minimum", "min_pct", "share_min", "pct_min", "at least"),
    "max": ("maximum", "max_pct", "share_max", "pct_max", "at most"),
    "min_excl": ("min exclusive", "over"),
    "max_excl": ("max exclusive", "under"),
    "kind": ("type", "relation", "relationship", "class", "interest"),
    "from": ("start", "start_date", "since", "valid_from"),
    "to": ("end", "end_date", "until", "valid_to", "valid_until"),
    "source": ("src", "register", "origin"),
    "owner_name": ("shareholder name", "parent name"),
    "owned_name": ("entity name", "company name", "subsidiary name"),
    "owner_country": ("shareholder country", "owner jurisdiction"),
    "owned_country": ("country", "entity country", "company country", "jurisdiction", "owned jurisdiction"),
    "note": ("notes", "comment", "remark"),
}
"""Columns of a table of owners, each with its other names."""
REQUIRED = ("owner", "owned")
_YES = frozenset({"yes", "true", "1", "y", "x"})
_CURE_NAME = "Fill it; an edge needs both ends."


def read_edges(table: RawTable, rows: EdgeRows) -> None:
    """Read the edges of a table.

    Args:
        table: As it was written.
        rows: Takes the edges.
    """
    columns = table.columns
    count = len(table)
    rows.rows = count
    blank: list[str | None] = [None] * count

    def cells(name: str) -> list[str | None]:
        return columns.get(name, blank)

    owners, owned, kinds = cells("owner"), cells("owned"), cells("kind")
    starts, ends, sources = cells("from"), cells("to"), cells("source")
    owner_names, owned_names = cells("owner_name"), cells("owned_name")
    owner_places, owned_places = cells("owner_country"), cells("owned_country")
    for place, row in enumerate(table.rows):
        head, tail = owners[place], owned[place]
        if head is None or tail is None:
            column = "owner" if head is None else "owned"
            rows.fault(row, column, None, f"the {column} is empty", _CURE_NAME, "empty_name")
            continue
        kind = kind_of(kinds[place])
        if kind is None:
            words = ", ".join(k.value for k in KIND_WORDS)
            rows.fault(row, "kind", kinds[place], f"{kinds[place]!r} is not a kind of edge", f"Use one of {words}.", "bad_kind")
            continue
        share = _share(rows, columns, place, row)
        start, end = rows.day(row, starts[place], "from"), rows.day(row, ends[place], "to")
        if share is False or start is False or end is False or share is True or start is True or end is True:
            continue
        doubt = rows.is_doubtful(row)
        first = rows.party(head, owner_names[place] or "", owner_places[place] or "", row)
        second = rows.party(tail, owned_names[place] or "", owned_places[place] or "", row)
        rows.add(row, first, second, share, kind, start, end, sources[place] or "", doubt)


def _share(rows: EdgeRows, columns: dict[str, list[str | None]], place: int, row: int) -> Share | bool | None:
    """The share of a row from whichever of its columns are filled."""
    for name, unit in (("share", None), ("percent", None), ("fraction", "fraction")):
        text = columns[name][place] if name in columns else None
        if text:
            return rows.share(row, text, column=name, unit=unit)
    low = columns["min"][place] if "min" in columns else None
    high = columns["max"][place] if "max" in columns else None
    if low is None and high is None:
        return None
    least, most = rows.share(row, low, column="min"), rows.share(row, high, column="max")
    if isinstance(least, bool) or isinstance(most, bool):
        return False
    over = "min_excl" in columns and (columns["min_excl"][place] or "").casefold() in _YES
    under = "max_excl" in columns and (columns["max_excl"][place] or "").casefold() in _YES
    try:
        return Share(
            least.min_ppm if least is not None else 0,
            most.max_ppm if most is not None else 1_000_000,
            over or (least is not None and least.min_excl),
            under or (most is not None and most.max_excl),
        )
    except CodeError as error:
        rows.fault(row, "min", f"{low} to {high}", error.message, error.cure or "", error.code)
        return False

"""What no row says alone: sums of shares, bills of material that run in circles or exceed the whole, rates that are missing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.brief.portfolio import Good, Holding, Material, Shipment, Supplier
    from countermeasure.io.portfolio.records import Record

__all__ = ["check_together"]

_WHOLE = Fraction(5, 1000)
MOST_ROWS = 20_000
"""Rows to which a bill may unfold with the bills of the goods in it."""
MOST_LEVELS = 40
"""Levels that a bill may have with those of the goods in it."""


def check_together(sheet: str, pairs: Sequence[tuple[Record, Any]], built: Mapping[str, Sequence[tuple[Record, Any]]]) -> None:
    """Tell the faults that rows of a sheet have together; those of rows that are left out already are passed by.

    Args:
        sheet: Its name.
        pairs: Its records with what was made of them.
        built: Those of the sheets before it.
    """
    kept = [(record, thing) for record, thing in pairs if not record.left_out]
    if sheet == "owners":
        _owners(kept)
    elif sheet == "suppliers":
        _suppliers(kept, {record.text("good") for record, _ in pairs if record.left_out})
    elif sheet == "materials":
        _materials(kept, {good.id: good for record, good in built.get("goods", ()) if not record.left_out})
    elif sheet == "shipments":
        _rates(kept, {"USD", *(rate.currency for record, rate in built.get("rates", ()) if not record.left_out)})


def _groups(pairs: Sequence[tuple[Record, Any]], column: str) -> dict[str, list[tuple[Record, Any]]]:
    found: dict[str, list[tuple[Record, Any]]] = {}
    for record, thing in pairs:
        found.setdefault(record.text(column), []).append((record, thing))
    return found


def _rows(pairs: Sequence[tuple[Record, Any]]) -> str:
    rows = [str(record.place.row) for record, _ in pairs]
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(rows[:12])}{' and more' if len(rows) > 12 else ''}"


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.4g} %"


def _owners(pairs: Sequence[tuple[Record, Holding]]) -> None:
    for party, rows in _groups(pairs, "party").items():
        total = sum((holding.owner.share[0] or Fraction(0) for _, holding in rows), Fraction(0))
        if total > 1:
            said = f"the owners of {party} hold {_percent(total)} together ({_rows(rows)})"
            _all(rows, "share", said, "Check them: the whole is 100 %.", "owners_above_100")


def _suppliers(pairs: Sequence[tuple[Record, Supplier]], partly: set[str]) -> None:
    for good, rows in _groups(pairs, "good").items():
        total = sum((supplier.share for _, supplier in rows), Fraction(0))
        if good not in partly and abs(total - 1) > _WHOLE:
            said = f"the shares of {good} sum to {_percent(total)}, not to 100 % ({_rows(rows)})"
            _all(rows, "share", said, "Mend the shares, or add the supplier of the rest.", "shares_not_whole")


def _materials(pairs: Sequence[tuple[Record, Material]], goods: Mapping[str, Good]) -> None:
    for good, rows in _groups(pairs, "good").items():
        ids = {material.id: material for _, material in rows}
        for record, material in rows:
            if material.id == good:
                record.tell("material", f"{good} is in itself", "Name the part, not the good.", "circular_bill")
            elif material.parent and material.parent not in ids:
                said = f"{material.parent!r} is no material of {good}"
                record.tell("parent", said, f"Materials of it are: {', '.join(list(ids)[:8])}.", "unknown_id")
            elif _circular(material, ids):
                record.tell("parent", f"{material.id} is in itself by its parents", "Mend the parents.", "circular_bill")
        _shares(good, [pair for pair in rows if not pair[1].parent])
        if good in goods:
            _exceeds(goods[good], rows)
    _circles(pairs, goods)
    _unfolded([pair for pair in pairs if not pair[0].left_out], goods)


def _circular(material: Material, ids: Mapping[str, Material]) -> bool:
    seen = {material.id}
    parent = material.parent
    while parent and parent in ids:
        if parent in seen:
            return True
        seen.add(parent)
        parent = ids[parent].parent
    return False


def _shares(good: str, rows: Sequence[tuple[Record, Material]]) -> None:
    total = sum((material.share[0] or Fraction(0) for _, material in rows if material.share is not None), Fraction(0))
    if total > 1:
        said = f"the shares in {good} sum to {_percent(total)} ({_rows(rows)})"
        _all(rows, "share", said, "Give each as a share of the good's value, 0.02 or 2%.", "shares_above_one")


def _exceeds(good: Good, rows: Sequence[tuple[Record, Material]]) -> None:
    """Parts in one currency that are worth more than the good."""
    if good.value is None or good.value.high is None:
        return
    top = [m for _, m in rows if not m.parent and m.value is not None and m.value.currency == good.value.currency]
    least = sum(((m.value.low or 0) * m.quantity for m in top if m.value is not None), start=0 * good.value.high)
    if least > good.value.high:
        said = f"the materials of {good.id} are worth {least:,.2f} and the whole {good.value.high:,.2f} {good.value.currency}"
        cure = "Check values, quantities and currencies: the value of a material is for one piece."
        _all([pair for pair in rows if not pair[1].parent], "value", said, cure, "parts_exceed_whole")


def _circles(pairs: Sequence[tuple[Record, Material]], goods: Mapping[str, Good]) -> None:
    """Goods that are in one another."""
    inside: dict[str, list[tuple[Record, str]]] = {}
    for record, material in pairs:
        if material.id in goods and material.id != material.good:
            inside.setdefault(material.good, []).append((record, material.id))
    for good, rows in inside.items():
        for record, part in rows:
            if good in _below(part, inside):
                said = f"{good} is in {part}, and {part} is in {good}"
                record.tell("material", said, "A bill of materials cannot run in a circle.", "circular_bill")


def _unfolded(pairs: Sequence[tuple[Record, Material]], goods: Mapping[str, Good]) -> None:
    """Bills of goods in goods that unfold to more rows or levels than can be counted."""
    from graphlib import CycleError, TopologicalSorter

    bills = _groups(pairs, "good")
    parts = {good: {m.id for _, m in rows if m.id in goods and m.id != good} for good, rows in bills.items()}
    try:
        order = list(TopologicalSorter(parts).static_order())
    except CycleError:
        return
    size: dict[str, int] = {}
    levels: dict[str, int] = {}
    for good in order:
        rows = bills.get(good, [])
        ids = {m.id: m for _, m in rows}
        own = max((_level(m, ids) for _, m in rows), default=0)
        size[good] = sum(1 + size.get(m.id, 0) for _, m in rows)
        levels[good] = own + max((levels.get(part, 0) for part in parts.get(good, ())), default=0)
        if rows and (size[good] > MOST_ROWS or levels[good] > MOST_LEVELS):
            said = f"the bill of {good} unfolds to {size[good]:,} rows in {levels[good]} levels"
            cure = f"Up to {MOST_ROWS:,} rows and {MOST_LEVELS} levels are counted: put parts together."
            _all(rows, "material", said, cure, "bill_too_large")


def _level(material: Material, ids: Mapping[str, Material]) -> int:
    """Level of a material in its own bill, from 1."""
    found, parent = 1, material.parent
    while parent in ids and found <= len(ids):
        found, parent = found + 1, ids[parent].parent
    return found


def _below(good: str, inside: Mapping[str, list[tuple[Record, str]]]) -> set[str]:
    found: set[str] = set()
    wait = [good]
    while wait:
        for _, part in inside.get(wait.pop(), ()):
            if part not in found:
                found.add(part)
                wait.append(part)
    return found


def _rates(pairs: Sequence[tuple[Record, Shipment]], known: set[str]) -> None:
    for record, shipment in pairs:
        if shipment.value is not None and shipment.value.currency not in known:
            said = f"the value is in {shipment.value.currency}, and the sheet rates has no rate for it"
            cure = "Add one with its source; without it duties are told as rates, not as amounts."
            record.tell("currency", said, cure, "no_rate", "warning")


def _all(rows: Sequence[tuple[Record, Any]], column: str, said: str, cure: str, code: str) -> None:
    """Tell a fault of several rows once, and leave all of them out."""
    rows[-1][0].tell(column, said, cure, code)
    for record, _ in rows:
        record.left_out = True

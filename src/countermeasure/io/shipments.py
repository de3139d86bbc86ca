"""The license side of a table of shipments: each line is a transaction from its origin to its destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.codes.hts import parse_hts
from countermeasure.io.shipment_columns import shipment_columns
from countermeasure.io.transaction_table import nested
from countermeasure.io.transactions import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from countermeasure.book.model import Fact
    from countermeasure.duty.line import Line
    from countermeasure.io.faults import Fault
    from countermeasure.io.tables import RawTable
    from countermeasure.licensing.transaction import Transaction


class Shipments:
    """Turns lines into transactions.

    Args:
        table: The table, read with the columns of a line and of :func:`shipment_columns`.
        facts: Facts of controls by id.
        report: Takes faults.
    """

    def __init__(self, table: RawTable, facts: Mapping[str, Fact], report: Callable[[Fault], None]) -> None:
        self._table = table
        self._facts = facts
        self._report = report
        self._place = {row: place for place, row in enumerate(table.rows)}

    def transaction(self, row: int, line: Line) -> Transaction | None:
        """The transaction of a line, or ``None`` after its faults were reported."""
        place = self._place[row]
        names = [n for n in shipment_columns() if n in self._table.columns]
        cells: dict[str, str | None] = {n: self._table.columns[n][place] for n in names}
        cells["id"] = line.line_id or f"row {row}"
        cells["on"] = format_day(int(line.facts.get("exported_on", line.on)))
        cells["from"] = cells.pop("sent_from", None) or line.origin
        cells["to"] = line.into
        cells["origin"] = line.origin
        cells["hs"] = parse_hts(line.hts).digits
        if line.value_usd is not None:
            cells["value"] = f"{line.value_usd:.2f} USD"
        reader = Reader(self._table.source, row, lambda _: self._table.source, (), self._facts)
        made = reader.transaction(nested({k: v for k, v in cells.items() if v is not None}, {}))
        for fault in reader.faults:
            self._report(fault)
        return None if reader.errors else made


__all__ = ["Shipments", "shipment_columns"]

"""Plain long tables: region, sector, use_region, use_sector, value; any table format that ``read_table`` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.words import FINAL, OTHER_COSTS, OUTPUT, PASSED_OVER, VALUE_ADDED, plain
from countermeasure.io.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.io.tables import RawTable
    from countermeasure.supply.economy import IOTable

    Node = tuple[str, str]

__all__ = ["LONG_COLUMNS", "read_long"]

LONG_COLUMNS: dict[str, tuple[str, ...]] = {
    "region": ("country", "row_country", "origin", "from_region", "supplier_region"),
    "sector": ("industry", "row_item", "row_industry", "industrycode", "from_sector", "supplier_sector"),
    "use_region": ("col_country", "column_country", "destination", "to_region", "user_region"),
    "use_sector": ("col_item", "col_industry", "use", "to_sector", "user_sector"),
    "value": ("flow", "value_musd", "amount"),
}
"""Columns of a long table, each with its other names."""

_MAX_TOLD = 20


def read_long(path: Path, facts: Facts, *, mend: bool = False, content: bytes | None = None) -> IOTable:
    """Read a long table.

    Final use is told by ``use_sector`` (``final``, ``HFCE``, ``CONS_h`` and the like); value added, other costs and output
    are told by ``sector`` (``VA``, ``TLS``, ``OUT`` and the like). Flows that are not listed are 0; a flow listed
    twice is a fault, except of final use and other costs, which add up.

    Args:
        path: File.
        facts: Unit, year, source, licence.
        mend: See ``closing.close``.
        content: Content, where the caller has it already.

    Raises:
        InputError: If columns are missing or cells are wrong; each with its row.
    """
    table = read_table(path, LONG_COLUMNS, tuple(LONG_COLUMNS), tariff_columns=(), content=content)
    faults = [str(fault) for fault in table.errors]
    if faults:
        raise InputError(
            "the table cannot be read", code="bad_io_table", where=table.source, cure="Mend:", faults=faults[:_MAX_TOLD]
        )
    cells = _Cells(table)
    for place in range(len(table)):
        cells.take(place)
    if cells.faults:
        told = cells.faults[:_MAX_TOLD]
        raise InputError("the table cannot be read", code="bad_io_table", where=table.source, cure="Mend:", faults=told)
    return close(cells.parts(), facts, mend=mend)


class _Cells:
    """Flows of a long table, sorted by what they are."""

    def __init__(self, table: RawTable) -> None:
        self.table = table
        self.nodes: dict[Node, int] = {}
        self.flows: dict[tuple[int, int], float] = {}
        self.final: dict[int, float] = {}
        self.other: dict[int, float] = {}
        self.output: dict[int, float] = {}
        self.faults: list[str] = []

    def take(self, place: int) -> None:
        """Read one row."""
        table, row = self.table, self.table.rows[place]
        region, sector, use_region, use_sector, text = (table.columns[c][place] or "" for c in LONG_COLUMNS)
        where = f"{table.source}, row {row}"
        try:
            value = float(text)
        except ValueError:
            self.faults.append(f"{where}: value {text!r} is not a number")
            return
        kind, use = plain(sector), plain(use_sector)
        if kind in VALUE_ADDED or kind in PASSED_OVER:
            return
        if kind in OTHER_COSTS or kind in OUTPUT:
            if use not in FINAL and use not in OUTPUT:
                into = self.other if kind in OTHER_COSTS else self.output
                node = self._node(use_region, use_sector, where)
                into[node] = into.get(node, 0.0) + value
            return
        first = self._node(region, sector, where)
        if use in OUTPUT:
            self.output[first] = value
        elif use in FINAL:
            self.final[first] = self.final.get(first, 0.0) + value
        else:
            pair = (first, self._node(use_region, use_sector, where))
            if pair in self.flows:
                self.faults.append(f"{where}: the flow from {region} {sector} to {use_region} {use_sector} stands twice")
            self.flows[pair] = value

    def _node(self, region: str, sector: str, where: str) -> int:
        if not region or not sector:
            self.faults.append(f"{where}: a region or sector is empty")
        return self.nodes.setdefault((region, sector), len(self.nodes))

    def parts(self) -> Parts:
        """Cells as arrays."""
        n = len(self.nodes)
        z = np.zeros((n, n))
        if self.flows:
            i, j = np.array(list(self.flows)).T
            z[i, j] = list(self.flows.values())
        final, other, output = np.zeros(n), np.zeros(n), np.full(n, np.nan)
        for held, into in ((self.final, final), (self.other, other), (self.output, output)):
            into[list(held)] = list(held.values())
        stated = np.where(np.isnan(output), z.sum(axis=1) + final, output) if self.output else None
        return Parts(list(self.nodes), z, final, other, stated)

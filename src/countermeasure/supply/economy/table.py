"""Input-output tables: who uses whose product, checked, closed and merged."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.lists import read_header
from countermeasure.book.tables import unknown
from countermeasure.errors import InputError, NotFoundError
from countermeasure.supply.tables import shipped_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Node = tuple[str, str]

__all__ = ["TOLERANCE", "IOTable", "read_compact"]

TOLERANCE = 1e-6
"""Largest imbalance of a node, as a share of its output."""

_MAX_TOLD = 20


@dataclass(frozen=True, slots=True, eq=False)
class IOTable:
    """An input-output table of n nodes; a node is one sector in one region.

    Two balances hold for every node to ``TOLERANCE``: output = row of ``z`` + ``final``, and
    output = column of ``z`` + ``other_costs`` + ``value_added``.

    Attributes:
        nodes: Labels (region, sector), n of them, each once.
        z: Shape (n, n). Intermediate use a year; rows are suppliers, columns are users. No flow is negative.
        final: Shape (n,). Final use: consumption, investment, and exports to places outside the table. Not negative.
        output: Shape (n,). Gross output.
        value_added: Shape (n,). Not negative.
        other_costs: Shape (n,). Inputs that no node supplies: imports from outside the table, taxes less subsidies on
            products (negative where subsidies prevail). Zeros if absent.
        unit: Of all flows, a year.
        year: Of the flows.
        source: Who made the table.
        licence: Of the table.
        notes: What a reader changed or what to beware of.

    Raises:
        InputError: If a shape, a label, a sign or a balance is wrong; each fault names its cell.
    """

    nodes: tuple[Node, ...]
    z: Floats
    final: Floats
    output: Floats
    value_added: Floats
    other_costs: Floats = field(default_factory=lambda: np.zeros(0))
    unit: str = "million USD"
    year: int = 0
    source: str = ""
    licence: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple((str(r), str(s)) for r, s in self.nodes))
        if not np.size(self.other_costs):
            object.__setattr__(self, "other_costs", np.zeros(len(self.nodes)))
        for name in ("z", "final", "output", "value_added", "other_costs"):
            held = np.array(getattr(self, name), dtype=np.float64)
            held.setflags(write=False)
            object.__setattr__(self, name, held)
        faults = _shape_faults(self) or [*_label_faults(self.nodes), *_cell_faults(self)] or _balance_faults(self)
        if faults:
            more = len(faults) - _MAX_TOLD
            told = faults[:_MAX_TOLD] + ([f"and {more} more"] if more > 0 else [])
            raise InputError(
                f"the input-output table has {len(faults)} fault{'s' if len(faults) > 1 else ''}",
                code="bad_io_table",
                where=self.source or None,
                cure="Mend these cells, or read the file with mend=True:",
                faults=told,
            )

    @classmethod
    def closed(
        cls,
        nodes: Sequence[Node],
        z: ArrayLike,
        final: ArrayLike,
        *,
        other_costs: ArrayLike | None = None,
        unit: str = "million USD",
        year: int = 0,
        source: str = "",
        licence: str = "",
        notes: str = "",
    ) -> IOTable:
        """Table that is closed by rule: output is the sum of the row, value added what remains in the column.

        Args:
            nodes: Labels (region, sector), n of them.
            z: Shape (n, n). Rows supply, columns use.
            final: Shape (n,).
            other_costs: Shape (n,) or absent.
            unit: Of all flows, a year.
            year: Of the flows.
            source: Who made the table.
            licence: Of the table.
            notes: What to beware of.

        Raises:
            InputError: As for the class; value added that comes out negative is such a fault.
        """
        flows, last = np.asarray(z, dtype=np.float64), np.asarray(final, dtype=np.float64)
        other = np.zeros(len(last)) if other_costs is None else np.asarray(other_costs, dtype=np.float64)
        output = flows.sum(axis=1) + last
        added = output - flows.sum(axis=0) - other
        return cls(tuple(nodes), flows, last, output, added, other, unit, year, source, licence, notes)

    @classmethod
    def shipped(cls) -> IOTable:
        """The compact table of the wheel: 8 regions, 20 sectors, scale of 2023."""
        return _shipped()

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions in the order in which they first stand."""
        return tuple(dict.fromkeys(r for r, _ in self.nodes))

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors in the order in which they first stand."""
        return tuple(dict.fromkeys(s for _, s in self.nodes))

    def index(self, region: str, sector: str) -> int:
        """Place of a node.

        Raises:
            NotFoundError: If the table has no such region, sector or node.
        """
        if region not in self.regions:
            raise NotFoundError(unknown("region", region, self.regions), code="unknown_region", where=self.source or None)
        if sector not in self.sectors:
            raise NotFoundError(unknown("sector", sector, self.sectors), code="unknown_sector", where=self.source or None)
        try:
            return self.nodes.index((region, sector))
        except ValueError:
            raise NotFoundError(f"{region} has no sector {sector}", code="unknown_node", where=self.source or None) from None

    def gdp(self, region: str | None = None) -> float:
        """Value added of a region, or of the whole table, in ``unit`` a year.

        Raises:
            NotFoundError: If there is no such region.
        """
        if region is None:
            return float(self.value_added.sum())
        if region not in self.regions:
            raise NotFoundError(unknown("region", region, self.regions), code="unknown_region", where=self.source or None)
        return float(self.value_added[[r == region for r, _ in self.nodes]].sum())

    def merged(self, regions: Mapping[str, str] | None = None, sectors: Mapping[str, str] | None = None) -> IOTable:
        """The table with nodes added up; flows between merged nodes stay as own use.

        Args:
            regions: New name of each region; those not named keep theirs.
            sectors: New name of each sector; those not named keep theirs.
        """
        regions, sectors = regions or {}, sectors or {}
        renamed = [(regions.get(r, r), sectors.get(s, s)) for r, s in self.nodes]
        nodes = tuple(dict.fromkeys(renamed))
        place = {node: k for k, node in enumerate(nodes)}
        to = np.zeros((len(nodes), len(self.nodes)))
        to[[place[node] for node in renamed], np.arange(len(self.nodes))] = 1
        return IOTable(
            nodes,
            to @ self.z @ to.T,
            to @ self.final,
            to @ self.output,
            to @ self.value_added,
            to @ self.other_costs,
            self.unit,
            self.year,
            self.source,
            self.licence,
            self.notes,
        )


def _shape_faults(table: IOTable) -> list[str]:
    n = len(table.nodes)
    if not n:
        return ["there are no nodes"]
    want = {"z": (n, n), "final": (n,), "output": (n,), "value_added": (n,), "other_costs": (n,)}
    return [
        f"{name} has shape {getattr(table, name).shape}, {n} nodes need {shape}"
        for name, shape in want.items()
        if getattr(table, name).shape != shape
    ]


def _label_faults(nodes: tuple[Node, ...]) -> list[str]:
    seen: set[Node] = set()
    faults = []
    for k, node in enumerate(nodes):
        if not all(node):
            faults.append(f"node {k + 1} has no {'region' if not node[0] else 'sector'}")
        elif node in seen:
            faults.append(f"{_say(node)} stands twice")
        seen.add(node)
    return faults


def _say(node: Node) -> str:
    return f"{node[0]} {node[1]}"


def _cell_faults(table: IOTable) -> list[str]:
    faults = []
    nodes = table.nodes
    for bad, what in ((~np.isfinite(table.z), "is not a number"), (table.z < 0, "is negative")):
        cells = np.argwhere(bad)
        faults += [
            f"z from {_say(nodes[i])} to {_say(nodes[j])} {what} ({table.z[i, j]:g})"
            for i, j in cells[: _MAX_TOLD + 1].tolist()
        ]
        faults += [""] * max(0, len(cells) - _MAX_TOLD - 1)
    for name in ("final", "output", "value_added", "other_costs"):
        held = getattr(table, name)
        low = -TOLERANCE * np.abs(np.nan_to_num(table.output)) if name == "value_added" else np.zeros(len(nodes))
        faults += [f"{name} of {_say(nodes[i])} is not a number" for i in np.flatnonzero(~np.isfinite(held)).tolist()]
        if name != "other_costs":
            below = np.flatnonzero(np.isfinite(held) & (held < low)).tolist()
            faults += [f"{name} of {_say(nodes[i])} is negative ({held[i]:g})" for i in below]
    return faults


def _balance_faults(table: IOTable) -> list[str]:
    faults = []
    bound = TOLERANCE * table.output + 1e-12 * table.output.sum()
    for made, parts in (
        (table.z.sum(axis=1) + table.final, "row + final"),
        (table.z.sum(axis=0) + table.other_costs + table.value_added, "column + other costs + value added"),
    ):
        off = np.flatnonzero(np.abs(made - table.output) > bound).tolist()
        faults += [f"{_say(table.nodes[i])}: {parts} is {made[i]:.10g}, output {table.output[i]:.10g}" for i in off]
    return faults


def read_compact(text: str, path: str) -> IOTable:
    """Read a table in the wide form.

    Columns are ``region,sector``, a column ``REGION.sector`` per user in the order of the rows, and ``final``.

    Output is the sum of the row and value added what remains in the column, so the table is balanced by rule.

    Args:
        text: Content, with head lines ``# unit:``, ``# year:``, ``# source:``, ``# licence:``.
        path: Name for messages.

    Raises:
        InputError: With every fault that was found.
    """
    head, lines, start = read_header(text)
    rows = list(csv.reader(lines[start:]))
    faults = [f"{path}:1: the head has no # {k}:" for k in ("unit", "year", "source", "licence") if not head.get(k)]
    if head.get("year") and not head["year"].isdigit():
        faults.append(f"{path}:1: year {head['year']!r} is not a year")
    nodes = [(row[0], row[1]) for row in rows[1:] if len(row) > 1]
    wanted = ["region", "sector", *(f"{r}.{s}" for r, s in nodes), "final"]
    if not rows or rows[0] != wanted:
        faults.append(f"{path}:{start + 1}: the columns must be region,sector, each row's REGION.sector in their order, final")
    cells = np.zeros((len(nodes), len(nodes) + 1))
    if not faults:
        for k, row in enumerate(rows[1:]):
            place = f"{path}:{start + 2 + k}"
            try:
                cells[k] = np.array(row[2:], dtype=np.float64)
            except ValueError as error:
                faults.append(f"{place}: {error}; {len(nodes) + 1} numbers are needed")
    if faults:
        raise InputError("the table cannot be read", code="bad_io_table", where=path, cure="Mend:", faults=faults)
    notes = head.get("notes", "")
    return IOTable.closed(
        nodes,
        cells[:, :-1],
        cells[:, -1],
        unit=head["unit"],
        year=int(head["year"]),
        source=head["source"],
        licence=head["licence"],
        notes=notes,
    )


@lru_cache(maxsize=1)
def _shipped() -> IOTable:
    return read_compact(shipped_text("economy.csv"), "economy.csv")

"""What an economy loses while some of its nodes cannot work: weekly, over all draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.errors import InputError
from countermeasure.supply.economy.ario import WEEKS_A_YEAR, Rules, Worker
from countermeasure.supply.economy.bottleneck import critical_inputs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from countermeasure.supply.economy.ario import Week
    from countermeasure.supply.economy.bottleneck import CriticalInputs
    from countermeasure.supply.economy.table import IOTable

    Floats = NDArray[np.float64]
    Floats32 = NDArray[np.float32]

__all__ = ["KEEP", "Accounts", "EconomyRun", "simulate_economy"]

KEEP = ("nodes", "regions", "sectors", "total")
"""What a run can keep: losses of every node, or sums."""

_CELLS, _LEAST, _MOST = 80_000, 64, 256
_SLACK = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """The week's accounts of the whole table, shape (draws, weeks) each, in the unit of the table a week.

    They close: ``value_added + other_costs = final + stock_change + unstocked``.

    Attributes:
        value_added: Made.
        other_costs: Inputs from outside the table, and taxes less subsidies on products.
        final: Delivered to final use.
        stock_change: Change of the stocks of critical inputs.
        unstocked: Deliveries less use of the inputs that stop nobody: drawn from stocks that are not followed, or done
            without, where negative.
    """

    value_added: Floats
    other_costs: Floats
    final: Floats
    stock_change: Floats
    unstocked: Floats


@dataclass(frozen=True, slots=True, eq=False)
class EconomyRun:
    """Losses of a run against the balanced table; positive is lost, negative made up for.

    Attributes:
        labels: What the last axis stands for: nodes, regions, sectors, or one total.
        output_loss: Shape (draws, weeks, labels). Unit of the table, in that week.
        value_added_loss: Same shape. Output lost times the share of value added in output.
        unit: Of the table, without the year.
        critical: How many critical inputs were followed.
        accounts: Where they were asked for.
    """

    labels: tuple[object, ...]
    output_loss: Floats32
    value_added_loss: Floats32
    unit: str
    critical: int
    accounts: Accounts | None = None


def simulate_economy(
    table: IOTable,
    nodes: ArrayLike,
    capacity: ArrayLike,
    *,
    critical: CriticalInputs | None = None,
    rules: Rules | None = None,
    keep: str = "nodes",
    accounts: bool = False,
) -> EconomyRun:
    """Losses of output and value added while capacity of some nodes is cut.

    Args:
        table: Of n nodes.
        nodes: Shape (k,). Nodes whose capacity is given, each once; all others can do what they normally do.
        capacity: Shape (draws, weeks, k). Fraction of normal capacity that is there in each week, 0 to 1.
        critical: Inputs that can stop a user; those of at least 5 % of cost if absent.
        rules: How firms order and produce.
        keep: One of ``KEEP``.
        accounts: Whether to keep the accounts of every week as well (somewhat slower).

    Returns:
        Losses by week. Without a shock they are exactly 0.

    Raises:
        InputError: If shapes, nodes, fractions or rules are wrong.

    Source:
        Rules: module ``ario``; docs/reference/economy.
    """
    rules = rules or Rules()
    critical = critical_inputs(table) if critical is None else critical
    capped, fraction = _checked(table, critical, nodes, capacity, rules, keep)
    draws, weeks, _ = fraction.shape
    labels, weights, added = _weights(table, keep)
    worker = Worker(table, critical, rules, capped)
    lost = np.zeros((weeks, len(labels), draws), dtype=np.float32)
    value = np.zeros_like(lost)
    ledger = _Ledger(table, critical, worker, draws, weeks) if accounts else None
    block = min(max(_CELLS // len(table), _LEAST), _MOST)
    for first in range(0, draws, block):
        part = slice(first, min(first + block, draws))
        given = np.ascontiguousarray(fraction[part].transpose(1, 2, 0), dtype=np.float32)
        worker.start(part.stop - first)
        hit = (given < 1).any(axis=(1, 2))
        begin = int(hit.argmax()) if hit.any() else weeks
        for week in range(begin, weeks):
            done = worker.step(given[week])
            if keep == "nodes":
                np.multiply(done.output, weights, out=lost[week, :, part])
            else:
                np.matmul(weights, done.output, out=lost[week, :, part])
                np.matmul(added, done.output, out=value[week, :, part])
            if ledger is not None:
                ledger.write(done, week, part)
    if keep == "nodes":
        np.multiply(lost, added, out=value)
    return EconomyRun(
        labels,
        lost.transpose(2, 0, 1),
        value.transpose(2, 0, 1),
        table.unit,
        len(critical),
        None if ledger is None else ledger.closed(),
    )


class _Ledger:
    """Accounts of the weeks, collected while the run goes on."""

    def __init__(self, table: IOTable, critical: CriticalInputs, worker: Worker, draws: int, weeks: int) -> None:
        self.value, self.other, self.end = (a / WEEKS_A_YEAR for a in (table.value_added, table.other_costs, table.final))
        followed = np.zeros_like(table.z)
        np.add.at(followed, (critical.supplier, critical.users[critical.pair]), critical.flow)
        self.rest = (table.z - followed) / WEEKS_A_YEAR
        self.stocked = worker.weight
        self.kept = np.zeros((5, draws, weeks))
        self.kept[0], self.kept[1], self.kept[2] = self.value.sum(), self.other.sum(), self.end.sum()

    def write(self, done: Week, week: int, part: slice) -> None:
        """Book one week of a block of draws."""
        made, got = 1.0 + done.output.astype(np.float64), 1.0 + done.short.astype(np.float64)
        came = (got * (self.rest @ (1.0 + done.before.astype(np.float64)))).sum(axis=0)
        self.kept[:, part, week] = (
            self.value @ made,
            self.other @ made,
            self.end @ got,
            self.stocked @ done.stock_change.astype(np.float64),
            came - self.rest.sum(axis=0) @ made,
        )

    def closed(self) -> Accounts:
        return Accounts(*self.kept)


def _weights(table: IOTable, keep: str) -> tuple[tuple[object, ...], Floats32, Floats32]:
    """Labels, and what turns relative output into losses of output and of value added."""
    weekly = -table.output / WEEKS_A_YEAR
    share = np.divide(table.value_added, table.output, out=np.zeros(len(table)), where=table.output > 0)
    if keep == "nodes":
        return table.nodes, weekly[:, None].astype(np.float32), share[:, None].astype(np.float32)
    names: tuple[str, ...] = {"regions": table.regions, "sectors": table.sectors, "total": ("total",)}[keep]
    of = [{"regions": r, "sectors": s, "total": "total"}[keep] for r, s in table.nodes]
    member = np.array([[name == own for own in of] for name in names], dtype=np.float64)
    return names, (member * weekly).astype(np.float32), (member * weekly * share).astype(np.float32)


def _checked(
    table: IOTable, critical: CriticalInputs, nodes: ArrayLike, capacity: ArrayLike, rules: Rules, keep: str
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Nodes and fractions, checked."""
    faults = [*rules.faults(), *_stray(table, critical, rules)]
    if keep not in KEEP:
        faults.append(f"keep {keep!r} is unknown; there are {', '.join(KEEP)}")
    place, given = np.atleast_1d(np.asarray(nodes)), np.asarray(capacity)
    if place.size == 0:
        place = place.astype(np.int64)
    if place.ndim != 1 or not np.issubdtype(place.dtype, np.integer):
        faults.append("nodes must be a list of places, shape (k,)")
    elif given.ndim != 3 or given.shape[2] != len(place):
        faults.append(f"capacity has shape {given.shape}; {len(place)} nodes need (draws, weeks, {len(place)})")
    else:
        outside = place[(place < 0) | (place >= len(table))]
        faults += [f"node {k} is not in the table of {len(table)}" for k in outside.tolist()]
        if len(np.unique(place)) < len(place):
            faults.append("a node is given twice; multiply its fractions")
        bad = ~((given >= -_SLACK) & (given <= 1 + _SLACK))
        if bad.any():
            d, w, k = np.argwhere(bad)[0].tolist()
            faults.append(
                f"{int(bad.sum())} fractions are not 0 to 1; first: draw {d}, week {w}, node {place[k]}: {given[d, w, k]}"
            )
    if faults:
        raise InputError("the run cannot start", code="bad_economy_run", cure="Mend:", faults=faults)
    return place.astype(np.int64), np.clip(given, 0.0, 1.0)


def _stray(table: IOTable, critical: CriticalInputs, rules: Rules) -> list[str]:
    """Faults of rules and critical inputs that were made for another table."""
    covers = rules.cover_weeks if isinstance(rules.cover_weeks, Mapping) else {}
    faults = [f"cover_weeks: {unknown('sector', s, table.sectors)}" for s in covers if s != "*" and s not in table.sectors]
    inside = len(critical) == 0 or max(critical.users.max(), critical.supplier.max()) < len(table)
    if not inside or not np.array_equal(critical.flow, table.z[critical.supplier, critical.users[critical.pair]]):
        faults.append("the critical inputs were listed for another table; list them again")
    return faults

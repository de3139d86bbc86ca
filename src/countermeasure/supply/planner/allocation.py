"""An allocation: what the planner makes, sends and serves, what it loses, and what a tonne more would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.errors import InputError
from countermeasure.supply.cube import Cube

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.planner.limits import Limits
    from countermeasure.supply.planner.values import FinalUse

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Allocation", "Setup", "spread"]

MILLION = 1e6


@dataclass(frozen=True)
class Setup:
    """What a plan is made from.

    Attributes:
        network: The compiled chain.
        plan: Controls and changes.
        limits: Bounds on any allocation.
        use: Final use with its values.
        handling_usd: Cost of making or sending a tonne; it only settles ties.
        engine: Solver; ``None`` for the best that is installed.
        extra: Permits beyond the plan's, (W, C), outside pace and lag; ``None`` for none.
    """

    network: Network
    plan: Plan
    limits: Limits
    use: FinalUse
    handling_usd: float = 1.0
    engine: str | None = None
    extra: Array | None = None

    @property
    def wanted(self) -> Array:
        """Final use that is wanted, (W, D)."""
        return self.use.wanted(self.plan, self.limits.level)

    @property
    def free(self) -> Array:
        """What leaves without a permit from the queue, extra permits included, (W, C)."""
        return self.limits.free if self.extra is None else self.limits.free + self.extra


@dataclass(frozen=True)
class Allocation:
    """A course of T periods. K processes, E edges, D rows of final use, N nodes, C touched edges; t a period, USD a tonne.

    Attributes:
        setup: What it was made from.
        method: ``weekly`` or ``horizon``.
        period: Weeks of a period; the last may be shorter.
        rate: Rates, (T, K).
        sent: Dispatch, (T, E).
        served: Final use served, (T, D).
        wanted: Final use wanted, (T, D).
        available: Stock after arrivals and additions, (T, N), t.
        left: What is left of it after use and dispatch, (T, N), t.
        permit_price: What one permit more would save, (T, C).
        stock_price: What one tonne more in stock would save, (T, N).
        capacity_price: What one tonne more of capacity would save, (T, K).
        notes: What the numbers are and are not, in words.
    """

    setup: Setup
    method: str
    period: int
    rate: Array
    sent: Array
    served: Array
    wanted: Array
    available: Array
    left: Array
    permit_price: Array
    stock_price: Array
    capacity_price: Array
    notes: tuple[str, ...]

    @property
    def loss_usd(self) -> Array:
        """Value of the final use not served, USD by period, (T,)."""
        return np.asarray((self.wanted - self.served) @ self.setup.use.usd_per_tonne)

    @property
    def total_usd(self) -> float:
        """Loss of all periods, USD."""
        return float(self.loss_usd.sum())

    @property
    def weeks(self) -> Array:
        """Weeks of each period, (T,)."""
        starts = np.arange(0, self.setup.plan.weeks, self.period)
        return np.minimum(self.period, self.setup.plan.weeks - starts).astype(np.float64)

    @property
    def days(self) -> tuple[str, ...]:
        """First day of each period."""
        return tuple(format_day(self.setup.plan.day0 + 7 * w) for w in range(0, self.setup.plan.weeks, self.period))

    def __getitem__(self, name: str) -> Cube:
        """One result as a cube; its first axis is ``week``, the first day of a period.

        Args:
            name: ``loss`` (USD), ``served`` and ``flows`` (t/week), ``stock`` (t, what is left), ``permit_price``,
                ``stock_price`` (USD/t).

        Raises:
            InputError: If there is no such result.
        """
        net, use = self.setup.network, self.setup.use
        touched = [net.edges[e] for e in self.setup.plan.edges]
        uses, nodes, ways = ("product", "industry", "region"), ("product", "region"), ("product", "origin", "region")
        length = self.weeks[:, None]
        known: dict[str, tuple[str, tuple[str, ...], Sequence[tuple[str, ...]], Array]] = {
            "loss": ("USD", uses, use.labels, (self.wanted - self.served) * use.usd_per_tonne),
            "served": ("t/week", uses, use.labels, self.served / length),
            "flows": ("t/week", ways, net.edges, self.sent / length),
            "stock": ("t", nodes, net.nodes, self.left),
            "permit_price": ("USD/t", ways, touched, self.permit_price),
            "stock_price": ("USD/t", nodes, net.nodes, self.stock_price),
        }
        if name not in known:
            raise InputError(f"there is no result {name!r}", code="unknown_series", cure=f"There are {', '.join(known)}.")
        return self._cube(name, *known[name])

    def _cube(self, name: str, unit: str, axes: tuple[str, ...], labels: Sequence[tuple[str, ...]], rows: Array) -> Cube:
        names = [tuple(dict.fromkeys(label[i] for label in labels)) for i in range(len(axes))]
        cells = np.zeros((len(rows), *(len(n) for n in names)))
        if labels:
            at = tuple(np.array([n.index(label[i]) for label in labels]) for i, n in enumerate(names))
            np.moveaxis(cells, 0, -1)[at] = rows.T
        return Cube(name, unit, (("week", self.days), *zip(axes, names, strict=True)), cells)


def spread(plan: Plan, week: int, arrivals: Array) -> Array:
    """Arrivals by node, (N, ...), shared among the members of the pools that are live in a week; a new array."""
    found = arrivals.copy()
    for pool in plan.pools:
        if pool.live[week]:
            weights = pool.weights.reshape(-1, *[1] * (found.ndim - 1))
            found[pool.nodes] = weights * found[pool.nodes].sum(axis=0)
    return found

"""Weekly inventory-constrained Leontief dynamics of an input-output table, all draws at once.

The rules are those of the ARIO-inventory model (Henriet, Hallegatte, Tabourier 2012, Journal of Economic Dynamics and
Control 36; Hallegatte 2014, Risk Analysis 34), with two changes that are named below. In a week, for a supplier i, a user j and
a good g that is critical for j:

    demand[i]   = final[i] + sum_j orders[i, j]
    wanted[i]   = min(capacity[i], demand[i])
    output[j]   = min(wanted[j], min_g stock[g, j] / max(1 week, psi * cover[g]))
    delivered   = orders * output / demand                       rationed pro rata, final use alike
    stock      += delivered - use
    gap         = max(0, cover * (1 + follow * (wanted - 1)) - stock)
    orders      = use + gap / restock_weeks + persist * min(wanted - use, gap)      critical inputs
    orders      = use                                                               all others, which stop nobody

Stocks and orders are in weeks of normal use, output in shares of normal output. Everything is held as a deviation from
the balanced table, so a table without a shock stays where it is to the last bit. Orders that are not met are not repeated
as such (they come back through the gap in the stock); final use that is not met is lost. Origins of a good are ordered in
fixed shares.

``follow`` = 1 and ``persist`` = 0 are the published rules; with them and stocks of 90 days losses are those of BoARIO at its
daily step to a few per cent. The defaults differ in both, for shocks that last months and are known to end:

- ``follow`` = 0: target stocks stay those of normal production. Where they follow production down, a plant that stops
  altogether often costs the economy less than one that works a little.
- ``persist`` = 1: a user that is held back by a missing good orders it for the production it wants. Otherwise firms order
  for what they can make; where stocks are below ``restock_weeks``, an economy that has fallen far then never rises again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from countermeasure.supply.economy.bottleneck import CriticalInputs
    from countermeasure.supply.economy.table import IOTable

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

__all__ = ["WEEKS_A_YEAR", "Rules", "Week", "Worker"]

WEEKS_A_YEAR = 52
_TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Rules:
    """How firms order and produce.

    Attributes:
        psi: Share of the target stock below which a missing input slows its user; above 0, at most 1. 0.8 is the
            convention of ARIO models.
        restock_weeks: Time in which a gap in a stock is closed, at least 1. 9 weeks are the 60 days of the convention.
        cover_weeks: Target stock of a critical input in weeks of use, at least 1: one number, or by sector that
            supplies (key ``*`` for all others). 4 weeks is a judgement: carmakers report 2 to 4 weeks of parts.
        follow: How far target stocks follow wanted production, 0 (not at all) to 1 (fully).
        persist: Whether a user that is held back by a missing good orders it for the production it wants.
        overproduction: Largest output as a multiple of normal capacity, reached slowly while demand is not met; 1
            means none, 1.25 is the convention of ARIO models.
        overproduction_weeks: Time constant of that rise, at least 1.
    """

    psi: float = 0.8
    restock_weeks: float = 9.0
    cover_weeks: float | Mapping[str, float] = 4.0
    follow: float = 0.0
    persist: bool = True
    overproduction: float = 1.0
    overproduction_weeks: float = 52.0

    def cover_of(self, sector: str) -> float:
        """Target stock of a good of a sector, in weeks."""
        if isinstance(self.cover_weeks, int | float):
            return float(self.cover_weeks)
        return float(self.cover_weeks.get(sector, self.cover_weeks.get("*", 4.0)))

    def faults(self) -> list[str]:
        """What is wrong with the values, in words."""
        covers = self.cover_weeks.values() if isinstance(self.cover_weeks, Mapping) else [self.cover_weeks]
        return [
            text
            for right, text in (
                (0 < self.psi <= 1, f"psi is {self.psi:g}; it must be above 0 and at most 1"),
                (self.restock_weeks >= 1, f"restock_weeks is {self.restock_weeks:g}; it must be at least 1"),
                (all(w >= 1 for w in covers), "cover_weeks must be at least 1, the step of the simulation"),
                (0 <= self.follow <= 1, f"follow is {self.follow:g}; it must be 0 to 1"),
                (self.overproduction >= 1, f"overproduction is {self.overproduction:g}; 1 means none"),
                (self.overproduction_weeks >= 1, "overproduction_weeks must be at least 1"),
            )
            if not right
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """What a week came to, as deviations from normal; shape (n, draws) where nothing else is said.

    Attributes:
        output: Output relative to normal, less 1.
        before: Output of the week before, likewise.
        short: Share of orders that was delivered, less 1.
        stock_change: Shape (p, draws). Change of the critical stocks in weeks of normal use.
    """

    output: Floats
    before: Floats
    short: Floats
    stock_change: Floats


class Worker:
    """Arrays of one table and its critical inputs, and the week's step on a block of draws.

    Args:
        table: Of n nodes.
        critical: Its p critical inputs.
        rules: How firms order and produce.
        capped: Shape (k,). Nodes whose capacity is given.
    """

    def __init__(self, table: IOTable, critical: CriticalInputs, rules: Rules, capped: Ints) -> None:
        from scipy.sparse import csr_array

        n, p = len(table), len(critical)
        order, self.slots, self.stopped = _slots(critical.users, n)
        place = np.empty(p, dtype=np.int64)
        place[order] = np.arange(p)
        x = np.where(table.output > 0, table.output, 1.0)
        self.allocation = np.ascontiguousarray(table.z / x[:, None], dtype=np.float32)
        self.users = critical.users[order]
        lines = (place[critical.pair], critical.supplier)
        self.arrives: Any = csr_array(
            ((critical.flow / critical.use[critical.pair]).astype(np.float32), lines), shape=(p, n), dtype=np.float32
        )
        self.ordered: Any = csr_array(
            ((critical.flow / x[critical.supplier]).astype(np.float32), lines[::-1]), shape=(n, p), dtype=np.float32
        )
        cover = np.array([rules.cover_of(critical.goods[k][1]) for k in order], dtype=np.float32).reshape(p, 1)
        base = np.maximum(np.float32(1), np.float32(rules.psi) * cover)
        self.cover, self.per_base, self.slack = cover, 1 / base, cover / base - 1
        self.follow = cover * np.float32(rules.follow)
        self.weight = (critical.use[order] / WEEKS_A_YEAR).astype(np.float64)
        self.rules, self.capped, self.n, self.p = rules, capped, n, p
        self.to_alpha = np.float32(1 / rules.overproduction_weeks)

    def start(self, draws: int) -> None:
        """Put a block of draws on the balanced table."""
        n, p = self.n, self.p
        self.v, self.delta, self.want, self.before, self.short, self.spare = np.zeros((6, n, draws), dtype=np.float32)
        self.stock, self.order, self.extra, self.lim, self.use, self.moved = np.zeros((6, p, draws), dtype=np.float32)

    def step(self, fraction: Floats) -> Week:
        """One week.

        Args:
            fraction: Shape (k, draws). Capacity of the capped nodes.
        """
        self.before[:] = self.v
        np.matmul(self.allocation, self.v, out=self.delta)
        if self.p:
            self.delta += self.ordered @ self.extra
        self._produce(fraction)
        np.subtract(self.v, self.delta, out=self.short)
        self.delta += 1
        np.maximum(self.delta, _TINY, out=self.delta)
        self.short /= self.delta
        if self.rules.overproduction > 1:
            self._adjust_spare()
        if self.p:
            self._restock()
        return Week(self.v, self.before, self.short, self.moved)

    def _produce(self, fraction: Floats) -> None:
        """Output from demand, capacity and stocks; leaves what was wanted before stocks bound in ``want``."""
        np.minimum(self.delta, self.spare, out=self.want)
        if len(self.capped):
            bound = fraction * (1 + self.spare[self.capped]) - 1
            self.want[self.capped] = np.minimum(self.want[self.capped], bound)
        self.v[:] = self.want
        if self.p:
            np.multiply(self.stock, self.per_base, out=self.lim)
            self.lim += self.slack
            first = self.lim[: self.slots[0][1]]
            for start, count in self.slots[1:]:
                np.minimum(first[:count], self.lim[start : start + count], out=first[:count])
            self.v[self.stopped] = np.minimum(self.want[self.stopped], first)
            np.maximum(self.v, np.float32(-1), out=self.v)

    def _restock(self) -> None:
        """Deliveries into the critical stocks, and next week's orders beyond normal use."""
        np.take(self.v, self.users, axis=0, out=self.use, mode="clip")
        moved = self.moved
        moved[:] = self.arrives @ self.short
        np.add(self.order, np.float32(1), out=self.lim)
        moved *= self.lim
        moved += self.order
        moved -= self.use
        np.maximum(moved, -self.cover - self.stock, out=moved)
        self.stock += moved
        np.take(self.want, self.users, axis=0, out=self.lim, mode="clip")
        np.multiply(self.lim, self.follow, out=self.extra)
        self.extra -= self.stock
        np.maximum(self.extra, np.float32(0), out=self.extra)
        self.lim -= self.use
        np.minimum(self.lim, self.extra, out=self.lim)
        self.extra *= np.float32(1 / self.rules.restock_weeks)
        if self.rules.persist:
            self.extra += self.lim
        np.add(self.use, self.extra, out=self.order)

    def _adjust_spare(self) -> None:
        """Overtime builds up where demand is not met, and fades where it is."""
        top = np.float32(self.rules.overproduction - 1)
        rise = -self.short * top
        self.spare += np.where(self.short < 0, np.minimum(rise, top - self.spare), -self.spare) * self.to_alpha


def _slots(users: Ints, n: int) -> tuple[Ints, list[tuple[int, int]], Ints]:
    """Order pairs so that the k-th inputs of all users stand together, users with most inputs first.

    Returns:
        Order of the pairs, (start, count) of each slot, and the users in the order in which slots list them.
    """
    if not len(users):
        return np.zeros(0, dtype=np.int64), [(0, 0)], np.zeros(0, dtype=np.int64)
    count = np.bincount(users, minlength=n)
    ranked = np.argsort(-count, kind="stable")
    ranked = ranked[count[ranked] > 0]
    rank = np.full(n, -1)
    rank[ranked] = np.arange(len(ranked))
    by_user = np.argsort(rank[users], kind="stable")
    first = np.concatenate(([0], np.cumsum(count[ranked])))[:-1]
    within = np.arange(len(users)) - np.repeat(first, count[ranked])
    order = by_user[np.lexsort((rank[users[by_user]], within))]
    sizes = np.bincount(within)
    starts = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    return order, list(zip(starts.tolist(), sizes.tolist(), strict=True)), ranked

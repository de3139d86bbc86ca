"""Quotas inside the sweep: a multiplier for each cap, found by complementarity, and who holds its rent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Caps", "stopped"]


def stopped(policy: Policy) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Flows that stop, (N, N, J): those banned, and those under a quota of 0."""
    zero = [quota for quota in policy.quotas if quota.share == 0]
    if not zero:
        return policy.banned
    found = policy.banned.copy()
    for quota in zero:
        found[list(quota.importers), quota.origin, quota.sector] = True
    return found


class Caps:
    """All caps of S policies.

    A cap is solved in one free number y: its licence premium is exp(max(y, 0)) - 1 on the border price, and y falls below 0
    while the cap is slack. That is complementarity without a test of cases: 0 <= ln(1 + premium), quantity <= cap, one of them
    exact.

    Quantity of a flow is its border value over its unit cost and friction, all relative to the baseline; the flows of one cap
    are added with baseline values as weights.

    Attributes:
        width: Most caps in one policy, Q.
    """

    def __init__(self, baseline: Baseline, policies: Sequence[Policy], theta: Array, k: Array) -> None:
        self.width = max((len(p.quotas) for p in policies), default=0)
        self.count = len(policies)
        n, j = len(baseline.countries), len(baseline.sectors)
        rows: list[tuple[int, int, int, int, int, float, float, float, float]] = []
        limit = np.zeros((self.count, self.width))
        self.live = np.zeros((self.count, self.width), dtype=np.bool_)
        for s, policy in enumerate(policies):
            for g, quota in enumerate(policy.quotas):
                cells = [(m, float(baseline.flows[m, quota.origin, quota.sector])) for m in dict.fromkeys(quota.importers)]
                whole = sum(value for _, value in cells)
                if quota.share == 0:
                    continue
                open_cells = [c for c in cells if c[1] > 0 and k[s, quota.sector, c[0], quota.origin] > 0]
                if not open_cells:
                    continue
                self.live[s, g] = True
                limit[s, g] = np.log(quota.share)
                for m, value in open_cells:
                    place = (m, quota.origin, quota.sector)
                    rows.append(
                        (
                            s,
                            g,
                            *place,
                            value / whole,
                            value * float(policy.friction[place]),
                            float(policy.export_tax[place]),
                            quota.exporter_rent,
                        )
                    )
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 9)
        s_, g_, m_, i_, c_ = (table[:, a].astype(np.intp) for a in range(5))
        self.group = s_ * self.width + g_
        self.weight, self.size, self.tax, self.keep = table[:, 5], table[:, 6], table[:, 7], table[:, 8]
        self.limit, self.theta = limit, theta[c_]
        self.cell = ((s_ * j + c_) * n + m_) * n + i_
        self.buyer = (s_ * j + c_) * n + m_
        self.seller = (s_ * j + c_) * n + i_
        self.holder_home, self.holder_away = s_ * n + i_, s_ * n + m_
        self.slots = self.count * n
        self.places, self.same = np.unique(self.cell, return_inverse=True)
        self.power = np.zeros(len(self.places))
        self.power[self.same] = self.theta
        self.log, self.part = np.zeros(len(rows)), np.ones(len(rows))
        self._first: tuple[Array, ...] | None = None

    def start(self) -> Array:
        """First multipliers, (S, Q): those that would meet the cap if nothing else moved."""
        found = np.zeros((self.count, self.width))
        if len(self.cell):
            pull = np.bincount(self.group, self.weight * (1 + self.theta), found.size).reshape(found.shape)
            np.divide(-self.limit, pull, out=found, where=self.live)
        return found

    def apply(self, quota: Array, *arrays: Array | None) -> Array:
        """Put the licence premiums into the policy arrays: k and tariffs by premium^-theta, border and taxes by one power more.

        Returns:
            1 + premium of each capped cell; two caps on one flow share its rent in the proportion of their logs.
        """
        if not len(self.cell):
            return self.weight
        if self._first is None:
            self._first = tuple(np.zeros(0) if a is None else a.reshape(-1)[self.places].copy() for a in arrays)
        self.log = np.maximum(quota.reshape(-1)[self.group], 0.0)
        log = np.bincount(self.same, self.log, len(self.places))
        share = np.exp(-self.power * log)
        premium = np.exp(log)
        whole = log[self.same]
        self.part = np.divide(self.log, whole, out=np.zeros_like(whole), where=whole > 0)
        for place, (first, array) in enumerate(zip(self._first, arrays, strict=True)):
            if array is not None:
                array.reshape(-1)[self.places] = first * (share / premium if place in (1, 3) else share)
        return np.asarray(premium[self.same])

    def flows(
        self, v: Array, per: Array, cost: Array, premium: Array, border: Array, k: Array, whole: Array
    ) -> tuple[Array, Array]:
        """Next multipliers, (S, Q), and rents by holder, (S, N).

        The step divides the excess by the own-price elasticity of the capped flows, 1 + theta (1 - share).
        """
        n = per.shape[2]
        found = np.zeros((self.count, self.width))
        if not len(self.cell):
            return found, np.zeros((self.count, n))
        seller = v.reshape(-1)[self.seller]
        value = border.reshape(-1)[self.cell] * seller * per.reshape(-1)[self.buyer]
        share = k.reshape(-1)[self.cell] * seller / whole.reshape(-1)[self.buyer]
        # weight * value over its baseline is value / all baseline values; size = baseline value * friction
        amount = self.weight * value / (self.size * np.exp(cost.reshape(-1)[self.seller]))
        total = np.bincount(self.group, amount, found.size)
        pull = np.bincount(self.group, amount * (1 + self.theta * (1 - share)), found.size)
        flat, live = found.reshape(-1), self.live.reshape(-1)
        level = np.bincount(self.group, self.log * self.weight, found.size) / np.maximum(
            np.bincount(self.group, self.weight, found.size), 1e-300
        )
        flat[live] = level[live] + (np.log(total[live]) - self.limit.reshape(-1)[live]) * total[live] / pull[live]
        rent = value * (1 + self.tax) * (premium - 1) * self.part
        rents = np.bincount(self.holder_home, rent * self.keep, self.slots)
        rents += np.bincount(self.holder_away, rent * (1 - self.keep), self.slots)
        return found, np.asarray(rents.reshape(self.count, n), dtype=np.float64)

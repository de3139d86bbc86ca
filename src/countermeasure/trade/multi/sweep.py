"""One sweep of the multi-sector model, for many policies at once: from wages, prices and purchases to better ones.

Trade shares are never formed here. With k = pi * wedge^-theta fixed by a policy and v = unit cost^-theta, one sweep is three
products of an N x N matrix and a vector in each sector, and two products with the input tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.multi.quotas import Caps, stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import CriticalInput, Policy

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Sweep", "critical_factor", "elasticities", "wedges"]

_DAMPING = 0.5


def elasticities(baseline: Baseline, theta: Array | float | None) -> Array:
    """Trade elasticities to use, (J,): those of the baseline, one for all sectors, or one for each.

    Raises:
        InputError: If one is not above 0.
    """
    given = baseline.theta if theta is None else np.broadcast_to(np.asarray(theta, dtype=np.float64), baseline.theta.shape)
    bad = ~(np.isfinite(given) & (given > 0))
    if bad.any():
        raise InputError(
            f"an elasticity must be above 0, and {int(bad.sum())} of {len(given)} are not",
            code="bad_elasticity",
            cure="Mend:",
            faults=[f"theta of {baseline.sectors[k]} is {given[k]:g}" for k in np.flatnonzero(bad)],
        )
    return np.array(given, dtype=np.float64)


def wedges(baseline: Baseline, policy: Policy) -> Array:
    """What the policy multiplies a delivered price by before any unit cost moves, (N, N, J)."""
    ratio = (1 + policy.tariff) * (1 + policy.export_tax) * policy.friction
    return np.asarray(ratio / ((1 + baseline.tariff) * (1 + baseline.export_tax)))


def critical_factor(critical: CriticalInput | None, shape: tuple[int, int]) -> Array:
    """What a critical input multiplies unit costs by, (N, J).

    The nest is CES: [(1 - s) + s p^(1 - sigma)]^(1 / (1 - sigma)), and p^s at sigma = 1. What is paid more is a loss of
    resources: no sector of the model receives it, for the material is too small to have one.
    """
    if critical is None:
        return np.ones(shape)
    share, price = np.broadcast_to(critical.cost_share, shape), np.broadcast_to(critical.price[:, None], shape)
    if abs(critical.sigma - 1) < 1e-9:
        return np.asarray(price**share)
    power = 1 - critical.sigma
    return np.asarray(((1 - share) + share * price**power) ** (1 / power))


@dataclass(frozen=True)
class _Shape:
    """Places of the blocks in a state: ln wages (N), ln prices (J N), ln purchases over the baseline's (J N), quotas (Q)."""

    n: int
    j: int
    q: int

    @property
    def size(self) -> int:
        """Length of a state."""
        return self.n + 2 * self.n * self.j + self.q

    def split(self, z: Array) -> tuple[Array, Array, Array, Array]:
        """Blocks of states, (S, size), as views."""
        s, n, m = z.shape[0], self.n, self.n * self.j
        return (
            z[:, :n],
            z[:, n : n + m].reshape(s, self.j, n),
            z[:, n + m : n + 2 * m].reshape(s, self.j, n),
            z[:, n + 2 * m :],
        )


class Sweep:
    """The sweep map of S policies on one baseline.

    Args:
        baseline: N economies, J sectors.
        policies: S of them.
        theta: (J,).
        closure: ``nominal``, ``world`` or ``none``; see ``closures``.
    """

    def __init__(self, baseline: Baseline, policies: Sequence[Policy], theta: Array, closure: str) -> None:
        n, j = len(baseline.countries), len(baseline.sectors)
        self.theta, self.closure = theta, closure
        self.world_ratio = np.ones(len(policies))
        self.income = np.ones((len(policies), n))
        self._prepare(baseline)
        self._policies(baseline, policies)
        self.shape = _Shape(n, j, self.caps.width)

    def _prepare(self, baseline: Baseline) -> None:
        """What no policy changes, with sectors first."""
        self.bought = np.ascontiguousarray(baseline.absorption.T)
        self.pi = np.ascontiguousarray(baseline.shares.transpose(2, 0, 1))
        dead = self.bought <= 0
        place = np.arange(self.pi.shape[1])
        self.pi[:, place, place] = np.where(dead, 1.0, self.pi[:, place, place])
        self.value_added, self.transfer = baseline.value_added, baseline.transfer
        self.labour = np.ascontiguousarray(baseline.value_share.T)
        self.inputs = np.ascontiguousarray(baseline.inputs)
        self.final = np.ascontiguousarray(baseline.final.T)
        self.gdp = float(baseline.value_added.sum() + baseline.revenue.sum())
        home = self.pi[:, place, place]
        sales = np.einsum("nij,nj->ji", baseline.shares, baseline.absorption)
        weight = self.labour * sales
        pull = (weight * self.theta[:, None] * (1 - home)).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-300)
        self.stride = 1 / (1 + _DAMPING * pull)

    def _policies(self, baseline: Baseline, policies: Sequence[Policy]) -> None:
        """Arrays of the policies, (S, J, N, N)."""
        count, (j, n, _) = len(policies), self.pi.shape
        self.k = np.empty((count, j, n, n))
        self.border = np.empty((count, j, n, n))
        self.factor = np.zeros((count, j, n))
        duty, tax = np.zeros((count, j, n, n)), np.zeros((count, j, n, n))
        power = -np.broadcast_to(self.theta, baseline.flows.shape)
        for s, policy in enumerate(policies):
            wedge = wedges(baseline, policy)
            moved = wedge != 1
            wedge[moved] **= power[moved]
            wedge[stopped(policy)] = 0
            np.multiply(self.pi, wedge.transpose(2, 0, 1), out=self.k[s])
            duty[s], tax[s] = policy.tariff.transpose(2, 0, 1), policy.export_tax.transpose(2, 0, 1)
            if policy.critical is not None:
                self.factor[s] = np.log(critical_factor(policy.critical, (n, j))).T
        self._refuse_starved(baseline)
        if self.closure != "none" and any(stopped(p).any() for p in policies):
            self._refuse_debts(baseline)
        np.divide(self.k, (1 + duty) * (1 + tax), out=self.border)
        self.duty = self.k * (duty / (1 + duty)) if duty.any() else None
        self.tax = self.border * tax if tax.any() else None
        self.caps = Caps(baseline, policies, self.theta, self.k)

    def _refuse_starved(self, baseline: Baseline) -> None:
        left = self.k.sum(axis=3) > 0
        if not left.all():
            cells = {(int(n), int(j)) for _, j, n in zip(*np.nonzero(~left), strict=True)}
            raise InputError(
                "bans leave an economy without any seller of what it buys",
                code="bad_policy",
                cure="Leave at least one seller, as its own industry:",
                faults=[f"{baseline.countries[n]} can buy no {baseline.sectors[j]}" for n, j in sorted(cells)[:20]],
            )

    def _refuse_debts(self, baseline: Baseline) -> None:
        """Refuse bans that part economies between which transfers would have to be paid in goods."""
        linked = np.asarray((self.k > 0).any(axis=1))
        for links in linked | linked.transpose(0, 2, 1):
            if (links.sum(axis=0) > 1).all() and links[0].all():
                continue
            part = np.arange(len(links))
            for _ in part:
                best = np.where(links, part[None, :], len(part)).min(axis=1)
                if (best == part).all():
                    break
                part = best
            owed = np.bincount(part, self.transfer, len(part))
            if np.abs(owed).max() > 1e-9 * self.value_added.sum():
                raise InputError(
                    "bans cut the world into parts that trade no more, and the deficits between them cannot be paid",
                    code="bad_policy",
                    cure="Use the closure `balanced`, or leave some trade open. Parts, with what they would receive:",
                    faults=[
                        f"{', '.join(baseline.countries[c] for c in np.flatnonzero(part == p))}: {owed[p]:.4g}"
                        for p in np.unique(part)
                    ],
                )

    def start(self) -> Array:
        """States in which nothing moved, (S, size)."""
        z = np.zeros((self.k.shape[0], self.shape.size))
        self.shape.split(z)[3][:] = self.caps.start()
        return z

    def __call__(self, z: Array) -> tuple[Array, Array]:
        """As ``images``; states that leave the numbers give nan, no warning."""
        with np.errstate(all="ignore"):
            return self.images(z)

    def images(self, z: Array) -> tuple[Array, Array]:
        """Images of states, and how far each state is from solving its equations.

        Args:
            z: (S, size).

        Returns:
            Images (S, size), and the greatest relative error of any equation (S,).
        """
        wage, price, bought, quota = self.shape.split(z)
        cost = self.labour * wage[:, None, :] + self.factor
        cost += np.matmul(self.inputs.transpose(0, 2, 1), price.transpose(2, 1, 0)).transpose(2, 1, 0)
        v = np.exp(-self.theta[:, None] * cost)
        premium = self.caps.apply(quota, self.k, self.border, self.duty, self.tax)
        whole = np.matmul(self.k, v[..., None])[..., 0]
        spend = self.bought * np.exp(bought)
        per = spend / whole
        sold = np.matmul(per[:, :, None, :], self.border)[:, :, 0, :] * v
        caps, rents = self.caps.flows(v, per, cost, premium, self.border, self.k, whole)
        income, leak = self._income(wage, v, whole, per, rents)
        income += rents
        needs = np.matmul(self.inputs, sold.transpose(2, 1, 0)).transpose(2, 1, 0)
        if leak is not None:
            income += (leak * needs).sum(axis=1)
            income /= 1 - (leak * self.final).sum(axis=1)
        self.income = income
        want = needs + self.final * income[:, None, :]
        ask = np.log((self.labour * sold).sum(axis=1) / self.value_added)
        ask -= wage
        new = np.empty_like(z)
        wage_new, price_new, bought_new, quota_new = self.shape.split(new)
        wage_new[:] = wage + self.stride * ask
        level = np.exp(wage_new) @ self.value_added / self.value_added.sum()
        wage_new -= np.log(level)[:, None]
        np.log(whole, out=price_new)
        price_new *= -1 / self.theta[:, None]
        dead = self.bought <= 0
        np.log(np.divide(want, self.bought, out=np.ones_like(want), where=~dead), out=bought_new)
        quota_new[:] = caps
        gap = np.abs(new - z).max(axis=1)
        return new, np.maximum(gap, np.abs(ask).max(axis=1))

    def _income(self, wage: Array, v: Array, whole: Array, per: Array, rents: Array) -> tuple[Array, Array | None]:
        """Income before tariffs, (S, N), and the share of purchases that tariffs take, (S, J, N)."""
        earned = np.exp(wage) * self.value_added
        leak = None if self.duty is None else np.matmul(self.duty, v[..., None])[..., 0] / whole
        income = earned.copy()
        if self.tax is not None:
            income += (np.matmul(per[:, :, None, :], self.tax)[:, :, 0, :] * v).sum(axis=1)
        if self.closure == "nominal":
            income += self.transfer
        elif self.closure == "world":
            world = income.sum(axis=1) + rents.sum(axis=1)
            if leak is not None:
                world = world + (leak * whole * per).sum(axis=(1, 2))
            self.world_ratio = world / self.gdp
            income += self.transfer * self.world_ratio[:, None]
        return income, leak

    def transfers(self) -> Array:
        """Transfers that economies receive in the states of the last call, (S, N)."""
        count, n = self.income.shape
        if self.closure == "none":
            return np.zeros((count, n))
        if self.closure == "nominal":
            return np.tile(self.transfer, (count, 1))
        return np.asarray(self.transfer * self.world_ratio[:, None])

"""All equations of the many-sector model as one residual, solved by Newton: the base of games, and fast for small tables.

The sweeps of ``solve`` never form a Jacobian and are the faster door for one scenario of a large table. Games need derivatives:
this module holds the same model as a system ``F(z, policy) = 0`` whose Jacobian is factored block by block (``adjoint``).

Unknowns ``z``, in this order: ln prices (J, N), purchases over those of the baseline (J, N), ln wages (N,). Prices do not
depend on purchases, and purchases are linear given prices, so that two factorisations of size N J stand for one of 2 N J + N.
Inside, arrays of flows are [sector, importer, origin]; policies and baselines are [importer, origin, sector] as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.adjoint import Tangent
from countermeasure.trade.multi.closures import check_closure, rebalanced
from countermeasure.trade.multi.sweep import critical_factor, elasticities

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Point", "System", "Wedges"]

_KEEP = 0.1
"""A stored factorisation is kept while a step takes the residual to less than this share of it."""
_STEPS, _HALVINGS = 60, 25


@dataclass(frozen=True, eq=False)
class Wedges:
    """What a policy does to each flow, [sector, importer, origin] of shape (J, N, N).

    Attributes:
        price: ln of the buyer's price over the producer's cost, against the baseline.
        shares: Shares of the baseline, without banned flows.
        importing: 1 + tariff.
        exporting: 1 + export tax.
        net: What of a unit spent reaches the producer.
        own: What of it the importing economy collects.
        abroad: What of it the exporting economy collects.
        cost: ln of the unit cost that a critical input adds, (J, N).
    """

    price: Array
    shares: Array
    importing: Array
    exporting: Array
    net: Array
    own: Array
    abroad: Array
    cost: Array


@dataclass(frozen=True, eq=False)
class Point:
    """All equations evaluated at one ``z``; an equilibrium when the residual is 0.

    Attributes:
        system: Its model.
        policy: Its policy.
        wedges: The same per flow.
        z: (2 J N + N,).
        prices: ln, (J, N).
        wages: Relative to the baseline, (N,).
        purchases: (J, N), unit of the baseline, in the numeraire.
        shares: Of purchases by origin, (J, N, N).
        spent: Paid for each flow, (J, N, N).
        border: Value of each flow before export tax and tariff, (J, N, N).
        output: (J, N).
        revenue: Tariffs and export taxes or rents that each economy collects, (N,).
        income: Final spending, (N,).
        residual: (2 J N + N,).
        dropped: Residual of the labour market that Walras' law leaves out, over world value added.
    """

    system: System
    policy: Policy
    wedges: Wedges
    z: Array
    prices: Array
    wages: Array
    purchases: Array
    shares: Array
    spent: Array
    border: Array
    output: Array
    revenue: Array
    income: Array
    residual: Array
    dropped: float

    @cached_property
    def size(self) -> float:
        """Greatest absolute residual; infinite where a number is none."""
        size = float(np.abs(self.residual).max())
        return size if np.isfinite(size) else np.inf

    @cached_property
    def log_real_income(self) -> Array:
        """Ln of real income over that of the baseline, (N,)."""
        change = np.log(self.income / self.system.baseline.spending)
        return np.asarray(change - (self.system.final * self.prices).sum(axis=0))

    @property
    def real_income(self) -> Array:
        """Real income relative to the baseline, (N,)."""
        return np.asarray(np.exp(self.log_real_income))

    @property
    def flows(self) -> Array:
        """Values at the border before export tax and tariff, [importer, origin, sector], (N, N, J)."""
        return np.asarray(self.border.transpose(1, 2, 0))

    @property
    def quantities(self) -> Array:
        """Quantities relative to the baseline, (N, N, J); 1 where nothing was bought."""
        paid = self.system.paid
        change = np.divide(self.spent, paid, out=np.ones_like(paid), where=paid > 0)
        return np.asarray((change / np.exp(self.system.buyer_prices(self))).transpose(1, 2, 0))


class System:
    """The model of one baseline: residual, Jacobian, equilibrium.

    Args:
        baseline: Flows and shares.
        theta: Trade elasticity by sector, (J,), or one number; that of the baseline if absent.
        closure: What becomes of deficits: a key of ``closures.CLOSURES``.
        exporter_rent: Share of export tax or quota rent that stays in the exporting economy, a number or (N, N, J).

    Raises:
        InputError: If an elasticity is not above 0 or the closure is unknown.
    """

    def __init__(
        self,
        baseline: Baseline,
        theta: Array | float | None = None,
        closure: str = "nominal",
        exporter_rent: float | Array = 1.0,
    ) -> None:
        check_closure(closure)
        self.theta = elasticities(baseline, theta)
        baseline = rebalanced(baseline, theta=self.theta) if closure == "balanced" else baseline
        self.baseline, self.closure = baseline, closure
        self.inputs = np.ascontiguousarray(baseline.inputs.transpose(2, 1, 0))  # [output, input, country]
        self.value_share = np.ascontiguousarray(baseline.value_share.T)
        self.value_added = baseline.value_added
        self.absorption = np.ascontiguousarray(baseline.absorption.T)
        self.scale = np.where(self.absorption > 0, self.absorption, self.absorption.max() * 1e-9)
        used = np.einsum("kjn,kn->jn", self.inputs, np.ascontiguousarray(baseline.output.T))
        self.final = (self.absorption - used) / baseline.spending
        self.shares = np.ascontiguousarray(baseline.shares.transpose(2, 0, 1))
        self.paid = np.ascontiguousarray(baseline.paid.transpose(2, 0, 1))
        self.idle = self.absorption <= 0
        rent = np.broadcast_to(np.asarray(exporter_rent, dtype=np.float64), baseline.flows.shape)
        self.exporter_rent = np.ascontiguousarray(rent.transpose(2, 0, 1))
        self.transfer = self._transfers()
        self.numeraire = int(np.argmax(self.value_added))
        self.drift = self.transfer / baseline.spending.sum() if closure == "world" else np.zeros_like(self.transfer)
        self.sectors, self.countries = self.absorption.shape

    def _transfers(self) -> Array:
        """What economies spend above their income when the rents of the baseline's export taxes fall as asked, (N,)."""
        base = self.baseline
        abroad = base.flows * base.export_tax * (1 - self.exporter_rent.transpose(1, 2, 0))
        return np.asarray(base.transfer + abroad.sum(axis=(0, 2)) - abroad.sum(axis=(1, 2)))

    @property
    def start(self) -> Array:
        """The baseline as ``z``."""
        cells = self.sectors * self.countries
        return np.concatenate([np.zeros(cells), (self.absorption / self.scale).ravel(), np.zeros(self.countries)])

    def wedges(self, policy: Policy) -> Wedges:
        """A policy per flow.

        Raises:
            InputError: If the policy cannot be, or has quotas: give their equal export tax, or use ``solve``.
        """
        policy.check(self.baseline)
        if policy.quotas:
            raise InputError(
                "quotas are no part of this system", code="no_quotas", cure="Give the export tax that is equal to them."
            )
        base = self.baseline
        hat = policy.friction * (1 + policy.export_tax) / (1 + base.export_tax) * (1 + policy.tariff) / (1 + base.tariff)
        importing, exporting, banned, price = (
            np.ascontiguousarray(a.transpose(2, 0, 1))
            for a in (1 + policy.tariff, 1 + policy.export_tax, policy.banned, np.log(hat))
        )
        net = 1 / (importing * exporting)
        rent = (exporting - 1) * net
        own = 1 - 1 / importing + (1 - self.exporter_rent) * rent
        shares = np.where(banned, 0.0, self.shares)
        gone = (shares.sum(axis=2) <= 0) & ~self.idle
        if gone.any():
            j, n = (int(a[0]) for a in np.nonzero(gone))
            raise InputError(
                f"every origin of {base.sectors[j]} in {base.countries[n]} is banned", code="bad_policy", cure="Leave one."
            )
        cost = np.ascontiguousarray(np.log(critical_factor(policy.critical, base.output.shape)).T)
        return Wedges(price, shares, importing, exporting, net, own, self.exporter_rent * rent, cost)

    def costs(self, prices: Array, wages: Array, wedges: Wedges) -> Array:
        """Ln of unit costs, (J, N)."""
        return np.asarray(self.value_share * wages + np.einsum("jkn,kn->jn", self.inputs, prices) + wedges.cost)

    def buyer_prices(self, point: Point) -> Array:
        """Ln of what buyers pay for a unit of each flow, relative to the baseline, (J, N, N)."""
        costs = self.costs(point.prices, np.log(point.wages), point.wedges)
        return np.asarray(costs[:, None, :] + point.wedges.price)

    def evaluate(self, z: Array, policy: Policy, wedges: Wedges | None = None) -> Point:
        """All equations at ``z``."""
        wedges = self.wedges(policy) if wedges is None else wedges
        cells = self.sectors * self.countries
        prices = z[:cells].reshape(self.sectors, self.countries)
        purchases = z[cells : 2 * cells].reshape(prices.shape) * self.scale
        log_wages = z[2 * cells :]
        wages = np.exp(log_wages)
        costs = self.costs(prices, log_wages, wedges)
        theta = self.theta[:, None]
        weights = wedges.shares * np.exp(-theta[:, :, None] * (costs[:, None, :] + wedges.price - prices[:, :, None]))
        sums = weights.sum(axis=2)
        sums[self.idle] = 1.0
        of_prices = np.where(self.idle, prices, np.log(sums) / theta)
        shares = weights / sums[:, :, None]
        spent = shares * purchases[:, :, None]
        border = spent * wedges.net
        output = border.sum(axis=1)
        revenue = np.einsum("jni,jni->n", spent, wedges.own) + np.einsum("jni,jni->i", spent, wedges.abroad)
        earned = wages * self.value_added + revenue
        fixed = self.drift * earned.sum() if self.closure == "world" else self.transfer
        income = earned + fixed
        used = np.einsum("kjn,kn->jn", self.inputs, output)
        of_purchases = (purchases - used - self.final * income) / self.scale
        of_wages = (self.value_share * output).sum(axis=0) / self.value_added - wages
        world = self.value_added.sum()
        dropped = float(of_wages[self.numeraire] * self.value_added[self.numeraire] / world)
        of_wages[self.numeraire] = (self.value_added @ wages) / world - 1
        residual = np.concatenate([of_prices.ravel(), of_purchases.ravel(), of_wages])
        return Point(
            self, policy, wedges, z, prices, wages, purchases, shares, spent, border, output, revenue, income, residual, dropped
        )

    def residual(self, z: Array, policy: Policy) -> Array:
        """``F(z, policy)``, (2 J N + N,): prices in logs, purchases over the baseline's, wages over value added."""
        return self.evaluate(z, policy).residual

    def jacobian(self, z: Array, policy: Policy) -> Array:
        """``dF/dz`` in full, square; for checks and for ``numerics.newton``."""
        return Tangent(self.evaluate(z, policy)).dense()

    def solve(
        self, policy: Policy, start: Point | None = None, *, tolerance: float = 1e-12, tangent: Tangent | None = None
    ) -> Point:
        """The equilibrium of a policy.

        Newton steps, halved while the residual does not fall; the factorisation of an earlier step serves as long as steps
        with it take the residual to a tenth.

        Args:
            policy: Tariffs, export taxes, frictions, bans, a critical input.
            start: An equilibrium nearby; the baseline if absent.
            tolerance: Greatest absolute residual.
            tangent: A factorisation nearby, to begin with.

        Raises:
            NoSolutionError: If it was not reached; the message says how far it came.
        """
        point = self.evaluate(self.start if start is None else start.z, policy)
        for _ in range(_STEPS):
            if point.size <= tolerance:
                break
            if tangent is not None:
                new = self._move(point, tangent.step(point.residual), 1.0)
                if new.size <= max(_KEEP * point.size, tolerance):
                    point = new
                    continue
            tangent = Tangent(point)
            step = tangent.step(point.residual)
            scale = 1.0
            for _ in range(_HALVINGS):
                new = self._move(point, step, scale)
                if new.size < point.size * (1 - 1e-4 * scale) or new.size <= tolerance:
                    break
                scale /= 2
            else:
                break
            point = new
        if point.size > max(100 * tolerance, 1e-11):
            raise NoSolutionError(
                f"the equilibrium was not found; the greatest residual is {point.size:.1e}",
                cure="Take a smaller shock, or go there in steps.",
            )
        poor = np.flatnonzero(point.income <= 0)
        if len(poor):
            raise NoSolutionError(
                f"subsidies take all income of {self.baseline.countries[poor[0]]}", cure="Take smaller subsidies."
            )
        return point

    def _move(self, point: Point, step: Array, scale: float) -> Point:
        with np.errstate(all="ignore"):
            return self.evaluate(point.z - scale * step, point.policy, point.wedges)

"""Residuals and derivatives of the model with profits, and the quantities of an equilibrium.

Source:
    Ossa (2014), American Economic Review 104(12):4104-46, doi 10.1257/aer.104.12.4104; decomposition as in its table 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from countermeasure.trade.profits.model import ProfitModel

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Equilibrium", "System"]


class _Terms(NamedTuple):
    """What residuals and derivatives share at a point."""

    wage: Array
    spending: Array
    shares: Array
    flows: Array
    power: Array


class System:
    """Residuals and Jacobian in (ln wage, ln spending) for given tariffs."""

    def __init__(self, model: ProfitModel, tariff: Array) -> None:
        self.model, self.tariff = model, tariff
        hat = (1 + tariff) / (1 + model.tariff)
        self.cheap = hat**-model.sigma
        self.share_base = model.shares * self.cheap * hat
        self.flow_base = model.flows * self.cheap
        self.transfer = model.own_transfer if model.transfer is None else model.transfer
        self.scale = 1 / model.spending
        self.both = np.concatenate([self.scale, self.scale])
        self.labour_part = 1 - 1 / model.sigma
        self.parts = np.stack([self.labour_part, 1 / model.sigma])
        self.elastic = self.parts * (1 - model.sigma)
        self.size = len(model.countries)
        self._at: Array | None = None
        self._terms: _Terms | None = None

    def terms(self, point: Array) -> _Terms:
        """Values at a point, kept for the next call at the same one."""
        if self._terms is not None and self._at is point:
            return self._terms
        model, n = self.model, self.size
        cost = np.exp(np.multiply.outer(point[:n], 1 - model.sigma))
        shares = self.share_base * cost
        power = shares.sum(axis=1)
        power[power == 0] = 1.0
        spending = np.exp(point[n:])
        shares /= power[:, None, :]
        flows = self.flow_base * cost
        flows *= (spending[:, None] / power)[:, None, :]
        self._at = point
        self._terms = _Terms(np.exp(point[:n]), spending, shares, flows, power)
        return self._terms

    def at(self, point: Array) -> Equilibrium:
        """All quantities at a point, an equilibrium if the residual is 0 there."""
        at = self.terms(point)
        return Equilibrium(self.model, self.tariff, point, at.wage, at.spending, at.shares, at.flows, at.power, self)

    def residual(self, point: Array) -> Array:
        """Wages paid less labour income, spending less income; the last wage row is the numeraire. (2N,)."""
        model, n = self.model, self.size
        at = self.terms(point)
        sales = at.flows.sum(axis=0)
        wages = at.wage * model.labour_income
        found = np.empty(2 * n)
        found[:n] = (sales @ self.labour_part - wages) * self.scale
        revenue = (self.tariff * at.flows).sum(axis=(1, 2))
        income = wages + self.transfer + sales @ (1 / model.sigma) + revenue
        found[n:] = (at.spending * model.spending - income) * self.scale
        found[n - 1] = wages.sum() / model.labour_income.sum() - 1
        return found

    def jacobian(self, point: Array) -> Array:
        """Derivatives of the residuals, (2N, 2N).

        Raises:
            ValueError: If a wage or an income has vanished, so that they do not tell where to go.
        """
        model, n = self.model, self.size
        at = self.terms(point)
        wages = at.wage * model.labour_income
        spread = at.shares.transpose(0, 2, 1).reshape(-1, n)
        moved = at.flows[:, None] * self.elastic[:, None, :]  # (N, 2, N, S): wages and profits of a flow, by its origin's cost
        own = moved.sum(axis=(0, 3))
        duty = self.tariff * at.flows * (1 - model.sigma)
        row = np.arange(n)
        found = np.empty((2 * n, 2 * n))
        found[:, :n] = moved.transpose(1, 2, 0, 3).reshape(2 * n, -1) @ spread
        found[:n, :n] *= -1
        found[row, row] += own[0] - wages
        found[n:, :n] += np.matmul(duty.sum(axis=1)[:, None, :], at.shares.transpose(0, 2, 1))[:, 0, :] - duty.sum(axis=2)
        found[n + row, row] -= wages + own[1]
        earned = (at.flows @ self.parts.T).transpose(2, 1, 0)
        found[:n, n:] = earned[0]
        found[n:, n:] = -earned[1]
        found[n + row, n + row] += at.spending * model.spending - (self.tariff * at.flows).sum(axis=(1, 2))
        found *= self.both[:, None]
        found[n - 1] = 0
        found[n - 1, :n] = wages / model.labour_income.sum()
        if not found.any(axis=0).all():
            raise ValueError("a wage or an income has vanished")
        return found


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Where wages and spending settle under tariffs. Ratios are to the baseline.

    Attributes:
        model: The model.
        tariff: Levels, (N, N, S).
        point: Logarithms of wage and spending, (2N,).
        wage: Ratio, (N,), in the numeraire.
        spending: Ratio, (N,).
        shares: Share of each origin in spending on a sector, (N, N, S).
        flows: Value at the border before tariff, (N, N, S).
        power: Price index of a sector to the power 1 - sigma, ratio, (N, S).
        system: Residuals and derivatives at these tariffs.
    """

    model: ProfitModel
    tariff: Array
    point: Array
    wage: Array
    spending: Array
    shares: Array
    flows: Array
    power: Array
    system: System

    @cached_property
    def residual(self) -> float:
        """Greatest residual, as a share of spending."""
        return float(np.abs(self.system.residual(self.point)).max())

    @cached_property
    def purchases(self) -> Array:
        """Spending by sector, tariffs included, (N, S); 1 where nothing is bought."""
        whole = self.spending[:, None] * self.model.expenditure
        return np.where(whole > 0, whole, 1.0)

    @cached_property
    def price(self) -> Array:
        """Price index of each sector, ratio, (N, S)."""
        return np.asarray(self.power ** (1 / (1 - self.model.sigma)))

    @cached_property
    def level(self) -> Array:
        """Price level of each economy, ratio, (N,)."""
        return np.asarray(np.exp((self.model.budget * np.log(self.power) / (1 - self.model.sigma)).sum(axis=1)))

    @cached_property
    def real_income(self) -> Array:
        """Real income of each economy, ratio, (N,)."""
        return np.asarray(self.spending / self.level)

    @cached_property
    def sales(self) -> Array:
        """Sales of each economy at producer's prices, (N, S)."""
        return np.asarray(self.flows.sum(axis=0))

    @cached_property
    def profits(self) -> Array:
        """Profits, (N, S)."""
        return np.asarray(self.sales / self.model.sigma)

    @cached_property
    def revenue(self) -> Array:
        """Tariff revenue, (N,)."""
        return np.asarray((self.tariff * self.flows).sum(axis=(1, 2)))

    @cached_property
    def lobby_income(self) -> Array:
        """Income of each sector with its labour's share of revenue and transfers, (N, S); what lobbying weights apply to."""
        labour = self.sales * self.system.labour_part
        spread = labour / labour.sum(axis=1, keepdims=True)
        return np.asarray(self.sales + spread * (self.revenue + self.system.transfer)[:, None])

    @cached_property
    def government(self) -> Array:
        """Real income weighted by the lobbying weights, ratio to the baseline, (N,); real income if all weights are 1."""
        weight = self.model.weight
        before = _lobby_base(self.model)
        return np.asarray((weight * self.lobby_income).sum(axis=1) / before / self.level)

    def decomposition(self) -> dict[str, Array]:
        """First-order parts of the change of real income, fractions, each (N,), as in Ossa's table 2.

        Returns:
            ``terms_of_trade``, ``profit_shift`` and ``trade_volume``. They sum to the change only for small shocks.
        """
        model = self.model
        rise = self.wage - 1
        base = model.flows.sum(axis=0)
        sold = np.divide(self.sales, base, out=np.ones_like(base), where=base > 0) - 1
        duty = model.tariff / model.spending[:, None, None]
        terms = model.flows.sum(axis=2) * (rise[:, None] - rise[None, :]) / model.spending[:, None]
        return {
            "terms_of_trade": np.asarray(terms.sum(axis=1)),
            "profit_shift": np.asarray((base / model.sigma * (sold - rise[:, None])).sum(axis=1) / model.spending),
            "trade_volume": np.asarray((duty * (self.flows - model.flows * (1 + rise[None, :, None]))).sum(axis=(1, 2))),
        }


def _lobby_base(model: ProfitModel) -> Array:
    """Weighted income of the baseline, (N,)."""
    sales = model.flows.sum(axis=0)
    labour = sales * (1 - 1 / model.sigma)
    revenue = (model.tariff * model.flows).sum(axis=(1, 2)) + model.own_transfer
    return np.asarray((model.weight * (sales + labour / labour.sum(axis=1, keepdims=True) * revenue[:, None])).sum(axis=1))

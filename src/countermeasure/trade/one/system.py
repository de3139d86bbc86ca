"""The equations of the one-sector model in logarithms of changes, and their Jacobian.

Unknowns are ln w (wages) and ln L (employment); in the roundabout version ln P (prices) too. Purchases at the border follow
in closed form, N_n = (Y'_n / beta + T_n g) / (1 + nu_n (1 - beta) / beta), with g the growth of world income, so that neither
spending nor the flows are unknowns. With z_i the logarithm of unit cost net of scale economies,

    z_i  = beta ln w_i + (1 - beta) ln P_i - psi (ln L_i + (1 - beta)(ln w_i - ln P_i))
    S_n  = sum_i A_ni exp(-eps z_i)        A_ni = share_ni ((1 + t'_ni) / (1 + t_ni)) ^ (-eps phi_n)
    SB_n = sum_i B_ni exp(-eps z_i)        B_ni = A_ni / (1 + t'_ni)
    F_ni = B_ni exp(-eps z_i) / SB_n       m_n = SB_n / S_n        E'_n = N_n / m_n        R'_n = E'_n - N_n

    markets  beta sum_n (1 - nu_n) F_ni N_n + nu_i N_i = Y'_i = Y_i w_i L_i
    labour   ln L_i = kappa (ln tau_i + ln w_i - ln P_i)       tau_i = (1 - R_i / Y_i) / (1 - R'_i / Y'_i), or 1
    prices   ln P_n = (1 - phi_n)(ln(E'_n / E_n) - ln w_n) - (1 / eps) ln S_n

One market follows from the others and gives way to the numeraire: mean price 1 weighted by expenditure, or mean wage 1
weighted by income in the roundabout version. A residual costs three products of an N x N matrix with a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["State", "System"]


@dataclass(frozen=True, slots=True)
class State:
    """The model at a point, (N,) each: logarithms of wage, employment and price, and what follows from them."""

    wage: Array
    labour: Array
    price: Array
    cost: Array
    """exp(-eps z)."""
    sum_paid: Array
    """S."""
    sum_border: Array
    """SB."""
    kept: Array
    """m: border value of a unit of spending."""
    income: Array
    """Y'."""
    growth: float
    """g."""
    purchases: Array
    """N."""
    spending: Array
    """E'."""
    index: Array
    """ln P as the shares give it; in the roundabout version it equals ``price`` in equilibrium only."""
    burden: Array
    """R' / Y', or 0 where revenue is handed out."""


class System:
    """Residual and Jacobian of one economy under one set of tariffs.

    Args:
        economy: Baseline.
        tariff: Tariffs after the change, (N, N).
        transfer: Transfers in place of the baseline's, (N,); these need not sum to zero, and when they do not, the gap falls
            on the last economy, whose market is the dropped one.
    """

    def __init__(self, economy: OneSector, tariff: Array, transfer: Array | None = None) -> None:
        par = economy.parameters
        self.economy, self.tariff = economy, tariff
        self.transfer = economy.transfer if transfer is None else transfer
        self.size = len(economy.countries)
        self.roundabout = par.value_share < 1
        self._paid = economy.shares.copy()
        place = np.nonzero(tariff != economy.tariff)
        power = -par.elasticity * economy.price_power[place[0]]
        self._paid[place] *= ((1 + tariff[place]) / (1 + economy.tariff[place])) ** power
        self._border = self._paid.copy()
        taxed = np.nonzero(tariff)
        self._border[taxed] /= 1 + tariff[taxed]
        self._keep = 1 - economy.profit_share
        self._world = float(economy.output.sum())
        self._gain = 1 / (1 + economy.profit_share * (1 - par.value_share) / par.value_share)
        self._burden = economy.revenue / economy.output

    def start(self) -> Array:
        """The baseline: no change."""
        return np.zeros((3 if self.roundabout else 2) * self.size)

    def state(self, point: Array) -> State:
        """The model at a point."""
        economy, n = self.economy, self.size
        par = economy.parameters
        wage, labour = point[:n], point[n : 2 * n]
        unit = wage - par.scale * labour
        if self.roundabout:
            by_wage, by_labour, by_price = self.cost_slopes()
            unit = by_wage * wage + by_labour * labour + by_price * point[2 * n :]
        cost = np.exp(-par.elasticity * unit)
        paid, border = self._paid @ cost, self._border @ cost
        kept = border / paid
        income = economy.output * np.exp(wage + labour)
        growth = float(income.sum()) / self._world
        bought = self._gain * (income / par.value_share + self.transfer * growth)
        spending = bought / kept
        index = (1 - economy.price_power) * (np.log(spending / economy.expenditure) - wage) - np.log(paid) / par.elasticity
        burden = (spending - bought) / income if par.rebate == "income_tax" else np.zeros(n)
        price = point[2 * n :] if self.roundabout else index
        return State(
            wage, labour, price, cost, paid, border, kept, income, growth, bought, spending, index, burden
        )  # fmt: skip

    def cost_slopes(self) -> tuple[float, float, float]:
        """Derivatives of z by ln w, ln L and ln P."""
        par = self.economy.parameters
        inputs = 1 - par.value_share
        return par.value_share - par.scale * inputs, -par.scale, inputs * (1 + par.scale)

    def purchase_slopes(self, at: State) -> tuple[Array, Array, Array]:
        """Derivative of N by ln(wL) in parts: ``diag(own) + outer(lift, pull)``, (N,) each."""
        own = self._gain * at.income / self.economy.parameters.value_share
        return np.asarray(own), np.asarray(self._gain * self.transfer), np.asarray(at.income / self._world)

    def shares(self, at: State) -> tuple[Array, Array]:
        """Shares by origin of what is paid and of border value, (N, N) each."""
        paid = self._paid * at.cost / at.sum_paid[:, None]
        return np.asarray(paid), np.asarray(self._border * at.cost / at.sum_border[:, None])

    def flows(self, at: State) -> Array:
        """Border values after the change, (N, N)."""
        return np.asarray(self._border * at.cost * (at.purchases / at.sum_border)[:, None])

    def relief(self, at: State) -> Array:
        """What the replaced tax adds to pay after tax, (N,)."""
        if self.economy.parameters.rebate == "lump_sum":
            return np.zeros(self.size)
        return np.asarray(np.log((1 - self._burden) / (1 - at.burden)))

    def gaps(self, at: State) -> Array:
        """Excess demand of all markets relative to income, the dropped one too, (N,)."""
        economy = self.economy
        sold = at.cost * ((self._keep * at.purchases / at.sum_border) @ self._border)
        gap = economy.parameters.value_share * sold + economy.profit_share * at.purchases - at.income
        return np.asarray(gap / economy.output)

    def residual(self, point: Array) -> Array:
        """What the equations leave: markets, labour and, in the roundabout version, prices; (2N,) or (3N,)."""
        economy, at = self.economy, self.state(point)
        market = self.gaps(at)
        if self.roundabout:
            market[-1] = economy.output @ np.expm1(at.wage) / self._world
        else:
            market[-1] = economy.expenditure @ np.expm1(at.price) / economy.expenditure.sum()
        supply = at.labour - economy.parameters.labour * (self.relief(at) + at.wage - at.price)
        parts = (market, supply, at.price - at.index) if self.roundabout else (market, supply)
        return np.concatenate(parts)

    def jacobian(self, point: Array) -> Array:
        """Derivative of :meth:`residual`, (2N, 2N) or (3N, 3N)."""
        economy, at, n = self.economy, self.state(point), self.size
        par, power = economy.parameters, economy.price_power
        paid, border = self.shares(at)
        kept_z = par.elasticity * (paid - border)  # d ln m / dz
        own, lift, pull = self.purchase_slopes(at)
        bought_y = np.outer(lift, pull)  # dN / dy with y = ln w + ln L
        bought_y[np.diag_indices(n)] += own

        weight = self._keep * at.purchases
        market_z = par.elasticity * par.value_share * (border.T @ (weight[:, None] * border) - np.diag(weight @ border))
        market_y = par.value_share * (border.T * (self._keep * own) + np.outer((self._keep * lift) @ border, pull))
        market_y += economy.profit_share[:, None] * bought_y - np.diag(at.income)
        market_z /= economy.output[:, None]
        market_y /= economy.output[:, None]

        index_z = paid - (1 - power)[:, None] * kept_z
        index_y = ((1 - power) / at.purchases)[:, None] * bought_y
        index_w = power - 1

        market_w, market_p = np.zeros(n), np.zeros(n)
        if self.roundabout:
            market_z[-1] = market_y[-1] = 0
            market_w = economy.output * np.exp(at.wage) / self._world
        else:
            mean = economy.expenditure * np.exp(at.price) / economy.expenditure.sum()
            market_z[-1], market_y[-1], market_w = mean @ index_z, mean @ index_y, mean * index_w

        supply_z, supply_y = np.zeros((n, n)), np.zeros((n, n))
        if par.rebate == "income_tax":
            rate = 1 / ((1 - at.burden) * at.income)
            supply_z = par.labour * (rate * at.spending)[:, None] * kept_z
            supply_y = -par.labour * (rate * (1 / at.kept - 1))[:, None] * bought_y
            supply_y[np.diag_indices(n)] += par.labour * rate * at.burden * at.income
        supply_w = np.full(n, -par.labour)
        if not self.roundabout:
            supply_z += par.labour * index_z
            supply_y += par.labour * index_y
            supply_w = par.labour * (index_w - 1)
        rows = [(market_z, market_y, market_w, market_p), (supply_z, supply_y, supply_w, np.full(n, par.labour))]
        if self.roundabout:
            rows.append((-index_z, -index_y, -index_w, np.ones(n)))
        return self._chain(rows)

    def _chain(self, rows: list[tuple[Array, Array, Array, Array]]) -> Array:
        """Derivatives by the unknowns from those by unit cost, income, and the wage and price alone."""
        n = self.size
        by_wage, by_labour, by_price = self.cost_slopes()
        whole = np.empty((len(rows) * n, len(rows) * n))
        each = np.arange(n)
        for k, (by_z, by_y, by_w, by_p) in enumerate(rows):
            block = whole[k * n : (k + 1) * n]
            block[:, :n] = by_wage * by_z + by_y
            block[:, n : 2 * n] = by_y + by_labour * by_z
            if k == 0:
                block[-1, :n] += by_w
            else:
                block[each, each] += by_w
            if self.roundabout:
                block[:, 2 * n :] = by_price * by_z
                block[each, 2 * n + each] += by_p
        whole[n + each, n + each] += 1.0
        return whole

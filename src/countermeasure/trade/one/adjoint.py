"""Derivatives of a welfare sum with respect to all tariffs by one transposed solve, and the tariff at which they vanish.

With F(z, t) = 0 the equilibrium and W(z, t) the objective, multipliers mu solve J' mu = dW/dz, and dW/dt = W_t - mu' F_t.
In this model tariffs of importer n enter through ln S_n, ln m_n and the border shares F_ni alone. With M_n and S_n what the
objective less mu' F gains from ln m_n and ln S_n, h_ni what it gains from F_ni, and hbar_n = sum_j h_nj F_nj,

    dW / d ln(1 + t_ni) = -(eps phi + 1) F_ni (M + h_ni - hbar) + eps phi F_ni (1 + t_ni) m (M - S)

so that the derivative vanishes at ``1 + t_ni = (eps phi + 1)(M + h_ni - hbar) / (eps phi m (M - S))``, all of n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from countermeasure.trade.one.economy import OneSector
    from countermeasure.trade.one.system import State, System

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Gradient", "Linear", "welfare"]


@dataclass(frozen=True, slots=True)
class Gradient:
    """Derivatives of one objective.

    Attributes:
        value: Objective, the sum of weights times one plus the change of real income.
        slope: Derivative with respect to ln(1 + tariff), (N, N).
        best: Tariffs at which the derivative vanishes, given the multipliers, (N, N); NaN where nothing is bought.
        pull: ``slope`` is ``cost * (tariff's 1 + t) - gain``; the two summed give the best uniform rate, (N, N) each.
        cost: See ``pull``.
    """

    value: float
    slope: Array
    best: Array
    pull: Array
    cost: Array


@dataclass(frozen=True, slots=True)
class _Seeds:
    """What an objective gains from final spending, ln tau, ln P and ln(wL), each alone, (N,)."""

    spending: Array
    relief: Array
    price: Array
    income: Array


def welfare(system: System, at: State) -> tuple[Array, Array, Array, Array]:
    """Change factor of real income, weight delta, and those of spending and labour income, (N,) each; see ``Outcome``."""
    economy = system.economy
    before = economy.output + economy.transfer + economy.revenue
    after = at.income + system.transfer * at.growth + at.spending - at.purchases
    idle = economy.parameters.labour / (1 + economy.parameters.labour)
    weight = before / (before - idle * economy.output / np.exp(system.relief(at)))
    spent, earned = after / before, np.exp(at.wage + at.labour)
    return np.asarray((weight * spent + (1 - weight) * earned) * np.exp(-at.price)), weight, spent, earned


class Linear:
    """The model made linear at a solution: one factorisation for the gradients of any objectives.

    Args:
        system: Equations.
        point: Their solution.
    """

    def __init__(self, system: System, point: Array) -> None:
        from scipy.linalg import lu_factor

        self.system, self.at = system, system.state(point)
        self._factors = lu_factor(system.jacobian(point))
        self.paid, self.border = system.shares(self.at)

    def gradient(self, weights: Array) -> Gradient:
        """Derivatives of ``weights @ (1 + real income)`` with respect to all tariffs."""
        from scipy.linalg import lu_solve

        system, at, n = self.system, self.at, self.system.size
        seeds, value = self._seeds(weights)
        multiplier = lu_solve(self._factors, self._by_unknowns(seeds), trans=1)
        market, labour = multiplier[:n].copy(), multiplier[n : 2 * n]
        economy: OneSector = system.economy
        par, phi = economy.parameters, economy.price_power
        if system.roundabout:
            index = multiplier[2 * n :]
        else:
            mean = economy.expenditure * np.exp(at.price) / economy.expenditure.sum()
            index = seeds.price - par.labour * labour - market[-1] * mean
        market[-1] = 0.0
        on_kept, on_paid = self._through(index, seeds.spending, seeds.relief + par.labour * labour)
        keep = (1 - economy.profit_share) * at.purchases * par.value_share
        through = -keep[:, None] * (market / economy.output)
        through = through - (through * self.border).sum(axis=1, keepdims=True)
        power = (par.elasticity * phi)[:, None]
        pull = (power + 1) * self.border * (on_kept[:, None] + through)
        cost = power * self.border * (at.kept * (on_kept - on_paid))[:, None]
        best = np.divide(pull, cost, out=np.full((n, n), np.nan), where=cost != 0) - 1
        return Gradient(value, cost * (1 + system.tariff) - pull, best, pull, cost)

    def _seeds(self, weights: Array) -> tuple[_Seeds, float]:
        economy, at = self.system.economy, self.at
        real, weight, spent, earned = welfare(self.system, at)
        before = economy.output + economy.transfer + economy.revenue
        price = np.exp(at.price)
        idle = economy.parameters.labour / (1 + economy.parameters.labour)
        turn = -(weight**2) * idle * economy.output / np.exp(self.system.relief(at)) / before
        if economy.parameters.rebate == "lump_sum":
            turn = np.zeros_like(turn)
        return _Seeds(
            spending=weights * weight / price / before,
            relief=weights * (spent - earned) / price * turn,
            price=-weights * real,
            income=weights * (1 - weight) * earned / price,
        ), float(weights @ real)

    def _through(self, index: Array, spending: Array, relief: Array) -> tuple[Array, Array]:
        """What is gained from ln m and from ln S alone, given what is gained from the price index, spending and ln tau."""
        economy, at = self.system.economy, self.at
        gain = spending + relief * self._rate()
        on_kept = -(1 - economy.price_power) * index - at.spending * gain
        return np.asarray(on_kept), np.asarray(-index / economy.parameters.elasticity)

    def _rate(self) -> Array:
        """Derivative of ln tau by revenue."""
        if self.system.economy.parameters.rebate == "lump_sum":
            return np.zeros(self.system.size)
        return np.asarray(1 / ((1 - self.at.burden) * self.at.income))

    def _by_unknowns(self, seeds: _Seeds) -> Array:
        """Derivative of the objective by the unknowns, (2N,) or (3N,)."""
        system, at = self.system, self.at
        economy, par = system.economy, system.economy.parameters
        index = np.zeros(system.size) if system.roundabout else seeds.price
        on_kept, on_paid = self._through(index, seeds.spending, seeds.relief)
        rate = seeds.relief * self._rate()
        on_bought = (1 - economy.price_power) * index / at.purchases + (1 / at.kept - 1) * (seeds.spending + rate)
        own, lift, pull = system.purchase_slopes(at)
        on_income = seeds.income + at.income * (seeds.spending - rate * at.burden) + on_bought * own
        on_income = on_income + (seeds.spending @ system.transfer + on_bought @ lift) * pull
        on_cost = par.elasticity * ((on_kept - on_paid) @ self.paid - on_kept @ self.border)
        on_wage = -(1 - economy.price_power) * index
        by_wage, by_labour, by_price = system.cost_slopes()
        parts = [by_wage * on_cost + on_income + on_wage, by_labour * on_cost + on_income]
        if system.roundabout:
            parts.append(by_price * on_cost + seeds.price)
        return np.concatenate(parts)

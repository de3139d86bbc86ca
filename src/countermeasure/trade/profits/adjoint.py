"""What each tariff is worth to whoever chooses it: one transposed solve gives the derivatives for all lines at once.

With the multipliers of the equilibrium conditions at hand, the first-order condition of a line is linear in its tariff, so that
the best tariff has a closed form given them. Iterating equilibrium, multipliers, tariffs is far faster than a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.profits.equilibrium import Equilibrium
    from countermeasure.trade.profits.model import ProfitModel

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Chooser", "gradient", "multipliers"]


@dataclass(frozen=True, eq=False)
class Chooser:
    """Who sets which tariffs, and for whom.

    A chooser of one member is a country; of several, a coalition that shares one objective: the weighted sum of its members'
    government welfare, each as a ratio to the baseline.

    Attributes:
        members: Codes of the importers whose tariffs it sets.
        targets: Codes of the origins that it sets tariffs on; all economies outside the chooser if ``None``.
        sectors: Names of the sectors; all if ``None``.
        weights: Weight of each member in the objective, in the order of members; baseline spending if ``None``.
    """

    members: tuple[str, ...]
    targets: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    weights: tuple[float, ...] | None = None

    def omega(self, model: ProfitModel) -> Array:
        """Weights of all economies, (N,); they sum to 1.

        Raises:
            InputError: If a weight is missing or negative, or a member unknown or named twice.
        """
        places = [model.country(c) for c in self.members]
        if not places or len(set(places)) < len(places):
            raise InputError("a chooser needs members, each named once")
        given = model.spending[places] if self.weights is None else np.array(self.weights, dtype=np.float64)
        if given.shape != (len(places),) or not np.isfinite(given).all() or (given < 0).any() or given.sum() <= 0:
            raise InputError(f"weights of {', '.join(self.members)} must be one number a member, none negative, not all 0")
        found = np.zeros(len(model.countries))
        found[places] = given / given.sum()
        return found

    def lines(self, model: ProfitModel) -> Mask:
        """The tariffs it sets, (N, N, S).

        Raises:
            InputError: If a name is unknown, or nothing is left to choose.
        """
        members = [model.country(c) for c in self.members]
        outside = [c for c in model.countries if c not in self.members]
        origins = [model.country(c) for c in (outside if self.targets is None else self.targets)]
        unknown = [s for s in self.sectors or () if s not in model.sectors]
        if unknown:
            raise InputError(f"unknown sectors {', '.join(unknown)}", cure=f"The baseline has {', '.join(model.sectors)}.")
        found = np.zeros(model.flows.shape, dtype=np.bool_)
        found[np.ix_(members, origins)] = [self.sectors is None or s in self.sectors for s in model.sectors]
        found &= model.foreign
        if not found.any():
            raise InputError(f"{', '.join(self.members)} has no tariff to choose", cure="Name other targets.")
        return found


class Multipliers(NamedTuple):
    """Worth of border sales and of revenue to each of K objectives, in logarithms of the objective.

    Attributes:
        sales: Value of a unit of sales by an origin, (K, N, S).
        revenue: Value of a unit of tariff revenue of an importer, (K, N).
        bought: (sigma - 1) times the worth of all that an importer buys of a sector, less the weight of its price, (K, N, S).
        shadow: Multipliers of the residuals of wages and incomes, (K, 2N).
        factors: Factors of the Jacobian.
    """

    sales: Array
    revenue: Array
    bought: Array
    shadow: Array
    factors: tuple[Array, Any]


def multipliers(found: Equilibrium, omega: Array) -> Multipliers:
    """Multipliers of objectives that are weighted sums of logarithms of government welfare.

    Args:
        found: The equilibrium.
        omega: Weights, (K, N).
    """
    from scipy.linalg import lu_factor, lu_solve

    model, system = found.model, found.system
    n, sigma, labour = len(model.countries), model.sigma, system.labour_part
    weight, sales = model.weight, found.sales
    wages = (sales * labour).sum(axis=1)
    mean = (weight * sales * labour).sum(axis=1) / wages
    pot = found.revenue + system.transfer
    whole = (weight * sales).sum(axis=1) + mean * pot
    worth = (weight + (pot / wages)[:, None] * labour * (weight - mean[:, None])) / whole[:, None]
    direct_sales = omega[:, :, None] * worth
    direct_revenue = omega * (mean / whole)
    slope = _slope(found, omega, direct_sales, direct_revenue)
    factors = lu_factor(system.jacobian(found.point))
    raw = lu_solve(factors, -slope.T, trans=1).T
    shadow = raw * system.both
    on_wage, on_income = shadow[:, :n].copy(), shadow[:, n:]
    on_wage[:, n - 1] = 0
    by_origin = direct_sales + on_wage[:, :, None] * labour - on_income[:, :, None] / sigma
    by_importer = direct_revenue - on_income
    inside = _inside(found, by_origin, by_importer)
    bought = (sigma - 1) * inside - omega[:, :, None] * model.budget
    return Multipliers(by_origin, by_importer, bought, raw, factors)


def _inside(found: Equilibrium, sales: Array, revenue: Array) -> Array:
    """Worth of all that an importer buys of a sector, (K, N, S)."""
    bought = np.einsum("nis,kis->kns", found.flows, sales)
    duty = (found.tariff * found.flows).sum(axis=1)
    return np.asarray(bought + revenue[:, :, None] * duty)


def _slope(found: Equilibrium, omega: Array, sales: Array, revenue: Array) -> Array:
    """Derivatives of the objectives by (ln wage, ln spending), tariffs fixed, (K, 2N)."""
    model = found.model
    inside = _inside(found, sales, revenue)
    own = sales * found.sales + np.einsum("nis,kn->kis", found.tariff * found.flows, revenue)
    price = (1 - model.sigma) * inside + omega[:, :, None] * model.budget
    by_wage = ((1 - model.sigma) * own).sum(axis=2) - np.einsum("kns,nis->ki", price, found.shares)
    return np.concatenate([by_wage, inside.sum(axis=2)], axis=1)


def _condition(found: Equilibrium, given: Multipliers, k: int, rows: Places | slice) -> tuple[Array, Array]:
    """The first-order condition of objective k's lines: slope by ln(1 + tariff) is flow * ((1 + tariff) * curve - pull)."""
    sigma, revenue = found.model.sigma, given.revenue[k, rows][:, None, None]
    curve = (given.bought[k, rows] / found.purchases[rows])[:, None, :] - (sigma - 1) * revenue
    return curve, sigma * (given.sales[k][None] - revenue)


class Answer(NamedTuple):
    """What the choosers' first-order conditions say at an equilibrium.

    Attributes:
        value: Objective of each chooser, (K,).
        slope: Derivative of the line's chooser's log objective by ln(1 + tariff), (N, N, S); 0 where nobody chooses.
        wish: Tariff that the first-order condition asks for given the multipliers, (N, N, S); within the bounds.
        given: The multipliers.
    """

    value: Array
    slope: Array
    wish: Array
    given: Multipliers


def answer(found: Equilibrium, omega: Array, lines: Mask, bounds: tuple[float, float]) -> Answer:
    """First-order conditions of all choosers.

    Args:
        found: The equilibrium.
        omega: Weights of each chooser, (K, N).
        lines: Tariffs of each chooser, (K, N, N, S); no line has two.
        bounds: Least and greatest tariff.
    """
    government = found.government
    value = omega @ government
    log_weight = omega * government / value[:, None]
    given = multipliers(found, log_weight)
    slope, wish = np.zeros_like(found.tariff), found.tariff.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for k, mask in enumerate(lines):
            rows = np.flatnonzero(mask.any(axis=(1, 2)))
            chosen = mask[rows]
            curve, pull = _condition(found, given, k, rows)
            rise = (1 + found.tariff[rows]) * curve - pull
            slope[rows] += np.where(chosen, rise * found.flows[rows], 0.0)
            best = np.where(curve < 0, pull / curve - 1, np.where(rise > 0, bounds[1], bounds[0]))
            wish[rows] = np.where(chosen, best.clip(*bounds), wish[rows])
    return Answer(value, slope, wish, given)


def gradient(found: Equilibrium, omega: Sequence[float] | Array) -> Array:
    """Derivatives of a weighted sum of logarithms of government welfare by every tariff, in one transposed solve.

    Args:
        found: The equilibrium.
        omega: Weights, (N,).

    Returns:
        (N, N, S): change of the objective for a unit of tariff, as a fraction; home sales have one too.
    """
    given = multipliers(found, np.asarray(omega, dtype=np.float64)[None])
    curve, pull = _condition(found, given, 0, slice(None))
    return np.asarray(found.flows * (curve - pull / (1 + found.tariff)))


def estimate(found: Equilibrium, said: Answer, omega: Array, k: int, tariff: Array) -> float:
    """Log objective of chooser k at other tariffs, without solving for them.

    One step of the stored Jacobian, and the multipliers for the rest; the error is of fourth order in the move of wages and
    spending.
    """
    from scipy.linalg import lu_solve

    system = found.model.system(tariff)
    point = found.point - lu_solve(said.given.factors, system.residual(found.point))
    value = float(omega[k] @ system.at(point).government)
    return float(np.log(value) + said.given.shadow[k] @ system.residual(point)) if value > 0 else -np.inf

"""Derivatives of the many-sector model: a factored Jacobian, multipliers, the gradient in every tariff and export tax at once.

With ``F(z, policy) = 0`` and an objective ``W(z, policy)``, one solve of ``F_z' m = W_z`` gives
``dW/dpolicy = W_policy - m' F_policy`` for all N N J tariffs and export taxes. Written per flow, that gradient is

    dW/d ln(1 + t) = of_tariff / (1 + t) - per_tariff

with two arrays that do not depend on the flow's own tariff except through the multipliers. A best tariff sets it to 0, which
gives ``1 + t = of_tariff / per_tariff``; the same holds for export taxes, and for sums over flows that share one rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError

if TYPE_CHECKING:
    from countermeasure.trade.multi.system import Point

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Objective", "Slopes", "Tangent", "gradient"]


@dataclass(frozen=True, eq=False)
class Objective:
    """A weighted sum of what economies want; any smooth objective is one in its neighbourhood.

    Attributes:
        real_income: Weights on ln real income, (N,).
        revenue: Weights on revenue of tariffs and export taxes over baseline value added, (N,); none if absent.
        prices: Weights on ln prices, (J, N); none if absent.
    """

    real_income: Array
    revenue: Array | None = None
    prices: Array | None = None

    def value(self, point: Point) -> float:
        """Its value."""
        total = float(self.real_income @ point.log_real_income)
        if self.revenue is not None:
            total += float(self.revenue @ (point.revenue / point.system.value_added))
        if self.prices is not None:
            total += float((self.prices * point.prices).sum())
        return total


@dataclass(frozen=True, eq=False)
class Slopes:
    """Gradient of an objective in the logs of 1 + rate, in two parts; [sector, importer, origin] of shape (J, N, N).

    Attributes:
        of_tariff: Part that is divided by 1 + tariff.
        per_tariff: Part that is taken off.
        of_export: Part that is divided by 1 + export tax.
        per_export: Part that is taken off.
        tariff: d W / d ln(1 + tariff).
        export: d W / d ln(1 + export tax).
    """

    of_tariff: Array
    per_tariff: Array
    of_export: Array
    per_export: Array
    tariff: Array
    export: Array


def _factor(matrix: Array) -> tuple[Array, Array]:
    """LU factors of a matrix, which is overwritten.

    Raises:
        NoSolutionError: If it is singular.
    """
    from scipy.linalg.lapack import dgetrf

    # the transpose of a row-major matrix is what LAPACK reads without a copy
    factors, pivots, info = dgetrf(matrix.T, overwrite_a=1)
    if info or not np.isfinite(factors[-1, -1]):
        raise NoSolutionError("the Jacobian is singular", cure="Take a smaller shock, or go there in steps.")
    return factors, pivots


def _back(factors: tuple[Array, Array], right: Array, *, transposed: bool = False) -> Array:
    """Solve with the factors, or with their transpose; (m,) or (m, C)."""
    from scipy.linalg.lapack import dgetrs

    return np.asarray(dgetrs(*factors, right, trans=0 if transposed else 1)[0])


class Tangent:
    """The Jacobian at a point, factored by blocks: prices, then purchases, then wages.

    Args:
        point: Need not be an equilibrium.
    """

    def __init__(self, point: Point) -> None:
        self.point, system = point, point.system
        self._theta = system.theta[:, None, None]
        cells = system.sectors * system.countries
        eye = np.eye(system.countries)
        # what a rise of unit costs does to output and to revenue, purchases as they are
        self._displaced = np.matmul(point.border.transpose(0, 2, 1), point.shares)
        taxed = point.shares * point.wedges.own
        self._kept = taxed.sum(axis=2)
        self._duties = -self._theta * point.spent * (point.wedges.own - self._kept[:, :, None])
        self._rents = point.shares * point.wedges.abroad
        if point.wedges.abroad.any():
            paid = point.spent * point.wedges.abroad
            self._duties += self._theta * np.matmul(paid.transpose(0, 2, 1), point.shares)
            self._duties -= self._theta * eye * paid.sum(axis=1)[:, :, None]
        prices = np.eye(cells) - (point.shares[:, :, None, :] * system.inputs[:, None, :, :]).reshape(cells, cells)
        self._prices = _factor(prices)
        self._purchases = _factor(self._purchase_block())
        net = (point.shares * point.wedges.net * system.scale[:, :, None]).transpose(2, 0, 1)  # [origin, sector, importer]
        sold = net * system.value_share.T[:, :, None] / system.value_added[:, None, None]
        sold[system.numeraire] = 0.0
        self._sold = sold.reshape(system.countries, cells)
        wage_to_price = -(point.shares * system.value_share[:, None, :]).reshape(cells, system.countries)
        self._of_prices = _back(self._prices, wage_to_price)
        to_purchases, to_wages = self._push(-self._of_prices, eye)
        self._of_purchases = _back(self._purchases, to_purchases)
        self._wages = _factor(to_wages - self._sold @ self._of_purchases)

    def _purchase_block(self) -> Array:
        """Purchases to purchases, scaled, (J N, J N)."""
        point, system = self.point, self.point.system
        j, n = system.sectors, system.countries
        collected = self._rents.transpose(2, 0, 1).copy()  # [collector, sector, importer]
        every = np.arange(n)
        collected[every, :, every] += self._kept.T
        if system.drift.any():
            collected = collected + system.drift[:, None, None] * collected.sum(axis=0)
        net = (point.shares * point.wedges.net * system.scale[:, :, None]).transpose(2, 0, 1)  # [origin, sector, importer]
        inputs = system.inputs.transpose(1, 2, 0) / -system.scale[:, :, None]  # [input, country, output]
        block = inputs[:, :, :, None] * net[None]
        block += (system.final / -system.scale)[:, :, None, None] * (collected * system.scale)[None]
        block = block.reshape(j * n, j * n)
        block[np.arange(j * n), np.arange(j * n)] += 1.0
        return np.asarray(block)

    def _push(self, prices: Array, wages: Array) -> tuple[Array, Array]:
        """What changes of prices (J N, C) and wages (N, C) do to the rows of purchases (J N, C) and of wages (N, C)."""
        point, system = self.point, self.point.system
        j, n, columns = system.sectors, system.countries, prices.shape[1]
        by_country = prices.reshape(j, n, columns).transpose(1, 0, 2)
        costs = np.matmul(system.inputs.transpose(2, 0, 1), by_country).transpose(1, 0, 2)
        costs = np.ascontiguousarray(costs + system.value_share[:, :, None] * wages)
        output = -self._theta * (point.output[:, :, None] * costs - np.matmul(self._displaced, costs))
        earned = np.matmul(self._duties, costs).sum(axis=0) + (system.value_added * point.wages)[:, None] * wages
        income = earned + system.drift[:, None] * earned.sum(axis=0)
        used = np.matmul(system.inputs.transpose(2, 1, 0), output.transpose(1, 0, 2)).transpose(1, 0, 2)
        to_purchases = -(used + system.final[:, :, None] * income) / system.scale[:, :, None]
        to_wages = np.einsum("jn,jnc->nc", system.value_share, output) / system.value_added[:, None]
        to_wages -= point.wages[:, None] * wages
        to_wages[system.numeraire] = (system.value_added * point.wages / system.value_added.sum()) @ wages
        return to_purchases.reshape(j * n, columns), to_wages

    def _pull(self, output: Array, revenue: Array) -> tuple[Array, Array, Array]:
        """What a unit of each purchase (J, N) and of each ln cost (J, N) is worth, given the worth of output and of revenue.

        Also the worth of a unit spent on each flow, (J, N, N).
        """
        point = self.point
        worth = point.wedges.net * output[:, None, :]
        worth += point.wedges.own * revenue[None, :, None]
        worth += point.wedges.abroad * revenue
        mean = (point.shares * worth).sum(axis=2)
        costs = -self._theta[:, :, 0] * (point.spent * (worth - mean[:, :, None])).sum(axis=1)
        return mean, costs, worth

    def step(self, residual: Array) -> Array:
        """``dz`` with ``F_z dz = residual``; the Newton step is its negative. (2 J N + N,)."""
        system = self.point.system
        cells = system.sectors * system.countries
        of_prices, of_purchases, of_wages = residual[:cells], residual[cells : 2 * cells], residual[2 * cells :]
        prices = _back(self._prices, of_prices)
        to_purchases, to_wages = self._push(prices[:, None], np.zeros((system.countries, 1)))
        purchases = _back(self._purchases, of_purchases - to_purchases[:, 0])
        wages = _back(self._wages, of_wages - to_wages[:, 0] - self._sold @ purchases)
        return np.concatenate([prices - self._of_prices @ wages, purchases - self._of_purchases @ wages, wages])

    def dense(self) -> Array:
        """The Jacobian in full."""
        point, system = self.point, self.point.system
        j, n = system.sectors, system.countries
        cells = j * n
        full = np.zeros((2 * cells + n, 2 * cells + n))
        full[:cells, :cells] = np.eye(cells) - (point.shares[:, :, None, :] * system.inputs[:, None]).reshape(cells, cells)
        full[:cells, 2 * cells :] = -(point.shares * system.value_share[:, None, :]).reshape(cells, n)
        full[cells : 2 * cells, cells : 2 * cells] = self._purchase_block()
        full[2 * cells :, cells : 2 * cells] = self._sold
        for columns, prices, wages in (
            (slice(0, cells), np.eye(cells), np.zeros((n, cells))),
            (slice(2 * cells, None), np.zeros((cells, n)), np.eye(n)),
        ):
            full[cells : 2 * cells, columns], full[2 * cells :, columns] = self._push(prices, wages)
        return full

    def slopes(self, objective: Objective) -> Slopes:
        """Gradient of an objective at an equilibrium, by one transposed solve."""
        point, system = self.point, self.point.system
        j, n = system.sectors, system.countries
        income = objective.real_income / point.income
        earned = income + system.drift @ income
        revenue = earned if objective.revenue is None else earned + objective.revenue / system.value_added
        direct = -objective.real_income * system.final
        if objective.prices is not None:
            direct = direct + objective.prices
        # total derivative in wages, prices and purchases following
        of_purchases, of_costs, _ = self._pull(np.zeros((j, n)), revenue)
        of_purchases = (of_purchases * system.scale).ravel()
        of_prices = (direct + np.einsum("jkn,jn->kn", system.inputs, of_costs)).ravel()
        of_wages = earned * system.value_added * point.wages + (system.value_share * of_costs).sum(axis=0)
        along = of_wages - self._of_prices.T @ of_prices - self._of_purchases.T @ of_purchases
        wages = _back(self._wages, along, transposed=True)
        purchases = _back(self._purchases, of_purchases - self._sold.T @ wages, transposed=True).reshape(j, n) / system.scale
        # worth of a unit of output and of revenue, everything counted
        hired = wages / system.value_added
        hired[system.numeraire] = 0.0
        output = np.einsum("kjn,jn->kn", system.inputs, purchases) - system.value_share * hired
        spending = (purchases * system.final).sum(axis=0)
        revenue = revenue + spending + system.drift @ spending
        mean, of_costs, _ = self._pull(output, revenue)
        right = (direct + np.einsum("jkn,jn->kn", system.inputs, of_costs)).ravel()
        prices = _back(self._prices, right, transposed=True).reshape(j, n)
        return self._per_flow(output, revenue, mean, prices)

    def _per_flow(self, output: Array, revenue: Array, mean: Array, prices: Array) -> Slopes:
        """Gradient per flow from the worth of output (J, N), of revenue (N,), of a unit spent (J, N), and price multipliers."""
        point, system = self.point, self.point.system
        importing, exporting = point.wedges.importing, point.wedges.exporting
        importer, exporter = revenue[None, :, None], revenue[None, None, :]
        sold = output[:, None, :]
        holders = (1 - system.exporter_rent) * importer + system.exporter_rent * exporter
        more = (1 + self._theta) * point.spent
        lost = point.shares * prices[:, :, None]
        behind = (sold + (exporting - 1) * holders) / exporting
        of_tariff = more * (importer - behind)
        per_tariff = self._theta * point.spent * (importer - mean[:, :, None]) - lost
        of_export = more * (holders - sold) / importing
        whole = (1 - 1 / importing) * importer + holders / importing
        per_export = self._theta * point.spent * (whole - mean[:, :, None]) - lost
        return Slopes(
            of_tariff, per_tariff, of_export, per_export, of_tariff / importing - per_tariff, of_export / exporting - per_export
        )


def gradient(point: Point, objective: Objective) -> tuple[Array, Array]:
    """Derivatives of an objective in all tariffs and all export taxes, per unit of the rate, at an equilibrium.

    Args:
        point: A solved point.
        objective: What is wanted.

    Returns:
        Two arrays [importer, origin, sector], (N, N, J): of tariffs, of export taxes.
    """
    slopes = Tangent(point).slopes(objective)
    tariff = (slopes.tariff / point.wedges.importing).transpose(1, 2, 0)
    export = (slopes.export / point.wedges.exporting).transpose(1, 2, 0)
    return np.ascontiguousarray(tariff), np.ascontiguousarray(export)

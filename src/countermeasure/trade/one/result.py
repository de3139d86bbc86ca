"""What a change of tariffs does to each economy, and to whom goods go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.one.adjoint import welfare
from countermeasure.trade.one.system import State, System

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["COLUMNS", "Outcome"]

COLUMNS = ("real_income", "deficit", "exports_gdp", "imports_gdp", "employment", "prices", "revenue_share")
"""Columns of :meth:`Outcome.columns`: changes as fractions, the last a share."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """An equilibrium beside its baseline; changes are fractions of the baseline, (N,) unless said.

    Attributes:
        economy: Baseline.
        tariff: Tariffs after the change, (N, N) [importer, origin].
        point: Solution, logarithms of changes.
        reached: Part of the change that was solved; below 1 only if ``nearest`` was asked for.
    """

    economy: OneSector
    tariff: Array
    point: Array
    reached: float = 1.0

    @cached_property
    def system(self) -> System:
        """Equations."""
        return System(self.economy, self.tariff)

    @cached_property
    def state(self) -> State:
        """Model at the solution."""
        return self.system.state(self.point)

    @cached_property
    def flows(self) -> Array:
        """Border values after the change, (N, N), in the baseline's unit and the numeraire of the version."""
        return self.system.flows(self.state)

    @cached_property
    def residual(self) -> float:
        """Greatest residual of all equations, the dropped market of the last economy too."""
        solved = np.abs(self.system.residual(self.point)).max()
        return float(max(solved, np.abs(self.system.gaps(self.state)).max()))

    @cached_property
    def real_income(self) -> Array:
        """Change of real income with the cost of work taken off (equivalent to a change of consumption).

        ``delta E/P + (1 - delta) wL/P``, delta = E / (E - kappa / (1 + kappa) Y / tau), E final spending, Y labour income.
        """
        return np.asarray(welfare(self.system, self.state)[0] - 1)

    @cached_property
    def deficit(self) -> Array:
        """Change of imports less exports, relative to its size in the baseline; NaN where that is 0."""
        return _ratio(_gap(self.flows) - _gap(self.economy.flows), np.abs(_gap(self.economy.flows)))

    @cached_property
    def exports_gdp(self) -> Array:
        """Change of exports relative to income; NaN where there were none."""
        return self._to_income(_abroad(self.flows).sum(axis=0), _abroad(self.economy.flows).sum(axis=0))

    @cached_property
    def imports_gdp(self) -> Array:
        """Change of imports at the border relative to income; NaN where there were none."""
        return self._to_income(_abroad(self.flows).sum(axis=1), _abroad(self.economy.flows).sum(axis=1))

    @cached_property
    def employment(self) -> Array:
        """Change of employment."""
        return np.expm1(self.state.labour)

    @cached_property
    def prices(self) -> Array:
        """Change of the price index, in the numeraire (mean price of the world, weighted by expenditure)."""
        return np.expm1(self.state.price)

    @cached_property
    def wages(self) -> Array:
        """Change of wages before tax, in the numeraire."""
        return np.expm1(self.state.wage)

    @cached_property
    def revenue(self) -> Array:
        """Tariff revenue after the change, in the baseline's unit."""
        return np.asarray(self.state.spending - self.state.purchases)

    @cached_property
    def revenue_share(self) -> Array:
        """Revenue after the change over expenditure of the baseline: "per cent of GDP" of the published tables."""
        return np.asarray(self.revenue / self.economy.expenditure)

    @cached_property
    def revenue_gdp(self) -> Array:
        """Revenue after the change over income after the change."""
        return np.asarray(self.revenue / self.state.income)

    @cached_property
    def terms_of_trade(self) -> Array:
        """Change of the unit cost of own goods relative to that of imports before tariffs, weighted by the imports before."""
        bought = _abroad(self.economy.flows)
        unit = -np.log(self.state.cost) / self.economy.parameters.elasticity
        return np.expm1(unit - _ratio(bought @ unit, bought.sum(axis=1)))

    @property
    def world_trade_gdp(self) -> float:
        """Change of world trade at buyers' prices relative to world income."""
        after = _abroad(self.flows * (1 + self.tariff)).sum()
        return float(after / _abroad(self.economy.paid).sum() / self.state.growth - 1)

    @property
    def world_employment(self) -> float:
        """Change of employment, mean weighted by income of the baseline."""
        return float(self.economy.output @ self.employment / self.economy.output.sum())

    def columns(self) -> Array:
        """The seven columns of the published vectors as fractions, (N, 7); names in :data:`COLUMNS`."""
        return np.stack([getattr(self, name) for name in COLUMNS], axis=1)

    def mean(self, countries: Iterable[str]) -> dict[str, float]:
        """Columns of a group, means weighted by expenditure of the baseline.

        Raises:
            InputError: If a code is unknown or there is none.
        """
        places = [self.economy.country(code) for code in countries]
        if not places:
            raise InputError("a mean over no economy", code="no_countries", cure="Name one at least.")
        weight = self.economy.expenditure[places]
        return dict(zip(COLUMNS, (weight @ self.columns()[places] / weight.sum()).tolist(), strict=True))

    def of(self, code: str) -> dict[str, float]:
        """Columns of one economy.

        Raises:
            InputError: If the code is unknown.
        """
        return self.mean([code])

    def diversion(self, origin: str, away_from: str) -> list[tuple[str, float, float]]:
        """Where the goods of one origin go that an importer takes less of, and who steps in there.

        Args:
            origin: Exporter, as ``"CHN"``.
            away_from: Importer, as ``"USA"``.

        Returns:
            (economy, change of what it buys from ``origin``, change of what ``away_from`` buys from it), border values in the
            baseline's unit, home sales included, largest change of purchases first.
        """
        o, a = self.economy.country(origin), self.economy.country(away_from)
        change = self.flows - self.economy.flows
        rows = [(c, float(change[n, o]), float(change[a, n])) for n, c in enumerate(self.economy.countries)]
        return sorted(rows, key=lambda row: -row[1])

    def _to_income(self, after: Array, before: Array) -> Array:
        return _ratio(after / self.state.income, before / self.economy.output) - 1


def _abroad(flows: Array) -> Array:
    """Flows without home sales."""
    return np.asarray(flows - np.diag(np.diag(flows)))


def _gap(flows: Array) -> Array:
    """Imports less exports, (N,)."""
    return np.asarray(flows.sum(axis=1) - flows.sum(axis=0))


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)

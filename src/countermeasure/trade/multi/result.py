"""An equilibrium: what a policy does to wages, prices, flows, revenue and real incomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.trade.multi.quotas import stopped
from countermeasure.trade.multi.sweep import critical_factor, wedges

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.bool_]] | np.ndarray[Any, np.dtype[np.intp]] | list[int]

__all__ = ["Diversion", "Equilibrium"]


@dataclass(frozen=True, slots=True, eq=False)
class Diversion:
    """Where goods that lost a market go, and who takes their place there; changes of customs values in the baseline's unit.

    Attributes:
        origin: Place of the exporter that lost.
        importer: Place of the market it lost.
        lost: Change of its exports there.
        gone_to: Change of its sales by destination, (N,); its own place is home sales, the market's own place is 0.
        replaced_by: Change of the market's purchases by origin, (N,); its own place is home supply, the exporter's place is 0.
    """

    origin: int
    importer: int
    lost: float
    gone_to: Array
    replaced_by: Array


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A solved policy. Ratios are to the baseline; values are in its unit, and world value added is the numeraire.

    Attributes:
        baseline: What it is compared with.
        policy: What was solved.
        closure: What became of deficits.
        theta: Elasticities used, (J,).
        wages: Ratio, (N,).
        prices: Ratio of the price of purchases by sector, (N, J).
        absorption: Purchases at buyer's prices, (N, J).
        premium: Licence premium of each quota, a fraction of the price after export tax, (Q,); 0 where the quota is slack.
        transfer: What economies spend above their income, (N,).
        error: Greatest relative error of an equation.
        sweeps: Sweeps it took.
        reached: Share of the way to the policy that was asked for; below 1 only from ``solve_in_steps``.
    """

    baseline: Baseline
    policy: Policy
    closure: str
    theta: Array
    wages: Array
    prices: Array
    absorption: Array
    premium: Array
    transfer: Array
    error: float
    sweeps: int
    reached: float = 1.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the numbers."""
        if self.reached >= 1:
            return ()
        return (
            f"The policy asked for was not solved. This is the nearest step that was, {self.reached:.1%} of the way to it.",
        )

    @cached_property
    def cost(self) -> Array:
        """Ratio of unit costs, (N, J)."""
        logs = self.baseline.value_share * np.log(self.wages)[:, None]
        logs = logs + np.einsum("nkj,nk->nj", self.baseline.inputs, np.log(self.prices), optimize=True)
        return np.asarray(np.exp(logs) * critical_factor(self.policy.critical, self.prices.shape))

    @cached_property
    def licence(self) -> Array:
        """1 + licence premium of each flow, (N, N, J)."""
        found = np.ones(self.baseline.flows.shape)
        for quota, premium in zip(self.policy.quotas, self.premium, strict=True):
            found[list(dict.fromkeys(quota.importers)), quota.origin, quota.sector] *= 1 + premium
        return found

    @cached_property
    def shares(self) -> Array:
        """Shares of purchases by origin, (N, N, J)."""
        wedge = wedges(self.baseline, self.policy) * self.licence
        weight = self.baseline.shares * (wedge * self.cost) ** -self.theta
        weight[stopped(self.policy)] = 0.0
        whole = weight.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0))

    @cached_property
    def flows(self) -> Array:
        """Values at the border before licence premium, export tax and tariff, (N, N, J)."""
        factor = (1 + self.policy.tariff) * (1 + self.policy.export_tax) * self.licence
        return np.asarray(self.shares * self.absorption[:, None, :] / factor)

    @cached_property
    def customs_value(self) -> Array:
        """Values at the border with export tax and licence premium, before the tariff, as customs record them, (N, N, J)."""
        return np.asarray(self.flows * (1 + self.policy.export_tax) * self.licence)

    @cached_property
    def quantity(self) -> Array:
        """Quantities delivered, valued at baseline producer's prices, (N, N, J)."""
        return np.asarray(self.flows / (self.cost * self.policy.friction))

    @cached_property
    def output(self) -> Array:
        """Output at producer's prices, (N, J)."""
        return np.asarray(self.flows.sum(axis=0))

    @cached_property
    def tariffs(self) -> Array:
        """Tariffs collected, (N,)."""
        return np.asarray((self.customs_value * self.policy.tariff).sum(axis=(1, 2)))

    @cached_property
    def export_taxes(self) -> Array:
        """Export taxes collected, (N,)."""
        return np.asarray((self.flows * self.policy.export_tax).sum(axis=(0, 2)))

    @cached_property
    def rents(self) -> Array:
        """Licence rents of each quota, (Q, 2): what stays with the exporter, and what importers get."""
        found = np.zeros((len(self.policy.quotas), 2))
        for g, (quota, premium) in enumerate(zip(self.policy.quotas, self.premium, strict=True)):
            whole = float(self._rent(quota.origin, quota.importers, quota.sector, premium).sum())
            found[g] = whole * quota.exporter_rent, whole * (1 - quota.exporter_rent)
        return found

    def _rent(self, origin: int, importers: tuple[int, ...], sector: int, premium: float) -> Array:
        buyers = list(dict.fromkeys(importers))
        licence = self.licence[buyers, origin, sector]
        part = np.divide(np.log1p(premium), np.log(licence), out=np.zeros_like(licence), where=licence > 1)
        whole = self.flows[buyers, origin, sector] * (1 + self.policy.export_tax[buyers, origin, sector]) * (licence - 1)
        return np.asarray(whole * part)

    @cached_property
    def rent_income(self) -> Array:
        """Licence rents received, (N,)."""
        found = np.zeros(len(self.baseline.countries))
        for quota, premium in zip(self.policy.quotas, self.premium, strict=True):
            rent = self._rent(quota.origin, quota.importers, quota.sector, premium)
            found[quota.origin] += quota.exporter_rent * rent.sum()
            np.add.at(found, list(dict.fromkeys(quota.importers)), (1 - quota.exporter_rent) * rent)
        return found

    @cached_property
    def revenue(self) -> Array:
        """Tariffs, export taxes and licence rents, (N,)."""
        return np.asarray(self.tariffs + self.export_taxes + self.rent_income)

    @cached_property
    def income(self) -> Array:
        """Final spending: value added, revenue and transfer, (N,)."""
        return np.asarray(self.wages * self.baseline.value_added + self.revenue + self.transfer)

    @cached_property
    def price_index(self) -> Array:
        """Ratio of the price of final use, (N,)."""
        return np.asarray(np.exp((self.baseline.final * np.log(self.prices)).sum(axis=1)))

    @cached_property
    def real_income(self) -> Array:
        """Ratio of real final spending, exact, (N,): income over the price of final use."""
        return np.asarray(self.income / self.baseline.spending / self.price_index)

    @cached_property
    def real_wage(self) -> Array:
        """Ratio of the wage to the price of final use, (N,)."""
        return np.asarray(self.wages / self.price_index)

    @cached_property
    def walras(self) -> Array:
        """Value added earned less value added paid, over world value added, (N,): 0 in every market, the dropped one too."""
        earned = (self.baseline.value_share * self.output).sum(axis=1)
        return np.asarray((earned - self.wages * self.baseline.value_added) / self.baseline.value_added.sum())

    @cached_property
    def terms_of_trade(self) -> Array:
        """Ratio of the price of exports to that of imports, (N,), at baseline customs values; home sales left out."""
        base = self.baseline
        away = base.flows * (1 + base.export_tax) * ~np.eye(len(base.countries), dtype=np.bool_)[:, :, None]
        price = self.cost * (1 + self.policy.export_tax) * self.licence / (1 + base.export_tax)
        moved = away * price
        sold, bought = moved.sum(axis=(0, 2)) / away.sum(axis=(0, 2)), moved.sum(axis=(1, 2)) / away.sum(axis=(1, 2))
        return np.asarray(sold / bought)

    def change_of_exports(self, origin: int, sectors: Places | None = None) -> Array:
        """Relative change of the customs value of an economy's exports to each partner, (N,); home sales at its own place.

        Args:
            origin: Place.
            sectors: Mask or places; all if absent.
        """
        old, new = self._values(sectors)
        before, after = old[:, origin], new[:, origin]
        return np.asarray(np.divide(after, before, out=np.ones_like(before), where=before > 0) - 1)

    def diversion(self, of: int, away_from: int, sectors: Places | None = None) -> Diversion:
        """Where an economy's lost exports to a market go, and who replaces them there.

        Args:
            of: Place of the exporter.
            away_from: Place of the market.
            sectors: Mask or places; all if absent.
        """
        old, new = self._values(sectors)
        gone, taken = new[:, of] - old[:, of], new[away_from] - old[away_from]
        lost = float(gone[away_from])
        gone[away_from] = taken[of] = 0.0
        return Diversion(of, away_from, lost, gone, taken)

    def _values(self, sectors: Places | None) -> tuple[Array, Array]:
        """Customs values over some sectors before and after, (N, N) each."""
        where = slice(None) if sectors is None else sectors
        base = self.baseline
        old = (base.flows[:, :, where] * (1 + base.export_tax[:, :, where])).sum(axis=2)
        return np.asarray(old), np.asarray(self.customs_value[:, :, where].sum(axis=2))

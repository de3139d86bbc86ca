"""Where a change of real income comes from, to first order, and who bears a tariff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.trade.multi.sweep import critical_factor

if TYPE_CHECKING:
    from countermeasure.trade.multi.result import Equilibrium

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["FirstOrder", "Incidence", "first_order", "incidence"]


@dataclass(frozen=True, slots=True, eq=False)
class FirstOrder:
    """The decomposition of Caliendo and Parro (2015), fractions of baseline final spending, each (N,).

    It is exact for small changes. With large ones it takes changes of levels at baseline weights, as the published tables do,
    and its sum is not the change of real income: see ``Equilibrium.real_income`` for that.

    Attributes:
        terms_of_trade: Exports at the change of their border price, less imports at theirs.
        volume: Wedges in force before (tariffs, export taxes) times the change of quantities.
        resources: What frictions and a dearer critical input use up.
        transfer: Change of the transfer received.
    """

    terms_of_trade: Array
    volume: Array
    resources: Array
    transfer: Array

    @property
    def total(self) -> Array:
        """Sum, (N,)."""
        return self.terms_of_trade + self.volume + self.resources + self.transfer


def first_order(found: Equilibrium) -> FirstOrder:
    """Decompose an equilibrium.

    A licence premium moves the border price by the part that stays with the exporter.
    """
    base, policy = found.baseline, found.policy
    kept = np.ones(base.flows.shape)
    for quota, premium in zip(policy.quotas, found.premium, strict=True):
        kept[list(dict.fromkeys(quota.importers)), quota.origin, quota.sector] *= 1 + quota.exporter_rent * premium
    price = found.cost * (1 + policy.export_tax) / (1 + base.export_tax)
    before = base.flows * (1 + base.export_tax)
    moved = before * (price * kept - 1)
    terms = moved.sum(axis=(0, 2)) - moved.sum(axis=(1, 2))
    duty = base.tariff * (found.customs_value - before * price * found.licence)
    tax = base.export_tax * (found.flows - base.flows * found.cost)
    lost = (base.paid * (policy.friction - 1)).sum(axis=(1, 2))
    lost = lost + (base.output * (critical_factor(policy.critical, base.output.shape) - 1)).sum(axis=1)
    whole = base.spending
    return FirstOrder(
        np.asarray(terms / whole),
        np.asarray((duty.sum(axis=(1, 2)) + tax.sum(axis=(0, 2))) / whole),
        np.asarray(-lost / whole),
        np.asarray((found.transfer - base.transfer) / whole),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Who bears the tariffs that an economy raised, each (N,); nan where it raised none.

    Attributes:
        rise: Mean of ln(1 + tariff after) - ln(1 + tariff before) over flows whose tariff rose, baseline values as weights.
        abroad: Share of that rise by which prices at the border, licences and export taxes included, fell relative to the
            importer's wage. Below 0 they rose. Its buyers bear the rest.
    """

    rise: Array
    abroad: Array


def incidence(found: Equilibrium) -> Incidence:
    """Who bears the tariffs that rose.

    The wage of the importer is the measure, since a price needs one: measured in world wages its own sellers become dearer too.
    """
    base, policy = found.baseline, found.policy
    away = ~np.eye(len(base.countries), dtype=np.bool_)[:, :, None]
    rise = np.log1p(policy.tariff) - np.log1p(base.tariff)
    weight = base.flows * away * (rise > 1e-12) * ~policy.banned
    border = np.log(found.cost * (1 + policy.export_tax) * found.licence / (1 + base.export_tax))
    fell = np.log(found.wages)[:, None, None] - border
    whole, mean = weight.sum(axis=(1, 2)), (weight * rise).sum(axis=(1, 2))
    none = np.full(len(whole), np.nan)
    return Incidence(
        np.divide(mean, whole, out=none.copy(), where=whole > 0),
        np.divide((weight * fell).sum(axis=(1, 2)), mean, out=none.copy(), where=mean > 0),
    )

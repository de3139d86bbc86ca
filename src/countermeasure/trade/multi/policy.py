"""What governments do to flows: tariffs, export taxes, frictions, quotas with rents, bans."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CriticalInput", "Policy", "Quota"]


@dataclass(frozen=True, slots=True)
class Quota:
    """A cap on quantities from one origin, as a licence scheme sets it.

    Attributes:
        origin: Place of the exporting economy.
        importers: Places of the importers it is for.
        sector: Place of the sector.
        share: Cap, as a share of the baseline quantity of these flows together; 0 is a ban.
        exporter_rent: Share of the rent that stays with licence holders in the exporting economy; the rest goes to importers.
    """

    origin: int
    importers: tuple[int, ...]
    sector: int
    share: float
    exporter_rent: float = 1.0


@dataclass(frozen=True, slots=True)
class CriticalInput:
    """A material too small for any sector, as a nest inside unit costs.

    Attributes:
        cost_share: Share of unit cost, (N, J).
        price: Its price relative to the baseline, (N,).
        sigma: Elasticity between it and all else.
    """

    cost_share: Array
    price: Array
    sigma: float


@dataclass(frozen=True)
class Policy:
    """Levels after the change; [importer, origin, sector] throughout.

    Attributes:
        tariff: (N, N, J), fractions.
        export_tax: (N, N, J), fractions.
        friction: Factor on the cost of delivery, (N, N, J); 1 is none.
        banned: Flows that stop, (N, N, J).
        quotas: Caps.
        critical: A critical input, or ``None``.
    """

    tariff: Array
    export_tax: Array
    friction: Array
    banned: np.ndarray[Any, np.dtype[np.bool_]]
    quotas: tuple[Quota, ...] = field(default=())
    critical: CriticalInput | None = None

    @staticmethod
    def of(baseline: Baseline) -> Policy:
        """Policy as in the baseline: nothing changes."""
        shape = baseline.flows.shape
        return Policy(baseline.tariff.copy(), baseline.export_tax.copy(), np.ones(shape), np.zeros(shape, dtype=np.bool_))

    def with_tariff(
        self, importer: int, origin: int, rate: float, sectors: Array | None = None, *, add: bool = False
    ) -> Policy:
        """The policy with the tariff of one importer on one origin set, or raised, in some sectors or all.

        Args:
            importer: Place.
            origin: Place.
            rate: Fraction.
            sectors: Mask or places; all if absent.
            add: Add the rate to what is there.
        """
        tariff = self.tariff.copy()
        where = slice(None) if sectors is None else sectors
        tariff[importer, origin, where] = tariff[importer, origin, where] + rate if add else rate
        return replace(self, tariff=tariff)

    def check(self, baseline: Baseline) -> None:
        """Refuse what cannot be.

        Raises:
            InputError: With every fault and its cell.
        """
        shape, faults = baseline.flows.shape, []
        for name in ("tariff", "export_tax", "friction", "banned"):
            array = getattr(self, name)
            if array.shape != shape:
                faults.append(f"{name} has shape {array.shape}, not {shape}")
        if not faults:
            for name, low in (("tariff", -1.0), ("export_tax", -1.0), ("friction", 0.0)):
                array = getattr(self, name)
                bad = ~np.isfinite(array) | (array <= low)
                faults += [
                    f"{name} {baseline.cell('flows', place)} is {array[place]:g}; it must be above {low:g}"
                    for place in list(zip(*np.nonzero(bad), strict=True))[:10]
                ]
            faults += [fault for quota in self.quotas for fault in _faults_of(quota, baseline)]
            faults += [] if self.critical is None else _critical_faults(self.critical, baseline)
        if faults:
            raise InputError("the policy cannot be", code="bad_policy", cure="Mend:", faults=faults)


def _faults_of(quota: Quota, baseline: Baseline) -> list[str]:
    """What is wrong with a quota."""
    n, j = len(baseline.countries), len(baseline.sectors)
    if not (0 <= quota.origin < n and 0 <= quota.sector < j and all(0 <= m < n for m in quota.importers)):
        return [f"a quota is on places that the baseline of {n} economies and {j} sectors does not have"]
    name = f"{baseline.countries[quota.origin]}, {baseline.sectors[quota.sector]}"
    faults = []
    if not 0 <= quota.share <= 1:
        faults.append(f"the quota on {name} is {quota.share:g} of the baseline; it must be from 0 to 1")
    if not 0 <= quota.exporter_rent <= 1:
        faults.append(f"{quota.exporter_rent:g} of the rent of the quota on {name} stays with the exporter; give 0 to 1")
    if len(set(quota.importers)) != len(quota.importers):
        faults.append(f"the quota on {name} names an importer twice")
    return faults


def _critical_faults(critical: CriticalInput, baseline: Baseline) -> list[str]:
    """What is wrong with a critical input."""
    n, j = len(baseline.countries), len(baseline.sectors)
    if critical.cost_share.shape != (n, j) or critical.price.shape != (n,):
        return [
            f"the critical input has shapes {critical.cost_share.shape} and {critical.price.shape}, not {(n, j)} and {(n,)}"
        ]
    faults = []
    if not ((critical.cost_share >= 0) & (critical.cost_share < 1)).all():
        faults.append("a cost share of the critical input is not from 0 to below 1")
    if not (np.isfinite(critical.price) & (critical.price > 0)).all():
        faults.append("a price of the critical input is not above 0")
    if not (np.isfinite(critical.sigma) and critical.sigma >= 0):
        faults.append(f"the elasticity of the critical input is {critical.sigma:g}; it must be 0 or more")
    return faults

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
            for quota in self.quotas:
                if not 0 <= quota.share <= 1:
                    name = f"{baseline.countries[quota.origin]}, {baseline.sectors[quota.sector]}"
                    faults.append(f"the quota on {name} is {quota.share:g} of the baseline; it must be from 0 to 1")
        if faults:
            raise InputError("the policy cannot be", code="bad_policy", cure="Mend:", faults=faults)

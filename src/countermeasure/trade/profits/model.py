"""Many sectors under monopolistic competition with a fixed number of firms: wages, spending and profits in exact hat algebra.

Source:
    Ossa (2014), "Trade Wars and Trade Talks with Data", American Economic Review 104(12):4104-46,
    doi 10.1257/aer.104.12.4104: the equilibrium in changes, and the weighted real income that governments maximise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.numerics import newton
from countermeasure.trade.profits.equilibrium import System

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.profits.equilibrium import Equilibrium

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ProfitModel"]

_TOLERANCE = 1e-12
_SMALLEST_STEP = 1 / 64


@dataclass(frozen=True, eq=False)
class ProfitModel:
    """Flows of a year and what governments care about. N economies, S sectors; importer n, origin i.

    Firms in sector s charge a markup over wages and their number does not change, so that a share 1/sigma of sales is profit.
    There are no input-output links. Transfers are fixed in the numeraire, which is world labour income of the baseline.

    Attributes:
        countries: Codes, (N,).
        sectors: Names, (S,).
        flows: Value at the border before tariff, (N, N, S): [importer, origin, sector]; home sales too.
        tariff: Tariffs in force, fractions of that value, (N, N, S).
        sigma: Elasticity of substitution in each sector, (S,); above 1.
        lobby: Weight of each sector's income in the government's objective, (N, S); 1 is real income of the whole economy.
        transfer: What each economy spends above its income after the change, (N,); sums to 0. The baseline's own if ``None``.

    Raises:
        InputError: With every fault and its cell.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    flows: Array
    tariff: Array
    sigma: Array
    lobby: Array | None = None
    transfer: Array | None = None

    def __post_init__(self) -> None:
        faults = self._shape_faults() or self._value_faults()
        if faults:
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise InputError(f"{count} in the baseline", code="bad_baseline", cure="Mend these cells:", faults=faults[:50])

    def _shape_faults(self) -> list[str]:
        n, s = len(self.countries), len(self.sectors)
        shapes: list[tuple[str, Array | None, tuple[int, ...]]] = [
            ("flows", self.flows, (n, n, s)),
            ("tariff", self.tariff, (n, n, s)),
            ("sigma", self.sigma, (s,)),
            ("lobby", self.lobby, (n, s)),
            ("transfer", self.transfer, (n,)),
        ]
        faults = [f"{w} has shape {a.shape}, not {shape}" for w, a, shape in shapes if a is not None and a.shape != shape]
        for labels, what in ((self.countries, "country"), (self.sectors, "sector")):
            faults += [f"the {what} {label} stands twice" for label in dict.fromkeys(labels) if labels.count(label) > 1]
        return faults

    def _value_faults(self) -> list[str]:
        axes = (self.countries, self.countries, self.sectors)
        bounds: list[tuple[str, Array | None, float, bool, tuple[tuple[str, ...], ...]]] = [
            ("flows", self.flows, 0.0, True, axes),
            ("tariff", self.tariff, -1.0, False, axes),
            ("sigma", self.sigma, 1.0, False, axes[2:]),
            ("lobby", self.lobby, 0.0, True, axes[1:]),
            ("transfer", self.transfer, -np.inf, False, axes[:1]),
        ]
        faults: list[str] = []
        for what, array, low, closed, names in bounds:
            if array is None:
                continue
            bad = ~np.isfinite(array) | (array < low if closed else array <= low)
            cells = list(zip(*np.nonzero(bad), strict=True))[:10]
            faults += [
                f"{what} [{', '.join(n[p] for n, p in zip(names, cell, strict=True))}] is {array[cell]:g}; "
                f"it must be {'at least' if closed else 'above'} {low:g}"
                for cell in cells
            ]
        if faults:
            return faults
        faults += [f"{self.countries[i]} sells nothing" for i in np.flatnonzero(self.flows.sum(axis=(0, 2)) <= 0)]
        faults += [f"{self.countries[n]} buys nothing" for n in np.flatnonzero(self.flows.sum(axis=(1, 2)) <= 0)]
        gap = 0.0 if self.transfer is None else float(self.transfer.sum())
        if abs(gap) > 1e-9 * float(self.flows.sum()):
            faults.append(f"transfers sum to {gap:.6g}, not to 0")
        return faults

    @staticmethod
    def of(baseline: Baseline, *, lobby: Array | None = None) -> ProfitModel:
        """The model on a many-sector baseline, with sigma = theta + 1 and without its input-output links: all sales are final.

        Raises:
            InputError: If the baseline has export taxes, which this model does not know.
        """
        if baseline.export_tax.any():
            raise InputError("the baseline has export taxes", cure="Use the many-sector model, or set them to 0.")
        return ProfitModel(baseline.countries, baseline.sectors, baseline.flows, baseline.tariff, baseline.theta + 1.0, lobby)

    @cached_property
    def weight(self) -> Array:
        """Lobbying weights, (N, S); ones if none were given."""
        return np.ones((len(self.countries), len(self.sectors))) if self.lobby is None else self.lobby

    @cached_property
    def expenditure(self) -> Array:
        """Spending by sector, tariffs included, (N, S)."""
        return np.asarray((self.flows * (1 + self.tariff)).sum(axis=1))

    @cached_property
    def spending(self) -> Array:
        """Spending of each economy, (N,)."""
        return np.asarray(self.expenditure.sum(axis=1))

    @cached_property
    def budget(self) -> Array:
        """Share of each sector in spending, (N, S)."""
        return np.asarray(self.expenditure / self.spending[:, None])

    @cached_property
    def shares(self) -> Array:
        """Share of each origin in spending on a sector, (N, N, S); 0 where nothing is bought."""
        whole = self.expenditure[:, None, :]
        paid = self.flows * (1 + self.tariff)
        return np.divide(paid, whole, out=np.zeros_like(paid), where=whole > 0)

    @cached_property
    def labour_income(self) -> Array:
        """Wages paid, (N,): (sigma - 1) / sigma of sales."""
        return np.asarray((self.flows.sum(axis=0) * (1 - 1 / self.sigma)).sum(axis=1))

    @cached_property
    def own_transfer(self) -> Array:
        """Transfers of the baseline, (N,): purchases less sales at the border."""
        return np.asarray(self.flows.sum(axis=(1, 2)) - self.flows.sum(axis=(0, 2)))

    @cached_property
    def foreign(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Lines on which a tariff can stand, (N, N, S): all but home sales."""
        n = len(self.countries)
        return np.broadcast_to(~np.eye(n, dtype=np.bool_)[:, :, None], self.flows.shape).copy()

    def country(self, code: str) -> int:
        """Place of an economy.

        Raises:
            InputError: If there is none of that code.
        """
        if code not in self.countries:
            cure = f"The baseline has {', '.join(self.countries)}."
            raise InputError(f"unknown economy {code!r}", code="unknown_country", cure=cure)
        return self.countries.index(code)

    def solve(self, tariff: Array | None = None, *, start: Equilibrium | None = None) -> Equilibrium:
        """The equilibrium under tariffs, by Newton's method from the baseline or from another equilibrium.

        Args:
            tariff: Levels after the change, fractions, (N, N, S); those in force if absent.
            start: An equilibrium nearby.

        Raises:
            InputError: If the tariffs have another shape or a cell at or below -1.
            NoSolutionError: If it cannot be reached; the message says how far it was.
        """
        wanted = self.tariff if tariff is None else tariff
        self._check(wanted)
        at = np.zeros(2 * len(self.countries)) if start is None else start.point
        try:
            return _solved(self, wanted, at)
        except NoSolutionError:
            return self._solve_in_steps(wanted)

    def system(self, tariff: Array) -> System:
        """Residuals and derivatives at these tariffs."""
        return System(self, tariff)

    def _check(self, tariff: Array) -> None:
        if tariff.shape != self.flows.shape:
            raise InputError(f"tariff has shape {tariff.shape}, not {self.flows.shape}")
        bad = ~np.isfinite(tariff) | (tariff <= -1)
        if bad.any():
            cells = list(zip(*np.nonzero(bad), strict=True))[:10]
            faults = [
                f"tariff [{self.countries[n]}, {self.countries[i]}, {self.sectors[s]}] is {tariff[n, i, s]:g}"
                for n, i, s in cells
            ]
            raise InputError("a tariff must be a number above -1", code="bad_policy", cure="Mend:", faults=faults)

    def _solve_in_steps(self, wanted: Array) -> Equilibrium:
        """Go from the baseline to the wanted tariffs in steps of their logarithm."""
        first, way = np.log1p(self.tariff), np.log1p(wanted) - np.log1p(self.tariff)
        at, done, step = np.zeros(2 * len(self.countries)), 0.0, 0.25
        while True:
            aim = min(1.0, done + step)
            try:
                found = _solved(self, np.expm1(first + aim * way), at)
            except NoSolutionError as error:
                step /= 2
                if step >= _SMALLEST_STEP:
                    continue
                raise NoSolutionError(
                    f"the tariffs cannot be solved: {done:.0%} of the way from those in force was, no more ({error.message})",
                    cure="Take a smaller change.",
                ) from None
            if aim == 1.0:
                return found
            at, done, step = found.point, aim, min(2 * step, 0.25)

    def balanced(self) -> ProfitModel:
        """The same economies once transfers are gone: flows of the equilibrium without them, as a new baseline.

        Raises:
            NoSolutionError: If it cannot be reached.
        """
        free = replace(self, transfer=np.zeros(len(self.countries)))
        return replace(self, flows=free.solve().flows, transfer=None)


def _solved(model: ProfitModel, tariff: Array, start: Array) -> Equilibrium:
    system = System(model, tariff)
    return system.at(newton(system.residual, system.jacobian, start, tolerance=_TOLERANCE, rounds=40))

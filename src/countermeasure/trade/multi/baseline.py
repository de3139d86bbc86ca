"""A baseline: who buys what from whom before anything changes, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Baseline"]

_BALANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Baseline:
    """Flows and shares of a year. N economies, J sectors; importer n, origin i, input k.

    Attributes:
        countries: Codes, (N,).
        sectors: Names, (J,).
        flows: Value at the border before export tax and tariff, (N, N, J): [importer, origin, sector]; home sales too.
        tariff: Tariffs in force, fractions of that value (after export tax), (N, N, J).
        export_tax: Export taxes in force, fractions, (N, N, J).
        inputs: Input k per unit of output j, at buyer's prices, (N, J, J): [country, input, output].
        final: Shares of final use, (N, J); rows sum to 1.
        theta: Trade elasticity of each sector, (J,): exponent of prices in shares.
        goods: Which sectors are goods, (J,).
        unit: Of the flows, as ``million USD``.
        year: Of the flows.
        source: Who made them.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    flows: Array
    tariff: Array
    export_tax: Array
    inputs: Array
    final: Array
    theta: Array
    goods: np.ndarray[Any, np.dtype[np.bool_]]
    unit: str = "million USD"
    year: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        faults = self._faults()
        if faults:
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise InputError(f"{count} in the baseline", code="bad_baseline", cure="Mend these cells:", faults=faults[:50])

    def _faults(self) -> list[str]:
        """What is wrong, each with its cell."""
        n, j = len(self.countries), len(self.sectors)
        shapes = (
            ("flows", self.flows, (n, n, j)),
            ("tariff", self.tariff, (n, n, j)),
            ("export_tax", self.export_tax, (n, n, j)),
            ("inputs", self.inputs, (n, j, j)),
            ("final", self.final, (n, j)),
            ("theta", self.theta, (j,)),
            ("goods", self.goods, (j,)),
        )
        faults = [f"{name} has shape {array.shape}, not {shape}" for name, array, shape in shapes if array.shape != shape]
        for labels, what in ((self.countries, "country"), (self.sectors, "sector")):
            faults += [f"the {what} {label} stands twice" for label in dict.fromkeys(labels) if labels.count(label) > 1]
        if faults:
            return faults
        for name, array, low in (
            ("flows", self.flows, 0.0),
            ("tariff", self.tariff, -1.0),
            ("export_tax", self.export_tax, -1.0),
            ("inputs", self.inputs, 0.0),
            ("final", self.final, 0.0),
        ):
            bad = ~np.isfinite(array) | (array < low) | ((low < 0) & (array <= low))
            faults += [f"{name} {self.cell(name, place)} is {array[place]:g}" for place in zip(*np.nonzero(bad), strict=True)][
                :10
            ]
        faults += [
            f"theta of {s} is {t:g}; an elasticity is above 0"
            for s, t in zip(self.sectors, self.theta, strict=True)
            if not (np.isfinite(t) and t > 0)
        ]
        if faults:
            return faults
        home = np.einsum("nnj->nj", self.flows)
        used = self.flows.sum(axis=1) > 0
        faults += [
            f"{self.countries[c]} sells nothing of {self.sectors[s]} at home and buys some; add a small home flow"
            for c, s in zip(*np.nonzero(used & (home <= 0)), strict=True)
        ]
        off = np.abs(self.final.sum(axis=1) - 1)
        faults += [
            f"final shares of {self.countries[c]} sum to {1 + off[c]:.8g}, not to 1" for c in np.flatnonzero(off > _BALANCE)
        ]
        share = self.value_share
        faults += [
            f"inputs of {self.sectors[s]} in {self.countries[c]} take {1 - share[c, s]:.4g} of its output, not less than all"
            for c, s in zip(*np.nonzero((share <= 0) & (self.output > 0)), strict=True)
        ]
        if faults:
            return faults
        need = self.absorption - np.einsum("nkj,nj->nk", self.inputs, self.output)
        gap = np.abs(need - self.final * self.spending[:, None])
        scale = np.maximum(self.absorption, self.absorption.max() * 1e-9)
        faults += [
            f"{self.sectors[s]} in {self.countries[c]}: purchases are {need[c, s]:.6g} after inputs, and final shares say "
            f"{self.final[c, s] * self.spending[c]:.6g}; balance the table"
            for c, s in zip(*np.nonzero(gap > _BALANCE * scale), strict=True)
        ]
        return faults

    def cell(self, name: str, place: tuple[Any, ...]) -> str:
        """A cell in words, as ``[US, CN, vehicles]``."""
        axes = {
            "flows": (self.countries, self.countries, self.sectors),
            "tariff": (self.countries, self.countries, self.sectors),
            "export_tax": (self.countries, self.countries, self.sectors),
            "inputs": (self.countries, self.sectors, self.sectors),
            "final": (self.countries, self.sectors),
        }[name]
        return "[" + ", ".join(labels[p] for labels, p in zip(axes, place, strict=True)) + "]"

    def country(self, code: str) -> int:
        """Place of an economy.

        Raises:
            InputError: If there is none of that code.
        """
        if code not in self.countries:
            raise InputError(
                f"unknown economy {code!r}", code="unknown_country", cure=f"The baseline has {', '.join(self.countries)}."
            )
        return self.countries.index(code)

    def sector(self, name: str) -> int:
        """Place of a sector.

        Raises:
            InputError: If there is none of that name.
        """
        if name not in self.sectors:
            raise InputError(
                f"unknown sector {name!r}", code="unknown_sector", cure=f"The baseline has {', '.join(self.sectors)}."
            )
        return self.sectors.index(name)

    @cached_property
    def paid(self) -> Array:
        """What importers pay, tariff and export tax included, (N, N, J)."""
        return np.asarray(self.flows * (1 + self.export_tax) * (1 + self.tariff))

    @cached_property
    def absorption(self) -> Array:
        """Purchases by sector at buyer's prices, (N, J)."""
        return np.asarray(self.paid.sum(axis=1))

    @cached_property
    def shares(self) -> Array:
        """Shares of purchases by origin, (N, N, J); 0 where nothing is bought."""
        whole = self.absorption[:, None, :]
        return np.divide(self.paid, whole, out=np.zeros_like(self.paid), where=whole > 0)

    @cached_property
    def output(self) -> Array:
        """Output at producer's prices, (N, J)."""
        return np.asarray(self.flows.sum(axis=0))

    @cached_property
    def value_share(self) -> Array:
        """Share of value added in output, (N, J)."""
        return np.asarray(1.0 - self.inputs.sum(axis=1))

    @cached_property
    def value_added(self) -> Array:
        """Value added of each economy, (N,)."""
        return np.asarray((self.value_share * self.output).sum(axis=1))

    @cached_property
    def revenue(self) -> Array:
        """Tariffs and export taxes that each economy collects, (N,)."""
        taxed = self.flows * self.export_tax
        duty = self.flows * (1 + self.export_tax) * self.tariff
        return np.asarray(duty.sum(axis=(1, 2)) + taxed.sum(axis=(0, 2)))

    @cached_property
    def spending(self) -> Array:
        """Final spending of each economy, (N,)."""
        return np.asarray((self.absorption - np.einsum("nkj,nj->nk", self.inputs, self.output)).sum(axis=1))

    @cached_property
    def transfer(self) -> Array:
        """What an economy spends above its income: its deficit, (N,); sums to 0."""
        return np.asarray(self.spending - self.value_added - self.revenue)

"""What a tonne of final use is worth, by product and industry, and the final use of a network row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.errors import InputError
from countermeasure.supply.chain.model import YEAR
from countermeasure.supply.tables import read_rows, shipped_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.flow.simulate import Simulation

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["OTHER", "FinalUse", "Values", "final_use", "loss_of"]

OTHER = "other"
"""The industry of use that the tables do not follow."""

COLUMNS = ("product", "industry", "usd_per_tonne", "source", "confidence", "note")
_LEAST = 1e-12


@dataclass(frozen=True)
class Values:
    """Output at stake for a tonne of final use, USD by (product, industry)."""

    usd_per_tonne: Mapping[tuple[str, str], float]

    @staticmethod
    @lru_cache(maxsize=4)
    def shipped(folder: Path | None = None) -> Values:
        """The table in the wheel, or in another chain's folder.

        Raises:
            InputError: With every fault of the table.
            NotFoundError: If the folder has none.
        """
        return Values.read(shipped_text("values.csv", folder), "values.csv")

    @staticmethod
    def read(text: str, path: str) -> Values:
        """Read a table of values.

        Raises:
            InputError: With every fault.
        """
        table = read_rows(text, path, COLUMNS)
        found: dict[tuple[str, str], float] = {}
        for row in table.rows:
            key = (row["product"], row["industry"])
            if key in found:
                table.fault(row, f"{key[0]} for {key[1]} stands twice; remove one")
            found[key] = table.number(row, "usd_per_tonne", low=0)
            table.letter(row)
        table.refuse("the values")
        return Values(found)

    def scaled(self, factors: Mapping[str, float]) -> Values:
        """The values with some industries or products weighted up or down.

        Args:
            factors: Factor by the id of an industry or a product; a row under both takes both.

        Raises:
            InputError: If a name has no row, or a factor is negative or not finite.
        """
        known = tuple(dict.fromkeys(name for key in self.usd_per_tonne for name in key))
        for name, factor in factors.items():
            if name not in known:
                raise InputError(unknown("product or industry", name, known), code="unknown_value")
            if not (np.isfinite(factor) and factor >= 0):
                raise InputError(f"the weight of {name} is {factor:g}", code="bad_value", cure="Write 0 or a positive number.")
        return Values({(p, i): v * factors.get(p, 1.0) * factors.get(i, 1.0) for (p, i), v in self.usd_per_tonne.items()})


@dataclass(frozen=True)
class FinalUse:
    """Final use of a network, D rows: one for each product, industry and region, other use included.

    Attributes:
        labels: (product, industry, region) of each row.
        node: Node that serves it, (D,).
        tonnes: Normal use, t a week, (D,).
        usd_per_tonne: What a tonne is worth, (D,).
    """

    labels: tuple[tuple[str, str, str], ...]
    node: Ints
    tonnes: Array
    usd_per_tonne: Array

    def wanted(self, plan: Plan, level: float = 1.0) -> Array:
        """Use that is wanted under a plan, t a week, (W, D); ``level`` is a factor on the flows of the tables."""
        return np.asarray(level * self.tonnes * plan.demand[:, self.node])

    def mean(self, nodes: int) -> Array:
        """Mean value of final use at each node, USD a tonne, (N,); 0 where there is none."""
        tonnes = np.bincount(self.node, self.tonnes, nodes)
        usd = np.bincount(self.node, self.tonnes * self.usd_per_tonne, nodes)
        return np.asarray(usd / np.maximum(tonnes, _LEAST))


def final_use(network: Network, values: Values) -> FinalUse:
    """Final use row by row with its values; rows of a node sum to the network's.

    Raises:
        InputError: With every product and industry that has no value.
    """
    rows: dict[tuple[str, str, str], float] = {}
    for one in network.chain.demand:
        if one.tonnes_year > 0:
            key = (one.product, one.industry, one.region)
            rows[key] = rows.get(key, 0.0) + one.tonnes_year / YEAR
    for n, (product, region) in enumerate(network.nodes):
        rest = float(network.base.other[network.product[n], network.region[n]])
        if rest > _LEAST:
            rows[product, OTHER, region] = rest
    missing = sorted({(p, i) for p, i, _ in rows} - set(values.usd_per_tonne))
    if missing:
        raise InputError(
            f"values.csv: {len(missing)} of the uses have no value",
            code="bad_value",
            cure="Add a row for each:",
            faults=[f"{p} for {i}" for p, i in missing],
        )
    return FinalUse(
        tuple(rows),
        np.array([network.node_at[p, r] for p, _, r in rows], dtype=np.int64),
        np.array(list(rows.values())),
        np.array([values.usd_per_tonne[p, i] for p, i, _ in rows]),
    )


def loss_of(simulation: Simulation, values: Values | None = None) -> Array:
    """Value of the final use that a simulation did not serve, USD, (draws, weeks).

    Industries that share a stock are short in proportion. Use that was given up for its price counts as not served.

    Args:
        simulation: Run with ``keep=("served", ...)``.
        values: Values; the shipped ones if absent.

    Raises:
        InputError: If ``served`` was not kept.
    """
    network, plan = simulation.network, simulation.plan
    served = simulation["served"]
    usd = final_use(network, values or Values.shipped()).mean(len(network.nodes))
    loss = np.zeros(served.values.shape[:2])
    level = simulation.draws["level"][:, None]
    for p, product in enumerate(served.labels("product")):
        for r, region in enumerate(served.labels("region")):
            n = network.node_at.get((product, region))
            if n is not None and network.final[n] > 0:
                loss += usd[n] * (level * network.final[n] * plan.demand[:, n] - served.values[:, :, p, r])
    return loss

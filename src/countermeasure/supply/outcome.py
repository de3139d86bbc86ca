"""One run of a scenario through all layers: the chain, its buyers, the economy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.buyers.run import READINGS, SIGNALS, run_buyers
from countermeasure.supply.chain.network import compile_network
from countermeasure.supply.economy import IOTable, OurResult, Rules, capacity_of, simulate_economy
from countermeasure.supply.flow.record import KEPT
from countermeasure.supply.flow.simulate import simulate
from countermeasure.supply.projects.drawn import supply_of_projects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.flow.simulate import Simulation
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.scenario import SupplyScenario

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Cost", "Outcome", "cost_of", "run_supply"]

_YEAR = 52


@dataclass(frozen=True)
class Cost:
    """What lost output of buyers costs an economy; million USD.

    Attributes:
        by_region: Value added lost in a week, (draws, weeks, regions).
        nodes: (region, sector) of the table.
        output: Output lost over the first 52 weeks, (draws, nodes).
        value_added: Value added lost over the first 52 weeks, (draws, nodes).
    """

    by_region: Floats
    nodes: tuple[tuple[str, str], ...]
    output: Floats
    value_added: Floats


@dataclass(frozen=True)
class Outcome:
    """What a scenario did.

    Attributes:
        scenario: What was asked.
        simulation: The chain.
        buyers: Buyers by reading of their stock.
        costs: What it costs the economy, by reading; empty without the economy.
        gdp_musd: Value added of the regions in a year, (regions,).
        regions: Regions of the economy table, in that order.
    """

    scenario: SupplyScenario
    simulation: Simulation
    buyers: Mapping[str, BuyersResult]
    costs: Mapping[str, Cost]
    gdp_musd: Floats
    regions: tuple[str, ...]

    def gdp_change(self, reading: str, region: str) -> Floats:
        """Change of a region's GDP over the first 52 weeks as a share of a year's, (draws,); a loss is negative."""
        place = self.regions.index(region)
        return np.asarray(-self.costs[reading].by_region[:, :_YEAR, place].sum(axis=1) / self.gdp_musd[place])

    def results(self, reading: str) -> tuple[OurResult, ...]:
        """Our change of GDP by region, to stand beside published ones."""
        found = []
        for place, region in enumerate(self.regions):
            low, mid, high = np.quantile(self.gdp_change(reading, region), (0.05, 0.5, 0.95))
            cut, weeks = self._shock(region)
            found.append(OurResult(region, low, mid, high, float(self.gdp_musd[place]), cut, weeks))
        return tuple(found)

    def _shock(self, region: str) -> tuple[float | None, float]:
        """Share of Chinese magnets that a region missed at the worst, and weeks below four fifths of normal."""
        exports = self.simulation["exports"]
        products = tuple(p for p in exports.labels("product") if p.startswith("mag_"))
        if region not in exports.labels("region"):
            return None, float((self.simulation.plan.kind > 0).any(axis=1).sum())
        weekly = np.median(exports.select(product=products, region=region).sum("product").values, axis=0)
        net = self.simulation.network
        flow = sum(f for (p, o, r), f in zip(net.edges, net.flow, strict=True) if o == "CN" and r == region and p in products)
        normal = flow * float(np.median(self.simulation.draws["level"]))
        return float(np.clip(1.0 - weekly.min() / normal, 0.0, 1.0)), float((weekly < 0.8 * normal).sum())


def run_supply(
    scenario: SupplyScenario,
    draws: int = 200,
    seed: int = 1,
    *,
    parameters: Parameters | None = None,
    network: Network | None = None,
    count: int = 2000,
    readings: Sequence[str] = tuple(READINGS),
    economy: bool = True,
    keep: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """Run a scenario through the chain, its buyers and the economy.

    Args:
        scenario: What is asked.
        draws: Sets of parameters.
        seed: Seed; the same seed gives the same numbers whatever the executor.
        parameters: Priors before the scenario's own settings; the shipped ones if absent.
        network: The compiled chain; the shipped one if absent.
        count: Buyers in the sample.
        readings: Readings of buyers' stock.
        economy: Whether to run the economy.
        keep: Further series of the chain to keep.
        executor: For blocks of draws.
        progress: Called with what is done, how far, and of how many.
    """
    net = network or compile_network()
    priors = scenario.parameters(parameters)
    tell = progress or (lambda _what, _done, _of: None)
    added = None
    if scenario.projects:
        added = supply_of_projects(net, priors, scenario.day0, scenario.weeks, draws, seed, scenario.policies)
    found = simulate(
        net,
        scenario.plan(net),
        draws,
        seed,
        parameters=priors,
        keep=tuple(dict.fromkeys((*KEPT, *SIGNALS, "stock", *keep))),
        executor=executor,
        supply=added,
        progress=lambda done: tell("the chain", done, draws),
    )
    buyers, costs = {}, {}
    table = IOTable.shipped() if economy else None
    for place, reading in enumerate(readings, start=1):
        tell("buyers", place, len(readings))
        buyers[reading] = run_buyers(found, count, seed, reading, executor)
        if table is not None:
            tell("the economy", place, len(readings))
            costs[reading] = cost_of(buyers[reading], table, priors)
    gdp = np.zeros(0) if table is None else _value_by_region(table)
    return Outcome(scenario, found, buyers, costs, gdp, () if table is None else tuple(table.regions))


def cost_of(buyers: BuyersResult, table: IOTable, parameters: Parameters) -> Cost:
    """What buyers' lost output costs, when it stops others too."""
    cube = buyers["lost_output"]
    losses = {}
    for i, industry in enumerate(cube.labels("industry")):
        for r, region in enumerate(cube.labels("region")):
            values = cube.values[:, :, i, r]
            if np.isfinite(values).all() and values.any():
                losses[industry, region] = np.clip(values, 0.0, 1.0)
    names = tuple((region, sector) for region, sector in table.nodes)
    draws, weeks = cube.values.shape[:2]
    if not losses:
        none = np.zeros((draws, len(names)))
        return Cost(np.zeros((draws, weeks, len(table.regions))), names, none, none)
    nodes, capacity = capacity_of(table, losses)
    rules = Rules(psi=parameters.fixed("psi"), restock_weeks=parameters.fixed("restock_weeks"))
    run = simulate_economy(table, nodes, capacity, rules=rules, keep="nodes")
    regions = np.array([region for region, _ in names])
    by_region = np.stack([run.value_added_loss[:, :, regions == r].sum(axis=2) for r in table.regions], axis=2)
    year = slice(0, _YEAR)
    return Cost(by_region, names, run.output_loss[:, year].sum(axis=1), run.value_added_loss[:, year].sum(axis=1))


def _value_by_region(table: IOTable) -> Floats:
    names = np.array([region for region, _ in table.nodes])
    return np.array([table.value_added[names == region].sum() for region in table.regions])

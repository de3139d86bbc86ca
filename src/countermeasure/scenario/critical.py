"""From the chain to the trade model: what dear rare earths add to unit costs, by economy and sector.

Costs are those of rare-earth oxides and of magnets, by final use of the chain's tables at prices outside China before the
controls. Prices are those of a supply run. It is a price, not a stoppage: lines that stand still are ``supply``'s answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.country import country_or_none
from countermeasure.supply.chain import Chain, compile_network
from countermeasure.supply.flow import simulate
from countermeasure.supply.parameters import Parameters
from countermeasure.supply.scenario import load_scenario
from countermeasure.supply.tables import read_rows, shipped_text
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.policy import CriticalInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["RAW_SHARE", "SECTOR_OF", "SIGMA", "Critical", "critical_of_prices", "critical_of_supply", "spending_on_rare_earths"]

SIGMA = 0.1
"""Elasticity between rare earths and all else where a scenario gives none; an assumption (U)."""
RAW_SHARE = 0.5
"""Share of oxides in the price of a magnet; an assumption (U)."""
SECTOR_OF = {
    "cars": "vehicles",
    "electronics": "electronics",
    "semiconductor_tools": "machinery",
    "wind": "machinery",
    "industrial_motors": "machinery",
    "medical": "electronics",
    "defence": "vehicles",
    "catalysts": "chemicals",
    "glass": "other_goods",
    "coatings": "vehicles",
    "other": "chemicals",
}
"""Sector of the compact baseline whose costs hold an industry's rare earths; our reading."""
_HOME = "CN"


@dataclass(frozen=True, eq=False)
class Critical:
    """A critical input and what it rests on.

    Attributes:
        input: For the policy.
        spending: On rare earths by region, million USD a year.
        prices: Mean price by product and market, times normal.
        source: In a line.
    """

    input: CriticalInput
    spending: Mapping[str, float]
    prices: Mapping[tuple[str, str], float]
    source: str


def critical_of_supply(baseline: Baseline, name: str, sigma: float = SIGMA) -> Critical:
    """The critical input under a supply scenario: central parameters, mean prices over its weeks.

    Economies that are no country or shipped economy, and sectors of other names, have none of it.

    Args:
        baseline: Gives outputs.
        name: Supply scenario, a shipped name or a file.
        sigma: Elasticity between it and all else.
    """
    asked = load_scenario(name)
    network = compile_network()
    priors = asked.parameters(Parameters.shipped())
    run = simulate(network, asked.plan(network), 1, parameters=priors, keep=("price",))
    cube = run.cubes["price"]
    products, markets = cube.labels("product"), cube.labels("market")
    mean = cube.values[0].mean(axis=0)
    prices = {(p, m): float(mean[a, b]) for a, p in enumerate(products) for b, m in enumerate(markets)}
    words = f"supply scenario {asked.id}, mean prices of its {asked.weeks} weeks at central parameters"
    return critical_of_prices(baseline, prices, words, sigma)


def critical_of_prices(
    baseline: Baseline, prices: Mapping[tuple[str, str], float], source: str, sigma: float = SIGMA
) -> Critical:
    """The critical input at given prices of oxides and magnets.

    Economies that are no country or shipped economy, and sectors of other names, have none of it.

    Args:
        baseline: Gives outputs.
        prices: Mean price by product and market (``china``, ``outside``), times normal.
        source: Where they are from, in a line.
        sigma: Elasticity between it and all else.
    """
    worth = spending_on_rare_earths()
    chain = Chain.shipped()
    share = np.zeros((len(baseline.countries), len(baseline.sectors)))
    price = np.ones(len(baseline.countries))
    region_of = {n: chain.region_of(code) for n, code in enumerate(map(_member, baseline.countries)) if code}
    spent: dict[str, float] = {}
    for region in dict.fromkeys(region_of.values()):
        places = [n for n, r in region_of.items() if r == region]
        market = "china" if region == _HOME else "outside"
        cells = {(sector, p): usd for (r, sector, p), usd in worth.items() if r == region}
        spent[region] = sum(cells.values())
        if spent[region] > 0:
            price[places] = sum(usd * prices[p, market] for (_, p), usd in cells.items()) / spent[region]
        for s, sector in enumerate(baseline.sectors):
            whole = float(baseline.output[places, s].sum())
            if whole > 0:
                share[places, s] = sum(usd for (name_, _), usd in cells.items() if name_ == sector) / whole
    return Critical(CriticalInput(share, price, sigma), spent, prices, source)


def _member(code: str) -> str:
    """A country of an economy of a baseline, empty where none is known; its region of the chain is that of the economy."""
    economy, one = economies().by_code.get(code), country_or_none(code)
    return economy.members[0] if economy is not None else "" if one is None else one.iso2


@lru_cache(maxsize=1)
def spending_on_rare_earths() -> dict[tuple[str, str, str], float]:
    """Million USD a year by region, sector of the compact baseline, and priced product (an oxide or a magnet).

    Magnets are worth the oxides they take over ``RAW_SHARE``, since no series of magnet prices is at hand.
    """
    chain, usd = Chain.shipped(), _oxide_prices()

    def oxides(product: str) -> float:
        """USD of oxides in a tonne."""
        if product in usd:
            return usd[product] * 1000
        return sum(t * oxides(p) for p, t in chain.recipes.get(product, {}).items())

    found: dict[tuple[str, str, str], float] = {}
    for use in chain.demand:
        parts = {use.product: 1.0} if use.product in usd else chain.recipes[use.product]
        for product, tonnes in parts.items():
            worth = oxides(product) / (1.0 if product in usd else RAW_SHARE)
            key = (use.region, SECTOR_OF[use.industry], product)
            found[key] = found.get(key, 0.0) + use.tonnes_year * tonnes * worth / 1e6
    return found


def _oxide_prices() -> dict[str, float]:
    """USD per kg outside China before the controls: the first row of each product."""
    columns = ("product", "market", "usd_kg", "day", "source", "confidence", "note")
    table = read_rows(shipped_text("prices.csv"), "prices.csv", columns)
    found: dict[str, float] = {}
    for row in table.rows:
        if row["market"] == "outside":
            found.setdefault(row["product"], table.number(row, "usd_kg", low=0.0))
    table.refuse("the prices")
    return found

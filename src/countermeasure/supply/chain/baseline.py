"""The steady state of a chain: what each stage of each region makes, uses and sends in a normal week.

Final use is carried back stage by stage through sourcing shares and recipes, so that flows balance by construction. Ore fixes
all oxides together: what an ore gives beyond what is needed is other use in that region, shown as such and never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.chain.model import YEAR

if TYPE_CHECKING:
    from countermeasure.supply.chain.model import Chain

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Baseline", "work_out"]


@dataclass(frozen=True)
class Baseline:
    """Normal weekly flows; axes are products (P,) and regions (R,) in the order of the chain; t a week.

    Attributes:
        final: Final use, (P, R), other use of oxides included.
        other: Of which other use of oxides, (P, R).
        made: Output by region, (P, R); for oxides separated and recycled.
        mined: Mine output, (P, R).
        scrap: Recycled oxide, (P, R).
        used: Use inside the region, final and as input, (P, R).
        flows: (P, origin, region), the home flow on the diagonal.
    """

    final: Array
    other: Array
    made: Array
    mined: Array
    scrap: Array
    used: Array
    flows: Array

    @property
    def sent(self) -> Array:
        """What each region sends abroad, (P, R)."""
        off = self.flows.sum(axis=2) - np.diagonal(self.flows, axis1=1, axis2=2)
        return np.asarray(off)

    @property
    def through(self) -> Array:
        """What goes through the stock of a region in a week, (P, R): use at home and what is sent."""
        return np.asarray(self.used + self.sent)


def work_out(chain: Chain, tolerance: float = 1e-9) -> Baseline:
    """Work out the steady state.

    Args:
        chain: The tables.
        tolerance: How far supply of an oxide may fall short of need before it is a fault, as a share of need.

    Raises:
        InputError: If a region uses a product that no table says where it comes from, or ore cannot give what is needed.
    """
    products, regions = tuple(chain.products), chain.regions
    place = {p: i for i, p in enumerate(products)}
    spot = {r: i for i, r in enumerate(regions)}
    shape = (len(products), len(regions))
    final, made, mined, scrap = (np.zeros(shape) for _ in range(4))
    flows = np.zeros((*shape, len(regions)))
    for row in chain.demand:
        final[place[row.product], spot[row.region]] += row.tonnes_year / YEAR
    for (product, region), tonnes in chain.recycling.items():
        scrap[place[product], spot[region]] = tonnes / YEAR
    used = final.copy()
    faults: list[str] = []
    for product in reversed(products):
        if chain.products[product].stage == "ore":
            continue
        p = place[product]
        for region in regions:
            need = used[p, spot[region]]
            if need <= 0:
                continue
            shares = chain.sourcing.get((product, region))
            if shares is None:
                faults.append(f"sourcing.csv: {region} uses {need * YEAR:.0f} t of {product} a year and no row says from where")
                continue
            for origin, share in shares.items():
                flows[p, spot[origin], spot[region]] += share * need
        made[p] = flows[p].sum(axis=1)
        for input_, amount in chain.recipes.get(product, {}).items():
            used[place[input_]] += amount * made[p]
        if made[p].any() and not chain.recipes.get(product) and chain.products[product].stage != "oxide":
            faults.append(f"recipes.csv: {product} is made and has no input")
    if faults:
        raise InputError("the chain does not hang together", code="bad_chain", cure="Mend the tables:", faults=faults)
    _ores(chain, place, spot, mined, made, used, flows)
    other = _other(chain, products, regions, made, scrap, mined_oxides(chain, flows, place, spot), tolerance)
    for p, product in enumerate(products):
        if chain.products[product].stage == "oxide":
            final[p] += other[p]
            used[p] += other[p]
            flows[p][np.diag_indices(len(regions))] += other[p]
            made[p] += other[p]
    return Baseline(final, other, made, mined, scrap, used, flows)


def _ores(
    chain: Chain, place: dict[str, int], spot: dict[str, int], mined: Array, made: Array, used: Array, flows: Array
) -> None:
    """Send ore to where it is separated: home first, then in proportion."""
    for ore in chain.at_stage("ore"):
        p = place[ore]
        for (name, region), tonnes in chain.mines.items():
            if name == ore:
                mined[p, spot[region]] = tonnes / YEAR
        total = mined[p].sum()
        wanted = np.zeros(len(spot))
        for (name, region), (share, _) in chain.separation.items():
            if name == ore:
                wanted[spot[region]] = share * total
        at_home = np.minimum(mined[p], wanted)
        left, short = mined[p] - at_home, wanted - at_home
        flows[p] = np.diag(at_home)
        if left.sum() > 0 and short.sum() > 0:
            flows[p] += np.outer(left, short / short.sum())
        used[p] = flows[p].sum(axis=0)
        made[p] = mined[p]


def mined_oxides(chain: Chain, flows: Array, place: dict[str, int], spot: dict[str, int]) -> Array:
    """Oxide that the separated ore gives in each region, (P, R), t a week."""
    given = np.zeros(flows.shape[:2])
    for (ore, region), (_, recovery) in chain.separation.items():
        amount = flows[place[ore], :, spot[region]].sum() * recovery
        for product, share in chain.deposits[ore].items():
            if product != "other":
                given[place[product], spot[region]] += amount * share
    return given


def _other(
    chain: Chain,
    products: tuple[str, ...],
    regions: tuple[str, ...],
    made: Array,
    scrap: Array,
    given: Array,
    tolerance: float,
) -> Array:
    """Supply beyond need by oxide and region; a shortfall is a fault."""
    other = np.zeros_like(made)
    faults = []
    for p, product in enumerate(products):
        if chain.products[product].stage != "oxide":
            continue
        rest = given[p] + scrap[p] - made[p]
        for r, region in enumerate(regions):
            if rest[r] < -tolerance * max(made[p, r], 1e-9) - 1e-9:
                faults.append(
                    f"{region} must make {made[p, r] * YEAR:,.1f} t of {product} a year and ore and scrap give "
                    f"{(given[p, r] + scrap[p, r]) * YEAR:,.1f} t; mend sourcing.csv, separation.csv or demand.csv"
                )
        other[p] = np.maximum(rest, 0.0)
    if faults:
        raise InputError("the chain does not balance", code="bad_chain", cure="Mend the tables:", faults=faults)
    return other

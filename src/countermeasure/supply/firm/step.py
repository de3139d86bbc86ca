"""A firm's weeks: what its suppliers bring, when its licenses come, and how its stock fares.

Axes: S sources, P parts, W weeks, C columns, which are draws, each repeated for several outcomes of licensing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.buyers.signals import DIRECT, IMPORTED, MADE, Group, arrivals, level_of, permits_of, row_of
from countermeasure.supply.buyers.step import Luck, consume, decide, order
from countermeasure.supply.controls.plan import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.buyers.step import Permits
    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.flow.simulate import Simulation

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Chance = Callable[[], tuple[Floats, Floats]]

__all__ = ["Need", "Ways", "edge_of", "makes", "play", "ways_of"]

_SURE = ("held", "general", "not_needed")
_TOLD = ("applied", "rejected")
_TINY = 1e-9
_F = np.float32


@dataclass(frozen=True, slots=True)
class Need:
    """Goods of one supplier.

    Attributes:
        product: Product of the chain.
        origin: Region they are sent from.
        region: Region where they are used.
        license: What the firm says of its license.
        filed: Week of the application, negative before week 0; nan where it is not stated.
    """

    product: str
    origin: str
    region: str
    license: str
    filed: float


@dataclass(frozen=True)
class Ways:
    """Sources as the chain serves them; K spells of control.

    Attributes:
        open: Share of orders met by goods open to all, (S, W, C).
        fill: Share of the rest met for those who are licensed, (S, W, C).
        start: First week of each spell, (K, S).
        served: First week of a spell in which licensed goods can arrive, (K, S, C).
        controlled: Whether a license is ever asked, (S,).
    """

    open: Floats
    fill: Floats
    start: Floats
    served: Floats
    controlled: Flags


def makes(network: Network, product: str, region: str) -> float:
    """Normal output of a product in a region, t a week."""
    return float(network.base.made[network.products.index(product), network.regions.index(region)])


def edge_of(network: Network, product: str, origin: str, region: str) -> int:
    """Place of an edge, or -1."""
    edge = (product, origin, region)
    return network.edges.index(edge) if edge in network.edges else -1


def ways_of(simulation: Simulation, market: BuyersResult, needs: Sequence[Need], seed: int, repeats: int) -> Ways:
    """How each source is served.

    Args:
        simulation: Flows, draws and plan.
        market: Buyers of the same simulation: how much is ordered, and what share of licensed orders is met.
        needs: The sources.
        seed: Seed of the firm's chances.
        repeats: Outcomes of licensing for each draw.
    """
    net, weeks = simulation.network, simulation.plan.weeks
    free, licensed = arrivals(simulation)
    shape = (len(needs), weeks, free.shape[2])
    open_, fill = np.ones(shape, _F), np.zeros(shape, _F)
    groups = {str(group): place for place, group in enumerate(market.buyers.groups)}
    orders, fills = (np.moveaxis(market[name].values, 0, -1) for name in ("orders", "fill"))
    edges = [edge_of(net, need.product, need.origin, need.region) for need in needs]
    permits = permits_of(simulation, [np.array([e] if e >= 0 else [], dtype=np.int64) for e in edges])
    controlled: Flags = np.asarray(permits.active.any(axis=0))
    for s, (need, edge) in enumerate(zip(needs, edges, strict=True)):
        group = groups.get(str(_group(net, need)))
        asked = np.ones(shape[1:], _F) if group is None else np.maximum(orders[:, group], _TINY)
        if edge >= 0:
            open_[s] = np.minimum(free[edge] / asked, 1.0)
        else:
            made = row_of(simulation["made"], product=need.product, region=need.origin).T
            normal = makes(net, need.product, need.origin) * level_of(simulation)
            open_[s] = np.minimum(made / normal / asked, 1.0)
        if controlled[s]:
            fill[s] = np.minimum(licensed[edge], 1.0) if group is None else fills[:, group]
    listed = np.array([_listed(simulation, edge) for edge in edges])
    permits.need[:, listed] = 1.0
    served = _served(simulation, permits, needs, seed, repeats)
    return Ways(np.repeat(open_, repeats, axis=2), np.repeat(fill, repeats, axis=2), permits.start, served, controlled)


def _listed(simulation: Simulation, edge: int) -> bool:
    """Whether the goods of an edge are ever on the list: the firm knows its goods, so that all of them need a license."""
    plan = simulation.plan
    return bool((plan.kind[:, plan.edges == edge] == LISTED).any())


def _group(network: Network, need: Need) -> Group:
    """The market that a source belongs to; parts made in the region and metals have none."""
    stage = network.chain.products[need.product].stage
    if stage == "component":
        return Group(IMPORTED if need.origin != need.region else "", need.product, need.region)
    return Group({"magnet": MADE, "oxide": DIRECT}.get(stage, ""), need.product, need.region)


def _served(simulation: Simulation, permits: Permits, needs: Sequence[Need], seed: int, repeats: int) -> Floats:
    """First week of each spell in which licensed goods can arrive, (K, S, C); inf where never, -inf where none is needed."""
    draws = simulation.draws
    par = {name: np.repeat(draws[name], repeats) for name in ("lag_weeks", "approval", "license_spread")}
    permits = replace(
        permits, need=np.repeat(permits.need, repeats, axis=2), transit=np.repeat(permits.transit, repeats, axis=1)
    )
    numbers = [(r + 1) * 10_000_000 + d for d in range(len(draws["approval"])) for r in range(repeats)]
    luck = Luck.of(seed, numbers, len(needs))
    sure = np.array([[need.license in _SURE] for need in needs])
    told = np.array([[need.license in _TOLD] for need in needs])
    stated = np.array([need.filed for need in needs])
    rows = np.arange(len(needs))
    found = np.empty((len(permits.start), *luck.need.shape), _F)
    for spell, start in enumerate(permits.start):
        filed = np.maximum(np.where(np.isnan(stated), 0.0, stated), start)
        filed = np.repeat(filed[:, None], luck.need.shape[1], axis=1).astype(_F)
        chance = _still_open(luck.rounds(spell), filed, permits, par) if spell == 0 else luck.rounds(spell)
        granted, _ = decide(permits, rows, filed, par, chance)
        free = sure | (~told & (luck.need >= permits.need[spell]))
        found[spell] = np.where(free, -np.inf, granted + permits.transit)
    return found


def _still_open(chance: Chance, filed: Floats, permits: Permits, par: Mapping[str, Floats]) -> Chance:
    """Chances in which no first decision falls before week 0: an application that is said to wait has not been decided yet."""
    from scipy.special import ndtr, ndtri

    lag = np.where(np.isnan(permits.lag[0])[:, None], par["lag_weeks"], permits.lag[0][:, None])
    spread = np.maximum(par["license_spread"], 1e-6)
    with np.errstate(divide="ignore"):
        least = ndtr(np.log(np.maximum(-filed, 0.0) / np.maximum(lag, _TINY)) / spread + spread / 2)
    first = True

    def give() -> tuple[Floats, Floats]:
        nonlocal first
        z, u = chance()
        if first:
            first = False
            later = ndtri(np.clip(least + (1.0 - least) * ndtr(z), 1e-7, 1 - 1e-7))
            z = np.where(least > 0, later, z).astype(_F)
        return z, u

    return give


def play(
    ways: Ways, shares: Floats, later: Floats, from_week: int, cover: Floats, draws: Mapping[str, Floats], repeats: int
) -> Floats:
    """Share of each week that each part loses, (P, W, C).

    Args:
        ways: The sources.
        shares: Share of each source in each part, (P, S).
        later: The same from a week on.
        from_week: That week.
        cover: Own stock, weeks of use, (P,).
        draws: ``backlog_rate`` and ``order_cap``, (D,) each.
        repeats: Columns a draw.
    """
    rate, cap = (np.repeat(draws[name], repeats).astype(_F) for name in ("backlog_rate", "order_cap"))
    weeks, columns = ways.open.shape[1:]
    target = np.repeat(cover[:, None], columns, axis=1).astype(_F)
    stock = target.copy()
    lost = np.empty((len(cover), weeks, columns), _F)
    rows = np.arange(len(ways.controlled))
    for week in range(weeks):
        split = (shares if week < from_week else later).astype(_F)
        spell = np.maximum((ways.start <= week).sum(axis=0) - 1, 0)
        want = order(stock, target, _F(1), rate, cap)
        first = ways.open[:, week]
        got = first + np.where(ways.served[spell, rows] <= week, (1 - first) * ways.fill[:, week], _F(0))
        stock += want * (split @ got)
        lost[:, week] = consume(stock, _F(1))
    return lost

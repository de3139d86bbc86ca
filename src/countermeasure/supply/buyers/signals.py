"""What the chain brings to buyers: arrivals by group, open to all or under license, and how licenses come to a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.buyers.step import Permits
from countermeasure.supply.controls.plan import FREE, LISTED, LOOK_ALIKE, OF_CONTENT
from countermeasure.supply.flow.queueing import listed_share
from countermeasure.supply.flow.tracking import Content
from countermeasure.supply.flow.transit import Transit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.cube import Cube
    from countermeasure.supply.flow.simulate import Simulation

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = [
    "DIRECT",
    "IMPORTED",
    "MADE",
    "SIGNALS",
    "Group",
    "Signals",
    "arrivals",
    "level_of",
    "permits_of",
    "row_of",
    "signals_of",
]

SIGNALS = ("flows", "made", "price")
"""Series of a simulation that buyers need: ``simulate(..., keep=(*KEPT, *SIGNALS))``."""
MADE, IMPORTED, DIRECT = "made here", "imported", "direct"
"""Ways of supply: parts made in the region, of magnets of one grade; parts from abroad; direct use of an oxide."""

_DELAYS = 3
"""Stages between the short-run and the long-run answer to a price, as in the chain."""
_LEAST = 1e-9
_F = np.float32


@dataclass(frozen=True, slots=True)
class Group:
    """A market: buyers who are supplied alike.

    Attributes:
        way: ``made here``, ``imported`` or ``direct``.
        product: The grade of magnet, the part or the oxide.
        region: Where it is used.
    """

    way: str
    product: str
    region: str

    def __str__(self) -> str:
        return f"{self.product} {self.region}, {self.way}"


@dataclass(frozen=True)
class Signals:
    """What the chain brings to groups; G groups, W weeks, D draws; single precision.

    Attributes:
        free: Arrivals open to all, relative to normal, (G, W, D).
        licensed: Arrivals of goods sent under a license, likewise.
        free_share: Share of normal supply that no control of the plan touches, (G,).
        permits: How licenses come.
    """

    free: Floats
    licensed: Floats
    free_share: Floats
    permits: Permits


def level_of(simulation: Simulation) -> Floats:
    """Factor on all normal flows, (D,)."""
    draws = simulation.draws
    return np.asarray(draws["level"] if "level" in draws else np.ones(len(draws["approval"])))


def row_of(cube: Cube, **chosen: str) -> Floats:
    """The part of a cube with the chosen labels, without a copy."""
    place: tuple[Any, ...] = tuple(cube.labels(a).index(chosen[a]) if a in chosen else slice(None) for a in cube.names)
    return np.asarray(cube.values[place])


def arrivals(simulation: Simulation) -> tuple[Floats, Floats]:
    """Arrivals by edge relative to normal, open to all and under license, (E, W, D) each.

    Goods are under license if their edge was controlled when they left; trade declared before the control clears for all.

    Raises:
        InputError: If the simulation kept no flows.
    """
    net, plan, draws = simulation.network, simulation.plan, simulation.draws
    cube = simulation["flows"]
    at: tuple[Any, ...] = tuple(
        np.array([cube.labels(axis).index(edge[i]) for edge in net.edges])
        for i, axis in enumerate(("product", "origin", "region"))
    )
    level = level_of(simulation)[None, :]
    normal = net.flow[:, None] * level
    under = np.zeros((plan.weeks, len(net.edges), 1))
    under[:, plan.edges, 0] = plan.kind != FREE
    open_way, license_way = (Transit(net, draws["transit_scale"][None, :], level, np.float64) for _ in range(2))
    license_way.ring[:] = 0.0
    found = np.empty((2, len(net.edges), plan.weeks, normal.shape[1]), _F)
    for week in range(plan.weeks):
        sent = cube.values[:, week][(slice(None), *at)].T
        licensed = under[week] * sent
        licensed[plan.edges] *= 1.0 - _declared(plan, week, draws)
        for part, way, goods in ((0, open_way, sent - licensed), (1, license_way, licensed)):
            np.divide(way.due(week), normal, out=found[part, :, week], casting="same_kind")
            way.send(week, goods)
    return found[0], found[1]


def _declared(plan: Plan, week: int, draws: Mapping[str, Floats]) -> Floats:
    """Share of a week's dispatch that was declared before the control, (C, D) or (1, 1)."""
    weeks = draws.get("clearing_weeks")
    if weeks is None or plan.kind[0].any():
        return np.zeros((1, 1))
    return np.asarray(np.exp(-(plan.since[week][:, None] + 0.5) / np.maximum(weeks, _LEAST)))


def signals_of(simulation: Simulation, groups: Sequence[Group]) -> Signals:
    """What arrives for each group, week by week and draw by draw.

    Raises:
        InputError: If the simulation did not keep ``SIGNALS``.
    """
    net, plan = simulation.network, simulation.plan
    free, licensed = arrivals(simulation)
    shape = (len(groups), plan.weeks, free.shape[2])
    open_, under, share = np.zeros(shape, _F), np.zeros(shape, _F), np.ones(len(groups))
    controlled = np.zeros(len(net.edges), dtype=bool)
    controlled[plan.edges] = (plan.kind != FREE).any(axis=0)
    edges_of = [np.flatnonzero(net.target == net.node_at[group.product, group.region]) for group in groups]
    came, under_license = _at_nodes(simulation, free), _at_nodes(simulation, licensed)
    for g, (group, edges) in enumerate(zip(groups, edges_of, strict=True)):
        home, gone, used, through = _home(simulation, group, float(net.flow[edges].sum()))
        node = net.node_at[group.product, group.region]
        first, second = came[node] + home, under_license[node]
        stays = np.clip(1.0 - gone / np.maximum(first + second, _LEAST), 0.0, 1.0)
        open_[g], under[g] = first * stays / used, second * stays / used
        share[g] = 1.0 - float(net.flow[edges[controlled[edges]]].sum()) / through
    return Signals(open_, under, share, permits_of(simulation, edges_of))


def _at_nodes(simulation: Simulation, arrived: Floats) -> Floats:
    """Arrivals by node, t a week at the level of the tables, (N, W, D); regions that share, share."""
    net, plan = simulation.network, simulation.plan
    into = net.into.astype(_F) * net.flow.astype(_F)[None, :]
    found: Floats = (into @ arrived.reshape(len(arrived), -1)).reshape(-1, *arrived.shape[1:])
    for pool in plan.pools:
        weeks = np.flatnonzero(pool.live)
        place = np.ix_(pool.nodes, weeks)
        found[place] = pool.weights.astype(_F)[:, None, None] * found[place].sum(axis=0)
    return found


def answers_to_price(simulation: Simulation, products: Sequence[str]) -> Floats:
    """Factor on the direct use of oxides outside China: what users do without at the week's price, (products, W, D).

    The chain's own answer, from the prices it kept, so that use given up for its price does not count as a stoppage.
    """
    draws, cube = simulation.draws, simulation["price"]
    short, long = draws["elasticity_short"], draws["elasticity_long"]
    pace = _DELAYS / draws["elasticity_weeks"]
    found = np.ones((len(products), simulation.plan.weeks, len(short)), _F)
    for row, product in enumerate(products):
        price = np.log(row_of(cube, product=product, market="outside").T.astype(np.float64))
        drift = np.zeros((_DELAYS, len(short)))
        for week in range(1, len(price)):
            found[row, week] = np.exp(short * price[week - 1] + (long - short) * drift[-1])
            for stage in range(_DELAYS - 1, 0, -1):
                drift[stage] += (drift[stage - 1] - drift[stage]) * pace
            drift[0] += (price[week - 1] - drift[0]) * pace
    return found


def _home(simulation: Simulation, group: Group, imports: float) -> tuple[Floats, Floats, float, float]:
    """What a region makes and is given, and sends abroad, (W, D) each; its normal use and normal supply, t a week."""
    net, plan, level = simulation.network, simulation.plan, level_of(simulation)
    node = net.node_at[group.product, group.region]
    given = plan.additions[:, node][:, None] / level
    if simulation.supply is not None:
        given = given + simulation.supply.tonnes[simulation.supply.nodes == node].sum(axis=0) / level
    if group.way == IMPORTED:
        return given, np.zeros_like(given), imports, imports
    made = row_of(simulation["made"], product=group.product, region=group.region).T / level
    gone = np.zeros_like(made)
    if (net.source == node).any():
        gone = row_of(simulation["flows"], product=group.product, origin=group.region).sum(axis=2).T / level
    at = int(net.product[node]), int(net.region[node])
    return made + given, gone, float(net.base.used[at]), float(net.base.through[at])


def permits_of(simulation: Simulation, edges_of: Sequence[Ints]) -> Permits:
    """How licenses come to groups of edges: practice weighted by normal flow.

    Args:
        simulation: Its plan and draws are used.
        edges_of: Edges of each group.
    """
    net, plan, draws = simulation.network, simulation.plan, simulation.draws
    count, weeks, size = len(edges_of), plan.weeks, len(draws["approval"])
    members = [np.flatnonzero(np.isin(plan.edges, edges)) for edges in edges_of]
    active = np.stack([(plan.kind[:, m] != FREE).any(axis=1) for m in members], axis=1)
    spells = [_spells(active[:, g]) for g in range(count)]
    most = max(1, *(len(s) for s in spells))
    start, need = np.full((most, count), np.inf, _F), np.zeros((most, count, size), _F)
    approval, lag = np.full((weeks, count), np.nan, _F), np.full((weeks, count), np.nan, _F)
    allowed, general = np.ones((weeks, count), _F), np.zeros((weeks, count), _F)
    transit = np.zeros((count, size), _F)
    parts = _parts(simulation)
    for g, m in enumerate(members):
        if not len(m):
            continue
        flow = net.flow[plan.edges[m]]
        weight = np.where(plan.kind[:, m] != FREE, flow, 0.0)
        total = np.maximum(weight.sum(axis=1), _LEAST)
        approval[:, g], lag[:, g] = _mean(plan.approval[:, m], weight), _mean(plan.lag[:, m], weight)
        allowed[:, g] = 1.0 - (weight * plan.ban[:, m]).sum(axis=1) / total
        general[:, g] = (weight * plan.general[:, m]).sum(axis=1) / total
        central, low, high = net.weeks[:, plan.edges[m], None]
        transit[g] = np.average(np.clip(central * draws["transit_scale"], low, high), axis=0, weights=flow)
        for s, (a, b) in enumerate(spells[g]):
            start[s, g] = a - plan.since[a, m].max()
            for week in _turns(plan.kind[a:b, m]) + a:
                part = np.stack([parts(int(c), int(plan.kind[week, c])) for c in m])
                need[s, g] = np.maximum(need[s, g], weight[week] @ part / total[week])
    return Permits(start, active, approval, allowed, lag, general, need, transit)


def _spells(active: np.ndarray[Any, np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Runs of weeks, [first, last + 1)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _turns(kind: np.ndarray[Any, np.dtype[np.int8]]) -> Ints:
    """Weeks in which a row differs from the one before, the first included."""
    return np.concatenate(([0], np.flatnonzero((kind[1:] != kind[:-1]).any(axis=1)) + 1))


def _mean(values: Floats, weight: Floats) -> Floats:
    """Weighted mean over edges of what is given, (W,); nan where nothing is."""
    some = np.where(np.isnan(values), 0.0, weight)
    total = some.sum(axis=1)
    return np.asarray(np.where(total > 0, (some * np.nan_to_num(values)).sum(axis=1) / np.maximum(total, _LEAST), np.nan))


def _parts(simulation: Simulation) -> Callable[[int, int], Floats]:
    """Share of an edge's goods that need a license, by its place in the plan and kind of control, (D,)."""
    net, plan, draws = simulation.network, simulation.plan, simulation.draws
    share = draws["controlled_share"]
    one = np.ones_like(share)
    base = listed_share(net, plan)
    listed = np.minimum(1.0, share / max(base, _LEAST))
    look = np.clip((share - base) / max(1.0 - base, _LEAST), 0.0, 1.0)
    content = Content(net, 1).share[:, 0] if (plan.kind == OF_CONTENT).any() else None

    def part(place: int, kind: int) -> Floats:
        edge = plan.edges[place]
        if kind == LISTED:
            return np.asarray(listed if net.chain.products[net.edges[edge][0]].looks_like else one)
        if kind == LOOK_ALIKE:
            return np.asarray(look)
        return np.asarray(one * content[net.source[edge]] if kind == OF_CONTENT and content is not None else 0.0 * one)

    return part

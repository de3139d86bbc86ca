"""Buyers: why totals mislead. Licenses come buyer by buyer, so that some stop while exports are at a record.

The chain's weekly flows say what arrives; here it is shared among a sample of buyers, each with his own stock and licenses. The
stocks that the chain keeps in a region are the sum of its buyers' stocks, so that buyers are fed by what arrives and by magnets
made at home, not by what leaves those stocks: else they would be counted twice. Buyers in China are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import to_date
from countermeasure.errors import InputError
from countermeasure.supply.buyers.signals import DIRECT, IMPORTED, MADE, SIGNALS, Group, answers_to_price, signals_of
from countermeasure.supply.buyers.step import Crowd, Kept, Luck, Permits, run_crowd
from countermeasure.supply.chain.model import YEAR
from countermeasure.supply.chain.network import HOME
from countermeasure.supply.cube import Cube
from countermeasure.supply.flow.simulate import week_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from scipy.sparse import csr_array

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.flow.simulate import Simulation

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["READINGS", "SIGNALS", "STATES", "Buyers", "BuyersResult", "buyers_for", "run_buyers"]

READINGS = {"implied": "buyer_cover_weeks", "reported": "buyer_reported_cover_weeks"}
"""Readings of own stock, and the parameter of each: what the first stoppages of 2025 imply, or what firms report."""
STATES = ("applied", "approved", "pending", "refused")
"""States of a buyer who needs a license: first application filed; granted; no decision yet; decided, and not granted so far."""
FIRST = 0.01
"""Share of buyers that must have stopped for a first stoppage: single buyers with next to no stock stop as soon as anything is
late, how many there are depends on the sample, and nobody reports them. A judgement."""
DIRECT_SHARE = 0.1
"""Share of the sample for direct users of oxides beyond one of each kind. A judgement: their number is not known."""
CHANCES = ("lag_weeks", "approval", "license_spread")
BLOCK = 25
"""Draws that are run together; the numbers do not depend on it."""


@dataclass(frozen=True)
class Buyers:
    """A sample of buyers, by group; B buyers, C cells, G groups.

    Attributes:
        groups: Markets.
        cells: (industry, region, product, way) of each cell; the way is a grade of magnet, ``imported`` or ``direct``.
        cell: Cell of each buyer, (B,).
        group: Group of each buyer, ascending, (B,).
        tonnes: Normal use of each buyer, t a week, (B,).
        factor: Factor on the median cover, (B,): weeks of stock that the way holds in the region, relative to the usual region.
    """

    groups: tuple[Group, ...]
    cells: tuple[tuple[str, str, str, str], ...]
    cell: Ints
    group: Ints
    tonnes: Floats
    factor: Floats

    def __len__(self) -> int:
        return len(self.cell)


def buyers_for(network: Network, count: int = 2000) -> Buyers:
    """A sample of the buyers outside China: one at least for each industry, region, product and way, the rest by tonnage.

    Direct users of oxides share ``DIRECT_SHARE`` of the rest: a tonne of cerium oxide is no tonne of magnet.

    Raises:
        InputError: If there are fewer buyers than cells.
    """
    cells: dict[tuple[str, str, str, str], tuple[Group, float]] = {}
    for row in network.chain.demand:
        if row.region == HOME:
            continue
        for way, group, share in _ways(network, row.product, row.region):
            key = (row.industry, row.region, row.product, way)
            cells[key] = (group, cells.get(key, (group, 0.0))[1] + share * row.tonnes_year / YEAR)
    cells = {key: cell for key, cell in cells.items() if cell[1] > 1e-9}
    if count < len(cells):
        raise InputError(
            f"{count} buyers for {len(cells)} kinds of buyers", code="bad_size", cure=f"Ask for at least {len(cells)}."
        )
    names = sorted(cells, key=lambda key: (str(cells[key][0]), key))
    tonnes = np.array([cells[key][1] for key in names])
    direct = np.array([cells[key][0].way == DIRECT for key in names])
    counts = _counts(tonnes, direct, count)
    groups = tuple(dict.fromkeys(cells[key][0] for key in names))
    place = {group: i for i, group in enumerate(groups)}
    cell = np.repeat(np.arange(len(names)), counts)
    at = np.array([place[cells[key][0]] for key in names], dtype=np.int64)
    factor = np.array([_cover_factor(network, cells[key][0]) for key in names])
    return Buyers(groups, tuple(names), cell, at[cell], (tonnes / counts)[cell], factor[cell])


def _ways(network: Network, product: str, region: str) -> list[tuple[str, Group, float]]:
    """How use of a product in a region is supplied, with the share of each way."""
    chain = network.chain
    if chain.products[product].stage != "component":
        return [(DIRECT, Group(DIRECT, product, region), 1.0)]
    home = chain.sourcing[product, region].get(region, 0.0)
    recipe = chain.recipes[product]
    total = sum(recipe.values())
    made = [(grade, Group(MADE, grade, region), home * part / total) for grade, part in recipe.items() if part * home > 0]
    return [*made, (IMPORTED, Group(IMPORTED, product, region), 1.0 - home)]


def _counts(tonnes: Floats, direct: np.ndarray[Any, np.dtype[np.bool_]], count: int) -> Ints:
    """Buyers a cell: one each, the rest by largest remainder within direct use and the rest of use."""
    counts: Ints = np.ones(len(tonnes), dtype=np.int64)
    spare = count - len(tonnes)
    to_direct = round(DIRECT_SHARE * spare) if direct.any() and not direct.all() else spare * int(direct.any())
    for rows, size in ((np.flatnonzero(direct), to_direct), (np.flatnonzero(~direct), spare - to_direct)):
        exact = tonnes[rows] / tonnes[rows].sum() * size if len(rows) else tonnes[rows]
        whole = np.floor(exact).astype(np.int64)
        counts[rows] += whole
        counts[rows[np.argsort(whole - exact, kind="stable")[: size - int(whole.sum())]]] += 1
    return counts


def _cover_factor(network: Network, group: Group) -> float:
    """Weeks of stock that the chain holds in a region for a way, relative to magnets and parts of the usual region."""
    cover = network.chain.cover

    def usual(stage: str) -> float:
        return cover.get((stage, "*"), float(np.median([cover[stage, r] for r in network.regions])))

    stages = {MADE: ("magnet", "component"), IMPORTED: ("component",), DIRECT: ("oxide",)}[group.way]
    return sum(cover[s, group.region] for s in stages) / (usual("magnet") + usual("component"))


@dataclass(frozen=True)
class BuyersResult:
    """What came out for buyers outside China.

    Attributes:
        buyers: The sample.
        reading: Reading of own stock: ``implied`` or ``reported``.
        seed: Seed of the buyers' chances.
        day0: Epoch day of the Monday of week 0.
        cubes: ``stopped`` (share of use whose buyers stopped) and ``lost_output`` (share of output lost and not made up later),
            by draw, week, industry and region; ``stopped_buyers``, by draw, week and region; ``first_stoppage``, the first week
            with 1 % of buyers stopped, by draw and region or ``all`` outside China, nan where there is none;
            ``lost_by_quarter``, by draw, quarter, industry and region; ``license_state``, shares of the buyers who need a
            license, by draw, week, region and state, nan where none does; ``fill`` (share of orders of licensed goods met) and
            ``orders`` (relative to normal use), by draw, week and group.
    """

    buyers: Buyers
    reading: str
    seed: int
    day0: int
    cubes: Mapping[str, Cube]

    def __getitem__(self, name: str) -> Cube:
        """One result.

        Raises:
            InputError: If there is none of that name.
        """
        if name not in self.cubes:
            raise InputError(f"there is no {name!r}", code="unknown_series", cure=f"There are {', '.join(self.cubes)}.")
        return self.cubes[name]


def run_buyers(
    simulation: Simulation,
    count: int = 2000,
    seed: int = 1,
    reading: str = "implied",
    executor: Executor | None = None,
    *,
    block: int = BLOCK,
) -> BuyersResult:
    """Share what a simulation brings among buyers, week by week.

    Args:
        simulation: Run with ``keep=(*KEPT, *SIGNALS)``.
        count: Buyers in the sample.
        seed: Seed of what chance gives each buyer; the same seed gives the same numbers whatever the executor or block.
        reading: Own stock as the first stoppages of 2025 imply it (``implied``) or as firms report it (``reported``).
        executor: Any ``concurrent.futures.Executor`` for blocks of draws; none runs them here.
        block: Draws a block.

    Raises:
        InputError: If the reading is unknown, the sample too small, or the simulation did not keep what is needed.
    """
    if reading not in READINGS:
        raise InputError(f"unknown reading {reading!r}", code="unknown_reading", cure=f"There are {' and '.join(READINGS)}.")
    net, draws = simulation.network, simulation.draws
    buyers = buyers_for(net, count)
    signals = signals_of(simulation, buyers.groups)
    crowd, cells = _crowd(simulation, buyers, signals.free_share)
    answers = answers_to_price(simulation, _answering(buyers))
    answers = np.concatenate([answers, np.ones((1, *answers.shape[1:]), answers.dtype)])
    par = {name: draws[name] for name in ("backlog_rate", "order_cap", "buyer_cover_spread", *CHANCES)}
    par["cover"] = draws[READINGS[reading]]
    jobs = []
    for a in range(0, len(par["cover"]), block):
        part = slice(a, a + block)
        permits = replace(signals.permits, need=signals.permits.need[..., part], transit=signals.permits.transit[:, part])
        numbers = range(len(par["cover"]))[part]
        arrays = (signals.free[..., part], signals.licensed[..., part])
        jobs.append(
            partial(_block, crowd, permits, *arrays, {n: v[part] for n, v in par.items()}, answers[..., part], seed, numbers)
        )
    runs = [job() for job in jobs] if executor is None else [f.result() for f in [executor.submit(job) for job in jobs]]
    kept = Kept(*(np.concatenate([getattr(r, name) for r in runs], axis=-1) for name in Kept.__slots__))
    return BuyersResult(buyers, reading, seed, simulation.plan.day0, _cubes(simulation, buyers, cells, kept))


def _block(
    crowd: Crowd,
    permits: Permits,
    free: Floats,
    licensed: Floats,
    par: Mapping[str, Floats],
    answers: Floats,
    seed: int,
    draws: range,
) -> Kept:
    moved = answers if (answers != 1).any() else None
    return run_crowd(crowd, permits, free, licensed, par, Luck.of(seed, draws, len(crowd.group)), moved)


def _answering(buyers: Buyers) -> tuple[str, ...]:
    """Products whose users answer to their price."""
    return tuple(dict.fromkeys(group.product for group in buyers.groups if group.way == DIRECT))


def _crowd(simulation: Simulation, buyers: Buyers, free_share: Floats) -> tuple[Crowd, list[tuple[str, str]]]:
    """Buyers as arrays, and the (industry, region) that are reported."""
    net, plan = simulation.network, simulation.plan
    cells = sorted({(industry, region) for industry, region, _, _ in buyers.cells})
    regions = [r for r in net.regions if r != HOME]
    cell = np.array([cells.index((i, r)) for i, r, _, _ in buyers.cells])[buyers.cell]
    region = np.array([regions.index(r) for _, r, _, _ in buyers.cells])[buyers.cell]
    use = _use(net, plan, buyers)
    demand = None if (use == 1).all() else use[:, buyers.cell].astype(np.float32)
    sums = [
        _sums(buyers.group, buyers.tonnes, len(buyers.groups), mean=True),
        _sums(cell, buyers.tonnes, len(cells), mean=True),
        _sums(region, np.ones(len(buyers)), len(regions), mean=False),
    ]
    products = _answering(buyers)
    rows = [products.index(g.product) if g.way == DIRECT else len(products) for g in buyers.groups]
    answer = np.array(rows)[buyers.group]
    share = free_share[buyers.group].astype(np.float32)
    return Crowd(buyers.group, buyers.factor.astype(np.float32), share, demand, answer, *sums), cells


def _use(net: Network, plan: Plan, buyers: Buyers) -> Floats:
    """Factor on the use of each cell, (W, C): on final use of the product, and on the grade of magnet put into it."""
    use = plan.demand[:, np.array([net.node_at[product, region] for _, region, product, _ in buyers.cells])]
    if plan.ways is None:
        return use
    processes = np.flatnonzero(~net.is_mine).tolist()
    place = {(net.nodes[net.main[k]], net.products[net.product[net.inputs[k, 0]]]): k for k in processes}
    made = np.array([place.get(((product, region), way), -1) for _, region, product, way in buyers.cells])
    return np.asarray(use * np.where(made >= 0, plan.ways[:, made], 1.0))


def _sums(place: Ints, weight: Floats, rows: int, *, mean: bool) -> csr_array:
    """Matrix that sums or averages buyers by row, (rows, B)."""
    from scipy.sparse import csr_array

    whole = np.bincount(place, weight, rows) if mean else np.ones(rows)
    values = (weight / whole[place]).astype(np.float32)
    return csr_array((values, (place, np.arange(len(place)))), shape=(rows, len(place)))


def _cubes(simulation: Simulation, buyers: Buyers, cells: list[tuple[str, str]], kept: Kept) -> dict[str, Cube]:
    plan, draws = simulation.plan, simulation.draws
    regions = tuple(r for r in simulation.network.regions if r != HOME)
    industries = tuple(i for i in simulation.network.chain.industries if any(i == name for name, _ in cells))
    draw, week = ("draw", tuple(map(str, range(kept.count.shape[2])))), ("week", week_days(plan))
    by_cell = (("industry", industries), ("region", regions))
    at = tuple(np.array(x) for x in zip(*((industries.index(i), regions.index(r)) for i, r in cells), strict=True))

    def spread(values: Floats) -> Floats:
        full = np.full((len(industries), len(regions), *values.shape[1:]), np.nan, np.float32)
        full[at] = values
        return np.moveaxis(full, (3, 2), (0, 1))

    lost = kept.lost * (1.0 - draws["finish_later"].astype(np.float32))
    quarters, mean = _quarters(plan.day0, plan.weeks)
    quarterly = np.moveaxis(np.tensordot(mean, lost, (1, 1)), 0, 1)
    with np.errstate(invalid="ignore"):
        states = (
            np.stack([kept.states[1], kept.states[2], kept.states[1] - kept.states[2] - kept.states[3], kept.states[3]])
            / kept.states[0]
        )
    groups = ("group", tuple(map(str, buyers.groups)))
    found = (
        Cube("stopped", "share of use", (draw, week, *by_cell), spread(kept.stopped)),
        Cube("lost_output", "share of output", (draw, week, *by_cell), spread(lost)),
        Cube("stopped_buyers", "buyers", (draw, week, ("region", regions)), kept.count.transpose(2, 1, 0)),
        Cube("first_stoppage", "weeks", (draw, ("region", ("all", *regions))), _first(kept.count, buyers, regions)),
        Cube("lost_by_quarter", "share of output", (draw, ("quarter", quarters), *by_cell), spread(quarterly)),
        Cube(
            "license_state",
            "share of buyers",
            (draw, week, ("region", regions), ("state", STATES)),
            states.transpose(3, 2, 1, 0),
        ),
        Cube("fill", "share of orders", (draw, week, groups), kept.fill.transpose(2, 1, 0)),
        Cube("orders", "times normal use", (draw, week, groups), kept.orders.transpose(2, 1, 0)),
    )
    return {cube.name: cube for cube in found}


def _first(count: Floats, buyers: Buyers, regions: tuple[str, ...]) -> Floats:
    """First week in which enough buyers are stopped, (D, 1 + R): everywhere outside China, then by region."""
    size = np.bincount([regions.index(buyers.cells[c][1]) for c in buyers.cell], minlength=len(regions)).astype(float)
    stopped = np.concatenate([count.sum(axis=0, keepdims=True), count])
    reached = stopped >= FIRST * np.concatenate([[size.sum()], size])[:, None, None]
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan).T


def _quarters(day0: int, weeks: int) -> tuple[tuple[str, ...], Floats]:
    """Calendar quarters of the weeks' Thursdays, and the matrix that averages over them, (quarters, W)."""
    days = [to_date(day0 + 7 * w + 3) for w in range(weeks)]
    names = [f"{d.year}Q{(d.month + 2) // 3}" for d in days]
    quarters = tuple(dict.fromkeys(names))
    mean = np.array([[name == q for name in names] for q in quarters], dtype=np.float32)
    return quarters, mean / mean.sum(axis=1, keepdims=True)

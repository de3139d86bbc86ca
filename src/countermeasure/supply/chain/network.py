"""The chain as arrays: nodes (a product's stock in a region), processes that make, edges that carry.

Everything the weekly step needs is laid out once here; the step itself only adds, multiplies and takes minima.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.baseline import Baseline, work_out
from countermeasure.supply.chain.model import Chain, Transit

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["Network", "compile_network", "incidence"]

HOME = "CN"
"""The region whose exports are controlled."""

_LEAST = 1e-9
"""Flows below this, t a week, are no flow."""


@dataclass(frozen=True)
class Network:
    """A compiled chain. N nodes, K processes, E edges; flows in t a week.

    Attributes:
        chain: What it was compiled from.
        base: Its steady state.
        product: Product of each node, index into ``products``, (N,).
        region: Region of each node, (N,).
        through: What goes through each stock in a normal week, (N,).
        final: Final use at each node, (N,).
        cover: Weeks of normal stock, (N,).
        rate: Normal rate of each process, (K,); t of output, or of ore put in.
        main: Node each process fills first, (K,).
        is_mine: Processes without inputs, (K,).
        splits: Processes with several outputs (separation), (K,).
        uses: Tonnes taken from a node for a tonne of rate, (N, K).
        gives: Tonnes put into a node, (N, K), scrap included.
        inputs: Nodes each process takes from, padded with N, (K, width).
        make_share: Share of a node's want that goes to its process, (K,).
        source: Node each edge takes from, (E,).
        target: Node it fills, (E,).
        flow: Normal flow, (E,).
        edge_share: Share of the target's want, (E,).
        weeks: Transit weeks by edge: central, low, high, (3, E).
    """

    chain: Chain
    base: Baseline
    product: Ints
    region: Ints
    through: Array
    final: Array
    cover: Array
    rate: Array
    main: Ints
    is_mine: np.ndarray[Any, np.dtype[np.bool_]]
    splits: np.ndarray[Any, np.dtype[np.bool_]]
    uses: csr_array
    gives: csr_array
    inputs: Ints
    make_share: Array
    source: Ints
    target: Ints
    flow: Array
    edge_share: Array
    weeks: Array

    @property
    def products(self) -> tuple[str, ...]:
        """Product ids, in the order of ``product``."""
        return tuple(self.chain.products)

    @property
    def regions(self) -> tuple[str, ...]:
        """Region ids, in the order of ``region``."""
        return self.chain.regions

    @cached_property
    def nodes(self) -> tuple[tuple[str, str], ...]:
        """(product, region) of every node."""
        return tuple((self.products[p], self.regions[r]) for p, r in zip(self.product, self.region, strict=True))

    @cached_property
    def node_at(self) -> dict[tuple[str, str], int]:
        """Place of a node."""
        return {name: n for n, name in enumerate(self.nodes)}

    @cached_property
    def edges(self) -> tuple[tuple[str, str, str], ...]:
        """(product, origin, region) of every edge."""
        return tuple(
            (*self.nodes[s], self.nodes[t][1]) for s, t in zip(self.source.tolist(), self.target.tolist(), strict=True)
        )

    @cached_property
    def into(self) -> csr_array:
        """Sum of edges by their target, (N, E)."""
        return incidence(self.target, len(self.nodes))

    @cached_property
    def out_of(self) -> csr_array:
        """Sum of edges by their source, (N, E)."""
        return incidence(self.source, len(self.nodes))

    @cached_property
    def takes(self) -> csr_array:
        """What rates and dispatch take from each node, (N, K + E)."""
        from scipy.sparse import csr_array, hstack

        return csr_array(hstack([self.uses, self.out_of]))

    @cached_property
    def books(self) -> csr_array:
        """What rates put into each node, and below it what dispatch puts on its way to each node, (2 N, K + E)."""
        from scipy.sparse import block_diag, csr_array

        return csr_array(block_diag([self.gives, self.into]))

    @cached_property
    def final_nodes(self) -> Ints:
        """Nodes with final use, (F,)."""
        return np.flatnonzero(self.final > 0)

    @cached_property
    def split_outs(self) -> tuple[tuple[int, Ints], ...]:
        """Separation processes, each with the nodes it fills."""
        gives = self.gives.tocsc()
        return tuple(
            (int(k), gives.indices[gives.indptr[k] : gives.indptr[k + 1]].astype(np.int64)) for k in np.flatnonzero(self.splits)
        )

    def stage_nodes(self, *stages: str) -> Ints:
        """Nodes of some stages."""
        of = [self.chain.products[p].stage for p in self.products]
        return np.array([n for n, p in enumerate(self.product) if of[p] in stages], dtype=np.int64)


def incidence(place: Ints, nodes: int) -> csr_array:
    """Matrix that sums rows by their node, (nodes, rows)."""
    from scipy.sparse import csr_array

    edges = len(place)
    return csr_array((np.ones(edges), (place, np.arange(edges))), shape=(nodes, edges))


@lru_cache(maxsize=8)
def _shipped() -> Network:
    return _compile(Chain.shipped())


def compile_network(chain: Chain | None = None) -> Network:
    """Compile a chain; without one the shipped chain, kept for the next question.

    Raises:
        InputError: If the tables do not balance.
    """
    return _shipped() if chain is None or chain is Chain.shipped() else _compile(chain)


def _compile(chain: Chain) -> Network:
    base = work_out(chain)
    through = base.through
    product, region = np.nonzero(through > _LEAST)
    node = {(int(p), int(r)): n for n, (p, r) in enumerate(zip(product, region, strict=True))}
    products, regions = tuple(chain.products), chain.regions
    cover = np.array([chain.cover[chain.products[products[p]].stage, regions[r]] for p, r in zip(product, region, strict=True)])
    edges = [
        (node[int(p), int(o)], node[int(p), int(r)], float(base.flows[p, o, r]))
        for p, o, r in zip(*np.nonzero(base.flows > _LEAST), strict=True)
        if o != r
    ]
    edges.sort(key=lambda e: (*_sailing(chain.transit[regions[region[e[0]]], regions[region[e[1]]]]), e[0], e[1]))
    source, target = (np.array([e[i] for e in edges], dtype=np.int64) for i in (0, 1))
    flow = np.array([e[2] for e in edges])
    transits = [chain.transit[regions[region[s]], regions[region[t]]] for s, t in zip(source, target, strict=True)]
    flat = through[product, region]
    return Network(
        chain,
        base,
        product,
        region,
        flat,
        base.final[product, region],
        cover,
        **_processes(chain, base, node),
        source=source,
        target=target,
        flow=flow,
        edge_share=flow / flat[target],
        weeks=np.array([[t.weeks, t.low, t.high] for t in transits]).T.reshape(3, len(edges)),
    )


def _sailing(transit: Transit) -> tuple[int, bool]:
    """What edges are grouped by: whole weeks under way, and whether they vary."""
    return max(round(transit.weeks), 1), transit.high > transit.low


def _processes(chain: Chain, base: Baseline, node: dict[tuple[int, int], int]) -> dict[str, Any]:
    """Mines, separation and making, as rates with their inputs and outputs."""
    from scipy.sparse import csr_array

    products, regions = tuple(chain.products), chain.regions
    place = {p: i for i, p in enumerate(products)}
    taken: list[dict[int, float]] = []
    given: list[dict[int, float]] = []
    rates: list[float] = []
    kinds: list[tuple[bool, bool]] = []
    scrap_of = _scrap_per_magnet(chain, base)
    for p, product in enumerate(products):
        stage = chain.products[product].stage
        for r, region in enumerate(regions):
            if stage == "ore" and base.mined[p, r] > _LEAST:
                taken.append({})
                given.append({node[p, r]: 1.0})
                rates.append(float(base.mined[p, r]))
                kinds.append((True, False))
            if stage == "ore" and (product, region) in chain.separation and base.used[p, r] > _LEAST:
                recovery = chain.separation[product, region][1]
                outputs = {
                    node[place[o], r]: share * recovery
                    for o, share in chain.deposits[product].items()
                    if o != "other" and (place[o], r) in node
                }
                taken.append({node[p, r]: 1.0})
                given.append(outputs)
                rates.append(float(base.used[p, r]))
                kinds.append((False, True))
            for inputs, part in _ways(chain, product) if base.made[p, r] > _LEAST else ():
                taken.append({node[place[i], r]: a for i, a in inputs.items()})
                given.append({node[p, r]: 1.0} | {node[q, r]: a for q, a in scrap_of.get((p, r), {}).items() if (q, r) in node})
                rates.append(part * float(base.made[p, r]))
                kinds.append((False, False))
    count, nodes = len(rates), len(node)

    def matrix(sides: list[dict[int, float]]) -> csr_array:
        cells = [(n, k, a) for k, side in enumerate(sides) for n, a in side.items()]
        rows, columns, values = (list(x) for x in zip(*cells, strict=True))
        return csr_array((values, (rows, columns)), shape=(nodes, count))

    width = max(1, *(len(t) for t in taken))
    padded = np.array([[*t, *[nodes] * (width - len(t))] for t in taken], dtype=np.int64)
    through = base.through
    main, share = [], []
    for k, side in enumerate(given):
        first = next(iter(side))
        p, r = next(key for key, n in node.items() if n == first)
        main.append(first)
        share.append(rates[k] * side[first] / float(through[p, r]) if not kinds[k][1] else 1.0)
    mines, splits = (np.array([kind[i] for kind in kinds]) for i in (0, 1))
    return {
        "rate": np.array(rates),
        "main": np.array(main),
        "is_mine": mines,
        "splits": splits,
        "uses": matrix(taken),
        "gives": matrix(given),
        "inputs": padded,
        "make_share": np.array(share),
    }


def _ways(chain: Chain, product: str) -> list[tuple[dict[str, float], float]]:
    """Ways to make a product, each with its inputs and its part of the output.

    Metals and magnets need all their inputs. Components hold one magnet grade or another, so that each grade is a way of its
    own: a shortage of one grade does not stop the parts that hold the other.
    """
    recipe = {i: a for i, a in chain.recipes.get(product, {}).items() if a > 0}
    if chain.products[product].stage != "component":
        return [(recipe, 1.0)] if recipe else []
    total = sum(recipe.values())
    return [({i: total}, a / total) for i, a in recipe.items()]


def _scrap_per_magnet(chain: Chain, base: Baseline) -> dict[tuple[int, int], dict[int, float]]:
    """Recycled oxide for a tonne of magnet made, by (magnet, region): scrap comes back as magnets are made.

    A region that makes no magnets gets its recycled oxide from nowhere: that is a fault of the tables, and is left out of the
    flows (the balance check would tell).
    """
    products, regions = tuple(chain.products), chain.regions
    magnets = [p for p, name in enumerate(products) if chain.products[name].stage == "magnet"]
    found: dict[tuple[int, int], dict[int, float]] = {}
    for (product, region), tonnes in chain.recycling.items():
        r = regions.index(region)
        total = float(base.made[magnets, r].sum())
        if tonnes <= 0 or total <= _LEAST:
            continue
        for m in magnets:
            if base.made[m, r] > _LEAST:
                found.setdefault((m, r), {})[products.index(product)] = tonnes / 52.0 / total
    return found

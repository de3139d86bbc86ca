"""What is done to the chain week by week: which edges are controlled, how permits are given, what is added.

A plan is plain arrays over weeks; it knows neither law nor file. ``controls`` makes it from the book and from dated practice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from countermeasure.supply.chain.network import Network

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["FREE", "LISTED", "LOOK_ALIKE", "OF_CONTENT", "Plan", "PooledNodes", "Precision", "Quota", "free_plan"]

Precision: TypeAlias = "type[np.floating[Any]]"
"""Precision of the arithmetic."""
FREE, LISTED, LOOK_ALIKE, OF_CONTENT = 0, 1, 2, 3
"""Kinds of an edge in a week: no license; listed goods; goods that look like them; foreign goods of listed content."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A cap on the sum of some edges.

    Attributes:
        edges: Places of the edges.
        cap: Most tonnes a week, (W,); inf where there is none.
        leak: Share of what is above the cap that goes out all the same.
    """

    edges: Ints
    cap: Array
    leak: float = 0.0


@dataclass(frozen=True, slots=True)
class PooledNodes:
    """Regions that share what arrives of a product.

    Attributes:
        nodes: Places of the nodes, (m,).
        weights: Shares of the sum, (m,).
        live: Weeks in which they share, (W,).
    """

    nodes: Ints
    weights: Array
    live: np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Plan:
    """Controls and changes over W weeks, C edges that are ever touched, N nodes.

    Attributes:
        day0: Epoch day of the Monday of week 0.
        weeks: W.
        edges: Edges that are ever touched, (C,), ascending.
        kind: ``FREE``, ``LISTED``, ``LOOK_ALIKE`` or ``OF_CONTENT``, (W, C).
        since: Weeks since the control on an edge began, (W, C); 0 where free.
        approval: Share ever granted, (W, C); nan takes the parameter.
        throughput: Permits a week relative to normal trade, (W, C); nan takes the parameters.
        lag: Weeks to a decision, (W, C); nan takes the parameter.
        hold_up: Share of look-alikes held, (W, C); nan takes the parameters.
        general: Share of applications under a general license, (W, C).
        ban: Nothing passes, (W, C).
        additions: Supply added, t a week, (W, N).
        demand: Factor on final use, (W, N).
        quotas: Caps on sums of edges.
        tiers: Order in which edges are served, (E,); ``None`` for pro rata.
        home_tier: Tier of the stock's own region.
        ways: Factor on the processes that make components with one grade or another, (W, K); ``None`` if nothing moves.
        pools: Regions that share arrivals.
        notes: What the plan leaves out or assumes, in words.
    """

    day0: int
    weeks: int
    edges: Ints
    kind: np.ndarray[Any, np.dtype[np.int8]]
    since: Array
    approval: Array
    throughput: Array
    lag: Array
    hold_up: Array
    general: Array
    ban: np.ndarray[Any, np.dtype[np.bool_]]
    additions: Array
    demand: Array
    quotas: tuple[Quota, ...] = ()
    tiers: Ints | None = None
    home_tier: int = 0
    ways: Array | None = None
    pools: tuple[PooledNodes, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def adds(self) -> bool:
        """Whether any supply is added."""
        return bool(self.additions.any())

    @property
    def follows_content(self) -> bool:
        """Whether any control asks for Chinese content."""
        return bool((self.kind == OF_CONTENT).any())

    def with_changes(self, additions: Array | None = None, demand: Array | None = None) -> Plan:
        """The plan with supply added and demand multiplied, (W, N) each."""
        return replace(
            self,
            additions=self.additions if additions is None else self.additions + additions,
            demand=self.demand if demand is None else self.demand * demand,
        )


def free_plan(network: Network, day0: int, weeks: int, edges: Ints | None = None) -> Plan:
    """A plan under which nothing is controlled and nothing changes."""
    touched = np.array([], dtype=np.int64) if edges is None else np.sort(edges)
    shape = (weeks, len(touched))
    nodes = (weeks, len(network.nodes))
    return Plan(
        day0,
        weeks,
        touched,
        np.zeros(shape, dtype=np.int8),
        np.zeros(shape),
        approval=np.full(shape, np.nan),
        throughput=np.full(shape, np.nan),
        lag=np.full(shape, np.nan),
        hold_up=np.full(shape, np.nan),
        general=np.zeros(shape),
        ban=np.zeros(shape, dtype=np.bool_),
        additions=np.zeros(nodes),
        demand=np.ones(nodes),
    )

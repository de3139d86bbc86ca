"""The weekly step, for a block of draws at once. Arrays are (rows, B): nodes, processes or edges by draws.

In a week goods arrive; every stock works out what it wants; wants become orders to suppliers and rates of making; licenses
bound what may leave; stocks are shared among those who claim from them; what is made and sent is booked. Nothing is created: a
stock changes by arrivals, additions, output, use and dispatch alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import incidence
from countermeasure.supply.flow.queueing import LicenseQueue, Quotas
from countermeasure.supply.flow.tracking import Content, Prices
from countermeasure.supply.flow.transit import Transit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan, Precision
    from countermeasure.supply.flow.record import Recorder
    from countermeasure.supply.projects.drawn import DrawnSupply

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Step", "Week", "run_block"]

_SWITCH_EVERY = 4
"""Weeks between two looks at who delivers."""
_TINY = 1e-12


@dataclass(slots=True)
class Week:
    """What happened in a week; arrays are reused, a recorder copies what it keeps.

    Attributes:
        stock: Stock at the time of decision, (N, B).
        arrived: Arrivals by edge, (E, B).
        inflow: Arrivals by node, (N, B).
        rate: Rates of the processes, (K, B).
        sent: Dispatch by edge, (E, B).
        final: Final use served at the nodes that have any, (F, B).
        wanted: Final use wanted at them at the week's prices, (F, B).
        needed: Final use they would want at normal prices, (F, B).
        added: Supply added, (N, 1) or (N, B).
        made: Output by node, (N, B).
        used: What left each node, (N, B): use as input, final use and dispatch.
        pending: Applications that wait, by touched edge, (C, B); ``None`` without controls.
        price: Log prices relative to normal, (2 P, B): products in China, then outside.
        level: Factor on all flows of the tables, (1, B).
    """

    stock: Floats
    arrived: Floats
    inflow: Floats
    rate: Floats
    sent: Floats
    final: Floats
    wanted: Floats
    needed: Floats
    added: Floats
    made: Floats
    used: Floats
    pending: Floats | None
    price: Floats
    level: Floats


def run_block(
    network: Network,
    plan: Plan,
    draws: Mapping[str, Floats],
    recorder: Recorder,
    dtype: Precision = np.float64,
    drawn: DrawnSupply | None = None,
) -> None:
    """Run all weeks for a block of draws.

    Args:
        network: The compiled chain.
        plan: Controls and changes by week.
        draws: Parameters by name, (B,) each.
        recorder: Is shown every week.
        dtype: Precision of the arithmetic.
        drawn: Supply added draw by draw.
    """
    step = Step(network, plan, {name: values.astype(dtype)[None, :] for name, values in draws.items()}, dtype)
    step.drawn = drawn
    for week in range(plan.weeks):
        step.take(week, recorder)


class Step:
    """State of a block and the arrays it works in."""

    def __init__(self, network: Network, plan: Plan, par: Mapping[str, Floats], dtype: Precision) -> None:
        self.net, self.plan, self.par, self.dtype = network, plan, par, dtype
        self.count = par["approval"].shape[1]
        self.drawn: DrawnSupply | None = None
        self.abroad = network.region != network.regions.index("CN")
        rates, edges = len(network.rate), len(network.source)
        self.moves = np.empty((rates + edges, self.count), dtype=dtype)
        self.rate, self.request = self.moves[:rates], self.moves[rates:]
        self.takes, self.books = network.takes.astype(dtype), network.books.astype(dtype)
        self.into = network.into.astype(dtype)
        self._orders()
        self.transit = Transit(network, par["transit_scale"], par["level"], dtype)
        first = self.into @ self.transit.due(0)
        self.line_target = self.transit.line_target
        self.line = self.line_target + first
        self.stock = self.target - first
        self._making()
        self.flow = network.flow.astype(dtype)[:, None] * par["level"]
        self.weight = np.ones((edges, self.count), dtype=dtype)
        self.weighted = self.weight * self.flow
        self.queue = LicenseQueue(network, plan, par, dtype)
        self.quotas = Quotas(plan.quotas)
        self.content = Content(network, self.count) if plan.follows_content else None
        self.line = self.line + self.queue.start(self.content)
        self.prices = Prices(network, self.target + self.line_target, par, dtype, plan.edges)
        self.final_nodes = network.final_nodes
        self.final = network.final[self.final_nodes].astype(dtype)[:, None] * par["level"]

    def _orders(self) -> None:
        net, par = self.net, self.par
        away = self.abroad[:, None]
        through = net.through.astype(self.dtype)[:, None] * par["level"]
        cover = np.maximum(net.cover.astype(self.dtype)[:, None] * np.where(away, par["cover_scale"], self.dtype(1)), 1)
        self.target = through * cover
        speed = np.where(away, par["backlog_rate"], par["chinese_cover_rate"])
        self.pull = speed / through
        self.pull_line = self.pull * par["supply_line"]
        self.cap = par["order_cap"]
        self.want = np.ones_like(self.target)
        self.goal = np.ones_like(self.target)
        self.goal_of: Floats | float | None = None
        self.ratio = np.ones((len(net.nodes) + 1, self.count), dtype=self.dtype)

    def _making(self) -> None:
        net, par = self.net, self.par
        home = ~self.abroad[net.main]
        slack = np.where(home[:, None], par["capacity_slack_china"], par["capacity_slack"])
        slack = np.where((home & (net.is_mine | net.splits))[:, None], par["quota_slack"], slack)
        self.plain_rate = net.rate.astype(self.dtype)[:, None] * par["level"]
        self.most = self.plain_rate * (1 + slack)
        self.normal = self.plain_rate.copy()
        self.making = np.flatnonzero(~net.splits & ~net.is_mine)
        self.making_main = net.main[self.making]
        self.making_share = net.make_share[self.making].astype(self.dtype)[:, None]
        self.make_weight = np.ones((len(self.making), self.count), dtype=self.dtype)
        self.making_sum = incidence(self.making_main, len(net.nodes)).astype(self.dtype)
        self.edge_share = net.edge_share.astype(self.dtype)[:, None]
        known = net.into @ net.edge_share + self.making_sum @ net.make_share[self.making]
        self.kept_share = np.maximum(1.0 - known, 0.0).astype(self.dtype)[:, None]
        self.first_input = net.inputs[:, 0]
        self.more = np.flatnonzero(net.inputs[:, 1] < len(net.nodes)) if net.inputs.shape[1] > 1 else np.array([], dtype=int)
        self.more_inputs = net.inputs[self.more, 1:].ravel()

    def take(self, week: int, recorder: Recorder) -> None:
        """One week; the recorder sees it before goods are sent on their way."""
        plan, request, rate = self.plan, self.request, self.rate
        arrived = self.transit.due(week)
        inflow = self.into @ arrived
        self.line -= inflow
        for pool in plan.pools:
            if pool.live[week]:
                inflow[pool.nodes] = pool.weights.astype(self.dtype)[:, None] * inflow[pool.nodes].sum(axis=0)
        added = self._added(week)
        self.stock += inflow
        if plan.adds or self.drawn is not None:
            self.stock += added
        waiting, line = self.queue.waiting(), self.line
        self._want()
        self._rates(week)
        np.take(self.want, self.net.target, axis=0, out=request, mode="clip")
        request *= self.weighted
        released = self.queue.bound(week, request, self.content)
        self.quotas.bound(week, request)
        needed = self.final * plan.demand[week, self.final_nodes].astype(self.dtype)[:, None]
        wanted = needed.copy()
        self.prices.thin(wanted)
        ratio = self._share(wanted)
        served = wanted * self.ratio[self.final_nodes]
        self._limit()
        request *= ratio if ratio.shape == request.shape else np.take(ratio, self.net.source, axis=0, mode="clip")
        self.prices.move(self.stock, line, waiting)
        used = self.takes @ self.moves
        used[self.final_nodes] += served
        booked = self.books @ self.moves
        made, ordered = np.split(booked, 2)
        pending = self.queue.settle(ordered, request, released, ratio)
        seen = Week(
            self.stock,
            arrived,
            inflow,
            rate,
            request,
            served,
            wanted,
            needed,
            added,
            made,
            used,
            pending,
            self.prices.log,
            self.par["level"],
        )
        if self.content is not None:
            self.content.move(week, seen)
        recorder.see(week, seen)
        self.stock -= used
        self.stock += made
        self.line += ordered
        if (week + 1) % _SWITCH_EVERY == 0:
            self._switch(arrived, inflow + made)
        self.transit.send(week, request)

    def _added(self, week: int) -> Floats:
        """Supply added this week, (N, 1) or (N, B)."""
        added: Floats = self.plan.additions[week].astype(self.dtype)[:, None]
        if self.drawn is not None and len(self.drawn.nodes):
            added = np.repeat(added, self.count, axis=1)
            added[self.drawn.nodes] += self.drawn.tonnes[:, week]
        return added

    def _want(self) -> None:
        """Wants relative to normal: need, and a share of what is missing in stock and on order."""
        if self.goal_of is not self.queue.line_target:
            self.goal_of = self.queue.line_target
            self.goal = 1 + self.pull * self.target + self.pull_line * (self.line_target + self.goal_of)
        want = self.want
        np.multiply(self.pull, self.stock, out=want)
        np.subtract(self.goal, want, out=want)
        want -= self.pull_line * self.line
        np.maximum(want, 0, out=want)
        np.minimum(want, self.cap, out=want)

    def _rates(self, week: int) -> None:
        rate, ways = self.rate, self.plan.ways
        np.take(self.want, self.net.main, axis=0, out=rate, mode="clip")
        for row, outs in self.net.split_outs:
            rate[row] = self.want[outs].max(axis=0)
        rate *= self.normal
        most: Floats = self.most
        if ways is not None:
            factor = ways[week].astype(self.dtype)[:, None]
            rate *= factor
            most = most * factor
        np.minimum(rate, most, out=rate)

    def _limit(self) -> None:
        """Cut rates to what their scarcest input allows."""
        rate = self.rate
        if len(self.more):
            least = self.ratio[self.more_inputs].reshape(len(self.more), -1, self.count).min(axis=1)
            np.minimum(least, self.ratio[self.first_input[self.more]], out=least)
            kept = rate[self.more]
            kept *= least
        rate *= np.take(self.ratio, self.first_input, axis=0, mode="clip")
        if len(self.more):
            rate[self.more] = kept

    def _share(self, wanted: Floats) -> Floats:
        """Share each stock among its claims, in proportion or tier by tier; returns the ratios of nodes or of edges."""
        tiers = self.plan.tiers
        claims = self.takes @ self.moves if tiers is None else self.net.uses.astype(self.dtype) @ self.rate
        claims[self.final_nodes] += wanted
        np.maximum(claims, _TINY, out=claims)
        ratio = self.ratio[:-1]
        np.divide(self.stock, claims, out=ratio)
        np.minimum(ratio, 1, out=ratio)
        return ratio if tiers is None else self._by_tier(claims, tiers)

    def _by_tier(self, home: Floats, tiers: np.ndarray[Any, np.dtype[np.int64]]) -> Floats:
        """Serve one tier after the other; the stock's own region has its own tier. Returns ratios by edge."""
        left = self.stock.copy()
        found = np.ones_like(self.request)
        for tier in np.union1d(tiers, [self.plan.home_tier]):
            if tier == self.plan.home_tier:
                np.clip(left / home, 0, 1, out=self.ratio[:-1])
                left -= home * self.ratio[:-1]
            rows = np.flatnonzero(tiers == tier)
            if not len(rows):
                continue
            asked = np.maximum(self.net.out_of[:, rows].astype(self.dtype) @ self.request[rows], _TINY)
            share = np.clip(left / asked, 0, 1)
            left -= asked * share
            np.maximum(left, 0, out=left)
            found[rows] = share[self.net.source[rows]]
        return np.asarray(found)

    def _switch(self, arrived: Floats, gained: Floats) -> None:
        """Move shares slowly to suppliers who delivered this week, and more slowly back to the usual ones."""
        net = self.net
        pace = _SWITCH_EVERY / self.par["switch_weeks"]
        back = _SWITCH_EVERY / self.par["return_weeks"]
        floor = self.par["switch_floor"]
        some = gained > _TINY
        whole_week = bool(some.all())
        total = gained if whole_week else np.where(some, gained, self.dtype(1))
        for place, part, share, weight in (
            (net.target, arrived, self.edge_share, self.weight),
            (self.making_main, self.rate[self.making], self.making_share, self.make_weight),
        ):
            moved = total[place]
            moved *= share
            np.divide(part, moved, out=moved)
            moved *= pace
            moved += back
            moved += (1 - pace - back) * weight
            np.maximum(moved, floor, out=moved)
            np.copyto(weight, moved, where=True if whole_week else some[place])
        whole = self.into @ (self.weight * self.edge_share)
        whole += self.making_sum @ (self.make_weight * self.making_share)
        whole += self.kept_share
        self.weight /= whole[net.target]
        self.make_weight /= whole[self.making_main]
        np.multiply(self.weight, self.flow, out=self.weighted)
        self.normal[self.making] = self.plain_rate[self.making] * self.make_weight

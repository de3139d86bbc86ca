"""The planner week by week: one small linear program a week, whose bounds move while its matrix stays.

A week's program sees what is in stock and on its way, and the bounds of that week; it knows nothing of later weeks. So that
it orders ahead all the same, every tonne that stock and goods under way fall short of normal has a price: the value of what
would be made of it downstream, lower the fuller the stock is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.chain.network import incidence
from countermeasure.supply.planner.allocation import MILLION, Allocation, spread
from countermeasure.supply.planner.lp import NoOptimumError, Program, solver_for

if TYPE_CHECKING:
    from countermeasure.supply.planner.allocation import Setup
    from countermeasure.supply.planner.lp import Answer

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Weekly", "run_weeks", "stock_values"]

TIERS = (1.0, 0.5, 0.25, 0.1)
"""Price of each quarter of a missing stock, the emptiest first, relative to half the value of a tonne there."""
_STAGE, _WEEK, _PART = 0.95, 0.995, 0.5
"""Discount of a value for one stage and for one week under way, and its part that counts for stock."""
_UNUSUAL = 20.0
"""Cost of a tonne beyond normal trade or making, times that of handling one. It is above what a tonne costs on any way (one for
each step and week), so that trade that lacks nothing stays as it is, and far below the price of missing stock."""

NOTES = (
    "Each week is best for itself, with a price on missing stock as the only look ahead.",
    "Over all weeks this is neither the least loss nor a lower bound on it.",
    "Shadow prices of a week hold the price of missing stock as well as loss; what a permit saves is found by solving again.",
)


def stock_values(setup: Setup) -> Array:
    """What a tonne in each stock is worth, USD, (N,): the mean of its normal uses, carried back from final use.

    The value of what a process makes is shared equally among its inputs.
    """
    net, use = setup.network, setup.use
    nodes = len(net.nodes)
    final = np.bincount(use.node, use.tonnes * use.usd_per_tonne, nodes)
    takes = (net.uses.toarray() > 0).astype(np.float64)
    part = _STAGE * net.rate / np.maximum(takes.sum(axis=0), 1.0)
    moved = (takes * part) @ net.gives.toarray().T
    np.add.at(moved, (net.source, net.target), net.flow * _WEEK ** net.weeks[0])
    through = net.through
    return np.linalg.solve(np.eye(nodes) - moved / through[:, None], final / through)


class Weekly:
    """The program of a week.

    Columns are rates and dispatch up to their normal value (K + E), the same beyond it (K + E), final use (D) and missing stock
    by tier (N each). Rows are the stock of each node (N), its stock with goods under way (N) and quotas.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        net, use = setup.network, setup.use
        self.rates, self.moves = len(net.rate), len(net.rate) + len(net.source)
        self.sizes = np.cumsum([0, self.moves, self.moves, len(use.node), len(TIERS) * len(net.nodes)])
        self.uses_of = incidence(use.node, len(net.nodes))
        self.wanted = setup.wanted
        self.normal = setup.limits.level * np.concatenate([net.rate, net.flow])
        self.program = self._program()
        self.solver = solver_for(self.program, setup.engine)
        self.low, self.high = self.program.low.copy(), self.program.high.copy()

    def _program(self) -> Program:
        from scipy.sparse import block_array, csc_array, csr_array, hstack

        net, plan = self.setup.network, self.setup.plan
        nodes, quotas = len(net.nodes), len(plan.quotas)
        take = hstack([net.uses, net.out_of])
        give = hstack([net.gives, net.into])
        gaps = csr_array(np.tile(np.eye(nodes), len(TIERS)))
        blocks: list[list[Any]] = [
            [take, take, self.uses_of, None],
            [give - take, give - take, -self.uses_of, gaps],
        ]
        if quotas:
            caps = np.zeros((quotas, self.moves))
            for row, quota in enumerate(plan.quotas):
                caps[row, self.rates + quota.edges] = 1.0
            blocks.append([csr_array(caps), csr_array(caps), None, None])
        matrix = csc_array(block_array(blocks))
        matrix.sort_indices()
        high = np.full(matrix.shape[1], np.inf)
        high[self.sizes[3] :] = np.tile(self.setup.limits.position / len(TIERS), len(TIERS))
        open_ = np.full(matrix.shape[0], np.inf)
        return Program(self._cost() / MILLION, np.zeros(len(high)), high, matrix, -open_, open_)

    def _cost(self) -> Array:
        net, setup = self.setup.network, self.setup
        missing = np.outer(TIERS, _PART * stock_values(setup)).ravel()
        usual = setup.handling_usd * np.concatenate([np.ones(self.rates), 1.0 + net.weeks[0]])
        return np.concatenate([usual, usual + setup.handling_usd * _UNUSUAL, -setup.use.usd_per_tonne, missing])

    def solve(self, week: int, stock: Array, under_way: Array, leave: Array) -> Answer:
        """Solve a week.

        Args:
            week: Its number.
            stock: Stock after arrivals, (N,).
            under_way: Goods on their way to each node, (N,).
            leave: Most that leaves on each touched edge, (C,).

        Raises:
            InputError: If the stock of a node is below zero.
        """
        limits, nodes = self.setup.limits, len(stock)
        most = np.full(self.moves, np.inf)
        most[: self.rates] = limits.most[week]
        most[self.rates + self.setup.plan.edges] = leave
        usual = np.minimum(most, self.normal)
        self.high[: self.sizes[3]] = np.concatenate([usual, most - usual, self.wanted[week]])
        low, high = self.program.row_low.copy(), self.program.row_high.copy()
        high[:nodes] = np.maximum(stock, 0.0)
        low[nodes : 2 * nodes] = np.minimum(limits.position - stock - under_way, limits.position)
        high[2 * nodes :] = limits.caps[week]
        self.solver.bound_columns(self.low, self.high)
        self.solver.bound_rows(low, high)
        try:
            return self.solver.solve()
        except NoOptimumError as error:
            raise InputError(f"week {week} has no best allocation: {error.message}", code="no_optimum") from None


def run_weeks(setup: Setup) -> Allocation:
    """Plan every week of a setup, one after the other.

    Raises:
        InputError: If additions below zero take more than there is.
    """
    net, plan, limits = setup.network, setup.plan, setup.limits
    program = Weekly(setup)
    course = _Course(program)
    stock = limits.opening.copy()
    later = len(limits.arrives)
    coming = np.zeros((plan.weeks + later, len(net.nodes)))
    coming[: plan.weeks] = limits.due
    by_lag = [(lag, net.into * limits.arrives[lag]) for lag in range(later) if limits.arrives[lag].any()]
    under_way = coming.sum(axis=0)
    permits = np.zeros(len(plan.edges))
    free = setup.free
    for week in range(plan.weeks):
        under_way -= coming[week]
        stock += spread(plan, week, coming[week]) + plan.additions[week]
        _enough(setup, week, stock)
        permits = np.where(np.isfinite(free[week]), permits + limits.permits[week], 0.0)
        leave = free[week] + np.minimum(permits, limits.pace[week])
        found = program.solve(week, stock, under_way, leave)
        rate, sent, _ = course.keep(week, stock, found)
        stock = course.left[week] + net.gives @ rate
        permits = np.maximum(permits - np.maximum(sent[plan.edges] - free[week], 0.0), 0.0)
        for lag, into in by_lag:
            coming[week + lag] += into @ sent
        under_way += net.into @ sent
    return course.allocation()


def _enough(setup: Setup, week: int, stock: Array) -> None:
    """Refuse a plan whose additions below zero take more than there is."""
    n = int(np.argmin(stock))
    if stock[n] < -1e-6:
        what = " in ".join(setup.network.nodes[n])
        raise InputError(
            f"week {week}: the stock of {what} would be {stock[n]:,.3f} t",
            code="no_optimum",
            cure="Additions take more than there is.",
        )


class _Course:
    """What was decided so far."""

    def __init__(self, program: Weekly) -> None:
        self.program = program
        setup = program.setup
        weeks, nodes = setup.plan.weeks, len(setup.network.nodes)
        k, e, d = program.rates, program.moves - program.rates, program.wanted.shape[1]
        self.rate, self.sent, self.served = np.zeros((weeks, k)), np.zeros((weeks, e)), np.zeros((weeks, d))
        self.available, self.left, self.stock_price = (np.zeros((weeks, nodes)) for _ in range(3))
        self.permit_price, self.capacity_price = np.zeros((weeks, len(setup.plan.edges))), np.zeros((weeks, k))

    def keep(self, week: int, stock: Array, found: Answer) -> tuple[Array, Array, Array]:
        """Keep the answer of a week; returns rates, dispatch and final use."""
        program = self.program
        setup, nodes = program.setup, len(stock)
        net, m = setup.network, program.moves
        x = np.maximum(found.x, 0.0)
        move = x[:m] + x[m : 2 * m]
        rate, sent = move[: program.rates], move[program.rates :]
        served = np.minimum(x[2 * m : program.sizes[3]], program.wanted[week])
        self.rate[week], self.sent[week], self.served[week] = rate, sent, served
        self.available[week] = stock
        self.left[week] = stock - net.uses @ rate - net.out_of @ sent - program.uses_of @ served
        worth = np.maximum(-found.column_price, 0.0) * MILLION
        beyond = program.high[:m] >= program.normal
        price = np.where(beyond, worth[m : 2 * m], worth[:m])
        self.capacity_price[week] = price[: program.rates]
        controlled = np.isfinite(setup.free[week])
        self.permit_price[week] = np.where(controlled, price[program.rates :][setup.plan.edges], 0.0)
        self.stock_price[week] = (found.row_price[nodes : 2 * nodes] - found.row_price[:nodes]) * MILLION
        return rate, sent, served

    def allocation(self) -> Allocation:
        """All weeks."""
        return Allocation(
            self.program.setup,
            "weekly",
            1,
            self.rate,
            self.sent,
            self.served,
            self.program.wanted,
            self.available,
            self.left,
            self.permit_price,
            self.stock_price,
            self.capacity_price,
            (*NOTES, *self.program.setup.plan.notes),
        )

"""The planner over all weeks at once: one linear program whose optimum no behaviour under the same limits can beat.

It knows the whole plan from the first week, so that it stocks up before a control begins. Weeks may be put together into
periods: stocks and permits are then looked at only at the end of a period, and goods come in the first period in which any of
them could, so that every course of weeks is still among the courses it chooses from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.chain.network import incidence
from countermeasure.supply.planner.allocation import MILLION, Allocation, spread
from countermeasure.supply.planner.lp import NoOptimumError, Program, solver_for
from countermeasure.supply.planner.permits import permits_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from countermeasure.supply.planner.allocation import Setup
    from countermeasure.supply.planner.lp import Answer, Solver

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Cells = tuple[Ints, Ints, Array]

__all__ = ["Horizon", "run_horizon"]

NOTES = (
    "A lower bound on the loss of any behaviour under the same limits within these weeks.",
    "The whole plan is known from the first week, and stocks may be empty at the end.",
)
CONTENT_NOTE = "Controls on Chinese content take the content of the normal state; where content moves, this is no bound."


class Horizon:
    """The program over all periods.

    Columns of a period are rates (K), dispatch (E), final use (D), what is left in stock (N), and what leaves with permits (C).
    Rows are the stocks of each period (N each), dispatch of tied edges, sums of permits, and quotas.
    """

    def __init__(self, setup: Setup, period: int = 1) -> None:
        net, use, plan = setup.network, setup.use, setup.plan
        if period < 1 or (period > 1 and plan.pools):
            raise InputError(
                f"periods of {period} weeks", code="bad_size", cure="Take periods of 1 week if regions share arrivals."
            )
        self.setup, self.period = setup, period
        self.starts = np.arange(0, plan.weeks, period)
        self.count = len(self.starts)
        sizes = [len(net.rate), len(net.source), len(use.node), len(net.nodes), len(plan.edges)]
        self.cuts = np.cumsum([0, *sizes])
        self.width = int(self.cuts[-1])
        self.permits = permits_of(setup, period)
        self.wanted = np.add.reduceat(setup.wanted, self.starts, axis=0)
        self.supply = self._supply()
        self.tied_at = np.argwhere(self.permits.tied)
        self.program = self._program()

    def _supply(self) -> Array:
        """What comes from outside the program by period, (T, N): first stock, goods under way, additions."""
        plan, limits = self.setup.plan, self.setup.limits
        supply = np.array([spread(plan, w, limits.due[w]) for w in range(plan.weeks)]) + plan.additions
        supply[0] += limits.opening
        return np.add.reduceat(supply, self.starts, axis=0)

    def _program(self) -> Program:
        from scipy.sparse import coo_array, csc_array, vstack

        nodes, count = len(self.setup.network.nodes), self.count
        shape = (count * nodes, count * self.width)
        rows, columns, values = (np.concatenate(x) for x in zip(*self._stock_cells(), strict=True))
        parts: list[Any] = [coo_array((values, (rows, columns)), shape=shape)]
        supply = self.supply.ravel()
        low, high = [supply], [supply]
        for matrix, top in (self._tied(), self._sums(), self._caps()):
            if matrix.shape[0]:
                parts.append(matrix)
                low.append(np.full(len(top), -np.inf))
                high.append(top)
        whole = csc_array(vstack(parts))
        whole.sort_indices()
        cost = np.zeros((count, self.width))
        a, b, c, d = self.cuts[:4]
        cost[:, a:b] = self.setup.handling_usd
        cost[:, b:c] = self.setup.handling_usd * (1.0 + self.setup.network.weeks[0])
        cost[:, c:d] = -self.setup.use.usd_per_tonne
        lower, upper = self.bounds()
        return Program(cost.ravel() / MILLION, lower, upper, whole, np.concatenate(low), np.concatenate(high))

    def bounds(self, extra: Array | None = None) -> tuple[Array, Array]:
        """Bounds of the columns; ``extra`` permits by week, (W, C)."""
        setup = self.setup
        a, b, c, d, e, f = self.cuts
        high = np.full((self.count, self.width), np.inf)
        high[:, a:b] = np.add.reduceat(setup.limits.most, self.starts, axis=0)
        leave = self.permits.free + self.permits.pace
        if extra is not None:
            leave = leave + np.add.reduceat(extra, self.starts, axis=0)
        high[:, b + setup.plan.edges] = leave
        high[:, c:d] = self.wanted
        high[:, e:f] = np.where(self.permits.tied, self.permits.pace, 0.0)
        return np.zeros(high.size), high.ravel()

    def tops(self, extra: Array) -> Array:
        """Upper bounds of the rows with extra permits by week, (W, C)."""
        top = self.program.row_high.copy()
        more = np.add.reduceat(extra, self.starts, axis=0)
        first = self.count * len(self.setup.network.nodes)
        top[first : first + len(self.tied_at)] += more[tuple(self.tied_at.T)]
        return top

    def _stock_cells(self) -> list[Cells]:
        """Rows, columns and values of the stock balance."""
        net, nodes = self.setup.network, len(self.setup.network.nodes)
        b, d = self.cuts[1], self.cuts[3]
        left, ahead = incidence(np.arange(nodes), nodes), 1 if self.period == 1 else 0
        cells = []
        for matrix, offset, shift, sign in (
            (net.uses, 0, 0, 1.0),
            (net.out_of, b, 0, 1.0),
            (incidence(self.setup.use.node, nodes), self.cuts[2], 0, 1.0),
            (left, d, 0, 1.0),
            (net.gives, 0, ahead, -1.0),
            (left, d, 1, -1.0),
        ):
            cells.append(self._repeat(matrix, offset, shift, sign))
        for lag, share in enumerate(self.setup.limits.arrives):
            if not share.any():
                continue
            if self.setup.plan.pools:
                cells += [
                    self._once(spread(self.setup.plan, t + lag, net.into.toarray()) * share, b, t, t + lag)
                    for t in range(self.count - lag)
                ]
            else:
                cells.append(self._repeat(net.into * share, b, lag // self.period, -1.0))
        return cells

    def _repeat(self, matrix: csr_array, offset: int, shift: int, sign: float) -> Cells:
        """A block of each period, put into the stock rows some periods later."""
        block = matrix.tocoo()
        keep = block.data != 0
        times = np.arange(max(self.count - shift, 0))[:, None]
        rows = (block.row[keep] + (times + shift) * len(self.setup.network.nodes)).ravel()
        columns = (block.col[keep] + offset + times * self.width).ravel()
        return rows, columns, np.tile(sign * block.data[keep], len(times))

    def _once(self, arrivals: Array, offset: int, period: int, later: int) -> Cells:
        """Arrivals of one period's dispatch in the stock rows of another."""
        rows, columns = np.nonzero(arrivals)
        return (
            rows + later * len(self.setup.network.nodes),
            columns + offset + period * self.width,
            -arrivals[rows, columns],
        )

    def _tied(self) -> tuple[Any, Array]:
        """Dispatch of a tied edge less what leaves with permits is at most what is free."""
        from scipy.sparse import coo_array

        periods, edges = self.tied_at.T
        here = np.arange(len(periods))
        first = periods * self.width
        sent, let = first + self.cuts[1] + self.setup.plan.edges[edges], first + self.cuts[4] + edges
        values = np.concatenate([np.ones(len(here)), -np.ones(len(here))])
        cells = (values, (np.concatenate([here, here]), np.concatenate([sent, let])))
        return coo_array(cells, shape=(len(here), self.count * self.width)), self.permits.free[periods, edges]

    def _sums(self) -> tuple[Any, Array]:
        """What leaves with permits over periods is at most what was granted."""
        from scipy.sparse import coo_array

        rows, columns = [], []
        for row, (edge, first, last, _) in enumerate(self.permits.sums):
            for t in range(first, last + 1):
                rows.append(row)
                columns.append(t * self.width + self.cuts[4] + edge)
        cells = (np.ones(len(rows)), (rows, columns))
        top = np.array([total for *_, total in self.permits.sums])
        return coo_array(cells, shape=(len(top), self.count * self.width)), top

    def _caps(self) -> tuple[Any, Array]:
        """Quotas."""
        from scipy.sparse import coo_array

        caps = np.add.reduceat(self.setup.limits.caps, self.starts, axis=0)
        rows, columns = [], []
        top: list[float] = []
        for t, q in np.argwhere(np.isfinite(caps)):
            for edge in self.setup.plan.quotas[q].edges:
                rows.append(len(top))
                columns.append(t * self.width + self.cuts[1] + edge)
            top.append(caps[t, q])
        return coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(top), self.count * self.width)), np.array(top)

    def solver(self) -> Solver:
        """A solver that holds the program."""
        return solver_for(self.program, self.setup.engine, interior=True)

    def solve(self, solver: Solver) -> Answer:
        """Solve.

        Raises:
            InputError: If additions below zero take more than there is; it says of what and when.
        """
        try:
            return solver.solve()
        except NoOptimumError as error:
            raise InputError(f"no allocation exists: {error.message}", code="no_optimum", cure=self._short()) from None

    def _short(self) -> str:
        """Where least would have to be given back for the plan to have an allocation, in words."""
        from scipy.sparse import coo_array, csc_array, hstack

        program, nodes = self.program, len(self.setup.network.nodes)
        rows = np.flatnonzero(self.supply.ravel() < 0)
        gift = coo_array((-np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(program.matrix.shape[0], len(rows)))
        elastic = Program(
            np.concatenate([np.zeros_like(program.cost), np.ones(len(rows))]),
            np.concatenate([program.low, np.zeros(len(rows))]),
            np.concatenate([program.high, -self.supply.ravel()[rows]]),
            csc_array(hstack([program.matrix, gift])),
            program.row_low,
            program.row_high,
        )
        try:
            given = solver_for(elastic, self.setup.engine, interior=True).solve().x[len(program.cost) :]
        except NoOptimumError:
            return "Bounds contradict each other."
        most = int(np.argmax(given))
        what, week = " in ".join(self.setup.network.nodes[rows[most] % nodes]), self.starts[rows[most] // nodes]
        return f"{given[most]:,.3f} t of {what} are missing in week {week}: additions take more than there is."

    def served(self, found: Answer) -> Array:
        """Final use served, (T, D)."""
        x = found.x.reshape(self.count, self.width)[:, self.cuts[2] : self.cuts[3]]
        return np.clip(x, 0.0, self.wanted)

    def loss_usd(self, found: Answer) -> float:
        """Loss of an answer, USD."""
        return float(((self.wanted - self.served(found)) @ self.setup.use.usd_per_tonne).sum())


def run_horizon(setup: Setup, period: int = 4) -> Allocation:
    """Plan all weeks of a setup at once.

    Args:
        setup: What to plan.
        period: Weeks that are put together; 1 is the tightest bound and takes ten times as long as 4.

    Raises:
        InputError: If no allocation exists, or weeks cannot be put together.
    """
    whole = Horizon(setup, period)
    found = whole.solve(whole.solver())
    net = setup.network
    a, b, c = whole.cuts[:3]
    x = np.maximum(found.x.reshape(whole.count, whole.width), 0.0)
    rate, sent, served = x[:, a:b], x[:, b:c], whole.served(found)
    used = (net.uses @ rate.T + net.out_of @ sent.T + incidence(setup.use.node, len(net.nodes)) @ served.T).T
    available, left = _stocks(whole, rate, sent, used)
    worth = np.maximum(-found.column_price, 0.0).reshape(whole.count, whole.width) * MILLION
    stocks = whole.count * len(net.nodes)
    permit = np.where(np.isfinite(whole.permits.free), worth[:, b:c][:, setup.plan.edges], 0.0)
    tied = tuple(whole.tied_at.T)
    permit[tied] = np.maximum(-found.row_price[stocks : stocks + len(whole.tied_at)], 0.0) * MILLION
    content = (CONTENT_NOTE,) if setup.plan.follows_content else ()
    return Allocation(
        setup,
        "horizon",
        period,
        rate,
        sent,
        served,
        whole.wanted,
        available,
        left,
        permit,
        -found.row_price[:stocks].reshape(available.shape) * MILLION,
        worth[:, a:b],
        (*NOTES, *content, *setup.plan.notes),
    )


def _stocks(whole: Horizon, rate: Array, sent: Array, used: Array) -> tuple[Array, Array]:
    """Stock of each period before and after use, booked from what is made and sent, (T, N) each."""
    setup, net, period = whole.setup, whole.setup.network, whole.period
    gained = whole.supply.copy()
    made, ahead = (net.gives @ rate.T).T, 1 if period == 1 else 0
    gained[ahead:] += made[: whole.count - ahead]
    for lag, share in enumerate(setup.limits.arrives):
        later = lag // period
        if share.any() and later < whole.count:
            come = (net.into @ (sent * share).T).T[: whole.count - later]
            rows = [spread(setup.plan, t + later, row) for t, row in enumerate(come)] if setup.plan.pools else come
            gained[later:] += rows
    left = np.cumsum(gained - used, axis=0)
    return left + used, left

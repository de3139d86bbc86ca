"""The planner's speed on the shipped chain, with a rival in the same run.

    python benchmarks/planner.py [--weeks 104] [--repeats 5] [--tight]

The rival is ``scipy.optimize.linprog(method="highs")`` on the same program of each week, built and solved anew. Both run the same
course of weeks under a plan like the Chinese announcement of April 2025, and under a ban on the same goods.
``--tight`` also solves all weeks at once in periods of one week (10 to 30 seconds each).
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from dataclasses import replace

import numpy as np

from countermeasure.supply.chain.network import Network, compile_network
from countermeasure.supply.controls.plan import LISTED, LOOK_ALIKE, Plan, free_plan
from countermeasure.supply.flow.simulate import simulate
from countermeasure.supply.planner.allocation import Setup
from countermeasure.supply.planner.limits import limits_of
from countermeasure.supply.planner.lp import _core
from countermeasure.supply.planner.run import Values, loss_of, plan_horizon
from countermeasure.supply.planner.values import final_use
from countermeasure.supply.planner.week import Weekly, run_weeks

LISTED_GOODS = ("ox_dy", "ox_tb", "ox_sm", "ox_gd", "ox_y", "me_dy", "me_tb", "me_sm", "mag_heavy", "mag_smco")
DAY0 = 20178
"""Monday 31 March 2025; the control begins in the week after."""


def plan_of(network: Network, weeks: int, *, banned: bool) -> Plan:
    goods = (*LISTED_GOODS, "mag_light")
    edges = np.array([n for n, (p, o, _) in enumerate(network.edges) if o == "CN" and p in goods])
    plan = free_plan(network, DAY0, weeks, edges)
    kind, since = plan.kind.copy(), plan.since.copy()
    for column, edge in enumerate(edges):
        kind[1:, column] = LOOK_ALIKE if network.edges[edge][0] == "mag_light" else LISTED
    since[1:] = np.arange(weeks - 1)[:, None]
    return replace(plan, kind=kind, since=since, ban=(kind == LISTED) & banned)


def timed(run, repeats: int) -> tuple[float, object]:
    spent, found = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        found = run()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent), found


def weekly(network: Network, plan: Plan, repeats: int) -> None:
    start = time.perf_counter()
    limits = limits_of(network, plan)
    print(f"  limits, with one run of the simulation        {time.perf_counter() - start:8.3f} s")
    use = final_use(network, Values.shipped())
    ours, rival = (Setup(network, plan, limits, use, engine=engine) for engine in ("highs", "scipy"))
    rows, columns = Weekly(ours).program.matrix.shape
    print(f"  a week's program: {rows} rows, {columns} columns")
    mine, best = timed(lambda: run_weeks(ours), repeats)
    theirs, other = timed(lambda: run_weeks(rival), max(1, repeats // 2))
    loss = loss_of(simulate(network, plan, 1, keep=("served",))).sum()
    weeks = plan.weeks
    print(f"  {weeks} weeks, one model with moving bounds          {mine:8.3f} s   {1e3 * mine / weeks:6.2f} ms a week")
    print(f"  {weeks} weeks, linprog anew each week                {theirs:8.3f} s   {1e3 * theirs / weeks:6.2f} ms a week")
    print(f"  ratio                                         {theirs / mine:8.1f}")
    print(
        f"  loss, billion USD: ours {best.total_usd / 1e9:.2f}, rival {other.total_usd / 1e9:.2f}, simulated {loss / 1e9:.2f}"
    )
    first = abs(best.loss_usd[0] - other.loss_usd[0])
    print(f"  loss of the first week differs by {first:.3g} USD (later weeks differ where several courses are equally good)")


def horizon(network: Network, plan: Plan, period: int) -> None:
    start = time.perf_counter()
    found = plan_horizon(network, plan, period=period)
    spent = time.perf_counter() - start
    print(
        f"  all weeks at once, periods of {period} weeks           {spent:8.2f} s   at least {found.total_usd / 1e9:.2f} billion USD"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--weeks", type=int, default=104)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--tight", action="store_true")
    chosen = options.parse_args()
    network = compile_network()
    core = _core()
    print(f"Python {platform.python_version()}, {platform.machine()}, HiGHS from {core.__name__ if core else 'linprog only'}")
    print(f"{len(network.nodes)} nodes, {len(network.rate)} processes, {len(network.source)} edges")
    for name, banned in (("licenses as in April 2025", False), ("a ban on the same goods", True)):
        plan = plan_of(network, chosen.weeks, banned=banned)
        print(f"{name}:")
        weekly(network, plan, chosen.repeats)
        for period in (4, 2, 1) if chosen.tight else (4,):
            horizon(network, plan, period)


if __name__ == "__main__":
    main()

"""How fast buyers are played: arrays of all buyers and draws against a plain loop over buyers, on the same chances and flows.

Run: python benchmarks/buyers.py [DRAWS]
"""

from __future__ import annotations

import math
import resource
import sys
import time
from dataclasses import replace

import numpy as np

from countermeasure.codes.day import parse_day
from countermeasure.supply.buyers.run import READINGS, Buyers, buyers_for, run_buyers
from countermeasure.supply.buyers.signals import DIRECT, SIGNALS, Signals, answers_to_price, signals_of
from countermeasure.supply.buyers.step import APPLY_WEEKS, Luck
from countermeasure.supply.chain.network import Network, compile_network
from countermeasure.supply.controls.plan import LISTED, LOOK_ALIKE, Plan, free_plan
from countermeasure.supply.flow.simulate import Simulation, simulate

SEED = 20250404
ON_LIST = ("mag_heavy", "mag_smco", "ox_dy", "ox_tb", "ox_sm", "ox_gd", "ox_y", "me_dy", "me_tb", "me_sm")


def april_2025(network: Network, weeks: int = 104, start: int = 13) -> Plan:
    """Goods of Announcement 18 under license from a week on, and light magnets held up beside them."""
    edges = [e for e, (p, o, _) in enumerate(network.edges) if o == "CN" and p in (*ON_LIST, "mag_light")]
    plan = free_plan(network, parse_day("2025-01-06"), weeks, np.array(edges))
    kind, since = np.zeros_like(plan.kind), np.zeros_like(plan.since)
    light = np.array([network.edges[e][0] == "mag_light" for e in plan.edges])
    kind[start:] = np.where(light, LOOK_ALIKE, LISTED)
    since[start:] = np.arange(weeks - start)[:, None]
    return replace(plan, kind=kind, since=since)


def one_by_one(simulation: Simulation, buyers: Buyers, signals: Signals, draw: int, seed: int) -> list[list[float]]:
    """The rival: every buyer of one draw by himself; gives the share of each week that each buyer loses."""
    par = {name: float(values[draw]) for name, values in simulation.draws.items()}
    weeks, permits, luck = simulation.plan.weeks, signals.permits, Luck.of(seed, [draw], len(buyers))
    pairs = [
        [(z[:, 0].tolist(), u[:, 0].tolist()) for z, u in (give() for give in [luck.rounds(s)] for _ in range(40))]
        for s in range(len(permits.start))
    ]
    median = par[READINGS["implied"]]
    place = [int(g) for g in buyers.group]
    cover = [
        f * median * math.exp(par["buyer_cover_spread"] * z)
        for f, z in zip(buyers.factor, luck.cover[:, 0].tolist(), strict=True)
    ]
    size = np.bincount(buyers.group, buyers.tonnes)
    weight = [t / size[g] for t, g in zip(buyers.tonnes.tolist(), place, strict=True)]
    served = [served_from(signals, par, luck, pairs, b, g, draw, weeks) for b, g in enumerate(place)]
    stock, groups = list(cover), len(size)
    open_left, kept_back = [0.0] * groups, [0.0] * groups
    lost = []
    products = list(dict.fromkeys(group.product for group in buyers.groups if group.way == DIRECT))
    answers = answers_to_price(simulation, products)[:, :, draw].tolist()
    rows = [products.index(group.product) if group.way == DIRECT else -1 for group in buyers.groups]
    for week in range(weeks):
        use = [1.0 if rows[g] < 0 else answers[rows[g]][week] for g in place]
        for g in range(groups):
            open_left[g] += float(signals.free[g, week, draw])
            kept_back[g] += float(signals.licensed[g, week, draw])
        want = [
            min(max(n + par["backlog_rate"] * (c - s), 0.0), par["order_cap"])
            for n, c, s in zip(use, cover, stock, strict=True)
        ]
        first = [w * signals.free_share[g] for w, g in zip(want, place, strict=True)]
        got = share_out(first, weight, place, open_left)
        rest = [
            w - x if may(served[b], permits, week, g) else 0.0 for b, (w, x, g) in enumerate(zip(want, got, place, strict=True))
        ]
        got = [x + y for x, y in zip(got, share_out(rest, weight, place, kept_back), strict=True)]
        rest = [w - x for w, x in zip(want, got, strict=True)]
        got = [x + y for x, y in zip(got, share_out(rest, weight, place, open_left), strict=True)]
        row = []
        for b, x in enumerate(got):
            stock[b] += x
            row.append(max(use[b] - stock[b], 0.0) / use[b])
            stock[b] = max(stock[b] - use[b], 0.0)
        lost.append(row)
    return lost


def may(served: list[float], permits, week: int, group: int) -> bool:
    """Whether a buyer takes licensed goods this week."""
    spell = sum(1 for s in range(len(served)) if permits.start[s, group] <= week) - 1
    return spell < 0 or served[spell] <= week or not permits.active[week, group]


def served_from(
    signals: Signals, par: dict[str, float], luck: Luck, pairs, b: int, g: int, draw: int, weeks: int
) -> list[float]:
    """First week of each spell of control in which licensed goods reach a buyer."""
    permits, found = signals.permits, []
    for spell, start in enumerate(permits.start[:, g].tolist()):
        if luck.need[b, 0] >= permits.need[spell, g, draw]:
            found.append(-math.inf)
            continue
        due, granted = start + APPLY_WEEKS * float(luck.apply[b, 0]), math.inf
        for z, u in pairs[spell]:
            if not due < weeks:
                break
            lag = permits.lag[min(max(int(due), 0), weeks - 1), g]
            lag = max(par["lag_weeks"] if math.isnan(lag) else float(lag), 0.5)
            due += lag * math.exp(par["license_spread"] * z[b] - par["license_spread"] ** 2 / 2)
            if not due < weeks:
                break
            share = permits.approval[max(int(due), 0), g]
            if u[b] < (par["approval"] if math.isnan(share) else float(share)) * float(permits.allowed[max(int(due), 0), g]):
                granted = due
                break
        found.append(granted + float(permits.transit[g, draw]))
    return found


def share_out(asked: list[float], weight: list[float], place: list[int], store: list[float]) -> list[float]:
    """Share each group's store among what is asked; the store shrinks in place."""
    total = [0.0] * len(store)
    for a, w, g in zip(asked, weight, place, strict=True):
        total[g] += a * w
    share = [min(s / max(t, 1e-9), 1.0) for s, t in zip(store, total, strict=True)]
    for g, t in enumerate(total):
        store[g] = max(store[g] - t * share[g], 0.0)
    return [a * share[g] for a, g in zip(asked, place, strict=True)]


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    network = compile_network()
    plan = april_2025(network)
    simulation = simulate(network, plan, draws, SEED, keep=SIGNALS, single=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    run_buyers(simulation, 2000, SEED)
    start, cpu = time.perf_counter(), time.process_time()
    found = run_buyers(simulation, 2000, SEED)
    wall, spent = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{draws} draws x 2,000 buyers x {plan.weeks} weeks: {wall:.2f} s wall, {spent:.2f} s CPU (target 3 s for 200 draws)")
    print(f"memory {before:.2f} GB with the simulation, peak {peak:.2f} GB")
    buyers = buyers_for(network, 2000)
    signals = signals_of(simulation, buyers.groups)
    start = time.perf_counter()
    lost = np.array(one_by_one(simulation, buyers, signals, 0, SEED))
    single = time.perf_counter() - start
    print(f"plain loop, one draw: {single:.2f} s; all draws {single * draws:.0f} s; ratio {single * draws / wall:.0f}")
    mine = found["stopped_buyers"].values[0].sum(axis=1)
    print(f"buyers stopped in draw 0, sum over weeks: {mine.sum():.0f} in arrays, {(lost >= 0.2).sum()} one by one")
    first = found["first_stoppage"].select(region="all").values - 13
    print("first stoppage, weeks from the control (5, 50, 95 % of draws):", np.nanquantile(first, (0.05, 0.5, 0.95)))


if __name__ == "__main__":
    main()

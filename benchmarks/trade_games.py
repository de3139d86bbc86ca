"""Games of tariffs on the compact baseline: a best tariff, a war, an agreement, a front; one BLAS thread.

    python benchmarks/trade_games.py [--repeat 5] [--long]

The rival in the same run is the plain way: SciPy's L-BFGS-B or SLSQP with finite differences, on the same system of equations
solved by the same Newton method from the same start. It is given every advantage but the derivatives and the closed form.
The rival of all 200 best tariffs takes many minutes and runs only with ``--long``; else it has one rate for each of 25 partners.
Wall seconds, best repeat; load is printed.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time

import numpy as np
from scipy.optimize import minimize

from countermeasure.trade.multi.choosers import Levers, chooser
from countermeasure.trade.multi.fronts import best_export, front, retaliation_ladder
from countermeasure.trade.multi.games import best_tariffs, war
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.system import System
from countermeasure.trade.multi.talks import agreement

G7 = ("US", "JP", "DE", "FR", "IT", "GB", "CA")


def timed(run, repeat=1):
    found, least = None, np.inf
    for _ in range(repeat):
        start = time.perf_counter()
        found = run()
        least = min(least, time.perf_counter() - start)
    return found, least


def plain_best(system, who, policy, tolerance=1e-14):
    """The best rates of one chooser by L-BFGS-B with finite differences."""
    levers = Levers(system.baseline, [who], policy)
    before = system.solve(policy)
    calls = [0]

    def fall(x):
        calls[0] += 1
        return -1e2 * (who.weights @ system.solve(levers.apply(policy, x), before).log_real_income)

    box = [(0.0, 0.9)] * len(levers)  # rates from 0 to 146 %: beyond, its first step leaves what can be solved
    options = {"maxfun": 10**6, "ftol": tolerance, "gtol": 1e-7}
    end = minimize(fall, levers.read(policy), method="L-BFGS-B", bounds=box, options=options)
    return -end.fun / 1e2, levers.apply(policy, end.x), calls[0]


def plain_war(system, players, rounds=3):
    """Best answers in turn."""
    policy, calls = Policy.of(system.baseline), 0
    for _ in range(rounds):
        for one in players:
            _, policy, count = plain_best(system, one, policy)
            calls += count
    return policy, calls


def plain_agreement(system, players, status_quo):
    """Equal gains by SLSQP with finite differences."""
    levers = Levers(system.baseline, players, status_quo)
    before = system.solve(status_quo)
    level, calls = levers.values(before), [0]

    def gains(x):
        calls[0] += 1
        return 1e3 * (levers.values(system.solve(levers.apply(status_quo, x), before)) - level)

    start = np.append(levers.read(status_quo), 0.0)
    box = [*zip(np.full(len(levers), np.log(0.5)), np.full(len(levers), np.log(6)), strict=True), (None, None)]
    limits = [{"type": "eq", "fun": lambda z: gains(z[:-1]) - z[-1]}]
    end = minimize(
        lambda z: -z[-1], start, method="SLSQP", bounds=box, constraints=limits, options={"maxiter": 500, "ftol": 1e-10}
    )
    return gains(end.x[:-1]).min() / 1e3, calls[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--long", action="store_true")
    asked = parser.parse_args()
    base = shipped_baseline()
    system = System(base)
    us, cn = base.country("US"), base.country("CN")
    print(f"{len(base.countries)} economies, {len(base.sectors)} sectors, {base.year}; load {os.getloadavg()[0]:.2f}")
    policy = Policy.of(base).with_tariff(us, cn, 1.45, base.goods).with_tariff(cn, us, 1.25, base.goods)
    system.solve(policy)
    point, seconds = timed(lambda: system.solve(policy), asked.repeat)
    print(f"one equilibrium, 145/125 %: {1e3 * seconds:.1f} ms, residual {point.size:.0e}")

    best, seconds = timed(lambda: best_tariffs(system, "US"), asked.repeat)
    print(f"best tariffs of the US, {best.free} rates: {seconds:.3f} s, {best.rounds} rounds, first-order residual {best.first_order:.0e}, "
          f"own gain {100 * best.gains[us]:+.5f} %")  # fmt: skip
    if not asked.long:
        best, seconds = timed(lambda: best_tariffs(system, "US", uniform=("sectors",)), asked.repeat)
        print(
            f"the same with one rate for each partner, {best.free} rates: {seconds:.3f} s, own gain {100 * best.gains[us]:+.5f} %"
        )
    (value, _, calls), slow = timed(lambda: plain_best(system, best.choosers[0], Policy.of(base)))
    print(
        f"  L-BFGS-B with differences: {slow:.1f} s, {calls} equilibria, own gain {100 * np.expm1(value):+.5f} %: ratio {slow / seconds:.0f}"
    )

    fight, seconds = timed(lambda: war(system, ["US", "CN"]), asked.repeat)
    print(f"war US CN, {fight.free} rates: {seconds:.3f} s, {fight.rounds} rounds, first-order residual {fight.first_order:.0e}, "
          f"US {100 * fight.gains[us]:+.4f} %, CN {100 * fight.gains[cn]:+.4f} %")  # fmt: skip
    (other, calls), slow = timed(lambda: plain_war(system, fight.choosers))
    apart = np.abs(other.tariff - fight.policy.tariff).max()
    print(
        f"  best answers by L-BFGS-B with differences: {slow:.1f} s, {calls} equilibria, rates within {apart:.0e}: ratio {slow / seconds:.0f}"
    )

    deal, seconds = timed(lambda: agreement(system, ["US", "CN"], status_quo=fight.policy), asked.repeat)
    print(f"agreement US CN after the war: {seconds:.3f} s, {deal.rounds} evaluations by {deal.method}, first-order residual {deal.first_order:.0e}, "
          f"US {100 * deal.gains[us]:+.5f} %, CN {100 * deal.gains[cn]:+.5f} %")  # fmt: skip
    players = [chooser(base, a, targets=[b]) for a, b in (("US", "CN"), ("CN", "US"))]
    (gain, calls), slow = timed(lambda: plain_agreement(system, players, fight.policy))
    print(
        f"  SLSQP with differences: {slow:.1f} s, {calls} equilibria, common gain {100 * gain:+.5f} %: ratio {slow / seconds:.0f}"
    )

    joined, seconds = timed(lambda: front(system, G7, "CN"))
    weights = joined.together.choosers[0].weights
    print(f"front of {len(G7)} against CN, together, apart and alone: {seconds:.2f} s; joint objective "
          f"{100 * weights @ joined.together.after.log_real_income:+.4f} % together, {100 * weights @ joined.apart.after.log_real_income:+.4f} % apart")  # fmt: skip
    steps, seconds = timed(lambda: retaliation_ladder(system, "US", "CN", 4))
    print(f"ladder of {len(steps)} moves: {seconds:.2f} s; US {', '.join(f'{100 * s.gains[us]:+.4f}' for s in steps)} %")
    good, seconds = timed(lambda: best_export(system, "CN", base.sectors[0], instrument="quota"))
    print(
        f"best Chinese export quota on {base.sectors[0]}: {seconds:.2f} s; {100 * good.total:.1f} % of exports, premium {100 * good.rate.max():.1f} %"
    )
    everybody, seconds = timed(lambda: war(system, list(base.countries), among=False))
    print(
        f"war of all {len(base.countries)}, {everybody.free} rates: {seconds:.2f} s, {everybody.rounds} rounds, first-order residual {everybody.first_order:.0e}"
    )


if __name__ == "__main__":
    main()

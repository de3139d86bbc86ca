"""194 countries, one sector: Newton and batches against a plain finite-difference solver, in one run on one thread.

    python benchmarks/trade_one.py [--data FOLDER] [--scenarios 200] [--repeat 5]

FOLDER holds ``trade_2023_kusd.csv`` (rows exporters, columns importers) and ``countries.csv``; without it a made-up economy of the
same size is solved. The rival is what the published Python conversion of the study does: the equations in levels (wage, spending and
employment: 3N unknowns) given to ``scipy.optimize.fsolve`` from ones, with xtol 1e-6 and a Jacobian by differences. It is written
anew here. A second line gives it a tolerance near ours, a third spares it the powers of tariffs too, which the conversion computes
in each evaluation. Seconds are the best of the repeats (one run of the rival, which takes seconds).
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one thread; set before numpy is loaded
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import csv
import platform
import time
from pathlib import Path

import numpy as np
from scipy.optimize import fsolve

from countermeasure.trade.one import Chord, OneSector, answer, best_tariff, formula_answer, profit_split, set_tariff, solve

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "trade" / "one_sector_2023"


def observed(folder):
    """Trade of 2023 and the American tariffs announced on 2 April 2025."""
    countries = list(csv.DictReader((folder / "countries.csv").open(encoding="utf-8")))
    _, *rows = csv.reader((folder / "trade_2023_kusd.csv").open(encoding="utf-8"))
    trade = np.array([[float(cell or 0) for cell in row[1:]] for row in rows]).T
    gdp = np.array([float(row["gdp_usd"]) for row in countries]) / 1000
    codes = [row["iso3"] for row in countries]
    split = profit_split(trade, gdp, codes.index("USA"), published=True)
    economy = OneSector.from_table(trade, gdp, countries=codes, profit_share=split, home="published", clip_home=True)
    return economy, set_tariff(economy, "USA", np.array([float(row["ustr_tariff_20250402"]) for row in countries]), least=0.1)


def made(size=194, seed=5):
    """An economy of the same size with sizes and trade drawn at random."""
    random = np.random.default_rng(seed)
    gdp = random.lognormal(0, 2, size)
    trade = 0.3 * np.outer(gdp, gdp) / gdp.sum() * random.lognormal(0, 0.7, (size, size))
    codes = ["USA", *(f"X{n:03d}" for n in range(1, size))]
    economy = OneSector.from_table(trade, gdp, countries=codes, profit_share=0.12)
    return economy, set_tariff(economy, "USA", random.uniform(0.1, 0.5, size))


def rival(economy, tariff, xtol, *, spared=False):
    """Levels and finite differences; ``spared`` takes the powers of tariffs out of the equations, where the conversion has them."""
    par, size = economy.parameters, len(economy.countries)
    share, nu, phi = economy.shares, np.tile(economy.profit_share[:, None], (1, size)), economy.price_power
    exponent = -par.elasticity * np.tile(phi[:, None], (1, size))
    ready = (1 + tariff) ** exponent

    def model(x):
        wage, spent, labour = np.abs(x[:size]), np.abs(x[size : 2 * size]), np.abs(x[2 * size :])
        weight = share * np.tile((wage / labour**par.scale)[None, :], (size, 1)) ** -par.elasticity
        weight = weight * (ready if spared else (1 + tariff) ** exponent)
        paid = (
            weight
            / np.tile(weight.sum(1, keepdims=True), (1, size))
            * np.tile((spent * economy.expenditure)[:, None], (1, size))
        )
        flow, price = paid / (1 + tariff), (spent / wage) ** (1 - phi) * weight.sum(1) ** (-1 / par.elasticity)
        income, revenue = wage * labour * economy.output, (paid * tariff / (1 + tariff)).sum(1)
        market = ((1 - nu) * flow).sum(0) + (nu * flow).sum(1) - income
        market[-1] = np.mean((price - 1) * economy.expenditure)
        budget = revenue + income + economy.transfer * income.sum() / economy.output.sum() - spent * economy.expenditure
        return np.concatenate([market, budget, labour - (wage / price / (1 - revenue / income)) ** par.labour])

    found, info, _, _ = fsolve(model, np.ones(3 * size), xtol=xtol, maxfev=50000, factor=0.1, full_output=True)
    return np.abs(found[:size]) - 1, info["nfev"]


def best(run, repeat):
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    real = (asked.data / "countries.csv").is_file()
    economy, tariff = observed(asked.data) if real else made()
    print(
        f"{'trade of 2023' if real else 'made-up economy'}, {len(economy.countries)} economies; {platform.machine()}, load {os.getloadavg()[0]:.2f}"
    )

    newton, outcome = best(lambda: solve(economy, tariff), asked.repeat)
    slow = []
    for xtol, spared in ((1e-6, False), (1e-10, False), (1e-10, True)):
        seconds, (wages, calls) = best(lambda x=xtol, s=spared: rival(economy, tariff, x, spared=s), 1)
        gap = np.abs(wages - outcome.wages).max()
        slow.append(seconds)
        print(
            f"fsolve, 3N levels, xtol {xtol:.0e}   {seconds:8.3f} s  {calls} evaluations, wages off by {gap:.1e}{', powers of tariffs taken out' * spared}"
        )
    print(
        f"Newton, 2N logarithms         {newton:8.4f} s  residual {outcome.residual:.0e}, {slow[0] / newton:.0f} times faster (than the rival spared: {slow[2] / newton:.0f})"
    )

    random, base = np.random.default_rng(1), answer(economy, tariff, "USA", formula_answer(economy, "USA"))
    usa = economy.country("USA")
    schedules = []
    for _ in range(
        asked.scenarios
    ):  # American tariffs and the answers to them between none and one and a half times those announced
        one = base.copy()
        one[usa] *= random.uniform(0, 1.5, len(economy.countries))
        one[:, usa] *= random.uniform(0, 1.5, len(economy.countries))
        schedules.append(one)
    built, chord = best(lambda: Chord(economy, base), 1)
    spent, found = best(lambda: [chord.solve(one) for one in schedules], 1)
    each = spent / len(schedules)
    wide = max(o.residual for o in found)
    print(
        f"batch, one factorisation      {each:8.5f} s a scenario ({len(schedules)}, {built:.3f} s once), residual {wide:.0e}, {slow[0] / each:.0f} times faster ({slow[2] / each:.0f})"
    )
    checked = max(
        np.abs(solve(economy, one).columns()[:, [0, 4, 5]] - o.columns()[:, [0, 4, 5]]).max()
        for one, o in zip(schedules[:20], found, strict=False)
    )
    print(f"  against Newton in 20 of them: real income, employment and prices differ by at most {checked:.0e}")
    seconds, outcome = best(lambda: solve(economy.roundabout(), tariff), asked.repeat)
    print(f"roundabout, 3N                {seconds:8.4f} s  residual {outcome.residual:.0e}")
    for name, one in (("one sector", economy), ("roundabout", economy.roundabout())):
        seconds, choice = best(lambda e=one: best_tariff(e, "USA"), 1)
        print(
            f"best tariffs on {int(choice.free.sum())} origins, {name}  {seconds:.3f} s  {choice.rounds} equilibria, first-order residual {choice.first_order:.0e}"
        )


if __name__ == "__main__":
    main()

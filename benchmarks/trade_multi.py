"""Speed of the multi-sector trade model, with rivals in the same run.

    python benchmarks/trade_multi.py [--rival PYTHON] [--shared FOLDER] [--quick]

1. The textbook algorithm of Caliendo and Parro (2015): wages outside, prices inside until they settle, then one dense
   solution of all N x J purchases in every round; written here with numpy, to 1e-7, at the fastest of three dampings.
   Tables: NAFTA 31 x 40 (C1, C2), the 2023 baseline 41 x 35 at 145 and 125 percent, and a made 26 x 9 one.
2. A thousand scenarios of a compact baseline, 26 x 9 (a made one), on one core and on two.
3. gegravity 0.3 on its own example (D1), if ``--rival`` names the interpreter of an environment that has it:

    python -m venv rival && rival/bin/pip install gegravity "pandas<3"
    python benchmarks/trade_multi.py --rival rival/bin/python

Times are those of the processor, except for the batch and the package; all run on one BLAS thread. Tables of the first
part are read from the folder of working material; without it only the made table runs.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core; set before numpy is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import json
import platform
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from countermeasure.trade.multi.closures import rebalanced
from countermeasure.trade.multi.gravity import gravity
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.solve import solve, solve_many

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "trade"))

import trade_data  # noqa: E402

SEED = 20261127
EXAMPLE = {
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
}

RIVAL = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
begun = time.perf_counter()
import pandas as pd, gegravity as ge
imported = time.perf_counter() - begun
given = json.loads(sys.argv[1])
frame = pd.read_csv(given["data"])
names = list(given["coefficients"])
base = ge.BaselineData(frame, imp_var_name="importer", exp_var_name="exporter", year_var_name="year", trade_var_name="trade",
                       expend_var_name="E", output_var_name="Y")
table = pd.DataFrame([{"var": k, "beta": v, "se": 0.1} for k, v in given["coefficients"].items()])
costs = ge.CostCoeffs(estimates=table, identifier_col="var", coeff_col="beta", stderr_col="se")
times = []
for _ in range(2):
    model = ge.OneSectorGE(base, year="2006", expend_var_name="E", output_var_name="Y", cost_coeff_values=costs,
                           cost_variables=names, reference_importer="DEU", sigma=5, quiet=True)
    begun = time.perf_counter()
    model.build_baseline(omr_rescale=100)
    built = time.perf_counter() - begun
    changed = model.baseline_data.copy()
    for m, x in (("CAN", "JPN"), ("JPN", "CAN")):
        changed.loc[(changed.importer == m) & (changed.exporter == x), "pta"] = 1
    model.define_experiment(changed)
    begun = time.perf_counter()
    model.simulate()
    times.append((built, time.perf_counter() - begun))
found = model.country_results["GDP change (percent)"].to_dict()
print(json.dumps({"import": imported, "times": times, "gdp": found}))
"""


def nested(base, policy, damping, patience=np.inf, tolerance=1e-7, rounds=3000):
    """The textbook algorithm: real incomes and rounds, or None if it does not settle."""
    n, j = base.final.shape
    theta, labour, pi = base.theta, base.value_share, base.shares
    wedge = (1 + policy.tariff) * (1 + policy.export_tax) * policy.friction / ((1 + base.tariff) * (1 + base.export_tax))
    power = wedge**-theta
    net_of = 1 / ((1 + policy.tariff) * (1 + policy.export_tax))
    wage, price, begun = np.ones(n), np.ones((n, j)), time.process_time()
    for turn in range(rounds):
        if not (wage > 0).all() or time.process_time() - begun > patience:
            return None
        for _ in range(500):  # prices at these wages
            cost = np.exp(labour * np.log(wage)[:, None] + np.einsum("nkj,nk->nj", base.inputs, np.log(price)))
            new = (pi * power * cost**-theta).sum(axis=1) ** (-1 / theta)
            moved = np.abs(new - price).max()
            price = new
            if moved < tolerance:
                break
        share = pi * power * cost**-theta / price[:, None, :] ** -theta
        net = share * net_of
        duty = (share * policy.tariff / (1 + policy.tariff)).sum(axis=1)
        tax = net * policy.export_tax
        matrix = np.einsum("nkj,mnj->nkmj", base.inputs, net)  # inputs of what n sells to m
        for k in range(j):
            matrix[np.arange(n), k, np.arange(n), :] += base.final[:, k, None] * duty
        matrix += base.final[:, :, None, None] * tax.transpose(1, 0, 2)[:, None]
        right = base.final * (wage * base.value_added + base.transfer)[:, None]
        bought = np.linalg.solve(np.eye(n * j) - matrix.reshape(n * j, n * j), right.ravel()).reshape(n, j)
        sold = (net * bought[:, None, :]).sum(axis=0)
        gap = (labour * sold).sum(axis=1) / (wage * base.value_added) - 1
        if np.abs(gap).max() < tolerance:
            income = (
                wage * base.value_added
                + base.transfer
                + (duty * bought).sum(axis=1)
                + (tax * bought[:, None, :]).sum(axis=(0, 2))
            )
            return income / base.spending / np.exp((base.final * np.log(price)).sum(axis=1)), turn + 1
        wage = wage * (1 + damping * gap)
        wage *= base.value_added.sum() / (wage * base.value_added).sum()
    return None


def best_of(count, run):
    times = []
    for _ in range(count):
        begun = time.process_time()
        found = run()
        times.append(time.process_time() - begun)
    return min(times), found


def compare(name, base, policy, quick):
    took, found = best_of(5, lambda: solve(base, policy))
    rivals = []
    for damping in (0.5,) if quick else (0.5, 0.2, 1.0):
        begun = time.process_time()
        answer = nested(base, policy, damping, min((r[0] for r in rivals), default=np.inf))  # no longer than the fastest
        if answer is not None:
            rivals.append((time.process_time() - begun, damping, *answer))
    theirs, damping, real, rounds = min(rivals, key=lambda r: r[0])
    apart = np.abs(real - found.real_income).max()
    print(
        f"  {name}: ours {1e3 * took:.1f} ms, {found.sweeps} sweeps, error {found.error:.0e}; textbook {theirs:.2f} s, {rounds} rounds"
        f" at damping {damping}: {theirs / took:,.0f} times; real incomes differ by {apart:.0e}"
    )


def us_china(base):
    us, cn = base.country("USA"), base.country("CHN")
    policy = Policy.of(base)
    for origin in range(len(base.countries)):
        if origin != us:
            policy = policy.with_tariff(us, origin, 0.10, base.goods)
    return policy.with_tariff(us, cn, 1.45, base.goods).with_tariff(cn, us, 1.25, base.goods)


def scenarios(base, count):
    """Tariffs of up to 150 percent on a few pairs and half of the sectors."""
    rng = np.random.default_rng(SEED)
    n, j = base.final.shape
    found = []
    for _ in range(count):
        policy = Policy.of(base)
        for m, i in rng.integers(0, n, (4, 2)):
            if m != i:
                policy = policy.with_tariff(int(m), int(i), float(rng.uniform(0, 1.5)), rng.random(j) < 0.5, add=True)
        found.append(policy)
    return found


def batch(base, count):
    policies = scenarios(base, count)
    begun = time.perf_counter()
    found = solve_many(base, policies)
    alone = time.perf_counter() - begun
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(abs, (1, 2)))  # start the workers
        begun = time.perf_counter()
        solve_many(base, policies, executor=pool)
        two = time.perf_counter() - begun
    worst = max(one.error for one in found)
    print(f"  {count:,} scenarios, 26 x 9: {alone:.2f} s on one core, {two:.2f} s on two; greatest error {worst:.0e}")


def gravity_example(shared, python):
    folder = shared / "data/trade/gegravity_example"
    with (folder / "sample_data_set.csv").open() as handle:
        rows = [row for row in csv.DictReader(handle) if row["year"] == "2006"]
    names = sorted({row["importer"] for row in rows})
    place = {name: k for k, name in enumerate(names)}
    n = len(names)
    before, after, y, e = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n), np.zeros(n)
    for row in rows:
        m, i = place[row["importer"]], place[row["exporter"]]
        y[i], e[m] = float(row["Y"]), float(row["E"])
        for cost, pta in (
            (before, float(row["pta"])),
            (after, 1.0 if {row["importer"], row["exporter"]} == {"CAN", "JPN"} else float(row["pta"])),
        ):
            cost[m, i] = np.exp(sum(b * (pta if k == "pta" else float(row[k])) for k, b in EXAMPLE.items()))
    took, found = {}, {}
    for mode in ("fixed_shares", "exact"):
        took[mode], found[mode] = best_of(
            20, lambda mode=mode: gravity(before, after, y, e, 5.0, reference=place["DEU"], mode=mode)
        )
    gdp = {mode: 100 * (found[mode].real_output[place["CAN"]] - 1) for mode in found}
    print(
        f"  gravity 30 x 1, ours: fixed shares {1e3 * took['fixed_shares']:.2f} ms (Canada {gdp['fixed_shares']:.4f} %),"
        f" exact {1e3 * took['exact']:.2f} ms (Canada {gdp['exact']:.4f} %)"
    )
    if not python:
        print("  no rival; see --help for how to make one")
        return
    given = {"data": str(folder / "sample_data_set.csv"), "coefficients": EXAMPLE}
    done = subprocess.run([python, "-c", RIVAL, json.dumps(given)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the rival failed: {done.stderr.strip()[-2000:]}")
    other = json.loads(done.stdout.splitlines()[-1])
    built, simulated = min(other["times"], key=sum)
    apart = max(abs(100 * (found["fixed_shares"].real_output[place[k]] - 1) - v) for k, v in other["gdp"].items())
    whole = built + simulated
    print(
        f"  gegravity: import {other['import']:.1f} s, baseline {built:.2f} s, simulation {simulated:.2f} s;"
        f" {whole / took['fixed_shares']:,.0f} times ours with the same answer (to {apart:.0e} points of GDP),"
        f" {whole / took['exact']:,.0f} times ours exact"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rival", default="", help="interpreter of an environment with gegravity")
    options.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    options.add_argument("--quick", action="store_true", help="the textbook algorithm at one damping only")
    chosen = options.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one core unless said")
    made = trade_data.made_baseline(26, 9, seed=3)
    compare("made 26 x 9, a tariff scenario", made, scenarios(made, 1)[0], chosen.quick)
    if (chosen.shared / "data/trade").is_dir():
        nafta, after = trade_data.nafta(chosen.shared)
        nafta = rebalanced(nafta)
        compare("NAFTA 31 x 40", nafta, replace(Policy.of(nafta), tariff=after), chosen.quick)
        world = trade_data.baseline2023(chosen.shared)
        compare("2023 baseline 41 x 35, 145/125", world, us_china(world), chosen.quick)
    batch(made, 1000)
    if (chosen.shared / "data/trade").is_dir():
        gravity_example(chosen.shared, chosen.rival)


if __name__ == "__main__":
    main()

"""Speed of the weekly economy, with a rival in the same run.

    python benchmarks/economy.py [--rival PYTHON] [--industries 402] [--draws 200] [--weeks 104]

The table is made up with a fixed seed: 402 industries of one region, cost shares log-normal, as skewed as those of a detailed
national table. Rival: BoARIO, which runs one draw at a time. ``--rival`` is the interpreter of an environment of its own:

    python -m venv rival && rival/bin/pip install boario progressbar2
    python benchmarks/economy.py --rival rival/bin/python

(BoARIO 0.7.2 does not name progressbar2 among its needs.) It steps once a week here, as ours does, on the same table and the
same shock; a second line gives its usual step of a day. Losses of both are printed for one draw with the rules of ours set
as near to those of BoARIO as they go: all inputs critical, stocks of 90 days, overtime to 1.25, no persistent orders.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core; set before numpy is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import platform
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

SEED = 20261127
HIT = 12
ALL = 1e-12  # cost share from which every input counts
CUT, FIRST, LAST = 0.3, 4, 17  # one draw that both run: 30 % of twelve industries for thirteen weeks

RIVAL = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import logging
logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd, pymrio
from boario.event import from_series
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation

given = json.load(open(sys.argv[1]))
held = np.load(given["table"])
z, final, added = held["z"], held["final"], held["value_added"]
n = len(final)
index = pd.MultiIndex.from_product([["US"], [f"s{k}" for k in range(n)]], names=["region", "sector"])
uses = pd.MultiIndex.from_tuples([("US", "final")], names=["region", "category"])
table = pymrio.IOSystem(Z=pd.DataFrame(z, index, index), Y=pd.DataFrame(final[:, None], index, uses))
table.calc_all()
out = {}
for step in given["steps"]:
    begun = time.perf_counter()
    model = ARIOPsiModel(table, temporal_units_by_step=step, order_type="noalt", productive_capital_vector=pd.Series(added * 4, index))
    lost = pd.Series(added[given["nodes"]] * 4 * given["cut"], index[given["nodes"]])
    event = from_series(lost, event_type="recovery", occurrence=given["first"] * 7, duration=(given["last"] - given["first"]) * 7,
                        recovery_tau=step, event_monetary_factor=10**6)
    run = Simulation(model, n_temporal_units_to_sim=given["weeks"] * 7)
    run.add_event(event)
    made = time.perf_counter()
    run.loop()
    made_in, ran_in = made - begun, time.perf_counter() - made
    produced = run.production_realised.sum(axis=1).to_numpy()[::step]
    out[str(step)] = {"setup": made_in, "loop": ran_in, "loss": float((produced[0] - produced).sum())}
import boario
out["version"] = getattr(boario, "__version__", "?")
print(json.dumps(out))
"""


def synthetic(n: int):
    """A table of n industries whose cost shares are as skewed as those of detailed tables."""
    from countermeasure.supply.economy import IOTable

    rng = np.random.default_rng(SEED)
    a = rng.lognormal(0, 2.5, (n, n))
    a = a / a.sum(axis=0) * rng.uniform(0.3, 0.7, n)
    final = rng.lognormal(10, 1.5, n)
    return IOTable.closed([("US", f"s{k}") for k in range(n)], a * np.linalg.solve(np.eye(n) - a, final), final)


def ours(table, draws: int, weeks: int, nodes, cost_share: float) -> dict[str, float]:
    from countermeasure.supply.economy import critical_inputs, simulate_economy

    begun = time.perf_counter()
    critical = critical_inputs(table, cost_share=cost_share)
    listed = time.perf_counter() - begun
    rng = np.random.default_rng(SEED)
    capacity = np.ones((draws, weeks, len(nodes)))
    capacity[:, 1 : weeks // 2] = rng.uniform(0.2, 1, (draws, 1, len(nodes)))
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        simulate_economy(table, nodes, capacity, critical=critical, keep="nodes")
        took.append(time.perf_counter() - begun)
    return {"pairs": len(critical), "listed": listed, "run": min(took)}


def near_boario(table, weeks: int, nodes) -> float:
    """Loss of the common draw under rules near to those of BoARIO."""
    from countermeasure.supply.economy import Rules, critical_inputs, simulate_economy

    capacity = np.ones((1, weeks, len(nodes)))
    capacity[:, FIRST:LAST] = 1 - CUT
    rules = Rules(
        psi=0.8,
        restock_weeks=60 / 7,
        cover_weeks=90 / 7,
        follow=1,
        persist=False,
        overproduction=1.25,
        overproduction_weeks=365 / 7,
    )
    run = simulate_economy(table, nodes, capacity, critical=critical_inputs(table, cost_share=ALL), rules=rules, keep="total")
    return float(run.output_loss.sum())


def rival(python: str, table, weeks: int, nodes) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "table.npz", z=table.z, final=table.final, value_added=table.value_added)
        given = {
            "table": f"{folder}/table.npz",
            "nodes": nodes.tolist(),
            "weeks": weeks,
            "cut": CUT,
            "first": FIRST,
            "last": LAST,
        }
        (Path(folder) / "given.json").write_text(json.dumps({**given, "steps": [7, 1]}))
        (Path(folder) / "rival.py").write_text(RIVAL)
        done = subprocess.run(
            [python, f"{folder}/rival.py", f"{folder}/given.json"], capture_output=True, text=True, check=False, cwd=folder
        )
    if done.returncode:
        raise SystemExit(f"the rival failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rival", default="", help="interpreter of an environment with boario and progressbar2")
    options.add_argument("--industries", type=int, default=402)
    options.add_argument("--draws", type=int, default=200)
    options.add_argument("--weeks", type=int, default=104)
    chosen = options.parse_args()
    table = synthetic(chosen.industries)
    nodes = np.random.default_rng(SEED).permutation(chosen.industries)[:HIT]
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, one core")
    print(f"{chosen.industries} industries x {chosen.draws} draws x {chosen.weeks} weeks")
    each = {}
    for share, draws in ((0.05, chosen.draws), (0.02, chosen.draws), (0.01, chosen.draws), (ALL, max(chosen.draws // 20, 1))):
        found = ours(table, draws, chosen.weeks, nodes, share)
        each[share] = found["run"] / draws / chosen.weeks
        which = "all inputs" if share == ALL else f"inputs from {share:.0%} of cost"
        print(
            f"  ours, {which}: {found['pairs']:,} critical, {draws} draws, listed in {found['listed']:.3f} s,"
            f" run {found['run']:.3f} s, {each[share] * 1e6:.1f} us a draw-week"
        )
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if not chosen.rival:
        print("  no rival; see --help for how to make one")
        return
    other = rival(chosen.rival, table, chosen.weeks, nodes)
    for step in ("7", "1"):
        found = other[step]
        theirs = found["loop"] / chosen.weeks
        print(
            f"  BoARIO {other['version']}, step of {step} day{'s' if step == '7' else ''}, one draw: set up {found['setup']:.2f} s,"
            f" loop {found['loop']:.2f} s, {theirs * 1e6:,.0f} us a draw-week:"
            f" {theirs / each[0.05]:,.0f} times ours from 5%, {theirs / each[ALL]:,.1f} times ours with all inputs, as it has"
        )
    mine = near_boario(table, chosen.weeks, nodes)
    print(
        f"  loss of output of the common draw, million USD: ours {mine:,.0f}, BoARIO {other['1']['loss']:,.0f} by days,"
        f" {other['7']['loss']:,.0f} by weeks"
    )


if __name__ == "__main__":
    main()

"""Layer A: 20,000 draws of 65 weeks on two cores, and the whole command.

    python benchmarks/supply.py [--draws 20000] [--repeat 3]

The rival in the same run is the same chain run one draw at a time, as a plain simulation would be: it does the same arithmetic in
the same NumPy calls, so that the ratio is what running all draws at once gives. Another program to compare with is in
``benchmarks/economy.py``. Figures are wall seconds of the best repeat; the machine's load is printed.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from countermeasure.supply import Parameters, compile_network, load_scenario, simulate
from countermeasure.supply.controls import measures_of, plan_of

WEEKS = 65


def april():
    """The plan of April 2025 without controls on Chinese content, which is the case of the target."""
    network = compile_network()
    scenario = load_scenario("april-2025").for_weeks(WEEKS)
    measures, _ = measures_of(scenario.book, network.chain)
    kept = [m for m in measures if not m.abroad]
    return network, plan_of(network, kept, scenario.practice, scenario.day0, WEEKS)


def best(run, repeat):
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    network, plan = april()
    draws = asked.draws
    simulate(network, plan, 8, keep=("exports",))
    print(
        f"{len(network.nodes)} nodes, {len(network.rate)} processes, {len(network.source)} edges, {len(plan.edges)} under control; load {os.getloadavg()[0]:.2f}"
    )
    with ProcessPoolExecutor(2) as two:
        list(two.map(abs, range(8)))
        for single in (True, False):
            for block in (500, 1000):
                seconds = best(
                    lambda s=single, b=block: simulate(
                        network, plan, draws, keep=("exports",), executor=two, block=b, single=s
                    ),
                    asked.repeat,
                )
                word = "single" if single else "double"
                print(
                    f"{draws:,} draws x {WEEKS} weeks, {word} precision, two processes, block {block}: {seconds:.2f} s, {1e6 * seconds / draws / WEEKS:.2f} us a draw-week"
                )
    some = 40
    drawn = Parameters.shipped().draw(some, 1)
    one = best(
        lambda: [
            simulate(network, plan, 1, keep=("exports",), drawn={n: v[d : d + 1] for n, v in drawn.items()})
            for d in range(some)
        ],
        1,
    )
    all_ = best(lambda: simulate(network, plan, 2000, keep=("exports",), block=500), asked.repeat)
    ratio = (one / some) / (all_ / 2000)
    print(
        f"one draw at a time {1e3 * one / some:.1f} ms a draw, all at once {1e3 * all_ / 2000:.2f} ms a draw (one process, double): ratio {ratio:.0f}"
    )
    print(f"largest process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    command = [sys.executable, "-m", "countermeasure", "supply"]
    seconds = best(lambda: subprocess.run(command, check=True, capture_output=True), asked.repeat)
    print(f"countermeasure supply with defaults: {seconds:.2f} s")
    found = simulate(network, plan, 200, keep=("exports",))["exports"].values
    other = simulate(network, plan, 200, keep=("exports",), single=True)["exports"].values
    print(
        f"single against double precision: greatest difference {np.abs(found - other).max() / found.max():.1e} of the greatest flow"
    )


if __name__ == "__main__":
    main()

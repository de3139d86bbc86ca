"""A sweep of 10 x 12 points over law, duty, chain and trade, beside single runs of some of its points.

    python benchmarks/sweep.py [--workers 2] [--draws 100] [--points 6] [--json]

The rival runs each point as a person would who has only single runs: every part anew, in one process that stays warm. It is measured
on some points and counted up to all. Wall time hangs on who else uses the machine, so that processor time is told beside it. Figures
of the points that both computed must be equal to the last bit, else the benchmark fails.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from countermeasure.scenario.whole import load_whole, run_whole
from countermeasure.scenario.whole.sweep import SWEPT, SweepResult, moved, parse_grid, sweep

STORY = "no-deal-157"
GRID = ("permits=0.1:1:10", "rate=0:1.57:12")


@dataclass(frozen=True)
class Measured:
    """What was measured; seconds."""

    points: int
    jobs: int
    draws: int
    workers: int
    wall: float
    cpu: float
    resumed: float
    naive_points: int
    naive_wall_a_point: float
    naive_cpu_a_point: float
    times_faster_wall: float
    times_faster_cpu: float
    load: float


def _cpu() -> float:
    """Processor seconds of this process and of children that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(workers: int, draws: int, points: int) -> Measured:
    """Run both; figures of common points must agree.

    Raises:
        SystemExit: If they do not.
    """
    story, grid = replace(load_whole(STORY), draws=draws), parse_grid(GRID)
    run_whole(moved(story, {"permits": 0.1, "rate": 0.1}), None, SWEPT)  # load and compile what a first run loads and compiles
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = _cpu(), time.perf_counter()
        with ProcessPoolExecutor(workers) as executor:
            found = sweep(story, grid, parts=SWEPT, executor=executor, store=Path(folder))
        cpu, wall = _cpu() - cpu, time.perf_counter() - wall
        again = time.perf_counter()
        sweep(story, grid, parts=SWEPT, store=Path(folder))
        again = time.perf_counter() - again
    places = [round(n * (len(grid) - 1) / max(points - 1, 1)) for n in range(points)]
    naive_cpu, naive_wall = _cpu(), time.perf_counter()
    for place in places:
        _check(found, place)
    naive_cpu, naive_wall = (_cpu() - naive_cpu) / points, (time.perf_counter() - naive_wall) / points
    return Measured(
        len(grid),
        len(found.parts),
        draws,
        workers,
        wall,
        cpu,
        again,
        points,
        naive_wall,
        naive_cpu,
        naive_wall * len(grid) / wall,
        naive_cpu * len(grid) / cpu,
        os.getloadavg()[0],
    )


def _check(found: SweepResult, place: int) -> None:
    """Run one point alone and hold it against the sweep."""
    values = dict(zip(found.grid.dials, list(found.grid.points())[place], strict=True))
    alone = run_whole(moved(found.scenario, values), None, SWEPT)
    for name, part in found.at(place).items():
        if dict(part.figures) != dict(alone.parts[name].figures):
            sys.exit(f"{name} at {values} is not what a single run gives")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--points", type=int, default=6, help="Points that are run alone.")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.workers, given.draws, given.points)
    if given.json:
        print(json.dumps(asdict(found), indent=1))
        return
    print(f"{found.points} points, {found.jobs} parts, {found.draws} draws, {found.workers} workers, load {found.load:.1f}")
    print(f"sweep       {found.wall:7.1f} s wall, {found.cpu:7.1f} s processor; again from its folder {found.resumed:.2f} s")
    print(f"single runs {found.naive_wall_a_point:7.2f} s wall, {found.naive_cpu_a_point:7.2f} s processor a point")
    print(
        f"times faster than {found.points} single runs: {found.times_faster_wall:.1f} wall, {found.times_faster_cpu:.1f} processor"
    )


if __name__ == "__main__":
    main()

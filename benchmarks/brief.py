"""The brief of the shipped example: when the first page stands, when all stands, and the same answers by separate commands.

    python benchmarks/brief.py [--repeat 3]

Every run is a process of its own, as a person would start it. *First page* is the time until the last table of the law is printed;
*cold* keeps no parts of scenarios, *kept* finds them in the cache. The rival in the same run is one command after the other: a
``duty`` for every entry and a ``scenario run`` for every scenario, which leaves out licenses, the firm's own stock and the actions,
so that the ratio favours the rival. Figures are wall and processor seconds of the best repeat; the machine's load is printed.
"""

import argparse
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time

from countermeasure.codes.day import parse_day
from countermeasure.io.brief.build import Asking, commands_of, law_now
from countermeasure.io.portfolio import shipped_portfolio

DAY = "2026-11-27"
LAST_OF_LAW = b"What changes"


def spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command, cache, mark=None):
    """Wall seconds until a line begins with a mark, wall seconds in all, processor seconds."""
    start, before, seen = time.perf_counter(), spent(), None
    environment = {**os.environ, "COUNTERMEASURE_CACHE": cache, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    for line in process.stdout:
        if mark is not None and seen is None and line.startswith(mark):
            seen = time.perf_counter() - start
    if process.wait():
        sys.exit(f"{shlex.join(command)} ended with {process.returncode}")
    return seen, time.perf_counter() - start, spent() - before


def best(runs):
    return min(runs, key=lambda one: one[1])


def said(name, run):
    seen, wall, cpu = run
    first = "" if seen is None else f"first page {seen:5.2f} s, "
    print(f"{name:34} {first}all {wall:6.2f} s, processor {cpu:6.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    tool = [sys.executable, "-m", "countermeasure"]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as cache:
        brief = [*tool, "brief", "--on", DAY]
        timed([*brief, "--first-page"], cache)  # compiles the book into the cache
        law = best([timed([*brief, "--first-page"], cache, LAST_OF_LAW) for _ in range(asked.repeat)])
        cold = best([timed([*brief, "--no-cache"], cache, LAST_OF_LAW) for _ in range(asked.repeat)])
        timed(brief, cache)
        kept = best([timed(brief, cache, LAST_OF_LAW) for _ in range(asked.repeat)])
        asking = Asking(shipped_portfolio(), parse_day(DAY))
        commands = [shlex.split(line)[1:] for line, _ in commands_of(asking, law_now(asking))]
        singles = [words for words in commands if words[0] == "duty"]
        singles += [[*words, "--no-cache", "--parts", "law,supply,trade,talks"] for words in commands if words[0] == "scenario"]
        rival = [timed([*tool, *words], cache) for words in singles]
    said("law alone (--first-page)", law)
    said("whole, cold (--no-cache)", cold)
    said("whole, parts kept", kept)
    wall, cpu = sum(run[1] for run in rival), sum(run[2] for run in rival)
    said(f"rival: {len(rival)} separate commands", (None, wall, cpu))
    print(f"ratio to the rival: wall {wall / cold[1]:.1f}, processor {cpu / cold[2]:.1f}")


if __name__ == "__main__":
    main()

"""Speed of the ownership rules, in one run: 5 million entities, 10 million edges, 20,000 listed parties.

Run: python benchmarks/ownership.py [--entities 5e6] [--edges 1e7] [--seeds 2e4] [--file]

Rivals on the same graph: the whole sparse matrix times the vector of restricted owners, over and over (SciPy); on a smaller
graph: a worklist in plain Python over NetworkX. Every task runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
SEED = 20261124
RULES = ("ofac", "bis", "cn_61", "eu", "uk")
DAY = 20376  # 2025-10-15, with the rules of BIS and of China in force


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entities", type=float, default=5e6)
    options.add_argument("--edges", type=float, default=1e7)
    options.add_argument("--seeds", type=float, default=2e4)
    options.add_argument("--small", type=float, default=2e5, help="edges of the graph for plain Python")
    options.add_argument("--task", default="")
    chosen = options.parse_args()
    if chosen.task:
        print(json.dumps(TASKS[chosen.task](chosen)))
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, numpy {np.__version__}")
    print(f"{'task':38} {'wall s':>9} {'cpu s':>8} {'peak GB':>8}  remark")
    for name in TASKS:
        sizes = [f"--{k}={getattr(chosen, k)}" for k in ("entities", "edges", "seeds", "small")]
        done = subprocess.run([sys.executable, str(HERE), "--task", name, *sizes], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:38} failed: {done.stderr.strip().splitlines()[-1]}")
            continue
        for row in json.loads(done.stdout.splitlines()[-1]):
            print(f"{row['what']:38} {row['wall']:9.4f} {row['cpu']:8.3f} {row['peak']:8.2f}  {row['remark']}")


def made(entities: int, edges: int, seeds: int):
    """A made graph: stakes, a tenth of them bands, one in fifty unknown; no entity is held for more than the whole."""
    rng = np.random.default_rng(SEED)
    drawn = int(edges * 2)
    owner = rng.integers(0, entities, drawn, dtype=np.int32)
    owned = np.sort(rng.integers(0, entities, drawn, dtype=np.int32))
    share = rng.choice(np.array([50_000, 100_000, 200_000, 250_000, 300_000, 500_000, 510_000, 1_000_000]), drawn,
                       p=[0.2, 0.15, 0.15, 0.15, 0.1, 0.1, 0.05, 0.1])  # fmt: skip
    start = np.concatenate([[0], np.flatnonzero(np.diff(owned)) + 1])
    total = np.cumsum(np.maximum(share, 250_001))
    before = np.repeat(total[start] - np.maximum(share, 250_001)[start], np.diff(np.append(start, drawn)))
    again = np.zeros(drawn, bool)
    again[1:] = (owned[1:] == owned[:-1]) & (owner[1:] == owner[:-1])
    kept = np.flatnonzero((total - before <= 1_000_000) & (owner != owned) & ~again)
    kept = np.sort(rng.choice(kept, min(edges, len(kept)), replace=False))
    kept = rng.permutation(kept)
    owner, owned, share, edges = owner[kept], owned[kept], share[kept], len(kept)
    low, high = share.copy(), share.copy()
    band = rng.random(edges) < 0.1
    low[band], high[band] = 250_000, 500_000
    unknown = rng.random(edges) < 0.02
    low[unknown], high[unknown] = -1, -1
    listed = rng.choice(entities, seeds, replace=False)
    return owner, owned, low, high, band & ~unknown, listed


def listings(numbers, code):
    from countermeasure.parties.ownership import Listing

    return [Listing(str(n), code) for n in numbers]


class Clock:
    """Wall and processor time of a block."""

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu

    def row(self, what, remark=""):
        """A line of the table."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        return {"what": what, "wall": self.wall, "cpu": self.cpu, "peak": peak, "remark": remark}


CODE = {"ofac": "us-sdn", "bis": "us-el", "cn_61": "cn-ecl", "eu": "eu", "uk": "uk"}


def rules(chosen):
    from countermeasure.parties.ownership import Graph, restricted, rule_of
    from countermeasure.parties.ownership.fixpoint import walk

    owner, owned, low, high, excl, listed = made(int(chosen.entities), int(chosen.edges), int(chosen.seeds))
    rows = []
    with Clock() as clock:
        graph = Graph.from_arrays(owner, owned, low, high, min_excl=excl, size=int(chosen.entities))
        view = graph.on(None)
    rows.append(clock.row("build arrays and index", f"{view.tables['shares'].count:,} stakes"))
    total = clock.wall
    numbers = np.sort(listed).astype(np.int32)
    for upper in (False, True):
        with Clock() as clock:
            found = walk(view, graph.size, numbers, rule_of("ofac"), upper=upper)
        reached = int((found.round >= 0).sum())
        what = "possible" if upper else "certain"
        rows.append(clock.row(f"one walk, {what}", f"{reached:,} reached in {found.rounds} rounds, {found.walked:,} stakes"))
    for rule in RULES:
        seeds = listings(numbers.tolist(), CODE[rule])
        with Clock() as clock:
            result = restricted(graph, seeds, rule, as_of=DAY)
        counts = ", ".join(f"{v:,} {k}" for k, v in result.counts().items() if v)
        rows.append(clock.row(f"rule {rule}, both walks and flags", counts))
        total += clock.wall
    rows.append(clock.row("build and all five rules", "sum of the above") | {"wall": total, "cpu": total})
    return rows


def matrix(chosen):
    """The rival: whole sparse products until nothing changes, for the certain walk."""
    from scipy import sparse

    owner, owned, low, _, _, listed = made(int(chosen.entities), int(chosen.edges), int(chosen.seeds))
    size = int(chosen.entities)
    with Clock() as build:
        weights = sparse.csr_matrix((np.maximum(low, 0).astype(np.float64), (owned, owner)), shape=(size, size))
    with Clock() as clock:
        restricted = np.zeros(size)
        restricted[listed] = 1
        rounds = 0
        while True:
            now = np.maximum(restricted, (weights @ restricted >= 500_000).astype(np.float64))
            rounds += 1
            if (now == restricted).all():
                break
            restricted = now
    remark = f"{int(restricted.sum()):,} reached in {rounds - 1} rounds; no bands, no excess, no reasons"
    return [build.row("rival: SciPy, build"), clock.row("rival: SciPy, certain walk", remark)]


def plain(chosen):
    """The rival: a worklist in plain Python, over NetworkX where it is there."""
    edges = int(chosen.small)
    entities, seeds = edges // 2, max(1, int(chosen.seeds * edges / chosen.edges))
    owner, owned, low, high, excl, listed = made(entities, edges, seeds)
    try:
        import networkx as nx

        kind = "NetworkX"
    except ImportError:
        nx, kind = None, "dictionaries"
    with Clock() as build:
        if nx is not None:
            graph = nx.DiGraph()
            graph.add_weighted_edges_from(zip(owner.tolist(), owned.tolist(), np.maximum(low, 0).tolist(), strict=True))
            out = {node: [(t, d["weight"]) for t, d in near.items()] for node, near in graph.adjacency()}
        else:
            out = {}
            for o, e, w in zip(owner.tolist(), owned.tolist(), np.maximum(low, 0).tolist(), strict=True):
                out.setdefault(o, []).append((e, w))
    with Clock() as clock:
        held: dict[int, int] = {}
        restricted = set(listed.tolist())
        work = list(restricted)
        while work:
            for target, weight in out.get(work.pop(), ()):
                held[target] = held.get(target, 0) + weight
                if held[target] >= 500_000 and target not in restricted:
                    restricted.add(target)
                    work.append(target)
    from countermeasure.parties.ownership import Graph, rule_of
    from countermeasure.parties.ownership.fixpoint import walk

    with Clock() as ours_build:
        view = Graph.from_arrays(owner, owned, low, high, min_excl=excl, size=entities).on(None)
    with Clock() as ours:
        walk(view, entities, np.sort(listed).astype(np.int32), rule_of("ofac"), upper=False)
    return [
        build.row(f"rival: {kind}, {edges:,} edges, build"),
        clock.row(f"rival: {kind}, worklist", f"{len(restricted):,} reached"),
        ours_build.row("ours on that graph, build"),
        ours.row("ours on that graph, one walk"),
    ]


def parquet(chosen):
    """From a Parquet file of names to the answers of four rules."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    from countermeasure.io.ownership import read_ownership
    from countermeasure.parties.ownership import restricted

    owner, owned, low, high, excl, listed = made(int(chosen.entities), int(chosen.edges), int(chosen.seeds))
    names = pa.array([f"P{n:07d}" for n in range(int(chosen.entities))])
    columns = {
        "owner": pa.DictionaryArray.from_arrays(pa.array(owner), names).cast(pa.string()),
        "owned": pa.DictionaryArray.from_arrays(pa.array(owned), names).cast(pa.string()),
        "min": pa.array(np.where(low < 0, np.nan, low / 1e4), from_pandas=True),
        "max": pa.array(np.where(high < 0, np.nan, high / 1e4), from_pandas=True),
        "min_excl": pa.array(excl),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edges.parquet"
        pq.write_table(pa.table(columns), path)
        size = path.stat().st_size / 1e6
        del columns
        with Clock() as clock:
            file = read_ownership(path, lambda _: None)
        rows = [clock.row("read Parquet of names", f"{size:,.0f} MB, {file.graph.size:,} parties")]
        total = clock.wall
        seeds = [f"P{n:07d}" for n in listed.tolist()]
        from countermeasure.parties.ownership import Listing

        with Clock() as clock:
            for rule in RULES:
                restricted(file.graph, [Listing(s, CODE[rule]) for s in seeds], rule, as_of=DAY)
        rows.append(clock.row("build and all five rules", "by name"))
        rows.append(clock.row("file to answers", "sum") | {"wall": total + clock.wall})
    return rows


TASKS = {"rules": rules, "matrix": matrix, "plain": plain, "parquet": parquet}

if __name__ == "__main__":
    main()

"""Speed and memory, with two rivals in the same run.

    python benchmarks/speed.py [--lines 1e7] [--editions FOLDER]

Rivals: the same rules as interval tables in DuckDB (as-of joins), and the same rules walked row by row (interpreter.py).
Every task runs in a process of its own, so that its peak memory is its own.
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

HERE = Path(__file__).resolve()
SEED = 20261124


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=float, default=1e7)
    options.add_argument("--editions", type=Path, default=HERE.parents[2] / "shared" / "data" / "hts")
    options.add_argument("--task", default="")
    chosen = options.parse_args()
    if chosen.task:
        print(json.dumps(TASKS[chosen.task](chosen)))
        return
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(f"{'task':34} {'wall s':>9} {'cpu s':>8} {'peak GB':>8}  remark")
    for name in TASKS:
        if name == "rebuild from editions" and not chosen.editions.is_dir():
            print(f"{name:34} skipped: no folder of editions")
            continue
        command = [
            sys.executable,
            str(HERE),
            "--task",
            name,
            "--lines",
            str(chosen.lines),
            "--editions",
            str(chosen.editions),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:34} failed: {done.stderr.strip().splitlines()[-1]}")
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        print(f"{name:34} {row['wall']:9.4f} {row['cpu']:8.3f} {row['peak']:8.2f}  {row['remark']}")


def measured(wall: float, cpu: float, remark: str) -> dict[str, object]:
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"wall": wall, "cpu": cpu, "peak": usage / 1e6, "remark": remark}


def engine():
    from countermeasure.book import Reading
    from countermeasure.duty import DutyEngine

    made = DutyEngine(readings=(Reading.TEXT,))
    return made, made.compiled("US", Reading.TEXT), made.us_schedule


def stable_codes(schedule):
    """Ten-digit numbers that stood in the schedule through 2025 and 2026."""
    from countermeasure.codes import parse_day

    always = (schedule.from_day < parse_day("2025-01-01")) & (schedule.until_day > parse_day("2027-01-01"))
    return schedule.codes[always]


def random_lines(schedule, lines: int):
    """Text codes, origins and days of 2025 and 2026; half of the lines of China."""
    import numpy as np
    import pyarrow as pa

    from countermeasure.codes import ORIGINS, dotted_int10, parse_day

    rng = np.random.default_rng(SEED)
    stable = stable_codes(schedule)
    which = rng.integers(0, len(stable), lines, dtype=np.int32)
    texts = pa.array([dotted_int10(c) for c in stable.tolist()])
    origin = np.where(rng.random(lines) < 0.5, ORIGINS.index("CN"), rng.integers(0, len(ORIGINS), lines)).astype(np.int32)
    day = rng.integers(parse_day("2025-01-15"), parse_day("2026-10-10"), lines).astype(np.int32)
    return {
        "hts": texts.take(pa.array(which)),
        "origin": pa.array(ORIGINS).take(pa.array(origin)),
        "entry_on": day,
        "value_usd": np.round(rng.uniform(10, 50000, lines), 2),
    }


def one_line(_: argparse.Namespace) -> dict[str, object]:
    import numpy as np

    from countermeasure.codes import ORIGINS, dotted_int10, parse_day
    from countermeasure.duty import Line

    made, _, schedule = engine()
    rng = np.random.default_rng(SEED)
    codes = rng.choice(stable_codes(schedule), 2000)
    days = rng.integers(parse_day("2025-06-01"), parse_day("2025-11-30"), 2000)
    lines = [
        Line(dotted_int10(int(c)), "CN" if i % 2 else ORIGINS[i % len(ORIGINS)], int(d), 10000.0)
        for i, (c, d) in enumerate(zip(codes, days, strict=True))
    ]
    for line in lines:
        made.duty_on(line)
    cpu, took = time.process_time(), []
    for line in lines:
        start = time.perf_counter()
        made.duty_on(line)
        took.append(time.perf_counter() - start)
    cpu = (time.process_time() - cpu) / len(lines)
    middle, late = np.quantile(took, [0.5, 0.95])
    return measured(float(middle), cpu, f"median of 2,000 lines, one reading; 95 % under {late * 1000:.2f} ms")


def interpreted(_: argparse.Namespace) -> dict[str, object]:
    import numpy as np

    from countermeasure.book import Book
    from countermeasure.codes import parse_day
    from interpreter import Interpreter

    _, _, schedule = engine()
    oracle = Interpreter(Book.shipped())
    codes = np.random.default_rng(SEED).choice(schedule.universe(parse_day("2025-06-01")), 500)
    start, cpu = time.perf_counter(), time.process_time()
    for code in codes.tolist():
        oracle.rates(f"{code:010d}", "CN", parse_day("2025-06-01"), 0.02, 0.3)
    wall, cpu = (time.perf_counter() - start) / 500, (time.process_time() - cpu) / 500
    return measured(wall, cpu, "rival, per line, rate only: rules walked row by row")


def cold(_: argparse.Namespace) -> dict[str, object]:
    command = [
        sys.executable, "-m", "countermeasure", "duty", "8505.11.00.70",
        "--origin", "CN", "--on", "2026-04-10", "--value", "10000", "--explain",
    ]  # fmt: skip
    took = []
    subprocess.run(command, check=True, capture_output=True)
    for _i in range(7):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return measured(sorted(took)[3], (usage.ru_utime + usage.ru_stime) / 8, f"median of 7; least {min(took):.2f} s")


def many_lines(chosen: argparse.Namespace) -> dict[str, object]:
    from countermeasure.duty import Pricer

    _, compiled, schedule = engine()
    lines = random_lines(schedule, int(chosen.lines))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    pricer = Pricer(compiled, schedule)
    start, cpu = time.perf_counter(), time.process_time()
    prices = pricer.price(lines)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    total = float(prices.duty_usd[prices.duty_usd == prices.duty_usd].sum())
    return measured(wall, cpu, f"{len(prices.rate):,} lines, with bounds; input alone {before:.2f} GB; sum {total:.6e}")


def many_lines_again(chosen: argparse.Namespace) -> dict[str, object]:
    from countermeasure.duty import Pricer

    _, compiled, schedule = engine()
    lines = random_lines(schedule, int(chosen.lines))
    pricer = Pricer(compiled, schedule, bounds=False)
    pricer.price(lines)
    start, cpu = time.perf_counter(), time.process_time()
    pricer.price(lines)
    return measured(
        time.perf_counter() - start, time.process_time() - cpu, "cells settled before, ordinary rate only, one thread"
    )


def many_lines_duckdb(chosen: argparse.Namespace) -> dict[str, object]:
    import duckdb
    import numpy as np
    import pyarrow as pa

    from countermeasure.codes import ORIGINS, dotted_int10, parse_day
    from countermeasure.duty.panel import panel

    _, compiled, schedule = engine()
    lines = random_lines(schedule, int(chosen.lines))
    codes = stable_codes(schedule)
    made = time.perf_counter()
    classes, goods = np.unique(compiled.goods_class(codes), return_inverse=True)
    sample, origin_of = np.unique(compiled.origin_class, return_inverse=True)
    rows, last = [], None
    for part in panel(compiled, schedule, parse_day("2025-01-01"), parse_day("2026-12-31")):
        # rates of one line per goods class and of one origin per origin class, less the line's own rate
        at = np.searchsorted(part.codes, codes)
        own = schedule.ad_valorem[schedule.general_rate_id[schedule.lookup(codes, np.full(len(codes), part.first, np.int32))]]
        rate = np.nan_to_num(part.rate[at] - own[:, None])
        table = np.zeros((len(classes), len(sample)))
        table[goods] = rate[:, [int(np.flatnonzero(origin_of == o)[0]) for o in range(len(sample))]]
        changed = np.ones_like(table, bool) if last is None else table != last
        g, o = np.nonzero(changed)
        rows.append(np.stack([g, o, np.full(len(g), part.first), table[g, o]], axis=1))
        last = table
    cells = np.concatenate(rows)
    made = time.perf_counter() - made
    base = duckdb.connect()
    base.execute("set threads = 2")
    for name, table in {
        "cells": {
            "g": cells[:, 0].astype(np.int32),
            "o": cells[:, 1].astype(np.int32),
            "day": cells[:, 2].astype(np.int32),
            "rate": cells[:, 3],
        },
        "products": {"hts": [dotted_int10(c) for c in codes.tolist()], "g": goods.astype(np.int32)},
        "countries": {"origin": list(ORIGINS), "o": origin_of.astype(np.int32)},
        "lines": lines,
    }.items():
        base.register(name, pa.table(table))
    start, cpu = time.perf_counter(), time.process_time()
    base.sql(
        "create table priced as select l.value_usd * c.rate as usd from "
        "(select * from lines join products using (hts) join countries using (origin)) l "
        "asof join cells c on l.g = c.g and l.o = c.o and l.entry_on >= c.day"
    )
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    count = base.sql("select count(*) from priced").fetchall()[0][0]
    remark = (
        f"rival, {count:,} lines, ordinary rate only, two threads, after {made:.1f} s of making {len(cells):,} interval rows"
    )
    return measured(wall, cpu, remark)


def full_panel(_: argparse.Namespace) -> dict[str, object]:
    from countermeasure.codes import parse_day
    from countermeasure.duty.panel import panel

    _, compiled, schedule = engine()
    start, cpu, cells, parts = time.perf_counter(), time.process_time(), 0, 0
    for part in panel(compiled, schedule, parse_day("2025-01-01"), parse_day("2027-01-01")):
        cells += part.rate.size
        parts += 1
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return measured(wall, cpu, f"{parts} intervals, {cells:,} cells")


def compile_book(_: argparse.Namespace) -> dict[str, object]:
    from countermeasure.book import Book

    start, cpu = time.perf_counter(), time.process_time()
    book = Book.shipped()
    content = book.compile("US").to_bytes()
    return measured(
        time.perf_counter() - start,
        time.process_time() - cpu,
        f"read and compile the book; {len(content) / 1e6:.2f} MB compiled",
    )


def rebuild(chosen: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "us_lines.csv"
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "countermeasure.io.build_schedule", str(chosen.editions), str(out)],
            check=True,
            capture_output=True,
        )
        wall = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        same = out.read_bytes() == (HERE.parents[1] / "src/countermeasure/data/schedule/us_lines.csv").read_bytes()
    return measured(wall, usage.ru_utime + usage.ru_stime, f"equal to the shipped table: {same}")


TASKS = {
    "one explained line": one_line,
    "one line, interpreter": interpreted,
    "cold duty command": cold,
    "many lines from text": many_lines,
    "many lines, settled before": many_lines_again,
    "many lines, DuckDB as-of": many_lines_duckdb,
    "full panel 2025-26": full_panel,
    "book from source": compile_book,
    "rebuild from editions": rebuild,
}

if __name__ == "__main__":
    main()

"""How fast licenses are answered: columns against one by one, on made-up transactions of real items, routes, days and names.

Run: python benchmarks/licensing.py [ROWS]
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pyarrow as pa

from countermeasure.codes.day import format_day, parse_day
from countermeasure.io.transaction_table import nested
from countermeasure.io.transactions import Reader
from countermeasure.licensing import LicenseEngine
from countermeasure.licensing.batch import screen_transactions

SEED = 20261125


def made(rows: int, engine: LicenseEngine, names: int = 20_000) -> pa.Table:
    """A table of transactions."""
    rng = np.random.default_rng(SEED)
    items = [i for one in engine.book.control_lists.values() for i in one.items if i.code]
    goods = [(i.code, "", i.description) for i in items[:150]]
    goods += [
        ("none", "EAR99", "office chair"),
        ("none", "3A090.b", "accelerator"),
        ("none", "3A001", "converter"),
        ("", "", "bracket"),
    ]
    goods += [("", "", w) for w in ("NdFeB magnet with Dy", "SmCo ring magnet", "gallium metal", "motor with Dy-NdFeB magnets")]
    routes = [
        ("CN", "US"),
        ("CN", "DE"),
        ("CN", "JP"),
        ("CN", "VN"),
        ("DE", "CH"),
        ("VN", "US"),
        ("JP", "US"),
        ("US", "CN"),
        ("US", "MY"),
    ]
    listed = [p.name for one in engine.lists for p in one.parties]
    pool = [f"Example Firm {n} Ltd" for n in range(names - 400)] + listed[:400]
    first, last = parse_day("2024-12-10"), parse_day("2027-02-01")
    good, route = rng.integers(0, len(goods), rows), rng.integers(0, len(routes), rows)
    take = lambda rows_, place, column: pa.array([r[column] for r in rows_]).take(pa.array(place))  # noqa: E731
    days = pa.array([format_day(d) for d in range(first, last)]).take(pa.array(rng.integers(0, last - first, rows)))
    return pa.table(
        {
            "on": days,
            "from": take(routes, route, 0),
            "to": take(routes, route, 1),
            "control_code": take(goods, good, 0),
            "eccn": take(goods, good, 1),
            "description": take(goods, good, 2),
            "origin": pa.array(["CN", "JP", "US", "DE"]).take(pa.array(rng.integers(0, 4, rows))),
            "end_use": pa.array(["", "civil", "military", "consumer"]).take(pa.array(rng.integers(0, 4, rows))),
            "cn_content": pa.array(["0", "0.0005", "0.001", "0.02", None]).take(pa.array(rng.integers(0, 5, rows))),
            "us_content": pa.array(["0", "0.2", "0.4"]).take(pa.array(rng.integers(0, 3, rows))),
            "end_user": pa.array(pool).take(pa.array(rng.integers(0, len(pool), rows))),
            "buyer": pa.array(pool).take(pa.array(rng.integers(0, len(pool), rows))),
        }
    )


def one_by_one(table: pa.Table, engine: LicenseEngine) -> list[str]:
    """The rival: the same questions through the explaining door."""
    found = []
    for number, row in enumerate(table.to_pylist()):
        reader = Reader("made", number, lambda _: "made", (), engine.book.control_facts)
        asked = reader.transaction(nested({"id": str(number), **{k: v for k, v in row.items() if v}}, {}))
        assert asked is not None, reader.faults
        found.append(engine.license_for(asked).of("CN").answer)
    return found


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    engine = LicenseEngine.shipped()
    table = made(rows, engine)
    start, cpu = time.perf_counter(), time.process_time()
    answers = screen_transactions(table, engine)
    wall, spent = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{rows:,} transactions, both regimes, in columns: {wall:.1f} s wall, {spent:.1f} s CPU, peak {peak:.2f} GB (target 60 s)"
    )
    counts = answers.column("cn_answer").combine_chunks().value_counts()
    print("China:", {c["values"].as_py(): c["counts"].as_py() for c in counts})
    sample = table.slice(0, 300)
    start = time.perf_counter()
    single = one_by_one(sample, engine)
    each = (time.perf_counter() - start) / 300
    same = sum(a == b for a, b in zip(single, answers.column("cn_answer").slice(0, 300).to_pylist(), strict=True))
    print(
        f"one by one, explained: {each * 1000:.1f} ms each, {each * rows / 60:.0f} min for all; ratio {each * rows / wall:.0f}; {same} of 300 equal"
    )


if __name__ == "__main__":
    main()

"""The kernel against an interpreter written from the reference page: same rules, no shared code."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from countermeasure.book import Book, Reading
from countermeasure.codes import ORIGINS, dotted_int10, parse_day
from countermeasure.duty import DutyEngine, Pricer
from interpreter import Interpreter

LINES = 1500


def test_kernel_equals_interpreter_on_random_lines() -> None:
    engine = DutyEngine(readings=(Reading.TEXT,))
    schedule = engine.us_schedule
    oracle = Interpreter(Book.shipped())
    rng = np.random.default_rng(20261110)
    days = rng.integers(parse_day("2018-01-01"), parse_day("2027-03-01"), LINES).astype(np.int32)
    close = np.array(["CN", "HK", "MO", "JP", "DE", "KR", "CA", "MX", "GB", "CH", "BR", "IN", "RU", "TW", "VN"])
    origin = np.where(rng.random(LINES) < 0.8, rng.choice(close, LINES), rng.choice(np.array(ORIGINS), LINES))
    universe = schedule.universe()
    code = rng.choice(universe, LINES)
    row = schedule.lookup(code, days)
    pure = schedule.computable & (schedule.specific_measure[:, 0] < 0)
    keep = (row >= 0) & pure[schedule.general_rate_id[row]] & pure[schedule.column_2_rate_id[row]]
    code, days, origin, row = code[keep], days[keep], origin[keep], row[keep]
    prices = Pricer(engine.compiled("US", Reading.TEXT), schedule).price(
        {"hts": [dotted_int10(c) for c in code.tolist()], "origin": origin.tolist(), "entry_on": days}
    )
    expected = np.array(
        [
            oracle.rates(
                f"{c:010d}",
                o,
                d,
                schedule.ad_valorem[schedule.general_rate_id[r]],
                schedule.ad_valorem[schedule.column_2_rate_id[r]],
            )
            for c, o, d, r in zip(code.tolist(), origin.tolist(), days.tolist(), row.tolist(), strict=True)
        ]
    )
    wrong = np.flatnonzero(~np.isclose(prices.rate, expected, atol=1e-9))
    assert keep.sum() > LINES // 2
    assert not wrong.size, [
        (dotted_int10(int(code[i])), origin[i], int(days[i]), prices.rate[i], expected[i]) for i in wrong[:5]
    ]

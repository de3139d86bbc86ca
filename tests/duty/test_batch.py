"""Ten million lines take the path of one line: the batch must equal the single answer, faults included."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Reading
from countermeasure.codes import ORIGINS, dotted_int10, parse_day
from countermeasure.duty import DutyEngine, Line, Pricer, RowFault
from countermeasure.errors import CountermeasureError, InputError

ENGINE = DutyEngine(readings=(Reading.TEXT,))
PRICER = Pricer(ENGINE.compiled("US", Reading.TEXT), ENGINE.us_schedule)


def equal(one: float | None, many: float) -> bool:
    return math.isnan(many) if one is None else abs(one - many) < 1e-9


def compare(lines: list[Line], prices, index: int) -> None:
    line = lines[index]
    try:
        answer = ENGINE.duty_on(line).answers[0]
    except CountermeasureError:
        assert prices.fault[index] != RowFault.NONE, line
        return
    assert prices.fault[index] == RowFault.NONE, line
    for name in ("rate_low", "rate", "rate_high", "duty_usd_low", "duty_usd", "duty_usd_high"):
        assert equal(getattr(answer, name), float(getattr(prices, name)[index])), (line, name)


def test_random_lines_equal_single_answers() -> None:
    rng = np.random.default_rng(7)
    n = 600
    codes = rng.choice(ENGINE.us_schedule.universe(), n)
    digits = rng.choice([4, 6, 8, 10], n, p=[0.05, 0.1, 0.25, 0.6])
    lines = [
        Line(
            f"{c:010d}"[:d],
            "CN" if i % 3 else ORIGINS[int(rng.integers(len(ORIGINS)))],
            int(rng.integers(parse_day("2018-01-01"), parse_day("2027-01-01"))),
            float(np.round(rng.uniform(1, 9999), 2)),
        )
        for i, (c, d) in enumerate(zip(codes.tolist(), digits.tolist(), strict=True))
    ]
    prices = PRICER.price(
        {
            "hts": pa.array([x.hts for x in lines]),
            "origin": pa.array([x.origin for x in lines]),
            "entry_on": np.array([x.on for x in lines]),
            "value_usd": [x.value_usd for x in lines],
        }
    )
    for index in range(n):
        compare(lines, prices, index)


@settings(max_examples=60, deadline=None)
@given(
    car=st.sampled_from([0.0, 1.0, math.nan]),
    steel=st.one_of(st.just(math.nan), st.floats(0, 1)),
    aluminium=st.one_of(st.just(math.nan), st.floats(0, 1)),
    weight=st.one_of(st.just(math.nan), st.floats(0, 1)),
    day=st.integers(parse_day("2025-03-01"), parse_day("2026-10-01")),
    code=st.sampled_from(
        ["8708.29.50.60", "9403.20.00.82", "7616.99.51.90", "8418.10.00.75", "8481.80.30.10", "7610.90.00.80"]
    ),
    origin=st.sampled_from(["CN", "JP", "DE", "MX", "VN"]),
)
def test_declared_facts_equal_single_answers(car, steel, aluminium, weight, day, code, origin) -> None:
    facts = {k: v for k, v in {"car_part": car, "metal_weight_share": weight}.items() if not math.isnan(v)}
    shares = {k: v for k, v in {"steel_value_share": steel, "aluminium_value_share": aluminium}.items() if not math.isnan(v)}
    line = Line(code, origin, day, 1234.5, facts=facts, shares=shares)
    prices = PRICER.price(
        {
            "hts": [code],
            "origin": [origin],
            "entry_on": np.array([day]),
            "value_usd": [1234.5],
            "car_part": [car],
            "metal_weight_share": [weight],
            "steel_value_share": [steel],
            "aluminium_value_share": [aluminium],
        }
    )
    compare([line], prices, 0)


def test_specific_duty_needs_its_quantity() -> None:
    columns = {
        "hts": ["0201.20.50.15", "0201.20.50.15"],
        "origin": ["DE", "DE"],
        "entry_on": ["2025-03-03", "2025-03-03"],
        "value_usd": [1000.0, 1000.0],
        "quantity:kg": [100.0, math.nan],
    }
    prices = PRICER.price(columns)
    assert prices.rate[0] == pytest.approx(0.0044)
    assert math.isnan(prices.rate[1])
    assert not prices.complete[1]


def test_every_fault_is_marked_and_good_rows_are_priced() -> None:
    prices = PRICER.price(
        {
            "hts": ["8505.11.00.70", "nonsense", "8505.99.99.99", "8505.11.00.70", "8505.11.00.70", "8505.11.00.70"],
            "origin": ["CN", "CN", "CN", "Atlantis", "CN", "CN"],
            "entry_on": ["2026-04-10", "2026-04-10", "2026-04-10", "2026-04-10", "2026-02-30", "2026-04-10"],
            "value_usd": [1.0, 1.0, 1.0, 1.0, 1.0, -5.0],
        }
    )
    assert prices.fault.tolist() == [
        RowFault.NONE,
        RowFault.BAD_NUMBER,
        RowFault.UNKNOWN_NUMBER,
        RowFault.BAD_ORIGIN,
        RowFault.BAD_DAY,
        RowFault.BAD_VALUE,
    ]
    assert not math.isnan(prices.rate[0])
    assert all(math.isnan(r) for r in prices.rate[1:])


def test_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    codes = [dotted_int10(c) for c in rng.choice(ENGINE.us_schedule.universe(parse_day("2025-06-01")), 400).tolist()]
    order = rng.permutation(400)
    columns = {"hts": np.array(codes), "origin": np.full(400, "CN"), "entry_on": np.full(400, parse_day("2025-06-01"))}
    straight = PRICER.price(columns)
    shuffled = PRICER.price({k: v[order] for k, v in columns.items()})
    np.testing.assert_array_equal(straight.rate[order], shuffled.rate)


def test_columns_are_checked() -> None:
    with pytest.raises(InputError, match="'origin' is missing"):
        PRICER.price({"hts": ["8505"], "entry_on": ["2025-01-01"]})
    with pytest.raises(InputError, match="different lengths"):
        PRICER.price({"hts": ["8505"], "origin": ["CN", "CN"], "entry_on": ["2025-01-01"]})

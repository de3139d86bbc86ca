"""Averages: parts add up, a threat of 100 points adds 100 points, and a line rate is not an average."""

from pathlib import Path

import numpy as np
import pytest

from countermeasure.book import Reading
from countermeasure.book.load import shipped_data
from countermeasure.codes import parse_day
from countermeasure.duty import DutyEngine, Line, average_rate

FLOWS = {
    "hts": ["8505.11.00.70", "9503.00.00.73", "8542.31.00.45", "0201.20.50.15", "8507.60.00.10", "nonsense"],
    "origin": ["CN", "5700", "TW", "AU", "CN", "CN"],
    "value_usd": [100.0, 300.0, 50.0, 10.0, 40.0, 5.0],
}


def average(on: str, scenarios=(), known_on: str | None = None):
    engine = DutyEngine(None, scenarios, None if known_on is None else parse_day(known_on), (Reading.TEXT,))
    return average_rate(FLOWS, parse_day(on), engine.compiled("US", Reading.TEXT), engine.us_schedule)


def test_parts_add_up_and_cover_what_they_say() -> None:
    found = average("2025-06-15")
    for row in found.rows:
        assert sum(row.programmes.values()) == pytest.approx(row.rate)
    assert found.value_usd == 505.0
    assert found.not_found_usd == 5.0
    assert found.specific_usd == 10.0
    assert found.rows[0].value_usd == 500.0


def test_average_is_the_weighted_mean_of_line_rates() -> None:
    engine = DutyEngine(readings=(Reading.TEXT,))
    day = parse_day("2025-06-15")
    rates, values = [], []
    for hts, origin, value in zip(FLOWS["hts"], FLOWS["origin"], FLOWS["value_usd"], strict=True):
        if origin in ("CN", "5700") and hts != "nonsense":
            facts = {"loaded_on": float(day), "exclusion_claim": 0.0}
            rates.append(engine.duty_on(Line(hts, origin, day, facts=facts)).answers[0].rate)
            values.append(value)
    assert average("2025-06-15").of("CN").rate == pytest.approx(float(np.average(rates, weights=values)))


def test_the_threat_of_100_points_is_a_sum_on_an_average_never_a_line_rate() -> None:
    scenario = [shipped_data() / "scenarios" / "no-deal-2025-11-01.yaml"]
    without, with_it = average("2025-11-01", known_on="2025-10-20"), average("2025-11-01", scenario, "2025-10-20")
    assert with_it.of("CN").rate - without.of("CN").rate == pytest.approx(1.0)
    assert with_it.of("TW").rate == pytest.approx(without.of("TW").rate)


def test_averages_of_china_lie_near_another_maker_s(shared: Path) -> None:
    """The tracker's rebuilt averages, 2024 weights: within 12 points on every date, for reasons that are known.

    Wide on purpose: the tracker scales metals by input-output shares and has E1 and E4; ours take unknown content as the whole.
    """
    import pyarrow.parquet as pq

    table = pq.read_table(shared / "data/tariff_checks/us_imports_2024_hs10_country.parquet")
    table = table.filter(np.array([c == "5700" for c in table["cty_code"].cast("string").to_pylist()]))
    flows = {
        "hts": table["hs10"].to_pylist(),
        "origin": ["CN"] * table.num_rows,
        "value_usd": table["imports"].to_numpy().astype(float),
    }
    engine = DutyEngine(readings=(Reading.TEXT,))
    published = {"2025-01-01": 11.93, "2025-04-10": 117.50, "2025-05-14": 40.73, "2025-11-10": 32.58, "2026-02-24": 22.00}
    for day, percent in published.items():
        found = average_rate(flows, parse_day(day), engine.compiled("US", Reading.TEXT), engine.us_schedule)
        assert abs(found.of("CN").rate * 100 - percent) < 12, (day, found.of("CN").rate)

"""China's duties on US goods, priced from the shipped book: the ladder by day and minute, the truce in both readings."""

from __future__ import annotations

import pytest

from countermeasure.codes.day import parse_day
from countermeasure.duty import Line, LineAnswer, duty_on

NO_LISTS = {"cn_surcharge_2018": 0.0, "cn_surcharge_2019": 0.0, "cn_listed_2025_03": 1.0, "cn_listed_232": 0.0}


def price(hts: str, on: str, **facts: float) -> LineAnswer:
    late = float(parse_day("2026-12-31"))
    known = {**NO_LISTS, "exported_on": late, "entry_minute": 1439.0, **facts}
    return duty_on(Line(hts=hts, origin="US", on=parse_day(on), into="CN", facts=known))


@pytest.mark.parametrize(
    ("on", "minute", "rate"),
    [
        ("2025-04-09", 1439, 0.0),
        ("2025-04-10", 720, 0.0),
        ("2025-04-10", 721, 0.84),
        ("2025-04-11", 1439, 0.84),
        ("2025-04-12", 0, 1.25),
        ("2025-05-14", 720, 1.25),
        ("2025-05-14", 721, 0.10),
        ("2025-08-12", 721, 0.10),
        ("2025-11-10", 780, 0.10),
        ("2026-11-10", 780, 0.10),
    ],
)
def test_the_ladder(on: str, minute: int, rate: float) -> None:
    (answer,) = {(a.rate_low, a.rate, a.rate_high) for a in price("8505.11.00", on, entry_minute=minute).answers}
    assert answer == pytest.approx((rate, rate, rate))


@pytest.mark.parametrize(
    ("on", "minute", "text", "announced"),
    [
        ("2026-11-10", 781, 0.34, 0.10),
        ("2027-01-10", 1439, 0.34, 0.10),
        ("2027-01-11", 0, 0.34, 0.34),
    ],
)
def test_the_24_points_after_the_truce(on: str, minute: int, text: float, announced: float) -> None:
    found = {a.reading: a.rate for a in price("8505.11.00", on, entry_minute=minute).answers}
    assert found["text"] == pytest.approx(text)
    assert found.get("announced", found["text"]) == pytest.approx(announced)


def test_farm_goods_pay_from_march_to_november_2025() -> None:
    days = ("2025-03-09", "2025-03-10", "2025-11-09", "2025-11-11")
    assert [round(price("1001.99", day).answers[0].rate or 0, 4) for day in days] == [0.0, 0.15, 0.25, 0.10]
    spared = price("1001.99", "2025-04-05", exported_on=float(parse_day("2025-03-09")))
    assert spared.answers[0].rate == 0


def test_unknown_lists_of_2018_give_a_range_and_never_completeness() -> None:
    line = Line(hts="1507.10", origin="US", on=parse_day("2026-03-01"), into="CN")
    answer = duty_on(line).answers[0]
    found = (answer.rate_low, answer.rate, answer.rate_high)
    assert found == pytest.approx((0.10, 0.10, 0.40)), "bands of one list exclude one another: 25 + 5, not their sum"
    assert {"cn_surcharge_2018", "cn_surcharge_2019"} <= {m.fact for m in answer.missing}
    assert not answer.complete


def test_a_waiver_frees_from_the_lists_of_2018_and_2019_alone() -> None:
    facts = {"cn_surcharge_2018": 0.25, "cn_surcharge_2019": 0.10}
    full = price("2711.11", "2026-03-01", **facts, importer_waiver=0.0).answers[0]
    waived = price("2711.11", "2026-03-01", **facts, importer_waiver=1.0).answers[0]
    assert full.rate == pytest.approx(0.25 + 0.05 + 0.15 + 0.10)
    assert waived.rate == pytest.approx(0.15 + 0.10)


def test_vehicles_are_paused_since_2019() -> None:
    facts = {"cn_surcharge_2018": 0.25, "importer_waiver": 0.0}
    rates = [price("8703.24", day, **facts).answers[0].rate for day in ("2018-12-31", "2019-01-01", "2019-06-30")]
    assert rates == pytest.approx([0.25, 0.0, 0.0])

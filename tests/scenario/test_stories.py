"""Shipped stories: each can be read and run, says where it is from and what it expects, and holds to published numbers."""

from dataclasses import replace

import pytest

from countermeasure.scenario.whole import FAILED, Inputs, load_whole, part_of, parts_of, run_whole, story_names
from countermeasure.scenario.whole.compare import compare

SEEDS = (
    "spring-2025-145",
    "affiliates-2025-09",
    "controls-2025-10",
    "no-deal-157",
    "busan-truce",
    "ruling-2026",
    "expiry-2026-11-text",
    "expiry-2026-11-announced",
    "united-front",
    "chinese-diversion",
    "ten-years-of-mines",
)


@pytest.fixture(scope="module")
def told():
    """Parts of stories, each computed when it is first asked for; few draws."""
    held = {}

    def part(story, name):
        if (story, name) not in held:
            asked = load_whole(story)
            held[story, name] = part_of(name, replace(asked, draws=min(asked.draws, 12)), Inputs(), {})
        return held[story, name]

    return part


def test_the_seed_stories_are_shipped():
    assert set(SEEDS) <= set(story_names())


@pytest.mark.parametrize("name", SEEDS)
def test_a_story_says_what_it_expects_and_where_it_is_from(name):
    found = load_whole(name)
    assert found.id == name
    assert found.expect.startswith(("Law", "Trade", "Chain"))
    assert found.sources
    assert all(one["cite"] for one in found.sources)
    assert found.intent.endswith(".")


@pytest.mark.parametrize("name", SEEDS)
def test_a_story_runs_in_all_its_parts(name):
    asked = load_whole(name)
    weeks = {"weeks": "60"} if name == "ten-years-of-mines" else {}
    supply = None if asked.supply is None else {**asked.supply, **weeks}
    found = run_whole(replace(asked, draws=2, supply=supply))
    assert tuple(found.parts) == parts_of(asked)
    assert not [part.said for part in found.parts.values() if part.said.startswith(FAILED)]


@pytest.mark.parametrize(
    ("name", "published", "room"),
    [
        ("spring-2025-145", 1.1666, 0.02),  # fork of the Yale tracker, 10 April 2025
        ("busan-truce", 0.3462, 0.03),  # the same, 10 November 2025; imports of 2025 weigh in it
        ("ruling-2026", 0.2269, 0.05),  # the same, 24 February 2026
    ],
)
def test_averages_are_near_those_of_a_tracker(name, published, room, told):
    """Their weights are imports of 2025 from February 2026 on, ours those of 2024."""
    assert told(name, "duty").figures["us_average_on_china_share"] == pytest.approx(published, abs=room)


def test_the_threat_is_a_hundred_points(told):
    """57 (Peterson Institute) and 100 made the 157; ours is the average of 2024 and 100."""
    figures = told("no-deal-157", "duty").figures
    assert figures["us_average_on_china_share"] - figures["us_average_on_china_before_share"] == pytest.approx(1.0, abs=0.002)


def test_the_truce_takes_ten_points_and_the_ruling_ten_more(told):
    for name, most in (("busan-truce", 0.105), ("ruling-2026", 0.12)):
        figures = told(name, "duty").figures
        fall = figures["us_average_on_china_before_share"] - figures["us_average_on_china_share"]
        assert 0.08 < fall < most, name


def test_knowledge_of_october_has_the_24_points_back_in_november(told):
    figures = told("controls-2025-10", "duty").figures
    assert 0.12 < figures["us_average_on_china_share"] - figures["us_average_on_china_before_share"] < 0.2


def test_the_50_percent_rule_is_one_instrument_alone(told):
    part = told("affiliates-2025-09", "law")
    assert {row["instruments"] for row in part.sheet("provisions").records()} == {"us-bis-90-fr-47201"}


def test_the_october_package_is_in_force_as_known_then(told):
    rows = {row["provision"]: row["what"] for row in told("controls-2025-10", "law").sheet("provisions").records()}
    for name in ("cn-2025-55.1", "cn-2025-56.1", "cn-2025-57.1", "cn-2025-58.1", "cn-2025-61.1.1"):
        assert rows[name].endswith("in_force"), name


def test_the_truce_puts_the_package_to_sleep(told):
    asked = load_whole("busan-truce")
    state = asked.book.state(asked.on)
    names = [name for name in state if name.startswith(("cn-2025-55.", "cn-2025-57.", "cn-2025-62."))]
    assert names
    assert {state[name].state.value for name in names} == {"suspended"}


def test_magnet_exports_of_spring_2025_are_within_their_band(told):
    """China's customs: 2,626 t in April, 1,238 t in May, 3,188 t in June 2025."""
    rows = {row["month"]: row for row in told("spring-2025-145", "supply").sheet("magnet_exports_by_month").records()}
    for month, observed in (("2025-05", 1238), ("2025-06", 3188)):
        assert rows[month]["t_observed"] == observed
        assert rows[month]["t_median"] == pytest.approx(observed, rel=0.15)


def test_first_stops_of_spring_2025_are_where_they_were(told):
    """Suzuki in week 7.4, European suppliers by week 8.7 after 4 April."""
    assert 5 <= told("spring-2025-145", "supply").figures["first_stop_week"] <= 9


def test_text_and_announced_differ_by_the_nine_weeks_of_the_statements(told):
    text, announced = (told(f"expiry-2026-11-{word}", "supply").figures for word in ("text", "announced"))
    assert announced["first_stop_week"] - text["first_stop_week"] == pytest.approx(9, abs=2)
    assert announced["worst_standing_share"] == pytest.approx(text["worst_standing_share"], abs=0.01)
    laws = [told(f"expiry-2026-11-{word}", "law").figures["provisions_changed_count"] for word in ("text", "announced")]
    assert laws[0] > 40
    assert laws[1] == 0


def test_the_front_hurts_china_most_and_pays_those_outside(told):
    rows = told("united-front", "trade").sheet("economies").records()
    change = {row["economy"]: row["real_income_pct"] for row in rows}
    assert min(change, key=change.get) == "CN"
    assert change["VN"] > 0


def test_diversion_is_below_the_record_as_the_text_says(told):
    part = told("chinese-diversion", "trade")
    sold = {(row["origin"], row["importer"]): (row["before"], row["after"]) for row in part.sheet("matrix").records()}
    before, after = sold["CN", "ASEAN"]
    assert after / before - 1 < 0.13
    before, after = sold["CN", "US"]
    assert after / before - 1 == pytest.approx(-0.20, abs=0.06)


def test_the_two_readings_can_be_compared(told):
    found = compare([run_whole(load_whole(f"expiry-2026-11-{word}"), None, ("law", "talks")) for word in ("text", "announced")])
    rows = {row[0]: row[2:4] for row in found.sheet("provisions").rows}
    assert rows["cn-2025-57.1"] == ("in force", "suspended")
    assert rows["us-affiliates-el"] == ("in force", "suspended")

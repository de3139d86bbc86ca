"""Dials: each does what it says, in the engine's own numbers, and no part feels it that it does not name."""

import math

import numpy as np
import pytest

from countermeasure.book.model import Reading
from countermeasure.scenario.duties import us_averages
from countermeasure.scenario.whole import Inputs, duty_engine_of, load_whole, part_of, supply_scenario, trade_scenario
from countermeasure.scenario.whole.cache import key_of
from countermeasure.scenario.whole.sweep import dial, dial_names, moved
from countermeasure.supply.chain import compile_network
from countermeasure.supply.parameters import Parameters

VALUES = {
    "permits": 0.3,
    "decision_days": 14,
    "general_share": 0.4,
    "weeks": 8,
    "rate": 0.5,
    "chinese_average": 0.8,
    "usmca_claimed": 0.9,
    "horizon": 2,
    "quota": 0.5,
    "day": 2,
}
"""One value of every dial that is no parameter of the chain."""


@pytest.fixture(scope="module")
def story():
    return load_whole("no-deal-157")


@pytest.fixture(scope="module")
def quota_story(tmp_path_factory):
    path = tmp_path_factory.mktemp("story") / "capped.yaml"
    path.write_text(
        'id: capped\ntitle: "Capped"\nintent: "Has a quota"\non: "2025-11-15"\n'
        'trade:\n  quotas: [{origin: CN, importers: [US], sector: electronics, share: "0.9"}]\n'
    )
    return load_whole(path)


def average(scenario) -> float:
    found = us_averages(duty_engine_of(scenario), scenario.on, Reading.TEXT)
    at = found.economies.index("CN")
    return float(np.nansum(found.rate[at] * found.value[at]) / found.value[at].sum())


def test_every_dial_is_tried_here():
    parameters = {one.name for one in Parameters.shipped()}
    assert set(dial_names()) == set(VALUES) | parameters


@pytest.mark.parametrize("name", [name for name in VALUES if name not in ("rate", "day")])
def test_parts_that_a_dial_does_not_name_depend_on_nothing_it_moves(name, story, quota_story):
    base = quota_story if name == "quota" else story
    at = moved(base, {name: VALUES[name]})
    for part in ("law", "duty", "license", "supply", "trade", "talks"):
        if part in ("supply", "talks") and getattr(base, part) is None:
            continue
        reads = part == "trade" and "supply" in dial(name).parts
        same = key_of(part, base, Inputs()) == key_of(part, at, Inputs())
        assert same == (part not in dial(name).parts and not reads), part


def test_permits_set_approval_and_throughput_in_every_week(story):
    plan = supply_scenario(moved(story, {"permits": 0.3})).plan(compile_network())
    controlled = plan.kind > 0
    china = np.array([compile_network().edges[e][1] == "CN" for e in plan.edges])
    for values in (plan.approval, plan.throughput):
        assert np.all(values[:, china][controlled[:, china]] == 0.3)
        assert np.isnan(values[:, ~china]).all()


def test_permits_keep_the_practice_that_the_story_has(story):
    before, after = supply_scenario(story), supply_scenario(moved(story, {"permits": 0.3}))
    assert after.practice[: len(before.practice)] == before.practice
    assert len(after.practice) == len(before.practice) + 1


def test_decisions_are_in_weeks_of_seven_days(story):
    plan = supply_scenario(moved(story, {"decision_days": 14})).plan(compile_network())
    china = np.array([compile_network().edges[e][1] == "CN" for e in plan.edges])
    assert np.all(plan.lag[:, china] == 2)


def test_general_licenses_and_weeks_are_set(story):
    plan = supply_scenario(moved(story, {"general_share": 0.4})).plan(compile_network())
    assert np.all(plan.general[:, [compile_network().edges[e][1] == "CN" for e in plan.edges]] == 0.4)
    assert supply_scenario(moved(story, {"weeks": 8})).weeks == 8


def test_a_parameter_of_the_chain_is_held_at_its_value(story):
    at = supply_scenario(moved(story, {"buyer_cover_weeks": 6, "lag_weeks": 3}))
    assert (at.settings["buyer_cover_weeks"], at.settings["lag_weeks"]) == (6, 3)
    assert np.all(at.parameters().draw(5, 1)["buyer_cover_weeks"] == 6)


def test_the_rate_is_added_to_the_average_point_by_point(story):
    base = average(story)
    for rate in (0.1, 1.0):
        assert average(moved(story, {"rate": rate})) == pytest.approx(base + rate, abs=2e-4)


def test_no_rate_is_the_story_itself(story):
    assert moved(story, {"rate": 0}) is story


@pytest.mark.parametrize("part", ["supply", "talks"])
def test_a_duty_is_not_felt_by_chain_and_talks(part, story):
    from dataclasses import replace

    base = replace(story, draws=2)
    at = moved(base, {"rate": 0.5})
    assert at.book.hash != base.book.hash
    assert part_of(part, at, Inputs(), {}).figures == part_of(part, base, Inputs(), {}).figures


def test_the_comparison_stays_when_a_duty_is_added():
    base = load_whole("busan-truce")
    at = moved(base, {"rate": 0.5, "day": 5})
    assert (at.compared, at.without.hash) == (base.compared, base.book.hash)
    assert at.on == base.on + 5


def test_dials_of_trade_reach_the_trade_scenario(story, quota_story):
    at = trade_scenario(moved(story, {"horizon": 3, "chinese_average": 0.8, "usmca_claimed": 0.9}))
    assert (at.years, at.chinese_average, at.usmca_claimed) == (3, 0.8, 0.9)
    assert trade_scenario(moved(story, {"horizon": math.inf})).years is None
    assert [float(q["share"]) for q in trade_scenario(moved(quota_story, {"quota": 0.5})).quotas] == [0.5]


def test_the_day_moves_law_and_duties_and_leaves_the_chain(story):
    at = moved(story, {"day": 10})
    assert trade_scenario(at).duties_on == story.on + 10
    assert supply_scenario(at).day0 == supply_scenario(story).day0

"""Policies of allies: arrays that close, and scenario words that are read or refused with a reason."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import parse_day, parse_text
from countermeasure.errors import BookError, InputError
from countermeasure.supply.projects.additions import Additions, Frame, Pool, share_by_need
from countermeasure.supply.projects.policies import (
    KINDS,
    JointPurchasing,
    PriceFloor,
    RecyclingRamp,
    StockpileRelease,
    Substitution,
    apply_policies,
    change_projects,
    policy_from,
)
from countermeasure.supply.projects.table import capacity_paths, shipped_projects

PRODUCTS = ("ox_ndpr", "ox_dy", "ox_tb", "ox_gd", "mag_light", "mag_heavy")
REGIONS = ("CN", "US", "EU", "JP")
DAY0 = parse_day("2026-11-09")


def frame(weeks: int = 260, need: bool = True) -> Frame:
    normal = np.arange(1.0, 25.0).reshape(6, 4) if need else None
    return Frame(PRODUCTS, REGIONS, weeks, normal)


# --- arrays -----------------------------------------------------------------------------------------------------------------


@given(st.floats(0, 1e5), st.integers(0, 50), st.integers(1, 60), st.integers(1, 120))
def test_a_release_gives_what_is_in_the_stockpile(tonnes: float, start: int, over: int, weeks: int) -> None:
    added = StockpileRelease("ox_dy", "US", tonnes, start, over).apply(frame(weeks))
    inside = max(0, min(weeks, start + over) - start)
    assert added.supply.sum() == pytest.approx(tonnes * inside / over)
    assert added.supply[:, 1, 1].sum() == pytest.approx(added.supply.sum())
    assert (added.demand == 1).all()


@given(
    st.lists(st.floats(0, 1e6), min_size=4, max_size=4),
    st.lists(st.floats(0, 1e6), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_sharing_keeps_the_sum_and_leaves_others_alone(have, need, members) -> None:
    shared = share_by_need(have, need, members)
    inside = np.array(members)
    assert shared.sum() == pytest.approx(sum(have), rel=1e-9)
    assert shared[~inside] == pytest.approx(np.array(have)[~inside])
    assert (shared >= 0).all()


def test_sharing_is_in_proportion_to_need() -> None:
    shared = share_by_need([[10.0, 0.0, 2.0, 5.0], [0.0, 0.0, 9.0, 0.0]], [1.0, 3.0, 4.0, 9.0], [True, True, True, False])
    assert shared == pytest.approx(np.array([[1.5, 4.5, 6.0, 5.0], [1.125, 3.375, 4.5, 0.0]]))
    assert share_by_need([1.0, 2.0], [0.0, 0.0], [True, True]) == pytest.approx([1.0, 2.0])


def test_recycling_rises_to_what_the_scrap_holds() -> None:
    added = RecyclingRamp("EU", 5200.0, lead_weeks=52, ramp_weeks=104).apply(frame())
    ndpr = added.supply[:, 0, 2]
    assert not ndpr[:52].any()
    assert ndpr[104] == pytest.approx(ndpr[-1] / 2, rel=0.02)
    # China 2024 (Argus): 26,504 t NdPr, 710 t Dy and 160 t Tb in 34,147 t of recycled oxide
    assert ndpr[-1] == pytest.approx(100 * 0.316 * 26504 / 34147)
    assert added.supply[-1, 1, 2] / ndpr[-1] == pytest.approx(710 / 26504)
    assert added.supply[-1, 2, 2] / ndpr[-1] == pytest.approx(160 / 26504)
    assert added.supply[:, :, [0, 1, 3]].sum() == 0
    short = RecyclingRamp("EU", 5200.0, route="magnet", lead_weeks=0, ramp_weeks=0).apply(frame())
    assert short.supply[0, 4:, 2] == pytest.approx([90 * 0.57, 90 * 0.43])


def test_recycling_never_makes_more_than_goes_in() -> None:
    for route in ("oxide", "magnet"):
        added = RecyclingRamp("US", 5200.0, route=route).apply(frame(600))
        assert added.supply.sum(axis=(1, 2)).max() <= 100


def test_substitution_moves_demand_to_the_other_grade() -> None:
    here = frame()
    added = Substitution("mag_heavy", 0.3, to="mag_light", regions=("US", "EU"), lead_weeks=50, ramp_weeks=50).apply(here)
    assert (added.demand[:50] == 1).all()
    before, after = here.need, here.need * added.demand[-1]
    assert after[5, 1] == pytest.approx(0.7 * before[5, 1])
    assert after[4:].sum(axis=0) == pytest.approx(before[4:].sum(axis=0)), "what leaves one grade goes to the other"
    assert (added.demand[:, :, [0, 3]] == 1).all()
    away = Substitution("mag_heavy", 1.0, lead_weeks=0, ramp_weeks=0).apply(frame(need=False))
    assert not away.demand[:, 5].any()
    assert (away.demand[:, :5] == 1).all()


def test_substitution_needs_a_need_to_grow_from() -> None:
    with pytest.raises(InputError, match="needs the normal need"):
        Substitution("mag_heavy", 0.3, to="mag_light").apply(frame(need=False))
    bare = frame()
    bare.need[4, 1] = 0.0
    with pytest.raises(InputError, match="US uses no mag_light"):
        Substitution("mag_heavy", 0.3, to="mag_light").apply(bare)


def test_joint_purchasing_is_a_pool_for_its_weeks() -> None:
    added = JointPurchasing(("US", "JP"), ("ox_dy",), 10, 20).apply(frame())
    assert added.pools == (Pool(("US", "JP"), ("ox_dy",), 10, 30),)
    assert added.pooled == ("US", "JP")
    assert [added.pools[0].holds(week) for week in (9, 10, 29, 30)] == [False, True, True, False]
    assert JointPurchasing(("US", "JP")).apply(frame()).pools[0].holds(10_000)


def test_together_they_add_in_any_order() -> None:
    policies = [
        StockpileRelease("ox_dy", "US", 100, 5, 10),
        RecyclingRamp("EU", 1000),
        Substitution("mag_heavy", 0.2),
        Substitution("mag_heavy", 0.5),
        JointPurchasing(("US", "EU")),
    ]
    one, other = apply_policies(policies, frame()), apply_policies(policies[::-1], frame())
    assert one.supply == pytest.approx(other.supply)
    assert one.demand == pytest.approx(other.demand)
    assert one.demand[-1, 5, 0] == pytest.approx(0.8 * 0.5)
    assert one.pooled == other.pooled == ("US", "EU")
    nothing = apply_policies([], frame())
    assert not nothing.supply.any()
    assert (nothing.demand == 1).all()
    with pytest.raises(InputError, match="cannot be combined"):
        nothing.combine(Additions.none(frame(5)))


@pytest.mark.parametrize(
    "policy",
    [
        StockpileRelease("ox_dd", "US", 1),
        RecyclingRamp("USA", 1),
        Substitution("mag_hevy", 0.1),
        JointPurchasing(("US", "EUR")),
        PriceFloor(("US",), ("ox_dyy",)),
    ],
)
def test_unknown_names_are_told_with_near_ones(policy) -> None:
    with pytest.raises(InputError, match="There are") as caught:
        policy.apply(frame())
    assert caught.value.code in ("unknown_product", "unknown_region")


# --- price floors -----------------------------------------------------------------------------------------------------------


def test_a_floor_brings_projects_forward_and_keeps_them() -> None:
    rows = shipped_projects()
    floor = PriceFloor(("ROW",), ("ox_ndpr",), months_earlier=6, probability=0.9)
    changed = change_projects([StockpileRelease("ox_dy", "US", 1), floor], rows, DAY0)
    before, after = ({(r.project, r.product): r for r in some} for some in (rows, changed))
    key = ("Nolans", "ox_ndpr")
    assert before[key].first_day - after[key].first_day == 183
    assert (before[key].probability, after[key].probability) == (0.5, 0.9)
    untouched = [k for k in before if k[0] not in ("Nolans", "Eneabba refinery", "Saudi refinery")]
    assert all(before[k] == after[k] for k in untouched)
    assert after["Seadrift", "ox_dy"].probability == 0


def test_a_floor_never_lowers_any_draw() -> None:
    rows = shipped_projects()
    for week in (0, 60):
        changed = change_projects([PriceFloor(("US", "EU", "SEA", "ROW"), from_week=week)], rows, DAY0)
        without, with_it = (capacity_paths(some, DAY0, 400, 60, 3) for some in (rows, changed))
        assert (with_it >= without - 1e-4).all()
        assert with_it.sum() > without.sum()
        if week == 0:
            assert not [
                r for r in changed if not r.running and r.first_day and DAY0 > r.first_day != rows[changed.index(r)].first_day
            ]


# --- scenario words ---------------------------------------------------------------------------------------------------------

YAML = """
policies:
  - {policy: price_floor, regions: [US, EU], months_earlier: 9}
  - {policy: stockpile_release, product: ox_dy, region: US, tonnes: "120.5", from_week: 4, over_weeks: 26}
  - policy: joint_purchasing
    regions: US, EU, JP
    products: [ox_dy, ox_tb]
  - {policy: recycling_ramp, region: EU, scrap_tonnes_year: 2000, route: magnet, recovered: 0.8}
  - {policy: substitution, product: mag_heavy, share: 0.25, to: mag_light, regions: [JP]}
"""


def test_policies_of_a_scenario_are_read_from_text() -> None:
    loaded = parse_text(YAML, "s.yaml")
    assert not loaded.faults
    found = [policy_from(m, "s.yaml:3", products=PRODUCTS, regions=REGIONS) for m in loaded.data["policies"]]
    assert found == [
        PriceFloor(("US", "EU"), months_earlier=9),
        StockpileRelease("ox_dy", "US", 120.5, 4, 26),
        JointPurchasing(("US", "EU", "JP"), ("ox_dy", "ox_tb")),
        RecyclingRamp("EU", 2000, "magnet", recovered=0.8),
        Substitution("mag_heavy", 0.25, "mag_light", ("JP",)),
    ]
    assert apply_policies(found, frame()).pooled == ("US", "EU", "JP")


def test_every_kind_has_a_word() -> None:
    assert set(KINDS.values()) == {PriceFloor, StockpileRelease, JointPurchasing, RecyclingRamp, Substitution}
    for kind in KINDS.values():
        for slot in fields(kind):
            assert f"{slot.name}:" in kind.__doc__


GOOD = {"policy": "stockpile_release", "product": "ox_dy", "region": "US", "tonnes": "100"}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"policy": "tariff"}, "Write one of price_floor, stockpile_release"),
        ({}, "policy is None"),
        ("price_floor", "a policy is 'price_floor'"),
        (
            {**GOOD, "tons": "1"},
            "key 'tons' is unknown; stockpile_release takes product, region, tonnes, from_week, over_weeks",
        ),
        ({k: v for k, v in GOOD.items() if k != "tonnes"}, "key 'tonnes' is missing"),
        ({**GOOD, "tonnes": "much"}, "tonnes is 'much'; write a number of 0 or more"),
        ({**GOOD, "tonnes": True}, "tonnes is True; write a number"),
        ({**GOOD, "tonnes": "nan"}, "tonnes is nan"),
        ({**GOOD, "tonnes": "-5"}, "tonnes is -5; write a number of 0 or more"),
        ({**GOOD, "over_weeks": "0"}, "over_weeks is 0; write a number of 1 or more"),
        ({**GOOD, "from_week": "1.5"}, "from_week is 1.5; write whole weeks"),
        ({**GOOD, "product": "ox_dyy"}, "product 'ox_dyy' is unknown; there are ox_ndpr"),
        ({**GOOD, "region": ["US"]}, "region is ['US']; write one name"),
        ({"policy": "price_floor", "regions": []}, "regions is empty"),
        ({"policy": "price_floor", "regions": ["US", "XX"]}, "region 'XX' is unknown; there are CN"),
        ({"policy": "price_floor", "regions": [3]}, "write a list of names"),
        ({"policy": "price_floor", "regions": ["US"], "probability": "75"}, "probability is 75; write a number from 0 to 1"),
        ({"policy": "joint_purchasing", "regions": ["US"]}, "fewer than two"),
        ({"policy": "recycling_ramp", "region": "US", "scrap_tonnes_year": 1, "route": "metal"}, "write oxide or magnet"),
        ({"policy": "substitution", "product": "ox_dy", "share": 0.1, "to": "ox_dy"}, "name another product"),
    ],
)
def test_bad_words_name_the_key_and_what_is_allowed(mapping, words: str) -> None:
    with pytest.raises(BookError) as caught:
        policy_from(mapping, "s.yaml:7", products=PRODUCTS, regions=REGIONS)
    assert words in str(caught.value)
    assert str(caught.value).startswith("s.yaml:7: ")


def test_all_faults_of_a_policy_in_one_go() -> None:
    with pytest.raises(BookError) as caught:
        policy_from({**GOOD, "tonnes": "x", "tons": 1, "region": "XX"}, "s.yaml:7", regions=REGIONS)
    assert len((caught.value.message, *caught.value.faults)) == 3

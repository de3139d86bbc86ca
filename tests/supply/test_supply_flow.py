"""The chain's arithmetic: nothing is created, nothing is negative, and controls do what a control can do."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Book
from countermeasure.codes import parse_day
from countermeasure.supply import Chain, Parameters, compile_network, free_plan, load_scenario, simulate
from countermeasure.supply.controls.measures import measures_of
from countermeasure.supply.controls.practice import Practice, QuotaRow, plan_of
from countermeasure.supply.flow.transit import Transit

NET = compile_network()
START = parse_day("2025-03-31")
MEASURES = measures_of(Book.shipped(), Chain.shipped())[0]
AUDIT = ("stock", "inflow", "made", "used", "served", "flows", "exports", "lost", "price")


def april(*practice: Practice, weeks: int = 40, **options):
    return plan_of(NET, MEASURES, practice, START, weeks, **options)


def row(first: str = "2025-04-04", last: str = "2030-01-01", **what) -> Practice:
    return Practice(parse_day(first), parse_day(last), **what)


def balance(found) -> float:
    """Greatest gap in any stock's account, relative to what goes through it."""
    stock, inflow, made, used = (found[n].values for n in ("stock", "inflow", "made", "used"))
    added = np.zeros((found.plan.weeks, *stock.shape[2:]))
    added[:, found.network.product, found.network.region] = 0.0
    labels = {p: i for i, p in enumerate(found["stock"].labels("product"))}
    spots = {r: i for i, r in enumerate(found["stock"].labels("region"))}
    for n, (product, region) in enumerate(found.network.nodes):
        added[:, labels[product], spots[region]] = found.plan.additions[:, n]
    # stock is taken after arrivals and additions of the week
    after = stock[:, :-1] - used[:, :-1] + made[:, :-1]
    gap = np.abs(after + inflow[:, 1:] + added[1:] - stock[:, 1:])
    return float((gap / np.maximum(stock[:, :1].max(axis=0), 1e-9)).max())


def test_nothing_moves_without_a_control() -> None:
    found = simulate(NET, free_plan(NET, START, 60), 40, keep=AUDIT)
    for name in ("stock", "flows", "exports"):
        values = found[name].values
        assert np.abs(values - values[:, :1]).max() <= 1e-9 * values.max()
    assert np.nanmax(np.abs(found["lost"].values)) < 1e-12
    assert np.nanmax(np.abs(found["price"].values - 1)) < 1e-12


@pytest.mark.parametrize("name", ["april-2025", "october-2025-in-force", "heavy-ban", "allied-stockpile"])
def test_mass_balance(name: str) -> None:
    scenario = load_scenario(name)
    found = simulate(NET, scenario.plan(NET), 12, keep=AUDIT, parameters=scenario.parameters())
    assert balance(found) < 1e-9
    for kept in ("stock", "inflow", "made", "used", "served", "flows", "exports"):
        assert found[kept].values.min() > -1e-9, kept


def test_goods_sent_arrive() -> None:
    random = np.random.default_rng(5)
    ship = Transit(NET, random.uniform(0.7, 1.3, (1, 9)), np.ones((1, 9)), np.float64)
    under_way = sum(ship.due(w).sum() for w in range(ship.depth))
    assert under_way == pytest.approx((NET.flow[:, None] * 1).sum() * 9 + ship.line_target.sum(), rel=1e-12)
    came = 0.0
    sent = random.uniform(0, 5, (30, len(NET.flow), 9))
    for week in range(30 + ship.depth):
        came += ship.due(week).sum()
        ship.send(week, sent[week] if week < 30 else np.zeros_like(sent[0]))
    assert came == pytest.approx(under_way + sent.sum(), rel=1e-12)


def totals(plan, **more) -> np.ndarray:
    """Final use that was served, all weeks and places, by draw."""
    return simulate(NET, plan, 30, keep=("served",), **more)["served"].values.sum(axis=(1, 2, 3))


def test_more_permits_never_hurt_in_total() -> None:
    shares = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    served = [totals(april(row(approval=a))) for a in shares]
    for less, more in pairwise(served):
        assert (more >= less * (1 - 1e-4)).all()
    through = [totals(april(row(throughput=t))) for t in (0.0, 0.3, 0.6, 1.0, 2.0)]
    for less, more in pairwise(through):
        assert (more >= less * (1 - 1e-4)).all()


def test_a_ban_is_the_limit_of_the_queue() -> None:
    never = simulate(NET, april(row(approval=0.0)), 20, keep=("exports",))["exports"]
    banned = simulate(NET, april(row(ban=True)), 20, keep=("exports",))["exports"]
    listed = ("ox_dy", "ox_tb", "ox_y")
    last = never.select(product=listed).values[:, 25:]
    assert last.max() < 1e-6
    assert banned.select(product=listed).values[:, 1:].max() == 0.0
    nearly = simulate(NET, april(row(approval=1e-9)), 20, keep=("exports",))["exports"]
    assert np.abs(nearly.values - never.values).max() < 1e-4


def test_removing_controls_returns_the_baseline() -> None:
    ended = [replace(m, end=parse_day("2025-08-04")) for m in MEASURES if m.provision == "cn-2025-18.1"]
    plan = plan_of(NET, ended, (), START, 600)
    found = simulate(NET, plan, 20, keep=("exports", "stock", "lost"))
    first, last = found["exports"].values[:, 0], found["exports"].values[:, -1]
    assert np.abs(last - first).max() < 0.03 * first.max()
    assert np.nanmax(found["lost"].values[:, -1]) < 1e-3
    free = simulate(NET, plan_of(NET, [], (), START, 20), 5, keep=("exports",))["exports"].values
    none = simulate(NET, free_plan(NET, START, 20), 5, keep=("exports",))["exports"].values
    assert (free == none).all()


def test_a_longer_queue_delays_and_does_not_lose() -> None:
    """What is refused is filed again: over a long time all need is met, whatever the share granted at a decision."""
    plan = april(row(throughput=3.0), weeks=200)
    found = simulate(NET, plan, 10, keep=("exports",))["exports"].select(product="mag_heavy").sum("region").values
    assert np.abs(found[:, -1] / found[:, 0] - 1).max() < 0.03


def test_same_seed_same_numbers_whatever_the_workers() -> None:
    plan = april()
    alone = simulate(NET, plan, 60, seed=3, block=60)
    small = simulate(NET, plan, 60, seed=3, block=7)
    with ThreadPoolExecutor(2) as threads:
        threaded = simulate(NET, plan, 60, seed=3, block=16, executor=threads)
    with ProcessPoolExecutor(2) as processes:
        apart = simulate(NET, plan, 60, seed=3, block=25, executor=processes)
    for name in ("exports", "price"):
        for other in (small, threaded, apart):
            np.testing.assert_array_equal(alone[name].values, other[name].values)
    fewer = simulate(NET, plan, 20, seed=3)
    np.testing.assert_array_equal(alone["exports"].values[:20], fewer["exports"].values)


def test_single_precision_is_near() -> None:
    plan = april()
    double, single = (simulate(NET, plan, 16, single=s)["exports"].values for s in (False, True))
    assert np.abs(double - single).max() < 1e-3 * double.max()


def test_progress_is_told() -> None:
    told: list[int] = []
    simulate(NET, april(weeks=3), 25, block=10, progress=told.append)
    assert told == [10, 20, 25]


def test_priority_serves_the_first_region_first() -> None:
    """No ore from South-East Asia, and what is short in China goes to Japan before others."""
    cut = Practice(START, parse_day("2030-01-01"), products=("ore_ion_clay",), origin=("SEA",), embargo=True)
    plans = [plan_of(NET, [], [cut], START, 104, priority=p) for p in ((), ("JP", "home"))]
    fair, first = (simulate(NET, p, 4, keep=("exports",))["exports"].select(product="ox_dy") for p in plans)
    short = fair.select(region="US").values.min(axis=1) < 0.9 * fair.select(region="US").values[:, 0]
    assert short.all()
    served = [cube.select(region="JP").values[:, -20:].sum() for cube in (fair, first)]
    others = [cube.select(region=("US", "EU")).values[:, -20:].sum() for cube in (fair, first)]
    assert served[1] > 1.05 * served[0]
    assert others[1] < others[0]


def test_a_quota_caps_the_sum() -> None:
    quota = QuotaRow(
        parse_day("2025-04-07"), parse_day("2025-12-29"), 10_000.0, products=("mag_light", "mag_heavy", "mag_smco")
    )
    plan = plan_of(NET, [], (), START, 30, quotas=(quota,))
    found = simulate(NET, plan, 5, keep=("exports",))["exports"].select(product=("mag_light", "mag_heavy", "mag_smco"))
    weekly = found.sum("product", "region").values[:, 2:30]
    assert weekly.max() <= 10_000 / (quota.end - quota.start) * 7 + 1e-6


def test_content_rule_touches_third_countries_alone() -> None:
    plan = load_scenario("october-2025-in-force").plan(NET)
    abroad = [NET.edges[e] for j, e in enumerate(plan.edges) if (plan.kind[:, j] == 3).any()]
    assert abroad
    assert not any("CN" in (origin, region) for _, origin, region in abroad)
    assert {p for p, _, _ in abroad} >= {"mag_heavy", "co_motor"}
    motors = [j for j, e in enumerate(plan.edges) if NET.edges[e][0] == "co_motor" and NET.edges[e][1] == "CN"]
    assert not motors  # motors that leave China are on no list


def test_content_rule_closes_the_detour() -> None:
    """From 1 December, week 8, motors of the rest of the world that hold Chinese listed magnets wait for licenses."""
    scenario = load_scenario("october-2025-in-force")
    held = simulate(NET, scenario.plan(NET), 6, keep=("flows",), parameters=scenario.parameters())
    part = held["flows"].select(product="co_motor", origin="ROW", region="US").values
    normal = (NET.flow[NET.edges.index(("co_motor", "ROW", "US"))] * held.draws["level"])[:, None]
    assert np.abs(part[:, :8] / normal - 1).max() < 0.1
    assert (part[:, 8:12] < 0.8 * normal).all()  # then licenses come, slowly
    known = replace(scenario, known_on=None).plan(NET)  # with the suspension of November 2025 known
    free = simulate(NET, known, 6, keep=("flows",), parameters=scenario.parameters())["flows"]
    assert (free.select(product="co_motor", origin="ROW", region="US").values[:, 12] > part[:, 12]).all()


def test_a_change_of_the_book_changes_the_chain(tmp_path) -> None:
    path = tmp_path / "cn-test-ndpr.yaml"
    path.write_text(
        """id: cn-test-ndpr
kind: scenario
issuer: CN
citation: "a test"
title: "No. 18 ends"
published_on: "2025-06-02"
confidence: high
sources: [{cite: "a test", read: summary}]
acts:
  - act: repeal
    provisions: [cn-2025-18.1]
    from: "2025-06-30"
""",
        encoding="utf-8",
    )
    ended = measures_of(Book.shipped().with_(path), Chain.shipped())[0]
    plan = plan_of(NET, ended, (), START, 20)
    live = plan.kind.any(axis=1)
    assert live[1:13].all()
    assert not live[13:].any()
    before = measures_of(Book.shipped(), Chain.shipped(), parse_day("2025-04-03"))[0]
    assert not before


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["approval", "throughput", "hold_up", "general_share", "ban", "embargo"]),
            st.floats(0, 1),
            st.integers(0, 25),
            st.integers(1, 20),
            st.sampled_from(["US", "EU", "JP", "*"]),
            st.sampled_from(["mag_heavy", "mag_light", "ox_y", "*"]),
        ),
        max_size=5,
    )
)
def test_any_practice_keeps_the_accounts(rows) -> None:
    practice = []
    for what, value, first, length, to, product in rows:
        given_ = {what: value > 0.5 if what in ("ban", "embargo") else value}
        start = START + 7 * first
        practice.append(Practice(start, start + 7 * length, products=(product,), to=(to,), **given_))
    found = simulate(NET, april(*practice, weeks=30), 3, keep=AUDIT)
    assert balance(found) < 1e-9
    for kept in ("stock", "flows", "served"):
        assert np.isfinite(found[kept].values).all()
        assert found[kept].values.min() > -1e-9


def test_parameters_can_be_moved() -> None:
    base = Parameters.shipped()
    moved = base.moved({"approval": 0.25})
    assert set(moved.draw(50, 1)["approval"]) == {0.25}
    np.testing.assert_array_equal(moved.draw(50, 1)["throughput"], base.draw(50, 1)["throughput"])
    for one in base:
        assert one.source, one.name
        assert one.unit, one.name

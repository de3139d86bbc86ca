"""Buyers: nobody stops without a control, totals can recover while some are stopped, arrays agree with a plain loop."""

import importlib.util
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError
from countermeasure.supply.buyers.run import READINGS, STATES, buyers_for, run_buyers
from countermeasure.supply.buyers.signals import SIGNALS, Signals, answers_to_price, arrivals, permits_of, signals_of
from countermeasure.supply.buyers.signals import _at_nodes as at_nodes
from countermeasure.supply.buyers.step import STOPPED, Crowd, Kept, Luck, Permits, decide, held_from, run_crowd
from countermeasure.supply.chain.network import compile_network
from countermeasure.supply.controls.plan import FREE, LISTED, LOOK_ALIKE, OF_CONTENT, Plan, PooledNodes, free_plan
from countermeasure.supply.flow.queueing import listed_share
from countermeasure.supply.flow.simulate import Simulation, simulate
from countermeasure.supply.projects.drawn import DrawnSupply

NETWORK = compile_network()
START = 13
WEEKS = 65
COUNT = 600


@lru_cache(maxsize=1)
def bench() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "buyers.py"
    spec = importlib.util.spec_from_file_location("benchmark_buyers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=8)
def april(weeks: int = WEEKS, start: int = START) -> Plan:
    return bench().april_2025(NETWORK, weeks, start)


@lru_cache(maxsize=8)
def simulated(plan: str = "april", draws: int = 12) -> Simulation:
    nodes = np.array([NETWORK.node_at["mag_heavy", region] for region in ("US", "EU", "JP")])
    pool = PooledNodes(nodes, np.array([0.3, 0.5, 0.2]), np.arange(WEEKS) >= START)
    plans = {
        "april": april(),
        "free": free_plan(NETWORK, parse_day("2025-01-06"), WEEKS),
        "pooled": replace(april(), pools=(pool,)),
    }
    return simulate(NETWORK, plans[plan], draws, 5, keep=("exports", "inflow", "served", *SIGNALS))


def drawn(simulation: Simulation, **values: float) -> Simulation:
    """The same flows with some parameters of the buyers moved."""
    moved = {n: np.full_like(simulation.draws["approval"], v) for n, v in values.items()}
    return replace(simulation, draws={**simulation.draws, **moved})


def stopped(simulation: Simulation, **more: object) -> float:
    return float(run_buyers(simulation, COUNT, 3, **more)["stopped_buyers"].values.sum())


# The sample


def test_sample_holds_every_kind_and_all_the_tonnes() -> None:
    buyers = buyers_for(NETWORK, 2000)
    assert len(buyers) == 2000
    assert set(buyers.cell) == set(range(len(buyers.cells)))
    assert (np.diff(buyers.group) >= 0).all()
    assert not any(region == "CN" for _, region, _, _ in buyers.cells)
    use = sum(row.tonnes_year for row in NETWORK.chain.demand if row.region != "CN") / 52
    assert buyers.tonnes.sum() == pytest.approx(use)
    for industry, region in (("defence", "US"), ("cars", "EU"), ("coatings", "JP")):
        mine = sum(t for t, c in zip(buyers.tonnes, buyers.cell, strict=True) if buyers.cells[c][:2] == (industry, region))
        table = sum(r.tonnes_year for r in NETWORK.chain.demand if (r.industry, r.region) == (industry, region))
        assert mine == pytest.approx(table / 52)


def test_stock_follows_what_the_region_holds() -> None:
    buyers = buyers_for(NETWORK, 2000)
    of = {
        buyers.groups[g].region: f
        for g, f in zip(buyers.group, buyers.factor, strict=True)
        if buyers.groups[g].way == "made here"
    }
    cover = NETWORK.chain.cover
    assert of["EU"] == pytest.approx(1.0)
    assert of["IN"] == pytest.approx(
        (cover["magnet", "IN"] + cover["component", "IN"]) / (cover["magnet", "*"] + cover["component", "*"])
    )
    assert of["IN"] < of["EU"] < of["JP"]


def test_oxide_users_do_not_crowd_the_sample() -> None:
    buyers = buyers_for(NETWORK, 2000)
    direct = np.array([buyers.groups[g].way == "direct" for g in buyers.group])
    kinds = sum(way == "direct" for *_, way in buyers.cells)
    assert direct.sum() == kinds + round(0.1 * (2000 - len(buyers.cells)))


def test_too_few_buyers_are_refused() -> None:
    with pytest.raises(InputError, match="kinds of buyers"):
        buyers_for(NETWORK, 10)


# What arrives


@pytest.mark.parametrize("plan", ["april", "free", "pooled"])
def test_arrivals_are_those_of_the_chain(plan: str) -> None:
    simulation = simulated(plan)
    free, licensed = arrivals(simulation)
    tonnes = at_nodes(simulation, free + licensed) * simulation.draws["level"]
    inflow = simulation["inflow"]
    for node, (product, region) in enumerate(NETWORK.nodes):
        theirs = inflow.select(product=product, region=region).values.T
        assert tonnes[node] == pytest.approx(theirs, rel=1e-5, abs=1e-5 * NETWORK.through[node])


def test_goods_sent_before_the_control_are_open_to_all() -> None:
    free, licensed = arrivals(simulated())
    edge = NETWORK.edges.index(("mag_heavy", "CN", "US"))
    assert licensed[edge, : START + 4].max() == 0.0
    assert free[edge, : START + 4] == pytest.approx(1.0, abs=1e-4)
    assert licensed[edge, START + 20 :].mean() > 5 * free[edge, START + 20 :].mean()


def test_without_control_groups_get_what_they_use() -> None:
    simulation = simulated("free")
    signals = signals_of(simulation, buyers_for(NETWORK, 2000).groups)
    assert signals.licensed.max() == 0.0
    assert signals.free == pytest.approx(1.0, abs=2e-3)
    assert (signals.free_share == 1.0).all()


def test_users_of_oxides_answer_to_prices_as_in_the_chain() -> None:
    simulation = simulated()
    factor = answers_to_price(simulation, ("ox_y",))[0]
    assert factor[:START] == pytest.approx(1.0, abs=1e-3)
    assert factor.min() < 0.95
    node = NETWORK.node_at["ox_y", "JP"]
    served = simulation["served"].select(product="ox_y", region="JP").values.T / (
        NETWORK.final[node] * simulation.draws["level"]
    )
    assert (served <= factor + 1e-3).all()
    full = np.isclose(served, factor, atol=1e-3)
    assert full.mean() > 0.5  # in the other weeks the chain is short of it


def test_simulation_without_flows_is_refused() -> None:
    bare = simulate(NETWORK, free_plan(NETWORK, 20000, 4), 2, 1)
    with pytest.raises(InputError, match="flows was not kept"):
        run_buyers(bare, COUNT)


# Licenses


def permits(weeks: int = 80, draws: int = 1, spells: tuple[float, ...] = (0.0,), **more: object) -> Permits:
    start = np.array([[s] for s in spells], dtype=np.float32)
    nothing = np.full((weeks, 1), np.nan, np.float32)
    given = {
        "active": np.ones((weeks, 1), bool), "approval": nothing, "allowed": np.ones_like(nothing), "lag": nothing,
        "general": np.zeros_like(nothing), "need": np.ones((len(spells), 1, draws), np.float32),
        "transit": np.zeros((1, draws), np.float32), **more,
    }  # fmt: skip
    return Permits(start=start, **given)


def params(draws: int = 1, **values: float) -> dict[str, np.ndarray]:
    base = {"lag_weeks": 8.0, "approval": 1.0, "license_spread": 0.6, "backlog_rate": 0.04, "order_cap": 1.5}
    return {n: np.full(draws, v) for n, v in {**base, "buyer_cover_spread": 0.75, "cover": 14.0, **values}.items()}


def granted(count: int = 20_000, rules: Permits | None = None, **values: float) -> np.ndarray:
    luck = Luck.of(1, [0], count)
    group = np.zeros(count, dtype=np.int64)
    filed = np.zeros((count, 1), np.float32)
    return decide(rules or permits(), group, filed, params(**values), luck.rounds(0))[0][:, 0]


def test_decisions_take_the_mean_lag_of_the_chain() -> None:
    weeks = granted(rules=permits(weeks=2000))
    assert weeks.mean() == pytest.approx(8.0, rel=0.02)
    assert np.log(weeks).std() == pytest.approx(0.6, rel=0.02)


@pytest.mark.parametrize("approval", [0.2, 0.72])
def test_refused_buyers_file_again(approval: float) -> None:
    weeks = granted(approval=approval, license_spread=1e-6)
    for rounds in (1, 2, 5):
        share = (weeks <= 8.0 * rounds + 0.01).mean()
        assert share == pytest.approx(1 - (1 - approval) ** rounds, abs=0.01)


def test_nothing_is_granted_under_a_ban_and_practice_overrides_the_draw() -> None:
    banned = np.zeros((80, 1), np.float32)
    banned[40:] = 1.0
    assert granted(rules=permits(allowed=banned)).min() >= 40.0
    quick = permits(lag=np.full((80, 1), 2.0, np.float32), approval=np.full((80, 1), 1.0, np.float32))
    assert granted(rules=quick, approval=0.0, license_spread=1e-6) == pytest.approx(2.0, rel=1e-4)


def test_general_licenses_hold_from_the_week_they_are_given() -> None:
    general = np.zeros((80, 1), np.float32)
    general[20:] = 0.25
    held = held_from(permits(general=general), 0, np.zeros(4000, dtype=np.int64), Luck.of(1, [0], 4000).general)
    assert np.isfinite(held).mean() == pytest.approx(0.25, abs=0.02)
    assert held[np.isfinite(held)] == pytest.approx(20.0)


def test_kinds_of_control_say_who_needs_a_license() -> None:
    simulation = simulated()
    light, heavy = (NETWORK.edges.index((p, "CN", "EU")) for p in ("mag_light", "mag_heavy"))
    found = permits_of(
        simulation, [np.array([light]), np.array([heavy]), np.array([NETWORK.edges.index(("co_motor", "CN", "EU"))])]
    )
    assert found.active[:, :2].sum(axis=0).tolist() == [WEEKS - START] * 2
    assert not found.active[:, 2].any()
    assert found.start[0].tolist() == [START, START, math.inf]
    share, base = simulation.draws["controlled_share"], listed_share(NETWORK, simulation.plan)
    assert found.need[0, 1] == pytest.approx(np.minimum(share / base, 1.0), rel=1e-5)
    assert found.need[0, 0] == pytest.approx(np.maximum((share - base) / (1.0 - base), 0.0), rel=1e-4, abs=1e-6)
    assert (found.transit[1] >= 4.0).all()


def test_third_countries_goods_need_licenses_for_their_chinese_content() -> None:
    edge = NETWORK.edges.index(("mag_heavy", "JP", "EU"))
    plan = free_plan(NETWORK, 20000, 30, np.array([edge]))
    kind = plan.kind.copy()
    kind[5:] = OF_CONTENT
    simulation = simulate(
        NETWORK, replace(plan, kind=kind, since=np.maximum(np.arange(30)[:, None] - 5.0, 0)), 2, 1, keep=SIGNALS
    )
    found = permits_of(simulation, [np.array([edge])])
    assert ((found.need > 0.2) & (found.need <= 1.0)).all()


def test_a_control_that_returns_starts_anew() -> None:
    plan = april()
    kind, since = plan.kind.copy(), plan.since.copy()
    kind[30:45], since[30:45] = FREE, 0
    since[45:] = np.arange(WEEKS - 45)[:, None]
    simulation = simulate(NETWORK, replace(plan, kind=kind, since=since), 6, 5, keep=SIGNALS)
    result = run_buyers(simulation, COUNT, 3)
    states = result["license_state"].select(region="EU", state="approved").values
    assert np.isnan(states[:, 30:45]).all()
    assert states[:, 29].mean() > 0.3
    assert states[:, 45:47].max() < 0.1
    entry = permits_of(simulation, [np.array([NETWORK.edges.index(("mag_heavy", "CN", "EU"))])])
    assert entry.start[:, 0].tolist() == [START, 45.0]


# The week


def crowd(count: int, free_share: float = 0.0) -> Crowd:
    from scipy.sparse import csr_array

    mean = csr_array(np.full((1, count), 1.0 / count, np.float32))
    one = np.ones(count, np.float32)
    return Crowd(
        np.zeros(count, np.int64),
        one,
        free_share * one,
        None,
        np.zeros(count, np.int64),
        mean,
        mean,
        csr_array(np.ones((1, count), np.float32)),
    )


def test_totals_recover_while_some_buyers_stand_still() -> None:
    """What September 2025 showed: record exports, and plants that stopped, as licenses came buyer by buyer."""
    weeks, count, draws = 60, 500, 4
    total = np.concatenate([np.ones(5), np.linspace(0.2, 1.1, 10), np.full(weeks - 15, 1.15)]).astype(np.float32)
    licensed = np.broadcast_to(total[None, :, None], (1, weeks, draws)).copy()
    licensed[:, :5] = 0.0
    free = np.zeros_like(licensed)
    free[:, :5] = 1.0
    rules = permits(weeks, draws)
    luck = Luck.of(4, range(draws), count)

    def played(approval: float, lag: float) -> Kept:
        par = params(draws, approval=approval, lag_weeks=lag, cover=10.0)
        return run_crowd(crowd(count), rules, free, licensed, par, luck)

    few, all_ = played(0.3, 8.0), played(1.0, 0.5)
    late = slice(24, 36)
    assert total[late].min() > 1.0
    assert few.count[0, late].min() > 0.02 * count
    assert few.count[0, late].mean() > 20 * max(all_.count[0, late].mean(), 0.01)
    assert few.states[2, 0, 35].mean() > 0.3 * count


@settings(max_examples=25, deadline=None)
@given(
    level=st.floats(0.0, 1.5),
    share=st.floats(0.0, 1.0),
    approval=st.floats(0.0, 1.0),
    cover=st.floats(0.5, 30.0),
    seed=st.integers(0, 99),
)
def test_no_more_is_used_than_was_there(level: float, share: float, approval: float, cover: float, seed: int) -> None:
    weeks, count = 30, 60
    free = np.full((1, weeks, 1), level * share, np.float32)
    licensed = np.full((1, weeks, 1), level * (1 - share), np.float32)
    luck = Luck.of(seed, [0], count)
    kept = run_crowd(crowd(count, share), permits(weeks), free, licensed, params(approval=approval, cover=cover), luck)
    held = float((cover * np.exp(0.75 * luck.cover)).mean())
    used = float((1 - kept.lost).sum())
    assert used <= held + level * weeks + 1e-3
    assert ((kept.lost >= 0) & (kept.lost <= 1)).all()
    assert ((kept.fill >= 0) & (kept.fill <= 1)).all()
    if level == 1.0 and share == 1.0:
        assert kept.lost.max() < 1e-5


def test_arrays_agree_with_a_plain_loop_over_buyers() -> None:
    simulation = simulated()
    result = run_buyers(simulation, COUNT, 9)
    buyers = buyers_for(NETWORK, COUNT)
    signals: Signals = signals_of(simulation, buyers.groups)
    for draw in (0, 7):
        lost = np.array(bench().one_by_one(simulation, buyers, signals, draw, 9))
        mine = result["stopped_buyers"].values[draw].sum(axis=1)
        assert mine == pytest.approx((lost >= STOPPED).sum(axis=1), abs=1)
        cars = np.array([buyers.cells[c][:2] == ("cars", "EU") for c in buyers.cell])
        weight = buyers.tonnes[cars] / buyers.tonnes[cars].sum()
        output = result["lost_output"].select(industry="cars", region="EU").values[draw]
        assert output == pytest.approx((lost[:, cars] @ weight) * (1 - simulation.draws["finish_later"][draw]), abs=1e-4)


# The door


@pytest.mark.parametrize("reading", READINGS)
def test_nobody_stops_without_a_control(reading: str) -> None:
    result = run_buyers(simulated("free"), COUNT, 3, reading)
    assert result["stopped_buyers"].values.max() == 0.0
    assert np.nanmax(result["lost_output"].values) < 1e-4
    assert np.isnan(result["first_stoppage"].values).all()
    assert np.isnan(result["license_state"].values).all()


def test_same_seed_same_numbers_whatever_the_blocks() -> None:
    simulation = simulated()
    whole = run_buyers(simulation, COUNT, 3)
    with ThreadPoolExecutor(2) as pool:
        others = [run_buyers(simulation, COUNT, 3, block=b, executor=e) for b, e in ((1, None), (5, pool), (12, None))]
    for other in others:
        for name, cube in whole.cubes.items():
            assert np.array_equal(cube.values, other[name].values, equal_nan=True), name
    assert not np.array_equal(whole["stopped"].values, run_buyers(simulation, COUNT, 4)["stopped"].values, equal_nan=True)


def test_a_draw_does_not_depend_on_how_many_there_are() -> None:
    few = run_buyers(simulated("april", 5), COUNT, 3)["stopped_buyers"].values
    many = run_buyers(simulated(), COUNT, 3)["stopped_buyers"].values
    assert np.abs(few - many[:5]).max() <= 1.0


def test_more_permits_more_stock_and_faster_decisions_never_stop_more() -> None:
    simulation = simulated()
    for name, values in (
        ("approval", (0.1, 0.5, 0.9)),
        ("buyer_cover_weeks", (6.0, 12.0, 20.0)),
        ("lag_weeks", (26.0, 13.0, 4.0)),
    ):
        found = [stopped(drawn(simulation, **{name: v})) for v in values]
        assert found[0] > found[1] > found[2], (name, found)


def test_more_permits_in_the_whole_chain_never_stop_more() -> None:
    found = []
    for approval in (0.1, 0.4, 0.9):
        plan = replace(april(), approval=np.where(april().kind != FREE, approval, np.nan))
        found.append(stopped(simulate(NETWORK, plan, 6, 5, keep=SIGNALS)))
    assert found[0] > found[1] > found[2] > 0


def test_general_licenses_help_those_who_hold_them() -> None:
    simulation = simulated()
    plan = replace(simulation.plan, general=np.where(simulation.plan.kind != FREE, 0.5, 0.0))
    assert stopped(replace(simulation, plan=plan)) < 0.8 * stopped(simulation)


def test_reported_stocks_stop_more_buyers_and_earlier() -> None:
    simulation = simulated()
    implied, reported = (run_buyers(simulation, COUNT, 3, reading) for reading in READINGS)
    assert reported["stopped_buyers"].values.sum() > 1.5 * implied["stopped_buyers"].values.sum()
    assert np.nanmedian(reported["first_stoppage"].values[:, 0]) <= np.nanmedian(implied["first_stoppage"].values[:, 0])


def test_april_2025_first_stoppages_and_stoppages_after_recovery() -> None:
    """V4 and V6: first stoppages outside China in weeks 6 to 9 (pass 5 to 10); some stand still while exports are back."""
    simulation = simulated()
    result = run_buyers(simulation, 2000, 3)
    first = result["first_stoppage"].select(region="all").values - START
    assert 5 <= np.nanmedian(first) <= 10
    magnets = simulation["exports"].select(product=("mag_light", "mag_heavy", "mag_smco")).sum("product", "region").values
    back = np.median(magnets / magnets[:, :1], axis=0)
    september = slice(START + 21, START + 26)
    assert back[september].min() > 1.0
    assert np.median(result["stopped_buyers"].values.sum(axis=2), axis=0)[september].min() > 5


def test_states_of_licenses_are_whole() -> None:
    states = run_buyers(simulated(), COUNT, 3)["license_state"]
    assert states.labels("state") == STATES
    applied, approved, pending, refused = (states.select(state=s).values[:, START:] for s in STATES)
    assert approved + pending + refused == pytest.approx(applied, abs=1e-5)
    assert applied[:, 4:] == pytest.approx(1.0)
    assert (np.diff(approved, axis=1) >= -1e-6).all()


def test_quarters_are_means_of_their_weeks() -> None:
    result = run_buyers(simulated(), COUNT, 3)
    quarters = result["lost_by_quarter"]
    assert quarters.labels("quarter")[:3] == ("2025Q1", "2025Q2", "2025Q3")
    weekly = result["lost_output"].select(industry="cars", region="US").values
    second = quarters.select(industry="cars", region="US", quarter="2025Q2").values
    weeks = slice(12, 25)  # Thursdays from 3 April to 26 June
    assert second == pytest.approx(weekly[:, weeks].mean(axis=1), rel=1e-4, abs=1e-7)


def test_less_demand_means_fewer_orders() -> None:
    simulation = simulated("free")
    node = NETWORK.node_at["co_motor", "EU"]
    demand = simulation.plan.demand.copy()
    demand[:, node] = 0.5
    result = run_buyers(replace(simulation, plan=replace(simulation.plan, demand=demand)), COUNT, 3)
    orders = result["orders"].select(group="co_motor EU, imported").values
    assert orders == pytest.approx(0.5, abs=1e-3)


def test_parts_that_take_another_grade_order_less_of_it() -> None:
    simulation = simulated("free")
    ways = np.ones((WEEKS, len(NETWORK.rate)))
    node = NETWORK.node_at["co_traction", "EU"]
    heavy = NETWORK.node_at["mag_heavy", "EU"]
    ways[:, (NETWORK.main == node) & (NETWORK.inputs[:, 0] == heavy)] = 0.6
    result = run_buyers(replace(simulation, plan=replace(simulation.plan, ways=ways)), COUNT, 3)
    heavy_orders = result["orders"].select(group="mag_heavy EU, made here").values
    assert 0.6 < heavy_orders.mean() < 0.9
    assert result["orders"].select(group="mag_light EU, made here").values == pytest.approx(1.0, abs=1e-3)


def test_supply_added_helps_those_who_are_short() -> None:
    simulation = simulated()
    nodes = np.array([NETWORK.node_at["mag_heavy", r] for r in ("EU", "US")])
    amount = NETWORK.base.used[NETWORK.product[nodes], NETWORK.region[nodes]][:, None, None]
    drawn_supply = DrawnSupply(nodes, np.broadcast_to(0.5 * amount, (2, WEEKS, 12)))
    plan = simulation.plan.with_changes(additions=np.zeros_like(simulation.plan.additions))
    added = plan.additions.copy()
    added[:, nodes] = 0.5 * amount[:, 0, 0]
    found = [
        stopped(replace(simulation, supply=drawn_supply)),
        stopped(replace(simulation, plan=replace(plan, additions=added))),
    ]
    assert found[0] == pytest.approx(found[1])
    assert found[0] < 0.9 * stopped(simulation)


def test_unknown_reading_is_refused() -> None:
    with pytest.raises(InputError, match="unknown reading 'rumour'"):
        run_buyers(simulated(), COUNT, 3, "rumour")


def test_kinds_used_here_are_those_of_the_plan() -> None:
    assert set(np.unique(april().kind)) == {FREE, LISTED, LOOK_ALIKE}

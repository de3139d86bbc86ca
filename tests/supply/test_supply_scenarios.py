"""Shipped scenarios are what they say; their weeks, settings, policies, projects and priority do what they are for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from countermeasure.codes import format_day, parse_day
from countermeasure.errors import InputError
from countermeasure.supply import Chain, Parameters, compile_network, load_scenario, run_supply, scenario_names, simulate
from countermeasure.supply.controls.plan import FREE, LISTED, LOOK_ALIKE, OF_CONTENT
from countermeasure.supply.flow.queueing import listed_share
from countermeasure.supply.projects.policies import JointPurchasing, RecyclingRamp, StockpileRelease, Substitution
from countermeasure.supply.tables import shipped_folder

NET = compile_network()
NAMES = ("allied-stockpile", "april-2025", "heavy-ban", "no-permits-12-weeks", "october-2025-in-force", "truce")
LISTED_2025 = {"ox_sm", "ox_gd", "ox_dy", "ox_tb", "ox_y", "me_sm", "me_dy", "me_tb", "mag_heavy", "mag_smco"}
"""Announcement 18 in the chain's words: samarium, gadolinium, terbium, dysprosium, yttrium; SmCo and heavy magnets."""


def week_of(plan, day: str) -> int:
    return (parse_day(day) - plan.day0) // 7


def columns(plan, *, product=None, origin=None, to=None) -> np.ndarray:
    """Places of touched edges that fit."""
    chosen = [(product, 0), (origin, 1), (to, 2)]
    return np.array(
        [j for j, e in enumerate(plan.edges) if all(w is None or NET.edges[e][i] in np.atleast_1d(w) for w, i in chosen)],
        dtype=int,
    )


def kinds(plan, week: int) -> dict[tuple[str, str, str], int]:
    return {NET.edges[e]: int(k) for e, k in zip(plan.edges, plan.kind[week], strict=True) if k != FREE}


def run(scenario, keep=("exports", "lost", "served", "inflow"), draws=8):
    return simulate(NET, scenario.plan(NET), draws, parameters=scenario.parameters(), keep=keep)


def served(found) -> np.ndarray:
    """Final use that was served, t by draw."""
    return found["served"].values.sum(axis=(1, 2, 3))


# --- what is shipped ---------------------------------------------------------------------------------------------------


def test_these_are_shipped() -> None:
    assert scenario_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_is_documented_and_runs(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.id == name == Path(scenario.name).stem
    assert scenario.title
    assert scenario.intent.endswith(".")
    assert scenario.sources
    assert (scenario.day0 + 3) % 7 == 0  # a Monday: 1970-01-05, day 4, was one
    for row in scenario.practice:
        assert row.why
        assert row.source
        assert row.confidence in set("ABCDU")
    plan = scenario.plan(NET)
    assert plan.weeks == scenario.weeks
    assert plan.kind.shape == (scenario.weeks, len(plan.edges))
    assert (np.diff(plan.edges) > 0).all()
    for values in (plan.approval, plan.hold_up, plan.general):
        known = values[~np.isnan(values)]
        assert ((known >= 0) & (known <= 1)).all()
    assert np.isfinite(run(scenario.for_weeks(8), draws=2)["exports"].values).all()


@pytest.mark.parametrize("name", ["no-permits-12-weeks", "heavy-ban", "truce", "allied-stockpile"])
def test_april_s_list_is_what_is_controlled(name: str) -> None:
    plan = load_scenario(name).plan(NET)
    for week in (0, plan.weeks - 1):
        found = kinds(plan, week)
        assert {p for (p, _, _), kind in found.items() if kind == LISTED} == LISTED_2025
        assert {p for (p, _, _), kind in found.items() if kind == LOOK_ALIKE} == {"mag_light"}
        assert {o for _, o, _ in found} == {"CN"}
        assert not any(kind == OF_CONTENT for kind in found.values())


def test_no_permits_for_twelve_weeks() -> None:
    plan = load_scenario("no-permits-12-weeks").plan(NET)
    assert format_day(plan.day0) == "2027-01-04"
    stopped = np.flatnonzero((plan.approval == 0).all(axis=1) & (plan.throughput == 0).all(axis=1))
    assert stopped.tolist() == list(range(1, 13))
    assert np.isnan(plan.approval[[0, *range(13, 52)]]).all()
    assert plan.since[0].max() == plan.since[0].min() == 91  # whole weeks from 4 April 2025 to 4 January 2027
    assert not plan.ban.any()


def test_the_package_of_october_is_left_out_where_it_is_said_to_be() -> None:
    """It returns on 11 November 2026 by the book's text; the scenario of permits alone leaves it out."""
    scenario = load_scenario("no-permits-12-weeks")
    whole = replace(scenario, without=()).plan(NET)
    assert (whole.kind == OF_CONTENT).any(axis=1).all()
    assert not (scenario.plan(NET).kind == OF_CONTENT).any()


def test_a_ban_on_heavies() -> None:
    scenario = load_scenario("heavy-ban")
    plan = scenario.plan(NET)
    banned = {NET.edges[e][0] for j, e in enumerate(plan.edges) if plan.ban[:, j].any()}
    assert banned == {"ox_dy", "ox_tb", "me_dy", "me_tb", "mag_heavy"}
    assert not plan.ban[0].any()
    at = columns(plan, product=tuple(banned))
    assert plan.ban[1:, at].all()
    found = run(scenario.for_weeks(30))
    exports, share = found["exports"], found.draws["controlled_share"]
    heavies = exports.select(product=("ox_dy", "ox_tb", "mag_heavy")).sum("product", "region").values
    assert heavies[:, 0].min() > 0
    whole = share >= listed_share(NET, plan)  # where fewer magnets are listed than the tables hold, the rest is free
    assert whole.any()
    assert heavies[whole, 1:].max() == 0
    assert exports.select(product=("ox_dy", "ox_tb")).values[:, 1:].max() == 0
    assert exports.select(product="mag_smco").values[:, 1:].max() > 0


def test_april_2025_week_by_week() -> None:
    plan = load_scenario("april-2025").plan(NET)
    assert not plan.kind[0].any()  # announced on Friday of the first week
    weeks = {
        day: week_of(plan, day) for day in ("2025-04-07", "2025-06-02", "2025-06-16", "2025-06-23", "2025-06-30", "2026-06-22")
    }
    assert kinds(plan, weeks["2025-04-07"]) == {e: k for e, k in kinds(plan, 64).items() if e[0] != "ore_bastnaesite_us"}
    heavy_us = columns(plan, product="mag_heavy", origin="CN", to="US")
    for day, approval, through, hold in (
        ("2025-04-07", 0.05, 0.05, 0.95),
        ("2025-06-02", 0.05, 0.05, 0.95),
        ("2025-06-16", np.nan, 0.5, 0.5),
        ("2025-06-23", np.nan, 0.5, 0.5),
        ("2025-06-30", np.nan, 1.0, np.nan),
        ("2026-06-22", np.nan, 1.0, np.nan),
    ):
        for array, value in ((plan.approval, approval), (plan.throughput, through), (plan.hold_up, hold)):
            np.testing.assert_array_equal(array[weeks[day], heavy_us], value)
    assert (plan.approval[1:, columns(plan, product="ox_y", origin="CN", to="US")] == 0).all()
    assert (plan.throughput[1:, columns(plan, product="ox_y", origin="CN", to=("EU", "JP", "KR"))] == 0.7).all()
    others = columns(plan, product="mag_heavy", origin="CN", to=("EU", "JP", "KR", "IN"))
    assert np.isnan(plan.approval[:, others]).all()
    concentrate = columns(plan, product="ore_bastnaesite_us", origin="US", to="CN")
    assert len(concentrate) == 1
    assert plan.ban[:, concentrate[0]].tolist() == [False] * 2 + [True] * 63


def test_october_in_force_reaches_third_countries_and_the_known_law_does_not() -> None:
    scenario = load_scenario("october-2025-in-force")
    assert format_day(scenario.known_on) == "2025-10-20"
    plan = scenario.plan(NET)
    december = kinds(plan, week_of(plan, "2025-12-01"))
    content = {e for e, kind in december.items() if kind == OF_CONTENT}
    assert content
    assert not any("CN" in (origin, to) for _, origin, to in content)
    assert {p for p, _, _ in content} >= {"mag_heavy", "mag_smco", "co_traction", "co_motor", "co_generator"}
    assert not any(p == "mag_light" for p, _, _ in content)
    known = replace(scenario, known_on=None).plan(NET)
    live = (known.kind == OF_CONTENT).any(axis=1)
    assert not live[week_of(known, "2025-11-10") : week_of(known, "2026-11-09")].any()  # suspended by Announcement 70
    assert live[week_of(known, "2026-11-09") :].all()
    early = replace(scenario, known_on=parse_day("2025-10-08")).plan(NET)
    assert not (early.kind == OF_CONTENT).any()  # not yet published


def test_general_licenses_of_the_truce() -> None:
    plan = load_scenario("truce").plan(NET)
    first = week_of(plan, "2025-12-01")
    assert not plan.general[:first].any()
    assert (plan.general[first:] == 0.2).all()


def test_the_quota_of_2010_and_the_cut_of_four_fifths() -> None:
    folder = shipped_folder()
    old = compile_network(Chain.load(folder / "chain_2010"))
    plan = load_scenario(folder / "quota-2010.yaml", network=old).plan(old)
    assert not len(plan.edges)
    first, later = plan.quotas
    assert (np.flatnonzero(np.isfinite(first.cap))[0], np.isfinite(first.cap).sum()) == (25, 27)  # weeks by their Thursday
    assert first.cap[np.isfinite(first.cap)].sum() == pytest.approx(17668)  # from July to December 2010
    assert later.cap[60] * 156 == pytest.approx(112_000)  # 156 Thursdays in three years
    cut = load_scenario(folder / "cut-80.yaml").plan(NET)
    chinese = np.ix_(range(1, 52), columns(cut, origin="CN"))
    assert (cut.throughput[chinese] == 0.2).all()
    assert (cut.hold_up[chinese] == 0.8).all()


# --- weeks and settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [20, 104, 208])
def test_practice_without_a_last_day_holds_to_the_last_week(weeks: int) -> None:
    ban = load_scenario("heavy-ban").for_weeks(weeks).plan(NET)
    assert ban.weeks == weeks
    assert ban.ban[1:].any(axis=1).all()
    again = load_scenario("heavy-ban").for_weeks(20).for_weeks(weeks).plan(NET)
    np.testing.assert_array_equal(again.ban, ban.ban)


def test_practice_with_a_last_day_ends_there_however_long_the_run() -> None:
    plan = load_scenario("no-permits-12-weeks").for_weeks(150).plan(NET)
    assert np.flatnonzero((plan.approval == 0).any(axis=1)).tolist() == list(range(1, 13))


def test_a_shorter_run_is_the_start_of_a_longer_one() -> None:
    scenario = load_scenario("april-2025").with_settings({"growth": 0.0})  # flows are of the middle of the run
    short, long = run(scenario.for_weeks(15)), run(scenario.for_weeks(30))
    np.testing.assert_array_equal(short["exports"].values, long["exports"].values[:, :15])


def test_settings_win_over_priors_and_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(
        'id: set\ntitle: t\nintent: i\nstart: "2027-01-04"\nweeks: "4"\nparameters: {approval: "0.3", lag_weeks: "12"}\n',
        "utf-8",
    )
    scenario = load_scenario(path)
    told = scenario.parameters()
    assert (told.fixed("approval"), told.fixed("lag_weeks")) == (0.3, 12.0)
    assert told["approval"].source == "set by the scenario set"
    moved = scenario.with_settings({"approval": 0.25}).parameters()
    assert set(moved.draw(20, 1)["approval"]) == {0.25}
    assert moved.fixed("lag_weeks") == 12.0
    base = Parameters.shipped().moved({"lag_weeks": 2.0, "hold_up": 0.1})
    assert scenario.parameters(base).fixed("lag_weeks") == 12.0
    assert scenario.parameters(base).fixed("hold_up") == 0.1
    with pytest.raises(InputError, match="unknown parameter"):
        scenario.with_settings({"aproval": 0.25}).parameters()


def test_fewer_permits_fewer_exports() -> None:
    scenario = load_scenario("april-2025").for_weeks(40)
    some, few = (run(scenario.with_settings({"approval": a, "throughput": 0.3}))["exports"].values for a in (0.6, 0.25))
    assert (few.sum(axis=(1, 2, 3)) < some.sum(axis=(1, 2, 3))).all()


def test_an_instrument_beside_the_scenario_changes_its_plan(tmp_path: Path) -> None:
    (tmp_path / "ends.yaml").write_text(
        'id: cn-test-ends\nkind: scenario\nissuer: CN\ncitation: "a test"\ntitle: "No. 18 ends"\npublished_on: "2027-01-04"\n'
        'confidence: high\nsources: [{cite: "a test", read: summary}]\nacts:\n  - act: repeal\n    provisions: [cn-2025-18.1]\n'
        '    from: "2027-02-01"\n',
        "utf-8",
    )
    path = tmp_path / "ends-in-february.yaml"
    path.write_text(
        'id: ends\ntitle: t\nintent: i\nstart: "2027-01-04"\nweeks: "10"\nwithout: ["cn-2025-61.*"]\ninstruments: [ends.yaml]\n',
        "utf-8",
    )
    live = load_scenario(path).plan(NET).kind.any(axis=1)
    assert live.tolist() == [True] * 4 + [False] * 6


# --- projects and policies ----------------------------------------------------------------------------------------------


def test_projects_add_supply_and_help() -> None:
    scenario = load_scenario("heavy-ban").for_weeks(80)
    assert scenario.projects
    options = {"draws": 6, "count": 400, "readings": ("reported",), "economy": False, "keep": ("served",)}
    with_, without = (run_supply(replace(scenario, projects=p), **options).simulation for p in (True, False))
    assert without.supply is None
    assert with_.supply is not None
    assert with_.supply.tonnes.min() >= 0
    assert with_.supply.tonnes.sum() > 0
    regions = {NET.nodes[n][1] for n in with_.supply.nodes.tolist()}
    assert regions
    assert "CN" not in regions
    assert (served(with_) > served(without)).all()


def with_policy(*policies, weeks: int = 52):
    return replace(load_scenario("no-permits-12-weeks").for_weeks(weeks), policies=policies)


@pytest.fixture(scope="module")
def base():
    return run(with_policy())


@pytest.mark.parametrize(
    "release",
    [
        StockpileRelease("mag_heavy", "US", 450, 4, 12),
        StockpileRelease("mag_smco", "US", 60, 4, 12),
        StockpileRelease("ox_y", "EU", 300, 4, 12),
        StockpileRelease("ox_dy", "JP", 30, 4, 12),
    ],
    ids=lambda r: f"{r.product} {r.region}",
)
def test_a_stockpile_release_never_raises_unmet_use(base, release: StockpileRelease) -> None:
    """Over the run, in no region for no product; and it is met in the region of the stock by more than a little."""
    found = run(with_policy(release))
    before, after = (np.nan_to_num(f["lost"].values).sum(axis=1) for f in (base, found))
    assert (after - before).max() < 0.1  # weeks of use of 52: lower prices outside China leave others a little shorter
    assert (after.sum(axis=(1, 2)) <= before.sum(axis=(1, 2)) + 0.05).all()
    place = found["lost"].labels("region").index(release.region)
    assert (after[:, :, place].sum(axis=1) < before[:, :, place].sum(axis=1)).all()
    assert (served(found) > served(base) - 0.05).all()
    np.testing.assert_array_equal(found["lost"].values[:, :4], base["lost"].values[:, :4])  # nothing before its first week


def test_a_release_is_on_the_plan_in_its_weeks() -> None:
    plan = with_policy(StockpileRelease("mag_heavy", "US", 450, 4, 12)).plan(NET)
    node = NET.node_at["mag_heavy", "US"]
    assert plan.additions[:, node].sum() == pytest.approx(450)
    assert np.flatnonzero(plan.additions.any(axis=1)).tolist() == list(range(4, 16))
    assert not np.delete(plan.additions, node, axis=1).any()


def test_joint_purchasing_shares_arrivals_and_keeps_their_sum(base) -> None:
    """In its first week the members share what comes, in proportion to what they buy in a normal week."""
    members, goods = ("US", "EU", "JP", "KR"), ("mag_light", "mag_heavy", "mag_smco")
    found = run(with_policy(JointPurchasing(members, goods, 8, 30)))
    ours, usual = (f["inflow"] for f in (found, base))
    np.testing.assert_array_equal(ours.values[:, :8], usual.values[:, :8])
    np.testing.assert_allclose(ours.sum("region").values[:, 8], usual.sum("region").values[:, 8], rtol=1e-12)
    into = NET.into @ NET.flow
    for product in goods:
        came = ours.select(product=product, region=members).values[:, 8]
        weights = np.array([into[NET.node_at[product, r]] for r in members])
        np.testing.assert_allclose(came / came.sum(axis=1, keepdims=True), np.tile(weights / weights.sum(), (8, 1)), rtol=1e-9)
        for outsider in ("IN", "SEA", "ROW", "CN"):
            if outsider in ours.labels("region"):
                there = {"product": product, "region": outsider}
                np.testing.assert_array_equal(ours.select(**there).values[:, 8], usual.select(**there).values[:, 8])
    whole = [f["inflow"].select(product=goods).sum("product", "region").values.sum(axis=1) for f in (found, base)]
    np.testing.assert_allclose(whole[0], whole[1], rtol=0.02)  # later orders answer to what came


def test_joint_purchasing_on_the_shipped_scenario_holds_for_its_weeks() -> None:
    plan = load_scenario("allied-stockpile").plan(NET)
    assert len(plan.pools) == 3
    for pool in plan.pools:
        assert np.flatnonzero(pool.live).tolist() == list(range(1, 41))
        assert pool.weights.sum() == pytest.approx(1)
        assert {NET.nodes[n][1] for n in pool.nodes} == {"US", "EU", "JP", "KR"}
    assert plan.additions.sum() == pytest.approx(450 + 60 + 300)


def test_recycling_lowers_unmet_use(base) -> None:
    found = run(with_policy(RecyclingRamp("US", 2000, "magnet", lead_weeks=0, ramp_weeks=1)))
    before, after = (
        f["lost"].select(product=("co_traction", "co_defence"), region="US").values.sum(axis=(1, 2)) for f in (base, found)
    )
    assert (after <= before + 1e-9).all()
    assert after.mean() < 0.5 * before.mean()


def test_substitution_lowers_unmet_use_of_what_holds_the_grade(base) -> None:
    """Traction motors hold 95 % heavy magnets: what leaves that grade is made with the other one in the same part."""
    move = Substitution("mag_heavy", 0.3, "mag_light", ("EU", "JP", "KR", "US"), lead_weeks=0, ramp_weeks=1)
    found = run(with_policy(move))
    for region in ("EU", "KR"):
        before, after = (f["lost"].select(product="co_traction", region=region).values.sum(axis=1) for f in (base, found))
        assert (after <= before + 1e-9).all()
        assert after.mean() < 0.5 * before.mean()


def grades(plan, product: str, region: str) -> dict[str, tuple[float, float]]:
    """Normal rate and factor of the last week by grade, for a component."""
    node = NET.node_at[product, region]
    rows = np.flatnonzero(NET.main == node).tolist()
    return {NET.nodes[NET.inputs[k, 0]][0]: (float(NET.rate[k]), float(plan.ways[-1, k])) for k in rows}


@pytest.mark.parametrize("product", ["co_traction", "co_motor", "co_electronics", "co_defence"])
def test_substitution_keeps_what_is_made_of_a_part(product: str) -> None:
    plan = with_policy(Substitution("mag_heavy", 0.3, "mag_light", ("EU",), lead_weeks=0, ramp_weeks=1)).plan(NET)
    found = grades(plan, product, "EU")
    assert found["mag_heavy"][1] == pytest.approx(0.7)
    made = sum(rate * factor for rate, factor in found.values())
    assert made == pytest.approx(sum(rate for rate, _ in found.values()))
    assert all(factor == 1 for _, factor in grades(plan, product, "JP").values())


def test_substitution_by_nothing_rare_lowers_the_need_of_parts() -> None:
    plan = with_policy(Substitution("mag_heavy", 0.4, regions=("EU",), lead_weeks=0, ramp_weeks=1)).plan(NET)
    found = grades(plan, "co_motor", "EU")
    assert [found[g][1] for g in ("mag_heavy", "mag_light")] == pytest.approx([0.6, 1.0])
    heavy = found["mag_heavy"][0] / sum(rate for rate, _ in found.values())
    assert plan.demand[-1, NET.node_at["co_motor", "EU"]] == pytest.approx(1 - 0.4 * heavy)
    assert plan.demand[-1, NET.node_at["co_motor", "JP"]] == 1


def test_substitution_by_a_grade_that_a_part_never_holds_leaves_it_alone() -> None:
    plan = with_policy(Substitution("mag_heavy", 0.4, "mag_smco", ("EU",), lead_weeks=0, ramp_weeks=1)).plan(NET)
    assert {factor for _, factor in grades(plan, "co_traction", "EU").values()} == {1.0}
    assert grades(plan, "co_motor", "EU")["mag_smco"][1] > 1


def test_priority_of_a_scenario_serves_its_first_region_first(tmp_path: Path) -> None:
    text = (
        'id: priority\ntitle: t\nintent: i\nstart: "2027-01-04"\nweeks: "80"\nwithout: ["*"]\npriority: [{first}]\npractice:\n'
        '  - {{from: "2027-01-11", products: [ore_ion_clay], origin: [SEA], embargo: "yes", why: w, source: s, confidence: U}}\n'
    )
    found = {}
    for first in ("", "JP, home", "home, JP"):
        path = tmp_path / "priority.yaml"
        path.write_text(text.format(first=first), "utf-8")
        scenario = load_scenario(path)
        plan = scenario.plan(NET)
        assert (plan.tiers is None) == (first == "")
        cube = simulate(NET, plan, 4, parameters=scenario.parameters(), keep=("exports",))["exports"].select(product="ox_dy")
        found[first] = cube.select(region="JP").values[:, 50:].sum(axis=1)
    assert (found["JP, home"] > found["home, JP"]).all()
    assert (found["JP, home"] > found[""]).all()


def test_home_comes_first_unless_it_is_named_later(tmp_path: Path) -> None:
    """The supplier's own region is tier 0 where it is not named."""
    for words, tier in (("JP, US", 0), ("JP, home, US", 2)):
        path = tmp_path / "tiers.yaml"
        path.write_text(f'id: tiers\ntitle: t\nintent: i\nstart: "2027-01-04"\nweeks: "4"\npriority: [{words}]\n', "utf-8")
        plan = load_scenario(path).plan(NET)
        assert plan.home_tier == tier
        assert plan.tiers is not None
        rank = {NET.edges[e][2]: int(t) for e, t in enumerate(plan.tiers)}
        assert rank["JP"] < rank["US"] < rank["EU"]

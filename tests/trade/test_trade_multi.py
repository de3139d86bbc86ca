"""The multi-sector solver: published numbers, theory, bad input."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trade_data import baseline2023, made_baseline, nafta

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.closures import CLOSURES, rebalanced
from countermeasure.trade.multi.policy import CriticalInput, Policy, Quota
from countermeasure.trade.multi.result import Equilibrium
from countermeasure.trade.multi.solve import solve, solve_in_steps, solve_many
from countermeasure.trade.multi.welfare import first_order

TIGHT = 1e-12


@pytest.fixture(scope="module")
def world(shared):
    return baseline2023(shared)


@pytest.fixture(scope="module")
def small():
    return made_baseline(5, 3, seed=4)


def war(base, us_rate, cn_rate, other=0.10):
    """Tariffs of the US and China on each other's goods, and of the US on everybody's."""
    us, cn = base.country("USA"), base.country("CHN")
    policy = Policy.of(base)
    for origin in range(len(base.countries)):
        if origin != us:
            policy = policy.with_tariff(us, origin, other, base.goods)
    return policy.with_tariff(us, cn, us_rate, base.goods).with_tariff(cn, us, cn_rate, base.goods)


def random_policy(base, rng, size=0.5):
    """Any tariffs, export taxes and frictions."""
    shape = base.flows.shape
    away = ~np.eye(shape[0], dtype=bool)[:, :, None]
    return replace(
        Policy.of(base),
        tariff=np.where(away, base.tariff + rng.uniform(-0.05, size, shape) * (rng.random(shape) < 0.5), 0),
        export_tax=np.where(away, rng.uniform(-0.1, size, shape) * (rng.random(shape) < 0.3), 0),
        friction=np.where(away, np.exp(rng.uniform(0, size, shape) * (rng.random(shape) < 0.3)), 1),
    )


def check_accounts(found, tolerance=1e-9):
    """Every market clears and every budget is spent, from the definitions."""
    base, world = found.baseline, found.baseline.value_added.sum()
    assert np.abs(found.walras).max() < 1e-10
    needs = np.einsum("nkj,nj->nk", base.inputs, found.output) + base.final * found.income[:, None]
    assert np.abs(needs - found.absorption).max() < tolerance * world
    paid = found.customs_value * (1 + found.policy.tariff)
    assert np.abs(paid.sum(axis=1) - found.absorption).max() < tolerance * world
    assert (found.wages * base.value_added).sum() == pytest.approx(world, rel=1e-9)


# ------------------------------------------------------------------------------------------------ published numbers


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("theta5:us54_cn34_plus10", (0.54, 0.34)),
        ("theta5:us145_cn125_plus10", (1.45, 1.25)),
        ("theta5:export_tax50_cn_us_c14", None),
    ],
)
def test_e1_the_2023_baseline_as_the_reference(world, shared, name, rates):
    reference = json.loads((shared / "data/trade/baseline2023_prototype_reference.json").read_text())["results"][name]
    if rates is None:
        policy = Policy.of(world)
        policy.export_tax[world.country("USA"), world.country("CHN"), world.sector("c14")] = 0.5
    else:
        policy = war(world, *rates)
    found = solve(world, policy)
    for code, percent in reference["welfare_pct"].items():
        assert 100 * (found.real_income[world.country(code)] - 1) == pytest.approx(percent, abs=1e-4), code
    us, cn, mx, de = (world.country(c) for c in ("USA", "CHN", "MEX", "DEU"))
    of_china = 100 * found.change_of_exports(cn, world.goods)
    of_us = 100 * found.change_of_exports(us, world.goods)
    assert of_china[us] == pytest.approx(reference["us_goods_imports_from_china_pct"], abs=1e-4)
    assert of_us[cn] == pytest.approx(reference["china_goods_imports_from_us_pct"], abs=1e-4)
    assert of_china[mx] == pytest.approx(reference["china_goods_exports_to_mexico_pct"], abs=1e-4)
    assert of_china[de] == pytest.approx(reference["china_goods_exports_to_germany_pct"], abs=1e-4)
    check_accounts(found)


def test_c1_nafta_without_deficits_as_published(shared):
    base, after = nafta(shared)
    base = rebalanced(base)
    found = solve(base, replace(Policy.of(base), tariff=after))
    parts = first_order(found)
    published = {  # Caliendo and Parro (2015), table 2: welfare, terms of trade, volume, real wage, percent
        "Mexico": (1.31, -0.41, 1.72, 1.72),
        "Canada": (-0.06, -0.11, 0.04, 0.32),
        "USA": (0.08, 0.04, 0.04, 0.11),
    }
    for name, expected in published.items():
        n = base.country(name)
        ours = (parts.total[n], parts.terms_of_trade[n], parts.volume[n], found.real_wage[n] - 1)
        assert tuple(100 * v for v in ours) == pytest.approx(expected, abs=0.005), name
    assert found.real_income[base.country("Mexico")] - 1 < parts.total[base.country("Mexico")] - 0.01  # not the same thing


@pytest.mark.parametrize(("theta", "fall"), [(1.85, -90.0), (5.0, -99.0)])
def test_g2_two_way_trade_at_145_and_125(world, theta, fall):
    found = solve(world, war(world, 1.45, 1.25), theta=theta)
    us, cn = world.country("USA"), world.country("CHN")
    pair = ([us, cn], [cn, us])
    goods = world.goods
    after = found.customs_value[pair][:, goods].sum()
    assert 100 * (after / world.flows[pair][:, goods].sum() - 1) == pytest.approx(fall, abs=3)


# ------------------------------------------------------------------------------------------------ quotas and bans


def test_e2_a_quota_is_its_export_tax(world):
    us, cn, c14 = world.country("USA"), world.country("CHN"), world.sector("c14")
    quota = solve(world, replace(Policy.of(world), quotas=(Quota(cn, (us,), c14, 0.5),)), tolerance=TIGHT)
    assert quota.quantity[us, cn, c14] / world.flows[us, cn, c14] == pytest.approx(0.5, abs=1e-10)
    policy = Policy.of(world)
    policy.export_tax[us, cn, c14] = quota.premium[0]
    tax = solve(world, policy, tolerance=TIGHT)
    assert np.abs(quota.real_income - tax.real_income).max() < 1e-8
    assert np.abs(quota.flows - tax.flows).max() < 1e-8 * world.flows.max()
    assert quota.rents[0, 0] == pytest.approx(tax.export_taxes[cn], rel=1e-8)
    check_accounts(quota)


def test_e2_a_slack_quota_changes_nothing_and_a_ban_is_the_limit(world):
    us, cn, c14 = world.country("USA"), world.country("CHN"), world.sector("c14")
    free = solve(world, war(world, 1.45, 1.25), tolerance=TIGHT)
    slack = solve(world, replace(war(world, 1.45, 1.25), quotas=(Quota(cn, (us,), c14, 0.9),)), tolerance=TIGHT)
    assert slack.premium[0] == 0
    assert np.abs(free.real_income - slack.real_income).max() < 1e-8
    policy = Policy.of(world)
    nothing = solve(world, replace(policy, quotas=(Quota(cn, (us,), c14, 0.0),)), tolerance=TIGHT)
    almost = solve(world, replace(policy, quotas=(Quota(cn, (us,), c14, 1e-10),)), tolerance=TIGHT)
    policy.banned[us, cn, c14] = True
    ban = solve(world, policy, tolerance=TIGHT)
    assert ban.flows[us, cn, c14] == nothing.flows[us, cn, c14] == 0
    assert np.abs(ban.real_income - nothing.real_income).max() < 1e-12
    assert np.abs(ban.real_income - almost.real_income).max() < 1e-8


def test_rents_go_to_those_who_hold_the_licences(small):
    cap = Quota(0, (1, 2, 3), 1, 0.4)
    held = {rho: solve(small, replace(Policy.of(small), quotas=(replace(cap, exporter_rent=rho),))) for rho in (0.0, 0.5, 1.0)}
    gains = [held[rho].real_income[0] for rho in (0.0, 0.5, 1.0)]
    assert gains == sorted(gains)
    assert [held[rho].rents[0, 0] > 0 for rho in (0.0, 0.5, 1.0)] == [False, True, True]
    for found in held.values():
        check_accounts(found)
        share = found.quantity[[1, 2, 3], 0, 1].sum() / small.flows[[1, 2, 3], 0, 1].sum()
        assert share == pytest.approx(0.4, abs=1e-8)


def test_two_caps_on_one_flow_hold_both(small):
    caps = (Quota(0, (1, 2), 1, 0.6), Quota(0, (1,), 1, 0.3), Quota(2, (1,), 0, 1.0))
    found = solve(small, replace(Policy.of(small), quotas=caps))
    check_accounts(found)
    amount = found.quantity[:, 0, 1] / small.flows[:, 0, 1]
    assert amount[1] <= 0.3 + 1e-8
    assert found.quantity[[1, 2], 0, 1].sum() <= 0.6 * small.flows[[1, 2], 0, 1].sum() * (1 + 1e-8)
    assert found.rent_income.sum() == pytest.approx(found.rents.sum())


# ------------------------------------------------------------------------------------------------ theory


def test_f1_no_shock_changes_nothing(small):
    found = solve(small, Policy.of(small), tolerance=TIGHT)
    for values in (found.wages, found.prices, found.real_income, found.terms_of_trade):
        assert np.abs(values - 1).max() < 1e-9
    assert np.abs(found.flows - small.flows).max() < 1e-9 * small.flows.max()


def test_f1_units_and_names_do_not_matter(small):
    rng = np.random.default_rng(7)
    policy = random_policy(small, rng)
    found = solve(small, policy, tolerance=TIGHT)
    scaled = replace(small, flows=small.flows * 1234.5)
    assert np.abs(solve(scaled, policy, tolerance=TIGHT).real_income - found.real_income).max() < 1e-9
    order = rng.permutation(len(small.countries))
    both = np.ix_(order, order)
    turned = replace(
        small,
        countries=tuple(small.countries[c] for c in order),
        flows=small.flows[both],
        tariff=small.tariff[both],
        export_tax=small.export_tax[both],
        inputs=small.inputs[order],
        final=small.final[order],
    )
    other = replace(
        policy,
        tariff=policy.tariff[both],
        export_tax=policy.export_tax[both],
        friction=policy.friction[both],
        banned=policy.banned[both],
    )
    assert np.abs(solve(turned, other, tolerance=TIGHT).real_income - found.real_income[order]).max() < 1e-9


def test_f1_lerner_symmetry():
    base = made_baseline(5, 3, seed=4, tariff=0.0, balanced=True)
    assert np.abs(base.transfer).max() < 1e-9 * base.value_added.max()
    away = np.arange(5) != 2
    duty, tax = Policy.of(base), Policy.of(base)
    duty.tariff[2, away] = 0.3
    tax.export_tax[away, 2] = 0.3
    one, two = solve(base, duty, tolerance=TIGHT), solve(base, tax, tolerance=TIGHT)
    assert np.abs(one.real_income - two.real_income).max() < 1e-9
    assert np.abs(one.quantity - two.quantity).max() < 1e-9 * base.flows.max()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_any_policy_clears_every_market(seed):
    rng = np.random.default_rng(seed)
    base = made_baseline(4, 3, seed=seed % 5)
    policy = random_policy(base, rng, size=1.0)
    policy.banned[0, 1, rng.integers(0, 3)] = True
    caps = (Quota(2, (0, 1, 3), int(rng.integers(0, 3)), float(rng.uniform(0.05, 1)), float(rng.random())),)
    for closure in CLOSURES:
        found = solve(base, replace(policy, quotas=caps), closure=closure)
        check_accounts(found)
        quantity = found.quantity[[0, 1, 3], 2, caps[0].sector].sum()
        limit = caps[0].share * found.baseline.flows[[0, 1, 3], 2, caps[0].sector].sum()
        assert quantity <= limit * (1 + 1e-7)
        assert found.premium[0] == 0 or quantity >= limit * (1 - 1e-7)


def test_the_first_order_decomposition_is_exact_for_small_changes(small):
    policy = random_policy(small, np.random.default_rng(3))
    tiny = 1e-5
    near = replace(
        Policy.of(small),
        tariff=small.tariff + tiny * (policy.tariff - small.tariff),
        export_tax=tiny * policy.export_tax,
        friction=policy.friction**tiny,
        critical=CriticalInput(np.full(small.output.shape, 0.002), np.array([1, 1 + tiny, 1, 1 + 2 * tiny, 1]), 0.1),
        quotas=(Quota(3, (0,), 2, 1 - tiny, 0.3),),
    )
    for closure in ("nominal", "world"):
        found = solve(small, near, tolerance=1e-14 * 100, closure=closure)
        exact = np.log(found.real_income)
        assert np.abs(first_order(found).total - exact).max() < 1e-3 * np.abs(exact).max()


def test_a_subsidy_is_a_negative_tariff_and_a_critical_input_costs(small):
    cheap = solve(small, Policy.of(small).with_tariff(0, 1, -0.5))
    assert cheap.change_of_exports(1)[0] > 0
    check_accounts(cheap)
    critical = CriticalInput(np.full(small.output.shape, 0.001), np.array([1.0, 10, 10, 10, 10]), 0.1)
    found = solve(small, replace(Policy.of(small), critical=critical))
    assert (found.real_income[1:] < 1).all()
    check_accounts(found)


def test_the_nest_of_a_critical_input_as_derived():
    from countermeasure.trade.multi.sweep import critical_factor

    def percent(price, sigma):
        return 100 * (critical_factor(CriticalInput(np.array([[0.001]]), np.array([price]), sigma), (1, 1))[0, 0] - 1)

    assert percent(10.0, 0.1) == pytest.approx(0.77, abs=0.005)
    assert percent(10.0, 1.0) == pytest.approx(0.23, abs=0.005)
    assert percent(50.0, 0.1) == pytest.approx(3.7, abs=0.05)
    assert percent(50.0, 1.0) == pytest.approx(0.39, abs=0.005)


# ------------------------------------------------------------------------------------------------ closures, doors, errors


def test_closures_agree_without_deficits_and_differ_with_them(small):
    policy = random_policy(small, np.random.default_rng(1))
    found = {c: solve(small, policy, closure=c, tolerance=TIGHT) for c in CLOSURES}
    assert np.abs(found["nominal"].real_income - found["world"].real_income).max() > 1e-6
    assert found["nominal"].transfer == pytest.approx(small.transfer)
    ratio = found["world"].transfer / small.transfer
    income = found["world"].wages * small.value_added + found["world"].revenue
    assert ratio == pytest.approx(income.sum() / (small.value_added + small.revenue).sum())
    flat = rebalanced(small)
    assert np.abs(flat.transfer).max() < 1e-9 * flat.value_added.max()
    again = [solve(flat, policy, closure=c, tolerance=TIGHT).real_income for c in CLOSURES]
    for one in (again[1], again[2], found["balanced"].real_income):
        assert np.abs(one - again[0]).max() < 1e-9


def test_many_are_the_same_as_one_by_one(small):
    rng = np.random.default_rng(5)
    policies = [random_policy(small, rng) for _ in range(60)]
    policies[3] = replace(policies[3], quotas=(Quota(1, (0, 2), 0, 0.5), Quota(2, (1,), 2, 0.1)))
    policies[9].banned[1, 2] = True
    together = solve_many(small, policies, tolerance=1e-11)
    for policy, found in zip(policies, together, strict=True):
        assert isinstance(found, Equilibrium)
        assert np.abs(found.real_income - solve(small, policy, tolerance=1e-11).real_income).max() < 1e-8


def test_a_start_near_by_saves_sweeps(world):
    first = solve(world, war(world, 1.45, 1.25))
    near = war(world, 1.46, 1.25)
    cold, warm = solve(world, near), solve(world, near, start=first)
    assert warm.sweeps < cold.sweeps
    assert np.abs(cold.real_income - warm.real_income).max() < 1e-7


def test_a_shock_too_large_ends_at_the_nearest_step():
    small = made_baseline(5, 3, seed=4, deficit=0.3)
    tariff = np.full(small.flows.shape, 100.0)
    tariff[np.arange(5), np.arange(5)] = 0
    policy = replace(Policy.of(small), tariff=tariff)
    with pytest.raises(NoSolutionError, match=r"error of an equation is \d.* in steps from the baseline, 5\d\.\d% of the way"):
        solve(small, policy)
    assert isinstance(solve_many(small, [Policy.of(small), policy], strict=False)[1], NoSolutionError)
    with pytest.raises(NoSolutionError, match="policy 2 of 2"):
        solve_many(small, [Policy.of(small), policy])
    found = solve_in_steps(small, policy, smallest=1 / 16)
    assert 0.5 < found.reached < 1
    assert (found.income > 0).all()
    assert "not solved" in found.notes[0]
    check_accounts(found)
    whole = solve_in_steps(small, policy, closure="balanced")
    assert whole.reached == 1
    assert not whole.notes
    check_accounts(whole)


def test_what_one_go_cannot_solve_is_reached_in_steps(small):
    tariff = np.full(small.flows.shape, 10.0)
    tariff[np.arange(5), np.arange(5)] = 0
    found = solve(small, replace(Policy.of(small), tariff=tariff))
    assert found.reached == 1
    check_accounts(found)


def test_diversion_adds_up(world):
    us, cn = world.country("USA"), world.country("CHN")
    found = solve(world, war(world, 1.45, 1.25))
    moved = found.diversion(of=cn, away_from=us, sectors=world.goods)
    assert moved.lost < 0
    assert moved.gone_to[world.country("MEX")] > 0
    assert moved.replaced_by[us] > 0  # home supply
    assert solve(world, war(world, 1.45, 1.25, 0.0)).diversion(cn, us).replaced_by[world.country("MEX")] > 0
    total = found.customs_value[:, cn][:, world.goods].sum() - world.flows[:, cn][:, world.goods].sum()
    assert moved.lost + moved.gone_to.sum() == pytest.approx(total)


def test_bad_input_is_named(small):
    with pytest.raises(InputError, match="unknown closure"):
        solve(small, Policy.of(small), closure="free")
    with pytest.raises(InputError, match="theta of s1 is -2"):
        solve(small, Policy.of(small), theta=np.array([1.0, -2.0, 3.0]))
    with pytest.raises(InputError, match=r"tariff \[C00, C01, s0\] is -1"):
        solve(small, Policy.of(small).with_tariff(0, 1, -1.0))
    starved = Policy.of(small)
    starved.banned[2, :, 1] = True
    with pytest.raises(InputError, match="C02 can buy no s1"):
        solve(small, starved)
    apart = Policy.of(small)
    apart.banned[:2, 2:] = apart.banned[2:, :2] = True
    with pytest.raises(InputError, match="C00, C01: "):
        solve(small, apart)
    alone = solve(small, apart, closure="balanced")
    check_accounts(alone)

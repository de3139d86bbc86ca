"""The system of equations behind the games: against differences, against the sweeps, and against theory."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trade_data import baseline2023, made_baseline

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.adjoint import Objective, Tangent, gradient
from countermeasure.trade.multi.policy import CriticalInput, Policy, Quota
from countermeasure.trade.multi.solve import solve
from countermeasure.trade.multi.system import System
from countermeasure.trade.numerics import newton


def stirred(base, seed, *, bans=False):
    """A policy with every wedge in it."""
    rng = np.random.default_rng(seed)
    shape = base.flows.shape
    away = ~np.eye(shape[0], dtype=bool)[:, :, None] & np.ones(shape, dtype=bool)
    return replace(
        Policy.of(base),
        tariff=np.where(away, base.tariff + rng.uniform(0, 0.5, shape), 0),
        export_tax=np.where(away, rng.uniform(-0.1, 0.3, shape), 0),
        friction=rng.uniform(1, 1.3, shape),
        banned=away & (rng.random(shape) < 0.1) if bans else np.zeros(shape, dtype=bool),
    )


@pytest.fixture(scope="module", params=["nominal", "world"])
def system(request):
    return System(made_baseline(4, 3, seed=2), closure=request.param, exporter_rent=0.6)


def test_no_change_is_a_solution(system):
    point = system.solve(Policy.of(system.baseline))
    assert np.abs(point.z - system.start).max() < 1e-12
    assert np.abs(point.real_income - 1).max() < 1e-12
    np.testing.assert_allclose(point.quantities, 1, atol=1e-12)


def test_baseline_export_taxes_with_rents_abroad():
    base = made_baseline(3, 2, seed=5)
    base = replace(base, tariff=np.zeros_like(base.tariff), export_tax=base.tariff)
    for rent in (0.0, 0.3, 1.0):
        system = System(base, exporter_rent=rent)
        assert np.abs(system.residual(system.start, Policy.of(base))).max() < 1e-12


def test_jacobian_against_differences(system):
    policy = stirred(system.baseline, 1, bans=True)
    z = system.start + np.random.default_rng(3).normal(0, 0.05, len(system.start))
    found = system.jacobian(z, policy)
    h = 1e-6
    moved = np.stack(
        [(system.residual(z + h * v, policy) - system.residual(z - h * v, policy)) / (2 * h) for v in np.eye(len(z))], 1
    )
    assert np.abs(found - moved).max() < 1e-8
    point = system.evaluate(z, policy)
    np.testing.assert_allclose(found @ Tangent(point).step(point.residual), point.residual, atol=1e-12)


def test_plain_newton_finds_the_same(system):
    policy = stirred(system.baseline, 4)
    z = newton(lambda z: system.residual(z, policy), lambda z: system.jacobian(z, policy), system.start)
    np.testing.assert_allclose(system.solve(policy).z, z, atol=1e-10)


@pytest.mark.parametrize("closure", ["nominal", "world", "balanced"])
def test_sweeps_agree(closure):
    base = made_baseline(5, 4, seed=3)
    policy = stirred(base, 7, bans=True)
    nest = CriticalInput(np.full(base.output.shape, 0.01), np.linspace(1, 8, 5), 0.4)
    policy = replace(policy, critical=nest)
    found, swept = System(base, closure=closure).solve(policy), solve(base, policy, closure=closure, tolerance=1e-12)
    np.testing.assert_allclose(found.wages, swept.wages, rtol=1e-9)
    np.testing.assert_allclose(found.flows, swept.flows, rtol=1e-8, atol=1e-9 * swept.flows.max())
    np.testing.assert_allclose(found.real_income, swept.real_income, atol=1e-9)
    assert (found.flows[policy.banned] == 0).all()
    assert abs(found.dropped) < 1e-12


def objective(system, seed=0):
    rng = np.random.default_rng(seed)
    n, j = system.countries, system.sectors
    return Objective(rng.normal(size=n), rng.normal(size=n), rng.normal(size=(j, n)))


def test_adjoint_against_differences(system):
    """Every tariff and every export tax; differences of fourth order."""
    policy, goal = stirred(system.baseline, 6), objective(system)
    point = system.solve(policy, tolerance=1e-14)
    worst = {}
    for name, found in zip(("tariff", "export_tax"), gradient(point, goal), strict=True):
        rates = getattr(policy, name)
        moved = np.zeros_like(found)
        for cell in np.ndindex(found.shape):

            def at(share, cell=cell, rates=rates, name=name):
                trial = rates.copy()
                trial[cell] += share * 1e-4
                return goal.value(system.solve(replace(policy, **{name: trial}), point, tolerance=1e-14))

            near, far = (at(1) - at(-1)) / 2e-4, (at(2) - at(-2)) / 4e-4
            moved[cell] = (4 * near - far) / 3
        worst[name] = np.abs(moved - found).max() / np.abs(found).max()
    assert max(worst.values()) < 1e-8, worst


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), rate=st.floats(0.01, 0.8))
def test_lerner_symmetry(seed, rate):
    """With balanced trade a tariff on all imports is the same as a tax on all exports."""
    base = made_baseline(3, 2, seed=seed, tariff=0.0, balanced=True)
    system = System(base)
    plain = Policy.of(base)
    others = np.arange(3) != 1
    tariff, tax = plain.tariff.copy(), plain.export_tax.copy()
    tariff[1, others] = rate
    tax[others, 1] = rate
    found = [system.solve(replace(plain, tariff=tariff)), system.solve(replace(plain, export_tax=tax))]
    np.testing.assert_allclose(found[0].real_income, found[1].real_income, atol=1e-9)


def test_countries_in_another_order():
    base = made_baseline(4, 3, seed=8)
    policy = stirred(base, 9)
    turn = np.array([2, 0, 3, 1])
    flow = np.ix_(turn, turn, np.arange(3))
    other = replace(
        base,
        countries=tuple(base.countries[c] for c in turn),
        flows=base.flows[flow],
        tariff=base.tariff[flow],
        export_tax=base.export_tax[flow],
        inputs=base.inputs[turn],
        final=base.final[turn],
    )
    turned = replace(policy, **{k: getattr(policy, k)[flow] for k in ("tariff", "export_tax", "friction", "banned")})
    np.testing.assert_allclose(
        System(base).solve(policy).real_income[turn], System(other).solve(turned).real_income, atol=1e-11
    )


def test_what_cannot_be_is_refused():
    base = made_baseline(3, 2, seed=1)
    with pytest.raises(InputError, match="unknown closure"):
        System(base, closure="none at all")
    with pytest.raises(InputError, match="elasticity"):
        System(base, theta=np.array([4.0, -1.0]))
    system = System(base)
    with pytest.raises(InputError, match="quotas are no part"):
        system.solve(replace(Policy.of(base), quotas=(Quota(0, (1,), 0, 0.5),)))
    banned = np.zeros(base.flows.shape, dtype=bool)
    banned[1, :, 0] = True
    with pytest.raises(InputError, match="every origin of s0 in C01 is banned"):
        system.solve(replace(Policy.of(base), banned=banned))
    tariff = base.tariff.copy()
    tariff[0, 1:] = -0.999
    with pytest.raises(NoSolutionError):
        system.solve(replace(Policy.of(base), tariff=tariff))


def test_prototype_reference(shared):
    """E1: 41 x 35, theta 5, within 1e-4 of the stored percentages."""
    base = baseline2023(shared)
    system = System(base)
    us, cn = base.country("USA"), base.country("CHN")
    stored = json.loads((shared / "data/trade/baseline2023_prototype_reference.json").read_text())["results"]
    policies = {}
    for name, ours, theirs in (("us54_cn34_plus10", 0.54, 0.34), ("us145_cn125_plus10", 1.45, 1.25)):
        policy = Policy.of(base)
        for origin in range(len(base.countries)):
            if origin != us:
                policy = policy.with_tariff(us, origin, 0.10, base.goods)
        policies[name] = policy.with_tariff(us, cn, ours, base.goods).with_tariff(cn, us, theirs, base.goods)
    tax = base.export_tax.copy()
    tax[us, cn, base.sectors.index("c14") if "c14" in base.sectors else 13] = 0.5
    policies["export_tax50_cn_us_c14"] = replace(Policy.of(base), export_tax=tax)
    for name, policy in policies.items():
        found = system.solve(policy)
        for code, percent in stored[f"theta5:{name}"]["welfare_pct"].items():
            assert 100 * (found.real_income[base.country(code)] - 1) == pytest.approx(percent, abs=1e-4), (name, code)

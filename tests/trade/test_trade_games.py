"""Best tariffs, wars, agreements, fronts, ladders: what each must be."""

from dataclasses import replace

import numpy as np
import pytest
from trade_data import made_baseline

from countermeasure.errors import InputError
from countermeasure.trade.multi.adjoint import Objective, gradient
from countermeasure.trade.multi.choosers import Levers, chooser
from countermeasure.trade.multi.fronts import best_export, front, retaliation_ladder
from countermeasure.trade.multi.games import _searched, best_tariffs, war
from countermeasure.trade.multi.play import Game
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.solve import solve
from countermeasure.trade.multi.system import System
from countermeasure.trade.multi.talks import agreement


@pytest.fixture(scope="module")
def base():
    return made_baseline(4, 3, seed=1)


@pytest.fixture(scope="module")
def system(base):
    return System(base)


@pytest.fixture(scope="module")
def even(base):
    """Without transfers, whose worth tariffs and export taxes together would move without end."""
    return System(base, closure="balanced")


@pytest.fixture(scope="module")
def fought(system):
    return war(system, ["C00", "C01", "C02"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"instruments": "export_tax"},
        {"instruments": "both"},
        {"uniform": ("partners",)},
        {"uniform": ("sectors",)},
        {"uniform": ("partners", "sectors")},
        {"targets": ["C02"]},
        {"bounds": (0.0, 0.2)},
        {"bounds": (0.0, 0.1), "uniform": ("sectors",)},
    ],
    ids=lambda o: "-".join(f"{k}={v}" for k, v in o.items()) or "plain",
)
def test_no_small_move_helps(system, even, options):
    system = even if options.get("instruments") == "both" else system
    found = best_tariffs(system, "C00", **options)
    assert found.first_order <= 1e-9
    assert found.method == "the closed form"
    assert found.objective_after[0] >= found.objective_before[0]
    levers = Levers(system.baseline, found.choosers, found.before.policy)
    rates = levers.read(found.policy)
    assert found.free + found.bound == len(levers)
    top = found.objective_after[0]
    rng = np.random.default_rng(1)
    for move in (*np.eye(len(levers)), *rng.normal(size=(6, len(levers)))):
        for size in (1e-3, -1e-3, 0.05, -0.05):
            moved = levers.apply(found.policy, levers.clip(rates + size * move))
            assert found.choosers[0].weights @ system.solve(moved, found.after).log_real_income <= top + 1e-11


@pytest.mark.parametrize("instruments", ["tariff", "export_tax"])
def test_closed_form_against_gradient_search(system, instruments):
    found = best_tariffs(system, "C01", instruments=instruments)
    policy = Policy.of(system.baseline)
    levers = Levers(system.baseline, found.choosers, policy)
    game = Game(system, levers, policy, levers.read(policy))
    searched = _searched(game, game.point, 0)
    assert found.method == "the closed form"
    assert searched.method == "projected L-BFGS"
    assert found.objective_after[0] == pytest.approx(searched.objective_after[0], abs=1e-10)
    np.testing.assert_allclose(getattr(found.policy, instruments), getattr(searched.policy, instruments), atol=1e-4)


def test_small_open_economy_s_textbook_tariff():
    """One sector, no inputs: the best tariff is 1 / (theta x share at home abroad), near 1 / theta for a small economy."""
    base = made_baseline(2, 1, seed=3, tariff=0.0, balanced=True)
    base = replace(base, inputs=np.zeros_like(base.inputs), flows=balanced_flows(0.002), theta=np.array([5.0]))
    found = best_tariffs(base, "C00")
    abroad = found.after.shares[0, 1, 1]
    assert found.policy.tariff[0, 1, 0] == pytest.approx(1 / (5.0 * abroad), rel=1e-6)


def balanced_flows(size):
    """Two economies with one good; the first is small."""
    flows = np.array([[0.7, 0.3], [0.3, 1 / size]])
    return flows[:, :, None]


def test_best_of_several_starts(system):
    one = best_tariffs(system, "C02")
    tariff = np.where(np.arange(4)[:, None] == 2, 0.0, 1.0)
    start = system.baseline.tariff.copy()
    start[2] = 0.9 * tariff
    other = best_tariffs(system, "C02", start=replace(Policy.of(system.baseline), tariff=start))
    np.testing.assert_allclose(one.policy.tariff, other.policy.tariff, atol=1e-7)


def test_export_taxes_and_tariffs_together_are_worth_more(even):
    single = [best_tariffs(even, "C03", instruments=i).objective_after[0] for i in ("tariff", "export_tax")]
    assert best_tariffs(even, "C03", instruments="both").objective_after[0] >= max(single) - 1e-12


def test_war_is_a_nash_equilibrium(system, fought):
    assert fought.first_order <= 1e-8
    for one in fought.choosers:
        answer = best_tariffs(system, one, start=fought.policy)
        assert one.weights @ answer.gains < 1e-10
    away = fought.policy.tariff - system.baseline.tariff
    assert np.abs(away[3]).max() == 0  # who does not play keeps its tariffs
    assert (fought.gains[:3] < 0).sum() >= 2


def test_war_from_different_starts(system, fought):
    rng = np.random.default_rng(4)
    shape = system.baseline.flows.shape
    apart = ~np.eye(shape[0], dtype=bool)[:, :, None]
    players = np.arange(shape[0]) < 3
    inside = apart & players[:, None, None] & players[None, :, None]
    for _ in range(3):
        tariff = np.where(inside, rng.uniform(0, 1.5, shape), system.baseline.tariff)
        other = war(system, ["C00", "C01", "C02"], start=replace(Policy.of(system.baseline), tariff=tariff))
        np.testing.assert_allclose(other.policy.tariff, fought.policy.tariff, atol=1e-6)


def test_war_of_everybody_and_of_blocs(system):
    all_in = war(system, list(system.baseline.countries), among=False)
    assert all_in.first_order <= 1e-8
    assert len(all_in.choosers) == 4
    blocs = war(system, [["C00", "C01"], ["C02", "C03"]], instruments="both", bounds=(0, 1))
    assert blocs.first_order <= 1e-8
    assert "C00 + C01 chooses import tariffs and export taxes on all goods with everybody else, from 0 to 100 %" in blocs.says()


def test_agreement_after_a_war(system, fought):
    signed = agreement(system, ["C00", "C01", "C02"], status_quo=fought.policy)
    gains = signed.gains[:3]
    assert np.ptp(np.log1p(gains)) < 1e-8
    assert gains.min() > 0.001
    assert signed.first_order < 1e-5
    assert min(signed.multipliers) > 0
    assert sum(signed.multipliers) == pytest.approx(1)
    # nothing nearby is better for all
    levers = Levers(system.baseline, signed.choosers, fought.policy)
    rates, rng = levers.read(signed.policy), np.random.default_rng(2)
    for _ in range(30):
        moved = system.solve(
            levers.apply(signed.policy, levers.clip(rates + 0.02 * rng.normal(size=len(levers)))), signed.after
        )
        assert (moved.log_real_income - signed.after.log_real_income)[:3].min() <= 1e-9


def test_agreement_in_proportion_and_by_weights(system, fought):
    signed = agreement(system, ["C00", "C01", "C02"], shares=(1, 2, 1), status_quo=fought.policy)
    gains = np.log1p(signed.gains[:3])
    np.testing.assert_allclose(gains / np.array([1, 2, 1]), gains[0], atol=1e-8)
    weighted = agreement(system, ["C00", "C01", "C02"], weights=(5, 1, 1), status_quo=fought.policy)
    assert np.log1p(weighted.gains[:3]).min() > -1e-8
    equal = agreement(system, ["C00", "C01", "C02"], status_quo=fought.policy)
    wanted = np.array([5, 1, 1])
    assert wanted @ np.log1p(weighted.gains[:3]) >= wanted @ np.log1p(equal.gains[:3]) - 1e-9


def test_agreement_by_the_other_search(system, fought, monkeypatch):
    plain = agreement(system, ["C00", "C01", "C02"], status_quo=fought.policy)
    monkeypatch.setattr("countermeasure.trade.multi.talks._LARGE", 0)
    other = agreement(system, ["C00", "C01", "C02"], status_quo=fought.policy)
    assert other.method == "augmented Lagrangian"
    np.testing.assert_allclose(other.gains[:3], plain.gains[:3], atol=1e-7)


def test_agreement_when_nothing_is_better():
    """Free trade with tariffs at or above 0 is what two economies sign already."""
    base = made_baseline(2, 1, seed=3, tariff=0.0, balanced=True)
    signed = agreement(base, ["C00", "C01"], bounds=(0.0, 2.0))
    assert np.abs(signed.gains).max() < 1e-9
    assert "nothing is better for all than the status quo" in signed.says()


def test_front_does_no_worse_than_apart(system):
    joined = front(system, ["C00", "C01", "C02"], "C03")
    weights = joined.together.choosers[0].weights
    both = (joined.together, joined.apart)
    together, apart = (weights @ o.after.log_real_income for o in both)
    assert together >= apart - 1e-12
    assert together >= max(weights @ o.after.log_real_income for o in joined.alone) - 1e-12
    assert set(joined.gains()) == {"C00", "C01", "C02", "C03"}
    common = front(system, ["C00", "C01", "C02"], "C03", uniform=("members",))
    rates = common.together.policy.tariff[:3, 3]
    np.testing.assert_allclose(rates, np.broadcast_to(rates[0], rates.shape), atol=1e-12)
    assert weights @ common.together.after.log_real_income <= together + 1e-12
    answered = front(system, ["C00", "C01"], ["C03"], reply=True)
    assert len(answered.together.choosers) == 2
    assert answered.together.first_order <= 1e-8


def test_ladder_ends_in_the_war(system):
    steps = retaliation_ladder(system, "C00", "C01", 6)
    fight = war(system, ["C00", "C01"])
    assert len(steps) == 12
    assert steps[0].gains[0] > 0 > steps[0].gains[1]
    assert steps[1].gains[0] < steps[0].gains[0]
    np.testing.assert_allclose(steps[-1].policy.tariff, fight.policy.tariff, atol=1e-6)


def test_best_quota_is_the_best_export_tax(base, system):
    taxed = best_export(system, "C01", "s2")
    capped = best_export(system, "C01", "s2", instrument="quota")
    assert taxed.rate.max() > 0
    np.testing.assert_allclose(taxed.rate, capped.rate, atol=1e-8)
    assert 0 < capped.total < 1
    swept = solve(base, replace(Policy.of(base), quotas=capped.quotas), tolerance=1e-12)
    np.testing.assert_allclose(swept.real_income, capped.outcome.after.real_income, atol=1e-8)
    lost = best_export(system, "C01", "s2", instrument="quota", exporter_rent=0.0)
    assert lost.outcome.gains[1] <= capped.outcome.gains[1]
    some = best_export(system, "C01", "s2", importers=["C00", "C03"], same=False, instrument="quota", exporter_rent=0.8)
    assert [q.importers for q in some.quotas] == [(n,) for n in (0, 3) if some.rate[n] > 1e-9]
    assert some.rate[2] == 0
    swept = solve(base, replace(Policy.of(base), quotas=some.quotas), tolerance=1e-12)
    np.testing.assert_allclose(swept.real_income, some.outcome.after.real_income, atol=1e-8)


def test_outcome_says_who_chooses_what(system):
    found = best_tariffs(system, "C00", targets=["C01"], sectors=["s1"], uniform=("partners",), bounds=(0, 3))
    text = found.says()
    assert text.startswith("C00 chooses import tariffs on s1 with C01, the same for all partners, from 0 to 300 %, to raise")
    assert "1 rates inside their bounds" in text
    flows = system.baseline.flows[0, 1]
    assert found.mean_rate("C00", "C01") == pytest.approx(flows @ found.policy.tariff[0, 1] / flows.sum())
    slope = gradient(found.after, Objective(found.choosers[0].weights))[0]
    assert abs(slope[0, 1, 1]) < 1e-9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda b: best_tariffs(b, "XX"), "unknown economy 'XX'"),
        (lambda b: best_tariffs(b, "C00", instruments="sword"), "unknown instruments"),
        (lambda b: best_tariffs(b, "C00", uniform=("days",)), "cannot be uniform over 'days'"),
        (lambda b: best_tariffs(b, "C00", bounds=(-1.0, 2.0)), "bounds"),
        (lambda b: best_tariffs(b, "C00", targets=["C00"]), "nothing can be chosen"),
        (lambda b: best_tariffs(b, "C00", targets=np.ones((2, 2), dtype=bool)), "has shape"),
        (lambda b: best_tariffs(b, ["C00", "C01"], weights=[1.0, 2.0, 3.0]), "3 weights for 2 members"),
        (lambda b: war(b, ["C00"]), "at least two"),
        (lambda b: war(b, ["C00", ["C00", "C01"]]), "member of two choosers"),
        (lambda b: agreement(b, ["C00", "C01"], shares=(1, 0)), "shares and weights"),
        (lambda b: front(b, ["C00"], ["C00"]), "on both sides"),
        (lambda b: best_export(b, "C00", "s1", instrument="ban"), "unknown instrument"),
    ],
)
def test_what_cannot_be_is_refused(base, call, words):
    with pytest.raises(InputError, match=words):
        call(base)


def test_mask_of_targets(base):
    mask = np.zeros((4, 3), dtype=bool)
    mask[2, 1] = True
    who = chooser(base, "C00", targets=mask)
    assert len(Levers(base, [who], Policy.of(base))) == 1

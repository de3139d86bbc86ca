"""The one-sector model on small made-up economies: theory, an independent solution, bad input."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.optimize import fsolve

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.numerics import newton
from countermeasure.trade.one import (
    COLUMNS,
    OneSector,
    Parameters,
    answer,
    profit_split,
    rebalance,
    set_tariff,
    solve,
    solve_many,
)
from countermeasure.trade.one.system import System

CODES = ("AAA", "BBB", "CCC", "DDD", "EEE")
VERSIONS = ("plain", "lump_sum", "fixed", "partial", "roundabout")


def made(seed=3, tariffs=True):
    random = np.random.default_rng(seed)
    flows = random.lognormal(2.0, 1.0, (5, 5)) + np.diag(random.lognormal(5.0, 0.4, 5))
    tariff = random.uniform(0, 0.3, (5, 5)) * tariffs
    np.fill_diagonal(tariff, 0)
    return OneSector(CODES, flows, tariff, random.uniform(0.05, 0.3, 5), unit="USD")


def version(name, **kind):
    economy = made(**kind)
    return {
        "plain": lambda: economy,
        "lump_sum": lambda: economy.with_parameters(rebate="lump_sum"),
        "fixed": economy.with_fixed_transfers,
        "partial": lambda: economy.with_parameters(pass_through=0.4, labour=1.2, scale=0.1, elasticity=2.5),
        "roundabout": economy.roundabout,
    }[name]()


def shocked(economy, seed=8):
    tariff = economy.tariff + np.random.default_rng(seed).uniform(0, 0.5, economy.tariff.shape)
    np.fill_diagonal(tariff, 0)
    return tariff


@pytest.mark.parametrize("name", VERSIONS)
def test_jacobian_against_differences(name):
    economy = version(name)
    system, random = System(economy, shocked(economy)), np.random.default_rng(1)
    point = system.start() + random.normal(0, 0.05, len(system.start()))
    step, found = 1e-6, system.jacobian(point)
    wanted = [(system.residual(point + step * e) - system.residual(point - step * e)) / (2 * step) for e in np.eye(len(point))]
    assert found == pytest.approx(np.array(wanted).T, abs=1e-8)


@pytest.mark.parametrize("name", VERSIONS)
def test_no_change_changes_nothing(name):
    economy = version(name)
    found = solve(economy, economy.tariff)
    assert np.abs(found.columns()[:, :6]).max() < 1e-9
    assert found.flows == pytest.approx(economy.flows, rel=1e-12)
    assert found.revenue == pytest.approx(economy.revenue, rel=1e-9)
    assert economy.transfer.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", VERSIONS)
def test_there_and_back(name):
    """The outcome is a baseline of its own: taking the change back from there gives the flows and real wages that were."""
    economy = version(name)
    there = solve(economy, shocked(economy))
    home = OneSector(CODES, there.flows, there.tariff, economy.profit_share, economy.parameters)
    assert home.transfer == pytest.approx(economy.transfer * there.state.growth, rel=1e-9, abs=1e-9)
    back = solve(home, economy.tariff)
    ratio = back.flows / economy.flows
    assert ratio == pytest.approx(np.full_like(ratio, ratio[0, 0]), rel=1e-9)
    assert (1 + there.employment) * (1 + back.employment) == pytest.approx(np.ones(5), rel=1e-9)
    real = [(1 + o.wages) / (1 + o.prices) for o in (there, back)]
    assert real[0] * real[1] == pytest.approx(np.ones(5), rel=1e-9)


@pytest.mark.parametrize("name", VERSIONS)
def test_unit_order_and_dropped_market_do_not_matter(name):
    economy = version(name)
    tariff = shocked(economy)
    found, order = solve(economy, tariff), np.array([3, 0, 4, 2, 1])
    assert found.residual < 1e-10
    turned = OneSector(
        tuple(CODES[n] for n in order),
        1000 * economy.flows[np.ix_(order, order)],
        economy.tariff[np.ix_(order, order)],
        economy.profit_share[order],
        economy.parameters,
    )
    again = solve(turned, tariff[np.ix_(order, order)])
    assert again.columns() == pytest.approx(found.columns()[order], abs=1e-9)
    assert again.mean(CODES) == pytest.approx(found.mean(CODES), abs=1e-9)


def test_against_levels_by_another_solver():
    """The same economics written plainly in levels (3N unknowns: wage, spending, employment) and left to fsolve."""
    economy = made(tariffs=False)
    tariff, par = shocked(economy), economy.parameters
    share, nu, phi = economy.shares, economy.profit_share, economy.price_power

    def system(x):
        wage, spent, labour = np.split(np.abs(x), 3)
        weight = share * (wage / labour**par.scale) ** -par.elasticity * (1 + tariff) ** (-par.elasticity * phi[:, None])
        price = (spent / wage) ** (1 - phi) * weight.sum(1) ** (-1 / par.elasticity)
        paid = weight / weight.sum(1, keepdims=True) * (spent * economy.expenditure)[:, None]
        flow = paid / (1 + tariff)
        income, revenue = economy.output * wage * labour, (paid - flow).sum(1)
        market = (1 - nu) @ flow + nu * flow.sum(1) - income
        market[0] = economy.expenditure @ (price - 1)
        budget = revenue + income + economy.transfer * income.sum() / economy.output.sum() - spent * economy.expenditure
        return np.concatenate([market, budget, labour - (wage / price / (1 - revenue / income)) ** par.labour])

    wage, _, labour = np.split(np.abs(fsolve(system, np.ones(15), xtol=1e-13)), 3)
    found = solve(economy, tariff)
    assert found.wages == pytest.approx(wage - 1, abs=1e-9)
    assert found.employment == pytest.approx(labour - 1, abs=1e-9)


def test_signs_of_a_tariff():
    economy = made(tariffs=False).with_fixed_transfers().with_parameters(labour=0.0, scale=0.0)
    found = solve(economy, set_tariff(economy, "AAA", 0.02))
    assert found.real_income[0] > 0 > found.mean(CODES[1:])["real_income"]  # a small tariff turns the terms of trade
    assert found.terms_of_trade[0] > 0
    assert np.abs(found.employment).max() < 1e-12
    assert found.imports_gdp[0] < 0 < found.revenue_gdp[0]


def test_diversion_adds_up():
    economy = made(tariffs=False)
    found = solve(economy, set_tariff(economy, "AAA", {"BBB": 1.0}))
    rows = found.diversion("BBB", "AAA")
    change = found.flows - economy.flows
    assert rows[0][1] >= rows[-1][1]
    assert rows[-1][0] == "AAA"
    assert sum(row[1] for row in rows) == pytest.approx(change[:, 1].sum())
    assert sum(row[2] for row in rows) == pytest.approx(change[0].sum())


def test_many_scenarios_are_the_same_in_processes_or_one_by_one():
    economy = made()
    schedules = [shocked(economy, seed) for seed in range(6)]
    with ThreadPoolExecutor(2) as two:
        apart = list(solve_many(economy, schedules, executor=two))
    for found, tariff in zip(apart, schedules, strict=True):
        assert found.columns() == pytest.approx(solve(economy, tariff).columns(), abs=1e-9)
        assert list(found.of("AAA")) == list(COLUMNS)


def test_without_transfers():
    economy = made()
    balanced = rebalance(economy)
    assert np.abs(balanced.transfer).max() < 1e-9 * balanced.output.max()
    assert solve(balanced, shocked(balanced)).residual < 1e-10


def unreachable():
    """An economy that lends almost all it earns: when wages fall, it has nothing left to buy with."""
    flows = np.array([[100.0, 10.0, 60.0], [10.0, 100.0, 60.0], [1.0, 1.0, 20.0]])
    economy = OneSector(CODES[:3], flows, np.zeros((3, 3)), np.zeros(3))
    return economy, answer(economy, economy.tariff, "CCC", 3.0)


def test_a_change_too_large_says_how_far_it_came():
    economy, tariff = unreachable()
    with pytest.raises(NoSolutionError, match=r"solved for \d+\.\d% of the change.*nearest=True"):
        solve(economy, tariff)
    found = solve(economy, tariff, nearest=True)
    assert 0 < found.reached < 1
    assert found.residual < 1e-10
    assert np.log1p(found.tariff[0, 2]) == pytest.approx(found.reached * np.log(4.0))
    with pytest.raises(NoSolutionError, match="of the change"):
        list(solve_many(economy, [tariff]))


def test_a_change_that_one_step_misses_is_walked_to(monkeypatch):
    module = sys.modules[System.__module__.replace("system", "solve")]
    economy = made()
    tariff, calls = shocked(economy), []

    def once(residual, jacobian, start, **kind):
        calls.append(kind)
        if len(calls) == 1:
            raise NoSolutionError("not at once")
        return newton(residual, jacobian, start, **kind)

    wanted = solve(economy, tariff)
    monkeypatch.setattr(module, "newton", once)
    found = solve(economy, tariff)
    assert len(calls) > 2
    assert found.reached == 1.0
    assert found.columns() == pytest.approx(wanted.columns(), abs=1e-9)


TRADE = {("A", "B"): 5.0, ("B", "A"): 8.0, ("A", "C"): 1.0, ("C", "A"): 2.0, ("B", "C"): 3.0, ("C", "B"): 1.0}
GDP = {"A": 50.0, "B": 60.0, "C": 30.0}


def test_from_table_by_code():
    economy = OneSector.from_table(TRADE, GDP, {("A", "B"): 0.1}, countries="ABC", profit_share=0.1, unit="bn USD", year=2023)
    assert economy.flows[0, 1] == 5.0
    assert economy.tariff[0, 1] == 0.1
    assert economy.output == pytest.approx([50, 60, 30])
    assert OneSector.from_table(TRADE, GDP, countries="ABC").output == pytest.approx([50, 60, 30])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"countries": "ABB"}, "the country B stands twice"),
        ({"countries": "ABX"}, r"gdp of C: not among the countries"),
        ({"gdp": {"A": 1.0, "B": 1.0}}, "gdp of C is missing"),
        ({"gdp": GDP | {"B": float("nan")}}, "gdp of B is nan"),
        ({"gdp": GDP | {"B": 0.0}}, "gdp of B is 0"),
        ({"gdp": GDP | {"B": 4.0}}, r"home sales of B would be"),
        ({"trade": TRADE | {("A", "B"): -5.0}}, r"trade \[A, B\] is -5; it must be 0 or above"),
        ({"trade": TRADE | {("A", "B"): float("nan")}}, r"trade \[A, B\] is nan"),
        ({"trade": TRADE | {("A", "Q"): 1.0}}, r"trade \[A, Q\]: Q not among the countries"),
        ({"trade": np.ones((2, 2))}, r"trade has shape \(2, 2\)"),
        ({"tariff": {("A", "B"): -1.0}}, r"tariff \[A, B\] is -1; it must be above -1"),
        ({"tariff": {("A", "A"): 0.1}}, r"tariff \[A, A\] is 0.1; it must be 0 at home"),
        ({"tariff": np.zeros((2, 2))}, r"tariff has shape \(2, 2\)"),
        ({"profit_share": 1.2}, "profit_share of A is 1.2"),
        ({"profit_share": np.zeros(2)}, r"profit_share has shape \(2,\)"),
    ],
)
def test_bad_tables_are_refused_by_cell(change, words):
    given = {"trade": TRADE, "gdp": GDP, "countries": "ABC"} | change
    with pytest.raises(InputError, match=words):
        OneSector.from_table(**given)


def test_the_published_rule_of_home_sales_ends_above_the_output_given():
    rule = OneSector.from_table(TRADE, GDP, countries="ABC", profit_share=0.1, home="published")
    exports = rule.flows.sum(axis=0) - np.diag(rule.flows)
    assert rule.output == pytest.approx(np.array([50, 60, 30]) + 0.1 * 0.9 * exports)


def test_shapes_and_numbers_of_a_baseline_are_checked():
    with pytest.raises(InputError, match="nobody to trade with"):
        OneSector(("A",), np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1))
    with pytest.raises(InputError, match=r"flows has shape \(2, 2\), not \(3, 3\)"):
        OneSector(("A", "B", "C"), np.ones((2, 2)), np.zeros((3, 3)), np.zeros(3))
    with pytest.raises(InputError, match="C buys nothing"):
        OneSector(("A", "B", "C"), np.array([[1.0, 1, 1], [1, 1, 1], [0, 0, 0]]), np.zeros((3, 3)), np.zeros(3))


def test_home_sales_may_be_cut_at_zero():
    economy = OneSector.from_table(TRADE, GDP | {"B": 4.0}, countries="ABC", clip_home=True)
    assert economy.flows[1, 1] == 0
    assert solve(economy, set_tariff(economy, "A", 0.2)).residual < 1e-10


@pytest.mark.parametrize(
    ("tariff", "words"),
    [
        (np.full((5, 5), np.nan), r"tariff \[AAA, AAA\] is nan"),
        (np.zeros((4, 4)), r"shape \(4, 4\)"),
        (np.full((5, 5), 0.1), "0 at home"),
        (np.eye(5, k=1) * -1.5, r"tariff \[AAA, BBB\] is -1.5"),
    ],
)
def test_bad_tariffs_are_refused_by_cell(tariff, words):
    with pytest.raises(InputError, match=words):
        solve(made(), tariff)
    with pytest.raises(InputError, match=words):
        list(solve_many(made(), [tariff]))


@pytest.mark.parametrize(
    "change",
    [
        {"elasticity": 0.0},
        {"elasticity": float("nan")},
        {"labour": -1.0},
        {"scale": -0.1},
        {"pass_through": 0.0},
        {"rebate": "none"},
    ],
)
def test_bad_parameters_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        Parameters(**change)


def test_wrong_turns_are_refused():
    economy = made()
    with pytest.raises(InputError, match="roundabout"):
        economy.with_parameters(value_share=0.5)
    with pytest.raises(InputError, match="already"):
        economy.roundabout().roundabout()
    with pytest.raises(InputError, match="unknown economy 'ZZZ'"):
        set_tariff(economy, "ZZZ", 0.1)
    with pytest.raises(InputError, match="rates has shape"):
        set_tariff(economy, "AAA", np.zeros(3))
    with pytest.raises(InputError, match="no economy"):
        solve(economy, economy.tariff).mean([])
    with pytest.raises(InputError, match="does not trade"):
        profit_split(np.zeros((3, 3)), np.ones(3), 0)


def test_profit_split_meets_both_means():
    trade = np.array([[0, 5.0, 1.0], [8.0, 0, 3.0], [2.0, 1.0, 0]])
    gdp = np.array([50.0, 60.0, 30.0])
    share = profit_split(trade, gdp, 0, own=0.3, rest=0.1)
    economy = OneSector.from_table(trade, gdp, countries="ABC", profit_share=share)
    sold = economy.flows / economy.flows.sum(axis=0)
    assert share @ sold[:, 0] == pytest.approx(0.3, rel=1e-9)
    assert share[1] == share[2]
    assert share @ economy.flows[:, 1:].sum(axis=1) == pytest.approx(0.1 * economy.flows[:, 1:].sum(), rel=1e-9)

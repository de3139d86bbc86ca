"""The one-sector model against the published study of the tariffs of 2 April 2025 (JIE 157:104138): all 194 countries.

Vectors are those of the authors' own MATLAB run (14 digits); other figures are the printed digits of their tables 1 to 3, 4, 8, 10 and 11,
and our own solutions of an independent prototype to six digits.
"""

import csv
import json

import numpy as np
import pytest

from countermeasure.errors import NoSolutionError
from countermeasure.trade.numerics import newton
from countermeasure.trade.one import (
    Chord,
    OneSector,
    answer,
    formula_answer,
    formula_tariff,
    profit_split,
    rebalance,
    set_tariff,
    solve,
    solve_many,
)
from countermeasure.trade.one.system import System

EU = ("AUT", "BEL", "BGR", "CYP", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN")
EU += (
    "IRL",
    "ITA",
    "LTU",
    "LUX",
    "LVA",
    "MLT",
    "NLD",
    "POL",
    "PRT",
    "ROU",
    "SVN",
    "SWE",
)  # 25: the study's group lacks CZE and SVK
VECTORS = {"none": "matlab_result_ustr_no_retaliation.csv", "optimal": "matlab_result_ustr_optimal_retaliation.csv"}


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "data" / "trade" / "one_sector_2023"


@pytest.fixture(scope="module")
def countries(folder):
    with (folder / "countries.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def economy(folder, countries):
    with (folder / "trade_2023_kusd.csv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    codes = [row["iso3"] for row in countries]
    assert head[1:] == codes == [row[0] for row in rows]
    trade = np.array([[float(cell or 0) for cell in row[1:]] for row in rows]).T  # ours is [importer, origin]
    gdp = np.array([float(row["gdp_usd"]) for row in countries]) / 1000
    split = profit_split(trade, gdp, codes.index("USA"), published=True)
    return OneSector.from_table(trade, gdp, countries=codes, profit_share=split, home="published", clip_home=True, year=2023)


@pytest.fixture(scope="module")
def april(economy, countries):
    return set_tariff(economy, "USA", np.array([float(row["ustr_tariff_20250402"]) for row in countries]), least=0.1)


@pytest.fixture(scope="module")
def outcomes(economy, april):
    usa, others = "USA", [c for c in economy.countries if c != "USA"]
    china = april[economy.country(usa), economy.country("CHN")]
    tens = set_tariff(economy, usa, 0.1)
    war = answer(economy, set_tariff(economy, usa, {"CHN": china}, schedule=tens), usa)
    lump = economy.with_parameters(rebate="lump_sum")
    found = {
        "ustr_no_retaliation": solve(economy, april),
        "ustr_lump_sum_rebate": solve(lump, april),
        "optimal_us_tariff": solve(economy, set_tariff(economy, usa, formula_tariff(economy, usa))),
        "ustr_optimal_retaliation": solve(economy, answer(economy, april, usa, formula_answer(economy, usa))),
        "ustr_reciprocal_retaliation": solve(economy, answer(economy, april, usa)),
        "us_china_war_54_plus_10": solve(economy, war),
    }
    assert china == pytest.approx(0.54)
    assert len(others) == 193
    return found


def others(economy):
    return [c for c in economy.countries if c != "USA"]


def percent(row):
    """Welfare, deficit, exports, imports, employment, prices in per cent."""
    return 100 * np.array(list(row.values())[:6])


@pytest.mark.parametrize("case", VECTORS)  # A1 and A4
def test_all_1358_numbers(case, outcomes, folder):
    with (folder / VECTORS[case]).open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    wanted = np.array([[float(cell) for cell in row[1:]] for row in rows])
    found = outcomes["ustr_no_retaliation" if case == "none" else "ustr_optimal_retaliation"].columns() * ([100] * 6 + [1])
    assert found.shape == wanted.shape == (194, 7)
    assert found == pytest.approx(wanted, abs=1e-6, rel=0)


@pytest.mark.parametrize(
    ("case", "who", "wanted", "digits"),
    [
        ("ustr_no_retaliation", "USA", (1.13, -18.1, -52.7, -43.6, 0.32, 12.8), (2, 1, 1, 1, 2, 1)),  # A1, table 1
        ("ustr_no_retaliation", "others", (-0.58, None, None, None, None, None), (2,) * 6),
        ("ustr_lump_sum_rebate", "USA", (-0.01, -18.4, -52.5, -43.3, -0.41, 13.1), (2, 1, 1, 1, 2, 1)),  # A2
        ("optimal_us_tariff", "USA", (1.79, -19.1, -55.3, -45.6, 0.51, 12.6), (2, 1, 1, 1, 2, 1)),  # A3
        ("ustr_optimal_retaliation", "USA", (-0.75, None, None, None, None, None), (2,) * 6),  # A4, table 2
        ("ustr_optimal_retaliation", "CHN", (-0.65, None, None, None, None, None), (2,) * 6),
        ("ustr_optimal_retaliation", "EU", (-0.23, None, None, None, None, None), (2,) * 6),
        ("ustr_reciprocal_retaliation", "USA", (-0.36, -26.7, None, None, -0.18, 7.5), (2, 1, 1, 1, 2, 1)),  # A5
        ("ustr_reciprocal_retaliation", "CHN", (-0.82, None, None, None, None, None), (2,) * 6),
        ("ustr_reciprocal_retaliation", "EU", (-0.22, None, None, None, None, None), (2,) * 6),
        ("ustr_reciprocal_retaliation", "others", (-0.46, None, None, None, None, None), (2,) * 6),
        ("us_china_war_54_plus_10", "USA", (-0.09, None, None, None, None, None), (2,) * 6),  # A7, table 8
        ("us_china_war_54_plus_10", "CHN", (-0.67, None, None, None, None, None), (2,) * 6),
        ("us_china_war_54_plus_10", "EU", (-0.06, None, None, None, None, None), (2,) * 6),
    ],
)
def test_printed_digits(case, who, wanted, digits, outcomes, economy):
    members = {"others": others(economy), "EU": EU}.get(who, [who])
    found = percent(outcomes[case].mean(members))
    for value, want, places in zip(found, wanted, digits, strict=True):
        if want is not None:
            assert abs(value - want) <= 0.5001 * 10**-places, (value, want)


def test_six_digits_of_the_prototype(outcomes, economy, folder):
    reference = json.loads((folder / "prototype_reference.json").read_text(encoding="utf-8"))["scenarios"]
    assert set(reference) == set(outcomes)
    for name, wanted in reference.items():
        found = outcomes[name]
        for who, members in (("USA", ["USA"]), ("CHN", ["CHN"]), ("EU", EU), ("nonUS_weighted", others(economy))):
            assert percent(found.mean(members)) == pytest.approx(wanted[who], abs=1e-6, rel=0), (name, who)
        assert 100 * found.world_trade_gdp == pytest.approx(wanted["world_trade_to_gdp"], abs=1e-6)
        assert 100 * found.world_employment == pytest.approx(wanted["world_employment"], abs=1e-6)
        assert found.of("USA")["revenue_share"] == pytest.approx(wanted["us_revenue_share"], abs=1e-8)
        assert found.residual < 1e-11


def test_formulas(economy):
    assert formula_tariff(economy, "USA") == pytest.approx(0.21798822, abs=1e-8)
    rates = formula_answer(economy, "USA")
    assert rates[economy.country("USA")] == 0
    assert np.delete(rates, economy.country("USA")) == pytest.approx(0.22742195, abs=1e-8)


def test_revenue_of_table_3(outcomes):  # A6
    names = ("ustr_no_retaliation", "optimal_us_tariff", "ustr_optimal_retaliation", "ustr_reciprocal_retaliation")
    found = [100 * outcomes[name].of("USA")["revenue_share"] for name in names]
    assert found == pytest.approx([1.14, 1.35, 0.74, 0.82], abs=0.005)


def test_world_of_table_11(outcomes):  # A8
    before, after = outcomes["ustr_no_retaliation"], outcomes["ustr_reciprocal_retaliation"]
    assert [100 * before.world_trade_gdp, 100 * after.world_trade_gdp] == pytest.approx([-9.4, -11.6], abs=0.05)
    assert [100 * before.world_employment, 100 * after.world_employment] == pytest.approx([-0.02, -0.15], abs=0.005)


def test_roundabout_of_tables_4_and_11(economy, april):
    both = economy.roundabout()
    before, after = solve(both, april), solve(both, answer(both, april, "USA"))
    assert 100 * before.of("USA")["real_income"] == pytest.approx(0.86, abs=0.005)
    assert 100 * after.of("USA")["real_income"] == pytest.approx(-3.38, abs=0.005)
    assert [100 * before.world_trade_gdp, 100 * after.world_trade_gdp] == pytest.approx([-10.8, -12.4], abs=0.05)
    assert [100 * before.world_employment, 100 * after.world_employment] == pytest.approx([-0.12, -0.58], abs=0.005)
    assert max(before.residual, after.residual) < 1e-11


def test_alternatives_of_table_9(economy, april):
    """Incomplete pass-through, twice the elasticity, fixed transfers: printed welfare of the United States."""
    cases = (
        economy.with_parameters(pass_through=0.25),
        economy.with_parameters(elasticity=8.0),
        economy.with_fixed_transfers(),
    )
    found = [100 * solve(case, april).of("USA")["real_income"] for case in cases]
    assert found == pytest.approx([1.36, 0.33, 1.24], abs=0.005)


def test_zero_deficit_closure_of_table_10_is_reproduced_and_why_it_is_not_offered(economy, april):
    """Table 10 takes the American balance out of all transfers, which then do not sum to zero; the gap lands on the last country."""
    usa = economy.country("USA")
    transfer = economy.transfer - (economy.flows[:, usa] - economy.flows[usa])
    transfer[usa] = 0.0
    assert transfer.sum() / economy.output.sum() == pytest.approx(0.0053, abs=5e-5)
    system = System(economy, economy.tariff, transfer=transfer)
    point = newton(system.residual, system.jacobian, system.start())
    prices = dict(zip(economy.countries, np.expm1(system.state(point).price), strict=True))
    assert min(prices, key=prices.get) == economy.countries[-1] == "ZWE"
    assert 100 * prices["ZWE"] == pytest.approx(-66, abs=0.5)
    assert abs(system.gaps(system.state(point))[-1]) > 1  # its market does not clear: no equilibrium at all


def test_stored_factorisation_gives_the_same(economy, april, outcomes):
    schedules = [outcomes[name].tariff for name in outcomes if name != "ustr_lump_sum_rebate"]
    wanted = [outcomes[name] for name in outcomes if name != "ustr_lump_sum_rebate"]
    for near in (None, april):
        for found, want in zip(solve_many(economy, schedules, near=near), wanted, strict=True):
            assert found.columns() == pytest.approx(want.columns(), abs=1e-10, rel=1e-9)
            assert found.residual < 1e-11


def test_a_far_scenario_falls_back_to_newton(economy):
    far = answer(economy, set_tariff(economy, "USA", 2.0), "USA")
    found = Chord(economy).solve(far, rounds=3)
    assert found.columns() == pytest.approx(solve(economy, far).columns(), rel=1e-9, abs=1e-9)


def test_beyond_reach_names_who_cannot_pay_and_balanced_trade_goes_on(economy):
    far = answer(economy, set_tariff(economy, "USA", 9.0), "USA")
    with pytest.raises(NoSolutionError, match=r"GIN.*rebalance"):
        solve(economy, far)
    assert solve(rebalance(economy), far).residual < 1e-10

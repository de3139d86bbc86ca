"""The trade model against the record of 2025: the quoted figures, the fit, what is met and what is missed, and the page."""

import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from countermeasure.book.load import shipped_data
from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError, NoSolutionError
from countermeasure.io.trade_validation import backtest_text, label_of
from countermeasure.scenario import backtest, load_trade_scenario, policy_of
from countermeasure.scenario.record import duties as record_duties
from countermeasure.scenario.record import figures as record_figures
from countermeasure.scenario.record.duties import Duties, duties_of_2025, flat_policy, policy_under
from countermeasure.scenario.record.figures import change_in, quantity_in, realised
from countermeasure.scenario.record.rows import ELSEWHERE, FITTED, FORECAST_YEARS, HORIZONS, TO_US, BackTest
from countermeasure.trade.multi.horizon import horizon, share_of_long_run
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.solve import solve

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "trade_validation.md"
MODULE = "countermeasure.scenario.backtest"  # its name in the package is the function


@pytest.fixture(scope="module")
def asked() -> Counter[tuple[object, int]]:
    """Days that the duty engine was asked for."""
    return Counter()


@pytest.fixture(scope="module")
def duties(asked) -> dict[str, Duties]:
    real = record_duties.us_averages

    def counted(engine, on, reading):
        asked[engine.known_on, on] += 1
        return real(engine, on, reading)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_duties, "us_averages", counted)
        return duties_of_2025()


@pytest.fixture(scope="module")
def found(duties) -> BackTest:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[MODULE], "duties_of_2025", lambda: duties)
        return backtest()


def target(found: BackTest, name: str):
    return next(t for t in found.targets if t.id == name)


# --- the quoted figures ----------------------------------------------------------------------------------------------------

FORECASTS = {
    ("wto_us_china_goods_trade", "value_pct"): "wto_us_china_goods_trade",
    ("wto_us_china_goods_trade", "without_exemptions_pct"): "wto_us_china_goods_trade_without_exemptions",
    ("kiel_145_125_plus10_short_run", "us_china_trade_pct"): "kiel_145_125_us_china_trade",
    ("kiel_145_125_plus10_short_run", "us_gdp_pct"): "kiel_145_125_us_gdp",
    ("kiel_145_125_plus10_short_run", "us_consumer_prices_pct"): "kiel_145_125_us_prices",
    ("kiel_145_125_plus10_short_run", "us_exports_pct"): "kiel_145_125_us_exports",
    ("kiel_145_125_plus10_short_run", "china_gdp_pct"): "kiel_145_125_china_gdp",
    ("kiel_145_125_plus10_short_run", "china_exports_pct"): "kiel_145_125_china_exports",
    ("kiel_145_125_plus10_short_run", "long_run_us_china_trade_pct"): "kiel_145_125_us_china_trade_long_run",
    ("kiel_liberation_day_short_run", "us_output_pct"): "kiel_april_2_us_output",
    ("kiel_liberation_day_short_run", "us_prices_pct"): "kiel_april_2_us_prices",
    ("kiel_liberation_day_short_run", "us_exports_pct"): "kiel_april_2_us_exports",
    ("kiel_liberation_day_short_run", "world_output_pct"): "kiel_april_2_world_output",
    ("kiel_liberation_day_short_run", "eu_output_pct"): "kiel_april_2_eu_output",
    ("kiel_liberation_day_short_run", "germany_output_pct"): "kiel_april_2_germany_output",
    ("budget_lab_all_2025_tariffs_to_april_2", "us_long_run_gdp_pct"): "budget_lab_us_gdp",
    ("budget_lab_all_2025_tariffs_to_april_2", "us_exports_long_run_pct"): "budget_lab_us_exports",
    ("budget_lab_all_2025_tariffs_to_april_2", "april_2_alone_long_run_gdp_pct"): "budget_lab_april_2_alone_us_gdp",
    ("rodriguez_clare_ulate_vasquez_2025", "us_real_income_2028_pct"): "ruv_us_real_income_2028",
    ("rodriguez_clare_ulate_vasquez_2025", "us_real_wage_2028_pct"): "ruv_us_real_wage_2028",
}
BESIDE = {  # quoted from pages read for the table, not in the working material
    "china_total_exports_may_2025": 0.048,
    "kiel_truce_china_exports_to_us": -0.19,
    "kiel_truce_us_gdp": -0.013,
    "kiel_truce_us_prices": 0.043,
}


def test_figures_are_those_of_the_working_material(shared):
    record = yaml.safe_load((shared / "data/trade/realised_2025.yaml").read_text("utf-8"))
    ours = {f.id: f for f in realised()}
    for row in record["realised"]:
        figure = ours[row["id"]]
        assert figure.kind == "observed"
        assert 100 * figure.value == pytest.approx(row["value_pct"])
        if "level_usd_bn" in row:
            assert figure.level_busd == pytest.approx(row["level_usd_bn"])
    for row in record["model_forecasts"]:
        for key, value in row.items():
            if key.endswith("_pct"):
                assert 100 * ours[FORECASTS[row["id"], key]].value == pytest.approx(value), (row["id"], key)
    known = {row["id"] for row in record["realised"]} | set(FORECASTS.values())
    assert set(ours) - known == set(BESIDE)


def test_every_figure_has_a_source_and_a_confidence():
    for figure in realised():
        assert figure.confidence == "B", figure.id
        assert re.search(r"https?://", figure.source), figure.id
    assert {f.id: f.value for f in realised() if f.id in BESIDE} == pytest.approx(BESIDE)
    head = (shipped_data() / "trade" / "realised_2025.csv").read_text("utf-8").splitlines()[:6]
    assert [line.split(":")[0] for line in head] == [
        f"# {word}" for word in ("name", "title", "source", "licence", "confidence", "notes")
    ]
    assert "facts quoted" in head[5]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",exports,CN,US,2025-05,", ",export,CN,US,2025-05,", r":8: unknown measure 'export'; there are exports"),
        (",CN,ASEAN,2025-05,", ",CN,ASEN,2025-05,", r":10: unknown buyer 'ASEN'; there are ASEAN"),
        ("2025,-20,420.050", "2025,-20 %,420.050", r":13: value_pct '-20 %' is not a number"),
        ("2025,-20,420.050", "2025,-120,420.050", r":13: value_pct is -120, not above -100"),
        ("china_exports_to_eu_2025", "china_exports_to_us_2025", r":17: china_exports_to_us_2025 stands already in line 13"),
    ],
)
def test_faults_of_the_table_are_told_with_their_line(monkeypatch, old, new, message):
    text = (shipped_data() / "trade" / "realised_2025.csv").read_text("utf-8")
    assert text.count(old) == 1
    monkeypatch.setattr(record_figures, "text_of", lambda name: text.replace(old, new))
    with pytest.raises(InputError, match="figures of 2025") as caught:
        realised.__wrapped__()
    assert any(re.search(message, fault) for fault in caught.value.faults), caught.value.faults


def test_words_of_figures():
    ours = {f.id: f for f in realised()}
    assert label_of(ours["china_exports_to_africa_2025"]) == "China's goods to Africa"
    assert label_of(ours["china_imports_from_us_2025"]) == "US goods to China"
    assert label_of(ours["china_total_exports_2025"]) == "all of China's goods abroad"
    assert label_of(ours["kiel_april_2_germany_output"]) == "Germany's real income"
    assert label_of(ours["kiel_145_125_china_exports"]) == "China's exports"


# --- duties ------------------------------------------------------------------------------------------------------------------


def test_each_day_is_asked_of_the_engine_once(duties, asked):
    assert set(asked.values()) == {1}
    months = {parse_day(f"2025-{month:02d}-15") for month in range(1, 13)}
    assert {on for known, on in asked if known is None} == months | {parse_day("2025-01-01"), parse_day("2026-01-15")}
    assert {(known, on) for known, on in asked if known is not None} == {(parse_day("2025-04-05"), parse_day("2025-04-09"))}


def test_the_height_is_the_shipped_scenario(duties):
    base = shipped_baseline()
    policy, _, _ = policy_of(load_trade_scenario("april-2025-145"), base)
    assert np.abs(policy_under(duties["april_15"], base).tariff - policy.tariff).max() < 1e-12


def test_duties_of_china_are_means_over_days(duties):
    height, after, before = 1.476, 0.326, 0.212  # steps of the Peterson Institute of 12 April, 14 May, 20 January 2025
    assert duties["may"].china == pytest.approx((13 * height + 18 * after) / 31)
    assert duties["may_spared"].china == pytest.approx((13 * before + 18 * after) / 31)
    days = 19 * 0.211 + 82 * before + 32 * height + 180 * after + 52 * 0.319  # since 1 January, 20 January, 12 April, ...
    assert duties["year"].china == pytest.approx(days / 365)
    assert duties["year"].china - duties["year_spared"].china == pytest.approx(32 * (height - before) / 365)
    assert duties["may_leaving"].china == duties["may"].china
    assert duties["april_2"].china == duties["april_2"].china_before == before


def test_duties_of_the_united_states_follow_the_year(duties):
    of = {word: held.us_on_china for word, held in duties.items()}
    assert of["may"] < of["may_leaving"] < of["april_15"]
    assert of["may_leaving"] == pytest.approx((13 * of["april_15"] + 18 * of["truce"]) / 31)
    assert of["april_15"] == pytest.approx(1.1666, abs=0.005)  # a run of the tariff-rate tracker, us_china_averages.csv
    assert 0.40 < of["year"] < of["year_later"] < 0.50
    assert duties["april_2"].us_on_all == pytest.approx(0.26, abs=0.01)
    assert duties["april_2"].us_on_china < of["april_15"]


def test_nothing_but_us_and_chinese_duties_on_goods_moves(duties):
    base = shipped_baseline()
    us, china = base.country("US"), base.country("CN")
    for policy in (*(policy_under(held, base) for held in duties.values()), flat_policy(base)):
        moved = np.argwhere(policy.tariff != base.tariff)
        assert {(int(m), int(o) if m == china else -1) for m, o, _ in moved} <= {(us, -1), (china, us)}
        assert base.goods[moved[:, 2]].all()
        assert (policy.tariff[us, us] == base.tariff[us, us]).all()
        assert not policy.banned.any()


# --- the fit --------------------------------------------------------------------------------------------------------------------


def test_the_fit_meets_its_figure_and_no_other_share_does(found, duties):
    row = found.by_id[FITTED]
    assert row.kind == "fitted"
    assert row.fitted == pytest.approx(-0.345, abs=1e-6)
    assert found.share == pytest.approx(0.225, abs=0.01)
    base = shipped_baseline()
    policy = policy_under(duties["may"], base)
    us, china = base.country("US"), base.country("CN")
    before = base.flows[us, china, base.goods].sum()
    falls = []
    for share in (0.5 * found.share, found.share, 2 * found.share):
        after = solve(base, policy, theta=base.theta * share).customs_value[us, china, base.goods].sum()
        falls.append(after / before - 1)
    assert falls[0] > falls[1] > falls[2]
    assert falls[1] == pytest.approx(-0.345, abs=1e-6)


def test_the_fit_sees_nothing_but_its_figure(found, duties, monkeypatch):
    others = tuple(f if f.id == FITTED else replace(f, value=f.value * 0.5 - 0.1) for f in realised())
    monkeypatch.setattr(sys.modules[MODULE], "duties_of_2025", lambda: duties)
    monkeypatch.setattr(sys.modules[MODULE], "realised", lambda: others)
    again = backtest()
    assert again.share == found.share
    assert [r.simulated for r in again.rows] == [r.simulated for r in found.rows]
    moved = tuple(replace(f, value=-0.30) if f.id == FITTED else f for f in realised())
    monkeypatch.setattr(sys.modules[MODULE], "realised", lambda: moved)
    assert backtest().share < 0.75 * found.share


def test_a_figure_beyond_the_model_cannot_be_fitted(duties, monkeypatch):
    beyond = tuple(replace(f, value=-0.05) if f.id == FITTED else f for f in realised())
    monkeypatch.setattr(sys.modules[MODULE], "duties_of_2025", lambda: duties)
    monkeypatch.setattr(sys.modules[MODULE], "realised", lambda: beyond)
    with pytest.raises(NoSolutionError, match="no share of the elasticities"):
        backtest()


# --- figures of an equilibrium ------------------------------------------------------------------------------------------------


def test_figures_again_from_the_flows(found, duties):
    base = shipped_baseline()
    ended = solve(base, policy_under(duties["year"], base), theta=horizon(base.theta, 1.0))
    china = base.country("CN")
    old, new = base.flows[:, :, base.goods].sum(axis=2), ended.customs_value[:, :, base.goods].sum(axis=2)
    groups = {
        "china_exports_to_southeast_asia_2025": ("ID", "VN", "XSE"),
        "china_exports_to_africa_2025": ("AFR",),
        "china_exports_to_latin_america_2025": ("MX", "BR", "XLA"),
        "china_total_exports_2025": tuple(c for c in base.countries if c != "CN"),
    }
    for id_, codes in groups.items():
        buyers = [base.country(code) for code in codes]
        expected = new[buyers, china].sum() / old[buyers, china].sum() - 1
        assert found.by_id[id_].simulated[HORIZONS.index(1.0)] == pytest.approx(expected, abs=1e-12)
    us = base.country("US")
    both = (new[us, china] + new[china, us]) / (old[us, china] + old[china, us]) - 1
    assert found.by_id["china_us_total_trade_2025"].simulated[2] == pytest.approx(both, abs=1e-12)
    figures = {f.id: f for f in realised()}
    assert change_in(ended, figures["kiel_145_125_us_gdp"]) == pytest.approx(ended.real_income[us] - 1)
    world = (ended.real_income * base.spending).sum() / base.spending.sum() - 1
    assert change_in(ended, figures["kiel_april_2_world_output"]) == pytest.approx(world)
    off = ~np.eye(len(base.countries), dtype=bool)
    sold = (ended.customs_value.sum(axis=2) * off)[:, us].sum() / (base.flows.sum(axis=2) * off)[:, us].sum() - 1
    assert change_in(ended, figures["kiel_145_125_us_exports"]) == pytest.approx(sold)


def test_without_new_duties_no_figure_moves():
    base = shipped_baseline()
    ended = solve(base, Policy.of(base))
    for figure in realised():
        assert change_in(ended, figure) == pytest.approx(0, abs=1e-8), figure.id
        if figure.kind == "observed":
            assert quantity_in(ended, figure) == pytest.approx(0, abs=1e-8), figure.id


def test_rows_are_consistent(found):
    assert [r.figure for r in found.rows] == [f for f in realised() if f.kind == "observed"]
    for row in found.rows:
        low, high = row.reach
        assert low <= min(row.simulated) <= max(row.simulated) <= high
        assert low <= row.fitted <= high
        assert (row.beyond == 0) == (low <= row.figure.value <= high)
        assert row.distance == pytest.approx(row.fitted - row.figure.value)
        assert row.sign_right == (np.sign(row.fitted) == np.sign(row.figure.value))
        assert row.why
    to_us = found.by_id[TO_US]
    assert list(to_us.simulated) == sorted(to_us.simulated, reverse=True)  # the longer, the deeper
    assert len(found.rows[0].simulated) == len(HORIZONS)
    assert HORIZONS[-1] == 8.5
    assert share_of_long_run(HORIZONS[-1]) == 1.0


# --- acceptance G1 and G2 ---------------------------------------------------------------------------------------------------------


def test_g1_the_fall_of_may_is_within_ten_points(found):
    """Fitted it is met; the shipped horizon of one year, which was not fitted on it, comes within 2 points."""
    row = found.by_id[FITTED]
    assert abs(row.distance) < 1e-6
    assert row.simulated[HORIZONS.index(1.0)] - row.figure.value == pytest.approx(-0.017, abs=0.01)
    assert target(found, "G1a").passed
    assert target(found, "G1b").passed


def test_g1_exports_to_the_united_states_fall_but_the_year_is_too_deep(found):
    """Missed by 14 points: one horizon stands for all months, and the record holds orders rushed ahead of the duties.

    A share of 0.05 would meet the year, so that the figure is within the model's reach and not within the fit.
    """
    row = found.by_id[TO_US]
    assert target(found, "G1c").passed
    assert row.sign_right
    assert row.distance == pytest.approx(-0.136, abs=0.01)
    assert row.beyond == 0
    reading = next(r for r in found.readings if r.figure.id == TO_US and r.duties.id == "year")
    assert reading.share == pytest.approx(0.052, abs=0.01)
    assert row.net is not None
    assert row.net[1] - row.net[0] == pytest.approx(-0.038, abs=0.01)


def test_g1_values_of_exports_to_others_are_missed_for_two_of_four(found):
    """Missed: South-East Asia -0.3 and Latin America -0.5 % where +13 and +7 % were observed.

    China's wage falls by 1.7 % against the world and its prices with it, and growth of trade as a whole is not in the model.
    Quantities rise for all four; values rise for all four from year 3 of the horizon on.
    """
    signs = {id_: found.by_id[id_].sign_right for id_ in ELSEWHERE}
    assert not target(found, "G1d").passed
    assert signs == dict(zip(ELSEWHERE, (False, True, True, False), strict=True))
    for id_, value in zip(ELSEWHERE, (-0.003, 0.006, 0.009, -0.005), strict=True):
        assert found.by_id[id_].fitted == pytest.approx(value, abs=0.003), id_
        assert found.by_id[id_].quantity > 0, id_
        assert found.by_id[id_].simulated[HORIZONS.index(3.0)] > 0, id_
    assert found.wage == pytest.approx(0.983, abs=0.003)


def test_g1_net_of_all_exports_the_signs_are_right(found):
    for id_ in ELSEWHERE:
        row = found.by_id[id_]
        assert row.net is not None
        assert row.total is not None
        assert row.net_sign_right, id_
        assert row.net == pytest.approx((row.figure.value - 0.055, row.fitted - row.total[1]))
        assert (row.figure.value - 0.055) * row.figure.value > 0  # growth taken from the record alone turns no sign
    assert target(found, "G1e").passed
    assert found.by_id["china_total_exports_2025"].fitted == pytest.approx(-0.043, abs=0.005)


def test_g1_others_are_ranked(found):
    """Observed: Africa, South-East Asia, European Union, Latin America; simulated: the middle two are the other way round."""
    order = sorted(ELSEWHERE, key=lambda id_: -found.by_id[id_].fitted)
    assert [found.by_id[id_].figure.buyer for id_ in order] == ["AFR", "EU", "ASEAN", "LATAM"]
    assert "rank correlation 0.8" in target(found, "G1f").simulated
    assert target(found, "G1f").passed


def test_figures_out_of_reach(found):
    """No share of the elasticities gives them, the long run included; by how much is told.

    US goods to China: China's average counts 125 points on days on which goods on their way were spared. All others grew,
    and what made them grow is not in the model.
    """
    beyond = {r.figure.id: 100 * r.beyond for r in found.rows if r.beyond}
    expected = {
        "china_imports_from_us_may_2025": 17.3,
        "china_exports_to_asean_may_2025": 13.5,
        "china_exports_to_eu_may_2025": 10.1,
        "china_total_exports_may_2025": 8.6,
        "china_imports_from_us_2025": 2.3,
        "china_exports_to_southeast_asia_2025": 11.7,
        "china_exports_to_eu_2025": 5.4,
        "china_exports_to_africa_2025": 23.0,
        "china_exports_to_latin_america_2025": 6.5,
        "china_total_exports_2025": 9.2,
    }
    assert beyond == pytest.approx(expected, abs=0.5)


def test_readings_of_the_duties_decide(found):
    read = {(r.figure.id, r.duties.id): r for r in found.readings}
    assert read[FITTED, "may"].share == pytest.approx(found.share, abs=1e-6)
    assert read[FITTED, "may_leaving"].share == pytest.approx(0.042, abs=0.01)
    assert read[FITTED, "april_15"].share is None
    assert read[FITTED, "april_15"].reach[1] == pytest.approx(-0.409, abs=0.01)  # 6 points short of the record
    imports = "china_imports_from_us_may_2025"
    assert read[imports, "may"].share is None
    assert read[imports, "may_spared"].simulated == pytest.approx(-0.202, abs=0.01)  # observed -18.1 %


@pytest.mark.parametrize(("theta", "expected"), [(1.85, -0.876), (5.0, -0.989)])
def test_g2_two_way_trade_at_145_and_125_points(found, theta, expected):
    base = shipped_baseline()
    us, china = base.country("US"), base.country("CN")
    policy = Policy.of(base)
    for o in range(len(base.countries)):
        if o != us:
            policy = policy.with_tariff(us, o, 1.45 if o == china else 0.10, base.goods, add=True)
    policy = policy.with_tariff(china, us, 1.25, base.goods, add=True)
    ended = solve(base, policy, theta=theta)
    pair = [us, china], [china, us]
    change = ended.customs_value[pair][:, base.goods].sum() / base.flows[pair][:, base.goods].sum() - 1
    row = next(r for r in found.bracket if (r.run, r.theta) == ("flat", theta))
    assert row.two_way == pytest.approx(change, abs=1e-9)
    assert change == pytest.approx(expected, abs=0.005)
    assert abs(change - {1.85: -0.90, 5.0: -0.99}[theta]) <= 0.03  # the prototype's -89.7 and -99.2 on 41 economies


def test_g2_the_forecast_of_the_wto_is_bracketed(found):
    """-87.6 % between -81 and -91 %; with the exemptions of the law -79.0 %, 2 points short of their -81 %."""
    rows = {(r.run, r.theta): r.two_way for r in found.bracket}
    assert -0.91 <= rows["flat", 1.85] <= -0.81
    assert rows["flat", 1.85] == pytest.approx(-0.91, abs=0.04)
    assert rows["april_15", 1.85] == pytest.approx(-0.81, abs=0.03)
    assert [t.passed for t in found.targets if t.id.startswith("G2")] == [True, True, True]


def test_targets_add_up(found):
    assert [t.id for t in found.targets] == ["G1a", "G1b", "G1c", "G1d", "G1e", "G1f", "G2a", "G2b", "G2c"]
    assert [t.id for t in found.targets if t.kind == "fitted"] == ["G1a", "G2a"]
    assert found.passed == 8
    assert all(t.why for t in found.targets)


# --- forecasts of others ------------------------------------------------------------------------------------------------------


def test_forecasts_stand_beside_ours(found):
    rows = {r.figure.id: r for r in found.forecasts}
    assert set(rows) == {f.id for f in realised() if f.kind == "forecast"}
    assert {r.figure.id for r in found.forecasts if not r.ours} == {"budget_lab_april_2_alone_us_gdp"}
    for row in found.forecasts:
        assert row.why
        assert len(row.ours) in (0, len(FORECAST_YEARS))
    kiel = rows["kiel_145_125_us_china_trade"]
    assert "Beyond this model: with no elasticity at all the change is -53 %" in kiel.why
    assert rows["kiel_truce_china_exports_to_us"].ours[0] == pytest.approx(-0.344, abs=0.01)


# --- the sheet and the page ------------------------------------------------------------------------------------------------------


def test_the_sheet_holds_every_figure(found):
    sheet = found.sheet()
    rows = {row["id"]: row for row in sheet.records()}
    assert list(rows) == [r.figure.id for r in found.rows]
    assert "0.225" in sheet.title
    for row in found.rows:
        told = rows[row.figure.id]
        assert told["observed_pct"] == pytest.approx(100 * row.figure.value)
        assert told["year_1_pct"] == pytest.approx(100 * row.simulated[2], abs=0.006)
        assert told["distance_points"] == pytest.approx(told["fitted_pct"] - told["observed_pct"], abs=0.011)
        assert told["sign"] == ("right" if row.sign_right else "wrong")
        assert (told["net_sign"] == "") == (row.net is None)
        assert told["source"] == row.figure.source


NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def test_the_page_in_the_documents_is_the_report(found):
    """Word for word, and each figure within rounding."""
    page, ours = PAGE.read_text("utf-8"), backtest_text(found)
    assert NUMBER.sub("#", page) == NUMBER.sub("#", ours)
    for old, new in zip(NUMBER.findall(page), NUMBER.findall(ours), strict=True):
        assert float(old) == pytest.approx(float(new), abs=0.11), (old, new)


def test_the_page_tells_every_target_and_row(found):
    text = backtest_text(found)
    for one in found.targets:
        assert f"| {one.id} |" in text
    assert text.count("| MISS |") == 1
    assert "8 of 9 targets are met; missed: G1d." in text
    tables: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            tables[-1].append(line)
        elif tables[-1]:
            tables.append([])
    sizes = [len(table) - 2 for table in tables if table]
    parts = len([r for r in found.rows if r.net]), len([r for r in found.rows if r.beyond])
    assert sizes == [9, len(found.rows), *parts, len(found.readings), len(found.bracket), len(found.forecasts)]
    for table in tables:
        assert len({line.count("|") for line in table}) <= 1

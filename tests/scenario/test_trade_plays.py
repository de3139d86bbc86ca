"""Games on a scenario's policy: what they promise, on the shipped baseline."""

import numpy as np
import pytest

from countermeasure.errors import CountermeasureError, InputError
from countermeasure.scenario import (
    Rules,
    game_setting,
    load_trade_scenario,
    play_agreement,
    play_best,
    play_export,
    play_front,
    play_ladder,
    play_war,
    run_trade,
)
from countermeasure.trade.multi.shipped import shipped_baseline


@pytest.fixture(scope="module")
def setting():
    return game_setting(years=3)


@pytest.fixture(scope="module")
def threatened():
    return game_setting(load_trade_scenario("no-deal-157"))


def place(setting, code):
    return setting.system.baseline.country(code)


def test_the_start_is_the_scenario_s_equilibrium(threatened):
    """Two solvers, one of sweeps and one of Newton steps, on the same policy and closure."""
    point = threatened.system.solve(threatened.start)
    found = run_trade(load_trade_scenario("no-deal-157"), closure="balanced").found
    assert point.real_income == pytest.approx(found.real_income, abs=1e-8)


def test_best_rates_beat_those_of_a_grid(setting):
    answer = play_best(setting, ["US"], ["CN"], Rules(uniform=("sectors",)))
    us, cn = place(setting, "US"), place(setting, "CN")
    best = answer.outcome.after.log_real_income[us]
    goods = setting.system.baseline.goods
    for rate in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5):
        other = setting.start.with_tariff(us, cn, rate, goods)
        assert setting.system.solve(other).log_real_income[us] <= best + 1e-10


def test_a_war_leaves_nobody_a_better_answer(setting):
    answer = play_war(setting, ["US", "CN"])
    after = answer.outcome.policy
    from dataclasses import replace

    there = replace(setting, start=after)
    for who, other in (("US", "CN"), ("CN", "US")):
        again = play_best(there, [who], [other])
        assert abs(again.outcome.gains[place(setting, who)]) < 1e-9
    assert answer.outcome.first_order < 1e-8


def test_an_agreement_shares_a_gain_that_both_have(threatened):
    answer = play_agreement(threatened, ["US", "CN"])
    us, cn = place(threatened, "US"), place(threatened, "CN")
    assert answer.outcome.gains[us] == pytest.approx(answer.outcome.gains[cn], abs=1e-7)
    assert answer.outcome.gains[us] > 0.001
    assert "145" in answer.says()


def test_after_a_war_gains_are_counted_from_the_start_and_told_from_the_war(setting):
    answer = play_agreement(setting, ["US", "CN"], after_war=True)
    words = [word for word, _ in answer.plays]
    assert words == ["agreement", "war"]
    signed, war = (play for _, play in answer.plays)
    us, cn = place(setting, "US"), place(setting, "CN")
    gains = (1 + signed.gains) / (1 + war.gains) - 1
    assert gains[us] == pytest.approx(gains[cn], abs=1e-7)
    assert gains[us] > 0
    assert f"US {100 * gains[us]:+.3f} %" in answer.notes[-1]


def test_the_war_before_an_agreement_keeps_its_rules(setting):
    rules = Rules(sectors=("electronics",), bounds=(0.0, 1.0))
    answer = play_agreement(setting, ["US", "CN"], after_war=True, rules=rules)
    base = setting.system.baseline
    other = [s for s in range(len(base.sectors)) if base.sectors[s] != "electronics"]
    for _, play in answer.plays:
        assert np.array_equal(play.policy.tariff[:, :, other], setting.start.tariff[:, :, other])
    means = next(s for s in answer.sheets() if s.name == "mean_rates")
    assert means.title.startswith("Rates on electronics")


def test_shares_are_kept(setting):
    answer = play_agreement(setting, ["US", "CN"], shares=[2, 1], rules=Rules(uniform=("sectors",)))
    us, cn = place(setting, "US"), place(setting, "CN")
    gains = np.log1p(answer.outcome.gains)
    assert gains[us] == pytest.approx(2 * gains[cn], rel=1e-4)


def test_a_front_reaches_more_together_than_apart(setting):
    answer = play_front(setting, ["G7", "EU", "CN"], ["CN"])
    (_, together), (_, apart) = answer.plays
    weights = together.choosers[0].weights
    assert weights @ together.after.log_real_income >= weights @ apart.after.log_real_income
    assert place(setting, "CN") not in together.choosers[0].members


def test_one_common_tariff_is_one(setting):
    answer = play_front(setting, ["US", "JP"], ["CN"], rules=Rules(uniform=("members", "sectors"), bounds=(0, 1)))
    base = setting.system.baseline
    rates = answer.outcome.policy.tariff[[base.country("US"), base.country("JP")], base.country("CN")][:, base.goods]
    assert np.ptp(rates) < 1e-12


def test_a_ladder_counts_every_step_from_the_start(setting):
    answer = play_ladder(setting, ["US", "CN"], 2)
    assert [word for word, _ in answer.plays] == ["step_4_cn", "step_3_us", "step_2_cn", "step_1_us"]
    points = {id(play.before) for _, play in answer.plays}
    assert len(points) == 1
    with pytest.raises(InputError, match="two sides"):
        play_ladder(setting, ["US", "CN", "JP"], 2)


def test_a_quota_with_its_rents_at_home_is_an_export_tax(setting):
    tax = play_export(setting, "CN", "electronics", bounds=(0.0, 5.0))
    quota = play_export(setting, "CN", "electronics", instrument="quota")
    assert quota.outcome.gains == pytest.approx(tax.outcome.gains, abs=1e-9)
    abroad = play_export(setting, "CN", "electronics", instrument="quota", exporter_rent=0.0)
    cn = place(setting, "CN")
    assert abroad.outcome.gains[cn] <= quota.outcome.gains[cn] + 1e-12


def test_words_of_players(setting):
    assert setting.codes(["G7", "-US"]) == ("CA", "JP", "GB", "DE", "FR", "IT")
    assert setting.codes(["Germany", "DE"]) == ("DE",)
    with pytest.raises(InputError, match="no economy is left"):
        setting.codes(["US", "-US"])
    with pytest.raises(CountermeasureError, match="Narnia"):
        setting.codes(["Narnia"])


def test_tables_tell_what_the_sentence_tells(threatened):
    answer = play_agreement(threatened, ["US", "CN"], rules=Rules(uniform=("sectors",)))
    sheets = {s.name: s for s in answer.sheets()}
    assert set(sheets) == {"gains", "mean_rates", "rates", "conditions", "assumptions"}
    base = threatened.system.baseline
    for _, m, o, before, after in sheets["mean_rates"].rows:
        way = base.country(m), base.country(o)
        weight = base.flows[way] * base.goods
        assert before == pytest.approx(100 * weight @ threatened.start.tariff[way] / weight.sum(), abs=0.006)
        assert after == pytest.approx(100 * weight @ answer.outcome.policy.tariff[way] / weight.sum(), abs=0.006)
    rates = sheets["rates"].by_column()
    assert set(rates["origin"]) == {"US", "CN"}
    assert len(set(rates["agreement"])) == 2
    gains = dict(sheets["gains"].rows)
    assert f"US {gains['US']:+.2f} %" in answer.says()


def test_a_scenario_with_quotas_is_no_start_of_a_game(tmp_path):
    path = tmp_path / "own.yaml"
    quota = 'quotas:\n  - {origin: CN, importers: [US], sector: electronics, share: "0.5"}\n'
    path.write_text("id: own\ntitle: Own\nintent: A test\n" + quota, "utf-8")
    with pytest.raises(InputError, match="has quotas"):
        game_setting(load_trade_scenario(path))


def test_assumptions_say_horizon_closure_and_wish(setting):
    what = {row[0]: row[1] for row in setting.assumptions}
    assert what["Horizon"].startswith("3 years")
    assert what["Closure of deficits"] == "balanced"
    assert np.abs(setting.system.baseline.transfer).max() < 1e-6 * shipped_baseline().value_added.max()

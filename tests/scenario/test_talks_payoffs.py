"""Payoffs of a conflict's states from the engines: terms add up, runs are shared, the shipped model is what the engines say."""

from dataclasses import replace

import numpy as np
import pytest

from countermeasure.book.load import shipped_data
from countermeasure.errors import BookError
from countermeasure.scenario.payoffs import engine_payoffs
from countermeasure.scenario.plays import TERMS, load_plays
from countermeasure.scenario.trade import run_trade
from countermeasure.talks.closed_forms import power_index
from countermeasure.talks.model import Preference
from countermeasure.talks.read import load_conflict
from countermeasure.talks.solve import solve
from countermeasure.trade.multi.shipped import shipped_baseline

NAME = "october-2025-payoffs"
HEAD = """\
id: own
title: Own
decision_makers:
  - {id: US, name: United States}
  - {id: CN, name: China}
options:
  - {id: tariff, dm: US}
  - {id: permits, dm: CN}
  - {id: words, dm: CN}
preferences:
  US: {statements: [tariff]}
  CN: {statements: [permits]}
"""
PLAYS = """\
plays:
  trade: {horizon: "1"}
  supply: {scenario: truce}
  parties:
    US: {economies: [US], regions: [US]}
    CN: {economies: [CN], regions: [CN]}
  options:
    tariff:
      changes: [{importers: [US], origins: [CN], add_tariff: "0.1", why: "ten points"}]
    permits:
      supply: {permits: "0.3", why: "three in ten granted"}
      security: [{party: US, share: "0.9", elasticity: "1.5", cost_share: "0.01", why: "heavy rare earths"}]
    words:
      security: [{party: US, share: "0.5", elasticity: "1.5", cost_share: "0.01", why: "half of another"}]
  weights:
    US:
      welfare: {weight: "1", why: "as it is"}
      lost_output: {weight: "2", why: "twice"}
      security: {weight: "1000", why: "a view"}
    CN:
      by_hand: {weight: "3", why: "thrice"}
  by_hand:
    - {party: CN, when: "words and not tariff", bn_usd: "-4", why: "a view"}
  epsilon: "0.01"
"""


def written(folder, plays=PLAYS, head=HEAD):
    path = folder / "own.yaml"
    path.write_text(head + plays, "utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = written(tmp_path_factory.mktemp("plays"))
    conflict = load_conflict(path)
    plays = load_plays(path, conflict)
    calls = []
    return plays, engine_payoffs(conflict, plays, progress=lambda *told: calls.append(told)), calls


@pytest.fixture(scope="module")
def shipped():
    conflict = load_conflict(NAME)
    return conflict, engine_payoffs(conflict, load_plays(NAME, conflict))


def values(table, party, term):
    return next(t for t in table.terms[party] if t.name == term).values


def test_states_that_mean_the_same_share_a_run(small):
    _, table, calls = small
    assert table.runs == {"trade": 2, "supply": 2}
    assert [told[0] for told in calls] == ["trade", "trade", "supply", "supply"]
    welfare = values(table, 0, "welfare")
    assert len(set(welfare.tolist())) == 2
    assert (welfare[::2] == 0).all()


def test_the_trade_terms_are_those_of_a_scenario_of_its_own(small):
    """The same run by the road of trade scenarios: duties, then changes, then the solver."""
    plays, table, _ = small
    base = shipped_baseline()
    changed = replace(plays.trade, changes=plays.options[0].changes)
    before, after = (run_trade(one, base, horizons=()).found for one in (plays.trade, changed))
    us, place = base.country("US"), table.conflict.space.place("100")
    welfare = (after.real_income / before.real_income - 1)[us] * base.spending[us] / 1e3
    assert values(table, 0, "welfare")[place] == pytest.approx(welfare, rel=1e-9)
    assert values(table, 0, "revenue")[place] == pytest.approx((after.revenue - before.revenue)[us] / 1e3, rel=1e-9)


def test_utilities_are_weights_times_terms(small):
    _, table, _ = small
    for party, terms in enumerate(table.terms):
        assert table.utilities[party] == pytest.approx(sum(t.weight * t.values for t in terms))
        assert {t.name for t in terms} <= set(TERMS)
    kept = (1 - power_index(0.9, 1.5, 0.01)) * (1 - power_index(0.5, 1.5, 0.01))
    place = table.conflict.space.place
    assert values(table, 0, "security")[place("011")] == pytest.approx(kept - 1)
    assert values(table, 0, "security")[place("110")] == pytest.approx(-0.045007, abs=5e-7)
    assert values(table, 1, "by_hand").tolist() == [
        -4.0 if table.conflict.taken(n) in ((2,), (1, 2)) else 0.0 for n in range(8)
    ]
    assert table.utilities[1][place("001")] == -12.0


def test_fewer_permits_cost_output(small):
    _, table, _ = small
    lost = values(table, 0, "lost_output")
    assert lost[table.conflict.space.place("010")] < 0
    assert lost[table.conflict.space.place("101")] == 0.0
    assert (values(table, 0, "at_stake") <= 0).all()
    assert next(t for t in table.terms[0] if t.name == "at_stake").weight == 0.0  # told, and counts nothing


def test_ranks_are_merged_within_the_band(small):
    plays, table, _ = small
    for party, row in enumerate(table.utilities):
        assert table.ranks[party].tolist() == Preference.of_values(row, plays.epsilon).ranks.tolist()
    assert table.conflict.preferences[0].kind == "payoffs"
    assert table.conflict.assumption


def test_the_table_shows_every_term_weight_and_utility(small):
    _, table, _ = small
    sheet = table.sheet()
    for n, party in enumerate(table.conflict.parties):
        for place in range(len(table.conflict.space)):
            mine = [r for r in sheet.records() if r["party"] == party.id and r["state"] == table.conflict.space.label(place)]
            assert [r["term"] for r in mine] == [*(t.name for t in table.terms[n]), "utility"]
            assert mine[-1]["value"] == pytest.approx(sum(r["adds_bn_usd"] for r in mine[:-1]), abs=1e-3)
            assert mine[-1]["rank"] == table.ranks[n, place]
            assert all(r["why"] for r in mine)
    assert table.wide().by_column()["US_rank"] == table.ranks[0].tolist()
    told = table.assumption_sheet().by_column()["what"]
    assert any(what.startswith("By hand for CN when words and not tariff") for what in told)
    assert any(what.startswith("Weight of lost_output for US: twice") for what in told)


def test_no_engine_is_asked_where_no_option_moves_it(tmp_path):
    path = written(
        tmp_path,
        PLAYS.replace("  supply: {scenario: truce}\n", "").replace(
            '      supply: {permits: "0.3", why: "three in ten granted"}\n', ""
        ),
    )
    conflict = load_conflict(path)
    plays = load_plays(path, conflict)
    idle = replace(plays, options={n: replace(play, changes=()) for n, play in plays.options.items()})
    table = engine_payoffs(conflict, idle)
    assert table.runs == {"trade": 0, "supply": 0}
    assert np.isfinite(table.utilities).all()


def test_the_shipped_payoffs_are_what_the_engines_say(shipped):
    conflict, table = shipped
    assert table.runs == {"trade": 4, "supply": 2}
    for held, found in zip(conflict.preferences, table.conflict.preferences, strict=True):
        assert held.values == pytest.approx(found.values, abs=0.02)  # written with three digits; solvers stop at 1e-8
        assert held.ranks.tolist() == found.ranks.tolist()
    assert not any(row[0] == "Not solved in full" for row in table.assumptions)


def test_with_these_weights_the_truce_rests_on_answers(shipped):
    _, table = shipped
    label = table.conflict.words
    stability = solve(table.conflict)
    assert [label(n) for n in stability.equilibria("nash")] == ["1010 {affiliates, controls61}"]
    told = ["0000 {none}", "1010 {affiliates, controls61}", "0001 {purchases}"]
    assert [label(n) for n in stability.equilibria("seq")] == told


def test_the_tariff_hurts_both_and_more_than_controls(shipped):
    _, table = shipped
    place = table.conflict.space.place
    for party in (0, 1):
        assert values(table, party, "welfare")[place("0100")] < -10
    assert values(table, 0, "lost_output")[place("0010")] < values(table, 1, "lost_output")[place("0010")] < 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    permits:\n", "    permit:\n", "own.yaml:22: plays.options.permit: unknown option 'permit'"),
        ("      welfare:", "      wellfare:", "unknown term 'wellfare'"),
        (
            "{economies: [US], regions: [US]}",
            "{economies: [US], regions: [USA]}",
            "plays.parties.US.regions.0: unknown region 'USA'",
        ),
        ("{economies: [US], regions: [US]}", "{economies: [U], regions: [US]}", "plays.parties.US.economies.0"),
        ("origins: [CN]", "origins: [US]", "importers and origins are the same economy"),
        ("scenario: truce", "scenario: truse", "unknown supply scenario 'truse'"),
        (
            'elasticity: "1.5", cost_share: "0.01", why: "heavy',
            'elasticity: "1", cost_share: "0.01", why: "heavy',
            "elasticity above 1",
        ),
        (
            "scenario: truce",
            'scenario: truce, without: ["cn-2025-99.*"]',
            "plays.supply.without.0: unknown measure 'cn-2025-99.*'",
        ),
        ('{permits: "0.3"', '{products: [mag_heavi], permits: "0.3"', "supply.products.0: unknown product 'mag_heavi'"),
        ('{permits: "0.3"', '{to: [USA], permits: "0.3"', "supply.to.0: unknown region 'USA'"),
        ("words and not tariff", "words and not tarif", "there is no option 'tarif'"),
        ("    CN:\n      by_hand", "    CM:\n      by_hand", "unknown party 'CM'"),
        ("    CN:\n      by_hand", "    CM:\n      by_hand", "party CN is missing"),
        ('{permits: "0.3", why: "three in ten granted"}', "{}", "nothing is played"),
        ("  supply: {scenario: truce}\n", "", "there is no base to compare with; add plays.supply"),
    ],
)
def test_faults_of_plays_name_their_line(tmp_path, old, new, words):
    assert old in PLAYS
    conflict = load_conflict(written(tmp_path))
    with pytest.raises(BookError) as told:
        load_plays(written(tmp_path, PLAYS.replace(old, new)), conflict)
    assert words in str(told.value)
    assert "own.yaml:" in str(told.value)


def test_the_shipped_file_says_that_its_weights_are_assumptions():
    text = (shipped_data() / "talks" / "models" / f"{NAME}.yaml").read_text("utf-8")
    assert text.count('assumption: "yes"') == 2
    assert "Weights and amounts by hand are assumptions" in text

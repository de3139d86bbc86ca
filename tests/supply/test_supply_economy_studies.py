"""Published results beside ours."""

import pytest

from countermeasure.errors import InputError
from countermeasure.supply.economy import OurResult, compare, published_studies

HEAD = (
    "# name: studies\n# title: t\n# source: s\n# licence: l\n# confidence: B\n"
    "study,published_on,method,shock,region,result_low,result_high,unit,source,confidence,note\n"
)
ROWS = (
    'Alpha,2026-01-01,"small open economy, production network","-80 % of supply, under one year",JP,-0.018,-0.018,fraction of GDP,s,A,elasticities were not seen\n'
    'Beta,2026-01-02,"partial equilibrium, DSGE","partial restriction for 18 months",US,-0.006,-0.003,fraction of output,s,A,\n'
    "Gamma,2026-01-03,value at risk,10 % disruption of industries,world,-150000,-150000,million USD of output,s,B,\n"
    'Delta,2026-01-04,nonlinear optimisation,"samarium trade stopped, one year, weighted by probability",US,-4500,-4500,million USD of GDP,s,B,\n'
    "Epsilon,2026-01-05,not stated,three-month restriction,JP,-0.0011,-0.0011,fraction of annual GDP,s,C,\n"
    'Zeta,2026-01-06,dynamic partial equilibrium,limits kept,world,0.2,0.2,"fraction, price of oxides",s,A,\n'
    'Eta,2026-01-07,macro model,near-total ban with very low substitutability,EU,-0.02,-0.02,fraction of GDP,s,A,"Germany, inside region EU; a lower bound"\n'
)


def test_facts_are_read_from_the_words() -> None:
    alpha, beta, gamma, delta, epsilon, zeta, eta = published_studies(HEAD + ROWS)
    assert (alpha.cut, alpha.weeks) == (0.8, 52)
    assert (beta.cut, beta.weeks) == (None, 78)
    assert gamma.cut == 0.1
    assert (delta.cut, delta.weeks) == (None, 52)
    assert epsilon.weeks == 13
    assert (zeta.cut, zeta.weeks) == (None, None)
    assert eta.cut == 1.0


def test_each_row_has_both_figures_and_its_reasons() -> None:
    ours = [
        OurResult("JP", -0.009, -0.0045, -0.001, 4.2e6, 0.4, 26),
        OurResult("US", -0.004, -0.002, -0.001, 28e6, 0.6, 78, 0.2),
        OurResult("world", -0.002, -0.001, 0, 105e6, 0.5, 26),
    ]
    alpha, beta, gamma, delta, epsilon, zeta, eta = compare(ours, published_studies(HEAD + ROWS))
    assert alpha.ours == (-0.009, -0.0045, -0.001)
    assert alpha.overlap is False
    for words in (
        "Their shock takes 80% of supply, ours 40%",
        "lasts 52 weeks, ours 26",
        "theirs would be -0.45 %, close to ours",
    ):
        assert words in alpha.reason
    assert "no elasticity enters ours; their elasticities were not seen" in alpha.reason
    assert beta.overlap is True
    assert "not given as a share" in beta.reason
    assert "weeks" not in beta.reason  # both last 78
    assert "They count output, we count GDP" in beta.reason
    assert "prices, spending and policy answer" in beta.reason
    assert gamma.ours is None
    assert "Another quantity" in gamma.reason
    assert delta.ours == pytest.approx((-112000, -56000, -28000))
    assert "weighted by the probability" in delta.reason
    assert "Theirs is samarium alone" in delta.reason
    assert "best way" in delta.reason
    assert "Their method is not stated" in epsilon.reason
    assert "confidence C" in epsilon.reason
    assert zeta.ours is None
    assert eta.ours is None
    assert eta.reason == "We have no result for EU."


def test_a_reading_of_a_part_of_a_region_is_said() -> None:
    eta = compare(OurResult("EU", -0.02, -0.01, 0, 18e6, 1.0, 52, 0.1), published_studies(HEAD + ROWS))[-1]
    assert "Theirs is Germany alone, inside EU." in eta.reason
    assert "lower bound" in eta.reason
    assert "little substitution; ours has an elasticity of 0.1" in eta.reason


def test_the_shipped_table_can_be_compared() -> None:
    studies = published_studies()
    assert {"JP", "US"} <= {s.region for s in studies}
    rows = compare(OurResult("US", -0.004, -0.002, 0, 27.6e6, 0.8, 26))
    assert len(rows) == len(studies)
    imf = next(r for r in rows if "IMF" in r.study.study and r.study.region == "US")
    assert imf.theirs == (-0.015, -0.015)  # IMF WP/26/73
    assert all(r.reason for r in rows)


def test_faults_of_the_table_are_told_with_their_lines() -> None:
    bad = "A,2026,m,s,US,-1,-2,fraction of GDP,src,A,\nB,2026,m,,US,x,1,fraction of GDP,,Q,\n"
    with pytest.raises(InputError) as caught:
        published_studies(HEAD + bad, "mine.csv")
    for words in ("mine.csv:7: result_low -1 is above", "mine.csv:8: shock is empty", "'x' is not a number", "confidence 'Q'"):
        assert words in str(caught.value)

"""What the EAR reach: origin, content with its limits, foreign direct products."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.errors import CodeError
from countermeasure.licensing.ear import EarFacts, ScopeAnswer, subject_to_ear


def scope(**facts: object) -> ScopeAnswer:
    return subject_to_ear(EarFacts(**{"origin": "JP", "sent_from": "JP", "sent_to": "CN", **facts}))  # type: ignore[arg-type]


def share(low: str, high: str | None = None) -> tuple[Fraction, Fraction]:
    return Fraction(low), Fraction(high or low)


def test_us_origin_and_dispatch_from_the_us_are_inside_wherever_it_goes() -> None:
    assert scope(origin="US", sent_from="DE").answer == "yes"
    assert scope(origin=None, sent_from="US").answer == "yes"
    assert scope(origin="CN", sent_from="US").citation == "15 CFR 734.3(a)(1)"


@pytest.mark.parametrize(
    ("to", "content", "answer"),
    [
        ("CN", share("1/4"), "no"),
        ("CN", share("2500001/10000000"), "yes"),
        ("CN", share("1/5"), "no"),
        ("CN", share("1/5", "3/10"), "unknown"),
        ("IR", share("1/10"), "no"),
        ("IR", share("101/1000"), "yes"),
        ("CU", share("1/5"), "yes"),
        ("SY", share("0"), "no"),
        (None, share("1/10"), "no"),
        (None, share("1/5"), "unknown"),
        (None, share("3/10"), "yes"),
        ("CN", (None, None), "unknown"),
        ("CN", (Fraction(3, 10), None), "yes"),
        ("CN", (None, Fraction(1, 5)), "no"),
    ],
)
def test_more_than_the_share_is_inside_and_equality_is_outside(to: str | None, content: object, answer: str) -> None:
    assert scope(sent_to=to, us_content=content).answer == answer


def test_a_japanese_tool_with_a_fifth_of_us_content_is_outside() -> None:
    answer = scope(us_content=share("1/5"))
    assert (answer.answer, answer.below_de_minimis) == ("no", True)
    assert "20 %" in answer.because
    assert "734.9(b)" in answer.because
    assert scope(us_content=share("1/5"), eccn="3B001.f.1.b").answer == "no"
    assert scope(us_content=share("0")).below_de_minimis is False


def test_cases_without_a_de_minimis_share_are_not_settled_by_a_small_one() -> None:
    small = share("1/100")
    assert scope(eccn="9A515.a", us_content=small).answer == "yes"
    assert scope(eccn="9A610.x", us_content=small).answer == "yes"
    assert scope(eccn="9A610.x", us_content=small, sent_to="DE").answer == "no"
    assert scope(eccn="3A090.a", us_content=small, us_technology=False, us_plant=False).answer == "unknown"
    assert scope(eccn="3B001.f.1", us_content=small, sent_from="KR", origin="KR").answer == "unknown"
    assert scope(eccn="3B001.f.1", us_content=small, sent_to="DE").answer == "no"


@pytest.mark.parametrize("note", ["1", "4"])
def test_a_footnote_reaches_direct_products_and_asks_where_that_is_not_known(note: str) -> None:
    facts = {"us_content": share("0"), "footnotes": frozenset({note})}
    assert scope(**facts).answer == "unknown"
    assert scope(**facts, us_technology=True).answer == "yes"
    assert scope(**facts, us_technology=False, us_plant=True).answer == "yes"
    assert scope(**facts, us_technology=False, us_plant=False).answer == "no"
    assert scope(**facts, us_technology=False).answer == "unknown"


def test_a_possible_footnote_never_decides_for_inside() -> None:
    facts = {"us_content": share("0"), "possible_footnotes": frozenset({"4"})}
    assert scope(**facts, us_technology=True).answer == "unknown"
    assert scope(**facts, us_technology=False, us_plant=False).answer == "no"


def test_footnote_five_is_about_chip_making_equipment() -> None:
    facts = {"us_content": share("0"), "footnotes": frozenset({"5"}), "us_technology": True, "origin": "KR", "sent_from": "KR"}
    assert scope(**facts, eccn="3A001.a.2").answer == "unknown"  # 734.9(b): may need a written assurance
    assert scope(**facts, eccn="3A991").answer == "no"
    assert scope(**facts, eccn="3B991").answer == "yes"


def test_advanced_chips_made_with_us_technology_are_inside() -> None:
    facts = {"origin": "TW", "sent_from": "TW", "us_content": share("0"), "eccn": "3A090.a"}
    assert scope(**facts, us_technology=True).answer == "yes"
    assert scope(**facts, us_technology=True).confidence == "memory"
    assert scope(**facts).answer == "unknown"
    assert scope(**facts, us_technology=False, us_plant=False).answer == "no"


def test_an_unknown_origin_is_never_a_no() -> None:
    assert scope(origin=None, us_content=share("0")).answer == "unknown"
    assert scope(origin=None, us_content=share("1/2")).answer == "yes"


def test_an_unreadable_classification_is_refused() -> None:
    with pytest.raises(CodeError):
        scope(eccn="8542")


SHARES = st.fractions(0, 1, max_denominator=50)


@given(SHARES, SHARES, SHARES, st.sampled_from(["CN", "DE", "IR", None]))
def test_narrowing_a_range_never_turns_a_settled_answer(a: Fraction, b: Fraction, c: Fraction, to: str | None) -> None:
    low, middle, high = sorted((a, b, c))
    wide, exact = scope(us_content=(low, high), sent_to=to).answer, scope(us_content=(middle, middle), sent_to=to).answer
    assert wide in ("unknown", exact)

"""Duties in words: what is not held is never read as zero, and sums say what they are without."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.brief.asked import Asked
from countermeasure.brief.findings import Findings
from countermeasure.brief.first_page import AS_IT_STANDS, applies_of, costs_of, said_of
from countermeasure.brief.review import review
from countermeasure.duty import Answer, LineAnswer
from countermeasure.duty.words import bare, dollars, lacking, rate_words, usd_of, without
from countermeasure.io.brief.first import duty_shown, sums_shown

GAP = "column 1 of this customs territory is not held, so its own duty is left out"
SUFFIX = "the ten-digit number is in no edition held for 2027-01-05; the rate of its eight digits was used"


def answer(low, ordinary, high, value=1000.0, because=()):
    money = (None if value is None or rate is None else rate * value for rate in (low, ordinary, high))
    return Answer("text", low, ordinary, high, *money, None, (), (), (), not because, tuple(because))


def found(**answers):
    lines = [
        LineAnswer(
            name, "8501.52", "", "DE", 20833, None, "CN", 1000.0 if one.duty_usd is not None else None, "0", "0" * 64, (one,)
        )
        for name, one in answers.items()
    ]
    return Findings({one.line_id: one for one in lines}, {}, review(lines), {})


def page(**answers):
    asked = Asked("A firm", goods=dict.fromkeys(answers, "motors"), suppliers={name: name for name in answers})
    held = found(**answers)
    costs = costs_of(AS_IT_STANDS, held)
    return applies_of(asked, held), costs[0], " ".join(said_of(asked, held, costs, (), (), ()))


NOTHING = answer(0.0, 0.0, 0.0, because=[GAP])
PART = answer(0.1, 0.1, 0.1, because=[GAP])
FREE = answer(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("one", "words", "usd"),
    [
        (NOTHING, "not told", "not told"),
        (PART, "10 % + not held", "100 + not held"),
        (answer(0.0, 0.1, 0.2, because=[GAP]), "0 % to 20 % + not held", "100 (0 to 200) + not held"),
        (FREE, "0 %", "0"),
        (answer(0.0, 0.0, 0.0, because=[SUFFIX]), "0 %", "0"),
        (answer(0.1, 0.1, 0.1, None), "10 %", "not told"),
        (answer(0.1, 0.1, 0.3, because=["the answer depends on car_part"]), "10 % to 30 %", "100 (100 to 300)"),
    ],
)
def test_rates_and_dollars_say_what_is_not_held(one, words, usd):
    assert rate_words(one) == words
    assert dollars(*usd_of(one), held=not lacking(one)) == usd
    (row,) = page(a=one)[0]
    assert (row.rate, duty_shown(row)) == (words, usd)


def test_a_firm_whose_only_entry_is_not_held_reads_no_zero():
    _, cost, said = page(a=NOTHING)
    assert (cost.low_usd, cost.usd, cost.high_usd, cost.untold, cost.partial) == (None, None, None, 1, 0)
    assert sums_shown(cost) == ("not told",) * 3
    assert f"Duty on 1 entry is not told. Without a ({GAP})." in said


def test_sums_say_what_they_are_without():
    _, cost, said = page(a=NOTHING, b=PART, c=FREE, d=answer(0.2, 0.2, 0.2, None), e=NOTHING)
    assert (cost.usd, cost.untold, cost.partial) == (100.0, 3, 1)
    assert cost.without == f"a, e ({GAP}); a part of b ({GAP}); d (its value, or a number that its duty needs, is not known)"
    assert f"Duty on 2 of 5 entries: between 100 and 100 USD, ordinarily 100. Without {cost.without}." in said


def test_sums_that_are_whole_are_without_nothing():
    _, cost, said = page(a=FREE, b=answer(0.1, 0.1, 0.1))
    assert (cost.without, cost.usd, cost.untold) == ("", 100.0, 0)
    assert "Without" not in said
    assert without({"a": replace(FREE, because=("the answer depends on car_part",))}) == ""


rates = st.sampled_from([0.0, 0.05, 0.25])


@given(st.lists(st.tuples(rates, rates, rates, st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_zero_is_printed_only_where_everything_is_held(rows):
    ones = [answer(*sorted(row[:3]), 1000.0 if row[3] else None, [GAP] if row[4] else []) for row in rows]
    for one in ones:
        words = dollars(*usd_of(one), held=not lacking(one))
        if words == "0":
            assert not lacking(one)
        assert bare(one) == (lacking(one) and one.rate_high == 0)
    _, cost, _ = page(**{f"l{n}": one for n, one in enumerate(ones)})
    assert (cost.usd is None) == all(None in usd_of(one) for one in ones)
    assert bool(cost.without) == any(None in usd_of(one) or lacking(one) for one in ones)

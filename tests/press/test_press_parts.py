"""Sentences, days, rates, places, parties, numbers of acts: each by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes.day import format_day, parse_day
from countermeasure.press.days import days_in
from countermeasure.press.heads import head_day
from countermeasure.press.model import Sentence
from countermeasure.press.sentences import sentences
from countermeasure.press.tokens import Phrases, words_of


def texts_of(text):
    return [s.text for s in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The U.S. acted. It did so on Nov. 7. China answered.", 3),
        ("See No. 61 of 2025. No. That is wrong.", 3),
        ("Goods of the U.S. The duty is 2.5 percent.", 2),
        ("公告2025年第61号暂停实施。不可靠实体清单另行公布。", 2),
        ("- first point\n- second point\n\nA line that\ngoes on.", 3),
        ("He said: “We act.” Then they left.", 2),
        ("What next? Nobody knows!", 2),
        ("90 Fed. Reg. 47201 was printed on Sept. 30.", 1),
    ],
)
def test_sentences_are_split_where_they_end(text, parts):
    assert len(texts_of(text)) == parts, texts_of(text)


@given(st.text(alphabet=st.sampled_from("aB1. !?。\n-()\"'U.S"), max_size=80))
def test_sentences_stand_in_the_text_and_do_not_overlap(text):
    end = 0
    for one in sentences(text):
        assert one.start >= end
        assert text[one.start : one.start + len(one.text)].split() == one.text.split()
        end = one.start + len(one.text)


def days(text, dated="2025-11-07"):
    found = days_in(Sentence(0, 0, text), None if dated is None else parse_day(dated))
    return [f"{one.role} {one.value}" for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in force since 2025-11-10", ["from 2025-11-10"]),
        ("until 10 November 2026", ["until 2026-11-10"]),
        ("through November 9, 2026", ["until 2026-11-09"]),
        ("by May 14, 2025", ["by 2025-05-14"]),
        ("on Nov. 10", ["on 2025-11-10"]),
        ("自2025年11月7日起，至2026年11月10日", ["from 2025-11-07", "until 2026-11-10"]),
        ("until January 10", ["until 2026-01-10"]),
        ("announced on October 9", ["on 2025-10-09"]),
        ("announced on April 4", ["on 2025-04-04"]),
        ("on Friday", ["on 2025-11-07"]),
        ("next Tuesday", ["on 2025-11-11"]),
        ("this Monday", ["on 2025-11-10"]),
        ("yesterday and tomorrow", ["on 2025-11-06", "on 2025-11-08"]),
        ("in August 2023", ["month 2023-08"]),
        ("for 90 days", ["for 90 days"]),
        ("a one-year stay", ["for 1 year"]),
        ("from February 24, 2026 through July 23, 2026", ["from 2026-02-24", "until 2026-07-23"]),
        ("took effect on June 1, 2025", ["from 2025-06-01"]),
        ("it may 5 times march 4 abreast", []),
        ("on February 30, 2025", []),
    ],
)
def test_days_and_their_roles(text, expected):
    assert days(text) == expected


def test_days_stay_open_without_the_day_of_the_text():
    assert days("on November 10 and on Friday", None) == ["on --11-10", "on friday"]
    found = days_in(Sentence(0, 0, "on November 10"), None)
    assert "give the day of the text" in found[0].note


@given(st.integers(min_value=17000, max_value=21500), st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d"]))
def test_a_full_day_is_read_whatever_the_day_of_the_text(day, form):
    from countermeasure.codes.day import to_date

    for dated in (None, "2020-01-01"):
        assert days(f"on {to_date(day).strftime(form)}", dated) == [f"on {format_day(day)}"]


def test_the_day_of_a_text_is_taken_from_its_head_where_there_is_one():
    assert head_day("Ministry of Commerce\nNovember 7, 2025\n\nThe ministry ...").day == parse_day("2025-11-07")
    assert head_day("October 9, 2025\nNovember 7, 2025\n") is None
    assert head_day("No day here.\n") is None


def test_the_longest_name_counts_and_us_is_not_a_pronoun():
    table: Phrases[str] = Phrases()
    table.add("entity list", "short")
    table.add("unreliable entity list", "long")
    assert [m.value for m in table.find(words_of("the unreliable entity-list"))] == ["long"]
    table.add("tariffs on us goods", "duty")
    assert not table.find(words_of("tariffs on us are unfair"))
    assert table.find(words_of("tariffs on U.S. goods"))
    assert table.find(words_of("tariffs on US goods"))


def finds(account, kind):
    return [(f.value, f.role) if kind == "rate" else f.value for f in account.found if f.kind == kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 25% tariff on steel.", [("0.25", "duty")]),
        ("The duty on imports rises from 34 percent to 84 per cent.", [("0.34", "duty"), ("0.84", "duty")]),
        ("Both suspend 24 percentage points of the duty.", [("0.24", "points")]),
        ("An importer owned 50 percent or more by a listed party.", [("0.5", "ownership")]),
        ("Goods with more than 0.1 percent of Chinese rare earths by value need a license.", [("0.001", "content")]),
        ("Shares of exporters rose 3 percent.", [("0.03", "other")]),
        ("Surcharges of 10 and 15 percent fall on imports.", [("0.1", "duty"), ("0.15", "duty")]),
        ("The 50 percent rule and the 0.1 % rule are names.", []),
        ("The hotel raised its tariff by 20 percent.", [("0.2", "other")]),
    ],
)
def test_rates_and_what_they_are_of(account, text, expected):
    assert finds(account(text), "rate") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beijing and Washington met.", ["CN", "US"]),
        ("He told us about Hong Kong and the EU.", ["HK", "EU"]),
        ("The South China Morning Post wrote about Georgia.", []),
        ("Imports from the United Arab Emirates and Türkiye", ["AE", "TR"]),
        ("no niger in this may", []),
    ],
)
def test_places(account, text, expected):
    assert finds(account(text), "place") == expected


def test_tariff_numbers_are_goods(account):
    assert finds(account("Magnets of 8505.11.00.70 and 8505.11, not 9903.01.24 or 2025.10.12.13.1, are meant."), "goods") == [
        "8505.11.00.70",
        "8505.11",
    ]


def test_parties_are_told_by_whole_names_alone(account):
    told = account(
        "Sierra Nevada Corporation and Hikvision are named; the general dynamics of trade and sierra nevada hikers are not."
    )
    assert {f.value for f in told.found if f.kind == "party"} == {"cn-ecl", "cn-uel", "us-el"}
    assert {f.words for f in told.found if f.kind == "party"} == {"Sierra Nevada Corporation", "Hikvision"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Announcements No. 55 to 58 of 2025", [f"cn-mofcom-2025-{n}" for n in (55, 56, 57, 58)]),
        ("Announcement No. 10 of the Tariff Commission", ["cn-tc-2025-10"]),
        ("Executive Orders 14257 and 14358", ["us-eo-14257", "us-eo-14358"]),
        ("See 90 FR 50857 and E.O. 14357.", ["us-bis-90-fr-50857", "us-eo-14357"]),
        ("heading 9903.01.24", ["9903.01.24"]),
        ("item 1C902.a.4", ["1C902.a.4"]),
        ("商务部公告2025年第61号", ["cn-mofcom-2025-61"]),
        ("No. 1 in the charts", []),
        ("Announcement No. 999 of 2025", [""]),
    ],
)
def test_numbers_of_acts(account, text, expected):
    assert finds(account(text), "measure") == expected

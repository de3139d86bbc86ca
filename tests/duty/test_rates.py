"""Rate texts: what they are, what they cost, and that none turns silently into zero."""

import gzip
import json
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.duty.rates import Share, Specific, parse_rate
from countermeasure.duty.units import clean_text, convert, unit_of

CASES = [
    ("Free", "free", 0.0, ()),
    ("Free, under bond", "free", 0.0, ()),
    ("2.1%", "ad_valorem", 0.021, ()),
    ("5.3% ", "ad_valorem", 0.053, ()),
    ("37% /", "ad_valorem", 0.37, ()),
    ("2.5% <u></u>", "ad_valorem", 0.025, ()),
    ("33 1/3%", "ad_valorem", 1 / 3, ()),
    ("3.7% 1/", "ad_valorem", 0.037, ()),
    ("5.3%\u00a0", "ad_valorem", 0.053, ()),
    ("6.5% on the entire set", "ad_valorem", 0.065, ()),
    ("4.4¢/kg", "specific", 0.0, (Specific(0.044, "kg"),)),
    ("0.26¢/liter 1/", "specific", 0.0, (Specific(0.0026, "liter"),)),
    ("$1.50/t", "specific", 0.0, (Specific(1.5, "t"),)),
    ("$1.13/m<sup>3</sup>", "specific", 0.0, (Specific(1.13, "m3"),)),
    ("4.3¢/m<sup>2</sup><il></il>", "specific", 0.0, (Specific(0.043, "m2"),)),
    ("$1.34/1000", "specific", 0.0, (Specific(1.34, "thousand"),)),
    ("18.9¢/pf.liter", "specific", 0.0, (Specific(0.189, "pf_liter"),)),
    ("18.7¢/clean kg", "specific", 0.0, (Specific(0.187, "kg", "clean content"),)),
    (
        "0.2¢/kg, including weight of container",
        "specific",
        0.0,
        (Specific(0.002, "kg", "including weight of container"),),
    ),
    ("86.1¢/m2of recording surface", "specific", 0.0, (Specific(0.861, "m2", "recording surface"),)),
    ("25¢ each + 3.9%", "compound", 0.039, (Specific(0.25, "each"),)),
    ("40¢/kg +10.4%", "compound", 0.104, (Specific(0.4, "kg"),)),
    ("1.8¢/kg on drained weight + 5.5%", "compound", 0.055, (Specific(0.018, "kg", "drained weight"),)),
    ("$2/1,000 + 60%", "compound", 0.6, (Specific(2.0, "thousand"),)),
    ("$2.50/thou- sand + 40%", "compound", 0.4, (Specific(2.5, "thousand"),)),
    ("17¢ each + 2.5% + 1¢/jewel", "compound", 0.025, (Specific(0.17, "each"), Specific(0.01, "jewel"))),
]
NOT_COMPUTABLE = [
    ("", "none"),
    (" \n", "none"),
    ("The rate applicable to the natural juice in heading 2009", "reference"),
    (
        "The rate of duty appli- cable to that article in the set subject to the high- est rate of duty",
        "reference",
    ),
    ("See additional U.S. note 1", "reference"),
    ("51¢ each + 6.25% on the case and strap, band or bracelet + 5.3% on the battery", "complex"),
    (
        "3.6606¢/kg less 0.020668¢/kg for each degree under 100 degrees but not less than 3.143854¢/kg",
        "complex",
    ),
    ("2.5% on the value of the lead content", "complex"),
    (
        "4.3% + 1.7¢/jewel + 0.2¢ for each other piece or part, but if consisting in part of a plate",
        "complex",
    ),
    ("5% or $3, as the officer sees fit", "complex"),
    ("5% + 6%", "complex"),
]


@pytest.mark.parametrize(("text", "kind", "ad_valorem", "specific"), CASES)
def test_computable(text, kind, ad_valorem, specific):
    rate = parse_rate(text)
    assert (rate.kind, rate.specific, rate.computable) == (kind, specific, True)
    assert rate.ad_valorem == pytest.approx(ad_valorem, abs=1e-15)


@pytest.mark.parametrize(("text", "kind"), NOT_COMPUTABLE)
def test_not_computable_is_never_zero(text, kind):
    rate = parse_rate(text)
    assert rate.kind == kind
    assert not rate.computable
    assert math.isnan(rate.ad_valorem)
    assert rate.duty(1000.0).usd is None
    assert rate.duty(1000.0).missing


def test_parts_of_a_watch():
    rate = parse_rate("51¢ each + 6.25% on the case and strap, band or bracelet + 5.3% on the battery")
    assert rate.specific == (Specific(0.51, "each"),)
    assert rate.shares == (Share(0.0625, "the case and strap, band or bracelet"), Share(0.053, "the battery"))
    assert rate.duty(100.0, {"each": 2}).missing == (
        "value of the case and strap, band or bracelet",
        "value of the battery",
    )
    parts = {"the case and strap, band or bracelet": 40.0, "the battery": 10.0}
    assert rate.duty(100.0, {"No.": 2}, part_values=parts).usd == 4.05


@given(st.integers(0, 100_000), st.integers(0, 4))
def test_percentages_round_trip(number, places):
    text = f"{number / 10**places:.{places}f}%"
    rate = parse_rate(text)
    assert rate.kind == "ad_valorem"
    assert rate.ad_valorem == pytest.approx(number / 10**places / 100, abs=1e-12)
    assert parse_rate(rate.text) == rate


@given(
    st.integers(1, 10**6),
    st.sampled_from(["kg", "liter", "t", "m2", "pr.", "doz.", "bbl", "gross", "kg on drained weight"]),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 900)),
    st.sampled_from([" + ", "+ ", " +", "+"]),
)
def test_sums_round_trip(cents, unit, dollars, permille, plus):
    amount = f"${cents / 100:.2f}" if dollars else f"{cents / 100:.2f}¢"
    text = f"{amount}/{unit}" + (f"{plus}{permille / 10}%" if permille else "")
    rate = parse_rate(text)
    assert rate.kind == ("compound" if permille else "specific")
    assert rate.specific[0].usd == pytest.approx(cents / 100 if dollars else cents / 10_000)
    assert rate.ad_valorem == pytest.approx(permille / 1000 if permille else 0.0)
    assert parse_rate(rate.text) == rate


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    rate = parse_rate(text)
    assert rate.computable != math.isnan(rate.ad_valorem)
    assert (rate.kind == "none") == (rate.text == "")


# 19 CFR 159.3(a): values in even dollars; (b): whole units where the rate is one dollar or less per unit.
@pytest.mark.parametrize(
    ("text", "value", "quantities", "usd"),
    [
        ("2.1%", 10_000.49, {}, 210.00),
        ("2.1%", 10_000.50, {}, 210.02),
        ("2.1%", 0.49, {}, 0.0),
        ("Free", 10_000.0, {}, 0.0),
        ("4.4¢/kg", 1.0, {"kg": 1000.4}, 44.00),
        ("4.4¢/kg", 1.0, {"kg": 1000.5}, 44.04),
        ("4.4¢/kg", 1.0, {"t": 1.0}, 44.00),
        ("$1.50/t", 1.0, {"t": 1.5}, 2.25),
        ("$1.00/t", 1.0, {"t": 1.5}, 2.00),
        ("25¢ each + 3.9%", 100.0, {"No.": 10}, 6.40),
        ("25¢ each + 3.9%", 100.0, {"doz.": 2}, 9.90),
        ("18.9¢/pf.liter", 1.0, {"pf. liter": 1.5}, 0.28),
        ("5.7¢/kg on drained weight + 8%", 100.0, {"kg drained weight": 10}, 8.57),
    ],
)
def test_duty(text, value, quantities, usd):
    assert parse_rate(text).duty(value, quantities).usd == pytest.approx(usd, abs=1e-9)


def test_a_missing_quantity_is_named_and_a_plain_weight_does_not_stand_in():
    rate = parse_rate("5.7¢/kg on drained weight + 8%")
    assert rate.duty(100.0, {"kg": 10}).missing == ("kg drained weight",)
    assert rate.duty(100.0, {"kg": 10}).usd is None
    assert parse_rate("4.4¢/kg").duty(100.0, {"No.": 3}).missing == ("kg",)


def test_units():
    names = {
        "No.": "each",
        "doz. prs.": "doz_pair",
        "m<sup>2</sup>": "m2",
        "m²": "m2",
        "KG": "kg",
        "lb": None,
    }
    assert {text: unit_of(text) for text in names} == names
    assert unit_of("pf.liters") == unit_of("pf. liter") == "pf_liter"
    assert convert(3, "t", "kg") == 3000
    assert convert(3, "t", "liter") is None
    assert clean_text("<i>Pleurotus</i>\u00a0 \u201cx\u201d") == 'Pleurotus "x"'


def test_every_text_of_the_editions(shared):
    """Which kinds the distinct texts of both columns fall in; look at a change here."""
    texts = set()
    for name in ("2025_basic", "2025_rev_10", "2025_rev_16", "2026_rev_10"):
        with gzip.open(shared / "data" / "hts" / f"hts_{name}.json.gz") as file:
            rows = json.load(file)
        texts |= {row[column] for row in rows if (row["htsno"] or "")[:2] < "98" for column in ("general", "other")}
    rates = [parse_rate(text) for text in sorted(texts)]
    assert all(parse_rate(rate.text) == rate for rate in rates)
    kinds = Counter(rate.kind for rate in rates)
    assert kinds == {
        "ad_valorem": 398,
        "specific": 473,
        "compound": 449,
        "complex": 139,
        "reference": 17,
        "none": 3,
        "free": 2,
    }
    unread = [rate.text for rate in rates if rate.kind == "complex" and not rate.shares]
    assert all("for each degree" in text or "for each other piece" in text for text in unread), unread
    silently_zero = [rate.text for rate in rates if rate.computable and rate.ad_valorem == 0 and not rate.specific]
    assert sorted(set(silently_zero)) == ["Free", "Free, under bond"]

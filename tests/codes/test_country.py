import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import (
    COUNTRIES,
    ORIGINS,
    country,
    country_or_none,
    encode_countries,
    origin_index,
)
from countermeasure.errors import CodeError


@pytest.mark.parametrize(
    ("text", "iso2"),
    [
        ("CN", "CN"), ("cn", "CN"), ("CHN", "CN"), ("156", "CN"), ("5700", "CN"), ("China", "CN"),
        ("PRC", "CN"), ("P.R. China", "CN"),
        ("People's Republic of China", "CN"), ("people’s republic of china", "CN"), ("Hong Kong", "HK"),
        ("HONG KONG SAR", "HK"),
        ("Macau", "MO"), ("Macao", "MO"), ("5660", "MO"), ("Taiwan", "TW"), ("Chinese Taipei", "TW"),
        ("490", "TW"),
        ("Republic of China", "TW"), ("842", "US"), ("840", "US"), ("USA", "US"), ("1000", "US"),
        ("Republic of Korea", "KR"),
        ("South Korea", "KR"), ("Korea, South", "KR"), ("DPRK", "KP"), ("Viet Nam", "VN"),
        ("Vietnam", "VN"), ("UK", "GB"),
        ("Great Britain", "GB"), ("Burma", "MM"), ("NO", "NO"), ("Norway", "NO"), ("4", "AF"), (36, "AU"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"), ("Turkey", "TR"), ("Cote d'Ivoire", "CI"), ("Ivory Coast", "CI"),
        ("St. Lucia", "LC"),
        ("The Bahamas", "BS"), ("Trinidad & Tobago", "TT"), ("5082", "PS"), ("5083", "PS"),
        ("Kosovo", "XK"), ("Namibia", "NA"),
    ],
)  # fmt: skip
def test_names_and_codes(text, iso2):
    assert country(text).iso2 == iso2


def test_table_is_sound():
    assert len(COUNTRIES) == 250
    assert list(ORIGINS) == sorted(ORIGINS)
    for entry in COUNTRIES:
        assert len(entry.iso2) == 2
        assert len(entry.iso3) == 3
        assert entry.m49 == "" or (len(entry.m49) == 3 and entry.m49.isdigit())
        assert all(len(code) == 4 and code.isdigit() for code in entry.census)
    census = [code for entry in COUNTRIES for code in entry.census]
    assert len(census) == len(set(census)) == 240
    assert len({entry.iso3 for entry in COUNTRIES}) == len(COUNTRIES)


@given(st.sampled_from(COUNTRIES))
def test_every_code_name_and_alias_leads_back(entry):
    for text in (
        entry.iso2,
        entry.iso3,
        entry.m49 or entry.iso2,
        entry.comtrade or entry.iso2,
        entry.name,
        *entry.census,
        *entry.aliases,
    ):
        assert country(text) is entry
        assert country(text.lower()) is entry
        assert country(f"  {text.upper()} ") is entry


def test_census_codes_all_match(shared: Path):
    path = shared / "data/tariff_checks/product_lists/census_codes.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            found = country(row["Code"])
            assert row["Code"] in found.census
            if not row["Name"].endswith("(formerly Za"):  # cut off in that file
                assert country(row["Name"]) is found


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Korea", "ambiguous_country", "South Korea (KR)"), ("Congo", "ambiguous_country", "(CD)"),
        ("EU", "unknown_country", "member state"), ("Chna", "unknown_country", "China (CN)"),
        ("Tawian", "unknown_country", "Taiwan (TW)"),
        ("ZZ", "unknown_country", "ISO code"), ("Saint", "unknown_country", "ISO code"),
        ("", "unknown_country", "empty"),
        ("9999", "unknown_country", "ISO code"),
    ],
)  # fmt: skip
def test_failures_help(text, code, words):
    with pytest.raises(CodeError) as caught:
        country(text)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert country_or_none(text) is None


def test_columns():
    places = encode_countries(["CN", "china", None, "Korea", "nowhere", "5820"])
    assert places.dtype == np.int16
    assert places.tolist() == [origin_index("CN"), origin_index("CN"), -1, -1, -1, origin_index("HK")]


def test_origin_index():
    assert ORIGINS[origin_index("MO")] == "MO"
    with pytest.raises(CodeError):
        origin_index("China")

"""The Country Chart and the Commerce Control List, against the official tables where they are present."""

import gzip
import json
import random
import re
from pathlib import Path

import pytest

from countermeasure.codes import parse_day
from countermeasure.codes.groups import Groups
from countermeasure.errors import CodeError
from countermeasure.io.build_ear import applies_of, build, iso2_of, rules_of
from countermeasure.licensing.ear import Requirement, as_of, entry, requirement, split_eccn

DAY = parse_day("2026-07-23")
DATA = Path(__file__).resolve().parents[2] / "src" / "countermeasure" / "data"


def needed(eccn: str, to: str) -> str:
    return requirement(eccn, to, DAY).needed


@pytest.fixture(scope="module")
def source(shared: Path) -> Path:
    folder = shared / "data" / "us_entity_list_2026"
    if not folder.is_dir():
        pytest.skip("the official EAR tables are not beside the checkout")
    return folder


def official(folder: Path, name: str) -> dict:
    with gzip.open(next(folder.glob(f"ear_{name}_*.json.gz")), "rt", encoding="utf-8") as file:
        return json.load(file)


# ------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("eccn", "to", "answer"),
    [
        ("EAR99", "CN", "no"),
        ("3A991", "CN", "no"),  # AT only
        ("3D991", "CN", "no"),
        ("2A994", "CN", "no"),  # AT, without a row of its own
        ("3A001", "CN", "yes"),  # NS column 2, the entire entry
        ("3A001.b.2", "CN", "yes"),
        ("3A001.a.2", "JP", "no"),  # NS column 2 has no X for Japan
        ("3A001.b.2", "JP", "unknown"),  # civil telecommunications or not
        ("3A001", "JP", "unknown"),
        ("3A001.z.1.a", "JP", "yes"),
        ("3B001", "CN", "unknown"),
        ("3B001.f.1.b", "CN", "yes"),
        ("3B001.a.4", "MO", "yes"),
        ("3B001.a.4", "IN", "no"),
        ("3B001.o", "CN", "no"),
        ("3B001.c.1.a", "DE", "yes"),
        ("3B001.c.1", "DE", "unknown"),
        ("3B002", "CN", "yes"),  # each paragraph by another rule
        ("3A090", "CN", "yes"),
        ("3A090.b", "VN", "yes"),
        ("3A090.b", "DE", "no"),
        ("3A090.c", "VN", "no"),
        ("3A090.b", "CY", "no"),
        ("9A515.y", "CN", "yes"),
        ("9A515.y", "IN", "no"),
        ("9A515.e", "IN", "unknown"),  # footnote 7
        ("0A503", "DE", "yes"),
        ("0A503", "CA", "no"),
        ("5A001.b.5", "DE", "yes"),  # NS 1 and not NS 2
        ("5A001.b.4", "DE", "no"),
        ("3B993", "CN", "unknown"),  # only points to a section
        ("9A005", "CN", "unknown"),  # ITAR
        ("3A001", "IR", "unknown"),  # part 746
        ("4A994", "RU", "unknown"),  # footnote 6
        ("3A001", "GL", "unknown"),  # not in the chart
        ("1C351.d.16", "CA", "yes"),
        ("1C351.d.1", "CA", "no"),
    ],
)
def test_an_entry_or_paragraph_gets_what_its_rows_and_the_chart_say(eccn: str, to: str, answer: str) -> None:
    assert needed(eccn, to) == answer


def test_hong_kong_stands_under_china_from_its_day_and_liechtenstein_under_switzerland() -> None:
    for eccn in ("3A001", "3A991", "9A515.y", "5A992"):
        assert needed(eccn, "HK") == needed(eccn, "CN")
        assert needed(eccn, "LI") == needed(eccn, "CH")
    assert requirement("3A001", "HK", parse_day("2020-12-22")).needed == "unknown"


def test_a_place_that_is_named_and_excepted_stays_open() -> None:
    answer = requirement("3A090.b", "AE", DAY)
    assert answer.needed == "unknown"
    assert "named" in answer.because
    assert "A:5" in answer.because


def test_the_answer_names_its_table_and_says_when_the_day_is_another() -> None:
    assert as_of() == DAY
    assert requirement("3A001", "CN", DAY).as_of == DAY
    words = requirement("3A001", "CN", parse_day("2025-10-01")).notes[0]
    assert "as of the table of 23 July 2026, not checked for 2025-10-01" in words
    assert not any("not checked for" in n for n in requirement("3A001", "CN", DAY).notes)


def test_an_open_answer_names_the_paragraphs_that_decide() -> None:
    answer = requirement("3B001", "CN", DAY)
    assert {"a.4", "f.1", "c.1.a"} <= set(answer.paragraphs)
    assert "depends on the paragraph" in answer.because


def test_license_exceptions_are_named_unchecked_and_only_where_a_license_is_needed() -> None:
    answer = requirement("3A001", "CN", DAY)
    assert "GBS" in dict(answer.exceptions)
    assert "conditions not checked" in answer.notes[-1]
    assert "none for Entity List" in answer.notes[-1]
    assert requirement("3A001.a.2", "JP", DAY).exceptions == ()


def test_the_worldwide_rule_of_january_2025_is_marked_where_nothing_else_asks() -> None:
    assert any("not enforce" in n for n in requirement("3A090.a", "JP", DAY).notes)
    assert not any("not enforce" in n for n in requirement("3A090.a", "CN", DAY).notes)


def test_unknown_numbers_are_refused_with_near_ones() -> None:
    with pytest.raises(CodeError, match=r"3A991, 3A992.*EAR99"):
        requirement("3A998", "CN", DAY)
    with pytest.raises(CodeError, match="not an ECCN"):
        requirement("8542.31", "CN", DAY)
    with pytest.raises(CodeError):
        requirement("3A001", "XX", DAY)
    assert split_eccn(" 3a001.B.2 ") == ("3A001", "b.2")


@pytest.mark.parametrize(
    ("applies", "asked", "answer"),
    [
        ("all", "", "yes"),
        ("all -y", "y.1", "no"),
        ("all -y", "", "unknown"),
        ("all -y", "x", "yes"),
        ("all ?-d -d.4", "d.4", "unknown"),
        ("b.2 c", "b.2.a", "yes"),
        ("b.2 c", "b", "unknown"),
        ("b.2 c", "b.20", "no"),
        ("b -b.5", "b.5", "no"),
        ("b -b.5", "b.4", "yes"),
        ("?b", "b.1", "unknown"),
        ("?b", "c", "no"),
        ("?", "c", "unknown"),
    ],
)
def test_paragraphs_in_and_out(applies: str, asked: str, answer: str) -> None:
    assert Requirement("NS", applies, "NS 1", "").bears_on(asked) == answer


# ------------------------------------------------------------------------------------------- the words of the list


@pytest.mark.parametrize(
    ("words", "applies"),
    [
        ("NS applies to entire entry", "all"),
        ("RS applies to the entire entry.", "all"),
        ("NS applies to entire entry, except 3B001.b and .y", "all -b -y"),
        ("NS applies to 3B001.a.1 to a.3, b, f.2 to f.4, g to j", "a.1 a.2 a.3 b f.2 f.3 f.4 g h i j"),
        ("NS applies to 3B001.b (except .b.5), .c", "b -b.5 c"),
        ("RS applies to items controlled by 3B001.z.1.a, z.2.a", "z.1.a z.2.a"),
        ("CB applies to items controlled by 3B001.d.15 and .16", "d.15 d.16"),
        ("RS applies to paragraph .i", "i"),
        ("MT applies to 3B001.h when the parameters in 3A101.a are met", "?h"),
        ("MT applies to equipment that meets the parameters of 3A101", "?"),
        ("NS applies to entire entry except equipment for ECCN 0A501.y", "?"),
        ("NS applies to “software” for equipment controlled by 3A001.q", "?"),
    ],
)
def test_words_on_paragraphs_are_read_or_left_open(words: str, applies: str) -> None:
    assert applies_of(words, "3B001") == applies


@pytest.mark.parametrize(
    ("chart", "rule"),
    [
        ("RS Column 2.", "RS 2"),
        ("Column 1.", "RS 1"),
        ("To or within any destination worldwide. See § 742.6(a)(6)(iii)(A) of the EAR.", "world"),
        ("To or within Macau or a destination specified in Country Group D:5 of supplement no. 1", "MO D:5"),
        ("China, Russia or Venezuela (see § 742.6(a)(7)).", "CN RU VE"),
        ("A license is required for ALL destinations, except Canada, regardless of end use.", "world -CA"),
        ("A license is required for items controlled by this entry for export or reexport to Iraq or Pakistan or", "IQ PK"),
        ("See § 742.6(a)(11) of the EAR.", "?"),
        ("To certain destinations that a later rule may name", "?"),
    ],
)
def test_words_on_destinations_are_read_or_left_open(chart: str, rule: str) -> None:
    assert rules_of("RS applies to entire entry", chart) == [("RS", rule)]


# ------------------------------------------------------------------------------------------- against the official tables


def test_the_shipped_tables_are_what_the_builder_writes(source: Path) -> None:
    built = build(source)
    for name in ("ccl", "chart"):
        assert (DATA / "ear" / f"{name}.csv").read_text(encoding="utf-8") == built[name]
    assert built["groups"] in (DATA / "codes" / "groups.yaml").read_text(encoding="utf-8")


def test_country_groups_equal_the_source(source: Path) -> None:
    groups, table = Groups.load(), official(source, "country_groups")["groups"]
    assert len(table) == 14
    for name, members in table.items():
        held = groups.members(f"ear_{name.replace(':', '').lower()}", DAY)
        want = {iso2_of(m) for m in members}
        assert held - {"HK"} == want
        assert ("HK" in held) == ("CN" in want)


def test_a_random_sample_of_plain_rows_agrees_with_a_reading_of_its_own(source: Path) -> None:
    """Columns of the chart on whole entries, recomputed from the official files: a mark gives yes; and yes has a cause."""
    chart = official(source, "country_chart")["countries"]
    entries = official(source, "ccl")["entries"]
    rng = random.Random(20260723)
    settled = {"yes": 0, "no": 0}
    for _ in range(4000):
        one, country = rng.choice(entries), rng.choice(sorted(chart))
        if country == "Liechtenstein":
            continue
        marks = set(chart[country]["marks"])
        rows = [(r["control"].rstrip("."), r["countryChart"].strip(".")) for r in one["countryChart"]]
        plain = [(c, p) for c, p in rows if re.fullmatch(r"[A-Z]{2} applies to (the )?entire entry", c)]
        columns = [re.fullmatch(r"([A-Z]{2}) Column (\d)", p) for _, p in plain]
        hit = any(c and f"{c[1]} {c[2]}" in marks for c in columns)
        got = needed(one["eccn"], iso2_of(country))
        if hit:
            assert got == "yes", (one["eccn"], country)
            settled["yes"] += 1
        elif rows and len(plain) == len(rows) and all(columns) and not chart[country]["footnotes"]:
            reasons = set(re.findall(r"\b[A-Z]{2}\b", one["reasonForControl"] or "")) - {c[:2] for c, _ in rows} - {"AT"}
            if not reasons:
                assert got == "no", (one["eccn"], country)
                settled["no"] += 1
    assert settled["yes"] > 1000
    assert settled["no"] > 300


def test_no_requirement_of_the_source_is_lost(source: Path) -> None:
    for one in official(source, "ccl")["entries"]:
        held = [r.reason for r in entry(one["eccn"]).requirements]
        for row in one["countryChart"]:
            reason = row["control"][:2]
            assert reason in held or (row["control"].startswith("Russian") and "746.8" in held), one["eccn"]

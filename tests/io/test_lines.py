import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermeasure.codes import parse_day
from countermeasure.duty import DutyEngine
from countermeasure.io.faultlog import FAULT_COLUMNS, FaultLog
from countermeasure.io.lines import USES, Given, line_columns, read_lines
from countermeasure.io.pricing import facts_of, open_lines
from countermeasure.io.tables import read_table

BROKEN = Path(__file__).parent.parent / "broken" / "lines"
HEAD = "line_id,hts,origin,entry_on,value_usd"
GOOD = "G,8505.11.00.70,CN,2026-10-20,100"

# File, column of the fault, rows answered, words its message must hold.
MISTAKES = {
    "missing_column": ("origin", 0, ["the column origin is missing", "country_of_origin"]),
    "duplicate_column": ("hts", 1, ["stands twice", "the first is used"]),
    "unknown_column": ("orign2", 1, ["not known", "Did you mean origin"]),
    "lost_digit": ("hts", 1, ["lacks a digit", "in full"]),
    "scientific": ("hts", 1, ["scientific notation", "Format the column as text"]),
    "not_digits": ("hts", 1, ["is not a tariff number"]),
    "chapter_99": ("hts", 1, ["9903.01.25", "chapter 98 in the column chapter_98"]),
    "unknown_number": ("hts", 1, ["8505.12.00.70 is not in the schedule on 2026-10-20", "Near it"]),
    "other_edition": ("hts", 1, ["8542.31.00.01 is not in the schedule on 2026-05-20"]),
    "unknown_country": ("origin", 1, ["'Chyna'", "Did you mean China (CN)"]),
    "ambiguous_country": ("origin", 1, ["South Korea (KR) or North Korea (KP)"]),
    "union_of_countries": ("origin", 1, ["union", "member state"]),
    "no_such_day": ("entry_on", 1, ["2026-02-30", "not a day of the calendar"]),
    "american_day": ("entry_on", 1, ["10/20/2026", "YYYY-MM-DD"]),
    "empty_cells": ("hts", 1, ["the cell hts is empty"]),
    "negative_value": ("value_usd", 1, ["is negative", "leave the cell empty for rates only"]),
    "text_value": ("value_usd", 1, ["'a lot' is not an amount of money"]),
    "other_currency": ("value_usd", 1, ["is in EUR", "write USD"]),
    "mixed_currency": ("currency", 1, ["is in USD, the column currency says EUR"]),
    "unknown_destination": ("into", 1, ["entering Japan (JP)", "United States (US) and China (CN)"]),
    "bare_percent": ("steel_value_share", 1, ["'35' is above one", "Write 35%"]),
    "more_than_whole": ("steel_value_share", 1, ["more than the whole"]),
    "shares_above_one": ("steel_value_share", 1, ["add up to 1.4"]),
    "bad_flag": ("car_part", 1, ["neither yes nor no", "where it is not known"]),
    "bad_time": ("entry_time", 1, ["not a time of day", "HH:MM"]),
    "no_unit": ("unit", 1, ["120 has no unit"]),
    "unknown_unit": ("unit", 1, ["'barrels of fun' is not a unit"]),
    "two_weights": ("weight_kg", 1, ["130 kg and a quantity is 120 kg"]),
    "negative_quantity": ("weight_kg", 1, ["is negative"]),
    "unknown_use": ("use", 1, ["'car-parts' is not a fact", "car_part"]),
    "use_contradicts": ("use", 1, ["claims car_part and the column car_part says no"]),
    "unknown_mode": ("mode", 1, ["'balloon'", "sea, air"]),
    "not_chapter_98": ("chapter_98", 1, ["not a number of chapter 98"]),
    "part_without_claim": ("chapter_98_value", 1, ["no chapter_98"]),
    "part_above_value": ("chapter_98_value", 1, ["more than the customs value"]),
    "loaded_after_entry": ("loaded_on", 1, ["2026-10-25, after the entry on 2026-10-20"]),
    "too_many_cells": (None, 1, ["6 cells, the header 5"]),
    "duplicate_line_id": ("line_id", 2, ["stands in row 2 too; both lines are priced"]),
    "lost_zero": ("hts", 2, ["a leading zero was restored"]),
}
HARMLESS = {"unknown_column", "duplicate_line_id", "lost_zero"}


@pytest.fixture(scope="module")
def engine():
    return DutyEngine.shipped()


def price(content, engine, **given):
    log = FaultLog(keep=1000)
    table = open_lines("lines.csv", engine, log, Given(**given), content=content.encode())
    return list(table), table, log


def lines(content, engine, **given):
    facts = facts_of(engine)
    log = FaultLog(keep=1000)
    table = read_table("lines.csv", line_columns(facts), (), content=content.encode())
    return [line for _, line in read_lines(table, facts, Given(**given), log.add)], log


def test_every_broken_file_has_its_words():
    assert {path.stem for path in BROKEN.glob("*.csv")} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_place_and_cure(name, engine):
    column, answered, words = MISTAKES[name]
    log = FaultLog()
    table = open_lines(BROKEN / f"{name}.csv", engine, log)
    assert len(list(table)) == answered
    assert table.answered + table.faulted == table.rows
    faults = [fault for fault in log.kept if fault.column == column]
    assert faults, [str(fault) for fault in log.kept]
    text = " ".join(str(fault) for fault in faults)
    for word in words:
        assert word in text
    for fault in log.kept:
        assert fault.file == f"{name}.csv"
        assert fault.row is not None
        assert fault.cure
    assert (log.errors == 0) == (name in HARMLESS)


def test_all_faults_of_a_row_are_reported(engine):
    priced, _, log = price(f"{HEAD}\nA,x,Chyna,tomorrow,-1\n", engine)
    assert not priced
    assert {fault.column for fault in log.kept} == {"hts", "origin", "entry_on", "value_usd"}


def test_names_of_columns_as_people_write_them(engine):
    content = (
        'Item ID,Tariff Number,Country of Origin,Entry Date,Customs Value (USD)\nA,8505110070,China,2026-10-20,"$10,000"\n'
    )
    (line,), log = lines(content, engine)
    assert not log.kinds
    assert (line.line_id, line.origin, line.value_usd) == ("A", "CN", 10000.0)
    assert line.on == parse_day("2026-10-20")


def test_every_kind_of_cell(engine):
    head = (
        f"{HEAD},into,loaded_on,exported_on,entry_time,quantity,unit,quantity_2,unit_2,weight_kg,steel_value_share,"
        "us_content_share,maker_cn_share,use,car_part,chapter_98,chapter_98_value,mode,postal,currency"
    )
    row = (
        "A,8505.11.00.70,CN,2026-10-20,100,US,2026-10-01,2026-09-30,13:01,4,No.,2,doz,120,35%,0.1,25 %,usmca,yes,"
        "9802.00.80,40,Vessel,no,USD"
    )
    (line,), log = lines(f"{head}\n{row}\n", engine)
    assert not log.kinds
    assert line.facts == {
        "loaded_on": parse_day("2026-10-01"), "exported_on": parse_day("2026-09-30"), "entry_minute": 781.0,
        "steel_value_share": 0.35, "us_content_share": 0.1, "maker_cn_share": 0.25, "usmca": 1.0,
        "car_part": 1.0, "postal": 0.0,
    }  # fmt: skip
    assert line.shares == {"steel_value_share": 0.35, "us_content_share": 0.1}
    assert line.quantities == {"each": 4.0, "doz": 2.0, "kg": 120.0}
    assert (line.mode, line.chapter_98, line.chapter_98_value_usd) == ("sea", "98020080", 40.0)


def test_absent_value_and_facts_stay_absent(engine):
    (line,), _ = lines(f"{HEAD},car_part,steel_value_share\nA,8505.11.00.70,CN,2026-10-20,,,\n", engine)
    assert line.value_usd is None
    assert line.facts == {}
    assert line.shares == {}


def test_use_none_says_no_to_every_use_and_to_nothing_else(engine):
    (line,), _ = lines(f"{HEAD},use\nA,8505.11.00.70,CN,2026-10-20,1,car_part; none\n", engine)
    assert line.facts == {use: float(use == "car_part") for use in USES}
    assert set(USES) <= set(facts_of(engine))


def test_a_9801_claim_is_the_fact_the_book_asks_for(engine):
    (line,), _ = lines(f"{HEAD},chapter_98\nA,8505.11.00.70,CN,2026-10-20,1,9801.00.10\n", engine)
    assert line.facts["chapter_9801"] == 1.0


def test_what_is_given_holds_where_the_table_is_silent(engine):
    given = {"origin": "VN", "on": parse_day("2026-10-20"), "facts": {"car_part": 0.0}}
    found, _ = lines("hts,origin\n8505.11.00.70,\n8505.11.00.70,CN\n", engine, **given)
    assert [line.origin for line in found] == ["VN", "CN"]
    assert [line.line_id for line in found] == ["row 2", "row 3"]
    assert all(line.facts == {"car_part": 0.0} for line in found)


def test_good_lines_are_answered_beside_bad_ones(engine):
    priced, table, log = price(f"{HEAD}\n{GOOD}\nA,x,CN,2026-10-20,1\nB,8505.11.00.50,CN,2026-10-20,1\n", engine)
    assert [p.line.line_id for p in priced] == ["G", "B"]
    assert [p.row for p in priced] == [2, 4]
    assert (table.rows, table.answered, table.faulted, log.errors) == (3, 2, 1, 1)


def test_many_faults_are_counted_and_streamed_not_kept(engine):
    stream = io.StringIO()
    log = FaultLog(stream)
    rows = "\n".join(f"L{i},x{i},CN,2026-10-20,1" for i in range(5000))
    table = open_lines("lines.csv", engine, log, content=f"{HEAD}\n{rows}\n".encode())
    assert not list(table)
    assert len(log.kept) == 20
    assert log.by_kind() == [("error", "hts_not_digits", 5000)]
    written = stream.getvalue().splitlines()
    assert written[0] == ",".join(FAULT_COLUMNS)
    assert len(written) == 5001


CELLS = st.one_of(
    st.sampled_from(
        ["8505.11.00.70", "CN", "2026-10-20", "100", "", "-1", "8505", "Korea", "2025-02-30", "9801.00.10", '"', "1e5", "35",
         "no", "85051100701", "0.5", "NaN", "9" * 400, "kg", "€ 5", "8542310001"]
    ),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=12),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=9), max_size=8), delimiter=st.sampled_from([",", ";"]))
def test_no_row_is_lost(rows, delimiter, engine):
    head = ["line_id", "hts", "origin", "entry_on", "value_usd", "car_part", "steel_value_share", "quantity"]
    content = "\n".join(delimiter.join(row) for row in [head, *rows]) + "\n"
    priced, table, log = price(content, engine)
    assert table.answered == len(priced)
    assert table.answered + table.faulted == table.rows
    answered = {p.row for p in priced}
    assert not answered & log.rows
    unanswered = set(table.table.rows) - answered
    assert unanswered <= log.rows
    assert table.faulted == len(log.rows - {1})

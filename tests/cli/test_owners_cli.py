"""``countermeasure owners`` as a user meets it."""

# ruff: noqa: S314

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook

from countermeasure.io.ownership_formats.table import EDGE_COLUMNS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EDGES, LISTED = EXAMPLES / "ownership.csv", EXAMPLES / "ownership_listed.csv"
DAY = ("--on", "2025-10-15")


@pytest.fixture
def owners(run):
    def call(*arguments):
        code, out, err = run("owners", *arguments)
        return SimpleNamespace(code=code, out=out, err=err)

    return call


def test_one_party_gets_a_proof_and_a_picture(owners, tmp_path):
    picture, page = tmp_path / "p.svg", tmp_path / "p.html"
    done = owners("delta works", "--edges", EDGES, "--listed", LISTED, *DAY, "--rule", "bis", "--svg", picture, "--html", page)
    assert done.code == 0
    assert "Delta Works: restricted under BIS Affiliates Rule on 2025-10-15" in done.out
    assert "round 2: Delta Works: Beta Trading: 30 % of the shares; Echo Fund: 20 % of the shares; together 50 %" in done.out
    assert ET.fromstring(picture.read_text()).tag.endswith("svg")
    assert "<script" not in page.read_text()


def test_json_says_all_and_rules_without_listed_parties_are_not_answered(owners):
    done = owners("Juliet Magnets", "--edges", EDGES, "--listed", LISTED, *DAY, "--json")
    answer = json.loads(done.out)
    assert {a["rule"]: a["status"] for a in answer["answers"]} == {"ofac": "not_restricted", "bis": "possible"}
    assert answer["without_listed_parties"] == ["cn_61", "eu", "uk"]
    assert "unknown_percentage" in answer["answers"][1]["flags"]


def test_readings_are_both_shown_where_they_differ(owners):
    done = owners("Beta Trading", "--edges", EDGES, "--listed", LISTED, "--on", "2026-11-24", "--rule", "bis")
    assert "Beta Trading: restricted under" in done.out
    assert "Beta Trading: not restricted under" in done.out
    assert "not verified" in done.out
    one = owners(
        "Beta Trading",
        "--edges",
        EDGES,
        "--listed",
        LISTED,
        "--on",
        "2026-11-24",
        "--rule",
        "bis",
        "--reading",
        "text",
    )
    assert "not restricted under" not in one.out


def test_a_whole_file_is_answered_as_table_and_files(owners, tmp_path):
    done = owners(EDGES, "--listed", LISTED, *DAY, "--csv")
    rows = {(r["entity"], r["rule"]): r for r in csv.DictReader(io.StringIO(done.out))}
    assert rows["Delta Works", "bis"]["status"] == "restricted"
    assert rows["Papa Software", "bis"]["flags"] == "us_entity"
    assert rows["Hotel Metals", "bis"]["footnotes"] == "5"
    screen = owners(EDGES, "--listed", LISTED, *DAY)
    assert "15 parties" in screen.out
    for suffix in (".json", ".xlsx", ".parquet", ".jsonl"):
        path = tmp_path / f"o{suffix}"
        assert owners(EDGES, "--listed", LISTED, *DAY, "--output", path).code == 0
        assert path.stat().st_size > 100
    assert CalamineWorkbook.from_path(str(tmp_path / "o.xlsx")).sheet_names == ["owners", "faults"]


def test_faults_end_with_two_and_good_rows_are_answered(owners, tmp_path):
    table = tmp_path / "e.csv"
    table.write_text("owner,owned,share\nX,A,60\nX,B,a lot\n,C,5\n")
    listed = tmp_path / "l.csv"
    listed.write_text("party,list\nX,SDN\n")
    done = owners(table, "--listed", listed, *DAY, "--csv")
    assert done.code == 2
    assert "A,A,,ofac" in done.out
    assert "row 3, column share: 'a lot' is not a share" in done.err
    assert "3 rows: 1 answered, 2 not" in done.err
    strict = owners(table, "--listed", listed, *DAY, "--strict")
    assert strict.code == 2
    assert "refused" in strict.err


def test_the_share_unit_is_asked_for_and_settled(owners, tmp_path):
    table = tmp_path / "e.csv"
    table.write_text("owner,owned,share\nX,A,0.5\nX,B,0.25\n")
    listed = tmp_path / "l.csv"
    listed.write_text("party,list\nX,SDN\n")
    asked = owners("A", "--edges", table, "--listed", listed, "--rule", "ofac", *DAY)
    assert asked.code == 2
    assert "--share-unit" in asked.err
    assert "A: possible" in asked.out
    done = owners("A", "--edges", table, "--listed", listed, "--rule", "ofac", *DAY, "--share-unit", "fraction")
    assert (done.code, "A: restricted" in done.out) == (0, True)


def test_names_that_are_not_there_are_answered_with_near_ones(owners):
    done = owners("Delta Wroks", "--edges", EDGES, "--listed", LISTED, *DAY)
    assert done.code == 4
    assert "Delta Works" in done.err


def test_names_are_looked_up_in_the_lists_where_no_table_of_them_is_given(owners, tmp_path):
    table = tmp_path / "e.csv"
    table.write_text("owner,owned,share,owner_country\nHuawei Technologies Co. Ltd.,Sub One,60,CN\n")
    done = owners("Sub One", "--edges", table, "--rule", "bis", *DAY, "--json")
    answers = json.loads(done.out)["answers"]
    assert [a["status"] for a in answers] in (["restricted"], ["possible"])


@pytest.mark.parametrize("name", EDGE_COLUMNS)
def test_columns_have_no_name_twice(name):
    words = [w for n, others in EDGE_COLUMNS.items() for w in (n, *others) if n != name]
    assert not {name, *EDGE_COLUMNS[name]} & set(words)

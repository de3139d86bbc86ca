"""``countermeasure screen``: one name, a table, bad input."""

import csv
import io
import json

import pytest


@pytest.fixture(autouse=True)
def _own_store(monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTERMEASURE_DATA", str(tmp_path / "store"))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "parties.csv"
    path.write_text(
        "Customer Name,Country,Customer ID\n"
        "Lockheed Martin Corp,US,A1\n"
        "Quiet Garden Bakery,DE,A2\n"
        ",CN,A3\n"
        "X,FR,A4\n"
        "Skydio Inc,Nowhere,A5\n"
        "HUAWEI TECH CO LTD,China,A6\n",
        encoding="utf-8",
    )
    return path


def test_one_name_is_answered_with_reasons_and_lists(run):
    code, out, _ = run("screen", "HUAWEI TECH CO LTD", "--country", "CN")
    assert code == 0
    assert "Huawei Technologies Co., Ltd." in out
    assert "confirmed" in out
    assert "us-el" in out
    assert "not cleared" in out


def test_a_name_on_no_list_is_not_found_and_not_cleared(run):
    code, out, _ = run("screen", "Quiet Garden Bakery")
    assert code == 0
    assert "not found; that is not the same as cleared" in out
    assert "us-el" in out
    assert "in part" in out


def test_json_of_one_name_has_hits_terms_and_lists(run):
    code, out, _ = run("screen", "华为技术有限公司", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["result"] == "confirmed"
    hit = answer["hits"][0]
    assert hit["entry"]["list"].startswith("us-")
    assert hit["terms"]
    assert {"list", "as_of", "sha256", "complete", "coverage"} <= set(answer["lists"][0])


def test_only_the_lists_asked_for_are_searched(run):
    _, out, _ = run("screen", "Huawei Technologies", "--list", "cn-ecl", "--json")
    answer = json.loads(out)
    assert [one["list"] for one in answer["lists"]] == ["cn-ecl"]
    assert answer["result"] == "not_found"


def test_an_unknown_list_is_named_with_those_that_are_there(run):
    code, _, err = run("screen", "Huawei", "--list", "us-xx")
    assert code == 4
    assert "us-el" in err


def test_a_table_is_answered_and_its_bad_rows_are_faults(run, table):
    code, out, err = run("screen", table)
    assert code == 2
    assert "Lockheed Martin" in out
    assert "3 names: 2 confirmed, 0 to be looked at, 1 not found" in out
    for words in ("row 4, column name", "row 5, column name", "row 6, column country", "6 rows: 3 answered, 3 not"):
        assert words in err


def test_csv_has_one_row_for_each_hit_and_one_for_each_name_without(run, table):
    _, out, _ = run("screen", table, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["id"] for row in rows} == {"A1", "A2", "A6"}
    assert [row["result"] for row in rows if row["id"] == "A2"] == ["not_found"]
    assert all(row["list_as_of"] and row["why"] for row in rows if row["band"])


def test_json_of_a_table_holds_lists_and_answers(run, table):
    _, out, _ = run("screen", table, "--json")
    whole = json.loads(out)
    assert [one["query"]["id"] for one in whole["answers"]] == ["A1", "A2", "A6"]
    assert whole["lists"]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl", ".xlsx", ".parquet"])
def test_answers_are_written_in_every_format(run, table, tmp_path, suffix):
    target = tmp_path / f"answers{suffix}"
    code, out, _ = run("screen", table, "--output", target)
    assert code == 2
    assert out == ""
    assert target.stat().st_size > 0


def test_an_answer_in_excel_can_be_read_back(run, table, tmp_path):
    from python_calamine import CalamineWorkbook

    target = tmp_path / "answers.xlsx"
    run("screen", table, "--xlsx", target)
    book = CalamineWorkbook.from_path(target)
    assert book.sheet_names == ["parties", "lists", "faults"]
    assert len(book.get_sheet_by_name("faults").to_python()) == 4


def test_strict_refuses_a_table_with_faults(run, table):
    code, out, err = run("screen", table, "--strict")
    assert code == 2
    assert out == ""
    assert "refused" in err


def test_every_fault_is_written_to_the_file_asked_for(run, table, tmp_path):
    target = tmp_path / "faults.csv"
    run("screen", table, "--faults", target)
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert {row["code"] for row in rows} >= {"no_name", "short_name", "unknown_country"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("screen", ""), "there is no name"),
        (("screen", "  ?! "), "there is no name"),
        (("screen", "Q"), "too short"),
        (("screen", "Huawei", "--country", "Atlantis"), "country"),
        (("screen", "Huawei", "--born", "long ago"), "birth date"),
        (("screen", "Huawei", "--kind", "ghost"), "kind"),
        (("screen", "Huawei", "--on", "soon"), "soon"),
        (("screen", "Huawei", "--json", "--csv"), "--json and --csv"),
        (("screen", "Huawei", "--xlsx", "a.csv"), "Excel"),
    ],
)
def test_bad_input_is_said_with_a_cure(run, arguments, words):
    code, _, err = run(*arguments)
    assert code == 2
    assert words in err or words in _


def test_a_flag_of_one_party_beside_a_table_is_refused(run, table):
    code, _, err = run("screen", table, "--country", "CN")
    assert code == 2
    assert "column" in err


def test_a_table_without_names_is_a_fault(run, tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text("colour,size\nred,3\n", encoding="utf-8")
    code, _, err = run("screen", path)
    assert code == 2
    assert "name" in err


def test_a_missing_file_is_said(run):
    code, _, err = run("screen", "nowhere.csv")
    assert code == 4
    assert "no such file" in err


def test_entries_that_ended_before_the_day_are_left_out(run):
    _, now, _ = run("screen", "Huawei Technologies Co., Ltd.", "--list", "us-el", "--on", "2026-01-01", "--json")
    _, then, _ = run("screen", "Huawei Technologies Co., Ltd.", "--list", "us-el", "--on", "2010-01-01", "--json")
    assert json.loads(now)["result"] == "confirmed"
    assert json.loads(then)["result"] == "not_found"

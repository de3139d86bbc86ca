"""``countermeasure license``: files in, answers and faults out."""

import csv
import io
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "transactions.yaml"


def test_the_examples_are_answered_on_screen_with_their_reasons(run):
    code, out, err = run("license", EXAMPLES, "--explain")
    assert (code, err) == (0, "")
    for words in (
        "cn-2025-18.1",
        "MP Materials Corp.",
        "Changes on",
        "not found in the lists below, which is not a clearance",
        "Book ",
    ):
        assert words in out


def test_json_has_the_promised_shape(run):
    code, out, _ = run("license", EXAMPLES, "--json")
    found = json.loads(out)
    assert code == 0
    assert len(found) == 6
    for one in found:
        assert {"id", "on", "known_on", "book", "answers", "parties", "changes_next"} <= one.keys()
        for answer in one["answers"]:
            assert {
                "regime",
                "reading",
                "answer",
                "review",
                "reasons",
                "others",
                "missing",
                "obligations",
                "complete",
            } <= answer.keys()
            for reason in answer["reasons"]:
                assert {"provision", "article", "because", "citation", "confidence"} <= reason.keys()
                assert reason["citation"]
            for missing in answer["missing"]:
                assert missing["fact"]
                assert missing["decides"]


def test_csv_has_one_row_per_regime_and_reading(run):
    code, out, _ = run("license", EXAMPLES, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert {r["regime"] for r in rows} == {"CN", "US"}
    assert len(rows) >= 12


def test_files_by_suffix(run, tmp_path):
    for name in ("a.json", "a.jsonl", "a.csv", "a.xlsx", "a.parquet", "a.html"):
        assert run("license", EXAMPLES, "--output", tmp_path / name)[0] == 0
        assert (tmp_path / name).stat().st_size > 1000


def test_guard_stops_a_pipeline(run):
    assert run("license", EXAMPLES, "--guard")[0] == 3


def test_a_table_is_read_like_a_file_of_yaml(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("id,on,from,to,goods,made_in,end_user\nm,2026-07-01,CN,US,dysprosium oxide,CN,MP Materials\n")
    found = json.loads(run("license", table, "--json")[1])
    assert found[0]["answers"][0]["answer"] == "prohibited"
    nested = tmp_path / "t.json"
    nested.write_text(
        json.dumps([{"id": "m", "on": "2026-07-01", "from": "CN", "to": "US", "goods": "dysprosium oxide", "made_in": "CN",
                     "parties": [{"role": "end_user", "name": "MP Materials"}]}])
    )  # fmt: skip
    assert json.loads(run("license", nested, "--json")[1])[0]["answers"][0]["answer"] == "prohibited"


BROKEN = {
    "colour: blue": "unknown key 'colour'",
    'on: "2026-13-01"': "is not a day of the calendar",
    "from: Atlantis": "Atlantis",
    "parties: [{role: emperor, name: X}]": "'emperor' is not a role that is known",
    "parties: [{role: end_user, name: X, owners: [{name: A, share: 70%}, {name: B, share: 40%}]}]": "the owners hold 110 % together",
    "cn_content: 5": "may be 5 % or a mistake",
    "cn_content: 120%": "is outside 0 to 100 %",
    "cn_content: -1%": "is outside 0 to 100 %",
    "cn_content: a lot": "is not a share",
    "value: -5 USD": "is negative",
    "parts: [{id: a, value: 50 USD, colour: x}]": "unknown key 'colour'",
    "end_use: gardening": "'gardening' is not an end use that is known",
    "facts: {militry_user: yes}": "Did you mean military_user",
    "numerator: guess": "'guess' is not a way to count",
}


@pytest.mark.parametrize(("line", "words"), BROKEN.items())
def test_a_bad_transaction_is_a_fault_with_its_line_and_good_ones_are_answered(run, tmp_path, line, words):
    path = tmp_path / "t.yaml"
    on = "" if line.startswith("on:") else '  on: "2026-01-05"\n'
    path.write_text(f'- id: good\n  on: "2026-01-05"\n  from: CN\n  to: DE\n  control_code: none\n- id: bad\n{on}  {line}\n')
    code, out, err = run("license", path, "--json", "--no-screening")
    assert code == 2
    assert [one["id"] for one in json.loads(out)] == ["good"]
    assert words in err
    assert "t.yaml:" in err
    assert "2 rows: 1 answered, 1 not" in err


def test_parts_that_exceed_the_whole_are_refused(run, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text('- on: "2026-01-05"\n  from: JP\n  to: US\n  value: 100 USD\n  parts: [{id: a, value: 150 USD}]\n')
    code, _, err = run("license", path, "--no-screening")
    assert code == 2
    assert "are worth 150.00 and the whole 100.00" in err


def test_strict_refuses_the_file(run, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text('- on: "2026-01-05"\n  colour: x\n')
    code, out, _ = run("license", path, "--strict", "--no-screening")
    assert (code, out) == (2, "")


def test_a_missing_file_is_not_found(run, tmp_path):
    assert run("license", tmp_path / "none.yaml", "--no-screening")[0] == 4


def test_known_on_and_reading_change_the_answer(run, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text('- {id: m, on: "2026-11-11", from: DE, to: CH, goods: SmCo magnet, made_in: CN, end_use: civil}\n')
    both = json.loads(run("license", path, "--json", "--no-screening")[1])[0]["answers"]
    assert [(a["reading"], a["answer"]) for a in both if a["regime"] == "CN"] == [
        ("text", "license_required"),
        ("announced", "no_license_today"),
    ]
    early = json.loads(run("license", path, "--json", "--no-screening", "--known-on", "2025-11-01", "--reading", "text")[1])[0]
    assert early["answers"][0]["answer"] == "license_required"

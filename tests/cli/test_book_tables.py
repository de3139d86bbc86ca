"""What the book commands print: one truth on screen, in CSV and in JSON."""

import csv
import io
import json

import pytest


def test_rates_are_fractions_in_csv_and_percent_on_screen(run) -> None:
    words = ("book", "list", "--programme", "s122", "--on", "2026-04-01")
    rows = {r["provision"]: r for r in csv.DictReader(io.StringIO(run(*words, "--csv")[1]))}
    assert rows["us-122"]["rate"] == "0.1"
    assert rows["us-122-232"]["rate"] == ""
    plain = {r["provision"]: r for r in json.loads(run(*words, "--json")[1])}
    assert plain.keys() == rows.keys()
    assert plain["us-122"]["rate"] == 0.1
    assert "10 %" in run(*words)[1]


def test_a_basis_other_than_the_value_is_said(run) -> None:
    out = run("book", "list", "--heading", "9903.94.4", "--on", "2026-10-01")[1]
    assert "15 % total" in out
    assert "25 % of non-US" in run("book", "list", "--heading", "9903.74.03", "--on", "2026-10-01")[1]


def test_data_to_stdout_and_talk_to_stderr(run) -> None:
    _, out, err = run("book", "list", "--programme", "s122", "--on", "2026-04-01")
    assert "provisions at the start of 2026-04-01" in err
    assert "start of" not in out
    assert all(len(line) <= 110 for line in out.splitlines())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["list", "--state", "in-force"], 2, "in_force"),
        (["list", "--issuer", "XX"], 2, "US or CN"),
        (["list", "--on", "10/10/2026"], 2, "YYYY-MM-DD"),
        (["list", "--reading", "both"], 2, "text or announced"),
        (["list", "--programme", "s123"], 4, "s122"),
        (["timeline", "--from", "2026-01-01", "--to", "2025-01-01"], 2, "earlier day first"),
        (["diff", "shipped", "no-such-folder"], 4, "no-such-folder"),
        (["check", "no-such-file.yaml"], 4, "no-such-file.yaml"),
        (["new", "Not An Id"], 2, "lower case"),
        (["new", "us-x", "--kind", "rumour"], 2, "statement"),
        (["diff", "--scenario", "no-deal"], 4, "no-deal-2025-11-01"),
        (["list", "--csv", "--json"], 2, "Choose one"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(run, words, code, said) -> None:
    got, out, err = run("book", *words)
    assert (got, said in err + out) == (code, True), err


def test_check_names_every_fault_with_its_line_and_gives_one_json_shape(run, tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        'id: mine\nkind: law\nissuer: US\ncitation: "N"\ntitle: "T"\npublished_on: "2026-12-01"\nconfidence: high\nacts:\n'
        '  - {act: impose, provision: us-m, programme: s122, rate: "25", from: "2027-01-01"}\n'
        '  - {act: suspnd, provisions: [us-122], from: "2027-01-01"}\n',
        encoding="utf-8",
    )
    code, out, err = run("book", "check", path)
    assert (code, out) == (5, "")
    assert "mine.yaml:9: " in err
    assert "0.25 is 25 %" in err
    assert "mine.yaml:10: " in err
    assert "unknown act 'suspnd'" in err
    code, out, _ = run("book", "check", path, "--json")
    error = json.loads(out)["error"]
    assert (code, error["code"]) == (5, "bad_book")
    assert "mine.yaml:10: " in error["message"]


def test_check_of_a_folder_takes_its_instruments_together(run, tmp_path) -> None:
    duty = '  - {act: impose, provision: us-one, programme: s122, rate: "0.1", from: "2027-01-01"}\n'
    head = 'kind: scenario\nissuer: US\ncitation: "N"\ntitle: "T"\npublished_on: "2026-12-0{}"\nconfidence: memory\nacts:\n'
    (tmp_path / "one.yaml").write_text("id: one\n" + head.format(1) + duty, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(
        "id: two\n" + head.format(2) + '  - {act: suspend, provisions: [us-one], from: "2027-02-01"}\n', encoding="utf-8"
    )
    assert run("book", "check", tmp_path)[0] == 0
    assert run("book", "check", tmp_path / "two.yaml")[0] == 5


def test_a_name_that_means_two_things_is_said(run) -> None:
    _, out, err = run("book", "show", "us-301-list-1")
    assert out.startswith("provision: us-301-list-1")
    assert "list:us-301-list-1" in err
    codes = json.loads(run("book", "show", "list:us-301-list-1", "--json")[1])["codes"]
    assert codes[0]["code"] == "2845.20.00"


def test_collection_against_law_is_on_the_page_of_the_ruling(run) -> None:
    assert "collected until 2026-02-24" in run("book", "show", "us-scotus-24-1287")[1].replace("_", " ")


def test_knowledge_and_reading_reach_the_list(run) -> None:
    words = ("book", "list", "--heading", "9903.91.14", "--on", "2026-12-01", "--json")
    known = json.loads(run(*words, "--known-on", "2025-10-31")[1])
    assert {r["state"] for r in known} == {"in_force"}
    states = [{r["provision"]: r["state"] for r in json.loads(run(*words, "--reading", r)[1])} for r in ("text", "announced")]
    assert states[0] != states[1]

"""``countermeasure scenario``: list, show, run, their formats and files, their errors."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from countermeasure.scenario.whole import PARTS, story_names

TEXT = """\
id: small
title: "A small truce"
intent: "A short run"
expect: "Controls sleep"
sources: [{cite: "a source", url: "https://example.org/a"}]
on: "2025-11-15"
before: "2025-11-01"
reading: text
supply: {scenario: truce, start: "2025-11-10", weeks: "6"}
trade: {horizon: "1"}
talks: {model: october-2025}
draws: "3"
"""
LINES = "line_id,hts,origin,value_usd\nmagnets,8505.11.00.70,CN,10000\nshirts,6109.10.00.12,VN,5000\n"
TRANSACTIONS = """\
- id: repair
  on: "2026-01-01"
  from: MY
  to: TH
  description: repair of a magnetising line
  origin: CN
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("COUNTERMEASURE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "small.yaml").write_text(TEXT)
    (tmp_path / "lines.csv").write_text(LINES)
    (tmp_path / "moves.yaml").write_text(TRANSACTIONS)
    return tmp_path


def refused(run, *arguments) -> tuple[int, str]:
    code, out, err = run("scenario", *arguments)
    assert out == ""
    assert "Traceback" not in err
    return code, " ".join(err.split())


def test_list_names_every_shipped_scenario(run) -> None:
    code, out, err = run("scenario", "list")
    assert (code, err) == (0, "")
    for name in story_names():
        assert name in out
    code, out, _ = run("scenario", "list", "--json")
    rows = json.loads(out)
    assert [row["id"] for row in rows] == list(story_names())
    assert all(set(row["parts"]) <= set(PARTS) and row["on"][:2] == "20" for row in rows)


def test_show_merges_what_is_inherited(run, folder: Path) -> None:
    (folder / "child.yaml").write_text('id: child\ntitle: "Child"\nintent: "x"\ninherits: small\nsupply: {weeks: "9"}\n')
    code, out, err = run("scenario", "show", folder / "child.yaml")
    assert (code, err) == (0, "")
    assert "inherits" in out
    assert "supply.weeks" in out
    assert max(map(len, out.splitlines())) <= 110
    code, out, _ = run("scenario", "show", folder / "child.yaml", "--json")
    found = json.loads(out)
    assert (found["supply"]["weeks"], found["supply"]["start"], found["inherits"]) == ("9", "2025-11-10", ["small"])
    assert found["trade"]["duties_on"] == "2025-11-15"


def test_assumptions_stand_first_and_the_sentence_last(run, folder: Path) -> None:
    code, out, err = run("scenario", "run", folder / "small.yaml", "--lines", folder / "lines.csv")
    assert (code, err) == (0, "")
    heads = [line for line in out.splitlines() if line in ("Law", "Duties", "Licenses", "Supply", "Trade", "Talks")]
    assert heads == ["Law", "Duties", "Licenses", "Supply", "Trade", "Talks"]
    assert out.index("Assumed (D): Day whose law is meant: 2025-11-15.") < out.index("\nLaw\n")
    last = out.strip().split("\n\n")[-1]
    assert last.startswith("A small truce, 2025-11-15 against 2025-11-01:")
    assert "your lines pay" in last.replace("\n", " ")
    assert max(map(len, out.splitlines())) <= 110


def test_json_holds_parts_figures_and_tables(run, folder: Path) -> None:
    arguments = (
        "scenario",
        "run",
        folder / "small.yaml",
        "--parts",
        "law,duty,talks",
        "--lines",
        folder / "lines.csv",
        "--json",
    )
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert list(found["parts"]) == ["law", "duty", "talks"]
    assert found["kept"] == []
    assert [row["line_id"] for row in found["parts"]["duty"]["tables"]["lines"]] == ["magnets", "shirts"]
    assert found["answer"].startswith("A small truce")
    code, again, _ = run(*arguments)
    kept = json.loads(again)
    assert kept.pop("kept") == ["law", "duty", "talks"]
    assert kept == {key: value for key, value in found.items() if key != "kept"}
    code, third, _ = run(*arguments, "--no-cache")
    assert json.loads(third) == found


def test_seed_and_draws_win_over_the_file(run, folder: Path) -> None:
    _, out, _ = run("scenario", "run", folder / "small.yaml", "--parts", "supply", "--draws", "2", "--seed", "7", "--json")
    found = json.loads(out)
    assert (found["scenario"]["draws"], found["scenario"]["seed"]) == (2, 7)
    assert found["parts"]["supply"]["stamp"] | {"draws": "2", "seed": "7"} == found["parts"]["supply"]["stamp"]


def test_transactions_are_answered(run, folder: Path) -> None:
    code, out, _ = run(
        "scenario", "run", folder / "small.yaml", "--parts", "license", "--transactions", folder / "moves.yaml", "--no-screening",
        "--json",
    )  # fmt: skip
    assert code == 0
    rows = json.loads(out)["parts"]["license"]["tables"]["transactions"]
    assert {row["transaction"] for row in rows} == {"repair"}
    assert {row["regime"] for row in rows} == {"CN", "US"}


def test_a_run_is_written_as_tables_pictures_and_a_page(run, folder: Path) -> None:
    out_folder = folder / "new" / "report"
    code, _, err = run("scenario", "run", folder / "small.yaml", "--lines", folder / "lines.csv", "--out", out_folder, "--json")
    assert code == 0
    assert f"open {out_folder / 'report.html'}" in " ".join(err.split())
    names = {path.name for path in out_folder.iterdir()}
    assert {
        "law_provisions.csv",
        "duty_lines.parquet",
        "supply_gdp.csv",
        "trade_economies.csv",
        "talks_stable_states.csv",
    } <= names
    assert {"figures.csv", "assumptions.csv", "outcome.json", "report.html", "duty_averages_on_china.svg"} <= names
    with (out_folder / "duty_lines.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(out_folder / "duty_lines.parquet").to_pylist()
    assert [row["line_id"] for row in rows] == [row["line_id"] for row in table] == ["magnets", "shirts"]
    assert float(rows[0]["duty_usd"]) == table[0]["duty_usd"]
    page = (out_folder / "report.html").read_text("utf-8")
    assert page.index("Assumed") < page.index("Controls sleep") < page.index("<h2>Law</h2>") < page.index("<h2>Talks</h2>")
    assert "https://example.org/a" in page
    assert "Controls sleep" in page
    assert json.loads((out_folder / "outcome.json").read_text("utf-8"))["scenario"]["id"] == "small"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "nobody"), 4, "there is no scenario 'nobody'. Give a file, or one of: affiliates-2025-09"),
        (("show", "nobody"), 4, "there is no scenario 'nobody'"),
        (("run", "{small}", "--parts", "law,laws"), 2, "there is no part 'laws'. Parts are law, duty"),
        (("run", "{small}", "--lines", "nowhere.csv", "--parts", "duty"), 4, "nowhere.csv"),
        (("run", "{broken}"), 5, "broken.yaml: 2 faults in the scenario. Mend these lines: broken.yaml:5: before:"),
    ],
)
def test_errors_say_what_where_and_what_to_do(run, folder: Path, arguments, code: int, said: str) -> None:
    (folder / "broken.yaml").write_text(
        'id: broken\ntitle: "x"\nintent: "y"\non: "2025-11-05"\nbefore: "2026-01-01"\ntalks: {model: nobody}\n'
    )
    filled = [text.format(small=folder / "small.yaml", broken=folder / "broken.yaml") for text in arguments]
    got, err = refused(run, *filled)
    assert got == code
    assert said in err


def test_errors_are_json_where_json_is_asked(run) -> None:
    code, out, _ = run("scenario", "run", "nobody", "--json")
    assert code == 4
    assert json.loads(out)["error"]["code"] == "unknown_scenario"


def test_bad_lines_are_told_and_good_ones_answered(run, folder: Path) -> None:
    (folder / "lines.csv").write_text(LINES + "odd,not a number,CN,1\n")
    code, out, err = run("scenario", "run", folder / "small.yaml", "--parts", "duty", "--lines", folder / "lines.csv", "--json")
    assert code == 2
    assert "row 4" in err
    assert [row["line_id"] for row in json.loads(out)["parts"]["duty"]["tables"]["lines"]] == ["magnets", "shirts"]


def test_duty_and_license_take_a_whole_scenario(run, folder: Path) -> None:
    (folder / "more.yaml").write_text(TEXT.replace("id: small", "id: more") + "instruments: [no-deal-2025-11-01]\n")
    line = ("8505.11.00.70", "--origin", "CN", "--on", "2025-11-05", "--reading", "text", "--json")
    rates = []
    for more in ((), ("--scenario", folder / "more.yaml"), ("--scenario", "no-deal-2025-11-01")):
        code, out, _ = run("duty", *line, *more)
        assert code == 0
        rates.append(json.loads(out)["answers"][0]["rate"])
    assert rates[1] == rates[2] == pytest.approx(rates[0] + 1.0)
    code, out, _ = run("duty", *line, "--scenario", "nobody")
    assert code == 4
    assert "no-deal-2025-11-01" in json.loads(out)["error"]["cure"]


SHIPMENTS = Path(__file__).parents[2] / "examples" / "shipments.csv"


def test_a_table_of_shipments_is_asked_for_duty_and_license(run, folder: Path) -> None:
    arguments = ("scenario", "run", folder / "small.yaml", "--parts", "duty,license", "--lines", SHIPMENTS, "--json")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    parts = json.loads(out)["parts"]
    priced = {row["line_id"] for row in parts["duty"]["tables"]["lines"]}
    asked = {row["transaction"]: row["answer"] for row in parts["license"]["tables"]["transactions"] if row["regime"] == "CN"}
    assert priced == set(asked)
    assert (asked["magnets-ndfeb"], asked["t-shirts"]) == ("license_required", "not_controlled")
    assert "looked up on the lists given" in str(parts["license"]["assumptions"])
    _, out, _ = run(*arguments, "--no-screening")
    assert "not looked up on any list" in str(json.loads(out)["parts"]["license"]["assumptions"])


def test_a_transaction_wins_over_a_line_of_its_id(run, folder: Path) -> None:
    (folder / "lines.csv").write_text(LINES.replace("magnets,", "repair,"))
    code, out, err = run(
        "scenario", "run", folder / "small.yaml", "--parts", "license", "--lines", folder / "lines.csv",
        "--transactions", folder / "moves.yaml", "--json",
    )  # fmt: skip
    assert code == 0
    assert "the id 'repair' is that of a transaction too" in " ".join(err.split())
    rows = json.loads(out)["parts"]["license"]["tables"]["transactions"]
    assert {(row["transaction"], row["sent_from"]) for row in rows} == {("repair", "MY"), ("shirts", "VN")}


def test_cells_about_licenses_have_faults_of_their_own(run, folder: Path) -> None:
    (folder / "lines.csv").write_text("line_id,hts,origin,cn_content\na,8505.11.00.70,CN,much\n")
    code, out, err = run(
        "scenario", "run", folder / "small.yaml", "--parts", "duty,license", "--lines", folder / "lines.csv", "--json"
    )
    assert code == 2
    assert "lines.csv" in err
    assert "much" in err
    assert [row["line_id"] for row in json.loads(out)["parts"]["duty"]["tables"]["lines"]] == ["a"]


@pytest.mark.parametrize(
    ("reading", "before", "marked"),
    [("announced", "2025-11-01", False), ("text", "2025-11-01", False), ("both", "2026-10-01", True)],
)
def test_a_reading_is_named_where_several_were_asked(run, folder: Path, reading: str, before: str, marked: bool) -> None:
    text = TEXT.replace("reading: text", f"reading: {reading}").replace("2025-11-15", "2026-11-12")
    text = text.replace("2025-11-01", before)
    (folder / "small.yaml").write_text(text)
    code, out, _ = run("scenario", "run", folder / "small.yaml", "--parts", "law")
    assert code == 0
    assert "Provisions that differ" in out
    assert ("alone)" in out) is marked


def test_the_list_says_what_its_columns_are(run) -> None:
    lines = run("scenario", "list")[1].splitlines()
    assert lines[0] == "Scenarios; law, duties and licenses are parts of each"
    assert lines[1].split("  ")[0] == "scenario"
    assert "further parts" in lines[1]


def test_one_is_one(run, folder: Path) -> None:
    (folder / "lines.csv").write_text("\n".join(LINES.splitlines()[:2]) + "\n")
    _, out, _ = run("scenario", "run", folder / "small.yaml", "--parts", "law,duty,license", "--lines", folder / "lines.csv")
    words = " ".join(out.split())
    assert "of 1 line pay" in words
    assert "Of 1 transaction " in words
    assert "of your 1 transaction get" in words
    assert not [word for word in ("lines", "transactions", "provisions", "items", "parties") if f" 1 {word}" in words]

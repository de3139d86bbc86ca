import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from countermeasure.io.answers import LINE_COLUMNS

ROOT = Path(__file__).parents[2]
SHIPMENTS = Path(__file__).with_name("portfolio.csv")
BROKEN = Path(__file__).with_name("portfolio_broken.csv")
MAGNET = ("duty", "8505.11.00.70", "--origin", "CN", "--on", "2026-04-10", "--value", "10000")


def test_first_line_is_what_a_person_reads(run):
    code, out, err = run(*MAGNET)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "27.1 % = 2,710.00 USD"
    assert not any(line.endswith(" ") for line in out.splitlines())


def test_explain_shows_citations_and_what_does_not_apply(run):
    _, short, _ = run(*MAGNET)
    _, out, _ = run(*MAGNET, "--explain")
    assert "91 FR 9339" in out
    assert "91 FR 9339" not in short
    assert "Does not apply" in out
    assert "Book " in out
    assert "Not covered: anti-dumping" in out


def test_headings_stand_in_filing_order(run):
    _, out, _ = run(*MAGNET)
    places = [out.index(heading) for heading in ("9903.91.06", "9903.03.03", "8505.11.00.70  Column 1")]
    assert places == sorted(places)


def test_json_is_the_form_of_a_line(run):
    code, out, _ = run(*MAGNET, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["answers"][0]["duty_usd"] == 2710.0
    assert set(answer["book"]) == {"version", "hash"}
    assert answer["on"] == "2026-04-10"


def test_the_readings_stand_side_by_side_with_the_statement_named(run):
    arguments = ("duty", "8426.19.00.00", "--origin", "CN", "--on", "2026-11-12", "--fact", "ship_to_shore_crane=yes")
    _, out, _ = run(*arguments)
    assert "law as published (text)" in out
    assert "statements honoured (announced)" in out
    assert "us-statement-2026-09-24-truce" in out
    _, text, _ = run(*arguments, "--reading", "text")
    assert "announced" not in text


def test_a_range_says_what_decides(run):
    _, out, _ = run("duty", "8708.30.50.90", "--origin", "MX", "--on", "2026-10-20", "--fact", "car_part=yes")
    first = out.splitlines()[0]
    assert "usmca decides" in first
    assert "ordinarily" in first
    assert "Open facts" in out


def test_facts_quantities_and_claims_reach_the_engine(run):
    wine = ("duty", "2204.21.50.40", "--origin", "FR", "--on", "2025-01-10", "--value", "24000", "--json")
    assert json.loads(run(*wine)[1])["answers"][0]["rate"] is None
    assert json.loads(run(*wine, "--quantity", "3000 liters")[1])["answers"][0]["duty_usd"] == 189.0
    repair = ("duty", "8462.22.00.50", "--origin", "DE", "--on", "2025-01-10", "--value", "1000", "--json")
    claim = ("--chapter-98", "9802.00.50", "--chapter-98-value", "100")
    assert json.loads(run(*repair, *claim)[1])["answers"][0]["duty_usd"] == 4.4


def test_a_shipped_scenario_is_known_by_its_name(run):
    base = ("duty", "8505.11.00.70", "--origin", "CN", "--on", "2025-11-05", "--json")
    without = json.loads(run(*base)[1])["answers"][0]["rate"]
    with_it = json.loads(run(*base, "--scenario", "no-deal-2025-11-01")[1])["answers"][0]["rate"]
    assert with_it == pytest.approx(without + 1.0)


def test_known_on_leaves_out_what_came_later(run):
    base = ("duty", "8505.11.00.70", "--origin", "CN", "--on", "2026-04-10", "--json")
    early = json.loads(run(*base, "--known-on", "2025-06-01")[1])
    assert early["known_on"] == "2025-06-01"
    assert early["answers"][0]["rate"] != json.loads(run(*base)[1])["answers"][0]["rate"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("8505.11.00.70", "--origin", "Chyna"), 2, ["--origin", "Did you mean China (CN)"]),
        (("8505.11.00.70", "--origin", "CN", "--on", "10/20/2026"), 2, ["--on", "YYYY-MM-DD"]),
        (("8505.11.00.70", "--origin", "CN", "--fact", "car_prt=yes"), 2, ["car_prt", "car_part"]),
        (("8505.11.00.70", "--origin", "CN", "--fact", "car_part"), 2, ["car_part=yes"]),
        (("8505.11.00.70", "--origin", "CN", "--fact", "steel_value_share=35"), 2, ["Write 35%"]),
        (("8505.11.00.70",), 2, ["no origin", "--origin CN"]),
        (("8505.11.00.70", "--origin", "CN", "--reading", "both ways"), 2, ["text, announced or both"]),
        (("8505.11.00.70", "--origin", "CN", "--scenario", "war"), 4, ["no scenario 'war'", "no-deal-2025-11-01"]),
        (("8505.11.00.7", "--origin", "CN"), 2, ["lacks a digit"]),
        (("8505.12.00.70", "--origin", "CN", "--on", "2026-04-10"), 4, ["not in the schedule", "Near it"]),
        (("nowhere.csv",), 4, ["no such file"]),
        ((str(SHIPMENTS), "--xlsx", "x.csv"), 2, [".xlsx"]),
        ((str(SHIPMENTS), "--output", "x.doc"), 2, [".csv"]),
    ],
)
def test_bad_arguments(run, arguments, code, words):
    found, out, err = run("duty", *arguments)
    assert found == code
    assert not out
    for word in words:
        assert word in err


def test_an_error_is_json_where_json_is_asked_for(run):
    code, out, err = run("duty", SHIPMENTS, "--json", "--csv")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"]["code"] == "bad_option"


def test_csv_has_one_row_per_line_and_reading(run):
    code, out, err = run("duty", SHIPMENTS, "--csv")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == LINE_COLUMNS
    given = [row["line_id"] for row in csv.DictReader(SHIPMENTS.read_text(encoding="utf-8").splitlines())]
    assert list(dict.fromkeys(row["line_id"] for row in rows)) == given
    assert len({(row["line_id"], row["reading"]) for row in rows}) == len(rows)


def test_every_form_of_output_agrees(run, tmp_path):
    for name in ("a.json", "a.jsonl", "a.csv", "a.xlsx", "a.parquet"):
        assert run("duty", SHIPMENTS, "--output", tmp_path / name) == (0, "", "")
    whole = json.loads((tmp_path / "a.json").read_text())
    assert json.loads(run("duty", SHIPMENTS, "--json")[1]) == whole
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()] == whole
    assert (tmp_path / "a.csv").read_text() == run("duty", SHIPMENTS, "--csv")[1]
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    assert book.sheet_names == ["lines", "components", "open facts", "sources"]
    sheet = book.get_sheet_by_name("lines").to_python()
    assert tuple(sheet[0]) == LINE_COLUMNS
    assert len(sheet) - 1 == sum(len(answer["answers"]) for answer in whole)
    sources = book.get_sheet_by_name("sources").to_python()
    assert ["book hash", whole[0]["book"]["hash"]] in sources


def test_a_line_alone_and_in_a_table_is_the_same(run, tmp_path):
    table = tmp_path / "one.csv"
    table.write_text("hts,origin,entry_on,value_usd\n8505.11.00.70,CN,2026-04-10,10000\n")
    (in_table,) = json.loads(run("duty", table, "--json")[1])
    alone = json.loads(run(*MAGNET, "--json")[1])
    assert in_table | {"line_id": ""} == alone


def test_broken_lines_are_said_and_good_ones_answered(run, tmp_path):
    code, out, err = run("duty", BROKEN, "--csv", "--faults", tmp_path / "faults.csv")
    assert code == 2
    assert len(out.splitlines()) - 1 == 5
    assert "22 rows: 5 answered, 17 not" in err
    written = list(csv.DictReader((tmp_path / "faults.csv").read_text(encoding="utf-8").splitlines()))
    answered = {"A-1", "A-12", "A-17", "A-18", "101210010"}
    rows = {int(row["row"]) for row in written if row["severity"] == "error"}
    with BROKEN.open(encoding="utf-8", newline="") as lines:
        ids = {place: row[0] for place, row in enumerate(csv.reader(lines), start=1)}
    assert {ids[row] for row in rows} == set(ids.values()) - answered - {"Line"} | {"A-18"}  # two lines bear that name
    assert all(row["cure"] for row in written)


def test_strict_refuses_the_table(run, tmp_path):
    code, out, err = run("duty", BROKEN, "--csv", "--strict", "--output", tmp_path / "out.csv")
    assert code == 2
    assert not out
    assert not (tmp_path / "out.csv").exists()
    assert "refused" in err
    assert run("duty", SHIPMENTS, "--csv", "--strict")[0] == 0


def test_many_faults_are_counted_by_kind(run, tmp_path):
    table = tmp_path / "many.csv"
    table.write_text("hts,origin,entry_on\n" + "".join(f"x{i},CN,2026-10-20\n" for i in range(300)))
    code, _, err = run("duty", table)
    assert code == 2
    assert err.count("error: ") == 20
    assert "20 of 300 shown" in err
    assert "300  error hts_not_digits" in err


def test_the_command_starts_quickly():
    command = [sys.executable, "-m", "countermeasure", *MAGNET]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    best = 9.0
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        best = min(best, time.perf_counter() - start)
    assert done.stdout.startswith("27.1 %")
    assert best < 1.5  # 0.7 s is the aim on an idle machine, see benchmarks; a busy one gets some room

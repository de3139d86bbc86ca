import json

import pytest


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERMEASURE_DATA", str(tmp_path / "store"))
    return tmp_path / "store"


def test_weights_are_imported_and_shown(run, tmp_path):
    table = tmp_path / "flows.csv"
    table.write_text("hts10,country,value_usd\n8505110070,5700,100\n8505110050,5700,50\n")
    code, out, _ = run("data", "import", "weights", table, "--name", "2024")
    assert (code, out) == (0, "weights 2024: 2 rows of flows.csv\n")
    code, out, _ = run("data", "status", "--json")
    (entry,) = json.loads(out)["imported"]
    assert (code, entry["key"], entry["rows"], entry["damaged"]) == (0, "2024", 2, False)
    assert "flows.csv" in run("data", "status")[1]


def test_an_edition_is_imported(run, tmp_path):
    edition = tmp_path / "hts.json"
    line = {"htsno": "8505.11.00", "indent": "0", "description": "Of metal", "units": ["kg"], "general": "2.1%", "other": "45%"}
    edition.write_text(json.dumps([line | {"superior": None, "special": "", "footnotes": None}]))
    code, out, err = run("data", "import", "hts", edition, "--from", "2026-06-08")
    assert code == 0, err
    assert out.startswith("hts 2026-06-08: ")


def test_a_damaged_file_is_said(run, tmp_path, store):
    table = tmp_path / "flows.csv"
    table.write_text("hts10,country,value_usd\n8505110070,5700,100\n")
    run("data", "import", "weights", table)
    next(store.glob("*.parquet")).write_bytes(b"damaged")
    code, out, _ = run("data", "status")
    assert code == 2
    assert "damaged: import it again" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("prices", "x.csv"), 2, "hts: an edition"),
        (("hts", "x.csv"), 2, "--from 2026-06-08"),
        (("weights", "nowhere.csv"), 4, "Check the path"),
    ],
)
def test_bad_arguments_change_nothing(run, arguments, code, words, store):
    found, out, err = run("data", "import", *arguments)
    assert (found, out) == (code, "")
    assert words in err
    assert not store.exists()


def test_nothing_imported_is_no_fault(run):
    code, out, _ = run("data", "status")
    assert code == 0
    assert "Shipped: tariff schedule" in out
    assert "nothing" in out

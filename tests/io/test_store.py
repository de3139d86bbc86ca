"""Imports: all or nothing, with origin and hash."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from countermeasure.codes.day import parse_day
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io import imports
from countermeasure.io.chapter99 import parse_notes, read_notes
from countermeasure.io.store import Store, data_dir

PAGE = """
99 - III - 1

U.S. Notes

1. The provisions of this subchapter.

2. (a)  Heading 9903.88.01 applies to goods of subdivision
         (b) of this note; see subheading 8501.10.20.

(b) Heading 9903.88.01 applies to the following subheadings:

                   2845.20.00  2845.30.00
                   Harmonized Tariff Schedule of the United States Revision 6 (2026)
99 - III - 2
U.S. Notes (con.)
                   7326.90.8610
(c)
     (i) The following:

     (1) 8541.42.00

     (2) 8541.43.00
(ii) Copper:                                   7407.10.15  7407.10.30
 Heading/ Stat.   Rates of Duty
                   0101.21.00
"""


def edition(rate):
    keys = ("htsno", "indent", "description", "units", "general", "special", "other", "footnotes")
    rows = [
        ("0101.21.00", "0", "Horses", [], rate, "", "20%", []),
        ("0101.21.00.10", "1", "Males", ["No."], "", "", "", []),
    ]
    return json.dumps([dict(zip(keys, row, strict=True)) for row in rows])


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def content(store):
    return {path.name: path.read_bytes() for path in store.folder.iterdir()} if store.folder.exists() else {}


def test_editions_become_a_schedule(store, tmp_path):
    said = []
    (tmp_path / "a.json").write_text(edition("3%"))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(edition("4%").encode()))
    imports.import_hts(tmp_path / "b.json.gz", "2026-02-01", store=store, progress=said.append)
    entry = imports.import_hts(tmp_path / "a.json", "2025-01-01", store=store, imported_on="2026-11-22")
    assert (entry.origin, entry.rows, entry.effective_from, len(entry.origin_sha256)) == (
        "a.json",
        1,
        "2025-01-01",
        64,
    )
    assert said
    assert [item.key for item in imports.status(store)] == ["2025-01-01", "2026-02-01"]
    assert store.damaged() == ()
    schedule = imports.schedule_from_store(store)
    rows = schedule.lookup(np.array([101210010] * 2), np.array([parse_day("2026-01-31"), parse_day("2026-02-01")]))
    assert [schedule.rate(row).text for row in rows] == ["3%", "4%"]
    assert schedule.known_to == "2026-02-01"


def test_a_new_import_replaces_the_old_one_of_the_same_day(store, tmp_path):
    for rate in ("3%", "5%"):
        (tmp_path / "a.json").write_text(edition(rate))
        imports.import_hts(tmp_path / "a.json", "2025-01-01", store=store)
    assert len(imports.status(store)) == 1
    assert len(content(store)) == 2  # the manifest and one table
    assert imports.schedule_from_store(store).rate(0).text == "5%"


def test_a_failing_import_changes_nothing(store, tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text(edition("3%"))
    imports.import_hts(tmp_path / "a.json", "2025-01-01", store=store)
    before = content(store)
    (tmp_path / "bad.json").write_text("[{}]")
    with pytest.raises(InputError):
        imports.import_hts(tmp_path / "bad.json", "2025-02-01", store=store)
    with pytest.raises(ValueError, match="not a day"):
        imports.import_hts(tmp_path / "a.json", "yesterday", store=store)
    with pytest.raises(NotFoundError):
        imports.import_hts(tmp_path / "none.json", "2025-02-01", store=store)
    with pytest.raises(InputError):
        imports.import_chapter99_notes(tmp_path / "a.json", store=store)
    (tmp_path / "b.json").write_text(edition("4%"))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(InputError, match="Nothing was changed"):
        imports.import_hts(tmp_path / "b.json", "2025-02-01", store=store)
    monkeypatch.undo()
    monkeypatch.setattr(Store, "_write_manifest", full)
    with pytest.raises(InputError, match="Nothing was changed"):
        imports.import_hts(tmp_path / "b.json", "2025-02-01", store=store)
    monkeypatch.undo()
    after = content(store)
    assert after["manifest.json"] == before["manifest.json"]
    assert before.items() <= after.items()
    assert not [name for name in after if name.endswith(".part")]


def test_damage_is_seen(store, tmp_path):
    (tmp_path / "a.json").write_text(edition("3%"))
    entry = imports.import_hts(tmp_path / "a.json", "2025-01-01", store=store)
    (store.folder / entry.file).unlink()
    assert store.damaged() == (entry,)
    with pytest.raises(NotFoundError, match=r"Import a\.json again"):
        imports.schedule_from_store(store)
    (store.folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="damaged manifest"):
        imports.status(store)


def test_an_empty_store(store, monkeypatch, tmp_path):
    assert imports.status(store) == ()
    with pytest.raises(NotFoundError, match="no edition"):
        imports.schedule_from_store(store)
    monkeypatch.setenv("COUNTERMEASURE_DATA", str(tmp_path / "elsewhere"))
    assert data_dir() == tmp_path / "elsewhere"


def test_weights(store, tmp_path):
    (tmp_path / "w.csv").write_text('I_COMMODITY,CTY_CODE,CON_VAL_YR\n0101210010,5700,"1,200"\n8505.11.00.70,5700,3\n')
    assert imports.import_weights(tmp_path / "w.csv", name="2024", store=store).rows == 2
    assert imports.weights("2024", store).to_pylist() == [
        {"hts10": "0101210010", "country": "5700", "value_usd": 1200.0},
        {"hts10": "8505110070", "country": "5700", "value_usd": 3.0},
    ]
    pq.write_table(pa.table({"hs10": ["0101210010"], "cty_code": ["5700"], "imports": [5]}), tmp_path / "w.parquet")
    assert imports.import_weights(tmp_path / "w.parquet", store=store).rows == 1
    (tmp_path / "bad.csv").write_text("hts10,country,value_usd\n101210010,5700,1\n0101210010,World,-1\n")
    with pytest.raises(InputError, match=r"(?s)3 kinds.*row 2.*neither.*row 3.*negative.*row 3"):
        imports.import_weights(tmp_path / "bad.csv", store=store)
    (tmp_path / "bad.csv").write_text("hts10,country\n")
    with pytest.raises(InputError, match="no column for value_usd"):
        imports.import_weights(tmp_path / "bad.csv", store=store)
    with pytest.raises(NotFoundError, match="there is"):
        imports.weights("1999", store)


def test_notes_of_chapter_99(store, tmp_path):
    notes = parse_notes(PAGE, "page.txt")
    assert notes.lists() == {
        "2": {
            "b": ["28452000", "28453000", "7326908610"],
            "c(i)": ["85414200", "85414300"],
            "c(ii)": ["74071015", "74071030"],
        }
    }
    assert "c(ii)" not in notes.lists(doubtful=False)["2"]
    assert notes.named() == {"2": {"a": ["85011020"]}}
    (tmp_path / "c99.txt").write_text(PAGE)
    imports.import_chapter99_notes(tmp_path / "c99.txt", name="test", store=store)
    assert imports.note_lists("test", store).lists() == notes.lists()


def test_lists_of_the_official_notes(shared):
    notes = read_notes(shared / "data" / "hts_chapter99_text" / "hts_2026_rev_6_chapter_99.txt.gz")
    lists, named = notes.lists(), notes.named()
    note_20 = lists["20"]
    assert {key: len(note_20[key]) for key in ("b", "d", "f")} == {"b": 856, "d": 283, "f": 5906}
    # List 4A: 2,958 whole subheadings in (s)(i) and 5 in part in (s)(ii).
    assert len(note_20["s(i)"]) == 2958
    assert len({*note_20["s(i)"], *(code for code in named["20"]["s(ii)"] if len(code) == 8)}) == 2963
    assert {key: len(lists["31"][key]) for key in ("b", "c", "d", "f(i)", "g", "j")} == {
        "b": 348, "c": 2, "d": 10, "f(i)": 18, "g": 5, "j": 3,
    }  # fmt: skip
    assert named["31"]["e"] == ["6307909870"]
    assert len(named["31"]["h"]) == 5
    assert "8471" in lists["33"]["g"]
    assert len(lists["33"]["g"]) == 130
    path = shared / "data" / "us_tariff_lists" / "note20_lists_hts2026_rev6.csv.gz"
    with gzip.open(path, "rt") as published:
        rows = [line.strip().split(",") for line in published][1:]
    for number, key in (("1", "b"), ("2", "d"), ("3", "f")):
        assert set(note_20[key]) == {code for code, name, _ in rows if name == number}

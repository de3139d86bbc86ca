import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from pyarrow import parquet

from countermeasure.errors import InputError
from countermeasure.io import WRITABLE, read_table, render, write_table

RECORDS = [
    {"hts": "0101.21.00.10", "rate": 0.25, "usd": Decimal("2.50"), "on": date(2025, 4, 9), "complete": True},
    {
        "hts": "8505.11.00.70",
        "rate": None,
        "usd": Decimal(1),
        "on": date(2025, 4, 10),
        "complete": False,
        "note": "=1+1",
    },
]
NAMES = {"hts": [], "rate": [], "usd": [], "on": [], "complete": [], "note": []}


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITABLE if suffix != ".tsv"])
def test_what_is_written_is_read_again(tmp_path, suffix):
    path = write_table(tmp_path / f"out{suffix}", RECORDS, sources=[{"source": "HTS"}])
    table = read_table(path, NAMES)
    assert table.faults == []
    assert table.columns["hts"] == ["0101.21.00.10", "8505.11.00.70"]
    assert table.columns["rate"] == ["0.25", None]
    assert [Decimal(text or "nan") for text in table.columns["usd"]] == [Decimal("2.5"), Decimal(1)]
    assert table.columns["on"] == ["2025-04-09", "2025-04-10"]
    assert table.columns["complete"] == ["yes", "no"]
    assert table.columns["note"] == [None, "=1+1"]
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


def test_excel_has_a_sheet_of_sources(tmp_path):
    path = write_table(tmp_path / "out.xlsx", RECORDS, sources=[{"source": "HTS 2026", "licence": "public domain"}])
    table = read_table(path, {"source": [], "licence": []}, sheet="sources")
    assert table.columns == {"source": ["HTS 2026"], "licence": ["public domain"]}


def test_columns_of_numpy(tmp_path):
    columns = {"code": np.array([1, 2], dtype=np.int64), "rate": np.array([0.5, np.nan])}
    assert render(columns, "csv") == "code,rate\n1,0.5\n2,\n"
    assert json.loads(render(columns, "json")) == [{"code": 1, "rate": 0.5}, {"code": 2, "rate": None}]
    path = write_table(tmp_path / "out.parquet", columns)
    assert parquet.read_table(path).to_pylist() == [{"code": 1, "rate": 0.5}, {"code": 2, "rate": None}]


def test_lists_and_records_in_cells(tmp_path):
    records = [{"headings": ["9903.01.25", "9903.88.03"], "extra": {"a": 1}}]
    assert render(records, "csv") == 'headings,extra\n9903.01.25; 9903.88.03,"{""a"": 1}"\n'
    assert write_table(tmp_path / "a.xlsx", records).exists()
    assert write_table(tmp_path / "a.parquet", [{"x": 1}, {"x": "one"}]).exists()


def test_empty_tables(tmp_path):
    for suffix in WRITABLE:
        write_table(tmp_path / f"out{suffix}", [])
        write_table(tmp_path / f"columns{suffix}", {"hts": []})
    assert render([], "json") == "[]\n"
    assert render({"hts": []}, "csv") == "hts\n"


def test_refusals(tmp_path):
    with pytest.raises(InputError, match=r"\.csv"):
        write_table(tmp_path / "out.doc", RECORDS)
    with pytest.raises(InputError, match="folder"):
        write_table(tmp_path / "absent" / "out.csv", RECORDS)
    with pytest.raises(InputError, match="length"):
        render({"a": [1], "b": []}, "csv")
    with pytest.raises(InputError, match="text format"):
        render(RECORDS, "xlsx")


def test_a_write_that_fails_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("before", encoding="utf-8")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_table(path, RECORDS)
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]

import io
import json
import sys
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io import Fault, read_table, render

COLUMNS = {
    "line_id": ["id", "line"],
    "hts": ["hts_code", "tariff number"],
    "origin": ["country of origin"],
    "entry_on": ["entry_date"],
    "value_usd": ["value"],
}
REQUIRED = ["line_id", "hts", "origin", "entry_on", "value_usd"]
GOOD = {"line_id": ["1", "2"], "hts": ["8505.11.00.70", "0101.21.00.10"], "origin": ["CN", None],
        "entry_on": ["2025-04-09", "2025-04-10"], "value_usd": ["100", "5.50"]}  # fmt: skip
TEXT = "line_id,hts,origin,entry_on,value_usd\n"
TEXT += "1,8505.11.00.70,CN,2025-04-09,100\n2,0101.21.00.10,,2025-04-10,5.50\n"
BROKEN = Path(__file__).parent.parent / "broken" / "tables"


def read(content, name="lines.csv", **more):
    return read_table(name, COLUMNS, REQUIRED, content=content.encode() if isinstance(content, str) else content, **more)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(), TEXT.encode("utf-16"), TEXT.rstrip("\n").encode(),
        TEXT.replace("CN", '"CN"').encode(), TEXT.replace("100", " 100 ").encode(),
        TEXT.replace("line_id,hts", "Line ID,HTS-Code").replace("entry_on", "Entry Date").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
)  # fmt: skip
def test_forms_of_csv(content):
    table = read(content)
    assert table.faults == []
    assert table.columns == GOOD
    assert table.rows == [2, 3]
    assert len(table) == 2


def test_blank_rows_are_left_out_but_counted():
    table = read(TEXT.replace("\n2,", "\n\n,,,,\n2,"))
    assert table.columns == GOOD
    assert table.rows == [2, 5]
    assert table.faults == []
    table = read(TEXT.replace("\n2,", "\n,,,,\n2,"))
    assert (table.columns, table.rows) == (GOOD, [2, 4])
    table = read("\n\n" + TEXT)
    assert (table.columns, table.rows) == (GOOD, [4, 5])


def test_cells_with_line_breaks_are_one_row():
    table = read(TEXT.replace("CN", '"China,\nmainland"'))
    assert table.columns["origin"] == ["China,\nmainland", None]
    assert table.rows == [2, 3]
    assert table.faults == []


def test_empty_cells_after_the_last_column_do_no_harm():
    table = read(TEXT.replace("5.50", "5.50,,"))
    assert (table.columns, table.faults) == (GOOD, [])


def test_standard_input(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(TEXT.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    table = read_table("-", COLUMNS, REQUIRED)
    assert (table.columns, table.source) == (GOOD, "<stdin>")


RECORDS = [
    {"line_id": "1", "hts": "8505.11.00.70", "origin": "CN", "entry_on": "2025-04-09", "value_usd": 100},
    {"line_id": 2, "hts": "0101.21.00.10", "entry_on": "2025-04-10", "value_usd": "5.50"},
]


@pytest.mark.parametrize("name", ["lines.json", "<stdin>"])
@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS),
        json.dumps({"lines": RECORDS}, indent=1),
        "\n".join(json.dumps(record) for record in RECORDS) + "\n",
    ],
)
def test_forms_of_json(content, name):
    table = read(content, name)
    assert (table.columns, table.rows, table.faults) == (GOOD, [1, 2], [])


def test_json_keeps_numbers_as_written():
    table = read(
        '[{"line_id": 1, "hts": 8505110070, "origin": "CN", "entry_on": "2025-04-09", "value_usd": 10.10}]',
        "a.json",
    )
    assert table.columns["value_usd"] == ["10.10"]
    assert table.columns["hts"] == ["8505110070"]


def workbook(rows, second=None):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        form = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet("Lines")
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, date):
                    page.write_datetime(row, column, value, form)
                elif value is not None:
                    page.write(row, column, value)
        if second:
            book.add_worksheet("Other").write_row(0, 0, second)
    return out.getvalue()


HEAD = list(GOOD)


def test_excel():
    content = workbook(
        [
            [], HEAD, ["1", "8505.11.00.70", "CN", datetime(2025, 4, 9), 100], [],  # noqa: DTZ001
            [2, "0101.21.00.10", None, "2025-04-10", "5.50"],
        ]
    )  # fmt: skip
    table = read(content, "lines.xlsx")
    assert table.columns == GOOD
    assert table.rows == [3, 5]
    assert table.faults == []


def test_excel_numbers_of_tariff_codes_get_a_note():
    content = workbook([HEAD, ["1", 8505110070, "CN", "2025-04-09", 1], ["2", 101210010, "CN", "2025-04-09", 1.25]])
    table = read(content, "lines.xlsx")
    assert table.columns["hts"] == ["8505110070", "101210010"]
    assert table.columns["value_usd"] == ["1", "1.25"]
    (note,) = table.faults
    assert note.severity == "note"
    assert note.row == 3
    assert "leading zero" in note.message
    assert table.errors == []


def test_excel_sheets_and_error_cells():
    content = workbook([HEAD, ["1", "8505", "CN", "2025-04-09", "#N/A"]], second=["hts"])
    (fault,) = read(content, "lines.xlsx").faults
    assert (fault.code, fault.row, fault.column) == ("cell_error", 2, "value_usd")
    with pytest.raises(NotFoundError, match="Lines, Other"):
        read(content, "lines.xlsx", sheet="Absent")
    assert {fault.code for fault in read(content, "lines.xlsx", sheet="Other").faults} == {"missing_column"}


def test_parquet():
    table = pa.table(
        {
            "line_id": pa.array([1, 2]),
            "hts": pa.array(["8505.11.00.70", "0101.21.00.10"]).dictionary_encode(),
            "origin": ["CN", None],
            "entry_on": [date(2025, 4, 9), date(2025, 4, 10)],
            "value_usd": pa.array([100.0, float("nan")]),
        }
    )
    out = io.BytesIO()
    parquet.write_table(table, out)
    got = read(out.getvalue(), "lines.parquet")
    assert got.columns == {**GOOD, "value_usd": ["100", None]}
    assert got.rows == [1, 2]
    assert got.faults == []


def test_parquet_with_lists():
    out = io.BytesIO()
    parquet.write_table(pa.table({"hts": [["8505"]]}), out)
    got = read_table("a.parquet", {"hts": []}, content=out.getvalue())
    assert got.columns == {"hts": [None]}
    assert got.faults[0].code == "nested_column"


def test_cells_that_are_too_long_cost_one_row():
    table = read(TEXT.replace("CN", '"' + "x" * 140_000 + '"') + "\n\n3,8505,CN,2025-04-09,1\n")
    assert table.rows == [3, 6]
    assert [(fault.code, fault.row) for fault in table.faults] == [("unreadable_row", 2)]


def test_text_in_no_known_encoding():
    with pytest.raises(InputError, match="CSV UTF-8"):
        read(b"hts\n\x81\xff\n")


def test_json_of_no_use():
    with pytest.raises(InputError, match="UTF-8"):
        read(b"[\xff]", "a.json")
    with pytest.raises(InputError, match="NaN"):
        read('[{"hts": NaN}]', "a.json")


EXPECTED = {
    "thousands_comma.csv": (["row 3", "6 cells", "header 5", "double quotes"], 2),
    "short_row.csv": (["row 3", "3 cells"], 2),
    "duplicate_column.csv": (["row 1", "stands twice", "'HTS'"], 1),
    "missing_column.csv": (["column entry_on", "missing", "entry_date"], 1),
    "unknown_column.csv": (["entri_onn", "not known", "Did you mean entry_on?"], 1),
    "header_only.csv": (["no rows"], 0),
    "empty.csv": (["no rows"], 0),
    "open_quote.csv": (["row 2", "double quote", "left out"], 2),
    "windows_1252.csv": (["Windows-1252", "UTF-8"], 1),
    "duplicate_key.json": (["row 1", "column hts", "twice"], 1),
    "nested_value.json": (["row 1", "column hts", "list or object"], 1),
    "not_an_object.json": (["row 1", "not an object"], 0),
    "broken_line.jsonl": (["row 2", "not JSON"], 2),
    "spreadsheet_error.csv": (["row 3", "column origin", "the error #BEZUG!", "left out"], 1),
    "error_cell.xlsx": (["row 3", "column origin", "cell C3 holds the error #REF!", "left out"], 1),
    "formula_without_value.xlsx": (["row 3", "column value_usd", "cell E3", "value is not saved", "left out"], 1),
    "merged_cells.xlsx": (["row 2", "C2:C3 are merged", "the row is left out", "Unmerge"], 0),
}
RAISING = {
    "bad_json.json": (["line 1", "not JSON"], "bad_json"),
    "no_list.json": (["no list of lines"], "bad_json"),
    "not_excel.xlsx": (["named .xlsx", "something else"], "wrong_format"),
    "damaged.xlsx": (["Excel", "save it again"], "damaged_file"),
    "damaged.parquet": (["Parquet", "cut off"], "damaged_file"),
    "far_cell.xlsx": (["sheet Lines", "XFD1048576", "60,000,000 cells", "Delete what stands far off"], "sheet_too_large"),
    "bomb.xlsx": (["would grow", "200 times", "save it as CSV"], "too_large_unpacked"),
    "document_type.xlsx": (["sheet Lines", "document type"], "damaged_file"),
    "path_outside.xlsx": (["'../evil.xml' leads out of the file"], "path_outside"),
    "no_workbook.xlsx": (["no Excel workbook of the .xlsx kind", "save it as .xlsx"], "wrong_format"),
    "old_excel.xls": (["old Excel file", "save it as .xlsx"], "old_excel"),
    "password.xlsx": (["protected by a password"], "password"),
}


def test_every_broken_file_is_expected():
    assert {path.name for path in BROKEN.iterdir()} == set(EXPECTED) | set(RAISING)


@pytest.mark.parametrize("name", EXPECTED)
def test_broken_tables_are_told_and_good_rows_kept(name):
    words, good = EXPECTED[name]
    table = read_table(BROKEN / name, COLUMNS, REQUIRED)
    assert len(table) == good
    assert all(len(cells) == good for cells in table.columns.values())
    told = str(table.faults[0])
    for word in (name, *words):
        assert word in told
    assert all(fault.cure for fault in table.faults)


@pytest.mark.parametrize("name", RAISING)
def test_unreadable_files_raise(name):
    words, code = RAISING[name]
    with pytest.raises(InputError) as caught:
        read_table(BROKEN / name, COLUMNS, REQUIRED)
    assert caught.value.code == code
    for word in (name, *words):
        assert word in str(caught.value)


def test_absent_files_and_folders(tmp_path):
    with pytest.raises(NotFoundError):
        read_table(tmp_path / "absent.csv", COLUMNS)
    with pytest.raises(InputError):
        read_table(tmp_path, COLUMNS)


def test_fault_text_and_json():
    fault = Fault("f.csv", 7, "hts", "x", "'x' is not a tariff number", "Give digits.", "hts_not_digits")
    assert str(fault) == "f.csv, row 7, column hts: 'x' is not a tariff number. Give digits."
    assert fault.to_json()["row"] == 7
    assert fault.to_json()["severity"] == "error"


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=12)
CELLS = CELLS.filter(lambda text: not text.strip().startswith("#"))  # errors of a spreadsheet have tests of their own


@given(
    st.lists(
        st.fixed_dictionaries({"line_id": st.integers(1).map(str), "hts": CELLS, "origin": CELLS}),
        min_size=1,
        max_size=8,
    )
)
def test_csv_round_trip(records):
    table = read_table("a.csv", {"line_id": [], "hts": [], "origin": []}, content=render(records, "csv").encode())
    assert table.faults == []
    for name in ("line_id", "hts", "origin"):
        assert table.columns[name] == [record[name].strip() or None for record in records]
    assert table.rows == list(range(2, len(records) + 2))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(["json", "jsonl"]))
def test_json_round_trip(cells, kind):
    records = [{"hts": first, "origin": second} for first, second in cells]
    table = read_table(f"a.{kind}", {"hts": [], "origin": []}, content=render(records, kind).encode())
    assert table.columns["hts"] == [first.strip() or None for first, _ in cells]
    assert table.columns["origin"] == [second.strip() or None for _, second in cells]


@given(st.data())
def test_slow_and_fast_ways_agree(data):
    cells = data.draw(st.lists(st.tuples(*[st.text("ab ;.1", max_size=4)] * 3), min_size=1, max_size=6))
    body = "id,hts,origin\n" + "".join(",".join(row) + "\n" for row in cells)
    names = {"id": [], "hts": [], "origin": []}
    fast = read_table("a.csv", names, content=body.encode())
    slow = read_table("a.csv", names, content=(body + "\n\n").encode())
    assert (fast.columns, fast.rows) == (slow.columns, slow.rows)

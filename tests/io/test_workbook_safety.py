"""Workbooks and CSV of others: what reads as blank and is not is told, what would burst is refused, no text becomes a formula."""

import csv
import io
import random
import re
import time
import zipfile
from datetime import date

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from countermeasure.errors import InputError
from countermeasure.io import Fault, read_table, render, write_table
from countermeasure.io import xlsx_quick as quick
from countermeasure.io.faultlog import FaultLog
from countermeasure.io.guard import GUARDED, guarded, is_guarded, unguarded
from countermeasure.io.limits import TABLE, TABLE_UPLOAD, Limits
from countermeasure.io.workbook import write_workbook
from countermeasure.io.xlsx import look_into, open_workbook
from countermeasure.io.xlsx_scan import cell_area, cell_name, column_number, scan_sheet

SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = {"line_id": [], "hts": [], "origin": [], "value_usd": []}
HEAD = ["line_id", "hts", "origin", "value_usd", "remark"]


def workbook(change=None, rows=3):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Lines")
        page.write_row(0, 0, HEAD)
        for row in range(1, rows + 1):
            page.write_row(row, 0, [f"L-{row}", "8505.11.00.70", "CN", 100 * row, "x"])
        if change is not None:
            change(page, book)
    return out.getvalue()


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


def packed(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in entries.items():
            target.writestr(path, content)
    return out.getvalue()


def changed(old, new, path=SHEET, base=None):
    inside = parts(base or workbook())
    assert old in inside[path]
    return packed(inside | {path: inside[path].replace(old, new, 1)})


def read(content, **more):
    return read_table("lines.xlsx", COLUMNS, ["hts"], content=content, **more)


# ----------------------------------------------------------------------- what reads as blank and is not


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"])
def test_an_error_is_told_and_its_row_left_out(error):
    table = read(workbook(lambda page, book: page.write_formula("C3", "=X", None, error)))
    (fault,) = table.errors
    assert (fault.code, fault.row, fault.column, fault.value) == ("cell_error", 3, "origin", error)
    assert "cell C3" in fault.message
    assert table.columns["line_id"] == ["L-1", "L-3"]
    assert table.rows == [2, 4]


@pytest.mark.parametrize("cell", [b"<f>A1</f>", b"<f>A1</f><v></v>", b"<f>A1</f><v/>", b"<f/>", b'<f t="shared" si="0"/>'])
def test_a_formula_without_a_saved_value_is_told(cell):
    table = read(changed(b'<c r="D3"><v>200</v></c>', b'<c r="D3">' + cell + b"</c>"))
    (fault,) = table.errors
    assert (fault.code, fault.row, fault.column) == ("formula_without_value", 3, "value_usd")
    assert "let it calculate" in fault.cure
    assert table.rows == [2, 4]


def test_a_saved_value_of_a_formula_is_read_and_an_empty_one_is_empty():
    table = read(workbook(lambda page, book: page.write_formula("D3", "=1+1", None, 2)))
    assert (table.errors, table.columns["value_usd"]) == ([], ["100", "2", "300"])
    table = read(changed(b'<c r="D3"><v>200</v></c>', b'<c r="D3" t="str"><f>""</f><v></v></c>'))
    assert (table.errors, table.columns["value_usd"]) == ([], ["100", None, "300"])


def test_columns_that_are_not_read_do_not_matter():
    def change(page, book):
        page.write_formula("E2", "=X", None, "#REF!")
        page.write_formula("E9", "=X", None, "#REF!")
        page.merge_range("E3:E4", "both")

    table = read(workbook(change))
    assert table.errors == []
    assert table.rows == [2, 3, 4]


def test_a_row_with_nothing_but_an_error_is_told():
    table = read(workbook(lambda page, book: page.write_formula("B9", "=X", None, "#REF!")))
    assert [(fault.row, fault.code) for fault in table.errors] == [(9, "cell_error")]
    assert table.rows == [2, 3, 4]


def test_an_error_as_head_of_a_column_is_told():
    table = read(workbook(lambda page, book: page.write_formula("C1", "=X", None, "#REF!")))
    assert any("cell C1, the head of a column, holds the error #REF!" in str(fault) for fault in table.faults)
    assert "origin" not in table.columns


@pytest.mark.parametrize(
    ("area", "gone"),
    [
        ("C3:C4", {3, 4}),
        ("B3:C3", {3}),
        ("A6:E6", {6}),
        ("D3:E3", set()),
        ("E2:E4", set()),
        ("A1:B1", set()),
        ("D3:E4", {3, 4}),
    ],
)
def test_merged_cells_leave_out_the_rows_they_make_doubtful(area, gone):
    table = read(workbook(lambda page, book: page.merge_range(area, "one"), rows=5))
    told = [fault for fault in table.errors if fault.code == "merged_cells"]
    assert {fault.row for fault in told} == gone
    assert set(table.rows) == set(range(2, 7)) - gone


def test_all_errors_are_told_however_many():
    def change(page, book):
        for row in range(10, 3_000):
            page.write_formula(row, 2, "=X", None, "#N/A")

    assert len(read(workbook(change)).errors) == 2_990


@pytest.mark.parametrize("word", ["#N/A", "#NV", "#VALEUR!", "#¡REF!", "#DIV/0!"])
def test_errors_written_as_text_are_told_in_every_form(word, tmp_path):
    records = [{"line_id": "1", "hts": "8505", "origin": "CN"}, {"line_id": "2", "hts": "8505", "origin": word}]
    for suffix in (".csv", ".tsv", ".json", ".jsonl", ".xlsx", ".parquet"):
        table = read_table(write_table(tmp_path / f"t{suffix}", records), COLUMNS)
        assert [(fault.code, fault.column) for fault in table.errors] == [("cell_error", "origin")], suffix
        assert table.columns["line_id"] == ["1"]


def test_signs_that_are_no_errors_are_left_alone():
    table = read_table("a.csv", COLUMNS, content=b"line_id,hts\nItem #5,8505\n#N/A here,8506\n")
    assert (table.errors, table.rows) == ([], [2, 3])


def test_the_first_sheet_that_is_not_hidden_is_read():
    def change(page, book):
        book.add_worksheet("Seen").write_row(0, 0, ["hts"])
        book.worksheets()[1].write(1, 0, "8501")
        page.hide()
        book.worksheets()[1].activate()
        book.worksheets()[1].set_first_sheet()

    content = workbook(change)
    assert read(content).columns == {"hts": ["8501"]}
    assert len(read(content, sheet="Lines")) == 3


def test_macros_are_not_run_and_not_handed_on():
    book = open_workbook(packed(parts(workbook()) | {"xl/vbaProject.bin": b"\0" * 100}), "a.xlsm", TABLE)
    assert book is not None
    assert book.macros
    assert all("vba" not in path for path in book.parts)


# ------------------------------------------------------------------------------------ what would burst


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>', b'<c r="xfd1048576"><v>1</v></c>', b'<c r="XFD1048576" t="inlineStr"><is/></c>',
        b'<c r="XFD1048576" t="str"><v></v></c>', b'<c r="XFD1048576" t="e"><v>#N/A</v></c>',
        b'<c r="A9" r="XFD1048576"><v>1</v></c>', b'<c r="$XFD$1048576"><v>1</v></c>', b'<x:c r="XFD1048576"><v>1</v></x:c>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [3, 3_000])
def test_a_cell_far_off_is_refused_however_it_is_written(cell, rows):
    """Small sheets are parsed; large ones are looked through. A reader of values would make room for the whole area."""
    content = changed(b"</sheetData>", b'<row r="1048576">' + cell + b"</row></sheetData>", base=workbook(rows=rows))
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read(content)
    assert caught.value.code in ("sheet_too_large", "damaged_file")
    assert time.process_time() - start < 5


def test_formats_far_off_do_no_harm():
    row = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    content = changed(b"</sheetData>", row, base=workbook(rows=3_000))
    assert read(content).rows == list(range(2, 3_002))


def test_bombs_are_refused_by_what_they_declare():
    inside = parts(workbook())
    with pytest.raises(InputError, match=r"would grow .* to 8\.0 MB"):
        read(packed(inside | {"xl/styles.xml": inside["xl/styles.xml"] + b" " * 8_000_000}))
    with pytest.raises(InputError, match=r"2,0\d\d files"):
        read(packed(inside | {f"xl/media/{n}.png": b"" for n in range(2_000)}))
    with pytest.raises(InputError, match="are read"):
        read(workbook(), limits=Limits(size=1_000))


def test_one_long_text_in_very_many_cells_is_refused():
    def change(page, book):
        for row in range(10, 9_000):
            page.write(row, 4, "x" * 32_000)

    content = workbook(change, rows=8)
    with pytest.raises(InputError, match="more than 200,000,000 characters"):
        read(content, limits=TABLE_UPLOAD)
    assert len(read(content)) == 8_998


def test_a_long_text_in_few_cells_is_no_harm():
    def change(page, book):
        page.write("E2", "y" * 32_000)

    content = workbook(change, rows=9_000)
    assert len(read(content, limits=Limits(rows=20_000, text=2_000_000))) == 9_000


def test_parts_that_differ_in_case_alone_are_refused():
    inside = parts(workbook())
    with pytest.raises(InputError, match="twice"):
        read(packed(inside | {"xl/worksheets/Sheet1.xml": inside[SHEET]}))


def test_parquet_that_bursts_is_refused():
    out = io.BytesIO()
    parquet.write_table(pa.table({"hts": pa.array(["8505"] * 200_000)}), out)
    with pytest.raises(InputError, match="200,000 cells, and 100,000 are read"):
        read_table("a.parquet", COLUMNS, content=out.getvalue(), limits=Limits(cells=100_000))
    assert len(read_table("a.parquet", COLUMNS, content=out.getvalue())) == 200_000


def test_what_is_packed_is_looked_into_before_it_is_read():
    look_into(workbook(), "a.xlsx", TABLE_UPLOAD)
    far = workbook(lambda page, book: book.add_worksheet("second").write(1_048_575, 16_383, 1))
    with pytest.raises(InputError, match="XFD1048576"):
        look_into(far, "a.xlsx", TABLE_UPLOAD)
    assert len(read(far)) == 3  # the second sheet is not touched


# ------------------------------------------------------------------ two ways to look, and what readers do


def _bodies(rng, odd):
    said = ["", "<v/>", "<v></v>", "<v>1</v>", "<v>#N/A</v>", "<f>A1</f>", "<f>A1</f><v>2</v>", '<f>"e"</f><v>1</v>', "<f/><v/>",
            '<f t="shared" si="0"/>', "<f>B</f><v></v>", '<is><t>x "e"</t></is>', '<is><t xml:space="preserve"> </t></is>', "<is/>"]  # fmt: skip
    if odd:
        said += ["<v><!-- --></v>", "<v><![CDATA[1]]></v>", "<is><r><t>a</t></r></is>", "\n<v>1</v>\n", "<f>A1</f>\n<v/>\n"]
    return rng.choice(said)


def _sheet(rng):
    """A sheet of odd cells, as bytes."""
    odd, rows = rng.random() < 0.4, []
    for number in range(1, rng.randrange(2, 7)):
        cells = []
        for letter in "ABC"[: rng.randrange(4)]:
            place = f'r="{rng.choice([letter, letter, "AB"])}{number}"'
            if odd and rng.random() < 0.2:
                place = rng.choice(
                    ['r="b7"', "r='A1'", 'r ="A1"', "", f's="1" {place}', 'r="A0"', 'r="AAAA1"', 'r="A12345678"']
                )
            kind = rng.choice(
                ["", ' s="3"', ' t="s"', ' s="1" t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', " t='e'", ' t="d"']
            )
            cells.append(f"<c {place}{kind}>{_bodies(rng, odd)}</c>" if rng.random() < 0.9 else f"<c {place}{kind}/>")
        row = rng.choice([f' r="{number}"', "", f' r="{number + 2}"']) if odd else f' r="{number}" spans="1:3"'
        rows.append(f"<row{row}>{''.join(cells)}</row>")
    tail = rng.choice(["", '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>', '<x>"e"</x>'])
    head = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{head}<sheetData>{''.join(rows)}</sheetData>{tail}</worksheet>".encode()


def _tried(look, content):
    try:
        return look(content, "a sheet", [3, 3], TABLE)
    except InputError:
        return None


def test_looking_through_and_parsing_agree():
    rng, taken = random.Random(7), 0
    for _ in range(3_000):
        content = _sheet(rng)
        found = _tried(quick._quickly, content)
        if found is None:
            continue
        taken += 1
        true = _tried(scan_sheet, content)
        assert true is not None, content
        assert (found.errors, found.unsaved) == (sorted(true.errors), sorted(true.unsaved)), content
        assert (found.lost, found.odd, found.merged) == (true.lost, true.odd, true.merged), content
        assert found.last_row >= true.last_row, content
        assert found.last_column >= true.last_column, content
        assert found.text >= true.text, content
    assert taken > 1_000


def test_no_reader_makes_more_room_than_was_looked_at():
    rng, inside, seen = random.Random(8), parts(workbook()), 0
    for _ in range(600):
        content = _sheet(rng)
        scan = _tried(scan_sheet, content)
        if scan is None:
            continue
        try:
            page = CalamineWorkbook.from_filelike(io.BytesIO(packed(inside | {SHEET: content}))).get_sheet_by_index(0)
        except Exception:  # noqa: BLE001, S112 - what the reader refuses makes no room
            continue
        grid, seen = page.to_python(skip_empty_area=False), seen + 1
        assert len(grid) <= scan.last_row, content
        assert not grid or len(grid[0]) <= scan.last_column, content
    assert seen > 300


def test_a_large_sheet_is_looked_through_and_its_faults_are_found():
    def change(page, book):
        page.write_formula("C5001", "=X", None, "#REF!")
        page.write_formula("D5002", "=1+1", None, 2)
        page.write_formula("D7000", "=A1", None, "")  # no value is saved
        page.merge_range("C8000:C8001", "CN")

    content = workbook(change, rows=9_000)
    assert len(parts(content)[SHEET]) > quick.SMALL
    table = read(content)
    assert [(fault.code, fault.row) for fault in table.errors] == [
        ("cell_error", 5001),
        ("formula_without_value", 7000),
        ("merged_cells", 8000),
        ("merged_cells", 8001),
    ]
    assert len(table) == 9_000 - 4


def test_prefixes_and_cells_without_a_place_are_read_the_slow_way():
    inside = parts(workbook(lambda page, book: page.write_formula("C5", "=X", None, "#REF!"), rows=5_000))
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = inside[SHEET].replace(b'xmlns="' + main, b'xmlns:x="' + main)
    for tag in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"f"):
        for end in (b" ", b">", b"/"):
            text = text.replace(b"<" + tag + end, b"<x:" + tag + end).replace(b"</" + tag + end, b"</x:" + tag + end)
    table = read(packed(inside | {SHEET: text}))
    assert [(fault.code, fault.row) for fault in table.errors] == [("cell_error", 5)]
    assert len(table) == 4_999


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_names_of_cells_and_back(row, column):
    assert cell_area(cell_name(row, column)) == (row, column, row, column)
    assert column_number(cell_name(1, column)[:-1]) == column


# ------------------------------------------------------------------------- no text becomes a formula

BAD = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "''=1", "=HYPERLINK(\"http://x\")", "-Teile, lose", "|x",
       "\uff1d1+1", "\u00a0=1", "' =1", "=cmd|' /C calc'!A0"]  # fmt: skip
KEPT = ["-4.5", "+3", "12 %", "-1e5", "-", "--", "", "'tis", "T-1", "9903.01.25", "2026-12-09", "O'Neill", "'"]


def test_what_is_guarded_and_what_is_not():
    assert [guarded(text) for text in BAD] == [f"'{text}" for text in BAD]
    assert [guarded(text) for text in KEPT] == KEPT


@given(st.text(st.sampled_from("=+-@|%'\t\r\n \u00a0a1.\uff1d"), max_size=6) | st.text(max_size=12))
def test_guarding_loses_nothing(text):
    assert unguarded(guarded(text)) == text
    assert not is_guarded(guarded(text)) or guarded(text).startswith("'")
    if guarded(text) != text:
        assert GUARDED.search(guarded(text))
    else:
        assert unguarded(text) == text


CELLS = st.text(st.sampled_from("=+-@|%'\" ,;\n\u00a0a1.\uff1d"), min_size=0, max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(["csv", "tsv"]))
def test_tables_written_and_read_back_hold_the_same_texts(cells, kind):
    records = [{"line_id": str(n), "hts": first, "origin": second} for n, (first, second) in enumerate(cells)]
    text = render(records, kind)
    assert all(not is_guarded(cell) or cell.startswith("'") for row in csv.reader(io.StringIO(text), delimiter=",\t"[kind == "tsv"])
               for cell in row)  # fmt: skip
    table = read_table(f"a.{kind}", COLUMNS, content=text.encode())
    assert table.faults == []
    assert table.columns["hts"] == [first.strip() or None for first, _ in cells]
    assert table.columns["origin"] == [second.strip() or None for _, second in cells]


def test_excel_holds_texts_as_quoted_texts_and_numbers_as_numbers(tmp_path):
    rows = [{"name": text, "value_usd": -4.5, "origin": "CN"} for text in BAD]
    one = write_table(tmp_path / "one.xlsx", rows)
    two = write_workbook(tmp_path / "two.xlsx", {"a": (("name", "value_usd"), rows)})
    for path in (one, two):
        inside = parts(path.read_bytes())
        formats = re.findall(rb"<xf [^>]*>", inside["xl/styles.xml"].partition(b"<cellXfs")[2])
        for row in range(2, len(BAD) + 2):
            (style,) = re.findall(rb'<c r="A%d" s="(\d+)" t="s"><v>' % row, inside[SHEET])
            assert b'quotePrefix="1"' in formats[int(style)]
            assert b'<c r="B%d"><v>-4.5</v>' % row in inside[SHEET]
        assert b"<f" not in inside[SHEET]
        assert read_table(path, {"name": []}).columns["name"] == [text.strip() for text in BAD]


def test_a_text_longer_than_a_cell_is_refused_not_dropped(tmp_path):
    with pytest.raises(InputError, match="40,000 characters") as caught:
        write_table(tmp_path / "a.xlsx", [{"name": "x" * 40_000}])
    assert "A2" in str(caught.value)
    assert write_table(tmp_path / "a.csv", [{"name": "x" * 40_000}]).exists()


def test_heads_lists_and_faults_are_guarded():
    assert render([{"=a": ["=x", "y"]}], "csv") == "'=a\n'=x; y\n"
    out = io.StringIO()
    FaultLog(out).add(Fault("=f.csv", 2, "hts", "=1+1", "'=1+1' is not a number", "Give one.", "bad"))
    row = list(csv.reader(io.StringIO(out.getvalue())))[1]
    assert row[2:6] == ["'=f.csv", "2", "hts", "'=1+1"]
    assert row[6] == "''=1+1' is not a number"


def test_json_and_parquet_hold_texts_as_they_are(tmp_path):
    records = [{"name": text, "on": date(2026, 1, 1)} for text in BAD]
    assert "'=1+1" not in render(records, "json")
    found = parquet.read_table(write_table(tmp_path / "a.parquet", records)).column("name").to_pylist()
    assert found == BAD

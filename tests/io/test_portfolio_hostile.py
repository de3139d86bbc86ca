"""Files that are damaged, odd or meant to do harm: refused with words, quickly, and nothing is unpacked or run."""

import contextlib
import io
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.guard import csv_text, guarded
from countermeasure.io.portfolio import UPLOAD, Limits, PortfolioFile, read_portfolio
from countermeasure.io.portfolio.template import shipped_rows, workbook_bytes
from countermeasure.io.xlsx_scan import cell_name

GOODS = ("good", "description", "hts", "origin", "value", "currency")
SHIPMENTS = ("shipment", "good", "on", "from", "to", "value", "currency")


def workbook(change: Callable[[dict[str, Any], Any], None] | None = None, leave_out: tuple[str, ...] = ()) -> bytes:
    """A small sound workbook; ``change`` writes into its sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
        pages = {}
        for name, rows in {
            "firm": [("name", "home"), ("Muster GmbH", "DE")],
            "goods": [GOODS, ("MAG", "NdFeB magnet", "8505.11.00.70", "CN", 3.1, "EUR"),
                      ("MOT", "Servo motor", "8501.52.40.00", "DE", 620, "EUR")],
            "shipments": [SHIPMENTS, ("T-1", "MOT", date(2026, 12, 9), "DE", "US", 148_800, "USD")],
        }.items():  # fmt: skip
            if name in leave_out:
                continue
            pages[name] = page = book.add_worksheet(name)
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    page.write(at, place, cell, day) if isinstance(cell, date) else page.write(at, place, cell)
        if change is not None:
            change(pages, book)
    return buffer.getvalue()


def read(content: bytes, name: str = "mine.xlsx", limits: Limits | None = None) -> PortfolioFile:
    return read_portfolio(name, content=content, limits=limits)


def errors(found: PortfolioFile) -> str:
    return "\n".join(str(fault) for fault in found.errors)


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for path, content in entries.items():
            target.writestr(path, content)
    return buffer.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


def with_sheet(number: int, old: bytes, new: bytes) -> bytes:
    """The small workbook with a change in the part of a sheet."""
    inside = parts(workbook())
    path = f"xl/worksheets/sheet{number}.xml"
    assert old in inside[path]
    return packed(inside | {path: inside[path].replace(old, new, 1)})


# ------------------------------------------------------------------------------------- what people do


def test_the_small_workbook_is_sound() -> None:
    found = read(workbook())
    assert found.errors == ()
    assert found.portfolio.shipments[0].on == (date(2026, 12, 9) - date(1970, 1, 1)).days


def test_missing_sheets_are_named_with_what_belongs_in_them() -> None:
    text = errors(read(workbook(leave_out=("shipments", "firm"))))
    assert "the sheet shipments is missing" in text
    assert "the sheet firm is missing" in text


def test_a_misspelled_sheet_offers_the_right_name() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        book.add_worksheet("ownrs").write(0, 0, "party")

    assert "'ownrs' is not known and is not read. Did you mean owners?" in errors(read(workbook(change)))


def test_two_sheets_of_one_kind_are_an_error() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        book.add_worksheet("items").write_row(0, 0, GOODS)

    assert "two tables of goods" in errors(read(workbook(change)))


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?"])
def test_errors_of_formulas_are_told_and_their_rows_left_out(error: str) -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_formula("E3", "=1/0", None, error)))
    assert f"sheet goods, row 3, column value: cell E3 holds the error {error}" in errors(found)
    assert [good.id for good in found.portfolio.goods] == ["MAG"]
    assert found.portfolio.shipments == ()


def test_an_error_as_id_is_no_blank() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_formula("A3", "=X", None, "#REF!")))
    assert "cell A3 holds the error #REF!" in errors(found)
    assert [good.id for good in found.portfolio.goods] == ["MAG"]


def test_a_row_that_holds_an_error_alone_is_told() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_formula("A9", "=X", None, "#REF!")))
    assert "row 9, column good: cell A9 holds the error #REF!" in errors(found)


@pytest.mark.parametrize("cell", [b'<c r="E3"><f>A1</f></c>', b'<c r="E3"><f>A1</f><v></v></c>', b'<c r="E3"><f/></c>'])
def test_a_formula_without_a_saved_value_is_told(cell: bytes) -> None:
    found = read(with_sheet(2, b'<c r="E3"><v>620</v></c>', cell))
    assert "cell E3 holds a formula whose value is not saved" in errors(found)
    assert "MOT" not in {good.id for good in found.portfolio.goods}


def test_of_a_formula_the_saved_value_is_read() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_formula("E3", "=600+20", None, 620)))
    assert found.errors == ()
    value = found.portfolio.good("MOT").value
    assert value is not None
    assert value.low == 620


def test_merged_cells_are_told_and_their_rows_left_out() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].merge_range("D2:D3", "CN")))
    assert "the cells D2:D3 are merged: only the first holds the value" in errors(found)
    assert found.portfolio.goods == ()


def test_very_many_merged_cells_are_refused() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        for row in range(2, 200, 2):
            pages["goods"].merge_range(row, 6, row, 8, "x")

    with pytest.raises(InputError, match="merged"):
        read(workbook(change))


def test_more_errors_than_are_shown_still_leave_their_rows_out() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        for row in range(3, 200):
            pages["goods"].write_row(row, 0, (f"G-{row}", "Thing"))
            pages["goods"].write_formula(row, 3, "=X", None, "#N/A")

    found = read(workbook(change))
    assert {good.id for good in found.portfolio.goods} == {"MAG", "MOT"}
    assert "more rows hold errors" in errors(found)


@pytest.mark.parametrize(
    ("cell", "words"),
    [(46365, "it would be 2026-12-09"), ("9.12.2026", "2026-12-09 or 2026-09-12"), ("soon", "is not a day")],
)
def test_days_as_numbers_or_words_are_not_guessed(cell: object, words: str) -> None:
    assert words in errors(read(workbook(lambda pages, book: pages["shipments"].write("C2", cell))))


def test_days_as_text_are_read() -> None:
    assert read(workbook(lambda pages, book: pages["shipments"].write("C2", "2026-12-09"))).errors == ()


def test_a_tariff_number_that_lost_its_zero_is_noted() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write("C2", 101210010)))
    assert any(fault.code == "tariff_number_as_number" and "leading zero" in fault.message for fault in found.faults)


def test_an_empty_workbook_and_empty_sheets_are_told() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet()
    with pytest.raises(InputError, match="holds no sheet of a portfolio"):
        read(buffer.getvalue())
    with pytest.raises(InputError, match="the file is empty"):
        read(b"")

    def change(pages: dict[str, Any], book: Any) -> None:
        book.add_worksheet("stocks")

    assert any("stocks" in fault.file and "holds no rows" in fault.message for fault in read(workbook(change)).faults)


def test_a_million_blank_rows_are_no_trouble() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        pages["goods"].set_column(0, 5, 10, book.add_format({"bold": True}))
        for row in range(3, 60_000):
            pages["goods"].write_blank(row, 2, None, book.formats[0])
        pages["goods"].write_blank(1_048_575, 5, None, book.formats[0])

    start = time.process_time()
    found = read(workbook(change))
    assert found.errors == ()
    assert len(found.portfolio.goods) == 2
    assert time.process_time() - start < 10


def test_blank_rows_of_a_table_are_passed_by(tmp_path: Path) -> None:
    for name, text in {
        "firm": "name,home\nMuster,DE\n",
        "goods": "good,description,origin\nMAG,Magnet,CN\n" + ",,\n" * 200_000,
        "shipments": "shipment,good,on,from,to\nT-1,MAG,2026-12-09,CN,DE\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert read_portfolio(tmp_path).errors == ()


# --------------------------------------------------------------------------------- what is no workbook


def test_an_old_excel_file_and_a_password_are_told_apart() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    with pytest.raises(InputError, match=r"old Excel file \(\.xls\)"):
        read(head, "mine.xls")
    with pytest.raises(InputError, match="protected by a password"):
        read(head + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize("content", [b"good,description\n", b"\x89PNG\r\n", b"%PDF-1.7", b"<html>", b"{}"])
def test_what_is_no_packed_file_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="no workbook and no packed folder"):
        read(content)


def test_a_file_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(InputError, match="damaged"):
        read(workbook()[:-300])
    with pytest.raises(InputError, match="damaged"):
        read(b"PK\x03\x04" + b"\0" * 100)


def test_a_part_that_is_no_xml_is_damaged() -> None:
    with pytest.raises(InputError, match="damaged"):
        read(with_sheet(2, b"<sheetData>", b"<sheetData"))


def test_macros_are_neither_run_nor_a_reason_to_refuse() -> None:
    found = read(packed(parts(workbook()) | {"xl/vbaProject.bin": b"\0" * 100}), "mine.xlsm")
    assert found.errors == ()
    assert any(fault.code == "macros" and "neither read nor run" in fault.message for fault in found.faults)


def test_other_packed_files_are_refused() -> None:
    with pytest.raises(InputError, match="neither a workbook"):
        read(packed({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}), "letter.docx")


def test_missing_files_and_empty_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read_portfolio(tmp_path / "nothing.xlsx")
    with pytest.raises(InputError, match="holds no CSV files"):
        read_portfolio(tmp_path)


# -------------------------------------------------------------------------------- what is meant to harm


def test_a_file_above_the_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    content = workbook()
    with pytest.raises(InputError, match=r"large, and 1\.0 kB are read"):
        read(content, limits=Limits(size=1000))
    path = tmp_path / "mine.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="are read"):
        read_portfolio(path, limits=Limits(size=1000))
    assert UPLOAD.size < Limits().size


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    bomb = packed(parts(workbook()) | {"xl/media/zeros.bin": b"\0" * 30_000_000})
    start = time.process_time()
    with pytest.raises(InputError, match=r"would grow from .* to 30\.0 MB"):
        read(bomb)
    with pytest.raises(InputError, match="would grow"):
        read(bomb, limits=Limits(ratio=10**6, unpacked=20_000_000))
    assert time.process_time() - start < 5


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """The table of contents says 100 bytes; more comes out."""
    content = bytearray(packed({"goods.csv": b"," * 5_000_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(signature)
        content[at + offset : at + offset + 4] = struct.pack("<I", 100)
    with pytest.raises(InputError, match="damaged"):
        read(bytes(content), "mine.zip")


def test_a_lie_with_a_matching_check_sum_reads_what_is_declared_and_no_more() -> None:
    import zlib

    text = b"good,description\nMAG,Magnet\n"
    whole = text + b"," * 5_000_000
    content = bytearray(packed({"goods.csv": whole}))
    for signature, size, check in ((b"PK\x03\x04", 22, 14), (b"PK\x01\x02", 24, 16)):
        at = content.find(signature)
        content[at + size : at + size + 4] = struct.pack("<I", len(text))
        content[at + check : at + check + 4] = struct.pack("<I", zlib.crc32(text))
    found = read(bytes(content), "mine.zip")
    assert [good.id for good in found.portfolio.goods] == ["MAG"]


def test_a_value_far_off_is_refused_before_its_area_is_made() -> None:
    start = time.process_time()
    with pytest.raises(InputError, match="column 16,384"):
        read(workbook(lambda pages, book: pages["goods"].write(1_048_575, 16_383, "x")))
    with pytest.raises(InputError, match="as far as F1048576"):
        read(workbook(lambda pages, book: pages["goods"].write(1_048_575, 5, "x")))
    assert time.process_time() - start < 5


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    def change(pages: dict[str, Any], book: Any) -> None:
        for row in range(2, 2_500):
            pages["goods"].write(row, 1, "x" * 30_000)

    with pytest.raises(InputError, match="more than 60,000,000 characters"):
        read(workbook(change))


def test_a_cell_longer_than_a_spreadsheet_allows_is_refused() -> None:
    inside = parts(workbook())
    long = inside["xl/sharedStrings.xml"].replace(b"Servo motor", b"x" * 40_000)
    with pytest.raises(InputError, match="more than 32,767 characters"):
        read(packed(inside | {"xl/sharedStrings.xml": long}))


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    inside = parts(workbook())
    for path in ("xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/sharedStrings.xml"):
        head, _, rest = inside[path].partition(b"?>")
        with pytest.raises(InputError, match="document type"):
            read(packed(inside | {path: head + b"?>" + bomb + rest}))


@pytest.mark.parametrize("path", ["../goods.csv", "/etc/goods.csv", "a/../../goods.csv", "..\\goods.csv", "C:\\goods.csv"])
def test_paths_that_lead_out_are_refused(path: str) -> None:
    with pytest.raises(InputError, match="leads out of the file"):
        read(packed({path: b"good,description\n"}), "mine.zip")


def test_links_repeated_paths_and_too_many_files_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        link = zipfile.ZipInfo("goods.csv")
        link.external_attr = 0o120777 << 16
        target.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="is a link"):
        read(buffer.getvalue(), "mine.zip")
    with pytest.raises(InputError, match="twice"):
        read(packed({"goods.csv": b"a", "goodz.csv": b"b"}).replace(b"goodz.csv", b"goods.csv"), "mine.zip")
    with pytest.raises(InputError, match="501 files"):
        read(packed({f"{n}.csv": b"x" for n in range(501)}), "mine.zip")


def test_a_packed_folder_of_tables_is_read() -> None:
    found = read(packed({
        "mine/firm.csv": b"name,home\nMuster,DE\n",
        "mine/goods.csv": b"good,description,origin\nMAG,Magnet,CN\n",
        "mine/shipments.csv": b"shipment,good,on,from,to\nT-1,MAG,2026-12-09,CN,DE\n",
        "__MACOSX/._goods.csv": b"\0\0",
    }), "mine.zip")  # fmt: skip
    assert found.errors == ()
    assert found.portfolio.shipments[0].id == "T-1"


def test_a_table_of_very_many_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "goods.csv").write_text(",".join(f"c{n}" for n in range(20_000)) + "\n")
    with pytest.raises(InputError, match="20,000 columns"):
        read_portfolio(tmp_path)


def test_very_many_faults_stop_at_the_limit(tmp_path: Path) -> None:
    rows = "".join(f"G-{n},,CN\n" for n in range(5_000))
    (tmp_path / "goods.csv").write_text(f"good,description,origin\n{rows}")
    found = read_portfolio(tmp_path)
    assert len(found.errors) < 600
    assert "are not looked at" in errors(found)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "\t=1", '=HYPERLINK("http://x")', " =1"])
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_string("B2", text)))
    assert found.errors == ()
    assert found.portfolio.good("MAG").description == text.strip()
    assert guarded(text).startswith("'")
    assert csv_text(("a",), [(text,)]).splitlines()[1].lstrip('"').startswith("'")


def test_numbers_keep_their_sign_in_exports() -> None:
    assert [guarded(text) for text in ("-4.5", "+3", "12 %", "2026-12-09", "T-1")] == [
        "-4.5",
        "+3",
        "12 %",
        "2026-12-09",
        "T-1",
    ]


def test_markup_is_text_and_goes_out_as_text() -> None:
    found = read(workbook(lambda pages, book: pages["goods"].write_string("B2", "<script>alert(1)</script>")))
    assert found.portfolio.good("MAG").description == "<script>alert(1)</script>"
    rows = shipped_rows()
    rows["goods"][0]["description"] = "=1+1"
    inside = parts(workbook_bytes(rows))
    assert not any(b"<f>" in content and b"1+1" in content for path, content in inside.items() if "worksheets" in path)


def test_names_of_cells() -> None:
    assert [cell_name(5, 3), cell_name(1, 26), cell_name(1, 27), cell_name(1_048_576, 16_384)] == [
        "C5", "Z1", "AA1", "XFD1048576"]  # fmt: skip


def test_damage_at_random_is_refused_or_read_and_never_a_crash() -> None:
    """Bytes of the file, and of the parts in it, changed with a fixed seed."""
    import random

    chance = random.Random(7)
    whole, inside = workbook(), parts(workbook())
    paths = [path for path in inside if path.startswith("xl/")]
    for _ in range(300):
        if chance.random() < 0.4:
            content = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                content[chance.randrange(len(content))] = chance.randrange(256)
        else:
            path = chance.choice(paths)
            part = bytearray(inside[path])
            at = chance.randrange(len(part))
            part[at : at + chance.randint(0, 3)] = bytes(chance.choices(b'<>/"0123456789AZrtc=', k=chance.randint(0, 3)))
            content = bytearray(packed(inside | {path: bytes(part)}))
        with contextlib.suppress(InputError):
            read(bytes(content), limits=UPLOAD)


def test_an_encoding_that_nobody_knows_is_damage() -> None:
    inside = parts(workbook())
    path = "xl/worksheets/sheet2.xml"
    with pytest.raises(InputError, match="damaged"):
        read(packed(inside | {path: inside[path].replace(b"UTF-8", b"UTF-2c8", 1)}))

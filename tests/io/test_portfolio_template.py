"""The template: filled with the example it reads back equal; every column is explained; nothing is overwritten."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from countermeasure.book.load import Book
from countermeasure.brief import Portfolio
from countermeasure.errors import InputError
from countermeasure.io.columns import plain_name
from countermeasure.io.portfolio import read_portfolio, shipped_portfolio
from countermeasure.io.portfolio.answer import portfolio_json, portfolio_sheets, span_words, value_words
from countermeasure.io.portfolio.sheets import EXAMPLE, SHEETS, columns_of
from countermeasure.io.portfolio.template import GUIDE, example_rows, fact_rows, guide_rows, shipped_rows, write_template


@pytest.fixture(scope="module")
def example() -> Portfolio:
    return shipped_portfolio()


@pytest.mark.parametrize("name", ["mine.xlsx", "mine"])
def test_the_template_filled_with_the_example_reads_back_equal(name: str, tmp_path: Path, example: Portfolio) -> None:
    written = write_template(tmp_path / name, shipped_rows())
    found = read_portfolio(tmp_path / name)
    assert [fault for fault in found.faults if fault.severity != "note"] == []
    assert found.portfolio == example
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("name", ["mine.xlsx", "mine"])
def test_an_empty_template_says_what_is_missing_and_reads_no_example(name: str, tmp_path: Path) -> None:
    write_template(tmp_path / name)
    found = read_portfolio(tmp_path / name)
    assert sum(found.rows.values()) == 0
    assert {fault.code for fault in found.errors} == {"no_rows"}
    assert len(found.errors) == sum(sheet.required for sheet in SHEETS.values())


def test_the_example_rows_would_be_read_without_their_mark(tmp_path: Path) -> None:
    """So the rows that show how it is done are right."""
    rows = example_rows()
    for sheet in rows.values():
        for row in sheet:
            first = next(iter(row))
            row[first] = row[first].removeprefix(f"{EXAMPLE} ")
    more = {"parties": [{"party": "S-1", "name": "Example Supply", "country": "CN"},
                        {"party": "OWN-1", "name": "Example Own", "country": "DE"}],
            "goods": [{"good": "G-2", "description": "Servo motor", "hts": "8501.52.40.00", "origin": "DE"}]}  # fmt: skip
    for name, extra in more.items():
        rows[name] += extra
    write_template(tmp_path / "mine", rows)
    found = read_portfolio(tmp_path / "mine")
    assert [str(fault) for fault in found.errors] == []


def test_nothing_is_overwritten_and_other_formats_are_refused(tmp_path: Path) -> None:
    write_template(tmp_path / "mine.xlsx")
    with pytest.raises(InputError, match="there already"):
        write_template(tmp_path / "mine.xlsx")
    write_template(tmp_path / "mine")
    with pytest.raises(InputError, match="there already"):
        write_template(tmp_path / "mine")
    with pytest.raises(InputError, match=r"files \.ods cannot be written"):
        write_template(tmp_path / "mine.ods")


def test_the_workbook_begins_with_a_guide_and_has_every_sheet(tmp_path: Path) -> None:
    write_template(tmp_path / "mine.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "mine.xlsx"))
    assert book.sheet_names == [GUIDE, *SHEETS]
    told = {(row[0], row[1]) for row in book.get_sheet_by_name(GUIDE).to_python()}
    assert {(sheet.name, column.name) for sheet in SHEETS.values() for column in sheet.columns} <= told


def test_every_column_is_explained_and_no_name_means_two() -> None:
    book = Book.shipped()
    for sheet in SHEETS.values():
        columns = columns_of(sheet, book.facts, book.control_facts)
        names = [plain_name(word) for name, others in columns.items() for word in (name, *others)]
        assert len(set(names)) == len(names), sheet.name
        assert all(column.note.endswith((".", "?", ";")) or column.note for column in sheet.columns)
        assert set(sheet.key) <= set(sheet.by_name)
        assert all(not column.of or column.of in SHEETS for column in sheet.columns)
    assert all(words for _, _, _, words, _ in guide_rows())
    assert all(question for _, question in fact_rows())
    words = [plain_name(word) for sheet in SHEETS.values() for word in (sheet.name, *sheet.others)]
    assert len(set(words)) == len(words)


def test_the_words_of_other_examples_are_understood() -> None:
    """One vocabulary: the columns of the examples for lines and for a firm have a place here, or another sheet for what they say."""
    book = Book.shipped()
    understood = {
        plain_name(word)
        for sheet in SHEETS.values()
        for name, others in columns_of(sheet, book.facts, book.control_facts).items()
        for word in (name, *others)
    }
    examples = Path(__file__).parent.parent.parent / "examples"
    for file in ("shipments.csv", "firm.csv"):
        with (examples / file).open(encoding="utf-8") as stream:
            heads = next(csv.reader(stream))
        unknown = {head for head in heads if plain_name(head) not in understood}
        assert unknown <= {"region", "cover_weeks"}  # told by the site, and by stock and use


def test_no_name_of_the_example_is_on_a_list_in_the_wheel(example: Portfolio) -> None:
    from countermeasure.io.party_index import party_index
    from countermeasure.io.party_lists import party_lists
    from countermeasure.parties.model import Query

    names = [example.name, *(p.name for p in example.parties), *(h.owner.name for h in example.holdings)]
    found = party_index(party_lists()).search([Query(name) for name in names])
    assert {name: hits for name, hits in zip(names, found, strict=True) if hits} == {}


def test_tables_and_json_hold_every_record(example: Portfolio) -> None:
    sheets = {sheet.name: sheet for sheet in portfolio_sheets(example)}
    assert len(sheets["shipments"].rows) == len(example.shipments)
    assert len(sheets["materials"].rows) == len(example.materials)
    told = portfolio_json(example)
    assert told["rates"][0]["source"]
    assert [row["good"] for row in told["goods"]] == [good.id for good in example.goods]
    sensor = next(row for row in told["materials"] if row["material"] == "SEN-MAG")
    assert sensor["value of one, or share"] == "not told"


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_words_of_values_name_both_ends(one, two) -> None:
    from countermeasure.licensing.transaction import Value

    low, high = sorted((one, two))
    words = value_words(Value(low, high, "EUR"))
    assert words.endswith(" EUR")
    assert (".." in words) == (low != high)
    assert value_words(None) == ""


def test_an_unknown_share_is_not_a_share_of_nothing() -> None:
    from fractions import Fraction

    assert span_words((None, None)) == "not known"
    assert span_words((Fraction(0), Fraction(0))) == "0 %"
    assert span_words((Fraction(1, 25), Fraction(3, 50))) == "4 to 6 %"

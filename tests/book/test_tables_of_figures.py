"""Tables of figures: what a reader may ask of one, and the faults it gathers."""

import math

import pytest

from countermeasure.book.tables import Table, read_table, refuse, text_at, unknown
from countermeasure.errors import InputError, NotFoundError

HEAD = "# name: t\n# title: T\n# source: made up\n# licence: L\n# confidence: high\n"
COLUMNS = ("name", "value", "source", "confidence")


def table(*rows: str) -> Table:
    return read_table(HEAD + "\n".join((",".join(COLUMNS), *rows)), "t.csv", COLUMNS, code="bad_test")


@pytest.mark.parametrize(
    ("cell", "bounds", "value", "words"),
    [
        ("1.5", {}, 1.5, None),
        ("", {"absent": 0.0, "above": 1.0}, 0.0, None),
        ("", {}, math.nan, "value '' is not a number; write digits with a point"),
        ("many", {}, math.nan, "value 'many' is not a number"),
        ("inf", {}, math.nan, "value is inf; write a finite number"),
        ("-1", {"low": 0}, -1.0, "value is -1, below 0; write a number of 0 or more"),
        ("2", {"low": 0, "high": 1}, 2.0, "value is 2, above 1; write a number from 0 to 1"),
        ("2", {"high": 1}, 2.0, "value is 2, above 1; write a number of 1 or less"),
        ("0", {"above": 0}, 0.0, "value is 0, not above 0; write a number above 0"),
    ],
)
def test_numbers(cell: str, bounds: dict[str, float], value: float, words: str | None) -> None:
    read = table(f"a,{cell},s,A")
    assert read.number(read.rows[0], "value", **bounds) == pytest.approx(value, nan_ok=True)
    assert len(read.faults) == (words is not None)
    assert all(fault.startswith(f"t.csv:7: {words}") for fault in read.faults)


def test_rows_are_told_by_the_line_they_begin_in() -> None:
    read = table("a,1,s,A", "", '"b\nb",2,s,A', "c,3", "a,1,,E", "a,1,s,A")
    assert [row.where for row in read.rows] == ["t.csv:7", "t.csv:9", "t.csv:12", "t.csv:13"]
    assert read.faults == ["t.csv:11: 2 cells, 4 columns; quote cells that hold commas"]
    read.faults.clear()
    read.once(("name", "value"))
    read.letter(read.rows[2])
    read.one_of(read.rows[0], "name", ("aa", "b"), "word")
    read.in_order(read.rows[0], (2.0, 1.0), ("low", "high"))
    assert read.faults == [
        "t.csv:12: a, 1 stands already in line 7; keep one of the two",
        "t.csv:13: a, 1 stands already in line 7; keep one of the two",
        "t.csv:12: confidence 'E' is unknown; write A, B, C, D or U",
        "t.csv:12: there is no source; every figure carries one",
        "t.csv:7: unknown word 'a'; there are aa",
        "t.csv:7: low 2, high 1 are not in order; none may be below the one before it",
    ]
    with pytest.raises(InputError, match="6 faults in the words") as caught:
        read.refuse("the words")
    assert (caught.value.code, caught.value.where) == ("bad_test", "t.csv")


def test_columns_are_those_of_the_file_where_none_are_named() -> None:
    read = read_table(HEAD + "one,two\n1,2\n", "t.csv")
    assert (read.columns, read.rows[0]["two"], read.header["title"]) == (("one", "two"), "2", "T")
    bare = read_table("one,two\n1,2\n", "t.csv")
    assert (bare.rows, len(bare.faults)) == ([], 1)


def test_tables_may_share_their_faults() -> None:
    faults: list[str] = []
    for name in ("a", "b"):
        read_table("", name, COLUMNS, faults=faults)
    assert [fault[:4] for fault in faults] == ["a:1:", "b:1:"]


def test_each_fault_is_told_once_and_no_more_than_fifty() -> None:
    refuse([], "the words", "t.csv")
    with pytest.raises(InputError, match="1 fault in the words"):
        refuse(["a", "a"], "the words", "t.csv")
    with pytest.raises(InputError, match="53 faults in the words") as caught:
        refuse([str(n) for n in range(53)], "the words", "t.csv")
    assert caught.value.faults[49:] == ("49", "and 3 more")


def test_names_that_are_near_come_first_and_few_where_none_is() -> None:
    assert unknown("word", "carz", ("cars", "boats")) == "unknown word 'carz'; there are cars"
    assert unknown("word", "x", [f"name{n}" for n in range(20)]).count(",") == 11


def test_a_text_is_utf_8_or_is_told(tmp_path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfgood")
    (tmp_path / "b.csv").write_bytes(b"one\nGr\xf6sse\n")
    assert text_at(tmp_path / "a.csv") == "good"
    with pytest.raises(InputError, match=r"b\.csv:2: this is not UTF-8 text"):
        text_at(tmp_path / "b.csv")
    with pytest.raises(NotFoundError, match=r"c\.csv: there is no such table\. Add it\."):
        text_at(tmp_path / "c.csv", cure="Add it.")

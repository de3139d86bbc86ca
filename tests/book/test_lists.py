"""Code lists: windows, what was known when, acts that change them, and the compiled ranges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Book
from countermeasure.book.compile import code_range
from countermeasure.book.lists import CodeList, ListRow, digits_of, parse_list
from countermeasure.book.model import ALWAYS, DAY, NEVER
from countermeasure.book.replay import ListChange
from countermeasure.codes import parse_day

HEAD = (
    "# name: mine\n# title: T\n# source: US note 1\n# licence: public domain\n# confidence: high\n"
    "# notes: first line\n#  and the second\ncode,from,until,by,until_by,note\n"
)


def read(rows: str) -> CodeList:
    faults: list[str] = []
    one = parse_list(HEAD + rows, "mine.csv", faults)
    assert not faults
    assert one is not None
    return one


def day(text: str) -> int:
    return parse_day(text) * DAY


def test_header_and_rows() -> None:
    one = read('8505.11,,,,,\n8507.60.00.10,2024-09-27,2026-01-01,us-a,us-b,"a, note"\n')
    assert (one.name, one.notes) == ("mine", "first line and the second")
    assert one.rows[0] == ListRow("850511", ALWAYS, NEVER)
    assert one.rows[1] == ListRow("8507600010", day("2024-09-27"), day("2026-01-01"), "us-a", "us-b", "a, note")


def test_what_was_known_when() -> None:
    one = read("8505,2024-09-27,2026-01-01,us-a,us-b,\n")
    assert one.known(frozenset()).rows == ()
    assert one.known(frozenset({"us-a"})).rows[0].end == NEVER
    assert one.known(frozenset({"us-a", "us-b"})).rows[0].end == day("2026-01-01")


def test_acts_add_and_take_off() -> None:
    one = read("8505,,,,,\n")
    more = one.changed(ListChange("mine", ("85.07",), day("2025-01-01"), NEVER, added=True, instrument="us-c"))
    assert more.rows[1] == ListRow("8507", day("2025-01-01"), NEVER, "us-c")
    less = more.changed(ListChange("mine", ("8505",), day("2025-02-01"), NEVER, added=False, instrument="us-d"))
    assert [r.end for r in less.rows] == [day("2025-02-01"), NEVER]
    assert one.rows[0].end == NEVER


@pytest.mark.parametrize("text", ["8", "85.0.a", "", "85051100701", "٨٥٠٥"])
def test_what_is_no_prefix(text) -> None:
    with pytest.raises(ValueError, match="prefix of two to ten digits"):
        digits_of(text)


def test_all_faults_of_a_list_come_with_their_line() -> None:
    faults: list[str] = []
    parse_list(HEAD + "85051,2025-01-01,,,,\nxx,,,,,\n8505,2025-13-01,,,,\n8505,,\n", "mine.csv", faults)
    assert [f.split(":")[1] for f in faults] == ["10", "11", "12"]


def test_known_lists_of_the_book_follow_the_day_of_knowledge() -> None:
    book = Book.shipped()
    before, after = (book.known_lists(book.replayed(parse_day(d)))["us-301-excl-164"] for d in ("2026-09-01", "2026-09-02"))
    assert before != after


def test_a_compiled_list_holds_its_codes_on_their_days() -> None:
    book = Book.shipped()
    compiled = book.compile()
    lists = book.known_lists(book.replayed())
    checked = 0
    for clause in compiled.clauses:
        goods = clause.body.goods
        if clause.goods < 0 or goods.exceptions or len(goods.members) != 1 or not goods.members[0].startswith("list:"):
            continue
        rows = lists[goods.members[0][5:]].rows
        for on in (clause.start // DAY, min(clause.end // DAY, parse_day("2027-01-01")) - 1):
            column = compiled.class_bits[:, compiled.goods.column(clause.goods, on)]
            live = [r for r in rows if r.start <= on * DAY < r.end]
            codes = np.array([code_range(r.digits) for r in live], np.int64).reshape(-1, 2)
            assert column[compiled.goods_class(codes[:, 0])].all()
            assert column[compiled.goods_class(codes[:, 1] - 1)].all()
            size = np.diff(np.append(compiled.points, 10**10))[column[compiled.point_class]].sum()
            assert size == _union(codes)
            checked += 1
    assert checked > 50


def _union(ranges: np.ndarray) -> int:
    total, reached = 0, -1
    for low, high in sorted(map(tuple, ranges.tolist())):
        total += max(0, high - max(low, reached))
        reached = max(reached, high)
    return total


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=2, max_size=10))
def test_a_prefix_holds_ten_to_the_missing_digits(digits) -> None:
    low, high = code_range(digits)
    assert high - low == 10 ** (10 - len(digits))
    assert f"{low:010d}".startswith(digits)
    assert f"{high - 1:010d}".startswith(digits)

"""Comparing days and books: what the law itself prints, and properties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermeasure.book import Book, Reading
from countermeasure.book.diff import diff_books, diff_days, in_short, prefixes
from countermeasure.codes import parse_day

HEAD = "id: {}\nkind: scenario\nissuer: US\ncitation: N\ntitle: T\npublished_on: '2026-10-01'\nconfidence: memory\nacts:\n"


@pytest.fixture
def with_act(tmp_path):
    """The shipped book with some acts more."""

    def call(*acts: str) -> Book:
        path = tmp_path / "what-if.yaml"
        path.write_text(HEAD.format("what-if") + "".join(f"  - {act}\n" for act in acts), encoding="utf-8")
        return Book.shipped().with_(path)

    return call


def by_id(changes):
    return {c.provision: c for c in changes}


def test_a_code_put_on_a_list_is_a_change_of_every_provision_of_that_list(with_act) -> None:
    new = with_act('{act: list, list: us-301-list-1, codes: ["8505.11.00.50"], from: "2026-11-01"}')
    for on in (None, parse_day("2026-12-01")):
        changes = by_id(diff_books(Book.shipped(), new, on))
        assert changes["us-301-list-1"].goods_entered == ("8505.11.00.50",)
        assert changes["us-301-list-1"].goods_left == ()
    assert not diff_books(Book.shipped(), new, parse_day("2026-10-31"))


def test_a_code_taken_off_a_list_leaves(with_act) -> None:
    new = with_act('{act: delist, list: us-301-list-1, codes: ["2845.20.00"], from: "2026-11-01"}')
    change = by_id(diff_books(Book.shipped(), new))["us-301-list-1"]
    assert (change.goods_entered, change.goods_left, change.goods) == ((), ("2845.20.00",), ("-2845.20.00",))
    back = by_id(diff_books(new, Book.shipped()))["us-301-list-1"]
    assert back.goods_entered == change.goods_left


def test_a_list_counts_whatever_the_id_of_the_provision_is(with_act) -> None:
    new = with_act(
        '{act: impose, provision: mine, programme: s122, rate: "0.1", goods: {in: ["list:new"]}, from: "2026-11-01"}',
        '{act: list, list: new, codes: ["8505.11"], from: "2026-11-01"}',
        '{act: list, list: new, codes: ["8505.19", "8507"], from: "2026-11-15"}',
    )
    changes = by_id(diff_days(new, parse_day("2026-11-14"), parse_day("2026-11-15")))
    assert changes["mine"].what == ("goods in scope",)
    assert changes["mine"].goods == ("+8505.19", "+8507")
    assert by_id(diff_books(Book.shipped(), new))["mine"].goods == ("list:new",)


def test_amended_scope_names_goods_and_origins(with_act) -> None:
    act = '{act: amend, provision: us-301-list-1, origin: {in: [CN, HK]}, goods: {in: ["2845"]}, from: "2026-11-01"}'
    change = by_id(diff_books(Book.shipped(), with_act(act), parse_day("2026-12-01")))["us-301-list-1"]
    assert change.origins_entered == ("HK",)
    assert change.origins_left == ()
    assert "8413.91.90" not in change.goods_entered
    assert change.goods_left
    life = by_id(diff_books(Book.shipped(), with_act(act)))["us-301-list-1"]
    assert any("2026-11-01 to open" in line for line in life.what)


def test_collection_against_law_is_said() -> None:
    changes = by_id(diff_days(Book.shipped(), parse_day("2026-02-19"), parse_day("2026-02-20")))
    assert "collected against law" in changes["us-fentanyl"].what
    after = by_id(diff_days(Book.shipped(), parse_day("2026-02-23"), parse_day("2026-02-24")))
    assert after["us-fentanyl"].what == ("no longer collected",)


def test_readings_differ_after_the_truce_alone() -> None:
    book = Book.shipped()
    day = parse_day("2026-10-01")
    text, announced = (diff_days(book, day, parse_day("2026-12-01"), reading=r) for r in Reading)
    assert text != announced


def test_json_is_plain_and_whole() -> None:
    (change, *_) = diff_days(Book.shipped(), parse_day("2025-09-07"), parse_day("2025-09-08"))
    plain = change.to_json()
    assert all(isinstance(v, str | list) for v in plain.values())
    assert len(plain["goods_entered"]) == len(change.goods_entered)


def test_prefixes_join_what_touches() -> None:
    assert prefixes([(8505110050, 8505120000), (8505110000, 8505110050), (2700000000, 2800000000)]) == ("27", "8505.11")
    assert prefixes([(8505110098, 8505120002)]) == (
        "8505.11.00.98", "8505.11.00.99", *(f"8505.11.{n:02d}" for n in range(1, 100)), "8505.12.00.00", "8505.12.00.01",
    )  # fmt: skip
    assert prefixes([]) == ()


def test_many_prefixes_are_counted() -> None:
    codes = ["2903.51.10", "2903.59.10", "2924.29.01"]
    assert in_short(codes) == tuple(codes)
    assert in_short(codes, most=2) == ("2903 (2)", "2924.29.01")
    assert in_short([f"{chapter:02d}01" for chapter in range(1, 60)], most=10)[-1] == "49 more"


RANGES = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=8)


@settings(max_examples=100, deadline=None)
@given(RANGES)
def test_prefixes_cover_the_ranges_and_nothing_else(found) -> None:
    ranges = [(low, min(low + length, 460)) for low, length in found]
    wanted = {code for low, high in ranges for code in range(low, high)}
    covered: list[int] = []
    for prefix in prefixes(ranges):
        digits = prefix.replace(".", "")
        step = 10 ** (10 - len(digits))
        covered += range(int(digits) * step, (int(digits) + 1) * step)
    assert sorted(wanted) == covered


DAYS = st.integers(parse_day("2024-01-01"), parse_day("2026-12-31"))


@settings(max_examples=15, deadline=None)
@given(DAYS, DAYS)
def test_the_other_way_round_exchanges_what_enters_and_what_leaves(first, second) -> None:
    there, back = (by_id(diff_days(Book.shipped(), *days)) for days in ((first, second), (second, first)))
    assert there.keys() == back.keys()
    for name, change in there.items():
        assert change.goods_entered == back[name].goods_left
        assert change.origins_entered == back[name].origins_left

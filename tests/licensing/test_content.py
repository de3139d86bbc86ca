"""Shares by value are exact, and a range where a value is not known."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.book.load import Book
from countermeasure.errors import InputError
from countermeasure.licensing import Component, Item, Transaction, Value, content, derive


def money(low: str, high: str | None = None, currency: str = "USD") -> Value:
    return Value(Decimal(low), Decimal(high or low), currency)


def counts(part: Component) -> str | None:
    if part.parts:
        return None
    return "maybe" if part.origin is None else "yes" if part.origin == "CN" else "no"


def test_exactly_a_thousandth_is_exact() -> None:
    item = Item(value=money("1000"), parts=(Component("dy", origin="CN", value=money("1")),))
    found = content(item, counts, {})
    assert (found.low, found.high) == (Fraction(1, 1000), Fraction(1, 1000))
    assert found.decides == ""


def test_parts_of_parts_roll_up_with_their_quantities() -> None:
    rotor = Component(
        "rotor",
        origin="JP",
        value=money("40"),
        quantity=Decimal(2),
        parts=(Component("m", origin="CN", value=money("5"), quantity=Decimal(3)),),
    )
    found = content(Item(value=money("300"), parts=(rotor,)), counts, {})
    assert found.low == found.high == Fraction(30, 300)
    assert found.parts[0].component == "rotor/m"


def test_an_unknown_value_gives_a_range_and_names_what_decides() -> None:
    parts = (Component("a", origin="CN", value=money("1")), Component("b", origin="CN"))
    found = content(Item(value=money("100"), parts=parts), counts, {})
    assert found.low == Fraction(1, 100)
    assert found.high == 1
    assert found.decides == "b"


def test_unknown_origin_counts_from_nothing_to_all_of_it() -> None:
    found = content(Item(value=money("100"), parts=(Component("a", value=money("10")),)), counts, {})
    assert (found.low, found.high) == (0, Fraction(1, 10))


def test_currencies_need_a_rate() -> None:
    parts = (Component("a", origin="CN", value=money("70", currency="CNY")),)
    item = Item(value=money("100"), parts=parts)
    assert content(item, counts, {"USD": Decimal(1), "CNY": Decimal("0.1")}).high == Fraction(7, 100)
    assert content(item, counts, {}).low == 0


def test_parts_worth_more_than_the_whole_are_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match=r"worth 150\.00 and the whole 100\.00"):
        content(Item(value=money("100"), parts=(Component("a", origin="CN", value=money("150")),)), counts, {})


@given(
    st.lists(
        st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(["CN", "JP", None])), min_size=1, max_size=8
    ),
    st.randoms(use_true_random=False),
)
def test_bounds_hold_every_exact_bill_between_them(rows: list[tuple[int, int, str | None]], rng) -> None:
    parts, exact = [], []
    for number, (low, more, origin) in enumerate(rows):
        worth = low + rng.randint(0, more)
        settled = origin or rng.choice(["CN", "JP"])
        parts.append(Component(str(number), origin=origin, value=Value(Decimal(low), Decimal(low + more))))
        exact.append(Component(str(number), origin=settled, value=Value(Decimal(worth), Decimal(worth))))
    whole = Decimal(sum(low + more for low, more, _ in rows) + 1)
    wide = content(Item(value=Value(whole, whole), parts=tuple(parts)), counts, {})
    one = content(Item(value=Value(whole, whole), parts=tuple(exact)), counts, {})
    assert wide.high is not None
    assert wide.low <= one.low == one.high <= wide.high


@given(st.permutations(list(range(5))))
def test_order_of_parts_does_not_matter(order: list[int]) -> None:
    parts = [Component(str(i), origin="CN" if i % 2 else "JP", value=money(str(i + 1))) for i in range(5)]
    first = content(Item(value=money("100"), parts=tuple(parts)), counts, {})
    again = content(Item(value=money("100"), parts=tuple(parts[i] for i in order)), counts, {})
    assert (first.low, first.high) == (again.low, again.high)


@pytest.mark.parametrize(
    ("description", "origin", "numerator", "span"),
    [
        ("NdFeB magnets with Dy", "JP", "auto", (0, Fraction(1, 10))),
        ("NdFeB magnets with Dy", "JP", "materials", (0, Fraction(1, 10))),
        ("NdFeB magnets with Dy", "JP", "magnet_price", (0, 0)),
        ("motor", "JP", "magnet_price", (0, Fraction(1, 10))),
        ("dysprosium oxide", "JP", "auto", (0, 0)),
        ("steel screw", "JP", "auto", (0, 0)),
        ("NdFeB magnets with Dy", "CN", "auto", (Fraction(1, 10), Fraction(1, 10))),
    ],
)
def test_materials_in_a_foreign_part_without_a_bill_are_not_known(description, origin, numerator, span) -> None:
    part = Component("p", description, origin, money("100"))
    item = Item(description="EV motor", origin="JP", value=money("1000"), parts=(part,))
    asked = Transaction("m", 20424, "JP", "US", (item,), numerator=numerator)
    book = Book.shipped()
    spans, notes = {}, []
    derive._chinese(asked, item, book.control_lists, spans, {}, notes)
    assert spans["cn_content_share"] == span
    told = any("nobody told where its materials are from" in note for note in notes)
    assert told is (origin == "JP" and span[1] > 0)


def test_the_bill_of_a_foreign_magnet_settles_it() -> None:
    inside = (Component("dy", "dysprosium metal", "CN", money("0.5")), Component("fe", "iron", "JP", money("60")))
    magnet = Component("p", "NdFeB magnets with Dy", "JP", money("100"), parts=inside)
    item = Item(description="EV motor", origin="JP", value=money("1000"), parts=(magnet,))
    spans, notes = {}, []
    derive._chinese(Transaction("m", 20424, "JP", "US", (item,)), item, Book.shipped().control_lists, spans, {}, notes)
    assert spans["cn_content_share"] == (Fraction(1, 2000), Fraction(1, 2000))
    assert notes == []

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes import CURRENCIES, Money, parse_money
from countermeasure.errors import CodeError


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(sorted(CURRENCIES)))
def test_round_trip(amount, currency):
    money = Money(amount, currency)
    assert parse_money(str(money)) == money
    assert parse_money(f"{amount} {currency}") == money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("10000", "10000", "USD"), ("10,000.00", "10000", "USD"), ("USD 10000", "10000", "USD"),
        ("usd10000", "10000", "USD"),
        ("$10,000", "10000", "USD"), ("US$ 5.5", "5.5", "USD"), ("5.5 EUR", "5.5", "EUR"),
        ("€5", "5", "EUR"), ("RMB 5", "5", "CNY"),
        ("-5", "-5", "USD"), ("-$5", "-5", "USD"), (".5", "0.5", "USD"), ("0.125", "0.125", "USD"),
        ("1234.567", "1234.567", "USD"),
        ("1,234,567", "1234567", "USD"), ("10\u00a0USD", "10", "USD"),
    ],
)  # fmt: skip
def test_forms(text, amount, currency):
    assert parse_money(text) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10.000,00", "ambiguous_amount"), ("10.000", "ambiguous_amount"), ("10,00", "ambiguous_amount"),
        ("10 000", "ambiguous_amount"),
        ("10'000", "ambiguous_amount"), ("1,00,000", "ambiguous_amount"), ("abc", "bad_amount"),
        ("", "bad_amount"), ("nan", "bad_amount"),
        ("1e5", "bad_amount"), ("(1,000)", "bad_amount"), ("1.2.3", "bad_amount"),
        ("5 XYZ", "unknown_currency"),
        ("¥100", "ambiguous_currency"), ("USD 5 EUR", "bad_amount"),
    ],
)  # fmt: skip
def test_refusals_have_a_cure(text, code):
    with pytest.raises(CodeError) as caught:
        parse_money(text)
    assert caught.value.code == code
    assert caught.value.cure


def test_only_dollars_are_priced():
    assert parse_money("5").is_priced
    assert not parse_money("5 CNY").is_priced

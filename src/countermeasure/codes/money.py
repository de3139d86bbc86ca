"""Amounts of money, read without guessing what a comma means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from countermeasure.errors import CodeError

__all__ = ["CURRENCIES", "PRICED", "Money", "parse_money"]

PRICED = frozenset({"USD"})
"""Currencies in which lines are priced; others are read, and must be converted by the user."""

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
    NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
    VUV WST XAF XCD XOF XPF YER ZAR ZMW
    """.split()  # noqa: SIM905 - easier to read than 150 quoted words
)
"""Letter codes of ISO 4217 that name money in use (a fact; funds, metals and test codes are left out)."""

_SYMBOLS = {
    "US$": "USD",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "RMB": "CNY",
    "HK$": "HKD",
    "NT$": "TWD",
    "CN¥": "CNY",
}
_TWO_MEANINGS = {"¥": "CNY or JPY", "￥": "CNY or JPY", "KR": "SEK, NOK or DKK"}
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_POINT_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[\d.,][\d.,\s'’]*([eE][+-]?\d+)?", re.ASCII)
_CURE = "Write amounts as 10000.00 or 10,000.00, with a point before the decimals."


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency.

    Attributes:
        amount: Exact decimal.
        currency: Letter code of ISO 4217.
    """

    amount: Decimal
    currency: str = "USD"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    @property
    def is_priced(self) -> bool:
        """Whether lines in this currency can be priced."""
        return self.currency in PRICED


def parse_money(text: str, default_currency: str = "USD") -> Money:
    """Read an amount, with or without its currency.

    Args:
        text: ``10000``, ``10,000.00``, ``USD 10000``, ``10000 EUR``, ``$10,000``.
        default_currency: Currency where the text names none.

    Returns:
        The amount; its sign is kept, so the caller decides whether it may be negative.

    Raises:
        CodeError: If it is no number, the meaning of comma or point is open (``10.000,00``, ``10.000``,
            ``10,00``), or the currency is not known or has two meanings (``¥``).

    Example:
        >>> str(parse_money("$10,000.50"))
        'USD 10,000.50'
    """
    trimmed = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    match = _NUMBER.search(trimmed)
    if match is None:
        raise CodeError(f"{text!r} is not an amount of money", code="bad_amount", cure=_CURE)
    number = match[0].strip()
    around = f"{trimmed[: match.start()]} {trimmed[match.end() :]}".split()
    sign = ""
    if around and around[0].startswith("-"):
        sign, around[0] = "-", around[0][1:]
    words = [word for word in around if word]
    if len(words) > 1:
        raise CodeError(f"{text!r} is not an amount of money", code="bad_amount", cure=_CURE)
    currency = _currency(words[0], text) if words else default_currency
    return Money(_amount(sign + number, text), currency)


def _currency(word: str, text: str) -> str:
    upper = word.upper()
    if upper in CURRENCIES:
        return upper
    if upper in _SYMBOLS:
        return _SYMBOLS[upper]
    if upper in _TWO_MEANINGS:
        raise CodeError(
            f"the sign in {text!r} may be {_TWO_MEANINGS[upper]}",
            code="ambiguous_currency",
            cure="Write the letter code, for example CNY 10000.",
        )
    raise CodeError(
        f"{word!r} in {text!r} is not a currency",
        code="unknown_currency",
        cure="Use letter codes of ISO 4217, for example USD.",
    )


def _amount(number: str, text: str) -> Decimal:
    if _POINT_GROUP.fullmatch(number):
        raise CodeError(
            f"{text!r} may be {number.replace('.', '')} or {number.rstrip('0').rstrip('.')}",
            code="ambiguous_amount",
            cure=_CURE + " Give two decimals.",
        )
    if _PLAIN.fullmatch(number):
        return Decimal(number)
    if _GROUPED.fullmatch(number):
        return Decimal(number.replace(",", ""))
    if "," in number or " " in number or "'" in number or "’" in number:
        raise CodeError(f"the separators in {text!r} are not clear", code="ambiguous_amount", cure=_CURE)
    raise CodeError(f"{text!r} is not an amount of money", code="bad_amount", cure=_CURE)

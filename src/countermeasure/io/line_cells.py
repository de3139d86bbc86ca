"""Read one cell of a table of lines: what is written becomes a value, or a ``CodeError`` says why not."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from countermeasure.codes.country import country
from countermeasure.codes.day import parse_day
from countermeasure.codes.hts import parse_hts
from countermeasure.codes.money import parse_money
from countermeasure.duty.units import unit_of
from countermeasure.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "MODES",
    "amount",
    "chapter_98",
    "currency",
    "destination",
    "flag",
    "minute",
    "mode",
    "number",
    "origin",
    "quantity",
    "reader_of_fact",
    "share",
    "tariff_number",
    "unit",
]

_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+|\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_QUANTITY = re.compile(r"\s*([\d.,]+)\s*(.*)", re.ASCII | re.DOTALL)
_LARGEST = 1e15
_MEASURED = ("weight", "content", "container", "containers", "sugars", "surface", "pins", "over 7")

MODES: dict[str, str] = {
    "sea": "sea", "ocean": "sea", "vessel": "sea", "ship": "sea", "10": "sea", "11": "sea",
    "air": "air", "plane": "air", "aircraft": "air", "40": "air", "41": "air",
    "rail": "rail", "train": "rail", "20": "rail", "21": "rail",
    "road": "road", "truck": "road", "30": "road", "31": "road",
    "mail": "mail", "post": "mail", "50": "mail",
    "other": "other",
}  # fmt: skip
"""Words and US mode-of-transport numbers that are understood, and what they mean."""


def tariff_number(text: str) -> str:
    """A tariff number as the engine takes it; a restored zero stays visible to the engine, which says so."""
    parse_hts(text)
    return text


def origin(text: str) -> str:
    """Two-letter code of a country."""
    return country(text).iso2


def destination(text: str) -> str:
    """Customs territory of import that the book covers."""
    found = country(text)
    if found.iso2 not in ("US", "CN"):
        raise CodeError(
            f"the book holds no duties for goods entering {found}",
            code="unknown_destination",
            cure="Lines into the United States (US) and China (CN) are priced.",
        )
    return found.iso2


def amount(text: str) -> tuple[float, str]:
    """Value and currency.

    Returns:
        The amount and the currency's letters; empty where the text names none.
    """
    money = parse_money(text, default_currency="XXX")
    value = float(money.amount)
    if value < 0:
        raise CodeError(
            f"the value {text!r} is negative",
            code="negative_value",
            cure="Give the customs value of the goods; price a credit by itself, or leave the cell empty for rates only.",
        )
    if not value < _LARGEST:
        raise CodeError(f"the value {text!r} is too large to be a value of goods", code="bad_amount", cure="Check its digits.")
    return value, "" if money.currency == "XXX" else money.currency


def currency(text: str) -> str:
    """Letters of a currency."""
    return parse_money(f"1 {text}").currency


def number(text: str) -> float:
    """A quantity: digits with a point before decimals, commas between thousands."""
    if text.startswith("-"):
        raise CodeError(f"the quantity {text!r} is negative", code="negative_quantity", cure="Give a quantity above zero.")
    if not _NUMBER.fullmatch(text):
        raise CodeError(f"{text!r} is not a quantity", code="bad_quantity", cure="Write a number as 120, 1200.5 or 1,200.5.")
    value = float(text.replace(",", ""))
    if not math.isfinite(value) or value > _LARGEST:
        raise CodeError(f"the quantity {text!r} is too large", code="bad_quantity", cure="Check its digits.")
    return value


def unit(text: str) -> str:
    """Name of a unit, with what is measured after it, as ``kg drained weight``."""
    name, qualifier = unit_of(text), ""
    if name is None:
        first, _, rest = text.strip().partition(" ")
        qualifier = rest.strip().lower()
        name = unit_of(first) if qualifier.endswith(_MEASURED) else None
    if name is None:
        raise CodeError(
            f"{text!r} is not a unit of quantity that is known",
            code="unknown_unit",
            cure="Use a unit of the tariff: kg, g, t, No., doz, prs, liter, m, m2, m3, pf_liter, bbl, carat.",
        )
    return f"{name} {qualifier}".strip()


def quantity(text: str) -> tuple[float, str]:
    """A quantity that may carry its unit.

    Returns:
        Quantity and unit; the unit is empty where the text has none.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return number(text.strip()), ""
    return number(match[1]), unit(match[2]) if match[2].strip() else ""


def share(text: str) -> float:
    """A fraction: ``0.35`` or ``35%``, never a bare ``35``."""
    trimmed = text.strip()
    percent = trimmed.endswith("%")
    digits = trimmed.removesuffix("%").strip()
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", digits, re.ASCII) or len(digits) > 40:
        negative = digits.startswith("-")
        raise CodeError(
            f"the share {text!r} is {'negative' if negative else 'not a number'}",
            code="bad_share",
            cure="Write a share as 0.35 or 35%.",
        )
    value = float(digits) / 100 if percent else float(digits)
    if value > 1 and not percent:
        raise CodeError(
            f"the share {text!r} is above one, so it may be percent or a slip",
            code="share_above_one",
            cure=f"Write {digits}% if percent is meant, or a fraction such as 0.35." if value <= 100 else "Write 0.35 or 35%.",
        )
    if value > 1:
        raise CodeError(f"the share {text!r} is more than the whole", code="share_above_one", cure="Write 0.35 or 35%.")
    return value


def flag(text: str) -> float:
    """Yes is 1.0, no is 0.0."""
    plain = text.strip().casefold()
    if plain in _YES:
        return 1.0
    if plain in _NO:
        return 0.0
    raise CodeError(
        f"{text!r} is neither yes nor no", code="bad_flag", cure="Write yes or no; leave the cell empty where it is not known."
    )


def minute(text: str) -> float:
    """Minute of the day."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise CodeError(f"{text!r} is not a time of day", code="bad_time", cure="Write it as HH:MM, for example 13:01.")
    return int(match[1]) * 60.0 + int(match[2])


def mode(text: str) -> str:
    """How the goods came: ``sea``, ``air``, ``rail``, ``road``, ``mail`` or ``other``."""
    found = MODES.get(text.strip().casefold())
    if found is None:
        raise CodeError(
            f"{text!r} is not a mode of transport that is known",
            code="unknown_mode",
            cure="Use sea, air, rail, road, mail or other.",
        )
    return found


def chapter_98(text: str) -> str:
    """Digits of a number of chapter 98."""
    code = parse_hts(text)
    if code.chapter != 98:
        raise CodeError(
            f"{text!r} is not a number of chapter 98",
            code="not_chapter_98",
            cure="Give a number such as 9802.00.80, or leave the cell empty.",
        )
    return code.digits


def reader_of_fact(kind: str) -> Callable[[str], float]:
    """The reader for a type of fact: ``flag``, ``share``, ``day`` or ``minute``."""
    return {"flag": flag, "share": share, "day": lambda text: float(parse_day(text)), "minute": minute}[kind]

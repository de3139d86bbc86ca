"""Units of quantity of the schedule: one name each, and what converts into what."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["clean_text", "convert", "unit_of"]

_TAG = re.compile(r"<[^>]*>")


@lru_cache(maxsize=65536)
def clean_text(text: str | None) -> str:
    """A text of the schedule without tags, footnote marks, odd spaces, quotes and line-break hyphens.

    Signs around ``+`` and ``/`` get one form, so that ``40¢/kg +10.4%`` and ``40¢/kg + 10.4%`` are one rate.
    """
    if not text:
        return ""
    if text.isascii() and text.isalnum():
        return text
    plain = _TAG.sub("", text).replace("\u00a0", " ").replace("\u202f", " ").replace("\ufeff", "")
    plain = plain.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"')
    plain = plain.replace("\u00ad", "-").replace("\ufffd", "")
    return " ".join(plain.split())


# One name per unit, with its dimension and its size in the first unit of that dimension.
_UNITS: dict[str, tuple[str, float]] = {
    "kg": ("mass", 1.0),
    "g": ("mass", 0.001),
    "t": ("mass", 1000.0),
    "each": ("count", 1.0),
    "doz": ("count", 12.0),
    "hundred": ("count", 100.0),
    "gross": ("count", 144.0),
    "thousand": ("count", 1000.0),
    "pair": ("pairs", 1.0),
    "doz_pair": ("pairs", 12.0),
    "liter": ("volume", 1.0),
    "m3": ("volume", 1000.0),
    "pf_liter": ("proof", 1.0),
    "m": ("length", 1.0),
    "cm2": ("area", 0.0001),
    "m2": ("area", 1.0),
    "bbl": ("barrel", 1.0),
    "jewel": ("jewel", 1.0),
    "line_gross": ("line_gross", 1.0),
    "pack": ("pack", 1.0),
    "carat": ("carat", 1.0),
}
_UNIT_NAMES: dict[str, str] = {
    "no": "each", "number": "each", "each": "each", "head": "each", "article": "each", "pcs": "each",
    "piece": "each", "pieces": "each", "unit": "each", "units": "each",
    "kg": "kg", "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "g": "g", "gram": "g", "grams": "g",
    "t": "t", "ton": "t", "tonne": "t", "tonnes": "t",
    "doz": "doz", "dozen": "doz", "dz pcs": "doz", "dpr": "doz_pair", "doz prs": "doz_pair",
    "hundreds": "hundred", "hundred": "hundred", "gross": "gross",
    "thousand": "thousand", "thousands": "thousand", "1000": "thousand",
    "pr": "pair", "prs": "pair", "pair": "pair", "pairs": "pair",
    "liter": "liter", "liters": "liter", "litre": "liter", "litres": "liter", "l": "liter",
    "pf liter": "pf_liter", "pfliter": "pf_liter", "pf liters": "pf_liter", "pfliters": "pf_liter",
    "pf_liter": "pf_liter", "proof liter": "pf_liter", "proof liters": "pf_liter",
    "m": "m", "lin m": "m", "meter": "m", "meters": "m", "m2": "m2", "cm2": "cm2", "m3": "m3",
    "bbl": "bbl", "barrel": "bbl", "barrels": "bbl", "jewel": "jewel", "jewels": "jewel", "jwls": "jewel",
    "line/gross": "line_gross", "line_gross": "line_gross", "grlines": "line_gross", "gr lines": "line_gross",
    "pack": "pack", "packs": "pack", "carat": "carat", "carats": "carat", "doz_pair": "doz_pair",
}  # fmt: skip


def unit_of(text: str) -> str | None:
    """The project's name of a unit of quantity, or None when the unit is not known.

    Args:
        text: As printed in the schedule or typed by a user: ``No.``, ``doz. prs.``, ``m<sup>2</sup>``,
            ``KG``.
    """
    plain = " ".join(clean_text(text).casefold().replace("²", "2").replace("³", "3").replace(".", " ").split())
    return _UNIT_NAMES.get(plain) or _UNIT_NAMES.get(plain.replace(" ", ""))


def convert(quantity: float, unit: str, into: str) -> float | None:
    """A quantity in another unit of the same dimension; None when the two do not measure the same thing."""
    if unit == into:
        return quantity
    here, there = _UNITS.get(unit), _UNITS.get(into)
    if here is None or there is None or here[0] != there[0]:
        return None
    return quantity * here[1] / there[1]

"""Countries and customs territories, known by many codes and names.

China, Hong Kong, Macao and Taiwan are four customs territories. A country is named by its ISO 3166 two-letter
code inside the engine; the table ``data/codes/countries.csv`` has the other codes and the names that people
use.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes._columns import encode_distinct
from countermeasure.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = [
    "COUNTRIES",
    "ORIGINS",
    "Country",
    "country",
    "country_or_none",
    "encode_countries",
    "origin_index",
]

DATA = Path(__file__).resolve().parent.parent / "data" / "codes"

_AMBIGUOUS = {
    "korea": "South Korea (KR) or North Korea (KP)",
    "congo": "Congo, Democratic Republic of the (CD) or Congo, Republic of the (CG)",
    "virgin islands": "Virgin Islands of the United States (VI) or British Virgin Islands (VG)",
    "saint martin": "Saint Martin (French part) (MF) or Sint Maarten (SX)",
    "guiana": "French Guiana (GF) or Guyana (GY)",
}
_UNIONS = frozenset({"eu", "eu27", "european union", "european community", "ec"})


@dataclass(frozen=True, slots=True)
class Country:
    """A country or customs territory.

    Attributes:
        iso2: ISO 3166-1 two-letter code (XK for Kosovo is user-assigned).
        iso3: ISO 3166-1 three-letter code.
        m49: United Nations number, three digits, or "" where there is none.
        comtrade: Number that UN Comtrade uses, or "" where there is none.
        census: US Census Schedule C codes; mostly one, two for the Palestinian territory, none for some.
        name: English name.
        aliases: Other names that are understood.
    """

    iso2: str
    iso3: str
    m49: str
    comtrade: str
    census: tuple[str, ...]
    name: str
    aliases: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} ({self.iso2})"


def _load() -> tuple[Country, ...]:
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return tuple(
            Country(
                iso2=row["iso2"],
                iso3=row["iso3"],
                m49=row["m49"],
                comtrade=row["comtrade"] or row["m49"],
                census=tuple(filter(None, row["census"].split(";"))),
                name=row["name"],
                aliases=tuple(filter(None, row["aliases"].split(";"))),
            )
            for row in rows
        )


COUNTRIES: tuple[Country, ...] = _load()
"""All countries, ordered by two-letter code."""

ORIGINS: tuple[str, ...] = tuple(entry.iso2 for entry in COUNTRIES)
"""Two-letter codes in the order that arrays of origins refer to."""

_INDEX = {iso2: index for index, iso2 in enumerate(ORIGINS)}


def origin_index(iso2: str) -> int:
    """Return the place of a two-letter code in ``ORIGINS``.

    Raises:
        CodeError: If it is not a code of the table; names are not understood here, see ``country``.
    """
    try:
        return _INDEX[iso2]
    except KeyError:
        raise CodeError(
            f"{iso2!r} is not a two-letter country code",
            code="unknown_country",
            cure="Use ISO 3166 codes such as CN, HK, MO or TW.",
        ) from None


def _plain(text: str) -> str:
    """Bring a name to the form under which it is looked up."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign)).replace("&", " and ")
    words = re.sub(r"[^\w]+", " ", re.sub(r"['’.]", "", letters).replace("_", " ")).split()
    if len(words) > 1:
        words = ["saint" if word == "st" else word for word in words if word != "the"]
    return " ".join(words)


@cache
def _names() -> dict[str, Country]:
    """Every name, alias and code, in plain form."""
    table: dict[str, Country] = {}
    for entry in COUNTRIES:
        codes = [entry.iso2, entry.iso3, *entry.census, *filter(None, {entry.m49, entry.comtrade})]
        for text in (*codes, entry.name, *entry.aliases):
            key = _plain(text)
            if table.setdefault(key, entry) is not entry:
                raise AssertionError(f"countries.csv: {text!r} names {table[key]} and {entry}")
    return table


def country(text: str | int) -> Country:
    """Find a country by code or name.

    Args:
        text: Two- or three-letter code, UN M49 or Comtrade number (leading zeros may be absent), four-digit
            US Census code, English name or a common alias; case, accents and punctuation do not matter.

    Raises:
        CodeError: If nothing fits, with near names, or if the word fits several (``Korea``, ``Congo``).

    Example:
        >>> country("P.R. China").iso2
        'CN'
    """
    key, found = _find(str(text))
    if found is None:
        raise _unknown(str(text), key)
    return found


def _find(text: str) -> tuple[str, Country | None]:
    key = _plain(text)
    if key.isascii() and key.isdigit() and len(key) < 3:
        key = key.zfill(3)
    return key, None if key in _AMBIGUOUS else _names().get(key)


def country_or_none(text: str | None) -> Country | None:
    """Find a country as ``country`` does; None where it would raise or nothing is given."""
    return None if text is None else _find(text)[1]


def _unknown(text: str, key: str) -> CodeError:
    if not key:
        return CodeError("the country is empty", code="unknown_country", cure="Give a code such as CN.")
    if key in _AMBIGUOUS:
        return CodeError(
            f"{text!r} may be {_AMBIGUOUS[key]}",
            code="ambiguous_country",
            cure="Use the two-letter code.",
        )
    if key in _UNIONS:
        return CodeError(
            f"{text!r} is a union of countries, not a country of origin",
            code="unknown_country",
            cure="Name the member state, for example DE.",
        )
    from rapidfuzz import fuzz, process

    hits = process.extract(key, _names().keys(), scorer=fuzz.ratio, limit=8, score_cutoff=60) if len(key) > 3 else []
    near = list(dict.fromkeys(str(_names()[name]) for name, _, _ in hits))[:3]
    hint = f"Did you mean {', '.join(near)}? " if near else ""
    return CodeError(
        f"{text!r} is not a country or customs territory that is known",
        code="unknown_country",
        cure=f"{hint}Give an ISO code (CN), a US Census code (5700) or an English name.",
    )


def encode_countries(values: Sequence[str | None] | npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    """Read a column of countries; each distinct text is read once.

    Args:
        values: Shape (n,). Texts as ``country`` takes them, None where absent.

    Returns:
        Places in ``ORIGINS``, shape (n,), int16; -1 where unknown or absent.
    """
    return encode_distinct(values, _index_or_minus_one, np.int16)


def _index_or_minus_one(value: object) -> int:
    if value is None:
        return -1
    found = _find(str(value))[1]
    return -1 if found is None else _INDEX[found.iso2]

"""What is said beside the name: country, address, identity numbers, birth date, kind. Each is a term of its own.

Points are log odds and are set, not fitted: no open file has labelled pairs with this evidence in numbers that would
bear a fit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.parties.model import Kind
from countermeasure.parties.names import fold, latin

if TYPE_CHECKING:
    from countermeasure.parties.model import ListedParty, Query

__all__ = ["evidence", "number_key"]

NEAR = ({"CN", "HK", "MO"}, {"RU", "UA"})
"""Countries that lists give one for the other: Hong Kong as China, Crimea as either."""
SAME_COUNTRY, OTHER_COUNTRY = 0.8, -1.0
SAME_NUMBER, OTHER_NUMBER = 9.0, -1.0
SAME_DAY, SAME_YEAR, NEXT_YEAR, OTHER_YEAR = 3.0, 1.5, 0.0, -3.0
SAME_STREET, SAME_TOWN = 2.0, 0.7
OTHER_KIND = -2.0
_UNIQUE = ("IMO", "LEI", "USCC", "TAX ID", "TAX ID NO.", "PASSPORT", "INN", "OGRN", "BIC", "SWIFT")
_SOFT = frozenset(
    [
        "road",
        "rd",
        "street",
        "st",
        "avenue",
        "ave",
        "no",
        "building",
        "bldg",
        "floor",
        "room",
        "district",
        "city",
        "province",
        "china",
        "the",
        "of",
        "and",
        "suite",
        "unit",
        "block",
        "po",
        "box",
    ]
)


def number_key(number: str) -> str:
    """An identity number as capital letters and digits alone."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def evidence(query: Query, party: ListedParty) -> list[tuple[str, str, float]]:
    """Terms beside the name: what, in words, and points."""
    looked = (_country, _identifiers, _birth, _address, _kind)
    return [term for term in (look(query, party) for look in looked) if term is not None]


def _country(query: Query, party: ListedParty) -> tuple[str, str, float] | None:
    asked = query.country.strip().upper()
    if not asked or not party.countries:
        return None
    if asked in party.countries:
        return "country", f"{asked} is a country of the entry", SAME_COUNTRY
    if any(asked in near and near.intersection(party.countries) for near in NEAR):
        return "country", f"{asked}; the entry says {', '.join(party.countries)}, which lists also use for it", 0.0
    return "country", f"{asked} asked, {', '.join(party.countries)} listed", OTHER_COUNTRY


def _identifiers(query: Query, party: ListedParty) -> tuple[str, str, float] | None:
    listed = {(kind.upper(), number_key(number)) for kind, number in party.identifiers}
    by_number = {number: kind for kind, number in listed}
    other = None
    for kind, number in query.identifiers:
        key = number_key(number)
        if not key:
            continue
        if (kind.upper(), key) in listed or (len(key) >= 6 and key in by_number):
            return "identifier", f"{kind} {number} is on the entry", SAME_NUMBER
        theirs = [n for k, n in listed if k == kind.upper()]
        if theirs and kind.upper() in _UNIQUE:
            other = "identifier", f"{kind} {number} asked, {theirs[0]} listed", OTHER_NUMBER
    return other


def _birth(query: Query, party: ListedParty) -> tuple[str, str, float] | None:
    asked = re.search(r"\b(1[89]\d\d|20\d\d)\b", query.birth_date)
    if asked is None or not party.birth_dates:
        return None
    listed = " ".join(party.birth_dates)
    if len(query.birth_date) == 10 and query.birth_date in listed:
        return "birth_date", f"born {query.birth_date} on both", SAME_DAY
    years = [int(year) for year in re.findall(r"\b(1[89]\d\d|20\d\d)\b", listed)]
    if not years:
        return None
    gap = min(abs(int(asked[1]) - year) for year in years)
    span = re.findall(r"(\d{4})\D{1,8}(?:to|and|-)\D{0,8}(\d{4})", listed)
    if any(int(low) <= int(asked[1]) <= int(high) for low, high in span):
        gap = 0
    words = f"born {query.birth_date} asked, {'; '.join(party.birth_dates[:3])} listed"
    points = SAME_YEAR if gap == 0 else NEXT_YEAR if gap <= (5 if "circa" in listed.lower() else 1) else OTHER_YEAR
    return "birth_date", words, points


def _address(query: Query, party: ListedParty) -> tuple[str, str, float] | None:
    if not query.address or not party.addresses:
        return None
    asked = _street(query.address)
    if not asked:
        return None
    best, where = 0.0, ""
    for address in party.addresses:
        share = len(asked & _street(address)) / len(asked)
        if share > best:
            best, where = share, address
    if best >= 0.6 and len(asked) >= 3:
        return "address", f"like {where}", SAME_STREET
    if best >= 0.3:
        return "address", f"partly like {where}", SAME_TOWN
    return "address", "another address", 0.0


def _street(address: str) -> set[str]:
    return {word for word, _, _ in latin(fold(address)) if word not in _SOFT and len(word) > 1}


def _kind(query: Query, party: ListedParty) -> tuple[str, str, float] | None:
    if Kind.UNKNOWN in (query.kind, party.kind) or query.kind is party.kind:
        return None
    return "kind", f"{query.kind} asked, {party.kind} listed", OTHER_KIND

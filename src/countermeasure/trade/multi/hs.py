"""From customs numbers to the sectors of the compact baseline."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.errors import CodeError
from countermeasure.trade.multi.tables import read_rows, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["GOODS", "SECTORS", "SERVICES", "prefixes", "sector_of", "sectors_of"]

GOODS = ("agriculture_food", "energy_mining", "chemicals", "metals", "machinery", "electronics", "vehicles", "other_goods")
"""Goods sectors. ``machinery`` has most users of rare-earth magnets beside ``electronics`` and ``vehicles`` (road
vehicles, rolling stock, aircraft, ships)."""

SERVICES = "services"
"""Everything else: services, construction, electricity."""

SECTORS = (*GOODS, SERVICES)
"""Sectors of the compact baseline, in its order."""

_COLUMNS = ("first", "last", "sector", "isic", "note")
_LENGTHS = (6, 4, 2)


@lru_cache(maxsize=1)
def prefixes() -> Mapping[str, str]:
    """Sector by prefix of two, four or six digits (``data/trade/hs_sectors.csv``).

    Raises:
        InputError: If the table has faults, each with its line.
    """
    return read_sectors(text_of("hs_sectors.csv"), "hs_sectors.csv")


def read_sectors(text: str, name: str) -> dict[str, str]:
    """Read a table of ranges.

    Raises:
        InputError: With every fault: digits that do not fit, ranges that overlap, sectors that are not known.
    """
    table = read_rows(text, name, _COLUMNS)
    found: dict[str, str] = {}
    for row in table.rows:
        first, last = row["first"], row["last"]
        sector = table.one_of(row, "sector", SECTORS)
        if not (first.isdigit() and last.isdigit() and len(first) == len(last) and len(first) in _LENGTHS and first <= last):
            table.fault(row, f"{first} to {last} is no range of two, four or six digits")
            continue
        for number in range(int(first), int(last) + 1):
            prefix = str(number).zfill(len(first))
            if prefix in found:
                table.fault(row, f"{prefix} is in a range above already")
            found[prefix] = sector
    table.refuse("the sectors of customs numbers")
    return found


def sector_of(hs: str | int) -> str:
    """Sector of a customs number.

    Args:
        hs: Two to ten digits, with or without dots; an integer loses leading zeros, so give text.

    Raises:
        CodeError: If it is no customs number, or its chapter is not used.
    """
    digits = str(hs).replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 10):
        raise CodeError(f"{hs!r} is not a customs number of two to ten digits", code="bad_hs", cure="Write it as 8505.11.")
    found = _sector(digits[:6])
    if not found:
        raise CodeError(
            f"there is no chapter {digits[:2]} in the Harmonized System", code="bad_hs", cure="Chapters are 01 to 99."
        )
    return found


@lru_cache(maxsize=20000)
def _sector(digits: str) -> str:
    table = prefixes()
    for length in _LENGTHS:
        if len(digits) >= length and digits[:length] in table:
            return table[digits[:length]]
    return ""


def sectors_of(numbers: Iterable[str]) -> list[int]:
    """Places in ``SECTORS`` of many customs numbers.

    Raises:
        CodeError: As ``sector_of``, for the first that fails.
    """
    return [SECTORS.index(sector_of(number)) for number in numbers]

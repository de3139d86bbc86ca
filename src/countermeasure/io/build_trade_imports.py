"""US imports of 2024 by tariff line and country, for the weights of averages and for the mix of what economies sell."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.country import country_or_none
from countermeasure.errors import InputError, NotFoundError
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.hs import GOODS, sector_of

if TYPE_CHECKING:
    from pathlib import Path

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LEAST", "economy_mix", "imports_by_line", "imports_text"]

LEAST = 0.1
"""Million USD below which a cell goes into the row ``rest``."""

_LEAST_SHARE = 1e-4
"""Least share of a sector in the mix of an economy, so that no sector is ruled out by one year's sales."""

_HEAD = """\
# name: us_imports_2024
# title: US imports for consumption in 2024 by tariff line and country of origin, million USD
# source: US Census Bureau, imports for consumption 2024 by ten-digit number and country, as kept by The Budget Lab at Yale
#  (Tariff-Model, resources/rate_aggregation/2024)
# licence: public domain (data of the US government)
# confidence: A
# year: 2024
# unit: million USD
# made_by: python -m countermeasure.io.build_trade SOURCE_DIR IMPORTS OUT ; do not edit by hand
# notes: customs value; ten-digit numbers are added up to eight digits and Census codes of countries read as ISO 3166
#  two-letter codes. cells holds countries with their value, the greatest first, four significant digits. Cells below
#  {least:g} million USD are added up by country in the row rest ({rest:.0f} million USD, {share:.3%} of {total:.0f}).
"""


@lru_cache(maxsize=2)
def imports_by_line(path: Path) -> dict[tuple[str, str], float]:
    """US imports in million USD by eight-digit number and two-letter code of the country.

    Args:
        path: Parquet with the columns ``hs10``, ``cty_code`` (Census, Schedule C) and ``imports`` (US dollars).

    Raises:
        NotFoundError: If it is not there.
        InputError: If it cannot be read or a code is not known.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not path.is_file():
        raise NotFoundError("there is no such file", where=path.name, cure="Give the table of US imports.")
    try:
        table = parquet.read_table(path, columns=["hs10", "cty_code", "imports"])
    except (pa.ArrowInvalid, KeyError, OSError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name) from None
    codes = table.column("cty_code").to_pylist()
    known = {code: country_or_none(code) for code in set(codes)}
    strange = sorted(code for code, found in known.items() if found is None)
    if strange:
        raise InputError(f"unknown Census codes {', '.join(strange)}", where=path.name, code="unknown_country")
    iso = {code: found.iso2 for code, found in known.items() if found is not None}
    whole: dict[tuple[str, str], int] = defaultdict(int)
    for number, code, dollars in zip(table.column("hs10").to_pylist(), codes, table.column("imports").to_pylist(), strict=True):
        whole[number[:8], iso[code]] += dollars
    return {key: dollars / 1e6 for key, dollars in sorted(whole.items()) if dollars > 0}


def economy_mix(lines: dict[tuple[str, str], float]) -> dict[str, Floats]:
    """Shares of the goods sectors in what each economy sells to the United States, by code; chapters 98 and 99 left out."""
    of = economies().of_country
    found = {code: np.zeros(len(GOODS)) for code in economies().codes}
    for (number, iso), value in lines.items():
        if number < "98":
            found[of[iso]][GOODS.index(sector_of(number))] += value
    mixes = {}
    for code, held in found.items():
        share = np.maximum(held / max(float(held.sum()), 1e-300), _LEAST_SHARE)
        mixes[code] = share / share.sum()
    return mixes


def imports_text(lines: dict[tuple[str, str], float]) -> str:
    """Text of ``us_imports_2024.csv``."""
    kept: dict[str, list[tuple[float, str]]] = defaultdict(list)
    rest: dict[str, float] = defaultdict(float)
    for (number, iso), value in lines.items():
        if value >= LEAST:
            kept[number].append((value, iso))
        else:
            rest[iso] += value
    dropped, total = sum(rest.values()), sum(lines.values())
    out = [_HEAD.format(least=LEAST, rest=dropped, share=dropped / total, total=total), "hts8,cells\n"]
    out += [f"{number},{_cells(kept[number])}\n" for number in sorted(kept)]
    out.append(f"rest,{_cells([(v, iso) for iso, v in rest.items()])}\n")
    return "".join(out)


def _cells(held: list[tuple[float, str]]) -> str:
    ordered = sorted(held, key=lambda cell: (-cell[0], cell[1]))
    return ";".join(f"{iso} {_short(value)}" for value, iso in ordered)


def _short(value: float) -> str:
    """Four significant digits without an exponent."""
    shown = float(f"{value:.4g}")
    return f"{shown:.0f}" if shown >= 1000 else f"{shown:.6f}".rstrip("0").rstrip(".")

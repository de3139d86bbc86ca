"""US imports by tariff line and country: weights by which duties on lines become tariffs on sectors.

For imports of China from the United States no table by customs number is at hand; averages there are those that others
published, or simple averages over lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.hs import SECTORS, sectors_of
from countermeasure.trade.multi.tables import read_rows, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.int32]]

__all__ = ["ImportWeights", "read_imports", "us_imports"]

_REST = "rest"


@dataclass(frozen=True, eq=False)
class ImportWeights:
    """Imports by line and country, M cells of L lines and C countries.

    Attributes:
        lines: Eight digits, (L,).
        countries: Two-letter codes, (C,).
        line: Place of the line of each cell, (M,).
        country: Place of the country of each cell, (M,).
        musd: Value of each cell, million USD, (M,).
        rest: Value of cells that are too small to be listed, million USD by country.
    """

    lines: tuple[str, ...]
    countries: tuple[str, ...]
    line: Places
    country: Places
    musd: Array
    rest: Mapping[str, float]

    @cached_property
    def sector(self) -> Places:
        """Place in ``SECTORS`` of each line, (L,)."""
        return np.array(sectors_of(self.lines), dtype=np.int32)

    @cached_property
    def economy(self) -> Places:
        """Place among the economies of the compact baseline of each country, (C,)."""
        held = economies()
        return np.array([held.codes.index(held.of_country[c]) for c in self.countries], dtype=np.int32)

    def totals(self, values: Array | None = None) -> Array:
        """Sums by economy and sector, (N, J), without the rest.

        Args:
            values: What to sum, (M,); the imports in million USD if absent.
        """
        shape = (len(economies().codes), len(SECTORS))
        place = self.economy[self.country] * shape[1] + self.sector[self.line]
        held = self.musd if values is None else values
        summed = np.bincount(place, weights=held, minlength=shape[0] * shape[1])
        return np.asarray(summed, dtype=np.float64).reshape(shape)

    def average(self, rates: Array) -> Array:
        """Averages of rates over imports, by economy and sector, (N, J); 0 where nothing is imported.

        Args:
            rates: Of each cell, (M,), fractions.
        """
        whole = self.totals()
        return np.divide(self.totals(rates * self.musd), whole, out=np.zeros_like(whole), where=whole > 0)


@lru_cache(maxsize=1)
def us_imports() -> ImportWeights:
    """US imports for consumption of 2024 (``data/trade/us_imports_2024.csv``).

    Raises:
        InputError: If the table has faults, each with its line.
    """
    return read_imports(text_of("us_imports_2024.csv"), "us_imports_2024.csv")


def read_imports(text: str, name: str) -> ImportWeights:
    """Read a table with the columns ``hts8,cells``; a cell is a two-letter code and million USD, cells are apart by ``;``.

    Raises:
        InputError: With every fault.
    """
    table = read_rows(text, name, ("hts8", "cells"))
    lines: list[str] = []
    place: dict[str, int] = {}
    line, origin, musd = [], [], []
    rest: dict[str, float] = {}
    known = economies().of_country
    for row in table.rows:
        code, cells = row["hts8"], row["cells"].split(";")
        if code != _REST and not (len(code) == 8 and code.isdigit()):
            table.fault(row, f"{code!r} is no number of eight digits")
            continue
        if code != _REST:
            lines.append(code)
        for cell in cells:
            iso, _, value = cell.strip().partition(" ")
            try:
                amount = float(value)
            except ValueError:
                amount = -1.0
            if iso not in known or not 0 <= amount < np.inf:
                table.fault(row, f"{cell!r} is no country with a value in million USD")
            elif code == _REST:
                rest[iso] = amount
            else:
                line.append(len(lines) - 1)
                origin.append(place.setdefault(iso, len(place)))
                musd.append(amount)
    table.faults += [f"{name}: the line {a} stands twice or out of order" for a, b in pairwise(lines) if a >= b]
    table.refuse("the imports")
    return ImportWeights(
        tuple(lines),
        tuple(place),
        np.array(line, dtype=np.int32),
        np.array(origin, dtype=np.int32),
        np.array(musd),
        rest,
    )

"""Economies of the compact baseline: their members, their names, and the groups that can be added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.tables import unknown
from countermeasure.codes.country import COUNTRIES, country
from countermeasure.errors import InputError
from countermeasure.trade.multi.tables import read_rows, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Economies", "Economy", "economies"]

_COLUMNS = ("code", "name", "members", "blocs", "basis")
_ISO = frozenset(c.iso2 for c in COUNTRIES)


@dataclass(frozen=True, slots=True)
class Economy:
    """An economy of the baseline.

    Attributes:
        code: Two-letter code of a country, or three letters for several.
        name: English name.
        members: Two-letter codes of its countries; for the rest of the world, all that no other economy has.
        blocs: Groups that it belongs to.
        split: Whether it was split from the rest of the world of its source.
    """

    code: str
    name: str
    members: tuple[str, ...]
    blocs: tuple[str, ...]
    split: bool


@dataclass(frozen=True)
class Economies:
    """All economies, in the order of the table.

    Attributes:
        by_code: Economies by code.
        of_country: Code of the economy of each country, by two-letter code.
    """

    by_code: Mapping[str, Economy]
    of_country: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in the order of the table."""
        return tuple(self.by_code)

    @property
    def blocs(self) -> dict[str, tuple[str, ...]]:
        """Codes of the economies of each bloc."""
        found: dict[str, list[str]] = {}
        for economy in self.by_code.values():
            for bloc in economy.blocs:
                found.setdefault(bloc, []).append(economy.code)
        return {bloc: tuple(codes) for bloc, codes in found.items()}

    def resolve(self, text: str) -> tuple[str, ...]:
        """Codes of the economies that a word stands for: a code, a bloc, or a country by any code or name.

        Raises:
            InputError: If nothing fits.
            CodeError: If it is no country that is known.
        """
        word = text.strip().upper()
        if word in self.by_code:
            return (word,)
        if word in self.blocs:
            return self.blocs[word]
        found = self.of_country.get(country(text).iso2)
        if found is None:
            known = [*self.by_code, *self.blocs]
            raise InputError(unknown("economy", text, known), code="unknown_country")
        return (found,)


@lru_cache(maxsize=1)
def economies() -> Economies:
    """The economies of the wheel's baseline (``data/trade/economies.csv``).

    Raises:
        InputError: If the table has faults, each with its line.
    """
    return read_economies(text_of("economies.csv"), "economies.csv")


def read_economies(text: str, name: str) -> Economies:
    """Read a table of economies.

    Raises:
        InputError: With every fault.
    """
    table = read_rows(text, name, _COLUMNS)
    table.once(("code",))
    of_country: dict[str, str] = {}
    rest = ""
    for row in table.rows:
        if row["members"] == "*":
            rest = row["code"]
            continue
        for member in row["members"].split(";"):
            if member not in _ISO:
                table.fault(row, f"{member!r} is no two-letter code of a country")
            if member in of_country:
                table.fault(row, f"{member} is a member of {of_country[member]} already")
            of_country[member] = row["code"]
    table.refuse("the economies")
    if rest:
        of_country |= {c.iso2: rest for c in COUNTRIES if c.iso2 not in of_country}
    members = {code: tuple(m for m, of in of_country.items() if of == code) for code in (row["code"] for row in table.rows)}
    found = {
        row["code"]: Economy(
            row["code"],
            row["name"],
            members[row["code"]],
            tuple(filter(None, row["blocs"].split(";"))),
            row["basis"] == "split",
        )
        for row in table.rows
    }
    return Economies(found, of_country)

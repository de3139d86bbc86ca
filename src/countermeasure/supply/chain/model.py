"""The chain: regions, products, recipes, who buys from whom, what is used: the tables, read and checked.

:class:`Chain` is what the tables say. What follows (steady flows, arrays) is worked out in ``baseline`` and ``network``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.supply.tables import Table, read_text_table, refuse, shipped_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["STAGES", "Chain", "Demand", "Product", "Transit"]

STAGES = ("ore", "oxide", "metal", "magnet", "component")
"""Stages of the chain, upstream first."""

YEAR = 52.0
"""Weeks in a year of this room."""

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its stage, what a tonne of it is a tonne of, and which goods customs cannot tell it from."""

    id: str
    stage: str
    unit: str
    looks_like: str
    name: str


@dataclass(frozen=True, slots=True)
class Demand:
    """Final use of a product by an industry of a region, t a year."""

    product: str
    industry: str
    region: str
    tonnes_year: float


@dataclass(frozen=True, slots=True)
class Transit:
    """Weeks under way between two regions, with a low and a high value."""

    weeks: float
    low: float
    high: float


@dataclass(frozen=True)
class Chain:
    """What the tables of a chain say; all shares are fractions, all amounts t a year.

    Attributes:
        regions: Region ids.
        region_names: Names by id.
        countries: Region by country code; ``*`` is the region of all others.
        products: Products by id, upstream stages first.
        industries: Names by id.
        deposits: Share of each oxide (and of ``other``) in an ore's REO, by ore.
        mines: Mine output by (ore, region).
        separation: (share of the ore's world output, recovery) by (ore, region).
        recipes: Tonnes of each input for a tonne of product, by product.
        recycling: Recycled oxide by (product, region).
        sourcing: Share of supply by origin, by (product, region).
        demand: Final use.
        transit: By (origin, region).
        cover: Weeks of normal stock by (stage, region).
        controlled: Products a controlled item stands for, by (element, form).
    """

    regions: tuple[str, ...]
    region_names: Mapping[str, str]
    countries: Mapping[str, str]
    products: Mapping[str, Product]
    industries: Mapping[str, str]
    deposits: Mapping[str, Mapping[str, float]]
    mines: Mapping[tuple[str, str], float]
    separation: Mapping[tuple[str, str], tuple[float, float]]
    recipes: Mapping[str, Mapping[str, float]]
    recycling: Mapping[tuple[str, str], float]
    sourcing: Mapping[tuple[str, str], Mapping[str, float]]
    demand: tuple[Demand, ...]
    transit: Mapping[tuple[str, str], Transit]
    cover: Mapping[tuple[str, str], float]
    controlled: Mapping[tuple[str, str], tuple[str, ...]]

    @staticmethod
    @lru_cache(maxsize=4)
    def shipped() -> Chain:
        """The chain in the wheel: 2024."""
        return Chain.load()

    @staticmethod
    def load(folder: Path | None = None) -> Chain:
        """Read a folder of tables; without one, the shipped tables.

        Raises:
            InputError: With every fault of every table.
            NotFoundError: If a table is missing.
        """
        reader = _Reader(folder)
        chain = reader.chain()
        refuse(reader.faults, "the tables of the chain", str(folder or "data/supply"))
        return chain

    def region_of(self, country: str) -> str:
        """Region of a country."""
        return self.countries.get(country, self.countries["*"])

    def at_stage(self, stage: str) -> tuple[str, ...]:
        """Products of a stage."""
        return tuple(p.id for p in self.products.values() if p.stage == stage)


class _Reader:
    """Reads the tables one by one; faults are gathered."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self.regions: tuple[str, ...] = ()
        self.products: dict[str, Product] = {}
        self.industries: dict[str, str] = {}

    def table(self, name: str, columns: str) -> Table:
        return read_text_table(shipped_text(name, self.folder), name, tuple(columns.split(",")), self.faults)

    def product(self, table: Table, row: object, column: str = "product", stages: tuple[str, ...] = STAGES) -> str:
        known = [p.id for p in self.products.values() if p.stage in stages]
        return table.one_of(row, column, known, "product")  # type: ignore[arg-type]

    def chain(self) -> Chain:
        names, countries = self._regions()
        self._products()
        self._industries()
        deposits = self._deposits()
        return Chain(
            self.regions,
            names,
            countries,
            self.products,
            self.industries,
            deposits,
            self._mines(),
            self._separation(),
            self._recipes(),
            self._recycling(),
            self._sourcing(),
            self._demand(),
            self._transit(),
            self._cover(),
            self._controlled(),
        )

    def _regions(self) -> tuple[dict[str, str], dict[str, str]]:
        table = self.table("regions.csv", "region,name,countries")
        names: dict[str, str] = {}
        countries: dict[str, str] = {}
        for row in table.rows:
            names[row["region"]] = row["name"]
            for country in row["countries"].split(";"):
                if country in countries:
                    self.faults.append(f"{row.where}: {country} is in {countries[country]} and in {row['region']}; keep one")
                countries[country] = row["region"]
        self.regions = tuple(names)
        if "*" not in countries:
            self.faults.append("regions.csv:1: no region is marked *; one must take the countries that are not named")
            countries["*"] = self.regions[-1] if self.regions else ""
        return names, countries

    def _products(self) -> None:
        table = self.table("products.csv", "product,stage,unit,looks_like,name")
        for row in table.rows:
            stage = table.one_of(row, "stage", STAGES)
            self.products[row["product"]] = Product(row["product"], stage, row["unit"], row["looks_like"], row["name"])

    def _industries(self) -> None:
        table = self.table("industries.csv", "industry,name")
        self.industries = {row["industry"]: row["name"] for row in table.rows}

    def _deposits(self) -> dict[str, dict[str, float]]:
        table = self.table("deposits.csv", "ore,product,share,source,confidence,note")
        found: dict[str, dict[str, float]] = {}
        for row in table.rows:
            ore = self.product(table, row, "ore", ("ore",))
            product = row["product"]
            if product != "other":
                product = self.product(table, row, stages=("oxide",))
            found.setdefault(ore, {})[product] = table.number(row, "share", low=0, high=1)
            table.letter(row)
        for ore, shares in found.items():
            self._whole(sum(shares.values()), f"deposits.csv: the shares of {ore}")
        return found

    def _whole(self, total: float, what: str) -> None:
        if abs(total - 1) > _TOLERANCE:
            self.faults.append(f"{what} sum to {total:.6g}, not to 1; mend them")

    def _mines(self) -> dict[tuple[str, str], float]:
        table = self.table("mines.csv", "ore,region,tonnes_year,source,confidence,note")
        found: dict[tuple[str, str], float] = {}
        for row in table.rows:
            key = (self.product(table, row, "ore", ("ore",)), table.one_of(row, "region", self.regions))
            found[key] = found.get(key, 0.0) + table.number(row, "tonnes_year", low=0)
            table.letter(row)
        return found

    def _separation(self) -> dict[tuple[str, str], tuple[float, float]]:
        table = self.table("separation.csv", "ore,region,share,recovery,source,confidence,note")
        found, totals = {}, dict.fromkeys((p.id for p in self.products.values() if p.stage == "ore"), 0.0)
        for row in table.rows:
            key = (self.product(table, row, "ore", ("ore",)), table.one_of(row, "region", self.regions))
            share = table.number(row, "share", low=0, high=1)
            found[key] = (share, table.number(row, "recovery", low=0, high=1))
            totals[key[0]] = totals.get(key[0], 0.0) + share
            table.letter(row)
        for ore, total in totals.items():
            if total:
                self._whole(total, f"separation.csv: the shares of {ore}")
        return found

    def _recipes(self) -> dict[str, dict[str, float]]:
        table = self.table("recipes.csv", "product,input,tonnes,kind,source,confidence,note")
        found: dict[str, dict[str, float]] = {}
        for row in table.rows:
            product = self.product(table, row, stages=STAGES[2:])
            input_ = self.product(table, row, "input", STAGES[1:4])
            table.one_of(row, "kind", ("input",))
            amount = table.number(row, "tonnes", low=0, high=100)
            table.letter(row)
            if product in self.products and input_ in self.products:
                above = STAGES.index(self.products[product].stage) - STAGES.index(self.products[input_].stage)
                if above < 1:
                    self.faults.append(
                        f"{row.where}: {input_} is not upstream of {product}; an input comes from an earlier stage"
                    )
            found.setdefault(product, {})[input_] = amount
        return found

    def _recycling(self) -> dict[tuple[str, str], float]:
        table = self.table("recycling.csv", "region,product,tonnes_year,source,confidence,note")
        found = {}
        for row in table.rows:
            key = (self.product(table, row, stages=("oxide",)), table.one_of(row, "region", self.regions))
            found[key] = table.number(row, "tonnes_year", low=0)
            table.letter(row)
        return found

    def _sourcing(self) -> dict[tuple[str, str], dict[str, float]]:
        table = self.table("sourcing.csv", "product,region,origin,share,source,confidence,note")
        found: dict[tuple[str, str], dict[str, float]] = {}
        for row in table.rows:
            product = self.product(table, row, stages=STAGES[1:])
            key = (product, table.one_of(row, "region", self.regions))
            origin = table.one_of(row, "origin", self.regions, "region")
            found.setdefault(key, {})[origin] = table.number(row, "share", low=0, high=1)
            table.letter(row)
        for (product, region), shares in found.items():
            self._whole(sum(shares.values()), f"sourcing.csv: the shares of {product} in {region}")
        return found

    def _demand(self) -> tuple[Demand, ...]:
        table = self.table("demand.csv", "product,industry,region,tonnes_year,source,confidence,note")
        found = []
        for row in table.rows:
            product = self.product(table, row, stages=STAGES[1:])
            industry = table.one_of(row, "industry", self.industries)
            region = table.one_of(row, "region", self.regions)
            found.append(Demand(product, industry, region, table.number(row, "tonnes_year", low=0)))
            table.letter(row)
        return tuple(found)

    def _transit(self) -> dict[tuple[str, str], Transit]:
        table = self.table("transit.csv", "origin,region,weeks,low,high,source,confidence,note")
        found = {}
        for row in table.rows:
            key = (table.one_of(row, "origin", self.regions, "region"), table.one_of(row, "region", self.regions))
            found[key] = Transit(*(table.number(row, c, low=0, high=26) for c in ("weeks", "low", "high")))
        return found

    def _cover(self) -> dict[tuple[str, str], float]:
        table = self.table("cover.csv", "stage,region,weeks,low,high,source,confidence,note")
        found: dict[tuple[str, str], float] = {}
        for row in table.rows:
            stage = table.one_of(row, "stage", STAGES)
            region = table.one_of(row, "region", (*self.regions, "*"))
            found[stage, region] = table.number(row, "weeks", low=0.5, high=104)
        for stage in STAGES:
            for region in self.regions:
                if (stage, region) not in found:
                    found[stage, region] = found.get((stage, "*"), 4.0)
        return found

    def _controlled(self) -> dict[tuple[str, str], tuple[str, ...]]:
        table = self.table("controlled.csv", "element,form,product,note")
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for row in table.rows:
            key = (row["element"], row["form"])
            if row["product"] == "none":
                found.setdefault(key, ())
            else:
                found[key] = (*found.get(key, ()), self.product(table, row, stages=STAGES[1:]))
        return found

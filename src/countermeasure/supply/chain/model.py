"""The chain: regions, products, recipes, who buys from whom, what is used: the tables, read and checked.

:class:`Chain` is what the tables say. What follows (steady flows, arrays) is worked out in ``baseline`` and ``network``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.tables import refuse
from countermeasure.supply.tables import BAD_TABLE, read_rows, shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from countermeasure.book.tables import Row, Table

__all__ = ["STAGES", "Chain", "Demand", "Product", "Transit"]

STAGES = ("ore", "oxide", "metal", "magnet", "component")
"""Stages of the chain, upstream first."""

YEAR = 52.0
"""Weeks in a year of this room."""

_TOLERANCE = 1e-6
_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru "
    "Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At "
    "Rn Fr Ra Ac Th Pa U Np Pu REE"
)
"""Elements that a control may be about; ``REE`` is rare earths in general."""


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
        return _Reader(folder).chain()

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
        return read_rows(shipped_text(name, self.folder), name, tuple(columns.split(",")), self.faults)

    def product(self, table: Table, row: Row, column: str = "product", stages: tuple[str, ...] = STAGES) -> str:
        known = [p.id for p in self.products.values() if p.stage in stages]
        text = row[column]
        if text in self.products and text not in known:
            stage = self.products[text].stage
            table.fault(row, f"{column} {text} is of stage {stage}; here stands {' or '.join(stages)}")
            return text
        return table.one_of(row, column, known, "product")

    def refuse(self) -> None:
        refuse(self.faults, "the tables of the chain", str(self.folder or "data/supply"), BAD_TABLE)

    def chain(self) -> Chain:
        names, countries = self._regions()
        self._products()
        self._industries()
        whole = all(one.stage in STAGES for one in self.products.values())
        if not (self.regions and self.products and self.industries and whole):
            self.refuse()
        chain = Chain(
            self.regions,
            names,
            countries,
            self.products,
            self.industries,
            self._deposits(),
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
        self._together(chain)
        self.refuse()
        return chain

    def _together(self, chain: Chain) -> None:
        """Checks across tables: ore has a content and a place of separation, goods a voyage, scrap a maker of magnets."""
        ores = dict.fromkeys(ore for (ore, _), tonnes in chain.mines.items() if tonnes > 0)
        separated = {ore for (ore, _), (share, _) in chain.separation.items() if share > 0}
        for ore in ores:
            if ore not in separated:
                self.faults.append(
                    f"separation.csv: {ore} is mined and no row says where it is separated; add rows or drop its mines"
                )
            if ore not in chain.deposits:
                self.faults.append(f"deposits.csv: {ore} is mined and no row says what it holds; add rows or drop its mines")
        missing = [f"{a} to {b}" for a in self.regions for b in self.regions if a != b and (a, b) not in chain.transit]
        if missing:
            self.faults.append(f"transit.csv: no row says how long goods take from {', from '.join(missing)}; add rows")
        makers = {
            origin
            for (product, _), shares in chain.sourcing.items()
            if product in chain.at_stage("magnet")
            for origin, share in shares.items()
            if share > 0
        }
        for (product, region), tonnes in chain.recycling.items():
            if tonnes > 0 and region not in makers:
                self.faults.append(
                    f"recycling.csv: {region} recycles {product} and nobody buys magnets from it: scrap comes back as magnets "
                    "are made; set it to 0, or add a maker to sourcing.csv"
                )

    def _regions(self) -> tuple[dict[str, str], dict[str, str]]:
        table = self.table("regions.csv", "region,name,countries")
        names: dict[str, str] = {}
        countries: dict[str, str] = {}
        table.once(("region",))
        for row in table.rows:
            names[row["region"]] = row["name"]
            for country in filter(None, map(str.strip, row["countries"].split(";"))):
                if country in countries:
                    table.fault(row, f"{country} is in {countries[country]} and in {row['region']}; keep one")
                countries[country] = row["region"]
        self.regions = tuple(names)
        if names and "CN" not in names:
            self.faults.append("regions.csv:1: there is no region CN; controls are laid on what leaves it")
        if "*" not in countries:
            self.faults.append("regions.csv:1: no region is marked *; one must take the countries that are not named")
            countries["*"] = self.regions[-1] if self.regions else ""
        return names, countries

    def _products(self) -> None:
        table = self.table("products.csv", "product,stage,unit,looks_like,name")
        found = []
        table.once(("product",))
        for row in table.rows:
            stage = table.one_of(row, "stage", STAGES)
            found.append(Product(row["product"], stage, row["unit"], row["looks_like"], row["name"]))
        found.sort(key=lambda one: STAGES.index(one.stage) if one.stage in STAGES else 0)
        self.products = {one.id: one for one in found}

    def _industries(self) -> None:
        table = self.table("industries.csv", "industry,name")
        table.once(("industry",))
        for row in table.rows:
            self.industries[row["industry"]] = row["name"]

    def _deposits(self) -> dict[str, dict[str, float]]:
        table = self.table("deposits.csv", "ore,product,share,source,confidence,note")
        found: dict[str, dict[str, float]] = {}
        table.once(("ore", "product"))
        for row in table.rows:
            ore = self.product(table, row, "ore", ("ore",))
            product = row["product"]
            if product != "other":
                product = self.product(table, row, stages=("oxide",))
            found.setdefault(ore, {})[product] = table.number(row, "share", low=0, high=1)
            table.letter(row)
        for ore, shares in found.items():
            self._whole(table, ("ore",), (ore,), shares.values(), f"the shares of {ore}")
        return found

    def _whole(self, table: Table, columns: tuple[str, ...], key: tuple[str, ...], shares: Iterable[float], what: str) -> None:
        """Shares of a group of rows sum to one; the fault stands at the first of them."""
        total = sum(shares)
        if abs(total - 1) > _TOLERANCE:
            where = next(row.where for row in table.rows if tuple(row[c] for c in columns) == key)
            self.faults.append(f"{where}: {what} sum to {total:.6g}, not to 1; mend them")

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
        found: dict[tuple[str, str], tuple[float, float]] = {}
        table.once(("ore", "region"))
        for row in table.rows:
            key = (self.product(table, row, "ore", ("ore",)), table.one_of(row, "region", self.regions))
            share = table.number(row, "share", low=0, high=1)
            found[key] = (share, table.number(row, "recovery", low=0, high=1))
            table.letter(row)
        for ore in dict.fromkeys(ore for ore, _ in found):
            self._whole(table, ("ore",), (ore,), (s for (o, _), (s, _) in found.items() if o == ore), f"the shares of {ore}")
        return found

    def _recipes(self) -> dict[str, dict[str, float]]:
        table = self.table("recipes.csv", "product,input,tonnes,kind,source,confidence,note")
        found: dict[str, dict[str, float]] = {}
        table.once(("product", "input"))
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
        table.once(("region", "product"))
        for row in table.rows:
            key = (self.product(table, row, stages=("oxide",)), table.one_of(row, "region", self.regions))
            found[key] = table.number(row, "tonnes_year", low=0)
            table.letter(row)
        return found

    def _sourcing(self) -> dict[tuple[str, str], dict[str, float]]:
        table = self.table("sourcing.csv", "product,region,origin,share,source,confidence,note")
        found: dict[tuple[str, str], dict[str, float]] = {}
        table.once(("product", "region", "origin"))
        for row in table.rows:
            product = self.product(table, row, stages=STAGES[1:])
            key = (product, table.one_of(row, "region", self.regions))
            origin = table.one_of(row, "origin", self.regions, "region")
            found.setdefault(key, {})[origin] = table.number(row, "share", low=0, high=1)
            table.letter(row)
        for (product, region), shares in found.items():
            key = (product, region)
            self._whole(table, ("product", "region"), key, shares.values(), f"the shares of {product} in {region}")
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
        table.once(("origin", "region"))
        for row in table.rows:
            key = (table.one_of(row, "origin", self.regions, "region"), table.one_of(row, "region", self.regions))
            found[key] = Transit(*self._spread(table, row, 0, 26))
        return found

    def _spread(self, table: Table, row: Row, low: float, high: float) -> tuple[float, float, float]:
        """Weeks of a row with a low and a high value."""
        weeks, least, most = (table.number(row, c, low=low, high=high) for c in ("weeks", "low", "high"))
        table.in_order(row, (least, weeks, most), ("low", "weeks", "high"))
        table.letter(row)
        return weeks, least, most

    def _cover(self) -> dict[tuple[str, str], float]:
        table = self.table("cover.csv", "stage,region,weeks,low,high,source,confidence,note")
        found: dict[tuple[str, str], float] = {}
        table.once(("stage", "region"))
        for row in table.rows:
            stage = table.one_of(row, "stage", STAGES)
            region = table.one_of(row, "region", (*self.regions, "*"))
            found[stage, region] = self._spread(table, row, 0.5, 104)[0]
        for stage in dict.fromkeys(p.stage for p in self.products.values()):
            for region in self.regions:
                if (stage, region) not in found and (stage, "*") not in found:
                    self.faults.append(f"cover.csv: no row gives the stock of stage {stage} in {region}; add it, or one for *")
                found.setdefault((stage, region), found.get((stage, "*"), 0.0))
        return found

    def _controlled(self) -> dict[tuple[str, str], tuple[str, ...]]:
        table = self.table("controlled.csv", "element,form,product,note")
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        table.once(("element", "form", "product"))
        for row in table.rows:
            key = (table.one_of(row, "element", _SYMBOLS.split()), row["form"])
            if row["product"] == "none":
                found.setdefault(key, ())
            else:
                found[key] = (*found.get(key, ()), self.product(table, row, stages=STAGES[1:]))
        return found

"""The chain's tables: whole shares, known names, a source on each figure, and figures of others that they must meet."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from countermeasure.book.lists import read_head

DATA = Path(__file__).parents[2] / "src" / "countermeasure" / "data"
TABLES = {
    "deposits": "ore,product,share,source,confidence,note",
    "mines": "ore,region,tonnes_year,source,confidence,note",
    "separation": "ore,region,share,recovery,source,confidence,note",
    "recipes": "product,input,tonnes,kind,source,confidence,note",
    "recycling": "region,product,tonnes_year,source,confidence,note",
    "sourcing": "product,region,origin,share,source,confidence,note",
    "demand": "product,industry,region,tonnes_year,source,confidence,note",
    "transit": "origin,region,weeks,low,high,source,confidence,note",
    "cover": "stage,region,weeks,low,high,source,confidence,note",
    "prices": "product,market,usd_kg,day,source,confidence,note",
    "observed": "target,series,period,value,unit,source,confidence,note",
    "studies": "study,published_on,method,shock,region,result_low,result_high,unit,source,confidence,note",
    "controlled": "element,form,product,note",
}
KEYS = {
    "deposits": 2,
    "mines": 2,
    "separation": 2,
    "recipes": 2,
    "recycling": 2,
    "sourcing": 3,
    "demand": 3,
    "transit": 2,
    "cover": 2,
    "observed": 3,
    "controlled": 3,
}
REGIONS = ("CN", "US", "EU", "JP", "KR", "IN", "SEA", "ROW")
ORES = {"ore_bastnaesite_cn", "ore_bastnaesite_us", "ore_monazite", "ore_ion_clay", "ore_loparite"}
OXIDES = ("ox_ndpr", "ox_dy", "ox_tb", "ox_sm", "ox_gd", "ox_y", "ox_lace")
METALS = ("me_ndpr", "me_dy", "me_tb", "me_sm")
MAGNETS = ("mag_light", "mag_heavy", "mag_smco")
COMPONENTS = ("co_traction", "co_motor", "co_generator", "co_electronics", "co_defence")
PRODUCTS = {*ORES, *OXIDES, *METALS, *MAGNETS, *COMPONENTS}
INDUSTRIES = {"cars", "electronics", "semiconductor_tools", "wind", "industrial_motors"}
INDUSTRIES |= {"medical", "defence", "catalysts", "glass", "coatings"}
ASSAYS = {
    "ore_bastnaesite_cn": "Bayan Obo",
    "ore_bastnaesite_us": "Mountain Pass",
    "ore_monazite": "Mount Weld",
    "ore_ion_clay": "Xinfeng",
    "ore_loparite": "Revda",
}

Rows = list[dict[str, str]]
Amounts = dict[str, dict[str, float]]


def read(name: str) -> Rows:
    faults: list[str] = []
    text = (DATA / "supply" / f"{name}.csv").read_text("utf-8")
    found = read_head(text, f"{name}.csv", tuple(TABLES[name].split(",")), faults)
    assert not faults, faults
    assert found is not None
    header, body, _ = found
    assert header["name"] == name
    assert header["notes"]
    rows = list(csv.reader(body))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def tables() -> dict[str, Rows]:
    return {name: read(name) for name in TABLES}


def totals(rows: Rows, keys: tuple[str, ...], value: str) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows:
        found[tuple(row[k] for k in keys)] += float(row[value])
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_head_columns_and_no_row_twice(name: str, tables: dict[str, Rows]) -> None:
    rows = tables[name]
    assert rows
    width = KEYS.get(name)
    keys = [tuple(row.values())[:width] for row in rows] if width else [tuple(row.values()) for row in rows]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", [n for n in TABLES if n != "controlled"])
def test_every_figure_has_source_and_confidence(name: str, tables: dict[str, Rows]) -> None:
    for row in tables[name]:
        assert row["source"], row
        assert row["confidence"] in set("ABCDU"), row
        assert row["note"] or row["confidence"] in set("ABC"), f"a judgement without its reason: {row}"


def test_names_are_known(tables: dict[str, Rows]) -> None:
    columns = {
        "ore": ORES,
        "region": {*REGIONS, "*", "world"},
        "origin": {*REGIONS},
        "product": {*PRODUCTS, "other", "none"},
        "input": {*OXIDES, *METALS, *MAGNETS},
        "industry": INDUSTRIES,
        "kind": {"input"},
        "market": {"china", "outside"},
        "stage": {"ore", "oxide", "metal", "magnet", "component"},
    }
    for name, rows in tables.items():
        for row in rows:
            for column, known in columns.items():
                assert row.get(column, next(iter(known))) in known, (name, row)


@pytest.mark.parametrize(
    ("name", "keys"), [("deposits", ("ore",)), ("separation", ("ore",)), ("sourcing", ("product", "region"))]
)
def test_shares_sum_to_one(name: str, keys: tuple[str, ...], tables: dict[str, Rows]) -> None:
    for key, total in totals(tables[name], keys, "share").items():
        assert total == pytest.approx(1, abs=1e-9), key
    assert all(0 <= float(row["share"]) <= 1 for row in tables[name])


def test_components_are_made_of_their_magnets(tables: dict[str, Rows]) -> None:
    taken = totals(tables["recipes"], ("product",), "tonnes")
    for component in COMPONENTS:
        assert taken[component,] == pytest.approx(1, abs=1e-9)
    # total rare earths of a finished magnet, gross of 27.5 % scrap: 28 to 32 % of the blank in the literature
    for magnet in ("mag_light", "mag_heavy"):
        assert 0.28 <= taken[magnet,] * 0.725 <= 0.32


def test_each_pair_of_regions_has_a_voyage(tables: dict[str, Rows]) -> None:
    weeks = {(r["origin"], r["region"]): tuple(float(r[k]) for k in ("low", "weeks", "high")) for r in tables["transit"]}
    assert set(weeks) == {(a, b) for a in REGIONS for b in REGIONS}
    for (origin, region), (low, middle, high) in weeks.items():
        assert low <= middle <= high
        assert (middle == 0) == (origin == region)
        assert weeks[region, origin][1] == middle
    assert weeks["CN", "US"] == (4, 5, 6)


def test_each_stage_has_a_normal_stock(tables: dict[str, Rows]) -> None:
    held = {(r["stage"], r["region"]) for r in tables["cover"]}
    assert {stage for stage, region in held if region == "*"} == {"ore", "oxide", "metal", "magnet", "component"}
    for row in tables["cover"]:
        assert float(row["low"]) <= float(row["weeks"]) <= float(row["high"])


def test_each_oxide_has_a_price_before_the_controls_in_both_markets(tables: dict[str, Rows]) -> None:
    first = {}
    for row in tables["prices"]:
        assert float(row["usd_kg"]) > 0
        first.setdefault((row["product"], row["market"]), row["day"])
    assert set(first) == {(p, m) for p in OXIDES for m in ("china", "outside")}
    assert all(day < "2025-06" for day in first.values())


def test_each_test_of_the_validation_has_its_series(tables: dict[str, Rows]) -> None:
    assert {f"V{n}" for n in range(1, 12)} <= {r["target"] for r in tables["observed"]}
    months = {r["period"]: float(r["value"]) for r in tables["observed"] if r["target"] in ("V1", "V2")}
    assert list(months.values()) == [2626, 1238, 3188, 5577, 6146, 5774, 5473, 6150, 5952, 6023, 4740, 5238]


def test_losses_are_fractions_with_the_worse_end_first(tables: dict[str, Rows]) -> None:
    for row in tables["studies"]:
        low, high = float(row["result_low"]), float(row["result_high"])
        assert low <= high
        assert not row["unit"].startswith("fraction") or abs(low) <= 1
    assert not any("IEA" in row["study"] for row in tables["studies"])


@pytest.mark.parametrize("announcement", ["cn-2025-18", "cn-2025-57", "cn-2025-61-part-1", "cn-2025-61-part-2"])
def test_each_controlled_item_stands_for_a_product_or_for_none(announcement: str, tables: dict[str, Rows]) -> None:
    known = defaultdict(set)
    for row in tables["controlled"]:
        known[row["element"], row["form"]].add(row["product"])
    lines = (DATA / "controls" / f"{announcement}.csv").read_text("utf-8").splitlines()
    for item in csv.DictReader(line for line in lines if not line.startswith("#")):
        for element in item["element"].split(";"):
            assert known[element, item["form"]], item["id"]
    assert known["Dy", "magnet"] == {"mag_heavy"}
    assert known["Lu", "oxide"] == {"none"}
    assert all(products == {"none"} or "none" not in products for products in known.values())


class Balance:
    """Use of everything, from final demand back to ore, in tonnes a year."""

    def __init__(self, tables: dict[str, Rows]) -> None:
        self.shares: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for row in tables["sourcing"]:
            self.shares[row["product"], row["region"]][row["origin"]] = float(row["share"])
        self.recipes = {(r["product"], r["input"]): float(r["tonnes"]) for r in tables["recipes"]}
        self.final = totals(tables["demand"], ("product", "region"), "tonnes_year")
        self.used: Amounts = {}
        self.made: Amounts = {}
        for product in (*COMPONENTS, *MAGNETS, *METALS, *OXIDES):
            self._step(product)
        self.from_ore: Amounts = {p: dict.fromkeys(REGIONS, 0.0) for p in OXIDES}
        world = totals(tables["mines"], ("ore",), "tonnes_year")
        held = {(r["ore"], r["product"]): float(r["share"]) for r in tables["deposits"]}
        for row in tables["separation"]:
            out = world[row["ore"],] * float(row["share"]) * float(row["recovery"])
            for product in OXIDES:
                self.from_ore[product][row["region"]] += out * held[row["ore"], product]
        self.recycled: Amounts = {p: dict.fromkeys(REGIONS, 0.0) for p in OXIDES}
        for row in tables["recycling"]:
            self.recycled[row["product"]][row["region"]] = float(row["tonnes_year"])

    def _step(self, product: str) -> None:
        used = {r: self.final.get((product, r), 0.0) for r in REGIONS}
        for (output, input_), tonnes in self.recipes.items():
            if input_ == product:
                for region in REGIONS:
                    used[region] += tonnes * self.made[output][region]
        made = dict.fromkeys(REGIONS, 0.0)
        for region, tonnes in used.items():
            assert not tonnes or self.shares[product, region], f"{region} uses {product} and has no supplier"
            for origin, share in self.shares[product, region].items():
                made[origin] += share * tonnes
        self.used[product], self.made[product] = used, made

    def supply(self, oxide: str, region: str) -> float:
        """Oxide from ore and from scrap."""
        return self.from_ore[oxide][region] + self.recycled[oxide][region]

    def chinese(self, products: tuple[str, ...]) -> float:
        """China's share of what is made of some products."""
        return sum(self.made[p]["CN"] for p in products) / sum(sum(self.made[p].values()) for p in products)

    def magnets_to(self, region: str) -> float:
        """China's magnet exports to a region."""
        return sum(self.shares[m, region].get("CN", 0) * self.used[m][region] for m in MAGNETS)


@pytest.fixture(scope="module")
def balance(tables: dict[str, Rows]) -> Balance:
    return Balance(tables)


@pytest.mark.parametrize("oxide", OXIDES)
def test_the_world_makes_what_it_uses(oxide: str, balance: Balance) -> None:
    made = sum(balance.supply(oxide, r) for r in REGIONS)
    used = sum(balance.used[oxide].values())
    assert used <= made
    if oxide not in ("ox_sm", "ox_lace"):  # two real surpluses
        assert used >= 0.9 * made


@pytest.mark.parametrize("oxide", OXIDES)
def test_no_region_sends_more_oxide_than_it_makes(oxide: str, balance: Balance) -> None:
    for region in REGIONS:
        assert balance.made[oxide][region] <= balance.supply(oxide, region) + 1e-6, region


@pytest.mark.parametrize(
    ("oxide", "region", "tonnes", "within"),
    [
        ("ox_ndpr", "CN", 65500, 0.01),  # Argus 2024: 45,000 from domestic and 20,500 from imported ore
        ("ox_dy", "CN", 2568, 0.01),  # SMM June 2024 x 12
        ("ox_tb", "CN", 490, 0.01),  # SMM June 2024 x 12
        ("ox_gd", "CN", 3587, 0.01),  # SMM June 2024 x 12
        ("ox_ndpr", "SEA", 1677 * 4, 0.05),  # Lynas 2024-Q3 x 4
        ("ox_ndpr", "US", 1300, 0.02),  # MP Materials 2024
    ],
)
def test_oxide_from_ore_meets_what_was_counted(oxide: str, region: str, tonnes: float, within: float, balance: Balance) -> None:
    assert balance.from_ore[oxide][region] == pytest.approx(tonnes, rel=within)


@pytest.mark.parametrize(("region", "tonnes"), [("US", 7444), ("JP", 2304), ("KR", 5376), ("IN", 4300), ("SEA", 5500)])
def test_chinese_magnet_exports_by_region(region: str, tonnes: float, balance: Balance) -> None:
    assert balance.magnets_to(region) == pytest.approx(tonnes, rel=0.02)


def test_chinese_magnet_exports(balance: Balance) -> None:
    to = {r: balance.magnets_to(r) for r in REGIONS if r != "CN"}
    assert sum(to.values()) == pytest.approx(58152, rel=0.02)  # Adamas on customs data of 2024
    assert to["EU"] > 10933  # Germany alone


def test_share_of_exports_with_controlled_elements(balance: Balance) -> None:
    out = {m: sum(balance.shares[m, r].get("CN", 0) * balance.used[m][r] for r in REGIONS if r != "CN") for m in MAGNETS}
    controlled = (out["mag_heavy"] + out["mag_smco"]) / sum(out.values())
    assert 0.36 <= controlled <= 0.54  # fit on the exports of April to September 2025


def test_chinese_share_of_each_stage(balance: Balance) -> None:
    assert 0.92 <= balance.chinese(MAGNETS) <= 0.94
    assert balance.chinese(METALS) >= 0.9
    world = {p: sum(balance.supply(p, r) for r in REGIONS) for p in OXIDES}
    assert balance.supply("ox_ndpr", "CN") / world["ox_ndpr"] == pytest.approx(0.91, abs=0.01)  # IEA
    for heavy in ("ox_dy", "ox_tb"):
        assert balance.supply(heavy, "CN") / world[heavy] >= 0.98


def test_blanks_and_scrap_agree_with_the_sector(balance: Balance) -> None:
    blanks = sum(balance.made[m]["CN"] for m in MAGNETS) / (1 - 0.275)
    assert blanks == pytest.approx(260_000, rel=0.02)  # SMM forecast for 2024
    scrap_ndpr_metal = 0.275 * (balance.made["mag_light"]["CN"] * 0.286 + balance.made["mag_heavy"]["CN"] * 0.276) / 0.725
    assert scrap_ndpr_metal * 1.1664 == pytest.approx(26504, rel=0.15)  # Argus: NdPr oxide from scrap


def facts(shared: Path, name: str) -> Rows:
    with (shared / "facts" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_deposits_agree_with_the_published_assays(shared: Path, tables: dict[str, Rows]) -> None:
    groups = {"Nd": "ox_ndpr", "Pr": "ox_ndpr", "La": "ox_lace", "Ce": "ox_lace"}
    groups |= {"Dy": "ox_dy", "Tb": "ox_tb", "Sm": "ox_sm", "Gd": "ox_gd", "Y": "ox_y"}
    assays = [r for r in facts(shared, "ree_intensity.csv") if r["kind"] == "deposit_composition"]
    for row in tables["deposits"]:
        own = [r for r in assays if r["subject"].startswith(ASSAYS[row["ore"]])]
        full = sum(float(r["value"]) for r in own if groups.get(r["item"], "other") == row["product"])
        full /= sum(float(r["value"]) for r in own)
        if row["confidence"] == "A":
            assert float(row["share"]) == pytest.approx(full, abs=1e-6), row
        elif row["product"] == "other":
            assert float(row["share"]) >= full, row
        else:
            assert float(row["share"]) <= full, row


def test_mines_agree_with_the_survey(shared: Path, tables: dict[str, Rows]) -> None:
    survey = {
        r["geography"]: float(r["value"])
        for r in facts(shared, "ree_mine_production.csv")
        if r["series"] == "USGS" and r["year"] == "2024" and r["measure"] == "mine_production"
    }
    mined = totals(tables["mines"], ("region",), "tonnes_year")
    assert mined["CN",] == survey["China"]
    assert mined["US",] == survey["United States"]
    assert mined["IN",] == survey["India"]
    rest = sum(survey[k] for k in ("Australia", "Brazil", "Madagascar", "Nigeria", "Russia", "Other"))
    assert mined["ROW",] == rest
    assert mined["SEA",] > sum(survey[k] for k in ("Burma", "Thailand", "Malaysia", "Vietnam"))  # see the row's note


def test_recycling_agrees_with_argus(shared: Path, tables: dict[str, Rows]) -> None:
    names = {"NdPr": "ox_ndpr", "Dy": "ox_dy", "Tb": "ox_tb", "Gd": "ox_gd"}
    told = {r["measure"]: r["value"] for r in facts(shared, "ree_mine_production.csv") if r["year"] == "2024"}
    ours = totals(tables["recycling"], ("region", "product"), "tonnes_year")
    for element, product in names.items():
        assert ours["CN", product] == float(told[f"recycled_{element}_oxide"])


def test_observed_exports_agree_with_the_monthly_series(shared: Path, tables: dict[str, Rows]) -> None:
    names = {"World": "world", "United States": "us", "Germany": "germany", "Japan": "japan", "South Korea": "korea"}
    ours = {(r["series"], r["period"]): float(r["value"]) for r in tables["observed"]}
    for row in facts(shared, "cn_magnet_exports.csv"):
        if row["tonnes"] and row["destination"] in names and "Q" not in row["month"]:
            assert ours[f"cn_magnet_exports_{names[row['destination']]}", row["month"]] == float(row["tonnes"])


def test_observed_compounds_agree_with_baci(shared: Path, tables: dict[str, Rows]) -> None:
    told = {r["date"][:4]: float(r["value"]) for r in facts(shared, "ree_events.csv") if "S005" <= r["id"] <= "S009"}
    ours = {r["period"]: float(r["value"]) for r in tables["observed"] if r["series"] == "cn_ree_exports_world"}
    assert ours == told

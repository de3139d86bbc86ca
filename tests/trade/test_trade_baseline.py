"""The compact baseline, balancing, merging, customs numbers and weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermeasure.codes.country import COUNTRIES
from countermeasure.errors import CodeError, InputError, NotFoundError
from countermeasure.trade.multi.aggregate import aggregate
from countermeasure.trade.multi.balance import HOME, LEAST_VALUE, balance
from countermeasure.trade.multi.baseline import Baseline
from countermeasure.trade.multi.economies import economies, read_economies
from countermeasure.trade.multi.hs import GOODS, SECTORS, prefixes, read_sectors, sector_of, sectors_of
from countermeasure.trade.multi.shipped import read_baseline_folder, shipped_baseline, thetas
from countermeasure.trade.multi.tables import trade_folder
from countermeasure.trade.multi.weights import read_imports, us_imports

C, S = ("AA", "BB", "CC"), ("corn", "cars", "services")
HEAD = "# name: x\n# title: x\n# source: a test\n# licence: none\n# confidence: U\n"


def small(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Flows and inputs that balance with final use above 0."""
    rng = np.random.default_rng(seed)
    flows = rng.uniform(1, 20, (3, 3, 3))
    flows[range(3), range(3)] += 150
    return flows, rng.uniform(0.05, 0.2, (3, 3, 3))


def made(**more) -> Baseline:
    flows, inputs = small()
    return balance(flows, inputs, countries=C, sectors=S, theta=[3.0, 6.0, 5.0], goods=[True, True, False], **more)[0]


# ------------------------------------------------------------------------------------------------------------- shipped


def test_the_compact_baseline_is_what_it_says() -> None:
    base = shipped_baseline()
    assert base.countries == economies().codes
    assert base.sectors == SECTORS
    assert (len(base.countries), len(base.sectors), base.year, base.unit) == (26, 9, 2023, "million USD")
    assert [s for s, goods in zip(base.sectors, base.goods, strict=True) if goods] == list(GOODS)
    need = np.einsum("nkj,nj->nk", base.inputs, base.output) + base.final * base.spending[:, None]
    assert np.abs(need / base.absorption - 1).max() < 1e-9
    assert abs(base.transfer.sum()) < 1e-9 * base.value_added.sum()
    assert base.final.min() > 0
    assert base.value_share.min() > 0.1
    assert sum(path.stat().st_size for path in trade_folder().glob("*.csv") if "imports" not in path.name) < 1e6
    assert (trade_folder() / "us_imports_2024.csv").stat().st_size < 1.5e6


def test_value_added_is_near_gdp_of_2023() -> None:
    base = shipped_baseline(tariffs=False)
    gdp = {"US": 27.7e6, "CN": 17.8e6, "DE": 4.5e6, "JP": 4.2e6, "IN": 3.6e6, "VN": 0.43e6}  # World Bank, rounded
    for code, value in gdp.items():
        assert base.value_added[base.country(code)] == pytest.approx(value, rel=0.04)


def test_tariffs_are_those_before_2025() -> None:
    base, bare = shipped_baseline(), shipped_baseline(tariffs=False)
    assert not bare.tariff.any()
    us, cn, mx = (base.country(c) for c in ("US", "CN", "MX"))
    goods = base.goods
    paid = base.flows[us, cn, goods] @ base.tariff[us, cn, goods] / base.flows[us, cn, goods].sum()
    assert 0.10 < paid < 0.20  # 11.9 % on the imports of 2024, all programmes, by another maker
    assert (base.tariff[cn, us, goods] == 0.212).all()
    assert not base.tariff[:, :, ~goods].any()
    assert not base.tariff[mx].any()
    assert np.allclose(base.transfer, bare.transfer, atol=1e-6 * bare.value_added.sum())
    assert np.allclose(base.value_added, bare.value_added)
    assert np.allclose(base.spending - bare.spending, base.revenue)


def test_sets_of_elasticities() -> None:
    assert list(thetas()) == ["caliendo_parro", "uniform_5", "uniform_4", "wto"]
    assert set(thetas()["wto"].values()) == {1.85}
    assert shipped_baseline("uniform_4").theta.tolist() == [4.0] * 9
    with pytest.raises(InputError, match=r"unknown set 'uniform'.*uniform_5"):
        shipped_baseline("uniform")


def test_every_country_has_one_economy() -> None:
    held = economies()
    assert sorted(m for e in held.by_code.values() for m in e.members) == sorted(c.iso2 for c in COUNTRIES)
    assert held.resolve("vietnam") == ("VN",)
    assert held.resolve("Thailand") == ("XSE",)
    assert held.resolve("EU") == ("DE", "FR", "IT", "ES", "NL", "PL", "XEU")
    assert held.resolve("ASEAN") == ("ID", "VN", "XSE")
    assert len(held.by_code["XEU"].members) == 21
    with pytest.raises(CodeError, match="not a country"):
        held.resolve("Atlantis")
    with pytest.raises(InputError, match=r"(?s)t:8: DE is a member of A already.*t:8: 'QQ'"):
        read_economies(HEAD + "code,name,members,blocs,basis\nA,a,DE,,table\nB,b,DE;QQ,,table\n", "t")


# ---------------------------------------------------------------------------------------------------- customs numbers


@pytest.mark.parametrize(
    ("number", "sector"),
    [
        ("0201", "agriculture_food"),
        ("2805.30.00", "chemicals"),  # rare-earth metals
        ("2846.90", "chemicals"),  # rare-earth compounds
        ("8505110030", "electronics"),  # permanent magnets
        ("8542.31", "electronics"),
        ("8486.20", "machinery"),  # makes chips
        ("8471.30", "electronics"),
        ("8703.23", "vehicles"),
        ("8701.91", "machinery"),
        ("8701.21", "vehicles"),
        ("8802.40", "vehicles"),
        ("7208", "metals"),
        ("7113.19", "other_goods"),
        ("2709.00", "energy_mining"),
        ("3004.90", "chemicals"),
        ("6109.10", "other_goods"),
        ("9401.61", "other_goods"),
        ("9405", "electronics"),
        ("84", "machinery"),
        ("99", "other_goods"),
    ],
)
def test_sectors_of_customs_numbers(number: str, sector: str) -> None:
    assert sector_of(number) == sector


def test_all_chapters_have_a_sector() -> None:
    assert all(f"{k:02d}" in prefixes() for k in range(1, 100))
    for bad in ("00", "8", "12345678901", "85x5", ""):
        with pytest.raises(CodeError):
            sector_of(bad)
    assert sectors_of(["0201", "8703"]) == [0, 6]


def test_ranges_that_overlap_are_told() -> None:
    text = HEAD + "first,last,sector,isic,note\n01,03,metals,27,\n03,04,metals,27,\n05,04,metals,27,\n0606,0607,gold,27,\n"
    with pytest.raises(
        InputError, match=r"(?s)t:8: 03 is in a range above.*t:9: 05 to 04 is no range.*t:10: unknown sector 'gold'"
    ) as told:
        read_sectors(text, "t")
    assert len(told.value.faults) == 3


# ------------------------------------------------------------------------------------------------------------- weights


def test_imports_add_up() -> None:
    held = us_imports()
    assert held.musd.sum() + sum(held.rest.values()) == pytest.approx(3_123_773, rel=1e-4)
    assert sum(held.rest.values()) / held.musd.sum() < 1e-3
    assert held.totals().sum() == pytest.approx(held.musd.sum(), rel=1e-12)
    by = dict(zip(economies().codes, held.totals().sum(axis=1), strict=True))
    assert by["US"] < 0.005 * held.musd.sum()  # goods returned
    # general imports of 2024 in million USD, as remembered; imports for consumption are some percent lower
    assert 0.9 < by["MX"] / 505_900 < 1
    assert 0.9 < by["CN"] / 438_900 < 1
    flat = held.average(np.full(len(held.musd), 0.1))
    assert np.allclose(flat[held.totals() > 0], 0.1)


def test_faults_of_imports_have_their_line() -> None:
    text = HEAD + "hts8,cells\n01012100,GB 5;XX 3\n0101,GB 5\n01012100,GB -1\nrest,GB 1\n"
    with pytest.raises(InputError, match=r"(?s)t:7: 'XX 3'.*t:8: '0101'.*t:9: 'GB -1'.*01012100 stands twice"):
        read_imports(text, "t")


# ----------------------------------------------------------------------------------------------------------- balancing


def test_balance_leaves_a_balanced_table_alone() -> None:
    flows, inputs = small()
    base, report = balance(flows, inputs, countries=C, sectors=S, theta=4.0)
    assert report.changes == ()
    assert np.array_equal(base.flows, flows)
    assert np.array_equal(base.inputs, inputs)
    assert base.theta.tolist() == [4.0] * 3
    assert report.lines()[-1] == "No cell was changed."
    assert sum(report.deficits.values()) == pytest.approx(0, abs=1e-9)
    stated = base.final * base.spending[:, None]
    stated[1, 2] *= 1.001
    _, report = balance(flows, inputs, countries=C, sectors=S, theta=4.0, final=stated)
    assert report.gap_cell == "final [BB, services]"
    assert 0 < report.final_gap < 0.001
    stated[0, 0] *= 2
    with pytest.raises(InputError, match=r"final \[AA, corn\] is stated as"):
        balance(flows, inputs, countries=C, sectors=S, theta=4.0, final=stated)


def test_what_cannot_be_is_refused_with_its_cell() -> None:
    def refused(words: str, change) -> None:
        flows, inputs = small()
        change(flows, inputs)
        with pytest.raises(InputError, match=words):
            balance(flows, inputs, countries=C, sectors=S, theta=4.0)

    def put(array: str, place: tuple, value: float):
        return lambda flows, inputs: (flows if array == "flows" else inputs).__setitem__(place, value)

    refused(r"flows \[AA, BB, cars\] is -3, below 0", put("flows", (0, 1, 1), -3.0))
    refused(r"inputs \[CC, corn, cars\] is -0.1, below 0", put("inputs", (2, 0, 1), -0.1))
    refused(r"flows \[BB, BB, corn\] is 0: nothing is sold at home", put("flows", (1, 1, 0), 0.0))
    refused(r"costs \[AA, services\]: inputs take 1\.\d+ of the output", put("inputs", (0, 0, 2), 0.99))
    refused(r"final \[CC, cars\] is negative: factories need", put("inputs", (2, 1), 0.6))
    refused(r"flows \[AA, AA, corn\] is nan", put("flows", (0, 0, 0), np.nan))
    flows, inputs = small()
    with pytest.raises(InputError, match=r"flows has shape \(3, 3, 2\)"):
        balance(flows[..., :2], inputs, countries=C, sectors=S, theta=4.0)
    with pytest.raises(InputError, match=r"cars is 0; an elasticity is above 0"):
        balance(flows, inputs, countries=C, sectors=S, theta=[1.0, 0.0, 2.0])
    with pytest.raises(InputError, match="tariff has shape"):
        balance(flows, inputs, countries=C, sectors=S, theta=1.0, tariff=np.zeros((3, 3)))


def test_mending_follows_its_rules_and_tells() -> None:
    flows, inputs = small()
    flows[0, 1, 1], flows[1, 1, 0], inputs[2, 1] = -3.0, 0.0, 0.6
    inputs[0, :, 2] = 0.4
    base, report = balance(flows, inputs, countries=C, sectors=S, theta=4.0, mend=True, least_final=0.02)
    rules = {c.rule: c for c in report.changes}
    assert set(rules) == {"negative", "home", "costs", "inputs"}
    assert base.flows[0, 1, 1] == 0
    assert base.flows[1, 1, 0] == pytest.approx(HOME * (flows[1, 0, 0] + flows[1, 2, 0]))
    assert base.value_share[0, 2] >= LEAST_VALUE * (1 - 1e-12)
    share = base.final * base.spending[:, None] / base.absorption
    assert share.min() >= 0.02 - 1e-12
    assert report.least_final[0] == pytest.approx(share.min())
    assert report.moved > 0
    assert any("inputs [CC, cars]" in line for line in report.lines())
    flows[0, 0, 0] = np.inf
    with pytest.raises(InputError, match="is inf"):
        balance(flows, inputs, countries=C, sectors=S, theta=4.0, mend=True)


@given(st.integers(0, 10_000))
def test_mended_tables_balance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows = rng.lognormal(0, 2, (4, 4, 3)) * (rng.random((4, 4, 3)) > 0.2) - 0.01
    inputs = rng.random((4, 3, 3)) * 0.5
    base, report = balance(
        flows, inputs, countries="ABCD", sectors=S, theta=4.0, tariff=rng.random((4, 4, 3)), mend=True, least_final=1e-3
    )
    need = np.einsum("nkj,nj->nk", base.inputs, base.output) + base.final * base.spending[:, None]
    assert np.allclose(need, base.absorption, rtol=1e-9)
    assert base.transfer.sum() == pytest.approx(0, abs=1e-9 * base.spending.sum())
    assert report.least_final[0] > 0


# ------------------------------------------------------------------------------------------------------------- merging


def test_merging_keeps_sums_and_revenue() -> None:
    rng = np.random.default_rng(3)
    base = made(tariff=rng.random((3, 3, 3)) * 0.3, export_tax=rng.random((3, 3, 3)) * 0.1)
    small_ = aggregate(base, {"AA": "AB", "BB": "AB"}, {"corn": "goods", "cars": "goods"})
    assert (small_.countries, small_.sectors, small_.goods.tolist()) == (("AB", "CC"), ("goods", "services"), [True, False])
    for name in ("flows", "paid", "value_added", "spending", "transfer"):
        assert getattr(small_, name).sum() == pytest.approx(getattr(base, name).sum(), abs=1e-9)
    assert small_.revenue == pytest.approx([base.revenue[:2].sum(), base.revenue[2]])
    assert small_.value_added == pytest.approx([base.value_added[:2].sum(), base.value_added[2]])
    assert small_.flows[0, 1, 0] == pytest.approx(base.flows[:2, 2, :2].sum())
    assert 3.0 < small_.theta[0] < 6.0
    assert aggregate(base, theta={"corn": 9.0}).theta.tolist() == [9.0, 6.0, 5.0]
    same = aggregate(base)
    for name in ("flows", "tariff", "export_tax", "inputs", "final", "theta"):
        assert getattr(same, name) == pytest.approx(getattr(base, name), abs=1e-12)


def test_merging_refuses_what_does_not_fit() -> None:
    base = made()
    with pytest.raises(InputError, match="unknown economy 'DD'"):
        aggregate(base, {"DD": "X"})
    with pytest.raises(InputError, match="x would hold goods and services"):
        aggregate(base, None, {"cars": "x", "services": "x"})
    with pytest.raises(InputError, match="theta names 'iron'"):
        aggregate(base, theta={"iron": 3.0})


def test_the_compact_baseline_merges_to_blocs() -> None:
    base = shipped_baseline()
    blocs = economies().blocs
    merged = aggregate(base, dict.fromkeys(blocs["EU"], "EU") | dict.fromkeys(blocs["ASEAN"], "ASEAN"))
    assert len(merged.countries) == 26 - 6 - 2
    eu = merged.country("EU")
    inside = [base.country(c) for c in blocs["EU"]]
    assert merged.output[eu] == pytest.approx(base.output[inside].sum(axis=0))


# -------------------------------------------------------------------------------------------------------- tables of users


def test_a_folder_reads_as_it_is_and_tells_its_faults(tmp_path) -> None:
    for name in ("flows.csv", "inputs.csv", "theta.csv"):
        (tmp_path / name).write_bytes((trade_folder() / name).read_bytes())
    base, report = read_baseline_folder(tmp_path)
    assert np.array_equal(base.flows, shipped_baseline().flows)
    assert not base.tariff.any()
    assert report.changes == ()
    text = (tmp_path / "flows.csv").read_text(encoding="utf-8").splitlines()
    line = next(k for k, row in enumerate(text) if row.startswith("US,CN,"))
    cells = text[line].split(",")
    cells[3], cells[4], cells[1] = "-1", "many", "ZZ"
    (tmp_path / "flows.csv").write_text("\n".join([*text[:line], ",".join(cells), *text[line + 1 :]]), encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_baseline_folder(tmp_path)
    faults = "\n".join(told.value.faults)
    for words in (
        f"flows.csv:{line + 1}: unknown origin 'ZZ'",
        "energy_mining is -1, below 0",
        "chemicals 'many' is not a number",
    ):
        assert words in faults
    (tmp_path / "theta.csv").unlink()
    (tmp_path / "flows.csv").write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(NotFoundError, match=r"theta\.csv"):
        read_baseline_folder(tmp_path)

"""The shipped tables are what their maker makes of the sources."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.build_trade import SECTOR_OF, _bilateral, build, compact, main
from countermeasure.io.build_trade_gaps import added, completed, missing_pairs
from countermeasure.io.build_trade_imports import economy_mix, imports_by_line
from countermeasure.io.build_trade_split import Parts, World, scaled, split
from countermeasure.io.build_trade_tariffs import china_averages, us_tariffs
from countermeasure.trade.multi.hs import SECTORS
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.tables import text_of
from countermeasure.trade.multi.weights import us_imports

IMPORTS = Path("data") / "tariff_checks" / "us_imports_2024_hs10_country.parquet"


def test_the_shipped_tables_can_be_made_again(shared: Path) -> None:
    """Byte by byte, or, where another machine rounds a last digit differently, number by number."""
    for name, text in build(shared / "data" / "trade", shared / IMPORTS).items():
        kept = text_of(name)
        if text != kept:
            words, old = (re.split(r"([-\d.e+]+)", t) for t in (text, kept))
            assert len(words) == len(old), name
            assert all(a == b or float(a) == pytest.approx(float(b), rel=3e-6) for a, b in zip(words, old, strict=True)), name


def test_merging_and_splitting_lose_nothing(shared: Path) -> None:
    base, report = compact(shared / "data" / "trade", shared / IMPORTS)
    with np.load(shared / "data" / "trade" / "baseline2023_41x35.npz") as data:
        countries = [str(c) for c in data["countries"]]
        trade, value = data["trade"], (data["va_share"] * data["gross_output"]).sum(axis=1)
    assert base.flows.sum() == pytest.approx(trade.sum(), rel=1e-12)
    assert report.moved < 1e-3
    assert base.output.sum() == pytest.approx(trade.sum(), rel=1e-12)
    for code, name in {"US": "USA", "CN": "CHN", "DE": "DEU", "TW": "TWN", "ID": "IDN", "KR": "KOR"}.items():
        assert base.value_added[base.country(code)] == pytest.approx(value[countries.index(name)], rel=1e-9)
    us, cn = countries.index("USA"), countries.index("CHN")
    electronics = base.flows[base.country("US"), base.country("CN"), base.sector("electronics")]
    assert electronics == pytest.approx(trade[cn, 13, us], rel=1e-12)
    rest = [base.country(c) for c in ("VN", "XSE", "XLA", "AFR", "ROW")]
    sold = base.flows[base.country("US"), rest].sum(axis=0)
    whole = [sum(trade[countries.index("RoW"), k, us] for k in range(35) if SECTOR_OF[f"c{k + 1}"] == s) for s in SECTORS]
    assert sold == pytest.approx(whole, rel=1e-2)  # but for Croatia
    shipped = shipped_baseline(tariffs=False)
    assert shipped.flows == pytest.approx(base.flows, rel=1e-5, abs=1e-6)
    assert shipped.inputs == pytest.approx(base.inputs, rel=1e-5, abs=1e-6)


def test_totals_of_parts_are_those_of_bilateral_trade(shared: Path) -> None:
    with (shared / "data" / "trade" / "one_sector_2023" / "trade_2023_kusd.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    names = rows[0][1:]
    trade = np.array([r[1:] for r in rows[1:]], dtype=float) / 1e3
    base = shipped_baseline()
    vn = base.country("VN")
    for code, iso in {"US": "USA", "CN": "CHN", "JP": "JPN", "DE": "DEU"}.items():
        k = base.country(code)
        assert base.flows[k, vn, base.goods].sum() == pytest.approx(trade[names.index("VNM"), names.index(iso)], rel=1e-4)
        assert base.flows[vn, k, base.goods].sum() == pytest.approx(trade[names.index(iso), names.index("VNM")], rel=1e-4)


def test_gaps_are_filled_as_reported_and_else_by_the_table(shared: Path) -> None:
    base = shipped_baseline()
    kr, vn, pl, ru = (base.country(c) for c in ("KR", "VN", "PL", "RU"))
    assert base.flows[vn, kr, base.goods].sum() == pytest.approx(53_490, rel=1e-4)  # Korea International Trade Association
    assert base.flows[kr, vn, base.goods].sum() == pytest.approx(25_940, rel=1e-4)
    assert base.flows[pl, ru, base.goods].sum() == pytest.approx(2_600, rel=1e-2)
    assert base.flows[pl, kr, base.goods].sum() > 1_000
    names, trade, _ = _bilateral(shared / "data" / "trade")
    missing = missing_pairs(trade)
    inside = [n for n, some in zip(names, missing.any(axis=1), strict=True) if some]
    assert len(inside) == 76
    assert {"KOR", "RUS", "POL", "VNM", "PHL", "ARG", "BGD", "IRQ", "DZA"} <= set(inside)
    assert not {"USA", "CHN", "DEU", "JPN", "MEX", "THA"} & set(inside)
    assert trade[missing].sum() == 0
    whole = completed(trade, missing)
    assert np.array_equal(whole[~missing], trade[~missing])
    assert 0.005 < whole[missing].sum() / trade.sum() < 0.02


def test_the_factorisation_beats_a_zero_on_pairs_held_out(shared: Path) -> None:
    _, trade, _ = _bilateral(shared / "data" / "trade")
    gone = missing_pairs(trade)
    other = [k for k in np.argsort(-trade.sum(axis=1), kind="stable") if not gone[k].any()]
    held = np.zeros(trade.shape, dtype=bool)
    held[np.ix_(other[4:60:5], other[4:60:5])] = True
    np.fill_diagonal(held, val=False)
    found = completed(np.where(held, 0, trade), gone | held, rounds=300)[held]
    assert np.abs(found - trade[held]).sum() < 0.75 * trade[held].sum()
    assert found.sum() == pytest.approx(trade[held].sum(), rel=0.35)


def test_more_exports_are_less_at_home() -> None:
    flows = np.array([[[50.0, 90.0], [4.0, 2.0]], [[8.0, 3.0], [60.0, 120.0]]])
    found = added(flows, np.array([[5.0, 2.0], [7.0, 9.0]]), 1)
    assert found[:, :, 0].tolist() == [[43.0, 6.0], [15.0, 58.0]]
    assert np.array_equal(found[:, :, 1], flows[:, :, 1])
    with pytest.raises(InputError, match="exceeds home sales"):
        added(flows, np.array([[0.0, 900.0], [0.0, 0.0]]), 1)
    flows[1, 0] = 0
    with pytest.raises(InputError, match="sells nothing abroad"):
        added(flows, np.array([[0.0, 0.0], [7.0, 0.0]]), 1)


def test_tariffs_of_the_table_are_the_engine_s() -> None:
    averages = us_tariffs(us_imports())
    rates = np.nan_to_num(averages.rate)
    base = shipped_baseline()
    assert base.tariff[base.country("US")] == pytest.approx(np.where(np.arange(26)[:, None] == 0, 0, rates), abs=5.1e-5)
    assert averages.unknown < 0.002
    assert china_averages() == (0.212, 0.065)


def test_mixes_are_shares(shared: Path) -> None:
    mixes = economy_mix(imports_by_line(shared / IMPORTS))
    assert all(m.sum() == pytest.approx(1) and m.min() > 0 for m in mixes.values())
    assert mixes["VN"][SECTORS.index("electronics")] > 0.4


def test_scaling_meets_its_sums() -> None:
    rng = np.random.default_rng(1)
    rows, columns = rng.random(5), rng.random(4)
    columns *= rows.sum() / columns.sum()
    found = scaled(rng.random((5, 4)) + 0.1, rows, columns)
    assert found.sum(axis=1) == pytest.approx(rows)
    assert found.sum(axis=0) == pytest.approx(columns)
    with pytest.raises(InputError, match="rows add up to"):
        scaled(np.ones((2, 2)), np.ones(2), np.ones(2) * 2)


def test_a_split_keeps_the_whole() -> None:
    flows = np.array([[[50.0, 90.0], [4.0, 2.0]], [[6.0, 3.0], [60.0, 120.0]]])
    uses = np.array([[[10.0, 9.0], [8.0, 20.0]], [[12.0, 10.0], [9.0, 30.0]]])
    parts = Parts(
        ("x", "y"),
        np.array([1.0, 3.0]),
        np.array([[3.0, 0.0], [1.0, 0.0]]),
        np.array([[2.0, 0.0], [2.0, 0.0]]),
        np.array([[0.0, 5.0], [4.0, 0.0]]),
        np.array([[1.0], [1.0]]),
    )
    whole = World(("a", "rest"), flows, uses)
    found = split(whole, "rest", parts)
    assert found.countries == ("a", "x", "y")
    assert found.flows.sum(axis=(0, 1)) == pytest.approx(flows.sum(axis=(0, 1)))
    assert found.flows[0, 1:].sum(axis=0) == pytest.approx(flows[0, 1])
    assert found.flows[0, 1, 0] == pytest.approx(3.0)
    assert found.flows[2, 1, 0] == pytest.approx(5.0)
    added = found.flows.sum(axis=0) - found.uses.sum(axis=1)
    assert added[1:].sum(axis=1) == pytest.approx(np.array([0.25, 0.75]) * (flows[:, 1].sum() - uses[1].sum()))
    poor = Parts(("x", "y"), np.array([1e-3, 1.0]), parts.sold, parts.bought, parts.between * 5, parts.mix)
    with pytest.raises(InputError, match="nothing is left for home sales of x"):
        split(whole, "rest", poor)


def test_the_maker_asks_for_its_files(tmp_path: Path, shared: Path, capsys) -> None:
    assert main([]) == 2
    assert "SOURCE_DIR" in capsys.readouterr().err
    with pytest.raises(NotFoundError, match="baseline2023"):
        build(tmp_path, shared / IMPORTS)
    with pytest.raises(NotFoundError, match="no-such"):
        imports_by_line(tmp_path / "no-such.parquet")

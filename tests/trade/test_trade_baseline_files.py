"""Baselines from files: one small world, written in every form, is read as the same world."""

import csv
from pathlib import Path

import numpy as np
import pytest

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.trade_baselines import KINDS, baseline_kind, read_trade_baseline
from countermeasure.io.trade_formats.world import is_goods
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.tables import trade_folder

REGIONS, CODES = ("AUS", "CHN", "USA"), ("A01", "C26", "G45")
N = 9


def world(seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Intermediate flows (9, 9) and final use by country of use (9, 3)."""
    rng = np.random.default_rng(seed)
    z, final = rng.uniform(0.1, 2, (N, N)), rng.uniform(1, 4, (N, 3))
    for k in range(N):
        final[k, k // 3] += 40
    return z.round(3), final.round(3)


def labels() -> list[tuple[str, str]]:
    return [(r, c) for r in REGIONS for c in CODES]


def rows_to(path: Path, rows: list) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def as_icio(path: Path, z: np.ndarray, final: np.ndarray, **more) -> Path:
    names = [f"{r}_{c}" for r, c in labels()]
    half = [f"{r}_{u}" for r in REGIONS for u in ("HFCE", "GFCF")]
    rows = [["V1", *names, *half, "OUT"]]
    for k, name in enumerate(names):
        ends = [v for r in range(3) for v in (0.75 * final[k, r], 0.25 * final[k, r])]
        rows.append([name, *z[k], *ends, more.get("stated", z[k].sum() + final[k].sum())])
    rows.append(["TLS", *[0.5] * N, *[0] * 6, 0])
    rows.append(["VA", *[1] * N, *[0] * 6, 0])
    rows.append(["OUT", *(z.sum(axis=1) + final.sum(axis=1)), *[0] * 6, 0])
    return rows_to(path, rows)


def as_wiod_csv(path: Path, z: np.ndarray, final: np.ndarray) -> Path:
    users = [f"{r}{k}" for r in REGIONS for k in (1, 2, 3)]
    ends = [f"{r}{k}" for r in REGIONS for k in (57, 58, 59, 60, 61)]
    rows = [["IndustryCode", "IndustryDescription", "Country", "RNr", "Year", *users, *ends, "TOT"]]
    for k, (r, c) in enumerate(labels()):
        cells = [v for u in range(3) for v in (final[k, u] - 1, 0.5, 0.25, 0.25, 0)]
        rows.append([c, "words", r, k % 3 + 1, 2014, *z[k], *cells, z[k].sum() + final[k].sum()])
    for number, code in ((65, "II_fob"), (66, "TXSP"), (71, "VA"), (73, "GO")):
        rows.append([code, "words", "TOT", number, 2014, *[1.0] * (N + 16)])
    return rows_to(path, rows)


def as_wiod_workbook(path: Path, z: np.ndarray, final: np.ndarray) -> Path:
    """The layout of the 2013 release: three sectors here, final use in c37 to c41, output in c99."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("WIOT_2011")
    sheet.write(0, 0, "Intercountry Input-Output Table")
    heads = [(c, r, f"c{k % 3 + 1}") for k, (r, c) in enumerate(labels())]
    heads += [("", r, f"c{k}") for r in REGIONS for k in (37, 41)] + [("", "TOT", "c99")]
    for k, (code, country, number) in enumerate(heads):
        for row, text in ((2, code), (3, "words"), (4, country), (5, number)):
            sheet.write(row, 4 + k, text)
    for k, (r, c) in enumerate(labels()):
        ends = [v for u in range(3) for v in (0.9 * final[k, u], 0.1 * final[k, u])]
        cells = [c, "words", r, f"c{k % 3 + 1}", *z[k], *ends, z[k].sum() + final[k].sum()]
        sheet.write_row(6 + k, 0, cells)
    for k, (code, number) in enumerate((("", "r60"), ("VA", "r64"), ("GO", "r69"))):
        sheet.write_row(6 + N + k, 0, [code, "words", "TOT", number, *[1.0] * (N + 7)])
    book.close()
    return path


def as_long(path: Path, z: np.ndarray, final: np.ndarray) -> Path:
    rows = [["region", "sector", "use_region", "use_sector", "value"]]
    for k, (r, c) in enumerate(labels()):
        rows += [[r, c, ur, uc, z[k, m]] for m, (ur, uc) in enumerate(labels())]
        rows += [[r, c, u, "HFCE", final[k, m]] for m, u in enumerate(REGIONS)]
    rows.append(["ALL", "VA", "AUS", "A01", 3.0])
    return rows_to(path, rows)


WRITERS = {"icio": (as_icio, "ICIO2023_2020.csv"), "wiod": (as_wiod_csv, "wiot.csv"), "long": (as_long, "table_2019.csv")}


@pytest.mark.parametrize("kind", [*WRITERS, "workbook"])
def test_every_form_gives_the_same_world(kind: str, tmp_path: Path) -> None:
    z, final = world()
    writer, name = WRITERS.get(kind, (as_wiod_workbook, "wiot_2011.xlsx"))
    path = writer(tmp_path / name, z, final)
    base, report = read_trade_baseline(path, theta=4)
    assert base.countries == REGIONS
    assert base.sectors == CODES
    assert base.goods.tolist() == [True, True, False]
    assert report.changes == ()
    assert base.year == {"icio": 2020, "wiod": 2014, "long": 2019, "workbook": 2011}[kind]
    cells = z.reshape(3, 3, 3, 3)
    flows = cells.sum(axis=3).transpose(2, 0, 1) + final.reshape(3, 3, 3).transpose(2, 0, 1)
    assert base.flows == pytest.approx(flows)
    assert base.output == pytest.approx((z.sum(axis=1) + final.sum(axis=1)).reshape(3, 3))
    assert base.inputs[1, 0, 2] * base.output[1, 2] == pytest.approx(z[[0, 3, 6], 5].sum())
    ends = base.final * base.spending[:, None]
    assert ends == pytest.approx(final.reshape(3, 3, 3).sum(axis=0).T)
    assert base.value_added.sum() == pytest.approx(final.sum())


def test_parts_of_china_and_negative_inventories(tmp_path: Path) -> None:
    z, final = world()
    path = as_icio(tmp_path / "icio.csv", z, final)
    path.write_text(path.read_text().replace("AUS_", "CN1_").replace("CHN_", "CN2_"), encoding="utf-8")
    base, _ = read_trade_baseline(path)
    assert base.countries == ("CHN", "USA")
    assert base.output[0] == pytest.approx((z.sum(axis=1) + final.sum(axis=1)).reshape(3, 3)[:2].sum(axis=0))
    final[1, 2] = -20.0
    path = as_icio(tmp_path / "low.csv", z, final)
    with pytest.raises(InputError, match=r"flows \[USA, AUS, C26\] is -\d+\.?\d*, below 0"):
        read_trade_baseline(path)
    base, report = read_trade_baseline(path, mend=True)
    assert base.flows[2, 0, 1] == 0
    assert [c.rule for c in report.changes] == ["negative"]


def test_stated_output_must_fit(tmp_path: Path) -> None:
    z, final = world()
    path = as_icio(tmp_path / "icio.csv", z, final, stated=1.0)
    with pytest.raises(InputError, match=r"AUS A01: row and final use are \S+, stated output is 1"):
        read_trade_baseline(path)


def test_faults_of_world_tables_have_their_cell(tmp_path: Path) -> None:
    z, final = world()
    path = as_icio(tmp_path / "icio.csv", z, final)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("CHN_C26", "CHN_C27", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)no column for the row CHN_C26.*column CHN_C27 is neither"):
        read_trade_baseline(path)
    lines = text.splitlines()
    lines[3] = lines[3].replace(lines[3].split(",")[4], "many", 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=r"icio.csv:4: column \w+: 'many' is not a number"):
        read_trade_baseline(path)
    long = as_long(tmp_path / "long.csv", z, final)
    rows = long.read_text(encoding="utf-8").splitlines()
    rows[1], rows[2] = rows[3], "AUS,A01,CHN,A01,many"
    rows.append("USA,G45,MEX,HFCE,3")
    long.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)row 3: value 'many'.*stands twice.*MEX has final use and supplies nothing"):
        read_trade_baseline(long)


def as_itpd(path: Path, sectors=("Agriculture", "Services"), home: bool = True) -> Path:
    rows = [
        ["exporter_iso3", "exporter_name", "importer_iso3", "importer_name", "year", "industry_id", "broad_sector", "trade"]
    ]
    value = 0.0
    for year in (2018, 2019):
        for i in REGIONS:
            for n in REGIONS:
                for k, s in enumerate(sectors):
                    value += 1
                    if home or i != n:
                        rows += [[i, "x", n, "y", year, 2 * k + m, s, (value + (900 if i == n else 0)) / 2] for m in (0, 1)]
    rows.append(["AUS", "x", "ATA", "only buys", 2019, 1, "Services", 3])
    return rows_to(path, rows)


def test_itpd_takes_the_latest_year_and_home_sales(tmp_path: Path) -> None:
    path = as_itpd(tmp_path / "itpd.csv")
    base, _ = read_trade_baseline(path, theta={"Agriculture": 3.0, "Services": 6.0})
    assert (base.countries, base.sectors, base.year) == (REGIONS, ("Agriculture", "Services"), 2019)
    assert base.flows[0, 1, 0] == pytest.approx(25.0)  # seller CHN, buyer AUS, second year
    assert base.flows[0, 0, 1] == pytest.approx(920.0)
    assert base.goods.tolist() == [True, False]
    assert base.theta.tolist() == [3.0, 6.0]
    assert base.value_added == pytest.approx(base.output.sum(axis=1))
    assert read_trade_baseline(path, year=2018)[0].year == 2018
    assert read_trade_baseline(path, sector_column="industry_id")[0].sectors == ("0", "1", "2", "3")
    with pytest.raises(InputError, match="no trade of 2001"):
        read_trade_baseline(path, year=2001)
    with pytest.raises(InputError, match="theta does not fit the sectors: Goods, Services"):
        read_trade_baseline(path, theta={"Agriculture": 3.0, "Goods": 6.0})
    bare = as_itpd(tmp_path / "bare.csv", home=False)
    with pytest.raises(InputError, match=r"flows \[AUS, AUS, Agriculture\] is 0: nothing is sold at home"):
        read_trade_baseline(bare)
    assert len(read_trade_baseline(bare, mend=True)[1].changes) == 6


def test_baci_needs_gdp(tmp_path: Path) -> None:
    rows = [["t", "i", "j", "k", "v", "q"]]
    rows += [[2023, 36, 156, "010121", 5000, 1], [2023, 36, 842, "270112", 7000, 1], [2023, 156, 36, "850511", 4000, 2]]
    rows += [[2023, 842, 156, "880240", 3000, 1], [2023, 156, 842, "854231", 9000, "NA"], [2022, 156, 842, "854231", 1, 1]]
    path = rows_to(tmp_path / "BACI_HS22_Y2023_V202501.csv", rows)
    gdp = rows_to(tmp_path / "gdp.csv", [["iso3", "gdp"], ["AUS", 20e6], ["China", 50e6], ["US", 90e6]])
    with pytest.raises(InputError, match="BACI has no home sales"):
        read_trade_baseline(path)
    base, report = read_trade_baseline(path, gdp=gdp, theta=4)
    assert (base.countries, base.sectors, base.year) == (("AUS", "CHN", "USA"), ("all",), 2023)
    assert base.flows[:, 0, 0].tolist() == [8.0, 5.0, 7.0]
    assert base.value_added.tolist() == [20.0, 50.0, 90.0]
    assert base.transfer == pytest.approx([-8.0, -5.0, 13.0])
    assert report.changes == ()
    small = rows_to(tmp_path / "small.csv", [["iso3", "gdp"], ["AUS", 11e6], ["CHN", 50e6], ["USA", 90e6], ["FRA", 1e6]])
    with pytest.raises(InputError, match=r"(?s)FRA has GDP and no trade in 2023.*AUS: exports of 12 exceed GDP of 11"):
        read_trade_baseline(path, gdp=small)
    bad = rows_to(tmp_path / "bad.csv", [["iso3", "gdp"], ["AUS", "much"], ["Atlantis", 3]])
    with pytest.raises(InputError, match=r"(?s)row 2: GDP 'much' of AUS.*row 3: 'Atlantis'"):
        read_trade_baseline(path, gdp=bad)
    strange = rows_to(tmp_path / "strange.csv", [*rows, [2023, 999, 36, "010121", 1, 1]])
    with pytest.raises(InputError, match="the number 999 is no country"):
        read_trade_baseline(strange, kind="baci", gdp=gdp)
    rows_to(path, [*rows, [2023, 36, 156, "010121", "much", 1]])
    with pytest.raises(InputError, match="the table cannot be read"):
        read_trade_baseline(path, gdp=gdp)


def test_kinds_are_told(tmp_path: Path) -> None:
    z, final = world()
    for kind, (writer, name) in WRITERS.items():
        assert baseline_kind(writer(tmp_path / name, z, final)) == kind
    assert baseline_kind(trade_folder()) == "tables"
    assert baseline_kind(as_itpd(tmp_path / "itpd.csv")) == "itpd"
    assert set(KINDS) >= set(WRITERS)
    with pytest.raises(NotFoundError, match="no such file or folder"):
        read_trade_baseline(tmp_path / "none.csv")
    with pytest.raises(InputError, match="holds no baseline"):
        baseline_kind(tmp_path)
    with pytest.raises(InputError, match="unknown kind 'gtap'"):
        read_trade_baseline(trade_folder(), kind="gtap")
    with pytest.raises(InputError, match="has its own elasticities"):
        read_trade_baseline(trade_folder(), theta=5)
    base, _ = read_trade_baseline(trade_folder(), theta="wto")
    assert base.theta.tolist() == shipped_baseline("wto").theta.tolist()


@pytest.mark.parametrize(
    ("code", "goods"),
    [
        ("A01_02", True),
        ("B05_06", True),
        ("C10T12", True),
        ("D", False),
        ("G45", False),
        ("c16", True),
        ("c17", False),
        ("AtB", True),
        ("15t16", True),
        ("36t37", True),
        ("50", False),
        ("E", False),
        ("vehicles", True),
        ("Other services", False),
    ],
)
def test_goods_are_told_by_code(code: str, goods: bool) -> None:
    assert is_goods(code) is goods


def test_wiod_2011_as_packaged(shared: Path, tmp_path: Path) -> None:
    """The real table of 2011, written as the release of 2016 writes it, from its arrays."""
    from countermeasure.io.trade_formats.world import Facts, WorldTable, baseline_of

    with np.load(shared / "data" / "trade" / "wiod2011_41x35.npz", allow_pickle=False) as data:
        z, final, output = (data[k].astype(float) for k in ("intermediate", "final", "output"))
    countries, sectors = [f"R{k:02d}" for k in range(41)], [f"c{k + 1}" for k in range(35)]
    nodes = tuple((c, s) for c in countries for s in sectors)
    table = WorldTable(nodes, z, final.reshape(-1, 41, 5).sum(axis=2), output)
    base, report = baseline_of(table, Facts(mend=True))
    assert (len(base.countries), len(base.sectors), int(base.goods.sum())) == (41, 35, 16)
    assert base.output.sum() == pytest.approx(output.sum(), rel=1e-3)
    assert report.moved < 0.01

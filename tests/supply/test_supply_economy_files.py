"""Input-output tables in the layouts in which they are published; every file here is made up and small."""

import importlib.util
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.iotables import KINDS, from_pymrio, kind_of, read_iotable, read_pymrio

# One economy in all layouts: two regions, two sectors.
NODES = [("AUS", "A01"), ("AUS", "B05"), ("CHN", "A01"), ("CHN", "B05")]
Z = np.array([[10, 5, 0, 2], [4, 20, 1, 6], [3, 0, 30, 8], [0, 7, 9, 40]], dtype=float)
FINAL = np.array([[20, 3], [9, 1], [2, 57], [4, 60]], dtype=float)  # by region of use
TAX = np.array([1, 2, 3, 4], dtype=float)
OUT = Z.sum(axis=1) + FINAL.sum(axis=1)
VA = OUT - Z.sum(axis=0) - TAX


def same(table, nodes=NODES, *, tax: bool = True) -> None:
    """Whether a table is the economy above, in the order of its own nodes."""
    at = [table.nodes.index(node) for node in nodes]
    assert len(table) == 4
    assert table.z[np.ix_(at, at)] == pytest.approx(Z)
    assert table.final[at] == pytest.approx(FINAL.sum(axis=1))
    assert table.output[at] == pytest.approx(OUT)
    assert table.other_costs[at] == pytest.approx(TAX if tax else np.zeros(4))
    assert table.value_added[at] == pytest.approx(VA if tax else VA + TAX)


# ---------------------------------------------------------------------------------------------- OECD ICIO


def icio(order=(0, 1, 2, 3), out=OUT) -> str:
    names = [f"{r}_{s}" for r, s in NODES]
    lines = ["V1," + ",".join([*(names[k] for k in order), "AUS_HFCE", "CHN_HFCE", "CHN_INVNT", "OUT"])]
    for i, name in enumerate(names):
        cells = [*(Z[i, k] for k in order), FINAL[i, 0], FINAL[i, 1] + 1, -1, out[i]]
        lines.append(f"{name}," + ",".join(f"{c:g}" for c in cells))
    for name, row in (("TLS", TAX), ("VA", VA), ("OUT", OUT)):
        lines.append(f"{name}," + ",".join(f"{row[k]:g}" for k in order) + ",0,0,0,")
    return "\n".join(lines) + "\n"


def test_icio_is_matched_by_label(tmp_path: Path) -> None:
    path = tmp_path / "ICIO2023_2020.csv"
    path.write_text(icio(order=(2, 0, 3, 1)), encoding="utf-8")
    assert kind_of(path) == "icio"
    table = read_iotable(path)
    same(table)
    assert (table.year, table.unit) == (2020, "million USD")
    assert "OECD" in table.source


def test_icio_puts_parts_of_china_together(tmp_path: Path) -> None:
    names = ["CN1_C26", "CN2_C26", "CHN_A01"]
    rows = [f"{n},1,2,3,10,16" for n in names]
    text = "\n".join(["V1," + ",".join(names) + ",CHN_HFCE,OUT", *rows, "TLS,0,0,0,0,", "VA,13,10,7,0,", "OUT,16,16,16,,"])
    path = tmp_path / "icio_2018.csv"
    path.write_text(text, encoding="utf-8")
    table = read_iotable(path, kind="icio")
    assert table.nodes == (("CHN", "C26"), ("CHN", "A01"))
    assert table.z.tolist() == [[6.0, 6.0], [3.0, 3.0]]
    assert "put together" in table.notes


def test_icio_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(icio().replace("CHN_B05,", "CHN_B06,", 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_iotable(path, kind="icio")
    assert "no column for the row CHN_B05" in str(caught.value)
    assert "column CHN_B06 is neither" in str(caught.value)
    path.write_text(icio().replace("CHN_A01,3,0,30", "CHN_A01,3,many,30"), encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.csv:4: column AUS_B05: 'many' is not a number"):
        read_iotable(path, kind="icio")
    path.write_text(icio(out=OUT * 1.5), encoding="utf-8")
    with pytest.raises(InputError, match=r"AUS A01: row and final use are 40, stated output is 60"):
        read_iotable(path, kind="icio")
    same(read_iotable(path, kind="icio", mend=True))


def test_negative_flows_are_refused_or_mended_and_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(icio().replace("AUS_A01,10,5", "AUS_A01,10,-5").replace(",40\n", ",30\n", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"z from AUS A01 to AUS B05 is negative \(-5\)"):
        read_iotable(path, kind="icio")
    table = read_iotable(path, kind="icio", mend=True)
    assert table.z[0, 1] == 0
    assert "1 negative flows, 5 in all" in table.notes


# ---------------------------------------------------------------------------------------------- WIOD 2016


def wiod_csv() -> str:
    uses = [f"{c}{n}" for c in ("AUS", "CHN") for n in (1, 2)] + ["AUS57", "CHN57", "TOT"]
    lines = ["IndustryCode,IndustryDescription,Country,RNr,Year," + ",".join(uses)]
    for i, (country, code) in enumerate(NODES):
        cells = [*Z[i], *FINAL[i], OUT[i]]
        lines.append(f'{code},"Some, goods",{country},{i % 2 + 1},2014,' + ",".join(f"{c:g}" for c in cells))
    for number, (code, row) in enumerate((("II_fob", Z.sum(axis=0)), ("TXSP", TAX), ("VA", VA), ("GO", OUT)), start=65):
        lines.append(f"{code},words,TOT,{number},2014," + ",".join(f"{c:g}" for c in row) + ",0,0,0")
    return "\n".join(lines) + "\n"


def test_wiod_wide_csv(tmp_path: Path) -> None:
    path = tmp_path / "wiot.csv"
    path.write_text(wiod_csv(), encoding="utf-8-sig")
    assert kind_of(path) == "wiod"
    table = read_iotable(path)
    same(table)
    assert table.year == 2014
    assert "CC BY 4.0" in table.licence


def test_wiod_workbook(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "WIOT2014_Nov16_ROW.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("2014")
        sheet.write(0, 0, "Intercountry Input-Output Table")
        heads = [
            *((c, s, f"c{i % 2 + 1}") for i, (c, s) in enumerate(NODES)),
            ("AUS", "CONS_h", "c57"),
            ("CHN", "CONS_h", "c57"),
        ]
        for k, (country, code, number) in enumerate([*heads, ("TOT", "GO", "c62")], start=4):
            for row, text in enumerate((code, "words", country, number), start=2):
                sheet.write(row, k, text)
        for i, (country, code) in enumerate(NODES):
            sheet.write_row(6 + i, 0, [code, "words", country, f"r{i % 2 + 1}", *Z[i], *FINAL[i], OUT[i]])
        for i, (code, row) in enumerate((("II_fob", Z.sum(axis=0)), ("TXSP", TAX), ("VA", VA), ("GO", OUT))):
            sheet.write_row(10 + i, 0, [code, "words", "TOT", f"r{65 + i}", *row])
    assert kind_of(path) == "wiod"
    table = read_iotable(path)
    same(table)
    assert table.year == 2014


def test_wiod_workbook_of_another_layout(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, "nothing")
    with pytest.raises(InputError, match="no row with the numbers c1, c2"):
        read_iotable(path, kind="wiod")


# ---------------------------------------------------------------------------------------------- EXIOBASE


def tabbed(columns, rows) -> str:
    lines = ["region\t\t" + "\t".join(c[0] for c in columns), "sector\t\t" + "\t".join(c[1] for c in columns)]
    lines.append("region\tsector" + "\t" * len(columns))
    return (
        "\n".join(
            [*lines, *("\t".join([*node, *(repr(float(v)) for v in row)]) for node, row in zip(NODES, rows, strict=True))]
        )
        + "\n"
    )


def exiobase(folder: Path, *, matrix: str, output: bool = True) -> Path:
    folder.mkdir()
    ends = [("AUS", "Households"), ("CHN", "Households")]
    (folder / "Y.txt").write_text(tabbed(ends, FINAL), encoding="utf-8")
    (folder / f"{matrix}.txt").write_text(tabbed(NODES, Z if matrix == "Z" else Z / OUT), encoding="utf-8")
    if output:
        rows = "".join(f"{r}\t{s}\t{v}\n" for (r, s), v in zip(NODES, OUT, strict=True))
        (folder / "x.txt").write_text("region\tsector\tindout\n" + rows, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("matrix", "output"), [("Z", True), ("Z", False), ("A", True), ("A", False)])
def test_exiobase_flows_or_coefficients(tmp_path: Path, matrix: str, output: bool) -> None:
    folder = exiobase(tmp_path / "IOT_2022_ixi", matrix=matrix, output=output)
    assert kind_of(folder) == "exiobase"
    table = read_iotable(folder, mend=True)
    same(table, tax=False)
    assert (table.unit, table.year) == ("million EUR", 2022)


def test_exiobase_in_an_archive_and_in_dollars(tmp_path: Path) -> None:
    folder = exiobase(tmp_path / "IOT_2022_pxp", matrix="Z")
    archive = tmp_path / "IOT_2022_pxp.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"IOT_2022_pxp/{file.name}")
    table = read_iotable(archive, scale=1.1, unit="million USD")
    assert table.output == pytest.approx(OUT * 1.1)
    assert table.unit == "million USD"
    (folder / "Y.txt").unlink()
    with pytest.raises(NotFoundError, match=r"no Y\.txt"):
        read_iotable(folder, kind="exiobase")


# ---------------------------------------------------------------------------------------------- BEA


def bea(folder: Path) -> Path:
    """Use in another order of rows than of columns, with a row that nobody makes."""
    folder.mkdir()
    (folder / "bea_industry_output.csv").write_text("bea_code,output\n1111A0,100\n335312,200\n336112,300\n", encoding="utf-8")
    (folder / "bea_use_domestic.csv").write_text(
        "bea_code,336112,1111A0,335312\n335312,60,1,20\n1111A0,5,10,2\n336112,30,0,4\nS00401,3,0,0\n", encoding="utf-8"
    )
    (folder / "bea_use_import.csv").write_text("bea_code,1111A0,335312,336112\n335312,0,7,50\nS00300,1,0,0\n", encoding="utf-8")
    return folder


def test_bea_detail_is_matched_by_code(tmp_path: Path) -> None:
    folder = bea(tmp_path / "detail_2017")
    assert kind_of(folder) == "bea"
    table = read_iotable(folder)
    assert table.nodes == (("US", "1111A0"), ("US", "335312"), ("US", "336112"))
    assert table.z.tolist() == [[10, 2, 5], [1, 20, 60], [0, 4, 30]]
    assert table.final.tolist() == [83, 119, 266]
    assert table.other_costs.tolist() == [1, 7, 53]
    assert table.value_added.tolist() == [88, 167, 152]
    assert table.year == 2017


def test_bea_faults(tmp_path: Path) -> None:
    folder = bea(tmp_path / "a")
    (folder / "bea_industry_output.csv").write_text("bea_code,output\n1111A0,100\n335312,200\n", encoding="utf-8")
    with pytest.raises(InputError, match="column 336112 is used but has no output"):
        read_iotable(folder)
    (folder / "bea_industry_output.csv").write_text("bea_code,output\n1111A0,10\n335312,200\n336112,300\n", encoding="utf-8")
    with pytest.raises(InputError, match="final of US 1111A0 is negative"):
        read_iotable(folder)


def test_bea_use_and_make(tmp_path: Path) -> None:
    # Industry A makes 90 of commodity a and 20 of b; industry B makes 80 of b.
    folder = tmp_path / "use_make_2017"
    folder.mkdir()
    (folder / "make.csv").write_text("code,description,a,b\nA,farms,90,20\nB,mills,0,80\n", encoding="utf-8")
    (folder / "use.csv").write_text("code,Commodity description,A,B\na,crops,9,18\nb,flour,10,5\n", encoding="utf-8")
    table = read_iotable(folder)
    assert table.z == pytest.approx(np.array([[9 + 0.2 * 10, 18 + 0.2 * 5], [0.8 * 10, 0.8 * 5]]))
    assert table.output.tolist() == [110, 80]
    assert "in the shares in which they make it" in table.notes


def test_files_that_are_missing_or_damaged_are_said(tmp_path: Path) -> None:
    folder = bea(tmp_path / "a")
    (folder / "bea_industry_output.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="empty or missing"):
        read_iotable(folder)
    with pytest.raises(InputError, match="are a folder of files"):
        read_iotable(folder / "bea_use_domestic.csv", kind="bea")
    folder = exiobase(tmp_path / "b", matrix="Z")
    (folder / "x.txt").write_text("region\tsector\tindout\nAUS\tA01\t5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.txt: no row for AUS B05"):
        read_iotable(folder)
    (folder / "Z.txt").unlink()
    with pytest.raises(NotFoundError, match=r"neither Z\.txt nor A\.txt"):
        read_iotable(folder)
    for name in ("x.zip", "x.xlsx"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(InputError, match="cannot be read"):
            read_iotable(tmp_path / name)
    (tmp_path / "ragged.csv").write_text("V1,a,b\nx,1,2,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"ragged\.csv:2: 4 cells, 3 columns"):
        read_iotable(tmp_path / "ragged.csv", kind="icio")


# ---------------------------------------------------------------------------------------------- long tables


def long_rows() -> list[str]:
    rows = ["region,sector,use_region,use_sector,value"]
    for i, (r, s) in enumerate(NODES):
        rows += [f"{r},{s},{u},{v},{Z[i, k]:g}" for k, (u, v) in enumerate(NODES) if Z[i, k]]
        rows += [f"{r},{s},{u},HFCE,{FINAL[i, k]:g}" for k, u in enumerate(("AUS", "CHN"))]
        rows += [f",TLS,{r},{s},{TAX[i]:g}", f",VA,{r},{s},{VA[i]:g}", f",OUT,{r},{s},{OUT[i]:g}"]
    return rows


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_long_tables(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table_2019.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join(long_rows()), encoding="utf-8")
    else:
        import pyarrow as pa
        from pyarrow import parquet

        cells = [row.split(",") for row in long_rows()]
        columns = dict(zip(cells[0], zip(*cells[1:], strict=True), strict=True))
        parquet.write_table(pa.table({**columns, "value": [float(v) for v in columns["value"]]}), path)
    assert kind_of(path) == "long"
    table = read_iotable(path, source="mine", licence="own")
    same(table)
    assert (table.source, table.licence, table.year) == ("mine", "own", 2019)


def test_long_tables_with_other_names_and_faults(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    text = "\n".join(long_rows()).replace("region,sector,use_region,use_sector,value", "country,industry,destination,use,flow")
    path.write_text(text, encoding="utf-8")
    same(read_iotable(path))
    path.write_text(text + "\nAUS,A01,AUS,A01,7\nAUS,A01,CHN,A01,much\nAUS,,CHN,A01,1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_iotable(path)
    for words in ("from AUS A01 to AUS A01 stands twice", "'much' is not a number", "a region or sector is empty"):
        assert words in str(caught.value)
    path.write_text("country,industry,flow\nA,b,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="use_region"):
        read_iotable(path, kind="long")


# ---------------------------------------------------------------------------------------------- telling kinds apart


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no input-output table that is known"):
        read_iotable(path)
    with pytest.raises(InputError, match="unknown kind 'eora'"):
        read_iotable(path, kind="eora")
    with pytest.raises(NotFoundError, match=r"no file gone\.csv"):
        read_iotable(tmp_path / "gone.csv")
    with pytest.raises(NotFoundError):
        read_iotable(tmp_path / "gone.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        read_iotable(tmp_path / "empty")
    assert KINDS == ("long", "bea", "icio", "wiod", "exiobase")


# ---------------------------------------------------------------------------------------------- pymrio


class Frame:
    """As much of a data frame as is needed here."""

    def __init__(self, values, index, columns) -> None:
        self.values, self.index, self.columns = np.asarray(values, dtype=float), list(index), list(columns)

    def reindex(self, index=None, columns=None):
        rows = [self.index.index(i) for i in (index or self.index)]
        across = [self.columns.index(c) for c in (columns or self.columns)]
        return Frame(self.values[np.ix_(rows, across)], index or self.index, columns or self.columns)

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or float)


def system():
    turned = [2, 0, 3, 1]
    return types.SimpleNamespace(
        Z=Frame(Z[:, turned], NODES, [NODES[k] for k in turned]),
        Y=Frame(FINAL, NODES, ["AUS", "CHN"]),
        x=Frame(OUT[:, None], NODES, ["indout"]),
        unit=None,
        meta=types.SimpleNamespace(name="made up"),
    )


def test_a_system_of_pymrio_is_matched_by_label() -> None:
    table = from_pymrio(system(), unit="million EUR", year=2010)
    same(table, tax=False)
    assert (table.source, table.unit, table.year) == ("made up", "million EUR", 2010)
    with pytest.raises(InputError, match="calc_all"):
        from_pymrio(types.SimpleNamespace(Z=None, Y=None))


def test_pymrio_is_asked_for_by_name(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pymrio", None)
    with pytest.raises(InputError, match="pip install pymrio"):
        read_pymrio(tmp_path)
    monkeypatch.setitem(sys.modules, "pymrio", types.SimpleNamespace(parse_eora26=lambda path, year: system()))
    same(read_pymrio(tmp_path, "parse_eora26", year=2015), tax=False)
    with pytest.raises(InputError, match="no function 'parse_all'"):
        read_pymrio(tmp_path, "parse_all")


@pytest.mark.skipif(importlib.util.find_spec("pymrio") is None, reason="pymrio is not installed")
@pytest.mark.filterwarnings("default")
def test_the_test_table_of_pymrio_reads_the_same_with_and_without_it(tmp_path: Path) -> None:
    import pymrio

    loaded = pymrio.load_test().calc_all()
    direct = from_pymrio(loaded, mend=True)
    loaded.save_all(str(tmp_path / "saved"))
    through = read_pymrio(str(tmp_path / "saved"), mend=True)
    own = read_iotable(tmp_path / "saved", kind="exiobase", mend=True)
    assert len(direct) == 48
    assert through.z == pytest.approx(direct.z)
    assert own.nodes == direct.nodes
    assert own.z == pytest.approx(direct.z)
    assert own.final == pytest.approx(direct.final)

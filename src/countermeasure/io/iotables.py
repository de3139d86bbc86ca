"""Input-output tables from files of users: BEA, OECD ICIO, WIOD 2016, EXIOBASE 3, plain long tables, and through pymrio.

    read_iotable(Path("ICIO2023_2020.csv"))
    read_iotable(Path("IOT_2022_ixi.zip"), kind="exiobase", mend=True)

Every table comes out balanced by one rule (output is the sum of the row, value added what remains in the column), or is
refused with the cells that are wrong. Official tables hold negative changes in inventories: ``mend=True`` puts them to zero
and says so in the notes of the table.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.iotables_formats.bea import BeaFiles, read_bea, read_bea_make
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.exiobase import read_exiobase
from countermeasure.io.iotables_formats.grid import content_of, line_at
from countermeasure.io.iotables_formats.icio import read_icio
from countermeasure.io.iotables_formats.long import LONG_COLUMNS, read_long
from countermeasure.io.iotables_formats.wiod import WIOD_HEADS, read_wiod_csv, read_wiod_workbook
from countermeasure.io.iotables_formats.words import OUTPUT, VALUE_ADDED, plain

if TYPE_CHECKING:
    from countermeasure.supply.economy import IOTable

__all__ = ["KINDS", "from_pymrio", "kind_of", "read_iotable", "read_pymrio"]

KINDS = ("long", "bea", "icio", "wiod", "exiobase")
"""Forms of files that are read without further packages."""

_FACTS: dict[str, tuple[str, str, str]] = {
    "bea": ("million USD", "US Bureau of Economic Analysis", "public domain (US government work)"),
    "icio": ("million USD", "OECD Inter-Country Input-Output tables", "OECD terms; CC BY 4.0 for recent editions"),
    "wiod": ("million USD", "World Input-Output Database, release 2016", "CC BY 4.0"),
    "exiobase": ("million EUR", "EXIOBASE 3", "CC BY-SA 4.0 (CC BY-NC-SA for some releases)"),
    "long": ("million USD", "", ""),
}
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls"})
_YEAR = re.compile(r"(?:19|20)\d\d")


def read_iotable(
    path: Path | str,
    *,
    kind: str | None = None,
    mend: bool = False,
    unit: str | None = None,
    scale: float = 1.0,
    year: int = 0,
    source: str | None = None,
    licence: str | None = None,
) -> IOTable:
    """Read an input-output table.

    Args:
        path: A file; for BEA a folder with ``*use_domestic*.csv`` and ``*output*.csv`` (``*use_import*.csv``, or
            ``*use*.csv`` with ``*make*.csv``); for EXIOBASE a folder or archive.
        kind: One of ``KINDS``; told by the content if absent.
        mend: Put negative flows to zero and accept gaps between stated output and rows; the notes say how much.
        unit: Of the table made; that of the source if absent.
        scale: Factor on all flows, as 1.08 for EUR into USD (then give ``unit="million USD"``).
        year: Of the flows; told by the file's name if absent.
        source: Who made the table; that of the kind if absent.
        licence: Of the table; that of the kind if absent.

    Raises:
        NotFoundError: If a file is not there.
        InputError: If the kind cannot be told or the table has faults; each names its cell or line.
    """
    path = Path(path)
    kind = kind or kind_of(path)
    if kind not in KINDS:
        raise InputError(f"unknown kind {kind!r}", code="unknown_kind", where=path.name, cure=f"Use one of {', '.join(KINDS)}.")
    own_unit, own_source, own_licence = _FACTS[kind]
    years = _YEAR.findall(path.stem)
    facts = Facts(
        unit or own_unit,
        year or (int(years[-1]) if years else 0),
        source if source is not None else own_source or path.name,
        licence if licence is not None else own_licence,
        scale,
    )
    if kind == "exiobase":
        return read_exiobase(path, facts, mend=mend)
    if kind == "bea":
        return _bea(path, facts, mend=mend)
    if kind == "long":
        return read_long(path, facts, mend=mend)
    if kind == "icio":
        return read_icio(content_of(path), path.name, facts, mend=mend)
    if path.suffix.lower() in _WORKBOOKS:
        return read_wiod_workbook(_bytes(path), path.name, facts, mend=mend)
    return read_wiod_csv(content_of(path), path.name, facts, mend=mend)


def kind_of(path: Path) -> str:
    """Tell the form of a file or folder by its content.

    Raises:
        NotFoundError: If it is not there.
        InputError: If no form fits.
    """
    if path.is_dir() or path.suffix.lower() == ".zip":
        names = _members(path)
        if "Y.txt" in names:
            return "exiobase"
        if any("use" in n.lower() for n in names) and any(w in n.lower() for n in names for w in ("output", "make")):
            return "bea"
        if path.is_dir() or len(names) != 1:
            raise _untold(path)
    if path.suffix.lower() in _WORKBOOKS:
        return "wiod" if _is_wiod_workbook(path) else "long"
    if path.suffix.lower() in (".parquet", ".pq", ".json", ".jsonl"):
        return "long"
    data = content_of(path)
    heads = [plain(c) for c in re.split(r"[,;\t]", line_at(data, 0)[0].strip())]
    if tuple(heads[: len(WIOD_HEADS)]) == WIOD_HEADS:
        return "wiod"
    understood = {plain(w): k for k, names in LONG_COLUMNS.items() for w in (k, *names)}
    if {understood.get(h) for h in heads} >= set(LONG_COLUMNS):
        return "long"
    starts = {
        plain(re.split(rb"[,;\t]", line[:80])[0].decode("utf-8", "replace")) for line in data.rstrip().rsplit(b"\n", 8)[1:]
    }
    if starts & VALUE_ADDED and starts & OUTPUT:
        return "icio"
    raise _untold(path)


def _is_wiod_workbook(path: Path) -> bool:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(nrows=8, skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise InputError(f"the workbook cannot be read ({error})", code="damaged_file", where=path.name) from None
    return any(sum(bool(re.fullmatch(r"c\d+", str(c))) for c in row) > 1 for row in rows)


def _untold(path: Path) -> InputError:
    return InputError(
        "this is no input-output table that is known",
        code="unknown_kind",
        where=path.name,
        cure=f"Give kind, one of {', '.join(KINDS)}; the plain form has the columns {', '.join(LONG_COLUMNS)}.",
    )


def _members(path: Path) -> list[str]:
    """File names in a folder or archive, without their folders."""
    if path.is_dir():
        return [p.name for p in path.rglob("*") if p.is_file()]
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return [n.rpartition("/")[2] for n in archive.namelist() if not n.endswith("/")]
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(path), cure="Check the path.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"the archive cannot be read ({error})", code="damaged_file", where=path.name) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(path), cure="Check the path.") from None


def _bea(path: Path, facts: Facts, *, mend: bool) -> IOTable:
    """Find the files of a BEA table in a folder by their names."""
    if not path.is_dir():
        raise InputError("BEA tables are a folder of files", code="bad_io_table", where=path.name, cure="Give the folder.")
    files = sorted(p for p in path.iterdir() if p.suffix.lower() in (".csv", ".tsv", ".txt"))

    def held(*words: str, but: tuple[str, ...] = ()) -> tuple[bytes, str]:
        for file in files:
            stem = file.stem.lower()
            if all(w in stem for w in words) and not any(w in stem for w in but):
                return content_of(file), file.name
        return b"", ""

    bought = held("use", "import")
    make = held("make")
    use = held("use", "domestic", but=("total", "requirement"))
    if not use[0]:
        use = held("use", but=("import", "total", "requirement"))
    if make[0]:
        return read_bea_make(BeaFiles(use, imports=bought, make=make), facts, mend=mend)
    return read_bea(BeaFiles(use, held("output"), bought), facts, mend=mend)


def read_pymrio(path: Path | str, parser: str = "load_all", *, mend: bool = False, **options: Any) -> IOTable:  # noqa: ANN401
    """Read through the package pymrio, for tables that have no reader here (Eora26, GLORIA and others).

    Args:
        path: What the parser takes.
        parser: Function of pymrio, as ``load_all`` or ``parse_eora26``.
        mend: See ``read_iotable``.
        **options: Passed on to the parser.

    Raises:
        InputError: If pymrio is not installed, has no such function, or the table has faults.
    """
    try:
        pymrio: Any = importlib.import_module("pymrio")
    except ImportError:
        raise InputError(
            "pymrio is not installed",
            code="missing_package",
            cure="Run: pip install pymrio. BEA, ICIO, WIOD, EXIOBASE and long tables are read without it by read_iotable.",
        ) from None
    function = getattr(pymrio, parser, None)
    if function is None:
        raise InputError(f"pymrio has no function {parser!r}", code="unknown_kind", cure="Name one, as parse_eora26.")
    return from_pymrio(function(path, **options), mend=mend)


def from_pymrio(system: Any, *, mend: bool = False, unit: str | None = None, year: int = 0) -> IOTable:  # noqa: ANN401
    """Take an ``IOSystem`` of pymrio: its frames ``Z`` and ``Y``, and ``x`` where it is there.

    Args:
        system: The object; flows must have been computed (``calc_all``) where only coefficients were loaded.
        mend: See ``read_iotable``.
        unit: Of the flows; that of the object if absent.
        year: Of the flows.

    Raises:
        InputError: If it has no flows, or the table has faults.
    """
    if getattr(system, "Z", None) is None or getattr(system, "Y", None) is None:
        raise InputError("the system has no flows Z and Y", code="bad_io_table", cure="Call calc_all on it first.")
    nodes = [(str(region), str(sector)) for region, sector in system.Z.index]
    z = np.asarray(system.Z.reindex(columns=system.Z.index), dtype=np.float64)
    final = np.asarray(system.Y.reindex(index=system.Z.index), dtype=np.float64).sum(axis=1)
    stated = getattr(system, "x", None)
    output = None if stated is None else np.asarray(stated.reindex(system.Z.index), dtype=np.float64).reshape(-1)
    held = getattr(system, "unit", None)
    own = unit or ("" if held is None else str(np.asarray(held).reshape(-1)[0]))
    name = str(getattr(getattr(system, "meta", None), "name", "") or "pymrio")
    return close(Parts(nodes, z, final, None, output), Facts(own, year, name, ""), mend=mend)

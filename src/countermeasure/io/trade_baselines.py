"""Baselines of the trade model from files of users.

    read_trade_baseline("ICIO2023_2020.csv", theta=5)
    read_trade_baseline("WIOT2014_Nov16_ROW.xlsb", mend=True)
    read_trade_baseline("BACI_HS22_Y2023_V202501.csv", gdp="gdp_2023.csv")
    read_trade_baseline("my_baseline/")          # flows.csv, inputs.csv, theta.csv, tariffs.csv

Every reader ends in ``countermeasure.trade.multi.balance``: final use is what remains, what cannot be is refused with its
cell or, with ``mend=True``, changed by named rules and told in the report. Merge what is too large by
``countermeasure.trade.multi.aggregate``. No table but the folder holds tariffs: they are 0 in the baseline.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.iotables import kind_of
from countermeasure.io.iotables_formats.grid import content_of
from countermeasure.io.trade_formats.bilateral import read_baci, read_itpd
from countermeasure.io.trade_formats.layouts import icio_world, long_world, wiod_csv_world, wiod_workbook_world
from countermeasure.io.trade_formats.world import Facts, baseline_of
from countermeasure.trade.multi.shipped import DEFAULT_THETA, read_baseline_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.trade.multi.balance import BalanceReport
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["KINDS", "baseline_kind", "read_trade_baseline"]

KINDS = ("tables", "icio", "wiod", "long", "itpd", "baci")
"""Forms of files that are read."""

_SOURCES = {
    "icio": "OECD Inter-Country Input-Output tables",
    "wiod": "World Input-Output Database",
    "itpd": "International Trade and Production Database (USITC)",
    "baci": "CEPII BACI",
}
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls"})
_YEAR = re.compile(r"(?:19|20)\d\d")


def read_trade_baseline(
    path: Path | str,
    *,
    kind: str | None = None,
    theta: float | Mapping[str, float] | str | None = None,
    mend: bool = False,
    gdp: Path | str | None = None,
    sector_column: str | None = None,
    unit: str = "million USD",
    year: int = 0,
    source: str | None = None,
) -> tuple[Baseline, BalanceReport]:
    """Read a baseline.

    Args:
        path: A file, or a folder of tables.
        kind: One of ``KINDS``; told by the content if absent.
        theta: Trade elasticity: one for all (5 if absent), by sector, or for a folder the name of a set in its ``theta.csv``.
        mend: Change what cannot be; the report says what. Official tables hold negative inventories and need it.
        gdp: For BACI: table of GDP in US dollars.
        sector_column: For ITPD: column of the sectors.
        unit: Of the flows.
        year: Of the flows; told by the file or its name if absent.
        source: Who made it.

    Returns:
        The baseline and the report of its balancing.

    Raises:
        NotFoundError: If a file is not there.
        InputError: If the kind cannot be told, or the table has faults; each names its cell or line.
    """
    path = Path(path)
    kind = kind or baseline_kind(path)
    if kind not in KINDS:
        raise InputError(f"unknown kind {kind!r}", code="unknown_kind", where=path.name, cure=f"Use one of {', '.join(KINDS)}.")
    if kind == "tables":
        if theta is not None and not isinstance(theta, str):
            cure = f"Name a set, as {DEFAULT_THETA}, or replace theta when solving."
            raise InputError("a folder of tables has its own elasticities", code="bad_theta", where=path.name, cure=cure)
        return read_baseline_folder(path, theta, mend=mend)
    if isinstance(theta, str):
        raise InputError(f"theta {theta!r} is no number", code="bad_theta", where=path.name, cure="Give a number, as 5.")
    years = _YEAR.findall(path.stem)
    facts = Facts(
        5.0 if theta is None else theta,
        unit,
        year or (int(years[-1]) if years and kind in ("icio", "wiod", "long") else 0),
        source if source is not None else _SOURCES.get(kind, path.name),
        mend,
    )
    if kind == "itpd":
        return read_itpd(path, facts, sector_column=sector_column)
    if kind == "baci":
        if gdp is None:
            raise InputError(
                "BACI has no home sales", code="missing_gdp", where=path.name, cure="Give gdp, a table of GDP in USD."
            )
        return read_baci(path, Path(gdp), facts)
    if kind == "long":
        return baseline_of(long_world(path), facts)
    if kind == "icio":
        return baseline_of(icio_world(content_of(path), path.name), facts)
    if path.suffix.lower() in _WORKBOOKS:
        return baseline_of(wiod_workbook_world(content_of(path), path.name), facts)
    table, told = wiod_csv_world(content_of(path), path.name)
    return baseline_of(table, Facts(facts.theta, unit, year or told or facts.year, facts.source, mend))


def baseline_kind(path: Path) -> str:
    """Tell the form of a file or folder.

    Raises:
        NotFoundError: If it is not there.
        InputError: If no form fits.
    """
    if not path.exists():
        raise NotFoundError("there is no such file or folder", code="file_not_found", where=str(path), cure="Check the path.")
    if path.is_dir():
        if (path / "flows.csv").is_file():
            return "tables"
        cure = "A folder of tables has flows.csv, inputs.csv and theta.csv."
        raise InputError("the folder holds no baseline", code="unknown_kind", where=path.name, cure=cure)
    if path.suffix.lower() in (".csv", ".txt"):
        with path.open("rb") as file:
            heads = {h.strip().strip('"') for h in file.readline(4096).decode("utf-8-sig", "replace").split(",")}
        if {"t", "i", "j", "v"} <= heads:
            return "baci"
        if {"exporter_iso3", "importer_iso3", "trade"} <= heads:
            return "itpd"
    found = kind_of(path)
    if found not in KINDS:
        cure = "One-country tables hold no trade between economies; the supply engine reads them."
        raise InputError(f"{found} is no world table that is read here", code="unknown_kind", where=path.name, cure=cure)
    return found

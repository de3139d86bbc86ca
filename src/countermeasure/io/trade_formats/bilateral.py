"""Tables of bilateral trade as baselines: ITPD of the USITC, which has home sales, and BACI with GDP.

They hold no inputs, so all output is value added and all purchases are final use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.country import country_or_none
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.tables import read_table
from countermeasure.io.trade_formats.world import is_goods, theta_of
from countermeasure.trade.multi.balance import BalanceReport, Change, balance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from countermeasure.io.trade_formats.world import Facts
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LEAST_HOME", "read_baci", "read_itpd"]

LEAST_HOME = 0.05
"""Home sales that are left where exports of goods exceed GDP, as a share of GDP, when mending."""

_ITPD_VALUE = "trade"
_ITPD_SECTORS = ("broad_sector", "industry_descr", "industry_id", "itpd_id")
_GDP_COLUMNS = {"country": ("iso3", "country_iso3", "code", "iso2"), "gdp_usd": ("gdp", "value", "gdp_current_usd")}
_SERVICES = frozenset({"services"})
_MAX_TOLD = 20


def _batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Some columns of a large CSV, part by part; codes as text, values as numbers."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if not path.is_file():
        raise NotFoundError("there is no such file", code="file_not_found", where=str(path), cure="Check the path.")
    types = {c: pa.float64() if c in (_ITPD_VALUE, "v") else pa.string() for c in columns}
    options = arrow_csv.ConvertOptions(column_types=types, include_columns=list(columns), strings_can_be_null=False)
    try:
        yield from arrow_csv.open_csv(path, convert_options=options)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        cure = f"The table needs the columns {', '.join(columns)}; values are numbers."
        raise InputError(f"the table cannot be read ({error})", code="bad_trade_table", where=path.name, cure=cure) from None


def _heads(path: Path) -> list[str]:
    """Column names of a CSV."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return [c.strip().strip('"') for c in file.readline().split(",")]
    except FileNotFoundError:
        raise NotFoundError("there is no such file", code="file_not_found", where=str(path), cure="Check the path.") from None


def read_itpd(path: Path, facts: Facts, *, sector_column: str | None = None) -> tuple[Baseline, BalanceReport]:
    """Read the International Trade and Production Database (ITPD-S, ITPD-E): CSV, trade in million USD, home sales included.

    Args:
        path: CSV with ``exporter_iso3``, ``importer_iso3``, ``year``, ``trade`` and a column of sectors.
        facts: The year is the latest of the file if it is 0.
        sector_column: ``broad_sector`` if it is there, else ``industry_descr``, ``industry_id`` or ``itpd_id``.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If columns are missing, values are no numbers, or an economy sells nothing at home of what it buys and
            ``facts.mend`` is not set; each fault names its cell.
    """
    heads = _heads(path)
    sector = sector_column or next((c for c in _ITPD_SECTORS if c in heads), _ITPD_SECTORS[0])
    keys = ["year", "exporter_iso3", "importer_iso3", sector]
    missing = [c for c in (*keys, _ITPD_VALUE) if c not in heads]
    if missing:
        raise InputError(f"columns are missing: {', '.join(missing)}", code="missing_columns", where=path.name)
    import pyarrow as pa

    parts = [
        pa.Table.from_batches([batch]).group_by(keys).aggregate([(_ITPD_VALUE, "sum")])
        for batch in _batches(path, [*keys, _ITPD_VALUE])
    ]
    whole = pa.concat_tables(parts).group_by(keys).aggregate([(f"{_ITPD_VALUE}_sum", "sum")])
    columns = {name: whole.column(name).to_pylist() for name in whole.column_names}
    years = columns["year"]
    year = str(facts.year or max(years, key=int, default="0"))
    kept = [k for k, held in enumerate(years) if held == year]
    if not kept:
        raise InputError(f"there is no trade of {year}", code="bad_trade_table", where=path.name)
    cells = [
        (columns["importer_iso3"][k], columns["exporter_iso3"][k], columns[sector][k], columns[f"{_ITPD_VALUE}_sum_sum"][k])
        for k in kept
    ]
    sells = {origin for _, origin, _, _ in cells}
    codes = sorted(sells & {importer for importer, *_ in cells})
    sectors = sorted({s for _, _, s, _ in cells})
    place, at = {c: k for k, c in enumerate(codes)}, {s: k for k, s in enumerate(sectors)}
    flows = np.zeros((len(codes), len(codes), len(sectors)))
    for importer, origin, name, value in cells:
        if importer in place and origin in place:
            flows[place[importer], place[origin], at[name]] += value or 0.0
    used = flows.sum(axis=(0, 2)) > 0
    keep = [k for k in range(len(codes)) if used[k] and flows[k].sum() > 0]
    flows = flows[np.ix_(keep, keep)]
    return balance(
        flows,
        np.zeros((len(keep), len(sectors), len(sectors))),
        countries=[codes[k] for k in keep],
        sectors=sectors,
        theta=theta_of(facts.theta, sectors),
        goods=[is_goods(s) for s in sectors],
        mend=facts.mend,
        unit=facts.unit,
        year=int(year),
        source=facts.source,
    )


def read_baci(path: Path, gdp: Path, facts: Facts) -> tuple[Baseline, BalanceReport]:
    """Read BACI and GDP as one sector: home sales are GDP less exports.

    Args:
        path: CSV with ``t,i,j,k,v,q``: exporter ``i`` and importer ``j`` by number, value ``v`` in thousand USD.
        gdp: Table with a column of countries (any code or name) and GDP in US dollars.
        facts: The year is the latest of the file if it is 0.

    Raises:
        NotFoundError: If a file is not there.
        InputError: If columns are missing, a number of a country is not known, a country of the GDP table has no trade, or
            exports exceed GDP and ``facts.mend`` is not set.
    """
    missing = [c for c in ("t", "i", "j", "v") if c not in _heads(path)]
    if missing:
        raise InputError(f"columns are missing: {', '.join(missing)}", code="missing_columns", where=path.name)
    import pyarrow as pa

    keys = ["t", "i", "j"]
    parts = [pa.Table.from_batches([b]).group_by(keys).aggregate([("v", "sum")]) for b in _batches(path, [*keys, "v"])]
    whole = pa.concat_tables(parts).group_by(keys).aggregate([("v_sum", "sum")])
    columns = {name: whole.column(name).to_pylist() for name in whole.column_names}
    year = str(facts.year or max(columns["t"], key=int, default="0"))
    size = _gdp(gdp)
    codes = sorted(size)
    place = {c: k for k, c in enumerate(codes)}
    flows, strange = np.zeros((len(codes), len(codes))), set()
    iso = {number: country_or_none(number) for number in {*columns["i"], *columns["j"]}}
    for t, i, j, value in zip(columns["t"], columns["i"], columns["j"], columns["v_sum_sum"], strict=True):
        seller, buyer = iso[i], iso[j]
        strange |= {n for n, held in ((i, seller), (j, buyer)) if held is None}
        if t == year and seller and buyer and seller.iso3 in place and buyer.iso3 in place and seller is not buyer:
            flows[place[buyer.iso3], place[seller.iso3]] += value / 1e3
    faults = [f"{path.name}: the number {n} is no country that is known" for n in sorted(strange)] if not facts.mend else []
    idle = [c for c in codes if not flows[place[c]].any() and not flows[:, place[c]].any()]
    faults += [f"{gdp.name}: {c} has GDP and no trade in {year}" for c in idle]
    changes = []
    for code in codes:
        k = place[code]
        home, least = size[code] - float(flows[:, k].sum()), LEAST_HOME * size[code]
        if home <= 0 and not facts.mend:
            faults.append(f"{code}: exports of {flows[:, k].sum():.6g} exceed GDP of {size[code]:.6g} million USD")
        elif home < least and facts.mend:
            changes.append(Change("home", f"flows [{code}, {code}, all]", home, least, least - home))
            home = least
        flows[k, k] = home
    if faults:
        raise InputError(
            f"{len(faults)} faults in the trade",
            code="bad_trade_table",
            where=path.name,
            cure="Mend:",
            faults=faults[:_MAX_TOLD],
        )
    baseline, report = balance(
        flows[:, :, None],
        np.zeros((len(codes), 1, 1)),
        countries=codes,
        sectors=["all"],
        theta=theta_of(facts.theta, ["all"]),
        unit=facts.unit,
        year=int(year),
        source=facts.source,
    )
    return baseline, BalanceReport(
        (*changes, *report.changes),
        report.output,
        report.final_gap,
        report.gap_cell,
        report.least_final,
        report.least_value,
        report.deficits,
    )


def _gdp(path: Path) -> dict[str, float]:
    """GDP in million USD by three-letter code."""
    table = read_table(path, _GDP_COLUMNS, tuple(_GDP_COLUMNS), tariff_columns=())
    faults = [str(fault) for fault in table.errors]
    found: dict[str, float] = {}
    for row, code, text in zip(table.rows, table.columns["country"], table.columns["gdp_usd"], strict=True):
        held = country_or_none(code)
        try:
            value = float(text or "nan")
        except ValueError:
            value = np.nan
        if held is None:
            faults.append(f"{table.source}, row {row}: {code!r} is no country that is known")
        elif not (np.isfinite(value) and value > 0):
            faults.append(f"{table.source}, row {row}: GDP {text!r} of {code} is no number above 0")
        else:
            found[held.iso3] = value / 1e6
    if faults:
        raise InputError(
            "the GDP cannot be read", code="bad_trade_table", where=table.source, cure="Mend:", faults=faults[:_MAX_TOLD]
        )
    return found

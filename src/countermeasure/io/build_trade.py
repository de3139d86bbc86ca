"""Build the tables of the compact trade baseline (``data/trade``) from the world table, bilateral trade and US imports.

    python -m countermeasure.io.build_trade SOURCE_DIR IMPORTS OUT

``SOURCE_DIR`` holds ``baseline2023_41x35.npz`` and ``one_sector_2023/``; ``IMPORTS`` is the table of US imports for
consumption in 2024 (Parquet: ten-digit number, Census code of the country, US dollars). The same input gives the same bytes.

Pairs that the bilateral table leaves out are filled (``countermeasure.io.build_trade_gaps``), countries and sectors are
merged (``economies.csv``, ``SECTOR_OF``), the rest of the world is split (``countermeasure.io.build_trade_split``), what cannot
balance is mended by the rules of ``countermeasure.trade.multi.balance``, and cells are rounded to six significant digits.
Readers close the table again: final use is what remains.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.country import country
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.build_trade_gaps import added, completed, missing_pairs, reported
from countermeasure.io.build_trade_imports import economy_mix, imports_by_line, imports_text
from countermeasure.io.build_trade_split import Parts, World, split
from countermeasure.io.build_trade_tables import SOURCE, flows_text, inputs_text, tariffs_text, theta_text
from countermeasure.trade.multi.aggregate import merged_theta
from countermeasure.trade.multi.balance import balance
from countermeasure.trade.multi.baseline import Baseline
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.hs import GOODS, SECTORS, SERVICES

if TYPE_CHECKING:
    from countermeasure.trade.multi.balance import BalanceReport

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["LEAST_FINAL", "SECTOR_OF", "build", "compact", "main"]

SECTOR_OF: dict[str, str] = {
    **dict.fromkeys(("c1", "c3"), "agriculture_food"),
    **dict.fromkeys(("c2", "c8"), "energy_mining"),
    **dict.fromkeys(("c9", "c10"), "chemicals"),
    "c12": "metals",
    "c13": "machinery",
    "c14": "electronics",
    "c15": "vehicles",
    **dict.fromkeys(("c4", "c5", "c6", "c7", "c11", "c16"), "other_goods"),
    **dict.fromkeys((f"c{k}" for k in range(17, 36)), SERVICES),
}
"""Sector of each of the 35 sectors of the world table (ISIC revision 3)."""

LEAST_FINAL = 0.005
"""Share of purchases that stays final use where a split part would have less."""

_ALIAS = {"ROM": "ROU"}
_NEIGHBOURS = ("JPN", "KOR")
"""Taiwan is not in the bilateral table; its trade with parts of the rest of the world is shared as that of these."""


def _opened(source: Path, name: str) -> Path:
    """A file of the source.

    Raises:
        NotFoundError: If it is not there.
    """
    path = source / name
    if not path.is_file():
        raise NotFoundError("there is no such file", where=name, cure="Give the folder of the world table.")
    return path


def _world(source: Path) -> tuple[World, Floats]:
    """The table at its own countries and our sectors, and elasticities of our sectors, (9,)."""
    path = _opened(source, "baseline2023_41x35.npz")
    try:
        with np.load(path, allow_pickle=False) as held:
            data = {name: held[name] for name in held.files}
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where=path.name) from error
    codes = [str(c) for c in data["sectors"]]
    into = np.zeros((len(SECTORS), len(codes)))
    into[[SECTORS.index(SECTOR_OF[c]) for c in codes], np.arange(len(codes))] = 1
    flows = np.einsum("sj,ijn->nis", into, data["trade"])
    uses = np.einsum("lk,nkj,nj,sj->nls", into, data["io_coef"], data["gross_output"], into, optimize=True)
    names = tuple(_ALIAS.get(str(c), str(c)) for c in data["countries"])
    whole = Baseline(
        names,
        tuple(codes),
        data["trade"].transpose(2, 0, 1).astype(np.float64),
        np.zeros((len(names), len(names), len(codes))),
        np.zeros((len(names), len(names), len(codes))),
        data["io_coef"].astype(np.float64),
        data["final_demand"] / data["final_demand"].sum(axis=1, keepdims=True),
        data["theta"].astype(np.float64),
        np.arange(len(codes)) < int(data["n_goods"]),
    )
    return World(names, flows, uses), merged_theta(whole, into)


def _bilateral(source: Path) -> tuple[list[str], Floats, dict[str, float]]:
    """Codes, trade in million USD [exporter, importer], and GDP in million USD of the one-sector table."""
    with _opened(source, "one_sector_2023/countries.csv").open(encoding="utf-8", newline="") as file:
        gdp = {row["iso3"]: float(row["gdp_usd"]) / 1e6 for row in csv.DictReader(file)}
    with _opened(source, "one_sector_2023/trade_2023_kusd.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0][1:], np.array([row[1:] for row in rows[1:]], dtype=np.float64) / 1e3, gdp


def _parts(names: list[str], trade: Floats, gdp: dict[str, float], world: World, mix: dict[str, Floats]) -> Parts:
    """What is known of the parts of the rest of the world."""
    place = {name: k for k, name in enumerate(names)}
    of = economies().of_country
    inside: dict[str, list[int]] = {}
    for name in names:
        if name not in world.countries:
            inside.setdefault(of[country(name).iso2], []).append(place[name])
    codes = tuple(inside)
    member = np.zeros((len(codes), len(names)))
    for k, code in enumerate(codes):
        member[k, inside[code]] = 1
    sold, bought = (np.zeros((len(codes), len(world.countries))) for _ in range(2))
    for k, name in enumerate(world.countries):
        near = [place[c] for c in ((name,) if name in place else _NEIGHBOURS if name != "RoW" else ())]
        sold[:, k] = member @ trade[:, near].sum(axis=1)
        bought[:, k] = member @ trade[near, :].sum(axis=0)
    return Parts(
        codes,
        member @ np.array([gdp[name] for name in names]),
        sold,
        bought,
        member @ trade @ member.T,
        np.stack([mix[code] for code in codes]),
    )


def _filled(names: list[str], trade: Floats, world: World) -> tuple[World, Floats]:
    """The table and bilateral trade with the pairs that the source leaves out."""
    missing = missing_pairs(trade)
    whole = completed(trade, missing)
    for pair, value in reported(names).items():
        whole[pair] = value
    member = np.zeros((len(world.countries), len(names)))
    for k, name in enumerate(names):
        member[world.countries.index(name if name in world.countries else "RoW"), k] = 1
    gaps = member @ (whole - trade).T @ member.T
    return World(world.countries, added(world.flows, gaps, len(GOODS)), world.uses), whole


def compact(source: Path, imports: Path) -> tuple[Baseline, BalanceReport]:
    """The compact baseline before rounding, without tariffs.

    Raises:
        NotFoundError: If a file is not there.
        InputError: If a file cannot be read.
    """
    world, theta = _world(source)
    names, trade, gdp = _bilateral(source)
    world, trade = _filled(names, trade, world)
    world = split(world, "RoW", _parts(names, trade, gdp, world, economy_mix(imports_by_line(imports))))
    order = economies().codes
    into = np.zeros((len(order), len(world.countries)))
    for k, name in enumerate(world.countries):
        code = name if name in order else economies().of_country[country(name).iso2]
        into[order.index(code), k] = 1
    flows = np.einsum("an,bi,nij->abj", into, into, world.flows, optimize=True)
    uses = np.einsum("an,nkj->akj", into, world.uses)
    return balance(
        flows,
        uses / flows.sum(axis=0)[:, None, :],
        countries=order,
        sectors=SECTORS,
        theta=theta,
        goods=[s in GOODS for s in SECTORS],
        mend=True,
        least_final=LEAST_FINAL,
        year=2023,
        source=SOURCE,
    )


def build(source: Path, imports: Path) -> dict[str, str]:
    """Text of each table, by file name.

    Raises:
        NotFoundError: If a file is not there.
        InputError: If a file cannot be read.
    """
    baseline, report = compact(source, imports)
    weights = imports_text(imports_by_line(imports))
    return {
        "flows.csv": flows_text(baseline),
        "inputs.csv": inputs_text(baseline, report, LEAST_FINAL),
        "theta.csv": theta_text(baseline),
        "tariffs.csv": tariffs_text(baseline, weights),
        "us_imports_2024.csv": weights,
    }


def main(arguments: list[str]) -> int:
    """Command line: ``SOURCE_DIR IMPORTS OUT``."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m countermeasure.io.build_trade SOURCE_DIR IMPORTS OUT\n")
        return 2
    out = Path(arguments[2]) / "trade"
    out.mkdir(parents=True, exist_ok=True)
    for name, text in build(Path(arguments[0]), Path(arguments[1])).items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The compact baseline of the wheel, and baselines in the same form: a folder of three tables or four.

    flows.csv    importer, origin, and a column for each sector: value at the border
    inputs.csv   country, input, and a column for each sector: input per unit of its output, at buyer's prices
    theta.csv    set, sector (* for all), goods (yes or no, in the first row of a sector), theta, source, confidence, note
    tariffs.csv  importer, origin, and a column for each sector: tariffs in force, fractions; may be absent

Final use is not written: it is what remains of purchases after inputs, so a table balances by rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.trade.multi.balance import balance
from countermeasure.trade.multi.tables import read_rows, text_of, trade_folder

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.book.tables import Table
    from countermeasure.trade.multi.balance import BalanceReport
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["DEFAULT_THETA", "read_baseline_folder", "shipped_baseline", "thetas"]

DEFAULT_THETA = "caliendo_parro"
"""Set of elasticities that is used if none is named."""

_THETA = ("set", "sector", "goods", "theta", "source", "confidence", "note")


@lru_cache(maxsize=8)
def shipped_baseline(theta: str = DEFAULT_THETA, *, tariffs: bool = True) -> Baseline:
    """The compact baseline of 2023: 26 economies, 9 sectors, million USD.

    Args:
        theta: Set of elasticities in ``theta.csv``.
        tariffs: With the tariffs of ``tariffs.csv``, where a source gives them; all others are 0.

    Raises:
        InputError: If there is no such set.
    """
    found = read_baseline_folder(trade_folder(), theta, tariffs=tariffs)[0]
    for array in (found.flows, found.tariff, found.export_tax, found.inputs, found.final, found.theta, found.goods):
        array.setflags(write=False)  # one object for all callers
    return found


@lru_cache(maxsize=1)
def thetas() -> dict[str, dict[str, float]]:
    """Sets of elasticities of the wheel: set, then sector.

    Raises:
        InputError: If the table has faults, each with its line.
    """
    table = _theta_table(None)
    sectors = tuple(dict.fromkeys(row["sector"] for row in table.rows if row["sector"] != "*"))
    found = {name: _set_of(table, sectors, name) for name in _sets(table)}
    table.refuse("the elasticities")
    return found


def read_baseline_folder(
    folder: Path, theta: str | None = None, *, tariffs: bool = True, mend: bool = False
) -> tuple[Baseline, BalanceReport]:
    """Read a baseline from a folder of tables.

    Args:
        folder: Where they are.
        theta: Set of elasticities; the first of the table if absent.
        tariffs: Read ``tariffs.csv`` where it is there.
        mend: See ``balance``.

    Raises:
        NotFoundError: If a table is not there.
        InputError: With every fault, each with its line or cell.
    """
    table = read_rows(text_of("flows.csv", folder), "flows.csv")
    sectors = table.columns[2:]
    if table.columns[:2] != ("importer", "origin") or not sectors:
        table.faults.append("flows.csv: the columns must be importer,origin and the sectors")
    table.refuse("the flows")
    countries = tuple(dict.fromkeys(row["importer"] for row in table.rows))
    flows = _grid(table, ("importer", "origin"), (countries, countries), sectors)
    header = table.header
    table.refuse("the flows")
    table = read_rows(text_of("inputs.csv", folder), "inputs.csv", ("country", "input", *sectors))
    inputs = _grid(table, ("country", "input"), (countries, sectors), sectors)
    table.refuse("the inputs")
    elasticity, goods = _thetas(folder, sectors, theta)
    tariff = None
    if tariffs and (folder / "tariffs.csv").is_file():
        table = read_rows(text_of("tariffs.csv", folder), "tariffs.csv", ("importer", "origin", *sectors))
        tariff = _grid(table, ("importer", "origin"), (countries, countries), sectors, above=-1.0)
        table.refuse("the tariffs")
    return balance(
        flows,
        inputs,
        countries=countries,
        sectors=sectors,
        theta=elasticity,
        goods=goods,
        tariff=tariff,
        mend=mend,
        unit=header.get("unit", "million USD"),
        year=int(header["year"]) if header.get("year", "").isdigit() else 0,
        source=header["source"],
    )


def _grid(
    table: Table,
    labels: tuple[str, str],
    axes: tuple[tuple[str, ...], tuple[str, ...]],
    sectors: tuple[str, ...],
    *,
    above: float = -np.inf,
) -> Array:
    """Numbers of a table with two label columns, (first, second, sector); what is not listed is 0."""
    table.once(labels)
    found = np.zeros((len(axes[0]), len(axes[1]), len(sectors)))
    for row in table.rows:
        known = [table.one_of(row, label, axis) in axis for label, axis in zip(labels, axes, strict=True)]
        values = [table.number(row, s, low=0.0 if above < -1 else -np.inf, above=above, absent=0.0) for s in sectors]
        if all(known):
            found[axes[0].index(row[labels[0]]), axes[1].index(row[labels[1]])] = values
    return found


def _theta_table(folder: Path | None) -> Table:
    table = read_rows(text_of("theta.csv", folder), "theta.csv", _THETA)
    table.once(("set", "sector"))
    return table


def _sets(table: Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["set"] for row in table.rows))


def _set_of(table: Table, sectors: tuple[str, ...], name: str) -> dict[str, float]:
    """Elasticities of a set by sector; ``*`` gives those that are not named."""
    found: dict[str, float] = {}
    rest = None
    for row in table.rows:
        if row["set"] != name:
            continue
        value = table.number(row, "theta", above=0.0)
        if row["sector"] == "*":
            rest = value
        else:
            found[table.one_of(row, "sector", sectors)] = value
    if rest is None:
        table.faults += [f"{table.name}: {name} has no elasticity of {s}" for s in sectors if s not in found]
    return {s: found.get(s, rest if rest is not None else np.nan) for s in sectors}


def _thetas(folder: Path, sectors: tuple[str, ...], name: str | None) -> tuple[Array, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Elasticities and whether each sector is goods, in the order of the sectors."""
    table = _theta_table(folder)
    sets = _sets(table)
    name = sets[0] if name is None and sets else name
    if name not in sets:
        table.faults.append(f"{table.name}: {unknown('set', str(name), sets)}")
    found = _set_of(table, sectors, str(name)) if name in sets else {}
    goods: dict[str, bool] = {}
    for row in table.rows:
        if row["goods"]:
            goods.setdefault(row["sector"], table.one_of(row, "goods", ("yes", "no")) == "yes")
    table.refuse("the elasticities")
    return np.array([found[s] for s in sectors]), np.array([goods.get(s, s != "services") for s in sectors])

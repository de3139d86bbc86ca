"""Layouts of world tables: OECD ICIO, WIOD (releases 2013 and 2016, workbook or wide CSV), and long tables.

The words by which rows and columns are told are those of ``countermeasure.io.iotables_formats``; here final use stays with
the economy that uses it.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.grid import read_grid
from countermeasure.io.iotables_formats.long import LONG_COLUMNS
from countermeasure.io.iotables_formats.wiod import WIOD_HEADS
from countermeasure.io.iotables_formats.words import FINAL, OTHER_COSTS, OUTPUT, PASSED_OVER, SPLITS, VALUE_ADDED, plain
from countermeasure.io.tables import read_table
from countermeasure.io.trade_formats.world import WorldTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Node = tuple[str, str]

__all__ = ["icio_world", "long_world", "wiod_csv_world", "wiod_workbook_world"]

_MAX_TOLD = 20
_APART = OUTPUT | VALUE_ADDED | OTHER_COSTS | PASSED_OVER
_COLUMN = re.compile(r"([A-Za-z]{3})(\d+)$")
_NUMBER = re.compile(r"[cr]?(\d+)$")


def icio_world(data: bytes, name: str) -> WorldTable:
    """OECD table: ``AUS_A01_02`` supplies and uses, ``AUS_HFCE`` is final use; parts of China and Mexico are put together.

    Raises:
        InputError: If labels do not match or cells are no numbers; each with its line or label.
    """
    grid = read_grid(data, name, heads=1, labels=1)
    rows = {label: k for k, (label,) in enumerate(grid.labels) if not _words(label) & (_APART | FINAL)}
    heads = {label: k for k, label in enumerate(grid.heads[0]) if not _words(label) & _APART}
    final = {label: k for label, k in heads.items() if label not in rows and _words(label) & FINAL}
    faults = [f"{name}: no column for the row {label}" for label in rows if label not in heads]
    faults += [
        f"{name}: column {label} is neither a row of the table nor a known final use"
        for label in heads
        if label not in rows and label not in final
    ]
    _refuse(faults, name)
    totals = [k for k, label in enumerate(grid.heads[0]) if _words(label) & OUTPUT]
    supply = list(rows.values())
    return _world(
        [_split(label) for label in rows],
        grid.values[np.ix_(supply, [heads[label] for label in rows])],
        [(_split(label)[0], grid.values[supply, k]) for label, k in final.items()],
        grid.values[supply, totals[0]] if totals else None,
        name,
    )


def _words(label: str) -> set[str]:
    """A label, its first part and the rest, in plain letters."""
    first, _, rest = label.partition("_")
    return {plain(label), plain(first), plain(rest)} - {""}


def _split(label: str) -> Node:
    region, _, sector = label.partition("_")
    return SPLITS.get(region, region), sector


def wiod_csv_world(data: bytes, name: str) -> tuple[WorldTable, int]:
    """Wide CSV of the 2016 release: five label columns, ``AUS1`` and on per user, final use after them, ``TOT``.

    Returns:
        The table and its year, 0 if it is not told.

    Raises:
        InputError: If labels do not match or cells are no numbers; each with its line or label.
    """
    grid = read_grid(data, name, heads=1, labels=len(WIOD_HEADS))
    columns: list[Node] = []
    for label in grid.heads[0]:
        found = _COLUMN.match(label)
        columns.append((found[1], found[2]) if found and found[1].upper() != "TOT" else ("TOT", label))
    rows = [(code, country, _number(number)) for code, _, country, number, _ in grid.labels]
    year = grid.labels[0][4] if grid.labels else ""
    return _numbered(rows, columns, grid.values, name), int(year) if year.isdigit() else 0


def wiod_workbook_world(data: bytes, name: str) -> WorldTable:
    """Workbook of either release: codes, descriptions, countries and numbers in four header rows and four label columns.

    Raises:
        InputError: If the layout is another, labels do not match or cells are no numbers.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        cells = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise InputError(f"the workbook cannot be read ({error})", code="damaged_file", where=name) from None
    at = next((k for k, row in enumerate(cells[:20]) if sum(bool(re.fullmatch(r"c\d+", str(c))) for c in row) > 1), 0)
    if at < 3:
        raise InputError(
            "there is no row with the numbers c1, c2 and so on below three header rows",
            code="bad_io_table",
            where=name,
            cure="Give the workbook as it was published, or the wide CSV.",
        )
    numbers = [str(c).strip() for c in cells[at][4:]]
    width = max((k for k, n in enumerate(numbers) if n), default=-1) + 1
    countries = [str(c).strip() for c in cells[at - 1][4 : 4 + width]]
    body = [row for row in cells[at + 1 :] if any(str(c).strip() for c in row[:4])]
    values, faults = np.zeros((len(body), width)), []
    for i, row in enumerate(body):
        for k, cell in enumerate(row[4 : 4 + width]):
            if isinstance(cell, int | float):
                values[i, k] = cell
            elif str(cell).strip():
                faults.append(f"{name}: row {row[0]} {row[2]}, column {countries[k]} {numbers[k]}: {cell!r} is not a number")
    _refuse(faults, name)
    rows = [(str(row[0]).strip(), str(row[2]).strip(), _number(str(row[3]).strip())) for row in body]
    columns = [(country, _number(number)) for country, number in zip(countries, numbers[:width], strict=True)]
    return _numbered(rows, columns, values, name)


def _number(text: str) -> str:
    found = _NUMBER.match(text)
    return found[1] if found else text


def _numbered(rows: Sequence[tuple[str, str, str]], columns: Sequence[Node], values: Array, name: str) -> WorldTable:
    """The table by country and number: a column with the country and number of a row is its user, others are final use."""
    supply = [
        k for k, (code, country, _) in enumerate(rows) if country.upper() not in ("TOT", "") and not {plain(code)} & _APART
    ]
    keys = {(rows[k][1], rows[k][2]): k for k in supply}
    place = {key: k for k, key in enumerate(columns)}
    _refuse(
        [f"{name}: row {rows[k][0]} of {c} has no column {c}{n}" for (c, n), k in keys.items() if (c, n) not in place], name
    )
    countries = {c for c, _ in keys}
    ends = [k for k, (c, n) in enumerate(columns) if c in countries and (c, n) not in keys]
    totals = [k for k, (c, _) in enumerate(columns) if c not in countries]
    return _world(
        [(rows[k][1], rows[k][0]) for k in keys.values()],
        values[np.ix_(list(keys.values()), [place[key] for key in keys])],
        [(columns[k][0], values[list(keys.values()), k]) for k in ends],
        values[list(keys.values()), totals[-1]] if totals else None,
        name,
    )


def long_world(path: Path) -> WorldTable:
    """Long table with the columns region, sector, use_region, use_sector, value (or other names of these).

    Final use is told by ``use_sector`` (``final``, ``HFCE`` and the like); rows of value added, other costs and sums are
    passed over.

    Raises:
        InputError: If columns are missing or cells are wrong; each with its row.
    """
    table = read_table(path, LONG_COLUMNS, tuple(LONG_COLUMNS), tariff_columns=())
    faults = [str(fault) for fault in table.errors]
    nodes: dict[Node, int] = {}
    flows: dict[tuple[int, int], float] = {}
    ends: list[tuple[int, str, float]] = []
    for place in range(len(table)):
        region, sector, use_region, use_sector, text = ((table.columns[c][place] or "").strip() for c in LONG_COLUMNS)
        where = f"{table.source}, row {table.rows[place]}"
        if plain(sector) in _APART or plain(use_sector) in OUTPUT:
            continue
        if not all((region, sector, use_region, use_sector)):
            faults.append(f"{where}: a region or sector is empty")
            continue
        try:
            value = float(text)
        except ValueError:
            faults.append(f"{where}: value {text!r} is not a number")
            continue
        first = nodes.setdefault((region, sector), len(nodes))
        if plain(use_sector) in FINAL:
            ends.append((first, use_region, value))
            continue
        pair = (first, nodes.setdefault((use_region, use_sector), len(nodes)))
        if pair in flows:
            faults.append(f"{where}: the flow from {region} {sector} to {use_region} {use_sector} stands twice")
        flows[pair] = value
    regions = dict.fromkeys(r for r, _ in nodes)
    faults += [f"{table.source}: {r} has final use and supplies nothing" for _, r, _ in ends if r not in regions]
    _refuse(list(dict.fromkeys(faults)), table.source)
    z = np.zeros((len(nodes), len(nodes)))
    for (i, k), value in flows.items():
        z[i, k] = value
    final = np.zeros((len(nodes), len(regions)))
    order = list(regions)
    for i, region, value in ends:
        final[i, order.index(region)] += value
    return WorldTable(tuple(nodes), z, final)


def _world(nodes: list[Node], z: Array, ends: list[tuple[str, Array]], output: Array | None, name: str) -> WorldTable:
    """The table with equal nodes put together and final use added up by region."""
    unique = list(dict.fromkeys(nodes))
    regions = list(dict.fromkeys(r for r, _ in unique))
    _refuse([f"{name}: {r} has final use and supplies nothing" for r, _ in ends if r not in regions], name)
    if not unique:
        raise InputError("the table has no rows that supply anything", code="bad_io_table", where=name)
    final = np.zeros((len(nodes), len(regions)))
    for region, values in ends:
        final[:, regions.index(region)] += values
    if len(unique) == len(nodes):
        return WorldTable(tuple(unique), z, final, output)
    to = np.zeros((len(unique), len(nodes)))
    to[[unique.index(node) for node in nodes], np.arange(len(nodes))] = 1
    return WorldTable(tuple(unique), to @ z @ to.T, to @ final, None if output is None else to @ output)


def _refuse(faults: list[str], name: str) -> None:
    if faults:
        raise InputError(
            "the table cannot be read",
            code="bad_io_table",
            where=name,
            cure="Mend:",
            faults=list(dict.fromkeys(faults))[:_MAX_TOLD],
        )

"""World Input-Output Database, release 2016: the workbook, or the wide CSV made from its R data."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.grid import read_grid
from countermeasure.io.iotables_formats.words import FINAL, OTHER_COSTS, OUTPUT, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from countermeasure.supply.economy import IOTable

    Key = tuple[str, str]

__all__ = ["WIOD_HEADS", "read_wiod_csv", "read_wiod_workbook"]

WIOD_HEADS = ("industrycode", "industrydescription", "country", "rnr", "year")
"""First columns of the wide CSV."""

_COLUMN = re.compile(r"([A-Za-z]{3})(\d+)$")
_FIRST_FINAL = 57
_PLACE = re.compile(r"[cr]?(\d+)$")


def read_wiod_csv(data: bytes, name: str, facts: Facts, *, mend: bool = False) -> IOTable:
    """Read the wide CSV: five label columns, a column ``AUS1`` per user, ``AUS57`` to ``AUS61`` final use, ``TOT``.

    Args:
        data: Content.
        name: For messages.
        facts: Unit, year, source, licence.
        mend: See ``closing.close``; inventories of this release hold negative values.

    Raises:
        InputError: If labels do not match or cells are wrong.
    """
    grid = read_grid(data, name, heads=1, labels=len(WIOD_HEADS))
    columns: list[Key] = []
    for label in grid.heads[0]:
        found = _COLUMN.match(label)
        columns.append((found[1], found[2]) if found and found[1].upper() != "TOT" else ("TOT", label))
    rows = [(code, country, number) for code, _, country, number, _ in grid.labels]
    year = grid.labels[0][4] if grid.labels else ""
    if year.isdigit() and not facts.year:
        facts = Facts(facts.unit, int(year), facts.source, facts.licence, facts.scale)
    final = [k for k, (_, n) in enumerate(columns) if n.isdigit() and int(n) >= _FIRST_FINAL]
    total = [k for k, (c, n) in enumerate(columns) if c == "TOT" and plain(n) in OUTPUT]
    return _table(rows, columns, grid.values, final, total, name, facts, mend=mend)


def read_wiod_workbook(data: bytes, name: str, facts: Facts, *, mend: bool = False) -> IOTable:
    """Read the workbook: codes, descriptions, countries and numbers in four header rows and four label columns.

    Args:
        data: Content of the .xlsx or .xlsb file.
        name: For messages.
        facts: Unit, year, source, licence.
        mend: See ``closing.close``.

    Raises:
        InputError: If the layout is not that of the release, labels do not match or cells are wrong.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise InputError(f"the workbook cannot be read ({error})", code="damaged_file", where=name) from None
    at = next((k for k, row in enumerate(cells[:20]) if sum(bool(re.fullmatch(r"c\d+", str(c))) for c in row) > 1), None)
    if at is None or at < 3:
        raise InputError(
            "there is no row with the numbers c1, c2 and so on below three header rows",
            code="bad_io_table",
            where=name,
            cure="Give the workbook of the 2016 release as it was published, or the wide CSV.",
        )
    codes, countries, numbers = ([str(c).strip() for c in cells[k][4:]] for k in (at - 3, at - 1, at))
    width = max((k for k, n in enumerate(numbers) if n), default=-1) + 1
    columns = [(country, _number(n)) for country, n in zip(countries[:width], numbers[:width], strict=True)]
    body = [row for row in cells[at + 1 :] if any(str(c).strip() for c in row[:4])]
    faults = []
    values = np.zeros((len(body), width))
    for i, row in enumerate(body):
        for k, cell in enumerate(row[4 : 4 + width]):
            if isinstance(cell, int | float):
                values[i, k] = cell
            elif str(cell).strip():
                faults.append(f"{name}: row {row[0]} {row[2]}, column {countries[k]} {numbers[k]}: {cell!r} is not a number")
    if faults:
        raise InputError("the workbook cannot be read", code="bad_io_table", where=name, cure="Mend:", faults=faults[:20])
    rows = [(str(row[0]).strip(), str(row[2]).strip(), _number(str(row[3]).strip())) for row in body]
    final = [k for k, code in enumerate(codes[:width]) if plain(code) in FINAL]
    total = [k for k, code in enumerate(codes[:width]) if plain(code) in OUTPUT]
    return _table(rows, columns, values, final, total, name, facts, mend=mend)


def _number(text: str) -> str:
    found = _PLACE.match(text)
    return found[1] if found else text


def _table(
    rows: Sequence[tuple[str, str, str]],
    columns: Sequence[Key],
    values: NDArray[np.float64],
    final: Sequence[int],
    total: Sequence[int],
    name: str,
    facts: Facts,
    *,
    mend: bool,
) -> IOTable:
    """The table from labelled cells; users are matched to suppliers by country and number."""
    suppliers = [k for k, (_, country, _) in enumerate(rows) if country.upper() != "TOT"]
    place = {key: k for k, key in enumerate(columns) if k not in set(final) | set(total)}
    missing = [
        f"{name}: row {code} of {country} has no column {country}{number}"
        for code, country, number in (rows[k] for k in suppliers)
        if (country, number) not in place
    ]
    if missing or not suppliers:
        raise InputError("rows and columns do not match", code="bad_io_table", where=name, cure="Mend:", faults=missing[:20])
    users = [place[rows[k][1], rows[k][2]] for k in suppliers]
    other = [k for k, (code, _, _) in enumerate(rows) if plain(code) in OTHER_COSTS]
    cells = values[suppliers]
    parts = Parts(
        [(rows[k][1], rows[k][0]) for k in suppliers],
        cells[:, users],
        cells[:, list(final)].sum(axis=1),
        values[other][:, users].sum(axis=0) if other else None,
        cells[:, total[0]] if total else None,
    )
    return close(parts, facts, mend=mend)

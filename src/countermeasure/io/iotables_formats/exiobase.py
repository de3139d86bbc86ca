"""EXIOBASE 3 and what pymrio saves as text: ``Z.txt`` or ``A.txt``, ``Y.txt``, ``x.txt``; tabs, two header rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.grid import Grid, content_of, read_grid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from countermeasure.supply.economy import IOTable

    Floats = NDArray[np.float64]

__all__ = ["read_exiobase"]


def read_exiobase(path: Path, facts: Facts, *, mend: bool = False) -> IOTable:
    """Read a folder or zip archive.

    Where there is only the matrix of coefficients ``A``, flows are ``A`` times output; output is ``x.txt``, or what final
    use needs. Value added is what remains in the column; the extensions of the database are not read.

    Args:
        path: Folder or archive with the files at any depth.
        facts: Unit, year, source, licence; the database counts in million EUR.
        mend: See ``closing.close``; changes in inventories hold negative values.

    Raises:
        NotFoundError: If ``Y.txt``, or both ``Z.txt`` and ``A.txt`` are missing.
        InputError: If labels do not match or cells are wrong.
    """
    uses = _grid(path, "Y.txt", 2)
    if uses is None:
        raise NotFoundError("there is no Y.txt", code="file_not_found", where=path.name, cure="Unpack the whole archive.")
    flows = _grid(path, "Z.txt", 2)
    coefficients = _grid(path, "A.txt", 2) if flows is None else None
    square = flows or coefficients
    if square is None:
        raise NotFoundError("there is neither Z.txt nor A.txt", code="file_not_found", where=path.name)
    nodes = [(region, sector) for region, sector in square.labels]
    place = {(r, s): k for k, (r, s) in enumerate(zip(square.heads[0], square.heads[1], strict=True))}
    missing = [f"{square.name}: no column for {' '.join(node)}" for node in nodes if node not in place]
    if missing or set(uses.labels) != set(nodes):
        raise InputError(
            "rows and columns do not match", code="bad_io_table", where=path.name, cure="Mend:", faults=missing[:20]
        )
    order = {(r, s): k for k, (r, s) in enumerate(uses.labels)}
    final = uses.values[[order[node] for node in nodes]].sum(axis=1)
    across = [place[node] for node in nodes]
    cells = square.values[:, across]
    made = _output(path, nodes)
    if coefficients is not None:
        x = made if made is not None else np.linalg.solve(np.eye(len(nodes)) - cells, final)
        parts = Parts(nodes, cells * x, final, None, x, ("flows are coefficients times output",))
    else:
        parts = Parts(nodes, cells, final, None, made)
    return close(parts, facts, mend=mend)


def _grid(path: Path, member: str, labels: int, heads: int = 2) -> Grid | None:
    try:
        data = content_of(path, member)
    except NotFoundError:
        if not path.exists():
            raise
        return None
    return read_grid(data, member, heads=heads, labels=labels)


def _output(path: Path, nodes: list[tuple[str, str]]) -> Floats | None:
    """Stated output in the order of the nodes."""
    grid = _grid(path, "x.txt", 2, 1)
    if grid is None:
        return None
    held = dict(zip(grid.labels, grid.values[:, 0].tolist(), strict=True))
    missing = [f"x.txt: no row for {' '.join(node)}" for node in nodes if node not in held]
    if missing:
        raise InputError("output is missing", code="bad_io_table", where=path.name, cure="Mend:", faults=missing[:20])
    return np.array([held[node] for node in nodes])

"""OECD inter-country tables (ICIO): one CSV, labels ``AUS_A01_02``, final use ``AUS_HFCE``, rows TLS, VA and OUT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.closing import Facts, Parts, close
from countermeasure.io.iotables_formats.grid import read_grid
from countermeasure.io.iotables_formats.words import FINAL, OTHER_COSTS, OUTPUT, PASSED_OVER, SPLITS, VALUE_ADDED, plain

if TYPE_CHECKING:
    from countermeasure.supply.economy import IOTable

__all__ = ["read_icio"]


def read_icio(data: bytes, name: str, facts: Facts, *, mend: bool = False) -> IOTable:
    """Read an OECD table; parts of China and Mexico (CN1, MX2) are put together.

    Rows and columns are matched by label, in any order.

    Args:
        data: Content.
        name: For messages.
        facts: Unit, year, source, licence.
        mend: See ``closing.close``.

    Raises:
        InputError: If labels do not match or cells are wrong.
    """
    grid = read_grid(data, name, heads=1, labels=1)
    rows = [label for (label,) in grid.labels]
    kinds = [_kind(label) for label in rows]
    suppliers = [k for k, kind in enumerate(kinds) if kind == "node"]
    names = [rows[k] for k in suppliers]
    columns = {label: k for k, label in enumerate(grid.heads[0])}
    missing = [f"{name}: no column for the row {label}" for label in names if label not in columns]
    strange = [
        f"{name}: column {label} is neither a row of the table nor a known final use"
        for label in columns
        if label not in set(names) and _kind(label) not in ("final", "output")
    ]
    if missing or strange:
        raise InputError(
            "rows and columns do not match", code="bad_io_table", where=name, cure="Mend:", faults=[*missing, *strange]
        )
    users = [columns[label] for label in names]
    ends = [k for label, k in columns.items() if label not in set(names) and _kind(label) == "final"]
    totals = [k for label, k in columns.items() if _kind(label) == "output"]
    other = [k for k, kind in enumerate(kinds) if kind == "other"]
    cells = grid.values[suppliers]
    parts = Parts(
        [_node(label) for label in names],
        cells[:, users],
        cells[:, ends].sum(axis=1),
        grid.values[other][:, users].sum(axis=0) if other else np.zeros(len(names)),
        cells[:, totals[0]] if totals else None,
    )
    return close(_joined(parts), facts, mend=mend)


def _kind(label: str) -> str:
    """Whether a label is a node, final use, output, value added or other costs."""
    first, _, rest = label.partition("_")
    for code in (label, first, rest):
        word = plain(code)
        for kind, words in (("output", OUTPUT), ("added", VALUE_ADDED), ("other", OTHER_COSTS), ("sum", PASSED_OVER)):
            if word in words:
                return kind
        if word in FINAL:
            return "final"
    return "node"


def _node(label: str) -> tuple[str, str]:
    region, _, sector = label.partition("_")
    return region, sector


def _joined(parts: Parts) -> Parts:
    """The table with split countries put together."""
    nodes = [(SPLITS.get(r, r), s) for r, s in parts.nodes]
    unique = list(dict.fromkeys(nodes))
    if len(unique) == len(nodes) or len(set(parts.nodes)) < len(nodes):
        return parts
    place = {node: k for k, node in enumerate(unique)}
    to = np.zeros((len(unique), len(nodes)))
    to[[place[node] for node in nodes], np.arange(len(nodes))] = 1
    return Parts(
        unique,
        to @ parts.z @ to.T,
        to @ parts.final,
        None if parts.other_costs is None else to @ parts.other_costs,
        None if parts.output is None else to @ parts.output,
        (*parts.notes, "parts of China and Mexico are put together"),
    )

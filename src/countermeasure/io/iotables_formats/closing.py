"""From what a file says to a balanced table: the rule by which tables are closed, and what is mended on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.economy import IOTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Node = tuple[str, str]

__all__ = ["MAX_GAP", "Facts", "Parts", "close"]

MAX_GAP = 0.01
"""Largest difference between stated output and the sum of the row that is put down to rounding."""

_MAX_TOLD = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands about a table outside its cells.

    Attributes:
        unit: Of its flows.
        year: Of its flows, 0 if not known.
        source: Who made it.
        licence: Of it.
        scale: Factor on all flows, to reach ``unit``.
    """

    unit: str = "million USD"
    year: int = 0
    source: str = ""
    licence: str = ""
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Cells of a table as a file gives them, n nodes.

    Attributes:
        nodes: Labels (region, sector).
        z: Shape (n, n).
        final: Shape (n,).
        other_costs: Shape (n,), or None.
        output: Stated, shape (n,), or None.
        notes: What the reader did.
    """

    nodes: Sequence[Node]
    z: Floats
    final: Floats
    other_costs: Floats | None = None
    output: Floats | None = None
    notes: tuple[str, ...] = ()


def close(parts: Parts, facts: Facts, *, mend: bool = False) -> IOTable:
    """Balance a table: output becomes the sum of the row, value added what remains in the column.

    Args:
        parts: Cells.
        facts: Unit, year, source, licence.
        mend: Put negative flows to zero, take negative value added into other costs, and accept any gap between stated
            output and the sum of the row; the notes of the table then say how much.

    Raises:
        InputError: Without ``mend``, if stated output differs from the sum of the row by more than ``MAX_GAP``, or a
            flow or value added is negative.
    """
    z, final = parts.z * facts.scale, parts.final * facts.scale
    other = np.zeros(len(final)) if parts.other_costs is None else parts.other_costs * facts.scale
    notes = list(parts.notes)
    if parts.output is not None:
        notes += _gap(parts, (z.sum(axis=1) + final) / facts.scale, facts.source, mend=mend)
    if mend:
        low = float(-z[z < 0].sum() - final[final < 0].sum())
        if low > 0:
            notes.append(f"{int((z < 0).sum() + (final < 0).sum())} negative flows, {low:.6g} in all, were put to zero")
        z, final = np.maximum(z, 0), np.maximum(final, 0)
        added = z.sum(axis=1) + final - z.sum(axis=0) - other
        if (added < 0).any():
            notes.append(f"negative value added of {int((added < 0).sum())} nodes was taken into other costs")
            other = other + np.minimum(added, 0)
    return IOTable.closed(
        parts.nodes,
        z,
        final,
        other_costs=other,
        unit=facts.unit,
        year=facts.year,
        source=facts.source,
        licence=facts.licence,
        notes="; ".join(notes),
    )


def _gap(parts: Parts, made: Floats, source: str, *, mend: bool) -> list[str]:
    """Note on the difference between stated output and the row, or an error."""
    stated = np.asarray(parts.output)
    gap = np.abs(made - stated) / np.maximum(np.maximum(np.abs(stated), np.abs(made)), 1e-12)
    gap[np.abs(made - stated) < 1e-9 * max(float(np.abs(stated).sum()), 1.0)] = 0.0
    wide = np.flatnonzero(gap > MAX_GAP)
    if len(wide) and not mend:
        told = [
            f"{' '.join(parts.nodes[k])}: row and final use are {made[k]:.6g}, stated output is {stated[k]:.6g}"
            for k in wide[:_MAX_TOLD].tolist()
        ]
        raise InputError(
            f"stated output differs from the sum of the row in {len(wide)} nodes",
            code="bad_io_table",
            where=source or None,
            cure="Check that nothing is missing, or read it with mend=True:",
            faults=told,
        )
    return [f"output is the sum of the row; stated output differed by up to {gap.max():.2g} of it"] if gap.any() else []

"""World input-output tables as baselines: final use is kept by the economy that uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.iotables_formats.closing import MAX_GAP
from countermeasure.trade.multi.balance import balance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.trade.multi.balance import BalanceReport
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Facts", "WorldTable", "baseline_of", "is_goods", "theta_of"]

_MAX_TOLD = 20
_NUMBERED = re.compile(r"c(\d+)$")
_LETTERED = re.compile(r"[A-Z]\d")
_DIVISIONS = re.compile(r"(\d\d)(?:t\d\d)?$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands about a table outside its cells.

    Attributes:
        theta: Trade elasticity, one for all or by sector.
        unit: Of its flows.
        year: Of its flows, 0 if not known.
        source: Who made it.
        mend: Change what cannot be; see ``countermeasure.trade.multi.balance``.
    """

    theta: float | Mapping[str, float] = 5.0
    unit: str = "million USD"
    year: int = 0
    source: str = ""
    mend: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class WorldTable:
    """Cells of a world table, n nodes and R regions.

    Attributes:
        nodes: Labels (region, sector), n of them, each once.
        z: Rows supply, columns use, (n, n).
        final: Final use of what each node supplies by region of use, (n, R); regions in the order of the nodes.
        output: As stated, (n,), or None.
    """

    nodes: tuple[tuple[str, str], ...]
    z: Array
    final: Array
    output: Array | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions in the order in which they first stand."""
        return tuple(dict.fromkeys(r for r, _ in self.nodes))

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors in the order in which they first stand."""
        return tuple(dict.fromkeys(s for _, s in self.nodes))


def is_goods(sector: str) -> bool:
    """Whether a sector is goods, by the codes of the OECD and WIOD tables; other names are, but for ``services``.

    Example:
        >>> is_goods("C10T12"), is_goods("D35"), is_goods("c17"), is_goods("15t16"), is_goods("services")
        (True, False, False, True, False)
    """
    numbered, divisions = _NUMBERED.match(sector), _DIVISIONS.match(sector)
    if numbered:
        return int(numbered[1]) <= 16
    if divisions:
        return int(divisions[1]) <= 37
    if sector in ("AtB", "C"):
        return True
    if _LETTERED.match(sector) or (len(sector) == 1 and sector.isupper()):
        return sector[0] in "ABC"
    return "service" not in sector.lower()


def theta_of(theta: float | Mapping[str, float], sectors: Sequence[str]) -> Array:
    """Elasticities in the order of the sectors.

    Raises:
        InputError: If a mapping names others or leaves some out.
    """
    if isinstance(theta, int | float):
        return np.full(len(sectors), float(theta))
    off = sorted(set(theta) ^ set(sectors))
    if off:
        raise InputError(f"theta does not fit the sectors: {', '.join(off[:_MAX_TOLD])}", code="unknown_sector")
    return np.array([theta[s] for s in sectors], dtype=np.float64)


def baseline_of(table: WorldTable, facts: Facts) -> tuple[Baseline, BalanceReport]:
    """Make a baseline: what an economy buys of a sector from another is what its sectors and its final users buy.

    A node that the table does not have sells and uses nothing. Taxes and other costs that no node supplies stay in value
    added.

    Raises:
        InputError: If the table cannot be balanced without mending; each fault names its cell.
    """
    regions, sectors = table.regions, table.sectors
    n, j = len(regions), len(sectors)
    _check(table, facts)
    where = np.array([regions.index(r) * j + sectors.index(s) for r, s in table.nodes])
    whole = np.zeros((n * j, n * j))
    whole[np.ix_(where, where)] = table.z
    ends = np.zeros((n * j, n))
    ends[where] = table.final
    cells = whole.reshape(n, j, n, j)  # origin, input, user country, user sector
    flows = cells.sum(axis=3).transpose(2, 0, 1) + ends.reshape(n, j, n).transpose(2, 0, 1)
    uses = cells.sum(axis=0).transpose(1, 0, 2)  # country, input, output
    output = np.maximum(flows, 0).sum(axis=0)
    inputs = np.divide(uses, output[:, None, :], out=np.zeros_like(uses), where=output[:, None, :] > 0)
    return balance(
        flows,
        inputs,
        countries=regions,
        sectors=sectors,
        theta=theta_of(facts.theta, sectors),
        goods=[is_goods(s) for s in sectors],
        final=ends.reshape(n, j, n).sum(axis=0).T,
        mend=facts.mend,
        unit=facts.unit,
        year=facts.year,
        source=facts.source,
    )


def _check(table: WorldTable, facts: Facts) -> None:
    faults = [f"{' '.join(node)} stands twice" for node in _twice(table.nodes)]
    for values, what in ((table.z, "z"), (table.final, "final use")):
        faults += [
            f"{what} of {' '.join(table.nodes[i])}, column {k + 1}, is not a number"
            for i, k in np.argwhere(~np.isfinite(values))[:_MAX_TOLD].tolist()
        ]
    if table.output is not None and not facts.mend and not faults:
        made = table.z.sum(axis=1) + table.final.sum(axis=1)
        gap = np.abs(made - table.output)
        wide = gap > MAX_GAP * np.maximum(np.abs(table.output), np.abs(made)) + 1e-9 * float(np.abs(table.output).sum())
        faults += [
            f"{' '.join(table.nodes[k])}: row and final use are {made[k]:.6g}, stated output is {table.output[k]:.6g}"
            for k in np.flatnonzero(wide).tolist()
        ]
    if faults:
        raise InputError(
            f"{len(faults)} faults in the table",
            code="bad_io_table",
            where=facts.source or None,
            cure="Mend these cells, or read it with mend=True:",
            faults=faults[:_MAX_TOLD],
        )


def _twice(nodes: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    found = []
    for node in nodes:
        if node in seen:
            found.append(node)
        seen.add(node)
    return found

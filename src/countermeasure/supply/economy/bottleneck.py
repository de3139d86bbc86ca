"""Which inputs can stop a user: the sparse list of critical inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from countermeasure.supply.economy.table import IOTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CriticalInputs", "critical_inputs"]


@dataclass(frozen=True, slots=True, eq=False)
class CriticalInputs:
    """Pairs of a good and a user that stops without it; p pairs over a table of n nodes.

    A good is a sector of any region (its origins stand in for one another in the stock, and are ordered in fixed shares),
    or, made with ``by_origin``, a sector of one region.

    Attributes:
        users: Shape (p,). Node that uses.
        goods: Sector of the good and before it its region, or "" where all origins count; p pairs.
        use: Shape (p,). Yearly use, in the unit of the table.
        share: Shape (p,). Use as a share of the output of the user.
        pair: Shape (m,). Pair of each supply line.
        supplier: Shape (m,). Node that supplies it.
        flow: Shape (m,). Yearly flow of it, in the unit of the table.
    """

    users: Ints
    goods: tuple[tuple[str, str], ...]
    use: Floats
    share: Floats
    pair: Ints
    supplier: Ints
    flow: Floats

    def __len__(self) -> int:
        return len(self.users)

    @classmethod
    def none(cls) -> CriticalInputs:
        """No pair at all: production then follows capacity and demand alone."""
        empty, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
        return cls(whole, (), empty, empty, whole, whole, empty)


def critical_inputs(
    table: IOTable,
    *,
    cost_share: float = 0.05,
    inputs: Collection[str] | None = None,
    extra: Iterable[tuple[str, str]] = (),
    by_origin: bool = False,
) -> CriticalInputs:
    """List the inputs that can stop a user.

    An input is critical where it costs at least ``cost_share`` of what the user makes, or where it is listed.

    Args:
        table: Of n nodes.
        cost_share: Threshold, a fraction of the user's output; 1 or more leaves only what is listed.
        inputs: Sectors that can be critical by their cost (say goods only, where services wait); all if absent.
        extra: Pairs (sector that supplies, sector that uses) that are critical whatever they cost; in every region.
        by_origin: Whether each region's product is a good of its own, with no other origin in its place.

    Raises:
        InputError: If the threshold is not positive.
        NotFoundError: If a sector is not in the table.
    """
    if not cost_share > 0:
        raise InputError(f"cost_share is {cost_share:g}; it must be positive", cure="Give a fraction, such as 0.05.")
    sectors = table.sectors
    listed = tuple(extra)
    for name in (*(inputs or ()), *(name for pair in listed for name in pair)):
        if name not in sectors:
            raise NotFoundError(unknown("sector", name, sectors), code="unknown_sector", where=table.source or None)
    good_of, names = _goods(table, by_origin)
    n = len(table)
    supplied = np.zeros((len(names), n))
    np.add.at(supplied, good_of, table.z)
    share = np.divide(supplied, table.output, out=np.zeros_like(supplied), where=table.output > 0)

    sector_of_good = np.zeros(len(names), dtype=np.int64)
    sector_of_node = np.array([sectors.index(s) for _, s in table.nodes])
    sector_of_good[good_of] = sector_of_node
    able = np.ones(len(sectors), dtype=bool) if inputs is None else np.isin(sectors, list(inputs))
    named = np.zeros((len(sectors), len(sectors)), dtype=bool)
    for sold, bought in listed:
        named[sectors.index(sold), sectors.index(bought)] = True
    chosen = (share >= cost_share) & able[sector_of_good, None]
    chosen |= named[sector_of_good[:, None], sector_of_node[None, :]] & (supplied > 0)

    users, goods = np.nonzero(chosen.T)
    number = np.full((len(names), n), -1)
    number[goods, users] = np.arange(len(users))
    lines = np.where(table.z > 0, number[good_of], -1)
    supplier, user = np.nonzero(lines >= 0)
    order = np.argsort(lines[supplier, user], kind="stable")
    supplier, user = supplier[order], user[order]
    return CriticalInputs(
        users,
        tuple(names[g] for g in goods),
        supplied[goods, users],
        share[goods, users],
        lines[supplier, user],
        supplier,
        table.z[supplier, user],
    )


def _goods(table: IOTable, by_origin: bool) -> tuple[Ints, list[tuple[str, str]]]:
    """Good of each node, shape (n,), and the names of the goods."""
    if by_origin:
        return np.arange(len(table)), list(table.nodes)
    place = {name: k for k, name in enumerate(table.sectors)}
    return np.array([place[s] for _, s in table.nodes]), [("", name) for name in place]

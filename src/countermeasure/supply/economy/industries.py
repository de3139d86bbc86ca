"""From the chain's industries to nodes of the compact table: which share of a sector is the industry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from countermeasure.supply.economy.table import IOTable

__all__ = ["INDUSTRY_SHARES", "IndustryShare", "capacity_of"]


@dataclass(frozen=True, slots=True)
class IndustryShare:
    """How much of a sector of the compact table is an industry of the chain.

    Attributes:
        industry: As in ``industries.csv``.
        sector: Of the table.
        share: Of the sector's output, a fraction.
        source: Of the share.
        confidence: A to D, or U.
        note: How it was made.
    """

    industry: str
    sector: str
    share: float
    source: str
    confidence: str
    note: str


_BEA = "BEA gross output 2017, 402 industries, as carried in Budget-Lab-Yale/Tariff-Model resources/io/detail"
_US = "share of US output, used for every region; NAICS fitted to the sectors of WIOD: "

INDUSTRY_SHARES: tuple[IndustryShare, ...] = (
    IndustryShare(
        "cars", "transport_equipment", 0.648, _BEA, "D", _US + "3361, 3362, 3363 of 336 (578,221 of 892,004 million USD)"
    ),
    IndustryShare(
        "defence",
        "transport_equipment",
        0.063,
        _BEA,
        "D",
        _US + "336414, 33641A, 336611, 336992 of 336; military aircraft cannot be told apart, so it is low",
    ),
    IndustryShare("coatings", "transport_equipment", 0.048, _BEA, "D", _US + "336412 aircraft engines of 336"),
    IndustryShare(
        "coatings", "glass_ceramics_minerals", 0.064, _BEA, "D", _US + "327100 clay and ceramic products of 327; high"
    ),
    IndustryShare(
        "electronics",
        "electrical_electronics",
        0.316,
        _BEA,
        "D",
        _US + "3341, 3342, 3343, 3344, 3346 of 334, 335 without 3352, 333314, 333316, 33911",
    ),
    IndustryShare("medical", "electrical_electronics", 0.084, _BEA, "D", _US + "334510, 334517 of the same"),
    IndustryShare(
        "industrial_motors", "electrical_electronics", 0.020, _BEA, "D", _US + "335312 motors and generators of the same"
    ),
    IndustryShare(
        "industrial_motors",
        "machinery",
        0.223,
        _BEA,
        "D",
        _US + "333415, 333912, 333914, 333920 (cooling, compressors, pumps, lifts) of 333 with 3352, 33299A; robots not apart",
    ),
    IndustryShare("semiconductor_tools", "machinery", 0.021, _BEA, "D", _US + "333242 of the same"),
    IndustryShare(
        "wind", "machinery", 0.032, _BEA, "D", _US + "333611 turbines of the same; holds steam and gas turbines, so high"
    ),
    IndustryShare(
        "catalysts", "chemicals_plastics", 0.043, _BEA, "D", _US + "3259A0 other chemical products of 325, 326; high"
    ),
    IndustryShare("glass", "glass_ceramics_minerals", 0.209, _BEA, "D", _US + "327200 of 327"),
)
"""Shares for the sectors of the compact table; another table needs its own."""


def capacity_of(
    table: IOTable, losses: Mapping[tuple[str, str], ArrayLike], shares: Sequence[IndustryShare] = INDUSTRY_SHARES
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Capacity of nodes from the losses of industries.

    Args:
        table: Whose sectors the shares name.
        losses: By (industry, region), shape (draws, weeks): fraction of the industry's output that is lost, 0 to 1.
        shares: How much of each sector an industry is.

    Returns:
        Nodes, shape (k,), and the fraction of their capacity that is left, shape (draws, weeks, k); ready for
        ``simulate_economy``. Losses of industries in one sector add up.

    Raises:
        NotFoundError: If an industry or region is not known.
        InputError: If shapes differ or a loss is not 0 to 1.
    """
    known = tuple(dict.fromkeys(s.industry for s in shares))
    left: dict[int, NDArray[np.float64]] = {}
    shape: tuple[int, ...] | None = None
    for (industry, region), given in losses.items():
        if industry not in known:
            raise NotFoundError(unknown("industry", industry, known), code="unknown_industry")
        lost = np.asarray(given, dtype=np.float64)
        shape = shape or lost.shape
        if lost.ndim != 2 or lost.shape != shape:
            raise InputError(f"losses of {industry} in {region} have shape {lost.shape}, not (draws, weeks) {shape}")
        if not ((lost >= -1e-9) & (lost <= 1 + 1e-9)).all():
            raise InputError(
                f"losses of {industry} in {region} are not 0 to 1", cure="Give the fraction of output that is lost."
            )
        for share in shares:
            if share.industry == industry:
                node = table.index(region, share.sector)
                left[node] = left.get(node, np.ones(shape)) - share.share * lost
    nodes = np.array(sorted(left), dtype=np.int64)
    if not left:
        raise InputError("there are no losses", cure="Name at least one industry and region.")
    return nodes, np.clip(np.stack([left[k] for k in nodes.tolist()], axis=2), 0.0, 1.0)

"""The small layer of arithmetic behind the kernel: from sums of rates to the share of the value that is owed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.kernel import weights

if TYPE_CHECKING:
    from countermeasure.book.kernel import Sums

Floats = npt.NDArray[np.float64]
METALS = 3


@dataclass(frozen=True, slots=True)
class Totals:
    """Total duty of n worlds as a fraction of the value: bounds and the ordinary figure. NaN where it cannot be told."""

    low: Floats
    ordinary: Floats
    high: Floats


def known(figure: float) -> float | None:
    """A figure, or ``None`` where it cannot be told."""
    return None if math.isnan(figure) else figure


def even_dollars(value: float | Floats) -> Floats:
    """Customs value in whole dollars, half a dollar upwards (19 CFR 159.3(a))."""
    return np.floor(np.asarray(value, np.float64) + 0.5)


def totals(sums: Sums, schedule: Floats, shares: Floats) -> Totals:
    """Evaluate n worlds.

    Args:
        sums: Sums of rates, from the kernel.
        schedule: Shape (n, 2). Column 1 and column 2 as a fraction of the value; NaN where not computable.
        shares: Shape (n, 4). Steel, aluminium, copper and US content as fractions of the value; NaN where unknown.

    Returns:
        Bounds over the unknown metal shares. The ordinary figure takes an unknown metal share as the full value, which is
        how customs treated content that was not declared in 2025.
    """
    owed = np.where(sums.column == 1, schedule[:, 0], np.where(sums.column == 2, schedule[:, 1], 0.0))
    low, ordinary, high = _added(sums, schedule[:, 0], shares)
    return Totals(low + np.nan_to_num(owed), ordinary + owed, high + owed)


def _added(sums: Sums, column_1: Floats, shares: Floats) -> tuple[Floats, Floats, Floats]:
    """All but the schedule's own rate: least, ordinary and most over unknown metal shares and an unknown column 1."""
    floored = ~np.isnan(sums.floors[:, 0])
    plain = sums.rates[:, 0]
    rows = np.flatnonzero(sums.rates[:, 1:].any(axis=1) | floored)
    if not rows.size:
        return plain, plain, plain
    rates, floors, basis = sums.rates[rows], sums.floors[rows], sums.floor_basis[rows]
    blind = np.isnan(column_1[rows])[:, None] & ~np.isnan(floors)
    gap = np.nan_to_num(np.clip(floors - column_1[rows][:, None], 0.0, None))
    most = np.where(blind, np.nan_to_num(floors), gap)
    charged = rates[:, 1 : 1 + METALS] > 0
    given = shares[rows]
    us_content = np.nan_to_num(given[:, 3])
    lows, highs = [], []
    for whole in range(-1, METALS):
        guess = charged & (np.arange(METALS) == whole)
        metal = np.where(np.isnan(given[:, :METALS]), guess, given[:, :METALS])
        metal = np.where(charged, metal, 0.0)
        metal = metal / np.maximum(metal.sum(axis=1, keepdims=True), 1.0)
        part = weights(metal[:, 0], metal[:, 1], metal[:, 2], us_content)
        of_floor = np.take_along_axis(part, basis.astype(np.int64), axis=1)
        content = (rates * part).sum(axis=1)
        lows.append(content + (gap * of_floor).sum(axis=1))
        highs.append(content + (most * of_floor).sum(axis=1))
    least, greatest = np.stack(lows, axis=1), np.stack(highs, axis=1)
    chosen = np.where(charged.any(axis=1), 1 + rates[:, 1 : 1 + METALS].argmax(axis=1), 0)
    low, ordinary, high = plain.copy(), plain.copy(), plain.copy()
    low[rows], high[rows] = least.min(axis=1), greatest.max(axis=1)
    at = np.arange(len(rows))
    ordinary[rows] = np.where(blind.any(axis=1), np.nan, least[at, chosen])
    return low, ordinary, high

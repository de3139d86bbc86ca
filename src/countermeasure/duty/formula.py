"""The small layer of arithmetic behind the kernel: from sums of rates to the share of the value that is owed."""

from __future__ import annotations

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
    low, ordinary, high = _content(sums, shares)
    top_low, top_ordinary, top_high = _floors(sums.floors, schedule[:, 0])
    base_low = np.where(np.isnan(owed), 0.0, owed)
    return Totals(low + top_low + base_low, ordinary + top_ordinary + owed, high + top_high + owed)


def _content(sums: Sums, shares: Floats) -> tuple[Floats, Floats, Floats]:
    """Duties on the value and on parts of it: least, ordinary and most over unknown metal shares."""
    plain = sums.rates[:, 0]
    rows = np.flatnonzero(sums.rates[:, 1:].any(axis=1))
    if not rows.size:
        return plain, plain, plain
    rates = sums.rates[rows]
    charged = rates[:, 1 : 1 + METALS] > 0
    given = shares[rows]
    us_content = np.nan_to_num(given[:, 3])
    outcomes = []
    for whole in range(-1, METALS):
        guess = charged & (np.arange(METALS) == whole)
        metal = np.where(np.isnan(given[:, :METALS]), guess, given[:, :METALS])
        metal = np.where(charged, metal, 0.0)
        metal = metal / np.maximum(metal.sum(axis=1, keepdims=True), 1.0)
        outcomes.append((rates * weights(metal[:, 0], metal[:, 1], metal[:, 2], us_content)).sum(axis=1))
    table = np.stack(outcomes, axis=1)
    chosen = np.where(charged.any(axis=1), 1 + rates[:, 1 : 1 + METALS].argmax(axis=1), 0)
    low, ordinary, high = plain.copy(), plain.copy(), plain.copy()
    low[rows], high[rows] = table.min(axis=1), table.max(axis=1)
    ordinary[rows] = table[np.arange(len(rows)), chosen]
    return low, ordinary, high


def _floors(floors: Floats, column_1: Floats) -> tuple[Floats, Floats, Floats]:
    """What tops column 1 up to a total."""
    gap = np.nan_to_num(np.clip(floors - column_1[:, None], 0.0, None))
    known = gap.sum(axis=1)
    if not np.isnan(column_1).any():
        return known, known, known
    blind = np.isnan(column_1)
    bound = np.nan_to_num(floors).sum(axis=1)
    any_floor = bound > 0
    return (
        np.where(blind, 0.0, known),
        np.where(blind & any_floor, np.nan, known),
        np.where(blind, bound, known),
    )

"""From measures of a pair of names to a probability that they mean the same party.

The sum of weighted measures is put through a logistic curve. The weights were fitted by ``benchmarks/screening_fit.py`` on
made-up alterations of the US Consolidated Screening List of 31 July 2026 (see there); the check sets in ``benchmarks/screening.py``
were not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BASE", "CONFIRMED", "REVIEW", "WEIGHTS", "points_of", "probability"]

BASE = -4.24
WEIGHTS: dict[str, float] = {
    "against": -9.58,
    "against_common": -20.00,
    "extra": -3.24,
    "missing": -5.37,
    "extra_common": -7.46,
    "missing_common": -6.83,
    "fuzz": -4.98,
    "far": -0.00,
    "top_asked": 0.76,
    "top_listed": 1.57,
    "information": 2.12,
    "whole": 1.79,
    "glued_alike": 2.33,
    "number_one_sided": -3.86,
    "legal": -0.00,
    "generic_only": -0.24,
    "full_asked": 0.86,
    "full_listed": 1.17,
}
"""Points (log odds) per unit of each measure of ``score.MEASURES``."""
REVIEW = 0.35
"""Scores from here on are to be looked at by a person."""
CONFIRMED = 0.9
"""Scores from here on are taken as the party, if nothing caps them."""


def points_of(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points of pairs.

    Args:
        values: Measures, shape (n, len(WEIGHTS)).
    """
    return values.astype(np.float64) @ np.array(list(WEIGHTS.values())) + BASE


def probability(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic curve of points."""
    return 1.0 / (1.0 + np.exp(-np.clip(points, -30, 30)))

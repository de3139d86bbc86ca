"""From measures of a pair of names to a probability that they mean the same party.

The sum of weighted measures is put through a logistic curve. The weights were fitted by
``benchmarks/screening_fit.py`` on made-up alterations of the US Consolidated Screening List of 31 July 2026 (150,000 pairs,
6,500 of them right); the check sets of ``benchmarks/screening.py``, on the list of April 2022 and on pairs of other hands, were
not used for it. A score is therefore the share of right pairs among candidates like it, where about one candidate in twenty
is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BASE", "CONFIRMED", "REVIEW", "WEIGHTS", "points_of", "probability"]

BASE = -2.16
WEIGHTS: dict[str, float] = {
    "against": -10.84,
    "against_common": -15.74,
    "extra": -4.06,
    "missing": -6.67,
    "extra_common": -6.56,
    "missing_common": -7.39,
    "fuzz": -1.44,
    "far": -7.48,
    "top_asked": 0.79,
    "top_listed": 0.80,
    "information": 1.42,
    "whole": 1.37,
    "glued_alike": 0.66,
    "number_agrees": 1.56,
    "number_one_sided": -3.25,
    "legal": -0.20,
    "generic_only": -0.27,
    "full_asked": 1.34,
    "full_listed": 0.95,
}
"""Points (log odds) per unit of each measure of ``score.MEASURES``."""
REVIEW = 0.3
"""Scores from here on are to be looked at by a person."""
CONFIRMED = 0.8
"""Scores from here on are taken as the party, if nothing caps them."""


def points_of(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points of pairs.

    Args:
        values: Measures, shape (n, len(WEIGHTS)).
    """
    points: NDArray[np.float64] = values.astype(np.float64) @ np.array(list(WEIGHTS.values())) + BASE
    return points


def probability(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic curve of points."""
    return 1.0 / (1.0 + np.exp(-np.clip(points, -30, 30)))

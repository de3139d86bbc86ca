"""From measures of a pair of names to a probability that they mean the same party.

The sum of weighted measures is put through a logistic curve. The weights were fitted by
``benchmarks/screening_fit.py`` on made-up alterations of the US Consolidated Screening List of 31 July 2026 (149,000 pairs,
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

BASE = -2.67
WEIGHTS: dict[str, float] = {
    "against": -10.58,
    "against_common": -18.55,
    "extra": -3.93,
    "missing": -6.35,
    "extra_common": -7.00,
    "missing_common": -7.39,
    "fuzz": -2.23,
    "far": -6.00,
    "top_asked": 0.82,
    "top_listed": 1.05,
    "information": 1.35,
    "whole": 1.39,
    "glued_alike": 0.93,
    "number_agrees": 1.45,
    "number_one_sided": -3.64,
    "legal": -0.19,
    "generic_only": -0.23,
    "full_asked": 1.21,
    "full_listed": 0.98,
}
"""Points (log odds) per unit of each measure of ``score.MEASURES``."""
REVIEW = 0.25
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

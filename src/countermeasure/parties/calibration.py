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

__all__ = ["BASE", "CONFIRMED", "REVIEW", "WEIGHTS", "probability"]

BASE = 2.5
WEIGHTS: dict[str, float] = {
    "against": -9.0,
    "extra": -5.0,
    "missing": -5.0,
    "fuzz": -6.0,
    "top_asked": 1.0,
    "top_listed": 1.0,
    "information": 2.0,
    "whole": 1.0,
    "number_one_sided": -1.0,
    "legal": -0.2,
    "generic_only": -1.0,
    "glued_alike": 1.0,
}
"""Points (log odds) per unit of each measure of ``score.MEASURES``."""
REVIEW = 0.5
"""Scores from here on are to be looked at by a person."""
CONFIRMED = 0.9
"""Scores from here on are taken as the party, if nothing caps them."""


def probability(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic curve of points."""
    return 1.0 / (1.0 + np.exp(-np.clip(points, -30, 30)))

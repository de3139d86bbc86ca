"""Horizon: how much of the long-run elasticity acts after some years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["HORIZON", "horizon", "horizon_words", "share_of_long_run"]

HORIZON: tuple[tuple[float, float, str, str], ...] = (
    (
        0.0,
        0.10,
        "U",
        (
            "assumed: contracts and goods at sea. In this model the border value moves at least one for one against 1 + "
            "tariff. China's exports to the US of May 2025 (-34.5 %) are met at 0.04 if goods paid the duties of the day they "
            "left, and at 0.23 if those of a month later"
        ),
    ),
    (
        1.0,
        0.25,
        "D",
        (
            "Boehm, Levchenko and Pandalai-Nayar (AER 113(4), 2023): values net of tariff answer with -0.76 after a year and "
            "about -2 in the long run. That ratio, 0.38, on 1 + theta leaves 0.26 of a long-run theta of 5, and 0.23 of 4"
        ),
    ),
    (
        8.5,
        1.0,
        "B",
        (
            "same: seven to ten years to the long run; the middle. The line passes 0.37 at 2.2 years: the theta of 1.85 "
            "to which the WTO's forecast of 16 April 2025 corresponds when the long run is 5"
        ),
    ),
)
"""Year, share of the long-run theta, confidence, reason."""


def share_of_long_run(years: float | None) -> float:
    """Share of the long-run elasticity after some years, straight between the points of ``HORIZON``; 1 for ``None``.

    Raises:
        InputError: If years are below 0 or not a number.
    """
    if years is None:
        return 1.0
    if not years >= 0:
        raise InputError(f"a horizon of {years:g} years", code="bad_horizon", cure="Give 0 or more, or none for the long run.")
    return float(np.interp(years, [p[0] for p in HORIZON], [p[1] for p in HORIZON]))


def horizon(theta: Array | float, years: float | None) -> Array:
    """Elasticities that act after some years.

    Args:
        theta: Long-run elasticities, any shape.
        years: Since the change; ``None`` is the long run.
    """
    return np.asarray(np.asarray(theta, dtype=np.float64) * share_of_long_run(years))


def horizon_words(years: float | None) -> str:
    """A horizon in words."""
    if years is None:
        return "long run"
    return "at once" if years == 0 else f"{years:g} year{'' if years == 1 else 's'}"

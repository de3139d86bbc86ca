"""Models of whether a side escalates within a window: base rate, persistence, decayed counts, mutual excitation.

A model is a function of what was counted before the origin; it never sees a day at or after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.talks.forecast.events import SIDES, origins, outcomes
from countermeasure.talks.forecast.hawkes import chance_of_any, fit_hawkes

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.talks.forecast.events import Counted, Days

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["BASE", "HALF_LIFE", "LOOK_BACK", "MODELS", "RIDGE", "base_rate", "decayed", "fit_logit", "predict"]

BASE = "base rate"
HALF_LIFE = 21.0
"""Days in which a move loses half its weight in the decayed counts."""
LOOK_BACK = 400
"""Days after which a move no longer counts."""
RIDGE = 1.0
"""Weight of the sum of squared slopes that is added to the negative log likelihood of the logit."""


def base_rate(outcome: Floats) -> float:
    """Share of windows with an event, (sum + 1) / (n + 2): the mean under a flat prior."""
    return float((outcome.sum() + 1) / (len(outcome) + 2))


def decayed(counted: Counted, starts: Days) -> Floats:
    """Intercept and decayed counts before each start: US escalation, Chinese escalation, relief; (n, 4)."""
    found = np.ones((len(starts), 4))
    for column, days in enumerate((*counted.by_side, counted.relief), start=1):
        ago = starts[:, None] - days[None, :]
        seen = (ago > 0) & (ago <= LOOK_BACK)
        found[:, column] = np.where(seen, 0.5 ** (np.maximum(ago, 0) / HALF_LIFE), 0.0).sum(axis=1)
    return found


def fit_logit(design: Floats, outcome: Floats, ridge: float = RIDGE) -> Floats:
    """Coefficients of a logit with a ridge on slopes, by Newton steps.

    Args:
        design: Intercept in column 0, (n, k).
        outcome: 0 or 1, (n,).
        ridge: Weight of the sum of squared slopes.

    Returns:
        (k,).
    """
    weights = np.full(design.shape[1], 2 * ridge)
    weights[0] = 1e-9  # where all outcomes are alike the intercept has no finite best
    found = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (chance - outcome) + weights * found
        curve = (design.T * (chance * (1 - chance) + 1e-9)) @ design + np.diag(weights)
        step = np.linalg.solve(curve, slope)
        found -= step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return found


def _closed(counted: Counted, side: str, days: int, origin: int, first: int) -> tuple[Days, Floats]:
    """Earlier origins whose window had closed at an origin, and their outcomes, (n,) each."""
    starts = origins(days, min(origin, counted.until), first)
    return starts, outcomes(counted.own(side), starts, days).astype(np.float64)


def _base(counted: Counted, side: str, days: int, origin: int, first: int) -> float:
    return base_rate(_closed(counted, side, days, origin, first)[1])


def _persistence(counted: Counted, side: str, days: int, origin: int, first: int) -> float:  # noqa: ARG001
    own = counted.own(side)
    return float(bool(((own < origin) & (own >= origin - days)).any()))


def _logit(counted: Counted, side: str, days: int, origin: int, first: int) -> float:
    starts, outcome = _closed(counted, side, days, origin, first)
    design = decayed(counted, np.append(starts, origin))
    return float(1 / (1 + np.exp(-design[-1] @ fit_logit(design[:-1], outcome))))


def _hawkes(counted: Counted, side: str, days: int, origin: int, first: int) -> float:
    fitted = fit_hawkes(counted.by_side, first, origin)
    return chance_of_any(fitted, counted.by_side, origin, days, SIDES.index(side))


MODELS: dict[str, Callable[[Counted, str, int, int, int], float]] = {
    BASE: _base,
    "persistence": _persistence,
    "decayed-count logit": _logit,
    "mutual excitation": _hawkes,
}
"""Models by name; the first is the one that others must beat."""


def predict(model: str, counted: Counted, side: str, days: int, origin: int, first: int) -> float:
    """Chance that a side escalates in ``[origin, origin + days)``.

    Args:
        model: One of ``MODELS``.
        counted: The record; what lies at or after the origin is cut off before the model sees it.
        side: One of ``SIDES``.
        days: Length of the window.
        origin: First day of the window.
        first: First origin on which outcomes are counted.
    """
    return MODELS[model](counted.before(origin), side, days, origin, first)

"""Proper scores of probabilities, what a Brier score is made of, and whether one forecaster beats another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CLIP", "DRAWS", "LEVEL", "BrierParts", "Paired", "block_length", "brier", "brier_parts", "log_score", "paired"]

CLIP = 0.01
"""The log score takes probabilities as no nearer to 0 and 1 than this."""
DRAWS = 4000
"""Draws of the bootstrap."""
LEVEL = 0.95
"""Of its interval."""


def _checked(chance: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    p, y = np.asarray(chance, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if p.shape != y.shape or p.ndim != 1 or not len(p):
        raise InputError(
            f"{p.size} probabilities and {y.size} outcomes", code="ragged_columns", cure="Give one of each per window."
        )
    if not ((p >= 0) & (p <= 1)).all() or not np.isin(y, (0, 1)).all():
        raise InputError("a probability or an outcome is out of range", code="bad_number", cure="Give 0 to 1, and 0 or 1.")
    return p, y


def brier(chance: Floats, outcome: Floats) -> Floats:
    """Squared errors, (n,); 0 is best (Brier 1950, Monthly Weather Review 78:1-3).

    Args:
        chance: Probabilities, (n,).
        outcome: 0 or 1, (n,).

    Raises:
        InputError: If lengths differ or a value is out of range.
    """
    p, y = _checked(chance, outcome)
    return np.asarray((p - y) ** 2)


def log_score(chance: Floats, outcome: Floats) -> Floats:
    """Negative log of the probability of what happened, clipped at ``CLIP``, (n,); 0 is best.

    Raises:
        InputError: If lengths differ or a value is out of range.
    """
    p, y = _checked(chance, outcome)
    p = np.clip(p, CLIP, 1 - CLIP)
    return np.asarray(-np.where(y == 1, np.log(p), np.log(1 - p)))


@dataclass(frozen=True, slots=True)
class BrierParts:
    """Parts of a mean Brier score (Murphy 1973, Journal of Applied Meteorology 12:595-600).

    Attributes:
        reliability: How far stated probabilities are from what happened, by bin; 0 is best.
        resolution: How far bins differ from the whole; more is better.
        uncertainty: Variance of the outcome, which no forecaster can change.
        within: What binning hides: Brier score less that of forecasts replaced by the mean of their bin.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float

    @property
    def total(self) -> float:
        """The mean Brier score."""
        return self.reliability - self.resolution + self.uncertainty + self.within


def brier_parts(chance: Floats, outcome: Floats, bins: int = 10) -> BrierParts:
    """Parts of the mean Brier score on bins of equal width.

    Raises:
        InputError: If lengths differ, a value is out of range, or there is no bin.
    """
    p, y = _checked(chance, outcome)
    if bins < 1:
        raise InputError("there is no bin", code="bad_number", cure="Give one bin or more.")
    place = np.minimum((p * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    held = np.maximum(count, 1)
    stated, happened = (np.bincount(place, v, minlength=bins) / held for v in (p, y))
    share, whole = count / len(p), y.mean()
    binned = float(((stated[place] - y) ** 2).mean())
    return BrierParts(
        float((share * (stated - happened) ** 2).sum()),
        float((share * (happened - whole) ** 2).sum()),
        float(whole * (1 - whole)),
        float(((p - y) ** 2).mean()) - binned,
    )


@dataclass(frozen=True, slots=True)
class Paired:
    """How much a model gains on another over the same windows.

    Attributes:
        gain: Mean score of the other less that of the model; above 0 the model is better.
        low: Lower end of the interval.
        high: Upper end.
        floor: Lower end with the error shared among all comparisons that were looked at (Bonferroni).
        block: Windows in a block.
        blocks: Blocks that do not overlap.
    """

    gain: float
    low: float
    high: float
    floor: float
    block: int
    blocks: int


def block_length(days: int, step: int) -> int:
    """Windows in a block: twice as many as overlap one another."""
    return 2 * math.ceil(days / step)


def paired(other: Floats, model: Floats, block: int, *, looks: int = 1, draws: int = DRAWS, seed: int = 0) -> Paired:
    """Interval of a mean gain by a circular block bootstrap of paired differences.

    Windows overlap and come in spells, so stretches of ``block`` windows are drawn together (Politis, Romano 1992, in
    LePage and Billard, Exploring the Limits of Bootstrap, 263-270).

    Args:
        other: Scores of the forecaster to be beaten, in the order of origins, (n,).
        model: Scores of the model, (n,).
        block: Windows in a block.
        looks: Comparisons of which this is one; the best of many is ahead of its peers by luck.
        draws: Number of draws.
        seed: Of the draws.
    """
    gains = np.asarray(other, dtype=np.float64) - np.asarray(model, dtype=np.float64)
    count = len(gains)
    block = min(block, count)
    need = math.ceil(count / block)
    first = np.random.default_rng(seed).integers(0, count, (draws, need))
    places = ((first[:, :, None] + np.arange(block)) % count).reshape(draws, -1)[:, :count]
    means = gains[places].mean(axis=1)
    low, high, floor = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2, (1 - LEVEL) / 2 / looks))
    return Paired(float(gains.mean()), float(low), float(high), float(floor), block, count // block)

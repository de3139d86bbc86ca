"""Mutual excitation: each escalation makes the next more likely for a while, on its own side and on the other.

A Hawkes process (Hawkes 1971, Biometrika 58:83-90) with two types and one exponential kernel: side i moves at rate
``mu_i + sum_j sum_{s < t} n_ij beta exp(-beta (t - s))`` over moves s of side j. The kernel integrates to one, so ``n_ij`` is
the mean number of moves of i that a move of j brings about (branching numbers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.forecast.events import Days

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["PENALTY", "Hawkes", "chance_of_any", "fit_hawkes", "log_likelihood", "poisson_log_likelihood", "simulate_counts"]

PENALTY = 0.3
"""Weight of the sum of squared branching numbers that is taken from the log likelihood; a choice, made once in sample."""

_BOUNDS = [(-9.0, 0.5)] * 2 + [(-8.0, 0.7)] * 4 + [(math.log(0.01), math.log(3.0))]
_STEPS_A_DAY = 8


@dataclass(frozen=True, eq=False)
class Hawkes:
    """A fitted process.

    Attributes:
        mu: Moves a day that nothing brings about, (2,).
        branching: ``[i, j]``: moves of i that a move of j brings about, (2, 2).
        beta: Decay a day.
        log_likelihood: At the fit, without the penalty.
        penalised: Log likelihood less the penalty.
    """

    mu: Floats
    branching: Floats
    beta: float
    log_likelihood: float = math.nan
    penalised: float = math.nan

    @property
    def half_life(self) -> float:
        """Days in which excitation halves."""
        return math.log(2) / self.beta

    @property
    def spectral_radius(self) -> float:
        """Below 1 a move brings about a finite number of moves."""
        return float(np.abs(np.linalg.eigvals(self.branching)).max())


def _merged(times: Sequence[Floats]) -> tuple[Floats, Any]:
    """Times of both sides as one rising row, and the side of each."""
    both = np.concatenate(list(times)).astype(np.float64)
    sides = np.repeat(np.arange(len(times)), [len(t) for t in times])
    order = np.lexsort((sides, both))
    return both[order], sides[order]


def _sums(times: Floats, sides: Any, beta: float) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Sums of ``exp(-beta (t - s))`` over earlier moves of each side, and their slopes in beta, (n, 2) each, in one pass.

    Moves of one day do not excite one another.
    """
    count = len(times)
    value, slope = np.zeros((count, 2)), np.zeros((count, 2))
    sums, slopes = [0.0, 0.0], [0.0, 0.0]
    last = float(times[0]) if count else 0.0
    n = 0
    clock, who = times.tolist(), sides.tolist()
    while n < count:
        gap = clock[n] - last
        fade = math.exp(-beta * gap)
        for j in (0, 1):
            slopes[j] = fade * (slopes[j] - gap * sums[j])
            sums[j] *= fade
        end = n
        while end < count and clock[end] == clock[n]:
            value[end], slope[end] = sums, slopes
            end += 1
        for k in range(n, end):
            sums[who[k]] += 1.0
        last, n = clock[n], end
    return value, slope


def log_likelihood(mu: Floats, branching: Floats, beta: float, times: Sequence[Floats], length: float) -> float:
    """Log likelihood of moves on ``[0, length)``, by a recursion in O(n).

    Args:
        mu: (2,).
        branching: (2, 2).
        beta: A day.
        times: Days of moves of each side since the beginning, rising.
        length: Days.
    """
    merged, sides = _merged(times)
    value, _ = _sums(merged, sides, beta)
    return _value_and_slope(np.concatenate([mu, branching.ravel()]), beta, (merged, sides), length, (value, value))[0]


def _value_and_slope(
    linear: Floats, beta: float, moves: tuple[Floats, Any], length: float, sums: tuple[Floats, Floats]
) -> tuple[float, Floats]:
    """Log likelihood and its slopes in mu, branching numbers and beta, (7,)."""
    times, sides = moves
    mu, branching = linear[:2], linear[2:].reshape(2, 2)
    rate = mu[sides] + beta * (branching[sides] * sums[0]).sum(axis=1)
    left = length - times
    kept = np.exp(-beta * left)
    reach = np.array([(1 - kept[sides == j]).sum() for j in (0, 1)])
    reach_slope = np.array([(left * kept)[sides == j].sum() for j in (0, 1)])
    total = float(np.log(rate).sum() - mu.sum() * length - (branching @ reach).sum())
    slope = np.zeros(7)
    for i in (0, 1):
        mine = sides == i
        slope[i] = (1 / rate[mine]).sum() - length
        slope[2 + 2 * i : 4 + 2 * i] = beta * (sums[0][mine] / rate[mine, None]).sum(axis=0) - reach
    by_beta = (branching[sides] * (sums[0] + beta * sums[1])).sum(axis=1)
    slope[6] = (by_beta / rate).sum() - (branching @ reach_slope).sum()
    return total, slope


def poisson_log_likelihood(times: Sequence[Floats], length: float) -> float:
    """Best log likelihood of constant rates."""
    return float(sum(len(t) * math.log(len(t) / length) - len(t) for t in times if len(t)))


def fit_hawkes(by_side: Sequence[Days], start: int, end: int, penalty: float = PENALTY) -> Hawkes:
    """Fit to the moves of ``[start, end)`` by penalised likelihood.

    Args:
        by_side: Days of escalation of both sides.
        start: First day; moves before it are left out.
        end: First day after.
        penalty: Weight of the sum of squared branching numbers.

    Raises:
        InputError: If the stretch is empty.
        NoSolutionError: If no start leads to a fit.
    """
    if end <= start:
        raise InputError("the stretch to be fitted has no day", code="bad_window", cure="Give an end after its start.")
    inside = [tuple(int(d) - start for d in days if start <= d < end) for days in by_side]
    return _fit(inside[0], inside[1], end - start, penalty)


@lru_cache(maxsize=512)
def _fit(us: tuple[int, ...], cn: tuple[int, ...], length: int, penalty: float) -> Hawkes:
    from scipy.optimize import minimize

    times = [np.array(us, dtype=np.float64), np.array(cn, dtype=np.float64)]
    moves = _merged(times)

    def loss(logs: Floats) -> tuple[float, Floats]:
        values = np.exp(logs)
        beta = float(values[6])
        total, slope = _value_and_slope(values[:6], beta, moves, length, _sums(*moves, beta))
        slope[2:6] -= 2 * penalty * values[2:6]
        return penalty * float((values[2:6] ** 2).sum()) - total, -slope * values

    rates = np.log([max(len(t), 0.5) / length * 0.7 for t in times])
    best = None
    for half_life in (3.0, 10.0):
        guess = np.concatenate([rates, np.log([0.2] * 4), [math.log(math.log(2) / half_life)]])
        found = minimize(loss, guess, jac=True, method="L-BFGS-B", bounds=_BOUNDS)
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None:
        raise NoSolutionError("mutual excitation could not be fitted", cure="Give a longer stretch.")
    values = np.exp(best.x)
    branching = values[2:6].reshape(2, 2)
    plain = log_likelihood(values[:2], branching, float(values[6]), times, length)
    return Hawkes(values[:2], branching, float(values[6]), plain, -float(best.fun))


def chance_of_any(fitted: Hawkes, by_side: Sequence[Days], origin: int, days: float, side: int) -> float:
    """Chance that a side moves at least once in ``[origin, origin + days)``, given the moves before.

    A move of the other side at a time u before the end leads to no own move with chance ``q(u)``, which solves a
    small equation over all that it brings about in turn (the cluster form of the process: Hawkes, Oakes 1974, Journal of
    Applied Probability 11:493-503); no draw is needed. Steps of an eighth of a day, midpoint rule.

    Args:
        fitted: The process.
        by_side: Days of moves of both sides; those at or after the origin are not used.
        origin: First day of the window.
        days: Its length.
        side: Place of the side.
    """
    other = 1 - side
    steps = max(1, round(days * _STEPS_A_DAY))
    width = days / steps
    beta, branching = fitted.beta, fitted.branching

    def none(u: float, g: float) -> float:
        return math.exp(-branching[side, other] * (1 - math.exp(-beta * u)) - branching[other, other] * g)

    g, at_middle = 0.0, np.empty(steps)
    for n in range(steps):
        u = n * width
        middle = g + width / 2 * beta * (1 - none(u, g) - g)
        at_middle[n] = none(u + width / 2, middle)
        g += width * beta * (1 - at_middle[n] - middle)
    ahead = np.asarray((np.arange(steps) + 0.5) * width, dtype=np.float64)
    own_rate, other_rate = _rates(fitted, by_side, origin, ahead)[[side, other]]
    return float(1 - np.exp(-width * (own_rate.sum() + (other_rate * (1 - at_middle[::-1])).sum())))


def _rates(fitted: Hawkes, by_side: Sequence[Days], origin: int, ahead: Floats) -> Floats:
    """Rates a day at times after the origin that the past alone gives, (2, n)."""
    past = np.array([np.exp(-fitted.beta * (origin - d[d < origin])).sum() for d in by_side])
    return np.asarray(fitted.mu[:, None] + (fitted.branching @ past)[:, None] * fitted.beta * np.exp(-fitted.beta * ahead))


def simulate_counts(
    fitted: Hawkes, by_side: Sequence[Days], origin: int, days: float, draws: int = 2000, seed: int = 0
) -> Days:
    """Moves of both sides in ``[origin, origin + days)`` in seeded draws, by clusters, (draws, 2).

    A check of ``chance_of_any``; first what the past and chance bring about, then generation by generation.
    """
    rng = np.random.default_rng(seed)
    counts = np.zeros((draws, 2), dtype=np.int64)
    past = np.array([np.exp(-fitted.beta * (origin - d[d < origin])).sum() for d in by_side])
    stir = (fitted.branching @ past) * (1 - math.exp(-fitted.beta * days))
    who, side, at = [], [], []
    for i in (0, 1):
        calm = np.repeat(np.arange(draws), rng.poisson(fitted.mu[i] * days, draws))
        stirred = np.repeat(np.arange(draws), rng.poisson(stir[i], draws))
        share = rng.random(len(stirred)) * (1 - math.exp(-fitted.beta * days))
        who += [calm, stirred]
        side += [np.full(len(calm) + len(stirred), i)]
        at += [rng.random(len(calm)) * days, -np.log1p(-share) / fitted.beta]
    generation = np.concatenate(who), np.concatenate(side), np.concatenate(at)
    while len(generation[0]):
        np.add.at(counts, (generation[0], generation[1]), 1)
        who, side, at = [], [], []
        for i in (0, 1):
            born = rng.poisson(fitted.branching[i, generation[1]])
            when = np.repeat(generation[2], born) + rng.exponential(1 / fitted.beta, born.sum())
            inside = when < days
            who.append(np.repeat(generation[0], born)[inside])
            side.append(np.full(int(inside.sum()), i))
            at.append(when[inside])
        generation = np.concatenate(who), np.concatenate(side), np.concatenate(at)
    return counts

"""Iterate sweeps to an equilibrium: the accelerated loop, the fallback where it stalls, and the checks of what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError
from countermeasure.trade.multi.accelerate import Accelerated, newton_krylov
from countermeasure.trade.multi.result import Equilibrium
from countermeasure.trade.multi.sweep import Sweep, elasticities

if TYPE_CHECKING:
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Counts = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["States", "equilibrium", "result_of", "solve_part"]

_ROUNDS = 1500
_STALL = 120
_DEPTH = 14


def equilibrium(
    baseline: Baseline,
    policy: Policy,
    closure: str,
    theta: Array | float | None,
    tolerance: float,
    start: Equilibrium | None = None,
) -> Equilibrium:
    """As ``solve``, for a closure already acted on; ``none`` gives no transfers at all."""
    used = elasticities(baseline, theta)
    sweep = Sweep(baseline, [policy], used, closure)
    z = sweep.start()
    if start is not None:
        _warm(sweep, z, start)
    z, gap, rounds = _iterate(sweep, z, tolerance)
    if not gap[0] <= tolerance:
        z, gap[0], more = _rescue(sweep, z, tolerance)
        rounds = rounds + more
    states = states_of(baseline, sweep, z, gap, rounds, tolerance)
    if states.troubles:
        raise states.troubles[0]
    return result_of(baseline, policy, closure, used, states, 0)


def _unsolved(gap: float, rounds: int) -> NoSolutionError:
    return NoSolutionError(
        f"the equilibrium was not found: the greatest relative error of an equation is {gap:.1e} after {rounds} sweeps",
        cure="Take a smaller shock, or call solve_in_steps, which ends at the nearest step that can be solved.",
    )


def _rescue(sweep: Sweep, z: Array, tolerance: float) -> tuple[Array, float, int]:
    """Newton-Krylov steps on one state, (1, D), that the sweeps left unsolved: a state, its error, sweeps."""
    count = 0

    def image(one: Array) -> Array:
        nonlocal count
        count += 1
        return np.asarray(sweep(one[None])[0][0])

    found, _ = newton_krylov(image, z[0], tolerance=tolerance / 4)
    return found[None], float(sweep(found[None])[1][0]), count


def solve_part(baseline: Baseline, policies: list[Policy], closure: str, theta: Array, tolerance: float) -> States:
    """One part of a batch; those that stall are tried once more alone."""
    sweep = Sweep(baseline, policies, theta, closure)
    z, gap, rounds = _iterate(sweep, sweep.start(), tolerance)
    for s in np.flatnonzero(~(gap <= tolerance)):
        alone = Sweep(baseline, [policies[s]], theta, closure)
        size = alone.shape.size
        one, gap[s], more = _rescue(alone, z[s : s + 1, :size], tolerance)
        z[s, :size], rounds[s] = one[0], rounds[s] + more
    return states_of(baseline, sweep, z, gap, rounds, tolerance)


def _warm(sweep: Sweep, z: Array, start: Equilibrium) -> None:
    """Put a known equilibrium into states."""
    wage, price, bought, quota = sweep.shape.split(z)
    wage[:] = np.log(start.wages)
    price[:] = np.log(start.prices.T)
    ratio = np.divide(start.absorption.T, sweep.bought, out=np.ones_like(sweep.bought), where=sweep.bought > 0)
    bought[:] = np.log(ratio)
    if quota.shape[1] == len(start.premium):
        quota[:] = np.log1p(start.premium)


def _iterate(sweep: Sweep, z: Array, tolerance: float) -> tuple[Array, Array, Counts]:
    """Accelerated sweeps until each state is solved, stalls, or the rounds are over.

    Returns:
        States (S, D), greatest errors (S,), sweeps (S,).
    """
    count = len(z)
    speed = Accelerated(count, z.shape[1], _DEPTH)
    best, best_gap, since = z.copy(), np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    rounds = np.zeros(count, dtype=np.int64)
    for turn in range(_ROUNDS):
        image, gap = sweep(z)
        gap = np.where(np.isfinite(gap), gap, np.inf)
        better = gap < best_gap
        best[better], rounds[better] = z[better], turn + 1
        lost = (gap > 1e3 * best_gap) | ~np.isfinite(gap)
        since = np.where(gap < 0.9 * best_gap, 0, since + 1)
        best_gap = np.minimum(gap, best_gap)
        active = (best_gap > tolerance) & (since < _STALL)
        if not active.any():
            break
        if lost.any():
            if turn == 0:
                break
            z[lost] = best[lost]
            image, _ = sweep(z)
            speed.forget(lost, z, image)
        z = speed.step(z, image)
        if not active.all():
            z[~active] = best[~active]
    return best, best_gap, rounds


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """Solved states of S policies, as arrays that are cheap to send between processes."""

    wages: Array
    prices: Array
    absorption: Array
    premium: Array
    transfer: Array
    gap: Array
    rounds: Counts
    troubles: dict[int, NoSolutionError]


def states_of(baseline: Baseline, sweep: Sweep, z: Array, gap: Array, rounds: Counts, tolerance: float) -> States:
    """States as results, with the troubles of those that are none."""
    sweep(z)
    troubles: dict[int, NoSolutionError] = {}
    for s in range(len(z)):
        poor = np.flatnonzero(~(sweep.income[s] > 0))
        if not gap[s] <= tolerance:
            troubles[s] = _unsolved(gap[s], int(rounds[s]))
        elif len(poor):
            troubles[s] = NoSolutionError(
                f"transfers owed are more than the income of {', '.join(baseline.countries[n] for n in poor)}",
                cure="Use the closure `balanced`, take a smaller shock, or call solve_in_steps.",
            )
    wage, price, bought, quota = sweep.shape.split(z)
    return States(
        wages=np.exp(wage),
        prices=np.ascontiguousarray(np.exp(price).transpose(0, 2, 1)),
        absorption=np.ascontiguousarray((sweep.bought * np.exp(bought)).transpose(0, 2, 1)),
        premium=np.expm1(np.maximum(quota, 0.0)),
        transfer=sweep.transfers(),
        gap=gap,
        rounds=rounds,
        troubles=troubles,
    )


def result_of(baseline: Baseline, policy: Policy, closure: str, theta: Array, states: States, s: int) -> Equilibrium:
    """Result number s of the states."""
    return Equilibrium(
        baseline=baseline,
        policy=policy,
        closure=closure,
        theta=theta,
        wages=states.wages[s],
        prices=states.prices[s],
        absorption=states.absorption[s],
        premium=states.premium[s, : len(policy.quotas)],
        transfer=states.transfer[s],
        error=float(states.gap[s]),
        sweeps=int(states.rounds[s]),
    )

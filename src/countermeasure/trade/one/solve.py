"""Solve the one-sector model: by Newton, in steps where the shock is too large, many scenarios by one factorisation."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError
from countermeasure.trade.numerics import Anderson, newton
from countermeasure.trade.one.checks import refuse, tariff_faults
from countermeasure.trade.one.result import Outcome
from countermeasure.trade.one.system import System

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor

    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Chord", "rebalance", "solve", "solve_many"]

TOLERANCE = 1e-12
_LEAST_STEP = 1 / 256
_COLLAPSED = 0.5


def solve(economy: OneSector, tariff: Array, *, nearest: bool = False, tolerance: float = TOLERANCE) -> Outcome:
    """The equilibrium after a change of tariffs.

    Args:
        economy: Baseline.
        tariff: Tariffs after the change, (N, N) [importer, origin], fractions; 0 at home.
        nearest: Where the change is too large to be solved, give the outcome of the farthest part of it that could be, with
            ``reached`` below 1, instead of an error.
        tolerance: Greatest residual, relative to an economy's income.

    Raises:
        InputError: NaN, tariffs at or below -100 %, a tariff at home.
        NoSolutionError: If it was not found, neither at once nor in steps; the message says how much of the change was.
    """
    tariff = np.asarray(tariff, dtype=np.float64)
    refuse(tariff_faults(tariff, economy.countries), "in the tariffs", "bad_tariff")
    system = System(economy, tariff)
    try:
        point = newton(system.residual, system.jacobian, system.start(), tolerance=tolerance)
    except NoSolutionError:
        return _in_steps(economy, tariff, nearest=nearest, tolerance=tolerance)
    return Outcome(economy, tariff, point)


def _in_steps(economy: OneSector, tariff: Array, *, nearest: bool, tolerance: float) -> Outcome:
    """Walk to the tariffs along ln(1 + t), each step from the last solution, halving steps that fail."""
    begin, end = np.log1p(economy.tariff), np.log1p(tariff)
    done, step = 0.0, 0.25
    found = Outcome(economy, economy.tariff, System(economy, economy.tariff).start())
    while done < 1:
        part = min(1.0, done + step)
        now = tariff if part == 1 else np.expm1(begin + part * (end - begin))
        system = System(economy, now)
        try:
            point = newton(system.residual, system.jacobian, found.point, tolerance=tolerance, rounds=25)
        except NoSolutionError:
            step /= 2
            if step >= _LEAST_STEP:
                continue
            if nearest:
                return replace(found, reached=done)
            raise _unreached(found, done) from None
        found, done, step = Outcome(economy, now, point), part, step * 1.5
    return found


def _unreached(found: Outcome, done: float) -> NoSolutionError:
    """The error of a change that was solved in part; names economies that cannot pay their transfers any more."""
    economy, at = found.economy, found.state
    left = at.purchases / economy.purchases
    poor = [f"{economy.countries[n]} ({left[n]:.0%})" for n in np.argsort(left)[:5] if left[n] < _COLLAPSED]
    cure = "Take a smaller change, or pass nearest=True for the farthest step that was solved."
    if poor:
        cure += (
            f" There the purchases of {', '.join(poor)} of the baseline are all that is left after the transfer they make,"
            " which is fixed relative to world income: rebalance(economy) gives a baseline without transfers."
        )
    return NoSolutionError(
        f"the equilibrium was solved for {done:.1%} of the change (along ln(1 + tariff)) and not beyond", cure=cure
    )


class Chord:
    """One factorisation for many scenarios: ``z <- z - J^-1 F(z)`` with Anderson acceleration, J of one tariff schedule.

    Args:
        economy: Baseline.
        near: Tariffs at which J is taken, (N, N): a typical scenario; the baseline's if absent.
        depth: Of the acceleration.
    """

    def __init__(self, economy: OneSector, near: Array | None = None, *, depth: int = 6) -> None:
        from scipy.linalg import inv

        self.economy, self.depth = economy, depth
        if near is None:
            system = System(economy, economy.tariff)
            self.origin = system.start()
        else:
            system = System(economy, np.asarray(near, dtype=np.float64))
            self.origin = solve(economy, near).point
        self._inverse = np.asarray(inv(system.jacobian(self.origin)))

    def solve(self, tariff: Array, *, tolerance: float = TOLERANCE, rounds: int = 60) -> Outcome:
        """One scenario; Newton takes over where the iteration does not settle.

        Raises:
            InputError: As :func:`solve`.
            NoSolutionError: As :func:`solve`.
        """
        tariff = np.asarray(tariff, dtype=np.float64)
        refuse(tariff_faults(tariff, self.economy.countries), "in the tariffs", "bad_tariff")
        system, point = System(self.economy, tariff), self.origin
        speed = Anderson(self.depth)
        first = np.inf
        with np.errstate(all="ignore"):
            for _ in range(rounds):
                gap = system.residual(point)
                size = float(np.abs(gap).max())
                if size <= tolerance:
                    return Outcome(self.economy, tariff, point)
                first = min(first, size)
                if not size <= 1e3 * first:
                    break
                point = speed.next(point, point - self._inverse @ gap)
        return solve(self.economy, tariff, tolerance=tolerance)


def solve_many(
    economy: OneSector,
    tariffs: Iterable[Array],
    *,
    near: Array | None = None,
    tolerance: float = TOLERANCE,
    executor: Executor | None = None,
    workers: int = 2,
) -> Iterator[Outcome]:
    """Outcomes of many tariff schedules in their order, by one factorisation.

    Args:
        economy: Baseline.
        tariffs: Schedules, (N, N) each.
        near: Schedule at which the Jacobian is taken; a typical one saves rounds.
        tolerance: As :func:`solve`.
        executor: Shares the schedules among ``workers`` processes or threads; the outcome is the same.
        workers: Parts to share into.

    Raises:
        InputError: As :func:`solve`.
        NoSolutionError: As :func:`solve`.
    """
    if executor is None:
        chord = Chord(economy, near)
        yield from (chord.solve(tariff, tolerance=tolerance) for tariff in tariffs)
        return
    given = list(tariffs)
    cuts = np.linspace(0, len(given), workers + 1).astype(int)
    parts = [(economy, given[a:b], near, tolerance) for a, b in pairwise(cuts) if b > a]
    points = (point for part in executor.map(_part, parts) for point in part)
    for tariff, point in zip(given, points, strict=True):
        yield Outcome(economy, np.asarray(tariff, dtype=np.float64), point)


def _part(given: tuple[OneSector, list[Array], Array | None, float]) -> list[Array]:
    """Solutions of a part; an outcome would carry the whole baseline back."""
    economy, tariffs, near, tolerance = given
    return [outcome.point for outcome in solve_many(economy, tariffs, near=near, tolerance=tolerance)]


def rebalance(economy: OneSector) -> OneSector:
    """The baseline without transfers: the flows of the equilibrium in which no economy is given or lends anything.

    Transfers of the new baseline are zero, and so sum to zero; deficits that come from profits of buyers remain. Compare
    scenarios with this baseline, not with the observed one.

    Raises:
        NoSolutionError: If there is no such equilibrium within reach.
    """
    point = System(economy, economy.tariff).start()
    for part in np.linspace(0.25, 1.0, 4):
        system = System(economy, economy.tariff, transfer=(1 - part) * economy.transfer)
        point = newton(system.residual, system.jacobian, point, tolerance=TOLERANCE, what="the balanced baseline")
    return replace(economy, flows=system.flows(system.state(point)), source=f"{economy.source} (without transfers)")

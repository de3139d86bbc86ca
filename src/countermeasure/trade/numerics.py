"""Solvers: Newton with a checked step, and fixed points accelerated by Anderson's method. A failure is an error, no number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Anderson", "fixed_point", "newton"]

_HALVINGS = 30


def newton(
    residual: Callable[[Array], Array],
    jacobian: Callable[[Array], Array],
    start: Array,
    *,
    tolerance: float = 1e-12,
    rounds: int = 60,
    what: str = "the equilibrium",
) -> Array:
    """Solve ``residual(z) = 0`` by Newton steps, halved while the residual does not fall.

    Args:
        residual: Gives (m,); its rows should be of comparable size.
        jacobian: Gives (m, m).
        start: First z, (m,).
        tolerance: Greatest absolute residual at which it is solved.
        rounds: Most steps.
        what: Word for messages.

    Raises:
        NoSolutionError: If the residual stalls above the tolerance; the message says how far it came.
    """
    from scipy.linalg import LinAlgError, lu_factor, lu_solve

    z = np.array(start, dtype=np.float64)
    found = residual(z)
    size = _size(found)
    for _ in range(rounds):
        if size <= tolerance:
            return z
        try:
            step = lu_solve(lu_factor(jacobian(z)), found)
        except (LinAlgError, ValueError) as error:
            raise _unsolved(what, size, f"the Jacobian is singular ({error})") from None
        scale = 1.0
        for _ in range(_HALVINGS):
            trial = z - scale * step
            with np.errstate(all="ignore"):
                new = residual(trial)
            smaller = _size(new)
            if smaller < size * (1 - 1e-4 * scale) or (smaller <= tolerance):
                break
            scale /= 2
        else:
            if size <= 100 * tolerance:
                return z
            raise _unsolved(what, size, "no step makes it smaller")
        z, found, size = trial, new, smaller
    if size <= tolerance:
        return z
    raise _unsolved(what, size, f"{rounds} steps were not enough")


def _size(values: Array) -> float:
    size = float(np.abs(values).max(initial=0.0))
    return size if np.isfinite(size) else np.inf


def _unsolved(what: str, size: float, why: str) -> NoSolutionError:
    return NoSolutionError(
        f"{what} was not found: {why}; the greatest residual is {size:.1e}",
        cure="Take a smaller shock, or go there in steps.",
    )


class Anderson:
    """Anderson acceleration of a fixed-point map, depth m, by least squares on the history of residuals.

    Call ``next(z, g(z))`` with the current point and its image; it returns the next point.
    """

    def __init__(self, depth: int = 8, damping: float = 1.0) -> None:
        self.depth, self.damping = depth, damping
        self._points: list[Array] = []
        self._gaps: list[Array] = []

    def next(self, point: Array, image: Array) -> Array:
        """The next point."""
        gap = image - point
        self._points.append(point.copy())
        self._gaps.append(gap)
        if len(self._points) > self.depth + 1:
            del self._points[0], self._gaps[0]
        if len(self._points) == 1:
            return np.asarray(point + self.damping * gap)
        moves = np.stack([b - a for a, b in zip(self._points, self._points[1:], strict=False)], axis=1)
        turns = np.stack([b - a for a, b in zip(self._gaps, self._gaps[1:], strict=False)], axis=1)
        weights, *_ = np.linalg.lstsq(turns, gap, rcond=1e-12)
        return np.asarray(point + self.damping * gap - (moves + self.damping * turns) @ weights)

    def forget(self) -> None:
        """Drop the history."""
        self._points.clear()
        self._gaps.clear()


def fixed_point(
    image: Callable[[Array], Array],
    start: Array,
    *,
    tolerance: float = 1e-11,
    rounds: int = 2000,
    depth: int = 12,
    damping: float = 1.0,
    what: str = "the equilibrium",
) -> Array:
    """Solve ``z = image(z)`` by accelerated sweeps; the history is dropped when the gap grows a thousandfold.

    Raises:
        NoSolutionError: If the gap does not fall below the tolerance.
    """
    z = np.array(start, dtype=np.float64)
    speed = Anderson(depth, damping)
    best, size = np.inf, np.inf
    for _ in range(rounds):
        with np.errstate(all="ignore"):
            new = image(z)
        size = _size(new - z)
        if size <= tolerance:
            return new
        if not np.isfinite(size):
            break
        if size > 1e3 * best:
            speed.forget()
        best = min(best, size)
        z = speed.next(z, new)
    raise _unsolved(what, size, f"{rounds} sweeps were not enough" if np.isfinite(size) else "the sweep left the numbers")

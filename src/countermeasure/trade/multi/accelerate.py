"""Anderson acceleration of many fixed points side by side, with a running Gram matrix, and a Newton-Krylov fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Accelerated", "newton_krylov"]

_RIDGE = 1e-14


class Accelerated:
    """Depth-m Anderson steps for S independent states of length D.

    Differences of points and of gaps live in rings of m rows; the Gram matrix of the gaps is kept up to date row by row, so a
    step costs 2 m D multiplications and one m x m solution.

    Args:
        count: S.
        size: D.
        depth: m.
    """

    def __init__(self, count: int, size: int, depth: int = 12) -> None:
        self.depth = depth
        self.moves = np.zeros((count, depth, size))
        self.turns = np.zeros((count, depth, size))
        self.gram = np.zeros((count, depth, depth))
        self.used = 0
        self._last: tuple[Array, Array] | None = None

    def forget(self, rows: np.ndarray[Any, Any], point: Array, image: Array) -> None:
        """Drop the history of some states, (S,) mask, and go on from their points."""
        self.moves[rows], self.turns[rows], self.gram[rows] = 0.0, 0.0, 0.0
        if self._last is not None:
            self._last[0][rows], self._last[1][rows] = point[rows], (image - point)[rows]

    def step(self, point: Array, image: Array) -> Array:
        """Next points, (S, D), from points and their images."""
        gap = image - point
        if self._last is None:
            self._last = (point.copy(), gap)
            return np.array(image)
        slot = self.used % self.depth
        np.subtract(point, self._last[0], out=self.moves[:, slot])
        np.subtract(gap, self._last[1], out=self.turns[:, slot])
        self._last = (point.copy(), gap)
        self.used += 1
        m = min(self.used, self.depth)
        turns, moves = self.turns[:, :m], self.moves[:, :m]
        row = np.matmul(turns, self.turns[:, slot, :, None])[..., 0]
        self.gram[:, slot, :m] = row
        self.gram[:, :m, slot] = row
        right = np.matmul(turns, gap[..., None])[..., 0]
        weights = _solve(self.gram[:, :m, :m], right)
        back = np.matmul(weights[:, None, :], moves) + np.matmul(weights[:, None, :], turns)
        return np.asarray(image - back[:, 0, :])


def _solve(gram: Array, right: Array) -> Array:
    """Least-squares weights from normal equations scaled to a unit diagonal, with a ridge at rounding size."""
    scale = np.sqrt(np.maximum(np.einsum("smm->sm", gram), 1e-300))
    unit = gram / scale[:, :, None] / scale[:, None, :]
    place = np.arange(unit.shape[1])
    unit[:, place, place] = 1.0 + _RIDGE
    try:
        found = np.linalg.solve(unit, (right / scale)[..., None])[..., 0]
    except np.linalg.LinAlgError:
        unit[:, place, place] = 1.0 + 1e-9
        found = np.linalg.solve(unit, (right / scale)[..., None])[..., 0]
    return np.asarray(found / scale)


def newton_krylov(
    image: Callable[[Array], Array], start: Array, *, tolerance: float, rounds: int = 30, inner: int = 60
) -> tuple[Array, float]:
    """Solve ``z = image(z)`` by Newton steps whose linear systems go to GMRES, with products by differences.

    Args:
        image: The map, (D,) to (D,).
        start: First point, (D,).
        tolerance: Greatest gap at which it is solved.
        rounds: Most Newton steps.
        inner: Most GMRES directions in a step.

    Returns:
        The best point and its gap; the caller decides whether that is enough.
    """
    from scipy.sparse.linalg import LinearOperator, gmres

    z = start.copy()
    gap = image(z) - z
    size = float(np.abs(gap).max())
    for _ in range(rounds):
        if size <= tolerance or not np.isfinite(size):
            break

        def product(direction: Array, z: Array = z, gap: Array = gap) -> Array:
            norm = float(np.linalg.norm(direction))
            if norm == 0:
                return np.zeros_like(direction)
            step = 1e-7 * (1 + float(np.linalg.norm(z))) / norm
            moved = z + step * direction
            return np.asarray((gap - (image(moved) - moved)) / step)

        operator = LinearOperator((z.size, z.size), matvec=product, dtype=np.float64)
        step, _ = gmres(operator, gap, rtol=1e-4, restart=inner, maxiter=1)
        scale = 1.0
        while scale > 1e-4:
            trial = z + scale * step
            with np.errstate(all="ignore"):
                new = image(trial) - trial
            reach = float(np.abs(new).max())
            if np.isfinite(reach) and reach < size * (1 - 1e-4 * scale):
                break
            scale /= 2
        else:
            break
        z, gap, size = trial, new, reach
    return z, size

"""Permits put into periods: what leaves without them, how fast with them, and how much in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from countermeasure.supply.planner.allocation import Setup

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Permits", "permits_of"]

_SLACK = 1e-9


@dataclass(frozen=True)
class Permits:
    """Bounds of the touched edges by period.

    Attributes:
        free: Most without a permit, (T, C); inf where nothing is controlled.
        pace: Most with permits, (T, C).
        tied: Periods whose use of permits is tied to others, (T, C).
        sums: (edge, first period, last period, permits): what may leave with permits in all of them.
    """

    free: Array
    pace: Array
    tied: Flags
    sums: tuple[tuple[int, int, int, float], ...]


def permits_of(setup: Setup, period: int) -> Permits:
    """Put permits into periods and leave out sums that pace implies."""
    limits, weeks = setup.limits, setup.plan.weeks
    starts = np.arange(0, weeks, period)
    free, pace = (np.add.reduceat(a, starts, axis=0) for a in (setup.free, limits.pace))
    tied = np.zeros(free.shape, dtype=bool)
    sums: list[tuple[int, int, int, float]] = []
    controlled = np.isfinite(limits.free)
    for edge in range(free.shape[1]):
        for first, end in _runs(controlled[:, edge]):
            begin, stop = -(-first // period), (end // period if end < weeks else len(starts))
            granted = np.cumsum(limits.permits[first:end, edge])
            room, last = 0.0, -1
            for t in range(begin, stop):
                room += pace[t, edge]
                total = float(granted[min((t + 1) * period, weeks) - first - 1])
                if total < room - _SLACK:
                    sums.append((edge, begin, t, total))
                    room, last = total, t
            tied[begin : last + 1, edge] = True
    return Permits(free, pace, tied, tuple(sums))


def _runs(flags: Flags) -> list[tuple[int, int]]:
    """Half-open runs of true."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return list(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))

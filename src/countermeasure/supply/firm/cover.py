"""How much stock keeps a firm's lines running in most draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.buyers.step import STOPPED
from countermeasure.supply.firm.run import need_of, shares_of
from countermeasure.supply.firm.step import play, ways_of

if TYPE_CHECKING:
    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.firm.run import Firm
    from countermeasure.supply.flow.simulate import Simulation

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Cover", "cover_needed"]


@dataclass(frozen=True, slots=True)
class Cover:
    """Stock that keeps a part, and the line it is for, running.

    Attributes:
        part: Its name.
        line: Line that stops without it, or empty.
        now: Stock held, weeks of use.
        hold: Least whole weeks of use with which neither the part nor its line stops in more than ``level`` of the draws; the
            stock held, where that does already; ``None`` where not even ``most`` does.
        level: Greatest share of draws that may stop.
        most: The longest stock that was tried, weeks.
    """

    part: str
    line: str
    now: float
    hold: float | None
    level: float
    most: int


def cover_needed(
    simulation: Simulation,
    firm: Firm,
    market: BuyersResult,
    *,
    seed: int = 1,
    repeats: int = 5,
    level: float = 0.1,
    most: int = 52,
) -> tuple[Cover, ...]:
    """Least stock of each part that keeps it and its line running in all but a share of draws.

    The chances are those of ``run_firm`` with the same seed. Each part is first taken alone, by halving; then all parts of a
    line that still stops too often are raised together, since each may stop it in other draws.

    Args:
        simulation: Run with ``keep=(*KEPT, *SIGNALS)``.
        firm: What the firm buys; its parts must be those that ``run_firm`` takes.
        market: Buyers of the same simulation.
        seed: Seed of the firm's chances.
        repeats: Outcomes of licensing tried for each draw.
        level: Greatest share of draws that may stop.
        most: Longest stock tried, weeks of use.

    Returns:
        One for each part, in their order.
    """
    parts = firm.parts
    wanted = [(part, source) for part in parts for source in part.sources]
    needs = [need_of(simulation, *pair) for pair in (*wanted, *((part, part.sources[0]) for part in parts))]
    ways, shares = ways_of(simulation, market, needs, seed, repeats), shares_of(parts)

    def stopped(cover: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether each part stops, (P, C)."""
        lost = play(ways, shares, shares, 0, cover, simulation.draws, repeats)
        return np.asarray((lost >= STOPPED).any(axis=1))

    now = np.array([part.cover_weeks for part in parts])
    enough = stopped(now).mean(axis=1) <= level
    low, high = np.full(len(parts), -1), np.full(len(parts), most + 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        holds = stopped(middle.astype(float)).mean(axis=1) <= level
        low, high = np.where(holds, low, middle), np.where(holds, middle, high)
    hold = np.where(enough, now, np.maximum(high.astype(float), np.ceil(now)))
    longest = np.maximum(most, np.where(enough, now, 0.0))
    for line in dict.fromkeys(part.line for part in parts if part.line):
        places = [p for p, part in enumerate(parts) if part.line == line]
        while (hold[places] <= longest[places]).all() and stopped(hold)[places].any(axis=0).mean() > level:
            rates = stopped(hold)[places].mean(axis=1)
            hold[places] = np.where(rates > 0, np.floor(hold[places]) + 1, hold[places])
    return tuple(
        Cover(part.name, part.line, part.cover_weeks, float(h) if h <= end else None, level, most)
        for part, h, end in zip(parts, hold, longest, strict=True)
    )

"""A trade scenario as read, and what it ends with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from countermeasure.book.model import Reading
    from countermeasure.scenario.duties import DutyAverages
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.result import Equilibrium

__all__ = ["TradeOutcome", "TradeScenario"]


@dataclass(frozen=True)
class TradeScenario:
    """What a scenario file says.

    Attributes:
        id: Its word.
        title: In a line.
        intent: What it is for.
        sources: Citations.
        duties_on: Epoch day whose duties are taken from the book, or ``None``.
        known_on: Only instruments published by this day count.
        reading: Reading of the book.
        instruments: Files of further instruments.
        chinese_average: China's average on US goods, if not the published step of the day.
        usmca_claimed: Share of Canadian and Mexican goods that claim the agreement.
        changes: Rows of rates, as read.
        quotas: Rows of quotas, as read.
        critical: Supply scenario whose prices of rare earths act, elasticity (``None`` for the usual), why.
        years: Horizon in years, ``None`` for the long run.
        notes: Words of its author.
        name: File name.
        folder: Where it lies.
    """

    id: str
    title: str
    intent: str
    sources: tuple[str, ...]
    duties_on: int | None
    known_on: int | None
    reading: Reading
    instruments: tuple[Path, ...]
    chinese_average: float | None
    usmca_claimed: float
    changes: tuple[Mapping[str, Any], ...]
    quotas: tuple[Mapping[str, Any], ...]
    critical: tuple[str, float | None, str] | None
    years: float | None
    notes: str
    name: str
    folder: Path

    def at(self, years: float | None) -> TradeScenario:
        """The same scenario at another horizon."""
        return replace(self, years=years)


@dataclass(frozen=True)
class TradeOutcome:
    """A solved scenario.

    Attributes:
        scenario: What was asked.
        policy: Levels it came to.
        found: The equilibrium; its ``reached`` is the share of the way from the baseline that could be solved.
        assumptions: What, value, confidence, source.
        averages: US duties of the day and of the day before everything, where the book was asked.
        others: The same policy at other horizons: years (``None`` is the long run), equilibrium.
    """

    scenario: TradeScenario
    policy: Policy
    found: Equilibrium
    assumptions: tuple[tuple[str, str, str, str], ...]
    averages: tuple[DutyAverages, DutyAverages] | None = None
    others: tuple[tuple[float | None, Equilibrium], ...] = ()

    def horizons(self) -> tuple[tuple[float | None, Equilibrium], ...]:
        """All horizons that were solved, shortest first."""
        found = dict(self.others) | {self.scenario.years: self.found}
        return tuple(sorted(found.items(), key=lambda item: float("inf") if item[0] is None else item[0]))

"""Solve trade scenarios on a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.scenario.levels import policy_of
from countermeasure.scenario.model import TradeOutcome
from countermeasure.trade.multi.horizon import horizon, horizon_words
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.solve import solve_in_steps

if TYPE_CHECKING:
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.scenario.critical import Critical
    from countermeasure.scenario.model import TradeScenario
    from countermeasure.trade.multi.baseline import Baseline

__all__ = ["HORIZONS", "run_trade"]

HORIZONS: tuple[float | None, ...] = (0.0, 1.0, 3.0, None)
"""Horizons that stand beside every answer."""


def run_trade(
    scenario: TradeScenario,
    baseline: Baseline | None = None,
    *,
    closure: str = "nominal",
    horizons: tuple[float | None, ...] = HORIZONS,
    engine: DutyEngine | None = None,
    critical: Critical | None = None,
) -> TradeOutcome:
    """Solve a scenario, and its policy at other horizons.

    Args:
        scenario: What is asked.
        baseline: The shipped one if absent.
        closure: What becomes of deficits, see ``trade.multi.closures``.
        horizons: Other horizons, years; ``None`` is the long run.
        engine: Prices imports; if absent, the shipped book with the scenario's instruments.
        critical: Dear rare earths, in place of those of the scenario's supply run.

    Raises:
        NoSolutionError: If not even a first step could be solved.
    """
    base = baseline or shipped_baseline()
    policy, told, averages = policy_of(scenario, base, engine, critical)
    theta = horizon(base.theta, scenario.years)
    found = solve_in_steps(base, policy, closure=closure, theta=theta)
    told.append(
        (
            "Horizon",
            f"{horizon_words(scenario.years)}: elasticities {float(theta.min()):.2f} to {float(theta.max()):.2f}",
            "U",
            "trade.multi.horizon",
        )
    )
    told.append(("Closure of deficits", closure, "D", "trade.multi.closures"))
    others = tuple(
        (at, solve_in_steps(base, policy, closure=closure, theta=horizon(base.theta, at)))
        for at in horizons
        if at != scenario.years
    )
    return TradeOutcome(scenario, policy, found, tuple(told), averages, others)

"""Fit the license parameters to six months of exports, by rejection from wide priors.

Only Chinese magnet exports of April to September 2025, all destinations together, are used. The draws that come nearest are the
joint posterior; everything else the validation shows is predicted with them frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import Network, compile_network
from countermeasure.supply.controls.practice import month_shares
from countermeasure.supply.flow.simulate import simulate
from countermeasure.supply.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from countermeasure.supply.flow.simulate import Simulation
    from countermeasure.supply.scenario import SupplyScenario

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MAGNETS", "WIDE", "Fit", "fit_licensing", "monthly_exports", "posterior_text"]

MAGNETS = ("mag_light", "mag_heavy", "mag_smco")
WIDE: dict[str, tuple[float, float]] = {
    "controlled_share": (0.30, 0.60),
    "lag_weeks": (5.0, 11.0),
    "approval": (0.40, 1.0),
    "throughput": (0.05, 0.60),
    "hold_up": (0.30, 0.90),
    "hold_up_weeks": (4.0, 11.0),
    "clearing_weeks": (0.3, 3.0),
    "backlog_rate": (0.01, 0.10),
}
"""Bounds of the flat priors that the fit starts from."""


@dataclass(frozen=True)
class Fit:
    """What the fit gave.

    Attributes:
        names: Fitted parameters.
        posterior: The kept draws, the nearest first, (kept, k).
        errors: Root mean square relative error of each, (kept,).
        months: Months that were fitted.
        observed: Tonnes, (months,).
        simulated: Tonnes of the kept draws, (kept, months).
    """

    names: tuple[str, ...]
    posterior: Array
    errors: Array
    months: tuple[str, ...]
    observed: Array
    simulated: Array


def monthly_exports(simulation: Simulation, region: str | Sequence[str] | None = None) -> tuple[tuple[str, ...], Array]:
    """Chinese magnet exports by calendar month.

    Args:
        simulation: With ``exports`` kept.
        region: One region or several; all if absent.

    Returns:
        Months that are covered in full, and tonnes, (draws, months).
    """
    cube = simulation["exports"].select(product=MAGNETS)
    if region is not None:
        cube = cube.select(region=(region,) if isinstance(region, str) else tuple(region))
    weekly = cube.sum("product", "region").values
    months, shares = month_shares(simulation.plan)
    return months, np.asarray(weekly @ shares.T, dtype=np.float64)


def fit_licensing(
    scenario: SupplyScenario,
    observed: Mapping[str, float],
    *,
    draws: int = 20_000,
    keep: int = 100,
    seed: int = 1,
    network: Network | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Fit:
    """Draw from flat priors, simulate, keep the nearest.

    Args:
        scenario: The episode; its practice rows are held as they are.
        observed: Tonnes by month (``2025-04``), all destinations.
        draws: How many draws.
        keep: How many of them to keep.
        seed: Seed.
        network: The compiled chain.
        executor: For blocks of draws.
        progress: Called with the draws done.
    """
    net = network or compile_network()
    priors = Parameters.shipped()
    drawn = priors.draw(draws, seed)
    for place, (name, (low, high)) in enumerate(WIDE.items()):
        drawn[name] = low + (high - low) * np.random.default_rng([seed, 101, place]).random(draws)
    weeks = 1 + max(_weeks_to(scenario, month) for month in observed)
    plan = scenario.for_weeks(weeks).plan(net)
    found = simulate(
        net, plan, draws, seed, drawn=drawn, keep=("exports",), executor=executor, block=500, single=True, progress=progress
    )
    months, tonnes = monthly_exports(found)
    wanted = [m for m in months if m in observed]
    target = np.array([observed[m] for m in wanted])
    simulated = tonnes[:, [months.index(m) for m in wanted]]
    errors = np.sqrt(np.mean((simulated / target - 1.0) ** 2, axis=1))
    best = np.argsort(errors, kind="stable")[:keep]
    posterior = np.column_stack([drawn[name][best] for name in WIDE])
    return Fit(tuple(WIDE), posterior, errors[best], tuple(wanted), target, simulated[best])


def posterior_text(found: Fit, draws: int, seed: int) -> str:
    """The joint draws as the table ``posterior.csv``."""
    head = (
        "# name: posterior\n"
        "# title: Joint draws of the license parameters after the fit\n"
        f"# source: countermeasure supply fit: the nearest {len(found.errors)} of {draws} draws to the monthly exports of "
        f"April to September 2025, scenario april-2025, seed {seed}\n"
        "# licence: the licence of the project\n"
        "# confidence: medium\n"
        f"# notes: Rows are draws, the nearest first; errors {found.errors[0]:.1%} to {found.errors[-1]:.1%}. "
        "A fit of eight parameters to six months is no test; what it predicts is in docs/explanation/supply_validation.md.\n"
    )
    rows = [",".join(f"{value:.6g}" for value in row) for row in found.posterior]
    return head + "\n".join((",".join(found.names), *rows)) + "\n"


def _weeks_to(scenario: SupplyScenario, month: str) -> int:
    """Weeks from the scenario's start to the end of a month."""
    from countermeasure.codes.day import parse_day

    year, number = int(month[:4]), int(month[5:])
    after = parse_day(f"{year + number // 12}-{number % 12 + 1:02d}-01")
    return -(-(after - scenario.day0) // 7)

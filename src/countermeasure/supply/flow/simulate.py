"""The door: run a chain under a plan with uncertain parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError
from countermeasure.supply.chain.network import Network, compile_network
from countermeasure.supply.flow.record import KEPT, Recorder, cubes, series_of
from countermeasure.supply.flow.step import run_block
from countermeasure.supply.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from countermeasure.supply.chain.model import Chain
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.cube import Cube
    from countermeasure.supply.projects.drawn import DrawnSupply

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Simulation", "simulate"]

_TABLES_DAY = parse_day("2024-07-01")
"""The middle of the year of the tables."""
BLOCK = 500
"""Draws that are run together; the numbers do not depend on it."""


@dataclass(frozen=True)
class Simulation:
    """What came out.

    Attributes:
        network: The compiled chain.
        plan: Controls and changes.
        seed: Seed of the draws.
        parameters: The priors.
        draws: Parameters by name, (draws,) each.
        cubes: Results by name; axes draw, week, then product, region and the like.
        supply: Supply that was added draw by draw.
    """

    network: Network
    plan: Plan
    seed: int
    parameters: Parameters
    draws: Mapping[str, Array]
    cubes: Mapping[str, Cube]
    supply: DrawnSupply | None = None

    def __getitem__(self, name: str) -> Cube:
        """One result.

        Raises:
            InputError: If it was not kept.
        """
        if name not in self.cubes:
            raise InputError(
                f"{name} was not kept", code="unknown_series", cure=f"Ask for it with keep=; kept are {', '.join(self.cubes)}."
            )
        return self.cubes[name]


def week_days(plan: Plan) -> tuple[str, ...]:
    """Mondays of the plan's weeks."""
    return tuple(format_day(plan.day0 + 7 * w) for w in range(plan.weeks))


def simulate(
    chain: Chain | Network,
    controls: Plan,
    draws: int = 200,
    seed: int = 1,
    *,
    parameters: Parameters | None = None,
    keep: Sequence[str] = KEPT,
    executor: Executor | None = None,
    block: int = BLOCK,
    single: bool = False,
    drawn: Mapping[str, Array] | None = None,
    supply: DrawnSupply | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Simulate the chain week by week.

    Args:
        chain: A chain, or one compiled already.
        controls: What is done to it, week by week.
        draws: How many sets of parameters; the first is the central one.
        seed: Seed; the same seed gives the same numbers whatever the executor.
        parameters: Priors; the shipped ones if absent.
        keep: Series to keep: exports, lost, price, stock, inflow, making, flows, used, served, made, pending.
        executor: Any ``concurrent.futures.Executor`` for blocks of draws; none runs them here.
        block: Draws a block.
        single: Compute in single precision: half the time, results within about 1e-5 of double precision.
        drawn: Parameters drawn already, (draws,) each, in place of ``parameters`` and ``seed``.
        supply: Supply added draw by draw, as ``new_supply.supply_of_projects`` gives it.
        progress: Called with the draws done, after each block.

    Returns:
        Cubes with axes ``draw``, ``week`` and the series' own.

    Raises:
        InputError: If draws or weeks are not positive, or a series is unknown.
    """
    network = chain if isinstance(chain, Network) else compile_network(chain)
    if draws < 1 or controls.weeks < 1:
        raise InputError(
            f"{draws} draws of {controls.weeks} weeks", code="bad_size", cure="Ask for at least one draw and one week."
        )
    priors = parameters or Parameters.shipped()
    values = dict(drawn) if drawn is not None else priors.draw(draws, seed)
    values["level"] = _level(controls, values["growth"])
    draws = len(values["level"])
    series = series_of(network, controls, keep)
    parts = [{n: v[a : a + block] for n, v in values.items()} for a in range(0, draws, block)]
    extra = [None if supply is None else supply.part(a, a + block) for a in range(0, draws, block)]
    kept: list[Any] = []
    done = 0
    asked = (tuple(keep), single)
    if executor is None:
        runs = (_run(network, controls, part, added, *asked) for part, added in zip(parts, extra, strict=True))
    else:
        futures = [executor.submit(_run, network, controls, p, a, *asked) for p, a in zip(parts, extra, strict=True)]
        runs = (future.result() for future in futures)
    for part, result in zip(parts, runs, strict=True):
        if not kept:
            kept = [np.empty((*array.shape[:2], draws), dtype=array.dtype) for array in result] if len(parts) > 1 else result
        size = len(part["approval"])
        if len(parts) > 1:
            for whole, array in zip(kept, result, strict=True):
                whole[:, :, done : done + size] = array
        done += size
        if progress is not None:
            progress(done)
    return Simulation(network, controls, seed, priors, values, cubes(series, kept, week_days(controls)), supply)


def _level(plan: Plan, growth: Array) -> Array:
    """All flows relative to those of the tables, half a year into the plan or at its middle if that is earlier."""
    day = plan.day0 + min(7 * plan.weeks / 2, 182.0)
    return np.asarray((1.0 + growth) ** ((day - _TABLES_DAY) / 365.25))


def _run(
    network: Network, plan: Plan, part: Mapping[str, Array], added: DrawnSupply | None, keep: tuple[str, ...], single: bool
) -> list[Any]:
    dtype = np.float32 if single else np.float64
    recorder = Recorder(series_of(network, plan, keep), plan.weeks, len(part["approval"]), dtype)
    run_block(network, plan, part, recorder, dtype, added)
    return recorder.kept

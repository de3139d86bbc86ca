"""New capacity put on the chain: what projects add to oxides and magnets, draw by draw.

Only output above that of 2024 is added, since the tables hold the rest. Magnets need metal: what projects make of them is
bounded by the neodymium-praseodymium oxide that projects add, and that oxide is then spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.projects.policies import change_projects
from countermeasure.supply.projects.table import added_supply, capacity_paths, shipped_projects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.projects.policies import Policy
    from countermeasure.supply.projects.table import Project

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["DrawnSupply", "project_paths", "supply_of_projects"]

_KEY = "ox_ndpr"
_METAL = "me_ndpr"


@dataclass(frozen=True, slots=True)
class DrawnSupply:
    """Supply added draw by draw.

    Attributes:
        nodes: Places of the nodes, (X,).
        tonnes: t a week, (X, W, draws).
    """

    nodes: Ints
    tonnes: Floats

    def part(self, start: int, end: int) -> DrawnSupply:
        """Some of the draws."""
        return DrawnSupply(self.nodes, self.tonnes[:, :, start:end])


def project_paths(
    parameters: Parameters, day0: int, weeks: int, draws: int, seed: int, policies: Sequence[Policy] = ()
) -> tuple[tuple[Project, ...], np.ndarray[Any, np.dtype[np.float32]]]:
    """The shipped projects under the parameters of delay and ramp: projects and t a week, (draws, W, projects)."""
    projects = change_projects(policies, shipped_projects(), day0)
    paths = capacity_paths(
        projects,
        day0,
        weeks,
        draws,
        seed,
        delay_median_months=parameters.fixed("delay_months"),
        delay_sigma=parameters.fixed("delay_spread"),
        ramp_months=parameters.fixed("ramp_months"),
        final_share=parameters.fixed("full_rate"),
    )
    return projects, paths


def supply_of_projects(
    network: Network,
    parameters: Parameters,
    day0: int,
    weeks: int,
    draws: int,
    seed: int,
    policies: Sequence[Policy] = (),
) -> DrawnSupply:
    """What projects add to the chain's oxides and magnets.

    Args:
        network: The compiled chain.
        parameters: Delay, ramp and rate.
        day0: Epoch day of week 0.
        weeks: W.
        draws: How many.
        seed: Seed.
        policies: Price floors among them change the projects.
    """
    projects, paths = project_paths(parameters, day0, weeks, draws, seed, policies)
    added = {key: np.maximum(tonnes, 0.0) for key, tonnes in added_supply(paths, projects).items()}
    chain = network.chain
    oxides = {k: v for k, v in added.items() if chain.products[k[0]].stage == "oxide"}
    magnets = {k: v for k, v in added.items() if chain.products[k[0]].stage == "magnet"}
    spent = _bound_magnets(magnets, oxides, chain.recipes)
    found = {k: v * spent if k[0] == _KEY else v for k, v in oxides.items()} | magnets
    kept = {network.node_at[k]: v for k, v in found.items() if k in network.node_at and k[1] != "CN" and v.any()}
    nodes = np.array(sorted(kept), dtype=np.int64)
    shape = (0, weeks, draws)
    tonnes = np.stack([kept[n].T for n in nodes.tolist()]) if len(nodes) else np.zeros(shape)
    return DrawnSupply(nodes, tonnes)


def _bound_magnets(
    magnets: dict[tuple[str, str], Floats], oxides: Mapping[tuple[str, str], Floats], recipes: Mapping[str, Mapping[str, float]]
) -> Floats | float:
    """Cut magnets, in place, to the oxide there is; returns the share of the oxide that is left, (draws, W)."""
    given = [v for k, v in oxides.items() if k[0] == _KEY]
    asked = [v * recipes[k[0]].get(_METAL, 0.0) * recipes[_METAL][_KEY] for k, v in magnets.items() if k[0] in recipes]
    if not given or not asked:
        return 1.0
    have, need = np.sum(given, axis=0), np.sum(asked, axis=0)
    share = np.minimum(1.0, have / np.maximum(need, 1e-12))
    magnets.update({key: value * share for key, value in magnets.items()})
    return np.asarray(1.0 - np.minimum(1.0, need / np.maximum(have, 1e-12)))

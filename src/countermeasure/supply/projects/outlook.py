"""How long until alternatives carry the load: supply outside China against the need there, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import HOME
from countermeasure.supply.projects.alternatives import Alternatives, alternatives
from countermeasure.supply.projects.drawn import project_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.projects.policies import Policy

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["ELEMENTS", "content_abroad", "outlook"]

ELEMENTS = ("ox_ndpr", "ox_dy", "ox_tb", "ox_sm", "ox_y")
"""Oxides that the question is asked of."""
OWN_CONTENT = {"Donald": {"ox_dy": 92.0, "ox_tb": 16.0, "ox_sm": 129.0}}
"""Oxide at full rate, t a year, of mines whose ore differs from the deposit it is counted with (Metalnomist, 2025-09; B)."""
_BOUND_TO_CHINA = (("ore_ion_clay", "SEA"),)
"""Ore that goes to China today and is no feed for others."""


def outlook(
    network: Network,
    parameters: Parameters,
    day0: int,
    weeks: int = 520,
    draws: int = 300,
    seed: int = 1,
    *,
    products: Sequence[str] = ELEMENTS,
    policies: Sequence[Policy] = (),
) -> Alternatives:
    """Supply outside China over time, from the shipped projects, bounded by the ore there is to feed it.

    The bound is generous: all ore outside China but the ion clay of South-East Asia, which goes to China, and of new mines what
    they give in their best draws.

    Args:
        network: The compiled chain: supply and need of 2024.
        parameters: Delay, ramp, rate and growth; need grows from the middle of 2024, Chinese supply from ore stays as it was.
        day0: Epoch day of week 0.
        weeks: Horizon.
        draws: Draws of delays.
        seed: Seed.
        products: Oxides.
        policies: Price floors among them change the projects.

    Returns:
        Curves and crossings. The need outside China is what final use there holds, in goods from China too.
    """
    chain, base = network.chain, network.base
    china = network.regions.index(HOME)
    place = [network.products.index(p) for p in products]
    made = (base.made - base.scrap)[place]
    projects, paths = project_paths(parameters, day0, weeks, draws, seed, policies)
    grown = (1.0 + parameters.fixed("growth")) ** ((day0 + 7 * np.arange(weeks) - 19905) / 365.25)
    need = grown[:, None] * content_abroad(network)[place][None, :]
    feed = np.zeros(len(products))
    for (ore, region), tonnes in chain.mines.items():
        if region != HOME and (ore, region) not in _BOUND_TO_CHINA:
            feed += [tonnes / 52 * chain.deposits[ore].get(p, 0.0) for p in products]
    most = np.broadcast_to(feed, (weeks, len(products))).copy()
    for k, project in enumerate(projects):
        if project.product not in chain.deposits or project.region == HOME or not project.counted:
            continue
        added = np.quantile(paths[:, :, k], 0.95, axis=0) - project.base / 52
        own = OWN_CONTENT.get(project.project, {})
        full = project.tonnes_year or 1.0
        shares = np.array([own[p] / full if p in own else chain.deposits[project.product].get(p, 0.0) for p in products])
        most += np.maximum(added, 0.0)[:, None] * shares
    outside = np.delete(made, china, axis=1).sum(axis=1)
    return alternatives(
        projects,
        paths,
        products,
        day0,
        base_outside=outside,
        need_outside=need,
        china=made[:, china],
        feed=np.maximum(most, outside),
    )


def content_abroad(network: Network) -> Floats:
    """What final use outside China holds of each product, t a week, (P,): its own use, and what went into what it uses."""
    chain, base = network.chain, network.base
    china = network.regions.index(HOME)
    need = np.delete(base.final - base.other, china, axis=1).sum(axis=1)
    for product in reversed(network.products):
        amount = need[network.products.index(product)]
        for input_, tonnes in chain.recipes.get(product, {}).items():
            need[network.products.index(input_)] += tonnes * amount
    return np.asarray(need)

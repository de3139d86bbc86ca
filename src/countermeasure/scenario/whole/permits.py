"""From license states to quotas of trade: how much of a flow the controls of a day name, and how much of that is let through.

A control names items, and its customs numbers are for reference: the share of trade on those numbers is an upper bound of what
is controlled. It can be told for US imports alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.model import Role, State
from countermeasure.codes.words import plural
from countermeasure.scenario.whole.blocks import supply_scenario
from countermeasure.supply.chain.network import HOME, compile_network
from countermeasure.supply.controls.measures import items_of
from countermeasure.supply.controls.plan import LISTED
from countermeasure.supply.parameters import Parameters
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.hs import SECTORS
from countermeasure.trade.multi.weights import us_imports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.scenario.model import TradeScenario
    from countermeasure.scenario.whole.model import Scenario

    Told = list[tuple[str, str, str, str]]

__all__ = ["Permits", "permits_of", "permits_told", "with_permits"]

_BUYER = "US"
_SILENT = frozenset({"none", "notice_duty", "exempt_with_report", ""})
_YEAR = 52
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Permits:
    """How license states bear on US imports from China.

    Attributes:
        provisions: Controls in force on the day that need a license for the United States.
        numbers: Customs numbers they print.
        share: Share of US imports from China on those numbers, by sector of the compact baseline.
        coverage: The same over all goods.
        approval: Share of permits let through, mean over the first year of the chain.
    """

    provisions: tuple[str, ...]
    numbers: tuple[str, ...]
    share: tuple[tuple[str, float], ...]
    coverage: float
    approval: float


def permits_of(scenario: Scenario) -> Permits:
    """Controls of the scenario's day, what US imports they name, and the approval of the scenario's practice."""
    state = scenario.book.state(scenario.on, scenario.known_on, scenario.readings[0])
    names, numbers = [], set[str]()
    for name, spell in state.items():
        body = spell.body
        if spell.state is not State.IN_FORCE or body is None or body.role is not Role.CONTROL or body.review in _SILENT:
            continue
        if body.parties is not None or HOME not in body.sent_from.members:
            continue
        to = body.sent_to
        if (to.members and _BUYER not in to.members) or _BUYER in to.exceptions:
            continue
        printed = {hs for item in items_of(body, scenario.book.control_lists) for hs in item.hs}
        if printed:
            names.append(name)
            numbers |= printed
    weights = us_imports()
    china = np.array([code == HOME for code in weights.countries])[weights.country]
    prefixes = tuple(sorted(numbers))
    hit = np.array([any(line.startswith(p[:8]) for p in prefixes) for line in weights.lines], dtype=np.bool_)[weights.line]
    whole = weights.totals(weights.musd * china)[economies().codes.index(HOME)]
    named = weights.totals(weights.musd * (china & hit))[economies().codes.index(HOME)]
    share = np.divide(named, whole, out=np.zeros_like(named), where=whole > 0)
    rows = tuple((sector, float(share[n])) for n, sector in enumerate(SECTORS) if share[n] > _LEAST)
    return Permits(tuple(sorted(names)), prefixes, rows, float(named.sum() / whole.sum()), _approval(scenario))


def _approval(scenario: Scenario) -> float:
    """Mean share of what is asked for that Chinese permits let through to the United States in the first year."""
    asked = supply_scenario(scenario)
    usual = float(asked.parameters(Parameters.shipped()).fixed("approval"))
    net = compile_network()
    plan = asked.plan(net)
    ways = [net.edges[e] for e in plan.edges]
    at = [j for j, (_, origin, region) in enumerate(ways) if (origin, region) == (HOME, _BUYER)]
    if not at:
        return usual
    span = (slice(0, _YEAR), at)
    listed = plan.kind[span] == LISTED
    if not listed.any():
        return usual
    granted = np.where(np.isnan(plan.approval[span]), usual, plan.approval[span])
    granted = np.minimum(granted, np.where(np.isnan(plan.throughput[span]), np.inf, plan.throughput[span]))
    granted = np.where(plan.ban[span], 0.0, granted)
    return float(np.clip(granted[listed].mean(), 0.0, 1.0))


def with_permits(asked: TradeScenario, found: Permits, sectors: Sequence[str]) -> TradeScenario:
    """A trade scenario with a cap on Chinese goods to the United States for every sector that the controls name."""
    rows: list[dict[str, Any]] = [
        {
            "origin": HOME,
            "importers": [_BUYER],
            "sector": sector,
            "share": f"{1 - share * (1 - found.approval):.9f}",
            "exporter_rent": "1",
            "why": f"Licenses: {share:.2%} of the flow is named by controls, {found.approval:.0%} of it let through",
        }
        for sector, share in found.share
        if sector in sectors and found.approval < 1
    ]
    return replace(asked, quotas=(*asked.quotas, *rows))


def permits_told(found: Permits) -> Told:
    """What the quotas of licenses rest on."""
    largest = max(found.share, key=lambda row: row[1], default=("none", 0.0))
    named = (
        f"{found.coverage:.2%} of value, most in {largest[0]} ({largest[1]:.2%}); {plural(len(found.numbers), 'number')} of "
        f"{plural(len(found.provisions), 'control')}, an upper bound: a number never decides"
    )
    return [
        (
            "US imports from China on the customs numbers that controls of the day print",
            named,
            "D",
            "control lists of the book; US Census 2024",
        ),
        (
            "Share of it that permits let through",
            f"{found.approval:.0%}, mean of the practice over the first year; refused applications filed again are not counted",
            "U",
            "supply part of the scenario",
        ),
        ("Other importers of controlled goods", "no cap, since no imports by customs number are at hand", "U", "none"),
        ("Rent of the quotas of licenses", "stays with the exporter", "U", "assumption"),
    ]

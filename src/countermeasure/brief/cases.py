"""Scenarios beside the law as it stands: each is run, and the firm is played on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.brief.findings import Engines, find
from countermeasure.brief.first_page import costs_of
from countermeasure.brief.supplies import FirmCase, firm_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.brief.asked import Asked
    from countermeasure.brief.model import Cost
    from countermeasure.brief.write import Law
    from countermeasure.scenario.whole.model import Inputs, Outcome, Scenario
    from countermeasure.supply.firm.run import Firm

__all__ = ["DEFAULT_SCENARIOS", "PARTS", "Case", "case_of", "run_case"]

DEFAULT_SCENARIOS = ("expiry-2026-11-text", "no-deal-2027-01")
"""The law as published, in which the truce lapsed in November 2026; and the end of the announced truce in January 2027, at
which permits stop for twelve weeks.

The first binds authorities as long as no text prolongs the truce; the second is the nearest day on which it can go wrong. What
statements promise is the second reading of the law, and stands beside both for every shipment.
"""
PARTS = ("law", "supply", "trade", "talks")
"""Parts of a scenario that a brief takes; duty and license are asked for the shipments themselves, on their own days."""


@dataclass(frozen=True)
class Case:
    """A scenario beside the law as it stands, and what was found under it.

    Attributes:
        scenario: The scenario.
        costs: Duty of the shipments under its law.
        outcome: Its run; ``None`` where it was not run.
        firm: The firm under it; ``None`` where it has no supply part, or the firm no parts.
    """

    scenario: Scenario
    costs: tuple[Cost, ...] = ()
    outcome: Outcome | None = None
    firm: FirmCase | None = None


def run_case(
    scenario: Scenario,
    firm: Firm | None,
    on: int,
    inputs: Inputs,
    *,
    draws: int = 100,
    seed: int = 1,
    parts: Sequence[str] = PARTS,
) -> tuple[Outcome, FirmCase | None]:
    """Run a scenario, and the firm on its chain.

    Args:
        scenario: The scenario; its own draws and seed give way to those given here.
        firm: The firm's parts; ``None`` for none.
        on: Epoch day of the brief.
        inputs: Executor, progress and cache; lines and transactions are left aside.
        draws: Sets of parameters of the chain.
        seed: Seed.
        parts: Parts that are asked for.
    """
    from countermeasure.scenario.whole.run import run_whole

    asked = replace(scenario, draws=draws, seed=seed)
    bare = replace(inputs, lines=(), transactions=(), parties=None)
    outcome = run_whole(asked, bare, parts)
    if firm is None or scenario.supply is None or "supply" not in parts:
        return outcome, None
    return outcome, firm_case(asked, firm, on, draws, seed, inputs.executor, inputs.progress)


def case_of(scenario: Scenario, law: Law, outcome: Outcome | None, firm: FirmCase | None) -> Case:
    """What a scenario costs the shipments, beside what else was found under it."""
    return Case(scenario, tuple(_costs(scenario, law)), outcome, firm)


def _costs(scenario: Scenario, law: Law) -> Sequence[Cost]:
    """Duty of the shipments on their own days under a scenario's law; where it changes no law, that of its readings."""
    if not law.found.duties:
        return ()
    if not scenario.instruments and scenario.known_on == law.engines.duty.known_on:
        wanted = {reading.value for reading in scenario.readings}
        same = [cost for cost in law.first.costs if not cost.reading or cost.reading in wanted]
        return [replace(cost, case=scenario.title, change_usd=None if cost.usd is None else 0.0) for cost in same]
    from countermeasure.scenario.whole.engines import duty_engine_of

    found = find(_lines_alone(law.asked), Engines(duty_engine_of(scenario), law.engines.license), law.within)
    return costs_of(scenario.title, found, law.first.costs)


def _lines_alone(asked: Asked) -> Asked:
    return replace(asked, transactions=())

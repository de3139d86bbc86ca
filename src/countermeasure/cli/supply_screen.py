"""Supply runs on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out
from countermeasure.codes.day import format_day
from countermeasure.supply.cube import BAND
from countermeasure.supply.fit import monthly_exports
from countermeasure.supply.summary import answer_of, assumptions_of, worst_hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.supply.buyers import BuyersResult
    from countermeasure.supply.firm_answer import FirmAnswer
    from countermeasure.supply.fit import Fit
    from countermeasure.supply.outcome import Outcome
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.scenario import SupplyScenario
    from countermeasure.supply.validate import Validation

__all__ = [
    "firm_screen",
    "fit_table",
    "parameter_table",
    "scenario_table",
    "screen",
    "validation_screen",
]

_ROWS = 8
"""Industries and regions shown."""


def _plain() -> bool:
    return not out().is_terminal


def _table(*columns: str, title: str = "", left: int = 1) -> Table:
    table = new_table(plain=_plain(), title=title)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right")
    return table


def _band(values: np.ndarray[Any, np.dtype[Any]], scale: float = 1.0, digits: int = 0) -> str:
    low, mid, high = np.quantile(values * scale, BAND)
    return f"{mid:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def screen(outcome: Outcome) -> Iterator[RenderableType]:
    """A run: what is assumed, the answer, exports, who stands still, prices, cost."""
    scenario, simulation = outcome.scenario, outcome.simulation
    yield Text(scenario.title, style="bold")
    count = len(simulation.draws["approval"])
    yield Text(
        f"{format_day(simulation.plan.day0)}, {simulation.plan.weeks} weeks; {count:,} draws, seed {simulation.seed}; book "
        f"{scenario.book.hash[:12]}, reading {scenario.reading.value}"
        + ("" if scenario.known_on is None else f", known on {format_day(scenario.known_on)}"),
        style="dim",
    )
    yield from _assumed(outcome)
    yield Text()
    yield Text(answer_of(outcome))
    yield Text()
    yield _exports(outcome)
    for reading, result in outcome.buyers.items():
        yield _stopped(outcome, reading, result)
    yield _prices(outcome)
    if outcome.lost_musd:
        yield _economy(outcome)
    if simulation.plan.notes:
        yield Text(
            f"{len(simulation.plan.notes)} measures of the book are not followed: they are about named parties, uses or "
            "technology (--json lists them).",
            style="dim",
        )
    yield Text(
        "Bands are 5 to 95 % of draws of parameters, no probabilities of events. Buyers in China are left out.", style="dim"
    )


def _assumed(outcome: Outcome) -> Iterator[Text]:
    """What the scenario itself assumes, and how many figures are unverified."""
    rows = assumptions_of(outcome)
    for row in outcome.scenario.practice:
        what, value, letter, _ = rows[outcome.scenario.practice.index(row)]
        yield Text(f"Assumed ({letter}): {value}. {what}.", style="yellow" if letter == "U" else "")
    moved = outcome.scenario.settings
    if moved:
        yield Text("Set: " + ", ".join(f"{n} = {v:g}" for n, v in moved.items()), style="bold")
    weak = sum(1 for _, _, letter, _ in rows if letter == "U")
    yield Text(f"{len(rows)} assumptions in all, {weak} of them unverified (U): supply parameters", style="dim")


def _exports(outcome: Outcome) -> Table:
    from countermeasure.supply.validate import observed

    months, tonnes = monthly_exports(outcome.simulation)
    seen = observed()["cn_magnet_exports_world"]
    known = any(m in seen for m in months)
    table = _table("month", "t", *(["observed"] if known else []), title="Chinese magnet exports")
    for place, month in enumerate(months[:15]):
        cells = [_band(tonnes[:, place])]
        if known:
            cells.append(f"{seen[month]:,.0f}" if month in seen else "")
        table.add_row(month, *cells)
    return table


def _stopped(outcome: Outcome, reading: str, result: BuyersResult) -> Table:
    names = outcome.simulation.network.chain.industries
    stock = "as 2025 implies" if reading == "implied" else "as firms report them"
    title = f"Standing still, stocks {stock}; most output at stake first"
    table = _table("industry", "region", "at the worst, % of use", "in week", title=title, left=2)
    for industry, region, week, values in worst_hit(result)[:_ROWS]:
        table.add_row(names[industry], region, _band(values, 100, 1), str(week))
    if not table.rows:
        table.add_row("none above half a percent", "", "", "")
    return table


def _prices(outcome: Outcome) -> Table:
    cube = outcome.simulation["price"]
    table = _table("product", "outside China, at the peak", "in week", "in China", title="Prices, times normal")
    for product in cube.labels("product"):
        outside = cube.select(product=product, market="outside").values
        week = int(np.median(outside, axis=0).argmax())
        if np.median(outside[:, week]) < 1.02:
            continue
        name = outcome.simulation.network.chain.products[product].name
        table.add_row(
            name,
            _band(outside[:, week], 1, 1),
            str(week),
            _band(cube.select(product=product, market="china").values[:, week], 1, 2),
        )
    if not table.rows:
        table.add_row("all within 2 % of normal", "", "", "")
    return table


def _economy(outcome: Outcome) -> Table:
    table = _table("region", *(f"stocks {r}" for r in outcome.lost_musd), title="GDP over the first 52 weeks, % of a year's")
    for region in outcome.regions:
        table.add_row(region, *(_band(outcome.gdp_change(r, region), 100, 3) for r in outcome.lost_musd))
    return table


def firm_screen(answer: FirmAnswer) -> Iterator[RenderableType]:
    """The firm's own answer."""
    yield Text()
    yield Text("Your own firm", style="bold")
    yield Text(answer.text())


def scenario_table(scenarios: Sequence[SupplyScenario]) -> Table:
    """Names and intents."""
    table = _table("name", "weeks", "what it asks", left=1)
    table.columns[2].justify = "left"
    for one in scenarios:
        table.add_row(one.id, str(one.weeks), one.intent)
    return table


def parameter_table(parameters: Parameters) -> Table:
    """Every parameter."""
    table = _table("name", "value", "prior", "unit", "", "source", left=1)
    for column in table.columns[3:]:
        column.justify = "left"
    for one in parameters:
        prior = one.distribution if one.distribution == "fixed" else f"{one.low:g} to {one.high:g}, {one.distribution}"
        table.add_row(one.name, f"{one.value:g}", prior, one.unit, one.confidence, one.source)
    return table


def validation_screen(found: Validation) -> Iterator[RenderableType]:
    """Targets, the two readings of stocks, and what others found."""
    for kind, title in (("fitted", "Fitted"), ("predicted", "Predicted with parameters frozen")):
        table = _table("", "target", "observed", "simulated", "", title=title, left=4)
        for one in found.targets:
            if one.kind == kind:
                style = "green" if one.passed else "bold red"
                table.add_row(
                    one.id, one.what, one.observed, one.simulated, Text("pass" if one.passed else "MISS", style=style)
                )
        yield table
    for one in found.targets:
        if not one.passed:
            yield Text(f"{one.id} is missed ({one.rule}): {one.why}.")
    yield Text(f"{found.passed} of {len(found.targets)} targets are met.", style="bold")
    yield Text()
    table = _table(
        "stocks",
        "first stoppage outside China",
        "buyers standing still at the worst",
        title="Buyers' stocks: two readings",
        left=1,
    )
    for reading in found.readings:
        table.add_row(*reading)
    yield table
    yield Text(
        "The readings do not agree and nothing seen settles it: either stocks were deeper than firms said, or detours and "
        "re-allocation did the rest."
    )
    table = _table(
        "study",
        "theirs",
        "ours",
        "why they differ",
        title="GDP: what others found, and the run with four fifths missing",
        left=4,
    )
    for study in found.studies:
        table.add_row(*study)
    yield table


def fit_table(found: Fit) -> Table:
    """The fit: months and parameters."""
    table = _table(
        "fitted",
        "5 %",
        "median",
        "95 %",
        title=f"{len(found.errors)} draws, errors {found.errors[0]:.1%} to {found.errors[-1]:.1%}",
    )
    for place, month in enumerate(found.months):
        table.add_row(
            f"{month}, observed {found.observed[place]:,.0f} t",
            *(f"{v:,.0f}" for v in np.quantile(found.simulated[:, place], BAND)),
        )
    for place, name in enumerate(found.names):
        table.add_row(name, *(f"{v:.3g}" for v in np.quantile(found.posterior[:, place], BAND)))
    return table

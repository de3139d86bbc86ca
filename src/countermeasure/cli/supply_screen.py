"""Supply runs on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out
from countermeasure.cli.targets_screen import targets_screen
from countermeasure.codes.day import format_day
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import monthly_exports
from countermeasure.supply.summary import answer_of, assumptions_of, further, worst_hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.firm.answer import FirmAnswer
    from countermeasure.supply.flow.fit import Fit
    from countermeasure.supply.outcome import Outcome
    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.planner import Allocation, PermitValue
    from countermeasure.supply.projects import Alternatives
    from countermeasure.supply.scenario import SupplyScenario
    from countermeasure.supply.validate import Validation

__all__ = [
    "firm_screen",
    "fit_table",
    "parameter_table",
    "plan_json",
    "plan_screen",
    "projects_json",
    "projects_screen",
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
    low, mid, high = np.round(np.quantile(values * scale, BAND), digits) + 0.0
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
    if outcome.costs:
        yield _economy(outcome)
    yield from _not_followed(simulation.plan.notes)
    yield Text(
        "Bands are 5 to 95 % of draws of parameters, no probabilities of events. Buyers in China are left out.", style="dim"
    )


def _not_followed(notes: Sequence[str]) -> Iterator[Text]:
    if notes:
        yield Text(
            f"{len(notes)} measures of the book are not followed: they are about named parties, uses or technology (--json "
            "lists them).",
            style="dim",
        )


def _assumed(outcome: Outcome) -> Iterator[Text]:
    """What the scenario itself assumes, and how many figures are unverified."""
    rows = assumptions_of(outcome)
    own = len(outcome.scenario.practice) + len(further(outcome.scenario))
    for what, value, letter, _ in rows[:own]:
        yield Text(f"Assumed ({letter}): {what}: {value}.", style="yellow" if letter == "U" else "")
    moved = outcome.scenario.settings
    if moved:
        yield Text("Set: " + ", ".join(f"{n} = {v:g}" for n, v in moved.items()), style="bold")
    weak = sum(1 for _, _, letter, _ in rows if letter == "U")
    yield Text(f"{len(rows)} assumptions in all, {weak} of them unverified (U): supply parameters", style="dim")


def _exports(outcome: Outcome) -> Table:
    from countermeasure.supply.history import observed

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
    table = _table(
        "region",
        *(f"stocks {r}" for r in outcome.costs),
        title=f"GDP over the first {min(outcome.scenario.weeks, 52)} weeks, % of a year's",
    )
    for region in outcome.regions:
        table.add_row(region, *(_band(outcome.gdp_change(r, region), 100, 3) for r in outcome.costs))
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
    yield from targets_screen(found.targets)
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


def plan_screen(
    scenario: SupplyScenario, bound: Allocation, permits: Sequence[PermitValue], usual_usd: float
) -> Iterator[RenderableType]:
    """The least loss, and what more permits would save."""
    yield Text(scenario.title, style="bold")
    yield Text(
        f"Goods not finished at the usual behaviour of the chain: {usual_usd / 1e6:,.0f} million USD; the least that "
        f"must be lost under the same limits: {bound.total_usd / 1e6:,.0f} million USD (central parameters, "
        f"{scenario.weeks} weeks)."
    )
    if not permits:
        yield Text("No permit is worth anything: with the best use of what is there nothing is lost.")
    else:
        table = _table(
            "product", "from", "to", "weeks", "t", "saves, million USD", "by price", title="Permits that matter most", left=4
        )
        for one in permits:
            table.add_row(
                one.product,
                one.origin,
                one.region,
                f"{one.first_day} to {one.last_day}",
                f"{one.tonnes:,.1f}",
                f"{one.usd_avoided / 1e6:,.1f}",
                f"{one.usd_by_price / 1e6:,.1f}",
            )
        yield table
    own = [note for note in bound.notes if note not in bound.setup.plan.notes]
    if scenario.projects:
        own.append("New projects of the scenario are left out of the plan: they are drawn, and the plan has one course.")
    for note in own:
        yield Text(note, style="dim")
    yield from _not_followed(bound.setup.plan.notes)


def plan_json(scenario: SupplyScenario, bound: Allocation, permits: Sequence[PermitValue], usual_usd: float) -> dict[str, Any]:
    """The same as JSON."""
    from dataclasses import asdict

    return {
        "scenario": scenario.id,
        "usual_loss_usd": usual_usd,
        "least_loss_usd": bound.total_usd,
        "permits": [asdict(one) for one in permits],
        "notes": list(bound.notes),
    }


def projects_screen(found: Alternatives, level: float) -> Iterator[RenderableType]:
    """Supply outside China over need there, China's share, and when it falls below a level."""
    weeks = found.need.shape[0]
    years = list(range(0, weeks, 104))[:6]
    heads = [format_day(found.day0 + 7 * w)[:7] for w in years]
    share, cover = found.china_share(), found.cover()
    table = _table("element", *heads, title="China's share of supply from ore, %")
    for p, product in enumerate(found.products):
        table.add_row(product, *(_triple(100 * share[:, w, p]) for w in years))
    yield table
    table = _table("element", *heads, title="Supply outside China over what is used there, %")
    for p, product in enumerate(found.products):
        table.add_row(product, *(_triple(100 * cover[:, w, p]) for w in years))
    yield table
    table = _table("element", "median", "5 % of draws by", "95 % by", "never", title=f"China's share falls below {level:.0%}")
    for one in found.share_below(level):
        days = ["not within the horizon" if d is None else format_day(d)[:7] for d in (one.median, one.low, one.high)]
        table.add_row(one.product, *days, f"{one.never:.0%}")
    yield table
    yield Text(
        "Dates of projects are stated ones with drawn delays (a judgement, U); ore outside China bounds what plants can make. "
        "Need outside China holds what arrives in goods from China.",
        style="dim",
    )


def _triple(values: np.ndarray[Any, np.dtype[Any]]) -> str:
    low, mid, high = values
    return f"{mid:.0f} ({low:.0f} to {high:.0f})"


def projects_json(found: Alternatives, level: float) -> dict[str, Any]:
    """Curves and crossings as JSON."""
    share, cover = found.china_share(), found.cover()
    days = [format_day(found.day0 + 7 * w) for w in range(found.need.shape[0])]
    return {
        "level": level,
        "crossings": [
            {
                "product": c.product,
                "low": None if c.low is None else format_day(c.low),
                "median": None if c.median is None else format_day(c.median),
                "high": None if c.high is None else format_day(c.high),
                "never": c.never,
            }
            for c in found.share_below(level)
        ],
        "curves": {
            product: [
                {"week": day, "china_share": share[:, w, p].round(4).tolist(), "cover": cover[:, w, p].round(4).tolist()}
                for w, day in enumerate(days)
            ]
            for p, product in enumerate(found.products)
        },
    }


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

"""The trade part: who loses and gains, with the scenario's own duties, prices of rare earths, and licenses as quotas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.model import Reading
from countermeasure.scenario.critical import SIGMA, critical_of_prices
from countermeasure.scenario.places import the_two
from countermeasure.scenario.sheets import trade_answer, trade_sheets
from countermeasure.scenario.trade import HORIZONS, run_trade
from countermeasure.scenario.whole.blocks import supply_scenario, trade_links, trade_scenario
from countermeasure.scenario.whole.engines import common_assumptions, duty_engine_of, unheard
from countermeasure.scenario.whole.permits import permits_of, permits_told, with_permits
from countermeasure.scenario.whole.plain import made
from countermeasure.scenario.whole.supply import mean_prices
from countermeasure.trade.multi.shipped import shipped_baseline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.duty.engine import DutyEngine
    from countermeasure.scenario.critical import Critical
    from countermeasure.scenario.model import TradeOutcome, TradeScenario
    from countermeasure.scenario.whole.model import Inputs, Part, Scenario
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.result import Equilibrium

__all__ = ["trade_figures", "trade_part"]

_LEFT_OUT = ("flows", "policy", "assumptions")
"""Tables that are long or stand elsewhere in a part; ``countermeasure trade`` has them."""
LIMITS = (
    "No money, no unemployment, no finance. What decides is the horizon: the table of horizons is the band of this answer.",
    "China's duties are an average over all goods; tariffs of all others stay as in the baseline.",
)


def trade_part(scenario: Scenario, inputs: Inputs, done: Mapping[str, Part]) -> Part:
    """Solve the trade model under the scenario.

    Raises:
        NotFoundError: If the scenario has no trade part, or takes prices from a supply part that has none.
        NoSolutionError: If not even a first step could be solved.
    """
    base = shipped_baseline()
    asked = trade_scenario(scenario)
    from_supply, licenses = trade_links(scenario)
    told: list[tuple[str, str, str, str]] = []
    critical = _critical(scenario, base, done) if from_supply else None
    if licenses:
        found = permits_of(scenario)
        asked = with_permits(asked, found, base.sectors)
        told += permits_told(found)
    if inputs.progress is not None:
        inputs.progress("trade", 0, 1)
    solved = run_trade(asked, base, engine=_engine(scenario, asked), critical=critical, horizons=_horizons(asked))
    if inputs.progress is not None:
        inputs.progress("trade", 1, 1)
    return made(
        "trade",
        trade_answer(solved),
        figures=trade_figures(solved) | _price_figures(critical),
        sheets=(one for one in trade_sheets(solved) if one.name not in _LEFT_OUT),
        assumptions=(*common_assumptions(scenario), *told, *solved.assumptions),
        notes=(*unheard(scenario), *LIMITS, *solved.found.notes),
        stamp=(("book", scenario.book.hash), ("baseline", str(base.year)), ("closure", solved.found.closure)),
    )


def _horizons(asked: TradeScenario) -> tuple[float | None, ...]:
    return tuple(dict.fromkeys((*HORIZONS, asked.years)))


def _engine(scenario: Scenario, asked: TradeScenario) -> DutyEngine:
    """The duty engine on the scenario's book, as known on the day of the trade part."""
    readings = tuple(dict.fromkeys((asked.reading, *scenario.readings)))
    return duty_engine_of(replace(scenario, known_on=asked.known_on, readings=tuple(Reading(r) for r in readings)))


def _critical(scenario: Scenario, base: Baseline, done: Mapping[str, Part]) -> Critical:
    """Dear rare earths at the prices of the scenario's own supply run."""
    part = done["supply"]
    weeks = supply_scenario(scenario).weeks
    words = f"supply part of scenario {scenario.id}: medians of {scenario.draws} draws, mean of {weeks} weeks"
    return critical_of_prices(base, mean_prices(part), words, SIGMA)


def _price_figures(critical: Critical | None) -> dict[str, float | None]:
    return {} if critical is None else {"rare_earths_dearest_times": float(critical.input.price.max())}


def trade_figures(outcome: TradeOutcome) -> dict[str, float | None]:
    """Headline numbers of a solved scenario; low and high are those over horizons, no statistical band."""
    found = outcome.found
    base = found.baseline
    change = found.real_income - 1
    figures: dict[str, float | None] = {
        "real_income_worst_change": float(change.min()),
        "real_income_best_change": float(change.max()),
        "reached_share": float(found.reached),
    }
    two = the_two(base)
    if two is None:
        return figures
    us, cn = two
    for word, place in (("us", us), ("china", cn)):
        spread = [float(one.real_income[place] - 1) for _, one in outcome.horizons()]
        figures[f"real_income_{word}_change"] = float(change[place])
        figures[f"real_income_{word}_low_change"] = min(spread)
        figures[f"real_income_{word}_high_change"] = max(spread)
    figures["us_duties_musd"] = float(found.tariffs[us])
    figures["china_duties_musd"] = float(found.tariffs[cn])
    figures["china_to_us_goods_change"] = _sold(found, cn, us)
    figures["us_to_china_goods_change"] = _sold(found, us, cn)
    figures["us_china_goods_change"] = _both(found, us, cn)
    return figures


def _sold(found: Equilibrium, origin: int, importer: int) -> float:
    return float(found.change_of_exports(origin, found.baseline.goods)[importer])


def _both(found: Equilibrium, one: int, other: int) -> float:
    """Change of goods trade between two, both ways together, customs values."""
    base: Any = found.baseline
    goods = base.goods
    old = (base.flows * (1 + base.export_tax))[:, :, goods].sum(axis=2)
    new = found.customs_value[:, :, goods].sum(axis=2)
    before, after = (float(flows[one, other] + flows[other, one]) for flows in (old, new))
    return after / before - 1 if before > 0 else float(np.nan)

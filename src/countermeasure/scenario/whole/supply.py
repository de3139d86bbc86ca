"""The supply part: the chain under the scenario's book, and what stops, when, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.words import plural
from countermeasure.errors import NotFoundError
from countermeasure.scenario.whole.blocks import supply_scenario
from countermeasure.scenario.whole.engines import common_assumptions, unheard
from countermeasure.scenario.whole.plain import made
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import MAGNETS
from countermeasure.supply.outcome import run_supply
from countermeasure.supply.sheets import sheets_of
from countermeasure.supply.summary import answer_of, assumptions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.scenario.whole.model import Inputs, Part, Scenario
    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["mean_prices", "supply_figures", "supply_part"]

_LEVELS = ("_low", "", "_high")
_LEFT_OUT = ("licenses_implied", "licenses_reported", "sectors_reported")
"""Tables of a run that are long and that no part shows; ``countermeasure supply`` has them."""


def supply_part(scenario: Scenario, inputs: Inputs, _done: Mapping[str, Part]) -> Part:
    """Run the chain.

    Raises:
        NotFoundError: If the scenario has no supply part.
    """
    asked = supply_scenario(scenario)
    report = inputs.progress
    tell = None if report is None else lambda _what, at, of: report("supply", at, of)
    found = run_supply(asked, scenario.draws, scenario.seed, executor=inputs.executor, progress=tell)
    own = [
        ("Weeks of the chain", f"{asked.weeks} from {format_day(asked.day0)}", "D", f"scenario {scenario.id}"),
        (
            "Book of the chain",
            f"reading {asked.reading.value}, "
            + ("all that it holds" if asked.known_on is None else f"known on {format_day(asked.known_on)}"),
            "D",
            f"scenario {scenario.id}",
        ),
    ]
    notes = list(unheard(scenario))
    if asked.known_on != scenario.known_on:
        notes.append(
            "The chain stands on another day of knowledge than the other parts: its supply scenario names one of its own."
        )
    left = found.simulation.plan.notes
    if left:
        count = plural(len(left), "measure of the book is", "measures of the book are")
        notes.append(
            f"{count} not followed by the chain (named parties, uses, technology): {', '.join(one.split()[0] for one in left)}."
        )
    notes.append("Bands are 5 to 95 % of draws of parameters, no probabilities of events. Buyers in China are left out.")
    return made(
        "supply",
        answer_of(found),
        figures=supply_figures(found),
        sheets=(one for one in sheets_of(found) if one.name not in _LEFT_OUT),
        assumptions=(*common_assumptions(scenario), *own, *assumptions_of(found, leading=True)),
        notes=notes,
        stamp=(("book", scenario.book.hash), ("draws", str(scenario.draws)), ("seed", str(scenario.seed))),
    )


def supply_figures(found: Outcome) -> dict[str, float | None]:
    """Headline numbers of a run: medians, and 5 and 95 % points where the word says low and high."""
    simulation = found.simulation
    weekly = simulation["exports"].select(product=MAGNETS).sum("product", "region").values
    net = simulation.network
    flow = sum(f for (p, o, _), f in zip(net.edges, net.flow, strict=True) if o == "CN" and p in MAGNETS)
    normal = flow * simulation.draws["level"]
    figures = _band("magnet_exports_worst{}_share", weekly.min(axis=1) / normal)
    figures["magnet_exports_worst_week"] = float(np.median(weekly.argmin(axis=1)))
    price = simulation["price"].select(market="outside").values
    for product in ("ox_dy", "ox_tb", "mag_heavy"):
        if product in simulation["price"].labels("product"):
            at = simulation["price"].labels("product").index(product)
            figures[f"{product}_peak_price_times"] = float(np.median(price[:, :, at].max(axis=1)))
    for reading, result in found.buyers.items():
        word = "" if reading == next(iter(found.buyers)) else f"_{reading}"
        figures |= _stops(word, result)
    first = next(iter(found.costs), None)
    if first is not None:
        for region in found.regions:
            figures |= _band(f"gdp_{region.lower()}{{}}_change", found.gdp_change(first, region))
    return figures


def _stops(word: str, result: BuyersResult) -> dict[str, float | None]:
    """Week of the first stop (none where most draws have none), draws that stop, and the worst share standing still."""
    first = np.asarray(result["first_stoppage"].select(region="all").values).ravel()
    stopped = np.isfinite(first)
    figures: dict[str, float | None] = {f"draws_with_stop{word}_share": float(stopped.mean())}
    for level, quantile in zip(_LEVELS, BAND, strict=True):
        # A draw that never stops comes after all that do.
        ordered = np.sort(np.where(stopped, first, np.inf))
        at = float(ordered[min(int(quantile * len(ordered)), len(ordered) - 1)])
        figures[f"first_stop{word}{level}_week"] = at if np.isfinite(at) else None
    still = result["stopped_buyers"].sum("region").values.max(axis=1) / len(result.buyers)
    return figures | _band(f"worst_standing{word}{{}}_share", still)


def _band(word: str, values: Floats) -> dict[str, float | None]:
    low, mid, high = np.quantile(values, BAND)
    return {word.format(level): float(v) for level, v in zip(_LEVELS, (low, mid, high), strict=True)}


def mean_prices(part: Part) -> dict[tuple[str, str], float]:
    """Mean over the weeks of medial prices, times normal, by product and market, of a supply part.

    Raises:
        NotFoundError: If the part has no prices, as where it could not be done.
    """
    sheet = part.sheet("prices")
    if sheet is None:
        raise NotFoundError("the supply part has no prices", code="no_prices", cure="Mend the supply part first.")
    sums: dict[tuple[str, str], list[float]] = {}
    for row in sheet.records():
        sums.setdefault((row["product"], row["market"]), []).append(row["times_median"])
    return {key: sum(values) / len(values) for key, values in sums.items()}

"""What a run says in a sentence and in tables; files, pages and screens show these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import HOME
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import MAGNETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.controls.practice import Practice
    from countermeasure.supply.outcome import Outcome
    from countermeasure.supply.projects.policies import Policy
    from countermeasure.supply.scenario import SupplyScenario

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["answer_of", "assumptions_of", "further", "output_at_stake", "study_rows", "worst_hit"]

LEAST = 0.005
"""Shares of stopped use below this are left out of the sentence."""


def band_words(values: Floats, scale: float = 1.0, digits: int = 0, unit: str = "") -> str:
    """``7 (6 to 8)``: median with the 5 and 95 % points."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return "none"
    low, mid, high = np.quantile(kept * scale, BAND)
    return f"{mid:,.{digits}f}{unit} ({low:,.{digits}f} to {high:,.{digits}f}{unit})"


def answer_of(outcome: Outcome) -> str:
    """The answer in some sentences: what Chinese exports do, when plants stop, how many, who is hit, what it costs."""
    lowest, when, normal = _lowest(outcome)
    said = [
        f"Chinese magnet exports fall to {band_words(lowest / normal, 100)} % of normal in week {np.median(when):.0f}"
        if np.median(lowest / normal) < 0.99
        else "Chinese magnet exports stay near normal"
    ]
    for reading, result in outcome.buyers.items():
        first = result["first_stoppage"].select(region="all").values
        share = np.isfinite(first).mean()
        stopped = result["stopped_buyers"].sum("region").values.max(axis=1) / len(result.buyers)
        stock = "with stocks as 2025 implies" if reading == "implied" else "with stocks as firms report them"
        if share < 0.05:
            said.append(f"{stock}, less than one in a hundred buyers outside China stops")
            continue
        seldom = "" if share > 0.95 else f" in {share:.0%} of draws"
        said.append(
            f"{stock}, the first plants outside China stop in week {band_words(first)}{seldom}, and at the worst "
            f"{band_words(stopped, 100, 1)} % of buyers stand still"
        )
    hit = _hardest(outcome)
    if hit:
        said.append(f"hardest hit: {hit}")
    if outcome.costs:
        reading = next(iter(outcome.costs))
        worst = sorted((float(np.median(outcome.gdp_change(reading, r))), r) for r in outcome.regions)[:3]
        told = ", ".join(f"{r} {100 * v:.2f} %" for v, r in worst if v < -5e-6)
        if told:
            span = min(outcome.scenario.weeks, 52)
            said.append(f"GDP over {'the first year' if span == 52 else f'these {span} weeks, of a year'}: {told}")
    return "; ".join(said) + "."


def _lowest(outcome: Outcome) -> tuple[Floats, Floats, Floats]:
    """Lowest weekly magnet exports, their week, and normal ones, by draw."""
    simulation = outcome.simulation
    weekly = simulation["exports"].select(product=MAGNETS).sum("product", "region").values
    net = simulation.network
    flow = sum(f for (p, o, _), f in zip(net.edges, net.flow, strict=True) if o == HOME and p in MAGNETS)
    return weekly.min(axis=1), weekly.argmin(axis=1).astype(float), flow * simulation.draws["level"]


def _hardest(outcome: Outcome) -> str:
    """The industries and regions where most output is at stake at the worst, by median."""
    result = next(iter(outcome.buyers.values()), None)
    if result is None:
        return ""
    names = outcome.simulation.network.chain.industries
    told = [
        f"{names[industry].lower()} in {region} ({np.median(values):.0%} of use)"
        for industry, region, _, values in worst_hit(result)[:3]
    ]
    return ", ".join(told)


def worst_hit(result: BuyersResult) -> list[tuple[str, str, int, Floats]]:
    """Industries and regions that stand still, those with most output at stake first.

    Returns:
        Industry, region, week of the greatest median share, and the shares of use of that week by draw.
    """
    cube = result["stopped"]
    values = np.nan_to_num(cube.values)
    median = np.median(values, axis=0)
    stakes = output_at_stake(cube.labels("industry"), cube.labels("region"))
    found: list[tuple[float, str, str, int, Floats]] = []
    for i, industry in enumerate(cube.labels("industry")):
        for r, region in enumerate(cube.labels("region")):
            week = int(median[:, i, r].argmax())
            if median[week, i, r] >= LEAST:
                found.append((-median[week, i, r] * stakes[i, r], industry, region, week, values[:, week, i, r]))
    found.sort(key=lambda row: row[:3])
    return [(industry, region, week, shares) for _, industry, region, week, shares in found]


def output_at_stake(industries: Sequence[str], regions: Sequence[str]) -> Floats:
    """Output of industries by region, million USD a week, (industries, regions), from the compact table."""
    from countermeasure.supply.economy import INDUSTRY_SHARES, IOTable

    table = IOTable.shipped()
    found = np.zeros((len(industries), len(regions)))
    for share in INDUSTRY_SHARES:
        if share.industry in industries:
            for r, region in enumerate(regions):
                node = table.index(region, share.sector)
                found[industries.index(share.industry), r] += share.share * float(table.output[node]) / 52
    return found


_LEADING = (
    "growth",
    "settle_weeks",
    "buyer_cover_weeks",
    "buyer_cover_spread",
    "buyer_reported_cover_weeks",
    "finish_later",
    "switch_weeks",
)
"""Parameters that matter most beside the fitted ones."""


def assumptions_of(outcome: Outcome, *, leading: bool = False) -> list[tuple[str, str, str, str]]:
    """What the answer rests on: what, value, confidence, source; dated practice first, then parameters.

    Args:
        outcome: The run.
        leading: Only the fitted parameters and those that matter most.
    """
    rows = [(row.why, _practice_words(row), row.confidence, row.source) for row in outcome.scenario.practice]
    rows += further(outcome.scenario)
    for one in outcome.simulation.parameters:
        if leading and one.distribution != "posterior" and one.name not in (*_LEADING, *outcome.scenario.settings):
            continue
        value = f"{one.value:g}" if one.distribution == "fixed" else f"{one.value:g} ({one.low:g} to {one.high:g})"
        rows.append((f"{one.name}: {one.meaning}", f"{value} {one.unit}", one.confidence, one.source))
    return rows


def further(scenario: SupplyScenario) -> list[tuple[str, str, str, str]]:
    """What a scenario assumes beside practice: quotas, policies, order of service, measures left out, new projects."""
    from countermeasure.codes.day import format_day

    source = f"scenario {scenario.id}"
    rows = [
        (
            "Quota",
            f"{q.tonnes:,.0f} t of {', '.join(q.products)}, {format_day(q.start)} to {format_day(q.end - 1)}",
            "U",
            source,
        )
        for q in scenario.quotas
    ]
    rows += [("Policy", _policy_words(policy), "U", source) for policy in scenario.policies]
    if scenario.priority:
        rows.append(("Order in which suppliers serve", ", ".join(scenario.priority), "U", source))
    if scenario.without:
        rows.append(("Measures left out", ", ".join(scenario.without), "U", source))
    if scenario.projects:
        rows.append(
            ("New projects outside China add supply", "as drawn from stated dates, delays and ramps", "U", "projects.csv")
        )
    return rows


def _policy_words(policy: Policy) -> str:
    """``stockpile_release: product mag_heavy, region US, tonnes 450``: its kind and what it sets."""
    from dataclasses import fields

    from countermeasure.supply.projects.policies import KINDS

    kind = next(name for name, one in KINDS.items() if type(policy) is one)
    told = []
    for field in fields(policy):
        value = getattr(policy, field.name)
        if value not in (None, (), ""):
            words = " ".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)
            told.append(f"{field.name} {words}")
    return f"{kind}: {', '.join(told)}"


def _practice_words(row: Practice) -> str:
    from countermeasure.codes.day import format_day

    told = []
    for name, words in (
        ("approval", "approval"),
        ("throughput", "throughput"),
        ("lag_weeks", "weeks to a decision"),
        ("hold_up", "held up"),
        ("general_share", "under general licenses"),
    ):
        value = getattr(row, name)
        if value is not None:
            told.append(f"{words} {value:g}")
    told += [word for word in ("ban", "embargo") if getattr(row, word)]
    products, to = (",".join(getattr(row, n)) for n in ("products", "to"))
    span = f"{format_day(row.start)} to {format_day(row.end - 1)}"
    return f"{'; '.join(told) or 'as fitted'}: {products} to {to}, {span}"


def study_rows(outcome: Outcome) -> tuple[tuple[str, str, str, str], ...]:
    """Published results, ours of the first reading in their unit, and why they differ, in words."""
    from countermeasure.supply.economy import compare

    reading = next(iter(outcome.costs), None)
    if reading is None:
        return ()
    rows = []
    for row in compare(outcome.results(reading)):
        theirs = " to ".join(dict.fromkeys(_amount(v, row.unit) for v in row.theirs))
        ours = "" if row.ours is None else "{1} ({0} to {2})".format(*(_amount(v, row.unit) for v in row.ours))
        rows.append((f"{row.study.study}: {row.study.region}, {row.study.shock}", theirs, ours, row.reason))
    return tuple(rows)


def _amount(value: float, unit: str) -> str:
    return f"{100 * value:.2f} %" if unit.startswith("fraction") else f"{value:,.0f} {unit}"

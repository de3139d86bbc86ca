"""What a run says in a sentence and in tables; files, pages and screens show these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import HOME
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import MAGNETS, monthly_exports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.controls.practice import Practice
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Sheet", "answer_of", "assumptions_of", "output_at_stake", "sheets_of", "worst_hit"]

LEAST = 0.005
"""Shares of stopped use below this are left out of the sentence."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes:
        name: File name without suffix.
        title: What it holds.
        columns: Heads; units stand in them.
        rows: Values.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


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
    if outcome.lost_musd:
        reading = next(iter(outcome.lost_musd))
        worst = sorted((float(np.median(outcome.gdp_change(reading, r))), r) for r in outcome.regions)[:3]
        told = ", ".join(f"{r} {100 * v:.2f} %" for v, r in worst if v < -5e-6)
        if told:
            said.append(f"GDP over the first year: {told}")
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
    for one in outcome.simulation.parameters:
        if leading and one.distribution != "posterior" and one.name not in (*_LEADING, *outcome.scenario.settings):
            continue
        value = f"{one.value:g}" if one.distribution == "fixed" else f"{one.value:g} ({one.low:g} to {one.high:g})"
        rows.append((f"{one.name}: {one.meaning}", f"{value} {one.unit}", one.confidence, one.source))
    return rows


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


def sheets_of(outcome: Outcome) -> tuple[Sheet, ...]:
    """All tables of a run, in the order of reading."""
    found = [_exports(outcome), _monthly(outcome)]
    for reading, result in outcome.buyers.items():
        found += [_stopped(reading, result), _lost(reading, result), _licenses(reading, result)]
    found += [_final(outcome), _prices(outcome)]
    if outcome.lost_musd:
        found.append(_economy(outcome))
    return (*found, _parameters(outcome))


def _quantiles(values: Floats) -> Floats:
    """5 %, median and 95 % over the first axis; nan where every draw is."""
    absent = np.isnan(values)
    found = np.quantile(np.where(absent, 0.0, values), BAND, axis=0)
    some = absent.any(axis=0)
    if some.any():
        found[:, some] = np.nan
        mixed = some & ~absent.all(axis=0)
        if mixed.any():
            found[:, mixed] = np.nanquantile(values[:, mixed], BAND, axis=0)
    return np.asarray(found)


def _exports(outcome: Outcome) -> Sheet:
    cube = outcome.simulation["exports"]
    low, mid, high = _quantiles(cube.values)
    rows = [
        (week, product, region, *(float(side[w, p, r]) for side in (low, mid, high)))
        for w, week in enumerate(cube.labels("week"))
        for p, product in enumerate(cube.labels("product"))
        for r, region in enumerate(cube.labels("region"))
        if mid[:, p, r].any() or high[:, p, r].any()
    ]
    columns = ("week", "product", "region", "t_low", "t_median", "t_high")
    return Sheet("exports", "Chinese exports by week, t", columns, tuple(rows))


def _monthly(outcome: Outcome) -> Sheet:
    from countermeasure.supply.validate import observed

    months, tonnes = monthly_exports(outcome.simulation)
    seen = observed()["cn_magnet_exports_world"]
    bands = np.quantile(tonnes, BAND, axis=0)
    rows = tuple((m, *(float(b) for b in bands[:, i]), seen.get(m)) for i, m in enumerate(months))
    return Sheet(
        "magnet_exports_by_month",
        "Chinese magnet exports by month, t",
        ("month", "t_low", "t_median", "t_high", "t_observed"),
        rows,
    )


def _by_week(result: BuyersResult, name: str) -> tuple[tuple[Any, ...], ...]:
    cube = result[name]
    low, mid, high = _quantiles(cube.values)
    rows = []
    for i, industry in enumerate(cube.labels("industry")):
        for r, region in enumerate(cube.labels("region")):
            if not np.nan_to_num(high[:, i, r]).any():
                continue
            rows += [
                (week, industry, region, *(round(float(side[w, i, r]), 5) for side in (low, mid, high)))
                for w, week in enumerate(cube.labels("week"))
            ]
    return tuple(sorted(rows))


def _stopped(reading: str, result: BuyersResult) -> Sheet:
    columns = ("week", "industry", "region", "share_low", "share_median", "share_high")
    return Sheet(
        f"stopped_{reading}",
        f"Share of use whose buyers stand still, stocks as {reading}",
        columns,
        _by_week(result, "stopped"),
    )


def _lost(reading: str, result: BuyersResult) -> Sheet:
    cube = result["lost_by_quarter"]
    low, mid, high = _quantiles(cube.values)
    rows = tuple(
        (quarter, industry, region, *(round(float(side[q, i, r]), 5) for side in (low, mid, high)))
        for q, quarter in enumerate(cube.labels("quarter"))
        for i, industry in enumerate(cube.labels("industry"))
        for r, region in enumerate(cube.labels("region"))
        if np.nan_to_num(high[q, i, r]) > 0
    )
    columns = ("quarter", "industry", "region", "share_low", "share_median", "share_high")
    return Sheet(f"lost_output_{reading}", f"Share of output lost by quarter, stocks as {reading}", columns, rows)


def _licenses(reading: str, result: BuyersResult) -> Sheet:
    cube = result["license_state"]
    low, mid, high = _quantiles(cube.values)
    rows = tuple(
        (week, region, state, *(round(float(side[w, r, s]), 4) for side in (low, mid, high)))
        for w, week in enumerate(cube.labels("week"))
        for r, region in enumerate(cube.labels("region"))
        for s, state in enumerate(cube.labels("state"))
        if np.isfinite(mid[w, r, s])
    )
    columns = ("week", "region", "state", "share_low", "share_median", "share_high")
    return Sheet(f"licenses_{reading}", "License state of the buyers who need one", columns, rows)


def _final(outcome: Outcome) -> Sheet:
    cube = outcome.simulation["lost"]
    low, mid, high = _quantiles(cube.values)
    rows = tuple(
        (week, product, region, *(round(float(side[w, p, r]), 5) for side in (low, mid, high)))
        for p, product in enumerate(cube.labels("product"))
        for r, region in enumerate(cube.labels("region"))
        if np.nan_to_num(high[:, p, r]).max(initial=0.0) > 1e-6
        for w, week in enumerate(cube.labels("week"))
    )
    columns = ("week", "product", "region", "share_low", "share_median", "share_high")
    return Sheet("unmet_use", "Final use not met, if all buyers of a region shared their stocks", columns, rows)


def _prices(outcome: Outcome) -> Sheet:
    cube = outcome.simulation["price"]
    low, mid, high = _quantiles(cube.values)
    rows = tuple(
        (week, product, market, *(round(float(side[w, p, m]), 3) for side in (low, mid, high)))
        for p, product in enumerate(cube.labels("product"))
        for m, market in enumerate(cube.labels("market"))
        for w, week in enumerate(cube.labels("week"))
    )
    columns = ("week", "product", "market", "times_low", "times_median", "times_high")
    return Sheet("prices", "Prices relative to normal, in China and outside", columns, rows)


def _economy(outcome: Outcome) -> Sheet:
    rows = []
    for reading in outcome.lost_musd:
        for region in outcome.regions:
            low, mid, high = np.quantile(outcome.gdp_change(reading, region), BAND)
            rows.append((reading, region, *(round(float(v), 6) for v in (low, mid, high))))
    columns = ("reading", "region", "share_low", "share_median", "share_high")
    return Sheet("gdp", "Change of GDP over the first 52 weeks, share of a year's", columns, tuple(rows))


def _parameters(outcome: Outcome) -> Sheet:
    records = outcome.simulation.parameters.to_rows()
    columns: Sequence[str] = tuple(records[0])
    return Sheet("parameters", "Parameters of the run", tuple(columns), tuple(tuple(r[c] for c in columns) for r in records))

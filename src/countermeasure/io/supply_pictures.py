"""Pictures of a supply run: exports, plants that stand still, prices, the chain before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.io.pictures import Panel, fan_chart, sankey, small_multiples, stack_bars
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import MAGNETS, monthly_exports
from countermeasure.supply.summary import Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.cube import Cube
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["pictures_of"]

Picture = tuple[str, str, "str | Sheet"]
"""Title, SVG, and its table: the name of a sheet of the run, or a sheet of its own."""
_SHOWN = ("ox_dy", "ox_tb", "ox_y", "ox_ndpr", "mag_heavy", "mag_light")


def pictures_of(outcome: Outcome) -> Mapping[str, Picture]:
    """Pictures by file name."""
    found = {"exports": _exports(outcome)}
    for reading, result in outcome.buyers.items():
        found[f"stopped_{reading}"] = _stopped(outcome, reading, result)
    found["stocks"] = _stocks(outcome)
    found["prices"] = _prices(outcome)
    found["chain"] = _chain(outcome)
    return found


def _fan(values: Floats) -> tuple[list[float], list[float], list[float]]:
    low, mid, high = np.quantile(values, BAND, axis=0).tolist()
    return low, mid, high


def _exports(outcome: Outcome) -> Picture:
    from countermeasure.supply.validate import observed

    months, tonnes = monthly_exports(outcome.simulation)
    title = "Chinese magnet exports by month"
    seen = [(m, v) for m, v in observed()["cn_magnet_exports_world"].items() if m in months]
    svg = fan_chart(title, months, [("all destinations", *_fan(tonnes))], "t", observed=seen)
    return title, svg, "magnet_exports_by_month"


def _stopped(outcome: Outcome, reading: str, result: BuyersResult) -> Picture:
    """Use that stands still, by industry, weighted by tonnage over regions outside China."""
    cube = result["stopped"]
    weights = np.zeros((len(cube.labels("industry")), len(cube.labels("region"))))
    for row in outcome.simulation.network.chain.demand:
        if row.industry in cube.labels("industry") and row.region in cube.labels("region"):
            weights[cube.labels("industry").index(row.industry), cube.labels("region").index(row.region)] += row.tonnes_year
    tonnes = np.nan_to_num(cube.values) * weights / 52.0
    by_industry = tonnes.sum(axis=3)
    names = outcome.simulation.network.chain.industries
    words = "as 2025 implies" if reading == "implied" else "as firms report them"
    title = f"Use that stands still, by industry; stocks {words}"
    total = by_industry.sum(axis=2)
    low, mid, high = _fan(total)
    mean = np.median(by_industry, axis=0)
    scale = np.divide(np.array(mid), mean.sum(axis=1), out=np.zeros(len(mid)), where=mean.sum(axis=1) > 0)
    parts = (mean * scale[:, None]).T
    kept = [i for i in range(len(parts)) if parts[i].max(initial=0.0) > 0]
    weeks = cube.labels("week")
    labels = [names[cube.labels("industry")[i]] for i in kept]
    svg = stack_bars(title, weeks, labels, [parts[i] for i in kept], "t of use a week", (low, high), x_title="week from")
    rows = tuple(
        (week, *(round(float(parts[i][w]), 3) for i in kept), *(round(float(side[w]), 3) for side in (low, mid, high)))
        for w, week in enumerate(weeks)
    )
    heads = tuple(cube.labels("industry")[i] for i in kept)
    return title, svg, Sheet(f"standing_{reading}", title, ("week", *heads, "total_low", "total_median", "total_high"), rows)


def _stocks(outcome: Outcome) -> Picture:
    """Use not met if all buyers of a region shared their stocks: by region, parts of motors."""
    cube = outcome.simulation["lost"]
    weeks = cube.labels("week")
    panels = []
    for product in ("co_traction", "co_motor", "co_electronics", "co_defence", "ox_y", "ox_gd"):
        if product not in cube.labels("product"):
            continue
        values = np.nan_to_num(cube.select(product=product).values)
        regions = [r for r in cube.labels("region") if r != "CN"]
        series = [(r, *_fan(values[:, :, cube.labels("region").index(r)])) for r in regions if _seen(values, cube, r)]
        name = outcome.simulation.network.chain.products[product].name
        flat = [0.0] * len(weeks)
        panels.append(Panel(name, series or [("none", flat, flat, flat)]))
    title = "Use not met if all buyers of a region shared their stocks"
    return title, small_multiples(title, weeks, panels, "% of use"), "unmet_use"


def _seen(values: Floats, cube: Cube, region: str) -> bool:
    return bool(np.median(values[:, :, cube.labels("region").index(region)], axis=0).max() > 0.01)


def _prices(outcome: Outcome) -> Picture:
    cube = outcome.simulation["price"]
    weeks, panels = cube.labels("week"), []
    for product in _SHOWN:
        if product in cube.labels("product"):
            series = [(m, *_fan(cube.select(product=product, market=m).values)) for m in ("outside", "china")]
            panels.append(Panel(outcome.simulation.network.chain.products[product].name, series))
    title = "Prices relative to normal, outside China and in China"
    return title, small_multiples(title, weeks, panels, "times normal", same_scale=False), "prices"


def _chain(outcome: Outcome) -> Picture:
    """Who makes magnets, who uses them, before and in the worst quarter of the run."""
    cube = outcome.simulation["flows"]
    net = outcome.simulation.network
    exported = outcome.simulation["exports"].select(product=MAGNETS).sum("product", "region").values
    weekly = np.median(exported, axis=0)
    width = min(13, len(weekly))
    sums = np.convolve(weekly, np.ones(width), "valid")
    start = int(sums.argmin())
    level = float(np.median(outcome.simulation.draws["level"]))
    before, after = [], []
    for product in MAGNETS:
        flow = np.median(cube.select(product=product).values[:, start : start + width].mean(axis=1), axis=0)
        for o, origin in enumerate(cube.labels("origin")):
            for r, region in enumerate(cube.labels("region")):
                edge = (product, origin, region)
                usual = net.flow[net.edges.index(edge)] * level if edge in net.edges else 0.0
                if usual > 0:
                    before.append(("magnets sent", origin, "magnets received", region, usual * 13))
                    after.append(("magnets sent", origin, "magnets received", region, float(flow[o, r]) * 13))
    day = outcome.simulation["exports"].labels("week")[start]
    title = f"Magnets between regions, t in 13 weeks: normal, and from {day}"
    rows = _merged(before, after)
    sheet = Sheet("magnets_between_regions", title, ("origin", "region", "t_normal", "t_run"), rows)
    return title, sankey(title, before, after, unit="t", panels=("Normal", f"13 weeks from {day}")), sheet


def _merged(before: Sequence[tuple[Any, ...]], after: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    sums: dict[tuple[str, str], list[float]] = {}
    for side, flows in enumerate((before, after)):
        for _, origin, _, region, value in flows:
            sums.setdefault((origin, region), [0.0, 0.0])[side] += value
    return tuple((o, r, round(a, 1), round(b, 1)) for (o, r), (a, b) in sorted(sums.items()))

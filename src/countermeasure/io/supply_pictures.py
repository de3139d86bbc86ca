"""Pictures of a supply run: exports, plants that stand still, prices, the chain before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.io.pictures import Panel, fan_chart, sankey, small_multiples, stack_bars
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import MAGNETS, monthly_exports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.cube import Cube
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["pictures_of"]

Picture = tuple[str, str, "str | Sheet"]
"""Title, SVG, and its table: the name of a sheet of the run, or a sheet of its own."""
_STOCKS = ("mag_heavy", "mag_light", "mag_smco", "ox_dy", "ox_y", "me_dy")
_LEAST_TRADE = 5.0
"""Regions that pass less than this, t a year, are left out of the picture of stocks."""
_SHOWN = ("ox_dy", "ox_tb", "ox_y", "ox_ndpr", "mag_heavy", "mag_light")


def pictures_of(outcome: Outcome) -> Mapping[str, Picture]:
    """Pictures by file name."""
    found = {"exports": _exports(outcome)}
    for reading, result in outcome.buyers.items():
        found[f"stopped_{reading}"] = _stopped(outcome, reading, result)
    found["unmet_use"] = _unmet(outcome)
    found["stocks"] = _cover(outcome)
    found["prices"] = _prices(outcome)
    found["chain"] = _chain(outcome)
    return found


def _fan(values: Floats) -> tuple[list[float], list[float], list[float]]:
    low, mid, high = np.quantile(values, BAND, axis=0).tolist()
    return low, mid, high


def _exports(outcome: Outcome) -> Picture:
    from countermeasure.supply.history import observed

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


def _unmet(outcome: Outcome) -> Picture:
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
        if series:
            panels.append(Panel(outcome.simulation.network.chain.products[product].name, series))
    if not panels:
        flat = [0.0] * len(weeks)
        panels.append(Panel("Every use is met", [("all regions", flat, flat, flat)]))
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


def _cover(outcome: Outcome) -> Picture:
    """Weeks of normal use in stock, by product and region outside China."""
    cube, net = outcome.simulation["stock"], outcome.simulation.network
    weeks, level = cube.labels("week"), outcome.simulation.draws["level"][:, None]
    panels, rows = [], []
    for product in _STOCKS:
        series = []
        for region in net.regions:
            node = net.node_at.get((product, region))
            if region == "CN" or node is None or net.through[node] * 52 < _LEAST_TRADE:
                continue
            values = cube.select(product=product, region=region).values / (net.through[node] * level)
            fan = _fan(values)
            series.append((region, *fan))
            rows += [(week, product, region, *(round(side[w], 2) for side in fan)) for w, week in enumerate(weeks)]
        if series:
            panels.append(Panel(net.chain.products[product].name, series))
    title = "Stocks outside China, in weeks of normal use"
    sheet = Sheet("stocks", title, ("week", "product", "region", "weeks_low", "weeks_median", "weeks_high"), tuple(rows))
    return title, small_multiples(title, weeks, panels, "weeks", same_scale=False), sheet


def _chain(outcome: Outcome) -> Picture:
    """Who makes magnets, who makes parts of them, who uses those: in normal times and in the worst quarter of the run."""
    exported = outcome.simulation["exports"].select(product=MAGNETS).sum("product", "region").values
    weekly = np.median(exported, axis=0)
    width = min(13, len(weekly))
    start = int(np.convolve(weekly, np.ones(width), "valid").argmin())
    span = slice(start, start + width)
    parts = tuple(p for p in outcome.simulation.network.products if p.startswith("co_"))
    before, after = [], []
    for products, sent, received in ((MAGNETS, "magnets made", "parts made"), (parts, "parts made", "parts used")):
        for origin, region, usual, now in _between(outcome, products, span):
            if (origin, region) != ("CN", "CN"):
                before.append((sent, origin, received, region, usual * width))
                after.append((sent, origin, received, region, now * width))
    day = outcome.simulation["exports"].labels("week")[start]
    title = f"Magnets, loose and in parts, t in {width} weeks: normal, and from {day}"
    rows = tuple(
        (a[0], a[1], a[2], a[3], round(a[4], 1), round(b[4], 1)) for a, b in zip(before, after, strict=True) if a[4] >= 0.05
    )
    sheet = Sheet("chain", title, ("from_stage", "origin", "to_stage", "region", "t_normal", "t_run"), rows)
    picture = sankey(title, before, after, unit="t", panels=("Normal", f"{width} weeks from {day}"))
    return f"{title}; what stays in China is left out", picture, sheet


def _between(outcome: Outcome, products: Sequence[str], span: slice) -> Iterator[tuple[str, str, float, float]]:
    """Origin, region, normal and medial weekly tonnes of some products; what stays in a region is made less sent."""
    net, simulation = outcome.simulation.network, outcome.simulation
    level = float(np.median(simulation.draws["level"]))
    flows, made = simulation["flows"], simulation["made"]
    sums: dict[tuple[str, str], list[float]] = {}
    for product in products:
        place = net.products.index(product)
        sent = np.median(flows.select(product=product).values[:, span].mean(axis=1), axis=0)
        output = np.median(made.select(product=product).values[:, span].mean(axis=1), axis=0)
        for o, origin in enumerate(net.regions):
            for r, region in enumerate(net.regions):
                usual = float(net.base.flows[place, o, r]) * level
                if origin == region:
                    gone = sent[flows.labels("origin").index(origin)].sum() if origin in flows.labels("origin") else 0.0
                    now = max(float(output[made.labels("region").index(region)]) - float(gone), 0.0)
                elif usual > 0:
                    now = float(sent[flows.labels("origin").index(origin), flows.labels("region").index(region)])
                else:
                    continue
                total = sums.setdefault((origin, region), [0.0, 0.0])
                total[0] += usual
                total[1] += now
    for (origin, region), (usual, now) in sorted(sums.items()):
        if usual > 0:
            yield origin, region, usual, now

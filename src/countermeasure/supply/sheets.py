"""A run as tables: files, pages and screens show these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import monthly_exports
from countermeasure.supply.history import observed
from countermeasure.supply.summary import study_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Sheet", "sheets_of"]


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


def sheets_of(outcome: Outcome) -> tuple[Sheet, ...]:
    """All tables of a run, in the order of reading."""
    found = [_exports(outcome), _monthly(outcome)]
    for reading, result in outcome.buyers.items():
        found += [_stopped(reading, result), _lost(reading, result), _licenses(reading, result)]
    found += [_final(outcome), _prices(outcome)]
    if outcome.costs:
        found += [_economy(outcome), *(_sectors(reading, outcome) for reading in outcome.costs), _studies(outcome)]
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
    for reading in outcome.costs:
        for region in outcome.regions:
            low, mid, high = np.quantile(outcome.gdp_change(reading, region), BAND)
            rows.append((reading, region, *(round(float(v), 6) for v in (low, mid, high))))
    columns = ("reading", "region", "share_low", "share_median", "share_high")
    return Sheet("gdp", "Change of GDP over the first 52 weeks, share of a year's", columns, tuple(rows))


def _sectors(reading: str, outcome: Outcome) -> Sheet:
    """Lost output and value added by sector, where there is any."""
    cost = outcome.costs[reading]
    output, value = np.quantile(cost.output, BAND, axis=0), np.quantile(cost.value_added, BAND, axis=0)
    rows: list[tuple[Any, ...]] = [
        (region, sector, *(round(float(v), 1) for v in (*output[:, n], *value[:, n])))
        for n, (region, sector) in enumerate(cost.nodes)
        if output[2, n] >= 1.0
    ]
    rows.sort(key=lambda row: -row[3])
    columns = (
        "region",
        "sector",
        *(f"{what}_musd_{q}" for what in ("output", "value_added") for q in ("low", "median", "high")),
    )
    return Sheet(f"sectors_{reading}", f"Output and value added lost in 52 weeks, stocks as {reading}", columns, tuple(rows))


def _studies(outcome: Outcome) -> Sheet:
    """What others found for their shocks, ours for this scenario, and why they differ."""
    rows = study_rows(outcome)
    return Sheet("studies", "What others found, and this run beside it", ("study", "theirs", "ours", "why_they_differ"), rows)


def _parameters(outcome: Outcome) -> Sheet:
    records = outcome.simulation.parameters.to_rows()
    columns: Sequence[str] = tuple(records[0])
    return Sheet("parameters", "Parameters of the run", tuple(columns), tuple(tuple(r[c] for c in columns) for r in records))

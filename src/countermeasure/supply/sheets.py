"""A run as tables: files, pages and screens show these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.supply.cube import BAND
from countermeasure.supply.flow.fit import monthly_exports
from countermeasure.supply.history import observed
from countermeasure.supply.summary import study_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.buyers.run import BuyersResult
    from countermeasure.supply.cube import Cube
    from countermeasure.supply.outcome import Outcome

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["sheets_of"]


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


def _flat(cube: Cube, digits: int, least: float = 0.0) -> tuple[tuple[Any, ...], ...]:
    """One row a cell of a cube over draws: labels, 5 %, median and 95 %; series that never pass ``least`` are left out."""
    bands = _quantiles(cube.values)
    names = cube.names[1:]
    timed = names[0] in ("week", "quarter")
    high = np.nan_to_num(bands[2])
    shown = np.broadcast_to(high.max(axis=0) > least, high.shape) if timed else high > least
    shown = shown & np.isfinite(bands[1])
    labels = [cube.labels(name) for name in names]
    return tuple(
        (*(names_[i] for names_, i in zip(labels, place, strict=True)), *(round(float(side[place]), digits) for side in bands))
        for place in zip(*np.nonzero(shown), strict=True)
    )


def _columns(cube: Cube, unit: str) -> tuple[str, ...]:
    return (*cube.names[1:], *(f"{unit}_{level}" for level in ("low", "median", "high")))


def _exports(outcome: Outcome) -> Sheet:
    cube = outcome.simulation["exports"]
    return Sheet("exports", "Chinese exports by week, t", _columns(cube, "t"), _flat(cube, 3))


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


def _stopped(reading: str, result: BuyersResult) -> Sheet:
    cube, title = result["stopped"], f"Share of use whose buyers stand still, stocks as {reading}"
    return Sheet(f"stopped_{reading}", title, _columns(cube, "share"), _flat(cube, 5))


def _lost(reading: str, result: BuyersResult) -> Sheet:
    cube, title = result["lost_by_quarter"], f"Share of output lost by quarter, stocks as {reading}"
    return Sheet(f"lost_output_{reading}", title, _columns(cube, "share"), _flat(cube, 5))


def _licenses(reading: str, result: BuyersResult) -> Sheet:
    cube, title = result["license_state"], "License state of the buyers who need one"
    return Sheet(f"licenses_{reading}", title, _columns(cube, "share"), _flat(cube, 4))


def _final(outcome: Outcome) -> Sheet:
    cube, title = outcome.simulation["lost"], "Final use not met, if all buyers of a region shared their stocks"
    return Sheet("unmet_use", title, _columns(cube, "share"), _flat(cube, 5, 1e-6))


def _prices(outcome: Outcome) -> Sheet:
    cube, title = outcome.simulation["price"], "Prices relative to normal, in China and outside"
    return Sheet("prices", title, _columns(cube, "times"), _flat(cube, 3))


def _economy(outcome: Outcome) -> Sheet:
    rows = []
    for reading in outcome.costs:
        for region in outcome.regions:
            low, mid, high = np.quantile(outcome.gdp_change(reading, region), BAND)
            rows.append((reading, region, *(round(float(v), 6) for v in (low, mid, high))))
    columns = ("reading", "region", "share_low", "share_median", "share_high")
    return Sheet(
        "gdp", f"Change of GDP over the first {min(outcome.scenario.weeks, 52)} weeks, share of a year's", columns, tuple(rows)
    )


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

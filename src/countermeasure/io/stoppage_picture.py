"""Which industries stand still where, week by week, with the band of the draws: a chart for each industry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.io.pictures import Panel, fan_chart, small_multiples
from countermeasure.supply.cube import BAND
from countermeasure.supply.summary import output_at_stake

if TYPE_CHECKING:
    from countermeasure.io.supply_pictures import Picture
    from countermeasure.supply.firm.answer import FirmAnswer
    from countermeasure.supply.outcome import Outcome

__all__ = ["STOCKS", "firm_picture", "stoppage_picture"]

STOCKS = {"implied": "stocks as 2025 implies", "reported": "stocks as firms report them"}
"""What a reading of stocks means."""
_PANELS, _LINES = 6, 3
_LEAST = 0.005
"""Series that stay below this share of use are left out."""


def stoppage_picture(outcome: Outcome, reading: str) -> Picture:
    """Share of use that stands still by industry and region, the industries with most output at stake.

    Args:
        outcome: The run.
        reading: Reading of buyers' stocks.

    Returns:
        Title, picture, and its figures.
    """
    cube = outcome.buyers[reading]["stopped"]
    values = np.nan_to_num(cube.values)
    low, mid, high = np.quantile(values, BAND, axis=0)
    weeks, industries, regions = (cube.labels(axis) for axis in ("week", "industry", "region"))
    stakes = high.max(axis=0) * output_at_stake(industries, regions)
    names = outcome.simulation.network.chain.industries
    panels, rows = [], []
    for i in np.argsort(-stakes.sum(axis=1), kind="stable")[:_PANELS].tolist():
        kept = [r for r in np.argsort(-stakes[i], kind="stable").tolist() if high[:, i, r].max() >= _LEAST][:_LINES]
        if not kept:
            continue
        panels.append(
            Panel(names[industries[i]], [(regions[r], *(side[:, i, r].tolist() for side in (low, mid, high))) for r in kept])
        )
        rows += [
            (industries[i], regions[r], week, *(round(float(side[w, i, r]), 5) for side in (low, mid, high)))
            for r in kept
            for w, week in enumerate(weeks)
        ]
    title = f"Use that stands still, by industry and region; {STOCKS[reading]}"
    if not panels:
        flat = [0.0] * len(weeks)
        panels.append(Panel("Nothing above half a percent", [("all regions", flat, flat, flat)]))
    columns = ("industry", "region", "week", "share_low", "share_median", "share_high")
    sheet = Sheet(f"stoppages_{reading}", title, columns, tuple(rows))
    return title, small_multiples(title, weeks, panels, "% of use", same_scale=False), sheet


def firm_picture(answer: FirmAnswer) -> Picture:
    """Share of draws in which each line has stopped by the end of each week; parts where there are no lines."""
    from countermeasure.codes.day import format_day

    chosen = [one for one in answer.outlooks if one.kind == "line"] or list(answer.outlooks)
    weeks = [format_day(answer.day0 + 7 * week) for week in range(answer.weeks)]
    gap = [float("nan")] * answer.weeks
    series = [(one.name, gap, list(one.stopped_by), gap) for one in chosen[:8]]
    title = "Your lines: share of draws in which each has stopped at least once"
    rows = tuple((one.name, week, round(share, 4)) for one in chosen for week, share in zip(weeks, one.stopped_by, strict=True))
    sheet = Sheet("firm_stopped_by", title, ("line", "week", "share_of_draws"), rows)
    return title, fan_chart(title, weeks, series, "% of draws", band="", line="share of draws"), sheet

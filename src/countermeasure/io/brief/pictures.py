"""Pictures of a brief, drawn from its own tables; each stands beside the table it shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from countermeasure.io.pictures import Panel, small_multiples, stack_bars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from countermeasure.brief.model import Brief
    from countermeasure.codes.sheet import Sheet

__all__ = ["pictures_of"]

_BARS = 18
"""As many shipments as have room for their names; the dearest are drawn."""
_PANELS = 9


def pictures_of(brief: Brief) -> Mapping[str, str]:
    """SVG by the name of the table it shows."""
    found: dict[str, str] = {}
    for section in brief.sections:
        for sheet in section.sheets:
            draw = _DRAWN.get(sheet.name)
            svg = draw(sheet) if draw is not None else ""
            if svg:
                found[sheet.name] = svg
    return found


def _duties(sheet: Sheet) -> str:
    """Ordinary duty of each entry within its span, first reading."""
    rows: dict[str, tuple[float, float, float]] = {}
    for row in sheet.records():
        low, usd, high = row["duty least USD"], row["duty ordinary USD"], row["duty greatest USD"]
        if usd is not None and row["shipment"] not in rows:
            rows[str(row["shipment"])] = (usd if low is None else low, usd, usd if high is None else high)
    dearest = sorted(rows.items(), key=lambda item: -item[1][2])[:_BARS]
    if len(dearest) < 2:
        return ""
    title = "Duty of each entry" if len(rows) <= _BARS else f"Duty of the {_BARS} dearest entries"
    low, usd, high = ([values[place] for _, values in dearest] for place in range(3))
    words = "least to greatest, over the facts that are open"
    return stack_bars(title, [name for name, _ in dearest], ["ordinary duty"], [usd], "USD", (low, high), band_words=words)


def _stopped(sheet: Sheet) -> str:
    """Share of draws that have stopped by each week: a chart for each line or part, a curve for each scenario."""
    weeks = sorted({str(row["week of"]) for row in sheet.records()})
    curves: dict[str, dict[str, dict[str, float]]] = {}
    for row in sheet.records():
        curves.setdefault(str(row["line or part"]), {}).setdefault(str(row["scenario"]), {})[str(row["week of"])] = row[
            "share of draws"
        ]
    moved = [name for name, cases in curves.items() if any(max(c.values(), default=0.0) > 0 for c in cases.values())]
    panels, gap = [], [math.nan] * len(weeks)
    for name in moved[:_PANELS]:
        series = []
        for case, values in curves[name].items():
            series.append((case, gap, [values.get(week, math.nan) for week in weeks], gap))
        panels.append(Panel(name, series))
    if not panels:
        return ""
    return small_multiples(
        "Share of draws in which it has stopped by a week", weeks, panels, "% of draws", band="", line="share of draws"
    )


_DRAWN: Mapping[str, Callable[[Sheet], str]] = {"duty_entries": _duties, "firm_by_week": _stopped}

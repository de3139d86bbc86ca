"""Tariffs in force before 2025, for the compact baseline: the United States by line, China by published averages."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.load import shipped_data
from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.errors import NotFoundError
from countermeasure.scenario.duties import BEFORE, us_averages
from countermeasure.trade.multi.hs import GOODS, SECTORS

if TYPE_CHECKING:
    from countermeasure.scenario.duties import DutyAverages
    from countermeasure.trade.multi.weights import ImportWeights

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["china_averages", "tariff_rows", "us_tariffs"]


def china_averages() -> tuple[float, float]:
    """Average Chinese tariffs on the United States and on others at the start of 2025, as published (fractions).

    Raises:
        NotFoundError: If the table of averages does not have them.
    """
    with (shipped_data() / "averages" / "us_china_averages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = []
    for exporter in ("US", "WORLD"):
        held = [
            row
            for row in rows
            if (row["importer"], row["exporter"], row["maker"]) == ("CN", exporter, "piie")
            and row["standing"] == "printed"
            and row["date"] <= "2025-01-31"
        ]
        if not held:
            raise NotFoundError("there is no average of China's tariffs", where="us_china_averages.csv")
        found.append(float(max(held, key=lambda row: row["date"])["value"]))
    return found[0], found[1]


def us_tariffs(weights: ImportWeights) -> DutyAverages:
    """US duties before everything, in the ordinary case, no preference claimed."""
    return us_averages(DutyEngine.shipped(), parse_day(BEFORE), Reading.TEXT, usmca_claimed=0.0, weights=weights)


def tariff_rows(codes: tuple[str, ...], averages: DutyAverages) -> dict[tuple[str, str], Floats]:
    """Tariffs by importer and origin, (J,); pairs without a source are absent, home sales too."""
    on_us, on_others = china_averages()
    goods = np.array([sector in GOODS for sector in SECTORS], dtype=np.float64)
    rates = np.nan_to_num(averages.rate)
    found = {("US", code): rates[n] for n, code in enumerate(codes) if code != "US"}
    return found | {("CN", code): goods * (on_us if code == "US" else on_others) for code in codes if code != "CN"}

"""What happened: observed exports, prices and stoppages, by series and period."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.supply.tables import shipped_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["fitted_months", "observed"]


@lru_cache(maxsize=1)
def observed() -> Mapping[str, Mapping[str, float]]:
    """Observed values by series and period."""
    lines = [line for line in shipped_text("observed.csv").splitlines() if not line.startswith("#")]
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(lines):
        found.setdefault(row["series"], {})[row["period"]] = float(row["value"])
    return found


def fitted_months() -> dict[str, float]:
    """What the fit is made on: exports of April to September 2025, t by month."""
    world = observed()["cn_magnet_exports_world"]
    return {month: value for month, value in world.items() if "2025-04" <= month <= "2025-09"}

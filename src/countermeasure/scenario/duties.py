"""From the book to the model: what tariffs are on a day, averaged over trade by economy and sector.

US duties on all origins come from the duty engine over US imports of 2024. No imports of China by customs number were found, so
that China's duties on US goods are published averages over all goods. Other economies' tariffs stay as they were.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.load import shipped_data
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.average import programme_rates
from countermeasure.errors import InputError
from countermeasure.trade.multi.economies import economies
from countermeasure.trade.multi.weights import us_imports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.book.model import Reading
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.duty.schedule import Schedule
    from countermeasure.trade.multi.weights import ImportWeights

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Rows = np.ndarray[Any, np.dtype[np.int32]]
    Places = np.ndarray[Any, np.dtype[np.integer[Any] | np.bool_]]

__all__ = ["BEFORE", "BEFORE_CHINA", "USMCA_CLAIMED", "DutyAverages", "chinese_average", "us_averages"]

BEFORE = "2025-01-01"
"""The day whose tariffs the shipped baseline holds."""
BEFORE_CHINA = "2025-01-20"
"""The day of the published average of China that it holds; nothing changed since ``BEFORE`` but the weights of its maker."""
USMCA_CLAIMED = 0.5
"""Share of Canadian and Mexican goods that claim the agreement; an assumption (U)."""


@dataclass(frozen=True)
class DutyAverages:
    """Average duties of an importer on a day by economy and sector.

    Attributes:
        rate: Over trade, (N, J); nan where nothing is imported.
        value: Trade they are averaged over, million USD, (N, J).
        economies: Codes, (N,).
        on: Epoch day.
        unknown: Share of the trade whose line the schedule does not know.
        specific: Share on lines with specific rates, whose column-1 part is left out.
    """

    rate: Array
    value: Array
    economies: tuple[str, ...]
    on: int
    unknown: float
    specific: float


def us_averages(
    engine: DutyEngine,
    on: int,
    reading: Reading,
    *,
    usmca_claimed: float = USMCA_CLAIMED,
    weights: ImportWeights | None = None,
) -> DutyAverages:
    """US duties on a day by economy of origin and sector, over imports of 2024, in the ordinary case.

    Args:
        engine: Duty engine: the book as known, scenarios included.
        on: Epoch day.
        reading: Reading of the book.
        usmca_claimed: Share of Canadian and Mexican goods that claim the agreement.
        weights: Imports to average over; the shipped ones if absent.
    """
    if weights is None:
        return _over_shipped(engine, on, reading, usmca_claimed)
    return _averages(engine, on, reading, usmca_claimed, weights)


@lru_cache(maxsize=16)
def _over_shipped(engine: DutyEngine, on: int, reading: Reading, usmca_claimed: float) -> DutyAverages:
    """Averages over the shipped imports, kept for the next question about the same engine."""
    found = _averages(engine, on, reading, usmca_claimed, us_imports())
    for array in (found.rate, found.value):
        array.flags.writeable = False
    return found


def _averages(engine: DutyEngine, on: int, reading: Reading, usmca_claimed: float, weights: ImportWeights) -> DutyAverages:
    schedule, compiled = engine.us_schedule, engine.compiled("US", reading)
    row = _first_rows(schedule, weights.lines, on)
    origin = np.array([ORIGINS.index(c) for c in weights.countries], dtype=np.int32)
    good = row[weights.line] >= 0
    at, country = row[weights.line[good]], weights.country[good]
    codes = np.asarray(schedule.codes)

    def priced(cells: Places, known: Mapping[str, float] | None = None) -> tuple[Array, Places]:
        """Rates of some cells, and which have a specific rate that is left out."""
        _, parts, blind = programme_rates(
            compiled, schedule, on, codes[at[cells]], origin[country[cells]], at[cells], known=known
        )
        return np.asarray(parts.sum(axis=1)), blind

    rate, blind = priced(np.arange(len(at)))
    if usmca_claimed > 0:
        partners = np.flatnonzero(np.isin(np.array(weights.countries)[country], ("CA", "MX")))
        rate[partners] = (1 - usmca_claimed) * rate[partners] + usmca_claimed * priced(partners, {"usmca": 1.0})[0]
    rates = np.zeros(len(weights.musd))
    rates[good] = rate
    known, whole = weights.totals(weights.musd * good), float(weights.musd.sum())
    duty = weights.totals(rates * weights.musd)
    return DutyAverages(
        np.divide(duty, known, out=np.full(known.shape, np.nan), where=known > 0),
        known,
        economies().codes,
        on,
        float(weights.musd[~good].sum()) / whole,
        float(weights.musd[good][blind].sum()) / whole,
    )


def _first_rows(schedule: Schedule, lines: Sequence[str], on: int) -> Rows:
    """First row of the schedule under each number that is live on a day, -1 where there is none."""
    digits = [line.replace(".", "") for line in lines]
    low = np.array([int(one.ljust(10, "0")) for one in digits], dtype=np.int64)
    high = low + np.array([10 ** (10 - len(one)) for one in digits], dtype=np.int64)
    starts, stops = np.searchsorted(schedule.codes, low), np.searchsorted(schedule.codes, high)
    live = np.flatnonzero((schedule.from_day <= on) & (on < schedule.until_day))
    place = np.searchsorted(live, starts)
    found = live[np.minimum(place, len(live) - 1)] if len(live) else np.full(len(digits), -1)
    return np.where((place < len(live)) & (found < stops), found, -1).astype(np.int32)


def chinese_average(on: int) -> tuple[float, str]:
    """China's average duty on US goods on a day, and where it is from: the last published step of the Peterson Institute.

    Raises:
        InputError: If the day is before the first step.
    """
    path = shipped_data() / "averages" / "us_china_averages.csv"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    steps = [
        (parse_day(row["date"]), float(row["value"]), row["confidence"])
        for row in csv.DictReader(lines)
        if (row["importer"], row["exporter"], row["maker"]) == ("CN", "US", "piie") and row["standing"] != "planned"
    ]
    past = [step for step in sorted(steps) if step[0] <= on]
    if not past:
        raise InputError(
            f"no average of China's duties on US goods is known on {format_day(on)}",
            code="no_average",
            cure="Take a later day.",
        )
    day, value, confidence = past[-1]
    return value, f"Peterson Institute, step of {format_day(day)}, confidence {confidence}"

"""Duties of 2025 as policies of the trade model: those that goods met in May, over the year, and at the height.

US duties are the engine's, averaged over imports of 2024; China's are the published averages. Goods that left China in
the middle of May were entered about a month later: the voyage takes four to six weeks (``supply/transit.csv``, U).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.model import Reading
from countermeasure.codes.day import parse_day
from countermeasure.duty.engine import DutyEngine
from countermeasure.scenario.duties import BEFORE, BEFORE_CHINA, chinese_average, us_averages
from countermeasure.trade.multi.policy import Policy

if TYPE_CHECKING:
    from countermeasure.scenario.duties import DutyAverages
    from countermeasure.trade.multi.baseline import Baseline

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["FLAT", "TITLES", "Duties", "duties_of_2025", "flat_policy", "policy_under"]

FLAT = (1.45, 1.25, 0.10)
"""Points added in the run ``flat``: by the US on China, by China on the US, by the US on all others."""
_ARRIVAL = "2025-06-15"
_HEIGHT = "2025-04-15"
_TRUCE = "2025-05-15"
_ANNOUNCED = ("2025-04-09", "2025-04-05")
"""First day of the duties of 2 April, and the day whose knowledge counts: before China answered and others were spared."""
_CHINA_HEIGHT = ("2025-04-10", "2025-05-14")
"""Days of China's 84 and 125 points; goods that left before them and came within them were spared (cn-tc-2025-4)."""

TITLES = {
    "may": "Goods of May 2025 where they were entered: US duties of 15 June, China's average over the days of May",
    "may_leaving": "Duties that stood on the days of May 2025, when goods left China",
    "may_spared": "As the first, US goods spared that were on their way to China before 10 April",
    "year": "2025: US duties of the 15th of each month weighted by its days, China's average over the days of the year",
    "year_later": "As the first, US duties a month after goods left China: February 2025 to January 2026",
    "year_spared": "As the first, US goods spared that were on their way to China before 10 April",
    "april_15": "The height: duties of 15 April 2025 as the law had them, with its exemptions",
    "truce": "The truce: duties of 15 May 2025",
    "april_2": "US duties of 2 April 2025 as announced, no answer of anyone",
    "flat": "145 and 125 points on all goods, 10 points on all other US imports",
    "flat_alone": "145 and 125 points on all goods",
}
"""What the word of a run stands for."""


@dataclass(frozen=True, eq=False)
class Duties:
    """Duties that stand for a period.

    Attributes:
        id: Word of the run.
        title: In a line.
        us: Rates of the United States by economy of origin and sector, (N, J); nan where it imports nothing.
        us_before: The same before 2025.
        economies: Codes, (N,).
        us_on_china: Mean of ``us`` on China over imports of 2024.
        us_on_all: Mean of ``us`` over imports of 2024.
        china: China's average on US goods.
        china_before: The same before 2025.
    """

    id: str
    title: str
    us: Array
    us_before: Array
    economies: tuple[str, ...]
    us_on_china: float
    us_on_all: float
    china: float
    china_before: float


def duties_of_2025() -> dict[str, Duties]:
    """Duties by run. Each day is asked of the engine once in a call."""
    engine, asked = DutyEngine.shipped(), dict[str, "DutyAverages"]()

    def us(day: str) -> Array:
        if day not in asked:
            asked[day] = us_averages(engine, parse_day(day), Reading.TEXT)
        return asked[day].rate

    us(BEFORE)
    before = asked[BEFORE]
    year = range(parse_day("2025-01-01"), parse_day("2026-01-01"))
    may = range(parse_day("2025-05-01"), parse_day("2025-06-01"))
    months = [(f"2025-{m:02d}-15", monthrange(2025, m)[1]) for m in range(1, 13)]
    later = [*months[1:], ("2026-01-15", 31)]
    _, known_on = _ANNOUNCED
    announced = us_averages(
        DutyEngine(known_on=parse_day(known_on), readings=(Reading.TEXT,)), parse_day(_ANNOUNCED[0]), Reading.TEXT
    ).rate
    height = sum(day < parse_day(_CHINA_HEIGHT[1]) for day in may)
    leaving = (height * us(_HEIGHT) + (len(may) - height) * us(_TRUCE)) / len(may)
    over_year = _mean([(us(day), days) for day, days in months])
    met = us(_ARRIVAL)
    rows: tuple[tuple[str, Array, float], ...] = (
        ("may", met, _china(may)),
        ("may_leaving", leaving, _china(may)),
        ("may_spared", met, _china(may, spared=True)),
        ("year", over_year, _china(year)),
        ("year_later", _mean([(us(day), days) for day, days in later]), _china(year)),
        ("year_spared", over_year, _china(year, spared=True)),
        ("april_15", us(_HEIGHT), chinese_average(parse_day(_HEIGHT))[0]),
        ("truce", us(_TRUCE), chinese_average(parse_day(_TRUCE))[0]),
        ("april_2", announced, chinese_average(parse_day(BEFORE_CHINA))[0]),
    )
    return {
        id_: Duties(
            id_,
            TITLES[id_],
            rate,
            before.rate,
            before.economies,
            _over_trade(rate, before, "CN"),
            _over_trade(rate, before),
            china,
            chinese_average(parse_day(BEFORE_CHINA))[0],
        )
        for id_, rate, china in rows
    }


def _mean(parts: list[tuple[Array, int]]) -> Array:
    return np.asarray(sum(rate * days for rate, days in parts) / sum(days for _, days in parts))


def _china(days: range, *, spared: bool = False) -> float:
    """Mean of China's published averages over days.

    With ``spared``, days of the height count with the average before it: with a voyage of five weeks all that came by sea
    until its last day had left before it began. Goods by air had not.
    """
    first, after = (parse_day(day) for day in _CHINA_HEIGHT)
    asked = [first - 1 if spared and first <= day < after else day for day in days]
    return float(np.mean([chinese_average(day)[0] for day in asked]))


def _over_trade(rate: Array, weights: DutyAverages, origin: str | None = None) -> float:
    """Mean over imports of 2024."""
    rows = slice(None) if origin is None else [weights.economies.index(origin)]
    value = weights.value[rows]
    return float(np.nansum(rate[rows] * value) / value.sum())


def policy_under(duties: Duties, baseline: Baseline) -> Policy:
    """Put the change of duties since before 2025 on the flows of a baseline, as (1 + now) / (1 + then)."""
    policy = Policy.of(baseline)
    tariff = policy.tariff
    us, china, goods = baseline.country("US"), baseline.country("CN"), np.flatnonzero(baseline.goods)
    change = np.nan_to_num((1 + duties.us) / (1 + duties.us_before))
    for place, code in enumerate(duties.economies):
        if code != "US":
            origin = baseline.country(code)
            factor = np.where(change[place, goods] > 0, change[place, goods], 1.0)
            tariff[us, origin, goods] = (1 + tariff[us, origin, goods]) * factor - 1
    tariff[china, us, goods] = (1 + tariff[china, us, goods]) * (1 + duties.china) / (1 + duties.china_before) - 1
    return policy


def flat_policy(baseline: Baseline, points: tuple[float, float, float] = FLAT) -> Policy:
    """Points added on all goods: US on China, China on US, US on all others; nothing is exempt."""
    policy = Policy.of(baseline)
    us, china, goods = baseline.country("US"), baseline.country("CN"), np.flatnonzero(baseline.goods)
    for origin in range(len(baseline.countries)):
        if origin not in (us, china):
            policy.tariff[us, origin, goods] += points[2]
    policy.tariff[us, china, goods] += points[0]
    policy.tariff[china, us, goods] += points[1]
    return policy

"""What a back-test ends with: observed figures, readings, single elasticities, forecasts and targets, and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.codes.target import Target

if TYPE_CHECKING:
    from countermeasure.scenario.record.duties import Duties
    from countermeasure.scenario.record.figures import Figure

__all__ = [
    "ELSEWHERE",
    "FITTED",
    "FORECAST_YEARS",
    "HORIZONS",
    "TOTALS",
    "TO_US",
    "BackTest",
    "BracketRow",
    "ForecastRow",
    "ReadingRow",
    "RecordRow",
    "Target",
]

HORIZONS = (0.0, 0.5, 1.0, 2.0, 3.0, 8.5)
"""Years at which every figure is simulated; the last is the long run."""
FORECAST_YEARS: tuple[float, ...] = (1.0, 3.0, 8.5)
"""Years that stand beside forecasts of others."""
FITTED = "china_exports_to_us_may_2025"
"""The one figure that is fitted."""
TO_US = "china_exports_to_us_2025"
ELSEWHERE = (
    "china_exports_to_southeast_asia_2025",
    "china_exports_to_eu_2025",
    "china_exports_to_africa_2025",
    "china_exports_to_latin_america_2025",
)
"""Where China's exports went in 2025, as far as the record has it."""
TOTALS = {"2025": "china_total_exports_2025", "2025-05": "china_total_exports_may_2025"}
"""All of China's exports, by period."""


@dataclass(frozen=True)
class RecordRow:
    """An observed figure beside the simulated one. Changes are fractions.

    Attributes:
        figure: What was observed.
        simulated: At ``HORIZONS``.
        fitted: At the fitted share.
        quantity: At the fitted share, quantities in place of values.
        reach: Least and most that any share from none to the long run gives.
        total: Change of all of China's exports over the same period: observed, then simulated at the fitted share; ``None``
            for figures that are not a part of them.
        why: What explains a distance.
    """

    figure: Figure
    simulated: tuple[float, ...]
    fitted: float
    quantity: float
    reach: tuple[float, float]
    total: tuple[float, float] | None
    why: str

    @property
    def kind(self) -> str:
        """``fitted``, ``trend`` for totals, whose growth the model does not have, or ``predicted``."""
        if self.figure.id == FITTED:
            return "fitted"
        return "trend" if self.figure.id in TOTALS.values() else "predicted"

    @property
    def sign_right(self) -> bool:
        """Whether the simulated value moves as the observed one."""
        return self.fitted * self.figure.value > 0

    @property
    def distance(self) -> float:
        """Simulated less observed."""
        return self.fitted - self.figure.value

    @property
    def beyond(self) -> float:
        """Observed less the nearest that any share reaches; 0 if it is within reach."""
        low, high = self.reach
        return self.figure.value - float(np.clip(self.figure.value, low, high))

    @property
    def net(self) -> tuple[float, float] | None:
        """Observed and simulated less the change of all of China's exports, each its own."""
        return None if self.total is None else (self.figure.value - self.total[0], self.fitted - self.total[1])

    @property
    def net_sign_right(self) -> bool | None:
        """The same for what is net of the total."""
        return None if self.net is None else self.net[0] * self.net[1] > 0


@dataclass(frozen=True)
class ReadingRow:
    """The same figure under another reading of what duties the goods met.

    Attributes:
        figure: What was observed.
        duties: The reading.
        simulated: At the fitted share.
        reach: As in ``RecordRow``.
        share: Share that would meet the figure exactly under this reading; ``None`` if none does.
    """

    figure: Figure
    duties: Duties
    simulated: float
    reach: tuple[float, float]
    share: float | None


@dataclass(frozen=True)
class BracketRow:
    """Two-way goods trade of the United States and China at one elasticity for all goods.

    Attributes:
        run: Duties, a word of ``TITLES``.
        theta: Elasticity.
        two_way: Change.
        to_us: Change of China's exports.
        to_china: Change of US exports.
    """

    run: str
    theta: float
    two_way: float
    to_us: float
    to_china: float


@dataclass(frozen=True)
class ForecastRow:
    """A published forecast beside ours.

    Attributes:
        figure: What was forecast.
        ours: At ``FORECAST_YEARS``; empty where there is no run of ours.
        why: Why they differ.
    """

    figure: Figure
    ours: tuple[float, ...]
    why: str


@dataclass(frozen=True)
class BackTest:
    """The back-test.

    Attributes:
        share: Fitted share of the long-run elasticities.
        shipped_share: What the shipped horizon has at one year.
        rows: Observed figures.
        readings: Other readings of the duties.
        bracket: Two-way trade at single elasticities.
        forecasts: Forecasts of others.
        targets: What was to be met.
        duties: Averages used, by run.
        wage: Ratio of China's wage to the world's at the fitted share, duties of the year.
        notes: What a reader must know.
    """

    share: float
    shipped_share: float
    rows: tuple[RecordRow, ...]
    readings: tuple[ReadingRow, ...]
    bracket: tuple[BracketRow, ...]
    forecasts: tuple[ForecastRow, ...]
    targets: tuple[Target, ...]
    duties: tuple[Duties, ...]
    wage: float
    notes: tuple[str, ...]

    @cached_property
    def by_id(self) -> dict[str, RecordRow]:
        """Rows by the word of their figure."""
        return {row.figure.id: row for row in self.rows}

    @property
    def passed(self) -> int:
        """How many targets are met."""
        return sum(t.passed for t in self.targets)

    def sheet(self) -> Sheet:
        """Observed figures beside simulated ones, in percent and points."""
        columns = (
            "id",
            "kind",
            "period",
            "observed_pct",
            *(f"year_{year:g}_pct" for year in HORIZONS),
            "fitted_pct",
            "sign",
            "distance_points",
            "fitted_quantity_pct",
            "least_pct",
            "most_pct",
            "out_of_reach_points",
            "observed_net_pct",
            "fitted_net_pct",
            "net_sign",
            "duties",
            "confidence",
            "source",
        )
        words = {True: "right", False: "wrong", None: ""}
        rows = []
        for row in self.rows:
            figure = row.figure
            net = ("", "") if row.net is None else tuple(_percent(v) for v in row.net)
            rows.append(
                (
                    figure.id,
                    row.kind,
                    figure.period,
                    _percent(figure.value),
                    *map(_percent, row.simulated),
                    _percent(row.fitted),
                    words[row.sign_right],
                    _percent(row.distance),
                    _percent(row.quantity),
                    _percent(row.reach[0]),
                    _percent(row.reach[1]),
                    _percent(row.beyond),
                    *net,
                    words[row.net_sign_right],
                    figure.run,
                    figure.confidence,
                    figure.source,
                )
            )
        title = f"Trade of China in 2025: observed, and simulated by year and at the fitted share of {self.share:.3f}"
        return Sheet("backtest", title, columns, tuple(rows))


def _percent(value: float) -> float:
    return round(100 * value, 2) + 0.0

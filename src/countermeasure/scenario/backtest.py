"""The trade model against the record of 2025: one number fitted on one month, everything else predicted with it.

Fitted is the share of the long-run elasticities that acts, on China's exports to the United States in May 2025 and on nothing
else. Border values answer about one for one to 1 + tariff even where goods cannot be replaced at all, so that no share
reaches some figures; they are told with the distance that remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import NoSolutionError
from countermeasure.scenario.record.duties import FLAT, duties_of_2025, flat_policy, policy_under
from countermeasure.scenario.record.figures import change_in, quantity_in, realised
from countermeasure.scenario.record.rows import (
    FITTED,
    FORECAST_YEARS,
    HORIZONS,
    TO_US,
    TOTALS,
    BackTest,
    BracketRow,
    ForecastRow,
    ReadingRow,
    RecordRow,
)
from countermeasure.scenario.record.targets import NOTES, THETAS, WHY, targets_of_bracket, targets_of_record, why_they_differ
from countermeasure.trade.multi.horizon import share_of_long_run
from countermeasure.trade.multi.shipped import shipped_baseline
from countermeasure.trade.multi.solve import solve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.scenario.record.duties import Duties
    from countermeasure.scenario.record.figures import Figure
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.result import Equilibrium

__all__ = ["BackTest", "backtest"]

_LEAST = 1e-3
"""Share of the long-run elasticities that stands for none; at 0 itself shares of origins do not answer to prices at all."""
_CLOSURE = "nominal"
_READINGS = (
    (FITTED, ("may", "may_leaving", "april_15")),
    ("china_imports_from_us_may_2025", ("may", "may_spared", "april_15")),
    (TO_US, ("year", "year_later")),
    ("china_imports_from_us_2025", ("year", "year_spared")),
)
"""Figures whose goods may have met other duties."""


class _Runs:
    """Equilibria by run and elasticities; each is solved once."""

    def __init__(self, baseline: Baseline, duties: Mapping[str, Duties]) -> None:
        self._baseline = baseline
        self._policies: dict[str, Policy] = {word: policy_under(held, baseline) for word, held in duties.items()}
        self._policies |= {"flat": flat_policy(baseline), "flat_alone": flat_policy(baseline, (*FLAT[:2], 0.0))}
        self._solved: dict[tuple[str, float, bool], Equilibrium] = {}

    def at(self, run: str, share: float) -> Equilibrium:
        """With a share of the long-run elasticities."""
        return self._solve(run, share, shares=True)

    def uniform(self, run: str, theta: float) -> Equilibrium:
        """With one elasticity for all goods."""
        return self._solve(run, theta, shares=False)

    def _solve(self, run: str, number: float, *, shares: bool) -> Equilibrium:
        key = (run, number, shares)
        if key not in self._solved:
            theta = np.asarray(self._baseline.theta * number) if shares else number
            self._solved[key] = solve(self._baseline, self._policies[run], closure=_CLOSURE, theta=theta)
        return self._solved[key]

    def over_years(self, figure: Figure, run: str, years: tuple[float, ...] = HORIZONS) -> tuple[float, ...]:
        """A figure by year."""
        return tuple(change_in(self.at(run, share_of_long_run(year)), figure) for year in years)

    def reach(self, figure: Figure, run: str) -> tuple[float, float]:
        """Least and most of a figure from no elasticity to the long run."""
        values = (change_in(self.at(run, _LEAST), figure), *self.over_years(figure, run))
        return min(values), max(values)

    def fit(self, figure: Figure, run: str) -> float | None:
        """The share at which a figure is met; ``None`` if there is none between nothing and the long run."""
        from scipy.optimize import brentq

        def gap(share: float) -> float:
            return change_in(self.at(run, share), figure) - figure.value

        if gap(_LEAST) * gap(1.0) > 0:
            return None
        return float(brentq(gap, _LEAST, 1.0, xtol=1e-7))


def backtest() -> BackTest:
    """Run the shipped baseline against the record of 2025, and beside published forecasts.

    Most of the time goes into the averages of the duty engine: each day is asked once in a call.

    Raises:
        NoSolutionError: If an equilibrium is not found, or no share of the elasticities meets the figure that is fitted.
    """
    duties = duties_of_2025()
    base = shipped_baseline()
    runs = _Runs(base, duties)
    figures = {figure.id: figure for figure in realised()}
    share = runs.fit(figures[FITTED], figures[FITTED].run)
    if share is None:
        raise NoSolutionError(f"no share of the elasticities meets {FITTED}", cure="Check the duties and the baseline.")
    rows = {id_: _row(runs, figure, share, figures) for id_, figure in figures.items() if figure.kind == "observed"}
    bracket = tuple(_bracket(runs, run, theta) for run in ("flat", "flat_alone", "april_15") for theta, _ in THETAS)
    return BackTest(
        share,
        share_of_long_run(1.0),
        tuple(rows.values()),
        tuple(_reading(runs, figures[id_], duties[word], share) for id_, words in _READINGS for word in words),
        bracket,
        tuple(_forecast(runs, figure) for figure in figures.values() if figure.kind == "forecast"),
        (*targets_of_record(rows, share), *targets_of_bracket(bracket)),
        tuple(duties.values()),
        float(runs.at("year", share).wages[base.country("CN")]),
        NOTES,
    )


def _row(runs: _Runs, figure: Figure, share: float, figures: Mapping[str, Figure]) -> RecordRow:
    fitted = runs.at(figure.run, share)
    total = figures[TOTALS[figure.period]]
    part = figure.measure == "exports" and figure.seller == "CN" and figure.id != total.id
    return RecordRow(
        figure,
        runs.over_years(figure, figure.run),
        change_in(fitted, figure),
        quantity_in(fitted, figure),
        runs.reach(figure, figure.run),
        (total.value, change_in(fitted, total)) if part else None,
        WHY.get(figure.id, ""),
    )


def _reading(runs: _Runs, figure: Figure, duties: Duties, share: float) -> ReadingRow:
    simulated = change_in(runs.at(duties.id, share), figure)
    return ReadingRow(figure, duties, simulated, runs.reach(figure, duties.id), runs.fit(figure, duties.id))


def _bracket(runs: _Runs, run: str, theta: float) -> BracketRow:
    found = runs.uniform(run, theta)
    base = found.baseline
    us, china = base.country("US"), base.country("CN")
    before = (base.flows * (1 + base.export_tax))[:, :, base.goods].sum(axis=2)
    after = found.customs_value[:, :, base.goods].sum(axis=2)
    two_way = (after[us, china] + after[china, us]) / (before[us, china] + before[china, us])
    to_us, to_china = after[us, china] / before[us, china], after[china, us] / before[china, us]
    return BracketRow(run, theta, float(two_way - 1), float(to_us - 1), float(to_china - 1))


def _forecast(runs: _Runs, figure: Figure) -> ForecastRow:
    if not figure.run:
        return ForecastRow(figure, (), why_they_differ(figure, None, None))
    reach = runs.reach(figure, figure.run)
    wage = float(runs.at(figure.run, share_of_long_run(1.0)).real_wage[runs.at(figure.run, 1.0).baseline.country("US")] - 1)
    return ForecastRow(figure, runs.over_years(figure, figure.run, FORECAST_YEARS), why_they_differ(figure, reach, wage))

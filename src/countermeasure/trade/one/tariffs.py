"""Tariff schedules: on an importer, in answer to one, by the formula of the published study; and profits of buyers fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.numerics import newton
from countermeasure.trade.one.checks import refuse, values_of
from countermeasure.trade.one.economy import home_sales

if TYPE_CHECKING:
    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["answer", "formula_answer", "formula_tariff", "profit_split", "set_tariff"]


def set_tariff(
    economy: OneSector,
    importer: str,
    rates: Mapping[str, float] | Array | float,
    *,
    schedule: Array | None = None,
    least: float | None = None,
) -> Array:
    """A schedule in which one importer sets its tariffs; its home cell stays 0.

    Args:
        economy: Baseline.
        importer: Code.
        rates: One for all origins, (N,), or by code (other origins stay as they are).
        schedule: Start, (N, N); the tariffs in force if absent. It is not changed.
        least: Lowest rate on any origin, if any.

    Returns:
        (N, N) [importer, origin].

    Raises:
        InputError: Unknown codes, wrong length.
    """
    found = (economy.tariff if schedule is None else schedule).copy()
    place = economy.country(importer)
    if isinstance(rates, Mapping):
        for code, rate in rates.items():
            found[place, economy.country(code)] = rate
    else:
        faults: list[str] = []
        found[place] = values_of("rates", rates, economy.countries, faults)
        refuse(faults, "in the rates", "bad_tariff")
    if least is not None:
        found[place] = np.maximum(found[place], least)
    found[place, place] = 0.0
    return found


def answer(economy: OneSector, schedule: Array, mover: str, rates: Mapping[str, float] | Array | float | None = None) -> Array:
    """A schedule in which all others put tariffs on one economy: its own rates on them (reciprocal) or other ones.

    Args:
        economy: Baseline.
        schedule: With the mover's tariffs, (N, N). It is not changed.
        mover: Code of the economy that is answered.
        rates: By importer; those of the mover on it if absent.

    Raises:
        InputError: Unknown codes, wrong length.
    """
    found, place = schedule.copy(), economy.country(mover)
    if rates is None:
        found[:, place] = schedule[place]
    elif isinstance(rates, Mapping):
        for code, rate in rates.items():
            found[economy.country(code), place] = rate
    else:
        faults: list[str] = []
        found[:, place] = values_of("rates", rates, economy.countries, faults)
        refuse(faults, "in the rates", "bad_tariff")
    found[place, place] = 0.0
    return found


def formula_tariff(economy: OneSector, chooser: str) -> float:
    """The "optimal tariff" of the published formula: one rate on all origins.

    ``1 / ((1 + delta eps) phi - 1)``, with delta the exports of the chooser, each weighted by one less its share in the buyer's
    spending, over its imports: the aggregate balance enters, bilateral ones do not.

    The formula is an approximation around the baseline; it does not maximise real income of this model exactly. Use
    :func:`countermeasure.trade.one.best_tariff` for that.
    """
    place = economy.country(chooser)
    imports = economy.expenditure - np.diag(economy.flows)
    return float(_formula(economy.flows, economy.shares, economy.profit_share, imports, economy, economy.price_power)[place])


def formula_answer(economy: OneSector, mover: str) -> Array:
    """Tariffs of all others on one economy by the published formula, others taken as one, (N,) by importer.

    In it the imports of the others are their income less what they buy of themselves, where :func:`formula_tariff` has
    spending less home sales: the two published expressions differ so, and both are kept as published. The home cell is 0.
    """
    place = economy.country(mover)
    merge = np.zeros((2, len(economy.countries)))
    merge[0] = 1.0
    merge[:, place] = (0.0, 1.0)
    flows = merge @ economy.flows @ merge.T
    weight = economy.purchases * merge[0]
    share = np.array([weight @ economy.profit_share / weight.sum(), economy.profit_share[place]])
    imports = merge @ economy.output - np.diag(flows)
    shares = flows / flows.sum(axis=1)[:, None]
    delta = _delta(flows, shares, share, imports)[0]
    found = _rate(delta, economy, economy.price_power)
    found[place] = 0.0
    return found


def _delta(flows: Array, shares: Array, profit_share: Array, imports: Array) -> Array:
    """Exports weighted by one less their share in the buyer's spending, over imports, (N,)."""
    abroad = flows - np.diag(np.diag(flows))
    return np.asarray(((1 - profit_share) @ (abroad * (1 - shares))) / ((1 - profit_share) * imports))


def _rate(delta: Array | float, economy: OneSector, power: Array) -> Array:
    return np.asarray(1 / ((1 + delta * economy.parameters.elasticity) * power - 1))


def _formula(flows: Array, shares: Array, profit: Array, imports: Array, economy: OneSector, power: Array) -> Array:
    return _rate(_delta(flows, shares, profit, imports), economy, power)


def profit_split(
    trade: Array, gdp: Array, place: int, *, own: float = 0.26, rest: float = 0.12, published: bool = False
) -> Array:
    """Profit shares of buyers, one for an economy and one for all others, that meet two means over producers' sales.

    A producer's sales go to buyers of both groups, who keep the share nu of what they buy. The mean of nu over the sales of
    the economy's producers is ``own``, over those of the others' producers ``rest``. Home sales are the residual of output.

    Args:
        trade: Imports by origin, (N, N) [importer, origin]; the diagonal is not used.
        gdp: Output, (N,), in the unit of trade.
        place: Of the economy, as the United States in the published study.
        own: Mean of its producers.
        rest: Mean of the others' producers.
        published: Find home sales by the rule of the published study (see :meth:`OneSector.from_table`).

    Returns:
        nu, (N,).

    Raises:
        NoSolutionError: If no shares meet the means.
    """
    flows = np.array(trade, dtype=np.float64)
    np.fill_diagonal(flows, 0.0)
    merge = np.zeros((2, len(flows)))
    merge[0] = 1.0
    merge[:, place] = (0.0, 1.0)
    bought, output, wanted = merge @ flows @ merge.T, merge @ np.asarray(gdp), np.array([rest, own])
    if bought[0, 1] + bought[1, 0] <= 0:
        raise InputError("the economy does not trade with the others", code="no_trade", cure="Check place and trade.")

    def means(share: Array) -> Array:
        home = home_sales(bought, output, share, published=published) + np.diag(bought)
        sent = np.array([bought[1, 0], bought[0, 1]])
        at_home = home / (home + sent)
        return np.asarray(at_home * share + (1 - at_home) * share[::-1] - wanted)

    def slopes(share: Array) -> Array:
        steps = np.eye(2) * 1e-20j
        return np.stack([means(share + step).imag * 1e20 for step in steps], axis=1)

    found = newton(means, slopes, wanted, tolerance=1e-13, what="the profit split")
    return np.asarray(np.maximum(found, 0.0) @ merge)

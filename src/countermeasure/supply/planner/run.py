"""The planner: the best a chain could do under a plan, and what one permit more would be worth.

This is not how anybody behaves. ``plan_horizon`` is the least loss that any behaviour could reach within the limits of the
simulation, so a lower bound on the loss of ``simulate`` with the same parameters. ``plan_best`` decides week by week without
knowing what comes; its loss lies between that bound and what happens without a planner, and is no bound itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.errors import InputError
from countermeasure.supply.chain.network import Network, compile_network
from countermeasure.supply.planner.allocation import Allocation, Setup
from countermeasure.supply.planner.horizon import Horizon, run_horizon
from countermeasure.supply.planner.limits import limits_of
from countermeasure.supply.planner.values import Values, final_use, loss_of
from countermeasure.supply.planner.week import run_weeks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from countermeasure.supply.chain.model import Chain
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.parameters import Parameters

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Allocation", "PermitValue", "Values", "loss_of", "permits_that_matter", "plan_best", "plan_horizon"]

_HALF = 0.5
"""A permit's weeks are those around its dearest one in which it is worth at least this part of it."""
_TIES = 100.0
"""Permits worth less than this many times the handling of a tonne, or than a dollar, only settle ties and are left out."""


@dataclass(frozen=True, slots=True)
class PermitValue:
    """What more permits on one way would save.

    Attributes:
        product: Product.
        origin: Region it leaves.
        region: Region it goes to.
        first_day: First day of the weeks in which the permits are given, in equal parts.
        last_day: First day of the last of these weeks.
        tonnes: Permits more, in all.
        usd_by_price: What they save by the shadow prices: tonnes times the mean price of these weeks.
        usd_avoided: What they save when all is planned again.
    """

    product: str
    origin: str
    region: str
    first_day: str
    last_day: str
    tonnes: float
    usd_by_price: float
    usd_avoided: float


def plan_best(
    chain: Chain | Network,
    plan: Plan,
    parameters: Parameters | None = None,
    *,
    drawn: Mapping[str, Array] | None = None,
    values: Values | None = None,
    asking: str = "usual",
    handling_usd: float = 1.0,
    engine: str | None = None,
) -> Allocation:
    """Plan week by week: the best for each week, with a price on missing stock so that it orders ahead.

    Args:
        chain: A chain, or one compiled already.
        plan: Controls and changes.
        parameters: Their central values are taken; the shipped ones if absent.
        drawn: One set of parameters, (1,) each, in place of ``parameters``.
        values: What a tonne of final use is worth; the shipped ones if absent.
        asking: How much buyers may ask of one supplier under controls: ``usual`` or ``any`` (see ``planner_limits``).
        handling_usd: Cost of making or sending a tonne; it settles ties and is no part of the loss.
        engine: Solver, ``highs`` or ``scipy``; the first that is there if absent.

    Raises:
        InputError: If the plan has bounds that cannot be, takes more than there is, or a use has no value.
    """
    return run_weeks(_setup(chain, plan, parameters, drawn, values, asking, handling_usd, engine))


def plan_horizon(
    chain: Chain | Network,
    plan: Plan,
    parameters: Parameters | None = None,
    *,
    drawn: Mapping[str, Array] | None = None,
    values: Values | None = None,
    asking: str = "usual",
    handling_usd: float = 1e-3,
    period: int = 4,
    engine: str | None = None,
) -> Allocation:
    """Plan all weeks at once: a lower bound on the loss of any behaviour under the same limits.

    Args:
        chain: A chain, or one compiled already.
        plan: Controls and changes; all of it is known from the first week.
        parameters: Their central values are taken; the shipped ones if absent.
        drawn: One set of parameters, (1,) each, in place of ``parameters``.
        values: What a tonne of final use is worth; the shipped ones if absent.
        asking: How much buyers may ask of one supplier under controls: ``usual`` or ``any`` (see ``planner_limits``).
        handling_usd: Cost of making or sending a tonne; it settles ties and is no part of the loss. It can raise the loss by
            no more than it costs to handle what the chain moves.
        period: Weeks that are put together. More weeks give a lower bound that is quicker and looser; 1 is the tightest.
        engine: Solver, ``highs`` or ``scipy``; the first that is there if absent.

    Raises:
        InputError: If the plan has bounds that cannot be, takes more than there is, or a use has no value.
    """
    return run_horizon(_setup(chain, plan, parameters, drawn, values, asking, handling_usd, engine), period)


def _setup(
    chain: Chain | Network,
    plan: Plan,
    parameters: Parameters | None,
    drawn: Mapping[str, Array] | None,
    values: Values | None,
    asking: str,
    handling_usd: float,
    engine: str | None,
) -> Setup:
    if plan.weeks < 1:
        raise InputError(f"a plan of {plan.weeks} weeks", code="bad_size", cure="Ask for at least one week.")
    if not (np.isfinite(handling_usd) and handling_usd >= 0):
        raise InputError(f"handling costs {handling_usd} USD", code="bad_value", cure="Write 0 or a positive number.")
    network = chain if isinstance(chain, Network) else compile_network(chain)
    use = final_use(network, values or Values.shipped())
    return Setup(network, plan, limits_of(network, plan, parameters, drawn, asking), use, handling_usd, engine)


def permits_that_matter(
    allocation: Allocation, tonnes: float = 100.0, most: int = 10, *, share: float | None = None
) -> tuple[PermitValue, ...]:
    """Where more permits would save most: by shadow price, and checked by planning again with them.

    Extra permits are outside the queue: they pass beside bans, pace and lag. They are given in equal parts over the weeks
    around the dearest one. Under ``plan_horizon`` prices are exact for a small amount and never too low for a larger one;
    under ``plan_best`` they are those of single weeks and may be wide of what is saved, which may even be negative.

    Args:
        allocation: Of ``plan_best`` or ``plan_horizon``.
        tonnes: Permits more on each way in turn, in all.
        most: How many ways are planned again: those that save most by price.
        share: Permits more as a share of normal trade in these weeks, in place of ``tonnes``; for goods traded by the tonne, of
            which 100 t are years of trade.

    Returns:
        Ways by what is saved, most first; empty where no permit is worth anything.

    Raises:
        InputError: If ``tonnes`` or ``share`` is not a positive number.
    """
    amount = tonnes if share is None else share
    if not (np.isfinite(amount) and amount > 0):
        raise InputError(f"permits of {amount}", code="bad_size", cure="Write a positive number.")
    setup = allocation.setup
    ways = sorted(_ways(allocation, tonnes, share), key=lambda way: -way.saving)[:most]
    avoided = _planner(allocation) if ways else None
    found = []
    for way in ways:
        extra = np.zeros((setup.plan.weeks, len(setup.plan.edges)))
        extra[way.first : way.last + 1, way.column] = way.tonnes / (way.last + 1 - way.first)
        begin, end = (format_day(setup.plan.day0 + 7 * w) for w in (way.first, way.last))
        saved = avoided(extra) if avoided else 0.0
        product, origin, region = setup.network.edges[setup.plan.edges[way.column]]
        found.append(PermitValue(product, origin, region, begin, end, way.tonnes, way.saving, saved))
    return tuple(sorted(found, key=lambda one: -one.usd_avoided))


@dataclass(frozen=True, slots=True)
class _Way:
    """A touched edge, the weeks in which its permits are dear, permits more, and what they save by price."""

    column: int
    first: int
    last: int
    tonnes: float
    saving: float


def _ways(allocation: Allocation, tonnes: float, share: float | None) -> list[_Way]:
    """Every way whose permits are worth something."""
    setup, period = allocation.setup, allocation.period
    least = max(_TIES * setup.handling_usd, 1.0)
    found = []
    for column, price in enumerate(allocation.permit_price.T):
        top = int(np.argmax(price))
        if price[top] <= least:
            continue
        cheap = np.flatnonzero(price < _HALF * price[top])
        first = int(cheap[cheap < top].max(initial=-1)) + 1
        last = int(cheap[cheap > top].min(initial=len(price))) - 1
        part = slice(first, last + 1)
        begin, end = first * period, min((last + 1) * period, setup.plan.weeks) - 1
        normal = setup.limits.level * float(setup.network.flow[setup.plan.edges[column]]) * (end + 1 - begin)
        more = tonnes if share is None else share * normal
        mean = float(np.average(price[part], weights=allocation.weeks[part]))
        found.append(_Way(column, begin, end, more, more * mean))
    return found


def _planner(allocation: Allocation) -> Callable[[Array], float]:
    """What extra permits, (W, C), save when all is planned again, USD."""
    setup = allocation.setup
    if allocation.method == "weekly":
        return lambda extra: allocation.total_usd - run_weeks(replace(setup, extra=extra)).total_usd
    whole = Horizon(setup, allocation.period)
    solver = whole.solver()
    base = whole.loss_usd(whole.solve(solver))

    def avoided(extra: Array) -> float:
        solver.bound_columns(*whole.bounds(extra))
        solver.bound_rows(whole.program.row_low, whole.tops(extra))
        return base - whole.loss_usd(whole.solve(solver))

    return avoided

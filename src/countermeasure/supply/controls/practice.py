"""Controls on the chain: the book's measures and dated practice become a plan of plain arrays.

The book says which goods need a license on a day; practice says how licenses come: share granted, throughput, time to a
decision, hold-up of look-alikes, general licenses, stops. Practice is no law: each row is dated, sourced and marked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.supply.chain.network import HOME
from countermeasure.supply.controls.plan import FREE, LISTED, LOOK_ALIKE, OF_CONTENT, Plan, Quota, free_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.measures import Measure

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Practice", "QuotaRow", "plan_of"]

ALL = ("*",)
_THURSDAY = 3
"""A week counts as under a measure if it is in force on its Thursday."""


@dataclass(frozen=True, slots=True)
class Practice:
    """How licenses come, or what is stopped, from a day until a day.

    Attributes:
        start: First epoch day.
        end: First epoch day after.
        products: Product ids, or ``*``.
        origin: Regions of dispatch, or ``*``.
        to: Regions, or ``*``.
        approval: Share ever granted.
        throughput: Permits a week relative to normal trade.
        lag_weeks: Weeks to a decision.
        hold_up: Share of look-alikes held.
        general_share: Share of applications under a general license.
        ban: What is under control does not pass.
        embargo: Nothing passes, controlled by the book or not.
        why: In words.
        source: Where it is from.
        confidence: A, B, C, D or U.
    """

    start: int
    end: int
    products: tuple[str, ...] = ALL
    origin: tuple[str, ...] = (HOME,)
    to: tuple[str, ...] = ALL
    approval: float | None = None
    throughput: float | None = None
    lag_weeks: float | None = None
    hold_up: float | None = None
    general_share: float | None = None
    ban: bool = False
    embargo: bool = False
    why: str = ""
    source: str = ""
    confidence: str = "U"

    def touches(self, edge: tuple[str, str, str]) -> bool:
        """Whether an edge (product, origin, region) is meant."""
        chosen = (self.products, self.origin, self.to)
        return all(names == ALL or name in names for name, names in zip(edge, chosen, strict=True))


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A quota: tonnes between two days, spread evenly, with a share that leaks past it."""

    start: int
    end: int
    tonnes: float
    products: tuple[str, ...] = ALL
    origin: tuple[str, ...] = (HOME,)
    leak: float = 0.0


def plan_of(
    network: Network,
    measures: Sequence[Measure],
    practice: Sequence[Practice],
    day0: int,
    weeks: int,
    *,
    quotas: Sequence[QuotaRow] = (),
    priority: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Plan:
    """Make the plan.

    Args:
        network: The compiled chain.
        measures: What the book controls.
        practice: How licenses come; later rows win.
        day0: Epoch day of the Monday of week 0.
        weeks: How many weeks.
        quotas: Caps.
        priority: Regions in the order in which suppliers serve them; ``home`` is the supplier's own, first if it is not named;
            empty for pro rata.
        notes: What was left out so far.
    """
    days = day0 + 7 * np.arange(weeks) + _THURSDAY
    looks = {p.id: p.looks_like for p in network.chain.products.values()}
    kinds = np.zeros((weeks, len(network.edges)), dtype=np.int8)
    banned = np.zeros(kinds.shape, dtype=np.bool_)
    for measure in measures:
        live = (days >= measure.start) & (days < measure.end)
        if not live.any():
            continue
        alike = {looks[p] for p in measure.products if looks[p]}
        for e, (product, origin, region) in enumerate(network.edges):
            if measure.to and region not in measure.to:
                continue
            if measure.abroad:
                if HOME not in (origin, region) and product in measure.products:
                    kinds[live & (kinds[:, e] != LISTED), e] = OF_CONTENT
            elif origin == HOME and product in measure.products:
                kinds[live, e] = LISTED
                banned[live, e] |= measure.banned
            elif origin == HOME and looks[product] in alike:
                kinds[live & (kinds[:, e] == FREE), e] = LOOK_ALIKE
    for row in practice:
        if row.embargo:
            live = (days >= row.start) & (days < row.end)
            for e, edge in enumerate(network.edges):
                if row.touches(edge):
                    kinds[live, e] = LISTED
                    banned[live, e] = True
    touched = np.flatnonzero((kinds != FREE).any(axis=0))
    plan = free_plan(network, day0, weeks, touched)
    plan.kind[:] = kinds[:, touched]
    plan.ban[:] = banned[:, touched]
    plan.since[:] = _since(plan.kind, days, measures)
    for row in practice:
        _apply(row, plan, network, days)
    return replace(
        plan,
        quotas=tuple(_quota(q, network, days) for q in quotas),
        tiers=_tiers(network, priority),
        home_tier=priority.index("home") + 1 if "home" in priority else 0,
        notes=tuple(notes),
    )


def _since(kind: np.ndarray[Any, np.dtype[np.int8]], days: np.ndarray[Any, Any], measures: Sequence[Measure]) -> Array:
    """Weeks since the control on an edge began; what began before the plan counts from its first day."""
    since = np.zeros(kind.shape)
    first = [_age(measures, int(days[0]), abroad=abroad) for abroad in (False, True)]
    before = np.where(kind[0] == OF_CONTENT, first[1], first[0])
    for week in range(len(kind)):
        on = kind[week] != FREE
        last = since[week - 1] if week else before - 1.0
        was = kind[week - 1] != FREE if week else on
        since[week, on] = np.where(was[on], last[on] + 1.0, 0.0)
    return since


def _age(measures: Sequence[Measure], day: int, *, abroad: bool) -> float:
    """Whole weeks that the oldest live measure of a kind has been in force."""
    starts = [m.start for m in measures if m.abroad is abroad and m.start <= day < m.end]
    return float((day - min(starts)) // 7) if starts else 0.0


def _apply(row: Practice, plan: Plan, network: Network, days: np.ndarray[Any, Any]) -> None:
    live = np.flatnonzero((days >= row.start) & (days < row.end))
    places = np.array([j for j, e in enumerate(plan.edges) if row.touches(network.edges[e])], dtype=np.int64)
    if not len(live) or not len(places):
        return
    at = np.ix_(live, places)
    for name, value in (
        ("approval", row.approval),
        ("throughput", row.throughput),
        ("lag", row.lag_weeks),
        ("hold_up", row.hold_up),
        ("general", row.general_share),
    ):
        if value is not None:
            getattr(plan, name)[at] = value
    if row.ban:
        plan.ban[at] |= plan.kind[at] == LISTED


def _quota(row: QuotaRow, network: Network, days: np.ndarray[Any, Any]) -> Quota:
    edges = [
        e
        for e, (product, origin, _) in enumerate(network.edges)
        if origin in row.origin and (row.products == ALL or product in row.products)
    ]
    thursdays = (row.end - 1 - int(days[0])) // 7 - (row.start - 1 - int(days[0])) // 7
    weekly = row.tonnes / max(thursdays, 1)
    cap = np.where((days >= row.start) & (days < row.end), weekly, np.inf)
    return Quota(np.array(edges, dtype=np.int64), cap, row.leak)


def _tiers(network: Network, priority: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    if not priority:
        return None
    rank = {r: i + 1 for i, r in enumerate(priority)}
    return np.array([rank.get(region, len(priority) + 1) for _, _, region in network.edges], dtype=np.int64)


def month_shares(plan: Plan) -> tuple[tuple[str, ...], Array]:
    """Months that the plan covers in full, and which share of each week falls in them, (months, W)."""
    days = [format_day(plan.day0 + d)[:7] for d in range(7 * plan.weeks)]
    names = sorted(set(days))
    shares = np.array([[days[7 * w : 7 * w + 7].count(m) / 7.0 for w in range(plan.weeks)] for m in names])
    whole = [i for i, m in enumerate(names) if abs(shares[i].sum() * 7 - _days_in(m)) < 0.5]
    return tuple(names[i] for i in whole), shares[whole]


def _days_in(month: str) -> int:
    from calendar import monthrange

    return monthrange(int(month[:4]), int(month[5:]))[1]

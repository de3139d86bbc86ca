"""What bounds any allocation under a plan: stocks and goods under way at the start, transit, capacity, permits, quotas.

The limits are those of the simulation, week by week; only the behaviour (who orders how much, and who is served) is left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.controls.plan import FREE
from countermeasure.supply.flow.queueing import LicenseQueue
from countermeasure.supply.flow.simulate import simulate
from countermeasure.supply.flow.step import Step
from countermeasure.supply.flow.tracking import Content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan
    from countermeasure.supply.parameters import Parameters

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ASKING", "Limits", "limits_of"]

ASKING = ("usual", "any")
"""How much buyers may ask of a supplier under controls. ``usual``: up to the order cap of its normal trade, or what the
simulation asks for if that is more. ``any``: up to the order cap of their whole need, whoever the supplier."""


@dataclass(frozen=True)
class Limits:
    """Bounds over W weeks; K processes, E edges, C touched edges, N nodes; t a week.

    Attributes:
        level: Factor on the flows of the tables.
        opening: Stock before the first arrivals, (N,).
        due: Arrivals of what was under way at the start, (W, N).
        arrives: Share of a dispatch that arrives some weeks later, (weeks later, E).
        position: Normal stock and goods under way towards it, (N,).
        most: Most that each process makes, (W, K).
        free: Most that leaves without a permit, (W, C); inf where nothing is controlled.
        permits: Permits granted this week, (W, C).
        pace: Most that leaves with permits this week, (W, C).
        caps: Most on the sum of the edges of each quota, (W, Q).
    """

    level: float
    opening: Array
    due: Array
    arrives: Array
    position: Array
    most: Array
    free: Array
    permits: Array
    pace: Array
    caps: Array


def limits_of(
    network: Network,
    plan: Plan,
    parameters: Parameters | None = None,
    drawn: Mapping[str, Array] | None = None,
    asking: str = "usual",
) -> Limits:
    """Work out the limits for one set of parameters.

    Args:
        network: The compiled chain.
        plan: Controls and changes.
        parameters: Their central values are taken; the shipped ones if absent.
        drawn: One set of parameters, (1,) each, in place of ``parameters``.
        asking: A word of ``ASKING``. Permits follow what is asked for; here everybody asks for the most in every week, which
            costs nothing, so that permits are as many as the queue can give.

    Raises:
        InputError: If ``asking`` is unknown, ``drawn`` holds more than one set, or a bound of the plan cannot be.
    """
    if asking not in ASKING:
        raise InputError(f"asking is {asking!r}", code="bad_setting", cure=f"Write {' or '.join(ASKING)}.")
    _check(network, plan)
    run = simulate(network, plan, 1, 0, parameters=parameters, drawn=drawn, keep=("made",))
    par = {name: np.asarray(v, dtype=np.float64)[None, :] for name, v in run.draws.items()}
    count = par["order_cap"].shape[1]
    if count != 1:
        raise InputError(f"{count} sets of parameters", code="bad_size", cure="Plan for one set at a time.")
    start = Step(network, plan, par, np.float64)
    level = par["level"].item()
    most = np.repeat(start.most.T, plan.weeks, axis=0)
    opening = start.stock[:, 0].copy()
    arrives, due = _transit(network, plan, Step(network, plan, par, np.float64))
    asked = par["order_cap"].item() * level * (network.through[network.target] if asking == "any" else network.flow)
    asked = np.maximum(asked, _asked(start)) if asking == "usual" else np.repeat(asked[None], plan.weeks, axis=0)
    caps = [q.cap + q.leak * np.maximum(asked[:, q.edges].sum(axis=1) - q.cap, 0.0) for q in plan.quotas]
    return Limits(
        level,
        opening,
        due,
        arrives,
        (start.target + start.line_target)[:, 0],
        most if plan.ways is None else most * plan.ways,
        *_permits(network, plan, par, asked),
        np.array(caps).reshape(len(caps), plan.weeks).T,
    )


class _Asked:
    """Sees what the simulation asks for before controls bound it."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.rows: list[Array] = []

    def see(self, _week: int, _seen: object) -> None:
        step = self.step
        self.rows.append((step.want[step.net.target] * step.weighted)[:, 0])


def _asked(step: Step) -> Array:
    """What the simulation asks for by week and edge, (W, E)."""
    seen = _Asked(step)
    for week in range(step.plan.weeks):
        step.take(week, seen)  # type: ignore[arg-type]
    return np.array(seen.rows)


def _check(network: Network, plan: Plan) -> None:
    """Refuse a plan whose bounds are no numbers or below zero."""
    faults = []
    for name in ("approval", "throughput", "lag", "hold_up", "general", "additions", "demand"):
        array = getattr(plan, name)
        open_ = name in ("approval", "throughput", "lag", "hold_up")
        bad = ~np.isfinite(array) & ~(open_ & np.isnan(array))
        if name != "additions":
            bad |= array < 0
        for week, place in np.argwhere(bad)[:3]:
            what = network.nodes[place] if name in ("additions", "demand") else network.edges[plan.edges[place]]
            faults.append(f"week {week}, {' '.join(what)}: {name} is {array[week, place]:g}")
    for quota in plan.quotas:
        faults += [f"week {week}: a quota is {quota.cap[week]:g} t" for week in np.flatnonzero(~(quota.cap >= 0))[:3]]
    if faults:
        raise InputError("the plan has bounds that cannot be", code="bad_plan", cure="Mend these:", faults=faults)


def _transit(network: Network, plan: Plan, start: Step) -> tuple[Array, Array]:
    """Shares by weeks later, (L, E), and arrivals of what is under way, (W, N); a unit is sent to see when it comes."""
    road = start.transit
    normal = np.array([road.due(w)[:, 0].copy() for w in range(road.depth)])
    road.send(0, np.ones((len(network.source), 1)))
    sent = np.array([road.due(w)[:, 0].copy() for w in range(road.depth)]) - normal
    sent[0] = 0.0
    due = np.zeros((max(plan.weeks, road.depth), len(network.nodes)))
    due[: road.depth] = (network.into @ normal.T).T
    return np.maximum(sent, 0.0), due[: plan.weeks]


def _permits(network: Network, plan: Plan, par: Mapping[str, Array], asked: Array) -> tuple[Array, Array, Array]:
    """What may leave without a permit, permits granted, and the most that leaves with them, (W, C) each.

    The queue is run twice while everybody asks for the most and nothing leaves: once to see what it grants, once with permits
    without end to see how fast it lets go.
    """
    shape = (plan.weeks, len(plan.edges))
    free, permits, pace = np.full(shape, np.inf), np.zeros(shape), np.zeros(shape)
    if not len(plan.edges):
        return free, permits, pace
    content = Content(network, 1) if plan.follows_content else None
    grants, passes = LicenseQueue(network, plan, par), LicenseQueue(network, plan, par)
    for week in range(plan.weeks):
        held = grants.granted[:, 0].copy()
        request = asked[week][:, None].copy()
        released = grants.bound(week, request, content)
        passes.granted[:] = np.inf
        let = passes.bound(week, asked[week][:, None].copy(), content)
        if released is None or let is None:
            continue
        controlled = plan.kind[week] != FREE
        free[week, controlled] = (request[plan.edges] - released)[controlled, 0]
        permits[week, controlled] = np.maximum(grants.granted[:, 0] - held, 0.0)[controlled]
        pace[week, controlled] = let[controlled, 0]
    return np.maximum(free, 0.0), permits, pace

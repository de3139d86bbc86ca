"""Licenses as a queue in front of an edge, and quotas as a cap on several.

An application waits in three stages (an Erlang delay, a gamma distribution of shape 3); a share of what is decided is granted,
the rest is filed again; what is granted leaves at no more than the throughput. Trade declared before the control clears first.
Goods that customs cannot tell from listed ones are held up for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.controls.plan import FREE, LISTED, LOOK_ALIKE, OF_CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Plan, Precision, Quota
    from countermeasure.supply.flow.tracking import Content

    Array = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["STAGES", "LicenseQueue", "Quotas", "listed_share"]

STAGES = 3
"""Stages of the delay."""
_CLEARED = 8.0
"""Time constants after which nothing of the trade declared before is left."""
_RAMP = 4.0
"""Weeks in which throughput rises once practice has settled."""
_LEAST_APPROVAL = 0.05
_LONGEST = 26.0
"""Most weeks of need that buyers plan to have under application."""
_TINY = 1e-12


def listed_share(network: Network, plan: Plan) -> float:
    """Listed goods among all goods of the same customs number that China exports, by weight, in the chain's tables."""
    stages = {p.id: p.looks_like for p in network.chain.products.values()}
    listed = whole = 0.0
    listed_products = {
        network.edges[e][0] for e, k in zip(plan.edges, plan.kind.max(axis=0, initial=0), strict=True) if k == LISTED
    }
    for (product, origin, _), flow in zip(network.edges, network.flow, strict=True):
        if origin == "CN" and stages[product]:
            whole += flow
            listed += flow if product in listed_products else 0.0
    return listed / whole if whole else 1.0


class LicenseQueue:
    """The queue of every touched edge, for a block of draws."""

    def __init__(self, network: Network, plan: Plan, par: Mapping[str, Array], dtype: Precision = np.float64) -> None:
        self.net, self.plan, self.par, self.dtype = network, plan, par, dtype
        count, edges = par["approval"].shape[1], len(plan.edges)
        self.stages = np.zeros((STAGES, edges, count), dtype=dtype)
        self.granted = np.zeros((edges, count), dtype=dtype)
        self.flow = network.flow[plan.edges].astype(dtype)[:, None] * par["level"]
        self.into = network.into[:, plan.edges].astype(dtype)
        self.source = network.source[plan.edges]
        looks = [bool(network.chain.products[network.edges[e][0]].looks_like) for e in plan.edges]
        self.alike = np.array(looks, dtype=bool)[:, None]
        base = listed_share(network, plan)
        self.listed = np.minimum(1, par["controlled_share"] / max(base, _TINY)).astype(dtype)
        self.look = np.clip((par["controlled_share"] - base) / max(1.0 - base, _TINY), 0, 1).astype(dtype)
        self.line_target: Array | float = 0.0
        self.part = np.zeros((edges, count), dtype=dtype)
        self.lapsed: Array | None = None

    def start(self, content: Content | None) -> Array | float:
        """Fill the queue as it stands where a control began before the plan; returns what that puts on order, (N, B)."""
        plan = self.plan
        if not len(plan.edges) or not (plan.since[0] > 0).any():
            return 0.0
        self._turn(0, content)
        approval = np.maximum(self._given(plan.approval[0], self.par["approval"]), _LEAST_APPROVAL)
        lag = self._given(plan.lag[0], self.par["lag_weeks"])
        waiting = self.flow * self.part * np.minimum(np.maximum(lag, STAGES) / approval, _LONGEST)
        waiting *= 1 - plan.general[0].astype(self.dtype)[:, None]
        waiting[plan.ban[0] | (plan.since[0] <= 0)] = 0
        self.stages[:] = waiting / STAGES
        return np.asarray(self.into @ waiting)

    def bound(self, week: int, request: Array, content: Content | None) -> Array | None:
        """Replace what is asked of the touched edges by what may leave; returns what leaves under a license, (C, B)."""
        plan = self.plan
        if not len(plan.edges):
            return None
        kind = plan.kind[week]
        if week == 0 or (kind != plan.kind[week - 1]).any() or (plan.ban[week] != plan.ban[week - 1]).any():
            self._turn(week, content)
        if not kind.any():
            return None
        if content is not None and (kind == OF_CONTENT).any():
            rows = np.flatnonzero(kind == OF_CONTENT)
            self.part[rows] = content.share[self.source[rows]]
        free = request[plan.edges]
        under = free * self.part
        free -= under
        if content is not None:
            rows = np.flatnonzero(kind == OF_CONTENT)
            free[rows] = np.minimum(free[rows], (1 - self.part[rows]) * self.flow[rows])
        self._hold(week, free)
        self._clear(week, free, under)
        if plan.general[week].any():
            general = plan.general[week].astype(self.dtype)[:, None]
            free += under * general
            under *= 1 - general
        banned = plan.ban[week]
        if banned.any():
            under[banned] = 0
        self.applied = under
        released = self._release(week)
        if banned.any():
            released[banned] = 0
        request[plan.edges] = free + released
        return released

    def waiting(self) -> Array | None:
        """What waits for a license or has one and has not left, by touched edge, (C, B); ``None`` without controls."""
        if not len(self.plan.edges):
            return None
        found = self.stages[0] + self.granted
        for stage in self.stages[1:]:
            found += stage
        return np.asarray(found)

    def _turn(self, week: int, content: Content | None) -> None:
        """Controls begin or end this week: applications for goods that are free lapse."""
        plan, kind = self.plan, self.plan.kind[week][:, None]
        one, none = self.dtype(1), self.dtype(0)
        all_of_it = ~self.alike | plan.ban[week][:, None]
        part = np.where(kind == LISTED, np.where(all_of_it, one, self.listed), none)
        part = np.where(kind == LOOK_ALIKE, self.look, part)
        if content is not None:
            part = np.where(kind == OF_CONTENT, content.share[self.source], part)
        self.part = part.astype(self.dtype)
        gone = kind[:, 0] == FREE
        waiting = self.stages[:, gone].sum(axis=0) + self.granted[gone]
        self.lapsed = None
        if waiting.any():
            self.lapsed = np.zeros_like(self.granted)
            self.lapsed[gone] = waiting
        self.stages[:, gone] = 0
        self.granted[gone] = 0
        approval = np.maximum(self._given(plan.approval[week], self.par["approval"]), _LEAST_APPROVAL)
        line = self.flow * self.part * np.minimum(self._given(plan.lag[week], self.par["lag_weeks"]) / approval, _LONGEST)
        line[plan.ban[week]] = 0
        self.line_target = self.into @ line

    def _given(self, row: Array, drawn: Array) -> Array:
        """A value of practice by edge, else the drawn one: (C, B) or (1, B)."""
        absent = np.isnan(row)
        if absent.all():
            return drawn
        return np.asarray(np.where(absent[:, None], drawn, row.astype(self.dtype)[:, None]))

    def _since(self, week: int) -> Array:
        """Weeks since the control began, (C, 1), or (1, 1) where it is the same for all."""
        since = self.plan.since[week].astype(self.dtype)[:, None]
        return np.asarray(since[:1] if (since == since[0]).all() else since)

    def _hold(self, week: int, free: Array) -> None:
        """Hold up, in place, goods that customs cannot tell from listed ones."""
        kind = self.plan.kind[week]
        rows = np.flatnonzero(((kind == LISTED) | (kind == LOOK_ALIKE)) & self.alike[:, 0])
        if not len(rows):
            return
        since = self.plan.since[week].astype(self.dtype)[rows][:, None]
        since = since[:1] if (since == since[0]).all() else since
        late = np.maximum(since - self.par["hold_up_weeks"], 0)
        given = self.plan.hold_up[week][rows]
        fade = self.par["hold_up_fade_weeks"]
        if np.isnan(given).all() and (late > _CLEARED * fade).all():
            return
        held = np.where(late > _CLEARED * fade, self.dtype(0), self.par["hold_up"] * np.exp(-late / fade))
        declared = self._declared(week)
        if declared is not None:
            fresh = (self.plan.since[week] <= week)[rows, None]
            held = held * (1 - (declared if len(declared) == 1 else declared[rows]) * fresh)
        free[rows] *= 1 - self._given(given, held)

    def _clear(self, week: int, free: Array, under: Array) -> None:
        """Let trade that was declared before the control pass, in place; it fades within weeks."""
        rows = (self.plan.kind[week] == LISTED) & ~self.plan.ban[week] & (self.plan.since[week] <= week)
        if not rows.any():
            return
        declared = self._declared(week)
        if declared is None:
            return
        share = declared * rows[:, None]
        moved = under * share
        free += moved
        under -= moved

    def _declared(self, week: int) -> Array | None:
        """Share of trade that was declared before the control and clears this week, (C, B) or (1, B); ``None`` if none does."""
        weeks = np.maximum(self.par["clearing_weeks"], _TINY)
        since = self._since(week)
        live = self.plan.kind[week] != FREE
        if live.any() and self.plan.since[week][live].min() > _CLEARED * float(weeks.max()):
            return None
        return np.where(since > _CLEARED * weeks, self.dtype(0), np.exp(-(since + 0.5) / weeks))

    def _release(self, week: int) -> Array:
        plan = self.plan
        pace = STAGES / np.maximum(self._given(plan.lag[week], self.par["lag_weeks"]), STAGES)
        stages = self.stages
        decided = stages[-1] * pace
        stages[-1] -= decided
        for stage in range(STAGES - 1, 0, -1):
            moved = stages[stage - 1] * pace
            stages[stage - 1] -= moved
            stages[stage] += moved
        stages[0] += self.applied
        granted = decided * self._given(plan.approval[week], self.par["approval"])
        self.granted += granted
        decided -= granted
        stages[0] += decided
        settled = np.clip((self._since(week) - self.par["settle_weeks"]) / _RAMP, 0, 1)
        through = self.par["throughput"] + settled * (self.par["throughput_later"] - self.par["throughput"])
        most = self._given(plan.throughput[week], through) * self.flow
        return np.asarray(np.minimum(self.granted, most, out=most))

    def settle(self, ordered: Array, sent: Array, released: Array | None, ratio: Array) -> Array | None:
        """Book what left under licenses.

        Args:
            ordered: What dispatch puts on its way to each node, (N, B); corrected in place to what counts as ordered.
            sent: Dispatch by edge, (E, B).
            released: What could leave under a license, (C, B).
            ratio: What share of claims was met, by node or by edge.

        Returns:
            Applications that wait for a decision, (C, B).
        """
        edges = self.plan.edges
        if not len(edges):
            return None
        if self.lapsed is not None:
            ordered -= self.into @ self.lapsed
            self.lapsed = None
        if released is None:
            return np.asarray(self.stages.sum(axis=0))
        share = ratio[edges] if ratio.shape == sent.shape else ratio[self.source]
        left = released * share
        self.granted -= left
        np.maximum(self.granted, 0, out=self.granted)
        ordered += self.into @ (self.applied - left)
        return np.asarray(self.stages.sum(axis=0))


class Quotas:
    """Caps on sums of edges; what is under the cap of a week is not carried over."""

    def __init__(self, quotas: Sequence[Quota]) -> None:
        self.quotas = quotas

    def bound(self, week: int, request: Array) -> None:
        """Cut what is asked to its caps, in proportion."""
        for quota in self.quotas:
            cap = quota.cap[week]
            if not np.isfinite(cap):
                continue
            asked = request[quota.edges].sum(axis=0)
            share = np.minimum(1.0, cap / np.maximum(asked, _TINY))
            request[quota.edges] *= share + (1.0 - share) * quota.leak

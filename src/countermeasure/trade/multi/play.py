"""What a game ends with, and the state of a search for it: an equilibrium with the first-order condition of every rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.trade.multi.adjoint import Objective, Tangent

if TYPE_CHECKING:
    from countermeasure.trade.multi.choosers import Chooser, Levers
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.system import Point, System

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["REACH", "Game", "Outcome", "projected", "reached"]

REACH = 1.0
"""Longest step of ln(1 + rate) in a round."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a game ends with.

    Attributes:
        kind: ``best``, ``war``, ``agreement``.
        choosers: Who chose what, within which bounds, for whom; see ``Chooser.says``.
        before: Equilibrium that the gains are counted from.
        after: Equilibrium reached.
        first_order: Greatest first-order residual: of a rate inside its bounds |gradient| over the size of its two parts, which
            is how far ln(1 + rate) is from its best; at a bound only what points inwards counts.
        free: Rates inside their bounds.
        bound: Rates held by a bound.
        rounds: Rounds, or evaluations of a search.
        method: What found it.
        notes: What else is to be known.
        multipliers: Of an agreement: the welfare weights that would choose it, (K,); else empty.
    """

    kind: str
    choosers: tuple[Chooser, ...]
    before: Point
    after: Point
    first_order: float
    free: int
    bound: int
    rounds: int
    method: str
    notes: tuple[str, ...] = ()
    multipliers: tuple[float, ...] = ()

    @property
    def policy(self) -> Policy:
        """The policy reached."""
        return self.after.policy

    @property
    def gains(self) -> Array:
        """Change of real income from before to after, fractions, (N,)."""
        return np.asarray(np.expm1(self.after.log_real_income - self.before.log_real_income))

    @property
    def objective_before(self) -> Array:
        """Weighted ln real income of each chooser before, against the baseline, (K,)."""
        return np.array([c.weights @ self.before.log_real_income for c in self.choosers])

    @property
    def objective_after(self) -> Array:
        """The same after."""
        return np.array([c.weights @ self.after.log_real_income for c in self.choosers])

    def mean_rate(self, importer: str, origin: str, tool: str = "tariff") -> float:
        """Mean rate of goods on one way, weighted with baseline flows; ``tool`` is ``tariff`` or ``export_tax``."""
        base = self.after.system.baseline
        way = base.country(importer), base.country(origin)
        flows = base.flows[way] * base.goods
        return float(flows @ getattr(self.policy, tool)[way] / max(flows.sum(), 1e-300))

    def says(self) -> str:
        """Who chose what and what came of it, in lines."""
        base = self.after.system.baseline
        lines = [one.says(base) + "." for one in self.choosers]
        moved = zip(self.choosers, self.objective_before, self.objective_after, strict=True)
        lines += [f"{c.name}: objective {100 * a:+.4f} % before, {100 * b:+.4f} % after." for c, a, b in moved]
        lines.append(
            f"{self.free} rates inside their bounds, {self.bound} at a bound; {self.rounds} rounds of {self.method}; greatest "
            f"first-order residual {self.first_order:.1e}."
        )
        return "\n".join((*lines, *self.notes))


class Game:
    """The state of a search: a point, its factored Jacobian, and the first-order conditions there.

    Args:
        system: Model.
        levers: Rates that are chosen.
        policy: All that is not chosen.
        rates: Ln(1 + rate), (M,).
        near: A game close by to start from.
        point: Or an equilibrium close by.
    """

    def __init__(
        self, system: System, levers: Levers, policy: Policy, rates: Array, near: Game | None = None, point: Point | None = None
    ) -> None:
        self.system, self.levers, self.fixed, self.rates = system, levers, policy, rates
        chosen = levers.apply(policy, rates)
        self.point: Point = (
            system.solve(chosen, point) if near is None else system.solve(chosen, near.point, tangent=near.tangent)
        )
        self.values = levers.values(self.point)
        self._tangent: Tangent | None = None

    @property
    def tangent(self) -> Tangent:
        """Factored Jacobian."""
        if self._tangent is None:
            self._tangent = Tangent(self.point)
        return self._tangent

    def at(self, rates: Array) -> Game:
        """The same game at other rates."""
        return Game(self.system, self.levers, self.fixed, self.levers.clip(rates), self)

    def curvature(self) -> Array:
        """Size of the second derivative of the sum of objectives in each ln(1 + rate), near enough to scale a search, (M,)."""
        of = np.zeros(len(self.levers))
        for one in self.levers.choosers:
            of += self.levers.parts(self.tangent.slopes(Objective(one.weights)))[0]
        size = np.abs(of * np.exp(-self.rates))
        return np.asarray(np.maximum(size, 1e-6 * size.max()))

    def gradients(self) -> Array:
        """Of each chooser's objective in all rates, its own and those of others, (K, M)."""
        found = []
        for one in self.levers.choosers:
            of, per = self.levers.parts(self.tangent.slopes(Objective(one.weights)))
            found.append(of * np.exp(-self.rates) - per)
        return np.array(found)

    def conditions(self) -> tuple[Array, Array, Array]:
        """Each rate's own first-order condition.

        Returns:
            Rates that would meet it, within bounds and reach (M,); gradient (M,); first-order residual (M,).
        """
        levers = self.levers
        of, per = np.zeros(len(levers)), np.zeros(len(levers))
        for k, one in enumerate(levers.choosers):
            above, below = levers.parts(self.tangent.slopes(Objective(one.weights)))
            own = levers.owner == k
            of[own], per[own] = above[own], below[own]
        now = of * np.exp(-self.rates)
        gradient = now - per
        size = np.maximum(np.maximum(np.abs(now), np.abs(per)), 1e-300)
        usual = (of > 0) & (per > 0)
        with np.errstate(all="ignore"):
            step = np.where(usual, np.log(np.abs(now)) - np.log(np.abs(per)), gradient / size)
        image = levers.clip(self.rates + np.clip(np.nan_to_num(step), -REACH, REACH))
        return image, gradient, projected(gradient / size, self.rates, levers)


def projected(gradient: Array, rates: Array, levers: Levers) -> Array:
    """Absolute gradient without what a bound holds back."""
    held = ((rates >= levers.high - 1e-12) & (gradient > 0)) | ((rates <= levers.low + 1e-12) & (gradient < 0))
    return np.where(held, 0.0, np.abs(gradient))


def reached(
    kind: str, game: Game, before: Point, residual: Array, rounds: int, method: str, notes: tuple[str, ...] = ()
) -> Outcome:
    """The outcome of a search that ends here."""
    levers = game.levers
    bound = int(((game.rates >= levers.high - 1e-12) | (game.rates <= levers.low + 1e-12)).sum())
    size = float(residual.max(initial=0.0))
    return Outcome(kind, levers.choosers, before, game.point, size, len(levers) - bound, bound, rounds, method, notes)

"""The search for best tariffs: rounds of the closed form with a safeguard, a projected search, leaps to a bound."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.numerics import Anderson
from countermeasure.trade.profits.adjoint import Answer, Chooser, answer, estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.profits.equilibrium import Equilibrium
    from countermeasure.trade.profits.model import ProfitModel

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["WORTH", "Constraints", "Game", "leap", "near_best", "own_best", "scaled", "settle"]

WORTH = 1e-9
"""Rise of a log objective below which nobody moves."""

_GAP = 1e-10
_DEPTH = 8
_ROUNDS = 80
_STALE = 12
_NOISE = 1e-12
_LEAPS = 5


@dataclass(frozen=True, slots=True)
class Constraints:
    """Between which values each chosen tariff must lie, fractions.

    Raises:
        InputError: If the least is at or below -1 or not below the greatest.
    """

    low: float = 0.0
    high: float = 10.0

    def __post_init__(self) -> None:
        if not -1 < self.low < self.high < np.inf:
            raise InputError(f"tariffs from {self.low:g} to {self.high:g}", cure="Give -1 < low < high.")

    def __str__(self) -> str:
        return f"tariffs from {self.low:.0%} to {self.high:.0%}"


class Game:
    """Choosers, their lines and bounds on a model; keeps count of the equilibria it took."""

    def __init__(self, model: ProfitModel, choosers: Sequence[Chooser], constraints: Constraints) -> None:
        self.model, self.choosers, self.constraints = model, tuple(choosers), constraints
        if not self.choosers:
            raise InputError("a game needs at least one chooser")
        self.omega = np.stack([c.omega(model) for c in self.choosers])
        self.lines = np.stack([c.lines(model) for c in self.choosers])
        if (self.lines.sum(axis=0) > 1).any():
            n, i, s = (int(p[0]) for p in np.nonzero(self.lines.sum(axis=0) > 1))
            names = f"[{model.countries[n]}, {model.countries[i]}, {model.sectors[s]}]"
            raise InputError(f"the tariff {names} has two choosers", cure="Give each economy one chooser.")
        self.chosen = np.asarray(self.lines.any(axis=0))
        self.bounds = (constraints.low, constraints.high)
        self.limits = (float(np.log1p(constraints.low)), float(np.log1p(constraints.high)))
        self.rounds = 0

    def joint(self, omega: Array) -> Game:
        """The same lines in the hands of one chooser with weights (N,) of all economies."""
        one = copy(self)
        one.omega, one.lines, one.rounds = omega[None], self.chosen[None], 0
        return one

    def place(self, point: Array, rest: Array) -> Array:
        """Tariffs with the chosen ones from ln(1 + tariff), (N, N, S)."""
        tariff = rest.copy()
        tariff[self.chosen] = np.clip(np.expm1(point), *self.bounds)
        return tariff

    def look(self, tariff: Array, near: Equilibrium | None = None) -> tuple[Equilibrium, Answer]:
        """Equilibrium and first-order conditions."""
        self.rounds += 1
        found = self.model.solve(tariff, start=near)
        return found, answer(found, self.omega, self.lines, self.bounds)

    def residual(self, found: Equilibrium, said: Answer) -> float:
        """Greatest slope that the bounds leave open."""
        slope, tariff = said.slope[self.chosen], found.tariff[self.chosen]
        held = ((tariff <= self.constraints.low) & (slope < 0)) | ((tariff >= self.constraints.high) & (slope > 0))
        return float(np.abs(np.where(held, 0.0, slope)).max())

    def gap(self, found: Equilibrium, said: Answer) -> float:
        """Greatest distance between chosen and asked-for tariffs."""
        return float(np.abs(np.log1p(said.wish[self.chosen]) - np.log1p(found.tariff[self.chosen])).max())


def settle(game: Game, found: Equilibrium, said: Answer) -> tuple[Equilibrium, Answer, bool]:
    """Rounds of the closed form until the gap closes; for one chooser no round may lower its objective."""
    speed, guard = Anderson(_DEPTH), len(game.choosers) == 1
    best_gap, stale = np.inf, 0
    for _ in range(_ROUNDS):
        gap = game.gap(found, said)
        if gap <= _GAP:
            return found, said, True
        stale = 0 if gap < 0.9 * best_gap else stale + 1
        best_gap = min(best_gap, gap)
        if stale > _STALE:
            break
        point, image = np.log1p(found.tariff[game.chosen]), np.log1p(said.wish[game.chosen])
        try:
            new, heard = game.look(game.place(np.clip(speed.next(point, image), *game.limits), found.tariff), found)
            if guard and heard.value[0] < said.value[0] * (1 - _NOISE):
                speed.forget()
                new, heard = _shorter(game, found, said, point, image)
        except NoSolutionError:
            break
        found, said = new, heard
    return found, said, False


def _shorter(game: Game, found: Equilibrium, said: Answer, point: Array, image: Array) -> tuple[Equilibrium, Answer]:
    """The longest part of the closed form's own step that does not lower the objective.

    Raises:
        NoSolutionError: If none is found.
    """
    part = 1.0
    while part > 0.02:
        new, heard = game.look(game.place(point + part * (image - point), found.tariff), found)
        if heard.value[0] >= said.value[0] * (1 - _NOISE):
            return new, heard
        part /= 3
    raise NoSolutionError("no part of the closed form's step raises the objective")


def scaled(model: ProfitModel, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> Array:
    """Scale of ln(1 + tariff) at which the curvature of the chosen lines is alike: root of trade times sigma, (lines,)."""
    trade = (model.flows * model.sigma)[chosen]
    return np.asarray(np.sqrt(np.maximum(trade / trade.max(), 1e-10)))


def _climb(game: Game, found: Equilibrium, said: Answer) -> tuple[Equilibrium, Answer]:
    """Projected quasi-Newton search (L-BFGS-B) of one chooser from a point; never to a lower objective."""
    from scipy.optimize import minimize

    scale = scaled(game.model, game.chosen)
    best: list[tuple[Equilibrium, Answer]] = [(found, said)]

    def cost(x: Array) -> tuple[float, Array]:
        try:
            new, heard = game.look(game.place(x / scale, found.tariff), best[0][0])
        except NoSolutionError:
            return 1e3, np.zeros_like(x)
        if heard.value[0] > best[0][1].value[0]:
            best[0] = (new, heard)
        return -float(np.log(heard.value[0])), -heard.slope[game.chosen] / scale

    limits = [(game.limits[0] * s, game.limits[1] * s) for s in scale]
    options = {"maxiter": 2000, "maxfun": 4000, "maxcor": 30, "ftol": 1e-16, "gtol": 1e-10}
    minimize(cost, np.log1p(found.tariff[game.chosen]) * scale, jac=True, method="L-BFGS-B", bounds=limits, options=options)
    return best[0]


def own_best(game: Game, tariff: Array, near: Equilibrium | None = None) -> tuple[Equilibrium, Answer, str]:
    """Best tariffs of a game of one chooser from a starting point, with leaps where they pay."""
    found, said, method = near_best(game, tariff, near)
    for _ in range(_LEAPS):
        start = leap(game, found, said, 0)
        if start is None:
            break
        new, heard, how = near_best(game, start, found)
        if heard.value[0] <= said.value[0] * (1 + _NOISE):
            break
        found, said, method = new, heard, how
    return found, said, method


def near_best(game: Game, tariff: Array, near: Equilibrium | None) -> tuple[Equilibrium, Answer, str]:
    """The best of one chooser around a starting point."""
    start = game.place(np.log1p(tariff[game.chosen]), tariff)
    found, said, closed = settle(game, *game.look(start, near))
    method = "closed form"
    while not closed:
        before, method = float(said.value[0]), "closed form and search"
        found, said = _climb(game, found, said)
        found, said, closed = settle(game, found, said)
        if said.value[0] <= before * (1 + _NOISE):
            break
    return found, said, method


def leap(game: Game, found: Equilibrium, said: Answer, k: int) -> Array | None:
    """Tariffs after taking a member's sectors to a bound wherever that alone raises chooser k's objective; ``None`` if nowhere.

    An objective with lobbying weights can have a second peak where a tariff is prohibitive, out of sight of first-order
    conditions.
    """
    level, after = float(np.log(said.value[k])), found.tariff.copy()
    for n, s in zip(*np.nonzero(game.lines[k].any(axis=1)), strict=True):
        row = game.lines[k, n, :, s]
        for end in game.bounds:
            trial = found.tariff.copy()
            trial[n, row, s] = end
            if estimate(found, said, game.omega, k, trial) > level + WORTH:
                after[n, row, s] = end
    return after if (after != found.tariff).any() else None

"""Agreements: the tariffs that give all parties the greatest common gain over where they stand.

The common gain is maximised by an augmented Lagrangian on the differences between the parties' gains, each round by a projected
quasi-Newton search with derivatives from one transposed solve. Its multipliers are the welfare weights that the agreement
amounts to. There can be several such points; the best is kept of those found from the tariffs without an agreement, from free
trade, and after leaps of single sectors to a bound where the weighted gains rise.

Source:
    Ossa (2014), American Economic Review 104(12):4104-46: efficient tariffs that leave all governments the same gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.profits.adjoint import Chooser, gradient
from countermeasure.trade.profits.search import Constraints, Game, leap, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.profits.equilibrium import Equilibrium
    from countermeasure.trade.profits.model import ProfitModel

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Agreement", "agreement"]

_STIFFNESS = 30.0
_OUTER = 12
_LEAPS = 3
_SPREAD = 1e-7
_FLAT = 1e-7


@dataclass(frozen=True, eq=False)
class Agreement:
    """What the parties would sign.

    Attributes:
        parties: Who agrees, each with members, targets and weights.
        constraints: Bounds on each tariff of the agreement.
        before: Equilibrium without it.
        found: Equilibrium with it.
        gain: Rise of each party's objective over ``before``, fraction, (K,).
        split: Part of each party in the gains as agreed, (K,); mean 1.
        common: Gain for a part of 1, fraction.
        weights: Weight of each party's gain that makes these tariffs the best of their weighted sum, (K,); they sum to 1.
        residual: First-order residual: greatest derivative of that sum by ln(1 + tariff) that the bounds leave open.
        spread: Greatest difference between a party's gain and its part of the common one.
        rounds: Equilibria that it took.
        lines: Number of tariffs of each party.
    """

    parties: tuple[Chooser, ...]
    constraints: Constraints
    before: Equilibrium
    found: Equilibrium
    gain: Array
    split: Array
    common: float
    weights: Array
    residual: float
    spread: float
    rounds: int
    lines: tuple[int, ...]

    @property
    def tariff(self) -> Array:
        """Tariffs of all, (N, N, S)."""
        return self.found.tariff

    def __str__(self) -> str:
        who = "; ".join(
            f"{' + '.join(p.members)} {gain:+.2%} with {count} tariffs"
            for p, gain, count in zip(self.parties, self.gain, self.lines, strict=True)
        )
        how = "equal gains" if np.ptp(self.split) == 0 else "gains in agreed parts"
        return (
            f"{who}; {how}, {self.constraints}; all other tariffs stay; "
            f"first-order residual {self.residual:.1e}, gains differ by {self.spread:.1e}, {self.rounds} rounds"
        )


def agreement(
    model: ProfitModel,
    parties: Sequence[str] | Sequence[Chooser] | None = None,
    *,
    tariff: Array | None = None,
    split: Sequence[float] | None = None,
    constraints: Constraints | None = None,
    starts: Sequence[Array] | None = None,
) -> Agreement:
    """The tariffs between parties that raise all their objectives most, equally or in agreed parts.

    Args:
        model: The model.
        parties: Codes of economies, that settle tariffs on each other; or choosers, that settle what they may choose. All
            economies of the model if absent.
        tariff: Where they stand without it, and what others do, (N, N, S); the tariffs in force if absent. A trade war, zero
            tariffs or any others.
        split: Parts of the gains, one a party, above 0; only their ratios matter. Equal if absent.
        constraints: Bounds; 0 to 1000 % if absent.
        starts: Where the search begins, each (N, N, S); ``tariff`` and zero tariffs if absent.

    Raises:
        InputError: If parties or split do not fit.
        NoSolutionError: If the search stops short.
    """
    sides = _sides(model, parties)
    game = Game(model, sides, constraints or Constraints())
    count = len(sides)
    parts = np.ones(count) if split is None else np.array(split, dtype=np.float64)
    if parts.shape != (count,) or not np.isfinite(parts).all() or (parts <= 0).any():
        raise InputError(f"the split needs {count} numbers above 0, one a party")
    parts = parts / parts.mean()
    before = model.solve(tariff)
    begin = [before.tariff, np.zeros_like(before.tariff)][: 2 if before.tariff.any() else 1] if starts is None else starts
    if not begin:
        raise InputError("an agreement needs a start")
    talk = max((_Talk(game, before, parts).search(s) for s in begin), key=_Talk.quality)
    for _ in range(_LEAPS):
        start = talk.leap()
        if start is None:
            break
        other = _Talk(game, before, parts, talk.price).search(start)
        if other.quality() <= talk.quality() + _SPREAD:
            break
        talk = other
    return talk.result()


def _sides(model: ProfitModel, parties: Sequence[str] | Sequence[Chooser] | None) -> tuple[Chooser, ...]:
    given = model.countries if parties is None else tuple(parties)
    codes = tuple(p for p in given if isinstance(p, str))
    if len(given) < 2 or (codes and len(codes) < len(given)):
        raise InputError("an agreement needs at least two parties, all codes or all choosers")
    if not codes:
        return tuple(p for p in given if isinstance(p, Chooser))
    return tuple(Chooser((c,), tuple(o for o in codes if o != c)) for c in codes)


class _Talk:
    """The search for one agreement."""

    def __init__(self, game: Game, before: Equilibrium, parts: Array, price: Array | None = None) -> None:
        self.game, self.before, self.parts = game, before, parts
        self.base = game.omega @ before.government
        self.scale = scaled(game.model, game.chosen)
        self.found = before
        self.price = np.zeros(len(parts)) if price is None else price
        self.stiffness = _STIFFNESS

    def gains(self, found: Equilibrium) -> Array:
        """Gain of each party for a part of 1, (K,)."""
        return np.asarray((self.game.omega @ found.government / self.base - 1) / self.parts)

    def weights(self, gains: Array, stiffness: float) -> Array:
        """Weight of each gain in the slope of the augmented Lagrangian, (K,); they sum to 1."""
        pull = self.price + stiffness * (gains - gains.mean())
        return np.asarray(1 / len(gains) - pull + pull.mean())

    def slope(self, found: Equilibrium, weights: Array) -> Array:
        """Derivative of the weighted gains by ln(1 + tariff), (lines,)."""
        omega = (weights / self.parts / self.base) @ (self.game.omega * found.government)
        by_tariff = gradient(found, omega)
        return np.asarray((by_tariff * (1 + found.tariff))[self.game.chosen])

    def cost(self, x: Array) -> tuple[float, Array]:
        """The augmented Lagrangian to be made small, and its slope."""
        self.game.rounds += 1
        try:
            found = self.game.model.solve(self.game.place(x / self.scale, self.before.tariff), start=self.found)
        except NoSolutionError:
            return 1e3, np.zeros_like(x)
        self.found = found
        gains = self.gains(found)
        apart = gains - gains.mean()
        value = -gains.mean() + self.price @ apart + self.stiffness / 2 * apart @ apart
        return float(value), -self.slope(found, self.weights(gains, self.stiffness)) / self.scale

    def quality(self) -> float:
        """Common gain; less than any if the search stopped short."""
        return float(self.gains(self.found).mean()) if self.ends() else -np.inf

    def ends(self) -> bool:
        """Whether gains are in their parts and nothing is left to gain."""
        gains = self.gains(self.found)
        return bool(np.abs(gains - gains.mean()).max() <= 100 * _SPREAD) and self.residual() <= 100 * _FLAT

    def leap(self) -> Array | None:
        """Tariffs after taking single sectors to a bound where the weighted gains rise; ``None`` if nowhere."""
        weights = self.weights(self.gains(self.found), 0.0)
        one = self.game.joint((weights / self.parts / self.base) @ self.game.omega)
        return leap(one, *one.look(self.found.tariff, self.found), 0)

    def search(self, start: Array) -> _Talk:
        """Rounds of the augmented Lagrangian from a point until gains are in their parts and nothing is left to gain."""
        from scipy.optimize import minimize

        low, high = self.game.limits
        limits = [(low * s, high * s) for s in self.scale]
        x = np.clip(np.log1p(start[self.game.chosen]), low, high) * self.scale
        previous = np.inf
        for turn in range(_OUTER):
            options = {"maxiter": 600, "maxfun": 1200, "maxcor": 40, "ftol": 1e-15, "gtol": 1e-5 if turn == 0 else 1e-7}
            x = minimize(self.cost, x, jac=True, method="L-BFGS-B", bounds=limits, options=options).x
            self.found = self.game.model.solve(self.game.place(x / self.scale, self.before.tariff), start=self.found)
            gains = self.gains(self.found)
            apart = gains - gains.mean()
            self.price = self.price + self.stiffness * apart
            spread = float(np.abs(apart).max())
            if spread <= _SPREAD and self.residual() <= _FLAT:
                break
            if spread > previous / 4:
                self.stiffness *= 4
            previous = spread
        return self

    def residual(self) -> float:
        """Greatest slope that the bounds leave open, at the multipliers as they are."""
        slope = self.slope(self.found, self.weights(self.gains(self.found), 0.0))
        tariff, held = self.found.tariff[self.game.chosen], self.game.constraints
        stays = ((tariff <= held.low) & (slope < 0)) | ((tariff >= held.high) & (slope > 0))
        return float(np.abs(np.where(stays, 0.0, slope)).max())

    def result(self) -> Agreement:
        """The agreement.

        Raises:
            NoSolutionError: If gains are not in their parts, or more can be gained.
        """
        gains, residual = self.gains(self.found), self.residual()
        spread = float(np.abs(gains - gains.mean()).max())
        if not self.ends():
            raise NoSolutionError(
                f"the agreement was not found: gains differ by {spread:.1e} and the first-order residual is {residual:.1e}",
                cure="Start elsewhere, or narrow the bounds.",
            )
        lines = tuple(int(mask.sum()) for mask in self.game.lines)
        weights = self.weights(gains, 0.0)
        return Agreement(
            self.game.choosers,
            self.game.constraints,
            self.before,
            self.found,
            gains * self.parts,
            self.parts,
            float(gains.mean()),
            weights,
            residual,
            spread,
            self.game.rounds,
            lines,
        )

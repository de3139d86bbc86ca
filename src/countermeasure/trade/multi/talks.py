"""Agreements: the rates that all parties would sign."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.choosers import Levers
from countermeasure.trade.multi.games import players_of, system_of
from countermeasure.trade.multi.play import Game, Outcome, projected
from countermeasure.trade.multi.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.choosers import Chooser
    from countermeasure.trade.multi.system import Point, System

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["agreement"]

_NOWHERE = 1e3
"""Loss, in units of the search, where there is no equilibrium."""
_LARGE = 600
"""With more rates than this, SLSQP's dense algebra costs more than a longer search by L-BFGS."""


class _Bargain:
    """Gains and gradients of all parties at trial rates, each computed once.

    The search runs in ``y = stretch * ln(1 + rate)`` and gains are multiplied by ``unit``, so that the second derivative of the
    sum of gains in y, which is near -of / (1 + rate), is about 1 for every rate.
    """

    def __init__(self, game: Game, level: Array) -> None:
        self.game, self.level, self.count = game, level, 0
        curve = game.curvature()
        self.unit = 1 / float(curve.max())
        self.stretch = np.sqrt(curve * self.unit)
        self.box = list(zip(game.levers.low * self.stretch, game.levers.high * self.stretch, strict=True))
        self._slopes: Array | None = None

    def at(self, y: Array) -> Game:
        """The game there."""
        rates = self.game.levers.clip(y / self.stretch)
        if not np.array_equal(rates, self.game.rates):
            self.count += 1
            self.game, self._slopes = self.game.at(rates), None
        return self.game

    def gains(self, y: Array) -> Array:
        """Gains of the parties, (K,); a great loss for all where there is no equilibrium, so that the search turns back."""
        try:
            return self.unit * (self.at(y).values - self.level)
        except NoSolutionError:
            return np.full(len(self.level), -_NOWHERE)

    def slopes(self, y: Array) -> Array:
        """Their gradients, (K, M); of the last equilibrium where there is none."""
        with suppress(NoSolutionError):
            self.at(y)
        if self._slopes is None:
            self._slopes = self.unit * self.game.gradients() / self.stretch
        return self._slopes


def agreement(
    model: Baseline | System,
    parties: Sequence[str | Sequence[str] | Chooser],
    *,
    shares: Sequence[float] | None = None,
    weights: Sequence[float] | None = None,
    status_quo: Policy | None = None,
    instruments: str = "tariff",
    among: bool = True,
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = (-0.5, 5.0),
    uniform: Sequence[str] = (),
) -> Outcome:
    """Rates that all parties would sign: the largest gain over the status quo that they can share.

    Without ``weights`` gains of ln real income are equal (or as ``shares``), and no larger common gain is possible nearby. With
    ``weights`` the weighted sum of gains is the largest under which no party loses.

    Args:
        model: Baseline or system.
        parties: Codes, groups of codes that act as one, or choosers.
        shares: Size of each party's gain relative to the others'; equal if absent.
        weights: Welfare weights of the parties, instead.
        status_quo: Policy without an agreement, as the end of a war; the baseline's if absent.
        instruments: As in ``chooser``.
        among: Rates on each other only; else on everybody.
        sectors: As in ``chooser``.
        bounds: As in ``chooser``; subsidies of imports are allowed by default, for they are how gains are shared.
        uniform: As in ``chooser``.

    Raises:
        InputError: If a party is not valid.
        NoSolutionError: If no equilibrium is found, or no agreement better than the status quo.
    """
    system = system_of(model)
    policy = Policy.of(system.baseline) if status_quo is None else status_quo
    choosers = players_of(system, parties, among, instruments, sectors, bounds, uniform)
    levers = Levers(system.baseline, choosers, policy)
    before = system.solve(policy)
    level = levers.values(before)
    ratio = np.array(shares if shares is not None else np.ones(len(choosers)), dtype=np.float64)
    wanted = None if weights is None else np.array(weights, dtype=np.float64)
    for given in (ratio, *(() if wanted is None else (wanted,))):
        if len(given) != len(choosers) or not (given > 0).all():
            raise InputError(f"{len(choosers)} parties need as many shares and weights, above 0", code="bad_chooser")
    found: list[tuple[float, Game, int, str]] = []
    free = levers.clip(np.zeros(len(levers)))
    for rates in (levers.read(policy), free):
        bargain = _Bargain(Game(system, levers, policy, rates, point=before), level)
        search = _sqp if len(levers) <= _LARGE else _lagrangian
        try:
            game = bargain.at(search(bargain, rates * bargain.stretch, ratio, wanted))
        except NoSolutionError:
            game = bargain.game
        gains = game.values - level
        worth = float(np.min(gains / ratio)) if wanted is None else float(wanted @ gains)
        if (gains >= -1e-9).all():
            found.append((worth, game, bargain.count, "SLSQP" if search is _sqp else "augmented Lagrangian"))
    if not found:
        raise NoSolutionError(
            "no agreement better than the status quo was found",
            cure="Widen the bounds or the instruments, or start from a war.",
        )
    _, game, count, method = max(found, key=lambda f: f[0])
    return _signed(game, before, ratio, wanted, count, method)


def _sqp(bargain: _Bargain, start: Array, ratio: Array, wanted: Array | None) -> Array:
    """Sequential quadratic programming in the rates and the common gain."""
    from scipy.optimize import minimize

    m, options = len(start), {"maxiter": 500, "ftol": 1e-13}
    if wanted is None:
        minus = np.zeros(m + 1)
        minus[-1] = -1.0
        limits = {
            "type": "eq",
            "fun": lambda y: bargain.gains(y[:m]) - ratio * y[m],
            "jac": lambda y: np.column_stack([bargain.slopes(y[:m]), -ratio]),
        }
        end = minimize(
            lambda y: -float(y[m]),
            np.append(start, float(np.mean(bargain.gains(start) / ratio))),
            jac=lambda _: minus,
            method="SLSQP",
            bounds=[*bargain.box, (None, None)],
            constraints=[limits],
            options=options,
        )
    else:
        end = minimize(
            lambda y: -float(wanted @ bargain.gains(y)),
            start,
            jac=lambda y: -wanted @ bargain.slopes(y),
            method="SLSQP",
            bounds=bargain.box,
            constraints=[{"type": "ineq", "fun": bargain.gains, "jac": bargain.slopes}],
            options=options,
        )
    return np.asarray(end.x[:m])


def _lagrangian(bargain: _Bargain, y: Array, ratio: Array, wanted: Array | None) -> Array:
    """Augmented Lagrangian, each step by L-BFGS-B: for many rates.

    Equal gains: the constraints are the differences of each gain from the mean. Otherwise: no gain below 0.
    """
    from scipy.optimize import minimize

    price, penalty, last = np.zeros_like(ratio), 10.0, np.inf

    def merit(y: Array) -> tuple[float, Array]:
        gains, slopes = bargain.gains(y), bargain.slopes(y)
        if wanted is None:
            each = gains / ratio
            miss = each - each.mean()
            force = -1 / len(ratio) - price + price.mean() + penalty * miss
            return float(-each.mean() - price @ miss + penalty / 2 * miss @ miss), (force / ratio) @ slopes
        push = np.maximum(price - penalty * gains, 0.0)
        return float(-wanted @ gains + (push @ push - price @ price) / (2 * penalty)), -(wanted + push) @ slopes

    options = {"maxcor": 30, "maxiter": 300, "ftol": 1e-16, "gtol": 1e-9}
    for _ in range(30):
        y = np.asarray(minimize(merit, y, jac=True, method="L-BFGS-B", bounds=bargain.box, options=options).x)
        gains = bargain.gains(y)
        miss = gains / ratio - (gains / ratio).mean() if wanted is None else np.minimum(gains, price / penalty)
        price = price - penalty * miss if wanted is None else np.maximum(price - penalty * gains, 0.0)
        size = float(np.abs(miss).max())
        if size < 1e-9 * max(1.0, float(np.abs(gains).max())):
            break
        penalty, last = penalty * (4 if size > last / 4 else 1), size
    return y


def _weights(slopes: Array, sides: Array, ratio: Array) -> Array:
    """Welfare weights under which no rate has a reason to move, as nearly as may be; ``ratio @ weights`` is 1.

    Args:
        slopes: Of each party in each rate, (K, M), of comparable size.
        sides: -1 for rates at their least, 1 at their greatest, 0 inside, (M,).
        ratio: Shares of the gain, (K,).
    """
    inner = slopes[:, sides == 0]
    count = len(ratio)
    if np.linalg.matrix_rank(inner, tol=1e-10) >= count - 1 > 0:
        square = np.block([[inner @ inner.T, ratio[:, None]], [ratio[None], np.zeros((1, 1))]])
        return np.asarray(np.linalg.lstsq(square, np.append(np.zeros(count), 1.0), rcond=1e-14)[0][:count])
    from scipy.optimize import linprog

    rows = np.concatenate([slopes.T[sides <= 0], -slopes.T[sides >= 0]])
    rows = np.column_stack([rows, -np.ones(len(rows))])
    found = linprog(
        np.append(np.zeros(count), 1.0), rows, np.zeros(len(rows)), np.append(ratio, 0.0)[None], [1.0], bounds=(0, None)
    )
    return np.asarray(found.x[:count])


def _signed(game: Game, before: Point, ratio: Array, wanted: Array | None, count: int, method: str) -> Outcome:
    """The outcome with the welfare weights that would choose it and the first-order residual under them."""
    slopes, levers = game.gradients(), game.levers
    sides = np.where(game.rates >= levers.high - 1e-9, 1, np.where(game.rates <= levers.low + 1e-9, -1, 0))
    size = np.maximum(np.abs(slopes).sum(axis=0), 1e-300)
    gains = np.expm1(game.values - levers.values(before))
    if wanted is None:
        weights = _weights(slopes / size, sides, ratio)
        note = "Gains are equal." if np.ptp(ratio) == 0 else "Gains are in the asked proportion."
    else:
        from scipy.optimize import nnls

        tight = gains < 1e-7
        inner = (slopes / size)[:, sides == 0]
        weights = wanted.copy()
        if tight.any() and inner.size:
            weights[tight] += nnls(inner[tight].T, -(wanted @ inner))[0]
        note = "No party loses; the weighted sum of gains is greatest."
    if gains.max() < 1e-9:
        note = "Within these bounds nothing is better for all than the status quo."
    residual = projected(weights @ slopes / np.maximum(np.abs(weights) @ np.abs(slopes), 1e-300), game.rates, levers)
    note += " " + ", ".join(f"{c.name} {100 * g:+.4f} %" for c, g in zip(levers.choosers, gains, strict=True)) + "."
    return Outcome(
        "agreement",
        levers.choosers,
        before,
        game.point,
        float(residual.max(initial=0.0)),
        int((sides == 0).sum()),
        int((sides != 0).sum()),
        count,
        method,
        (note,),
        tuple(float(w) for w in weights / np.abs(weights).sum()),
    )

"""Best tariffs and tariff wars.

A best rate solves its own first-order condition: ``1 + rate = of / per`` with the two sums of ``adjoint``. Equilibrium,
multipliers, rates, and again, accelerated by Anderson's method, ends at a point where every condition holds at once: the best
rates of one chooser, or a Nash equilibrium of several. A round of a single chooser is taken only if its objective does not
fall; towards the closed form the objective rises at first, so that shorter steps must find a rise, and where even they do not,
projected L-BFGS with the same gradient goes on.

Source: the closed form follows Ossa (2014, AER 104(12)) and Lashkaripour (2021, JIE 131), derived here for the Eaton-Kortum
core with inputs, export taxes and shared rates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.multi.choosers import BOUNDS, Chooser, Levers, chooser
from countermeasure.trade.multi.play import REACH, Game, Outcome, reached
from countermeasure.trade.multi.policy import Policy
from countermeasure.trade.multi.system import System
from countermeasure.trade.numerics import Anderson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.choosers import Mask
    from countermeasure.trade.multi.system import Point

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["best_tariffs", "war"]

_DEPTH, _SLACK, _DONE, _NOWHERE = 8, 1e-11, 1e-9, 1e6
"""Anderson's depth; fall of an objective that is rounding; first-order residual that is enough; loss without an equilibrium."""

_LERNER = (
    "All tariffs up and all export taxes down by one factor change nothing but the worth of transfers that are fixed in the "
    "numeraire: the levels of both together mean little, and with large transfers the closure should be 'balanced'."
)


def system_of(model: Baseline | System) -> System:
    """The system of a baseline, or the system itself."""
    return model if isinstance(model, System) else System(model)


def best_tariffs(
    model: Baseline | System,
    choosers: str | Sequence[str] | Chooser,
    *,
    instruments: str = "tariff",
    targets: Sequence[str] | Mask | None = None,
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = BOUNDS,
    uniform: Sequence[str] = (),
    weights: Sequence[float] | None = None,
    start: Policy | None = None,
    rounds: int = 100,
) -> Outcome:
    """Rates that are best for one chooser while all others keep theirs.

    Args:
        model: Baseline, or the system with other elasticities or another closure.
        choosers: Code, codes of economies that act as one, or a chooser; the arguments up to ``weights`` describe it.
        instruments: As in ``chooser``.
        targets: As in ``chooser``.
        sectors: As in ``chooser``.
        bounds: As in ``chooser``.
        uniform: As in ``chooser``.
        weights: As in ``chooser``.
        start: Policy of all others, and where the search begins; the baseline's if absent. Gains are counted from it.
        rounds: Most rounds before the search is left to L-BFGS.

    Raises:
        InputError: If the chooser is not valid.
        NoSolutionError: If no equilibrium is found on the way.
    """
    system = system_of(model)
    who = (
        choosers
        if isinstance(choosers, Chooser)
        else chooser(
            system.baseline,
            choosers,
            targets=targets,
            sectors=sectors,
            instruments=instruments,
            uniform=uniform,
            bounds=bounds,
            weights=weights,
        )
    )
    policy = Policy.of(system.baseline) if start is None else start
    return _best(system, who, policy, system.solve(policy), rounds)


def _best(system: System, who: Chooser, policy: Policy, before: Point, rounds: int = 100) -> Outcome:
    levers = Levers(system.baseline, [who], policy)
    game = Game(system, levers, policy, levers.read(policy), point=before)
    speed, done = Anderson(_DEPTH), 0
    notes = (_LERNER,) if who.instruments == "both" else ()
    for done in range(rounds):
        image, _, residual = game.conditions()
        if residual.max(initial=0.0) <= _DONE:
            return reached("best", game, before, residual, done, "the closed form", notes)
        new = _rising(game, speed.next(game.rates, image))
        if new is None:
            speed.forget()
            new = _shorter(game, image)
        if new is None:
            break
        game = new
    return _searched(game, before, done, notes)


def _rising(game: Game, rates: Array) -> Game | None:
    """The game at other rates if the objective does not fall."""
    move = np.clip(rates - game.rates, -REACH, REACH)
    try:
        new = game.at(game.rates + move)
    except NoSolutionError:
        return None
    return new if new.values[0] >= game.values[0] - _SLACK else None


def _shorter(game: Game, image: Array) -> Game | None:
    """A shorter step towards the closed form that raises the objective."""
    share = 1.0
    for _ in range(12):
        new = _rising(game, game.rates + share * (image - game.rates))
        if new is not None:
            return new
        share /= 2
    return None


def _searched(game: Game, before: Point, rounds: int, notes: tuple[str, ...] = ()) -> Outcome:
    """Projected L-BFGS from where the closed form stopped."""
    from scipy.optimize import minimize

    levers, curve = game.levers, game.curvature()
    last, top, count = game, game, 0
    unit = 1 / float(curve.max())
    stretch = np.sqrt(curve * unit)  # the search runs where all second derivatives are of like size

    def fall(y: Array) -> tuple[float, Array]:
        nonlocal last, top, count
        count += 1
        try:
            last = last.at(y / stretch)
        except NoSolutionError:
            return _NOWHERE, np.zeros_like(y)
        top = last if last.values[0] > top.values[0] else top
        return -unit * float(last.values[0] - game.values[0]), -unit * last.gradients()[0] / stretch

    box = list(zip(levers.low * stretch, levers.high * stretch, strict=True))
    settings = {"maxcor": 20, "maxiter": 1000, "maxfun": 1500, "ftol": 1e-16, "gtol": 1e-10}
    minimize(fall, game.rates * stretch, jac=True, method="L-BFGS-B", bounds=box, options=settings)
    residual = top.conditions()[2]
    note = f"the closed form did not settle in {rounds} rounds; a gradient search went on"
    return reached("best", top, before, residual, rounds + count, "projected L-BFGS", (*notes, note))


def players_of(
    system: System,
    players: Sequence[str | Sequence[str] | Chooser],
    among: bool,
    instruments: str,
    sectors: Sequence[str] | None,
    bounds: tuple[float, float],
    uniform: Sequence[str],
) -> list[Chooser]:
    """Choosers of a game between players; ``among``: they tax each other only."""
    base = system.baseline
    codes = [
        [base.countries[m] for m in p.members] if isinstance(p, Chooser) else [p] if isinstance(p, str) else list(p)
        for p in players
    ]
    if len(codes) < 2:
        raise InputError("a game needs at least two players", code="bad_chooser")
    found = []
    for place, player in enumerate(players):
        if isinstance(player, Chooser):
            found.append(player)
            continue
        others = [c for k, group in enumerate(codes) if k != place for c in group]
        found.append(
            chooser(
                base,
                player,
                targets=others if among else None,
                sectors=sectors,
                instruments=instruments,
                bounds=bounds,
                uniform=uniform,
            )
        )
    return found


def war(
    model: Baseline | System,
    players: Sequence[str | Sequence[str] | Chooser],
    *,
    instruments: str = "tariff",
    among: bool = True,
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = BOUNDS,
    uniform: Sequence[str] = (),
    start: Policy | None = None,
    rounds: int = 200,
) -> Outcome:
    """A Nash equilibrium: every player's rates are best against the others'.

    Args:
        model: Baseline or system.
        players: Codes, groups of codes that act as one, or choosers.
        instruments: As in ``chooser``.
        among: Players tax each other only; else everybody.
        sectors: As in ``chooser``.
        bounds: As in ``chooser``.
        uniform: As in ``chooser``.
        start: Policy of those who do not play, and where the search begins; the baseline's if absent.
        rounds: Most rounds of the joint closed form; then players answer in turn.

    Raises:
        InputError: If a player is not valid.
        NoSolutionError: If no equilibrium is reached.
    """
    system = system_of(model)
    policy = Policy.of(system.baseline) if start is None else start
    choosers = players_of(system, players, among, instruments, sectors, bounds, uniform)
    levers = Levers(system.baseline, choosers, policy)
    before = system.solve(policy)
    game = Game(system, levers, policy, levers.read(policy), point=before)
    speed, least = Anderson(_DEPTH), np.inf
    for done in range(rounds):
        image, _, residual = game.conditions()
        size = float(residual.max(initial=0.0))
        if size <= _DONE:
            return reached("war", game, before, residual, done, "the joint closed form")
        if size > 30 * least:
            speed.forget()
        least = min(least, size)
        move = np.clip(speed.next(game.rates, image) - game.rates, -REACH, REACH)
        try:
            game = game.at(game.rates + move)
        except NoSolutionError:
            speed.forget()
            game = game.at(game.rates + 0.25 * (image - game.rates))
    return _in_turn(game, before, rounds)


def _in_turn(game: Game, before: Point, rounds: int) -> Outcome:
    """Players answer one after the other, each with the safeguard, until nobody moves."""
    levers, policy, point = game.levers, game.point.policy, game.point
    for done in range(100):
        for one in levers.choosers:
            answer = _best(game.system, one, policy, point)
            policy, point = answer.policy, answer.after
        game = Game(game.system, levers, policy, levers.read(policy), point=point)
        residual = game.conditions()[2]
        if residual.max(initial=0.0) <= 10 * _DONE:
            return reached("war", game, before, residual, rounds + done + 1, "best answers in turn")
    size = float(residual.max(initial=0.0))
    raise NoSolutionError(
        f"no Nash equilibrium was found; players still move, first-order residual {size:.1e}",
        cure="Start elsewhere, tighten the bounds, or let rates be uniform over sectors.",
    )

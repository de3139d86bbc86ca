"""The best tariffs of one economy or of a front, and the war in which several choose at once: one sector, many economies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.numerics import Anderson
from countermeasure.trade.one.game import Game, game_of
from countermeasure.trade.one.result import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.trade.one.adjoint import Gradient
    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Best", "best_tariff", "war"]

_SETTLED = 1e-10


@dataclass(frozen=True, eq=False)
class Best:
    """Tariffs that players chose, and how well.

    Attributes:
        outcome: Equilibrium under them.
        players: Who chooses together: codes of the members of each player.
        weights: Weights of each player on the real incomes of all economies, (players, N).
        free: Cells that are chosen, (N, N) [importer, origin].
        low: Lowest rate allowed.
        high: Highest rate allowed.
        uniform: Whether each importer puts one rate on all its free cells.
        start: Objectives of the players at the start, (players,).
        value: Objectives of the players in the end, (players,).
        at_limit: Objective of each player with its free cells at ``high`` and the others' rates as they are, (players,);
            NaN where there is no equilibrium. Where it is above ``value``, the choice is a maximum in the small only.
        first_order: Greatest derivative of a player's objective by ln(1 + t) of a free cell, bounds respected.
        rounds: Equilibria solved.
        method: ``closed form`` or ``projected search``.
    """

    outcome: Outcome
    players: tuple[tuple[str, ...], ...]
    weights: Array
    free: Mask
    low: float
    high: float
    uniform: bool
    start: Array
    value: Array
    at_limit: Array
    first_order: float
    rounds: int
    method: str

    @property
    def tariff(self) -> Array:
        """Tariffs of all, (N, N)."""
        return self.outcome.tariff

    def statement(self) -> str:
        """Who chose what within which limits, in a sentence."""
        who = " and ".join("+".join(player) for player in self.players)
        kind = "one rate each" if self.uniform else "a rate for each origin"
        told = (
            f"{who} chose {kind} on {int(self.free.sum())} flows, from {self.low:.0%} to {self.high:.0%}; {self.method}, "
            f"{self.rounds} equilibria, first-order residual {self.first_order:.1e}"
        )
        better = ["+".join(player) for player, a, b in zip(self.players, self.at_limit, self.value, strict=True) if a > b]
        if better:
            told += (
                f". At the highest rates {' and '.join(better)} would do better still: transfers fixed relative to world income"
                " reward who cuts off trade and goes on receiving them; rebalance() the baseline to be rid of that"
            )
        return told


def best_tariff(
    economy: OneSector,
    members: str | Sequence[str],
    *,
    against: Iterable[str] | None = None,
    weights: Mapping[str, float] | Array | None = None,
    schedule: Array | None = None,
    low: float = 0.0,
    high: float = 1.0,
    uniform: bool = False,
    rounds: int = 200,
) -> Best:
    """The import tariffs that maximise real income of one economy, or of a front whose members share one objective.

    The closed form of :mod:`countermeasure.trade.one.adjoint` is iterated with Anderson acceleration; a round that lowers the
    objective is not accepted, and a projected quasi-Newton search with the exact gradient takes over from the best point.

    Args:
        economy: Baseline.
        members: Code, or codes of a front.
        against: Origins on which rates are chosen; all but the members if absent.
        weights: On real incomes, by code or (N,); expenditure of the members, summing to 1, if absent.
        schedule: Tariffs of all others and of cells that are not chosen, and the start, (N, N); those in force if absent.
        low: Lowest rate.
        high: Highest rate.
        uniform: One rate on all chosen origins for each member.
        rounds: Most equilibria in the first stage.

    Returns:
        The choice, a maximum in the small, with its first-order residual. A receiver of transfers may have another one where
        trade ends, since transfers are fixed relative to world income: ``at_limit`` and ``statement()`` tell.

    Raises:
        InputError: Unknown codes, no cell to choose, limits that cross.
        NoSolutionError: If an equilibrium on the way is not found.
    """
    front = (members,) if isinstance(members, str) else tuple(members)
    game, free = game_of(economy, [front], against, None if weights is None else [weights], schedule, (low, high))
    return _play(game, [front], free, uniform=uniform, rounds=rounds)


def war(
    economy: OneSector,
    players: Sequence[str | Sequence[str]],
    *,
    against: Iterable[str] | None = None,
    schedule: Array | None = None,
    low: float = 0.0,
    high: float = 1.0,
    uniform: bool = False,
    rounds: int = 300,
) -> Best:
    """Tariffs that are each player's best answer to those of the others (Nash), players being economies or fronts.

    Args:
        economy: Baseline.
        players: Codes, or tuples of codes for fronts; their objectives are weighted as in :func:`best_tariff`.
        against: Origins on which rates are chosen; all players' if absent.
        schedule: Start, and the tariffs of all others, (N, N).
        low: Lowest rate.
        high: Highest rate.
        uniform: One rate on all chosen origins for each importer.
        rounds: Most equilibria.

    Raises:
        InputError: Unknown codes, one player, a code in two of them.
        NoSolutionError: If the answers do not settle.
    """
    sides = [(p,) if isinstance(p, str) else tuple(p) for p in players]
    if len(sides) < 2:
        raise InputError("a war has two players at least", code="one_player", cure="Use best_tariff for one.")
    origins = [code for side in sides for code in side] if against is None else against
    game, free = game_of(economy, sides, origins, None, schedule, (low, high))
    return _play(game, sides, free, uniform=uniform, rounds=rounds)


def _play(game: Game, sides: list[tuple[str, ...]], free: Mask, *, uniform: bool, rounds: int) -> Best:
    """Iterate the closed form; search where one player's objective falls."""
    rates = np.clip(np.log1p(game.schedule[game.cells]), *game.limits)
    found = game.look(rates)
    start = np.array([g.value for g in found])
    speed, best, method = Anderson(8), (rates, found), "closed form"
    slope = game.slope(rates, found, uniform=uniform)
    while np.abs(slope).max() > _SETTLED and game.solved < rounds:
        aim = game.aim(found, uniform=uniform)
        trial, new = game.toward(rates, np.clip(speed.next(rates, aim), *game.limits))
        if len(sides) == 1 and new[0].value < found[0].value - 1e-12:
            speed.forget()
            trial, new = game.toward(rates, aim)
            if new[0].value < found[0].value - 1e-12:
                break
        rates, found = trial, new
        slope = game.slope(rates, found, uniform=uniform)
        best = (rates, found)
    rates, found = best
    size = float(np.abs(slope).max())
    if size > _SETTLED and len(sides) == 1:
        rates, found = _search(game, rates, found, uniform=uniform)
        size, method = float(np.abs(game.slope(rates, found, uniform=uniform)).max()), "projected search"
    if size > 1e-8 and len(sides) > 1:
        raise NoSolutionError(
            f"the players' answers did not settle in {game.solved} equilibria; the first-order residual is {size:.1e}",
            cure="Start from other tariffs (schedule), bound the rates more tightly, or raise rounds.",
        )
    outcome = Outcome(game.economy, game.tariff(rates), game.point)
    low, high = np.expm1(game.limits)
    return Best(
        outcome=outcome,
        players=tuple(sides),
        weights=game.weights,
        free=free,
        low=float(low),
        high=float(high),
        uniform=uniform,
        start=start,
        value=np.array([g.value for g in found]),
        at_limit=np.array([game.limit_value(rates, player) for player in range(len(sides))]),
        first_order=size,
        rounds=game.solved,
        method=method,
    )


def _search(game: Game, rates: Array, found: list[Gradient], *, uniform: bool) -> tuple[Array, list[Gradient]]:
    """Projected quasi-Newton search with the exact gradient for one player; never worse than where it starts."""
    from scipy.optimize import minimize

    _, group = np.unique(game.cells[0], return_inverse=True)
    each = group if uniform else np.arange(len(rates))
    scale = 1e4  # the search stops by absolute slopes

    def down(values: Array) -> tuple[float, Array]:
        try:
            gradient = game.look(values[each])[0]
        except NoSolutionError:  # as bad as can be; the search then shortens its step
            return 0.0, np.zeros(len(values))
        return -scale * gradient.value, np.asarray(-scale * np.bincount(each, weights=gradient.slope[game.cells]))

    first = np.array([rates[each == k][0] for k in range(each.max() + 1)])
    ended = minimize(
        down, first, jac=True, method="L-BFGS-B", bounds=[game.limits] * len(first), options={"ftol": 1e-15, "gtol": 1e-7}
    )
    last = ended.x[each]
    new = game.look(last)
    if new[0].value >= found[0].value:
        return last, new
    game.look(rates)
    return rates, found

"""Best tariffs of one chooser, and wars of several.

A round solves the equilibrium, its multipliers and the tariffs that the first-order conditions ask for, sped up by Anderson's
method. A single chooser takes a round only if its objective does not fall; when no part of a step helps, a projected search
with the same derivatives goes on from the best point. A war that does not settle goes on by best responses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import NoSolutionError
from countermeasure.trade.profits.adjoint import Answer, Chooser
from countermeasure.trade.profits.search import WORTH, Constraints, Game, leap, near_best, own_best, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.profits.equilibrium import Equilibrium
    from countermeasure.trade.profits.model import ProfitModel

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Outcome", "best", "war"]

_TURNS = 30
_FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class Outcome:
    """A choice of tariffs and where it leads.

    Attributes:
        choosers: Who chose, each with members, targets and weights.
        constraints: Bounds on each chosen tariff.
        found: Equilibrium with the tariffs.
        value: Objective of each chooser, ratio to the baseline, (K,).
        residual: First-order residual: greatest derivative of a chooser's log objective by ln(1 + tariff) that its bounds leave
            open.
        gap: Greatest distance, in ln(1 + tariff), between a chosen tariff and the one that its first-order condition asks for.
            Lines with almost no trade weigh as much as others here; in the residual they do not.
        regret: Greatest rise of a chooser's log objective found when it alone chose again from another start; ``None`` if not
            tried.
        rounds: Equilibria with multipliers that it took.
        method: ``closed form``, ``closed form and search`` or ``closed form after best responses``.
        lines: Number of tariffs chosen by each chooser.
    """

    choosers: tuple[Chooser, ...]
    constraints: Constraints
    found: Equilibrium
    value: Array
    residual: float
    gap: float
    regret: float | None
    rounds: int
    method: str
    lines: tuple[int, ...]

    @property
    def tariff(self) -> Array:
        """Tariffs of all, (N, N, S)."""
        return self.found.tariff

    def __str__(self) -> str:
        aim = "real income" if self.found.model.lobby is None else "real income by lobbying weights"
        who = "; ".join(
            f"{' + '.join(c.members)} choose{'s' if len(c.members) == 1 else ' together'} {count} tariffs on "
            f"{'all outside' if c.targets is None else ', '.join(c.targets)}: {aim} {value - 1:+.2%}"
            for c, count, value in zip(self.choosers, self.lines, self.value, strict=True)
        )
        found = f"first-order residual {self.residual:.1e}, {self.method}, {self.rounds} rounds"
        more = "" if self.regret is None else f"; alone and anew nobody gains more than {max(self.regret, 0.0):.1e}"
        return f"{who}; {self.constraints}; all other tariffs stay; {found}{more}"


def best(
    model: ProfitModel,
    chooser: Chooser,
    *,
    tariff: Array | None = None,
    constraints: Constraints | None = None,
    starts: Sequence[Array] = (),
) -> Outcome:
    """Best tariffs of a country or a coalition while all other tariffs stay.

    Args:
        model: The model.
        chooser: Who chooses which tariffs, for whom.
        tariff: What all others do and where the search begins, (N, N, S); the tariffs in force if absent.
        constraints: Bounds; 0 to 1000 % if absent.
        starts: Further starting points for the chosen lines, each (N, N, S); the best result is kept.

    Raises:
        NoSolutionError: If the first-order conditions cannot be met.
    """
    game = Game(model, (chooser,), constraints or Constraints())
    first = model.tariff if tariff is None else tariff
    results = [own_best(game, np.where(game.chosen, own, first)) for own in (first, *starts)]
    found, said, method = max(results, key=lambda r: float(r[1].value[0]))
    return _outcome(game, found, said, method, None)


def war(
    model: ProfitModel,
    choosers: Sequence[Chooser] | None = None,
    *,
    tariff: Array | None = None,
    constraints: Constraints | None = None,
    verify: bool = True,
) -> Outcome:
    """Tariffs from which no chooser wants to move alone (Nash), all other tariffs as they are.

    Args:
        model: The model.
        choosers: Who fights; every economy for itself against all others if absent.
        tariff: Where it begins, and what those outside do, (N, N, S); the tariffs in force if absent.
        constraints: Bounds; 0 to 1000 % if absent.
        verify: Let each chooser choose anew alone, from textbook tariffs 1 / (sigma - 1) and from leaps of its sectors to a
            bound; if it gains, the war goes on from there, and what is left at the end is reported as ``regret``.

    Raises:
        NoSolutionError: If it does not settle.
    """
    fighters = tuple(Chooser((c,)) for c in model.countries) if choosers is None else tuple(choosers)
    game = Game(model, fighters, constraints or Constraints())
    first = model.tariff if tariff is None else tariff
    found, said, closed = settle(game, *game.look(game.place(np.log1p(first[game.chosen]), first)))
    method, regret = "closed form", None
    for _ in range(_TURNS):
        if closed and not verify:
            break
        moved, gain = _turn(game, found, said, anew=closed)
        if closed and gain <= WORTH:
            regret = gain
            break
        method = "closed form after best responses"
        found, said, closed = settle(game, *game.look(moved, found))
    else:
        raise NoSolutionError(
            f"the war does not settle: after {_TURNS} turns the first-order residual is {game.residual(found, said):.1e}",
            cure="Start elsewhere, or narrow the bounds.",
        )
    return _outcome(game, found, said, method, regret)


def _turn(game: Game, found: Equilibrium, said: Answer, *, anew: bool) -> tuple[Array, float]:
    """Each chooser answers alone what all do now.

    Args:
        game: The game.
        found: Where it stands.
        said: First-order conditions there.
        anew: Whether nothing is left to gain nearby, so that only leaps and textbook tariffs 1 / (sigma - 1) are tried.

    Returns:
        The tariffs of all answers together, and the greatest rise of a log objective.
    """
    textbook = np.broadcast_to(np.clip(1 / (game.model.sigma - 1), *game.bounds), found.tariff.shape)
    after, gain = found.tariff.copy(), 0.0
    for k, chooser in enumerate(game.choosers):
        one, mine = Game(game.model, (chooser,), game.constraints), game.lines[k]
        starts = [leap(game, found, said, k) if anew else found.tariff, np.where(mine, textbook, found.tariff)]
        for start in starts if anew else starts[:1]:
            if start is None:
                continue
            new, heard, _ = (near_best if anew else own_best)(one, start, found)
            rise = float(np.log(heard.value[0] / said.value[k]))
            if rise > WORTH:
                after[mine] = new.tariff[mine]
            gain = max(gain, rise)
        game.rounds += one.rounds
    return after, gain


def _outcome(game: Game, found: Equilibrium, said: Answer, method: str, regret: float | None) -> Outcome:
    residual = game.residual(found, said)
    if residual > _FLAT:
        raise NoSolutionError(
            f"the first-order conditions are not met: the residual is {residual:.1e}",
            cure="Start elsewhere, or narrow the bounds.",
        )
    lines = tuple(int(mask.sum()) for mask in game.lines)
    gap = game.gap(found, said)
    return Outcome(game.choosers, game.constraints, found, said.value, residual, gap, regret, game.rounds, method, lines)

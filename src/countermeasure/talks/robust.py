"""How far the equilibria stand when preferences are not known well: shares of draws, never probabilities.

A draw changes every party's preferences by chance around those of the model, and the conflict is solved anew. The share of
draws in which a state is an equilibrium says how much the answer leans on the exact preferences. It says nothing of how
likely the state is: nobody drew these preferences from the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.changes import WAYS, way_of
from countermeasure.talks.nearby import epsilon_of, goal_weights, random_steps, ranks_of_orders, truths_behind
from countermeasure.talks.profiles import check_asked, ranks_of_values, stable_under
from countermeasure.talks.stability import NOTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from countermeasure.talks.model import Conflict

    Ints = np.ndarray[Any, np.dtype[Any]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["BLOCK", "SPREADS", "RobustnessResult", "Share", "robust", "wilson"]

BLOCK = 250
"""Draws that share a seed; the same however many workers there are."""
SPREADS = {"statements": 1.0, "swaps": 1.0, "weights": 0.25, "payoffs": 0.1}
"""Spread where none is given; see ``robust``."""
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """One state under one notion.

    Attributes:
        state: Place of the state.
        notion: One of ``NOTIONS``.
        share: Share of draws in which it is an equilibrium.
        low: Lower end of the 95 % interval of the share, by Wilson.
        high: Upper end.
        as_given: Whether it is an equilibrium under the preferences of the model.
    """

    state: int
    notion: str
    share: float
    low: float
    high: float
    as_given: bool


@dataclass(frozen=True, eq=False)
class RobustnessResult:
    """Shares of draws in which states are equilibria.

    Attributes:
        conflict: Conflict.
        draws: How many.
        seed: Seed.
        how: What was drawn, one of ``changes.WAYS``.
        spread: How widely.
        semantics: One of ``SEMANTICS``.
        varied: Places of the parties whose preferences were drawn.
        counts: Draws in which a state is an equilibrium, (notions, n).
        stable: Draws in which a state is stable for a party, (notions, parties, n).
        same: Draws in which the set of equilibria is the one of the model, (notions,).
        as_given: Equilibria under the preferences of the model, (notions, n).
    """

    conflict: Conflict
    draws: int
    seed: int
    how: str
    spread: float
    semantics: str
    varied: tuple[int, ...]
    counts: Ints
    stable: Ints
    same: Ints
    as_given: Flags

    def share(self, notion: str, state: int) -> Share:
        """The share of one state."""
        k = NOTIONS.index(notion)
        count = int(self.counts[k, state])
        low, high = wilson(count, self.draws)
        return Share(state, notion, count / self.draws, low, high, bool(self.as_given[k, state]))

    def shares(self, notion: str, *, least: float = 0.0) -> tuple[Share, ...]:
        """Shares of all states, greatest first, that are at least so great or equilibria of the model."""
        found = [self.share(notion, state) for state in range(len(self.conflict.space))]
        return tuple(sorted((s for s in found if s.share >= least or s.as_given), key=lambda s: (-s.share, s.state)))


def wilson(count: int, draws: int, z: float = _Z95) -> tuple[float, float]:
    """Interval of a share by Wilson's score (E. B. Wilson, 1927, JASA 22:209-212), 95 % by default."""
    share, square = count / draws, z * z
    middle = (share + square / (2 * draws)) / (1 + square / draws)
    half = z * sqrt(share * (1 - share) / draws + square / (4 * draws * draws)) / (1 + square / draws)
    low = 0.0 if count == 0 else max(0.0, middle - half)
    return low, 1.0 if count == draws else min(1.0, middle + half)


def robust(
    conflict: Conflict,
    draws: int = 1000,
    seed: int = 1,
    *,
    how: str = "statements",
    spread: float | None = None,
    semantics: str = "legal_sequence",
    executor: Executor | None = None,
) -> RobustnessResult:
    """Solve the conflict under preferences drawn around those of the model.

    Args:
        conflict: Conflict.
        draws: How many times.
        seed: The same seed gives the same numbers whatever the executor.
        how: What is drawn, with the meaning of ``spread``:

            * ``statements``: their order; each statement's place is moved by a normal error of ``spread`` places.
            * ``swaps``: the ranking; ``spread`` random changes of the kind that ``flip`` counts, a whole number.
            * ``weights``: of goals; each is multiplied by a lognormal factor whose logarithm has deviation ``spread``.
            * ``payoffs``: each gets a normal error whose deviation is ``spread`` times the range of the party's payoffs.

            A party whose preferences are not of this kind keeps them.
        spread: As above; that of ``SPREADS`` if absent.
        semantics: One of ``SEMANTICS``.
        executor: Any ``concurrent.futures.Executor`` for blocks of draws; none runs them here.

    Raises:
        InputError: If draws or spread make no sense, a word is unknown, or no party's preferences are of this kind.
    """
    check_asked("nash", semantics)
    varied = tuple(d for d, preference in enumerate(conflict.preferences) if way_of(preference, how) is not None)
    width = SPREADS[how] if spread is None else float(spread)
    if draws < 1 or not 0 <= width < np.inf or (how == "swaps" and width != int(width)):
        raise InputError(
            f"{draws} draws with a spread of {width:g}",
            code="bad_draws",
            cure="Ask for one draw at least and a spread of 0 or more, whole for swaps.",
        )
    if not varied:
        kinds = ", ".join(sorted({preference.kind for preference in conflict.preferences}))
        raise InputError(
            f"no preference is made of {how}; they are of kind {kinds}",
            code="nothing_to_draw",
            cure=f"Take another of {', '.join(WAYS)}; swaps suits every kind.",
        )
    sizes = [min(BLOCK, draws - first) for first in range(0, draws, BLOCK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    asked = (conflict, varied, how, width, semantics)
    if executor is None:
        blocks: Iterator[tuple[Ints, Ints, Ints]] = (_block(*asked, *one) for one in zip(sizes, seeds, strict=True))
    else:
        futures = [executor.submit(_block, *asked, *one) for one in zip(sizes, seeds, strict=True)]
        blocks = (future.result() for future in futures)
    counts, stable, same = (sum(parts) for parts in zip(*blocks, strict=True))
    as_given = stable_under(conflict, conflict.ranks[None], semantics=semantics)[0].all(axis=1)
    return RobustnessResult(
        conflict, draws, seed, how, width, semantics, varied, np.asarray(counts), np.asarray(stable), np.asarray(same), as_given
    )


def _block(
    conflict: Conflict,
    varied: tuple[int, ...],
    how: str,
    spread: float,
    semantics: str,
    draws: int,
    seed: np.random.SeedSequence,
) -> tuple[Ints, Ints, Ints]:
    generator = np.random.default_rng(seed)
    profiles = np.repeat(conflict.ranks[None], draws, axis=0)
    for party in varied:
        profiles[:, party] = _drawn(conflict, party, how, spread, draws, generator)
    flags = stable_under(conflict, np.concatenate([profiles, conflict.ranks[None]]), semantics=semantics)
    whole: Flags = np.asarray(flags.all(axis=2))
    same = (whole[:-1] == whole[-1]).all(axis=2).sum(axis=0)
    return whole[:-1].sum(axis=0), flags[:-1].sum(axis=0), same


def _drawn(conflict: Conflict, party: int, how: str, spread: float, draws: int, generator: np.random.Generator) -> Ints:
    """Rankings of a party, (draws, n)."""
    preference = conflict.preferences[party]
    if how == "swaps":
        return random_steps(preference.ranks, int(spread), draws, generator)
    if how == "statements":
        truths = truths_behind(conflict, preference)
        noise = spread * generator.standard_normal((draws, len(truths)))
        orders = np.argsort(np.arange(len(truths)) + noise, axis=1, kind="stable")
        kinds, kind = np.unique(orders, axis=0, return_inverse=True)
        return np.asarray(ranks_of_orders(truths, [tuple(order) for order in kinds.tolist()])[kind.reshape(-1)])
    values = preference.values
    assert values is not None  # noqa: S101 - payoffs and goals have values
    if how == "payoffs":
        moved = values + spread * np.ptp(values) * generator.standard_normal((draws, len(values)))
    else:
        truths, weights = truths_behind(conflict, preference), goal_weights(preference)
        factors = np.expm1(spread * generator.standard_normal((draws, len(weights))))
        moved = values + (factors * weights) @ truths
    return ranks_of_values(moved, epsilon_of(preference))

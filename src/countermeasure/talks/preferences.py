"""Preferences and where they come from: rankings, ordered statements, weighted goals, payoffs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.constraints import read_expression
from countermeasure.talks.model import Preference
from countermeasure.talks.statements import ranks_of_truths, read_statement, scores_of_truths, truths_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.talks.model import StateSpace

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["from_goals", "from_payoffs", "from_ranking", "from_statements"]

_SHOWN = 6
_ROUNDING = 1e-12
"""Sums of weights that differ by less, relative to the greatest, are as good as each other."""


def from_ranking(
    space: StateSpace,
    ranking: Sequence[str | Sequence[str]],
    source: str = "",
    where: Callable[[int], str] | None = None,
) -> Preference:
    """A ranking, best first.

    Args:
        space: Feasible states.
        ranking: Labels or bits; several together are as good as each other.
        source: Where it comes from.
        where: Place of an entry in its file, for faults.

    Raises:
        InputError: If a state is unknown, missing or repeated; ``faults`` names each.
    """
    ranks = np.full(len(space), -1, dtype=np.int32)
    faults: list[str] = []
    for n, entry in enumerate(ranking):
        for word in [entry] if isinstance(entry, str) else entry:
            try:
                place = space.place(word)
            except InputError as error:
                faults.append(_at(where, n) + str(error))
                continue
            if ranks[place] >= 0:
                faults.append(f"{_at(where, n)}the ranking repeats state {word}; name each state once")
            ranks[place] = len(ranking) - 1 - n
    _refuse_missing(space, ranks < 0, "the ranking misses", faults)
    if faults:
        raise InputError("the ranking is not one of all states", code="bad_ranking", cure="Mend:", faults=faults)
    dense = np.unique(ranks, return_inverse=True)[1].astype(np.int32)
    return Preference(dense, "ranking", source)


def from_statements(
    space: StateSpace, options: Sequence[str], statements: Sequence[str | Sequence[str]], source: str = ""
) -> Preference:
    """Ordered statements, most important first.

    Args:
        space: Feasible states.
        options: Ids, in their order.
        statements: Expressions or patterns of bits; several together are one statement of which one must hold.
        source: Where they come from.

    Raises:
        InputError: If a statement cannot be read.
    """
    read = [read_statement(statement, options) for statement in statements]
    truths = truths_of(read, space.codes)
    return Preference(
        ranks_of_truths(truths), "statements", source, scores_of_truths(truths), tuple(statement.text for statement in read)
    )


def from_goals(
    space: StateSpace, options: Sequence[str], goals: Mapping[str, float], epsilon: float = 0.0, source: str = ""
) -> Preference:
    """Weighted goals: the weights of the goals that hold in a state are added.

    Args:
        space: Feasible states.
        options: Ids, in their order.
        goals: Weight by expression; a weight below 0 is of something unwanted.
        epsilon: Sums as close as this are as good as each other.
        source: Where they come from.

    Raises:
        InputError: If a goal cannot be read.
    """
    values = np.zeros(len(space))
    for text, weight in goals.items():
        values += weight * read_expression(text, options).holds(space.codes)
    least = _ROUNDING * sum(abs(weight) for weight in goals.values())
    found = Preference.of_values(values, max(epsilon, least), "goals", source)
    told = tuple(f"{text}: {weight:g}" for text, weight in goals.items())
    return Preference(found.ranks, "goals", source, found.values, told)


def from_payoffs(
    space: StateSpace,
    payoffs: Mapping[str, float],
    epsilon: float = 0.0,
    source: str = "",
    where: Callable[[str], str] | None = None,
) -> Preference:
    """Payoffs by state.

    Args:
        space: Feasible states.
        payoffs: By label or bits.
        epsilon: Payoffs as close as this are as good as each other.
        source: Where they come from.
        where: Place of a payoff in its file, for faults.

    Raises:
        InputError: If a state is unknown, missing or repeated; ``faults`` names each.
    """
    values = np.full(len(space), np.nan)
    faults: list[str] = []
    for word, payoff in payoffs.items():
        try:
            place = space.place(word)
        except InputError as error:
            faults.append(_at(where, word) + str(error))
            continue
        if not np.isnan(values[place]):
            faults.append(f"{_at(where, word)}state {word} has two payoffs; keep one")
        values[place] = payoff
    _refuse_missing(space, np.isnan(values), "there is no payoff of", faults)
    if faults:
        raise InputError("the payoffs are not of all states", code="bad_payoffs", cure="Mend:", faults=faults)
    return Preference.of_values(values, epsilon, "payoffs", source)


def _at(where: Callable[[Any], str] | None, entry: int | str) -> str:
    return "" if where is None else f"{where(entry)}: "


def _refuse_missing(space: StateSpace, missing: Flags, words: str, faults: list[str]) -> None:
    places = np.flatnonzero(missing)
    if len(places):
        told = ", ".join(space.label(int(place)) for place in places[:_SHOWN])
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        faults.append(f"{words} state{'s' if len(places) > 1 else ''} {told}{more}; name each state once")

"""Ordered statements: of two states the one is better in which the first statement that tells them apart holds.

The same order follows from weights 2^(m-j) of the j-th of m statements (option prioritising; Fang, Hipel and Kilgour 1993;
Hipel, Kilgour, Fang and Peng 1997). Ranks are found without the weights, so that the count of statements has no bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.constraints import any_of, read_expression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.constraints import Expression
    from countermeasure.talks.model import Codes, Floats, Ranks

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["ranks_of_truths", "read_statement", "scores_of_truths", "truths_of"]

MOST_SCORED = 52
"""Statements whose weights a float of 64 bits can add exactly."""


def read_statement(statement: str | Sequence[str], options: Sequence[str]) -> Expression:
    """Read a statement: an expression, a pattern of bits, or several of which one must hold.

    Args:
        statement: Text or texts.
        options: Ids of the options, in their order.

    Raises:
        InputError: If it cannot be read.
    """
    if isinstance(statement, str):
        return read_expression(statement, options)
    if not statement:
        raise InputError("a statement is empty", code="bad_expression", cure="Write a condition, or remove it.")
    return any_of([read_expression(part, options) for part in statement], " or ".join(statement))


def truths_of(statements: Sequence[Expression], codes: Codes) -> Flags:
    """Whether each statement holds in each state.

    Args:
        statements: Most important first.
        codes: States, (n,).

    Returns:
        (statements, n).
    """
    if not statements:
        return np.zeros((0, len(codes)), dtype=np.bool_)
    return np.array([statement.holds(codes) for statement in statements])


def ranks_of_truths(truths: Flags) -> Ranks:
    """Dense ranks of states, greater is better.

    Args:
        truths: Whether each statement holds, most important first, (statements, n).

    Returns:
        From 0, (n,).
    """
    ranks = np.zeros(truths.shape[1], dtype=np.int64)
    for start in range(0, len(truths), 31):
        for row in truths[start : start + 31]:
            ranks = ranks * 2 + row
        ranks = np.unique(ranks, return_inverse=True)[1].astype(np.int64)
    return ranks.astype(np.int32)


def scores_of_truths(truths: Flags) -> Floats | None:
    """Sum of the weights 2^(m-j), (n,); ``None`` where there are too many statements to add exactly."""
    if len(truths) > MOST_SCORED:
        return None
    weights = 2.0 ** np.arange(len(truths) - 1, -1, -1)
    return np.asarray(weights @ truths.astype(np.float64))

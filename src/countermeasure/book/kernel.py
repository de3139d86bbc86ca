"""The kernel: which clauses apply to a case. One path for one case and for ten million.

A case is a goods class, an origin class and one assignment of the facts (a *world*). The applicable clauses are settled in
the order of the plan; whoever frees a clause was settled before it. Unknown facts give several worlds per case: a clause *must*
apply if it does in all of them and *may* if it does in some.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.book.model import BASES

if TYPE_CHECKING:
    from countermeasure.book.compiled import Compiled
    from countermeasure.book.plan import Plan

APPLIED = -1
OUT_OF_SCOPE = -2
FACT_FAILS = -3
NOT_GIVEN = -4

NON_METAL = BASES.index("non_metal_content")
NON_US = BASES.index("non_us_content")
NEITHER = BASES.index("non_metal_non_us_content")
WEIGHTED = 7
"""Bases that a share of the value stands for: the first seven of ``BASES``."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome for n worlds and l clauses.

    Attributes:
        applied: Shape (n, l).
        because: Shape (n, l) or ``None``. ``APPLIED``, why it was not reached, or the position of the clause that freed it.
    """

    applied: npt.NDArray[np.bool_]
    because: npt.NDArray[np.int16] | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What n worlds add up to, before the schedule's own rate.

    Attributes:
        rates: Shape (n, 7). Sum of rates per basis, in the order of ``BASES``.
        floors: Shape (n, 2). Totals that column 1 is topped up to; NaN where none.
        floor_basis: Shape (n, 2). Basis that the top-up is taken of.
        column: Shape (n,). 0 nothing of the schedule is owed, 1 column 1, 2 column 2.
    """

    rates: npt.NDArray[np.float64]
    floors: npt.NDArray[np.float64]
    floor_basis: npt.NDArray[np.int8]
    column: npt.NDArray[np.int8]


def reach(
    compiled: Compiled, plan: Plan, goods: npt.NDArray[np.int32], origins: npt.NDArray[np.int32]
) -> npt.NDArray[np.bool_]:
    """Whether goods and origin of each case lie in the scope of each clause, facts aside.

    Args:
        compiled: The compiled book.
        plan: Plan of the interval.
        goods: Shape (n,). Goods class.
        origins: Shape (n,). Origin index.

    Returns:
        Shape (n, l). A relief or rule counts only where something it frees or limits is in scope too.
    """
    by_goods, by_origin = plan.tables(compiled)
    inside: npt.NDArray[np.bool_] = by_goods[goods] & by_origin[origins]
    present = set(np.flatnonzero(inside.any(axis=0)).tolist())
    for position, targets in plan.reliefs:
        if position in present:
            inside[:, position] &= inside[:, targets].any(axis=1)
    return inside


def asked(plan: Plan, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """Mask of the facts that matter for each case. Shape (n,)."""
    masks: npt.NDArray[np.uint64] = np.bitwise_or.reduce(np.where(inside, plan.asks, np.uint64(0)), axis=1)
    return masks


def settle(plan: Plan, inside: npt.NDArray[np.bool_], atoms: npt.NDArray[np.uint64], explain: bool = False) -> Settled:
    """Settle the clauses of n worlds.

    Args:
        plan: Plan of the interval.
        inside: Shape (n, l), from :func:`reach`, one row per world.
        atoms: Shape (n,). Atoms that hold in each world.
        explain: Also say why a clause does not apply.
    """
    holds = (atoms[:, None] & plan.need) == plan.need
    applied = inside & holds
    because = None
    if explain:
        because = np.where(inside, np.where(holds, APPLIED, FACT_FAILS), OUT_OF_SCOPE).astype(np.int16)
    present = applied.any(axis=0)
    for position in np.flatnonzero(present).tolist():
        column = applied[:, position]
        given = plan.given[position]
        if given is not None:
            met = applied[:, list(given)].any(axis=1) if given else np.zeros(len(applied), bool)
            if because is not None:
                because[column & ~met, position] = NOT_GIVEN
            column &= met
        for other in plan.freed_by[position]:
            if present[other]:
                freed = column & applied[:, other]
                if because is not None:
                    because[freed, position] = other
                column &= ~freed
    return Settled(applied, because)


def add_up(plan: Plan, applied: npt.NDArray[np.bool_]) -> Sums:
    """Sum the rates of the duties that apply, basis by basis.

    Args:
        plan: Plan of the interval.
        applied: Shape (n, l).
    """
    n = len(applied)
    rates = np.zeros((n, WEIGHTED))
    floors = np.full((n, 2), np.nan)
    floor_basis = np.zeros((n, 2), np.int8)
    column = np.zeros(n, np.int8)
    for position in np.flatnonzero(applied.any(axis=0) & plan.duty).tolist():
        on = applied[:, position]
        basis = int(plan.basis[position])
        if BASES[basis] in ("column_1", "column_2"):
            column[on] = 1 if BASES[basis] == "column_1" else 2
        elif BASES[basis] == "total_with_column_1":
            first = on & np.isnan(floors[:, 0])
            bases = limited_basis(plan, applied, position, start=0)
            for place, hit in ((0, first), (1, on & ~first)):
                floors[hit, place] = plan.rate[position]
                floor_basis[hit, place] = bases if isinstance(bases, int) else bases[hit]
        else:
            bases = limited_basis(plan, applied, position)
            if isinstance(bases, int):
                rates[:, bases] += on * plan.rate[position]
            else:
                np.add.at(rates, (np.flatnonzero(on), bases[on]), plan.rate[position])
    return Sums(rates, floors, floor_basis, column)


def limited_basis(
    plan: Plan, applied: npt.NDArray[np.bool_], position: int, start: int | None = None
) -> int | npt.NDArray[np.int64]:
    """Basis of a duty after the rules that limit it: one number where no rule does, else shape (n,).

    Args:
        plan: Plan of the interval.
        applied: Shape (n, l).
        position: The duty.
        start: Its basis without rules, where it is not the plan's own.
    """
    start = int(plan.basis[position]) if start is None else start
    limiters = [(by, to) for by, to in plan.limited_by[position] if applied[:, by].any()]
    if not limiters:
        return start
    bases = np.full(len(applied), start)
    for by, to in limiters:
        hit = applied[:, by]
        both = hit & (bases != start) & (bases != to)
        bases[hit] = to
        bases[both] = NEITHER
    return bases


def weights(
    steel: npt.NDArray[np.float64],
    aluminium: npt.NDArray[np.float64],
    copper: npt.NDArray[np.float64],
    us_content: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Share of the value that each of the seven bases is. All inputs shape (n,); returns (n, 7)."""
    metal = np.clip(steel + aluminium + copper, 0.0, 1.0)
    return np.stack(
        [
            np.ones_like(steel),
            steel,
            aluminium,
            copper,
            1.0 - metal,
            1.0 - us_content,
            np.clip(1.0 - metal - us_content, 0.0, 1.0),
        ],
        axis=1,
    )

"""The least fixed point over direct holdings, once for what is certain and once for what is possible.

An owner that is restricted counts with its whole stake; percentages are never multiplied. The certain run sums least shares. The
possible run sums greatest shares, but never more than the whole less what others hold for sure. Both are monotone, so the
order of the walk does not matter and circles need no care: nothing is restricted but by way of a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.parties.owned.graph import KINDS
from countermeasure.parties.owned.rules import UNIT

if TYPE_CHECKING:
    from countermeasure.parties.owned.graph import Graph, Ints
    from countermeasure.parties.owned.rules import Rule

BRANCH, CONTROL = KINDS.index("branch"), KINDS.index("control")


@dataclass(frozen=True, slots=True)
class Reach:
    """What one run reached.

    Attributes:
        round: Round in which each entity was restricted: 0 for the listed, -1 for none, shape (size,).
        held: Share that restricted owners hold (least, or greatest), by class that counts, shape (classes, size).
        touched: Edges walked.
    """

    round: npt.NDArray[np.int32]
    held: Ints
    touched: int


def run(
    graph: Graph,
    seeds: Ints,
    rule: Rule,
    *,
    possible: bool,
    aggregate: bool,
    chain: bool = True,
    alive: npt.NDArray[np.bool_] | None = None,
) -> Reach:
    """Walk from the listed.

    Args:
        graph: The holdings.
        seeds: Numbers of the listed.
        rule: Threshold, comparator, classes, control.
        possible: Greatest shares rather than least.
        aggregate: Whether owners add up; else the largest counts.
        chain: Whether what is restricted passes on.
        alive: Edges that live, shape (e,); all if absent.
    """
    classes = [KINDS.index(c) for c in rule.classes]
    held = np.zeros((len(classes), graph.size), np.int64)
    sure = np.zeros((len(classes), graph.size), np.int64)
    least = np.zeros((len(classes), graph.size), np.int64)
    if possible and aggregate:
        for k, kind in enumerate(classes):
            mine = (graph.kind == kind) if alive is None else (graph.kind == kind) & alive
            np.add.at(least[k], graph.owned[mine], graph.low[mine])
    level = np.full(graph.size, -1, np.int32)
    level[seeds] = 0
    frontier = np.unique(seeds)
    touched, number = 0, 0
    while len(frontier):
        number += 1
        rows = _rows(graph, frontier)
        if alive is not None:
            rows = rows[alive[rows]]
        touched += len(rows)
        owned, kind = graph.owned[rows], graph.kind[rows]
        reached = [owned[(kind == BRANCH) | ((kind == CONTROL) & (rule.control == "counts"))]]
        for k, wanted in enumerate(classes):
            hit = kind == wanted
            if not hit.any():
                continue
            to, share = owned[hit], (graph.high if possible else graph.low)[rows][hit]
            if aggregate:
                np.add.at(held[k], to, share)
                np.add.at(sure[k], to, graph.low[rows][hit])
            else:
                np.maximum.at(held[k], to, share)
            whole = held[k][to]
            if possible and aggregate:
                whole = np.minimum(whole, np.maximum(UNIT - (least[k][to] - sure[k][to]), sure[k][to]))
            reached.append(to[(whole > rule.threshold) if rule.strict else (whole >= rule.threshold)])
        fresh = np.unique(np.concatenate(reached))
        fresh = fresh[level[fresh] < 0]
        level[fresh] = number
        frontier = fresh if chain else fresh[:0]
    return Reach(level, held, touched)


def _rows(graph: Graph, frontier: Ints) -> Ints:
    """Edges that start from any of the owners, shape (k,)."""
    starts, stops = graph.first[frontier], graph.first[frontier + 1]
    counts = stops - starts
    total = int(counts.sum())
    if not total:
        return np.zeros(0, np.int64)
    offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return offsets + np.arange(total)


__all__ = ["BRANCH", "CONTROL", "Reach", "run"]

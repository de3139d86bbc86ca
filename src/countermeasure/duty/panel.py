"""The full panel: every line times every origin, interval by interval. A view for checks and exports, never the data model."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.codes.country import ORIGINS, origin_index
from countermeasure.duty.patterns import solve_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from countermeasure.book.compiled import Compiled
    from countermeasure.duty.schedule import Schedule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slice:
    """The panel in one interval.

    Attributes:
        first: First day.
        after: First day after.
        codes: Shape (n,). Ten-digit integers valid in the interval.
        origins: Codes of the m origins.
        rate: Shape (n, m). Ordinary total; NaN on lines whose own rate is no fraction of the value.
    """

    first: int
    after: int
    codes: npt.NDArray[np.int64]
    origins: tuple[str, ...]
    rate: Floats


def panel(compiled: Compiled, schedule: Schedule, first: int, after: int, origins: Sequence[str] = ORIGINS) -> Iterator[Slice]:
    """Ordinary totals of all lines and origins between two days.

    Args:
        compiled: The compiled book.
        schedule: The tariff schedule.
        first: First epoch day.
        after: Epoch day after the last.
        origins: ISO codes.

    Yields:
        One slice per interval in which neither book nor schedule changes.
    """
    edges = np.unique(np.concatenate([compiled.days, schedule.boundaries(), [first, after]]))
    edges = edges[(edges >= first) & (edges <= after)].tolist()
    place = np.array([origin_index(o) for o in origins], np.int32)
    _, sample, column = np.unique(compiled.origin_class[place], return_index=True, return_inverse=True)
    for start, end in itertools.pairwise(edges):
        codes = schedule.universe(start)
        row = schedule.lookup(codes, np.full(len(codes), start, np.int32))
        own = schedule.columns(row)
        goods, line = np.unique(compiled.goods_class(codes), return_inverse=True)
        narrow = _slice(compiled, start, goods, line.reshape(-1), place[sample], own)
        yield Slice(start, end, codes, tuple(origins), narrow[:, column.reshape(-1)])


def _slice(
    compiled: Compiled,
    day: int,
    goods: npt.NDArray[np.int32],
    line: npt.NDArray[np.int64],
    origins: npt.NDArray[np.int32],
    own: Floats,
) -> Floats:
    """Totals of lines times origin classes. Shape (lines, classes)."""
    g, o = len(goods), len(origins)
    interval = np.full(g * o, compiled.interval(day), np.int32)
    pattern, patterns = solve_cells(compiled, interval, np.repeat(goods, o).astype(np.int32), np.tile(origins, g), bounds=False)
    count = len(patterns.plain)
    base = patterns.evaluate(np.arange(count, dtype=np.int32), np.zeros((count, 2)))[1]
    table = pattern.reshape(g, o)
    wide = table[line]
    owed = patterns.column[wide]
    rate: Floats = base[wide] + np.where(owed == 1, own[:, :1], np.where(owed == 2, own[:, 1:], 0.0))
    rows, columns = np.nonzero(~patterns.plain[table])
    if rows.size:
        slow = np.zeros((g, o), bool)
        slow[rows, columns] = True
        lines, at = np.nonzero(slow[line])
        key = np.stack([wide[lines, at].astype(np.float64), own[lines, 0], own[lines, 1]], axis=1)
        _, first, inverse = np.unique(key.view("V24").reshape(-1), return_index=True, return_inverse=True)
        totals = patterns.evaluate(wide[lines, at][first], own[lines][first])[1]
        rate[lines, at] = totals[inverse.reshape(-1)]
    return rate

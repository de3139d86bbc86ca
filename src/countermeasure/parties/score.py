"""Compare pairs of forms in batches: how much of each name the other says, and what each says against the other.

Every pair gives a row of measures between 0 and 1. Words are weighed by how rare they are in the lists, so that
"technology" says little and a proper name much. A word missing on one side is an omission; different words on both sides
contradict, which is worse; different numbers contradict outright.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.parties.tables import Part
from countermeasure.parties.tokens import similarities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from countermeasure.parties.index import Block
    from countermeasure.parties.tokens import TokenTable

__all__ = ["MEASURES", "Measured", "measure"]

MEASURES = (
    "against", "against_common", "extra", "missing", "extra_common", "missing_common", "fuzz", "far", "top_asked",
    "top_listed", "information", "whole", "glued_alike", "number_agrees", "number_one_sided", "legal", "generic_only",
    "full_asked", "full_listed",
)  # fmt: skip
"""Names of the columns of ``Measured.values``, in order."""
JOINED_LEAST = 0.84
ANY_FORM = "co"
TELLING = np.isin(np.arange(len(Part)), [Part.WORD, Part.GENERIC, Part.PLACE, Part.NUMBER, Part.GIVEN])
"""Parts whose words tell one company from its sisters."""
FAR = 4.0
"""Scale of the squared unlikeness of words that are alike."""
FULL = 9.0
"""Weight of matched words that is taken as plenty of evidence."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What pairs of forms have in common.

    Attributes:
        values: Shape (n, len(MEASURES)).
        contradicted: Whether numbers on both sides differ, shape (n,).
        han: Likeness of the Chinese texts, NaN where not both are Chinese, shape (n,).
        partial: Whether a word that tells companies apart (no legal form, title, department or middle name) has no
            counterpart on the other side, shape (n,).
        same: Whether all words but legal forms and stop words are equal, in any order or spacing, shape (n,).
    """

    values: NDArray[np.float32]
    contradicted: NDArray[np.bool_]
    han: NDArray[np.float32]
    same: NDArray[np.bool_]
    partial: NDArray[np.bool_]

    @property
    def other_form(self) -> NDArray[np.bool_]:
        """Whether both have legal forms and none agree, shape (n,)."""
        return self.values[:, MEASURES.index("legal")] > 0


def measure(asked: Block, listed: Block, table: TokenTable, row: NDArray[np.int32], column: NDArray[np.int32]) -> Measured:
    """Measure pairs of forms.

    Args:
        asked: Forms asked for.
        listed: Forms of the lists.
        table: Tokens of both.
        row: Asked form of each pair, shape (n,).
        column: Listed form, shape (n,).
    """
    count = row.size
    if not count:
        none = np.zeros(0, np.bool_)
        return Measured(np.zeros((0, len(MEASURES)), np.float32), none, np.zeros(0, np.float32), none, none)
    spots_a, spots_l = _ragged(asked.spot, row), _ragged(listed.spot, column)
    best_a, best_l = _cover(asked, listed, table, row, column, spots_a, spots_l)
    size_a, size_l = np.diff(asked.spot)[row], np.diff(listed.spot)[column]
    side_a = _Side(asked, spots_a, np.repeat(np.arange(count), size_a), best_a, count)
    side_l = _Side(listed, spots_l, np.repeat(np.arange(count), size_l), best_l, count)

    least = np.maximum(np.minimum(side_a.total, side_l.total), 1e-3)
    against = np.minimum(side_a.open_full, side_l.open_full)
    proper = np.minimum(side_a.open_proper, side_l.open_proper)
    common_a, common_l = side_a.open - side_a.open_proper, side_l.open - side_l.open_proper
    common = np.minimum(common_a, common_l)
    all_a, all_l = np.maximum(side_a.total, 1e-3), np.maximum(side_l.total, 1e-3)
    fuzz = np.maximum(side_a.loss, side_l.loss) / least
    far = np.maximum(side_a.far, side_l.far) / least
    information = np.minimum(np.minimum(side_a.matched, side_l.matched) / FULL, 1.5)
    whole = _whole(asked, listed, row, column, side_a, side_l)
    agrees, one_sided, contradicted = _numbers(side_a, side_l, count)
    legal = _legal(side_a, side_l, table, count)
    generic = (np.minimum(side_a.proper, side_l.proper) < 1) & ~((side_a.open < 0.05) & (side_l.open < 0.05))
    values = np.stack(
        [
            np.minimum(against / least, 1.5), np.minimum(common / least, 1.5),
            (side_a.open_proper - proper) / all_a, (side_l.open_proper - proper) / all_l,
            (common_a - common) / all_a, (common_l - common) / all_l, np.minimum(fuzz, 1.0), np.minimum(far, 1.5),
            side_a.top, side_l.top, information, whole, np.maximum(whole - 0.8, 0) * 5, agrees, one_sided, legal, generic,
            side_a.full, side_l.full,
        ],
        axis=1,
    ).astype(np.float32)  # fmt: skip
    han = _han(asked, listed, row, column)
    same = (asked.glued[row] == listed.glued[column]).astype(np.bool_)
    same |= ((side_a.heard + side_l.heard) == 0) & (side_a.words == side_l.words)
    same &= ~contradicted & (np.isnan(han) | (han == 1))
    partial = (side_a.untold + side_l.untold > 0) & ~same
    return Measured(values, contradicted, han, same, partial)


class _Side:
    """One side of all pairs, position by position."""

    def __init__(
        self, block: Block, spots: NDArray[np.int64], pair: NDArray[np.int64], best: NDArray[np.float32], count: int
    ) -> None:
        self.pair, self.best = pair, best
        self.head = block.head[spots]
        self.part = block.part[spots]
        weight = np.where(self.part == Part.NUMBER, np.float32(0.0), block.weight[spots])
        # a word said twice counts once
        found = best > 0
        self.total = np.bincount(pair, weight, count)
        self.matched = np.bincount(pair, weight * best, count)
        self.open = np.bincount(pair, weight * ~found, count)
        self.far = np.bincount(pair, weight * np.where(found, FAR * (1.0 - best) ** 2, 0.0), count)
        self.loss = np.bincount(pair, weight * np.where(found, 1.0 - best, 0.0), count)
        word = (self.part == Part.WORD) | (self.part == Part.GIVEN) | (self.part == Part.MIDDLE)
        self.proper = np.bincount(pair, word & found, count)
        self.open_proper = np.bincount(pair, weight * (word & ~found), count)
        # a middle name may be left out, but another middle name is another person
        full = np.where(self.part == Part.MIDDLE, weight * np.float32(1 / 0.45), weight)
        self.open_full = np.bincount(pair, full * (word & ~found), count)
        light = (self.part == Part.LEGAL) | (self.part == Part.STOP) | (self.part == Part.UNIT)
        self.words = np.bincount(pair, ~light, count)
        self.heard = np.bincount(pair, ~light & (best < 1), count)
        self.untold = np.bincount(pair, TELLING[self.part] & ~found, count)
        self.full = (self.heard == 0) & (np.bincount(pair, word, count) >= 2)
        heaviest = np.zeros(count, np.float32)
        np.maximum.at(heaviest, pair, weight)
        is_top = weight >= heaviest[pair] - 1e-6
        top = np.zeros(count, np.float32)
        np.maximum.at(top, pair, np.where(is_top, best, 0.0).astype(np.float32))
        self.top = top


def _ragged(first: NDArray[np.int64], rows: NDArray[np.int32]) -> NDArray[np.int64]:
    """Places of all items of the given rows, one after the other."""
    begin = first[rows]
    size = first[rows + 1] - begin
    ends = np.cumsum(size)
    total = int(ends[-1]) if ends.size else 0
    places: NDArray[np.int64] = np.arange(total) - np.repeat(ends - size, size) + np.repeat(begin, size)
    return places


def _cover(
    asked: Block,
    listed: Block,
    table: TokenTable,
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    spots_a: NDArray[np.int64],
    spots_l: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For every position of both sides the best likeness to an entry of the other side; 0 where there is none."""
    size_a = (asked.first[row + 1] - asked.first[row]).astype(np.int64)
    size_l = (listed.first[column + 1] - listed.first[column]).astype(np.int64)
    edges = size_a * size_l
    ends = np.cumsum(edges)
    pair = np.repeat(np.arange(row.size, dtype=np.int32), edges)
    step = np.arange(int(ends[-1]), dtype=np.int64) - np.repeat(ends - edges, edges)
    wide = np.repeat(size_l, edges)
    one = step // np.maximum(wide, 1)
    entry_a = (np.repeat(asked.first[row], edges) + one).astype(np.int64)
    entry_l = (np.repeat(listed.first[column], edges) + step - one * wide).astype(np.int64)
    joined = asked.joined[entry_a].astype(np.int8) + listed.joined[entry_l]
    keep = np.flatnonzero(joined < 2)
    pair, entry_a, entry_l, joined = pair[keep], entry_a[keep], entry_l[keep], joined[keep]
    place, value = similarities(table, asked.token[entry_a], listed.token[entry_l])
    pair, entry_a, entry_l, joined = pair[place], entry_a[place], entry_l[place], joined[place]
    enough = (joined == 0) | (value >= JOINED_LEAST)
    pair, entry_a, entry_l, value = pair[enough], entry_a[enough], entry_l[enough], value[enough]
    begin_a = np.cumsum(np.diff(asked.spot)[row]) - np.diff(asked.spot)[row]
    begin_l = np.cumsum(np.diff(listed.spot)[column]) - np.diff(listed.spot)[column]
    best_a = np.zeros(spots_a.size, np.float32)
    best_l = np.zeros(spots_l.size, np.float32)
    _raise(best_a, begin_a[pair] + asked.start[entry_a], (asked.stop - asked.start)[entry_a], value)
    _raise(best_l, begin_l[pair] + listed.start[entry_l], (listed.stop - listed.start)[entry_l], value)
    return best_a, best_l


def _raise(best: NDArray[np.float32], begin: NDArray[np.int64], span: NDArray[np.int32], value: NDArray[np.float32]) -> None:
    """Lift the best likeness of all positions an entry stands for."""
    np.maximum.at(best, begin, value)
    for step in range(1, int(span.max(initial=0))):
        more = span > step
        np.maximum.at(best, begin[more] + step, value[more])


def _whole(
    asked: Block, listed: Block, row: NDArray[np.int32], column: NDArray[np.int32], side_a: _Side, side_l: _Side
) -> NDArray[np.float32]:
    """Likeness of the names written without spaces; measured only where words were found that agree or both are one word."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cpdist

    value = np.zeros(row.size, np.float32)
    share = np.minimum(side_a.matched / np.maximum(side_a.total, 1e-3), side_l.matched / np.maximum(side_l.total, 1e-3))
    size_a = np.bincount(side_a.pair, minlength=row.size)
    size_l = np.bincount(side_l.pair, minlength=row.size)
    look = np.flatnonzero((share >= 0.3) | (size_a == 1) | (size_l == 1))
    if look.size:
        value[look] = cpdist(
            asked.glued[row[look]].tolist(),
            listed.glued[column[look]].tolist(),
            scorer=OSA.normalized_similarity,
            dtype=np.float32,
            score_cutoff=0.5,
        )
    return value


def _numbers(side_a: _Side, side_l: _Side, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Which pairs agree in a number, which have one on one side alone, and which differ in numbers.

    Numbers contradict where each side has one the other lacks, counting repetition: "38th ... 13" is not "13th ... 13".
    """
    is_a, is_l = np.flatnonzero(side_a.part == Part.NUMBER), np.flatnonzero(side_l.part == Part.NUMBER)
    one_sided = np.zeros(count, np.float32)
    contradicted = np.zeros(count, np.bool_)
    if not is_a.size and not is_l.size:
        return one_sided, one_sided, contradicted
    has_a = np.bincount(side_a.pair[is_a], minlength=count)
    has_l = np.bincount(side_l.pair[is_l], minlength=count)
    open_a = np.bincount(side_a.pair[is_a], side_a.best[is_a] < 1, count) > 0
    open_l = np.bincount(side_l.pair[is_l], side_l.best[is_l] < 1, count) > 0
    # as many numbers on both sides, or more in the list, and yet one that is not there: another number, not one more
    contradicted = (open_a & (has_l > 0) & (has_l >= has_a)) | (open_a & open_l)
    alone = ((has_a > 0) & (has_l == 0)) | ((has_l > 0) & (has_a == 0)) | (open_a & (has_l > 0))
    one_sided = np.where(alone, 1.0, np.where(open_l & ~open_a & (has_a > 0), 0.5, 0.0)).astype(np.float32)
    agrees = ((has_a > 0) & (has_l > 0) & ~open_a & ~open_l).astype(np.float32)
    return agrees, one_sided, contradicted


def _legal(side_a: _Side, side_l: _Side, table: TokenTable, count: int) -> NDArray[np.float32]:
    """1 where both have legal forms and none of them agree; "company" goes with any."""
    is_a, is_l = (_forms_of(side, table) for side in (side_a, side_l))
    has = (np.bincount(side_a.pair[is_a], minlength=count) > 0) & (np.bincount(side_l.pair[is_l], minlength=count) > 0)
    agree = np.bincount(side_a.pair[is_a], side_a.best[is_a] >= 1, count) > 0
    return (has & ~agree).astype(np.float32)


def _forms_of(side: _Side, table: TokenTable) -> NDArray[np.bool_]:
    legal: NDArray[np.bool_] = side.part == Part.LEGAL
    place = np.flatnonzero(legal)
    legal[place] = table.text[side.head[place]] != ANY_FORM
    return legal


def _han(asked: Block, listed: Block, row: NDArray[np.int32], column: NDArray[np.int32]) -> NDArray[np.float32]:
    value = np.full(row.size, np.nan, np.float32)
    texts_a, texts_l = asked.han, listed.han
    has_a = np.fromiter(map(bool, texts_a), np.bool_, texts_a.size)
    if not has_a.any():
        return value
    candidates = np.flatnonzero(has_a[row])
    from rapidfuzz.distance import Levenshtein

    for place in candidates.tolist():
        other = texts_l[column[place]]
        if other:
            value[place] = Levenshtein.normalized_similarity(texts_a[row[place]], other)
    return value

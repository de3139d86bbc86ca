"""Two names alone, with no list to say how rare their words are."""

from __future__ import annotations

import numpy as np

__all__ = ["pair_score"]

WEIGHT = np.array([8.5, 3.2, 2.7, 0.1, 0.03, 0.2, 0.3, 4.0, 1.2, 5.0, 2.5, 0.3], np.float32)
"""Weight of a word by its part."""


def pair_score(asked: str, listed: str, *, person: bool = False) -> tuple[float, int]:
    """Name score and case bits (``search.CASES``) of two names."""
    from countermeasure.parties import search
    from countermeasure.parties.calibration import points_of, probability
    from countermeasure.parties.index import Vocabulary, acronyms, block_of
    from countermeasure.parties.names import forms
    from countermeasure.parties.score import measure
    from countermeasure.parties.tokens import TokenTable

    one, two = forms(asked, person=person), forms(listed, person=person)
    if not one or not two:
        return 0.0, 0
    vocabulary = Vocabulary()
    left, right = block_of(enumerate(one), vocabulary), block_of(enumerate(two), vocabulary)
    for block in (left, right):
        block.weight = WEIGHT[block.part.astype(np.intp)]
    row = np.repeat(np.arange(len(one), dtype=np.int32), len(two))
    column = np.tile(np.arange(len(two), dtype=np.int32), len(one))
    table = TokenTable.of(list(vocabulary.numbers))
    found = measure(left, right, table, row, column)
    case = np.zeros(row.size, np.int8)
    case[found.contradicted] |= search.NUMBER
    case[found.same] |= search.SAME
    case[found.partial] |= search.PARTIAL
    case[~np.isnan(found.han) & (found.han < 1)] |= search.HOMOPHONE
    scores = search.bounded(probability(points_of(found.values)), case, found.other_form)
    best = int(np.argmax(scores))
    score, bits = float(scores[best]), int(case[best])
    if score < search.ACRONYM and (acronyms(one[0]) & {two[0].glued} or acronyms(two[0]) & {one[0].glued}):
        return search.ACRONYM, search.INITIALS | search.WEAK
    return score, bits

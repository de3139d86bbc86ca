"""From a scored pair to a hit: evidence beside the name, the band, and why in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from countermeasure.parties.calibration import CONFIRMED, REVIEW
from countermeasure.parties.evidence import evidence
from countermeasure.parties.model import Band, Hit, Term
from countermeasure.parties.names import forms
from countermeasure.parties.tables import Part

if TYPE_CHECKING:
    from countermeasure.parties.model import ListedParty, Query
    from countermeasure.parties.names import Form

__all__ = ["band_of", "final_score", "hit_of"]


def final_score(query: Query, party: ListedParty, score: float, case: int) -> tuple[float, list[Term]]:
    """The score with the evidence beside the name, and its terms.

    An exact name stays at least worth a look whatever else differs; a contradiction of numbers, a weak alias or the same
    sound in other characters keep their bounds unless an identity number agrees.
    """
    from countermeasure.parties import search

    terms: list[Term] = []
    proven = False
    value = score
    for what, words, points in evidence(query, party):
        before = value
        held = min(max(value, 1e-4), 1 - 1e-4)
        value = 1 / (1 + math.exp(-(math.log(held / (1 - held)) + points)))
        proven |= what == "identifier" and points > 0
        terms.append(Term(what, words, round(value - before, 4)))
    before = value
    if not proven:
        if case & search.NUMBER:
            value = min(value, search.CAP_NUMBER)
        elif case & (search.WEAK | search.HOMOPHONE):
            value = min(value, search.CAP_REVIEW)
        elif case & search.PARTIAL:
            value = min(value, search.PARTIAL_MOST)
    if case & search.SAME and not case & search.NUMBER:
        value = max(value, search.EXACT_LEAST)
    if value != before:
        terms.append(Term("bound", "held within the bounds of such a name", round(value - before, 4)))
    return value, terms


def band_of(score: float) -> Band:
    """What a score is worth."""
    if score >= CONFIRMED:
        return Band.CONFIRMED
    return Band.REVIEW if score >= REVIEW else Band.NONE


def hit_of(query: Query, party: ListedParty, matched: str, score: float, case: int) -> Hit:
    """A hit with its terms.

    Args:
        query: Who was asked for.
        party: The entry.
        matched: Its name that matched, empty where only a number did.
        score: Score of the names.
        case: Bits of ``search.CASES``.
    """
    value, terms = final_score(query, party, score, case)
    band = band_of(value)
    if band is Band.NONE:
        return Hit(party, matched or party.name, _shown(value), _shown(score), band)
    return Hit(
        party,
        matched or party.name,
        _shown(value),
        _shown(score),
        band,
        (*_name_terms(query.name, matched, score, case), *terms),
    )


def _shown(score: float) -> float:
    """A score as it is given: never 1, as no name is proof."""
    return min(round(score, 4), 0.999)


def _name_terms(asked: str, matched: str, score: float, case: int) -> list[Term]:
    from countermeasure.parties import search

    if not matched:
        return [Term("name", "the names differ; found by an identity number", 0.0)]
    found: list[Term] = []
    if case & search.INITIALS:
        found.append(Term("acronym", f"{asked} are the first letters of {matched}", round(score, 4)))
    elif case & search.SAME:
        found.append(
            Term("name", "the same name once case, order, legal form and spelling of numbers are set aside", round(score, 4))
        )
    else:
        found.append(Term("name", _words(asked, matched), round(score, 4)))
    if case & search.NUMBER:
        found.append(Term("number", "the numbers in the names differ", 0.0))
    if case & search.WEAK and not case & search.INITIALS:
        found.append(Term("weak_alias", f"{matched} is a weak alias", 0.0))
    if case & search.HOMOPHONE:
        found.append(Term("characters", "the Chinese characters differ", 0.0))
    legal = _legal(asked, matched)
    if legal:
        found.append(Term("legal_form", legal, 0.0))
    return found


def _words(asked: str, matched: str) -> str:
    """Which words agree, which are alike, which stand on one side alone."""
    best: tuple[float, str] = (-1.0, "")
    for one in forms(asked):
        for two in forms(matched):
            share, text = _align(one, two)
            if share > best[0]:
                best = share, text
    return best[1]


def _align(one: Form, two: Form) -> tuple[float, str]:
    import numpy as np

    from countermeasure.parties.tokens import TokenTable, similarities

    tokens_1 = [(t, a, b) for t, a, b in one.entries if one.parts[a] not in (Part.LEGAL, Part.STOP)]
    tokens_2 = [(t, a, b) for t, a, b in two.entries if two.parts[a] not in (Part.LEGAL, Part.STOP)]
    if not tokens_1 or not tokens_2:
        return 0.0, ""
    numbers: dict[str, int] = {}
    left = np.array([numbers.setdefault(t, len(numbers)) for t, _, _ in tokens_1 for _ in tokens_2], np.int32)
    right = np.array([numbers.setdefault(t, len(numbers)) for _ in tokens_1 for t, _, _ in tokens_2], np.int32)
    place, value = similarities(TokenTable.of(list(numbers)), left, right)
    same: list[str] = []
    alike: list[str] = []
    done_1: set[int] = set()
    done_2: set[int] = set()
    for at in np.argsort(-value, kind="stable").tolist():
        i, j = divmod(int(place[at]), len(tokens_2))
        (a, a0, a1), (b, b0, b1) = tokens_1[i], tokens_2[j]
        if set(range(a0, a1)) <= done_1 and set(range(b0, b1)) <= done_2:
            continue
        done_1 |= set(range(a0, a1))
        done_2 |= set(range(b0, b1))
        if value[at] >= 1:
            same.append(a)
        else:
            alike.append(f"{a} ~ {b}")
    rest_1 = [t for t, a, _ in tokens_1 if a not in done_1]
    rest_2 = [t for t, a, _ in tokens_2 if a not in done_2]
    said = []
    for label, words in (("same", same), ("alike", alike), ("only asked", rest_1), ("only listed", rest_2)):
        if words:
            said.append(f"{label}: {', '.join(dict.fromkeys(words))}")
    return (len(done_1) + len(done_2)) / (len(one.parts) + len(two.parts)), "; ".join(said)


def _legal(asked: str, matched: str) -> str:
    one = {w for form in forms(asked) for w, part in zip(form.words, form.parts, strict=False) if part is Part.LEGAL}
    two = {w for form in forms(matched) for w, part in zip(form.words, form.parts, strict=False) if part is Part.LEGAL}
    one, two = one - {"co"}, two - {"co"}
    if one and two and not one & two:
        return f"{', '.join(sorted(one))} asked, {', '.join(sorted(two))} listed"
    return ""

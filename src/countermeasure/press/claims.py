"""Claims: what a sentence says is done to a measure, with its rate and its days."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from countermeasure.codes.country import country_or_none
from countermeasure.press.clauses import bonds
from countermeasure.press.days import day_of
from countermeasure.press.model import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.clauses import Bond
    from countermeasure.press.measures import Gazetteer
    from countermeasure.press.model import Found, Sentence
    from countermeasure.press.tokens import Token

__all__ = ["claims_in"]

_TO = re.compile(r"\b(?:to|at|down to|of|now|is|are|pays?|about|降至|降为|至)\s*(?:an?\s+|an additional\s+)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s*$", re.IGNORECASE)
_RATED = ("impose", "raise", "cut", "state", "resume", "suspend")
_SAME = re.compile(r"\b(?:(from|with effect from|effective)\s+)?(?:on\s+)?(?:the|that)\s+same\s+(?:day|date)\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:ese|an|ish|ch|ss)$|['’]s$")
_CLOSE = 32
"""Characters between who acts and the act."""
_ASIDE = re.compile(r",[^,]*\bsince\s*$")
"""``in place since``, within commas: said of the measure by the way, not of what is done to it."""
_AVERAGE = re.compile(r"\b(?:average|averages|averaged|effective tariff rate|mean)\b", re.IGNORECASE)


def claims_in(
    sentence: Sentence, tokens: Sequence[Token], found: Sequence[Found], names: Gazetteer, last_day: int | None = None
) -> list[Claim]:
    """Claims of a sentence.

    Args:
        sentence: The sentence.
        tokens: Its words.
        found: What was found in it.
        names: All names of measures.
        last_day: Epoch day named last before the sentence.

    Returns:
        One for each measure and act that belong together, from left to right.
    """
    measures = [one for one in found if one.kind == "measure"]
    rates = [one for one in found if one.kind == "rate" and one.role in ("duty", "points")]
    spans = [(one.start, one.end) for one in measures]
    days = [one for one in found if one.kind == "day" and not any(a <= one.start < b for a, b in spans)]
    pairs = bonds(sentence.text, tokens, names.words, measures, rates, names.citations.acting)
    claims = []
    for pair in pairs:
        own = [one for one in days if _nearest(one, pairs, sentence.text) == pair.act.start]
        claims.append(_same_day(_claim(sentence, pair, pairs, rates, own, found, names), days, last_day))
    return list(dict.fromkeys(one for one in claims if _makes_sense(one, names)))


def _makes_sense(claim: Claim, names: Gazetteer) -> bool:
    """A truce is agreed, prolonged and broken; it has no rate and nobody imposes it."""
    named = names.named(claim.measure)
    return named is None or named.what != "pause" or claim.act in ("extend", "end", "suspend", "resume")


def _claim(
    sentence: Sentence,
    pair: Bond,
    pairs: Sequence[Bond],
    rates: Sequence[Found],
    days: Sequence[Found],
    found: Sequence[Found],
    names: Gazetteer,
) -> Claim:
    act, measure = pair.act, pair.measure
    rate = _rate(pair, pairs, rates, sentence.text) if act.act in _RATED else None
    places = tuple(dict.fromkeys(one.value for one in found if one.kind == "place"))
    known = [(one.role, day_of(one)) for one in days]
    starts = [day for role, day in known if role == "from" and day is not None]
    ends = [day for role, day in known if role == "until" and day is not None]
    return Claim(
        sentence.place,
        act.act,
        act.mood,
        measure.value,
        names.issuer(measure.value, measure.links),
        names.patterns(measure.value, measure.links),
        measure.links if measure.value not in names.words.named else (),
        float(rate.value) if rate is not None and rate.role == "duty" else None,
        float(rate.value) if rate is not None and rate.role == "points" else None,
        tuple(dict.fromkeys(day for role, day in known if role in ("on", "by") and day is not None)),
        starts[0] if starts else None,
        ends[-1] if ends else None,
        places,
        _actor(found, pair),
        sentence.text,
        bool(_AVERAGE.search(sentence.text)),
    )


def _actor(found: Sequence[Found], pair: Bond) -> str:
    """Country that acts: the one that stands closest before an active act."""
    if pair.act.side != "after":
        return ""
    before = [one for one in found if one.kind == "place" and one.end <= pair.act.start]
    before = [one for one in before if _is_noun(one.words) and pair.act.start - one.end <= _CLOSE]
    return before[-1].value if before else ""


def _is_noun(words: str) -> bool:
    """Whether a place is named itself, not its people or what is theirs."""
    return country_or_none(words) is not None or not _ADJECTIVE.search(words)


def _rate(pair: Bond, pairs: Sequence[Bond], rates: Sequence[Found], text: str) -> Found | None:
    """The rate that an act sets: the target of a change, the rate beside the measure."""
    low, high = _reach(pair, pairs, text)
    near = [one for one in rates if low <= one.start < high]
    near = [one for one in near if not _FROM.search(text[: one.start])] or near
    if pair.act.act == "suspend":
        near = [one for one in near if one.role == "points"]
    if not near:
        return None
    if pair.act.act == "state" and pair.act.first == pair.act.after:
        near = [one for one in near if one.start >= pair.act.start] or near
        return near[0]
    beside = [one for one in near if _beside(one, pair.measure, text)]
    if beside and pair.act.act in ("impose", "state"):
        return beside[0]
    aimed = [one for one in near if _TO.search(text[: one.start])]
    start, end = min(pair.act.start, pair.measure.start), max(pair.act.end, pair.measure.end)
    pool = aimed or near
    return min(pool, key=lambda one: (max(one.start - end, start - one.end, 0), one.start))


def _beside(rate: Found, measure: Found, text: str) -> bool:
    """``a 25 % tariff``, ``a surcharge of at least 10 %``: a rate that stands right at a measure."""
    if rate.end <= measure.start:
        return bool(re.fullmatch(r"[\s-]*(?:(?!and|or|to|while|but|as)[A-Za-z.]+\s+){0,2}", text[rate.end : measure.start]))
    return bool(re.fullmatch(r"\s+of\s+(?:at least|about|up to|an additional)?\s*", text[measure.end : rate.start]))


def _reach(pair: Bond, pairs: Sequence[Bond], text: str) -> tuple[int, int]:
    """Span of characters in which the rate of a pair may stand: up to the pairs before and behind it."""
    start, end = min(pair.act.start, pair.measure.start), max(pair.act.end, pair.measure.end)
    spans = [(min(p.act.start, p.measure.start), max(p.act.end, p.measure.end)) for p in pairs if p is not pair]
    low = max([0, *(b for _, b in spans if b <= start)])
    after = [a for a, _ in spans if a >= end]
    return low, min([len(text), *after])


def _same_day(claim: Claim, days: Sequence[Found], last_day: int | None) -> Claim:
    """``from the same day`` means the day named last, in the sentence or before it."""
    if claim.start is not None or claim.on:
        return claim
    hit = _SAME.search(claim.words)
    if hit is None:
        return claim
    earlier = [
        day for one in days if one.start < hit.start() and (day := day_of(one)) is not None and one.role in ("on", "from")
    ]
    day = earlier[-1] if earlier else last_day
    if day is None:
        return claim
    return replace(claim, start=day) if hit[1] else replace(claim, on=(day,))


def _nearest(day: Found, pairs: Sequence[Bond], text: str) -> int:
    """Where the act stands that a day belongs to: the last one before it in its clause, else the first after it."""
    acts = sorted({p.act.start for p in pairs})
    before = [a for a in acts if a <= day.start]
    after = [a for a in acts if a > day.start]
    if not before and day.role == "from" and _ASIDE.search(text[: day.start]) and "," in text[day.end : after[0]]:
        return -1
    leads = day.role in ("from", "on") and text[: day.start].rstrip().endswith((";", ":", "while"))
    return after[0] if after and (leads or not before) else before[-1]

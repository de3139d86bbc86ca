"""Acts in a sentence, their mood, and which measures each is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.press.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Found
    from countermeasure.press.tokens import Token
    from countermeasure.press.vocabulary import Vocabulary

__all__ = ["Act", "Bond", "bonds", "bounds_of"]

_BE = word_set("is are was were be been being gets got stay stays")
_STOPPERS = word_set("while whereas but yet ;")
_SUBJECTS = word_set("it he she they we which and")
_NOUNS = word_set("suspension suspensions extension removal withdrawal imposition reimposition repeal reinstatement")
_PRONOUNS = ("them", "it")
_ALONE = word_set("end ends ended resume resumes resumed started start starts")
"""Acts that may also stand behind their measure."""
_FRESH = re.compile(r",\s+(?:the|a|an|its|their|it|which total)\s", re.IGNORECASE)
"""A comma and an article: something else is spoken of from there."""
_TIES = re.compile(r"Announcements?|Nos?\.?|as well as|both|the|also|China's|U\.S\.|American|Chinese|America's")
_LIST_ACTS = ("impose", "list")
_MONTHS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")
_PUT = word_set("put puts place places placed added adds add adding")
_LISTS = word_set("cn-ecl cn-uel cn-watch us-el us-meu us-uvl us-1260h cn-afsl")


@dataclass(frozen=True, slots=True)
class Act:
    """An act in a sentence.

    Attributes:
        act: One of ``model.ACTS``.
        side: ``after`` or ``before``: where its measure stands.
        mood: One of ``model.MOODS``.
        start: Offset.
        end: Offset after it.
        first: Place of its first token.
        after: Place after its last token.
    """

    act: str
    side: str
    mood: str
    start: int
    end: int
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class Bond:
    """An act and a measure that belong together."""

    act: Act
    measure: Found


def bounds_of(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Spans of characters of the clauses of a sentence."""
    edges = [0]
    edges += [one.start for one in tokens if one.word in _STOPPERS]
    end = tokens[-1].end + 1 if tokens else 1
    return list(zip(edges, [*edges[1:], end], strict=True))


def bonds(
    text: str,
    tokens: Sequence[Token],
    words: Vocabulary,
    measures: Sequence[Found],
    rates: Sequence[Found],
    acting: frozenset[str],
) -> list[Bond]:
    """Acts and the measures they are about.

    Args:
        text: The sentence.
        tokens: Its words.
        words: The vocabulary.
        measures: Measures in it, from left to right.
        rates: Rates in it.
        acting: Instruments that change others; they act and are not acted on.

    Returns:
        Pairs in the order of the measures; a measure stands in several where several acts are about it.
    """
    targets = [m for m in measures if m.value and m.value not in acting and m.links is not None]
    acts = _acts(text, tokens, words, measures)
    found: dict[tuple[int, int], Bond] = {}
    for act in acts:
        for measure in _objects(act, acts, targets, tokens, text):
            fitted = _fitted(act, measure, text)
            if fitted is not None and not any(b.measure is measure and b.act.act == fitted.act for b in found.values()):
                found[act.start, measure.start * 1000 + measures.index(measure)] = Bond(fitted, measure)
    found_measures = {id(b.measure) for b in found.values()}
    for measure in targets:
        if id(measure) not in found_measures:
            state = _stated(measure, rates, tokens, text, words, acts)
            if state is not None:
                found[state.start, measure.start * 1000] = Bond(state, measure)
    return sorted(found.values(), key=lambda b: (b.measure.start, b.act.start))


def _fitted(act: Act, measure: Found, text: str) -> Act | None:
    """To put or add to a list is to list; to take off one is to delist. Nobody adds to a measure that is no list."""
    name = act.act
    if measure.value in _LISTS and name in _LIST_ACTS:
        onto = act.end <= measure.start and re.search(
            r"\b(?:to|on|onto|in)\s+(?:the|its|their|a)?\s*(?:[\w.']+\s+){0,2}$", text[: measure.start]
        )
        if not onto or text[act.start : act.end].lower() not in _PUT:
            return None
        name = "list"
    elif name in ("list", "delist"):
        return None
    return Act(name, act.side, act.mood, act.start, act.end, act.first, act.after)


def _acts(text: str, tokens: Sequence[Token], words: Vocabulary, measures: Sequence[Found]) -> list[Act]:
    """Acts from left to right, those within names of measures left out."""
    found: list[Act] = []
    for match in words.acts.find(tokens):
        start, end = tokens[match.first].start, tokens[match.after - 1].end
        if any(m.start <= start < m.end for m in measures) or _is_noun(tokens, match.first):
            continue
        act, side = match.value
        if act in ("raise", "cut") and _to_number(tokens, match.after):
            side = "before"
        listing = (
            tokens[match.first].word in _PUT
            and tokens[match.after : match.after + 1]
            and tokens[match.after].word in ("to", "on")
        )
        if side == "after" and not listing and _is_passive(tokens, match.first):
            side = "before"
        if tokens[match.first].word in _NOUNS:
            if found and match.first - found[-1].after < 5 and found[-1].act in ("extend", "end"):
                found[-1] = replace(found[-1], act="extend" if found[-1].act == "extend" else "resume")
                continue
            side = "after"
        found.append(Act(act, side, _mood(text, tokens, words, match.first, found), start, end, match.first, match.after))
    return found


def _to_number(tokens: Sequence[Token], at: int) -> bool:
    """``raised to 84 %``: the measure stands before."""
    return at + 1 < len(tokens) and tokens[at].word in ("to", "from", "by") and tokens[at + 1].word[0].isdigit()


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    """``the pause``, ``a stay``: a noun, unless ``of`` follows."""
    before = tokens[at - 1].word if at else ""
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    noun = tokens[at].word in (
        "pause",
        "freeze",
        "set",
        "put",
        "list",
        "end",
        "raise",
        "cut",
        "increase",
        "expand",
        "effective",
        "pay",
        "place",
        "rise",
    )
    if tokens[at].word == "end" and after in ("user", "users", "use"):
        return True
    if tokens[at].word == "set" and after == "to":
        return True
    if tokens[at].word == "effective":
        return not (after[:1].isdigit() or after[:3] in _MONTHS or after in ("on", "as", "from", "since", "immediately"))
    return noun and before in ("the", "a", "an", "this", "that", "its", "of", "day", "at", "in", "further") and after != "of"


def _is_passive(tokens: Sequence[Token], at: int) -> bool:
    """Whether a form of *be* stands shortly before, or a colon: the measure stands before."""
    if not tokens[at].word.endswith(("ed", "en", "wn", "ut", "et", "lt")):
        return False
    for back in range(at - 1, max(at - 5, -1), -1):
        word = tokens[back].word
        if word in _BE or word == ":":
            return True
        if word in (",", ";", "and", "that", "to"):
            break
    return at + 1 >= len(tokens) or tokens[at + 1].word in ("until", "since", "from", "through", "for", ",", ";")


def _mood(text: str, tokens: Sequence[Token], words: Vocabulary, at: int, before: Sequence[Act]) -> str:
    """Mood of an act, from the words between the act before it and itself."""
    edge = max((n + 1 for n in range(at) if tokens[n].word in _STOPPERS), default=0)
    if before and _new_subject(tokens, before[-1].after, at):
        edge = max(edge, before[-1].after)
    heard = [
        m.value
        for m in words.moods.find(tokens[edge:at])
        if not _is_number(tokens, edge + m.first) and not (m.value == "not" and not _reaches(tokens, edge + m.first, at))
    ]
    closing = {t.word for t in tokens[max(at + 1, len(tokens) - 2) :]}
    inverted = bool(tokens) and tokens[0].word in ("would", "could", "had") and at > 0
    if tokens[0].word == "asked" and "asked" in heard:
        heard.remove("asked")
    if "threat" in heard:
        return "threat"
    if "asked" in heard:
        return "asked"
    if "would" in heard or text.rstrip(" \"'”’").endswith("?") or inverted or closing & {"expect", "expects"}:
        return "would"
    return "not" if "not" in heard else "said"


def _is_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether ``No`` is short for number, or ``May`` a month."""
    return tokens[at].word in ("no", "may") and at + 1 < len(tokens) and tokens[at + 1].word[0].isdigit()


def _reaches(tokens: Sequence[Token], start: int, at: int) -> bool:
    """Whether a denial reaches an act: close enough, and no ``and`` after a comma between."""
    far = {"no": 3, "without": 3, "nor": 8}.get(tokens[start].word, 11)
    fresh = any(tokens[n].word == "," and tokens[n + 1].word in ("and", "but") for n in range(start, at - 1))
    return at - start <= far and not fresh


def _new_subject(tokens: Sequence[Token], start: int, at: int) -> bool:
    """Whether a clause of its own begins between two acts: a comma or ``and`` and words after it."""
    return any(tokens[n].word in ("and", ",") for n in range(start, at)) and not any(
        tokens[n].word in ("to", "or") for n in range(max(start, at - 2), at)
    )


def _objects(act: Act, acts: Sequence[Act], targets: Sequence[Found], tokens: Sequence[Token], text: str) -> list[Found]:
    """Measures that an act is about."""
    clauses = bounds_of(tokens)
    low, high = next((a, b) for a, b in clauses if a <= act.start < b)
    later = [a.start for a in acts if a.start > act.start and a.side == "after"]
    earlier = [a.end for a in acts if a.end <= act.start]
    after = [m for m in targets if act.end <= m.start < min([high, *later])]
    before = [m for m in targets if max([low, *earlier[-1:]]) <= m.start < act.start]
    before = [m for m in before if not _FRESH.search(text[m.end : act.start])]
    if act.side == "after":
        if after:
            return _conjoined(after, text)
        follows = [t.word for t in tokens[act.after : act.after + 4]]
        if any(word in follows for word in _PRONOUNS):
            return [m for m in targets if m.start < act.start][-1:]
        alone = tokens[act.first].word in _ALONE or "\u3400" <= tokens[act.first].word <= "\u9fff"
        return _conjoined(before[::-1], text)[::-1] if alone and before else []
    if before:
        return _conjoined(before[::-1], text)[::-1]
    nearer = [m for m in targets if low <= m.start < act.start and not _FRESH.search(text[m.end : act.start])]
    return nearer[-1:] if not earlier else []


def _conjoined(measures: Sequence[Found], text: str) -> list[Found]:
    """The first measure and those tied to it by commas, ``and`` and numbers alone."""
    kept = [measures[0]]
    for one in measures[1:]:
        left, right = (kept[-1], one) if one.start >= kept[-1].end else (one, kept[-1])
        between = re.sub(_TIES, "", text[left.end : right.start])
        if one.start == kept[-1].start or re.fullmatch(
            r"(?:\s+(?:on|for|of)(?:\s+[\w-]+){1,3})?[\s,]*(?:and|or|to|&|plus)?[\s,]*", between
        ):
            kept.append(one)
        else:
            break
    return kept


def _stated(
    measure: Found, rates: Sequence[Found], tokens: Sequence[Token], text: str, words: Vocabulary, acts: Sequence[Act]
) -> Act | None:
    """``X is 25 %``, ``X at 25 %``, ``X: 25 %``: a rate close behind a measure says how it stands."""
    for rate in rates:
        if rate.role != "duty" or rate.start < measure.end:
            continue
        between = text[measure.end : rate.start]
        if re.fullmatch(r"(?:[^,;]{0,26})?\s*(?::|\bis|\bare|\bwas|\bwere|\bat)\s+(?:about |around |now |still )?", between):
            at = next((n for n, t in enumerate(tokens) if t.start >= measure.end), len(tokens))
            return Act("state", "before", _mood(text, tokens, words, at, acts), measure.end, rate.start, at, at)
    return None

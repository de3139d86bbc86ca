"""Rates in a sentence, and what each is of: a duty, points of one, a share of ownership, a content, or something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.press.model import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Sentence
    from countermeasure.press.tokens import Token
    from countermeasure.press.vocabulary import Vocabulary

__all__ = ["rates_in"]

_UNIT = r"(?:%|％|percent\b|per cent\b|pct\b|percentage points?\b|个百分点|points?\b)"
_RATE = re.compile(
    rf"(?<![A-Za-z0-9_.,-])(?P<a>\d{{1,4}}(?:\.\d+)?)(?:\s*(?:-|–|to|or|and|至)\s*(?P<b>\d{{1,4}}(?:\.\d+)?))?[\s-]*(?P<unit>{_UNIT})"
    rf"(?P<more>\s*[- ]?(?:percentage[- ])?points?\b)?",
    re.IGNORECASE,
)
_NEAR = 6
_OWNS = re.compile(r"^\s*(?:or more\s+)?(?:owned|ownership|stake|share|by (?:one|parties))", re.IGNORECASE)
_OWNED = re.compile(r"(?:owned|ownership|stake[s]?|hold[s]?)\s+(?:of\s+)?(?:at least\s+)?$", re.IGNORECASE)
_CONTENT = re.compile(r"(?:more than|at least|over|exceed(?:s|ing)?|above|threshold of|contain(?:s|ing)?)\s+$", re.IGNORECASE)


def rates_in(
    sentence: Sentence,
    tokens: Sequence[Token],
    words: Vocabulary,
    names: Sequence[tuple[int, int]],
    *,
    in_field: bool,
    carried: bool,
) -> list[Found]:
    """Rates.

    Args:
        sentence: The sentence.
        tokens: Its words.
        words: The vocabulary.
        names: Spans of names of measures that hold a number, as ``the 50 % rule``; numbers in them are no rates.
        in_field: Whether the sentence, or one close before it, speaks of trade: without that a tariff may be a hotel's.
        carried: Whether a rate of duty stood shortly before, so that a bare number may be one too.

    Returns:
        From left to right; the value is a fraction in digits, the role what it is of.
    """
    found: list[Found] = []
    marks = [(tokens[m.first].start, m.value) for m in words.rates.find(tokens)]
    for hit in _RATE.finditer(sentence.text):
        if any(start <= hit.start() < end for start, end in names):
            continue
        points = "point" in hit["unit"].lower() or "百分点" in hit["unit"] or bool(hit["more"])
        of = "points" if points else _of(sentence.text, hit, marks, in_field=in_field, carried=carried)
        if points and not in_field and not carried:
            of = "other"
        for name in filter(hit.group, ("a", "b")):
            span = hit.start(name), hit.end()
            found.append(Found("rate", sentence.place, *span, sentence.text[slice(*span)], _fraction(hit[name]), of))
    return found


def _fraction(digits: str) -> str:
    return f"{round(float(digits) / 100, 8):g}"


def _of(text: str, hit: re.Match[str], marks: list[tuple[int, str]], *, in_field: bool, carried: bool) -> str:
    before, after = text[: hit.start()], text[hit.end() :]
    if _OWNS.search(after) or (_OWNED.search(before) and not re.search(r"tariff|dut(?:y|ies)|levy", after[:30], re.IGNORECASE)):
        return "ownership"
    near = sorted((abs(at - hit.start()), kind) for at, kind in marks)
    kinds = [kind for _, kind in near]
    if _CONTENT.search(before) and "content" in kinds and "duty" not in [k for d, k in near if d < 25]:
        return "content"
    other = next((d for d, kind in near if kind == "other"), 10**6)
    duty = next((d for d, kind in near if kind == "duty"), 10**6)
    if duty <= other and duty < 10**6:
        return "duty" if in_field or carried or "field" in kinds else "other"
    if carried and other == 10**6:
        return "duty"
    return "duty" if in_field and other == 10**6 and re.search(r"\b(?:pays?|paid|at|heading)\b", before) else "other"

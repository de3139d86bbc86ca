"""Sentences of a text: English ones with their abbreviations, Chinese ones, bullets and headings."""

from __future__ import annotations

import re

from countermeasure.press.model import Sentence
from countermeasure.press.tokens import word_set

__all__ = ["sentences"]

_SHORT = word_set(
    "mr mrs ms dr prof gen sen rep gov st vs v inc corp co ltd llc plc no nos art sec secs par jan feb mar apr jun jul aug "
    "sep sept oct nov dec mon tue wed thu fri sat sun e.g i.e cf etc approx fig est dept e.o proc p.m a.m u.s u.s.a u.k u.n "
    "e.u d.c p.r.c ph.d viz ann reg fed v.o.s"
)
"""Words before a full stop that ends no sentence."""
_BEFORE_NUMBER = word_set("no nos art sec secs par jan feb mar apr jun jul aug sep sept oct nov dec ann proc p pp")
"""Of these the full stop goes on only where a number follows."""
_PLACES = word_set("u.s u.s.a u.k u.n e.u d.c p.r.c a.m p.m etc inc corp co ltd llc plc")
"""Of these it ends a sentence where a word follows that begins one."""
_STARTERS = word_set(
    "The A An In On At It Its They He She We I This That These Those But And Yet Still For From After Before Since As By To "
    "Under With Without When While If Although However Meanwhile China Beijing Analysts Officials Last Next There Nothing"
)
_BREAK = re.compile(r"\n[ \t]*\n|\n[ \t]*(?=[-*•·–#>|]|\d{1,2}[.)] )")
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？；]+[”’」）]*")


def sentences(text: str) -> tuple[Sentence, ...]:
    """Split a text.

    Args:
        text: Plain text. An empty line and a bullet end a sentence, a single line end does not.

    Returns:
        Sentences in order, without those that hold no letter and no digit.
    """
    found: list[Sentence] = []
    at = 0
    for block in [*_BREAK.finditer(text), None]:
        end = block.start() if block else len(text)
        for start, stop in _within(text, at, end):
            lead = re.match(r"[\s\-*•·–#>|]*", text[start:stop])
            first = start + (lead.end() if lead else 0)
            words = re.sub(r"\s", " ", text[first:stop]).rstrip()
            if any(c.isalnum() for c in words):
                found.append(Sentence(len(found), first, words))
        at = block.end() if block else end
    return tuple(found)


def _within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of sentences within a block."""
    found = []
    at = start
    for hit in _END.finditer(text, start, end):
        if hit.end() < end and _goes_on(text, at, hit, end):
            continue
        found.append((at, hit.end()))
        at = hit.end()
    return [*found, (at, end)] if at < end else found


def _goes_on(text: str, start: int, hit: re.Match[str], end: int) -> bool:
    """Whether a full stop belongs to a word, so that the sentence goes on."""
    if hit[0][0] in "。！？；":
        return False
    rest = text[hit.end() : end].lstrip(" \t\n\"'“‘([")
    nxt = rest[:1]
    if nxt.islower():
        return True
    if hit[0][0] != ".":
        return False
    before = re.search(r"[\w.&]+$", text[start : hit.start()])
    word = before[0].lower() if before else ""
    if word in _BEFORE_NUMBER:
        return nxt.isdigit()
    if word in _PLACES:
        first = re.match(r"[A-Za-z]+", rest)
        return not (first and first[0] in _STARTERS)
    return word in _SHORT or bool(re.fullmatch(r"[a-z]", word)) or bool(re.fullmatch(r"(?:[a-z]\.)+[a-z]", word))

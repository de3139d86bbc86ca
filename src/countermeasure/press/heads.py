"""The day of a text from its head: a short line that holds a day, or a dateline before the first words."""

from __future__ import annotations

import re
from typing import NamedTuple

from countermeasure.codes.day import parse_day
from countermeasure.press.days import MONTH, dated_in
from countermeasure.press.tokens import word_set

__all__ = ["HeadDay", "dateline_of", "head_day"]

_HEAD = 400
"""Characters of a text within which its head stands."""
_LINES = 6
_SHORT = 80
"""Characters of a line that may hold a day beside other words."""
_NAME = r"(?:(?:[^\W\d_]\.){2,4}|[^\W\d_]+\.?(?:['’-][^\W\d_]+)*)"
_PLACE = rf"(?P<place>{_NAME}(?:\s{_NAME}){{0,3}}(?:,\s{_NAME}(?:\s{_NAME}){{0,2}}){{0,2}})"
_DAY = (
    r"(?P<day>(?:19|20)\d\d-\d\d-\d\d"
    rf"|{MONTH}\s\d{{1,2}},?\s(?:19|20)\d\d"
    rf"|\d{{1,2}}\s{MONTH},?\s(?:19|20)\d\d)"
)
_DATELINE = re.compile(rf"(?:{_PLACE},?\s)?{_DAY}(?:,?\s?\([^()\n]{{2,40}}\))?\s?(?:--|[-–—:|])\s", re.IGNORECASE)
_CHINESE = re.compile(r"[^\d\s。，]{0,12}(?P<day>(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)\s?电")
_NO_PLACE = word_set(
    "on by from since until till through in after before effective as of the a an this that dated order notice announcement "
    "proclamation rule act statement decision regulation no nos report table update updated"
)
"""Words that stand before a day in a sentence or a title, not in a dateline."""
_WITHIN = ("of", "de", "la", "del", "al")
"""Small words within names of places."""


class HeadDay(NamedTuple):
    """The day of a text.

    Attributes:
        day: Epoch day.
        how: ``dateline``, or ``text`` for a short line at the head.
        words: Where it stands.
    """

    day: int
    how: str
    words: str


def dateline_of(line: str) -> tuple[str, int] | None:
    """The dateline that a line begins with, as ``Washington, 12 November 2025 -``, and the place after it.

    A place, which may be absent, then a day with its year, then a source in brackets, which may be absent, then a dash, a bar
    or a colon. Words as *on* and *order* make no place. In Chinese a place, a day and 电.

    Returns:
        The day as it is written and the offset of the first word after the dateline; ``None`` where there is none.
    """
    start = len(line) - len(line.lstrip())
    hit = _CHINESE.match(line, start)
    if hit is not None:
        return hit["day"], hit.end()
    hit = _DATELINE.match(line, start)
    if hit is None:
        return None
    place = hit["place"] or ""
    words = re.findall(r"[^\W\d_]+", place)
    if any(word.lower() in _NO_PLACE or (word[0].islower() and word not in _WITHIN) for word in words):
        return None
    return hit["day"], hit.end()


def head_day(text: str) -> HeadDay | None:
    """A day with its year at the head of a text, taken as its day; ``None`` where there is none or several differ."""
    found: dict[int, HeadDay] = {}
    lines = [line for line in text[:_HEAD].splitlines()[:_LINES] if line.strip()]
    for line in lines:
        dateline = dateline_of(line)
        if dateline is not None:
            value = dated_in(dateline[0])
            found |= {parse_day(day): HeadDay(parse_day(day), "dateline", line[: dateline[1]].strip(" -–—:|")) for day in value}
        elif len(line) <= _SHORT:
            for day in dated_in(line):
                found.setdefault(parse_day(day), HeadDay(parse_day(day), "text", line.strip()))
    return found.popitem()[1] if len(found) == 1 else None

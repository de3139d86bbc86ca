"""Days, months and lengths of time in a sentence, and what each does there: on, from, until, by, for.

A year that is not said is taken from the day of the text: the nearest day that is past or close
ahead, or the next one after ``until``, ``by`` and words of the future.
Without a day of the text such a day stays open (``--11-10``), and so do ``Friday`` and ``tomorrow``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from countermeasure.codes.day import format_day, parse_day, to_date
from countermeasure.errors import CodeError
from countermeasure.press.model import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countermeasure.press.model import Sentence

__all__ = ["MONTH", "dated_in", "day_of", "days_in"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORT = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH = r"(?:" + "|".join((*_MONTHS, *_SHORT)) + r")(?![a-z])\.?"
_ORD = r"(?:st|nd|rd|th)?(?![a-z\d])"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
        r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]",
        r"(?<![年\d])(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]",
        rf"\b(?P<w>{MONTH})\s*(?P<d>\d{{1,2}}){_ORD}(?:,?\s+(?P<y>(?:19|20)\d\d)(?!\d))?",
        rf"\b(?P<d>\d{{1,2}}){_ORD}\s+(?:of\s+)?(?P<w>{MONTH})(?:,?\s+(?P<y>(?:19|20)\d\d)(?!\d))?",
        rf"\b(?P<w>{MONTH}),?\s+(?:of\s+)?(?P<y>(?:19|20)\d\d)(?!\d)",
        r"(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月(?!\s*\d)",
        rf"\b(?:(?P<near>this|next|last|on|by|until|since|from)\s+)?(?P<week>{'|'.join(_WEEK)})\b",
        r"\b(?P<rel>today|yesterday|tomorrow)\b",
    )
)
_SOON = 75
"""Days ahead within which a day without a year is looked for where nothing says that it is to come."""
_NUMBERS = {"one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "six": 6, "nine": 9, "twelve": 12, "ninety": 90, "eighteen": 18}
_SPAN = re.compile(
    r"\b(?P<cue>for|by|another|of|last)\s+(?:a\s+further\s+|another\s+|about\s+|up\s+to\s+)?"
    r"(?P<n>\d{1,3}|one|an|a|two|three|six|nine|twelve|ninety|eighteen)(?:\s+more)?[\s-]+(?P<unit>days?|months?|years?)\b"
    r"|\b(?P<n2>\d{1,3}|one|two|three|six)-(?P<unit2>day|month|year)\b"
    r"|(?P<n3>\d{1,3})\s*(?P<unit3>天|个月|年)(?!\d|第)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:until|till|through|thru|to|up to|up to and including|valid to|expires?(?: on)?|至|到|截至)\s*(?:the\s+)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?$",
    re.IGNORECASE,
)
_BY = re.compile(r"\bby\s+$", re.IGNORECASE)
_FROM = re.compile(
    r"(?:\bfrom|\bsince|\beffective(?: as of| on| from)?|\bas of|\bstarting(?: on)?|\bbeginning(?: on)?|\bas early as|自|从"
    r"|\b(?:took|takes?|taking|went|goes?|go)\s+(?:into\s+)?(?:effect|force)(?:\s+on|\s+from)?"
    r"|\b(?:came|comes?|entered|enters?)\s+into\s+(?:effect|force)(?:\s+on)?)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_FUTURE = re.compile(r"\b(?:will|next|upcoming|coming|due|is to|are to)\b[^,;]{0,50}$", re.IGNORECASE)


class _Hit(NamedTuple):
    start: int
    end: int
    value: str
    note: str
    near: str = ""


def days_in(sentence: Sentence, dated: int | None) -> list[Found]:
    """Days, months and lengths of time.

    Args:
        sentence: The sentence.
        dated: Epoch day of the text, or ``None``.

    Returns:
        Those found, from left to right. The value of a day is ``YYYY-MM-DD``, or ``--MM-DD`` where the year stays open; of a
        month ``YYYY-MM``; of a length ``90 days``.
    """
    text = sentence.text
    hits: list[_Hit] = []
    for hit in _all(text, dated):
        if not any(hit.start < other.end and other.start < hit.end for other in hits):
            hits.append(hit)
    hits.sort()
    found = [
        Found("day", sentence.place, h.start, h.end, text[h.start : h.end], h.value, _role(text, h), (), h.note)
        for h in hits
        if h.value
    ]
    found += [_span(sentence, hit) for hit in _SPAN.finditer(text)]
    return sorted(found, key=lambda one: one.start)


def _all(text: str, dated: int | None) -> Iterator[_Hit]:
    for pattern in _PATTERNS:
        for hit in pattern.finditer(text):
            parts = {k: v for k, v in hit.groupdict().items() if v}
            start = hit.start() + (len(parts["near"]) + 1 if "near" in parts else 0)
            value, note = _value(parts, dated, text, hit.start())
            yield _Hit(start, hit.end(), value, note, parts.get("near", "").lower())


def _value(parts: Mapping[str, str], dated: int | None, text: str, at: int) -> tuple[str, str]:
    """Value and note; an empty value for what is no day, as the modal verb ``may``."""
    if "week" in parts or "rel" in parts:
        return _relative(parts, dated, text)
    month = int(parts["m"]) if "m" in parts else _month(parts["w"])
    if "w" in parts and parts["w"].islower():
        return "", ""  # "may 5" and "march 4" are verbs more often than days
    if "d" not in parts:
        return f"{parts['y']}-{month:02d}", ""
    day = int(parts["d"])
    if "y" in parts:
        return _real(int(parts["y"]), month, day), ""
    if dated is None:
        return (
            (f"--{month:02d}-{day:02d}", "the year is not said; give the day of the text")
            if _real(2024, month, day)
            else ("", "")
        )
    later = bool(_UNTIL.search(text[:at]) or _BY.search(text[:at]))
    years = (to_date(dated).year + n for n in (-1, 0, 1))
    near = [parse_day(iso) for iso in (_real(y, month, day) for y in years) if iso]
    if later:
        near = [one for one in near if one >= dated] or near
    elif not _FUTURE.search(text[:at]):
        near = [one for one in near if one <= dated + _SOON]
    if not near:
        return "", ""
    return format_day(min(near, key=lambda one: abs(one - dated))), "year inferred from the day of the text"


def _real(year: int, month: int, day: int) -> str:
    try:
        return format_day(parse_day(f"{year:04d}-{month:02d}-{day:02d}"))
    except CodeError:
        return ""


def _month(word: str) -> int:
    bare = word.rstrip(".").lower()
    return _SHORT.get(bare) or _MONTHS.index(bare) + 1


def _relative(parts: Mapping[str, str], dated: int | None, text: str) -> tuple[str, str]:
    """``Friday`` is the last one up to the day of the text, ``this Friday`` the next, ``next Friday`` that of next week."""
    word = parts.get("week", parts.get("rel", "")).lower()
    if "week" in parts and parts["week"].islower():
        return "", ""
    if dated is None:
        return word, "resolved only with the day of the text"
    note = "counted from the day of the text"
    if "rel" in parts:
        return format_day(dated + {"today": 0, "yesterday": -1, "tomorrow": 1}[word]), note
    place, now, near = _WEEK.index(word), to_date(dated).weekday(), parts.get("near", "").lower()
    if near == "next":
        return format_day(dated - now + 7 + place), note
    before = text[: text.lower().find(word)]
    if near in ("this", "by", "until") or (near != "last" and _FUTURE.search(before)):
        return format_day(dated + (place - now) % 7), note
    back = (now - place) % 7
    return format_day(dated - (back or 7 if near == "last" else back)), note


def _role(text: str, hit: _Hit) -> str:
    if len(hit.value) == 7 and hit.value[0] != "-":
        return "month"
    before = text[: hit.start]
    if re.search(r"\bdat(?:e|es|ed|ing)\s+from\s+$", before, re.IGNORECASE):
        return "on"
    if hit.near in ("from", "since"):
        return "from"
    if _FROM.search(re.sub(r"\b(?:this|next|last)\s+$", "", before, flags=re.IGNORECASE)):
        return "from"
    if hit.near == "by" or _BY.search(before):
        return "by"
    if hit.near == "until" or _UNTIL.search(before):
        return "until"
    return "on"


def _span(sentence: Sentence, hit: re.Match[str]) -> Found:
    number = next(hit[name] for name in ("n", "n2", "n3") if hit[name]).lower()
    unit = next(hit[name] for name in ("unit", "unit2", "unit3") if hit[name]).lower().rstrip("s")
    unit = {"天": "day", "个月": "month", "年": "year"}.get(unit, unit)
    count = _NUMBERS.get(number) or int(number)
    value = f"{count} {unit}" + ("s" if count != 1 else "")
    return Found("day", sentence.place, hit.start(), hit.end(), hit[0], value, "for")


def day_of(found: Found) -> int | None:
    """Epoch day of a day that was found; ``None`` for months, lengths and open days."""
    try:
        return parse_day(found.value)
    except CodeError:
        return None


def dated_in(line: str) -> list[str]:
    """Days of a line that are written with their year, as ``YYYY-MM-DD``."""
    found = []
    for pattern in (_PATTERNS[0], _PATTERNS[1], _PATTERNS[3], _PATTERNS[4]):
        for hit in pattern.finditer(line):
            parts = {k: v for k, v in hit.groupdict().items() if v}
            value = _value(parts, None, line, hit.start())[0] if "y" in parts else ""
            found += [value] if value else []
    return found

"""What an entry of the US Entity List asks for: its license requirement, review policy and footnotes, told from the words.

The words are kept verbatim on the entry (``ListedParty.requirement``, ``ListedParty.review``); these functions sort them. The
wording of the official files varies in spacing, case and punctuation, so sections are looked for, not sentences.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from countermeasure.parties.model import ListedParty

__all__ = ["Requirement", "Review", "footnotes_of", "requirement_of", "review_of", "sorted_requirement", "sorted_review"]

Requirement = Literal["all", "ccl", "named", "projects", "all_but_named", "unknown"]
Review = Literal[
    "presumption_of_denial", "policy_of_denial", "case_by_case", "presumption_of_approval", "mixed", "by_section", "unknown"
]

_ALL = re.compile(
    r"\ball items\b(?!\s+(?:listed\s+|described\s+)?(?:on|in)\s+(?:the\s+)?(?:ccl|commerce control list))", re.IGNORECASE
)
_CCL = re.compile(r"\bcommerce control list\b|\bon the ccl\b", re.IGNORECASE)
_NAMED = re.compile(r"\beccns?\b|\bsupplement no|\bear\s?99\b|\b\d[a-e]\d{3}\b", re.IGNORECASE)
_PROJECTS = re.compile(r"\bprojects? specified\b|746\.8\s*\(a\)\s*\(4\)", re.IGNORECASE)
_EXCEPT = re.compile(r"\bexcept for\b|\bapart from\b|\bexcept\b(?!ion)", re.IGNORECASE)
_OVERCOME = re.compile(r"this license requirement may be overcome.*", re.IGNORECASE | re.DOTALL)

_SECTION = re.compile(r"734\s*\.\s*9\s*\(\s*([eg])\s*\)\s*(?:\(\s*([123])\s*\))?\s*,?\s*(\d)?(?![\d.])", re.IGNORECASE)
_OLD_FIRST = re.compile(r"736\s*\.\s*2\s*\(b\)\s*\(3\)\s*\(vi\)", re.IGNORECASE)
_LAST = re.compile(r"\bof the EAR\b[\s.)]*(\d)[\s.)]*$", re.IGNORECASE)
_PART = {"1": "1", "2": "4", "3": "5"}

_PRESUMED = re.compile(r"presumption\s+(?:of|for)\s+denial", re.IGNORECASE)
_POLICY = re.compile(r"policy\s+of\s+denial", re.IGNORECASE)
_CASES = re.compile(r"cas[ae][\s-]*by[\s-]*case", re.IGNORECASE)
_APPROVAL = re.compile(r"presumption\s+of\s+approval", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\bsee\b.*\d{3}\.\d+", re.IGNORECASE | re.DOTALL)


def sorted_requirement(text: str) -> Requirement:
    """Sort the words of a license requirement.

    Args:
        text: As the list prints it.

    Returns:
        ``all`` (every item subject to the EAR), ``all_but_named`` (every item but those the entry excepts), ``ccl`` (items of
        the Commerce Control List), ``named`` (items the entry or a supplement names), ``projects`` (every item, but only for
        projects of 15 CFR 746.8(a)(4)), or ``unknown`` where there are no such words.

    Source:
        15 CFR part 744, supplement 4, column "License requirement".
    """
    words = _OVERCOME.sub("", text)
    if not words.strip():
        return "unknown"
    if _PROJECTS.search(words):
        return "projects"
    if _ALL.search(words):
        return "all_but_named" if _EXCEPT.search(words) else "all"
    named = _NAMED.search(words)
    if _CCL.search(words):
        return "named" if named else "ccl"
    return "named" if named else "unknown"


def sorted_review(text: str) -> Review:
    """Sort the words of a license review policy.

    Args:
        text: As the list prints it.

    Returns:
        One policy where the words give one; ``mixed`` where they give several for different items; ``by_section`` where
        they only send to another section, as ``See § 744.2(d)``; ``unknown`` where there are none.

    Source:
        15 CFR part 744, supplement 4, column "License review policy".
    """
    found: list[Review] = []
    for review, pattern in _REVIEWS:
        if pattern.search(text):
            found.append(review)
    if len(found) == 1:
        return found[0]
    if found:
        return "mixed"
    return "by_section" if _ELSEWHERE.search(text) else "unknown"


_REVIEWS: tuple[tuple[Review, re.Pattern[str]], ...] = (
    ("presumption_of_denial", _PRESUMED),
    ("policy_of_denial", _POLICY),
    ("case_by_case", _CASES),
    ("presumption_of_approval", _APPROVAL),
)


def footnotes_of(text: str) -> tuple[str, ...]:
    """Footnotes of an entry that widen the reach of US law to foreign-made items.

    They stand in the words of the requirement as a digit after a section: ``734.9(e)1`` or ``734.9(e)(1)`` is footnote 1,
    ``734.9(e)(2)`` footnote 4, ``734.9(e)(3)`` footnote 5, ``734.9(g),3`` footnote 3; a bare ``734.9(e)`` takes the digit
    at the end, as in ``(See § 734.9(e) and 744.11 of the EAR)4``. ``734.9(g)`` is footnote 3 also where its digit was left
    out,
    because that paragraph is that footnote's; a bare ``734.9(e)`` without any digit gives none. Footnote 2 explains a temporary
    license and widens nothing, so it is not given. Until March 2022 footnote 1 stood in ``736.2(b)(3)(vi)``.

    Returns:
        Among ``1``, ``3``, ``4``, ``5``, sorted, each once.

    Source:
        15 CFR 734.9(e), (g); 15 CFR part 744, supplement 4, footnotes.
    """
    found = {"1"} if _OLD_FIRST.search(text) else set()
    last = _LAST.search(text)
    for section in _SECTION.finditer(text):
        paragraph, part, digit = section.group(1).lower(), section.group(2), section.group(3)
        if paragraph == "g":
            found.add("3")
        elif part:
            found.add(_PART[part])
        elif digit in ("1", "4", "5"):
            found.add(digit)
        elif last and last.group(1) in ("1", "4", "5"):
            found.add(last.group(1))
    return tuple(sorted(found))


def requirement_of(party: ListedParty) -> Requirement:
    """What items an entry asks a license for; see :func:`sorted_requirement`.

    Lists that print no requirement of their own are ``unknown`` here: for them the law gives it, not the entry.
    """
    return sorted_requirement(party.requirement)


def review_of(party: ListedParty) -> Review:
    """How an application for an entry is looked at; see :func:`sorted_review`."""
    return sorted_review(party.review)

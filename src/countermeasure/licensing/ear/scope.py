"""Whether an item is subject to the EAR: made or being in the United States, with enough US content, or a direct product.

The rules are those of 15 CFR 734.3, 734.4 and 734.9. Shares are exact; *more* than the percentage is inside, equality
is outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from countermeasure.codes.groups import Groups
from countermeasure.licensing.ear.ccl import Ternary, as_of, entry, split_eccn

__all__ = ["EarFacts", "ScopeAnswer", "subject_to_ear"]

DE_MINIMIS = Fraction(25, 100)
"""Share of controlled US content that a foreign-made item may hold, 15 CFR 734.4(d)."""
DE_MINIMIS_E = Fraction(10, 100)
"""The same for Country Groups E:1 and E:2, 15 CFR 734.4(c)."""

_EQUIVALENT = frozenset({"JP", "NL"})
"""Places with controls of their own on chip-making equipment, where 734.4(a)(8) and 734.9(k) stand back (from memory; the
supplement names more)."""
_CHIPS = ("3A090", "4A090")
_TOOLS = ("3B001.a.4", "3B001.c", "3B001.d", "3B001.f.1", "3B001.f.5", "3B001.f.6", "3B001.k", "3B001.l", "3B001.m", "3B001.n",
          "3B001.p.2", "3B001.p.4", "3B001.q", "3B001.r", "3B002.c", "3B993", "3B994")  # fmt: skip
_TOOL_ENTRIES = ("3B001", "3B002", "3B611", "3B991", "3B992", "3B993", "3B994")
_FOOTNOTES = {"1": "734.9(e)(1)", "3": "734.9(g)", "4": "734.9(e)(2)", "5": "734.9(e)(3)"}


@dataclass(frozen=True, slots=True)
class EarFacts:
    """What is known of an item and its way; ``None`` is not known.

    Attributes:
        origin: Two-letter code of the country where it was made.
        sent_from: Where it leaves from.
        sent_to: Where it goes.
        us_content: Least and greatest share of controlled US content in its value.
        eccn: Its classification, or ``""``.
        us_technology: It is the direct product of US technology or software that the rules list.
        us_plant: It is made by a plant, or a major component of one, that is such a direct product.
        footnotes: Footnotes of the Entity List (``1``, ``3``, ``4``, ``5``) that a party bears for sure.
        possible_footnotes: Those that a party may bear.
        supercomputer: It is for a supercomputer in Macau or Country Group D:5.
    """

    origin: str | None = None
    sent_from: str | None = None
    sent_to: str | None = None
    us_content: tuple[Fraction | None, Fraction | None] = (None, None)
    eccn: str = ""
    us_technology: bool | None = None
    us_plant: bool | None = None
    footnotes: frozenset[str] = frozenset()
    possible_footnotes: frozenset[str] = frozenset()
    supercomputer: bool | None = False


@dataclass(frozen=True, slots=True)
class ScopeAnswer:
    """Whether an item is subject to the EAR.

    Attributes:
        answer: ``yes``, ``no`` or ``unknown``.
        because: Why, in one sentence.
        citation: Section of 15 CFR.
        below_de_minimis: It holds US content and stays out because the share is not above the limit.
        confidence: ``high``, or ``memory`` where a rule is from memory.
        others: Rules that were looked at and left open or do not reach it.
    """

    answer: Ternary
    because: str
    citation: str
    below_de_minimis: bool = False
    confidence: str = "high"
    others: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Rule:
    answer: Ternary
    words: str
    citation: str
    confidence: str = "high"


def subject_to_ear(facts: EarFacts) -> ScopeAnswer:
    """Whether US export control law reaches an item.

    Args:
        facts: What is known; a fact that is missing and would decide gives ``unknown``.

    Raises:
        CodeError: If the ECCN cannot be read.

    Example:
        >>> quarter = (Fraction(1, 4), Fraction(1, 4))
        >>> subject_to_ear(EarFacts(origin="JP", sent_from="JP", sent_to="CN", us_content=quarter)).answer
        'no'
    """
    base, paragraph = split_eccn(facts.eccn) if facts.eccn else ("", "")
    eccn = f"{base}.{paragraph}" if paragraph else base
    if facts.sent_from == "US":
        return ScopeAnswer("yes", "it is in or moves through the United States", "15 CFR 734.3(a)(1)")
    if facts.origin == "US":
        return ScopeAnswer("yes", "it is of US origin", "15 CFR 734.3(a)(2)")
    content = _content(facts, eccn)
    rules = [content, *_direct_products(facts, base, eccn)]
    if facts.origin is None:
        rules.append(_Rule("unknown", "where it was made is not known", "15 CFR 734.3(a)(2)"))
    for answer in ("yes", "unknown"):
        found = [r for r in rules if r.answer == answer]
        if found:
            words = found[0].words if answer == "yes" else "; ".join(r.words for r in found)
            others = tuple(r.words for r in rules if r not in found)
            return ScopeAnswer(found[0].answer, words, "; ".join(dict.fromkeys(r.citation for r in found)), False,
                               "memory" if found[0].confidence == "memory" else "high", others)  # fmt: skip
    high = facts.us_content[1]
    care = "; it is taken that it is no direct product under 734.9(b) to (d)" if facts.us_technology is None else ""
    return ScopeAnswer(
        "no",
        f"foreign-made and sent from abroad; {content.words}{care}",
        content.citation,
        bool(high),
        content.confidence,
        tuple(r.words for r in rules[1:]),
    )


# ------------------------------------------------------------------------------------------- content


def _in(group: str, code: str | None) -> bool:
    return code is not None and _groups().has(group, code, as_of())


def _arms(code: str | None) -> bool:
    """Macau or Country Group D:5."""
    return code == "MO" or _in("ear_d5", code)


def _content(facts: EarFacts, eccn: str) -> _Rule:
    low, high = facts.us_content
    least = low if low is not None else Fraction(0)
    embargoed = _in("ear_e1", facts.sent_to) or _in("ear_e2", facts.sent_to)
    cite = "15 CFR 734.4(c)" if embargoed else "15 CFR 734.4(d)"
    limit = DE_MINIMIS_E if embargoed else DE_MINIMIS
    strict = DE_MINIMIS_E if facts.sent_to is None else limit
    if high is not None and high == 0:
        return _Rule("no", "no US content", cite)
    none = _no_de_minimis(facts, eccn)
    if none is not None:
        return none
    if least > limit:
        return _Rule("yes", f"US content of {_share(least, high)} is more than {_pct(limit)}", cite)
    if high is None:
        return _Rule(
            "unknown", f"the share of controlled US content is not known; more than {_pct(strict)} would reach it", cite
        )
    if high > strict:
        words = f"US content of {_share(least, high)} may be more than {_pct(strict)}"
        return _Rule("unknown", words + ("" if facts.sent_to else "; where it goes is not known"), cite)
    care = " (content of 9x515 or 600-series items has no such limit)" if _in("ear_d5", facts.sent_to) else ""
    return _Rule("no", f"US content of {_share(least, high)} is not more than {_pct(strict)}{care}", cite)


def _no_de_minimis(facts: EarFacts, eccn: str) -> _Rule | None:
    """The cases of 734.4(a) in which any content is enough; their conditions are not computed, so they leave it open."""
    if not _arms(facts.sent_to) and facts.sent_to is not None:
        return None
    low = facts.us_content[0] or Fraction(0)
    if eccn[2:3] == "6" or eccn[2:5] == "515":
        words = "600-series and 9x515 content has no de minimis share to Country Group D:5"
        return _Rule("yes" if low > 0 and facts.sent_to else "unknown", words, "15 CFR 734.4(a)(6)")
    if eccn.startswith(_CHIPS):
        return _Rule("unknown", "advanced chips may have no de minimis share", "15 CFR 734.4(a)(8), (9)", "memory")
    tool = _tool(eccn)
    if tool and facts.sent_from not in _EQUIVALENT:
        return _Rule("unknown", "chip-making equipment may have no de minimis share", "15 CFR 734.4(a)(3), (8)", "memory")
    if "5" in facts.footnotes | facts.possible_footnotes and (not eccn or eccn.startswith(_TOOL_ENTRIES)):
        words = "chip-making equipment with a US chip inside, for a party of footnote 5, has no de minimis share"
        return _Rule("unknown", words, "15 CFR 734.4(a)(9)", "memory")
    return None


def _tool(eccn: str) -> bool:
    """Whether an ECCN is, or may be, equipment of the paragraphs that the rules of December 2024 name."""
    if not eccn:
        return False
    return any(eccn == t or eccn.startswith(f"{t}.") or t.startswith(f"{eccn}.") for t in _TOOLS)


def _pct(value: Fraction) -> str:
    return f"{float(value) * 100:.6g} %"


def _share(low: Fraction, high: Fraction | None) -> str:
    return _pct(low) if high == low else f"{_pct(low)} to {_pct(high) if high is not None else 'an unknown share'}"


# ------------------------------------------------------------------------------------------- foreign direct products


def _direct_products(facts: EarFacts, base: str, eccn: str) -> list[_Rule]:
    """The foreign-direct-product rules; each answers yes, no or unknown."""
    product = _product(facts)
    rules = [_by_party(facts, note, product, base) for note in sorted(facts.footnotes | facts.possible_footnotes)]
    if not _arms(facts.sent_to) and facts.sent_to is not None:
        return [r for r in rules if r is not None]
    if eccn.startswith(_CHIPS) or ".z" in eccn:
        rules.append(_Rule(product, f"advanced computing rule{_tail(product)}", "15 CFR 734.9(h)", "memory"))
    if _tool(eccn):
        excluded = facts.sent_from in _EQUIVALENT
        words = (
            "equipment rule: exports from this country are left to its own controls"
            if excluded
            else f"equipment rule{_tail(product)}"
        )
        rules.append(_Rule("no" if excluded else product, words, "15 CFR 734.9(k)", "memory"))
    if facts.supercomputer is not False and product != "no":
        answer: Ternary = product if facts.supercomputer else "unknown"
        rules.append(_Rule(answer, f"supercomputer rule{_tail(answer)}", "15 CFR 734.9(i)", "memory"))
    if facts.us_technology and base and base != "EAR99" and _in("ear_d1", facts.sent_to) and "NS" in entry(base).reasons:
        words = "direct product of US technology that may need a written assurance"
        rules.append(_Rule("unknown", words, "15 CFR 734.9(b)", "memory"))
    return [r for r in rules if r is not None]


def _product(facts: EarFacts) -> Ternary:
    if facts.us_technology or facts.us_plant:
        return "yes"
    return "no" if facts.us_technology is False and facts.us_plant is False else "unknown"


def _tail(answer: Ternary) -> str:
    return {
        "yes": ": a direct product of listed US technology, software or plant",
        "no": ": no direct product of US technology, software or plant",
        "unknown": ": is it a direct product of listed US technology, software or plant?",
    }[answer]


def _by_party(facts: EarFacts, note: str, product: Ternary, base: str) -> _Rule | None:
    """A party that bears a footnote of the Entity List, 15 CFR 734.9(e) and (g)."""
    if note not in _FOOTNOTES:
        return None
    cite = f"15 CFR {_FOOTNOTES[note]}"
    answer, tail = product, _tail(product)
    if note == "5" and base and base not in _TOOL_ENTRIES:
        return _Rule("no", f"footnote 5 of the Entity List: {base} is no chip-making equipment", cite, "memory")
    if note == "5" and facts.sent_from in _EQUIVALENT and answer == "yes":
        answer, tail = "unknown", ": exports from this country may be left to its own controls"
    if note == "3" and base in ("", "EAR99") and answer == "yes":
        answer, tail = "unknown", ": the rule names items by ECCN and by customs number"
    if note not in facts.footnotes and answer == "yes":
        answer, tail = "unknown", f"{tail}, if the party is the listed one"
    return _Rule(answer, f"a party bears footnote {note} of the Entity List{tail}", cite)


@cache
def _groups() -> Groups:
    return Groups.load()

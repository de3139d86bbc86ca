"""The Commerce Country Chart: whether the reasons for control of an item ask for a license to a destination.

The answer is of one edition, named in it. What it says in words that are not computed gives ``unknown`` with the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from countermeasure.codes.country import COUNTRIES, country
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.groups import Groups
from countermeasure.licensing.ear.ccl import Entry, Requirement, Ternary, as_of, entry, relation, split_eccn, table

__all__ = ["ChartAnswer", "Destination", "Finding", "Ternary", "destination", "requirement"]

HONG_KONG_FROM = parse_day("2020-12-23")
"""First day on which Hong Kong counts as China under the EAR (85 FR 83765)."""

_CITATION = "15 CFR 738.4 and supplement 1 to part 738; 15 CFR part 774, supplement 1"
_NAMES = {c.iso2: c.name for c in COUNTRIES}
_BY_SECTION = {"742.15": "world -CA", "742.14": "world -CA"}
"""Sections that the list only points to, and the rule they hold (from memory): all destinations but Canada."""
_CW_OUTSIDE = frozenset({"EG", "KP", "SS"})
"""Destinations outside the Chemical Weapons Convention that 15 CFR 742.18 reaches (from memory; Israel is excepted)."""
_THERMAL = frozenset({"6A003", "6A993"})
_WIDTH = 160
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIFFUSED = frozenset({"3A090", "4A090"})


@dataclass(frozen=True, slots=True)
class Destination:
    """A row of the chart.

    Attributes:
        marks: Columns with an X, as ``NS 1``.
        footnotes: Numbers of its footnotes.
        pointer: For an embargoed destination, the words that send to part 746.
    """

    iso2: str
    marks: frozenset[str]
    footnotes: tuple[str, ...]
    pointer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for control held against a destination.

    Attributes:
        needed: Whether it asks for a license: the paragraph and the destination together.
        destination: Whether its rule reaches the destination, the paragraph left aside.
        words: For a person: ``NS column 2 has an X for China``.
    """

    requirement: Requirement
    needed: Ternary
    destination: Ternary
    words: str


@dataclass(frozen=True, slots=True)
class ChartAnswer:
    """Whether an item needs a license to a destination for the reasons of the list.

    Attributes:
        needed: ``yes``, ``no`` or ``unknown``.
        eccn: As read: entry and paragraph.
        to: Two-letter code.
        findings: Every reason of the entry.
        paragraphs: Paragraphs on which an unknown answer depends.
        because: Why, in one sentence.
        exceptions: License exceptions that the entry names; their conditions are not checked, and none is open to a party of
            the Entity List.
        as_of: Epoch day of the tables.
        citation: Where it stands.
        notes: What a reader should know.
    """

    needed: Ternary
    eccn: str
    to: str
    findings: tuple[Finding, ...]
    paragraphs: tuple[str, ...]
    because: str
    exceptions: tuple[tuple[str, str], ...]
    as_of: int
    citation: str
    notes: tuple[str, ...]


@cache
def _chart() -> tuple[dict[str, Destination], dict[str, str]]:
    rows, notes = {}, {}
    for row in table("chart")[0]:
        if row["iso2"]:
            marks = frozenset(filter(None, row["marks"].split(";")))
            rows[row["iso2"]] = Destination(row["iso2"], marks, tuple(filter(None, row["footnotes"].split(";"))), row["words"])
        else:
            notes[row["footnotes"]] = row["words"]
    return rows, notes


@cache
def _groups() -> Groups:
    return Groups.load()


def destination(to: str, on: int) -> Destination | None:
    """The row of the chart under which a destination stands on a day, or None where it has none.

    Hong Kong stands under China from 23 December 2020; Liechtenstein under Switzerland (footnote 5).
    """
    rows, _ = _chart()
    if to == "HK" and on >= HONG_KONG_FROM:
        return rows["CN"]
    return rows["CH"] if to == "LI" else rows.get(to)


def requirement(eccn: str, to: str, on: int) -> ChartAnswer:
    """Whether the Commerce Control List and the Country Chart ask for a license.

    Args:
        eccn: As ``3A001.b.2``, ``3A001`` or ``EAR99``. Of an entry alone, reasons that bear on some paragraphs leave it open.
        to: Two-letter code of the destination.
        on: Epoch day of export. The tables are of one day, which the answer names; other days are not checked.

    Raises:
        CodeError: If the ECCN or the country is not known.
    """
    base, paragraph = split_eccn(eccn)
    if base != "EAR99":
        entry(base)
    country(to)
    answer = _answer(base, paragraph, to, to == "HK" and on < HONG_KONG_FROM)
    if on == answer.as_of:
        return answer
    told = f"Country Chart: as of the table of {_long(answer.as_of)}, not checked for {format_day(on)}"
    return _with_note(answer, told)


def _with_note(answer: ChartAnswer, note: str) -> ChartAnswer:
    return replace(answer, notes=(note, *answer.notes))


@cache
def _answer(base: str, paragraph: str, to: str, apart: bool) -> ChartAnswer:
    row = None if apart else destination(to, max(as_of(), HONG_KONG_FROM))
    name = _NAMES[to]
    if base == "EAR99":
        notes = (f"{name}: {row.pointer}",) if row is not None and row.pointer else ()
        because = "EAR99: on no entry of the Commerce Control List"
        return ChartAnswer("no", "EAR99", to, (), (), because, (), as_of(), _CITATION, notes)
    one = entry(base)
    shown = f"{base}.{paragraph}" if paragraph else base
    if to == "US":
        bare: tuple[Ternary, str] | None = ("no", "the United States are no destination of the Country Chart")
    elif row is None:
        bare = ("unknown", f"{name} is no destination of the Country Chart of this edition; a dependency follows its country")
    elif row.pointer:
        bare = ("unknown", f"{shown} to {name}: {row.pointer}")
    elif one.requirements:
        bare = None
    elif one.itar:
        bare = (
            "unknown",
            f"{shown} is subject to the ITAR (22 CFR parts 120 to 130), not to the EAR: ask the Department of State",
        )
    else:
        bare = ("unknown", f"{shown}: the entry prints no license requirement ({one.heading})")
    if bare is not None or row is None:
        needed, because = bare or ("unknown", "")
        return ChartAnswer(needed, shown, to, (), (), because, (), as_of(), _CITATION, ())
    return _weighed(one, shown, paragraph, row, to)


def _weighed(one: Entry, shown: str, paragraph: str, row: Destination, to: str) -> ChartAnswer:
    """The reasons of an entry held against a row of the chart."""
    name = _NAMES[to]
    findings = tuple(_finding(req, row, paragraph, to) for req in one.requirements)
    special = _footnotes(one, paragraph, row, name)
    hits = [f for f in findings if f.needed == "yes"]
    maybe = [f for f in findings if f.needed == "unknown"]
    notes: list[str] = []
    parts: list[str] = []
    needed: Ternary = "no"
    if hits:
        needed = "yes"
        lead = next((f for f in hits if f.requirement.applies == "all"), hits[0])
        because = f"{shown} to {name}: {lead.words}"
        notes = [*_diffusion(one, hits, row), *special]
    elif maybe and not paragraph and _every_paragraph(one, row, to):
        needed = "yes"
        because = f"{shown} to {name}: every paragraph needs one: {'; '.join(f.words for f in maybe)}"
    elif maybe or special:
        needed = "unknown"
        parts = sorted({t.lstrip("?-") for f in maybe for t in f.requirement.applies.split() if t not in ("all", "?")})
        words = "; ".join(dict.fromkeys([*(f.words for f in maybe), *special]))
        because = f"{shown} to {name}: {'depends on the paragraph' if parts and not paragraph else 'not settled'}: {words}"
    else:
        reasons = " and ".join(dict.fromkeys(f.requirement.reason for f in findings))
        because = f"{shown} is controlled for {reasons}, which asks for no license to {name}"
    exceptions = () if needed == "no" else one.exceptions
    if exceptions:
        named = ", ".join(dict.fromkeys(code for code, _ in exceptions))
        notes.append(f"{shown}: license exceptions may be open ({named}); conditions not checked, none for Entity List parties")
    return ChartAnswer(needed, shown, to, findings, tuple(parts), because, exceptions, as_of(), _CITATION, tuple(notes))


def _every_paragraph(one: Entry, row: Destination, to: str) -> bool:
    """Whether each paragraph of the first order needs a license by itself, where they are known."""
    named = {t.lstrip("?-")[0] for r in one.requirements for t in r.applies.split() if t not in ("all", "?")}
    if not one.paragraphs or not named <= set(one.paragraphs):
        return False
    return all(any(_finding(r, row, p, to).needed == "yes" for r in one.requirements) for p in one.paragraphs)


def _finding(req: Requirement, row: Destination, paragraph: str, to: str) -> Finding:
    reach, how = _reach(req, row, to)
    bears = req.bears_on(paragraph)
    needed: Ternary = "no" if "no" in (reach, bears) else "yes" if reach == bears == "yes" else "unknown"
    where = "" if req.applies == "all" else f" ({req.paragraphs})"
    told = req.words if len(req.words) <= _WIDTH else f"{req.words[:_WIDTH].rsplit(' ', 1)[0]}…"
    tail = f": {told}" if needed == "unknown" and told and (req.rule == "?" or "?" in req.applies) else ""
    return Finding(req, needed, reach, f"{req.reason}{where}: {how}{tail}")


def _reach(req: Requirement, row: Destination, to: str) -> tuple[Ternary, str]:
    """Whether the rule of a reason reaches a destination, and the words for it."""
    rule, name = _BY_SECTION.get(req.rule, req.rule), _NAMES[to]
    if re.fullmatch(r"[A-Z]{2} \d", rule):
        marked = rule in row.marks
        column = rule.replace(" ", " column ")
        return ("yes", f"{column} has an X for {name}") if marked else ("no", f"{column} has no X for {name}")
    if rule == "?":
        return "unknown", "the words of the list decide"
    if rule == "UN":
        near = "1" in row.footnotes or _groups().has("ear_d5", row.iso2, as_of())
        return ("unknown", "arms embargoes of the United Nations, § 746.1(b)") if near else ("no", f"no arms embargo on {name}")
    if rule == "746.8":
        held = row.iso2 in ("RU", "BY")
        return ("unknown", "§ 746.8 decides") if held else ("no", "for Russia and Belarus only")
    if rule == "CW":
        return ("yes", f"{name} is outside the Chemical Weapons Convention") if row.iso2 in _CW_OUTSIDE else ("no", "§ 742.18")
    return _named(rule.split(), row.iso2, to)


def _named(tokens: list[str], code: str, to: str) -> tuple[Ternary, str]:
    """Codes and groups: a place that is named by itself and lies in an excepted group as well is left open."""
    day = as_of()

    def inside(token: str) -> bool:
        return _groups().has(f"ear_{token.replace(':', '').lower()}", code, day) if ":" in token else token == code

    taken = [t[1:] for t in tokens if t.startswith("-") and inside(t[1:])]
    by_name = [t for t in tokens if t == code]
    by_group = [t for t in tokens if ":" in t and not t.startswith("-") and inside(t)]
    name = _NAMES[to]
    if by_name and taken:
        return "unknown", f"{name} is named, and is in Country Group {taken[0]}, which is excepted"
    if taken:
        return "no", f"{name} is excepted ({taken[0]})"
    if "world" in tokens:
        return "yes", "every destination" + (" but Canada" if len(tokens) > 1 else "")
    if by_name:
        return "yes", f"{name} is named" if code == to else f"{name} counts as {_NAMES[code]}"
    if by_group:
        return "yes", f"{name} is in Country Group {by_group[0]}"
    return "no", f"{name} is not among {' '.join(tokens)}"


def _footnotes(one: Entry, paragraph: str, row: Destination, name: str) -> list[str]:
    """Footnotes of a destination that bear on an entry, or on the asked paragraph of it, and are not computed."""
    found = []
    for number in row.footnotes:
        words = _chart()[1].get(number, "")
        named = [ref.lstrip(".") for ref in re.findall(rf"{one.eccn}((?:\.[a-z0-9]+)*)", words)]
        bears = any(not ref or relation(ref, paragraph) != "no" for ref in named)
        if bears or (number in ("2", "4") and one.eccn in _THERMAL) or number == "6":
            found.append(f"footnote {number} of the Country Chart for {name}: {words}")
    return found


def _diffusion(one: Entry, hits: list[Finding], row: Destination) -> list[str]:
    """A word of care where only the worldwide requirement of the AI Diffusion rule asks for the license."""
    of_rule = [f for f in hits if f.requirement.rule == "world" and (one.eccn in _DIFFUSED or "z." in f.requirement.applies)]
    if (
        not of_rule
        or len(of_rule) != len(hits)
        or any(_groups().has(f"ear_{g}", row.iso2, as_of()) for g in ("d1", "d4", "d5"))
    ):
        return []
    rule = "the worldwide requirement is of the AI Diffusion rule (90 FR 4544), printed still"
    return [f"{one.eccn}: {rule}; BIS said on 13 May 2025 that it will not enforce it"]


def _long(day: int) -> str:
    """A day for a person: ``23 July 2026``."""
    year, month, date = format_day(day).split("-")
    return f"{int(date)} {_MONTHS[int(month) - 1]} {year}"

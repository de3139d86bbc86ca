"""Words of an answer: why a provision applies, how an application is reviewed, what must be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.book.controls import YES
from countermeasure.codes.country import COUNTRIES
from countermeasure.codes.day import format_day
from countermeasure.licensing.clock import due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.controls import ControlClause
    from countermeasure.licensing.classify import Classified
    from countermeasure.licensing.derive import Facts
    from countermeasure.licensing.standing import Verdict
    from countermeasure.licensing.transaction import Item, Transaction
    from countermeasure.parties.model import PartyList

_NAMES = {c.iso2: c.name for c in COUNTRIES}


def place(code: str | None) -> str:
    """A country for a person."""
    return "a place not told" if code is None else _NAMES.get(code, code)


def because_of(
    clause: ControlClause, asked: Transaction, item: Item, found: Classified, facts: Facts, verdict: Verdict | None
) -> str:
    """Which facts brought a provision about, in one sentence without its stop."""
    parts: list[str] = []
    body = clause.body
    if body.items.members:
        rows = [r for r in (*found.items, *found.maybe) if f"list:{r.list}" in body.items.members]
        if rows:
            row = rows[0]
            parts.append(
                f"{row.description}{f' ({row.code})' if row.code else ''}" + ("" if row in found.items else ", perhaps")
            )
        else:
            stated = item.control_code if clause.body.items.members[0].startswith(("code", "programme")) else item.eccn
            parts.append(f"{item.description or 'the item'}{f' ({stated})' if stated else ''}")
    if body.sent_from.members or body.sent_from.exceptions or body.sent_to.members or body.sent_to.exceptions:
        parts.append(f"from {place(asked.sent_from)} to {place(asked.sent_to)}")
    if body.origin.members or body.origin.exceptions:
        parts.append(f"made in {place(item.origin)}")
    for test in body.facts:
        words = facts.because.get(test.fact)
        if words:
            parts.append(words)
        elif facts.flags.get(test.fact) == YES:
            parts.append(test.fact.replace("_", " "))
    if verdict is not None and verdict.words:
        parts.append(verdict.words)
    return "; ".join(dict.fromkeys(parts)) or body.scope or body.name


def obligations_of(applied: Sequence[ControlClause]) -> tuple[str, ...]:
    """What must be done under the provisions that apply."""
    found: dict[str, list[str]] = {}
    for clause in applied:
        for text in clause.body.obligations:
            found.setdefault(text, []).append(clause.body.note)
    for clause in applied:
        if clause.body.who and clause.body.review not in ("none", "notice_duty"):
            found.setdefault(f"Apply: {clause.body.who}", [])
    notes = {text: "; ".join(dict.fromkeys(n for n in places if n)) for text, places in found.items()}
    return tuple(f"{text} ({where})" if where and not text.endswith(")") else text for text, where in notes.items())


def review_words(answer: str, applied: Sequence[ControlClause], policies: Sequence[str], on: int) -> str:
    """How an application would be reviewed."""
    if policies:
        return "; ".join(policies)
    chinese = any(c.provision.startswith("cn-") for c in applied)
    if answer == "prohibited":
        return "no license is granted; special cases need the ministry's consent" if chinese else "no license is granted"
    if not chinese:
        return ""
    if answer == "individual_license_only":
        return "individual license with risk report and commitment; the clock of 45 working days does not run"
    if answer in ("license_required", "case_by_case", "stricter_review", "denial_in_principle"):
        return f"45 working days from acceptance; if accepted on {format_day(on)}, decided by {due(on)}"
    return ""


def lists_words(lists: Sequence[PartyList]) -> tuple[str, ...]:
    """The lists that names were looked up in, each with its day and hash."""
    found = []
    for one in lists:
        dated = "undated" if one.as_of is None else format_day(one.as_of)
        found.append(f"{one.code} {dated} ({one.hash[:12]}{'' if one.complete else ', in part'})")
    return tuple(found)


__all__ = ["because_of", "lists_words", "obligations_of", "place", "review_words"]

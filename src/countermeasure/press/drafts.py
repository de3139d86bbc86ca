"""Drafts for the user to edit: an instrument with what the book does not hold, and a scenario that plays it.

Nothing here is written into the book. An act that can be stated stands in the file; one that cannot stands beside it as a
comment, with what is missing. The file is read by the book's own reader before it is handed out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.codes.yamltext import parse_text
from countermeasure.errors import BookError
from countermeasure.press.acts import STAND_IN, act_of, quoted
from countermeasure.press.ledger import Ledger
from countermeasure.press.model import Draft
from countermeasure.press.threats import threats_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.press.acts import DraftAct
    from countermeasure.press.model import Account, Check

__all__ = ["drafted", "drafts_of", "no_draft"]


def drafted(account: Account) -> tuple[Check, ...]:
    """Checks that a draft is made of: what is not in the book, what differs from it, what is threatened or supposed."""
    found = []
    for check in account.checks:
        mood, verdict = check.claim.mood, check.verdict
        if (mood == "said" and verdict in ("not_in_book", "disagrees")) or mood in ("threat", "would"):
            found.append(check)
    return tuple(found)


def drafts_of(account: Account, book: Book) -> tuple[Draft, ...]:
    """Drafts of a text: an instrument and a scenario; none where there is nothing to draft.

    Args:
        account: What the text says.
        book: The book it was held against; it is not changed.
    """
    checks = (*drafted(account), *threats_of(account))
    if not checks:
        return ()
    name = _name(account)
    ledger = Ledger.of(book, account.known_on, account.dated or 0)
    acts = [act_of(check.claim, ledger, account, f"{name}-{n}") for n, check in enumerate(checks, start=1)]
    instrument = _instrument(name, account, checks, acts, book)
    return (instrument, _scenario(name, account, checks)) if drafted(account) else (instrument,)


def no_draft(account: Account) -> str:
    """Why there is nothing to draft; empty where there is a draft."""
    if drafted(account) or threats_of(account):
        return ""
    if not account.claims:
        return "Nothing to draft: no claim about a measure and no threat in trade was found."
    return "Nothing to draft: no claim is missing in the book or differs from it, and nothing is threatened or supposed."


def _name(account: Account) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", account.name.lower().rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip("-")[:40] or "text"
    day = f"-{format_day(account.dated)}" if account.dated is not None else ""
    return f"press-{slug}" + ("" if day and slug.endswith(day[1:]) else day)


# ----------------------------------------------------------------------------------------------------------------- files


def _instrument(name: str, account: Account, checks: Sequence[Check], acts: Sequence[DraftAct], book: Book) -> Draft:
    """The instrument; acts that the book's reader refuses stand as comments with what it says."""
    kind = "statement" if any(c.claim.mood == "said" for c in checks) else "scenario"
    refused = {
        n: f"the book says otherwise, so it is not in force here: {c.words}" for n, c in enumerate(checks) if _differs(c)
    }
    refused |= {
        n: "the text names no measure: fill in what is threatened first" for n, c in enumerate(checks) if _unnamed(c, acts[n])
    }
    live = [n for n, act in enumerate(acts) if act.lines and n not in refused]
    for n in live:
        faults = _faults(_text(name, kind, account, checks, acts, [n], refused), name, book)
        if faults:
            refused[n] = "refused by the reader of the book: " + re.sub(r"^\S+:\d+: ", "", faults[0])
    live = [n for n in live if n not in refused]
    text = _text(name, kind, account, checks, acts, live, refused)
    left = [f"act {n + 1}: {one}" for n, act in enumerate(acts) for one in act.open]
    left += [f"act {n + 1}: {why}" for n, why in refused.items()]
    left += ["citation, sources: number and place of the text of the law, once it is seen"]
    return Draft(f"{name}.yaml", "instrument", text, tuple(dict.fromkeys(left)), tuple(_faults(text, name, book)), len(live))


def _differs(check: Check) -> bool:
    """Whether an assertion contradicts the book: then it waits for the user."""
    return check.claim.mood == "said" and check.verdict == "disagrees"


def _unnamed(check: Check, act: DraftAct) -> bool:
    """Whether a threat has a rate and no measure: its act is a template."""
    return not check.claim.measure and bool(act.lines)


def _faults(text: str, name: str, book: Book) -> tuple[str, ...]:
    try:
        book.with_(parse_text(text, f"{name}.yaml"))
    except BookError as error:
        return error.faults
    return ()


def _text(
    name: str,
    kind: str,
    account: Account,
    checks: Sequence[Check],
    acts: Sequence[DraftAct],
    live: Sequence[int],
    refused: dict[int, str],
) -> str:
    issuers = [c.claim.issuer for c in checks if c.claim.issuer]
    issuer = max(sorted(set(issuers)), key=issuers.count) if issuers else "US"
    day = format_day(account.dated) if account.dated is not None else STAND_IN
    lines = [
        f"# A draft made from a text ({name}). Read each act beside its sentence, mend it, and check it with:",
        f"#   countermeasure book check {name}.yaml",
        "# Lines that begin with #? are left to fill in. Windows are half open: until is the first day after the last.",
        f"id: {name}",
        f"kind: {kind}                 # law only once the text of the law was seen",
        f"issuer: {issuer}",
        f'citation: "Told by a text, {day}; the instrument itself was not seen"   #? number and date of the notice',
        f"title: {json.dumps(f'What {name} tells', ensure_ascii=False)}",
        f"published_on: {json.dumps(day)}",
        "confidence: memory",
        "sources:",
        f"  - {{cite: {json.dumps(f'Text {account.name}', ensure_ascii=False)}, read: summary}}   #? where the law can be read",
        "acts:",
        f'  - {{act: declare, says: "Drafted from a text; see the comments below", on: {json.dumps(day)}}}',
    ]
    for n, (act, check) in enumerate(zip(acts, checks, strict=True)):
        lines.append(f"  # {n + 1}. {check.claim.mood}, {check.verdict.replace('_', ' ')}: {act.words}")
        lines += [f"  #? {one}" for one in act.open]
        if n in live:
            lines += _flow(act.lines, "  - ")
        elif act.lines:
            why = f"  #? {quoted(refused[n])}" if n in refused else ""
            lines += [*filter(None, [why]), *_flow(act.lines, "  # - ")]
    return "\n".join(lines) + "\n"


def _flow(parts: Sequence[str], lead: str) -> list[str]:
    """An act as a mapping in braces, over as many lines as it has parts."""
    blank = lead.replace("- ", "  ")
    rows = [*parts]
    rows[0] = lead + "{" + rows[0]
    rows[1:] = [blank + row for row in rows[1:]]
    rows[-1] += "}"
    return rows


def _scenario(name: str, account: Account, checks: Sequence[Check]) -> Draft:
    """A whole scenario that plays the instrument."""
    days = [d for c in checks for d in (c.claim.start, *c.claim.on) if d is not None]
    first = min(days) if days else account.dated
    on = format_day(first + 1) if first is not None else STAND_IN
    before = format_day(first - 1) if first is not None else ""
    controls = any(not (c.claim.rate or c.claim.points) and c.claim.measure.startswith("cn-") for c in checks)
    left = ["expect: what a reader should see, written before the run", "on: the day whose law is asked"]
    lines = [
        f"# A draft made from a text. Put it beside {name}.yaml and run: countermeasure scenario run {name}-scenario.yaml",
        "# Lines that begin with #? are left to fill in.",
        f"id: {name}-scenario",
        f"title: {json.dumps(f'What if {name} comes true', ensure_ascii=False)}",
        'intent: "Plays what a text tells and the book does not hold, to see what it would change"',
        "#? expect: write down beforehand what you expect to see",
        "sources:",
        f"  - {{cite: {json.dumps(f'Text {account.name}', ensure_ascii=False)}}}",
        f"on: {json.dumps(on)}   #? the day whose law is asked",
        *([f"before: {json.dumps(before)}"] if before else []),
        "reading: announced   # the draft is a statement until the law is seen",
        f"instruments: [{name}.yaml]",
        'trade: {horizon: "1"}',
        'supply: {scenario: october-2025-in-force, weeks: "52"}' if controls else 'supply: "no"',
        'talks: "no"',
        'draws: "100"',
        'seed: "1"',
    ]
    return Draft(f"{name}-scenario.yaml", "scenario", "\n".join(lines) + "\n", tuple(left))

"""Acts of a draft: a claim as an act of the book, with what is left to fill in; a threat without measure as a template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.book.model import State
from countermeasure.codes.day import format_day, parse_day
from countermeasure.press.ledger import DEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.ledger import Ledger, Stretch
    from countermeasure.press.model import Account, Claim

__all__ = ["STAND_IN", "DraftAct", "act_of", "quoted"]

_KEPT = 160
"""Characters of a sentence that a draft quotes."""
_MOST = 12
"""Goods of a name that a draft writes down; of more the user has to choose."""
STAND_IN = "2026-01-01"
"""A day where none is known."""


@dataclass(frozen=True, slots=True)
class DraftAct:
    """An act as lines of YAML, and what is left open in it; without lines it cannot be stated."""

    lines: tuple[str, ...]
    open: tuple[str, ...]
    words: str


def act_of(claim: Claim, ledger: Ledger, account: Account, name: str) -> DraftAct:
    """A claim as an act of the book."""
    words = quoted(claim.words)
    if not claim.measure and not claim.patterns:
        return _threat_act(claim, account, name, words)
    day, left = _first_day(claim, account)
    stretches = ledger.stretches(ledger.provisions(_plain(claim.patterns), claim.places, claim.issuer))
    until = _until(claim)
    if claim.act in ("impose", "raise", "cut", "state") and claim.rate is not None:
        return _rate_act(claim, stretches, name, day, until, left, words)
    targets = "[" + ", ".join(json.dumps(one) for one in _plain(claim.patterns)) + "]"
    if not stretches:
        what = f"{claim.act} {claim.measure or 'a measure'}: the book has no provision that could be named"
        return DraftAct((), (what,), words)
    if claim.act == "suspend":
        lines = (f"act: suspend, provisions: {targets}, from: {json.dumps(day)}{until}",)
        return DraftAct(lines, (*left, *(() if until else ("until: the text names no end; without one it is open",))), words)
    if claim.act == "extend" and until:
        of = "suspension" if any(s.state is State.SUSPENDED for s in stretches) else "window"
        return DraftAct((f"act: extend, provisions: {targets}{until}, of: {of}",), (), words)
    if claim.act == "resume":
        return DraftAct((f"act: resume, provisions: {targets}, from: {json.dumps(day)}{until}",), left, words)
    if claim.act in ("end", "strike_down"):
        how = "struck_down" if claim.act == "strike_down" else "ended"
        return DraftAct((f"act: repeal, provisions: {targets}, from: {json.dumps(day)}, as: {how}",), left, words)
    return DraftAct(
        (), (f"{claim.act.replace('_', ' ')} {claim.measure}: state it by hand; the text does not say enough",), words
    )


def _threat_act(claim: Claim, account: Account, name: str, words: str) -> DraftAct:
    """A threat that names no measure: a duty to fill in where a rate is told, else what is known and what is missing."""
    day, left = _first_day(claim, account)
    left = left if claim.issuer else ("issuer: the text does not name who threatens; US stands in", *left)
    origins = _origins(claim, claim.issuer or "US")
    if claim.rate is not None:
        gap = "measure: the text names none; a duty of the rate it tells is written"
        return _duty(claim, name, origins, (), "", day, (gap, *left), words)
    gaps = (
        "measure: the text names neither a measure nor a rate; state it by hand, book new gives a template",
        f"whom it meets: {', '.join(origins) or 'the text names nobody'}",
    )
    return DraftAct((), (*gaps, *left), words)


def _rate_act(
    claim: Claim, stretches: Sequence[Stretch], name: str, day: str, until: str, left: tuple[str, ...], words: str
) -> DraftAct:
    """A rate: an amendment where one duty is meant, else a duty of its own on top of what there is."""
    duties = list(dict.fromkeys(s.provision for s in stretches if s.rate is not None and _lives(s, parse_day(day))))
    rate = f"{claim.rate:g}"
    if len(duties) == 1 and not any(p.startswith("/") for p in claim.patterns):
        return DraftAct(
            (f"act: amend, provision: {duties[0]}, rate: {json.dumps(rate)}, from: {json.dumps(day)}{until}",), left, words
        )
    into = claim.issuer or "US"
    origins = _origins(claim, into)
    goods, whose = _goods(stretches)
    if goods is None or not (claim.patterns and (claim.patterns[0].startswith("/") or goods)):
        return DraftAct(
            (), (f"a rate of {rate}: the name covers many duties; name provision, goods and origins by hand",), words
        )
    if not goods:
        origins = origins or (["CN"] if into == "US" else ["US"])
    return _duty(claim, name, origins, goods, whose, day, left, words)


def _origins(claim: Claim, into: str) -> list[str]:
    return [place for place in claim.places if place not in (into, "EU")]


def _duty(
    claim: Claim,
    name: str,
    origins: Sequence[str],
    goods: Sequence[str],
    whose: str,
    day: str,
    left: tuple[str, ...],
    words: str,
) -> DraftAct:
    """A duty of its own on top of what there is, with what stands in for what the text does not say."""
    into = claim.issuer or "US"
    programme = "ieepa_reciprocal" if into == "US" else "cn_reciprocal"
    where = f", origin: {{in: {json.dumps(list(origins))}}}" if origins else ""
    where += f", goods: {{in: {json.dumps(list(goods))}}}" if goods else ""
    lines = (
        f"act: impose, provision: {name}, name: {json.dumps(f'As told by {name}')}, programme: {programme}, into: {into},",
        f" role: duty, rate: {json.dumps(f'{claim.rate or 0:g}')}{where}, from: {json.dumps(day)}{_until(claim)},",
        ' certainty: "as told by a text, not seen in law"',
    )
    more = (
        "programme: which one it belongs to; a stand-in is written",
        f"goods: which goods it falls on; {f'those of {whose} stand in' if goods else 'all are taken'}",
        f"origin: which origins; {', '.join(origins) or 'all'} stand in",
        f"rate: whether {(claim.rate or 0) * 100:g} % comes on top of other duties, as written, or is their total",
    )
    return DraftAct(lines, (*left, *more), words)


def _lives(stretch: Stretch, day: int) -> bool:
    """Whether a provision is in force or asleep on a day."""
    covers = (stretch.first is None or stretch.first <= day) and (stretch.after is None or day < stretch.after)
    return covers and stretch.state not in DEAD and stretch.state is not State.NOT_YET


def _goods(stretches: Sequence[Stretch]) -> tuple[list[str] | None, str]:
    """Goods of the duties that a name means, where they are few, and whose they are; ``None`` where too many differ."""
    scopes = {s.spell.body.goods.members: s.provision for s in stretches if s.rate is not None and s.spell.body is not None}
    members = list(dict.fromkeys(code for scope in scopes for code in scope))
    if len(members) > _MOST or (() in scopes and members):
        return None, ""
    return members, next(iter(scopes.values()), "")


def _plain(patterns: Sequence[str]) -> list[str]:
    """Patterns without groups."""
    return [one for pattern in patterns for one in pattern.strip("/").split("|")]


def _first_day(claim: Claim, account: Account) -> tuple[str, tuple[str, ...]]:
    if claim.start is not None:
        return format_day(claim.start), ()
    if claim.on:
        return format_day(claim.on[-1]), ("from: the text names a day, not when it takes effect",)
    if account.dated is not None:
        return format_day(account.dated), ("from: the text names no day; that of the text stands in",)
    return STAND_IN, ("from: no day is known; a stand-in is written",)


def _until(claim: Claim) -> str:
    return "" if claim.until is None else f", until: {json.dumps(format_day(claim.until + 1))}"


def quoted(words: str) -> str:
    """Words of a text on one line, cut where they are long, so that they cannot break out of a comment."""
    short = words if len(words) <= _KEPT else f"{words[:_KEPT].rsplit(' ', 1)[0]} ..."
    return " ".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f\u2028\u2029]", " ", short).split())

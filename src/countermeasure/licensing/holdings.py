"""The owners that a transaction states of a party, put to the ownership rules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.parties.ownership import Share, StatedOwner, Status, status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.licensing.standing import Verdict
    from countermeasure.licensing.transaction import Party, Span

_LISTS = {"ofac": "us-sdn", "bis": "us-el", "cn_61": "cn-ecl", "eu": "eu", "uk": "uk"}
"""A list in the scope of each rule: which lists count is settled by the provision that asks."""


def owned_by(rule: str, party: Party, seeds: Mapping[str, bool], on: int) -> Verdict:
    """Whether listed owners own a party under a rule.

    Args:
        rule: Id of the rule. Whether it lives is a matter of the provision that asks.
        party: With its owners.
        seeds: Owners that are listed: for sure (``True``) or perhaps.
        on: Epoch day.
    """
    from countermeasure.licensing.standing import Verdict

    if not seeds:
        return Verdict(NO)
    name = party.name or "the party"
    listed = (_LISTS[rule],)
    owners = [
        StatedOwner(
            o.name,
            _share(o.share),
            listed if seeds.get(o.name) else (),
            listed if seeds.get(o.name) is False else (),
            o.country,
        )
        for o in party.owners
    ]
    found = status_of(name, owners, rules=(rule,), as_of=on, country=party.country, in_force=lambda _rule, _day: True)[rule]
    shares = ", ".join(f"{o.name} {_words(o.share)}" for o in party.owners if o.name in seeds)
    if found.status is Status.RESTRICTED:
        return Verdict(YES, words=f"{name} is owned by listed parties ({shares})", parties=(name,))
    if found.status is Status.POSSIBLE:
        ask = f"Do listed owners hold half of {name} ({shares})? {found.words}"
        return Verdict(OPEN, words=f"{name} may be owned by listed parties ({shares})", ask=ask, parties=(name,))
    if found.status is Status.LAW_SILENT:
        ask = f"Do holdings of several listed owners of {name} add up ({shares})? The law does not say."
        return Verdict(OPEN, words=f"{name} may be owned by listed parties together ({shares})", ask=ask, parties=(name,))
    return Verdict(NO)


def _share(span: Span) -> Share | None:
    low, high = span
    if low is None and high is None:
        return None
    return Share.percent(_percent(low or Fraction(0)), _percent(Fraction(1) if high is None else high))


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.10g}"


def _words(span: Span) -> str:
    low, high = span
    if low is None and high is None:
        return "share not known"
    least, most = float(low or 0) * 100, float(1 if high is None else high) * 100
    return f"{least:g} %" if least == most else f"{least:g} to {most:g} %"


__all__ = ["owned_by"]

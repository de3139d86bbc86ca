"""The owners that a transaction states of a party, put to the ownership rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.parties.owned import UNIT, Edge, Listing, Rule, restricted, rule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.licensing.standing import Verdict
    from countermeasure.licensing.transaction import Party


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
    chosen = rule_of(rule)
    if rule == "bis" and party.country == "US":
        return Verdict(NO, words=f"{party.name} is a US entity, which the rule does not reach")
    name = party.name or "the party"
    edges = [
        Edge(o.name, name, 0 if o.share[0] is None else int(o.share[0] * UNIT), UNIT if o.share[1] is None else int(o.share[1] * UNIT),
             o.share != (None, None))
        for o in party.owners
    ]  # fmt: skip
    listings = {owner: (Listing(chosen.lists[0].split("/")[0], certain=certain),) for owner, certain in seeds.items()}
    plain = Rule(**{**{f: getattr(chosen, f) for f in Rule.__slots__}, "lists": (chosen.lists[0].split("/")[0],)})
    answer = restricted(edges, listings, plain, on, in_force=True).of(name)
    shares = ", ".join(f"{o.name} {_words(o.share)}" for o in party.owners if o.name in seeds)
    if answer.status == "restricted":
        return Verdict(YES, words=f"{name} is owned by listed parties ({shares})", parties=(name,))
    if answer.status in ("possible", "law_silent"):
        ask = f"What share do the listed owners hold of {name} ({shares})?"
        if answer.status == "law_silent":
            ask = f"Do holdings of several listed owners of {name} add up ({shares})? The law does not say."
        elif answer.depends:
            ask = f"Is {name} owned by a listed party: {'; '.join(answer.depends)}?"
        return Verdict(OPEN, words=f"{name} may be owned by listed parties ({shares})", ask=ask, parties=(name,))
    return Verdict(NO)


def _words(share: tuple[object, object]) -> str:
    low, high = share
    if low is None and high is None:
        return "share not known"
    return f"{float(low or 0) * 100:g} %" if low == high else f"{float(low or 0) * 100:g} to {float(high or 1) * 100:g} %"  # type: ignore[arg-type]


__all__ = ["owned_by"]

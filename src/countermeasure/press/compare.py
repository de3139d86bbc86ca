"""Claims held against the book: agrees, disagrees and on what, not in the book, or cannot tell.

The text of the law comes first. What only a statement of a politician supports agrees under the reading ``announced``
alone, and the answer says so. What is supposed, threatened or asked for is not compared: it asserts nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.press.asked import Asked
from countermeasure.press.ledger import Ledger
from countermeasure.press.model import Check
from countermeasure.press.verdicts import answer

if TYPE_CHECKING:
    from countermeasure.press.model import Claim

__all__ = ["Ledger", "check_claim"]

_SAID = "This holds only if statements are honoured (reading announced); the book has no legal text for it."
_FEE = "A fee on ships is no duty; the book holds the duties beside it."
_PRINTED = 3
"""Days after a text by which what it reports was printed."""
_WHY = {
    "would": "The text supposes or plans this; nothing is asserted, so nothing is compared.",
    "threat": "The text reports a threat; nothing is asserted, so nothing is compared.",
    "asked": "The text reports a demand; nothing is asserted, so nothing is compared.",
}


def check_claim(claim: Claim, ledger: Ledger, dated: int | None, main: str = "") -> Check:
    """Hold a claim against the book.

    Args:
        claim: The claim.
        ledger: The book under the text of the law.
        dated: Epoch day of the text, or ``None``.
        main: Country that the text is about, for measures that differ by country where the sentence names none.
    """
    if claim.mood in _WHY:
        return Check(claim, "cannot_tell", (), _WHY[claim.mood])
    if claim.actor and claim.issuer and claim.actor != claim.issuer and claim.actor not in ("HK", "MO"):
        return Check(claim, "cannot_tell", (), f"The sentence has {claim.actor} act; the measure is one of {claim.issuer}.")
    if not claim.patterns:
        return _nothing(claim)
    asked = Asked(replace(claim, mood="said"), ledger, dated, main)
    found = answer(asked)
    if found.verdict != "agrees":
        other = answer(Asked(replace(claim, mood="said"), ledger.announced, dated, main))
        if other.verdict == "agrees":
            words = f"{other.words} {_SAID}"
            found = replace(other, words=words, reading="announced")
    if found.verdict in ("disagrees", "cannot_tell") and dated is not None and ledger.known_on is None:
        then = answer(Asked(replace(claim, mood="said"), ledger.known(dated + _PRINTED), dated, main))
        if then.verdict == "agrees":
            words = f"{then.words} So the book stood on the day of the text; later acts changed it: {found.words}"
            found = replace(then, words=words)
    if found.verdict == "disagrees" and claim.measure == "us-port-fees" and claim.act not in ("suspend", "extend"):
        found = replace(
            found,
            verdict="cannot_tell",
            how=(),
            words=f"{_FEE} {found.words}",
        )
    found = _later(found, asked)
    return _denied(found, claim) if claim.mood == "not" else replace(found, claim=claim)


def _nothing(claim: Claim) -> Check:
    if claim.links or claim.measure.startswith(("us-h20", "us-crit", "us-match", "cn-port", "cn-general")):
        return Check(
            claim,
            "cannot_tell",
            (),
            "The book holds the instrument for the record only: it has no state that could be compared.",
        )
    return Check(claim, "not_in_book", (), "The book holds no such measure.")


def _later(found: Check, asked: Asked) -> Check:
    """What lies after the day to which the book was kept up is unknown, not wrong."""
    if found.verdict in ("agrees", "not_in_book"):
        return found
    claim, horizon = asked.claim, asked.ledger.horizon
    named = [day for day in (*claim.on, claim.start) if day is not None]
    late = [day for day in named if day > horizon] or (asked.dated is not None and asked.dated > horizon and not named)
    if not late:
        return found
    words = f"The book was kept up to {format_day(horizon)}; this is later, so the book does not know."
    return replace(found, verdict="not_in_book", how=(), words=words)


def _denied(found: Check, claim: Claim) -> Check:
    """A denial agrees where the book does not show what is denied."""
    turned = {"agrees": "disagrees", "disagrees": "agrees"}.get(found.verdict, found.verdict)
    lead = {
        "agrees": "The text denies it, and the book does not show it either",
        "disagrees": "The text denies it, the book shows it",
    }
    words = f"{lead[turned]}. {found.words}" if turned in lead else found.words
    return replace(found, claim=claim, verdict=turned, how=("state",) if turned == "disagrees" else (), words=words)

"""Threats that name no measure of the book: what is known of each, for a draft that says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.press.days import day_of
from countermeasure.press.heads import dateline_of
from countermeasure.press.model import Check, Claim
from countermeasure.press.tokens import word_set, words_of
from countermeasure.press.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Account, Found, Sentence
    from countermeasure.press.tokens import Token

__all__ = ["threats_of"]

_FIELD = ("duty", "field")
_RETORTS = word_set(
    "retaliate retaliates retaliation countermeasure countermeasures sanction sanctions restrict restricts ban bans"
)
"""Words of what one state does to another that are no names of measures."""


def threats_of(account: Account) -> tuple[Check, ...]:
    """Sentences that threaten something in trade and hold no claim, each as a check without measure.

    A sentence counts where it has a word of threat and speaks of trade: by a rate of duty, by the name of a measure, or by a
    country beside a word of the field. Nobody is taken to act but the country that stands first before the word of threat.

    Args:
        account: What the text says.
    """
    claimed = {claim.sentence for claim in account.claims}
    found = []
    for sentence in account.sentences:
        if sentence.place not in claimed:
            own = [one for one in account.found if one.sentence == sentence.place]
            claim = _threat(sentence, own)
            if claim is not None:
                found.append(Check(claim, "cannot_tell", (), "The text names no measure that the book could be asked for."))
    return tuple(found)


def _threat(sentence: Sentence, found: Sequence[Found]) -> Claim | None:
    words, tokens = vocabulary(), words_of(sentence.text)
    heard = [match for match in words.moods.find(tokens) if match.value == "threat"]
    if not heard or not _of_trade(tokens, found):
        return None
    dateline = dateline_of(sentence.text) if sentence.place == 0 else None
    rest = [one for one in found if dateline is None or one.start >= dateline[1]]
    at = tokens[heard[0].first].start
    places = list(dict.fromkeys(one.value for one in rest if one.kind == "place"))
    issuer = next((one.value for one in rest if one.kind == "place" and one.end <= at), "")
    rates = [one for one in rest if one.kind == "rate" and one.role in ("duty", "points")]
    days = [(one.role, day_of(one)) for one in rest if one.kind == "day"]
    starts = [day for role, day in days if role in ("from", "on", "by") and day is not None]
    ends = [day for role, day in days if role == "until" and day is not None]
    return Claim(
        sentence.place,
        "impose",
        "threat",
        "",
        issuer,
        rate=float(rates[0].value) if rates else None,
        start=starts[0] if starts else None,
        until=ends[-1] if ends else None,
        places=tuple(place for place in places if place != issuer),
        words=sentence.text,
    )


def _of_trade(tokens: Sequence[Token], found: Sequence[Found]) -> bool:
    kinds = {one.kind for one in found}
    if "measure" in kinds or any(one.kind == "rate" and one.role in ("duty", "points") for one in found):
        return True
    field = any(match.value in _FIELD for match in vocabulary().rates.find(tokens))
    return "place" in kinds and (field or any(token.word in _RETORTS for token in tokens))

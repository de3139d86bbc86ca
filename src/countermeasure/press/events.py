"""Moves of the record that a sentence tells of: same actor, same kind of act, same day or same words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.press.days import day_of
from countermeasure.press.model import Found
from countermeasure.press.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.press.model import Claim, Sentence
    from countermeasure.talks.timeline import Event, Timeline

__all__ = ["best_of", "events_in"]

_TYPES = {
    "impose": ("tariff", "control"),
    "raise": ("tariff", "control"),
    "cut": ("concession", "tariff", "deal"),
    "suspend": ("suspension", "concession"),
    "extend": ("suspension", "deal"),
    "resume": ("tariff", "control"),
    "end": ("concession", "tariff"),
    "strike_down": ("court",),
    "list": ("listing",),
    "delist": ("concession", "suspension"),
    "state": (),
}
_ENOUGH, _CLEAR = 8.0, 0.5
_SKIPPED = word_set("the a an of and to for on in from with us u.s. china chinese american goods rate at by under")


def events_in(
    sentence: Sentence, found: Sequence[Found], claims: Sequence[Claim], record: Timeline, dated: int | None
) -> list[Found]:
    """The row of the record that a sentence tells of, or none where it is not clear which.

    Args:
        sentence: The sentence.
        found: What was found in it.
        claims: Its claims.
        record: Dated moves.
        dated: Epoch day of the text.
    """
    named = {link for one in found if one.kind == "talks" for link in one.links}
    if claims and all(claim.mood in ("not", "asked") for claim in claims):
        return []
    spans = [(one.start, one.end) for one in found if one.kind == "measure"]
    told = [
        day
        for one in found
        if one.kind == "day"
        and one.role in ("on", "from")
        and not any(a <= one.start < b for a, b in spans)
        and (day := day_of(one)) is not None
    ]
    told += [day for claim in claims for day in (*claim.on, claim.start) if day is not None]
    if not claims and not named and not (told and _speaks(found)):
        return []
    if len(named) == 1:
        name = next(iter(named))
        return [
            Found("event", sentence.place, 0, len(sentence.text), sentence.text, name, "20", (name,), record.event(name).what)
        ]
    days = told or ([dated] if dated is not None else [])
    if not days:
        return []
    words = _words(sentence.text)
    least = _ENOUGH if told else _ENOUGH + 1
    scored = sorted(((_score(e, found, claims, days, named, words), e.id) for e in record), reverse=True)
    (best, name), (second, _) = scored[0], scored[1]
    if best < least or best - second < _CLEAR:
        return []
    note = record.event(name).what
    return [Found("event", sentence.place, 0, len(sentence.text), sentence.text, name, f"{best:g}", (name,), note)]


def best_of(found: Sequence[Found]) -> list[Found]:
    """Each row of the record once, in the sentence that tells it best; all else as it is."""
    best: dict[str, Found] = {}
    for one in found:
        if one.kind == "event" and (one.value not in best or float(one.role) > float(best[one.value].role)):
            best[one.value] = one
    return [one for one in found if one.kind != "event" or best[one.value] is one]


def _speaks(found: Sequence[Found]) -> bool:
    """Whether a measure, or a rate of a known kind, stands in the sentence."""
    return any(one.kind == "measure" or (one.kind == "rate" and one.role != "other") for one in found)


def _score(
    event: Event, found: Sequence[Found], claims: Sequence[Claim], days: Sequence[int], named: set[str], words: frozenset[str]
) -> float:
    """Points for a row: the day (4), the actor (1), the kind of act (2), the rate (2), words in common (up to 4)."""
    near = min(abs(day - event.day) for day in days)
    if event.effective is not None:
        near = min(near, 1 + min(abs(day - event.effective) for day in days))
    if near > 2 or event.status == "scheduled":
        return 0.0
    points = 4.0 - near
    places = {one.value for one in found if one.kind == "place"} | {c.issuer for c in claims if c.issuer}
    points += 1.0 if set(event.actors) & places else -1.0
    points += 3.0 if event.id in named else 0.0
    kinds = {kind for claim in claims for kind in (_TYPES[claim.act] if claim.mood == "said" else ("threat",))}
    points += 2.0 if event.type in kinds else -2.0 if kinds else 0.0
    rates = {round(float(one.value) * 100, 6) for one in found if one.kind == "rate"}
    if event.magnitude is not None and event.unit == "%" and rates:
        points += 2.0 if event.magnitude in rates else -2.0
    return points + min(4.0, len(words & _words(event.what)))


def _words(text: str) -> frozenset[str]:
    return frozenset(w for w in re.findall(r"[a-z][a-z.\-]{2,}|\d[\d.]*", text.lower()) if w not in _SKIPPED)

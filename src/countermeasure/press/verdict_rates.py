"""What the book says to a rate: of one measure, or of all that falls on nearly all goods of a country."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from countermeasure.book.model import State
from countermeasure.codes.day import format_day
from countermeasure.press.asked import AHEAD, SAME, any_published, begun, covering, covering_day, is_published, starts, told

if TYPE_CHECKING:
    from countermeasure.press.asked import Asked
    from countermeasure.press.ledger import Stretch
    from countermeasure.press.model import Check

__all__ = ["changed", "imposed", "stated"]

_PAST = re.compile(
    r"\b(?:stood|was|were|had|last year|earlier this year|at the height|at their height|peaked?|reached)\b", re.IGNORECASE
)
"""A rate that is told of the past, without a day."""
_BROAD = 12
"""A name that means more provisions than these says too little to be refuted by a rate."""


def changed(asked: Asked) -> Check:
    """A cut or a raise: by its rate, else by a step of that direction, of so many points where they are told."""
    if asked.claim.rate is not None:
        return _rated(asked)
    duties = [s for s in asked.stretches if s.rate is not None]
    if not duties:
        return imposed(asked)
    sign = 1 if asked.claim.act == "raise" else -1
    steps = [b for a, b in pairwise(duties) if a.provision == b.provision and sign * _step(a, b) > SAME]
    near = begun(asked, steps)
    if near and asked.claim.points is not None:
        before = {b.provision: _step(a, b) for a, b in pairwise(duties) if b in near}
        near = [s for s in near if abs(abs(before[s.provision]) - asked.claim.points) < SAME]
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    return asked.say(
        "cannot_tell", f"The book has no such step near this day: {told(covering_day(duties, asked.day) or duties)}.", duties
    )


def _step(one: Stretch, two: Stretch) -> float:
    return (two.rate or 0.0) - (one.rate or 0.0)


def imposed(asked: Asked) -> Check:
    """Something new: by its rate, else by its first day."""
    if asked.claim.rate is not None:
        return _rated(asked)
    live = [s for s in asked.stretches if s.state is State.IN_FORCE]
    first = starts(asked.stretches)
    near = begun(asked, [s for s in live if s in first]) or [s for s in live if is_published(asked, s)]
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    if not asked.days:
        over = [s for s in live if asked.dated is not None and s.first is not None and s.first <= asked.dated]
        return asked.say("agrees" if over else "cannot_tell", f"The book: {told(over or first)}.", over or first)
    if any_published(asked):
        return asked.say("agrees", f"Published on the day named; the book: {told(first)}.", first)
    return asked.say("disagrees", f"The book has another day: {told(first)}.", first, ("from",))


def _rated(asked: Asked) -> Check:
    if asked.is_total:
        return _summed(asked)
    wanted = asked.claim.rate or 0.0
    duties = [s for s in asked.stretches if s.rate is not None]
    if not duties:
        return asked.say("cannot_tell", "The book has no rate of duty for this measure.", asked.stretches)
    same = [s for s in duties if abs((s.rate or 0) - wanted) < SAME]
    live = [s for s in same if s.state is State.IN_FORCE]
    near = covering(asked, live) if asked.claim.act == "state" else begun(asked, live)
    near = near or [s for s in same if is_published(asked, s)]
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    signed = _signed(asked, wanted)
    if signed and asked.claim.act != "state":
        said = "; ".join(f"{asked.ledger.book.by_id[i].citation} has {wanted * 100:g} %" for i in signed)
        return asked.say("agrees", f"As signed then: {said}. What applied is another matter: {told(duties)}.", duties)
    now = covering_day([s for s in duties if s.spell.payable], asked.day) or duties
    if len({s.provision for s in duties}) > _BROAD:
        return asked.say("cannot_tell", f"The name covers {len({s.provision for s in duties})} duties of different rates.", now)
    if live and not asked.days and asked.claim.act != "state":
        return asked.say("cannot_tell", f"The book has this rate at another time: {told(live)}.", live)
    how = ("from",) if live else ("rate",)
    return asked.say(
        "disagrees",
        f"The text says {wanted * 100:g} %; the book: {told(live or now)}.",
        live or now,
        how,
    )


def _signed(asked: Asked, rate: float) -> list[str]:
    """Instruments published on the days named that give a provision this rate, though it may never have applied."""
    days = asked.days or ((asked.dated,) if asked.dated is not None else ())
    names = {s.provision for s in asked.stretches}
    known = asked.ledger.known_on
    return [
        one.id
        for one in asked.ledger.book.instruments
        if one.kind in ("law", "ruling")
        and any(abs(one.published_on - d) <= 1 for d in days)
        and (known is None or one.published_on <= known)
        and any(a.targets and a.targets[0] in names and abs(a.changes.get("rate", -1.0) - rate) < SAME for a in one.acts)
    ]


def _summed(asked: Asked) -> Check:
    """A rate on nearly all goods of a country: the sum of the programmes in force."""
    claim, wanted = asked.claim, asked.claim.rate or 0.0
    day = asked.day
    if day is None:
        return asked.say("cannot_tell", "The day is not known, so the sum of the duties on it is not either.")
    edges = {d + n for s in asked.stretches for d in (s.first, s.after) if d is not None for n in (-1, 0)}
    days = [one for one in _window(asked, day) if one == day or one in edges]
    sums = {one: asked.ledger.total(claim.patterns, one) for one in days}
    hit = next((one for one in days if sums[one] is not None and abs((sums[one] or 0) - wanted) < SAME), None)
    if hit is not None:
        return asked.say(
            "agrees", f"The programmes that fall on nearly all goods add up to {wanted * 100:g} % on {format_day(hit)}."
        )
    if claim.act == "state" and not asked.days and _PAST.search(claim.words):
        turns = sorted({s.first for s in asked.stretches if s.first is not None and s.first <= asked.ledger.horizon})
        ever = next((d for d in turns if abs((asked.ledger.total(claim.patterns, d) or 0) - wanted) < SAME), None)
        if ever is not None:
            return asked.say(
                "agrees", f"They added up to {wanted * 100:g} % first on {format_day(ever)}; the sentence names no day."
            )
    total = sums[day] if day in sums else asked.ledger.total(claim.patterns, day)
    said = "none is in force" if total is None else f"they add up to {total * 100:g} %"
    words = f"The text says {wanted * 100:g} %; of the programmes that fall on nearly all goods {said} on {format_day(day)}."
    return asked.say("disagrees", words + " Other duties on single goods come on top.", (), ("rate",))


def _window(asked: Asked, day: int) -> list[int]:
    """Days on which a sum may be meant: the day, then those after which an announcement takes effect, then a few before."""
    back, ahead = (7, 1) if asked.claim.act == "state" and not asked.days else (2, AHEAD if not asked.days else 21)
    return [day, *range(day + 1, day + ahead), *range(day - 1, day - back, -1)]


def stated(asked: Asked) -> Check:
    """How a measure stands on a day: its rate, else whether it is in force."""
    if asked.claim.rate is not None:
        return _rated(asked)
    live = [s for s in asked.stretches if s.state is State.IN_FORCE]
    now = covering(asked, live)
    if now:
        return asked.say("agrees", f"The book: {told(now)}.", now)
    here = covering_day(asked.stretches, asked.day)
    if here and not any(s.state is State.IN_FORCE for s in here):
        return asked.say("disagrees", f"The book: {told(here)}.", here, ("state",))
    return asked.say("cannot_tell", f"The book: {told(asked.stretches)}.", asked.stretches)

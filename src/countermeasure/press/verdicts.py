"""What the book says to each kind of claim.

A difference is told only where the book is clear; broad names cannot be refuted.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from countermeasure.book.model import Role, State
from countermeasure.codes.day import format_day
from countermeasure.press.asked import begun, covering_day, is_published, starts, told
from countermeasure.press.ledger import DEAD, last_days
from countermeasure.press.model import Check
from countermeasure.press.verdict_rates import changed, imposed, stated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from countermeasure.press.asked import Asked
    from countermeasure.press.ledger import Stretch

__all__ = ["answer"]

_RECENT = 120
"""Days back within which an end told without a day is looked for while a part of the measure lives on."""


def answer(asked: Asked) -> Check:
    """What the book says to an assertion."""
    if not asked.is_total and not asked.stretches:
        known = asked.ledger.known_on
        when = f" by {format_day(known)}" if known is not None else ""
        return asked.say("not_in_book", f"The book knows of no such provision{when}.")
    act = asked.claim.act
    if asked.claim.average:
        return asked.say("cannot_tell", "This is an average over trade; no provision has it as its rate.")
    return _ANSWERS[act](asked)


def _suspended(asked: Asked) -> Check:
    """Asleep: with its end where one is told, else with its first day, else around the day of the text."""
    rows = [s for s in asked.stretches if s.state is State.SUSPENDED]
    live = [s for s in asked.stretches if s.state is State.IN_FORCE]
    if not rows:
        now = covering_day(asked.stretches, asked.day)
        if asked.day is None or now:
            return asked.say("disagrees", f"The book has no suspension: {told(now or live)}.", now or live, ("state",))
        return asked.say(
            "cannot_tell", f"The book has no suspension near this day: {told(asked.stretches[-2:])}.", asked.stretches
        )
    if asked.claim.until is not None:
        return _ends(asked, rows, "suspended")
    near = begun(asked, rows)
    whole = {s.provision for s in asked.stretches}
    if near and len({s.provision for s in near}) * 2 < len(whole) and asked.is_loose:
        if asked.days:
            return asked.say("agrees", f"The book has it for a part of what the name covers: {told(near)}.", near)
        return asked.say("cannot_tell", f"A part of what the name covers was suspended: {told(near)}.", near)
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    if asked.days:
        return asked.say("disagrees", f"The book has another day: {told(rows)}.", rows, ("from",))
    return asked.say("cannot_tell", f"The book has suspensions at other times: {told(rows)}.", rows)


def _extended(asked: Asked) -> Check:
    rows = [
        s
        for s in asked.stretches
        if s.state is State.SUSPENDED or (s.spell.body and s.spell.body.role is Role.RELIEF and s.state is State.IN_FORCE)
    ]
    if asked.claim.until is not None and rows:
        return _ends(asked, rows, "prolonged")
    again = [b for a, b in pairwise(rows) if a.provision == b.provision and a.after == b.first]
    near = begun(asked, again)
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    return asked.say(
        "disagrees", f"The book has no prolongation: {told(rows or asked.stretches)}.", rows or asked.stretches, ("state",)
    )


def _resumed(asked: Asked) -> Check:
    rows = [
        b
        for a, b in pairwise(asked.stretches)
        if a.provision == b.provision and a.state is State.SUSPENDED and b.state is State.IN_FORCE
    ]
    near = begun(asked, rows)
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    return asked.say(
        "disagrees" if asked.days else "cannot_tell",
        f"The book: {told(rows or asked.stretches)}.",
        rows,
        ("from",) if asked.days else (),
    )


def _ends(asked: Asked, rows: Sequence[Stretch], what: str) -> Check:
    """Whether a stretch ends on the day named, read as its last day or as the day after it."""
    until = asked.claim.until or 0
    hits = [s for s in rows if until in last_days(s)]
    if hits:
        exact = all(s.after == until + 1 for s in hits)
        note = (
            ""
            if exact
            else f" The day named is {'the first day after' if any(s.after == until for s in hits) else 'near its end'}."
        )
        return asked.say("agrees", f"The book: {told(hits)}.{note}", hits)
    near = [s for s in rows if asked.dated is None or s.after is None or s.after >= asked.dated] or list(rows)
    return asked.say(
        "disagrees", f"The text has it {what} until {format_day(until)}; the book: {told(near)}.", near, ("until",)
    )


def _ended(asked: Asked) -> Check:
    relief = all(s.spell.body is not None and s.spell.body.role is Role.RELIEF for s in asked.stretches)
    over = [s for s in asked.stretches if s.state in DEAD or (relief and s.state is State.SUSPENDED)]
    here = covering_day(asked.stretches, asked.day)
    near = begun(asked, over)
    if asked.is_loose:
        verdict = "agrees" if near and asked.days else "cannot_tell"
        return asked.say(verdict, f"The name covers several; for a part the book has: {told(near or over)}.", near or over)
    alive = {s.provision for s in here if s.state in (State.IN_FORCE, State.SUSPENDED)} - {s.provision for s in near}
    if near and len(alive) <= len({s.provision for s in near} - alive):
        since = [s for s in near if asked.day is None or s.first is None or s.first >= asked.day - _RECENT]
        if since or not alive:
            return asked.say("agrees", f"The book: {told(since or near)}.", since or near)
    if over and asked.days and not alive:
        return asked.say("disagrees", f"The book has another day: {told(over)}.", over, ("from",))
    live = [s for s in here if s.provision in alive]
    if live:
        return asked.say("disagrees", f"The book does not have it ended: {told(live)}.", live, ("state",))
    return asked.say(
        "agrees" if here else "cannot_tell", f"The book: {told(here or asked.stretches)}.", here or asked.stretches
    )


def _struck(asked: Asked) -> Check:
    over = [s for s in asked.stretches if s.state is State.STRUCK_DOWN]
    near = begun(asked, over)
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    rulings = [i for i in asked.ledger.book.instruments if i.kind == "ruling" and i.published_on in asked.days]
    if rulings:
        said = "; ".join(one.title for one in rulings)
        return Check(
            asked.claim, "agrees", (), f"The book has a ruling of that day: {said}.", (), tuple(one.citation for one in rulings)
        )
    return asked.say(
        "disagrees" if asked.days or not over else "cannot_tell",
        f"The book: {told(over or asked.stretches)}.",
        over,
        ("state",),
    )


def _listed(asked: Asked) -> Check:
    live = starts([s for s in asked.stretches if s.state is State.IN_FORCE])
    near = [s for s in live if any(s.first is not None and -1 <= s.first - d <= 2 for d in asked.days)]
    near = near or [s for s in live if is_published(asked, s)]
    if not near and not asked.days and asked.dated is not None:
        near = [s for s in live if s.first is not None and -7 <= s.first - asked.dated <= 7]
    if near:
        return asked.say("agrees", f"The book: {told(near)}.", near)
    notices = [
        i
        for i in asked.ledger.book.instruments
        if i.published_on in asked.days and i.issuer == asked.claim.issuer and "Entity List" in i.title
    ]
    if notices:
        said = "; ".join(one.title for one in notices)
        return Check(
            asked.claim, "agrees", (), f"The book has a notice of that day: {said}.", (), tuple(one.citation for one in notices)
        )
    return asked.say(
        "cannot_tell", "The book has no listing of these days under this name; which parties are meant is not compared."
    )


_ANSWERS: dict[str, Callable[[Asked], Check]] = {
    "impose": imposed,
    "raise": changed,
    "cut": changed,
    "state": stated,
    "suspend": _suspended,
    "extend": _extended,
    "resume": _resumed,
    "end": _ended,
    "strike_down": _struck,
    "list": _listed,
    "delist": _ended,
}

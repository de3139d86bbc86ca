"""A claim beside what the book has of the provisions that it means, and which stretches of time fit it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from countermeasure.press.ledger import stretch_words
from countermeasure.press.model import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.press.ledger import Ledger, Stretch
    from countermeasure.press.model import Claim

__all__ = ["AHEAD", "SAME", "Asked", "any_published", "begun", "covering", "covering_day", "is_published", "starts", "told"]

AHEAD, _BACK = 62, 400
"""Days around the day of a text within which an act told without a day is looked for."""
SAME = 0.0005
"""Rates that differ by less are the same."""
_LOOSE = ("cn-ecl", "cn-uel", "cn-watch", "cn-afsl", "us-el", "cn-ree", "cn-retaliation", "us-chips", "us-301")
"""Names that cover several measures, or lists with many entries."""
_BY_COUNTRY = ("us-fentanyl", "us-recip")
"""Names whose duties differ by country; where a sentence names none, that of the text is meant."""


@dataclass(frozen=True)
class Asked:
    """A claim with what it is held against."""

    claim: Claim
    ledger: Ledger
    dated: int | None
    main: str = ""

    @cached_property
    def stretches(self) -> list[Stretch]:
        """Spells of the provisions meant."""
        claim = self.claim
        held = self.ledger.provisions(claim.patterns, claim.places, claim.issuer)
        if self.main and not any(p != claim.issuer for p in claim.places) and claim.measure in _BY_COUNTRY:
            held = self.ledger.provisions(claim.patterns, (self.main,), claim.issuer)
        return self.ledger.stretches(held)

    @property
    def is_loose(self) -> bool:
        """Whether the name covers several measures or listings, so that what holds for a part refutes nothing."""
        return self.claim.measure in _LOOSE

    @property
    def is_total(self) -> bool:
        """Whether the rate is a sum over groups of provisions."""
        return any(one.startswith("/") for one in self.claim.patterns)

    @cached_property
    def day(self) -> int | None:
        """Day that the act is told to be of: from, on, else that of the text."""
        claim = self.claim
        return claim.start if claim.start is not None else claim.on[-1] if claim.on else self.dated

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days named, or none."""
        claim = self.claim
        return tuple(day for day in (claim.start, *claim.on) if day is not None)

    def say(self, verdict: str, words: str, shown: Iterable[Stretch] = (), how: tuple[str, ...] = ()) -> Check:
        """An answer with its provisions and citations."""
        shown = list(shown)[:6]
        names = tuple(dict.fromkeys(s.provision for s in shown))
        return Check(self.claim, verdict, how, words, names, self.ledger.cite(shown))


def begun(asked: Asked, rows: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that begin on a day named (or shortly after, as announced acts do), else around the day of the text."""
    found = []
    for s in rows:
        if s.first is None:
            continue
        if asked.claim.start is not None:
            fits = abs(s.first - asked.claim.start) <= 1
        elif asked.days:
            fits = any(-2 <= s.first - d <= AHEAD and (s.first - d <= 3 or _heard(asked, s, d)) for d in asked.days)
        else:
            fits = asked.dated is None or (
                s.first - asked.dated <= AHEAD and (s.after is None or s.after > asked.dated - _BACK)
            )
        if fits:
            found.append(s)
    return found


def _heard(asked: Asked, stretch: Stretch, day: int) -> bool:
    """Whether the public could know of a stretch on a day or a little later."""
    published = asked.ledger.published(stretch)
    return published is not None and published <= day + 15


def is_published(asked: Asked, stretch: Stretch) -> bool:
    """Whether the last instrument behind a stretch was published on a day named."""
    published = asked.ledger.published(stretch)
    return published is not None and any(abs(published - day) <= 1 for day in asked.days)


def any_published(asked: Asked) -> bool:
    """Whether an instrument behind a first stretch was published on a day named, where no first day is told."""
    ids = {i for s in starts(asked.stretches) for i in s.spell.instruments}
    on = {asked.ledger.book.by_id[i].published_on for i in ids}
    return asked.claim.start is None and any(abs(p - d) <= 1 for p in on for d in asked.days)


def covering(asked: Asked, rows: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that hold the day: one that begins on it where a first day is told, else one that covers it."""
    if asked.claim.start is not None:
        return [s for s in rows if s.first is not None and abs(s.first - asked.claim.start) <= 1]
    return covering_day(rows, asked.day) if asked.day is not None else list(rows)


def covering_day(rows: Iterable[Stretch], day: int | None) -> list[Stretch]:
    """Stretches that cover a day."""
    if day is None:
        return []
    return [s for s in rows if (s.first is None or s.first <= day) and (s.after is None or day < s.after)]


def starts(rows: Sequence[Stretch]) -> list[Stretch]:
    """The first stretch of each provision."""
    first: dict[str, Stretch] = {}
    for s in rows:
        first.setdefault(s.provision, s)
    return list(first.values())


def told(rows: Sequence[Stretch]) -> str:
    """At most three stretches in words, like ones told once."""
    lines: dict[str, list[Stretch]] = {}
    for s in rows:
        lines.setdefault(stretch_words(s).partition(" ")[2], []).append(s)
    told = []
    for words, group in list(lines.items())[:3]:
        names = list(dict.fromkeys(s.provision for s in group))
        told.append(f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''} {words}")
    more = f"; and {len(lines) - 3} more" if len(lines) > 3 else ""
    return ("; ".join(told) or "nothing") + more

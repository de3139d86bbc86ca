"""What the book says of provisions, in the form in which claims are compared with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from countermeasure.book.model import ALWAYS, DAY, NEVER, Reading, Role, State
from countermeasure.codes.day import format_day
from countermeasure.codes.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Provision, Spell
    from countermeasure.book.replay import Record

__all__ = ["DEAD", "Ledger", "Stretch", "last_days", "stretch_words"]

DEAD = (State.ENDED, State.WITHDRAWN, State.STRUCK_DOWN)
"""States of what is over."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A spell with the provision it is of.

    Attributes:
        provision: Id.
        spell: The spell.
        first: First epoch day; ``None`` if it has none.
        after: Epoch day of its end, the day of a minute included; ``None`` if open.
    """

    provision: str
    spell: Spell
    first: int | None
    after: int | None

    @property
    def state(self) -> State:
        """State in this stretch."""
        return self.spell.state

    @property
    def rate(self) -> float | None:
        """Rate of a duty; ``None`` for all else."""
        body = self.spell.body
        return body.rate if body is not None and body.role is Role.DUTY else None


@dataclass(frozen=True)
class Ledger:
    """The book as known on a day, under both readings.

    Attributes:
        book: The book.
        known_on: Only what was published by this day counts.
        horizon: Last day on which the record was kept up; what lies after may have happened all the same.
        reading: Whether statements are honoured.
    """

    book: Book
    known_on: int | None
    horizon: int
    reading: Reading = Reading.TEXT
    _named: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    _kept: dict[int, Ledger] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(book: Book, known_on: int | None, horizon: int) -> Ledger:
        """The ledger of a book under the text of the law alone."""
        return Ledger(book, known_on, horizon if known_on is None else min(horizon, known_on))

    @cached_property
    def announced(self) -> Ledger:
        """The same with statements honoured."""
        return Ledger(self.book, self.known_on, self.horizon, Reading.ANNOUNCED)

    def known(self, day: int) -> Ledger:
        """The same as known on a day."""
        if day not in self._kept:
            self._kept[day] = replace(self, known_on=day, _named={}, _kept={})
        return self._kept[day]

    @cached_property
    def record(self) -> Record:
        """Every provision over all time."""
        return self.book.replayed(self.known_on, self.reading)

    def names(self, pattern: str) -> tuple[str, ...]:
        """Provisions of a pattern; of a group in slashes all alternatives."""
        if pattern not in self._named:
            held = self.record.provisions
            found: list[str] = []
            for one in pattern.strip("/").split("|"):
                found += [name for name in held if fnmatchcase(name, one)] if "*" in one else [one] if one in held else []
            self._named[pattern] = tuple(found)
        return self._named[pattern]

    def provisions(self, patterns: Sequence[str], places: Sequence[str], into: str) -> tuple[Provision, ...]:
        """Provisions meant, narrowed to those whose origin is one of the places where some are.

        Args:
            patterns: Patterns of ids.
            places: Country codes that the text speaks of.
            into: Country whose measure it is.
        """
        names = dict.fromkeys(name for one in patterns for name in self.names(one))
        held = [self.record.provisions[name] for name in names]
        wanted = [place for place in places if into and place != into]
        if not wanted:
            return tuple(held)
        near = [one for one in held if any(_from(one, place) for place in wanted)]
        plain = {one for pattern in patterns for one in pattern.strip("/").split("|") if "*" not in one}
        return tuple(one for one in held if one in near or (one.id in plain and _all_origins(one))) if near else tuple(held)

    def stretches(self, provisions: Iterable[Provision]) -> list[Stretch]:
        """Spells with a body, in the order of provisions and days."""
        return [
            Stretch(one.id, s, _day(s.start), _after(s.end)) for one in provisions for s in one.spells if s.body is not None
        ]

    def total(self, groups: Sequence[str], day: int) -> float | None:
        """Sum over groups of the rate of the first alternative in force on a day; ``None`` where none is."""
        instant, found = day * DAY + DAY - 1, []
        for group in groups:
            for name in self.names(group):
                spell = self.record.provisions[name].at(instant)
                if spell.payable and spell.body is not None:
                    found.append(spell.body.rate)
                    break
        return round(sum(found), 6) if found else None

    def cite(self, stretches: Iterable[Stretch]) -> tuple[str, ...]:
        """Citations of the instruments that made stretches what they are, the last of each."""
        ids = dict.fromkeys(s.spell.instruments[-1] for s in stretches if s.spell.instruments)
        return tuple(self.book.by_id[one].citation for one in ids)

    def published(self, stretch: Stretch) -> int | None:
        """Day on which the last instrument behind a stretch was published."""
        behind = stretch.spell.instruments
        return self.book.by_id[behind[-1]].published_on if behind else None


def _from(provision: Provision, place: str) -> bool:
    """Whether goods of a country are named as such; all origins is no name."""
    for spell in provision.spells:
        if spell.body is None or not spell.body.origin.members:
            continue
        for member in spell.body.origin.members:
            if member == place or (
                member.startswith("group:") and (member[6:].upper() == place or _member(member[6:], place, spell))
            ):
                return True
    return False


def _all_origins(provision: Provision) -> bool:
    """Whether a provision names no origin at all."""
    return all(spell.body is None or not spell.body.origin.members for spell in provision.spells)


def _member(group: str, place: str, spell: Spell) -> bool:
    return spell.start > ALWAYS and place in Groups.load().members(group, spell.start // DAY)


def _day(instant: int) -> int | None:
    return None if instant <= ALWAYS else instant // DAY


def _after(instant: int) -> int | None:
    return None if instant >= NEVER else -(-instant // DAY)


def last_days(stretch: Stretch) -> tuple[int, ...]:
    """Days that a text may name as the end of a stretch: its last day, and the day that follows."""
    if stretch.after is None:
        return ()
    return (stretch.after - 1, stretch.after) if stretch.spell.end % DAY == 0 else (stretch.after - 1, stretch.after - 2)


def stretch_words(stretch: Stretch, *, rate: bool = True) -> str:
    """A stretch in words: ``us-fentanyl in force at 10 % from 2025-11-10 to before 2026-02-20``."""
    start = f" from {format_day(stretch.first)}" if stretch.first is not None else ""
    end = f" to before {format_day(stretch.after)}" if stretch.after is not None else ""
    at = f" at {stretch.rate * 100:g} %" if rate and stretch.rate else ""
    return f"{stretch.provision} {stretch.state.value.replace('_', ' ')}{at}{start}{end}"

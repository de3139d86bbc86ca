"""How the measures of an option stand in the book on a day, and the words for it.

An option names measures: ``instrument/provision``, ``instrument`` for all it imposed, or ``*/provision``; ``*`` stands for any
letters. A measure counts as in force when one provision at least that it names is in force at the start of the day, or is
collected though it was struck down; what is suspended is not in force. ``on_when: any`` asks for one of the option's
measures, ``all`` for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from countermeasure.book.model import DAY, NEVER, Reading, State
from countermeasure.book.tables import unknown
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.book.load import Book
    from countermeasure.book.model import Spell
    from countermeasure.talks.model import Conflict, Option

__all__ = [
    "Standing",
    "imposers_of",
    "names",
    "provisions_of",
    "standing_of",
    "standing_words",
    "taken_word",
    "unknown_measures",
]

_SHOWN = 4
"""Provisions or citations named one by one in a sentence."""


def provisions_of(pattern: str, book: Book) -> tuple[str, ...]:
    """Provisions that a measure names, in the order of the book.

    Args:
        pattern: ``instrument/provision`` or ``instrument``, ``*`` allowed in both.
        book: Statements and scenarios in it count too.
    """
    return tuple(name for name, maker in imposers_of(book).items() if names(pattern, maker, name))


def names(pattern: str, instrument: str, provision: str) -> bool:
    """Whether a measure names a provision that an instrument imposed."""
    first, _, second = pattern.partition("/")
    return fnmatchcase(instrument, first) and fnmatchcase(provision, second or "*")


def imposers_of(book: Book) -> dict[str, str]:
    """Instrument that imposed a provision first, by provision."""
    found: dict[str, str] = {}
    for one in book.instruments:
        for act in one.acts:
            if act.kind == "impose":
                found.setdefault(act.targets[0], one.id)
    return found


def unknown_measures(conflict: Conflict, book: Book) -> tuple[str, ...]:
    """Measures of a conflict that name nothing in the book, in words with near names."""
    instruments = tuple(one.id for one in book.instruments)
    found = []
    for option in conflict.options:
        for pattern in option.measures:
            if not provisions_of(pattern, book):
                near = unknown("measure", pattern.partition("/")[0], instruments)
                found.append(f"option {option.id}: the book has nothing named {pattern}; {near}")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the measures of an option stand at the start of a day.

    Attributes:
        on: Those of ``option.measures`` that are in force.
        off: The others.
        spells: Of every provision that they name and that was imposed by then.
        missing: Those that name nothing in the book.
    """

    on: tuple[str, ...]
    off: tuple[str, ...]
    spells: Mapping[str, Spell]
    missing: tuple[str, ...] = ()

    def taken(self, option: Option) -> bool:
        """Whether the option counts as taken."""
        return bool(self.on) and (option.on_when == "any" or not self.off)


def standing_of(option: Option, book: Book, day: int, reading: Reading, known_on: int | None = None) -> Standing:
    """How the measures of an option stand on a day."""
    record = book.replayed(known_on, reading).provisions
    spells: dict[str, Spell] = {}
    on: list[str] = []
    off: list[str] = []
    missing: list[str] = []
    for pattern in option.measures:
        named = provisions_of(pattern, book)
        found = {name: record[name].at(day * DAY) for name in named if name in record}
        spells |= found
        (on if any(spell.payable for spell in found.values()) else off).append(pattern)
        if not named:
            missing.append(pattern)
    return Standing(tuple(on), tuple(off), spells, tuple(missing))


def taken_word(taken: bool) -> str:
    """``taken`` or ``not taken``."""
    return "taken" if taken else "not taken"


def standing_words(option: Option, standing: Standing, book: Book, taken: bool) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Words, provisions in force and citations."""
    live = {name: spell for name, spell in standing.spells.items() if spell.payable}
    rest = {name: spell for name, spell in standing.spells.items() if not spell.payable}
    told: list[str] = []
    cited: list[str] = []
    if live:
        makers = dict.fromkeys(spell.instruments[0] for spell in live.values())
        cited += [book.by_id[i].citation for i in makers]
        collected = " (collected though struck down)" if all(spell.collected for spell in live.values()) else ""
        told.append(f"{_named(live)} in force{collected} by {_cited(makers, book)}")
    if rest and not taken:
        for state in dict.fromkeys(spell.state for spell in rest.values()):
            same = {name: spell for name, spell in rest.items() if spell.state is state}
            first = imposers_of(book)
            causes = dict.fromkeys((spell.instruments or (first[name],))[-1] for name, spell in same.items())
            cited += [book.by_id[i].citation for i in causes]
            own = state is State.ENDED and causes.keys() <= set(first.values())
            told.append(f"{_named(same)} {_state_words(state, same)} by {'the terms of ' if own else ''}{_cited(causes, book)}")
    if not standing.spells:
        silent = [p for p in option.measures if p not in standing.missing]
        if silent:
            told.append(f"{', '.join(silent)} not imposed under this reading, or not known yet")
    told += [f"the book has no {pattern}" for pattern in standing.missing]
    if option.on_when == "all" and standing.on and standing.off:
        told.append(f"all measures are asked for, and {', '.join(standing.off)} is not in force")
    return f"{taken_word(taken)}: {'; '.join(told)}", tuple(live), tuple(dict.fromkeys(cited))


def _named(spells: Mapping[str, Spell]) -> str:
    names = list(spells)
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _state_words(state: State, spells: Mapping[str, Spell]) -> str:
    ends = {spell.end for spell in spells.values()}
    if state is State.SUSPENDED:
        last = max(ends)
        until = " with no end" if last >= NEVER else f" through {format_day((last - 1) // DAY)}"
        return f"suspended{until}{'' if len(ends) == 1 else ' at the longest'}"
    if state is State.NOT_YET:
        starts = "" if len(ends) > 1 or NEVER in ends else f" before {format_day(next(iter(ends)) // DAY)}"
        return f"not yet in force{starts}"
    return state.value.replace("_", " ")


def _cited(ids: Iterable[str], book: Book) -> str:
    found = [f"{book.by_id[i].citation} (confidence {book.by_id[i].confidence})" for i in ids]
    return "; ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")

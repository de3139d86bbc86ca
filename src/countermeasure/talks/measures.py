"""From the book to a state: which options are taken on a day, and why.

``standing`` says what a measure is and when it counts as in force; ``drafts`` goes the other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.model import Reading
from countermeasure.book.tables import unknown
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.standing import standing_of, standing_words, taken_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.switches import Switch

__all__ = ["Reason", "StatusQuo", "reasons_on", "status_quo_on"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an option counts as taken or not.

    Attributes:
        option: Place of the option.
        taken: Whether it is.
        basis: ``book``, ``switch``, ``given``, ``model`` (as in the model's own status quo) or ``nothing`` (nobody says).
        words: In a sentence, with citation.
        provisions: Those in force.
        citations: Of the instruments that made it so.
    """

    option: int
    taken: bool
    basis: str
    words: str
    provisions: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatusQuo:
    """A state of a conflict on a day.

    Attributes:
        conflict: Of which.
        day: Epoch day, at its start.
        reading: Of the book.
        known_on: Only what was published by this day counts; ``None`` for all.
        place: Of the state.
        reasons: One for each option.
        notes: What else is to be known, as options on which the two readings differ.
    """

    conflict: Conflict
    day: int
    reading: Reading
    known_on: int | None
    place: int
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The state and its reasons, a line each."""
        known = "" if self.known_on is None else f", known on {format_day(self.known_on)}"
        head = f"{format_day(self.day)}, reading {self.reading.value}{known}: state {self.conflict.words(self.place)}"
        return (head, *(f"{self.conflict.options[r.option].id}: {r.words}" for r in self.reasons), *self.notes)

    def sheet(self) -> Sheet:
        """Options, whether they are taken, and why."""
        conflict = self.conflict
        rows = tuple(
            (
                conflict.parties[conflict.options[r.option].party].id,
                conflict.options[r.option].id,
                "yes" if r.taken else "no",
                r.basis,
                r.words,
                "; ".join(r.citations),
            )
            for r in self.reasons
        )
        title = f"State {conflict.space.label(self.place)} on {format_day(self.day)}, reading {self.reading.value}"
        return Sheet("status_quo", title, ("party", "option", "taken", "basis", "why", "citations"), rows)


def status_quo_on(
    conflict: Conflict,
    book: Book,
    day: int,
    reading: Reading = Reading.TEXT,
    *,
    known_on: int | None = None,
    given: Mapping[str, bool] | None = None,
    switches: Sequence[Switch] = (),
) -> StatusQuo:
    """The state that holds at the start of a day.

    Options with measures are as the book has them. Options without are as given by hand, else as their switches have them
    (before the first one, the other way round), else as in the model's status quo, else not taken; the reason says which.

    Args:
        conflict: Of which.
        book: The measures.
        day: Epoch day.
        reading: Whether statements count.
        known_on: Only what was published, or switched, by this day counts.
        given: Options by id, set by hand; these win over all else.
        switches: Dated switches of options without measures, see ``load_switches``.

    Raises:
        InputError: If an option is given that is not there, or the state is not feasible.
    """
    reasons = reasons_on(conflict, book, day, reading, known_on=known_on, given=given, switches=switches)
    code = sum(1 << r.option for r in reasons if r.taken)
    place = int(conflict.space.places(np.array([code]))[0])
    if place < 0:
        taken = ", ".join(conflict.options[r.option].id for r in reasons if r.taken) or "none"
        raise InputError(
            f"on {format_day(day)} the options taken are {taken}, which is no feasible state of {conflict.id}",
            code="unknown_state",
            cure="Mend the model's constraints or its measures, or set options by hand.",
        )
    notes = [_differs(conflict, r, book, day, reading, known_on) for r in reasons]
    return StatusQuo(conflict, day, reading, known_on, place, reasons, tuple(note for note in notes if note))


def reasons_on(
    conflict: Conflict,
    book: Book,
    day: int,
    reading: Reading,
    *,
    known_on: int | None = None,
    given: Mapping[str, bool] | None = None,
    switches: Sequence[Switch] = (),
) -> tuple[Reason, ...]:
    """Why each option counts as taken or not, whether or not the state is feasible; see ``status_quo_on``."""
    by_hand = _given(conflict, given or {})
    whole = range(len(conflict.options))
    return tuple(_reason(conflict, n, book, day, reading, known_on, by_hand, switches) for n in whole)


def _given(conflict: Conflict, given: Mapping[str, bool]) -> dict[int, bool]:
    ids = {option.id: n for n, option in enumerate(conflict.options)}
    for word in given:
        if word not in ids:
            told = unknown("option", word, tuple(ids))
            raise InputError(told, code="unknown_option", cure=f"Options are {', '.join(ids)}.")
    return {ids[word]: on for word, on in given.items()}


def _reason(
    conflict: Conflict,
    n: int,
    book: Book,
    day: int,
    reading: Reading,
    known_on: int | None,
    given: Mapping[int, bool],
    switches: Iterable[Switch],
) -> Reason:
    option = conflict.options[n]
    if n in given:
        return Reason(n, given[n], "given", f"{taken_word(given[n])}, set by hand")
    if option.measures:
        standing = standing_of(option, book, day, reading, known_on)
        taken = standing.taken(option)
        words, live, cited = standing_words(option, standing, book, taken)
        return Reason(n, taken, "book", words, live, cited)
    told = sorted((s for s in switches if s.option == n and (known_on is None or s.day <= known_on)), key=lambda s: s.day)
    past = [s for s in told if s.day <= day]
    if past:
        words = f"{taken_word(past[-1].on)} since {format_day(past[-1].day)}: {past[-1].words}"
        return Reason(n, past[-1].on, "switch", words, (), (past[-1].source,) if past[-1].source else ())
    if told:
        words = f"{taken_word(not told[0].on)} before {format_day(told[0].day)}: {told[0].words}"
        return Reason(n, not told[0].on, "switch", words, (), (told[0].source,) if told[0].source else ())
    if conflict.status_quo is not None:
        taken = n in conflict.taken(conflict.status_quo)
        return Reason(n, taken, "model", f"{taken_word(taken)}, as in the model's status quo; it has no measures in the book")
    return Reason(n, False, "nothing", "held as not taken: it has no measures in the book and nobody says; set it by hand")


def _differs(conflict: Conflict, reason: Reason, book: Book, day: int, reading: Reading, known_on: int | None) -> str:
    """What the other reading says of an option, where it says something else."""
    if reason.basis != "book":
        return ""
    other = Reading.ANNOUNCED if reading is Reading.TEXT else Reading.TEXT
    option = conflict.options[reason.option]
    standing = standing_of(option, book, day, other, known_on)
    if standing.taken(option) == reason.taken:
        return ""
    words = standing_words(option, standing, book, not reason.taken)[0]
    return f"{option.id}: the readings differ; under {other.value} it is {words}"

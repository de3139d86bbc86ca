"""What parties did, day by day, under the preferences of a conflict; ``steps`` says what the labels mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.load import Book
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.measures import reasons_on
from countermeasure.talks.standing import provisions_of
from countermeasure.talks.steps import Change, Step, label_steps, stung

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.talks.measures import Reason
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.switches import Deal, Switch

__all__ = ["Replay", "replay"]


@dataclass(frozen=True)
class Replay:
    """A stretch of the record, walked through a conflict.

    Attributes:
        conflict: Which one.
        first: Epoch day of the start.
        last: Epoch day of the end.
        reading: Of the book.
        start: Place of the state on the first day.
        reasons: Why that is the state; empty where events were given.
        steps: In their order.
        notes: What else is to be known.
    """

    conflict: Conflict
    first: int
    last: int
    reading: Reading
    start: int
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def end(self) -> int:
        """Place of the state on the last day."""
        return self.steps[-1].end if self.steps else self.start

    def counts(self) -> dict[str, int]:
        """Steps by label."""
        found = dict.fromkeys(("improvement", "improvement and sanction", "sanction", "neither"), 0)
        for step in self.steps:
            found[step.label] += 1
        return found

    def lines(self) -> tuple[str, ...]:
        """The walk, a line for the start and for each step."""
        conflict = self.conflict
        found = [f"{format_day(self.first)}: state {conflict.words(self.start)}"]
        for n, step in enumerate(self.steps, start=1):
            found.append(f"{n}. {self._when(step)}: {self._who(step)}: {self._switched(step)}: to {conflict.words(step.end)}")
            found.append(f"   {self._verdict(step)}")
            found += [f"   {change.why}" for change in step.changes if change.why]
        told = "an assumption" if conflict.assumption else "as sourced in the model"
        return (*found, *self.notes, f"The preferences are {told}; the labels hold under them alone.")

    def _when(self, step: Step) -> str:
        return format_day(step.day) + (f" to {format_day(step.last)}" if step.last != step.day else "")

    def _who(self, step: Step) -> str:
        who = " and ".join(self.conflict.parties[p].name for p in step.movers)
        return f"{who} by agreement ({step.deal})" if step.deal else who

    def _switched(self, step: Step) -> str:
        parts = [f"{'takes' if c.on else 'drops'} {self.conflict.options[c.option].id}" for c in step.changes]
        return ", ".join(parts)

    def _verdict(self, step: Step) -> str:
        conflict = self.conflict
        words = {1: "better", 0: "as good", -1: "worse"}
        senses = ", ".join(f"{words[s]} for {p.name}" for p, s in zip(conflict.parties, step.sense, strict=True))
        told = f"{step.label}: {senses}"
        for at in step.answers:
            improved = self.steps[at]
            lost = stung(conflict, improved, self.steps[at + 1 : self.steps.index(step) + 1])
            hurt = " and ".join(conflict.parties[p].name for p in lost)
            told += f"; it answers step {at + 1} and leaves {hurt} no better off than in {conflict.words(improved.start)}"
        return told

    def sheet(self) -> Sheet:
        """Steps, a row each."""
        conflict = self.conflict
        words = {1: "better", 0: "same", -1: "worse"}
        rows = tuple(
            (
                n,
                format_day(step.day),
                format_day(step.last),
                " ".join(conflict.parties[p].id for p in step.movers),
                " ".join(f"{'+' if c.on else '-'}{conflict.options[c.option].id}" for c in step.changes),
                conflict.space.label(step.start),
                conflict.space.label(step.end),
                step.label,
                " ".join(str(at + 1) for at in step.answers),
                *(words[s] for s in step.sense),
                step.deal,
                "; ".join(c.why for c in step.changes),
            )
            for n, step in enumerate(self.steps, start=1)
        )
        columns = ("step", "from", "to", "movers", "switched", "state_before", "state_after", "label", "answers")
        parties = tuple(f"for_{p.id}" for p in conflict.parties)
        title = f"{conflict.title}: {format_day(self.first)} to {format_day(self.last)}"
        return Sheet("replay", title, (*columns, *parties, "agreement", "why"), rows)


def replay(
    conflict: Conflict,
    record: Book | Sequence[Switch | Change],
    first: int,
    last: int,
    *,
    reading: Reading = Reading.TEXT,
    switches: Sequence[Switch] = (),
    deals: Sequence[Deal] = (),
    given: Mapping[str, bool] | None = None,
    start: int | None = None,
) -> Replay:
    """Walk the record through a conflict.

    Changes of one day are one step, taken together by all who made them; so are all changes between the days of a deal.
    A change at an hour of a day counts from the next day on.

    Args:
        conflict: Its options are followed by their measures, or by switches.
        record: The book; or a list of switches and changes, which is then all there is.
        first: Epoch day of the state from which the walk begins.
        last: Epoch day, the last whose changes count.
        reading: Of the book.
        switches: Dated switches of options without measures, where the record is the book.
        deals: Agreements, see ``load_deals``.
        given: Options by id held by hand over the whole stretch, where the record is the book.
        start: Place of the first state where the record is a list; the model's status quo if absent.

    Raises:
        InputError: If the last day comes before the first, there is no state to start from, or that is not feasible.
    """
    if last < first:
        raise InputError(
            f"{format_day(last)} is before {format_day(first)}", code="bad_window", cure="Give the earlier day first."
        )
    reasons: tuple[Reason, ...] = ()
    if isinstance(record, Book):
        reasons = reasons_on(conflict, record, first, reading, given=given, switches=switches)
        code = sum(1 << r.option for r in reasons if r.taken)
        changes = _changes(conflict, record, first, last, reading, reasons, given, switches)
    else:
        if start is None and conflict.status_quo is None:
            raise InputError(
                f"{conflict.id} names no status quo", code="no_start", cure="Give the state from which the walk begins."
            )
        code = int(conflict.space.codes[start if start is not None else conflict.status_quo or 0])
        changes = _listed(record, first, last)
    steps, begun, notes = _steps(conflict, code, changes, deals)
    if isinstance(record, Book):
        newest = max(one.published_on for one in record.instruments)
        if last > newest:
            notes.append(
                f"The newest instrument of the book is of {format_day(newest)}: later steps follow from texts published by "
                "then, and what was done since is not in them."
            )
    return Replay(conflict, first, last, reading, begun, label_steps(conflict, steps), reasons, tuple(notes))


def _listed(record: Sequence[Switch | Change], first: int, last: int) -> list[Change]:
    found = []
    for one in record:
        if first < one.day <= last:
            why = one.why if isinstance(one, Change) else one.words
            found.append(Change(one.day, one.option, one.on, why))
    return sorted(found, key=lambda c: c.day)


def _changes(
    conflict: Conflict,
    book: Book,
    first: int,
    last: int,
    reading: Reading,
    reasons: tuple[Reason, ...],
    given: Mapping[str, bool] | None,
    switches: Sequence[Switch],
) -> list[Change]:
    """Changes between two days as the book and the switches have them."""
    provisions = book.replayed(None, reading).provisions
    days = {s.day for s in switches}
    for option in conflict.options:
        for name in {n for pattern in option.measures for n in provisions_of(pattern, book)} & provisions.keys():
            days |= {-(-spell.start // DAY) for spell in provisions[name].spells}
    found: list[Change] = []
    before = reasons
    for day in sorted(d for d in days if first < d <= last):
        now = reasons_on(conflict, book, day, reading, given=given, switches=switches)
        found += [
            Change(day, r.option, r.taken, _why(conflict, r, book, day, reading))
            for r, old in zip(now, before, strict=True)
            if r.taken != old.taken
        ]
        before = now
    return found


def _why(conflict: Conflict, reason: Reason, book: Book, day: int, reading: Reading) -> str:
    """Why an option changed; a suspension that ran out is no act of that day, and is said."""
    provisions = book.replayed(None, reading).provisions
    lapsed = False
    for name in reason.provisions:
        spell, before = provisions[name].at(day * DAY), provisions[name].at((day - 1) * DAY)
        lapsed |= before.state is State.SUSPENDED and set(spell.instruments) <= set(before.instruments)
    told = "; a suspension lapsed, there is no act of that day" if lapsed else ""
    return f"{conflict.options[reason.option].id} {reason.words}{told}"


def _steps(
    conflict: Conflict, code: int, changes: Sequence[Change], deals: Sequence[Deal]
) -> tuple[list[Step], int, list[str]]:
    """Steps between feasible states, the place of the first state, and notes."""
    place = int(conflict.space.places(np.array([code]))[0])
    if place < 0:
        taken = ", ".join(o.id for n, o in enumerate(conflict.options) if code >> n & 1) or "none"
        raise InputError(
            f"the walk would begin where the options taken are {taken}, which is no feasible state of {conflict.id}",
            code="unknown_state",
            cure="Mend the model's constraints or its measures, or begin on another day.",
        )
    begun, steps, notes = place, list[Step](), list[str]()
    waiting: list[Change] = []
    groups = _grouped(changes, deals)
    for group, deal in groups:
        waiting += [c for c in group if bool(code >> c.option & 1) != c.on]
        for change in group:
            code = code | 1 << change.option if change.on else code & ~(1 << change.option)
        found = int(conflict.space.places(np.array([code]))[0])
        if found < 0:
            bits = "".join("1" if code >> j & 1 else "0" for j in range(len(conflict.options)))
            notes.append(
                f"{format_day(group[-1].day)}: the record gives {bits}, no state of the model; joined with the next change"
            )
            continue
        if found != place:
            net = [c for c in waiting if (int(conflict.space.codes[place]) ^ code) >> c.option & 1]
            kept = list({c.option: c for c in net}.values())
            movers = tuple(sorted({conflict.options[c.option].party for c in kept}))
            by = deal.source if deal and len(movers) > 1 else ""
            steps.append(Step(waiting[0].day, waiting[-1].day, movers, tuple(kept), place, found, deal=by))
        place, waiting = found, []
    if waiting:
        notes.append(f"the walk ends on {format_day(waiting[-1].day)} in no feasible state; the last one before is kept")
    return steps, begun, notes


def _grouped(changes: Sequence[Change], deals: Sequence[Deal]) -> list[tuple[list[Change], Deal | None]]:
    """Changes that are one step: those of one day, or of one deal."""
    found: list[tuple[list[Change], Deal | None]] = []
    for change in sorted(changes, key=lambda c: c.day):
        deal = next((d for d in deals if d.first <= change.day <= d.last), None)
        if found and ((deal is not None and found[-1][1] is deal) or (deal is None and found[-1][0][0].day == change.day)):
            found[-1][0].append(change)
        else:
            found.append(([change], deal))
    return found

"""The stand-off on a day: measures by side and programme, clocks that run, what the readings differ on, what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.book.model import DAY, NEVER, Reading, Role, State
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import format_day
from countermeasure.codes.groups import Groups
from countermeasure.codes.sheet import Sheet
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.book_state import Choice, answer_state, state_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Provision, Scope
    from countermeasure.talks.timeline import Event
    from countermeasure.web.views.book_state import Standing
    from countermeasure.web.views.today_averages import Averages

__all__ = ["KINDS", "Clock", "Programme", "Split", "Tick", "TodayFound", "answer_today"]

KINDS = {
    ("US", "duty"): "US duties on Chinese goods",
    ("CN", "duty"): "Chinese duties on US goods",
    ("US", "control"): "US export controls",
    ("CN", "control"): "Chinese export controls",
}
"""The four corners of the stand-off."""
CLOCKS, EVENTS = 10, 8
_ALIVE = ("in_force", "suspended")


@dataclass(frozen=True, slots=True)
class Programme:
    """Measures of one programme that are in force or suspended.

    Attributes:
        side: ``US`` or ``CN``.
        kind: ``duty`` or ``control``.
        id: Id of the programme.
        name: Its name.
        in_force: How many measures are in force by the law as published.
        suspended: How many are suspended.
        low: Least rate of the duties in force on the value, or ``None``.
        high: Greatest.
        since: First day of the oldest that is in force, or ``None`` where it is open.
        until: Next day on which one of those in force or suspended ends or wakes, or ``None``.
        measures: The measures.
    """

    side: str
    kind: str
    id: str
    name: str
    in_force: int
    suspended: int
    low: float | None
    high: float | None
    since: int | None
    until: int | None
    measures: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that happens on a day to come.

    Attributes:
        what: In a line.
        ids: Provisions, or nothing for an event of the record.
        reading: ``text`` or ``announced`` where only one reading says so; empty where both do, and for events.
        source: Where it is from.
    """

    what: str
    ids: tuple[str, ...]
    reading: str
    source: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A day to come.

    Attributes:
        on: Epoch day.
        left: Days until then.
        ticks: What happens.
    """

    on: int
    left: int
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Measures on which the readings differ alike.

    Attributes:
        programme: Name of their programme.
        text: State by the law as published, and until when.
        announced: The same where statements are honoured.
        ids: The measures, id and name.
    """

    programme: str
    text: str
    announced: str
    ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TodayFound:
    """The state of the stand-off on a day."""

    on: int
    programmes: tuple[Programme, ...]
    clocks: tuple[Clock, ...]
    differ: tuple[Split, ...]
    events: tuple[Event, ...]
    observed_until: int
    confidence: str
    averages: Averages
    stamp: Stamp

    def of(self, side: str, kind: str) -> list[Programme]:
        """Programmes of a side and a kind."""
        return [p for p in self.programmes if (p.side, p.kind) == (side, kind)]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "on": format_day(self.on),
            "programmes": [
                dict(zip(_COLUMNS, _row(p), strict=True)) | {"measures": [m.record() for m in p.measures]}
                for p in self.programmes
            ],
            "clocks": [
                {"on": format_day(c.on), "days_left": c.left, "what": t.what, "reading": t.reading or None,
                 "provisions": list(t.ids), "source": t.source}
                for c in self.clocks
                for t in c.ticks
            ],
            "readings_differ": [
                {"programme": s.programme, "text": s.text, "announced": s.announced, "provisions": [i for i, _ in s.ids]}
                for s in self.differ
            ],
            "events": [
                {"on": format_day(e.day), "who": list(e.actors), "type": e.type, "what": e.what, "status": e.status,
                 "source": e.source, "verification": e.verification}
                for e in self.events
            ],
            "record_kept_until": format_day(self.observed_until),
            "averages": self.averages.to_json(),
            "stamp": self.stamp.to_json(),
        }  # fmt: skip

    def sheets(self) -> Sequence[Sheet]:
        """Programmes, clocks, events, averages."""
        clocks = tuple((format_day(c.on), c.left, t.what, t.reading, t.source) for c in self.clocks for t in c.ticks)
        splits = tuple((s.programme, s.text, s.announced, "; ".join(i for i, _ in s.ids)) for s in self.differ)
        events = tuple(
            (format_day(e.day), ";".join(e.actors), e.type, e.what, e.status, e.source, e.verification) for e in self.events
        )
        return [
            Sheet("programmes", f"In force at the start of {format_day(self.on)}", _COLUMNS, tuple(map(_row, self.programmes))),
            Sheet("clocks", "What ends or begins next", ("on", "days left", "what", "reading", "source"), clocks),
            Sheet("readings", "Where the readings differ", ("programme", "text", "announced", "provisions"), splits),
            Sheet("events", "Latest recorded moves", ("on", "who", "type", "what", "status", "source", "verification"), events),
            self.averages.sheet,
        ]


_COLUMNS = ("side", "kind", "programme", "name", "in_force", "suspended", "rate_low", "rate_high", "since", "until")


def _row(p: Programme) -> tuple[Any, ...]:
    days = (None if day is None else format_day(day) for day in (p.since, p.until))
    return (p.side, p.kind, p.id, p.name, p.in_force, p.suspended, p.low, p.high, *days)


def answer_today(book: Book, on: int, confidence: str, averages: Averages) -> TodayFound:
    """The state at the start of a day.

    Args:
        book: The book.
        on: Epoch day.
        confidence: ``seen`` for moves whose source was read, ``secondary`` for all.
        averages: Average duties over time.
    """
    from countermeasure.talks.timeline import timeline

    standing = answer_state(book, on, None, Choice()).rows
    alive = [row for row in standing if row.state in _ALIVE and row.head.role in ("duty", "control")]
    met = [row for row in alive if row.head.role == "control" or _meets(row, on)]
    record = timeline(verification=confidence)
    past = [e for e in record if e.day <= on and e.status != "scheduled"]
    clocks = _clocks(book, standing, record, on)
    first = clocks[0] if clocks else None
    stamp = Stamp(
        __version__, book.hash, on, None, "both",
        limits=("what instruments say and the engine does not compute; the page of each instrument lists it",
                "moves of the record that nobody wrote down"),
        changes=() if first is None else ((first.on, first.ticks[0].what),),
    )  # fmt: skip
    return TodayFound(
        on, _programmes(book, met, on), clocks, _splits(book, standing, on),
        tuple(reversed(past[-EVENTS:])), record.observed_until, confidence, averages, stamp,
    )  # fmt: skip


def _splits(book: Book, standing: Sequence[Standing], on: int) -> tuple[Split, ...]:
    """Measures whose state, or its end, differs between the readings, alike ones together."""
    lives = [book.replayed(None, reading).provisions for reading in (Reading.TEXT, Reading.ANNOUNCED)]
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in standing:
        states = (row.state, row.state_announced)
        if not set(states) & set(_ALIVE):
            continue
        text, other = (_state_until(s, life.get(row.head.provision), on) for s, life in zip(states, lives, strict=True))
        if text != other:
            found.setdefault((row.head.programme, text, other), []).append((row.head.provision, row.head.name))
    return tuple(Split(book.programmes[name].name, text, other, tuple(ids)) for (name, text, other), ids in found.items())


def _state_until(state: str, provision: Provision | None, on: int) -> str:
    end = _end(provision, on) if state in _ALIVE else None
    return state_words(state) + ("" if end is None else f" until {format_day(end)}")


def _end(provision: Provision | None, on: int) -> int | None:
    """First day on which the state of a provision is another one; ``None`` where it stays."""
    if provision is None:
        return None
    state = provision.state(on * DAY)
    later = (s for s in provision.spells if s.start > on * DAY and s.state is not state)
    first = next(later, None)
    return None if first is None else -(-first.start // DAY)


def _meets(row: Standing, on: int) -> bool:
    """Whether a duty reaches goods of the other side."""
    body = row.text.body if row.text else None
    if body is None:
        return False
    other = "CN" if row.head.side == "US" else "US"
    return _holds(body.origin, other, on)


@lru_cache(maxsize=1)
def _groups() -> Groups:
    return Groups.load()


def _holds(scope: Scope, origin: str, on: int) -> bool:
    groups = _groups()

    def named(codes: Iterable[str]) -> bool:
        return any(origin in groups.members(code[6:], on) if code.startswith("group:") else code == origin for code in codes)

    return origin in ORIGINS and (named(scope.members) if scope.members else True) and not named(scope.exceptions)


def _programmes(book: Book, rows: Sequence[Standing], on: int) -> tuple[Programme, ...]:
    found: dict[tuple[str, str, str], list[Standing]] = {}
    for row in rows:
        found.setdefault((row.head.side, row.head.role, row.head.programme), []).append(row)
    return tuple(_programme(book, on, *key, tuple(measures)) for key, measures in found.items())


def _programme(book: Book, on: int, side: str, kind: str, name: str, measures: tuple[Standing, ...]) -> Programme:
    spells = [(row.state, row.text) for row in measures if row.text is not None]
    live = [s for state, s in spells if state == State.IN_FORCE]
    rates = [s.body.rate for s in live if s.body and s.body.role is Role.DUTY and s.body.basis not in ("column_1", "column_2")]
    starts = [s.start // DAY for s in live if s.start > -NEVER]
    lives = book.replayed(None, Reading.TEXT).provisions
    ends = [end for row in measures if (end := _end(lives.get(row.head.provision), on)) is not None]
    return Programme(
        side, kind, name, book.programmes[name].name, len(live), sum(state == State.SUSPENDED for state, _ in spells),
        min(rates, default=None), max(rates, default=None), min(starts, default=None), min(ends, default=None), measures,
    )  # fmt: skip


def _clocks(book: Book, standing: Sequence[Standing], record: Iterable[Event], on: int) -> tuple[Clock, ...]:
    """Days to come on which measures begin, end, sleep or wake under either reading, and events that are scheduled."""
    turns: dict[Reading, dict[tuple[int, str, str, str], list[str]]] = {reading: {} for reading in Reading}
    wanted = [row.head for row in standing if row.head.role in ("duty", "control")]
    for reading, groups in turns.items():
        lives = book.replayed(None, reading).provisions
        for head in wanted:
            for key in _turns(lives.get(head.provision), head.programme, on):
                groups.setdefault(key, []).append(head.provision)
    days: dict[int, list[Tick]] = {}
    for key in dict.fromkeys(key for groups in turns.values() for key in groups):
        text, announced = (set(turns[reading].get(key, ())) for reading in (Reading.TEXT, Reading.ANNOUNCED))
        for ids, said in ((text & announced, ""), (text - announced, "text"), (announced - text, "announced")):
            if ids:
                days.setdefault(key[0], []).append(_tick(book, key, sorted(ids), said))
    for event in record:
        if event.status == "scheduled" and event.day > on:
            days.setdefault(event.day, []).append(Tick(event.what, (), "", event.source))
    order = sorted(days)[:CLOCKS]
    return tuple(Clock(day, day - on, tuple(sorted(days[day], key=lambda t: (not t.ids, t.reading, t.what)))) for day in order)


def _turns(provision: Provision | None, programme: str, on: int) -> Iterator[tuple[int, str, str, str]]:
    spells = () if provision is None else provision.spells
    for before, after in pairwise(spells):
        odd = State.NEVER_APPLIED in (before.state, after.state)
        if after.start > on * DAY and before.state is not after.state and not odd:
            yield -(-after.start // DAY), programme, before.state.value, after.state.value


def _tick(book: Book, key: tuple[int, str, str, str], ids: Sequence[str], reading: str) -> Tick:
    _, programme, before, after = key
    verb = {
        ("suspended", "in_force"): "in force again, suspended until then",
        ("in_force", "suspended"): "suspended from then on",
        ("not_yet", "in_force"): "in force from then on",
        ("in_force", "ended"): "ended",
    }.get((before, after), f"{state_words(after)}, {state_words(before)} until then")
    return Tick(f"{book.programmes[programme].name}: {_count(ids)} {verb}", tuple(ids), reading, "book")


def _count(ids: Sequence[str]) -> str:
    return "1 measure" if len(ids) == 1 else f"{len(ids)} measures"

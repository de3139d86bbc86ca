"""The record: dated moves of the United States, China and third parties.

A record knows the last day on which it was kept up. What lies after is unknown, not quiet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.tables import read_table, text_at
from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.book.tables import Row, Table

__all__ = ["COLUMNS", "PRECISIONS", "STATUSES", "TYPES", "VERIFICATIONS", "Event", "Timeline", "parse_timeline", "timeline"]

COLUMNS = (
    "id",
    "date",
    "date_precision",
    "actor",
    "type",
    "what",
    "magnitude",
    "unit",
    "target",
    "status",
    "effective_date",
    "end_date",
    "direction",
    "response_to",
    "source_url",
    "source_name",
    "verification",
)
"""Columns of the table, in order."""

VERIFICATIONS = ("secondary", "seen")
"""How well a row is supported, weakest first: said by another document; the page cited was read."""
PRECISIONS = ("day", "month", "approx")
TYPES = ("tariff", "control", "listing", "threat", "statement", "concession", "suspension", "deal", "talks", "court")
STATUSES = ("announced", "effective", "suspended", "expired", "struck down", "scheduled")


@dataclass(frozen=True, slots=True)
class Event:
    """A move.

    Attributes:
        id: Word of the row.
        day: Days since 1970-01-01.
        precision: One of ``PRECISIONS``; only ``day`` can be counted by the day.
        actors: Who moved, codes of countries and groups.
        type: One of ``TYPES``.
        what: In a line.
        magnitude: A number in ``unit``, where there is one.
        unit: Of the magnitude.
        targets: Whom it meets; ``all`` for every country.
        status: One of ``STATUSES``; ``scheduled`` is a clock whose outcome was not seen.
        effective: First day of effect, where it differs.
        ends: Last day as the source says it.
        direction: 1 for escalation, -1 for the opposite, 0 for neither; judgement of one coder.
        response_to: Row that it answers, or empty; judgement too, and a weak one.
        url: Address of the source, or empty.
        name: Name of the source, or empty; one of the two is there.
        verification: One of ``VERIFICATIONS``.
        where: File and line.
    """

    id: str
    day: int
    precision: str
    actors: tuple[str, ...]
    type: str
    what: str
    magnitude: float | None
    unit: str
    targets: tuple[str, ...]
    status: str
    effective: int | None
    ends: int | None
    direction: int
    response_to: str
    url: str
    name: str
    verification: str
    where: str = ""

    @property
    def source(self) -> str:
        """Name and address of the source, whichever are there."""
        return ", ".join(part for part in (self.name, self.url) if part)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A record of moves.

    Attributes:
        events: In the order of the file, which is that of the days.
        observed_until: Last day on which the record was kept up.
        title: Of the table.
    """

    events: tuple[Event, ...]
    observed_until: int
    title: str = ""

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def event(self, name: str) -> Event:
        """A move by the word of its row.

        Raises:
            InputError: If there is none.
        """
        for one in self.events:
            if one.id == name:
                return one
        raise InputError(f"there is no move {name!r} in the record", code="unknown_event", cure="Words are as T137.")

    def before(self, day: int) -> Timeline:
        """The record as it stood at the beginning of a day: moves of earlier days, scheduled ones among them left out."""
        kept = tuple(e for e in self.events if e.day < day and e.status != "scheduled")
        return replace(self, events=kept, observed_until=min(self.observed_until, day - 1))


def timeline(path: str | Path | None = None, *, verification: str = "secondary") -> Timeline:
    """Read a record: the shipped one, or a file of the same form.

    Args:
        path: The file; the shipped record if absent.
        verification: Weakest support that a row may have; ``seen`` leaves out rows that are ``secondary``.

    Raises:
        NotFoundError: If there is no such file.
        InputError: With every fault of the file, each with its line.
    """
    if verification not in VERIFICATIONS:
        raise InputError(
            f"unknown verification {verification!r}", code="unknown_word", cure=f"Write {' or '.join(VERIFICATIONS)}."
        )
    whole = _shipped() if path is None else parse_timeline(text_at(Path(path)), Path(path).name)
    least = VERIFICATIONS.index(verification)
    return replace(whole, events=tuple(e for e in whole.events if VERIFICATIONS.index(e.verification) >= least))


@lru_cache(maxsize=1)
def _shipped() -> Timeline:
    return parse_timeline(text_at(shipped_data() / "talks" / "timeline.csv"), "timeline.csv")


def parse_timeline(text: str, name: str) -> Timeline:
    """Read the text of a record.

    Args:
        text: Content: head, columns, rows.
        name: For messages.

    Raises:
        InputError: With every fault, each with its line.
    """
    table = read_table(text, name, COLUMNS)
    until = _head_day(table)
    events = tuple(_event(table, row) for row in table.rows)
    table.once(("id",))
    known = {event.id for event in events}
    for event, row in zip(events, table.rows, strict=True):
        if event.response_to and event.response_to not in known:
            table.fault(row, f"response_to {event.response_to!r} is no row; name one that stands in the table")
        if event.status != "scheduled" and until and event.day > until:
            table.fault(row, f"{row['date']} lies after observed_until of the head; write a later day there")
    for first, later, row in zip(events, events[1:], table.rows[1:], strict=False):
        if later.day < first.day:
            table.fault(row, f"{row['date']} is earlier than the row above; sort by date")
    table.refuse("the record of moves")
    return Timeline(events, until, table.header.get("title", ""))


def _head_day(table: Table) -> int:
    words = table.header.get("observed_until", "")
    try:
        return parse_day(words)
    except CodeError:
        if table.header:
            table.faults.append(f"{table.name}:1: the head needs a line # observed_until: with a day, YYYY-MM-DD")
        return 0


def _day(table: Table, row: Row, column: str) -> int | None:
    if not row[column]:
        return None
    try:
        return parse_day(row[column])
    except CodeError as error:
        table.fault(row, f"{column}: {error}")
        return None


def _event(table: Table, row: Row) -> Event:
    day = _day(table, row, "date")
    if not row["date"]:
        table.fault(row, "there is no date; write one")
    for column in ("id", "actor", "what", "target"):
        if not row[column]:
            table.fault(row, f"{column} is empty; write it")
    if not row["source_url"] and not row["source_name"]:
        table.fault(row, "there is no source; every move carries an address or a name")
    table.one_of(row, "direction", ("1", "-1", "0"))
    return Event(
        row["id"],
        day or 0,
        table.one_of(row, "date_precision", PRECISIONS),
        tuple(row["actor"].split(";")),
        table.one_of(row, "type", TYPES),
        row["what"],
        table.number(row, "magnitude") if row["magnitude"] else None,
        row["unit"],
        tuple(row["target"].split(";")),
        table.one_of(row, "status", STATUSES),
        _day(table, row, "effective_date"),
        _day(table, row, "end_date"),
        int(row["direction"]) if row["direction"] in ("1", "-1", "0") else 0,
        row["response_to"],
        row["source_url"],
        row["source_name"],
        table.one_of(row, "verification", VERIFICATIONS),
        row.where,
    )

"""Price a table of lines: every row ends as an answer or as a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.codes.hts import parse_hts
from countermeasure.errors import CodeError, NotFoundError
from countermeasure.io.faults import Fault
from countermeasure.io.lines import Given, line_columns, read_lines
from countermeasure.io.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from countermeasure.book.model import Fact
    from countermeasure.duty.answer import LineAnswer
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.duty.line import Line
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.tables import RawTable

__all__ = ["Priced", "PricedTable", "facts_of", "open_lines"]

NAMED_IN_FULL = 500
"""Numbers that are in no schedule and are answered with near numbers; the search for those takes milliseconds each."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A row and its answer."""

    row: int
    line: Line
    answer: LineAnswer


class PricedTable:
    """A table that is priced row by row as it is walked.

    Args:
        table: The table as it was written.
        engine: Prices the lines.
        log: Takes the faults, those of the table first.
        given: What holds for lines that do not say otherwise.

    Attributes:
        rows: Rows that hold anything, those that could not even be split into cells included.
        answered: Rows answered so far.
    """

    def __init__(self, table: RawTable, engine: DutyEngine, log: FaultLog, given: Given) -> None:
        self.table = table
        self.engine = engine
        self.log = log
        self.given = given
        self.answered = 0
        log.extend(table.faults)
        unread = {f.row for f in table.errors if f.row is not None} - set(table.rows) - {_header_row(table)}
        self.rows = len(table) + len(unread)

    @property
    def faulted(self) -> int:
        """Rows that gave no answer; after the walk, ``answered + faulted == rows``."""
        return self.rows - self.answered

    def __iter__(self) -> Iterator[Priced]:
        """Price the rows, in their order."""
        facts = facts_of(self.engine)
        unknown = _Unknown(self.engine)
        for row, line in read_lines(self.table, facts, self.given, self.log.add):
            try:
                unknown.check(line)
                answer = self.engine.duty_on(line)
            except (CodeError, NotFoundError) as error:
                self.log.add(_as_fault(error, self.table.source, row, line))
                continue
            for note in answer.notes:
                cure = "Keep tariff numbers as text."
                self.log.add(Fault(self.table.source, row, "hts", line.hts, note, cure, "hts_repaired", "note"))
            self.answered += 1
            yield Priced(row, line, answer)


def open_lines(
    source: Path | str,
    engine: DutyEngine,
    log: FaultLog,
    given: Given | None = None,
    *,
    content: bytes | None = None,
    sheet: str | None = None,
    also: Mapping[str, Sequence[str]] | None = None,
) -> PricedTable:
    """Read a table of lines to be priced.

    Args:
        source: A file (CSV, Excel, Parquet, JSON), or ``-`` for standard input.
        engine: Prices the lines.
        log: Takes the faults.
        given: What holds for lines that do not say otherwise.
        content: The content, where the caller has it already.
        sheet: Sheet of an Excel file; the first if absent.
        also: Columns that another reader understands, with their other names.

    Raises:
        NotFoundError: If the file or sheet is not there.
        InputError: If the content cannot be read at all.

    Example:
        >>> log = FaultLog()  # doctest: +SKIP
        >>> for priced in open_lines("shipments.csv", DutyEngine.shipped(), log):  # doctest: +SKIP
        ...     print(priced.line.line_id, priced.answer.answers[0].rate)
    """
    given = given or Given()
    columns = line_columns(facts_of(engine))
    columns |= {name: tuple(names) for name, names in (also or {}).items() if name not in columns}
    table = read_table(source, columns, given.required, sheet=sheet, content=content)
    return PricedTable(table, engine, log, given)


def facts_of(engine: DutyEngine) -> Mapping[str, Fact]:
    """Facts of the engine's book, from its compiled form."""
    facts: Mapping[str, Fact] = engine.compiled("US", engine.readings[0]).facts
    return facts


class _Unknown:
    """Numbers that are in no schedule, each looked up once; after many, without the search for near ones."""

    def __init__(self, engine: DutyEngine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, int, str], NotFoundError | None] = {}
        self._named = 0

    def check(self, line: Line) -> None:
        """Raise what was raised before for the same number, or a short error after many of them."""
        schedule = self._engine.schedule(line.into)
        if schedule is None:
            return
        key = (line.hts, line.on, line.into)
        if key not in self._known:
            self._known[key] = self._fault(line)
        error = self._known[key]
        if error is not None:
            raise error

    def _fault(self, line: Line) -> NotFoundError | None:
        schedule = self._engine.schedule(line.into)
        code = parse_hts(line.hts)
        if schedule is None or code.is_chapter_98_99 or len(schedule.children(code.digits[:8], line.on)):
            return None
        self._named += 1
        if self._named > NAMED_IN_FULL:
            message = f"{code.dotted} is not in the schedule on {format_day(line.on)}"
        else:
            message = schedule.explain_missing(code.digits, line.on).message
        cure = "Check the number against the schedule of the day of entry."
        return NotFoundError(message, code="unknown_number", cure=cure)


_COLUMNS = {"unknown_destination": "into", "unknown_country": "origin", "ambiguous_country": "origin", "bad_day": "entry_on"}


def _as_fault(error: CodeError | NotFoundError, source: str, row: int, line: Line) -> Fault:
    """An error of the engine as a fault of its row."""
    column = _COLUMNS.get(error.code, "hts")
    value = {"hts": line.hts, "into": line.into, "origin": line.origin, "entry_on": format_day(line.on)}[column]
    cure = error.cure or "Check the line."
    return Fault(source, row, column, value, error.message, cure[:1].upper() + cure[1:], error.code)


def _header_row(table: RawTable) -> int | None:
    """Row of the header: the row of faults about columns."""
    about = ("missing_column", "duplicate_column", "unknown_column")
    return next((fault.row for fault in table.faults if fault.code in about), None)

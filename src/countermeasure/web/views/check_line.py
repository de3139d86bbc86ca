"""What one line pays and which license it needs: the answer behind the page, its twins and the interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import CodeError, NotFoundError
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.check_query import FaultyQuestionError, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.duty.answer import LineAnswer
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.duty.line import Line
    from countermeasure.io.faults import Fault
    from countermeasure.licensing.answer import LicenseAnswer
    from countermeasure.licensing.engine import LicenseEngine
    from countermeasure.web.held import Held

__all__ = ["LineFound", "answer_line", "duty_stamp", "license_of", "license_sheets", "line_fields", "read_line", "sheet_of"]


@dataclass(frozen=True, slots=True)
class LineFound:
    """The answer to one line.

    Attributes:
        question: What was asked.
        duty: Its duty.
        license: Its export license, or ``None`` where it was not asked for.
        stamp: What it stands on.
    """

    question: Question
    duty: LineAnswer
    license: LicenseAnswer | None
    stamp: Stamp

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "question": dict(self.question.given),
            "duty": self.duty.to_json(),
            "license": None if self.license is None else self.license.to_json(),
            "stamp": self.stamp.to_json(),
        }

    def sheets(self) -> Sequence[Sheet]:
        """Lines, components, open facts, licenses, sources."""
        from countermeasure.io import answers as rows

        found = [
            sheet_of("lines", "Duty by reading", rows.LINE_COLUMNS, rows.line_records(self.duty)),
            sheet_of("components", "Components in filing order", rows.COMPONENT_COLUMNS, rows.component_records(self.duty)),
            sheet_of("open", "Open facts", rows.OPEN_COLUMNS, rows.open_records(self.duty)),
        ]
        if self.license is not None:
            found += license_sheets([self.license])
        sources = rows.source_records([self.duty], "one line", self.question.scenarios)
        return [*found, sheet_of("sources", "What the answer stands on", rows.SOURCE_COLUMNS, sources)]


def sheet_of(name: str, title: str, columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> Sheet:
    """A table from records."""
    return Sheet(name, title, tuple(columns), tuple(tuple(record.get(c) for c in columns) for record in records))


def license_sheets(answers: Sequence[LicenseAnswer]) -> list[Sheet]:
    """License answers as a table."""
    from countermeasure.io.license_files import LICENSE_COLUMNS, answer_records

    records = [record for one in answers for record in answer_records(one)]
    return [sheet_of("licenses", "Licenses by regime and reading", LICENSE_COLUMNS, records)]


def line_fields(held: Held) -> tuple[str, ...]:
    """Names of all columns that a line and its license may have."""

    def made() -> tuple[str, ...]:
        from countermeasure.io.lines import line_columns
        from countermeasure.io.shipment_columns import shipment_columns

        return tuple(dict.fromkeys([*line_columns(held.book.facts), *shipment_columns(), *held.book.control_facts]))

    return held.thing(("line_fields",), made)


def answer_line(held: Held, question: Question) -> LineFound:
    """Answer one line; the same question is answered once.

    Raises:
        FaultyQuestionError: If fields cannot be read, or no line of the schedule bears the number.
        CodeError: If a day or a reading cannot be read.
        NotFoundError: If there is no such scenario.
    """
    today = 0 if question.cell("entry_on") else held.today()
    return held.answer(("line", *question.about, today), lambda: _answered(held, question))


def _answered(held: Held, question: Question) -> LineFound:
    engine = held.duty(question.known_on, question.reading, question.scenarios)
    line = read_line(held, question)
    found = _priced(engine, line)
    licensed = None
    if question.what != "duty":
        licenser = held.license(question.known_on, question.reading, question.scenarios)
        licensed = license_of(licenser, _transaction_cells(question, line, found))
    return LineFound(question, found, licensed, duty_stamp(found, question))


def read_line(held: Held, question: Question) -> Line:
    """The line that a question is about.

    Raises:
        FaultyQuestionError: With every field that cannot be read.
    """
    from countermeasure.io.lines import Given, line_columns, read_lines
    from countermeasure.io.tables import RawTable

    facts = held.book.facts
    columns: dict[str, list[str | None]] = {n: [t] for n, t in question.cells if n in line_columns(facts)}
    wanted = {"hts": "Give a tariff number of two to ten digits.", "origin": "Give the country of origin, for example CN."}
    absent = {name: cure for name, cure in wanted.items() if name not in columns}
    if absent:
        raise FaultyQuestionError(absent, "empty_cell")
    faults: list[Fault] = []
    table = RawTable(columns | {"line_id": columns.get("line_id", ["line"])}, [1], "form")
    found = list(read_lines(table, facts, Given(on=held.today()), faults.append))
    if not found:
        raise FaultyQuestionError.of([f for f in faults if f.severity == "error"])
    return found[0][1]


def _priced(engine: DutyEngine, line: Line) -> LineAnswer:
    try:
        return engine.duty_on(line)
    except (CodeError, NotFoundError) as error:
        field = {"unknown_destination": "into", "unknown_country": "origin", "ambiguous_country": "origin", "bad_day": "on"}
        cure = f" {error.cure}" if error.cure else ""
        status = 404 if isinstance(error, NotFoundError) else 422
        raise FaultyQuestionError(
            {field.get(error.code, "hts"): f"{error.message.rstrip('.')}.{cure}"}, error.code, status=status
        ) from None


def _transaction_cells(question: Question, line: Line, found: LineAnswer) -> dict[str, str]:
    """The line as a transaction from its origin to its destination."""
    cells = {name: text for name, text in question.cells if name not in ("entry_on", "value_usd", "hts", "into", "use", "mode")}
    cells |= {
        "id": "this line",
        "on": format_day(int(line.facts.get("exported_on", line.on))),
        "from": cells.pop("sent_from", "") or found.origin,
        "to": line.into,
        "origin": found.origin,
        "hs": found.hts.replace(".", ""),
    }
    if line.value_usd is not None:
        cells["value"] = f"{line.value_usd:.2f} USD"
    return cells


def license_of(engine: LicenseEngine, cells: Mapping[str, str]) -> LicenseAnswer:
    """The license of one transaction.

    Args:
        engine: The engine.
        cells: Its fields by the names of columns of a table of transactions.

    Raises:
        FaultyQuestionError: With every field that cannot be read.
    """
    from countermeasure.io.transaction_table import columns_of, nested
    from countermeasure.io.transactions import Reader

    facts = engine.book.control_facts
    known = columns_of(facts)
    reader = Reader("form", 1, lambda _: "form", (), facts)
    made = reader.transaction(nested({n: t for n, t in cells.items() if n in known}, facts))
    if made is None or reader.errors:
        raise FaultyQuestionError.of([f for f in reader.faults if f.severity == "error"])
    try:
        return engine.license_for(made)
    except CodeError as error:
        raise FaultyQuestionError({"eccn": f"{error.message}. {error.cure or ''}".strip()}, error.code) from None


def duty_stamp(found: LineAnswer, question: Question) -> Stamp:
    """What a duty answer stands on, with its next change."""
    changes = dict.fromkeys((a.changes_on, a.changes_to) for a in found.answers if a.changes_on is not None)
    return Stamp(
        found.book_version,
        found.book_hash,
        found.on,
        found.known_on,
        question.reading,
        question.scenarios,
        found.not_covered,
        tuple((on, to) for on, to in sorted(changes) if on is not None),
    )

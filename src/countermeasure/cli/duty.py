"""``countermeasure duty``: which duty a line, or a table of lines, pays on a day, and why."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from countermeasure.duty.answer import LineAnswer
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.io.lines import Given

__all__ = ["duty"]

Subject = Annotated[
    str, typer.Argument(metavar="NUMBER|FILE", help="Tariff number, or a table of lines; - for standard input.")
]


def duty(
    what: Subject,
    origin: flags.Origin = "",
    on: flags.On = "",
    value: flags.Value = "",
    into: flags.Into = "US",
    fact: flags.Facts = [],  # noqa: B006 - typer makes a new list
    use: flags.Use = "",
    quantity: flags.Quantities = [],  # noqa: B006
    mode: flags.Mode = "",
    chapter_98: flags.Chapter98 = "",
    chapter_98_value: flags.Chapter98Value = "",
    known_on: flags.KnownOn = None,
    reading: flags.ReadingName = "both",
    scenario: flags.Scenarios = [],  # noqa: B006
    book: flags.Book = None,
    explain: flags.Explain = False,
    as_json: flags.JsonOut = False,
    as_csv: flags.CsvOut = False,
    xlsx: flags.Xlsx = None,
    output: flags.Output = None,
    strict: flags.Strict = False,
    faults: flags.FaultsFile = None,
    sheet: flags.Sheet = None,
) -> None:
    """Which duty does this line, or every line of a table, pay on a day?

    countermeasure duty 8505.11.00.70 --origin CN --on 2026-04-10 --value 10000 --explain
    """
    from countermeasure.cli.options import given_of, is_table, programme_names, today
    from countermeasure.io.engines import duty_engine
    from countermeasure.io.pricing import facts_of

    engine = duty_engine(known_on, reading, scenario, book)
    given = given_of(
        facts_of(engine),
        origin=origin,
        on=on,
        into=into,
        value=value,
        fact=fact,
        quantity=quantity,
        use=use,
        mode=mode,
        chapter_98=chapter_98,
        chapter_98_value=chapter_98_value,
    )
    target = _Target(as_json, as_csv, xlsx, output, explain, tuple(scenario))
    if is_table(what):
        _table(what, engine, given, target, strict=strict, faults=faults, sheet=sheet)
        return
    if not origin:
        raise InputError("no origin", code="missing_option", cure="Add --origin, for example --origin CN.")
    target.programmes = programme_names(engine)
    target.write(iter([_one(what, engine, given, today() if given.on is None else given.on)]), what, single=True)


def _one(number: str, engine: "DutyEngine", given: "Given", on: int) -> "LineAnswer":
    from countermeasure.duty.line import Line

    return engine.duty_on(
        Line(
            hts=number,
            origin=given.origin,
            on=on,
            value_usd=given.value_usd,
            into=given.into,
            facts=given.facts,
            shares=given.shares,
            quantities=given.quantities,
            mode=given.mode,
            chapter_98=given.chapter_98,
            chapter_98_value_usd=given.chapter_98_value_usd,
        )
    )


def _table(
    source: str,
    engine: "DutyEngine",
    given: "Given",
    target: "_Target",
    *,
    strict: bool,
    faults: Path | None,
    sheet: str | None,
) -> None:
    from countermeasure.cli.options import programme_names
    from countermeasure.cli.talk import fault_report, progress
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.pricing import open_lines
    from countermeasure.io.shipment_columns import shipment_columns

    with ExitStack() as stack:
        log = FaultLog(stack.enter_context(fault_file(faults)) if faults is not None else None)
        table = open_lines(source, engine, log, given, sheet=sheet, also=shipment_columns())
        walk: Iterator[LineAnswer] = (priced.answer for priced in progress(table, table.rows, "pricing"))
        if strict:
            walk = iter(list(walk))
        target.programmes = programme_names(engine)
        if not (strict and log.errors):
            target.write(walk, table.table.source)
    fault_report(log, table.rows, table.answered)
    if log.errors:
        if strict:
            raise InputError(
                "the table has faults and is refused", code="refused", where=source, cure="Mend it, or leave out --strict."
            )
        raise typer.Exit(2)


def fault_file(path: Path) -> Any:  # noqa: ANN401 - a text file
    """Open the file that takes every fault.

    Raises:
        InputError: If it cannot be written.
    """
    try:
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", where=str(path), cure="Check its folder.") from None


class _Target:
    """Where answers go, and in which form."""

    def __init__(
        self,
        as_json: bool,
        as_csv: bool,
        xlsx: Path | None,
        output: Path | None,
        explain: bool,
        scenarios: tuple[str, ...],
    ) -> None:
        if as_json and as_csv:
            raise InputError("--json and --csv together", code="bad_option", cure="Choose one for standard output.")
        self.as_json, self.as_csv, self.explain = as_json, as_csv, explain
        self.files = [path for path in (xlsx, output) if path is not None]
        self.scenarios = scenarios
        self.programmes: Mapping[str, str] = {}
        if xlsx is not None and xlsx.suffix.lower() != ".xlsx":
            raise InputError(f"{xlsx.name} is no name of an Excel file", code="bad_option", cure="Use the suffix .xlsx.")

    def write(self, answers: "Iterator[LineAnswer]", source: str, *, single: bool = False) -> None:
        """Write all answers; they are kept in memory only where a file or a table on screen needs them."""
        from countermeasure.io.answer_files import json_chunks, write_answers

        if self.files:
            kept = list(answers)
            for path in self.files:
                write_answers(path, kept, source, self.scenarios, single=single)
            if not (self.as_json or self.as_csv):
                return
            answers = iter(kept)
        if self.as_json:
            sys.stdout.writelines(json_chunks(answers, single=single))
        elif self.as_csv:
            self._csv(answers)
        else:
            self._screen(answers, single=single)

    def _csv(self, answers: "Iterable[LineAnswer]") -> None:
        from countermeasure.io.answers import LINE_COLUMNS, line_records
        from countermeasure.io.guard import CsvWriter
        from countermeasure.io.write import _cell

        writer = CsvWriter(sys.stdout)
        writer.writerow(LINE_COLUMNS)
        for answer in answers:
            writer.writerows([_cell(value) for value in record.values()] for record in line_records(answer))

    def _screen(self, answers: "Iterable[LineAnswer]", *, single: bool) -> None:
        from countermeasure.cli.duty_screen import line_screen
        from countermeasure.cli.talk import out

        console = out()
        if single or self.explain:
            for place, answer in enumerate(answers):
                if place:
                    console.rule() if console.is_terminal else console.print("-" * console.width)
                for part in line_screen(
                    answer, programmes=self.programmes, explain=self.explain, plain=not console.is_terminal
                ):
                    console.print(part)
            return
        from countermeasure.cli.lines_screen import lines_table

        for part in lines_table(list(answers), plain=not console.is_terminal):
            console.print(part)

"""``countermeasure check``: duty and license of every line of a table, what stops, what changes soon, what is worth asking."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.review import Review
    from countermeasure.licensing.answer import LicenseAnswer

__all__ = ["check"]

Table = Annotated[str, typer.Argument(metavar="FILE", help="Table of lines (CSV, Excel, Parquet, JSON), - for standard input.")]
Within = Annotated[int, typer.Option("--within", min=0, metavar="DAYS", help="Days after entry that are watched for changes.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Report in one HTML file, without scripts.")]


def check(
    file: Table,
    within: Within = 90,
    as_json: flags.JsonOut = False,
    html: Html = None,
    output: flags.Output = None,
    origin: flags.Origin = "",
    on: flags.On = "",
    into: flags.Into = "US",
    known_on: flags.KnownOn = None,
    reading: flags.ReadingName = "both",
    scenario: flags.Scenarios = [],  # noqa: B006 - typer makes a new list
    book: flags.Book = None,
    strict: flags.Strict = False,
    faults: flags.FaultsFile = None,
    sheet: flags.Sheet = None,
    duty_only: Annotated[bool, typer.Option("--duty-only", help="Leave the licenses out.")] = False,
) -> None:
    """What do these lines pay, which license do they need, what changes soon, and which facts are worth asking for?

    Exits 3 where anything is prohibited or undetermined, so that it can guard a pipeline.

    countermeasure check examples/shipments.csv --within 90 --html report.html
    """
    from countermeasure.cli.duty import fault_file
    from countermeasure.cli.options import given_of, programme_names
    from countermeasure.cli.talk import fault_report, progress
    from countermeasure.io.engines import duty_engine, license_engine
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.pricing import facts_of, open_lines
    from countermeasure.io.review import review
    from countermeasure.io.shipments import Shipments, shipment_columns

    engine = duty_engine(known_on, reading, scenario, book)
    given = given_of(facts_of(engine), origin=origin, on=on, into=into)
    with ExitStack() as stack:
        log = FaultLog(stack.enter_context(fault_file(faults)) if faults is not None else None)
        table = open_lines(file, engine, log, given, sheet=sheet, also=shipment_columns())
        priced = list(progress(table, table.rows, "pricing"))
        licenses: list[LicenseAnswer | None] = []
        if not duty_only:
            licenser = license_engine(known_on, reading, scenario, book)
            shipments = Shipments(table.table, licenser.book.control_facts, log.add)
            asked = [shipments.transaction(one.row, one.line) for one in priced]
            licenser.screen([one for one in asked if one is not None])
            walk = progress(asked, len(asked), "looking up licenses")
            licenses = [None if one is None else licenser.license_for(one) for one in walk]
        found = review([one.answer for one in priced], within, licenses)
    if not (strict and log.errors):
        source = table.table.source
        names = programme_names(engine, full=True)
        _write(found, source, log, (table.rows, table.answered), names, as_json=as_json, html=html, output=output)
    fault_report(log, table.rows, table.answered)
    if log.errors and strict:
        raise InputError(
            "the table has faults and is refused", code="refused", where=file, cure="Mend it, or leave out --strict."
        )
    if found.stopped:
        raise typer.Exit(3)
    if log.errors:
        raise typer.Exit(2)


def _write(
    found: "Review",
    source: str,
    log: "FaultLog",
    rows: tuple[int, int],
    programmes: "Mapping[str, str]",
    *,
    as_json: bool,
    html: Path | None,
    output: Path | None,
) -> None:
    from countermeasure.io.answer_files import replace_text

    if html is not None or (output is not None and output.suffix.lower() in {".html", ".htm"}):
        from countermeasure.io.review_html import report

        page = report(found, source, log, rows, programmes)
        for path in (html, output):
            if path is not None and (path is html or path.suffix.lower() in {".html", ".htm"}):
                replace_text(path, page)
    if output is not None and output.suffix.lower() not in {".html", ".htm"}:
        _table_file(found, source, output)
    if as_json:
        answer = found.to_json() | {"rows": rows[0], "answered": rows[1], "faults": [f.to_json() for f in log.kept]}
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        return
    from countermeasure.cli.check_screen import screen
    from countermeasure.cli.talk import out

    console = out()
    for part in screen(found, source, programmes, plain=not console.is_terminal, width=console.width):
        console.print(part)


def _table_file(found: "Review", source: str, path: Path) -> None:
    from countermeasure.io.answer_files import replace_text, write_answers

    if path.suffix.lower() == ".json":
        replace_text(path, json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n")
    else:
        write_answers(path, list(found.answers), source)

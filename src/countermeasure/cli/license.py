"""``countermeasure license``: may these transactions go, who must ask whom, and which fact would change that?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.licensing.answer import LicenseAnswer

__all__ = ["license_"]

File = Annotated[
    str, typer.Argument(metavar="FILE", help="Transactions: YAML, JSON, CSV, Excel, Parquet; - for a table on standard input.")
]
NoScreen = Annotated[bool, typer.Option("--no-screening", help="Do not look parties up on lists; the answers say so.")]
Guard = Annotated[bool, typer.Option("--guard", help="Exit 3 where anything is prohibited or undetermined.")]


def license_(
    file: File,
    as_json: flags.JsonOut = False,
    as_csv: flags.CsvOut = False,
    explain: flags.Explain = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="File; its suffix decides: .json .jsonl .csv .xlsx .parquet .html."),
    ] = None,
    known_on: flags.KnownOn = None,
    reading: flags.ReadingName = "both",
    scenario: flags.Scenarios = [],  # noqa: B006 - typer makes a new list
    book: flags.Book = None,
    no_screening: NoScreen = False,
    guard: Guard = False,
    strict: flags.Strict = False,
    faults: flags.FaultsFile = None,
    sheet: flags.Sheet = None,
) -> None:
    """May these transactions go, who must ask whom, and which fact would change that?

    countermeasure license examples/transactions.yaml --explain
    """
    from contextlib import ExitStack

    from countermeasure.cli.duty import fault_file
    from countermeasure.cli.talk import fault_report, progress
    from countermeasure.errors import CountermeasureError
    from countermeasure.io.engines import license_engine
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.faults import Fault
    from countermeasure.io.license_files import write_licenses
    from countermeasure.io.transactions import read_transactions

    engine = license_engine(known_on, reading, scenario, book, screening=not no_screening)
    with ExitStack() as stack:
        log = FaultLog(stack.enter_context(fault_file(faults)) if faults is not None else None)
        found = read_transactions(file, engine.book.control_facts, sheet=sheet)
        log.extend(found.faults)
        answers: list[LicenseAnswer] = []
        engine.screen(found.transactions)
        for asked in progress(found.transactions, len(found.transactions), "answering"):
            try:
                answers.append(engine.license_for(asked))
            except CountermeasureError as error:
                log.add(Fault(f"{found.source}, {asked.id}", None, None, None, error.message, error.cure or "", error.code))
    if not (strict and log.errors):
        if output is not None:
            write_licenses(output, answers)
        _show(answers, as_json=as_json, as_csv=as_csv, explain=explain, quiet=output is not None)
    fault_report(log, found.rows, len(answers))
    if log.errors and strict:
        raise InputError(
            "the file has faults and is refused", code="refused", where=file, cure="Mend it, or leave out --strict."
        )
    if guard and any(a.stops for a in answers):
        raise typer.Exit(3)
    if log.errors:
        raise typer.Exit(2)


def _show(answers: "list[LicenseAnswer]", *, as_json: bool, as_csv: bool, explain: bool, quiet: bool) -> None:
    if as_json:
        whole = [a.to_json() for a in answers]
        sys.stdout.write(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    elif as_csv:
        from countermeasure.io.license_files import LICENSE_COLUMNS, answer_records
        from countermeasure.io.write import render

        rows = [r for a in answers for r in answer_records(a)]
        sys.stdout.write(render(rows or dict.fromkeys(LICENSE_COLUMNS, ()), "csv"))
    elif not quiet:
        from countermeasure.cli.license_screen import screen
        from countermeasure.cli.talk import out

        console = out()
        for part in screen(answers, explain=explain or len(answers) == 1, plain=not console.is_terminal):
            console.print(part)

"""``countermeasure portfolio``: a firm's goods, materials, parties, shipments and stocks: a template, a check, a look."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from countermeasure.brief import Portfolio
    from countermeasure.io.portfolio import PortfolioFile

__all__ = ["portfolio", "portfolio_check", "portfolio_example", "portfolio_show", "portfolio_template"]

portfolio = typer.Typer(
    help="Your firm's goods, materials, parties, shipments and stocks: a template to fill, a check, a look.",
    no_args_is_help=True,
)

Target = Annotated[Path, typer.Argument(metavar="FILE.xlsx|FOLDER", help="A workbook, or a folder for one CSV per sheet.")]
File = Annotated[
    str, typer.Argument(metavar="FILE", help="A workbook .xlsx, a folder of CSV, or such a folder packed as .zip.")
]
Notes = Annotated[bool, typer.Option("--notes", help="Show notes too, beside errors and warnings.")]
SheetName = Annotated[
    str, typer.Option("--sheet", help="One table: parties, goods, materials, suppliers, shipments, stocks, left_out.")
]


@portfolio.command("template")
def portfolio_template(target: Target) -> None:
    """Write a template to fill: a sheet for each table, with notes, lists to pick from and an example row.

    countermeasure portfolio template portfolio.xlsx
    """
    from countermeasure.cli.talk import plural, talk
    from countermeasure.io.portfolio.template import write_template

    written = write_template(target)
    talk().print(f"{plural(len(written), 'file')} written: {target}; rows that begin with EXAMPLE are not read", soft_wrap=True)


@portfolio.command("example")
def portfolio_example(target: Target) -> None:
    """Write the example in the same form: an invented maker of motors, of which no firm exists.

    countermeasure portfolio example example.xlsx
    """
    from countermeasure.cli.talk import plural, talk
    from countermeasure.io.portfolio.template import shipped_rows, write_template

    written = write_template(target, shipped_rows())
    talk().print(f"{plural(len(written), 'file')} written: {target}", soft_wrap=True)


@portfolio.command("check")
def portfolio_check(file: File, as_json: flags.JsonOut = False, faults: flags.FaultsFile = None, notes: Notes = False) -> None:
    """Is the portfolio as it should be? Every fault with its sheet, row, column and cure, and what the engines can be asked.

    Exits 2 where a row cannot be read.

    countermeasure portfolio check portfolio.xlsx
    """
    from countermeasure.io.portfolio import read_portfolio
    from countermeasure.io.portfolio.answer import file_json

    found = read_portfolio(file)
    if faults is not None:
        _write_faults(found, faults)
    if as_json:
        sys.stdout.write(json.dumps(file_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        from countermeasure.cli.portfolio_screen import check_screen
        from countermeasure.cli.talk import out

        _tell(found, notes=notes)
        page = out()
        for part in check_screen(found, plain=not page.is_terminal):
            page.print(part)
    if found.errors:
        raise typer.Exit(2)


@portfolio.command("show")
def portfolio_show(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="As for check; the example in the wheel if absent.")] = "",
    sheet: SheetName = "",
    as_json: flags.JsonOut = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One table as CSV; needs --sheet.")] = False,
) -> None:
    """What is in the portfolio, as it was understood.

    countermeasure portfolio show --sheet shipments
    """
    from countermeasure.cli.talk import out

    found, errors = _found(file)
    if as_json:
        from countermeasure.io.portfolio.answer import portfolio_json

        sys.stdout.write(json.dumps(portfolio_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        from countermeasure.io.portfolio.answer import portfolio_sheets

        sheets = {one.name: one for one in portfolio_sheets(found)}
        if (sheet or as_csv) and sheet not in sheets:
            raise NotFoundError(
                f"there is no table {sheet!r}" if sheet else "no table is named",
                code="unknown_sheet",
                cure=f"Use --sheet with one of {', '.join(sheets)}.",
            )
        if as_csv:
            from countermeasure.io.guard import csv_text

            sys.stdout.write(csv_text(sheets[sheet].columns, sheets[sheet].rows))
        else:
            from countermeasure.cli.portfolio_screen import show_screen

            page = out()
            for part in show_screen(
                found, [sheets[sheet]] if sheet else list(sheets.values()), plain=not page.is_terminal, width=page.width
            ):
                page.print(part)
    if errors:
        raise typer.Exit(2)


def _found(file: str) -> "tuple[Portfolio, bool]":
    """The portfolio that is meant, and whether its file has errors; they are told on stderr."""
    from countermeasure.io.portfolio import read_portfolio, shipped_portfolio

    if not file:
        return shipped_portfolio(), False
    read = read_portfolio(file)
    _tell(read, notes=False)
    return read.portfolio, bool(read.errors)


def _tell(found: "PortfolioFile", *, notes: bool) -> None:
    """Faults to stderr, in the order of the file."""
    from countermeasure.cli.portfolio_screen import fault_lines
    from countermeasure.cli.talk import talk

    console = talk()
    for line in fault_lines(found.faults, notes=notes):
        console.print(line, soft_wrap=True)


def _write_faults(found: "PortfolioFile", path: Path) -> None:
    from countermeasure.io.answer_files import replace_text
    from countermeasure.io.faultlog import FAULT_COLUMNS
    from countermeasure.io.guard import csv_text

    records = [fault.to_json() for fault in found.faults]
    replace_text(path, csv_text(FAULT_COLUMNS, ([record[name] for name in FAULT_COLUMNS] for record in records)))

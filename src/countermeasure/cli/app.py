"""The application: its verbs, and the one place where errors become messages and exit codes."""

import json
import sys
from typing import Annotated

import typer

from countermeasure._version import __version__
from countermeasure.cli.book import book
from countermeasure.cli.cases import cases
from countermeasure.cli.check import check
from countermeasure.cli.data import data
from countermeasure.cli.duty import duty
from countermeasure.cli.license import license_
from countermeasure.cli.lists import lists
from countermeasure.cli.owners import owners
from countermeasure.cli.screen import screen
from countermeasure.cli.supply import supply
from countermeasure.cli.talks import talks
from countermeasure.cli.trade import trade
from countermeasure.errors import EXIT_CODES, CountermeasureError

__all__ = ["app", "main"]

app = typer.Typer(
    name="countermeasure",
    help="Trade controls, offline: which duty and which export license apply to this good on this day, and why.",
    epilog="Exit codes: " + ", ".join(f"{code} {what}" for code, what in EXIT_CODES.items()) + ".",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("duty")(duty)
app.command("license")(license_)
app.command("screen")(screen)
app.command("owners")(owners)
app.command("check")(check)
app.command("cases")(cases)
app.add_typer(book, name="book")
app.add_typer(data, name="data")
app.add_typer(lists, name="lists")
app.add_typer(supply, name="supply")
app.add_typer(trade, name="trade")
app.add_typer(talks, name="talks")


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"countermeasure {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Nothing is done without a verb."""


def main() -> None:
    """Run the command line; every known error ends with its message and exit code."""
    try:
        app()
    except CountermeasureError as error:
        if "--json" in sys.argv:
            sys.stdout.write(json.dumps(error.to_json(), ensure_ascii=False, indent=1) + "\n")
        else:
            sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None

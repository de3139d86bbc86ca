"""The application: its verbs, and the one place where errors become messages and exit codes."""

import json
import os
import sys
from contextlib import suppress
from typing import Annotated, Any, NoReturn, TextIO, cast

import typer

from countermeasure._version import __version__
from countermeasure.cli.book import book
from countermeasure.cli.brief import brief
from countermeasure.cli.cases import cases
from countermeasure.cli.check import check
from countermeasure.cli.data import data
from countermeasure.cli.duty import duty
from countermeasure.cli.license import license_
from countermeasure.cli.lists import lists
from countermeasure.cli.owners import owners
from countermeasure.cli.portfolio import portfolio
from countermeasure.cli.read import read
from countermeasure.cli.scenario import scenario
from countermeasure.cli.screen import screen
from countermeasure.cli.serve import serve
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
app.command("serve")(serve)
app.command("read")(read)
app.command("brief")(brief)
app.add_typer(book, name="book")
app.add_typer(data, name="data")
app.add_typer(lists, name="lists")
app.add_typer(portfolio, name="portfolio")
app.add_typer(supply, name="supply")
app.add_typer(trade, name="trade")
app.add_typer(talks, name="talks")
app.add_typer(scenario, name="scenario")


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"countermeasure {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Nothing is done without a verb."""


class _Pipe:
    """Standard output whose reader may go away, as ``head`` does: then the command ends, quietly and with 0.

    The framework of commands and the tables would else end it with 1, each on its own.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Hand on text."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._end()

    def flush(self) -> None:
        """Hand on what is held."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._end()

    def _end(self) -> NoReturn:
        with suppress(OSError, ValueError):  # what is still held must go somewhere when the interpreter ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        raise SystemExit(0) from None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


def main() -> None:
    """Run the command line; every known error ends with its message and exit code."""
    stream = sys.stdout
    sys.stdout = cast("TextIO", _Pipe(stream))
    try:
        _run()
    finally:
        with suppress(SystemExit):  # an exit code that is there already stays
            sys.stdout.flush()
        sys.stdout = stream


def _run() -> None:
    try:
        app()
    except CountermeasureError as error:
        if "--json" in sys.argv:
            with suppress(SystemExit):  # nobody reads on, and the exit code is that of the error
                sys.stdout.write(json.dumps(error.to_json(), ensure_ascii=False, indent=1) + "\n")
        else:
            sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None

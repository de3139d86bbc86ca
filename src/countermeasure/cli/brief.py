"""``countermeasure brief``: what applies, what changes, what it costs, what stops first, what to do this week."""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rich.status import Status

    from countermeasure.brief.model import Brief
    from countermeasure.brief.portfolio import Portfolio
    from countermeasure.brief.write import Law
    from countermeasure.io.brief.build import Asking

__all__ = ["brief"]

PortfolioFile = Annotated[
    Path | None,
    typer.Option(
        "--portfolio", metavar="FILE", help="Your portfolio: Excel or a folder of CSV; the shipped example if absent."
    ),
]
Stories = Annotated[
    list[str],
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="A scenario over all engines, a file or a shipped name; may be repeated; none for none.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The whole brief: .html, .md, .xlsx, .pdf or .json.")]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="Day of the brief, YYYY-MM-DD; today if absent.")]
Within = Annotated[int, typer.Option("--within", min=0, max=3660, metavar="DAYS", help="Days that are watched for changes.")]


def brief(
    portfolio: PortfolioFile = None,
    scenario: Stories = [],  # noqa: B006 - typer makes a new list
    on: On = None,
    known_on: flags.KnownOn = None,
    reading: flags.ReadingName = "both",
    within: Within = 90,
    out: Out = None,
    as_json: flags.JsonOut = False,
    first_page: Annotated[
        bool, typer.Option("--first-page", help="The law alone: no scenario is run, though its name is looked at.")
    ] = False,
    draws: Annotated[int, typer.Option("--draws", min=1, max=10_000, help="Sets of parameters of the chain.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same numbers.")] = 1,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Processes for scenarios; 0 means as many as help.")] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run scenarios anew, and keep nothing.")] = False,
) -> None:
    """What applies now, what changes when, what it costs, what stops first, and what to do this week?

    countermeasure brief --portfolio portfolio.xlsx --out brief.html
    """
    from dataclasses import replace

    from countermeasure.brief.asked import asked_of
    from countermeasure.io.brief.build import all_kept, begin, law_now, whole_brief
    from countermeasure.io.brief.files import check_target

    if out is not None:
        check_target(out)  # a wrong name is told before the work is done
    _known(scenario)
    held, faulty = _portfolio(portfolio)
    asking = _asking(
        held, portfolio, on, known_on, reading, within, draws, seed, _names(scenario, first_page), no_cache=no_cache
    )
    screen = None if as_json else _Screen(asking.on)
    with ExitStack() as stack:
        tell = _Progress(stack)
        asked = asked_of(held)
        law = law_now(replace(asking, portfolio=asked))
        if screen is not None:
            screen.law(law)
        tell.start(len(asking.scenarios))
        executor = None if all_kept(asking) else _executor(stack, workers, len(asking.scenarios))
        found = whole_brief(asking, law, begin(asking, asked.firm, executor, tell), tell)
    if out is not None:
        from countermeasure.cli.talk import talk
        from countermeasure.io.brief.files import write_brief

        write_brief(out, found)
        talk().print(f"{out} is written")
    if as_json:
        sys.stdout.write(json.dumps(found.to_json(), ensure_ascii=False, indent=1, default=float) + "\n")
    elif screen is not None:
        screen.rest(found)
    if faulty:
        raise typer.Exit(2)


def _portfolio(path: Path | None) -> "tuple[Portfolio, bool]":
    """The portfolio, and whether its file has faults; they are told on stderr."""
    from countermeasure.io.portfolio import read_portfolio, shipped_portfolio

    if path is None:
        return shipped_portfolio(), False
    from countermeasure.cli.talk import fault_report
    from countermeasure.errors import InputError
    from countermeasure.io.faultlog import FaultLog

    read = read_portfolio(path)
    log = FaultLog(None)
    log.extend(read.faults)
    fault_report(log, sum(read.rows.values()), sum(read.kept.values()))
    if not read.portfolio.shipments and not read.portfolio.stocks:
        raise InputError(
            "nothing is left of the portfolio to be asked about: no shipment and no stock",
            code="empty_portfolio",
            where=str(path),
            cure="Mend the faults above; countermeasure portfolio template makes a file to fill.",
        )
    return read.portfolio, bool(read.errors)


def _names(given: list[str], first_page: bool) -> tuple[str, ...]:
    from countermeasure.brief.cases import DEFAULT_SCENARIOS

    if first_page or given == ["none"]:
        return ()
    return tuple(dict.fromkeys(name for name in given if name != "none")) or DEFAULT_SCENARIOS


def _asking(
    held: "Portfolio",
    path: Path | None,
    on: str | None,
    known_on: str | None,
    reading: str,
    within: int,
    draws: int,
    seed: int,
    scenarios: tuple[str, ...],
    *,
    no_cache: bool,
) -> "Asking":
    from countermeasure.cli.options import today
    from countermeasure.codes.day import parse_day
    from countermeasure.io.brief.build import Asking

    day = today() if on is None else parse_day(on)
    source = "" if path is None else str(path)
    cache = None if no_cache or not scenarios else _parts()
    return Asking(held, day, source, known_on, reading, scenarios, within, draws, seed, cache)


def _parts() -> Path | None:
    """Folder of parts of scenarios that are done, the one that ``scenario run`` and the page use."""
    from countermeasure.io.scenario_inputs import parts_folder

    return parts_folder()


def _known(given: list[str]) -> None:
    """Tell a wrong name, and faults of files of one's own, before the work is done; shipped scenarios have none."""
    from countermeasure.brief.cases import DEFAULT_SCENARIOS

    scenarios = [name for name in dict.fromkeys(given) if name != "none"]
    if set(scenarios) <= set(DEFAULT_SCENARIOS):
        return
    from countermeasure.scenario.whole.layers import story_names, story_path
    from countermeasure.scenario.whole.read import load_whole

    for name in scenarios:
        if story_path(name) is None or name not in story_names():
            load_whole(name)


class _Screen:
    """The first page on the terminal: the law at once, the rest when scenarios are run."""

    def __init__(self, on: int) -> None:
        from countermeasure.cli.talk import out

        self.console, self.on = out(), on

    def law(self, law: "Law") -> None:
        from countermeasure.cli.brief_screen import law_screen

        console = self.console
        for part in law_screen(law.asked.name, self.on, law.first, plain=not console.is_terminal, width=console.width):
            console.print(part)
        sys.stdout.flush()

    def rest(self, found: "Brief") -> None:
        from countermeasure.cli.brief_screen import rest_screen

        for part in rest_screen(found, plain=not self.console.is_terminal):
            self.console.print(part)


def _executor(stack: ExitStack, workers: int, scenarios: int) -> "Executor | None":
    """Processes for scenarios, where there are several and the machine has room."""
    count = min(scenarios, workers or min(os.cpu_count() or 1, 4))
    if count < 2:
        return None
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return stack.enter_context(ProcessPoolExecutor(count, mp_context=get_context("spawn")))


class _Progress:
    """A line on stderr that says what is done, once the law is printed; nothing where stderr is no terminal."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.status: Status | None = None

    def start(self, scenarios: int) -> None:
        """Show the line, if there is anything to wait for."""
        from countermeasure.cli.talk import talk

        if scenarios and sys.stderr.isatty():
            self.status = self.stack.enter_context(talk().status("running scenarios"))

    def __call__(self, what: str, done: int, of: int) -> None:
        """What is done, how far, and of how many."""
        if self.status is not None:
            self.status.update(f"running scenarios: {what}, {done} of {of}")

"""``countermeasure supply``: what stops, where and when, if the permits do not come?"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from countermeasure.supply.parameters import Parameters
    from countermeasure.supply.scenario import SupplyScenario

__all__ = ["supply"]

supply = typer.Typer(
    help="What stops, where and when, if the permits do not come?",
    invoke_without_command=True,
    no_args_is_help=False,
)

Scenario = Annotated[
    str, typer.Option("--scenario", metavar="FILE", help="A scenario file, or the name of one shipped: supply scenarios.")
]
Draws = Annotated[int, typer.Option("--draws", min=1, max=100_000, help="Sets of parameters; the first is the central one.")]
Weeks = Annotated[int | None, typer.Option("--weeks", min=1, max=1040, help="Weeks to run, if not those of the scenario.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed; the same seed gives the same numbers.")]
Settings = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Hold a parameter at a value: supply parameters lists them.")
]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes for draws; 0 means one up to 1,000 draws, else all.")]
FirmFile = Annotated[
    Path | None, typer.Option("--firm", metavar="FILE", help="Your own parts, suppliers, cover and licenses: CSV or Excel.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for tables (CSV, Parquet), JSON, pictures and the page.")
]
DEFAULT = "no-permits-12-weeks"


@supply.callback()
def run(
    context: typer.Context,
    scenario: Scenario = DEFAULT,
    draws: Draws = 100,
    weeks: Weeks = None,
    firm: FirmFile = None,
    out: Out = None,
    settings: Settings = [],  # noqa: B006 - typer makes a new list
    seed: Seed = 1,
    buyers: Annotated[int, typer.Option("--buyers", min=1, max=20_000, help="Buyers in the sample.")] = 2000,
    workers: Workers = 0,
    as_json: flags.JsonOut = False,
    book: flags.Book = None,
) -> None:
    """What stops, where and when, if the permits do not come?

    countermeasure supply --scenario april-2025 --set approval=0.25 --out report
    """
    if context.invoked_subcommand is not None:
        return
    from countermeasure.cli.talk import out as console
    from countermeasure.supply.outcome import run_supply

    asked, parameters = _asked(scenario, weeks, settings, book)
    with ExitStack() as stack:
        outcome = run_supply(
            asked,
            draws,
            seed,
            parameters=parameters,
            count=buyers,
            executor=_executor(stack, workers, draws),
            progress=_progress(stack, draws),
        )
    answer = None
    if firm is not None:
        from countermeasure.io.firm_files import read_firm
        from countermeasure.supply.firm import run_firm

        answer = run_firm(outcome.simulation, read_firm(firm).firm, seed=seed)
    if out is not None:
        from countermeasure.io.supply_files import write_outcome

        written = write_outcome(out, outcome, answer)
        from countermeasure.cli.talk import plural, talk

        talk().print(f"{plural(len(written), 'file')} in {out}; open {out / 'report.html'}")
    if as_json:
        from countermeasure.io.supply_files import outcome_json

        sys.stdout.write(json.dumps(outcome_json(outcome, answer), ensure_ascii=False, indent=1, default=float) + "\n")
        return
    from countermeasure.cli.supply_screen import firm_screen, screen

    page = console()
    for part in screen(outcome):
        page.print(part)
    if answer is not None:
        for part in firm_screen(answer):
            page.print(part)


@supply.command("scenarios")
def scenarios(as_json: flags.JsonOut = False) -> None:
    """Shipped scenarios, each with its intent.

    countermeasure supply scenarios
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.supply.scenario import load_scenario, scenario_names

    found = [load_scenario(name) for name in scenario_names()]
    if as_json:
        rows = [{"id": s.id, "title": s.title, "intent": s.intent, "weeks": s.weeks} for s in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.supply_screen import scenario_table

    console().print(scenario_table(found))


@supply.command("parameters")
def parameters(as_json: flags.JsonOut = False, as_csv: flags.CsvOut = False) -> None:
    """Every parameter with its value, unit, prior, source and confidence.

    countermeasure supply parameters --csv
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.io.write import render
    from countermeasure.supply.parameters import Parameters

    rows = Parameters.shipped().to_rows()
    if as_json or as_csv:
        sys.stdout.write(render(rows, "json" if as_json else "csv"))
        return
    from countermeasure.cli.supply_screen import parameter_table

    console().print(parameter_table(Parameters.shipped()))


@supply.command("validate")
def validate_(
    draws: Draws = 200,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Report: .md, .json or .html.")] = None,
    as_json: flags.JsonOut = False,
    workers: Workers = 0,
) -> None:
    """The chain against what happened in 2025 and 2010 to 2013: what was fitted, and what is predicted.

    countermeasure supply validate --out validation.html
    """
    from countermeasure.cli.supply_screen import validation_screen
    from countermeasure.cli.talk import out as console
    from countermeasure.io.supply_validation import validation_json, write_validation
    from countermeasure.supply.validate import validate

    with ExitStack() as stack:
        found = validate(draws, seed, executor=_executor(stack, workers, draws), progress=_progress(stack, draws))
    if out is not None:
        write_validation(out, found, draws, seed)
    if as_json:
        sys.stdout.write(json.dumps(validation_json(found, draws, seed), ensure_ascii=False, indent=1, default=float) + "\n")
        return
    page = console()
    for part in validation_screen(found):
        page.print(part)


@supply.command("fit")
def fit_(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Joint draws, CSV.")],
    draws: Draws = 20_000,
    keep: Annotated[int, typer.Option("--keep", min=1, help="Draws to keep, the nearest.")] = 100,
    seed: Seed = 1,
    workers: Workers = 0,
) -> None:
    """Fit the license parameters to Chinese exports of April to September 2025 again.

    countermeasure supply fit --out posterior.csv
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.supply.fit import fit_licensing, posterior_text
    from countermeasure.supply.scenario import load_scenario
    from countermeasure.supply.validate import fitted_months

    with ExitStack() as stack:
        tell = _progress(stack, draws)
        found = fit_licensing(
            load_scenario("april-2025"),
            fitted_months(),
            draws=draws,
            keep=keep,
            seed=seed,
            executor=_executor(stack, workers, draws),
            progress=lambda done: tell("the fit", done, draws),
        )
    out.write_text(posterior_text(found, draws, seed), "utf-8")
    from countermeasure.cli.supply_screen import fit_table

    console().print(fit_table(found))


def _asked(scenario: str, weeks: int | None, settings: list[str], book: Path | None) -> "tuple[SupplyScenario, Parameters]":
    """Scenario and priors for the flags."""
    from countermeasure.book.load import Book
    from countermeasure.supply.parameters import Parameters, parse_setting
    from countermeasure.supply.scenario import load_scenario

    asked = load_scenario(scenario, None if book is None else Book.load(book))
    if weeks is not None:
        asked = asked.for_weeks(weeks)
    priors = Parameters.shipped()
    moved = dict(parse_setting(text, priors) for text in settings)
    return asked.with_settings(moved), priors


def _executor(stack: ExitStack, workers: int, draws: int) -> "Executor | None":
    """Processes for the draws: none where one is enough."""
    count = workers or (1 if draws <= 1000 else os.cpu_count() or 1)
    if count == 1:
        return None
    from concurrent.futures import ProcessPoolExecutor

    return stack.enter_context(ProcessPoolExecutor(count))


def _progress(stack: ExitStack, draws: int) -> "Callable[[str, int, int], None]":
    """A bar on a terminal for long runs; nothing elsewhere."""
    from countermeasure.cli.talk import talk

    if draws < 200 or not sys.stderr.isatty():
        return lambda _what, _done, _of: None
    from rich import progress as bars

    bar = stack.enter_context(
        bars.Progress(
            bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TimeElapsedColumn(), console=talk(), transient=True
        )
    )
    tasks: dict[str, bars.TaskID] = {}

    def tell(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=of)
        bar.update(tasks[what], completed=done)

    return tell

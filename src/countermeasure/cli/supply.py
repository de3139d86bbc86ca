"""``countermeasure supply``: what stops, where and when, if the permits do not come?"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from countermeasure.supply.firm.answer import FirmAnswer
    from countermeasure.supply.outcome import Outcome
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
    from countermeasure.cli.talk import show_parts, told_files
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
    answer, faulty = None, False
    if firm is not None:
        answer, faulty = _firm(firm, outcome, seed)
    if out is not None:
        from countermeasure.io.supply_files import write_outcome

        told_files(len(write_outcome(out, outcome, answer)), out)
    if as_json:
        from countermeasure.io.supply_files import outcome_json

        sys.stdout.write(json.dumps(outcome_json(outcome, answer), ensure_ascii=False, indent=1, default=float) + "\n")
        raise typer.Exit(2 if faulty else 0)
    from countermeasure.cli.supply_screen import firm_screen, screen

    show_parts(screen(outcome))
    if answer is not None:
        show_parts(firm_screen(answer))
    if faulty:
        raise typer.Exit(2)


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
    from countermeasure.cli.talk import show_parts
    from countermeasure.io.supply_validation import validation_json, write_validation
    from countermeasure.supply.validate import validate

    with ExitStack() as stack:
        found = validate(draws, seed, executor=_executor(stack, workers, draws), progress=_progress(stack, draws))
    if out is not None:
        write_validation(out, found, draws, seed)
    if as_json:
        sys.stdout.write(json.dumps(validation_json(found, draws, seed), ensure_ascii=False, indent=1, default=float) + "\n")
        return
    show_parts(validation_screen(found))


@supply.command("plan")
def plan_(
    scenario: Scenario = DEFAULT,
    weeks: Weeks = None,
    settings: Settings = [],  # noqa: B006 - typer makes a new list
    tonnes: Annotated[float, typer.Option("--tonnes", min=0.001, help="Permits more on each way in turn, t.")] = 100.0,
    share: Annotated[
        float | None, typer.Option("--share", min=0.0001, help="Permits more as a share of normal trade, in place of tonnes.")
    ] = None,
    period: Annotated[int, typer.Option("--period", min=1, max=13, help="Weeks put together; 1 is the tightest bound.")] = 4,
    as_json: flags.JsonOut = False,
    book: flags.Book = None,
) -> None:
    """The least that must be lost, and the permits that matter most.

    countermeasure supply plan --scenario heavy-ban --share 0.1
    """
    from countermeasure.cli.supply_screen import plan_json, plan_screen
    from countermeasure.cli.talk import show_parts
    from countermeasure.supply.chain import compile_network
    from countermeasure.supply.flow import simulate
    from countermeasure.supply.planner import loss_of, permits_that_matter, plan_horizon

    asked, priors = _asked(scenario, weeks, settings, book)
    network = compile_network()
    plan = asked.plan(network)
    usual = simulate(network, plan, 1, parameters=asked.parameters(priors), keep=("served",))
    bound = plan_horizon(network, plan, asked.parameters(priors), period=period)
    permits = permits_that_matter(bound, tonnes, share=share)
    lost = float(loss_of(usual).sum())
    if as_json:
        sys.stdout.write(json.dumps(plan_json(asked, bound, permits, lost), ensure_ascii=False, indent=1) + "\n")
        return
    show_parts(plan_screen(asked, bound, permits, lost))


@supply.command("projects")
def projects_(
    level: Annotated[float, typer.Option("--level", min=0.01, max=0.99, help="China's share to fall below.")] = 0.8,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="First day; today if absent.")] = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=1040, help="Horizon.")] = 520,
    draws: Draws = 300,
    seed: Seed = 1,
    settings: Settings = [],  # noqa: B006 - typer makes a new list
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for curves: CSV, Parquet, SVG.")] = None,
    as_json: flags.JsonOut = False,
) -> None:
    """How long until alternatives carry the load, element by element.

    countermeasure supply projects --level 0.8 --set delay_months=36
    """
    from countermeasure.cli.options import today
    from countermeasure.cli.supply_screen import projects_json, projects_screen
    from countermeasure.cli.talk import plural, show_parts, talk
    from countermeasure.codes.day import parse_day
    from countermeasure.supply.chain import compile_network
    from countermeasure.supply.parameters import Parameters, parse_setting
    from countermeasure.supply.projects import outlook

    priors = Parameters.shipped()
    priors = priors.moved(dict(parse_setting(text, priors) for text in settings))
    day = today() if on is None else parse_day(on)
    found = outlook(compile_network(), priors, day - (day + 3) % 7, weeks, draws, seed)
    if out is not None:
        from countermeasure.io.supply_files import write_outlook

        written = write_outlook(out, found, level)
        talk().print(f"{plural(len(written), 'file')} in {out}")
    if as_json:
        sys.stdout.write(json.dumps(projects_json(found, level), ensure_ascii=False, indent=1) + "\n")
        return
    show_parts(projects_screen(found, level))


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
    from countermeasure.supply.flow.fit import fit_licensing, posterior_text
    from countermeasure.supply.history import fitted_months
    from countermeasure.supply.scenario import load_scenario

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


def _firm(path: Path, outcome: "Outcome", seed: int) -> "tuple[FirmAnswer, bool]":
    """The firm's answer on the same draws, and whether its table has faults; they are told on stderr."""
    from countermeasure.cli.talk import fault_report
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.firm_files import read_firm
    from countermeasure.supply.firm.run import run_firm

    found = read_firm(path)
    log = FaultLog(None)
    log.extend(found.faults)
    fault_report(log, found.rows, sum(len(part.sources) for part in found.firm.parts))
    if not found.firm.parts:
        said = "; ".join(str(fault) for fault in found.errors) or "the table is empty"
        raise InputError(
            f"no part of the firm could be read: {said}",
            code="no_part",
            where=str(path),
            cure="docs/how-to/your-own-firm.md has one.",
        )
    market = outcome.buyers.get("implied")
    return run_firm(outcome.simulation, found.firm, market, seed=seed), bool(found.errors)


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

"""``countermeasure scenario compare``, ``sweep``, ``dials`` and ``new``."""

import json
import os
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.cli import scenario_asked as shared
from countermeasure.errors import CountermeasureError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

__all__ = ["compare", "dials", "new", "sweep"]

Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes; 0 means one for each core, 1 none beside this one.")]


def compare(
    scenarios: Annotated[list[str], typer.Argument(metavar="A B...", help="Two or more: shipped names or files.")],
    lines: shared.Lines = None,
    transactions: shared.Transactions = None,
    parts: shared.Parts = "law,duty,license,supply,trade,talks",
    draws: shared.Draws = None,
    seed: shared.Seed = None,
    out: shared.Out = None,
    as_json: flags.JsonOut = False,
    no_cache: shared.NoCache = False,
    no_screening: shared.NoScreen = False,
    book: flags.Book = None,
) -> None:
    """Scenarios side by side: what differs in law, duty, stops, welfare and talks.

    countermeasure scenario compare expiry-2026-11-text expiry-2026-11-announced
    """
    from dataclasses import replace

    from countermeasure.cli.scenario_sweep_screen import comparison_screen
    from countermeasure.cli.talk import show_parts, told_files
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.scenario_inputs import parts_folder
    from countermeasure.scenario.whole import run_whole
    from countermeasure.scenario.whole.compare import compare as compared

    if len(scenarios) < 2:
        raise InputError("one scenario cannot be compared", code="too_few", cure="Name two or more.")
    asked, log, wanted = shared.asked_of(scenarios, draws, seed, book), FaultLog(), shared.words(parts)
    inputs = shared.inputs_of(asked[0], lines, transactions, log, wanted, screening=not no_screening)
    inputs = replace(inputs, cache=None if no_cache else parts_folder())
    found = compared([run_whole(one, inputs, wanted) for one in asked])
    if out is not None:
        from countermeasure.io.sweep_files import write_comparison

        told_files(len(write_comparison(out, found)), out)
    if as_json:
        from countermeasure.io.sweep_files import comparison_json

        sys.stdout.write(json.dumps(comparison_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        show_parts(comparison_screen(found))
    if log.errors:
        raise typer.Exit(2)


def sweep(
    scenario: Annotated[str, typer.Argument(metavar="FILE", help="A scenario: a shipped name or a file.")],
    grid: Annotated[
        list[str],
        typer.Option("--grid", metavar="DIAL=A:B:N", help="Values of a dial: start:stop:count, or a,b,c; may be repeated."),
    ],
    lines: shared.Lines = None,
    transactions: shared.Transactions = None,
    parts: shared.Parts = "law,duty,supply,trade",
    workers: Workers = 0,
    draws: shared.Draws = None,
    seed: shared.Seed = None,
    own_seeds: Annotated[bool, typer.Option("--own-seeds", help="Draws of its own for each setting of the chain.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the folder has of a sweep.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for tables, pictures, the page, and what is done: the same sweep goes on from it.",
        ),
    ] = None,
    as_json: flags.JsonOut = False,
    no_cache: shared.NoCache = False,
    no_screening: shared.NoScreen = False,
    book: flags.Book = None,
) -> None:
    """One scenario at every point of a grid of dials; a run that was stopped goes on where it was.

    countermeasure scenario sweep no-deal-157 --grid permits=0.1:1:10 --grid rate=0:1.57:12 --out grid
    """
    from countermeasure.cli.scenario_sweep_screen import sweep_screen
    from countermeasure.cli.talk import plural, show_parts, talk, told_files
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.scenario.whole.sweep import parse_grid
    from countermeasure.scenario.whole.sweep import sweep as swept

    values, wanted = parse_grid(grid), shared.words(parts)
    store = None if no_cache else out
    if no_cache and out is not None and (out / "sweep.json").exists():
        cure = "Give another folder, or leave out --no-cache: the same sweep goes on from it."
        raise InputError("the folder keeps a sweep, and --no-cache keeps none", where=str(out), code="other_sweep", cure=cure)
    asked, log = shared.asked_of([scenario], draws, seed, book)[0], FaultLog()
    inputs = shared.inputs_of(asked, lines, transactions, log, wanted, screening=not no_screening)
    with ExitStack() as stack:
        try:
            found = swept(
                asked,
                values,
                inputs,
                wanted,
                _executor(stack, workers),
                store,
                resume=not fresh,
                own_seeds=own_seeds,
                progress=_progress(stack),
            )
        except KeyboardInterrupt:
            kept = "" if store is None else f"; what is done is kept in {store}, and the same command goes on from there"
            raise CountermeasureError(f"the sweep was stopped{kept}", code="stopped") from None
    if found.broken:
        talk().print(f"{plural(len(found.broken), 'file')} broken in {out}, computed again: {', '.join(found.broken[:3])}")
    if out is not None:
        from countermeasure.io.sweep_files import write_sweep

        told_files(len(write_sweep(out, found)), out)
    if as_json:
        from countermeasure.io.sweep_files import sweep_json

        sys.stdout.write(json.dumps(sweep_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        show_parts(sweep_screen(found))
    if log.errors:
        raise typer.Exit(2)


def dials(as_json: flags.JsonOut = False) -> None:
    """Every dial of a sweep: unit, bounds, the parts that feel it, and what it changes.

    countermeasure scenario dials
    """
    from countermeasure.cli.scenario_sweep_screen import dial_table
    from countermeasure.cli.talk import out as console
    from countermeasure.scenario.whole.sweep import dial, dial_names
    from countermeasure.scenario.whole.sweep.grid import words_of

    found = [dial(name) for name in dial_names()]
    if as_json:
        rows = [
            {
                "dial": d.name,
                "unit": d.unit,
                "low": words_of(d.low),
                "high": words_of(d.high),
                "parts": sorted(d.parts),
                "what": d.what,
            }
            for d in found
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    console().print(dial_table(found))


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Id of the scenario: lower case, digits, dashes.")],
    like: Annotated[
        str | None, typer.Option("--like", metavar="STORY", help="Inherit from a shipped scenario or a file.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Day whose law is meant; today, or that of --like.")
    ] = None,
    output: flags.Output = None,
) -> None:
    """Write a commented scenario that runs as it stands.

    countermeasure scenario new my-question --like no-deal-157
    """
    from countermeasure.cli.talk import talk
    from countermeasure.codes.day import parse_day
    from countermeasure.scenario.whole import load_whole
    from countermeasure.scenario.whole.template import template

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise InputError(f"{name!r} is not an id", code="bad_option", cure="Use lower case letters, digits and dashes.")
    day = parse_day(on) if on is not None else _today() if like is None else load_whole(like).on
    text = template(name, day, like)
    path = output or Path(f"{name}.yaml")
    if path.exists():
        raise InputError("the file is there already", where=str(path), code="file_exists", cure="Choose another name.")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        cure = "Give another --output."
        raise InputError(
            f"the file cannot be written ({error.strerror})", where=str(path), code="unwritable", cure=cure
        ) from None
    talk().print(f"{path} written; run it with: countermeasure scenario run {path}")


# ------------------------------------------------------------------------------------------------ helpers


def _today() -> int:
    from datetime import UTC, datetime

    from countermeasure.codes.day import from_date

    return from_date(datetime.now(UTC).date())


def _executor(stack: ExitStack, workers: int) -> "Executor | None":
    """Processes for the jobs: none where one is enough."""
    count = workers or os.cpu_count() or 1
    if count == 1:
        return None
    from concurrent.futures import ProcessPoolExecutor

    return stack.enter_context(ProcessPoolExecutor(count))


def _progress(stack: ExitStack) -> "Callable[[int, int], None] | None":
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None
    from rich import progress as bars

    from countermeasure.cli.talk import talk

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn())
    bar = stack.enter_context(bars.Progress(*columns, console=talk(), transient=True))
    task = bar.add_task("parts", total=None)
    return lambda done, of: bar.update(task, completed=done, total=of)

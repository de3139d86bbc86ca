"""``countermeasure scenario``: one question put to all engines."""

import json
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.cli import scenario_asked as shared
from countermeasure.cli.scenario_sweep import compare, dials, new, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["scenario"]

scenario = typer.Typer(
    help="One question put to all engines: what changes in law, duty and license, what stops, who loses, what would last.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="FILE", help="A scenario file, or a name of scenario list.")]


@scenario.command("list")
def list_(as_json: flags.JsonOut = False) -> None:
    """Shipped scenarios, each with its intent.

    countermeasure scenario list
    """
    from countermeasure.cli.talk import out as console
    from countermeasure.scenario.whole import story_heads

    found = story_heads()
    if as_json:
        from countermeasure.codes.day import format_day

        rows = [
            {
                "id": s.id,
                "title": s.title,
                "intent": s.intent,
                "on": format_day(s.on),
                "parts": ["law", "duty", "license", *s.parts],
            }
            for s in found
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    from countermeasure.cli.scenario_screen import list_table

    console().print(list_table(found))


@scenario.command("show")
def show(name: Name, as_json: flags.JsonOut = False, book: flags.Book = None) -> None:
    """What a scenario says, with all that it inherits.

    countermeasure scenario show no-deal-157
    """
    from countermeasure.cli.scenario_screen import scenario_words, show_screen
    from countermeasure.cli.talk import show_parts

    asked = shared.asked_of([name], None, None, book)[0]
    if as_json:
        sys.stdout.write(json.dumps(scenario_words(asked), ensure_ascii=False, indent=1) + "\n")
        return
    show_parts(show_screen(asked))


@scenario.command("run")
def run(
    name: Name,
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
    """Put a scenario to all engines; the sentence that stands last needs nothing else.

    countermeasure scenario run no-deal-157 --lines examples/shipments.csv --out report
    """
    from dataclasses import replace

    from countermeasure.cli.talk import show_parts, told_files
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.scenario_inputs import parts_folder
    from countermeasure.scenario.whole import run_whole

    asked, log, wanted = shared.asked_of([name], draws, seed, book)[0], FaultLog(), shared.words(parts)
    inputs = shared.inputs_of(asked, lines, transactions, log, wanted, screening=not no_screening)
    with ExitStack() as stack:
        inputs = replace(inputs, progress=_progress(stack), cache=None if no_cache else parts_folder())
        outcome = run_whole(asked, inputs, wanted)
    if out is not None:
        from countermeasure.io.scenario_files import write_outcome_folder

        told_files(len(write_outcome_folder(out, outcome)), out)
    if as_json:
        from countermeasure.io.scenario_files import scenario_json

        sys.stdout.write(json.dumps(scenario_json(outcome), ensure_ascii=False, indent=1) + "\n")
    else:
        from countermeasure.cli.scenario_screen import screen

        show_parts(screen(outcome))
    if log.errors:
        raise typer.Exit(2)


def _progress(stack: ExitStack) -> "Callable[[str, int, int], None] | None":
    """A bar on a terminal; nothing elsewhere."""
    from countermeasure.cli.talk import talk

    if not sys.stderr.isatty():
        return None
    from rich import progress as bars

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TimeElapsedColumn())
    bar = stack.enter_context(bars.Progress(*columns, console=talk(), transient=True))
    tasks: dict[str, bars.TaskID] = {}

    def tell(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=of)
        bar.update(tasks[what], completed=done, total=of)

    return tell


for _name, _door in (("compare", compare), ("sweep", sweep), ("dials", dials), ("new", new)):
    scenario.command(_name)(_door)

"""``countermeasure cases``: run case files, and print what differs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags

if TYPE_CHECKING:
    from countermeasure.io.cases import CaseResult

__all__ = ["cases"]

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML files of cases.")]


def cases(files: Files, scenario: flags.Scenarios = [], book: flags.Book = None, as_json: flags.JsonOut = False) -> None:  # noqa: B006
    """Do these cases get the answers they expect? Keep your own and run them after every change.

    countermeasure cases tests/cases/us_duty.yaml
    """
    from countermeasure.errors import NotFoundError
    from countermeasure.io.cases import run_cases
    from countermeasure.io.conflict_cases import holds_conflicts, run_conflict_cases
    from countermeasure.io.engines import duty_engine

    engine = duty_engine(None, "both", scenario, book)
    results: list[CaseResult] = []
    for path in files:
        if not path.is_file():
            raise NotFoundError(f"there is no file {path}", code="no_file", cure="Give YAML files of cases.")
        results += run_conflict_cases(path) if holds_conflicts(path) else list(run_cases(path, engine))
    failed = [r for r in results if not r.passed]
    if as_json:
        rows = [{"id": r.id, "where": r.where, "differences": list(r.differences), "source": r.source} for r in results]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    else:
        for result in failed:
            sys.stdout.write(f"{result.where} {result.id}: {'; '.join(result.differences)}\n")
        sys.stdout.write(f"{len(results) - len(failed)} of {len(results)} cases as expected\n")
    if failed:
        raise typer.Exit(2)

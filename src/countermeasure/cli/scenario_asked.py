"""Flags that ``run``, ``compare`` and ``sweep`` of ``countermeasure scenario`` share, and what they mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from countermeasure.duty.line import Line
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.licensing.transaction import Transaction
    from countermeasure.scenario.whole import Inputs, Scenario

__all__ = [
    "Draws", "Lines", "NoCache", "NoScreen", "Out", "Parts", "Seed", "Transactions", "asked_of", "inputs_of",
    "words",
]  # fmt: skip

Lines = Annotated[
    Path | None, typer.Option("--lines", metavar="FILE", help="Lines whose duty and license are asked, as for check.")
]
Transactions = Annotated[
    Path | None, typer.Option("--transactions", metavar="FILE", help="Transactions whose license is asked, as for license.")
]
Parts = Annotated[
    str, typer.Option("--parts", metavar="A,B", help="Parts, split by commas: law, duty, license, supply, trade, talks.")
]
Draws = Annotated[
    int | None, typer.Option("--draws", min=1, max=10_000, help="Sets of parameters of the chain; those of the file if absent.")
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed; that of the file if absent.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for tables (CSV, Parquet), JSON, pictures and the page.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Compute every part anew, and keep none.")]
NoScreen = Annotated[bool, typer.Option("--no-screening", help="Do not look parties up on lists; the answer says so.")]


def asked_of(names: "Sequence[str]", draws: int | None, seed: int | None, book: Path | None) -> "list[Scenario]":
    """Scenarios by name or file, on one book, with draws and seed where they were given."""
    from dataclasses import replace

    from countermeasure.book.load import Book
    from countermeasure.scenario.whole import load_whole

    held = None if book is None else Book.load(book)
    found = [load_whole(name, held) for name in names]
    return [replace(one, draws=one.draws if draws is None else draws, seed=one.seed if seed is None else seed) for one in found]


def words(text: str) -> tuple[str, ...]:
    """Words that are split by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def inputs_of(
    asked: "Scenario",
    lines: Path | None,
    transactions: Path | None,
    log: "FaultLog",
    parts: "Collection[str]",
    *,
    screening: bool,
) -> "Inputs":
    """What the asker brings; faults go to stderr.

    Args:
        asked: The scenario whose book and day the files are read with.
        lines: Table of lines; each is a transaction too.
        transactions: File of transactions.
        log: Takes the faults.
        parts: Parts that are wanted; lists are read for licenses alone.
        screening: Whether parties are looked up.
    """
    from countermeasure.cli.talk import fault_report
    from countermeasure.io.scenario_inputs import merged, scenario_lines, scenario_parties, scenario_transactions
    from countermeasure.scenario.whole import Inputs

    own, more = ((), 0) if transactions is None else scenario_transactions(transactions, asked, log)
    moves: tuple[Transaction, ...] = own
    goods: tuple[Line, ...] = ()
    rows = 0
    if lines is not None:
        goods, of_lines, rows = scenario_lines(lines, asked, log)
        moves = merged(own, of_lines, lines, log)
    fault_report(log, rows + more, len(goods) + len(own))
    named = any(one.parties for one in moves)
    return Inputs(goods, moves, scenario_parties() if named and screening and "license" in parts else None)

"""Answers of the talks on a terminal or in plain text: assumptions, sentences or table, and the last line for a minister."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.codes.sheet import Sheet
    from countermeasure.io.talks_files import TalksReport
    from countermeasure.talks.model import Conflict

__all__ = ["models_table", "report_screen", "sheet_table"]

_ROWS = 40
"""Rows of a table shown."""


def report_screen(report: TalksReport, tables: Sequence[str] = (), leave: Sequence[str] = ()) -> Iterator[RenderableType]:
    """A report: title, what is assumed, what was found in words, the tables named, the closing sentence.

    Args:
        report: What is shown.
        tables: Names of sheets that are drawn.
        leave: Columns that a screen has no room for; files hold them.
    """
    yield Text(report.title, style="bold")
    if report.about:
        yield Text(report.about, style="dim")
    for what, value, letter, source in report.assumptions:
        said = f"Assumed ({letter}): {what}: {value}"
        yield Text(
            (said if said.endswith("...") else said.rstrip(".")) + (f" [{source}]" if source and letter != "D" else "") + ".",
            style="yellow" if letter == "U" else "",
        )
    yield Text()
    for sheet in report.sheets:
        words = report.sentences.get(sheet.name, "")
        for line in words.replace("\n\n", "\n").splitlines():
            yield Text(line)
        if sheet.name in tables:
            yield sheet_table(sheet, leave)
        if words or sheet.name in tables:
            yield Text()
    yield Text(report.closing, style="bold")


def sheet_table(sheet: Sheet, leave: Sequence[str] = ()) -> Table:
    """A table of a sheet, cut where it is long, without the columns to leave."""
    more = f"; {_ROWS} of {len(sheet.rows)} rows" if len(sheet.rows) > _ROWS else ""
    table = new_table(plain=not out().is_terminal, title=sheet.title + more)
    places = [place for place, name in enumerate(sheet.columns) if name not in leave]
    for place in places:
        values = [row[place] for row in sheet.rows if row[place] is not None]
        numbers = bool(values) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        table.add_column(sheet.columns[place].replace("_", " "), justify="right" if numbers else "left")
    for row in sheet.rows[:_ROWS]:
        table.add_row(*(_cell(row[place]) for place in places))
    return table


def _cell(value: Any) -> str:  # noqa: ANN401 - cells are of any type
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def models_table(found: Sequence[tuple[str, Conflict]]) -> Table:
    """Shipped models."""
    table = new_table(plain=not out().is_terminal)
    for name in ("model", "title", "parties", "states", "preferences"):
        table.add_column(name, justify="right" if name == "states" else "left")
    for name, conflict in found:
        parties = " ".join(party.id for party in conflict.parties)
        table.add_row(name, conflict.title, parties, str(len(conflict.space)), "assumed" if conflict.assumption else "sourced")
    return table

"""Targets of a validation on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.codes.target import Target

__all__ = ["targets_screen"]


def targets_screen(targets: Sequence[Target]) -> Iterator[RenderableType]:
    """Fitted and predicted apart, then why each miss is one, then the count."""
    for kind, title in (("fitted", "Fitted"), ("predicted", "Predicted with parameters frozen")):
        table = new_table(plain=not out().is_terminal, title=title)
        for name in ("", "target", "observed", "simulated"):
            table.add_column(name)
        table.add_column("", justify="right")
        for one in targets:
            if one.kind == kind:
                style = "green" if one.passed else "bold red"
                table.add_row(one.id, one.what, one.observed, one.simulated, Text(one.result, style=style))
        yield table
    for one in targets:
        if not one.passed:
            yield Text(f"{one.id} is missed ({one.rule}): {one.why}.")
    yield Text(f"{sum(t.passed for t in targets)} of {len(targets)} targets are met.", style="bold")

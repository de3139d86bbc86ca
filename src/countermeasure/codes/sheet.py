"""A table of an answer, before it becomes a file, a page or a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Sheet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes:
        name: File name without suffix.
        title: What it holds.
        columns: Heads; units stand in them.
        rows: Values.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def by_column(self) -> dict[str, list[Any]]:
        """Values of each column."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.columns)}

    def records(self) -> list[dict[str, Any]]:
        """Rows as objects."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

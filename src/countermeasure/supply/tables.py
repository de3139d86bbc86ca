"""The room's tables: where they are, and their content."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.tables import read_table, text_at

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.book.tables import Table

__all__ = ["BAD_TABLE", "read_rows", "shipped_folder", "shipped_text"]

BAD_TABLE = "bad_supply_table"
"""Machine word of the errors of this room's tables."""


def read_rows(text: str, name: str, columns: tuple[str, ...], faults: list[str] | None = None) -> Table:
    """Read a table of this room; see ``book.tables.read_table``."""
    return read_table(text, name, columns, faults=faults, code=BAD_TABLE)


def shipped_folder() -> Path:
    """Folder of the chain's tables in the wheel."""
    return shipped_data() / "supply"


def shipped_text(name: str, folder: Path | None = None) -> str:
    """Content of a table: of the wheel, read once, or of another chain's folder, read each time.

    Raises:
        NotFoundError: If the folder has no such table.
        InputError: If it is not UTF-8 text.
    """
    return _shipped_text(name) if folder is None else _text(folder / name)


@lru_cache(maxsize=64)
def _shipped_text(name: str) -> str:
    return _text(shipped_folder() / name)


def _text(path: Path) -> str:
    return text_at(path, code=BAD_TABLE, cure="A chain needs all its tables.")

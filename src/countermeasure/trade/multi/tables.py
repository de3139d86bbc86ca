"""The room's tables: where they are, and their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.tables import read_table, text_at

if TYPE_CHECKING:
    from pathlib import Path

    from countermeasure.book.tables import Table

__all__ = ["read_rows", "text_of", "trade_folder"]

_BAD_TABLE = "bad_trade_table"


def read_rows(text: str, name: str, columns: tuple[str, ...] | None = None) -> Table:
    """Read a table of this room; see ``book.tables.read_table``."""
    return read_table(text, name, columns, code=_BAD_TABLE)


def trade_folder() -> Path:
    """Folder of the room's tables in the wheel."""
    return shipped_data() / "trade"


def text_of(name: str, folder: Path | None = None) -> str:
    """Content of a table of the wheel, or of another folder.

    Raises:
        NotFoundError: If there is no such file.
        InputError: If it is not UTF-8 text.
    """
    return text_at((folder or trade_folder()) / name, code=_BAD_TABLE, cure="A baseline needs all its tables.")

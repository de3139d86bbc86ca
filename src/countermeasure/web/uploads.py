"""What a reader uploads: limited, looked into before it is read, kept in memory and forgotten with the request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.limits import TABLE_UPLOAD
from countermeasure.web.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import UploadFile

__all__ = ["TABLES", "Upload", "check_packed", "file_name", "pasted", "read_upload"]

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".jsonl", ".parquet")
"""Kinds of table that may be uploaded; .xls and .xlsm are left out."""
_TOO_LARGE = frozenset({"too_large", "too_large_unpacked", "too_many_files", "sheet_too_large"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, whole.

    Attributes:
        name: Its name without folders and odd characters.
        content: Its bytes.
    """

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """Suffix in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


def file_name(text: str | None) -> str:
    """A name without folders, control characters and anything a path or a page could take amiss."""
    bare = re.split(r"[\\/]", text or "")[-1]
    kept = re.sub(r"[^\w .()+-]", "_", bare, flags=re.UNICODE).strip(". ")
    return kept[-80:] or "upload"


async def read_upload(file: UploadFile | None, kinds: Sequence[str] = TABLES) -> Upload | None:
    """Read a file from a form.

    Args:
        file: The field; ``None`` or empty where nothing was chosen.
        kinds: Suffixes that are taken.

    Returns:
        The file, or ``None`` where there is none.

    Raises:
        Refused: If it is of another kind, or packed to burst.
    """
    if file is None or not file.filename:
        return None
    found = Upload(file_name(file.filename), await file.read())
    await file.close()
    if found.suffix not in kinds:
        raise Refused(
            415,
            f"{found.name} is not of a kind that is read here",
            code="wrong_kind",
            cure=f"Save it as one of {', '.join(kinds)}.",
        )
    check_packed(found)
    return found


def pasted(text: str, name: str = "pasted.csv") -> Upload | None:
    """A table pasted into a field; a spreadsheet puts tabs between cells."""
    return Upload(name, text.encode()) if text.strip() else None


def check_packed(found: Upload) -> None:
    """Refuse a packed file that would burst memory when it is opened.

    What the archive says it holds is looked at first, then held against what comes out. A sheet with one cell far away is as
    bad as a large one, since a grid is made of all between.

    Raises:
        Refused: If it would.
        InputError: If it is damaged.
    """
    if found.content.startswith(b"PK"):
        _check_archive(found)
    elif found.content.startswith(b"PAR1"):
        _check_parquet(found)


def _check_archive(found: Upload) -> None:
    from countermeasure.io.xlsx import look_into

    try:
        look_into(found.content, found.name, TABLE_UPLOAD)
    except InputError as error:
        if error.code in _TOO_LARGE:
            raise _too_dense(found.name, error.message) from None
        raise


def _check_parquet(found: Upload) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        about = parquet.read_metadata(pa.BufferReader(found.content))
    except (pa.ArrowException, OSError):
        raise _damaged(found.name) from None
    size = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    cells = about.num_rows * max(about.num_columns, 1)
    if size > TABLE_UPLOAD.unpacked or cells > TABLE_UPLOAD.cells:
        raise _too_dense(found.name, f"it holds {cells:,} cells, and {TABLE_UPLOAD.cells:,} are read")


def _too_dense(name: str, why: str) -> Refused:
    return Refused(
        413,
        f"{name} would unpack to far more than it seems: {why}",
        code="packed_too_dense",
        cure="Copy the rows into a new file, or save it as CSV.",
    )


def _damaged(name: str) -> Refused:
    return Refused(422, f"{name} is damaged", code="damaged_file", cure="Open it in a spreadsheet and save it again.")

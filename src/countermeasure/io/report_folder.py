"""A study as a folder: each table as CSV and Parquet, pictures as SVG, the whole as JSON, and one page to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io.report_page import report_page
from countermeasure.io.write import write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from countermeasure.codes.sheet import Sheet
    from countermeasure.io.report_page import Meta, Section

__all__ = ["made_folder", "write_report"]


def write_report(
    folder: Path,
    *,
    sheets: Iterable[Sheet],
    pictures: Mapping[str, str],
    meta: Meta,
    sections: Sequence[Section],
    found: Mapping[str, Any],
) -> list[Path]:
    """Write a study into a folder, made if it is not there.

    Args:
        folder: Files in it with the same names are replaced, others stay.
        sheets: Tables; ``<name>.csv`` and ``<name>.parquet`` of each.
        pictures: SVG documents by file name without suffix.
        meta: Heading, answer, assumptions and sources of ``report.html``.
        sections: Parts of ``report.html`` in their order.
        found: What ``outcome.json`` holds.

    Returns:
        The files, in the order of writing: tables, JSON, pictures, page.

    Raises:
        InputError: If the folder cannot be made or written, or the page cannot be drawn; the page is drawn before any
            file is written.
    """
    page = report_page(sections, meta)
    text = json.dumps(found, ensure_ascii=False, indent=1, default=float) + "\n"
    made_folder(folder)
    files = [write_table(folder / f"{one.name}{suffix}", one.by_column()) for one in sheets for suffix in (".csv", ".parquet")]
    texts = {"outcome.json": text, **{f"{name}.svg": svg for name, svg in pictures.items()}, "report.html": page}
    for name, content in texts.items():
        path = folder / name
        try:
            path.write_text(content, "utf-8")
        except OSError as error:
            raise _unwritable(path, "the file cannot be written", error) from None
        files.append(path)
    return files


def made_folder(folder: Path) -> Path:
    """Make a folder with all above it, if it is not there.

    Raises:
        InputError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, "the folder cannot be made", error) from None
    return folder


def _unwritable(path: Path, what: str, error: OSError) -> InputError:
    return InputError(f"{what} ({error.strerror})", code="unwritable", where=str(path), cure="Give another folder.")

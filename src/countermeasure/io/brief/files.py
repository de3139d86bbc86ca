"""A brief into a file; the suffix says which kind."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.write import _replace

if TYPE_CHECKING:
    from countermeasure.brief.model import Brief

__all__ = ["WRITABLE", "brief_bytes", "check_target", "write_brief"]

WRITABLE: dict[str, str] = {".html": "html", ".htm": "html", ".md": "md", ".xlsx": "xlsx", ".pdf": "pdf", ".json": "json"}
"""File suffixes, and the kind of each."""


def kind_of(path: Path) -> str:
    """Kind of file for a path.

    Raises:
        InputError: If the suffix is not one of ``WRITABLE``.
    """
    kind = WRITABLE.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"a brief cannot be written as {path.suffix or 'a file without suffix'}",
            code="unknown_format",
            where=str(path),
            cure=f"Use one of {', '.join(WRITABLE)}.",
        )
    return kind


def check_target(path: Path | str) -> None:
    """Tell before any work what would keep a brief from being written to a path.

    Raises:
        InputError: If the suffix is unknown or the folder is not there.
        NotFoundError: If a PDF is wanted and no browser is found.
    """
    target = Path(path)
    if kind_of(target) == "pdf":
        from countermeasure.io.brief.pdf import found_browser

        found_browser(str(target))
    if not target.parent.is_dir():
        raise InputError("there is no such folder", code="unwritable_file", where=str(target.parent), cure="Make it first.")


def write_brief(path: Path | str, brief: Brief) -> Path:
    """Write a brief; the file appears whole or not at all.

    Raises:
        InputError: If the suffix is unknown or the file cannot be written.
        NotFoundError: If a PDF is wanted and no browser is found.
    """
    target = Path(path)
    _replace(target, brief_bytes(brief, kind_of(target), str(target)))
    return target


def brief_bytes(brief: Brief, kind: str, where: str = "") -> bytes:
    """A brief as the content of a file.

    Args:
        brief: The brief.
        kind: ``html``, ``md``, ``xlsx``, ``pdf`` or ``json``.
        where: Name of the file, for messages.

    Raises:
        InputError: If the kind is unknown, or a browser did not print.
        NotFoundError: If a PDF is wanted and no browser is found.
    """
    if kind == "json":
        return (json.dumps(brief.to_json(), ensure_ascii=False, indent=1, default=float) + "\n").encode()
    if kind == "md":
        from countermeasure.io.brief.markdown import brief_markdown

        return brief_markdown(brief).encode()
    if kind in ("html", "pdf"):
        from countermeasure.io.brief.html import brief_html

        page = brief_html(brief)
        if kind == "html":
            return page.encode()
        from countermeasure.io.brief.pdf import pdf_bytes

        return pdf_bytes(page, where)
    if kind == "xlsx":
        from countermeasure.io.brief.workbook import brief_workbook

        with tempfile.TemporaryDirectory() as folder:
            return brief_workbook(Path(folder) / "brief.xlsx", brief).read_bytes()
    raise InputError(f"{kind!r} is not a kind of brief", code="unknown_format", cure="Use html, md, xlsx, pdf or json.")

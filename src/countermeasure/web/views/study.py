"""An answer with pictures and tables as a page shows it: assumptions first, then the sentence, pictures, tables, limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import CountermeasureError
from countermeasure.io.report_page import Assumption
from countermeasure.web.errors import status_of
from countermeasure.web.twins import answer, twin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from countermeasure.web.stamp import Stamp

__all__ = ["Drawn", "Study", "Table", "answered", "assumed", "paragraphs_of", "readable", "web_address"]

_HEADED = re.compile(r"(?<=\.) (?=[A-Z][a-z]+(?: [a-z]+)?: )")
ROWS = 60
"""Rows of a table on the page; the CSV has all."""


def web_address(text: str) -> str:
    """An address that may stand behind a link, or nothing: what a file of a reader says is not followed to a script."""
    return text if text.startswith(("https://", "http://")) else ""


def paragraphs_of(text: str) -> list[str]:
    """A folded text as paragraphs: one begins where a sentence begins with a heading, as ``Chain: ...``."""
    return [part for part in _HEADED.split(text) if part.strip()]


def readable(sheet: Sheet) -> Sheet:
    """A table with heads for a person: spaces, and the sign of percent for its word."""
    heads = [
        head.removesuffix("_pct").replace("_", " ") + ("\u00a0%" if head.endswith("_pct") else "") for head in sheet.columns
    ]
    return Sheet(sheet.name, sheet.title, tuple(heads), sheet.rows)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with its figures.

    Attributes:
        title: What it shows.
        svg: Picture of ``countermeasure.io.pictures``.
        table: Figures it shows.
        text: What it shows and what it does not.
    """

    title: str
    svg: str
    table: Sheet
    text: str = ""

    @property
    def shown(self) -> Sheet:
        """The figures with heads for a person, the first rows alone."""
        found = readable(self.table)
        if len(found.rows) <= ROWS:
            return found
        title = f"{found.title}; {ROWS} of {len(found.rows):,} rows, the CSV has all"
        return Sheet(found.name, title, found.columns, found.rows[:ROWS])


@dataclass(frozen=True, slots=True)
class Table:
    """A table on the page.

    Attributes:
        sheet: What it holds.
        text: What its rows say in words; paragraphs apart by an empty line.
        open: Whether it stands open.
    """

    sheet: Sheet
    text: str = ""
    open: bool = True

    @property
    def shown(self) -> Sheet:
        """The table with heads for a person."""
        return readable(self.sheet)

    @property
    def paragraphs(self) -> list[str]:
        """The words, one text for each paragraph."""
        return [part for part in self.text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class Study:
    """An answer; plain values, so that a run in another process can hand it back.

    Attributes:
        title: Heading.
        said: The answer in a sentence or two.
        about: What was asked.
        assumptions: What it rests on.
        pictures: Pictures, in the order of the page.
        tables: Tables on the page.
        files: All tables, the main one first; for the CSV.
        limits: What it does not say.
        sources: Names and addresses of documents; an address may be empty.
        stamp: What it stands on.
        found: The answer for programs.
        kind: What sort of answer it is, in a sentence.
    """

    title: str
    said: str
    about: str = ""
    assumptions: tuple[Assumption, ...] = ()
    pictures: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()
    files: tuple[Sheet, ...] = ()
    limits: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    stamp: Stamp | None = None
    found: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(self.found) | ({"stamp": self.stamp.to_json()} if self.stamp is not None else {})

    def sheets(self) -> Sequence[Sheet]:
        """Tables, the main one first."""
        return self.files


class _Answer(Protocol):
    def to_json(self) -> Any: ...  # noqa: ANN401 - plain values of any shape

    def sheets(self) -> Sequence[Sheet]: ...


def assumed(rows: Sequence[tuple[str, str, str, str]]) -> tuple[Assumption, ...]:
    """Rows of what, value, confidence and source as assumptions."""
    return tuple(Assumption(*row) for row in rows)


def answered(
    request: Request,
    make: Callable[[], _Answer],
    template: str,
    *,
    title: str,
    empty: _Answer,
    **context: Any,  # noqa: ANN401 - for the template
) -> Response:
    """The answer, or the page with its form as it was filled in and what is wrong with it.

    Args:
        request: The request.
        make: Gives the answer.
        template: Template of the page; it finds what is wrong as ``error``.
        title: Title of the page.
        empty: What the page shows where there is no answer.
        context: More for the template.

    Raises:
        CountermeasureError: If the twin was asked for and there is no answer.
    """
    try:
        found, error = make(), None
    except CountermeasureError as wrong:
        if twin_of(request):
            raise
        found, error = empty, wrong
    status = 200 if error is None else status_of(error)
    return answer(request, found, template, title=title, status=status, error=error, **context)

"""Tables for many lines on a terminal or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from countermeasure.codes.day import format_day
from countermeasure.duty.answer import percent
from countermeasure.duty.words import NOT_TOLD, bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.duty.answer import Answer, LineAnswer

__all__ = ["dollars_cell", "lines_table", "new_table", "span_cell", "stamp"]

WIDEST_ID = 24
"""Columns that names of lines may take before they are folded."""


def span_cell(one: Answer) -> str:
    """A rate or a range of rates, as short as a cell needs it."""
    if bare(one):
        return NOT_TOLD
    low, high = percent(one.rate_low), percent(one.rate_high)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def dollars_cell(one: Answer) -> str:
    """Whole dollars or a range of them; empty without a value."""
    low, high = ("?" if usd is None else f"{usd:,.0f}" for usd in (one.duty_usd_low, one.duty_usd_high))
    if bare(one) or (one.duty_usd_low is None and one.duty_usd_high is None):
        return ""
    return low if low == high else f"{low} to {high}"


def new_table(*, plain: bool, title: str = "") -> Table:
    """A table with a rule under its head, or with none in plain text."""
    if plain:
        return Table(box=None, padding=(0, 2, 0, 0), title=title or None, title_justify="left", title_style="bold")
    return Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
        header_style="bold",
        title=title or None,
        title_justify="left",
        title_style="bold",
    )


def lines_table(answers: Sequence[LineAnswer], *, plain: bool) -> Iterator[RenderableType]:
    """One row per line, and a second where the readings differ.

    Args:
        answers: The lines, in their order.
        plain: No rules and colours.
    """
    table = new_table(plain=plain)
    widest = min(max((len(answer.line_id) for answer in answers), default=4), WIDEST_ID)
    table.add_column("line", overflow="fold", min_width=max(widest, 4), max_width=WIDEST_ID)
    table.add_column("number", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("entered", no_wrap=True)
    table.add_column("rate", no_wrap=True)
    table.add_column("USD", justify="right")
    table.add_column("changes", no_wrap=True)
    table.add_column("open", justify="right")
    for answer in answers:
        for place, one in enumerate(answer.answers):
            second = f"  {one.reading}"
            table.add_row(
                answer.line_id or "-" if not place else second,
                answer.hts if not place else "",
                (f"{answer.origin} to CN" if answer.into == "CN" else answer.origin) if not place else "",
                format_day(answer.on) if not place else "",
                span_cell(one),
                dollars_cell(one),
                "" if one.changes_on is None else format_day(one.changes_on),
                str(len(one.missing) or ""),
                style="dim" if place else None,
            )
    yield table
    yield from stamp(answers)


def stamp(answers: Sequence[LineAnswer]) -> Iterator[RenderableType]:
    """What the answers stand on and what they leave out."""
    if not answers:
        yield Text("No line was answered.", style="yellow")
        return
    first = answers[0]
    known = "all it holds" if first.known_on is None else f"as known on {format_day(first.known_on)}"
    hashes = dict.fromkeys(f"{a.into} {a.book_hash[:12]}" for a in answers)
    yield Text(f"Book {first.book_version} ({', '.join(hashes)}), {known}", style="dim")
    yield Text(f"Not covered: {', '.join(first.not_covered)}. Not legal advice.", style="dim")

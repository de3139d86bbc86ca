"""The screen for one line: what is owed first, then of what it is made, then what could still change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from countermeasure.codes.country import country
from countermeasure.codes.day import format_day
from countermeasure.duty.answer import percent
from countermeasure.io.duty_words import (
    BASIS_WORDS,
    READING_WORDS,
    decided_by,
    headline,
    provision_name,
    rate_words,
    usd_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from countermeasure.duty.answer import Answer, Component, LineAnswer

__all__ = ["BASIS_WORDS", "READING_WORDS", "decided_by", "headline", "line_screen", "provision_name", "rate_words", "usd_words"]

# ------------------------------------------------------------------------------------------------ screen


def line_screen(answer: LineAnswer, *, programmes: Mapping[str, str], explain: bool, plain: bool) -> Iterator[RenderableType]:
    """Everything about one line.

    Args:
        answer: The line's answer.
        programmes: Short names of programmes by id.
        explain: Show citations, what is excluded and why, claims nobody made, what is not covered in full.
        plain: No frames and rules: for text that is not written to a terminal.
    """
    first = answer.answers[0]
    if len(answer.answers) > 1:
        yield from _both(answer)
    else:
        yield Text(headline(first), style="bold")
    yield Text(_about(answer), style="dim")
    for note in answer.notes:
        yield Text(f"note: {note}", style="yellow")
    yield ""
    yield from _components(answer, programmes, plain)
    if explain:
        yield from _citations(answer)
    for one in answer.answers:
        title = f" ({READING_WORDS[one.reading]})" if len(answer.answers) > 1 else ""
        if one is first or not _alike(one, first):
            yield from _details(one, title, explain=explain, plain=plain)
    yield from _foot(answer)


def _about(answer: LineAnswer) -> str:
    into = "into China" if answer.into == "CN" else "into the United States"
    what = f"{answer.hts} {answer.description}".strip()
    value = "" if answer.value_usd is None else f", customs value {answer.value_usd:,.2f} USD"
    name = f"{answer.line_id}: " if answer.line_id else ""
    return f"{name}{what}, of {country(answer.origin).name}, {into}, entered {format_day(answer.on)}{value}"


def _both(answer: LineAnswer) -> Iterator[RenderableType]:
    """Two readings, side by side."""
    table = Table(box=None, padding=(0, 3, 0, 0), show_header=True, header_style="bold")
    for one in answer.answers:
        table.add_column(f"{READING_WORDS[one.reading]} ({one.reading})")
    table.add_row(*(Text(headline(one), style="bold") for one in answer.answers))
    table.add_row(*(_change(one) for one in answer.answers))
    yield table
    statements = dict.fromkeys(s for one in answer.answers for s in one.statements)
    if statements:
        yield Text(f"The readings differ by: {', '.join(statements)}", style="yellow")


def _change(one: Answer) -> str:
    return f"changes on {format_day(one.changes_on)}: {one.changes_to}" if one.changes_on is not None else "no change known"


def _alike(one: Answer, other: Answer) -> bool:
    """Whether two readings say the same about today."""
    return (one.excluded, one.missing, one.because, one.suspended) == (
        other.excluded,
        other.missing,
        other.because,
        other.suspended,
    )


def _components(answer: LineAnswer, programmes: Mapping[str, str], plain: bool) -> Iterator[RenderableType]:
    """Components in filing order; where the readings differ in them, one table per reading."""
    first = answer.answers[0]
    shown = [one for one in answer.answers if one is first or one.components != first.components]
    for one in shown:
        if len(shown) > 1:
            yield Text(READING_WORDS[one.reading], style="bold")
        if not one.components:
            yield Text("No provision of the book applies.", style="yellow")
            continue
        yield _component_table(one, programmes, plain)
        yield from (Text(f"  {c.heading or c.provision}: {c.remark}", style="yellow") for c in one.components if c.remark)


def _component_table(one: Answer, programmes: Mapping[str, str], plain: bool) -> Table:
    style = {"box": None, "padding": (0, 2, 0, 0)} if plain else {"box": box.SIMPLE_HEAD, "padding": (0, 1)}
    table = Table(header_style="bold", show_footer=one.duty_usd is not None, **style)
    total = None if one.duty_usd is None else f"{one.duty_usd:,.2f}"
    table.add_column("heading", no_wrap=True, footer="ordinarily" if one.rate_low != one.rate_high else "total")
    table.add_column("provision", ratio=1)
    table.add_column("rate", justify="right", footer=percent(one.rate))
    table.add_column("of")
    table.add_column("USD", justify="right", no_wrap=True, footer=total or "")
    table.add_column("confidence")
    for c in one.components:
        table.add_row(
            c.heading or "-",
            provision_name(c, programmes) + ("" if c.certain else " (open)"),
            _rate(c),
            BASIS_WORDS.get(c.basis, c.basis),
            "" if c.usd is None else f"{c.usd:,.2f}",
            c.confidence,
            style=None if c.certain else "italic",
        )
    return table


def _rate(component: Component) -> str:
    return percent(component.rate) if component.rate is not None else (component.text or "?")


def _citations(answer: LineAnswer) -> Iterator[RenderableType]:
    yield Text("Why", style="bold")
    seen: set[str] = set()
    for one in answer.answers:
        for c in one.components:
            if c.provision in seen:
                continue
            seen.add(c.provision)
            yield _indented(f"{c.heading or '-'}  {c.provision}: {c.citation}")


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, 2))


def _details(one: Answer, title: str, *, explain: bool, plain: bool) -> Iterator[RenderableType]:
    if one.missing:
        yield Text(f"Open facts{title}", style="bold")
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0 if plain else 2))
        table.add_column(no_wrap=True, style="cyan")
        table.add_column()
        for m in one.missing:
            table.add_row(m.fact, f"{m.ask}\n{m.decides}")
        yield Padding(table, (0, 0, 0, 2))
    other = [b for b in one.because if not b.startswith("the answer depends on ")]
    if other:
        yield Text(f"Not complete{title}", style="bold yellow")
        yield from (_indented(words) for words in other)
    if one.suspended:
        yield Text(f"Suspended on this day{title}", style="bold")
        yield from (_indented(f"{c.heading or '-'}  {c.name}, {percent(c.rate)}") for c in one.suspended)
    if one.excluded:
        if explain:
            yield Text(f"Does not apply{title}", style="bold")
            yield from (_indented(f"{e.heading or '-'}  {e.provision}: {e.because}") for e in one.excluded)
        else:
            names = ", ".join(dict.fromkeys(e.heading or e.provision for e in one.excluded))
            yield Text(f"Does not apply{title}: {names} (why: --explain)")
    if one.claims and explain:
        yield Text(f"Not claimed, and could change the duty: {', '.join(one.claims)}")
    if one.refundable_usd:
        yield Text(f"Refundable{title}: {one.refundable_usd:,.2f} USD, collected against law", style="yellow")


def _foot(answer: LineAnswer) -> Iterator[RenderableType]:
    first = answer.answers[0]
    if first.fees_usd is not None:
        yield Text(f"Fees apart: {first.fees_usd:,.2f} USD; {first.fees_note}")
    if len(answer.answers) == 1:
        change = _change(first)
        yield Text(change[:1].upper() + change[1:], style="bold" if first.changes_on is not None else "")
    known = "all it holds" if answer.known_on is None else f"as known on {format_day(answer.known_on)}"
    yield Text(f"Book {answer.book_version} ({answer.book_hash[:12]}), {known}", style="dim")
    yield Text(f"Not covered: {', '.join(answer.not_covered)}. Not legal advice.", style="dim")

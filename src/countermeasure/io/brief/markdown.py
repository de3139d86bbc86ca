"""A brief as Markdown: the same words and tables, without pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.io.brief import cells
from countermeasure.io.brief.first import action_rows, first_sheets, kinds_used
from countermeasure.io.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from countermeasure.brief.model import Brief, Run, Section
    from countermeasure.codes.sheet import Sheet

__all__ = ["brief_markdown"]

ROWS = 60
"""Rows of a table; the Excel file has all."""


def brief_markdown(brief: Brief) -> str:
    """The whole brief."""
    return "\n".join(_lines(brief)).rstrip() + "\n"


def _text(words: object) -> str:
    """Words that Markdown takes as words: no HTML, no marks, no line ends."""
    text = re.sub(r"\s+", " ", str(words)).strip()
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", text).replace("<", "&lt;").replace(">", "&gt;")


def _lines(brief: Brief) -> Iterator[str]:
    from countermeasure.brief.model import ORDER

    yield from (f"# {_text(brief.title)}", "", f"{format_day(brief.on)}. {_text(brief.about)}", "")
    if brief.first.assumed:
        yield from ("What this rests on:", "", *(f"- {_text(one)}" for one in brief.first.assumed), "")
    for said in brief.first.said:
        yield from (_text(said), "")
    for sheet in first_sheets(brief):
        yield from (f"## {_text(sheet.title)}", "", *_table(sheet), "")
    yield from ("## What to do", "", _text(ORDER), "", _text(kinds_used(brief)) + ".", "")
    for number, kind, by, what, who, why, about, usd, cited, url in action_rows(brief):
        worth = "" if usd == "not told" else f", {usd} USD at stake"
        text = f" ({_linked(cited, url)})" if cited else ""
        due = by if by == "no day" else f"by {by}"
        head = f"{number}. **{kind}**, {due}{worth}: {_text(what)}"
        yield f"{head}. With: {_text(who)}. {_text(why)}{text}. About: {_text(about)}."
    yield ""
    for section in brief.sections:
        yield from _section(section)
    yield from ("## How to repeat it", "", *(f"- {_text(name)}: {_text(value)}" for name, value in brief.stamp), "")
    if brief.commands:
        yield "Commands that give the numbers again:"
        for command, what in brief.commands:
            yield from ("", f"{_text(what)}:", "", f"    {command}")
        yield ""
    yield from ("## What no part of this says", "", *(f"- {_text(line)}" for line in brief.limits))


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {_text(section.title)}", "")
    yield from _assumed(section.assumptions)
    for said in section.said:
        yield from (_text(said), "")
    for sheet in section.sheets:
        yield from (f"### {_text(sheet.title)}", "", *_table(sheet), "")
    for run in section.runs:
        yield from _run(run)
    if section.citations:
        yield from ("### Texts", "")
        for c in section.citations:
            more = (f", {_text(c.confidence)}" if c.confidence else "") + (f": {_text(c.used_for)}" if c.used_for else "")
            yield f"- {_linked(c.words, c.url)}{more}"
        yield ""
    if section.limits:
        yield from ("What this does not say:", "", *(f"- {_text(line)}" for line in section.limits), "")


def _run(run: Run) -> Iterator[str]:
    """One scenario: its assumptions, its sentence, its figures; tables are in the Excel file."""
    part = run.part
    yield from (f"### {_text(run.case)}", "", *_assumed(part.assumptions), _text(part.said), "")
    rows = [[_text(word), cells.plain(value)] for word, value in part.figures.items() if value is not None]
    if rows:
        yield from (*markdown_table(("figure", "value"), rows), "")
    if part.notes:
        yield from ("What this does not say:", "", *(f"- {_text(note)}" for note in part.notes), "")


def _assumed(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    if rows:
        heads = ("what", "value", "confidence", "source or reason")
        yield from ("Assumed:", "", *markdown_table(heads, [[_text(v) for v in row] for row in rows]), "")


def _linked(text: str, url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return _text(text)
    plain = re.sub(r"[<>\s]", "", url)
    return f"[{_text(text)}](<{plain}>)"


def _table(sheet: Sheet) -> Iterator[str]:
    shares = [cells.is_share(name, sheet, place) for place, name in enumerate(sheet.columns)]
    rows = [[_text(cells.plain(v, fraction=shares[place])) for place, v in enumerate(row)] for row in sheet.rows[:ROWS]]
    yield from markdown_table([_text(name) for name in sheet.columns], rows)
    if len(sheet.rows) > ROWS:
        yield from ("", f"{len(sheet.rows) - ROWS:,} more rows are in the Excel file.")

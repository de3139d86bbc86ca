"""A study as one HTML page: the answer, what was assumed, pictures each with its table, sources."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from countermeasure.codes.words import plural
from countermeasure.errors import InputError
from countermeasure.io.page import cell, document, is_numeric, own_ids, table, words
from countermeasure.io.pictures.canvas import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Assumption", "Grid", "Meta", "Section", "Source", "report_page"]

LETTERS = {
    "A": "read in a primary document or data file",
    "B": "reputable secondary text",
    "C": "weak secondary text",
    "D": "derived, formula in the note",
    "U": "unverified or assumed",
}
OPEN_ROWS = 14
"""A table beside a picture stands open up to so many rows; a longer one opens on a click, and on paper."""

_MORE = """
svg.cm-pic { display: block; max-width: 100%; height: auto; margin: .6rem 0; }
.answer { font-size: 1.2rem; line-height: 1.4; max-width: 56rem; margin: .6rem 0 1rem; } h1 + .soft { margin-top: 0; }
figure { margin: 0; } figure + p { margin-top: .8rem; } .sources td { overflow-wrap: anywhere; }
.sources a { white-space: normal; } td.u { color: var(--warn); font-weight: 600; } nav a { margin-right: 1rem; }
section .wide, section details { max-width: 60rem; }
@media print { figure { break-inside: avoid; } section > p { break-after: avoid; } nav { display: none; }
  section .wide, section details { max-width: none; } section td { padding: .15rem .6rem; } }
"""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of plain values.

    Attributes:
        columns: Heads.
        rows: One value for each column: text, numbers, or None where there is none. Numbers are grouped in thousands;
            give years and codes as text.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page.

    Attributes:
        title: Heading.
        text: What the picture shows and what it does not; paragraphs apart by an empty line.
        svg: A picture of ``countermeasure.io.pictures``, or empty.
        table: The figures of the picture; a picture must have one.
    """

    title: str
    text: str = ""
    svg: str = ""
    table: Grid | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the result rests on.

    Attributes:
        what: What was assumed.
        value: The value, with its unit.
        confidence: ``A``, ``B``, ``C``, ``D`` or ``U``.
        source: Where it is from, or the reason for a judgement.
    """

    what: str
    value: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document the figures come from; ``used_for`` tells which."""

    name: str
    url: str = ""
    confidence: str = ""
    used_for: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands around the sections.

    Attributes:
        title: Heading of the page.
        answer: The answer in a sentence, above all else; may be empty where there is a closing line.
        about: What was asked: scenario, span, draws.
        assumptions: Printed before any result.
        limits: What the result does not say.
        sources: Documents.
        stamp: Names and values that let the run be repeated: versions, hashes, seed.
        kind: What sort of result this is, in a sentence at the foot.
        closing: The last line of the page, where the answer is to stand below what it rests on.
    """

    title: str
    answer: str
    about: str = ""
    assumptions: Sequence[Assumption] = ()
    limits: Sequence[str] = ()
    sources: Sequence[Source] = ()
    stamp: Sequence[tuple[str, str]] = ()
    kind: str = "A simulation with uncertain inputs, not a forecast."
    closing: str = ""


def report_page(sections: Sequence[Section], meta: Meta) -> str:
    """Write the page.

    Args:
        sections: In the order of the page.
        meta: Heading, answer, assumptions, sources.

    Returns:
        An HTML document without scripts that fetches nothing.

    Raises:
        InputError: If a picture has no table or is not a plain SVG element, a row is not as long as its head, or a
            confidence is not one of the letters. All such faults are reported in one go.
    """
    _check(sections, meta)
    parts = [
        f"<h1>{words(meta.title)}</h1>",
        f'<p class="soft">{words(meta.about)}</p>' if meta.about else "",
        f'<p class="answer">{words(meta.answer)}</p>' if meta.answer else "",
        _assumptions(meta),
        _contents(sections),
        *(_section(one, place) for place, one in enumerate(sections, start=1)),
        _listed("What this does not say", meta.limits),
        _sources(meta),
        _foot(meta),
        f'<p class="answer">{words(meta.closing)}</p>' if meta.closing else "",
    ]
    return document(meta.title, "\n".join(part for part in parts if part), _MORE)


def _check(sections: Sequence[Section], meta: Meta) -> None:
    faults = []
    for one in sections:
        if one.svg and one.table is None:
            faults.append(f"section {one.title!r}: the picture has no table. Give the figures it shows.")
        if one.svg and (not one.svg.startswith("<svg") or "<script" in one.svg.lower()):
            faults.append(f"section {one.title!r}: not an SVG element without scripts. Use countermeasure.io.pictures.")
        if one.table is not None:
            wide = len(one.table.columns)
            odd = [n for n, row in enumerate(one.table.rows, start=1) if len(row) != wide]
            if odd:
                faults.append(f"section {one.title!r}: row {odd[0]} of the table has not {wide} values. Fill it with None.")
    faults += [
        f"assumption {a.what!r}: confidence {a.confidence!r} is not one of {', '.join(LETTERS)}."
        for a in meta.assumptions
        if a.confidence not in LETTERS
    ]
    if faults:
        raise InputError(faults[0], faults=faults[1:])


def _assumptions(meta: Meta) -> str:
    if not meta.assumptions:
        return '<h2>Assumed</h2>\n<p class="warn">No assumption is listed.</p>'
    rows = [(words(a.what), words(a.value), a.confidence, words(a.source)) for a in meta.assumptions]
    drawn = table(("what", "value", "confidence", "source or reason"), rows).replace("<td>U</td>", '<td class="u">U</td>')
    used = sorted({a.confidence for a in meta.assumptions})
    key = "; ".join(f"{letter}: {LETTERS[letter]}" for letter in used)
    return f'<h2>Assumed</h2>\n{drawn}\n<p class="soft">{key}.</p>'


def _contents(sections: Sequence[Section]) -> str:
    if len(sections) < 3:
        return ""
    links = "".join(f'<a href="#s{n}">{words(one.title)}</a> ' for n, one in enumerate(sections, start=1))
    return f'<nav aria-label="Sections"><p>{links}</p></nav>'


def _section(one: Section, place: int) -> str:
    said = "".join(f"<p>{words(p)}</p>\n" for p in one.text.split("\n\n") if p.strip())
    figure = f"<figure>{own_ids(one.svg, place)}</figure>\n" if one.svg else ""
    return f'<section id="s{place}"><h2>{words(one.title)}</h2>\n{said}{figure}{_grid(one.table, bool(one.svg))}</section>'


def _grid(grid: Grid | None, beside: bool) -> str:
    if grid is None:
        return ""
    if not grid.rows:
        return '<p class="soft">No rows.</p>'
    numeric = [n for n in range(len(grid.columns)) if is_numeric([row[n] for row in grid.rows])]
    rows = [[cell(value) for value in row] for row in grid.rows]
    drawn = table([clean(c) for c in grid.columns], rows, numeric)
    if not beside or len(rows) <= OPEN_ROWS:
        return drawn
    return f"<details><summary>The figures of the picture: {plural(len(rows), 'row')}</summary>\n{drawn}</details>"


def _listed(title: str, lines: Sequence[str]) -> str:
    return f"<h2>{title}</h2>\n<ul>{''.join(f'<li>{words(line)}</li>' for line in lines)}</ul>" if lines else ""


def _sources(meta: Meta) -> str:
    if not meta.sources:
        return ""
    rows = [(_link(s), words(s.confidence), words(s.used_for)) for s in meta.sources]
    return f'<h2>Sources</h2>\n<div class="sources">{table(("source", "confidence", "used for"), rows)}</div>'


def _link(source: Source) -> str:
    plain = source.url.startswith(("https://", "http://"))
    return f'<a href="{escape(source.url)}">{words(source.name)}</a>' if plain else words(f"{source.name} {source.url}")


def _foot(meta: Meta) -> str:
    said = "; ".join(f"{words(name)} {words(value)}" for name, value in meta.stamp)
    return f"<footer><p>{said}{'. ' if said else ''}{words(meta.kind)}</p></footer>"

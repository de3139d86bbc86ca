"""A brief as one HTML file: no scripts, nothing fetched, fit for paper, phone and screen reader."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from countermeasure.brief.model import ORDER
from countermeasure.codes.day import format_day
from countermeasure.codes.words import plural
from countermeasure.duty.words import dollars
from countermeasure.io.brief import cells
from countermeasure.io.brief.first import action_rows, first_sheets, kinds_used
from countermeasure.io.brief.pictures import pictures_of
from countermeasure.io.brief.style import STYLE
from countermeasure.io.brief.tables import applies_table, drawn, folded, linked, stops_tables
from countermeasure.io.page import document, own_ids, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from countermeasure.brief.model import Brief, Citation, Run, Section

__all__ = ["brief_html", "brief_main"]

ACTIONS = 10
"""Actions on the first page; all stand in their own part, with reasons and texts."""
ASSUMED = 8
"""Assumptions of a section that stand open."""


def brief_html(brief: Brief) -> str:
    """The whole brief as a document."""
    skip = '<a class="skip" href="#main">Skip to the brief</a>\n'
    return document(brief.title, f"{skip}{brief_main(brief)}", STYLE)


def brief_main(brief: Brief) -> str:
    """What stands in the body: header, contents, main, footer."""
    pictures = pictures_of(brief)
    parts = [
        _header(brief),
        _contents(brief),
        '<main id="main">',
        _first(brief),
        _actions(brief),
        *(_section(one, pictures) for one in brief.sections),
        _appendix(brief),
        "</main>",
        "<footer>" + "".join(f"<p>{words(line)}</p>" for line in brief.limits) + "</footer>",
    ]
    return "\n".join(part for part in parts if part)


def _header(brief: Brief) -> str:
    day, title, about = format_day(brief.on), words(brief.title), words(brief.about)
    return f'<header>\n<p class="soft">{day}</p>\n<h1>{title}</h1>\n<p class="soft">{about}</p>\n</header>'


def _contents(brief: Brief) -> str:
    links = [("first", "First page"), ("actions", "What to do"), *((one.name, one.title) for one in brief.sections)]
    drawn_ = " ".join(
        f'<a href="#{escape(name)}">{words(title)}</a>' for name, title in [*links, ("appendix", "How to repeat it")]
    )
    return f'<nav class="parts" aria-label="Parts of the brief"><p>{drawn_}</p></nav>'


# ------------------------------------------------------------------------------------------------ first page


def _first(brief: Brief) -> str:
    first = brief.first
    rests = "".join(f"<li>{words(one)}</li>" for one in first.assumed)
    parts = [
        '<section id="first" aria-label="First page">',
        f'<div class="rests"><p>What this rests on</p>\n<ul>{rests}</ul></div>' if rests else "",
        _cards(brief),
        '<div class="lead">' + "\n".join(f"<p>{words(one)}</p>" for one in first.said) + "</div>",
        *_first_tables(brief),
        _first_actions(brief),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _cards(brief: Brief) -> str:
    """Four figures for one who has ten seconds."""
    first = brief.first
    lines = {line for a in first.applies for line in a.lines}
    held = {line for a in first.applies for line in a.lines if a.stops or "license required" in f"{a.china} {a.us}"}
    cards = [("shipments that need a license, are prohibited or cannot be told", f"{len(held)} of {len(lines)}")]
    if first.costs:
        cost = first.costs[0]
        left = cost.untold + cost.partial
        more = f", without what is not told or not held of {left}" if left else ""
        cards.append((f"duty of all entries, USD{more}", dollars(cost.low_usd, cost.usd, cost.high_usd)))
    stops = [s for s in first.stops if s.share >= 0.05 and s.first[1] is not None]
    if stops:
        one = min(stops, key=lambda s: (s.first[1] or 0, -s.share))
        cards.append(
            (f"first stop: {one.kind} {one.name}, {cells.share(one.share)} of draws", f"week of {cells.day(one.first[1])}")
        )
    due = [a for a in first.actions if a.by is not None and a.by <= brief.on + 7]
    cards.append(("actions due within a week", f"{len(due)} of {len(first.actions)}"))
    made = "".join(
        f'<div class="card"><span class="soft">{words(name)}</span><b>{words(value)}</b></div>\n' for name, value in cards
    )
    return f'<div class="cards">\n{made}</div>'


def _first_tables(brief: Brief) -> Iterator[str]:
    first = brief.first
    for sheet in first_sheets(brief):
        if sheet.name == "applies":
            whole = applies_table(first.applies)
        elif sheet.name == "stops":
            whole = stops_tables(first.stops)
        else:
            whole = drawn(sheet, caption=False, first=True, fold=False)
        yield f'<h2 id="{sheet.name}">{words(sheet.title)}</h2>\n{whole}'
        if sheet.name == "changes":
            yield (
                '<p class="soft">Each shipment is answered for its own day; its row says what would hold if it slipped to that '
                "day or later. Rows of the law name provisions behind the answers.</p>"
            )
        if sheet.name == "applies" and not first.turns:
            yield "<h2>What changes when</h2>\n<p>Nothing that the book knows of, in the days that are watched.</p>"


def _first_actions(brief: Brief) -> str:
    """The first actions, in short."""
    rows = action_rows(brief)
    if not rows:
        return "<h2>What to do this week</h2>\n<p>Nothing that the engines know of.</p>"
    items = "\n".join(
        f'<li>{_head(row)}\n<b class="what">{words(row[3])}</b>\n<p class="soft">With: {words(row[4])}</p></li>'
        for row in rows[:ACTIONS]
    )
    left = len(rows) - ACTIONS
    more = f" {left} more follow there." if left > 0 else ""
    return (
        f'<h2>What to do first</h2>\n<ol class="acts">\n{items}\n</ol>\n'
        f'<p class="soft"><a href="#actions">Reasons, texts and shipments of each</a>.{more}</p>'
    )


def _head(row: Sequence[str]) -> str:
    _, kind, by, *_, usd, _, _ = row
    worth = "" if usd == "not told" else f" · {usd} USD at stake"
    due = "no day can be told" if by == "no day" else f"by {by}"
    return f'<span class="tag {kind}">{kind}</span> <span class="soft">{words(due + worth)}</span>'


def _actions(brief: Brief) -> str:
    rows = action_rows(brief)
    if not rows:
        return ""
    items = "\n".join(_action(row) for row in rows)
    told = f'<p class="soft">{words(ORDER)}</p>\n<p class="soft">{words(kinds_used(brief))}.</p>'
    return (
        '<section class="part" id="actions" aria-labelledby="h-actions"><h2 id="h-actions">What to do, with reasons</h2>\n'
        f'{told}\n<ol class="acts">\n{items}\n</ol></section>'
    )


def _action(row: Sequence[str]) -> str:
    _, _, _, what, who, why, about, _, cited, url = row
    rests = f"<p>{linked(cited, url)}</p>" if cited else ""
    return (
        f'<li>{_head(row)}\n<b class="what">{words(what)}</b>\n<p>With: {words(who)}</p>\n<p>{words(why)}</p>\n{rests}'
        f'<p class="soft">About: {words(about)}</p></li>'
    )


# ------------------------------------------------------------------------------------------------ sections


def _section(one: Section, pictures: Mapping[str, str]) -> str:
    parts = [
        f'<section class="part" id="{escape(one.name)}" aria-labelledby="h-{escape(one.name)}">',
        f'<h2 id="h-{escape(one.name)}">{words(one.title)}</h2>',
        _assumed(one.assumptions),
        "\n".join(f"<p>{words(said)}</p>" for said in one.said),
    ]
    for place, sheet in enumerate(one.sheets):
        svg = pictures.get(sheet.name, "")
        parts.append((f"<figure>{own_ids(svg, f'{one.name}-{place}')}</figure>\n" if svg else "") + drawn(sheet))
    parts += [_run(run, one.name, place) for place, run in enumerate(one.runs)]
    parts += [_cited(one.citations), _listed("What this does not say", one.limits), "</section>"]
    return "\n".join(part for part in parts if part)


def _run(run: Run, name: str, place: int) -> str:
    """One scenario: its sentence and pictures, its tables on a click."""
    from countermeasure.io.scenario_pictures import pictures_of_part

    part = run.part
    figures = "".join(
        f"<figure>{own_ids(one.svg, f'{name}-run-{place}-{n}')}</figure>\n" for n, one in enumerate(pictures_of_part(part)[:2])
    )
    figures_ = [(words(word), cells.plain(value)) for word, value in part.figures.items() if value is not None]
    tables = [folded(figures_, ("figure", "value"), "Headline figures")] if figures_ else []
    tables += [drawn(sheet, fold=False) for sheet in part.sheets]
    notes = _listed("What this does not say", part.notes)
    summary = f"<summary>{words(run.case)}: {plural(len(tables), 'table')}</summary>"
    return (
        f"<h3>{words(run.case)}</h3>\n{_assumed(part.assumptions, ASSUMED // 2)}\n<p>{words(part.said)}</p>\n{figures}"
        f'<details class="runs">{summary}\n{"".join(tables)}</details>\n{notes}'
    )


def _assumed(rows: Sequence[tuple[str, str, str, str]], opened: int = ASSUMED) -> str:
    made = [tuple(words(value) for value in row) for row in sorted(rows, key=lambda row: row[2] not in ("U", "D", "C"))]
    return folded(made, ("what", "value", "confidence", "source or reason"), "Assumed", opened) if made else ""


def _cited(citations: Iterable[Citation]) -> str:
    rows = [(linked(c.words, c.url), words(c.confidence), words(c.used_for)) for c in citations]
    return folded(rows, ("text", "confidence", "used for"), "Texts") if rows else ""


def _listed(title: str, lines: Sequence[str]) -> str:
    return f"<h3>{title}</h3>\n<ul>{''.join(f'<li>{words(line)}</li>' for line in lines)}</ul>" if lines else ""


def _appendix(brief: Brief) -> str:
    stamp = "".join(f"<dt>{words(name)}</dt><dd>{words(value)}</dd>\n" for name, value in brief.stamp)
    lines = "".join(f"<dt>{words(what)}</dt><dd><code>{escape(command)}</code></dd>\n" for command, what in brief.commands)
    repeat = f"<h3>Commands that give the numbers again</h3>\n<dl>{lines}</dl>\n" if lines else ""
    return (
        '<section class="part" id="appendix" aria-labelledby="h-appendix"><h2 id="h-appendix">How to repeat it</h2>\n'
        f"{repeat}<h3>What was used</h3>\n<dl>{stamp}</dl></section>"
    )

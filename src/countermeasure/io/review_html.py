"""The report of a portfolio as one HTML file: no scripts, nothing fetched, fit for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from countermeasure.codes.country import country
from countermeasure.codes.day import format_day
from countermeasure.duty.answer import percent
from countermeasure.io.page import document, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.duty.answer import Answer, Component, LineAnswer
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.review import Review, Totals

__all__ = ["report"]

_READINGS = {"text": "law as published", "announced": "statements honoured", "": ""}


def report(found: Review, source: str, log: FaultLog, rows: tuple[int, int], programmes: Mapping[str, str]) -> str:
    """Write the report.

    Args:
        found: The portfolio.
        source: Name of its table.
        log: Faults of the table.
        rows: Rows of the table, and how many were answered.
        programmes: Names of programmes by id.

    Returns:
        An HTML document.
    """
    parts = [
        _head(found, source, rows),
        _cards(found.totals[0]),
        _readings(found),
        _lines(found),
        _changes(found),
        _open_facts(found),
        _programmes(found, programmes),
        _faults(log),
        "<h2>Line by line</h2>",
        *(_line(place, answer) for place, answer in enumerate(found.answers, start=1)),
        *_licenses(found),
        _foot(found),
    ]
    return document(f"Duties of {source}", "\n".join(part for part in parts if part))


# ------------------------------------------------------------------------------------------------ pieces


def _usd(value: float | None) -> str:
    return "?" if value is None else f"{value:,.2f}"


def _rates(one: Answer) -> str:
    low, high = percent(one.rate_low), percent(one.rate_high)
    return low if low == high else f"{low} to {high}"


def _dollars(one: Answer, *, whole: bool = False) -> str:
    figures = (one.duty_usd_low, one.duty_usd_high)
    low, high = (f"{usd:,.0f}" if whole and usd is not None else _usd(usd) for usd in figures)
    return low if low == high else f"{low} to {high}"


def _head(found: Review, source: str, rows: tuple[int, int]) -> str:
    title = "Duties and licenses" if found.licenses else "Duties"
    days = [answer.on for answer in found.answers]
    span = f", entered {format_day(min(days))} to {format_day(max(days))}" if days else ""
    left = rows[0] - rows[1]
    missed = f' <span class="warn">{left} of {rows[0]} rows could not be answered.</span>' if left else ""
    return (
        f"<h1>{title} of {escape(source)}</h1>\n"
        f'<p class="soft">{len(found.answers)} lines{span}.{missed} Watched for changes {found.within} days from entry.</p>'
    )


def _cards(totals: Totals) -> str:
    figures = (
        ("least duty, USD", totals.low_usd),
        ("ordinary duty, USD", totals.ordinary_usd),
        ("greatest duty, USD", totals.high_usd),
        ("fees apart, USD", totals.fees_usd),
        ("refundable, USD", totals.refundable_usd),
        ("customs value, USD", totals.value_usd),
    )
    cards = "".join(f'<div class="card"><span class="soft">{name}</span><b>{usd:,.2f}</b></div>\n' for name, usd in figures)
    untold = max(totals.no_low, totals.no_ordinary, totals.no_high)
    note = (
        f'<p class="warn">For want of a figure {totals.no_low} lines are not in the least duty, '
        f"{totals.no_ordinary} not in the ordinary and {totals.no_high} not in the greatest.</p>"
        if untold
        else ""
    )
    return f'<div class="cards">\n{cards}</div>\n{note}'


def _readings(found: Review) -> str:
    if len(found.totals) < 2:
        return ""
    rows = [
        (_READINGS[t.reading], _usd(t.low_usd), _usd(t.ordinary_usd), _usd(t.high_usd), _usd(t.refundable_usd))
        for t in found.totals
    ]
    return "<h2>Two readings of the law</h2>\n" + table(
        ("reading", "least USD", "ordinary USD", "greatest USD", "refundable USD"), rows, (1, 2, 3, 4)
    )


def _lines(found: Review) -> str:
    soon = {change.line_id for change in found.changes}
    rows = [
        (
            f'<a href="#line-{place}">{escape(answer.line_id or "-")}</a>',
            f'<span class="goods">{answer.hts}</span><br><span class="soft">{escape(answer.description)}</span>',
            answer.origin + (" to CN" if answer.into == "CN" else ""),
            f'<span class="day">{format_day(answer.on)}</span>',
            f"{answer.value_usd:,.0f}" if answer.value_usd is not None else "",
            _rates(answer.answers[0]),
            _dollars(answer.answers[0], whole=True) if answer.value_usd is not None else "",
            _license(found, place - 1),
            " ".join(_tags(answer, answer.line_id in soon)),
        )
        for place, answer in enumerate(found.answers, start=1)
    ]
    head = ("line", "goods", "from", "entered", "value USD", "rate", "duty USD", "license", "")
    return "<h2>Lines</h2>\n" + table(head, rows, (4, 5, 6))


def _license(found: Review, place: int) -> str:
    """License answers of both regimes in a few words."""
    one = found.licenses[place] if place < len(found.licenses) else None
    if one is None:
        return ""
    from countermeasure.io.license_html import license_words

    return "<br>".join(f'<span class="soft">{r}</span> {license_words(one, r, short=True)}' for r in ("CN", "US"))


def _licenses(found: Review) -> list[str]:
    from countermeasure.io.license_html import license_section

    drawn = [license_section(one, f"license-{n}") for n, one in enumerate(found.licenses, start=1) if one is not None]
    return ["<h2>Licenses line by line</h2>", *drawn] if drawn else []


def _tags(answer: LineAnswer, soon: bool) -> list[str]:
    one = answer.answers[0]
    tags = ['<span class="tag">open facts</span>'] if one.missing else []
    if soon:
        tags.append('<span class="tag warn">changes soon</span>')
    if any(not words.startswith("the answer depends on ") for words in one.because):
        tags.append('<span class="tag">not complete</span>')
    return tags


def _changes(found: Review) -> str:
    if not found.changes:
        return f"<h2>Changes</h2>\n<p>No line changes within {found.within} days of its entry.</p>"
    rows = [
        (
            f'<span class="day">{format_day(c.on)}</span>',
            escape(c.line_id),
            str(c.days),
            escape(c.now),
            escape(c.then),
            _READINGS.get(c.reading, ""),
        )
        for c in found.changes
    ]
    return f"<h2>Changes within {found.within} days of entry</h2>\n" + table(
        ("on", "line", "days after entry", "now", "then", "reading"), rows, (2,)
    )


def _open_facts(found: Review) -> str:
    if not found.open_facts:
        return "<h2>Open facts</h2>\n<p>None: every fact that decides was given.</p>"
    rows = [
        (
            f"<code>{escape(f.fact)}</code>",
            escape(f.ask),
            escape(", ".join(f.lines[:12])) + (f" and {len(f.lines) - 12} more" if len(f.lines) > 12 else ""),
            ("cannot be told" if f.usd is None else _usd(f.usd)) + (f" and {f.untold} untold" if f.usd and f.untold else ""),
        )
        for f in found.open_facts
    ]
    return "<h2>Open facts, the dearest first</h2>\n" + table(("fact", "question", "lines", "decides USD"), rows, (3,))


def _programmes(found: Review, programmes: Mapping[str, str]) -> str:
    if not found.programmes:
        return ""
    most = max(usd for _, usd in found.programmes)
    rows = [
        (
            escape(programmes.get(name, name)),
            f'<span class="bar" style="width:{max(usd, 0) / most * 100:.1f}%"></span>' if most > 0 else "",
            _usd(usd),
        )
        for name, usd in found.programmes
    ]
    drawn = table(("programme", "", "USD"), rows, (2,))
    return "<h2>Ordinary duty by programme</h2>\n" + drawn.replace(
        '<td><span class="bar"', '<td class="bars"><span class="bar"'
    )


def _faults(log: FaultLog) -> str:
    if not log.kinds:
        return ""
    rows = [
        (f.severity, "" if f.row is None else str(f.row), escape(f.column or ""), escape(f"{f.message}. {f.cure}"))
        for f in log.kept
    ]
    total = sum(log.kinds.values())
    more = f"<p>{len(log.kept)} of {total:,} are shown.</p>" if total > len(log.kept) else ""
    return "<h2>Faults of the table</h2>\n" + table(("severity", "row", "column", "what and cure"), rows, (1,)) + more


def _line(place: int, answer: LineAnswer) -> str:
    first = answer.answers[0]
    worth = _dollars(first) + " USD" if answer.value_usd is not None else ""
    summary = (
        f"<summary><b>{escape(answer.line_id or '-')}</b>{answer.hts} {escape(answer.description)}: "
        f"{_rates(first)}{' = ' + worth if worth else ''}</summary>"
    )
    about = (
        f"<p>Of {escape(country(answer.origin).name)}, entered {format_day(answer.on)}"
        + ("" if answer.value_usd is None else f", customs value {_usd(answer.value_usd)} USD")
        + "".join(f". {escape(note)}" for note in answer.notes)
        + ".</p>"
    )
    bodies = [_answer(one, titled=len(answer.answers) > 1) for one in answer.answers]
    return f'<details id="line-{place}">{summary}\n{about}\n{"".join(bodies)}</details>'


def _answer(one: Answer, *, titled: bool) -> str:
    parts = [f"<h3>{_READINGS[one.reading]}: {_rates(one)}</h3>"] if titled else []
    if titled and one.statements:
        parts.append(f'<p class="soft">Statements honoured: {escape(", ".join(one.statements))}</p>')
    rows = [_component(c) for c in one.components]
    if rows:
        rows.append(
            ("", "ordinarily" if one.rate_low != one.rate_high else "total", percent(one.rate), "", _usd(one.duty_usd), "")
        )
        head = ("heading", "provision", "rate", "of", "USD", "confidence")
        parts.append(table(head, rows, (2, 4), last=True))
    for title, words in (
        ("Open facts", [f"{m.fact}: {m.ask} {m.decides}" for m in one.missing]),
        ("Not complete", [w for w in one.because if not w.startswith("the answer depends on ")]),
        ("Does not apply", [f"{e.heading or e.provision}: {e.because}" for e in one.excluded]),
        ("Suspended on this day", [f"{c.heading or c.provision}: {c.name}, {percent(c.rate)}" for c in one.suspended]),
    ):
        if words:
            parts.append(f"<p><b>{title}</b></p><ul>{''.join(f'<li>{escape(w)}</li>' for w in words)}</ul>")
    if one.refundable_usd:
        parts.append(f'<p class="warn">Refundable: {_usd(one.refundable_usd)} USD, collected against law.</p>')
    if one.fees_usd is not None:
        parts.append(f"<p>Fees apart: {_usd(one.fees_usd)} USD; {escape(one.fees_note)}.</p>")
    if one.changes_on is not None:
        parts.append(f"<p>Changes on {format_day(one.changes_on)}: {escape(one.changes_to)}.</p>")
    return "\n".join(parts)


def _component(c: Component) -> tuple[str, ...]:
    name = escape(c.name) + ("" if c.certain else ' <span class="tag">open</span>')
    small = "".join(f'<br><span class="soft">{escape(text)}</span>' for text in (c.citation, c.remark) if text)
    rate = percent(c.rate) if c.rate is not None else escape(c.text or "?")
    usd = "" if c.usd is None else _usd(c.usd)
    return (escape(c.heading or "-"), name + small, rate, escape(c.basis.replace("_", " ")), usd, c.confidence)


def _foot(found: Review) -> str:
    if not found.answers:
        return "<footer>No line was answered.</footer>"
    first = found.answers[0]
    hashes = ", ".join(dict.fromkeys(a.book_hash[:12] for a in found.answers))
    known = "all it holds" if first.known_on is None else f"as known on {format_day(first.known_on)}"
    return (
        f"<footer><p>Book {escape(first.book_version)} ({hashes}), {known}. Rates are of the customs value unless said "
        f"otherwise.</p><p>Not covered: {escape(', '.join(first.not_covered))}. Not legal advice.</p></footer>"
    )

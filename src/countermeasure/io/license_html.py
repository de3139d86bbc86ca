"""License answers as one HTML file: no scripts, nothing fetched, fit for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.io.page import document, table
from countermeasure.licensing.answer import SHORT, WORDS
from countermeasure.licensing.words import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.licensing.answer import LicenseAnswer, RegimeAnswer

REGIMES = {"CN": "China", "US": "United States"}
_READINGS = {"text": "law as published", "announced": "statements honoured"}


def license_page(answers: Sequence[LicenseAnswer]) -> str:
    """The whole page."""
    rows = [
        (
            f'<a href="#t{number}">{escape(a.id)}</a>',
            f'<span class="day">{format_day(a.on)}</span>',
            f"{escape(place(a.sent_from))} to {escape(place(a.sent_to))}",
            license_words(a, "CN"),
            license_words(a, "US"),
        )
        for number, a in enumerate(answers, start=1)
    ]
    stops = sum(a.stops for a in answers)
    head = (
        "<h1>Export licenses</h1>\n"
        f'<p class="soft">{len(answers)} transactions. '
        f"{f'{stops} prohibited or undetermined.' if stops else 'None prohibited or undetermined.'}</p>"
    )
    body = [head, table(("transaction", "on", "route", "China", "United States"), rows)]
    body += [license_section(a, f"t{number}") for number, a in enumerate(answers, start=1)]
    if answers:
        body.append(_foot(answers[0]))
    return document("Export licenses", "\n".join(body))


def license_words(answer: LicenseAnswer, regime: str, *, short: bool = False) -> str:
    """The answer of a regime in a few words of HTML, or in one."""
    parts: list[str] = []
    for one in (a for a in answer.answers if a.regime == regime):
        tag = ' class="warn"' if one.answer not in ("not_controlled", "outside_threshold", "no_license_today") else ""
        said = one.reading if short else _READINGS[one.reading]
        reading = f' <span class="soft">({said})</span>' if parts else ""
        words = SHORT[one.answer] if short else WORDS[one.answer].split(":")[0]
        mark = " ?" if one.possible or any(not m.assumed for m in one.missing) else ""
        parts.append(f"<span{tag}>{words}{mark}</span>{reading}")
    return "<br>".join(parts)


def license_section(answer: LicenseAnswer, anchor: str) -> str:
    """Everything about one transaction."""
    several = {r: sum(a.regime == r for a in answer.answers) > 1 for r in REGIMES}
    parts = [_regime(one, titled=several[one.regime]) for one in answer.answers]
    found = [
        f"<li>{escape(str(p['name'] or '-'))} ({escape(', '.join(p['roles']))}): {escape(_standing(p))}</li>"  # type: ignore[arg-type]
        for p in answer.parties
    ]
    if found:
        parts.append(f"<p><b>Parties</b></p><ul>{''.join(found)}</ul>")
    if answer.notes:
        parts.append("<p><b>Notes</b></p><ul>" + "".join(f"<li>{escape(n)}</li>" for n in answer.notes) + "</ul>")
    title = f"{escape(answer.id)}: {WORDS[answer.strictest]}"
    return f'<details id="{anchor}"><summary><b>{title}</b></summary>\n{"".join(parts)}</details>'


def _standing(party: object) -> str:
    row: dict[str, list[dict[str, object]]] = dict(party)  # type: ignore[call-overload]
    if row["hits"]:
        return "; ".join(f"{h['band']} {h['score']:.2f}: {h['name']} ({h['list']})" for h in row["hits"][:3])
    if row["lists"]:
        return f"stated on {', '.join(map(str, row['lists']))}"
    return "not found in the lists named below, which is not a clearance" if row["screened"] else "not looked up"


def _regime(one: RegimeAnswer, *, titled: bool) -> str:
    reading = f' <span class="soft">({_READINGS[one.reading]})</span>' if titled else ""
    parts = [f"<h3>{REGIMES[one.regime]}: {WORDS[one.answer]}{reading}</h3>"]
    if one.possible:
        parts.append(f'<p class="warn">May be as strict as: {WORDS[one.possible]}.</p>')
    if one.reasons:
        rows = [
            (
                escape(r.provision),
                escape(r.article),
                escape(r.because),
                f'<a href="{escape(r.url)}">{escape(r.citation)}</a>' if r.url else escape(r.citation),
                escape(r.confidence),
            )
            for r in one.reasons
        ]
        parts.append(table(("provision", "article", "because", "citation", "confidence"), rows))
    if one.review:
        parts.append(f"<p>Review: {escape(one.review)}.</p>")
    lists = (
        ("Open questions", [f"{m.ask} ({m.decides})" for m in one.missing if not m.assumed]),
        ("Assumed", [f"{m.ask} Taken as no. ({m.decides})" for m in one.missing if m.assumed]),
        ("Other provisions", [f"{r.provision} ({r.state}): {WORDS.get(r.review, r.review)}" for r in one.others]),
        ("To be done", list(one.obligations)),
        ("Not complete", list(one.because)),
        ("Doubts", list(dict.fromkeys(r.certainty for r in one.reasons if r.certainty))),
        ("Statements honoured", list(one.statements)),
    )
    for name, words in lists:
        if words:
            parts.append(f"<p><b>{name}</b></p><ul>{''.join(f'<li>{escape(w)}</li>' for w in words)}</ul>")
    if one.changes_on is not None:
        parts.append(f"<p>Changes on {format_day(one.changes_on)}: {escape(one.changes_to)}.</p>")
    return "\n".join(parts)


def _foot(first: LicenseAnswer) -> str:
    known = "all it holds" if first.known_on is None else f"as known on {format_day(first.known_on)}"
    lists = f" Lists: {escape(', '.join(first.lists))}." if first.lists else ""
    return (
        f"<footer><p>Book {escape(first.book_version)} ({first.book_hash[:12]}), {known}.{lists}</p>"
        f"<p>Not covered: {escape('; '.join(first.not_covered))}. Not legal advice.</p></footer>"
    )


__all__ = ["license_page", "license_section", "license_words"]

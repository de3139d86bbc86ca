"""Sections of the law: the provisions behind the answers with their readings, and the parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.book.model import ALWAYS, DAY, NEVER
from countermeasure.brief.model import Citation, Section
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.book.model import Reading
    from countermeasure.brief.findings import Findings
    from countermeasure.brief.model import Turn

__all__ = ["law_section", "parties_section"]

_SURE = {"high": "A", "medium": "B", "memory": "U", "low": "C"}
"""Letters of the book's words for how sure a reading is."""


def law_section(
    found: Findings, book: Book, turns: Sequence[Turn], on: int, known_on: int | None, readings: Sequence[Reading]
) -> Section:
    """Provisions behind the answers, their state by reading, and what changes."""
    rows = list(_provisions(found, book, on, known_on, readings))
    differ = [row for row in rows if row[3] != row[4]]
    said = [f"{plural(len(rows), 'provision stands', 'provisions stand')} behind the answers to these shipments."]
    if len(readings) > 1:
        said.append(
            f"{plural(len(differ), 'of them is', 'of them are')} in another state when statements are honoured than in the law "
            "as published."
            if differ
            else "Their state is the same whether statements are honoured or not."
        )
    changes = tuple((format_day(t.on), t.what, ", ".join(t.lines), t.now, t.then, READING_WORDS[t.reading]) for t in turns)
    return Section(
        "law",
        "Law and readings",
        tuple(said),
        (
            (
                "readings",
                "the law as published, and the statements of governments honoured as if they were law",
                "A",
                "choice of this project",
            ),
            (
                "what counts as known",
                "all that the book holds" if known_on is None else f"what was published by {format_day(known_on)}",
                "A",
                "asked",
            ),
        ),
        (
            Sheet(
                "law_provisions",
                "Provisions behind the answers",
                ("provision", "what", "on", "as published", "statements honoured", "since", "until", "citation", "confidence"),
                tuple(rows),
            ),
            Sheet("law_changes", "What changes", ("on", "what", "shipments or provisions", "now", "then", "reading"), changes),
        ),
        tuple(_citations(found)),
        ("The book holds what was published and read; a notice that it does not hold is not seen.",),
    )


def _provisions(
    found: Findings, book: Book, on: int, known_on: int | None, readings: Sequence[Reading]
) -> Iterator[tuple[str | None, ...]]:
    """Rows of the provisions: state on the day of the brief under each reading."""
    used = _used(found)
    records = [book.replayed(known_on, reading) for reading in readings]
    for name, (citation, confidence) in sorted(used.items()):
        if name not in records[0].provisions:
            continue
        spells = [record.provisions[name].at(on * DAY) for record in records]
        body = next((s.body for s in spells if s.body is not None), None) or next(
            (s.body for s in records[0].provisions[name].spells if s.body is not None), None
        )
        states = [s.state.value.replace("_", " ") for s in spells]
        since, until = spells[0].start, spells[0].end
        yield (
            name,
            "" if body is None else body.name,
            format_day(on),
            states[0],
            states[-1],
            None if since <= ALWAYS else format_day(since // DAY),
            None if until >= NEVER else format_day(-(-until // DAY)),
            citation,
            confidence,
        )


def _used(found: Findings) -> dict[str, tuple[str, str]]:
    """Citation and confidence of every provision that an answer names."""
    used: dict[str, tuple[str, str]] = {}
    for duty in found.duties.values():
        for one in duty.answers:
            for c in (*one.components, *one.suspended):
                used.setdefault(c.provision, (c.citation, c.confidence))
    for license_ in found.licenses.values():
        for answer in license_.answers:
            for r in (*answer.reasons, *answer.others):
                used.setdefault(r.provision, (r.citation, r.confidence))
    return used


def _citations(found: Findings) -> Iterator[Citation]:
    """Texts of license answers, which have addresses, then those of duties."""
    seen: dict[str, Citation] = {}
    for license_ in found.licenses.values():
        for answer in license_.answers:
            for r in answer.reasons:
                seen.setdefault(r.citation, Citation(r.citation, r.url, r.confidence, f"license, {r.provision}"))
    for duty in found.duties.values():
        for one in duty.answers:
            for c in one.components:
                if c.citation:
                    seen.setdefault(c.citation, Citation(c.citation, "", c.confidence, f"duty, {c.provision}"))
    yield from seen.values()


# ------------------------------------------------------------------------------------------------ parties


def parties_section(found: Findings) -> Section:
    """Parties of all shipments: what the lists held say of each, and of their owners."""
    rows: dict[tuple[object, ...], list[str]] = {}
    for line, whole in found.licenses.items():
        for party in whole.parties:
            key = (
                str(party.get("name") or ""),
                str(party.get("country") or ""),
                ", ".join(_texts(party.get("roles"))),
                _standing(party),
            )
            rows.setdefault(key, []).append(line)
    lists = list(dict.fromkeys(text for whole in found.licenses.values() for text in whole.lists))
    table = tuple((*key, ", ".join(lines)) for key, lines in rows.items())
    hits = sum("not found" not in str(key[3]) and "not looked up" not in str(key[3]) for key in rows)
    return Section(
        "parties",
        "Parties and owners",
        (_looked_up(len(rows), hits) if rows else "No party is named.",),
        (
            (
                "lists held",
                "; ".join(lists) or "none: names were not looked up",
                "A" if lists else "U",
                "shipped and imported lists",
            ),
        ),
        (Sheet("parties", "Parties", ("party", "country", "roles", "standing", "shipments"), table),) if table else (),
        (),
        (
            "A name that is not found is no clearance: lists held in part are marked, and names are written in many ways.",
            "Owners are those that the portfolio names; nobody else's holdings were looked up.",
        ),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple | list) else ()


def _standing(party: Mapping[str, object]) -> str:
    hits = party.get("hits")
    if isinstance(hits, list | tuple) and hits:
        return "; ".join(f"{h['band']} {h['score']:.2f}: {h['name']} ({h['list']})" for h in hits[:3])
    if party.get("lists"):
        return f"stated on {', '.join(_texts(party.get('lists')))}"
    return "not found in the lists held, which is no clearance" if party.get("screened") else "not looked up"


def _looked_up(count: int, hits: int) -> str:
    meet = "meets an entry of a list, or is" if hits == 1 else "meet an entry of a list, or are"
    return f"{plural(count, 'party was', 'parties were')} looked up; {hits} {meet} said to stand on one."

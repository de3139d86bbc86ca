"""Answers as flat records, for tables: one row per line and reading, per component, per open fact, per source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from countermeasure.duty.answer import LineAnswer

__all__ = ["COMPONENT_COLUMNS", "LINE_COLUMNS", "OPEN_COLUMNS", "SOURCE_COLUMNS"]
__all__ += ["component_records", "line_records", "open_records", "source_records"]

LINE_COLUMNS = (
    "line_id", "hts", "origin", "on", "reading", "rate_low", "rate", "rate_high", "duty_usd_low", "duty_usd",
    "duty_usd_high", "fees_usd", "headings", "missing", "complete", "changes_next", "changes_to",
)  # fmt: skip
COMPONENT_COLUMNS = (
    "line_id", "reading", "place", "heading", "provision", "name", "programme", "rate", "basis", "usd", "text",
    "certain", "confidence", "citation", "remark",
)  # fmt: skip
OPEN_COLUMNS = ("line_id", "reading", "fact", "ask", "decides")
SOURCE_COLUMNS = ("what", "value")


def _rate(value: float | None) -> float | None:
    return None if value is None else round(value, 10)


def line_records(answer: LineAnswer) -> Iterator[dict[str, Any]]:
    """One record per reading, with the columns of :data:`LINE_COLUMNS`; ``None`` where it cannot be told."""
    for one in answer.answers:
        yield {
            "line_id": answer.line_id,
            "hts": answer.hts,
            "origin": answer.origin,
            "on": format_day(answer.on),
            "reading": one.reading,
            "rate_low": _rate(one.rate_low),
            "rate": _rate(one.rate),
            "rate_high": _rate(one.rate_high),
            "duty_usd_low": one.duty_usd_low,
            "duty_usd": one.duty_usd,
            "duty_usd_high": one.duty_usd_high,
            "fees_usd": one.fees_usd,
            "headings": " ".join(c.heading for c in one.components if c.heading),
            "missing": " ".join(m.fact for m in one.missing),
            "complete": one.complete,
            "changes_next": None if one.changes_on is None else format_day(one.changes_on),
            "changes_to": one.changes_to,
        }


def component_records(answer: LineAnswer) -> Iterator[dict[str, Any]]:
    """One record per component, in filing order."""
    for one in answer.answers:
        for place, component in enumerate(one.components, start=1):
            record = component.to_json()
            record |= {"line_id": answer.line_id, "reading": one.reading, "place": place}
            yield {name: record[name] for name in COMPONENT_COLUMNS}


def open_records(answer: LineAnswer) -> Iterator[dict[str, Any]]:
    """One record per open fact."""
    for one in answer.answers:
        for missing in one.missing:
            values = (answer.line_id, one.reading, missing.fact, missing.ask, missing.decides)
            yield dict(zip(OPEN_COLUMNS, values, strict=True))


def source_records(answers: Iterable[LineAnswer], source: str, scenarios: Iterable[str] = ()) -> list[dict[str, str]]:
    """What the answers stand on: book, knowledge, and every citation that was used."""
    stamps: dict[tuple[str, str], None] = {("input", source): None}
    cited: dict[tuple[str, str], None] = {}
    for answer in answers:
        stamps["book version", answer.book_version] = None
        stamps["book hash", answer.book_hash] = None
        known = "all that the book holds" if answer.known_on is None else format_day(answer.known_on)
        stamps["known on", known] = None
        for words in answer.not_covered:
            stamps["not covered", words] = None
        for one in answer.answers:
            for component in one.components:
                if component.citation:
                    cited[component.provision, component.citation] = None
    stamps |= {("scenario", name): None for name in scenarios}
    return [dict(zip(SOURCE_COLUMNS, pair, strict=True)) for pair in (*stamps, *sorted(cited))]

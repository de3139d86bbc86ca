"""Section of duty: every entry, its parts, open facts, sums by programme and by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.brief.model import Section
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.duty.words import bare, dollars, lacking, usd_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from countermeasure.brief.asked import Asked
    from countermeasure.brief.findings import Findings
    from countermeasure.brief.model import Cost

__all__ = ["duty_section"]


def duty_section(asked: Asked, found: Findings, costs: Sequence[Cost], programmes: Mapping[str, str]) -> Section:
    """Duty of every entry, its parts, open facts, sums by programme and by case."""
    review = found.review
    doubtful = sorted(
        {c.provision for d in found.duties.values() for a in d.answers for c in a.components if c.confidence != "high"}
    )
    sheets = [
        Sheet(
            "duty_entries",
            "Duty of each entry",
            (
                "shipment",
                "goods",
                "number",
                "origin",
                "into",
                "entered",
                "reading",
                "value USD",
                "duty in words, USD",
                "rate least",
                "rate ordinary",
                "rate greatest",
                "duty least USD",
                "duty ordinary USD",
                "duty greatest USD",
                "complete",
            ),
            tuple(_entries(asked, found)),
        ),
        Sheet(
            "duty_programmes",
            "Ordinary duty by programme, first reading",
            ("programme", "USD"),
            tuple((programmes.get(name, name), usd) for name, usd in review.programmes),
        ),
        Sheet(
            "duty_cases",
            "Duty of all entries by case",
            (
                "case",
                "reading",
                "least USD",
                "ordinary USD",
                "greatest USD",
                "entries that cannot be told",
                "change of ordinary USD",
                "without",
            ),
            tuple(
                (c.case, READING_WORDS[c.reading], c.low_usd, c.usd, c.high_usd, c.untold, c.change_usd, c.without or "nothing")
                for c in costs
            ),
        ),
        Sheet(
            "duty_questions",
            "Facts that decide a duty, the dearest first",
            ("fact", "question", "entries", "decides USD", "entries untold"),
            tuple((f.fact, f.ask, ", ".join(f.lines), f.usd, f.untold) for f in review.open_facts),
        ),
        Sheet(
            "duty_parts",
            "Provisions that make up each duty",
            ("shipment", "reading", "heading", "provision", "name", "rate", "of", "USD", "certain", "citation", "confidence"),
            tuple(_parts(found)),
        ),
    ]
    said = "No shipment enters the United States or China, for which a book of duties is held."
    if found.duties:
        count = len(found.duties)
        who = plural(count, "shipment that enters", "shipments that enter")
        priced = "is" if count == 1 else "are"
        said = f"{who} the United States or China {priced} priced; for other destinations no duties are held."
    return Section(
        "duty",
        "Duty",
        (said,),
        tuple(
            [
                (
                    "ordinary duty",
                    "open facts at the value that the book takes as ordinary; least and greatest over all their values",
                    "A",
                    "choice of this project",
                )
            ]
            + (
                [("provisions read with doubt", ", ".join(doubtful), "B", "the book's own word, medium or memory")]
                if doubtful
                else []
            )
        ),
        tuple(sheet for sheet in sheets if sheet.rows),
        (),
        (
            "Anti-dumping and countervailing duties, quotas and special programmes of column 1 are not in it.",
            "No rate found is no rate of zero: such entries are counted, and left out of sums.",
            "Where a part of a duty is not held, rate and dollars are those of the rest; where that is zero they are not told.",
            *(f"{line}: {why}" for line, why in found.unanswered.items() if why.startswith("duty")),
        ),
    )


def _entries(asked: Asked, found: Findings) -> Iterator[tuple[object, ...]]:
    for line, duty in found.duties.items():
        for one in duty.answers:
            reading = READING_WORDS[one.reading] if len(duty.answers) > 1 else ""
            yield (
                line,
                asked.goods.get(line) or duty.description,
                duty.hts,
                duty.origin,
                duty.into,
                format_day(duty.on),
                reading,
                duty.value_usd,
                dollars(*usd_of(one), held=not lacking(one)),
                *((None, None, None) if bare(one) else (one.rate_low, one.rate, one.rate_high)),
                *usd_of(one),
                "yes" if one.complete else "no: " + "; ".join(one.because),
            )


def _parts(found: Findings) -> Iterator[tuple[object, ...]]:
    for line, duty in found.duties.items():
        for one in duty.answers:
            reading = READING_WORDS[one.reading] if len(duty.answers) > 1 else ""
            for c in one.components:
                yield (
                    line,
                    reading,
                    c.heading,
                    c.provision,
                    c.name,
                    c.rate,
                    c.basis.replace("_", " "),
                    c.usd,
                    "yes" if c.certain else "open",
                    c.citation,
                    c.confidence,
                )

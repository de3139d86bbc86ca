"""What the duty room answers, and its JSON form."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from countermeasure.codes.day import format_day


@dataclass(frozen=True, slots=True)
class Component:
    """One provision that applies, in filing order.

    Attributes:
        provision: Id in the book.
        heading: Chapter 99 number, or the tariff number itself for the schedule's rate.
        programme: Id of the programme.
        name: What a person calls it.
        rate: Fraction of the basis; ``None`` where the schedule's rate is not a fraction of the value.
        basis: What the rate is taken of.
        usd: Amount, or ``None`` without a value.
        citation: Legal text.
        confidence: ``high``, ``medium`` or ``memory``.
        certain: Applies whatever the missing facts are.
        text: The rate as printed in the schedule.
        remark: Doubts, collection against law, alternatives.
    """

    provision: str
    heading: str
    programme: str
    name: str
    rate: float | None
    basis: str
    usd: float | None
    citation: str
    confidence: str
    certain: bool = True
    text: str = ""
    remark: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "provision": self.provision,
            "heading": self.heading,
            "programme": self.programme,
            "name": self.name,
            "rate": _plain(self.rate),
            "basis": self.basis,
            "usd": self.usd,
            "citation": self.citation,
            "confidence": self.confidence,
            "certain": self.certain,
            "text": self.text,
            "remark": self.remark,
        }


@dataclass(frozen=True, slots=True)
class Excluded:
    """A duty in whose scope the line lies and that does not apply, and why."""

    provision: str
    heading: str
    because: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that was not given and what it decides.

    Attributes:
        fact: Id of the fact, or ``hts10`` or a quantity.
        ask: The question to put.
        decides: Words, as ``no: 35.2 %; yes: 60.2 %``.
        outcomes: Pairs of value and the range of rates it leads to.
    """

    fact: str
    ask: str
    decides: str
    outcomes: tuple[tuple[str, float | None, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The duty under one reading. Rates are fractions; ``None`` means that it cannot be told, never zero.

    Attributes:
        complete: Every fact that decides was given, and the book covers the case.
        because: Why it is not complete.
        suspended: Provisions that would apply if they were not suspended.
        claims: Facts that, if claimed, could lower the duty.
        refundable_usd: Part collected against law.
    """

    reading: str
    rate_low: float | None
    rate: float | None
    rate_high: float | None
    duty_usd_low: float | None
    duty_usd: float | None
    duty_usd_high: float | None
    fees_usd: float | None
    components: tuple[Component, ...]
    excluded: tuple[Excluded, ...]
    missing: tuple[Missing, ...]
    complete: bool
    because: tuple[str, ...] = ()
    suspended: tuple[Component, ...] = ()
    claims: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    refundable_usd: float | None = None
    changes_on: int | None = None
    changes_to: str = ""
    fees_note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "reading": self.reading,
            "rate_low": _plain(self.rate_low),
            "rate": _plain(self.rate),
            "rate_high": _plain(self.rate_high),
            "duty_usd_low": self.duty_usd_low,
            "duty_usd": self.duty_usd,
            "duty_usd_high": self.duty_usd_high,
            "fees_usd": self.fees_usd,
            "fees_note": self.fees_note,
            "components": [c.to_json() for c in self.components],
            "excluded": [
                {"provision": e.provision, "heading": e.heading, "because": e.because, "by": e.by} for e in self.excluded
            ],
            "missing": [
                {
                    "fact": m.fact,
                    "ask": m.ask,
                    "decides": m.decides,
                    "outcomes": [
                        {"value": v, "rate_low": _plain(low), "rate_high": _plain(high)} for v, low, high in m.outcomes
                    ],
                }
                for m in self.missing
            ],
            "complete": self.complete,
            "because": list(self.because),
            "suspended": [c.to_json() for c in self.suspended],
            "claims": list(self.claims),
            "statements": list(self.statements),
            "refundable_usd": self.refundable_usd,
            "changes_next": _change(self),
        }


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """All that is said about one line.

    Attributes:
        answers: One answer, or two where the readings differ.
        known_on: Epoch day of knowledge, or ``None`` for all that the book holds.
        notes: Remarks about the input, such as a restored leading zero.
    """

    line_id: str
    hts: str
    description: str
    origin: str
    on: int
    known_on: int | None
    into: str
    value_usd: float | None
    book_version: str
    book_hash: str
    answers: tuple[Answer, ...]
    notes: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = field(
        default=("anti-dumping and countervailing duties", "quotas", "special column-1 programmes")
    )

    @property
    def changes_next(self) -> int | None:
        """First later day on which any reading's answer changes."""
        days = [a.changes_on for a in self.answers if a.changes_on is not None]
        return min(days) if days else None

    def to_json(self) -> dict[str, Any]:
        """Plain values, the form that others rely on."""
        return {
            "line_id": self.line_id,
            "hts": self.hts,
            "description": self.description,
            "origin": self.origin,
            "into": self.into,
            "on": format_day(self.on),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "value_usd": self.value_usd,
            "book": {"version": self.book_version, "hash": self.book_hash},
            "answers": [a.to_json() for a in self.answers],
            "changes_next": None if self.changes_next is None else format_day(self.changes_next),
            "notes": list(self.notes),
            "not_covered": list(self.not_covered),
        }


def _change(answer: Answer) -> dict[str, str] | None:
    if answer.changes_on is None:
        return None
    return {"on": format_day(answer.changes_on), "to": answer.changes_to}


def _plain(value: float | None) -> float | None:
    """A fraction without the noise of binary sums."""
    return None if value is None else round(value, 10)


def percent(value: float | None) -> str:
    """A fraction as a person reads it: ``35.2 %``; a question mark where it cannot be told."""
    if value is None or math.isnan(value):
        return "?"
    return f"{round(value * 100, 4):g} %"

"""What a license answer holds, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS = (
    "prohibited",
    "denial_in_principle",
    "individual_license_only",
    "stricter_review",
    "case_by_case",
    "license_required",
    "exempt_with_report",
    "no_license_today",
    "outside_threshold",
    "not_controlled",
)
"""Answers, the strictest first; ``undetermined`` stands beside them and asks."""

WORDS: dict[str, str] = {
    "prohibited": "prohibited",
    "denial_in_principle": "license required, denied in principle",
    "individual_license_only": "individual license only",
    "stricter_review": "license required, stricter review",
    "case_by_case": "license required, case by case",
    "license_required": "license required",
    "exempt_with_report": "exempt, with a report",
    "no_license_today": "no license today: the rule sleeps",
    "outside_threshold": "outside: below the threshold",
    "not_controlled": "not controlled",
    "undetermined": "undetermined",
}
"""Answers for a person."""


SHORT: dict[str, str] = {
    "prohibited": "prohibited",
    "denial_in_principle": "denied",
    "individual_license_only": "individual",
    "stricter_review": "stricter",
    "case_by_case": "case by case",
    "license_required": "license",
    "exempt_with_report": "report",
    "no_license_today": "asleep",
    "outside_threshold": "below",
    "not_controlled": "none",
    "undetermined": "ask",
}
"""Answers in one word, for narrow tables."""


def strictest(answers: tuple[str, ...] | list[str]) -> str:
    """The strictest of several answers; ``undetermined`` wins over what asks for no license, and yields to a license."""
    ranked = sorted((a for a in answers if a != "undetermined"), key=ANSWERS.index)
    if "undetermined" in answers and (not ranked or ANSWERS.index(ranked[0]) > ANSWERS.index("exempt_with_report")):
        return "undetermined"
    return ranked[0] if ranked else "undetermined"


@dataclass(frozen=True, slots=True)
class Reason:
    """A provision that applies, or would.

    Attributes:
        review: What it asks for.
        article: Place in the law.
        because: Which facts brought it about.
        state: ``in_force``, ``suspended`` or ``not_yet``.
        who: Who must apply, and where.
    """

    provision: str
    name: str
    review: str
    article: str
    because: str
    citation: str
    confidence: str
    item: str = ""
    state: str = "in_force"
    certainty: str = ""
    who: str = ""
    url: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "provision": self.provision,
            "name": self.name,
            "review": self.review,
            "article": self.article,
            "because": self.because,
            "citation": self.citation,
            "confidence": self.confidence,
            "item": self.item,
            "state": self.state,
            "certainty": self.certainty,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not known and what it decides.

    Attributes:
        fact: Its id.
        ask: The question.
        decides: Answers by value, in words.
        outcomes: Answer by value (``yes``, ``no``).
        assumed: Whether the answer assumes the lighter value.
    """

    fact: str
    ask: str
    decides: str
    outcomes: tuple[tuple[str, str], ...] = ()
    assumed: bool = False
    item: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "fact": self.fact,
            "ask": self.ask,
            "decides": self.decides,
            "outcomes": dict(self.outcomes),
            "assumed": self.assumed,
            "item": self.item,
        }


@dataclass(frozen=True, slots=True)
class RegimeAnswer:
    """The answer of one regime under one reading.

    Attributes:
        answer: Of ``ANSWERS``, or ``undetermined``.
        review: How an application would be reviewed, in words.
        reasons: Provisions that bring the answer about.
        others: Other provisions that apply, or sleep.
        missing: Open questions, the most deciding first.
        obligations: What must be done.
        complete: Whether nothing is open or left out.
        because: Why it is not complete.
        possible: Strictest answer that the open facts allow.
        changes_on: Epoch day on which the answer changes next, or ``None``.
    """

    regime: str
    reading: str
    answer: str
    review: str
    reasons: tuple[Reason, ...]
    others: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    obligations: tuple[str, ...]
    complete: bool
    because: tuple[str, ...]
    possible: str
    statements: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    changes_on: int | None = None
    changes_to: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "regime": self.regime,
            "reading": self.reading,
            "answer": self.answer,
            "review": self.review,
            "possible": self.possible,
            "reasons": [r.to_json() for r in self.reasons],
            "others": [r.to_json() for r in self.others],
            "missing": [m.to_json() for m in self.missing],
            "obligations": list(self.obligations),
            "complete": self.complete,
            "because": list(self.because),
            "statements": list(self.statements),
            "notes": list(self.notes),
            "changes_next": _change(self.changes_on, self.changes_to),
        }


def _change(on: int | None, to: str) -> dict[str, str] | None:
    return None if on is None else {"on": format_day(on), "to": to}


NOT_COVERED = (
    "items of the general list of 2024 No. 51 that no announcement held here names",
    "sanctions beside the lists named",
    "license exceptions (named, their conditions not checked)",
)
"""What no answer covers."""


@dataclass(frozen=True, slots=True)
class LicenseAnswer:
    """The answer to a transaction under all regimes and readings."""

    id: str
    on: int
    known_on: int | None
    book_version: str
    book_hash: str
    answers: tuple[RegimeAnswer, ...]
    parties: tuple[Mapping[str, object], ...]
    lists: tuple[str, ...]
    sent_from: str | None
    sent_to: str | None
    notes: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = NOT_COVERED

    @property
    def strictest(self) -> str:
        """The strictest answer of all regimes and readings."""
        return strictest([a.answer for a in self.answers])

    @property
    def open(self) -> bool:
        """Whether any fact is open, assumptions aside."""
        return any(not m.assumed for a in self.answers for m in a.missing)

    @property
    def stops(self) -> bool:
        """Whether anything is prohibited or undetermined."""
        return any(a.answer in ("prohibited", "undetermined") for a in self.answers)

    def of(self, regime: str, reading: str = "text") -> RegimeAnswer:
        """The answer of one regime; the law as published where both readings agree."""
        mine = [a for a in self.answers if a.regime == regime]
        return next((a for a in mine if a.reading == reading), mine[0])

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        changes = [(a.changes_on, a.regime, a.changes_to) for a in self.answers if a.changes_on is not None]
        first = min(changes, default=None)
        return {
            "id": self.id,
            "on": format_day(self.on),
            "known_on": None if self.known_on is None else format_day(self.known_on),
            "sent_from": self.sent_from,
            "sent_to": self.sent_to,
            "book": {"version": self.book_version, "hash": self.book_hash},
            "answers": [a.to_json() for a in self.answers],
            "parties": [dict(p) for p in self.parties],
            "lists": list(self.lists),
            "changes_next": None if first is None else {"on": format_day(first[0] or 0), "regime": first[1], "to": first[2]},
            "notes": list(self.notes),
            "not_covered": list(self.not_covered),
        }


__all__ = ["ANSWERS", "NOT_COVERED", "SHORT", "WORDS", "LicenseAnswer", "Missing", "Reason", "RegimeAnswer", "strictest"]

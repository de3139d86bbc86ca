"""The ownership rules, read from data, and whether they live on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from countermeasure.book.load import Book, shipped_data
from countermeasure.book.model import DAY, Reading, State
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT = 1_000_000_000
"""The whole, in the integer unit of shares: billionths, a thousand times finer than parts per million."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One ownership rule.

    Attributes:
        threshold: In ``UNIT``.
        strict: More than the threshold is needed, rather than at least.
        aggregate: ``yes``, ``no`` or ``silent``: whether holdings of several restricted owners add up.
        chain: ``yes`` or ``silent``: whether an owned entity passes on.
        classes: Kinds of stake that count, each by itself.
        control: ``counts`` or ``flag``.
        lists: Tokens of lists whose parties count.
        gate: Provision of the book that gives the rule its life, or empty.
    """

    id: str
    name: str
    source: str
    confidence: str
    threshold: int
    strict: bool
    aggregate: str
    chain: str
    classes: tuple[str, ...]
    control: str
    lists: tuple[str, ...]
    gate: str


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """All rules by id."""
    rows = load_text(shipped_data() / "parties" / "owned_rules.yaml").data
    return {
        r["id"]: Rule(
            r["id"],
            r["name"],
            r["source"],
            r["confidence"],
            round(float(r["threshold"]) * UNIT),
            r["comparator"] == "above",
            r["aggregate"],
            r["chain"],
            tuple(r["classes"]),
            r["control"],
            tuple(r["lists"]),
            r["gate"] or "",
        )
        for r in rows
    }


def rule_of(name: str) -> Rule:
    """One rule.

    Raises:
        NotFoundError: If there is none of this name.
    """
    try:
        return rules()[name]
    except KeyError:
        known = ", ".join(rules())
        raise NotFoundError(f"there is no ownership rule {name!r}", code="unknown_rule", cure=f"Known: {known}.") from None


@lru_cache(maxsize=1)
def programmes_744_8() -> frozenset[str]:
    """SDN programmes that 15 CFR 744.8(a)(1) names."""
    lines = (shipped_data() / "parties" / "sdn_744_8.csv").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#") and line != "programme")


def in_744_8(programmes: Iterable[str]) -> bool:
    """Whether any programme is in the scope of 15 CFR 744.8."""
    return any(p.strip().upper() in programmes_744_8() for p in programmes)


def lives(rule: Rule, day: int, reading: Reading = Reading.TEXT, book: Book | None = None, known_on: int | None = None) -> bool:
    """Whether a rule is in force on a day, by its provision in the book."""
    if not rule.gate:
        return True
    provision = (book or Book.shipped()).replayed(known_on, reading).provisions.get(rule.gate)
    return provision is not None and provision.at(day * DAY).state is State.IN_FORCE


__all__ = ["UNIT", "Rule", "in_744_8", "lives", "programmes_744_8", "rule_of", "rules"]

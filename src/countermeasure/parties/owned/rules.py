"""The ownership rules as data: which lists count, where the line is, what adds up, and from when."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UNIT", "Rule", "in_744_8", "lives", "rule_of", "rules"]

UNIT = 10**9
"""The whole of an entity: ten million units are one percent."""

_DATA = Path(__file__).resolve().parents[2] / "data" / "parties"


@dataclass(frozen=True, slots=True)
class Rule:
    """One ownership rule.

    Attributes:
        id: ``ofac``, ``bis``, ``cn_61``, ``eu`` or ``uk``.
        name: For a person.
        citation: Where it stands.
        threshold: The line, in ``UNIT``.
        strict: Whether the line itself is outside.
        aggregate: ``yes``, ``no`` or ``silent``.
        chain: ``yes`` or ``silent``.
        control: ``counts`` or ``flag``.
        lists: Patterns of tokens of the lists that count; ``us-sdn/744.8`` for blocked persons in the scope of 744.8.
        classes: Kinds of stake, each tested by itself.
        provisions: Patterns of provisions of the book whose state is that of the rule; none where it always lives.
    """

    id: str
    name: str
    citation: str
    threshold: int
    strict: bool
    aggregate: str
    chain: str
    control: str
    lists: tuple[str, ...]
    classes: tuple[str, ...]
    provisions: tuple[str, ...] = ()


def rules() -> dict[str, Rule]:
    """All rules by id.

    Raises:
        BookError: If the table cannot be read.
    """
    return dict(_rules())


def rule_of(name: str) -> Rule:
    """The rule of an id.

    Raises:
        NotFoundError: If there is no such rule.
    """
    try:
        return _rules()[name]
    except KeyError:
        known = ", ".join(_rules())
        raise NotFoundError(f"there is no ownership rule {name!r}", code="unknown_rule", cure=f"Use one of {known}.") from None


def in_744_8(programmes: Iterable[str]) -> bool:
    """Whether a blocked person under these programmes is in the scope of 15 CFR 744.8(a)(1)."""
    return any(_tag(p) in _scope() for p in programmes)


def lives(rule: Rule, on: int) -> bool:
    """Whether a rule is in force on a day by the shipped book: a rule without provisions always is."""
    if not rule.provisions:
        return True
    from countermeasure.book.model import State

    return any(
        spell.state is State.IN_FORCE and any(fnmatchcase(provision, pattern) for pattern in rule.provisions)
        for provision, spell in _book().state(on).items()
    )


def _tag(text: str) -> str:
    return text.strip().strip("[]").partition("(")[0].strip().upper()


@cache
def _book() -> Any:  # noqa: ANN401 - the book is loaded on first use
    from countermeasure.book.load import Book

    return Book.shipped()


@cache
def _scope() -> frozenset[str]:
    lines = (_DATA / "sdn_744_8.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return frozenset(row["programme"].strip().upper() for row in rows)


@cache
def _rules() -> dict[str, Rule]:
    loaded = load_text(_DATA / "owned_rules.yaml", "owned_rules.yaml")
    if loaded.faults:
        raise BookError("the ownership rules cannot be read", where="owned_rules.yaml", faults=loaded.faults)
    return {name: _rule(name, body) for name, body in loaded.data["rules"].items()}


def _rule(name: str, body: dict[str, Any]) -> Rule:
    narrowed = body.get("programmes", {})
    return Rule(
        id=name,
        name=body["name"],
        citation=body["citation"],
        threshold=int(body["threshold_pct"]) * UNIT // 100,
        strict=body["comparator"] == "more_than",
        aggregate=body["aggregate"],
        chain=body["chain"],
        control=body["control"],
        lists=tuple(f"{code}/744.8" if code in narrowed else code for code in body["lists"]),
        classes=tuple(body["classes"]),
        provisions=tuple(body.get("provisions", ())),
    )

"""The ownership rules as data: which lists count, where the line is, what adds up, and from when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, InputError, NotFoundError
from countermeasure.parties.ownership.model import STEP, Listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.book.load import Book

__all__ = [
    "RULES", "Gate", "InForce", "Rule", "Scope", "book_gate", "gate_of", "in_744_8", "list_code", "programme_tags",
    "recent_days", "rule_of", "scope_of", "split_list",
]  # fmt: skip

InForce = Callable[[str, int], bool] | Mapping[str, bool]
"""Whether a rule is in force on a day: a function of both, or one answer by rule."""

IN_SCOPE = "744.8"
"""Stands for a programme where only the scope is told, as in ``us-sdn/744.8``."""

_DATA = Path(__file__).resolve().parents[2] / "data" / "parties" / "ownership_rules.yaml"


@dataclass(frozen=True, slots=True)
class Gate:
    """A window and what each reading says of it.

    Attributes:
        start: First day.
        end: First day after it, or ``None``.
        text: Whether the rule is in force by the law alone.
        announced: Whether it is where statements are honoured.
        unverified: What could not be verified, or empty.
    """

    start: int
    end: int | None
    text: bool
    announced: bool
    unverified: str = ""

    def holds(self, day: int) -> bool:
        """Whether the window holds a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Rule:
    """One ownership rule.

    Attributes:
        id: ``ofac``, ``bis``, ``cn_61``, ``eu`` or ``uk``.
        name: For a person.
        citation: Where it stands.
        text: What it asks, in one sentence.
        threshold: Code of the line.
        more_than: Whether the line itself is outside.
        aggregate: ``yes``, ``no`` or ``silent``.
        chain: ``yes`` or ``silent``.
        control_counts: Whether control alone restricts.
        lists: Codes of the lists that count.
        programmes: For a list whose entries count under some programmes only, their tags.
        classes: Kinds of stake, each tested by itself.
        foreign_only: Country whose own entities it does not reach, or empty.
        provisions: Patterns of provisions of the book whose state is that of the rule.
        gates: Windows by reading; empty where it is always in force.
    """

    id: str
    name: str
    citation: str
    text: str
    threshold: int
    more_than: bool
    aggregate: str
    chain: str
    control_counts: bool
    lists: tuple[str, ...]
    programmes: Mapping[str, frozenset[str]]
    classes: tuple[str, ...]
    foreign_only: str
    provisions: tuple[str, ...]
    gates: tuple[Gate, ...]

    @property
    def silent(self) -> bool:
        """Whether the law leaves more than one reading."""
        return "silent" in (self.aggregate, self.chain)

    @property
    def line(self) -> str:
        """The line in words."""
        return f"{'more than' if self.more_than else 'at least'} {self.threshold / (STEP * 10_000):g} %"

    def gate(self, day: int) -> Gate | None:
        """The window of a day, or ``None`` before the first."""
        return next((g for g in self.gates if g.holds(day)), None)

    def in_force(self, day: int | None, reading: str = "text") -> bool:
        """Whether it is in force on a day by the table shipped with the rules.

        Raises:
            InputError: If the rule has windows and no day is given.
        """
        if not self.gates:
            return True
        if day is None:
            raise InputError(
                f"the rule {self.id} is in force on some days only", code="no_day", cure="Give the day that is asked about."
            )
        gate = self.gate(day)
        return gate is not None and (gate.announced if reading == "announced" else gate.text)


class Scope:
    """How far a listing counts under a rule."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


def scope_of(rule: Rule, listing: Listing) -> str:
    """Whether a listing counts under a rule: ``Scope.IN``, ``OUT``, or ``UNKNOWN`` where its programme is not told."""
    code, stated = split_list(listing.list)
    if code not in rule.lists:
        return Scope.OUT
    tags = rule.programmes.get(code)
    if tags is None:
        return Scope.IN
    programmes = {tag for text in (*listing.programmes, *stated) for tag in programme_tags(text)}
    if IN_SCOPE in programmes:
        return Scope.IN
    if not programmes:
        return Scope.UNKNOWN
    return Scope.IN if programmes & tags else Scope.OUT


def split_list(text: str) -> tuple[str, tuple[str, ...]]:
    """Code of a list and what follows a colon or stroke, from ``SDN:RUSSIA-EO14024``, ``us-sdn/744.8`` or ``us-el/4``."""
    name, _, more = text.replace("/", ":", 1).partition(":")
    return list_code(name), tuple(part.strip() for part in re.split(r"[;,|]", more) if part.strip())


def list_code(name: str) -> str:
    """Code of a list from any of its names; an unknown name stays itself, in lower case."""
    plain = name.strip().upper()
    return _table().aliases.get(plain, plain.lower())


def programme_tags(text: str) -> frozenset[str]:
    """Tags that a programme is known by: ``[NPWMD]``, ``NPWMD (EO 13382)`` and ``EO 13382`` give the same one."""
    plain = text.strip().strip("[]").upper()
    outside = re.sub(r"\(.*?\)", " ", plain).strip()
    inside = re.findall(r"\((.*?)\)", plain)
    found = {re.sub(r"\s+", "-" if "-" in part else "", part.strip()) for part in (outside, *inside) if part.strip()}
    others = _table().tag_names
    return frozenset(others.get(tag, tag) for tag in found)


def in_744_8(programmes: Iterable[str]) -> bool:
    """Whether a blocked person under these programmes is in the scope of 15 CFR 744.8(a)(1)."""
    scope = _table().rules["bis"].programmes["us-sdn"]
    return any(programme_tags(text) & scope for text in programmes)


def rule_of(rule: Rule | str) -> Rule:
    """The rule of a name.

    Raises:
        NotFoundError: If there is no such rule.
    """
    if isinstance(rule, Rule):
        return rule
    try:
        return _table().rules[rule]
    except KeyError:
        known = ", ".join(_table().rules)
        raise NotFoundError(f"there is no ownership rule {rule!r}", code="unknown_rule", cure=f"Use one of {known}.") from None


def gate_of(rule: Rule, day: int | None, reading: str, in_force: InForce | None) -> bool:
    """Whether a rule is in force, by the caller's answer or else by the table shipped."""
    if in_force is None:
        return rule.in_force(day, reading)
    if isinstance(in_force, Mapping):
        return bool(in_force[rule.id]) if rule.id in in_force else rule.in_force(day, reading)
    if not rule.provisions:
        return True
    if day is None:
        raise InputError(f"the rule {rule.id} is in force on some days only", code="no_day", cure="Give the day.")
    return bool(in_force(rule.id, day))


def book_gate(book: Book, reading: str = "text", known_on: int | None = None) -> Callable[[str, int], bool]:
    """A gate that asks the book: a rule is in force where any provision behind it is.

    Args:
        book: The measures.
        reading: ``text`` or ``announced``.
        known_on: Only instruments published by then.
    """
    from countermeasure.book.model import Reading, State

    states: dict[int, frozenset[str]] = {}

    def in_force(rule: str, day: int) -> bool:
        if day not in states:
            spells = book.state(day, known_on, Reading(reading))
            states[day] = frozenset(p for p, spell in spells.items() if spell.state is State.IN_FORCE)
        patterns = rule_of(rule).provisions
        return not patterns or any(fnmatchcase(p, pattern) for p in states[day] for pattern in patterns)

    return in_force


@dataclass(frozen=True, slots=True)
class _Table:
    rules: dict[str, Rule]
    aliases: dict[str, str]
    tag_names: dict[str, str]
    recent_days: int


@cache
def _table() -> _Table:
    loaded = load_text(_DATA, _DATA.name)
    if loaded.faults:
        raise BookError("the ownership rules cannot be read", where=_DATA.name, faults=loaded.faults)
    data: dict[str, Any] = loaded.data
    aliases = {name.upper(): code for code, names in data["lists"].items() for name in (code, *names)}
    sets = {"programmes_744_8": frozenset(data["programmes_744_8"]["tags"])}
    tags = {other: tag for tag, names in data["programmes_744_8"]["other_names"].items() for other in names}
    rules = {name: _rule(name, body, sets) for name, body in data["rules"].items()}
    return _Table(rules, aliases, tags, int(data["recent_days"]))


def _rule(name: str, body: Mapping[str, Any], sets: Mapping[str, frozenset[str]]) -> Rule:
    gates = tuple(
        Gate(
            parse_day(row["from"]),
            parse_day(row["until"]) if row["until"] else None,
            row["text"] == "in_force",
            row["announced"] == "in_force",
            row.get("unverified", ""),
        )
        for row in body.get("gate", ())
    )
    return Rule(
        id=name,
        name=body["name"],
        citation=body["citation"],
        text=body["text"],
        threshold=int(body["threshold_pct"]) * 10_000 * STEP,
        more_than=body["comparator"] == "more_than",
        aggregate=body["aggregate"],
        chain=body["chain"],
        control_counts=body["control"] == "counts",
        lists=tuple(body["lists"]),
        programmes={code: sets[key] for code, key in body.get("programmes", {}).items()},
        classes=tuple(body["classes"]),
        foreign_only=body.get("foreign_only", ""),
        provisions=tuple(body.get("provisions", ())),
        gates=gates,
    )


def recent_days() -> int:
    """Days for which an entity that is no longer restricted is still flagged."""
    return _table().recent_days


RULES: tuple[str, ...] = ("ofac", "bis", "cn_61", "eu", "uk")
"""Names of the rules."""

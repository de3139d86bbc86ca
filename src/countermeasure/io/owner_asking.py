"""Rules put to a file of owners: which hold on a day under which reading, which party is meant, what is grave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.errors import CodeError, InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.book.load import Book
    from countermeasure.io.ownership import OwnershipFile
    from countermeasure.parties.ownership import Graph, Listing, Result

__all__ = ["GRAVITY", "Ruled", "gravity", "party_number", "rule_on"]

GRAVITY = ("not_restricted", "possible", "law_silent", "restricted")
"""Statuses, the gravest last."""
_READINGS = {"text": ("text",), "announced": ("announced",), "both": ("text", "announced")}
_NEAR_AMONG = 200_000
"""Parties among which near names are looked for."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What rules say of a graph.

    Attributes:
        results: One for each rule with a listed party, and a second where the readings differ.
        silent: Ids of rules on whose lists nobody of the graph stands.
    """

    results: tuple[Result, ...]
    silent: tuple[str, ...]

    @property
    def silent_words(self) -> str:
        """What was not asked, and why; empty where all was."""
        if not self.silent:
            return ""
        return (
            f"not asked: {', '.join(self.silent)}. No party of the file stands on a list of these rules, as far as the lists "
            "given tell."
        )


def rule_on(
    graph: Graph,
    seeds: tuple[Sequence[Listing], Sequence[Listing]],
    *,
    rules: Sequence[str],
    on: int,
    reading: str,
    book: Book,
) -> Ruled:
    """Put rules to a graph.

    Args:
        graph: Who owns whom.
        seeds: Listings that hold, and those that a person has to look at.
        rules: Ids of rules; none, or ``all`` among them, for all.
        on: Epoch day.
        reading: ``text``, ``announced`` or ``both``.
        book: Says whether a rule is in force on the day.

    Raises:
        CodeError: If the reading is not known.
        NotFoundError: If a rule is not known.
    """
    from countermeasure.parties.ownership import RULES, book_gate, restricted, rule_of

    if reading not in _READINGS:
        raise CodeError(f"{reading!r} is not a reading", code="unknown_reading", cure="Use text, announced or both.")
    results: list[Result] = []
    silent: list[str] = []
    for rule in [rule_of(name) for name in (RULES if not rules or "all" in rules else dict.fromkeys(rules))]:
        found: list[Result] = []
        for name in _READINGS[reading] if rule.provisions else ("text",):
            gate = book_gate(book, name)
            one = restricted(graph, seeds[0], rule, as_of=on, possible_seeds=seeds[1], in_force=gate, reading=name)
            if not found or found[-1].in_force != one.in_force:
                found.append(one)
        if found[0].seeds.sure or found[0].seeds.possible:
            results += found
        else:
            silent.append(rule.id)
    return Ruled(tuple(results), tuple(silent))


def party_number(name: str, file: OwnershipFile) -> int:
    """Number of a party by id or name.

    Raises:
        NotFoundError: If no row names it; near names are offered.
        InputError: If several parties have the name.
    """
    graph = file.graph
    number = graph.number(name)
    if number is not None:
        return number
    wanted = name.strip().casefold()
    same = [n for n, label in graph.labels.items() if label.casefold() == wanted]
    same = same or [n for n in range(graph.size) if graph.id(n).casefold() == wanted]
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(graph.id(n) for n in same[:5])
        raise InputError(f"{len(same)} parties are called {name!r}", code="ambiguous_party", cure=f"Give the id: {ids}.")
    from rapidfuzz import fuzz, process, utils

    known = {n: graph.labels.get(n, graph.id(n)) for n in range(min(graph.size, _NEAR_AMONG))}
    near = process.extract(name, known, scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=70)
    cure = f"Did you mean {' or '.join(str(hit[0]) for hit in near)}?" if near else "Use an owner or entity of the file."
    raise NotFoundError(f"no row names {name!r}", code="unknown_party", where=file.source, cure=cure)


def gravity(row: Mapping[str, Any]) -> tuple[int, bool, str]:
    """Key that sorts records by gravity, the listed themselves behind those they restrict."""
    return -GRAVITY.index(row["status"]), row["because"] == "listed", row["entity"]

"""Who is restricted through its owners: a table of owners and a day, under some rules, with proofs and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.faultlog import FAULT_COLUMNS, FaultLog
from countermeasure.io.owner_answers import RECORD_COLUMNS, records
from countermeasure.io.owner_asking import GRAVITY, gravity, party_number, rule_on
from countermeasure.io.owner_seeds import seeds_by_name
from countermeasure.io.ownership import above_whole, read_listed, read_ownership
from countermeasure.io.ownership_picture import svg_of
from countermeasure.io.page import own_ids
from countermeasure.parties.ownership import prove
from countermeasure.web.views.parties_search import dated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.load import Book
    from countermeasure.io.faults import Fault
    from countermeasure.io.owner_asking import Ruled
    from countermeasure.io.ownership import OwnershipFile
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.ownership import Proof, Result

__all__ = ["EXAMPLE_EDGES", "EXAMPLE_LISTED", "OwnersAnswer", "OwnersQuestion", "Proved", "answer_owners"]

PROOFS = 6
"""Proofs drawn where no party is named: those of the gravest answers."""
EXAMPLE_EDGES = """owner,owned,share,source
Alpha Holding,Beta Trading,50%,register
Alpha Holding,Gamma Parts,25%,register
Beta Trading,Delta Works,30%,register
Echo Fund,Delta Works,20%,register
"""
EXAMPLE_LISTED = """party,list,programme,from
Alpha Holding,us-el,,2024-12-02
Echo Fund,us-sdn,RUSSIA-EO14024,2023-05-19
"""
"""Tables to begin with; the parties are made up."""


@dataclass(frozen=True, slots=True)
class OwnersQuestion:
    """What is asked.

    Attributes:
        edges: Table of owners: its name and content.
        listed: Table of listed parties, or ``None``: names are then looked up on the lists that are held.
        party: A party of the table that is to be proved; empty for all.
        rules: Ids of rules; empty for all.
        on: Epoch day.
        reading: ``text``, ``announced`` or ``both``.
        share_unit: What a share without a percent sign means: ``percent``, ``fraction``, or empty.
    """

    edges: tuple[str, bytes]
    listed: tuple[str, bytes] | None
    party: str
    rules: tuple[str, ...]
    on: int
    reading: str = "both"
    share_unit: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof with its reading and its picture."""

    proof: Proof
    reading: str
    svg: str

    @property
    def table(self) -> Sheet:
        """Every stake of the proof."""
        columns = ("round", "owner", "owner is", "stake", "in", "carries", "remark", "source")
        rows = tuple(
            ("" if step.by == "below" else step.round, s.label, s.owner_is, s.words, step.label,
             "yes" if s.carries else "", s.remark, s.source)
            for step in self.proof.steps
            for s in step.stakes
        )  # fmt: skip
        return Sheet("stakes", f"Stakes of {self.proof.label} under {self.proof.rule_name}", columns, rows)


@dataclass(frozen=True, slots=True)
class OwnersAnswer:
    """Who is restricted, and why.

    Attributes:
        question: What was asked.
        source: Name of the table.
        parties: Parties of the table.
        rows: One record for each entity, rule and reading of which there is something to say.
        proved: Proofs, of the named party or of the gravest answers.
        ruled: What the rules say.
        faults: What is wrong with the tables.
        searched: Lists that names were looked up on, in words; empty where a table of listed parties was given.
    """

    question: OwnersQuestion
    source: str
    parties: int
    rows: tuple[dict[str, Any], ...]
    proved: tuple[Proved, ...]
    ruled: Ruled
    faults: tuple[Fault, ...]
    searched: str

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        if self.question.party and self.proved:
            return ". ".join(dict.fromkeys(f"{_rule(one)}: {one.proof.conclusion}" for one in self.proved)) + "."
        names = {status: len({r["entity"] for r in self.rows if r["status"] == status}) for status in reversed(GRAVITY)}
        told = ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in names.items() if n and status != GRAVITY[0])
        day = format_day(self.question.on)
        under = f"{told} under at least one rule and reading" if told else "none restricted by what the table tells"
        return f"{self.parties:,} parties in {self.source} on {day}: {under}."

    @property
    def silent_words(self) -> str:
        """What was not asked, and why."""
        return _sentence(self.ruled.silent_words)

    def sheets(self) -> tuple[Sheet, ...]:
        """Entities by rule, stakes of the proofs, faults."""
        rows = tuple(tuple(row[c] for c in RECORD_COLUMNS) for row in self.rows)
        stakes = tuple(
            (one.proof.rule_name, one.reading, one.proof.label, *row) for one in self.proved for row in one.table.rows
        )
        heads = ("rule", "reading", "entity", "round", "owner", "owner is", "stake", "in", "carries", "remark", "source")
        faults = tuple(tuple(f.to_json()[c] for c in FAULT_COLUMNS) for f in self.faults)
        return (
            Sheet("owners", f"Restricted through owners on {format_day(self.question.on)}", RECORD_COLUMNS, rows),
            Sheet("stakes", "Stakes that the proofs rest on", heads, stakes),
            Sheet("faults", "What is wrong with the tables", FAULT_COLUMNS, faults),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "source": self.source,
            "on": format_day(self.question.on),
            "answer": self.said,
            "names_looked_up_on": self.searched or None,
            "parties": self.parties,
            "counts": {f"{r.rule.id}/{r.reading}": r.counts() for r in self.ruled.results},
            "answers": list(self.rows),
            "proofs": [one.proof.to_json() | {"reading": one.reading} for one in self.proved],
            "without_listed_parties": list(self.ruled.silent),
            "faults": [fault.to_json() for fault in self.faults],
        }


def answer_owners(question: OwnersQuestion, book: Book, held: tuple[PartyList, ...]) -> OwnersAnswer:
    """Put rules to a table of owners.

    Args:
        question: Tables, day, rules.
        book: Says whether a rule is in force on the day.
        held: Lists on which names are looked up where no table of listed parties is given.

    Raises:
        NotFoundError: If the party is not in the table, or a rule is unknown.
        InputError: If a table cannot be read at all, or the party is not one alone.
    """
    log = FaultLog(keep=100)
    name, content = question.edges
    file = read_ownership(name, log.add, share_unit=question.share_unit or None, content=content)
    if not file.graph.size:
        said = [str(fault) for fault in log.kept]
        raise InputError("no row of the table of owners could be read", where=name, code="no_edges", faults=said[:20],
                         cure="Give the columns owner, owned and share.")  # fmt: skip
    log.extend(above_whole(file.graph, question.on, file.source))
    if question.listed is not None:
        listed = read_listed(question.listed[0], log.add, content=question.listed[1])
        sure, possible, searched = listed.sure, listed.possible, ""
    else:
        hits = seeds_by_name(file.graph, held)
        sure, possible, searched = tuple(hits[0]), tuple(hits[1]), dated(held)
    ruled = rule_on(file.graph, (sure, possible), rules=question.rules, on=question.on, reading=question.reading, book=book)
    rows = tuple(sorted(records(ruled.results), key=gravity))
    proved = _proofs(question.party, file, ruled.results, rows)
    return OwnersAnswer(question, file.source, file.graph.size, rows, proved, ruled, tuple(log.kept), searched)


def _proofs(party: str, file: OwnershipFile, results: Sequence[Result], rows: Sequence[dict[str, Any]]) -> tuple[Proved, ...]:
    """Proofs of the named party under every rule, or of the gravest answers."""
    if party:
        number = party_number(party, file)
        chosen = [(result, number) for result in results]
    else:
        by_key = {(r.rule.id, r.reading): r for r in results}
        grave = [row for row in rows if row["status"] != GRAVITY[0] and row["because"] != "listed"]
        chosen = []
        for row in grave[:PROOFS]:
            place = file.graph.number(row["entity"])
            if place is not None:
                chosen.append((by_key[row["rule"], row["reading"]], place))
    found = []
    for place, (result, number) in enumerate(chosen):
        proof = prove(result, number)
        found.append(Proved(proof, result.reading, own_ids(svg_of(proof), place)))
    return tuple(found)


def _rule(one: Proved) -> str:
    other = {"text": "", "announced": ", statements honoured"}[one.reading]
    return f"{one.proof.rule_name}{other}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]

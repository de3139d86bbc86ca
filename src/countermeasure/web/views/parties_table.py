"""A table of parties, each looked up on the lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.faultlog import FAULT_COLUMNS, FaultLog
from countermeasure.io.screening import PARTY_COLUMNS, RESULTS, list_records, read_parties, screen_parties, screened_json
from countermeasure.io.tables import read_table
from countermeasure.web.views.parties_search import dated, hits_sheet, lists_of, lists_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.io.faults import Fault
    from countermeasure.io.screening import Screened
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex

__all__ = ["EXAMPLE", "TableAnswer", "TableQuestion", "answer_table", "run"]

EXAMPLE = """name,country
Huawei Tech Co,CN
中芯国际,CN
Example Motors Inc,US
"""
"""A table to begin with."""
_HITS = 10
"""Most hits for a row; confirmed ones are never cut off."""


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """What is asked.

    Attributes:
        name: Name of the file.
        content: The file.
        lists: Codes of lists; empty for all.
        on: Epoch day on which entries must be listed, or ``None``.
        least: Hits below this score are left out.
        most: Most rows.
    """

    name: str
    content: bytes
    lists: tuple[str, ...] = ()
    on: int | None = None
    least: float = 0.0
    most: int = 2000


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What was found for the parties of a table.

    Attributes:
        source: Name of the file.
        rows: Rows of it.
        on: Epoch day on which entries had to be listed, or ``None``.
        found: One for each row that could be read.
        searched: The lists, in words.
        lists: The lists, as records.
        hits: One row for each hit.
        list_table: The lists, as a table.
        faults: What is wrong with the table.
    """

    source: str
    rows: int
    on: int | None
    found: tuple[Screened, ...]
    searched: str
    lists: tuple[dict[str, Any], ...]
    hits: Sheet
    list_table: Sheet
    faults: tuple[Fault, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Names by result."""
        return {result: sum(one.result == result for one in self.found) for result in RESULTS}

    @property
    def shown(self) -> list[Screened]:
        """Names with hits, the confirmed ones first."""
        return sorted((one for one in self.found if one.hits), key=lambda one: (one.result != "confirmed", one.row))

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        counts = self.counts
        unread = self.rows - len(self.found)
        told = f"{counts['confirmed']:,} confirmed, {counts['review']:,} to be looked at, {counts['not_found']:,} not found"
        left = f"; {unread:,} {'row' if unread == 1 else 'rows'} could not be read" if unread else ""
        names = "1 name" if len(self.found) == 1 else f"{len(self.found):,} names"
        return f"{names} of {self.source}: {told} in {self.searched}{left}. Not found is not the same as cleared."

    def sheets(self) -> tuple[Sheet, ...]:
        """Hits, lists, faults."""
        faults = tuple(tuple(fault.to_json()[c] for c in FAULT_COLUMNS) for fault in self.faults)
        return (self.hits, self.list_table, Sheet("faults", "What is wrong with the table", FAULT_COLUMNS, faults))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "answer": self.said,
            "on": None if self.on is None else format_day(self.on),
            "counts": self.counts,
            "answers": [screened_json(one) for one in self.found],
            "faults": [fault.to_json() for fault in self.faults],
            "lists": list(self.lists),
        }


def answer_table(
    question: TableQuestion,
    held: tuple[PartyList, ...],
    indexed: Callable[[tuple[PartyList, ...]], PartyIndex],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> TableAnswer:
    """Look the parties of a table up.

    Args:
        question: The table and what is wanted.
        held: The lists that are there.
        indexed: Gives the index over some lists.
        tell: Told how many rows are done, and of how many.

    Raises:
        InputError: If the table cannot be read at all, has no column for the name, or has too many rows.
        NotFoundError: If a list is not there.
    """
    lists = lists_of(held, question.lists)
    table = read_table(question.name, PARTY_COLUMNS, ("name",), tariff_columns=(), content=question.content)
    if "name" not in table.columns:
        raise InputError(
            "not a table of parties",
            where=question.name,
            code="no_name_column",
            cure="Give a column name, and where known country, address, identifiers, born.",
            faults=[str(fault) for fault in table.errors],
        )
    if len(table) > question.most:
        raise InputError(
            f"the table has {len(table):,} rows",
            where=question.name,
            code="too_many_rows",
            cure=f"Give {question.most:,} at most here; the command line has no such limit: countermeasure screen FILE.",
        )
    log = FaultLog(keep=200)
    asked = read_parties(table, log.add)
    index = indexed(lists)
    found: list[Screened] = []
    for begin in range(0, len(asked), 200):
        batch = screen_parties(index, asked[begin : begin + 200], limit=_HITS, on=question.on)
        found += [replace(one, hits=tuple(h for h in one.hits if h.score >= question.least)) for one in batch]
        tell(len(found), len(asked))
    return TableAnswer(
        question.name,
        len(table),
        question.on,
        tuple(found),
        dated(lists),
        tuple(list_records(lists)),
        hits_sheet(found, lists),
        lists_sheet(lists),
        tuple(log.kept),
    )


def run(progress: Callable[[float, str], None], question: TableQuestion) -> TableAnswer:
    """The same as a run of its own."""
    from countermeasure.io.party_index import party_index
    from countermeasure.io.party_lists import party_lists

    progress(0.05, "reading the lists")
    return answer_table(
        question, party_lists(), party_index, lambda done, of: progress(done / max(of, 1), f"{done:,} of {of:,} names")
    )

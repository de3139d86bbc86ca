"""What a person brings to a run of a whole scenario: lines, transactions, lists of parties, and the cache of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.book.cache import cache_dir
from countermeasure.io.faults import Fault
from countermeasure.io.lines import Given, line_columns, read_lines
from countermeasure.io.party_index import party_index
from countermeasure.io.party_lists import party_lists
from countermeasure.io.shipments import Shipments, shipment_columns
from countermeasure.io.tables import read_table
from countermeasure.io.transactions import read_transactions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from countermeasure.duty.line import Line
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.licensing.transaction import Transaction
    from countermeasure.parties.model import PartyList
    from countermeasure.parties.search import PartyIndex
    from countermeasure.scenario.whole.model import Scenario

__all__ = ["merged", "parts_folder", "scenario_lines", "scenario_parties", "scenario_transactions"]


def scenario_lines(source: Path | str, asked: Scenario, log: FaultLog) -> tuple[tuple[Line, ...], tuple[Transaction, ...], int]:
    """Lines of a table, without pricing them, and each as a transaction from its origin to its destination.

    Their day may be missing, since the scenario's own is put in. Columns about licenses are those of ``check``.

    Args:
        source: A file (CSV, Excel, Parquet, JSON), or ``-`` for standard input.
        asked: The scenario.
        log: Takes the faults.

    Returns:
        The good lines, their transactions, and how many rows there were. A line whose cells about licenses are faulty gives
        no transaction.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If the content cannot be read at all.
    """
    given = Given(on=asked.on)
    columns = line_columns(asked.book.facts)
    columns |= {name: names for name, names in shipment_columns().items() if name not in columns}
    table = read_table(source, columns, given.required)
    log.extend(table.faults)
    shipments = Shipments(table, asked.book.control_facts, log.add)
    lines: list[Line] = []
    moves: list[Transaction] = []
    for row, line in read_lines(table, asked.book.facts, given, log.add):
        lines.append(line)
        move = shipments.transaction(row, line)
        if move is not None:
            moves.append(move)
    return tuple(lines), tuple(moves), len(table)


def scenario_transactions(source: Path | str, asked: Scenario, log: FaultLog) -> tuple[tuple[Transaction, ...], int]:
    """Transactions of a file, and how many rows there were.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If the content cannot be read at all.
    """
    found = read_transactions(source, asked.book.control_facts)
    log.extend(found.faults)
    return tuple(found.transactions), found.rows


def merged(
    own: Sequence[Transaction], of_lines: Sequence[Transaction], source: Path | str, log: FaultLog
) -> tuple[Transaction, ...]:
    """Transactions of both files; where an id stands in both, that of the file of transactions counts, and it is said.

    Args:
        own: Transactions of a file of transactions.
        of_lines: Transactions made of lines.
        source: File of the lines, for messages.
        log: Takes the warnings.
    """
    taken = {one.id for one in own}
    for one in of_lines:
        if one.id in taken:
            said = f"the id {one.id!r} is that of a transaction too; its license is asked for the transaction, not for the line"
            cure = "Give lines and transactions ids of their own."
            log.add(Fault(str(source), None, "line_id", one.id, said, cure, "same_id", "warning"))
    return (*own, *(one for one in of_lines if one.id not in taken))


def scenario_parties() -> tuple[PartyIndex, tuple[PartyList, ...]]:
    """The index over the shipped and the imported lists, and the lists."""
    lists = tuple(party_lists())
    return party_index(lists), lists


def parts_folder() -> Path | None:
    """Folder of parts that are done, within the cache of compiled books; ``None`` when caching is off."""
    folder = cache_dir()
    return None if folder is None else folder / "parts"

"""Which of the user's saved parties a change of a list touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.party_formats.own import COLUMNS
from countermeasure.io.tables import read_table
from countermeasure.parties.lists import ListDiff, fold
from countermeasure.parties.model import Band, ListedParty, PartyList, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from countermeasure.io.faults import Fault

__all__ = ["Touched", "read_saved", "touched_by"]


@dataclass(frozen=True, slots=True)
class Touched:
    """A saved party that may be an entry that changed.

    Attributes:
        saved: The user's party.
        what: ``added``, ``removed`` or ``changed``.
        party: The entry; of a changed one as it now stands.
        attributes: What changed on it.
        score: 0 to 1.
        band: ``confirmed`` or ``review``.
    """

    saved: Query
    what: str
    party: ListedParty
    attributes: tuple[str, ...]
    score: float
    band: Band


def read_saved(file: Path) -> tuple[list[Query], list[Fault]]:
    """Read the user's saved parties: any table with a column ``name``, perhaps ``country``, ``address`` and ``id``.

    Returns:
        The parties and the faults of the table.

    Raises:
        InputError: If there is no column for the name.
        NotFoundError: If there is no such file.
    """
    table = read_table(file, COLUMNS, ["name"], tariff_columns=())
    if "name" not in table.columns:
        faults = [str(fault) for fault in table.errors]
        raise InputError("not a table of parties", where=file.name, faults=faults, cure="Give a table with a column name.")
    saved = []
    for at, row in enumerate(table.rows):
        cell = {key: (values[at] or "") for key, values in table.columns.items()}
        if cell["name"]:
            country = cell.get("country", "")
            place = country.upper() if len(country) == 2 else ""
            saved.append(Query(cell["name"], place, cell.get("address", ""), id=cell.get("id") or f"row {row}"))
    return saved, table.faults


def touched_by(changes: Iterable[ListDiff], saved: Sequence[Query]) -> list[Touched]:
    """Saved parties that may be an entry that was added, removed or changed.

    The names are searched as in screening; where the search finds nothing certain, equal names (without case, accents and
    signs) are still taken.

    Args:
        changes: Comparisons of editions.
        saved: The user's parties.

    Returns:
        The certain ones first, then by score.
    """
    what: dict[str, tuple[str, ListedParty, tuple[str, ...]]] = {}
    for change in changes:
        what |= {party.id: ("added", party, ()) for party in change.added}
        what |= {party.id: ("removed", party, ()) for party in change.removed}
        what |= {after.id: ("changed", after, attributes) for _, after, attributes in change.changed}
    found = [
        Touched(query, *what[party.id], score, band)
        for query, party, score, band in _search([party for _, party, _ in what.values()], saved)
    ]
    return sorted(found, key=lambda hit: (hit.band is not Band.CONFIRMED, -hit.score, hit.saved.id))


def _search(parties: Sequence[ListedParty], saved: Sequence[Query]) -> list[tuple[Query, ListedParty, float, Band]]:
    if not parties or not saved:
        return []
    equal: dict[str, list[ListedParty]] = {}
    for party in parties:
        for name in {fold(name) for name in (party.name, *party.aliases, *party.weak_aliases)}:
            equal.setdefault(name, []).append(party)
    found = {
        (query.id, party.id): (query, party, 1.0, Band.CONFIRMED)
        for query in saved
        for party in equal.get(fold(query.name), ())
    }
    try:
        from countermeasure.parties.search import PartyIndex
    except ImportError:
        return list(found.values())
    listed = PartyList("changes", "entries that changed", "own", None, "", complete=True, coverage="", parties=tuple(parties))
    for query, hits in zip(saved, PartyIndex.build((listed,)).search(saved), strict=True):
        for hit in hits:
            if hit.band is not Band.NONE:
                found[query.id, hit.party.id] = (query, hit.party, hit.score, hit.band)
    return list(found.values())

"""Listed parties as Arrow tables and back: one row an entry, the edition's own words in the metadata of the table."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from countermeasure.parties.model import Kind, ListedParty, PartyList

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["edition_from_table", "table_of"]

_SEVERAL = ("aliases", "weak_aliases", "countries", "addresses", "birth_dates", "programmes", "footnotes")
_DAYS = ("start", "end")
_NAMES = tuple(f.name for f in fields(ListedParty))


def table_of(edition: PartyList) -> pa.Table:
    """A table of an edition.

    Returns:
        Columns as the attributes of :class:`ListedParty`: several values as lists of text, identifiers as ``kind<TAB>number``,
        days as ``date32``; code, title, coverage and ``complete`` of the edition are metadata of the schema.
    """
    import pyarrow as pa

    parties = edition.parties
    columns: dict[str, pa.Array] = {}
    for name in _NAMES:
        values: list[Any] = [getattr(party, name) for party in parties]
        if name in _SEVERAL:
            columns[name] = pa.array(values, pa.list_(pa.string()))
        elif name == "identifiers":
            columns[name] = pa.array(
                [[f"{kind}\t{number}" for kind, number in pairs] for pairs in values], pa.list_(pa.string())
            )
        elif name in _DAYS:
            columns[name] = pa.array(values, pa.int32()).cast(pa.date32())
        else:
            columns[name] = pa.array([str(value) for value in values], pa.string())
    metadata = {
        "code": edition.code,
        "title": edition.title,
        "issuer": edition.issuer,
        "complete": "true" if edition.complete else "false",
        "coverage": edition.coverage,
    }
    return pa.table(columns).replace_schema_metadata(metadata)


def edition_from_table(table: pa.Table, *, as_of: int | None, digest: str, source: str) -> PartyList:
    """The edition that :func:`table_of` wrote."""
    import pyarrow as pa

    said = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    columns: list[list[Any]] = []
    for name in _NAMES:
        column = table.column(name)
        if name in _SEVERAL:
            columns.append(_tuples(column))
        elif name == "identifiers":
            columns.append([tuple(_pair(item) for item in items) for items in _tuples(column)])
        elif name in _DAYS:
            columns.append(column.cast(pa.int32()).to_pylist())
        elif name == "kind":
            columns.append([_KINDS[value] for value in column.to_pylist()])
        else:
            columns.append(column.to_pylist())
    parties = tuple(map(ListedParty, *columns))
    return PartyList(
        code=said["code"],
        title=said["title"],
        issuer=said["issuer"],
        as_of=as_of,
        hash=digest,
        complete=said["complete"] == "true",
        coverage=said["coverage"],
        parties=parties,
        source=source,
    )


_KINDS = {kind.value: kind for kind in Kind}


def _tuples(column: pa.ChunkedArray) -> list[tuple[str, ...]]:
    """Lists of text as tuples; far faster than a list at a time."""
    found: list[tuple[str, ...]] = []
    for chunk in column.chunks:
        values = chunk.flatten().to_pylist()
        ends = chunk.offsets.to_numpy()
        ends = (ends - ends[0]).tolist()
        found += [tuple(values[a:b]) if a != b else () for a, b in pairwise(ends)]
    return found


def _pair(text: str) -> tuple[str, str]:
    kind, _, number = text.partition("\t")
    return kind, number

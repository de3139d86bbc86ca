"""Files of owners and of listed parties: our own tables, BODS 0.4, FollowTheMoney and GLEIF, told apart by their content."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError, InputError
from countermeasure.io.faults import Fault
from countermeasure.io.ownership_formats.rows import EdgeRows
from countermeasure.io.ownership_shares import UNITS
from countermeasure.parties.ownership import Listing
from countermeasure.parties.ownership.model import FULL, percent_of_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from countermeasure.parties.ownership import Graph

    Tell = Callable[[Fault], None]

__all__ = ["FORMATS", "LISTED_COLUMNS", "Listed", "OwnershipFile", "above_whole", "read_listed", "read_ownership"]

FORMATS = ("table", "bods", "ftm", "gleif")
"""Forms of files of owners."""

LISTED_COLUMNS: dict[str, tuple[str, ...]] = {
    "party": ("name", "id", "entity", "owner"),
    "list": ("lists", "code", "source list"),
    "programme": ("program", "programmes", "programs"),
    "from": ("start", "start_date", "listed_on", "since"),
    "to": ("end", "end_date", "delisted_on", "until"),
    "footnote": ("footnotes",),
    "requirement": ("license requirement", "licence requirement"),
    "review": ("license policy", "review policy"),
    "linked": ("group",),
    "certain": ("confirmed", "band"),
    "label": ("listed as", "list name"),
}
"""Columns of a table of listed parties, each with its other names."""

_UNSURE = frozenset({"no", "false", "0", "review", "possible", "maybe", "n"})


@dataclass(frozen=True, slots=True)
class OwnershipFile:
    """A file of owners as it was read.

    Attributes:
        graph: All good rows.
        source: Its name.
        form: Of ``FORMATS``.
        rows: Rows or records of the file.
        refused: How many were left out for a fault.
    """

    graph: Graph
    source: str
    form: str
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A table of listed parties as it was read.

    Attributes:
        sure: Listings that hold.
        possible: Those that a person has to look at.
        rows: Rows of the table.
    """

    sure: tuple[Listing, ...]
    possible: tuple[Listing, ...]
    rows: int


def read_ownership(
    source: Path | str,
    tell: Tell,
    *,
    form: str | None = None,
    share_unit: str | None = None,
    sheet: str | None = None,
    content: bytes | None = None,
) -> OwnershipFile:
    """Read a file of owners.

    Args:
        source: A file, or ``-`` for standard input.
        tell: Takes every fault; rows with an error are left out, the others are kept.
        form: Of ``FORMATS``; told by the content if absent.
        share_unit: ``percent`` or ``fraction``: what a number without a percent sign means. Where it is absent and some shares
            may be either, a fault says so and these shares count as anything between the two readings.
        sheet: Sheet of an Excel file.
        content: The content, where the caller has it already.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If it cannot be read at all, or the form or unit is not known.
    """
    for value, known, what in ((form, FORMATS, "form"), (share_unit, UNITS, "share unit")):
        if value is not None and value not in known:
            raise InputError(
                f"{value!r} is not a {what}", code=f"bad_{what.replace(' ', '_')}", cure=f"Use {' or '.join(known)}."
            )
    from countermeasure.io.tables import fetch

    name, data = fetch(source, content)
    if form in (None, "table") and data[:4] == b"PAR1":
        from countermeasure.io.ownership_formats.parquet import read_parquet_edges

        found = read_parquet_edges(io.BytesIO(data), name, tell, share_unit)
        if found is not None:
            return OwnershipFile(found[0], name, "table", found[1], found[2])
    rows = EdgeRows(name, tell, share_unit)
    chosen = form or _form(name, data)
    _READERS[chosen](data, rows, sheet)
    return OwnershipFile(rows.graph(), name, chosen, rows.rows, len(rows.refused))


def _form(name: str, data: bytes) -> str:
    from countermeasure.io.ownership_formats import bods, ftm, gleif

    head = data[:65536].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return "gleif"
    if gleif.is_gleif_csv(head):
        return "gleif"
    if head[:1] in (b"[", b"{"):
        first = next((record for _, record in _objects(data, name)), None)
        if bods.is_bods(first):
            return "bods"
        if ftm.is_ftm(first):
            return "ftm"
    return "table"


def _objects(data: bytes, name: str) -> Iterator[tuple[int, Any]]:
    """Objects of a JSON array, of JSON Lines or a single object, with their row."""
    text = data.decode("utf-8-sig", errors="replace")
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if whole is not None:
        yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)
        return
    for row, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield row, json.loads(line)
            except ValueError as error:
                if row == 1:
                    raise InputError(f"the file is not JSON ({error})", code="bad_json", where=f"{name}, row 1",
                                     cure="Check quotes, commas and brackets.") from None  # fmt: skip
                yield row, None


def _table(data: bytes, rows: EdgeRows, sheet: str | None) -> None:
    from countermeasure.io.ownership_formats.table import EDGE_COLUMNS, REQUIRED, read_edges
    from countermeasure.io.tables import read_table

    table = read_table(rows.file, EDGE_COLUMNS, REQUIRED, tariff_columns=(), sheet=sheet, content=_flat(data))
    for fault in table.faults:
        rows.tell(fault)
    if all(name in table.columns for name in REQUIRED):
        read_edges(table, rows)


def _flat(data: bytes) -> bytes:
    """Our own JSON with a range under ``pct`` or ``share`` as one level of columns; other content as it is."""
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return data
    try:
        records = json.loads(data)
    except ValueError:
        return data
    if not any(isinstance(v, dict) for r in records if isinstance(r, dict) for v in r.values()):
        return data
    flat = []
    for record in records:
        one: dict[str, Any] = {}
        for key, value in record.items() if isinstance(record, dict) else ():
            one.update(value if isinstance(value, dict) else {key: value})
        flat.append(one if isinstance(record, dict) else record)
    return json.dumps(flat).encode()


def _bods(data: bytes, rows: EdgeRows, _: str | None) -> None:
    from countermeasure.io.ownership_formats.bods import read_bods

    read_bods([record for _, record in _objects(data, rows.file)], rows)


def _ftm(data: bytes, rows: EdgeRows, _: str | None) -> None:
    from countermeasure.io.ownership_formats.ftm import read_ftm

    read_ftm(_objects(data, rows.file), rows)


def _gleif(data: bytes, rows: EdgeRows, sheet: str | None) -> None:
    from countermeasure.io.ownership_formats import gleif
    from countermeasure.io.tables import read_table

    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        gleif.read_gleif_xml(io.BytesIO(data), rows)
        return
    known = gleif.GLEIF_COLUMNS
    table = read_table(rows.file, known, ("child", "parent", "type"), tariff_columns=(), sheet=sheet, content=data)
    for fault in table.faults:
        if fault.code != "unknown_column":
            rows.tell(fault)
    gleif.read_gleif_csv(table, rows)


_READERS: dict[str, Callable[[bytes, EdgeRows, str | None], None]] = {
    "table": _table,
    "bods": _bods,
    "ftm": _ftm,
    "gleif": _gleif,
}


def above_whole(graph: Graph, day: int | None, file: str, most: int = 1000) -> list[Fault]:
    """Entities whose owners hold more than the whole on a day, as warnings that name the rows.

    Args:
        graph: As read.
        day: The day, where edges are dated.
        file: Name for the faults.
        most: At most so many are told.
    """
    import numpy as np

    table = graph.on(day).tables["shares"]
    if table.excess is None:
        return []
    faults = []
    for entity in np.flatnonzero(table.excess)[:most]:
        edges = table.edge[np.fromiter(table.stakes_in(int(entity)), np.intp)]
        rows = sorted(int(r) for r in graph.row[edges]) if graph.row is not None else []
        shown = ", ".join(map(str, rows[:6])) + (" and more" if len(rows) > 6 else "")
        total = percent_of_code(FULL + int(table.excess[entity]))
        faults.append(
            Fault(file, rows[-1] if rows else None, "share", None,
                  f"the owners of {graph.label(int(entity))} hold {total} % together (rows {shown})",
                  "Check for a stake stated twice or under two names; until then each may be overstated by the excess.",
                  "owners_above_100", "warning")
        )  # fmt: skip
    return faults


def read_listed(source: Path | str, tell: Tell, *, sheet: str | None = None, content: bytes | None = None) -> Listed:
    """Read a table of listed parties: party and list, and where known programme, days, footnote, requirement.

    Args:
        source: A file, or ``-``.
        tell: Takes every fault.
        sheet: Sheet of an Excel file.
        content: The content, where the caller has it already.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If it cannot be read at all.
    """
    from countermeasure.io.tables import read_table

    table = read_table(source, LISTED_COLUMNS, ("party", "list"), tariff_columns=(), sheet=sheet, content=content)
    for fault in table.faults:
        tell(fault)
    sure: list[Listing] = []
    possible: list[Listing] = []
    blank: list[str | None] = [None] * len(table)
    cells = {name: table.columns.get(name, blank) for name in LISTED_COLUMNS}
    for place, row in enumerate(table.rows):
        here = {name: cells[name][place] or "" for name in LISTED_COLUMNS}
        empty = next((name for name in ("party", "list") if not here[name]), None)
        if empty is not None:
            tell(Fault(table.source, row, empty, None, f"the {empty} is empty", "Fill it.", "empty_name"))
            continue
        try:
            days = [parse_day(here[name]) if here[name] else None for name in ("from", "to")]
        except CodeError as error:
            tell(Fault(table.source, row, "from", None, error.message, error.cure or "", error.code))
            continue
        for code in _parts(here["list"]):
            listing = Listing(
                here["party"], code, _parts(here["programme"]), days[0], days[1], _parts(here["footnote"]),
                here["requirement"], here["review"], here["label"], here["linked"],
            )  # fmt: skip
            (possible if here["certain"].casefold() in _UNSURE else sure).append(listing)
    return Listed(tuple(sure), tuple(possible), len(table))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("|", ";").split(";") if part.strip())

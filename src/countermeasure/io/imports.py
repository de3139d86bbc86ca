"""Importers: official files and the user's own into the local store.

Each function reads the whole file first and writes only when all of it was understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.schedule import Schedule
from countermeasure.duty.spells import Entry
from countermeasure.errors import InputError, NotFoundError
from countermeasure.io.build_schedule import entries_of
from countermeasure.io.chapter99 import NoteCode, NoteLists, read_notes
from countermeasure.io.hts_edition import read_edition
from countermeasure.io.party_imports import PARTY_KINDS, PartyImport, import_parties
from countermeasure.io.store import Imported, Store, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    Progress = Callable[[str], None]

__all__ = [
    "PARTY_KINDS",
    "PartyImport",
    "import_chapter99_notes",
    "import_hts",
    "import_parties",
    "import_weights",
    "note_lists",
    "schedule_from_store",
    "status",
    "weights",
]

_WEIGHT_NAMES = {
    "hts10": ("hts10", "hs10", "commodity", "i_commodity", "hts", "hts_number", "hts number", "hs"),
    "country": ("country", "cty_code", "cty", "census_code", "country_code", "origin", "iso2"),
    "value_usd": (
        "value_usd",
        "imports",
        "con_val_yr",
        "con_val_mo",
        "con_val",
        "gen_val_yr",
        "value",
        "customs_value",
    ),
}
_NOTES_KEPT = 50
_COUNTRY = r"^(\d{4}|[A-Z]{2})$"


def _say(progress: Progress | None, text: str) -> None:
    if progress is not None:
        progress(text)


def import_hts(
    file: Path,
    effective_from: str,
    *,
    store: Store | None = None,
    imported_on: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Import one edition of the schedule (JSON or CSV export).

    Args:
        file: The export, plain or gzip.
        effective_from: First day of the edition, ``YYYY-MM-DD``; also its key in the store.
        store: Where to keep it; the store of the user if absent.
        imported_on: Today, ``YYYY-MM-DD``, for the record.
        progress: Called with short texts.

    Raises:
        InputError: If the file is no edition, or the day is not a day. Nothing is changed then.
        NotFoundError: If there is no such file.
    """
    import pyarrow as pa

    day = format_day(parse_day(effective_from))
    origin_sha256 = sha256_of(file)
    _say(progress, f"reading {file.name}")
    edition = read_edition(file)
    if not edition.lines:
        cure = "Give an export of the whole schedule."
        raise InputError("no lines of chapters 1 to 97", where=file.name, cure=cure)
    entries = entries_of(edition)
    columns = {
        "code": list(entries),
        "general": [entry.general for entry in entries.values()],
        "column_2": [entry.column_2 for entry in entries.values()],
        "unit": [entry.unit for entry in entries.values()],
        "description": [entry.description for entry in entries.values()],
    }
    notes = [f"no rate: {code}" for code in edition.missing]
    notes += [f"{problem.kind}: {problem.htsno} ({problem.detail})" for problem in edition.problems]
    _say(progress, f"writing {len(entries)} lines")
    return (store or Store()).put(
        pa.table(columns),
        kind="hts",
        key=day,
        origin=file,
        origin_sha256=origin_sha256,
        effective_from=day,
        imported_on=imported_on,
        notes=tuple(notes[:_NOTES_KEPT]),
    )


def import_chapter99_notes(
    file: Path,
    *,
    name: str = "",
    store: Store | None = None,
    imported_on: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Import the code lists of the notes to chapter 99 from their plain text.

    Args:
        file: Text of the PDF, plain or gzip.
        name: Key in the store, as ``2026 Revision 6``; the name of the file if absent.
        store: Where to keep it; the store of the user if absent.
        imported_on: Today, ``YYYY-MM-DD``, for the record.
        progress: Called with short texts.

    Raises:
        InputError: If no notes are found. Nothing is changed then.
        NotFoundError: If there is no such file.
    """
    import pyarrow as pa

    origin_sha256 = sha256_of(file)
    _say(progress, f"reading {file.name}")
    read = read_notes(file)
    table = pa.table(
        {name: [getattr(code, name) for code in read.codes] for name in NoteCode._fields},
        schema=pa.schema([(name, pa.int32() if name == "line" else pa.string()) for name in NoteCode._fields]),
    )
    beside = sum(code.how == "side_by_side" for code in read.codes)
    _say(progress, f"writing {len(read.codes)} codes")
    return (store or Store()).put(
        table,
        kind="chapter99",
        key=name or file.name,
        origin=file,
        origin_sha256=origin_sha256,
        imported_on=imported_on,
        notes=(f"{beside} codes are printed side by side with another list: doubtful",) if beside else (),
    )


def import_weights(
    file: Path,
    *,
    name: str = "",
    store: Store | None = None,
    imported_on: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Import a table of imports by ten-digit number and country, as the Census Bureau gives them.

    Args:
        file: CSV or Parquet with a number (``hts10``, ``hs10``, ``I_COMMODITY``), a country (Census
            code or two letters: ``cty_code``, ``CTY_CODE``, ``country``) and a value in dollars (``imports``,
            ``CON_VAL_YR``, ``value_usd``). Column names are matched without regard to case.
        name: Key in the store, as ``2024``; the name of the file if absent.
        store: Where to keep it; the store of the user if absent.
        imported_on: Today, ``YYYY-MM-DD``, for the record.
        progress: Called with short texts.

    Raises:
        InputError: If a column is missing or rows are broken; all kinds of fault are named. Nothing is
            changed then.
        NotFoundError: If there is no such file.
    """
    origin_sha256 = sha256_of(file)
    _say(progress, f"reading {file.name}")
    table = _weights_table(file)
    _say(progress, f"writing {table.num_rows} flows")
    return (store or Store()).put(
        table,
        kind="weights",
        key=name or file.name,
        origin=file,
        origin_sha256=origin_sha256,
        imported_on=imported_on,
    )


def _weights_table(file: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pv
    import pyarrow.parquet as pq

    try:
        if file.suffix.casefold() in {".parquet", ".pq"}:
            raw = pq.read_table(file)
        else:
            with file.open("rb") as head:
                header = head.readline().decode("utf-8-sig", "replace").strip().split(",")
            as_text = pv.ConvertOptions(column_types={cell.strip('"'): pa.string() for cell in header})
            raw = pv.read_csv(file, convert_options=as_text)
    except (pa.ArrowInvalid, OSError) as error:
        cure = "Give a CSV or Parquet table."
        raise InputError(f"cannot be read ({error})", where=file.name, cure=cure) from error
    present = {column.casefold().strip('\ufeff "'): column for column in raw.column_names}
    columns: dict[str, Any] = {}
    for wanted, names in _WEIGHT_NAMES.items():
        found = next((present[one] for one in names if one in present), None)
        if found is None:
            raise InputError(
                f"no column for {wanted}; found {', '.join(raw.column_names[:12])}",
                where=file.name,
                cure=f"Name it one of {', '.join(names[:4])}.",
            )
        columns[wanted] = raw.column(found)
    code = pc.replace_substring(pc.utf8_trim_whitespace(pc.cast(columns["hts10"], pa.string())), ".", "")
    country = pc.utf8_upper(pc.utf8_trim_whitespace(pc.cast(columns["country"], pa.string())))
    text = columns["value_usd"]
    if pa.types.is_string(text.type) or pa.types.is_large_string(text.type):
        text = pc.replace_substring(text, ",", "")
    faults: list[str] = []
    try:
        value = pc.cast(text, pa.float64())
    except pa.ArrowInvalid as error:
        raise InputError("values that are not numbers", where=file.name, faults=[str(error)]) from error
    for what, good in (
        ("a number that has not ten digits", pc.match_substring_regex(code, r"^\d{10}$")),
        (
            "a country that is neither a Census code nor two letters",
            pc.match_substring_regex(country, _COUNTRY),
        ),
        ("a value that is absent or negative", pc.greater_equal(value, 0.0)),
    ):
        bad = pc.fill_null(pc.invert(good), fill_value=True)
        count = int(pc.sum(pc.cast(bad, pa.int64())).as_py() or 0)
        if count:
            first = int(pc.index(pc.cast(bad, pa.int8()), pa.scalar(1, pa.int8())).as_py())
            faults.append(f"{count} rows with {what}; the first is row {first + 2}")
    if faults:
        cure = "Leave out totals, keep leading zeros, and import again."
        raise InputError(f"{len(faults)} kinds of broken rows", where=file.name, cure=cure, faults=faults)
    return pa.table({"hts10": code, "country": country, "value_usd": value}).combine_chunks()


def status(store: Store | None = None) -> tuple[Imported, ...]:
    """What is imported, from which file, from when, with hashes."""
    return (store or Store()).entries()


def _entry(store: Store, kind: str, key: str | None) -> Imported:
    found = store.entries(kind)
    match = [entry for entry in found if key is None or entry.key == key]
    if not match:
        known = ", ".join(entry.key for entry in found) or "none"
        message = f"nothing of kind {kind} imported as {key or 'anything'}; there is {known}"
        raise NotFoundError(message, cure="Import a file first.")
    return match[-1]


def note_lists(key: str | None = None, store: Store | None = None) -> NoteLists:
    """Imported code lists of the notes to chapter 99; the last by name if no key is given."""
    store = store or Store()
    entry = _entry(store, "chapter99", key)
    rows = store.table(entry).to_pylist()
    last = max((row["line"] for row in rows), default=0)
    return NoteLists(entry.origin, last, tuple(NoteCode(**row) for row in rows))


def weights(key: str | None = None, store: Store | None = None) -> pa.Table:
    """Imported flows: ``hts10``, ``country``, ``value_usd``; the last by name if no key is given."""
    store = store or Store()
    return store.table(_entry(store, "weights", key))


def schedule_from_store(store: Store | None = None) -> Schedule:
    """The schedule built from all imported editions, each standing from its first day to the next.

    Raises:
        NotFoundError: If no edition is imported.
    """
    store = store or Store()
    entries = sorted(store.entries("hts"), key=lambda entry: entry.effective_from)
    if not entries:
        cure = "Import one, or use the shipped schedule."
        raise NotFoundError("no edition of the schedule imported", cure=cure)
    dated = []
    for entry in entries:
        columns = store.table(entry).to_pydict()
        texts = zip(*(columns[name] for name in Entry._fields), strict=True)
        lines = dict(zip(columns["code"], map(Entry._make, texts), strict=True))
        dated.append((parse_day(entry.effective_from), lines))
    origins = ", ".join(entry.origin for entry in entries)
    header = (f"Built from imported editions: {origins}", f"known_to: {entries[-1].effective_from}")
    return Schedule.from_editions(dated, header=header)

"""Import lists of parties: read a file, compare with the edition before, and store every list of it in one step."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CodeError, InputError
from countermeasure.io.faults import Fault
from countermeasure.io.party_lists import KIND, NO_DAY, NOT_WHOLE, code_of, editions, is_whole, open_edition
from countermeasure.io.store import Draft, Imported, Store
from countermeasure.parties.lists import ListDiff, diff_lists, shipped_lists
from countermeasure.parties.model import LISTS, PartyList

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from countermeasure.io.party_formats import Reading

    Progress = Callable[[str], None]

__all__ = ["PARTY_KINDS", "PartyImport", "import_parties"]

PARTY_KINDS: dict[str, str] = {
    "csl": "the US Consolidated Screening List, CSV or JSON; gives every list inside",
    "bis-el": "the US Entity List as BIS publishes it, CSV",
    "bis-dpl": "the US Denied Persons List, tab separated or CSV",
    "bis-uvl": "the US Unverified List, CSV",
    "bis-meu": "the US Military End-User List, CSV",
    "ofac-sdn": "lists of OFAC: a folder with sdn.csv, add.csv, alt.csv (or cons_*), or sdn.xml",
    "un": "the consolidated list of the UN Security Council, XML",
    "own-list": "a list of your own with a column name; needs --name",
}
"""Kinds of import of parties, and what each takes."""

_LAST_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SHRUNK = 0.5
_LONG = 100


@dataclass(frozen=True, slots=True)
class PartyImport:
    """What an import of parties did.

    Attributes:
        entries: One entry of the store for each list.
        reading: What was found in the file, with its faults.
        as_of: Day of the edition, ``YYYY-MM-DD``, or empty.
        basis: How the day was told.
        changes: What changed from the edition before, for each list that had one.
    """

    entries: tuple[Imported, ...]
    reading: Reading
    as_of: str
    basis: str
    changes: tuple[ListDiff, ...]


def import_parties(
    kind: str,
    file: Path,
    *,
    name: str = "",
    as_of: str = "",
    whole: bool = False,
    store: Store | None = None,
    imported_on: str = "",
    progress: Progress | None = None,
) -> PartyImport:
    """Import a list of parties; earlier editions stay, an edition of the same day is replaced.

    Args:
        kind: One of ``PARTY_KINDS``.
        file: The file, plain or gzip; for ``ofac-sdn`` also a folder. JSON with a head ``list_id`` is read under any US kind.
        name: Name of a list of the user's own.
        as_of: Day of the edition; told from the file if absent (see :class:`PartyImport`).
        whole: The user says that the file holds the whole list, though it looks as if it did not.
        store: Where to keep it; the store of the user if absent.
        imported_on: Today, ``YYYY-MM-DD``, for the record.
        progress: Called with short texts.

    Raises:
        CodeError: If the kind or the day is not one.
        InputError: If the file is of another form, or has no entry. Nothing is changed then.
        NotFoundError: If there is no such file.
    """
    if kind not in PARTY_KINDS:
        raise CodeError(f"{kind!r} is not a kind of list", code="unknown_kind", cure=f"Use one of {', '.join(PARTY_KINDS)}.")
    if kind == "own-list" and not name:
        raise InputError("the list has no name", code="missing_option", cure="Add --name, as --name blocked-customers.")
    store = store or Store()
    given = format_day(parse_day(as_of)) if as_of else ""
    if progress is not None:
        progress(f"reading {file.name}")
    reading = _read(kind, file, name)
    if not reading.entries:
        raise InputError(
            "no entry could be read",
            code="no_rows",
            where=file.name,
            cure="Give the official file.",
            faults=[str(fault) for fault in reading.dropped[:5]],
        )
    day, basis = (given, "given") if given else _day(reading, imported_on)
    if whole:
        reading.incomplete = ""
    lists = _lists(reading, day)
    if kind == "csl":
        _missing(reading, store)
    changes: list[ListDiff] = []
    for at, found in enumerate(lists):
        before = _before(found, store)
        if before is None:
            continue
        changes.append(diff_lists(before, found))
        if not whole and len(found.parties) < len(before.parties) * _SHRUNK:
            lists[at] = _shrunk(found, before, reading)
    if progress is not None:
        progress(f"writing {reading.entries:,} entries of {len(lists)} lists")
    return PartyImport(store.put_all(_drafts(lists, file, reading, day, imported_on)), reading, day, basis, tuple(changes))


def _read(kind: str, file: Path, name: str) -> Reading:
    from countermeasure.io.party_formats import _source

    if kind == "ofac-sdn" and file.is_dir():
        from countermeasure.io.party_formats.ofac import read_ofac

        return read_ofac(file)
    source = _source.open_source(file)
    if kind == "own-list":
        from countermeasure.io.party_formats.own import read_own

        return read_own(source, name)
    from countermeasure.io.party_formats.snapshot import is_snapshot, read_snapshot

    if kind != "un" and is_snapshot(source):
        reading = read_snapshot(source)
        _of_kind(kind, reading)
        return reading
    if kind == "csl":
        from countermeasure.io.party_formats.csl import read_csl

        return read_csl(source)
    if kind == "un":
        from countermeasure.io.party_formats.un import read_un

        return read_un(source)
    if kind == "ofac-sdn":
        from countermeasure.io.party_formats.ofac import read_ofac

        return read_ofac(file)
    from countermeasure.io.party_formats.bis import read_bis

    return read_bis(source, kind)


def _of_kind(kind: str, reading: Reading) -> None:
    """Refuse a file that says that it is another list than the one asked for."""
    from countermeasure.io.party_formats.bis import BIS_LISTS

    wanted = BIS_LISTS.get(kind)
    if wanted is not None and wanted not in reading.parties:
        held = ", ".join(reading.parties)
        cure = "Import it as csl, which takes any list of the United States."
        raise InputError(f"the file holds {held}, not {wanted}", code="other_list", where=reading.name, cure=cure)


def _day(reading: Reading, imported_on: str) -> tuple[str, str]:
    """Day of the edition: as the file says, by its name, by its newest listing, or the day of the import."""
    if reading.as_of:
        return reading.as_of, reading.basis
    if found := _LAST_IN_NAME.search(reading.name):
        return "-".join(found.groups()), "from the name of the file"
    newest = max((p.start for found in reading.parties.values() for p in found if p.start is not None), default=None)
    own = any(code.startswith("own-") for code in reading.parties)
    if newest is not None and not own and (not imported_on or newest <= parse_day(imported_on)):
        _say_day(reading, "the day of its newest listing is taken")
        return format_day(newest), "the newest listing in the file"
    if not own:
        _say_day(reading, "the day of the import is taken")
    return imported_on, "the day of the import"


def _say_day(reading: Reading, what: str) -> None:
    cure = "Give the day with --as-of, so that editions are told apart."
    reading.faults.append(
        Fault(reading.name, None, None, None, f"the file does not say of which day it is; {what}", cure, "no_day", "note")
    )


def _lists(reading: Reading, day: str) -> list[PartyList]:
    made = []
    for code, parties in reading.parties.items():
        title, issuer = LISTS.get(code) or (reading.titles.get(code, code), "own" if code.startswith("own-") else "US")
        coverage = f"The whole of the file: {len(parties):,} entries"
        if reading.incomplete:
            coverage = f"Not the whole list: {reading.incomplete}"
        made.append(
            PartyList(
                code=code,
                title=title,
                issuer=issuer,
                as_of=parse_day(day) if day else None,
                hash=reading.sha256,
                complete=not reading.incomplete,
                coverage=f"{coverage}.",
                parties=parties,
                source=reading.name,
            )
        )
    return made


def _before(new: PartyList, store: Store) -> PartyList | None:
    """The newest edition that is not younger; of a list that was never imported, a whole shipped one."""
    found: Imported | None = None
    for entry in editions(new.code, store):
        early = new.as_of is None or not entry.effective_from or parse_day(entry.effective_from) <= new.as_of
        if early and (found is None or is_whole(entry) or not is_whole(found)):
            found = entry
    if found is not None:
        return open_edition(found, store)
    return next((own for own in shipped_lists() if own.code == new.code and own.complete), None)


def _shrunk(new: PartyList, before: PartyList, reading: Reading) -> PartyList:
    """An edition of less than half the entries of the one before: warned of, and a long list is not taken as whole."""
    words = f"{new.code} shrank from {len(before.parties):,} to {len(new.parties):,} entries"
    if len(before.parties) < _LONG:
        reading.warn(None, words, "shrunk", "Look whether the file is whole.")
        return new
    cure = "The edition before stays in use. If the file is whole, import it again with --whole."
    reading.warn(None, words, "shrunk", cure)
    return replace(new, complete=False, coverage=f"Not the whole list: it {words.partition(' ')[2]}.")


def _missing(reading: Reading, store: Store) -> None:
    """Say which lists an earlier Consolidated Screening List held and this one does not."""
    from countermeasure.io.party_formats.csl import SOURCES

    if len(reading.parties) < 2:
        return
    for code in sorted({code_of(entry) for entry in editions(None, store)} & set(SOURCES.values()) - set(reading.parties)):
        words = f"{code} was imported before and is not in this file; its last edition stays"
        reading.warn(None, words, "list_gone", "Look whether the list was closed or the file is cut off.")


def _drafts(lists: list[PartyList], file: Path, reading: Reading, day: str, imported_on: str) -> list[Draft]:
    from countermeasure.io.party_tables import table_of

    repaired = len({fault.row for fault in reading.faults if fault.row is not None})
    notes = tuple(
        text
        for text in (
            f"{len(reading.dropped)} rows gave no entry" if reading.dropped else "",
            f"{reading.merged} rows were taken into entries of earlier rows" if reading.merged else "",
            f"{repaired} rows were repaired or are odd" if repaired else "",
        )
        if text
    )
    drafts = []
    for found in lists:
        part = () if found.complete else (f"{NOT_WHOLE}: {found.coverage.partition(': ')[2].rstrip('.')}",)
        entry = Imported(
            kind=KIND,
            key=f"{found.code}@{day or NO_DAY}",
            origin=file.name,
            origin_sha256=reading.sha256,
            file="",
            file_sha256="",
            rows=len(found.parties),
            effective_from=day,
            imported_on=imported_on,
            notes=(*part, *notes),
        )
        drafts.append(Draft(table_of(found), entry, stem=f"{KIND}-{found.code}"))
    return drafts

"""The lists of parties that are there: shipped, or imported where an edition of the same list was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import NotFoundError
from countermeasure.io.party_tables import edition_from_table
from countermeasure.io.store import Imported, Store
from countermeasure.parties.lists import shipped_lists

if TYPE_CHECKING:
    from collections.abc import Collection

    from countermeasure.parties.model import PartyList

__all__ = ["KIND", "NOT_WHOLE", "NO_DAY", "code_of", "edition", "editions", "is_whole", "open_edition", "party_lists"]

KIND = "parties"
"""Kind of these imports in the store; their key is ``code@day``."""

NO_DAY = "undated"


def editions(code: str | None = None, store: Store | None = None) -> tuple[Imported, ...]:
    """Imported editions, by list, the oldest first."""
    found = [e for e in (store or Store()).entries(KIND) if code is None or code_of(e) == code]
    return tuple(sorted(found, key=lambda e: (code_of(e), e.effective_from or "0000", e.imported_on)))


def code_of(entry: Imported) -> str:
    """Code of the list of an imported edition."""
    return entry.key.rpartition("@")[0]


NOT_WHOLE = "not the whole list"
"""Start of the note on an imported edition that holds only part of its list."""


def is_whole(entry: Imported) -> bool:
    """Whether an imported edition holds the whole list, as far as its file tells."""
    return not any(note.startswith(NOT_WHOLE) for note in entry.notes)


def open_edition(entry: Imported, store: Store | None = None) -> PartyList:
    """Read an imported edition.

    Raises:
        NotFoundError: If its file is gone.
    """
    day = parse_day(entry.effective_from) if entry.effective_from else None
    return edition_from_table((store or Store()).table(entry), as_of=day, digest=entry.origin_sha256, source=entry.origin)


def edition(name: str, store: Store | None = None) -> PartyList:
    """One edition by name.

    Args:
        name: ``code`` (the newest imported, else the shipped one), ``code@YYYY-MM-DD``, or ``code@shipped``.
        store: Where the imports are.

    Raises:
        NotFoundError: If there is no such edition; those that are there are named.
    """
    store = store or Store()
    code, at, day = name.partition("@")
    imported = editions(code, store)
    latest = imported[::-1]
    for entry in (*filter(is_whole, latest), *latest):
        if not at or entry.key == name:
            return open_edition(entry, store)
    shipped = [found for found in shipped_lists() if found.code == code]
    for found in shipped:
        if day in ("", "shipped") or (found.as_of is not None and format_day(found.as_of) == day):
            return found
    there = [entry.key for entry in imported] + [f"{code}@shipped" for _ in shipped]
    if not there:
        there = sorted({found.code for found in shipped_lists()} | {code_of(e) for e in editions(None, store)})
    raise NotFoundError(f"there is no list {name}", code="unknown_list", cure=f"There is {', '.join(there)}.")


def party_lists(
    store: Store | None = None, *, on: int | None = None, codes: Collection[str] | None = None
) -> tuple[PartyList, ...]:
    """The lists to search: for each the newest edition.

    An imported edition takes the place of the shipped one of the same list, unless the shipped one is the newer of two that
    claim to be whole. An edition that holds only part of its list never takes the place of a whole one.

    Args:
        store: Where the imports are; the store of the user if absent.
        on: Take the newest edition that is not younger than this day; where all are younger, the oldest is taken, because later
            editions name more of what stood before than none.
        codes: Only these lists.

    Raises:
        NotFoundError: If the file of an imported edition is gone.
        InputError: If the manifest of the store is damaged.
    """
    store = store or Store()
    shipped = {found.code: found for found in shipped_lists()}
    newest: dict[str, Imported] = {}
    for entry in editions(None, store):
        code = code_of(entry)
        before = newest.get(code)
        late = on is not None and bool(entry.effective_from) and parse_day(entry.effective_from) > on
        if before is None or (not late and (is_whole(entry) or not is_whole(before))):
            newest[code] = entry
    order = [*shipped, *(code for code in newest if code not in shipped)]
    chosen: list[PartyList] = []
    for code in order:
        if codes is not None and code not in codes:
            continue
        own, imported = shipped.get(code), newest.get(code)
        if imported is None or (own is not None and own.complete and (_younger(own, imported) or not is_whole(imported))):
            if own is not None:
                chosen.append(own)
        else:
            chosen.append(open_edition(imported, store))
    return tuple(chosen)


def _younger(own: PartyList, imported: Imported) -> bool:
    """Whether the shipped edition is of a later day than the imported one."""
    return own.as_of is not None and bool(imported.effective_from) and own.as_of > parse_day(imported.effective_from)

"""Screen names from a table or a form, and write what was found with the lists it was looked for in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.country import country
from countermeasure.codes.day import format_day
from countermeasure.errors import CodeError
from countermeasure.io.faults import Fault
from countermeasure.parties.model import Band, Kind, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from countermeasure.io.tables import RawTable
    from countermeasure.parties.model import Hit, PartyList
    from countermeasure.parties.search import PartyIndex

__all__ = [
    "HIT_COLUMNS", "PARTY_COLUMNS", "RESULTS", "Screened", "hit_records", "list_records", "query_of", "read_parties",
    "screen_parties", "screened_json", "write_screened",
]  # fmt: skip

_ROLES = (
    "customer",
    "supplier",
    "vendor",
    "consignee",
    "buyer",
    "seller",
    "end user",
    "counterparty",
    "partner",
    "shipper",
    "company",
)
PARTY_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        "party", "party name", "full name", "entity", "entity name", *_ROLES, *(f"{role} name" for role in _ROLES),
        "名称", "公司名称", "姓名",
    ),
    "country": (
        "country code", "nationality", "country of party", "iso2", *(f"{role} country" for role in _ROLES), "国家",
    ),
    "address": ("street", "full address", "party address", *(f"{role} address" for role in _ROLES), "地址"),
    "identifiers": ("identifier", "ids", "id number", "registration number", "registration"),
    "born": ("birth date", "date of birth", "dob"),
    "kind": ("type", "party type"),
    "id": ("party id", "key", "reference", "row id", *(f"{role} id" for role in _ROLES)),
}  # fmt: skip
"""Columns of a table of parties, with their other names."""
HIT_COLUMNS = (
    "row", "id", "name", "country", "result", "band", "score", "name_score", "list", "list_as_of", "list_complete", "entry",
    "entry_name", "matched",
    "entry_countries", "listed_from", "citation", "why",
)  # fmt: skip
"""Columns of the answer: one row for each hit, or one that says that nothing was found."""
RESULTS = {
    "confirmed": "on a list, as far as the name goes",
    "review": "may be on a list; a person must look",
    "not_found": "not found; that is not the same as cleared",
}
"""What a result means."""
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Screened:
    """What was found for one party.

    Attributes:
        row: Row in the source, or 0 for a name that was typed in.
        query: Who was asked for.
        hits: Hits, best first.
    """

    row: int
    query: Query
    hits: tuple[Hit, ...]

    @property
    def result(self) -> str:
        """``confirmed``, ``review`` or ``not_found``; the last is not the same as cleared."""
        if not self.hits:
            return "not_found"
        return "confirmed" if any(hit.band is Band.CONFIRMED for hit in self.hits) else "review"


def query_of(
    name: str,
    *,
    country_text: str = "",
    address: str = "",
    identifiers: Iterable[str] = (),
    born: str = "",
    kind: str = "",
    key: str = "",
) -> Query:
    """A query from texts.

    Args:
        name: As written.
        country_text: Code or name, or empty.
        address: Text, or empty.
        identifiers: Texts like ``IMO=9187629``; a number alone is allowed.
        born: ``YYYY-MM-DD`` or a year, or empty.
        kind: A word of ``Kind``, or empty.
        key: The caller's name for it.

    Raises:
        CodeError: If the name has too little to be searched, or the country, birth date or kind cannot be read; ``where``
            is the name of the column.
    """
    text = re.sub(r"\s+", " ", name).strip()
    letters = re.sub(r"[\W_]", "", text)
    if not letters:
        raise CodeError("there is no name", code="no_name", where="name", cure="Give the name of the party, in any script.")
    if len(letters) == 1:
        raise CodeError(
            f"{text!r} is too short to be searched",
            code="short_name",
            where="name",
            cure="Give the name in full, of two letters at least.",
        )
    iso = ""
    if country_text.strip():
        try:
            iso = country(country_text.strip()).iso2
        except CodeError as error:
            raise CodeError(error.message, code=error.code, where="country", cure=error.cure) from None
    day = born.strip()
    if day and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", day):
        raise CodeError(f"{born!r} is not a birth date", code="bad_birth_date", where="born", cure="Write 1975 or 1975-03-21.")
    word = kind.strip().lower()
    synonyms = {
        "individual": "person",
        "natural person": "person",
        "company": "entity",
        "organisation": "entity",
        "organization": "entity",
        "ship": "vessel",
    }
    word = synonyms.get(word, word)
    if word and word not in set(Kind):
        raise CodeError(
            f"{kind!r} is not a kind of party",
            code="bad_kind",
            where="kind",
            cure=f"Use one of {', '.join(Kind)}, or leave it empty.",
        )
    numbers = []
    for one in identifiers:
        left, equals, right = one.partition("=" if "=" in one else ":")
        if one.strip():
            numbers.append((left.strip(), right.strip()) if equals else ("number", one.strip()))
    return Query(text, iso, address.strip(), tuple(numbers), day, Kind(word) if word else Kind.UNKNOWN, key)


def read_parties(table: RawTable, say: Callable[[Fault], None]) -> list[tuple[int, Query]]:
    """Queries of a table with their rows; rows that cannot be read become faults.

    Args:
        table: Read with the columns ``PARTY_COLUMNS``.
        say: Takes every fault, those of the table among them.
    """
    for fault in table.faults:
        say(fault)
    found: list[tuple[int, Query]] = []
    if "name" not in table.columns:
        return found
    empty: list[str | None] = [None] * len(table)
    columns = [table.columns.get(column, empty) for column in PARTY_COLUMNS]
    for row, *cells in zip(table.rows, *columns, strict=True):
        name, iso, address, numbers, born, kind, key = (cell or "" for cell in cells)
        try:
            query = query_of(
                name, country_text=iso, address=address, identifiers=numbers.split(";"), born=born, kind=kind, key=key
            )
        except CodeError as error:
            column = error.where or "name"
            value = dict(zip(PARTY_COLUMNS, cells, strict=True)).get(column)
            say(Fault(table.source, row, column, value, error.message, error.cure or "", error.code))
            continue
        found.append((row, query))
    return found


def screen_parties(
    index: PartyIndex, asked: Sequence[tuple[int, Query]], *, limit: int = 10, on: int | None = None
) -> Iterator[Screened]:
    """Search parties in batches, in their order."""
    for begin in range(0, len(asked), BATCH):
        batch = asked[begin : begin + BATCH]
        for (row, query), hits in zip(batch, index.search([query for _, query in batch], limit=limit, on=on), strict=True):
            yield Screened(row, query, hits)


def list_records(lists: Sequence[PartyList]) -> list[dict[str, Any]]:
    """What the answers stand on: the lists with their day, hash and completeness."""
    return [
        {
            "list": one.code,
            "title": one.title,
            "as_of": None if one.as_of is None else format_day(one.as_of),
            "entries": len(one.parties),
            "complete": one.complete,
            "shipped": one.shipped,
            "coverage": one.coverage,
            "sha256": one.hash,
            "source": one.source,
        }
        for one in lists
    ]


def hit_records(screened: Iterable[Screened], lists: Sequence[PartyList]) -> list[dict[str, Any]]:
    """Flat records with the columns ``HIT_COLUMNS``."""
    by_code = {one.code: one for one in lists}
    found = []
    for one in screened:
        head = {
            "row": one.row or None,
            "id": one.query.id or None,
            "name": one.query.name,
            "country": one.query.country or None,
            "result": one.result,
        }
        if not one.hits:
            found.append(dict.fromkeys(HIT_COLUMNS) | head)
        for hit in one.hits:
            held = by_code.get(hit.party.list)
            found.append(
                head
                | {
                    "band": str(hit.band),
                    "score": hit.score,
                    "name_score": hit.name_score,
                    "list": hit.party.list,
                    "list_as_of": format_day(held.as_of) if held and held.as_of is not None else None,
                    "list_complete": held.complete if held else None,
                    "entry": hit.party.id,
                    "entry_name": hit.party.name,
                    "matched": hit.matched,
                    "entry_countries": "; ".join(hit.party.countries) or None,
                    "listed_from": None if hit.party.start is None else format_day(hit.party.start),
                    "citation": hit.party.citation or None,
                    "why": "; ".join(f"{term.what}: {term.words}" for term in hit.terms),
                }
            )
    return found


def screened_json(one: Screened) -> dict[str, Any]:
    """Everything that is known of one answer."""
    query = one.query
    return {
        "row": one.row or None,
        "query": {
            "id": query.id or None,
            "name": query.name,
            "country": query.country or None,
            "address": query.address or None,
            "identifiers": [{"kind": kind, "number": number} for kind, number in query.identifiers],
            "born": query.birth_date or None,
            "kind": str(query.kind),
        },
        "result": one.result,
        "hits": [
            {
                "band": str(hit.band),
                "score": hit.score,
                "name_score": hit.name_score,
                "matched": hit.matched,
                "terms": [{"what": term.what, "words": term.words, "effect": term.effect} for term in hit.terms],
                "entry": {
                    "id": hit.party.id,
                    "list": hit.party.list,
                    "name": hit.party.name,
                    "aliases": list(hit.party.aliases),
                    "weak_aliases": list(hit.party.weak_aliases),
                    "kind": str(hit.party.kind),
                    "countries": list(hit.party.countries),
                    "addresses": list(hit.party.addresses),
                    "identifiers": [{"kind": kind, "number": number} for kind, number in hit.party.identifiers],
                    "birth_dates": list(hit.party.birth_dates),
                    "programmes": list(hit.party.programmes),
                    "requirement": hit.party.requirement or None,
                    "review": hit.party.review or None,
                    "citation": hit.party.citation or None,
                    "from": None if hit.party.start is None else format_day(hit.party.start),
                    "until": None if hit.party.end is None else format_day(hit.party.end),
                    "confidence": hit.party.confidence,
                    "note": hit.party.note or None,
                },
            }
            for hit in one.hits
        ],
    }


def write_screened(path: Path, screened: Sequence[Screened], lists: Sequence[PartyList], faults: Sequence[Fault] = ()) -> None:
    """Write answers in the format that the suffix names.

    ``.json`` holds lists and answers; ``.jsonl`` one answer a line; ``.xlsx`` the sheets parties, lists and faults; other
    formats one row per hit.

    Raises:
        InputError: If the suffix is not known or the file cannot be written.
    """
    from countermeasure.io.answer_files import replace_text
    from countermeasure.io.workbook import write_workbook
    from countermeasure.io.write import write_table

    suffix = path.suffix.lower()
    if suffix == ".json":
        whole = {"lists": list_records(lists), "answers": [screened_json(one) for one in screened]}
        replace_text(path, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    elif suffix in {".jsonl", ".ndjson"}:
        replace_text(path, "".join(json.dumps(screened_json(one), ensure_ascii=False) + "\n" for one in screened))
    elif suffix == ".xlsx":
        rows = list_records(lists)
        sheets: dict[str, tuple[Sequence[str], Sequence[dict[str, Any]]]] = {
            "parties": (HIT_COLUMNS, hit_records(screened, lists)),
            "lists": (tuple(rows[0]) if rows else ("list",), rows),
        }
        if faults:
            sheets["faults"] = (tuple(faults[0].to_json()), [fault.to_json() for fault in faults])
        write_workbook(path, sheets)
    else:
        write_table(path, hit_records(screened, lists) or dict.fromkeys(HIT_COLUMNS, ()))

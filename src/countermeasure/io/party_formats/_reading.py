"""From the raw entries of any format to listed parties: names mended, kinds and countries told, each with a lasting id."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from countermeasure.codes.country import country_or_none
from countermeasure.io.faults import Fault
from countermeasure.parties.entity_list import footnotes_of
from countermeasure.parties.kinds import kind_of
from countermeasure.parties.lists import give_ids
from countermeasure.parties.model import Kind, ListedParty
from countermeasure.parties.repair import add_aliases, day_of, mend_name, split_addresses, split_aliases, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.faults import Severity

__all__ = ["Raw", "Reading", "iso2", "read_entries"]

_FAR = 100 * 366


@dataclass(slots=True)
class Raw:
    """An entry as its file gives it, before any repair.

    Attributes:
        list: Code of the list.
        name: As printed.
        row: Row or record in the file, from 1.
        number: Lasting number of the list's own, or empty.
        aliases: Cells of one or several names.
        weak: Names that the list calls weak.
        separator: What parts several names in a cell of ``aliases``.
        kind: What the list says it is, or empty.
        addresses: Cells of one or several addresses.
        countries: Codes or names of countries.
        identifiers, birth_dates, programmes, requirement, review, citation: As in :class:`ListedParty`.
        start: Day as printed, or empty.
        end: Day as printed, or empty.
        note: Said of the entry by the reader.
        comma_means_person: See :func:`countermeasure.parties.repair.kind_of`.
    """

    list: str
    name: str
    row: int
    number: str = ""
    aliases: Sequence[str] = ()
    weak: Sequence[str] = ()
    separator: str = ";"
    kind: str = ""
    addresses: Sequence[str] = ()
    countries: Sequence[str] = ()
    identifiers: Sequence[tuple[str, str]] = ()
    birth_dates: Sequence[str] = ()
    programmes: Sequence[str] = ()
    requirement: str = ""
    review: str = ""
    citation: str = ""
    start: str = ""
    end: str = ""
    note: str = ""
    comma_means_person: bool = False


@dataclass(slots=True)
class Reading:
    """What a reader found in a file.

    ``rows + shared == entries + merged + dropped`` holds always.

    Attributes:
        name: File name.
        sha256: Hash of the file.
        rows: Rows or records of the file, without header.
        parties: Entries by code of list.
        titles: Titles of lists that are not among the known ones.
        merged: Rows that were taken into the entry of an earlier row (another address or alias of the same party).
        shared: Further entries made of one row, where one row stands on several lists.
        dropped: Rows that gave no entry, each with its reason; every one is also among the faults.
        faults: What was repaired or is odd.
        as_of: Day of the edition, ``YYYY-MM-DD``, or empty where the file does not say.
        basis: How the day was told.
        incomplete: Why the file does not hold whole lists, or empty.
    """

    name: str
    sha256: str
    rows: int = 0
    parties: dict[str, tuple[ListedParty, ...]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    merged: int = 0
    shared: int = 0
    dropped: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    as_of: str = ""
    basis: str = ""
    incomplete: str = ""

    @property
    def entries(self) -> int:
        """Entries over all lists."""
        return sum(len(found) for found in self.parties.values())

    def drop(self, row: int, why: str, cure: str, code: str, severity: Severity = "error") -> None:
        """Record a row that gives no entry."""
        fault = Fault(self.name, row, None, None, why, cure, code, severity)
        self.dropped.append(fault)
        self.faults.append(fault)

    def note(
        self, row: int | None, message: str, code: str, cure: str = "Nothing needs to be done.", value: str | None = None
    ) -> None:
        """Record something that was repaired."""
        self.faults.append(Fault(self.name, row, None, value, message, cure, code, "note"))

    def warn(self, row: int | None, message: str, code: str, cure: str, value: str | None = None) -> None:
        """Record something that may be wrong."""
        self.faults.append(Fault(self.name, row, None, value, message, cure, code, "warning"))


_REGION = re.compile(r"^\s*region:", re.IGNORECASE)


@cache
def iso2(text: str) -> str:
    """Two-letter code of a country as lists write it, or empty."""
    bare = _REGION.sub("", text).strip()
    found = country_or_none(bare) or country_or_none(_OTHERWISE.get(bare.casefold()))
    return found.iso2 if found else ""


_OTHERWISE = {
    "korea, north": "KP",
    "korea, south": "KR",
    "democratic people's republic of korea": "KP",
    "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG",
    "congo": "CG",
    "china, hong kong special administrative region": "HK",
    "china, macao special administrative region": "MO",
    "west bank": "PS",
    "gaza": "PS",
    "north gaza": "PS",
    "northern gaza": "PS",
    "man, isle of": "IM",
    "macedonia, the former yugoslav republic of": "MK",
    "palestinian": "PS",
    "palestinian territories": "PS",
    "crimea": "UA",
    "crimea region of ukraine": "UA",
    "crimea (occupied)": "UA",
    "burma": "MM",
    "cote d ivoire": "CI",
    "cabo verde": "CV",
    "virgin islands, british": "VG",
    "the gambia": "GM",
    "bahamas, the": "BS",
    "china (mainland)": "CN",
    "china, people's republic of": "CN",
    "taiwan": "TW",
    "great britain": "GB",
    "holy see": "VA",
    "cape verde": "CV",
    "micronesia, federated states of": "FM",
}

_REPAIRS: tuple[tuple[str, str], ...] = (
    ("spaces or signs", "mended_spaces"),
    ("successors", "successors_named"),
    ("list says", "kind_in_name"),
    ("other names", "alias_in_name"),
    ("question marks", "lost_signs"),
    ("full stop", "full_stop"),
    ("'and'", "alias_and"),
    ("several addresses", "several_addresses"),
    ("year of", "odd_year"),
    ("cannot be read", "odd_day"),
    ("end lies", "far_end"),
    ("an address without", "address_entry"),
    ("country", "unknown_country"),
    ("region", "unknown_region"),
    ("without its footnote", "lost_footnote"),
)


def read_entries(reading: Reading, entries: Sequence[Raw]) -> None:
    """Make listed parties of raw entries, repair what needs it, and put them into the reading.

    Args:
        reading: Takes the parties and the faults.
        entries: In the order of the file.
    """
    by_list: dict[str, list[tuple[Raw, ListedParty]]] = {}
    for raw in entries:
        if not tidy(raw.name):
            reading.drop(raw.row, "the entry has no name", "Ask the publisher, or add the name.", "no_name")
            continue
        party = _party(raw, reading)
        by_list.setdefault(raw.list, []).append((raw, party))
    for code, found in by_list.items():
        reading.parties[code] = _named_for_good(code, found)


def _named_for_good(code: str, found: list[tuple[Raw, ListedParty]]) -> tuple[ListedParty, ...]:
    without = [(i, party) for i, (raw, party) in enumerate(found) if not raw.number]
    given = give_ids(code, [p.name for _, p in without], [",".join(p.countries) for _, p in without])
    own = dict(zip((i for i, _ in without), given, strict=True))
    seen: dict[str, int] = {}
    done = []
    for i, (raw, party) in enumerate(found):
        one = own.get(i) or f"{code}:{raw.number}"
        seen[one] = seen.get(one, 0) + 1
        object.__setattr__(party, "id", one if seen[one] == 1 else f"{one}-{seen[one]}")
        done.append(party)
    return tuple(done)


def _party(raw: Raw, reading: Reading) -> ListedParty:
    named = mend_name(raw.name)
    notes = list(named.notes)
    aliases: list[str] = []
    for cell in raw.aliases:
        names, said = split_aliases(cell, raw.separator)
        aliases += names
        notes += said
    weak = [tidy(name) for name in raw.weak]
    strong, weaker = add_aliases(named, aliases, weak)
    addresses: list[str] = []
    codes: list[str] = []
    for cell in raw.addresses:
        found, in_cell, said = split_addresses(cell)
        addresses += [a for a in found if a not in addresses]
        codes += in_cell
        notes += said
    if addresses == [] and codes and not raw.countries:
        notes = [n for n in notes if not n.startswith("several")]
    countries = _countries((*codes, *raw.countries), notes)
    start, said_start = day_of(raw.start)
    end, said_end = day_of(raw.end)
    if start is not None and end is not None and end - start > _FAR:
        said_end, end = f"end lies far ahead ({raw.end.strip()}): taken as none", None
    notes += [said for said in (said_start, said_end) if said]
    kind, how = kind_of(named.name, raw.kind, addresses=" ".join(addresses), comma_means_person=raw.comma_means_person)
    if named.kind is not Kind.UNKNOWN and not raw.kind:
        kind, how = named.kind, ""
    if how and kind is not Kind.ADDRESS:
        quiet = how
    else:
        quiet = ""
        notes += [how] if how else []
    footnotes = footnotes_of(raw.requirement) if raw.list == "us-el" else ()
    if raw.list == "us-el" and "734.9(e)" in raw.requirement and not footnotes:
        notes.append("the requirement names 734.9(e) without its footnote: look it up")
    notes = list(dict.fromkeys(notes))
    _report(reading, raw, notes)
    return ListedParty(
        id="",
        list=raw.list,
        name=named.name,
        aliases=strong,
        weak_aliases=weaker,
        kind=kind,
        countries=countries,
        addresses=tuple(addresses),
        identifiers=tuple(dict.fromkeys(raw.identifiers)),
        birth_dates=tuple(dict.fromkeys(tidy(day) for day in raw.birth_dates)),
        programmes=tuple(dict.fromkeys(raw.programmes)),
        requirement=tidy(raw.requirement),
        review=tidy(raw.review),
        footnotes=footnotes,
        citation=tidy(raw.citation),
        start=start,
        end=end,
        note="; ".join(filter(None, (tidy(raw.note), *notes, quiet))),
    )


def _countries(said: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    found = set()
    for text in said:
        if not text.strip():
            continue
        code = iso2(text)
        if code:
            found.add(code)
        elif text.strip().casefold() not in ("undetermined", "na", "n/a", "unknown", "none identified", "none"):
            what = "region" if _REGION.match(text) else "country"
            notes.append(f"{what} {text.strip()!r} is not known")
    return tuple(sorted(found))


def _report(reading: Reading, raw: Raw, notes: Sequence[str]) -> None:
    for note in notes:
        code = next((code for words, code in _REPAIRS if words in note), "repaired")
        if code in ("odd_day", "lost_footnote", "unknown_country"):
            reading.warn(raw.row, note, code, "Look at the entry in the official list.", tidy(raw.name))
        else:
            reading.note(raw.row, note, code, "It was repaired; the entry says so.", tidy(raw.name))

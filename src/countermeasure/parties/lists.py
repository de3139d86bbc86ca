"""Lists of parties: the shipped ones, how an entry is named for good, and what changed between two editions."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from countermeasure.book.lists import read_header
from countermeasure.codes.day import parse_day
from countermeasure.errors import BookError, CountermeasureError
from countermeasure.parties.model import LISTS, Kind, ListedParty, PartyList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["COLUMNS", "ListDiff", "diff_lists", "fold", "give_ids", "parse_parties", "party_id", "shipped_lists", "title_of"]

COLUMNS = {
    "cn": (
        "id,name,name_zh,aliases,country,country_basis,announcement,by,date_added,start,end,confidence,note",
        "listings of one country's announcements, one list in a file",
    ),
    "us": (
        "list,name,aliases,weak_aliases,kind,countries,programmes,requirement,review,footnotes,citation,start,end,confidence,note",
        "entries of several lists",
    ),
}
"""The two shapes of a shipped table: its columns, and what it holds. Cells with several values are parted by a bar."""

_SHIPPED = ("cn-ecl", "cn-watch", "cn-uel", "cn-afsl", "us-starter")


def title_of(code: str) -> str:
    """What a person calls a list; the code itself for a list of the user's own."""
    return LISTS[code][0] if code in LISTS else code


def fold(name: str) -> str:
    """A name without case, accents, spaces and signs, so that two spellings of one entry are equal; other scripts are kept."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.casefold()))
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())


def party_id(code: str, name: str, more: str = "") -> str:
    """Name an entry for good, where its list gives no number.

    Args:
        code: Code of the list.
        name: Name of the entry.
        more: What tells it from another entry of that name, as its countries.

    Returns:
        As ``us-el:3f2a90c1``: eight hex digits of the SHA-256 of the folded name.
    """
    return f"{code}:{_digest(fold(name), more)}"


def _digest(folded: str, more: str) -> str:
    return hashlib.sha256(f"{folded}|{more}".encode()).hexdigest()[:8]


def give_ids(code: str, names: Sequence[str], tellers: Sequence[str]) -> list[str]:
    """Name all entries of a list without numbers of its own.

    An entry whose name stands alone is named by it. Where several share a name, what tells them apart (countries) is taken in,
    and entries that are equal in that too are counted (``-2``, ``-3``), in the order of the file.

    Args:
        code: Code of the list.
        names: Shape (n,).
        tellers: Shape (n,). What tells entries of one name apart.

    Returns:
        Shape (n,), all different.
    """
    folded = [fold(name) for name in names]
    count: dict[str, int] = {}
    for name in folded:
        count[name] = count.get(name, 0) + 1
    given: list[str] = []
    seen: dict[str, int] = {}
    for name, teller in zip(folded, tellers, strict=True):
        one = f"{code}:{_digest(name, teller if count[name] > 1 else '')}"
        seen[one] = seen.get(one, 0) + 1
        given.append(one if seen[one] == 1 else f"{one}-{seen[one]}")
    return given


@cache
def shipped_lists() -> tuple[PartyList, ...]:
    """The lists that come with the package: Chinese lists, and a first stock of US-listed Chinese parties.

    Raises:
        BookError: If a shipped table is damaged; every fault is named.
    """
    found: list[PartyList] = []
    faults: list[str] = []
    folder = resources.files("countermeasure").joinpath("data", "parties")
    for name in _SHIPPED:
        found += parse_parties(folder.joinpath(f"{name}.csv").read_text("utf-8"), f"{name}.csv", faults)
    if faults:
        raise BookError("damaged lists of parties", where="data/parties", faults=faults, cure="Install the package again.")
    return tuple(found)


def parse_parties(text: str, path: str, faults: list[str]) -> list[PartyList]:
    """Read a shipped table.

    Args:
        text: Content: ``# key: value`` lines (name, title, source, licence, confidence, as_of, complete, coverage), then CSV
            with one of the shapes of ``COLUMNS``.
        path: Name for messages.
        faults: Every fault is appended as ``path:line: message``.

    Returns:
        One edition for each list in the file; rows with a fault are left out.
    """
    header, lines, start = read_header(text)
    missing = [
        k for k in ("name", "title", "source", "licence", "confidence", "as_of", "complete", "coverage") if not header.get(k)
    ]
    if missing:
        faults.append(f"{path}:1: header lines are missing: {', '.join('# ' + m + ':' for m in missing)}")
        return []
    body = lines[start:]
    columns = body[0] if body else ""
    if columns not in (shape for shape, _ in COLUMNS.values()):
        faults.append(f"{path}:{start + 1}: the columns must be {' or '.join(shape for shape, _ in COLUMNS.values())}")
        return []
    parties: dict[str, list[ListedParty]] = {}
    seen: set[str] = set()
    names = columns.split(",")
    for number, cells in enumerate(csv.reader(body[1:]), start=start + 2):
        if len(cells) != len(names):
            faults.append(f"{path}:{number}: {len(cells)} cells, {len(names)} columns")
            continue
        row = dict(zip(names, cells, strict=True))
        try:
            party = _cn_party(row) if "announcement" in row else _us_party(row)
        except (CountermeasureError, ValueError) as error:
            faults.append(f"{path}:{number}: {error}")
            continue
        if party.list not in LISTS:
            faults.append(f"{path}:{number}: {party.list!r} is not a code of a list")
        elif party.id in seen:
            faults.append(f"{path}:{number}: {party.id} stands twice")
        else:
            seen.add(party.id)
            parties.setdefault(party.list, []).append(party)
    digest = hashlib.sha256(text.encode()).hexdigest()
    day = parse_day(header["as_of"])
    return [
        PartyList(
            code=code,
            title=LISTS[code][0],
            issuer=LISTS[code][1],
            as_of=day,
            hash=digest,
            complete=header["complete"] == "true",
            coverage=header["coverage"],
            parties=tuple(found),
            source=header["source"],
            shipped=True,
        )
        for code, found in parties.items()
    ]


def _cn_party(row: dict[str, str]) -> ListedParty:
    if not row["name"]:
        raise ValueError("there is no name")
    others = [row["name_zh"], *row["aliases"].split("|")]
    return ListedParty(
        id=row["id"],
        list=row["id"].partition(":")[0],
        name=row["name"],
        aliases=tuple(other for other in others if other and other != row["name"]),
        kind=Kind.ENTITY,
        countries=_split(row["country"]),
        citation=row["announcement"],
        by=row["by"],
        start=_day(row["start"]),
        end=_day(row["end"]),
        confidence=_confidence(row["confidence"]),
        note=row["note"],
    )


def _us_party(row: dict[str, str]) -> ListedParty:
    if not row["name"]:
        raise ValueError("there is no name")
    return ListedParty(
        id=party_id(row["list"], row["name"]),
        list=row["list"],
        name=row["name"],
        aliases=_split(row["aliases"]),
        weak_aliases=_split(row["weak_aliases"]),
        kind=Kind(row["kind"] or "unknown"),
        countries=tuple(sorted(_split(row["countries"]))),
        programmes=_split(row["programmes"]),
        requirement=row["requirement"],
        review=row["review"],
        footnotes=_split(row["footnotes"]),
        citation=row["citation"],
        start=_day(row["start"]),
        end=_day(row["end"]),
        confidence=_confidence(row["confidence"]),
        note=row["note"],
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _day(cell: str) -> int | None:
    return parse_day(cell) if cell else None


def _confidence(cell: str) -> str:
    if cell not in ("high", "medium", "memory"):
        raise ValueError(f"confidence {cell!r} is not one of high, medium, memory")
    return cell


@dataclass(frozen=True, slots=True)
class ListDiff:
    """What changed from one edition of a list to another.

    Attributes:
        code: Code of the list.
        old: Day of the older edition, or ``None``.
        new: Day of the newer edition, or ``None``.
        added: Entries only in the newer one.
        removed: Entries only in the older one.
        changed: Pairs of entries (before, after) with the names of the attributes that differ.
        same: How many entries are equal.
    """

    code: str
    old: int | None
    new: int | None
    added: tuple[ListedParty, ...]
    removed: tuple[ListedParty, ...]
    changed: tuple[tuple[ListedParty, ListedParty, tuple[str, ...]], ...]
    same: int

    @property
    def touched(self) -> tuple[ListedParty, ...]:
        """Every entry that was added, removed or changed; of a changed one as it now stands."""
        return (*self.added, *self.removed, *(after for _, after, _ in self.changed))


_COMPARED = tuple(f.name for f in fields(ListedParty) if f.name not in ("id", "list", "note", "confidence"))


def diff_lists(old: PartyList, new: PartyList) -> ListDiff:
    """Compare two editions of a list.

    Entries are paired by their id, what is left by their name, and then by one of their other names, so that an entry whose
    name was only spelt anew is a change and not one gone and one come. An attribute that one edition leaves out for all of its
    entries (as a source without addresses does) is no change.

    Args:
        old: The older edition.
        new: The newer edition.
    """
    silent = {name for name in _COMPARED if not any(getattr(p, name) for p in old.parties)}
    silent |= {name for name in _COMPARED if not any(getattr(p, name) for p in new.parties)}
    if "requirement" not in silent:
        silent.discard("footnotes")
    compared = [name for name in _COMPARED if name not in silent]
    before = {party.id: party for party in old.parties}
    after = {party.id: party for party in new.parties}
    pairs = [(before[key], after[key]) for key in after if key in before]
    gone = [party for key, party in before.items() if key not in after]
    come = [party for key, party in after.items() if key not in before]
    for keys in (_by_name, _by_any_name):
        found, gone, come = _pair(gone, come, keys)
        pairs += found
    changed = []
    for one, other in pairs:
        what = tuple(name for name in compared if _plain(name, getattr(one, name)) != _plain(name, getattr(other, name)))
        if what:
            changed.append((one, other, what))
    return ListDiff(new.code, old.as_of, new.as_of, tuple(come), tuple(gone), tuple(changed), len(pairs) - len(changed))


def _by_name(party: ListedParty) -> tuple[str, ...]:
    return (fold(party.name),)


def _by_any_name(party: ListedParty) -> tuple[str, ...]:
    return tuple(fold(name) for name in (party.name, *party.aliases) if len(name) > 8)


def _pair(
    gone: Iterable[ListedParty], come: Sequence[ListedParty], keys: _Keys
) -> tuple[list[tuple[ListedParty, ListedParty]], list[ListedParty], list[ListedParty]]:
    """Pair entries that share a key, each once."""
    at: dict[str, list[int]] = {}
    for place, party in enumerate(come):
        for key in keys(party):
            at.setdefault(key, []).append(place)
    taken: set[int] = set()
    pairs: list[tuple[ListedParty, ListedParty]] = []
    left: list[ListedParty] = []
    for party in gone:
        found = next((p for key in keys(party) for p in at.get(key, ()) if p not in taken), None)
        if found is None:
            left.append(party)
        else:
            taken.add(found)
            pairs.append((party, come[found]))
    return pairs, left, [party for place, party in enumerate(come) if place not in taken]


_NOTICE = re.compile(r"(\d+)\s*F\.?\s*R\.?\s*(\d+)")


def _plain(name: str, value: object) -> object:
    """A value for comparing: order of several, signs, case and order of words do not matter, nor the days of notices."""
    if name == "citation" and (notices := _NOTICE.findall(str(value))):
        return frozenset(notices)
    if isinstance(value, tuple):
        return frozenset(_words(item) if isinstance(item, str) else item for item in value)
    return _words(value) if isinstance(value, str) else value


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, map(fold, text.replace("-", " ").split()))))


if TYPE_CHECKING:
    from collections.abc import Callable

    _Keys = Callable[[ListedParty], tuple[str, ...]]

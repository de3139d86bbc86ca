"""Groups of countries whose membership has dates: the European Union, column 2, and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from countermeasure.codes.country import DATA, country, origin_index
from countermeasure.codes.day import parse_day
from countermeasure.codes.yamltext import Loaded, load_text
from countermeasure.errors import BookError, CodeError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Group", "Groups", "Membership"]

_FAR = 2**31 - 1
_GROUP_KEYS = frozenset({"name", "source", "notes", "members"})
_MEMBER_KEYS = frozenset({"country", "from", "until"})


@dataclass(frozen=True, slots=True)
class Membership:
    """One stay of one country in a group.

    Attributes:
        iso2: Two-letter code.
        start: First day, or None where open.
        end: First day after the last, or None where open.
    """

    iso2: str
    start: int | None
    end: int | None

    def holds(self, day: int) -> bool:
        """Whether the day lies in the half-open window."""
        return (self.start is None or day >= self.start) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of countries.

    Attributes:
        id: Short name, as ``eu``.
        name: Full name.
        source: Where the dates come from.
        members: All stays, past ones too.
    """

    id: str
    name: str
    source: str
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a file."""

    groups: dict[str, Group]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the shipped groups, or those of another file.

        Raises:
            BookError: With all faults of the file, each with its line.
        """
        source = path or DATA / "groups.yaml"
        loaded = load_text(source, source.name)
        faults = list(loaded.faults)
        groups: dict[str, Group] = {}
        if not faults and not isinstance(loaded.data, dict):
            faults.append(f"{source.name}:1: holds no groups. Begin each group with its short name and a colon.")
        elif not faults:
            for name, body in loaded.data.items():
                group = _group(name, body, loaded, faults)
                if group is not None:
                    groups[name] = group
        if faults:
            raise BookError(f"{len(faults)} fault(s) in the groups of countries", where=source.name, faults=faults)
        return cls(groups)

    @property
    def names(self) -> tuple[str, ...]:
        """Short names of all groups, sorted."""
        return tuple(sorted(self.groups))

    def group(self, name: str) -> Group:
        """Return one group.

        Raises:
            NotFoundError: If there is no such group.
        """
        try:
            return self.groups[name]
        except KeyError:
            raise NotFoundError(
                f"there is no group of countries {name!r}",
                code="unknown_group",
                cure=f"Known groups: {', '.join(self.names)}.",
            ) from None

    def members(self, name: str, day: int) -> frozenset[str]:
        """Return the two-letter codes of the members of a group on a day."""
        return frozenset(stay.iso2 for stay in self.group(name).members if stay.holds(day))

    def has(self, name: str, iso2: str, day: int) -> bool:
        """Whether a country belongs to a group on a day."""
        return any(stay.iso2 == iso2 and stay.holds(day) for stay in self.group(name).members)

    def changes(self, name: str) -> tuple[int, ...]:
        """Return the days on which the membership of a group changes, sorted."""
        days = {day for stay in self.group(name).members for day in (stay.start, stay.end) if day is not None}
        return tuple(sorted(days))


def _group(name: str, body: object, loaded: Loaded, faults: list[str]) -> Group | None:
    if not isinstance(body, dict) or not isinstance(body.get("members"), list):
        faults.append(f"{loaded.where((name,))}: group {name!r} has no list of members. Add members.")
        return None
    faults.extend(
        f"{loaded.where((name, key))}: the key {key!r} is not known. Known: {', '.join(sorted(_GROUP_KEYS))}."
        for key in body.keys() - _GROUP_KEYS
    )
    stays = []
    for index, entry in enumerate(body["members"]):
        where = loaded.where((name, "members", index))
        try:
            stays.append(_stay(entry))
        except CodeError as error:
            faults.append(str(error.at(where)))
    return Group(name, body.get("name") or name, body.get("source") or "", tuple(stays))


def _stay(entry: object) -> Membership:
    if not isinstance(entry, dict) or not isinstance(entry.get("country"), str) or entry.keys() - _MEMBER_KEYS:
        raise CodeError("a member has the keys country, from and until", cure='Write {country: DE, from: "1958-01-01"}.')
    iso2 = entry["country"]
    origin_index(iso2)
    start, end = (parse_day(entry[key]) if entry.get(key) else None for key in ("from", "until"))
    if (start if start is not None else -_FAR) >= (end if end is not None else _FAR):
        raise CodeError(f"the window of {country(iso2)} is empty", cure="Let until be later than from.")
    return Membership(iso2, start, end)

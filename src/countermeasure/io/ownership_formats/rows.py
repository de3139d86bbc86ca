"""Edges as they are read, row by row: faults are told, units are never guessed, and a graph comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes.country import country_or_none
from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError
from countermeasure.io.faults import Fault
from countermeasure.io.ownership_shares import in_doubt, read_share
from countermeasure.parties.ownership.graph import KINDS, Graph
from countermeasure.parties.ownership.model import ALWAYS, NEVER, PPM, EdgeKind, Share

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KIND_WORDS", "EdgeRows", "kind_of", "unit_fault"]

KIND_WORDS: dict[EdgeKind, tuple[str, ...]] = {
    EdgeKind.SHARES: ("", "shares", "share", "shareholding", "ownership", "equity", "owner", "stake", "direct", "owns"),
    EdgeKind.VOTES: ("votes", "vote", "voting", "votingrights", "rights"),
    EdgeKind.BOARD: ("board", "boardseats", "seats"),
    EdgeKind.CONTROL: ("control", "controls", "controlled", "influence", "significantinfluence", "appointmentofboard"),
    EdgeKind.BRANCH: ("branch", "branchof", "office", "division"),
    EdgeKind.INDIRECT: ("indirect", "indirectreported", "indirectly"),
    EdgeKind.CONSOLIDATION: ("consolidation", "consolidated", "accountingconsolidation"),
    EdgeKind.TREASURY: ("treasury", "treasuryshares", "own"),
}
"""What each kind of edge is called in files; case, spaces and dashes do not matter."""
_KINDS = {word: KINDS.index(kind) for kind, words in KIND_WORDS.items() for word in words}


def kind_of(text: str | None) -> int | None:
    """Place of a kind in ``KINDS``, or ``None`` where the word is not known."""
    return _KINDS.get("".join(c for c in (text or "").casefold() if c.isalnum()))


def unit_fault(file: str, small: tuple[int, str], large: tuple[int, str] | None, count: int) -> Fault:
    """The fault of a file whose shares may be percent or fractions.

    Args:
        file: Its name.
        small: Row and text of the first share above 0 and up to 1.
        large: Row and text of the first share above 1, or ``None``.
        count: Rows in doubt.
    """
    if large is None:
        said = f"no share is above 1: row {small[0]} has {small[1]!r}, which may be {small[1]} percent or that part of a whole"
    else:
        said = f"row {small[0]} has {small[1]!r} and row {large[0]} has {large[1]!r}: fractions and percent may be mixed"
    cure = (
        "Say what numbers mean with --share-unit percent or --share-unit fraction, or write the percent sign. "
        f"Until then {count:,} such row(s) count as anything between the two readings."
    )
    return Fault(file, None, "share", None, said, cure, "share_unit")


class EdgeRows:
    """Collects edges.

    Args:
        file: Name used in faults.
        tell: Takes faults.
        unit: ``percent`` or ``fraction``, where the user says what a number without a sign means.
    """

    def __init__(self, file: str, tell: Callable[[Fault], None], unit: str | None = None) -> None:
        self.file = file
        self.tell = tell
        self.unit = unit
        self.rows = 0
        self.refused: set[int] = set()
        self._numbers: dict[str, int] = {}
        self._labels: dict[int, str] = {}
        self._countries: dict[int, str] = {}
        self._sources: dict[str, int] = {}
        self._columns: tuple[list[int], ...] = tuple([] for _ in range(11))
        self._shares: dict[tuple[str, str], Share | CodeError | None] = {}
        self._days: dict[str, int | CodeError] = {}
        self._doubt: dict[str, bool | None] = {}
        self._small: list[tuple[int, str]] = []
        self._large: tuple[int, str] | None = None

    def fault(
        self, row: int, column: str, value: str | None, message: str, cure: str, code: str, *, only_warn: bool = False
    ) -> None:
        """Tell a fault of a row; an error leaves the row out."""
        if not only_warn:
            self.refused.add(row)
        self.tell(Fault(self.file, row, column, value, message, cure, code, "warning" if only_warn else "error"))

    def party(self, name: str, label: str = "", country: str = "", row: int = 0) -> int:
        """Number of a party, with what is known of it."""
        number = self._numbers.setdefault(name, len(self._numbers))
        if label and label != name:
            self._labels[number] = label
        if country:
            known = country_or_none(country)
            if known is None:
                self.fault(row, "country", country, "the country is not known and is left out", "Use a two-letter code.",
                           "unknown_country", only_warn=True)  # fmt: skip
            else:
                self._countries[number] = known.iso2
        return number

    def share(self, row: int, text: str | None, *, column: str = "share", unit: str | None = None) -> Share | bool | None:
        """Read a share; ``False`` where it cannot be read, the fault being told."""
        if not text:
            return None
        settled = unit or self.unit
        key = (text, settled or "percent")
        found = self._shares.get(key)
        if found is None and key not in self._shares:
            try:
                found = read_share(text, settled or "percent")
            except CodeError as error:
                found = error
            self._shares[key] = found
        if isinstance(found, CodeError):
            self.fault(row, column, text, found.message, found.cure or "", found.code)
            return False
        if settled is None:
            self._weigh(row, text)
        return found

    def _weigh(self, row: int, text: str) -> None:
        doubt = self._doubt.get(text)
        if text not in self._doubt:
            doubt = self._doubt[text] = in_doubt(text)
        if doubt:
            self._small.append((row, text))
        elif doubt is False and self._large is None:
            self._large = (row, text)

    def day(self, row: int, text: str | None, column: str) -> int | bool | None:
        """Read a day; ``False`` where it cannot be read, the fault being told."""
        if not text:
            return None
        found = self._days.get(text)
        if found is None:
            try:
                found = parse_day(text[:10] if len(text) > 10 and text[10] in "T " else text)
            except CodeError as error:
                found = error
            self._days[text] = found
        if isinstance(found, CodeError):
            self.fault(row, column, text, found.message, found.cure or "", found.code)
            return False
        return found

    def add(
        self,
        row: int,
        owner: int,
        owned: int,
        share: Share | None,
        kind: int = 0,
        start: int | None = None,
        end: int | None = None,
        source: str = "",
        doubt: bool = False,
    ) -> None:
        """Take in an edge.

        Args:
            row: Row in the file.
            owner: Number of the owner.
            owned: Number of the entity.
            share: The stake.
            kind: Place in ``KINDS``.
            start: First day.
            end: First day after.
            source: Register named in the row.
            doubt: Whether the share may be a fraction as well as a percentage.
        """
        if start is not None and end is not None and end <= start:
            self.fault(
                row, "to", None, "the stake ends before it begins", "Put the first day after it under 'to'.", "bad_window"
            )
            return
        if owner == owned and kind == 0:
            kind = KINDS.index(EdgeKind.TREASURY)
            self.fault(row, "owned", None, "the owner and the entity are the same; the stake is kept as treasury shares",
                       "If two parties have one name, give them ids.", "self_ownership", only_warn=True)  # fmt: skip
        low, high, over, under = (-1, -1, 0, 0) if share is None else (
            share.min_ppm, share.max_ppm, int(share.min_excl), int(share.max_excl)
        )  # fmt: skip
        if doubt and share is not None:
            high, under = min(PPM, high * 100), 0
        number = self._sources.setdefault(source, len(self._sources))
        begin, stop = ALWAYS if start is None else start, NEVER if end is None else end
        for column, value in zip(
            self._columns, (owner, owned, low, high, over, under, kind, begin, stop, number, row), strict=True
        ):
            column.append(value)

    def is_doubtful(self, row: int) -> bool:
        """Whether the share last weighed stands in this row and may be either."""
        return bool(self._small) and self._small[-1][0] == row

    def graph(self) -> Graph:
        """The graph of all good rows; a fault of the file is told where its unit is in doubt."""
        if self._small:
            self.tell(unit_fault(self.file, self._small[0], self._large, len({row for row, _ in self._small})))
        owner, owned, low, high, over, under, kind, start, end, source, row = (np.array(c, np.int64) for c in self._columns)
        dated = bool(((start != ALWAYS) | (end != NEVER)).any())
        return Graph.from_arrays(
            owner, owned, low, high, kind, start if dated else None, end if dated else None, min_excl=over, max_excl=under,
            source=source, row=row, sources=tuple(s or self.file for s in self._sources) or (self.file,),
            names=tuple(self._numbers), countries=self._countries, labels=self._labels,
        )  # fmt: skip

"""The schedule of column 1 and column 2 rates by line and day, as plain sorted arrays.

The shipped table is a CSV of spells (``data/schedule/us_lines.csv``); :class:`Schedule` holds it as
columns, so that one question and ten million take the same path: a binary search. A number that is not in
the table on the day is a row of -1, never a rate of zero; :meth:`Schedule.explain_missing` says in which
window it existed.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.cache import cache_dir, write_atomically
from countermeasure.codes.day import format_day
from countermeasure.codes.hts import dotted_int10, near
from countermeasure.duty import rates, units
from countermeasure.duty.rates import Rate, parse_rate
from countermeasure.duty.spells import Entry, merge_editions, read_spells, write_spells
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    IntArray = npt.NDArray[np.int32]
    LongArray = npt.NDArray[np.int64]
    FloatArray = npt.NDArray[np.float64]
    BoolArray = npt.NDArray[np.bool_]

__all__ = ["ALWAYS", "NEVER", "Missing", "Schedule"]

ALWAYS = -(2**31)
"""First day of a spell whose start is not known."""
NEVER = 2**31 - 1
"""Day after the last of a spell that has no end."""

_SHIPPED = Path(__file__).resolve().parent.parent / "data" / "schedule" / "us_lines.csv"
_PARTS = 3
_SHIFT = 1 << 21
_HALF = 1 << 20


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a number has no row on a day.

    Attributes:
        code: Digits asked for.
        day: Days since 1970-01-01.
        windows: Half-open windows in which the number stood in the schedule; empty when never.
        below: Ten-digit lines under it that day, when the number is a legal line with suffixes (dotted).
        near: Numbers of that day that may be meant (dotted), best first.
    """

    code: str
    day: int
    windows: tuple[tuple[int, int], ...]
    below: tuple[str, ...]
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        """One sentence for a person."""
        shown = dotted_int10(int(self.code.ljust(10, "0")), len(self.code))
        on = format_day(self.day)
        if self.below:
            listed = ", ".join(self.below[:5]) + (" ..." if len(self.below) > 5 else "")
            return f"{shown} has {len(self.below)} ten-digit lines on {on}: {listed}"
        text = f"{shown} is not in the schedule on {on}"
        if self.windows:
            spans = " and ".join(_span(*window) for window in self.windows)
            text += f"; it stood in it {spans}"
        return text + (f". Near it: {', '.join(self.near)}" if self.near else "")


def _span(first: int, after: int) -> str:
    if first == ALWAYS and after == NEVER:
        return "always"
    start = "" if first == ALWAYS else f"from {format_day(first)} "
    return (start + ("" if after == NEVER else f"until {format_day(after)}")).strip()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Lines, windows and rates as columns.

    Rows are sorted by (code, first day). Let n be rows and r distinct rates.

    Attributes:
        codes: Shape (n,). Ten-digit numbers as integers.
        from_day: Shape (n,). First day; ``ALWAYS`` when not known to start later.
        until_day: Shape (n,). Day after the last; ``NEVER`` when open.
        general_rate_id: Shape (n,). Column 1 general, index into the rates.
        column_2_rate_id: Shape (n,). Column 2, index into the rates.
        ad_valorem: Shape (r,). Fraction of the value; NaN where not computable.
        specific_usd: Shape (r, 3). Dollars per unit of the specific parts, 0.0 where there is no such part.
        specific_measure: Shape (r, 3). Index into ``measures``, -1 where there is no such part.
        computable: Shape (r,). Whether value and quantities are enough.
        measures: Names of quantities: ``kg``, ``each``, ``kg drained weight``.
        rate_texts: The r texts.
        header: Comment lines of the file.
        sha256: Of the file.
    """

    codes: LongArray
    from_day: IntArray
    until_day: IntArray
    general_rate_id: IntArray
    column_2_rate_id: IntArray
    ad_valorem: FloatArray
    specific_usd: FloatArray
    specific_measure: IntArray
    computable: BoolArray
    measures: tuple[str, ...]
    rate_texts: tuple[str, ...]
    header: tuple[str, ...]
    sha256: str
    _keys: LongArray = field(repr=False)
    _text: bytes = field(repr=False)
    _text_ends: LongArray = field(repr=False)

    # -------------------------------------------------------------------------------------------- loading

    @classmethod
    def shipped(cls, cache: Path | None = None) -> Schedule:
        """The schedule of the wheel, compiled once per machine.

        Args:
            cache: Folder for the compiled form; the folder of :func:`countermeasure.book.cache.cache_dir`
                if absent.
        """
        return cls.load(_SHIPPED, cache=cache if cache is not None else cache_dir())

    @classmethod
    def load(cls, path: Path, cache: Path | None = None) -> Schedule:
        """Read a CSV of spells.

        Args:
            path: File in the form of :func:`countermeasure.duty.spells.write_spells`.
            cache: Folder for the compiled form; without it, or where it cannot be written, the file is
                parsed.

        Raises:
            NotFoundError: If there is no such file.
            InputError: If rows cannot be read; all of them are named.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotFoundError(f"no schedule at {path} ({error})", cure="Give a CSV of spells.") from error
        sha256 = hashlib.sha256(content).hexdigest()
        kept = cache / f"schedule-{_reader()}-{sha256[:32]}.npz" if cache else None
        if kept is not None:
            compiled = _read_compiled(kept, sha256)
            if compiled is not None:
                return compiled
        schedule = cls._parse(content.decode("utf-8-sig"), path.name, sha256)
        if kept is not None:
            _write_compiled(kept, schedule)
        return schedule

    @classmethod
    def from_editions(
        cls,
        editions: Iterable[tuple[int, Mapping[str, Entry]]],
        legal_days: Mapping[tuple[int, str], int] | None = None,
        header: Iterable[str] = ("Built from imported editions.",),
    ) -> Schedule:
        """Build from dated editions, see :func:`countermeasure.duty.spells.merge_editions`."""
        text = write_spells(merge_editions(editions, legal_days), header)
        return cls._parse(text, "editions", hashlib.sha256(text.encode()).hexdigest())

    @classmethod
    def _parse(cls, text: str, where: str, sha256: str) -> Schedule:
        header, rows, codes, first, after = read_spells(text, where)
        n = len(rows)
        rate_ids: dict[str, int] = {}
        general = np.fromiter((rate_ids.setdefault(row[3], len(rate_ids)) for row in rows), np.int32, n)
        column_2 = np.fromiter((rate_ids.setdefault(row[4], len(rate_ids)) for row in rows), np.int32, n)
        code = np.array(codes, dtype=np.int64)
        from_day = np.array([ALWAYS if day is None else day for day in first], dtype=np.int32)
        until_day = np.array([NEVER if day is None else day for day in after], dtype=np.int32)
        order = np.lexsort((from_day, code))
        blob = [f"{rows[at][5]}\t{rows[at][6]}".encode() for at in order.tolist()]
        texts = tuple(rate_ids)
        ad_valorem, usd, measure, computable, measures = _rate_columns([parse_rate(one) for one in texts])
        return cls(
            codes=code[order],
            from_day=from_day[order],
            until_day=until_day[order],
            general_rate_id=general[order],
            column_2_rate_id=column_2[order],
            ad_valorem=ad_valorem,
            specific_usd=usd,
            specific_measure=measure,
            computable=computable,
            measures=measures,
            rate_texts=texts,
            header=header,
            sha256=sha256,
            _keys=_key(code[order], from_day[order]),
            _text=b"".join(blob),
            _text_ends=np.cumsum([len(one) for one in blob], dtype=np.int64),
        )

    # -------------------------------------------------------------------------------------------- questions

    @property
    def known_to(self) -> str | None:
        """Day of the newest edition behind the table, as its header says."""
        lines = (line for line in self.header if line.startswith("known_to:"))
        return next((line.partition(":")[2].strip() for line in lines), None)

    def boundaries(self) -> IntArray:
        """Days on which some line begins, ends or changes; sorted, without repetition."""
        days = np.unique(np.concatenate((self.from_day, self.until_day)))
        inside: IntArray = days[(days != ALWAYS) & (days != NEVER)]
        return inside

    def lookup(self, codes: LongArray, days: IntArray) -> IntArray:
        """Rows of lines on days.

        Args:
            codes: Shape (m,). Ten-digit integers.
            days: Shape (m,), or one day for all. Days since 1970-01-01.

        Returns:
            Shape (m,). Row, or -1 where the table has no such line that day.
        """
        codes = np.asarray(codes, dtype=np.int64)
        days = np.broadcast_to(np.asarray(days, dtype=np.int32), codes.shape)
        row = np.searchsorted(self._keys, _key(codes, days), side="right") - 1
        at = np.maximum(row, 0)
        found = (row >= 0) & (self.codes[at] == codes) & (days < self.until_day[at])
        return np.where(found, row, -1).astype(np.int32)

    def children(self, prefix: str, day: int) -> IntArray:
        """Rows of all lines under a prefix on a day.

        Args:
            prefix: Two to ten digits, dots allowed.
            day: Days since 1970-01-01.
        """
        digits = prefix.replace(".", "")
        low = int(digits.ljust(10, "0"))
        start, stop = np.searchsorted(self.codes, (low, low + 10 ** (10 - len(digits)))).tolist()
        inside = (self.from_day[start:stop] <= day) & (day < self.until_day[start:stop])
        rows: IntArray = (np.flatnonzero(inside) + start).astype(np.int32)
        return rows

    def universe(self, day: int | None = None) -> LongArray:
        """Ten-digit numbers that exist on a day, or on any day of the table; sorted, without repetition."""
        if day is None:
            return np.unique(self.codes)
        return self.codes[(self.from_day <= day) & (day < self.until_day)]

    def rate(self, row: int, column: int = 1) -> Rate:
        """The parsed rate of a row, column 1 (general) or column 2."""
        ids = self.general_rate_id if column == 1 else self.column_2_rate_id
        return self.rate_of(int(ids[row]))

    def rate_of(self, rate_id: int) -> Rate:
        """The parsed rate of an index."""
        return parse_rate(self.rate_texts[rate_id])

    @property
    def fractions(self) -> FloatArray:
        """Rates that are fractions of the value alone, NaN for the others. Shape (r,)."""
        return np.where(self.computable & (self.specific_measure[:, 0] < 0), self.ad_valorem, np.nan)

    def columns(self, rows: IntArray) -> FloatArray:
        """Column 1 and column 2 of rows as fractions of the value, NaN where they are none. Shape (m, 2)."""
        fractions = self.fractions
        return np.stack([fractions[self.general_rate_id[rows]], fractions[self.column_2_rate_id[rows]]], axis=1)

    def units(self, row: int) -> tuple[str, ...]:
        """Units of quantity to be reported, as printed: ``("No.", "kg")``."""
        printed = self._line_text(row)[0]
        return tuple(printed.split(";")) if printed else ()

    def description(self, row: int) -> str:
        """Short text of the line."""
        return self._line_text(row)[1]

    def _line_text(self, row: int) -> tuple[str, str]:
        start = int(self._text_ends[row - 1]) if row > 0 else 0
        unit, _, text = self._text[start : int(self._text_ends[row])].decode().partition("\t")
        return unit, text

    def explain_missing(self, code: int | str, day: int) -> Missing:
        """Say why a number has no row on a day.

        Args:
            code: Ten digits, or fewer (then filled with zeros), dots allowed; or a ten-digit integer.
            day: Days since 1970-01-01.
        """
        given = f"{code:010d}" if isinstance(code, int) else code.replace(".", "")
        digits = given.ljust(10, "0")
        number = int(digits)
        rows = np.flatnonzero(self.codes == number)
        windows: list[tuple[int, int]] = []
        for first, after in zip(self.from_day[rows].tolist(), self.until_day[rows].tolist(), strict=True):
            if windows and windows[-1][1] == first:
                windows[-1] = (windows[-1][0], after)
            else:
                windows.append((first, after))
        below: tuple[str, ...] = ()
        prefix = given if len(given) < 10 else digits.removesuffix("00")
        if len(prefix) < 10:
            below = tuple(dotted_int10(one) for one in self.codes[self.children(prefix, day)].tolist())
        return Missing(given, day, tuple(windows), below, () if below else near(digits, self.universe(day)))


def _key(codes: LongArray, days: IntArray) -> LongArray:
    """Code and day in one sortable integer; days are cut to about 2,800 years around 1970."""
    return codes * _SHIFT + (np.clip(days, -_HALF, _HALF - 1).astype(np.int64) + _HALF)


def _rate_columns(parsed: list[Rate]) -> tuple[FloatArray, FloatArray, IntArray, BoolArray, tuple[str, ...]]:
    r = len(parsed)
    usd = np.zeros((r, _PARTS), dtype=np.float64)
    measure = np.full((r, _PARTS), -1, dtype=np.int32)
    names: dict[str, int] = {}
    computable = np.zeros(r, dtype=np.bool_)
    for at, rate in enumerate(parsed):
        computable[at] = rate.computable and len(rate.specific) <= _PARTS
        for place, part in enumerate(rate.specific[:_PARTS]):
            usd[at, place] = part.usd
            measure[at, place] = names.setdefault(part.measure, len(names))
    ad_valorem = np.array([rate.ad_valorem for rate in parsed], dtype=np.float64)
    return ad_valorem, usd, measure, computable, tuple(names)


# ---------------------------------------------------------------------------------------------- compiled form

_ARRAYS = (
    "codes", "from_day", "until_day", "general_rate_id", "column_2_rate_id", "ad_valorem", "specific_usd",
    "specific_measure", "computable", "_keys", "_text_ends",
)  # fmt: skip
_TEXTS = ("measures", "rate_texts", "header")


def _reader() -> str:
    """Mark of the code that reads and compiles rates: changed code does not meet an old cache."""
    try:
        return hashlib.sha256(
            Path(__file__).read_bytes() + Path(rates.__file__).read_bytes() + Path(units.__file__).read_bytes()
        ).hexdigest()[:12]
    except OSError:
        return "installed"


def _write_compiled(path: Path, schedule: Schedule) -> None:
    columns = {name.strip("_"): getattr(schedule, name) for name in _ARRAYS}
    columns |= {name: np.frombuffer("\n".join(getattr(schedule, name)).encode(), np.uint8) for name in _TEXTS}
    columns["text"] = np.frombuffer(schedule._text, np.uint8)  # noqa: SLF001 - its own form on disk
    out = io.BytesIO()
    np.savez(out, **columns)
    write_atomically(path, out.getvalue())


def _read_compiled(path: Path, sha256: str) -> Schedule | None:
    try:
        with np.load(path, allow_pickle=False) as columns:
            arrays = {name: columns[name.strip("_")] for name in _ARRAYS}
            texts = {name: tuple(columns[name].tobytes().decode().split("\n")) for name in _TEXTS}
            facts: dict[str, Any] = {**arrays, **texts, "sha256": sha256, "_text": columns["text"].tobytes()}
            return Schedule(**facts)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None

"""Columns of text to columns of numbers: every distinct number, origin and day is read once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.codes.country import encode_countries
from countermeasure.codes.day import NO_DAY, parse_days
from countermeasure.codes.hts import HtsCode, HtsFault, encode_codes
from countermeasure.duty.line import SHARES
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Column = Any
"""A column of any frame library: list, numpy array, Arrow array."""


class RowFault(IntEnum):
    """Why a row has no price."""

    NONE = 0
    BAD_NUMBER = 1
    UNKNOWN_NUMBER = 2
    BAD_ORIGIN = 3
    BAD_DAY = 4
    BAD_VALUE = 5


@dataclass(frozen=True)
class Encoded:
    """Rows with texts turned into numbers.

    Attributes:
        number: Shape (n,). Position of each row's tariff number among the distinct ones, -1 where unreadable.
        numbers: The distinct numbers.
        origin: Shape (n,). Place in ``ORIGINS``, -1 where unknown.
        day: Shape (n,). Epoch day, ``NO_DAY`` where unreadable.
        value: Shape (n,). Dollars, NaN where absent.
        profile: Shape (n,) or ``None``. Which known facts.
        profiles: The distinct sets of known facts.
        shares: Shape (n, 4) or ``None``.
        quantities: Measure to shape (n,), NaN where absent.
        fault: Shape (n,). ``RowFault``.
    """

    number: Ints
    numbers: tuple[HtsCode, ...]
    origin: npt.NDArray[np.int16]
    day: Ints
    value: Floats
    profile: Ints | None
    profiles: tuple[dict[str, float], ...]
    shares: Floats | None
    quantities: Mapping[str, Floats]
    fault: npt.NDArray[np.int8]

    def part(self, rows: slice | npt.NDArray[np.int64]) -> Encoded:
        """Some of the rows."""
        return Encoded(
            self.number[rows],
            self.numbers,
            self.origin[rows],
            self.day[rows],
            self.value[rows],
            None if self.profile is None else self.profile[rows],
            self.profiles,
            None if self.shares is None else self.shares[rows],
            {k: v[rows] for k, v in self.quantities.items()},
            self.fault[rows],
        )


def encode(columns: Mapping[str, Any], facts: Mapping[str, Sequence[float]] = MappingProxyType({})) -> Encoded:
    """Read columns.

    Args:
        columns: ``hts`` and ``origin`` (text or Arrow), ``entry_on`` (text, dates or epoch days), and optionally ``value_usd``,
            facts by id, shares by name and ``quantity:UNIT``; all of one length.
        facts: Columns that are facts, with the values at which the law looks at them.

    Raises:
        InputError: If a column is missing or the lengths differ.
    """
    for name in ("hts", "origin", "entry_on"):
        if name not in columns:
            raise InputError(f"column {name!r} is missing", code="missing_column", cure="give hts, origin and entry_on")
    lengths = {len(columns[name]) for name in columns}
    if len(lengths) != 1:
        raise InputError(f"columns of different lengths: {sorted(lengths)}", code="ragged_columns")
    n = lengths.pop()
    numbers, number, bad = _numbers(columns["hts"])
    origin = _per_distinct(columns["origin"], encode_countries, np.int16)
    day = _days(columns["entry_on"])
    value = np.full(n, np.nan) if "value_usd" not in columns else np.asarray(columns["value_usd"], np.float64)
    fault = np.zeros(n, np.int8)
    fault[bad] = RowFault.BAD_NUMBER
    fault[origin < 0] = RowFault.BAD_ORIGIN
    fault[day == NO_DAY] = RowFault.BAD_DAY
    fault[value < 0] = RowFault.BAD_VALUE
    profile, profiles = _profiles(columns, {f: e for f, e in facts.items() if f in columns})
    shares = None
    if any(s in columns for s in SHARES):
        blank = np.full(n, np.nan)
        shares = np.stack([np.asarray(columns.get(s, blank), np.float64) for s in SHARES], axis=1)
    quantities = {k[9:]: np.asarray(v, np.float64) for k, v in columns.items() if k.startswith("quantity:")}
    return Encoded(number, numbers, origin, day, value, profile, profiles, shares, quantities, fault)


def _dictionary(column: Column) -> tuple[list[Any], npt.NDArray[np.int32]]:
    """Distinct values of a text column and the position of each row's value among them."""
    if hasattr(column, "dictionary_encode") or hasattr(column, "chunks"):
        import pyarrow as pa

        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        indices = array.indices.fill_null(len(array.dictionary)) if array.null_count else array.indices
        values = array.dictionary.to_pylist()
        return [*values, None] if array.null_count else values, indices.to_numpy(zero_copy_only=False).astype(np.int32)
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    place = {value: i for i, value in enumerate(dict.fromkeys(values))}
    return list(place), np.fromiter(map(place.__getitem__, values), np.int32, len(values))


def _per_distinct(column: Column, read: Column, dtype: type[np.generic]) -> Column:
    values, index = _dictionary(column)
    found: Any = read(values).astype(dtype)[index]
    return found


def _days(column: Column) -> Ints:
    if isinstance(column, np.ndarray) and np.issubdtype(column.dtype, np.integer):
        whole: Ints = column.astype(np.int32)
        return whole
    if hasattr(column, "type") and str(column.type) in ("date32[day]", "int32"):
        import pyarrow as pa

        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        days = array.cast(pa.int32()).fill_null(int(NO_DAY)).to_numpy(zero_copy_only=False)
        plain: Ints = days.astype(np.int32)
        return plain
    values, index = _dictionary(column)
    found: Ints = parse_days(values)[0][index]
    return found


def _numbers(column: Column) -> tuple[tuple[HtsCode, ...], Ints, npt.NDArray[np.bool_]]:
    values, index = _dictionary(column)
    code, level, fault = encode_codes(values)
    good = fault <= HtsFault.REPAIRED
    digits = [f"{c:010d}"[:width] if ok else "" for c, width, ok in zip(code.tolist(), level.tolist(), good, strict=True)]
    place = {d: i for i, d in enumerate(dict.fromkeys(d for d in digits if d))}
    position = np.array([place.get(d, -1) for d in digits], np.int32)
    numbers = tuple(HtsCode(d) for d in place)
    return numbers, position[index], ~good[index]


def _profiles(
    columns: Mapping[str, Any], facts: Mapping[str, Sequence[float]]
) -> tuple[Ints | None, tuple[dict[str, float], ...]]:
    """Distinct sets of known facts. Values that the law does not tell apart count as one."""
    if not facts:
        return None, ({},)
    names = list(facts)
    regions = np.full((len(columns[names[0]]), len(names)), -1, np.int32)
    samples: list[Floats] = []
    for place, (name, edges) in enumerate(facts.items()):
        values = np.asarray(columns[name], np.float64)
        given = ~np.isnan(values)
        regions[given, place] = np.searchsorted(edges, values[given], side="right")
        samples.append(np.array([edges[0] - 1 if edges and edges[0] > 1 else 0.0, *edges]))
    distinct, inverse = np.unique(regions, axis=0, return_inverse=True)
    known = tuple(
        {n: float(samples[i][r]) for i, (n, r) in enumerate(zip(names, row, strict=True)) if r >= 0}
        for row in distinct.tolist()
    )
    return inverse.reshape(-1).astype(np.int32), known

"""Large Parquet files of our own form, read as columns: ten million edges in some seconds."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from countermeasure.codes.day import NO_DAY, parse_days
from countermeasure.io.columns import match_columns
from countermeasure.io.faults import Fault
from countermeasure.io.ownership_formats.rows import kind_of, unit_fault
from countermeasure.io.ownership_formats.table import EDGE_COLUMNS, REQUIRED
from countermeasure.parties.ownership.graph import KINDS, Graph
from countermeasure.parties.ownership.model import ALWAYS, NEVER, PPM, EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    Tell = Callable[[Fault], None]
    Mask = npt.NDArray[np.bool_]
    Refuse = Callable[[Mask, str, str, str, str], None]

__all__ = ["read_parquet_edges"]

_SHARE_COLUMNS = ("share", "percent", "fraction", "min", "max")
MOST_TOLD = 100_000


def read_parquet_edges(
    path: IO[bytes],
    name: str,
    tell: Tell,
    unit: str | None,
) -> tuple[Graph, int, int] | None:
    """Read a Parquet file whose shares are numbers.

    Args:
        path: The file.
        name: Its name in faults.
        tell: Takes faults.
        unit: ``percent`` or ``fraction``, or ``None`` where it is not settled.

    Returns:
        The graph, the rows of the file and those refused; ``None`` where shares are text, for the reader of rows.
    """
    from pyarrow import parquet

    table = parquet.read_table(path)
    places, faults = match_columns(table.column_names, EDGE_COLUMNS, REQUIRED, name, None)
    columns = {known: table.column(place) for known, place in places.items()}
    if any(not _numeric(columns[c].type) for c in _SHARE_COLUMNS if c in columns) or any(c not in columns for c in REQUIRED):
        return None
    for fault in faults:
        tell(fault)
    count = table.num_rows
    refused = np.zeros(count, bool)

    def refuse(mask: npt.NDArray[np.bool_], column: str, message: str, cure: str, code: str) -> None:
        mask = mask & ~refused
        for row in np.flatnonzero(mask)[:MOST_TOLD]:
            tell(Fault(name, int(row) + 1, column, None, message, cure, code))
        refused[mask] = True

    ends, names = _parties(columns["owner"], columns["owned"])
    for which, column in enumerate(REQUIRED):
        refuse(ends[which] < 0, column, f"the {column} is empty", "Fill it; an edge needs both ends.", "empty_name")
    kinds = _kinds(columns.get("kind"), count)
    refuse(kinds < 0, "kind", "the kind of edge is not known", f"Use one of {', '.join(KINDS)}.", "bad_kind")
    low, high, unknown, scale, doubt, clear = _bounds(columns, count, unit, refuse, refused)
    start, bad_start = _days(columns.get("from"), count, ALWAYS)
    end, bad_end = _days(columns.get("to"), count, NEVER)
    refuse(bad_start, "from", "the first day cannot be read", "Write YYYY-MM-DD.", "bad_day")
    refuse(bad_end, "to", "the last day cannot be read", "Write YYYY-MM-DD.", "bad_day")
    refuse(end <= start, "to", "the stake ends before it begins", "Put the first day after it under 'to'.", "bad_window")
    if doubt.any():
        first, other = int(np.flatnonzero(doubt)[0]), np.flatnonzero(clear)
        large = None if not len(other) else (int(other[0]) + 1, f"{max(low[other[0]], high[other[0]]):g}")
        tell(unit_fault(name, (first + 1, f"{low[first] or high[first]:g}"), large, int(doubt.sum())))
    minimum, over = _ppm(low * scale, up=False)
    maximum, under = _ppm(high * scale, up=True)
    maximum[doubt], under[doubt] = np.minimum(maximum[doubt] * 100, PPM), False
    over |= _truth(columns.get("min_excl"), count) & (minimum < maximum)
    under |= _truth(columns.get("max_excl"), count) & (minimum < maximum)
    minimum[unknown], maximum[unknown] = -1, -1
    own = (ends[0] == ends[1]) & (kinds == 0)
    for row in np.flatnonzero(own & ~refused)[:MOST_TOLD]:
        tell(Fault(name, int(row) + 1, "owned", None, "the owner and the entity are the same; kept as treasury shares",
                   "If two parties have one name, give them ids of their own.", "self_ownership", "warning"))  # fmt: skip
    kinds[own] = KINDS.index(EdgeKind.TREASURY)
    good = slice(None) if not refused.any() else np.flatnonzero(~refused)
    dated = "from" in columns or "to" in columns
    source, sources = _texts(columns.get("source"), name, count)
    graph = Graph.from_arrays(
        ends[0][good], ends[1][good], minimum[good], maximum[good], kinds[good], start[good] if dated else None,
        end[good] if dated else None, min_excl=over[good], max_excl=under[good],
        source=None if source is None else source[good],
        row=np.arange(1, count + 1)[good], sources=sources, names=names,
        countries=_countries(columns, ends),
    )  # fmt: skip
    return graph, count, int(refused.sum())


def _bounds(
    columns: dict[str, pa.ChunkedArray], count: int, unit: str | None, refuse: Refuse, refused: Mask
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], Mask, float, Mask, Mask]:
    """Bounds as written; then which are not told, the scale, which are in doubt, which are clearly percent."""
    import pyarrow as pa

    values = {c: np.asarray(columns[c].cast(pa.float64()).to_numpy(), np.float64) for c in _SHARE_COLUMNS if c in columns}
    single = next((c for c in ("share", "percent", "fraction") if c in values), None)
    low, high = (values[single], values[single]) if single else (values.get("min"), values.get("max"))
    if low is None and high is None:
        low = high = np.full(count, np.nan)
    low = np.zeros(count) if low is None else low.copy()
    high = np.full(count, np.nan) if high is None else high.copy()
    unknown = np.isnan(low) & np.isnan(high)
    scale = 100.0 if unit == "fraction" or single == "fraction" else 1.0
    whole = 1.0 if scale > 1 else 100.0
    low[np.isnan(low) & ~unknown] = 0.0
    high[np.isnan(high) & ~unknown] = whole
    shown = single or "min"
    with np.errstate(invalid="ignore"):
        refuse(low < 0, shown, "the share is negative", "Give a share from 0 to 100 percent.", "negative_share")
        refuse(
            high > whole, shown, "the share is above 100 percent", "Check the decimal point, or the unit.", "share_above_100"
        )
        refuse(low > high, shown, "the least share is above the greatest", "Exchange the two.", "bad_share")
        doubt = (unit is None and single != "fraction") & ~refused & ~unknown & (
            ((low > 0) & (low <= 1)) | ((high > 0) & (high <= 1))
        )  # fmt: skip
        clear = ~refused & ~unknown & ((low > 1) | ((high > 1) & (high < whole)))
    return low, high, unknown, scale, doubt, clear


def _numeric(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind))


def _parties(owner: pa.ChunkedArray, owned: pa.ChunkedArray) -> tuple[list[npt.NDArray[np.int32]], list[str]]:
    """Numbers of the owners and entities, -1 where empty, and the names behind them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    both = pa.chunked_array([*_plain(owner).chunks, *_plain(owned).chunks], _plain(owner).type).combine_chunks()
    both = both.combine_chunks() if isinstance(both, pa.ChunkedArray) else both
    encoded = both.dictionary_encode()
    words = encoded.dictionary.cast(pa.string())
    numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    trimmed = pc.utf8_trim_whitespace(words)
    if not pc.all(pc.equal(trimmed, words)).as_py() or pc.any(pc.equal(trimmed, "")).as_py():
        again = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed).dictionary_encode()
        words = again.dictionary
        places = np.append(again.indices.fill_null(-1).to_numpy(zero_copy_only=False), -1).astype(np.int32)
        numbers = places[numbers]
    return [numbers[: len(owner)], numbers[len(owner) :]], words.to_pylist()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _ppm(percent: npt.NDArray[np.float64], *, up: bool) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Whole ppm of percentages, and where digits below a ppm were widened to the ppm around them."""
    exact = np.nan_to_num(percent) * 10_000
    near = np.rint(exact)
    finer = np.abs(exact - near) > 1e-6
    return np.where(finer, np.ceil(exact) if up else np.floor(exact), near).astype(np.int64), finer


def _kinds(column: pa.ChunkedArray | None, count: int) -> npt.NDArray[np.int8]:
    if column is None:
        return np.zeros(count, np.int8)
    encoded = _plain(column).combine_chunks().dictionary_encode()
    known = [kind_of(None if text is None else str(text)) for text in encoded.dictionary.to_pylist()]
    places = np.array([*(-1 if k is None else k for k in known), 0], np.int8)
    found: npt.NDArray[np.int8] = places[encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]
    return found


def _days(column: pa.ChunkedArray | None, count: int, absent: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Days, with ``absent`` where there is none, and which could not be read."""
    import pyarrow as pa

    if column is None:
        return np.full(count, absent, np.int32), np.zeros(count, bool)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        empty = np.asarray(column.is_null().to_numpy(), bool)
        days = column.cast(pa.date32()).cast(pa.int32()).fill_null(absent).to_numpy().astype(np.int32)
        return days, np.zeros(count, bool) & empty
    encoded = _plain(column).combine_chunks().dictionary_encode()
    words = encoded.dictionary.to_pylist()
    days, bad = parse_days(words)
    places = encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return np.append(days, absent).astype(np.int32)[places], np.append(bad & (days == NO_DAY), False)[places]


def _truth(column: pa.ChunkedArray | None, count: int) -> npt.NDArray[np.bool_]:
    import pyarrow as pa

    if column is None:
        return np.zeros(count, bool)
    if pa.types.is_boolean(column.type):
        return np.asarray(column.fill_null(False).to_numpy(), bool)
    return np.array([str(v).casefold() in ("yes", "true", "1") for v in column.to_pylist()], bool)


def _texts(column: pa.ChunkedArray | None, name: str, count: int) -> tuple[npt.NDArray[np.int32] | None, tuple[str, ...]]:
    if column is None or not count:
        return None, (name,)
    encoded = _plain(column).combine_chunks().dictionary_encode()
    words = [str(w) for w in encoded.dictionary.to_pylist()]
    return encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False).astype(np.int32), (*words, name)


def _countries(columns: dict[str, pa.ChunkedArray], ends: list[npt.NDArray[np.int32]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for which, column in enumerate(("owner_country", "owned_country")):
        if column in columns:
            pairs = zip(ends[which].tolist(), columns[column].to_pylist(), strict=True)
            found.update((number, code.strip().upper()) for number, code in pairs if code and number >= 0)
    return found

"""Columns of text to columns of numbers, each distinct value read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

__all__ = ["encode_distinct"]

_CHUNK = 1 << 18
_Number = TypeVar("_Number", bound=np.generic)


def encode_distinct(
    values: Sequence[object] | npt.NDArray[np.generic],
    read: Callable[[object], int],
    dtype: type[_Number],
) -> npt.NDArray[_Number]:
    """Map a column through a function that is called once per distinct value.

    Args:
        values: Shape (n,), hashable values; bytes are read as UTF-8.
        read: Gives the number of a value; must not raise.
        dtype: Type of the result.

    Returns:
        Shape (n,).
    """
    known: dict[object, int] = {}
    out = np.empty(len(values), dtype=dtype)
    for start in range(0, len(values), _CHUNK):
        chunk = _as_list(values[start : start + _CHUNK])
        for value in dict.fromkeys(chunk):
            if value not in known:
                known[value] = read(value)
        out[start : start + len(chunk)] = np.fromiter(map(known.__getitem__, chunk), dtype=dtype, count=len(chunk))
    return out


def _as_list(chunk: Iterable[object]) -> list[object]:
    if isinstance(chunk, np.ndarray):
        plain = np.char.decode(chunk, "utf-8") if chunk.dtype.kind == "S" else chunk
        listed: list[object] = plain.tolist()
        return listed
    return list(chunk)

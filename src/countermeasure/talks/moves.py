"""Who can move where: moves of one party or of a coalition, in either direction of every option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.model import Conflict

    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["allowed", "improvements", "moves"]


def allowed(conflict: Conflict, start: int, end: int, mask: int) -> bool:
    """Whether one mover with the options of a mask can go from one code to another in one move."""
    changed = start ^ end
    return bool(
        changed and not changed & ~mask and not changed & start & conflict.only_on and not changed & end & conflict.only_off
    )


def moves(conflict: Conflict, movers: int | Sequence[int], place: int) -> Places:
    """Places of the states that a party, or several as one, can reach in one move, rising.

    A move may switch several options of the mover at once, each only in its direction.
    """
    mask = conflict.masks[movers] if isinstance(movers, int) else conflict.mask_of(movers)
    start = int(conflict.space.codes[place])
    free = mask & ~(conflict.only_on & start) & ~(conflict.only_off & ~start)
    bits = [1 << j for j in range(len(conflict.options)) if free >> j & 1]
    if len(bits) <= 16:
        changes = np.zeros(1, dtype=np.int64)
        for bit in bits:
            changes = np.concatenate([changes, changes | bit])
        found = conflict.space.places(start ^ changes[1:])
        return np.sort(found[found >= 0])
    codes = conflict.space.codes
    fits = ((codes ^ start) & ~free) == 0
    fits[place] = False
    return np.flatnonzero(fits)


def improvements(conflict: Conflict, movers: int | Sequence[int], place: int) -> Places:
    """Those of the moves that every mover strictly prefers to the state it leaves, rising."""
    found = moves(conflict, movers, place)
    who = [movers] if isinstance(movers, int) else list(movers)
    better = np.ones(len(found), dtype=np.bool_)
    for mover in who:
        better &= conflict.ranks[mover, found] > conflict.ranks[mover, place]
    return found[better]

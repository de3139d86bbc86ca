"""Goods under way: what is sent arrives after the transit weeks of its edge, spread over three weeks at sea."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Precision

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]

__all__ = ["Transit"]


class Transit:
    """Dispatch by week of arrival. Edges with one transit time are a group; a group at sea splits into early, on time and late.

    Args:
        network: Its edges are in the order of their transit times.
        scale: Factor on transit times at sea, (1, B).
        level: Factor on all flows, (1, B).
        dtype: Precision.
    """

    def __init__(self, network: Network, scale: Floats, level: Floats, dtype: Precision) -> None:
        central, low, high = network.weeks
        middle = np.maximum(np.rint(central).astype(int), 1)
        at_sea = (high > low) & (middle > 1)
        lag = np.clip(central[:, None] * scale, low[:, None], high[:, None])
        lag = np.clip(lag, middle[:, None] - 1.0, middle[:, None] + 1.0)
        lag = np.where(at_sea[:, None], lag, middle[:, None]).astype(dtype)
        early = np.maximum(middle[:, None] - lag, 0).astype(dtype)
        late = np.maximum(lag - middle[:, None], 0).astype(dtype)
        flow = network.flow.astype(dtype)[:, None] * level
        self.line_target = network.into.astype(dtype) @ (flow * (lag - 1))
        self.depth = int(middle.max(initial=1)) + 2
        self.ring = np.zeros((self.depth, *lag.shape), dtype=dtype)
        self.groups: list[tuple[slice, int, tuple[Floats, Floats, Floats] | None]] = []
        turns = np.flatnonzero((np.diff(middle) != 0) | (np.diff(at_sea.astype(int)) != 0)) + 1
        cuts = [0, *turns.tolist(), len(middle)]
        for a, b in pairwise(cuts):
            if a == b:
                continue
            part, weeks = slice(a, b), int(middle[a])
            self.ring[:weeks, part] = flow[part]
            split = None
            if at_sea[a]:
                split = (early[part], 1 - early[part] - late[part], late[part])
                self.ring[weeks - 1, part] = flow[part] * (split[1] + split[2])
                self.ring[weeks, part] = flow[part] * split[2]
            self.groups.append((part, weeks, split))

    def due(self, week: int) -> Floats:
        """What arrives this week by edge, (E, B)."""
        return np.asarray(self.ring[week % self.depth])

    def send(self, week: int, sent: Floats) -> None:
        """Send this week's dispatch, (E, B), on its way."""
        for part, weeks, split in self.groups:
            goes = sent[part]
            if split is None:
                self.ring[(week + weeks) % self.depth, part] = goes
                continue
            self.ring[(week + weeks - 1) % self.depth, part] += goes * split[0]
            self.ring[(week + weeks) % self.depth, part] += goes * split[1]
            np.multiply(goes, split[2], out=self.ring[(week + weeks + 1) % self.depth, part])

"""What is followed beside tonnes: two price states a product, and the Chinese content of stocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.supply.chain.network import incidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy.sparse import csr_array

    from countermeasure.supply.chain.network import Network
    from countermeasure.supply.controls.plan import Precision
    from countermeasure.supply.flow.step import Week

    Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["PRICED", "Content", "Prices"]

PRICED = ("oxide", "magnet")
"""Stages whose prices are followed."""
_DELAYS = 3
"""Stages between the short-run and the long-run answer to a price."""
_EMPTY = 0.1
"""Share of the normal stock below which a price rises no further: no quote above some hundred times normal has been seen."""
_TINY = 1e-12


class Prices:
    """Log prices relative to normal, one in China and one outside for each priced product.

    Stocks and goods at sea imply a price that rises as they fall, ``-curve * log(stock / normal)``; the price closes a share
    of the gap each week. Direct users of oxides answer with a short-run elasticity at once and reach the long-run one after a
    delay of three stages.
    """

    def __init__(
        self,
        network: Network,
        target: Array,
        par: Mapping[str, Array],
        dtype: Precision = np.float64,
        edges: Ints | None = None,
    ) -> None:
        from scipy.sparse import csr_array

        chain = network.chain
        ids = [p.id for p in chain.products.values() if p.stage in PRICED]
        china = network.regions.index("CN")
        rows, columns = [], []
        for n, (product, region) in enumerate(zip(network.product.tolist(), network.region.tolist(), strict=True)):
            name = network.products[product]
            if name in ids:
                rows.append(ids.index(name) + (0 if region == china else len(ids)))
                columns.append(n)
        self.products = tuple(ids)
        self.par = par
        self.sums = csr_array((np.ones(len(rows)), (rows, columns)), shape=(2 * len(ids), len(network.nodes))).astype(dtype)
        self.sums_waiting = None if edges is None else (self.sums @ network.into[:, edges].astype(dtype)).tocsr()
        self.full = np.maximum(self.sums @ target, _TINY)
        self.log = np.zeros_like(self.full)
        self.drift = np.zeros((_DELAYS, *self.full.shape), dtype=dtype)
        spot = {int(n): i for i, n in enumerate(network.final_nodes)}
        direct = [
            (spot[n], r)
            for r, n in zip(rows, columns, strict=True)
            if n in spot and chain.products[network.products[network.product[n]]].stage == "oxide"
        ]
        self.nodes = np.array([n for n, _ in direct], dtype=np.int64)
        self.rows = np.array([r for _, r in direct], dtype=np.int64)

    def thin(self, wanted: Array) -> None:
        """Reduce what direct users of oxides want, (F, B) in place, by their answer to the price."""
        if not len(self.nodes) or not self.log.any():
            return
        short, long = self.par["elasticity_short"], self.par["elasticity_long"]
        factor = np.exp(short * self.log + (long - short) * self.drift[-1])
        wanted[self.nodes] *= factor[self.rows]

    def move(self, stock: Array, line: Array, waiting: Array | None) -> None:
        """Move prices by the stocks of this week and the goods at sea.

        Args:
            stock: (N, B).
            line: What is on order, (N, B).
            waiting: What of it waits for a license, by touched edge, (C, B).
        """
        have = self.sums @ stock
        have += self.sums @ line
        if waiting is not None and self.sums_waiting is not None:
            have -= self.sums_waiting @ waiting
        have /= self.full
        np.clip(have, _EMPTY, 1, out=have)
        implied = np.log(have, out=have)
        implied *= -self.par["price_curve"]
        implied -= self.log
        implied *= self.par["price_speed"]
        pace = _DELAYS / self.par["elasticity_weeks"]
        for stage in range(_DELAYS - 1, 0, -1):
            self.drift[stage] += (self.drift[stage - 1] - self.drift[stage]) * pace
        self.drift[0] += (self.log - self.drift[0]) * pace
        self.log = self.log + implied


class Content:
    """Share of each stock that holds listed material of Chinese origin, counted by pieces.

    Listed oxides in China and what China makes of listed inputs count in full. What is made elsewhere inherits: a metal or
    magnet counts if any listed input does (at most the sum of their shares), a component by the magnets it holds.
    """

    def __init__(self, network: Network, count: int) -> None:
        self.net = network
        named = {p for products in network.chain.controlled.values() for p in products}
        self.listed = np.array([network.products[p] in named for p in network.product], dtype=np.float64)
        stage = [network.chain.products[network.products[p]].stage for p in network.product]
        china = network.region == network.regions.index("CN")
        self.fixed = china & np.array([s == "oxide" for s in stage])
        self.inherit = self._inherit()
        self.in_china = china[network.main] & (np.diff(self.inherit.indptr) > 0)
        self.making = np.flatnonzero(~network.splits & ~network.is_mine)
        self.making_sum = incidence(network.main[self.making], len(network.nodes))
        self.share = np.repeat(self._steady()[:, None], count, axis=1)
        self.lag = np.maximum(np.rint(network.weeks[0]).astype(int), 1)
        self.depth = int(self.lag.max(initial=1)) + 1
        self.sent = np.repeat(self.share[network.source][None], self.depth, axis=0)

    def _inherit(self) -> csr_array:
        """Which listed inputs each process takes, (K, N)."""
        from scipy.sparse import csr_array

        uses = self.net.uses.tocoo()
        keep = self.listed[uses.row] > 0
        cells = (np.ones(int(keep.sum())), (uses.col[keep], uses.row[keep]))
        return csr_array(cells, shape=(len(self.net.rate), len(self.net.nodes)))

    def _made(self, share: Array) -> Array:
        """Content share of what each process makes, (K, ...)."""
        made = np.minimum(self.inherit @ share, 1.0)
        made[self.in_china] = 1.0
        return np.asarray(made)

    def _steady(self) -> Array:
        """Shares in the steady state, (N,)."""
        net = self.net
        share = np.where(self.fixed, self.listed, 0.0)
        total = np.maximum(net.through, _TINY)
        for _ in range(500):
            made = net.rate * self._made(share)
            gained = net.into @ (net.flow * share[net.source]) + self.making_sum @ made[self.making]
            new = np.where(self.fixed, self.listed, np.minimum(gained / total, 1.0) * self.listed)
            if np.abs(new - share).max() < 1e-12:
                break
            share = new
        return share

    def move(self, week: int, seen: Week) -> None:
        """Mix the week's arrivals and output into the shares."""
        net = self.net
        came = self.sent[(week - self.lag) % self.depth, np.arange(len(self.lag))]
        gained = net.into @ (seen.arrived * came)
        made = self._made(self.share)
        gained += self.making_sum @ (seen.rate[self.making] * made[self.making])
        before = np.maximum(seen.stock - seen.inflow - seen.added, 0.0)
        whole = seen.stock + seen.made
        mixed = np.clip((before * self.share + gained) / np.maximum(whole, _TINY), 0.0, 1.0)
        new = np.where(whole > _TINY, mixed, self.share) * self.listed[:, None]
        self.share = np.where(self.fixed[:, None], self.listed[:, None], new)
        self.sent[week % self.depth] = self.share[net.source]

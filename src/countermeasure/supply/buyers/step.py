"""The buyers' week, for a block of draws at once. Arrays are (rows, D): buyers or groups of buyers by draws.

A group is a market: all who take the same product in the same region, the same grade of magnet for parts made there, or the
same imported part. What arrives for a group is of two kinds: goods open to all, and goods that leave China for a named user on
a license. Open goods go first to those who always bought them; licensed goods to those who hold a license or need none; what is
left of open goods to whoever still wants them. Within each kind everyone gets the same share of what he orders. What nobody
takes waits in the group. Amounts are relative to normal use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scipy.sparse import csr_array

    Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["APPLY_WEEKS", "STOPPED", "Crowd", "Kept", "Luck", "Permits", "consume", "decide", "order", "run_crowd"]

STOPPED = 0.2
"""Share of a week's use that must be missing for a buyer to count as stopped: one working day of five. A judgement; output lost
counts in full whatever its share."""
APPLY_WEEKS = 4.0
"""Weeks within which buyers file their first application, spread evenly: orders are placed by the month. A judgement."""

_SHORTEST = 0.5
"""Shortest time to a decision, weeks; bounds the count of applications."""
_TINY = np.float32(1e-9)
_F = np.float32


@dataclass(frozen=True, slots=True)
class Permits:
    """Licenses as groups see them: S spells of control, G groups, W weeks, D draws.

    Attributes:
        start: Week in which a spell began, (S, G); negative before week 0, inf where a group has no such spell.
        active: Whether goods sent to a group need licenses, (W, G).
        approval: Share of decisions that grant, (W, G); nan takes the drawn one.
        allowed: Factor on it, (W, G); 0 under a ban.
        lag: Weeks to a decision, (W, G); nan takes the drawn one.
        general: Share of buyers under a general license, (W, G).
        need: Share of buyers whose goods need a license, (S, G, D).
        transit: Weeks from dispatch to arrival, (G, D).
    """

    start: Floats
    active: Flags
    approval: Floats
    allowed: Floats
    lag: Floats
    general: Floats
    need: Floats
    transit: Floats


@dataclass(frozen=True, slots=True)
class Luck:
    """What chance gives each buyer in each draw, (B, D), and further chances as they are asked for.

    Attributes:
        cover: Standard normal: own stock.
        need: Uniform: whether the goods need a license.
        apply: Uniform: when the first application is filed.
        general: Uniform: whether a general license is held.
        rounds: For a spell, gives pairs (standard normal, uniform), one a decision.
    """

    cover: Floats
    need: Floats
    apply: Floats
    general: Floats
    rounds: Callable[[int], Callable[[], tuple[Floats, Floats]]]

    @staticmethod
    def of(seed: int, draws: Sequence[int], buyers: int) -> Luck:
        """Chances of some draws; a draw's chances depend on the seed, its number and the count of buyers alone."""

        def source(draw: int, stream: int) -> np.random.Generator:
            return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 29, draw, stream])))

        def normal(makers: Sequence[np.random.Generator]) -> Floats:
            return np.stack([g.standard_normal(buyers, dtype=_F) for g in makers], axis=1)

        def uniform(makers: Sequence[np.random.Generator]) -> Floats:
            return np.stack([g.random(buyers, dtype=_F) for g in makers], axis=1)

        def rounds(spell: int) -> Callable[[], tuple[Floats, Floats]]:
            makers = [source(d, spell + 1) for d in draws]
            return lambda: (normal(makers), uniform(makers))

        first = [source(d, 0) for d in draws]
        return Luck(normal(first), uniform(first), uniform(first), uniform(first), rounds)


def decide(
    permits: Permits,
    group: Ints,
    filed: Floats,
    par: Mapping[str, Floats],
    chance: Callable[[], tuple[Floats, Floats]],
) -> tuple[Floats, Floats]:
    """When licenses are granted; who is refused files again at once.

    Args:
        permits: Licenses by group.
        group: Group of each buyer, (B,).
        filed: Week of the first application, (B, D); inf where there is none.
        par: ``lag_weeks``, ``approval`` and ``license_spread``, (D,) each.
        chance: Gives (standard normal, uniform), (B, D) each, one pair a decision.

    Returns:
        Week of the grant and week of the first decision, (B, D); inf where none falls within the weeks of the plan.
    """
    weeks = len(permits.active)
    spread = par["license_spread"].astype(_F)
    lag, approval = par["lag_weeks"].astype(_F), par["approval"].astype(_F)
    rows = group[:, None]
    granted = np.full(filed.shape, np.inf, _F)
    first = granted.copy()
    waits = np.asarray(filed < weeks)
    due = filed
    while waits.any():
        z, u = chance()
        at = np.clip(np.nan_to_num(due, posinf=0.0), 0, weeks - 1).astype(np.intp)
        given = permits.lag[at, rows].astype(_F)
        wait = np.maximum(np.where(np.isnan(given), lag, given), _F(_SHORTEST))
        due = np.where(waits, due + wait * np.exp(spread * z - spread * spread / 2), _F(np.inf))
        waits = due < weeks
        np.copyto(first, due, where=waits & np.isinf(first))
        at = np.where(waits, due, 0).astype(np.intp).clip(0)
        given = permits.approval[at, rows].astype(_F)
        share = np.where(np.isnan(given), approval, given) * permits.allowed[at, rows].astype(_F)
        yes = waits & (u < share)
        np.copyto(granted, due, where=yes)
        waits &= ~yes
    return granted, first


def held_from(permits: Permits, spell: int, group: Ints, chance: Floats) -> Floats:
    """Week from which a buyer ships under a general license, (B, D); inf where never."""
    found = np.full(chance.shape, np.inf, _F)
    start = permits.start[spell]
    for g in np.flatnonzero((permits.general > 0).any(axis=0) & np.isfinite(start)):
        rows = np.flatnonzero(group == g)
        share = permits.general[:, g].copy()
        share[: max(int(start[g]), 0)] = 0.0
        most = np.maximum.accumulate(share)
        at = np.searchsorted(most, chance[rows], side="right")
        found[rows] = np.where(at < len(most), np.maximum(at, start[g]), np.inf)
    return found


def order(stock: Floats, cover: Floats, use: Floats | np.floating[Any], rate: Floats, cap: Floats) -> Floats:
    """What buyers order in a week: use, and a share of what their stock lacks, within what they can take."""
    want = cover - stock
    want *= rate
    want += use
    return np.asarray(np.clip(want, 0, cap, out=want))


def consume(stock: Floats, use: Floats | np.floating[Any]) -> Floats:
    """Use a week's need from the stock, in place; returns the share of the week that is lost."""
    short = np.maximum(use - stock, 0)
    stock -= use
    np.maximum(stock, 0, out=stock)
    short /= np.maximum(use, _TINY)
    return np.asarray(short)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Buyers as arrays: B buyers, G groups, Q cells to be reported, R regions.

    Attributes:
        group: Group of each buyer, (B,).
        factor: Factor on the median cover, (B,).
        free_share: Share of normal supply that no control ever touches, (B,).
        demand: Factor on use, (W, B); ``None`` where it is 1 throughout.
        answer: Row of each buyer in the answers to prices, (B,); the last row answers nothing.
        in_group: Sums buyers by their weight within the group, (G, B).
        in_cell: Means over buyers by cell, (Q, B).
        in_region: Counts buyers by region, (R, B).
    """

    group: Ints
    factor: Floats
    free_share: Floats
    demand: Floats | None
    answer: Ints
    in_group: csr_array
    in_cell: csr_array
    in_region: csr_array


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a block, single precision.

    Attributes:
        lost: Mean share of the week lost, (Q, W, D).
        stopped: Share of use whose buyers stopped, (Q, W, D).
        count: Buyers stopped, (R, W, D).
        states: Buyers who need a license: all, applied, approved, refused so far, (4, R, W, D).
        fill: Share of orders of licensed goods met, (G, W, D).
        orders: Orders relative to normal use, (G, W, D).
    """

    lost: Floats
    stopped: Floats
    count: Floats
    states: Floats
    fill: Floats
    orders: Floats

    @staticmethod
    def empty(cells: int, regions: int, groups: int, weeks: int, draws: int) -> Kept:
        """Room for a block."""
        shapes = (cells, cells, regions, (4, regions), groups, groups)
        return Kept(*(np.empty((*np.atleast_1d(s).tolist(), weeks, draws), _F) for s in shapes))


def run_crowd(
    crowd: Crowd,
    permits: Permits,
    free: Floats,
    licensed: Floats,
    par: Mapping[str, Floats],
    luck: Luck,
    answers: Floats | None = None,
) -> Kept:
    """Run all weeks of a block.

    Args:
        crowd: The buyers.
        permits: Licenses by group.
        free: Arrivals open to all, relative to a group's normal supply, (G, W, D).
        licensed: Arrivals under license, likewise.
        par: Drawn parameters by name, (D,) each; ``cover`` is the median cover of the reading, weeks.
        luck: Chances of the block.
        answers: Factor on use by the price, (rows, W, D); ``None`` where prices never move.

    Returns:
        What is kept.
    """
    groups, weeks, draws = free.shape
    kept = Kept.empty(crowd.in_cell.shape[0], crowd.in_region.shape[0], groups, weeks, draws)
    holders = _Holders(crowd, permits, par, luck)
    rate, cap = par["backlog_rate"].astype(_F), par["order_cap"].astype(_F)
    cover = crowd.factor[:, None] * par["cover"].astype(_F) * np.exp(par["buyer_cover_spread"].astype(_F) * luck.cover)
    stock = cover.copy()
    contract = crowd.free_share[:, None]
    open_left, kept_back = np.zeros((groups, draws), _F), np.zeros((groups, draws), _F)
    for week in range(weeks):
        use: Any = _F(1) if crowd.demand is None else crowd.demand[week][:, None]
        if answers is not None:
            use = use * answers[:, week][crowd.answer]
        want = order(stock, cover, use, rate, cap)
        open_left += free[:, week]
        kept_back += licensed[:, week]
        kept.orders[:, week] = crowd.in_group @ want
        got = contract * want
        _serve(crowd, got, open_left)
        asked = want - got
        asked *= holders.at(week)
        kept.fill[:, week] = _serve(crowd, asked, kept_back)
        got += asked
        np.subtract(want, got, out=asked)
        _serve(crowd, asked, open_left)
        got += asked
        stock += got
        lost = consume(stock, use)
        stopped = (lost >= STOPPED).astype(_F)
        kept.lost[:, week] = crowd.in_cell @ lost
        kept.stopped[:, week] = crowd.in_cell @ stopped
        kept.count[:, week] = crowd.in_region @ stopped
        holders.count(week, kept.states)
    return kept


def _serve(crowd: Crowd, asked: Floats, store: Floats) -> Floats:
    """Share a store among what is asked, both in place; returns the share met, (G, D)."""
    total = crowd.in_group @ asked
    share: Floats = np.minimum(store / np.maximum(total, _TINY), _F(1))
    asked *= share[crowd.group]
    total *= share
    store -= total
    np.maximum(store, 0, out=store)
    return share


class _Holders:
    """Who may be served under license, week by week."""

    def __init__(self, crowd: Crowd, permits: Permits, par: Mapping[str, Floats], luck: Luck) -> None:
        self.crowd, self.permits = crowd, permits
        group = crowd.group
        self.spells = []
        for spell, start in enumerate(permits.start):
            filed = (start[group][:, None] + APPLY_WEEKS * luck.apply).astype(_F)
            granted, first = decide(permits, group, filed, par, luck.rounds(spell))
            granted = np.minimum(granted, held_from(permits, spell, group, luck.general))
            needs = luck.need < permits.need[spell][group]
            served = np.where(needs, granted + permits.transit[group], -np.inf).astype(_F)
            self.spells.append((needs, filed, granted, first, served))
        shape = luck.need.shape
        self.eligible = np.ones(shape, bool)
        self.current = np.full(shape, -np.inf, _F)
        self.now = np.full(permits.active.shape[1], -1)

    def at(self, week: int) -> Flags:
        """Who takes licensed goods that arrive this week, (B, D)."""
        group = self.crowd.group
        begun = (self.permits.start <= week).sum(axis=0) - 1
        for spell in range(len(self.spells)):
            rows = np.flatnonzero(((begun == spell) & (self.now != spell))[group])
            self.current[rows] = self.spells[spell][4][rows]
        self.now = np.maximum(begun, self.now)
        np.less_equal(self.current, week, out=self.eligible)
        open_groups = ~self.permits.active[week]
        if open_groups.any():
            self.eligible |= open_groups[group][:, None]
        return self.eligible

    def count(self, week: int, states: Floats) -> None:
        """Count applications of groups under control this week."""
        states[:, :, week] = 0.0
        active = self.permits.active[week]
        if not active.any():
            return
        for spell, (needs, filed, granted, first, _) in enumerate(self.spells):
            rows = (active & (self.now == spell))[self.crowd.group][:, None]
            if not rows.any():
                continue
            whole = needs & rows
            applied = whole & (filed <= week)
            approved = applied & (granted <= week)
            refused = applied & (first <= week) & (granted > week)
            for place, flags in enumerate((whole, applied, approved, refused)):
                states[place, :, week] += self.crowd.in_region @ flags.astype(_F)

"""How long until alternatives carry the load: supply outside China against the need there, with a band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.supply.projects.table import added_supply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from countermeasure.supply.projects.table import Project

    Float32 = npt.NDArray[np.float32]
    Float64 = npt.NDArray[np.float64]

__all__ = ["BAND", "Alternatives", "Crossing", "alternatives"]

BAND = (0.05, 0.5, 0.95)
"""Shares of the draws that the band shows."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a level is crossed.

    Attributes:
        product: Product.
        level: The level, a fraction.
        low: Day by which 5 % of the draws have crossed; ``None`` if they do not within the horizon.
        median: The same for half of them.
        high: The same for 95 %.
        never: Share of draws that do not cross within the horizon.
    """

    product: str
    level: float
    low: int | None
    median: int | None
    high: int | None
    never: float


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Supply outside China over time, against the need outside China.

    Attributes:
        products: Products.
        day0: First day of week 0.
        outside: Supply outside China, shape (draws, weeks, products), t a week.
        need: Need outside China, shape (weeks, products), t a week.
        china: Supply of China, shape (weeks, products), t a week.
    """

    products: tuple[str, ...]
    day0: int
    outside: Float32
    need: Float64
    china: Float64

    def cover(self) -> Float64:
        """Supply over need outside China at 5 %, median and 95 % of the draws, shape (3, weeks, products); nan without need."""
        return self._over(self.need)

    def _over(self, bottom: Float64) -> Float64:
        ratio = np.full(self.outside.shape, np.nan)
        np.divide(self.outside, bottom, out=ratio, where=np.broadcast_to(bottom > 0, ratio.shape))
        return np.asarray(np.quantile(ratio, BAND, axis=0))

    def _shares(self) -> Float64:
        world = self.outside + self.china
        return np.divide(np.broadcast_to(self.china, world.shape), world, out=np.ones(world.shape), where=world > 0)

    def china_share(self) -> Float64:
        """China's share of supply at 5 %, median and 95 % of the draws, shape (3, weeks, products)."""
        return np.asarray(np.quantile(self._shares(), BAND, axis=0))

    def share_below(self, level: float) -> tuple[Crossing, ...]:
        """When China's share of supply falls below a level for good within the horizon, one crossing a product."""
        return self._crossings(self._shares() < _fraction(level), level)

    def covered(self, level: float = 1.0) -> tuple[Crossing, ...]:
        """When supply outside China reaches a share of the need there for good within the horizon, one crossing a product."""
        return self._crossings(self.outside >= _fraction(level) * self.need, level)

    def _crossings(self, holds: npt.NDArray[np.bool_], level: float) -> tuple[Crossing, ...]:
        draws, weeks, _ = holds.shape
        streak = np.flip(np.logical_and.accumulate(np.flip(holds, 1), 1), 1).sum(axis=1)
        first = np.sort(weeks - streak, axis=0)
        found = []
        for place, product in enumerate(self.products):
            days = [first[max(math.ceil(q * draws) - 1, 0), place] for q in BAND]
            low, median, high = (None if w == weeks else self.day0 + 7 * int(w) for w in days)
            found.append(Crossing(product, level, low, median, high, float((first[:, place] == weeks).mean())))
        return tuple(found)


def _fraction(level: float) -> float:
    if not (level > 0 and math.isfinite(level)):
        raise InputError(f"the level is {level}", code="bad_parameter", cure="Write a fraction, as 0.7.")
    return level


def alternatives(
    projects: Sequence[Project],
    paths: Float32,
    products: Sequence[str],
    day0: int,
    *,
    base_outside: npt.ArrayLike,
    need_outside: npt.ArrayLike,
    china: npt.ArrayLike,
    feed: npt.ArrayLike | None = None,
    extra: Mapping[tuple[str, str], Any] | None = None,
    home: Iterable[str] = ("CN",),
) -> Alternatives:
    """How long until alternatives carry the load.

    Each product stands alone: magnets outside China are counted even where their oxide or metal would still be Chinese.

    Args:
        projects: Rows.
        paths: Their paths, shape (draws, weeks, projects), t a week.
        products: Products to look at.
        day0: First day of week 0.
        base_outside: Supply outside China in 2024, t a week; shape (products,) or (weeks, products).
        need_outside: Need outside China, same shapes.
        china: Supply of China, same shapes.
        feed: Most that ore outside China can feed, same shapes; no bound if absent. Plants for dysprosium and terbium are
            planned for about twice what the planned mines outside China hold of them.
        extra: Further supply beyond that bound, t a week, by (product, region): recycling, releases. It broadcasts to
            (draws, weeks).
        home: Regions that are not outside.

    Returns:
        Supply, need and the Chinese supply, with questions to ask of them.

    Raises:
        InputError: If shapes do not fit or a figure is negative or not finite.
    """
    draws, weeks, _ = paths.shape

    def table(name: str, values: npt.ArrayLike) -> Float64:
        array = np.asarray(values, dtype=np.float64)
        if array.shape not in ((len(products),), (weeks, len(products))):
            raise InputError(f"{name} has shape {array.shape}", code="bad_shape", cure="Give (products,) or (weeks, products).")
        if not (np.isfinite(array).all() and (array >= 0).all()):
            raise InputError(f"{name} holds a figure that is negative or not finite", code="bad_value")
        return np.broadcast_to(array, (weeks, len(products)))

    home = frozenset(home)
    outside = np.empty((draws, weeks, len(products)), dtype=np.float32)
    outside[:] = table("base_outside", base_outside)
    places = {product: place for place, product in enumerate(products)}
    for (product, region), tonnes in added_supply(paths, projects).items():
        if product in places and region not in home:
            outside[:, :, places[product]] += tonnes
    if feed is not None:
        np.minimum(outside, table("feed", feed), out=outside)
    for (product, region), more in (extra or {}).items():
        if product in places and region not in home:
            outside[:, :, places[product]] += more
    np.maximum(outside, 0.0, out=outside)
    return Alternatives(tuple(products), day0, outside, table("need_outside", need_outside), table("china", china))

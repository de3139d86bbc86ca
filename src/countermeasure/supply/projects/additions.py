"""What policies add to a simulation: plain arrays over weeks, products and regions, and pools of regions that share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]

__all__ = ["Additions", "Frame", "Pool", "share_by_need"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Axes of the arrays, and the normal need where a policy asks for it.

    Attributes:
        products: Products, in the order of the arrays.
        regions: Regions, in the order of the arrays.
        weeks: Count of weeks.
        need: Normal need, shape (products, regions), t a week; only ``Substitution`` with a replacement asks for it.
    """

    products: tuple[str, ...]
    regions: tuple[str, ...]
    weeks: int
    need: Float64 | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(weeks, products, regions)."""
        return self.weeks, len(self.products), len(self.regions)

    def product(self, name: str) -> int:
        """Place of a product.

        Raises:
            InputError: If the frame has none of that name.
        """
        return _place(name, self.products, "product")

    def region(self, name: str) -> int:
        """Place of a region.

        Raises:
            InputError: If the frame has none of that name.
        """
        return _place(name, self.regions, "region")

    def ramp(self, start: float, length: float) -> Float64:
        """Straight rise from 0 at week ``start`` to 1 after ``length`` weeks, shape (weeks,), at the middle of each week."""
        gone = np.arange(self.weeks) + 0.5 - start
        return np.asarray(np.clip(gone / length, 0.0, 1.0) if length > 0 else (gone > 0).astype(np.float64))


def _place(name: str, names: tuple[str, ...], what: str) -> int:
    if name not in names:
        from difflib import get_close_matches

        near = get_close_matches(name, names, 3, 0.5) or list(names)
        raise InputError(f"unknown {what} {name!r}", code=f"unknown_{what}", cure=f"There are {', '.join(near)}.")
    return names.index(name)


@dataclass(frozen=True, slots=True)
class Pool:
    """Regions that share certain products for some weeks.

    Attributes:
        regions: Members.
        products: Products shared; all if empty.
        start: First week.
        end: First week after; ``None`` if it stays.
    """

    regions: tuple[str, ...]
    products: tuple[str, ...] = ()
    start: int = 0
    end: int | None = None

    def holds(self, week: int) -> bool:
        """Whether the pool is at work in a week."""
        return self.start <= week and (self.end is None or week < self.end)


@dataclass(frozen=True, slots=True)
class Additions:
    """What policies add to a simulation.

    Attributes:
        products: Products, in the order of the arrays.
        regions: Regions, in the order of the arrays.
        supply: Extra supply, shape (weeks, products, regions), t a week.
        demand: Factor on demand, same shape; 1 leaves it as it is.
        pools: Regions that share.
    """

    products: tuple[str, ...]
    regions: tuple[str, ...]
    supply: Float64
    demand: Float64
    pools: tuple[Pool, ...] = ()

    @classmethod
    def none(cls, frame: Frame) -> Additions:
        """Nothing added."""
        return cls(frame.products, frame.regions, np.zeros(frame.shape), np.ones(frame.shape))

    def combine(self, *others: Additions) -> Additions:
        """All together: supplies are summed, factors multiplied, pools kept side by side.

        Raises:
            InputError: If the axes differ.
        """
        supply, demand, pools = self.supply, self.demand, self.pools
        for other in others:
            if (other.products, other.regions, other.supply.shape) != (self.products, self.regions, self.supply.shape):
                raise InputError("additions over different products, regions or weeks cannot be combined", code="bad_shape")
            supply, demand, pools = supply + other.supply, demand * other.demand, pools + other.pools
        return replace(self, supply=supply, demand=demand, pools=pools)

    @property
    def pooled(self) -> tuple[str, ...]:
        """Every region that is in some pool, in the order of the arrays."""
        return tuple(r for r in self.regions if any(r in pool.regions for pool in self.pools))


def share_by_need(available: npt.ArrayLike, need: npt.ArrayLike, members: npt.ArrayLike) -> Float64:
    """Share what the members of a pool have in proportion to their need.

    Args:
        available: Shape (..., regions), t.
        need: Normal need, shape that broadcasts to it.
        members: Shape (regions,), true for members.

    Returns:
        Shape (..., regions). The members' sum and other regions are unchanged; where members need nothing, all is as it was.
    """
    have = np.asarray(available, dtype=np.float64)
    inside = np.asarray(members, dtype=bool)
    wanted = np.broadcast_to(np.where(inside, np.asarray(need, dtype=np.float64), 0.0), have.shape)
    total = wanted.sum(axis=-1, keepdims=True)
    weight = np.divide(wanted, total, out=np.zeros(have.shape), where=total > 0)
    pooled = np.where(inside, have, 0.0).sum(axis=-1, keepdims=True)
    return np.asarray(np.where(inside & (total > 0), pooled * weight, have))

"""Split the rest of the world of a world table into parts, for the compact trade baseline.

The table knows the rest of the world (RoW) as one country. Bilateral trade in goods of its members is known in total,
and what each sells to the United States is known by product. Five named rules make parts of it:

1. *Exports of goods.* Each part sells to each named economy its total of bilateral trade; its mix of sectors is the
   nearest (in the sense of biproportional scaling) to the mix of its sales to the United States that adds up, over
   parts, to what the table says RoW sells of each sector.
2. *Imports of goods.* Each part buys from each named economy its total of bilateral trade; its mix is the nearest to what
   RoW buys, tilted by the square root of what the part sells relative to all parts (who sells electronics buys parts of
   electronics), that adds up over parts.
3. *Goods between parts.* Bilateral totals, with mixes by rule 1 and RoW's own mix of exports as the sum.
4. *Services* cross borders in proportion to GDP, and not between parts.
5. *Home sales* are what is left of RoW's own sales. Each part has one share of them in all sectors, so that its value
   added is its share in the GDP of RoW. Recipes are those of RoW.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Parts", "World", "scaled", "split"]


@dataclass(frozen=True, eq=False)
class World:
    """A world table. N economies, J sectors.

    Attributes:
        countries: Codes, (N,).
        flows: (N, N, J): [importer, origin, sector].
        uses: Input k for output j, (N, J, J), value.
    """

    countries: tuple[str, ...]
    flows: Floats
    uses: Floats


@dataclass(frozen=True, eq=False)
class Parts:
    """What is known of the parts of one economy.

    Attributes:
        codes: Of the K parts.
        gdp: (K,).
        sold: Goods to each other economy in total, (K, N); the own column is not read.
        bought: Goods from each other economy in total, (K, N).
        between: Goods from part to part, (K, K): [seller, buyer]; the diagonal is not read.
        mix: Shares of the goods sectors in what each sells, (K, G); above 0.
    """

    codes: tuple[str, ...]
    gdp: Floats
    sold: Floats
    bought: Floats
    between: Floats
    mix: Floats


def scaled(start: Floats, rows: Floats, columns: Floats, *, rounds: int = 5000) -> Floats:
    """The table nearest to a start that has these sums (biproportional scaling).

    Args:
        start: (R, C), above 0.
        rows: Sums wanted, (R,).
        columns: Sums wanted, (C,); both add up to the same.
        rounds: Most rounds.

    Raises:
        InputError: If the sums differ or it does not converge.
    """
    total = float(rows.sum())
    if not np.isclose(total, columns.sum(), rtol=1e-9):
        raise InputError(f"rows add up to {total:.10g} and columns to {columns.sum():.10g}", code="unbalanced")
    held = start / start.sum() * total
    for _ in range(rounds):
        held = held * np.divide(rows, held.sum(axis=1), out=np.zeros_like(rows), where=rows > 0)[:, None]
        held = held * np.divide(columns, held.sum(axis=0), out=np.zeros_like(columns), where=columns > 0)
        if np.abs(held.sum(axis=1) - rows).max() <= 1e-12 * total:
            return np.asarray(held)
    raise InputError("biproportional scaling does not converge", code="unbalanced")


def split(world: World, name: str, parts: Parts) -> World:
    """The table with one economy split into parts, which stand at its end.

    Args:
        world: The table.
        name: Code of the economy.
        parts: What is known of its parts.

    Raises:
        InputError: If a part would sell less than nothing at home.
    """
    rest, n = world.countries.index(name), len(world.countries)
    others = [k for k in range(n) if k != rest]
    goods, count, sectors = parts.mix.shape[1], len(parts.codes), world.flows.shape[2]
    size = len(others) + count
    flows = np.zeros((size, size, sectors))
    flows[: len(others), : len(others)] = world.flows[np.ix_(others, others)]
    share = parts.gdp / parts.gdp.sum()
    tilt = np.sqrt(parts.mix / (parts.sold.sum(axis=1) @ parts.mix / parts.sold.sum()))
    for at, k in enumerate(others):
        given, taken = world.flows[k, rest], world.flows[rest, k]
        sold, bought = parts.sold[:, k], parts.bought[:, k]
        flows[at, len(others) :, :goods] = scaled(parts.mix, sold / sold.sum() * given[:goods].sum(), given[:goods])
        flows[at, len(others) :, goods:] = share[:, None] * given[goods:]
        flows[len(others) :, at, :goods] = scaled(
            taken[:goods] * tilt, bought / bought.sum() * taken[:goods].sum(), taken[:goods]
        )
        flows[len(others) :, at, goods:] = share[:, None] * taken[goods:]
    inner = _between(parts, flows[: len(others), len(others) :, :goods].sum(axis=(0, 1)))
    flows[len(others) :, len(others) :, :goods] = inner
    own = world.flows[rest, rest].copy()
    own[:goods] -= inner.sum(axis=(0, 1))
    if (own < 0).any():
        raise InputError(f"the parts of {name} sell one another more than it sells at home", code="unbalanced")
    uses = world.uses[rest]
    recipe = uses / world.flows[:, rest].sum(axis=0)[None, :]
    value = 1 - recipe.sum(axis=0)
    target = share * float((value * world.flows[:, rest].sum(axis=0)).sum())
    abroad = flows[:, len(others) :].sum(axis=0) @ value
    home = (target - abroad) / float(own @ value)
    if (home <= 0).any():
        low = [parts.codes[k] for k in np.flatnonzero(home <= 0)]
        raise InputError(f"nothing is left for home sales of {', '.join(low)}", code="unbalanced")
    place = np.arange(len(others), size)
    flows[place, place] += home[:, None] * own
    made = flows[:, len(others) :].sum(axis=0)
    grown = np.concatenate([world.uses[others], recipe[None] * made[:, None, :]])
    return World((*(world.countries[k] for k in others), *parts.codes), flows, grown)


def _between(parts: Parts, mix: Floats) -> Floats:
    """Goods from part to part, (K, K, G): [buyer, seller, sector]."""
    count, goods = parts.mix.shape
    found = np.zeros((count, count, goods))
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b and parts.between[a, b] > 0]
    totals = np.array([parts.between[a, b] for a, b in pairs])
    start = np.stack([parts.mix[a] for a, _ in pairs]) * totals[:, None]
    for (a, b), row in zip(pairs, scaled(start, totals, mix / mix.sum() * totals.sum()), strict=True):
        found[b, a] = row
    return found

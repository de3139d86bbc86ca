"""Four formulas for payoffs that are known: how patient a truce needs its parties, who gets what, how strong a supplier is.

Payoffs are in whatever unit the caller has, the same for all figures of one party. Nothing here is a forecast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Pair = tuple[float, float]

__all__ = [
    "Bargain",
    "best_on_segment",
    "critical_discount",
    "nash_on_line",
    "nash_on_points",
    "power_index",
    "rubinstein_share",
]


def _finite(**given: float) -> None:
    """Refuse what is no number."""
    for name, value in given.items():
        if not math.isfinite(value):
            raise InputError(f"{name} is {value}", code="bad_payoff", cure="Give a finite number.")


def _fraction(name: str, value: float, *, one: bool = False) -> None:
    """Refuse what is not a fraction from 0 to below 1, or to 1."""
    if not (math.isfinite(value) and (0 <= value < 1 or (one and value == 1))):
        upper = "1" if one else "below 1"
        raise InputError(f"{name} is {value:g}", code="bad_fraction", cure=f"Give a fraction from 0 to {upper}; 0.9 is 90 %.")


def critical_discount(deviation: float, truce: float, war: float, *, hazard: float = 0.0) -> float:
    """Least discount factor at which a party keeps a truce, if a breach is answered by war for ever.

    With payoffs per period D, C and N the truce holds from ``(D - C) / (D - N)`` on. If the truce lapses into war by itself
    with probability h in each period, both sides of the condition lose the same, and it reads
    ``delta (1 - h) >= (D - C) / (D - N)``.

    Args:
        deviation: D, payoff of the period in which the party breaks the truce.
        truce: C, payoff of each period of truce.
        war: N, payoff of each period after a breach.
        hazard: h, probability per period that the truce lapses though nobody breaks it.

    Returns:
        The discount factor per period; 0 where nothing tempts (D is not above C); 1 or more where no patience is enough, and
        infinity where war is better for the party than the truce.

    Raises:
        InputError: If a payoff is not finite, or the hazard not from 0 to below 1.

    Source:
        Trigger strategies, as in Dixit (1987) and Bagwell and Staiger (1990).
    """
    _finite(deviation=deviation, truce=truce, war=war)
    _fraction("hazard", hazard)
    if war > truce:
        return math.inf
    if deviation <= truce:
        return 0.0
    return (deviation - truce) / (deviation - war) / (1 - hazard)


def rubinstein_share(first: float, second: float) -> float:
    """Share of whoever proposes first when two make offers in turn until one is accepted.

    Args:
        first: Discount factor per round of the first to propose.
        second: Of the other.

    Returns:
        ``(1 - second) / (1 - first * second)``, a fraction of what is shared.

    Raises:
        InputError: If a factor is not from 0 to 1, or both are 1: then any division is as good as another.

    Source:
        Rubinstein (1982), Econometrica 50:97-109.
    """
    _fraction("first", first, one=True)
    _fraction("second", second, one=True)
    if first * second == 1:
        raise InputError(
            "two parties who lose nothing by waiting divide in no determined way",
            code="bad_fraction",
            cure="Give one of them a discount factor below 1.",
        )
    return (1 - second) / (1 - first * second)


def power_index(share: float, elasticity: float, cost_share: float) -> float:
    """Part of output that is lost if a supplier of an input leaves, a measure of what it could threaten.

    A definition of this project, no published one. It is steep near a share of one: the last competitors of a near-monopolist
    are worth most to its customers.

    Args:
        share: w, share of the supplier in the supply of the input, 0 to 1.
        elasticity: s, between sources of the input, above 1.
        cost_share: a, of the input in costs, 0 to 1.

    Returns:
        ``1 - (1 - w) ** (a / (s - 1))``, a fraction.

    Raises:
        InputError: Outside these bounds.
    """
    _fraction("share", share, one=True)
    _fraction("cost_share", cost_share, one=True)
    if not (math.isfinite(elasticity) and elasticity > 1):
        raise InputError(
            f"elasticity is {elasticity:g}", code="bad_elasticity", cure="Give a number above 1; at 1 or less all output stops."
        )
    return float(1 - (1 - share) ** (cost_share / (elasticity - 1)))


@dataclass(frozen=True, slots=True)
class Bargain:
    """What two parties agree on.

    Attributes:
        payoffs: Of each.
        gains: Over its threat point, of each.
        product: Nash product ``gain1 ** (2 power) * gain2 ** (2 - 2 power)``: of the gains, where both are as strong.
        binding: Places of the parties that are held at their outside option.
        points: Places of the points of a list, one, or two where a lottery between them is agreed; empty on a line.
        chance: Weight of the second point of a lottery, else 0.
    """

    payoffs: Pair
    gains: Pair
    product: float
    binding: tuple[int, ...] = ()
    points: tuple[int, ...] = ()
    chance: float = 0.0


def _terms(threat: Pair, outside: Pair | None, power: float) -> Pair:
    """Check what a bargain starts from; the least that each accepts."""
    _finite(**{f"threat of party {n}": t for n, t in enumerate(threat, 1)})
    if not 0 < power < 1:
        raise InputError(f"power is {power:g}", code="bad_fraction", cure="Give a fraction between 0 and 1; 0.5 is as strong.")
    if outside is None:
        return threat
    _finite(**{f"outside option of party {n}": t for n, t in enumerate(outside, 1)})
    return max(threat[0], outside[0]), max(threat[1], outside[1])


def _product(gains: Pair, power: float) -> float:
    return float(max(gains[0], 0.0) ** (2 * power) * max(gains[1], 0.0) ** (2 - 2 * power))


def _nothing(least: Pair) -> InputError:
    return InputError(
        f"there is nothing to agree on: no division gives both more than {least[0]:g} and {least[1]:g}",
        code="no_agreement",
        cure="Lower a threat point or an outside option, or leave the parties where they are.",
    )


def nash_on_line(
    total: float,
    threat: Pair,
    *,
    prices: Pair = (1.0, 1.0),
    outside: Pair | None = None,
    power: float = 0.5,
) -> Bargain:
    """Nash's solution where payoffs lie on ``prices[0] * u1 + prices[1] * u2 = total``.

    Args:
        total: What is divided.
        threat: Payoffs while they do not agree, as of a trade war.
        prices: How much of the total a unit of payoff of each takes, above 0.
        outside: Payoffs of leaving for good. An outside option counts only if it is better than what the party would get
            anyway: it then gets just that.
        power: Bargaining power of the first, 0 to 1.

    Raises:
        InputError: If a figure is out of bounds, or nothing is gained by agreeing.

    Source:
        Nash (1950), Econometrica 18:155-162; outside options as in Binmore, Shaked and Sutton (1989), QJE 104:753-770.
    """
    least = _terms(threat, outside, power)
    _finite(total=total, price1=prices[0], price2=prices[1])
    if min(prices) <= 0:
        raise InputError(f"prices are {prices[0]:g} and {prices[1]:g}", code="bad_payoff", cure="Give two numbers above 0.")
    surplus = total - prices[0] * threat[0] - prices[1] * threat[1]
    if surplus <= 0 or prices[0] * least[0] + prices[1] * least[1] > total:
        raise _nothing(least)
    own, binding = threat[0] + power * surplus / prices[0], []
    highest = (total - prices[1] * least[1]) / prices[0]
    if own < least[0]:
        own, binding = least[0], [0]
    elif own > highest:
        own, binding = highest, [1]
    other = (total - prices[0] * own) / prices[1]
    gains = (own - threat[0], other - threat[1])
    return Bargain((own, other), gains, _product(gains, power), tuple(binding))


def best_on_segment(a: Pair, b: Pair, least: Pair = (0.0, 0.0), power: float = 0.5) -> tuple[float, float]:
    """Greatest Nash product of gains on the way from one pair of gains to another.

    Args:
        a: Gains at the start.
        b: Gains at the end.
        least: Gains that must be reached, 0 or more.
        power: Bargaining power of the first.

    Returns:
        How far along the best is, 0 to 1, and the product there; -1 and 0 where no point gives both a gain.
    """
    low, high = 0.0, 1.0
    for start, end, floor in zip(a, b, least, strict=True):
        slope, room = end - start, start - floor
        if slope > 0:
            low = max(low, -room / slope)
        elif slope < 0:
            high = min(high, room / -slope)
        elif room < 0:
            return -1.0, 0.0
    if low > high:
        return -1.0, 0.0
    (one, two), (by_one, by_two) = a, (b[0] - a[0], b[1] - a[1])
    tries = [low, high]
    if by_one and by_two:
        tries.append(min(max(-(power * by_one * two + (1 - power) * by_two * one) / (by_one * by_two), low), high))
    products = [(_product((one + s * by_one, two + s * by_two), power), -s) for s in tries]
    product, share = max(products)
    return (-share, product) if product > 0 else (-1.0, 0.0)


def nash_on_points(
    points: Sequence[Pair],
    threat: Pair,
    *,
    outside: Pair | None = None,
    power: float = 0.5,
    lottery: bool = False,
) -> Bargain:
    """Nash's solution among a list of pairs of payoffs.

    Args:
        points: Payoffs of both at each point that can be agreed on.
        threat: Payoffs while they do not agree.
        outside: Least payoffs that the parties accept, where these are above the threat point.
        power: Bargaining power of the first, 0 to 1.
        lottery: Whether they can agree to draw lots between points.

    Raises:
        InputError: If a figure is not finite, or no point is better for both.
    """
    least = _terms(threat, outside, power)
    gains = [(u - threat[0], v - threat[1]) for u, v in points]
    for place, (u, v) in enumerate(points):
        _finite(**{f"payoff 1 of point {place}": u, f"payoff 2 of point {place}": v})
    floor = (least[0] - threat[0], least[1] - threat[1])
    found: list[tuple[float, tuple[int, ...], float]] = [
        (_product(g, power), (n,), 0.0) for n, g in enumerate(gains) if g[0] >= floor[0] and g[1] >= floor[1]
    ]
    if lottery:
        for one, two in combinations(range(len(points)), 2):
            share, product = best_on_segment(gains[one], gains[two], floor, power)
            if 0 < share < 1:
                found.append((product, (one, two), share))
    best = max(found, key=lambda f: (f[0], -len(f[1])), default=(0.0, (), 0.0))
    if best[0] <= 0:
        raise _nothing(least)
    product, chosen, chance = best
    first, last = gains[chosen[0]], gains[chosen[-1]]
    won = ((1 - chance) * first[0] + chance * last[0], (1 - chance) * first[1] + chance * last[1])
    held = tuple(n for n in (0, 1) if floor[n] > 0 and math.isclose(won[n], floor[n], rel_tol=1e-12))
    return Bargain((threat[0] + won[0], threat[1] + won[1]), won, product, held, chosen, chance)

"""Content by value from a bill of materials, exact, and a range where a value is not known.

The text of Announcement No. 61 counts the value of Chinese materials of annex 1 part 1 in the value of the foreign-made
item; one law
firm counts the price of the Chinese magnet instead. ``materials`` is the strict reading, ``magnet_price`` the other;
``auto`` counts
materials where the bill names them and the price of a Chinese magnet whose materials nobody told, which errs on the side of
caution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countermeasure.licensing.transaction import Component, Item, Value

NUMERATORS = ("auto", "materials", "magnet_price")
_Range = tuple[Fraction, Fraction | None]


@dataclass(frozen=True, slots=True)
class Share:
    """One component that counts.

    Attributes:
        component: Its id, with the ids above it.
        low: Least share of the item's value.
        high: Greatest share, or ``None`` where nothing bounds it.
        words: Why it counts.
    """

    component: str
    low: Fraction
    high: Fraction | None
    words: str


@dataclass(frozen=True, slots=True)
class Content:
    """Share of the item's value that counts.

    Attributes:
        low: Least share, 0 to 1.
        high: Greatest share, or ``None`` where not known.
        parts: What counts, the greatest first.
        decides: The component whose value moves the answer most, or empty where the share is exact.
        notes: What was assumed.
    """

    low: Fraction
    high: Fraction | None
    parts: tuple[Share, ...] = ()
    decides: str = ""
    notes: tuple[str, ...] = ()


def check_parts(item: Item, rates: Mapping[str, Decimal]) -> None:
    """Refuse a bill whose parts are worth more than the whole.

    Raises:
        InputError: With the place of the part.
    """
    _check(item.id, item.value, item.parts, rates, "")


def _check(name: str, value: Value | None, parts: tuple[Component, ...], rates: Mapping[str, Decimal], where: str) -> None:
    for part in parts:
        _check(f"{name}/{part.id}", _times(part), part.parts, rates, part.where)
    whole = _amount(value, rates)
    least = sum((_amount(_times(p), rates)[0] for p in parts), Fraction(0))
    if value is not None and whole[1] is not None and least > whole[1]:
        raise InputError(
            f"the parts of {name} are worth {float(least):,.2f} and the whole {float(whole[1]):,.2f}",
            code="parts_exceed_whole",
            where=where or None,
            cure="Check values, quantities and currencies: the value of a part is for one piece where a quantity is given.",
        )


def _times(part: Component) -> Value | None:
    from countermeasure.licensing.transaction import Value

    if part.value is None or part.quantity == 1:
        return part.value
    low, high = (None if x is None else x * part.quantity for x in (part.value.low, part.value.high))
    return Value(low, high, part.value.currency)


def _amount(value: Value | None, rates: Mapping[str, Decimal]) -> _Range:
    """Bounds in the common currency; not known is 0 to unbounded."""
    if value is None:
        return Fraction(0), None
    rate = rates.get(value.currency)
    if rate is None:
        if rates or value.currency != "USD":
            return Fraction(0), None
        rate = Decimal(1)
    factor = Fraction(rate)
    low = Fraction(0) if value.low is None else Fraction(value.low) * factor
    return low, None if value.high is None else Fraction(value.high) * factor


def unpriced(item: Item, rates: Mapping[str, Decimal]) -> tuple[str, ...]:
    """Currencies of the bill that no rate covers, sorted; a single currency needs none."""
    found = {p.value.currency for p in _all(item.parts) if p.value is not None}
    found |= {item.value.currency} if item.value is not None else set()
    if len(found) <= 1 and not rates:
        return ()
    return tuple(sorted(found - set(rates)))


def common_rates(item: Item, rates: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """The rates given, or 1 for the only currency of the bill."""
    found = {p.value.currency for p in _all(item.parts) if p.value is not None}
    found |= {item.value.currency} if item.value is not None else set()
    return {next(iter(found)): Decimal(1)} if len(found) == 1 and not rates else rates


def _all(parts: tuple[Component, ...]) -> Iterator[Component]:
    for part in parts:
        yield part
        yield from _all(part.parts)


Counts = Callable[["Component"], "str | None"]
"""Says whether a component counts: ``yes``, ``no``, ``maybe`` (it or something in it), ``None`` (look into its parts)."""


def content(item: Item, counts: Counts, rates: Mapping[str, Decimal], notes: tuple[str, ...] = ()) -> Content:
    """Roll values up.

    Args:
        item: With its bill of materials.
        counts: Which components count; a component that counts is not looked into.
        rates: As given; see :func:`common_rates`.
        notes: Words to be kept with the result.

    Returns:
        The share of the item's value; where the item's own value is not known, of the sum of its parts.
    """
    rates = common_rates(item, rates)
    check_parts(item, rates)
    found = [*_counted(item.parts, counts, rates, "", Fraction(1))]
    whole = _amount(item.value, rates)
    parts = [_amount(_times(p), rates) for p in item.parts]
    if item.value is None and item.parts:
        high = None if any(p[1] is None for p in parts) else sum((p[1] or Fraction(0) for p in parts), Fraction(0))
        whole = (sum((p[0] for p in parts), Fraction(0)), high)
        notes = (*notes, "the item's value is not told; the sum of its parts is taken")
    if not found:
        return Content(Fraction(0), Fraction(0), notes=notes)
    shares = [_share(name, low, high, words, whole) for name, low, high, words in found]
    low = min(sum((s.low for s in shares), Fraction(0)), Fraction(1))
    high = (
        None
        if any(s.high is None for s in shares)
        else min(sum((s.high or Fraction(0) for s in shares), Fraction(0)), Fraction(1))
    )
    if high is None and whole[1] is not None:
        high = Fraction(1)
    shares.sort(key=lambda s: (s.high is not None, -(s.high or 0)))
    exact = high is not None and low == high
    widest = max(shares, key=lambda s: Fraction(2) if s.high is None else s.high - s.low)
    return Content(low, high, tuple(shares), "" if exact else widest.component, notes)


def _share(name: str, low: Fraction, high: Fraction | None, words: str, whole: _Range) -> Share:
    least = Fraction(0) if not whole[1] else low / whole[1]
    most = None if high is None or not whole[0] else min(high / whole[0], Fraction(1))
    return Share(name, least, most, words)


def _counted(
    parts: tuple[Component, ...], counts: Counts, rates: Mapping[str, Decimal], above: str, times: Fraction
) -> Iterator[tuple[str, Fraction, Fraction | None, str]]:
    for part in parts:
        name = f"{above}{part.id}"
        verdict = counts(part)
        low, high = _amount(_times(part), rates)
        low, high = low * times, None if high is None else high * times
        if verdict == "yes":
            yield name, low, high, f"{part.description or part.id}, of {part.origin}"
        elif verdict == "maybe":
            yield name, Fraction(0), high, f"{part.description or part.id}: whether or how much of it counts is not told"
        elif verdict is None:
            yield from _counted(part.parts, counts, rates, f"{name}/", times * Fraction(part.quantity))


__all__ = ["NUMERATORS", "Content", "Share", "check_parts", "common_rates", "content", "unpriced"]

"""Rates of duty as the schedule prints them: read a text, say what it is, work out an amount.

A rate text is a sum of parts: a share of the value (``2.1%``), an amount per unit (``4.4¢/kg``), or a share
of the value of a part of the goods (``6% on the case``). Some texts are no sum at all: they point to another
provision (``The rate applicable to ...``) or hold a formula (raw sugar by degree). Nothing that cannot be
computed turns into zero: ``ad_valorem`` is then NaN, ``computable`` is False and the text is kept.

Rates are fractions (0.021 is 2.1 %), amounts are US dollars per unit.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from countermeasure.duty.units import clean_text, convert, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Kind",
    "Rate",
    "RateAmount",
    "Share",
    "Specific",
    "clean_text",
    "convert",
    "parse_rate",
    "unit_of",
]

Kind = Literal["free", "ad_valorem", "specific", "compound", "complex", "none", "reference"]

_NAN = math.nan
_COMPUTABLE = frozenset({"free", "ad_valorem", "specific", "compound"})

# ------------------------------------------------------------------------------------------------ values


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount per unit.

    Attributes:
        usd: US dollars per unit.
        unit: Name of the unit (:func:`unit_of`).
        qualifier: What is measured when not the goods as they come: ``drained weight``, ``lead content``,
            ``over 7`` (jewels). Empty for the plain quantity.
    """

    usd: float
    unit: str
    qualifier: str = ""

    @property
    def measure(self) -> str:
        """Key under which the quantity is asked for: ``kg``, ``kg drained weight``."""
        return f"{self.unit} {self.qualifier}" if self.qualifier else self.unit


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the value of a part of the goods: ``6% on the case`` is ``Share(0.06, "the case")``."""

    rate: float
    on: str


@dataclass(frozen=True, slots=True)
class RateAmount:
    """Duty of one line under one rate.

    Attributes:
        usd: Duty in dollars and cents, or None when it cannot be computed.
        ad_valorem_usd: Part that comes from the value, not rounded to the cent.
        specific_usd: Part that comes from quantities, not rounded to the cent.
        missing: What would have to be known: measures (``kg``, ``kg lead content``), ``value of the case``,
            or ``computable rate`` when the text itself gives no formula.
    """

    usd: float | None
    ad_valorem_usd: float
    specific_usd: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of duty.

    Attributes:
        ad_valorem: Fraction of the customs value; 0.0 for specific and free rates, NaN when not computable.
        specific: Amounts per unit, in the order of the text.
        text: The text, cleaned (:func:`clean_text`).
        kind: ``free``, ``ad_valorem``, ``specific``, ``compound`` (value and quantity), ``complex`` (parts
            of the goods, or a formula), ``none`` (no text: not a rate of zero), ``reference`` (points to
            another provision).
        shares: Shares of the value of parts of the goods (watches, alloys); only for ``complex``.
    """

    ad_valorem: float
    specific: tuple[Specific, ...]
    text: str
    kind: Kind
    shares: tuple[Share, ...] = ()

    @property
    def computable(self) -> bool:
        """Whether value and quantities are enough to work out the duty."""
        return self.kind in _COMPUTABLE

    @property
    def measures(self) -> tuple[str, ...]:
        """Quantities the rate asks for, in order."""
        return tuple(part.measure for part in self.specific)

    def duty(
        self,
        value: float,
        quantities: Mapping[str, float] | None = None,
        *,
        part_values: Mapping[str, float] | None = None,
        exact_quantities: bool = False,
    ) -> RateAmount:
        """Duty on one line, rounded as 19 CFR 159.3.

        Value: ad valorem rates are applied to the value in even dollars; less than 50 cents is dropped, 50
        cents and more counts as a dollar (159.3(a)). The regulation rounds the merchandise of one invoice
        at one rate *as a unit*: pass the sum when several lines are one unit.

        Quantity: where a specific rate is one dollar or less per unit, a fraction of a unit under one half is
        dropped and one half or more counts as a whole unit (159.3(b)). Above one dollar per unit the exact
        quantity is used. Alcoholic beverages follow 159.4 instead: quantities in proof liters are never
        rounded here; pass ``exact_quantities=True`` for wine and beer.

        The sum is rounded to the cent, half a cent upwards.

        Args:
            value: Customs value, US dollars.
            quantities: Quantity per measure (:attr:`measures`), in any unit of the same dimension; keys may
                be ``kg`` or ``kg drained weight``. A plain weight never stands in for a qualified one.
            part_values: Value in dollars per part of a ``complex`` rate, keyed by :attr:`Share.on`.
            exact_quantities: Do not round quantities.

        Returns:
            The amount, or what is missing. An amount is never made up for a missing fact.

        Source:
            19 CFR 159.3(a) and the first half of (b) (T.D. 73-175, 38 FR 17482, as amended), read as
            reprinted at https://vi.scribd.com/document/114169319/Liquidation : confidence medium (not the
            official page). "Exact quantity above one dollar" is the second half of (b), from memory:
            confidence memory. The rounding of the sum to the cent is a choice of this project.
        """
        quantities = quantities or {}
        part_values = part_values or {}
        missing: list[str] = []
        if not self.computable and not self.shares:
            return RateAmount(None, _NAN, _NAN, ("computable rate",))
        from_value = Decimal(0)
        if self.ad_valorem > 0:
            from_value += _even_dollars(value) * Decimal(repr(self.ad_valorem))
        for share in self.shares:
            if share.on in part_values:
                from_value += _even_dollars(part_values[share.on]) * Decimal(repr(share.rate))
            else:
                missing.append(f"value of {share.on}")
        from_quantity = Decimal(0)
        for part in self.specific:
            quantity = _quantity(part, quantities)
            if quantity is None:
                missing.append(part.measure)
                continue
            amount = Decimal(repr(quantity))
            if part.usd <= 1 and part.unit != "pf_liter" and not exact_quantities:
                amount = amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
            from_quantity += amount * Decimal(repr(part.usd))
        if missing:
            return RateAmount(None, float(from_value), float(from_quantity), tuple(missing))
        total = (from_value + from_quantity).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        return RateAmount(float(total), float(from_value), float(from_quantity))


def _even_dollars(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _quantity(part: Specific, quantities: Mapping[str, float]) -> float | None:
    """The quantity of a specific part, converted to its unit."""
    if part.measure in quantities:
        return float(quantities[part.measure])
    for key, quantity in quantities.items():
        name, qualifier = unit_of(key), ""
        if name is None:
            unit, _, qualifier = key.partition(" ")
            name = unit_of(unit)
        if name is None or qualifier != part.qualifier:
            continue
        converted = convert(float(quantity), name, part.unit)
        if converted is not None:
            return converted
    return None


# ------------------------------------------------------------------------------------------------ reading

_NOTE_MARK = re.compile(r"\s+(?:\d{1,2}/\s*)+$|\s+/$")
_HYPHEN = re.compile(r"(?<=[a-z])- (?=[a-z])")
# Misprints of the official export, each seen once; corrected so that the measure has one name.
_MISPRINTS = {
    "weght": "weight",
    "thebattery": "the battery",
    "in the in the": "in the",
    "not less 2": "not less than 2",
    "on case and": "on the case and",
    "m2of": "m2 of",
    "rate applicable, to": "rate applicable to",
}


@lru_cache(maxsize=8192)
def clean_rate_text(text: str) -> str:
    """:func:`clean_text` plus one form for signs, footnote marks and the known misprints of rate texts."""
    plain = _NOTE_MARK.sub("", clean_text(text).replace("m²", "m2").replace("m³", "m3"))
    plain = _HYPHEN.sub("", plain)
    for wrong, right in _MISPRINTS.items():
        plain = plain.replace(wrong, right)
    plain = re.sub(r"\s*\+\s*", " + ", plain)
    plain = re.sub(r"\s*/\s*", "/", plain).replace("¢ /", "¢/")
    return plain.replace("pf.liter", "pf. liter").strip()


_NUMBER = r"\d[\d,]*(?:\.\d+)?|\.\d+"
_PERCENT = re.compile(rf"({_NUMBER})(?:\s+(\d+)/(\d+))?\s?%(?:\s+on\s+(.+))?$")
_MONEY = re.compile(rf"(?:\$\s?({_NUMBER})|({_NUMBER})\s?¢)\s*(?:/|(?=each\b))(.+)$")
# Unit, then what is measured. The longer names come first.
_PER = re.compile(
    r"(each|line/\s?gross|gross|pf\. liter|liter|clean kg|kg|g|t|lin\. m|m2|m3|m|bbl|head|article|pack|jewel|"
    r"pr\.?|doz\.?|1,?000|thousand)(?:$|[ ,]+(?:on |of )?(?:the )?(.+)$)"
)
_WHOLE = {"the entire set"}
_POINTERS = ("the rate", "the duty", "see ", "no change", "rates ", "the applicable")


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _percent(text: str) -> tuple[float, str] | None:
    found = _PERCENT.match(text)
    if not found:
        return None
    whole, top, bottom, on = found.groups()
    if top:
        return float((Fraction(_decimal(whole)) + Fraction(int(top), int(bottom))) / 100), on or ""
    return float(_decimal(whole) / 100), on or ""


def _money(text: str) -> Specific | None:
    found = _MONEY.match(text)
    if not found:
        return None
    dollars, cents, per = found.groups()
    usd = float(_decimal(dollars)) if dollars else float(_decimal(cents) / 100)
    measured = _PER.match(per.strip())
    if not measured:
        return None
    name, qualifier = measured.group(1), (measured.group(2) or "").strip(" ,")
    if name == "clean kg":
        name, qualifier = "kg", "clean content"
    if name == "1,000":
        name = "1000"
    unit = unit_of(name.replace("line/ ", "line/"))
    return Specific(usd, unit, qualifier) if unit else None


@lru_cache(maxsize=8192)
def parse_rate(text: str | None) -> Rate:
    """Read a rate text of column 1 general or column 2.

    Never fails: a text that is not understood comes back as ``complex``, not computable, with its text.

    Example:
        >>> parse_rate("25¢ each + 3.9%").ad_valorem
        0.039
        >>> parse_rate("25¢ each + 3.9%").specific
        (Specific(usd=0.25, unit='each', qualifier=''),)
        >>> parse_rate("").kind
        'none'
    """
    plain = clean_rate_text(text or "")
    if not plain:
        return Rate(_NAN, (), "", "none")
    folded = plain.casefold()
    if folded == "free" or folded.startswith("free, under bond"):
        return Rate(0.0, (), plain, "free")
    if folded.startswith(_POINTERS):
        return Rate(_NAN, (), plain, "reference")
    return _sum_of_parts(plain)


def _sum_of_parts(plain: str) -> Rate:
    """A text that should be a sum of percentages and amounts per unit."""
    ad_valorem = 0.0
    percentages = 0
    shares: list[Share] = []
    specific: list[Specific] = []
    for term in plain.split(" + "):
        percent = _percent(term)
        if percent is not None:
            rate, on = percent
            if on and on not in _WHOLE:
                shares.append(Share(rate, on))
            else:
                ad_valorem, percentages = rate, percentages + 1
            continue
        amount = _money(term)
        if amount is None or re.search(r"\b(?:less|but|not)\b", term):
            return Rate(_NAN, (), plain, "complex")
        specific.append(amount)
    if percentages > 1:
        return Rate(_NAN, (), plain, "complex")
    if shares:
        return Rate(_NAN, tuple(specific), plain, "complex", tuple(shares))
    if specific:
        return Rate(ad_valorem, tuple(specific), plain, "compound" if percentages else "specific")
    return Rate(ad_valorem, (), plain, "ad_valorem")

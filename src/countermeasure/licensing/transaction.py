"""What is asked: a transaction with its parties, route, items and end use.

Absent and unknown are the same here and differ from no: ``None`` is not known. Shares are exact fractions, 0.001 is 0.1 %.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Span = tuple[Fraction | None, Fraction | None]
"""Least and greatest value of a share; ``None`` where a bound is not known."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value, exact or between two bounds, in a currency.

    Attributes:
        low: Least amount, or ``None`` where not known.
        high: Greatest amount, or ``None``.
        currency: ISO 4217 code.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Component:
    """A part or material of an item, with parts of its own.

    Attributes:
        value: Of all its pieces together, or of one where ``quantity`` is above 1.
        quantity: Pieces in the parent.
        chinese_technology: Made with Chinese rare-earth technology, or ``None``.
        where: ``file:line`` or the like, for messages.
    """

    id: str
    description: str = ""
    origin: str | None = None
    value: Value | None = None
    quantity: Decimal = Decimal(1)
    control_code: str = ""
    eccn: str = ""
    elements: tuple[str, ...] = ()
    form: str = ""
    chinese_technology: bool | None = None
    parts: tuple[Component, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What is sent: goods, software, technology or a service.

    Attributes:
        control_code: Chinese control code; ``none`` where the caller states that no list names it, ``listed`` where it states
            that one does.
        eccn: US classification, ``EAR99`` included.
        hs: Customs number, digits.
        origin: Two-letter code of the country where it was made.
        elements: Chemical symbols it holds.
        elements_complete: Whether ``elements`` names all that matter, so that others are absent.
        form: ``metal``, ``alloy``, ``oxide``, ``magnet``, ``assembly``, ``technology`` and so on.
        meets_threshold: Whether it meets the technical limit of the list, or ``None``.
        value: Value of the item as exported.
        parts: Bill of materials.
        cn_content: Share of Chinese annex 1 part 1 material as stated.
        us_content: Share of controlled US content as stated.
        cn_technology: Made with Chinese rare-earth technology.
        us_technology: Direct product of US technology, software or plant.
    """

    id: str = "1"
    description: str = ""
    control_code: str = ""
    eccn: str = ""
    hs: str = ""
    origin: str | None = None
    elements: tuple[str, ...] = ()
    elements_complete: bool = False
    form: str = ""
    meets_threshold: bool | None = None
    value: Value | None = None
    parts: tuple[Component, ...] = ()
    cn_content: Span | None = None
    us_content: Span | None = None
    cn_technology: bool | None = None
    us_technology: bool | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """A holder of a party.

    Attributes:
        name: As written.
        share: Least and greatest fraction held; ``None`` where not known.
        lists: Tokens of lists on which the caller says it stands, as ``cn-ecl`` or ``us-el/4``.
    """

    name: str
    share: Span = (None, None)
    country: str = ""
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part, and as what.

    Attributes:
        roles: Of ``countermeasure.book.model.ROLES``.
        lists: Tokens of lists on which the caller says it stands.
        unlisted: The caller states that it stands on no list.
        military: Whether it is a military user, or ``None``.
        owners: Holders that are known.
    """

    roles: tuple[str, ...]
    name: str = ""
    country: str = ""
    address: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    lists: tuple[str, ...] = ()
    unlisted: bool = False
    military: bool | None = None
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True, slots=True)
class Transaction:
    """One export, reexport, transfer or service.

    Attributes:
        on: Epoch day of export or transfer.
        sent_from: Country it leaves, or ``None``.
        sent_to: Country it goes to, or ``None``.
        end_use: Words of :data:`countermeasure.licensing.derive.END_USES`.
        facts: Values of control facts: 0 and 1 for flags, spans for shares.
        rates: Units of one common currency for a unit of each, as ``{"USD": 1, "CNY": 0.14}``.
        numerator: How Chinese content is counted: ``auto``, ``materials`` or ``magnet_price``.
    """

    id: str
    on: int
    sent_from: str | None
    sent_to: str | None
    items: tuple[Item, ...]
    parties: tuple[Party, ...] = ()
    end_use: tuple[str, ...] = ()
    facts: Mapping[str, int | Span] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    numerator: str = "auto"
    notes: tuple[str, ...] = ()


__all__ = ["Component", "Item", "Owner", "Party", "Span", "Transaction", "Value"]

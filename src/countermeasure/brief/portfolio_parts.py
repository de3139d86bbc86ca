"""What a portfolio holds: parties, goods, bills of material, suppliers, shipments, stocks, each with its place in the file.

``None`` is not known, an empty tuple or text is nothing said, and neither is zero. Shares are exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from fractions import Fraction

    from countermeasure.licensing.transaction import Owner, Span, Value

__all__ = [
    "PARTY_COLUMNS", "Good", "Holding", "LeftOut", "Material", "Party", "Place",
    "Rate", "Shipment", "Site", "Stock", "Supplier",
]  # fmt: skip

PARTY_COLUMNS = (
    "exporter", "seller", "maker", "buyer", "importer", "intermediate_consignee", "consignee", "end_user", "service_provider",
)  # fmt: skip
"""Parts that a party can have in a shipment, each a column of the sheet ``shipments``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: sheet, and row as a spreadsheet counts it."""

    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.sheet}, row {self.row}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of exchange.

    Attributes:
        currency: ISO 4217 code.
        usd_per_unit: US dollars for one unit.
        on: Epoch day it is of, or ``None``.
        source: Who says so.
        confidence: Letter of ``book.tables.CONFIDENCE``.
    """

    currency: str
    usd_per_unit: Decimal
    on: int | None
    source: str
    confidence: str
    place: Place


@dataclass(frozen=True, slots=True)
class Holding:
    """An owner of a party, who says so and how well it is known.

    Attributes:
        party: Id of the party that is owned.
        owner: The owner with its share, country and the lists on which the firm says it stands.
    """

    party: str
    owner: Owner
    source: str
    confidence: str
    place: Place


@dataclass(frozen=True, slots=True)
class Party:
    """A party the firm deals with, or a part of itself.

    Attributes:
        id: The firm's own id.
        role: What it is to the firm: ``own``, ``supplier``, ``customer``, ``carrier``, ``other`` or empty.
        identifiers: Kind and number, as ``("lei", "...")``.
        lists: Tokens of lists on which the firm says it stands.
        unlisted: The firm states that it stands on no list.
        military: Whether it is a military user, or ``None``.
        end_use: What it usually uses the goods for, words of ``licensing.derive.END_USES``.
    """

    id: str
    name: str
    country: str
    role: str
    address: str
    identifiers: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    unlisted: bool
    military: bool | None
    end_use: tuple[str, ...]
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Site:
    """A plant, store or office; ``party`` is the id of who runs it, or empty."""

    id: str
    name: str
    country: str
    party: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Good:
    """A good the firm buys, makes or sells.

    Attributes:
        hs: Number of the customs tariff of another country than the United States, digits with or without dots, or empty.
        hts: Number of the US tariff, or empty.
        origin: Two-letter code of the country where it was made, or ``None`` where not known.
        made_at: Id of a site, or empty.
        control_code: Chinese control code; ``none`` where the firm states that no list names it.
        value: Of one piece or unit; ``None`` where not known.
        shares: Metal and US shares of the customs value, as ``duty.line.SHARES``.
        duty_facts: Facts of the duty book by id.
        control_facts: Facts of the controls by id.
        product: Product of the supply chain, or empty where it is none.
        kg_per_piece: Kilograms of magnet, metal or oxide in a piece, or ``None``.
        source: Who says what it is.
        confidence: Letter of ``book.tables.CONFIDENCE``.
    """

    id: str
    description: str
    hs: str
    hts: str
    origin: str | None
    made_at: str
    control_code: str
    eccn: str
    elements: tuple[str, ...]
    elements_complete: bool
    form: str
    meets_threshold: bool | None
    cn_technology: bool | None
    us_technology: bool | None
    cn_content: Span | None
    us_content: Span | None
    value: Value | None
    shares: Mapping[str, float]
    duty_facts: Mapping[str, float]
    control_facts: Mapping[str, int | Span]
    product: str
    kg_per_piece: float | None
    source: str
    confidence: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Material:
    """One row of a bill of materials.

    Attributes:
        good: Id of the good it is in.
        id: Id within the bill; where it is the id of a good, what is told of that good holds for it too.
        parent: Id of the material of the same bill that it is in, or empty.
        supplier: Id of a party, or empty.
        value: Of one piece; ``None`` where not known.
        share: Least and greatest share of the good's value, where that was given in place of a value.
        quantity: Pieces in what it is in.
    """

    good: str
    id: str
    parent: str
    description: str
    origin: str | None
    supplier: str
    value: Value | None
    share: Span | None
    quantity: Decimal
    control_code: str
    eccn: str
    elements: tuple[str, ...]
    form: str
    cn_technology: bool | None
    source: str
    confidence: str
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who supplies a good that the firm buys.

    Attributes:
        good: Id of the good.
        party: Id of the supplier.
        origin: Two-letter code of the country that its goods are sent from.
        share: Part of the firm's supply of this good.
        license: State of the export license, of ``supply.firm.run.LICENSES``.
        applied_on: Epoch day of the application, or ``None``.
    """

    good: str
    party: str
    origin: str
    share: Fraction
    license: str
    applied_on: int | None
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods on their way, once or again and again.

    Attributes:
        on: Epoch day on which it leaves.
        entry_on: Epoch day of entry at its destination, or ``None`` where not told.
        sent_from: Two-letter code.
        sent_to: Two-letter code.
        value: Customs value of the whole shipment; ``None`` where not known.
        quantities: By unit in lower case.
        mode: ``sea``, ``air`` and so on, or empty.
        terms: Terms of delivery, as ``DAP``; kept for the reader.
        parties: Id of the party by its part, of ``PARTY_COLUMNS``.
        end_use: Words of ``licensing.derive.END_USES``.
        every_days: Days between shipments where there are several.
        times: How many there are.
    """

    id: str
    good: str
    on: int
    entry_on: int | None
    sent_from: str
    sent_to: str
    value: Value | None
    quantities: Mapping[str, float]
    mode: str
    terms: str
    parties: Mapping[str, str]
    end_use: tuple[str, ...]
    duty_facts: Mapping[str, float]
    control_facts: Mapping[str, int | Span]
    every_days: int | None
    times: int
    note: str
    place: Place

    def dated(self) -> Iterator[Shipment]:
        """Its shipments one by one, with ids as ``S-04.2`` where there are several."""
        if self.times == 1:
            yield self
            return
        step = self.every_days or 0
        for number in range(self.times):
            entry = None if self.entry_on is None else self.entry_on + number * step
            yield replace(
                self, id=f"{self.id}.{number + 1}", on=self.on + number * step, entry_on=entry, every_days=None, times=1
            )


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies at a site and how fast it is used.

    Attributes:
        quantity: In ``unit``.
        unit: ``g``, ``kg``, ``t`` or ``pieces``.
        weekly_use: In ``unit``.
        line: Line that stops without it, or empty.
        value_per_week_usd: What a week of that line is worth, or ``None``.
        counted_on: Epoch day of the count, or ``None``.
    """

    good: str
    site: str
    quantity: float
    unit: str
    weekly_use: float
    line: str
    value_per_week_usd: float | None
    counted_on: int | None
    note: str
    place: Place

    @property
    def cover_weeks(self) -> float:
        """Weeks that the stock lasts at that use."""
        return self.quantity / self.weekly_use


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an engine was not asked, and why; it is not an answer of zero.

    Attributes:
        engine: ``duty``, ``license`` or ``supply``.
        what: Id of the shipment or stock.
        why: A sentence without its stop.
        cure: What to add, or empty where nothing can be done.
    """

    engine: str
    what: str
    why: str
    cure: str
    place: Place

"""A portfolio: what a firm has and does, as its own files say it, ready to be asked about.

Every record knows its place in the file. Absent, unknown and zero are three things. The methods give the engines what they
take; what an engine is not asked is told by :meth:`Portfolio.left_out`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from countermeasure.brief.portfolio_parts import (
    PARTY_COLUMNS,
    Good,
    Holding,
    LeftOut,
    Material,
    Party,
    Place,
    Rate,
    Shipment,
    Site,
    Stock,
    Supplier,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from countermeasure.duty.line import Line
    from countermeasure.licensing.transaction import Transaction, Value
    from countermeasure.supply.chain.model import Chain
    from countermeasure.supply.firm.run import Firm

__all__ = [
    "PARTY_COLUMNS", "Good", "Holding", "LeftOut", "Material", "Party", "Place",
    "Portfolio", "Rate", "Shipment", "Site", "Stock",
    "Supplier",
]  # fmt: skip

_Named = TypeVar("_Named", Party, Site, Good, Shipment)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a firm has and does.

    Attributes:
        name: The firm.
        home: Two-letter code of its country.
        as_of: Epoch day on which the file was true, or ``None``.
        source: Name of the file; two portfolios are equal whatever file they came from.
    """

    name: str
    home: str
    as_of: int | None = None
    note: str = ""
    parties: tuple[Party, ...] = ()
    holdings: tuple[Holding, ...] = ()
    sites: tuple[Site, ...] = ()
    goods: tuple[Good, ...] = ()
    materials: tuple[Material, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    stocks: tuple[Stock, ...] = ()
    rates: tuple[Rate, ...] = ()
    source: str = field(default="", compare=False)

    def party(self, id_: str) -> Party:
        """A party by its id.

        Raises:
            KeyError: If there is none.
        """
        return _by_id(self.parties, id_)

    def site(self, id_: str) -> Site:
        """A site by its id; see :meth:`party`."""
        return _by_id(self.sites, id_)

    def good(self, id_: str) -> Good:
        """A good by its id; see :meth:`party`."""
        return _by_id(self.goods, id_)

    def shipment(self, id_: str) -> Shipment:
        """A shipment by its id, or by that of one of its dates (``S-04.2``); see :meth:`party`."""
        return next((s for s in self.dated() if s.id == id_), None) or _by_id(self.shipments, id_)

    def dated(self) -> tuple[Shipment, ...]:
        """Every single shipment, by day and id: those that come again are as many as they are."""
        every = [one for shipment in self.shipments for one in shipment.dated()]
        return tuple(sorted(every, key=lambda s: (s.on, s.id)))

    def bill(self, good: str) -> tuple[Material, ...]:
        """Rows of the bill of materials of a good."""
        return tuple(m for m in self.materials if m.good == good)

    def owners(self, party: str) -> tuple[Holding, ...]:
        """Holdings in a party."""
        return tuple(h for h in self.holdings if h.party == party)

    def usd(self, value: Value | None) -> Decimal | None:
        """An exact value in US dollars at the firm's own rates; ``None`` where the value or a rate is not known."""
        from countermeasure.brief.portfolio_engines import usd_of

        return usd_of(self, value)

    def lines(self) -> tuple[Line, ...]:
        """Lines for the duty engine: a line for each dated shipment into the United States or China."""
        from countermeasure.brief.portfolio_engines import lines_of

        return lines_of(self)

    def transactions(self, numerator: str = "auto") -> tuple[Transaction, ...]:
        """Transactions for the license engine: one for each dated shipment.

        Args:
            numerator: How Chinese content is counted, of ``licensing.content.NUMERATORS``.
        """
        from countermeasure.brief.portfolio_engines import transactions_of

        return transactions_of(self, numerator)

    def firm(self, chain: Chain | None = None) -> Firm:
        """What the firm buys, for the supply engine: a part for each stock of a good that the chain knows.

        Args:
            chain: Whose regions are meant; the shipped one if absent.
        """
        from countermeasure.brief.portfolio_supply import firm_of

        return firm_of(self, chain)

    def left_out(self) -> tuple[LeftOut, ...]:
        """What the engines are not asked, and why."""
        from countermeasure.brief.portfolio_engines import left_out_of_duty
        from countermeasure.brief.portfolio_supply import left_out_of_supply

        return (*left_out_of_duty(self), *left_out_of_supply(self))


def _by_id(records: tuple[_Named, ...], id_: str) -> _Named:
    for record in records:
        if record.id == id_:
            return record
    raise KeyError(id_)

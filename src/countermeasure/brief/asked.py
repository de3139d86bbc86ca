"""What a brief takes of a portfolio."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from countermeasure.licensing.words import place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.brief.portfolio import Portfolio, Shipment
    from countermeasure.duty.line import Line
    from countermeasure.licensing.transaction import Transaction
    from countermeasure.supply.firm.run import Firm

__all__ = ["Asked", "asked_of"]

_SUPPLIES = ("exporter", "seller", "maker")
_RECEIVES = ("end_user", "consignee", "buyer", "importer")


@dataclass(frozen=True, slots=True)
class Asked:
    """A portfolio as the engines are asked.

    Attributes:
        name: Name of the firm.
        lines: Shipments that pay duty, by their ids.
        transactions: Shipments that may need a license, by the same ids.
        firm: Parts whose supply is followed; ``None`` where there are none.
        goods: What a shipment holds, in words.
        suppliers: Who supplies it.
        customers: Who receives it.
        routes: From and to, two-letter codes.
        values: Value in USD; absent where it is not known.
        own: Names of the firm and of its own parts, who are not asked but look into their papers.
        left_out: What no engine is asked, as engine, what, why, cure.
        confidence: Letters of what the firm says of its goods and bills, by good.
        source: Name of the file.
    """

    name: str
    lines: tuple[Line, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    firm: Firm | None = None
    goods: Mapping[str, str] = field(default_factory=dict)
    suppliers: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[tuple[str, str, str, str], ...] = ()
    claims: tuple[tuple[str, str, str, str], ...] = ()
    source: str = ""
    own: frozenset[str] = frozenset()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of shipments in their order."""
        return tuple(dict.fromkeys((*self.goods, *(t.id for t in self.transactions), *(one.line_id for one in self.lines))))

    def route(self, line: str) -> str:
        """From and to in words."""
        start, end = self.routes.get(line, ("", ""))
        return f"{place(start or None)} to {place(end or None)}"


def asked_of(portfolio: Portfolio) -> Asked:
    """What the engines are asked of a portfolio: every dated shipment, and every stock that the chain knows.

    Raises:
        InputError: If the portfolio cannot be turned into what an engine takes.
    """
    dated = portfolio.dated()
    firm = portfolio.firm() if portfolio.stocks else None
    return Asked(
        name=portfolio.name,
        lines=portfolio.lines(),
        transactions=portfolio.transactions(),
        firm=firm if firm is not None and firm.parts else None,
        goods={s.id: portfolio.good(s.good).description or s.good for s in dated},
        suppliers={s.id: _named(portfolio, s, _SUPPLIES) for s in dated},
        customers={s.id: _named(portfolio, s, _RECEIVES) for s in dated},
        routes={s.id: (s.sent_from, s.sent_to) for s in dated},
        values={s.id: float(usd) for s in dated if (usd := portfolio.usd(s.value)) is not None},
        left_out=tuple((x.engine, x.what, x.why, x.cure) for x in portfolio.left_out()),
        claims=_claims(portfolio),
        source=portfolio.source,
        own=frozenset({portfolio.name, *(party.name for party in portfolio.parties if party.role == "own")}),
    )


def _named(portfolio: Portfolio, shipment: Shipment, roles: tuple[str, ...]) -> str:
    """Name of the first party in one of these roles."""
    found = next((shipment.parties[role] for role in roles if shipment.parties.get(role)), "")
    return portfolio.party(found).name if found else ""


def _claims(portfolio: Portfolio) -> tuple[tuple[str, str, str, str], ...]:
    """What the firm itself states and the answers rest on: what, value, confidence, source."""
    rows = [
        (f"{g.id}: {g.description}", f"origin {g.origin or 'not known'}, control code {g.control_code or 'not stated'}",
         g.confidence or "U", g.source or f"the portfolio, {g.place}")
        for g in portfolio.goods
    ]  # fmt: skip
    rows += [
        (f"owner of {h.party}", f"{h.owner.name}", h.confidence or "U", h.source or f"the portfolio, {h.place}")
        for h in portfolio.holdings
    ]
    rows += [
        (
            f"rate of exchange of {r.currency}",
            f"{r.usd_per_unit} USD",
            r.confidence or "U",
            r.source or f"the portfolio, {r.place}",
        )
        for r in portfolio.rates
    ]
    return tuple(rows)

"""A portfolio as the supply engine takes it: parts that are bought, their suppliers, stock and use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.brief.portfolio_parts import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.brief.portfolio import Good, Portfolio, Stock
    from countermeasure.supply.chain.model import Chain
    from countermeasure.supply.firm.run import Firm, Part

__all__ = ["firm_of", "left_out_of_supply"]

_TONNES = {"g": 1e-6, "kg": 1e-3, "t": 1.0}


def firm_of(portfolio: Portfolio, chain: Chain | None = None) -> Firm:
    """The parts of a firm; a stock that is left out is told by :func:`left_out_of_supply`.

    Args:
        portfolio: The firm.
        chain: Whose regions are meant; the shipped one if absent.
    """
    from countermeasure.supply.chain.model import Chain as Chain_
    from countermeasure.supply.firm.run import Firm as Firm_

    chain = chain or Chain_.shipped()
    goods = {good.id: good for good in portfolio.goods}
    kept = [(stock, goods[stock.good]) for stock in portfolio.stocks if _reason(portfolio, stock, goods[stock.good]) is None]
    once = [stock.good for stock in portfolio.stocks]
    return Firm_(
        tuple(_part(portfolio, stock, good, chain, alone=once.count(stock.good) == 1) for stock, good in kept), portfolio.name
    )


def left_out_of_supply(portfolio: Portfolio) -> Iterator[LeftOut]:
    """Stocks that are not played on the chain, and why."""
    goods = {good.id: good for good in portfolio.goods}
    for stock in portfolio.stocks:
        reason = _reason(portfolio, stock, goods[stock.good])
        if reason is not None:
            yield LeftOut("supply", f"{stock.good} at {stock.site}", *reason, stock.place)


def _reason(portfolio: Portfolio, stock: Stock, good: Good) -> tuple[str, str] | None:
    if not good.product:
        cure = "If it is a rare-earth good, fill product in the sheet goods, as 'NdFeB with Dy'."
        return "the good has no product of the chain, so that its supply is not simulated", cure
    if not any(supplier.good == good.id for supplier in portfolio.suppliers):
        return "nobody is named who supplies it", "Add its suppliers with their shares to the sheet suppliers."
    if stock.unit == "pieces" and good.kg_per_piece is None:
        return (
            "its pieces have no weight",
            "Fill kg_per_piece in the sheet goods: kg of magnet, metal or oxide in one.",
        )
    return None


def _part(portfolio: Portfolio, stock: Stock, good: Good, chain: Chain, *, alone: bool) -> Part:
    from countermeasure.supply.firm.run import Part as Part_
    from countermeasure.supply.firm.run import Source

    tonnes = _TONNES["kg"] * (good.kg_per_piece or 0.0) if stock.unit == "pieces" else _TONNES[stock.unit]
    names = {party.id: party.name for party in portfolio.parties}
    return Part_(
        name=good.id if alone else f"{good.id} at {stock.site}",
        product=good.product,
        region=chain.region_of(portfolio.site(stock.site).country),
        weekly_use_t=stock.weekly_use * tonnes,
        cover_weeks=stock.cover_weeks,
        sources=tuple(
            Source(names[s.party], chain.region_of(s.origin), float(s.share), s.license, s.applied_on)
            for s in portfolio.suppliers
            if s.good == good.id
        ),
        line=stock.line,
        value_per_week_usd=stock.value_per_week_usd,
    )

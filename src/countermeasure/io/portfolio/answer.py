"""A portfolio as tables and as JSON, for screens, pages and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from fractions import Fraction

    from countermeasure.brief.portfolio import Holding, Material, Portfolio, Shipment
    from countermeasure.io.portfolio.read import PortfolioFile
    from countermeasure.licensing.transaction import Span, Value

__all__ = ["file_json", "portfolio_json", "portfolio_sheets", "span_words", "value_words"]


def value_words(value: Value | None) -> str:
    """A value for a person, as ``12.50 EUR`` or ``60..90 CNY``; empty where not known."""
    if value is None or (value.low is None and value.high is None):
        return ""
    ends = [f"{end:,f}" for end in (value.low, value.high) if end is not None]
    return f"{'..'.join(dict.fromkeys(ends))} {value.currency}"


def span_words(span: Span | None) -> str:
    """A share for a person, as ``50 %`` or ``4 to 6 %``; ``not known`` where it is open at both ends."""
    if span is None:
        return ""
    if span == (None, None):
        return "not known"
    ends = dict.fromkeys(_hundred(end) for end in span if end is not None)
    return f"{' to '.join(ends)} %"


def _hundred(share: Fraction) -> str:
    return f"{float(share) * 100:.4g}"


def _day(day: int | None) -> str:
    return "" if day is None else format_day(day)


def portfolio_sheets(portfolio: Portfolio) -> tuple[Sheet, ...]:
    """Tables of a portfolio that a person can read: parties, goods, materials, suppliers, shipments, stocks."""
    return (
        _parties(portfolio),
        _goods(portfolio),
        _materials(portfolio),
        _suppliers(portfolio),
        _shipments(portfolio),
        _stocks(portfolio),
        _left_out(portfolio),
    )


def _parties(portfolio: Portfolio) -> Sheet:
    rows = []
    for party in portfolio.parties:
        owners = "; ".join(_owner(holding) for holding in portfolio.owners(party.id))
        military = {True: "yes", False: "no", None: "not known"}[party.military]
        lists = ", ".join(party.lists) or ("none, as stated" if party.unlisted else "")
        rows.append((party.id, party.name, party.country, party.role, owners, lists, military, ", ".join(party.end_use)))
    heads = ("party", "name", "country", "role", "owners", "lists, as stated", "military user", "end use")
    return Sheet("parties", "Parties", heads, tuple(rows))


def _owner(holding: Holding) -> str:
    listed = f", on {', '.join(holding.owner.lists)} as stated" if holding.owner.lists else ""
    return f"{holding.owner.name} {span_words(holding.owner.share)}{listed}"


def _goods(portfolio: Portfolio) -> Sheet:
    rows = [
        (
            good.id, good.description, good.hts or good.hs, good.origin or "", good.control_code, good.eccn,
            value_words(good.value), good.product, len(portfolio.bill(good.id)),
        )
        for good in portfolio.goods
    ]  # fmt: skip
    heads = ("good", "description", "tariff number", "origin", "control code", "ECCN", "value of one", "product of the chain",
             "materials told")  # fmt: skip
    return Sheet("goods", "Goods", heads, tuple(rows))


def _materials(portfolio: Portfolio) -> Sheet:
    goods = {good.id: good for good in portfolio.goods}

    def words(row: Material) -> str:
        return row.description or (goods[row.id].description if row.id in goods else "")

    def _origin(material: str) -> str:
        return (goods[material].origin or "") if material in goods else ""

    def worth(row: Material) -> str:
        return value_words(row.value) or span_words(row.share) or "not told"

    rows = [
        (m.good, m.id, words(m), m.origin or _origin(m.id), m.supplier, worth(m), float(m.quantity))
        for m in portfolio.materials
    ]
    heads = ("good", "material", "description", "origin", "supplier", "value of one, or share", "pieces")
    return Sheet("materials", "Bills of material", heads, tuple(rows))


def _suppliers(portfolio: Portfolio) -> Sheet:
    rows = [
        (s.good, s.party, s.origin, span_words((s.share, s.share)), s.license.replace("_", " "), _day(s.applied_on))
        for s in portfolio.suppliers
    ]
    return Sheet("suppliers", "Suppliers", ("good", "supplier", "origin", "share", "license", "applied on"), tuple(rows))


def _shipments(portfolio: Portfolio) -> Sheet:
    rows = [
        (
            s.id, s.good, format_day(s.on), _day(s.entry_on), s.sent_from, s.sent_to, value_words(s.value),
            s.parties.get("end_user") or s.parties.get("consignee", ""), ", ".join(s.end_use), _series(s),
        )
        for s in portfolio.shipments
    ]  # fmt: skip
    heads = ("shipment", "good", "leaves", "entered", "from", "to", "value", "user", "end use", "how often")
    return Sheet("shipments", "Shipments", heads, tuple(rows))


def _series(shipment: Shipment) -> str:
    return "once" if shipment.times == 1 else f"{shipment.times} times, every {shipment.every_days} days"


def _stocks(portfolio: Portfolio) -> Sheet:
    rows = [
        (s.good, s.site, s.quantity, s.unit, s.weekly_use, round(s.cover_weeks, 1), s.line, s.value_per_week_usd)
        for s in portfolio.stocks
    ]
    heads = ("good", "site", "quantity", "unit", "use a week", "cover, weeks", "line", "USD a week")
    return Sheet("stocks", "Stocks", heads, tuple(rows))


def _left_out(portfolio: Portfolio) -> Sheet:
    rows = [(one.engine, one.what, one.why, one.cure, str(one.place)) for one in portfolio.left_out()]
    return Sheet("left_out", "What is not asked, and why", ("engine", "what", "why", "what to add", "place"), tuple(rows))


def portfolio_json(portfolio: Portfolio) -> dict[str, Any]:
    """A portfolio as plain data: tables as lists of records."""
    tables = {sheet.name: sheet.records() for sheet in portfolio_sheets(portfolio)}
    rates = [
        {"currency": r.currency, "usd_per_unit": float(r.usd_per_unit), "on": _day(r.on), "source": r.source,
         "confidence": r.confidence}
        for r in portfolio.rates
    ]  # fmt: skip
    return {
        "name": portfolio.name,
        "home": portfolio.home,
        "as_of": _day(portfolio.as_of) or None,
        "note": portfolio.note,
        **tables,
        "rates": rates,
    }


def file_json(read: PortfolioFile) -> dict[str, Any]:
    """What a check says, as plain data."""
    portfolio = read.portfolio
    return {
        "source": portfolio.source,
        "name": portfolio.name,
        "sheets": {name: {"rows": rows, "kept": read.kept[name]} for name, rows in read.rows.items()},
        "asks": {
            "duty": len(portfolio.lines()),
            "license": len(portfolio.transactions()),
            "supply": len(portfolio.firm().parts),
        },
        "left_out": [
            {"engine": one.engine, "what": one.what, "why": one.why, "cure": one.cure, "place": str(one.place)}
            for one in portfolio.left_out()
        ],
        "faults": [fault.to_json() for fault in read.faults],
    }

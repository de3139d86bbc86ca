"""A portfolio as the duty and the license engine take it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from countermeasure.brief.portfolio_parts import LeftOut
from countermeasure.codes.country import country
from countermeasure.duty.line import Line
from countermeasure.licensing import transaction as ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from countermeasure.brief.portfolio import Good, Material, Party, Portfolio, Shipment
    from countermeasure.licensing.transaction import Component, Item, Transaction, Value

    _Bills = Mapping[str, Sequence[Material]]

__all__ = ["PRICED_INTO", "left_out_of_duty", "lines_of", "transactions_of", "usd_of"]

PRICED_INTO = ("US", "CN")
"""Customs territories whose duties the book holds."""
_USERS = ("end_user", "consignee", "importer", "buyer")
_DEEP = 50


def usd_of(portfolio: Portfolio, value: Value | None) -> Decimal | None:
    """An exact value in US dollars, or ``None``."""
    if value is None or value.low is None or value.low != value.high:
        return None
    rate = _rates(portfolio).get(value.currency)
    return None if rate is None else value.low * rate


def _rates(portfolio: Portfolio) -> dict[str, Decimal]:
    return {"USD": Decimal(1)} | {rate.currency: rate.usd_per_unit for rate in portfolio.rates}


# ------------------------------------------------------------------------------------------------------- duty


def lines_of(portfolio: Portfolio) -> tuple[Line, ...]:
    """Lines of all dated shipments that the book has duties for.

    The day of a line is the day of entry, or where that is not told the day it leaves.
    """
    goods = {good.id: good for good in portfolio.goods}
    return tuple(
        _line(portfolio, shipment, goods[shipment.good])
        for shipment in portfolio.dated()
        if _reason(shipment, goods[shipment.good]) is None
    )


def left_out_of_duty(portfolio: Portfolio) -> Iterator[LeftOut]:
    """Shipments that no line is made for, and lines that give rates only."""
    goods = {good.id: good for good in portfolio.goods}
    for shipment in portfolio.shipments:
        reason = _reason(shipment, goods[shipment.good])
        if reason is None and usd_of(portfolio, shipment.value) is None:
            reason = _no_dollars(shipment.value)
        if reason is not None:
            yield LeftOut("duty", shipment.id, *reason, shipment.place)


def _no_dollars(value: Value | None) -> tuple[str, str]:
    if value is None:
        return "the value is not told, so that it gives rates and no amount", "Give its value."
    cure = "Add the rate to the sheet rates: for the United States that certified for the day of export (19 CFR 159.34)."
    return f"the value is in {value.currency} and no rate is given, so that it gives rates and no amount", cure


def _number(shipment: Shipment, good: Good) -> str:
    return good.hts or good.hs if shipment.sent_to == "US" else good.hs or good.hts


def _reason(shipment: Shipment, good: Good) -> tuple[str, str] | None:
    if shipment.sent_to not in PRICED_INTO:
        where = country(shipment.sent_to).name
        if shipment.sent_from == shipment.sent_to:
            return f"it stays in {where}: nothing is entered", ""
        return f"the book holds no duties for goods entering {where}; that is not a duty of zero", ""
    if shipment.sent_from == shipment.sent_to:
        return "it stays within one customs territory: nothing is entered", ""
    if not _number(shipment, good):
        return "its good has no tariff number", "Fill hts (United States) or hs (elsewhere) in the sheet goods."
    if good.origin is None:
        return "the origin of its good is not told", "Fill origin in the sheet goods."
    return None


def _line(portfolio: Portfolio, shipment: Shipment, good: Good) -> Line:
    usd = usd_of(portfolio, shipment.value)
    facts = {**good.duty_facts, **shipment.duty_facts}
    facts.setdefault("exported_on", float(shipment.on))
    return Line(
        hts=_number(shipment, good),
        origin=good.origin or "",
        on=shipment.on if shipment.entry_on is None else shipment.entry_on,
        value_usd=None if usd is None else float(round(usd, 2)),
        line_id=shipment.id,
        into=shipment.sent_to,
        facts=facts,
        shares=dict(good.shares),
        quantities=dict(shipment.quantities),
        mode=shipment.mode,
    )


# ---------------------------------------------------------------------------------------------------- license


def transactions_of(portfolio: Portfolio, numerator: str = "auto") -> tuple[Transaction, ...]:
    """Transactions of all dated shipments; their day is the day the goods leave."""
    goods = {good.id: good for good in portfolio.goods}
    parties = _asked_parties(portfolio)
    users = {party.id: party for party in portfolio.parties}
    rates = _rates(portfolio) if portfolio.rates else {}
    bills = _bills(portfolio)
    items = {good.id: _item(good, goods, bills) for good in portfolio.goods}
    found = []
    for shipment in portfolio.dated():
        good = goods[shipment.good]
        item = items[good.id] if items[good.id].parts else replace(items[good.id], value=shipment.value)
        found.append(
            ask.Transaction(
                id=shipment.id,
                on=shipment.on,
                sent_from=shipment.sent_from,
                sent_to=shipment.sent_to,
                items=(item,),
                parties=_roles(shipment.parties, parties),
                end_use=shipment.end_use or _usual(shipment.parties, users),
                facts={**good.control_facts, **shipment.control_facts},
                rates=rates,
                numerator=numerator,
            )
        )
    return tuple(found)


def _usual(named: Mapping[str, str], parties: Mapping[str, Party]) -> tuple[str, ...]:
    """What the last user of a shipment usually does with the goods."""
    user = next((named[role] for role in _USERS if role in named), "")
    return parties[user].end_use if user else ()


def _asked_parties(portfolio: Portfolio) -> dict[str, ask.Party]:
    owners: dict[str, list[ask.Owner]] = {}
    for holding in portfolio.holdings:
        owners.setdefault(holding.party, []).append(holding.owner)
    return {
        party.id: ask.Party(
            (), party.name, party.country, party.address, party.identifiers, party.lists, party.unlisted, party.military,
            tuple(owners.get(party.id, ())),
        )
        for party in portfolio.parties
    }  # fmt: skip


def _roles(named: Mapping[str, str], parties: Mapping[str, ask.Party]) -> tuple[ask.Party, ...]:
    """Parties of a shipment, each once with all its parts."""
    roles: dict[str, list[str]] = {}
    for role, party in named.items():
        roles.setdefault(party, []).append(role)
    return tuple(replace(parties[party], roles=tuple(its)) for party, its in roles.items())


def _bills(portfolio: Portfolio) -> _Bills:
    found: dict[str, list[Material]] = {}
    for row in portfolio.materials:
        found.setdefault(row.good, []).append(row)
    return found


def _item(good: Good, goods: Mapping[str, Good], bills: _Bills) -> Item:
    """The good as an item, with its value for one piece and its bill."""
    return ask.Item(
        id=good.id,
        description=good.description,
        control_code=good.control_code,
        eccn=good.eccn,
        hs=_digits(good.hs or good.hts),
        origin=good.origin,
        elements=good.elements,
        elements_complete=good.elements_complete,
        form=good.form,
        meets_threshold=good.meets_threshold,
        value=good.value,
        parts=_parts(good, goods, bills, ()),
        cn_content=good.cn_content,
        us_content=good.us_content,
        cn_technology=good.cn_technology,
        us_technology=good.us_technology,
    )


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _parts(good: Good, goods: Mapping[str, Good], bills: _Bills, above: tuple[str, ...]) -> tuple[Component, ...]:
    """The bill of a good as components in components; bills of goods in it are looked into where the values agree."""
    if good.id in above or len(above) > _DEEP:
        return ()
    rows = bills.get(good.id, ())
    known = {row.id for row in rows}
    return tuple(
        _component(row, rows, good, goods, bills, (*above, good.id))
        for row in rows
        if not row.parent or row.parent not in known
    )


def _component(
    row: Material,
    rows: Sequence[Material],
    good: Good,
    goods: Mapping[str, Good],
    bills: _Bills,
    above: tuple[str, ...],
) -> Component:
    of = goods.get(row.id)
    value = _value(row, good, goods)
    told = value is not None and value.high is not None
    parts = tuple(_component(below, rows, good, goods, bills, above) for below in rows if below.parent == row.id)
    if not parts and of is not None and (not told or value == of.value):
        parts = _parts(of, goods, bills, above)
    return ask.Component(
        id=row.id,
        description=row.description or (of.description if of else ""),
        origin=row.origin or (of.origin if of else None),
        value=value if told else _rest(row, rows, good, goods),
        quantity=row.quantity,
        control_code=row.control_code or (of.control_code if of else ""),
        eccn=row.eccn or (of.eccn if of else ""),
        elements=row.elements or (of.elements if of else ()),
        form=row.form or (of.form if of else ""),
        chinese_technology=row.cn_technology if row.cn_technology is not None or of is None else of.cn_technology,
        parts=parts,
        where=str(row.place),
    )


def _value(row: Material, good: Good, goods: Mapping[str, Good]) -> Value | None:
    """Value of one piece: as told, by its share of the good, or that of the good it is."""
    of = goods.get(row.id)
    return row.value or _of_share(row, good) or (of.value if of else None)


def _rest(row: Material, rows: Sequence[Material], good: Good, goods: Mapping[str, Good]) -> Value | None:
    """What a material whose value is not told can be worth at most: what it is in, less what stands beside it.

    Materials beside it in another currency are not taken away, so that the bound errs on the safe side.
    """
    value = _value(row, good, goods)
    over = next((m for m in rows if m.id == row.parent), None)
    whole = good.value if over is None else _value(over, good, goods)
    if whole is None or whole.high is None or (value is not None and value.currency != whole.currency):
        return value
    rest = whole.high
    for beside in rows:
        its = None if beside is row or beside.parent != row.parent else _value(beside, good, goods)
        if its is not None and its.low is not None and its.currency == whole.currency:
            rest -= its.low * beside.quantity
    low = value.low if value is not None and value.low is not None else Decimal(0)
    return ask.Value(low, max(rest / row.quantity, low), whole.currency)


def _of_share(row: Material, good: Good) -> Value | None:
    """A share of the good's value as a value of one piece, for all its pieces together."""
    if row.share is None or good.value is None:
        return None
    low = _piece(row.share[0], good.value.low, row.quantity)
    high = _piece(row.share[1], good.value.high, row.quantity)
    return None if low is None and high is None else ask.Value(low, high, good.value.currency)


def _piece(share: Fraction | None, whole: Decimal | None, quantity: Decimal) -> Decimal | None:
    return None if share is None or whole is None else share.numerator * whole / share.denominator / quantity

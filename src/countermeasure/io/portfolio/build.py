"""Records of the sheets made into a portfolio's parts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from countermeasure.brief import portfolio as made
from countermeasure.codes.country import country
from countermeasure.codes.hts import parse_hts
from countermeasure.duty.line import SHARES
from countermeasure.errors import CodeError, CountermeasureError
from countermeasure.io import line_cells, transaction_cells
from countermeasure.io.firm_words import license_of, plain, product_of
from countermeasure.io.lines import USES, _claimed
from countermeasure.io.portfolio.records import day
from countermeasure.licensing.transaction import Owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.book.model import Fact
    from countermeasure.io.portfolio.records import Book, Record
    from countermeasure.licensing.transaction import Span, Value
    from countermeasure.supply.chain.model import Chain

__all__ = ["Builder"]

_UNITS = {
    "g": "g", "gram": "g", "grams": "g",
    "kg": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg",
    "t": "t", "tonne": "t", "tonnes": "t", "mt": "t", "metric ton": "t", "metric tons": "t",
    "piece": "pieces", "pieces": "pieces", "pcs": "pieces", "pc": "pieces", "no": "pieces", "each": "pieces", "ea": "pieces",
    "unit": "pieces", "units": "pieces",
}  # fmt: skip
_MOST_TIMES = 400
_UNKNOWN = frozenset({"unknown", "?", "not known"})


class Builder:
    """Makes objects of records; a record with a fault gives none.

    Args:
        book: Ids and faults.
        facts: Facts of the duty book by id.
        control_facts: Facts of the controls by id.
        chain: Chain whose products are meant.
    """

    def __init__(self, book: Book, facts: Mapping[str, Fact], control_facts: Mapping[str, Fact], chain: Chain) -> None:
        self.book = book
        self.facts = facts
        self.control_facts = control_facts
        self.chain = chain

    # -------------------------------------------------------------------------------------- who and where

    def party(self, row: Record) -> made.Party:
        """A row of ``parties``."""
        return made.Party(
            id=row.text("party"),
            name=row.text("name"),
            country=row.read("country", _country) or "",
            role=row.text("role"),
            address=row.text("address"),
            identifiers=row.read("ids", _ids) or (),
            lists=row.words("lists", transaction_cells.words),
            unlisted=bool(row.read("unlisted", transaction_cells.flag)),
            military=row.read("military", transaction_cells.flag),
            end_use=row.words("end_use", transaction_cells.end_uses),
            note=row.text("note"),
            place=row.place,
        )

    def holding(self, row: Record) -> made.Holding:
        """A row of ``owners``."""
        owner = Owner(
            row.text("owner"),
            row.read("share", transaction_cells.span) or (None, None),
            row.read("country", _country) or "",
            row.words("lists", transaction_cells.words),
        )
        party = self.book.refer(row, "party", "parties", or_empty=False)
        return made.Holding(party, owner, row.text("source"), row.text("confidence") or "U", row.place)

    def site(self, row: Record) -> made.Site:
        """A row of ``sites``."""
        party = self.book.refer(row, "party", "parties")
        return made.Site(
            row.text("site"), row.text("name"), row.read("country", _country) or "", party, row.text("note"), row.place
        )

    # ---------------------------------------------------------------------------------------------- goods

    def good(self, row: Record) -> made.Good:
        """A row of ``goods``."""
        duty_facts, control_facts = self._facts(row, set(SHARES) | {"cn_technology", "us_technology"})
        for name in row.words("use", lambda text: _claimed(text, self.facts)):
            if name == "none":
                duty_facts |= {use: 0.0 for use in USES if use in self.facts and use not in duty_facts}
            elif duty_facts.get(name) == 0.0:
                row.tell(
                    "use", f"the column use claims {name} and the column {name} says no", "Say one of the two.", "contradiction"
                )
            else:
                duty_facts[name] = 1.0
        shares = {name: share for name in SHARES if (share := row.read(name, line_cells.share)) is not None}
        if sum(shares.get(name, 0.0) for name in SHARES[:3]) > 1 + 1e-9:
            said = "the metal shares add up to more than the whole value"
            row.tell(SHARES[0], said, "Give each metal's share of the customs value, as 0.35 or 35%.", "shares_above_one")
        duty_facts |= {name: share for name, share in shares.items() if name in self.facts}
        return made.Good(
            id=row.text("good"),
            description=row.text("description"),
            hs=row.read("hs", _hs) or "",
            hts=row.read("hts", _hs) or "",
            origin=row.read("origin", transaction_cells.place),
            made_at=self.book.refer(row, "made_at", "sites"),
            control_code=row.text("control_code"),
            eccn=row.text("eccn"),
            elements=row.words("elements", transaction_cells.words),
            elements_complete=bool(row.read("elements_complete", transaction_cells.flag)),
            form=row.text("form"),
            meets_threshold=row.read("meets_threshold", transaction_cells.flag),
            cn_technology=row.read("cn_technology", transaction_cells.flag),
            us_technology=row.read("us_technology", transaction_cells.flag),
            cn_content=row.read("cn_content", transaction_cells.span),
            us_content=row.read("us_content", transaction_cells.span),
            value=self._value(row),
            shares=shares,
            duty_facts=duty_facts,
            control_facts=control_facts,
            product=row.read("product", lambda text: product_of(text, self.chain)) or "",
            kg_per_piece=row.read("kg_per_piece", _positive),
            source=row.text("source"),
            confidence=row.text("confidence") or "U",
            note=row.text("note"),
            place=row.place,
        )

    def material(self, row: Record) -> made.Material:
        """A row of ``materials``."""
        if row.text("value") and row.text("share"):
            row.tell("share", "a value and a share are given", "Give one of the two.", "contradiction")
        return made.Material(
            good=self.book.refer(row, "good", "goods", or_empty=False),
            id=row.text("material"),
            parent=row.text("parent"),
            description=row.text("description"),
            origin=row.read("origin", transaction_cells.place),
            supplier=self.book.refer(row, "supplier", "parties"),
            value=self._value(row),
            share=row.read("share", transaction_cells.span),
            quantity=row.read("quantity", transaction_cells.quantity) or Decimal(1),
            control_code=row.text("control_code"),
            eccn=row.text("eccn"),
            elements=row.words("elements", transaction_cells.words),
            form=row.text("form"),
            cn_technology=row.read("cn_technology", transaction_cells.flag),
            source=row.text("source"),
            confidence=row.text("confidence") or "U",
            note=row.text("note"),
            place=row.place,
        )

    def supplier(self, row: Record) -> made.Supplier:
        """A row of ``suppliers``."""
        from fractions import Fraction

        origin = row.read("origin", _country) or ""
        said = row.read("license", license_of)
        if said is None and "license" not in row.cells and origin == "CN":
            row.tell("license", "nothing is said of the license", "It is taken as not applied for.", "no_license", "note")
        applied = row.read("applied_on", day)
        if said == "applied" and "applied_on" not in row.cells:
            cure = "Give applied_on as YYYY-MM-DD, or write none if nothing was filed."
            row.tell("applied_on", "a license is applied for, and no day is given", cure, "no_day")
        return made.Supplier(
            good=self.book.refer(row, "good", "goods", or_empty=False),
            party=self.book.refer(row, "supplier", "parties", or_empty=False),
            origin=origin,
            share=row.read("share", transaction_cells.fraction) or Fraction(0),
            license=said or "none",
            applied_on=applied,
            note=row.text("note"),
            place=row.place,
        )

    # ------------------------------------------------------------------------------------------- movement

    def shipment(self, row: Record, sites: Mapping[str, str]) -> made.Shipment:
        """A row of ``shipments``; ``sites`` are countries by id."""
        duty_facts, control_facts = self._facts(row, set())
        if (time := row.read("entry_time", line_cells.minute)) is not None:
            duty_facts["entry_minute"] = time
        on = row.read("on", day)
        entry = row.read("entry_on", day)
        if on is not None and entry is not None and entry < on:
            cure = "Check the days: goods leave before they are entered."
            row.tell("entry_on", "it is entered before it leaves", cure, "days_out_of_order")
        times = row.read("times", _count) or 1
        every = row.read("every_days", _count)
        if times > 1 and every is None and "every_days" not in row.cells:
            row.tell("every_days", f"there are {times} and no days between them", "Give every_days.", "no_interval")
        return made.Shipment(
            id=row.text("shipment"),
            good=self.book.refer(row, "good", "goods", or_empty=False),
            on=on or 0,
            entry_on=entry,
            sent_from=row.read("from", lambda text: self._place(row, text, sites)) or "",
            sent_to=row.read("to", lambda text: self._place(row, text, sites)) or "",
            value=self._exact(row),
            quantities=_quantities(row),
            mode=row.read("mode", line_cells.mode) or "",
            terms=row.text("terms"),
            parties={role: id_ for role in made.PARTY_COLUMNS if (id_ := self.book.refer(row, role, "parties"))},
            end_use=row.words("end_use", transaction_cells.end_uses),
            duty_facts=duty_facts,
            control_facts=control_facts,
            every_days=every,
            times=times,
            note=row.text("note"),
            place=row.place,
        )

    def _place(self, row: Record, text: str, sites: Mapping[str, str]) -> str:
        """Country of a site, or a country."""
        if text in sites:
            return sites[text]
        if text in self.book.ids.get("sites", ()):
            said = f"it points to {text} in sites, which has faults or points to what has; this row is left out with it"
            row.tell(None, said, "Mend that row.", "left_out", "warning")
            row.left_out = True
            return ""
        try:
            return country(text).iso2
        except CountermeasureError as error:
            near = self.book.near(text, "sites")
            cure = f"Or give the id of a site of yours{f', as {near[0]}' if near else ''}."
            raise CodeError(error.message, code=error.code, cure=f"{error.cure or ''} {cure}".strip()) from None

    def stock(self, row: Record) -> made.Stock:
        """A row of ``stocks``."""
        unit = row.read("unit", _unit)
        return made.Stock(
            good=self.book.refer(row, "good", "goods", or_empty=False),
            site=self.book.refer(row, "site", "sites", or_empty=False),
            quantity=row.read("quantity", line_cells.number) or 0.0,
            unit=unit or "",
            weekly_use=row.read("weekly_use", _positive) or 1.0,
            line=row.text("line"),
            value_per_week_usd=row.read("value_per_week_usd", line_cells.number),
            counted_on=row.read("counted_on", day),
            note=row.text("note"),
            place=row.place,
        )

    def rate(self, row: Record) -> made.Rate:
        """A row of ``rates``."""
        code = row.read("currency", line_cells.currency) or ""
        if code == "USD":
            row.tell("currency", "the US dollar needs no rate", "Delete the row.", "rate_of_dollar")
        return made.Rate(
            code,
            row.read("usd_per_unit", transaction_cells.quantity) or Decimal(1),
            row.read("on", day),
            row.text("source"),
            row.text("confidence") or "U",
            row.place,
        )

    # --------------------------------------------------------------------------------------------- pieces

    def _facts(self, row: Record, others: set[str]) -> tuple[dict[str, float], dict[str, int | Span]]:
        duty: dict[str, float] = {}
        control: dict[str, int | Span] = {}
        for name in row.cells.keys() - others:
            if name in self.facts:
                said = row.text(name).casefold() in _UNKNOWN
                number = None if said else row.read(name, line_cells.reader_of_fact(self.facts[name].type))
                duty |= {} if number is None else {name: number}
            elif name in self.control_facts:
                reader: Any = transaction_cells.span if self.control_facts[name].type == "share" else transaction_cells.flag
                stated = row.read(name, reader)
                control |= {} if stated is None else {name: stated if isinstance(stated, tuple) else int(stated)}
        return dict(sorted(duty.items())), dict(sorted(control.items()))

    def _value(self, row: Record) -> Value | None:
        text = row.text("value")
        if not text:
            return None
        beside = row.read("currency", line_cells.currency) or "USD"
        try:
            value = transaction_cells.value(text, beside)
        except CountermeasureError as error:
            row.tell("value", error.message, error.cure or "", error.code)
            return None
        if value is not None and "currency" in row.cells and value.currency != beside:
            said = f"the value is in {value.currency}, the column currency says {beside}"
            row.tell("currency", said, "Say one currency.", "mixed_currency")
        return value

    def _exact(self, row: Record) -> Value | None:
        value = self._value(row)
        if value is not None and value.low != value.high:
            row.tell("value", "the value of a shipment is a range", "Give the customs value, or leave it empty.", "value_range")
        return value


def _country(text: str) -> str:
    return country(text).iso2


def _hs(text: str) -> str:
    parse_hts(text)
    return text


def _ids(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for word in transaction_cells.words(text):
        kind, equals, number = word.partition("=")
        if not equals or not kind.strip() or not number.strip():
            raise CodeError(f"{word!r} is no number of a register", code="bad_id", cure="Write kind=number, as lei=5299000000.")
        found.append((kind.strip(), number.strip()))
    return tuple(found)


def _positive(text: str) -> float:
    number = line_cells.number(text)
    if number == 0:
        raise CodeError(f"{text!r} is not above zero", code="zero", cure="Give a number above zero, or leave the row out.")
    return number


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _MOST_TIMES:
        raise CodeError(f"{text!r} is no count from 1 to {_MOST_TIMES}", code="bad_count", cure="Write a whole number, as 4.")
    return int(text)


def _unit(text: str) -> str:
    found = _UNITS.get(plain(text))
    if found is None:
        cure = "Write g, kg, t (1,000 kg) or pieces; convert pounds, and tons that are not metric."
        raise CodeError(f"{text!r} is not a unit that is known", code="unknown_unit", cure=cure)
    return found


def _quantities(row: Record) -> dict[str, float]:
    """Quantities of a shipment by unit."""
    found: dict[str, float] = {}
    given = row.read("quantity", line_cells.quantity)
    beside = row.read("unit", line_cells.unit)
    if given is not None:
        quantity, unit = given
        if not unit and not beside:
            if "unit" not in row.cells:
                row.tell("unit", f"the quantity {quantity:g} has no unit", "Add its unit, as No. or kg.", "no_unit")
        elif unit and beside and unit != beside:
            row.tell("unit", f"the quantity is in {unit}, the column unit says {beside}", "Say one unit.", "contradiction")
        else:
            found[unit or beside or ""] = quantity
    weight = row.read("weight_kg", line_cells.number)
    if weight is not None and found.setdefault("kg", weight) != weight:
        row.tell("weight_kg", f"the weight is {weight:g} kg and the quantity {found['kg']:g} kg", "Keep one.", "contradiction")
    return found

"""From a table of text to lines that can be priced, and faults for the rest. No row is lost between the two."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.line import SHARES, Line
from countermeasure.errors import CodeError
from countermeasure.io import line_cells as read
from countermeasure.io.faults import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from countermeasure.book.model import Fact
    from countermeasure.io.tables import RawTable

__all__ = ["QUANTITIES", "REQUIRED", "USES", "Given", "line_columns", "read_lines", "unknown_fact"]

REQUIRED = ("hts", "origin", "entry_on")
"""Columns without which no line can be priced, unless the caller gives the value for all lines."""

QUANTITIES = 4
"""Pairs of columns ``quantity``/``unit``, ``quantity_2``/``unit_2`` and so on that are understood."""

USES = (
    "car_part",
    "heavy_vehicle_part",
    "industrial_machine_part",
    "civil_aircraft",
    "pharmaceutical_use",
    "chip_exempt_use",
    "unmanned_aircraft_use",
    "vehicle_battery",
    "enteral_syringe",
)
"""Facts about the use of goods: all are answered with no by ``none`` in the column ``use``."""

_ALIASES: dict[str, tuple[str, ...]] = {
    "line_id": ("line", "id", "line no", "line number", "item", "item id", "reference", "ref", "sku", "part number"),
    "hts": (
        "hts_code", "hts number", "hts no", "hts10", "hs", "hs_code", "hs6", "hs number", "htsus", "tariff",
        "tariff number", "tariff code", "tariff_no", "commodity code", "code",
    ),
    "origin": ("country_of_origin", "coo", "origin country", "country", "made in", "origin code"),
    "entry_on": ("entry_date", "date", "on", "entry", "entered_on", "date of entry", "entry day"),
    "value_usd": (
        "value", "customs_value", "customs value usd", "entered_value", "value (usd)", "customs value (usd)",
        "value in usd", "amount", "amount_usd",
    ),
    "into": ("destination", "importing country", "import into", "country of import"),
    "loaded_on": ("loading date", "loaded", "on board date", "date loaded"),
    "exported_on": ("export date", "exported", "date of export"),
    "entry_time": ("entry_minute", "time", "time of entry"),
    "quantity": ("qty", "quantity_1", "quantity 1", "qty 1"),
    "unit": ("uom", "unit of measure", "unit_1", "unit of quantity", "units"),
    "weight_kg": ("weight", "net weight", "net_weight_kg", "kg", "net kg"),
    "steel_value_share": ("steel share", "steel content share"),
    "aluminium_value_share": ("aluminum_value_share", "aluminium share", "aluminum share"),
    "copper_value_share": ("copper share",),
    "us_content_share": ("us content", "us value share"),
    "maker_cn_share": ("chinese ownership", "maker chinese share"),
    "use": ("uses", "claims", "use claims"),
    "chapter_98": ("chapter98", "chapter 98 claim", "hts98"),
    "chapter_98_value": ("chapter_98_value_usd", "chapter98 value"),
    "mode": ("mode of transport", "transport", "mot"),
    "currency": ("curr", "ccy", "value currency"),
    "civil_aircraft": ("civil aircraft part",),
    "postal": ("international mail",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for every line that does not say otherwise.

    Attributes:
        origin: Two-letter code, or empty.
        on: Epoch day of entry, or ``None``.
        into: Customs territory of import.
        value_usd: Customs value, or ``None``.
        facts: Facts by id.
        shares: Shares of value by name.
        quantities: Quantities by unit.
        mode: Mode of transport, or empty.
        chapter_98: Digits of the number claimed, or empty.
        chapter_98_value_usd: Value that goes with it, or ``None``.
    """

    origin: str = ""
    on: int | None = None
    into: str = "US"
    value_usd: float | None = None
    facts: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    quantities: Mapping[str, float] = field(default_factory=dict)
    mode: str = ""
    chapter_98: str = ""
    chapter_98_value_usd: float | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that the table must then have."""
        have = {"origin": bool(self.origin), "entry_on": self.on is not None}
        return tuple(name for name in REQUIRED if not have.get(name, False))


def line_columns(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """The columns that are understood, each with its other names, for :func:`countermeasure.io.tables.read_table`.

    Args:
        facts: Facts of the book; every one is a column of its own name (``entry_minute`` is ``entry_time``).
    """
    columns = dict(_ALIASES)
    for place in range(2, QUANTITIES + 1):
        columns |= {f"quantity_{place}": (f"qty {place}",), f"unit_{place}": (f"uom {place}",)}
    columns |= {name: _ALIASES.get(name, ()) for name in (*SHARES, *facts) if name != "entry_minute"}
    return columns


def unknown_fact(name: str, known: Sequence[str]) -> CodeError:
    """The error for a fact that the book does not hold, with near names."""
    from rapidfuzz import fuzz, process

    near = [word for word, _, _ in process.extract(name, known, scorer=fuzz.ratio, limit=3, score_cutoff=55)]
    cure = f"Did you mean {' or '.join(near)}?" if near else f"Facts are: {', '.join(known)}."
    return CodeError(f"{name!r} is not a fact that is known", code="unknown_fact", cure=cure)


def read_lines(
    table: RawTable, facts: Mapping[str, Fact], given: Given, report: Callable[[Fault], None]
) -> Iterator[tuple[int, Line]]:
    """Turn rows into lines, in their order.

    Args:
        table: Read with the columns of :func:`line_columns`. Its own faults are not reported again.
        facts: Facts of the book.
        given: What holds for lines that do not say otherwise.
        report: Called with every fault. A row with a fault of severity ``error`` gives no line; all its faults are
            reported, not the first alone.

    Yields:
        Row in the source and line. Without a column that is required there is none.
    """
    if any(name not in table.columns for name in given.required):
        return
    reader = _Reader(table, facts, given, report)
    for place, row in enumerate(table.rows):
        line = reader.line(place, row)
        if line is not None:
            yield row, line


class _Reader:
    """Reads rows; equal cells of a column are read once."""

    def __init__(self, table: RawTable, facts: Mapping[str, Fact], given: Given, report: Callable[[Fault], None]) -> None:
        self._table = table
        self._facts = facts
        self._given = given
        self._report = report
        self._seen: dict[str, int] = {}
        self._currency = "currency" in table.columns
        readers = _readers(facts)
        self._columns: list[tuple[str, list[str | None], Callable[[str], Any], dict[str, Any]]]
        self._columns = [(name, cells, readers[name], {}) for name, cells in table.columns.items() if name in readers]

    def line(self, place: int, row: int) -> Line | None:
        """The line of a row, or ``None`` after its faults were reported."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, cells, reader, memo in self._columns:
            text = cells[place]
            if text is None:
                continue
            value = memo.get(text)
            if value is None:
                try:
                    value = reader(text)
                except CodeError as error:
                    value = error
                if len(memo) < 100_000:
                    memo[text] = value
            if isinstance(value, CodeError):
                faults.append(self._fault(row, name, text, value.message, value.cure or "", value.code))
            else:
                values[name] = value
        faulty = {fault.column for fault in faults}
        faults += [
            self._fault(row, name, None, f"the cell {name} is empty", _FILL[name], "empty_cell")
            for name in self._given.required
            if name not in values and name not in faulty
        ]
        line = self._built(row, values, faults)
        for fault in faults:
            self._report(fault)
        if any(fault.severity == "error" for fault in faults):
            return None
        self._told_twice(row, line.line_id)
        return line

    def _built(self, row: int, values: dict[str, Any], faults: list[Fault]) -> Line:
        """Put a line together; what does not fit together is added to ``faults``."""
        given = self._given
        facts = dict(given.facts)
        shares = dict(given.shares)
        for name in values.keys() & (self._facts.keys() | set(SHARES)):
            if name in self._facts:
                facts[name] = values[name]
            if name in SHARES:
                shares[name] = values[name]
        if "entry_time" in values:
            facts["entry_minute"] = values["entry_time"]
        self._uses(row, values, facts, faults)
        on = values.get("entry_on", given.on)
        line = Line(
            hts=values.get("hts", ""),
            origin=values.get("origin", given.origin),
            on=0 if on is None else on,
            value_usd=self._value(row, values, faults),
            line_id=values.get("line_id", f"row {row}"),
            into=values.get("into", given.into),
            facts=facts,
            shares=shares,
            quantities=self._quantities(row, values, faults) or given.quantities,
            mode=values.get("mode", given.mode),
            chapter_98=values.get("chapter_98", given.chapter_98),
            chapter_98_value_usd=values.get("chapter_98_value", given.chapter_98_value_usd),
        )
        if line.chapter_98.startswith("9801"):
            line = replace(line, facts={**facts, "chapter_9801": 1.0})
        self._together(row, line, on, faults)
        return line

    def _uses(self, row: int, values: dict[str, Any], facts: dict[str, float], faults: list[Fault]) -> None:
        for name in values.get("use", ()):
            if name == "none":
                facts.update({use: 0.0 for use in USES if use in self._facts and use not in values})
            elif values.get(name) == 0.0:
                said = f"the column use claims {name} and the column {name} says no"
                faults.append(self._fault(row, "use", name, said, "Say one of the two.", "contradiction"))
            else:
                facts[name] = 1.0

    def _value(self, row: int, values: dict[str, Any], faults: list[Fault]) -> float | None:
        if "value_usd" not in values:
            return self._given.value_usd
        value: float
        value, inside = values["value_usd"]
        beside = values.get("currency", "")
        written = inside or beside or "USD"
        if inside and beside and inside != beside:
            said = f"the value is in {inside}, the column currency says {beside}"
            cure = "Say one currency; convert the value to dollars."
            faults.append(self._fault(row, "currency", beside, said, cure, "mixed_currency"))
        elif written != "USD":
            said = f"the value is in {written}; lines are priced in US dollars"
            cure = "Convert it at the rate certified for the day of export (19 CFR 159.34) and write USD."
            column = "value_usd" if inside else "currency"
            faults.append(self._fault(row, column, written, said, cure, "mixed_currency"))
        return value

    def _quantities(self, row: int, values: dict[str, Any], faults: list[Fault]) -> dict[str, float]:
        found: dict[str, float] = {}
        for place in range(1, QUANTITIES + 1):
            name, unit_name = ("quantity", "unit") if place == 1 else (f"quantity_{place}", f"unit_{place}")
            if name not in values:
                continue
            quantity, unit = values[name]
            beside = values.get(unit_name, "")
            if not unit and not beside:
                said = f"the quantity {quantity:g} has no unit"
                faults.append(self._fault(row, unit_name, None, said, f"Add its unit in {unit_name}, as kg.", "no_unit"))
            elif unit and beside and unit != beside:
                said = f"the quantity is in {unit}, the column {unit_name} says {beside}"
                faults.append(self._fault(row, unit_name, beside, said, "Say one unit.", "contradiction"))
            elif found.setdefault(unit or beside, quantity) != quantity:
                said = f"two quantities in {unit or beside}: {found[unit or beside]:g} and {quantity:g}"
                faults.append(self._fault(row, name, f"{quantity:g}", said, "Keep one.", "contradiction"))
        if "weight_kg" in values and found.setdefault("kg", values["weight_kg"]) != values["weight_kg"]:
            said = f"the weight is {values['weight_kg']:g} kg and a quantity is {found['kg']:g} kg"
            faults.append(self._fault(row, "weight_kg", f"{values['weight_kg']:g}", said, "Keep one.", "contradiction"))
        return found

    def _together(self, row: int, line: Line, on: int | None, faults: list[Fault]) -> None:
        """Faults that no cell has alone."""
        for name in ("loaded_on", "exported_on"):
            day = line.facts.get(name)
            if day is not None and on is not None and day > on:
                said = f"{name} is {format_day(int(day))}, after the entry on {format_day(on)}"
                cure = "Check the days: goods are exported and loaded before they are entered."
                faults.append(self._fault(row, name, format_day(int(day)), said, cure, "days_out_of_order"))
        metal = sum(line.shares.get(name, 0.0) for name in SHARES[:3])
        if metal > 1 + 1e-9:
            said = f"the metal shares add up to {metal:.4g}, more than the whole value"
            cure = "Give each metal's share of the customs value, as 0.35 or 35%."
            faults.append(self._fault(row, SHARES[0], None, said, cure, "shares_above_one"))
        part = line.chapter_98_value_usd
        if part is None:
            return
        if not line.chapter_98:
            said, cure = "there is a chapter_98_value and no chapter_98", "Say which number is claimed, as 9802.00.80."
            faults.append(self._fault(row, "chapter_98_value", f"{part:g}", said, cure, "contradiction"))
        elif line.value_usd is not None and part > line.value_usd:
            said = f"chapter_98_value is {part:,.2f}, more than the customs value of {line.value_usd:,.2f}"
            cure = "Give the part of the customs value that the claim is about."
            faults.append(self._fault(row, "chapter_98_value", f"{part:g}", said, cure, "contradiction"))

    def _told_twice(self, row: int, line_id: str) -> None:
        first = self._seen.setdefault(line_id, row)
        if first != row:
            said = f"the line_id {line_id!r} stands in row {first} too; both lines are priced"
            cure = "Give every line a name of its own."
            self._report(self._fault(row, "line_id", line_id, said, cure, "duplicate_line_id", "warning"))

    def _fault(
        self,
        row: int,
        column: str,
        value: str | None,
        message: str,
        cure: str,
        code: str,
        severity: Severity = "error",
    ) -> Fault:
        return Fault(self._table.source, row, column, value, message, cure, code, severity)


_FILL = {
    "hts": "Give two to ten digits, for example 8505.11.00.70.",
    "origin": "Give the country of origin, for example CN.",
    "entry_on": "Give the day of entry as YYYY-MM-DD.",
}


def _readers(facts: Mapping[str, Fact]) -> dict[str, Callable[[str], Any]]:
    """What reads the cells of each column."""
    readers: dict[str, Callable[[str], Any]] = {
        "line_id": str,
        "hts": read.tariff_number,
        "origin": read.origin,
        "entry_on": parse_day,
        "value_usd": read.amount,
        "into": read.destination,
        "entry_time": read.minute,
        "weight_kg": read.number,
        "use": lambda text: _claimed(text, facts),
        "chapter_98": read.chapter_98,
        "chapter_98_value": _dollars,
        "mode": read.mode,
        "currency": read.currency,
    }
    for place in range(1, QUANTITIES + 1):
        end = "" if place == 1 else f"_{place}"
        readers |= {f"quantity{end}": read.quantity, f"unit{end}": read.unit}
    readers |= dict.fromkeys(SHARES, read.share)
    readers |= {name: read.reader_of_fact(fact.type) for name, fact in facts.items()}
    return readers


def _dollars(text: str) -> float:
    value, currency = read.amount(text)
    if currency not in ("", "USD"):
        raise CodeError(f"{text!r} is not in US dollars", code="mixed_currency", cure="Convert it to dollars.")
    return value


def _claimed(text: str, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Facts named in the column ``use``; ``none`` says that no use of :data:`USES` applies beside those named."""
    flags = [name for name, fact in facts.items() if fact.type == "flag"]
    plain = {name.replace("_", ""): name for name in (*flags, "none")}
    names: list[str] = []
    for word in text.replace(",", ";").split(";"):
        key = word.strip().casefold().replace("_", "").replace(" ", "").replace("-", "")
        if not key:
            continue
        if key not in plain:
            raise unknown_fact(word.strip(), flags)
        names.append(plain[key])
    return tuple(sorted(names, key=lambda name: name != "none"))

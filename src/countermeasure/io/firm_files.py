"""Read a firm's table: parts, suppliers, stock and licenses, in CSV, Excel, Parquet or JSON.

A row is one supplier of one part. What holds for the whole part (product, region, use, stock, line, worth) may stand in one row
alone; where it stands twice it must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError
from countermeasure.io import line_cells
from countermeasure.io.faults import Fault
from countermeasure.io.firm_words import license_of, plain, product_of, region_of
from countermeasure.io.tables import read_table
from countermeasure.supply.chain.model import Chain
from countermeasure.supply.firm.run import Firm, Part, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from countermeasure.io.faults import Severity
    from countermeasure.io.tables import RawTable

__all__ = ["FIRM_COLUMNS", "REQUIRED", "UNITS", "FirmFile", "read_firm"]

FIRM_COLUMNS: dict[str, tuple[str, ...]] = {
    "part": ("part name", "part no", "part number", "item", "component"),
    "product": ("chain product", "goods", "material", "kind"),
    "region": ("used in", "use region", "country of use", "plant country", "site"),
    "supplier": ("vendor", "supplier name", "seller"),
    "origin": ("country of origin", "origin country", "supplier country", "sent from"),
    "share": ("share of supply", "supply share", "split", "allocation"),
    "weekly_use": ("use", "weekly usage", "weekly demand", "use per week", "quantity per week"),
    "unit": ("uom", "units", "unit of use"),
    "kg_per_piece": ("kg each", "weight per piece", "piece weight", "kg per unit"),
    "cover_weeks": ("cover", "weeks of stock", "stock weeks", "weeks cover", "inventory weeks"),
    "license": ("licence", "license state", "licence state", "license status", "licence status", "permit"),
    "applied_on": ("application date", "date applied", "filed on"),
    "line": ("production line", "stops", "line stopped"),
    "value_per_week_usd": ("value per week", "line value", "usd per week"),
}
"""Columns of a firm's table, each with its other names."""
REQUIRED = ("part", "product", "region", "origin", "share", "weekly_use", "unit", "cover_weeks")

UNITS = {"g": 1e-6, "kg": 1e-3, "t": 1.0}
"""Tonnes in a unit; pieces take the column ``kg_per_piece``."""
_UNIT_WORDS = {
    "g": "g", "gram": "g", "grams": "g",
    "kg": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg", "kilogramme": "kg",
    "t": "t", "tonne": "t", "tonnes": "t", "mt": "t", "metric ton": "t", "metric tons": "t",
    "piece": "pieces", "pieces": "pieces", "pcs": "pieces", "pc": "pieces", "pce": "pieces", "no": "pieces", "each": "pieces",
    "ea": "pieces", "unit": "pieces", "units": "pieces",
}  # fmt: skip
_AGREE = 0.01
_WHOLE = 0.005

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FirmFile:
    """A firm's table as it was read.

    Attributes:
        firm: The parts without errors.
        faults: What is wrong or worth saying, in the order of the file.
        rows: Rows of the table.
    """

    firm: Firm
    faults: tuple[Fault, ...]
    rows: int

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults of severity ``error``."""
        return tuple(fault for fault in self.faults if fault.severity == "error")


def read_firm(
    source: Path | str, chain: Chain | None = None, *, name: str = "", sheet: str | None = None, content: bytes | None = None
) -> FirmFile:
    """Read a firm's table.

    Args:
        source: A file, or ``-`` for standard input.
        chain: Chain whose products and regions are meant; the shipped one if absent.
        name: Name of the firm.
        sheet: Sheet of an Excel file.
        content: The content, where the caller has it already.

    Returns:
        Parts that could be read, and every fault; a part with an error is left out whole.

    Raises:
        NotFoundError: If the file is not there.
        InputError: If it cannot be read at all.
    """
    table = read_table(source, FIRM_COLUMNS, REQUIRED, tariff_columns=(), sheet=sheet, content=content)
    reader = _Reader(table, chain or Chain.shipped())
    parts = reader.parts() if all(column in table.columns for column in REQUIRED) else ()
    faults = sorted((*table.faults, *reader.faults), key=lambda fault: -1 if fault.row is None else fault.row)
    return FirmFile(Firm(parts, name), tuple(faults), len(table))


@dataclass(slots=True)
class _Row:
    """A row: its number and its cells."""

    row: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class _Reader:
    """Reads part by part; faults are gathered."""

    def __init__(self, table: RawTable, chain: Chain) -> None:
        self.table, self.chain = table, chain
        self.faults: list[Fault] = []

    def tell(
        self, row: int, column: str, value: str | None, message: str, cure: str, code: str, severity: Severity = "error"
    ) -> None:
        self.faults.append(Fault(self.table.source, row, column, value, message, cure, code, severity))

    def parts(self) -> tuple[Part, ...]:
        """Parts without errors, in the order of the file."""
        rows: dict[str, list[_Row]] = {}
        for place, number in enumerate(self.table.rows):
            cells = {column: text for column, values in self.table.columns.items() if (text := values[place])}
            if not cells.get("part"):
                self.tell(
                    number, "part", None, "the part has no name", "Name it; rows of one part share the name.", "empty_name"
                )
                continue
            rows.setdefault(plain(cells["part"]), []).append(_Row(number, cells))
        found = [self.part(of) for of in rows.values()]
        return tuple(part for part in found if part is not None)

    def part(self, rows: list[_Row]) -> Part | None:
        """A part from its rows, or ``None`` after its faults were told."""
        before = len(self._errors())
        product = self._one(rows, "product", lambda text: product_of(text, self.chain))
        region = self._one(rows, "region", lambda text: region_of(text, self.chain))
        line = self._one(rows, "line", str.strip, required=False)
        cover = self._one(rows, "cover_weeks", lambda text: _number(text, "cover", "negative_cover"))
        value = self._one(rows, "value_per_week_usd", lambda text: _number(text, "value", "negative_value"), required=False)
        use = self._use(rows)
        sources = [self._source(row, alone=len(rows) == 1) for row in rows]
        self._whole(rows, sources)
        if len(self._errors()) > before or product is None or region is None or cover is None or use is None:
            return None
        kept = tuple(source for source in sources if source is not None)
        return Part(rows[0]["part"], product, region, use, cover, kept, line or "", value)

    def _errors(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity == "error"]

    def _read(self, row: _Row, column: str, read: Callable[[str], _T]) -> _T | None:
        """A cell; its fault is told and answered with ``None``."""
        try:
            return read(row[column])
        except CodeError as error:
            self.tell(row.row, column, row[column], error.message, error.cure or "", error.code)
            return None

    def _one(self, rows: list[_Row], column: str, read: Callable[[str], _T], *, required: bool = True) -> _T | None:
        """What holds for the whole part: the same in every row that says it."""
        said = [row for row in rows if row[column]]
        if not said:
            if required:
                self.tell(rows[0].row, column, None, f"no row of {rows[0]['part']} has a {column}", "Fill it.", "empty_cell")
            return None
        values = [self._read(row, column, read) for row in said]
        if None in values:
            return None
        for row, value in zip(said, values, strict=True):
            if value != values[0]:
                self.tell(
                    row.row,
                    column,
                    row[column],
                    f"{rows[0]['part']} has the {column} {said[0][column]!r} in row {said[0].row} and {row[column]!r} here",
                    f"Give {rows[0]['part']} one {column}, or call it two parts.",
                    "part_disagrees",
                )
                return None
        return values[0]

    def _use(self, rows: list[_Row]) -> float | None:
        """Use of the whole part, t a week, from rows that may have several units."""
        said = [row for row in rows if row["weekly_use"]]
        if not said:
            self.tell(
                rows[0].row, "weekly_use", None, f"no row of {rows[0]['part']} has a weekly_use", "Fill it.", "empty_cell"
            )
            return None
        found = [(row, *self._tonnes(row)) for row in said]
        if any(tonnes is None for _, tonnes, _ in found):
            return None
        first = found[0][1] or 0.0
        units = list(dict.fromkeys(unit for _, _, unit in found))
        if len(units) > 1:
            self.tell(
                rows[0].row,
                "unit",
                None,
                f"{rows[0]['part']} is given in {' and '.join(units)}; converted at 1 t = 1,000 kg",
                "Nothing, if that is meant.",
                "units_converted",
                "note",
            )
        for row, tonnes, _ in found:
            if abs((tonnes or 0.0) - first) > _AGREE * first:
                self.tell(
                    row.row,
                    "weekly_use",
                    row["weekly_use"],
                    f"{rows[0]['part']} uses {first:g} t a week in row {said[0].row} and {tonnes:g} t here",
                    "weekly_use is that of the whole part, whoever supplies it; give one amount.",
                    "part_disagrees",
                )
                return None
        return first

    def _tonnes(self, row: _Row) -> tuple[float | None, str]:
        """Use of a row in t a week, and its unit."""
        unit = _UNIT_WORDS.get(plain(row["unit"]), "")
        if not unit:
            cure = "Write kg, t (1,000 kg), g, or pieces with kg_per_piece; convert pounds, and tons that are not metric."
            self.tell(
                row.row, "unit", row["unit"] or None, f"{row['unit']!r} is not a unit that is known", cure, "unknown_unit"
            )
            return None, ""
        use = self._read(row, "weekly_use", lambda text: _number(text, "use", "negative_use"))
        if use is None:
            return None, unit
        if use == 0:
            self.tell(
                row.row, "weekly_use", row["weekly_use"], "the use is zero", "Leave the part out, or give its use.", "zero_use"
            )
            return None, unit
        if unit != "pieces":
            return use * UNITS[unit], unit
        if not row["kg_per_piece"]:
            cure = "Give kg_per_piece: kg of magnet, metal or oxide in a piece."
            self.tell(row.row, "kg_per_piece", None, "pieces have no weight", cure, "no_piece_weight")
            return None, unit
        weight = self._read(row, "kg_per_piece", lambda text: _number(text, "weight", "negative_weight"))
        return (None if weight is None else use * weight * UNITS["kg"]), unit

    def _source(self, row: _Row, *, alone: bool) -> Source | None:
        origin = self._read(row, "origin", lambda text: region_of(text, self.chain))
        share: float | None = 1.0
        if row["share"] or not alone:
            share = self._read(row, "share", line_cells.share)
        said = self._read(row, "license", license_of) if row["license"] else "none"
        if not row["license"] and origin == "CN":
            self.tell(
                row.row,
                "license",
                None,
                "nothing is said of the license",
                "It is taken as not applied for.",
                "no_license",
                "note",
            )
        day = self._read(row, "applied_on", parse_day) if row["applied_on"] else None
        if said == "applied" and not row["applied_on"]:
            cure = "Give applied_on as YYYY-MM-DD, or write none if nothing was filed."
            self.tell(row.row, "applied_on", None, "a license is applied for, and no day is given", cure, "no_day")
        if origin is None or share is None or said is None:
            return None
        return Source(row["supplier"] or f"supplier in row {row.row}", origin, share, said, day)

    def _whole(self, rows: list[_Row], sources: Iterable[Source | None]) -> None:
        shares = [source.share for source in sources if source is not None]
        places = ", ".join(str(row.row) for row in rows)
        if len(shares) == len(rows) and abs(sum(shares) - 1) > _WHOLE:
            self.tell(
                rows[-1].row,
                "share",
                rows[-1]["share"] or None,
                f"the shares of {rows[0]['part']} sum to {sum(shares):.4g}, not to 1 (rows {places})",
                "Mend the shares, or add the supplier of the rest.",
                "shares_not_whole",
            )


def _number(text: str, what: str, negative: str) -> float:
    """A number that cannot be negative."""
    if text.lstrip().startswith(("-", "−")):
        raise CodeError(f"the {what} {text!r} is negative", code=negative, cure="Give zero or more.")
    try:
        return line_cells.number(text.strip())
    except CodeError as error:
        raise CodeError(f"the {what} {text!r} is not a number", code="bad_number", cure=error.cure) from None

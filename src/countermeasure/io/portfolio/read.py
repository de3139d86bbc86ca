"""Read a portfolio from a workbook, a folder of CSV or such a folder packed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from countermeasure.brief.portfolio import Portfolio
from countermeasure.errors import InputError
from countermeasure.io.faults import Fault
from countermeasure.io.limits import Limits
from countermeasure.io.portfolio.build import Builder
from countermeasure.io.portfolio.records import Book, Record, records_of
from countermeasure.io.portfolio.sheets import SHEETS, columns_of
from countermeasure.io.portfolio.source import open_source
from countermeasure.io.portfolio.together import check_together
from countermeasure.io.portfolio.whole import leave_out_whole, parties_in_doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from countermeasure.book.model import Fact
    from countermeasure.io.portfolio.source import Source
    from countermeasure.supply.chain.model import Chain

__all__ = ["PortfolioFile", "read_portfolio", "shipped_portfolio"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PortfolioFile:
    """A portfolio as it was read.

    Attributes:
        portfolio: What could be read; rows with an error, and rows that point to them, are left out.
        faults: What is wrong or worth saying, by sheet and row.
        rows: Rows read by sheet; a sheet that is not there is absent.
        kept: Rows of them that stand in the portfolio.
    """

    portfolio: Portfolio
    faults: tuple[Fault, ...]
    rows: Mapping[str, int]
    kept: Mapping[str, int]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults of severity ``error``."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    def refused(self) -> Portfolio:
        """The portfolio, if nothing is wrong with it.

        Raises:
            InputError: With all errors, each with its place and cure.
        """
        if self.errors:
            first, *further = self.errors
            row = "" if first.row is None else f", row {first.row}"
            where = f"{first.file}{row}{'' if first.column is None else f', column {first.column}'}"
            raise InputError(first.message, code=first.code, where=where, cure=first.cure, faults=[str(f) for f in further])
        return self.portfolio


def read_portfolio(
    source: Path | str,
    *,
    content: bytes | None = None,
    limits: Limits | None = None,
    facts: Mapping[str, Fact] | None = None,
    control_facts: Mapping[str, Fact] | None = None,
    chain: Chain | None = None,
) -> PortfolioFile:
    """Read a portfolio.

    Args:
        source: A workbook ``.xlsx``, a folder with one CSV for each sheet, or such a folder packed as ``.zip``.
        content: The content of a file, where the caller has it already; ``source`` is then only its name.
        limits: Bounds; those for a file of one's own if absent, and ``limits.UPLOAD`` for what comes over a network.
        facts: Facts of the duty book, which may be columns of goods and shipments; those shipped if absent.
        control_facts: Facts of the controls; those shipped if absent.
        chain: Chain whose products are meant; the shipped one if absent.

    Raises:
        NotFoundError: If it is not there.
        InputError: If it cannot be read at all, is beyond the limits, or holds no sheet of a portfolio.
    """
    from countermeasure.book.load import Book as Law
    from countermeasure.supply.chain.model import Chain as Chain_

    limits = limits or Limits()
    opened = open_source(source, content, limits)
    if not opened.tables:
        raise InputError(
            "it holds no sheet of a portfolio", code="no_sheets", where=opened.name,
            cure=f"Name sheets {', '.join(SHEETS)}; countermeasure portfolio template gives a file to fill.",
            faults=[str(fault) for fault in opened.faults],
        )  # fmt: skip
    if facts is None or control_facts is None:
        law = Law.shipped()
        facts, control_facts = facts or law.facts, control_facts or law.control_facts
    return _read(opened, Book(), facts, control_facts, chain or Chain_.shipped(), limits)


def shipped_portfolio() -> Portfolio:
    """The example in the wheel: an invented maker of motors. None of its firms exists."""
    from countermeasure.book.load import shipped_data

    return replace(read_portfolio(shipped_data() / "portfolio").refused(), source="the shipped example")


def _read(
    opened: Source, book: Book, facts: Mapping[str, Fact], control_facts: Mapping[str, Fact], chain: Chain, limits: Limits
) -> PortfolioFile:
    book.faults += opened.faults
    records: dict[str, list[Record]] = {}
    for sheet in SHEETS.values():
        if sheet.name in opened.tables:
            place, rows = opened.tables[sheet.name]
            columns = columns_of(sheet, facts, control_facts)
            records[sheet.name] = records_of(
                sheet, place, rows, columns, book, limits.faults, opened.doubt.get(sheet.name, frozenset())
            )
        elif sheet.required:
            said = f"the sheet {sheet.name} is missing"
            book.faults.append(Fault(opened.name, None, None, None, said, f"Add it. {sheet.what}", "missing_sheet"))
        else:
            said = f"there is no sheet {sheet.name}: nothing is known of this"
            book.faults.append(Fault(opened.name, None, None, None, said, sheet.what, "no_sheet", "note"))
    portfolio = _built(records, Builder(book, facts, control_facts, chain), opened.name)
    faults = [*book.faults, *(fault for rows in records.values() for record in rows for fault in record.faults)]
    kept = {name: sum(not record.left_out for record in rows) for name, rows in records.items()}
    return PortfolioFile(portfolio, _sorted(faults, opened), {name: len(rows) for name, rows in records.items()}, kept)


def _built(records: Mapping[str, Sequence[Record]], builder: Builder, name: str) -> Portfolio:
    """Build sheet by sheet, so that what a row points to is settled before it."""
    book = builder.book
    built: dict[str, list[tuple[Record, Any]]] = {}

    def of(sheet: str, make: Callable[[Record], _T]) -> tuple[_T, ...]:
        pairs = [(record, make(record)) for record in records.get(sheet, ())]
        check_together(sheet, pairs, built)
        leave_out_whole(sheet, pairs, book)
        built[sheet] = pairs
        _break(sheet, pairs, book)
        return tuple(thing for record, thing in pairs if not record.left_out)

    firm = next(iter(records.get("firm", ())), None)
    for further in records.get("firm", ())[1:]:
        further.tell(None, "the firm has a second row", "Keep one row: a portfolio is of one firm.", "second_firm")
    of("parties", builder.party)
    holdings = of("owners", builder.holding)
    doubt = parties_in_doubt(records.get("owners", ()), book)
    for record in records.get("parties", ()):
        if record.text("party") in doubt and not record.left_out:
            record.tell(None, doubt[record.text("party")], "Mend the sheet owners.", "left_out", "warning")
            record.left_out = True
    _break("parties", built["parties"], book)
    parties = tuple(thing for record, thing in built["parties"] if not record.left_out)
    sites = of("sites", builder.site)
    places = {site.id: site.country for site in sites}
    from countermeasure.codes.country import country
    from countermeasure.io.portfolio.records import day

    return Portfolio(
        name=firm.text("name") if firm else "",
        home=(firm.read("home", lambda text: country(text).iso2) if firm else None) or "",
        as_of=firm.read("as_of", day) if firm else None,
        note=firm.text("note") if firm else "",
        parties=parties,
        holdings=tuple(one for one in holdings if one.party not in book.broken["parties"]),
        sites=sites,
        rates=of("rates", builder.rate),
        goods=of("goods", builder.good),
        materials=of("materials", builder.material),
        suppliers=of("suppliers", builder.supplier),
        shipments=of("shipments", lambda record: builder.shipment(record, places)),
        stocks=of("stocks", builder.stock),
        source=name,
    )


def _break(sheet: str, pairs: Sequence[tuple[Record, Any]], book: Book) -> None:
    """Note which ids of a sheet do not stand."""
    key = SHEETS[sheet].key[0]
    book.broken[sheet] = {record.text(key) for record, _ in pairs if record.left_out}


def _sorted(faults: list[Fault], opened: Source) -> tuple[Fault, ...]:
    """Faults of the whole file first, then sheet by sheet, row by row."""
    order = {place: number for number, place in enumerate(
        opened.tables[name][0] for name in SHEETS if name in opened.tables)}  # fmt: skip
    grave = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(faults, key=lambda f: (order.get(f.file, -1), -1 if f.row is None else f.row, grave[f.severity])))

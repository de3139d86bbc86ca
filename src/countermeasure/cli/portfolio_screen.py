"""A portfolio on the screen: what was read of it, what is asked of the engines, and its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import plural
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.brief import Portfolio
    from countermeasure.codes.sheet import Sheet
    from countermeasure.io.faults import Fault
    from countermeasure.io.portfolio import PortfolioFile

__all__ = ["check_screen", "fault_lines", "show_screen"]

_SHOWN = 200
_NARROW = 110
_SPARED = {
    "parties": ("military user", "end use"),
    "goods": ("ECCN", "product of the chain", "materials told"),
    "shipments": ("entered", "end use"),
    "materials": ("supplier",),
}
"""Columns that a narrow screen has no room for."""
_WHOLE = frozenset({"tariff number", "control code", "ECCN", "from", "to", "leaves", "entered", "good", "shipment", "party"})
_RIGHT = frozenset(
    {"quantity", "use a week", "cover, weeks", "USD a week", "pieces", "share", "materials told", "rows", "kept"}
)


def fault_lines(faults: Sequence[Fault], *, notes: bool) -> Iterator[str]:
    """Faults as lines, errors and warnings first; notes on request."""
    grave = [fault for fault in faults if fault.severity != "note"]
    rest = [fault for fault in faults if fault.severity == "note"]
    shown = [*grave, *(rest if notes else [])]
    for fault in shown[:_SHOWN]:
        yield f"{fault.severity}: {fault}"
    if len(shown) > _SHOWN:
        yield f"{_SHOWN} of {len(shown):,} shown; --faults FILE writes all"
    if rest and not notes:
        yield f"{plural(len(rest), 'note')}; --notes shows them"


def check_screen(found: PortfolioFile, *, plain: bool) -> Iterator[RenderableType]:
    """What was read, sheet by sheet, and what the engines can be asked."""
    portfolio = found.portfolio
    yield _title(portfolio)
    table = new_table(plain=plain)
    for head in ("sheet", "rows", "kept", "what stands in it"):
        table.add_column(head, justify="right" if head in _RIGHT else "left")
    from countermeasure.io.portfolio.sheets import SHEETS

    for name, sheet in SHEETS.items():
        rows = found.rows.get(name)
        what = sheet.what.partition(":")[0]
        table.add_row(name, "" if rows is None else str(rows), "" if rows is None else str(found.kept[name]),
                      what if rows is not None else "no such sheet: nothing is known of this")  # fmt: skip
    yield table
    yield ""
    errors = sum(fault.severity == "error" for fault in found.faults)
    warnings = sum(fault.severity == "warning" for fault in found.faults)
    yield f"{plural(errors, 'error')}, {plural(warnings, 'warning')}."
    lines, asks, parts = len(portfolio.lines()), len(portfolio.transactions()), len(portfolio.firm().parts)
    yield (
        f"The engines can be asked: duty of {plural(lines, 'line')}, license of {plural(asks, 'transaction')}, "
        f"supply of {plural(parts, 'part')}."
    )
    yield from _left_out(portfolio)


def _title(portfolio: Portfolio) -> str:
    as_of = "" if portfolio.as_of is None else f", as of {format_day(portfolio.as_of)}"
    return f"{portfolio.name or 'a firm without a name'} ({portfolio.home or 'country not told'}){as_of}: {portfolio.source}"


def _left_out(portfolio: Portfolio) -> Iterator[str]:
    """What is not asked, put together by its reason."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for one in portfolio.left_out():
        reasons.setdefault((one.engine, one.why, one.cure), []).append(one.what)
    if reasons:
        yield ""
        yield "Not asked, and why:"
    for (engine, why, cure), what in reasons.items():
        named = ", ".join(what[:6]) + (f" and {len(what) - 6} more" if len(what) > 6 else "")
        yield f"  {engine}: {named}: {why}.{f' {cure}' if cure else ''}"


def show_screen(portfolio: Portfolio, sheets: Sequence[Sheet], *, plain: bool, width: int) -> Iterator[RenderableType]:
    """Tables of a portfolio, one under the other; where the screen is narrow, without the columns of ``_SPARED``."""
    yield _title(portfolio)
    if portfolio.note:
        yield portfolio.note
    for sheet in sheets:
        if not sheet.rows:
            continue
        if sheet.name == "left_out" and len(sheets) > 1:
            yield from _left_out(portfolio)
            continue
        yield ""
        table = new_table(plain=plain, title=sheet.title)
        spared = _SPARED.get(sheet.name, ()) if width < _NARROW else ()
        filled = [place for place, _ in enumerate(sheet.columns) if any(row[place] not in ("", None) for row in sheet.rows)]
        kept = [place for place in filled if sheet.columns[place] not in spared]
        for place in kept:
            head = sheet.columns[place]
            table.add_column(head, justify="right" if head in _RIGHT else "left", overflow="fold", no_wrap=head in _WHOLE)
        for row in sheet.rows:
            table.add_row(*(_cell(row[place]) for place in kept))
        yield table
        if len(kept) < len(filled):
            names = ", ".join(sheet.columns[place] for place in filled if place not in kept)
            yield f"  not shown for want of room: {names}; --sheet {sheet.name} --csv gives all"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.10g}" if isinstance(value, float) else str(value)

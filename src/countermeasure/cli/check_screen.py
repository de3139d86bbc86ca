"""The screen of ``countermeasure check``: lines, changes, open facts, totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from countermeasure.cli.duty_screen import READING_WORDS
from countermeasure.cli.license_screen import license_cell
from countermeasure.cli.lines_screen import WIDEST_ID, dollars_cell, new_table, span_cell, stamp
from countermeasure.cli.talk import plural
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.duty.answer import LineAnswer
    from countermeasure.io.review import Review

__all__ = ["screen"]

_SHOWN = 12
_OTHER_COLUMNS = 13 + 8 + 10 + 3 + 8 * 2  # number, origin, day, marks, and the gaps
_LEAST_GOODS = 12
_LICENSE = 12


def screen(found: Review, source: str, programmes: Mapping[str, str], *, plain: bool, width: int) -> Iterator[RenderableType]:
    """Everything about a portfolio, the totals last, where the eye is when the screen has scrolled.

    Args:
        found: The portfolio.
        source: Name of its table.
        programmes: Names of programmes by id.
        plain: No rules and colours.
        width: Columns of the screen; goods are described where they fit.
    """
    soon = {change.line_id for change in found.changes}
    yield Text(f"{source}: {plural(len(found.answers), 'line')} priced", style="bold")
    yield _lines(found, soon, plain, width)
    yield Text("? a fact is open   ! changes soon   ~ not complete for another reason: duty FILE --explain", style="dim")
    if found.licenses:
        yield Text("Export license: none needed, license, denied in principle, asleep (suspended), ask.", style="dim")
    yield from _stops(found, plain)
    yield ""
    if found.changes:
        yield _changes(found, plain)
    else:
        yield Text(f"No line changes within {plural(found.within, 'day')} of its entry.")
    if found.open_facts:
        yield ""
        yield _open_facts(found, plain)
    yield ""
    yield _programmes(found, programmes, plain)
    yield ""
    yield from _totals(found, plain)
    yield from stamp(found.answers)


def _lines(found: Review, soon: set[str], plain: bool, width: int) -> Table:
    table = new_table(plain=plain)
    firsts = [answer.answers[0] for answer in found.answers]
    widest = max((len(answer.line_id) for answer in found.answers), default=4)
    table.add_column("line", overflow="fold", min_width=min(widest, WIDEST_ID), max_width=WIDEST_ID)
    table.add_column("number", no_wrap=True)
    rates, dollars = (max((len(cell(one)) for one in firsts), default=4) for cell in (span_cell, dollars_cell))
    room = width - (2 * (_LICENSE + 2) if found.licenses else 0) - min(widest, WIDEST_ID) - rates - dollars - _OTHER_COLUMNS
    if room >= _LEAST_GOODS:
        table.add_column("goods", no_wrap=True, overflow="ellipsis", max_width=room)
    table.add_column("from", no_wrap=True)
    table.add_column("entered", no_wrap=True)
    table.add_column("rate", no_wrap=True)
    table.add_column("USD", justify="right", no_wrap=True)
    if found.licenses:
        table.add_column("China", overflow="fold", max_width=_LICENSE)
        table.add_column("US", overflow="fold", max_width=_LICENSE)
    table.add_column("", no_wrap=True)
    for place, answer in enumerate(found.answers):
        one = answer.answers[0]
        goods = [answer.description] if room >= _LEAST_GOODS else []
        license_ = _license(found, place) if found.licenses else []
        table.add_row(
            answer.line_id,
            answer.hts,
            *goods,
            f"{answer.origin} to CN" if answer.into == "CN" else answer.origin,
            format_day(answer.on),
            span_cell(one),
            dollars_cell(one),
            *license_,
            _marks(answer, soon),
        )
    return table


def _license(found: Review, place: int) -> list[Text]:
    """Both regimes in a word each; the second reading where it differs."""
    one = found.licenses[place]
    if one is None:
        return [Text("not answered", style="yellow"), Text("")]
    return [license_cell(one, regime, short=True) for regime in ("CN", "US")]


def _stops(found: Review, plain: bool) -> Iterator[RenderableType]:
    """What stops, with the question that decides most, grouped by question."""
    asked: dict[tuple[str, str], list[str]] = {}
    for one in found.licenses:
        if one is None:
            continue
        for part in one.answers:
            if part.answer == "prohibited":
                asked.setdefault((part.regime, f"prohibited: {part.reasons[0].because}"), []).append(one.id)
            elif part.answer == "undetermined" and part.missing:
                asked.setdefault((part.regime, part.missing[0].ask), []).append(one.id)
    if not asked:
        return
    table = new_table(plain=plain, title="Stops: prohibited or undetermined")
    for head in ("regime", "why, or what to ask first", "lines"):
        table.add_column(head, overflow="fold")
    for (regime, why), lines in asked.items():
        shown = list(dict.fromkeys(lines))
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        table.add_row(regime, why, ", ".join(shown[:_SHOWN]) + more)
    yield ""
    yield table


def _marks(answer: LineAnswer, soon: set[str]) -> str:
    """Signs behind a line: ``?`` a fact is open, ``!`` it changes soon, ``~`` not complete for another reason."""
    one = answer.answers[0]
    other = any(not words.startswith("the answer depends on ") for words in one.because)
    return ("?" if one.missing else "") + ("~" if other else "") + ("!" if answer.line_id in soon else "")


def _changes(found: Review, plain: bool) -> Table:
    table = new_table(plain=plain, title=f"Changes within {plural(found.within, 'day')} of entry (!)")
    table.add_column("on", no_wrap=True)
    table.add_column("line", overflow="fold")
    table.add_column("days", justify="right")
    table.add_column("now")
    table.add_column("then")
    table.add_column("reading")
    for c in found.changes:
        table.add_row(format_day(c.on), c.line_id, str(c.days), c.now, c.then, READING_WORDS.get(c.reading, ""))
    return table


def _open_facts(found: Review, plain: bool) -> Table:
    table = new_table(plain=plain, title="Open facts (?)")
    table.add_column("fact", no_wrap=True, style=None if plain else "cyan")
    table.add_column("question")
    table.add_column("lines", overflow="fold")
    table.add_column("decides USD", justify="right")
    for fact in found.open_facts:
        shown = ", ".join(fact.lines[:_SHOWN]) + (f" and {len(fact.lines) - _SHOWN} more" if len(fact.lines) > _SHOWN else "")
        usd = "cannot be told" if fact.usd is None else f"{fact.usd:,.2f}"
        usd += f" and {fact.untold} untold" if fact.usd is not None and fact.untold else ""
        table.add_row(fact.fact, fact.ask, shown, usd)
    return table


def _programmes(found: Review, programmes: Mapping[str, str], plain: bool) -> Table:
    table = new_table(plain=plain, title="Ordinary duty by programme")
    table.add_column("programme")
    table.add_column("USD", justify="right")
    for name, usd in found.programmes:
        table.add_row(programmes.get(name, name), f"{usd:,.2f}")
    return table


def _totals(found: Review, plain: bool) -> Iterator[RenderableType]:
    table = new_table(plain=plain, title="Totals, USD")
    table.add_column("reading")
    for name in ("value", "low", "ordinary", "high", "fees apart", "refundable"):
        table.add_column(name, justify="right")
    for t in found.totals:
        words = READING_WORDS[t.reading] if len(found.totals) > 1 else "all lines"
        figures = (t.value_usd, t.low_usd, t.ordinary_usd, t.high_usd, t.fees_usd, t.refundable_usd)
        table.add_row(words, *(f"{usd:,.2f}" for usd in figures), style="bold")
    yield table
    first = found.totals[0]
    rates_only = sum(answer.value_usd is None for answer in found.answers)
    if rates_only:
        yield Text(f"{plural(rates_only, 'line')} without a value: rates only, not in the totals.", style="yellow")
    if first.no_ordinary or first.no_high or first.no_low:
        yield Text(
            f"Not in the totals, for want of a figure: {first.no_low} in low, {first.no_ordinary} in ordinary, "
            f"{first.no_high} in high.",
            style="yellow",
        )

"""Tables of a brief in HTML: folded where they are long, moved sideways by keyboard where they are wide."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.io.brief import cells
from countermeasure.io.brief.first import duty_shown
from countermeasure.io.page import is_numeric, table, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.brief.model import Applies, Stop
    from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural

__all__ = ["applies_table", "drawn", "folded", "linked", "stops_tables"]

ROWS = 60
"""Rows of a table on the page; the Excel file has all."""
MANY = 8
"""A table of more columns is set smaller on paper."""
OPEN = 14
"""A longer table opens on a click, and on paper."""
APPLIES = 30
"""Rows of what applies on the first page."""
_APPLIES = ("shipment", "days", "license of China", "license of the US", "duty, USD")
_LONG = 22
_KEY = (
    "Shares of draws under the assumptions of the section on supply, no probabilities. Weeks by their Monday with 5 to 95 % of "
    "the draws that stop; weeks lost at the median of all draws with 5 to 95 %. To hold: least stock with which part and line "
    "stop in no more than one draw in ten."
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def linked(text: str, url: str) -> str:
    """Words with their address, where it is one of the web."""
    return f'<a href="{escape(url)}">{words(text)}</a>' if url.startswith(("https://", "http://")) else words(text)


def drawn(sheet: Sheet, *, caption: bool = True, first: bool = False, fold: bool = True) -> str:
    """A table, folded where it is long.

    Args:
        sheet: The table.
        caption: Whether it bears its title.
        first: Whether the first cell of a row names it.
        fold: Whether it may be folded.
    """
    kept = sheet.rows[:ROWS]
    shares = [cells.is_share(name, sheet, place) for place, name in enumerate(sheet.columns)]
    numeric = [place for place in range(len(sheet.columns)) if is_numeric([row[place] for row in sheet.rows])]
    rows = [[cell(value, fraction=shares[place]) for place, value in enumerate(row)] for row in kept]
    whole = table(sheet.columns, rows, numeric, caption=sheet.title if caption else "", first=first)
    whole = _scrolls(whole, sheet.title, len(sheet.columns))
    left = len(sheet.rows) - len(kept)
    rest = plural(left, "more row is", "more rows are")
    more = f'<p class="soft">{rest} in the Excel file.</p>' if left else ""
    if not fold or len(kept) <= OPEN:
        return whole + more
    return f"<details><summary>{words(sheet.title)}: {plural(len(sheet.rows), 'row')}</summary>\n{whole}{more}</details>"


def folded(rows: Sequence[Sequence[str]], heads: Sequence[str], name: str, opened: int = OPEN) -> str:
    """Rows of HTML: the first ones open, the rest on a click."""
    if len(rows) <= opened:
        return _scrolls(table(heads, rows, caption=name), name)
    top = _scrolls(table(heads, rows[:opened], caption=name), name) if opened else ""
    rest = _scrolls(table(heads, rows[opened:], caption=f"{name}, further rows"), f"{name}, further rows")
    return f"{top}<details><summary>{words(name)}: {plural(len(rows) - opened, 'further row')}</summary>\n{rest}</details>"


def _scrolls(whole: str, name: str, columns: int = 0) -> str:
    look = "wide many" if columns > MANY else "wide"
    return whole.replace('<div class="wide">', f'<div class="{look}" role="group" tabindex="0" aria-label="{words(name)}">', 1)


def cell(value: object, *, fraction: bool = False) -> str:
    """A value as HTML: days unbroken, long words with room, what stops in colour."""
    plain = cells.plain(value, fraction=fraction)
    text = words(plain)
    if _DAY.fullmatch(plain):
        return f'<span class="day">{text}</span>'
    if isinstance(value, str) and value.startswith(("prohibited", "undetermined")):
        return f'<span class="stops">{text}</span>'
    return f'<span class="t">{text}</span>' if len(plain) > _LONG else text


# ------------------------------------------------------------------------------------------------ of the first page


def applies_table(rows: Sequence[Applies]) -> str:
    """What applies: one row for shipments that are alike, both readings in it where they differ."""
    groups: dict[tuple[str, ...], list[Applies]] = {}
    for row in rows:
        groups.setdefault(row.lines, []).append(row)
    made = [_applies_row(lines, same) for lines, same in list(groups.items())[:APPLIES]]
    left = len(groups) - len(made)
    more = f'<p class="soft">{left:,} more are in the sections on duty and licenses.</p>' if left else ""
    return f'<div class="stack">{_scrolls(table(_APPLIES, made, first=True), "What applies now")}</div>{more}'


def _applies_row(lines: tuple[str, ...], same: Sequence[Applies]) -> tuple[str, ...]:
    one = same[0]
    goods = f'<span class="soft plain">{words(one.goods)}<br>{words(one.route)}</span>'
    days = [f"{name} {_span(days)}" for name, days in (("ships", one.ships), ("enters", one.enters)) if days is not None]
    mark = ' <span class="tag plain">facts open</span>' if any(a.open for a in same) else ""
    answers = (
        _readings([(a.reading, cell(a.china or "not asked")) for a in same]),
        _readings([(a.reading, cell(a.us or "not asked")) for a in same]),
        _readings([(a.reading, _duty(a)) for a in same]),
    )
    named = (f'<span class="head">{head}: </span>{answer}' for head, answer in zip(_APPLIES[2:], answers, strict=True))
    return (f"{words(cells.series(lines))}<br>{goods}{mark}", "<br>".join(days), *named)


def _duty(one: Applies) -> str:
    if not one.rate:
        return '<span class="soft">not priced</span>'
    left = f'<br><span class="soft">{words(one.left_out)}</span>' if one.left_out else ""
    rows = dict.fromkeys((duty_shown(one), one.rate))
    return f"{'<br>'.join(words(row) for row in rows)}{left}"


def _span(days: tuple[int, int]) -> str:
    """A day that is not broken over lines, or two of them."""
    return " to ".join(f'<span class="day">{format_day(day)}</span>' for day in dict.fromkeys(days))


def _readings(answers: Sequence[tuple[str, str]]) -> str:
    """One answer, or one for each reading where they differ."""
    if len({text for _, text in answers}) == 1:
        return answers[0][1]
    return "<br>".join(f'{text} <span class="soft">({READING_WORDS[reading]})</span>' for reading, text in answers)


def stops_tables(stops: Sequence[Stop]) -> str:
    """What stops: a table for each scenario."""
    heads = ("what", "stops in draws", "first stop, week of", "weeks lost", "worth, USD", "stock now, weeks", "to hold, weeks")
    parts = []
    for case in dict.fromkeys(stop.case for stop in stops):
        rows = [_stop_row(stop) for stop in stops if stop.case == case]
        parts.append(_scrolls(table(heads, rows, (1, 3, 4, 5, 6), caption=case, first=True), case))
    return "\n".join(parts) + f'<p class="soft">{_KEY}</p>'


def _stop_row(stop: Stop) -> tuple[str, ...]:
    low, middle, high = stop.weeks_lost
    alone = stop.cover_weeks is not None
    return (
        words(f"{stop.kind} {stop.name}"),
        words(cells.share(stop.share)),
        f'<span class="nowrap">{words(cells.days(stop.first) if stop.share else "")}</span>',
        f"{middle:.1f} ({low:.1f} to {high:.1f})",
        "not known" if stop.lost_usd is None else cells.usd(stop.lost_usd[1]),
        cells.weeks(stop.cover_weeks) if alone else "see parts",
        cells.weeks(stop.hold_weeks, stop.most_weeks) if alone else "see parts",
    )

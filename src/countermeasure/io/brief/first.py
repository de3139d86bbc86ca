"""The first page as tables of plain words, the same in HTML, Markdown and Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.brief.model import KINDS
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.duty.words import NOT_TOLD, dollars
from countermeasure.io.brief import cells

if TYPE_CHECKING:
    from countermeasure.brief.model import Action, Applies, Brief, Cost, FirstPage

BOTH = "both readings"
__all__ = ["action_rows", "duty_shown", "first_sheets", "kinds_used", "sums_shown"]


def first_sheets(brief: Brief) -> tuple[Sheet, ...]:
    """What applies, changes, costs and stops, as tables of text."""
    first = brief.first
    return tuple(s for s in (_applies(first), _turns(first), _costs(first), _stops(first)) if s.rows)


def duty_shown(one: Applies) -> str:
    """The duty of a row in dollars; what is not priced, not told or not held says so, and is never a zero."""
    return dollars(one.low_usd, one.usd, one.high_usd, held=one.held) if one.rate else "not priced"


def sums_shown(one: Cost) -> tuple[str, str, str]:
    """Least, ordinary and greatest duty of all entries."""
    low, usd, high = (NOT_TOLD if each is None else cells.usd(each) for each in (one.low_usd, one.usd, one.high_usd))
    return low, usd, high


def change(usd: float | None) -> str:
    """A change in dollars; nothing where none is meant."""
    return "" if usd is None else "none" if abs(usd) < 0.5 else f"{usd:+,.0f}"


def _applies(first: FirstPage) -> Sheet:
    rows = tuple(
        (cells.series(a.lines), a.goods, a.route, cells.between(a.ships) or "not asked", READING_WORDS[a.reading] or BOTH,
         a.china or "not asked", a.us or "not asked", cells.between(a.enters), a.rate,
         duty_shown(a), a.left_out, "yes" if a.open else "no")
        for a in first.applies
    )  # fmt: skip
    heads = ("shipment", "goods", "route", "ships", "reading", "license of China", "license of the US", "enters", "rate",
             "duty USD", "left out", "facts open")  # fmt: skip
    return Sheet("applies", "What applies now", heads, rows)


def _turns(first: FirstPage) -> Sheet:
    rows = tuple(
        (format_day(t.on), t.what, ", ".join(t.lines), t.now, t.then, READING_WORDS[t.reading] or BOTH) for t in first.turns
    )
    return Sheet("changes", "What changes when", ("on", "what", "shipments or provisions", "now", "then", "reading"), rows)


def _costs(first: FirstPage) -> Sheet:
    rows = tuple(
        (c.case, READING_WORDS[c.reading] or BOTH, *sums_shown(c), change(c.change_usd),
         str(c.untold) if c.untold else "none", c.without or "nothing")
        for c in first.costs
    )  # fmt: skip
    heads = (
        "case",
        "reading",
        "least USD",
        "ordinary USD",
        "greatest USD",
        "change USD",
        "entries not told",
        "without",
    )
    return Sheet("costs", "What it costs: duty of all shipments", heads, rows)


def _stops(first: FirstPage) -> Sheet:
    rows = tuple(
        (s.case, f"{s.kind} {s.name}", cells.share(s.share), "" if not s.share else cells.days(s.first),
         f"{s.weeks_lost[1]:.1f} ({s.weeks_lost[0]:.1f} to {s.weeks_lost[2]:.1f})",
         "not known" if s.lost_usd is None else cells.usd(s.lost_usd[1]),
         "see parts" if s.cover_weeks is None else cells.weeks(s.cover_weeks),
         "see parts" if s.cover_weeks is None else cells.weeks(s.hold_weeks, s.most_weeks))
        for s in first.stops
    )  # fmt: skip
    heads = ("scenario", "what", "stops in draws", "first stop, week of (5 % to 95 %)", "weeks lost (5 % to 95 %)", "worth USD",
             "stock now, weeks", "stock to hold, weeks")  # fmt: skip
    return Sheet("stops", "What stops first", heads, rows)


def action_rows(brief: Brief) -> tuple[tuple[str, ...], ...]:
    """Actions as text: number, kind, by, what, who, why, about, dollars, citation, address."""
    return tuple(_action(number, one) for number, one in enumerate(brief.first.actions, start=1))


def _action(number: int, one: Action) -> tuple[str, ...]:
    cited = one.citation
    return (
        str(number),
        one.kind,
        cells.day(one.by) or "no day",
        one.what,
        one.who,
        one.why,
        ", ".join(one.lines),
        "not told" if one.usd is None else cells.usd(one.usd),
        "" if cited is None else cited.words,
        "" if cited is None else cited.url,
    )


def kinds_used(brief: Brief) -> str:
    """What the kinds of action mean, those that occur."""
    used = {one.kind for one in brief.first.actions}
    return "; ".join(f"{kind}: {words}" for kind, words in KINDS.items() if kind in used)

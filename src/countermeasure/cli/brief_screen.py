"""The screen of ``countermeasure brief``: one page, the law first, then what scenarios add, actions last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from countermeasure.brief.review import READING_WORDS
from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import plural
from countermeasure.codes.day import format_day
from countermeasure.io.brief import cells
from countermeasure.io.brief.first import change, duty_shown, sums_shown
from countermeasure.licensing.answer import SHORT, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.brief.model import Action, Applies, Brief, Cost, FirstPage, Stop, Turn

__all__ = ["ACTIONS", "law_screen", "rest_screen"]

ACTIONS = 12
"""Actions on the screen; the whole brief has all."""
_TURNS = 10
_IDS = 16
"""Ids of an action on the screen."""
_WIDE = 100
"""Columns from which goods and route have columns of their own."""
_KEY = (
    "A row holds shipments that are alike, their duty summed; two rows where the readings differ (text: the law as "
    "published; announced: statements honoured). ? a fact is open. ask: cannot be told before it is known. asleep: "
    "suspended. not told: nothing of the duty is held, which is not zero. + not held: a part of it is not held. -: not asked."
)
_DRAWS = (
    "Shares of draws under stated assumptions, no probabilities. Weeks by their Monday, 5 to 95 % of the draws that stop; "
    "weeks lost at the median of all draws, and at 95 %."
)
_SHORT = {words: SHORT[answer] for answer, words in WORDS.items()}


def law_screen(name: str, on: int, first: FirstPage, *, plain: bool, width: int) -> Iterator[RenderableType]:
    """What needs no simulation: what it rests on, what applies, what changes, what it costs."""
    yield Text(f"{name}, {format_day(on)}", style="bold")
    for one in first.assumed:
        yield Text(f"rests on: {one}", style="dim")
    yield ""
    yield from (Text(said) for said in first.said[:-1])
    yield ""
    yield _applies(first.applies, plain, width)
    yield Text(_KEY, style="dim")
    yield ""
    yield from _turns(first.turns, plain)
    yield ""


def rest_screen(brief: Brief, *, plain: bool) -> Iterator[RenderableType]:
    """What scenarios add, and what to do."""
    first = brief.first
    if first.costs:
        yield from _costs(first.costs, plain)
        yield ""
    if first.stops:
        yield _stops(first.stops, plain)
        yield Text(_DRAWS, style="dim")
        yield ""
    yield from _actions(first.actions, plain)
    yield ""
    stamp = dict(brief.stamp)
    yield Text(f"Book {stamp.get('book', '')[:20]}, known on: {stamp.get('known on', '')}. {brief.limits[0]}", style="dim")


def _answer(words: str) -> Text:
    """A license answer in a word; its colour says whether anything moves."""
    base, _, more = words.partition(", may be")
    short = _SHORT.get(base, base) if base else "-"
    style = "red" if short == "prohibited" else "yellow" if short not in ("none", "asleep", "below", "-") else ""
    return Text(short + (" ?" if more else ""), style=style)


def _applies(rows: Sequence[Applies], plain: bool, width: int) -> RenderableType:
    """What applies; on a narrow screen the goods and the route stand below the ids."""
    table = new_table(plain=plain, title="What applies")
    wide = width >= _WIDE
    table.add_column("shipment", min_width=8 if wide else 20)
    if wide:
        table.add_column("goods", max_width=26)
        table.add_column("route", no_wrap=True)
    table.add_column("ships", min_width=10, max_width=10)
    table.add_column("China", no_wrap=True)
    table.add_column("US", no_wrap=True)
    table.add_column("duty USD", justify="right", min_width=8, max_width=18 if wide else 10)
    table.add_column("", no_wrap=True)
    last: tuple[str, ...] = ()
    for a in rows:
        head = _head(a, wide) if a.lines != last else ["", "", "", ""] if wide else ["", ""]
        last = a.lines
        duty = duty_shown(a) if a.rate else "-"
        table.add_row(*head, _answer(a.china), _answer(a.us), duty, f"{'?' if a.open else ''} {a.reading}".strip())
    return table


def _head(one: Applies, wide: bool) -> list[str]:
    """What a row is about: ids, goods, route, days; words are kept whole."""
    ids, route, ships = cells.series(one.lines), one.codes.replace(" to ", ">"), cells.between(one.ships)
    return [ids, one.goods, route, ships] if wide else [f"{ids}\n{one.goods}, {route}", ships]


def _turns(turns: Sequence[Turn], plain: bool) -> Iterator[RenderableType]:
    mine = [t for t in turns if t.what != "law"]
    law = [t for t in turns if t.what == "law"]
    if not turns:
        yield Text("Nothing that the book knows of changes in the days that are watched.")
        return
    table = new_table(plain=plain, title="What changes")
    for head in ("on", "what", "lines", "now, then"):
        table.add_column(head, overflow="fold", no_wrap=head == "on")
    for t in mine[:_TURNS]:
        reading = f" ({READING_WORDS[t.reading]})" if t.reading else ""
        table.add_row(format_day(t.on), t.what, ", ".join(t.lines), f"{t.now}, then {t.then}{reading}")
    for day in dict.fromkeys(t.on for t in law):
        rows = [t for t in law if t.on == day]
        count = sum(len(t.lines) for t in rows)
        readings = {t.reading for t in rows}
        reading = f" ({READING_WORDS[next(iter(readings))]})" if len(readings) == 1 and "" not in readings else ""
        names = ", ".join(dict.fromkeys(line.split(".")[0] for t in rows for line in t.lines))
        table.add_row(format_day(day), "law", plural(count, "provision"), f"{names}{reading}")
    yield table
    if len(mine) > _TURNS:
        yield Text(f"and {len(mine) - _TURNS} more in the whole brief")


def _costs(costs: Sequence[Cost], plain: bool) -> Iterator[RenderableType]:
    table = new_table(plain=plain, title="What it costs: duty of all entries, USD")
    table.add_column("case", overflow="fold")
    table.add_column("reading", overflow="fold")
    for head in ("least", "ordinary", "greatest", "change"):
        table.add_column(head, justify="right", no_wrap=True)
    for c in costs:
        table.add_row(c.case, READING_WORDS[c.reading] or "both", *sums_shown(c), change(c.change_usd))
    yield table
    for left in dict.fromkeys(c.without for c in costs if c.without):
        yield Text(f"without {left}", style="dim")


def _stops(stops: Sequence[Stop], plain: bool) -> RenderableType:
    table = new_table(plain=plain, title="What stops first")
    table.add_column("what", overflow="fold")
    table.add_column("draws", justify="right", no_wrap=True)
    table.add_column("first stop, week of", overflow="fold")
    table.add_column("weeks lost", justify="right", overflow="fold")
    table.add_column("stock, weeks", justify="right", overflow="fold")
    last = ""
    for s in stops:
        if s.case != last:
            table.add_row(Text(s.case, style="" if plain else "italic"), "", "", "", "")
            last = s.case
        held = "" if s.cover_weeks is None else f"{cells.weeks(s.cover_weeks)}, hold {cells.weeks(s.hold_weeks, s.most_weeks)}"
        when = cells.days(s.first) if s.share else ""
        table.add_row(
            f"  {s.kind} {s.name}",
            cells.share(s.share),
            when,
            f"{s.weeks_lost[1]:.1f} ({s.weeks_lost[2]:.1f})" if s.share else "",
            held,
        )
    return table


def _actions(actions: Sequence[Action], plain: bool) -> Iterator[RenderableType]:
    if not actions:
        yield Text("Nothing is to be done that the engines know of.")
        return
    yield Text("What to do, by the day it is due, then by what it is about", style="bold")
    for number, a in enumerate(actions[:ACTIONS], start=1):
        worth = "" if a.usd is None else f", {cells.usd(a.usd)} USD at stake"
        due = f"by {format_day(a.by)}" if a.by is not None else "no day"
        yield Text.assemble((f"{number:>2} {a.kind}", "" if plain else "bold"), f" {due}{worth}: {_sentence(a.what)}")
        yield Text(f"   with {a.who}; about {_about(a.lines)}", style="dim")
    if len(actions) > ACTIONS:
        yield Text(f"and {len(actions) - ACTIONS} more: --out brief.html has all, with reasons and texts")


def _about(lines: Sequence[str]) -> str:
    """Ids, each whole; of many the first ones."""
    more = f" and {len(lines) - _IDS} more" if len(lines) > _IDS else ""
    return cells.series(tuple(lines[:_IDS])) + more


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".", "!")) else f"{text}."

"""Hits on a terminal or in plain text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import plural
from countermeasure.codes.day import format_day
from countermeasure.io.screening import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from countermeasure.io.screening import Screened
    from countermeasure.parties.model import Hit, PartyList

__all__ = ["parties_screen", "party_screen"]

STYLE = {"confirmed": "bold red", "review": "yellow", "not_found": "dim"}


def party_screen(one: Screened, lists: Sequence[PartyList], *, plain: bool) -> Iterator[RenderableType]:
    """One party, with every reason."""
    query = one.query
    yield Text.assemble(
        (query.name, "bold"), f" {query.country}" if query.country else "", ": ", (RESULTS[one.result], STYLE[one.result])
    )
    for hit in one.hits:
        yield Text("")
        yield from _hit(hit)
    yield Text("")
    yield from _stamp(lists, plain=plain)


def _hit(hit: Hit) -> Iterator[Text]:
    party = hit.party
    yield Text.assemble((f"{hit.score:.3f} {hit.band}", STYLE[str(hit.band)]), "  ", (party.name, "bold"), f"  {party.list}")
    if hit.matched != party.name:
        yield Text(f"  matched on   {hit.matched}")
    where = ", ".join(party.countries)
    since = f", listed from {format_day(party.start)}" if party.start is not None else ""
    until = f" until {format_day(party.end)}" if party.end is not None else ""
    if where or since or until:
        yield Text(f"  entry        {where or 'no country given'}{since}{until}")
    if party.citation:
        yield Text(f"  citation     {party.citation}")
    for term in hit.terms:
        effect = "" if not term.effect else f"  ({term.effect:+.2f})"
        yield Text(f"  {term.what.replace('_', ' '):<12} {term.words}{effect}")
    if party.confidence != "high":
        yield Text(f"  confidence   {party.confidence}", style="yellow")


def parties_screen(
    found: Sequence[Screened], lists: Sequence[PartyList], *, explain: bool, plain: bool
) -> Iterator[RenderableType]:
    """Many parties: those with hits in a table, the others counted."""
    counts = Counter(one.result for one in found)
    hits = sorted((one for one in found if one.hits), key=lambda one: (one.result != "confirmed", one.row))
    if hits and explain:
        for one in hits:
            label = f"row {one.row}: " if one.row else ""
            yield Text.assemble(label, (one.query.name, "bold"))
            for hit in one.hits:
                yield from _hit(hit)
            yield Text("")
    elif hits:
        table = new_table(plain=plain)
        table.add_column("row", justify="right", no_wrap=True)
        table.add_column("asked", overflow="fold", max_width=34)
        table.add_column("result", no_wrap=True)
        table.add_column("score", justify="right", no_wrap=True)
        table.add_column("list", no_wrap=True)
        table.add_column("entry", overflow="fold")
        table.add_column("more", justify="right", no_wrap=True)
        for one in hits:
            best = one.hits[0]
            table.add_row(
                str(one.row),
                one.query.name,
                Text(one.result, STYLE[one.result]),
                f"{best.score:.3f}",
                best.party.list,
                best.party.name,
                f"+{len(one.hits) - 1}" if len(one.hits) > 1 else "",
            )
        yield table
    yield Text(
        f"{plural(len(found), 'name')}: {counts['confirmed']:,} confirmed, {counts['review']:,} to be looked at, "
        f"{counts['not_found']:,} not found"
    )
    yield from _stamp(lists, plain=plain)


def _stamp(lists: Sequence[PartyList], *, plain: bool) -> Iterator[RenderableType]:
    """What was searched, and what a "not found" is worth."""
    table = new_table(plain=plain)
    table.add_column("searched", no_wrap=True)
    table.add_column("as of", no_wrap=True)
    table.add_column("entries", justify="right", no_wrap=True)
    table.add_column("whole", no_wrap=True)
    table.add_column("hash", no_wrap=True)
    for one in lists:
        table.add_row(
            one.code,
            "undated" if one.as_of is None else format_day(one.as_of),
            f"{len(one.parties):,}",
            "yes" if one.complete else "in part",
            one.hash[:12],
        )
    yield table
    part = [one.code for one in lists if not one.complete]
    if part:
        yield Text(
            f"In part: {', '.join(part)}. A name not found there may still be listed; "
            "import the whole list with `countermeasure data import csl FILE`.",
            style="yellow",
        )
    yield Text("Not found means not found in these lists, not cleared. Not legal advice.", style="dim")

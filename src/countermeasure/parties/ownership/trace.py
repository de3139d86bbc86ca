"""What lies above an entity: the walks it is judged by, what is held in it, which listed parties it comes from."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.parties.ownership.fixpoint import Reach, bounded, tables_of, walk
from countermeasure.parties.ownership.model import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countermeasure.parties.ownership.holdings import Holdings, Ids
    from countermeasure.parties.ownership.judge import Result
    from countermeasure.parties.ownership.model import Listing

__all__ = ["Carried", "above_of", "carried", "cases", "conditions", "held", "held_by", "list_words", "remark", "total"]

MOST_TRIED = 64


@dataclass(frozen=True, slots=True)
class Carried:
    """What comes down to an entity from its listed owners under a rule whose most restrictive owner governs.

    Attributes:
        listings: Listings of every listed party above it, the strictest first.
        footnotes: Footnotes of the Entity List that travel.
        requirement: Requirement of the strictest.
        review: Review policy of the strictest.
    """

    listings: tuple[Listing, ...] = ()
    footnotes: tuple[str, ...] = ()
    requirement: str = ""
    review: str = ""


def held(result: Result, number: int) -> tuple[int, int]:
    """Least and greatest share that restricted owners hold in an entity, as codes, in the class where it is greatest.

    Where holdings of different listed parties do not add up, it is the greatest that one of them has.
    """
    found = [held_by(result, number, lower, upper) for lower, upper in cases(result, number)] or [(0, 0)]
    return max(low for low, _ in found), max(high for _, high in found)


def cases(result: Result, number: int) -> Iterator[tuple[Reach, Reach]]:
    """The walks that an entity is judged by: the one with all seeds, or one for each group of seeds above it."""
    if result.lower.group is None:
        yield result.lower, result.upper
        return
    groups = dict.fromkeys(result.seeds.groups[n] for n in above_of(result, number) if n in result.seeds.groups)
    for group in list(groups)[:MOST_TRIED]:
        yield _walk_of_group(result, group)


def _walk_of_group(result: Result, group: int) -> tuple[Reach, Reach]:
    mine = {n for n, g in result.seeds.groups.items() if g == group}
    firm = result.seeds.numbers(result.graph, result.seeds.sure)
    every = np.array(sorted(mine), np.int32)
    sure = np.array([n for n in firm if int(n) in mine], np.int32)
    size = result.graph.size
    return (
        walk(result.view, size, sure, result.rule, upper=False),
        walk(result.view, size, every, result.rule, upper=True),
    )


def held_by(result: Result, number: int, lower: Reach, upper: Reach) -> tuple[int, int]:
    """Least and greatest share held by what two walks reached, as codes, in the class where it is greatest."""
    best_low = best_high = 0
    for table in tables_of(result.view, result.rule):
        rows = np.fromiter(table.stakes_in(number), np.intp)
        rows = rows[table.owner[rows] != number]
        for upward in (False, True):
            mine = rows[(upper if upward else lower).round[table.owner[rows]] >= 0]
            share = total(table, number, mine, upward=upward)
            if upward:
                best_high = max(best_high, share)
            else:
                best_low = max(best_low, share)
    return best_low, max(best_low, best_high)


def total(table: Holdings, number: int, rows: Any, *, upward: bool) -> int:  # noqa: ANN401 - places of any width
    """Least or greatest sum of some stakes in an entity, as a code."""
    at = np.array([number], np.int32)
    low, high = np.array([table.low[rows].sum()]), np.array([table.high[rows].sum()])
    return int(bounded(table, at, low, high, upper=upward)[0]) if len(rows) else 0


def above_of(result: Result, number: int) -> list[int]:
    """All possibly restricted owners above an entity, itself included."""
    seen = {number: None}
    queue = deque([number])
    while queue:
        here = queue.popleft()
        for owner in _owners(result, here):
            if owner not in seen and result.upper.round[owner] >= 0:
                seen[owner] = None
                queue.append(owner)
    return list(seen)


def _owners(result: Result, number: int) -> list[int]:
    found: dict[int, None] = {}
    for table in tables_of(result.view, result.rule):
        rows = np.fromiter(table.stakes_in(number), np.intp)
        found.update(dict.fromkeys(int(o) for o in table.owner[rows[table.high[rows] > 0]]))
    for kind in ("branch", "control") if result.rule.control_counts else ("branch",):
        link = result.view.links[kind]
        found.update(dict.fromkeys(int(o) for o in link.owner[link.into(number)]))
    return list(found)


def conditions(result: Result, number: int) -> tuple[str, ...]:
    """What a possible answer turns on.

    Returns:
        Possible seeds above the entity, each of which alone would make it restricted for certain; where none does alone, the
        fewest that were found to do so together, as ``X and Z``; nothing where even all of them would leave it open.
    """
    names = {n: s for s in result.seeds.possible if (n := result.graph.number(s.party)) is not None}
    above = [n for n in above_of(result, number) if n in names]
    firm = result.seeds.numbers(result.graph, result.seeds.sure)
    alone = [n for n in above[:MOST_TRIED] if _reached_with(result, firm, [n], number)]
    if alone:
        return tuple(result.graph.id(n) for n in alone)
    needed = above[:MOST_TRIED]
    if not needed or not _reached_with(result, firm, needed, number):
        return ()
    for one in list(needed):
        fewer = [n for n in needed if n != one]
        if fewer and _reached_with(result, firm, fewer, number):
            needed = fewer
    return (" and ".join(sorted(result.graph.id(n) for n in needed)),)


def _reached_with(result: Result, firm: Ids, more: list[int], number: int) -> bool:
    seeds = np.concatenate([firm, np.array(more, np.int32)])
    if result.lower.group is not None:
        groups = {result.seeds.groups[n] for n in more}
        seeds = np.array([n for n in seeds if result.seeds.groups[int(n)] in groups], np.int32)
    return bool(walk(result.view, result.graph.size, seeds, result.rule, upper=False).round[number] >= 0)


def carried(result: Result, entity: str | int) -> Carried:
    """What comes down to an entity from every listed party above it: the most restrictive governs, whatever its share."""
    number = result.graph.number(entity)
    if number is None:
        own = tuple(s for s in result.seeds.sure if s.party == entity)
        above: list[Listing] = list(own)
    else:
        ids = {result.graph.id(n) for n in above_of(result, number)}
        above = [s for s in (*result.seeds.sure, *result.seeds.possible) if s.party in ids]
    ranked = tuple(sorted(above, key=_strictness))
    notes = tuple(sorted({note for s in above for note in s.footnotes}))
    first = ranked[0] if ranked else None
    return Carried(ranked, notes, first.requirement if first else "", first.review if first else "")


def _strictness(listing: Listing) -> tuple[int, int, int, str]:
    """Order of listings: denial, presumption of denial, case by case; all items before some; more footnotes first."""
    review, asked = listing.review.casefold(), listing.requirement.casefold()
    if "case" in review and "denial" in review:
        policy = 2
    elif "presumption" in review:
        policy = 1
    elif "denial" in review:
        policy = 0
    else:
        policy = 3 if "case" in review else 2
    narrow = 0 if not asked or "all items subject" in asked else 1
    return policy, narrow, -len(listing.footnotes), listing.party


def list_words(listing: Listing) -> str:
    """A listing in words."""
    name = f" as {listing.label}" if listing.label and listing.label != listing.party else ""
    notes = f", footnote {', '.join(listing.footnotes)}" if listing.footnotes else ""
    programmes = f" ({', '.join(listing.programmes)})" if listing.programmes else ""
    return f"{listing.list}{programmes}{notes}{name}"


def remark(marks: int) -> str:
    """What is odd about a stake, in words."""
    words = {
        Mark.CONSOLIDATED: "consolidated in the accounts, share not known",
        Mark.VOTES_ONLY: "votes told, shares not known",
        Mark.INDIRECT: "reported as indirect, route not known",
        Mark.CONFLICT: "sources contradict each other",
        Mark.REPEATED: "stated several times, parts or corrections",
    }
    found = [text for mark, text in words.items() if marks & mark]
    if marks & Mark.UNKNOWN and not marks & (Mark.CONSOLIDATED | Mark.VOTES_ONLY):
        found.append("share not known")
    return "; ".join(found)

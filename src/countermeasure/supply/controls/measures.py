"""From the book to edges: which controls name the chain's products on which days.

A provision of the book with role ``control`` is read through the room's own table ``controlled.csv`` (element and form of a
listed item -> product). What the chain cannot see, tests on parties and on end use, is left out and said.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from countermeasure.book.model import DAY, Reading, Role, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from countermeasure.book.items import ControlItem, ControlList
    from countermeasure.book.load import Book
    from countermeasure.book.model import Body
    from countermeasure.supply.chain.model import Chain

__all__ = ["Measure", "items_of", "measures_of"]

_BANS = frozenset({"prohibited", "denial_in_principle"})
_CONTENT = "cn_content_share"
_SILENT = frozenset({"none", "notice_duty", "exempt_with_report", ""})


@dataclass(frozen=True, slots=True)
class Measure:
    """A stretch of life of a control, as the chain sees it.

    Attributes:
        provision: Id in the book.
        products: Products it names.
        to: Regions it is about; empty means all.
        start: First epoch day.
        end: First epoch day after.
        abroad: It is about goods made or passed on outside China that hold Chinese material.
        banned: It forbids, or denies in principle.
        confidence: Confidence of the provision.
    """

    provision: str
    products: frozenset[str]
    to: frozenset[str]
    start: int
    end: int
    abroad: bool = False
    banned: bool = False
    confidence: str = ""


def measures_of(
    book: Book, chain: Chain, known_on: int | None = None, reading: Reading = Reading.TEXT
) -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    """Measures that name the chain's products, and words for those that the chain cannot follow.

    Args:
        book: The book, scenarios included.
        chain: Whose table says what an item stands for.
        known_on: Only what was published by this epoch day counts.
        reading: ``text`` or ``announced``.
    """
    found: list[Measure] = []
    left: dict[str, str] = {}
    for name, provision in book.replayed(known_on, reading).provisions.items():
        for spell in provision.spells:
            body = spell.body
            if spell.state is not State.IN_FORCE or body is None or body.role is not Role.CONTROL or body.review in _SILENT:
                continue
            products = frozenset(p for item in items_of(body, book.control_lists) for p in _stands_for(item, chain.controlled))
            if not products:
                continue
            reason = _cannot_follow(body)
            if reason:
                left.setdefault(name, reason)
                continue
            to = _regions(body, chain)
            if to is None:
                left.setdefault(name, "covers only a part of a region")
                continue
            abroad = not body.sent_from.members and (bool(body.origin.members) or bool(body.facts))
            found.append(
                Measure(
                    name,
                    products,
                    to,
                    -(-spell.start // DAY),
                    -(-spell.end // DAY),
                    abroad,
                    body.review in _BANS,
                    body.confidence,
                )
            )
    return tuple(found), tuple(f"{name} is not followed: {why}" for name, why in sorted(left.items()))


def items_of(body: Body, lists: Mapping[str, ControlList]) -> Iterable[ControlItem]:
    """Items that a control names, by list and id.

    Args:
        body: The control.
        lists: Control lists of the book.
    """
    taken = {item for m in body.items.members for item in _matching(m, lists)}
    out = {item for m in body.items.exceptions for item in _matching(m, lists)}
    return sorted(taken - out, key=lambda item: (item.list, item.id))


def _matching(member: str, lists: Mapping[str, ControlList]) -> Iterable[ControlItem]:
    kind, _, word = member.partition(":")
    if kind == "list":
        return lists[word].items if word in lists else ()
    if kind == "code":
        return [i for one in lists.values() for i in one.items if i.code and fnmatchcase(i.code, word) and word != "*"]
    if kind == "programme" and word == "cn_dual_use":
        return [i for one in lists.values() for i in one.items if i.code]
    return [i for one in lists.values() for i in one.items if i.id == member]


def _stands_for(item: ControlItem, controlled: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterable[str]:
    return [p for e in item.elements for f in item.forms for p in controlled.get((e, f), ())]


def _cannot_follow(body: Body) -> str:
    """Why a control cannot be put on an edge, or an empty text."""
    if body.parties is not None:
        return "it is about named parties"
    facts = [f.fact for f in body.facts if f.fact != _CONTENT]
    if facts:
        return f"it depends on {', '.join(sorted(set(facts)))}"
    if body.origin.members and not body.sent_from.members and not body.facts:
        return "it is about goods of Chinese origin passed on abroad; the chain follows content, not origin"
    if body.sent_from.members and "CN" not in body.sent_from.members:
        return "it is not about goods leaving China"
    return ""


def _regions(body: Body, chain: Chain) -> frozenset[str] | None:
    """Regions a control is about; ``None`` where it takes only some countries of one."""
    codes = set(body.sent_to.members)
    if not codes:
        return frozenset()
    touched = {chain.region_of(c) for c in codes if len(c) == 2}
    for region in touched:
        members = {c for c, r in chain.countries.items() if r == region}
        if "*" in members or not members - {"HK", "MO"} <= codes:
            return None
    return frozenset(touched)

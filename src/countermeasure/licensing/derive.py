"""Facts of a case derived from what the transaction tells: end use, users, content, technology, scope of the EAR.

A value that the caller states wins. What is derived says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from countermeasure.book.controls import NO, OPEN, YES
from countermeasure.licensing.classify import classify
from countermeasure.licensing.content import Content, content, unpriced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countermeasure.book.items import ControlList
    from countermeasure.licensing.classify import Classified
    from countermeasure.licensing.transaction import Component, Item, Span, Transaction

END_USES: dict[str, dict[str, int]] = {
    "civil": {"military_use": NO, "terrorism_use": NO, "wmd_use": NO},
    "consumer": {"military_use": NO, "advanced_chip_use": NO, "wmd_use": NO, "terrorism_use": NO, "advanced_node_use": NO,
                 "chip_equipment_use": NO},
    "automotive": {"military_use": NO, "advanced_chip_use": NO, "advanced_node_use": NO, "chip_equipment_use": NO},
    "medical": {"military_use": NO, "advanced_chip_use": NO},
    "humanitarian": {"humanitarian_use": YES, "military_use": NO, "advanced_chip_use": NO},
    "military": {"military_use": YES},
    "weapons": {"military_use": YES, "wmd_use": YES},
    "wmd": {"wmd_use": YES},
    "terrorism": {"terrorism_use": YES},
    "logic_14nm": {"advanced_chip_use": YES, "advanced_node_use": YES},
    "memory_256": {"advanced_chip_use": YES, "advanced_node_use": YES},
    "chip_equipment": {"advanced_chip_use": YES, "chip_equipment_use": YES},
    "military_ai": {"advanced_chip_use": YES, "military_use": OPEN},
    "mature_chips": {"advanced_chip_use": NO, "advanced_node_use": NO},
    "supercomputer": {"supercomputer_use": YES},
    "japan_strength": {"raises_japan_strength": YES},
    "ree_production": {"helps_ree_abroad": YES},
}  # fmt: skip
"""Words for end uses, and the facts that each settles."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one item of a transaction.

    Attributes:
        flags: ``NO``, ``YES`` or ``OPEN`` by fact.
        spans: Least and greatest value of shares by fact.
        because: Words for what was derived, by fact.
        content: Chinese content by value, where a bill of materials was given.
        notes: What a reader should know.
        below: Facts that are no because a share stays under a limit.
    """

    flags: Mapping[str, int]
    spans: Mapping[str, Span]
    because: Mapping[str, str] = field(default_factory=dict)
    content: Content | None = None
    notes: tuple[str, ...] = ()
    below: frozenset[str] = frozenset()


def facts_of(asked: Transaction, item: Item, found: Classified, lists: Mapping[str, ControlList], footnotes: _Notes) -> Facts:
    """Derive the facts of one item.

    Args:
        asked: The transaction.
        item: One of its items.
        found: The item held against China's lists.
        lists: Control lists by name.
        footnotes: Footnotes of the US Entity List that parties bear for sure, and possibly.
    """
    flags: dict[str, int] = {}
    spans: dict[str, Span] = {}
    because: dict[str, str] = {}
    notes: list[str] = []
    below: set[str] = set()
    for use in asked.end_use:
        for fact, value in END_USES.get(use, {}).items():
            flags[fact] = max(flags.get(fact, value), value) if fact in flags else value
            because[fact] = f"end use: {use.replace('_', ' ')}"
    flags |= _users(asked, because)
    bill = _chinese(asked, item, lists, spans, because, notes)
    if item.cn_technology is not None:
        flags["cn_technology"] = int(item.cn_technology)
    if "list:cn-2025-62" in found.sign.known:
        flags.setdefault("helps_ree_abroad", YES)
        because.setdefault("helps_ree_abroad", "the technology or service is for rare-earth activity")
    if "technology" in found.traits.forms:
        flags.setdefault("transfers_technology", YES if "list:cn-tech-prohibited" in found.sign.known else OPEN)
    _american(asked, item, footnotes, flags, because, notes, below)
    for name, stated in asked.facts.items():
        if isinstance(stated, tuple):
            spans[name] = stated
        else:
            flags[name] = stated
        because[name] = "as stated"
    return Facts(flags, spans, because, bill, tuple(dict.fromkeys(notes)), frozenset(below))


@dataclass(frozen=True, slots=True)
class _Notes:
    sure: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


EntityNotes = _Notes


def _users(asked: Transaction, because: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    users = [
        p for p in asked.parties if set(p.roles) & {"buyer", "importer", "consignee", "end_user", "intermediate_consignee"}
    ]
    if any(p.military for p in users):
        found["military_user"] = YES
        because["military_user"] = "a party is stated to be a military user"
    elif users and all(p.military is False for p in users):
        found["military_user"] = NO
        because["military_user"] = "the users are stated to be civil"
    actors = [p for p in asked.parties if set(p.roles) & {"person", "exporter", "seller", "service_provider"}]
    countries = {p.country for p in actors if p.country}
    if "CN" in countries or asked.sent_from == "CN":
        found["chinese_person"] = YES
        because["chinese_person"] = "the person who acts is Chinese, or acts from China"
    elif countries or (asked.sent_from is not None and not any("person" in p.roles for p in asked.parties)):
        found["chinese_person"] = NO
        because["chinese_person"] = "those who act are not Chinese and act outside China"
    everyone = {p.country for p in asked.parties if p.country} | {asked.sent_from, asked.sent_to}
    money = {i.value.currency for i in asked.items if i.value is not None}
    if "US" in everyone:
        found["us_nexus"] = YES
        because["us_nexus"] = "a party or place is in the United States"
    elif "USD" in money:
        because["us_nexus"] = "the value is in US dollars, which does not tell who clears the payment"
    return found


# ----------------------------------------------------------------------------------------------- China


def _chinese(
    asked: Transaction,
    item: Item,
    lists: Mapping[str, ControlList],
    spans: dict[str, Span],
    because: dict[str, str],
    notes: list[str],
) -> Content | None:
    if item.cn_content is not None:
        spans["cn_content_share"] = item.cn_content
        because["cn_content_share"] = "as stated"
        return None
    if not item.parts:
        return None
    numerator = asked.numerator
    bill = content(item, lambda part: _counts(part, numerator, lists), asked.rates)
    spans["cn_content_share"] = (bill.low, bill.high if bill.high is not None else Fraction(1))
    words = f"Chinese content {percent(bill.low)}" + ("" if bill.high == bill.low else f" to {percent(bill.high)}")
    because["cn_content_share"] = f"{words} by the bill of materials ({numerator.replace('_', ' ')})"
    if bill.decides:
        notes.append(f"the value of {bill.decides} decides the Chinese content: {words[16:]}")
    missing = unpriced(item, asked.rates)
    if missing:
        notes.append(f"no rate of exchange for {', '.join(missing)}: these values count as not known")
    notes.extend(bill.notes)
    notes.extend(
        f"{part.description or part.id} is of {part.origin}, and nobody told where its materials are from: its bill settles it"
        for part in _leaves(item.parts)
        if part.origin not in (None, "CN") and _counts(part, numerator, lists) == "maybe"
    )
    if numerator == "auto" and any("magnet" in s.words for s in bill.parts):
        notes.append(
            "a Chinese magnet whose materials are not told counts with its price; the strict text counts the value of the "
            "materials in it"
        )
    return bill


def _leaves(parts: tuple[Component, ...]) -> Iterator[Component]:
    """Components without a bill of their own."""
    for part in parts:
        yield from _leaves(part.parts) if part.parts else (part,)


def percent(value: Fraction | None) -> str:
    """A share for a person."""
    return "not known" if value is None else f"{float(value) * 100:.4g} %"


def _counts(part: Component, numerator: str, lists: Mapping[str, ControlList]) -> str | None:
    """Whether a component counts as Chinese part 1 content."""
    found = classify(part, lists)
    sure, maybe = found.sign.known, found.sign.possible
    part_1, part_2 = "list:cn-2025-61-part-1", "list:cn-2025-61-part-2"
    wanted = {part_1} | ({part_2} if numerator == "magnet_price" else set())
    chinese = part.origin == "CN"
    if part.origin is not None and not chinese and not part.parts:
        return _foreign(found, part_1 in sure, part_2 in sure | maybe, numerator)
    if wanted & sure and not part.parts:
        return "yes" if chinese else "maybe"
    if wanted & sure and chinese and (part_1 in sure or numerator == "magnet_price"):
        return "yes"
    if part.parts:
        return None
    if part_2 in sure and chinese:
        return "yes" if numerator == "auto" else "maybe"
    if ({part_1, part_2} & maybe or (part.origin is None and part_2 in sure)) and part.origin in (None, "CN"):
        return "maybe"
    if "magnet" in found.traits.forms and chinese and not found.traits.whole and not found.items and found.maybe:
        return "maybe"
    return "no"


def _foreign(found: Classified, is_material: bool, holds_material: bool, numerator: str) -> str:
    """Whether a component made outside China, whose bill nobody gave, may hold Chinese materials.

    A material is of the origin that is told. A magnet, a target or an assembly with magnets is made of materials whose origin
    is not told, which is not zero; by the price of the magnet only an assembly can still hold a Chinese one.
    """
    if is_material or not holds_material:
        return "no"
    return "no" if numerator == "magnet_price" and "assembly" not in found.traits.forms else "maybe"


# ----------------------------------------------------------------------------------------------- United States


def _american(
    asked: Transaction,
    item: Item,
    footnotes: _Notes,
    flags: dict[str, int],
    because: dict[str, str],
    notes: list[str],
    below: set[str],
) -> None:
    from countermeasure.licensing.ear import EarFacts, requirement, subject_to_ear

    values = {"yes": YES, "no": NO, "unknown": OPEN}
    scope = subject_to_ear(
        EarFacts(
            origin=item.origin,
            sent_from=asked.sent_from,
            sent_to=asked.sent_to,
            us_content=_us_content(asked, item),
            eccn=item.eccn,
            us_technology=item.us_technology,
            us_plant=None if item.us_technology is None else item.us_technology,
            footnotes=footnotes.sure,
            possible_footnotes=footnotes.possible,
        )
    )
    flags["subject_to_ear"] = values[scope.answer]
    because["subject_to_ear"] = scope.because
    if scope.answer == "no" and scope.below_de_minimis:
        below.add("subject_to_ear")
    if asked.sent_to == "US":
        flags["subject_to_ear"] = NO
        because["subject_to_ear"] = "the goods go to the United States: the EAR control exports, reexports and transfers"
    if not item.eccn:
        return
    flags["on_ccl"] = NO if item.eccn.upper() == "EAR99" else YES
    if asked.sent_to is None:
        return
    chart = requirement(item.eccn, asked.sent_to, asked.on)
    flags["ccl_license"] = values[chart.needed]
    because["ccl_license"] = chart.because
    notes.extend(chart.notes)


def _us_content(asked: Transaction, item: Item) -> Span:
    if item.us_content is not None:
        return item.us_content
    if item.parts:
        bill = content(item, lambda part: _us_counts(part, asked), asked.rates)
        return bill.low, bill.high
    return None, None


def _us_counts(part: Component, asked: Transaction) -> str | None:
    """Whether a component is US content controlled for the destination."""
    from countermeasure.licensing.ear import requirement

    if part.parts and part.origin != "US":
        return None
    if part.origin is None:
        return "maybe"
    if part.origin != "US":
        return "no"
    if not part.eccn or asked.sent_to is None:
        return "maybe"
    return {"yes": "yes", "no": "no", "unknown": "maybe"}[requirement(part.eccn, asked.sent_to, asked.on).needed]


__all__ = ["END_USES", "EntityNotes", "Facts", "facts_of", "percent"]

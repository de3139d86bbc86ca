"""What to do about the law: from answers of the engines to actions, each with its day, its dollars and its text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from countermeasure.brief.model import Action, Citation
from countermeasure.brief.review import READING_WORDS
from countermeasure.codes.day import format_day
from countermeasure.licensing.answer import WORDS
from countermeasure.licensing.clock import STATUTORY_DAYS, due, working

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from countermeasure.brief.asked import Asked
    from countermeasure.brief.findings import Findings
    from countermeasure.brief.model import Turn
    from countermeasure.licensing.answer import LicenseAnswer, Missing, Reason, RegimeAnswer

    _Open = tuple[str, Missing, RegimeAnswer, LicenseAnswer]

__all__ = ["LICENSED", "REGIME_WORDS", "actions_of", "last_filing"]

LICENSED = ("denial_in_principle", "individual_license_only", "stricter_review", "case_by_case", "license_required")
"""Answers that ask for a license that may be granted."""
_NO_CLOCK = "no clock of this authority is held: the earlier, the better"
"""Said where no last day can be told; the day of the shipment is none."""
REGIME_WORDS = {"CN": "China", "US": "the United States"}
_REASONS = 3
_RUNNING = ("license_required", "case_by_case", "stricter_review", "denial_in_principle")
"""Answers of China for which the clock of the Regulations runs."""
_OF_CUSTOMERS = frozenset(
    {
        "military_user",
        "military_use",
        "advanced_chip_use",
        "parties",
        "wmd_use",
        "terrorism_use",
        "humanitarian_use",
        "tgl_case",
    }
)
_OF_LAWYERS = frozenset({"subject_to_ear", "ccl_license", "el_named_item", "meu_item"})


def last_filing(ships: int) -> int:
    """Last day on which China can accept an application so that it is decided by a day: 45 working days before."""
    day, left = ships, STATUTORY_DAYS
    while left:
        left -= working(day)
        day -= 1
    return day


@dataclass(slots=True)
class _Group:
    """Shipments that one action serves."""

    one: RegimeAnswer
    reason: Reason
    reading: str
    lines: dict[str, int] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """Why the provision applies, each reason with the first shipment it is of."""
        told = list(self.because.items())
        if len(told) == 1:
            return told[0][0]
        more = f"; and {len(told) - _REASONS} more, see the section on licenses" if len(told) > _REASONS else ""
        return "; ".join(f"{line}: {words}" for words, line in told[:_REASONS]) + more


def actions_of(asked: Asked, found: Findings, turns: Sequence[Turn], on: int) -> list[Action]:
    """Actions that follow from the law alone, in no order.

    Args:
        asked: The shipments.
        found: Answers under the law as it stands.
        turns: What changes.
        on: Epoch day of the brief.
    """
    writer = _Writer(asked, found, on)
    return [*writer.stops(), *writer.applications(), *writer.reports(), *writer.questions(), *writer.refunds(), *_watch(turns)]


class _Writer:
    """Writes the actions of one set of answers."""

    def __init__(self, asked: Asked, found: Findings, on: int) -> None:
        self.asked, self.found, self.on = asked, found, on

    def stops(self) -> Iterator[Action]:
        """Shipments that are prohibited."""
        for group in self._groups(("prohibited",)):
            yield Action(
                "stop",
                f"Do not send {self._these(group.lines)}: prohibited by {REGIME_WORDS[group.one.regime]}{self._under(group)}",
                "your counsel, before anything moves",
                self.on,
                f"{group.why}. {_sentence(group.one.review)}".strip(),
                tuple(group.lines),
                self._usd(group.lines),
                _cited(group.reason),
            )

    def applications(self) -> Iterator[Action]:
        """Licenses to apply for."""
        for group in self._groups(LICENSED):
            by, clock = self._by(group)
            regime = group.one.regime
            tail = self._under(group) + ("" if regime == "CN" else f"; {_NO_CLOCK}")
            yield Action(
                "apply",
                f"Apply for an export license of {REGIME_WORDS[regime]} for {self._these(group.lines)}{tail}",
                self._applicant(group),
                by,
                f"{WORDS[group.one.answer]}: {group.why}. {clock}".strip(),
                tuple(group.lines),
                self._usd(group.lines),
                _cited(group.reason),
            )

    def reports(self) -> Iterator[Action]:
        """Exports that are exempt and must be reported."""
        for group in self._groups(("exempt_with_report",)):
            yield Action(
                "file",
                f"Report {self._these(group.lines)} to the authority: exempt from a license, with a report{self._under(group)}",
                group.reason.who or f"the authority of {REGIME_WORDS[group.one.regime]}; the book names no form",
                max(min(group.lines.values()), self.on),
                group.why,
                tuple(group.lines),
                self._usd(group.lines),
                _cited(group.reason),
            )

    def questions(self) -> Iterator[Action]:
        """Facts that decide a license, then facts that decide a duty."""
        asks: dict[tuple[str, str], list[_Open]] = defaultdict(list)
        for line, answer in self.found.licenses.items():
            for one in answer.answers:
                for missing in one.missing:
                    if not missing.assumed:
                        asks[missing.fact, missing.ask].append((line, missing, one, answer))
        for (fact, ask), every in asks.items():
            for own, rows in self._own_apart(fact, every):
                yield self._license_question(fact, ask, rows, own=own)
        yield from self._duty_questions()

    def _own_apart(self, fact: str, rows: Sequence[_Open]) -> Iterator[tuple[bool, list[_Open]]]:
        """Rows that the firm itself answers, then those of others; each once where there are any."""
        table = self._answering(fact)
        for own in (True, False):
            mine = [row for row in rows if (table is not None and table.get(row[0], "") in self.asked.own) is own]
            if mine:
                yield own, mine

    def _license_question(self, fact: str, ask: str, rows: Sequence[_Open], *, own: bool) -> Action:
        """One question about a license: to be looked up where the firm itself can answer it, else to be put to others."""
        lines = {line: answer.on for line, _, _, answer in rows}
        decides = list(dict.fromkeys(f"{m.decides} ({REGIME_WORDS[one.regime]})" for _, m, one, _ in rows))
        regimes = {one.regime for _, _, one, _ in rows}
        by = self.on if regimes - {"CN"} else min(last_filing(day) for day in lines.values())
        clock = f"; {_NO_CLOCK}" if regimes - {"CN"} else ""
        return Action(
            "ask",
            f"Look up in your own papers: {_inside(ask)}" if own else ask,
            "nobody outside the firm" if own else self._whom(fact, lines),
            max(by, self.on),
            f"It decides the license: {'; '.join(decides[:3])}{clock}",
            tuple(lines),
            self._usd(lines),
        )

    def _duty_questions(self) -> Iterator[Action]:
        """Facts that decide a duty."""
        for open_fact in self.found.review.open_facts:
            days = [self.found.duties[line].on for line in open_fact.lines]
            told = "cannot be told in dollars" if open_fact.usd is None else f"{open_fact.usd:,.0f} USD"
            more = f", and of {open_fact.untold} shipments it cannot be told" if open_fact.untold and open_fact.usd else ""
            yield Action(
                "ask",
                open_fact.ask,
                "whoever makes the entry, with the maker of the goods",
                max(min(days), self.on),
                f"It decides the duty: {told}{more} between its dearest and its cheapest answer",
                open_fact.lines,
                open_fact.usd,
            )

    def refunds(self) -> Iterator[Action]:
        """Duties collected against law."""
        duties = self.found.duties.items()
        rows = [(line, one.refundable_usd) for line, a in duties for one in a.answers[:1] if one.refundable_usd]
        if rows:
            yield Action(
                "file",
                "Claim back what was collected against law, or protest in time",
                "the customs broker of the entry, to US Customs and Border Protection",
                None,
                "The book counts part of the duty of these entries as refundable; the time to protest runs from liquidation",
                tuple(line for line, _ in rows),
                round(sum(usd or 0.0 for _, usd in rows), 2),
                self._duty_text([line for line, _ in rows]),
            )

    # -------------------------------------------------------------------------------------------- pieces

    def _groups(self, answers: Sequence[str]) -> Iterable[_Group]:
        """Shipments with one of these answers, by regime, provision and who must act."""
        groups: dict[tuple[str, ...], _Group] = {}
        for line, answer in self.found.licenses.items():
            for one in answer.answers:
                if one.answer in answers and one.reasons:
                    first = one.reasons[0]
                    others = [a for a in answer.answers if a.regime == one.regime and a is not one]
                    if others and others[0].answer == one.answer and one.reading != "text":
                        continue  # the same answer stands under both readings, and is told once
                    alone = bool(others) and others[0].answer != one.answer
                    key = (one.regime, one.answer, first.provision, first.article, one.reading if alone else "")
                    group = groups.setdefault(key, _Group(one, first, one.reading if alone else ""))
                    group.lines[line] = answer.on
                    group.because.setdefault(first.because, line)
        return groups.values()

    def _by(self, group: _Group) -> tuple[int, str]:
        """Day by which to apply, and what is said of the clock."""
        first = min(group.lines.values())
        if group.one.regime != "CN":
            return self.on, f"The first shipment {'was' if first < self.on else 'is'} on {format_day(first)}."
        if group.one.answer not in _RUNNING:
            return self.on, "No clock runs for this kind of license: the earlier, the better."
        last = last_filing(first)
        if last >= self.on:
            return last, (
                f"{STATUTORY_DAYS} working days from acceptance: accepted by {format_day(last)}, it is decided by the first "
                f"shipment on {format_day(first)}."
            )
        late = [line for line, day in group.lines.items() if last_filing(day) < self.on]
        return self.on, (
            f"{STATUTORY_DAYS} working days from acceptance: accepted on {format_day(self.on)}, it is decided by "
            f"{due(self.on)}, after {'the shipment' if len(group.lines) == 1 else f'{len(late)} of these shipments'}."
        )

    def _applicant(self, group: _Group) -> str:
        said = group.reason.who or "who must apply is not in the book for this provision; ask counsel"
        names = list(dict.fromkeys(self.asked.suppliers.get(line, "") for line in group.lines))
        known = [name for name in names if name]
        if group.one.regime == "CN" and said.startswith("the exporter in China") and known:
            return f"{', '.join(known[:3])} as {said}"
        return said

    def _whom(self, fact: str, lines: Iterable[str]) -> str:
        table = self._answering(fact)
        if table is None:
            return "the maker of the item and your counsel"
        names = [name for name in dict.fromkeys(table.get(line, "") for line in lines) if name]
        if names:
            return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return "the customer" if table is self.asked.customers else "the supplier"

    def _answering(self, fact: str) -> Mapping[str, str] | None:
        """Who can answer a question, by shipment; ``None`` where that is nobody of the portfolio."""
        if fact in _OF_LAWYERS:
            return None
        return self.asked.customers if fact in _OF_CUSTOMERS or fact.startswith("party:") else self.asked.suppliers

    def _under(self, group: _Group) -> str:
        return (
            f", if the {READING_WORDS[group.reading]} counts"
            if group.reading == "text"
            else (", if statements are honoured" if group.reading else "")
        )

    def _these(self, lines: Iterable[str]) -> str:
        """Goods of shipments, each once."""
        goods = list(dict.fromkeys(self.asked.goods.get(line) or line for line in lines))
        return "; ".join(goods[:3]) + (f" and {len(goods) - 3} more goods" if len(goods) > 3 else "")

    def _usd(self, lines: Iterable[str]) -> float | None:
        """Value of shipments; ``None`` where that of none is known."""
        known = [usd for line in lines if (usd := self.found.usd(line, self.asked)) is not None]
        return round(sum(known), 2) if known else None

    def _duty_text(self, lines: Sequence[str]) -> Citation | None:
        parts = [c for line in lines for c in self.found.duties[line].answers[0].components if c.citation and not c.certain]
        parts += [c for line in lines for c in self.found.duties[line].answers[0].components if c.citation]
        return Citation(parts[0].citation, "", parts[0].confidence) if parts else None


def _watch(turns: Sequence[Turn]) -> Iterator[Action]:
    """One action for each day on which something changes for shipments."""
    by_day: dict[int, list[Turn]] = defaultdict(list)
    for turn in turns:
        if turn.what != "law":
            by_day[turn.on].append(turn)
    for day, rows in by_day.items():
        lines = tuple(dict.fromkeys(line for row in rows for line in row.lines))
        what = list(dict.fromkeys(row.what for row in rows))
        first = rows[0]
        yield Action(
            "watch",
            f"If {plural(len(lines))} slipped to {format_day(day)} or later, {_listed(what)} would be other",
            "whoever sets the day of shipment",
            day,
            f"{first.lines[0]}: {first.now}, then {first.then}"
            + (f", {READING_WORDS[first.reading]}" if first.reading else ""),
            lines,
        )


def plural(count: int) -> str:
    """Shipments, counted."""
    return f"{count} shipment{'s' * (count > 1)}"


def _inside(ask: str) -> str:
    """A question within a sentence: its first word small, where that is no name in capitals."""
    return ask if ask[:2].isupper() else f"{ask[:1].lower()}{ask[1:]}"


def _listed(what: Sequence[str]) -> str:
    return f"the {' and the '.join(what)}"


def _cited(reason: Reason) -> Citation:
    words = f"{reason.citation}, {reason.article}" if reason.article else reason.citation
    return Citation(words, reason.url, reason.confidence)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""

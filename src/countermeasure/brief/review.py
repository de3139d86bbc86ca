"""A portfolio of lines as a whole: totals, what changes soon, which open facts are worth asking for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.duty.answer import Missing, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.duty.answer import Answer, LineAnswer
    from countermeasure.licensing.answer import LicenseAnswer

__all__ = ["READING_WORDS", "Change", "OpenFact", "Review", "Totals", "review"]

READING_WORDS = {"text": "law as published", "announced": "statements honoured", "": ""}
"""Readings in words."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines under one reading. Lines without a figure are counted, never taken as zero.

    Attributes:
        reading: Name of the reading.
        value_usd: Customs value of the lines that have one.
        low_usd: Least duty.
        ordinary_usd: Ordinary duty.
        high_usd: Greatest duty.
        fees_usd: User fees, apart from duty.
        refundable_usd: Part collected against law.
        no_low: Lines of no known least duty.
        no_ordinary: Lines of no known ordinary duty.
        no_high: Lines of no known greatest duty.
    """

    reading: str
    value_usd: float
    low_usd: float
    ordinary_usd: float
    high_usd: float
    fees_usd: float
    refundable_usd: float
    no_low: int
    no_ordinary: int
    no_high: int


@dataclass(frozen=True, slots=True)
class Change:
    """A line whose duty changes within the days looked at.

    Attributes:
        days: Days after its entry.
    """

    line_id: str
    reading: str
    on: int
    days: int
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact nobody gave, over all lines it concerns.

    Attributes:
        ask: The question to put.
        lines: Lines it concerns, in their order.
        usd: Dollars between its dearest and its cheapest answer, summed over lines; ``None`` where it cannot be told.
        untold: Lines of which the dollars cannot be told.
    """

    fact: str
    ask: str
    lines: tuple[str, ...]
    usd: float | None
    untold: int


@dataclass(frozen=True, slots=True)
class Review:
    """What is said about a portfolio.

    Attributes:
        answers: The lines.
        totals: One per reading: the first is the law as published.
        changes: Lines that change, the earliest day first.
        open_facts: The dearest first.
        programmes: Ordinary duty by programme under the first reading, the dearest first.
        within: Days looked at.
        licenses: License answer of every line, or ``None`` where its facts could not be read; empty where none was asked.
    """

    answers: tuple[LineAnswer, ...]
    totals: tuple[Totals, ...]
    changes: tuple[Change, ...]
    open_facts: tuple[OpenFact, ...]
    programmes: tuple[tuple[str, float], ...]
    within: int
    licenses: tuple[LicenseAnswer | None, ...] = ()

    @property
    def stopped(self) -> tuple[str, ...]:
        """Lines that are prohibited or undetermined under any regime and reading."""
        return tuple(one.id for one in self.licenses if one is not None and one.stops)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "totals": [{name: getattr(t, name) for name in Totals.__slots__} for t in self.totals],
            "changes": [
                {
                    "line_id": c.line_id,
                    "reading": c.reading,
                    "on": format_day(c.on),
                    "days": c.days,
                    "now": c.now,
                    "then": c.then,
                }
                for c in self.changes
            ],
            "open_facts": [
                {"fact": f.fact, "ask": f.ask, "lines": list(f.lines), "usd": f.usd, "lines_untold": f.untold}
                for f in self.open_facts
            ],
            "programmes": [{"programme": name, "usd": usd} for name, usd in self.programmes],
            "within_days": self.within,
            "lines": [answer.to_json() for answer in self.answers],
            "licenses": [None if one is None else one.to_json() for one in self.licenses],
            "stopped": list(self.stopped),
        }


def review(answers: Sequence[LineAnswer], within: int = 90, licenses: Sequence[LicenseAnswer | None] = ()) -> Review:
    """Sum up a portfolio.

    Args:
        answers: Answers of its lines.
        within: How many days after its entry a line is watched for changes.
        licenses: License answers of the same lines, if asked for.
    """
    readings = list(dict.fromkeys(one.reading for answer in answers for one in answer.answers)) or ["text"]
    return Review(
        answers=tuple(answers),
        totals=tuple(_totals(answers, reading) for reading in readings),
        changes=_changes(answers, within),
        open_facts=_open_facts(answers),
        programmes=_programmes(answers),
        within=within,
        licenses=tuple(licenses),
    )


def _under(answer: LineAnswer, reading: str) -> Answer:
    """The answer under a reading; where both readings agree there is one."""
    return next((one for one in answer.answers if one.reading == reading), answer.answers[0])


def _totals(answers: Sequence[LineAnswer], reading: str) -> Totals:
    valued = [(a, _under(a, reading)) for a in answers if a.value_usd is not None]
    ones = [one for _, one in valued]

    def total(figures: list[float | None]) -> float:
        return round(sum(f for f in figures if f is not None), 2)

    return Totals(
        reading=reading,
        value_usd=total([a.value_usd for a, _ in valued]),
        low_usd=total([one.duty_usd_low for one in ones]),
        ordinary_usd=total([one.duty_usd for one in ones]),
        high_usd=total([one.duty_usd_high for one in ones]),
        fees_usd=total([one.fees_usd for one in ones]),
        refundable_usd=total([one.refundable_usd for one in ones]),
        no_low=sum(one.duty_usd_low is None for one in ones),
        no_ordinary=sum(one.duty_usd is None for one in ones),
        no_high=sum(one.duty_usd_high is None for one in ones),
    )


def _changes(answers: Sequence[LineAnswer], within: int) -> tuple[Change, ...]:
    found = []
    for answer in answers:
        for one in answer.answers:
            if one.changes_on is None or not 0 < one.changes_on - answer.on <= within:
                continue
            reading = one.reading if len(answer.answers) > 1 else ""
            days, now, then = one.changes_on - answer.on, _now(one), one.changes_to
            then = f"{then}, by other provisions" if then == now else then
            found.append(Change(answer.line_id, reading, one.changes_on, days, now, then))
    return tuple(sorted(found, key=lambda c: c.on))


def _now(one: Answer) -> str:
    low, ordinary, high = one.rate_low, one.rate, one.rate_high
    if low is not None and high is not None and high - low < 5e-9:
        return percent(low)
    return f"{percent(low)} to {percent(high)}" + ("" if ordinary is None else f", ordinarily {percent(ordinary)}")


@dataclass(slots=True)
class _Tally:
    ask: str
    lines: list[str] = field(default_factory=list)
    usd: float = 0.0
    told: int = 0
    untold: int = 0


def _open_facts(answers: Sequence[LineAnswer]) -> tuple[OpenFact, ...]:
    tallies: dict[str, _Tally] = {}
    for answer in answers:
        one = answer.answers[0]
        for missing in one.missing:
            tally = tallies.setdefault(missing.fact, _Tally(missing.ask))
            tally.lines.append(answer.line_id)
            usd = _decides(missing, answer, one)
            if usd is None:
                tally.untold += 1
            else:
                tally.usd += usd
                tally.told += 1
    facts = [
        OpenFact(name, t.ask, tuple(t.lines), round(t.usd, 2) if t.told else None, t.untold) for name, t in tallies.items()
    ]
    return tuple(sorted(facts, key=lambda f: (f.usd is None, -(f.usd or 0.0), f.fact)))


def _decides(missing: Missing, answer: LineAnswer, one: Answer) -> float | None:
    """Dollars between the dearest and the cheapest answer to a question; ``None`` where it cannot be told."""
    if answer.value_usd is None:
        return None
    if missing.outcomes:
        ends = [[o[place] for o in missing.outcomes] for place in (1, 2)]
        spreads = [max(e) - min(e) for e in ends if None not in e]  # type: ignore[type-var, operator]
        return round(max(spreads) * answer.value_usd, 2) if spreads else None
    if missing.fact == "quantity" or one.duty_usd_low is None or one.duty_usd_high is None:
        return None
    return one.duty_usd_high - one.duty_usd_low


def _programmes(answers: Sequence[LineAnswer]) -> tuple[tuple[str, float], ...]:
    sums: dict[str, float] = {}
    for answer in answers:
        for component in answer.answers[0].components:
            if component.usd:
                sums[component.programme] = sums.get(component.programme, 0.0) + component.usd
    return tuple(sorted(((name, round(usd, 2)) for name, usd in sums.items()), key=lambda item: -item[1]))

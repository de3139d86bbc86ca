"""A brief: one page of plain words, a section for each engine, and what lets every number be repeated."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.scenario.whole.model import Part

__all__ = [
    "KINDS",
    "LIMITS",
    "ORDER",
    "Action",
    "Applies",
    "Brief",
    "Citation",
    "Cost",
    "FirstPage",
    "Section",
    "Stop",
    "Turn",
    "ordered",
]

KINDS: dict[str, str] = {
    "stop": "do not send before this is cleared up with counsel",
    "apply": "file an application for a license",
    "file": "file a claim, a report or a notice",
    "ask": "put a question; its answer decides",
    "hold": "hold so much stock",
    "watch": "a day on which something changes",
}
"""Kinds of action, each in words."""

ORDER = (
    "Actions stand in the order of the day by which each is due, the earliest first and those without a day last; on the same "
    "day in the order stop, apply, file, ask, hold, watch; then by the dollars at stake, the most first. At stake is the value "
    "of the shipments for a license, the duty between the dearest and the cheapest answer for a question about duty, and the "
    "median worth of lost output for a stock."
)
"""How actions are ordered."""

LIMITS = (
    "This is reading help, not legal advice, and clears nothing: a party that is not found on a list may still be listed.",
    "Duties leave out anti-dumping and countervailing duties, quotas and special programmes of column 1.",
    "Bands of simulations hold what is not known of parameters; shares of draws are not probabilities.",
)
"""What no brief says."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A text that something rests on.

    Attributes:
        words: Citation.
        url: Where it can be read; empty where the book has no address.
        confidence: The book's word for how sure its reading is, or a letter.
        used_for: What rests on it.
    """

    words: str
    url: str = ""
    confidence: str = ""
    used_for: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do.

    Attributes:
        kind: Of ``KINDS``.
        what: What to do, a sentence.
        who: With whom: an authority, a supplier, a customer.
        by: Epoch day by which; ``None`` where no day can be told.
        why: Reason, a sentence.
        lines: Shipments, goods or parts it is about.
        usd: Dollars at stake; ``None`` where they cannot be told.
        citation: Text behind it; ``None`` where it rests on a simulation.
    """

    kind: str
    what: str
    who: str
    by: int | None
    why: str
    lines: tuple[str, ...]
    usd: float | None = None
    citation: Citation | None = None

    @property
    def rank(self) -> tuple[bool, int, int, float, str]:
        """Place in the order that ``ORDER`` states."""
        far = self.by is None
        return far, self.by or 0, list(KINDS).index(self.kind), -(self.usd or 0.0), self.what


@dataclass(frozen=True, slots=True)
class Applies:
    """What applies to a shipment, or to several alike, under one reading.

    Attributes:
        lines: Their ids; several where goods, route, parties and every answer are the same.
        goods: What it is.
        route: From and to.
        codes: The same in two-letter codes.
        ships: Epoch days on which the first and the last of them leave, for the license; ``None`` where that is not asked.
        enters: Epoch days on which they enter, for the duty; ``None`` where that is not asked.
        reading: ``text`` or ``announced``; empty where both readings agree.
        china: Answer under Chinese export control, in words; empty where it was not asked.
        us: The same under that of the United States.
        rate: Rate of duty in words; empty where no duty is asked.
        value_usd: Customs value of all of them; ``None`` where that of any is not known.
        low_usd: Least duty of all of them, USD; ``None`` where it cannot be told.
        usd: Ordinary duty.
        high_usd: Greatest duty.
        open: Whether a fact is open that decides.
        left_out: What the duty leaves out, in words; empty where nothing is known to be.
        stops: Whether it is prohibited or cannot be told.
        held: Whether every part of the duty is held; else rate and dollars are those of the rest, and not told where the rest
            is zero.
    """

    lines: tuple[str, ...]
    goods: str
    route: str
    codes: str
    ships: tuple[int, int] | None
    enters: tuple[int, int] | None
    reading: str
    china: str
    us: str
    rate: str
    value_usd: float | None
    low_usd: float | None
    usd: float | None
    high_usd: float | None
    open: bool
    left_out: str
    stops: bool
    held: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that changes on a day.

    Attributes:
        on: Epoch day.
        what: What changes: ``duty``, ``license of China``, ``license of the United States`` or ``law``.
        lines: Shipments, or provisions where it is the law at large.
        now: How it is before.
        then: How it is from that day.
        reading: ``text`` or ``announced``; empty where both agree.
    """

    on: int
    what: str
    lines: tuple[str, ...]
    now: str
    then: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """Duty of all shipments.

    Attributes:
        case: ``as the law stands`` or the title of a scenario.
        reading: Reading; empty where all agree.
        low_usd: Least, USD; ``None`` where it can be told of no entry.
        usd: Ordinary.
        high_usd: Greatest.
        untold: Shipments of which at least one of the three cannot be told, and which are not in it.
        partial: Further entries of which a part is not held, so that the sums are too low by it.
        change_usd: Ordinary duty less that of the law as it stands under the same reading; ``None`` for that row itself.
        without: What the sums are without, entries or parts of them, each with the reason; empty where they are whole.
    """

    case: str
    reading: str
    low_usd: float | None
    usd: float | None
    high_usd: float | None
    untold: int
    partial: int = 0
    change_usd: float | None = None
    without: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A line or part of the firm that runs dry.

    Attributes:
        case: Title of the scenario.
        kind: ``line`` or ``part``.
        name: Its name.
        share: Share of draws in which it stops at least once.
        first: Epoch days of the Monday of the first stop at 5 %, 50 % and 95 % of the draws that stop; ``None`` past the end.
        weeks_lost: Weeks of output lost at 5 %, 50 % and 95 % of all draws.
        lost_usd: Their worth; ``None`` where a week's worth is not known.
        cover_weeks: Stock held now, weeks of use; ``None`` for a line of several parts.
        hold_weeks: Least stock that keeps it running in 90 % of draws; ``None`` where none within the span does.
        most_weeks: The longest stock that was tried.
        by_week: Share of draws that have stopped by each week.
        day0: Epoch day of the Monday of week 0.
    """

    case: str
    kind: str
    name: str
    share: float
    first: tuple[int | None, ...]
    weeks_lost: tuple[float, ...]
    lost_usd: tuple[float, ...] | None
    cover_weeks: float | None
    hold_weeks: float | None
    most_weeks: float
    by_week: tuple[float, ...]
    day0: int


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The page for one who reads no other.

    Attributes:
        said: The brief in a few sentences.
        assumed: What it rests on, the weightiest first; printed before any answer.
        applies: Shipments, in the order of the first of each row; two rows where the readings differ.
        turns: What changes, the earliest first.
        costs: Duty as the law stands, then under each scenario.
        stops: Lines and parts that stop, by scenario, the earliest first.
        actions: What to do, in the order of ``ORDER``.
    """

    said: tuple[str, ...]
    assumed: tuple[str, ...]
    applies: tuple[Applies, ...]
    turns: tuple[Turn, ...]
    costs: tuple[Cost, ...]
    stops: tuple[Stop, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine says under one scenario.

    Attributes:
        case: Title of the scenario.
        word: Its id.
        part: The engine's answer, plain.
    """

    case: str
    word: str
    part: Part


@dataclass(frozen=True, slots=True)
class Section:
    """What one engine says.

    Attributes:
        name: Word of the engine.
        title: Heading.
        said: Its answer, in sentences.
        assumptions: What, value, confidence, source; printed before the answer.
        sheets: Tables.
        citations: Texts.
        limits: What it does not say.
        runs: The same engine under scenarios.
    """

    name: str
    title: str
    said: tuple[str, ...]
    assumptions: tuple[tuple[str, str, str, str], ...] = ()
    sheets: tuple[Sheet, ...] = ()
    citations: tuple[Citation, ...] = ()
    limits: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief.

    Attributes:
        title: Heading.
        about: What was asked: portfolio, day, knowledge, scenarios.
        on: Epoch day of the brief.
        known_on: Epoch day of knowledge; ``None`` for all that the book holds.
        within: Days after an entry that are watched.
        first: The first page.
        sections: One for each engine.
        stamp: Names and values that let it be repeated.
        commands: Command lines that give its numbers again, each with what it gives.
        limits: What no part of it says.
    """

    title: str
    about: str
    on: int
    known_on: int | None
    within: int
    first: FirstPage
    sections: tuple[Section, ...] = ()
    stamp: tuple[tuple[str, str], ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = field(default=LIMITS)

    def to_json(self) -> dict[str, Any]:
        """Plain values; days as text."""
        found = _plain(self)
        assert isinstance(found, dict)  # noqa: S101 - a dataclass gives an object
        return found


_DAYS = frozenset({"on", "by", "known_on", "day0", "first", "ships", "enters"})


_MOST = 100
"""A longer table of a scenario's run is counted in JSON, not printed; running the scenario alone gives it."""


def _plain(value: object, name: str = "") -> object:
    """Dataclasses as objects, tuples as arrays, days as text."""
    if isinstance(value, Sheet):
        return {"name": value.name, "title": value.title, "rows": value.records()}
    if isinstance(value, Run):
        return {"scenario": value.word, "title": value.case, **_part(value.part)}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name), f.name) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(one, name) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and name in _DAYS:
        return format_day(value)
    return value


def _part(part: Part) -> dict[str, Any]:
    short = [sheet for sheet in part.sheets if len(sheet.rows) <= _MOST]
    return {
        "said": part.said,
        "figures": dict(part.figures),
        "assumptions": [list(row) for row in part.assumptions],
        "notes": list(part.notes),
        "stamp": dict(part.stamp),
        "sheets": [_plain(sheet) for sheet in short],
        "left_out": {sheet.name: len(sheet.rows) for sheet in part.sheets if sheet not in short},
    }


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Actions in the order that ``ORDER`` states."""
    return tuple(sorted(actions, key=lambda one: one.rank))

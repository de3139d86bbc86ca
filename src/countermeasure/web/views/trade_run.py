"""Who loses from a scenario and where goods divert: a question from a form, and its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError, NotFoundError
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.study import Drawn, Study, Table, assumed

if TYPE_CHECKING:
    from countermeasure.scenario.model import TradeOutcome, TradeScenario
    from countermeasure.web.held import Held

__all__ = ["CLOSURE_WORDS", "DEFAULT", "TradeQuestion", "answer_trade", "scenario_list", "trade_study"]

DEFAULT = "no-deal-157"
CLOSURE_WORDS = (
    ("nominal", "keep their amounts"),
    ("world", "keep their share of world income"),
    ("balanced", "are removed first"),
)
"""Closures, and what becomes of deficits in them."""
POINTS = (-100.0, 1000.0)
"""Least and most percentage points that may be added."""
YEARS = 50.0
_WHY = "Added on this page"
_SHOWN = ("horizons", "quotas")


@dataclass(frozen=True, slots=True)
class TradeQuestion:
    """What is asked, as it was written into the form.

    Attributes:
        scenario: Name of a shipped trade scenario.
        horizon: Years since the change, ``long``, or empty for that of the scenario.
        closure: What becomes of deficits.
        added: Percentage points that the United States adds on goods of China; empty or 0 for none.
        known_on: Only instruments published by this day count (YYYY-MM-DD); empty for that of the scenario.
    """

    scenario: str = DEFAULT
    horizon: str = ""
    closure: str = "nominal"
    added: str = ""
    known_on: str = ""

    def asked(self) -> tuple[TradeScenario, float]:
        """The scenario with what the form changes in it, and the points added, as a fraction.

        Raises:
            NotFoundError: If there is no such scenario; a name is never taken for a path.
            InputError: With every field that cannot be used.
        """
        from countermeasure.scenario import load_trade_scenario, trade_scenario_names
        from countermeasure.trade.multi.closures import CLOSURES

        if self.scenario not in trade_scenario_names():
            known = ", ".join(trade_scenario_names())
            raise NotFoundError(
                f"there is no trade scenario {self.scenario!r}", code="unknown_scenario", cure=f"Shipped are: {known}."
            )
        faults: list[str] = []
        if self.closure not in CLOSURES:
            faults.append(f"closure: {self.closure!r} is not known; use one of {', '.join(CLOSURES)}")
        added = _between(self.added, "added", POINTS, faults) or 0.0
        years = None if self.horizon == "long" else _between(self.horizon, "horizon", (0.0, YEARS), faults)
        known_on = _day(self.known_on, faults)
        if faults:
            raise InputError(faults[0], code="bad_question", faults=faults[1:], cure="Mend these fields.")
        found = load_trade_scenario(self.scenario)
        if self.horizon:
            found = found.at(years)
        if known_on is not None:
            found = replace(found, known_on=known_on)
        if added:
            found = replace(found, changes=(*found.changes, _added(added / 100)))
        return found, added / 100


def _between(text: str, name: str, bounds: tuple[float, float], faults: list[str]) -> float | None:
    """A number of the form, ``None`` where the field is empty."""
    if not text.strip():
        return None
    try:
        value = float(text.strip().removesuffix("%").replace("\u2212", "-"))
    except ValueError:
        value = math.nan
    if not bounds[0] <= value <= bounds[1]:
        more = ", or long" if name == "horizon" else ""
        faults.append(f"{name}: {text[:40]!r} cannot be used; write a number from {bounds[0]:g} to {bounds[1]:g}{more}")
        return None
    return value


def _day(text: str, faults: list[str]) -> int | None:
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError as error:
        faults.append(f"known_on: {error}")
        return None


def _added(rate: float) -> dict[str, Any]:
    """A change of a scenario as its file would hold it."""
    nothing = dict.fromkeys(("set_tariff", "set_export_tax", "friction"))
    who: dict[str, Any] = {"importers": ["US"], "origins": ["CN"], "sectors": ["goods"], "ban": "no", "why": _WHY}
    return who | nothing | {"add_tariff": f"{rate:g}"}


def scenario_list() -> list[tuple[str, str, str]]:
    """Shipped trade scenarios: name, title, intent."""
    from countermeasure.scenario import load_trade_scenario, trade_scenario_names

    return [(name, s.title, s.intent) for name in trade_scenario_names() for s in [load_trade_scenario(name)]]


def answer_trade(held: Held, question: TradeQuestion) -> Study:
    """Solve a scenario; an answer given before is kept.

    Raises:
        NotFoundError: If there is no such scenario.
        InputError: With every field that cannot be used.
        NoSolutionError: If the model was not solved.
    """
    asked, _ = question.asked()
    return held.answer(("trade", question), lambda: _solved(held, question, asked))


def _solved(held: Held, question: TradeQuestion, asked: TradeScenario) -> Study:
    from countermeasure.scenario import run_trade

    engine = None
    if asked.duties_on is not None:
        names = tuple(path.stem for path in asked.instruments)
        known = "" if asked.known_on is None else format_day(asked.known_on)
        engine = held.duty(known, "both", names)
    outcome = run_trade(asked, closure=question.closure, engine=engine)
    return trade_study(outcome, held.book.hash, _notes(question, asked, held))


def _notes(question: TradeQuestion, asked: TradeScenario, held: Held) -> list[str]:
    notes = []
    if question.known_on and asked.duties_on is None:
        notes.append("This scenario takes no duties from the book, so that the day of knowledge changes nothing.")
    if asked.known_on is not None and asked.instruments:
        book = held.book.with_(*asked.instruments)
        late = [name for name in book.scenarios if book.by_id[name].published_on > asked.known_on]
        known = format_day(asked.known_on)
        notes += [f"{name} is published after {known}, the day of knowledge, and does nothing." for name in late]
    return notes


def trade_study(outcome: TradeOutcome, book_hash: str, notes: list[str]) -> Study:
    """A solved scenario as a page shows it."""
    from countermeasure.io.trade_files import LIMITS, trade_json, trade_pictures
    from countermeasure.scenario import trade_answer, trade_sheets
    from countermeasure.trade.multi.horizon import horizon_words

    scenario, base = outcome.scenario, outcome.found.baseline
    sheets = {sheet.name: sheet for sheet in trade_sheets(outcome)}
    pictures = trade_pictures(outcome)
    figures = {"welfare": sheets["economies"], "matrix": sheets["matrix"]}
    lost = [name for name in sheets if name.startswith("diversion_")]
    figures |= {"diversion": sheets[lost[0]]} if lost else {}
    shown = [Table(sheets["economies"])] + [Table(sheets[name]) for name in (*_SHOWN, *lost) if name in sheets]
    shown.append(Table(sheets["output"], open=False))
    stamp = Stamp(
        __version__,
        book_hash,
        scenario.duties_on,
        scenario.known_on,
        scenario.reading.value,
        tuple(path.stem for path in scenario.instruments),
        more=(
            ("scenario", scenario.id),
            ("baseline", f"{base.year}, {len(base.countries)} economies, {len(base.sectors)} sectors"),
            ("horizon", horizon_words(scenario.years)),
            ("closure", outcome.found.closure),
        ),
    )
    return Study(
        scenario.title,
        trade_answer(outcome),
        f"{scenario.intent} {scenario.notes}".strip(),
        assumed(outcome.assumptions),
        tuple(Drawn(pictures[name][0], pictures[name][1], sheet) for name, sheet in figures.items() if name in pictures),
        tuple(shown),
        tuple(sheets.values()),
        (*LIMITS, *outcome.found.notes, *notes),
        tuple((source, "") for source in (*scenario.sources, base.source) if source),
        stamp,
        trade_json(outcome),
    )

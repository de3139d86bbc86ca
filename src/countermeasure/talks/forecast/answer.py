"""The answer to a forecast question: the base rate, and models only where they have earned it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.talks.forecast.events import FIRST, STEP, Counted, origins, outcomes
from countermeasure.talks.forecast.models import BASE, base_rate, predict
from countermeasure.talks.forecast.questions import ForecastQuestion, question
from countermeasure.talks.forecast.rolling import WARM_UP, Scored, may_be_shown, score_models
from countermeasure.talks.timeline import timeline

if TYPE_CHECKING:
    from countermeasure.talks.forecast.rolling import ScoreTable
    from countermeasure.talks.timeline import Timeline

    Floats = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CAVEAT", "ForecastAnswer", "Shown", "forecast"]

CAVEAT = "Stability and robustness of the conflict analysis are not probabilities and do not enter here."


@dataclass(frozen=True, slots=True)
class Shown:
    """A model that may be shown.

    Attributes:
        model: Its name.
        p: Its probability for the question.
        scored: Its record.
    """

    model: str
    p: float
    scored: Scored


@dataclass(frozen=True, slots=True)
class ForecastAnswer:
    """An answer.

    Attributes:
        question: What was asked.
        opens: First day of the window, days since 1970-01-01.
        closes: First day after.
        base: Base rate, (happened + 1) / (windows + 2).
        happened: Windows, or clocks, in which it came true.
        windows: Windows, or clocks, that were counted; all had closed before the day asked.
        apart: How many of the windows fit beside one another; the rest overlap them.
        record_until: Last day of the record that was used.
        shown: Models that may be shown, best first; empty where none beats the base rate.
        withheld: Models that were scored and are not shown.
        scored_base: Record of the base rate itself, where it was scored.
        notes: What limits the answer, as sentences.
    """

    question: ForecastQuestion
    opens: int
    closes: int
    base: float
    happened: int
    windows: int
    apart: int
    record_until: int
    shown: tuple[Shown, ...] = ()
    withheld: tuple[Scored, ...] = ()
    scored_base: Scored | None = None
    notes: tuple[str, ...] = ()

    @property
    def p(self) -> float:
        """The probability to be shown: of the best model that has earned it, else the base rate."""
        return self.shown[0].p if self.shown else self.base

    def words(self) -> tuple[str, ...]:
        """Lines for a screen: the probability, what it rests on, what is withheld, the rule, the limits."""
        by = self.shown[0].model if self.shown else BASE
        last = format_day(self.closes - 1)
        lines = [f"{self.question.text}, asked {format_day(self.opens)}, to {last} included: {self.p:.0%} ({by})."]
        counted = f"({self.happened} + 1) / ({self.windows} + 2)"
        if self.question.kind == "clock":
            lines.append(f"Base rate {self.base:.0%}: {self.happened} of {self.windows} earlier clocks, counted {counted}.")
        else:
            lines.append(
                f"Base rate {self.base:.0%}: it happened in {self.happened} of {self.windows} windows begun weekly from"
                f" {format_day(FIRST)} and closed by {format_day(self.record_until)}, counted {counted};"
                f" {self.apart} of them do not overlap."
            )
        lines += [f"{one.model} says {one.p:.0%}; {_gained(one.scored)}." for one in self.shown]
        if self.scored_base is not None:
            if not self.shown:
                lines.append(
                    f"No model is shown: none beats the base rate, whose Brier score is {self.scored_base.brier:.3f}"
                    f" over {len(self.scored_base.origins)} windows (0 is best)."
                )
            lines += [f"Not shown: {row.model}, {_gained(row)}." for row in self.withheld]
        lines.append(f"Rule: {self.question.rule}")
        if self.question.unclear:
            lines.append(f"Two readings: {self.question.unclear}")
        return (*lines, *self.notes, CAVEAT)

    def sheet(self) -> Sheet:
        """As a table: the base rate, models that are shown with their probability, and those that are not without."""
        base = self.scored_base
        scores = (None,) * 4 if base is None else _cells(base)
        rows: list[tuple[Any, ...]] = [(BASE, self.base, *scores, "base")]
        rows += [(one.model, one.p, *_cells(one.scored), "yes") for one in self.shown]
        rows += [(row.model, None, *_cells(row), "no") for row in self.withheld]
        title = f"{self.question.text}, asked {format_day(self.opens)}, to {format_day(self.closes - 1)} included"
        return Sheet(
            "forecast",
            title,
            ("model", "p", "brier", "log_score", "gain_low", "gain_high", "may_be_shown"),
            tuple(rows),
        )


def _cells(row: Scored) -> tuple[float, float, float | None, float | None]:
    low, high = (None, None) if row.gain is None else (row.gain.low, row.gain.high)
    return row.brier, row.log_score, low, high


def _gained(row: Scored) -> str:
    """What a model gains on the base rate, in words."""
    if row.gain is None:
        return f"Brier score {row.brier:.3f}"
    better = "better" if row.gain.gain > 0 else "worse"
    luck = ", which luck can give" if row.gain.gain > 0 and not may_be_shown(row) else ""
    return (
        f"Brier score {row.brier:.3f}, {abs(row.gain.gain):.3f} {better} than the base rate"
        f" (95 % interval of the gain {row.gain.low:+.3f} to {row.gain.high:+.3f}{luck})"
    )


def forecast(
    asked: ForecastQuestion | str,
    day: int,
    *,
    record: Timeline | None = None,
    table: ScoreTable | None = None,
    reading: str = "text",
    seed: int = 0,
) -> ForecastAnswer:
    """Answer a question as it could have been answered on a day.

    Args:
        asked: A question, or the word of a shipped one.
        day: First day of the window, days since 1970-01-01; moves of that day and later are not used.
        record: Moves; the shipped record if absent.
        table: Scores made before, from a record that ends no later than the day; made here if absent.
        reading: Which clocks count: ``text`` where legal texts were seen, ``announced`` also those that officials stated.
        seed: Of the bootstrap.

    Raises:
        NotFoundError: If there is no such question.
        InputError: If the question has closed, nothing of its kind was recorded before the day, the scores know more than
            the day, or the reading is not known.
    """
    asked = question(asked) if isinstance(asked, str) else asked
    if reading not in ("text", "announced"):
        raise InputError(f"{reading!r} is not a reading", code="unknown_word", cure="Write text or announced.")
    record = timeline() if record is None else record
    opens, closes = asked.window(day)
    if asked.days is None:
        return _clock(asked, (opens, closes), record, reading)
    counted = Counted.of(record).before(day)
    starts = origins(asked.days, counted.until)
    happened = outcomes(counted.own(asked.side), starts, asked.days)
    notes = (
        [] if len(starts) > WARM_UP else [f"Only {len(starts)} windows had closed; models are scored from {WARM_UP + 1} on."]
    )
    gap = day - record.observed_until - 1
    if gap > 0:
        notes.append(f"The record ends on {format_day(record.observed_until)}: {gap} days before the window are not in it.")
    if table is not None and table.until > day:
        raise InputError(
            f"the scores use the record to {format_day(table.until)}, after the day asked",
            code="leak",
            cure="Score with until set to the day, or leave the scores out.",
        )
    if table is None and len(starts) > WARM_UP:
        table = score_models(record, sides=(asked.side,), horizons=(asked.days,), until=day, seed=seed)
    rows = () if table is None else tuple(r for r in table.rows if (r.side, r.days) == (asked.side, asked.days))
    earned = [row for row in rows if may_be_shown(row)]
    if earned and gap > STEP:
        notes.append("Models that look at the last days before the window are not shown, since the record lacks them.")
        earned = []
    shown = [
        Shown(row.model, predict(row.model, counted, asked.side, asked.days, day, FIRST), row)
        for row in sorted(earned, key=lambda r: r.brier)
    ]
    return ForecastAnswer(
        asked,
        opens,
        closes,
        base_rate(happened.astype(np.float64)),
        int(happened.sum()),
        len(starts),
        int(starts[-1] - starts[0]) // asked.days + 1,
        counted.until,
        tuple(shown),
        tuple(row for row in rows if row.model != BASE and row not in earned),
        next((row for row in rows if row.model == BASE), None),
        tuple(notes),
    )


def _clock(asked: ForecastQuestion, window: tuple[int, int], record: Timeline, reading: str) -> ForecastAnswer:
    """Base rate of earlier clocks that were decided before the day."""
    days = {event.id: event.day for event in record}
    known = [clock for clock in asked.clocks if clock.row in days and days[clock.row] < window[0]]
    cases = [clock for clock in known if reading == "announced" or clock.reading == "text"]
    if not cases:
        raise InputError(
            f"no clock of the question {asked.id} was decided before {format_day(window[0])}",
            code="no_record",
            cure="Ask on a later day.",
        )
    extended = np.array([clock.extended for clock in cases], dtype=np.float64)
    notes = [f"{clock.name}: {'extended' if clock.extended else 'lapsed'} ({clock.note})." for clock in cases]
    if reading == "text":
        notes += [f"Not counted, since only stated: {c.name} ({c.note})." for c in known if c.reading != "text"]
    notes.append(
        f"{len(cases)} cases say little: with one more that lapsed it would be {(extended.sum() + 1) / (len(cases) + 3):.0%}."
    )
    return ForecastAnswer(
        asked,
        *window,
        base_rate(extended),
        int(extended.sum()),
        len(cases),
        len(cases),
        min(record.observed_until, window[0] - 1),
        notes=tuple(notes),
    )

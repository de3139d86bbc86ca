"""Questions with a rule: the base rate, and a model only where it has earned it; kept apart from the analysis of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.sheet import Sheet
from countermeasure.io.talks_files import TalksReport, talks_json
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.study import Study, Table, assumed

if TYPE_CHECKING:
    from countermeasure.talks.forecast import ForecastAnswer
    from countermeasure.web.held import Held

__all__ = ["Chances", "answer_chances"]


@dataclass(frozen=True, slots=True)
class Chances:
    """Every question on a day, and what forecasts were worth.

    Attributes:
        on: Epoch day asked.
        answers: Answers of the questions that could be asked on the day.
        closed: Questions that could not, with the reason.
        scores: What forecasts were worth on the record.
        stamp: What it stands on.
    """

    on: int
    answers: tuple[ForecastAnswer, ...]
    closed: tuple[tuple[str, str], ...]
    scores: Study
    stamp: Stamp

    @property
    def earned(self) -> bool:
        """Whether a model may be shown for any question."""
        return any(one.shown for one in self.answers)

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        if self.earned:
            return "For some questions a model has beaten the base rate on the record; it stands beside the base rate."
        return (
            "No model has earned to be shown: none beats the base rate on the record. What stands here is the pace of the past."
        )

    @property
    def table(self) -> Sheet:
        """Questions with their base rates."""
        rows = tuple(
            (a.question.id, a.question.text, round(a.base, 4), a.happened, a.windows, a.apart,
             format_day(a.opens), format_day(a.closes - 1), ", ".join(one.model for one in a.shown) or "none",
             str(a.question.source))
            for a in self.answers
        )  # fmt: skip
        columns = (
            "question", "text", "base_rate", "happened", "windows", "side_by_side", "from", "until", "models_shown", "source",
        )  # fmt: skip
        return Sheet("chances", f"Base rates, asked on {format_day(self.on)}", columns, rows)

    def sheets(self) -> tuple[Sheet, ...]:
        """Questions, then scores."""
        return (self.table, *self.scores.files)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "on": format_day(self.on),
            "answer": self.said,
            "questions": self.table.records(),
            "words": {a.question.id: list(a.words()) for a in self.answers},
            "not_asked": [{"question": name, "why": why} for name, why in self.closed],
            "scores": dict(self.scores.found),
            "stamp": self.stamp.to_json(),
        }


def answer_chances(held: Held, on: str = "", reading: str = "text") -> Chances:
    """All questions on a day.

    Args:
        held: What the server holds.
        on: Day (YYYY-MM-DD); today if empty.
        reading: ``text`` or ``announced``.

    Raises:
        CodeError: If the day cannot be read.
        InputError: If the reading is unknown.
    """
    day = parse_day(on) if on else held.today()
    return held.answer(("chances", day, reading), lambda: _asked(held, day, reading))


def _asked(held: Held, day: int, reading: str) -> Chances:
    from countermeasure.errors import CountermeasureError
    from countermeasure.talks.forecast import forecast, load_questions
    from countermeasure.talks.timeline import timeline

    record = held.thing(("timeline", "secondary"), lambda: timeline(verification="secondary"))
    stamp = Stamp(__version__, held.book.hash, day, None, reading, more=(("record", f"{len(record)} moves"), ("seed", "0")))
    answers, closed = [], []
    for one in load_questions():
        try:
            answers.append(forecast(one.id, day, record=record, reading=reading, seed=0))
        except CountermeasureError as error:
            if not error.where and error.code in ("unknown_word", "unknown_reading"):
                raise
            closed.append((one.text, str(error)))
    scores = held.thing(("scores",), lambda: _scores(held))
    return Chances(day, tuple(answers), tuple(closed), scores, stamp)


def _scores(held: Held) -> Study:
    from countermeasure.io.talks_answers import score_report
    from countermeasure.talks.forecast import score_models
    from countermeasure.talks.timeline import timeline

    record = held.thing(("timeline", "secondary"), lambda: timeline(verification="secondary"))
    return _scored(score_report(score_models(record, seed=0)))


def _scored(report: TalksReport) -> Study:
    return Study(
        report.title,
        report.closing,
        "",
        assumed(report.assumptions),
        (),
        tuple(Table(sheet, open=False) for sheet in report.sheets),
        tuple(report.sheets),
        tuple(report.limits),
        tuple(report.sources),
        None,
        talks_json(report),
    )

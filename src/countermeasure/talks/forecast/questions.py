"""Questions that can be forecast: a text, a window, a written rule of resolution, a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, InputError, NotFoundError

if TYPE_CHECKING:
    from countermeasure.talks.forecast.file import QuestionFile, QuestionsFile

__all__ = ["Clock", "ForecastQuestion", "load_questions", "question"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that ended or was moved before its end.

    Attributes:
        name: In words.
        extended: Whether it was extended before it lapsed.
        row: Row of the record that says so, which also dates it.
        reading: ``text`` where legal texts were seen, ``announced`` where only statements were.
        note: What else is to be known.
    """

    name: str
    extended: bool
    row: str
    reading: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForecastQuestion:
    """A question.

    Attributes:
        id: Short word.
        text: What is asked, as a statement that comes true or not.
        kind: ``escalation``, a window of fixed length, or ``clock``, which ends on a fixed day.
        rule: When it is resolved yes.
        unclear: Where the rule has two readings, and which is scored.
        source: Where resolution is read.
        side: Whose escalation; empty for a clock.
        days: Length of the window of an escalation.
        closes: First day after the window of a clock.
        clocks: Earlier clocks that are counted.
    """

    id: str
    text: str
    kind: str
    rule: str
    unclear: str
    source: str
    side: str = ""
    days: int | None = None
    closes: int | None = None
    clocks: tuple[Clock, ...] = ()

    def window(self, day: int) -> tuple[int, int]:
        """First day and first day after, if it is asked on a day.

        Raises:
            InputError: If the window has closed by then.
        """
        if self.days is not None:
            return day, day + self.days
        if self.closes is None or day >= self.closes:
            closed = "" if self.closes is None else f" on {format_day(self.closes)}"
            raise InputError(f"the question {self.id} closed{closed}", code="closed", cure="Ask on an earlier day.")
        return day, self.closes


def question(name: str, path: str | Path | None = None) -> ForecastQuestion:
    """A question by its word.

    Args:
        name: As ``us-escalates-14``.
        path: File of questions; the shipped one if absent.

    Raises:
        NotFoundError: If there is none.
    """
    known = load_questions(path)
    for one in known:
        if one.id == name:
            return one
    raise NotFoundError(
        f"there is no question {name!r}", code="unknown_question", cure=f"Questions are {', '.join(q.id for q in known)}."
    )


def load_questions(path: str | Path | None = None) -> tuple[ForecastQuestion, ...]:
    """Read questions: the shipped ones, or a file of the same form.

    Raises:
        NotFoundError: If there is no such file.
        BookError: With every fault, each with its line.
    """
    source = shipped_data() / "talks" / "questions.yaml" if path is None else Path(path)
    if not source.is_file():
        raise NotFoundError("there is no such file of questions", code="file_not_found", where=str(source))
    from countermeasure.book.edge import read_model
    from countermeasure.talks.forecast.file import QuestionsFile

    loaded = load_text(source, source.name)
    faults = list(loaded.faults)
    docs = "docs/reference/talks-models.md"
    filed = None if faults else read_model(QuestionsFile, loaded, faults, what="a file of questions", docs=docs)
    if filed is not None:
        seen: set[str] = set()
        for n, row in enumerate(filed.questions):
            if row.id in seen:
                faults.append(f"{loaded.where(('questions', n, 'id'))}: {row.id!r} stands twice; give each question its own id")
            seen.add(row.id)
            if row.cases is not None and row.cases not in filed.clocks:
                known = ", ".join(filed.clocks) or "none"
                faults.append(
                    f"{loaded.where(('questions', n, 'cases'))}: there are no clocks {row.cases!r}; there are {known}"
                )
        if not faults:
            return tuple(_question(row, filed) for row in filed.questions)
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise BookError(
        f"{count} in the questions",
        code="bad_questions",
        where=source.name,
        cure="Mend these lines:",
        faults=dict.fromkeys(faults),
    )


def _question(row: QuestionFile, filed: QuestionsFile) -> ForecastQuestion:
    cases = filed.clocks[row.cases].cases if row.cases else []
    return ForecastQuestion(
        row.id,
        row.text,
        row.kind,
        row.rule,
        row.unclear,
        row.source,
        row.side or "",
        None if row.days is None else int(float(row.days)),
        None if row.closes is None else parse_day(row.closes),
        tuple(Clock(c.clock, c.extended == "yes", c.row, c.reading, c.note) for c in cases),
    )

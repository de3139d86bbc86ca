"""The edge: what a file of forecast questions may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from countermeasure.book.edge import Day, Reading, Strict, YesNo, bounded

__all__ = ["CaseFile", "ClocksFile", "QuestionFile", "QuestionsFile"]

Words = Annotated[str, StringConstraints(min_length=1)]
Length = Annotated[str, bounded(1, 365, of=" days", cure="write a number of days")]


class CaseFile(Strict):
    """A clock that ended or was moved before its end."""

    clock: Words
    extended: YesNo
    row: Words
    reading: Reading
    note: str = ""


class ClocksFile(Strict):
    """Clocks that are counted together."""

    title: Words
    cases: list[CaseFile] = Field(min_length=1)


class QuestionFile(Strict):
    """A question with its rule."""

    id: Words
    text: Words
    kind: Literal["escalation", "clock"]
    side: Literal["US", "CN"] | None = None
    days: Length | None = None
    closes: Day | None = None
    cases: str | None = None
    rule: Words
    unclear: str = ""
    source: Words

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        of_escalation, of_clock = (self.side, self.days), (self.closes, self.cases)
        here, there = (of_escalation, of_clock) if self.kind == "escalation" else (of_clock, of_escalation)
        if None in here or any(value is not None for value in there):
            raise ValueError("an escalation has side and days, a clock has closes and cases, and neither those of the other")
        return self


class QuestionsFile(Strict):
    """Questions."""

    clocks: dict[str, ClocksFile] = Field(default_factory=dict)
    questions: list[QuestionFile] = Field(min_length=1)

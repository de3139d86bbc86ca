"""The edge: what a supply scenario file may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from countermeasure.book.edge import Amount, Confidence, Day, Fraction, Number, Reading, Strict, YesNo, bounded

__all__ = ["PracticeFile", "QuotaFile", "ScenarioFile", "SourceFile"]


def _weeks(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1040:
        raise ValueError(f"{text!r} is not a count of weeks between 1 and 1040")
    return text


Times = Annotated[str, bounded(0, 10, of=" times normal trade")]
Weeks = Annotated[str, AfterValidator(_weeks)]


class SourceFile(Strict):
    """A source in words, with its address where there is one."""

    cite: str
    url: str = ""


class PracticeFile(Strict):
    """How licenses come, or what is stopped, from a day until a day."""

    from_: Day = Field(alias="from")
    until: Day | None = None
    measure: str | None = None
    products: list[str] = Field(default_factory=list)
    origin: list[str] = Field(default_factory=list)
    to: list[str] = Field(default_factory=list)
    approval: Fraction | None = None
    throughput: Times | None = None
    lag_weeks: Amount | None = None
    hold_up: Fraction | None = None
    general_share: Fraction | None = None
    ban: YesNo = "no"
    embargo: YesNo = "no"
    why: str
    source: str
    confidence: Confidence


class QuotaFile(Strict):
    """A quota: tonnes between two days."""

    from_: Day = Field(alias="from")
    until: Day
    tonnes: Amount
    unit: str = "t"
    products: list[str] = Field(default_factory=list)
    origin: list[str] = Field(default_factory=list)
    leak: Fraction = "0"
    why: str
    source: str
    confidence: Confidence


class ScenarioFile(Strict):
    """A supply scenario."""

    id: str
    title: str
    intent: str
    sources: list[SourceFile] = Field(default_factory=list)
    start: Day
    weeks: Weeks
    known_on: Day | None = None
    reading: Reading = "text"
    instruments: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    parameters: dict[str, Number] = Field(default_factory=dict)
    practice: list[PracticeFile] = Field(default_factory=list)
    quotas: list[QuotaFile] = Field(default_factory=list)
    priority: list[str] = Field(default_factory=list)
    policies: list[dict[str, Any]] = Field(default_factory=list)
    projects: YesNo = "no"
    notes: str = ""

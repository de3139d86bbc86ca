"""The edge: what a supply scenario file may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from countermeasure.codes.day import parse_day
from countermeasure.errors import CountermeasureError
from countermeasure.supply.tables import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PracticeFile", "QuotaFile", "ScenarioFile", "SourceFile", "words_of"]


def _day(text: str) -> str:
    try:
        parse_day(text)
    except CountermeasureError as error:
        raise ValueError(str(error)) from None
    return text


def _number(text: str) -> float:
    try:
        value = float(text.replace("_", " "))
    except ValueError:
        raise ValueError(f"{text!r} is not a number; write digits with a point, without a unit") from None
    if not math.isfinite(value):
        raise ValueError(f"{text} is no amount; write a finite number")
    return value


def _fraction(text: str) -> str:
    value = _number(text)
    if not 0 <= value <= 1:
        raise ValueError(f"{text} is not between 0 and 1; write 0.25 for 25 %")
    return text


def _positive(text: str) -> str:
    if not _number(text) >= 0:
        raise ValueError(f"{text} is negative; write 0 or more")
    return text


def _times(text: str) -> str:
    value = _number(text)
    if not 0 <= value <= 10:
        raise ValueError(f"{text} is not between 0 and 10 times normal trade; write 0.25 for 25 %")
    return text


def _weeks(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1040:
        raise ValueError(f"{text!r} is not a count of weeks between 1 and 1040")
    return text


def _yes(text: str) -> str:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text


def _plain(text: str) -> str:
    _number(text)
    return text


def _letter(text: str) -> str:
    if text not in tuple("ABCDU"):
        raise ValueError(f"{text!r} is not a confidence; write A, B, C, D or U")
    return text


def _reading(text: str) -> str:
    if text not in ("text", "announced"):
        raise ValueError(f"{text!r} is not a reading; write text or announced")
    return text


Day = Annotated[str, AfterValidator(_day)]
Fraction = Annotated[str, AfterValidator(_fraction)]
Times = Annotated[str, AfterValidator(_times)]
Positive = Annotated[str, AfterValidator(_positive)]
Weeks = Annotated[str, AfterValidator(_weeks)]
Yes = Annotated[str, AfterValidator(_yes)]
Number = Annotated[str, AfterValidator(_plain)]
Reading = Annotated[str, AfterValidator(_reading)]
Letter = Annotated[str, AfterValidator(_letter)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class SourceFile(_Strict):
    """A source in words, with its address where there is one."""

    cite: str
    url: str = ""


class PracticeFile(_Strict):
    """How licenses come, or what is stopped, from a day until a day."""

    from_: Day = Field(alias="from")
    until: Day | None = None
    measure: str | None = None
    products: list[str] = Field(default_factory=list)
    origin: list[str] = Field(default_factory=list)
    to: list[str] = Field(default_factory=list)
    approval: Fraction | None = None
    throughput: Times | None = None
    lag_weeks: Positive | None = None
    hold_up: Fraction | None = None
    general_share: Fraction | None = None
    ban: Yes = "no"
    embargo: Yes = "no"
    why: str
    source: str
    confidence: Letter


class QuotaFile(_Strict):
    """A quota: tonnes between two days."""

    from_: Day = Field(alias="from")
    until: Day
    tonnes: Positive
    unit: str = "t"
    products: list[str] = Field(default_factory=list)
    origin: list[str] = Field(default_factory=list)
    leak: Fraction = "0"
    why: str
    source: str
    confidence: Letter


class ScenarioFile(_Strict):
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
    projects: Yes = "no"
    notes: str = ""


_PARTS: dict[str, type[BaseModel]] = {"sources": SourceFile, "practice": PracticeFile, "quotas": QuotaFile}
_SHAPES = {
    "string_type": "write one value, not several",
    "list_type": "write a list: each entry on a line that begins with a dash",
    "dict_type": "write keys and values",
    "model_type": "write keys and values",
}


def words_of(fault: Mapping[str, Any]) -> str:
    """What a fault of pydantic says to the author of a scenario, with near names of unknown keys.

    Args:
        fault: One of ``ValidationError.errors()``.
    """
    place, kind = tuple(fault["loc"]), str(fault["type"])
    if kind == "extra_forbidden":
        model = _PARTS.get(str(place[0]), ScenarioFile) if len(place) > 1 else ScenarioFile
        known = tuple(field.alias or name for name, field in model.model_fields.items())
        return unknown("key", str(place[-1]), known) + "; docs/reference/supply.md lists all"
    if kind == "missing":
        return f"the key {place[-1]!r} is missing; add it"
    if fault["input"] is None:
        return "there is no value; write one, or remove the key"
    return _SHAPES.get(kind) or str(fault["msg"]).removeprefix("Value error, ")

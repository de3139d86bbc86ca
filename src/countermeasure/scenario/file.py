"""The edge: what a trade scenario file may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from countermeasure.codes.day import parse_day
from countermeasure.errors import CountermeasureError

__all__ = ["ChangeFile", "CriticalFile", "QuotaFile", "TradeScenarioFile"]


def _day(text: str) -> str:
    try:
        parse_day(text)
    except CountermeasureError as error:
        raise ValueError(str(error)) from None
    return text


def _number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number; write 0.25 for 25 %") from None
    return text


Day = Annotated[str, AfterValidator(_day)]
Number = Annotated[str, AfterValidator(_number)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChangeFile(_Strict):
    """Rates that are set or added on some flows."""

    importers: list[str]
    origins: list[str]
    sectors: list[str] = Field(default_factory=lambda: ["goods"])
    add_tariff: Number | None = None
    set_tariff: Number | None = None
    set_export_tax: Number | None = None
    friction: Number | None = None
    ban: Literal["yes", "no"] = "no"
    why: str = ""


class QuotaFile(_Strict):
    """A cap on quantities from one origin."""

    origin: str
    importers: list[str]
    sector: str
    share: Number
    exporter_rent: Number = "1"
    why: str = ""


class CriticalFile(_Strict):
    """Dear rare earths: prices of a supply scenario."""

    supply: str
    sigma: Number | None = None
    why: str = ""


class TradeScenarioFile(_Strict):
    """A trade scenario."""

    id: str
    title: str
    intent: str
    sources: list[dict[str, str]] = Field(default_factory=list)
    duties_on: Day | None = None
    known_on: Day | None = None
    reading: Literal["text", "announced"] = "text"
    instruments: list[str] = Field(default_factory=list)
    chinese_average: Number | None = None
    usmca_claimed: Number | None = None
    changes: list[ChangeFile] = Field(default_factory=list)
    quotas: list[QuotaFile] = Field(default_factory=list)
    critical: CriticalFile | None = None
    horizon: Number | None = None
    notes: str = ""

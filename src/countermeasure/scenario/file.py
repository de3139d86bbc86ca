"""The edge: what a trade scenario file may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from countermeasure.book.edge import Amount, Change, Day, Fraction, Number, Rate, Reading, Strict, YesNo, bounded

__all__ = ["ChangeFile", "CriticalFile", "QuotaFile", "TradeScenarioFile"]

Factor = Annotated[str, bounded(above=0, cure="write a factor on the cost of delivery, 1 for none")]


class ChangeFile(Strict):
    """Rates that are set or added on some flows."""

    importers: list[str]
    origins: list[str]
    sectors: list[str] = Field(default_factory=lambda: ["goods"])
    add_tariff: Change | None = None
    set_tariff: Change | None = None
    set_export_tax: Change | None = None
    friction: Factor | None = None
    ban: YesNo = "no"
    why: str = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        said = (self.add_tariff, self.set_tariff, self.set_export_tax, self.friction)
        if self.ban == "no" and all(value is None for value in said):
            raise ValueError("nothing is changed; give add_tariff, set_tariff, set_export_tax, friction or ban")
        return self


class QuotaFile(Strict):
    """A cap on quantities from one origin."""

    origin: str
    importers: list[str]
    sector: str
    share: Fraction
    exporter_rent: Fraction = "1"
    why: str = ""


class CriticalFile(Strict):
    """Dear rare earths: prices of a supply scenario."""

    supply: str
    sigma: Number | None = None
    why: str = ""


class TradeScenarioFile(Strict):
    """A trade scenario."""

    id: str
    title: str
    intent: str
    sources: list[dict[str, str]] = Field(default_factory=list)
    duties_on: Day | None = None
    known_on: Day | None = None
    reading: Reading = "text"
    instruments: list[str] = Field(default_factory=list)
    chinese_average: Rate | None = None
    usmca_claimed: Fraction | None = None
    changes: list[ChangeFile] = Field(default_factory=list)
    quotas: list[QuotaFile] = Field(default_factory=list)
    critical: CriticalFile | None = None
    horizon: Amount | None = None
    notes: str = ""

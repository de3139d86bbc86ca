"""The edge: the ``plays`` of a conflict's file, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from countermeasure.book.edge import Amount, Day, Fraction, Number, Rate, Reading, Strict, bounded, one_of
from countermeasure.scenario.file import ChangeFile  # noqa: TC001 - pydantic needs it
from countermeasure.trade.multi.closures import CLOSURES

__all__ = ["PlaysFile", "PlaysOnlyFile"]

Elasticity = Annotated[str, bounded(above=1, cure="write an elasticity above 1; at 1 or less all output stops")]


class TradePlayFile(Strict):
    """Where the trade model stands before any option is played."""

    duties_on: Day | None = None
    known_on: Day | None = None
    reading: Reading = "text"
    chinese_average: Rate | None = None
    horizon: Amount | None = None
    closure: Annotated[str, one_of("closure", *CLOSURES)] = "nominal"


class SupplyPlayFile(Strict):
    """A run of the chain: a supply scenario, less some measures, or with a share of permits."""

    scenario: str | None = None
    without: list[str] | None = None
    permits: Fraction | None = None
    products: list[str] = Field(default_factory=list)
    to: list[str] = Field(default_factory=list)
    stocks: Annotated[str, one_of("reading of stocks", "implied", "reported")] | None = None
    why: str = ""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.scenario is None and self.permits is None and self.without is None:
            raise ValueError("nothing is played; name a scenario, without, or permits")
        return self


class PartyPlayFile(Strict):
    """Where the engines find a party."""

    economies: list[str] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)


class SecurityFile(Strict):
    """A supplier that a party could lose while an option is taken."""

    party: str
    share: Fraction
    elasticity: Elasticity
    cost_share: Fraction
    why: str = Field(min_length=1)


class OptionPlayFile(Strict):
    """What an option means for the engines."""

    changes: list[ChangeFile] = Field(default_factory=list)
    supply: SupplyPlayFile | None = None
    security: list[SecurityFile] = Field(default_factory=list)
    note: str = ""


class WeightFile(Strict):
    """How much a term counts."""

    weight: Number
    why: str = Field(min_length=1)


class HandFile(Strict):
    """An amount by hand where a condition holds."""

    party: str
    when: str
    bn_usd: Number
    why: str = Field(min_length=1)


class PlaysFile(Strict):
    """The key ``plays``."""

    trade: TradePlayFile = Field(default_factory=TradePlayFile)
    supply: SupplyPlayFile | None = None
    parties: dict[str, PartyPlayFile]
    options: dict[str, OptionPlayFile]
    weights: dict[str, dict[str, WeightFile]]
    by_hand: list[HandFile] = Field(default_factory=list)
    epsilon: Amount = "0"
    deals: list[dict[str, str]] = Field(default_factory=list)


class PlaysOnlyFile(Strict):
    """A conflict's file of which only the plays are read here."""

    model_config = ConfigDict(extra="ignore")

    plays: PlaysFile

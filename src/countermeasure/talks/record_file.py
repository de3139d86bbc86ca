"""The edge: switches and agreements of a model file, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from countermeasure.book.edge import Day, Strict, one_of
from countermeasure.talks.file import SwitchFile  # noqa: TC001 - pydantic needs it

__all__ = ["DealFile", "DealsFile", "RecordFile"]


class DealFile(Strict):
    """An agreement and the days over which it was carried out."""

    from_: Day = Field(alias="from")
    through: Day
    source: str = Field(min_length=1)
    confidence: Annotated[str, one_of("confidence", "high", "medium", "low", "memory")]


class DealsFile(Strict):
    """Agreements; what else the key holds is read elsewhere."""

    model_config = ConfigDict(extra="ignore")

    deals: list[DealFile] = Field(default_factory=list)


class RecordFile(Strict):
    """The two parts; the rest of the file is read elsewhere."""

    model_config = ConfigDict(extra="ignore")

    switches: list[SwitchFile] = Field(default_factory=list)
    plays: DealsFile = Field(default_factory=DealsFile)

"""The edge: what a file of a whole scenario may hold, checked by pydantic. Every scalar arrives as text."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from countermeasure.book.edge import Day, Strict, YesNo, one_of
from countermeasure.supply.scenario_file import SourceFile  # noqa: TC001 - pydantic needs it
from countermeasure.talks.stability import NOTIONS

__all__ = ["TalksBlock", "WholeFile"]

_MOST = 10_000


def _count(low: int, high: int) -> AfterValidator:
    def check(text: str) -> str:
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is not a whole number from {low:,} to {high:,}")
        return text

    return AfterValidator(check)


def _block(given: Any) -> Any:  # noqa: ANN401 - what a file holds
    if not isinstance(given, dict) and given != "no":
        raise ValueError("write keys and values, or no to leave the part out")
    return given


def _instrument(given: Any) -> Any:  # noqa: ANN401 - what a file holds
    if not isinstance(given, str | dict) or not given:
        raise ValueError("write a name, a file, or the instrument itself with its keys")
    return given


Block = Annotated[Any, AfterValidator(_block)]
"""Keys of a part, or ``no``."""


class TalksBlock(Strict):
    """Which conflict is looked at, and how."""

    model: str
    notion: Annotated[str, one_of("notion", *NOTIONS)] = "seq"
    payoffs: YesNo = "no"
    given: dict[str, YesNo] = Field(default_factory=dict)
    sign: list[str] = Field(default_factory=list)


class WholeFile(Strict):
    """A scenario over all engines."""

    id: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    intent: Annotated[str, Field(min_length=1)]
    expect: str = ""
    sources: list[SourceFile] = Field(default_factory=list)
    inherits: str | None = None
    on: Day | None = None
    before: Day | None = None
    known_on: Day | None = None
    reading: Annotated[str, one_of("reading", "text", "announced", "both")] | None = None
    instruments: list[Annotated[Any, AfterValidator(_instrument)]] = Field(default_factory=list)
    supply: Block | None = None
    trade: Block | None = None
    talks: Block | None = None
    draws: Annotated[str, _count(1, _MOST)] | None = None
    seed: Annotated[str, _count(0, 2**31 - 1)] | None = None

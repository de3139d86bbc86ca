"""Words of a duty answer that screens and pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.duty.answer import percent
from countermeasure.duty.words import NOT_TOLD, bare, lacking, left_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.duty.answer import Answer, Component

__all__ = ["BASIS_WORDS", "READING_WORDS", "decided_by", "headline", "provision_name", "rate_words", "usd_words"]

SAME = 5e-9
BASIS_WORDS = {
    "value": "value",
    "steel_content": "steel value",
    "aluminium_content": "aluminium value",
    "copper_content": "copper value",
    "non_metal_content": "value without metal",
    "non_us_content": "value without US content",
    "non_metal_non_us_content": "value without metal and US content",
    "column_1": "quantity and value",
    "column_2": "quantity and value",
    "total_with_column_1": "top-up with column 1",
}
"""What a rate is taken of, in words."""
READING_WORDS = {"text": "law as published", "announced": "statements honoured"}
"""Readings, in words."""
_FACT_WORDS = {"hts10": "the ten-digit number", "quantity": "the quantity", "chapter_98_value": "the chapter 98 value"}
_METALS = ("steel_value_share", "aluminium_value_share", "copper_value_share")


def usd_words(low: float | None, high: float | None) -> str:
    """An amount or a range of dollars; empty where nothing is known."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"at least {low:,.2f} USD" if low is not None else f"at most {high:,.2f} USD"
    return f"{low:,.2f} USD" if abs(low - high) < 0.005 else f"{low:,.2f} to {high:,.2f} USD"


def rate_words(answer: Answer) -> str:
    """A rate or a range of rates; a zero that only means that nothing is held is *not told*."""
    if bare(answer):
        return NOT_TOLD
    low, high = answer.rate_low, answer.rate_high
    if low is not None and high is not None:
        return percent(low) if abs(low - high) < SAME else f"{percent(low)} to {percent(high)}"
    if low is None and high is None:
        return "cannot be told"
    return f"at least {percent(low)}" if low is not None else f"at most {percent(high)}"


def decided_by(answer: Answer) -> str:
    """What the open facts are, in a few words: ``metal value decides``."""
    facts = [m.fact for m in answer.missing]
    words = [_FACT_WORDS.get(f, f.replace("_", " ")) for f in facts if f not in _METALS]
    if any(f in _METALS for f in facts):
        words.insert(0, "metal value")
    if len(words) > 3:
        return f"{len(words)} open facts decide"
    if not words:
        return ""
    return f"{words[0]} decides" if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]} decide"


def headline(answer: Answer) -> str:
    """The line a person reads first: ``27.1 % = 2,710.00 USD`` or ``35.2 % to 60.2 %: metal value decides``."""
    if bare(answer):
        return f"{NOT_TOLD}: {left_out(answer)}"
    text = rate_words(answer)
    spread = answer.rate_low is None or answer.rate_high is None or answer.rate_high - answer.rate_low > SAME
    amount = usd_words(answer.duty_usd_low, answer.duty_usd_high)
    if amount:
        text += f" = {amount}"
    if spread:
        why = decided_by(answer)
        text += f": {why}" if why else ""
        if answer.rate is not None:
            ordinary = f"; ordinarily {percent(answer.rate)}"
            text += ordinary + (f" = {answer.duty_usd:,.2f} USD" if answer.duty_usd is not None else "")
    return f"{text}, and what is not held" if lacking(answer) and answer.rate_low is not None else text


def provision_name(component: Component, programmes: Mapping[str, str]) -> str:
    """Name of a provision, behind that of its programme where it does not name it itself."""
    programme = programmes.get(component.programme, "")
    if not programme or component.programme.endswith("schedule") or programme.casefold() in component.name.casefold():
        return component.name
    return f"{programme}: {component.name}"

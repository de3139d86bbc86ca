"""Published results on rare-earth disruptions, and ours beside them with the reasons why they differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.supply.tables import read_rows, shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.book.tables import Row, Table

__all__ = ["STUDY_COLUMNS", "Comparison", "OurResult", "Study", "compare", "published_studies"]

STUDY_COLUMNS = (
    "study",
    "published_on",
    "method",
    "shock",
    "region",
    "result_low",
    "result_high",
    "unit",
    "source",
    "confidence",
    "note",
)

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "twelve": 12, "eighteen": 18}
_WEEKS = {"week": 1.0, "month": 52 / 12, "year": 52.0}
_SPAN = re.compile(rf"(under |within )?(\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})[ -](week|month|year)s?\b", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_INSIDE = re.compile(r"(\w+), inside region")
_ELEMENT = re.compile(r"\b(samarium|lutetium|terbium|dysprosium|yttrium|neodymium|gadolinium|scandium)\b", re.IGNORECASE)
_NOTABLE = 1.25


@dataclass(frozen=True, slots=True)
class Study:
    """One published number.

    Attributes:
        study: Who published it.
        published_on: Day, ISO.
        method: In words.
        shock: In words.
        region: Of the chain, or ``world``.
        low: Lower end of the range; a loss is negative.
        high: Upper end; the same where one number was published.
        unit: In words, as ``fraction of GDP`` or ``million USD of output``.
        source: Where it was read.
        confidence: A to D, or U.
        note: What is doubtful.
    """

    study: str
    published_on: str
    method: str
    shock: str
    region: str
    low: float
    high: float
    unit: str
    source: str
    confidence: str
    note: str

    @property
    def cut(self) -> float | None:
        """Fraction of supply (or of the using industries' output) that is missing, as far as the words tell."""
        found = _PERCENT.search(self.shock)
        if found:
            return float(found[1]) / 100
        words = self.shock.lower()
        for part, value in (("halved", 0.5), ("near-total", 1.0), ("total ban", 1.0), ("full ban", 1.0)):
            if part in words:
                return value
        return None

    @property
    def weeks(self) -> float | None:
        """Length of the shock in weeks, as far as the words tell; ``under one year`` counts as a year."""
        found = _SPAN.search(self.shock)
        if found is None:
            return None
        count = _NUMBERS.get(found[2].lower()) or float(found[2])
        return count * _WEEKS[found[3].lower()]


@dataclass(frozen=True, slots=True)
class OurResult:
    """One of our results, to stand beside published ones.

    Attributes:
        region: Of the chain, or ``world``.
        low: Change of GDP over a year as a fraction, 5 % point; negative is a loss.
        mid: Median.
        high: 95 % point.
        gdp_musd: GDP of the region, million USD a year.
        cut: Fraction of supply that was missing at the worst, or None.
        weeks: Length of the shock.
        sigma: Elasticity between the input and all else, where the method has one.
        method: In words, as ``weekly flows, stocks and buyers``.
    """

    region: str
    low: float
    mid: float
    high: float
    gdp_musd: float
    cut: float | None
    weeks: float
    sigma: float | None = None
    method: str = "weekly flows, stocks and orders"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published number, ours in its unit, and why they differ.

    Attributes:
        study: The published number.
        theirs: Low and high, in ``unit``.
        ours: Low, middle and high in ``unit``, or None where it is another quantity or region.
        unit: Of both.
        overlap: Whether the ranges meet; None without ours.
        reason: In words, from the facts of both.
    """

    study: Study
    theirs: tuple[float, float]
    ours: tuple[float, float, float] | None
    unit: str
    overlap: bool | None
    reason: str


def published_studies(text: str | None = None, path: str = "studies.csv") -> tuple[Study, ...]:
    """Published results.

    Args:
        text: Content of a table with the columns ``STUDY_COLUMNS``; the shipped one if absent.
        path: Name for messages.

    Raises:
        InputError: With every fault of the table.
    """
    table = read_rows(shipped_text("studies.csv") if text is None else text, path, STUDY_COLUMNS)
    studies = tuple(_study(table, row) for row in table.rows)
    table.refuse("the table of studies")
    return studies


def _study(table: Table, row: Row) -> Study:
    table.letter(row)
    low, high = table.number(row, "result_low"), table.number(row, "result_high")
    if low > high:
        table.fault(row, f"result_low {low:g} is above result_high {high:g}; swap them")
    for column in ("study", "method", "shock", "region", "unit"):
        if not row[column]:
            table.fault(row, f"{column} is empty")
    words = {c: row[c] for c in STUDY_COLUMNS if not c.startswith("result_")}
    return Study(low=low, high=high, **words)


def compare(ours: OurResult | Iterable[OurResult], studies: Sequence[Study] | None = None) -> tuple[Comparison, ...]:
    """Set our results beside the published ones.

    Args:
        ours: Results by region; a study of a region that is not among them stands alone.
        studies: Published numbers; the shipped ones if absent.

    Returns:
        One row per published number, in its order.
    """
    results = (ours,) if isinstance(ours, OurResult) else tuple(ours)
    by_region = {result.region: result for result in results}
    return tuple(_row(study, by_region.get(study.region)) for study in (published_studies() if studies is None else studies))


def _row(study: Study, own: OurResult | None) -> Comparison:
    theirs = (study.low, study.high)
    scale = None if own is None else _scale(study, own)
    if own is None:
        return Comparison(study, theirs, None, study.unit, None, f"We have no result for {study.region}.")
    if scale is None:
        return Comparison(study, theirs, None, study.unit, None, f"Another quantity: theirs is in {study.unit}, ours is GDP.")
    low, mid, high = (value * scale for value in (own.low, own.mid, own.high))
    overlap = low <= study.high and study.low <= high
    reason = " ".join([_size(study, mid, overlap), *_differences(study, own, mid)])
    return Comparison(study, theirs, (low, mid, high), study.unit, overlap, reason)


def _scale(study: Study, own: OurResult) -> float | None:
    """Factor from our fraction of a year's GDP to the unit of the study; None where it is another quantity."""
    unit = study.unit.lower()
    if "price" in unit or not any(word in unit for word in ("gdp", "output", "growth")):
        return None
    if "million usd" in unit:
        return own.gdp_musd if "gdp" in unit else None
    return 1.0 if "fraction" in unit else None


def _size(study: Study, mid: float, overlap: bool) -> str:
    centre = (study.low + study.high) / 2
    met = "The ranges meet" if overlap else "The ranges do not meet"
    if not centre or not mid or centre * mid < 0:
        return f"{met}."
    return f"{met}; our median is {_say(mid / centre)} times theirs."


def _say(value: float) -> str:
    """Two digits, without powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _amount(value: float, unit: str) -> str:
    """A value in words, shares in percent."""
    return f"{_say(100 * value)} %" if "fraction" in unit else _say(value)


def _differences(study: Study, own: OurResult, mid: float) -> list[str]:
    """Sentences on what differs between the two set-ups."""
    told, factor = _quantities(study), 1.0
    if study.cut is None:
        told.append("The size of their shock is not given as a share.")
    elif "industr" in study.shock.lower():
        told.append(f"Theirs stops {study.cut:.0%} of the industries themselves, whatever their stocks and licenses.")
    elif own.cut is not None and abs(study.cut - own.cut) >= 0.05:
        told.append(f"Their shock takes {study.cut:.0%} of supply, ours {own.cut:.0%}.")
        factor *= own.cut / study.cut
    if study.weeks is not None and abs(study.weeks - own.weeks) >= 4:
        told.append(f"Theirs lasts {study.weeks:.0f} weeks, ours {own.weeks:.0f}.")
        factor *= own.weeks / study.weeks
    centre = (study.low + study.high) / 2
    if factor not in (0.0, 1.0) and centre * mid > 0:
        rest = mid / centre / factor
        near = 1 / _NOTABLE <= rest <= _NOTABLE
        told.append(
            f"Scaled in proportion, theirs would be {_amount(centre * factor, study.unit)}"
            + (", close to ours." if near else f"; a factor of {_say(rest)} remains.")
        )
    if "weighted by probability" in study.shock.lower():
        told.append("Theirs is weighted by the probability of the event, ours holds if it happens.")
    told += _mechanisms(study, own)
    if study.confidence not in ("A", "B"):
        told.append(f"Their figure has confidence {study.confidence}.")
    return told


def _quantities(study: Study) -> list[str]:
    """Sentences on what is counted, and where."""
    inside, element = _INSIDE.search(study.note), _ELEMENT.search(study.shock)
    counted = "output" if "output" in study.unit else "growth" if "growth" in study.unit else ""
    return [
        *([f"Theirs is {inside[1]} alone, inside {study.region}."] if inside else []),
        *([f"Theirs is {element[1].lower()} alone."] if element else []),
        *([f"They count {counted}, we count GDP."] if counted else []),
        *(["They call it a lower bound."] if "lower bound" in study.note else []),
    ]


def _mechanisms(study: Study, own: OurResult) -> list[str]:
    """Sentences on elasticities and method."""
    method, words = study.method.lower(), f"{study.method} {study.shock} {study.note}".lower()
    told = []
    mine = "no elasticity enters ours" if own.sigma is None else f"ours has an elasticity of {own.sigma:g}"
    if "substitutab" in words and "low" in words:
        told.append(f"They allow little substitution; {mine}.")
    elif "elasticit" in words:
        unknown = "; their elasticities were not seen" if "not seen" in words else ""
        told.append(f"Their result hangs on elasticities of substitution ({mine}{unknown}).")
    for part, text in (
        ("optimisation", "Theirs re-allocates what is left in the best way; ours rations it."),
        ("dsge", "In theirs prices, spending and policy answer; in ours only orders and stocks do."),
        ("macro model", "In theirs prices, spending and policy answer; in ours only orders and stocks do."),
        ("value at risk", "Theirs counts what is exposed, ours what is lost."),
        ("not stated", "Their method is not stated, so the rest cannot be explained."),
    ):
        if part in method:
            told.append(text)
            break
    else:
        if "production network" in method and own.sigma is None:
            told.append("Theirs compares two states of balance; ours follows stocks week by week.")
    return told

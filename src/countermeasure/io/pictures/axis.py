"""Scales: numbers and days become places on the sheet and words along its edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from countermeasure.errors import InputError
from countermeasure.io.pictures.canvas import clean, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "LARGEST",
    "MONTHS",
    "SMALLEST",
    "Amount",
    "FloatArray",
    "Scale",
    "Steps",
    "change",
    "nice_ticks",
    "numbers",
    "span_of",
]

FloatArray = NDArray[np.float64]

LARGEST = 1e15
"""Values beyond are gaps: no chart of trade has them."""
SMALLEST = 1e-12
"""Values nearer to zero are zero."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def numbers(values: Iterable[float | None], length: int, what: str) -> FloatArray:
    """Values as numbers; what is absent, not finite or beyond 1e15 is NaN, a gap.

    Raises:
        InputError: If there are not ``length`` of them, or one is not a number.
    """
    try:
        found = np.array([math.nan if v is None else float(v) for v in values], dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{what} holds what is not a number: {error}", cure="Give numbers; None or NaN for a gap.") from None
    if len(found) != length:
        raise InputError(
            f"{what} has {len(found)} values, the axis {length}", cure="Give one value for each label; NaN for a gap."
        )
    with np.errstate(invalid="ignore"):
        found[~(np.abs(found) <= LARGEST)] = np.nan
        found[np.abs(found) < SMALLEST] = 0.0
    return found


def span_of(arrays: Iterable[FloatArray], *, zero: bool = True) -> tuple[float, float] | None:
    """Least and greatest finite value, with zero if wanted; None when there is no value at all."""
    kept = [a[np.isfinite(a)] for a in arrays]
    kept = [a for a in kept if a.size]
    if not kept:
        return None
    low, high = min(float(a.min()) for a in kept), max(float(a.max()) for a in kept)
    return (min(low, 0.0), max(high, 0.0)) if zero else (low, high)


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that cover a span, at most about ``most`` of them and always two."""
    if high - low <= max(1e-9 * max(abs(low), abs(high)), SMALLEST):
        room = abs(high) * 0.1 if abs(high) > SMALLEST else 1.0
        low, high = (0.0, 2 * high) if high > SMALLEST else (low - room, high + room)
    raw = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value; a value outside the span lies at its edge."""
        if self.high <= self.low:
            return (self.start + self.end) / 2
        share = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Amount:
    """A unit as it is shown: large numbers in thousands of thousands, shares in percent.

    Attributes:
        factor: Shown number for one unit of the value.
        words: The unit in words.
        percent: The values are shares of one; shown in percent.
    """

    factor: float
    words: str
    percent: bool = False

    @classmethod
    def of(cls, unit: str, largest: float) -> Amount:
        """Choose how values of a unit are shown. A unit that begins with ``%`` says that the values are shares of one."""
        unit = clean(unit)
        if unit.startswith("%"):
            return cls(100.0, unit, percent=True)
        if not unit.lower().startswith(("thousand", "million", "billion", "trillion", "1000", "k", "m ")):
            for power, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
                if largest >= power:
                    return cls(1 / power, f"{word} {unit}".strip())
        return cls(1.0, unit)

    def tick(self, value: float, step: float) -> str:
        """Words of a tick."""
        shown, step = value * self.factor, abs(step * self.factor)
        decimals = 0 if step <= 0 else min(max(-math.floor(math.log10(step) + 1e-9), 0), 12)
        if decimals < 12 and abs(round(step, decimals) - step) > step * 1e-6:
            decimals += 1
        return _signed(f"{shown:,.{decimals}f}" if decimals < 6 else f"{shown:.3g}")

    def text(self, value: float, *, unit: bool = False) -> str:
        """A value to three figures or to the whole number, with or without its unit; percent always with its sign."""
        if not math.isfinite(value):
            return "no value"
        shown = value * self.factor
        size = abs(shown)
        if size >= 100:
            words = f"{shown:,.0f}"
        elif size >= 0.001 or size == 0:
            words = f"{shown:.{max(0, 2 - math.floor(math.log10(size)))}f}" if size else "0"
            words = words.rstrip("0").rstrip(".") if "." in words else words
        else:
            words = f"{shown:.2g}"
        words = _signed(words)
        if self.percent:
            return f"{words} {self.words if unit else '%'}"
        return f"{words} {self.words}".strip() if unit else words


def change(before: float, after: float) -> str:
    """The change from one amount to another in percent, as ``−27 %``; empty where there is none to tell."""
    if not (before > SMALLEST and math.isfinite(after)):
        return ""
    share = round((after / before - 1) * 100)
    if share == 0 or share > 999:
        return ""
    return f"{'+' if share > 0 else '−'}{abs(share)} %"


def _signed(words: str) -> str:
    return words.replace("-", "−", 1) if words.startswith("-") and words.strip("-0.,") else words.removeprefix("-")


def _day(label: object) -> float | None:
    """Ordinal of a day or of the first day of a month."""
    text = str(label.date() if hasattr(label, "date") and callable(label.date) else label)
    text = f"{text}-01" if len(text) == 7 and text[4:5] == "-" else text
    try:
        return float(date.fromisoformat(text).toordinal()) if len(text) == 10 else None
    except ValueError:
        return None


def _plain(label: object) -> float | None:
    if isinstance(label, bool):
        return None
    try:
        value = float(label)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return value if abs(value) <= LARGEST else None


@dataclass(frozen=True, slots=True)
class Steps:
    """The labels below a picture, read as days, as numbers, or else as names in their order.

    Attributes:
        labels: As words.
        values: Shape (n,). Day ordinals, numbers, or 0 to n - 1; rising.
        kind: ``day``, ``number`` or ``name``.
    """

    labels: tuple[str, ...]
    values: FloatArray
    kind: str

    @classmethod
    def of(cls, labels: Sequence[object]) -> Steps:
        """Read labels. They count as days or numbers only if all can be read so and rise from one to the next."""
        words = tuple(clean(label) for label in labels)
        for kind, read in (("day", _day), ("number", _plain)):
            found = [read(label) for label in labels]
            values = np.array([math.nan if v is None else v for v in found], dtype=np.float64)
            if len(values) and bool(np.isfinite(values).all()) and bool((np.diff(values) > 0).all()):
                return cls(words, values, kind)
        return cls(words, np.arange(len(words), dtype=np.float64), "name")

    def at(self, x: object) -> float:
        """Value of a place given as the labels are given; NaN when it lies off the axis."""
        if self.kind == "name":
            text = clean(x)
            place = float(self.labels.index(text)) if text in self.labels else _plain(x)
        else:
            place = _day(x) if self.kind == "day" else _plain(x)
        if place is None or not len(self.values) or not self.values[0] <= place <= self.values[-1]:
            return math.nan
        return place

    def evened(self, value: float) -> float:
        """Place of a value when every label takes the same room, from 0 to n - 1."""
        return float(np.interp(value, self.values, np.arange(len(self.values))))

    def words(self, value: float) -> str:
        """A place on the axis in words: a day, a number or the nearest label."""
        if self.kind == "day":
            return date.fromordinal(round(value)).isoformat()
        if self.kind == "number":
            return _signed(f"{round(value, 2):,g}" if abs(value) < 1e6 else f"{value:.6g}").replace(",", "")
        return self.labels[min(max(round(value), 0), len(self.labels) - 1)]

    def ticks(self, room: float) -> list[tuple[float, str, str]]:
        """Ticks that fit into a width: value, words, and words of a second line.

        Names that do not fit beside one another take turns on two lines; if they do not fit there either, some are left out.
        """
        if not len(self.values):
            return []
        if self.kind == "day":
            return self._days(room)
        if self.kind == "number":
            return self._numbers(room)
        widest = max(min(width_of(label, 12), 110) for label in self.labels) + 14
        lines = len(self.labels) * widest / max(room, 1)
        if 1 < lines <= 2:
            return [(float(n), *(("", label) if n % 2 else (label, ""))) for n, label in enumerate(self.labels)]
        return [(float(n), self.labels[n], "") for n in range(0, len(self.labels), max(1, math.ceil(lines)))]

    def _numbers(self, room: float) -> list[tuple[float, str, str]]:
        low, high = float(self.values[0]), float(self.values[-1])
        whole = bool((self.values == np.round(self.values)).all())
        marks = nice_ticks(low, high, max(2, min(12, int(room / 60))))
        edge = (high - low) * 1e-9
        kept = [m for m in marks if low - edge <= m <= high + edge and (not whole or m == round(m))]
        return [(m, self.words(m), "") for m in kept or [low]]

    def _days(self, room: float) -> list[tuple[float, str, str]]:
        first, last = (date.fromordinal(int(v)) for v in (self.values[0], self.values[-1]))
        days = (last - first).days
        if days < 75:
            every = max(1, math.ceil(len(self.values) * 52 / max(room, 1)))
            chosen = [date.fromordinal(int(v)) for v in self.values[::every]]
            return _dated([(d, f"{d.day} {MONTHS[d.month - 1]}") for d in chosen])
        months = days / 30.44
        fits = (n for n in (1, 2, 3, 6) if months / n * 40 <= room)
        found: list[tuple[float, str, str]] = []
        if (every := next(fits, 0)) and months / 12 < room / 45:
            found = _dated([(d, MONTHS[d.month - 1]) for d in _firsts(first, last, every)])
        else:
            years = next((n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if months / 12 / n * 48 <= room), 1000)
            opens = (d for d in _firsts(first, last, 12) if d.year % years == 0)
            found = [(float(d.toordinal()), str(d.year), "") for d in opens]
        return found or _dated([(first, MONTHS[first.month - 1])])


def _firsts(first: date, last: date, every: int) -> list[date]:
    """First days of months within a span."""
    found, count = [], first.year * 12 + first.month - 1 + (first.day > 1)
    while (count // 12, count % 12 + 1) <= (last.year, last.month) and count // 12 <= date.max.year:
        if (count % 12) % every == 0:
            found.append(date(count // 12, count % 12 + 1, 1))
            count += every
        else:
            count += 1
    return found


def _dated(ticks: list[tuple[date, str]]) -> list[tuple[float, str, str]]:
    """Give the year below the first tick and wherever it changes."""
    found, year = [], None
    for day, words in ticks:
        found.append((float(day.toordinal()), words, str(day.year) if day.year != year else ""))
        year = day.year
    return found

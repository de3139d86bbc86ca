"""A grid of values: ``permits=0.1:1:10`` or ``rate=0,0.34,1.45``, every combination of which is a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["LONG", "MOST_POINTS", "Axis", "Grid", "parse_grid", "words_of"]

LONG = math.inf
"""The long run, written ``long``."""
MOST_POINTS = 20_000
"""Points of a sweep; more is refused, since nobody reads them and a slip of a zero costs a night."""
_MOST_VALUES = 1_000
_SYNTAX = "Write name=start:stop:count, as permits=0.1:1:10, or name=a,b,c, as rate=0,0.34,1.45."


@dataclass(frozen=True, slots=True)
class Axis:
    """One dial and its values.

    Attributes:
        dial: Its name.
        values: In the order they were given.
    """

    dial: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Axes; the last one runs fastest.

    Attributes:
        axes: In the order they were given.
    """

    axes: tuple[Axis, ...]

    def __len__(self) -> int:
        return math.prod(self.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """Count of values of each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def dials(self) -> tuple[str, ...]:
        """Names of the dials."""
        return tuple(axis.dial for axis in self.axes)

    def points(self) -> Iterator[tuple[float, ...]]:
        """Values of every point, in the order of the axes."""
        return product(*(axis.values for axis in self.axes))

    def words(self) -> str:
        """The grid in a line, so that it can be given again."""
        return " ".join(f"{axis.dial}={','.join(words_of(v) for v in axis.values)}" for axis in self.axes)

    @staticmethod
    def of(axes: Mapping[str, Iterable[float]]) -> Grid:
        """A grid from names and values.

        Raises:
            InputError: With every fault: no axis, an axis without values, a value twice or not a number, too many points.
        """
        found = tuple(Axis(name, tuple(float(v) for v in values)) for name, values in axes.items())
        faults = [fault for axis in found for fault in _axis_faults(axis)]
        return _checked(found, faults)


def words_of(value: float) -> str:
    """A value as it is written in a grid: whole numbers in full, others with ten digits that count."""
    if math.isinf(value):
        return "long"
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.10g}"


def parse_grid(texts: Sequence[str]) -> Grid:
    """Read axes.

    Args:
        texts: One axis each, or several apart by blanks. Both ends of ``start:stop:count`` are points.

    Raises:
        InputError: With every fault of every axis in one go.
    """
    axes: list[Axis] = []
    faults: list[str] = []
    for text in (word for given in texts for word in given.split()):
        try:
            axes.append(_axis(text))
        except ValueError as error:
            faults.append(f"{text!r}: {error}")
    faults += [fault for axis in axes for fault in _axis_faults(axis)]
    return _checked(tuple(axes), faults)


def _checked(axes: tuple[Axis, ...], faults: list[str]) -> Grid:
    names = [axis.dial for axis in axes]
    faults += [f"{name} stands {names.count(name)} times; give its values in one axis" for name in dict.fromkeys(names)
               if names.count(name) > 1]  # fmt: skip
    if not axes and not faults:
        faults.append("there is no axis, so there is nothing to sweep")
    points = math.prod(len(axis.values) for axis in axes)
    if points > MOST_POINTS and not faults:
        faults.append(f"{' x '.join(str(len(a.values)) for a in axes)} are {points:,} points, more than {MOST_POINTS:,}")
    if faults:
        raise InputError(faults[0], code="bad_grid", cure=_SYNTAX, faults=faults[1:])
    return Grid(axes)


def _axis(text: str) -> Axis:
    name, equals, said = text.partition("=")
    if not equals or not name:
        raise ValueError("is no axis; a name, = and values are needed")
    if not said:
        raise ValueError("has no values")
    if ":" not in said:
        return Axis(name, tuple(_number(word) for word in said.split(",")))
    parts = said.split(":")
    if len(parts) != 3 or "," in said:
        raise ValueError(f"has {len(parts)} parts; a range is start:stop:count, and a list has commas alone")
    start, stop = _number(parts[0]), _number(parts[1])
    if not (parts[2].isascii() and parts[2].isdigit()) or not 1 <= int(parts[2]) <= _MOST_VALUES:
        raise ValueError(f"the count is {parts[2]!r}, not a whole number from 1 to {_MOST_VALUES:,}")
    count = int(parts[2])
    if math.isinf(start) or math.isinf(stop):
        raise ValueError("a range cannot begin or end with long; write a list, as horizon=0,1,3,long")
    if (start == stop) != (count == 1):
        raise ValueError(f"{count} values from {parts[0]} to {parts[1]} cannot be; give two ends that differ, or a count of 1")
    step = (stop - start) / max(count - 1, 1)
    return Axis(name, tuple(float(f"{start + n * step:.12g}") for n in range(count)))


def _number(word: str) -> float:
    if word == "long":
        return LONG
    try:
        value = float(word)
    except ValueError:
        raise ValueError(f"{word!r} is not a number" if word else "a value is missing between two commas or colons") from None
    if not math.isfinite(value):
        raise ValueError(f"{word!r} is not a number")
    return value


def _axis_faults(axis: Axis) -> list[str]:
    if not axis.values:
        return [f"{axis.dial} has no values"]
    if any(math.isnan(v) for v in axis.values):
        return [f"{axis.dial} has a value that is not a number"]
    twice = [words_of(v) for v in dict.fromkeys(axis.values) if axis.values.count(v) > 1]
    return [f"{axis.dial} has {', '.join(twice)} twice"] if twice else []

"""Payoffs over settings that move freely: points of tariff, tonnes licensed, a share of permits.

They come from runs of an engine on a rectangular grid. Between the runs they are linear on simplices: each cell is split
along its diagonal into one simplex for each order of the axes (Kuhn), so that they are continuous and agree with every run.
How well they fit between the runs is for the caller to see: run the engine there, or take a finer grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError, NoSolutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Axis", "Grid", "check_numbers"]

_MOST_CELLS = 2_000_000
"""Simplices that are held at once."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting.

    Attributes:
        name: What is set.
        unit: Of the values.
        values: Settings that were run, rising, two at least.
    """

    name: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Grid:
    """Payoffs of runs on a rectangular grid.

    Attributes:
        axes: Settings.
        parties: Their ids.
        payoffs: Of each party at each combination, (parties, values of axis 1, values of axis 2, ...); nan where a run has no
            answer, and then no package lies in the cells around.
        source: Where they come from, in a line.
    """

    axes: tuple[Axis, ...]
    parties: tuple[str, ...]
    payoffs: Array
    source: str = ""

    def __post_init__(self) -> None:
        faults = [fault for axis in self.axes for fault in _faults_of(axis)]
        if not self.axes or not self.parties:
            faults.append("a grid needs an axis and a party")
        for what, names in (("axes", [axis.name for axis in self.axes]), ("parties", list(self.parties))):
            if len(set(names)) < len(names):
                faults.append(f"two {what} have one name: {', '.join(names)}")
        shape = (len(self.parties), *(len(axis.values) for axis in self.axes))
        if self.payoffs.shape != shape:
            faults.append(f"payoffs have shape {self.payoffs.shape}, not {shape}")
        elif np.isinf(self.payoffs).any():
            faults.append("a payoff is infinite; a run without an answer is nan")
        count = factorial(len(self.axes)) * int(np.prod([max(n - 1, 0) for n in shape[1:]]))
        if count > _MOST_CELLS:
            faults.append(f"there are {count} simplices, more than {_MOST_CELLS}; take fewer axes or a coarser grid")
        if faults:
            raise InputError("the grid cannot be used", code="bad_grid", cure="Mend:", faults=faults)

    @staticmethod
    def of(
        axes: Sequence[Axis],
        parties: Sequence[str],
        run: Callable[[dict[str, float]], Sequence[float]],
        source: str = "",
    ) -> Grid:
        """The grid of an engine.

        Args:
            axes: Settings.
            parties: Their ids.
            run: Takes settings by name and gives a payoff for each party; ``NoSolutionError`` leaves the point out.
            source: Where payoffs come from.

        Raises:
            InputError: If an axis is not valid, or a run gives other than one payoff for each party.
        """
        found = np.full((len(parties), *(len(axis.values) for axis in axes)), np.nan)
        for place in product(*(range(len(axis.values)) for axis in axes)):
            point = {axis.name: axis.values[n] for axis, n in zip(axes, place, strict=True)}
            try:
                payoffs = tuple(run(point))
            except NoSolutionError:
                continue
            if len(payoffs) != len(parties):
                raise InputError(
                    f"a run gives {len(payoffs)} payoffs for {len(parties)} parties", code="bad_grid", cure="Give one for each."
                )
            found.reshape(len(parties), -1)[:, np.ravel_multi_index(place, found.shape[1:])] = payoffs
        return Grid(tuple(axes), tuple(parties), found, source)

    @property
    def missing(self) -> int:
        """Runs without an answer."""
        return int(np.isnan(self.payoffs).any(axis=0).sum())

    @cached_property
    def flat(self) -> Array:
        """Payoffs of each run, (runs, parties)."""
        return np.ascontiguousarray(self.payoffs.reshape(len(self.parties), -1).T)

    @cached_property
    def points(self) -> Array:
        """Settings of each run, (runs, axes)."""
        mesh = np.meshgrid(*(axis.values for axis in self.axes), indexing="ij")
        return np.stack([one.ravel() for one in mesh], axis=1)

    @cached_property
    def simplices(self) -> Ints:
        """Runs at the corners of each simplex, (simplices, axes + 1), without those that touch a run without an answer."""
        shape = self.payoffs.shape[1:]
        stride = np.array([int(np.prod(shape[n + 1 :])) for n in range(len(shape))], dtype=np.intp)
        corners = np.stack([one.ravel() for one in np.indices([n - 1 for n in shape])], axis=1) @ stride
        found = []
        for order in permutations(range(len(shape))):
            offsets = np.concatenate([[0], np.cumsum(stride[list(order)])])
            found.append(corners[:, None] + offsets)
        every = np.concatenate(found).astype(np.intp)
        return np.asarray(every[~np.isnan(self.flat[every]).any(axis=(1, 2))])

    def payoffs_at(self, settings: Mapping[str, float]) -> Array:
        """Payoffs at settings within the grid, (parties,).

        Raises:
            InputError: If a setting is missing, unknown or outside the grid, or a run around it has no answer.
        """
        names = [axis.name for axis in self.axes]
        if set(settings) != set(names):
            raise InputError(
                f"settings are given for {', '.join(settings) or 'nothing'}",
                code="bad_setting",
                cure=f"Give {', '.join(names)}.",
            )
        base, parts = [], []
        for axis in self.axes:
            value, values = settings[axis.name], axis.values
            if not values[0] <= value <= values[-1]:
                raise InputError(
                    f"{axis.name} {value:g} is outside the grid",
                    code="bad_setting",
                    cure=f"Give {values[0]:g} to {values[-1]:g} {axis.unit}.",
                )
            n = min(int(np.searchsorted(values, value, side="right")) - 1, len(values) - 2)
            base.append(n)
            parts.append((value - values[n]) / (values[n + 1] - values[n]))
        order = sorted(range(len(parts)), key=lambda n: -parts[n])
        steps = [1.0, *(parts[n] for n in order), 0.0]
        found = np.zeros(len(self.parties))
        for k in range(len(steps) - 1):
            if k:
                base[order[k - 1]] += 1
            weight = steps[k] - steps[k + 1]
            if weight:
                found = found + weight * self.flat[np.ravel_multi_index(base, self.payoffs.shape[1:])]
        if np.isnan(found).any():
            raise InputError("a run around these settings has no answer", code="bad_setting", cure="Take other settings.")
        return found

    def sheet(self) -> Sheet:
        """A row for each run."""
        columns = (*(f"{axis.name} ({axis.unit})" for axis in self.axes), *self.parties)
        rows = [(*point, *payoffs) for point, payoffs in zip(self.points.tolist(), self.flat.tolist(), strict=True)]
        return Sheet("grid", "Payoffs of the runs", columns, tuple(rows))


def _faults_of(axis: Axis) -> list[str]:
    """What is wrong with an axis."""
    if len(axis.values) < 2:
        return [f"{axis.name} has {len(axis.values)} values; give two or more"]
    if not np.isfinite(axis.values).all() or (np.diff(axis.values) <= 0).any():
        return [f"values of {axis.name} do not rise: {', '.join(f'{v:g}' for v in axis.values)}"]
    return []


def check_numbers(what: str, given: Sequence[float] | None, count: int) -> Array:
    """Numbers above 0, one for each party; ones if absent.

    Raises:
        InputError: If they are not.
    """
    found = np.ones(count) if given is None else np.array(given, dtype=np.float64)
    if found.shape != (count,) or not (np.isfinite(found) & (found > 0)).all():
        raise InputError(f"{what} do not fit", code="bad_number", cure=f"Give {count} numbers above 0, one for each party.")
    return found

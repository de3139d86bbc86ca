"""Arrays with named axes and a unit: what a simulation gives back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["BAND", "Cube"]

BAND = (0.05, 0.5, 0.95)
"""The band that is shown: 5 %, median, 95 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """An array whose axes and cells have names.

    Attributes:
        name: What it is, as ``exports``.
        unit: Unit of a cell, as ``t/week``.
        axes: Name and labels of each axis, in the order of the array.
        values: The array; its shape is the count of labels of each axis.
    """

    name: str
    unit: str
    axes: tuple[tuple[str, tuple[str, ...]], ...]
    values: np.ndarray[Any, np.dtype[np.floating[Any]]]

    def __post_init__(self) -> None:
        shape = tuple(len(labels) for _, labels in self.axes)
        if self.values.shape != shape:
            raise InputError(f"{self.name}: shape {self.values.shape} does not fit the axes {shape}", code="bad_shape")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(name for name, _ in self.axes)

    def labels(self, axis: str) -> tuple[str, ...]:
        """Labels of one axis.

        Raises:
            InputError: If there is no such axis.
        """
        return self.axes[self._at(axis)][1]

    def _at(self, axis: str) -> int:
        for place, (name, _) in enumerate(self.axes):
            if name == axis:
                return place
        raise InputError(
            f"{self.name} has no axis {axis!r}", code="unknown_axis", cure=f"Its axes are {', '.join(self.names)}."
        )

    def select(self, **chosen: str | Sequence[str]) -> Cube:
        """The part with the chosen labels; an axis with one label given as text is dropped.

        Raises:
            InputError: If an axis or label is not there.
        """
        values, axes = self.values, list(self.axes)
        for axis, wanted in chosen.items():
            place = next((i for i, (name, _) in enumerate(axes) if name == axis), -1)
            if place < 0:
                self._at(axis)
            labels = axes[place][1]
            picked = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            missing = [label for label in picked if label not in labels]
            if missing:
                raise InputError(
                    f"{self.name}: the axis {axis} has no {missing[0]!r}",
                    code="unknown_label",
                    cure=f"It has {', '.join(labels[:12])}{' ...' if len(labels) > 12 else ''}.",
                )
            values = np.take(values, [labels.index(label) for label in picked], axis=place)
            if isinstance(wanted, str):
                values = values[(slice(None),) * place + (0,)]
                del axes[place]
            else:
                axes[place] = (axis, picked)
        return replace(self, axes=tuple(axes), values=values)

    def sum(self, *over: str) -> Cube:
        """Sum over axes."""
        places = tuple(self._at(axis) for axis in over)
        kept = tuple(axis for place, axis in enumerate(self.axes) if place not in places)
        return replace(self, axes=kept, values=self.values.sum(axis=places))

    def band(self, over: str = "draw", levels: Sequence[float] = BAND) -> Cube:
        """Quantiles over one axis; a new last axis ``quantile`` holds 5 %, median and 95 %."""
        place = self._at(over)
        cut = np.quantile(self.values, levels, axis=place)
        kept = (*self.axes[:place], *self.axes[place + 1 :])
        return replace(
            self, axes=(*kept, ("quantile", tuple(f"{level:g}" for level in levels))), values=np.moveaxis(cut, 0, -1)
        )

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Long form: one tuple a cell, its labels then its value."""
        for labels, value in zip(product(*(labels for _, labels in self.axes)), self.values.ravel(), strict=True):
            yield (*labels, float(value))

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """Long form as columns: one a named axis, then ``value`` and ``unit``."""
        grid = np.indices(self.values.shape).reshape(len(self.axes), -1)
        found: dict[str, Sequence[Any]] = {
            name: np.asarray(labels, dtype=object)[grid[i]].tolist() for i, (name, labels) in enumerate(self.axes)
        }
        found["value"] = self.values.ravel().tolist()
        found["unit"] = [self.unit] * self.values.size
        return found

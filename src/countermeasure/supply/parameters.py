"""Parameters: one table with value, unit, prior, source and confidence; draws of them; ``name=value`` to move one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.tables import refuse, unknown
from countermeasure.errors import InputError
from countermeasure.supply.tables import BAD_TABLE, read_rows, shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["COLUMNS", "Parameter", "Parameters", "bounds_of", "parse_setting"]

COLUMNS = ("name", "value", "low", "high", "unit", "distribution", "source", "confidence", "meaning")
DISTRIBUTIONS = ("fixed", "uniform", "triangular", "lognormal", "posterior")
_Z95 = 1.6448536269514722
_TIMES = (0.0, 10.0)
_BOUNDS = {
    "fraction": (0.0, 1.0),
    "fraction of normal trade": _TIMES,
    "fraction of normal need": _TIMES,
    "1/week": (0.0, 1.0),
    "1/year": (-0.9, 1.0),
    "weeks": (0.0, 10_400.0),
    "months": (0.0, 2_400.0),
    "factor": (0.0, 100.0),
    "log sd": (0.0, 5.0),
    "elasticity": (-10.0, 10.0),
}
"""What a parameter of a unit can be set to."""
_OWN_BOUNDS = {
    "capacity_slack": _TIMES,
    "capacity_slack_china": _TIMES,
    "quota_slack": _TIMES,
    "switch_weeks": (4.0, 10_400.0),
    "return_weeks": (4.0, 10_400.0),
    "elasticity_weeks": (3.0, 10_400.0),
    "hold_up_fade_weeks": (0.1, 10_400.0),
}
"""Bounds of single parameters: slack may pass one, and weeks that the step divides by cannot be below its own pace."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        name: Its word.
        value: Central value.
        low: 5 % point, or lower end of a uniform or triangular prior.
        high: 95 % point, or upper end.
        unit: Unit in words.
        distribution: ``fixed``, ``uniform``, ``triangular``, ``lognormal`` or ``posterior``.
        source: Where it is from.
        confidence: A, B, C, D or U.
        meaning: What it stands for.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    distribution: str
    source: str
    confidence: str
    meaning: str


@dataclass(frozen=True)
class Parameters:
    """All parameters, and the joint draws of those that were fitted.

    Attributes:
        by_name: Parameter by its word, in the order of the table.
        posterior: Names of the fitted ones and their joint draws, shape (n, k); empty where there was no fit.
    """

    by_name: Mapping[str, Parameter]
    posterior_names: tuple[str, ...] = ()
    posterior: Array | None = None

    @staticmethod
    @lru_cache(maxsize=4)
    def shipped(folder: Path | None = None) -> Parameters:
        """The table in the wheel, or in another chain's folder."""
        found = _read(shipped_text("parameters.csv", folder), "parameters.csv")
        names, draws = _posterior(shipped_text("posterior.csv", folder), "posterior.csv", found)
        return Parameters(found, names, draws)

    def __getitem__(self, name: str) -> Parameter:
        """One parameter.

        Raises:
            InputError: If there is none of that name.
        """
        if name not in self.by_name:
            raise InputError(
                unknown("parameter", name, tuple(self.by_name)),
                code="unknown_parameter",
                cure="countermeasure supply parameters lists them.",
            )
        return self.by_name[name]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.by_name.values())

    def moved(self, settings: Mapping[str, float], source: str = "set by the user") -> Parameters:
        """The parameters with some held at a value.

        Raises:
            InputError: If a name is unknown or a value cannot be.
        """
        table = dict(self.by_name)
        for name, value in settings.items():
            old = self[name]
            low, high = bounds_of(old)
            if not low <= value <= high:
                raise InputError(
                    f"{name} is {value:g}, not between {low:g} and {high:g} ({old.unit})",
                    code="bad_parameter",
                    cure="Write 0.25 for 25 %." if "fraction" in old.unit else "Write a number within these bounds.",
                )
            table[name] = replace(old, value=value, low=value, high=value, distribution="fixed", source=source)
        return replace(self, by_name=table)

    def fixed(self, name: str) -> float:
        """Central value of one parameter."""
        return self[name].value

    def draw(self, draws: int, seed: int) -> dict[str, Array]:
        """Draws of every parameter, shape (draws,) each; the first draw is the central value of each.

        The same seed gives the same numbers, whatever runs beside it; draw ``i`` does not depend on how many there are.
        """
        found: dict[str, Array] = {}
        joint = np.random.default_rng([seed, 7]).random(draws)
        for place, one in enumerate(self):
            u = np.random.default_rng([seed, 11, place]).random(draws)
            values = self._posterior_draw(one, joint) if one.distribution == "posterior" else _draw(one, u)
            values[:1] = one.value
            found[one.name] = values
        return found

    def _posterior_draw(self, one: Parameter, joint: Array) -> Array:
        if self.posterior is None or one.name not in self.posterior_names or not len(self.posterior):
            return _draw(replace(one, distribution="triangular"), joint)
        column = self.posterior[:, self.posterior_names.index(one.name)]
        return np.array(column[np.minimum((joint * len(column)).astype(int), len(column) - 1)])

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record a parameter, for tables and files."""
        return [{c: getattr(one, c) for c in COLUMNS} for one in self]


def bounds_of(one: Parameter) -> tuple[float, float]:
    """Least and greatest value that a parameter can be set to; an elasticity keeps its sign."""
    low, high = _OWN_BOUNDS.get(one.name) or _BOUNDS.get(one.unit, (-np.inf, np.inf))
    if one.unit == "elasticity":
        return (low, 0.0) if one.value < 0 else (0.0, high)
    return low, high


def _draw(one: Parameter, u: Array) -> Array:
    """Quantile function of a prior at ``u``."""
    if one.distribution == "fixed" or one.high <= one.low:
        return np.full_like(u, one.value)
    if one.distribution == "uniform":
        return one.low + u * (one.high - one.low)
    if one.distribution == "lognormal":
        from scipy.special import ndtri

        sd = np.log(one.high / one.low) / (2 * _Z95)
        return np.asarray(one.value * np.exp(sd * ndtri(np.clip(u, 1e-6, 1 - 1e-6))))
    low, mode, high = one.low, min(max(one.value, one.low), one.high), one.high
    cut = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < cut, rising, falling)


def _read(text: str, path: str) -> dict[str, Parameter]:
    table = read_rows(text, path, COLUMNS)
    found: dict[str, Parameter] = {}
    for row in table.rows:
        value, low, high = (table.number(row, c) for c in ("value", "low", "high"))
        kind = table.one_of(row, "distribution", DISTRIBUTIONS)
        table.letter(row)
        if low > high or (kind != "fixed" and not low <= value <= high):
            table.fault(row, f"{row['name']}: {low:g}, {value:g}, {high:g} are not in order; write low, value, high")
        if row["name"] in found:
            table.fault(row, f"{row['name']} stands twice; remove one")
        if kind == "lognormal" and low <= 0:
            table.fault(row, f"{row['name']} is lognormal and its low is {low:g}; it must be above 0")
        found[row["name"]] = Parameter(
            row["name"], value, low, high, row["unit"], kind, row["source"], row["confidence"], row["meaning"]
        )
    table.refuse("the parameters")
    return found


def _posterior(text: str, path: str, known: Mapping[str, Parameter]) -> tuple[tuple[str, ...], Array]:
    """Joint draws of the fitted parameters: a table whose columns are their names."""
    lines = [(place, line) for place, line in enumerate(text.splitlines(), start=1) if line and not line.startswith("#")]
    names = tuple(lines[0][1].split(",")) if lines else ()
    faults = [f"{path}:{lines[0][0]}: {unknown('parameter', n, tuple(known))}" for n in names if n not in known]
    rows = []
    for place, line in lines[1:]:
        cells = line.split(",")
        try:
            values = [float(cell) for cell in cells]
        except ValueError:
            faults.append(f"{path}:{place}: a cell is not a number; write digits with a point")
            continue
        if len(values) != len(names) or not np.isfinite(values).all():
            faults.append(f"{path}:{place}: {len(values)} numbers for {len(names)} columns; write one finite number each")
            continue
        rows.append(values)
    refuse(faults, "the joint draws", path, BAD_TABLE)
    return names, np.array(rows, dtype=np.float64).reshape(len(rows), len(names))


def parse_setting(text: str, parameters: Parameters) -> tuple[str, float]:
    """Read ``name=value``.

    Raises:
        InputError: If it is not of that form or the name is unknown.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        raise InputError(f"{text!r} is not a setting", code="bad_setting", cure="Write approval=0.25.")
    parameters[name]
    try:
        return name, float(value)
    except ValueError:
        raise InputError(f"{name}: {value!r} is not a number", code="bad_setting", cure="Write approval=0.25.") from None

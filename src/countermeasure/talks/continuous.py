"""Packages of settings that move freely: the best that all parties would sign, over a grid of runs.

On a simplex of the grid payoffs are linear, and the best common gain is a linear program; the best of all simplices is the
answer. Simplices are tried by the best that any point of theirs could give, so that most need no program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.talks.closed_forms import best_on_segment
from countermeasure.talks.grid import Axis, Grid, check_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Ints = np.ndarray[Any, np.dtype[np.intp]]
    Found = tuple[float, Array]

__all__ = ["AIMS", "Axis", "Grid", "SettingsPackage", "best_settings", "settings_front"]

AIMS = ("least", "sum", "nash")
"""Make the smallest gain large; the weighted sum, while nobody loses; the product of the gains."""
_CUTS = 100
_TIGHT = 1e-9
_TOLERANCE = 1e-10
"""Of the programs, the least that HiGHS takes."""
_NEAR = 1e-7
"""A setting this close to a value that was run, as a share of its axis, stands at it."""


@dataclass(frozen=True, eq=False)
class SettingsPackage:
    """Settings that all parties prefer; for a sum, that none likes less.

    Attributes:
        grid: Runs it rests on.
        aim: One of ``AIMS``.
        settings: By name of the axis, in its unit.
        payoffs: Of each party, (parties,).
        gains: Over the status quo, (parties,).
        value: What was made large.
        at_low: Axes that stand at their lowest value.
        at_high: Axes that stand at their highest.
        at_run: Axes that stand at another value that was run: a finer grid may move these.
        held: Parties that keep the value from being larger: those with the smallest gain; for a sum those without one.
        mix: Runs it lies between, with their weights.
        solved: Linear programs or edges that were solved; the others could not beat the best.
    """

    grid: Grid
    aim: str
    settings: dict[str, float]
    payoffs: Array
    gains: Array
    value: float
    at_low: tuple[str, ...]
    at_high: tuple[str, ...]
    at_run: tuple[str, ...]
    held: tuple[str, ...]
    mix: tuple[tuple[int, float], ...]
    solved: int

    def says(self) -> str:
        """The package in words."""
        units = {axis.name: axis.unit for axis in self.grid.axes}
        told = [
            f"{name} {value:.4g} {units[name]}".strip()
            + (" (its lowest)" if name in self.at_low else " (its highest)" if name in self.at_high else "")
            for name, value in self.settings.items()
        ]
        gains = ", ".join(f"{party} {gain:+.4g}" for party, gain in zip(self.grid.parties, self.gains.tolist(), strict=True))
        text = f"{', '.join(told)}: gains {gains}"
        if self.at_run:
            text += f"; {', '.join(self.at_run)} at a value that was run, a finer grid may move it"
        return text + (f"; held by {', '.join(self.held)}" if self.held else "")


def best_settings(
    grid: Grid,
    status_quo: Mapping[str, float] | Sequence[float],
    *,
    aim: str = "least",
    weights: Sequence[float] | None = None,
) -> SettingsPackage:
    """Settings with the best gains for all.

    Args:
        grid: Payoffs of the runs.
        status_quo: Settings today, or payoffs today, one for each party.
        aim: One of ``AIMS``.
        weights: One for each party, above 0. For ``least`` gains in this proportion count as equal; for ``sum`` a gain
            counts so much; for ``nash`` they are bargaining powers. Equal if absent.

    Returns:
        The best settings, exact for payoffs that are linear between the runs. Where several are as good for ``least``, those
        of the largest sum of gains, each divided by its weight, on their simplex.

    Raises:
        InputError: If the aim, the status quo or the weights are not valid.
        NoSolutionError: If no settings are better for all than the status quo.
    """
    if aim not in AIMS:
        raise InputError(f"there is no aim {aim!r}", code="unknown_aim", cure=f"Write {', '.join(AIMS)}.")
    count = len(grid.parties)
    weight = check_numbers("weights", weights, count)
    if isinstance(status_quo, Mapping):
        today = grid.payoffs_at(status_quo)
    else:
        today = np.array(status_quo, dtype=np.float64)
        if today.shape != (count,) or not np.isfinite(today).all():
            raise InputError("payoffs of the status quo do not fit", code="bad_payoff", cure=f"Give {count} finite numbers.")
    gains = grid.flat - today
    corners = grid.simplices
    if aim == "nash" and count == 2:
        corners = np.unique(np.concatenate([corners[:, [a, b]] for a, b in _pairs(corners.shape[1])]), axis=0)
    bounds = _bounds(aim, gains[corners], weight)
    solver = _solver(aim, weight)
    best: tuple[float, Array, Ints] | None = None
    solved = 0
    for n in np.argsort(-bounds, kind="stable").tolist():
        floor = 0.0 if best is None else best[0]
        if not bounds[n] > floor + _TIGHT * abs(floor):
            break
        solved += 1
        found = solver(gains[corners[n]])
        if found is not None and found[0] > floor:
            best = (found[0], found[1], corners[n])
    if best is None or best[0] <= 0:
        raise NoSolutionError(
            "no settings of the grid are better for all than the status quo",
            code="no_agreement",
            cure="Widen the axes, add a setting that can compensate, or leave things as they are.",
        )
    return _result(grid, aim, today, weight, best, solved)


def _pairs(count: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(count) for b in range(a + 1, count)]


def _bounds(aim: str, gains: Array, weight: Array) -> Array:
    """No point of a simplex can do better than this, (simplices,) of (simplices, corners, parties)."""
    most = gains.max(axis=1, initial=-np.inf)
    if aim == "least":
        return np.asarray((most / weight).min(axis=1))
    if aim == "sum":
        total = (gains * weight).sum(axis=2).max(axis=1, initial=-np.inf)
        return np.where((most >= 0).all(axis=1), total, -np.inf)
    powers = weight * len(weight) / weight.sum()
    return np.asarray((np.maximum(most, 0) ** powers).prod(axis=1))


def _solver(aim: str, weight: Array) -> Callable[[Array], Found | None]:
    """Best value on a simplex and weights of its corners, by gains at the corners (corners, parties)."""
    if aim == "least":
        return lambda gains: _least(gains, weight)
    if aim == "sum":
        return lambda gains: _sum(gains, weight)
    powers = weight * len(weight) / weight.sum()
    if len(weight) == 2:
        return lambda gains: _edge(gains, float(powers[0]) / 2)
    return lambda gains: _nash(gains, powers)


def _edge(gains: Array, power: float) -> Found | None:
    """The product of two parties' gains is largest on an edge: the front of a simplex is made of edges."""
    (a, b), (c, d) = gains.tolist()
    share, value = best_on_segment((a, b), (c, d), power=power)
    return None if share < 0 else (value, np.array([1 - share, share]))


def _least(gains: Array, weight: Array) -> Found | None:
    corners, parties = gains.shape
    ratio = gains / weight
    size = float(np.abs(ratio).max()) or 1.0
    ratio = ratio / size  # tolerances of the solver are absolute
    matrix = np.vstack([np.append(np.ones(corners), 0.0), np.column_stack([ratio.T, -np.ones(parties)])])
    rows = (np.append(1.0, np.zeros(parties)), np.append(1.0, np.full(parties, np.inf)))
    low = np.append(np.zeros(corners), -np.inf)
    x = _maximise(np.append(np.zeros(corners), 1.0), matrix, rows, low)
    if x is None:
        return None
    mix = x[:corners]
    floor = np.append(1.0, np.full(parties, float((mix @ ratio).min()) - _TOLERANCE))
    again = _maximise(ratio.sum(axis=1), matrix[:, :corners], (floor, rows[1]), low[:corners])
    mix = mix if again is None else again
    value = float((mix @ ratio).min())
    return None if value <= _TIGHT else (size * value, mix)


def _sum(gains: Array, weight: Array) -> Found | None:
    corners, parties = gains.shape
    sizes = np.abs(gains).max(axis=0)
    matrix = np.vstack([np.ones(corners), (gains / np.where(sizes > 0, sizes, 1.0)).T])
    rows = (np.append(1.0, np.zeros(parties)), np.append(1.0, np.full(parties, np.inf)))
    worth = gains @ weight
    size = float(np.abs(worth).max()) or 1.0
    x = _maximise(worth / size, matrix, rows, np.zeros(corners))
    return None if x is None or x @ worth <= _TIGHT * size else (float(x @ worth), x)


def _nash(gains: Array, powers: Array) -> Found | None:
    """Greatest product by cutting planes: ln is replaced by tangents, one more for each party at every answer."""
    corners, parties = gains.shape
    top = gains.max(axis=0)
    if (top <= 0).any():
        return None
    scaled = gains / top
    first = _least(scaled, np.ones(parties))
    if first is None or first[0] <= 0:
        return None
    mix, known = first[1], -np.inf
    here = mix
    cuts: list[Array] = []
    sides: list[float] = []
    cost = np.concatenate([np.zeros(corners), powers])
    low = np.concatenate([np.zeros(corners), np.full(parties, -np.inf)])
    for _ in range(_CUTS):
        level = np.maximum(here @ scaled, 1e-12)
        value = float(powers @ np.log(level))
        if value > known:
            mix, known = here, value
        for n in range(parties):
            cuts.append(np.concatenate([scaled[:, n] / level[n], -np.eye(parties)[n]]))
            sides.append(1 - float(np.log(level[n])))
        matrix = np.vstack([np.concatenate([np.ones(corners), np.zeros(parties)]), *cuts])
        x = _maximise(cost, matrix, (np.array([1.0, *sides]), np.array([1.0] + [np.inf] * len(sides))), low)
        if x is None or float(cost @ x) - known < _TIGHT:
            break
        here = x[:corners]
    return float((np.maximum(mix @ gains, 0) ** powers).prod()), mix


def _maximise(cost: Array, matrix: Array, rows: tuple[Array, Array], low: Array) -> Array | None:
    """The columns that maximise ``cost @ x`` with ``rows[0] <= matrix @ x <= rows[1]`` and ``x >= low``; ``None`` if none."""
    core: Any = import_module("highspy._core")  # the class of highspy itself prints a banner
    highs = core._Highs()  # noqa: SLF001
    for name, value in (
        ("output_flag", False),
        ("primal_feasibility_tolerance", _TOLERANCE),
        ("dual_feasibility_tolerance", _TOLERANCE),
    ):
        highs.setOptionValue(name, value)
    lp = core.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = -cost, low, np.full(len(low), np.inf)
    lp.row_lower_, lp.row_upper_ = rows
    lp.a_matrix_.format_ = core.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(len(matrix) + 1, dtype=np.int32) * matrix.shape[1]
    lp.a_matrix_.index_ = np.tile(np.arange(matrix.shape[1], dtype=np.int32), len(matrix))
    lp.a_matrix_.value_ = matrix.ravel()
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != core.HighsModelStatus.kOptimal:
        return None
    return np.array(highs.getSolution().col_value)


def _result(grid: Grid, aim: str, today: Array, weight: Array, best: tuple[float, Array, Ints], solved: int) -> SettingsPackage:
    """All that is said of the best point."""
    value, mix, corners = best
    mix = np.where(mix < _TIGHT, 0.0, mix)
    mix = mix / mix.sum()
    point, payoffs = mix @ grid.points[corners], mix @ grid.flat[corners]
    gains = payoffs - today
    size = float(np.abs(gains).max())
    gains = np.where(np.abs(gains) <= _TIGHT * size, 0.0, gains)
    settings: dict[str, float] = {}
    low: list[str] = []
    high: list[str] = []
    run: list[str] = []
    for axis, setting in zip(grid.axes, point.tolist(), strict=True):
        nearest = axis.values[int(np.abs(np.array(axis.values) - setting).argmin())]
        stands = abs(nearest - setting) <= _NEAR * (axis.values[-1] - axis.values[0])
        settings[axis.name] = nearest if stands else setting
        if stands:
            (low if nearest == axis.values[0] else high if nearest == axis.values[-1] else run).append(axis.name)
    held: tuple[str, ...] = ()
    if aim != "nash":
        level, scale = (value, weight) if aim == "least" else (0.0, np.ones(len(weight)))
        held = tuple(p for p, g in zip(grid.parties, gains / scale, strict=True) if abs(g - level) <= 1e-6 * size)
    runs = tuple((int(run_), float(w)) for run_, w in zip(corners, mix, strict=True) if w)
    return SettingsPackage(grid, aim, settings, payoffs, gains, value, tuple(low), tuple(high), tuple(run), held, runs, solved)


def settings_front(
    grid: Grid, status_quo: Mapping[str, float] | Sequence[float], *, count: int = 21
) -> tuple[SettingsPackage, ...]:
    """Efficient packages of two parties, from nearly all for one to nearly all for the other.

    Each gives the largest gains in a proportion; those that another one beats are left out.

    Args:
        grid: Payoffs of the runs, of two parties.
        status_quo: Settings today, or payoffs today.
        count: Proportions that are tried.

    Raises:
        InputError: If there are not two parties, or too few proportions.
        NoSolutionError: If no settings are better for both.
    """
    if len(grid.parties) != 2 or count < 2:
        raise InputError("a front is of two parties and two proportions at least", code="bad_number", cure="Take two or more.")
    angles = np.linspace(0, np.pi / 2, count + 2)[1:-1]
    found = [best_settings(grid, status_quo, weights=(float(np.cos(a)), float(np.sin(a)))) for a in angles]
    kept: list[SettingsPackage] = []
    for one in found:
        beaten = any((o.gains >= one.gains - _TIGHT).all() and (o.gains > one.gains + _TIGHT).any() for o in found)
        same = any(np.allclose(o.gains, one.gains, rtol=1e-7, atol=0) for o in kept)
        if not beaten and not same:
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: float(one.gains[0])))

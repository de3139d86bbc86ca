"""Linear programs: one shape, two engines, both of them HiGHS.

``highs`` talks to the library itself, through highspy or else through the copy in scipy: the model is passed once, bounds
change, and a solve starts from the basis of the one before. ``scipy`` is ``scipy.optimize.linprog``, which starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from countermeasure.errors import CountermeasureError, InputError

if TYPE_CHECKING:
    from scipy.sparse import csc_array

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["ENGINES", "Answer", "Program", "Solver", "solver_for"]

ENGINES = ("highs", "scipy")
"""The first that is there is taken; ``scipy`` always is."""

_CORES = ("highspy._core", "scipy.optimize._highspy._core")
"""Modules that give the library as it is; the class of highspy itself prints a banner."""

_STRICT, _LOOSE = 1e-9, 1e-7
"""Tolerance of the constraints, t a week, at the first try and where HiGHS cannot decide; that of the prices is the second."""


@dataclass(frozen=True)
class Program:
    """Minimise ``cost @ x`` with ``row_low <= matrix @ x <= row_high`` and ``low <= x <= high``.

    Attributes:
        cost: (n,).
        low: Lower bounds of the columns, (n,).
        high: Upper bounds of the columns, (n,).
        matrix: (m, n).
        row_low: Lower bounds of the rows, (m,).
        row_high: Upper bounds of the rows, (m,).
    """

    cost: Array
    low: Array
    high: Array
    matrix: csc_array
    row_low: Array
    row_high: Array


@dataclass(frozen=True)
class Answer:
    """An optimum.

    Attributes:
        value: Least cost.
        x: Columns, (n,).
        column_price: Change of the cost for one more unit of the bound a column stands at, (n,).
        row_price: Change of the cost for one more unit of the bound a row stands at, (m,).
    """

    value: float
    x: Array
    column_price: Array
    row_price: Array


class NoOptimumError(CountermeasureError):
    """A program without an optimum; the caller says what it means."""

    default_code = "no_optimum"


class Solver(Protocol):
    """Solves a program again and again while bounds change."""

    def bound_columns(self, low: Array, high: Array) -> None:
        """New bounds of all columns."""

    def bound_rows(self, low: Array, high: Array) -> None:
        """New bounds of all rows."""

    def solve(self) -> Answer:
        """Solve; raises ``NoOptimumError``."""


def solver_for(program: Program, engine: str | None = None, *, interior: bool = False) -> Solver:
    """A solver that holds a program.

    Args:
        program: The program.
        engine: A word of ``ENGINES``; the first that is there if absent.
        interior: Solve first by the interior-point method, for programs of many rows; then by simplex from there.

    Raises:
        InputError: If the engine is unknown or not there.
    """
    chosen = engine or ("highs" if _core() else "scipy")
    if chosen not in ENGINES:
        raise InputError(f"there is no engine {chosen!r}", code="unknown_engine", cure=f"There are {', '.join(ENGINES)}.")
    if chosen == "scipy":
        return _Scipy(program, interior=interior)
    core = _core()
    if core is None:
        raise InputError(
            "the library HiGHS is not there", code="unknown_engine", cure="Install highspy, or scipy 1.15 or later."
        )
    return _Highs(core, program, interior=interior)


@lru_cache(maxsize=1)
def _core() -> Any:  # noqa: ANN401
    """The library, or ``None``."""
    for name in _CORES:
        try:
            core = import_module(name)
        except ImportError:
            continue
        if all(hasattr(core, part) for part in ("_Highs", "HighsLp", "HighsModelStatus", "MatrixFormat")):
            return core
    return None


class _Highs:
    """HiGHS itself; the model is passed once, then only bounds change."""

    def __init__(self, core: Any, program: Program, *, interior: bool) -> None:  # noqa: ANN401
        self.highs: Any = core._Highs()  # noqa: SLF001
        self.interior = interior
        status = core.HighsModelStatus
        self.optimal, self.refused = status.kOptimal, (status.kInfeasible, status.kUnbounded, status.kUnboundedOrInfeasible)
        for name, value in (
            ("output_flag", False),
            ("log_to_console", False),
            ("threads", 1),
            ("primal_feasibility_tolerance", _STRICT),
            ("dual_feasibility_tolerance", _LOOSE),
            ("solver", "ipm" if interior else "simplex"),
        ):
            self.highs.setOptionValue(name, value)
        lp = core.HighsLp()
        rows, columns = program.matrix.shape
        lp.num_col_, lp.num_row_ = columns, rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.low, program.high
        lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
        lp.a_matrix_.format_ = core.MatrixFormat.kColwise
        lp.a_matrix_.start_ = program.matrix.indptr
        lp.a_matrix_.index_ = program.matrix.indices
        lp.a_matrix_.value_ = program.matrix.data
        self.highs.passModel(lp)
        self.columns = np.arange(columns, dtype=np.int32)
        self.row_low, self.row_high = program.row_low.copy(), program.row_high.copy()

    def bound_columns(self, low: Array, high: Array) -> None:
        self.highs.changeColsBounds(len(self.columns), self.columns, low, high)

    def bound_rows(self, low: Array, high: Array) -> None:
        for row in np.flatnonzero((low != self.row_low) | (high != self.row_high)).tolist():
            self.highs.changeRowBounds(row, low[row], high[row])
        self.row_low, self.row_high = low.copy(), high.copy()

    def _run(self) -> Any:  # noqa: ANN401
        """Run; where the basis of the last solve leads nowhere, start anew, then with a looser tolerance."""
        for tolerance in (None, _STRICT, _LOOSE):
            if tolerance is not None:
                self.highs.clearSolver()
                self.highs.setOptionValue("primal_feasibility_tolerance", tolerance)
            self.highs.run()
            status = self.highs.getModelStatus()
            if status == self.optimal or status in self.refused:
                break
        self.highs.setOptionValue("primal_feasibility_tolerance", _STRICT)
        return status

    def solve(self) -> Answer:
        status = self._run()
        if status != self.optimal:
            raise NoOptimumError(f"the program has no optimum: {self.highs.modelStatusToString(status).lower()}")
        if self.interior:
            self.highs.setOptionValue("solver", "simplex")
            self.interior = False
        found = self.highs.getSolution()
        return Answer(
            float(self.highs.getObjectiveValue()),
            np.array(found.col_value),
            np.array(found.col_dual),
            np.array(found.row_dual),
        )


class _Scipy:
    """HiGHS through scipy's ``linprog``, from the start at every solve."""

    def __init__(self, program: Program, *, interior: bool) -> None:
        self.program = program
        self.method = "highs-ipm" if interior else "highs"
        self.low, self.high = program.low, program.high
        self.row_low, self.row_high = program.row_low, program.row_high
        self.by_row = program.matrix.tocsr()

    def bound_columns(self, low: Array, high: Array) -> None:
        self.low, self.high = low.copy(), high.copy()

    def bound_rows(self, low: Array, high: Array) -> None:
        self.row_low, self.row_high = low.copy(), high.copy()

    def solve(self) -> Answer:
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        if (self.low > self.high).any() or (self.row_low > self.row_high).any():
            raise NoOptimumError("the program has no optimum: infeasible")
        same = self.row_low == self.row_high
        below = ~same & np.isfinite(self.row_high)
        above = ~same & np.isfinite(self.row_low)
        found = linprog(
            self.program.cost,
            A_ub=vstack([self.by_row[below], -self.by_row[above]]) if below.any() or above.any() else None,
            b_ub=np.concatenate([self.row_high[below], -self.row_low[above]]) if below.any() or above.any() else None,
            A_eq=self.by_row[same] if same.any() else None,
            b_eq=self.row_high[same] if same.any() else None,
            bounds=np.column_stack([self.low, self.high]),
            method=self.method,
            options={"primal_feasibility_tolerance": _STRICT, "dual_feasibility_tolerance": _LOOSE},
        )
        if found.status != 0:
            raise NoOptimumError(f"the program has no optimum: {str(found.message).lower()}")
        prices = np.zeros(len(self.row_low))
        if same.any():
            prices[same] = found.eqlin.marginals
        if below.any() or above.any():
            cut = int(below.sum())
            prices[below] += found.ineqlin.marginals[:cut]
            prices[above] -= found.ineqlin.marginals[cut:]
        return Answer(float(found.fun), np.asarray(found.x), found.lower.marginals + found.upper.marginals, prices)

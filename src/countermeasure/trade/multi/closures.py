"""Closures: what becomes of deficits, named and explained; and baselines without deficits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.multi.baseline import Baseline
from countermeasure.trade.multi.policy import Policy

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CLOSURES", "baseline_from_shares", "check_closure", "rebalanced"]

CLOSURES: dict[str, str] = {
    "nominal": (
        "Transfers between economies keep their amounts in the numeraire, the value added of the world at baseline wages. A "
        "deficit country's transfer then buys more when its own wages fall relative to the world."
    ),
    "world": (
        "Transfers keep their ratio to world income, value added with tariffs, export taxes and rents (Dekle, Eaton and Kortum "
        "2007). The amounts move with the tariffs that the world collects."
    ),
    "balanced": (
        "Deficits are removed first: the baseline is replaced by its own equilibrium without transfers, and the policy is "
        "compared with that (Ossa 2014; Caliendo and Parro 2015). Real incomes answer to the policy alone."
    ),
}


def check_closure(closure: str) -> None:
    """Refuse an unknown closure.

    Raises:
        InputError: With the names there are.
    """
    if closure not in CLOSURES:
        raise InputError(f"unknown closure {closure!r}", code="unknown_closure", cure=f"Choose one of {', '.join(CLOSURES)}.")


def rebalanced(baseline: Baseline, *, theta: Array | float | None = None, tolerance: float = 1e-12) -> Baseline:
    """The baseline's own equilibrium without transfers between economies, at its tariffs and export taxes.

    Args:
        baseline: Any.
        theta: (J,) or one number; the baseline's if absent. Use the one the policy is solved with.
        tolerance: Greatest relative error of an equation.

    Raises:
        NoSolutionError: If it is not found.
    """
    from countermeasure.trade.multi.iterate import equilibrium

    if np.abs(baseline.transfer).max() <= 1e-9 * baseline.value_added.max():
        return baseline
    found = equilibrium(baseline, Policy.of(baseline), "none", theta, tolerance)
    return replace(baseline, flows=found.flows, source=(baseline.source + "; transfers removed").lstrip("; "))


def baseline_from_shares(
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    *,
    shares: Array,
    tariff: Array,
    inputs: Array,
    final: Array,
    value_added: Array,
    theta: Array,
    goods: np.ndarray[Any, np.dtype[np.bool_]],
    unit: str = "million USD",
    year: int = 0,
    source: str = "",
) -> Baseline:
    """The baseline that has published shares and value added exactly; spending and transfers follow from them.

    Tables of a paper seldom balance to the last digit. Trade shares, final shares, inputs and value added settle final
    spending: the N spendings for which every economy's industries earn its value added.

    Args:
        countries: Codes, (N,).
        sectors: Names, (J,).
        shares: Of purchases at buyer's prices by origin, (N, N, J); a home share of 0 becomes 1e-12.
        tariff: (N, N, J).
        inputs: (N, J, J), [country, input, output].
        final: (N, J).
        value_added: (N,).
        theta: (J,).
        goods: (J,).
        unit: Of the values.
        year: Of the values.
        source: Who made them.

    Raises:
        InputError: If some spending would have to be negative, or the baseline has other faults.
    """
    n, j = final.shape
    place = np.arange(n)
    pi = shares.copy()
    pi[place, place] = np.maximum(pi[place, place], 1e-12)
    pi /= pi.sum(axis=1, keepdims=True)
    net = pi / (1 + tariff)
    bought = np.zeros((n, n, j))
    own = np.zeros((n, n, j))
    own[place, place] = final
    for _ in range(2000):
        sold = np.einsum("nij,snj->sij", net, bought, optimize=True)
        new = np.einsum("nkj,snj->snk", inputs, sold, optimize=True) + own
        moved = float(np.abs(new - bought).max())
        bought = new
        if moved <= 1e-15 * float(np.abs(new).max()):
            break
    labour = 1 - inputs.sum(axis=1)
    earned = np.einsum("ij,sij->is", labour, np.einsum("nij,snj->sij", net, bought, optimize=True))
    spending = np.linalg.solve(earned, value_added)
    if (spending <= 0).any():
        raise InputError(
            "shares and value added do not go together: final spending would be negative",
            code="bad_baseline",
            cure="Check value added and trade shares of:",
            faults=[f"{countries[c]}: {spending[c]:.4g}" for c in np.flatnonzero(spending <= 0)],
        )
    absorption = np.einsum("s,snj->nj", spending, bought)
    flows = net * absorption[:, None, :]
    zero = np.zeros_like(flows)
    return Baseline(countries, sectors, flows, tariff, zero, inputs, final, theta, goods, unit, year, source)

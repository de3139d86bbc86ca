"""Structural gravity of one sector: resistances, and what a change of trade costs does; exact or with fixed shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.numerics import newton

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MODES", "Gravity", "gravity"]

MODES: dict[str, str] = {
    "exact": (
        "Output and expenditure move with factory-gate prices inside the resistances too, and every market clears: the "
        "equilibrium of Anderson and van Wincoop with deficits that keep their ratio to output."
    ),
    "fixed_shares": (
        "Resistances keep the baseline's shares of output and expenditure, as gegravity 0.3 does; factory-gate prices follow "
        "from outward resistances, and trade from new output at old resistances' weights. Markets do not clear exactly."
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Gravity:
    """Result; ratios to the baseline, each (N,).

    Attributes:
        price: Factory-gate prices.
        outward: Outward resistances.
        inward: Inward resistances, the price of purchases; 1 at the reference.
        output: Value of output, as ``price`` in this endowment model.
        expenditure: Value of purchases.
        before: Modelled trade before, (N, N), [importer, origin], in units of expenditure.
        after: Modelled trade after, (N, N).
        mode: Key of ``MODES``.
    """

    price: Array
    outward: Array
    inward: Array
    output: Array
    expenditure: Array
    before: Array
    after: Array
    mode: str

    @property
    def real_output(self) -> Array:
        """Ratio of output over the price of purchases, (N,)."""
        return self.output / self.inward

    def change(self, flow: str) -> Array:
        """Relative change of ``exports``, ``imports`` (both foreign) or ``home`` sales, (N,)."""
        away = ~np.eye(len(self.price), dtype=np.bool_)
        pick = {"exports": (away, 0), "imports": (away, 1), "home": (~away, 0)}
        mask, axis = pick[flow]
        return np.asarray((self.after * mask).sum(axis=axis) / (self.before * mask).sum(axis=axis) - 1)


def gravity(
    cost: Array,
    changed: Array,
    output: Array,
    expenditure: Array,
    sigma: float,
    *,
    reference: int = 0,
    mode: str = "exact",
) -> Gravity:
    """What a change of trade costs does in one sector.

    Args:
        cost: t^(1 - sigma) of each flow before, (N, N), [importer, origin], as a gravity regression gives it.
        changed: The same after.
        output: Y, (N,).
        expenditure: E, (N,).
        sigma: Elasticity of substitution, above 1.
        reference: Place whose inward resistance is 1.
        mode: Key of ``MODES``.

    Raises:
        InputError: If an argument cannot be.
        NoSolutionError: If the equations are not met.
    """
    _check(cost, changed, output, expenditure, sigma, mode)
    y, e = output / output.sum(), expenditure / expenditure.sum()
    a, b = _resistances(cost, y, e, reference)
    before = cost * a[:, None] * (b * y) * expenditure[:, None]
    power = 1 / (1 - sigma)
    if mode == "fixed_shares":
        a_new, b_new = _resistances(changed, y, e, reference, (a, b))
        price = (b_new / b) ** power
        share = y * price / (y * price).sum()
        after = changed * a_new[:, None] * (b_new * share) * (expenditure * price)[:, None]
        return Gravity(price, (b_new / b) ** -power, (a_new / a) ** -power, price, price, before, after, mode)
    price, inward = _exact(before / expenditure[:, None], changed / cost, y, e, sigma)
    price, inward = price / inward[reference], inward / inward[reference]
    scale = (y * price).sum() / (e * price).sum()
    shares = before / expenditure[:, None] * (changed / cost) * (price / inward[:, None]) ** (1 - sigma)
    after = shares * (expenditure * price * scale)[:, None]
    outward = price * ((y * price) / (y * price).sum() / y) ** power
    return Gravity(price, 1 / outward, inward, price, price * scale, before, after, mode)


def _check(cost: Array, changed: Array, output: Array, expenditure: Array, sigma: float, mode: str) -> None:
    n = len(output)
    faults = [
        f"{name} has shape {array.shape}, not {shape}"
        for name, array, shape in (
            ("cost", cost, (n, n)),
            ("changed", changed, (n, n)),
            ("expenditure", expenditure, (n,)),
        )
        if array.shape != shape
    ]
    faults += [
        f"{name} at {tuple(int(p) for p in place)} is {array[tuple(place)]:g}; it must be above 0"
        for name, array in (("cost", cost), ("changed", changed), ("output", output), ("expenditure", expenditure))
        for place in np.argwhere(~(np.isfinite(array) & (array > 0)))[:10]
    ]
    if not sigma > 1:
        faults.append(f"sigma is {sigma:g}; it must be above 1")
    if mode not in MODES:
        faults.append(f"unknown mode {mode!r}; there are {', '.join(MODES)}")
    if faults:
        raise InputError("the gravity model cannot be solved as given", code="bad_gravity", cure="Mend:", faults=faults)


def _resistances(
    cost: Array, y: Array, e: Array, reference: int, start: tuple[Array, Array] | None = None
) -> tuple[Array, Array]:
    """Inward and outward resistances at the power sigma - 1, (N,) each: a_n sum_i cost y b = 1, b_i sum_n cost e a = 1."""
    n = len(y)
    ready, sold, bought = np.eye(2 * n), cost * y, (cost * e[:, None]).T

    def residual(z: Array) -> Array:
        a, b = np.exp(z[:n]), np.exp(z[n:])
        found = np.concatenate([z[:n] + np.log(sold @ b), z[n:] + np.log(bought @ a)])
        found[reference] = z[reference]
        return found

    def jacobian(z: Array) -> Array:
        a, b = np.exp(z[:n]), np.exp(z[n:])
        found = ready.copy()
        found[:n, n:] = sold * b / (sold @ b)[:, None]
        found[n:, :n] = bought * a / (bought @ a)[:, None]
        found[reference, n:] = 0
        return found

    if start is None:
        b = np.ones(n)
        for _ in range(5):
            a = 1 / (sold @ b)
            b = 1 / (bought @ a)
        start = a, b
    first = np.log(np.concatenate(start))
    first[:n], first[n:] = first[:n] - first[reference], first[n:] + first[reference]
    z = newton(residual, jacobian, first, tolerance=1e-13, what="the resistances")
    return np.exp(z[:n]), np.exp(z[n:])


def _exact(shares: Array, change: Array, y: Array, e: Array, sigma: float) -> tuple[Array, Array]:
    """Factory-gate and purchase prices, ratios, at which every market clears; world output is the numeraire."""
    base = shares * change
    y = shares.T @ e

    def parts(z: Array) -> tuple[Array, Array, Array, Array]:
        price = np.exp(z)
        weight = base * price ** (1 - sigma)
        whole = weight.sum(axis=1)
        now = weight / whole[:, None]
        scale = (y * price).sum() / (e * price).sum()
        return price, now, whole, e * price * scale

    def residual(z: Array) -> Array:
        price, now, _, spend = parts(z)
        found = np.log(now.T @ spend) - np.log(y * price)
        found[-1] = (y * price).sum() - 1
        return np.asarray(found)

    def jacobian(z: Array) -> Array:
        price, now, _, spend = parts(z)
        demand = now.T @ spend
        flow = now * spend[:, None]
        y_part, e_part = y * price / (y * price).sum(), e * price / (e * price).sum()
        found = (flow.T + (sigma - 1) * (flow.T @ now)) / demand[:, None] + y_part - e_part
        found[np.diag_indices(len(y))] += (1 - sigma) - 1
        found[-1] = y * price
        return np.asarray(found)

    z = newton(residual, jacobian, np.zeros(len(y)), tolerance=1e-13, what="the gravity equilibrium")
    price, _, whole, _ = parts(z)
    return price, whole ** (1 / (1 - sigma))

"""What a missing input costs when it can be replaced at a price: a production network with constant elasticities.

A cross-check of the weekly simulation, in the manner of studies that attach a small critical input to an input-output
table. Every node i makes its product from the critical input m, the products of others and its own factors, in two nests:

    y[i] = CES(sigma;        m[i] with share cost_share[i],  bundle[i] with the rest)
    bundle[i] = CES(sigma_inputs;  products z[j, i],  factors of i)

and real GDP is a CES index (sigma_final) of what reaches final use. Quantities are relative to normal, shares are those of
the table; the cost of the critical input is taken out of value added. Two allocations bracket the answer:

``fixed``   nothing is re-allocated: users share the input, and every product, in their normal proportions, and factors
            stay where they are (the first months of a shock);
``market``  prices clear the market of the input and factors move freely between nodes: the best use of what is left.

With all elasticities 1 both give the same closed form, log GDP = sum of Domar weight * cost share * log(1 - cut).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from countermeasure.supply.economy.table import IOTable

    Floats = NDArray[np.float64]

__all__ = ["ALLOCATIONS", "CesLoss", "CriticalShock", "ces_loss"]

ALLOCATIONS = ("fixed", "market")

_ROUNDS = 2000
_CLOSE = 1e-13
_SAFE = 600.0
_HIGHEST = 200.0


@dataclass(frozen=True, slots=True)
class CriticalShock:
    """A small critical input that runs short.

    Attributes:
        nodes: Nodes that use it, each once.
        cost_share: Its cost in each of them, as a fraction of output; below the share of value added.
        cut: Fraction of its supply that is missing, from 0 to below 1.
    """

    nodes: Sequence[int]
    cost_share: Sequence[float]
    cut: float


@dataclass(frozen=True, slots=True, eq=False)
class CesLoss:
    """Result of ``ces_loss``.

    Attributes:
        loss: Fraction of real GDP of the whole table.
        by_region: Fraction of each region's value added at normal prices, by its output.
        output: Shape (n,). Output relative to normal.
        price: Of the critical input against factors, 1 in normal times; inf where factors are left idle; nan where
            nothing is priced (``fixed``).
        allocation: ``fixed`` or ``market``.
    """

    loss: float
    by_region: dict[str, float]
    output: Floats
    price: float
    allocation: str


def ces_loss(
    table: IOTable,
    shock: CriticalShock,
    sigma: float,
    *,
    sigma_inputs: float | None = None,
    sigma_final: float = 1.0,
    allocation: str = "fixed",
) -> CesLoss:
    """Loss of real GDP when the supply of a critical input falls.

    Args:
        table: Of n nodes.
        shock: Who uses the input, at what share of cost, and how much of it is missing.
        sigma: Elasticity between the input and all else: 0 is Leontief (no substitute), 1 Cobb-Douglas.
        sigma_inputs: Elasticity among other products and factors; as ``sigma`` if absent.
        sigma_final: Elasticity among final uses.
        allocation: ``fixed`` or ``market``.

    Raises:
        InputError: If a node, share, cut or elasticity is out of bounds.

    Source:
        Long-Plosser 1983 and Hulten 1978 for elasticities of 1; Baqaee, Farhi 2019, Econometrica 87, for the rest.
    """
    inner = sigma if sigma_inputs is None else sigma_inputs
    theta = _checked(table, shock, (sigma, inner, sigma_final), allocation)
    x = np.where(table.output > 0, table.output, 1.0)
    products = table.z / x / (1 - theta)  # column i: shares in the bundle of i
    factors = np.maximum(1 - products.sum(axis=0), 0.0)
    weights = table.final / table.final.sum()
    if allocation == "fixed":
        output = _fixed(products, factors, theta, 1 - shock.cut, sigma, inner)
        real, price = float(_mean(weights[:, None], output, np.zeros(1), sigma_final)[0]), math.nan
    else:
        output, real, price = _market(table, products, factors, theta, 1 - shock.cut, (sigma, inner, sigma_final))
    value, regions = table.value_added, np.array([r for r, _ in table.nodes])
    by_region = {}
    for name in table.regions:
        own = np.where(regions == name, value, 0.0)
        by_region[name] = float(own @ (1 - output) / own.sum()) if own.sum() else 0.0
    return CesLoss(1 - real, by_region, output, price, allocation)


def _checked(table: IOTable, shock: CriticalShock, elasticities: tuple[float, ...], allocation: str) -> Floats:
    """Cost share of every node, shape (n,)."""
    faults = [] if allocation in ALLOCATIONS else [f"allocation {allocation!r} is unknown; there are fixed, market"]
    faults += [f"an elasticity is {e:g}; it must be 0 or more" for e in elasticities if not (e >= 0 and math.isfinite(e))]
    if not 0 <= shock.cut < 1:
        faults.append(f"cut is {shock.cut:g}; it must be from 0 to below 1 (0.99 for a near-total stop)")
    if len(shock.nodes) != len(shock.cost_share):
        faults.append(f"{len(shock.nodes)} nodes and {len(shock.cost_share)} cost shares")
    if len(set(shock.nodes)) < len(shock.nodes):
        faults.append("a node is given twice")
    if not table.final.sum() > 0:
        faults.append("the table has no final use")
    theta = np.zeros(len(table))
    for node, share in zip(shock.nodes, shock.cost_share, strict=False):
        if not 0 <= node < len(table):
            faults.append(f"node {node} is not in the table of {len(table)}")
            continue
        room = 1 - table.z[:, node].sum() / table.output[node] if table.output[node] > 0 else 0.0
        if not 0 <= share < room:
            faults.append(f"cost share {share:g} of {' '.join(table.nodes[node])} is not from 0 to below its own {room:.3g}")
        theta[node] = share
    if faults:
        raise InputError("the shock cannot be computed", code="bad_ces_shock", cure="Mend:", faults=faults)
    return theta


def _mean(shares: Floats, levels: Floats, rest: Floats, sigma: float) -> Floats:
    """CES quantity index of each column.

    Args:
        shares: Shape (n, k). Share of each of n inputs in each of k bundles.
        levels: Shape (n,). Quantities relative to normal, positive.
        rest: Shape (k,). Share of what stays at its normal quantity.
        sigma: Elasticity, 0 or more.
    """
    logs = np.log(levels)
    if sigma == 0:
        least = np.where(shares > 0, logs[:, None], np.inf).min(axis=0, initial=np.inf)
        return np.asarray(np.exp(np.where(rest > 0, np.minimum(least, 0.0), least)))
    if sigma == 1:
        return np.asarray(np.exp(logs @ shares))
    rho = (sigma - 1) / sigma
    if abs(rho) * max(float(np.ptp(np.append(logs, 0.0))), 0.0) < _SAFE:
        return np.asarray((np.exp(rho * logs) @ shares + rest) ** (1 / rho))
    from scipy.special import logsumexp

    parts = np.vstack([np.repeat(rho * logs[:, None], shares.shape[1], axis=1), np.zeros(shares.shape[1])])
    return np.asarray(np.exp(logsumexp(parts, axis=0, b=np.vstack([shares, rest])) / rho))


def _pair(theta: Floats, first: Floats | float, second: Floats, sigma: float) -> Floats:
    """CES quantity index of two inputs, the first with share ``theta``; all of shape (n,)."""
    one = np.log(np.broadcast_to(first, second.shape))
    two = np.log(second)
    if sigma == 0:
        return np.asarray(np.exp(np.where(theta > 0, np.minimum(one, two), two)))
    if sigma == 1:
        return np.asarray(np.exp(theta * one + (1 - theta) * two))
    rho = (sigma - 1) / sigma
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.logaddexp(np.log(theta) + rho * one, np.log1p(-theta) + rho * two) / rho))


def _fixed(products: Floats, factors: Floats, theta: Floats, left: float, sigma: float, inner: float) -> Floats:
    """Output of every node where nothing is re-allocated: the largest fixed point, reached from above."""
    output = np.ones(len(theta))
    for _ in range(_ROUNDS):
        new = np.minimum(_pair(theta, left, _mean(products, output, factors, inner), sigma), output)
        done = bool(np.abs(new - output).max() < _CLOSE)
        output = new
        if done:
            break
    return output


def _cost(shares: Floats, logs: Floats, rest: Floats, sigma: float) -> Floats:
    """Log of the CES unit cost of each column; factors cost 1."""
    if sigma == 1:
        return np.asarray(logs @ shares)
    power = 1 - sigma
    top = max(float((power * logs).max(initial=0.0)), 0.0)
    return np.asarray((np.log(np.exp(power * logs - top) @ shares + rest * math.exp(-top)) + top) / power)


def _prices(
    products: Floats, factors: Floats, theta: Floats, log_q: float, sigma: float, inner: float
) -> tuple[Floats, Floats]:
    """Logs of unit costs of products and of bundles, given the price of the critical input."""
    cost = np.zeros(len(theta))
    for _ in range(_ROUNDS):
        bundle = _cost(products, cost, factors, inner)
        if sigma == 1:
            new = theta * log_q + (1 - theta) * bundle
        else:
            with np.errstate(divide="ignore"):
                parts = np.log(theta) + (1 - sigma) * log_q, np.log1p(-theta) + (1 - sigma) * bundle
            new = np.logaddexp(*parts) / (1 - sigma)
        done = bool(np.abs(new - cost).max() < _CLOSE * max(1.0, abs(log_q)))
        cost = new
        if done:
            break
    return cost, _cost(products, cost, factors, inner)


def _market(
    table: IOTable, products: Floats, factors: Floats, theta: Floats, left: float, sigmas: tuple[float, float, float]
) -> tuple[Floats, float, float]:
    """Output, real GDP relative to normal and price of the critical input where markets clear."""
    sigma, inner, last = sigmas
    x, weights = table.output, table.final / table.final.sum()
    supply, labour = float(theta @ x) * left, float(((1 - theta) * factors) @ x)
    if not supply or left == 1:
        return np.ones(len(x), dtype=np.float64), 1.0, 1.0

    def state(log_q: float) -> tuple[Floats, float, float]:
        cost, bundle = _prices(products, factors, theta, log_q, sigma, inner)
        level = float(_cost(weights[:, None], cost, np.zeros(1), last)[0])
        outer = (1 - theta) * np.exp(sigma * (cost - bundle) + inner * bundle)  # bundle inputs a unit of output, before prices
        need = products * np.exp(-inner * cost)[:, None] * outer
        final = table.final * np.exp(last * (level - cost))
        made = np.asarray(np.linalg.solve(np.eye(len(x)) - need, final), dtype=np.float64)
        real = labour / float((factors * outer) @ made)
        made *= real
        return made, real, float((theta * np.exp(sigma * (cost - log_q))) @ made) - supply

    from scipy.optimize import brentq

    high = 1.0
    while state(high)[2] > 0 and high < _HIGHEST:
        high *= 2
    made, real, over = state(high)
    if over > 0:  # factors are idle and cost nothing; the input alone bounds what is made
        made, real, price = made * supply / (supply + over), real * supply / (supply + over), math.inf
    else:
        log_q = float(brentq(lambda q: state(q)[2], 0.0, high, xtol=1e-12))
        made, real, _ = state(log_q)
        price = math.exp(log_q)
    output: Floats = np.divide(made, x, out=np.ones(len(x)), where=x > 0)
    return output, real, price

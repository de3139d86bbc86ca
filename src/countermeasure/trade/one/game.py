"""What players choose in the one-sector model: the free rates, their limits, and the equilibrium under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError, NoSolutionError
from countermeasure.trade.numerics import newton
from countermeasure.trade.one.adjoint import Gradient, Linear
from countermeasure.trade.one.solve import TOLERANCE, solve
from countermeasure.trade.one.system import System

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.trade.one.economy import OneSector

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Game", "game_of"]

_LEAST_PART = 1 / 64


class Game:
    """The rates that players choose in one economy, and the equilibrium under them."""

    def __init__(
        self,
        economy: OneSector,
        schedule: Array,
        rows: list[list[int]],
        weights: Array,
        free: Mask,
        limits: tuple[float, float],
    ) -> None:
        self.economy, self.schedule, self.weights, self.limits = economy, schedule, weights, limits
        owner = np.full(len(economy.countries), -1)
        for player, members in enumerate(rows):
            owner[members] = player
        self.cells = np.nonzero(free)
        self.owner = owner[self.cells[0]]
        self.point = System(economy, schedule).start()
        self.solved = 0

    def tariff(self, rates: Array) -> Array:
        """Schedule with the chosen rates."""
        found = self.schedule.copy()
        found[self.cells] = np.expm1(rates)
        return found

    def look(self, rates: Array, *, walk: bool = True) -> list[Gradient]:
        """Gradient of each player at rates, ln(1 + t) of the free cells; ``walk`` there from the baseline if need be."""
        tariff = self.tariff(rates)
        system = System(self.economy, tariff)
        self.solved += 1
        try:
            self.point = newton(system.residual, system.jacobian, self.point, tolerance=TOLERANCE)
        except NoSolutionError:
            if not walk:
                raise
            self.point = solve(self.economy, tariff).point
        linear = Linear(system, self.point)
        return [linear.gradient(weights) for weights in self.weights]

    def toward(self, rates: Array, wanted: Array) -> tuple[Array, list[Gradient]]:
        """The wanted rates, or as much of the way to them as there is an equilibrium for, and the gradients there."""
        part = 1.0
        while True:
            trial = rates + part * (wanted - rates)
            try:
                return trial, self.look(trial, walk=part < _LEAST_PART)
            except NoSolutionError:
                if part < _LEAST_PART:
                    raise
                part /= 2

    def limit_value(self, rates: Array, player: int) -> float:
        """Objective of a player with its rates at the upper limit, the others' as they are; NaN without an equilibrium."""
        try:
            outcome = solve(self.economy, self.tariff(np.where(self.owner == player, self.limits[1], rates)))
        except NoSolutionError:
            return float("nan")
        return float(self.weights[player] @ (1 + outcome.real_income))

    def aim(self, found: list[Gradient], *, uniform: bool) -> Array:
        """Rates at which the derivatives vanish given the multipliers, within the limits."""
        pull = np.stack([g.pull[self.cells] for g in found])[self.owner, np.arange(len(self.owner))]
        cost = np.stack([g.cost[self.cells] for g in found])[self.owner, np.arange(len(self.owner))]
        if uniform:
            pull, cost = self._summed(pull), self._summed(cost)
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = np.log(np.maximum(pull / cost, 1e-12))
        return np.asarray(np.clip(np.nan_to_num(wanted, nan=0.0), *self.limits))

    def slope(self, rates: Array, found: list[Gradient], *, uniform: bool) -> Array:
        """Derivatives of the players' objectives by their rates; 0 where a limit holds them."""
        slope = np.stack([g.slope[self.cells] for g in found])[self.owner, np.arange(len(self.owner))]
        if uniform:
            slope = self._summed(slope)
        low, high = self.limits
        held = ((rates <= low + 1e-12) & (slope < 0)) | ((rates >= high - 1e-12) & (slope > 0))
        return np.where(held, 0.0, slope)

    def _summed(self, values: Array) -> Array:
        """Sums over the free cells of an importer, at each of them."""
        sums = np.bincount(self.cells[0], weights=values, minlength=len(self.economy.countries))
        return np.asarray(sums[self.cells[0]])


def game_of(
    economy: OneSector,
    sides: list[tuple[str, ...]],
    against: Iterable[str] | None,
    weights: list[Mapping[str, float] | Array] | None,
    schedule: Array | None,
    limits: tuple[float, float],
) -> tuple[Game, Mask]:
    """What is chosen: checks, masks and weights."""
    low, high = limits
    if not -1 < low < high or not np.isfinite(high):
        raise InputError(f"rates from {low} to {high} cannot be", code="bad_limits", cure="Give -1 < low < high.")
    rows = [[economy.country(code) for code in side] for side in sides]
    every = [n for row in rows for n in row]
    if len(set(every)) < len(every):
        raise InputError("an economy is in two players", code="two_players", cure="Name it once.")
    size = len(economy.countries)
    origins = np.arange(size) if against is None else np.array([economy.country(code) for code in against], dtype=np.intp)
    free = np.zeros((size, size), dtype=np.bool_)
    for row in rows:
        for n in row:
            free[n, np.setdiff1d(origins, row)] = True
    free &= economy.flows > 0
    if not free.any():
        raise InputError("there is no flow to choose a rate on", code="no_cells", cure="Name other origins in against.")
    if weights is None:
        share = np.zeros((len(sides), size))
        for player, row in enumerate(rows):
            share[player, row] = economy.expenditure[row] / economy.expenditure[row].sum()
    else:
        share = np.stack([_weights(economy, given) for given in weights])
    start = (economy.tariff if schedule is None else np.asarray(schedule, dtype=np.float64)).copy()
    return Game(economy, start, rows, share, free, (float(np.log1p(low)), float(np.log1p(high)))), free


def _weights(economy: OneSector, given: Mapping[str, float] | Array) -> Array:
    if not isinstance(given, Mapping):
        found = np.asarray(given, dtype=np.float64)
        if found.shape == (len(economy.countries),) and np.isfinite(found).all():
            return found
        raise InputError("weights are not one finite number for each economy", code="bad_weights", cure="Give (N,).")
    found = np.zeros(len(economy.countries))
    for code, weight in given.items():
        found[economy.country(code)] = weight
    return found

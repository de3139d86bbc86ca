"""Who chooses which rates, within which bounds, and for whose good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.trade.multi.adjoint import Slopes
    from countermeasure.trade.multi.baseline import Baseline
    from countermeasure.trade.multi.policy import Policy
    from countermeasure.trade.multi.system import Point

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Places = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["BOUNDS", "Chooser", "Levers", "chooser"]

BOUNDS = (-0.9, 20.0)
"""Rates that a chooser may set unless it says otherwise: wide enough to bind for no best tariff of a usual elasticity."""

_INSTRUMENTS = ("tariff", "export_tax", "both")
_AXES = ("members", "partners", "sectors")


@dataclass(frozen=True, eq=False)
class Chooser:
    """One government, or several that act as one.

    Attributes:
        name: For reading.
        members: Places of the economies whose rates it sets.
        weights: Of ln real incomes in its objective, (N,).
        targets: Partners and sectors whose flows it may tax, (N, J).
        instruments: ``"tariff"``, ``"export_tax"`` or ``"both"``.
        uniform: Over what a rate must be the same: any of ``members``, ``partners``, ``sectors``. ``("partners",)`` is a
            most-favoured-nation rate.
        bounds: Least and greatest rate, fractions.
    """

    name: str
    members: tuple[int, ...]
    weights: Array
    targets: Mask
    instruments: str = "tariff"
    uniform: tuple[str, ...] = ()
    bounds: tuple[float, float] = BOUNDS

    def says(self, baseline: Baseline) -> str:
        """Who chooses what, within what, as a sentence."""
        tools = {"tariff": "import tariffs", "export_tax": "export taxes", "both": "import tariffs and export taxes"}
        partners = [c for n, c in enumerate(baseline.countries) if self.targets[n].any() and n not in self.members]
        every = len(partners) >= len(baseline.countries) - len(self.members)
        who = "everybody else" if every else ", ".join(partners)
        sectors = [s for j, s in enumerate(baseline.sectors) if self.targets[:, j].any()]
        goods = [s for s, good in zip(baseline.sectors, baseline.goods, strict=True) if good]
        what = "all goods" if sectors == goods else ", ".join(sectors)
        same = f", the same for all {' and '.join(self.uniform)}" if self.uniform else ""
        low, high = self.bounds
        wants = [f"{baseline.countries[n]} {self.weights[n]:.3g}" for n in np.flatnonzero(self.weights)]
        return (
            f"{self.name} chooses {tools[self.instruments]} on {what} with {who}{same}, from {100 * low:g} to "
            f"{100 * high:g} %, to raise ln real income of {', '.join(wants)}"
        )


def chooser(
    baseline: Baseline,
    members: str | Sequence[str],
    *,
    targets: Sequence[str] | Mask | None = None,
    sectors: Sequence[str] | None = None,
    instruments: str = "tariff",
    uniform: Sequence[str] = (),
    bounds: tuple[float, float] = BOUNDS,
    weights: Sequence[float] | Array | None = None,
    name: str = "",
) -> Chooser:
    """A chooser in words.

    Args:
        baseline: Gives places.
        members: Code, or codes of economies that act as one.
        targets: Codes of partners, or a mask (N, J) of partners and sectors; all if absent.
        sectors: Names; all goods if absent. Not with a mask.
        instruments: ``"tariff"``, ``"export_tax"`` or ``"both"``.
        uniform: See ``Chooser``.
        bounds: Least and greatest rate.
        weights: One for each member, or (N,); baseline real incomes if absent, so that the sum of money gains is wanted.
        name: For reading; the codes if absent.

    Raises:
        InputError: If a code, an instrument or a bound is not valid.
    """
    codes = (members,) if isinstance(members, str) else tuple(members)
    places = tuple(baseline.country(c) for c in codes)
    faults = []
    if not places or len(set(places)) != len(places):
        faults.append("a chooser needs members, each once")
    if instruments not in _INSTRUMENTS:
        faults.append(f"unknown instruments {instruments!r}: {', '.join(_INSTRUMENTS)}")
    faults += [f"rates cannot be uniform over {axis!r}: {', '.join(_AXES)}" for axis in uniform if axis not in _AXES]
    if not -1 < bounds[0] <= bounds[1] < np.inf:
        faults.append(f"bounds {bounds} must rise and be above -1")
    mask = np.zeros((len(baseline.countries), len(baseline.sectors)), dtype=np.bool_)
    if isinstance(targets, np.ndarray):
        if targets.shape != mask.shape:
            faults.append(f"the mask of targets has shape {targets.shape}, not {mask.shape}")
        mask = targets.astype(np.bool_)
    else:
        rows = range(len(baseline.countries)) if targets is None else [baseline.country(c) for c in targets]
        columns = np.flatnonzero(baseline.goods) if sectors is None else [baseline.sector(s) for s in sectors]
        mask[np.ix_(list(rows), list(columns))] = True
    whole = np.zeros(len(baseline.countries))
    if weights is None:
        whole[list(places)] = baseline.spending[list(places)] / baseline.spending[list(places)].sum()
    elif len(weights) == len(places):
        whole[list(places)] = weights
    elif len(weights) == len(whole):
        whole[:] = weights
    else:
        faults.append(f"{len(weights)} weights for {len(places)} members and {len(whole)} economies")
    if faults:
        raise InputError(faults[0], code="bad_chooser", faults=faults[1:])
    return Chooser(name or " + ".join(codes), places, whole, mask, instruments, tuple(uniform), bounds)


class Levers:
    """All rates that some choosers set, as one vector of ln(1 + rate).

    Attributes:
        choosers: K.
        owner: Chooser of each rate, (M,).
        low: Least, (M,).
        high: Greatest, (M,).
    """

    def __init__(self, baseline: Baseline, choosers: Sequence[Chooser], policy: Policy) -> None:
        self.choosers = tuple(choosers)
        members = [m for c in self.choosers for m in c.members]
        if len(set(members)) != len(members):
            raise InputError("an economy is a member of two choosers", code="bad_chooser", cure="Leave it in one of them.")
        live = (baseline.flows > 0) & ~policy.banned
        names: dict[tuple[int, ...], int] = {}
        rows: dict[str, list[tuple[int, int, int, int]]] = {"tariff": [], "export_tax": []}
        for k, one in enumerate(self.choosers):
            for tool, found in rows.items():
                if one.instruments not in (tool, "both"):
                    continue
                for member in one.members:
                    flows = live[member] if tool == "tariff" else live[:, member]
                    for partner, sector in zip(*np.nonzero(one.targets & flows), strict=True):
                        if partner == member:
                            continue
                        place = {"members": member, "partners": int(partner), "sectors": int(sector)}
                        label = (k, tool == "tariff", *(-1 if axis in one.uniform else place[axis] for axis in _AXES))
                        group = names.setdefault(label, len(names))
                        cell = (member, int(partner)) if tool == "tariff" else (int(partner), member)
                        found.append((group, *cell, int(sector)))
        if not names:
            raise InputError("nothing can be chosen: no flow is among the targets", code="bad_chooser")
        self._cells = {tool: tuple(np.array(found, dtype=np.intp).reshape(-1, 4).T) for tool, found in rows.items()}
        self.owner = np.array([label[0] for label in names], dtype=np.intp)
        bounds = np.log1p(np.array([self.choosers[k].bounds for k in self.owner]))
        self.low, self.high = bounds[:, 0], bounds[:, 1]

    def __len__(self) -> int:
        return len(self.owner)

    def read(self, policy: Policy) -> Array:
        """Ln(1 + rate) of a policy, the mean where cells of one rate differ, within bounds, (M,)."""
        sums, counts = np.zeros(len(self)), np.zeros(len(self))
        for tool, (group, *cell) in self._cells.items():
            sums += np.bincount(group, np.log1p(getattr(policy, tool)[tuple(cell)]), len(self))
            counts += np.bincount(group, minlength=len(self))
        return self.clip(sums / counts)

    def clip(self, rates: Array) -> Array:
        """Within bounds."""
        return np.clip(rates, self.low, self.high)

    def apply(self, policy: Policy, rates: Array) -> Policy:
        """The policy with these ln(1 + rate)."""
        arrays = {}
        for tool, (group, *cell) in self._cells.items():
            if len(group):
                arrays[tool] = getattr(policy, tool).copy()
                arrays[tool][tuple(cell)] = np.expm1(rates[group])
        return replace(policy, **arrays)

    def parts(self, slopes: Slopes) -> tuple[Array, Array]:
        """Gradient in the rates as ``of / (1 + rate) - per``: two arrays (M,), of any rate."""
        of, per = np.zeros(len(self)), np.zeros(len(self))
        for tool, above, below in (
            ("tariff", slopes.of_tariff, slopes.per_tariff),
            ("export_tax", slopes.of_export, slopes.per_export),
        ):
            group, importer, origin, sector = self._cells[tool]
            of += np.bincount(group, above[sector, importer, origin], len(self))
            per += np.bincount(group, below[sector, importer, origin], len(self))
        return of, per

    def values(self, point: Point) -> Array:
        """Objective of each chooser, (K,)."""
        return np.array([c.weights @ point.log_real_income for c in self.choosers])

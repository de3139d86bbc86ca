"""From flows and recipes to a balanced baseline, with a report of what was changed.

One rule closes a table: *final use is what remains*. What an economy buys of a sector (flows with export taxes and
tariffs) less what its own sectors use of it is final use, so every balance holds by construction. Where that is
impossible the table is refused with its cells, or, with ``mend=True``, changed by four named rules:

* ``negative``: a negative flow or coefficient becomes 0;
* ``home``: an economy that buys from others and sells nothing at home gets a home flow of ``HOME`` of its purchases;
* ``costs``: inputs that take more than all of the output are scaled down to leave ``LEAST_VALUE`` of it as value added;
* ``inputs``: where factories need more than is bought, all use of that input in that economy is scaled down (and value
  added rises) until ``least_final`` of the purchases is final use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.trade.multi.baseline import Baseline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    Array = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["HOME", "LEAST_VALUE", "MAX_GAP", "BalanceReport", "Change", "balance"]

HOME = 1e-3
"""Home flow that is put in for none, as a share of purchases."""

LEAST_VALUE = 0.02
"""Value added that is left where inputs took more than all, as a share of output."""

MAX_GAP = 0.01
"""Largest gap between stated final use and what remains, as a share of purchases, that is put down to rounding."""

_MAX_TOLD = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that was changed.

    Attributes:
        rule: One of ``negative``, ``home``, ``costs``, ``inputs``.
        cell: In words, as ``inputs [VN, electronics]``.
        before: Its value; for ``inputs``, use by factories as a share of purchases; for ``costs``, of output.
        after: Likewise.
        moved: Value that the change moves, in the unit of the flows.
    """

    rule: str
    cell: str
    before: float
    after: float
    moved: float


@dataclass(frozen=True)
class BalanceReport:
    """What balancing found and did.

    Attributes:
        changes: Cells that were changed, the greatest first.
        output: World output after, in the unit of the flows.
        final_gap: Greatest gap between stated final use and what remains, as a share of purchases; 0 if none was stated.
        gap_cell: Where it is.
        least_final: Smallest share of purchases that is final use, and where.
        least_value: Smallest share of output that is value added, and where.
        deficits: What each economy spends above its income, by code; they sum to 0.
    """

    changes: tuple[Change, ...]
    output: float
    final_gap: float
    gap_cell: str
    least_final: tuple[float, str]
    least_value: tuple[float, str]
    deficits: dict[str, float] = field(default_factory=dict)

    @property
    def moved(self) -> float:
        """Value that all changes move, as a share of world output."""
        return sum(c.moved for c in self.changes) / self.output if self.output else 0.0

    def lines(self) -> tuple[str, ...]:
        """The report in words."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        yield "Closing rule: final use is what remains of purchases after the inputs of factories."
        if self.gap_cell:
            yield f"Stated final use differs by up to {self.final_gap:.2%} of purchases, in {self.gap_cell}."
        yield f"Least final use: {self.least_final[0]:.3%} of purchases, in {self.least_final[1]}."
        yield f"Least value added: {self.least_value[0]:.3%} of output, in {self.least_value[1]}."
        count = len(self.changes)
        yield f"{count} cells were changed, {self.moved:.4%} of world output." if count else "No cell was changed."
        for change in self.changes[:_MAX_TOLD]:
            yield f"  {change.rule}: {change.cell} from {change.before:.6g} to {change.after:.6g} (moves {change.moved:.6g})"
        if count > _MAX_TOLD:
            yield f"  and {count - _MAX_TOLD} more"


class _Work:
    """Arrays that are being balanced."""

    def __init__(self, flows: ArrayLike, inputs: ArrayLike, countries: Sequence[str], sectors: Sequence[str]) -> None:
        self.flows, self.inputs = np.array(flows, dtype=np.float64), np.array(inputs, dtype=np.float64)
        self.countries, self.sectors = tuple(countries), tuple(sectors)
        self.changes: list[Change] = []
        self.faults: list[str] = []
        n, j = len(self.countries), len(self.sectors)
        for name, array, shape in (("flows", self.flows, (n, n, j)), ("inputs", self.inputs, (n, j, j))):
            if array.shape != shape:
                self.faults.append(f"{name} has shape {array.shape}, not {shape}")
        self.refuse()
        for name, array in (("flows", self.flows), ("inputs", self.inputs)):
            for place in np.argwhere(~np.isfinite(array))[:_MAX_TOLD]:
                self.faults.append(f"{self.cell(name, place)} is {array[tuple(place)]}")
        self.refuse()

    def cell(self, name: str, place: Sequence[int] | np.ndarray[Any, Any]) -> str:
        """A cell in words."""
        middle = self.countries if name == "flows" else self.sectors
        axes = (self.countries, self.sectors) if len(place) == 2 else (self.countries, middle, self.sectors)
        return f"{name} [" + ", ".join(axis[int(p)] for axis, p in zip(axes, place, strict=True)) + "]"

    def refuse(self) -> None:
        """Raise what was found."""
        if self.faults:
            count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            raise InputError(
                f"{count} in the table",
                code="unbalanced",
                cure="Mend these cells, or balance with mend=True where the table may be changed:",
                faults=self.faults[:_MAX_TOLD],
            )

    def negative(self, *, mend: bool) -> None:
        for name, array in (("flows", self.flows), ("inputs", self.inputs)):
            for place in np.argwhere(array < 0):
                at, value = tuple(place), float(array[tuple(place)])
                if not mend:
                    self.faults.append(f"{self.cell(name, place)} is {value:g}, below 0")
                else:
                    weight = 1.0 if name == "flows" else float(np.maximum(self.flows[:, at[0], at[2]], 0).sum())
                    self.changes.append(Change("negative", self.cell(name, place), value, 0.0, -value * weight))
        self.refuse()
        self.flows, self.inputs = np.maximum(self.flows, 0), np.maximum(self.inputs, 0)

    def home(self, *, mend: bool) -> None:
        bought, own = self.flows.sum(axis=1), np.einsum("nnj->nj", self.flows)
        for n, j in np.argwhere((bought > 0) & (own <= 0)):
            if not mend:
                said = f"is 0: nothing is sold at home and {bought[n, j]:g} is bought"
                self.faults.append(f"{self.cell('flows', (n, n, j))} {said}")
            else:
                new = HOME * float(bought[n, j])
                self.flows[n, n, j] = new
                self.changes.append(Change("home", self.cell("flows", (n, n, j)), 0.0, new, new))
        self.refuse()

    def costs(self, *, mend: bool) -> None:
        output, taken = self.flows.sum(axis=0), self.inputs.sum(axis=1)
        for n, j in np.argwhere((taken >= 1) & (output > 0)):
            if not mend:
                self.faults.append(f"{self.cell('costs', (n, j))}: inputs take {taken[n, j]:.6g} of the output")
            else:
                left = 1 - LEAST_VALUE
                self.inputs[n, :, j] *= left / taken[n, j]
                moved = float((taken[n, j] - left) * output[n, j])
                self.changes.append(Change("costs", self.cell("costs", (n, j)), float(taken[n, j]), left, moved))
        self.refuse()

    def needs(self, absorption: Array, *, least: float, mend: bool) -> Array:
        """Final use that remains, (N, J); inputs are scaled where it would be below the least."""
        need = np.einsum("nkj,nj->nk", self.inputs, self.flows.sum(axis=0))
        short = need > absorption * (1 - least) * (1 + 1e-9)
        for n, k in np.argwhere(short):
            if not mend:
                said = f"factories need {need[n, k]:.6g} and {absorption[n, k]:.6g} is bought"
                self.faults.append(f"{self.cell('final', (n, k))} is negative: {said}")
            else:
                factor = float(absorption[n, k] * (1 - least) / need[n, k])
                self.inputs[n, k] *= factor
                cell, before = self.cell("inputs", (n, k)), float(need[n, k] / max(float(absorption[n, k]), 1e-300))
                self.changes.append(Change("inputs", cell, before, 1 - least, float(need[n, k]) * (1 - factor)))
        self.refuse()
        need = np.einsum("nkj,nj->nk", self.inputs, self.flows.sum(axis=0))
        return np.asarray(np.maximum(absorption - need, 0.0))


def balance(
    flows: ArrayLike,
    inputs: ArrayLike,
    *,
    countries: Sequence[str],
    sectors: Sequence[str],
    theta: ArrayLike,
    goods: ArrayLike | None = None,
    final: ArrayLike | None = None,
    tariff: ArrayLike | None = None,
    export_tax: ArrayLike | None = None,
    mend: bool = False,
    least_final: float = 0.0,
    unit: str = "million USD",
    year: int = 0,
    source: str = "",
) -> tuple[Baseline, BalanceReport]:
    """Make a baseline that balances.

    Args:
        flows: Value at the border before export tax and tariff, (N, N, J): [importer, origin, sector]; home sales too.
        inputs: Input k per unit of output j, at buyer's prices, (N, J, J): [country, input, output].
        countries: Codes, (N,).
        sectors: Names, (J,).
        theta: Trade elasticities, (J,), or one for all.
        goods: Which sectors are goods, (J,); all if absent.
        final: Final use as stated, (N, J), unit of the flows; only compared with what remains.
        tariff: In force, (N, N, J); none if absent.
        export_tax: In force, (N, N, J); none if absent.
        mend: Change what cannot be, by the rules of this module; else it is an error.
        least_final: Share of purchases that is left to final use by the rule ``inputs``.
        unit: Of the flows.
        year: Of the flows.
        source: Who made them.

    Returns:
        The baseline and the report.

    Raises:
        InputError: With every cell that is wrong and was not mended; cells that are not numbers are never mended.
    """
    work = _Work(flows, inputs, countries, sectors)
    work.negative(mend=mend)
    work.home(mend=mend)
    work.costs(mend=mend)
    shape = work.flows.shape
    duty, tax = (np.zeros(shape) if a is None else np.array(a, dtype=np.float64) for a in (tariff, export_tax))
    for name, array in (("tariff", duty), ("export_tax", tax)):
        if array.shape != shape:
            raise InputError(f"{name} has shape {array.shape}, not {shape}", code="unbalanced")
    absorption = np.asarray((work.flows * (1 + tax) * (1 + duty)).sum(axis=1))
    rest = work.needs(absorption, least=least_final, mend=mend)
    gap, cell = _stated(work, final, rest, absorption, mend=mend)
    spending = rest.sum(axis=1, keepdims=True)
    idle = [work.countries[n] for n in np.flatnonzero(spending[:, 0] <= 0)]
    if idle:
        raise InputError(f"there is no final use in {', '.join(idle)}", code="unbalanced", cure="Check its flows and inputs.")
    baseline = Baseline(
        work.countries,
        work.sectors,
        work.flows,
        duty,
        tax,
        work.inputs,
        rest / spending,
        np.array(np.broadcast_to(np.asarray(theta, dtype=np.float64), (shape[2],))),
        np.ones(shape[2], dtype=np.bool_) if goods is None else np.array(goods, dtype=np.bool_),
        unit,
        year,
        source,
    )
    return baseline, _report(work, baseline, rest, gap, cell)


def _stated(work: _Work, final: ArrayLike | None, rest: Array, absorption: Array, *, mend: bool) -> tuple[float, str]:
    """The greatest gap between stated and remaining final use, and where it is."""
    if final is None:
        return 0.0, ""
    stated = np.array(final, dtype=np.float64)
    if stated.shape != rest.shape:
        raise InputError(f"final has shape {stated.shape}, not {rest.shape}", code="unbalanced")
    gap = np.abs(stated - rest) / np.maximum(absorption, float(absorption.max()) * 1e-9)
    gap = np.where(np.isfinite(gap), gap, np.inf)
    if not mend:
        work.faults += [
            f"{work.cell('final', (n, j))} is stated as {stated[n, j]:.6g}, and {rest[n, j]:.6g} remains"
            for n, j in np.argwhere(gap > MAX_GAP)
        ]
        work.refuse()
    worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
    return float(gap[worst]), work.cell("final", [int(p) for p in worst])


def _report(work: _Work, baseline: Baseline, rest: Array, gap: float, gap_cell: str) -> BalanceReport:
    """What was found and done."""

    def least(share: Array, used: Array, name: str) -> tuple[float, str]:
        held = np.where(used > 0, share, np.inf)
        place = np.unravel_index(int(np.argmin(held)), held.shape)
        return float(held[place]), work.cell(name, [int(p) for p in place])

    absorption = baseline.absorption
    share = np.divide(rest, absorption, out=np.zeros_like(rest), where=absorption > 0)
    return BalanceReport(
        tuple(sorted(work.changes, key=lambda c: -c.moved)),
        float(baseline.output.sum()),
        gap,
        gap_cell,
        least(share, absorption, "final"),
        least(baseline.value_share, baseline.output, "value added"),
        dict(zip(baseline.countries, baseline.transfer.tolist(), strict=True)),
    )

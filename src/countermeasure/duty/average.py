"""Trade-weighted averages: what a table of imports would pay on a day, by origin and programme.

An average says nothing about a line. The 157 % of October 2025 is such a figure: an average of about 57 % on the trade of one
maker's weights, plus a threatened 100. Every average here therefore carries the value it covers and what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.book.compiled import distinct_rows
from countermeasure.book.kernel import WEIGHTED, add_up, asked, limited_basis, reach, settle, weights
from countermeasure.book.model import BASES
from countermeasure.codes.country import ORIGINS, encode_countries
from countermeasure.codes.hts import encode_codes
from countermeasure.duty.line import SHARES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.plan import Plan
    from countermeasure.duty.schedule import Schedule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AverageRow:
    """Average of one origin.

    Attributes:
        origin: ISO code, or ``ALL``.
        value_usd: Imports that could be priced.
        rate: Ordinary duty over value, all programmes.
        programmes: Part of the rate by programme; the parts add up to the rate.
    """

    origin: str
    value_usd: float
    rate: float
    programmes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Average:
    """Averages of a table of imports on a day.

    Attributes:
        rows: ``ALL`` first, then origins by value.
        value_usd: All imports of the table.
        by_eight_usd: Imports whose ten digits the day's schedule does not know and that were priced by eight.
        not_found_usd: Imports whose number the schedule does not know.
        specific_usd: Imports on lines with specific or complex rates: their column-1 part is left out, the rest counts.
        assumption: What was assumed for facts a table of imports cannot tell.
    """

    rows: tuple[AverageRow, ...]
    value_usd: float
    by_eight_usd: float
    not_found_usd: float
    specific_usd: float
    assumption: str = (
        "ordinary case: no use claims, no exclusions, no US content; unknown metal content taken as the full value"
    )

    def of(self, origin: str) -> AverageRow:
        """The row of an origin."""
        return next(r for r in self.rows if r.origin == origin)


def average_rate(flows: Mapping[str, Any], on: int, compiled: Compiled, schedule: Schedule, eight: bool = True) -> Average:
    """Average duty of a table of imports.

    Args:
        flows: Columns ``hts`` (text), ``origin`` (any code or name), ``value_usd``, and optionally shares of metal by value.
        on: Epoch day.
        compiled: The book for the destination.
        schedule: Its tariff schedule.
        eight: Price a number of another edition by its first eight digits.
    """
    value = np.asarray(flows["value_usd"], np.float64)
    code, _, fault = encode_codes(flows["hts"])
    origin = encode_countries(flows["origin"])
    row = schedule.lookup(code, np.full(len(code), on, np.int32))
    by_eight = np.zeros(len(row), bool)
    if eight:
        row, by_eight = _by_eight(code, row, fault > 1, on, schedule)
    good = (row >= 0) & (origin >= 0)
    names, parts, blind = programme_rates(
        compiled, schedule, on, code[good], origin[good].astype(np.int32), row[good], _shares(flows, good)
    )
    amounts = parts * value[good, None]
    rows = [_row("ALL", names, amounts, value[good])]
    place = origin[good]
    for index in sorted(set(place.tolist()), key=lambda i: -float(value[good][place == i].sum())):
        mine = place == index
        rows.append(_row(ORIGINS[index], names, amounts[mine], value[good][mine]))
    return Average(
        tuple(rows),
        float(value.sum()),
        float(value[by_eight & good].sum()),
        float(value[~good].sum()),
        float(value[good][blind].sum()),
    )


def _row(origin: str, names: list[str], amounts: Floats, value: Floats) -> AverageRow:
    total = float(value.sum())
    shares = amounts.sum(axis=0) / total if total else np.zeros(len(names))
    programmes = {n: float(s) for n, s in zip(names, shares, strict=True) if s}
    return AverageRow(origin, total, float(shares.sum()), programmes)


def _by_eight(
    code: npt.NDArray[np.int64], row: npt.NDArray[np.int32], bad: npt.NDArray[np.bool_], on: int, schedule: Schedule
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    lost = np.flatnonzero((row < 0) & ~bad)
    row = row.copy()
    heads = code[lost] // 100
    for head in np.unique(heads).tolist():
        siblings = schedule.children(f"{head:08d}", on)
        if len(siblings):
            row[lost[heads == head]] = siblings[0]
    return row, np.isin(np.arange(len(row)), lost) & (row >= 0)


def programme_rates(
    compiled: Compiled,
    schedule: Schedule,
    on: int,
    codes: npt.NDArray[np.int64],
    origins: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int32],
    shares: Floats | None = None,
    known: Mapping[str, float] | None = None,
) -> tuple[list[str], Floats, npt.NDArray[np.bool_]]:
    """Ordinary rate of each line by programme.

    Args:
        compiled: The compiled book.
        schedule: Its tariff schedule.
        on: Epoch day.
        codes: Shape (n,). Ten-digit integers.
        origins: Shape (n,). Origin indexes.
        rows: Shape (n,). Rows of the schedule.
        shares: Shape (n, 4). Steel, aluminium, copper and US content; NaN where unknown.
        known: Facts known of all lines.

    Returns:
        Names of p programmes; rates, shape (n, p), where a column-1 rate that is no fraction counts as zero; and the mask of
        the lines with such a rate, shape (n,).
    """
    plan = compiled.plan(int(compiled.interval(on)))
    regions = {f.id: f.region(known[f.id]) for f in plan.facts if known and f.id in known}
    if shares is None:
        shares = np.full((len(codes), len(SHARES)), np.nan)
    goods = compiled.goods_class(codes)
    inside = reach(compiled, plan, goods, origins)
    sample, inverse = distinct_rows(inside)
    inside = inside[sample]
    atoms = np.zeros(len(sample), np.uint64)
    masks = asked(plan, inside)
    for mask in np.unique(masks).tolist():
        atoms[masks == mask] = plan.worlds(int(mask), regions, 1)[0][0]
    applied = settle(plan, inside, atoms).applied
    sums = add_up(plan, applied)
    fractions = schedule.columns(rows)
    blind = np.isnan(np.where(sums.column[inverse] == 2, fractions[:, 1], fractions[:, 0])) & (sums.column[inverse] > 0)
    fractions = np.nan_to_num(fractions)
    names: list[str] = []
    columns: list[Floats] = []
    for position in np.flatnonzero(applied.any(axis=0) & plan.duty).tolist():
        clause = compiled.clauses[plan.clauses[position]]
        part = _clause_part(plan, applied, position, inverse, sums.rates, fractions, shares)
        if clause.body.programme in names:
            columns[names.index(clause.body.programme)] += part
        else:
            names.append(clause.body.programme)
            columns.append(part)
    return names, np.stack(columns, axis=1) if columns else np.zeros((len(inverse), 0)), blind


def _clause_part(
    plan: Plan,
    applied: npt.NDArray[np.bool_],
    position: int,
    inverse: npt.NDArray[np.int32],
    rates: Floats,
    fractions: Floats,
    shares: Floats,
) -> Floats:
    """What one duty adds to each row, as a fraction of the value; rows it does not apply to are left at nothing."""
    at = np.flatnonzero(applied[:, position][inverse])
    part: Floats = np.zeros(len(inverse))
    basis = int(plan.basis[position])
    name, rate = BASES[basis], float(plan.rate[position])
    if name in ("column_1", "column_2"):
        part[at] = fractions[at, 0 if name == "column_1" else 1]
        return part
    floor = name == "total_with_column_1"
    amount = np.clip(rate - fractions[at, 0], 0.0, None) if floor else rate
    bases = limited_basis(plan, applied, position, start=0 if floor else None)
    own, held = inverse[at], shares[at]
    chosen = np.full(len(at), bases) if isinstance(bases, int) else bases[own]
    charged = rates[own, 1:4] > 0
    metal = np.where(charged, np.where(np.isnan(held[:, :3]), 1.0, held[:, :3]), 0.0)
    metal /= np.maximum(metal.sum(axis=1, keepdims=True), 1.0)
    factor = weights(metal[:, 0], metal[:, 1], metal[:, 2], np.nan_to_num(held[:, 3]))
    part[at] = amount * factor[np.arange(len(at)), np.minimum(chosen, WEIGHTED - 1)]
    return part


def _shares(flows: Mapping[str, Any], good: npt.NDArray[np.bool_]) -> Floats:
    blank = np.full(len(good), np.nan)
    return np.stack([np.asarray(flows.get(name, blank), np.float64)[good] for name in SHARES], axis=1)


__all__ = ["Average", "AverageRow", "average_rate", "programme_rates"]

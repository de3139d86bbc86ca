"""Columns in, columns out: price any number of lines. The rules run once per distinct cell, the rows only gather.

Work per row is a handful of array reads; the same kernel as for one line settles the cells (see :mod:`.patterns`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from countermeasure.book.compile import code_range
from countermeasure.book.model import DAY
from countermeasure.codes.country import ORIGINS
from countermeasure.codes.day import NO_DAY
from countermeasure.duty.encode import Column, Encoded, RowFault, encode
from countermeasure.duty.formula import even_dollars
from countermeasure.duty.patterns import Cells, Patterns
from countermeasure.duty.solve import schedule_rows
from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.book.compiled import Compiled
    from countermeasure.codes.hts import HtsCode
    from countermeasure.duty.schedule import Schedule

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
ROWS = 1 << 20
"""Rows priced at a time."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of n rows. NaN where it cannot be told.

    Attributes:
        rate_low: Least total as a fraction of the value.
        rate: Ordinary total.
        rate_high: Greatest total.
        duty_usd_low: Least duty; NaN without a value.
        duty_usd: Ordinary duty.
        duty_usd_high: Greatest duty.
        complete: No unknown fact decides and the book covers the case.
        fault: ``RowFault`` of each row.
    """

    rate_low: Floats
    rate: Floats
    rate_high: Floats
    duty_usd_low: Floats
    duty_usd: Floats
    duty_usd_high: Floats
    complete: npt.NDArray[np.bool_]
    fault: npt.NDArray[np.int8]


@dataclass
class Pricer:
    """Prices columns with one compiled book. Keeps what it solved, so a second batch is faster.

    Attributes:
        compiled: The book for a destination and a reading.
        schedule: Its tariff schedule, or ``None``.
        bounds: Compute bounds over unknown facts; ``False`` gives the ordinary figure alone.
    """

    compiled: Compiled
    schedule: Schedule | None
    bounds: bool = True
    _epochs: Ints = field(init=False, repr=False)
    _interval: Ints = field(init=False, repr=False)
    _cells: Cells = field(init=False, repr=False)
    _profiled: Cells | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        edges = [self.compiled.days] if self.schedule is None else [self.compiled.days, self.schedule.boundaries()]
        self._epochs = np.unique(np.concatenate(edges)).astype(np.int32)
        self._interval = self.compiled.interval(self._epochs)
        self._cells = Cells(self.compiled, bounds=self.bounds)

    def _cells_for(self, profiles: tuple[dict[str, float], ...]) -> Cells:
        """Cells of a set of known facts; those without any are kept from batch to batch."""
        if profiles == ({},):
            return self._cells
        if self._profiled is None or self._profiled.known is not profiles:
            self._profiled = Cells(self.compiled, profiles, self.bounds)
        return self._profiled

    def price(self, columns: Mapping[str, Any]) -> Prices:
        """Price columns, see :func:`encode`."""
        return self.price_encoded(encode(columns, self.compiled.fact_edges))

    def price_encoded(self, rows: Encoded) -> Prices:
        """Price rows already turned into numbers."""
        n = len(rows.number)
        figures = [np.empty(n) for _ in range(6)]
        low, middle, high, usd_low, usd, usd_high = figures
        out = Prices(low, middle, high, usd_low, usd, usd_high, np.empty(n, np.bool_), rows.fault.copy())
        table = _Numbers(rows.numbers, self.compiled, self.schedule, self._epochs)
        for start in range(0, n, ROWS):
            self._price_part(rows.part(slice(start, start + ROWS)), slice(start, min(start + ROWS, n)), table, out)
        return out

    def _price_part(self, rows: Encoded, where: slice, table: _Numbers, out: Prices) -> None:
        epoch = _epoch_of(rows.day, self._epochs)
        good = rows.fault == RowFault.NONE
        key = np.where(good, epoch * np.int32(len(rows.numbers)) + rows.number, -1)
        table.fill(key)
        unknown = good & (table.count[key] == 0)
        out.fault[where][unknown] = RowFault.UNKNOWN_NUMBER
        lost = np.flatnonzero(out.fault[where] != RowFault.NONE)
        for column in (out.rate_low, out.rate, out.rate_high, out.duty_usd_low, out.duty_usd, out.duty_usd_high):
            column[where][lost] = np.nan
        out.complete[where][lost] = False
        single = good & (table.count[key] == 1)
        if single.all():
            self._fill(rows, epoch, table.first[key], table, where, out)
            return
        several = np.flatnonzero(good & (table.count[key] > 1))
        ones = np.flatnonzero(single)
        if ones.size:
            self._fill(rows.part(ones), epoch[ones], table.first[key[ones]], table, where, out, ones)
        if several.size:
            self._fill_several(rows, epoch, several, key, table, where, out)

    def _fill(
        self,
        rows: Encoded,
        epoch: Ints,
        variant: Ints,
        table: _Numbers,
        where: slice,
        out: Prices,
        at: npt.NDArray[np.int64] | None = None,
    ) -> None:
        low, ordinary, high, sure = self._rates(rows, epoch, variant, table)
        dollars = even_dollars(rows.value)
        for target, rate in ((out.rate_low, low), (out.rate, ordinary), (out.rate_high, high)):
            _put(target[where], rate, at)
        for target, rate in ((out.duty_usd_low, low), (out.duty_usd, ordinary), (out.duty_usd_high, high)):
            _put(target[where], np.round(rate * dollars + 1e-9, 2), at)
        _put(out.complete[where], sure, at)

    def _fill_several(
        self,
        rows: Encoded,
        epoch: Ints,
        several: npt.NDArray[np.int64],
        key: Ints,
        table: _Numbers,
        where: slice,
        out: Prices,
    ) -> None:
        """Rows whose short number means several lines: bounds over the lines, no ordinary figure unless all agree."""
        counts = table.count[key[several]].astype(np.int64)
        owner = np.repeat(several, counts)
        edges = np.concatenate([[0], np.cumsum(counts)[:-1]])
        inner = np.arange(len(owner)) - np.repeat(edges, counts)
        variant = table.first[key[owner]] + inner.astype(np.int32)
        low, ordinary, high, sure = self._rates(rows.part(owner), epoch[owner], variant, table)
        least, most = np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges)
        spread = np.maximum.reduceat(ordinary, edges) - np.minimum.reduceat(ordinary, edges)
        middle = np.where(spread < 1e-12, ordinary[edges], np.nan)
        agreed = np.logical_and.reduceat(sure, edges) & (most - least < 1e-12)
        dollars = even_dollars(rows.value[several])
        for target, money, rate in (
            (out.rate_low, out.duty_usd_low, least),
            (out.rate, out.duty_usd, middle),
            (out.rate_high, out.duty_usd_high, most),
        ):
            target[where][several] = rate
            money[where][several] = np.round(rate * dollars + 1e-9, 2)
        out.complete[where][several] = agreed

    def _rates(
        self, rows: Encoded, epoch: Ints, variant: Ints, table: _Numbers
    ) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
        cells = self._cells_for(rows.profiles)
        interval = self._interval[epoch]
        pattern = cells.pattern(interval, table.goods[variant], rows.origin, rows.profile)
        low, ordinary, high = self._evaluate(rows, variant, pattern, cells.patterns, table)
        sure = (high - low < 1e-12) & table.sure[variant] & ~self._gaps(rows, table, variant)
        return low, ordinary, high, sure

    def _evaluate(
        self, rows: Encoded, variant: Ints, pattern: Ints, patterns: Patterns, table: _Numbers
    ) -> tuple[Floats, Floats, Floats]:
        count = len(patterns.plain)
        rate_1, rate_2 = table.rate_1[variant], table.rate_2[variant]
        adds = [np.zeros(count)] * 3
        plain = np.flatnonzero(patterns.plain).astype(np.int32)
        if plain.size:
            base = patterns.evaluate(plain, np.zeros((len(plain), 2)))
            adds = [np.full(count, np.nan) for _ in range(3)]
            for target, figures in zip(adds, base, strict=True):
                target[plain] = figures
        owed = np.choose(patterns.column[pattern], [np.zeros(1), table.fraction[rate_1], table.fraction[rate_2]])
        low, ordinary, high = (a[pattern] + owed for a in adds)
        special = ~patterns.plain[pattern] | np.isnan(owed)
        if rows.shares is not None:
            special |= patterns.content[pattern] & ~np.isnan(rows.shares).all(axis=1)
        picked = np.flatnonzero(special)
        if picked.size:
            fractions = np.stack([table.fraction[rate_1[picked]], table.fraction[rate_2[picked]]], axis=1)
            blind = np.isnan(fractions)
            if blind.any() and rows.quantities:
                value = rows.value[picked]
                for column, rates in enumerate((rate_1[picked], rate_2[picked])):
                    hit = blind[:, column]
                    measured = {k: v[picked][hit] for k, v in rows.quantities.items()}
                    fractions[hit, column] = _specific(self.schedule, rates[hit], measured, value[hit])
            shares = None if rows.shares is None else rows.shares[picked]
            low[picked], ordinary[picked], high[picked] = _by_pairs(patterns, pattern[picked], fractions, shares)
        return low, ordinary, high

    def _gaps(self, rows: Encoded, table: _Numbers, variant: Ints) -> npt.NDArray[np.bool_]:
        """Rows that a gap of the book touches, by a table of days and origins."""
        mine = [g for g in self.compiled.gaps if g.into == self.compiled.into and g.origins]
        touched = np.zeros(len(rows.day), bool)
        if not mine or not touched.size:
            return touched
        low, high = int(rows.day.min()), int(rows.day.max())
        if high - low > 10**5:
            order = np.argsort(rows.day, kind="stable")
            for part in np.array_split(order, 64):
                if part.size and int(np.ptp(rows.day[part])) <= 10**5:
                    touched[part] = self._gaps(rows.part(part), table, variant[part])
            return touched
        whole = np.zeros((high - low + 1, len(ORIGINS)), bool)
        some = np.zeros_like(whole)
        place = {code: i for i, code in enumerate(ORIGINS)}
        for gap in mine:
            start, end = max(gap.start // DAY, low) - low, min(gap.end // DAY, high + 1) - low
            target = some if gap.goods else whole
            target[max(start, 0) : max(end, 0), [place[o] for o in gap.origins if o in place]] = True
        key = (rows.day - np.int32(low)) * np.int32(len(ORIGINS)) + rows.origin
        touched |= whole.reshape(-1)[key]
        if some.any():
            candidates = np.flatnonzero(some.reshape(-1)[key] & ~touched)
            codes, days, origins = table.code[variant[candidates]], rows.day[candidates], rows.origin[candidates]
            for gap in mine:
                if gap.goods:
                    hit = _under(codes, gap.goods) & np.isin(origins, [place[o] for o in gap.origins if o in place])
                    hit &= (days >= gap.start // DAY) & (days < gap.end // DAY)
                    touched[candidates[hit]] = True
        return touched


def _under(codes: npt.NDArray[np.int64], prefixes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each ten-digit integer lies under any of the prefixes."""
    inside = np.zeros(len(codes), bool)
    for prefix in prefixes:
        low, high = code_range(prefix.replace(".", ""))
        inside |= (codes >= low) & (codes < high)
    return inside


def _put(target: npt.NDArray[Any], values: npt.NDArray[Any], at: npt.NDArray[np.int64] | None) -> None:
    if at is None:
        target[:] = values
    else:
        target[at] = values


def _epoch_of(day: Ints, epochs: Ints) -> Ints:
    """Position of each day among the epochs, by a table over the span of days."""
    known = day[day != NO_DAY]
    if not known.size:
        return np.zeros(len(day), np.int32)
    low, high = int(known.min()), int(known.max())
    if high - low > 10**6:
        return (np.searchsorted(epochs, day, side="right") - 1).astype(np.int32)
    table = (np.searchsorted(epochs, np.arange(low, high + 1), side="right") - 1).astype(np.int32)
    return table[np.clip(day, low, high) - low]


def _by_pairs(patterns: Patterns, pattern: Ints, fractions: Floats, shares: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Evaluate distinct combinations of pattern, schedule fractions and shares."""
    columns = [pattern[:, None].astype(np.float64), fractions]
    if shares is not None:
        columns.append(shares)
    table = np.ascontiguousarray(np.concatenate(columns, axis=1))
    _, first, inverse = np.unique(table.view(f"V{table.shape[1] * 8}").reshape(-1), return_index=True, return_inverse=True)
    figures = patterns.evaluate(pattern[first], fractions[first], None if shares is None else shares[first])
    low, ordinary, high = (f[inverse.reshape(-1)] for f in figures)
    return low, ordinary, high


def _specific(schedule: Schedule | None, rates: Ints, quantities: Mapping[str, Floats], value: Floats) -> Floats:
    """Specific and compound rates as fractions of the value; NaN where a quantity is missing."""
    found = np.full(len(rates), np.nan)
    if schedule is None:
        return found
    for i, rate_id in enumerate(rates.tolist()):
        rate = schedule.rate_of(rate_id)
        known = {k: float(v[i]) for k, v in quantities.items() if not math.isnan(v[i])}
        amount = rate.duty(float(value[i]), known) if rate.computable and value[i] > 0 else None
        if amount is not None and not amount.missing:
            found[i] = rate.ad_valorem + amount.specific_usd / float(value[i])
    return found


class _Numbers:
    """What each distinct number means in each epoch, filled as needed.

    A pair of a number and an epoch has ``count`` variants from ``first`` on; a variant has a ten-digit code, a goods class and
    two rates. A number of ten digits has one variant, a short one has as many as there are lines that differ.
    """

    def __init__(self, numbers: tuple[HtsCode, ...], compiled: Compiled, schedule: Schedule | None, epochs: Ints) -> None:
        self.numbers = numbers
        self.compiled = compiled
        self.schedule = schedule
        self.epochs = epochs
        size = max(len(numbers), 1) * len(epochs) + 1
        self.count = np.full(size, -1, np.int32)
        self.count[-1] = 0
        self.first = np.zeros(size, np.int32)
        self._rows: list[tuple[npt.NDArray[np.int64], Ints, Ints, Ints, npt.NDArray[np.bool_]]] = []
        self._made = 0
        self.fraction = np.array([np.nan]) if schedule is None else schedule.fractions
        self.code = np.zeros(0, np.int64)
        self.goods = self.rate_1 = self.rate_2 = np.zeros(0, np.int32)
        self.sure = np.zeros(0, bool)

    def fill(self, key: Ints) -> None:
        """Work out the pairs that are new."""
        seen = np.zeros(len(self.count), bool)
        seen[key] = True
        new = np.flatnonzero(seen & (self.count < 0))
        if not new.size:
            return
        epoch, number = np.divmod(new, max(len(self.numbers), 1))
        level = np.array([c.level for c in self.numbers], np.int8)[number]
        code = np.array([c.to_int10() for c in self.numbers], np.int64)[number]
        day = self.epochs[epoch]
        if self.schedule is None:
            zeros = np.zeros(len(new), np.int32)
            self._add(new, code, zeros, zeros, np.zeros(len(new), bool))
        else:
            rows = np.where(level == 10, self.schedule.lookup(code, day), -1)
            hit = rows >= 0
            general, second = self.schedule.general_rate_id, self.schedule.column_2_rate_id
            self._add(new[hit], code[hit], general[rows[hit]], second[rows[hit]], np.ones(int(hit.sum()), bool))
            for pair, at in zip(new[~hit].tolist(), np.flatnonzero(~hit).tolist(), strict=True):
                self._add_slowly(pair, self.numbers[int(number[at])], int(day[at]))
        columns = list(zip(*self._rows, strict=True))
        if columns:
            self.code, self.goods, self.rate_1, self.rate_2, self.sure = (np.concatenate(c) for c in columns)

    def _add(self, pairs: npt.NDArray[np.int64], code: Column, rate_1: Column, rate_2: Column, sure: Column) -> None:
        self.count[pairs] = 1
        self.first[pairs] = self._made + np.arange(len(pairs))
        self._made += len(pairs)
        self._rows.append((code, self.compiled.goods_class(code), rate_1.astype(np.int32), rate_2.astype(np.int32), sure))

    def _add_slowly(self, pair: int, number: HtsCode, day: int) -> None:
        """A short number, or one whose suffix the day's schedule does not know."""
        if self.schedule is None:
            return
        try:
            rows, unknown = schedule_rows(number, max(day, -(10**6)), self.schedule, self.compiled)
        except NotFoundError:
            self.count[pair] = 0
            return
        codes = np.array([number.to_int10()]) if unknown else self.schedule.codes[rows]
        goods = self.compiled.goods_class(codes)
        rate_1, rate_2 = self.schedule.general_rate_id[rows], self.schedule.column_2_rate_id[rows]
        _, keep = np.unique(np.stack([goods, rate_1, rate_2], axis=1), axis=0, return_index=True)
        self.count[pair] = len(keep)
        self.first[pair] = self._made
        self._made += len(keep)
        self._rows.append((codes[keep], goods[keep], rate_1[keep], rate_2[keep], np.full(len(keep), not unknown)))

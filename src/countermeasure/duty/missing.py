"""What is missing, and what each missing fact decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.codes.hts import dotted_int10
from countermeasure.duty.answer import Missing, percent
from countermeasure.duty.formula import known
from countermeasure.duty.line import SHARES

if TYPE_CHECKING:
    from countermeasure.book.compiled import Compiled
    from countermeasure.duty.line import Line
    from countermeasure.duty.schedule import Schedule
    from countermeasure.duty.solve import Outcome, Solution

SAME = 1e-9
SHOWN_LINES = 6


def missing(line: Line, solution: Solution, compiled: Compiled, schedule: Schedule | None) -> list[Missing]:
    """Everything that was not told and decides: the full number, facts, quantities and shares."""
    return [*_missing_lines(solution), *_missing_facts(solution, compiled), *_missing_numbers(line, solution, schedule)]


def _missing_lines(solution: Solution) -> list[Missing]:
    """Whether the full number decides."""
    if len(solution.outcomes) < 2:
        return []
    ranges: dict[tuple[float | None, float | None], list[str]] = {}
    for outcome in solution.outcomes:
        span = (_low(outcome), _high(outcome))
        names = [dotted_int10(c) for c in outcome.alternative.codes]
        ranges.setdefault(span, []).extend(names)
    if len(ranges) < 2:
        return []
    rows = sorted(ranges.items(), key=lambda item: str(item[0]))
    words = [f"{_names(names)}: {_span(*span)}" for span, names in rows]
    outcomes = tuple((_names(names), *span) for span, names in rows)
    return [Missing("hts10", "Which ten-digit statistical number is it?", "; ".join(words), outcomes)]


def _low(outcome: Outcome) -> float | None:
    return known(round(float(outcome.totals.low.min()), 9))


def _high(outcome: Outcome) -> float | None:
    return known(round(float(outcome.totals.high.max()), 9))


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:SHOWN_LINES])
    return shown if len(names) <= SHOWN_LINES else f"{shown} and {len(names) - SHOWN_LINES} more"


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None and abs(low - high) < SAME:
        return percent(low)
    return f"{percent(low)} to {percent(high)}"


def _missing_facts(solution: Solution, compiled: Compiled) -> list[Missing]:
    """Unknown facts that change the total in some world."""
    found: dict[str, Missing] = {}
    for outcome in solution.outcomes:
        for index, fact in enumerate(outcome.plan.facts):
            regions = outcome.regions[:, index]
            options = sorted(set(regions.tolist()))
            if fact.id in SHARES:  # asked for as a number, see _missing_numbers
                continue
            if len(options) < 2 or fact.id in found or not _decides(outcome, index):
                continue
            rows = []
            for region in options:
                mine = regions == region
                rows.append(
                    (
                        _region_name(fact.type, fact.edges, region),
                        known(round(float(outcome.totals.low[mine].min()), 9)),
                        known(round(float(outcome.totals.high[mine].max()), 9)),
                    )
                )
            words = "; ".join(f"{name}: {_span(low, high)}" for name, low, high in rows)
            found[fact.id] = Missing(fact.id, compiled.facts[fact.id].ask, words, tuple(rows))
    return list(found.values())


def _decides(outcome: Outcome, index: int) -> bool:
    """Whether two worlds that differ in this fact alone differ in their totals."""
    others = np.delete(outcome.regions, index, axis=1)
    _, group = np.unique(others, axis=0, return_inverse=True)
    group = group.reshape(-1)
    for figures in (outcome.totals.low, outcome.totals.high):
        filled = np.nan_to_num(figures, nan=-1.0)
        top = np.full(group.max() + 1, -np.inf)
        bottom = np.full(group.max() + 1, np.inf)
        np.maximum.at(top, group, filled)
        np.minimum.at(bottom, group, filled)
        if (top - bottom > SAME).any():
            return True
    return False


def _region_name(kind: str, edges: tuple[float, ...], region: int) -> str:
    if kind == "flag":
        return "yes" if region else "no"
    if region == 0:
        return f"before {_edge(kind, edges[0])}" if kind != "share" else f"below {_edge(kind, edges[0])}"
    if region == len(edges):
        return f"from {_edge(kind, edges[-1])}" if kind != "share" else f"{_edge(kind, edges[-1])} or more"
    return f"{_edge(kind, edges[region - 1])} up to {_edge(kind, edges[region])}"


def _edge(kind: str, value: float) -> str:
    if kind == "day":
        return format_day(int(value))
    if kind == "minute":
        return f"{int(value) // 60:02d}:{int(value) % 60:02d}"
    return percent(value)


def _missing_numbers(line: Line, solution: Solution, schedule: Schedule | None) -> list[Missing]:
    """Numbers that formulas need: quantities, metal shares, the chapter 98 value."""
    found: list[Missing] = []
    if line.dutiable_share is None:
        ask = "What is the value of the repair (9802.00.40, .50) or of the US parts (9802.00.80)?"
        found.append(Missing("chapter_98_value", ask, "the part of the value that is dutiable"))
    for outcome in solution.outcomes:
        column = int(outcome.sums.column[0])
        if column and schedule is not None and outcome.alternative.row >= 0 and np.isnan(outcome.schedule[column - 1]):
            rate = schedule.rate(outcome.alternative.row, column)
            wanted = [*rate.measures, *(f"value of {share.on}" for share in rate.shares)]
            names = ", ".join(wanted) or "a formula the schedule gives in words"
            needs = names if line.value_usd else f"customs value and {names}"
            found.append(Missing("quantity", f"Needed for the rate {rate.text!r}: {needs}.", f"column {column}"))
            break
    rates = np.concatenate([o.sums.rates[:, 1:4] for o in solution.outcomes])
    charged = [name for i, name in enumerate(SHARES[:3]) if rates[:, i].any() and name not in line.shares]
    spread = any((o.totals.high - o.totals.low > SAME).any() for o in solution.outcomes)
    if charged and spread:
        ends = _span(known(solution.low), known(solution.high))
        metal = " and ".join(name.split("_")[0] for name in charged)
        found += [
            Missing(name, f"What share of the customs value is {name.split('_')[0]}?", f"{metal} value decides: {ends}")
            for name in charged
        ]
    return found

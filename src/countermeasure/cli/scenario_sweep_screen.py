"""Sweeps and comparisons on a terminal or in plain text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from countermeasure.cli.lines_screen import new_table
from countermeasure.cli.talk import out, plural
from countermeasure.codes.sheet import Sheet
from countermeasure.scenario.whole.sweep.grid import words_of
from countermeasure.scenario.whole.sweep.result import HEADLINES, plain_word, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from countermeasure.scenario.whole.compare import Comparison
    from countermeasure.scenario.whole.sweep import Axis, Dial, SweepResult

__all__ = ["comparison_screen", "dial_table", "sweep_screen"]

_LETTERS = 26
_LINES = 18
_TOLD = ("provisions_changed_count", "status_quo_stable_flag", "packages_count")
"""Figures of law and talks that a screen tells."""
_MAPS = 3
_FIGURES = 6
_ROWS = 14
_ASSUMED = 6
_FEW = 6


def _table(*columns: str, title: str = "", left: int = 1) -> Table:
    table = new_table(plain=not out().is_terminal, title=title)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right")
    return table


def sweep_screen(result: SweepResult) -> Iterator[RenderableType]:
    """A sweep: what is moved, what is assumed, the answer, maps or rows, what could not be done."""
    yield Text(f"Sweep: {result.scenario.title}", style="bold")
    for one, axis in zip(result.dials, result.grid.axes, strict=True):
        yield Text(f"Moved (U): {one.name} ({one.unit}): {_values(axis.values)}. {one.what}", style="yellow")
    yield from _assumed(result.assumptions())
    yield Text()
    yield Text(result.said())
    yield Text()
    maps = [name for name in result.moving if len(result.feels(name)) == 2]
    for name in maps[:_MAPS]:
        yield _map(result, name)
    for axis in result.grid.axes:
        alone = [name for name in result.moving if result.feels(name) == (axis.dial,) and not _of_band(name)]
        if alone:
            yield _rows(result, axis, alone[:_FIGURES])
    if len(result.grid.axes) > 2:
        yield _spans(result)
    computed = len(result.parts) - result.kept
    yield Text(
        f"{plural(len(result.grid), 'point')} from {plural(computed, 'part')} computed and {result.kept} kept.", style="dim"
    )
    notes = [sheet for sheet in result.sheets() if sheet.name == "notes"]
    failed = [row for sheet in notes for row in sheet.rows if row[1] and "failed" in str(row[2])]
    for part, count, note in failed[:3]:
        yield Text(f"{part}, {plural(count, 'point')}: {note}", style="yellow")
    yield Text("A point is a run of models, not a chance: counts of points are no probabilities.", style="dim")


def _of_band(name: str) -> bool:
    """Whether a figure is the end of a band."""
    return "_low_" in name or "_high_" in name


def _values(values: Sequence[float]) -> str:
    """Values in full where they are few."""
    if len(values) <= _FEW:
        return ", ".join(map(words_of, values))
    return f"{len(values)} values from {_short(values[0])} to {_short(values[-1])}"


def _assumed(sheet: Sheet) -> Iterator[Text]:
    """The first unverified assumptions apart from the dials, and how many there are in all."""
    doubtful = [row for row in sheet.rows if row[2] == "U"]
    for what, value, letter, _ in [row for row in doubtful if "dial of the sweep" not in f"{row[0]} {row[3]}"][:_ASSUMED]:
        yield Text(f"Assumed ({letter}): {what}: {value}".rstrip(".") + ".", style="yellow")
    yield Text(
        f"{plural(len(sheet.rows), 'assumption')} in all, {len(doubtful)} of them unverified (U); --out and --json have them.",
        style="dim",
    )


def _number(name: str, value: float) -> str:
    """A figure as short as a cell needs it; shares and changes in percent."""
    if not math.isfinite(value):
        return "-"
    if name.endswith(("_share", "_change")):
        shown = 100 * value
        return f"{shown:+.2f}" if name.endswith("_change") and abs(shown) < 9.995 else f"{shown:.1f}"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"


def _unit(name: str) -> str:
    unit = unit_of(name)
    return "%" if unit.startswith("%") else unit


def _map(result: SweepResult, name: str) -> Table:
    """One figure over two dials; columns that do not fit are told and left to files."""
    down, across = (axis for axis in result.grid.axes if axis.dial in result.feels(name))
    values = result.over(name)
    cells = [[_number(name, float(v)) for v in row] for row in values]
    wide = max(len(word) for row in (*cells, [_short(v) for v in across.values]) for word in row)
    room = max(1, (out().width - max(len(down.dial), 6) - 2) // (wide + 2))
    shown = range(len(across.values))
    if len(across.values) > room:
        shown = [int(n) for n in np.unique(np.linspace(0, len(across.values) - 1, room).round())]  # type: ignore[assignment]
    left = "" if len(shown) == len(across.values) else f"; {len(shown)} of {len(across.values)} columns, --out has all"
    title = f"{plain_word(name)}, {_unit(name)}; {down.dial} down, {across.dial} across{left}"
    table = _table(down.dial, *(_short(across.values[n]) for n in shown), title=title, left=0)
    for value, row in zip(down.values, cells, strict=True):
        table.add_row(_short(value), *(row[n] for n in shown))
    return table


def _short(value: float) -> str:
    return words_of(value) if math.isinf(value) else f"{value:.3g}"


def _rows(result: SweepResult, axis: Axis, names: Sequence[str]) -> Table:
    """Leading figures over the one dial that moves them."""
    heads = [f"{plain_word(name)} {_unit(name)}".strip() for name in names]
    table = _table(axis.dial, *heads, title=f"What {axis.dial} alone moves", left=0)
    for n, value in enumerate(axis.values):
        table.add_row(_short(value), *(_number(name, float(result.over(name)[n])) for name in names))
    return table


def _spans(result: SweepResult) -> Table:
    table = _table("figure", "", "least", "at", "greatest", "at", title="How far figures move; --out has every point", left=2)
    for name, low, at_low, high, at_high, _ in result.spans().rows[:_ROWS]:
        table.add_row(plain_word(name), _unit(name), _number(name, low), at_low, _number(name, high), at_high)
    return table


def dial_table(found: Sequence[Dial]) -> Table:
    """Every dial."""
    table = _table("dial", "unit and bounds", "what it changes, and which parts feel it", title="Dials", left=3)
    for one in found:
        bounds = f"{one.unit}, {words_of(one.low)} to {words_of(one.high)}"
        table.add_row(one.name, bounds, f"{one.what} ({', '.join(sorted(one.parts))})")
    return table


def comparison_screen(found: Comparison) -> Iterator[RenderableType]:
    """A comparison: what is compared, what is assumed, the answer, figures, provisions."""
    letters = [chr(ord("A") + n) if n < _LETTERS else str(n + 1) for n in range(len(found.names))]
    yield Text("Compared", style="bold")
    for letter, name, one in zip(letters, found.names, found.outcomes, strict=True):
        yield Text(f"{letter}  {name}: {one.scenario.title}")
    rows = dict.fromkeys(row for one in found.outcomes for part in one.parts.values() for row in part.assumptions)
    yield from _assumed(Sheet("assumptions", "", ("what", "value", "confidence", "source"), tuple(rows)))
    for note in found.notes:
        yield Text(f"Note: {note}", style="yellow")
    yield Text()
    yield Text(found.said)
    yield Text()
    figures = found.sheet("figures")
    if figures is not None:
        yield _figures(figures, letters)
    provisions = found.sheet("provisions")
    if provisions is not None:
        yield _provisions(provisions, letters)
    yield Text("Every figure, provision and line is in --out and --json; scenario run tells each in full.", style="dim")


def _figures(sheet: Sheet, letters: Sequence[str]) -> Table:
    """Leading figures that differ, without the ends of bands; differences of shares are in points."""
    heads = (*letters, *(f"{letter} less {letters[0]}" for letter in letters[1:]))
    kept = []
    for part, word, *values in sheet.rows:
        less = values[len(letters) :]
        told = part not in ("law", "talks") or word in _TOLD
        if told and not _of_band(word) and "_before" not in word and _differs(word, values[: len(letters)], less):
            kept.append((f"{part}.{word}", values))
    table = _table("figure", "", *heads, title=f"Figures that differ, {min(len(kept), _LINES)} of {len(kept)}", left=2)
    for name, values in sorted(kept, key=lambda row: _rank(row[0]))[:_LINES]:
        table.add_row(plain_word(name), _unit(name), *("-" if v is None else _number(name, float(v)) for v in values))
    return table


def _rank(name: str) -> int:
    return HEADLINES.index(name) if name in HEADLINES else len(HEADLINES)


def _differs(word: str, own: Sequence[object], less: Sequence[float | None]) -> bool:
    """Whether a figure differs by more than what a screen shows."""
    if any((v is None) != (own[0] is None) for v in own):
        return True
    least = 5e-5 if word.endswith(("_share", "_change")) else 0.0
    return any(v is not None and abs(v) > least for v in less)


def _provisions(sheet: Sheet, letters: Sequence[str]) -> Table:
    """Provisions that differ, those of most parts of the world first as they stand in the book."""
    shown = sheet.rows[:_ROWS]
    table = _table("provision", *letters, "", title=f"{sheet.title}: {len(shown)} of {len(sheet.rows)}", left=len(letters) + 2)
    for row in shown:
        table.add_row(str(row[0]), *(str(v) for v in row[2 : 2 + len(letters)]), str(row[1]))
    return table

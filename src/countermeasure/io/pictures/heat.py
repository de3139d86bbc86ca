"""A map of values over two dials: a colour and a number in each cell, and a line where a value changes its sign."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import LARGEST, Amount
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.axis import FloatArray

__all__ = ["heat_map"]

RISE, FALL = 0, 1
"""Places in the palette of values above and below nothing."""
_SIZE = 12.0
_LEAST = 34.0
"""Narrowest cell that still holds its number."""


def heat_map(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: FloatArray,
    unit: str,
    *,
    row_title: str = "",
    column_title: str = "",
    notes: Sequence[str] = (),
) -> str:
    """Draw values over two dials.

    Args:
        title: What the picture says.
        rows: Values of one dial, (R,); the first at the top.
        columns: Values of the other, (C,).
        values: Shape (R, C); NaN for no value, drawn as an empty cell.
        unit: Unit of the values; shares of one if it begins with ``%``.
        row_title: What the rows are, with their unit.
        column_title: What the columns are.
        notes: Remarks below the map.

    Returns:
        An SVG document. The colour is full at the value furthest from nothing.

    Raises:
        InputError: If the values have not the shape of the names.
    """
    found = np.array(values, dtype=np.float64)
    if found.shape != (len(rows), len(columns)):
        raise InputError(f"values of shape {found.shape} for {len(rows)} rows and {len(columns)} columns")
    found[~(np.abs(found) <= LARGEST)] = np.nan
    known = np.isfinite(found)
    if not known.any():
        return empty(title, "There are no values.")
    most = float(np.abs(found[known]).max())
    amount = Amount.of(unit, most)
    decimals = min(max(2 - math.floor(math.log10(most * amount.factor)), 0), 6) if most > 0 else 0
    words = [[_cell(v * amount.factor, decimals) for v in row] for row in found.tolist()]
    sheet = Canvas(title)
    head = [clean(c) for c in columns]
    left = 20 + min(150.0, max(width_of(clean(r), _SIZE, bold=True) for r in rows) + 14)
    wide = min((WIDE - 20 - left) / len(columns), 96.0)
    tall, y = 26.0, sheet.heading() + 16
    sheet.text(
        20, y, f"Numbers: {amount.words or 'no unit'}. Down: {clean(row_title)}. Across: {clean(column_title)}.", 12, "cm-soft"
    )
    top = y + 30
    written = wide >= _LEAST and max(width_of(w, _SIZE) for row in words for w in row) <= wide - 3
    for c, name in enumerate(head):
        sheet.text(
            left + (c + 0.5) * wide, top - 8, cut(name, _SIZE, wide - 2), _SIZE, "cm-ink cm-num", anchor="middle", bold=True
        )
    for r, name in enumerate(rows):
        base = top + r * tall
        sheet.text(left - 10, base + 17, cut(clean(name), _SIZE, left - 30), _SIZE, "cm-ink cm-num", anchor="end", bold=True)
        for c in range(len(columns)):
            value = float(found[r, c])
            says = f"{clean(row_title)} {clean(name)}, {clean(column_title)} {head[c]}: {amount.text(value, unit=True)}"
            box = (left + c * wide, base, wide, tall)
            _draw(sheet, box, value / most if most > 0 else value, words[r][c] if written else "", says)
    _signs(sheet, found, left, top, wide, tall)
    below = [f"The colour is full at {amount.text(most, unit=True)} from nothing; values below nothing have the second colour."]
    if np.nanmin(found) < 0 < np.nanmax(found):
        below.append("The dashed line is where the sign changes.")
    if not written:
        below.append("Numbers show under the pointer and stand in the table.")
    sheet.height = sheet.notes([*below, *notes], top + len(rows) * tall + 4) + 16
    return sheet.finish(_told(rows, head, found, amount))


def _cell(shown: float, decimals: int) -> str:
    """A number for a cell: no unit, since the heading has it, and as many decimals in every cell."""
    if not math.isfinite(shown):
        return ""
    words = f"{shown:,.{decimals}f}"
    return words.replace("-", "\u2212") if words.strip("-0.,") else words.removeprefix("-")


def _draw(sheet: Canvas, box: tuple[float, float, float, float], part: float, words: str, says: str) -> None:
    """One cell; ``part`` is its value relative to the one furthest from nothing."""
    x, y, wide, tall = box
    if not math.isfinite(part):
        sheet.rect(x + 1, y + 1, wide - 2, tall - 2, "cm-none", says=says)
        return
    depth = 0.06 + 0.6 * abs(part) if part else 0.0
    look = f"cm-f{RISE if part > 0 else FALL}" if depth else "cm-none"
    sheet.rect(x + 0.5, y + 0.5, wide - 1, tall - 1, look, says=says, more=f'fill-opacity="{depth:.2f}"' if depth else "")
    sheet.text(x + wide / 2, y + tall / 2 + 4, words, _SIZE, "cm-ink cm-num", anchor="middle")


def _signs(sheet: Canvas, found: FloatArray, left: float, top: float, wide: float, tall: float) -> None:
    """Dashed lines between cells on either side of nothing."""
    sign = np.sign(found)
    for r, c in zip(*np.nonzero(sign[:, :-1] * sign[:, 1:] < 0), strict=True):
        x = left + (int(c) + 1) * wide
        sheet.line(x, top + int(r) * tall, x, top + (int(r) + 1) * tall, "cm-mark")
    for r, c in zip(*np.nonzero(sign[:-1] * sign[1:] < 0), strict=True):
        y = top + (int(r) + 1) * tall
        sheet.line(left + int(c) * wide, y, left + (int(c) + 1) * wide, y, "cm-mark")


def _told(rows: Sequence[str], columns: Sequence[str], found: FloatArray, amount: Amount) -> str:
    """The least and the greatest value, in words."""
    parts = []
    for what, place in (("least", np.nanargmin(found)), ("greatest", np.nanargmax(found))):
        r, c = divmod(int(place), len(columns))
        parts.append(f"{what} at {clean(rows[r])}, {columns[c]}: {amount.text(float(found[r, c]), unit=True)}")
    return "; ".join(parts)

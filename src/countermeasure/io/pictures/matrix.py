"""A matrix before and after: in each cell the change as a colour and a number, and what there was as the size of a mark."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import Amount
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.axis import FloatArray

__all__ = ["matrix"]

DOWN, UP = 1, 0
"""Places in the palette of a fall and of a rise."""
FULL = 0.5
"""Change at which a colour is full."""


def matrix(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    before: FloatArray,
    after: FloatArray,
    unit: str,
    *,
    row_title: str = "",
    column_title: str = "",
) -> str:
    """Draw the change of every cell of a matrix.

    Args:
        title: What the picture says.
        rows: Names, (R,).
        columns: Names, (C,).
        before: Values before, (R, C); a cell of 0 or NaN stays empty.
        after: Values after, (R, C).
        unit: Of the values; they show under the pointer.
        row_title: What the rows are.
        column_title: What the columns are.

    Returns:
        An SVG document.

    Raises:
        InputError: If a matrix has not the shape of the names.
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if old.shape != (len(rows), len(columns)) or new.shape != old.shape:
        raise InputError(f"matrices of {old.shape} and {new.shape} for {len(rows)} rows and {len(columns)} columns")
    known = np.isfinite(old) & np.isfinite(new) & (old > 0)
    if not known.any():
        return empty(title, "There are no values.")
    change = np.divide(new, old, out=np.full(old.shape, np.nan), where=known) - 1
    amount = Amount.of(unit, float(old[known].max()))
    sheet = Canvas(title)
    left = 20 + min(180.0, max(width_of(clean(name), 12) for name in rows) + 12)
    top = sheet.heading() + 62
    wide = min((WIDE - 20 - left) / len(columns), 110.0)
    tall = min(max(wide * 0.5, 20.0), 34.0)
    sheet.text(left, top - 34, column_title, 12, "cm-soft")
    sheet.text(20, top - 12, row_title, 12, "cm-soft")
    for c, name in enumerate(columns):
        middle = left + (c + 0.5) * wide
        sheet.text(middle, top - 12, cut(clean(name), 12, wide - 4), 12, "cm-ink", anchor="middle", bold=True)
    for r, name in enumerate(rows):
        y = top + r * tall
        sheet.text(20, y + tall / 2 + 4, cut(clean(name), 12, left - 30), 12, "cm-ink", bold=True)
        for c, column in enumerate(columns):
            x = left + c * wide
            if not known[r, c]:
                sheet.rect(x + 1, y + 1, wide - 2, tall - 2, "cm-none")
                continue
            value = float(change[r, c])
            says = (
                f"{clean(name)}, {clean(column)}: {amount.text(float(old[r, c]))} to {amount.text(float(new[r, c]), unit=True)}"
            )
            depth = 0.12 + 0.6 * min(abs(value) / FULL, 1.0) if abs(value) >= 0.005 else 0.0
            look = f"cm-f{UP if value > 0 else DOWN}" if depth else "cm-none"
            sheet.rect(x + 1, y + 1, wide - 2, tall - 2, look, says=says, more=f'fill-opacity="{depth:.2f}"' if depth else "")
            sheet.text(x + wide / 2, y + tall / 2 + 4, _percent(value), 12, "cm-ink cm-num", anchor="middle")
    notes = [f"Change in percent; the colour is full at {FULL:.0%}. Values before and after show under the pointer."]
    sheet.height = sheet.notes(notes, top + len(rows) * tall + 4) + 16
    return sheet.finish(_told(rows, columns, change))


def _percent(value: float) -> str:
    shown = 100 * value
    words = f"{abs(shown):.0f}" if abs(shown) >= 9.5 else f"{abs(shown):.1f}"
    return words if float(words) == 0 else ("+" if shown > 0 else "−") + words


def _told(rows: Sequence[str], columns: Sequence[str], change: FloatArray) -> str:
    """The greatest fall and rise, in words."""
    parts = []
    for what, place in (("greatest fall", np.nanargmin(change)), ("greatest rise", np.nanargmax(change))):
        r, c = divmod(int(place), len(columns))
        if math.isfinite(change[r, c]):
            parts.append(f"{what} {clean(rows[r])}, {clean(columns[c])}: {100 * change[r, c]:+.1f} percent")
    return "; ".join(parts)

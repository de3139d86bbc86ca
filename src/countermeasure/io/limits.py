"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TABLE", "TABLE_UPLOAD", "UPLOAD", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a file; beyond them it is refused with words, before it is unpacked.

    Attributes:
        size: Bytes of the file, or of all files of a folder.
        unpacked: Bytes of what a packed file says it holds.
        ratio: Times that a packed file may grow, where it grows beyond ``small``.
        small: Bytes below which the ratio does not matter.
        entries: Files in a packed file or a folder.
        rows: Rows of a sheet that hold anything.
        columns: Columns of a sheet.
        area: Cells between the first and the last that is used in a sheet, empty ones too.
        text: Characters of all cells of a sheet.
        faults: Faults of a sheet after which its further rows are not looked at.
        kept: Cells whose value is lost that are kept one by one; beyond them their rows alone.
        merged: Ranges of merged cells of a sheet.
        cells: Cells of a Parquet file, which may be packed without end.
    """

    size: int = 50_000_000
    unpacked: int = 250_000_000
    ratio: int = 150
    small: int = 5_000_000
    entries: int = 500
    rows: int = 100_000
    columns: int = 500
    area: int = 4_000_000
    text: int = 60_000_000
    faults: int = 500
    kept: int = 50
    merged: int = 50
    cells: int = 4_000_000


UPLOAD = Limits(size=5_000_000, unpacked=60_000_000, small=2_000_000, entries=200, rows=20_000, columns=300, area=1_000_000,
                text=15_000_000, faults=200)  # fmt: skip
"""Bounds of a portfolio that comes over a network."""

TABLE = Limits(size=1_000_000_000, unpacked=2_500_000_000, ratio=200, entries=2_000, rows=1_048_576, columns=16_384,
               area=60_000_000, text=3_000_000_000, kept=1_000_000, merged=100_000, cells=1_000_000_000)  # fmt: skip
"""Bounds of a table of one's own: as many rows as Excel holds, with some fifty columns."""

TABLE_UPLOAD = Limits(size=100_000_000, unpacked=100_000_000, ratio=200, small=1_000_000, rows=1_048_576, columns=16_384,
                      area=5_000_000, text=200_000_000, kept=1_000_000, merged=100_000, cells=5_000_000)  # fmt: skip
"""Bounds of a table that comes over a network."""

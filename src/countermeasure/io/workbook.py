"""Write an Excel file of several sheets."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.write import _EXCEL_ROWS, _columns, _looks, _put, _replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.io.write import Records

__all__ = ["write_workbook"]

_WIDEST = 60
_LOOKED_AT = 200


def write_workbook(path: Path | str, sheets: Mapping[str, tuple[Sequence[str], Records]]) -> Path:
    """Write sheets with a header row that stays in view.

    Args:
        path: Target, with suffix ``.xlsx``; it appears whole or not at all.
        sheets: By title the columns, which are written even where there is no record, and the records.

    Raises:
        InputError: If the file cannot be written or a sheet has more rows than Excel can hold.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        looks = _looks(book)
        for title, (names, records) in sheets.items():
            if len(records) > _EXCEL_ROWS:
                raise InputError(
                    f"an Excel sheet holds {_EXCEL_ROWS:,} rows, the sheet {title} would have {len(records):,}",
                    code="too_many_rows",
                    where=str(path),
                    cure="Write CSV or Parquet.",
                )
            page = book.add_worksheet(title[:31])
            page.freeze_panes(1, 0)
            columns = dict.fromkeys(names, ()) | _columns(records)
            for place, (name, values) in enumerate(columns.items()):
                page.write_string(0, place, name, looks["head"])
                longest = max((len(str(value)) for value in values[:_LOOKED_AT]), default=0)
                page.set_column(place, place, min(_WIDEST, max(len(name), longest, 6) + 2))
                for row, value in enumerate(values, start=1):
                    _put(page, row, place, value, looks)
            if records:
                page.autofilter(0, 0, len(records), len(columns) - 1)
    _replace(Path(path), buffer.getvalue())
    return Path(path)

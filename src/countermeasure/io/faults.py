"""What is wrong in a user's table, with its place and cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Fault", "Severity"]

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a table.

    Attributes:
        file: File name, or ``<stdin>``.
        row: Row in the source, from 1 (see ``RawTable.rows``), or None for a fault of the whole file or
            column.
        column: Column, or None.
        value: Text that is wrong, or None.
        message: What is wrong.
        cure: What to do.
        code: Stable machine word.
        severity: ``error`` (the row or file cannot be used as it is), ``warning`` or ``note``.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    cure: str
    code: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message.rstrip('.')}. {self.cure}"

    def to_json(self) -> dict[str, str | int | None]:
        """Return the fault as a flat record."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
            "cure": self.cure,
        }

"""Keep count of faults without keeping all of them: a million broken rows must not fill the memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from countermeasure.io.guard import CsvWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.io.faults import Fault

__all__ = ["FAULT_COLUMNS", "FaultLog"]

FAULT_COLUMNS = ("severity", "code", "file", "row", "column", "value", "message", "cure")
SHOWN = 20


class FaultLog:
    """Where faults go.

    Args:
        stream: Where every fault is written as CSV, or ``None``.
        keep: How many are kept to be shown.

    Attributes:
        kept: The first faults of severity ``error``, then of the others, at most ``keep`` each.
        kinds: Count by severity and code.
    """

    def __init__(self, stream: TextIO | None = None, keep: int = SHOWN) -> None:
        self._writer = CsvWriter(stream) if stream is not None else None
        if self._writer is not None:
            self._writer.writerow(FAULT_COLUMNS)
        self._keep = keep
        self._errors: list[Fault] = []
        self._others: list[Fault] = []
        self._rows: set[int] = set()
        self.kinds: Counter[tuple[str, str]] = Counter()

    def add(self, fault: Fault) -> None:
        """Take in a fault."""
        self.kinds[fault.severity, fault.code] += 1
        if fault.severity == "error" and fault.row is not None:
            self._rows.add(fault.row)
        mine = self._errors if fault.severity == "error" else self._others
        if len(mine) < self._keep:
            mine.append(fault)
        if self._writer is not None:
            record: dict[str, Any] = fault.to_json()
            self._writer.writerow([record[name] for name in FAULT_COLUMNS])

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take in several."""
        for fault in faults:
            self.add(fault)

    @property
    def kept(self) -> list[Fault]:
        """Those to be shown, errors first, each kind by row."""
        return [*sorted(self._errors, key=_row), *sorted(self._others, key=_row)]

    @property
    def errors(self) -> int:
        """Faults of severity ``error``."""
        return sum(count for (severity, _), count in self.kinds.items() if severity == "error")

    @property
    def rows(self) -> frozenset[int]:
        """Rows of the source with an error."""
        return frozenset(self._rows)

    def by_kind(self) -> list[tuple[str, str, int]]:
        """Severity, code and count, the most frequent first within a severity."""
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(
            ((severity, code, count) for (severity, code), count in self.kinds.items()),
            key=lambda item: (order[item[0]], -item[2], item[1]),
        )


def _row(fault: Fault) -> int:
    return -1 if fault.row is None else fault.row

"""Cases of conflicts: a file of models, each with the equilibria and other answers that are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.io.cases import CaseResult
from countermeasure.talks.conflicts_check import check_conflicts

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["holds_conflicts", "run_conflict_cases"]


def holds_conflicts(path: Path) -> bool:
    """Whether a file of cases is one of conflicts: a key ``conflicts`` stands at the left edge."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return any(line.startswith("conflicts:") for line in file)


def run_conflict_cases(path: Path) -> list[CaseResult]:
    """Check every expectation; what could not be checked counts as met and says why.

    Raises:
        BookError: With every fault of the file.
    """
    found = []
    for row in check_conflicts(path):
        differs = (f"{row.what}: expected {row.expected}, found {row.found}",) if row.ok is False else ()
        found.append(CaseResult(f"{row.id} {row.what}", differs, path.name, ""))
    return found

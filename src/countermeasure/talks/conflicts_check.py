"""Check a file of conflicts against what it says is expected of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import InputError
from countermeasure.talks.constraints import feasible_codes, pattern_of
from countermeasure.talks.moves import improvements
from countermeasure.talks.preferences import from_statements
from countermeasure.talks.read import read_entries, read_extra
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS, SEMANTICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from countermeasure.talks.file import EntryFile
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability

__all__ = ["CheckRow", "check_conflict", "check_conflicts"]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One expectation.

    Attributes:
        id: Conflict.
        what: What is expected, as ``equilibria legal_sequence seq``.
        expected: As text.
        found: As text.
        ok: Whether the two agree; ``None`` where it could not be checked, with the reason in ``found``.
    """

    id: str
    what: str
    expected: str
    found: str
    ok: bool | None


def check_conflicts(path: str | Path) -> list[CheckRow]:
    """Check every expectation of a file of conflicts.

    Args:
        path: See ``read.read_conflicts``; ``state_space_tests`` may stand beside ``conflicts``.

    Raises:
        InputError: If it is no such file.
        BookError: With every fault of the file.
    """
    rows = [row for conflict, expected, filed in read_entries(path) for row in check_conflict(conflict, expected, filed)]
    return rows + [_counted(entry) for entry in read_extra(path, "state_space_tests")]


def check_conflict(conflict: Conflict, expected: dict[str, Any], filed: EntryFile | None = None) -> list[CheckRow]:
    """Check what is expected of one conflict.

    Args:
        conflict: Conflict.
        expected: Its block, labels and counts as text.
        filed: Its entry, for statements beside a ranking.
    """
    solved = {semantics: solve(conflict, semantics=semantics) for semantics in SEMANTICS}
    checks = _Checks(conflict, solved)
    rows = list(checks.equilibria(expected.get("equilibria", {})))
    rows += checks.individual(expected.get("individual_stability", {}))
    rows += checks.coalition(expected.get("coalition"))
    rows += checks.published(expected.get("published"))
    rows += checks.inverse(expected.get("inverse"))
    rows += checks.statements(filed)
    rows += checks.laws()
    return rows


@dataclass(frozen=True)
class _Checks:
    """Checks of one conflict, a method for each block."""

    conflict: Conflict
    solved: dict[str, Stability]

    def labels(self, places: Iterable[int]) -> list[str]:
        return [self.conflict.space.label(int(place)) for place in places]

    def row(self, what: str, expected: Iterable[str], found: Iterable[str]) -> CheckRow:
        """A row that compares two sets of states."""
        wanted, got = (sorted(set(one), key=_natural) for one in (expected, found))
        return CheckRow(self.conflict.id, what, " ".join(wanted) or "none", " ".join(got) or "none", wanted == got)

    def equilibria(self, block: dict[str, Any]) -> Iterator[CheckRow]:
        same = block.get("same_for_other_sanction_semantics") == "true"
        base = block.get("legal_sequence", {})
        for semantics in SEMANTICS:
            wanted = block.get(semantics, base if same else {})
            for notion, labels in wanted.items():
                found = self.labels(self.solved[semantics].equilibria(notion))
                yield self.row(f"equilibria {semantics} {notion}", labels, found)

    def individual(self, block: dict[str, Any]) -> Iterator[CheckRow]:
        for notion, parties in block.items():
            for party, labels in parties.items():
                stable = self.solved["legal_sequence"].of(notion)[self.conflict.party(party)]
                yield self.row(f"stable {notion} {party}", labels, self.labels(np.flatnonzero(stable)))

    def coalition(self, block: dict[str, Any] | None) -> Iterator[CheckRow]:
        if not isinstance(block, dict) or "members" not in block:
            return
        members = [self.conflict.party(member) for member in block["members"]]
        listed = block.get("improvements", {})
        for place in range(len(self.conflict.space)):
            label, found = self.conflict.space.label(place), self.labels(improvements(self.conflict, members, place))
            if label in listed or found:
                yield self.row(f"improvements {'+'.join(block['members'])} from {label}", listed.get(label, ()), found)

    def published(self, block: dict[str, Any] | None) -> Iterator[CheckRow]:
        """What was printed; where the print is in error, ``correct`` says what sequential stability gives."""
        if not isinstance(block, dict):
            return
        agrees = block.get("agrees", "true") == "true"
        for key, labels in block.items():
            if key in ("agrees", "correct") or not isinstance(labels, list):
                continue
            notion = next((one for one in NOTIONS if key == one), "")
            if notion:
                wanted = labels if agrees else block.get("correct", labels)
                found = self.labels(self.solved["legal_sequence"].equilibria(notion))
                yield self.row(f"published {key}" if agrees else f"published {key}, corrected", wanted, found)
            elif "simultaneous" in key:
                both = solve(self.conflict, simultaneous=True).simultaneous
                assert both is not None  # noqa: S101 - it was asked for
                yield self.row(f"published {key}", labels, self.labels(np.flatnonzero(both.all(axis=0))))
            else:
                yield CheckRow(self.conflict.id, f"published {key}", " ".join(labels), "not checked: no such notion", None)

    def inverse(self, block: dict[str, Any] | None) -> Iterator[CheckRow]:
        """Counts of rankings of the first party under which a state is an equilibrium."""
        if not isinstance(block, dict) or "target_state" not in block:
            return
        try:
            from countermeasure.talks.inverse import count_rankings
        except ImportError:
            yield CheckRow(self.conflict.id, "inverse", "", "not checked: rankings cannot be counted here", None)
            return
        counts = count_rankings(self.conflict, self.conflict.space.place(block["target_state"])).counts
        for notion, wanted in block.get("count_rankings_making_target_an_equilibrium", {}).items():
            found = str(counts[notion])
            yield CheckRow(self.conflict.id, f"inverse {block['target_state']} {notion}", wanted, found, wanted == found)

    def statements(self, filed: EntryFile | None) -> Iterator[CheckRow]:
        """Whether statements give the ranking that stands beside them."""
        if filed is None:
            return
        ids = [option.id for option in self.conflict.options]
        given_by: dict[str, Sequence[str | Sequence[str]]] = {**filed.preference_statements, **filed.preference_statements_text}
        for party, given in given_by.items():
            preference = self.conflict.preferences[self.conflict.party(party)]
            wanted = self.ranked(preference.classes())
            try:
                found = self.ranked(from_statements(self.conflict.space, ids, given).classes())
            except InputError as error:
                found = str(error)
            yield CheckRow(self.conflict.id, f"statements {party}", wanted, found, wanted == found)

    def ranked(self, classes: list[list[int]]) -> str:
        return " > ".join(" = ".join(self.labels(one)) for one in classes)

    def laws(self) -> Iterator[CheckRow]:
        """What is Nash is all else, what is SMR or SEQ is GMR."""
        for semantics, solved in self.solved.items():
            nash, gmr, smr, seq = (solved.of(notion) for notion in NOTIONS)
            holds = not ((nash & ~smr) | (smr & ~gmr) | (nash & ~seq) | (seq & ~gmr)).any()
            found = "holds" if holds else "broken"
            yield CheckRow(self.conflict.id, f"inclusion {semantics}", "holds", found, holds)


def _counted(entry: dict[str, Any]) -> CheckRow:
    """A count of feasible states."""
    bits = len(entry["options"])
    found = str(len(feasible_codes(bits, [pattern_of(text, bits) for text in entry.get("infeasible_patterns", [])])))
    wanted = str(entry.get("expected", {}).get("feasible_states", ""))
    return CheckRow(entry.get("id", ""), "feasible states", wanted, found, wanted == found)


def _natural(label: str) -> tuple[int, str]:
    return (int(label), "") if label.isdecimal() else (1 << 30, label)

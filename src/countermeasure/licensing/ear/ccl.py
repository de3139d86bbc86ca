"""The Commerce Control List: entries by ECCN, the reasons for which they are controlled, and the paragraphs these bear on.

The table ``data/ear/ccl.csv`` is written by ``countermeasure.io.build_ear``, which explains its small language.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError

__all__ = ["DATA", "Entry", "Requirement", "Ternary", "as_of", "entry", "relation", "split_eccn", "table"]

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "ear"

Ternary = Literal["yes", "no", "unknown"]

_ECCN = re.compile(r"([0-9][A-E][0-9]{3})((?:\.[a-z0-9]+)*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One reason for control of an entry.

    Attributes:
        reason: ``NS``, ``RS``, ``AT`` and so on.
        applies: Paragraphs on which it bears: ``all``, ``all -y``, ``b.2 b.3``, ``?c`` (perhaps), ``?`` (words decide).
        rule: Destinations: a column of the chart (``NS 2``), ``world``, codes and groups, or ``?``.
        words: Words of the list, where the table does not say it all.
    """

    reason: str
    applies: str
    rule: str
    words: str

    def bears_on(self, paragraph: str) -> Ternary:
        """Whether it bears on a paragraph, ``""`` being the whole entry: unknown where on a part only, or where words decide.

        Args:
            paragraph: As ``b.2``.
        """
        if self.applies == "?":
            return "unknown"
        tokens = self.applies.split()
        answers: dict[str, Ternary] = {t: relation(t.lstrip("?-"), paragraph) for t in tokens if t != "all"}
        taken = {t: a for t, a in answers.items() if "-" in t[:2]}
        named = {t: a for t, a in answers.items() if t not in taken}
        if any(t.startswith("?") and a != "no" for t, a in taken.items()) or any(a == "unknown" for a in taken.values()):
            return "unknown"
        if any(a == "yes" for a in taken.values()):
            return "no"
        if tokens[0] == "all":
            return "yes"
        if any(a == "yes" and not t.startswith("?") for t, a in named.items()):
            return "yes"
        return "unknown" if any(a != "no" for a in named.values()) else "no"

    @property
    def paragraphs(self) -> str:
        """The paragraphs for a person: ``.b.2, .b.3``."""
        if self.applies == "all":
            return "the entire entry"
        tokens = self.applies.split()
        taken = ", ".join(dict.fromkeys(f".{t.lstrip('?-')}" for t in tokens if "-" in t[:2]))
        named = ", ".join(f".{t.lstrip('?')}" for t in tokens if t not in ("all", "?") and "-" not in t[:2])
        head = "the entire entry" if tokens[0] == "all" else named or "a part that its words describe"
        return f"{head} but for {taken}" if taken else head


def relation(ref: str, paragraph: str) -> Ternary:
    """Whether a named paragraph holds the asked one (yes), is a part of it (unknown), or lies apart (no)."""
    if paragraph == ref or paragraph.startswith(f"{ref}."):
        return "yes"
    return "unknown" if not paragraph or ref.startswith(f"{paragraph}.") else "no"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list.

    Attributes:
        eccn: Five signs, as ``3A001``.
        heading: What it covers, shortened.
        paragraphs: Paragraphs of the first order, where they are known.
        reasons: Reasons for control as its heading line prints them.
        requirements: Its reasons, row by row.
        exceptions: License exceptions it names, with their words; whether their conditions are met is not checked.
        itar: The entry refers to the ITAR of the Department of State.
    """

    eccn: str
    heading: str
    paragraphs: tuple[str, ...]
    reasons: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    exceptions: tuple[tuple[str, str], ...]
    itar: bool


def table(name: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows and header of a shipped table, ``ccl`` or ``chart``."""
    head: dict[str, str] = {}
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = []
        for line in file:
            if line.startswith("# "):
                key, _, value = line[2:].partition(": ")
                head.setdefault(key, value.strip())
            else:
                lines.append(line)
    return list(csv.DictReader(lines)), head


@cache
def _entries() -> dict[str, Entry]:
    by_eccn: dict[str, list[dict[str, str]]] = {}
    for row in table("ccl")[0]:
        by_eccn.setdefault(row["eccn"], []).append(row)
    return {eccn: _entry(eccn, rows) for eccn, rows in by_eccn.items()}


def _entry(eccn: str, rows: list[dict[str, str]]) -> Entry:
    head = next(r for r in rows if r["kind"] == "entry")
    needed = [r for r in rows if r["kind"] not in ("entry", "exception")]
    return Entry(
        eccn,
        head["words"].removeprefix("ITAR: "),
        tuple(head["applies"].split()),
        tuple(re.findall(r"[A-Z]{2}", head["rule"])),
        tuple(Requirement(r["kind"], r["applies"], r["rule"], r["words"]) for r in needed),
        tuple((r["rule"], r["words"]) for r in rows if r["kind"] == "exception"),
        head["words"].startswith("ITAR: "),
    )


@cache
def as_of() -> int:
    """Epoch day of the text from which the tables were made."""
    return parse_day(table("chart")[1]["as_of"])


def split_eccn(text: str) -> tuple[str, str]:
    """Read a classification.

    Args:
        text: As ``3A001.b.2``, ``3a001`` or ``EAR99``.

    Returns:
        Entry and paragraph: ``("3A001", "b.2")``; ``("EAR99", "")``.

    Raises:
        CodeError: If it has not the form of an ECCN.
    """
    plain = re.sub(r"\s+", "", text)
    if plain.upper() == "EAR99":
        return "EAR99", ""
    hit = _ECCN.fullmatch(plain)
    if hit is None:
        raise CodeError(
            f"{text!r} is not an ECCN",
            code="bad_eccn",
            cure="Write a digit, a letter A to E and three digits, as 3A001.b.2, or EAR99.",
        )
    return hit[1].upper(), hit[2].lower().lstrip(".")


def entry(eccn: str) -> Entry:
    """One entry of the list.

    Args:
        eccn: Five signs; a paragraph behind them is left aside.

    Raises:
        CodeError: If it is not an ECCN of the table, with near ones.
    """
    base, _ = split_eccn(eccn)
    found = _entries().get(base)
    if found is None:
        raise CodeError(
            f"{base} is not an entry of the Commerce Control List of this edition",
            code="unknown_eccn",
            cure=f"Near ones: {', '.join(_near(base))}. An item on no entry is EAR99.",
        )
    return found


def _near(base: str, count: int = 4) -> list[str]:
    """Entries nearest by number in the same category and group; then in the same category."""
    known = list(_entries())
    for width in (2, 1, 0):
        same = [e for e in known if e[:width] == base[:width]]
        if same:
            return sorted(sorted(same, key=lambda e: (abs(int(e[2:]) - int(base[2:])), e))[:count])
    return []

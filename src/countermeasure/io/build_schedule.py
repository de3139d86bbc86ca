"""Build the shipped schedule of the United States from the official editions.

    python -m countermeasure.io.build_schedule EDITIONS_DIR OUT

``EDITIONS_DIR`` holds the editions (JSON, may be gzip), ``index.csv`` (file, release, date of the change
record) and ``hts_change_records.csv`` (release, item, nature, effective date). The same input gives the same
bytes.

Days: the printing of an edition is not a legal date. Where the official change record dates the change of a
    line,
that day counts; else the day printed on the change record; else the day of publication.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day, parse_day
from countermeasure.duty.rates import parse_rate
from countermeasure.duty.spells import Entry, Spell, merge_editions, write_spells
from countermeasure.errors import InputError
from countermeasure.io.hts_edition import Edition, read_edition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Built", "build_schedule", "entries_of", "main"]

_WIDTH = 70
"""Longest description kept, in characters."""

# What the exports get wrong in chapters 1 to 97, with the reason. Each is applied only where it is found.
_COPY_OF_LATER = {"2026HTSRev5": "its file is a copy of 2026 Revision 7"}
_OMITTED = {
    (
        "2025HTSBasic",
        "4420190000",
    ): "omitted from the 2025 Basic export; in Revision 1 without any change record",
    (
        "2025HTSBasic",
        "9401696031",
    ): "omitted from the 2025 Basic export; in Revision 1 without any change record",
    (
        "2026HTSRev2",
        "7602000035",
    ): "omitted from the export of 2026 Revision 2; in the editions before and after it",
}
_MISPRINTED = {
    "9401993030": "printed in 2025 Revision 16 only, under a line it does not belong to and without a rate",
}


@dataclass(frozen=True, slots=True)
class Built:
    """The schedule, ready to be written, and what was noticed on the way."""

    spells: tuple[Spell, ...]
    header: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file."""
        return write_spells(self.spells, self.header)


def entries_of(edition: Edition) -> dict[str, Entry]:
    """The lines of chapters 1 to 97 of an edition, as the schedule keeps them."""
    return {
        line.code: Entry(line.general, line.column_2, line.units, _describe(line.description, line.parent))
        for line in edition.lines
        if line.code not in _MISPRINTED
    }


def _describe(own: str, parent: str) -> str:
    if own.casefold() != "other":
        return _short(own, _WIDTH)
    return f"{_short(parent, _WIDTH - 7)}: other" if parent else own


def _short(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


@dataclass(frozen=True, slots=True)
class _Change:
    release: str
    code: str
    nature: str
    day: int


def build_schedule(folder: Path, progress: Callable[[str], None] | None = None) -> Built:
    """Read the editions of a folder and merge them.

    Args:
        folder: Editions, ``index.csv`` and ``hts_change_records.csv``.
        progress: Called with the name of each edition read.

    Raises:
        InputError: If the index or an edition cannot be read, or a rate is missing.
    """
    index = _csv(folder / "index.csv", {"file", "release", "change_record_date"})
    changes = _changes(folder / "hts_change_records.csv")
    notes = [f"{release}: left out, {why}" for release, why in _COPY_OF_LATER.items()]
    dated: list[tuple[int, dict[str, Entry]]] = []
    legal: dict[tuple[int, str], int] = {}
    releases: list[str] = []
    seen: dict[str, dict[str, Entry]] = {}
    for item in index:
        release = item["release"]
        if release in _COPY_OF_LATER:
            continue
        key = item.get("sha256_16_of_json") or item["file"]
        if key not in seen:
            edition = read_edition(folder / item["file"])
            seen[key] = entries_of(edition)
            notes += [f"{release}: {problem.kind} {problem.htsno}: {problem.detail}" for problem in edition.problems]
            notes += [f"{release}: no rate for {code}" for code in edition.missing]
        if progress:
            progress(release)
        day = parse_day(item["change_record_date"] or item.get("yale_policy_effective_date") or item.get("yale_hts_date") or "")
        for change in changes:
            if change.release == release:
                legal[len(dated), change.code] = change.day
        dated.append((day, dict(seen[key])))
        releases.append(release)
    _fill_omissions(dated, releases, notes)
    spells = merge_editions(dated, legal)
    known = dated[-1][0]
    spells, later = _apply_later(spells, [one for one in changes if one.release not in {i["release"] for i in index}])
    notes += [f"never printed with a rate: {code}: {why}" for code, why in _MISPRINTED.items()]
    unread = [spell.code for spell in spells if "none" in {_kind(spell.entry.general), _kind(spell.entry.column_2)}]
    if unread:
        raise InputError(f"{len(unread)} lines have no rate, the first is {unread[0]}", where=str(folder.name))
    header = _header(releases, known, later, spells)
    return Built(tuple(spells), header, tuple(notes))


def _kind(text: str) -> str:
    return parse_rate(text).kind


def _fill_omissions(dated: list[tuple[int, dict[str, Entry]]], releases: list[str], notes: list[str]) -> None:
    """Put back lines that an export left out by mistake, with the text of the following edition."""
    for (release, code), why in _OMITTED.items():
        if release not in releases[:-1]:
            continue
        at = releases.index(release)
        if code not in dated[at][1] and code in dated[at + 1][1]:
            dated[at][1][code] = dated[at + 1][1][code]
            notes.append(f"{release}: {code} put back, {why}")


def _csv(path: Path, needed: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"cannot be read ({error})", where=path.name) from error
    if not rows or not needed <= rows[0].keys():
        raise InputError(f"needs rows and the columns {', '.join(sorted(needed))}", where=path.name)
    return rows


def _changes(path: Path) -> list[_Change]:
    """Dated changes of ten-digit lines of chapters 1 to 97."""
    found: list[_Change] = []
    for row in _csv(path, {"release", "item", "nature", "effective_date"}):
        code = row["item"].replace(".", "")
        if not re.fullmatch(r"\d{10}", code) or code[:2] in {"98", "99"}:
            continue
        # The official record of 2025 Revision 16 prints the year 3025 in some rows.
        day = parse_day(re.sub(r"^3025", "2025", row["effective_date"]))
        found.append(_Change(row["release"], code, row["nature"], day))
        if row["nature"].startswith("Deleted (transferred to"):
            named = re.findall(r"\d{4}\.\d{2}\.\d{4}", row["nature"])
            found += [_Change(row["release"], one.replace(".", ""), "Established", day) for one in named]
    return found


def _apply_later(spells: list[Spell], changes: Iterable[_Change]) -> tuple[list[Spell], int]:
    """End and begin ten-digit lines that change records name after the newest edition held.

    A statistical suffix has no rate of its own: the new line carries the rate of its eight-digit line, which
    must be one and the same on all lines below it; else nothing is done. Unit and text are not held and stay
    empty.
    """
    standing = {spell.code: spell for spell in spells if spell.until_day is None}
    by_line: dict[str, set[tuple[str, str]]] = {}
    for spell in standing.values():
        by_line.setdefault(spell.code[:8], set()).add(spell.entry[:2])
    result = {(spell.code, spell.from_day): spell for spell in spells}
    done = 0
    for change in changes:
        nature = change.nature
        old = standing.get(change.code)
        if nature.startswith(("Deleted", "Discontinued", "Annotated (transferred")) and old and old.until_day is None:
            result[old.code, old.from_day] = standing[change.code] = replace(old, until_day=change.day)
            done += 1
        elif nature.startswith("Established") and old is None:
            rates = by_line.get(change.code[:8], set())
            if len(rates) != 1:
                continue
            text = f"Statistical line of {_name(change.release)}, text not held"
            new = Spell(change.code, change.day, None, Entry(*next(iter(rates)), "", text))
            result[new.code, new.from_day] = standing[new.code] = new
            done += 1
    ordered = sorted(result.values(), key=lambda one: (one.code, -(2**31) if one.from_day is None else one.from_day))
    return ordered, done


def _header(releases: list[str], known: int, later: int, spells: list[Spell]) -> tuple[str, ...]:
    kinds = Counter(_kind(spell.entry.general) for spell in spells)
    counted = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
    return (
        "Column 1 general and column 2 rates of duty of the United States, chapters 1 to 97, by day.",
        "Source: Harmonized Tariff Schedule of the United States (USITC, https://hts.usitc.gov), editions",
        f"  {_name(releases[0])} to {_name(releases[-1])} ({len(releases)} files), and the change records.",
        "Licence: public domain (17 USC 105).",
        "Made by: python -m countermeasure.io.build_schedule EDITIONS_DIR OUT ; do not edit by hand.",
        f"known_to: {format_day(known)}",
        "Windows are half open. The day of a change is its legal day, else the day of the change record.",
        f"Of later revisions {later} ten-digit changes are included (2026 Revision 11, in part);",
        "  other later changes are not known.",
        "An empty `from`: in the first edition, may be older. Rates before 2025 are those of 2025 Basic,",
        "  unchecked. An empty `until`: in the newest edition.",
        "Ten digits ending in 00 may be a legal line of eight digits without suffixes.",
        "Rates are texts as printed, without tags and footnote marks; lines have that of the legal line.",
        "Left out: chapters 98 and 99, and column 1 special. Descriptions are shortened.",
        *(f"Corrected: {code}: {why}." for (_, code), why in sorted(_OMITTED.items())),
        *(f"Left out: {code}: {why}." for code, why in sorted(_MISPRINTED.items())),
        f"rows: {len(spells)}; column 1 kinds: {counted}",
    )


def _name(release: str) -> str:
    return release.replace("HTSRev", " Revision ").replace("HTS", " ")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: list[str]) -> int:
    """Command line: ``EDITIONS_DIR OUT``."""
    if len(arguments) != 2:
        _say("usage: python -m countermeasure.io.build_schedule EDITIONS_DIR OUT")
        return 2
    built = build_schedule(Path(arguments[0]), _say)
    Path(arguments[1]).write_text(built.text, encoding="utf-8", newline="\n")
    _say("\n".join((*built.notes, f"{len(built.spells)} rows")))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

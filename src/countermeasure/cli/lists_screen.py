"""Lists of parties on the screen: what an import did, what changed, which saved parties that touches."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from countermeasure.cli.talk import fault_report, out, plural
from countermeasure.codes.day import format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from countermeasure.io.party_imports import PartyImport
    from countermeasure.io.party_touched import Touched
    from countermeasure.parties.lists import ListDiff
    from countermeasure.parties.model import ListedParty

__all__ = ["after_import", "diff_record", "party_record", "print_changes", "print_diff", "print_touched", "touched_record"]

_NAMED = 12


def day_text(day: int | None) -> str:
    """A day for a person."""
    return format_day(day) if day is not None else "undated"


def after_import(done: PartyImport, saved: Path | None, faults: Path | None, *, as_json: bool) -> None:
    """Say what an import of parties did; leaves with 2 where rows could not be read."""
    touched = _touched(done.changes, saved)
    _write_faults(done, faults)
    errors = sum(fault.severity == "error" for fault in done.reading.faults)
    if as_json:
        sys.stdout.write(json.dumps(_import_record(done, touched), indent=1, ensure_ascii=False) + "\n")
    else:
        _import_screen(done)
        if touched is not None:
            print_touched(touched)
    if errors:
        raise typer.Exit(2)


def _touched(changes: Sequence[ListDiff], saved: Path | None) -> list[Touched] | None:
    if saved is None:
        return None
    from countermeasure.io.party_touched import read_saved, touched_by

    queries, _ = read_saved(saved)
    return touched_by(changes, queries)


def _write_faults(done: PartyImport, faults: Path | None) -> None:
    if faults is None:
        return
    from countermeasure.io.faultlog import FaultLog

    with faults.open("w", encoding="utf-8", newline="") as stream:
        FaultLog(stream).extend(done.reading.faults)


def _import_screen(done: PartyImport) -> None:
    console = out()
    reading = done.reading
    for entry in done.entries:
        console.print(f"{entry.key}: {plural(entry.rows, 'entry').replace('entrys', 'entries')}", soft_wrap=True)
    shared = f" ({reading.shared:,} more than rows, which stand on several lists)" if reading.shared else ""
    console.print(
        f"{plural(reading.rows, 'row')} of {reading.name}: {reading.entries:,} entries{shared}, "
        f"{reading.merged:,} taken into an earlier entry, {len(reading.dropped):,} dropped",
        soft_wrap=True,
    )
    console.print(f"day: {done.as_of or 'none'} ({done.basis})", soft_wrap=True)
    repairs = Counter((fault.severity, fault.code) for fault in reading.faults if fault.severity == "note")
    if repairs:
        said = ", ".join(f"{code.replace('_', ' ')} {count:,}" for (_, code), count in repairs.most_common())
        console.print(f"repaired or noted: {said}", soft_wrap=True)
    serious = [fault for fault in reading.faults if fault.severity != "note"]
    if serious:
        from countermeasure.io.faultlog import FaultLog

        log = FaultLog(keep=5)
        log.extend(serious)
        fault_report(log, reading.rows, reading.rows - len(log.rows))
    print_changes(done.changes)


def print_changes(changes: Sequence[ListDiff]) -> None:
    """One line for each list that had an edition before."""
    console = out()
    for change in changes:
        if change.touched:
            console.print(
                f"{change.code} since {day_text(change.old)}: {len(change.added):,} added, {len(change.removed):,} removed, "
                f"{len(change.changed):,} changed, {change.same:,} the same",
                soft_wrap=True,
            )
        else:
            console.print(f"{change.code} since {day_text(change.old)}: nothing changed")


def print_diff(change: ListDiff, *, everything: bool) -> None:
    """A comparison of two editions, entry by entry."""
    console = out()
    print_changes([change])
    for word, sign, parties in (("added", "+", change.added), ("removed", "-", change.removed)):
        shown = parties if everything else parties[:_NAMED]
        for party in shown:
            console.print(f"{sign} {_line(party)}", soft_wrap=True)
        if len(parties) > len(shown):
            console.print(f"  and {len(parties) - len(shown):,} more {word}; --all shows them")
    shown_pairs = change.changed if everything else change.changed[:_NAMED]
    for before, after, what in shown_pairs:
        console.print(f"~ {_line(after)}", soft_wrap=True)
        for attribute in what:
            console.print(
                f"    {attribute}: {_cell(getattr(before, attribute))} -> {_cell(getattr(after, attribute))}", soft_wrap=True
            )
    if len(change.changed) > len(shown_pairs):
        console.print(f"  and {len(change.changed) - len(shown_pairs):,} more changed; --all shows them")


def _line(party: ListedParty) -> str:
    place = f" [{', '.join(party.countries)}]" if party.countries else ""
    notice = f", {party.citation}" if party.citation else ""
    return f"{party.name}{place}{notice} ({party.id})"


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(" ".join(item) if isinstance(item, tuple) else str(item) for item in value) or "none"
    if isinstance(value, int):
        return day_text(value)
    return str(value) if value not in (None, "") else "none"


def print_touched(touched: Sequence[Touched]) -> None:
    """Which saved parties a change touches."""
    console = out()
    if not touched:
        console.print("none of your saved parties is touched by the change")
        return
    console.print(
        f"{plural(len({t.saved.id for t in touched}), 'saved party').replace('partys', 'parties')} touched by the change:"
    )
    for hit in touched:
        sure = "is" if hit.band.value == "confirmed" else f"may be ({hit.score:.2f})"
        attributes = f": {', '.join(hit.attributes)}" if hit.attributes else ""
        console.print(f"  {hit.saved.name} ({hit.saved.id}) {sure} {_line(hit.party)}, {hit.what}{attributes}", soft_wrap=True)


def party_record(party: ListedParty) -> dict[str, object]:
    """An entry as a flat record; days as text."""
    from dataclasses import asdict

    record = asdict(party)
    record["kind"] = party.kind.value
    record["identifiers"] = [{"kind": kind, "number": number} for kind, number in party.identifiers]
    for name in ("start", "end"):
        value = getattr(party, name)
        record[name] = format_day(value) if value is not None else None
    return record


def diff_record(change: ListDiff) -> dict[str, object]:
    """A comparison for JSON."""
    return {
        "list": change.code,
        "old": day_text(change.old),
        "new": day_text(change.new),
        "same": change.same,
        "added": [party_record(party) for party in change.added],
        "removed": [party_record(party) for party in change.removed],
        "changed": [
            {"before": party_record(before), "after": party_record(after), "attributes": list(what)}
            for before, after, what in change.changed
        ],
    }


def touched_record(touched: Iterable[Touched]) -> list[dict[str, object]]:
    """Touched parties for JSON."""
    return [
        {
            "id": hit.saved.id,
            "name": hit.saved.name,
            "what": hit.what,
            "attributes": list(hit.attributes),
            "band": hit.band.value,
            "score": round(hit.score, 4),
            "party": party_record(hit.party),
        }
        for hit in touched
    ]


def _import_record(done: PartyImport, touched: Sequence[Touched] | None) -> dict[str, object]:
    from dataclasses import asdict

    reading = done.reading
    counts = Counter(f"{fault.severity} {fault.code}" for fault in reading.faults)
    return {
        "imported": [asdict(entry) for entry in done.entries],
        "as_of": done.as_of or None,
        "as_of_basis": done.basis,
        "rows": reading.rows,
        "entries": reading.entries,
        "merged": reading.merged,
        "shared": reading.shared,
        "dropped": [fault.to_json() for fault in reading.dropped],
        "faults": dict(counts.most_common()),
        "changes": [
            {
                "list": change.code,
                "since": day_text(change.old),
                "added": len(change.added),
                "removed": len(change.removed),
                "changed": len(change.changed),
                "same": change.same,
            }
            for change in done.changes
        ],
        "touched": None if touched is None else touched_record(touched),
    }

"""``countermeasure data``: bring official files into the local store, and say what is there."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import CodeError, InputError

if TYPE_CHECKING:
    from countermeasure.io.store import Imported

__all__ = ["KINDS", "data", "data_import", "data_status"]

KINDS = {
    "hts": "an edition of the tariff schedule, JSON or CSV export of USITC; needs --from DAY, its first day",
    "ch99": "the notes to chapter 99 as plain text; gives the code lists of the law",
    "weights": "imports by ten-digit number and country, as the Census Bureau gives them, CSV or Parquet",
    "csl": "the US Consolidated Screening List, CSV or JSON; gives every list inside",
    "bis-el": "the US Entity List as BIS publishes it, CSV",
    "bis-dpl": "the US Denied Persons List, tab separated or CSV",
    "bis-uvl": "the US Unverified List, CSV",
    "bis-meu": "the US Military End-User List, CSV",
    "ofac-sdn": "lists of OFAC: a folder with sdn.csv, add.csv, alt.csv (or cons_*), or sdn.xml",
    "un": "the consolidated list of the UN Security Council, XML",
    "own-list": "a list of your own with a column name; needs --name",
}
"""Kinds of import, and what each takes."""

Kind = Annotated[str, typer.Argument(metavar="KIND", help="What the file is: " + ", ".join(KINDS) + ".")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file, plain or gzip; a folder for ofac-sdn.")]
First = Annotated[str, typer.Option("--from", metavar="DAY", help="First day of the edition (hts).")]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DAY", help="Day of the edition (lists of parties); else told from the file.")
]
Name = Annotated[str, typer.Option("--name", help="Name in the store; the name of the file if absent.")]
Whole = Annotated[
    bool, typer.Option("--whole", help="The file holds the whole list, though far shorter than the edition before.")
]
Saved = Annotated[
    Path | None,
    typer.Option(
        "--parties", metavar="FILE", help="Your saved parties (column name): say which of them a new edition touches."
    ),
]

data = typer.Typer(help="Bring official files into the local store, and say what is there.", no_args_is_help=True)


@data.command("import")
def data_import(
    kind: Kind,
    file: File,
    first: First = "",
    as_of: AsOf = "",
    name: Name = "",
    parties: Saved = None,
    whole: Whole = False,
    faults: flags.FaultsFile = None,
    as_json: flags.JsonOut = False,
) -> None:
    """Import a file; an import that fails changes nothing.

    countermeasure data import hts hts_2026_revision_12.json --from 2026-06-08

    countermeasure data import csl consolidated.csv --parties suppliers.csv
    """
    from countermeasure.cli.options import today
    from countermeasure.codes.day import format_day

    if kind not in KINDS:
        known = "; ".join(f"{word}: {what}" for word, what in KINDS.items())
        raise CodeError(f"{kind!r} is not a kind of import", code="unknown_kind", cure=f"Use one of {known}.")
    if kind == "hts" and not first:
        raise InputError(
            "the first day of the edition is not given", code="missing_option", cure="Add --from, as --from 2026-06-08."
        )
    from countermeasure.io import imports

    day = format_day(today())
    if kind == "hts":
        entry = imports.import_hts(file, first, imported_on=day, progress=_say)
    elif kind == "ch99":
        entry = imports.import_chapter99_notes(file, name=name, imported_on=day, progress=_say)
    elif kind == "weights":
        entry = imports.import_weights(file, name=name, imported_on=day, progress=_say)
    else:
        from countermeasure.cli.lists_screen import after_import

        done = imports.import_parties(kind, file, name=name, as_of=as_of, whole=whole, imported_on=day, progress=_say)
        after_import(done, parties, faults, as_json=as_json)
        return
    if as_json:
        sys.stdout.write(json.dumps(_record(entry), indent=1, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(f"{entry.kind} {entry.key}: {entry.rows:,} rows of {entry.origin}\n")
    for note in entry.notes:
        sys.stdout.write(f"  note: {note}\n")


@data.command("status")
def data_status(as_json: flags.JsonOut = False) -> None:
    """What is shipped and what was imported, with days and hashes.

    countermeasure data status
    """
    from countermeasure.duty.schedule import Schedule
    from countermeasure.io.imports import status
    from countermeasure.io.store import Store
    from countermeasure.parties.lists import shipped_lists

    store = Store()
    entries = status(store)
    damaged = {entry.file for entry in store.damaged()}
    shipped = Schedule.shipped()
    lists = shipped_lists()
    if as_json:
        answer = {
            "folder": str(store.folder),
            "shipped": {
                "schedule_lines": len(shipped.codes),
                "known_to": shipped.known_to,
                "sha256": shipped.sha256,
                "lists": {found.code: len(found.parties) for found in lists},
            },
            "imported": [_record(entry) | {"damaged": entry.file in damaged} for entry in entries],
        }
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
    else:
        said = [f"tariff schedule, {len(shipped.codes):,} spells, to {shipped.known_to}"]
        said.append(
            f"lists of parties, {sum(len(found.parties) for found in lists):,} entries (see countermeasure lists status)"
        )
        _screen(store.folder, entries, damaged, said)
    if damaged:
        raise typer.Exit(2)


def _screen(folder: Path, entries: "tuple[Imported, ...]", damaged: set[str], shipped: list[str]) -> None:
    from countermeasure.cli.lines_screen import new_table
    from countermeasure.cli.talk import out

    console = out()
    for what in shipped:
        console.print(f"Shipped: {what}")
    console.print(f"Imported, in {folder}: {len(entries) or 'nothing'}")
    if not entries:
        return
    table = new_table(plain=not console.is_terminal)
    for head in ("kind", "name", "from file", "rows", "imported on", "hash", ""):
        table.add_column(head, justify="right" if head == "rows" else "left", overflow="fold", no_wrap=head == "name")
    for e in entries:
        state = "damaged: import it again" if e.file in damaged else f"{len(e.notes)} notes" if e.notes else ""
        table.add_row(e.kind, e.key, e.origin, f"{e.rows:,}", e.imported_on, e.origin_sha256[:12], state)
    console.print(table)


def _record(entry: "Imported") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(entry)


def _say(text: str) -> None:
    """Progress on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")

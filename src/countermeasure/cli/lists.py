"""``countermeasure lists``: which lists of parties are there, what is on them, what changed between two editions."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags

if TYPE_CHECKING:
    from countermeasure.parties.model import ListedParty, PartyList

__all__ = ["lists", "lists_diff", "lists_show", "lists_status"]

Edition = Annotated[str, typer.Argument(metavar="LIST", help="As us-el, us-el@2026-07-31 or cn-ecl@shipped.")]
Words = Annotated[list[str] | None, typer.Argument(metavar="[WORDS]", help="Only entries with these words in a name.")]
Limit = Annotated[int, typer.Option("--limit", help="At most so many entries; 0 for all.")]
Everything = Annotated[bool, typer.Option("--all", help="Name every entry, not the first dozen of each kind.")]
On = Annotated[str, typer.Option("--on", metavar="DAY", help="The editions newest at that day.")]
Saved = Annotated[
    Path | None,
    typer.Option("--parties", metavar="FILE", help="Your saved parties (column name): say which of them it touches."),
]

lists = typer.Typer(help="Lists of parties: which are there, what is on them, what changed.", no_args_is_help=True)


@lists.command("status")
def lists_status(on: On = "", as_json: flags.JsonOut = False) -> None:
    """Which lists are there, of which day, and whether they are whole.

    countermeasure lists status
    """
    from countermeasure.codes.day import parse_day
    from countermeasure.io.party_lists import editions, party_lists

    found = party_lists(on=parse_day(on) if on else None)
    if as_json:
        answer = [_edition_record(one) | {"editions": [e.key for e in editions(one.code)]} for one in found]
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        return
    from countermeasure.cli.lines_screen import new_table
    from countermeasure.cli.lists_screen import day_text
    from countermeasure.cli.talk import out

    console = out()
    table = new_table(plain=not console.is_terminal)
    for head in ("list", "as of", "entries", "whole", "from", "hash", "what it is"):
        table.add_column(head, justify="right" if head == "entries" else "left", no_wrap=head in ("list", "as of"))
    for one in found:
        origin = "shipped" if one.shipped else one.source
        whole = "yes" if one.complete else "no"
        table.add_row(one.code, day_text(one.as_of), f"{len(one.parties):,}", whole, origin, one.hash[:12], one.title)
    console.print(table)
    for one in found:
        if not one.complete:
            console.print(f"{one.code}: {one.coverage}")


@lists.command("show")
def lists_show(edition: Edition, words: Words = None, limit: Limit = 20, as_json: flags.JsonOut = False) -> None:
    """Entries of a list, in its order.

    countermeasure lists show us-el huawei
    """
    from countermeasure.io.party_lists import edition as open_edition

    one = open_edition(edition)
    wanted = [word.casefold() for word in words or ()]
    found = [party for party in one.parties if all(_has(party, word) for word in wanted)]
    shown = found[:limit] if limit > 0 else found
    if as_json:
        from countermeasure.cli.lists_screen import party_record

        answer = _edition_record(one) | {"found": len(found), "parties": [party_record(party) for party in shown]}
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        return
    from countermeasure.cli.lists_screen import day_text
    from countermeasure.cli.talk import out

    console = out()
    console.print(f"{one.title}, {day_text(one.as_of)}: {len(found):,} of {len(one.parties):,} entries")
    if not one.complete:
        console.print(one.coverage)
    for party in shown:
        _print_party(party)
    if len(found) > len(shown):
        console.print(f"and {len(found) - len(shown):,} more; --limit 0 shows them")


@lists.command("diff")
def lists_diff(
    old: Edition, new: Edition, parties: Saved = None, everything: Everything = False, as_json: flags.JsonOut = False
) -> None:
    """What changed from one edition to another, and which of your saved parties that touches.

    countermeasure lists diff us-el@2022-04-21 us-el@2026-07-31 --parties suppliers.csv
    """
    from countermeasure.cli.lists_screen import diff_record, print_diff, print_touched, touched_record
    from countermeasure.io.party_lists import edition
    from countermeasure.parties.lists import diff_lists

    change = diff_lists(edition(old), edition(new))
    touched = None
    if parties is not None:
        from countermeasure.io.party_touched import read_saved, touched_by

        touched = touched_by([change], read_saved(parties)[0])
    if as_json:
        answer = diff_record(change) | {"touched": None if touched is None else touched_record(touched)}
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        return
    print_diff(change, everything=everything)
    if touched is not None:
        print_touched(touched)


def _has(party: "ListedParty", word: str) -> bool:
    return any(word in name.casefold() for name in (party.name, *party.aliases, *party.weak_aliases))


def _print_party(party: "ListedParty") -> None:
    from countermeasure.cli.lists_screen import day_text
    from countermeasure.cli.talk import out

    console = out()
    place = f" [{', '.join(party.countries)}]" if party.countries else ""
    console.print(f"{party.name}{place} ({party.id})", soft_wrap=True)
    since = f"from {day_text(party.start)}" if party.start is not None else ""
    until = f"to {day_text(party.end - 1)}" if party.end is not None else ""
    rows = (
        ("also", "; ".join((*party.aliases, *party.weak_aliases))),
        ("listed", ", ".join(filter(None, (party.citation, party.by, since, until)))),
        ("requirement", party.requirement),
        ("review", party.review),
        ("footnotes", ", ".join(party.footnotes)),
        ("programmes", ", ".join(party.programmes)),
        ("numbers", "; ".join(f"{kind} {number}" for kind, number in party.identifiers)),
        ("note", party.note),
    )
    for head, text in rows:
        if text:
            console.print(f"  {head}: {text}", soft_wrap=True)


def _edition_record(one: "PartyList") -> dict[str, object]:
    from countermeasure.codes.day import format_day

    return {
        "list": one.code,
        "title": one.title,
        "issuer": one.issuer,
        "as_of": format_day(one.as_of) if one.as_of is not None else None,
        "entries": len(one.parties),
        "complete": one.complete,
        "coverage": one.coverage,
        "shipped": one.shipped,
        "source": one.source,
        "sha256": one.hash,
    }

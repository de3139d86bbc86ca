"""``countermeasure screen``: is this party, or any party of a table, on a list, and why is it thought so?"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.faults import Fault
    from countermeasure.io.screening import Screened
    from countermeasure.parties.model import PartyList, Query
    from countermeasure.parties.search import PartyIndex

__all__ = ["screen"]

Subject = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A name in any script, or a table of parties; - for standard input.")
]
Country = Annotated[str, typer.Option("--country", metavar="CC", help="Its country, code or name.")]
Address = Annotated[str, typer.Option("--address", help="Its address.")]
Ids = Annotated[
    list[str], typer.Option("--id", metavar="KIND=NUMBER", help="A number that identifies it, as IMO=9187629; may be repeated.")
]
Born = Annotated[str, typer.Option("--born", metavar="DATE", help="Birth date of a person, YYYY-MM-DD or a year.")]
KindName = Annotated[str, typer.Option("--kind", help="entity, person, vessel or aircraft.")]
Lists = Annotated[list[str], typer.Option("--list", metavar="CODE", help="Search this list alone, as us-el; may be repeated.")]
On = Annotated[str, typer.Option("--on", metavar="DAY", help="Leave out entries that were not listed on this day, YYYY-MM-DD.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Most hits for a party; confirmed ones are never cut off.")]


def screen(
    what: Subject,
    country: Country = "",
    address: Address = "",
    id: Ids = [],  # noqa: B006 - typer makes a new list
    born: Born = "",
    kind: KindName = "",
    list_: Lists = [],  # noqa: B006
    on: On = "",
    limit: Limit = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Show every reason of every hit of a table.")] = False,
    as_json: flags.JsonOut = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV to standard output, one row per hit.")] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Excel: parties, lists, faults.")] = None,
    output: flags.Output = None,
    strict: flags.Strict = False,
    faults: flags.FaultsFile = None,
    sheet: flags.Sheet = None,
) -> None:
    """Is this party, or any party of a table, on a list?

    countermeasure screen "Huawei Tech Co" --country CN
    """
    from countermeasure.cli.options import is_table
    from countermeasure.codes.day import parse_day
    from countermeasure.io.screening import query_of

    if as_json and as_csv:
        raise InputError("--json and --csv together", code="bad_option", cure="Choose one for standard output.")
    if xlsx is not None and xlsx.suffix.lower() != ".xlsx":
        raise InputError(f"{xlsx.name} is no name of an Excel file", code="bad_option", cure="Use the suffix .xlsx.")
    target = _Target(as_json, as_csv, tuple(p for p in (xlsx, output) if p is not None), explain)
    day = parse_day(on) if on else None
    if is_table(what):
        given = {"--country": country, "--address": address, "--id": "".join(id), "--born": born, "--kind": kind}
        said = [flag for flag, value in given.items() if value]
        if said:
            raise InputError(f"{said[0]} with a table", code="bad_option", cure="Put it into a column of the table.")
        _table(what, _lists(list_), target, day, limit, strict=strict, faults=faults, sheet=sheet)
        return
    query = query_of(what, country_text=country, address=address, identifiers=id, born=born, kind=kind)
    held = _lists(list_)
    target.write([_one(query, held, day, limit)], held, single=True)


def _lists(codes: list[str]) -> "tuple[PartyList, ...]":
    """The lists to be searched."""
    from countermeasure.errors import NotFoundError
    from countermeasure.io.party_lists import party_lists

    held = party_lists()
    if not codes:
        return held
    there = {one.code for one in held}
    for code in codes:
        if code not in there:
            raise NotFoundError(
                f"there is no list {code!r}",
                code="unknown_list",
                cure=f"There are {', '.join(sorted(there))}; import others with data import csl.",
            )
    return tuple(one for one in held if one.code in codes)


def _one(query: "Query", held: "tuple[PartyList, ...]", day: int | None, limit: int) -> "Screened":
    from countermeasure.io.screening import Screened

    return Screened(0, query, _index(held).search([query], limit=limit, on=day)[0])


def _index(held: "tuple[PartyList, ...]") -> "PartyIndex":
    from countermeasure.io.party_index import party_index

    return party_index(held)


def _table(
    source: str,
    held: "tuple[PartyList, ...]",
    target: "_Target",
    day: int | None,
    limit: int,
    *,
    strict: bool,
    faults: Path | None,
    sheet: str | None,
) -> None:
    from countermeasure.cli.duty import fault_file
    from countermeasure.cli.talk import fault_report, progress
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.screening import PARTY_COLUMNS, read_parties, screen_parties
    from countermeasure.io.tables import read_table

    with ExitStack() as stack:
        log = FaultLog(stack.enter_context(fault_file(faults)) if faults is not None else None)
        table = read_table(source, PARTY_COLUMNS, ("name",), tariff_columns=(), sheet=sheet)
        asked = read_parties(table, log.add)
        found: list[Screened] = []
        if asked and not (strict and log.errors):
            found = list(progress(screen_parties(_index(held), asked, limit=limit, on=day), len(asked), "screening"))
            target.write(found, held, faults=log.kept)
    fault_report(log, len(table), len(found))
    if log.errors:
        if strict:
            raise InputError(
                "the table has faults and is refused", code="refused", where=source, cure="Mend it, or leave out --strict."
            )
        raise typer.Exit(2)


class _Target:
    """Where answers go, and in which form."""

    def __init__(self, as_json: bool, as_csv: bool, files: tuple[Path, ...], explain: bool) -> None:
        self.as_json, self.as_csv, self.files, self.explain = as_json, as_csv, files, explain

    def write(
        self, found: "list[Screened]", held: "tuple[PartyList, ...]", *, single: bool = False, faults: "Sequence[Fault]" = ()
    ) -> None:
        """Write all answers."""
        from countermeasure.io.screening import HIT_COLUMNS, hit_records, list_records, screened_json, write_screened

        for path in self.files:
            write_screened(path, found, held, faults)
        if self.as_json:
            lists = {"lists": list_records(held)}
            whole = screened_json(found[0]) | lists if single else lists | {"answers": [screened_json(one) for one in found]}
            sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
        elif self.as_csv:
            from countermeasure.io.write import render

            sys.stdout.write(render(hit_records(found, held) or dict.fromkeys(HIT_COLUMNS, ()), "csv"))
        elif not self.files:
            from countermeasure.cli.screen_screen import parties_screen, party_screen
            from countermeasure.cli.talk import out

            console = out()
            plain = not console.is_terminal
            parts = (
                party_screen(found[0], held, plain=plain)
                if single
                else parties_screen(found, held, explain=self.explain, plain=plain)
            )
            for part in parts:
                console.print(part)

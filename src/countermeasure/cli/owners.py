"""``countermeasure owners``: who is restricted through its owners, under which rule, and why."""

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countermeasure.cli import flags
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.owner_asking import Ruled
    from countermeasure.io.ownership import OwnershipFile
    from countermeasure.parties.ownership import Listing, Proof, Result

__all__ = ["owners"]

Subject = Annotated[
    str, typer.Argument(metavar="PARTY|FILE", help="A party of --edges, or a file of owners; - for standard input.")
]
Edges = Annotated[str, typer.Option("--edges", metavar="FILE", help="Owners: CSV, Excel, Parquet, JSON, BODS, FtM or GLEIF.")]
ListedFile = Annotated[
    str, typer.Option("--listed", metavar="FILE", help="Listed parties: party, list, programme, from, to, footnote.")
]
Lists = Annotated[
    list[str],
    typer.Option("--list", metavar="CODE", help="Look names up in this list, as us-el; may be repeated; all if absent."),
]
RuleNames = Annotated[
    list[str], typer.Option("--rule", metavar="RULE", help="ofac, bis, cn_61, eu, uk or all; may be repeated.")
]
Day = Annotated[str, typer.Option("--on", metavar="DAY", help="Day that is asked about, YYYY-MM-DD; today if absent.")]
Unit = Annotated[
    str, typer.Option("--share-unit", metavar="percent|fraction", help="What a share without a percent sign means.")
]
Form = Annotated[
    str, typer.Option("--form", metavar="table|bods|ftm|gleif", help="Form of the file; told by its content if absent.")
]
Svg = Annotated[
    Path | None, typer.Option("--svg", metavar="FILE", help="Picture of the proof; of several rules one file each.")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Proofs with pictures in one HTML file, without scripts.")
]
Everything = Annotated[bool, typer.Option("--all", help="Of a file, entities of which there is nothing to say as well.")]

SHOWN = 40


@dataclass
class _Asked:
    file: "OwnershipFile"
    ruled: "Ruled"


def owners(
    what: Subject,
    edges: Edges = "",
    listed: ListedFile = "",
    list_: Lists = [],  # noqa: B006 - typer makes a new list
    rule: RuleNames = [],  # noqa: B006
    on: Day = "",
    reading: flags.ReadingName = "both",
    as_json: flags.JsonOut = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV to standard output, one row per entity and rule.")] = False,
    svg: Svg = None,
    html: Html = None,
    output: flags.Output = None,
    everything: Everything = False,
    share_unit: Unit = "",
    form: Form = "",
    strict: flags.Strict = False,
    faults: flags.FaultsFile = None,
    sheet: flags.Sheet = None,
) -> None:
    """Is this party, or any entity of a file, restricted through its owners?

    countermeasure owners "Delta Works" --edges examples/ownership.csv --listed examples/ownership_listed.csv --rule ofac
    """
    from countermeasure.cli.duty import fault_file
    from countermeasure.cli.talk import fault_report
    from countermeasure.io.faultlog import FaultLog

    whole = not edges
    with ExitStack() as stack:
        log = FaultLog(stack.enter_context(fault_file(faults)) if faults is not None else None)
        asked = _ask(edges or what, log, listed, list_, rule, on, reading, share_unit, form, sheet)
        if strict and log.errors:
            fault_report(log, asked.file.rows, asked.file.rows - asked.file.refused)
            raise InputError("the table has faults and is refused", code="refused", where=asked.file.source,
                             cure="Mend it, or leave out --strict.")  # fmt: skip
        if whole:
            _whole_file(asked, log, as_json=as_json, as_csv=as_csv, output=output, html=html, everything=everything)
        else:
            _one_party(what, asked, log, as_json=as_json, svg=svg, html=html, output=output)
    fault_report(log, asked.file.rows, asked.file.rows - asked.file.refused)
    if log.errors:
        raise typer.Exit(2)


def _ask(
    source: str, log: "FaultLog", listed: str, lists: list[str], rules: list[str], on: str, reading: str, unit: str, form: str,
    sheet: str | None,
) -> _Asked:  # fmt: skip
    from countermeasure.book.load import Book
    from countermeasure.cli.options import today
    from countermeasure.codes.day import parse_day
    from countermeasure.io.owner_asking import rule_on
    from countermeasure.io.ownership import above_whole, read_ownership

    day = parse_day(on) if on else today()
    file = read_ownership(source, log.add, form=form or None, share_unit=unit or None, sheet=sheet)
    log.extend(above_whole(file.graph, day, file.source))
    seeds = _seeds(file, log, listed, lists, day)
    return _Asked(file, rule_on(file.graph, seeds, rules=rules, on=day, reading=reading, book=Book.shipped()))


def _seeds(
    file: "OwnershipFile", log: "FaultLog", listed: str, lists: list[str], day: int
) -> "tuple[Sequence[Listing], Sequence[Listing]]":
    """Listed parties of a table, or by name from the lists that are held."""
    if listed:
        from countermeasure.io.ownership import read_listed

        found = read_listed(listed, log.add)
        return found.sure, found.possible
    from countermeasure.io.owner_seeds import seeds_by_name
    from countermeasure.io.party_lists import party_lists

    searched = party_lists(on=day, codes=lists or None)
    if not searched:
        raise NotFoundError(
            f"there is no list {', '.join(lists)}", code="unknown_list", cure="See countermeasure lists status."
        )
    return seeds_by_name(file.graph, searched)


def _one_party(
    name: str, asked: _Asked, log: "FaultLog", *, as_json: bool, svg: Path | None, html: Path | None, output: Path | None
) -> None:
    from countermeasure.cli.talk import out
    from countermeasure.io.answer_files import replace_text
    from countermeasure.io.owner_answers import write_records
    from countermeasure.io.owner_asking import party_number
    from countermeasure.io.ownership_picture import html_of, svg_of
    from countermeasure.parties.ownership import prove

    number = party_number(name, asked.file)
    proofs = [(result, prove(result, number)) for result in asked.ruled.results]
    if svg is not None:
        for result, proof in proofs:
            path = svg if len(proofs) == 1 else svg.with_stem(f"{svg.stem}-{result.rule.id}-{result.reading}")
            replace_text(path, svg_of(proof))
    if html is not None:
        replace_text(html, html_of([proof for _, proof in proofs], asked.file.graph.label(number)))
    answer = {
        "source": asked.file.source,
        "answers": [proof.to_json() | {"reading": result.reading} for result, proof in proofs],
        "without_listed_parties": list(asked.ruled.silent),
        "faults": [fault.to_json() for fault in log.kept],
    }
    if output is not None:
        if output.suffix.lower() == ".json":
            replace_text(output, json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        else:
            write_records(output, [_flat(result, proof) for result, proof in proofs], log.kept)
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        return
    console = out()
    for result, proof in proofs:
        other = sum(1 for r, _ in proofs if r.rule is result.rule) > 1
        text = proof.text() + (f"\n  reading: {_READINGS[result.reading]}" if other else "")
        console.print(text, soft_wrap=True)
        console.print()
    _say_silent(asked)


_READINGS = {"text": "law as published", "announced": "statements honoured"}


def _flat(result: "Result", proof: "Proof") -> dict[str, Any]:
    record = proof.to_json()
    return {
        "entity": record["entity"], "name": record["name"], "rule": record["rule"], "day": record["day"],
        "reading": result.reading, "status": record["status"], "because": record["because"],
        "low_percent": record["low_percent"], "high_percent": record["high_percent"], "flags": ";".join(record["flags"]),
        "would_be": record["would_be"], "in_force": "yes" if record["in_force"] else "no",
        "conclusion": record["conclusion"], "footnotes": ";".join(record["footnotes"]),
    }  # fmt: skip


def _whole_file(
    asked: _Asked, log: "FaultLog", *, as_json: bool, as_csv: bool, output: Path | None, html: Path | None, everything: bool
) -> None:
    from countermeasure.cli.talk import out, plural
    from countermeasure.io.owner_answers import records, write_records
    from countermeasure.io.write import render

    told = asked.ruled.results
    rows = list(records(told, everything=everything))
    if output is not None:
        write_records(output, rows, log.kept)
    if html is not None:
        from countermeasure.io.answer_files import replace_text
        from countermeasure.io.ownership_picture import html_of
        from countermeasure.parties.ownership import prove

        grave = [(r, int(n)) for r in told for n in r.entities() if r.listed[n] != 0]
        replace_text(html, html_of([prove(r, n) for r, n in grave[:200]], asked.file.source))
    if as_json:
        answer = {
            "source": asked.file.source,
            "entities": asked.file.graph.size,
            "counts": {f"{r.rule.id}/{r.reading}": r.counts() for r in told},
            "answers": rows,
            "without_listed_parties": list(asked.ruled.silent),
            "faults": [fault.to_json() for fault in log.kept],
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        return
    if as_csv:
        from countermeasure.io.owner_answers import RECORD_COLUMNS

        sys.stdout.write(render(rows or dict.fromkeys(RECORD_COLUMNS, ()), "csv"))
        return
    from countermeasure.cli.lines_screen import new_table

    console = out()
    console.print(f"{asked.file.source}: {plural(asked.file.graph.size, 'party').replace('partys', 'parties')}")
    for result in told:
        counts = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in result.counts().items() if number)
        state = "" if result.in_force else " (not in force)"
        console.print(f"{result.rule.id}{state}, {_READINGS[result.reading]}: {counts}")
    table = new_table(plain=not console.is_terminal)
    for head in ("entity", "rule", "status", "share %", "why", "flags"):
        table.add_column(head)
    shown, outside = _for_screen(rows)
    for row in shown[:SHOWN]:
        share = _span(row["low_percent"], row["high_percent"])
        flagged = row["flags"].replace(";", ", ")
        table.add_row(row["name"], row["rule"], row["status"].replace("_", " "), share, row["because"], flagged)
    if shown:
        console.print(table)
    if len(shown) > SHOWN:
        console.print(f"{SHOWN} of {len(shown):,} shown; --csv, --json or --output FILE has all")
    if outside:
        console.print(f"{outside:,} more have only owners on lists that do not count under the rule")
    _say_silent(asked)


def _for_screen(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Rows by gravity, those that two readings share once, and how many were left out for owners on other lists alone."""
    from countermeasure.io.owner_asking import gravity

    seen: dict[tuple[str, ...], dict[str, Any]] = {}
    several = len({(r["rule"], r["reading"]) for r in rows}) > len({r["rule"] for r in rows})
    outside = 0
    for row in rows:
        if row["status"] == "not_restricted" and row["flags"] == "out_of_scope_list":
            outside += 1
            continue
        key = (row["entity"], row["rule"], row["status"], row["flags"])
        if key in seen:
            seen[key] = seen[key] | {"rule": row["rule"]}
        else:
            seen[key] = row | {"rule": f"{row['rule']}, {row['reading']}" if several and row["reading"] else row["rule"]}
    return sorted(seen.values(), key=gravity), outside


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _say_silent(asked: _Asked) -> None:
    from countermeasure.cli.talk import talk

    if asked.ruled.silent:
        talk().print(asked.ruled.silent_words)

"""``countermeasure book``: look into the book, compare it, check and begin instruments."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from countermeasure.cli import flags
from countermeasure.cli.talk import plural
from countermeasure.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from countermeasure.book import Book, Provision, Reading

__all__ = ["book"]

book = typer.Typer(help="The measures: list, show, timeline, diff, check, new.", no_args_is_help=True)

Issuer = Annotated[str, typer.Option("--issuer", metavar="US|CN", help="Customs territory of import.")]
Programme = Annotated[str, typer.Option("--programme", help="Programme id, * allowed, as 's232_*'.")]
StateName = Annotated[str, typer.Option("--state", help="in_force, suspended, ended, struck_down, never_applied, not_yet ...")]
Heading = Annotated[str, typer.Option("--heading", help="Chapter 99 number or its beginning.")]
OneReading = Annotated[str, typer.Option("--reading", metavar="text|announced", help="Law alone, or statements honoured.")]
First = Annotated[str, typer.Option("--from", metavar="DAY", help="First day.")]
After = Annotated[str, typer.Option("--to", metavar="DAY", help="The other day.")]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write a picture.")]


@book.command("list")
def list_(
    issuer: Issuer = "",
    programme: Programme = "",
    state: StateName = "",
    heading: Heading = "",
    on: flags.On = "",
    known_on: flags.KnownOn = None,
    reading: OneReading = "text",
    scenario: flags.Scenarios = [],  # noqa: B006 - typer makes a new list
    as_json: flags.JsonOut = False,
    as_csv: flags.CsvOut = False,
) -> None:
    """Which provisions are there, and in which state are they on a day?

    countermeasure book list --programme 'ieepa_*' --state in_force --on 2025-04-10
    """
    from countermeasure.book.describe import window_words
    from countermeasure.book.model import DAY

    held, kind = _book(scenario), _reading(reading)
    _check_state(state)
    record = held.replayed(_day(known_on), kind)
    day = _needed(on) if on else _today()
    rows = []
    for name in _chosen(held, record.provisions, issuer, programme, heading):
        provision = record.provisions[name]
        here = provision.state(day * DAY)
        if state and here.value != state:
            continue
        spell = provision.at(day * DAY)
        body = spell.body or next(s.body for s in provision.spells if s.body)
        start, end = window_words(spell.start, spell.end)
        rows.append(
            {
                "provision": name,
                "heading": body.heading,
                "programme": body.programme,
                "role": body.role.value,
                "state": here.value + (" (collected)" if spell.collected else ""),
                "rate": body.rate if body.role.value == "duty" else None,
                "basis": body.basis,
                "since": start,
                "until": end,
                "confidence": body.confidence or held.by_id[spell.instruments[-1]].confidence if spell.instruments else "",
                "name": body.name,
            }
        )
    _table(rows, ("heading", "provision", "state", "rate", "since", "until", "confidence"), as_json, as_csv)
    if not (as_json or as_csv):
        _say(f"{plural(len(rows), 'provision')} at the start of {_format(day)}; book {held.hash[:12]}")


@book.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of a provision, an instrument, or list:NAME.")],
    known_on: flags.KnownOn = None,
    reading: OneReading = "announced",
    scenario: flags.Scenarios = [],  # noqa: B006
    as_json: flags.JsonOut = False,
) -> None:
    """Acts, windows, state over time and sources of a provision, an instrument or a code list.

    countermeasure book show us-recip-cn
    """
    from countermeasure.book.describe import instrument_words, list_words, provision_words

    held = _book(scenario)
    record = held.replayed(_day(known_on), _reading(reading))
    if name.startswith("list:") and name[5:] in held.lists:
        shown = list_words(held, name[5:])
    elif name in held.by_id:
        shown = instrument_words(held.by_id[name])
    elif name in record.provisions:
        shown = provision_words(held, record.provisions[name])
        if name in held.lists:
            _say(f"There is a code list of this name too: countermeasure book show list:{name}")
    elif name in held.lists:
        shown = list_words(held, name)
    else:
        raise _unknown(name, [*held.by_id, *record.provisions, *held.lists])
    if as_json:
        _json(shown)
    else:
        _print_tree(shown)


@book.command("timeline")
def timeline(
    issuer: Issuer = "",
    programme: Programme = "",
    heading: Heading = "",
    first: First = "2025-01-01",
    to: After = "2027-01-01",
    known_on: flags.KnownOn = None,
    reading: OneReading = "text",
    scenario: flags.Scenarios = [],  # noqa: B006
    svg: Svg = None,
    as_json: flags.JsonOut = False,
) -> None:
    """The life of provisions as text, or as a picture with --svg.

    countermeasure book timeline --programme 'ieepa_*' --issuer US --svg ieepa.svg
    """
    from countermeasure.book import timeline as lines
    from countermeasure.book.describe import provision_words
    from countermeasure.book.model import DAY, Role, State

    held, kind = _book(scenario), _reading(reading)
    known = _day(known_on)
    record = held.replayed(known, kind)
    start, after = _needed(first), _needed(to)
    if start >= after:
        raise InputError("--from is not before --to", code="bad_option", cure="Give the earlier day first.")
    names = [
        n
        for n in _chosen(held, record.provisions, issuer, programme, heading)
        if any(
            s.body and s.body.role is Role.DUTY and s.state in (State.IN_FORCE, State.SUSPENDED)
            and s.start < after * DAY and s.end > start * DAY
            for s in record.provisions[n].spells
        )
    ]  # fmt: skip
    table = lines.rows(held, names, known, kind)
    if svg is not None:
        what = programme or "all programmes"
        svg.write_text(lines.svg(table, start, after, f"Duties: {what}, reading {reading}", _today()), encoding="utf-8")
        _say(f"{svg}: {plural(len(table), 'provision')}")
    elif as_json:
        _json([provision_words(held, row.provision) for row in table])
    else:
        sys.stdout.write("\n".join(lines.text(table, start, after)) + "\n")


@book.command("diff")
def diff(
    books: Annotated[list[str] | None, typer.Argument(metavar="[BOOK_A BOOK_B]", help="Folders, or 'shipped'.")] = None,
    first: First = "",
    to: After = "",
    on: flags.On = "",
    known_on: flags.KnownOn = None,
    reading: OneReading = "text",
    scenario: flags.Scenarios = [],  # noqa: B006
    as_json: flags.JsonOut = False,
    as_csv: flags.CsvOut = False,
) -> None:
    """What changes between two days, between two books, or with a scenario?

    countermeasure book diff --from 2025-11-09 --to 2025-11-10
    """
    from countermeasure.book.diff import diff_books, diff_days

    kind = _reading(reading)
    if first and to:
        changes = diff_days(_book(scenario), _needed(first), _needed(to), _day(known_on), kind)
    elif books and len(books) == 2:
        changes = diff_books(_opened(books[0]), _opened(books[1]), _day(on or None), kind)
    elif scenario and not books:
        changes = diff_books(_book([]), _book(scenario), _day(on or None), kind)
    else:
        raise InputError(
            "nothing to compare",
            code="missing_option",
            cure="Give --from and --to, or two books ('shipped' or a folder), or --scenario FILE.",
        )
    rows = [c.to_json() for c in changes]
    if as_json or as_csv:
        _table(rows, ("provision", "heading", "what", "goods", "origins"), as_json, as_csv)
        return
    for change in changes:
        sys.stdout.write(f"{change.heading or '-':12} {change.provision}  {change.name}\n")
        sys.stdout.write("".join(f"    {line}\n" for line in change.what))
        sys.stdout.write(f"    goods: {', '.join(change.goods)}; origins: {change.origins}\n")
    when = "; each day is taken at its start" if first and to else ""
    _say(f"{plural(len(changes), 'provision')} changed{when}")


@book.command("check")
def check(
    path: Annotated[str, typer.Argument(metavar="PATH", help="An instrument, a folder of them, or 'shipped'.")],
    as_json: flags.JsonOut = False,
) -> None:
    """Are these instruments valid beside the shipped book? Every fault is reported with file and line.

    countermeasure book check us-eo-99999.yaml
    """
    from countermeasure.book import Reading
    from countermeasure.book.load import Book, shipped_data

    if path == "shipped":
        held = Book.load(shipped_data())
    elif not Path(path).exists():
        raise NotFoundError(f"there is no file or folder {path}", code="no_file", cure="Give an instrument or a folder.")
    else:
        held = Book.shipped().with_(Path(path))
    for into in ("US", "CN"):
        for reading in Reading:
            compiled = held.compile(into, None, reading)
            for interval in range(len(compiled.days)):
                compiled.plan(interval)
    added = len(held.scenarios) or len(held.instruments)
    if as_json:
        _json({"valid": True, "instruments": added, "hash": held.hash})
    else:
        sys.stdout.write(
            f"{plural(added, 'instrument is', 'instruments are')} valid; the book with them has the hash {held.hash[:12]}\n"
        )


@book.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of the instrument: lower case, digits, dashes.")],
    kind: Annotated[str, typer.Option("--kind", metavar="law|ruling|statement|scenario")] = "law",
    output: flags.Output = None,
) -> None:
    """Print a commented template of an instrument, or write it to a file.

    countermeasure book new us-eo-99999 --kind law --output us-eo-99999.yaml
    """
    from countermeasure.book.template import KINDS, template

    if kind not in KINDS:
        raise InputError(f"{kind!r} is not a kind of instrument", code="bad_option", cure=f"Use one of {', '.join(KINDS)}.")
    if name != name.lower() or not all(c.isalnum() or c == "-" for c in name):
        raise InputError(f"{name!r} is not an id", code="bad_option", cure="Use lower case letters, digits and dashes.")
    text = template(name, kind, _format(_today()))
    if output is None:
        sys.stdout.write(text)
        return
    if output.exists():
        raise InputError("the file is there already", where=str(output), code="file_exists", cure="Choose another name.")
    output.write_text(text, encoding="utf-8")
    _say(f"{output} written; check it with: countermeasure book check {output}")


# ------------------------------------------------------------------------------------------------ helpers


def _book(scenarios: Sequence[str]) -> "Book":
    from countermeasure.book.load import Book
    from countermeasure.io.engines import scenario_paths

    held = Book.shipped()
    return held.with_(*scenario_paths(scenarios)) if scenarios else held


def _opened(name: str) -> "Book":
    from countermeasure.book.load import Book

    if name == "shipped":
        return Book.shipped()
    if not Path(name).is_dir():
        raise NotFoundError(f"there is no folder {name}", code="no_folder", cure="Give a book folder, or 'shipped'.")
    return Book.load(Path(name))


def _reading(name: str) -> "Reading":
    from countermeasure.book.model import Reading

    try:
        return Reading(name)
    except ValueError:
        raise InputError(f"{name!r} is not a reading", code="unknown_reading", cure="Use text or announced.") from None


def _check_state(name: str) -> None:
    from countermeasure.book.model import State

    if name and name not in set(State):
        raise InputError(f"{name!r} is not a state", code="unknown_state", cure=f"Use one of {', '.join(State)}.")


def _day(text: str | None) -> int | None:
    return None if text is None else _needed(text)


def _needed(text: str) -> int:
    from countermeasure.codes.day import parse_day

    return parse_day(text)


def _format(day: int) -> str:
    from countermeasure.codes.day import format_day

    return format_day(day)


def _today() -> int:
    from countermeasure.cli.options import today

    return today()


def _chosen(held: "Book", provisions: dict[str, "Provision"], issuer: str, programme: str, heading: str) -> list[str]:
    from fnmatch import fnmatchcase

    known = {i.upper() for i in ("US", "CN")}
    if issuer and issuer.upper() not in known:
        raise InputError(f"{issuer!r} is no issuer of the book", code="bad_option", cure="Use US or CN.")
    if programme and not any(fnmatchcase(p, programme) for p in held.programmes):
        raise _unknown(programme, list(held.programmes))
    found = []
    for name, provision in provisions.items():
        body = next((s.body for s in provision.spells if s.body), None)
        if body is None:
            continue
        into = body.into or held.by_id[next(s.instruments[0] for s in provision.spells if s.instruments)].issuer
        if issuer and into != issuer.upper():
            continue
        if programme and not fnmatchcase(body.programme, programme):
            continue
        if heading and not body.heading.startswith(heading):
            continue
        found.append(name)
    return sorted(found, key=lambda n: next(s.body.heading or "~" for s in provisions[n].spells if s.body))


def _unknown(name: str, names: list[str]) -> NotFoundError:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=4, cutoff=0.5)
    cure = f"Did you mean {', '.join(near)}?" if near else "See: countermeasure book list"
    return NotFoundError(f"nothing in the book is called {name!r}", code="unknown_id", cure=cure)


def _json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _table(rows: list[dict[str, Any]], columns: Sequence[str], as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise InputError("--json and --csv together", code="bad_option", cure="Choose one.")
    if as_json:
        _json(rows)
        return
    if as_csv:
        names = list(rows[0]) if rows else list(columns)
        from countermeasure.io.guard import CsvWriter

        writer = CsvWriter(sys.stdout)
        writer.writerow(names)
        writer.writerows([_plain(row[n]) for n in names] for row in rows)
        return
    from rich import box
    from rich.table import Table

    from countermeasure.cli.talk import out

    console = out()
    if console.width < _NARROW and "confidence" in columns:
        columns = [c for c in columns if c not in ("confidence", "since")]
        _say("narrow terminal: since and confidence are left out; --csv has all")
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, padding=(0, 1))
    for column in columns:
        name = column == "provision"
        side: Literal["left", "right"] = "right" if column == "rate" else "left"
        table.add_column(column, justify=side, no_wrap=not name, overflow="fold", min_width=20 if name else None)
    for row in rows:
        table.add_row(*(_rate(row) if c == "rate" else _cell(row[c]).replace(*_COLLECTED) for c in columns))
    console.print(table)


_NARROW = 120
"""Columns that a list of provisions needs on a terminal."""
_COLLECTED = ("struck_down (collected)", "collected")
_BASES = {
    "total_with_column_1": "total", "column_1": "(column 1)", "column_2": "(column 2)", "steel_content": "of steel",
    "aluminium_content": "of aluminium", "copper_content": "of copper", "non_metal_content": "of non-metal",
    "non_us_content": "of non-US", "non_metal_non_us_content": "of non-metal non-US",
}  # fmt: skip


def _rate(row: dict[str, Any]) -> str:
    """Rate with its basis where that is not the value: ``15 % total``, ``50 % of steel``."""
    if row["rate"] is None:
        return ""
    basis = row["basis"]
    if basis in ("column_1", "column_2"):
        return _BASES[basis]
    if basis == "value":
        return _cell(row["rate"])
    return f"{_cell(row['rate'])} {_BASES[basis]}"


def _plain(value: object) -> str:
    """A cell of CSV: rates stay fractions."""
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value * 100:g} %"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)


def _print_tree(shown: dict[str, Any]) -> None:
    for key, value in shown.items():
        if not value and value != 0:
            continue
        if isinstance(value, list):
            sys.stdout.write(f"{key.replace('_', ' ')}:\n")
            behind: list[str] = []
            for item in value[:400]:
                sys.stdout.write(f"  {_item(item, behind)}\n")
            if len(value) > 400:
                sys.stdout.write(f"  and {len(value) - 400} more; --json gives all\n")
        else:
            sys.stdout.write(f"{key.replace('_', ' ')}: {value}\n")


def _item(item: object, behind: list[str]) -> str:
    """A line of a list; of a spell the instruments that were not behind the spell before it."""
    if not isinstance(item, dict):
        return str(item)
    if "state" in item:
        by = ", ".join(dict.fromkeys(i for i in item["by"] if i not in behind))
        behind[:] = item["by"]
        rate = f"{item['rate'] * 100:g} % of {item['basis']}" if item["rate"] else ""
        return f"{item['from'] or 'always':16} to {item['until']:16} {item['state']:22} {rate:24} {by}"
    return "  ".join(f"{k} {_cell(v)}" for k, v in item.items() if v not in ("", None))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")

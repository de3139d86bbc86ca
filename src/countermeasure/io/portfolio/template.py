"""A template to fill: one sheet for each table, notes at the heads, lists to pick from, an example row, a guide."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.errors import InputError
from countermeasure.io.guard import csv_text
from countermeasure.io.portfolio.sheets import EXAMPLE, SHEETS, Column, SheetSpec
from countermeasure.io.write import _replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from countermeasure.book.model import Fact

__all__ = ["GUIDE", "example_rows", "guide_rows", "shipped_rows", "write_template"]

GUIDE = "Guide"
_FACTS = {"goods": ("car_part", "civil_aircraft"), "shipments": ("loaded_on", "military_use")}
"""Facts that a template has columns for; all others may be added."""
_FILLED = 1000
_WIDTH = {"day": 12, "flag": 12, "number": 12, "share": 12, "amount": 12}


def example_rows() -> dict[str, list[dict[str, str]]]:
    """One row for each sheet that shows how it is filled; it is marked, so that nobody reads it."""
    found = {}
    for sheet in SHEETS.values():
        row = {column.name: column.example for column in sheet.columns if column.example}
        first = sheet.columns[0].name
        row[first] = f"{EXAMPLE} {row[first]}"
        found[sheet.name] = [row]
    return found


def shipped_rows() -> dict[str, list[dict[str, str]]]:
    """The example in the wheel as it was written: an invented maker of motors."""
    from countermeasure.book.load import shipped_data

    found = {}
    for name in SHEETS:
        text = (shipped_data() / "portfolio" / f"{name}.csv").read_text("utf-8")
        found[name] = [{key: cell for key, cell in row.items() if cell} for row in csv.DictReader(io.StringIO(text))]
    return found


def write_template(path: Path | str, rows: Mapping[str, Sequence[Mapping[str, str]]] | None = None) -> list[Path]:
    """Write a workbook (``.xlsx``) or a folder of CSV.

    Args:
        path: Target; a folder is made where it is not there, and none of its files is overwritten.
        rows: Rows by sheet; an example row in each if absent.

    Returns:
        The files that were written.

    Raises:
        InputError: If there is something already, or it cannot be written.
    """
    target = Path(path)
    rows = example_rows() if rows is None else rows
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        if target.exists():
            raise _there(target)
        _replace(target, workbook_bytes(rows))
        return [target]
    if suffix and not target.is_dir():
        raise InputError(
            f"files {suffix} cannot be written", code="unknown_format", where=str(path), cure="Give FILE.xlsx or a folder."
        )
    return _folder(target, rows)


def _there(path: Path) -> InputError:
    cure = "Give another name, or delete it first."
    return InputError("it is there already", code="file_exists", where=str(path), cure=cure)


def _folder(target: Path, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> list[Path]:
    paths = {target / f"{name}.csv": name for name in SHEETS}
    guide = target / "README.md"
    standing = [path for path in (*paths, guide) if path.exists()]
    if standing:
        raise _there(standing[0])
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made ({error.strerror})",
            code="unwritable_file",
            where=str(target),
            cure="Give another place.",
        ) from None
    for path, name in paths.items():
        columns = [column.name for column in _columns(SHEETS[name], rows.get(name, ()))]
        _replace(path, csv_text(columns, ([row.get(column) for column in columns] for row in rows.get(name, ()))).encode())
    _replace(guide, "\n".join(_markdown()).encode())
    return [*paths, guide]


def _columns(sheet: SheetSpec, rows: Sequence[Mapping[str, str]]) -> list[Column]:
    """Columns of a sheet, facts before the notes; a fact that a row has is a column too."""
    facts, control_facts = _law()
    known = {**facts, **control_facts}
    used = [name for row in rows for name in row if name not in sheet.by_name]
    more = [_of_fact(name, known) for name in dict.fromkeys((*_FACTS.get(sheet.name, ()), *used))]
    keep = ("source", "confidence", "note")
    head = [column for column in sheet.columns if column.name not in keep]
    return [*head, *more, *(column for column in sheet.columns if column.name in keep)]


def _law() -> tuple[Mapping[str, Fact], Mapping[str, Fact]]:
    from countermeasure.book.load import Book

    book = Book.shipped()
    return book.facts, book.control_facts


def _of_fact(name: str, known: Mapping[str, Fact]) -> Column:
    fact = known.get(name)
    if fact is None:
        return Column(name, "")
    if fact.type == "flag":
        return Column(name, f"{fact.ask} yes, no or unknown.", choices=("yes", "no", "unknown"), kind="flag")
    return Column(name, fact.ask, kind={"share": "share", "day": "day"}.get(fact.type, "text"))


# ------------------------------------------------------------------------------------------------- guide

_WORDS = (
    "One sheet for each kind of thing. Fill what you know, leave the rest empty: empty means not known, and differs from 0.",
    "Ids are yours; other sheets point to them. Delete the rows that begin with EXAMPLE, or leave them: they are not read.",
    "Days are YYYY-MM-DD. Shares are 0.35 or 35%, never a bare 35. Numbers have a point before decimals.",
    "Tariff numbers and ids are text, so that leading zeros stay. A range is written as 60..90, what is not known as unknown.",
    "No column may be merged; of a formula its saved value is read, and an error is told.",
    "Check it: countermeasure portfolio check FILE. An example: countermeasure portfolio example FILE.xlsx.",
)


def guide_rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Every column: sheet, column, whether it must be filled, what belongs in it, other heads that are understood."""
    for sheet in SHEETS.values():
        for column in sheet.columns:
            must = "yes" if column.required else ""
            words = column.note
            if column.of:
                words = f"{words} An id of the sheet {column.of}."
            if column.choices and column.kind != "flag" and column.name != "confidence":
                words = f"{words} One of {', '.join(column.choices)}."
            yield sheet.name, column.name, must, words, ", ".join(column.others)


def fact_rows() -> Iterator[tuple[str, str]]:
    """Facts of the law that may be columns of goods and shipments, each with its question."""
    facts, control_facts = _law()
    for name, fact in (*facts.items(), *control_facts.items()):
        if not any(name in sheet.by_name for sheet in SHEETS.values()) and name not in ("entry_minute", "exported_on"):
            yield name, fact.ask


def _markdown() -> Iterator[str]:
    yield "# A portfolio"
    yield ""
    yield from (f"- {words}" for words in _WORDS)
    for sheet in SHEETS.values():
        yield from ("", f"## {sheet.name}{' (required)' if sheet.required else ''}", "", sheet.what, "")
        yield from ("| column | must | what belongs in it |", "|---|---|---|")
        yield from (f"| {column} | {must} | {words} |" for name, column, must, words, _ in guide_rows() if name == sheet.name)
    yield from (
        "",
        "## Further columns of goods and shipments",
        "",
        "Facts that the law may ask for; empty where not known.",
        "",
    )
    yield from ("| column | question |", "|---|---|")
    yield from (f"| {name} | {question} |" for name, question in fact_rows())
    yield ""


# ---------------------------------------------------------------------------------------------- workbook


def workbook_bytes(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """The workbook."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        looks = _looks(book)
        _write_guide(book.add_worksheet(GUIDE), looks)
        for sheet in SHEETS.values():
            _write_sheet(book.add_worksheet(sheet.name), sheet, rows.get(sheet.name, ()), looks)
    return buffer.getvalue()


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter has no types
    edge = {"bottom": 1, "text_wrap": True, "valign": "top"}
    pale = {"italic": True, "font_color": "#5f6b7a", "bg_color": "#f4f1e8"}
    return {
        "must": book.add_format({"bold": True, "bg_color": "#dbe7f3"} | edge),
        "may": book.add_format({"bg_color": "#eef2f6"} | edge),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "plain": book.add_format(),
        "pale": book.add_format(pale),
        "pale text": book.add_format({"num_format": "@"} | pale),
        "pale day": book.add_format({"num_format": "yyyy-mm-dd"} | pale),
    }


def _write_guide(page: Any, looks: Mapping[str, Any]) -> None:  # noqa: ANN401
    page.hide_gridlines(2)
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 24)
    page.set_column(2, 2, 8)
    page.set_column(3, 3, 90, looks["wrap"])
    page.set_column(4, 4, 50, looks["wrap"])
    page.write_string(0, 0, "A portfolio: goods, materials, parties, shipments, stocks", looks["title"])
    at = 2
    for words in _WORDS:
        page.write_string(at, 0, words)
        at += 1
    at += 1
    for sheet in SHEETS.values():
        page.write_string(at, 0, sheet.name, looks["head"])
        page.write_string(at, 1, f"{'must be there' if sheet.required else 'where you have it'}: {sheet.what}")
        at += 1
    at = _write_table(page, at + 1, ("sheet", "column", "must", "what belongs in it", "other heads that are understood"),
                      list(guide_rows()), looks)  # fmt: skip
    page.write_string(at + 1, 0, "Facts of the law that may be further columns of goods and shipments", looks["head"])
    _write_table(page, at + 2, ("", "column", "", "question"), [("", name, "", ask) for name, ask in fact_rows()], looks)
    page.activate()


def _write_table(
    page: Any,  # noqa: ANN401
    at: int,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    looks: Mapping[str, Any],
) -> int:
    for place, head in enumerate(heads):
        page.write_string(at, place, head, looks["head"])
    for row in rows:
        at += 1
        for place, cell in enumerate(row):
            page.write_string(at, place, cell, looks["wrap"])
    return at + 1


def _write_sheet(
    page: Any,  # noqa: ANN401
    sheet: SheetSpec,
    rows: Sequence[Mapping[str, str]],
    looks: Mapping[str, Any],
) -> None:
    page.freeze_panes(1, 1)
    columns = _columns(sheet, rows)
    for place, column in enumerate(columns):
        page.write_string(0, place, column.name, looks["must" if column.required else "may"])
        if column.note:
            page.write_comment(0, place, _note(column), {"x_scale": 2, "y_scale": 1.4})
        longest = max((len(row.get(column.name, "")) for row in rows), default=0)
        width = max(len(column.name) + 2, min(longest + 2, 44), _WIDTH.get(column.kind, 8))
        page.set_column(place, place, width, looks[_format(column)])
        _pick(page, place, column)
    for at, row in enumerate(rows, start=1):
        pale = row.get(sheet.columns[0].name, "").startswith(EXAMPLE)
        for place, column in enumerate(columns):
            _put(page, at, place, row.get(column.name), column, looks, pale=pale)


def _format(column: Column) -> str:
    return {"day": "day", "number": "plain", "amount": "plain"}.get(column.kind, "text")


def _note(column: Column) -> str:
    must = " Must be filled." if column.required else ""
    of = f" An id of the sheet {column.of}." if column.of else ""
    return f"{column.note}{of}{must}"


def _put(
    page: Any,  # noqa: ANN401
    row: int,
    place: int,
    text: str | None,
    column: Column,
    looks: Mapping[str, Any],
    *,
    pale: bool,
) -> None:
    if text is None:
        return
    look = looks[f"pale {_format(column)}".removesuffix(" plain") if pale else _format(column)]
    if column.kind == "day":
        page.write_datetime(row, place, date.fromisoformat(text), look)
    elif column.kind in ("number", "amount") and text.replace(".", "", 1).isdigit():
        page.write_number(row, place, float(text), look)
    else:
        page.write_string(row, place, text, look)


def _pick(page: Any, place: int, column: Column) -> None:  # noqa: ANN401
    """A list to pick from, or ids of another sheet; other words are warned of, not refused, since words have other forms."""
    if column.choices:
        source: Any = list(column.choices)
    elif column.of:
        source = f"={column.of}!$A$2:$A${_FILLED}"
    else:
        return
    page.data_validation(
        1, place, _FILLED, place,
        {"validate": "list", "source": source, "error_type": "warning", "error_title": column.name,
         "error_message": "This is none of the words or ids that are known. Keep it?"},
    )  # fmt: skip

"""From flags of the command line to an engine and to what holds for every line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.codes.day import from_date
from countermeasure.errors import CodeError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.book.model import Fact
    from countermeasure.duty.engine import DutyEngine
    from countermeasure.io.lines import Given

__all__ = ["given_of", "is_table", "programme_names", "today"]


def today() -> int:
    """Epoch day of today; the shell alone knows it."""
    return from_date(date.today())  # noqa: DTZ011 - the day on the user's wall is what is meant


def is_table(text: str) -> bool:
    """Whether an argument is a table: ``-``, a file that is there, or a name that ends as one."""
    from countermeasure.io.tables import FORMATS

    return text == "-" or Path(text).suffix.lower() in FORMATS or Path(text).is_file()


def given_of(
    facts: Mapping[str, Fact],
    *,
    origin: str = "",
    on: str = "",
    into: str = "US",
    value: str = "",
    fact: Sequence[str] = (),
    quantity: Sequence[str] = (),
    use: str = "",
    mode: str = "",
    chapter_98: str = "",
    chapter_98_value: str = "",
) -> Given:
    """What the flags of a command say about every line.

    They are put through the reader of tables as one row, so that a flag and a cell are read by the same rule.

    Raises:
        InputError: With every flag that cannot be read.
    """
    from countermeasure.io.faultlog import FaultLog
    from countermeasure.io.lines import (
        QUANTITIES,
        Given,
        line_columns,
        read_lines,
        unknown_fact,
    )
    from countermeasure.io.tables import RawTable

    cells: dict[str, str] = {
        "origin": origin, "entry_on": on, "into": into, "value_usd": value, "use": use, "mode": mode,
        "chapter_98": chapter_98, "chapter_98_value": chapter_98_value,
    }  # fmt: skip
    known = line_columns(facts)
    for text in fact:
        name, equals, word = text.partition("=")
        name = "entry_time" if name.strip() == "entry_minute" else name.strip()
        if not equals:
            raise CodeError(f"{text!r} is not a fact with its value", code="bad_fact", cure="Write car_part=yes.")
        if name not in known:
            raise unknown_fact(name, [*facts, "steel_value_share", "aluminium_value_share", "copper_value_share"])
        cells[name] = word.strip()
    if len(quantity) > QUANTITIES:
        raise CodeError(f"{len(quantity)} quantities", code="bad_quantity", cure=f"Give {QUANTITIES} at most.")
    for place, text in enumerate(quantity, start=1):
        cells["quantity" if place == 1 else f"quantity_{place}"] = text
    cells = {name: text for name, text in cells.items() if text}
    stand_in = {"hts": "8505.11.00.70", "origin": "CN", "entry_on": "9999-12-31"}
    table = RawTable({name: [text] for name, text in (stand_in | cells).items()}, [1], "command line")
    log = FaultLog()
    found = list(read_lines(table, facts, Given(), log.add))
    if not found:
        said = [f"--{_flag(f.column or '')}: {f.message}. {f.cure}" for f in log.kept]
        raise InputError(said[0], code=log.kept[0].code, faults=said[1:])
    line = found[0][1]
    return Given(
        origin=line.origin if origin else "",
        on=line.on if on else None,
        into=line.into,
        value_usd=line.value_usd,
        facts=line.facts,
        shares=line.shares,
        quantities=line.quantities,
        mode=line.mode,
        chapter_98=line.chapter_98,
        chapter_98_value_usd=line.chapter_98_value_usd,
    )


_FLAGS = {"entry_on": "on", "value_usd": "value", "chapter_98": "chapter-98", "chapter_98_value": "chapter-98-value"}
_PLAIN_FLAGS = ("origin", "into", "use", "mode")


def _flag(column: str) -> str:
    """Name of the flag behind a column."""
    if column.startswith("quantity"):
        return "quantity"
    if column in _FLAGS or column in _PLAIN_FLAGS:
        return _FLAGS.get(column, column)
    return f"fact {column}"


def programme_names(engine: DutyEngine, *, full: bool = False) -> dict[str, str]:
    """Names of programmes by id: short, as ``Section 301``, or in full."""
    programmes = engine.compiled("US", engine.readings[0]).programmes.values()
    return {p.id: p.name if full else p.name.partition(",")[0] for p in programmes}

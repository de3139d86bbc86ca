"""Answers about owners as records and files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.codes.day import format_day
from countermeasure.parties.ownership.judge import NOT, STATUSES, flag_names
from countermeasure.parties.ownership.model import percent_of_code
from countermeasure.parties.ownership.trace import carried, held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from countermeasure.io.faults import Fault
    from countermeasure.parties.ownership import Result

__all__ = ["RECORD_COLUMNS", "records", "write_records"]

RECORD_COLUMNS = (
    "entity", "name", "country", "rule", "day", "reading", "status", "because", "low_percent", "high_percent", "flags",
    "would_be", "in_force", "listed_owners", "footnotes",
)  # fmt: skip
SHARES_BELOW = 100_000
"""In graphs of more entities the shares of rules that do not add up are left out of tables; a proof of one entity has them."""
OWNERS_SHOWN = 20


def records(results: Iterable[Result], *, everything: bool = False) -> Iterator[dict[str, Any]]:
    """One flat record per entity, rule and reading.

    Args:
        results: Answers of some rules.
        everything: Entities of which there is nothing to say as well.
    """
    for result in results:
        graph = result.graph
        chosen = range(graph.size) if everything else np.flatnonzero((result.status != NOT) | (result.flags != 0)).tolist()
        for number in chosen:
            shares = result.lower.group is None or graph.size <= SHARES_BELOW
            low, high = held(result, number) if shares else (0, 0)
            above = carried(result, number)
            owners = list(dict.fromkeys(s.party for s in above.listings))
            yield {
                "entity": graph.id(number),
                "name": graph.labels.get(number, graph.id(number)),
                "country": graph.countries.get(number, ""),
                "rule": result.rule.id,
                "day": format_day(result.day) if result.day is not None else "",
                "reading": result.reading,
                "status": STATUSES[result.status[number]].value,
                "because": result.because(number),
                "low_percent": float(percent_of_code(low)) if shares else None,
                "high_percent": float(percent_of_code(high, up=True)) if shares else None,
                "flags": ";".join(flag_names(int(result.flags[number]))),
                "would_be": STATUSES[result.would_be[number]].value,
                "in_force": "yes" if result.in_force else "no",
                "listed_owners": ";".join(owners[:OWNERS_SHOWN]) + (";…" if len(owners) > OWNERS_SHOWN else ""),
                "footnotes": ";".join(above.footnotes),
            }


def write_records(path: Path, rows: Sequence[dict[str, Any]], faults: Sequence[Fault] = ()) -> None:
    """Write records in the format that the suffix names: ``.csv``, ``.json``, ``.jsonl``, ``.xlsx`` or ``.parquet``.

    Raises:
        InputError: If the suffix is not known or the file cannot be written.
    """
    from countermeasure.io.answer_files import replace_text
    from countermeasure.io.workbook import write_workbook
    from countermeasure.io.write import write_table

    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        told = [fault.to_json() for fault in faults]
        write_workbook(path, {"owners": (RECORD_COLUMNS, rows), "faults": (tuple(told[0]) if told else ("message",), told)})
    elif suffix == ".json":
        replace_text(path, json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n")
    else:
        write_table(path, rows or dict.fromkeys(RECORD_COLUMNS, ()))

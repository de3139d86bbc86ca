"""Average US duties over time as the book has them: ``python -m countermeasure.io.build_averages FILE``.

Each step is one run of :func:`countermeasure.scenario.duties.us_averages`; a minute or two for all of them. The table names the
hash of the book it was made from, so that a reader can tell whether it is still the same book.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countermeasure.book.load import Book, shipped_data
from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.duty.engine import DutyEngine

__all__ = ["FIRST", "EngineAverages", "Step", "compute", "read", "shipped", "write"]

FIRST = "2018-01-01"
"""First day of the series."""
_SAME = 5e-6
_HEAD = "# name: engine-averages"


@dataclass(frozen=True, slots=True)
class Step:
    """Averages from a day on, until the next step.

    Attributes:
        on: Epoch day.
        china: On goods of China, a fraction of their value.
        world: On goods of all countries.
    """

    on: int
    china: float
    world: float


@dataclass(frozen=True, slots=True)
class EngineAverages:
    """The series.

    Attributes:
        steps: In their order.
        book: Hash of the book.
        notes: What it is averaged over and what is assumed.
    """

    steps: tuple[Step, ...]
    book: str
    notes: str


NOTES = (
    "Average over US imports of 2024, the ordinary case: no use claims, no exclusions, no US content, unknown metal content "
    "taken as the full value, half of Canadian and Mexican goods under the agreement (an assumption). Specific rates are left "
    "out. Law as published."
)


def compute(engine: DutyEngine, progress: Callable[[float, str], None] | None = None) -> EngineAverages:
    """Average on every day on which the book changes, from :data:`FIRST` on.

    Args:
        engine: Duty engine.
        progress: Takes the share done and words.
    """
    from countermeasure.scenario.duties import us_averages
    from countermeasure.trade.multi.weights import us_imports

    weights = us_imports()
    compiled = engine.compiled("US", Reading.TEXT)
    first = parse_day(FIRST)
    days = sorted({first, *(int(day) for day in compiled.days if day > first)})
    steps: list[Step] = []
    for place, day in enumerate(days):
        if progress is not None:
            progress(place / len(days), f"averages on {format_day(day)}")
        found = us_averages(engine, day, Reading.TEXT, weights=weights)
        duty, value = np.nan_to_num(found.rate) * found.value, found.value
        china = found.economies.index("CN")
        step = Step(day, float(duty[china].sum() / value[china].sum()), float(duty.sum() / value.sum()))
        if not steps or max(abs(step.china - steps[-1].china), abs(step.world - steps[-1].world)) > _SAME:
            steps.append(step)
    return EngineAverages(tuple(steps), compiled.book_hash, NOTES)


def write(found: EngineAverages) -> str:
    """The series as a table with its head."""
    rows = "".join(f"{format_day(s.on)},{s.china:.5f},{s.world:.5f}\n" for s in found.steps)
    return (
        f"{_HEAD}\n# title: Average US duties as this book has them, by day of change\n"
        "# source: computed from the book over US imports of 2024\n# licence: that of the project\n# confidence: computed\n"
        f"# book: {found.book}\n# notes: {found.notes}\ndate,china,world\n{rows}"
    )


def read(text: str, name: str) -> EngineAverages:
    """The series that a table holds.

    Raises:
        InputError: If it is not such a table.
    """
    lines = text.splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    rows = [line.split(",") for line in lines if line and not line.startswith("#")][1:]
    try:
        steps = tuple(Step(parse_day(day), float(china), float(world)) for day, china, world in rows)
        return EngineAverages(steps, head["book"], head["notes"])
    except (KeyError, ValueError):
        raise InputError("this is not a table of averages", where=name, cure="Make it again with build_averages.") from None


def shipped() -> EngineAverages:
    """The series that is shipped; its book may be an older one."""
    path = shipped_data() / "averages" / "engine_averages.csv"
    return read(path.read_text("utf-8"), path.name)


def main() -> None:
    """Compute and write the table."""
    from countermeasure.duty.engine import DutyEngine

    target = Path(sys.argv[1])
    target.write_text(write(compute(DutyEngine.shipped())), "utf-8")
    sys.stdout.write(f"{target}: book {Book.shipped().hash[:12]}\n")


if __name__ == "__main__":
    main()

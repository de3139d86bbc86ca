"""What a model file says of the record beside the book: dated switches of options without measures, and agreements.

Two parts of the model file, both may be absent::

    switches:
      - {day: "2025-10-30", option: purchases, to: on, source: "Fact sheet of 1 November 2025", note: "confidence high"}
    plays:
      deals:
        - {from: "2025-10-30", through: "2025-11-10", source: "Busan", confidence: high}
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.book.tables import unknown
from countermeasure.codes.day import format_day, parse_day
from countermeasure.codes.yamltext import load_text
from countermeasure.errors import BookError, NotFoundError

if TYPE_CHECKING:
    from countermeasure.talks.model import Conflict

__all__ = ["Deal", "Switch", "load_deals", "load_switches", "model_file"]


@dataclass(frozen=True, slots=True)
class Switch:
    """An option is taken or dropped on a day.

    Attributes:
        day: Epoch day from whose start it holds.
        option: Place of the option.
        on: Whether it is taken from then on.
        source: Citation.
        note: What else is to be known, as how sure it is.
    """

    day: int
    option: int
    on: bool
    source: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        """Source and note."""
        return f"{self.source or 'no source given'}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement, carried out over some days: what parties change between is one step that they take together.

    Attributes:
        first: Epoch day of the agreement.
        last: Epoch day on which the last part of it came into force.
        source: Citation.
        confidence: ``high``, ``medium``, ``low`` or ``memory``, as in the book.
    """

    first: int
    last: int
    source: str = ""
    confidence: str = ""


def model_file(name: str | Path) -> Path:
    """File of a model: a path, or the name of a shipped one.

    Raises:
        NotFoundError: If there is neither.
    """
    path, folder = Path(name), shipped_data() / "talks" / "models"
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        path = folder / f"{name}.yaml"
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in folder.glob("*.yaml"))) or "none"
        raise NotFoundError(
            f"there is no conflict model {str(name)!r}",
            code="unknown_model",
            cure=f"Give a file, or the name of a shipped one: {names}.",
        )
    return path


def load_switches(name: str | Path, conflict: Conflict) -> tuple[Switch, ...]:
    """Switches of a model file, by day.

    Args:
        name: A file, or the name of a shipped model.
        conflict: The conflict of that file; its options are looked up.

    Raises:
        NotFoundError: If there is no such file.
        BookError: With every fault of the key, each with its line.
    """
    return _read(name, conflict)[0]


def load_deals(name: str | Path, conflict: Conflict) -> tuple[Deal, ...]:
    """Agreements of a model file, by day; see ``load_switches``."""
    return _read(name, conflict)[1]


def _read(name: str | Path, conflict: Conflict) -> tuple[tuple[Switch, ...], tuple[Deal, ...]]:
    from countermeasure.book.edge import read_model
    from countermeasure.talks.record_file import RecordFile

    path = model_file(name)
    loaded = load_text(path, path.name)
    faults = list(loaded.faults)
    filed = None if faults else read_model(RecordFile, loaded, faults, what="a conflict", docs="docs/reference/talks-models.md")
    switches: list[Switch] = []
    deals: list[Deal] = []
    ids = {option.id: n for n, option in enumerate(conflict.options)}
    for i, row in enumerate(filed.switches if filed else ()):
        where = f"{loaded.where(('switches', i, 'option'))}: switches.{i}.option"
        if row.option not in ids:
            faults.append(f"{where}: {unknown('option', row.option, tuple(ids))}")
        elif conflict.options[ids[row.option]].measures:
            faults.append(f"{where}: {row.option} has measures, so the book says when it is taken; remove one of the two")
        else:
            switches.append(Switch(parse_day(row.day), ids[row.option], row.to == "on", row.source, row.note))
    for i, one in enumerate(filed.plays.deals if filed else ()):
        first, last = parse_day(one.from_), parse_day(one.through)
        if last < first:
            where = f"{loaded.where(('plays', 'deals', i, 'through'))}: plays.deals.{i}.through"
            faults.append(f"{where}: {format_day(last)} is before {format_day(first)}; through is the last day")
        deals.append(Deal(first, last, one.source, one.confidence))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise BookError(
            f"{count} in the record of the model", code="bad_model", where=path.name, cure="Mend these lines:", faults=faults
        )
    return tuple(sorted(switches, key=lambda s: (s.day, s.option))), tuple(sorted(deals, key=lambda d: d.first))

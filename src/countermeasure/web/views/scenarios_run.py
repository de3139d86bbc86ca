"""A scenario put to all engines in a process of its own, and what it found as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.codes.sheet import Sheet
from countermeasure.errors import InputError
from countermeasure.io.scenario_files import KIND, LIMITS, assumptions_once, figures_sheet, notes_once, scenario_json
from countermeasure.web.stamp import Stamp
from countermeasure.web.views.scenarios_file import NAME
from countermeasure.web.views.study import Drawn, Study, Table, assumed, paragraphs_of, web_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.io.report_page import Assumption
    from countermeasure.scenario.whole import Outcome, Part, Scenario

__all__ = ["COMPARE", "RUN", "PartShown", "WholeAnswer", "compare_run", "run", "stamp_of"]

RUN = "countermeasure.web.views.scenarios_run:run"
COMPARE = "countermeasure.web.views.scenarios_run:compare_run"
_OPEN = 14
"""Rows up to which a table stands open."""
_SHARES = {"law": 0.05, "duty": 0.15, "license": 0.05, "supply": 0.55, "trade": 0.15, "talks": 0.05}
"""How much of a run each part is, roughly."""


@dataclass(frozen=True, slots=True)
class PartShown:
    """One engine's part on the page.

    Attributes:
        name: Its word.
        title: Heading.
        said: The answer in a sentence or two.
        assumptions: Those that the other parts do not share.
        figures: Headline numbers.
        pictures: Pictures.
        tables: Tables without a picture.
        notes: What it does not say.
        failed: Whether the engine gave up.
    """

    name: str
    title: str
    said: str
    assumptions: tuple[Assumption, ...]
    figures: Sheet
    pictures: tuple[Drawn, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """A scenario that was run; plain values.

    Attributes:
        title: Heading.
        intent: What it is for.
        expect: What was expected, written beforehand.
        said: The answer in a sentence or two.
        assumptions: What all parts rest on.
        parts: In the order of reading.
        files: All tables, headline figures first.
        sources: Documents.
        stamp: What it stands on.
        text: The file, where it came from the page; empty for a shipped scenario.
        name: Name of the shipped scenario, or empty.
        found: The answer for programs.
    """

    title: str
    intent: str
    expect: str
    said: str
    assumptions: tuple[Assumption, ...]
    parts: tuple[PartShown, ...]
    files: tuple[Sheet, ...]
    sources: tuple[tuple[str, str], ...]
    stamp: Stamp
    text: str
    name: str
    found: Mapping[str, Any]
    limits: tuple[str, ...] = LIMITS
    kind: str = KIND

    @property
    def expected(self) -> list[str]:
        """What was expected, as paragraphs."""
        return paragraphs_of(self.expect)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(self.found) | {"stamp": self.stamp.to_json()}

    def sheets(self) -> Sequence[Sheet]:
        """Tables, headline figures first."""
        return self.files


def run(progress: Callable[[float, str], None], *, name: str, text: str, cache: str) -> WholeAnswer:
    """Put a scenario to all engines, part by part; called in a process of its own.

    Args:
        progress: Told how far it is.
        name: Name of a shipped scenario; empty where there is a text.
        text: The file of a scenario.
        cache: Folder in which parts are kept.
    """
    outcome = _ran(progress, name, text, cache, 0.0, 0.95)
    progress(0.96, "tables and pictures")
    return _shown(outcome, name, text)


def _ran(progress: Callable[[float, str], None], name: str, text: str, cache: str, start: float, room: float) -> Outcome:
    from countermeasure.scenario.whole import Inputs, Outcome, load_whole, parts_of, run_whole
    from countermeasure.scenario.whole.words import TITLES

    with TemporaryDirectory(prefix="countermeasure-") as folder:
        path = Path(folder) / NAME
        if text:
            path.write_text(text, "utf-8")
        scenario = load_whole(path if text else name)
        names = parts_of(scenario)
        whole, at = sum(_SHARES[one] for one in names), start
        done: dict[str, Part] = {}
        kept: tuple[str, ...] = ()
        for one in names:
            share = room * _SHARES[one] / whole

            def tell(_part: str, place: int, of: int, at: float = at, share: float = share, one: str = one) -> None:
                progress(at + share * place / max(of, 1), f"{TITLES[one]}, {place} of {of}")

            progress(at, TITLES[one])
            found = run_whole(scenario, Inputs(progress=tell, cache=Path(cache)), (one,))
            done |= found.parts
            kept += found.kept
            at += share
    return Outcome(scenario, done, kept)


def _shown(outcome: Outcome, name: str, text: str) -> WholeAnswer:
    from countermeasure.scenario.whole.words import closing

    scenario = outcome.scenario
    groups, notes = assumptions_once(outcome), notes_once(outcome)
    rows = tuple((part, *row) for part, held in groups.items() for row in held)
    files = [figures_sheet(outcome)]
    files += [replace(sheet, name=f"{part}_{sheet.name}") for part, one in outcome.parts.items() for sheet in one.sheets]
    files.append(Sheet("assumptions", "What the figures rest on", ("part", "what", "value", "confidence", "source"), rows))
    return WholeAnswer(
        scenario.title,
        scenario.intent,
        scenario.expect,
        closing(outcome),
        assumed(groups["all"]),
        tuple(_part(part, groups[key], notes[key]) for key, part in outcome.parts.items()),
        tuple(files),
        tuple((one["cite"], web_address(one.get("url", ""))) for one in scenario.sources),
        stamp_of(scenario),
        text,
        name,
        scenario_json(outcome),
        (*LIMITS, *notes["all"]),
    )


def _part(part: Part, own: Sequence[tuple[str, str, str, str]], notes: Sequence[str]) -> PartShown:
    from countermeasure.io.scenario_pictures import pictures_of_part
    from countermeasure.scenario.whole.words import TITLES, failed

    drawn = pictures_of_part(part)
    taken = {one.sheet.name for one in drawn}
    return PartShown(
        part.name,
        TITLES[part.name],
        part.said,
        assumed(own),
        worded(Sheet(f"{part.name}_figures", "Headline figures", ("figure", "value"), tuple(part.figures.items()))),
        tuple(Drawn(one.title, one.svg, one.sheet) for one in drawn),
        tuple(Table(one, open=len(one.rows) <= _OPEN) for one in part.sheets if one.name not in taken),
        tuple(notes),
        failed(part),
    )


def stamp_of(scenario: Scenario) -> Stamp:
    """What the answer of a scenario stands on."""
    readings = [reading.value for reading in scenario.readings]
    return Stamp(
        __version__,
        scenario.book.hash,
        scenario.on,
        scenario.known_on,
        "both" if len(readings) > 1 else readings[0],
        more=(
            ("scenario", scenario.id),
            ("own instruments", ", ".join(scenario.instruments) or "none"),
            ("draws", str(scenario.draws)),
            ("seed", str(scenario.seed)),
        ),
    )


def compare_run(progress: Callable[[float, str], None], *, asked: tuple[tuple[str, str], ...], cache: str, kept: str) -> Study:
    """Run scenarios and lay them side by side; called in a process of its own.

    Args:
        progress: Told how far it is.
        asked: Name of a shipped scenario and text of a file, one of them empty, for each.
        cache: Folder in which parts of shipped scenarios are kept.
        kept: Folder in which parts of files from the page are kept.
    """
    from countermeasure.scenario.whole.compare import compare

    if len(asked) < 2:
        raise InputError("one scenario cannot be compared", code="too_few", cure="Choose two or more.")
    room = 0.95 / len(asked)
    outcomes = [_ran(progress, name, text, kept if text else cache, n * room, room) for n, (name, text) in enumerate(asked)]
    progress(0.96, "side by side")
    return _compared(compare(outcomes))


def worded(sheet: Sheet) -> Sheet:
    """Headline figures for a person: spaces in their words, the unit that ends a word in a column, shares in percent."""
    at = sheet.columns.index("figure")
    rows = []
    for row in sheet.rows:
        name, _, unit = str(row[at]).rpartition("_")
        share = unit in ("share", "change")
        values = tuple(None if v is None else 100 * v if share else v for v in row[at + 1 :])
        rows.append((*row[:at], name.replace("_", " "), "%" if share else unit, *values))
    return Sheet(sheet.name, sheet.title, (*sheet.columns[: at + 1], "unit", *sheet.columns[at + 1 :]), tuple(rows))


def _compared(found: Any) -> Study:  # noqa: ANN401 - a Comparison
    first = found.outcomes[0].scenario
    rows = [
        (f"{name}: {what}", *rest)
        for name, one in zip(found.names, found.outcomes, strict=True)
        for what, *rest in assumptions_once(one)["all"]
    ]
    sheets = tuple(found.sheets)
    tables = tuple(
        Table(worded(one), open=True) if one.name == "figures" else Table(one, open=len(one.rows) <= _OPEN) for one in sheets
    )
    return Study(
        " beside ".join(found.names),
        found.said,
        f"Differences are against {found.names[0]}.",
        assumed([(what, value, letter, source) for what, value, letter, source in rows]),
        (),
        tables,
        (*(one for one in sheets if one.name == "figures"), *(one for one in sheets if one.name != "figures")),
        (*LIMITS, *found.notes),
        (),
        replace(stamp_of(first), more=(("scenarios", ", ".join(found.names)),)),
        {
            "answer": found.said,
            "scenarios": list(found.names),
            "notes": list(found.notes),
            "tables": {one.name: one.records() for one in sheets},
        },
        KIND,
    )

"""Scenarios side by side: figures with their differences, provisions, lines, licenses, stops, welfare, and what would last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countermeasure.book.model import State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.errors import InputError
from countermeasure.scenario.whole.blocks import trade_keys
from countermeasure.scenario.whole.model import PARTS
from countermeasure.scenario.whole.run import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.book.model import Spell
    from countermeasure.scenario.whole.model import Outcome

__all__ = ["BESIDE", "Beside", "Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Beside:
    """A table of a part that is laid side by side.

    Attributes:
        part: Its part.
        sheet: Its name there.
        name: Name of the table made of it.
        title: What it holds.
        heads: Columns that tell rows apart.
        values: Columns that are compared.
    """

    part: str
    sheet: str
    name: str
    title: str
    heads: tuple[str, ...]
    values: tuple[str, ...]


BESIDE = (
    Beside(
        "duty", "lines", "lines", "Duty of each line", ("line_id", "hts", "origin", "into", "reading"), ("rate", "duty_usd")
    ),
    Beside("license", "transactions", "licenses", "Licenses", ("transaction", "regime", "reading"), ("answer", "provisions")),
    Beside("supply", "gdp", "gdp", "GDP over the first year, share of a year's", ("reading", "region"), ("share_median",)),
    Beside("trade", "economies", "welfare", "Economies", ("economy",), ("real_income_pct", "real_income_musd", "prices_pct")),
    Beside("trade", "output", "output", "Output by sector, change of quantity", ("economy", "sector"), ("change_pct",)),
    Beside("talks", "status_quo", "taken", "Options taken on the day", ("party", "option"), ("taken",)),
    Beside(
        "talks", "stable_states", "stable_states", "States that would last", ("options",), ("nash", "seq", "state_of_the_day")
    ),
)
"""Tables of parts that stand side by side."""
_IDLE = (State.NOT_YET, State.ENDED, State.WITHDRAWN, State.NEVER_APPLIED)
"""States in which a provision does nothing; between these and none at all nobody pays or asks anything else."""
_STILL = 0.005
"""Shares of use below this are no stoppage worth a row."""


@dataclass(frozen=True)
class Comparison:
    """Outcomes beside the first of them.

    Attributes:
        outcomes: In the order they were given; differences are against the first.
        names: What each is called: its id, with a number where two are the same.
        sheets: Figures, provisions, and tables of parts side by side.
        said: What differs, in some sentences.
        notes: What cannot be compared, and why.
    """

    outcomes: tuple[Outcome, ...]
    names: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    said: str
    notes: tuple[str, ...]

    def sheet(self, name: str) -> Sheet | None:
        """A table by its name."""
        return next((one for one in self.sheets if one.name == name), None)


def compare(outcomes: Sequence[Outcome]) -> Comparison:
    """Lay outcomes side by side.

    Args:
        outcomes: Two or more; a part that one of them lacks is empty there, never zero.

    Raises:
        InputError: If there are fewer than two.
    """
    if len(outcomes) < 2:
        raise InputError("one scenario cannot be compared", code="too_few", cure="Name two or more.")
    found, names = tuple(outcomes), _names(outcomes)
    figures = _figures(found, names)
    tables = [_overview(found, names), figures, _provisions(found, names)]
    tables += [_stoppages(found, names), *(_beside(found, names, one) for one in BESIDE)]
    kept = tuple(sheet for sheet in tables if sheet.rows)
    return Comparison(found, names, kept, _said(names, figures, kept), _notes(found, names))


def _names(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    ids = [one.scenario.id for one in outcomes]
    seen: Counter[str] = Counter()
    names = []
    for name in ids:
        seen[name] += 1
        names.append(name if ids.count(name) == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _overview(outcomes: Sequence[Outcome], names: Sequence[str]) -> Sheet:
    rows = []
    for name, one in zip(names, outcomes, strict=True):
        scenario = one.scenario
        known = "" if scenario.known_on is None else format_day(scenario.known_on)
        readings = ", ".join(reading.value for reading in scenario.readings)
        rows.append((name, scenario.title, format_day(scenario.on), format_day(scenario.compared), known, readings,
                     " ".join(scenario.instruments), " ".join(one.parts), scenario.draws, scenario.seed))  # fmt: skip
    columns = ("scenario", "title", "on", "compared_with", "known_on", "readings", "instruments", "parts", "draws", "seed")
    return Sheet("scenarios", "What is compared", columns, tuple(rows))


def _figures(outcomes: Sequence[Outcome], names: Sequence[str]) -> Sheet:
    """A row for each figure of any outcome: every value, and every difference from the first."""
    rows = []
    for part in PARTS:
        held = [one.parts.get(part) for one in outcomes]
        words = dict.fromkeys(word for one in held if one is not None for word in one.figures)
        for word in words:
            values = [None if one is None else one.figures.get(word) for one in held]
            less = [None if v is None or values[0] is None else v - values[0] for v in values[1:]]
            rows.append((part, word, *values, *less))
    columns = ("part", "figure", *names, *(f"{name} less {names[0]}" for name in names[1:]))
    return Sheet("figures", f"Figures, and differences from {names[0]}", columns, tuple(rows))


def _provisions(outcomes: Sequence[Outcome], names: Sequence[str]) -> Sheet:
    """Provisions whose state or terms on the scenario's day are not the same in all, each under its own first reading."""
    states = [one.scenario.book.state(one.scenario.on, one.scenario.known_on, one.scenario.readings[0]) for one in outcomes]
    rows = []
    for name in sorted({name for state in states for name in state}):
        spells = [state.get(name) for state in states]
        alike = len({None if s is None else (s.state, s.body) for s in spells}) == 1
        if alike or all(s is None or s.state in _IDLE for s in spells):
            continue
        told = tuple("absent" if s is None else _words(s) for s in spells)
        title = next((s.body.name for s in spells if s is not None and s.body is not None), "")
        rows.append((name, title, *told, "terms" if len(set(told)) == 1 else "state"))
    columns = ("provision", "name", *names, "what_differs")
    readings = ", ".join(dict.fromkeys(one.scenario.readings[0].value for one in outcomes))
    return Sheet("provisions", f"Provisions that differ on the days of the scenarios, reading {readings}", columns, tuple(rows))


def _words(spell: Spell) -> str:
    return str(spell.state.value).replace("_", " ")


def _stoppages(outcomes: Sequence[Outcome], names: Sequence[str]) -> Sheet:
    """The worst week of each industry and region outside China, median of draws; below half a percent nothing is told."""
    worst: dict[tuple[str, str], dict[int, tuple[float, str]]] = {}
    for place, one in enumerate(outcomes):
        table = one.parts["supply"].sheet("stopped_implied") if "supply" in one.parts else None
        for row in () if table is None else table.records():
            held = worst.setdefault((row["industry"], row["region"]), {})
            if place not in held or row["share_median"] > held[place][0]:
                held[place] = (row["share_median"], row["week"])
    kept = {at: held for at, held in worst.items() if max(share for share, _ in held.values()) >= _STILL}
    order = sorted(kept, key=lambda at: -max(share for share, _ in kept[at].values()))
    places = range(len(outcomes))
    rows = tuple(
        (
            *at,
            *(kept[at][n][0] if n in kept[at] else None for n in places),
            *(kept[at][n][1] if n in kept[at] else None for n in places),
        )
        for at in order
    )
    columns = ("industry", "region", *(f"worst_share {name}" for name in names), *(f"week {name}" for name in names))
    return Sheet("stoppages", "Use that stands still at the worst, stocks as 2025 implies, median of draws", columns, rows)


def _beside(outcomes: Sequence[Outcome], names: Sequence[str], one: Beside) -> Sheet:
    tables = [o.parts[one.part].sheet(one.sheet) if one.part in o.parts else None for o in outcomes]
    return _joined(tables, names, one.name, one.title, one.heads, one.values)


def _joined(
    tables: Sequence[Sheet | None], names: Sequence[str], name: str, title: str, heads: Sequence[str], values: Sequence[str]
) -> Sheet:
    """Tables of the same form as one: rows matched by their heads, a column for each value and outcome."""
    cells: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}
    for place, table in enumerate(tables):
        for row in () if table is None else table.records():
            at = tuple(row.get(head) for head in heads)
            cells.setdefault(at, {}).setdefault(place, row)
    places = range(len(tables))
    rows = tuple((*at, *(held.get(n, {}).get(v) for v in values for n in places)) for at, held in cells.items())
    return Sheet(name, title, (*heads, *(f"{v} {names[n]}" for v in values for n in places)), rows)


def _notes(outcomes: Sequence[Outcome], names: Sequence[str]) -> tuple[str, ...]:
    notes = []
    for part in PARTS:
        lacking = [name for name, one in zip(names, outcomes, strict=True) if part not in one.parts]
        if lacking and len(lacking) < len(names):
            notes.append(f"{', '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} no {part} part; its cells are empty.")
    for word, values in (
        ("seeds", {one.scenario.seed for one in outcomes if "supply" in one.parts}),
        ("counts of draws", {one.scenario.draws for one in outcomes if "supply" in one.parts}),
        ("horizons of trade", {str(trade_keys(one.scenario).get("horizon")) for one in outcomes if "trade" in one.parts}),
        ("days of knowledge", {one.scenario.known_on for one in outcomes}),
        ("models of talks", {str((one.scenario.talks or {}).get("model")) for one in outcomes if "talks" in one.parts}),
    ):
        if len(values) > 1:
            notes.append(f"The {word} differ, so that part of a difference is theirs.")
    for name, one in zip(names, outcomes, strict=True):
        notes += [f"{name}, {part}: {held.said}" for part, held in one.parts.items() if held.said.startswith(FAILED)]
    return tuple(notes)


def _said(names: Sequence[str], figures: Sheet, sheets: Sequence[Sheet]) -> str:
    """The leading differences in words."""
    provisions = next((len(s.rows) for s in sheets if s.name == "provisions"), 0)
    between = " and ".join(names) if len(names) == 2 else f"the {len(names)} scenarios"
    said = [f"{plural(provisions, 'provision differs', 'provisions differ')} between {between}"]
    table = {(row[0], row[1]): row[2 : 2 + len(names)] for row in figures.rows}
    for (part, word), told in HEADS.items():
        values = table.get((part, word))
        if values is None or sum(v is not None for v in values) < 2:
            continue
        said.append(f"{told}: " + ", ".join(f"{name} {_shown(word, v)}" for name, v in zip(names, values, strict=True)))
    return "; ".join(said) + "."


HEADS = {
    ("duty", "us_average_on_china_share"): "US duties on Chinese goods",
    ("supply", "worst_standing_share"): "buyers that stand still at the worst",
    ("supply", "first_stop_week"): "first stop, week",
    ("trade", "real_income_us_change"): "real income of the United States",
    ("trade", "real_income_china_change"): "real income of China",
    ("trade", "us_china_goods_change"): "goods traded between the two",
}
"""Figures that the sentence tells, where they are there."""


def _shown(word: str, value: float | None) -> str:
    if value is None:
        return "none"
    if word.endswith("_change"):
        return f"{100 * value:+.2f} %"
    return f"{100 * value:.1f} %" if word.endswith("_share") else f"{value:,.4g}"

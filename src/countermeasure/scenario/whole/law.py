"""The law part: which provisions differ, by which instrument, and what they touch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.diff import diff_between
from countermeasure.book.model import DAY, NEVER, Reading, Role, State
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.words import plural
from countermeasure.duty.schedule import Schedule
from countermeasure.parties.lists import shipped_lists
from countermeasure.scenario.whole.engines import before_words, common_assumptions, duty_engine_of, known_words, unheard
from countermeasure.scenario.whole.plain import made
from countermeasure.supply.controls.measures import items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from countermeasure.book.compiled import Compiled
    from countermeasure.book.diff import Change
    from countermeasure.book.load import Book
    from countermeasure.book.model import Body, Spell
    from countermeasure.scenario.whole.model import Inputs, Part, Scenario

__all__ = ["SOON", "law_part"]

SOON = 92
"""Days within which a window ends soon: a quarter."""
_KINDS = ("duty", "relief", "rule", "control", "listing")
_ORDER = ("duty", "control", "listing", "relief", "rule")
_LIVE = (State.IN_FORCE, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class _Row:
    """A provision that differs, under the readings where it does."""

    change: Change
    readings: tuple[str, ...]
    kind: str
    lines: int | None
    items: int | None
    parties: int | None
    by: tuple[str, ...]


def law_part(scenario: Scenario, _inputs: Inputs, _done: Mapping[str, Part]) -> Part:
    """Provisions that differ between the day of comparison and the scenario's day."""
    rows = _rows(scenario)
    windows, apart = _windows(scenario), _apart(scenario)
    kinds = Counter(row.kind for row in rows)
    first = scenario.readings[0].value
    figures: dict[str, float | None] = {"provisions_changed_count": len(rows)}
    figures |= {f"{kind}_changed_count": kinds.get(kind, 0) for kind in _KINDS}
    figures |= {"windows_ending_count": len(windows), "readings_differ_count": len(apart)}
    return made(
        "law",
        _said(scenario, rows, windows, apart),
        figures=figures,
        sheets=(_changes_sheet(scenario, rows), _windows_sheet(scenario, windows), _apart_sheet(scenario, apart)),
        assumptions=common_assumptions(scenario),
        notes=(*unheard(scenario), *_notes(scenario, rows)),
        stamp=(
            ("book", scenario.book.hash),
            ("reading", first),
            ("readings", " ".join(one.value for one in scenario.readings)),
        ),
    )


def _rows(scenario: Scenario) -> list[_Row]:
    """Changes of all readings, those that agree as one."""
    sides = ((scenario.without, scenario.compared), (scenario.book, scenario.on))
    found: dict[tuple[Change, tuple[str, ...]], list[str]] = {}
    for reading in scenario.readings:

        def compiled(book: Book, into: str, reading: Reading = reading) -> Compiled:
            return _compiled(scenario, book, into, reading)

        states = [book.state(day, scenario.known_on, reading) for book, day in sides]
        for change in diff_between(*sides, scenario.known_on, reading, compiled):
            by = _behind(change.provision, *states)
            found.setdefault((change, by), []).append(reading.value)
    rows = [_row(scenario, change, by, tuple(readings)) for (change, by), readings in found.items()]
    return sorted(rows, key=lambda row: _order(scenario, row))


def _order(scenario: Scenario, row: _Row) -> tuple[object, ...]:
    """The scenario's own instruments first, then by kind, then what touches most."""
    own = any(name in scenario.instruments for name in row.by)
    touched = max(row.lines or 0, row.items or 0, row.parties or 0)
    return not own, _ORDER.index(row.kind), -touched, row.change.provision, row.readings


def _behind(name: str, before: Mapping[str, Spell], after: Mapping[str, Spell]) -> tuple[str, ...]:
    """Instruments that brought a change about: those behind the later spell alone, else those that set its window."""
    old, new = (set(state[name].instruments) if name in state else set() for state in (before, after))
    held = after[name].instruments if name in after else before[name].instruments
    own = tuple(i for i in held if i in new - old)
    return own or held[-1:]


def _row(scenario: Scenario, change: Change, by: tuple[str, ...], readings: tuple[str, ...]) -> _Row:
    reading = Reading(readings[0])
    book = scenario.book
    provision = book.replayed(scenario.known_on, reading).provisions.get(change.provision)
    if provision is None:
        book = scenario.without
        provision = book.replayed(scenario.known_on, reading).provisions[change.provision]
    spell = provision.at(scenario.on * DAY)
    body = spell.body or next(s.body for s in reversed(provision.spells) if s.body)
    lines = items = parties = None
    if body.role is Role.CONTROL:
        named = tuple(items_of(body, book.control_lists))
        items = len(named) or None  # items by other lists than the book's own are not counted, which is not zero
        parties = None if body.parties is None else _parties(body)
    else:
        lines = _lines(book, scenario, body, reading, change.provision)
    own = () if body.parties is None else body.parties.lists
    kind = "listing" if any(change.provision.startswith(name) for name in own) else body.role.value
    return _Row(change, readings, kind, lines, items, parties, by)


def _parties(body: Body) -> int | None:
    """Parties that the shipped tables name under a listing; ``None`` where they are no listing of ours."""
    assert body.parties is not None  # noqa: S101 - the caller looked
    by = _listed()
    known = [by[name] for name in body.parties.lists if name in by]
    return sum(known) if known else None


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, int]:
    """Count of parties by listing."""
    return Counter(party.by for one in shipped_lists() for party in one.parties if party.by)


def _lines(book: Book, scenario: Scenario, body: Body, reading: Reading, name: str) -> int | None:
    """Lines of the US schedule in the goods of a provision on the scenario's day; ``None`` where no schedule is held."""
    clauses = _compiled(scenario, book, "US", reading)
    clause = next((c for c in clauses.clauses if c.provision == name and c.body.goods == body.goods), None)
    if clause is None or (body.into or "US") != "US":
        return None
    codes = _universe(scenario.on)
    if clause.goods < 0:
        return len(codes)
    inside = clauses.class_bits[clauses.goods_class(codes), clauses.goods.column(clause.goods, scenario.on)]
    return int(np.count_nonzero(inside))


def _compiled(scenario: Scenario, book: Book, into: str, reading: Reading) -> Compiled:
    """The compiled form of one of the two books, kept by its engine."""
    return duty_engine_of(scenario, before=book is not scenario.book).compiled(into, reading)


@lru_cache(maxsize=8)
def _universe(day: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return Schedule.shipped().universe(day)


# ------------------------------------------------------------------------------------------------------- windows, readings


def _windows(scenario: Scenario) -> list[tuple[str, Spell, Spell]]:
    """Spells in force or suspended on the day that end soon, with what comes next."""
    found = []
    record = scenario.book.replayed(scenario.known_on, scenario.readings[0])
    for name, provision in record.provisions.items():
        spell = provision.at(scenario.on * DAY)
        if spell.state not in _LIVE or spell.end >= NEVER or spell.end > (scenario.on + SOON) * DAY:
            continue
        then = provision.at(spell.end)
        if (then.state, then.body) != (spell.state, spell.body):
            found.append((name, spell, then))
    return sorted(found, key=lambda row: (row[1].end, row[0]))


def _apart(scenario: Scenario) -> list[tuple[str, Spell | None, Spell | None]]:
    """Provisions on which the two readings differ on the day, whichever the scenario asks for; ``None`` where one has none."""
    text, announced = (scenario.book.state(scenario.on, scenario.known_on, reading) for reading in Reading)
    found = [(name, text.get(name), announced.get(name)) for name in sorted(text.keys() | announced.keys())]
    return [row for row in found if _held(row[1]) != _held(row[2])]


def _held(spell: Spell | None) -> tuple[State, Body | None]:
    """What a reading makes of a provision on a day; one it does not know is not there yet."""
    return (State.NOT_YET, None) if spell is None or spell.state is State.NOT_YET else (spell.state, spell.body)


# ----------------------------------------------------------------------------------------------------------------- tables


def _words(spell: Spell | None) -> str:
    if spell is None:
        return "no such provision"
    rate = f", rate {spell.body.rate:g}" if spell.body and spell.body.rate and spell.state in _LIVE else ""
    return spell.state.value.replace("_", " ") + rate + (", collected" if spell.collected else "")


def _then(spell: Spell, then: Spell) -> str:
    """What follows a spell, with a word where state and rate stay."""
    return f"{_words(then)}, other terms" if _words(then) == _words(spell) else _words(then)


def _name(*spells: Spell | None) -> str:
    return next((s.body.name for s in spells if s is not None and s.body), "")


def _changes_sheet(scenario: Scenario, rows: Iterable[_Row]) -> Sheet:
    cells = []
    for row in rows:
        change = row.change
        behind = [scenario.book.by_id[i] for i in row.by]
        cells.append(
            (
                change.provision,
                change.name,
                row.kind,
                "; ".join(change.what),
                "; ".join(change.goods) if row.kind in ("duty", "relief", "rule") else "",
                change.origins,
                row.lines,
                row.items,
                row.parties,
                "both" if len(row.readings) == len(scenario.readings) > 1 else ", ".join(row.readings),
                ", ".join(row.by),
                "; ".join(one.citation for one in behind),
                ", ".join(dict.fromkeys(one.confidence for one in behind)),
            )
        )
    columns = (
        "provision", "name", "kind", "what", "goods", "origins", "us_tariff_lines", "control_items", "listed_parties",
        "reading", "instruments", "citations", "confidence",
    )  # fmt: skip
    title = f"Provisions that differ: {before_words(scenario)} against {format_day(scenario.on)}"
    return Sheet("provisions", title, columns, tuple(cells))


def _behind_spell(spell: Spell | None) -> tuple[str, ...]:
    return () if spell is None else spell.instruments


def _windows_sheet(scenario: Scenario, rows: Iterable[tuple[str, Spell, Spell]]) -> Sheet:
    cells = tuple(
        (
            name,
            _name(spell, then),
            _words(spell),
            format_day(-(-spell.end // DAY)),
            -(-spell.end // DAY) - scenario.on,
            _then(spell, then),
            ", ".join(spell.instruments[-1:]),
        )
        for name, spell, then in rows
    )
    title = f"Windows that end within {SOON} days of {format_day(scenario.on)}"
    return Sheet("windows", title, ("provision", "name", "state", "ends_on", "days_left", "then", "instrument"), cells)


def _apart_sheet(scenario: Scenario, rows: Iterable[tuple[str, Spell | None, Spell | None]]) -> Sheet:
    cells = tuple(
        (
            name,
            _name(text, announced),
            _words(text),
            _words(announced),
            ", ".join(i for i in _behind_spell(announced) if i not in _behind_spell(text)),
        )
        for name, text, announced in rows
    )
    title = f"Where text and announced readings differ on {format_day(scenario.on)}"
    return Sheet("readings", title, ("provision", "name", "text", "announced", "statements"), cells)


# ------------------------------------------------------------------------------------------------------------------ words


def _said(scenario: Scenario, rows: Sequence[_Row], windows: Sequence[Any], apart: Sequence[Any]) -> str:
    span = f"Against {before_words(scenario)}, {known_words(scenario)},"
    if not rows:
        said = [f"{span} no provision differs on {format_day(scenario.on)}"]
    else:
        kinds = Counter(row.kind for row in rows)
        told = ", ".join(plural(kinds[k], k, "duties" if k == "duty" else "") for k in _KINDS if kinds[k])
        most = Counter(i for row in rows for i in row.by).most_common(3)
        names = ", ".join(f"{name} ({count})" for name, count in most)
        differ = plural(len(rows), "provision differs", "provisions differ")
        said = [f"{span} {differ} on {format_day(scenario.on)}: {told}; by {names}"]
    if windows:
        end = plural(len(windows), "window ends", "windows end")
        said.append(f"{end} within {SOON} days, the first on {format_day(-(-windows[0][1].end // DAY))}")
    if apart:
        said.append(f"The text and the announced reading differ on {plural(len(apart), 'provision')}")
    return ". ".join(said) + "."


def _notes(scenario: Scenario, rows: Sequence[_Row]) -> list[str]:
    listed = [row.change.provision for row in rows if row.kind == "listing" and row.parties is None]
    notes = []
    if listed:
        notes.append(f"Parties are not counted for {_few(listed)}: the shipped tables do not hold them.")
    if any(row.lines is None for row in rows if row.kind in ("duty", "relief", "rule")):
        notes.append("Tariff lines are counted on the US schedule alone; no Chinese schedule is at hand.")
    if scenario.on > _last(scenario):
        notes.append("The day lies after the last instrument of the book: what was published since is not known here.")
    return notes


def _few(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _last(scenario: Scenario) -> int:
    return max(one.published_on for one in scenario.book.instruments)

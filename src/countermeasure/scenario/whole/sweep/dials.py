"""Named dials: each moves one thing in a scenario and says in which unit, between which bounds, and which parts feel it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from countermeasure.book.tables import unknown
from countermeasure.errors import InputError
from countermeasure.scenario.whole.sweep.grid import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from countermeasure.book.load import Book
    from countermeasure.scenario.whole.model import Scenario

__all__ = ["Dial", "dial", "dial_names", "dials_of", "moved"]

_LAW = frozenset({"law", "duty", "trade"})
_CHAIN = frozenset({"supply"})
_TRADE = frozenset({"trade"})


@dataclass(frozen=True, slots=True)
class Dial:
    """One thing that can be moved.

    Attributes:
        name: Its word.
        unit: Unit of its values.
        what: What it changes, a sentence.
        parts: Parts of an outcome that feel it at once; parts that read those feel it as well.
        low: Least value.
        high: Greatest value.
        needs: Part that the scenario must have.
        clash: Dials that move the same thing.
        whole: Only whole numbers.
        turn: Gives the scenario with the value set.
    """

    name: str
    unit: str
    what: str
    parts: frozenset[str]
    low: float
    high: float
    needs: str
    clash: tuple[str, ...]
    whole: bool
    turn: Callable[[Scenario, float], Scenario]


def _text(value: float) -> str:
    return repr(float(value)) if not float(value).is_integer() else f"{value:.0f}"


def _supply(scenario: Scenario, **keys: Any) -> Scenario:  # noqa: ANN401 - what a file may hold
    return replace(scenario, supply={**(scenario.supply or {}), **keys})


def _trade(scenario: Scenario, **keys: Any) -> Scenario:  # noqa: ANN401
    return replace(scenario, trade={**(scenario.trade or {}), **keys})


def _practice(scenario: Scenario, **keys: str) -> Scenario:
    """One more row of practice for all weeks; rows added last win."""
    row = {"from": "1990-01-01", **keys, "why": "A dial of the sweep", "source": "the sweep", "confidence": "U"}
    return _supply(scenario, practice=[*(_said(scenario, "supply", "practice") or ()), row])


def _said(scenario: Scenario, part: str, key: str) -> Any:  # noqa: ANN401 - what a file may hold
    """What a part, with the scenario it is laid upon, says under a key; ``None`` for nothing."""
    from countermeasure.scenario.whole.blocks import supply_keys, trade_keys

    return (supply_keys if part == "supply" else trade_keys)(scenario).get(key)


def _permits(scenario: Scenario, value: float) -> Scenario:
    return _practice(scenario, approval=_text(value), throughput=_text(value))


def _decision(scenario: Scenario, value: float) -> Scenario:
    return _practice(scenario, lag_weeks=_text(value / 7))


def _general(scenario: Scenario, value: float) -> Scenario:
    return _practice(scenario, general_share=_text(value))


def _weeks(scenario: Scenario, value: float) -> Scenario:
    return _supply(scenario, weeks=_text(value))


def _rate(scenario: Scenario, value: float) -> Scenario:
    if value == 0:
        return scenario
    book, own = _with_duty(scenario.book, float(value)), (*scenario.instruments, _DUTY_ID)
    return replace(scenario, book=book, instruments=own, before=scenario.compared, base=scenario.without)


def _horizon(scenario: Scenario, value: float) -> Scenario:
    return _trade(scenario, horizon=None if math.isinf(value) else _text(value))


def _chinese(scenario: Scenario, value: float) -> Scenario:
    return _trade(scenario, chinese_average=_text(value))


def _usmca(scenario: Scenario, value: float) -> Scenario:
    return _trade(scenario, usmca_claimed=_text(value))


def _quota(scenario: Scenario, value: float) -> Scenario:
    rows = [{**row, "share": _text(value)} for row in _said(scenario, "trade", "quotas") or ()]
    return _trade(scenario, quotas=rows)


def _day(scenario: Scenario, value: float) -> Scenario:
    held = scenario if scenario.supply is None else _supply(scenario, start=_said(scenario, "supply", "start"))
    return replace(held, on=scenario.on + int(value), before=scenario.compared)


_DUTY_ID = "us-sweep-rate"
_MOST_BOOKS = 32
_DUTY = """
id: {id}
kind: scenario
issuer: US
citation: "A dial of the sweep"
title: "A further duty on all goods of China"
published_on: "2000-01-01"
confidence: medium
sources:
  - {{cite: "A dial of the sweep: no act", read: summary}}
acts:
  - act: impose
    provision: {id}
    name: "A further duty, set by the sweep"
    programme: ieepa_reciprocal
    into: US
    role: duty
    rate: "{rate}"
    origin: {{in: [CN]}}
    scope: "all goods of China"
    certainty: "a dial, no act"
    from: "2000-01-01"
"""


_RATED: dict[tuple[str, float], Book] = {}
"""Books with the duty on them, by the hash of the book and the rate."""


def _with_duty(book: Book, rate: float) -> Book:
    """The book with so many more points on all goods of China, on top of every other duty, without exceptions or end."""
    from countermeasure.codes.yamltext import parse_text

    key = (book.hash, rate)
    if key not in _RATED:
        if len(_RATED) >= _MOST_BOOKS:
            _RATED.clear()
        _RATED[key] = book.with_(parse_text(_DUTY.format(id=_DUTY_ID, rate=_text(rate)), f"{_DUTY_ID}.yaml"))
    return _RATED[key]


_FIXED = (
    Dial(
        "permits", "share of normal trade",
        "Chinese permits in every week: the share of what is applied for that is granted, and the weekly tonnage of permits. "
        "At 1 permits cover normal trade; what practice was in 2025 is no point of this dial.",
        _CHAIN, 0.0, 1.0, "supply", ("approval", "throughput"), False, _permits,
    ),
    Dial(
        "decision_days", "days", "Mean time from an application for a Chinese permit to the decision.",
        _CHAIN, 0.0, 730.0, "supply", ("lag_weeks",), False, _decision,
    ),
    Dial(
        "general_share", "share of applications", "Share of Chinese applications under a general license.",
        _CHAIN, 0.0, 1.0, "supply", (), False, _general,
    ),
    Dial("weeks", "weeks", "Length of the run of the chain.", _CHAIN, 1.0, 1040.0, "supply", (), True, _weeks),
    Dial(
        "rate", "fraction of value, added",
        "US duty on all goods of China, added to all that the book has: 1.45 is 145 points more. It stands as an act of its "
        "own on every line, without exceptions, so law, duties of lines and trade read the same act.",
        _LAW, 0.0, 10.0, "", (), False, _rate,
    ),
    Dial(
        "chinese_average", "fraction of value, set",
        "China's average duty on US goods, in place of the published step of the day.",
        _TRADE, 0.0, 10.0, "trade", (), False, _chinese,
    ),
    Dial(
        "usmca_claimed", "share of trade", "Share of Canadian and Mexican goods that claim the agreement.",
        _TRADE, 0.0, 1.0, "trade", (), False, _usmca,
    ),
    Dial(
        "horizon", "years", "Years since the change, for the trade part; long is the long run.",
        _TRADE, 0.0, math.inf, "trade", (), False, _horizon,
    ),
    Dial(
        "quota", "share of the baseline's quantity", "Share of every quota that the trade part has; it must have one.",
        _TRADE, 0.0, 1.0, "trade", (), False, _quota,
    ),
    Dial(
        "day", "days, added",
        "Days added to the day whose law is meant; the day of comparison and the weeks of the chain stay.",
        frozenset({"law", "duty", "license", "trade", "talks"}), -20_000.0, 20_000.0, "", (), True, _day,
    ),
)  # fmt: skip


@lru_cache(maxsize=1)
def _known() -> dict[str, Dial]:
    """The fixed dials, and every parameter of the chain by its own name."""
    from countermeasure.supply.parameters import Parameters, bounds_of

    found = {one.name: one for one in _FIXED}
    for one in Parameters.shipped():
        if one.name not in found:
            low, high = bounds_of(one)
            clash = tuple(d.name for d in _FIXED if one.name in d.clash)
            what = f"Parameter of the chain, held at the value in every draw: {one.meaning}."
            found[one.name] = Dial(one.name, one.unit, what, _CHAIN, low, high, "supply", clash, False, _Parameter(one.name))
    return found


@dataclass(frozen=True, slots=True)
class _Parameter:
    """Holds a parameter of the chain at a value."""

    name: str

    def __call__(self, scenario: Scenario, value: float) -> Scenario:
        keys = _said(scenario, "supply", "parameters") or {}
        return _supply(scenario, parameters={**keys, self.name: _text(value)})


def dial_names() -> tuple[str, ...]:
    """Names of all dials: the fixed ones, then parameters of the chain."""
    return tuple(_known())


def dial(name: str) -> Dial:
    """One dial.

    Raises:
        InputError: If there is none of that name; near names are told.
    """
    known = _known()
    if name not in known:
        raise InputError(
            unknown("dial", name, tuple(known)), code="unknown_dial", cure="countermeasure scenario dials lists them."
        )
    return known[name]


def dials_of(axes: Mapping[str, Iterable[float]], scenario: Scenario) -> tuple[Dial, ...]:
    """Dials of a grid, checked against the scenario.

    Raises:
        InputError: With every fault: unknown dials, values out of bounds, dials that move the same thing, a dial for a part
            that the scenario does not have.
    """
    faults: list[str] = []
    found: list[Dial] = []
    for name, values in axes.items():
        try:
            one = dial(name)
        except InputError as error:
            faults.append(error.message)
            continue
        found.append(one)
        faults += _value_faults(one, values)
        if one.needs and getattr(scenario, one.needs) is None:
            faults.append(f"{name} moves the {one.needs} part, which {scenario.id} leaves out")
        if name == "quota" and scenario.trade is not None and not _said(scenario, "trade", "quotas"):
            faults.append(
                f"quota moves the quotas of the trade part, and {scenario.id} has none; write one under trade: quotas"
            )
        both = [other for other in one.clash if other in axes and name < other]
        faults += [f"{name} and {other} move the same thing; take one of the two" for other in both]
    if faults:
        cure = "countermeasure scenario dials lists every dial with its unit and bounds."
        raise InputError(faults[0], code="bad_grid", cure=cure, faults=faults[1:])
    return tuple(found)


def _value_faults(one: Dial, values: Iterable[float]) -> list[str]:
    values = tuple(values)
    odd = [v for v in values if not one.low <= v <= one.high or (math.isinf(v) and one.name != "horizon")]
    faults = []
    if odd:
        told, room = ", ".join(map(words_of, odd[:3])), f"{words_of(one.low)} to {words_of(one.high)}"
        faults.append(f"{one.name} is {told}, outside {room} ({one.unit})")
    broken = [v for v in values if one.whole and not float(v).is_integer()]
    if broken:
        faults.append(f"{one.name} is {', '.join(map(words_of, broken[:3]))}; only whole numbers ({one.unit})")
    return faults


def moved(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with dials set, in the order of the mapping."""
    for name, value in values.items():
        scenario = dial(name).turn(scenario, value)
    return scenario

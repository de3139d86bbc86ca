"""Fields for the dates and rates of a scenario, its permits and horizons, made from its file and put back into it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from countermeasure.web.views.scenarios_file import MOST_DRAWS, MOST_WEEKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Field", "Group", "changed", "groups_of"]

EDITED = "-edited"
_TOP = ("on", "before", "known_on", "reading", "draws", "seed")
_ACT = ("rate", "from", "until")
_PRACTICE = ("from", "until", "approval", "throughput", "lag_weeks")
_CHANGE = ("add_tariff", "set_tariff", "set_export_tax")
_WORDS = {
    "on": ("Day of the law", "YYYY-MM-DD"),
    "before": ("Compared with", "YYYY-MM-DD; empty: the same day without its own instruments, or a year earlier"),
    "known_on": ("As known on", "YYYY-MM-DD; empty: all that the book holds"),
    "reading": ("Reading", ""),
    "draws": ("Draws", f"of the chain, 1 to {MOST_DRAWS}"),
    "seed": ("Seed", "the same seed gives the same numbers"),
    "rate": ("Rate", "a fraction: 0.25 is 25 %"),
    "from": ("From", "YYYY-MM-DD"),
    "until": ("Until", "YYYY-MM-DD, that day not included; empty: open"),
    "approval": ("Share approved", "0 to 1; empty: as fitted"),
    "throughput": ("Trade licensed", "times normal; empty: as fitted"),
    "lag_weeks": ("Weeks to a license", "empty: as fitted"),
    "weeks": ("Weeks", f"1 to {MOST_WEEKS}"),
    "start": ("First week", "YYYY-MM-DD"),
    "horizon": ("Years after", "since the change; empty: the long run"),
    "add_tariff": ("Tariff added", "a fraction: 0.25 is 25 points"),
    "set_tariff": ("Tariff set", "a fraction"),
    "set_export_tax": ("Export tax set", "a fraction"),
    "model": ("Model", "of the talks"),
}
"""Label and help of each field."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form.

    Attributes:
        name: Place in the file, keys and numbers joined by points.
        label: For a person.
        value: As the file has it.
        help: Unit, and what an empty field means.
        options: Values to choose from, or none.
    """

    name: str
    label: str
    value: str
    help: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of one thing: an instrument, a part."""

    title: str
    fields: tuple[Field, ...]


def spread(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same with named instruments and the lists of named scenarios written out, so that each date and rate has a place."""
    found: dict[str, Any] = copy.deepcopy(dict(data))
    found["instruments"] = [one if isinstance(one, dict) else _instrument(str(one)) for one in data.get("instruments") or ()]
    for part, keys in (("supply", ("start", "weeks", "practice")), ("trade", ("horizon", "changes"))):
        own = found.get(part)
        if isinstance(own, dict) and own.get("scenario"):
            named = _named(part, str(own["scenario"]))
            found[part] = {**{key: named[key] for key in keys if key in named}, **own}
    return found


def _instrument(name: str) -> dict[str, Any]:
    from countermeasure.book.load import shipped_data
    from countermeasure.codes.yamltext import load_text

    found: dict[str, Any] = load_text(shipped_data() / "scenarios" / f"{name}.yaml", f"{name}.yaml").data
    return found


def _named(part: str, name: str) -> dict[str, Any]:
    from countermeasure.codes.yamltext import load_text
    from countermeasure.scenario.read import trade_scenario_path
    from countermeasure.supply.scenario import scenario_path

    path = (scenario_path if part == "supply" else trade_scenario_path)(name)
    found: dict[str, Any] = load_text(path, path.name).data
    return found


def groups_of(data: Mapping[str, Any]) -> tuple[Group, ...]:
    """Fields for the dates and rates of a scenario, its permits and horizons."""
    whole = spread(data)
    found = [Group("Days", tuple(_field((key,), whole, key) for key in _TOP))]
    for n, one in enumerate(whole["instruments"]):
        for k, act in enumerate(one.get("acts") or ()):
            keys = [key for key in _ACT if key in act or key == "until"]
            own = tuple(_field(("instruments", n, "acts", k), act, key) for key in keys)
            found.append(Group(f"{act.get('name') or act.get('act')}: {one.get('id')}", own))
    supply = whole.get("supply")
    if isinstance(supply, dict):
        found.append(Group("Chain", tuple(_field(("supply",), supply, key) for key in ("start", "weeks"))))
        for n, row in enumerate(supply.get("practice") or ()):
            title = f"Licenses of the chain: {shorten(str(row.get('why', '')), 110, placeholder=' ...')}"
            found.append(Group(title, tuple(_field(("supply", "practice", n), row, key) for key in _PRACTICE)))
    trade = whole.get("trade")
    if isinstance(trade, dict):
        fields = [_field(("trade",), trade, "horizon")]
        for n, row in enumerate(trade.get("changes") or ()):
            fields += [_field(("trade", "changes", n), row, key, row.get("why", "")) for key in _CHANGE if key in row]
        found.append(Group("Trade", tuple(fields)))
    if isinstance(whole.get("talks"), dict):
        found.append(Group("Talks", (_field(("talks",), whole["talks"], "model"),)))
    return tuple(found)


def _field(place: tuple[str | int, ...], held: Mapping[str, Any], key: str, more: str = "") -> Field:
    label, words = _WORDS[key]
    at = ".".join(str(part) for part in (place if place == (key,) else (*place, key)))
    value = held.get(key)
    options: tuple[str, ...] = ()
    if key == "reading":
        options = ("text", "announced", "both")
    elif key == "model":
        from countermeasure.talks.read import conflict_names

        options = conflict_names()
    return Field(at, label, "" if value is None else str(value), "; ".join(part for part in (words, more) if part), options)


def changed(data: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The file with the fields that a person has changed; all else stays as it is written.

    Args:
        data: The file.
        given: Values by the name of their field; unknown names are left out.
    """
    found, whole = copy.deepcopy(dict(data)), spread(data)
    for group in groups_of(data):
        for one in group.fields:
            value = given.get(one.name, one.value).strip()
            if value == one.value:
                continue
            place = one.name.split(".")
            _put(whole, place, value)
            top, _, rest = one.name.partition(".")
            key = rest.partition(".")[0]
            if not key:
                _put(found, place, value)
            elif top == "instruments":
                found["instruments"][int(key)] = whole["instruments"][int(key)]
            else:
                found[top] = {**found[top], key: whole[top].get(key)}
                if found[top][key] is None:
                    del found[top][key]
    if found != data:
        found |= {"id": f"{data['id']}{EDITED}", "title": f"{data['title']} (edited)"}
    return found


def _put(held: Any, place: Sequence[str], value: str) -> None:  # noqa: ANN401 - what a file holds
    """Put a value at a place, or take it away where it is empty; parts of a place that are numbers count in a list."""
    for part in place[:-1]:
        held = held[int(part) if part.isdigit() else part]
    if value:
        held[place[-1]] = value
    else:
        held.pop(place[-1], None)

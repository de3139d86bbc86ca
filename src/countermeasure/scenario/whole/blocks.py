"""Parts of a scenario as the scenarios of their engines: a supply scenario, a trade scenario, a conflict on a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from countermeasure.codes.day import format_day
from countermeasure.codes.yamltext import Loaded, load_text
from countermeasure.errors import BookError, NotFoundError
from countermeasure.scenario.read import trade_scenario_of, trade_scenario_path
from countermeasure.scenario.whole.layers import laid_keys
from countermeasure.supply.scenario import scenario_of, scenario_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from countermeasure.scenario.model import TradeScenario
    from countermeasure.scenario.whole.model import Scenario
    from countermeasure.supply.scenario import SupplyScenario
    from countermeasure.trade.multi.baseline import Baseline

__all__ = [
    "FROM_SUPPLY",
    "LINKS",
    "named_instruments",
    "supply_keys",
    "supply_scenario",
    "trade_keys",
    "trade_links",
    "trade_scenario",
]

FROM_SUPPLY = "from_supply"
"""Word that takes the prices of rare earths from the scenario's own supply run."""
LINKS = ("licenses",)
"""Keys of the trade part that the trade scenario itself does not know."""
_NAMED = ("id", "title", "intent")


def _laid(keys: Mapping[str, Any], source: Loaded | None, scenario: Scenario, path_of: Callable[[str], Path]) -> Loaded:
    """Keys of a part upon those of the file it names, with the scenario's own identity."""
    own = source if source is not None else Loaded(dict(keys), {}, [], scenario.path.name)
    found = replace(own, data={key: value for key, value in own.data.items() if key != "scenario"})
    if keys.get("scenario"):
        found = laid_keys(_named(path_of(str(keys["scenario"]))), found)
    return replace(found, data={**found.data, **{key: getattr(scenario, key) for key in _NAMED}})


def _named(path: Path) -> Loaded:
    """The file that a part names.

    Raises:
        BookError: If it cannot be read.
    """
    found = load_text(path, path.name)
    if found.faults or not isinstance(found.data, dict):
        raise BookError("the scenario it names has faults", code="bad_scenario", where=path.name, faults=found.faults)
    return found


def named_instruments(name: str, scenario: Scenario) -> tuple[str, ...]:
    """Instruments of the file that a part names, ``supply`` or ``trade``; they act only where the whole names them too.

    Raises:
        NotFoundError: If there is no such file.
        BookError: If it cannot be read.
    """
    keys = (scenario.supply if name == "supply" else scenario.trade) or {}
    if not keys.get("scenario"):
        return ()
    path = _path(str(keys["scenario"]), scenario, scenario_path if name == "supply" else trade_scenario_path)
    return tuple(str(one) for one in _named(path).data.get("instruments") or ())


def _path(name: str, scenario: Scenario, shipped: Callable[[str], Path]) -> Path:
    beside = scenario.path.parent / name
    return beside if beside.is_file() else shipped(name)


def _supply(scenario: Scenario, source: Loaded | None) -> Loaded:
    keys = scenario.supply
    if keys is None:
        raise NotFoundError(f"{scenario.id} has no supply part", code="no_part", cure="Give it the key supply.")
    found = _laid(keys, source, scenario, lambda name: _path(name, scenario, scenario_path))
    data = found.data
    data.pop("instruments", None)  # those of the whole scenario act, on all engines alike
    data.setdefault("start", format_day(scenario.on))
    data.setdefault("weeks", "52")
    if "reading" not in keys:
        data["reading"] = scenario.readings[0].value
    if "known_on" not in keys and scenario.known_on is not None:
        data["known_on"] = format_day(scenario.known_on)
    return found


def supply_keys(scenario: Scenario) -> dict[str, Any]:
    """All keys of the supply scenario that a scenario means, those of the one it names included.

    Raises:
        NotFoundError: If it has no such part, or names a scenario that is not there.
    """
    return dict(_supply(scenario, None).data)


def supply_scenario(scenario: Scenario, source: Loaded | None = None) -> SupplyScenario:
    """The supply scenario that a scenario means, on its book.

    Args:
        scenario: The whole.
        source: Its supply part with lines, where it comes from a file.

    Raises:
        NotFoundError: If it has no such part, or names a scenario that is not there.
        BookError: With every fault of the part.
    """
    return scenario_of(_supply(scenario, source), scenario.path, scenario.book)


def _trade(scenario: Scenario, source: Loaded | None) -> Loaded:
    keys = scenario.trade
    if keys is None:
        raise NotFoundError(f"{scenario.id} has no trade part", code="no_part", cure="Give it the key trade.")
    found = _laid(keys, source, scenario, lambda name: _path(name, scenario, trade_scenario_path))
    data = found.data
    for key in LINKS:
        data.pop(key, None)
    if data.get("critical") in (FROM_SUPPLY, "no"):
        del data["critical"]
    if keys.get("duties_on") == "no":
        data.pop("duties_on", None)
    elif "duties_on" not in keys:
        data["duties_on"] = format_day(scenario.on)
    if "reading" not in keys:
        data["reading"] = scenario.readings[0].value
    if "known_on" not in keys and scenario.known_on is not None:
        data["known_on"] = format_day(scenario.known_on)
    data.pop("instruments", None)  # those of the whole scenario act, on all engines alike
    return found


def trade_keys(scenario: Scenario) -> dict[str, Any]:
    """All keys of the trade scenario that a scenario means, those of the one it names included, links left out.

    Raises:
        NotFoundError: If it has no such part, or names a scenario that is not there.
    """
    return dict(_trade(scenario, None).data)


def trade_links(scenario: Scenario) -> tuple[bool, bool]:
    """Whether the trade part takes prices of rare earths from the supply run, and turns license states into quotas."""
    keys = scenario.trade or {}
    return keys.get("critical") == FROM_SUPPLY, keys.get("licenses") == "yes"


def trade_scenario(scenario: Scenario, source: Loaded | None = None, baseline: Baseline | None = None) -> TradeScenario:
    """The trade scenario that a scenario means.

    Args:
        scenario: The whole.
        source: Its trade part with lines, where it comes from a file.
        baseline: Whose economies and sectors it names; the shipped one if absent.

    Raises:
        NotFoundError: If it has no such part, or names a scenario that is not there.
        BookError: With every fault of the part.
    """
    return trade_scenario_of(_trade(scenario, source), scenario.path, baseline)

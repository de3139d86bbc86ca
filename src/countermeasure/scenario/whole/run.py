"""Run a scenario through all engines: each part once, kept by content, and one that fails does not lose the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.errors import CountermeasureError, InputError, NotFoundError
from countermeasure.scenario.whole.blocks import trade_links
from countermeasure.scenario.whole.cache import keep_part, kept_part, key_of
from countermeasure.scenario.whole.duty import duty_part
from countermeasure.scenario.whole.engines import common_assumptions
from countermeasure.scenario.whole.law import law_part
from countermeasure.scenario.whole.license import license_part
from countermeasure.scenario.whole.model import PARTS, Inputs, Outcome, Part
from countermeasure.scenario.whole.plain import made
from countermeasure.scenario.whole.supply import supply_part
from countermeasure.scenario.whole.talks import talks_part
from countermeasure.scenario.whole.trade import trade_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from countermeasure.scenario.whole.model import Scenario

__all__ = ["FAILED", "part_of", "parts_of", "run_whole"]

FAILED = "This part could not be done"
"""How ``said`` begins where an engine gave up."""
_MAKERS: Mapping[str, Callable[[Scenario, Inputs, Mapping[str, Part]], Part]] = {
    "law": law_part,
    "duty": duty_part,
    "license": license_part,
    "supply": supply_part,
    "trade": trade_part,
    "talks": talks_part,
}


def parts_of(scenario: Scenario) -> tuple[str, ...]:
    """Parts that a scenario has, in the order of reading."""
    absent = {name for name in ("supply", "trade", "talks") if getattr(scenario, name) is None}
    return tuple(name for name in PARTS if name not in absent)


def part_of(name: str, scenario: Scenario, inputs: Inputs, done: Mapping[str, Part]) -> Part:
    """One part, computed.

    Args:
        name: One of ``PARTS``.
        scenario: What is asked.
        inputs: What the asker brings.
        done: Parts that are there already; the trade part takes prices from ``supply``.

    Raises:
        NotFoundError: If the scenario has no such part.
        InputError: If it is no name of a part.
        CountermeasureError: If the engine cannot answer.
    """
    if name not in _MAKERS:
        raise InputError(f"there is no part {name!r}", code="unknown_part", cure=f"Parts are {', '.join(PARTS)}.")
    if name not in parts_of(scenario):
        raise NotFoundError(f"{scenario.id} has no {name} part", code="no_part", cure=f"Give it the key {name}.")
    held = dict(done)
    if name == "trade" and trade_links(scenario)[0] and "supply" not in held:
        held["supply"] = _part("supply", scenario, inputs, held)[0]
    return _MAKERS[name](scenario, inputs, held)


def _part(name: str, scenario: Scenario, inputs: Inputs, done: Mapping[str, Part]) -> tuple[Part, bool]:
    """A part from the cache, or computed and kept; and whether it was kept."""
    if inputs.cache is None:
        return part_of(name, scenario, inputs, done), False
    key = key_of(name, scenario, inputs)
    part = kept_part(inputs.cache, name, key)
    if part is not None:
        return part, True
    part = part_of(name, scenario, inputs, done)
    keep_part(inputs.cache, part, key)
    return part, False


def run_whole(scenario: Scenario, inputs: Inputs | None = None, parts: Sequence[str] = PARTS) -> Outcome:
    """Run a scenario.

    Args:
        scenario: What is asked.
        inputs: What the asker brings; nothing if absent.
        parts: Parts that are asked for; those that the scenario has not are left out.

    Returns:
        The parts in the order of reading. One whose engine gave up says so, and why.

    Raises:
        InputError: If a name is no part.
    """
    inputs = inputs or Inputs()
    strange = [name for name in parts if name not in PARTS]
    if strange:
        raise InputError(f"there is no part {strange[0]!r}", code="unknown_part", cure=f"Parts are {', '.join(PARTS)}.")
    done: dict[str, Part] = {}
    kept = []
    for name in (one for one in parts_of(scenario) if one in parts):
        try:
            done[name], was_kept = _part(name, scenario, inputs, done)
        except CountermeasureError as error:
            done[name], was_kept = _failed(name, scenario, error), False
        if was_kept:
            kept.append(name)
    return Outcome(scenario, done, tuple(kept))


def _failed(name: str, scenario: Scenario, error: CountermeasureError) -> Part:
    """A part in whose place stands why there is none."""
    return made(
        name,
        f"{FAILED}: {error.message}.",
        assumptions=common_assumptions(scenario),
        notes=(str(error),),
        stamp=(("failed", error.code),),
    )

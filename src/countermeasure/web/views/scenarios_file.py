"""The file of a scenario on the page: shipped ones made flat, those of a reader checked; it may name shipped things alone."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from countermeasure.errors import BookError, InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countermeasure.scenario.whole.model import Scenario

__all__ = ["MOST_DRAWS", "MOST_TEXT", "MOST_WEEKS", "NAME", "checked_text", "flat", "flat_text", "loaded_text", "plain_name"]

MOST_TEXT = 100_000
"""Most characters of a file."""
MOST_DRAWS, MOST_WEEKS, MOST_INSTRUMENTS = 300, 520, 20
NAME = "scenario.yaml"
"""What faults call a file that comes from the page."""


def plain_name(text: str) -> str:
    """A word fit for the name of a file.

    Raises:
        InputError: If nothing of it is.
    """
    found = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")[:60]
    if not found:
        raise InputError(f"{text[:40]!r} is no name for a file", code="bad_name", where="id", cure="Use letters and digits.")
    return found


def flat(name: str) -> dict[str, Any]:
    """A shipped scenario with all that it inherits as one mapping; instruments by name, or written out where they are inline.

    Raises:
        NotFoundError: If there is no such scenario.
    """
    from pathlib import Path

    from countermeasure.scenario.whole.instruments import sources_of
    from countermeasure.scenario.whole.layers import chain_of, laid, refuse

    chain = chain_of(_shipped(name))
    faults: list[str] = []
    sources = sources_of(chain, faults)
    refuse(faults, name)
    first = chain[0].filed
    found: dict[str, Any] = {"id": first.id, "title": first.title, "intent": first.intent}
    if first.expect:
        found["expect"] = first.expect
    found["sources"] = [dict(source) for layer in chain for source in layer.loaded.data.get("sources") or ()]
    keys = laid(chain).data
    order = ("on", "before", "known_on", "reading")
    found |= {key: keys[key] for key in order if keys.get(key) is not None}
    if sources:
        found["instruments"] = [one.stem if isinstance(one, Path) else copy.deepcopy(one.data) for one in sources]
    found |= {key: copy.deepcopy(value) for key, value in keys.items() if key not in order and value is not None}
    return found


def _shipped(name: str) -> str:
    from countermeasure.scenario.whole import story_names

    if name not in story_names():
        raise NotFoundError(
            f"there is no scenario {name[:60]!r}", code="unknown_scenario", cure=f"Shipped are: {', '.join(story_names())}."
        )
    return name


def flat_text(data: Mapping[str, Any]) -> str:
    """A mapping as YAML; everything in it is text or nothing."""
    import yaml

    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def loaded_text(text: str) -> dict[str, Any]:
    """A file from the page as a mapping.

    Raises:
        InputError: If it is too long.
        BookError: If it is no YAML as it is read here; with every fault.
    """
    from countermeasure.codes.yamltext import parse_text

    if len(text) > MOST_TEXT:
        raise InputError(
            f"the file has {len(text):,} characters", code="too_long", cure=f"{MOST_TEXT:,} are read; use the command line."
        )
    found = parse_text(text, NAME)
    if found.faults or not isinstance(found.data, dict):
        faults = found.faults or [f"{NAME}:1: keys and values are missing"]
        raise BookError(faults[0], code="bad_scenario", faults=faults[1:], cure="Mend these lines.")
    return found.data


def checked_text(text: str) -> Scenario:
    """A file from the page as a scenario; it may name shipped things alone, and is limited in size.

    Raises:
        InputError: If it names a file, or asks for too much.
        BookError: With every fault of it.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from countermeasure.scenario.whole import load_whole

    data = loaded_text(text)
    faults = [*_strangers(data), *_excess(data)]
    if faults:
        raise InputError(
            faults[0], code="not_here", faults=faults[1:], cure="Use shipped names here; the command line takes files."
        )
    with TemporaryDirectory(prefix="countermeasure-") as folder:
        path = Path(folder) / NAME
        path.write_text(text, "utf-8")
        return load_whole(path)


def _strangers(data: Mapping[str, Any]) -> Iterator[str]:
    """What a file names that is not shipped: on the page no file of the server is read for it."""
    from countermeasure.scenario import trade_scenario_names
    from countermeasure.scenario.whole import story_names
    from countermeasure.scenario.whole.instruments import instrument_names
    from countermeasure.supply.scenario import scenario_names
    from countermeasure.talks.read import conflict_names

    supply, trade, talks = (_block(data, key) for key in ("supply", "trade", "talks"))
    critical = trade.get("critical")
    named: list[tuple[str, Any, tuple[str, ...]]] = [
        ("inherits", data.get("inherits"), story_names()),
        ("supply.scenario", supply.get("scenario"), scenario_names()),
        ("trade.scenario", trade.get("scenario"), trade_scenario_names()),
        ("trade.critical.supply", critical.get("supply") if isinstance(critical, dict) else None, scenario_names()),
        ("talks.model", talks.get("model"), conflict_names()),
    ]
    instruments = data.get("instruments")
    named += [
        (f"instruments.{n}", one, instrument_names())
        for n, one in enumerate(instruments if isinstance(instruments, list) else ())
        if not isinstance(one, dict)
    ]
    for part, block in (("supply", supply), ("trade", trade)):
        if "instruments" in block:
            yield f"{part}.instruments: write instruments at the top of the file"
    for place, value, known in named:
        if value is not None and value not in known:
            yield f"{place}: {str(value)[:60]!r} is not shipped; use one of {', '.join(known)}"


def _block(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _excess(data: Mapping[str, Any]) -> Iterator[str]:
    """What would take too long beside other readers."""
    counts = (("draws", data.get("draws"), MOST_DRAWS), ("supply.weeks", _block(data, "supply").get("weeks"), MOST_WEEKS))
    for place, value, most in counts:
        if isinstance(value, str) and value.isascii() and value.isdigit() and int(value[:9]) > most:
            yield f"{place}: {value[:12]} is more than the {most} that are run here"
    instruments = data.get("instruments")
    if isinstance(instruments, list) and len(instruments) > MOST_INSTRUMENTS:
        yield f"instruments: {len(instruments)} are more than the {MOST_INSTRUMENTS} that are read here"

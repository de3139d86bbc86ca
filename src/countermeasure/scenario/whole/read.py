"""Read a scenario over all engines: every fault of every file in one go, each with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.book.load import Book
from countermeasure.book.model import Reading
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CountermeasureError
from countermeasure.scenario.whole.blocks import FROM_SUPPLY, LINKS, named_instruments, supply_scenario, trade_scenario
from countermeasure.scenario.whole.instruments import sources_of
from countermeasure.scenario.whole.layers import DOCS, chain_of, laid, refuse, story_names
from countermeasure.scenario.whole.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.scenario.whole.layers import Laid, Layer

__all__ = ["READINGS", "Head", "load_whole", "story_heads"]

READINGS = {
    "text": (Reading.TEXT,),
    "announced": (Reading.ANNOUNCED,),
    "both": (Reading.TEXT, Reading.ANNOUNCED),
}
"""Readings by the word of a file; under both, the text of the law is the one that engines of flows take."""
_DRAWS, _SEED = "100", "1"
_BLOCKS = ("supply", "trade", "talks")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a scenario.

    Attributes:
        id: Its word.
        title: In a line.
        intent: What it is for.
        on: Epoch day whose law is meant.
        parts: Parts it has beside law, duty and license.
    """

    id: str
    title: str
    intent: str
    on: int
    parts: tuple[str, ...]


def story_heads() -> list[Head]:
    """Heads of the shipped scenarios, read without book and engines."""
    found = []
    for name in story_names():
        chain = chain_of(name)
        keys, first = laid(chain).data, chain[0].filed
        parts = tuple(part for part in _BLOCKS if isinstance(keys.get(part), dict))
        found.append(Head(first.id, first.title, first.intent, parse_day(keys["on"]), parts))
    return found


def load_whole(name: str | Path, book: Book | None = None) -> Scenario:
    """Read a scenario over all engines.

    Args:
        name: A file, or a name of ``story_names``.
        book: The book it stands on; the shipped one if absent.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: With every fault of its files, each with file and line.
    """
    chain = chain_of(name)
    keys, faults = laid(chain), list[str]()
    base = book or Book.shipped()
    held, own = _book(chain, base, faults)
    on = _day(keys, "on")
    if on is None:
        faults.append(f"{keys.where(())}: the key 'on' is missing; add the day whose law is meant")
    scenario = _scenario(chain, keys, 0 if on is None else on, held, own, base)
    _order(scenario, keys, faults)
    if on is not None:
        _parts(scenario, keys, faults)
    refuse(faults, chain[0].path.name)
    return scenario


def _book(chain: Sequence[Layer], base: Book, faults: list[str]) -> tuple[Book, tuple[str, ...]]:
    """The book with the scenario's instruments, and their ids."""
    sources = sources_of(chain, faults)
    if not sources:
        return base, ()
    try:
        held = base.with_(*sources)
    except CountermeasureError as error:
        faults += error.faults or (str(error),)
        return base, ()
    return held, tuple(name for name in held.scenarios if name not in base.scenarios)


def _day(keys: Laid, key: str) -> int | None:
    return parse_day(keys.data[key]) if keys.data.get(key) else None


def _scenario(chain: Sequence[Layer], keys: Laid, on: int, held: Book, own: tuple[str, ...], base: Book) -> Scenario:
    first, data = chain[0].filed, keys.data
    sources = {(s.cite, s.url): s for layer in chain for s in layer.filed.sources}
    return Scenario(
        id=first.id,
        title=first.title,
        intent=first.intent,
        expect=first.expect,
        sources=tuple({"cite": s.cite, "url": s.url} if s.url else {"cite": s.cite} for s in sources.values()),
        inherits=tuple(layer.filed.id for layer in chain[1:]),
        on=on,
        before=_day(keys, "before"),
        known_on=_day(keys, "known_on"),
        readings=READINGS[data.get("reading") or "both"],
        book=held,
        instruments=own,
        supply=_keys(data.get("supply")),
        trade=_keys(data.get("trade")),
        talks=_keys(data.get("talks")),
        draws=int(data.get("draws") or _DRAWS),
        seed=int(data.get("seed") or _SEED),
        path=chain[0].path,
        base=base,
    )


def _keys(block: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - what a file holds
    return block if isinstance(block, dict) else None


def _order(scenario: Scenario, keys: Laid, faults: list[str]) -> None:
    """Days that contradict one another."""
    if scenario.before is not None and scenario.before > scenario.on:
        faults.append(
            f"{keys.where(('before',))}: before: {format_day(scenario.before)} is after {format_day(scenario.on)}, the day "
            "whose law is meant; take an earlier one"
        )


def _parts(scenario: Scenario, keys: Laid, faults: list[str]) -> None:
    """Every part is read as its engine will read it."""
    for name in _BLOCKS:
        block = keys.data.get(name)
        if isinstance(block, dict):
            part = keys.part((name,))
            _reserved(name, part, faults)
            try:
                _read_part(name, scenario, part, faults)
            except CountermeasureError as error:
                place = (name, "scenario") if "scenario" in block else (name,)
                faults += error.faults or (f"{keys.where(place)}: {'.'.join(place)}: {error}",)
    _linked(scenario, keys, faults)


def _read_part(name: str, scenario: Scenario, part: Laid, faults: list[str]) -> None:
    if name in ("supply", "trade"):
        own = {Path(given).stem for given in scenario.instruments}
        faults += [
            f"{part.where(('scenario',))}: {name}.scenario: the scenario it names brings the instrument {given}; name it under "
            "instruments at the top, so that all engines see it"
            for given in named_instruments(name, scenario)
            if Path(given).stem not in own
        ]
    if name == "supply":
        supply_scenario(scenario, part)
    elif name == "trade":
        trade_scenario(scenario, part)
    else:
        from countermeasure.scenario.whole.talks import read_talks

        read_talks(scenario, part, faults)


def _reserved(name: str, part: Laid, faults: list[str]) -> None:
    """Keys that a part may not hold, since the whole has them."""
    faults += [
        f"{part.where((key,))}: {name}.{key}: write {key} at the top of the file, where it holds for all parts"
        for key in ("id", "title", "intent", "sources", "instruments")
        if key in part.data
    ]


def _linked(scenario: Scenario, keys: Laid, faults: list[str]) -> None:
    """Links between parts: what they are, and whether both ends are there."""
    trade = scenario.trade or {}
    faults += [
        f"{keys.where(('trade', key))}: trade.{key}: {trade[key]!r} is neither yes nor no"
        for key in LINKS
        if key in trade and trade[key] not in ("yes", "no")
    ]
    for key, word in (("critical", FROM_SUPPLY), ("licenses", "yes")):
        if trade.get(key) == word and scenario.supply is None:
            faults.append(
                f"{keys.where(('trade', key))}: trade.{key}: {word} needs a supply part, and there is none; see {DOCS}"
            )

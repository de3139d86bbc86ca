"""Parts that are done, kept by content: the key is a hash of everything a part depends on."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure._version import __version__
from countermeasure.book.cache import content_hash, write_atomically
from countermeasure.book.load import shipped_data
from countermeasure.scenario.whole.blocks import supply_keys, trade_keys, trade_links
from countermeasure.scenario.whole.plain import part_from_json, part_json
from countermeasure.scenario.whole.talks import model_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countermeasure.scenario.whole.model import Inputs, Part, Scenario

__all__ = ["code_hash", "keep_part", "kept_part", "key_of"]

FORM = 1
"""Number of the kept form; raise it when a part changes its meaning."""
_ROOMS = ("codes", "book", "parties", "duty", "licensing", "supply", "trade", "talks", "scenario")
_DATA = {
    "law": ("schedule", "parties", "codes"),
    "duty": ("schedule", "trade", "averages", "codes"),
    "license": ("controls", "ear", "licensing", "parties", "codes"),
    "supply": ("supply", "controls", "codes"),
    "trade": ("trade", "supply", "schedule", "averages", "controls", "codes"),
    "talks": ("talks", "trade", "supply", "codes"),
}
"""Folders of shipped data that each part reads beside the book."""


def key_of(name: str, scenario: Scenario, inputs: Inputs) -> str:
    """SHA-256 over a part's name, what it depends on of scenario and inputs, the book, data, seed, draws and code.

    Raises:
        CountermeasureError: If the part names a file that is not there.
    """
    content = json.dumps(_content(name, scenario, inputs), sort_keys=True, ensure_ascii=False, default=_plain)
    return content_hash(
        [
            (f"part/{FORM}/{__version__}/{name}", b""),
            ("code", code_hash().encode()),
            ("data", _data_hash(_DATA[name]).encode()),
            ("content", content.encode()),
        ]
    )


def _content(name: str, scenario: Scenario, inputs: Inputs) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": scenario.id,
        "on": scenario.on,
        "compared": scenario.compared,
        "named": scenario.before is not None,
        "known_on": scenario.known_on,
        "readings": [reading.value for reading in scenario.readings],
        "book": scenario.book.hash,
        "without": scenario.without.hash,
    }
    from_supply, licenses = trade_links(scenario) if name == "trade" else (False, False)
    if name == "duty":
        found["lines"] = [asdict(line) for line in inputs.lines]
    if name == "license":
        found["transactions"] = [asdict(one) for one in inputs.transactions]
        found["lists"] = [] if inputs.parties is None else [(one.code, one.hash, one.as_of) for one in inputs.parties[1]]
    if name == "supply" or from_supply or licenses:
        found["supply"] = _without_words(supply_keys(scenario)) if scenario.supply is not None else None
        found["draws"], found["seed"] = scenario.draws, scenario.seed
    if name == "trade":
        found["trade"] = _without_words(trade_keys(scenario)) if scenario.trade is not None else None
        found["links"] = (from_supply, licenses)
        found["prices"] = _beside(scenario)
    if name == "talks":
        found["talks"], found["seed"] = scenario.talks, scenario.seed
        model = Path(model_of(scenario, scenario.talks or {}))
        found["model"] = model.read_text("utf-8") if model.is_file() else ""
    return found


def _beside(scenario: Scenario) -> str:
    """Content of a supply scenario beside the file whose prices act, where the trade part names one."""
    row = trade_keys(scenario).get("critical") if scenario.trade is not None else None
    path = scenario.path.parent / str(row.get("supply", "")) if isinstance(row, dict) else scenario.path.parent
    return path.read_text("utf-8") if path.is_file() else ""


def _without_words(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key not in ("title", "intent", "notes")}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.value if isinstance(value, Enum) else str(value)


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Hash of the code of all engines: a change of any makes every part anew."""
    home = Path(__file__).parent.parent.parent
    files = [path for room in _ROOMS for path in sorted((home / room).rglob("*.py"))]
    return content_hash((path.relative_to(home).as_posix(), path.read_bytes()) for path in files)


@lru_cache(maxsize=16)
def _data_hash(folders: tuple[str, ...]) -> str:
    home = shipped_data()
    files = [path for name in folders for path in sorted((home / name).rglob("*")) if path.is_file()]
    return content_hash((path.relative_to(home).as_posix(), path.read_bytes()) for path in files)


def _file(folder: Path, name: str, key: str) -> Path:
    return folder / f"part-{name}-{key[:32]}.json"


def kept_part(folder: Path, name: str, key: str) -> Part | None:
    """A part from the cache; ``None`` where it is not there, or its file is broken."""
    path = _file(folder, name, key)
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["key"] != key:
            return None
        return part_from_json(data["part"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_part(folder: Path, part: Part, key: str) -> bool:
    """Write a part into the cache, whole or not at all; ``False`` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    content = json.dumps({"key": key, "part": part_json(part)}, ensure_ascii=False, allow_nan=False)
    return write_atomically(_file(folder, part.name, key), content.encode())

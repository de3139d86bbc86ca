"""Instruments that a scenario brings: shipped names, files beside it, and those written into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.book.load import shipped_data
from countermeasure.scenario.whole.layers import chain_of, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.codes.yamltext import Loaded
    from countermeasure.scenario.whole.layers import Layer

__all__ = ["instrument_names", "instruments_of", "sources_of"]


def instrument_names() -> tuple[str, ...]:
    """Names of the shipped instruments for scenarios."""
    return tuple(sorted(path.stem for path in (shipped_data() / "scenarios").glob("*.yaml")))


def instruments_of(name: str | Path) -> list[Path | Loaded]:
    """What the instruments of a scenario and of those it inherits from are read from, the farthest first.

    Raises:
        NotFoundError: If there is no such scenario.
        BookError: With every fault of its files.
    """
    faults: list[str] = []
    found = sources_of(chain_of(name), faults)
    refuse(faults, Path(str(name)).name)
    return found


def sources_of(chain: Sequence[Layer], faults: list[str]) -> list[Path | Loaded]:
    """Files and inline instruments of a chain, the farthest first; one that is named twice stands once."""
    found: list[Path | Loaded] = []
    for layer in reversed(chain):
        for place, given in enumerate(layer.filed.instruments):
            at = ("instruments", place)
            if isinstance(given, dict):
                found.append(layer.loaded.part(at))
                continue
            path = _file(given, layer.path)
            if path is None:
                faults.append(
                    f"{layer.loaded.where(at)}: instruments.{place}: there is no instrument {given!r} beside the scenario or "
                    f"shipped; shipped are {', '.join(instrument_names())}"
                )
            elif path.resolve() not in [one.resolve() for one in found if isinstance(one, Path)]:
                found.append(path)
    return found


def _file(name: str, beside: Path) -> Path | None:
    tried = (beside.parent / name, beside.parent / f"{name}.yaml", shipped_data() / "scenarios" / f"{name}.yaml")
    return next((path for path in tried if path.is_file() and path.resolve() != beside.resolve()), None)

"""Files laid upon one another: a scenario inherits, and each value keeps the file and line it is from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countermeasure.book.load import shipped_data
from countermeasure.codes.yamltext import Loaded, load_text
from countermeasure.errors import BookError, InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.codes.yamltext import Place
    from countermeasure.scenario.whole.file import WholeFile

__all__ = ["Laid", "Layer", "chain_of", "laid", "laid_keys", "refuse", "story_names", "story_path"]

DOCS = "docs/reference/scenario.md"
_OWN = ("id", "title", "intent", "expect", "sources", "inherits", "instruments")
"""Keys that are no matter of one value winning over another."""


@dataclass(frozen=True, slots=True)
class Laid(Loaded):
    """Files laid upon one another.

    Attributes:
        places: ``file:line`` of every value, by its place.
    """

    places: dict[Place, str] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """``file:line`` of a place, or of the nearest place above it."""
        for size in range(len(place), -1, -1):
            if place[:size] in self.places:
                return self.places[place[:size]]
        return self.name

    def part(self, place: Place) -> Laid:
        """What stands at a place, as files of its own."""
        data: Any = self.data
        for key in place:
            data = data[key]
        size = len(place)
        places = {at[size:]: where for at, where in self.places.items() if at[:size] == place}
        return Laid(data, {}, [], self.name, places)


@dataclass(frozen=True)
class Layer:
    """One file of a chain of inheritance.

    Attributes:
        path: The file.
        loaded: What it holds.
        filed: The same, checked.
    """

    path: Path
    loaded: Loaded
    filed: WholeFile


def _folder() -> Path:
    return shipped_data() / "stories"


def story_names() -> tuple[str, ...]:
    """Names of the shipped scenarios over all engines."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def story_path(name: str | Path, beside: Path | None = None) -> Path | None:
    """The file that a name means: itself, one beside a file (with or without its suffix), or a shipped one."""
    text = str(name)
    tried = [Path(text)] if beside is None else [beside.parent / text, beside.parent / f"{text}.yaml"]
    tried.append(_folder() / f"{text}.yaml")
    return next((path for path in tried if path.is_file()), None)


def chain_of(name: str | Path) -> list[Layer]:
    """The file of a scenario and those it inherits from, the nearest first.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: With every fault of the files; a circle and an id that stands twice name their files.
    """
    path = story_path(name)
    if path is None:
        raise NotFoundError(
            f"there is no scenario {str(name)!r}",
            code="unknown_scenario",
            cure=f"Give a file, or one of: {', '.join(story_names()) or 'none is shipped'}.",
        )
    found: list[Layer] = []
    faults: list[str] = []
    while path is not None:
        layer = _read(path, faults)
        if layer is None:
            break
        _refuse_twins(layer, found, faults)
        found.append(layer)
        path = _parent(layer, found, faults)
    refuse(faults, Path(str(name)).name)
    return found


def _read(path: Path, faults: list[str]) -> Layer | None:
    from countermeasure.book.edge import read_model
    from countermeasure.scenario.whole.file import WholeFile

    loaded = load_text(path, path.name)
    faults += loaded.faults
    if loaded.faults:
        return None
    filed = read_model(WholeFile, loaded, faults, what="a scenario", docs=DOCS)
    return None if filed is None else Layer(path, loaded, filed)


def _refuse_twins(layer: Layer, above: Sequence[Layer], faults: list[str]) -> None:
    own = layer.filed.id
    faults += [
        f"{layer.loaded.where(('id',))}: the id {own} is that of {other.path.name} too, which inherits from it; change one"
        for other in above
        if other.filed.id == own
    ]


def _parent(layer: Layer, found: Sequence[Layer], faults: list[str]) -> Path | None:
    name = layer.filed.inherits
    if name is None:
        return None
    where = layer.loaded.where(("inherits",))
    path = story_path(name, layer.path)
    if path is None:
        faults.append(
            f"{where}: inherits: there is no scenario {name!r} beside the file or shipped; shipped are "
            f"{', '.join(story_names()) or 'none'}"
        )
        return None
    names = [one.path.resolve() for one in found]
    if path.resolve() in names:
        circle = " -> ".join(one.path.name for one in found[names.index(path.resolve()) :])
        faults.append(f"{where}: inherits: the files inherit in a circle: {circle} -> {path.name}; cut it at one of them")
        return None
    return path


def refuse(faults: Sequence[str], where: str) -> None:
    """Raise what is wrong with a scenario, if anything is.

    Raises:
        BookError: With every fault.
    """
    if faults:
        faults = list(dict.fromkeys(faults))
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise BookError(f"{count} in the scenario", code="bad_scenario", where=where, cure="Mend these lines:", faults=faults)


def laid(chain: Sequence[Layer]) -> Laid:
    """The keys of a chain as one file: what a nearer file says wins, maps merge key by key, lists are replaced.

    Identity, sources and instruments are left out, since they do not win over one another.
    """
    data: dict[str, Any] = {}
    places: dict[Place, str] = {}
    for layer in reversed(chain):
        own = {key: value for key, value in layer.loaded.data.items() if key not in _OWN}
        _lay(data, own, (), places, layer.loaded)
    return Laid(data, {}, [], chain[0].loaded.name, places)


def _lay(under: dict[str, Any], over: Mapping[str, Any], place: Place, places: dict[Place, str], source: Loaded) -> None:
    """Put keys upon others in place, and note where each is from."""
    for key, value in over.items():
        at = (*place, key)
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            _lay(under[key], value, at, places, source)
            continue
        for old in [one for one in places if one[: len(at)] == at]:
            del places[old]
        under[key] = _copied(value)
        places.update({one: source.where(one) for one in source.lines if one[: len(at)] == at} or {at: source.where(at)})


def _copied(value: Any) -> Any:  # noqa: ANN401 - what a file holds
    return {key: _copied(one) for key, one in value.items()} if isinstance(value, dict) else value


def laid_keys(under: Loaded, over: Loaded) -> Laid:
    """The keys of one part of a scenario upon those of the file it names."""
    data: dict[str, Any] = {}
    places: dict[Place, str] = {}
    for source in (under, over):
        if not isinstance(source.data, dict):
            raise InputError("this file holds no keys", code="bad_scenario", where=source.name, cure="Write keys and values.")
        _lay(data, source.data, (), places, source)
        if isinstance(source, Laid):
            places.update(source.places)
    return Laid(data, {}, [], over.name, places)

"""YAML read as text: every scalar stays what was written, and every place is known.

Plain YAML readers turn ``2805.30`` into 2805.3, ``010121`` into 4177, ``NO`` (Norway) into false and
``12:30`` into 750, and let the later of two equal keys win without a word. Here scalars are text, or None
where nothing, ``~`` or ``null`` is written without quotes; types are given later by the model that knows what
it expects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Loaded", "Place", "load_text", "parse_text"]

Place = tuple[str | int, ...]
"""Keys and indices that lead from the root to a value."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({"!", None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))})


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast reader where there is one, without any guess about scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012 - set to empty on purpose


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds.

    Attributes:
        data: Nested dict and list of text and None; None if the file cannot be read at all.
        lines: Line (from 1) of every value, by its place; for a value in a mapping the line of its key.
        faults: Texts ``file:line: message``, in the order of the file.
        name: The name used in the faults.
    """

    data: Any
    lines: dict[Place, int]
    faults: list[str] = field(default_factory=list)
    name: str = ""

    def where(self, place: Place) -> str:
        """Return ``file:line`` of a place, or of the nearest place above it that is in the file."""
        for size in range(len(place), -1, -1):
            line = self.lines.get(place[:size])
            if line is not None:
                return f"{self.name}:{line}"
        return self.name

    def part(self, place: Place) -> Loaded:
        """What stands at a place, as a file of its own with the same name and lines."""
        data: Any = self.data
        for key in place:
            data = data[key]
        size = len(place)
        return Loaded(data, {at[size:]: line for at, line in self.lines.items() if at[:size] == place}, [], self.name)


def load_text(source: Path, name: str | None = None) -> Loaded:
    """Read one YAML file as text.

    Args:
        source: The file, in UTF-8.
        name: Name to use in faults; the path if absent.

    Returns:
        Data, lines and faults. Repeated keys, aliases, tags, keys that are not text, and a comma in unquoted
        prose of a ``{...}`` mapping are faults.
    """
    shown = name if name is not None else str(source)
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return Loaded(None, {}, [f"{shown}:1: cannot be read ({error.strerror}). Check the path."], shown)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Loaded(None, {}, [f"{shown}:{line}: is not UTF-8 text. Save the file as UTF-8."], shown)
    return parse_text(text, shown)


def parse_text(text: str, name: str) -> Loaded:
    """Read YAML text; see ``load_text``."""
    reader = _Reader(name)
    try:
        node = yaml.compose(text, Loader=_TextLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = " ".join(part for part in (error.context, error.problem) if part)
        cure = "Check indentation, colons and quotes near this line."
        return Loaded(None, {}, [f"{name}:{line}: is not valid YAML: {problem}. {cure}"], name)
    except yaml.YAMLError as error:
        return Loaded(None, {}, [f"{name}:1: is not valid YAML: {str(error).splitlines()[0]}."], name)
    if node is None:
        return Loaded(None, {}, [f"{name}:1: the file is empty. Fill it or remove it."], name)
    data = reader.read(node, (), _line(node), in_flow=False)
    return Loaded(data, reader.lines, reader.faults, name)


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1


class _Reader:
    """Walks the tree of nodes once and collects lines and faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.faults: list[str] = []
        self._seen: set[int] = set()

    def fault(self, line: int, message: str) -> None:
        self.faults.append(f"{self.name}:{line}: {message}")

    def read(self, node: yaml.Node, place: Place, line: int, *, in_flow: bool) -> Any:  # noqa: ANN401
        self.lines[place] = line
        if id(node) in self._seen:
            self.fault(line, "an alias (*name) is used. Write the value out; anchors and aliases are not read.")
            return None
        self._seen.add(id(node))
        if node.tag not in _TAGS:
            self.fault(line, f"the tag {node.tag!r} is used. Remove it; types are given by the model.")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, line, in_flow=in_flow)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*place, index), _line(item), in_flow=False) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        raise AssertionError(f"unknown kind of node: {node.tag}")

    def _scalar(self, node: yaml.ScalarNode, line: int, *, in_flow: bool) -> str | None:
        text: str = node.value
        plain = not node.style
        if plain and text == "" and in_flow:
            self.fault(
                line,
                "a key inside {...} has no value, as happens when prose with a comma is not quoted. "
                "Quote the text, or write null.",
            )
        return None if plain and text in _NULLS else text

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        out: dict[str, Any] = {}
        first: dict[str, int] = {}
        in_flow = bool(node.flow_style)
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(line, "a key is a list or mapping. Use plain text as key.")
                continue
            key: str = key_node.value
            if key in first:
                self.fault(line, f"the key {key!r} stands already in line {first[key]}. Remove one of the two.")
                continue
            first[key] = line
            out[key] = self.read(value_node, (*place, key), line, in_flow=in_flow)
        return out

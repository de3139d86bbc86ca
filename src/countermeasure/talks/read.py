"""Read conflicts: a file of one, a shipped one by name, or a file of many with what is expected; every fault with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from countermeasure.book.load import shipped_data
from countermeasure.codes.yamltext import Loaded, load_text
from countermeasure.errors import InputError, NotFoundError
from countermeasure.talks.build import build_conflict, refuse_faults
from countermeasure.talks.model import Conflict, StateSpace
from countermeasure.talks.preferences import from_ranking, from_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.codes.yamltext import Place
    from countermeasure.talks.file import EntryFile

__all__ = ["conflict_names", "load_conflict", "read_conflicts", "read_entries", "read_extra"]

DOCS = "docs/reference/talks-models.md"
_FORM = "_state_form"


def conflict_names() -> tuple[str, ...]:
    """Names of the shipped conflicts."""
    return tuple(sorted(path.stem for path in (shipped_data() / "talks" / "models").glob("*.yaml")))


def load_conflict(name: str | Path) -> Conflict:
    """Read a conflict: a file, or the name of a shipped one.

    Raises:
        NotFoundError: If there is no such file and no such name.
        BookError: With every fault of the file, each with its line.
    """
    from countermeasure.book.edge import read_model
    from countermeasure.talks.file import ConflictFile

    path = Path(name)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        path = shipped_data() / "talks" / "models" / f"{name}.yaml"
    if not path.is_file():
        raise NotFoundError(
            f"there is no conflict {str(name)!r}",
            code="unknown_conflict",
            cure=f"Give a file, or one of: {', '.join(conflict_names())}.",
        )
    loaded = load_text(path, path.name)
    faults = list(loaded.faults)
    filed = None if faults else read_model(ConflictFile, loaded, faults, what="a conflict", docs=DOCS)
    found = None if filed is None else build_conflict(filed, loaded, faults)
    refuse_faults(faults, path.name)
    assert found is not None  # noqa: S101 - without faults there is one
    return found


def read_conflicts(path: str | Path) -> list[tuple[Conflict, dict[str, Any]]]:
    """Read a file of many conflicts.

    An entry may hold ``variants``: a list, each with an id and the keys that it changes; each becomes a conflict
    ``entry/variant`` after its entry. A form with states merged, as ``expected: nine_state_form``, becomes one too: its states
    have the labels of the form, members of a merged state a number after a point, as 9.1.

    Args:
        path: A YAML file with a list ``conflicts``.

    Returns:
        Each conflict with its block ``expected``; labels and counts in it are text, as written.

    Raises:
        InputError: If there is no such list.
        BookError: With every fault of the file, each with its line.
    """
    return [(conflict, expected) for conflict, expected, _ in read_entries(path)]


def read_entries(path: str | Path) -> list[tuple[Conflict, dict[str, Any], EntryFile | None]]:
    """As ``read_conflicts``, with the entry as it was filed; ``None`` for a form with states merged."""
    path = Path(path)
    loaded = _load(path)
    rows = loaded.data.get("conflicts") if isinstance(loaded.data, dict) else None
    if loaded.faults or not isinstance(rows, list) or not rows:
        raise InputError(
            "this file holds no list of conflicts",
            code="bad_conflict",
            where=path.name,
            cure="Write conflicts: and under it one entry for each, or load a file of one conflict.",
            faults=loaded.faults,
        )
    found: list[tuple[Conflict, dict[str, Any], EntryFile | None]] = []
    faults: list[str] = []
    for n in range(len(rows)):
        for part in _variants(_part(loaded, ("conflicts", n))):
            entry = _entry(part, faults)
            if entry is not None:
                conflict, filed = entry
                found.append((conflict, filed.expected, filed))
                forms = [key for key in filed.expected if key.endswith(_FORM)]
                found += [(*_merged(conflict, key, filed.expected[key]), None) for key in forms]
    refuse_faults(faults, path.name)
    return found


def read_extra(path: str | Path, key: str) -> list[dict[str, Any]]:
    """Entries of another list of a file of many conflicts, as text; none where there is no such list."""
    path = Path(path)
    data = _load(path).data
    rows = data.get(key) if isinstance(data, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _load(path: Path) -> Loaded:
    """A file in which a value may be written once and meant again by an alias."""
    loaded = load_text(path, path.name)
    faults = [fault for fault in loaded.faults if "an alias (*name) is used" not in fault]
    if len(faults) == len(loaded.faults) or faults:
        return Loaded(loaded.data, loaded.lines, faults, loaded.name)
    root = yaml.compose(path.read_bytes().decode("utf-8-sig"), Loader=yaml.SafeLoader)
    lines: dict[Place, int] = {}
    assert root is not None  # noqa: S101 - it was read once
    return Loaded(_text_of(root, (), lines), lines | loaded.lines, [], loaded.name)


def _text_of(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:  # noqa: ANN401
    """Nested lists, mappings and text of a node; an alias is what it stands for."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return {key.value: _text_of(value, (*place, key.value), lines) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_text_of(value, (*place, n), lines) for n, value in enumerate(node.value)]
    return node.value


def _part(loaded: Loaded, place: Place) -> Loaded:
    """A part of a file as a file."""
    data: Any = loaded.data
    for key in place:
        data = data[key]
    size = len(place)
    return Loaded(data, {at[size:]: line for at, line in loaded.lines.items() if at[:size] == place}, [], loaded.name)


def _variants(part: Loaded) -> list[Loaded]:
    """An entry and its variants, each with all keys; what is expected is not handed down."""
    rows = part.data.get("variants") if isinstance(part.data, dict) else None
    if not rows:
        return [part]
    plain = {key: value for key, value in part.data.items() if key != "variants"}
    found = [Loaded(plain, part.lines, [], part.name)] if "expected" in plain or "preferences" in plain else []
    for key in range(len(rows)) if isinstance(rows, list) else rows:
        inner = _part(part, ("variants", key))
        name = inner.data.get("id", str(key))
        lines = {at: line for at, line in part.lines.items() if not at or at[0] not in inner.data}
        data = {**plain, "expected": {}, **_varied(plain, inner.data), "id": f"{plain.get('id', '')}/{name}"}
        found.append(Loaded(data, lines | inner.lines, [], part.name))
    return found


def _varied(plain: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Changes of a variant, completed: options by id where they are given in part, preferences of the other parties."""
    found = dict(changed)
    options, others = changed.get("options"), plain.get("options", [])
    if isinstance(options, list) and any(isinstance(one, dict) and "dm" not in one for one in options):
        patches = {one.get("id"): one for one in options if isinstance(one, dict)}
        found["options"] = [{**one, **patches.get(one.get("id"), {})} for one in others]
    parties = changed.get("preferences")
    if isinstance(parties, dict):
        found["preferences"] = {**plain.get("preferences", {}), **parties}
        for key in ("preference_statements", "preference_statements_text"):
            if key in plain:
                kept = {party: given for party, given in plain[key].items() if party not in parties}
                found[key] = {**kept, **changed.get(key, {})}
    return found


def _entry(part: Loaded, faults: list[str]) -> tuple[Conflict, EntryFile] | None:
    """A conflict of one entry."""
    from countermeasure.book.edge import read_model
    from countermeasure.talks.file import EntryFile

    filed = read_model(EntryFile, part, faults, what="an entry", docs=DOCS)
    if filed is None:
        return None
    source = ", inputs ".join(filed.source[key] for key in ("citation", "inputs") if filed.source.get(key))
    assumed = "assum" in source or not source
    for block in filed.preferences.values():
        if block.source or not assumed:
            block.source, block.assumption = block.source or source, "no" if not assumed else block.assumption
    conflict = build_conflict(filed, part, faults, source)
    return None if conflict is None else (_with_statements(conflict, filed), filed)


def _with_statements(conflict: Conflict, filed: EntryFile) -> Conflict:
    """The conflict with the statements of each party whose ranking they give."""
    given: dict[str, Sequence[str | Sequence[str]]] = {**filed.preference_statements, **filed.preference_statements_text}
    ids = [option.id for option in conflict.options]
    preferences = list(conflict.preferences)
    for mover, statements in given.items():
        at = conflict.party(mover)
        try:
            read = from_statements(conflict.space, ids, statements, preferences[at].source)
        except InputError:
            continue
        if np.array_equal(read.ranks, preferences[at].ranks):
            preferences[at] = read
    return replace(conflict, preferences=tuple(preferences))


def _merged(conflict: Conflict, key: str, form: dict[str, Any]) -> tuple[Conflict, dict[str, Any]]:
    """A form in which several states go as one: the same states, with the ranking of the form lifted to all members.

    A merged state must be one that nobody leaves and in whose members all parties are as well off. Then a state of the form
    is stable iff each of its members is.
    """
    labels: dict[str, list[str]] = {}
    new: list[str] = [""] * len(conflict.space)
    for label, members in form["mapping"].items():
        olds = [members] if isinstance(members, str) else members
        labels[label] = [label] if len(olds) == 1 else [f"{label}.{n + 1}" for n in range(len(olds))]
        for name, old in zip(labels[label], olds, strict=True):
            new[conflict.space.place(old)] = name
    space = StateSpace(conflict.space.bits, conflict.space.codes, tuple(new))
    preferences = []
    for party, old_preference in zip(conflict.parties, conflict.preferences, strict=True):
        ranking = [labels[label] for label in form["rankings"][party.id]]
        preferences.append(from_ranking(space, ranking, old_preference.source))
    equilibria = {
        notion: [name for label in found for name in labels[label]]
        for notion, found in form.get("published_equilibria", {}).items()
    }
    name = key.removesuffix(_FORM)
    found = replace(
        conflict,
        id=f"{conflict.id}/{key}",
        title=f"{conflict.title}, {name}-state form",
        space=space,
        preferences=tuple(preferences),
    )
    return found, {"equilibria": {"legal_sequence": equilibria}}

"""Rules between files of the book, one small function each. Every rule gives its faults as ``file:line: message``."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from countermeasure.book.lists import CodeList, digits_of
from countermeasure.book.model import Act, Instrument, Role, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countermeasure.book.items import ControlList
    from countermeasure.book.model import Fact, Programme


@dataclass(frozen=True, slots=True)
class Held:
    """What instruments may refer to: lists, facts and programmes by name."""

    lists: Mapping[str, CodeList]
    facts: Mapping[str, Fact]
    programmes: Mapping[str, Programme]
    control_facts: Mapping[str, Fact] = field(default_factory=dict)
    control_lists: Mapping[str, ControlList] = field(default_factory=dict)


def all_checks(instruments: tuple[Instrument, ...], held: Held) -> list[str]:
    """All faults of all rules."""
    controls = {a.targets[0] for _, a in _acts(instruments) if a.changes.get("role") is Role.CONTROL}
    faults = [*_unique_ids(instruments), *_windows(instruments)]
    faults += _programmes(instruments, held.programmes)
    faults += _facts(instruments, held, controls)
    faults += _goods(instruments, held.lists)
    faults += _items(instruments, held)
    faults += _places(instruments)
    faults += _patterns(instruments, held.programmes)
    faults += _delisted(instruments, held.lists)
    faults += _list_authors(held.lists, {i.id for i in instruments})
    return faults


def _near(name: str, names: Mapping[str, object] | set[str]) -> str:
    close = get_close_matches(name, sorted(names), n=3)
    return f"; did you mean {', '.join(close)}?" if close else ""


def _acts(instruments: tuple[Instrument, ...]) -> Iterator[tuple[Instrument, Act]]:
    for instrument in instruments:
        for act in instrument.acts:
            yield instrument, act


def _unique_ids(instruments: tuple[Instrument, ...]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for i in instruments:
        if i.id in seen:
            yield f"{i.path}:{i.line}: the id {i.id} is taken; choose another, it stands in {seen[i.id]} already"
        seen[i.id] = i.path
    imposed: dict[str, str] = {}
    for i, act in _acts(instruments):
        if act.kind == "impose":
            name = act.targets[0]
            if name in imposed:
                yield f"{act.where}: {name} was imposed by {imposed[name]} already; amend it, or choose another id"
            imposed.setdefault(name, i.id)


def _windows(instruments: tuple[Instrument, ...]) -> Iterator[str]:
    for _, act in _acts(instruments):
        if act.kind != "declare" and act.start >= act.end:
            yield f"{act.where}: the window is empty; until is the first day after the last, and comes after from"


def _programmes(instruments: tuple[Instrument, ...], programmes: Mapping[str, Programme]) -> Iterator[str]:
    for _, act in _acts(instruments):
        name = act.changes.get("programme")
        if name and name not in programmes:
            yield f"{act.where}: programme {name!r} is not in programmes.yaml{_near(name, programmes)}"


def _facts(instruments: tuple[Instrument, ...], held: Held, controls: set[str]) -> Iterator[str]:
    allowed = {"flag": {"is"}, "share": {"below", "at_least"}, "day": {"before", "from"}, "minute": {"before", "from"}}
    for _, act in _acts(instruments):
        of_control = bool(act.targets) and act.targets[0] in controls
        facts, name = (held.control_facts, "control_facts.yaml") if of_control else (held.facts, "facts.yaml")
        for condition in act.changes.get("facts", ()):
            fact = facts.get(condition.fact)
            if fact is None:
                yield f"{act.where}: fact {condition.fact!r} is not in {name}{_near(condition.fact, facts)}"
            elif condition.op not in allowed[fact.type]:
                words = ", ".join(sorted(allowed[fact.type]))
                yield f"{act.where}: {condition.fact} is a {fact.type}; test it with {words}"


def _goods(instruments: tuple[Instrument, ...], lists: Mapping[str, CodeList]) -> Iterator[str]:
    made = {act.targets[0] for _, act in _acts(instruments) if act.kind == "list"}
    for _, act in _acts(instruments):
        goods = act.changes.get("goods")
        codes = [*goods.members, *goods.exceptions] if isinstance(goods, Scope) else list(act.codes)
        for code in codes:
            if code.startswith("list:"):
                name = code[5:]
                if name not in lists and name not in made:
                    yield f"{act.where}: no list named {name!r}{_near(name, lists)}"
                continue
            try:
                digits_of(code)
            except ValueError as error:
                yield f"{act.where}: {error}"


def _items(instruments: tuple[Instrument, ...], held: Held) -> Iterator[str]:
    for _, act in _acts(instruments):
        scope = act.changes.get("items")
        for member in (*scope.members, *scope.exceptions) if isinstance(scope, Scope) else ():
            kind, colon, name = member.partition(":")
            if not colon or kind not in ("list", "code", "eccn", "programme"):
                yield f"{act.where}: item {member!r} has no kind; write list:NAME, code:1C902, eccn:3A090 or programme:NAME"
            elif kind == "list" and name not in held.control_lists:
                yield f"{act.where}: no control list named {name!r}{_near(name, held.control_lists)}"
            elif kind == "programme" and not any(fnmatchcase(p, name) for p in held.programmes):
                yield f"{act.where}: no programme named {name!r}{_near(name, held.programmes)}"


def _delisted(instruments: tuple[Instrument, ...], lists: Mapping[str, CodeList]) -> Iterator[str]:
    held = {name: {row.digits for row in one.rows} for name, one in lists.items()}
    for _, act in _acts(instruments):
        if act.kind == "list":
            held.setdefault(act.targets[0], set()).update(_digits(act.codes))
    for _, act in _acts(instruments):
        if act.kind != "delist":
            continue
        name = act.targets[0]
        if name not in held:
            yield f"{act.where}: no list named {name!r}{_near(name, set(held))}"
            continue
        for code in sorted(_digits(act.codes) - held[name]):
            yield f"{act.where}: {code} does not stand on the list {name} by itself; name the code as the list has it"


def _digits(codes: tuple[str, ...]) -> set[str]:
    return {code.replace(".", "").replace(" ", "") for code in codes}


def _places(instruments: tuple[Instrument, ...]) -> Iterator[str]:
    from countermeasure.codes.country import ORIGINS
    from countermeasure.codes.groups import Groups

    groups = Groups.load()
    scopes = ((act, act.changes.get(key)) for _, act in _acts(instruments) for key in ("origin", "sent_from", "sent_to"))
    for act, scope in scopes:
        if not isinstance(scope, Scope):
            continue
        for code in (*scope.members, *scope.exceptions):
            if code.startswith("group:"):
                if code[6:] not in groups.names:
                    yield f"{act.where}: no group named {code[6:]!r}{_near(code[6:], set(groups.names))}"
            elif code not in ORIGINS:
                yield f"{act.where}: {code!r} is not a two-letter country code{_near(code, set(ORIGINS))}"


def _patterns(instruments: tuple[Instrument, ...], programmes: Mapping[str, Programme]) -> Iterator[str]:
    imposed = {act.targets[0] for _, act in _acts(instruments) if act.kind == "impose"}
    for _, act in _acts(instruments):
        patterns: list[str] = []
        if act.kind in ("suspend", "resume", "extend", "repeal"):
            patterns += act.targets
        elif act.kind == "amend" and act.targets[0] not in imposed:
            yield f"{act.where}: {act.targets[0]} was never imposed{_near(act.targets[0], imposed)}"
        for key in ("given", "frees", "limits"):
            patterns += act.changes.get(key, ())
        for pattern in patterns:
            if pattern.startswith("programme:"):
                hit = any(fnmatchcase(p, pattern[10:]) for p in programmes)
            else:
                hit = pattern in imposed or any(fnmatchcase(p, pattern) for p in imposed)
            if not hit:
                yield f"{act.where}: nothing matches {pattern!r}{_near(pattern, imposed)}"


def _list_authors(lists: Mapping[str, CodeList], ids: set[str]) -> Iterator[str]:
    for one in lists.values():
        named = {row.by for row in one.rows} | {row.until_by for row in one.rows}
        for name in sorted(named - ids - {""}):
            yield f"lists/{one.name}.csv: no instrument has the id {name!r}{_near(name, ids)}"

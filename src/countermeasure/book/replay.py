"""Replay: fold the acts of the instruments known on a day into the life of every provision.

Later published acts paint over earlier ones. An act touches only the stretch of time it names, so a suspension published in
November does not change what October was, and asking with an earlier ``known_on`` simply leaves the act out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from countermeasure.book.model import (
    ALWAYS,
    NEVER,
    Act,
    Body,
    Instrument,
    Provision,
    Reading,
    Spell,
    State,
)
from countermeasure.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WILD = frozenset("*?[")
_ENDINGS = {"ended": State.ENDED, "struck_down": State.STRUCK_DOWN, "withdrawn": State.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class ListChange:
    """Codes put on or taken off a list by an act."""

    name: str
    codes: tuple[str, ...]
    start: int
    end: int
    added: bool
    instrument: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a replay gives: provisions by id, changes of lists, and the ids of the instruments that were honoured."""

    provisions: dict[str, Provision]
    list_changes: tuple[ListChange, ...]
    honoured: frozenset[str]


def known(instruments: Iterable[Instrument], known_on: int | None, reading: Reading) -> list[Instrument]:
    """Instruments published by a day and honoured under a reading, in the order of publication."""
    chosen = [
        i
        for i in instruments
        if (known_on is None or i.published_on <= known_on) and (i.kind != "statement" or reading is Reading.ANNOUNCED)
    ]
    return sorted(chosen, key=lambda i: (i.published_on, i.id))


def replay(
    instruments: Iterable[Instrument],
    known_on: int | None = None,
    reading: Reading = Reading.TEXT,
) -> Record:
    """Fold instruments into provisions.

    Args:
        instruments: In any order.
        known_on: Epoch day; instruments published later are left out. ``None`` replays all.
        reading: Whether statements are honoured.

    Returns:
        The record of all provisions imposed by a known instrument.

    Raises:
        BookError: If there is nothing to extend. An act on provisions that are not known yet does nothing.
    """
    lives: dict[str, list[Spell]] = {}
    programme: dict[str, str] = {}
    changes: list[ListChange] = []
    chosen = known(instruments, known_on, reading)
    for instrument in chosen:
        for act in instrument.acts:
            if act.kind == "impose":
                name = act.targets[0]
                body = Body(**act.changes)
                lives[name] = _impose(lives.get(name), act, body, instrument.id)
                programme[name] = body.programme
            elif act.kind in ("list", "delist"):
                changes.append(ListChange(act.targets[0], act.codes, act.start, act.end, act.kind == "list", instrument.id))
            elif act.kind != "declare":
                for name in matching(act.targets, programme):
                    lives[name] = _paint(lives[name], act, instrument.id)
    provisions = {name: Provision(name, _merge(spells)) for name, spells in lives.items()}
    return Record(provisions, tuple(changes), frozenset(i.id for i in chosen))


def matching(patterns: Sequence[str], programme: dict[str, str]) -> list[str]:
    """Provision ids that match any pattern: an id, a wildcard or ``programme:NAME`` (a wildcard too).

    Args:
        patterns: As written in the instrument.
        programme: Programme of every provision.
    """
    exact = {pattern for pattern in patterns if not _WILD.intersection(pattern)}
    wild = [pattern for pattern in patterns if pattern not in exact]

    def hit(name: str, group: str) -> bool:
        word = f"programme:{group}"
        if name in exact or word in exact:
            return True
        return any(fnmatchcase(word if pattern.startswith("programme:") else name, pattern) for pattern in wild)

    return [name for name, group in programme.items() if hit(name, group)]


def _impose(spells: list[Spell] | None, act: Act, body: Body, instrument: str) -> list[Spell]:
    spells = spells or [Spell(ALWAYS, NEVER, State.NOT_YET, None)]
    painted: list[Spell] = []
    for spell in _cut(spells, act.start, act.end):
        if act.start <= spell.start and spell.end <= act.end:
            painted.append(Spell(spell.start, spell.end, State.IN_FORCE, body, (*spell.instruments, instrument)))
        elif spell.start >= act.end and spell.state is State.NOT_YET:
            painted.append(replace(spell, state=State.ENDED, body=body, instruments=(*spell.instruments, instrument)))
        else:
            painted.append(spell)
    return painted


def _paint(spells: list[Spell], act: Act, instrument: str) -> list[Spell]:
    if act.kind == "extend":
        return _extend(spells, act, instrument)
    cut = _cut(spells, act.start, act.end)
    if act.kind == "repeal" and act.collected_until > act.start:
        cut = _cut(cut, act.collected_until, act.collected_until)
    painted = []
    for spell in cut:
        inside = act.start <= spell.start and spell.end <= act.end
        painted.append(_change(spell, act, instrument) if inside else spell)
    return painted


def _change(spell: Spell, act: Act, instrument: str) -> Spell:
    by = (*spell.instruments, instrument)
    if act.kind == "amend" and spell.body is not None:
        return replace(spell, body=spell.body.amended(act.changes), instruments=by)
    if act.kind == "suspend" and spell.state is State.IN_FORCE:
        return replace(spell, state=State.SUSPENDED, instruments=by)
    if act.kind == "resume" and spell.state is State.SUSPENDED:
        return replace(spell, state=State.IN_FORCE, instruments=by)
    if act.kind == "repeal" and spell.state in (State.IN_FORCE, State.SUSPENDED):
        collected = spell.state is State.IN_FORCE and spell.end <= act.collected_until
        return replace(spell, state=_ENDINGS[act.mode], instruments=by, collected=collected)
    return spell


def _extend(spells: list[Spell], act: Act, instrument: str) -> list[Spell]:
    """Prolong the last suspension, or the last window, to ``act.end``."""
    wanted = (State.SUSPENDED,) if act.mode == "suspension" else (State.IN_FORCE, State.SUSPENDED)
    last = next((s for s in reversed(_merge(spells)) if s.state in wanted), None)
    if last is None or last.end >= act.end:
        if last is not None and last.end != NEVER:
            return spells  # already longer
        raise BookError(
            f"nothing to extend: no {act.mode} that ends",
            where=act.where,
            cure="check the provision ids and the order of publication, or write a suspend or impose act",
        )
    painted = []
    for spell in _cut(spells, last.end, act.end):
        inside = last.end <= spell.start and spell.end <= act.end
        if inside and act.mode == "suspension" and spell.state is State.IN_FORCE:
            painted.append(replace(spell, state=State.SUSPENDED, instruments=(*spell.instruments, instrument)))
        elif inside and act.mode == "window" and spell.state in (State.ENDED, State.NOT_YET):
            painted.append(Spell(spell.start, spell.end, last.state, last.body, (*last.instruments, instrument)))
        else:
            painted.append(spell)
    return painted


def _cut(spells: Iterable[Spell], start: int, end: int) -> list[Spell]:
    """Split spells at two instants."""
    pieces: list[Spell] = []
    for spell in spells:
        edges = [spell.start, *(e for e in sorted({start, end}) if spell.start < e < spell.end), spell.end]
        pieces.extend(replace(spell, start=a, end=b) for a, b in itertools.pairwise(edges))
    return pieces


def _merge(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """Join neighbours that do not differ."""
    merged: list[Spell] = []
    for spell in spells:
        if merged and _same(merged[-1], spell):
            merged[-1] = replace(merged[-1], end=spell.end)
        else:
            merged.append(spell)
    return tuple(merged)


def _same(a: Spell, b: Spell) -> bool:
    return (a.state, a.body, a.collected, a.instruments) == (b.state, b.body, b.collected, b.instruments)

"""The talks part: the state of the scenario's day in a conflict, what would last, and what both could trade."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.book.tables import unknown
from countermeasure.codes.day import format_day
from countermeasure.codes.sheet import Sheet
from countermeasure.codes.yamltext import Loaded
from countermeasure.errors import CountermeasureError, InputError, NotFoundError
from countermeasure.scenario.whole.engines import common_assumptions, unheard
from countermeasure.scenario.whole.layers import DOCS
from countermeasure.scenario.whole.plain import made
from countermeasure.talks.measures import StatusQuo, status_quo_on
from countermeasure.talks.packages import packages, packages_sheet
from countermeasure.talks.paths import change_words, joined
from countermeasure.talks.read import load_conflict
from countermeasure.talks.solve import solve
from countermeasure.talks.stability import NOTIONS
from countermeasure.talks.switches import load_switches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countermeasure.scenario.whole.file import TalksBlock
    from countermeasure.scenario.whole.model import Inputs, Part, Scenario
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.packages import Package
    from countermeasure.talks.stability import Stability

__all__ = ["model_of", "read_talks", "talks_part"]

LIMITS = (
    "Stable says that nobody gains by moving if all rank the states as assumed. It is no probability and no forecast.",
    "Rankings say what a party prefers, not by how much; what it does not know, or gets wrong, is left out.",
)
_SHOWN = 6
"""States and packages that a sentence names."""


def model_of(scenario: Scenario, keys: Mapping[str, Any]) -> str:
    """The model that the part names: a file beside the scenario, or a shipped name."""
    name = str(keys.get("model", ""))
    beside = [scenario.path.parent / name, scenario.path.parent / f"{name}.yaml"]
    return str(next((path for path in beside if path.is_file() and path.resolve() != scenario.path.resolve()), name))


def read_talks(scenario: Scenario, source: Loaded, faults: list[str]) -> tuple[TalksBlock, Conflict] | None:
    """Check the part: its keys, the model, its options and parties; faults are told with their lines."""
    from countermeasure.book.edge import read_model
    from countermeasure.scenario.whole.file import TalksBlock

    block = read_model(TalksBlock, source, faults, what="a talks part", docs=DOCS)
    if block is None:
        return None
    try:
        conflict = load_conflict(model_of(scenario, {"model": block.model}))
    except NotFoundError as error:
        faults.append(f"{source.where(('model',))}: talks.model: {error}")
        return None
    ids = [option.id for option in conflict.options]
    faults += [
        f"{source.where(('given', word))}: talks.given: {unknown('option', word, ids)}"
        for word in block.given
        if word not in ids
    ]
    for place, word in enumerate(block.sign):
        try:
            conflict.party(word)
        except InputError as error:
            faults.append(f"{source.where(('sign', place))}: talks.sign: {error}")
    if block.payoffs == "yes" and not _has_plays(model_of(scenario, {"model": block.model})):
        faults.append(
            f"{source.where(('payoffs',))}: talks.payoffs: the model {block.model} has no plays for the engines; write no, or "
            "take october-2025-payoffs"
        )
    return block, conflict


def _has_plays(model: str) -> bool:
    from countermeasure.codes.yamltext import load_text
    from countermeasure.talks.switches import model_file

    path = model_file(model)
    data = load_text(path, path.name).data
    return isinstance(data, dict) and "options" in (data.get("plays") or {})


def talks_part(scenario: Scenario, inputs: Inputs, _done: Mapping[str, Part]) -> Part:
    """Solve the conflict from the state of the scenario's day.

    Raises:
        NotFoundError: If the scenario has no talks part, or the model is not there.
        InputError: If the state of the day is no feasible one.
    """
    if scenario.talks is None:
        raise NotFoundError(f"{scenario.id} has no talks part", code="no_part", cure="Give it the key talks.")
    faults: list[str] = []
    read = read_talks(scenario, Loaded(dict(scenario.talks), {}, [], scenario.path.name), faults)
    if read is None or faults:
        raise InputError("the talks part cannot be read", code="bad_scenario", cure="Mend:", faults=faults)
    block, conflict = read
    model = model_of(scenario, scenario.talks)
    given = {word: value == "yes" for word, value in block.given.items()}
    told: tuple[tuple[str, str, str, str], ...] = ()
    if block.payoffs == "yes":
        conflict, told = _played(conflict, model, scenario, inputs)
    today = status_quo_on(
        conflict,
        scenario.book,
        scenario.on,
        scenario.readings[0],
        known_on=scenario.known_on,
        given=given,
        switches=load_switches(model, conflict),
    )
    conflict = replace(conflict, status_quo=today.place)
    stability = solve(conflict)
    found = packages(conflict, stability, today.place, block.sign or None)
    lasting = stability.equilibria(block.notion)
    figures: dict[str, float | None] = {
        "stable_states_count": len(lasting),
        "states_count": len(conflict.space),
        "packages_count": len(found),
        "packages_lasting_count": sum(block.notion in one.notions for one in found),
        "status_quo_stable_flag": float(today.place in lasting),
        "state_number": float(_number(conflict, today.place)),
    }
    return made(
        "talks",
        _said(conflict, stability, today, found, block.notion),
        figures=figures,
        sheets=(today.sheet(), _states(conflict, stability), packages_sheet(found)),
        assumptions=(*common_assumptions(scenario), *told, *_preferences(conflict)),
        notes=(*unheard(scenario), *LIMITS, *today.notes, *conflict.notes, *_others(scenario, today, conflict, given, model)),
        stamp=(("book", scenario.book.hash), ("model", conflict.id), ("notion", block.notion)),
    )


def _number(conflict: Conflict, place: int) -> int:
    """Options taken as one number, the first option worth 1."""
    return int(conflict.space.codes[place])


def _played(
    conflict: Conflict, model: str, scenario: Scenario, inputs: Inputs
) -> tuple[Conflict, tuple[tuple[str, str, str, str], ...]]:
    """The conflict with preferences from the engines' payoffs."""
    from countermeasure.scenario.payoffs import engine_payoffs
    from countermeasure.scenario.plays import load_plays

    if inputs.progress is not None:
        inputs.progress("talks", 0, 1)
    table = engine_payoffs(conflict, load_plays(model, conflict), seed=scenario.seed)
    return table.conflict, table.assumptions


def _others(scenario: Scenario, today: StatusQuo, conflict: Conflict, given: Mapping[str, bool], model: str) -> Sequence[str]:
    """What the other readings of the scenario say of the state."""
    said = []
    for reading in scenario.readings[1:]:
        try:
            other = status_quo_on(
                conflict,
                scenario.book,
                scenario.on,
                reading,
                known_on=scenario.known_on,
                given=given,
                switches=load_switches(model, conflict),
            )
        except CountermeasureError as error:
            said.append(f"Under the reading {reading.value}: {error.message}.")
            continue
        if other.place != today.place:
            said.append(f"Under the reading {reading.value} the state is {conflict.words(other.place)}.")
    return said


def _preferences(conflict: Conflict) -> list[tuple[str, str, str, str]]:
    letter = "U" if conflict.assumption else "B"
    return [
        (
            f"Preferences of {party.name}",
            "; ".join(preference.statements) if preference.statements else f"{preference.kind}, {len(conflict.space)} states",
            letter,
            (preference.source or conflict.source).removeprefix("assumption: "),
        )
        for party, preference in zip(conflict.parties, conflict.preferences, strict=True)
    ]


def _states(conflict: Conflict, stability: Stability) -> Sheet:
    """States that would last under some notion, and the state of the day."""
    lasting = np.asarray(np.any(np.all(stability.stable, axis=1), axis=0))
    kept = [n for n in range(len(conflict.space)) if lasting[n] or n == conflict.status_quo]
    rows = tuple(
        (
            conflict.space.label(n),
            ", ".join(conflict.options[j].id for j in conflict.taken(n)) or "none",
            *("yes" if notion in stability.notions_of(n) else "no" for notion in NOTIONS),
            "yes" if n == conflict.status_quo else "no",
        )
        for n in kept
    )
    columns = ("state", "options", *NOTIONS, "state_of_the_day")
    return Sheet("stable_states", "States that would last, and the state of the day", columns, rows)


def _said(conflict: Conflict, stability: Stability, today: StatusQuo, found: Sequence[Package], notion: str) -> str:
    head = "If the assumed preferences hold, the" if conflict.assumption else "The"
    lasts = today.place in stability.equilibria(notion)
    verb = "would last" if lasts else "would not last"
    said = [f"{head} state of {format_day(today.day)}, {conflict.words(today.place)}, {verb} ({notion.upper()})"]
    others = [n for n in stability.equilibria(notion) if n != today.place]
    if others:
        shown = ", ".join(conflict.words(n) for n in others[:_SHOWN])
        said.append(f"Would last {'too' if lasts else 'instead'}: {shown}" + (" and more" if len(others) > _SHOWN else ""))
    if not found:
        said.append("No joint move from here is better for all who would have to sign")
    else:
        best = max(found, key=lambda one: (notion in one.notions, one.product or 0.0, -len(one.switches)))
        names = joined([conflict.parties[n].name for n in best.signatories])
        lasting = "it would last" if notion in best.notions else "it would not last by itself"
        said.append(
            f"{names} all gain by this: {change_words(conflict, today.place, best.place)}; {lasting}"
            + (f" ({len(found)} such packages)" if len(found) > 1 else "")
        )
    return ". ".join(said) + "."

"""Build a conflict from a file that was checked: names, feasible states, preferences; every fault with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from countermeasure.errors import BookError, InputError
from countermeasure.talks.constraints import feasible_codes, pattern_of, read_expression
from countermeasure.talks.model import MOST_OPTIONS, Conflict, Option, Party, StateSpace
from countermeasure.talks.preferences import from_goals, from_payoffs, from_ranking, from_statements
from countermeasure.talks.statements import read_statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from countermeasure.codes.yamltext import Loaded, Place
    from countermeasure.talks.constraints import Expression
    from countermeasure.talks.file import ConflictFile, PreferenceFile
    from countermeasure.talks.model import Preference

__all__ = ["build_conflict", "refuse_faults"]


def refuse_faults(faults: list[str], where: str) -> None:
    """Raise one error with each fault once, if there are any.

    Raises:
        BookError: With the faults.
    """
    told = list(dict.fromkeys(faults))
    if told:
        count = "1 fault" if len(told) == 1 else f"{len(told)} faults"
        raise BookError(f"{count} in the conflict", code="bad_conflict", where=where, cure="Mend these lines:", faults=told)


def build_conflict(filed: ConflictFile, loaded: Loaded, faults: list[str], source: str = "") -> Conflict | None:
    """The conflict of a checked file.

    Args:
        filed: What it holds.
        loaded: The same as text, with lines.
        faults: Every fault is appended as ``file:line: message``.
        source: Citation that holds for all of it; the file's own sources if absent.

    Returns:
        The conflict, or ``None`` where there are faults.
    """
    return _Builder(filed, loaded, faults, source).conflict()


class _Builder:
    """Turns a checked file into a conflict, part by part."""

    def __init__(self, filed: ConflictFile, loaded: Loaded, faults: list[str], source: str) -> None:
        self.filed, self.loaded, self.faults = filed, loaded, faults
        self.source = source or "; ".join(_cited(one) for one in filed.sources)
        self.ids = [option.id for option in filed.options]
        self.movers = [party.id for party in filed.decision_makers]

    def fault(self, place: Place, message: str) -> None:
        self.faults.append(f"{self.loaded.where(place)}: {message}")

    def tried(self, place: Place, call: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What a call returns, or ``None`` and a fault."""
        try:
            return call()
        except InputError as error:
            if not error.faults:
                self.fault(place, str(error))
            for fault in error.faults:
                known = fault.startswith(f"{self.loaded.name}:")
                self.faults.append(fault) if known else self.fault(place, fault)
        return None

    def conflict(self) -> Conflict | None:
        before = len(self.faults)
        self.names()
        if len(self.faults) > before:
            return None
        for n, switch in enumerate(self.filed.switches):
            if switch.option not in self.ids:
                known = ", ".join(self.ids)
                self.fault(("switches", n, "option"), f"there is no option {switch.option!r}; options are {known}")
        space = self.space()
        if space is None:
            return None
        preferences = self.preferences(space, self.filed.preferences, ("preferences",), self.movers)
        views = self.views(space)
        status_quo = None
        if self.filed.status_quo is not None:
            word = self.filed.status_quo
            status_quo = self.tried(("status_quo",), lambda: space.place(word))
        if len(self.faults) > before:
            return None
        filed = self.filed
        options = tuple(
            Option(o.id, o.name or o.id, self.movers.index(o.dm), o.direction, tuple(o.measures), o.on_when)
            for o in filed.options
        )
        notes = (filed.intent, *([filed.notes] if isinstance(filed.notes, str) else filed.notes))
        return Conflict(
            filed.id,
            filed.title,
            tuple(Party(p.id, p.name or p.id) for p in filed.decision_makers),
            options,
            space,
            tuple(preferences[mover] for mover in self.movers),
            status_quo,
            any(block.assumption == "yes" for block in filed.preferences.values()),
            self.source,
            tuple(" ".join(note.split()) for note in notes if note),
            views,
        )

    def names(self) -> None:
        """Check that parties and options are what they say of each other."""
        for key, ids, what in (("decision_makers", self.movers, "party"), ("options", self.ids, "option")):
            for n, one in enumerate(ids):
                if one in ids[:n]:
                    self.fault((key, n), f"the {what} {one!r} stands already in this file; give each its own id")
        for n, option in enumerate(self.filed.options):
            if option.dm not in self.movers:
                told = (
                    f"the option {option.id!r} is of {option.dm!r}, who is no party here; parties are {', '.join(self.movers)}"
                )
                self.fault(("options", n, "dm"), told)
        owners = {option.dm for option in self.filed.options}
        for n, mover in enumerate(self.movers):
            if mover not in owners:
                self.fault(("decision_makers", n), f"the party {mover!r} has no option; give it one, or leave it out")
        if len(self.ids) > MOST_OPTIONS:
            told = f"{len(self.ids)} options make too many states; {self.ids[MOST_OPTIONS]!r} is one too many"
            self.fault(("options", MOST_OPTIONS), f"{told}: use {MOST_OPTIONS} at most, leave out or join some")

    def conditions(self) -> list[tuple[Place, Expression, bool]]:
        """What states must and must not be, in the order of the file."""
        found: list[tuple[Place, Expression, bool]] = []
        bits = len(self.ids)
        for n, text in enumerate(self.filed.infeasible_patterns):
            at: Place = ("infeasible_patterns", n)
            read = self.tried(at, lambda text=text: pattern_of(text, bits))  # type: ignore[misc]
            found += [] if read is None else [(at, read, False)]
        for n, text in enumerate(self.filed.constraints):
            at = ("constraints", n)
            read = self.tried(at, lambda text=text: read_expression(text, self.ids))  # type: ignore[misc]
            found += [] if read is None else [(at, read, True)]
        return sorted(found, key=lambda one: self.loaded.lines.get(one[0], 0))

    def space(self) -> StateSpace | None:
        """Feasible states; a fault names the condition after which none is left."""
        before = len(self.faults)
        conditions = self.conditions()
        if len(self.faults) > before:
            return None
        codes = feasible_codes(len(self.ids))
        for place, condition, wanted in conditions:
            left = codes[condition.holds(codes) == wanted]
            if not len(left):
                named = ", ".join(one for j, one in enumerate(self.ids) if condition.options >> j & 1) or "none"
                alone = not (condition.holds(feasible_codes(len(self.ids))) == wanted).any()
                why = "no state can meet it" if alone else "it contradicts the conditions before it, and no state is left"
                self.fault(place, f"{condition.text!r}, about {named}: {why}; change or remove it")
                return None
            codes = left
        return StateSpace(len(self.ids), codes) if self.filed.states is None else self.listed(codes, bool(conditions))

    def listed(self, feasible: Any, conditioned: bool) -> StateSpace | None:  # noqa: ANN401
        """States that the file lists; they must be those that the conditions leave."""
        before, bits = len(self.faults), len(self.ids)
        seen: dict[int, str] = {}
        allowed = set(feasible.tolist()) if conditioned else None
        for label, text in (self.filed.states or {}).items():
            place: Place = ("states", label)
            if len(text) != bits or set(text) - {"0", "1"}:
                self.fault(place, f"state {label}: {text!r} does not fit {bits} options; write 1 or 0 for each in its order")
                continue
            code = sum(1 << j for j, bit in enumerate(text) if bit == "1")
            if code in seen:
                self.fault(place, f"state {label} has the bits of state {seen[code]}; keep one of the two")
            elif allowed is not None and code not in allowed:
                self.fault(place, f"state {label}, {text}, breaks a condition; remove it, or change the condition")
            seen[code] = label
        missing = sorted(allowed - set(seen)) if allowed is not None else []
        if missing and len(self.faults) == before:
            text = StateSpace(bits, np.array(missing, dtype=np.int64)).text(0)
            told = f"the conditions allow {len(missing)} more, as {text}; list them, or add a condition"
            self.fault(("states",), told)
        if len(self.faults) > before:
            return None
        codes = sorted(seen)
        return StateSpace(bits, np.array(codes, dtype=np.int64), tuple(seen[code] for code in codes))

    def preferences(
        self, space: StateSpace, blocks: dict[str, PreferenceFile], at: Place, wanted: list[str]
    ) -> dict[str, Preference]:
        """Preferences of each party that must have some."""
        found = {}
        for mover, block in blocks.items():
            if mover not in self.movers:
                self.fault((*at, mover), f"{mover!r} is no party here; parties are {', '.join(self.movers)}")
                continue
            one = self.preference(space, block, (*at, mover))
            if one is not None:
                found[mover] = one
        for mover in wanted:
            if mover not in blocks:
                self.fault(at, f"there is no preference of {mover!r}; add one")
        return found

    def preference(self, space: StateSpace, block: PreferenceFile, at: Place) -> Preference | None:
        """One preference, with where it comes from."""
        source = " ".join((block.source or self.source).split())
        if block.assumption == "yes":
            source = f"assumption: {source}" if source else "assumption"
        way = block.ways[0]
        place: Place = (*at, way)
        epsilon = float(block.epsilon or 0)
        found: Preference | None
        if block.statements is not None:
            before = len(self.faults)
            for n, statement in enumerate(block.statements):
                self.tried((*place, n), lambda one=statement: read_statement(one, self.ids))  # type: ignore[misc]
            found = None if len(self.faults) > before else from_statements(space, self.ids, block.statements, source)
        elif block.goals is not None:
            before = len(self.faults)
            for goal in block.goals:
                self.tried((*place, goal), lambda goal=goal: read_expression(goal, self.ids))  # type: ignore[misc]
            weights = {goal: float(weight) for goal, weight in block.goals.items()}
            found = None if len(self.faults) > before else from_goals(space, self.ids, weights, epsilon, source)
        elif block.payoffs is not None:
            payoffs = {word: float(payoff) for word, payoff in block.payoffs.items()}
            found = self.tried(
                place, lambda: from_payoffs(space, payoffs, epsilon, source, lambda word: self.loaded.where((*place, word)))
            )
        else:
            ranking = block.ranking or []
            inner = place if place in self.loaded.lines else at
            found = self.tried(place, lambda: from_ranking(space, ranking, source, lambda n: self.loaded.where((*inner, n))))
        return found

    def views(self, space: StateSpace) -> dict[int, dict[int, Preference]]:
        """What parties believe of each other."""
        found = {}
        for mover, blocks in self.filed.views.items():
            if mover not in self.movers:
                self.fault(("views", mover), f"{mover!r} is no party here; parties are {', '.join(self.movers)}")
                continue
            believed = self.preferences(space, blocks, ("views", mover), [])
            found[self.movers.index(mover)] = {self.movers.index(other): one for other, one in believed.items()}
        return found


def _cited(source: str | dict[str, str]) -> str:
    if isinstance(source, str):
        return source
    first = source.get("citation") or source.get("cite") or ""
    rest = [f"confidence {value}" if key == "confidence" else value for key, value in source.items() if value]
    return ", ".join([first, *(one for one in rest if one != first)])

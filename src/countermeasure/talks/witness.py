"""Why a state is stable or not: the move that would break it, and the answer that deters it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.talks.kernel import MATRIX_STATES
from countermeasure.talks.moves import moves
from countermeasure.talks.solve import Engine
from countermeasure.talks.stability import NOTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from countermeasure.talks.model import Conflict, Ranks
    from countermeasure.talks.stability import Stability

    Movers = tuple[int, ...]

__all__ = ["Answer", "Explainer", "Step", "Witness", "explain"]

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Step:
    """A move in an answer.

    Attributes:
        movers: Places of the parties that move, more than one for a coalition.
        place: State to which they move.
        improves: Whether it is better for all of them than the state before.
    """

    movers: Movers
    place: int
    improves: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows an improvement.

    Attributes:
        move: Place of the state to which the improvement leads.
        steps: Moves of the opponents that leave the mover not better off, the fewest there are; none where the improvement
            stays unanswered.
    """

    move: int
    steps: tuple[Step, ...]

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return bool(self.steps)

    @property
    def credible(self) -> bool:
        """Whether each step of the answer is an improvement for its mover."""
        return self.answered and all(step.improves for step in self.steps)


@dataclass(frozen=True, eq=False)
class Witness:
    """Why a state is stable, or not, for a mover.

    Attributes:
        conflict: Of which.
        movers: Places of the parties that move, more than one for a coalition.
        notion: One of ``NOTIONS``.
        place: The state.
        stable: Whether it is stable.
        answers: Each improvement of the mover with its answer; under Nash no answer counts, and there are none.
    """

    conflict: Conflict
    movers: Movers
    notion: str
    place: int
    stable: bool
    answers: tuple[Answer, ...]

    @property
    def who(self) -> str:
        """Ids of the movers."""
        return _who(self.conflict, self.movers)

    @property
    def words(self) -> str:
        """The reason in a sentence."""
        label = self.conflict.space.label
        if not self.answers:
            return f"stable: {self.who} can reach nothing that it prefers to {label(self.place)}"
        if not self.stable:
            open_ = [answer.move for answer in self.answers if not answer.answered]
            told = _listed([_moved(self.conflict, self.place, move) for move in open_], "or")
            if self.notion == "nash":
                return f"not stable: {self.who} would rather {told}"
            left = {"gmr": "no answer", "smr": "no answer that it could not escape", "seq": "no answer in the others' interest"}
            return (
                f"not stable: {self.who} would rather {told}; {left[self.notion]} makes that no better than {label(self.place)}"
            )
        told = "; ".join(self._deterred(answer) for answer in self.answers[:_SHOWN])
        more = len(self.answers) - _SHOWN
        return f"stable because {told}" + (f"; and {more} more moves are answered likewise" if more > 0 else "")

    def _deterred(self, answer: Answer) -> str:
        conflict, start = self.conflict, answer.move
        label = conflict.space.label
        parts: list[str] = []
        for step in answer.steps:
            would = "then" if parts else "would answer"
            how = _switched(conflict, start, step.place) + ("" if step.improves else "; not in its own interest")
            parts.append(f"{_who(conflict, step.movers)} {would} {label(start)} with {label(step.place)} ({how})")
            start = step.place
        end = answer.steps[-1].place
        ranks = conflict.ranks
        # A coalition is deterred where one member is not better off; that one is named.
        loser = next(m for m in self.movers if ranks[m, end] <= ranks[m, self.place])
        same = bool(ranks[loser, end] == ranks[loser, self.place])
        worth = "no better for" if same else "worse for"
        return f"{' and '.join(parts)}, {worth} {conflict.parties[loser].id} than {label(self.place)}"


def explain(conflict: Conflict, stability: Stability, place: int) -> list[Witness]:
    """Reasons for every mover and notion at a state.

    Args:
        conflict: Conflict.
        stability: Its solution.
        place: The state.

    Returns:
        Movers in the order of the solution, for each the notions in theirs.
    """
    return Explainer(conflict, stability).at(place)


class Explainer:
    """Reasons at several states, with moves found once.

    Args:
        conflict: Conflict.
        stability: Its solution.
    """

    def __init__(self, conflict: Conflict, stability: Stability) -> None:
        self.conflict, self.stability = conflict, stability
        joint = tuple(movers for movers in stability.movers if len(movers) > 1) if stability.joint_answers else ()
        self.engine = Engine(conflict, stability.semantics, joint)
        self._ranks = [row.tolist() for row in conflict.ranks] if len(conflict.space) <= MATRIX_STATES else conflict.ranks
        self._moves: dict[tuple[Movers, int], list[int]] = {}
        self._values: dict[int, tuple[Ranks, ...]] = {}

    def at(self, place: int) -> list[Witness]:
        """Reasons for every mover and notion at a state."""
        found = []
        for n, movers in enumerate(self.stability.movers):
            better = self._better(movers, place)
            for k, notion in enumerate(NOTIONS):
                stable = bool(self.stability.stable[k, n, place])
                answers = [Answer(move, self._answer(movers, notion, place, move, stable=stable)) for move in better]
                found.append(Witness(self.conflict, movers, notion, place, stable, tuple(answers)))
        return found

    def moves(self, movers: Movers, place: int) -> list[int]:
        """Places in reach of a mover in one move."""
        key = movers, place
        if key not in self._moves:
            self._moves[key] = moves(self.conflict, movers, place).tolist()
        return self._moves[key]

    def _improves(self, movers: Movers, before: int, after: int) -> bool:
        return all(self._ranks[m][after] > self._ranks[m][before] for m in movers)

    def _better(self, movers: Movers, place: int) -> list[int]:
        """Improvements, the best first for the first of the movers."""
        found = [after for after in self.moves(movers, place) if self._improves(movers, place, after)]
        return sorted(found, key=lambda after: -self._ranks[movers[0]][after])

    def _answer(self, movers: Movers, notion: str, place: int, move: int, *, stable: bool) -> tuple[Step, ...]:
        """Fewest steps of opponents after which the movers are not better off than at the state; none if there are none."""
        if notion == "nash" or (not stable and not self._answered(movers, notion, place, move)):
            return ()

        def deters(end: int) -> bool:
            if self._improves(movers, place, end):
                return False
            return notion != "smr" or not any(self._improves(movers, place, reply) for reply in self.moves(movers, end))

        # An answer in the interest of those who give it is the more telling one where any answer counts.
        found = self._search(movers, move, deters, improving=True)
        return found or (() if notion == "seq" else self._search(movers, move, deters, improving=False))

    def _answered(self, movers: Movers, notion: str, place: int, move: int) -> bool:
        """Whether there is an answer, by the values of the solver in large spaces; small ones are searched."""
        if len(movers) > 1 or len(self.conflict.space) <= MATRIX_STATES:
            return True
        if movers[0] not in self._values:
            self._values[movers[0]] = self.engine.values(movers[0])
        return bool(self._values[movers[0]][NOTIONS.index(notion)][move] <= self.conflict.ranks[movers[0], place])

    def _search(self, movers: Movers, start: int, deters: Callable[[int], bool], *, improving: bool) -> tuple[Step, ...]:
        """Breadth first over the answers that the semantics allow."""
        once = self.stability.semantics == "each_opponent_once"
        opponents = self.engine.opponents(movers)
        queue: deque[tuple[int, int, tuple[Step, ...]]] = deque([(start, 0, ())])
        seen = {(start, 0)}
        while queue:
            place, used, steps = queue.popleft()
            if steps and self.stability.semantics == "single_move":
                return ()
            for step, d in self._steps(opponents, place, used, improving=improving):
                after = used | 1 << d if once else 0
                if deters(step.place):
                    return (*steps, step)
                if (step.place, after) not in seen:
                    seen.add((step.place, after))
                    queue.append((step.place, after, (*steps, step)))
        return ()

    def _steps(self, opponents: list[Movers], place: int, used: int, *, improving: bool) -> Iterator[tuple[Step, int]]:
        for d, opponent in enumerate(opponents):
            if not used >> d & 1:
                for after in self.moves(opponent, place):
                    improves = self._improves(opponent, place, after)
                    if improves or not improving:
                        yield Step(opponent, after, improves), d


def _who(conflict: Conflict, movers: Movers) -> str:
    return " with ".join(conflict.parties[mover].id for mover in movers)


def _moved(conflict: Conflict, before: int, after: int) -> str:
    return f"move to {conflict.space.label(after)} ({_switched(conflict, before, after)})"


def _switched(conflict: Conflict, before: int, after: int) -> str:
    """Options taken and left between two states."""
    start, end = int(conflict.space.codes[before]), int(conflict.space.codes[after])
    ids = [option.id for option in conflict.options]
    on = [one for j, one in enumerate(ids) if end & ~start & 1 << j]
    off = [one for j, one in enumerate(ids) if start & ~end & 1 << j]
    told = [f"{verb} {_listed(names, 'and')}" for verb, names in (("takes", on), ("leaves", off)) if names]
    return ", ".join(told)


def _listed(parts: list[str], word: str) -> str:
    if len(parts) > _SHOWN:
        parts = [*parts[:_SHOWN], f"{len(parts) - _SHOWN} more"]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"

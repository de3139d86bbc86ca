"""Steps from state to state and what they are to the parties: an improvement, an answer, or neither.

Labels follow the graph model (Fang, Hipel and Kilgour, 1993, *Interactive Decision Making*). A step is an *improvement* when
all who moved strictly prefer where it leads. It is a *sanction* of an earlier improvement when only others moved since, the
party that improved was still better off until then, and now is not better off than before its move; who took part in a
joint improvement does not sanction it. A step can be both: a sanction that its mover prefers, as sequential stability asks.
The labels are those of the stated preferences, which may be an assumption; they say nothing of what anybody had in mind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.talks.model import Conflict

__all__ = ["Change", "Step", "label_steps", "stung"]


@dataclass(frozen=True, slots=True)
class Change:
    """An option that was taken or dropped.

    Attributes:
        day: Epoch day from whose start it holds.
        option: Place of the option.
        on: Whether it was taken.
        why: In a sentence, with citation.
    """

    day: int
    option: int
    on: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From one state to the next.

    Attributes:
        day: Epoch day of its first change.
        last: Epoch day of its last change.
        movers: Places of the parties that changed something.
        changes: What they changed.
        start: Place of the state before.
        end: Place of the state after.
        sense: For each party 1 where the state after is better, 0 as good, -1 worse.
        improvement: Whether it is better for all who moved.
        answers: Places, in the list of steps, of the improvements that it sanctions.
        deal: Citation of the agreement it carries out, if it does.
    """

    day: int
    last: int
    movers: tuple[int, ...]
    changes: tuple[Change, ...]
    start: int
    end: int
    sense: tuple[int, ...] = ()
    improvement: bool = False
    answers: tuple[int, ...] = ()
    deal: str = ""

    @property
    def label(self) -> str:
        """``improvement``, ``sanction``, ``improvement and sanction`` or ``neither``."""
        if self.improvement:
            return "improvement and sanction" if self.answers else "improvement"
        return "sanction" if self.answers else "neither"


def label_steps(conflict: Conflict, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps with what they are to each party, and which improvements they sanction.

    Args:
        conflict: Gives the ranks.
        steps: In their order; labels they have are made anew.
    """
    ranks, found = conflict.ranks, list[Step]()
    for step in steps:
        sense = np.sign(ranks[:, step.end] - ranks[:, step.start])
        answers = []
        for at, earlier in enumerate(found):
            if earlier.improvement and stung(conflict, earlier, (*found[at + 1 :], step)):
                answers.append(at)
        improvement = all(sense[p] > 0 for p in step.movers)
        found.append(replace(step, sense=tuple(sense.tolist()), improvement=improvement, answers=tuple(answers)))
    return tuple(found)


def stung(conflict: Conflict, improved: Step, since: Sequence[Step]) -> tuple[int, ...]:
    """Parties that improved, made no move since, and whose gain the last of the steps since took away."""
    ranks, last = conflict.ranks, since[-1]
    if set(last.movers) & set(improved.movers):
        return ()
    moved = {p for step in since for p in step.movers}
    return tuple(
        p for p in improved.movers if p not in moved and ranks[p, last.end] <= ranks[p, improved.start] < ranks[p, last.start]
    )

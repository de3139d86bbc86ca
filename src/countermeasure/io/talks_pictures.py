"""Talks as pictures: the graph of a conflict, the record of moves, the front of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.codes.day import format_day
from countermeasure.io.pictures import Clock, Moment, front_picture, state_graph, timeline_picture
from countermeasure.io.pictures.stategraph import MOST_STATES, strongest
from countermeasure.talks.moves import improvements
from countermeasure.talks.stability import NOTIONS
from countermeasure.talks.witness import Explainer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from countermeasure.talks.continuous import SettingsPackage
    from countermeasure.talks.model import Conflict
    from countermeasure.talks.stability import Stability
    from countermeasure.talks.timeline import Event

    Arc = tuple[int, int, str, str]

__all__ = ["conflict_picture", "record_picture", "settings_picture"]

_DETERS = ("seq", "smr", "gmr")
"""Notions under which answers count, most telling first."""


def conflict_picture(conflict: Conflict, stability: Stability, title: str = "") -> str:
    """Draw a conflict: every improvement, and the answers against own interest on which stable states rest.

    Args:
        conflict: Conflict.
        stability: Its solution.
        title: Other than that of the conflict.

    Returns:
        An SVG document; a list of the stable states where there are too many to draw.
    """
    held = sorted({place for notion in NOTIONS for place in stability.equilibria(notion)})
    stable = {place: stability.notions_of(place) for place in held}
    few = len(conflict.space) <= MOST_STATES
    starts = range(len(conflict.space)) if few else strongest(stable, conflict.status_quo)[:MOST_STATES]
    arcs = [
        (place, int(end), _who(conflict, movers), "improvement")
        for place in starts
        for movers in stability.movers
        for end in improvements(conflict, movers, place)
    ]
    if few:
        arcs += _answers(conflict, stability, [place for place in held if "nash" not in stable[place]])
    states = [
        (conflict.space.label(place), ", ".join(conflict.options[j].id for j in conflict.taken(place)))
        for place in range(len(conflict.space))
    ]
    return state_graph(title or conflict.title, states, arcs, status_quo=conflict.status_quo, stable=stable)


def _answers(conflict: Conflict, stability: Stability, places: Iterable[int]) -> list[Arc]:
    """Moves that deter from leaving a state though they are no gain for whoever makes them."""
    explainer = Explainer(conflict, stability)
    found: dict[Arc, None] = {}
    for place in places:
        reasons = [one for one in explainer.at(place) if one.stable and one.answers]
        for movers in stability.movers:
            own = {one.notion: one for one in reasons if one.movers == movers}
            reason = next((own[notion] for notion in _DETERS if notion in own), None)
            for answer in reason.answers if reason is not None else ():
                start = answer.move
                for step in answer.steps:
                    if not step.improves:
                        found[start, step.place, _who(conflict, step.movers), "sanction"] = None
                    start = step.place
    return list(found)


def _who(conflict: Conflict, movers: Iterable[int]) -> str:
    return " with ".join(conflict.parties[mover].name for mover in movers)


def record_picture(title: str, events: Iterable[Event], *, clocks: Sequence[Clock] = ()) -> str:
    """Draw moves of a record by day; those dated by the month or about are left out, and a remark tells how many.

    Args:
        title: What the picture says.
        events: Of ``countermeasure.talks.timeline``.
        clocks: Times that run.

    Returns:
        An SVG document.
    """
    rows = list(events)
    known = [one for one in rows if one.precision == "day"]
    moments = [
        Moment(
            format_day(one.day),
            " and ".join(one.actors),
            one.what,
            one.direction,
            one.id,
            (one.response_to,) if one.response_to else (),
        )
        for one in known
    ]
    vague = len(rows) - len(known)
    notes = ["Up, back and answers are the judgement of one coder."] if moments else []
    notes += [f"Events without a day, which are not drawn: {vague} of {len(rows)}."] if vague else []
    return timeline_picture(title, moments, clocks=clocks, notes=notes)


def settings_picture(title: str, front: Sequence[SettingsPackage], unit: str) -> str:
    """Draw the efficient packages of two parties; settings mix, so that the front is a line from one to the next.

    Args:
        title: What the picture says.
        front: Of ``countermeasure.talks.continuous.settings_front``.
        unit: Of the payoffs.

    Returns:
        An SVG document.
    """
    names = front[0].grid.parties[:2] if front else ("first party", "second party")
    points = [
        (", ".join(f"{name} {value:.3g}" for name, value in one.settings.items()), float(one.gains[0]), float(one.gains[1]))
        for one in front
    ]
    return front_picture(title, points, (names[0], names[1]), (unit, unit), joined=True)

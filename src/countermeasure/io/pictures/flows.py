"""Where the nodes and ribbons of two flow pictures lie, so that both have the same places and the same scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.pictures.axis import LARGEST, SMALLEST
from countermeasure.io.pictures.canvas import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Flow = tuple[str, str, str, str, float]
    Node = tuple[str, str]

__all__ = ["Layout", "Place", "Ribbon", "layout_of"]

LEAST = 15.0
"""Least height of a node, so that its words have room."""
GAP = 7.0

_FIRST = ("cn", "us", "eu", "jp", "kr", "in", "sea", "row")


@dataclass(slots=True)
class Place:
    """A node: its column and, once laid out, its upper edge and height in pixels.

    Attributes:
        into: Sum of what comes in, before and after.
        out: Sum of what goes out, before and after.
        slots: Room its ribbons need on either side, in units of the flow: what comes in and what goes out.
    """

    column: int
    into: list[float] = field(default_factory=lambda: [0.0, 0.0])
    out: list[float] = field(default_factory=lambda: [0.0, 0.0])
    slots: list[float] = field(default_factory=lambda: [0.0, 0.0])
    top: float = 0.0
    tall: float = 0.0

    def size(self, panel: int) -> float:
        """What passes, in units: the greater of what comes in and what goes out."""
        return max(self.into[panel], self.out[panel])


@dataclass(slots=True)
class Ribbon:
    """A flow in both pictures; ``start`` and ``end`` are its upper edges at the two nodes, in pixels."""

    source: Node
    target: Node
    before: float
    after: float
    start: float = 0.0
    end: float = 0.0

    @property
    def slot(self) -> float:
        """Room it takes, in units: the greater of before and after."""
        return max(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Layout:
    """Two flow pictures on the same places.

    Attributes:
        stages: Names of the columns.
        places: Nodes.
        ribbons: Flows from an earlier to a later column.
        scale: Pixels for one unit.
        notes: What is not drawn, in words.
    """

    stages: tuple[str, ...]
    places: dict[Node, Place]
    ribbons: tuple[Ribbon, ...]
    scale: float
    notes: tuple[str, ...]

    def column(self, number: int) -> list[Node]:
        """Nodes of a column from top to bottom."""
        return sorted((n for n, p in self.places.items() if p.column == number), key=lambda n: self.places[n].top)

    def passes(self, number: int, panel: int) -> float:
        """What passes a column, in units."""
        return sum(self.places[node].size(panel) for node in self.column(number))


def layout_of(before: Iterable[Flow], after: Iterable[Flow], height: float) -> Layout:
    """Lay out flows.

    Args:
        before: Stage and node a flow comes from, stage and node it goes to, amount.
        after: The same; flows of the same ends are added up.
        height: Pixels for the tallest column.

    Raises:
        InputError: If an amount is not a number.
    """
    merged: dict[tuple[Node, Node], list[float]] = {}
    lost = 0
    for panel, flows in enumerate((before, after)):
        for stage_from, node_from, stage_to, node_to, value in flows:
            ends = (clean(stage_from), clean(node_from)), (clean(stage_to), clean(node_to))
            try:
                amount = float(value)
            except (TypeError, ValueError):
                raise InputError(f"the flow from {ends[0]} to {ends[1]} is not a number: {value!r}") from None
            if not 0 <= amount <= LARGEST:
                lost += 1
                continue
            merged.setdefault(ends, [0.0, 0.0])[panel] += amount
    merged = {ends: sizes for ends, sizes in merged.items() if max(sizes) > SMALLEST}
    stages = _stages([(a[0], b[0]) for a, b in merged])
    notes = [f"{lost} flows without an amount, or with one below zero, are not drawn."] if lost else []
    back = [ends for ends in merged if stages.index(ends[0][0]) >= stages.index(ends[1][0])]
    if back:
        told = "; ".join(f"{a[0]} {a[1]} to {b[0]} {b[1]}" for a, b in back[:6]) + ("; …" if len(back) > 6 else "")
        notes.append(f"Not drawn, because they stay within a stage or run against the order of stages: {told}.")
    ribbons = [Ribbon(*ends, *sizes) for ends, sizes in merged.items() if ends not in back]
    stages = [name for name in stages if any(name in (r.source[0], r.target[0]) for r in ribbons)]
    places = _places(ribbons, stages)
    scale = _scale(places, len(stages), height)
    _arrange(places, ribbons, len(stages), scale, height)
    return Layout(tuple(stages), places, tuple(ribbons), scale, tuple(notes))


def _stages(links: Sequence[tuple[str, str]]) -> list[str]:
    """Order of stages: each after those that feed it, as far as no circle forbids; else as first seen."""
    names = list(dict.fromkeys(name for link in links for name in link))
    feeds = {name: {a for a, b in links if b == name and a != name} for name in names}
    found: list[str] = []
    while len(found) < len(names):
        left = [name for name in names if name not in found]
        found.append(next((name for name in left if feeds[name] <= set(found)), left[0]))
    return found


def _places(ribbons: Sequence[Ribbon], stages: Sequence[str]) -> dict[Node, Place]:
    places: dict[Node, Place] = {}
    for one in ribbons:
        for node, side in ((one.source, 1), (one.target, 0)):
            place = places.setdefault(node, Place(stages.index(node[0])))
            sums = place.out if side else place.into
            sums[0] += one.before
            sums[1] += one.after
            place.slots[side] += one.slot
    return places


def _scale(places: dict[Node, Place], columns: int, height: float) -> float:
    """The greatest scale at which every column fits."""
    sizes = [[max(p.slots) for p in places.values() if p.column == c] for c in range(columns)]
    low, high = 0.0, height / max((max(col) for col in sizes if col), default=1.0)
    for _ in range(60):
        middle = (low + high) / 2
        tall = max((sum(max(s * middle, LEAST) + GAP for s in col) - GAP for col in sizes), default=0.0)
        low, high = (middle, high) if tall <= height else (low, middle)
    return low


def _rank(node: Node, seen: Sequence[Node]) -> tuple[int, int]:
    name = node[1].lower()
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), seen.index(node))


def _arrange(places: dict[Node, Place], ribbons: Sequence[Ribbon], columns: int, scale: float, height: float) -> None:
    """Stack the nodes of each column in one order of regions, and the ribbons at each node so that few cross."""
    seen = list(places)
    for column in range(columns):
        nodes = sorted((n for n in seen if places[n].column == column), key=lambda n: _rank(n, seen))
        talls = [max(max(places[n].slots) * scale, LEAST) for n in nodes]
        gap = GAP + min(max(height - sum(talls) - GAP * (len(nodes) - 1), 0) / max(len(nodes), 1) / 4, 12)
        y = max((height - sum(talls) - gap * (len(nodes) - 1)) / 2, 0)
        for node, tall in zip(nodes, talls, strict=True):
            places[node].top, places[node].tall = y, tall
            y += tall + gap
    for node in seen:
        for side in (0, 1):
            mine = [r for r in ribbons if (r.source if side else r.target) == node]
            mine.sort(key=lambda r: _far(places[r.target if side else r.source]))
            y = places[node].top + (places[node].tall - places[node].slots[side] * scale) / 2
            for one in mine:
                if side:
                    one.start = y
                else:
                    one.end = y
                y += one.slot * scale


def _far(place: Place) -> tuple[float, int]:
    return place.top + place.tall / 2, place.column

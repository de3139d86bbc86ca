"""States of a conflict and who moves between them: an oval of states, with chords for moves and words on either side.

States stand in the order given, the first half on the left and the rest on the right, each level with its words; so a state
keeps its place from one picture to the next. Chords run inside the oval and cross neither a state nor a word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countermeasure.errors import InputError
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of, wrap
from countermeasure.io.pictures.palette import slots_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Point = tuple[float, float]

__all__ = ["KINDS", "MOST_STATES", "state_graph", "strongest"]

KINDS = ("improvement", "sanction", "move")
"""Arcs: a move to something better for the mover, a move that answers another, any other move."""
MOST_STATES = 40
"""States that are drawn; more become a list."""
NOTIONS = {"nash": "Nash", "seq": "SEQ", "smr": "SMR", "gmr": "GMR"}
"""Strongest first."""

_MIDDLE = WIDE / 2
_ACROSS = 205.0
"""Half the width of the oval."""
_ROUND = 2.6
"""Exponent of the oval: above 2 its sides are fuller than an ellipse's."""
_LINE, _GAP = 16.0, 10.0


@dataclass(frozen=True, slots=True)
class _Node:
    """A state on the sheet."""

    x: float
    y: float
    left: bool
    label: str
    lines: tuple[str, ...]
    below: str
    notions: tuple[str, ...]


def state_graph(
    title: str,
    states: Sequence[tuple[str, str]],
    arcs: Sequence[tuple[int, int, str, str]],
    *,
    status_quo: int | None = None,
    stable: Mapping[int, Sequence[str]] | None = None,
) -> str:
    """Draw the states of a conflict with the moves between them.

    Args:
        title: What the picture says.
        states: Label and words of each, the words telling which options are taken; (n,).
        arcs: Place of the start, place of the end, mover, and one of ``KINDS``.
        status_quo: Place of today's state.
        stable: By place, the notions under which a state is an equilibrium: ``nash``, ``seq``, ``smr``, ``gmr``; other
            words are shown as they are.

    Returns:
        An SVG document. Beyond ``MOST_STATES`` states it is a list of those that are stable, and says so.

    Raises:
        InputError: If a place lies outside the states, or a kind is not known.
    """
    notions = _notions(states, arcs, status_quo, stable or {})
    if not states:
        return empty(title, "There are no states to draw.")
    if len(states) > MOST_STATES:
        return _listed(title, states, arcs, status_quo, notions)
    movers = list(dict.fromkeys(clean(arc[2]) or "nobody" for arc in arcs))
    slots = dict(zip(movers, slots_of(movers), strict=True))
    sheet = Canvas(title)
    top = _key(sheet, sheet.heading() + 20, slots, {arc[3] for arc in arcs}, notions, status_quo) + 16
    nodes, bottom = _placed(states, status_quo, notions, top)
    told = [f"{clean(label)} {{{clean(words) or 'none'}}}" for label, words in states]
    order = sorted(dict.fromkeys(arcs), key=lambda a: (-KINDS.index(a[3]), a))
    for start, end, mover, kind in order:
        if start != end:
            name = clean(mover) or "nobody"
            says = f"{name}, {kind}: from {told[start]} to {told[end]}"
            _chord(sheet, nodes[start], nodes[end], slots[name], kind, says, (top + bottom) / 2)
    for place, node in enumerate(nodes):
        _state(sheet, node, place == status_quo, told[place])
    sheet.height = bottom + 20
    return sheet.finish(_said(told, arcs, status_quo, notions))


def _notions(
    states: Sequence[tuple[str, str]],
    arcs: Sequence[tuple[int, int, str, str]],
    status_quo: int | None,
    stable: Mapping[int, Sequence[str]],
) -> dict[int, tuple[str, ...]]:
    """Notions of each stable state, strongest first, once all places are known to exist."""
    asked = [*(p for arc in arcs for p in arc[:2]), *stable, *([] if status_quo is None else [status_quo])]
    for place in asked:
        if not 0 <= place < len(states):
            raise InputError(
                f"place {place} is not among {len(states)} states",
                code="unknown_state",
                cure=f"Give places from 0 to {len(states) - 1}.",
            )
    odd = sorted({arc[3] for arc in arcs} - set(KINDS))
    if odd:
        raise InputError(f"arcs of kind {odd[0]!r} are not known", code="unknown_kind", cure=f"Use {', '.join(KINDS)}.")
    rank = list(NOTIONS)
    found = {}
    for place, names in sorted(stable.items()):
        kept = sorted(dict.fromkeys(names), key=lambda n: rank.index(n) if n in rank else len(rank))
        if kept:
            found[place] = tuple(NOTIONS.get(name) or clean(name) for name in kept)
    return found


def _placed(
    states: Sequence[tuple[str, str]], status_quo: int | None, notions: Mapping[int, tuple[str, ...]], top: float
) -> tuple[list[_Node], float]:
    """Nodes, each level with its words, and the lower edge."""
    room = _MIDDLE - _ACROSS - 60
    written = []
    for place, (label, words) in enumerate(states):
        name = cut(clean(label), 12, room * 0.6, bold=True)
        beside = wrap(clean(words) or "no option taken", 12, room - width_of(f"{name} ", 12, bold=True))
        lines = beside[:1] + wrap(" ".join(beside[1:]), 12, room, most=1)
        if any(line.endswith("…") for line in beside):
            lines = ["", *wrap(clean(words), 12, room, most=2)]
        marks = (["status quo"] if place == status_quo else []) + list(notions.get(place, ()))
        written.append((name, tuple(lines), ", ".join(marks)))
    half = (len(states) + 1) // 2
    sides = [list(range(half)), list(range(half, len(states)))]
    tall = [[_LINE * (len(written[n][1]) + bool(written[n][2])) for n in side] for side in sides]
    height = max(sum(t) + _GAP * (len(t) + 1) for t in tall)
    height = max(height, min(2 * _ACROSS, 90.0 * half + 40))
    nodes: list[_Node] = []
    for left, side, heights in zip((True, False), sides, tall, strict=True):
        gap = (height - sum(heights)) / (len(side) + 1) if side else 0.0
        y = top + gap
        for n, size in zip(side, heights, strict=True):
            middle = y + size / 2
            share = abs(middle - top - height / 2) / (height / 2)
            x = _ACROSS * (1 - share**_ROUND) ** (1 / _ROUND)
            at = _MIDDLE - x if left else _MIDDLE + x
            nodes.append(_Node(at, middle, left, *written[n], notions.get(n, ())))
            y += size + gap
    return nodes, top + height


def _state(sheet: Canvas, node: _Node, today: bool, told: str) -> None:
    """Draw a state, its thread and its words."""
    edge = _MIDDLE - _ACROSS - 26 if node.left else _MIDDLE + _ACROSS + 26
    out = -1 if node.left else 1
    size = 13 if today else 10
    if abs(edge - node.x) > size + 4:
        sheet.line(node.x + out * size, node.y, edge, node.y, "cm-grid")
    strong, firm = "Nash" in node.notions, "SEQ" in node.notions
    more = f'stroke-width="{3 if strong else 2 if firm else 1.2}"' + ("" if strong or firm else ' stroke-dasharray="2 2"')
    says = f"{told}: {node.below or 'not an equilibrium'}"
    if today:
        x, y = node.x, node.y
        sheet.path(f"M {x - 12:.1f} {y - 12:.1f} h 24 v 24 h -24 Z", "cm-paper cm-rule", says=says)
    if node.notions:
        sheet.dot(node.x, node.y, 8, "cm-paper")
        sheet.path(_ring(node.x, node.y, 8), "cm-none cm-rule", more=more)
        if strong:
            sheet.dot(node.x, node.y, 4.5, "cm-ink")
    else:
        sheet.dot(node.x, node.y, 5, "cm-soft")
    sheet.dot(node.x, node.y, 11, "cm-hit", says=says)
    _words(sheet, node, edge + out * 6)


def _ring(x: float, y: float, radius: float) -> str:
    return f"M {x - radius:.1f} {y:.1f} a {radius} {radius} 0 1 0 {2 * radius} 0 a {radius} {radius} 0 1 0 {-2 * radius} 0 Z"


def _words(sheet: Canvas, node: _Node, x: float) -> None:
    """Write label, options and notions beside a state, in lines about its middle."""
    anchor = "end" if node.left else "start"
    y = node.y - _LINE * (len(node.lines) + bool(node.below)) / 2 + 12
    sheet.pair(x, y, node.label, node.lines[0], 12, anchor=anchor)
    for line in node.lines[1:]:
        y += _LINE
        sheet.text(x, y, line, 12, "cm-soft", anchor=anchor)
    if node.below:
        sheet.text(x, y + _LINE, node.below, 12, "cm-ink", anchor=anchor)


def _chord(sheet: Canvas, start: _Node, end: _Node, slot: int, kind: str, says: str, middle: float) -> None:
    """Draw a move as a bent line with a head at its end; the way back bends to the other side."""
    dx, dy = end.x - start.x, end.y - start.y
    cx, cy = (start.x + end.x) / 2, (start.y + end.y) / 2
    if start.left == end.left:
        depth = min(24 + 0.45 * abs(dy), 320) + (12 if dy < 0 else 0)
        cx += depth if start.left else -depth
    else:
        away = math.hypot(dx, dy)
        bend = 14 + 0.05 * away
        cx, cy = cx - dy / away * bend, cy + (middle - cy) * 0.08 + dx / away * bend
    x1, y1 = _toward(start, (cx, cy), 11.0)
    x2, y2 = _toward(end, (cx, cy), 12.0)
    see = {"improvement": 'stroke-width="1.7" stroke-opacity=".85"', "sanction": 'stroke-width="1.5" stroke-dasharray="6 4"'}
    more = see.get(kind, 'stroke-width="1" stroke-opacity=".45" stroke-dasharray="1 3"')
    ux, uy = _unit((cx, cy), (x2, y2))
    way = f"M {x1:.1f} {y1:.1f} Q {cx:.1f} {cy:.1f} {x2 - 5 * ux:.1f} {y2 - 5 * uy:.1f}"
    sheet.path(way, f"cm-none cm-l{slot}", says=says, more=more)
    bx, by = x2 - 9 * ux, y2 - 9 * uy
    head = f"M {x2:.1f} {y2:.1f} L {bx - 4 * uy:.1f} {by + 4 * ux:.1f} L {bx + 4 * uy:.1f} {by - 4 * ux:.1f} Z"
    sheet.path(head, f"cm-f{slot}", says=says)


def _toward(node: _Node, point: Point, far: float) -> Point:
    ux, uy = _unit((node.x, node.y), point)
    return node.x + far * ux, node.y + far * uy


def _unit(start: Point, end: Point) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    size = math.hypot(dx, dy) or 1.0
    return dx / size, dy / size


def _key(
    sheet: Canvas,
    y: float,
    slots: Mapping[str, int],
    kinds: set[str],
    notions: Mapping[int, tuple[str, ...]],
    status_quo: int | None,
) -> float:
    """Write what colours, lines and rings mean; returns the lower edge."""
    named = {word for names in notions.values() for word in names}
    parts = [(f"cm-l{slot}", cut(f"{name} moves", 12, 220)) for name, slot in slots.items()]
    words = {"improvement": "better for the mover", "sanction": "answers, at no gain to the mover", "move": "other move"}
    parts += [(kind, words[kind]) for kind in KINDS if kind in kinds]
    if "Nash" in named:
        parts.append(("nash", "Nash: nobody gains by moving"))
    if "SEQ" in named:
        parts.append(("seq", "SEQ: every gain would be answered credibly"))
    if any("Nash" not in names and "SEQ" not in names for names in notions.values()):
        parts.append(("weak", "stable in a weaker sense"))
    parts.append(("none", "not an equilibrium"))
    if status_quo is not None:
        parts.append(("today", "status quo"))
    x = 20.0
    for kind, said in parts:
        wide = 28 + width_of(said, 12)
        if x + wide > WIDE - 20 and x > 20:
            x, y = 20.0, y + 20
        _sample(sheet, x, y - 4, kind)
        sheet.text(x + 28, y, said, 12, "cm-soft")
        x += wide + 20
    return y + 6


def _sample(sheet: Canvas, x: float, y: float, kind: str) -> None:
    if kind.startswith("cm-"):
        sheet.path(f"M {x:.1f} {y:.1f} h 22", f"cm-none {kind}", more='stroke-width="3"')
    elif kind in KINDS:
        dash = {"sanction": ' stroke-dasharray="6 4"', "move": ' stroke-dasharray="1 3"'}.get(kind, "")
        sheet.path(f"M {x:.1f} {y:.1f} h 22", "cm-none cm-rule", more=f'stroke-width="1.6"{dash}')
    elif kind == "none":
        sheet.dot(x + 11, y, 5, "cm-soft")
    elif kind == "today":
        sheet.path(f"M {x + 3:.1f} {y - 8:.1f} h 16 v 16 h -16 Z", "cm-none cm-rule")
    else:
        wide = {"nash": "3", "seq": "2"}.get(kind, '1.2" stroke-dasharray="2 2')
        sheet.path(_ring(x + 11, y, 7), "cm-none cm-rule", more=f'stroke-width="{wide}"')
        if kind == "nash":
            sheet.dot(x + 11, y, 3.5, "cm-ink")


def _listed(
    title: str,
    states: Sequence[tuple[str, str]],
    arcs: Sequence[tuple[int, int, str, str]],
    status_quo: int | None,
    notions: Mapping[int, tuple[str, ...]],
) -> str:
    """A list in place of a graph that nobody could read."""
    order = strongest(notions, status_quo)
    shown = order[:MOST_STATES]
    sheet = Canvas(title)
    notes = [f"{len(states):,} states are too many to draw as a graph; this lists those that are stable, strongest first."]
    if len(shown) < len(order):
        notes.append(f"{len(shown)} of {len(order):,} are shown; the table of states has all.")
    y = sheet.notes(notes, sheet.heading() + 4) + 30
    columns = (
        (20.0, 130.0, "state"),
        (150.0, 415.0, "options taken"),
        (580.0, 205.0, "stable as"),
        (795.0, 145.0, "improvements away"),
    )
    for x, _, head in columns:
        sheet.text(x, y, head, 12, "cm-soft", bold=True)
    away: dict[int, list[str]] = {}
    for start, _, mover, kind in arcs:
        if kind == "improvement":
            away.setdefault(start, []).append(clean(mover))
    for place in shown:
        y += 22
        sheet.line(20, y - 15, WIDE - 20, y - 15, "cm-grid")
        label, words = states[place]
        marks = (["status quo"] if place == status_quo else []) + list(notions.get(place, ()))
        counts = ", ".join(f"{name} {away[place].count(name)}" for name in dict.fromkeys(away.get(place, ()))) or "none"
        for (x, room, _), text in zip(columns, (clean(label), clean(words) or "none", ", ".join(marks), counts), strict=True):
            sheet.text(x, y, cut(text, 12, room, bold=x == 20), 12, "cm-ink", bold=x == 20)
    if not shown:
        y += 22
        sheet.text(20, y, "No state is stable.", 12)
    sheet.height = y + 22
    told = [f"{clean(label)} {{{clean(words) or 'none'}}}" for label, words in states]
    return sheet.finish(" ".join((*notes, _said(told, arcs, status_quo, notions))))


def strongest(stable: Mapping[int, Sequence[str]], status_quo: int | None = None) -> list[int]:
    """Places of the stable states, today's first and then the strongest, as a list of them shows them."""
    rank = {word: n for n, pair in enumerate(NOTIONS.items()) for word in pair}
    strength = {
        place: min((rank[name] for name in names if name in rank), default=len(rank)) for place, names in stable.items()
    }
    places = set(stable) | (set() if status_quo is None else {status_quo})
    return sorted(places, key=lambda place: (place != status_quo, strength.get(place, len(rank)), place))


def _said(
    told: Sequence[str],
    arcs: Sequence[tuple[int, int, str, str]],
    status_quo: int | None,
    notions: Mapping[int, tuple[str, ...]],
) -> str:
    """The picture in sentences: today's state, what is stable, who could improve."""
    said = [f"{len(told)} states, {len(arcs)} moves."]
    if status_quo is not None:
        said.append(f"Status quo: {told[status_quo]}.")
    for word in dict.fromkeys([*NOTIONS.values(), *(w for names in notions.values() for w in names)]):
        places = [place for place, names in notions.items() if word in names]
        if places:
            shown = ", ".join(told[p] for p in places[:12])
            said.append(f"{word}: {shown}{f' and {len(places) - 12} more' if len(places) > 12 else ''}.")
    if not notions:
        said.append("No state is stable.")
    starts = [arc for arc in arcs if arc[0] == status_quo and arc[3] == "improvement"]
    said += [f"From the status quo {clean(mover)} gains by going to {told[end]}." for _, end, mover, _ in starts[:8]]
    return " ".join(said)

"""Flows before and after, one above the other at the same scale; what is lost stays visible as stripes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countermeasure.io.pictures.axis import Amount, change
from countermeasure.io.pictures.canvas import WIDE, Canvas, clean, cut, empty, width_of
from countermeasure.io.pictures.flows import layout_of
from countermeasure.io.pictures.palette import slots_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.io.pictures.flows import Flow, Layout, Node, Ribbon

__all__ = ["sankey"]

BAR = 12.0
SIDE = 20.0


def sankey(
    title: str,
    before_flows: Sequence[Flow],
    after_flows: Sequence[Flow],
    *,
    unit: str = "",
    panels: tuple[str, str] = ("Before", "After"),
) -> str:
    """Draw flows between stages before and after a change.

    Both panels have the same places and the same scale. In the second one the width a flow has lost is striped in its
    colour, and a flow that has grown is outlined. Colours follow the node a flow comes from; regions keep theirs.

    Args:
        title: What the picture says.
        before_flows: Stage and node a flow comes from, stage and node it goes to, amount. Flows of the same ends add up.
        after_flows: The same.
        unit: Unit of the amounts.
        panels: Names of the two panels.

    Returns:
        An SVG document. Flows within a stage or against the order of stages are named below the picture, not drawn.

    Raises:
        InputError: If an amount is not a number.
    """
    count = max((_widest(flows) for flows in (before_flows, after_flows)), default=1)
    height = max(280.0, 36.0 * count)
    layout = layout_of(before_flows, after_flows, height)
    if not layout.ribbons:
        return empty(title, " ".join(("There are no flows to draw.", *layout.notes)))
    amount = Amount.of(unit, max(layout.passes(c, p) for c in range(len(layout.stages)) for p in (0, 1)))
    names = list(dict.fromkeys(node[1] for node in layout.places))
    slot = dict(zip(names, slots_of(names), strict=True))
    sheet = Canvas(title)
    y = _key(sheet, sheet.heading() + 20, amount, layout)
    for panel in (0, 1):
        y = _panel(sheet, layout, panel, clean(panels[panel]), amount, slot, y + 26, height) + 8
    sheet.height = sheet.notes(layout.notes, y) + 18
    return sheet.finish(_told(layout, amount, panels))


def _widest(flows: Sequence[Flow]) -> int:
    """Most nodes in a stage."""
    nodes = {(clean(f[n]), clean(f[n + 1])) for f in flows for n in (0, 2)}
    stages = [stage for stage, _ in nodes]
    return max((stages.count(stage) for stage in set(stages)), default=1)


def _key(sheet: Canvas, y: float, amount: Amount, layout: Layout) -> float:
    x = SIDE
    words = f"width: {amount.words}" if amount.words else "width: amount"
    sheet.text(x, y, cut(words, 13, 420), 13, "cm-soft")
    x += width_of(words, 13) + 26
    if any(one.after < one.before for one in layout.ribbons):
        sheet.rect(x, y - 10, 22, 12, "", more=sheet.hatch(9))
        sheet.text(x + 28, y, "lost", 12, "cm-soft")
        x += 28 + width_of("lost", 12) + 20
    if any(one.after > one.before for one in layout.ribbons):
        sheet.rect(x, y - 10, 22, 12, "cm-f9 cm-l9", more='fill-opacity=".6" stroke-width="1.6"')
        sheet.text(x + 28, y, "gained", 12, "cm-soft")
    return y + 4


def _xs(layout: Layout) -> list[float]:
    """Left edges of the bars of each column."""
    left = SIDE + _margin(layout, 0)
    right = WIDE - SIDE - _margin(layout, len(layout.stages) - 1) - BAR
    last = max(len(layout.stages) - 1, 1)
    return [left + (right - left) * n / last for n in range(len(layout.stages))]


def _margin(layout: Layout, column: int) -> float:
    """Room for the words beside the first or the last column."""
    widest = max(width_of(node[1], 12, bold=True) for node in layout.column(column))
    return min(max(widest + width_of(" 99,999 (−99 %)", 12) + 8, 110), 220)


def _panel(
    sheet: Canvas, layout: Layout, panel: int, name: str, amount: Amount, slot: dict[str, int], top: float, height: float
) -> float:
    """Draw one panel and return its lower edge."""
    xs = _xs(layout)
    sheet.line(SIDE, top - 16, WIDE - SIDE, top - 16, "cm-grid")
    sheet.text(SIDE, top + 6, cut(name, 15, WIDE - 2 * SIDE, bold=True), 15, bold=True)
    top += 26
    for number, (stage, x) in enumerate(zip(layout.stages, xs, strict=True)):
        sizes = [layout.passes(number, p) for p in (0, 1)]
        words = amount.text(sizes[panel]) + (_changed(*sizes) if panel else "")
        middle = x + BAR / 2
        room = (xs[1] - xs[0] - 8) if len(xs) > 1 else 400
        sheet.text(middle, top + 6, cut(stage, 13, room, bold=True), 13, anchor="middle", bold=True)
        sheet.text(middle, top + 22, words, 12, "cm-soft cm-num", anchor="middle")
    y = top + 34
    for one in sorted(layout.ribbons, key=lambda r: -r.slot):
        _ribbon(sheet, layout, one, panel, slot[one.source[1]], xs, y, amount)
    for node in layout.places:
        _bar(sheet, layout, node, panel, slot[node[1]], xs, y, amount)
    for node in layout.places:
        _words(sheet, layout, node, panel, xs, y, amount)
    return y + height + 6


def _band(x1: float, y1: float, x2: float, y2: float, wide: float) -> str:
    half = (x1 + x2) / 2
    return (
        f"M {x1:.1f} {y1:.1f} C {half:.1f} {y1:.1f} {half:.1f} {y2:.1f} {x2:.1f} {y2:.1f} "
        f"v {wide:.1f} C {half:.1f} {y2 + wide:.1f} {half:.1f} {y1 + wide:.1f} {x1:.1f} {y1 + wide:.1f} Z"
    )


def _ribbon(
    sheet: Canvas, layout: Layout, one: Ribbon, panel: int, slot: int, xs: Sequence[float], y: float, amount: Amount
) -> None:
    x1, x2 = xs[layout.places[one.source].column] + BAR, xs[layout.places[one.target].column]
    held = (one.before, one.after)[panel] * layout.scale
    says = f"{' '.join(one.source)} to {' '.join(one.target)}: {amount.text((one.before, one.after)[panel], unit=True)}"
    if panel:
        says += f", before {amount.text(one.before, unit=True)}"
    if held > 0:
        grown = panel == 1 and one.after > one.before * 1.0005
        more = f'fill-opacity="{".6" if grown else ".42"}"' + (' stroke-width="1.6"' if grown else "")
        look = f"cm-f{slot} cm-l{slot}" if grown else f"cm-f{slot}"
        sheet.path(_band(x1, y + one.start, x2, y + one.end, max(held, 0.5)), look, says=says, more=more)
    gone = (one.before - one.after) * layout.scale if panel else 0.0
    if gone >= 0.3:
        way = _band(x1, y + one.start + held, x2, y + one.end + held, gone)
        sheet.path(way, "", says=f"{says}, lost {amount.text(one.before - one.after, unit=True)}", more=sheet.hatch(slot))


def _bar(
    sheet: Canvas, layout: Layout, node: Node, panel: int, slot: int, xs: Sequence[float], y: float, amount: Amount
) -> None:
    """Draw a node: pale in its whole height, full where its ribbons begin and end in this panel."""
    place = layout.places[node]
    x = xs[place.column]
    says = f"{' '.join(node)}: {amount.text(place.size(panel), unit=True)}"
    sheet.rect(x, y + place.top, BAR, place.tall, f"cm-f{slot}", says=says, more='fill-opacity=".25"')
    both = bool(place.slots[0] and place.slots[1])
    for one in layout.ribbons:
        held = (one.before, one.after)[panel] * layout.scale
        if one.target == node and held > 0:
            sheet.rect(x, y + one.end, BAR / 2 if both else BAR, max(held, 0.5), f"cm-f{slot}")
        if one.source == node and held > 0:
            sheet.rect(x + (BAR / 2 if both else 0), y + one.start, BAR / 2 if both else BAR, max(held, 0.5), f"cm-f{slot}")


def _words(sheet: Canvas, layout: Layout, node: Node, panel: int, xs: Sequence[float], y: float, amount: Amount) -> None:
    """Write the name of a node, what passes it, and by how much that has changed."""
    place = layout.places[node]
    x, middle = xs[place.column], y + place.top + place.tall / 2 + 4
    size = amount.text(place.size(panel))
    differs = _changed(place.size(0), place.size(1)) if panel else ""
    first, last = place.column == 0, place.column == len(xs) - 1
    room = _margin(layout, place.column) - 6 if first or last else xs[1] - xs[0] - BAR - 12
    rest = size + differs
    if width_of(f"{node[1]} ", 12, bold=True) + width_of(rest, 12) > room and differs:
        rest = differs.strip(" ()")
    name = cut(node[1], 12, max(room - width_of(f" {rest}", 12), 30), bold=True)
    if first:
        sheet.pair(x - 6, middle, name, rest, anchor="end")
        return
    if not last:
        wide = width_of(f"{name} ", 12, bold=True) + width_of(rest, 12)
        sheet.rect(x + BAR + 3, middle - 11.5, wide, 15, "cm-paper", more='fill-opacity=".72" rx="3"')
    sheet.pair(x + BAR + 5, middle, name, rest, halo=not last)


def _changed(before: float, after: float) -> str:
    words = change(before, after)
    return f" ({words})" if words else ""


def _told(layout: Layout, amount: Amount, panels: Sequence[str]) -> str:
    """The picture in sentences: what passes each stage, and the flows that lost most."""
    said = []
    for number, stage in enumerate(layout.stages):
        sizes = [layout.passes(number, p) for p in (0, 1)]
        words = ", ".join(f"{clean(n)} {amount.text(v, unit=True)}" for n, v in zip(panels, sizes, strict=True))
        said.append(f"{stage}: {words}.")
    worst = sorted((r for r in layout.ribbons if r.before > r.after), key=lambda r: r.after - r.before)[:8]
    for one in worst:
        ends = f"{' '.join(one.source)} to {' '.join(one.target)}"
        said.append(f"{ends}: from {amount.text(one.before, unit=True)} to {amount.text(one.after, unit=True)}.")
    return " ".join((*said, *layout.notes))

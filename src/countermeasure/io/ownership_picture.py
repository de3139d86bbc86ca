"""A proof as a picture: SVG, and one HTML page around it; no scripts, nothing fetched, light or dark, fit for paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from zlib import crc32

from countermeasure.io.page import document, own_ids, table, words
from countermeasure.io.pictures.palette import STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countermeasure.parties.ownership import Proof
    from countermeasure.parties.ownership.proof import Stake

__all__ = ["html_of", "svg_of"]

WIDE, TALL, GAP_X, GAP_Y, EDGE = 200, 54, 150, 26, 28
LETTERS = 22
OTHERS = 6
"""At most so many stakes beside those that carry are drawn at one entity; the table of the page has all."""

_LOOK = {
    "listed": (3, "listed"),
    "restricted": (1, "restricted"),
    "possible": (4, "possibly restricted"),
    "law_silent": (5, "law silent"),
    "free": (9, "not restricted"),
}
"""Place in the palette, and words."""
_TINT = 'fill-opacity=".14"'


@dataclass(slots=True)
class _Node:
    label: str
    look: str
    column: int
    below: str = ""
    y: float = 0.0
    into: list[str] = field(default_factory=list)


def svg_of(proof: Proof) -> str:
    """Draw a proof: the listed on the left, the entity on the right, stakes as lines with their share.

    Returns:
        An SVG document.
    """
    nodes, stakes, hidden = _nodes(proof)
    bends = _waypoints(nodes, stakes)
    columns: dict[int, list[str]] = {}
    for name, node in nodes.items():
        columns.setdefault(node.column, []).append(name)
    last = max(columns)
    rows = max(len(names) for names in columns.values())
    height = rows * (TALL + GAP_Y) - GAP_Y
    for column in range(last, -1, -1):
        names = columns.get(column, [])
        if column < last:
            names.sort(key=lambda n: (_mean([nodes[t].y for t in nodes[n].into]), n))
        room = height / len(names) if names else 0
        for place, name in enumerate(names):
            nodes[name].y = room * (place + 0.5)
    width = (last + 1) * (WIDE + GAP_X) - GAP_X + 2 * EDGE
    head, foot = 58, 64 + (18 if hidden else 0)
    total = height + head + foot
    width = max(width, 640)
    mark = f"{crc32(proof.text().encode()):08x}"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total:.0f}" width="{width}" height="{total:.0f}" '
            f'role="img" aria-labelledby="t-{mark} d-{mark}" class="cm-pic" '
            'font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif">'
        ),
        f'<title id="t-{mark}">{escape(proof.label)}: {escape(_status(proof))}</title>',
        f'<desc id="d-{mark}">{escape(proof.text())}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{total:.0f}" class="cm-paper"/>',
        (
            f'<text x="{EDGE}" y="26" font-size="16" font-weight="600" class="cm-ink">{escape(_short(proof.label, 60))}: '
            f"{escape(_status(proof))}</text>"
        ),
        f'<text x="{EDGE}" y="45" font-size="12" class="cm-soft">{escape(_head(proof))}</text>',
    ]
    parts += [_line(stake, nodes, bends[place], head) for place, stake in enumerate(stakes)]
    parts += [_box(node, head) for node in nodes.values() if node.look]
    parts.append(_legend({node.look for node in nodes.values()}, height + head + 34))
    if hidden:
        left_out = f"{hidden} further stake(s) are not drawn"
        parts.append(f'<text x="{EDGE}" y="{total - 12:.0f}" font-size="12" class="cm-soft">{left_out}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _nodes(proof: Proof) -> tuple[dict[str, _Node], list[Stake], int]:
    rounds = sorted({step.round for step in proof.steps})
    place = {number: at for at, number in enumerate(rounds)}
    nodes: dict[str, _Node] = {}
    stakes: list[Stake] = []
    hidden = 0
    target = proof.standing.entity
    for step in proof.steps:
        below = step.by == "below"
        own = _own_look(proof) if step.entity == target else ("restricted" if step.sure else "possible")
        look = "listed" if step.by == "listed" and step.sure else own
        column = 1 if below else place[step.round]
        under = ", ".join(step.listings) if step.by == "listed" else ""
        nodes[step.entity] = _Node(step.label, look, column, under)
    if len(proof.steps) > 1:
        final = max(node.column for node in nodes.values())
        nodes[target].column = max(final, nodes[target].column)
    for step in proof.steps:
        carrying = [s for s in step.stakes if s.carries]
        others = [s for s in step.stakes if not s.carries]
        hidden += max(0, len(others) - OTHERS)
        for stake in (*carrying, *others[:OTHERS]):
            if stake.owner not in nodes:
                nodes[stake.owner] = _Node(stake.label, stake.owner_is, max(0, nodes[stake.owned].column - 1))
            nodes[stake.owner].into.append(stake.owned)
            stakes.append(stake)
    return nodes, stakes, hidden


def _waypoints(nodes: dict[str, _Node], stakes: Sequence[Stake]) -> list[list[str]]:
    """For each stake the places in between where its line passes columns, so that no box lies on it."""
    found: list[list[str]] = []
    for place, stake in enumerate(stakes):
        first, last = nodes[stake.owner].column, nodes[stake.owned].column
        passed = [f"\0{place}:{column}" for column in range(first + 1, last)]
        if not passed:
            found.append(passed)
            continue
        for name, column, after in zip(passed, range(first + 1, last), [*passed[1:], stake.owned], strict=True):
            nodes[name] = _Node("", "", column, into=[after])
        nodes[stake.owner].into.append(passed[0])
        found.append(passed)
    return found


def _own_look(proof: Proof) -> str:
    status = proof.standing.status.value
    return "free" if status == "not_restricted" else status


def _status(proof: Proof) -> str:
    return proof.standing.status.value.replace("_", " ")


def _head(proof: Proof) -> str:
    day = f", {proof.day}" if proof.day else ""
    state = "" if proof.in_force else ", not in force"
    return f"{proof.rule_name}{day}{state}; line: {proof.line}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _short(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _box(node: _Node, top: int) -> str:
    slot, said = _LOOK[node.look]
    x = EDGE + node.column * (WIDE + GAP_X)
    y = top + node.y - TALL / 2
    dash = ' stroke-dasharray="5 3"' if node.look == "possible" else ""
    middle = x + WIDE / 2
    under = _short(node.below or said, 31)
    return (
        f"<g><title>{escape(node.label)}{escape(f' ({node.below})' if node.below else '')}</title>"
        f'<rect x="{x}" y="{y:.1f}" width="{WIDE}" height="{TALL}" rx="7" class="cm-f{slot} cm-l{slot}" '
        f'{_TINT} stroke-width="1.6"{dash}/>'
        f'<text x="{middle}" y="{y + 23:.1f}" font-size="13" font-weight="600" text-anchor="middle" class="cm-ink">'
        f"{escape(_short(node.label))}</text>"
        f'<text x="{middle}" y="{y + 41:.1f}" font-size="12" text-anchor="middle" class="cm-soft">{escape(under)}</text></g>'
    )


def _line(stake: Stake, nodes: dict[str, _Node], passed: Sequence[str], top: int) -> str:
    owner, owned = nodes[stake.owner], nodes[stake.owned]
    x1, y1 = float(EDGE + owner.column * (WIDE + GAP_X) + WIDE), top + owner.y
    x2, y2 = float(EDGE + owned.column * (WIDE + GAP_X)), top + owned.y
    way, ink = ("cm-rule", "cm-ink") if stake.carries else ("cm-axis", "cm-soft")
    dash = ' stroke-dasharray="6 4"' if stake.kind in ("control", "branch") or stake.owner_is == "possible" else ""
    if x2 <= x1:
        x1, x2 = x1 - WIDE / 2, x2 + WIDE / 2
    path, x, y = f"M {x1:.0f} {y1:.1f}", x1, y1
    for name in (*passed, stake.owned):
        next_x = EDGE + nodes[name].column * (WIDE + GAP_X) if name in passed else x2 - 7
        next_y = top + nodes[name].y
        half = max(30.0, (next_x - x) / 2)
        path += f" C {x + half:.0f} {y:.1f}, {next_x - half:.0f} {next_y:.1f}, {next_x:.0f} {next_y:.1f}"
        if name in passed:
            next_x += WIDE
            path += f" L {next_x:.0f} {next_y:.1f}"
        x, y = next_x, next_y
    goal_y = top + nodes[passed[0]].y if passed else y2
    goal_x = x1 + GAP_X if passed else x2
    at_x, at_y = x1 + (goal_x - x1) * 0.42, y1 + (goal_y - y1) * 0.36
    return (
        f'<path d="{path}" class="cm-none {way}"{dash}/>'
        f'<path d="M {x2 - 8:.0f} {y2 - 4.5:.1f} L {x2:.0f} {y2:.1f} L {x2 - 8:.0f} {y2 + 4.5:.1f} Z" class="{ink}"/>'
        f'<text x="{at_x:.1f}" y="{at_y + 4:.1f}" font-size="12" text-anchor="middle" class="{ink} cm-halo">'
        f"{escape(_stake_words(stake))}</text>"
    )


def _stake_words(stake: Stake) -> str:
    if stake.kind in ("branch", "control"):
        return stake.kind
    if "share not known" in stake.words:
        return "share ?"
    share = stake.words.partition(" of the ")[0].replace(" to ", "–").replace("over ", ">").replace("under ", "<")
    return f"{share} votes" if stake.kind == "votes" else share


def _legend(looks: set[str], y: float) -> str:
    parts, x = [], EDGE
    for name, (slot, said) in _LOOK.items():
        if name in looks:
            parts.append(
                f'<rect x="{x}" y="{y - 10:.0f}" width="14" height="12" rx="3" class="cm-f{slot} cm-l{slot}" {_TINT}/>'
                f'<text x="{x + 20}" y="{y:.0f}" font-size="12" class="cm-soft">{said}</text>'
            )
            x += 40 + 7 * len(said)
    return "".join(parts)


_STYLE = """
svg.cm-pic { display: block; max-width: 100%; height: auto; border: 1px solid var(--line);
  border-radius: 8px; margin: .6rem 0; }
section { margin-bottom: 3rem; } @media print { section { break-inside: avoid-page; } }
"""
_HEADS = ("round", "owner", "owner is", "stake", "in", "carries", "remark", "source")


def html_of(proofs: Sequence[Proof], title: str = "") -> str:
    """One page for some proofs: conclusion, picture, the table of stakes, notes.

    Args:
        proofs: In the order of the page.
        title: Heading; the entity of the first proof if absent.
    """
    name = title or (proofs[0].label if proofs else "Ownership")
    body = "".join(_section(proof, place) for place, proof in enumerate(proofs))
    return document(name, f"<h1>{words(name)}</h1>{body}", _STYLE)


def _section(proof: Proof, place: int) -> str:
    rows = [
        [
            words(cell)
            for cell in (
                "" if step.by == "below" else step.round, s.label, s.owner_is, s.words, step.label, "yes" if s.carries else "",
                s.remark, s.source,
            )
        ]
        for step in proof.steps
        for s in step.stakes
    ]  # fmt: skip
    notes = "".join(f"<li>{words(note)}</li>" for note in proof.notes)
    return (
        f"<section><h2>{words(proof.rule_name)}</h2><p>{words(proof.conclusion)}.</p>"
        f'<p class="soft">{words(proof.rule_text)}. {words(proof.citation)}.</p>{own_ids(svg_of(proof), place)}'
        f"{table(_HEADS, rows) if rows else ''}{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )

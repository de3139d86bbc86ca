"""A proof as a picture: SVG, and one HTML page around it; no scripts, nothing fetched, fit for paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

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
    "listed": ("#7f1d1d", "#fde8e8", "listed"),
    "restricted": ("#b45309", "#fef3e2", "restricted"),
    "possible": ("#6b5b00", "#fdf9d8", "possibly restricted"),
    "law_silent": ("#5b21b6", "#f1eafd", "law silent"),
    "free": ("#4b5563", "#f3f4f6", "not restricted"),
}


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
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total:.0f}" width="{width}" height="{total:.0f}" '
            'role="img" aria-labelledby="t d" font-family="system-ui, Segoe UI, Roboto, Helvetica, Arial, sans-serif">'
        ),
        f'<title id="t">{escape(proof.label)}: {escape(_status(proof))}</title>',
        f'<desc id="d">{escape(proof.text())}</desc>',
        f'<rect width="{width}" height="{total:.0f}" fill="#ffffff"/>',
        (
            f'<text x="{EDGE}" y="26" font-size="16" font-weight="600" fill="#111827">{escape(_short(proof.label, 60))}: '
            f"{escape(_status(proof))}</text>"
        ),
        f'<text x="{EDGE}" y="45" font-size="12" fill="#4b5563">{escape(_head(proof))}</text>',
    ]
    parts += [_line(stake, nodes, bends[place], head) for place, stake in enumerate(stakes)]
    parts += [_box(node, head) for node in nodes.values() if node.look]
    parts.append(_legend({node.look for node in nodes.values()}, height + head + 34))
    if hidden:
        words = f"{hidden} further stake(s) are not drawn"
        parts.append(f'<text x="{EDGE}" y="{total - 12:.0f}" font-size="12" fill="#4b5563">{words}</text>')
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
    ink, back, _ = _LOOK[node.look]
    x = EDGE + node.column * (WIDE + GAP_X)
    y = top + node.y - TALL / 2
    dash = ' stroke-dasharray="5 3"' if node.look == "possible" else ""
    middle = x + WIDE / 2
    under = _short(node.below or _LOOK[node.look][2], 31)
    return (
        f"<g><title>{escape(node.label)}{escape(f' ({node.below})' if node.below else '')}</title>"
        f'<rect x="{x}" y="{y:.1f}" width="{WIDE}" height="{TALL}" rx="7" fill="{back}" '
        f'stroke="{ink}" stroke-width="1.5"{dash}/>'
        f'<text x="{middle}" y="{y + 23:.1f}" font-size="13" font-weight="600" text-anchor="middle" fill="#111827">'
        f"{escape(_short(node.label))}</text>"
        f'<text x="{middle}" y="{y + 41:.1f}" font-size="11" text-anchor="middle" fill="{ink}">{escape(under)}</text></g>'
    )


def _line(stake: Stake, nodes: dict[str, _Node], passed: Sequence[str], top: int) -> str:
    owner, owned = nodes[stake.owner], nodes[stake.owned]
    x1, y1 = float(EDGE + owner.column * (WIDE + GAP_X) + WIDE), top + owner.y
    x2, y2 = float(EDGE + owned.column * (WIDE + GAP_X)), top + owned.y
    ink = "#111827" if stake.carries else "#9ca3af"
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
    words = _words(stake)
    goal_y = top + nodes[passed[0]].y if passed else y2
    goal_x = x1 + GAP_X if passed else x2
    at_x, at_y = x1 + (goal_x - x1) * 0.42, y1 + (goal_y - y1) * 0.36
    wide = 6.4 * len(words) + 10
    return (
        f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{2 if stake.carries else 1.3}"{dash}/>'
        f'<path d="M {x2 - 8:.0f} {y2 - 4.5:.1f} L {x2:.0f} {y2:.1f} L {x2 - 8:.0f} {y2 + 4.5:.1f} Z" fill="{ink}"/>'
        f'<rect x="{at_x - wide / 2:.1f}" y="{at_y - 9:.1f}" width="{wide:.0f}" height="18" rx="4" fill="#ffffff" '
        f'fill-opacity="0.92"/>'
        f'<text x="{at_x:.1f}" y="{at_y + 4:.1f}" font-size="12" text-anchor="middle" fill="{ink}">{escape(words)}</text>'
    )


def _words(stake: Stake) -> str:
    if stake.kind in ("branch", "control"):
        return stake.kind
    if "share not known" in stake.words:
        return "share ?"
    words = stake.words.partition(" of the ")[0].replace(" to ", "–").replace("over ", ">").replace("under ", "<")
    return f"{words} votes" if stake.kind == "votes" else words


def _legend(looks: set[str], y: float) -> str:
    parts, x = [], EDGE
    for name, (ink, back, words) in _LOOK.items():
        if name in looks:
            parts.append(
                f'<rect x="{x}" y="{y - 10:.0f}" width="14" height="12" rx="3" fill="{back}" stroke="{ink}"/>'
                f'<text x="{x + 20}" y="{y:.0f}" font-size="12" fill="#4b5563">{words}</text>'
            )
            x += 40 + 7 * len(words)
    return "".join(parts)


_STYLE = """
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; color: #1c2330; background: #fff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.soft { color: #5b6577; } .wide { overflow-x: auto; }
svg { max-width: 100%; height: auto; border: 1px solid #d9dee7; border-radius: 8px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid #d9dee7; } th { border-bottom-width: 2px; white-space: nowrap; } section { margin-bottom: 3rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } section { break-inside: avoid-page; } }
"""


def html_of(proofs: Sequence[Proof], title: str = "") -> str:
    """One page for some proofs: conclusion, picture, the table of stakes, notes.

    Args:
        proofs: In the order of the page.
        title: Heading; the entity of the first proof if absent.
    """
    name = title or (proofs[0].label if proofs else "Ownership")
    body = "".join(_section(proof) for proof in proofs)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(name)}</h1>{body}</body></html>\n"
    )


def _section(proof: Proof) -> str:
    rows = "".join(
        f"<tr><td>{step.round if step.by != 'below' else ''}</td><td>{escape(s.label)}</td><td>{escape(s.owner_is)}</td>"
        f"<td>{escape(s.words)}</td><td>{escape(step.label)}</td><td>{'yes' if s.carries else ''}</td>"
        f"<td>{escape(s.remark)}</td><td>{escape(s.source)}</td></tr>"
        for step in proof.steps
        for s in step.stakes
    )
    heads = ("round", "owner", "owner is", "stake", "in", "carries", "remark", "source")
    head = "".join(f"<th>{h}</th>" for h in heads)
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    notes = "".join(f"<li>{escape(note)}</li>" for note in proof.notes)
    picture = (
        svg_of(proof).replace('id="t"', f'id="t-{proof.standing.rule}"').replace('id="d"', f'id="d-{proof.standing.rule}"')
    )
    picture = picture.replace('aria-labelledby="t d"', f'aria-labelledby="t-{proof.standing.rule} d-{proof.standing.rule}"')
    return (
        f"<section><h2>{escape(proof.rule_name)}</h2><p>{escape(proof.conclusion)}.</p>"
        f'<p class="soft">{escape(proof.rule_text)}. {escape(proof.citation)}.</p>{picture}'
        f"{table if rows else ''}{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )

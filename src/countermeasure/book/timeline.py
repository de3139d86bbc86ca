"""The life of provisions as rows of text and as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from zlib import crc32

from countermeasure.book.diff import spell_words
from countermeasure.book.model import DAY, Provision, Reading, Spell, State
from countermeasure.codes.day import format_day, parse_day, to_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countermeasure.book.load import Book

MARKS = {
    State.NOT_YET: " ",
    State.IN_FORCE: "█",
    State.SUSPENDED: "░",
    State.ENDED: "·",
    State.STRUCK_DOWN: "·",
    State.WITHDRAWN: "·",
    State.NEVER_APPLIED: " ",
}
COLLECTED = "▒"
_FILLS = {State.IN_FORCE: "#1f4e79", State.SUSPENDED: "stripes"}
_COLLECTED_FILL = "#b85c00"


@dataclass(frozen=True, slots=True)
class Row:
    """A provision in a timeline."""

    provision: Provision
    label: str
    name: str


def rows(book: Book, names: Iterable[str], known_on: int | None = None, reading: Reading = Reading.TEXT) -> list[Row]:
    """Rows for provisions, in the order in which they first lived."""
    record = book.replayed(known_on, reading)
    found = []
    for name in names:
        provision = record.provisions[name]
        bodies = [s.body for s in provision.spells if s.body]
        heading = next((b.heading for b in bodies if b.heading), "")
        found.append(Row(provision, f"{heading} {name}".strip(), bodies[-1].name if bodies else ""))
    return sorted(found, key=lambda r: (_first(r.provision), r.label))


def _first(provision: Provision) -> int:
    return next((s.start for s in provision.spells if s.state is State.IN_FORCE), 2**60)


def text(table: list[Row], first: int, after: int, width: int = 64) -> list[str]:
    """Lines of text: one character per stretch of days.

    A character shows the state in the middle of its stretch, or the spell that fits wholly into it: a duty of one day is seen.

    Args:
        table: Rows.
        first: First epoch day.
        after: Epoch day after the last.
        width: Characters for the time axis.
    """
    wide = max([len(r.label) for r in table], default=10)
    step = (after - first) / width
    lines = [f"{'':{wide}} {format_day(first)}{'':{max(width - 20, 1)}}{format_day(after)}"]
    for row in table:
        cells = [_mark(row.provision, (first + place * step) * DAY, step * DAY) for place in range(width)]
        lines.append(f"{row.label:{wide}} {''.join(cells)}".rstrip())
    lines.append("█ in force   ░ suspended   ▒ collected against law   · ended   blank: not yet")
    return lines


def _mark(provision: Provision, start: float, length: float) -> str:
    """Character of a stretch of time, in minutes."""
    within = [s for s in provision.spells if start <= s.start and s.end <= start + length]
    short = sorted((s for s in within if _shown(s)), key=lambda s: (s.collected, s.state is State.IN_FORCE))
    spell = short[-1] if short else provision.at(int(start + length / 2))
    return COLLECTED if spell.collected else MARKS[spell.state]


def _shown(spell: Spell) -> bool:
    return spell.collected or spell.state in _FILLS


def svg(table: list[Row], first: int, after: int, title: str, mark: int | None = None) -> str:
    """A picture of the same, self-contained; the same input gives the same bytes.

    Args:
        table: Rows.
        first: First epoch day.
        after: Epoch day after the last.
        title: Title of the picture.
        mark: A day to mark with a line.

    Returns:
        An ``svg`` element. Its ids are its own, so that several can stand in one page.
    """
    described = f"{len(table)} provisions from {format_day(first)} to {format_day(after)}"
    own = f"{crc32(f'{title} {first} {after} {[r.label for r in table]}'.encode()):08x}"
    stripes = f"url(#stripes-{own})"
    left, right, top, pitch = 330, 20, 64, 22
    span = 1200 - left - right
    height = top + pitch * len(table) + 46

    def x(instant: float) -> float:
        share = (instant / DAY - first) / (after - first)
        return left + span * min(max(share, 0.0), 1.0)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 {height}" width="1200" height="{height}" role="img" '
            f'aria-labelledby="t-{own} d-{own}" font-family="Helvetica, Arial, sans-serif" font-size="12">'
        ),
        f'<title id="t-{own}">{escape(title)}</title>',
        f'<desc id="d-{own}">{described}, each with its states.</desc>',
        (
            f'<defs><pattern id="stripes-{own}" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            '<rect width="6" height="6" fill="#dbe6f0"/><rect width="2" height="6" fill="#1f4e79"/></pattern></defs>'
        ),
        f'<rect width="1200" height="{height}" fill="#ffffff"/>',
        f'<text x="20" y="26" font-size="17" font-weight="bold" fill="#111">{escape(title)}</text>',
    ]
    bottom = top + pitch * len(table)
    for day, label in _ticks(first, after):
        at = x(day * DAY)
        parts.append(f'<line x1="{at:.1f}" y1="{top - 8}" x2="{at:.1f}" y2="{bottom}" stroke="#d8d8d8"/>')
        parts.append(f'<text x="{at:.1f}" y="{top - 14}" text-anchor="middle" fill="#444">{label}</text>')
    for place, row in enumerate(table):
        y = top + pitch * place
        parts.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end" fill="#111">{escape(row.label[:46])}</text>')
        for spell in row.provision.spells:
            fill = _COLLECTED_FILL if spell.collected else _FILLS.get(spell.state)
            if fill is None or x(spell.end) <= x(spell.start):
                continue
            fill = stripes if fill == "stripes" else fill
            says = f"{row.label} ({row.name}), {spell_words(spell)}"
            parts.append(
                f'<rect x="{x(spell.start):.1f}" y="{y + 3}" width="{max(x(spell.end) - x(spell.start), 1.5):.1f}" '
                f'height="{pitch - 7}" fill="{fill}" stroke="#ffffff" stroke-width="0.5"><title>{escape(says)}</title></rect>'
            )
    if mark is not None and first <= mark < after:
        at = x(mark * DAY)
        line = f'y1="{top - 8}" x2="{at:.1f}" y2="{bottom + 30}" stroke="#c00000" stroke-width="1.5"/>'
        parts.append(f'<line x1="{at:.1f}" {line}')
        side = 'text-anchor="end" x="' + f"{at - 6:.1f}" if at > 1100 else f'x="{at + 6:.1f}'
        parts.append(f'<text {side}" y="{bottom + 28}" fill="#c00000">{format_day(mark)}</text>')
    legend = (("#1f4e79", "in force"), (stripes, "suspended"), (_COLLECTED_FILL, "collected against law"))
    for place, (fill, label) in enumerate(legend):
        at = 20 + 115 * place
        parts.append(f'<rect x="{at}" y="{bottom + 18}" width="22" height="12" fill="{fill}"/>')
        parts.append(f'<text x="{at + 30}" y="{bottom + 28}" fill="#111">{label}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _ticks(first: int, after: int) -> list[tuple[int, str]]:
    """Days of the axis: years for long spans, quarters or months for short ones."""
    months = 12 if after - first > 4 * 365 else 3 if after - first > 400 else 1
    start = to_date(first)
    year, month = start.year, 1
    found: list[tuple[int, str]] = []
    while True:
        day = parse_day(f"{year:04d}-{month:02d}-01")
        if day >= after:
            return found
        if day >= first:
            found.append((day, str(year) if months == 12 else f"{year}-{month:02d}"))
        month += months
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1


__all__ = ["Row", "rows", "svg", "text"]

"""A sheet to draw on: shapes and words become one SVG document that stands alone.

No scripts, no fonts or files from elsewhere. Every picture has a title and a description for those who hear it read, follows
the light or dark mode of the reader and stays light on paper. The same input gives the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width
from zlib import crc32

from countermeasure.io.pictures.palette import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["WIDE", "Canvas", "clean", "cut", "empty", "spread", "width_of", "wrap"]

WIDE = 960
"""Width of every picture, in pixels; text is never below 12 at this width."""

_OWN = "\x00"
"""Stands for the mark of the picture in its ids until the picture is whole; no word can hold it."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW, _BROAD = frozenset("fijlrtI.,:;'|!()[] "), frozenset("mwMW@%—…")


def clean(text: object) -> str:
    """Words fit for XML: one line, odd characters replaced, not yet escaped."""
    return " ".join(_NOT_XML.sub("\ufffd", str(text)).split())


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of words in pixels, estimated for a common sans-serif face and rather too wide than too narrow."""
    total = 0.0
    for letter in text:
        if combining(letter):
            continue
        if east_asian_width(letter) in "WF":
            total += 1.0
        elif letter in _NARROW:
            total += 0.34
        elif letter in _BROAD:
            total += 0.92
        else:
            total += 0.69 if letter.isupper() else 0.605
    return total * size * (1.12 if bold else 1.0)


def cut(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Words shortened with an ellipsis until they fit."""
    if width_of(text, size, bold=bold) <= room + 0.5:
        return text
    while text and width_of(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, size: float, room: float, *, bold: bool = False, most: int = 99) -> list[str]:
    """Words in lines that fit; the last line allowed is shortened."""
    lines: list[str] = []
    words = text.split()
    while words:
        if len(lines) == most - 1:
            lines.append(cut(" ".join(words), size, room, bold=bold))
            break
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size, bold=bold) <= room:
            line += f" {words.pop(0)}"
        lines.append(cut(line, size, room, bold=bold))
    return lines


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels moved apart so that none lies on another, kept in their order.

    Args:
        wanted: Middles as they would be alone.
        sizes: Room each needs.
        low: First place that may be used.
        high: Last place that may be used; labels that do not fit run on past it.

    Returns:
        Middles, in the order given.
    """
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = list(wanted)
    edge = high
    for n in reversed(order):
        placed[n] = min(placed[n], edge - sizes[n] / 2)
        edge = placed[n] - sizes[n] / 2
    edge = low
    for n in order:
        placed[n] = max(placed[n], edge + sizes[n] / 2)
        edge = placed[n] + sizes[n] / 2
    return placed


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0")


@dataclass(slots=True)
class Canvas:
    """A sheet of a fixed width.

    Attributes:
        title: Title, also for screen readers.
        height: May grow until the picture is finished.
    """

    title: str
    height: float = 0.0
    parts: list[str] = field(default_factory=list)
    hatched: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.title = clean(self.title) or "Untitled"

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 12,
        look: str = "cm-ink",
        *,
        anchor: str = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write words with their baseline at ``y``."""
        if not words:
            return
        more = (' font-weight="600"' if bold else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        name = f"{look} cm-halo" if halo else look
        self.parts.append(
            f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}" class="{name}"{more}>'
            f"{escape(clean(words))}</text>"
        )

    def pair(
        self, x: float, y: float, name: str, rest: str, size: float = 12, *, anchor: str = "start", halo: bool = False
    ) -> None:
        """Write a name and, softer, what is said of it, as one line."""
        parts = [(clean(name), 'class="cm-ink" font-weight="600"'), (clean(rest), 'class="cm-soft cm-num"')]
        spans = " ".join(f"<tspan {look}>{escape(words)}</tspan>" for words, look in parts if words)
        more = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (' class="cm-halo"' if halo else "")
        self.parts.append(f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}"{more}>{spans}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        """Draw a straight line."""
        ends = f'x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"'
        self.parts.append(f'<line {ends} class="{look}"/>')

    def rect(self, x: float, y: float, wide: float, tall: float, look: str, *, says: str = "", more: str = "") -> None:
        """Draw a box; width and height are never below nothing. ``says`` shows under the pointer."""
        shape = f'x="{_number(x)}" y="{_number(y)}" width="{_number(max(wide, 0))}" height="{_number(max(tall, 0))}"'
        self._shape("rect", shape, look, says, more)

    def path(self, way: str, look: str, *, says: str = "", more: str = "") -> None:
        """Draw a path."""
        self._shape("path", f'd="{way}"', look, says, more)

    def dot(self, x: float, y: float, radius: float, look: str, *, says: str = "") -> None:
        """Draw a disc."""
        self._shape("circle", f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"', look, says, "")

    def hatch(self, slot: int) -> str:
        """Attribute that fills a shape with stripes of a colour of the palette; the shape must have no look that fills."""
        self.hatched.add(slot)
        return f'fill="url(#h{slot}-{_OWN})"'

    def _shape(self, kind: str, shape: str, look: str, says: str, more: str) -> None:
        name = f' class="{look}"' if look else ""
        head = f"<{kind} {shape}{name}{f' {more}' if more else ''}"
        self.parts.append(f"{head}><title>{escape(clean(says))}</title></{kind}>" if says else f"{head}/>")

    def heading(self, left: float = 20) -> float:
        """Write the title in as many lines as it takes and return the lower edge."""
        y = 30.0
        for line in wrap(self.title, 18, WIDE - 2 * left, bold=True):
            self.text(left, y, line, 18, bold=True)
            y += 23
        return y - 13

    def notes(self, notes: Iterable[str], top: float, left: float = 20) -> float:
        """Write remarks below the picture and return the lower edge."""
        y = top
        for note in notes:
            for line in wrap(clean(note), 12, WIDE - 2 * left):
                y += 17
                self.text(left, y, line, 12, "cm-soft")
        return y

    def finish(self, description: str) -> str:
        """The document.

        Args:
            description: What the picture shows, in words, for those who do not see it.
        """
        tall = _number(max(self.height, 40))
        stripes = "".join(
            f'<pattern id="h{slot}-{_OWN}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" class="cm-f{slot}" fill-opacity=".1"/>'
            f'<rect width="1.5" height="5" class="cm-f{slot}" fill-opacity=".75"/></pattern>'
            for slot in sorted(self.hatched)
        )
        whole = "\n".join(
            (
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" width="{WIDE}" height="{tall}" '
                    f'role="img" aria-labelledby="t-{_OWN} d-{_OWN}" class="cm-pic" '
                    'font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif">'
                ),
                f'<title id="t-{_OWN}">{escape(self.title)}</title>',
                f'<desc id="d-{_OWN}">{escape(clean(description))}</desc>',
                f"<style>{STYLE}</style>",
                f"<defs>{stripes}</defs>" if stripes else "",
                f'<rect width="{WIDE}" height="{tall}" class="cm-paper"/>',
                *self.parts,
                "</svg>\n",
            )
        )
        return whole.replace(_OWN, f"{crc32(whole.encode()):08x}")


def empty(title: str, why: str) -> str:
    """A picture that says in words why there is nothing to draw."""
    sheet = Canvas(title)
    y = sheet.heading()
    sheet.height = sheet.notes([why], y + 6) + 22
    return sheet.finish(why)

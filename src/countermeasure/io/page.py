"""What all pages in one file share: the look, tables, cells, and the frame around them."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from countermeasure.io.pictures.canvas import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["STYLE", "cell", "document", "is_numeric", "own_ids", "table", "words"]

STYLE = """
:root { --ink: #1c2330; --soft: #5b6577; --line: #d9dee7; --back: #fff; --band: #f5f7fa; --mark: #0b5cad; --warn: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a3adbd; --line: #343c4a; --back: #12161d;
  --band: #1a202a; --mark: #6bb0ff; --warn: #f0b25a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--back);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; }
p { margin: .3rem 0; max-width: 60rem; }
.soft { color: var(--soft); } .warn { color: var(--warn); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin: 1.2rem 0; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; background: var(--band); }
.card b { display: block; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; border-bottom-width: 2px; white-space: nowrap; }
td.n, th.n { text-align: right; } td.n, td.k { white-space: nowrap; }
tr.total td { font-weight: 600; border-top: 2px solid var(--line); }
a { color: var(--mark); text-decoration: none; white-space: nowrap; } a:hover, a:focus { text-decoration: underline; }
.bar { display: block; height: .7rem; background: var(--mark); border-radius: 2px; min-width: 1px; }
.goods { display: inline-block; min-width: 12rem; } .day { white-space: nowrap; } td.bars { width: 40%; padding-top: .65rem; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; padding: .1rem .9rem; }
summary { cursor: pointer; padding: .5rem 0; } summary b { margin-right: .6rem; }
details[open] { padding-bottom: .8rem; }
.tag { border: 1px solid currentColor; border-radius: 4px; padding: 0 .35rem; font-size: .8rem; white-space: nowrap; }
footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --back: #fff; --band: #fff; --mark: #333; --warn: #000; }
  body { font-size: 9.5pt; max-width: none; padding: 0; } h2 { break-after: avoid; } tr, .card { break-inside: avoid; }
  .wide { overflow: visible; } details { break-inside: avoid-page; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } @page { margin: 14mm; } }
"""


def document(title: str, body: str, style: str = "") -> str:
    """A page that fetches nothing: no scripts, no fonts, no pictures from elsewhere.

    Args:
        title: Name of the page, plain text.
        body: What stands in the body, HTML.
        style: Rules beyond those of all pages.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{words(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def words(text: object) -> str:
    """Plain words as HTML, a number kept together with its percent sign."""
    return escape(clean(text)).replace(" %", "\u00a0%")


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[int] = (),
    *,
    last: bool = False,
    caption: str = "",
    first: bool = False,
) -> str:
    """A table of cells that are HTML already.

    Args:
        head: Heads, plain text.
        rows: Cells.
        numeric: Places of columns that stand to the right.
        last: Whether the last row is a total.
        caption: What it holds, plain text.
        first: Whether the first cell of a row names it.
    """
    cells = "".join(f'<th scope="col"{_class(place in numeric, "n")}>{escape(text)}</th>' for place, text in enumerate(head))
    listed = list(rows)
    body = "".join(
        f"<tr{_class(last and at == len(listed) - 1, 'total')}>"
        + "".join(
            f'<th scope="row">{text}</th>' if first and not place else f"<td{_class(place in numeric, 'n')}>{text}</td>"
            for place, text in enumerate(row)
        )
        + "</tr>\n"
        for at, row in enumerate(listed)
    )
    named = f"<caption>{words(caption)}</caption>\n" if caption else ""
    return f'<div class="wide"><table>\n{named}<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'


def _class(holds: bool, name: str) -> str:
    return f' class="{name}"' if holds else ""


def is_numeric(values: Sequence[object]) -> bool:
    """Whether a column holds numbers alone, and at least one."""
    known = [v for v in values if v is not None and v != ""]
    return bool(known) and all(not isinstance(v, str | bool) and hasattr(v, "__float__") for v in known)


def cell(value: object) -> str:
    """A value as HTML: numbers to four figures or to the unit, nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, str | bool) or not hasattr(value, "__float__"):
        return words(value)
    number = float(value)
    if not math.isfinite(number):
        return ""
    if hasattr(value, "__index__") or number == round(number) or abs(number) >= 1000:
        text = f"{number:,.0f}"
    else:
        text = f"{number:.4g}" if abs(number) >= 0.0001 else f"{number:.2e}"
    return text.replace("-", "−", 1) if number < 0 else text


def own_ids(svg: str, place: int | str) -> str:
    """A picture with ids of its own, so that the same picture may stand on a page twice."""
    mark = svg.partition('aria-labelledby="t-')[2][:8]
    return svg.strip().replace(f"-{mark}", f"-{mark}-{place}") if len(mark) == 8 else svg.strip()

"""Templates and how values look on a page."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from countermeasure._version import __version__
from countermeasure.codes.day import format_day
from countermeasure.io.report_page import LETTERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from countermeasure.codes.sheet import Sheet

__all__ = ["NAV", "STATIC", "dated", "drawn", "environment", "inline_svg", "link", "numeric_columns", "page"]

HERE = Path(__file__).parent
STATIC = HERE / "static"
NAV = (
    ("/", "Today"), ("/check", "Check"), ("/parties", "Parties"), ("/book", "Book"), ("/supply", "Supply"),
    ("/trade", "Trade"), ("/talks", "Talks"), ("/scenarios", "Scenarios"), ("/brief", "Brief"),
)  # fmt: skip
"""The nine pages."""
VEGA = tuple(f"vendor/{name}" for name in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js", "vega-interpreter.js"))
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


# ------------------------------------------------------------------------------------------------ filters


def percent(value: float | None) -> str:
    """A fraction as ``35.2 %``; a question mark where it cannot be told."""
    from countermeasure.duty.answer import percent as words

    return words(value).replace(" ", "\u00a0")


def usd(value: float | None, places: int = 2) -> str:
    """Dollars, grouped; a question mark where they cannot be told."""
    return "?" if value is None else _signed(f"{value:,.{places}f}")


def day(value: int | str | None) -> str:
    """An epoch day as YYYY-MM-DD; empty where there is none."""
    return "" if value is None else value if isinstance(value, str) else format_day(int(value))


def number(value: object) -> str:
    """A value as text: numbers to four figures or to the unit, nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(number(one) for one in value)
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return str(value)
    figure = float(value)
    if not math.isfinite(figure):
        return ""
    if hasattr(value, "__index__") or figure == round(figure) or abs(figure) >= 1000:
        return _signed(f"{figure:,.0f}")
    return _signed(f"{figure:.4g}" if abs(figure) >= 0.0001 else f"{figure:.2e}")


def _signed(text: str) -> str:
    """A number with the sign that is as wide as a plus."""
    return text.replace("-", "\u2212", 1) if text.startswith("-") else text


def dated(text: object) -> Markup:
    """A text whose days are not broken over lines."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped before


def inline_svg(svg: str) -> Markup:
    """A picture of the house fit to stand in a page: its style sheet is in a file of the server."""
    if not svg.lstrip().startswith("<svg") or "<script" in svg.lower():
        return Markup("")
    return Markup(_STYLE.sub("", svg))  # noqa: S704 - made by the pictures room, which escapes what it is given


def numeric_columns(sheet: Sheet) -> list[bool]:
    """Which columns of a table hold numbers alone."""
    found = []
    for place in range(len(sheet.columns)):
        values = [row[place] for row in sheet.rows if row[place] is not None and row[place] != ""]
        found.append(bool(values) and all(not isinstance(v, str | bool) and hasattr(v, "__float__") for v in values))
    return found


def link(path: str, query: Mapping[str, Any] | Sequence[tuple[str, Any]] = (), **change: Any) -> str:  # noqa: ANN401
    """An address with a query; empty values are left out, and ``change`` puts others in their place."""
    items = list(query.items()) if hasattr(query, "items") else list(query)
    items = [(k, v) for k, v in items if k not in change] + list(change.items())
    kept = urlencode([(k, v) for k, v in items if v not in (None, "")])
    return f"{path}?{kept}" if kept else path


# ------------------------------------------------------------------------------------------------ pages


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, with filters and words that every page uses."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {"percent": percent, "usd": usd, "day": day, "number": number, "inline_svg": inline_svg, "dated": dated}
    found.globals |= {
        "nav": NAV, "version": __version__, "letters": LETTERS, "static": _static, "vega": VEGA, "link": link,
        "numeric_columns": numeric_columns,
    }  # fmt: skip
    return found


@lru_cache(maxsize=256)
def _static(name: str) -> str:
    """Address of a file of the server; it changes with its content, so that it may be kept for long."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def drawn(template: str, **context: Any) -> str:  # noqa: ANN401 - for templates
    """A template as text."""
    return environment().get_template(template).render(**context)


def page(
    request: Request,
    template: str,
    *,
    title: str,
    data: Any = None,  # noqa: ANN401 - what the template shows
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    """A page.

    Args:
        request: The request.
        template: Name of the template.
        title: Title of the page.
        data: What it shows.
        status: Status of HTTP.
        context: More for the template; ``css`` names more style sheets, as ``("css/book.css",)``.
    """
    from countermeasure.web.twins import twin_links

    given = {"css": (), "stamp": None, "twins": twin_links(request)} | context
    path = request.url.path
    here = next((href for href, _ in reversed(NAV) if path == href or (href != "/" and path.startswith(f"{href}/"))), "")
    return HTMLResponse(drawn(template, request=request, title=title, data=data, here=here, **given), status)

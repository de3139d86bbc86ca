"""Every page has twins: the same address with .json or .csv behind its path, from the same answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urlencode

from fastapi.responses import JSONResponse, Response

from countermeasure.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from countermeasure.codes.sheet import Sheet

__all__ = ["Found", "Twins", "answer", "csv_text", "twin_links", "twin_of"]

TWINS = ("json", "csv")
_APART = ("/api/", "/static/")


@runtime_checkable
class Found(Protocol):
    """An answer that a page can show."""

    def to_json(self) -> Any:  # noqa: ANN401 - plain values of any shape
        """Plain values."""
        ...

    def sheets(self) -> Sequence[Sheet]:
        """Tables, the main one first."""
        ...


class Twins:
    """Takes ``.json`` or ``.csv`` off the path of a page and remembers which it was."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        if scope["type"] == "http" and not scope["path"].startswith(_APART):
            path, dot, form = scope["path"].rpartition(".")
            if dot and form in TWINS:
                scope = dict(scope)
                scope["path"] = "/" if path == "/index" else path
                scope["raw_path"] = scope["path"].encode()
                scope["state"] = {**scope.get("state", {}), "twin": form}
        await self.app(scope, receive, send)


def twin_of(request: Request) -> str:
    """``json``, ``csv``, or nothing for the page itself."""
    state: dict[str, Any] = request.scope.get("state") or {}
    return str(state.get("twin", ""))


def answer(request: Request, found: Found, template: str, *, title: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
    """The answer in the form that was asked for.

    Args:
        request: The request.
        found: The answer. ``?sheet=NAME`` chooses one of its tables for CSV; the first if absent.
        template: Name of the template of the page; it finds the answer as ``data``.
        title: Title of the page.
        status: Status of HTTP.
        context: More for the template.

    Raises:
        NotFoundError: If there is no table of the name.
    """
    twin = twin_of(request)
    if twin == "json":
        return JSONResponse(found.to_json(), status)
    if twin == "csv":
        sheet = _chosen(found.sheets(), request.query_params.get("sheet", ""))
        headers = {"content-disposition": f'attachment; filename="{_file_name(sheet.name)}.csv"'}
        return Response(csv_text(sheet), status, headers, "text/csv; charset=utf-8")
    from countermeasure.web.render import page

    return page(request, template, title=title, data=found, status=status, **context)


def _chosen(sheets: Sequence[Sheet], name: str) -> Sheet:
    if not sheets:
        raise NotFoundError("this answer holds no table", code="no_table", cure="Take the JSON.")
    for one in sheets:
        if not name or one.name == name:
            return one
    raise NotFoundError(
        f"there is no table {name!r}", code="unknown_table", cure=f"Tables: {', '.join(s.name for s in sheets)}."
    )


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "table"


def csv_text(sheet: Sheet) -> str:
    """A table as CSV, in which no text is taken for a formula (see :mod:`countermeasure.io.guard`)."""
    from countermeasure.io.write import render

    return render({name: [row[place] for row in sheet.rows] for place, name in enumerate(sheet.columns)}, "csv")


def twin_links(request: Request) -> list[tuple[str, str]]:
    """Names and addresses of the twins of a page."""
    path = request.url.path
    query = urlencode([(k, v) for k, v in request.query_params.multi_items() if v])
    base = "/index" if path == "/" else path.rstrip("/")
    return [(form.upper(), f"{base}.{form}" + (f"?{query}" if query else "")) for form in TWINS]

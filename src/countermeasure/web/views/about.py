"""The interface for programs, as a page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from countermeasure.codes.sheet import Sheet
from countermeasure.web.render import page

__all__ = ["router"]

router = APIRouter()


@router.get("/about/api", include_in_schema=False)
def api_page(request: Request) -> Response:
    """All addresses of the interface, from its own description."""
    paths = request.app.openapi()["paths"]
    rows = [
        (method.upper(), path, what.get("summary", ""), ", ".join(p["name"] for p in what.get("parameters", ())))
        for path, methods in paths.items()
        for method, what in methods.items()
    ]
    sheet = Sheet("api", "Addresses of the interface", ("method", "address", "what it gives", "parameters"), tuple(rows))
    return page(request, "api.html", title="Interface for programs", data=sheet, twins=[])

"""Errors as pages and as JSON, with the status that fits; what went wrong inside stays inside."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from countermeasure.errors import CountermeasureError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["TITLES", "Refused", "Unexpected", "error_response", "install", "status_of"]

_LOG = logging.getLogger("countermeasure.web")

TITLES = {
    400: "This request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    413: "Too large",
    415: "Of another kind",
    421: "Another host",
    422: "Something in the question cannot be used",
    429: "Too much at once",
    500: "Something went wrong here",
    503: "Not ready",
}
_CURES = {
    404: "Check the address, or start from the first page.",
    405: "Open the page and use its form.",
    500: "Try once more. If it stays so, report the address of this page and the version at its foot.",
}


class Refused(CountermeasureError):  # noqa: N818 - it says what was done, not what went wrong
    """A request that the server does not take: too large, not signed in, too much at once.

    Attributes:
        status: Status of HTTP.
    """

    default_code = "refused"
    exit_code = 2

    def __init__(self, status: int, message: str, *, code: str = "refused", cure: str | None = None) -> None:
        super().__init__(message, code=code, cure=cure)
        self.status = status


def status_of(error: CountermeasureError) -> int:
    """Status of HTTP for an error: 404 where something is not there, 422 where the question cannot be used."""
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return status
    return 404 if isinstance(error, NotFoundError) else 422


def error_response(request: Request, error: CountermeasureError, status: int | None = None) -> Response:
    """The error in the form that was asked for: JSON for the interface and for twins, a page else."""
    from countermeasure.web.render import page
    from countermeasure.web.twins import twin_of

    code = status or status_of(error)
    path = request.url.path
    if twin_of(request) or path.startswith("/api/") or path.endswith((".json", ".csv")):
        return JSONResponse(error.to_json(), code)
    title = TITLES.get(code, "Error")
    return page(request, "error.html", title=title, data=error, status=code, heading=title)


def install(app: FastAPI) -> None:
    """Make the app answer every error in the house's one shape."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, CountermeasureError)  # noqa: S101 - registered for this class
        return error_response(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return error_response(request, _validation(error))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        response = error_response(request, _said(request, error), error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        CountermeasureError: known,
        RequestValidationError: invalid,
        HTTPException: plain,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


class Unexpected:
    """Answers what no handler knows, inside the guard, so that such an answer is dressed like all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            _LOG.exception("unexpected error on %s", scope["path"], exc_info=error)
            said = CountermeasureError("an unexpected error", cure=_CURES[500])
            await error_response(Request(scope), said, 500)(scope, receive, send)


def _said(request: Request, error: HTTPException) -> CountermeasureError:
    detail: object = error.detail
    if isinstance(detail, dict):
        return CountermeasureError(detail["message"], code=detail["code"], cure=detail["cure"])
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    words = {404: "there is no such page", 405: f"{request.method} is not possible here"}.get(error.status_code, str(detail))
    return CountermeasureError(words, code=code, where=request.url.path, cure=_CURES.get(error.status_code))


def _validation(error: RequestValidationError) -> CountermeasureError:
    """All faults of a request in one error."""
    faults = []
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"] if part not in ("query", "body", "path", "form"))
        faults.append(f"{place or 'request'}: {one['msg']}")
    return CountermeasureError(faults[0], code="bad_request", cure="Mend these values.", faults=faults[1:])

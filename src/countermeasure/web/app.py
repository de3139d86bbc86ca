"""The application: guard, twins, pages, interface, files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from countermeasure.web import errors
from countermeasure.web.api import api_router
from countermeasure.web.guard import Guard
from countermeasure.web.held import Held
from countermeasure.web.jobs import Jobs
from countermeasure.web.render import STATIC
from countermeasure.web.settings import Settings
from countermeasure.web.twins import Twins

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response
    from starlette.types import Scope

__all__ = ["VIEWS", "create_app", "from_environment"]

VIEWS = (
    "today", "check", "check_life", "check_table", "parties", "book", "supply", "trade", "talks", "scenarios", "brief", "jobs",
    "sign_in", "about",
)  # fmt: skip
"""Modules of pages, in the order in which their addresses are tried."""
THREADS = 8
"""Pages made at once in one process; they compute, so that more would only take turns."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of a server.

    Args:
        settings: What the server was told; for this machine alone if absent.

    Raises:
        InputError: If a server with these settings would be unsafe.

    Example:
        >>> from countermeasure.web.app import create_app
        >>> app = create_app()
    """
    given = (settings or Settings()).check()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        yield
        app.state.held.jobs.close()

    app = FastAPI(
        title="countermeasure",
        summary="Which duty and which export license apply to this good on this day, and why.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=life,
        strict_content_type=False,
    )
    limit = max(1, given.running_jobs // given.workers)
    app.state.settings = given
    app.state.held = Held(given, Jobs(given.jobs, limit, given.waiting_jobs))
    errors.install(app)
    for name in VIEWS:
        app.include_router(import_module(f"countermeasure.web.views.{name}").router)
    app.include_router(api_router())
    app.mount("/static", _Files(directory=STATIC), name="static")
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    app.add_middleware(errors.Unexpected)
    app.add_middleware(Twins)
    app.add_middleware(Guard, settings=given)
    return app


def from_environment() -> FastAPI:
    """The application of a further process of a server, with the settings that the first one left."""
    app = create_app(Settings.from_environment())
    app.state.held.warm()
    return app


def _icon() -> FileResponse:
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


class _Files(StaticFiles):
    """Files of the page; an address with a version may be kept for long."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        long = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if long else "public, max-age=300"
        return response

"""What stands before every page: headers, host, scheme, token, origin of a form, size of a body.

Plain ASGI, so that it holds for files, pages and the interface alike and reads no body it refuses.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from countermeasure.web.errors import Refused, error_response
from countermeasure.web.settings import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from countermeasure.web.settings import Settings

__all__ = ["COOKIE", "CSP", "OPEN_PATHS", "Guard", "token_shown"]

COOKIE = "countermeasure"
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No script and no style in a page, nothing from elsewhere, no frame around it."""
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OPEN_PATHS = ("/static/", "/sign-in", "/favicon.ico", "/api/v1/health")
"""Where no token is asked for."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_QUERY_MOST = 32_768
_NOT_KEPT = "no-store"


class Guard:
    """Checks a request before anything else sees it, and dresses every response.

    Args:
        app: What comes behind.
        settings: Token, host, names that a proxy bears, largest body.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.most = int(settings.uploads_mb * 1_000_000)
        self.local = is_loopback(settings.host)
        self.names = frozenset(_host_name(name) for name in settings.allow_hosts)
        self.origins = frozenset(f"{scheme}://{name}" for name in settings.allow_hosts for scheme in ("https", "http"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self._by_https(headers):
            scope = {**scope, "scheme": "https"}
        dressed = _dressed(send, secure=self.settings.cert is not None)
        request = Request(scope)
        refused = self._refusal(scope, headers)
        if refused is not None and refused.status == 401 and scope["method"] == "GET" and _wants_page(scope):
            target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            await RedirectResponse(f"/sign-in?to={quote(target, safe='/')}", 303)(scope, receive, dressed)
            return
        if refused is not None:
            await error_response(request, refused)(scope, receive, dressed)
            return
        await self.app(scope, _Limited(receive, self.most, self._too_large()), dressed)

    def _by_https(self, headers: Headers) -> bool:
        """Whether the reader's browser spoke TLS: with this server, or with a proxy under an allowed name.

        A proxy's word is taken only for an allowed host. Where the proxy writes another host, the origin of a form tells.
        """
        if self.settings.cert is not None:
            return True
        told = headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower() == "https"
        if told and _host_name(headers.get("host", "")) in self.names:
            return True
        origin = headers.get("origin", "").lower()
        return origin.startswith("https:") and origin in self.origins

    def _refusal(self, scope: Scope, headers: Headers) -> Refused | None:
        host = _host_name(headers.get("host", ""))
        if self.local and not is_loopback(host) and host not in self.names:
            return Refused(
                421,
                "the name of the host is not one of this machine",
                code="wrong_host",
                cure="Open http://127.0.0.1 or http://localhost with the port of the server; "
                "for a proxy, start the server with --allow-host NAME.",
            )
        if len(scope["query_string"]) > _QUERY_MOST:
            return Refused(413, "the address is too long", code="address_too_long", cure="Upload a table instead.")
        if scope["method"] not in _SAFE and not _same_origin(headers, self.origins):
            return Refused(
                403,
                "a form of another site asked for this",
                code="other_origin",
                cure="Open the page here and use its own form.",
            )
        length = headers.get("content-length", "")
        if length and (not length.isdigit() or int(length) > self.most):
            return self._too_large()
        token = self.settings.token
        if token and not scope["path"].startswith(OPEN_PATHS) and not token_shown(headers, token):
            return Refused(
                401,
                "this server asks for a token",
                code="no_token",
                cure="Send it as 'Authorization: Bearer TOKEN', or sign in at /sign-in.",
            )
        return None

    def _too_large(self) -> Refused:
        return Refused(
            413,
            f"what was sent is larger than {self.settings.uploads_mb:g} MB",
            code="too_large",
            cure="Split the table, or use the command line, which has no such limit. --uploads-mb raises it.",
        )


def token_shown(headers: Headers, token: str) -> bool:
    """Whether a request shows the token, as a bearer or in the cookie of the sign-in; compared in constant time."""
    kind, _, shown = headers.get("authorization", "").partition(" ")
    bearer = shown.strip() if kind.lower() == "bearer" else ""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    held = [bearer, cookie.value if cookie is not None else ""]
    return any([hmac.compare_digest(one.encode("utf-8", "replace"), token.encode()) for one in held])  # noqa: C419 - both are compared


def _host_name(host: str) -> str:
    """Host without its port, in lower case."""
    host = host.lower()
    if host.startswith("["):
        return host.partition("]")[0][1:]
    return host.partition(":")[0]


def _same_origin(headers: Headers, allowed: frozenset[str]) -> bool:
    """Whether a form comes from this server, as far as the browser says; programs send neither header.

    Args:
        headers: Headers of the request.
        allowed: Origins under which a proxy shows this server.
    """
    site = headers.get("sec-fetch-site", "")
    if site and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", "")
    if not origin:
        return True
    return origin.lower() in allowed or (origin != "null" and urlsplit(origin).netloc == headers.get("host", ""))


def _wants_page(scope: Scope) -> bool:
    path: str = scope["path"]
    return not path.startswith("/api/") and not path.endswith((".json", ".csv"))


class _Limited:
    """Counts the bytes of a body as they come; more than was announced or is taken ends the request."""

    def __init__(self, receive: Receive, most: int, refused: Refused) -> None:
        self._receive = receive
        self._left = most
        self._refused = refused

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(self._refused.status, self._refused.to_json()["error"])  # type: ignore[arg-type]
        return message


def _dressed(send: Send, *, secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", _NOT_KEPT)
            if secure:
                headers.setdefault("strict-transport-security", "max-age=31536000")
        await send(message)

    return sending

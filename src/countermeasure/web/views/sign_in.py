"""Sign in with the token of the server; the browser then keeps it in a cookie."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from countermeasure.web.errors import Refused
from countermeasure.web.guard import COOKIE
from countermeasure.web.render import page

__all__ = ["router"]

router = APIRouter()


@router.get("/sign-in", include_in_schema=False)
def sign_in_page(request: Request, to: str = "/") -> Response:
    """The form."""
    return page(request, "sign_in.html", title="Sign in", data=None, to=_own(to), twins=[])


@router.post("/sign-in", include_in_schema=False)
def sign_in(
    request: Request, token: Annotated[str, Form(max_length=500)] = "", to: Annotated[str, Form(max_length=40_000)] = "/"
) -> Response:
    """Check the token and keep it in a cookie that scripts cannot read and other sites cannot send."""
    settings = request.app.state.settings
    if settings.token and not hmac.compare_digest(token.strip().encode(), settings.token.encode()):
        raise Refused(401, "this is not the token of the server", code="wrong_token", cure="Ask who runs it, and try again.")
    response = RedirectResponse(_own(to), 303)
    response.set_cookie(
        COOKIE, settings.token, max_age=30 * 86400, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return response


@router.post("/sign-out", include_in_schema=False)
def sign_out() -> Response:
    """Forget the token."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


def _own(address: str) -> str:
    """An address of this server; anything else becomes the first page."""
    odd = "\\" in address or any(ord(c) < 33 for c in address)
    return address if address.startswith("/") and not address.startswith("//") and not odd else "/"

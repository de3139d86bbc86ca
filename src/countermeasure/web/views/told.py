"""A page that keeps its form when the question cannot be used, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countermeasure.web.errors import status_of
from countermeasure.web.render import page
from countermeasure.web.twins import twin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from countermeasure.errors import CountermeasureError

__all__ = ["told"]


def told(request: Request, error: CountermeasureError, template: str, context: Mapping[str, Any]) -> Response:
    """The page with ``error`` in place of ``data``.

    Args:
        request: The request.
        error: Why the question cannot be used.
        template: The page of the form.
        context: For the template, ``title`` among it.

    Raises:
        CountermeasureError: The same error where a twin is asked for: it has a shape of its own.
    """
    if twin_of(request):
        raise error
    return page(request, template, data=None, status=status_of(error), **{**context, "error": error, "stamp": None})

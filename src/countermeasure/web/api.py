"""The interface for programs: /api/v1, the same functions as the pages, one shape of errors."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from countermeasure._version import __version__
from countermeasure.codes.day import parse_day
from countermeasure.errors import CodeError
from countermeasure.web.held import HeldIn

__all__ = ["PARTS", "Day", "KnownOn", "MaybeDay", "Number", "Place", "ReadingWord", "Scenarios", "Word"]
__all__ += ["api_router"]

PARTS = ("check", "today", "parties", "book", "supply", "trade", "talks", "scenarios", "brief", "jobs")
"""Modules of pages whose ``api`` router is served."""


def _strict(text: str) -> str:
    """A day as it is meant here: YYYY-MM-DD and of the calendar."""
    try:
        parse_day(text)
    except CodeError as error:
        raise PydanticCustomError("bad_day", "{said}", {"said": f"{error.message}. {error.cure}"}) from None
    return text


def _strict_or_empty(text: str) -> str:
    return _strict(text) if text else text


_SHOWN: dict[str, Any] = {"format": "date", "examples": ["2026-04-10"]}
Day = Annotated[str, AfterValidator(_strict), Query(max_length=12, json_schema_extra=_SHOWN)]
"""A day; other forms and Unix times are refused."""
MaybeDay = Annotated[
    str, AfterValidator(_strict_or_empty), Query(max_length=12, json_schema_extra={"examples": ["2026-04-10"]})
]
"""A day or nothing."""
KnownOn = Annotated[MaybeDay, Query(description="Use only what was published by this day (YYYY-MM-DD); empty: all.")]
ReadingWord = Annotated[
    str,
    StringConstraints(pattern="^(text|announced|both)$"),
    Query(description="Law alone, statements honoured, or both where they differ."),
]
Scenarios = Annotated[list[str], Query(max_length=4, description="Shipped scenarios on top of the book.")]
Number = Annotated[str, StringConstraints(min_length=2, max_length=20), Query(description="Tariff number, 2 to 10 digits.")]
Place = Annotated[str, StringConstraints(min_length=2, max_length=60), Query(description="Country, code or name.")]
Word = Annotated[str, StringConstraints(max_length=200)]

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "where", "cure"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "where": {"type": ["string", "null"]},
                "cure": {"type": ["string", "null"]},
            },
        }
    },
}
"""Schema of an error."""


def api_router() -> APIRouter:
    """All addresses under /api/v1."""
    said: dict[int | str, dict[str, Any]] = {
        code: {"description": words, "content": {"application/json": {"schema": ERROR}}}
        for code, words in ((404, "Not there."), (422, "Something in the question cannot be used."))
    }
    router = APIRouter(prefix="/api/v1", responses=said)
    router.add_api_route("/health", health, summary="Is the server up, with which book?", tags=["server"])
    for name in PARTS:
        router.include_router(import_module(f"countermeasure.web.views.{name}").api)
    return router


def health(held: HeldIn) -> dict[str, Any]:
    """Version of the package and hash of the book; asks for no token."""
    return {"status": "up", "version": __version__, "book": {"version": __version__, "hash": held.book.hash}}

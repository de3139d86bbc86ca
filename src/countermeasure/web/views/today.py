"""Today: the state of the stand-off on a day."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CodeError
from countermeasure.io.duty_words import READING_WORDS
from countermeasure.web.api import MaybeDay
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.twins import answer
from countermeasure.web.views.book_state import state_words
from countermeasure.web.views.today_averages import SERIES, SOURCE, averages_of, chart_spec
from countermeasure.web.views.today_state import KINDS, TodayFound, answer_today

__all__ = ["api", "router", "today_on"]

router = APIRouter()
api = APIRouter(tags=["today"])
EARLIEST, LATEST = "2018-01-01", "2035-12-31"
CONFIDENCES = (("secondary", "all sources"), ("seen", "sources that were read"))


def today_on(held: Held, on: str = "", confidence: str = "secondary") -> TodayFound:
    """The state on a day; today where none is given.

    Raises:
        CodeError: If the day or the confidence cannot be read, or the day lies outside the book.
    """
    day = parse_day(on) if on else held.today()
    if not parse_day(EARLIEST) <= day <= parse_day(LATEST):
        raise CodeError(
            f"{format_day(day)} lies outside the book", code="bad_day", cure=f"Give a day from {EARLIEST} to {LATEST}."
        )
    if confidence not in dict(CONFIDENCES):
        raise CodeError(f"{confidence!r} is no confidence", code="unknown_word", cure="Use seen or secondary.")
    return held.answer(
        ("today", held.book.hash, day, confidence), lambda: answer_today(held.book, day, confidence, averages_of(held, day))
    )


@router.get("/", include_in_schema=False)
def today_page(request: Request, held: HeldIn, on: str = "", confidence: str = "secondary") -> Response:
    """The first page."""
    found = today_on(held, on.strip(), confidence)
    return answer(
        request, found, "today.html", title=f"The stand-off on {format_day(found.on)}", kinds=KINDS, series=SERIES,
        source=SOURCE, confidences=CONFIDENCES, state_words=state_words, reading_words=READING_WORDS,
        spec=chart_spec(found.averages), stamp=found.stamp, css=("css/check.css", "css/today.css"),
        wide_kinds=tuple(KINDS.items()),
    )  # fmt: skip


@router.post("/averages", include_in_schema=False)
def compute_page(held: HeldIn) -> Response:
    """Compute the averages of this book, as a run."""
    job = held.jobs.start(
        "averages",
        "countermeasure.web.views.today_averages:compute_averages",
        {},
        title="Average duties of this book",
        then="/averages",
    )
    return RedirectResponse(job.address, 303)


@router.get("/averages", include_in_schema=False)
def computed_page(held: HeldIn) -> Response:
    """Take up averages that were computed."""
    held.forget_averages()
    return RedirectResponse("/", 303)


@api.get("/today", summary="What is in force on a day, and what runs out next?")
def today_api(held: HeldIn, on: MaybeDay = "", confidence: str = "secondary") -> dict[str, Any]:
    """Programmes in force by side, clocks, differences of the readings, latest moves, averages."""
    return today_on(held, on, confidence).to_json()

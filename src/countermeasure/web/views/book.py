"""The page of the book: measures over time, on a day, compared; one provision, one instrument, one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from countermeasure.book.model import Reading, State
from countermeasure.codes.day import format_day, parse_day
from countermeasure.errors import CodeError, CountermeasureError, InputError
from countermeasure.web.api import KnownOn, MaybeDay, Word
from countermeasure.web.held import HeldIn
from countermeasure.web.twins import answer
from countermeasure.web.views.book_compare import CompareAnswer, answer_compare
from countermeasure.web.views.book_detail import answer_instrument, answer_list, answer_provision
from countermeasure.web.views.book_index import answer_instruments
from countermeasure.web.views.book_life import LifeAnswer, answer_life
from countermeasure.web.views.book_state import CONFIDENCES, SIDES, Choice, StateAnswer, answer_state, stamp_for, state_words
from countermeasure.web.views.told import told

if TYPE_CHECKING:
    from countermeasure.web.held import Held
    from countermeasure.web.stamp import Stamp

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["book"])
CSS = ("css/book.css",)
ANY = "any"
"""Word for any state; an empty one would be left out of an address."""
BEFORE, AHEAD = 700, 400
"""Days of the picture before and after the day that is asked about, where no span is given."""
_ROLES = (("", "any kind"), ("duty", "duty"), ("control", "export control"), ("relief", "relief"), ("rule", "rule of order"))


def choice_of(
    side: Word = "", programme: Word = "", role: Word = "", state: Word = ANY, confidence: Word = "", q: Word = ""
) -> Choice:
    """What of the book is chosen."""
    return Choice(side, programme, role, "" if state == ANY else state, confidence, q)


ChoiceIn = Annotated[Choice, Depends(choice_of)]
DayWord = Annotated[str, Query(max_length=40)]
FromDay = Annotated[str, Query(alias="from", max_length=40)]


def _day(text: str, name: str) -> int:
    try:
        return parse_day(text)
    except CodeError as error:
        raise error.at(name) from None


def _days(held: Held, on: str, known_on: str) -> tuple[int, int | None]:
    """The day asked about, today if none is given, and the day of knowledge."""
    return (_day(on, "on") if on else held.today()), (_day(known_on, "known_on") if known_on else None)


def _life(held: Held, choice: Choice, first: str, to: str, on: str, known_on: str) -> tuple[LifeAnswer, Stamp]:
    day, known = _days(held, on, known_on)
    start = _day(first, "from") if first else day - BEFORE
    after = _day(to, "to") if to else day + AHEAD
    found = answer_life(held.book, start, after, day, known, choice)
    return found, stamp_for(held.book, day, known, found.names)


def _state(held: Held, choice: Choice, on: str, known_on: str) -> tuple[StateAnswer, Stamp]:
    day, known = _days(held, on, known_on)
    found = answer_state(held.book, day, known, choice)
    return found, stamp_for(held.book, day, known, [row.head.provision for row in found.rows])


def _compare(held: Held, a: str, b: str, known_on: str, reading: str) -> CompareAnswer:
    if reading not in tuple(Reading):
        raise InputError(
            f"{reading!r} is not a reading", where="reading", code="unknown_reading", cure="Use text or announced."
        )
    first, second = _day(a, "a"), _day(b, "b")
    known = _day(known_on, "known_on") if known_on else None
    return held.thing(
        ("book_compare", held.book.hash, first, second, known, reading),
        lambda: answer_compare(held.book, first, second, known, Reading(reading), held.duty(known_on).compiled),
    )


def _options(held: Held) -> dict[str, Any]:
    """Words of the fields."""
    programmes = [(one.id, one.name) for one in held.book.programmes.values()]
    return {
        "sides": (("", "both sides"), *SIDES.items()),
        "programmes": (("", "all programmes"), *programmes),
        "roles": _ROLES,
        "states": ((ANY, "any state"), *((s.value, state_words(s.value)) for s in State)),
        "confidences": (("", "any confidence"), *((c, c if c == CONFIDENCES[0] else f"{c} or better") for c in CONFIDENCES)),
        "state_words": state_words,
        "css": CSS,
    }


# ------------------------------------------------------------------------------------------------ pages


@router.get("/book", include_in_schema=False)
def book_page(
    request: Request, held: HeldIn, choice: ChoiceIn, first: FromDay = "", to: DayWord = "", on: DayWord = "",
    known_on: DayWord = "",
) -> Response:  # fmt: skip
    """Measures over time."""
    asked = {"first": first, "to": to, "on": on, "known_on": known_on, "choice": choice}
    context: dict[str, Any] = {"title": "Book", "tab": "time", "asked": asked, **_options(held)}
    try:
        found, stamp = _life(held, choice, first, to, on, known_on)
    except CountermeasureError as error:
        return told(request, error, "book.html", context)
    return answer(request, found, "book.html", stamp=stamp, error=None, **context)


@router.get("/book/on", include_in_schema=False)
def state_page(request: Request, held: HeldIn, choice: ChoiceIn, on: DayWord = "", known_on: DayWord = "") -> Response:
    """Provisions on a day."""
    asked = {"on": on, "known_on": known_on, "choice": choice}
    context: dict[str, Any] = {
        "title": "The book on a day",
        "tab": "on",
        "asked": asked,
        "programme_names": held.book.programmes,
    }
    context |= _options(held)
    try:
        found, stamp = _state(held, choice, on, known_on)
    except CountermeasureError as error:
        return told(request, error, "book_state.html", context)
    return answer(request, found, "book_state.html", stamp=stamp, error=None, **context)


@router.get("/book/compare", include_in_schema=False)
def compare_page(
    request: Request, held: HeldIn, a: DayWord = "", b: DayWord = "", known_on: DayWord = "", reading: Word = "text"
) -> Response:
    """What differs between two days, and between the readings."""
    today = held.today()
    first, second = a or format_day(today - 30), b or format_day(today)
    asked = {"a": first, "b": second, "known_on": known_on, "reading": reading}
    context: dict[str, Any] = {"title": "Compare two days", "tab": "compare", "asked": asked, "css": CSS}
    try:
        found = _compare(held, first, second, known_on, reading)
    except CountermeasureError as error:
        return told(request, error, "book_compare.html", context)
    stamp = stamp_for(held.book, found.second, found.known_on, (), reading)
    return answer(request, found, "book_compare.html", stamp=stamp, error=None, **context)


@router.get("/book/instruments", include_in_schema=False)
def instruments_page(request: Request, held: HeldIn, q: Word = "", side: Word = "") -> Response:
    """Every instrument of the book."""
    found = answer_instruments(held.book, q, side)
    stamp = stamp_for(held.book, None, None, ())
    asked = {"q": q, "side": side}
    options: dict[str, Any] = {"sides": (("", "both sides"), *SIDES.items()), "css": CSS}
    return answer(
        request, found, "book_instruments.html", title="Instruments", tab="instruments", asked=asked, stamp=stamp, **options
    )


@router.get("/book/provision/{name:path}", include_in_schema=False)
def provision_page(request: Request, held: HeldIn, name: str, on: DayWord = "", known_on: DayWord = "") -> Response:
    """One provision."""
    day, known = _days(held, on, known_on)
    found = answer_provision(held.book, name, day, known)
    stamp = stamp_for(held.book, day, known, [name])
    return answer(request, found, "provision.html", title=found.name, stamp=stamp, css=CSS, state_words=state_words)


@router.get("/book/instrument/{name:path}", include_in_schema=False)
def instrument_page(request: Request, held: HeldIn, name: str) -> Response:
    """One instrument."""
    found = answer_instrument(held.book, name)
    stamp = stamp_for(held.book, None, None, ())
    return answer(request, found, "instrument.html", title=found.instrument.citation, stamp=stamp, css=CSS)


@router.get("/book/list/{name:path}", include_in_schema=False)
def list_page(request: Request, held: HeldIn, name: str) -> Response:
    """One code list."""
    found = answer_list(held.book, name)
    stamp = stamp_for(held.book, None, None, ())
    return answer(request, found, "code_list.html", title=found.words["title"], stamp=stamp, css=CSS)


# ------------------------------------------------------------------------------------------------ interface


@api.get("/book", summary="Provisions of the book on a day, under both readings")
def state_api(held: HeldIn, choice: ChoiceIn, on: MaybeDay = "", known_on: KnownOn = "") -> dict[str, Any]:
    """State of every chosen provision at the start of a day; today if none is given."""
    return _with(_state(held, choice, on, known_on))


@api.get("/book/timeline", summary="Spells of provisions within a span of days, under both readings")
def life_api(
    held: HeldIn, choice: ChoiceIn, first: Annotated[MaybeDay, Query(alias="from")] = "", to: MaybeDay = "",
    on: MaybeDay = "", known_on: KnownOn = "",
) -> dict[str, Any]:  # fmt: skip
    """Spells in force, suspended, or collected against law."""
    return _with(_life(held, choice, first, to, on, known_on))


@api.get("/book/compare", summary="What differs between two days, and between the readings on the second")
def compare_api(
    held: HeldIn, a: MaybeDay, b: MaybeDay, known_on: KnownOn = "",
    reading: Annotated[str, Query(pattern="^(text|announced)$")] = "text",
) -> dict[str, Any]:  # fmt: skip
    """Provisions that differ between the starts of the two days."""
    return _compare(held, a, b, known_on, reading).to_json()


@api.get("/book/provision/{name}", summary="One provision: what it says, its life, its instruments")
def provision_api(held: HeldIn, name: str, on: MaybeDay = "", known_on: KnownOn = "") -> dict[str, Any]:
    """Text, spells under both readings, instruments behind it."""
    day, known = _days(held, on, known_on)
    return answer_provision(held.book, name, day, known).to_json()


@api.get("/book/instruments", summary="Every instrument of the book")
def instruments_api(held: HeldIn, q: Word = "", side: Annotated[str, Query(pattern="^(US|CN|)$")] = "") -> dict[str, Any]:
    """Instruments by day of publication, the newest first."""
    return answer_instruments(held.book, q, side).to_json()


@api.get("/book/instrument/{name}", summary="One instrument: its acts, its sources, what is not computed")
def instrument_api(held: HeldIn, name: str) -> dict[str, Any]:
    """An instrument as it is held."""
    return answer_instrument(held.book, name).to_json()


@api.get("/book/list/{name}", summary="One code list")
def list_api(held: HeldIn, name: str) -> dict[str, Any]:
    """Codes of a list with the days on which each stands in it."""
    return answer_list(held.book, name).to_json()


def _with(found: tuple[Any, Stamp]) -> dict[str, Any]:
    """An answer with its stamp."""
    shown: dict[str, Any] = found[0].to_json()
    return shown | {"stamp": found[1].to_json()}

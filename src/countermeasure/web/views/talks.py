"""The pages of talks: models of conflicts, questions to them, base rates; as pages and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from countermeasure.codes.day import format_day
from countermeasure.web.api import MaybeDay
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.twins import answer
from countermeasure.web.views.study import Study, answered
from countermeasure.web.views.talks_ask import (
    ASKS,
    DEFAULT,
    FIRST,
    NOTION_WORDS,
    SEMANTICS_WORDS,
    TalksQuestion,
    answer_talks,
    dated,
    model_of,
    models_answer,
)
from countermeasure.web.views.talks_chances import Chances, answer_chances

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["talks"])

Name = Annotated[str, Path(max_length=60)]
Word = Annotated[str, Query(max_length=60)]
CSS = ("css/study.css", "css/talks.css")


@router.get("/talks", include_in_schema=False)
def talks_page(request: Request, held: HeldIn) -> Response:
    """The models, and the first one as it stands today."""
    today = format_day(held.today())
    first = None if request.scope.get("state", {}).get("twin") else answer_talks(held, TalksQuestion(on=today))
    found = models_answer(held)
    return answer(request, found, "talks.html", title="Talks", css=CSS, first=first, today=today, default=DEFAULT, dated=dated)


@router.get("/talks/chances", include_in_schema=False)
def chances_page(request: Request, held: HeldIn, on: Word = "", reading: Word = "text") -> Response:
    """Questions with a rule, their base rates, and models only where they have earned it."""
    asked = on.strip()
    return answered(
        request,
        lambda: answer_chances(held, asked, reading),
        "chances.html",
        title="Base rates",
        empty=Study("", ""),
        css=CSS,
        on=asked or format_day(held.today()),
        reading=reading,
    )


@dataclass(frozen=True, slots=True)
class Fields:
    """What stands behind the address of a model."""

    on: Word = ""
    reading: Word = "text"
    semantics: Word = "legal_sequence"
    state: Word = ""
    notion: Word = "seq"
    sign: Word = ""
    draws: Word = "2000"
    seed: Word = "1"
    first: Word = ""
    last: Word = ""

    def asked(self, model: str, ask: str) -> TalksQuestion:
        """The question."""
        given = {name: getattr(self, name).strip() for name in self.__dataclass_fields__}
        given["first"] = given["first"] or FIRST
        return TalksQuestion(model, ask, **given)


Given = Annotated[Fields, Depends()]


@router.get("/talks/{model}", include_in_schema=False)
def model_page(request: Request, held: HeldIn, model: Name, given: Given) -> Response:
    """Which states of a model would last."""
    return _shown(request, held, given.asked(model, "solve"))


@router.get("/talks/{model}/{ask}", include_in_schema=False)
def asked_page(request: Request, held: HeldIn, model: Name, ask: Annotated[str, Path(max_length=20)], given: Given) -> Response:
    """A question put to a model."""
    return _shown(request, held, given.asked(model, ask))


def _shown(request: Request, held: Held, question: TalksQuestion) -> Response:
    conflict = model_of(held, question.model)
    return answered(
        request,
        lambda: answer_talks(held, question),
        "conflict.html",
        title=conflict.title,
        empty=Study("", ""),
        css=CSS,
        question=question,
        conflict=conflict,
        dated=dated(conflict),
        asks=ASKS,
        semantics=SEMANTICS_WORDS,
        notions=NOTION_WORDS,
        today=format_day(held.today()),
    )


# ------------------------------------------------------------------------------------------------ for programs


@api.get("/talks/models", summary="Models of conflicts")
def models_api(held: HeldIn) -> dict[str, Any]:
    """Name, title, parties, number of states; whether rankings are assumed, and whether the book says the state of a day."""
    return models_answer(held).to_json()


@api.get("/talks/chances", summary="Questions with their base rates")
def chances_api(held: HeldIn, on: MaybeDay = "", reading: Annotated[str, Query(pattern="^(text|announced)$")] = "text") -> Any:  # noqa: ANN401
    """Base rates of the record; a model is shown only where it has beaten them."""
    found: Chances = answer_chances(held, on, reading)
    return found.to_json()


@api.get("/talks/{model}/{ask}", summary="A question put to the model of a conflict")
def model_api(
    held: HeldIn,
    model: Annotated[str, Path(max_length=60, description="Name of a shipped model.", examples=[DEFAULT])],
    ask: Annotated[str, Path(pattern="^(solve|state|ways|packages|flip|robust|replay)$", examples=["solve"])],
    on: MaybeDay = "",
    reading: Annotated[str, Query(pattern="^(text|announced)$")] = "text",
    semantics: Annotated[str, Query(pattern="^(legal_sequence|each_opponent_once|single_move)$")] = "legal_sequence",
    state: Annotated[str, Query(max_length=60, description="Label or bits; the status quo if empty.")] = "",
    notion: Annotated[str, Query(pattern="^(nash|gmr|smr|seq)$")] = "seq",
    sign: Annotated[str, Query(max_length=60, description="Who must gain by a package; all if empty.")] = "",
    draws: Annotated[int, Query(ge=1, le=5000)] = 2000,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 1,
    first: MaybeDay = "",
    last: MaybeDay = "",
) -> dict[str, Any]:
    """Assumptions, answer, tables. Stability is no probability and no forecast."""
    asked = TalksQuestion(model, ask, on, reading, semantics, state, notion, sign, str(draws), str(seed), first or FIRST, last)
    return answer_talks(held, asked).to_json()

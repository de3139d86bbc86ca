"""The pages of trade: scenarios and games of governments, as pages and for programs."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from countermeasure.codes.sheet import Sheet
from countermeasure.web.api import KnownOn
from countermeasure.web.held import HeldIn
from countermeasure.web.views.study import Study, answered
from countermeasure.web.views.trade_games import GAMES, GameQuestion, start_game
from countermeasure.web.views.trade_run import CLOSURE_WORDS, DEFAULT, TradeQuestion, answer_trade, scenario_list

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["trade"])

Word = Annotated[str, Query(max_length=40)]
Words = Annotated[str, Query(max_length=200)]
Asked = Annotated[str, Form(max_length=200)]
RunId = Annotated[str, Query(max_length=32, description="Id of a run that was played.")]
CSS = ("css/study.css",)
TOOL_WORDS = (("tariff", "tariffs"), ("export_tax", "export taxes"), ("both", "both"))


def _list(held: HeldIn) -> list[tuple[str, str, str]]:
    return held.thing(("trade scenarios",), scenario_list)


@router.get("/trade", include_in_schema=False)
def trade_page(
    request: Request,
    held: HeldIn,
    scenario: Word = DEFAULT,
    horizon: Word = "",
    closure: Word = "nominal",
    added: Word = "",
    known_on: Word = "",
) -> Response:
    """A scenario, solved; the first one where none is named."""
    question = TradeQuestion(scenario, horizon.strip(), closure, added.strip(), known_on.strip())
    return answered(
        request,
        lambda: answer_trade(held, question),
        "trade.html",
        title="Trade",
        empty=Study("", ""),
        css=CSS,
        question=question,
        scenarios=_list(held),
        closures=CLOSURE_WORDS,
    )


@router.get("/trade/game", include_in_schema=False)
def game_page(
    request: Request,
    held: HeldIn,
    game: Word = "war",
    who: Words = "US CN",
    against: Words = "",
    scenario: Word = "",
    horizon: Word = "3",
    closure: Word = "balanced",
    tools: Word = "tariff",
    run: RunId = "",
) -> Response:
    """The form of a game, and what a run of it found."""
    question = GameQuestion(game, who, against, scenario, horizon, closure, tools)
    return answered(
        request,
        lambda: held.jobs.result(run) if run else Study("", ""),
        "game.html",
        title="Games of governments",
        empty=Study("", ""),
        css=CSS,
        question=question,
        games=GAMES,
        names=[(name, title) for name, title, _ in _list(held)],
        closures=CLOSURE_WORDS,
        tools=TOOL_WORDS,
    )


@router.post("/trade/game", include_in_schema=False)
def play_page(
    held: HeldIn,
    game: Asked = "",
    who: Asked = "",
    against: Asked = "",
    scenario: Asked = "",
    horizon: Asked = "",
    closure: Asked = "",
    tools: Asked = "",
) -> Response:
    """Play a game: goes to the page of its run."""
    question = GameQuestion(game, who, against, scenario, horizon.strip(), closure, tools)
    return RedirectResponse(start_game(held, question, _then(question)).address, 303)


def _then(question: GameQuestion) -> str:
    query = urlencode([(k, v) for k, v in question.inputs.items() if v])
    return f"/trade/game?{query}&run={{id}}"


# ------------------------------------------------------------------------------------------------ for programs


@api.get("/trade/scenarios", summary="Shipped trade scenarios")
def scenarios_api(held: HeldIn) -> dict[str, Any]:
    """Name, title and intent of each."""
    rows = tuple(_list(held))
    return {"scenarios": Sheet("scenarios", "Scenarios", ("id", "title", "intent"), rows).records()}


@api.get("/trade", summary="Who loses from a scenario, and where goods divert")
def trade_api(
    held: HeldIn,
    scenario: Annotated[str, Query(max_length=40, description="Name of a shipped trade scenario.")] = DEFAULT,
    horizon: Annotated[str, Query(max_length=40, description="Years since the change, or long; empty: the scenario's.")] = "",
    closure: Annotated[
        str, Query(max_length=40, description="What becomes of deficits: nominal, world or balanced.")
    ] = "nominal",
    added: Annotated[str, Query(max_length=40, description="Percentage points added on goods of China by the US.")] = "",
    known_on: KnownOn = "",
) -> dict[str, Any]:
    """A scenario of the trade model, solved: welfare by economy, trade before and after, diversion, horizons."""
    return answer_trade(held, TradeQuestion(scenario, horizon, closure, added, known_on)).to_json()


@api.post("/trade/games", summary="Play a game of governments", status_code=202)
def play_api(held: HeldIn, question: GameQuestion) -> dict[str, Any]:
    """Starts a run; what it found is at /trade/games/{id} when it is done."""
    return start_game(held, question, _then(question)).to_json()


@api.get("/trade/games/{run}", summary="What a game found")
def game_api(held: HeldIn, run: str) -> dict[str, Any]:
    """Rates before and after, gains, conditions."""
    found: Study = held.jobs.result(run)
    return found.to_json()

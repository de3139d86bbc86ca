"""The page of supply: scenarios, runs, your own firm, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response

from countermeasure._version import __version__
from countermeasure.errors import CountermeasureError, InputError, NotFoundError
from countermeasure.web.api import Word
from countermeasure.web.held import HeldIn
from countermeasure.web.render import link, page
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer, twin_of
from countermeasure.web.uploads import pasted, read_upload
from countermeasure.web.views.supply_asked import DEFAULT, MOST_DRAWS, MOST_WEEKS, STOCK_WORDS, Asked, kept, key_of
from countermeasure.web.views.supply_found import SupplyFound
from countermeasure.web.views.supply_lists import EXAMPLE, shipped_parameters, shipped_scenarios
from countermeasure.web.views.told import told

if TYPE_CHECKING:
    from countermeasure.web.held import Held
    from countermeasure.web.jobs import Job

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["supply"])
CSS = ("css/book.css", "css/supply.css")
RUN = "countermeasure.web.views.supply_asked:run"
FIRM = "countermeasure.web.views.supply_asked:firm_run"
Short = Annotated[str, Query(max_length=60)]
Settings = Annotated[list[str], Query(alias="set", max_length=20)]


def asked_of(scenario: str, weeks: str, draws: str, seed: str, stocks: str, permits: str, settings: list[str]) -> Asked:
    """A run from the words of an address or a form.

    Raises:
        InputError: With every word that is no number.
    """
    from countermeasure.supply.parameters import Parameters, parse_setting

    faults: list[str] = []

    def number(name: str, text: str, kind: type[Any], blank: Any) -> Any:  # noqa: ANN401
        try:
            return kind(text.replace(",", ".")) if text.strip() else blank
        except ValueError:
            faults.append(f"{name}: {text!r} is not a number")
            return blank

    found = Asked(
        scenario or DEFAULT, number("weeks", weeks, int, 0), number("draws", draws, int, 100), number("seed", seed, int, 1),
        stocks or "both", number("permits", permits, float, None),
        tuple(parse_setting(text, Parameters.shipped()) for text in settings if text.strip()),
    )  # fmt: skip
    if faults:
        raise InputError(faults[0], code="bad_run", faults=faults[1:])
    return found.checked()


def _context(held: Held, words: dict[str, Any]) -> dict[str, Any]:
    found = shipped_scenarios(held)
    return {
        "title": "Supply", "css": CSS, "tab": "run", "asked": words, "scenarios": found.rows, "stock_words": STOCK_WORDS,
        "most_draws": MOST_DRAWS, "most_weeks": MOST_WEEKS, "error": None, "stamp": None, "example": EXAMPLE, "firm": "",
        "base": ("/supply/run", ()), "twins": [],
    }  # fmt: skip


def _words(
    scenario: str = DEFAULT, weeks: str = "", draws: str = "100", seed: str = "1", stocks: str = "both", permits: str = "",
    settings: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {"scenario": scenario, "weeks": weeks, "draws": draws, "seed": seed, "stocks": stocks, "permits": permits,
            "rows": "", "set": [text for text in settings or [] if text.strip()]}  # fmt: skip


def _ready(held: Held, asked: Asked) -> SupplyFound | None:
    """A run that was made before: in memory, in the cache, or by a job of this server."""
    key = ("supply", key_of(asked))
    if not held.has(key):
        found = kept(key_of(asked))
        if found is None:
            return None
        return held.thing(key, lambda: found)
    return held.thing(key, lambda: kept(key_of(asked)))


def _start(held: Held, asked: Asked) -> Job:
    asked.scenario_of()
    title = f"Supply: {asked.scenario}, {asked.draws} draws"
    return held.jobs.start(
        "supply", RUN, {"asked": asked, "key": key_of(asked)}, title=title, then=link("/supply/run", asked.query)
    )


def _made(held: Held, asked: Asked) -> SupplyFound | Job:
    """What a run found, or the job that is making it."""
    found = _ready(held, asked)
    if found is not None:
        return found
    job = _start(held, asked)
    if job.state != "done":
        return job
    made: SupplyFound = held.jobs.result(job.id)
    return held.thing(("supply", key_of(asked)), lambda: made)


def _stamp(held: Held, found: SupplyFound) -> Stamp:
    from countermeasure.codes.day import parse_day

    run = dict(found.run)
    known = run["known on"]
    own = tuple((name, value) for name, value in found.run if name not in ("book", "known on", "reading"))
    return Stamp(
        __version__, held.book.hash, None, parse_day(known) if known[:4].isdigit() else None, run["reading"],
        limits=found.limits, more=own,
    )  # fmt: skip


def _shown(held: Held, found: SupplyFound) -> dict[str, Any]:
    """What the page of a run needs beside it: stamp, twins, and where its tables are."""
    query = found.asked.query
    twins = [(form.upper(), link(f"/supply/run.{form}", query)) for form in ("json", "csv")]
    return {"stamp": _stamp(held, found), "twins": twins, "base": ("/supply/run", query)}


# ------------------------------------------------------------------------------------------------ pages


@router.get("/supply", include_in_schema=False)
def supply_page(
    request: Request, held: HeldIn, scenario: Short = DEFAULT, weeks: Short = "", draws: Short = "100", seed: Short = "1",
    stocks: Short = "both", permits: Short = "", settings: Settings = [],  # noqa: B006
) -> Response:  # fmt: skip
    """Scenarios, and a form for a run; the first scenario where it was run before."""
    words = _words(scenario, weeks, draws, seed, stocks, permits, settings)
    context = _context(held, words)
    if twin_of(request):
        return answer(request, shipped_scenarios(held), "supply.html", title="Supply")
    shown = None if request.query_params else _ready(held, Asked())
    more = {} if shown is None else _shown(held, shown)
    return page(request, "supply.html", data=shown, **{**context, **more})


@router.get("/supply/run", include_in_schema=False)
def run_page(
    request: Request, held: HeldIn, scenario: Short = DEFAULT, weeks: Short = "", draws: Short = "100", seed: Short = "1",
    stocks: Short = "both", permits: Short = "", settings: Settings = [],  # noqa: B006
) -> Response:  # fmt: skip
    """What a run found; where it is not made yet, it is started and its page shows how far it is."""
    words = _words(scenario, weeks, draws, seed, stocks, permits, settings)
    context = _context(held, words)
    try:
        asked = asked_of(scenario, weeks, draws, seed, stocks, permits, settings)
        if _ready(held, asked) is None and request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return page(request, "supply.html", data=None, **context)
        found = _made(held, asked)
    except CountermeasureError as error:
        return told(request, error, "supply.html", context)
    if not isinstance(found, SupplyFound):
        if twin_of(request):
            return JSONResponse(found.to_json(), 202, {"location": f"{found.address}.json", "retry-after": "2"})
        return RedirectResponse(found.address, 303)
    return answer(request, found, "supply.html", **{**context, **_shown(held, found), "title": f"Supply: {found.title}"})


@router.get("/supply/parameters", include_in_schema=False)
def parameters_page(request: Request, held: HeldIn) -> Response:
    """Every parameter with its value, unit, prior, source and letter."""
    found = shipped_parameters()
    stamp = Stamp(__version__, held.book.hash)
    return answer(request, found, "supply_parameters.html", title="Parameters", tab="parameters", css=CSS, stamp=stamp)


@router.get("/supply/firm", include_in_schema=False)
def firm_page(request: Request, held: HeldIn) -> Response:
    """A form for your own parts."""
    return page(request, "supply.html", data=None, **{**_context(held, _words()), "tab": "firm"})


@router.post("/supply/firm", include_in_schema=False)
async def firm_upload(
    request: Request, held: HeldIn, file: Annotated[UploadFile | None, File()] = None,
    rows: Annotated[str, Form(max_length=500_000)] = "", scenario: Annotated[str, Form(max_length=60)] = DEFAULT,
    weeks: Annotated[str, Form(max_length=20)] = "", draws: Annotated[str, Form(max_length=20)] = "100",
    permits: Annotated[str, Form(max_length=20)] = "",
) -> Response:  # fmt: skip
    """Your own parts on the draws of a scenario, as a run of its own."""
    words = _words(scenario, weeks, draws, permits=permits) | {"rows": rows}
    try:
        table = await read_upload(file) or pasted(rows, "firm.csv")
        if table is None:
            raise InputError("no table is given", where="file", code="no_table", cure="Choose a file, or paste rows.")
        asked = asked_of(scenario, weeks, draws, "1", "both", permits, [])

        def start() -> str:
            inputs = {"asked": asked, "name": table.name, "content": table.content}
            _readable(table.name, table.content)
            title = f"Your firm: {asked.scenario}, {asked.draws} draws"
            return held.jobs.start("firm", FIRM, inputs, title=title, then="/supply/firm/{id}", fresh=True).address

        return RedirectResponse(await run_in_threadpool(start), 303)
    except CountermeasureError as error:
        return told(request, error, "supply.html", {**_context(held, words), "tab": "firm"})


@router.get("/supply/firm/{name}", include_in_schema=False)
def firm_result(request: Request, held: HeldIn, name: str) -> Response:
    """What a firm was told."""
    found = held.jobs.result(name)
    if not isinstance(found, SupplyFound) or found.firm_json is None:
        raise NotFoundError("this run found something else", code="other_result", cure="Open it from the page of runs.")
    words = _words(found.asked.scenario, draws=str(found.asked.draws))
    context = _context(held, words) | {"tab": "firm", "firm": name, "stamp": _stamp(held, found), "title": "Your firm"}
    context["base"] = (f"/supply/firm/{name}", ())
    return answer(request, found, "supply.html", **context)


def _readable(name: str, content: bytes) -> None:
    """Refuse a firm's table of which no part can be read, before a run is started for it."""
    from countermeasure.io.firm_files import read_firm

    file = read_firm(name, content=content)
    if not file.firm.parts:
        said = [str(fault) for fault in file.errors]
        raise InputError("no part of the firm could be read", code="no_part", where=name, faults=said[:20],
                         cure="Give the columns that the example has.")  # fmt: skip


# ------------------------------------------------------------------------------------------------ interface


@api.get("/supply", summary="Shipped scenarios of supply")
def scenarios_api(held: HeldIn) -> dict[str, Any]:
    """Names with what each asks."""
    return shipped_scenarios(held).to_json()


@api.get("/supply/parameters", summary="Parameters of the chain")
def parameters_api() -> dict[str, Any]:
    """Value, prior, unit, source and letter of each."""
    return shipped_parameters().to_json()


@api.get(
    "/supply/run",
    summary="What a run found, or the job that is making it",
    responses={202: {"description": "The run is being made; ask again, or look at the job."}},
)
def run_api(
    held: HeldIn,
    scenario: Word = DEFAULT,
    weeks: Annotated[int, Query(ge=0, le=MOST_WEEKS, description="0: those of the scenario")] = 0,
    draws: Annotated[int, Query(ge=1, le=MOST_DRAWS)] = 100,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 1,
    stocks: Annotated[str, Query(pattern="^(both|implied|reported)$")] = "both",
    permits: Annotated[float | None, Query(ge=0.0, le=1.0)] = None,
    settings: Settings = [],  # noqa: B006
) -> Response:
    """The whole answer with its tables (200), or the job that is making it (202)."""
    words = "" if permits is None else str(permits)
    asked = asked_of(scenario, str(weeks), str(draws), str(seed), stocks, words, settings)
    found = _made(held, asked)
    if isinstance(found, SupplyFound):
        return JSONResponse(found.to_json())
    return JSONResponse(found.to_json(), 202, {"location": f"/api/v1/jobs/{found.id}", "retry-after": "2"})

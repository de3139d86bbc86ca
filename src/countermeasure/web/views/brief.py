"""The page of the brief: the shipped example at once, a portfolio of one's own, files to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from countermeasure._version import __version__
from countermeasure.brief.cases import DEFAULT_SCENARIOS
from countermeasure.codes.day import format_day
from countermeasure.errors import CountermeasureError, InputError
from countermeasure.web.api import KnownOn, MaybeDay, ReadingWord
from countermeasure.web.errors import Refused, status_of
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.render import page
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer, twin_links, twin_of
from countermeasure.web.uploads import read_upload
from countermeasure.web.views.brief_ask import (
    FORMS,
    MOST,
    BriefFound,
    BriefQuestion,
    begun,
    brief_of_run,
    example_job,
    file_of,
    first_brief,
    start_brief,
    style,
)

if TYPE_CHECKING:
    from countermeasure.web.jobs import Job

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["brief"])

KINDS = (".xlsx", ".zip")
"""Kinds of portfolio that may be uploaded: a workbook, or a packed folder of CSV."""
Short = Annotated[str, Query(max_length=60)]
Chosen = Annotated[list[str], Query(max_length=MOST)]
RunId = Annotated[str, Query(max_length=32, description="Id of a run.")]
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _question(held: Held, on: str, known_on: str, reading: str, within: str, scenario: list[str]) -> BriefQuestion:
    names = tuple(dict.fromkeys(name for name in scenario if name and name != "none"))
    chosen = names if names or "none" in scenario else DEFAULT_SCENARIOS
    return BriefQuestion(
        on.strip() or format_day(held.today()), known_on.strip(), reading or "both", within.strip() or "90", chosen
    )


@router.get("/brief", include_in_schema=False)
def brief_page(
    request: Request,
    held: HeldIn,
    on: Short = "",
    known_on: Short = "",
    reading: Short = "both",
    within: Short = "90",
    scenario: Chosen = [],  # noqa: B006 - FastAPI copies it
    run: RunId = "",
) -> Response:
    """The brief of a run, or of the shipped example: the law at once, scenarios as soon as they are run."""
    question = _question(held, on, known_on, reading, within, scenario)
    job: Job | None = None
    try:
        if run:
            found = held.thing(("brief", run), lambda: brief_of_run(held, run))
            question = found.question
            held.jobs.job(run)  # a brief that was dropped is gone
        else:
            found, job = _example(held, question)
            run = job.id if job is not None and job.state == "done" else ""
    except CountermeasureError as error:
        if twin_of(request):
            raise
        return _page(request, held, question, None, None, "", error)
    if twin_of(request):
        return answer(request, found, "brief.html", title="Brief")
    return _page(request, held, question, found, job, run)


def _usual(held: Held) -> BriefQuestion:
    """The one question whose scenarios are run without being asked for."""
    return BriefQuestion(format_day(held.today()))


def _example(held: Held, question: BriefQuestion) -> tuple[BriefFound, Job | None]:
    """The whole brief of the example where it is there, its first page else; and the run behind it."""
    first = first_brief(held, question)
    if not question.scenarios or not (question == _usual(held) or begun(held, question)):
        return first, None
    job = example_job(held, question)
    if job is None or job.state != "done":
        return first, job
    return held.thing(("brief", job.id), lambda: brief_of_run(held, job.id)), job


def _page(
    request: Request,
    held: Held,
    question: BriefQuestion,
    found: BriefFound | None,
    job: Job | None,
    run: str,
    error: CountermeasureError | None = None,
) -> Response:
    from countermeasure.scenario.whole import load_whole, story_names

    names = held.thing(("story titles",), lambda: [(name, load_whole(name).title) for name in story_names()])
    return page(
        request,
        "brief.html",
        title="Brief",
        data=found,
        inner="" if found is None else held.thing(("brief page", run, found.question, found.source), lambda: found.inner),
        status=200 if error is None else status_of(error),
        twins=twin_links(request) if found is not None else [],
        css=("css/study.css",),
        stamp=None if found is None else _stamp(held, found),
        question=question,
        usual=question == _usual(held),
        job=job,
        run=run,
        error=error,
        stories=names,
        forms=FORMS,
        most=MOST,
        uploads_mb=min(held.settings.uploads_mb, _upload_mb()),
    )


def _stamp(held: Held, found: BriefFound) -> Stamp:
    """What the brief stands on, in short; its own appendix says the rest."""
    brief, asked = found.brief, found.question
    more = (("portfolio", found.source or "the shipped example"), ("days watched", str(brief.within)))
    return Stamp(__version__, held.book.hash, brief.on, brief.known_on, asked.reading, asked.scenarios, more=more)


def _upload_mb() -> float:
    from countermeasure.io.portfolio import UPLOAD

    return UPLOAD.size / 1_000_000


@router.get("/brief/style.css", include_in_schema=False)
def style_file(held: HeldIn) -> Response:
    """Rules of a brief inside a page."""
    return Response(
        held.thing(("brief style",), style), 200, {"cache-control": "public, max-age=300"}, "text/css; charset=utf-8"
    )


@router.post("/brief/run", include_in_schema=False)
async def brief_form(
    request: Request,
    held: HeldIn,
    file: Annotated[UploadFile | None, File()] = None,
    on: Annotated[str, Form(max_length=60)] = "",
    known_on: Annotated[str, Form(max_length=60)] = "",
    reading: Annotated[str, Form(max_length=60)] = "both",
    within: Annotated[str, Form(max_length=60)] = "90",
    scenario: Annotated[list[str], Form(max_length=20)] = [],  # noqa: B006
) -> Response:
    """Write a brief: of the file that is sent, else of the shipped example."""
    question = _question(held, on, known_on, reading, within, scenario)
    try:
        upload = await read_upload(file, KINDS)
        if upload is not None and len(upload.content) > _upload_mb() * 1_000_000:
            raise Refused(
                413, f"{upload.name} is too large", code="too_large", cure="Use the command line, which has no such limit."
            )
        job = await run_in_threadpool(start_brief, held, question, upload)
    except CountermeasureError as error:
        return _page(request, held, question, None, None, "", error)
    return RedirectResponse(job.address, 303)


@router.get("/brief/file/{form}", include_in_schema=False)
def brief_file(held: HeldIn, form: Annotated[str, Path(max_length=10)], run: RunId) -> Response:
    """A brief as a file."""
    content, media, name = file_of(brief_of_run(held, run), form)
    return Response(content, 200, {"content-disposition": f'attachment; filename="{name}"'}, media)


@router.get("/brief/{which}.xlsx", include_in_schema=False)
def template_file(held: HeldIn, which: Annotated[str, Path(pattern="^(template|example)$")]) -> Response:
    """A workbook to fill, or the shipped example as one."""
    from countermeasure.io.portfolio.template import example_rows, shipped_rows, workbook_bytes

    rows = example_rows if which == "template" else shipped_rows
    content = held.thing(("portfolio file", which), lambda: workbook_bytes(rows()))
    return Response(content, 200, {"content-disposition": f'attachment; filename="portfolio-{which}.xlsx"'}, EXCEL)


# ------------------------------------------------------------------------------------------------ for programs


@api.get("/brief/first", summary="The shipped portfolio as the law stands")
def first_api(
    held: HeldIn,
    on: MaybeDay = "",
    known_on: KnownOn = "",
    reading: ReadingWord = "both",
    within: Annotated[int, Query(ge=0, le=366, description="Days that are watched.")] = 90,
) -> dict[str, Any]:
    """The brief of the shipped example without scenarios: what applies, what changes, what it costs, what to do."""
    question = _question(held, on, known_on, reading, str(within), ["none"])
    return first_brief(held, question).to_json()


@api.post("/brief", summary="Write the brief of a portfolio", status_code=202)
async def run_api(
    held: HeldIn,
    file: Annotated[
        UploadFile | None, File(description="A workbook .xlsx, or a packed folder of CSV; the example if absent.")
    ] = None,
    on: Annotated[str, Form(max_length=10)] = "",
    known_on: Annotated[str, Form(max_length=10)] = "",
    reading: Annotated[str, Form(pattern="^(text|announced|both)$")] = "both",
    within: Annotated[int, Form(ge=0, le=366)] = 90,
    scenario: Annotated[list[str], Form(max_length=MOST)] = [],  # noqa: B006
) -> dict[str, Any]:
    """Starts a run; the brief is at /brief/{id} when it is done. What is sent goes to the run and away with it."""
    upload = await read_upload(file, KINDS)
    if upload is None and file is not None and file.filename:
        raise InputError("the file is empty", code="empty_file", where="file", cure="Send a workbook.")
    question = _question(held, on, known_on, reading, str(within), scenario)
    return (await run_in_threadpool(start_brief, held, question, upload)).to_json()


@api.get("/brief/{run}", summary="A brief that was written")
def run_found_api(held: HeldIn, run: Annotated[str, Path(max_length=32)]) -> dict[str, Any]:
    """Every number of the brief."""
    return brief_of_run(held, run).to_json()

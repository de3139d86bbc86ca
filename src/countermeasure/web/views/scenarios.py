"""The pages of scenarios: read, edit, run, compare, keep; as pages and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from countermeasure._version import __version__
from countermeasure.errors import CountermeasureError
from countermeasure.web.errors import Refused, status_of
from countermeasure.web.held import Held, HeldIn
from countermeasure.web.render import page
from countermeasure.web.stamp import Stamp
from countermeasure.web.twins import answer
from countermeasure.web.views.scenarios_ask import (
    MOST,
    Stories,
    Story,
    forget,
    keep,
    kept_names,
    kept_story,
    result_of,
    start_compare,
    start_run,
    stories,
    story,
)
from countermeasure.web.views.scenarios_fields import changed, groups_of
from countermeasure.web.views.scenarios_file import MOST_TEXT, checked_text, flat, flat_text, loaded_text, plain_name
from countermeasure.web.views.scenarios_run import stamp_of
from countermeasure.web.views.study import Study, answered

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["api", "router"]

router = APIRouter()
api = APIRouter(tags=["scenarios"])

Name = Annotated[str, Path(max_length=60)]
RunId = Annotated[str, Query(max_length=32, description="Id of a run.")]
CSS = ("css/study.css", "css/scenarios.css")


@router.get("/scenarios", include_in_schema=False)
def scenarios_page(request: Request, held: HeldIn) -> Response:
    """All scenarios, each with its intent."""
    stamp = Stamp(__version__, held.book.hash)
    return answer(
        request, stories(held), "scenarios.html", title="Scenarios", css=CSS, kept=kept_names(held), most=MOST, stamp=stamp
    )


@router.get("/scenarios/result", include_in_schema=False)
def result_page(request: Request, held: HeldIn, run: RunId = "") -> Response:
    """What a run found, part by part."""
    found = result_of(held, run)
    return answer(request, found, "outcome.html", title=found.title, css=CSS, run=run, keeps=held.settings.data is not None)


@router.get("/scenarios/compare", include_in_schema=False)
def compare_page(
    request: Request,
    held: HeldIn,
    chosen: Annotated[list[str], Query(alias="with", max_length=MOST)] = [],  # noqa: B006 - FastAPI copies it
    run: RunId = "",
) -> Response:
    """Scenarios side by side."""
    return answered(
        request,
        lambda: held.jobs.result(run) if run else Study("", ""),
        "compare_scenarios.html",
        title="Scenarios side by side",
        empty=Study("", ""),
        css=CSS,
        chosen=chosen,
        all=stories(held),
        kept=kept_names(held),
        most=MOST,
        runs=[job for job in held.jobs.jobs() if job.kind == "scenario" and job.state == "done"][:8],
    )


@router.post("/scenarios/compare", include_in_schema=False)
async def compare_form(request: Request, held: HeldIn) -> Response:
    """Run what is to be compared."""
    async with request.form(max_fields=20) as form:
        words = [str(word)[:80] for word in form.getlist("with") if word]
    job = await run_in_threadpool(start_compare, held, words)
    return RedirectResponse(job.address, 303)


@router.get("/scenarios/new", include_in_schema=False)
def new_page(request: Request, held: HeldIn) -> Response:
    """A commented file to begin with; it runs as it stands."""
    from countermeasure.scenario.whole.template import template

    return _editor(request, held, "", template("mine", held.today()))


@router.post("/scenarios/run", include_in_schema=False)
async def run_form(request: Request, held: HeldIn) -> Response:
    """Run a shipped scenario, its fields as they were changed, or a file; keep or hand out the file where that is asked."""
    async with request.form(max_fields=400, max_part_size=4 * MOST_TEXT) as form:
        given = {key: str(value).replace("\r\n", "\n") for key, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_posted, request, held, given)


def _posted(request: Request, held: Held, given: Mapping[str, str]) -> Response:
    name, text, do = given.get("name", ""), given.get("text", ""), given.get("do", "run")
    try:
        if name and not text:
            asked = flat(name)
            edited = changed(asked, given)
            text = "" if edited == asked and do == "run" else flat_text(edited)
        if do == "file":
            return _file(
                text or story(held, name).text, plain_name(str(loaded_text(text).get("id", "scenario")) if text else name)
            )
        if do == "look":
            return _editor(request, held, name, text or story(held, name).text)
        if given.get("keep") == "yes":
            kept = text or story(held, name).text
            keep(held, kept, checked_text(kept))
        return RedirectResponse(start_run(held, name, text).address, 303)
    except CountermeasureError as error:
        if isinstance(error, Refused):
            raise
        return _editor(request, held, name, text, error)


def _file(text: str, name: str) -> Response:
    return Response(
        text, 200, {"content-disposition": f'attachment; filename="{name}.yaml"'}, "application/yaml; charset=utf-8"
    )


def _editor(request: Request, held: Held, name: str, text: str, error: CountermeasureError | None = None) -> Response:
    return page(
        request,
        "scenario_edit.html",
        title="Edit a scenario",
        data=None,
        status=200 if error is None else status_of(error),
        css=CSS,
        twins=[],
        name=name,
        text=text,
        error=error,
        keeps=held.settings.data is not None,
    )


@router.get("/scenarios/edit", include_in_schema=False)
def edit_page(request: Request, held: HeldIn, run: RunId) -> Response:
    """The file of a run, to be edited."""
    found = result_of(held, run)
    return _editor(request, held, found.name, found.text or story(held, found.name).text)


@router.get("/scenarios/kept/{name}", include_in_schema=False)
def kept_page(request: Request, held: HeldIn, name: Name) -> Response:
    """A file that was kept."""
    return _story(request, held, kept_story(held, name))


@router.post("/scenarios/kept/{name}/forget", include_in_schema=False)
def forget_page(held: HeldIn, name: Name) -> Response:
    """Remove a file that was kept."""
    forget(held, name)
    return RedirectResponse("/scenarios", 303)


@router.get("/scenarios/{name}", include_in_schema=False)
def story_page(request: Request, held: HeldIn, name: Name) -> Response:
    """A scenario: its words, its instruments, fields to change it."""
    return _story(request, held, story(held, name))


def _story(request: Request, held: Held, found: Story) -> Response:
    return answer(
        request,
        found,
        "story.html",
        title=found.scenario.title,
        css=CSS,
        groups=() if found.kept else groups_of(flat(found.name)),
        keeps=held.settings.data is not None,
        stamp=stamp_of(found.scenario),
    )


# ------------------------------------------------------------------------------------------------ for programs


@api.get("/scenarios", summary="Shipped scenarios over all engines")
def scenarios_api(held: HeldIn) -> dict[str, Any]:
    """Name, title, intent, day, parts."""
    found: Stories = stories(held)
    return found.to_json()


@api.get("/scenarios/runs/{run}", summary="What a run of a scenario found")
def result_api(held: HeldIn, run: Annotated[str, Path(max_length=32)]) -> dict[str, Any]:
    """Parts with sentence, figures, tables, assumptions and notes."""
    return result_of(held, run).to_json()


@api.get("/scenarios/comparisons/{run}", summary="What a comparison found")
def comparison_api(held: HeldIn, run: Annotated[str, Path(max_length=32)]) -> dict[str, Any]:
    """Figures side by side, with differences against the first."""
    found: Study = held.jobs.result(run)
    return found.to_json()


@api.get("/scenarios/{name}", summary="A scenario: its words, its instruments, its file")
def story_api(held: HeldIn, name: Annotated[str, Path(max_length=60, examples=["no-deal-157"])]) -> dict[str, Any]:
    """All that it says, with all that it inherits."""
    return story(held, name).to_json()


@api.post("/scenarios/runs", summary="Put a scenario to all engines", status_code=202)
def run_api(
    held: HeldIn,
    name: Annotated[str, Body(max_length=60, examples=["busan-truce"])] = "",
    file: Annotated[
        str, Body(max_length=MOST_TEXT, description="The file of a scenario; it may name shipped things alone.")
    ] = "",
) -> dict[str, Any]:
    """Starts a run of a shipped scenario or of a file; what it found is at /scenarios/runs/{id} when it is done."""
    return start_run(held, name, file).to_json()


@api.post("/scenarios/comparisons", summary="Lay two to four scenarios side by side", status_code=202)
def compare_api(
    held: HeldIn, scenarios: Annotated[list[str], Body(embed=True, min_length=2, max_length=MOST)]
) -> dict[str, Any]:
    """Names of shipped scenarios, or ids of runs; what is found is at /scenarios/comparisons/{id} when it is done."""
    return start_compare(held, scenarios).to_json()
